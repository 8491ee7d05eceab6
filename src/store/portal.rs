//! The public portal's own rows: forms that are still to be placed, visits of requesters, and how much was sent of late.
//!
//! A visit begins with an address that somebody typed and may end in proof that they read its mail. Until then the row is the
//! same whether anybody is known or not, and what is done for it is done later, by a job.

use chrono::{DateTime, TimeDelta, Utc};
use diesel::prelude::*;
use serde::{Deserialize, Serialize};

use super::people::hashed;
use super::schema::{portal_counts, portal_forms, portal_visits};
use super::vault::keys::{self, HOUSE_KEY};
use super::{Reader, Stamp, StoreError, Tx, ids, messages};
use crate::domain::portal::Form;

/// The place that messages sent through the portal are said to come from. No mailbox has this name: theirs have an `@`.
pub const PORTAL: &str = "portal";

/// A visit that proved nothing ends after so long: time for a code or two.
const UNPROVEN: TimeDelta = TimeDelta::hours(1);

/// A visit that proved its address ends when nothing was asked for so long,
const IDLE: TimeDelta = TimeDelta::minutes(30);

/// and in any case after so long.
const WHOLE: TimeDelta = TimeDelta::hours(2);

/// Counts older than this say nothing any more.
const COUNTED: TimeDelta = TimeDelta::days(1);

/// A form that was placed, or is still to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeptForm {
    /// What it asks.
    pub form: Form,
    /// The visit that sent it, by the digest of its token.
    pub visit: Option<Vec<u8>>,
}

/// Keeps a form with the message that holds its words; its receipt is now. Returns the message's number.
///
/// # Errors
/// When the store fails.
pub fn keep_form(
    tx: &mut Tx<'_>,
    form: &Form,
    raw: &[u8],
    visit: Option<&str>,
    now: DateTime<Utc>,
) -> Result<i64, StoreError> {
    let message = messages::NewMessage {
        grp: PORTAL,
        no: ids::take(tx, "portal-forms", 1)?,
        place: PORTAL,
        received_at: now,
        stated_at: None,
        raw,
        whole_size: None,
    };
    let kept = messages::keep(tx, &[message], now)?;
    let id = kept
        .first()
        .map(|kept| kept.id)
        .ok_or_else(|| StoreError::Corrupt("a form that was not kept".to_owned()))?;
    let key_id = messages::key_of(tx, id)?;
    let key = keys::find(tx, key_id)?;
    let written = written(form)?;
    let sealed = tx.vault.seal(&key, &form_place(id), &written)?;
    diesel::insert_into(portal_forms::table)
        .values((
            portal_forms::message_id.eq(id),
            portal_forms::visit.eq(visit.map(hashed)),
            portal_forms::sealed.eq(Some(sealed)),
        ))
        .execute(tx.conn)?;
    Ok(id)
}

/// The form that a message holds the words of; `None` for mail, and once the form was placed.
///
/// # Errors
/// When the store fails.
pub fn form_of(db: &mut Reader<'_>, message: i64) -> Result<Option<KeptForm>, StoreError> {
    type FormRow = (Option<Vec<u8>>, Option<Vec<u8>>);
    let row: Option<FormRow> = portal_forms::table
        .find(message)
        .select((portal_forms::visit, portal_forms::sealed))
        .first(db.conn)
        .optional()?;
    let Some((visit, Some(sealed))) = row else {
        return Ok(None);
    };
    let key_id = messages::key_of(db, message)?;
    let key = keys::find(db, key_id)?;
    let form = read(&db.vault.open(&key, &form_place(message), &sealed)?, "a form")?;
    Ok(Some(KeptForm { form, visit }))
}

/// The messages of forms that are still to be placed, the oldest first.
///
/// # Errors
/// When the store fails.
pub fn forms_to_place(db: &mut Reader<'_>, limit: i64) -> Result<Vec<i64>, StoreError> {
    Ok(portal_forms::table
        .filter(portal_forms::sealed.is_not_null())
        .order(portal_forms::message_id)
        .select(portal_forms::message_id)
        .limit(limit)
        .load(db.conn)?)
}

/// A form was placed: its message says the rest from now on.
///
/// # Errors
/// When the store fails.
pub fn form_placed(tx: &mut Tx<'_>, message: i64) -> Result<(), StoreError> {
    diesel::update(portal_forms::table.find(message))
        .set(portal_forms::sealed.eq(None::<Vec<u8>>))
        .execute(tx.conn)?;
    Ok(())
}

/// What somebody typed to be let in, or to be confirmed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Claim {
    /// The address, as typed.
    pub address: String,
    /// The reference, as typed; empty where the visit began with a form.
    pub reference: String,
    /// The language of the page, for the mail with the code.
    pub language: String,
}

