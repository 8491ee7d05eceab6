//! The second factors of the people in a story, set up as everybody sets up theirs.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use chrono::{DateTime, Utc};
use habeas::domain::authenticator::step_at;
use habeas::domain::person::{Actor, PersonId, Role};
use habeas::store::people::{self, NewPerson};
use habeas::store::second_factor::{self, Checked, SetUp, Try};
use habeas::store::{Store, StoreError};

/// The recovery codes that somebody has left. Of these several can be given at one instant, which a story often is.
pub type Codes = Arc<Mutex<Vec<String>>>;

/// The next code of somebody.
pub fn next(codes: &Codes) -> String {
    let next = codes.lock().unwrap().pop();
    next.expect("a person of a story gives ten codes at most")
}

/// What the people of a story keep beside their passwords.
#[derive(Default)]
pub struct Wallets(Mutex<BTreeMap<PersonId, Codes>>);

impl Wallets {
    /// The codes of somebody, who sets up a second factor at the first asking; their sessions end with it.
    pub fn of(&self, store: &Store, person: PersonId, role: Role, now: DateTime<Utc>) -> Codes {
        let mut all = self.0.lock().unwrap();
        let codes = all.entry(person).or_insert_with(|| {
            let set_up = sets_up(store, person, role, now);
            Arc::new(Mutex::new(set_up.recovery_codes))
        });
        Arc::clone(codes)
    }

    /// The check of somebody's second factor, for one step.
    pub fn checked(&self, store: &Store, actor: Actor, now: DateTime<Utc>) -> Checked {
        let Actor::Person { id, role } = actor else {
            panic!("{actor} has no second factor")
        };
        let code = next(&self.of(store, id, role, now));
        match store.write(|tx| second_factor::check(tx, (id, role), &code, now)) {
            Ok(Try::Right(checked)) => checked,
            other => panic!("{other:?}"),
        }
    }
}

/// Somebody sets up a second factor with the code of the step before, so that the present one is left. Whoever is known
/// to the story by number alone gets an account.
pub fn sets_up(store: &Store, person: PersonId, role: Role, now: DateTime<Utc>) -> SetUp {
    let set_up = store.write::<_, StoreError>(|tx| {
        while people::find(tx, person)?.is_none() {
            let email = format!("{}@people.example", rand::random::<u32>());
            let new = NewPerson {
                name: "Somebody",
                email: &email,
                role,
                language: "en",
                manager: false,
            };
            let added = people::create(tx, &new, now)?;
            assert!(added <= person, "there is a number that nobody gets");
        }
        let key = second_factor::offer(tx, person, now)?;
        second_factor::set_up(tx, (person, role), &key.code(step_at(now) - 1), now)
    });
    set_up.unwrap().expect("the code is right")
}
