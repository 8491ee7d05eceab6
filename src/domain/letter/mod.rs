//! What is written to people: which letter an occasion calls for, the facts it needs, and the letter put together from a
//! pack's texts. A letter that lacks what its reader is owed cannot be composed.

mod answer;
mod bilingual;
mod catalogue;
mod compose;
mod difference;
mod letters;
mod news;
mod required;
mod staff;
mod template;
mod topic;
mod wording;

use chrono::{NaiveDate, NaiveDateTime};

pub use self::{
    compose::compose,
    difference::{Carried, Stretch, carried, difference, is_changed},
    letters::Letters,
    news::{ClockWord, Heading, News, TaskFacts, compose_news},
    required::{RequiredKind, RequiredPart, lost, required},
    staff::{Alarm, AlarmLine, Alert, Cause, Digest, ReminderLine, compose_alarm, compose_digest, compose_reminder},
    wording::standing,
};
use super::policy::{ConditionId, DatumId, DutyId, ExemptionId, GroundId, Localized, MethodId, OnBehalfId, RightId};

/// A letter, ready to be mailed as plain text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LetterText {
    /// On one line.
    pub subject: String,
    /// Paragraphs apart by blank lines, `\n` line ends, never wrapped.
    pub body: String,
    /// The language it is in.
    pub language: String,
}

/// How the written form of a letter begins its first two lines.
const LANGUAGE: &str = "Language: ";
const SUBJECT: &str = "Subject: ";

impl LetterText {
    /// The letter as one text, as it is kept: its language and subject on a line each, a blank line, the body.
    pub fn written(&self) -> String {
        format!(
            "{LANGUAGE}{}\n{SUBJECT}{}\n\n{}",
            self.language, self.subject, self.body
        )
    }

    /// Reads a letter as it is kept; `None` when the text is none.
    pub fn read(text: &str) -> Option<Self> {
        let (language, rest) = text.strip_prefix(LANGUAGE)?.split_once('\n')?;
        let (subject, rest) = rest.strip_prefix(SUBJECT)?.split_once('\n')?;
        Some(Self {
            subject: subject.to_owned(),
            body: rest.strip_prefix('\n')?.to_owned(),
            language: language.to_owned(),
        })
    }
}

/// What calls for a letter to the requester.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Occasion {
    /// A request arrived and its rights are understood.
    Acknowledgement,
    /// A request arrived, and a person has to read what it asks.
    AcknowledgementUnclear,
    /// Everything is decided.
    Answer,
    /// Proof is needed of who asks, or that they may ask for another person.
    IdentityQuestion,
    /// An officer writes a few words of their own.
    Note,
    /// The term is made longer.
    ExtensionNotice,
    /// The requester took the request back.
    WithdrawalConfirmed,
}

impl Occasion {
    /// All of them.
    pub const ALL: &'static [Occasion] = &[
        Occasion::Acknowledgement,
        Occasion::AcknowledgementUnclear,
        Occasion::Answer,
        Occasion::IdentityQuestion,
        Occasion::Note,
        Occasion::ExtensionNotice,
        Occasion::WithdrawalConfirmed,
    ];
}

/// What a letter can say about a request. Dates are in the policy's zone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CaseFacts {
    /// Such as `DSR-2026-000123`.
    pub reference: String,
    /// As the requester's mail gives it; only used when it looks like a name.
    pub requester_name: String,
    /// When the request arrived.
    pub received_on: NaiveDate,
    /// The last day on which an answer is in time.
    pub due_on: NaiveDate,
    /// Whether a calendar yet to be published can still move `due_on`.
    pub provisional: bool,
    /// The date of the letter.
    pub written_on: NaiveDate,
    /// Whom the requester asks for.
    pub on_behalf: OnBehalfId,
    /// The name of the person whose data it is, when another asks for them; may be empty.
    pub subject_name: String,
    /// What is still to be shown by one who asks for another.
    pub evidence_wanted: Vec<Localized>,
    /// The way in which the requester is asked to prove who they are.
    pub method: Option<MethodId>,
    /// What they are asked to name, out of what the company holds of them.
    pub data: Vec<DatumId>,
    /// The rights as understood, for the acknowledgement.
    pub right_ids: Vec<RightId>,
    /// What was decided, for the answer.
    pub items: Vec<ItemFacts>,
    /// The longer term and why, for its notice.
    pub extension: Option<ExtensionFacts>,
    /// The officer's own words; may be empty where a letter stands without them.
    pub reply: String,
    /// Who answers.
    pub controller: String,
    /// Where to turn with questions, such as the mailbox's address.
    pub contact: String,
}

/// What was decided on one item.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ItemFacts {
    /// The right invoked.
    pub right: RightId,
    /// The ground it rests on, when the right needs one and there is one.
    pub ground: Option<GroundId>,
    /// The decision.
    pub outcome: OutcomeWord,
    /// The exemptions cited.
    pub exemptions: Vec<ExemptionId>,
    /// The conditions of the right cited as not met.
    pub conditions: Vec<ConditionId>,
    /// Refused since the right needs a ground and none is there.
    pub missing_ground: bool,
    /// Refused since nothing shows that the requester may ask.
    pub identity_not_proven: bool,
    /// Until when the data are kept and why, when they are restricted.
    pub restriction: Option<RestrictionFacts>,
    /// The local instant from which it takes effect, where the right works from its receipt.
    pub effective_at: Option<NaiveDateTime>,
    /// Why, in the officer's words.
    pub reason: String,
    /// What was given or done, in the officer's words.
    pub given: String,
}

