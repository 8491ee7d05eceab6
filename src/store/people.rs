//! The people who use the dashboard: invited by a one-time link, signed in by a password, never deleted.

use chrono::{DateTime, TimeDelta, Utc};
use diesel::prelude::*;
use sha2::{Digest, Sha256};

use super::passwords;
use super::schema::{invitations, people, sessions};
use super::{Reader, Stamp, StoreError, Tx, ids, second_factor};
use crate::domain::person::{PersonId, Role};

pub use super::passwords::{LONGEST_PASSWORD, SHORTEST_BESIDE_FACTOR, SHORTEST_PASSWORD, is_dated, verify};

/// How long an invitation can be used.
const INVITED_FOR: TimeDelta = TimeDelta::hours(72);

/// Someone who can use the dashboard.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Person {
    /// Their number.
    pub id: PersonId,
    /// What they are called.
    pub name: String,
    /// Their address, in lower case; they sign in with it.
    pub email: String,
    /// What they may do.
    pub role: Role,
    /// The language of their pages and mails.
    pub language: String,
    /// They get escalations.
    pub manager: bool,
    /// They may sign in.
    pub active: bool,
    /// They have chosen a password.
    pub has_password: bool,
    /// When they were added.
    pub created_at: DateTime<Utc>,
}

/// Someone to add.
#[derive(Debug, Clone, Copy)]
pub struct NewPerson<'a> {
    /// What they are called.
    pub name: &'a str,
    /// Their address, in any case.
    pub email: &'a str,
    /// What they may do.
    pub role: Role,
    /// The language of their pages and mails.
    pub language: &'a str,
    /// They get escalations.
    pub manager: bool,
}

/// Why a password or an invitation is not accepted. The words are for the person.
#[derive(Debug, thiserror::Error)]
pub enum AcceptError {
    /// The link was used, is too old, or never was.
    #[error("This link was used before or is too old. Ask for a new one.")]
    NoInvitation,
    /// Too short.
    #[error(
        "The password is too short. Use at least 15 characters, or 8 beside a second factor: a few words are good."
    )]
    TooShort,
    /// Too long.
    #[error("The password is too long. Use at most 256 characters.")]
    TooLong,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Adds a person. [`StoreError::Conflict`] when somebody has the address.
///
/// # Errors
/// When the store fails.
pub fn create(tx: &mut Tx<'_>, new: &NewPerson<'_>, now: DateTime<Utc>) -> Result<PersonId, StoreError> {
    let id = ids::take(tx, "people", 1)?;
    diesel::insert_into(people::table)
        .values((
            people::id.eq(id),
            people::name.eq(new.name.trim()),
            people::email.eq(new.email.trim().to_lowercase()),
            people::role.eq(new.role.as_str()),
            people::language.eq(new.language),
            people::manager.eq(new.manager),
            people::active.eq(true),
            people::created_at.eq(Stamp::from(now)),
        ))
        .execute(tx.conn)?;
    Ok(PersonId(id))
}

/// Makes a one-time token for a person: 256 random bits in hex, to be shown once. Earlier ones are void.
///
/// # Errors
/// When the store fails.
pub fn invite(tx: &mut Tx<'_>, person: PersonId, now: DateTime<Utc>) -> Result<String, StoreError> {
    let mut secret = [0; 32];
    rand::fill(&mut secret);
    let token = hex::encode(secret);
    diesel::delete(
        invitations::table
            .filter(invitations::person.eq(person.0))
            .filter(invitations::used_at.is_null()),
    )
    .execute(tx.conn)?;
    diesel::insert_into(invitations::table)
        .values((
            invitations::token.eq(hashed(&token)),
            invitations::person.eq(person.0),
            invitations::expires_at.eq(Stamp::from(now + INVITED_FOR)),
        ))
        .execute(tx.conn)?;
    Ok(token)
}

