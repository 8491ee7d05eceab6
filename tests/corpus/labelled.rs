//! The labelled mails of `tests/corpus`, as the recognition stories and `examples/learn.rs` read them.

use std::path::PathBuf;

use habeas::domain::classification::Kind;
use habeas::domain::lexicon::{KnownIds, Lexicon};
use habeas::domain::message::{Address, Attachment, Characters, Mail, Making, Sender};
use habeas::domain::mistake::Mistake;
use habeas::domain::score::Label;
use habeas::mail::parse::parse;
use serde::Deserialize;

/// The rights that labels may name.
pub const RIGHTS: [&str; 9] = [
    "know",
    "access",
    "copy",
    "transfer",
    "correction",
    "addition",
    "restriction",
    "deletion",
    "withdrawal",
];
/// All ids that labels and lexicon may name.
pub const KNOWN: KnownIds<'static> = KnownIds {
    rights: &RIGHTS,
    exemptions: &[
        "national-security",
        "public-interest",
        "criminal",
        "abuse",
        "third-party",
    ],
    on_behalf: &["none", "guardian", "agent", "next-of-kin"],
};

/// Mails with what they should be taken for.
pub type Labelled = Vec<(Label, Mail)>;

/// Read when the test runs, so that trying a phrase needs no build.
pub fn written_lexicon() -> String {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("src/packs/cn-statement/lexicon.toml");
    std::fs::read_to_string(path).unwrap()
}

/// The lexicon's words and patterns, without what was learned.
pub fn patterns() -> Lexicon {
    Lexicon::parse(&written_lexicon(), "lexicon.toml", &KNOWN).unwrap_or_else(|mistakes| {
        let told: Vec<String> = mistakes.iter().map(Mistake::to_string).collect();
        panic!("{}", told.join("\n"))
    })
}

/// A file of the corpus.
pub fn corpus(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("tests/corpus")
        .join(name)
}

/// The numbered `.eml` files, through the parser.
pub fn numbered_mails() -> Labelled {
    mails_in("")
}

/// The `.eml` files of a folder below the corpus that its `labels.json` names.
pub fn mails_in(folder: &str) -> Labelled {
    let inside = |name: &str| std::fs::read(corpus(&format!("{folder}{name}"))).unwrap();
    let labels: Vec<Label> = serde_json::from_slice(&inside("labels.json")).unwrap();
    labels
        .into_iter()
        .map(|label| (label.clone(), parse(&inside(&label.file))))
        .collect()
}

#[derive(Deserialize)]
struct OwnMails {
    mail: Vec<OwnMail>,
}

/// One mail of `own.toml`, with its label.
#[derive(Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct OwnMail {
    pub subject: String,
    pub text: String,
    pub quoted: String,
    pub lang: String,
    pub kind: Kind,
    pub kind_optional: Vec<Kind>,
    pub rights: Vec<String>,
    pub optional: Vec<String>,
    pub unspecified: bool,
    pub flags: Vec<String>,
    pub on_behalf: String,
    pub from: String,
    pub attach: bool,
    pub reply: bool,
    pub list: bool,
    pub auto: Option<String>,
    pub report: Option<String>,
    pub calendar: Option<String>,
}

impl Default for OwnMail {
    fn default() -> Self {
        Self {
            subject: String::new(),
            text: String::new(),
            quoted: String::new(),
            lang: "en".to_owned(),
            kind: Kind::Request,
            kind_optional: Vec::new(),
            rights: Vec::new(),
            optional: Vec::new(),
            unspecified: false,
            flags: Vec::new(),
            on_behalf: "none".to_owned(),
            from: "person@home.example".to_owned(),
            attach: false,
            reply: false,
            list: false,
            auto: None,
            report: None,
            calendar: None,
        }
    }
}

impl OwnMail {
    pub fn label(&self, number: usize) -> Label {
        Label {
            file: format!("{number}: {}", self.subject),
            rights: self.rights.clone(),
            rights_optional: if self.unspecified {
                RIGHTS.map(str::to_owned).to_vec()
            } else {
                self.optional.clone()
            },
            kind: self.kind,
            kind_optional: self.kind_optional.clone(),
            language: self.lang.clone(),
            on_behalf: self.on_behalf.clone(),
            flags: self.flags.clone(),
            flags_optional: Vec::new(),
        }
    }

