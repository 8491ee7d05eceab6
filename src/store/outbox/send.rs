//! Queueing mail, leasing it to a sender, and writing down how each attempt ended.

use chrono::{DateTime, TimeDelta, Utc};
use diesel::prelude::*;

use super::find::Row;
use super::{Attempt, Content, Leased, NewMail, Past, State, open_recipient, place};
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
            outbox::state.eq(State::Queued.as_str()),
            outbox::attempts.eq(0),
            outbox::next_attempt_at.eq(Stamp::from(mail.next_attempt_at)),
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
                State::Queued | State::Sent | State::Failed | State::Unknown => Past::Clear,
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

/// A delivery report says that an accepted mail did not arrive. [`StoreError::Conflict`] when it was not accepted.
pub fn bounce(tx: &mut Tx<'_>, id: i64, reply: &str, now: DateTime<Utc>) -> Result<(), StoreError> {
    let accepted = outbox::state
        .eq(State::Sent.as_str())
        .or(outbox::state.eq(State::Unknown.as_str()));
    let changed = diesel::update(outbox::table.find(id).filter(accepted))
        .set((
            outbox::state.eq(State::Failed.as_str()),
            outbox::reply.eq(reply),
            outbox::settled_at.eq(Stamp::from(now)),
        ))
        .execute(tx.conn)?;
    exactly_one(changed)
}

/// A person sends a failed or uncertain mail again, under the same Message-ID.
pub fn requeue(tx: &mut Tx<'_>, id: i64, next_attempt_at: DateTime<Utc>) -> Result<(), StoreError> {
    let ended = outbox::state
        .eq(State::Failed.as_str())
        .or(outbox::state.eq(State::Unknown.as_str()));
    let changed = diesel::update(outbox::table.find(id).filter(ended))
        .set((
            outbox::state.eq(State::Queued.as_str()),
            outbox::next_attempt_at.eq(Stamp::from(next_attempt_at)),
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
