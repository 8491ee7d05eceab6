//! Storing raw mail exactly once, wherever and however often it is seen.

use std::collections::BTreeSet;
use std::ops::Range;

use chrono::{DateTime, Utc};
use diesel::prelude::*;

use super::{Outcome, place};
use crate::store::schema::{messages, sightings};
use crate::store::vault::keys;
use crate::store::{Reader, Stamp, StoreError, Tx, ids, marks};

/// A mail as a mailbox hands it over.
#[derive(Debug, Clone, Copy)]
pub struct NewMessage<'a> {
    /// The series that `no` counts in: `imap:ACCOUNT/FOLDER/UIDVALIDITY`, or `file:PATH`.
    pub grp: &'a str,
    /// The UID, or the first 63 bits of the digest.
    pub no: i64,
    /// Where it came from, in words for a person.
    pub place: &'a str,
    /// When the server took it.
    pub received_at: DateTime<Utc>,
    /// Every byte.
    pub raw: &'a [u8],
}

/// The row that now holds a mail.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Kept {
    /// The message.
    pub id: i64,
    /// Whether it was new.
    pub sighting: Sighting,
}

/// What seeing a mail meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sighting {
    /// It is stored now.
    New,
    /// This very place was seen before; nothing was written.
    AlreadySighted,
    /// A folder was numbered anew, and this is a mail known from the old numbers; only the sighting was written.
    SightedAgain,
}

/// Stores mails, each under a fresh key of its own.
pub fn keep(tx: &mut Tx<'_>, mails: &[NewMessage<'_>], now: DateTime<Utc>) -> Result<Vec<Kept>, StoreError> {
    let mut kept = Vec::with_capacity(mails.len());
    let mut numbers = Numbers {
        messages: 0..0,
        keys: 0..0,
    };
    for (mail, left) in mails.iter().zip((1..=mails.len()).rev()) {
        kept.push(keep_one(tx, mail, &mut numbers, left, now)?);
    }
    Ok(kept)
}

/// The numbers of a series that are stored: what a mailbox holds beyond them is still to be fetched.
pub fn taken_numbers(db: &mut Reader<'_>, grp: &str) -> Result<BTreeSet<i64>, StoreError> {
    let numbers: Vec<i64> = sightings::table
        .filter(sightings::grp.eq(grp))
        .select(sightings::no)
        .load(db.conn)?;
    Ok(numbers.into_iter().collect())
}

/// Numbers for new messages and their keys. The first new mail takes them for itself and all mails left, so that a batch
/// costs two statements; those not needed stay unused.
struct Numbers {
    messages: Range<i64>,
    keys: Range<i64>,
}

impl Numbers {
    fn next(&mut self, tx: &mut Tx<'_>, left: usize) -> Result<(i64, i64), StoreError> {
        if let Some(pair) = self.messages.next().zip(self.keys.next()) {
            return Ok(pair);
        }
        let left = i64::try_from(left).unwrap_or(1);
        let (message, key) = (ids::take(tx, "messages", left)?, ids::take(tx, "keys", left)?);
        self.messages = message + 1..message + left;
        self.keys = key + 1..key + left;
        Ok((message, key))
    }
}

fn keep_one(
    tx: &mut Tx<'_>,
    mail: &NewMessage<'_>,
    numbers: &mut Numbers,
    left: usize,
    now: DateTime<Utc>,
) -> Result<Kept, StoreError> {
    let sighted: Option<i64> = sightings::table
        .find((mail.grp, mail.no))
        .select(sightings::message_id)
        .first(tx.conn)
        .optional()?;
    if let Some(id) = sighted {
        return Ok(Kept {
            id,
            sighting: Sighting::AlreadySighted,
        });
    }
    let digest = marks::raw(tx.vault, mail.raw);
    if let Some(id) = known_by_old_number(tx, mail, &digest)? {
        sight(tx, mail, id)?;
        return Ok(Kept {
            id,
            sighting: Sighting::SightedAgain,
        });
    }
    let (id, key_id) = numbers.next(tx, left)?;
    insert(tx, mail, (id, key_id), &digest, now)?;
    sight(tx, mail, id)?;
    Ok(Kept {
        id,
        sighting: Sighting::New,
    })
}

fn insert(
    tx: &mut Tx<'_>,
    mail: &NewMessage<'_>,
    (id, key_id): (i64, i64),
    digest: &marks::Mark,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    let key = keys::make_as(tx, key_id)?;
    let sealed = tx.vault.seal(&key, &place(id, "raw"), mail.raw)?;
    diesel::insert_into(messages::table)
        .values((
            messages::id.eq(id),
            messages::received_at.eq(Stamp::from(mail.received_at)),
            messages::kept_at.eq(Stamp::from(now)),
            messages::size.eq(i64::try_from(mail.raw.len()).unwrap_or(i64::MAX)),
            messages::key_id.eq(key_id),
            messages::outcome.eq(Outcome::Kept.as_str()),
            messages::why.eq(""),
            messages::held.eq(false),
            messages::attempts.eq(0),
            messages::place.eq(mail.place),
            messages::digest.eq(digest.as_slice()),
            messages::raw.eq(sealed),
        ))
        .execute(tx.conn)?;
    Ok(())
}

fn sight(tx: &mut Tx<'_>, mail: &NewMessage<'_>, id: i64) -> Result<(), StoreError> {
    diesel::insert_into(sightings::table)
        .values((
            sightings::grp.eq(mail.grp),
            sightings::no.eq(mail.no),
            sightings::message_id.eq(id),
        ))
        .execute(tx.conn)?;
    Ok(())
}

/// A message of the same folder under another UIDVALIDITY with equal bytes and arrival, that the new numbers have not
/// reached yet: two equal mails in one folder stay two messages.
fn known_by_old_number(
    tx: &mut Tx<'_>,
    mail: &NewMessage<'_>,
    digest: &marks::Mark,
) -> Result<Option<i64>, StoreError> {
    let Some(folder) = folder_of(mail.grp) else {
        return Ok(None);
    };
    let seen: Vec<(i64, String)> = messages::table
        .inner_join(sightings::table)
        .filter(messages::digest.eq(digest.as_slice()))
        .filter(messages::received_at.eq(Stamp::from(mail.received_at)))
        .order((messages::id, sightings::no))
        .select((messages::id, sightings::grp))
        .load(tx.conn)?;
    let reached: BTreeSet<i64> = seen
        .iter()
        .filter(|(_, grp)| grp == mail.grp)
        .map(|(id, _)| *id)
        .collect();
    Ok(seen
        .iter()
        .find(|(id, grp)| !reached.contains(id) && folder_of(grp) == Some(folder))
        .map(|(id, _)| *id))
}

/// The account and folder of an IMAP series, without its UIDVALIDITY.
fn folder_of(grp: &str) -> Option<&str> {
    grp.strip_prefix("imap:")?.rsplit_once('/').map(|(folder, _)| folder)
}
