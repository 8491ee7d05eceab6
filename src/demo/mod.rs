//! A filled house for looking around: sample mail through the real intake, worked on by a small office around today's date.
//!
//! The only place outside packs and tests where a sample knows what it is about; no other code depends on it.

mod script;
mod systems;

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use chrono::{DateTime, TimeDelta, Utc};

use crate::domain::authenticator::step_at;
use crate::domain::calendar::Calendar;
use crate::domain::person::{Actor, PersonId, Role};
use crate::domain::reminder::local_instant;
use crate::house::House;
use crate::jobs::intake::{self, Arrival, Outcome};
use crate::jobs::{deliver, sweep};
use crate::mail::transport::Transport;
use crate::now::Now;
use crate::store::people::{self, NewPerson};
use crate::store::{StoreError, Tx, second_factor};

use script::Ending;

/// Someone who can sign in to the demo.
pub struct Login {
    /// What they may do.
    pub role: Role,
    /// Their address.
    pub email: String,
    /// Their password, made anew each time.
    pub password: String,
}

/// A sample mail: how many working days ago it came, at which hour, and how far it has got.
struct Sample {
    file: &'static str,
    raw: &'static [u8],
    working_days_ago: u32,
    ending: Ending,
}

macro_rules! sample {
    ($file:literal, $ago:literal, $ending:ident) => {
        Sample {
            file: $file,
            raw: include_bytes!(concat!("mails/", $file, ".eml")),
            working_days_ago: $ago,
            ending: Ending::$ending,
        }
    };
}

/// In order of arrival.
const SAMPLES: [Sample; 16] = [
    sample!("closed", 21, Closed),
    sample!("access-overdue", 16, Assigned),
    sample!("deletion-due-today", 15, IdentityAsked),
    sample!("refusal-waiting", 13, RefusalWaits),
    sample!("correction-soon", 12, Identified),
    sample!("copy-approved", 10, Approved),
    sample!("withdrawal-answered", 9, Answered),
    sample!("newsletter", 8, Untouched),
    sample!("complaint", 7, Assigned),
    sample!("transfer-open", 6, Assigned),
    sample!("question", 5, Untouched),
    sample!("guardian", 4, Untouched),
    sample!("restriction", 3, Identified),
    sample!("out-of-office", 2, Untouched),
    sample!("unclear", 1, Untouched),
    sample!("new-today", 0, Untouched),
];

/// How many working days ago the first of them came.
const LONGEST_AGO: u32 = 21;

/// The people of the demo.
pub(crate) struct Staff {
    pub officer: Actor,
    pub officer_id: PersonId,
    pub reviewer: Actor,
    /// Recovery codes, with which the past is played: it gives codes faster than an authenticator shows them.
    pub codes: RefCell<BTreeMap<PersonId, Vec<String>>>,
}

/// A clock that the demo turns while it plays the past.
#[derive(Clone)]
struct Turned(Arc<AtomicI64>);

impl Turned {
    fn to(&self, instant: DateTime<Utc>) {
        self.0.store(instant.timestamp_micros(), Ordering::Relaxed);
    }

    fn clock(&self) -> Now {
        let micros = Arc::clone(&self.0);
        Now::told(move || DateTime::from_timestamp_micros(micros.load(Ordering::Relaxed)).unwrap_or_default())
    }
}

