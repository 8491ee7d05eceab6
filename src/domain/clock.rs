//! What a request's deadlines are counted from: receipt, extensions, waits, and what two people set by hand.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::deadline::Deadline;
use super::person::PersonId;
use super::policy::{PauseId, RightId};
use super::request::PolicyStamp;
use super::text::TextRef;

/// What a deadline is counted from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Clock {
    /// The receipt.
    pub from: DateTime<Utc>,
    /// How often the term was extended.
    pub extensions: u32,
    /// What it waited for, in the order in which it began to; at most one wait for each thing lasts.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub pauses: Vec<Pause>,
    /// Policies that apply besides the request's own, with the deadline by each as it was last counted.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub also: Vec<Applied>,
    /// The deadline that two people agreed on in place of the counted ones.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub set: Option<Deadline>,
}

/// A time for which the term waits.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pause {
    /// For what, as the policy names it.
    pub reason: PauseId,
    /// Since when.
    pub from: DateTime<Utc>,
    /// When it came; `None` while it is waited for.
    pub until: Option<DateTime<Utc>>,
}

/// A policy that applies to a request besides its own.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Applied {
    /// Which.
    pub policy: PolicyStamp,
    /// Its deadline from the receipt, in its own zone; without extension or pause, for it was told of none.
    pub deadline: Deadline,
}

/// A deadline that one person proposes and another has to confirm.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Proposed {
    /// The deadline.
    pub deadline: Deadline,
    /// Why.
    pub reason: TextRef,
    /// By whom; another person confirms it.
    pub by: PersonId,
}

/// One deadline that law sets, and what it comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Legal {
    /// By which policy.
    pub policy: PolicyStamp,
    /// The right whose own limit it is; `None` for the policy's term.
    pub right: Option<RightId>,
    /// The deadline.
    pub deadline: Deadline,
}

impl Clock {
    /// A clock that began with a receipt and to which nothing has happened since.
    pub fn of_receipt(from: DateTime<Utc>) -> Self {
        Self {
            from,
            extensions: 0,
            pauses: Vec::new(),
            also: Vec::new(),
            set: None,
        }
    }

    /// The wait for something, while it lasts.
    pub fn open_pause(&self, reason: &PauseId) -> Option<&Pause> {
        self.pauses
            .iter()
            .find(|pause| pause.until.is_none() && pause.reason == *reason)
    }

    /// The same clock, with the waits that last taken as over at an instant.
    #[must_use]
    pub fn going_on(mut self, at: DateTime<Utc>) -> Self {
        for pause in &mut self.pauses {
            pause.until.get_or_insert(at.max(pause.from));
        }
        self
    }
}
