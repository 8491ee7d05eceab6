//! When the owner of a task is reminded, when its lateness goes up, and when what is in force is looked at again.
//!
//! Derived from the request as it stands, like the reminders of the request itself; the ledger in the request says which
//! stages were reached, so that a standstill loses none and none is repeated.

use std::cmp::Ordering;

use chrono::{DateTime, NaiveDate, Utc};

use super::deadline::{Standing, local_date};
use super::policy::Recipient;
use super::reminder::local_instant;
use super::request::Request;
use super::rules::Rules;
use super::task::Task;

/// One stage for one task, or for something in force.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct TaskDue {
    /// The instant from which it is due: an office hour.
    pub at: DateTime<Utc>,
    /// The number of the task, or of the item that brought what is in force.
    pub number: u32,
    /// Which stage, as the ledger names it.
    pub stage: Stage,
    /// The date it speaks of; another date makes it another stage.
    pub due_on: NaiveDate,
}

/// A stage of a task's schedule.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Stage {
    /// So many working days are left; 0 on the last one. The owner is reminded.
    Before(u32),
    /// So many working days late. It goes up.
    Late(u32),
    /// It need not be done any more. Its owner, who was asked to, is told.
    Over,
    /// What is in force is to be looked at again.
    Recheck,
}

impl Stage {
    /// As the ledgers name it.
    pub fn name(self) -> String {
        match self {
            Self::Before(days) => format!("task-before-{days}"),
            Self::Late(days) => format!("task-late-{days}"),
            Self::Over => "task-over".to_owned(),
            Self::Recheck => "state-recheck".to_owned(),
        }
    }

    /// The stage of a name.
    pub fn of_name(name: &str) -> Option<Self> {
        let days = |prefix: &str| name.strip_prefix(prefix).and_then(|days| days.parse().ok());
        match name {
            "task-over" => Some(Self::Over),
            "state-recheck" => Some(Self::Recheck),
            _ => days("task-before-")
                .map(Self::Before)
                .or_else(|| days("task-late-").map(Self::Late)),
        }
    }

    /// Who of the staff is told; nobody while it is the owner's turn.
    pub fn to_staff(self) -> &'static [Recipient] {
        match self {
            Self::Before(_) | Self::Over => &[],
            Self::Late(_) => &[Recipient::Assignee, Recipient::Manager],
            Self::Recheck => &[Recipient::Officers],
        }
    }
}

/// The stages that have not been reached, in order of time. They go on after the answer, until each task is settled.
pub fn ahead(request: &Request, rules: Rules<'_>) -> Vec<TaskDue> {
    let mut ahead: Vec<TaskDue> = request
        .tasks
        .iter()
        .filter(|task| task.is_awaited())
        .flat_map(|task| of_task(request, task, rules))
        .collect();
    ahead.extend(request.tasks.iter().filter_map(|task| {
        let at = task.needless_since()?;
        Some(TaskDue {
            at,
            number: task.number,
            stage: Stage::Over,
            due_on: local_date(at, rules.policy.zone),
        })
    }));
    ahead.extend(request.in_force().map(|state| TaskDue {
        at: local_instant(state.recheck_on, rules.policy.office_hour, rules.policy.zone),
        number: state.item,
        stage: Stage::Recheck,
        due_on: state.recheck_on,
    }));
    ahead.retain(|due| {
        !request
            .task_reminded
            .contains(&(due.number, due.stage.name(), due.due_on))
    });
    ahead.sort();
    ahead
}

/// The stages that are due now.
pub fn due(request: &Request, rules: Rules<'_>, now: DateTime<Utc>) -> Vec<TaskDue> {
    let mut due = ahead(request, rules);
    due.retain(|stage| stage.at <= now);
    due
}

/// The instant of the next stage.
pub fn next_due_at(request: &Request, rules: Rules<'_>) -> Option<DateTime<Utc>> {
    ahead(request, rules).first().map(|stage| stage.at)
}

/// How a task's day stands, in working days.
pub fn standing(due_on: NaiveDate, rules: Rules<'_>, now: DateTime<Utc>) -> Standing {
    let today = local_date(now, rules.policy.zone);
    let days = rules.calendar.working_days_between(due_on, today);
    let whole = |days: i64| u32::try_from(days).unwrap_or(u32::MAX);
    match today.cmp(&due_on) {
        Ordering::Greater => Standing::Late {
            days: whole(days.max(1)),
        },
        Ordering::Equal => Standing::DueToday,
        Ordering::Less => Standing::DaysLeft {
            working_days: whole(days.saturating_neg()),
        },
    }
}

/// Stages before a task was handed over are left out: its mail has just said the same.
fn of_task(request: &Request, task: &Task, rules: Rules<'_>) -> Vec<TaskDue> {
    let (Some(due_on), Some(sent)) = (task.due_on(request), &task.sent) else {
        return Vec::new();
    };
    let schedule = &rules.policy.tasks;
    // A task that was handed over after its day is late from then on.
    let last = due_on.max(local_date(sent.at, rules.policy.zone));
    let before = schedule.remind_before_working_days.iter().map(|days| {
        let day = match days {
            0 => due_on,
            days => rules.calendar.minus_working_days(due_on, *days),
        };
        (Stage::Before(*days), day)
    });
    let late = schedule
        .escalate_after_working_days
        .iter()
        .map(|days| (Stage::Late(*days), rules.calendar.add_working_days(last, *days).day));
    before
        .chain(late)
        .map(|(stage, day)| TaskDue {
            at: local_instant(day, rules.policy.office_hour, rules.policy.zone),
            number: task.number,
            stage,
            due_on,
        })
        .filter(|due| due.at > sent.at)
        .collect()
}
