//! Mail on its way out: queued in the transaction that calls for it, sent later under a lease, its end written down.

mod find;
mod send;

pub use find::{
    automatic_since, counts, find, find_by_message_id, find_by_token, in_state, needy, needy_counts, of_request, raw,
};
pub use send::{Reported, enqueue, lease, report, requeue, settle};

use chrono::{DateTime, Utc};

use super::marks::Mark;
use super::{Key, Reader, StoreError};

/// Where a mail stands on its way out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum State {
    /// It waits until a person lets it go.
    Waiting,
    /// It waits for its next attempt.
    Queued,
    /// One instance is sending it.
    Leased,
    /// The next hop accepted it.
    Sent,
    /// It was accepted, and a mail server reports that it has not arrived yet.
    Delayed,
    /// It was refused for good, or came back.
    Failed,
    /// The answer after the last byte was lost: it may or may not have gone.
    Unknown,
}

impl State {
    /// Every state.
    pub const ALL: [Self; 7] = [
        Self::Waiting,
        Self::Queued,
        Self::Leased,
        Self::Sent,
        Self::Delayed,
        Self::Failed,
        Self::Unknown,
    ];

    /// Those in which a mail may need a person, the most pressing first.
    pub const NEEDY: [Self; 4] = [Self::Failed, Self::Waiting, Self::Unknown, Self::Delayed];

    /// Its written form.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Queued => "queued",
            Self::Leased => "leased",
            Self::Sent => "sent",
            Self::Delayed => "delayed",
            Self::Failed => "failed",
            Self::Unknown => "unknown",
        }
    }

    fn stored(word: &str) -> Result<Self, StoreError> {
        Self::ALL
            .into_iter()
            .find(|state| state.as_str() == word)
            .ok_or_else(|| StoreError::Corrupt(format!("outbox.state is \"{word}\"")))
    }
}

/// A mail to queue.
#[derive(Debug, Clone, Copy)]
pub struct NewMail<'a> {
    /// The request it is about; `None` for mail to staff.
    pub request_id: Option<i64>,
    /// The key of the request, or of the house.
    pub key_id: i64,
    /// What calls for it, such as the name of a letter.
    pub occasion: &'a str,
    /// Its Message-ID without angle brackets, fixed now so that a second sending can be recognised.
    pub message_id: &'a str,
    /// The digest of the thread token it carries.
    pub token: Option<Mark>,
    /// The one address it goes to.
    pub recipient: &'a str,
    /// Every byte.
    pub raw: &'a [u8],
    /// No person wrote or released it.
    pub automatic: bool,
    /// Whether it may leave by itself.
    pub leave: Leave,
}

/// Whether a mail leaves by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Leave {
    /// From this instant on.
    At(DateTime<Utc>),
    /// Not before a person lets it go; why, as a short code.
    WhenReleased(&'static str),
}

/// A mail that the caller alone may send until the lease ends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Leased {
    /// Its row.
    pub id: i64,
    /// The request it is about.
    pub request_id: Option<i64>,
    /// What called for it.
    pub occasion: String,
    /// Its Message-ID.
    pub message_id: String,
    /// No person wrote or released it.
    pub automatic: bool,
    /// How many attempts there were, with this one.
    pub attempts: i32,
    /// Whether an earlier sender never said how its attempt ended.
    pub past: Past,
    /// When it was queued.
    pub queued_at: DateTime<Utc>,
    /// Where it goes and what; `None` when its key was destroyed, so that there is nothing left to send.
    pub content: Option<Content>,
}

/// What a lease finds before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Past {
    /// Every earlier attempt, if any, ended with a clear temporary refusal.
    Clear,
    /// An earlier lease ran out: that attempt may have gone through.
    Lapsed,
}

/// The sealed part of an outgoing mail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Content {
    /// The one address it goes to.
    pub recipient: String,
    /// Every byte.
    pub raw: Vec<u8>,
}

/// How an attempt ended. `reply` is the next hop's own words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Attempt {
    /// Accepted.
    Sent {
        /// What it said.
        reply: String,
    },
    /// Refused for now.
    Temporary {
        /// What it said.
        reply: String,
        /// When to try again.
        next_attempt_at: DateTime<Utc>,
    },
    /// Refused for good.
    Failed {
        /// What it said.
        reply: String,
    },
    /// Nobody knows.
    Unknown {
        /// What was seen last.
        reply: String,
    },
}

/// An outgoing mail as pages show it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outgoing {
    /// Its row.
    pub id: i64,
    /// The request it is about.
    pub request_id: Option<i64>,
    /// What called for it.
    pub occasion: String,
    /// Its Message-ID.
    pub message_id: String,
    /// No person wrote or released it.
    pub automatic: bool,
    /// Where it stands.
    pub state: State,
    /// How many attempts there were.
    pub attempts: i32,
    /// When the next one is due, while it is queued.
    pub next_attempt_at: DateTime<Utc>,
    /// What the next hop said last.
    pub reply: Option<String>,
    /// When it was queued.
    pub queued_at: DateTime<Utc>,
    /// When it reached its end.
    pub settled_at: Option<DateTime<Utc>>,
    /// Where it goes; `None` after it was erased.
    pub recipient: Option<String>,
}

fn open_recipient(db: &Reader<'_>, key: &Key, id: i64, sealed: &[u8]) -> Result<String, StoreError> {
    let bytes = db.vault.open(key, &place(id, "recipient"), sealed)?;
    String::from_utf8(bytes).map_err(|_| StoreError::Corrupt(format!("outbox {id}: its recipient is not UTF-8")))
}

/// The places that the sealed columns of an outgoing mail are bound to.
fn place(id: i64, column: &str) -> String {
    format!("outbox/{id}/{column}")
}

#[cfg(test)]
mod tests;
