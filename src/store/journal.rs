//! The append-only record: events are added and read, never changed.

use chrono::{DateTime, SecondsFormat, Utc};
use diesel::prelude::*;
use serde_json::{Value, json};

use super::canonical::{canonical, leaf};
use super::schema::events;
use super::{Reader, Stamp, StoreError, Tx};

/// The stream of the house: people, calendars, settings. Every other stream is a request's number.
pub const HOUSE: i64 = 0;

/// An event about to be appended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewEvent {
    /// What happened, in the past tense.
    pub kind: String,
    /// When; cut to microseconds.
    pub at: DateTime<Utc>,
    /// Who did it, as [`Actor`](crate::domain::person::Actor) is written.
    pub actor: String,
    /// The facts, without personal values.
    pub body: Value,
}

/// An event as it stands in the journal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredEvent {
    /// Its place in its stream, from 1 without gaps.
    pub seq: i64,
    /// What happened.
    pub kind: String,
    /// When.
    pub at: DateTime<Utc>,
    /// Who did it.
    pub actor: String,
    /// The facts.
    pub body: Value,
    /// The canonical bytes: `{actor, at, body, kind, seq, stream}`.
    pub bytes: Vec<u8>,
    /// The leaf hash of the bytes (RFC 9162).
    pub leaf: [u8; 32],
}

/// Appends events to a stream, numbered from `first_seq` on. A place that is taken is [`StoreError::Conflict`].
pub fn append(tx: &mut Tx<'_>, stream: i64, first_seq: i64, rows: &[NewEvent]) -> Result<(), StoreError> {
    for (seq, event) in (first_seq..).zip(rows) {
        let bytes = bytes_of(stream, seq, event)?;
        diesel::insert_into(events::table)
            .values((
                events::stream.eq(stream),
                events::seq.eq(seq),
                events::kind.eq(&event.kind),
                events::at.eq(Stamp::from(event.at)),
                events::actor.eq(&event.actor),
                events::leaf.eq(leaf(&bytes).as_slice()),
                events::bytes.eq(&bytes),
            ))
            .execute(tx.conn)?;
    }
    Ok(())
}

/// Appends to a stream at its end, whatever its length: for streams whose events do not depend on each other.
pub fn append_next(tx: &mut Tx<'_>, stream: i64, rows: &[NewEvent]) -> Result<(), StoreError> {
    let last: Option<i64> = events::table
        .filter(events::stream.eq(stream))
        .select(diesel::dsl::max(events::seq))
        .first(tx.conn)?;
    append(tx, stream, last.unwrap_or(0) + 1, rows)
}

/// A stream from its start, each event checked: its bytes against its leaf and against what the row says.
pub fn read(db: &mut Reader<'_>, stream: i64) -> Result<Vec<StoredEvent>, StoreError> {
    let rows: Vec<Row> = events::table
        .filter(events::stream.eq(stream))
        .order(events::seq)
        .select((
            events::seq,
            events::kind,
            events::at,
            events::actor,
            events::leaf,
            events::bytes,
        ))
        .load(db.conn)?;
    rows.into_iter()
        .zip(1..)
        .map(|(row, seq)| checked(stream, seq, row))
        .collect()
}

/// What happened in a stream after so many events, as words, in order.
pub fn kinds_after(db: &mut Reader<'_>, stream: i64, seq: i64) -> Result<Vec<String>, StoreError> {
    Ok(events::table
        .filter(events::stream.eq(stream))
        .filter(events::seq.gt(seq))
        .order(events::seq)
        .select(events::kind)
        .load(db.conn)?)
}

/// The streams after `after`, in order, at most `limit`.
pub fn streams(db: &mut Reader<'_>, after: i64, limit: i64) -> Result<Vec<i64>, StoreError> {
    Ok(events::table
        .filter(events::stream.gt(after))
        .select(events::stream)
        .distinct()
        .order(events::stream)
        .limit(limit)
        .load(db.conn)?)
}

type Row = (i64, String, Stamp, String, Vec<u8>, Vec<u8>);

fn bytes_of(stream: i64, seq: i64, event: &NewEvent) -> Result<Vec<u8>, StoreError> {
    let at = DateTime::<Utc>::from(Stamp::from(event.at)).to_rfc3339_opts(SecondsFormat::Micros, true);
    canonical(&json!({
        "stream": stream,
        "seq": seq,
        "at": at,
        "actor": event.actor,
        "kind": event.kind,
        "body": event.body,
    }))
}

