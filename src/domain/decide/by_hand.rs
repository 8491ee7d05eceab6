//! What people say of a request's time themselves: another policy, a target, another deadline, a confirmed receipt.

use chrono::{DateTime, NaiveDate, Utc};

use crate::domain::clock::{Applied, Clock};
use crate::domain::deadline::{Deadline, local_date};
use crate::domain::event::Event;
use crate::domain::moves::Refusal;
use crate::domain::request::{PolicyStamp, Request};
use crate::domain::rules::Rules;
use crate::domain::text::TextRef;

/// A further policy can only make the deadline earlier: a better promise may be kept, never a worse one.
pub(super) fn apply_policy(
    request: &Request,
    rules: Rules<'_>,
    policy: &PolicyStamp,
    reason: &TextRef,
) -> Result<Event, Refusal> {
    let mut clock = request.clock();
    if *policy == request.policy || clock.also.iter().any(|applied| applied.policy == *policy) {
        return Err(Refusal::PolicyThere);
    }
    let other = rules.book.rules(policy).ok_or(Refusal::UnknownPolicy)?;
    let applied = Applied {
        policy: policy.clone(),
        deadline: other.governing_by(request, &Clock::of_receipt(clock.from)),
    };
    clock.also.push(applied.clone());
    let counted = rules.governing_by(request, &clock);
    let to = if counted.ends_at < request.deadline.ends_at {
        counted
    } else {
        request.deadline.clone()
    };
    Ok(Event::PolicyApplied {
        applied,
        from: request.deadline.clone(),
        to,
        reason: reason.clone(),
    })
}

pub(super) fn set_target(
    request: &Request,
    rules: Rules<'_>,
    on: Option<NaiveDate>,
    now: DateTime<Utc>,
) -> Result<Event, Refusal> {
    if on == request.target {
        return Err(Refusal::NothingChanges);
    }
    match on {
        Some(on) if on > request.deadline.due_on => Err(Refusal::TargetTooLate),
        Some(on) if on < local_date(now, rules.policy.zone) => Err(Refusal::DayPassed),
        Some(_) | None => Ok(Event::TargetSet { on }),
    }
}

/// For what no calendar knows: an office closed by order, a storm on the last day.
pub(super) fn propose(
    request: &Request,
    rules: Rules<'_>,
    on: NaiveDate,
    reason: &TextRef,
    now: DateTime<Utc>,
) -> Result<Event, Refusal> {
    let zone = rules.policy.zone;
    if on == request.deadline.due_on {
        return Err(Refusal::NothingChanges);
    }
    if on < local_date(now, zone) {
        return Err(Refusal::DayPassed);
    }
    Ok(Event::DeadlineProposed {
        to: Deadline::by_hand(request.deadline.received_on, on, rules.calendar, zone),
        reason: reason.clone(),
    })
}

pub(super) fn confirm(request: &Request) -> Result<Event, Refusal> {
    let proposed = request.proposed.as_ref().ok_or(Refusal::NothingProposed)?;
    Ok(Event::DeadlineSet {
        from: request.deadline.clone(),
        to: proposed.deadline.clone(),
    })
}

pub(super) fn confirm_receipt(
    request: &Request,
    at: DateTime<Utc>,
    note: &TextRef,
    now: DateTime<Utc>,
) -> Result<Event, Refusal> {
    if at < request.received_at || at > now {
        return Err(Refusal::ImplausibleAnswer);
    }
    Ok(Event::ReceiptConfirmed {
        confirmed_at: at,
        note: note.clone(),
    })
}
