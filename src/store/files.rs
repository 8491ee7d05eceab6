//! Files of a request that are not mail: proof of identity, what systems returned, what is prepared, what is handed over.
//!
//! Name and bytes are sealed. A file under a key of its own can be destroyed alone: its row stays and says when, and what
//! the journal committed to still verifies.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use super::schema::{files, requests};
use super::second_factor::Fresh;
use super::vault::keys;
use super::{Reader, Stamp, StoreError, Tx, ids};
use crate::domain::text::FileRef;

const SALT: usize = 32;

/// What a file is kept for. It decides who may see it, and for how long it stays.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Purpose {
    /// Shows who the requester is. Under its own key, destroyed at the decision or after seven days.
    IdentityDocument,
    /// Shows that the requester may ask for another person.
    Evidence,
    /// What the owner of a system handed in.
    TaskFile,
    /// What an officer put together to be handed over.
    Prepared,
    /// What is handed over, as one archive.
    Package,
}

impl Purpose {
    const ALL: [Self; 5] = [
        Self::IdentityDocument,
        Self::Evidence,
        Self::TaskFile,
        Self::Prepared,
        Self::Package,
    ];

    /// Whether it shows who somebody is, or for whom they may ask.
    fn is_document(self) -> bool {
        match self {
            Self::IdentityDocument | Self::Evidence => true,
            Self::TaskFile | Self::Prepared | Self::Package => false,
        }
    }

    /// The word in the table.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::IdentityDocument => "identity-document",
            Self::Evidence => "evidence",
            Self::TaskFile => "task-file",
            Self::Prepared => "prepared",
            Self::Package => "package",
        }
    }

    fn from_word(word: &str) -> Result<Self, StoreError> {
        Self::ALL
            .into_iter()
            .find(|purpose| purpose.as_str() == word)
            .ok_or_else(|| StoreError::Corrupt(format!("a file kept for {word:?}")))
    }
}

/// Under which key a file is sealed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FileKey {
    /// A key of its own, so that it can be destroyed alone.
    Own,
    /// The request's, with which it goes.
    Request,
}

/// A file to be kept.
#[derive(Debug, Clone, Copy)]
pub struct NewFile<'a> {
    /// The request it belongs to.
    pub request_id: i64,
    /// What it is kept for.
    pub purpose: Purpose,
    /// Under which key.
    pub key: FileKey,
    /// Its name as it was given: text to show, never a path.
    pub name: &'a str,
    /// What it says it is, such as `application/pdf`; never trusted.
    pub media_type: &'a str,
    /// All of it.
    pub bytes: &'a [u8],
}

/// A file that was kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeptFile {
    /// Its number.
    pub id: i64,
    /// The request it belongs to.
    pub request_id: i64,
    /// What it is kept for.
    pub purpose: Purpose,
    /// Its name as it was given; `None` once it is destroyed.
    pub name: Option<String>,
    /// What it says it is.
    pub media_type: String,
    /// How many bytes it has, or had.
    pub size: u64,
    /// Since when.
    pub kept_at: DateTime<Utc>,
    /// When it was destroyed.
    pub destroyed_at: Option<DateTime<Utc>>,
}

type Row = (i64, i64, String, String, i64, Stamp, Option<Stamp>, i64, Vec<u8>);

/// Keeps a file and returns its number with a commitment to its bytes.
///
/// # Errors
/// When there is no such request or the store fails.
pub fn keep(tx: &mut Tx<'_>, file: &NewFile<'_>, now: DateTime<Utc>) -> Result<FileRef, StoreError> {
    let id = ids::take(tx, "files", 1)?;
    let (key_id, key) = match file.key {
        FileKey::Own => keys::make(tx)?,
        FileKey::Request => {
            let missing = StoreError::Missing {
                what: "request",
                id: file.request_id,
            };
            let of_request: Option<i64> = requests::table
                .find(file.request_id)
                .select(requests::key_id)
                .first(tx.conn)
                .optional()?;
            let key_id = of_request.ok_or(missing)?;
            (key_id, keys::find(tx, key_id)?)
        }
    };
    let mut salt = [0; SALT];
    rand::fill(&mut salt);
    let salted = Zeroizing::new([&salt, file.bytes].concat());
    let name = tx.vault.seal(&key, &name_place(id), file.name.as_bytes())?;
    let sealed = tx.vault.seal(&key, &place(id), &salted)?;
    let size = i64::try_from(file.bytes.len())
        .map_err(|_| StoreError::Corrupt("a file too large to be counted".to_owned()))?;
    diesel::insert_into(files::table)
        .values((
            files::id.eq(id),
            files::request_id.eq(file.request_id),
            files::purpose.eq(file.purpose.as_str()),
            files::media_type.eq(file.media_type),
            files::size.eq(size),
            files::kept_at.eq(Stamp::from(now)),
            files::key_id.eq(key_id),
            files::name.eq(name),
            files::sealed.eq(sealed),
        ))
        .execute(tx.conn)?;
    Ok(FileRef {
        id,
        commitment: hex::encode(Sha256::digest(&*salted)),
    })
}

