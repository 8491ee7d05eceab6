//! One request under a policy that the program brings, with a clock that the test turns: commands in, events folded.

use std::sync::LazyLock;

use chrono::{DateTime, TimeDelta, Utc};
use habeas::domain::command::Command;
use habeas::domain::decide::decide;
use habeas::domain::event::{By, CaseKind, Channel, Event, Opening, Recorded, Triage};
use habeas::domain::moves::Refusal;
use habeas::domain::person::{Actor, PersonId, Role};
use habeas::domain::policy::{OnBehalfId, RightId};
use habeas::domain::request::{PolicyStamp, Request};
use habeas::domain::rules::{RuleBook, Rules};
use habeas::domain::text::TextRef;
use habeas::packs::Shelf;

use super::house::instant;

pub const MEI: PersonId = PersonId(1);
pub const TOM: PersonId = PersonId(2);

/// The packs and calendars that the program brings.
pub static SHELF: LazyLock<Shelf> = LazyLock::new(|| Shelf::open(&[]).unwrap());

/// The newest version of a policy that the program brings.
pub fn stamp(policy: &str) -> PolicyStamp {
    let loaded = SHELF.pack(Some(policy)).unwrap();
    PolicyStamp {
        id: loaded.pack.policy.id.clone(),
        version: loaded.pack.policy.version.clone(),
    }
}

pub fn rules(policy: &str) -> Rules<'static> {
    SHELF.rules(&stamp(policy)).unwrap()
}

pub fn officer(id: PersonId) -> Actor {
    Actor::Person {
        id,
        role: Role::Officer,
    }
}

pub fn text() -> TextRef {
    TextRef {
        id: 1,
        commitment: format!("{:064x}", 1),
    }
}

/// A request with the journal it is folded from.
pub struct Clocked {
    pub rules: Rules<'static>,
    pub request: Request,
    pub journal: Vec<Recorded>,
    pub now: DateTime<Utc>,
}

impl Clocked {
    /// A request for rights under a policy, received at an instant.
    pub fn received(policy: &str, at: &str, rights: &[&str]) -> Self {
        let (rules, received_at) = (rules(policy), instant(at));
        let rights: Vec<RightId> = rights.iter().map(|right| RightId::new(right)).collect();
        let opening = Opening {
            reference: "DSR-2026-000001".into(),
            policy: rules.policy.id.clone(),
            policy_version: rules.policy.version.clone(),
            channel: Channel::Mail,
            received_at,
            message: Some(1),
            language: "en".into(),
            kind: CaseKind::Request,
            triage: Triage::Clear,
            on_behalf: OnBehalfId::new(OnBehalfId::NONE),
            items: rights
                .iter()
                .map(|right| rules.new_item(right.clone(), received_at, Some(1)))
                .collect(),
            deadline: rules.first_deadline(&rights, received_at),
            hints: vec![],
            card: text(),
            review_of: None,
        };
        let recorded = Recorded {
            at: received_at,
            by: By::Mail,
            event: Event::Opened(Box::new(opening)),
        };
        Self {
            rules,
            request: Request::fold([&recorded]).unwrap(),
            journal: vec![recorded],
            now: received_at,
        }
    }

    /// The clock on the wall.
    pub fn at(&mut self, now: &str) -> &mut Self {
        self.now = instant(now);
        self
    }

    pub fn tries(&mut self, actor: Actor, command: Command) -> Result<(), Refusal> {
        self.now += TimeDelta::seconds(1);
        for event in decide(&self.request, &command, self.rules, actor, self.now)? {
            let recorded = Recorded {
                at: self.now,
                by: By::from(actor),
                event,
            };
            self.request = self.request.clone().evolve(&recorded);
            self.journal.push(recorded);
        }
        Ok(())
    }

    #[track_caller]
    pub fn does(&mut self, actor: Actor, command: Command) -> &mut Self {
        if let Err(refusal) = self.tries(actor, command.clone()) {
            panic!("{command:?} was refused: {refusal}");
        }
        self
    }

    #[track_caller]
    pub fn is_refused(&mut self, actor: Actor, command: Command, why: Refusal) -> &mut Self {
        let before = self.request.clone();
        assert_eq!(self.tries(actor, command), Err(why));
        assert_eq!(self.request, before);
        self
    }

    /// The last day on which an answer is in time.
    pub fn due_on(&self) -> String {
        self.request.deadline.due_on.to_string()
    }

    /// What the journal says last.
    pub fn last(&self) -> &Event {
        &self.journal.last().unwrap().event
    }

    /// What folds from the journal as it is written down.
    pub fn replayed(&self) -> Request {
        let written: Vec<Recorded> = self
            .journal
            .iter()
            .map(|recorded| Recorded {
                event: serde_json::from_str(&serde_json::to_string(&recorded.event).unwrap()).unwrap(),
                ..recorded.clone()
            })
            .collect();
        Request::fold(&written).unwrap()
    }
}
