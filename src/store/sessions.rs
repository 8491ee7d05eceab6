//! Who is signed in, and how often somebody guessed.

use chrono::{DateTime, TimeDelta, Utc};
use diesel::prelude::*;

use super::people::{self, Person, hashed};
use super::schema::{attempts, sessions};
use super::second_factor::{self, Checked};
use super::{Reader, Stamp, StoreError, Tx, Vault};
use crate::domain::person::PersonId;

/// A session ends when nothing was asked for so long.
const IDLE: TimeDelta = TimeDelta::minutes(30);

/// And in any case after so long.
const WHOLE: TimeDelta = TimeDelta::hours(12);

/// How long after the right password the code of the second factor is waited for.
const AWAITED: TimeDelta = TimeDelta::minutes(5);

/// So many wrong passwords are free; then the wait doubles from a second to a quarter of an hour.
const FREE_FAILURES: i32 = 4;

/// Failures are forgotten after so long without another.
const FORGOTTEN: TimeDelta = TimeDelta::hours(1);

/// A session that is under way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Session {
    /// Who it is.
    pub person: Person,
    /// The secret that every form of the session carries, in hex.
    pub csrf: String,
    /// They have a second factor.
    pub has_factor: bool,
}

/// What a right password leads to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Entered {
    /// A session, by its token.
    Session(String),
    /// A code of the second factor is still to be given, for [`finish`]; the token is that of the wait.
    AwaitsCode(String),
}

/// Starts what a right password leads to: a session, or the wait for a code where the person has a second factor.
///
/// # Errors
/// When the store fails.
pub fn enter(tx: &mut Tx<'_>, person: PersonId, now: DateTime<Utc>) -> Result<Entered, StoreError> {
    Ok(if second_factor::is_set_up(tx, person)? {
        Entered::AwaitsCode(insert(tx, person, true, now + AWAITED, now)?)
    } else {
        Entered::Session(start(tx, person, now)?)
    })
}

/// Whose code a token waits for, while it does.
///
/// # Errors
/// When the store fails.
pub fn awaiting(db: &mut Reader<'_>, token: &str, now: DateTime<Utc>) -> Result<Option<Person>, StoreError> {
    let person: Option<i64> = sessions::table
        .find(hashed(token))
        .filter(sessions::awaits_code.eq(true))
        .filter(sessions::ends_at.gt(Stamp::from(now)))
        .select(sessions::person)
        .first(db.conn)
        .optional()?;
    let person = person.map_or(Ok(None), |id| people::find(db, PersonId(id)))?;
    Ok(person.filter(|person| person.active))
}

/// Starts the session of somebody whose code was right, in place of the wait for it.
///
/// # Errors
/// When the store fails.
pub fn finish(tx: &mut Tx<'_>, waiting: &str, checked: &Checked, now: DateTime<Utc>) -> Result<String, StoreError> {
    let token = start(tx, checked.person(), now)?;
    diesel::delete(sessions::table.find(hashed(waiting))).execute(tx.conn)?;
    second_factor::note_in_session(tx, &token, checked, now)?;
    Ok(token)
}

/// Starts a session and returns its token, 256 random bits in hex, for the cookie.
///
/// # Errors
/// When the store fails.
pub fn start(tx: &mut Tx<'_>, person: PersonId, now: DateTime<Utc>) -> Result<String, StoreError> {
    insert(tx, person, false, now + WHOLE, now)
}

fn insert(
    tx: &mut Tx<'_>,
    person: PersonId,
    awaits_code: bool,
    ends_at: DateTime<Utc>,
    now: DateTime<Utc>,
) -> Result<String, StoreError> {
    let (mut secret, mut csrf) = ([0; 32], [0; 32]);
    rand::fill(&mut secret);
    rand::fill(&mut csrf);
    let token = hex::encode(secret);
    diesel::delete(sessions::table.filter(sessions::ends_at.le(Stamp::from(now)))).execute(tx.conn)?;
    diesel::insert_into(sessions::table)
        .values((
            sessions::token.eq(hashed(&token)),
            sessions::person.eq(person.0),
            sessions::csrf.eq(csrf.to_vec()),
            sessions::created_at.eq(Stamp::from(now)),
            sessions::seen_at.eq(Stamp::from(now)),
            sessions::ends_at.eq(Stamp::from(ends_at)),
            sessions::awaits_code.eq(awaits_code),
        ))
        .execute(tx.conn)?;
    Ok(token)
}