fn checked(stream: i64, expected_seq: i64, row: Row) -> Result<StoredEvent, StoreError> {
    let (seq, kind, at, actor, stored_leaf, bytes) = row;
    let corrupt = |what: &str| StoreError::Corrupt(format!("event {stream}/{expected_seq}: {what}"));
    if seq != expected_seq {
        return Err(corrupt("it is missing"));
    }
    let leaf = leaf(&bytes);
    if stored_leaf != leaf {
        return Err(corrupt("its bytes do not have its leaf hash"));
    }
    let mut written: Value = serde_json::from_slice(&bytes).map_err(|_| corrupt("its bytes are not JSON"))?;
    let body = written
        .get_mut("body")
        .map(Value::take)
        .ok_or_else(|| corrupt("its bytes have no body"))?;
    let event = NewEvent {
        kind,
        at: at.into(),
        actor,
        body,
    };
    if bytes_of(stream, seq, &event)? != bytes {
        return Err(corrupt("its row does not say what its bytes say"));
    }
    let NewEvent { kind, at, actor, body } = event;
    Ok(StoredEvent {
        seq,
        kind,
        at,
        actor,
        body,
        bytes,
        leaf,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::testing::{instant, stores};

    fn opened() -> NewEvent {
        NewEvent {
            kind: "opened".to_owned(),
            at: instant("2026-03-02T01:02:03.123456Z"),
            actor: "mail".to_owned(),
            body: json!({"rights": ["access"]}),
        }
    }

    #[test]
    fn events_read_back_in_order_with_their_canonical_bytes() {
        for store in stores() {
            store.write(|tx| append(tx, 7, 1, &[opened(), opened()])).unwrap();
            store.write(|tx| append(tx, 7, 3, &[opened()])).unwrap();
            let events = store.read(|db| read(db, 7)).unwrap();
            assert_eq!(events.iter().map(|event| event.seq).collect::<Vec<_>>(), [1, 2, 3]);
            assert_eq!(events[1].body, opened().body);
            assert_eq!(events[1].at, opened().at);
            assert_eq!(
                String::from_utf8(events[1].bytes.clone()).unwrap(),
                r#"{"actor":"mail","at":"2026-03-02T01:02:03.123456Z","body":{"rights":["access"]},"kind":"opened","seq":2,"stream":7}"#
            );
        }
    }

    #[test]
    fn a_second_event_at_the_same_place_is_a_conflict_and_leaves_no_trace() {
        for store in stores() {
            store.write(|tx| append(tx, 7, 1, &[opened()])).unwrap();
            let again = store.write(|tx| append(tx, 8, 1, &[opened()]).and_then(|()| append(tx, 7, 1, &[opened()])));
            assert!(matches!(again, Err(StoreError::Conflict)));
            assert_eq!(store.read(|db| streams(db, 0, 10)).unwrap(), [7]);
        }
    }

    #[test]
    fn the_database_refuses_to_change_or_remove_an_event() {
        use diesel::connection::SimpleConnection;
        for store in stores() {
            store.write(|tx| append(tx, 7, 1, &[opened()])).unwrap();
            for statement in [
                "UPDATE events SET actor = 'clock'",
                "DELETE FROM events",
                "UPDATE events SET seq = 2 WHERE stream = 7",
            ] {
                let tried = store.write(|tx| Ok::<_, StoreError>(tx.conn.batch_execute(statement)?));
                assert!(matches!(tried, Err(StoreError::Query(_))), "{statement}");
            }
            assert_eq!(store.read(|db| read(db, 7)).unwrap().len(), 1);
        }
    }

    #[test]
    fn replacing_an_event_is_refused_where_the_engine_can_replace() {
        use diesel::connection::SimpleConnection;
        for store in stores() {
            store.write(|tx| append(tx, 7, 1, &[opened()])).unwrap();
            let replace = "REPLACE INTO events SELECT stream, seq, kind, at, 'clock', leaf, bytes FROM events";
            assert!(
                store
                    .write(|tx| Ok::<_, StoreError>(tx.conn.batch_execute(replace)?))
                    .is_err()
            );
            assert_eq!(store.read(|db| read(db, 7)).unwrap()[0].actor, "mail");
        }
    }

    #[test]
    fn an_event_that_was_changed_behind_the_database_is_found() {
        let event = opened();
        let bytes = bytes_of(7, 1, &event).unwrap();
        let row = |leaf_of: &[u8], actor: &str, seq: i64| -> Row {
            (
                seq,
                "opened".to_owned(),
                event.at.into(),
                actor.to_owned(),
                leaf(leaf_of).to_vec(),
                bytes.clone(),
            )
        };
        assert!(checked(7, 1, row(&bytes, "mail", 1)).is_ok());
        assert!(checked(7, 1, row(b"other", "mail", 1)).is_err());
        assert!(checked(7, 1, row(&bytes, "clock", 1)).is_err());
        assert!(checked(7, 1, row(&bytes, "mail", 2)).is_err());
        assert!(checked(8, 1, row(&bytes, "mail", 1)).is_err());
    }

    #[test]
    fn streams_are_listed_in_pages() {
        for store in stores() {
            for stream in [5, 2, 9, HOUSE] {
                store
                    .write(|tx| append_next(tx, stream, &[opened(), opened()]))
                    .unwrap();
            }
            assert_eq!(store.read(|db| streams(db, HOUSE, 2)).unwrap(), [2, 5]);
            assert_eq!(store.read(|db| streams(db, 5, 2)).unwrap(), [9]);
        }
    }
}
