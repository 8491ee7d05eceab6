//! What a mail is and which rights it invokes, with the words that say so.
//!
//! A classification is a proposal. Where the words are weak, or point two ways, it says so and asks for a person;
//! it never sets a mail aside that may be a request.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::domain::lexicon::{Lexicon, Sign};
use crate::domain::message::Mail;

use evidence::Evidence;
use maker::Maker;
use pattern::Strength;

mod evidence;
mod language;
mod maker;
pub mod pattern;
mod reading;
pub mod text;

/// A mail with less text than this (bytes, without blanks) and a file attached says what it wants in the file.
const LITTLE_TEXT: usize = 140;

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

    /// The same with another kind.
    pub fn with_kind(mut self, kind: Kind) -> Self {
        self.kind = kind;
        self
    }

    fn doubt(&mut self, doubt: Doubt) {
        if !self.doubts.contains(&doubt) {
            self.doubts.push(doubt);
        }
        self.needs_triage = true;
    }
}

/// Says what a mail is taken for.
pub fn classify(mail: &Mail, lexicon: &Lexicon) -> Classification {
    let subject = Subject::of(mail, lexicon);
    let body = mail.own_text.trim();
    let own_words = [subject.stripped, body].join("\n\n");
    let spoken = if body.len() >= 12 { body } else { own_words.as_str() };
    let language = language::detect(spoken, lexicon)
        .or_else(|| language::detect(&mail.text, lexicon))
        .unwrap_or_else(|| language::Language::assumed(lexicon));
    let mut evidence = Evidence::gather(&own_words, subject.stripped.len(), subject.mark, &language, lexicon);
    let mut answer = Classification::unrelated(&language.code);
    let maker = Maker::of(mail, &evidence, lexicon);

    let forwarded = !mail.quoted_text.trim().is_empty();
    let adopts = evidence.sign(Sign::Adopts).is_some();
    let silent = body.is_empty() && subject.mark != SubjectMark::Reply;
    if forwarded && !evidence.invokes() && (adopts || silent) {
        let quoted = language::detect(&mail.quoted_text, lexicon).unwrap_or(language);
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
    if matches!(answer.kind, Kind::Request | Kind::FollowUp | Kind::Complaint) {
        answer.flags = evidence.flags();
        if let Some(found) = evidence.on_behalf(&lexicon.on_behalf_first) {
            answer.on_behalf = found;
        }
    }
    answer
}

/// What stands before a subject.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum SubjectMark {
    None,
    Reply,
    Forward,
}

/// A subject without its marks.
struct Subject<'m> {
    mark: SubjectMark,
    stripped: &'m str,
    has_reference: bool,
}

impl<'m> Subject<'m> {
    fn of(mail: &'m Mail, lexicon: &Lexicon) -> Self {
        let mut stripped = mail.subject.trim();
        let mut mark = SubjectMark::None;
        let strip = |subject: &'m str, marks: &[String]| {
            let (before, after) = subject.split_once([':', '：'])?;
            marks
                .contains(&before.trim().to_lowercase())
                .then(|| after.trim_start())
        };
        loop {
            if let Some(rest) = strip(stripped, &lexicon.reply_marks) {
                (stripped, mark) = (rest, SubjectMark::Reply);
            } else if let Some(rest) = strip(stripped, &lexicon.forward_marks) {
                stripped = rest;
                if mark == SubjectMark::None {
                    mark = SubjectMark::Forward;
                }
            } else {
                break;
            }
        }
        Self {
            mark,
            stripped,
            has_reference: lexicon.reference.is_match(&mail.subject),
        }
    }
}

