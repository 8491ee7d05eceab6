//! Finding and listing messages, and opening what is sealed in them.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::{Card, Oddity, Outcome, place};
use crate::domain::message::Characters;
use crate::store::marks::Mark;
use crate::store::schema::{keys, messages, oddities, requests};
use crate::store::vault::keys as key_rows;
use crate::store::{MultiBackend, Reader, Stamp, StoreError};

/// More messages than this never share a digest in earnest; the oldest are enough to decide.
const MOST_FOUND: i64 = 50;

/// A message as lists show it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listed {
    /// Its number.
    pub id: i64,
    /// When the server took it.
    pub received_at: DateTime<Utc>,
    /// Its length in bytes.
    pub size: i64,
    /// Where it came from.
    pub place: String,
    /// What became of it.
    pub outcome: Outcome,
    /// The reason, as a short code.
    pub why: String,
    /// Its request.
    pub request_id: Option<i64>,
    /// The message it repeats.
    pub duplicate_of: Option<i64>,
    /// It waits for an officer to say whether it belongs.
    pub held: bool,
    /// Whether its characters are certain, or a person must compare.
    pub characters: Characters,
    /// Who wrote and about what; `None` before it was read and after it was erased.
    pub card: Option<Card>,
    /// What is odd about it.
    pub oddity: Oddity,
}

/// Which messages a list shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Group {
    /// Those of one outcome.
    Of(Outcome),
    /// Those whose characters wait for somebody to compare.
    Uncertain,
}

/// The bytes of a message and how they are to be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Raw {
    /// Every byte, as it arrived.
    pub bytes: Vec<u8>,
    /// By which character set a person chose to read it.
    pub charset: Option<String>,
    /// Why it stands where it stands, as a short code.
    pub why: String,
}

/// A place in a list that later arrivals do not shift.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cursor {
    /// The arrival of the last message shown.
    pub received_at: DateTime<Utc>,
    /// Its number.
    pub id: i64,
}

