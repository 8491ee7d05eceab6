//! What a code is worth, on each database.

use std::sync::atomic::{AtomicUsize, Ordering};

use super::*;
use crate::store::Store;
use crate::store::testing::{instant, stores};

const ASKED: Asked<'static> = Asked {
    party: Party::Request(1),
    address: "li.na@example.org",
    purpose: Purpose::ConfirmAddress,
};

fn send(store: &Store, asked: &Asked<'_>, now: DateTime<Utc>) -> Code {
    match store.write(|tx| issue(tx, asked, now)).unwrap() {
        Issued::Code { code, .. } => code,
        Issued::TooMany { after } => panic!("no code before {after}"),
    }
}

fn is_right(store: &Store, asked: &Asked<'_>, typed: &str, now: DateTime<Utc>) -> bool {
    store.write(|tx| answer(tx, asked, typed, now)).unwrap().is_some()
}

/// Another code than this one.
fn wrong(code: &Code) -> &'static str {
    if code.digits() == "00000000" {
        "00000001"
    } else {
        "00000000"
    }
}

fn now() -> DateTime<Utc> {
    instant("2026-03-02T01:00:00Z")
}

#[test]
fn a_right_code_counts_once() {
    for store in stores() {
        let code = send(&store, &ASKED, now());
        assert!(is_right(&store, &ASKED, &code.grouped(), now() + TimeDelta::minutes(9)));
        assert!(!is_right(&store, &ASKED, code.digits(), now() + TimeDelta::minutes(9)));
    }
}

#[test]
fn a_code_is_worth_nothing_for_another_party_address_or_purpose() {
    for store in stores() {
        let code = send(&store, &ASKED, now());
        for other in [
            Asked {
                party: Party::Request(2),
                ..ASKED
            },
            Asked {
                party: Party::Key("1"),
                ..ASKED
            },
            Asked {
                address: "li.na@example.com",
                ..ASKED
            },
            Asked {
                purpose: Purpose::SignIn,
                ..ASKED
            },
        ] {
            assert!(!is_right(&store, &other, code.digits(), now()), "{other:?}");
        }
        let same = Asked {
            address: "Li.Na@Example.org",
            ..ASKED
        };
        assert!(is_right(&store, &same, code.digits(), now()));
    }
}

#[test]
fn a_sixth_try_never_counts() {
    for store in stores() {
        let code = send(&store, &ASKED, now());
        for _ in 0..5 {
            assert!(!is_right(&store, &ASKED, wrong(&code), now()));
        }
        assert!(!is_right(&store, &ASKED, code.digits(), now()));
        let second = send(&store, &ASKED, now());
        for _ in 0..4 {
            assert!(!is_right(&store, &ASKED, "not a code at all", now()));
        }
        assert!(is_right(&store, &ASKED, second.digits(), now()), "the fifth does");
    }
}

#[test]
fn an_old_code_and_one_that_a_newer_one_replaced_count_for_nothing() {
    for store in stores() {
        let first = send(&store, &ASKED, now());
        let second = send(&store, &ASKED, now());
        if first != second {
            assert!(!is_right(&store, &ASKED, first.digits(), now()));
        }
        assert!(!is_right(&store, &ASKED, second.digits(), now() + LASTS));
    }
}

#[test]
fn ten_codes_a_day_go_to_one_party_whatever_they_are_for() {
    for store in stores() {
        for number in 0..10 {
            let purpose = Purpose::ALL[number % 3];
            send(
                &store,
                &Asked { purpose, ..ASKED },
                now() + TimeDelta::hours(number as i64),
            );
        }
        let late = now() + TimeDelta::hours(23);
        let eleventh = store.write(|tx| issue(tx, &ASKED, late)).unwrap();
        assert_eq!(eleventh, Issued::TooMany { after: now() + DAY });
        send(
            &store,
            &Asked {
                party: Party::Request(2),
                ..ASKED
            },
            late,
        );
        send(&store, &ASKED, now() + DAY);
    }
}

#[test]
fn a_code_is_not_kept_in_clear_and_not_for_long() {
    for store in stores() {
        let code = send(&store, &ASKED, now());
        let kept: Vec<Vec<u8>> = store
            .read(|db| Ok(challenges::table.select(challenges::code).load(db.conn)?))
            .unwrap();
        assert_eq!(kept.len(), 1);
        assert!(!kept[0].windows(8).any(|bytes| bytes == code.digits().as_bytes()));
        let other = Asked {
            party: Party::Key("form"),
            ..ASKED
        };
        send(&store, &other, now() + TimeDelta::days(3));
        let rows: i64 = store
            .read(|db| Ok(challenges::table.count().get_result(db.conn)?))
            .unwrap();
        assert_eq!(rows, 1);
    }
}

#[test]
fn of_many_who_guess_at_once_only_five_are_heard_and_one_is_right() {
    for store in stores() {
        let code = send(&store, &ASKED, now());
        let right = AtomicUsize::new(0);
        std::thread::scope(|scope| {
            for _ in 0..8 {
                scope.spawn(|| {
                    if is_right(&store, &ASKED, code.digits(), now()) {
                        right.fetch_add(1, Ordering::Relaxed);
                    }
                });
            }
        });
        assert_eq!(right.load(Ordering::Relaxed), 1, "a code is used once");
        let second = send(&store, &ASKED, now());
        std::thread::scope(|scope| {
            for _ in 0..8 {
                scope.spawn(|| assert!(!is_right(&store, &ASKED, wrong(&second), now())));
            }
        });
        let tries: i32 = store
            .read(|db| {
                Ok(challenges::table
                    .order(challenges::id.desc())
                    .select(challenges::tries)
                    .first(db.conn)?)
            })
            .unwrap();
        assert_eq!(tries, 5, "each try is counted, and none beyond the fifth");
    }
}
