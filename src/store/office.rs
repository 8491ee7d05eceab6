//! Changes to the house itself, each with its event in the journal's own stream: calendars loaded, people added and changed.
//!
//! No personal data: people are named by number.

use chrono::{DateTime, NaiveDate, Utc};
use serde_json::{Value, json};

use super::calendars::{self, Added};
use super::journal::{self, HOUSE, NewEvent};
use super::{StoreError, Tx};
use crate::domain::person::{PersonId, Role};
use crate::domain::policy::SystemId;

/// Puts a calendar in force for its region. `by` is who loads it, as the journal names them.
///
/// # Errors
/// When the store fails.
pub fn load_calendar(
    tx: &mut Tx<'_>,
    (region, version): (&str, &str),
    content: &str,
    by: &str,
    now: DateTime<Utc>,
) -> Result<Added, StoreError> {
    let added = calendars::add(tx, (region, version), content, by, now)?;
    if let Added::New(_) = added {
        note(
            tx,
            "calendar-loaded",
            json!({ "region": region, "version": version }),
            by,
            now,
        )?;
    }
    Ok(added)
}

/// Notes that a person was added, or that a role or the right to sign in changed.
///
/// # Errors
/// When the store fails.
pub fn note_person(
    tx: &mut Tx<'_>,
    what: &str,
    person: PersonId,
    role: Role,
    by: &str,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    note(tx, what, json!({ "person": person, "role": role }), by, now)
}

/// Notes that a person chose how the characters of a message without a request are read; `None` as it says itself.
///
/// # Errors
/// When the store fails.
pub fn note_reading(
    tx: &mut Tx<'_>,
    message: i64,
    charset: Option<&str>,
    by: &str,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    let body = json!({ "message": message, "charset": charset });
    note(tx, "message-reread", body, by, now)
}

/// Notes that an entry of the register of systems was written, and which of its columns differ from the version before.
///
/// # Errors
/// When the store fails.
pub(super) fn note_system(
    tx: &mut Tx<'_>,
    system: &SystemId,
    version: i64,
    columns: &[&str],
    by: &str,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    let body = json!({ "system": system, "version": version, "columns": columns });
    note(tx, "system-written", body, by, now)
}

/// Notes that a system came back from the backup of a day.
///
/// # Errors
/// When the store fails.
pub(super) fn note_restore(
    tx: &mut Tx<'_>,
    system: &SystemId,
    backup_on: NaiveDate,
    by: &str,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    let body = json!({ "system": system, "backup_on": backup_on });
    note(tx, "system-restored", body, by, now)
}

fn note(tx: &mut Tx<'_>, kind: &str, body: Value, by: &str, now: DateTime<Utc>) -> Result<(), StoreError> {
    let event = NewEvent {
        kind: kind.to_owned(),
        at: now,
        actor: by.to_owned(),
        body,
    };
    journal::append_next(tx, HOUSE, &[event])
}
