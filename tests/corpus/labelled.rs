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
    let labels: Vec<Label> = serde_json::from_slice(&std::fs::read(corpus("labels.json")).unwrap()).unwrap();
    labels
        .into_iter()
        .map(|label| (label.clone(), parse(&std::fs::read(corpus(&label.file)).unwrap())))
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