/// Whom a token invites, while it can be used.
///
/// # Errors
/// When the store fails.
pub fn invited(db: &mut Reader<'_>, token: &str, now: DateTime<Utc>) -> Result<Option<Person>, StoreError> {
    let person: Option<i64> = invitations::table
        .find(hashed(token))
        .filter(invitations::used_at.is_null())
        .filter(invitations::expires_at.gt(Stamp::from(now)))
        .select(invitations::person)
        .first(db.conn)
        .optional()?;
    let person = person.map_or(Ok(None), |id| find(db, PersonId(id)))?;
    Ok(person.filter(|person| person.active))
}

/// Uses a token: the person's password is set, and every session of theirs ends.
///
/// # Errors
/// When the token or the password cannot be used.
pub fn accept(tx: &mut Tx<'_>, token: &str, password: &str, now: DateTime<Utc>) -> Result<PersonId, AcceptError> {
    let person = invited(tx, token, now)?.ok_or(AcceptError::NoInvitation)?;
    set_password(tx, person.id, password)?;
    let used = diesel::update(
        invitations::table
            .find(hashed(token))
            .filter(invitations::used_at.is_null()),
    )
    .set(invitations::used_at.eq(Stamp::from(now)))
    .execute(tx.conn)
    .map_err(StoreError::from)?;
    if used == 1 {
        Ok(person.id)
    } else {
        Err(AcceptError::NoInvitation)
    }
}

/// The fewest characters that a person's password may have: fewer beside a second factor.
///
/// # Errors
/// When the store fails.
pub fn shortest_password(db: &mut Reader<'_>, person: PersonId) -> Result<usize, StoreError> {
    Ok(if second_factor::is_set_up(db, person)? {
        SHORTEST_BESIDE_FACTOR
    } else {
        SHORTEST_PASSWORD
    })
}

/// Sets a password; every session of the person ends.
///
/// # Errors
/// When the password is too short or too long.
pub fn set_password(tx: &mut Tx<'_>, person: PersonId, password: &str) -> Result<(), AcceptError> {
    let length = password.chars().count();
    if length < shortest_password(tx, person)? {
        return Err(AcceptError::TooShort);
    }
    if length > LONGEST_PASSWORD {
        return Err(AcceptError::TooLong);
    }
    second_factor::note_password(tx, person, length < SHORTEST_PASSWORD)?;
    let hash = passwords::hash(password)?;
    diesel::update(people::table.find(person.0))
        .set(people::password.eq(Some(hash)))
        .execute(tx.conn)
        .map_err(StoreError::from)?;
    end_sessions(tx, person)?;
    Ok(())
}

/// Replaces a [dated](is_dated) hash by one of today's strength, made outside of the transaction with
/// [`passwords::hash`]. Nothing changes, and no session ends, when the password is not that of `old` any more.
///
/// # Errors
/// When the store fails.
pub fn renew_hash(tx: &mut Tx<'_>, person: PersonId, old: &str, new: &str) -> Result<(), StoreError> {
    diesel::update(people::table.find(person.0).filter(people::password.eq(old)))
        .set(people::password.eq(new))
        .execute(tx.conn)?;
    Ok(())
}

/// The stored password hash of an active person, to be checked outside of any transaction with [`verify`].
///
/// # Errors
/// When the store fails.
pub fn password_of(db: &mut Reader<'_>, email: &str) -> Result<Option<(PersonId, String)>, StoreError> {
    let row: Option<(i64, Option<String>)> = people::table
        .filter(people::email.eq(email.trim().to_lowercase()))
        .filter(people::active.eq(true))
        .select((people::id, people::password))
        .first(db.conn)
        .optional()?;
    Ok(row.and_then(|(id, password)| Some((PersonId(id), password?))))
}

/// A person by number.
///
/// # Errors
/// When the store fails.
pub fn find(db: &mut Reader<'_>, id: PersonId) -> Result<Option<Person>, StoreError> {
    let row: Option<Row> = people::table
        .find(id.0)
        .select(Row::as_select())
        .first(db.conn)
        .optional()?;
    row.map(Person::try_from).transpose()
}

/// A person by address, in any case.
///
/// # Errors
/// When the store fails.
pub fn find_by_email(db: &mut Reader<'_>, email: &str) -> Result<Option<Person>, StoreError> {
    let row: Option<Row> = people::table
        .filter(people::email.eq(email.trim().to_lowercase()))
        .select(Row::as_select())
        .first(db.conn)
        .optional()?;
    row.map(Person::try_from).transpose()
}

