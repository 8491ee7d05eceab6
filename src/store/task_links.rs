//! Personal links: 256 random bits that open one task for its owner, stored as a hash, until they expire or are revoked.

use chrono::{DateTime, Utc};
use diesel::prelude::*;

use super::people::hashed;
use super::schema::task_links;
use super::{Reader, Stamp, StoreError, Tx, ids};

/// A link that opens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Link {
    /// Its number, by which the journal names whoever used it.
    pub id: i64,
    /// The request.
    pub request_id: i64,
    /// The one task of it.
    pub task: u32,
}

/// Makes a link to a task and returns its token in hex, to be written into one mail.
///
/// # Errors
/// When the store fails.
pub fn issue(
    tx: &mut Tx<'_>,
    request_id: i64,
    task: u32,
    expires_at: DateTime<Utc>,
    now: DateTime<Utc>,
) -> Result<String, StoreError> {
    let mut secret = [0; 32];
    rand::fill(&mut secret);
    let token = hex::encode(secret);
    let id = ids::take(tx, "task_links", 1)?;
    diesel::insert_into(task_links::table)
        .values((
            task_links::id.eq(id),
            task_links::token.eq(hashed(&token)),
            task_links::request_id.eq(request_id),
            task_links::task.eq(i64::from(task)),
            task_links::made_at.eq(Stamp::from(now)),
            task_links::expires_at.eq(Stamp::from(expires_at)),
        ))
        .execute(tx.conn)?;
    Ok(token)
}

/// What a token opens; nothing once it expired or was revoked.
///
/// # Errors
/// When the store fails.
pub fn find(db: &mut Reader<'_>, token: &str, now: DateTime<Utc>) -> Result<Option<Link>, StoreError> {
    let row: Option<(i64, i64, i64)> = task_links::table
        .filter(task_links::token.eq(hashed(token)))
        .filter(task_links::revoked_at.is_null())
        .filter(task_links::expires_at.gt(Stamp::from(now)))
        .select((task_links::id, task_links::request_id, task_links::task))
        .first(db.conn)
        .optional()?;
    Ok(row.map(|(id, request_id, task)| Link {
        id,
        request_id,
        task: u32::try_from(task).unwrap_or(0),
    }))
}

/// Revokes every link to a task.
///
/// # Errors
/// When the store fails.
pub fn revoke(tx: &mut Tx<'_>, request_id: i64, task: u32, now: DateTime<Utc>) -> Result<(), StoreError> {
    diesel::update(
        task_links::table
            .filter(task_links::request_id.eq(request_id))
            .filter(task_links::task.eq(i64::from(task)))
            .filter(task_links::revoked_at.is_null()),
    )
    .set(task_links::revoked_at.eq(Some(Stamp::from(now))))
    .execute(tx.conn)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::testing::{instant, stores};

    #[test]
    fn a_token_opens_its_own_task_until_it_expires_or_is_revoked() {
        for store in stores() {
            let (now, end) = (instant("2026-03-02T01:00:00Z"), instant("2026-03-12T01:00:00Z"));
            let (first, second) = store
                .write::<_, StoreError>(|tx| Ok((issue(tx, 7, 1, end, now)?, issue(tx, 7, 2, end, now)?)))
                .unwrap();
            let opens = |token: &str, at| {
                let found = store.read(|db| find(db, token, at)).unwrap();
                found.map(|link| (link.request_id, link.task))
            };
            assert_eq!(opens(&first, now), Some((7, 1)));
            assert_eq!(opens(&second, now), Some((7, 2)));
            assert_eq!(opens(&first, end), None);
            assert_eq!(opens(&"0".repeat(64), now), None);
            store.write(|tx| revoke(tx, 7, 1, now)).unwrap();
            assert_eq!(opens(&first, now), None);
            assert_eq!(opens(&second, now), Some((7, 2)));
        }
    }
}
