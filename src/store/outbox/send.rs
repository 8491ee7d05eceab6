//! Queueing mail, leasing it to a sender, and writing down how each attempt ended.

use chrono::{DateTime, TimeDelta, Utc};
use diesel::prelude::*;

use super::find::Row;
use super::{Attempt, Content, Leased, Leave, NewMail, Past, State, open_recipient, place};
use crate::store::error::exactly_one;
use crate::store::marks::{self, Mark};
use crate::store::schema::outbox;
use crate::store::vault::keys;
use crate::store::{Stamp, StoreError, Tx, ids};

/// Queues a mail, in the transaction of the step that calls for it.
pub fn enqueue(tx: &mut Tx<'_>, mail: &NewMail<'_>, now: DateTime<Utc>) -> Result<i64, StoreError> {
    let id = ids::take(tx, "outbox", 1)?;
    let key = keys::find(tx, mail.key_id)?;
    let recipient = tx
        .vault
        .seal(&key, &place(id, "recipient"), mail.recipient.as_bytes())?;
    let raw = tx.vault.seal(&key, &place(id, "raw"), mail.raw)?;
    let addressee = marks::address(tx.vault, mail.recipient);
    let (state, next_attempt_at, why) = match mail.leave {
        Leave::At(at) => (State::Queued, at, None),
        Leave::WhenReleased(why) => (State::Waiting, now, Some(why)),
    };
    diesel::insert_into(outbox::table)
        .values((
            outbox::id.eq(id),
            outbox::request_id.eq(mail.request_id),
            outbox::key_id.eq(mail.key_id),
            outbox::occasion.eq(mail.occasion),
            outbox::message_id.eq(mail.message_id),
            outbox::token.eq(mail.token.as_ref().map(Mark::as_slice)),
            outbox::addressee.eq(addressee.as_slice()),
            outbox::automatic.eq(mail.automatic),
            outbox::state.eq(state.as_str()),
            outbox::attempts.eq(0),
            outbox::next_attempt_at.eq(Stamp::from(next_attempt_at)),
            outbox::reply.eq(why),
            outbox::queued_at.eq(Stamp::from(now)),
            outbox::recipient.eq(recipient),
            outbox::raw.eq(raw),
        ))
        .execute(tx.conn)?;
    Ok(id)
}

/// Leases the mails that are due, the longest waiting first, to `owner` until `now + lease`. A lease that ran out
/// counts as due again.
pub fn lease(
    tx: &mut Tx<'_>,
    owner: &str,
    now: DateTime<Utc>,
    lease: TimeDelta,
    limit: i64,
) -> Result<Vec<Leased>, StoreError> {
    let at = Stamp::from(now);
    let free = || outbox::lease_until.is_null().or(outbox::lease_until.le(at));
    let due: Vec<(i64, String)> = outbox::table
        .filter(
            outbox::state
                .eq(State::Queued.as_str())
                .or(outbox::state.eq(State::Leased.as_str())),
        )
        .filter(outbox::next_attempt_at.le(at))
        .filter(free())
        .order((outbox::next_attempt_at, outbox::id))
        .select((outbox::id, outbox::state))
        .limit(limit)
        .load(tx.conn)?;
    let mut leased = Vec::with_capacity(due.len());
    for (id, state) in due {
        let taken = diesel::update(outbox::table.find(id).filter(outbox::state.eq(&state)).filter(free()))
            .set((
                outbox::state.eq(State::Leased.as_str()),
                outbox::attempts.eq(outbox::attempts + 1),
                outbox::lease_until.eq(Stamp::from(now + lease)),
                outbox::lease_owner.eq(owner),
            ))
            .execute(tx.conn)?;
        if taken == 1 {
            let past = match State::stored(&state)? {
                State::Leased => Past::Lapsed,
                State::Waiting | State::Queued | State::Sent | State::Delayed | State::Failed | State::Unknown => {
                    Past::Clear
                }
            };
            leased.push(load_leased(tx, id, past)?);
        }
    }
    Ok(leased)
}