/// Everybody, in the order they were added.
///
/// # Errors
/// When the store fails.
pub fn list(db: &mut Reader<'_>) -> Result<Vec<Person>, StoreError> {
    let rows: Vec<Row> = people::table.order(people::id).select(Row::as_select()).load(db.conn)?;
    rows.into_iter().map(Person::try_from).collect()
}

/// Changes what a person may do; their sessions end, so that the next page knows.
///
/// # Errors
/// When the store fails.
pub fn change_role(tx: &mut Tx<'_>, id: PersonId, role: Role, manager: bool) -> Result<(), StoreError> {
    diesel::update(people::table.find(id.0))
        .set((people::role.eq(role.as_str()), people::manager.eq(manager)))
        .execute(tx.conn)?;
    end_sessions(tx, id)
}

/// Lets a person sign in, or no longer.
///
/// # Errors
/// When the store fails.
pub fn set_active(tx: &mut Tx<'_>, id: PersonId, active: bool) -> Result<(), StoreError> {
    diesel::update(people::table.find(id.0))
        .set(people::active.eq(active))
        .execute(tx.conn)?;
    end_sessions(tx, id)
}

/// Changes the language of a person's pages and mails.
///
/// # Errors
/// When the store fails.
pub fn set_language(tx: &mut Tx<'_>, id: PersonId, language: &str) -> Result<(), StoreError> {
    diesel::update(people::table.find(id.0))
        .set(people::language.eq(language))
        .execute(tx.conn)?;
    Ok(())
}

/// Changes what a person is called and where they get mail. [`StoreError::Conflict`] when somebody has the address.
///
/// # Errors
/// When the store fails.
pub fn introduce(tx: &mut Tx<'_>, id: PersonId, name: &str, email: &str) -> Result<(), StoreError> {
    diesel::update(people::table.find(id.0))
        .set((
            people::name.eq(name.trim()),
            people::email.eq(email.trim().to_lowercase()),
        ))
        .execute(tx.conn)?;
    Ok(())
}

/// SHA-256 of a token, as it is stored: a token is random, so that no salt is needed.
pub(super) fn hashed(token: &str) -> Vec<u8> {
    Sha256::digest(token.as_bytes()).to_vec()
}

pub(super) fn end_sessions(tx: &mut Tx<'_>, id: PersonId) -> Result<(), StoreError> {
    diesel::delete(sessions::table.filter(sessions::person.eq(id.0))).execute(tx.conn)?;
    Ok(())
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = people)]
struct Row {
    id: i64,
    name: String,
    email: String,
    role: String,
    language: String,
    manager: bool,
    password: Option<String>,
    active: bool,
    created_at: Stamp,
}

impl TryFrom<Row> for Person {
    type Error = StoreError;

