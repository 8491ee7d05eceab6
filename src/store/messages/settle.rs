//! Handing kept mail out for reading, and writing down what became of it.

use chrono::{DateTime, TimeDelta, Utc};
use diesel::prelude::*;
use serde_json::Value;

use super::find::oddities_of;
use super::{Card, Oddity, Outcome, place};
use crate::domain::message::Characters;
use crate::store::error::exactly_one;
use crate::store::marks::Mark;
use crate::store::schema::{keys, messages, requests};
use crate::store::vault::keys as key_rows;
use crate::store::{Key, Reader, Stamp, StoreError, Tx};

/// How often reading a mail may begin without ending before a person looks at it.
const MOST_ATTEMPTS: i32 = 3;

/// Which kept mails to claim.
#[derive(Debug, Clone, Copy)]
pub enum Wanted<'a> {
    /// These, as far as they are still to be read.
    Ids(&'a [i64]),
    /// The oldest that nobody began to read, at most so many; when there are none, one that somebody began to read and
    /// never placed, so that a mail which brings the reader down takes no other with it.
    Oldest(i64),
}

/// A mail that the caller alone reads until the claim ends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claimed {
    /// The message.
    pub id: i64,
    /// When the server took it.
    pub received_at: DateTime<Utc>,
    /// Where it came from.
    pub place: String,
    /// Its length in bytes.
    pub size: i64,
    /// The keyed digest of its raw bytes.
    pub digest: Vec<u8>,
    /// Whether it may be read by machine.
    pub health: Health,
    /// What is odd about it.
    pub oddity: Oddity,
}

/// Whether reading a mail has brought the reader down before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Health {
    /// Read it.
    Sound,
    /// Reading it began three times and never ended: do not read it, give it to a person.
    Poisoned,
}

/// What became of a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standing {
    /// In one word.
    pub outcome: Outcome,
    /// The reason as a short code, never anything personal.
    pub why: String,
    /// The request it opened or belongs to.
    pub request_id: Option<i64>,
    /// The message it repeats.
    pub duplicate_of: Option<i64>,
    /// It waits at its request for an officer to say whether it belongs there.
    pub held: bool,
}

/// Digests by which a message is found again.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Marks {
    /// Of its Message-ID.
    pub mid: Option<Mark>,
    /// Of its sender's address.
    pub sender: Option<Mark>,
    /// Of Message-ID, sender, subject and text.
    pub fingerprint: Option<Mark>,
    /// Of sender and subject.
    pub thread: Option<Mark>,
}

/// All that reading a message gave.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settled {
    /// What became of it.
    pub standing: Standing,
    /// How it is found again.
    pub marks: Marks,
    /// What lists show; sealed.
    pub card: Option<Card>,
    /// The classification; sealed.
    pub reading: Option<Value>,
    /// Whether its characters are certain.
    pub characters: Characters,
}

/// What reading a message anew, as a person chose, gave.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reread<'a> {
    /// By what it is read from now on; `None` as it says itself.
    pub charset: Option<&'a str>,
    /// Of the sender and the subject as they read now.
    pub thread: Option<Mark>,
    /// What lists show; sealed.
    pub card: &'a Card,
    /// The classification; sealed.
    pub reading: &'a Value,
}

/// Claims kept mails until `now + lease`, counting the attempt before anything reads them, so that no mail can bring
/// the reader down for ever. A mail that another instance has claimed is left out.
pub fn claim(
    tx: &mut Tx<'_>,
    wanted: Wanted<'_>,
    now: DateTime<Utc>,
    lease: TimeDelta,
) -> Result<Vec<Claimed>, StoreError> {
    let ids = match wanted {
        Wanted::Ids(ids) => ids.to_vec(),
        Wanted::Oldest(limit) => oldest(tx, limit, now)?,
    };
    let oddities = oddities_of(tx, &ids)?;
    let mut claimed = Vec::with_capacity(ids.len());
    for id in ids {
        let row: Option<(Stamp, String, i64, Vec<u8>, i32)> = diesel::update(
            messages::table
                .find(id)
                .filter(messages::outcome.eq(Outcome::Kept.as_str()))
                .filter(
                    messages::claimed_until
                        .is_null()
                        .or(messages::claimed_until.le(Stamp::from(now))),
                ),
        )
        .set((
            messages::attempts.eq(messages::attempts + 1),
            messages::claimed_until.eq(Stamp::from(now + lease)),
        ))
        .returning((
            messages::received_at,
            messages::place,
            messages::size,
            messages::digest,
            messages::attempts,
        ))
        .get_result(tx.conn)
        .optional()?;
        claimed.extend(row.map(|(received_at, place, size, digest, attempts)| Claimed {
            id,
            received_at: received_at.into(),
            place,
            size,
            digest,
            health: if attempts > MOST_ATTEMPTS {
                Health::Poisoned
            } else {
                Health::Sound
            },
            oddity: oddities.get(&id).copied().unwrap_or_default(),
        }));
    }
    Ok(claimed)
}

