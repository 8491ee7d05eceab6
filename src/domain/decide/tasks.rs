//! Which tasks a decision opens and which it takes away, and what may be done with a task.

use chrono::{DateTime, Months, NaiveDate, Utc};

use crate::domain::deadline::local_date;
use crate::domain::event::{By, Event, Recorded};
use crate::domain::identity::identified;
use crate::domain::item::{Decision, Item};
use crate::domain::moves::{Refusal, approved};
use crate::domain::person::Actor;
use crate::domain::policy::{Policy, Right, SystemId};
use crate::domain::request::Request;
use crate::domain::rules::Rules;
use crate::domain::system::{Part, System};
use crate::domain::task::{About, Cancelled, Outcome, Reply, Task, TaskKind, TaskState};
use crate::domain::task_merger::goes_over;
use crate::domain::task_reminder;
use crate::domain::text::TextRef;

/// What is asked of a system when a right is granted, or searched for; `None` when the right does not concern it.
pub fn kind_for(right: &Right, system: &System) -> Option<TaskKind> {
    let reached = system.active && (!right.consent_only || system.rests_on_consent());
    match (right.relayed, system.part) {
        _ if !reached => None,
        (true, Part::Holder) => Some(TaskKind::CarryOut),
        (true, Part::Recipient) => Some(TaskKind::Notice),
        (false, Part::Holder) => Some(TaskKind::Find),
        (false, Part::Recipient) => None,
    }
}

/// Whether an event may leave a decision without its tasks, so that [`follows`] has to be asked: a new decision, or one
/// that stands again because the request came back.
pub fn may_open_tasks(event: &Event) -> bool {
    matches!(event, Event::Decided { .. } | Event::BroughtBack)
}

/// What follows from decisions as they stand: a task planned for each system that a granted item concerns and that has
/// none, and what stays in force. An officer looks at the planned tasks before anybody is told.
pub fn follows(request: &Request, systems: &[System], rules: Rules<'_>, now: DateTime<Utc>) -> Vec<Event> {
    if request.is_out_of_the_way() {
        return Vec::new();
    }
    let mut events = Vec::new();
    for item in request.items.iter().filter(|item| item.gives()) {
        let Some(right) = rules.policy.right(&item.right) else {
            continue;
        };
        for system in systems {
            if let Some(kind) = kind_for(right, system) {
                events.extend(planned(request, item, &system.id, kind));
            }
        }
        events.extend(in_force(request, item, right, rules.policy, now));
    }
    events
}

/// A task that is there stays as it is, also one that an officer took out; one that lost its decision comes back.
fn planned(request: &Request, item: &Item, system: &SystemId, kind: TaskKind) -> Option<Event> {
    let about = About {
        item: item.number,
        right: item.right.clone(),
        system: system.clone(),
        kind,
    };
    match request.tasks.iter().rev().find(|task| task.about == about) {
        None => Some(Event::TaskOpened { about, reason: None }),
        Some(Task {
            number,
            state: TaskState::Cancelled { .. },
            ..
        }) => Some(Event::TaskReopened {
            task: *number,
            reason: None,
        }),
        Some(_) => None,
    }
}

fn in_force(request: &Request, item: &Item, right: &Right, policy: &Policy, now: DateTime<Utc>) -> Option<Event> {
    // Data that have to be kept are restricted until they need not be any more (PIPL 47(2)).
    let kept_until = item.kept_until();
    if !(right.lasting || kept_until.is_some()) || request.in_force_by(item.number).is_some() {
        return None;
    }
    let today = local_date(now, policy.zone);
    let usual = today
        .checked_add_months(Months::new(policy.tasks.recheck_months))
        .unwrap_or(today);
    Some(Event::StateBegan {
        item: item.number,
        right: item.right.clone(),
        since: if right.consent_only { item.received_at } else { now },
        recheck_on: kept_until.unwrap_or(usual),
    })
}

