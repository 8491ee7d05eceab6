//! The ledger of reminders: one row per person and due rule, so that none is missed and none goes out twice.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, Utc};
use diesel::prelude::*;

use super::error::exactly_one;
use super::schema::{digests, notices};
use super::{Reader, Stamp, StoreError, Tx, ids};
use crate::domain::person::PersonId;

/// A notice that is due to a person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewNotice {
    /// The request it is about.
    pub request_id: i64,
    /// The rule of the policy's schedule that asks for it.
    pub rule: String,
    /// The date of the deadline it speaks of: a new deadline makes a new notice.
    pub due_on: NaiveDate,
    /// Who gets it.
    pub person: PersonId,
}

/// A notice in the ledger.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notice {
    /// Its row.
    pub id: i64,
    /// The request it is about.
    pub request_id: i64,
    /// The rule that asked for it.
    pub rule: String,
    /// The date of the deadline it speaks of.
    pub due_on: NaiveDate,
    /// When it was made.
    pub made_at: DateTime<Utc>,
}

/// Whether a row of a ledger was written now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Recorded {
    /// It was not there, and is now.
    New,
    /// It was there.
    Before,
}

/// Records the notices that are not in the ledger yet, and returns the rows of these.
pub fn record(tx: &mut Tx<'_>, due: &[NewNotice], now: DateTime<Utc>) -> Result<Vec<i64>, StoreError> {
    let mut made = Vec::new();
    for notice in due {
        let there: i64 = notices::table
            .filter(notices::request_id.eq(notice.request_id))
            .filter(notices::rule.eq(&notice.rule))
            .filter(notices::due_on.eq(notice.due_on))
            .filter(notices::person.eq(notice.person.0))
            .count()
            .get_result(tx.conn)?;
        if there > 0 {
            continue;
        }
        let id = ids::take(tx, "notices", 1)?;
        diesel::insert_into(notices::table)
            .values((
                notices::id.eq(id),
                notices::request_id.eq(notice.request_id),
                notices::rule.eq(&notice.rule),
                notices::due_on.eq(notice.due_on),
                notices::person.eq(notice.person.0),
                notices::made_at.eq(Stamp::from(now)),
            ))
            .execute(tx.conn)?;
        made.push(id);
    }
    Ok(made)
}

/// The notices that no mail carries yet, by person, so that each person gets one mail with all of theirs.
pub fn pending(db: &mut Reader<'_>) -> Result<BTreeMap<PersonId, Vec<Notice>>, StoreError> {
    let rows: Vec<(i64, i64, i64, String, NaiveDate, Stamp)> = notices::table
        .filter(notices::outbox_id.is_null())
        .order((notices::person, notices::due_on, notices::id))
        .select((
            notices::person,
            notices::id,
            notices::request_id,
            notices::rule,
            notices::due_on,
            notices::made_at,
        ))
        .load(db.conn)?;
    let mut pending = BTreeMap::<_, Vec<_>>::new();
    for (person, id, request_id, rule, due_on, made_at) in rows {
        let notice = Notice {
            id,
            request_id,
            rule,
            due_on,
            made_at: made_at.into(),
        };
        pending.entry(PersonId(person)).or_default().push(notice);
    }
    Ok(pending)
}

/// Notes the mail that carries notices. [`StoreError::Conflict`] when another mail carries one of them already.
pub fn mark_mailed(tx: &mut Tx<'_>, ids: &[i64], outbox_id: i64) -> Result<(), StoreError> {
    for id in ids {
        let changed = diesel::update(notices::table.find(id).filter(notices::outbox_id.is_null()))
            .set(notices::outbox_id.eq(outbox_id))
            .execute(tx.conn)?;
        exactly_one(changed)?;
    }
    Ok(())
}

/// The notices about a request with their people, the oldest first.
pub fn of_request(db: &mut Reader<'_>, request_id: i64) -> Result<Vec<(PersonId, Notice)>, StoreError> {
    let rows: Vec<(i64, i64, String, NaiveDate, Stamp)> = notices::table
        .filter(notices::request_id.eq(request_id))
        .order(notices::id)
        .select((
            notices::person,
            notices::id,
            notices::rule,
            notices::due_on,
            notices::made_at,
        ))
        .load(db.conn)?;
    Ok(rows
        .into_iter()
        .map(|(person, id, rule, due_on, made_at)| {
            (
                PersonId(person),
                Notice {
                    id,
                    request_id,
                    rule,
                    due_on,
                    made_at: made_at.into(),
                },
            )
        })
        .collect())
}

