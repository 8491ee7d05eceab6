//! Codes that were sent to an address: issued so many a day, kept as keyed digests, tried so often, used once.

use chrono::{DateTime, TimeDelta, Utc};
use diesel::prelude::*;

use super::schema::challenges;
use super::{Reader, Stamp, StoreError, Tx, Vault, ids, marks};
use crate::domain::challenge::{CODES_A_DAY, Challenge, Code, DAY, LASTS, Purpose, RightCode, TRIES};

/// A code is forgotten after so long: by then it counts towards no limit.
const FORGOTTEN: TimeDelta = TimeDelta::days(2);

/// For whom codes are counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Party<'p> {
    /// A request.
    Request(i64),
    /// Something that is no request yet, such as a form of the portal, by a key that only its holder knows.
    Key(&'p str),
}

/// What a code proves: that somebody reads what arrives at an address, for one purpose.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Asked<'a> {
    /// For whom.
    pub party: Party<'a>,
    /// Where the code goes.
    pub address: &'a str,
    /// What it is for.
    pub purpose: Purpose,
}

/// What came of asking for a code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Issued {
    /// It is to be sent now. An earlier one for the same is worth nothing any more.
    Code {
        /// Its number.
        id: i64,
        /// The code, which is known only here and to the letter.
        code: Code,
    },
    /// So many went to this party that there is no other before `after`.
    TooMany {
        /// When there may be another.
        after: DateTime<Utc>,
    },
}

/// Makes a code. The caller sends it in the same transaction.
///
/// # Errors
/// When the store fails.
pub fn issue(tx: &mut Tx<'_>, asked: &Asked<'_>, now: DateTime<Utc>) -> Result<Issued, StoreError> {
    // Taking the number first locks the counter, so that two instances cannot both find one code left.
    let id = ids::take(tx, "challenges", 1)?;
    diesel::delete(challenges::table.filter(challenges::issued_at.lt(Stamp::from(now - FORGOTTEN))))
        .execute(tx.conn)?;
    let party = party(tx.vault, asked.party);
    let within: Vec<Stamp> = challenges::table
        .filter(challenges::party.eq(&party))
        .filter(challenges::issued_at.gt(Stamp::from(now - DAY)))
        .order(challenges::issued_at.desc())
        .limit(CODES_A_DAY)
        .select(challenges::issued_at)
        .load(tx.conn)?;
    if let (Some(first), true) = (
        within.last(),
        i64::try_from(within.len()).unwrap_or(i64::MAX) >= CODES_A_DAY,
    ) {
        return Ok(Issued::TooMany {
            after: DateTime::<Utc>::from(*first) + DAY,
        });
    }
    let code = Code::of(rand::random());
    diesel::insert_into(challenges::table)
        .values((
            challenges::id.eq(id),
            challenges::party.eq(party),
            challenges::address.eq(marks::address(tx.vault, asked.address).to_vec()),
            challenges::purpose.eq(asked.purpose.as_str()),
            challenges::code.eq(digest(tx.vault, id, &code).to_vec()),
            challenges::issued_at.eq(Stamp::from(now)),
            challenges::tries.eq(0),
        ))
        .execute(tx.conn)?;
    Ok(Issued::Code { id, code })
}

/// Tries a code against the newest one sent for the same. `None` is all that is said of a wrong, old, used or unknown
/// one, and of one too many tries.
///
/// The try counts only when the transaction is committed: whoever gets `None` commits all the same.
///
/// # Errors
/// When the store fails.
pub fn answer(
    tx: &mut Tx<'_>,
    asked: &Asked<'_>,
    typed: &str,
    now: DateTime<Utc>,
) -> Result<Option<RightCode>, StoreError> {
    let Some(newest) = newest(tx, asked)? else {
        return Ok(None);
    };
    // One conditional update counts the try: of two instances the second sees what the first has counted.
    let counted: Option<Row> = diesel::update(
        challenges::table
            .find(newest)
            .filter(challenges::tries.lt(TRIES))
            .filter(challenges::used_at.is_null())
            .filter(challenges::issued_at.gt(Stamp::from(now - LASTS))),
    )
    .set(challenges::tries.eq(challenges::tries + 1))
    .returning(COLUMNS)
    .get_result(tx.conn)
    .optional()?;
    let (Some(row), Some(code)) = (counted, Code::read(typed)) else {
        return Ok(None);
    };
    let challenge = challenge(row, asked.purpose)?;
    let Some(right) = challenge.answered(&digest(tx.vault, challenge.id, &code), now) else {
        return Ok(None);
    };
    let used = diesel::update(
        challenges::table
            .find(challenge.id)
            .filter(challenges::used_at.is_null()),
    )
    .set(challenges::used_at.eq(Stamp::from(now)))
    .execute(tx.conn)?;
    Ok((used == 1).then_some(right))
}

type Row = (i64, Stamp, i32, Option<Stamp>, Vec<u8>);

const COLUMNS: (
    challenges::id,
    challenges::issued_at,
    challenges::tries,
    challenges::used_at,
    challenges::code,
) = (
    challenges::id,
    challenges::issued_at,
    challenges::tries,
    challenges::used_at,
    challenges::code,
);

fn challenge((id, issued_at, tries, used_at, code): Row, purpose: Purpose) -> Result<Challenge, StoreError> {
    Ok(Challenge {
        id,
        purpose,
        issued_at: issued_at.into(),
        tries,
        used: used_at.is_some(),
        digest: code
            .try_into()
            .map_err(|_| StoreError::Corrupt(format!("the code of challenge {id}")))?,
    })
}

fn newest(db: &mut Reader<'_>, asked: &Asked<'_>) -> Result<Option<i64>, StoreError> {
    Ok(challenges::table
        .filter(challenges::party.eq(party(db.vault, asked.party)))
        .filter(challenges::address.eq(marks::address(db.vault, asked.address).to_vec()))
        .filter(challenges::purpose.eq(asked.purpose.as_str()))
        .order(challenges::id.desc())
        .select(challenges::id)
        .first(db.conn)
        .optional()?)
}

fn party(vault: &Vault, party: Party<'_>) -> Vec<u8> {
    match party {
        Party::Request(id) => vault.digest("challenge of a request", &id.to_be_bytes()).to_vec(),
        Party::Key(key) => vault.digest("challenge of a key", key.as_bytes()).to_vec(),
    }
}

/// Bound to its row, so that equal codes have different digests and none can be moved.
fn digest(vault: &Vault, id: i64, code: &Code) -> [u8; 32] {
    vault.digest("challenge code", format!("{id} {}", code.digits()).as_bytes())
}

#[cfg(test)]
mod tests;