    pub fn mail(self) -> Mail {
        let file = Attachment {
            index: 1,
            name: "scan.pdf".to_owned(),
            media_type: "application/pdf".to_owned(),
            size: 1,
        };
        // Quoted lines inside the text are told from the writer's own as in any mail.
        let written = parse(format!("Content-Type: text/plain; charset=utf-8\r\n\r\n{}", self.text).as_bytes());
        let quoted = [written.quoted_text.as_str(), &self.quoted]
            .join("\n\n")
            .trim()
            .to_owned();
        Mail {
            message_id: None,
            in_reply_to: if self.reply {
                vec!["ours@example.com".to_owned()]
            } else {
                Vec::new()
            },
            references: Vec::new(),
            from: Sender::Known(Address {
                name: String::new(),
                address: self.from,
            }),
            reply_to: Vec::new(),
            to: Vec::new(),
            subject: self.subject,
            date: None,
            top_received: None,
            text: [self.text.as_str(), self.quoted.as_str()].join("\n\n"),
            own_text: written.own_text,
            quoted_text: quoted,
            making: Making {
                auto_submitted: self.auto,
                from_list: self.list,
                report_type: self.report,
                calendar_method: self.calendar,
                ..Making::default()
            },
            attachments: if self.attach { vec![file] } else { Vec::new() },
            other_forms: Vec::new(),
            characters: Characters::default(),
            remarks: Vec::new(),
        }
    }
}

/// Short mails of a file, numbered in its order.
pub fn short_mails(name: &str) -> Labelled {
    let text = std::fs::read_to_string(corpus(name)).unwrap();
    let mails = toml::from_str::<OwnMails>(&text).unwrap().mail;
    let numbered = mails.into_iter().enumerate();
    numbered.map(|(at, mail)| (mail.label(at + 1), mail.mail())).collect()
}

/// The batches of the fourth round, by name, in order.
pub fn round4() -> Vec<String> {
    let files = std::fs::read_dir(corpus("round4")).unwrap();
    let mut names: Vec<String> = files
        .map(|file| format!("round4/{}", file.unwrap().file_name().to_string_lossy()))
        .collect();
    names.sort();
    names
}

/// The mails of `learning/`, written for learning only; a file's name begins with its language.
pub fn learning_mails() -> Vec<(String, Labelled)> {
    let files = std::fs::read_dir(corpus("learning")).unwrap();
    let mut names: Vec<String> = files
        .map(|file| file.unwrap().file_name().to_string_lossy().into_owned())
        .collect();
    names.sort();
    let read = |name: String| {
        let text = std::fs::read_to_string(corpus("learning").join(&name)).unwrap();
        let (language, _) = name.split_once('_').unwrap();
        let written = if text.starts_with('[') {
            lines_as_mails(&text)
        } else {
            text.trim_start_matches("== ")
                .split("\n== ")
                .map(str::to_owned)
                .collect()
        };
        let mails = written.iter().enumerate().map(|(at, written)| {
            let mail = plain_mail(written, language);
            (mail.label(at + 1), mail.mail())
        });
        (format!("learning/{name}"), mails.collect())
    };
    names.into_iter().map(read).collect()
}

/// Lines of one sentence, each a mail of its own, under `[labels]`.
fn lines_as_mails(text: &str) -> Vec<String> {
    let sections = text.trim_start_matches('[').split("\n[");
    let mails = sections.flat_map(|section| {
        let (labels, lines) = section.split_once("]\n").unwrap();
        let lines = lines.lines().filter(|line| !line.is_empty());
        lines.map(move |line| format!("{labels} |\n{line}"))
    });
    mails.collect()
}

/// A mail written as `labels | subject` and the text below: its kind or rights, and with `?` before it what is
/// allowed besides. What comes with a right by rule is not written.
fn plain_mail(written: &str, language: &str) -> OwnMail {
    let (head, text) = written.split_once('\n').unwrap_or((written, ""));
    let (labels, subject) = head.split_once('|').unwrap_or_else(|| panic!("no subject: {head}"));
    let mut mail = OwnMail {
        subject: subject.trim().to_owned(),
        text: text.trim().to_owned(),
        lang: language.to_owned(),
        ..OwnMail::default()
    };
    for word in labels.split_whitespace() {
        let (optional, name) = (word.starts_with('?'), word.trim_start_matches('?'));
        match (name.parse::<Kind>(), optional) {
            (Ok(kind), false) => mail.kind = kind,
            (Ok(kind), true) => mail.kind_optional.push(kind),
            (Err(_), _) if name == "unspecified" => mail.unspecified = true,
            (Err(_), _) if name == "file" => mail.attach = true,
            (Err(_), _) if name == "reply" => mail.reply = true,
            (Err(_), _) if !RIGHTS.contains(&name) => panic!("no kind and no right: {head}"),
            (Err(_), false) => mail.rights.push(name.to_owned()),
            (Err(_), true) => mail.optional.push(name.to_owned()),
        }
    }
    let comes_with = |right: &str| match right {
        "copy" => &["access", "know"][..],
        "access" => &["know"],
        "withdrawal" => &["restriction"],
        _ => &[],
    };
    let more: Vec<&str> = mail
        .rights
        .iter()
        .flat_map(|right| comes_with(right))
        .copied()
        .collect();
    mail.optional.extend(more.into_iter().map(str::to_owned));
    mail
}