/// Writes down how the attempt of `owner` ended. [`StoreError::Conflict`] when its lease went to somebody else.
pub fn settle(tx: &mut Tx<'_>, id: i64, owner: &str, attempt: &Attempt, now: DateTime<Utc>) -> Result<(), StoreError> {
    let (state, reply, next, settled_at) = match attempt {
        Attempt::Sent { reply } => (State::Sent, reply, None, Some(now)),
        Attempt::Temporary { reply, next_attempt_at } => (State::Queued, reply, Some(*next_attempt_at), None),
        Attempt::Failed { reply } => (State::Failed, reply, None, Some(now)),
        Attempt::Unknown { reply } => (State::Unknown, reply, None, Some(now)),
    };
    let mine = outbox::table
        .find(id)
        .filter(outbox::state.eq(State::Leased.as_str()))
        .filter(outbox::lease_owner.eq(owner));
    let changed = diesel::update(mine)
        .set((
            outbox::state.eq(state.as_str()),
            outbox::reply.eq(reply),
            outbox::next_attempt_at.eq(Stamp::from(next.unwrap_or(now))),
            outbox::settled_at.eq(settled_at.map(Stamp::from)),
            outbox::lease_until.eq(None::<Stamp>),
            outbox::lease_owner.eq(None::<String>),
        ))
        .execute(tx.conn)?;
    exactly_one(changed)
}

/// Writes down what a delivery report says of a mail that was accepted or is on its way. A mail that has failed stays
/// failed, and what was reported once changes nothing when it is reported again.
pub fn report(tx: &mut Tx<'_>, id: i64, state: State, reply: &str, now: DateTime<Utc>) -> Result<Reported, StoreError> {
    let on_its_way = [State::Queued, State::Sent, State::Delayed, State::Unknown]
        .map(State::as_str)
        .into_iter()
        .filter(|known| *known != state.as_str());
    let changed = diesel::update(
        outbox::table
            .find(id)
            .filter(outbox::state.eq_any(on_its_way.collect::<Vec<_>>())),
    )
    .set((
        outbox::state.eq(state.as_str()),
        outbox::reply.eq(reply),
        outbox::settled_at.eq(Stamp::from(now)),
    ))
    .execute(tx.conn)?;
    Ok(if changed == 1 { Reported::News } else { Reported::Known })
}

/// Whether a report told something new.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reported {
    /// It did, and is written down.
    News,
    /// It was known, or came too late to matter.
    Known,
}

/// A person lets a waiting mail go, or sends one again that failed or is uncertain, under the same Message-ID.
/// [`StoreError::Conflict`] when it is on its way or has arrived.
pub fn requeue(tx: &mut Tx<'_>, id: i64, next_attempt_at: DateTime<Utc>) -> Result<(), StoreError> {
    let stopped = [State::Waiting, State::Failed, State::Unknown].map(State::as_str);
    let changed = diesel::update(outbox::table.find(id).filter(outbox::state.eq_any(stopped)))
        .set((
            outbox::state.eq(State::Queued.as_str()),
            outbox::next_attempt_at.eq(Stamp::from(next_attempt_at)),
            outbox::queued_at.eq(Stamp::from(next_attempt_at)),
            outbox::reply.eq(None::<String>),
            outbox::settled_at.eq(None::<Stamp>),
        ))
        .execute(tx.conn)?;
    exactly_one(changed)
}

fn load_leased(tx: &mut Tx<'_>, id: i64, past: Past) -> Result<Leased, StoreError> {
    let row = outbox::table.find(id).select(Row::as_select()).first(tx.conn)?;
    let content = match keys::find(tx, row.key_id) {
        Ok(key) => {
            let raw: Vec<u8> = outbox::table.find(id).select(outbox::raw).first(tx.conn)?;
            let raw = tx.vault.open(&key, &place(id, "raw"), &raw)?;
            Some(Content {
                recipient: open_recipient(tx, &key, id, &row.recipient)?,
                raw,
            })
        }
        Err(StoreError::Erased(_)) => None,
        Err(error) => return Err(error),
    };
    Ok(Leased {
        id,
        request_id: row.request_id,
        occasion: row.occasion,
        message_id: row.message_id,
        automatic: row.automatic,
        attempts: row.attempts,
        past,
        queued_at: row.queued_at.into(),
        content,
    })
}