/// A file by its number.
///
/// # Errors
/// [`StoreError::Missing`] when there is none.
pub fn find(db: &mut Reader<'_>, id: i64) -> Result<KeptFile, StoreError> {
    let row: Option<Row> = files::table.find(id).select(COLUMNS).first(db.conn).optional()?;
    kept(db, row.ok_or(StoreError::Missing { what: "file", id })?)
}

/// All files of a request, also destroyed ones, in the order they came.
///
/// # Errors
/// When the store fails.
pub fn of_request(db: &mut Reader<'_>, request_id: i64) -> Result<Vec<KeptFile>, StoreError> {
    let rows: Vec<Row> = files::table
        .filter(files::request_id.eq(request_id))
        .order(files::id)
        .select(COLUMNS)
        .load(db.conn)?;
    rows.into_iter().map(|row| kept(db, row)).collect()
}

/// Files of one purpose that were kept before an instant and are still there, the oldest first.
///
/// # Errors
/// When the store fails.
pub fn kept_before(db: &mut Reader<'_>, purpose: Purpose, before: DateTime<Utc>) -> Result<Vec<KeptFile>, StoreError> {
    let rows: Vec<Row> = files::table
        .filter(files::purpose.eq(purpose.as_str()))
        .filter(files::destroyed_at.is_null())
        .filter(files::kept_at.le(Stamp::from(before)))
        .order(files::id)
        .select(COLUMNS)
        .load(db.conn)?;
    rows.into_iter().map(|row| kept(db, row)).collect()
}

/// The bytes of a file that is no document: those are read with [`read_document`] alone.
///
/// # Errors
/// [`StoreError::Missing`] when there is none, it was destroyed, or it is a document.
pub fn read(db: &mut Reader<'_>, id: i64) -> Result<Vec<u8>, StoreError> {
    if find(db, id)?.purpose.is_document() {
        return Err(StoreError::Missing { what: "file", id });
    }
    bytes(db, id)
}

/// The bytes of a document, for somebody whose second factor was checked a short while ago.
///
/// # Errors
/// [`StoreError::Missing`] when there is none or it was destroyed.
pub(super) fn read_document(db: &mut Reader<'_>, id: i64, _: &Fresh) -> Result<Vec<u8>, StoreError> {
    bytes(db, id)
}

fn bytes(db: &mut Reader<'_>, id: i64) -> Result<Vec<u8>, StoreError> {
    let mut salted = salted(db, id)?;
    if salted.len() < SALT {
        return Err(StoreError::Corrupt(format!("file {id}")));
    }
    Ok(salted.split_off(SALT))
}

fn salted(db: &mut Reader<'_>, id: i64) -> Result<Vec<u8>, StoreError> {
    let missing = StoreError::Missing { what: "file", id };
    let row: Option<(i64, Vec<u8>)> = files::table
        .find(id)
        .filter(files::destroyed_at.is_null())
        .select((files::key_id, files::sealed))
        .first(db.conn)
        .optional()?;
    let (key_id, sealed) = row.ok_or(missing)?;
    let key = keys::find(db, key_id)?;
    db.vault.open(&key, &place(id), &sealed)
}

/// A file with the commitment that the journal holds of it.
///
/// # Errors
/// [`StoreError::Missing`] when there is none or it was destroyed.
pub fn reference(db: &mut Reader<'_>, id: i64) -> Result<FileRef, StoreError> {
    Ok(FileRef {
        id,
        commitment: hex::encode(Sha256::digest(salted(db, id)?)),
    })
}

/// Destroys a file: its bytes, and its key where it has one of its own. Doing it again changes nothing.
///
/// # Errors
/// When the store fails.
pub fn destroy(tx: &mut Tx<'_>, id: i64, now: DateTime<Utc>) -> Result<(), StoreError> {
    let row: Option<(i64, i64)> = files::table
        .find(id)
        .filter(files::destroyed_at.is_null())
        .select((files::key_id, files::request_id))
        .first(tx.conn)
        .optional()?;
    let Some((key_id, request_id)) = row else { return Ok(()) };
    diesel::update(files::table.find(id))
        .set((
            files::destroyed_at.eq(Stamp::from(now)),
            files::name.eq(Vec::new()),
            files::sealed.eq(Vec::new()),
        ))
        .execute(tx.conn)?;
    let of_request: Option<i64> = requests::table
        .find(request_id)
        .select(requests::key_id)
        .first(tx.conn)
        .optional()?;
    if of_request != Some(key_id) {
        keys::destroy(tx, key_id, now)?;
    }
    Ok(())
}

