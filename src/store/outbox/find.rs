//! Finding and counting outgoing mail.

use chrono::{DateTime, Utc};
use diesel::dsl::{exists, not};
use diesel::prelude::*;

use super::{Outgoing, State, open_recipient, place};
use crate::store::marks::{self, Mark};
use crate::store::schema::{outbox, requests};
use crate::store::vault::keys;
use crate::store::{MultiBackend, Reader, Stamp, StoreError};

/// The mails about a request, the oldest first.
pub fn of_request(db: &mut Reader<'_>, request_id: i64) -> Result<Vec<Outgoing>, StoreError> {
    let rows = outbox::table
        .filter(outbox::request_id.eq(request_id))
        .order(outbox::id)
        .select(Row::as_select())
        .load(db.conn)?;
    rows.into_iter().map(|row| shown(db, row)).collect()
}

/// The mails that stand in a state, the newest first.
pub fn in_state(db: &mut Reader<'_>, state: State, limit: i64) -> Result<Vec<Outgoing>, StoreError> {
    let rows = outbox::table
        .filter(outbox::state.eq(state.as_str()))
        .order(outbox::id.desc())
        .limit(limit)
        .select(Row::as_select())
        .load(db.conn)?;
    rows.into_iter().map(|row| shown(db, row)).collect()
}

/// The mails that need a person, the newest of each state first: those that wait for one, did not arrive or may not have,
/// while their request is open or since an instant. Of a request whose answer came back only those that wait are among
/// them: that it did not arrive the request itself says.
pub fn needy(db: &mut Reader<'_>, since: DateTime<Utc>, limit: i64) -> Result<Vec<Outgoing>, StoreError> {
    let mut found = Vec::new();
    for state in State::NEEDY {
        let rows: Vec<Row> = needing(state, since)
            .order(outbox::id.desc())
            .limit(limit)
            .select(Row::as_select())
            .load(db.conn)?;
        for row in rows {
            found.push(shown(db, row)?);
        }
    }
    Ok(found)
}

/// How many mails need a person, by state, as [`needy`] finds them.
pub fn needy_counts(db: &mut Reader<'_>, since: DateTime<Utc>) -> Result<Vec<(State, i64)>, StoreError> {
    State::NEEDY
        .into_iter()
        .map(|state| Ok((state, needing(state, since).count().get_result(db.conn)?)))
        .collect()
}

fn needing<'a>(state: State, since: DateTime<Utc>) -> outbox::BoxedQuery<'a, MultiBackend> {
    let query = outbox::table
        .filter(outbox::state.eq(state.as_str()))
        .into_boxed::<MultiBackend>();
    let of_it = || requests::table.filter(requests::id.nullable().eq(outbox::request_id));
    let ended = outbox::settled_at.ge(Stamp::from(since)).assume_not_null();
    let is_open = exists(of_it().filter(requests::open.eq(true)));
    let answer_is_back = exists(of_it().filter(requests::delivery.eq("not-delivered")));
    match state {
        State::Failed | State::Unknown => query.filter(ended.or(is_open)).filter(not(answer_is_back)),
        State::Delayed => query.filter(ended),
        State::Waiting => query.filter(outbox::queued_at.ge(Stamp::from(since)).or(is_open)),
        State::Queued | State::Leased | State::Sent => query,
    }
}

/// One mail.
pub fn find(db: &mut Reader<'_>, id: i64) -> Result<Option<Outgoing>, StoreError> {
    let row = outbox::table
        .find(id)
        .select(Row::as_select())
        .first(db.conn)
        .optional()?;
    row.map(|row| shown(db, row)).transpose()
}

/// The newest mail that carried a token.
pub fn find_by_token(db: &mut Reader<'_>, token: &Mark) -> Result<Option<Outgoing>, StoreError> {
    let row = outbox::table
        .filter(outbox::token.eq(token.as_slice()))
        .order(outbox::id.desc())
        .select(Row::as_select())
        .first(db.conn)
        .optional()?;
    row.map(|row| shown(db, row)).transpose()
}

