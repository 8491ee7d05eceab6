//! A policy: one version of one privacy statement, as data. What a person may ask, what they are owed, and by when.
//!
//! Everything that differs by law or by language is in here and comes from a pack's files; the rest of the code asks
//! these types and never which right or which law it is.

mod check;
mod places;
mod read;

use std::borrow::Borrow;
use std::collections::BTreeMap;
use std::fmt;

use chrono::{NaiveDate, NaiveTime};
use chrono_tz::Tz;
use serde::{Deserialize, Serialize};

use super::deadline::{Term, Unit};

pub use read::{LEXICON_FILE, Pack, Remark, STATEMENT_FILE, statement_line};

/// A word or sentence in each language it exists in, keyed by language tag (`en`, `zh-Hans`).
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Localized(BTreeMap<String, String>);

impl Localized {
    /// One text for one language.
    pub fn new(language: &str, text: &str) -> Self {
        Self(BTreeMap::from([(language.to_owned(), text.to_owned())]))
    }

    /// The same with one more language.
    #[must_use]
    pub fn with(mut self, language: &str, text: &str) -> Self {
        self.0.insert(language.to_owned(), text.to_owned());
        self
    }

    /// The text in a language; without it in English; without that in any language there is.
    pub fn text(&self, language: &str) -> &str {
        self.exact(language)
            .or_else(|| self.exact("en"))
            .or_else(|| self.0.values().next().map(String::as_str))
            .unwrap_or("")
    }

    /// The text in exactly this language.
    pub fn exact(&self, language: &str) -> Option<&str> {
        self.0.get(language).map(String::as_str)
    }

    /// The languages it exists in, with the text of each.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(language, text)| (language.as_str(), text.as_str()))
    }
}

/// Declares the name of a thing that a pack's files declare and the journal writes down.
macro_rules! id {
    ($(#[$meaning:meta])* $name:ident) => {
        $(#[$meaning])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(String);

        impl $name {
            /// The id as a pack writes it.
            pub fn new(id: &str) -> Self {
                Self(id.to_owned())
            }

            /// The id as text, for the journal, tables and addresses.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl Borrow<str> for $name {
            fn borrow(&self) -> &str {
                &self.0
            }
        }
    };
}

id!(
    /// What a person may ask, such as `access`.
    RightId
);
id!(
    /// What entitles to a right that needs a ground, such as `retention-expired`.
    GroundId
);
id!(
    /// A reason in law for which no response is owed, such as `abuse`.
    ExemptionId
);
id!(
    /// Whom the requester speaks for, such as `guardian`; `none` for themselves.
    OnBehalfId
);
id!(
    /// A line of the reminder schedule.
    ReminderId
);
id!(
    /// A way to prove who somebody is.
    MethodId
);
id!(
    /// A law, regulation or standard that the policy cites.
    LawId
);

impl OnBehalfId {
    /// The requester asks for themselves.
    pub const NONE: &str = "none";

    /// True when requester and subject are the same person.
    pub fn is_self(&self) -> bool {
        self.0 == Self::NONE
    }
}

/// One version of one statement. A request stays with the version that was in force when it arrived.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Policy {
    /// The pack's own name, such as `cn-statement`.
    pub id: String,
    /// The version as the statement names it, often its date of issue.
    pub version: String,
    /// What people call it.
    pub name: Localized,
    /// The languages that every name and letter of the pack exists in; the first is the one it was drawn up in.
    pub languages: Vec<String>,
    /// The first local date on which it binds.
    pub in_force_from: NaiveDate,
    /// Where its days begin and end.
    #[serde(deserialize_with = "read::zone")]
    pub zone: Tz,
    /// The region whose working days count, such as `CN`.
    pub calendar: String,
    /// Within what an answer is owed, for every kind of request, question and complaint.
    pub term: Term,
    /// The one way to make the term longer; without it there is none.
    pub extension: Option<Extension>,
    /// What it cites.
    #[serde(default)]
    pub laws: Vec<Law>,
    /// What a person may ask.
    pub rights: Vec<Right>,
    /// What entitles to a right that needs a ground.
    #[serde(default)]
    pub grounds: Vec<Ground>,
    /// The reasons for which no response is owed.
    #[serde(default)]
    pub exemptions: Vec<Exemption>,
    /// Who may ask for another person, and with which evidence; `none` is the rule for those who ask for themselves.
    pub on_behalf: Vec<OnBehalfRule>,
    /// Ways to prove identity.
    #[serde(default)]
    pub identity: Vec<IdentityMethod>,
    /// Where a person can turn after a refusal.
    pub remedies: Vec<Remedy>,
    /// What staff should know before they rely on the statement's words.
    #[serde(default)]
    pub cautions: Vec<Caution>,
    /// When whom to remind.
    #[serde(default)]
    pub reminders: Vec<ReminderRule>,
    /// When the daily digest goes out, local time.
    #[serde(deserialize_with = "read::time_of_day")]
    pub digest_at: NaiveTime,
    /// When reminders of a day go out, local time.
    #[serde(deserialize_with = "read::time_of_day")]
    pub office_hour: NaiveTime,
    /// How long the tracker keeps its own records.
    pub retention: Retention,
}

/// A longer term, to be announced with reasons while the first one still runs.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Extension {
    /// How much is added to the term. The sum counts from receipt.
    pub length: u32,
    /// What `length` counts.
    pub unit: Unit,
    /// How often it can be used for one request.
    pub times: u32,
    /// What justifies it.
    pub reasons: Localized,
    /// Where that is written.
    #[serde(default)]
    pub sources: Vec<Source>,
}