/// The session of a token, while it lasts and its person is active.
///
/// # Errors
/// When the store fails.
pub fn find(db: &mut Reader<'_>, token: &str, now: DateTime<Utc>) -> Result<Option<Session>, StoreError> {
    let row: Option<(i64, Vec<u8>)> = sessions::table
        .find(hashed(token))
        .filter(sessions::awaits_code.eq(false))
        .filter(sessions::ends_at.gt(Stamp::from(now)))
        .filter(sessions::seen_at.gt(Stamp::from(now - IDLE)))
        .select((sessions::person, sessions::csrf))
        .first(db.conn)
        .optional()?;
    let Some((person, csrf)) = row else { return Ok(None) };
    let has_factor = second_factor::is_set_up(db, PersonId(person))?;
    let person = people::find(db, PersonId(person))?.filter(|person| person.active);
    Ok(person.map(|person| Session {
        person,
        csrf: hex::encode(csrf),
        has_factor,
    }))
}

/// Whether a session was last noted as seen so long ago that it is worth a write.
///
/// # Errors
/// When the store fails.
pub fn is_stale(db: &mut Reader<'_>, token: &str, now: DateTime<Utc>) -> Result<bool, StoreError> {
    let seen: Option<Stamp> = sessions::table
        .find(hashed(token))
        .select(sessions::seen_at)
        .first(db.conn)
        .optional()?;
    Ok(seen.is_some_and(|seen| now - DateTime::<Utc>::from(seen) > TimeDelta::minutes(1)))
}

/// Notes that a session is in use.
///
/// # Errors
/// When the store fails.
pub fn touch(tx: &mut Tx<'_>, token: &str, now: DateTime<Utc>) -> Result<(), StoreError> {
    diesel::update(sessions::table.find(hashed(token)))
        .set(sessions::seen_at.eq(Stamp::from(now)))
        .execute(tx.conn)?;
    Ok(())
}

/// Ends a session, and with it every other of the same person.
///
/// # Errors
/// When the store fails.
pub fn end(tx: &mut Tx<'_>, token: &str) -> Result<(), StoreError> {
    let person: Option<i64> = sessions::table
        .find(hashed(token))
        .select(sessions::person)
        .first(tx.conn)
        .optional()?;
    if let Some(person) = person {
        diesel::delete(sessions::table.filter(sessions::person.eq(person))).execute(tx.conn)?;
    }
    Ok(())
}

/// How long somebody must wait before the next attempt under a name (an account, or an address on the network).
///
/// # Errors
/// When the store fails.
pub fn wait_for(db: &mut Reader<'_>, name: &str, now: DateTime<Utc>) -> Result<Option<TimeDelta>, StoreError> {
    let row: Option<(i32, Stamp)> = attempts::table
        .find(digest(db.vault, name))
        .select((attempts::failures, attempts::since))
        .first(db.conn)
        .optional()?;
    let Some((failures, since)) = row else { return Ok(None) };
    let over = failures - FREE_FAILURES;
    if over <= 0 {
        return Ok(None);
    }
    let pause = TimeDelta::seconds(2_i64.pow(u32::try_from(over.min(10)).unwrap_or(0)).min(900));
    let left = DateTime::<Utc>::from(since) + pause - now;
    Ok((left > TimeDelta::zero()).then_some(left))
}

