//! Storing raw mail exactly once, wherever and however often it is seen.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use chrono::{DateTime, Utc};
use diesel::prelude::*;

use super::{Outcome, place};
use crate::store::schema::{messages, oddities, sightings};
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
    /// What the server says of that, where it cannot be believed.
    pub stated_at: Option<DateTime<Utc>>,
    /// Every byte, or the header alone of a message that is too large.
    pub raw: &'a [u8],
    /// The size in bytes of a message of which only the header is here.
    pub whole_size: Option<i64>,
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
    /// This very mail was seen at this very place before; nothing was written.
    AlreadySighted,
    /// A folder was numbered anew, or the mail moved within its account; only the sighting was written.
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

/// What is stored of a mail that a number of a series stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Taken {
    /// The receipt that its server states, whether it counts or not.
    pub stated_at: DateTime<Utc>,
    /// The size in bytes of a message of which only the header was taken.
    pub whole_size: Option<i64>,
}

/// The numbers of a series that are stored: what a mailbox holds beyond them is still to be fetched.
pub fn taken(db: &mut Reader<'_>, grp: &str) -> Result<BTreeMap<i64, Taken>, StoreError> {
    let rows: Vec<(i64, Stamp)> = sightings::table
        .inner_join(messages::table)
        .filter(sightings::grp.eq(grp))
        .select((sightings::no, messages::received_at))
        .load(db.conn)?;
    let odd: Vec<(i64, Option<i64>, Option<Stamp>)> = sightings::table
        .inner_join(oddities::table.on(oddities::message_id.eq(sightings::message_id)))
        .filter(sightings::grp.eq(grp))
        .select((sightings::no, oddities::whole_size, oddities::stated_at))
        .load(db.conn)?;
    let plain = rows.into_iter().map(|(no, received_at)| {
        let stated_at = received_at.into();
        (
            no,
            Taken {
                stated_at,
                whole_size: None,
            },
        )
    });
    let mut taken: BTreeMap<i64, Taken> = plain.collect();
    for (no, whole_size, stated_at) in odd {
        if let Some(taken) = taken.get_mut(&no) {
            taken.whole_size = whole_size;
            taken.stated_at = stated_at.map_or(taken.stated_at, Into::into);
        }
    }
    Ok(taken)
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
    let digest = digest(tx, mail);
    let sighted: Option<(i64, Vec<u8>)> = sightings::table
        .inner_join(messages::table)
        .filter(sightings::grp.eq(mail.grp).and(sightings::no.eq(mail.no)))
        .select((messages::id, messages::digest))
        .first(tx.conn)
        .optional()?;
    let place = match sighted {
        Some((id, known)) if known == digest => {
            return Ok(Kept {
                id,
                sighting: Sighting::AlreadySighted,
            });
        }
        // A mailbox restored from a backup gives numbers away that it had given before.
        Some(_) => NumberedPlace::GivenAway,
        None => NumberedPlace::Fresh,
    };
    if let Some(id) = known_elsewhere(tx, mail, &digest)? {
        sight(tx, mail, place, id)?;
        return Ok(Kept {
            id,
            sighting: Sighting::SightedAgain,
        });
    }
    let (id, key_id) = numbers.next(tx, left)?;
    insert(tx, mail, (id, key_id), &digest, now)?;
    sight(tx, mail, place, id)?;
    Ok(Kept {
        id,
        sighting: Sighting::New,
    })
}

/// Whether a number of a series was seen before with another mail.
#[derive(Debug, Clone, Copy)]
enum NumberedPlace {
    Fresh,
    GivenAway,
}

/// Of the bytes; and of the size of the whole, where only the header is here.
fn digest(tx: &Tx<'_>, mail: &NewMessage<'_>) -> marks::Mark {
    match mail.whole_size {
        None => marks::raw(tx.vault, mail.raw),
        Some(size) => marks::raw(tx.vault, &[mail.raw, &size.to_be_bytes()].concat()),
    }
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
    if mail.whole_size.is_some() || mail.stated_at.is_some() {
        diesel::insert_into(oddities::table)
            .values((
                oddities::message_id.eq(id),
                oddities::whole_size.eq(mail.whole_size),
                oddities::stated_at.eq(mail.stated_at.map(Stamp::from)),
            ))
            .execute(tx.conn)?;
    }
    Ok(())
}

fn sight(tx: &mut Tx<'_>, mail: &NewMessage<'_>, place: NumberedPlace, id: i64) -> Result<(), StoreError> {
    match place {
        NumberedPlace::Fresh => diesel::insert_into(sightings::table)
            .values((
                sightings::grp.eq(mail.grp),
                sightings::no.eq(mail.no),
                sightings::message_id.eq(id),
            ))
            .execute(tx.conn)?,
        NumberedPlace::GivenAway => diesel::update(sightings::table.find((mail.grp, mail.no)))
            .set(sightings::message_id.eq(id))
            .execute(tx.conn)?,
    };
    Ok(())
}

/// A message of the same account with equal bytes and arrival that this series has not reached yet: its folder was
/// numbered anew, or it moved to another one. Two equal mails in one folder stay two messages.
fn known_elsewhere(tx: &mut Tx<'_>, mail: &NewMessage<'_>, digest: &marks::Mark) -> Result<Option<i64>, StoreError> {
    let Some(account) = account_of(mail.grp) else {
        return Ok(None);
    };
    let equal: Vec<i64> = match mail.stated_at {
        None => messages::table
            .filter(messages::digest.eq(digest.as_slice()))
            .filter(messages::received_at.eq(Stamp::from(mail.received_at)))
            .order(messages::id)
            .select(messages::id)
            .load(tx.conn)?,
        Some(at) => messages::table
            .inner_join(oddities::table)
            .filter(messages::digest.eq(digest.as_slice()))
            .filter(oddities::stated_at.eq(Stamp::from(at)))
            .order(messages::id)
            .select(messages::id)
            .load(tx.conn)?,
    };
    for id in equal {
        let seen: BTreeSet<String> = sightings::table
            .filter(sightings::message_id.eq(id))
            .select(sightings::grp)
            .load::<String>(tx.conn)?
            .into_iter()
            .collect();
        if !seen.contains(mail.grp) && seen.iter().any(|grp| account_of(grp) == Some(account)) {
            return Ok(Some(id));
        }
    }
    Ok(None)
}

/// The account of an IMAP series.
fn account_of(grp: &str) -> Option<&str> {
    grp.strip_prefix("imap:")?.split_once('/').map(|(account, _)| account)
}
