//! A house for one story: a fresh store, a clock that the story turns, mail that is only looked at.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use chrono::{DateTime, TimeDelta, Utc};
use habeas::config::{SenderChecks, Settings};
use habeas::domain::challenge::Purpose;
use habeas::domain::command::Command;
use habeas::domain::identity::Confirmation;
use habeas::domain::person::{Actor, PersonId, Role};
use habeas::house::House;
use habeas::jobs::intake::{self, Arrival, Outcome, Taken};
use habeas::mail::codes;
use habeas::mail::parse::parse;
use habeas::now::Now;
use habeas::packs::Shelf;
use habeas::space::Space;
use habeas::store::challenges::{self, Asked, Party};
use habeas::store::door::{Door, Seen};
use habeas::store::outbox;
use habeas::store::requests::{self, Stored};
use habeas::store::second_factor::Checked;
use habeas::store::testing::{self, TestStore};

use super::factor::{Codes, Wallets};

/// One house and what the story needs to look into it.
pub struct Story {
    pub house: Arc<House>,
    micros: Arc<AtomicI64>,
    letters: std::cell::Cell<i64>,
    wallets: Wallets,
    _store: TestStore,
    _folder: tempfile::TempDir,
}

pub fn instant(text: &str) -> DateTime<Utc> {
    DateTime::parse_from_rfc3339(text).unwrap().with_timezone(&Utc)
}

impl Story {
    /// A house under the default policy, at an instant.
    pub fn at(now: &str) -> Self {
        Self::with(now, |settings| settings)
    }

    /// A house with settings of its own.
    pub fn with(now: &str, change: impl FnOnce(Settings) -> Settings) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let settings = Settings {
            data: folder.path().to_owned(),
            base_url: "http://127.0.0.1:8080".into(),
            sender_checks: SenderChecks::off(),
            ..Settings::default()
        };
        let settings = change(settings);
        let micros = Arc::new(AtomicI64::new(instant(now).timestamp_micros()));
        let told = Arc::clone(&micros);
        let clock = Now::told(move || DateTime::from_timestamp_micros(told.load(Ordering::Relaxed)).unwrap());
        // On PostgreSQL when a server is named, else on SQLite: the full suite runs every story on both.
        let store = testing::stores().pop().unwrap();
        let shelf = Shelf::open(&settings.policies).unwrap();
        let house = House::new(store.clone(), settings, clock, shelf).unwrap();
        Self {
            house: Arc::new(house),
            micros,
            letters: std::cell::Cell::new(0),
            wallets: Wallets::default(),
            _store: store,
            _folder: folder,
        }
    }

    /// The same story on disks that it makes up.
    pub fn on(self, space: Space) -> Self {
        let house = Arc::into_inner(self.house).unwrap().on(space);
        Self {
            house: Arc::new(house),
            ..self
        }
    }

    /// The codes of somebody's second factor.
    pub fn codes_of(&self, person: PersonId, role: Role) -> Codes {
        self.wallets.of(&self.house.store, person, role, self.now())
    }

    /// The check of somebody's second factor, for a step that lets something go.
    pub fn checked(&self, actor: Actor) -> Checked {
        self.wallets.checked(&self.house.store, actor, self.now())
    }

    pub fn now(&self) -> DateTime<Utc> {
        self.house.now.instant()
    }

    pub fn turn_to(&self, now: &str) {
        self.micros.store(instant(now).timestamp_micros(), Ordering::Relaxed);
    }

    pub fn wait(&self, time: TimeDelta) {
        self.micros
            .fetch_add(time.num_microseconds().unwrap(), Ordering::Relaxed);
    }

    /// The mailbox receives a mail, and the intake takes it.
    pub fn receives(&self, raw: impl AsRef<[u8]>) -> Taken {
        self.letters.set(self.letters.get() + 1);
        let arrival = Arrival {
            grp: "imap:privacy/INBOX/1".into(),
            no: self.letters.get(),
            place: "privacy/INBOX".into(),
            received_at: Some(self.now()),
            raw: raw.as_ref().to_vec(),
            whole_size: None,
        };
        intake::take(&self.house, &[arrival]).unwrap().remove(0)
    }

    /// The request that a mail opened.
    pub fn opens(&self, raw: impl AsRef<[u8]>) -> Stored {
        match self.receives(raw).outcome {
            Outcome::Opened { reference, .. } => self.request(&reference),
            other => panic!("the mail opened nothing: {other:?}"),
        }
    }

    /// The requester has a code sent, reads it in the mail, and so proves the address.
    pub fn proves_address(&self, stored: &Stored) -> Stored {
        let shelf = self.house.shelf();
        let (now, purpose) = (self.now(), Purpose::ConfirmAddress);
        let sent = self
            .house
            .store
            .write(|tx| codes::send(tx, &self.house.settings, &shelf, stored, purpose, now))
            .unwrap();
        assert!(sent, "no code goes to {}", stored.card.address);
        let typed = code_in(&self.letter(stored.id, "challenge-code").unwrap());
        let asked = Asked {
            party: Party::Request(stored.id),
            address: &stored.card.address,
            purpose,
        };
        let door = Door {
            book: &*shelf,
            actor: Actor::Requester,
            now,
        };
        let done = self.house.store.write(|tx| {
            let right = challenges::answer(tx, &asked, &typed, now)?.expect("the code of the mail is right");
            door.step(tx, stored.id, Seen::Whatever, |_| {
                Ok(Command::ConfirmContact {
                    confirmation: Confirmation::Code(right),
                })
            })
        });
        done.unwrap()
    }

    /// The text of the newest letter of a request about an occasion, as its receiver reads it.
    pub fn letter(&self, request: i64, occasion: &str) -> Option<String> {
        self.house
            .store
            .read(|db| {
                let letters = outbox::of_request(db, request)?;
                let newest = letters.iter().rev().find(|letter| letter.occasion == occasion);
                newest.map(|letter| outbox::raw(db, letter.id)).transpose()
            })
            .unwrap()
            .map(|raw| parse(&raw).text)
    }

    pub fn request(&self, reference: &str) -> Stored {
        self.house
            .store
            .read(|db| requests::find_by_reference(db, reference))
            .unwrap()
            .unwrap()
    }
}

/// The eight digits of a letter, which stand in two groups.
pub fn code_in(text: &str) -> String {
    let letters: Vec<char> = text.chars().collect();
    let is_code = |run: &&[char]| {
        let digits = |part: &[char]| part.iter().all(char::is_ascii_digit);
        digits(&run[..4]) && run[4] == ' ' && digits(&run[5..])
    };
    let found = letters.windows(9).find(is_code).expect("a code in two groups");
    found.iter().filter(|letter| letter.is_ascii_digit()).collect()
}

/// A plain mail.
pub fn mail(from: &str, subject: &str, body: &str) -> String {
    mail_with(from, subject, "", body)
}

/// A plain mail with further header lines, each ended by CRLF.
pub fn mail_with(from: &str, subject: &str, headers: &str, body: &str) -> String {
    let id = blake(&format!("{from}{subject}{headers}{body}"));
    format!(
        "From: {from}\r\nTo: privacy@example.com\r\nSubject: {subject}\r\nMessage-ID: <{id}@mail.example>\r\n{headers}\
         MIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n{body}\r\n"
    )
}

fn blake(text: &str) -> String {
    use std::hash::{DefaultHasher, Hash, Hasher};
    let mut hasher = DefaultHasher::new();
    text.hash(&mut hasher);
    format!("{:016x}", hasher.finish())
}

pub fn corpus() -> PathBuf {
    super::rulebook::root().join("tests/corpus")
}