const COLUMNS: (
    files::id,
    files::request_id,
    files::purpose,
    files::media_type,
    files::size,
    files::kept_at,
    files::destroyed_at,
    files::key_id,
    files::name,
) = (
    files::id,
    files::request_id,
    files::purpose,
    files::media_type,
    files::size,
    files::kept_at,
    files::destroyed_at,
    files::key_id,
    files::name,
);

fn kept(db: &mut Reader<'_>, row: Row) -> Result<KeptFile, StoreError> {
    let (id, request_id, purpose, media_type, size, kept_at, destroyed_at, key_id, sealed_name) = row;
    let name = match destroyed_at {
        Some(_) => None,
        None => match keys::find(db, key_id) {
            Ok(key) => {
                let name = db.vault.open(&key, &name_place(id), &sealed_name)?;
                Some(String::from_utf8_lossy(&name).into_owned())
            }
            Err(StoreError::Erased(_)) => None,
            Err(error) => return Err(error),
        },
    };
    Ok(KeptFile {
        id,
        request_id,
        purpose: Purpose::from_word(&purpose)?,
        name,
        media_type,
        size: u64::try_from(size).unwrap_or_default(),
        kept_at: kept_at.into(),
        destroyed_at: destroyed_at.map(DateTime::from),
    })
}

fn place(id: i64) -> String {
    format!("files/{id}")
}

fn name_place(id: i64) -> String {
    format!("files/{id}/name")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::testing::{instant, stores};

    fn passport<'a>() -> NewFile<'a> {
        NewFile {
            request_id: 7,
            purpose: Purpose::IdentityDocument,
            key: FileKey::Own,
            name: "护照.png",
            media_type: "image/png",
            bytes: b"a picture",
        }
    }

    #[test]
    fn a_file_is_read_as_it_was_kept_and_lies_sealed() {
        let now = instant("2026-01-05T00:00:00Z");
        for store in stores() {
            let file = store.write(|tx| keep(tx, &passport(), now)).unwrap();
            assert_eq!(store.read(|db| bytes(db, file.id)).unwrap(), b"a picture");
            assert_eq!(store.read(|db| reference(db, file.id)).unwrap(), file);
            let kept = store.read(|db| find(db, file.id)).unwrap();
            assert_eq!((kept.name.as_deref(), kept.size), (Some("护照.png"), 9));
            let (name, sealed): (Vec<u8>, Vec<u8>) = store
                .read(|db| Ok(files::table.select((files::name, files::sealed)).first(db.conn)?))
                .unwrap();
            for bytes in [name, sealed] {
                assert!(
                    !bytes
                        .windows(7)
                        .any(|part| part == b"picture" || part == &"护照.png".as_bytes()[..7])
                );
            }
        }
    }

    #[test]
    fn a_document_is_not_read_as_any_other_file_is() {
        let now = instant("2026-01-05T00:00:00Z");
        for store in stores() {
            for (purpose, readable) in [
                (Purpose::IdentityDocument, false),
                (Purpose::Evidence, false),
                (Purpose::TaskFile, true),
                (Purpose::Prepared, true),
                (Purpose::Package, true),
            ] {
                let new = NewFile { purpose, ..passport() };
                let file = store.write(|tx| keep(tx, &new, now)).unwrap();
                assert_eq!(store.read(|db| read(db, file.id)).is_ok(), readable, "{purpose:?}");
            }
        }
    }

    #[test]
    fn a_destroyed_file_says_when_and_nothing_else() {
        let (kept_at, later) = (instant("2026-01-05T00:00:00Z"), instant("2026-01-12T00:00:00Z"));
        for store in stores() {
            let file = store.write(|tx| keep(tx, &passport(), kept_at)).unwrap();
            let old = |before| {
                store
                    .read(|db| kept_before(db, Purpose::IdentityDocument, before))
                    .unwrap()
            };
            assert!(old(kept_at - chrono::TimeDelta::seconds(1)).is_empty());
            assert_eq!(old(later).len(), 1);
            store.write(|tx| destroy(tx, file.id, later)).unwrap();
            store
                .write(|tx| destroy(tx, file.id, later + chrono::TimeDelta::days(1)))
                .unwrap();
            assert!(matches!(
                store.read(|db| bytes(db, file.id)),
                Err(StoreError::Missing { what: "file", .. })
            ));
            let kept = store.read(|db| find(db, file.id)).unwrap();
            assert_eq!((kept.name, kept.destroyed_at), (None, Some(later)));
            assert_eq!(store.read(keys::destroyed).unwrap().len(), 1);
            assert!(old(later).is_empty());
        }
    }

    #[test]
    fn a_file_under_a_request_that_is_not_there_is_refused() {
        for store in stores() {
            let file = NewFile {
                key: FileKey::Request,
                ..passport()
            };
            let refused = store.write(|tx| keep(tx, &file, instant("2026-01-05T00:00:00Z")));
            assert!(matches!(refused, Err(StoreError::Missing { what: "request", id: 7 })));
        }
    }
}
