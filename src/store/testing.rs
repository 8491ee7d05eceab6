//! Fresh, empty stores for tests: one on SQLite, and one on PostgreSQL when `HABEAS_TEST_POSTGRES` names a server.

use std::ops::Deref;
use std::path::PathBuf;

use chrono::{DateTime, Utc};

use super::{Store, Vault};

/// A store of its own that goes away with the test.
pub struct TestStore {
    store: Store,
    place: Place,
}

enum Place {
    Folder(PathBuf),
    #[cfg(feature = "postgres")]
    Schema {
        server: String,
        name: String,
    },
}

/// One fresh store on each engine that can be had. A test runs its whole body on each of them.
///
/// # Panics
/// When a store cannot be made: a test cannot go on without one.
pub fn stores() -> Vec<TestStore> {
    let mut stores = vec![on_sqlite()];
    stores.extend(on_postgres());
    stores
}

/// The instant that an RFC 3339 text names.
///
/// # Panics
/// When the text is not RFC 3339.
pub fn instant(text: &str) -> DateTime<Utc> {
    DateTime::parse_from_rfc3339(text)
        .unwrap_or_else(|error| panic!("{text}: {error}"))
        .to_utc()
}

impl Deref for TestStore {
    type Target = Store;

    fn deref(&self) -> &Store {
        &self.store
    }
}

impl Drop for TestStore {
    fn drop(&mut self) {
        match &self.place {
            Place::Folder(folder) => {
                let _left_for_the_system_to_clean = std::fs::remove_dir_all(folder);
            }
            #[cfg(feature = "postgres")]
            Place::Schema { server, name } => run_on_server(server, &format!("DROP SCHEMA {name} CASCADE")),
        }
    }
}

fn vault() -> Vault {
    Vault::from_bytes(&[42; 32])
}

fn fresh_name() -> String {
    format!("habeas_test_{:016x}", rand::random::<u64>())
}

fn on_sqlite() -> TestStore {
    let folder = std::env::temp_dir().join(fresh_name());
    std::fs::create_dir(&folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    let url = format!("sqlite://{}", folder.join("habeas.db").display());
    TestStore {
        store: open(&url),
        place: Place::Folder(folder),
    }
}

#[cfg(not(feature = "postgres"))]
fn on_postgres() -> Option<TestStore> {
    None
}

#[cfg(feature = "postgres")]
fn on_postgres() -> Option<TestStore> {
    let server = std::env::var("HABEAS_TEST_POSTGRES").ok()?;
    let name = fresh_name();
    run_on_server(&server, &format!("CREATE SCHEMA {name}"));
    let joint = if server.contains('?') { '&' } else { '?' };
    let url = format!("{server}{joint}options=-csearch_path%3D{name}");
    Some(TestStore {
        store: open(&url),
        place: Place::Schema { server, name },
    })
}

#[cfg(feature = "postgres")]
fn run_on_server(server: &str, statement: &str) {
    use diesel::connection::{Connection, SimpleConnection};
    let done = diesel::PgConnection::establish(server)
        .map_err(|error| error.to_string())
        .and_then(|mut conn| conn.batch_execute(statement).map_err(|error| error.to_string()));
    if let Err(error) = done {
        eprintln!("{statement}: {error}");
    }
}

fn open(url: &str) -> Store {
    Store::open(url, vault()).unwrap_or_else(|error| panic!("{url}: {error:?}"))
}
