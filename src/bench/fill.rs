//! Many requests, opened through the door, spread over the stages and dates that a busy house has.

use chrono::{DateTime, TimeDelta, Utc};

use crate::domain::command::Command;
use crate::domain::event::{CaseKind, Channel, Triage};
use crate::domain::person::{Actor, PersonId, Role};
use crate::domain::policy::OnBehalfId;
use crate::domain::request::PolicyStamp;
use crate::house::House;
use crate::store::door::{Door, Draft, Seen, StepError};
use crate::store::requests::Card;

/// How many are opened in one transaction.
const BATCH: usize = 500;

/// Opens `count` requests. Nine in ten were taken back long ago; the others run, received over the last three weeks.
pub fn fill(house: &House, count: usize, officer: PersonId) -> anyhow::Result<()> {
    let pack = house.pack()?;
    let policy = &pack.pack.policy;
    let shelf = house.shelf();
    let now = house.now.instant();
    let person = Actor::Person {
        id: officer,
        role: Role::Officer,
    };
    for start in (0..count).step_by(BATCH) {
        house.store.write(|tx| {
            for number in start..(start + BATCH).min(count) {
                let open = number.is_multiple_of(10);
                let received_at = received(now, number, open);
                let door = Door {
                    book: &*shelf,
                    actor: Actor::Mail,
                    now: received_at,
                };
                let stored = door.open(tx, &draft(policy, number, received_at))?;
                if !open {
                    let door = Door {
                        actor: person,
                        now: received_at + TimeDelta::days(2),
                        ..door
                    };
                    door.step(tx, stored.id, Seen::Whatever, |desk| {
                        Ok(Command::Withdraw {
                            reason: desk.keep("reason", "Wrote that it is settled.")?,
                        })
                    })?;
                }
            }
            Ok::<_, StepError>(())
        })?;
    }
    Ok(())
}

fn received(now: DateTime<Utc>, number: usize, open: bool) -> DateTime<Utc> {
    let number = i64::try_from(number).unwrap_or(0);
    let back = if open {
        TimeDelta::minutes(number * 7 % 30_000)
    } else {
        TimeDelta::minutes(60_000 + number * 11 % 900_000)
    };
    now - back
}

fn draft(policy: &crate::domain::policy::Policy, number: usize, received_at: DateTime<Utc>) -> Draft {
    let rights = &policy.rights;
    Draft {
        policy: PolicyStamp {
            id: policy.id.clone(),
            version: policy.version.clone(),
        },
        channel: Channel::Mail,
        received_at,
        message: None,
        language: if number.is_multiple_of(2) { "en" } else { "zh-Hans" }.to_owned(),
        kind: CaseKind::Request,
        triage: if number.is_multiple_of(70) {
            Triage::Needed
        } else {
            Triage::Clear
        },
        on_behalf: OnBehalfId::new(OnBehalfId::NONE),
        rights: rights
            .get(number % rights.len().max(1))
            .map(|right| right.id.clone())
            .into_iter()
            .collect(),
        hints: Vec::new(),
        card: Card {
            name: format!("Person {number}"),
            address: format!("person{number}@mail{}.example", number % 97),
            subject: format!("My personal data, matter {number}"),
        },
        review_of: None,
    }
}
