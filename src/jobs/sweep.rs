//! Reminders and escalations: what is due is written into the ledger, then told in one merged mail a person.

use std::collections::BTreeMap;

use anyhow::Context;
use chrono::{DateTime, Utc};

use super::tasks;
use crate::domain::command::Command;
use crate::domain::letter::{self, Alert, Cause, ReminderLine};
use crate::domain::person::{Actor, PersonId, Role};
use crate::domain::policy::{Anchor, Policy, Recipient, ReminderId};
use crate::domain::reminder::{self, Due};
use crate::domain::request::Request;
use crate::domain::rules::Rules;
use crate::house::House;
use crate::mail::staff;
use crate::store::door::{Door, Seen, StepError};
use crate::store::notices::NewNotice;
use crate::store::people::Person;
use crate::store::{Tx, notices, people, requests};

/// How many requests are swept in one transaction.
const BATCH: i64 = 100;

/// What a sweep did.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub struct Swept {
    /// Requests for which a stage of the schedule was reached.
    pub requests: usize,
    /// Mails put into the outbox.
    pub mails: usize,
}

/// Takes everything that is due, however long ago, and tells each person once.
///
/// # Errors
/// When the store fails or the pack of a request is not there; what was committed before stays.
pub fn sweep(house: &House) -> anyhow::Result<Swept> {
    let mut swept = Swept::default();
    let staff = house.store.read(people::list)?;
    if recipients(Recipient::Officers, None, &staff).is_empty() {
        // Nobody can be told yet. The stages stay due, so that the first person to sign in learns of all of them.
        return Ok(swept);
    }
    loop {
        let now = house.now.instant();
        let due = house.store.read(|db| requests::due(db, now, BATCH))?;
        let done = remind_all(house, &due, now);
        swept.requests += done;
        if done == 0 {
            break;
        }
    }
    swept.mails = tell(house)?;
    Ok(swept)
}

/// Reminds of many requests in one transaction. When that fails, one by one, so that a request that cannot be reminded of
/// holds up no other. Returns how many were done.
fn remind_all(house: &House, due: &[i64], now: DateTime<Utc>) -> usize {
    if due.is_empty() || remind(house, due, now).is_ok() {
        return due.len();
    }
    let mut done = 0;
    for id in due {
        match remind(house, &[*id], now) {
            Ok(()) => done += 1,
            Err(error) => {
                tracing::error!(request = id, %error, "a reminder could not be written; the next run tries again")
            }
        }
    }
    done
}

/// Writes the stages that are due into the ledger, with one notice for each person concerned.
fn remind(house: &House, due: &[i64], now: DateTime<Utc>) -> Result<(), StepError> {
    let shelf = house.shelf();
    let door = Door {
        book: &*shelf,
        actor: Actor::Clock,
        now,
    };
    house.store.write(|tx| {
        let staff = people::list(tx)?;
        for id in due {
            door.step(tx, *id, Seen::Whatever, |desk| {
                let stages = reminder::due(&desk.stored.request, desk.rules, now);
                let mut notices = told_of(&desk.stored.request, desk.stored.id, &stages, &staff);
                notices.extend(tasks::remind(desk, house, &shelf, &staff)?);
                notices::record(desk.tx(), &notices, now)?;
                Ok(Command::Remind)
            })?;
        }
        Ok(())
    })
}

/// One notice for each person whom a stage concerns.
fn told_of(request: &Request, request_id: i64, stages: &[Due], staff: &[Person]) -> Vec<NewNotice> {
    stages
        .iter()
        .flat_map(|stage| {
            recipients(stage.to, request.assignee, staff)
                .into_iter()
                .map(|person| NewNotice {
                    request_id,
                    rule: stage.rule.as_str().to_owned(),
                    due_on: stage.due_on,
                    person,
                })
        })
        .collect()
}

/// Who is told: the assignee, or the officers when nobody works on it; the officers; those who get escalations.
/// An empty group falls back to the next one, and in the end to whoever runs the house: a reminder reaches somebody.
pub fn recipients(to: Recipient, assignee: Option<PersonId>, staff: &[Person]) -> Vec<PersonId> {
    // Who never signed in may not exist: the address of an invitation is not proven by anything.
    let active = || staff.iter().filter(|person| person.active && person.has_password);
    let of_role = |role: Role| {
        active()
            .filter(|person| person.role == role)
            .map(|person| person.id)
            .collect::<Vec<_>>()
    };
    let first_of = |groups: [Vec<PersonId>; 3]| groups.into_iter().find(|group| !group.is_empty()).unwrap_or_default();
    let assigned = active()
        .filter(|person| Some(person.id) == assignee)
        .map(|person| person.id)
        .collect();
    let managers = active()
        .filter(|person| person.manager)
        .map(|person| person.id)
        .collect();
    match to {
        Recipient::Assignee => first_of([assigned, of_role(Role::Officer), of_role(Role::Admin)]),
        Recipient::Officers => first_of([of_role(Role::Officer), of_role(Role::Admin), managers]),
        Recipient::Manager => first_of([managers, of_role(Role::Admin), of_role(Role::Officer)]),
    }
}

