//! Sending what the outbox holds: under a lease, with back-off, and with the request told what became of its answer.

use chrono::{DateTime, TimeDelta, Utc};

use crate::domain::decide::Command;
use crate::domain::moves::Refusal;
use crate::domain::person::Actor;
use crate::house::House;
use crate::mail::transport::{Sent, Transport};
use crate::store::door::{Door, Seen, StepError};
use crate::store::outbox::{self, Leased, Settlement};

/// How long a letter belongs to the instance that took it; longer than a mail server may take to answer.
const LEASE: TimeDelta = TimeDelta::minutes(10);

/// How many letters are taken at a time.
const BATCH: i64 = 20;

/// For how long a letter is tried again before it counts as failed.
const PATIENCE: TimeDelta = TimeDelta::days(5);

/// What a round of deliveries did.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub struct Delivered {
    /// Accepted by the next hop.
    pub sent: usize,
    /// To be tried again.
    pub postponed: usize,
    /// Refused for good.
    pub failed: usize,
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
            let sent = transport.send(Some(&house.settings.controller.contact), &letter.recipient, &letter.raw).await;
            let now = house.now.instant();
            let settlement = settlement(&letter, &sent, now);
            match settlement {
                Settlement::Sent { .. } => delivered.sent += 1,
                Settlement::Again { .. } => delivered.postponed += 1,
                Settlement::Failed { .. } => delivered.failed += 1,
            }
            settle(house, &letter, &settlement, now)?;
        }
    }
}

/// What the outbox is told: a lost answer of the server is tried again like a refusal for now, under the same Message-ID.
fn settlement(letter: &Leased, sent: &Sent, now: DateTime<Utc>) -> Settlement {
    match sent {
        Sent::Accepted { reply } => Settlement::Sent { reply: reply.clone() },
        Sent::Permanent { why } => Settlement::Failed { reply: why.clone() },
        Sent::Temporary { why } | Sent::Unknown { why } if now - letter.queued_at > PATIENCE => {
            Settlement::Failed { reply: why.clone() }
        }
        Sent::Temporary { why } | Sent::Unknown { why } => {
            Settlement::Again { reply: why.clone(), next_attempt_at: now + back_off(letter.attempts) }
        }
    }
}

/// Five minutes at first, doubling up to an hour.
fn back_off(attempts: i32) -> TimeDelta {
    let doublings = u32::try_from(attempts.clamp(1, 5) - 1).unwrap_or(0);
    TimeDelta::minutes((5 * 2_i64.pow(doublings)).min(60))
}

/// The outbox and the request in one transaction: the clock stops exactly when the answer counts as sent.
fn settle(house: &House, letter: &Leased, settlement: &Settlement, now: DateTime<Utc>) -> Result<(), StepError> {
    let shelf = house.shelf();
    let door = Door { book: &*shelf, actor: Actor::Post, now };
    house.store.write(|tx| {
        outbox::settle(tx, letter.id, settlement, now)?;
        let Some(request) = letter.request_id else { return Ok(()) };
        let command = match settlement {
            Settlement::Sent { .. } => Command::Delivered { letter: letter.id, at: now },
            Settlement::Failed { .. } => Command::Bounced { letter: letter.id },
            Settlement::Again { .. } => return Ok(()),
        };
        match door.step(tx, request, Seen::Whatever, |_| Ok(command)) {
            // Any other letter than the answer changes nothing about the request.
            Ok(_) | Err(StepError::Refused(Refusal::NothingChanges)) => Ok(()),
            Err(error) => Err(error),
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
