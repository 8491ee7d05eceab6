//! Free texts under their request's key, with a commitment that the journal can hold without saying them.

use diesel::prelude::*;
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use super::Key;
use crate::domain::text::TextRef;
use crate::store::schema::texts;
use crate::store::{Reader, StoreError, Tx, ids};

const SALT: usize = 32;

/// Keeps a text for a request. `purpose` says what it is, such as `reason`, and is not sealed.
pub fn keep(tx: &mut Tx<'_>, key: &Key, request_id: i64, purpose: &str, text: &str) -> Result<TextRef, StoreError> {
    let id = ids::take(tx, "texts", 1)?;
    let mut salt = [0; SALT];
    rand::fill(&mut salt);
    let salted = Zeroizing::new([&salt, text.as_bytes()].concat());
    let sealed = tx.vault.seal(key, &place(id), &salted)?;
    diesel::insert_into(texts::table)
        .values((
            texts::id.eq(id),
            texts::request_id.eq(request_id),
            texts::purpose.eq(purpose),
            texts::sealed.eq(sealed),
        ))
        .execute(tx.conn)?;
    Ok(TextRef {
        id,
        commitment: commitment(&salted),
    })
}

/// The text of a row.
pub fn read(db: &mut Reader<'_>, key: &Key, id: i64) -> Result<String, StoreError> {
    let salted = salted(db, key, id)?;
    let text = salted.get(SALT..).unwrap_or_default();
    String::from_utf8(text.to_vec()).map_err(|_| StoreError::Corrupt(format!("text {id} is not UTF-8")))
}

/// The text that an event points to, and proof that it is the one the event committed to.
pub fn read_committed(db: &mut Reader<'_>, key: &Key, text: &TextRef) -> Result<String, StoreError> {
    if commitment(&salted(db, key, text.id)?) != text.commitment {
        return Err(StoreError::Corrupt(format!(
            "text {} is not the one its event committed to",
            text.id
        )));
    }
    read(db, key, text.id)
}

fn salted(db: &mut Reader<'_>, key: &Key, id: i64) -> Result<Zeroizing<Vec<u8>>, StoreError> {
    let sealed: Option<Vec<u8>> = texts::table.find(id).select(texts::sealed).first(db.conn).optional()?;
    let sealed = sealed.ok_or(StoreError::Missing { what: "text", id })?;
    Ok(Zeroizing::new(db.vault.open(key, &place(id), &sealed)?))
}

fn place(id: i64) -> String {
    format!("texts/{id}")
}

fn commitment(salted: &[u8]) -> String {
    hex::encode(Sha256::digest(salted))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::testing::stores;
    use crate::store::vault::keys;

    #[test]
    fn a_text_is_kept_with_a_commitment_that_a_salt_hides() {
        for store in stores() {
            let (key, first, second) = store
                .write::<_, StoreError>(|tx| {
                    let (_, key) = keys::make(tx)?;
                    let first = keep(tx, &key, 1, "reason", "因为数据已删除")?;
                    let second = keep(tx, &key, 1, "reason", "因为数据已删除")?;
                    Ok((key, first, second))
                })
                .unwrap();
            assert_eq!(
                store.read(|db| read_committed(db, &key, &first)).unwrap(),
                "因为数据已删除"
            );
            assert_ne!(first.commitment, second.commitment);
            let swapped = TextRef {
                id: second.id,
                commitment: first.commitment,
            };
            assert!(matches!(
                store.read(|db| read_committed(db, &key, &swapped)),
                Err(StoreError::Corrupt(_))
            ));
        }
    }

    #[test]
    fn a_text_moved_to_another_row_does_not_open() {
        for store in stores() {
            let key = store
                .write::<_, StoreError>(|tx| {
                    let (_, key) = keys::make(tx)?;
                    let first = keep(tx, &key, 1, "reason", "one")?;
                    let second = keep(tx, &key, 1, "reason", "two")?;
                    let sealed: Vec<u8> = texts::table.find(first.id).select(texts::sealed).first(tx.conn)?;
                    diesel::update(texts::table.find(second.id))
                        .set(texts::sealed.eq(sealed))
                        .execute(tx.conn)?;
                    Ok(key)
                })
                .unwrap();
            assert!(matches!(
                store.read(|db| read(db, &key, 2)),
                Err(StoreError::Sealed { .. })
            ));
        }
    }
}
