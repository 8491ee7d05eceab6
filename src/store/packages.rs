//! Links to packages, and the end of a package: its bytes and its key are destroyed with the event that ends it.

use chrono::{DateTime, Utc};
use diesel::prelude::*;

use super::schema::packages;
use super::{Reader, Stamp, StoreError, Tx, files};
use crate::domain::event::{Event, Recorded};
use crate::domain::request::Request;

/// What a link holds: 256 random bits, never stored.
pub struct Link([u8; 32]);

impl Link {
    /// A link that nobody can guess.
    pub fn random() -> Self {
        let mut bytes = [0; 32];
        rand::fill(&mut bytes);
        Self(bytes)
    }

    /// As it stands in an address.
    pub fn written(&self) -> String {
        hex::encode(self.0)
    }

    /// From an address; `None` when it cannot be one of ours.
    pub fn read(written: &str) -> Option<Self> {
        let mut bytes = [0; 32];
        hex::decode_to_slice(written, &mut bytes).ok()?;
        Some(Self(bytes))
    }
}

/// The package that a link leads to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Linked {
    /// The request.
    pub request_id: i64,
    /// The package's number in it.
    pub package: u32,
}

/// Remembers a link to a package of a request.
///
/// # Errors
/// When the store fails.
pub fn keep(tx: &mut Tx<'_>, link: &Link, linked: Linked, expires_at: DateTime<Utc>) -> Result<(), StoreError> {
    let digest = digest(tx, link);
    diesel::insert_into(packages::table)
        .values((
            packages::link.eq(digest.as_slice()),
            packages::request_id.eq(linked.request_id),
            packages::package.eq(i64::from(linked.package)),
            packages::expires_at.eq(Stamp::from(expires_at)),
        ))
        .execute(tx.conn)?;
    Ok(())
}

/// The package that a link leads to, also one that ended.
///
/// # Errors
/// When the store fails.
pub fn find(db: &mut Reader<'_>, link: &Link) -> Result<Option<Linked>, StoreError> {
    let digest = digest(db, link);
    let row: Option<(i64, i64)> = packages::table
        .find(digest.as_slice())
        .select((packages::request_id, packages::package))
        .first(db.conn)
        .optional()?;
    row.map(linked).transpose()
}

/// Packages whose time is over and that have not ended, the longest over first.
///
/// # Errors
/// When the store fails.
pub fn over(db: &mut Reader<'_>, now: DateTime<Utc>, limit: i64) -> Result<Vec<Linked>, StoreError> {
    let rows: Vec<(i64, i64)> = packages::table
        .filter(packages::ended_at.is_null())
        .filter(packages::expires_at.le(Stamp::from(now)))
        .order(packages::expires_at)
        .limit(limit)
        .select((packages::request_id, packages::package))
        .load(db.conn)?;
    rows.into_iter().map(linked).collect()
}

/// Destroys the packages that these events end. The door calls it with every step, so that no way round it is left.
pub(super) fn settle(
    tx: &mut Tx<'_>,
    request_id: i64,
    request: &Request,
    events: &[Recorded],
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    for recorded in events {
        let Event::PackageEnded { package: number, .. } = &recorded.event else {
            continue;
        };
        if let Some(package) = request.release.package(*number) {
            files::destroy(tx, package.file.id, now)?;
        }
        diesel::update(
            packages::table
                .filter(packages::request_id.eq(request_id))
                .filter(packages::package.eq(i64::from(*number))),
        )
        .set(packages::ended_at.eq(Stamp::from(now)))
        .execute(tx.conn)?;
    }
    Ok(())
}

fn linked((request_id, package): (i64, i64)) -> Result<Linked, StoreError> {
    Ok(Linked {
        request_id,
        package: u32::try_from(package).map_err(|_| StoreError::Corrupt("the number of a package".to_owned()))?,
    })
}

fn digest(db: &Reader<'_>, link: &Link) -> [u8; 32] {
    db.vault.digest("package link", &link.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::testing::{instant, stores};

    #[test]
    fn a_link_leads_to_its_package_and_the_table_opens_none() {
        let ends = instant("2026-01-19T00:00:00Z");
        let there = Linked {
            request_id: 3,
            package: 1,
        };
        for store in stores() {
            let (link, other) = (Link::random(), Link::random());
            store.write(|tx| keep(tx, &link, there, ends)).unwrap();
            assert_eq!(store.read(|db| find(db, &link)).unwrap(), Some(there));
            assert_eq!(store.read(|db| find(db, &other)).unwrap(), None);
            let kept: Vec<u8> = store
                .read(|db| Ok(packages::table.select(packages::link).first(db.conn)?))
                .unwrap();
            assert_ne!(kept, link.0);
            let read = Link::read(&link.written()).unwrap();
            assert_eq!(store.read(|db| find(db, &read)).unwrap(), Some(there));
            let early = ends - chrono::TimeDelta::microseconds(1);
            assert!(store.read(|db| over(db, early, 9)).unwrap().is_empty());
            assert_eq!(store.read(|db| over(db, ends, 9)).unwrap(), [there]);
        }
    }

    #[test]
    fn what_cannot_be_a_link_is_none() {
        for written in ["", "00", &"0".repeat(63), &"g".repeat(64), &"0".repeat(66)] {
            assert!(Link::read(written).is_none(), "{written}");
        }
    }
}
