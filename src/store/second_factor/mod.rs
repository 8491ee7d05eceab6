//! The second factor of a person: the key of their authenticator, sealed; which step was used last; and ten recovery
//! codes, of which only digests are kept.

mod in_session;
mod proof;
mod recovery;
mod sealed;
#[cfg(test)]
mod tests;

use chrono::{DateTime, TimeDelta, Utc};
use diesel::prelude::*;
use zeroize::Zeroizing;

use super::people::end_sessions;
use super::schema::{factors, people};
use super::sessions::{forget_failures, note_failure, wait_for};
use super::{Reader, Stamp, StoreError, Tx, office};
use crate::domain::authenticator::{AuthenticatorKey, KEY_BYTES, recovery_letters};
use crate::domain::person::{Actor, PersonId, Role};

use sealed::{Place, open, seal};

pub use in_session::{fresh, note_in_session};
pub(super) use proof::Proof;
pub use proof::{Checked, Fresh};

/// How long a key that was shown waits for its first code.
const OFFERED_FOR: TimeDelta = TimeDelta::minutes(15);

/// What came of a code.
#[derive(Debug)]
pub enum Try {
    /// It is right, and cannot be used again.
    Right(Checked),
    /// It is wrong, too old, or was used before.
    Wrong,
    /// Too many were wrong: this one was not looked at.
    TooSoon,
    /// The person has no second factor.
    NotSetUp,
}

/// What setting up leaves in the hand.
#[derive(Debug)]
pub struct SetUp {
    /// The code that confirmed the key was right, and is used up.
    pub checked: Checked,
    /// The recovery codes, to be shown once: they are kept as digests.
    pub recovery_codes: Vec<String>,
}

/// How a person's second factor stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Standing {
    /// Since when it counts.
    pub set_up_at: DateTime<Utc>,
    /// How many recovery codes are left.
    pub recovery_codes: i64,
}

/// Makes a key for a person, to be shown now and confirmed with [`set_up`]. What counted before goes on counting.
///
/// # Errors
/// When the store fails.
pub fn offer(tx: &mut Tx<'_>, person: PersonId, now: DateTime<Utc>) -> Result<AuthenticatorKey, StoreError> {
    let mut bytes = Zeroizing::new([0; KEY_BYTES]);
    rand::fill(bytes.as_mut_slice());
    let sealed = seal(tx, person, Place::Offered, bytes.as_slice())?;
    let offered = (
        factors::offered.eq(Some(sealed)),
        factors::offered_at.eq(Some(Stamp::from(now))),
    );
    let changed = diesel::update(factors::table.find(person.0))
        .set(offered.clone())
        .execute(tx.conn)?;
    if changed == 0 {
        diesel::insert_into(factors::table)
            .values((
                factors::person.eq(person.0),
                factors::last_step.eq(0),
                factors::short_password.eq(false),
                offered,
            ))
            .execute(tx.conn)?;
    }
    Ok(AuthenticatorKey::of(*bytes))
}

/// The key that was shown a short while ago and waits for its first code.
///
/// # Errors
/// When the store fails or the key does not open.
pub fn offered(
    db: &mut Reader<'_>,
    person: PersonId,
    now: DateTime<Utc>,
) -> Result<Option<AuthenticatorKey>, StoreError> {
    let sealed: Option<Option<Vec<u8>>> = factors::table
        .find(person.0)
        .filter(factors::offered_at.gt(Stamp::from(now - OFFERED_FOR)))
        .select(factors::offered)
        .first(db.conn)
        .optional()?;
    let sealed = sealed.flatten();
    sealed
        .map(|sealed| open(db, person, Place::Offered, &sealed))
        .transpose()
}

/// The offered key counts from now on, when this is a code of it: every session of the person ends, and the recovery
/// codes are new. `None` when nothing was offered or the code is not of it.
///
/// # Errors
/// When the store fails.
pub fn set_up(
    tx: &mut Tx<'_>,
    (person, role): (PersonId, Role),
    typed: &str,
    now: DateTime<Utc>,
) -> Result<Option<SetUp>, StoreError> {
    let Some(key) = offered(tx, person, now)? else {
        return Ok(None);
    };
    let Some(step) = key.step_of(typed, now) else {
        return Ok(None);
    };
    let what = if is_set_up(tx, person)? {
        "second-factor-replaced"
    } else {
        "second-factor-set-up"
    };
    let sealed = seal(tx, person, Place::Counts, key.bytes())?;
    diesel::update(factors::table.find(person.0))
        .set((
            factors::sealed.eq(Some(sealed)),
            factors::last_step.eq(step),
            factors::set_up_at.eq(Some(Stamp::from(now))),
            factors::offered.eq(None::<Vec<u8>>),
            factors::offered_at.eq(None::<Stamp>),
        ))
        .execute(tx.conn)?;
    let recovery_codes = recovery::renew(tx, person)?;
    end_sessions(tx, person)?;
    let by = Actor::Person { id: person, role }.to_string();
    office::note_person(tx, what, person, role, &by, now)?;
    Ok(Some(SetUp {
        checked: Checked::new(person, now),
        recovery_codes,
    }))
}