/// The mail with a Message-ID.
pub fn find_by_message_id(db: &mut Reader<'_>, message_id: &str) -> Result<Option<Outgoing>, StoreError> {
    let row = outbox::table
        .filter(outbox::message_id.eq(message_id))
        .select(Row::as_select())
        .first(db.conn)
        .optional()?;
    row.map(|row| shown(db, row)).transpose()
}

/// Every byte of an outgoing mail.
pub fn raw(db: &mut Reader<'_>, id: i64) -> Result<Vec<u8>, StoreError> {
    let row: Option<(i64, Vec<u8>)> = outbox::table
        .find(id)
        .select((outbox::key_id, outbox::raw))
        .first(db.conn)
        .optional()?;
    let (key_id, raw) = row.ok_or(StoreError::Missing {
        what: "outgoing mail",
        id,
    })?;
    let key = keys::find(db, key_id)?;
    db.vault.open(&key, &place(id, "raw"), &raw)
}

/// How many mails stand in each state.
pub fn counts(db: &mut Reader<'_>) -> Result<Vec<(State, i64)>, StoreError> {
    let counts: Vec<(String, i64)> = outbox::table
        .group_by(outbox::state)
        .select((outbox::state, diesel::dsl::count_star()))
        .load(db.conn)?;
    Ok(State::ALL
        .into_iter()
        .map(|state| {
            (
                state,
                counts
                    .iter()
                    .find(|(word, _)| word == state.as_str())
                    .map_or(0, |(_, count)| *count),
            )
        })
        .collect())
}

/// How many automatic mails about requests left, or were let go, since an instant: to anyone, and to one address.
pub fn automatic_since(db: &mut Reader<'_>, address: Option<&str>, since: DateTime<Utc>) -> Result<u32, StoreError> {
    let mut query = outbox::table
        .filter(outbox::automatic.eq(true))
        .filter(outbox::request_id.is_not_null())
        .filter(outbox::state.ne(State::Waiting.as_str()))
        .filter(outbox::queued_at.ge(Stamp::from(since)))
        .into_boxed::<MultiBackend>();
    if let Some(address) = address {
        let addressee = marks::address(db.vault, address);
        query = query.filter(outbox::addressee.eq(addressee.to_vec()));
    }
    let count: i64 = query.count().get_result(db.conn)?;
    Ok(u32::try_from(count).unwrap_or(u32::MAX))
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = outbox)]
pub(super) struct Row {
    pub(super) id: i64,
    pub(super) request_id: Option<i64>,
    pub(super) key_id: i64,
    pub(super) occasion: String,
    pub(super) message_id: String,
    pub(super) automatic: bool,
    pub(super) state: String,
    pub(super) attempts: i32,
    pub(super) next_attempt_at: Stamp,
    pub(super) reply: Option<String>,
    pub(super) queued_at: Stamp,
    pub(super) settled_at: Option<Stamp>,
    pub(super) recipient: Vec<u8>,
}

fn shown(db: &mut Reader<'_>, row: Row) -> Result<Outgoing, StoreError> {
    let recipient = match keys::find(db, row.key_id) {
        Ok(key) => Some(open_recipient(db, &key, row.id, &row.recipient)?),
        Err(StoreError::Erased(_)) => None,
        Err(error) => return Err(error),
    };
    Ok(Outgoing {
        id: row.id,
        request_id: row.request_id,
        occasion: row.occasion,
        message_id: row.message_id,
        automatic: row.automatic,
        state: State::stored(&row.state)?,
        attempts: row.attempts,
        next_attempt_at: row.next_attempt_at.into(),
        reply: row.reply,
        queued_at: row.queued_at.into(),
        settled_at: row.settled_at.map(DateTime::from),
        recipient,
    })
}
