//! The only layer that knows there is a database: it opens it, migrates it, and holds every transaction.
//!
//! Functions that read take a [`Reader`], functions that write take a [`Tx`]: holding one proves the transaction.

pub mod canonical;
mod engine;
mod error;
pub mod ids;
pub mod journal;
pub mod marks;
pub mod messages;
pub mod schema;
mod stamp;
#[doc(hidden)]
pub mod testing;
pub mod vault;

use std::ops::{Deref, DerefMut};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use diesel::connection::{Connection, TransactionManager};
use diesel::r2d2::{ManageConnection, Pool, PooledConnection};

pub use engine::{Conn, MultiBackend};
pub use error::StoreError;
pub use stamp::Stamp;
pub use vault::{Key, Vault};

use engine::{Address, Manager, Purpose};

/// How many may read at once.
const READERS: u32 = 8;

/// How long a step waits for its turn before it gives up.
const PATIENCE: Duration = Duration::from_secs(60);

/// The database and the vault that opens what is sealed in it. Cheap to clone; all clones are one store.
#[derive(Clone)]
pub struct Store {
    inner: Arc<Inner>,
}

struct Inner {
    readers: Pool<Manager>,
    writers: Pool<Manager>,
    vault: Vault,
    /// Set when the disk failed under a write: after a failed fsync nothing that follows can be trusted.
    halted: AtomicBool,
}

/// One state of the database, for reading.
pub struct Reader<'a> {
    /// The connection, inside a transaction.
    pub conn: &'a mut Conn,
    /// What opens sealed values.
    pub vault: &'a Vault,
}

/// One transaction that writes. It reads like a [`Reader`].
pub struct Tx<'a>(Reader<'a>);

impl<'a> Deref for Tx<'a> {
    type Target = Reader<'a>;

    fn deref(&self) -> &Reader<'a> {
        &self.0
    }
}

impl<'a> DerefMut for Tx<'a> {
    fn deref_mut(&mut self) -> &mut Reader<'a> {
        &mut self.0
    }
}

impl Store {
    /// Opens the database at `sqlite:///abs/path`, `sqlite:rel/path` or `postgres://…`, refuses one that could lose
    /// what it confirms, brings its tables up to date, and checks that the vault has the master key they were sealed
    /// under.
    pub fn open(url: &str, vault: Vault) -> Result<Self, StoreError> {
        let address = Address::read(url)?;
        // Opened alone first: a pool would hide the reason and try again for a minute.
        drop(
            Manager {
                address: address.clone(),
                purpose: Purpose::Write,
            }
            .connect()?,
        );
        let writers = pool(address.clone(), Purpose::Write)?;
        let readers = pool(address, Purpose::Read)?;
        let store = Self {
            inner: Arc::new(Inner {
                readers,
                writers,
                vault,
                halted: AtomicBool::new(false),
            }),
        };
        store.write(|tx| engine::migrate(tx.conn))?;
        store.write(|tx| vault::keys::make_house_key(tx))?;
        Ok(store)
    }

