//! The daily digest: on each working day, what is late, due, unread and waiting for approval, once a person.

use std::collections::BTreeSet;

use anyhow::Context;
use chrono::{DateTime, Days, NaiveDate, Utc};

use super::sweep::line;
use crate::domain::letter::{self, Cause, Digest, ReminderLine};
use crate::domain::person::Role;
use crate::domain::reminder::local_instant;
use crate::house::House;
use crate::mail::staff;
use crate::packs::LoadedPack;
use crate::store::door::StepError;
use crate::store::lists::{self, Filter, Life, Line};
use crate::store::notices::Recorded;
use crate::store::people::Person;
use crate::store::{Tx, messages, notices, people};

/// The most requests that one part of a digest names; the desk shows the rest.
const MOST: i64 = 50;

/// Sends each officer the digest of today, if it is time and today's was not sent. Returns how many went out.
///
/// # Errors
/// When the store fails or the pack lacks the letter.
pub fn digest(house: &House) -> anyhow::Result<usize> {
    let now = house.now.instant();
    let pack = house.pack()?;
    let policy = &pack.pack.policy;
    let today = now.with_timezone(&policy.zone).date_naive();
    if !pack.calendar.is_working(today) || now < local_instant(today, policy.digest_at, policy.zone) {
        return Ok(0);
    }
    let staff = house.store.read(people::list)?;
    let mut sent = 0;
    for person in staff
        .iter()
        .filter(|person| person.active && person.has_password && matches!(person.role, Role::Officer | Role::Admin))
    {
        sent += house
            .store
            .write(|tx| digest_one(tx, house, person, now))
            .context("a digest could not be written")?;
    }
    Ok(sent)
}

fn digest_one(tx: &mut Tx<'_>, house: &House, person: &Person, now: DateTime<Utc>) -> Result<usize, StepError> {
    let pack = house.pack().map_err(|error| StepError::Letter(error.to_string()))?;
    let policy = &pack.pack.policy;
    let today = now.with_timezone(&policy.zone).date_naive();
    if notices::digest_made(tx, person.id, today)? == Recorded::Before {
        return Ok(0);
    }
    let soon = pack
        .calendar
        .add_working_days(today, 5)
        .day
        .checked_add_days(Days::new(1))
        .unwrap_or(today);
    let ends_by = Some(local_instant(soon, chrono::NaiveTime::MIN, policy.zone));
    let running = Filter::default();
    let mut part = |filter: Filter| -> Result<Vec<ReminderLine>, StepError> {
        let (_, lines) = lists::group(tx, &filter, MOST)?;
        Ok(lines.iter().filter_map(|found| of(house, found, person, now)).collect())
    };
    let mut unread = part(Filter {
        life: Life::Stage("triage".to_owned()),
        ..running.clone()
    })?;
    // A message that may belong to a request waits to be read too, also where the request itself does not.
    let held = part(Filter {
        life: Life::Held,
        ..running.clone()
    })?;
    unread.extend(held);
    let mut named = BTreeSet::new();
    unread.retain(|line| named.insert(line.reference.clone()));
    let digest = Digest {
        today,
        late: part(Filter {
            ends_by: Some(now),
            ..running.clone()
        })?,
        due: part(Filter {
            ends_after: Some(now),
            ends_by,
            ..running.clone()
        })?,
        unread,
        approval: part(Filter {
            life: Life::AwaitsApproval,
            ..running
        })?,
        quarantined: messages::quarantined_since(tx, last_digest(&pack, today))?,
    };
    let quiet = digest.quarantined == 0
        && [&digest.late, &digest.due, &digest.unread, &digest.approval]
            .iter()
            .all(|part| part.is_empty());
    if quiet {
        return Ok(0);
    }
    let text = letter::compose_digest(&pack.pack, &person.language, &digest, &person.name).map_err(StepError::Lacks)?;
    let letter = staff::tell(tx, &house.settings, person, "digest", &text, now)?;
    notices::record_digest(tx, person.id, today, letter)?;
    Ok(1)
}

/// When the digest of the working day before went out.
fn last_digest(pack: &LoadedPack, today: NaiveDate) -> DateTime<Utc> {
    let policy = &pack.pack.policy;
    let before = today.iter_days().rev().skip(1).take(30);
    let last = before
        .into_iter()
        .find(|day| pack.calendar.is_working(*day))
        .unwrap_or(today);
    local_instant(last, policy.digest_at, policy.zone)
}

fn of(house: &House, found: &Line, person: &Person, now: DateTime<Utc>) -> Option<ReminderLine> {
    let shelf = house.shelf();
    let rules = crate::domain::rules::RuleBook::rules(&*shelf, &found.request.policy)?;
    Some(line(house, &found.request, rules, Cause::Digest, &person.language, now))
}
