//! Sending what the outbox holds: under a lease, with back-off, and with the request told what became of its answer.

use chrono::TimeDelta;

use super::alarm;
use crate::domain::command::Command;
use crate::domain::moves::Refusal;
use crate::domain::person::Actor;
use crate::house::House;
use crate::mail::token::Tokens;
use crate::mail::transport::{Sent, Transport};
use crate::store::door::{Door, Seen, StepError};
use crate::store::outbox::{self, Attempt, Leased};

/// How long a letter belongs to the instance that took it. After a crash it goes again when this is over.
const LEASE: TimeDelta = TimeDelta::seconds(90);

/// No letter of a batch is begun later than this, so that the slowest answer of a mail server still falls in the lease.
const BEGUN_WITHIN: TimeDelta = TimeDelta::seconds(25);

/// How many letters are taken at a time.
const BATCH: i64 = 10;

/// For how long a letter is tried again before it counts as failed.
const PATIENCE: TimeDelta = TimeDelta::days(5);

/// What a round of deliveries did.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Delivered {
    /// Accepted by the next hop.
    pub sent: usize,
    /// To be tried again.
    pub postponed: usize,
    /// Refused for good.
    pub failed: usize,
    /// Why no server took the last of them in hand, if none did: then all post is held up.
    pub held_up: Option<String>,
}

/// Sends what is due, in order, until nothing is.
///
/// # Errors
/// When the store fails. A letter that was sent meanwhile goes again with the same Message-ID.
pub async fn deliver(house: &House, transport: &Transport, owner: &str) -> anyhow::Result<Delivered> {
    let mut delivered = Delivered::default();
    loop {
        let now = house.now.instant();
        let leased = house.store.write(|tx| outbox::lease(tx, owner, now, LEASE, BATCH))?;
        if leased.is_empty() {
            return Ok(delivered);
        }
        for letter in leased {
            if house.now.instant() - now > BEGUN_WITHIN {
                break;
            }
            let (attempt, held_up) = attempt(house, transport, &letter).await;
            delivered.held_up = held_up;
            match attempt {
                Attempt::Sent { .. } => delivered.sent += 1,
                Attempt::Temporary { .. } | Attempt::Unknown { .. } => delivered.postponed += 1,
                Attempt::Failed { .. } => delivered.failed += 1,
            }
            settle(house, owner, &letter, &attempt)?;
        }
    }
}

/// Sends one letter, and says what holds it up where no server takes it in hand. A lost answer of the server is tried again like a refusal for now, under the same Message-ID.
async fn attempt(house: &House, transport: &Transport, letter: &Leased) -> (Attempt, Option<String>) {
    let Some(content) = &letter.content else {
        let reply = "Its key was destroyed before it was sent.".to_owned();
        return (Attempt::Failed { reply }, None);
    };
    let sender = Tokens::new(house.store.vault(), &house.settings).bounce_address(&letter.message_id);
    let (why, held_up) = match transport.send(Some(&sender), &content.recipient, &content.raw).await {
        Sent::Accepted { reply } => return (Attempt::Sent { reply }, None),
        Sent::Permanent { why } => return (Attempt::Failed { reply: why }, None),
        Sent::Temporary { why } | Sent::Unknown { why } => (why, None),
        Sent::NoWay { why } => (why.clone(), Some(why)),
    };
    let now = house.now.instant();
    let attempt = if now - letter.queued_at > PATIENCE {
        Attempt::Failed { reply: why }
    } else {
        Attempt::Temporary {
            reply: why,
            next_attempt_at: now + back_off(letter.attempts),
        }
    };
    (attempt, held_up)
}

/// Five minutes at first, doubling up to an hour.
fn back_off(attempts: i32) -> TimeDelta {
    let doublings = u32::try_from(attempts.clamp(1, 5) - 1).unwrap_or(0);
    TimeDelta::minutes((5 * 2_i64.pow(doublings)).min(60))
}

/// The outbox and the request in one transaction: the clock stops exactly when the answer counts as sent.
fn settle(house: &House, owner: &str, letter: &Leased, attempt: &Attempt) -> Result<(), StepError> {
    let now = house.now.instant();
    let shelf = house.shelf();
    let door = Door {
        book: &*shelf,
        actor: Actor::Post,
        now,
    };
    house.store.write(|tx| {
        outbox::settle(tx, letter.id, owner, attempt, now)?;
        let Some(request) = letter.request_id else {
            return Ok(());
        };
        let delivered = Command::Delivered {
            letter: letter.id,
            at: now,
        };
        match attempt {
            Attempt::Sent { .. } => match door.step(tx, request, Seen::Whatever, |_| Ok(delivered)) {
                // Any other letter than the answer changes nothing about the request.
                Ok(_) | Err(StepError::Refused(Refusal::NothingChanges)) => Ok(()),
                Err(error) => Err(error),
            },
            Attempt::Failed { .. } => alarm::letter_failed(tx, &door, request, letter.id),
            Attempt::Temporary { .. } | Attempt::Unknown { .. } => Ok(()),
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_pause_between_attempts_grows_from_five_minutes_to_an_hour() {
        let minutes: Vec<i64> = (1..8).map(|attempts| back_off(attempts).num_minutes()).collect();
        assert_eq!(minutes, [5, 10, 20, 40, 60, 60, 60]);
    }
}
