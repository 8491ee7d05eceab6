//! Tasks follow decisions for every sequence of commands, not only for those a page offers.

use std::collections::BTreeSet;

use chrono::{DateTime, TimeDelta, Utc};
use habeas::domain::approval::Digest;
use habeas::domain::command::Command;
use habeas::domain::decide::{decide, follows, kind_for, may_open_tasks};
use habeas::domain::event::{By, CaseKind, Channel, Event, Opening, Recorded, Triage};
use habeas::domain::item::Decision;
use habeas::domain::letter::LetterText;
use habeas::domain::moves::Refusal;
use habeas::domain::person::{Actor, PersonId, Role};
use habeas::domain::policy::{CategoryId, Localized, OnBehalfId, SystemId};
use habeas::domain::request::{Request, Stage};
use habeas::domain::system::{Contact, LegalBasis, Part, Purpose, System, SystemKind};
use habeas::domain::task::{Outcome, Reply, TaskKind, TaskState};
use habeas::domain::task_reminder;
use habeas::domain::text::TextRef;
use proptest::prelude::*;

use crate::harness::rulebook::{DEFAULT, ONE_MONTH, Regime};

const MEI: Actor = Actor::Person {
    id: PersonId(1),
    role: Role::Officer,
};

fn text() -> TextRef {
    TextRef {
        id: 1,
        commitment: "0".repeat(64),
    }
}

fn system(id: &str, part: Part, basis: LegalBasis, active: bool) -> System {
    System {
        id: SystemId::new(id),
        name: id.to_owned(),
        kind: SystemKind::Own,
        country: "CN".into(),
        part,
        owner: Contact {
            name: "Li".into(),
            mail: "li@owners.example".into(),
            language: "en".into(),
        },
        categories: BTreeSet::from([CategoryId::new("orders")]),
        purposes: vec![Purpose {
            name: "Orders".into(),
            basis,
        }],
        procedure: Localized::default(),
        backup_days: None,
        active,
    }
}

fn register() -> Vec<System> {
    vec![
        system("shop", Part::Holder, LegalBasis::Contract, true),
        system("news", Part::Holder, LegalBasis::Consent, true),
        system("bank", Part::Recipient, LegalBasis::Contract, true),
        system("old", Part::Holder, LegalBasis::Consent, false),
    ]
}

struct Case {
    regime: &'static Regime,
    request: Request,
    now: DateTime<Utc>,
}

impl Case {
    /// A request for the rights at these places of the policy.
    fn opened(regime: &'static Regime, rights: &BTreeSet<usize>) -> Self {
        let now = DateTime::parse_from_rfc3339("2025-09-30T20:15:00+08:00")
            .unwrap()
            .to_utc();
        let rules = regime.rules();
        let all = &regime.policy().rights;
        let opening = Opening {
            reference: "DSR-2025-000001".into(),
            policy: regime.policy().id.clone(),
            policy_version: regime.policy().version.clone(),
            channel: Channel::Mail,
            received_at: now,
            message: Some(1),
            language: "en".into(),
            kind: CaseKind::Request,
            triage: Triage::Clear,
            on_behalf: OnBehalfId::new(OnBehalfId::NONE),
            items: rights
                .iter()
                .map(|index| rules.new_item(all[index % all.len()].id.clone(), now, Some(1)))
                .collect(),
            deadline: rules.deadline(now, 0),
            hints: vec![],
            card: text(),
            review_of: None,
        };
        let first = Recorded {
            at: now,
            by: By::Mail,
            event: Event::Opened(Box::new(opening)),
        };
        Self {
            regime,
            request: Request::fold([&first]).unwrap(),
            now,
        }
    }

    /// One step as the door takes it: what was decided, then what follows for systems.
    fn takes(&mut self, actor: Actor, command: &Command) -> Result<(), Refusal> {
        self.now += TimeDelta::hours(7);
        let rules = self.regime.rules();
        let events = decide(&self.request, command, rules, actor, self.now)?;
        let decides = events.iter().any(may_open_tasks);
        self.fold(actor, events);
        if decides {
            let events = follows(&self.request, &register(), rules, self.now);
            self.fold(actor, events);
            let again = follows(&self.request, &register(), rules, self.now);
            assert!(again.is_empty(), "what followed follows once: {again:?}");
        }
        Ok(())
    }

    fn fold(&mut self, actor: Actor, events: Vec<Event>) {
        for event in events {
            let recorded = Recorded {
                at: self.now,
                by: By::from(actor),
                event,
            };
            self.request = self.request.clone().evolve(&recorded);
        }
    }

