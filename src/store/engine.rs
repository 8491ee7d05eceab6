//! What differs between SQLite and PostgreSQL: opening, checking, beginning, migrating. No other file names an engine.

use diesel::connection::{AnsiTransactionManager, SimpleConnection};
use diesel::migration::MigrationConnection;
use diesel::prelude::*;
use diesel::r2d2::{ManageConnection, R2D2Connection};
use diesel::sql_types::{Integer, Text};
use diesel_migrations::{EmbeddedMigrations, MigrationHarness, embed_migrations};

use super::StoreError;

const SQLITE_MIGRATIONS: EmbeddedMigrations = embed_migrations!("migrations/sqlite");
#[cfg(feature = "postgres")]
const POSTGRES_MIGRATIONS: EmbeddedMigrations = embed_migrations!("migrations/postgres");

/// One connection, to either engine. The same queries run on both.
#[derive(diesel::MultiConnection)]
pub enum Conn {
    /// The embedded database, one file.
    Sqlite(SqliteConnection),
    /// A database server, shared by several instances of Habeas.
    #[cfg(feature = "postgres")]
    Postgres(PgConnection),
}

/// A database address, read from its scheme. Anything else is refused: a typo must not open a new, empty file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Address {
    Sqlite(String),
    #[cfg(feature = "postgres")]
    Postgres(String),
}

impl Address {
    pub(super) fn read(url: &str) -> Result<Self, StoreError> {
        let refuse = |sentence: &str| Err(StoreError::Address(sentence.to_owned()));
        match url.split_once(':') {
            Some(("sqlite", rest)) => match rest.strip_prefix("//") {
                Some(path) if path.starts_with('/') && path.len() > 1 => Ok(Self::Sqlite(path.to_owned())),
                Some(_) => {
                    refuse("After sqlite:// comes a path from the root, as in sqlite:///var/lib/habeas/habeas.db.")
                }
                None if rest.is_empty() || rest.starts_with(':') || rest.ends_with('/') => {
                    refuse("After sqlite: comes the path of a file, as in sqlite:habeas.db.")
                }
                None if rest.starts_with('/') => Ok(Self::Sqlite(rest.to_owned())),
                None => Ok(Self::Sqlite(format!("./{rest}"))),
            },
            #[cfg(feature = "postgres")]
            Some(("postgres" | "postgresql", rest)) if rest.starts_with("//") => Ok(Self::Postgres(url.to_owned())),
            #[cfg(not(feature = "postgres"))]
            Some(("postgres" | "postgresql", _)) => {
                refuse("This build has no PostgreSQL; build it with --features postgres, or use a sqlite: address.")
            }
            _ => refuse(
                "The database address starts with sqlite: or postgres://, as in sqlite:///var/lib/habeas/habeas.db.",
            ),
        }
    }

    /// How many may write at once: SQLite has one writer, and waiting for it in the process is fair and cheap.
    pub(super) fn writers(&self) -> u32 {
        match self {
            Self::Sqlite(_) => 1,
            #[cfg(feature = "postgres")]
            Self::Postgres(_) => 8,
        }
    }
}

/// What a connection of a pool is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Purpose {
    Read,
    Write,
}

/// Opens connections for a pool. The derived `establish` is not used: it hides the real error.
pub(super) struct Manager {
    pub(super) address: Address,
    pub(super) purpose: Purpose,
}

impl ManageConnection for Manager {
    type Connection = Conn;
    type Error = StoreError;

    fn connect(&self) -> Result<Conn, StoreError> {
        match &self.address {
            Address::Sqlite(path) => {
                let mut conn =
                    SqliteConnection::establish(path).map_err(|error| StoreError::Connect(Box::new(error)))?;
                make_sqlite_safe(&mut conn, self.purpose)?;
                Ok(Conn::Sqlite(conn))
            }
            #[cfg(feature = "postgres")]
            Address::Postgres(url) => {
                let mut conn = PgConnection::establish(url).map_err(|error| StoreError::Connect(Box::new(error)))?;
                make_postgres_safe(&mut conn)?;
                Ok(Conn::Postgres(conn))
            }
        }
    }

    fn is_valid(&self, conn: &mut Conn) -> Result<(), StoreError> {
        match conn {
            Conn::Sqlite(_) => Ok(()),
            #[cfg(feature = "postgres")]
            Conn::Postgres(conn) => Ok(conn.ping()?),
        }
    }

    fn has_broken(&self, conn: &mut Conn) -> bool {
        std::thread::panicking() || conn.is_broken()
    }
}