/// A law, regulation or standard.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Law {
    /// The pack's short name for it.
    pub id: LawId,
    /// Its title.
    pub name: Localized,
}

/// A place in a law.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Source {
    /// Which law.
    pub law: LawId,
    /// Which article, as each language writes it: "Article 45", "第四十五条".
    pub article: Localized,
    /// What the article says that matters here.
    pub note: Option<Localized>,
}

/// Where a right or ground comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Listing {
    /// The statement promises it.
    #[serde(rename = "statement")]
    Statement,
    /// The law grants it although the statement leaves it out.
    #[serde(rename = "law")]
    LawOnly,
}

/// What a person may ask.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Right {
    /// Its id.
    pub id: RightId,
    /// What people call it.
    pub name: Localized,
    /// What it means, for the person who asks.
    pub explanation: Localized,
    /// What granting it takes, for those who look after a system.
    pub task: Localized,
    /// Said in the answer when it is granted, such as that earlier processing stays lawful.
    pub answer_note: Option<Localized>,
    /// Promised by the statement or by law alone.
    pub listed: Listing,
    /// Only owed when a ground is there.
    #[serde(default)]
    pub needs_ground: bool,
    /// Once granted it is told to every system and recipient that holds the data.
    #[serde(default)]
    pub relayed: bool,
    /// Invoking it makes this ground available to rights that need one.
    pub offers_ground: Option<GroundId>,
    /// Its places in law.
    #[serde(default)]
    pub sources: Vec<Source>,
}

/// What entitles to a right that needs a ground.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Ground {
    /// Its id.
    pub id: GroundId,
    /// What people call it.
    pub name: Localized,
    /// When it is there.
    pub explanation: Localized,
    /// Promised by the statement or by law alone.
    pub listed: Listing,
    /// Its places in law.
    #[serde(default)]
    pub sources: Vec<Source>,
}

/// A reason in law for which no response is owed.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Exemption {
    /// Its id.
    pub id: ExemptionId,
    /// The policy's own label for it.
    pub name: Localized,
    /// What the policy says.
    pub explanation: Localized,
    /// What staff must ask themselves.
    pub question: Localized,
    /// What evidence staff must hold; the proof is never the requester's.
    pub evidence: Localized,
    /// What is easily got wrong.
    pub caution: Option<Localized>,
    /// Too weighty to cite without a lawyer's advice.
    #[serde(default)]
    pub grave: bool,
    /// The legal basis, which a refusal names beside the label.
    pub sources: Vec<Source>,
}

/// Who may ask for another person.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct OnBehalfRule {
    /// Its id; [`OnBehalfId::NONE`] for the subject themselves.
    pub id: OnBehalfId,
    /// What people call it.
    pub name: Localized,
    /// When it applies.
    pub explanation: Localized,
    /// What has to be shown, piece by piece.
    #[serde(default)]
    pub evidence: Vec<Localized>,
    /// Rights that cannot be invoked in this way.
    #[serde(default)]
    pub excludes: Vec<RightId>,
    /// Its places in law.
    #[serde(default)]
    pub sources: Vec<Source>,
}