/// A visit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Visit {
    /// What it claims; once proven, the address is one whose mail the visitor reads.
    pub claim: Claim,
    /// The request that a code was sent for, where there is one.
    pub request: Option<i64>,
    /// Whether the address was proven.
    pub standing: Standing,
    /// The secret that every form of the visit carries, in hex.
    pub csrf: String,
    /// When it began.
    pub began_at: DateTime<Utc>,
    /// When something was asked for the last time.
    pub seen_at: DateTime<Utc>,
}

/// Whether a visit proved its address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// It only claims.
    Claimed,
    /// It does.
    Proven,
}

/// Whether somebody waits for a code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Code {
    /// A job is to look whether the claim is right, and to send one if it is.
    Wanted,
    /// It comes with what the form calls for.
    WithTheForm,
}

/// Begins a visit and returns its token, 256 random bits in hex, for the cookie.
///
/// # Errors
/// When the store fails.
pub fn begin(tx: &mut Tx<'_>, claim: &Claim, code: Code, now: DateTime<Utc>) -> Result<String, StoreError> {
    diesel::delete(portal_visits::table.filter(portal_visits::ends_at.le(Stamp::from(now)))).execute(tx.conn)?;
    insert(tx, claim, (Standing::Claimed, code), None, now)
}

fn insert(
    tx: &mut Tx<'_>,
    claim: &Claim,
    (standing, code): (Standing, Code),
    request: Option<i64>,
    now: DateTime<Utc>,
) -> Result<String, StoreError> {
    let (mut secret, mut csrf) = ([0; 32], [0; 32]);
    rand::fill(&mut secret);
    rand::fill(&mut csrf);
    let token = hex::encode(secret);
    let digest = hashed(&token);
    let key = keys::find(tx, HOUSE_KEY)?;
    let sealed = tx.vault.seal(&key, &visit_place(&digest), &written(claim)?)?;
    let whole = match standing {
        Standing::Claimed => UNPROVEN,
        Standing::Proven => WHOLE,
    };
    diesel::insert_into(portal_visits::table)
        .values((
            portal_visits::token.eq(digest),
            portal_visits::csrf.eq(csrf.to_vec()),
            portal_visits::proven.eq(standing == Standing::Proven),
            portal_visits::wants_code.eq(code == Code::Wanted),
            portal_visits::request_id.eq(request),
            portal_visits::created_at.eq(Stamp::from(now)),
            portal_visits::seen_at.eq(Stamp::from(now)),
            portal_visits::ends_at.eq(Stamp::from(now + whole)),
            portal_visits::sealed.eq(sealed),
        ))
        .execute(tx.conn)?;
    Ok(token)
}

/// The visit of a token, while it lasts.
///
/// # Errors
/// When the store fails.
pub fn find(db: &mut Reader<'_>, token: &str, now: DateTime<Utc>) -> Result<Option<Visit>, StoreError> {
    type VisitRow = (Vec<u8>, bool, Option<i64>, Stamp, Stamp, Vec<u8>);
    let digest = hashed(token);
    let row: Option<VisitRow> = portal_visits::table
        .find(&digest)
        .filter(portal_visits::ends_at.gt(Stamp::from(now)))
        .select((
            portal_visits::csrf,
            portal_visits::proven,
            portal_visits::request_id,
            portal_visits::created_at,
            portal_visits::seen_at,
            portal_visits::sealed,
        ))
        .first(db.conn)
        .optional()?;
    let Some((csrf, proven, request, began_at, seen_at, sealed)) = row else {
        return Ok(None);
    };
    let seen_at: DateTime<Utc> = seen_at.into();
    if proven && now - seen_at >= IDLE {
        return Ok(None);
    }
    Ok(Some(Visit {
        claim: claim_of(db, &digest, &sealed)?,
        request,
        standing: if proven { Standing::Proven } else { Standing::Claimed },
        csrf: hex::encode(csrf),
        began_at: began_at.into(),
        seen_at,
    }))
}

/// Notes that a visit goes on.
///
/// # Errors
/// When the store fails.
pub fn touch(tx: &mut Tx<'_>, token: &str, now: DateTime<Utc>) -> Result<(), StoreError> {
    diesel::update(portal_visits::table.find(hashed(token)))
        .set(portal_visits::seen_at.eq(Stamp::from(now)))
        .execute(tx.conn)?;
    Ok(())
}

/// Asks once more for a code.
///
/// # Errors
/// When the store fails.
pub fn want_code(tx: &mut Tx<'_>, token: &str) -> Result<(), StoreError> {
    diesel::update(portal_visits::table.find(hashed(token)))
        .set(portal_visits::wants_code.eq(true))
        .execute(tx.conn)?;
    Ok(())
}

