//! Recovery codes: ten a person, shown once, kept as keyed digests, each used by whoever comes first.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use zeroize::Zeroizing;

use crate::domain::authenticator::{RECOVERY_BYTES, RECOVERY_CODES, recovery_code, recovery_letters};
use crate::domain::person::PersonId;
use crate::store::schema::recovery_codes;
use crate::store::{Reader, Stamp, StoreError, Tx, Vault};

/// Uses a code up; says whether there was one to use.
pub(super) fn use_up(tx: &mut Tx<'_>, person: PersonId, letters: &str, now: DateTime<Utc>) -> Result<bool, StoreError> {
    let unused = recovery_codes::table
        .find(digest(tx.vault, person, letters))
        .filter(recovery_codes::person.eq(person.0))
        .filter(recovery_codes::used_at.is_null());
    let used = diesel::update(unused)
        .set(recovery_codes::used_at.eq(Some(Stamp::from(now))))
        .execute(tx.conn)?;
    Ok(used == 1)
}

/// Makes new codes in place of those before.
pub(super) fn renew(tx: &mut Tx<'_>, person: PersonId) -> Result<Vec<String>, StoreError> {
    destroy(tx, person)?;
    let mut codes = Vec::with_capacity(RECOVERY_CODES);
    for _ in 0..RECOVERY_CODES {
        let mut bytes = [0; RECOVERY_BYTES];
        rand::fill(&mut bytes);
        let code = recovery_code(bytes);
        let letters = recovery_letters(&code).unwrap_or_default();
        diesel::insert_into(recovery_codes::table)
            .values((
                recovery_codes::digest.eq(digest(tx.vault, person, &letters)),
                recovery_codes::person.eq(person.0),
            ))
            .execute(tx.conn)?;
        codes.push(code);
    }
    Ok(codes)
}

/// How many codes a person has left.
pub(super) fn left(db: &mut Reader<'_>, person: PersonId) -> Result<i64, StoreError> {
    let left = recovery_codes::table
        .filter(recovery_codes::person.eq(person.0))
        .filter(recovery_codes::used_at.is_null())
        .count()
        .get_result(db.conn)?;
    Ok(left)
}

/// Destroys the codes of a person.
pub(super) fn destroy(tx: &mut Tx<'_>, person: PersonId) -> Result<(), StoreError> {
    diesel::delete(recovery_codes::table.filter(recovery_codes::person.eq(person.0))).execute(tx.conn)?;
    Ok(())
}

fn digest(vault: &Vault, person: PersonId, letters: &str) -> Vec<u8> {
    let told = Zeroizing::new(format!("{person}:{letters}"));
    vault.digest("recovery-code", told.as_bytes()).to_vec()
}