/// A way to prove who somebody is.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct IdentityMethod {
    /// Its id.
    pub id: MethodId,
    /// What people call it.
    pub name: Localized,
    /// How it is done, for staff.
    pub explanation: Localized,
    /// What the requester is asked to do, for the letter.
    pub request: Localized,
    /// How much it asks of the person, 1 the least. The least that is enough is the right one.
    pub intrusive: u32,
    /// Staff write down why nothing milder would do.
    #[serde(default)]
    pub needs_reason: bool,
}

/// Where a person can turn after a refusal.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Remedy {
    /// What people call it.
    pub name: Localized,
    /// The sentence for the letter, without its full stop: the legal basis follows it.
    pub text: Localized,
    /// Its places in law.
    #[serde(default)]
    pub sources: Vec<Source>,
}

/// What staff should know before they rely on the statement's words.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Caution {
    /// The id of a right, ground, exemption or on-behalf rule, or one of [`Caution::TOPICS`].
    pub about: String,
    /// The warning.
    pub text: Localized,
    /// Its places in law.
    #[serde(default)]
    pub sources: Vec<Source>,
}

impl Caution {
    /// What a caution can be about besides a single id.
    pub const TOPICS: [&str; 3] = ["policy", "term", "exemptions"];
}

/// A line of the reminder schedule.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct ReminderRule {
    /// Its id; a reminder goes once per request and id.
    pub id: ReminderId,
    /// What people call it.
    pub name: Localized,
    /// Working days from the anchor: before it when negative, on the day when 0, after it when positive.
    pub offset_working_days: i32,
    /// From when the offset counts.
    pub from: Anchor,
    /// Only sent while the request waits for this.
    pub only_in: Option<WaitsFor>,
    /// Who gets it.
    pub to: Recipient,
}

/// From when a reminder's offset counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Anchor {
    /// The day the term ends.
    Deadline,
    /// The day the request arrived.
    Receipt,
}

/// What a request waits for when a reminder is meant for that alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum WaitsFor {
    /// A person to read it and say what it asks.
    Triage,
    /// A second person to approve the answer.
    Approval,
}

/// Who gets a reminder.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Recipient {
    /// The person the request is assigned to; the officers when there is nobody.
    Assignee,
    /// All privacy officers.
    Officers,
    /// The person that escalations go to.
    Manager,
}

/// How long the tracker keeps its own records, counted from the day a request is closed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Retention {
    /// Calendar months until a closed request is anonymised.
    pub request_months: u32,
    /// Calendar months for which its journal stays.
    pub journal_months: u32,
}

impl Policy {
    /// The right of this id.
    pub fn right(&self, id: &RightId) -> Option<&Right> {
        self.rights.iter().find(|right| right.id == *id)
    }

    /// The ground of this id.
    pub fn ground(&self, id: &GroundId) -> Option<&Ground> {
        self.grounds.iter().find(|ground| ground.id == *id)
    }

    /// The exemption of this id.
    pub fn exemption(&self, id: &ExemptionId) -> Option<&Exemption> {
        self.exemptions.iter().find(|exemption| exemption.id == *id)
    }

    /// The rule of this id for those who ask for another.
    pub fn on_behalf(&self, id: &OnBehalfId) -> Option<&OnBehalfRule> {
        self.on_behalf.iter().find(|rule| rule.id == *id)
    }

    /// The way of this id to prove identity.
    pub fn method(&self, id: &MethodId) -> Option<&IdentityMethod> {
        self.identity.iter().find(|method| method.id == *id)
    }

    /// The line of this id in the reminder schedule.
    pub fn reminder(&self, id: &ReminderId) -> Option<&ReminderRule> {
        self.reminders.iter().find(|rule| rule.id == *id)
    }

    /// A place in law as a language writes it: "Personal Information Protection Law, Article 45" or
    /// "《个人信息保护法》第四十五条".
    pub fn cite(&self, source: &Source, language: &str) -> String {
        let article = source.article.text(language);
        match self.laws.iter().find(|law| law.id == source.law) {
            Some(law) if language.starts_with("zh") => format!("{}{article}", law.name.text(language)),
            Some(law) => format!("{}, {article}", law.name.text(language)),
            None => article.to_owned(),
        }
    }

    /// The cautions about one id or topic.
    pub fn cautions_about<'a>(&'a self, about: &'a str) -> impl Iterator<Item = &'a Caution> {
        self.cautions.iter().filter(move |caution| caution.about == about)
    }
}
