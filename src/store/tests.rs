//! What the store promises as a whole, on each engine.

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