/// Decides the kind: the first that fits, in the order in which a mistake would hurt most.
fn decide(
    mail: &Mail,
    subject: &Subject<'_>,
    maker: &Maker,
    evidence: &Evidence,
    lexicon: &Lexicon,
    answer: &mut Classification,
) {
    let rights = evidence.rights(Strength::Plain);
    let invokes = !rights.is_empty();
    match maker {
        Maker::Report(words) => return settle(answer, Kind::Automatic, words),
        Maker::Machine(words) if !invokes => return settle(answer, Kind::Automatic, words),
        Maker::Many(words) if !evidence.invokes_for_oneself() => {
            if invokes && evidence.first_person {
                answer.doubt(Doubt::LooksAutomatic);
            }
            return settle(answer, Kind::Unrelated, words);
        }
        Maker::Machine(_) | Maker::Many(_) => answer.doubt(Doubt::LooksAutomatic),
        Maker::Person => {}
    }
    let answers = !mail.in_reply_to.is_empty() || !mail.references.is_empty() || subject.mark == SubjectMark::Reply;
    if let Some(words) = belongs(mail, subject, answers, evidence, lexicon) {
        answer.rights = rights;
        if !answers && !subject.has_reference {
            answer.doubt(Doubt::MayBelong);
        }
        return settle(answer, Kind::FollowUp, &words);
    }
    if invokes {
        if evidence
            .sign(Sign::FollowUp)
            .is_some_and(|(strength, _)| *strength == Strength::Plain)
        {
            answer.doubt(Doubt::MayBelong);
        }
        let words: Vec<String> = rights.iter().flat_map(|right| right.words.iter().cloned()).collect();
        answer.rights = rights;
        return settle(answer, Kind::Request, &words);
    }
    decide_without_right(mail, answers, evidence, answer);
}

/// Whether a mail belongs to an earlier one, and the words that say so.
fn belongs(
    mail: &Mail,
    subject: &Subject<'_>,
    answers: bool,
    evidence: &Evidence,
    lexicon: &Lexicon,
) -> Option<Vec<String>> {
    let invokes = evidence.invokes();
    if subject.has_reference || (!invokes && lexicon.reference.is_match(&mail.own_text)) {
        let named = lexicon
            .reference
            .find(&mail.subject)
            .or_else(|| lexicon.reference.find(&mail.own_text));
        return named.map(|reference| vec![reference.as_str().to_owned()]);
    }
    if let Some((strength, words)) = evidence.sign(Sign::FollowUp)
        && (answers || (*strength == Strength::Plain && !invokes))
        && (invokes || evidence.on_topic || evidence.sign(Sign::Unrelated).is_none())
    {
        return Some(words.clone());
    }
    let on_topic = evidence.subject_on_topic && subject.mark == SubjectMark::Reply;
    (answers && on_topic && !invokes).then(|| vec![mail.subject.clone()])
}

fn decide_without_right(mail: &Mail, answers: bool, evidence: &Evidence, answer: &mut Classification) {
    let own = mail.own_text.trim();
    let faint = evidence.rights(Strength::Faint);
    if let Some((_, words)) = evidence.sign(Sign::Unspecified) {
        answer.doubt(Doubt::NoRightNamed);
        return settle(answer, Kind::Request, words);
    }
    let topic = evidence.on_topic;
    let elsewhere = evidence.sign(Sign::Unrelated).is_some();
    let personal = evidence.sign(Sign::Personal).filter(|_| !elsewhere);
    if let Some((_, words)) = evidence.sign(Sign::Complaint)
        && (topic || personal.is_some())
    {
        return settle(answer, Kind::Complaint, words);
    }
    if let Some((strength, words)) = evidence.sign(Sign::Question)
        && (topic || !faint.is_empty())
        && (*strength == Strength::Plain || (!elsewhere && personal.is_none()))
    {
        if !faint.is_empty() {
            answer.doubt(Doubt::FaintWords);
        }
        return settle(answer, Kind::Question, words);
    }
    if let Some((_, words)) = evidence.sign(Sign::Unrelated)
        && (faint.is_empty() || !topic)
    {
        return settle(answer, Kind::Unrelated, words);
    }
    if !faint.is_empty() {
        answer.doubt(Doubt::FaintWords);
        let words: Vec<String> = faint.iter().flat_map(|right| right.words.iter().cloned()).collect();
        answer.rights = faint;
        return settle(answer, Kind::Request, &words);
    }
    if own.len() <= LITTLE_TEXT && !mail.attachments.is_empty() {
        answer.doubt(Doubt::OnlyAttached);
        return settle(answer, Kind::Request, &[]);
    }
    if let Some((_, words)) = personal {
        answer.doubt(Doubt::NoRightNamed);
        return settle(answer, Kind::Request, words);
    }
    if topic {
        answer.doubt(Doubt::FitsNoSort);
        return settle(answer, Kind::Question, &[]);
    }
    if !mail.in_reply_to.is_empty() && answers {
        answer.doubt(Doubt::MayBelong);
    }
    if own.is_empty() && mail.subject.trim().is_empty() {
        answer.doubt(Doubt::NoText);
    }
}

fn settle(answer: &mut Classification, kind: Kind, words: &[String]) {
    answer.kind = kind;
    answer.kind_words = words.to_vec();
    answer.kind_words.dedup();
}
