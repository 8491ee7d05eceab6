//! The way of a mail out of the house, told on each engine.

use chrono::{DateTime, TimeDelta, Utc};

use super::*;
use crate::store::Store;
use crate::store::marks;
use crate::store::testing::{instant, stores};
use crate::store::vault::keys;

const LEASE: TimeDelta = TimeDelta::minutes(2);

fn nine() -> DateTime<Utc> {
    instant("2026-03-02T09:00:00Z")
}

fn queued(store: &Store, message_id: &str) -> i64 {
    let mail = NewMail {
        request_id: Some(4),
        key_id: keys::HOUSE_KEY,
        occasion: "acknowledgement",
        message_id,
        token: Some(marks::token(store.vault(), message_id)),
        recipient: "Mei@example.org",
        raw: b"Subject: Hello\r\n\r\n",
        automatic: true,
        leave: Leave::At(nine()),
    };
    store.write(|tx| enqueue(tx, &mail, nine())).unwrap()
}

fn leased(store: &Store, owner: &str, at: DateTime<Utc>) -> Vec<Leased> {
    store.write(|tx| lease(tx, owner, at, LEASE, 10)).unwrap()
}

fn settled(store: &Store, id: i64, owner: &str, attempt: Attempt) -> Result<(), StoreError> {
    store.write(|tx| settle(tx, id, owner, &attempt, nine()))
}

fn sent() -> Attempt {
    Attempt::Sent {
        reply: "250 2.0.0 OK".to_owned(),
    }
}

#[test]
fn a_queued_mail_is_leased_to_one_sender_and_ends_as_sent() {
    for store in stores() {
        let id = queued(&store, "1@example.com");
        let mail = leased(&store, "a", nine()).remove(0);
        assert_eq!((mail.id, mail.attempts, mail.past), (id, 1, Past::Clear));
        let content = mail.content.unwrap();
        assert_eq!(
            (content.recipient.as_str(), content.raw.as_slice()),
            ("Mei@example.org", &b"Subject: Hello\r\n\r\n"[..])
        );
        assert_eq!(leased(&store, "b", nine()), []);
        settled(&store, id, "a", sent()).unwrap();
        assert_eq!(leased(&store, "b", nine() + TimeDelta::days(1)), []);
        let shown = store.read(|db| of_request(db, 4)).unwrap().remove(0);
        assert_eq!(
            (shown.state, shown.reply.as_deref()),
            (State::Sent, Some("250 2.0.0 OK"))
        );
    }
}

#[test]
fn nothing_is_leased_before_it_is_due_and_a_refused_mail_waits_for_its_next_attempt() {
    for store in stores() {
        let id = queued(&store, "1@example.com");
        assert_eq!(leased(&store, "a", nine() - TimeDelta::seconds(1)), []);
        leased(&store, "a", nine());
        let later = nine() + TimeDelta::minutes(5);
        let refused = Attempt::Temporary {
            reply: "451 later".to_owned(),
            next_attempt_at: later,
        };
        settled(&store, id, "a", refused).unwrap();
        assert_eq!(leased(&store, "a", later - TimeDelta::seconds(1)), []);
        let again = leased(&store, "a", later).remove(0);
        assert_eq!((again.attempts, again.past), (2, Past::Clear));
    }
}

#[test]
fn a_lease_that_ran_out_goes_to_another_sender_who_is_told_so() {
    for store in stores() {
        let id = queued(&store, "1@example.com");
        leased(&store, "frozen", nine());
        let taken = leased(&store, "awake", nine() + LEASE).remove(0);
        assert_eq!((taken.id, taken.past), (id, Past::Lapsed));
        assert!(matches!(
            settled(&store, id, "frozen", sent()),
            Err(StoreError::Conflict)
        ));
        settled(&store, id, "awake", sent()).unwrap();
    }
}

#[test]
fn senders_at_once_never_lease_the_same_mail() {
    for store in stores() {
        for number in 0..20 {
            queued(&store, &format!("{number}@example.com"));
        }
        let mut taken = std::thread::scope(|scope| {
            let senders: Vec<_> = ["a", "b", "c"]
                .map(|owner| {
                    let store = store.clone();
                    scope.spawn(move || {
                        let once = || store.write(|tx| lease(tx, owner, nine(), LEASE, 3));
                        (0..10)
                            .flat_map(|_| once().unwrap())
                            .map(|mail| mail.id)
                            .collect::<Vec<_>>()
                    })
                })
                .into();
            senders
                .into_iter()
                .flat_map(|sender| sender.join().unwrap())
                .collect::<Vec<_>>()
        });
        let all = taken.len();
        taken.sort_unstable();
        taken.dedup();
        assert_eq!(all, taken.len());
        assert_eq!(leased(&store, "d", nine()).len() + all, 20);
    }
}