/// The key under which codes for a visit are counted that is about no request: nobody gets one, and trying is as much work.
pub fn key_of(token: &str) -> String {
    hex::encode(hashed(token))
}

/// Whether two texts are one address, as far as letter case and blanks around it do not matter.
pub fn is_same_address(one: &str, other: &str) -> bool {
    let (one, other) = (one.trim(), other.trim());
    !one.is_empty() && one.to_lowercase() == other.to_lowercase()
}

/// The visit proved its address: it goes on under a new token, so that one that was planted before is worth nothing.
///
/// # Errors
/// When the store fails.
pub fn prove(tx: &mut Tx<'_>, token: &str, visit: &Visit, now: DateTime<Utc>) -> Result<String, StoreError> {
    end(tx, token)?;
    let standing = (Standing::Proven, Code::WithTheForm);
    insert(tx, &visit.claim, standing, visit.request, now)
}

/// Ends a visit.
///
/// # Errors
/// When the store fails.
pub fn end(tx: &mut Tx<'_>, token: &str) -> Result<(), StoreError> {
    diesel::delete(portal_visits::table.find(hashed(token))).execute(tx.conn)?;
    Ok(())
}

/// A visit that waits for a code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Waiting {
    /// The digest of its token.
    pub visit: Vec<u8>,
    /// What it claims.
    pub claim: Claim,
    /// The request that an earlier code was for.
    pub request: Option<i64>,
}

/// Visits that wait for a code, the oldest first.
///
/// # Errors
/// When the store fails.
pub fn waiting(db: &mut Reader<'_>, now: DateTime<Utc>, limit: i64) -> Result<Vec<Waiting>, StoreError> {
    let rows: Vec<(Vec<u8>, Option<i64>, Vec<u8>)> = portal_visits::table
        .filter(portal_visits::wants_code.eq(true))
        .filter(portal_visits::ends_at.gt(Stamp::from(now)))
        .order((portal_visits::created_at, portal_visits::token))
        .select((portal_visits::token, portal_visits::request_id, portal_visits::sealed))
        .limit(limit)
        .load(db.conn)?;
    rows.into_iter()
        .map(|(visit, request, sealed)| {
            Ok(Waiting {
                claim: claim_of(db, &visit, &sealed)?,
                visit,
                request,
            })
        })
        .collect()
}

/// A visit's wish for a code was dealt with; `request` is what its claim was found to be about.
///
/// # Errors
/// When the store fails.
pub fn dealt_with(tx: &mut Tx<'_>, visit: &[u8], request: Option<i64>) -> Result<(), StoreError> {
    diesel::update(portal_visits::table.find(visit))
        .set((
            portal_visits::wants_code.eq(false),
            portal_visits::request_id.eq(request),
        ))
        .execute(tx.conn)?;
    Ok(())
}

/// Counts something that was done under a name, such as a network.
///
/// # Errors
/// When the store fails.
pub fn count(tx: &mut Tx<'_>, names: &[&str], now: DateTime<Utc>) -> Result<(), StoreError> {
    let past = portal_counts::at.lt(Stamp::from(now - COUNTED));
    diesel::delete(portal_counts::table.filter(past)).execute(tx.conn)?;
    for name in names {
        let id = ids::take(tx, "portal-counts", 1)?;
        diesel::insert_into(portal_counts::table)
            .values((
                portal_counts::id.eq(id),
                portal_counts::name.eq(counted_as(tx, name)),
                portal_counts::at.eq(Stamp::from(now)),
            ))
            .execute(tx.conn)?;
    }
    Ok(())
}

/// How often something was counted under a name since an instant, at most a day back.
///
/// # Errors
/// When the store fails.
pub fn counted(db: &mut Reader<'_>, name: &str, since: DateTime<Utc>) -> Result<i64, StoreError> {
    let name = counted_as(db, name);
    Ok(portal_counts::table
        .filter(portal_counts::name.eq(name))
        .filter(portal_counts::at.gt(Stamp::from(since)))
        .count()
        .get_result(db.conn)?)
}

fn counted_as(db: &Reader<'_>, name: &str) -> Vec<u8> {
    db.vault
        .digest("portal count", name.trim().to_lowercase().as_bytes())
        .to_vec()
}

fn claim_of(db: &mut Reader<'_>, digest: &[u8], sealed: &[u8]) -> Result<Claim, StoreError> {
    let key = keys::find(db, HOUSE_KEY)?;
    read(&db.vault.open(&key, &visit_place(digest), sealed)?, "a visit's claim")
}

