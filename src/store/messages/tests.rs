//! The life of a message, told on each engine.

use chrono::{DateTime, TimeDelta, Utc};
use diesel::prelude::*;
use serde_json::json;

use super::*;
use crate::domain::message::Characters;
use crate::store::schema::messages;
use crate::store::testing::{instant, stores};
use crate::store::vault::keys;
use crate::store::{Store, marks};

const INBOX: &str = "imap:privacy@example.org/INBOX/1";
const RENUMBERED: &str = "imap:privacy@example.org/INBOX/2";
const MINUTE: TimeDelta = TimeDelta::minutes(1);

fn nine() -> DateTime<Utc> {
    instant("2026-03-02T09:00:00Z")
}

fn mail<'a>(grp: &'a str, no: i64, raw: &'a [u8]) -> NewMessage<'a> {
    NewMessage {
        grp,
        no,
        place: "INBOX",
        received_at: instant("2026-03-02T08:59:00Z"),
        stated_at: None,
        raw,
        whole_size: None,
    }
}

fn keep_all(store: &Store, mails: &[NewMessage<'_>]) -> Vec<Kept> {
    store.write(|tx| keep(tx, mails, nine())).unwrap()
}

fn numbers(store: &Store) -> Vec<i64> {
    store.read(|db| taken(db, INBOX)).unwrap().into_keys().collect()
}

fn kept_one(store: &Store, no: i64, raw: &[u8]) -> i64 {
    keep_all(store, &[mail(INBOX, no, raw)])[0].id
}

fn standing(outcome: Outcome, request_id: Option<i64>) -> Standing {
    Standing {
        outcome,
        why: "test".to_owned(),
        request_id,
        duplicate_of: None,
        held: false,
    }
}

fn settled(outcome: Outcome, request_id: Option<i64>) -> Settled {
    Settled {
        standing: standing(outcome, request_id),
        marks: Marks::default(),
        card: Some(Card {
            name: "李梅".into(),
            address: "mei@example.org".into(),
            subject: "Access".into(),
        }),
        reading: Some(json!({"rights": ["access"]})),
        characters: Characters::Uncertain,
    }
}

#[test]
fn raw_bytes_come_back_bit_for_bit_and_stand_sealed() {
    for store in stores() {
        let bytes: Vec<u8> = (0..=255).chain([0, b'\r', b'\n', b'\r', b'\n', b'\n', 0xff]).collect();
        let id = kept_one(&store, 1, &bytes);
        assert_eq!(store.read(|db| raw(db, id)).unwrap(), bytes);
        let stored: Vec<u8> = store
            .read(|db| Ok(messages::table.find(id).select(messages::raw).first(db.conn)?))
            .unwrap();
        assert!(
            !stored
                .windows(16)
                .any(|window| bytes.windows(16).any(|clear| clear == window))
        );
    }
}

#[test]
fn a_mail_seen_twice_at_one_place_is_stored_once() {
    for store in stores() {
        let first = keep_all(
            &store,
            &[mail(INBOX, 1, b"a"), mail(INBOX, 1, b"a"), mail(INBOX, 2, b"b")],
        );
        assert_eq!(first[0].sighting, Sighting::New);
        assert_eq!(
            first[1],
            Kept {
                id: first[0].id,
                sighting: Sighting::AlreadySighted
            }
        );
        assert_eq!(first[2].sighting, Sighting::New);
        let again = keep_all(&store, &[mail(INBOX, 2, b"b")]);
        assert_eq!(
            again,
            [Kept {
                id: first[2].id,
                sighting: Sighting::AlreadySighted
            }]
        );
        assert_eq!(numbers(&store), [1, 2]);
    }
}

#[test]
fn two_intakes_on_one_mailbox_give_no_duplicate_and_no_gap() {
    for store in stores() {
        let intake = |store: Store| {
            for no in 1..=30 {
                let one = || store.write(|tx| keep(tx, &[mail(INBOX, no, b"a")], nine()));
                while let Err(error) = one() {
                    assert!(matches!(error, StoreError::Conflict), "{error:?}");
                }
            }
        };
        std::thread::scope(|scope| {
            for _ in 0..2 {
                scope.spawn(|| intake(store.clone()));
            }
        });
        assert_eq!(numbers(&store), (1..=30).collect::<Vec<_>>());
        assert_eq!(store.read(balance).unwrap()[0], (Outcome::Kept, 30));
    }
}

#[test]
fn a_renumbered_folder_gives_sightings_and_no_new_messages() {
    for store in stores() {
        // The same mail twice in one folder is two messages, before and after.
        let first = keep_all(
            &store,
            &[mail(INBOX, 1, b"a"), mail(INBOX, 2, b"a"), mail(INBOX, 3, b"b")],
        );
        assert!(first.iter().all(|kept| kept.sighting == Sighting::New));
        let again = keep_all(
            &store,
            &[
                mail(RENUMBERED, 7, b"b"),
                mail(RENUMBERED, 8, b"a"),
                mail(RENUMBERED, 9, b"a"),
                mail(RENUMBERED, 10, b"a"),
            ],
        );
        let seen = |id: i64| Kept {
            id,
            sighting: Sighting::SightedAgain,
        };
        assert_eq!(again[..3], [seen(first[2].id), seen(first[0].id), seen(first[1].id)]);
        assert_eq!(again[3].sighting, Sighting::New);
    }
}

#[test]
fn equal_bytes_at_another_time_or_in_another_account_are_another_message() {
    for store in stores() {
        kept_one(&store, 1, b"a");
        let later = NewMessage {
            received_at: nine(),
            ..mail(RENUMBERED, 1, b"a")
        };
        let account = mail("imap:other@example.org/INBOX/1", 1, b"a");
        let file = mail("file:/var/mail/x", 1, b"a");
        assert!(
            keep_all(&store, &[later, account, file])
                .iter()
                .all(|kept| kept.sighting == Sighting::New)
        );
    }
}

#[test]
fn a_mail_that_moved_within_its_account_is_sighted_again() {
    for store in stores() {
        let (first, second) = (kept_one(&store, 1, b"a"), kept_one(&store, 2, b"a"));
        let moved = "imap:privacy@example.org/Done/2026/9";
        let again = keep_all(
            &store,
            &[mail(moved, 1, b"a"), mail(moved, 2, b"a"), mail(moved, 3, b"a")],
        );
        let ids: Vec<(i64, Sighting)> = again.iter().map(|kept| (kept.id, kept.sighting)).collect();
        assert_eq!(
            ids[..2],
            [(first, Sighting::SightedAgain), (second, Sighting::SightedAgain)]
        );
        assert_eq!(ids[2].1, Sighting::New, "a third equal mail is a third message");
    }
}

#[test]
fn a_number_given_away_a_second_time_is_another_message_and_the_first_one_stays() {
    for store in stores() {
        let first = kept_one(&store, 7, b"before the mailbox was restored");
        let later = NewMessage {
            received_at: nine(),
            ..mail(INBOX, 7, b"after")
        };
        let second = keep_all(&store, &[later])[0];
        assert_eq!(second.sighting, Sighting::New);
        assert_ne!(second.id, first);
        let told = store.read(|db| taken(db, INBOX)).unwrap();
        let stated: Vec<_> = told.iter().map(|(no, taken)| (*no, taken.stated_at)).collect();
        assert_eq!(stated, [(7, nine())], "the number now stands for the later mail");
        assert_eq!(
            store.read(|db| raw(db, first)).unwrap(),
            b"before the mailbox was restored"
        );
        assert_eq!(keep_all(&store, &[later])[0].sighting, Sighting::AlreadySighted);
    }
}

#[test]
fn what_is_odd_about_a_message_is_kept_beside_it() {
    for store in stores() {
        let stated = instant("2999-01-01T00:00:00Z");
        let odd = NewMessage {
            stated_at: Some(stated),
            whole_size: Some(60_000_000),
            ..mail(INBOX, 1, b"Subject: a\r\n\r\n")
        };
        let other_size = NewMessage {
            whole_size: Some(60_000_001),
            ..odd
        };
        let id = keep_all(&store, &[odd])[0].id;
        let oddity = Oddity {
            whole_size: Some(60_000_000),
            stated_at: Some(stated),
        };
        assert_eq!(store.read(|db| find(db, id)).unwrap().unwrap().oddity, oddity);
        let claimed = store.write(|tx| claim(tx, Wanted::Ids(&[id]), nine(), MINUTE)).unwrap();
        assert_eq!(claimed[0].oddity, oddity);
        let known = Taken {
            stated_at: stated,
            whole_size: Some(60_000_000),
        };
        assert_eq!(store.read(|db| taken(db, INBOX)).unwrap(), [(1, known)].into());
        let renumbered = NewMessage {
            grp: RENUMBERED,
            received_at: nine(),
            ..odd
        };
        let again = keep_all(
            &store,
            &[
                renumbered,
                NewMessage {
                    no: 2,
                    grp: RENUMBERED,
                    ..other_size
                },
            ],
        );
        assert_eq!((again[0].id, again[0].sighting), (id, Sighting::SightedAgain));
        assert_eq!(
            again[1].sighting,
            Sighting::New,
            "equal headers of another size are another message"
        );
    }
}

#[test]
fn a_claimed_mail_is_not_handed_out_again_before_its_lease_ends() {
    for store in stores() {
        let id = kept_one(&store, 1, b"a");
        let claim_at = |at| store.write(|tx| claim(tx, Wanted::Oldest(10), at, MINUTE)).unwrap();
        let claimed = claim_at(nine());
        assert_eq!(
            (claimed[0].id, claimed[0].health, claimed[0].size),
            (id, Health::Sound, 1)
        );
        assert_eq!(claim_at(nine() + TimeDelta::seconds(59)), []);
        assert_eq!(claim_at(nine() + MINUTE).len(), 1);
    }
}

#[test]
fn a_mail_whose_reading_never_ended_three_times_is_poison() {
    for store in stores() {
        let id = kept_one(&store, 1, b"a");
        let claim_at = |minute| {
            let at = nine() + TimeDelta::minutes(minute);
            store.write(|tx| claim(tx, Wanted::Ids(&[id]), at, MINUTE)).unwrap()[0].health
        };
        let healths: Vec<Health> = (0..5).map(claim_at).collect();
        assert_eq!(
            healths,
            [
                Health::Sound,
                Health::Sound,
                Health::Sound,
                Health::Poisoned,
                Health::Poisoned
            ]
        );
    }
}

#[test]
fn a_mail_that_brings_the_reader_down_takes_no_other_with_it() {
    for store in stores() {
        let ids: Vec<i64> = (1..=3).map(|no| kept_one(&store, no, &[no as u8])).collect();
        let claim_at = |minutes| {
            let at = nine() + TimeDelta::minutes(minutes);
            let claimed = store.write(|tx| claim(tx, Wanted::Oldest(10), at, MINUTE)).unwrap();
            claimed.iter().map(|claimed| claimed.id).collect::<Vec<_>>()
        };
        assert_eq!(claim_at(0), ids, "read together, and the second ends the program");
        assert_eq!(claim_at(1), [ids[0]]);
        store
            .write(|tx| settle(tx, ids[0], &settled(Outcome::SetAside, None)))
            .unwrap();
        assert_eq!(claim_at(2), [ids[1]], "it ends the program again");
        assert_eq!(
            claim_at(3),
            [ids[2]],
            "the next one is read before it is tried a third time"
        );
    }
}

#[test]
fn a_message_is_settled_once_and_then_changed_only_from_where_it_stands() {
    for store in stores() {
        let id = kept_one(&store, 1, b"a");
        store
            .write(|tx| settle(tx, id, &settled(Outcome::Quarantined, None)))
            .unwrap();
        let again = store.write(|tx| settle(tx, id, &settled(Outcome::Opened, Some(1))));
        assert!(matches!(again, Err(StoreError::Conflict)));
        let wrong = store.write(|tx| change(tx, id, Outcome::SetAside, &standing(Outcome::Opened, Some(1))));
        assert!(matches!(wrong, Err(StoreError::Conflict)));
        store
            .write(|tx| change(tx, id, Outcome::Quarantined, &standing(Outcome::Opened, Some(1))))
            .unwrap();
        let listed = store.read(|db| of_request(db, 1)).unwrap();
        assert_eq!(listed[0].outcome, Outcome::Opened);
        assert_eq!(listed[0].card, settled(Outcome::Opened, None).card);
        assert_eq!(
            store.read(|db| reading(db, id)).unwrap(),
            Some(json!({"rights": ["access"]}))
        );
        assert_eq!(
            store.write(|tx| claim(tx, Wanted::Oldest(10), nine(), MINUTE)).unwrap(),
            []
        );
    }
}

#[test]
fn a_message_that_joins_is_sealed_under_the_requests_key_and_its_own_goes() {
    for store in stores() {
        let id = kept_one(&store, 1, b"hello");
        let (old, new) = store
            .write::<_, StoreError>(|tx| {
                settle(tx, id, &settled(Outcome::Joined, Some(1)))?;
                let (request_key, _) = keys::make(tx)?;
                let old = key_of(tx, id)?;
                rekey(tx, id, request_key)?;
                Ok((old, request_key))
            })
            .unwrap();
        assert_eq!(store.read(|db| key_of(db, id)).unwrap(), new);
        assert!(matches!(
            store.read(|db| keys::find(db, old).map(drop)),
            Err(StoreError::Missing { .. })
        ));
        assert_eq!(store.read(|db| raw(db, id)).unwrap(), b"hello");
        assert_eq!(
            store.read(|db| find(db, id)).unwrap().unwrap().card,
            settled(Outcome::Joined, None).card
        );

        store.write(|tx| keys::destroy(tx, new, nine())).unwrap();
        assert!(matches!(store.read(|db| raw(db, id)), Err(StoreError::Erased(_))));
        assert_eq!(store.read(|db| find(db, id)).unwrap().unwrap().card, None);
    }
}

#[test]
fn raw_bytes_moved_to_another_message_do_not_open() {
    for store in stores() {
        let (first, second) = (kept_one(&store, 1, b"a"), kept_one(&store, 2, b"b"));
        store
            .write::<_, StoreError>(|tx| {
                let (key_id, sealed): (i64, Vec<u8>) = messages::table
                    .find(first)
                    .select((messages::key_id, messages::raw))
                    .first(tx.conn)?;
                diesel::update(messages::table.find(second))
                    .set((messages::key_id.eq(key_id), messages::raw.eq(sealed)))
                    .execute(tx.conn)?;
                Ok(())
            })
            .unwrap();
        assert!(matches!(
            store.read(|db| raw(db, second)),
            Err(StoreError::Sealed { .. })
        ));
    }
}

#[test]
fn messages_are_found_by_what_they_share() {
    for store in stores() {
        let vault = store.vault();
        let marks = Marks {
            mid: Some(marks::message_id(vault, "1@example.org")),
            sender: Some(marks::address(vault, "mei@example.org")),
            fingerprint: Some(marks::fingerprint(
                vault,
                "1@example.org",
                "mei@example.org",
                "access",
                "hello",
            )),
            thread: Some(marks::thread(vault, "mei@example.org", "access")),
        };
        let id = kept_one(&store, 1, b"a");
        kept_one(&store, 2, b"other");
        store
            .write(|tx| {
                settle(
                    tx,
                    id,
                    &Settled {
                        marks,
                        ..settled(Outcome::Opened, Some(4))
                    },
                )
            })
            .unwrap();
        let (thread, sender) = (marks.thread.unwrap(), marks.sender.unwrap());
        for look in [
            Look::Digest(&marks::raw(vault, b"a")),
            Look::Fingerprint(&marks.fingerprint.unwrap()),
            Look::MessageId(&marks.mid.unwrap()),
            Look::Thread {
                thread: &thread,
                sender: &sender,
            },
        ] {
            let found = store.read(|db| look_up(db, look)).unwrap();
            assert_eq!(
                found
                    .iter()
                    .map(|found| (found.id, found.request_id))
                    .collect::<Vec<_>>(),
                [(id, Some(4))]
            );
        }
        let stranger = marks::address(vault, "other@example.org");
        assert_eq!(
            store
                .read(|db| look_up(
                    db,
                    Look::Thread {
                        thread: &thread,
                        sender: &stranger
                    }
                ))
                .unwrap(),
            []
        );
    }
}

#[test]
fn pages_of_a_list_do_not_shift_when_mail_arrives() {
    for store in stores() {
        for no in 1..=5 {
            kept_one(&store, no, b"same instant");
        }
        let page = |after| {
            store
                .read(|db| list(db, Some(Group::Of(Outcome::Kept)), after, 2))
                .unwrap()
        };
        let ids = |page: &[Listed]| page.iter().map(|listed| listed.id).collect::<Vec<_>>();
        let cursor = |page: &[Listed]| {
            page.last().map(|last| Cursor {
                received_at: last.received_at,
                id: last.id,
            })
        };
        let first = page(None);
        assert_eq!(ids(&first), [5, 4]);
        kept_one(&store, 6, b"new");
        let second = page(cursor(&first));
        assert_eq!(ids(&second), [3, 2]);
        assert_eq!(ids(&page(cursor(&second))), [1]);
        assert_eq!(
            store
                .read(|db| list(db, Some(Group::Of(Outcome::Joined)), None, 2))
                .unwrap(),
            []
        );
    }
}

#[test]
fn the_balance_counts_every_message_once() {
    for store in stores() {
        let ids: Vec<i64> = (1..=4).map(|no| kept_one(&store, no, b"a")).collect();
        store
            .write(|tx| settle(tx, ids[0], &settled(Outcome::Opened, Some(1))))
            .unwrap();
        store
            .write(|tx| settle(tx, ids[1], &settled(Outcome::Duplicate, None)))
            .unwrap();
        let balance = store.read(balance).unwrap();
        let counts: Vec<i64> = balance.iter().map(|(_, count)| *count).collect();
        assert_eq!(counts, [2, 1, 0, 0, 1, 0]);
    }
}

#[test]
fn every_outcome_reads_back_from_its_word() {
    for outcome in Outcome::ALL {
        assert_eq!(Outcome::stored(outcome.as_str()).unwrap(), outcome);
    }
    assert!(Outcome::stored("lost").is_err());
}