/// Sets what keeps a confirmed step through a power cut, and reads it back: a read-only or odd file system may refuse.
/// Replacing rows must fire triggers, or `INSERT OR REPLACE` could rewrite the journal; deleted keys are overwritten.
///
/// The writer has 64 MB of cache and moves the log into the file every 32 MB: with SQLite's own 2 MB and 4 MB a burst of
/// mail takes three times as long. A reader's cache is small, since there are several.
fn make_sqlite_safe(conn: &mut SqliteConnection, purpose: Purpose) -> Result<(), StoreError> {
    conn.batch_execute(
        "PRAGMA busy_timeout = 15000; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON;
         PRAGMA recursive_triggers = ON; PRAGMA secure_delete = ON; PRAGMA temp_store = MEMORY;",
    )?;
    let mode: String = diesel::dsl::sql::<Text>("PRAGMA journal_mode").get_result(conn)?;
    if !mode.eq_ignore_ascii_case("wal") {
        return Err(StoreError::Unsafe {
            setting: "journal_mode",
            found: mode,
            needed: "WAL",
        });
    }
    for (setting, sql, at_least) in [
        ("synchronous", "PRAGMA synchronous", 2),
        ("foreign_keys", "PRAGMA foreign_keys", 1),
        ("recursive_triggers", "PRAGMA recursive_triggers", 1),
        ("secure_delete", "PRAGMA secure_delete", 1),
    ] {
        let found: i32 = diesel::dsl::sql::<Integer>(sql).get_result(conn)?;
        if found < at_least {
            return Err(StoreError::Unsafe {
                setting,
                found: found.to_string(),
                needed: "it switched on in full",
            });
        }
    }
    match purpose {
        Purpose::Read => conn.batch_execute("PRAGMA query_only = ON; PRAGMA cache_size = -8000")?,
        Purpose::Write => conn.batch_execute("PRAGMA wal_autocheckpoint = 8000; PRAGMA cache_size = -64000")?,
    }
    Ok(())
}

#[cfg(feature = "postgres")]
fn make_postgres_safe(conn: &mut PgConnection) -> Result<(), StoreError> {
    for (setting, sql) in [
        ("fsync", "SHOW fsync"),
        ("full_page_writes", "SHOW full_page_writes"),
        ("synchronous_commit", "SHOW synchronous_commit"),
    ] {
        let found: String = diesel::dsl::sql::<Text>(sql).get_result(conn)?;
        if found == "off" {
            return Err(StoreError::Unsafe {
                setting,
                found,
                needed: "it on",
            });
        }
    }
    Ok(())
}

/// Begins a transaction that writes. On SQLite it takes the write lock at once: a deferred one fails when it finds
/// another writer, whatever the time-out.
pub(super) fn begin_write(conn: &mut Conn) -> QueryResult<()> {
    match conn {
        Conn::Sqlite(conn) => AnsiTransactionManager::begin_transaction_sql(conn, "BEGIN IMMEDIATE"),
        #[cfg(feature = "postgres")]
        Conn::Postgres(conn) => {
            AnsiTransactionManager::begin_transaction_sql(conn, "BEGIN ISOLATION LEVEL READ COMMITTED")
        }
    }
}

/// Begins a transaction that only reads, and sees one state of the database throughout.
pub(super) fn begin_read(conn: &mut Conn) -> QueryResult<()> {
    match conn {
        Conn::Sqlite(conn) => AnsiTransactionManager::begin_transaction_sql(conn, "BEGIN DEFERRED"),
        #[cfg(feature = "postgres")]
        Conn::Postgres(conn) => {
            AnsiTransactionManager::begin_transaction_sql(conn, "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
        }
    }
}

/// Runs the engine's own migrations inside the transaction that the caller has begun; two instances that start
/// together wait for each other.
pub(super) fn migrate(conn: &mut Conn) -> Result<(), StoreError> {
    match conn {
        Conn::Sqlite(conn) => {
            conn.setup()?;
            conn.run_pending_migrations(SQLITE_MIGRATIONS)
                .map_err(StoreError::Migrate)?;
        }
        #[cfg(feature = "postgres")]
        Conn::Postgres(conn) => {
            conn.batch_execute("SELECT pg_advisory_xact_lock(7236837)")?;
            conn.setup()?;
            conn.run_pending_migrations(POSTGRES_MIGRATIONS)
                .map_err(StoreError::Migrate)?;
        }
    }
    Ok(())
}