    /// Reads one consistent state. Nothing can be written inside.
    pub fn read<T>(&self, f: impl FnOnce(&mut Reader<'_>) -> Result<T, StoreError>) -> Result<T, StoreError> {
        let mut conn = self.inner.readers.get()?;
        engine::begin_read(&mut conn)?;
        let result = f(&mut Reader {
            conn: &mut conn,
            vault: &self.inner.vault,
        });
        roll_back(&mut conn);
        result
    }

    /// Runs one step in one transaction: all of it is stored durably, or, when `f` fails, nothing of it.
    ///
    /// [`StoreError::Conflict`] means that somebody else wrote first; the caller loads again and decides once more.
    pub fn write<T, E: From<StoreError>>(&self, f: impl FnOnce(&mut Tx<'_>) -> Result<T, E>) -> Result<T, E> {
        if self.inner.halted.load(Ordering::Acquire) {
            return Err(StoreError::Halted.into());
        }
        let mut conn = self.inner.writers.get().map_err(StoreError::from)?;
        engine::begin_write(&mut conn).map_err(StoreError::from)?;
        match f(&mut Tx(Reader {
            conn: &mut conn,
            vault: &self.inner.vault,
        })) {
            Ok(value) => {
                self.commit(&mut conn)?;
                Ok(value)
            }
            Err(error) => {
                roll_back(&mut conn);
                Err(error)
            }
        }
    }

    /// What opens sealed values and makes keyed digests.
    pub fn vault(&self) -> &Vault {
        &self.inner.vault
    }

    fn commit(&self, conn: &mut PooledConnection<Manager>) -> Result<(), StoreError> {
        let Err(error) = <Conn as Connection>::TransactionManager::commit_transaction(&mut **conn) else {
            return Ok(());
        };
        let error = StoreError::from(error);
        if error.is_disk_failure() {
            self.inner.halted.store(true, Ordering::Release);
        }
        roll_back(conn);
        Err(error)
    }
}

/// Ends a transaction without a trace. When even that fails the pool sees a broken connection and drops it, which ends
/// the transaction on the database's side.
fn roll_back(conn: &mut PooledConnection<Manager>) {
    if let Err(error) = <Conn as Connection>::TransactionManager::rollback_transaction(&mut **conn) {
        tracing::debug!(%error, "a transaction had already ended");
    }
}

fn pool(address: Address, purpose: Purpose) -> Result<Pool<Manager>, StoreError> {
    let size = match purpose {
        Purpose::Read => READERS,
        Purpose::Write => address.writers(),
    };
    Ok(Pool::builder()
        .max_size(size)
        .min_idle(Some(1))
        .idle_timeout(None)
        .max_lifetime(None)
        .connection_timeout(PATIENCE)
        .build(Manager { address, purpose })?)
}

#[cfg(test)]
mod tests {
    use std::thread;

    use super::testing::stores;
    use super::*;

    fn vault() -> Vault {
        Vault::from_bytes(&[1; 32])
    }

    fn refusal(url: &str) -> String {
        match Store::open(url, vault()) {
            Err(StoreError::Address(sentence)) => sentence,
            Err(other) => panic!("{url}: {other:?}"),
            Ok(_) => panic!("{url} was opened"),
        }
    }

    #[test]
    fn an_address_with_another_scheme_or_without_a_file_is_refused_in_words() {
        for url in [
            "",
            "habeas.db",
            "mysql://localhost/x",
            "sqlite3:x.db",
            "SQLITE:x.db",
            "/tmp/habeas.db",
            "file:x",
        ] {
            assert!(refusal(url).starts_with("The database address starts with"), "{url}");
        }
        for url in [
            "sqlite://habeas.db",
            "sqlite://",
            "sqlite:///",
            "sqlite:",
            "sqlite::memory:",
            "sqlite:data/",
        ] {
            assert!(refusal(url).contains("as in sqlite:"), "{url}");
        }
    }

    #[cfg(not(feature = "postgres"))]
    #[test]
    fn a_build_without_postgresql_says_so() {
        assert!(refusal("postgres://localhost/habeas").contains("--features postgres"));
        assert!(refusal("postgresql://localhost/habeas").contains("--features postgres"));
    }

    #[test]
    fn a_database_opens_again_with_its_own_master_key_only() {
        let folder = tempfile::tempdir().unwrap();
        let url = format!("sqlite://{}", folder.path().join("habeas.db").display());
        drop(Store::open(&url, vault()).unwrap());
        drop(Store::open(&url, vault()).unwrap());
        assert!(matches!(
            Store::open(&url, Vault::from_bytes(&[2; 32])),
            Err(StoreError::MasterKey(_))
        ));
    }

    #[test]
    fn a_step_that_fails_leaves_nothing() {
        for store in stores() {
            let failed = store.write(|tx| ids::take(tx, "cups", 5).and(Err::<(), _>(StoreError::Conflict)));
            assert!(matches!(failed, Err(StoreError::Conflict)));
            assert_eq!(store.write(|tx| ids::take(tx, "cups", 1)).unwrap(), 1);
        }
    }

    #[test]
    fn a_step_that_panics_leaves_nothing_and_stops_nobody() {
        for store in stores() {
            let clone = store.clone();
            let panicked = thread::spawn(move || {
                clone.write::<(), StoreError>(|tx| {
                    ids::take(tx, "cups", 5)?;
                    panic!("on purpose")
                })
            });
            assert!(panicked.join().is_err());
            assert_eq!(store.write(|tx| ids::take(tx, "cups", 1)).unwrap(), 1);
        }
    }

    #[test]
    fn writers_at_once_all_get_their_turn_and_no_number_twice() {
        for store in stores() {
            store.write(|tx| ids::take(tx, "cups", 1)).unwrap();
            let writers: Vec<_> = (0..4)
                .map(|_| {
                    let store = store.clone();
                    thread::spawn(move || {
                        (0..25)
                            .map(|_| store.write(|tx| ids::take(tx, "cups", 2)).unwrap())
                            .collect::<Vec<_>>()
                    })
                })
                .collect();
            let mut taken: Vec<i64> = writers.into_iter().flat_map(|writer| writer.join().unwrap()).collect();
            taken.sort_unstable();
            assert_eq!(taken, (0..100).map(|turn| 2 + 2 * turn).collect::<Vec<_>>());
        }
    }

    #[test]
    fn a_reader_sees_one_state_while_others_write() {
        for store in stores() {
            store.write(|tx| ids::take(tx, "cups", 1)).unwrap();
            let count = |db: &mut Reader<'_>| -> Result<i64, StoreError> {
                use diesel::prelude::*;
                Ok(schema::counters::table
                    .find("cups")
                    .select(schema::counters::value)
                    .first(db.conn)?)
            };
            store
                .read(|db| {
                    let before = count(db)?;
                    store.write(|tx| ids::take(tx, "cups", 1))?;
                    assert_eq!(count(db)?, before);
                    Ok(())
                })
                .unwrap();
            assert_eq!(store.read(count).unwrap(), 2);
        }
    }

    #[test]
    fn a_reader_cannot_write() {
        use diesel::connection::SimpleConnection;
        for store in stores() {
            assert!(
                store
                    .read(|db| Ok(db.conn.batch_execute("DELETE FROM counters")?))
                    .is_err()
            );
        }
    }
}
