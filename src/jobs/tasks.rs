//! Reminders of tasks: the owner by mail with a fresh link, and whoever works on the request and the manager when it is late.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};

use super::sweep::recipients;
use crate::domain::letter::{self, Cause, Heading, LetterText, News, ReminderLine, TaskFacts};
use crate::domain::request::Request;
use crate::domain::rules::RuleBook;
use crate::domain::system::System;
use crate::domain::task::Task;
use crate::domain::task_reminder::{self, Stage, standing};
use crate::house::House;
use crate::mail::letters::Letterhead;
use crate::mail::tasks::{remind_owner, tell_it_is_over};
use crate::packs::Shelf;
use crate::store::door::{Desk, StepError};
use crate::store::notices::{NewNotice, Notice};
use crate::store::people::Person;
use crate::store::requests::Stored;
use crate::store::{StoreError, Tx, requests, systems};

/// Reminds the owners of the tasks that are due, once each however many stages were missed, and returns a notice for each
/// member of staff whom a stage concerns.
///
/// # Errors
/// When the store fails. A mail that cannot be written holds up nothing: the stages that follow it go up.
pub(super) fn remind(
    desk: &mut Desk<'_, '_>,
    house: &House,
    shelf: &Shelf,
    staff: &[Person],
) -> Result<Vec<NewNotice>, StepError> {
    let due = task_reminder::due(&desk.stored.request, desk.rules, desk.now);
    let policy = &desk.stored.request.policy;
    if let Some(pack) = shelf.version(&policy.id, &policy.version) {
        let head = Letterhead {
            settings: &house.settings,
            pack: &pack.pack,
            thread: None,
        };
        let owners: BTreeSet<(u32, ToOwner)> = due
            .iter()
            .filter_map(|due| Some((due.number, to_owner(due.stage)?)))
            .collect();
        for (number, what) in owners {
            let told = match what {
                ToOwner::Reminder => remind_owner(desk, head, number),
                ToOwner::Over => tell_it_is_over(desk, head, number),
            };
            match told {
                Ok(()) => {}
                Err(StepError::Store(error)) => return Err(error.into()),
                Err(error) => {
                    tracing::error!(request = desk.stored.id, task = number, %error, "an owner could not be told");
                }
            }
        }
    }
    let assignee = desk.stored.request.assignee;
    let notices = due.iter().flat_map(|due| {
        let told: BTreeSet<_> = due
            .stage
            .to_staff()
            .iter()
            .flat_map(|to| recipients(*to, assignee, staff))
            .collect();
        told.into_iter().map(|person| NewNotice {
            request_id: desk.stored.id,
            rule: format!("{}/{}", due.stage.name(), due.number),
            due_on: due.due_on,
            person,
        })
    });
    Ok(notices.collect())
}

/// What the owner of a task is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum ToOwner {
    /// That it is still to be done.
    Reminder,
    /// That it need not be done any more.
    Over,
}

fn to_owner(stage: Stage) -> Option<ToOwner> {
    match stage {
        Stage::Before(_) => Some(ToOwner::Reminder),
        Stage::Over => Some(ToOwner::Over),
        Stage::Late(_) | Stage::Recheck => None,
    }
}

/// What a rule of the ledger of notices speaks of, when it is a task or something in force: the stage and the number.
pub(super) fn of_rule(rule: &str) -> Option<(Stage, u32)> {
    let (stage, number) = rule.split_once('/')?;
    Some((Stage::of_name(stage)?, number.parse().ok()?))
}

/// A line of a merged mail for a notice about a task or about something in force; `None` when it needs nobody any more.
///
/// # Errors
/// When the store fails.
pub(super) fn line(
    tx: &mut Tx<'_>,
    house: &House,
    stored: &Stored,
    (stage, number): (Stage, u32),
    person: &Person,
    now: DateTime<Utc>,
) -> Result<Option<ReminderLine>, StoreError> {
    let shelf = house.shelf();
    let request = &stored.request;
    let Some(rules) = shelf.rules(&request.policy) else {
        return Ok(None);
    };
    let (due_on, cause) = match stage {
        Stage::Recheck => match request.in_force_by(number) {
            Some(state) => (state.recheck_on, Cause::Recheck),
            None => return Ok(None),
        },
        Stage::Over => return Ok(None),
        Stage::Before(_) | Stage::Late(_) => match late(tx, request, number)? {
            Some((task, system)) => match task.due_on(request) {
                Some(due_on) => (due_on, Cause::TaskLate(system.name)),
                None => return Ok(None),
            },
            None => return Ok(None),
        },
    };
    Ok(Some(ReminderLine {
        reference: request.reference.clone(),
        due_on,
        standing: letter::standing(&person.language, standing(due_on, rules, now)),
        cause,
        link: page(house, request),
    }))
}

/// The whole mail when one late task is all there is to tell somebody.
///
/// # Errors
/// When the store fails or the letter cannot be written.
pub(super) fn escalation(
    tx: &mut Tx<'_>,
    house: &House,
    person: &Person,
    pending: &[Notice],
    now: DateTime<Utc>,
) -> Result<Option<LetterText>, StepError> {
    let told: BTreeSet<(i64, Option<u32>)> = pending
        .iter()
        .map(|notice| match of_rule(&notice.rule) {
            Some((Stage::Late(_), number)) => (notice.request_id, Some(number)),
            _ => (notice.request_id, None),
        })
        .collect();
    let [(request_id, Some(number))] = told.into_iter().collect::<Vec<_>>()[..] else {
        return Ok(None);
    };
    let stored = requests::find(tx, request_id)?;
    let shelf = house.shelf();
    let policy = &stored.request.policy;
    let (Some(rules), Some(pack)) = (shelf.rules(policy), shelf.version(&policy.id, &policy.version)) else {
        return Ok(None);
    };
    let Some((task, system)) = late(tx, &stored.request, number)? else {
        return Ok(None);
    };
    let Some(due_on) = task.due_on(&stored.request) else {
        return Ok(None);
    };
    let news = News::TaskEscalation {
        owner: system.owner.name.clone(),
        task: TaskFacts {
            system: system.name,
            rights: vec![task.about.right],
            due_on,
            standing: letter::standing(&person.language, standing(due_on, rules, now)),
            link: page(house, &stored.request),
        },
    };
    let heading = Heading {
        name: person.name.clone(),
        reference: stored.request.reference.clone(),
        controller: house.settings.controller.name.clone(),
        contact: house.settings.controller.contact.clone(),
    };
    letter::compose_news(&pack.pack, &person.language, &heading, &news)
        .map(Some)
        .map_err(StepError::Lacks)
}

/// A task whose owner is still waited for, with its system.
fn late(tx: &mut Tx<'_>, request: &Request, number: u32) -> Result<Option<(Task, System)>, StoreError> {
    let Some(task) = request.task(number).filter(|task| task.is_awaited()) else {
        return Ok(None);
    };
    let found = systems::find(tx, &task.about.system)?;
    Ok(found.map(|found| (task.clone(), found.system)))
}

fn page(house: &House, request: &Request) -> String {
    format!("{}/requests/{}", house.settings.base_url, request.reference)
}
