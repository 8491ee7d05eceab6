//! The wrapped keys: one per request, one per message that has no request yet, one for the house.

use chrono::{DateTime, Utc};
use diesel::prelude::*;

use super::Key;
use crate::store::schema::keys;
use crate::store::{Reader, Stamp, StoreError, Tx, ids};

/// The key of the house, for what belongs to no request, such as mail to staff.
pub const HOUSE_KEY: i64 = 1;

/// Makes a key and returns its number with it.
pub fn make(tx: &mut Tx<'_>) -> Result<(i64, Key), StoreError> {
    let id = ids::take(tx, "keys", 1)?;
    Ok((id, make_as(tx, id)?))
}

/// Makes a key under a number that was already taken.
pub fn make_as(tx: &mut Tx<'_>, id: i64) -> Result<Key, StoreError> {
    let (key, wrapped) = tx.vault.new_key(id)?;
    diesel::insert_into(keys::table)
        .values((keys::id.eq(id), keys::wrapped.eq(wrapped)))
        .execute(tx.conn)?;
    Ok(key)
}

/// A key by its number; [`StoreError::Erased`] when it was destroyed.
pub fn find(db: &mut Reader<'_>, id: i64) -> Result<Key, StoreError> {
    let wrapped: Option<Vec<u8>> = keys::table.find(id).select(keys::wrapped).first(db.conn).optional()?;
    let wrapped = wrapped.ok_or(StoreError::Missing { what: "key", id })?;
    open(db, id, &wrapped)
}

/// The key of a wrapped form that was loaded with other rows.
pub fn open(db: &Reader<'_>, id: i64, wrapped: &[u8]) -> Result<Key, StoreError> {
    if wrapped.is_empty() {
        return Err(StoreError::Erased(id));
    }
    db.vault.unwrap_key(wrapped, id)
}

/// Destroys a key, and with it everything sealed under it. The row stays, to say when.
pub fn destroy(tx: &mut Tx<'_>, id: i64, now: DateTime<Utc>) -> Result<(), StoreError> {
    diesel::update(keys::table.find(id).filter(keys::destroyed_at.is_null()))
        .set((keys::wrapped.eq(Vec::new()), keys::destroyed_at.eq(Stamp::from(now))))
        .execute(tx.conn)?;
    Ok(())
}

/// The numbers of all destroyed keys, in order: the erasure list, to be replayed after a restore.
pub fn destroyed(db: &mut Reader<'_>) -> Result<Vec<i64>, StoreError> {
    Ok(keys::table
        .filter(keys::destroyed_at.is_not_null())
        .select(keys::id)
        .order(keys::id)
        .load(db.conn)?)
}

/// Removes the row of a key that nothing is sealed under any more.
pub(in crate::store) fn discard(tx: &mut Tx<'_>, id: i64) -> Result<(), StoreError> {
    diesel::delete(keys::table.find(id)).execute(tx.conn)?;
    Ok(())
}

/// Makes the key of the house at the first start; at every later one, proves that the vault can open it.
pub(in crate::store) fn make_house_key(tx: &mut Tx<'_>) -> Result<(), StoreError> {
    let wrapped: Option<Vec<u8>> = keys::table
        .find(HOUSE_KEY)
        .select(keys::wrapped)
        .first(tx.conn)
        .optional()?;
    match wrapped {
        Some(wrapped) => tx.vault.unwrap_key(&wrapped, HOUSE_KEY).map(drop).map_err(|_| {
            StoreError::MasterKey(
                "The master key is not the one that this database was sealed under; use the file that belongs to it."
                    .to_owned(),
            )
        }),
        None => match make(tx)? {
            (HOUSE_KEY, _) => Ok(()),
            (other, _) => Err(StoreError::Corrupt(format!(
                "the key of the house would be number {other}"
            ))),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::testing::{instant, stores};

    #[test]
    fn a_destroyed_key_is_erased_and_listed_once() {
        for store in stores() {
            let (id, _) = store.write(make).unwrap();
            assert!(store.read(|db| find(db, id).map(drop)).is_ok());
            store
                .write(|tx| destroy(tx, id, instant("2026-01-05T00:00:00Z")))
                .unwrap();
            store
                .write(|tx| destroy(tx, id, instant("2026-01-06T00:00:00Z")))
                .unwrap();
            assert!(matches!(store.read(|db| find(db, id).map(drop)), Err(StoreError::Erased(erased)) if erased == id));
            assert_eq!(store.read(destroyed).unwrap(), [id]);
        }
    }

    #[test]
    fn a_key_that_never_was_is_missing() {
        for store in stores() {
            assert!(matches!(
                store.read(|db| find(db, 99).map(drop)),
                Err(StoreError::Missing { what: "key", id: 99 })
            ));
        }
    }
}
