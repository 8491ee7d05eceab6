//! What moves a clock or starts it again: extension, merge, another calendar, an answer that came back.

use chrono::{DateTime, Utc};

use crate::domain::clock::Clock;
use crate::domain::deadline::Deadline;
use crate::domain::event::{By, Cause, Event, NewItem, Recorded};
use crate::domain::moves::Refusal;
use crate::domain::request::{Request, Stage};
use crate::domain::rules::Rules;
use crate::domain::text::TextRef;

pub(super) fn extend(
    request: &Request,
    rules: Rules<'_>,
    reason: &TextRef,
    letter: Option<i64>,
    now: DateTime<Utc>,
) -> Result<Vec<Event>, Refusal> {
    let mut clock = request.clock();
    let notice_by = rules.notice_by(&clock).ok_or(Refusal::NoExtension)?;
    if now >= notice_by.ends_at {
        return Err(Refusal::ExtensionTooLate);
    }
    clock.extensions += 1;
    Ok(vec![Event::Extended {
        reason: reason.clone(),
        from: request.deadline.clone(),
        to: lengthened(request, rules, &clock),
        items: moved_items(request, rules, &clock),
        letter,
    }])
}

/// The deadline after something lengthened the term: what two people set stands where it is later still, so that nobody
/// loses days by a pause or an extension.
pub fn lengthened(request: &Request, rules: Rules<'_>, clock: &Clock) -> Deadline {
    let counted = rules.governing_by(request, clock);
    match &request.set {
        Some(set) if set.ends_at > counted.ends_at => set.clone(),
        Some(_) | None => counted,
    }
}

/// Each item's own deadline by a clock, where it is another than before.
pub(super) fn moved_items(request: &Request, rules: Rules<'_>, clock: &Clock) -> Vec<(u32, Deadline)> {
    let items = request.items.iter();
    items
        .map(|item| (item, rules.of_item(&item.right, item.received_at, clock)))
        .filter(|(item, deadline)| item.deadline != *deadline)
        .map(|(item, deadline)| (item.number, deadline))
        .collect()
}

/// Events that add or drop items, and what they make of the deadline where a right has a limit of its own.
pub(super) fn with_moved_deadline(
    request: &Request,
    rules: Rules<'_>,
    mut events: Vec<Event>,
    now: DateTime<Utc>,
) -> Vec<Event> {
    let recorded = events.iter().map(|event| Recorded {
        at: now,
        by: By::Clock,
        event: event.clone(),
    });
    let next = recorded.fold(request.clone(), |request, event| request.evolve(&event));
    let clock = request.clock();
    let (before, after) = (rules.governing_by(request, &clock), rules.governing_by(&next, &clock));
    let moves = match &request.set {
        // What two people set yields to a new limit that is earlier, and to nothing that goes.
        Some(set) => after.ends_at < before.ends_at && after.ends_at < set.ends_at,
        None => before != after,
    };
    if moves {
        events.push(Event::DeadlineMoved {
            from: request.deadline.clone(),
            to: after,
            items: Vec::new(),
            cause: Cause::Items,
        });
    }
    events
}

/// The earlier of both clocks governs, so that a merge never moves a deadline later; each item keeps its own receipt.
pub(super) fn take_merge(
    request: &Request,
    rules: Rules<'_>,
    other: i64,
    reference: &str,
    theirs: &Clock,
    items: &[NewItem],
    now: DateTime<Utc>,
) -> Result<Vec<Event>, Refusal> {
    not_sending(request)?;
    let items: Vec<NewItem> = items
        .iter()
        .filter(|new| request.items.iter().all(|item| item.right != new.right))
        .cloned()
        .collect();
    let (clock, deadline) = governing_of_both(request, rules, theirs, &items, now);
    Ok(vec![Event::MergeTaken {
        request: other,
        reference: reference.to_owned(),
        received_at: theirs.from,
        clock: (clock != request.clock()).then_some(clock),
        deadline,
        items,
        tasks: Vec::new(),
    }])
}