/// The events of a step, followed by the tasks that lose what they served.
pub(super) fn with_cancelled(
    request: &Request,
    mut events: Vec<Event>,
    actor: Actor,
    now: DateTime<Utc>,
) -> Vec<Event> {
    let merges = events.iter().any(|event| matches!(event, Event::MergedInto { .. }));
    let takes = |event: &Event| matches!(event, Event::MergeTaken { tasks, .. } if !tasks.is_empty());
    if request.tasks.is_empty() && !events.iter().any(takes) {
        return events;
    }
    let recorded = |event: &Event| Recorded {
        at: now,
        by: By::from(actor),
        event: event.clone(),
    };
    let after = events
        .iter()
        .fold(request.clone(), |request, event| request.evolve(&recorded(event)));
    let cancelled = after.tasks.iter().filter_map(|task| {
        let why = match merges && goes_over(&after, task) {
            true => Some(Cancelled::Merged),
            false => lost(&after, task),
        };
        Some(Event::TaskCancelled {
            task: task.number,
            why: why?,
        })
    });
    events.extend(cancelled.collect::<Vec<_>>());
    events
}

/// What a task has lost; `None` while it still serves something, or is settled. What repeats earlier work serves that work,
/// whatever becomes of the request.
fn lost(request: &Request, task: &Task) -> Option<Cancelled> {
    if !task.is_unsettled() || task.about.kind == TaskKind::Repeat {
        return None;
    }
    if request.is_out_of_the_way() {
        return Some(Cancelled::RequestEnded);
    }
    let Some(item) = request.item(task.about.item) else {
        return Some(Cancelled::ItemDropped);
    };
    let serves = match (&item.decision, task.about.kind.changes()) {
        (Some(_), _) => item.gives(),
        (None, changes) => !changes,
    };
    (!serves).then_some(Cancelled::DecisionChanged)
}

/// A task that an officer adds: to look what is held before a decision, or for a system that the proposal left out.
pub(super) fn add(
    request: &Request,
    rules: Rules<'_>,
    item: u32,
    system: &System,
    reason: Option<&TextRef>,
) -> Result<Vec<Event>, Refusal> {
    let item = request.item(item).ok_or(Refusal::UnknownItem)?;
    let right = rules.policy.right(&item.right).ok_or(Refusal::UnknownRight)?;
    let kind = match (&item.decision, right.relayed, system.part) {
        (Some(_), _, _) if !item.gives() => return Err(Refusal::DecisionGivesNothing),
        (Some(_), true, Part::Holder) => TaskKind::CarryOut,
        (Some(_), true, Part::Recipient) => TaskKind::Notice,
        (Some(_), false, _) | (None, _, _) => TaskKind::Find,
    };
    let about = About {
        item: item.number,
        right: item.right.clone(),
        system: system.id.clone(),
        kind,
    };
    let same = request.tasks.iter().rev().find(|task| task.about == about);
    Ok(vec![match same.map(|task| (task.number, &task.state)) {
        None => Event::TaskOpened {
            about,
            reason: reason.cloned(),
        },
        Some((task, TaskState::Dropped { .. } | TaskState::Cancelled { .. } | TaskState::Explained { .. })) => {
            Event::TaskReopened {
                task,
                reason: reason.cloned(),
            }
        }
        Some(_) => return Err(Refusal::TaskThere),
    }])
}

/// The task of a number, while it still needs somebody.
pub(super) fn unsettled(request: &Request, number: u32) -> Result<&Task, Refusal> {
    let task = request.task(number).ok_or(Refusal::UnknownTask)?;
    if task.is_unsettled() {
        Ok(task)
    } else {
        Err(Refusal::TaskSettled)
    }
}

/// Hands a planned task over, or one that is open once more. What changes a system's data leaves only for a requester who
/// is known and with a decision that nobody still has to look at: an impostor's deletion would be done for good.
pub(super) fn send(
    request: &Request,
    rules: Rules<'_>,
    number: u32,
    letter: Option<i64>,
    words: Option<&TextRef>,
    now: DateTime<Utc>,
) -> Result<Vec<Event>, Refusal> {
    let task = unsettled(request, number)?;
    if task.about.kind.changes() {
        identified(request)?;
        let item = request.item(task.about.item).ok_or(Refusal::UnknownItem)?;
        let decided = item.decision.as_ref().map(|decided| &decided.decision);
        if decided.is_some_and(Decision::needs_approval) {
            approved(request)?;
        }
    }
    Ok(vec![Event::TaskSent {
        task: number,
        due_on: due_on(request, task.about.kind, rules, now),
        letter,
        words: words.cloned(),
    }])
}

