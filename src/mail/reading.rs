//! What a message showed when it was read, kept beside it under its key.

use serde::{Deserialize, Serialize};

use super::letters::Thread;
use super::parse::{parse, unread};
use crate::domain::authenticity::Authenticity;
use crate::domain::classification::{Classification, classify};
use crate::domain::lexicon::Lexicon;
use crate::domain::message::Mail;
use crate::store::messages::{self, Listed};
use crate::store::{Reader, StoreError};

/// Why a message opened a request without having been read: reading it failed, or never ended.
pub const UNREADABLE: &str = "unreadable";

/// A kept message as it is shown. One that brought the reader down before is not read again for a page.
pub fn mail_of(listed: &Listed, raw: &[u8]) -> Mail {
    if listed.why == UNREADABLE {
        unread(raw)
    } else {
        parse(raw)
    }
}

/// What a message showed.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Reading {
    /// What recognition made of it.
    pub classification: Classification,
    /// How an answer to it is threaded.
    pub thread: Thread,
    /// What was checked of its sender when it came; nothing in what was kept before senders were checked.
    #[serde(default)]
    pub authenticity: Authenticity,
}

impl Reading {
    /// Recognises a mail. Its sender is not checked yet: that may mean waiting, and is done for many mails at a time.
    pub fn of(mail: &Mail, lexicon: &Lexicon) -> Self {
        Self {
            classification: classify(mail, lexicon),
            thread: Thread::of(mail),
            authenticity: Authenticity::default(),
        }
    }

    /// What was kept of a message; `None` when it could not be read.
    ///
    /// # Errors
    /// When the store fails.
    pub fn kept(db: &mut Reader<'_>, message: i64) -> Result<Option<Self>, StoreError> {
        let reading = messages::reading(db, message)?;
        let read = reading.map(serde_json::from_value).transpose();
        read.map_err(|_| StoreError::Corrupt(format!("the reading of message {message}")))
    }
}
