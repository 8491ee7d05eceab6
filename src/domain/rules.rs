//! What governs a request: the policy it stays with, and the calendar as it is known now.

use chrono::{DateTime, Utc};

use super::calendar::Calendar;
use super::deadline::{self, Deadline, Term};
use super::event::NewItem;
use super::policy::{Policy, RightId};
use super::request::PolicyStamp;

/// What governs a request: the policy it stays with, and the calendar as it is known now.
#[derive(Clone, Copy)]
pub struct Rules<'a> {
    /// The policy in force at receipt.
    pub policy: &'a Policy,
    /// The working-day calendar that the policy names.
    pub calendar: &'a Calendar,
}

impl Rules<'_> {
    /// The end of the policy's term from a receipt, with extensions so far.
    pub fn deadline(&self, received_at: DateTime<Utc>, extensions: u32) -> Deadline {
        let extension = self.extension_term(extensions);
        deadline::deadline(
            received_at,
            &self.policy.term,
            extension.as_ref(),
            self.calendar,
            self.policy.zone,
        )
    }

    /// The added length of so many extensions, as one term; `None` for none.
    pub fn extension_term(&self, extensions: u32) -> Option<Term> {
        let extension = self.policy.extension.as_ref()?;
        (extensions > 0).then(|| Term {
            length: extension.length.saturating_mul(extensions),
            unit: extension.unit,
            ..self.policy.term
        })
    }

    /// An item for a right invoked by a message, or by hand, with its own term.
    pub fn new_item(&self, right: RightId, received_at: DateTime<Utc>, message: Option<i64>) -> NewItem {
        NewItem {
            right,
            received_at,
            message,
            deadline: self.deadline(received_at, 0),
        }
    }
}

/// Finds what governs a request. Held by whoever knows the packs and the calendars.
pub trait RuleBook {
    /// The rules of one version of one policy, with the calendar in force now; `None` when its pack is not there.
    fn rules(&self, policy: &PolicyStamp) -> Option<Rules<'_>>;
}
