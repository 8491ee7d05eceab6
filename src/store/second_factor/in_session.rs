//! Sessions in which a code was right.

use chrono::{DateTime, Utc};
use diesel::prelude::*;

use super::proof::{Checked, Fresh};
use crate::domain::person::PersonId;
use crate::domain::second_factor::RECENT;
use crate::store::people::hashed;
use crate::store::schema::sessions;
use crate::store::{Reader, Stamp, StoreError, Tx};

/// Notes in a session of the person that a code was right.
///
/// # Errors
/// When the store fails.
pub fn note_in_session(tx: &mut Tx<'_>, token: &str, checked: &Checked, now: DateTime<Utc>) -> Result<(), StoreError> {
    let session = sessions::table
        .find(hashed(token))
        .filter(sessions::person.eq(checked.person().0));
    diesel::update(session)
        .set(sessions::checked_at.eq(Some(Stamp::from(now))))
        .execute(tx.conn)?;
    Ok(())
}

/// That a code was right in a session within [`RECENT`]; `None` when it is longer ago, or never was.
///
/// # Errors
/// When the store fails.
pub fn fresh(db: &mut Reader<'_>, token: &str, now: DateTime<Utc>) -> Result<Option<Fresh>, StoreError> {
    let row: Option<(i64, Option<Stamp>)> = sessions::table
        .find(hashed(token))
        .filter(sessions::awaits_code.eq(false))
        .filter(sessions::checked_at.gt(Stamp::from(now - RECENT)))
        .select((sessions::person, sessions::checked_at))
        .first(db.conn)
        .optional()?;
    let checked = row.and_then(|(person, at)| Some((PersonId(person), at?)));
    Ok(checked.map(|(person, at)| Fresh::new(person, at.into())))
}