/// The last day for a task that is handed over now: so many working days before the request's deadline, not before today,
/// and never after the deadline. What repeats earlier work has days of its own.
pub fn due_on(request: &Request, kind: TaskKind, rules: Rules<'_>, now: DateTime<Utc>) -> NaiveDate {
    let today = local_date(now, rules.policy.zone);
    let schedule = &rules.policy.tasks;
    let deadline = request.deadline.due_on;
    match kind {
        TaskKind::Repeat => {
            rules
                .calendar
                .add_working_days(today, schedule.repeat_within_working_days)
                .day
        }
        TaskKind::Find | TaskKind::CarryOut | TaskKind::Notice => {
            let wanted = match schedule.due_before_working_days {
                0 => deadline,
                days => rules.calendar.minus_working_days(deadline, days),
            };
            wanted.max(today).min(deadline)
        }
    }
}

/// What an owner answers. A personal link answers its own task and no other.
pub(super) fn answer(request: &Request, number: u32, reply: &Reply, actor: Actor) -> Result<Vec<Event>, Refusal> {
    match actor {
        Actor::Owner { task, .. } if task != number => return Err(Refusal::UnknownTask),
        _ => {}
    }
    let task = request.task(number).ok_or(Refusal::UnknownTask)?;
    if !task.takes_answers() {
        return Err(Refusal::TaskSettled);
    }
    // What was answered is part of what the requester was told; it changes only while they were not.
    if matches!(task.state, TaskState::Answered { .. }) && !request.is_running() {
        return Err(Refusal::AlreadyAnswered);
    }
    if reply.outcome == Outcome::Cannot && reply.note.is_none() {
        return Err(Refusal::TaskNeedsNote);
    }
    Ok(vec![Event::TaskAnswered {
        task: number,
        reply: reply.clone(),
    }])
}

/// A look at a file that an owner handed over with an answer.
pub(super) fn view_file(request: &Request, number: u32, file: i64) -> Result<Event, Refusal> {
    let task = request.task(number).ok_or(Refusal::UnknownTask)?;
    let mut handed_over = task.answer.iter().flat_map(|answer| &answer.reply.files);
    if handed_over.any(|kept| kept.id == file) {
        Ok(Event::TaskFileViewed { task: number, file })
    } else {
        Err(Refusal::NoDocument)
    }
}

/// Says that what is in force still holds, and when somebody looks again.
pub(super) fn check(
    request: &Request,
    rules: Rules<'_>,
    item: u32,
    note: &TextRef,
    recheck_on: NaiveDate,
    now: DateTime<Utc>,
) -> Result<Vec<Event>, Refusal> {
    request.in_force_by(item).ok_or(Refusal::NothingInForce)?;
    if recheck_on <= local_date(now, rules.policy.zone) {
        return Err(Refusal::RecheckAhead);
    }
    Ok(vec![Event::StateChecked {
        item,
        note: note.clone(),
        recheck_on,
    }])
}

/// The stages of tasks, and of what is in force, that are due.
pub(super) fn remind(request: &Request, rules: Rules<'_>, now: DateTime<Utc>) -> impl Iterator<Item = Event> {
    task_reminder::due(request, rules, now)
        .into_iter()
        .map(|due| Event::TaskReminded {
            number: due.number,
            stage: due.stage.name(),
            due_on: due.due_on,
        })
}

/// Opens a task again that was done in a system before it came back from a backup.
pub(super) fn repeat(request: &Request, number: u32, reason: &TextRef) -> Result<Vec<Event>, Refusal> {
    let done = request.task(number).ok_or(Refusal::UnknownTask)?;
    if done.done_at().is_none() {
        return Err(Refusal::TaskNotDone);
    }
    let about = About {
        kind: TaskKind::Repeat,
        ..done.about.clone()
    };
    let waits = request.unsettled_tasks().any(|task| task.about == about);
    if waits {
        return Err(Refusal::TaskThere);
    }
    Ok(vec![Event::TaskOpened {
        about,
        reason: Some(reason.clone()),
    }])
}