/// By what to look messages up.
#[derive(Debug, Clone, Copy)]
pub enum Look<'a> {
    /// Equal raw bytes.
    Digest(&'a [u8]),
    /// Equal Message-ID, sender, subject and text.
    Fingerprint(&'a Mark),
    /// Equal Message-ID.
    MessageId(&'a Mark),
    /// The same conversation with the same sender.
    Thread {
        /// Of sender and subject.
        thread: &'a Mark,
        /// Of the sender's address.
        sender: &'a Mark,
    },
}

/// A message that was looked up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// Its number.
    pub id: i64,
    /// When the server took it.
    pub received_at: DateTime<Utc>,
    /// What became of it.
    pub outcome: Outcome,
    /// Its request.
    pub request_id: Option<i64>,
    /// It waits for an officer to say whether it belongs.
    pub held: bool,
    /// The digest of its sender's address.
    pub sender: Option<Vec<u8>>,
}

/// Messages with an equal digest, the oldest first.
pub fn look_up(db: &mut Reader<'_>, look: Look<'_>) -> Result<Vec<Found>, StoreError> {
    let query = messages::table
        .order((messages::received_at, messages::id))
        .select((
            messages::id,
            messages::received_at,
            messages::outcome,
            messages::request_id,
            messages::held,
            messages::sender,
        ))
        .limit(MOST_FOUND)
        .into_boxed::<MultiBackend>();
    let query = match look {
        Look::Digest(digest) => query.filter(messages::digest.eq(digest)),
        Look::Fingerprint(mark) => query.filter(messages::fingerprint.eq(mark.as_slice())),
        Look::MessageId(mark) => query.filter(messages::mid.eq(mark.as_slice())),
        Look::Thread { thread, sender } => query
            .filter(messages::thread.eq(thread.as_slice()))
            .filter(messages::sender.eq(sender.as_slice())),
    };
    let rows: Vec<FoundRow> = query.load(db.conn)?;
    rows.into_iter()
        .map(|(id, received_at, outcome, request_id, held, sender)| {
            let outcome = Outcome::stored(&outcome)?;
            Ok(Found {
                id,
                received_at: received_at.into(),
                outcome,
                request_id,
                held,
                sender,
            })
        })
        .collect()
}

/// Messages of one group, or of any, the newest first, after the place of `after`.
pub fn list(
    db: &mut Reader<'_>,
    group: Option<Group>,
    after: Option<Cursor>,
    limit: i64,
) -> Result<Vec<Listed>, StoreError> {
    let mut query = messages::table
        .inner_join(keys::table)
        .select((Row::as_select(), keys::wrapped))
        .order((messages::received_at.desc(), messages::id.desc()))
        .limit(limit)
        .into_boxed::<MultiBackend>();
    query = match group {
        Some(Group::Of(outcome)) => query.filter(messages::outcome.eq(outcome.as_str())),
        Some(Group::Uncertain) => query.filter(messages::unsure.eq(true)),
        None => query,
    };
    if let Some(Cursor { received_at, id }) = after {
        let at = Stamp::from(received_at);
        let same_instant = messages::received_at.eq(at).and(messages::id.lt(id));
        query = query.filter(messages::received_at.lt(at).or(same_instant));
    }
    let rows: Vec<(Row, Vec<u8>)> = query.load(db.conn)?;
    all_listed(db, rows)
}

/// The messages of a request, the oldest first.
pub fn of_request(db: &mut Reader<'_>, request_id: i64) -> Result<Vec<Listed>, StoreError> {
    let rows: Vec<(Row, Vec<u8>)> = messages::table
        .inner_join(keys::table)
        .filter(messages::request_id.eq(request_id))
        .select((Row::as_select(), keys::wrapped))
        .order((messages::received_at, messages::id))
        .load(db.conn)?;
    all_listed(db, rows)
}

/// Messages that are too large to have been taken whole, and with which nobody has dealt yet: their request waits for
/// triage, or they wait to be confirmed.
pub fn too_large(db: &mut Reader<'_>) -> Result<Vec<Listed>, StoreError> {
    let waits = requests::stage.eq("triage").or(messages::held.eq(true));
    let rows: Vec<(Row, Vec<u8>)> = messages::table
        .inner_join(keys::table)
        .inner_join(oddities::table)
        .inner_join(requests::table.on(messages::request_id.eq(requests::id.nullable())))
        .filter(oddities::whole_size.is_not_null())
        .filter(waits)
        .select((Row::as_select(), keys::wrapped))
        .order((messages::received_at, messages::id))
        .load(db.conn)?;
    all_listed(db, rows)
}

/// How many messages came into quarantine since an instant and are still there.
pub fn quarantined_since(db: &mut Reader<'_>, since: DateTime<Utc>) -> Result<i64, StoreError> {
    Ok(messages::table
        .filter(messages::outcome.eq(Outcome::Quarantined.as_str()))
        .filter(messages::kept_at.ge(Stamp::from(since)))
        .count()
        .get_result(db.conn)?)
}

/// One message.
pub fn find(db: &mut Reader<'_>, id: i64) -> Result<Option<Listed>, StoreError> {
    let row: Option<(Row, Vec<u8>)> = messages::table
        .inner_join(keys::table)
        .filter(messages::id.eq(id))
        .select((Row::as_select(), keys::wrapped))
        .first(db.conn)
        .optional()?;
    Ok(all_listed(db, row.into_iter().collect())?.pop())
}

/// How many messages wait for somebody to compare their readings.
pub fn count_uncertain(db: &mut Reader<'_>) -> Result<i64, StoreError> {
    Ok(messages::table
        .filter(messages::unsure.eq(true))
        .count()
        .get_result(db.conn)?)
}

/// Every byte of a message, as it arrived.
pub fn raw(db: &mut Reader<'_>, id: i64) -> Result<Vec<u8>, StoreError> {
    to_read(db, id).map(|raw| raw.bytes)
}

/// The bytes of a message, with how a person chose to read them.
pub fn to_read(db: &mut Reader<'_>, id: i64) -> Result<Raw, StoreError> {
    type RawRow = (i64, Vec<u8>, Vec<u8>, Option<String>, String);
    let row: Option<RawRow> = messages::table
        .inner_join(keys::table)
        .filter(messages::id.eq(id))
        .select((keys::id, keys::wrapped, messages::raw, messages::charset, messages::why))
        .first(db.conn)
        .optional()?;
    let (key_id, wrapped, raw, charset, why) = row.ok_or(StoreError::Missing { what: "message", id })?;
    let key = key_rows::open(db, key_id, &wrapped)?;
    let bytes = db.vault.open(&key, &place(id, "raw"), &raw)?;
    Ok(Raw { bytes, charset, why })
}

/// What the classification of a message said; `None` when it was never read.
pub fn reading(db: &mut Reader<'_>, id: i64) -> Result<Option<Value>, StoreError> {
    let row: Option<(i64, Vec<u8>, Option<Vec<u8>>)> = messages::table
        .inner_join(keys::table)
        .filter(messages::id.eq(id))
        .select((keys::id, keys::wrapped, messages::reading))
        .first(db.conn)
        .optional()?;
    let (key_id, wrapped, reading) = row.ok_or(StoreError::Missing { what: "message", id })?;
    reading
        .map(|sealed| open_json(db, (key_id, &wrapped), id, "reading", &sealed))
        .transpose()
}

/// How many messages stand at each outcome. Their sum is every message that ever reached the mailbox.
pub fn balance(db: &mut Reader<'_>) -> Result<Vec<(Outcome, i64)>, StoreError> {
    let counts: Vec<(String, i64)> = messages::table
        .group_by(messages::outcome)
        .select((messages::outcome, diesel::dsl::count_star()))
        .load(db.conn)?;
    Ok(Outcome::ALL
        .into_iter()
        .map(|outcome| {
            (
                outcome,
                counts
                    .iter()
                    .find(|(word, _)| word == outcome.as_str())
                    .map_or(0, |(_, count)| *count),
            )
        })
        .collect())
}

type FoundRow = (i64, Stamp, String, Option<i64>, bool, Option<Vec<u8>>);

#[derive(Queryable, Selectable)]
#[diesel(table_name = messages)]
struct Row {
    id: i64,
    received_at: Stamp,
    size: i64,
    place: String,
    outcome: String,
    why: String,
    request_id: Option<i64>,
    duplicate_of: Option<i64>,
    held: bool,
    unsure: bool,
    card: Option<Vec<u8>>,
    key_id: i64,
}

/// What is odd about messages, for those of which something is.
pub(super) fn oddities_of(db: &mut Reader<'_>, ids: &[i64]) -> Result<BTreeMap<i64, Oddity>, StoreError> {
    let rows: Vec<(i64, Option<i64>, Option<Stamp>)> =
        oddities::table.filter(oddities::message_id.eq_any(ids)).load(db.conn)?;
    Ok(rows
        .into_iter()
        .map(|(id, whole_size, stated_at)| {
            let stated_at = stated_at.map(Into::into);
            (id, Oddity { whole_size, stated_at })
        })
        .collect())
}

fn all_listed(db: &mut Reader<'_>, rows: Vec<(Row, Vec<u8>)>) -> Result<Vec<Listed>, StoreError> {
    let ids: Vec<i64> = rows.iter().map(|(row, _)| row.id).collect();
    let oddities = oddities_of(db, &ids)?;
    rows.into_iter()
        .map(|(row, wrapped)| {
            let oddity = oddities.get(&row.id).copied().unwrap_or_default();
            listed(db, (row, wrapped), oddity)
        })
        .collect()
}

fn listed(db: &Reader<'_>, (row, wrapped): (Row, Vec<u8>), oddity: Oddity) -> Result<Listed, StoreError> {
    let card = match row.card {
        Some(sealed) => match open_json(db, (row.key_id, &wrapped), row.id, "card", &sealed) {
            Ok(card) => Some(card),
            Err(StoreError::Erased(_)) => None,
            Err(error) => return Err(error),
        },
        None => None,
    };
    Ok(Listed {
        id: row.id,
        received_at: row.received_at.into(),
        size: row.size,
        place: row.place,
        outcome: Outcome::stored(&row.outcome)?,
        why: row.why,
        request_id: row.request_id,
        duplicate_of: row.duplicate_of,
        held: row.held,
        characters: Characters::certain_if(!row.unsure),
        card,
        oddity,
    })
}

fn open_json<T: DeserializeOwned>(
    db: &Reader<'_>,
    (key_id, wrapped): (i64, &[u8]),
    id: i64,
    column: &str,
    sealed: &[u8],
) -> Result<T, StoreError> {
    let key = key_rows::open(db, key_id, wrapped)?;
    let json = db.vault.open(&key, &place(id, column), sealed)?;
    serde_json::from_slice(&json).map_err(|_| StoreError::Corrupt(format!("{} is not as written", place(id, column))))
}
