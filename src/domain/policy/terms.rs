//! What a policy says about time beyond its plain term: pauses, extension, confirmation of receipt.

use serde::Deserialize;

use super::entries::Source;
use super::names::{Localized, PauseId};
use crate::domain::deadline::{Term, Unit};

/// A longer term, to be announced with reasons while there is still time for that.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Extension {
    /// How much is added to the term. The sum counts from receipt.
    pub length: u32,
    /// What `length` counts.
    pub unit: Unit,
    /// How often it can be used for one request.
    pub times: u32,
    /// Within what the requester must have the notice, from the same start as the term. Without it: before the term as it
    /// stands ends.
    pub notice_within: Option<Term>,
    /// What justifies it.
    pub reasons: Localized,
    /// Where that is written.
    #[serde(default)]
    pub sources: Vec<Source>,
}

/// Something for which the term waits.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct PauseRule {
    /// Its id.
    pub id: PauseId,
    /// What people call it: what is waited for.
    pub name: Localized,
    /// When the term may wait for it.
    pub explanation: Localized,
    /// Whether the term still runs on the day the pause begins.
    pub first_day_counts: bool,
    /// Whether the term runs again on the day the pause ends.
    pub last_day_counts: bool,
    /// What the term does when the wait is over.
    pub then: Then,
    /// Its places in law.
    #[serde(default)]
    pub sources: Vec<Source>,
}

/// What a term does when a wait is over.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Then {
    /// It goes on with the days that were left.
    GoesOn,
    /// It begins: the term is counted from the latest such event and the receipt.
    Begins,
}

/// Within what a receipt has to be confirmed to the requester.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Confirmation {
    /// From receipt, whatever pauses or extends the term.
    pub term: Term,
    /// What the confirmation has to say.
    pub explanation: Localized,
    /// Its places in law.
    #[serde(default)]
    pub sources: Vec<Source>,
}
