//! Secrets that a provider exchanged for those of the settings, such as a refresh token that it gives anew each time.
//!
//! They stand in the database and not in a file beside the master key, so that every instance on one database reads
//! the newest one, a backup holds it, and whoever has the database alone cannot read it: it is sealed.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use zeroize::Zeroizing;

use super::schema::credentials;
use super::vault::keys::{self, HOUSE_KEY};
use super::{Reader, Stamp, StoreError, Tx};

/// The secret kept under a name, if there is one. The name is looked up by a digest, so it may itself be secret.
///
/// # Errors
/// When the store fails or the value does not open.
pub fn find(db: &mut Reader<'_>, name: &str) -> Result<Option<Zeroizing<String>>, StoreError> {
    let name = db.vault.digest("credential", name.as_bytes());
    let sealed: Option<Vec<u8>> = credentials::table
        .find(name.as_slice())
        .select(credentials::sealed)
        .first(db.conn)
        .optional()?;
    let Some(sealed) = sealed else { return Ok(None) };
    let key = keys::find(db, HOUSE_KEY)?;
    let opened = db.vault.open(&key, &place(&name), &sealed)?;
    let secret = String::from_utf8(opened).map_err(|_| StoreError::Corrupt("a kept credential".to_owned()))?;
    Ok(Some(Zeroizing::new(secret)))
}

/// Keeps a secret under a name in place of the one before.
///
/// # Errors
/// When the store fails.
pub fn keep(tx: &mut Tx<'_>, name: &str, secret: &str, now: DateTime<Utc>) -> Result<(), StoreError> {
    let name = tx.vault.digest("credential", name.as_bytes());
    let key = keys::find(tx, HOUSE_KEY)?;
    let sealed = tx.vault.seal(&key, &place(&name), secret.as_bytes())?;
    let changed = diesel::update(credentials::table.find(name.as_slice()))
        .set((
            credentials::sealed.eq(&sealed),
            credentials::changed_at.eq(Stamp::from(now)),
        ))
        .execute(tx.conn)?;
    if changed == 0 {
        diesel::insert_into(credentials::table)
            .values((
                credentials::name.eq(name.as_slice()),
                credentials::changed_at.eq(Stamp::from(now)),
                credentials::sealed.eq(&sealed),
            ))
            .execute(tx.conn)?;
    }
    Ok(())
}

fn place(name: &[u8; 32]) -> String {
    format!("credentials/{}", hex::encode(name))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::testing::{instant, stores};

    #[test]
    fn the_newest_secret_is_kept_under_its_name_and_cannot_be_read_in_the_database() {
        for store in stores() {
            assert!(store.read(|db| find(db, "a")).unwrap().is_none());
            for secret in ["first-secret", "second-secret"] {
                let now = instant("2026-01-05T00:00:00Z");
                store.write(|tx| keep(tx, "a", secret, now)).unwrap();
                assert_eq!(store.read(|db| find(db, "a")).unwrap().unwrap().as_str(), secret);
            }
            assert!(store.read(|db| find(db, "b")).unwrap().is_none());
            let rows: Vec<(Vec<u8>, Vec<u8>)> = store
                .read(|db| {
                    Ok(credentials::table
                        .select((credentials::name, credentials::sealed))
                        .load(db.conn)?)
                })
                .unwrap();
            assert_eq!(rows.len(), 1);
            assert!(!rows[0].1.windows(6).any(|part| part == b"secret"));
        }
    }
}