/// One merged mail to each person with notices that were not told yet.
fn tell(house: &House) -> anyhow::Result<usize> {
    let now = house.now.instant();
    let (staff, pending) = house.store.read(|db| Ok((people::list(db)?, notices::pending(db)?)))?;
    let mut mails = 0;
    for person in staff.iter().filter(|person| pending.contains_key(&person.id)) {
        mails += house
            .store
            .write(|tx| tell_one(tx, house, person, now))
            .context("a reminder could not be mailed")?;
    }
    Ok(mails)
}

fn tell_one(tx: &mut Tx<'_>, house: &House, person: &Person, now: DateTime<Utc>) -> Result<usize, StepError> {
    let pending = notices::pending(tx)?.remove(&person.id).unwrap_or_default();
    if pending.is_empty() {
        return Ok(0);
    }
    let shelf = house.shelf();
    // A request whose clock stopped meanwhile needs no reminder of it any more; of several stages the latest speaks for
    // all. What lasts beyond the clock, and each task, is told of by itself.
    let mut latest: BTreeMap<(i64, bool, Option<u32>), ReminderLine> = BTreeMap::new();
    for notice in &pending {
        let stored = requests::find(tx, notice.request_id)?;
        if let Some((stage, number)) = tasks::of_rule(&notice.rule) {
            let line = tasks::line(tx, house, &stored, (stage, number), person, now)?;
            latest.extend(line.map(|line| ((notice.request_id, false, Some(number)), line)));
            continue;
        }
        let alert = Alert::of_rule(&notice.rule);
        let Some(rules) = crate::domain::rules::RuleBook::rules(&*shelf, &stored.request.policy) else {
            continue;
        };
        let lasts = lasts(&notice.rule, rules.policy);
        if stored.request.is_running() || alert.is_some() || lasts {
            let cause = alert.map_or_else(|| Cause::Schedule(ReminderId::new(&notice.rule)), Cause::Alert);
            let mut told = line(house, &stored.request, rules, cause, &person.language, now);
            if lasts {
                let standing = reminder::standing_on(notice.due_on, now, rules);
                told.due_on = notice.due_on;
                told.standing = letter::standing(&person.language, standing);
            }
            latest.insert((notice.request_id, lasts, None), told);
        }
    }
    let mut lines: Vec<ReminderLine> = latest.into_values().collect();
    lines.sort_by(|a, b| a.due_on.cmp(&b.due_on).then_with(|| a.reference.cmp(&b.reference)));
    let ids: Vec<i64> = pending.iter().map(|notice| notice.id).collect();
    if lines.is_empty() {
        return Ok(0);
    }
    let pack = house.pack().map_err(|error| StepError::Letter(error.to_string()))?;
    let (occasion, text) = match tasks::escalation(tx, house, person, &pending, now)? {
        Some(text) => ("task-escalation", text),
        None => (
            "reminder",
            letter::compose_reminder(&pack.pack, &person.language, &lines, &person.name).map_err(StepError::Lacks)?,
        ),
    };
    let letter = staff::tell(tx, &house.settings, person, occasion, &text, now)?;
    notices::mark_mailed(tx, &ids, letter)?;
    Ok(1)
}

/// Whether a line of the schedule is about what lasts beyond the clock.
fn lasts(rule: &str, policy: &Policy) -> bool {
    let rule = policy.reminder(&ReminderId::new(rule));
    rule.is_some_and(|rule| rule.from == Anchor::Review)
}

/// One request as a line of a mail to staff, without personal data.
pub(super) fn line(
    house: &House,
    request: &Request,
    rules: Rules<'_>,
    cause: Cause,
    language: &str,
    now: DateTime<Utc>,
) -> ReminderLine {
    let standing = request.standing(now, rules.calendar, rules.policy.zone);
    ReminderLine {
        reference: request.reference.clone(),
        due_on: request.deadline.due_on,
        standing: letter::standing(language, standing),
        cause,
        link: format!("{}/requests/{}", house.settings.base_url, request.reference),
    }
}