/// Fills an empty house as if it had run for a month, and returns who can sign in.
///
/// # Errors
/// When the store fails.
pub async fn fill(house: &House, transport: &Transport) -> anyhow::Result<Vec<Login>> {
    let now = house.now.instant();
    let (staff, logins) = hire(house, now)?;
    systems::register(house, now)?;
    let turned = Turned(Arc::new(AtomicI64::new(0)));
    let shelf = (*house.shelf()).clone();
    let past = House::new(house.store.clone(), house.settings.clone(), turned.clock(), shelf)?;
    let pack = house.pack()?;
    let zone = pack.pack.policy.zone;
    let today = now.with_timezone(&zone).date_naive();
    for (minutes, sample) in (0..).map(|number| number * 7).zip(&SAMPLES) {
        let received_at = if sample.working_days_ago == 0 {
            now - TimeDelta::minutes(50)
        } else {
            let day = days_before(&pack.calendar, today, sample.working_days_ago);
            let morning = local_instant(day, pack.pack.policy.office_hour, zone);
            (morning + TimeDelta::minutes(minutes)).min(now - TimeDelta::hours(1))
        };
        turned.to(received_at + TimeDelta::seconds(20));
        let arrival = Arrival {
            grp: format!("demo:{}", sample.file),
            no: 1,
            place: format!("demo/{}.eml", sample.file),
            received_at: Some(received_at),
            raw: sample.raw.to_vec(),
            whole_size: None,
        };
        let taken = intake::take(&past, &[arrival])?;
        deliver::deliver(&past, transport, "demo").await?;
        if let Some(Outcome::Opened { reference, .. }) = taken.into_iter().next().map(|taken| taken.outcome) {
            let play = script::Play {
                house: &past,
                staff: &staff,
                transport,
            };
            play.to(&reference, sample.ending, received_at.min(now), now, &|at| {
                turned.to(at)
            })
            .await?;
        }
    }
    // Each working morning of that month whoever had to be reminded was.
    for ago in (0..=LONGEST_AGO).rev() {
        let day = days_before(&pack.calendar, today, ago);
        let morning = local_instant(day, pack.pack.policy.office_hour, zone);
        turned.to(morning.min(now));
        sweep::sweep(&past)?;
        deliver::deliver(&past, transport, "demo").await?;
    }
    turned.to(now);
    sweep::sweep(&past)?;
    deliver::deliver(&past, transport, "demo").await?;
    take_factors(house, &staff, now)?;
    Ok(logins)
}

fn days_before(calendar: &Calendar, today: chrono::NaiveDate, working_days: u32) -> chrono::NaiveDate {
    calendar.minus_working_days(today, working_days)
}

/// Gives somebody a second factor, and returns its recovery codes.
fn factor(tx: &mut Tx<'_>, who: (PersonId, Role), now: DateTime<Utc>) -> Result<Vec<String>, StoreError> {
    let key = second_factor::offer(tx, who.0, now)?;
    let set_up = second_factor::set_up(tx, who, &key.code(step_at(now)), now)?;
    Ok(set_up.map(|set_up| set_up.recovery_codes).unwrap_or_default())
}

/// Takes the second factors away with which the past was played: who looks at the demo signs in at once, and sets one up
/// with an authenticator of their own where one is asked for.
fn take_factors(house: &House, staff: &Staff, now: DateTime<Utc>) -> Result<(), StoreError> {
    house.store.write(|tx| {
        for actor in [staff.officer, staff.reviewer] {
            if let Actor::Person { id, role } = actor {
                second_factor::reset(tx, (id, role), "demo", now)?;
            }
        }
        Ok(())
    })
}

fn hire(house: &House, now: DateTime<Utc>) -> anyhow::Result<(Staff, Vec<Login>)> {
    let mut logins = Vec::new();
    let mut ids = Vec::new();
    let mut codes = BTreeMap::new();
    let crew = [
        ("Mei Chen 陈梅", "mei@example.com", Role::Officer, "en", false),
        ("Tom Weber", "tom@example.com", Role::Reviewer, "en", true),
        ("Ada Zhou 周爱达", "ada@example.com", Role::Admin, "zh-Hans", false),
        // The register names this address as that of the web shop's owner.
        (
            "Lin Hao 林浩",
            "shop.owner@example.com",
            Role::SystemOwner,
            "zh-Hans",
            false,
        ),
        ("Ines Albrecht", "ines@example.com", Role::Auditor, "en", false),
    ];
    for (name, email, role, language, manager) in crew {
        let mut secret = [0; 9];
        rand::fill(&mut secret);
        let password = format!("demo-{}", hex::encode(secret));
        let id = house.store.write(|tx| {
            let id = people::create(
                tx,
                &NewPerson {
                    name,
                    email,
                    role,
                    language,
                    manager,
                },
                now,
            )?;
            let token = people::invite(tx, id, now)?;
            people::accept(tx, &token, &password, now)?;
            Ok::<_, people::AcceptError>(id)
        })?;
        if matches!(role, Role::Officer | Role::Reviewer) {
            codes.insert(id, house.store.write(|tx| factor(tx, (id, role), now))?);
        }
        ids.push(id);
        logins.push(Login {
            role,
            email: email.to_owned(),
            password,
        });
    }
    let [officer, reviewer, ..] = ids[..] else {
        anyhow::bail!("the demo's people could not be added")
    };
    let staff = Staff {
        officer: Actor::Person {
            id: officer,
            role: Role::Officer,
        },
        officer_id: officer,
        reviewer: Actor::Person {
            id: reviewer,
            role: Role::Reviewer,
        },
        codes: RefCell::new(codes),
    };
    Ok((staff, logins))
}
