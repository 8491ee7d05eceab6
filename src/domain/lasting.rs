//! What stays in force after a request is answered, such as a restriction: since when, and when it is looked at again.

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

use super::policy::RightId;
use super::request::Request;
use super::text::TextRef;

/// A granted right that stays in force until it is lifted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct InForce {
    /// The item that brought it.
    pub item: u32,
    /// The item's right.
    pub right: RightId,
    /// Since when: a withdrawal from the instant it was received (PIPL 15), all else from its decision.
    pub since: DateTime<Utc>,
    /// The day on which somebody looks whether it still holds, in the policy's zone.
    pub recheck_on: NaiveDate,
    /// How often that was done.
    pub checks: u32,
    /// How it ended; `None` while it is in force.
    pub lifted: Option<Lifted>,
}

/// How something in force ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lifted {
    /// When.
    pub at: DateTime<Utc>,
    /// Why.
    pub reason: TextRef,
}

impl Request {
    /// What is in force because of it.
    pub fn in_force(&self) -> impl Iterator<Item = &InForce> {
        self.lasting.iter().filter(|state| state.lifted.is_none())
    }

    /// What is in force because of an item.
    pub fn in_force_by(&self, item: u32) -> Option<&InForce> {
        self.in_force().find(|state| state.item == item)
    }
}