#[test]
fn an_accepted_mail_that_comes_back_has_failed_and_can_be_sent_again() {
    for store in stores() {
        let id = queued(&store, "1@example.com");
        leased(&store, "a", nine());
        let reported = || {
            store
                .write(|tx| report(tx, id, State::Failed, "550 no such user", nine()))
                .unwrap()
        };
        assert_eq!(reported(), Reported::Known, "while it is being sent");
        settled(&store, id, "a", sent()).unwrap();
        assert_eq!(reported(), Reported::News);
        assert_eq!(reported(), Reported::Known, "told again");
        assert_eq!(store.read(|db| find(db, id)).unwrap().unwrap().state, State::Failed);
        store.write(|tx| requeue(tx, id, nine())).unwrap();
        let again = leased(&store, "a", nine()).remove(0);
        assert_eq!(again.message_id, "1@example.com");
    }
}

#[test]
fn an_uncertain_end_is_kept_as_uncertain() {
    for store in stores() {
        let id = queued(&store, "1@example.com");
        leased(&store, "a", nine());
        settled(
            &store,
            id,
            "a",
            Attempt::Unknown {
                reply: "connection lost".to_owned(),
            },
        )
        .unwrap();
        let counts = store.read(counts).unwrap();
        assert_eq!(
            counts.iter().find(|(state, _)| *state == State::Unknown),
            Some(&(State::Unknown, 1))
        );
        assert_eq!(store.read(|db| in_state(db, State::Unknown, 5)).unwrap()[0].id, id);
    }
}

#[test]
fn a_mail_is_found_by_its_token_and_its_message_id() {
    for store in stores() {
        let id = queued(&store, "1@example.com");
        queued(&store, "2@example.com");
        let token = marks::token(store.vault(), "1@example.com");
        assert_eq!(store.read(|db| find_by_token(db, &token)).unwrap().unwrap().id, id);
        assert_eq!(
            store
                .read(|db| find_by_message_id(db, "1@example.com"))
                .unwrap()
                .unwrap()
                .id,
            id
        );
        assert_eq!(store.read(|db| find_by_token(db, &[0; 32])).unwrap(), None);
    }
}

#[test]
fn a_message_id_is_used_once() {
    for store in stores() {
        queued(&store, "1@example.com");
        let mail = NewMail {
            request_id: None,
            key_id: keys::HOUSE_KEY,
            occasion: "digest",
            message_id: "1@example.com",
            token: None,
            recipient: "a@example.com",
            raw: b"",
            automatic: true,
            leave: Leave::At(nine()),
        };
        assert!(matches!(
            store.write(|tx| enqueue(tx, &mail, nine())),
            Err(StoreError::Conflict)
        ));
    }
}

#[test]
fn automatic_mail_is_counted_by_address_whatever_its_letter_case() {
    for store in stores() {
        queued(&store, "1@example.com");
        queued(&store, "2@example.com");
        let since = |address, at| store.read(|db| automatic_since(db, address, at)).unwrap();
        assert_eq!(since(Some("mei@EXAMPLE.org"), nine()), 2);
        assert_eq!(since(Some("mei@example.org"), nine() + TimeDelta::seconds(1)), 0);
        assert_eq!(since(Some("other@example.org"), nine()), 0);
        assert_eq!(since(None, nine()), 2);
    }
}

#[test]
fn a_mail_that_waits_for_a_person_leaves_when_one_lets_it_go_and_counts_from_then() {
    for store in stores() {
        let mail = NewMail {
            request_id: Some(4),
            key_id: keys::HOUSE_KEY,
            occasion: "acknowledgement",
            message_id: "1@example.com",
            token: None,
            recipient: "mei@example.org",
            raw: b"",
            automatic: true,
            leave: Leave::WhenReleased("in-all"),
        };
        let id = store.write(|tx| enqueue(tx, &mail, nine())).unwrap();
        let later = nine() + TimeDelta::hours(3);
        let counted = || store.read(|db| automatic_since(db, None, nine())).unwrap();
        assert_eq!(leased(&store, "a", later), []);
        assert_eq!(counted(), 0);
        store.write(|tx| requeue(tx, id, later)).unwrap();
        assert_eq!(counted(), 1);
        assert_eq!(leased(&store, "a", later)[0].id, id);
        assert!(matches!(
            store.write(|tx| requeue(tx, id, later)),
            Err(StoreError::Conflict)
        ));
    }
}

#[test]
fn a_mail_whose_key_was_destroyed_has_nothing_to_send() {
    for store in stores() {
        let key_id = store.write(|tx| keys::make(tx).map(|(id, _)| id)).unwrap();
        let mail = NewMail {
            request_id: Some(4),
            key_id,
            occasion: "answer",
            message_id: "1@example.com",
            token: None,
            recipient: "mei@example.org",
            raw: b"secret",
            automatic: false,
            leave: Leave::At(nine()),
        };
        store.write(|tx| enqueue(tx, &mail, nine())).unwrap();
        store.write(|tx| keys::destroy(tx, key_id, nine())).unwrap();
        assert_eq!(leased(&store, "a", nine())[0].content, None);
        assert_eq!(store.read(|db| of_request(db, 4)).unwrap()[0].recipient, None);
    }
}

#[test]
fn every_state_reads_back_from_its_word() {
    for state in State::ALL {
        assert_eq!(State::stored(state.as_str()).unwrap(), state);
    }
    assert!(State::stored("lost").is_err());
}
