//! What moves a clock or starts it again: extension, merge, another calendar, an answer that came back.

use chrono::{DateTime, Utc};

use crate::domain::deadline::Deadline;
use crate::domain::event::{Clock, Event, NewItem};
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
    if now >= request.deadline.ends_at {
        return Err(Refusal::ExtensionTooLate);
    }
    let to = rules.deadline(request.clock_from, request.extensions + 1);
    Ok(vec![Event::Extended {
        reason: reason.clone(),
        from: request.deadline.clone(),
        to,
        letter,
    }])
}

/// The earlier of both clocks governs, so that a merge never moves a deadline later; each item keeps its own receipt.
pub(super) fn take_merge(
    request: &Request,
    rules: Rules<'_>,
    other: i64,
    reference: &str,
    clock: Clock,
    items: &[NewItem],
) -> Result<Vec<Event>, Refusal> {
    not_sending(request)?;
    let theirs = merged(request, rules, clock);
    let items = items
        .iter()
        .filter(|new| request.items.iter().all(|item| item.right != new.right))
        .cloned()
        .collect();
    Ok(vec![Event::MergeTaken {
        request: other,
        reference: reference.to_owned(),
        received_at: clock.from,
        clock: theirs.is_some().then_some(clock),
        deadline: theirs.unwrap_or_else(|| request.deadline.clone()),
        items,
    }])
}

/// The deadline of another request's clock where that would govern if it were merged into this one; `None` where this
/// one's own goes on. Both are earlier or later by their end; of two that end together, by their receipt.
pub fn merged(request: &Request, rules: Rules<'_>, clock: Clock) -> Option<Deadline> {
    let theirs = rules.deadline(clock.from, clock.extensions);
    let earlier = (theirs.ends_at, clock.from) < (request.deadline.ends_at, request.clock_from);
    earlier.then_some(theirs)
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
    let items: Vec<(u32, Deadline)> = request
        .items
        .iter()
        .map(|item| (item.number, rules.deadline(item.received_at, request.extensions)))
        .filter(|(number, deadline)| request.item(*number).is_some_and(|item| item.deadline != *deadline))
        .collect();
    if to == request.deadline && items.is_empty() {
        return Err(Refusal::NothingChanges);
    }
    Ok(vec![Event::DeadlineMoved {
        from: request.deadline.clone(),
        to,
        items,
    }])
}

/// A request's deadline by the calendar as it is now.
pub fn recounted(request: &Request, rules: Rules<'_>) -> Deadline {
    rules.deadline(request.clock_from, request.extensions)
}
