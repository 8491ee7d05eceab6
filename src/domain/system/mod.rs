//! Where personal data lives, and who receives it: one entry of the register of systems and recipients.

mod table;
mod written;

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::policy::{CategoryId, Localized, SystemId};

pub use table::{FILE_COLUMNS, csv_line, read_table, write_table};
pub use written::{Flaw, Written, Wrong};

/// An application of our own, a company of the group, or a contractor that holds or receives personal data.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct System {
    /// Its id in the register; never used for another one.
    pub id: SystemId,
    /// What people call it.
    pub name: String,
    /// Whose it is.
    pub kind: SystemKind,
    /// Where it is, in two letters (ISO 3166-1 alpha-2), such as `CN`.
    pub country: String,
    /// Whether it holds our data, or received some of it.
    pub part: Part,
    /// Who answers for it.
    pub owner: Contact,
    /// The kinds of data in it.
    pub categories: BTreeSet<CategoryId>,
    /// What the data are used for.
    pub purposes: Vec<Purpose>,
    /// How a person exercises rights there; letters can quote it for recipients abroad (PIPL 39).
    pub procedure: Localized,
    /// For how many calendar days a backup keeps what was deleted; `None` when there are no backups.
    pub backup_days: Option<u32>,
    /// Tasks are opened for it; one that was shut down stays in the register for what was done there.
    pub active: bool,
}

/// Whose a system is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SystemKind {
    /// An application of our own.
    Own,
    /// A company of the group.
    Group,
    /// Somebody who works for us under a contract.
    Contractor,
}

impl SystemKind {
    /// All kinds, in the order they are offered.
    pub const ALL: [Self; 3] = [Self::Own, Self::Group, Self::Contractor];

    /// The word used in tables, forms and addresses.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Own => "own",
            Self::Group => "group",
            Self::Contractor => "contractor",
        }
    }
}

/// What a system has to do with the data.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Part {
    /// It holds data that we answer for: it carries out what is granted.
    Holder,
    /// It received data and answers for them itself: it is told what was granted (GDPR 19).
    Recipient,
}

impl Part {
    /// Both, in the order they are offered.
    pub const ALL: [Self; 2] = [Self::Holder, Self::Recipient];

    /// The word used in tables, forms and addresses.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Holder => "holder",
            Self::Recipient => "recipient",
        }
    }
}

/// Who answers for a system.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Contact {
    /// What they are called.
    pub name: String,
    /// Where mail reaches them; empty when they are told in another way.
    pub mail: String,
    /// The language they read, as a tag.
    pub language: String,
}

/// What data are used for, and on what ground in law.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Purpose {
    /// In a few words.
    pub name: String,
    /// Why the law allows it.
    pub basis: LegalBasis,
}

/// Why the law allows processing (PIPL 13, GDPR 6). Only consent can be withdrawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum LegalBasis {
    /// The person agreed.
    Consent,
    /// A contract with the person, or employment, needs it.
    Contract,
    /// A law demands it.
    Duty,
    /// Another ground.
    Other,
}

impl LegalBasis {
    /// All of them, in the order they are offered.
    pub const ALL: [Self; 4] = [Self::Consent, Self::Contract, Self::Duty, Self::Other];

    /// The word used in tables, forms and addresses.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Consent => "consent",
            Self::Contract => "contract",
            Self::Duty => "duty",
            Self::Other => "other",
        }
    }
}

impl System {
    /// Whether anything there rests on consent, so that a withdrawal reaches it.
    pub fn rests_on_consent(&self) -> bool {
        self.purposes.iter().any(|purpose| purpose.basis == LegalBasis::Consent)
    }

    /// Whether it holds any of these kinds of data; all of them are meant when none is named.
    pub fn holds_any(&self, categories: &BTreeSet<CategoryId>) -> bool {
        categories.is_empty() || self.categories.intersection(categories).next().is_some()
    }

    /// The columns of the register in which two versions differ.
    pub fn differs_in(&self, before: &Self) -> Vec<&'static str> {
        let (now, then) = (self.written(), before.written());
        FILE_COLUMNS
            .into_iter()
            .filter(|column| now.text(column) != then.text(column))
            .collect()
    }
}
