//! A message opened: as it reads by its own words or as a person chose, and what was kept of that beside its bytes.

use serde::{Deserialize, Serialize};

use super::charset::Charset;
use super::letters::Thread;
use super::parse::{AttachmentBytes, attachment_as, parse_as, unread};
use crate::domain::authenticity::Authenticity;
use crate::domain::classification::{Classification, classify};
use crate::domain::lexicon::Lexicon;
use crate::domain::message::{Mail, Sender};
use crate::domain::thread::bare_subject;
use crate::store::marks::{self, Mark};
use crate::store::messages::{self, Card, Marks};
use crate::store::{Reader, StoreError, Vault};

/// Why a message opened a request without having been read: reading it failed, or never ended.
pub const UNREADABLE: &str = "unreadable";

/// A message opened for showing. Whoever shows a message opens it here, so that a person's choice holds everywhere.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Opened {
    /// Every byte, as it arrived.
    pub raw: Vec<u8>,
    /// By which character set a person chose to read it.
    pub chosen: Option<Charset>,
    /// It brought the reader down before, and is not taken apart again for a page.
    pub is_poisoned: bool,
}

impl Opened {
    /// Opens a message.
    ///
    /// # Errors
    /// When there is none, or the store fails.
    pub fn open(db: &mut Reader<'_>, message: i64) -> Result<Self, StoreError> {
        let raw = messages::to_read(db, message)?;
        let chosen = raw.charset.as_deref().map(|name| {
            Charset::named(name).ok_or_else(|| StoreError::Corrupt(format!("the character set of message {message}")))
        });
        Ok(Self {
            raw: raw.bytes,
            chosen: chosen.transpose()?,
            is_poisoned: raw.why == UNREADABLE,
        })
    }

    /// The message as it reads.
    pub fn mail(&self) -> Mail {
        if self.is_poisoned {
            unread(&self.raw)
        } else {
            parse_as(&self.raw, self.chosen)
        }
    }

    /// One of its files; none of what brought the reader down before: the original can be had as it is.
    pub fn attachment(&self, index: usize) -> Option<AttachmentBytes> {
        if self.is_poisoned {
            return None;
        }
        attachment_as(&self.raw, index, self.chosen)
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

/// The digests by which a mail is found again.
pub fn marks_of(vault: &Vault, mail: &Mail) -> Marks {
    let address = mail.sender().map(|sender| sender.address.as_str());
    let text = mail.text.split_whitespace().collect::<Vec<_>>().join(" ");
    let same = mail.message_id.as_deref().zip(address);
    let subject = bare_subject(&mail.subject);
    Marks {
        mid: mail.message_id.as_deref().map(|mid| marks::message_id(vault, mid)),
        sender: address.map(|address| marks::address(vault, address)),
        fingerprint: same.map(|(mid, address)| marks::fingerprint(vault, mid, address, &subject, &text)),
        thread: thread_mark(vault, mail),
    }
}

/// The digest of what makes mails one conversation to a person.
pub fn thread_mark(vault: &Vault, mail: &Mail) -> Option<Mark> {
    let subject = bare_subject(&mail.subject);
    let sender = mail.sender().filter(|_| !subject.is_empty())?;
    Some(marks::thread(vault, &sender.address, &subject))
}

/// Who wrote and about what, as lists show it.
pub fn card_of(mail: &Mail) -> Card {
    let (name, address) = match &mail.from {
        Sender::Known(sender) => (sender.name.clone(), sender.address.clone()),
        Sender::Ambiguous { shown } => (shown.clone(), String::new()),
        Sender::Missing => (String::new(), String::new()),
    };
    Card {
        name,
        address,
        subject: mail.subject.clone(),
    }
}