/// The deadline of another request's clock where that would govern if it were merged into this one; `None` where this
/// one's own goes on. Both are earlier or later by their end; of two that end together, by their receipt.
pub fn merged(request: &Request, rules: Rules<'_>, theirs: &Clock, now: DateTime<Utc>) -> Option<Deadline> {
    let (clock, deadline) = governing_of_both(request, rules, theirs, &[], now);
    (clock.from != request.clock_from || deadline != request.deadline).then_some(deadline)
}

/// The clock that governs once another request is merged into this one, with its deadline. The policies that apply to
/// either apply. What the other waited for is waited for no longer: nobody waits for a request that has ended.
fn governing_of_both(
    request: &Request,
    rules: Rules<'_>,
    theirs: &Clock,
    new: &[NewItem],
    now: DateTime<Utc>,
) -> (Clock, Deadline) {
    let rights = || {
        let own = request.items.iter().map(|item| (&item.right, item.received_at));
        own.chain(new.iter().map(|item| (&item.right, item.received_at)))
    };
    let (own, theirs) = (request.clock(), theirs.clone().going_on(now));
    let mut also = own.also.clone();
    also.extend(
        theirs
            .also
            .iter()
            .filter(|applied| own.also.iter().all(|known| known.policy != applied.policy))
            .filter(|applied| applied.policy != request.policy)
            .cloned(),
    );
    let end = |clock: &Clock| {
        let counted = rules.governing(clock, rights());
        match &clock.set {
            Some(set) if (also == own.also && new.is_empty()) || set.ends_at <= counted.ends_at => set.clone(),
            Some(_) | None => counted,
        }
    };
    let own = Clock {
        also: also.clone(),
        ..own
    };
    let theirs = Clock {
        also: also.clone(),
        ..theirs
    };
    let own_end = match end(&own) {
        // Deadlines stand as they were counted until a person confirms another calendar.
        end if end.ends_at >= request.deadline.ends_at => request.deadline.clone(),
        end => end,
    };
    let their_end = end(&theirs);
    if (their_end.ends_at, theirs.from) < (own_end.ends_at, own.from) {
        (theirs, their_end)
    } else {
        (own, own_end)
    }
}

fn not_sending(request: &Request) -> Result<(), Refusal> {
    match request.stage {
        Stage::Triage | Stage::Open | Stage::NotDelivered { .. } => Ok(()),
        Stage::Answering { .. } => Err(Refusal::AnswerOnItsWay),
        Stage::Answered { .. }
        | Stage::Closed { .. }
        | Stage::SetAside { .. }
        | Stage::Withdrawn { .. }
        | Stage::Merged { .. } => Err(Refusal::MergeTarget),
    }
}

/// A later permanent failure takes the answer back, whatever the first hop had said.
pub(super) fn bounced(request: &Request, letter: i64) -> Result<Vec<Event>, Refusal> {
    let ours = match request.stage {
        Stage::Answering { letter: waiting } => waiting == letter,
        Stage::Answered { letter: sent, .. } | Stage::Closed { letter: sent, .. } => sent == Some(letter),
        Stage::Triage
        | Stage::Open
        | Stage::NotDelivered { .. }
        | Stage::SetAside { .. }
        | Stage::Withdrawn { .. }
        | Stage::Merged { .. } => false,
    };
    if ours {
        Ok(vec![Event::AnswerNotDelivered { letter }])
    } else {
        Err(Refusal::NothingChanges)
    }
}

/// The deadlines by the calendar as it is now; refused when nothing moves.
pub(super) fn recount(request: &Request, rules: Rules<'_>) -> Result<Vec<Event>, Refusal> {
    if !request.is_running() {
        return Err(Refusal::NotRunning);
    }
    let to = recounted(request, rules);
    let items = moved_items(request, rules, &request.clock());
    if to == request.deadline && items.is_empty() {
        return Err(Refusal::NothingChanges);
    }
    Ok(vec![Event::DeadlineMoved {
        from: request.deadline.clone(),
        to,
        items,
        cause: Cause::Calendar,
    }])
}

/// A request's deadline by the calendar as it is now; the one that two people set stays.
pub fn recounted(request: &Request, rules: Rules<'_>) -> Deadline {
    let counted = || rules.governing_by(request, &request.clock());
    request.set.clone().unwrap_or_else(counted)
}