    #[track_caller]
    fn holds(&self) {
        let request = &self.request;
        for task in request
            .unsettled_tasks()
            .filter(|task| task.about.kind != TaskKind::Repeat)
        {
            assert!(
                !request.is_out_of_the_way(),
                "a task is open though the request ended: {task:?}"
            );
            let Some(item) = request.item(task.about.item) else {
                panic!("a task is open for an item that was dropped: {task:?}")
            };
            if task.about.kind.changes() {
                assert!(item.gives(), "a task carries out what no decision grants: {task:?}");
            }
        }
        let policy = self.regime.policy();
        for item in request
            .items
            .iter()
            .filter(|item| item.gives() && !request.is_out_of_the_way())
        {
            let right = policy.right(&item.right).unwrap();
            for system in register() {
                let Some(kind) = kind_for(right, &system) else { continue };
                let there = request.tasks.iter().any(|task| {
                    let about = &task.about;
                    (about.item, &about.system, about.kind) == (item.number, &system.id, kind)
                        && !matches!(task.state, TaskState::Cancelled { .. })
                });
                assert!(there, "{} has no task for {}", system.id, item.right);
            }
            let lasts = right.lasting || item.kept_until().is_some();
            let ended = request
                .lasting
                .iter()
                .any(|state| state.item == item.number && state.lifted.is_some());
            assert!(ended || request.in_force_by(item.number).is_some() == lasts);
        }
        if matches!(request.stage, Stage::Closed { .. }) {
            assert!(
                request
                    .unsettled_tasks()
                    .all(|task| task.about.kind == TaskKind::Repeat),
                "a request is closed with a task open"
            );
        }
        for task in &request.tasks {
            let own_days = task.about.kind == TaskKind::Repeat;
            let due_on = task.due_on(request);
            assert!(own_days || due_on.is_none_or(|due_on| due_on <= request.deadline.due_on));
        }
        let due = task_reminder::ahead(request, self.regime.rules());
        assert!(due.iter().all(|due| {
            !request
                .task_reminded
                .contains(&(due.number, due.stage.name(), due.due_on))
        }));
    }
}

fn command(case: &Case, what: u8, item: u32, task: u32, detail: u8) -> (Actor, Command) {
    let policy = case.regime.policy();
    let reason = text();
    let outcome = Outcome::ALL[usize::from(detail) % 3];
    let reply = Reply {
        outcome,
        before: None,
        after: None,
        note: Some(text()),
        files: vec![],
    };
    let letter = LetterText {
        subject: "Your data".into(),
        body: "Done.".into(),
        language: "en".into(),
    };
    let by_mei = |command| (MEI, command);
    match what {
        0..=3 => by_mei(Command::Decide {
            item,
            decision: Decision::Granted { given: None },
        }),
        4 => by_mei(Command::Decide {
            item,
            decision: Decision::NothingHeld { reason },
        }),
        5 => by_mei(Command::DropItem { item, reason }),
        6 => by_mei(Command::ConfirmIdentity {
            method: policy.identity[0].id.clone(),
            matched: policy.held_data.iter().take(1).map(|datum| datum.id.clone()).collect(),
            note: text(),
        }),
        7 => by_mei(Command::DoubtIdentity { reason }),
        8..=10 => by_mei(Command::SendTask {
            task,
            letter: None,
            words: None,
        }),
        11 | 12 => (Actor::Owner { link: 1, task }, Command::AnswerTask { task, reply }),
        13 => (
            Actor::Owner {
                link: 1,
                task: task + 1,
            },
            Command::AnswerTask { task, reply },
        ),
        14 => by_mei(Command::ExplainTask { task, reason }),
        15 => by_mei(Command::DropTask { task, reason }),
        16 => by_mei(Command::ChooseGround {
            item,
            ground: (detail > 0)
                .then(|| policy.grounds.first().map(|ground| ground.id.clone()))
                .flatten(),
        }),
        17 => by_mei(Command::AnswerByHand {
            at: case.now,
            text: text(),
            says: Digest::of_letter(&letter),
        }),
        18 => by_mei(Command::Close),
        19 => by_mei(Command::Reopen { reason }),
        20 if detail == 0 => by_mei(Command::Withdraw { reason }),
        20 => by_mei(Command::BringBack),
        21 => by_mei(Command::RepeatTask { task, reason }),
        22 => by_mei(Command::AddTask {
            item,
            system: Box::new(register()[usize::from(detail) % 4].clone()),
            reason: None,
        }),
        23 => by_mei(Command::LiftState { item, reason }),
        _ => (Actor::Clock, Command::Remind),
    }
}

proptest! {
    #[test]
    fn whatever_happens_tasks_follow_decisions_and_none_is_left_open_for_nothing(
        rights in prop::collection::btree_set(0_usize..14, 1..4),
        other_law in any::<bool>(),
        picks in prop::collection::vec((0_u8..25, 1_u32..5, 1_u32..9, 0_u8..4), 0..60),
    ) {
        let mut case = Case::opened(if other_law { &ONE_MONTH } else { &DEFAULT }, &rights);
        for (what, item, task, detail) in picks {
            let (actor, command) = command(&case, what, item, task, detail);
            let before = case.request.clone();
            match case.takes(actor, &command) {
                Ok(()) => {
                    if let Actor::Owner { task: own, .. } = actor {
                        let changed = case.request.tasks.iter().zip(&before.tasks);
                        let changed = changed.filter(|(after, before)| after != before);
                        prop_assert!(changed.into_iter().all(|(after, _)| after.number == own), "a link answered another task");
                    }
                }
                Err(_) => prop_assert_eq!(&case.request, &before),
            }
            case.holds();
        }
    }
}