/// Whether a person has had the digest of a day.
pub fn digest_made(db: &mut Reader<'_>, person: PersonId, day: NaiveDate) -> Result<Recorded, StoreError> {
    let there: i64 = digests::table.find((person.0, day)).count().get_result(db.conn)?;
    Ok(if there > 0 { Recorded::Before } else { Recorded::New })
}

/// Records the digest of a day. [`StoreError::Conflict`] when there was one: the mail of this one must not go.
pub fn record_digest(tx: &mut Tx<'_>, person: PersonId, day: NaiveDate, outbox_id: i64) -> Result<(), StoreError> {
    diesel::insert_into(digests::table)
        .values((
            digests::person.eq(person.0),
            digests::day.eq(day),
            digests::outbox_id.eq(outbox_id),
        ))
        .execute(tx.conn)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::testing::{instant, stores};

    fn notice(person: i64, rule: &str) -> NewNotice {
        NewNotice {
            request_id: 4,
            rule: rule.to_owned(),
            due_on: NaiveDate::from_ymd_opt(2026, 3, 20).unwrap(),
            person: PersonId(person),
        }
    }

    #[test]
    fn a_notice_is_made_once_per_person_rule_and_due_date() {
        for store in stores() {
            let nine = instant("2026-03-17T01:00:00Z");
            let due = [
                notice(1, "three-days"),
                notice(2, "three-days"),
                notice(1, "three-days"),
                notice(1, "today"),
            ];
            assert_eq!(store.write(|tx| record(tx, &due, nine)).unwrap(), [1, 2, 3]);
            assert!(store.write(|tx| record(tx, &due, nine)).unwrap().is_empty());
            let moved = NewNotice {
                due_on: NaiveDate::from_ymd_opt(2026, 4, 1).unwrap(),
                ..notice(1, "today")
            };
            assert_eq!(store.write(|tx| record(tx, &[moved], nine)).unwrap(), [4]);
        }
    }

    #[test]
    fn a_persons_notices_go_out_in_one_mail_and_only_in_one() {
        for store in stores() {
            let nine = instant("2026-03-17T01:00:00Z");
            let due = [notice(2, "three-days"), notice(1, "three-days"), notice(2, "today")];
            store.write(|tx| record(tx, &due, nine)).unwrap();
            let pending_ids = || {
                let pending = store.read(pending).unwrap();
                let ids = |notices: &Vec<Notice>| notices.iter().map(|notice| notice.id).collect::<Vec<_>>();
                pending
                    .iter()
                    .map(|(person, notices)| (person.0, ids(notices)))
                    .collect::<Vec<_>>()
            };
            assert_eq!(pending_ids(), [(1, vec![2]), (2, vec![1, 3])]);
            store.write(|tx| mark_mailed(tx, &[1, 3], 10)).unwrap();
            assert_eq!(pending_ids(), [(1, vec![2])]);
            assert!(matches!(
                store.write(|tx| mark_mailed(tx, &[2, 3], 11)),
                Err(StoreError::Conflict)
            ));
            assert_eq!(pending_ids(), [(1, vec![2])]);
        }
    }

    #[test]
    fn a_day_has_one_digest_per_person() {
        for store in stores() {
            let day = NaiveDate::from_ymd_opt(2026, 3, 17).unwrap();
            assert_eq!(
                store.read(|db| digest_made(db, PersonId(1), day)).unwrap(),
                Recorded::New
            );
            store.write(|tx| record_digest(tx, PersonId(1), day, 10)).unwrap();
            assert_eq!(
                store.read(|db| digest_made(db, PersonId(1), day)).unwrap(),
                Recorded::Before
            );
            assert!(matches!(
                store.write(|tx| record_digest(tx, PersonId(1), day, 11)),
                Err(StoreError::Conflict)
            ));
        }
    }
}
