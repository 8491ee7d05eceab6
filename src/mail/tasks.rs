//! Tasks on their way to those who look after a system: the mail, the personal link in it, and the step that goes with it.

use chrono::{NaiveDate, TimeDelta};

use super::letters::Letterhead;
use super::news::{self, Addressee};
use crate::domain::command::Command;
use crate::domain::decide::task_due_on;
use crate::domain::letter::{self, News, TaskFacts};
use crate::domain::moves::Refusal;
use crate::domain::system::System;
use crate::domain::task::{Task, TaskKind};
use crate::domain::task_reminder::standing;
use crate::store::door::{Desk, StepError};
use crate::store::requests::Stored;
use crate::store::{systems, task_links};

/// The path of an owner's page for one task.
pub const OWNERS_PAGE: &str = "/task";

/// Hands a task to its owner: a new personal link, the mail with it, and the command that says so. Earlier links to the
/// task open nothing any more. Without an address a person tells the owner, and records the answer.
///
/// # Errors
/// What the letter still lacks, in words for the officer, or that the store failed.
pub fn hand_over(
    desk: &mut Desk<'_, '_>,
    head: Letterhead<'_>,
    number: u32,
    words: &str,
) -> Result<Command, StepError> {
    let stored = desk.stored;
    let task = stored.request.task(number).ok_or(Refusal::UnknownTask)?;
    let due_on = task_due_on(&stored.request, task.about.kind, desk.rules, desk.now);
    let now = desk.now;
    task_links::revoke(desk.tx(), stored.id, number, now)?;
    let system = system_of(desk, task)?;
    let news = |facts: TaskFacts| match task.about.kind {
        TaskKind::Notice => News::RecipientNotice {
            recipient: system.owner.name.clone(),
            rights: facts.rights,
            details: words.to_owned(),
            link: facts.link,
        },
        TaskKind::Find | TaskKind::CarryOut | TaskKind::Repeat => News::Task(facts),
    };
    let letter = tell_owner(desk, head, &system, news, (task, due_on))?;
    let words = if words.is_empty() {
        None
    } else {
        Some(desk.keep("task-words", words)?)
    };
    Ok(Command::SendTask {
        task: number,
        letter,
        words,
    })
}

/// Reminds the owner of a task, with a further link: what was stored of the first one does not tell it any more.
///
/// # Errors
/// What the letter still lacks, or that the store failed.
pub fn remind_owner(desk: &mut Desk<'_, '_>, head: Letterhead<'_>, number: u32) -> Result<(), StepError> {
    let request = &desk.stored.request;
    let task = request.task(number).ok_or(Refusal::UnknownTask)?;
    let Some(due_on) = task.due_on(request) else {
        return Ok(());
    };
    let system = system_of(desk, task)?;
    tell_owner(desk, head, &system, News::TaskReminder, (task, due_on))?;
    Ok(())
}

/// Tells the owner of a task that it need not be done any more.
///
/// # Errors
/// What the letter still lacks, or that the store failed.
pub fn tell_it_is_over(desk: &mut Desk<'_, '_>, head: Letterhead<'_>, number: u32) -> Result<(), StepError> {
    let (stored, now) = (desk.stored, desk.now);
    let task = stored.request.task(number).ok_or(Refusal::UnknownTask)?;
    let system = system_of(desk, task)?;
    if system.owner.mail.is_empty() {
        return Ok(());
    }
    let news = News::TaskOver {
        system: system.name.clone(),
        rights: vec![task.about.right.clone()],
    };
    news::tell(desk.tx(), head, &addressee(&system, stored), &news, now)?;
    Ok(())
}

fn addressee<'a>(system: &'a System, stored: &'a Stored) -> Addressee<'a> {
    Addressee {
        name: &system.owner.name,
        address: &system.owner.mail,
        language: &system.owner.language,
        request: Some(stored),
    }
}

/// Writes to the owner of a system; `None` where there is no address.
fn tell_owner(
    desk: &mut Desk<'_, '_>,
    head: Letterhead<'_>,
    system: &System,
    news: impl FnOnce(TaskFacts) -> News,
    (task, due_on): (&Task, NaiveDate),
) -> Result<Option<i64>, StepError> {
    if system.owner.mail.is_empty() {
        return Ok(None);
    }
    let (stored, now) = (desk.stored, desk.now);
    let days = TimeDelta::days(i64::from(desk.rules.policy.tasks.link_days));
    let token = task_links::issue(desk.tx(), stored.id, task.number, now + days, now)?;
    let link = format!("{}{OWNERS_PAGE}/{token}", head.settings.base_url.trim_end_matches('/'));
    let facts = TaskFacts {
        system: system.name.clone(),
        rights: vec![task.about.right.clone()],
        due_on,
        standing: letter::standing(&system.owner.language, standing(due_on, desk.rules, now)),
        link,
    };
    let letter = news::tell(desk.tx(), head, &addressee(system, stored), &news(facts), now)?;
    Ok(Some(letter))
}

fn system_of(desk: &mut Desk<'_, '_>, task: &Task) -> Result<System, StepError> {
    let found = systems::find(desk.tx(), &task.about.system)?;
    Ok(found.ok_or(Refusal::UnknownSystem)?.system)
}
