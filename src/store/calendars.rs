//! Published calendars as they were loaded: every version is kept, the newest of a region is in force.

use chrono::{DateTime, Utc};
use diesel::prelude::*;

use super::schema::calendars;
use super::{Reader, Stamp, StoreError, Tx, ids};

/// A calendar file as it was loaded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Loaded {
    /// Its row; a later one is newer.
    pub id: i64,
    /// The region, such as `CN`.
    pub region: String,
    /// The version the file states.
    pub version: String,
    /// The file.
    pub content: String,
    /// When it was loaded.
    pub loaded_at: DateTime<Utc>,
    /// Who loaded it, as the journal names an actor.
    pub loaded_by: String,
}

/// What adding a calendar came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Added {
    /// It is in force now.
    New(i64),
    /// This version of the region is here with the same content.
    Same(i64),
    /// This version of the region is here with other content: the file needs a new version.
    Differs(i64),
}

/// Adds a calendar.
pub fn add(
    tx: &mut Tx<'_>,
    (region, version): (&str, &str),
    content: &str,
    loaded_by: &str,
    now: DateTime<Utc>,
) -> Result<Added, StoreError> {
    let there: Option<(i64, String)> = calendars::table
        .filter(calendars::region.eq(region))
        .filter(calendars::version.eq(version))
        .select((calendars::id, calendars::content))
        .first(tx.conn)
        .optional()?;
    match there {
        Some((id, old)) if old == content => return Ok(Added::Same(id)),
        Some((id, _)) => return Ok(Added::Differs(id)),
        None => {}
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
    Ok(Added::New(id))
}

/// The calendar in force for a region.
pub fn newest(db: &mut Reader<'_>, region: &str) -> Result<Option<Loaded>, StoreError> {
    let row = calendars::table
        .filter(calendars::region.eq(region))
        .order(calendars::id.desc())
        .select(Row::as_select())
        .first(db.conn)
        .optional()?;
    Ok(row.map(Loaded::from))
}

/// Every calendar ever loaded, the newest first.
pub fn list(db: &mut Reader<'_>) -> Result<Vec<Loaded>, StoreError> {
    let rows = calendars::table
        .order(calendars::id.desc())
        .select(Row::as_select())
        .load(db.conn)?;
    Ok(rows.into_iter().map(Loaded::from).collect())
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = calendars)]
struct Row {
    id: i64,
    region: String,
    version: String,
    content: String,
    loaded_at: Stamp,
    loaded_by: String,
}

impl From<Row> for Loaded {
    fn from(row: Row) -> Self {
        let Row {
            id,
            region,
            version,
            content,
            loaded_at,
            loaded_by,
        } = row;
        Self {
            id,
            region,
            version,
            content,
            loaded_at: loaded_at.into(),
            loaded_by,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::testing::{instant, stores};

    #[test]
    fn the_newest_calendar_of_a_region_is_in_force() {
        for store in stores() {
            let at = instant("2026-01-01T00:00:00Z");
            let add = |region: &str, version: &str, content: &str| {
                store
                    .write(|tx| add(tx, (region, version), content, "person:1", at))
                    .unwrap()
            };
            assert_eq!(add("CN", "2026-1", "a"), Added::New(1));
            assert_eq!(add("DE", "2026-1", "b"), Added::New(2));
            assert_eq!(add("CN", "2026-2", "c"), Added::New(3));
            assert_eq!(add("CN", "2026-1", "a"), Added::Same(1));
            assert_eq!(add("CN", "2026-2", "d"), Added::Differs(3));
            assert_eq!(store.read(|db| newest(db, "CN")).unwrap().unwrap().content, "c");
            assert_eq!(store.read(|db| newest(db, "FR")).unwrap(), None);
            let versions: Vec<i64> = store.read(list).unwrap().iter().map(|loaded| loaded.id).collect();
            assert_eq!(versions, [3, 2, 1]);
        }
    }
}