/// Why data are kept that were to be deleted, and until when.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RestrictionFacts {
    /// The last day of the last duty.
    pub until: NaiveDate,
    /// The duties that run.
    pub duties: Vec<DutyId>,
}

/// A decision, as a letter says it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum OutcomeWord {
    /// All that was asked.
    Granted,
    /// Some of it; the rest is refused.
    PartlyGranted,
    /// Kept for now, and restricted.
    Restricted,
    /// None of it.
    Refused,
    /// No data of the person were found.
    NothingHeld,
    /// Another organisation has to answer.
    NotForUs,
}

impl OutcomeWord {
    /// All of them.
    pub const ALL: [OutcomeWord; 6] = [
        OutcomeWord::Granted,
        OutcomeWord::PartlyGranted,
        OutcomeWord::Restricted,
        OutcomeWord::Refused,
        OutcomeWord::NothingHeld,
        OutcomeWord::NotForUs,
    ];
}

impl MissingPart {
    /// The word of it, for the key of its sentence in other languages.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Letter { .. } => "text",
            Self::Items => "items",
            Self::Unknown(_) => "unknown",
            Self::Reason(_) => "reason",
            Self::Basis(_) => "basis",
            Self::LegalBasis(_) => "exemption-source",
            Self::ConditionBasis(_) => "condition-source",
            Self::Restriction(_) => "until",
            Self::Given(_) => "given",
            Self::Remedy => "remedy",
            Self::Words => "words",
            Self::Extension => "extension",
        }
    }

    /// The right whose answer lacks it.
    pub fn right(&self) -> Option<&RightId> {
        match self {
            Self::Reason(right) | Self::Basis(right) | Self::Restriction(right) | Self::Given(right) => Some(right),
            Self::Letter { .. }
            | Self::Items
            | Self::Unknown(_)
            | Self::LegalBasis(_)
            | Self::ConditionBasis(_)
            | Self::Remedy
            | Self::Words
            | Self::Extension => None,
        }
    }

    /// The id of what it is about; empty where it is about the letter as a whole.
    pub fn about(&self) -> String {
        match self {
            Self::Letter { stem, .. } => (*stem).to_owned(),
            Self::Unknown(id) => id.clone(),
            Self::Reason(right) | Self::Basis(right) | Self::Restriction(right) | Self::Given(right) => {
                right.to_string()
            }
            Self::LegalBasis(exemption) => exemption.to_string(),
            Self::ConditionBasis(condition) => condition.to_string(),
            Self::Items | Self::Remedy | Self::Words | Self::Extension => String::new(),
        }
    }
}

/// The longer term.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExtensionFacts {
    /// The new last day.
    pub due_on: NaiveDate,
    /// Why, in the officer's words.
    pub reason: String,
}

/// What a letter still lacks. Said to the officer who would send it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MissingPart {
    /// The pack brings no such text in this language.
    #[error("The policy pack has no text `{stem}` in `{language}`. Add it to the pack.")]
    Letter {
        /// The first part of the file's name.
        stem: &'static str,
        /// The language asked for.
        language: String,
    },
    /// No item is decided.
    #[error("There is no decision to tell. Decide each item first.")]
    Items,
    /// The policy knows no such right, ground, exemption or method.
    #[error("The policy does not know `{0}`. Choose another.")]
    Unknown(String),
    /// A refusal without a reason (PIPL, Art. 50; GDPR, Art. 12(4)).
    #[error("The refusal of `{0}` has no reason. Write down why.")]
    Reason(RightId),
    /// A refusal that rests on nothing.
    #[error("The refusal of `{0}` rests on no exemption, missing ground or missing proof. Choose what it rests on.")]
    Basis(RightId),
    /// An exemption that names no law.
    #[error("The exemption `{0}` names no legal basis. Add it to the policy pack.")]
    LegalBasis(ExemptionId),
    /// A condition that names no law.
    #[error("The condition `{0}` names no legal basis. Add it to the policy pack.")]
    ConditionBasis(ConditionId),
    /// A restriction without its end or its duty.
    #[error("The restriction of `{0}` names no duty to keep data, or not until when. Record both.")]
    Restriction(RightId),
    /// A partial grant that does not say what is granted.
    #[error("The answer on `{0}` does not say what is given. Write down which part is granted.")]
    Given(RightId),
    /// A refusal that does not say where to turn.
    #[error("The policy names no remedy, and a refusal has to. Add one to the policy pack.")]
    Remedy,
    /// A letter of the officer's own words, without words.
    #[error("The letter says nothing yet. Write a few words.")]
    Words,
    /// A notice of a longer term without one.
    #[error("The longer term or its reason is missing. Give both.")]
    Extension,
}
