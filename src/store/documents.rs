//! Copies of documents that came through the portal: taken in when one is wanted, looked at with an event, destroyed with
//! the event that ends them.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};

use super::door::{Door, Seen, StepError};
use super::files::{self, FileKey, KeptFile, NewFile, Purpose};
use super::requests::{self, Stored};
use super::second_factor::Fresh;
use super::{Reader, StoreError, Tx};
use crate::domain::command::Command;
use crate::domain::document::{LASTS, Shows, format_of, wanted};
use crate::domain::event::{Event, Recorded};

/// The longest name that is kept, in characters.
const MOST_NAME: usize = 120;

/// A document as somebody uploads it.
#[derive(Debug, Clone, Copy)]
pub struct Upload<'a> {
    /// Its name; text to show, never a path.
    pub name: &'a str,
    /// All of it.
    pub bytes: &'a [u8],
    /// What it is to show.
    pub shows: Shows,
}

/// Takes a document in, under a key of its own. What it is, its bytes say.
///
/// # Errors
/// A refusal when nobody asked for one, when there are too many, or when it is too large or of another format; or that
/// the store failed.
pub fn receive(tx: &mut Tx<'_>, door: &Door<'_>, request: i64, upload: &Upload<'_>) -> Result<Stored, StepError> {
    let format = format_of(upload.bytes)?;
    let name: String = upload.name.chars().take(MOST_NAME).collect();
    door.step(tx, request, Seen::Whatever, |desk| {
        // Asked before the bytes are sealed; the core asks again.
        wanted(&desk.stored.request, desk.rules.policy, upload.shows)?;
        let now = desk.now;
        let file = NewFile {
            request_id: request,
            purpose: purpose_of(upload.shows),
            key: FileKey::Own,
            name: &name,
            media_type: format.media_type(),
            bytes: upload.bytes,
        };
        Ok(Command::ReceiveDocument {
            file: files::keep(desk.tx(), &file, now)?,
            shows: upload.shows,
        })
    })
}

/// The bytes of a document, read in the transaction that says who looked.
///
/// # Errors
/// A refusal when no such document lies there, the person may not look, or their second factor was checked too long ago; or that the store failed.
pub fn view(
    tx: &mut Tx<'_>,
    door: &Door<'_>,
    request: i64,
    file: i64,
    fresh: &Fresh,
) -> Result<(KeptFile, Vec<u8>), StepError> {
    door.show(tx, request, fresh, |_| Ok(Command::ViewDocument { file }))?;
    Ok((files::find(tx, file)?, files::read_document(tx, file, fresh)?))
}

/// The documents of a request, also destroyed ones, in the order they came.
///
/// # Errors
/// When the store fails.
pub fn of_request(db: &mut Reader<'_>, request: i64) -> Result<Vec<KeptFile>, StoreError> {
    let mut found = files::of_request(db, request)?;
    found.retain(|file| {
        [Shows::Identity, Shows::Standing]
            .map(purpose_of)
            .contains(&file.purpose)
    });
    Ok(found)
}

/// The requests with a document whose time is over, by number.
///
/// # Errors
/// When the store fails.
pub fn overdue(db: &mut Reader<'_>, now: DateTime<Utc>) -> Result<BTreeSet<i64>, StoreError> {
    let mut requests = BTreeSet::new();
    for shows in [Shows::Identity, Shows::Standing] {
        let old = files::kept_before(db, purpose_of(shows), now - LASTS)?;
        requests.extend(old.iter().map(|file| file.request_id));
    }
    let mut there = BTreeSet::new();
    for id in requests {
        if requests::is_there(db, id)? {
            there.insert(id);
        }
    }
    Ok(there)
}

/// Destroys the documents that these events end. The door calls it with every step.
pub(super) fn settle(tx: &mut Tx<'_>, events: &[Recorded], now: DateTime<Utc>) -> Result<(), StoreError> {
    for recorded in events {
        if let Event::DocumentDestroyed { file, .. } = &recorded.event {
            files::destroy(tx, file.id, now)?;
        }
    }
    Ok(())
}

fn purpose_of(shows: Shows) -> Purpose {
    match shows {
        Shows::Identity => Purpose::IdentityDocument,
        Shows::Standing => Purpose::Evidence,
    }
}
