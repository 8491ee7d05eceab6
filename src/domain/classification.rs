//! What a mail is and which rights it invokes, with the words that say so.
//!
//! A classification is a proposal. Where the words are weak, or point two ways, it says so and asks for a person;
//! it never sets a mail aside that may be a request.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::domain::lexicon::{Lexicon, Sign};
use crate::domain::message::{Characters, Mail};

use decide::{Subject, SubjectMark, decide};
use evidence::Evidence;
use features::{Part, parts};
use language::Language;
use leaning::Leans;
use maker::Maker;
use text::Text;
use weigh::{KindIs, weigh};

mod decide;
mod evidence;
pub mod features;
pub mod hits;
mod language;
pub mod leaning;
mod maker;
pub mod pattern;
mod reading;
pub mod text;
mod weigh;

/// A body with fewer bytes of text does not tell its language without the subject.
const FEW_LETTERS: usize = 12;

/// The on-behalf id of a sender who speaks for themselves.
const NOBODY: &str = "none";

/// What sort of mail it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// Invokes at least one right, or clearly exercises rights without naming them.
    Request,
    /// Belongs to an earlier message about a request.
    FollowUp,
    /// Invokes no right, complains about the handling of personal information.
    Complaint,
    /// Invokes no right, asks about data protection.
    Question,
    /// Made by a programme.
    Automatic,
    /// Everything else.
    Unrelated,
}

impl Kind {
    /// Every kind.
    pub const ALL: [Self; 6] = [
        Self::Request,
        Self::FollowUp,
        Self::Complaint,
        Self::Question,
        Self::Automatic,
        Self::Unrelated,
    ];

    /// The name in files and pages.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Request => "request",
            Self::FollowUp => "follow-up",
            Self::Complaint => "complaint",
            Self::Question => "question",
            Self::Automatic => "automatic",
            Self::Unrelated => "unrelated",
        }
    }

    /// Whether a new case is opened for mail of this kind that belongs to no thread.
    pub fn opens_case(self) -> bool {
        match self {
            Self::Request | Self::Complaint | Self::Question => true,
            Self::FollowUp | Self::Automatic | Self::Unrelated => false,
        }
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Kind {
    type Err = String;

    fn from_str(name: &str) -> Result<Self, String> {
        Self::ALL
            .into_iter()
            .find(|kind| kind.as_str() == name)
            .ok_or_else(|| format!("There is no kind `{name}`."))
    }
}

/// Why a person must look.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Doubt {
    /// The words may mean a right and may not.
    FaintWords,
    /// Rights are exercised and none is named.
    NoRightNamed,
    /// Next to no text: what is wanted stands in a file.
    OnlyAttached,
    /// It looks made by a programme or sent to many, and yet asks for something.
    LooksAutomatic,
    /// The words stand in forwarded text only.
    OnlyForwarded,
    /// It may belong to a request that came before.
    MayBelong,
    /// It is about personal information and fits no sort.
    FitsNoSort,
    /// There is nothing to read.
    NoText,
}

impl Doubt {
    /// The name in files and pages.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::FaintWords => "faint-words",
            Self::NoRightNamed => "no-right-named",
            Self::OnlyAttached => "only-attached",
            Self::LooksAutomatic => "looks-automatic",
            Self::OnlyForwarded => "only-forwarded",
            Self::MayBelong => "may-belong",
            Self::FitsNoSort => "fits-no-sort",
            Self::NoText => "no-text",
        }
    }
}

/// Something recognised, and the words of the mail that say so.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Found {
    /// The id in the policy, such as a right's.
    pub id: String,
    /// As the sender wrote them.
    pub words: Vec<String>,
}

/// What a mail is taken for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Classification {
    /// The sort of mail.
    pub kind: Kind,
    /// A person must look before anything follows from it.
    pub needs_triage: bool,
    /// Why a person must look; empty when none must.
    pub doubts: Vec<Doubt>,
    /// The rights invoked.
    pub rights: Vec<Found>,
    /// The tag of the language the sender writes.
    pub language: String,
    /// For whom the sender speaks; the id `none` without words for the sender themselves.
    pub on_behalf: Found,
    /// Exemptions the text hints at.
    pub flags: Vec<Found>,
    /// The words or headers that decided the kind.
    pub kind_words: Vec<String>,
}

impl Classification {
    /// A mail that is about something else.
    pub fn unrelated(language: &str) -> Self {
        Self {
            kind: Kind::Unrelated,
            needs_triage: false,
            doubts: Vec::new(),
            rights: Vec::new(),
            language: language.to_owned(),
            on_behalf: Found {
                id: NOBODY.to_owned(),
                words: Vec::new(),
            },
            flags: Vec::new(),
            kind_words: Vec::new(),
        }
    }

    /// What both readings say clearly needs no person for the lexicon's want of words.
    fn trust(&mut self) {
        let want_of_words =
            |doubt: &Doubt| matches!(doubt, Doubt::FaintWords | Doubt::NoRightNamed | Doubt::FitsNoSort);
        self.doubts.retain(|doubt| !want_of_words(doubt));
        self.needs_triage = !self.doubts.is_empty();
    }

    fn doubt(&mut self, doubt: Doubt) {
        if !self.doubts.contains(&doubt) {
            self.doubts.push(doubt);
        }
        self.needs_triage = true;
    }
}

