//! The second factor on each database.

use super::*;
use crate::domain::authenticator::{RECOVERY_CODES, step_at};
use crate::store::people::{self, NewPerson};
use crate::store::schema::recovery_codes;
use crate::store::sessions;
use crate::store::testing::{TestStore, instant, stores};

fn nine() -> DateTime<Utc> {
    instant("2026-03-02T01:00:10Z")
}

const OFFICER: Role = Role::Officer;

/// Somebody with a second factor; the step before nine o'clock is used up by it.
fn mei(store: &TestStore) -> (PersonId, AuthenticatorKey, Vec<String>) {
    let new = NewPerson {
        name: "Mei",
        email: "mei@example.com",
        role: OFFICER,
        language: "en",
        manager: false,
    };
    let id = store.write(|tx| people::create(tx, &new, nine())).unwrap();
    let (key, codes) = sets_up(store, id);
    (id, key, codes)
}

fn sets_up(store: &TestStore, id: PersonId) -> (AuthenticatorKey, Vec<String>) {
    store
        .write::<_, StoreError>(|tx| {
            let key = offer(tx, id, nine())?;
            let codes = set_up(tx, (id, OFFICER), &key.code(step_at(nine()) - 1), nine())?;
            Ok((key, codes.unwrap().recovery_codes))
        })
        .unwrap()
}

fn tries(store: &TestStore, id: PersonId, code: &str, now: DateTime<Utc>) -> Try {
    store.write(|tx| check(tx, (id, OFFICER), code, now)).unwrap()
}

fn is_right(store: &TestStore, id: PersonId, code: &str, now: DateTime<Utc>) -> bool {
    matches!(tries(store, id, code, now), Try::Right(_))
}

#[test]
fn a_key_counts_only_once_a_code_of_it_was_given_in_time() {
    for store in stores() {
        let (id, old, _) = mei(&store);
        let new = store.write(|tx| offer(tx, id, nine())).unwrap();
        let step = step_at(nine());
        let confirms = |code: &str, now| store.write(|tx| set_up(tx, (id, OFFICER), code, now)).unwrap();
        assert!(confirms(&old.code(step), nine()).is_none(), "a code of the old key");
        let late = nine() + OFFERED_FOR;
        assert!(confirms(&new.code(step_at(late)), late).is_none(), "too late");
        assert!(
            is_right(&store, id, &old.code(step), nine()),
            "the old one still counts"
        );
        assert_eq!(
            confirms(&new.code(step), nine()).unwrap().recovery_codes.len(),
            RECOVERY_CODES
        );
        assert!(
            !is_right(&store, id, &old.code(step + 1), nine()),
            "the old one counts no more"
        );
        assert!(is_right(&store, id, &new.code(step + 1), nine()));
    }
}

#[test]
fn a_code_is_used_once_and_none_before_it_afterwards() {
    for store in stores() {
        let (id, key, _) = mei(&store);
        let step = step_at(nine());
        assert!(
            !is_right(&store, id, &key.code(step - 1), nine()),
            "the one it was set up with"
        );
        assert!(is_right(&store, id, &key.code(step + 1), nine()));
        assert!(!is_right(&store, id, &key.code(step + 1), nine()), "again");
        assert!(!is_right(&store, id, &key.code(step), nine()), "an earlier one");
        let later = nine() + TimeDelta::seconds(60);
        assert!(!is_right(&store, id, &key.code(step), later), "of a step that is over");
        assert!(is_right(&store, id, &key.code(step + 2), later));
    }
}

#[test]
fn of_two_who_give_the_same_code_at_the_same_moment_one_is_let_in() {
    for store in stores() {
        let (id, key, codes) = mei(&store);
        for code in [key.code(step_at(nine())), codes[0].clone()] {
            let right = std::thread::scope(|scope| {
                let both = [(), ()].map(|()| {
                    scope.spawn(|| match store.write(|tx| check(tx, (id, OFFICER), &code, nine())) {
                        Ok(Try::Right(_)) => 1,
                        // Whoever comes second is refused, or finds that the other wrote first.
                        Ok(Try::Wrong | Try::TooSoon) | Err(StoreError::Conflict) => 0,
                        other => panic!("{other:?}"),
                    })
                });
                both.map(|one| one.join().unwrap()).iter().sum::<i32>()
            });
            assert_eq!(right, 1, "{code}");
        }
    }
}