fn oldest(tx: &mut Tx<'_>, limit: i64, now: DateTime<Utc>) -> Result<Vec<i64>, StoreError> {
    let free = || {
        messages::table
            .filter(messages::outcome.eq(Outcome::Kept.as_str()))
            .filter(
                messages::claimed_until
                    .is_null()
                    .or(messages::claimed_until.le(Stamp::from(now))),
            )
            .select(messages::id)
    };
    let fresh: Vec<i64> = free()
        .filter(messages::attempts.eq(0))
        .order((messages::received_at, messages::id))
        .limit(limit)
        .load(tx.conn)?;
    if !fresh.is_empty() {
        return Ok(fresh);
    }
    Ok(free()
        .order((messages::attempts, messages::received_at, messages::id))
        .limit(1)
        .load(tx.conn)?)
}

/// Writes down what became of a kept message. [`StoreError::Conflict`] when somebody else did.
pub fn settle(tx: &mut Tx<'_>, id: i64, settled: &Settled) -> Result<(), StoreError> {
    let (_, key) = key_row(tx, id)?;
    let card = settled
        .card
        .as_ref()
        .map(|card| seal_json(tx, &key, id, "card", card))
        .transpose()?;
    let reading = settled
        .reading
        .as_ref()
        .map(|reading| seal_json(tx, &key, id, "reading", reading))
        .transpose()?;
    let Settled { standing, marks, .. } = settled;
    let changed = diesel::update(
        messages::table
            .find(id)
            .filter(messages::outcome.eq(Outcome::Kept.as_str())),
    )
    .set((
        messages::outcome.eq(standing.outcome.as_str()),
        messages::why.eq(&standing.why),
        messages::request_id.eq(standing.request_id),
        messages::duplicate_of.eq(standing.duplicate_of),
        messages::held.eq(standing.held),
        messages::claimed_until.eq(None::<Stamp>),
        messages::mid.eq(marks.mid.as_ref().map(Mark::as_slice)),
        messages::sender.eq(marks.sender.as_ref().map(Mark::as_slice)),
        messages::fingerprint.eq(marks.fingerprint.as_ref().map(Mark::as_slice)),
        messages::thread.eq(marks.thread.as_ref().map(Mark::as_slice)),
        messages::card.eq(card),
        messages::reading.eq(reading),
        messages::unsure.eq(settled.characters == Characters::Uncertain),
    ))
    .execute(tx.conn)?;
    exactly_one(changed)
}

/// Writes down how a message reads as a person chose; its characters are certain from then on, its bytes the same.
///
/// The fingerprint stays that of the first reading: a second delivery is read that way too before it is compared.
pub fn reread(tx: &mut Tx<'_>, id: i64, reread: &Reread<'_>) -> Result<(), StoreError> {
    let (_, key) = key_row(tx, id)?;
    let card = seal_json(tx, &key, id, "card", reread.card)?;
    let reading = seal_json(tx, &key, id, "reading", reread.reading)?;
    let changed = diesel::update(messages::table.find(id))
        .set((
            messages::charset.eq(reread.charset),
            messages::unsure.eq(false),
            messages::thread.eq(reread.thread.as_ref().map(Mark::as_slice)),
            messages::card.eq(card),
            messages::reading.eq(reading),
        ))
        .execute(tx.conn)?;
    exactly_one(changed)
}