/// Tries a code, of the authenticator or for recovery. A right one is used up; each wrong one slows the next.
///
/// The try is counted before the code is compared, so that many at once are not free, and the caller commits whatever
/// came of it.
///
/// # Errors
/// When the store fails.
pub fn check(
    tx: &mut Tx<'_>,
    (person, role): (PersonId, Role),
    typed: &str,
    now: DateTime<Utc>,
) -> Result<Try, StoreError> {
    let sealed: Option<Option<Vec<u8>>> = factors::table
        .find(person.0)
        .select(factors::sealed)
        .first(tx.conn)
        .optional()?;
    let Some(sealed) = sealed.flatten() else {
        return Ok(Try::NotSetUp);
    };
    let name = format!("code:{person}");
    if wait_for(tx, &name, now)?.is_some() {
        return Ok(Try::TooSoon);
    }
    note_failure(tx, &name, now)?;
    let right = match recovery_letters(typed) {
        Some(letters) => {
            let used = recovery::use_up(tx, person, &letters, now)?;
            if used {
                let by = Actor::Person { id: person, role }.to_string();
                office::note_person(tx, "recovery-code-used", person, role, &by, now)?;
            }
            used
        }
        None => {
            let key = open(tx, person, Place::Counts, &sealed)?;
            match key.step_of(typed, now) {
                Some(step) => use_step(tx, person, step)?,
                None => false,
            }
        }
    };
    if !right {
        return Ok(Try::Wrong);
    }
    forget_failures(tx, &name)?;
    Ok(Try::Right(Checked::new(person, now)))
}

/// A step is used by whoever comes first: codes of it and of earlier ones are worth nothing afterwards (RFC 6238, 5.2).
fn use_step(tx: &mut Tx<'_>, person: PersonId, step: i64) -> Result<bool, StoreError> {
    let used = diesel::update(factors::table.find(person.0).filter(factors::last_step.lt(step)))
        .set(factors::last_step.eq(step))
        .execute(tx.conn)?;
    Ok(used == 1)
}

/// How a person's second factor stands; `None` while there is none.
///
/// # Errors
/// When the store fails.
pub fn find(db: &mut Reader<'_>, person: PersonId) -> Result<Option<Standing>, StoreError> {
    let since: Option<Option<Stamp>> = factors::table
        .find(person.0)
        .filter(factors::sealed.is_not_null())
        .select(factors::set_up_at)
        .first(db.conn)
        .optional()?;
    let Some(set_up_at) = since.flatten() else {
        return Ok(None);
    };
    Ok(Some(Standing {
        set_up_at: set_up_at.into(),
        recovery_codes: recovery::left(db, person)?,
    }))
}

/// Whether a person has a second factor.
///
/// # Errors
/// When the store fails.
pub fn is_set_up(db: &mut Reader<'_>, person: PersonId) -> Result<bool, StoreError> {
    Ok(find(db, person)?.is_some())
}

/// Everybody who has a second factor, by number.
///
/// # Errors
/// When the store fails.
pub fn everybody(db: &mut Reader<'_>) -> Result<Vec<PersonId>, StoreError> {
    let ids: Vec<i64> = factors::table
        .filter(factors::sealed.is_not_null())
        .select(factors::person)
        .load(db.conn)?;
    Ok(ids.into_iter().map(PersonId).collect())
}

/// Notes whether a person's password is only long enough beside a second factor.
pub(super) fn note_password(tx: &mut Tx<'_>, person: PersonId, is_short: bool) -> Result<(), StoreError> {
    diesel::update(factors::table.find(person.0))
        .set(factors::short_password.eq(is_short))
        .execute(tx.conn)?;
    Ok(())
}

/// Takes a person's second factor away, and with it their recovery codes, their sessions, and a password that is too
/// short to stand alone. Says whether there was one.
///
/// # Errors
/// When the store fails.
pub fn reset(
    tx: &mut Tx<'_>,
    (person, role): (PersonId, Role),
    by: &str,
    now: DateTime<Utc>,
) -> Result<bool, StoreError> {
    if !is_set_up(tx, person)? {
        return Ok(false);
    }
    let short: bool = factors::table
        .find(person.0)
        .select(factors::short_password)
        .first(tx.conn)?;
    if short {
        diesel::update(people::table.find(person.0))
            .set(people::password.eq(None::<String>))
            .execute(tx.conn)?;
    }
    recovery::destroy(tx, person)?;
    diesel::delete(factors::table.find(person.0)).execute(tx.conn)?;
    end_sessions(tx, person)?;
    office::note_person(tx, "second-factor-reset", person, role, by, now)?;
    Ok(true)
}
