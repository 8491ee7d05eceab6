//! The only layer that knows there is a database: it opens it, migrates it, and holds every transaction.
//!
//! Functions that read take a [`Reader`], functions that write take a [`Tx`]: holding one proves the transaction.

pub mod address_links;
pub mod balance;
pub mod calendars;
pub mod campaigns;
pub mod canonical;
pub mod challenges;
pub mod corrections;
pub mod credentials;
pub mod documents;
pub mod door;
mod engine;
pub mod engine_limit;
mod error;
pub mod files;
pub mod ids;
pub mod journal;
pub mod lists;
pub mod marks;
pub mod mergers;
pub mod messages;
pub mod notices;
pub mod office;
pub mod outbox;
pub mod packages;
pub mod passwords;
pub mod people;
pub mod portal;
pub mod requests;
pub mod schema;
pub mod search;
pub mod second_factor;
pub mod sessions;
mod stamp;
pub mod systems;
pub mod task_links;
pub mod task_mergers;
pub mod tasks;
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
        store.write(vault::keys::make_house_key)?;
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
mod tests;
