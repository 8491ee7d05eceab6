//! What else the sender of a request asked: their other requests, and how often, read from the store.

use chrono::{DateTime, Utc};

use crate::domain::request::Request;
use crate::domain::serial::{self, Case, Series};
use crate::mail::reading::Opened;
use crate::store::requests::{self, Stored};
use crate::store::{Reader, StoreError, messages};

/// More requests of one sender than this, the newest, are not looked at for one page.
const MOST_OF_SENDER: i64 = 100;

/// A message of more bytes is not compared with others for one page.
const MOST_COMPARED_BYTES: i64 = 256 * 1024;

/// The requests of the same sender that are still there, newest first.
pub(super) fn others(db: &mut Reader<'_>, stored: &Stored) -> Result<Vec<Stored>, StoreError> {
    if stored.card.address.is_empty() {
        return Ok(Vec::new());
    }
    let mut others = Vec::new();
    for id in requests::of_sender(db, &stored.card.address, MOST_OF_SENDER)? {
        if id == stored.id {
            continue;
        }
        match requests::find(db, id) {
            Ok(other) => others.push(other),
            Err(StoreError::Erased(_)) => {}
            Err(error) => return Err(error),
        }
    }
    Ok(others)
}

/// The figures of a sender who asked more than once.
pub(super) fn series(
    db: &mut Reader<'_>,
    stored: &Stored,
    others: &[Stored],
    now: DateTime<Utc>,
) -> Result<Option<Series>, StoreError> {
    if others.is_empty() {
        return Ok(None);
    }
    let mut cases = Vec::new();
    for other in others {
        let text = own_text(db, &other.request)?;
        cases.extend(Case::of(&other.request, text));
    }
    let text = own_text(db, &stored.request)?;
    Ok(Case::of(&stored.request, text).and_then(|this| serial::series(&this, cases, now)))
}

/// What the sender wrote in the first message of a request; empty when there is none, or it is too large to compare.
pub(super) fn own_text(db: &mut Reader<'_>, request: &Request) -> Result<String, StoreError> {
    let Some(first) = request.messages.first() else {
        return Ok(String::new());
    };
    let size = messages::find(db, *first)?.map_or(0, |message| message.size);
    if size > MOST_COMPARED_BYTES {
        return Ok(String::new());
    }
    match Opened::open(db, *first) {
        Ok(opened) => Ok(opened.mail().own_text),
        Err(StoreError::Erased(_) | StoreError::Missing { .. }) => Ok(String::new()),
        Err(error) => Err(error),
    }
}
