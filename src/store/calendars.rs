//! Calendars that were loaded since the program was built: the newest of a region is in force.

use chrono::{DateTime, Utc};
use diesel::prelude::*;

use super::schema::calendars;
use super::{Reader, Stamp, StoreError, Tx, ids};

/// A calendar file that was loaded, as it was.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Loaded {
    /// Its number; a higher one is newer.
    pub id: i64,
    /// The region it is for.
    pub region: String,
    /// The version its text gives it.
    pub version: String,
    /// The text of the file.
    pub content: String,
    /// When it was loaded.
    pub loaded_at: DateTime<Utc>,
    /// Who loaded it, as the journal names them.
    pub loaded_by: String,
}

/// Adds a calendar, which is then in force for its region. The version in force already is not added again.
///
/// # Errors
/// When the store fails; [`StoreError::Conflict`] when this version was in force before and was replaced since.
pub fn add(
    tx: &mut Tx<'_>,
    region: &str,
    version: &str,
    content: &str,
    loaded_by: &str,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    let in_force = newest(tx)?.into_iter().any(|loaded| loaded.region == region && loaded.version == version);
    if in_force {
        return Ok(());
    }
    let id = ids::take(tx, "calendars", 1)?;
    diesel::insert_into(calendars::table)
        .values((
            calendars::id.eq(id),
            calendars::region.eq(region),
            calendars::version.eq(version),
            calendars::content.eq(content),
            calendars::loaded_at.eq(Stamp::from(now)),
            calendars::loaded_by.eq(loaded_by),
        ))
        .execute(tx.conn)?;
    Ok(())
}

/// The calendar in force of each region that has one in the store.
///
/// # Errors
/// When the store fails.
pub fn newest(db: &mut Reader<'_>) -> Result<Vec<Loaded>, StoreError> {
    let mut newest: Vec<Loaded> = Vec::new();
    for loaded in list(db)? {
        if newest.iter().all(|known| known.region != loaded.region) {
            newest.push(loaded);
        }
    }
    Ok(newest)
}

/// All calendars that were ever loaded, the newest first.
///
/// # Errors
/// When the store fails.
pub fn list(db: &mut Reader<'_>) -> Result<Vec<Loaded>, StoreError> {
    type Row = (i64, String, String, String, Stamp, String);
    let rows: Vec<Row> = calendars::table
        .order(calendars::id.desc())
        .select((
            calendars::id,
            calendars::region,
            calendars::version,
            calendars::content,
            calendars::loaded_at,
            calendars::loaded_by,
        ))
        .load(db.conn)?;
    let loaded = |(id, region, version, content, loaded_at, loaded_by): Row| Loaded {
        id,
        region,
        version,
        content,
        loaded_at: loaded_at.into(),
        loaded_by,
    };
    Ok(rows.into_iter().map(loaded).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::testing::{instant, stores};

    #[test]
    fn the_newest_calendar_of_a_region_is_in_force_and_is_not_added_twice() {
        for store in stores() {
            let now = instant("2026-11-24T09:00:00Z");
            store
                .write::<_, StoreError>(|tx| {
                    add(tx, "CN", "2026", "old", "person:1", now)?;
                    add(tx, "DE", "2026", "other", "person:1", now)?;
                    add(tx, "CN", "2027", "new", "person:2", now)?;
                    add(tx, "CN", "2027", "new", "person:2", now)
                })
                .unwrap();
            let newest: Vec<(String, String)> =
                store.read(newest).unwrap().into_iter().map(|loaded| (loaded.region, loaded.content)).collect();
            assert_eq!(newest, [("CN".to_owned(), "new".to_owned()), ("DE".to_owned(), "other".to_owned())]);
            assert_eq!(store.read(list).unwrap().len(), 3);
        }
    }
}
