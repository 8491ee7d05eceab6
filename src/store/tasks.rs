//! The tasks of all requests, and what is in force because of them, as lists look for them: a projection like the requests.

use chrono::{DateTime, NaiveDate, Utc};
use diesel::prelude::*;

use super::door::{Door, Seen, StepError};
use super::files::{self, KeptFile};
use super::requests::Stored;
use super::schema::{lasting_states, tasks};
use super::{Reader, Stamp, StoreError, Tx};
use crate::domain::command::Command;
use crate::domain::policy::SystemId;
use crate::domain::task::TaskKind;

/// Where a task is found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Found {
    /// The request.
    pub request_id: i64,
    /// The task's number there.
    pub number: u32,
}

/// The bytes of a file that an owner handed over, read in the transaction that says who looked.
///
/// # Errors
/// A refusal when the answer has no such file; or that the store failed, also when the file is gone.
pub fn view_file(
    tx: &mut Tx<'_>,
    door: &Door<'_>,
    request: i64,
    (task, file): (u32, i64),
) -> Result<(KeptFile, Vec<u8>), StepError> {
    door.step(tx, request, Seen::Whatever, |_| {
        Ok(Command::ViewTaskFile { task, file })
    })?;
    Ok((files::find(tx, file)?, files::read(tx, file)?))
}

/// Writes the rows of a request anew.
pub(super) fn index(tx: &mut Tx<'_>, stored: &Stored) -> Result<(), StoreError> {
    diesel::delete(tasks::table.filter(tasks::request_id.eq(stored.id))).execute(tx.conn)?;
    for task in &stored.request.tasks {
        diesel::insert_into(tasks::table)
            .values((
                tasks::request_id.eq(stored.id),
                tasks::number.eq(column(task.number)),
                tasks::system_id.eq(task.about.system.as_str()),
                tasks::kind.eq(task.about.kind.as_str()),
                tasks::unsettled.eq(task.is_unsettled()),
                tasks::awaited.eq(task.is_awaited()),
                tasks::due_on.eq(task.due_on(&stored.request)),
                tasks::done_at.eq(task.done_at().map(Stamp::from)),
            ))
            .execute(tx.conn)?;
    }
    diesel::delete(lasting_states::table.filter(lasting_states::request_id.eq(stored.id))).execute(tx.conn)?;
    for state in stored.request.in_force() {
        diesel::insert_into(lasting_states::table)
            .values((
                lasting_states::request_id.eq(stored.id),
                lasting_states::item.eq(column(state.item)),
                lasting_states::recheck_on.eq(state.recheck_on),
            ))
            .execute(tx.conn)?;
    }
    Ok(())
}

/// The tasks that still need somebody, the earliest due first; those that nobody was told of yet stand first.
///
/// # Errors
/// When the store fails.
pub fn unsettled(db: &mut Reader<'_>, limit: i64) -> Result<Vec<Found>, StoreError> {
    let planned: Vec<(i64, i32)> = tasks::table
        .filter(tasks::unsettled.eq(true))
        .filter(tasks::awaited.eq(false))
        .order((tasks::request_id, tasks::number))
        .limit(limit)
        .select((tasks::request_id, tasks::number))
        .load(db.conn)?;
    let awaited: Vec<(i64, i32)> = tasks::table
        .filter(tasks::awaited.eq(true))
        .order((tasks::due_on, tasks::request_id, tasks::number))
        .limit(limit)
        .select((tasks::request_id, tasks::number))
        .load(db.conn)?;
    Ok(planned.into_iter().chain(awaited).map(found).collect())
}

/// The tasks of some systems that were handed to their owners, newest request first.
///
/// # Errors
/// When the store fails.
pub fn of_systems(db: &mut Reader<'_>, systems: &[SystemId], limit: i64) -> Result<Vec<Found>, StoreError> {
    let ids: Vec<&str> = systems.iter().map(SystemId::as_str).collect();
    let rows: Vec<(i64, i32)> = tasks::table
        .filter(tasks::system_id.eq_any(ids))
        .filter(tasks::due_on.is_not_null())
        .order((
            tasks::awaited.desc(),
            tasks::due_on,
            tasks::request_id.desc(),
            tasks::number,
        ))
        .limit(limit)
        .select((tasks::request_id, tasks::number))
        .load(db.conn)?;
    Ok(rows.into_iter().map(found).collect())
}

/// What was carried out in a system from an instant on, in order of time: what is undone when an older backup comes back.
/// Of what was repeated since, the repetition counts.
///
/// # Errors
/// When the store fails.
pub fn done_since(db: &mut Reader<'_>, system: &SystemId, since: DateTime<Utc>) -> Result<Vec<Found>, StoreError> {
    let rows: Vec<(i64, i32)> = tasks::table
        .filter(tasks::system_id.eq(system.as_str()))
        .filter(tasks::kind.ne(TaskKind::Find.as_str()))
        .filter(tasks::done_at.ge(Stamp::from(since)))
        .order((tasks::done_at, tasks::request_id, tasks::number))
        .select((tasks::request_id, tasks::number))
        .load(db.conn)?;
    Ok(rows.into_iter().map(found).collect())
}

/// What is in force, by request and item, the earliest to be looked at first.
///
/// # Errors
/// When the store fails.
pub fn in_force(db: &mut Reader<'_>, limit: i64) -> Result<Vec<(i64, u32)>, StoreError> {
    let rows: Vec<(i64, i32, NaiveDate)> = lasting_states::table
        .order((
            lasting_states::recheck_on,
            lasting_states::request_id,
            lasting_states::item,
        ))
        .limit(limit)
        .select((
            lasting_states::request_id,
            lasting_states::item,
            lasting_states::recheck_on,
        ))
        .load(db.conn)?;
    Ok(rows
        .into_iter()
        .map(|(request, item, _)| (request, number(item)))
        .collect())
}

fn found((request_id, row): (i64, i32)) -> Found {
    Found {
        request_id,
        number: number(row),
    }
}

fn column(number: u32) -> i32 {
    i32::try_from(number).unwrap_or(i32::MAX)
}

fn number(column: i32) -> u32 {
    u32::try_from(column).unwrap_or(0)
}