/// What the sender says: the subject without its marks, and the text without what is quoted.
pub fn own_words(mail: &Mail, lexicon: &Lexicon) -> String {
    [Subject::of(mail, lexicon).stripped, mail.own_text.trim()].join("\n\n")
}

/// What is learned from and weighed: what the sender says, with the marks before the subject, which tell answers.
pub fn words_with_marks(mail: &Mail) -> String {
    [mail.subject.trim(), mail.own_text.trim()].join("\n\n")
}

/// The language that the sender writes.
fn spoken_language(mail: &Mail, lexicon: &Lexicon) -> Language {
    let body = mail.own_text.trim();
    let own_words = own_words(mail, lexicon);
    let spoken = if body.len() >= FEW_LETTERS {
        body
    } else {
        own_words.as_str()
    };
    language::detect(spoken, lexicon)
        .or_else(|| language::detect(&mail.text, lexicon))
        .unwrap_or_else(|| Language::assumed(lexicon))
}

/// What the lexicon alone makes of a mail, before it is weighed.
struct Read<'m> {
    subject: Subject<'m>,
    evidence: Evidence,
    answer: Classification,
    /// The language whose words are weighed; none where they are another's, or may not be those that were written.
    language: Option<String>,
}

impl<'m> Read<'m> {
    fn of(mail: &'m Mail, lexicon: &Lexicon) -> Self {
        let subject = Subject::of(mail, lexicon);
        let body = mail.own_text.trim();
        let own_words = own_words(mail, lexicon);
        let language = spoken_language(mail, lexicon);
        let mut evidence = Evidence::gather(&own_words, subject.stripped.len(), subject.mark, &language, lexicon);
        let mut answer = Classification::unrelated(&language.code);
        let maker = Maker::of(mail, &evidence, lexicon);

        let forwarded = !mail.quoted_text.trim().is_empty();
        let adopts = evidence.sign(Sign::Adopts).is_some();
        let silent = body.is_empty() && subject.mark != SubjectMark::Reply;
        if forwarded && !evidence.invokes() && (adopts || silent) {
            let quoted = language::detect(&mail.quoted_text, lexicon).unwrap_or_else(|| language.clone());
            let theirs = Evidence::gather(&mail.quoted_text, 0, SubjectMark::None, &quoted, lexicon);
            if theirs.invokes() && !adopts {
                answer.doubt(Doubt::OnlyForwarded);
            }
            if body.is_empty() {
                answer.language = quoted.code;
            }
            evidence.take_over(theirs);
        }
        decide(mail, &subject, &maker, &evidence, lexicon, &mut answer);
        // Forwarded words that the sender makes their own are not weighed: they are another's. Nor are words that may not be
        // what was written.
        let is_weighed = mail.characters == Characters::Certain && !adopts && !silent;
        Self {
            subject,
            evidence,
            answer,
            language: is_weighed.then_some(language.code),
        }
    }
}

/// What is learned from: the features of a mail, the script it is mostly written in first.
pub fn said(mail: &Mail, lexicon: &Lexicon) -> Vec<Part> {
    let words = words_with_marks(mail);
    let text = Text::read(&words, &lexicon.folding);
    let language = spoken_language(mail, lexicon);
    let main = lexicon.tongue(&language.code);
    main.map_or_else(Vec::new, |main| parts(&text, main, lexicon))
}

/// What the words of a mail lean to: each script is weighed by itself.
fn leans(mail: &Mail, language: &str, lexicon: &Lexicon) -> Option<Leans> {
    let words = words_with_marks(mail);
    let text = Text::read(&words, &lexicon.folding);
    let parts = parts(&text, lexicon.tongue(language)?, lexicon);
    let mut leans = parts.iter().filter_map(|part| lexicon.leanings.of(part, &text));
    let first = leans.next()?;
    Some(leans.fold(first, |mut all, other| {
        all.take_rights(other);
        all
    }))
}

/// Says what a mail is taken for.
pub fn classify(mail: &Mail, lexicon: &Lexicon) -> Classification {
    let Read {
        subject,
        evidence,
        mut answer,
        language,
    } = Read::of(mail, lexicon);
    if let Some(leans) = language.and_then(|language| leans(mail, &language, lexicon)) {
        weigh(&mut answer, kind_is(mail, &subject), &evidence, &leans, lexicon);
    } else if answer.kind == Kind::Unrelated && answer.doubts.contains(&Doubt::FitsNoSort) {
        // Of which no word is known may be a request.
        answer.kind = Kind::Request;
    }
    if matches!(answer.kind, Kind::Request | Kind::FollowUp | Kind::Complaint) {
        answer.flags = evidence.flags();
        if let Some(found) = evidence.on_behalf(&lexicon.on_behalf_first) {
            answer.on_behalf = found;
        }
    }
    answer
}

/// What a machine says of itself in headers, and a thread or reference of ours, outweigh all words.
fn kind_is(mail: &Mail, subject: &Subject<'_>) -> KindIs {
    let making = &mail.making;
    let by_machine = making.auto_submitted.as_deref().is_some_and(|keyword| keyword != "no")
        || making.report_type.is_some()
        || making.calendar_method.is_some()
        || making.null_sender
        || making.from_list;
    let threaded = !mail.in_reply_to.is_empty() || !mail.references.is_empty() || subject.has_reference;
    if by_machine || threaded {
        KindIs::Settled
    } else if subject.mark == SubjectMark::Reply {
        KindIs::Answer
    } else {
        KindIs::Open
    }
}