#[test]
fn a_recovery_code_helps_its_own_person_once() {
    for store in stores() {
        let (id, _, codes) = mei(&store);
        let tom = NewPerson {
            name: "Tom",
            email: "tom@example.com",
            role: Role::Reviewer,
            language: "en",
            manager: false,
        };
        let tom = store.write(|tx| people::create(tx, &tom, nine())).unwrap();
        sets_up(&store, tom);
        assert!(!is_right(&store, tom, &codes[0], nine()), "of somebody else");
        assert!(is_right(&store, id, &codes[0].to_uppercase(), nine()));
        assert!(!is_right(&store, id, &codes[0], nine()), "again");
        let left = store.read(|db| find(db, id)).unwrap().unwrap().recovery_codes;
        assert_eq!(left, 9);
        sets_up(&store, id);
        assert!(!is_right(&store, id, &codes[1], nine()), "of a key that was replaced");
    }
}

#[test]
fn guessing_codes_gets_slower_whoever_guesses_and_a_right_one_ends_that() {
    for store in stores() {
        let (id, key, codes) = mei(&store);
        let mut now = nine();
        for _ in 0..5 {
            assert!(matches!(tries(&store, id, "000000", now), Try::Wrong));
        }
        let right = key.code(step_at(now));
        assert!(
            matches!(tries(&store, id, &right, now), Try::TooSoon),
            "not even a right one"
        );
        now += TimeDelta::seconds(3);
        assert!(is_right(&store, id, &right, now));
        assert!(is_right(&store, id, &codes[3], now), "nothing is held against them");
    }
}

#[test]
fn no_key_and_no_recovery_code_can_be_read_in_the_database_nor_moved_to_another() {
    for store in stores() {
        let (id, key, codes) = mei(&store);
        let (sealed, digests): (Option<Vec<u8>>, Vec<Vec<u8>>) = store
            .read(|db| {
                Ok((
                    factors::table.find(id.0).select(factors::sealed).first(db.conn)?,
                    recovery_codes::table.select(recovery_codes::digest).load(db.conn)?,
                ))
            })
            .unwrap();
        let sealed = sealed.unwrap();
        assert!(!sealed.windows(KEY_BYTES).any(|part| part == key.bytes()));
        assert!(digests.iter().all(|digest| digest.len() == 32) && digests.len() == codes.len());
        let other = PersonId(id.0 + 1);
        assert!(matches!(
            store.read(|db| open(db, other, Place::Counts, &sealed)),
            Err(StoreError::Sealed { .. })
        ));
    }
}

#[test]
fn a_reset_takes_factor_codes_sessions_and_a_short_password() {
    for store in stores() {
        let (id, key, codes) = mei(&store);
        let now = nine();
        store.write(|tx| people::set_password(tx, id, "ten letters")).unwrap();
        let token = store.write(|tx| sessions::start(tx, id, now)).unwrap();
        let reset_now = || store.write(|tx| reset(tx, (id, OFFICER), "person:9", now)).unwrap();
        assert!(reset_now());
        assert!(store.read(|db| sessions::find(db, &token, now)).unwrap().is_none());
        for code in [key.code(step_at(now)), codes[0].clone()] {
            assert!(matches!(tries(&store, id, &code, now), Try::NotSetUp));
        }
        let known = store.read(|db| people::password_of(db, "mei@example.com")).unwrap();
        assert!(known.is_none(), "a short password cannot stand alone");
        assert!(!reset_now(), "there is none any more");
    }
}

#[test]
fn a_password_of_eight_characters_needs_a_second_factor_beside_it() {
    for store in stores() {
        let (id, ..) = mei(&store);
        let sets = |password: &str| store.write(|tx| people::set_password(tx, id, password)).is_ok();
        assert!(sets("8 or more") && !sets("seven c"));
        assert!(sets("fifteen letters at least"));
        store.write(|tx| reset(tx, (id, OFFICER), "person:9", nine())).unwrap();
        let known = store.read(|db| people::password_of(db, "mei@example.com")).unwrap();
        assert!(known.is_some(), "a long password stands alone");
        assert!(!sets("8 or more"));
    }
}

#[test]
fn a_session_is_fresh_for_a_quarter_of_an_hour_after_a_code() {
    for store in stores() {
        let (id, key, _) = mei(&store);
        let now = nine();
        let token = store.write(|tx| sessions::start(tx, id, now)).unwrap();
        let is_fresh = |at| store.read(|db| fresh(db, &token, at)).unwrap().is_some();
        assert!(!is_fresh(now));
        let Try::Right(checked) = tries(&store, id, &key.code(step_at(now)), now) else {
            panic!("the code is right");
        };
        store.write(|tx| note_in_session(tx, &token, &checked, now)).unwrap();
        assert!(is_fresh(now) && is_fresh(now + TimeDelta::minutes(14)));
        assert!(!is_fresh(now + TimeDelta::minutes(15)));
    }
}