    fn try_from(row: Row) -> Result<Self, StoreError> {
        Ok(Self {
            id: PersonId(row.id),
            name: row.name,
            email: row.email,
            role: row
                .role
                .parse()
                .map_err(|error| StoreError::Corrupt(format!("people.role: {error}")))?,
            language: row.language,
            manager: row.manager,
            active: row.active,
            has_password: row.password.is_some(),
            created_at: row.created_at.into(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::testing::{instant, stores};

    const MEI: NewPerson<'static> = NewPerson {
        name: "Mei",
        email: "Mei@Example.com",
        role: Role::Officer,
        language: "en",
        manager: false,
    };

    #[test]
    fn an_invitation_is_used_once_and_in_time() {
        for store in stores() {
            let now = instant("2026-03-02T01:00:00Z");
            let (id, old, token) = store
                .write::<_, StoreError>(|tx| {
                    let id = create(tx, &MEI, now)?;
                    Ok((id, invite(tx, id, now)?, invite(tx, id, now)?))
                })
                .unwrap();
            let accept_at = |token: &str, password: &str, at| store.write(|tx| accept(tx, token, password, at));
            assert!(matches!(
                accept_at(&old, "fifteen letters at least", now),
                Err(AcceptError::NoInvitation)
            ));
            assert!(matches!(
                accept_at(&token, "too short", now),
                Err(AcceptError::TooShort)
            ));
            let late = now + TimeDelta::hours(73);
            assert!(matches!(
                accept_at(&token, "fifteen letters at least", late),
                Err(AcceptError::NoInvitation)
            ));
            assert_eq!(accept_at(&token, "fifteen letters at least", now).unwrap(), id);
            assert!(matches!(
                accept_at(&token, "fifteen letters at least", now),
                Err(AcceptError::NoInvitation)
            ));
        }
    }

    #[test]
    fn a_password_is_verified_with_the_hash_of_its_own_account() {
        for store in stores() {
            let now = instant("2026-03-02T01:00:00Z");
            store
                .write::<_, AcceptError>(|tx| {
                    let id = create(tx, &MEI, now)?;
                    set_password(tx, id, "correct horse battery")
                })
                .unwrap();
            let (_, hash) = store.read(|db| password_of(db, "MEI@example.com")).unwrap().unwrap();
            assert!(verify("correct horse battery", Some(&hash)));
            let nobody = store.read(|db| password_of(db, "nobody@example.com")).unwrap();
            assert!(nobody.is_none());
        }
    }

    #[test]
    fn a_dated_hash_is_renewed_unless_the_password_changed_meanwhile() {
        for store in stores() {
            let now = instant("2026-03-02T01:00:00Z");
            let id = store
                .write::<_, StoreError>(|tx| {
                    let id = create(tx, &MEI, now)?;
                    diesel::update(people::table)
                        .set(people::password.eq("old"))
                        .execute(tx.conn)?;
                    renew_hash(tx, id, "another", "wrong")?;
                    Ok(id)
                })
                .unwrap();
            let stored = || store.read(|db| password_of(db, MEI.email)).unwrap();
            assert_eq!(stored(), Some((id, "old".to_owned())));
            store.write(|tx| renew_hash(tx, id, "old", "new")).unwrap();
            assert_eq!(stored(), Some((id, "new".to_owned())));
        }
    }

    #[test]
    fn whoever_may_no_longer_sign_in_cannot_use_an_invitation_either() {
        for store in stores() {
            let now = instant("2026-03-02T01:00:00Z");
            let token = store
                .write::<_, StoreError>(|tx| {
                    let id = create(tx, &MEI, now)?;
                    let token = invite(tx, id, now)?;
                    set_active(tx, id, false)?;
                    Ok(token)
                })
                .unwrap();
            let accepted = store.write(|tx| accept(tx, &token, "fifteen letters at least", now));
            assert!(matches!(accepted, Err(AcceptError::NoInvitation)));
        }
    }

    #[test]
    fn a_new_role_or_password_ends_every_session() {
        use crate::store::sessions;
        for store in stores() {
            let now = instant("2026-03-02T01:00:00Z");
            let id = store.write(|tx| create(tx, &MEI, now)).unwrap();
            let ended_by = |change: &dyn Fn(&mut Tx<'_>) -> Result<(), AcceptError>| {
                let token = store.write(|tx| sessions::start(tx, id, now)).unwrap();
                let lasts = || store.read(|db| sessions::find(db, &token, now)).unwrap().is_some();
                assert!(lasts());
                store.write(change).unwrap();
                !lasts()
            };
            assert!(ended_by(&|tx| Ok(change_role(tx, id, Role::Auditor, false)?)));
            assert!(ended_by(&|tx| set_password(tx, id, "correct horse battery")));
            assert!(ended_by(&|tx| Ok(set_active(tx, id, false)?)));
        }
    }

    #[test]
    fn two_people_cannot_have_one_address() {
        for store in stores() {
            let now = instant("2026-03-02T01:00:00Z");
            store.write(|tx| create(tx, &MEI, now)).unwrap();
            let again = NewPerson {
                email: "mei@example.COM",
                ..MEI
            };
            assert!(matches!(
                store.write(|tx| create(tx, &again, now)),
                Err(StoreError::Conflict)
            ));
        }
    }
}