/// Notes a wrong password. Failures that are long past go, so that guessing under made-up names fills no table.
///
/// # Errors
/// When the store fails.
pub fn note_failure(tx: &mut Tx<'_>, name: &str, now: DateTime<Utc>) -> Result<(), StoreError> {
    let long_past = attempts::since.lt(Stamp::from(now - FORGOTTEN));
    diesel::delete(attempts::table.filter(long_past)).execute(tx.conn)?;
    let name = digest(tx.vault, name);
    let row: Option<i32> = attempts::table
        .find(&name)
        .select(attempts::failures)
        .first(tx.conn)
        .optional()?;
    let at = Stamp::from(now);
    match row {
        None => {
            diesel::insert_into(attempts::table)
                .values((
                    attempts::name.eq(name),
                    attempts::failures.eq(1),
                    attempts::since.eq(at),
                ))
                .execute(tx.conn)?;
        }
        Some(failures) => {
            let failures = failures.saturating_add(1);
            diesel::update(attempts::table.find(&name))
                .set((attempts::failures.eq(failures), attempts::since.eq(at)))
                .execute(tx.conn)?;
        }
    }
    Ok(())
}

/// Forgets the failures under a name, after the right password.
///
/// # Errors
/// When the store fails.
pub fn forget_failures(tx: &mut Tx<'_>, name: &str) -> Result<(), StoreError> {
    let name = digest(tx.vault, name);
    diesel::delete(attempts::table.find(name)).execute(tx.conn)?;
    Ok(())
}

fn digest(vault: &Vault, name: &str) -> Vec<u8> {
    vault.digest("attempts", name.to_lowercase().as_bytes()).to_vec()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::person::Role;
    use crate::store::people::NewPerson;
    use crate::store::testing::{instant, stores};

    #[test]
    fn a_session_ends_when_idle_when_old_and_everywhere_at_once() {
        for store in stores() {
            let now = instant("2026-03-02T01:00:00Z");
            let mei = NewPerson {
                name: "Mei",
                email: "mei@example.com",
                role: Role::Officer,
                language: "en",
                manager: false,
            };
            let (first, second) = store
                .write::<_, StoreError>(|tx| {
                    let id = people::create(tx, &mei, now)?;
                    Ok((start(tx, id, now)?, start(tx, id, now)?))
                })
                .unwrap();
            let is_there = |token: &str, at| store.read(|db| find(db, token, at)).unwrap().is_some();
            assert!(is_there(&first, now + TimeDelta::minutes(29)));
            assert!(!is_there(&first, now + TimeDelta::minutes(31)));
            let mut at = now;
            while at < now + TimeDelta::hours(13) {
                at += TimeDelta::minutes(20);
                store.write(|tx| touch(tx, &first, at)).unwrap();
            }
            assert!(!is_there(&first, at), "a session does not outlive half a day");
            assert!(is_there(&second, now));
            store.write(|tx| end(tx, &first)).unwrap();
            assert!(!is_there(&second, now));
            assert!(!is_there("made up", now));
        }
    }

    #[test]
    fn guessing_gets_slower_and_a_right_password_ends_that() {
        for store in stores() {
            let now = instant("2026-03-02T01:00:00Z");
            let wait = || store.read(|db| wait_for(db, "mei@example.com", now)).unwrap();
            for _ in 0..4 {
                store.write(|tx| note_failure(tx, "mei@example.com", now)).unwrap();
                assert_eq!(wait(), None);
            }
            store.write(|tx| note_failure(tx, "mei@example.com", now)).unwrap();
            assert_eq!(wait(), Some(TimeDelta::seconds(2)));
            for _ in 0..30 {
                store.write(|tx| note_failure(tx, "Mei@example.com", now)).unwrap();
            }
            assert_eq!(wait(), Some(TimeDelta::seconds(900)));
            store.write(|tx| forget_failures(tx, "mei@example.com")).unwrap();
            assert_eq!(wait(), None);
        }
    }

    #[test]
    fn failures_are_forgotten_after_an_hour_without_another() {
        for store in stores() {
            let now = instant("2026-03-02T01:00:00Z");
            let fail = |name: &str, at| store.write(|tx| note_failure(tx, name, at)).unwrap();
            for _ in 0..20 {
                fail("mei@example.com", now);
            }
            let later = now + FORGOTTEN + TimeDelta::seconds(1);
            fail("somebody else", later);
            let rows: i64 = store
                .read(|db| Ok(attempts::table.count().get_result(db.conn)?))
                .unwrap();
            assert_eq!(rows, 1);
            assert_eq!(store.read(|db| wait_for(db, "mei@example.com", now)).unwrap(), None);
        }
    }
}
