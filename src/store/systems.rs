//! The register of systems and recipients: every version of each entry is kept, sealed, with who wrote it.
//!
//! The journal of the house says what changed, by column names; the values themselves name people and stand here.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, Utc};
use diesel::prelude::*;

use super::schema::{restores, systems};
use super::vault::keys::{self, HOUSE_KEY};
use super::{Key, Reader, Stamp, StoreError, Tx, ids, office};
use crate::domain::policy::SystemId;
use crate::domain::system::System;

/// An entry of the register with who wrote it and when.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Registered {
    /// The entry.
    pub system: System,
    /// Its version, from 1.
    pub version: i64,
    /// When this version was written.
    pub changed_at: DateTime<Utc>,
    /// By whom, as the journal names them.
    pub changed_by: String,
}

/// What became of an entry that was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Put {
    /// It is new.
    Added,
    /// It replaces another version.
    Changed,
    /// That is how it stood already.
    Same,
}

/// That a system came back from a backup.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Restore {
    /// Its number.
    pub id: i64,
    /// The system.
    pub system: SystemId,
    /// The day of the backup: what was done there from that day on may be undone.
    pub backup_on: NaiveDate,
    /// When an officer said so.
    pub marked_at: DateTime<Utc>,
    /// Who, as the journal names them.
    pub marked_by: String,
}

/// Writes an entry; one that does not differ from the newest version leaves no trace.
///
/// # Errors
/// When the store fails.
pub fn put(tx: &mut Tx<'_>, system: &System, by: &str, now: DateTime<Utc>) -> Result<Put, StoreError> {
    let before = find(tx, &system.id)?;
    let (version, done) = match &before {
        None => (1, Put::Added),
        Some(before) if before.system == *system => return Ok(Put::Same),
        Some(before) => (before.version + 1, Put::Changed),
    };
    let key = keys::find(tx, HOUSE_KEY)?;
    let written = serde_json::to_vec(system)
        .map_err(|error| StoreError::Corrupt(format!("a system that cannot be written: {error}")))?;
    let sealed = tx.vault.seal(&key, &place(system.id.as_str(), version), &written)?;
    diesel::insert_into(systems::table)
        .values((
            systems::id.eq(system.id.as_str()),
            systems::version.eq(version),
            systems::changed_at.eq(Stamp::from(now)),
            systems::changed_by.eq(by),
            systems::sealed.eq(sealed),
        ))
        .execute(tx.conn)?;
    let columns = before
        .map(|before| system.differs_in(&before.system))
        .unwrap_or_default();
    office::note_system(tx, &system.id, version, &columns, by, now)?;
    Ok(done)
}

/// The newest version of an entry.
///
/// # Errors
/// When the store fails.
pub fn find(db: &mut Reader<'_>, id: &SystemId) -> Result<Option<Registered>, StoreError> {
    Ok(history(db, id)?.into_iter().next())
}

/// Every version of an entry, newest first.
///
/// # Errors
/// When the store fails.
pub fn history(db: &mut Reader<'_>, id: &SystemId) -> Result<Vec<Registered>, StoreError> {
    let rows: Vec<Row> = systems::table
        .filter(systems::id.eq(id.as_str()))
        .order(systems::version.desc())
        .select(Row::as_select())
        .load(db.conn)?;
    let key = keys::find(db, HOUSE_KEY)?;
    rows.into_iter().map(|row| row.open(db, &key)).collect()
}

/// The newest version of every entry, by name.
///
/// # Errors
/// When the store fails.
pub fn list(db: &mut Reader<'_>) -> Result<Vec<Registered>, StoreError> {
    let rows: Vec<Row> = systems::table
        .order((systems::id, systems::version))
        .select(Row::as_select())
        .load(db.conn)?;
    let newest: BTreeMap<String, Row> = rows.into_iter().map(|row| (row.id.clone(), row)).collect();
    let key = keys::find(db, HOUSE_KEY)?;
    let mut all = newest
        .into_values()
        .map(|row| row.open(db, &key))
        .collect::<Result<Vec<_>, _>>()?;
    all.sort_by(|a, b| (&a.system.name, &a.system.id).cmp(&(&b.system.name, &b.system.id)));
    Ok(all)
}

/// The register as rules look at it, by name.
///
/// # Errors
/// When the store fails.
pub fn all(db: &mut Reader<'_>) -> Result<Vec<System>, StoreError> {
    Ok(list(db)?.into_iter().map(|registered| registered.system).collect())
}

/// Writes down that a system came back from a backup.
///
/// # Errors
/// When the store fails.
pub fn mark_restored(
    tx: &mut Tx<'_>,
    system: &SystemId,
    backup_on: NaiveDate,
    by: &str,
    now: DateTime<Utc>,
) -> Result<i64, StoreError> {
    let id = ids::take(tx, "restores", 1)?;
    diesel::insert_into(restores::table)
        .values((
            restores::id.eq(id),
            restores::system_id.eq(system.as_str()),
            restores::backup_on.eq(backup_on),
            restores::marked_at.eq(Stamp::from(now)),
            restores::marked_by.eq(by),
        ))
        .execute(tx.conn)?;
    office::note_restore(tx, system, backup_on, by, now)?;
    Ok(id)
}

/// The restores of a system, newest first.
///
/// # Errors
/// When the store fails.
pub fn restores_of(db: &mut Reader<'_>, system: &SystemId) -> Result<Vec<Restore>, StoreError> {
    let rows: Vec<RestoreRow> = restores::table
        .filter(restores::system_id.eq(system.as_str()))
        .order(restores::id.desc())
        .select(RestoreRow::as_select())
        .load(db.conn)?;
    Ok(rows.into_iter().map(Restore::from).collect())
}

/// A restore by its number.
///
/// # Errors
/// When the store fails.
pub fn find_restore(db: &mut Reader<'_>, id: i64) -> Result<Option<Restore>, StoreError> {
    let row: Option<RestoreRow> = restores::table
        .find(id)
        .select(RestoreRow::as_select())
        .first(db.conn)
        .optional()?;
    Ok(row.map(Restore::from))
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = systems)]
struct Row {
    id: String,
    version: i64,
    changed_at: Stamp,
    changed_by: String,
    sealed: Vec<u8>,
}

impl Row {
    fn open(self, db: &Reader<'_>, key: &Key) -> Result<Registered, StoreError> {
        let written = db.vault.open(key, &place(&self.id, self.version), &self.sealed)?;
        let system = serde_json::from_slice(&written)
            .map_err(|_| StoreError::Corrupt(format!("the system {} {}", self.id, self.version)))?;
        Ok(Registered {
            system,
            version: self.version,
            changed_at: self.changed_at.into(),
            changed_by: self.changed_by,
        })
    }
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = restores)]
struct RestoreRow {
    id: i64,
    system_id: String,
    backup_on: NaiveDate,
    marked_at: Stamp,
    marked_by: String,
}

impl From<RestoreRow> for Restore {
    fn from(row: RestoreRow) -> Self {
        Self {
            id: row.id,
            system: SystemId::new(&row.system_id),
            backup_on: row.backup_on,
            marked_at: row.marked_at.into(),
            marked_by: row.marked_by,
        }
    }
}

fn place(id: &str, version: i64) -> String {
    format!("systems/{id}/{version}")
}
