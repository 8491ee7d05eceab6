//! Every mail that ever arrived: its raw bytes sealed under its own key, where it was seen, and what became of it.
//!
//! Two steps. [`keep`] stores the bytes, so that the mailbox may let go of them; [`claim`] hands them out for reading and
//! [`settle`] says what became of them. Nothing is ever deleted.

mod find;
mod keep;
mod settle;

pub use find::{
    Cursor, Found, Group, Listed, Look, Raw, balance, count_uncertain, find, list, look_up, of_request,
    quarantined_since, raw, reading, to_read, too_large,
};
pub use keep::{Kept, NewMessage, Sighting, Taken, keep, taken};
pub use settle::{
    Claimed, Health, Marks, Reread, Settled, Standing, Wanted, change, claim, key_of, reconsider, rekey, reread, settle,
};

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::StoreError;

/// What became of a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Outcome {
    /// Stored, and not looked at yet.
    Kept,
    /// It opened a request.
    Opened,
    /// It belongs to a request that was there, or waits at it to be confirmed.
    Joined,
    /// It is not a request; a person can reverse that.
    SetAside,
    /// The same message, delivered again.
    Duplicate,
    /// It waits for a person, with the reason.
    Quarantined,
}

impl Outcome {
    /// Every outcome.
    pub const ALL: [Self; 6] = [
        Self::Kept,
        Self::Opened,
        Self::Joined,
        Self::SetAside,
        Self::Duplicate,
        Self::Quarantined,
    ];

    /// Its written form.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Kept => "kept",
            Self::Opened => "opened",
            Self::Joined => "joined",
            Self::SetAside => "set-aside",
            Self::Duplicate => "duplicate",
            Self::Quarantined => "quarantined",
        }
    }

    /// The outcome that a word names.
    pub fn named(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|outcome| outcome.as_str() == word)
    }

    pub(super) fn stored(word: &str) -> Result<Self, StoreError> {
        Self::named(word).ok_or_else(|| StoreError::Corrupt(format!("messages.outcome is \"{word}\"")))
    }
}

/// What a list shows of a message or a request. Sealed where it is stored.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Card {
    /// The display name of who wrote.
    pub name: String,
    /// Their address.
    pub address: String,
    /// The subject, on one line.
    pub subject: String,
}

/// What is odd about a message, beside it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Oddity {
    /// The size in bytes of a message of which only the header was taken.
    pub whole_size: Option<i64>,
    /// When the server says that it took the message, where that cannot be.
    pub stated_at: Option<DateTime<Utc>>,
}

/// The places that the sealed columns of a message are bound to.
fn place(id: i64, column: &str) -> String {
    format!("messages/{id}/{column}")
}

#[cfg(test)]
mod tests;