fn written(value: &impl Serialize) -> Result<Vec<u8>, StoreError> {
    serde_json::to_vec(value)
        .map_err(|error| StoreError::Corrupt(format!("a row of the portal that cannot be written: {error}")))
}

fn read<T: serde::de::DeserializeOwned>(bytes: &[u8], what: &str) -> Result<T, StoreError> {
    serde_json::from_slice(bytes).map_err(|_| StoreError::Corrupt(what.to_owned()))
}

fn form_place(message: i64) -> String {
    format!("portal_forms/{message}")
}

fn visit_place(digest: &[u8]) -> String {
    format!("portal_visits/{}", hex::encode(digest))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::testing::{instant, stores};

    fn claim() -> Claim {
        Claim {
            address: "li.na@example.cn".to_owned(),
            reference: "DSR-2026-000001".to_owned(),
            language: "en".to_owned(),
        }
    }

    #[test]
    fn a_form_is_kept_with_its_words_until_it_is_placed() {
        for store in stores() {
            let now = instant("2026-11-24T02:00:00Z");
            let form = Form::Message { request: 7 };
            let id = store
                .write(|tx| keep_form(tx, &form, b"Subject: x\r\n\r\nwords", Some("token"), now))
                .unwrap();
            assert_eq!(store.read(|db| forms_to_place(db, 9)).unwrap(), [id]);
            let kept = store.read(|db| form_of(db, id)).unwrap().unwrap();
            assert_eq!((kept.form, kept.visit), (form, Some(hashed("token"))));
            assert_eq!(
                store.read(|db| messages::raw(db, id)).unwrap(),
                b"Subject: x\r\n\r\nwords"
            );
            store.write(|tx| form_placed(tx, id)).unwrap();
            assert_eq!(store.read(|db| form_of(db, id)).unwrap(), None);
            assert!(store.read(|db| forms_to_place(db, 9)).unwrap().is_empty());
        }
    }

    #[test]
    fn a_visit_goes_on_under_another_token_once_it_proved_its_address_and_ends_when_idle_or_old() {
        for store in stores() {
            let now = instant("2026-11-24T02:00:00Z");
            let is_there = |token: &str, at| store.read(|db| find(db, token, at)).unwrap().is_some();
            let first = store.write(|tx| begin(tx, &claim(), Code::Wanted, now)).unwrap();
            let waiting_now = store.read(|db| waiting(db, now, 9)).unwrap();
            assert_eq!(waiting_now.len(), 1);
            store
                .write(|tx| dealt_with(tx, &waiting_now[0].visit, Some(3)))
                .unwrap();
            assert!(store.read(|db| waiting(db, now, 9)).unwrap().is_empty());
            let visit = store.read(|db| find(db, &first, now)).unwrap().unwrap();
            assert_eq!((visit.standing, visit.request), (Standing::Claimed, Some(3)));
            assert!(!is_there(&first, now + TimeDelta::minutes(61)));

            let second = store.write(|tx| prove(tx, &first, &visit, now)).unwrap();
            assert!(!is_there(&first, now));
            let proven = store.read(|db| find(db, &second, now)).unwrap().unwrap();
            assert_eq!((proven.standing, proven.claim), (Standing::Proven, claim()));
            assert!(is_there(&second, now + TimeDelta::minutes(29)));
            assert!(!is_there(&second, now + TimeDelta::minutes(30)));
            let mut at = now;
            while at < now + TimeDelta::minutes(110) {
                at += TimeDelta::minutes(20);
                store.write(|tx| touch(tx, &second, at)).unwrap();
            }
            assert!(is_there(&second, now + TimeDelta::minutes(119)));
            assert!(!is_there(&second, now + TimeDelta::minutes(120)));
        }
    }

    #[test]
    fn what_is_counted_is_forgotten_after_a_day() {
        for store in stores() {
            let now = instant("2026-11-24T02:00:00Z");
            let since = |hours| {
                let later = now + TimeDelta::hours(hours);
                store
                    .read(|db| counted(db, "network:192.0.2.0", later - TimeDelta::hours(1)))
                    .unwrap()
            };
            store.write(|tx| count(tx, &["network:192.0.2.0", "all"], now)).unwrap();
            store.write(|tx| count(tx, &["network:192.0.2.0"], now)).unwrap();
            assert_eq!((since(0), since(2)), (2, 0));
            store
                .write(|tx| count(tx, &["all"], now + TimeDelta::hours(25)))
                .unwrap();
            let rows: i64 = store
                .read(|db| Ok(portal_counts::table.count().get_result(db.conn)?))
                .unwrap();
            assert_eq!(rows, 1);
        }
    }
}