/// Changes what became of a message: a person takes it out of quarantine, or confirms that it belongs.
/// [`StoreError::Conflict`] when it does not stand at `from` any more.
pub fn change(tx: &mut Tx<'_>, id: i64, from: Outcome, to: &Standing) -> Result<(), StoreError> {
    let changed = diesel::update(messages::table.find(id).filter(messages::outcome.eq(from.as_str())))
        .set((
            messages::outcome.eq(to.outcome.as_str()),
            messages::why.eq(&to.why),
            messages::request_id.eq(to.request_id),
            messages::duplicate_of.eq(to.duplicate_of),
            messages::held.eq(to.held),
        ))
        .execute(tx.conn)?;
    exactly_one(changed)
}

/// Takes a message out of quarantine to be placed anew, when it was there for this reason: it lies at another place now.
/// Says whether it was.
pub fn reconsider(tx: &mut Tx<'_>, id: i64, why: &str, place: &str) -> Result<bool, StoreError> {
    let changed = diesel::update(
        messages::table
            .find(id)
            .filter(messages::outcome.eq(Outcome::Quarantined.as_str()))
            .filter(messages::why.eq(why)),
    )
    .set((
        messages::outcome.eq(Outcome::Kept.as_str()),
        messages::why.eq(""),
        messages::place.eq(place),
        messages::attempts.eq(0),
        messages::claimed_until.eq(None::<Stamp>),
    ))
    .execute(tx.conn)?;
    Ok(changed == 1)
}

/// The number of the key a message is sealed under. The request it opens adopts that key as its own.
pub fn key_of(db: &mut Reader<'_>, id: i64) -> Result<i64, StoreError> {
    let key_id: Option<i64> = messages::table
        .find(id)
        .select(messages::key_id)
        .first(db.conn)
        .optional()?;
    key_id.ok_or(StoreError::Missing { what: "message", id })
}

/// Seals a message anew under the key of the request that it joins, so that erasing the request erases the message.
/// Its old key goes, unless a request has adopted it.
pub fn rekey(tx: &mut Tx<'_>, id: i64, new_key_id: i64) -> Result<(), StoreError> {
    let (old_key_id, old) = key_row(tx, id)?;
    if old_key_id == new_key_id {
        return Ok(());
    }
    let new = key_rows::find(tx, new_key_id)?;
    let (raw, card, reading): (Vec<u8>, Option<Vec<u8>>, Option<Vec<u8>>) = messages::table
        .find(id)
        .select((messages::raw, messages::card, messages::reading))
        .first(tx.conn)?;
    let reseal = |column: &str, sealed: &[u8]| {
        let place = place(id, column);
        tx.vault.seal(&new, &place, &tx.vault.open(&old, &place, sealed)?)
    };
    let raw = reseal("raw", &raw)?;
    let card = card.map(|card| reseal("card", &card)).transpose()?;
    let reading = reading.map(|reading| reseal("reading", &reading)).transpose()?;
    diesel::update(messages::table.find(id))
        .set((
            messages::key_id.eq(new_key_id),
            messages::raw.eq(raw),
            messages::card.eq(card),
            messages::reading.eq(reading),
        ))
        .execute(tx.conn)?;
    let adopters: i64 = requests::table
        .filter(requests::key_id.eq(old_key_id))
        .count()
        .get_result(tx.conn)?;
    match adopters {
        0 => key_rows::discard(tx, old_key_id),
        _ => Ok(()),
    }
}

fn key_row(tx: &mut Tx<'_>, id: i64) -> Result<(i64, Key), StoreError> {
    let row: Option<(i64, Vec<u8>)> = messages::table
        .inner_join(keys::table)
        .filter(messages::id.eq(id))
        .select((keys::id, keys::wrapped))
        .first(tx.conn)
        .optional()?;
    let (key_id, wrapped) = row.ok_or(StoreError::Missing { what: "message", id })?;
    Ok((key_id, key_rows::open(tx, key_id, &wrapped)?))
}

fn seal_json(
    tx: &Tx<'_>,
    key: &Key,
    id: i64,
    column: &str,
    value: &impl serde::Serialize,
) -> Result<Vec<u8>, StoreError> {
    let json =
        serde_json::to_vec(value).map_err(|error| StoreError::Corrupt(format!("{}: {error}", place(id, column))))?;
    tx.vault.seal(key, &place(id, column), &json)
}
