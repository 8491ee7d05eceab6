//! Systems and recipients: what was granted becomes tasks, an owner answers by a personal link, and nothing is forgotten.

use std::collections::BTreeSet;
use std::sync::Arc;

use actix_web::cookie::Cookie;
use actix_web::http::{Method, StatusCode};
use actix_web::test::{TestRequest, init_service};
use chrono::NaiveDate;
use habeas::domain::approval::Digest;
use habeas::domain::command::Command;
use habeas::domain::item::Decision;
use habeas::domain::letter::LetterText;
use habeas::domain::moves::Refusal;
use habeas::domain::person::{Actor, PersonId, Role};
use habeas::domain::policy::{CategoryId, Localized, Right, SystemId};
use habeas::domain::request::{Request, Stage};
use habeas::domain::system::{Contact, LegalBasis, Part, Purpose, System, SystemKind, read_table, write_table};
use habeas::domain::task::{Cancelled, Outcome, Reply, Task, TaskState};
use habeas::jobs::sweep;
use habeas::mail::letters::Letterhead;
use habeas::mail::parse::parse;
use habeas::mail::tasks;
use habeas::store::door::{Desk, Door, Seen, StepError};
use habeas::store::requests::Stored;
use habeas::store::systems::{self, Put};
use habeas::store::{StoreError, outbox, people, requests};
use habeas::web::app;

use crate::harness::house::{Story, mail};
use crate::web::{Visitor, get, hire, post, send, visit};

const NOW: &str = "2026-03-02T09:00:00+08:00";
const COOKIE: &str = "habeas-demo";

fn system(id: &str, part: Part, basis: LegalBasis) -> System {
    System {
        id: SystemId::new(id),
        name: format!("The {id}"),
        kind: SystemKind::Own,
        country: "CN".into(),
        part,
        owner: Contact {
            name: "Zhao Lei".into(),
            mail: format!("{id}@owners.example"),
            language: "en".into(),
        },
        categories: BTreeSet::from([CategoryId::new("orders")]),
        purposes: vec![Purpose {
            name: "Orders".into(),
            basis,
        }],
        procedure: Localized::default(),
        backup_days: Some(30),
        active: true,
    }
}

/// A house with a register: a shop under contract, a newsletter by consent, a bank that receives data.
pub(crate) struct House {
    pub(crate) story: Story,
    pub(crate) mei: PersonId,
}

impl House {
    pub(crate) fn at(now: &str) -> Self {
        let story = Story::at(now);
        let mei = hire(&story, "mei@example.com", Role::Officer, "en");
        let boss = hire(&story, "boss@example.com", Role::Reviewer, "en");
        let at = story.now();
        story
            .house
            .store
            .write(|tx| {
                people::set_password(tx, mei, "a few words are good")?;
                people::set_password(tx, boss, "other words are good")?;
                people::change_role(tx, boss, Role::Reviewer, true)?;
                for system in [
                    system("shop", Part::Holder, LegalBasis::Contract),
                    system("news", Part::Holder, LegalBasis::Consent),
                    system("bank", Part::Recipient, LegalBasis::Contract),
                ] {
                    systems::put(tx, &system, "command", at)?;
                }
                Ok::<_, people::AcceptError>(())
            })
            .unwrap();
        Self { story, mei }
    }

    pub(crate) fn officer(&self) -> Actor {
        Actor::Person {
            id: self.mei,
            role: Role::Officer,
        }
    }

    pub(crate) fn tries(
        &self,
        stored: &Stored,
        actor: Actor,
        command: impl FnOnce(&mut Desk<'_, '_>) -> Result<Command, StepError>,
    ) -> Result<Stored, StepError> {
        let shelf = self.story.house.shelf();
        let door = Door {
            book: &*shelf,
            actor,
            now: self.story.now(),
        };
        self.story
            .house
            .store
            .write(|tx| door.step(tx, stored.id, Seen::Whatever, command))
    }

    #[track_caller]
    pub(crate) fn does(
        &self,
        stored: &Stored,
        command: impl FnOnce(&mut Desk<'_, '_>) -> Result<Command, StepError>,
    ) -> Stored {
        self.tries(stored, self.officer(), command).unwrap()
    }

    #[track_caller]
    pub(crate) fn is_refused(&self, stored: &Stored, command: Command, why: Refusal) {
        match self.tries(stored, self.officer(), |_| Ok(command)) {
            Err(StepError::Refused(refusal)) => assert_eq!(refusal, why),
            other => panic!("{other:?}"),
        }
    }

    /// A request for one right, by somebody who is known.
    pub(crate) fn asks(&self, from: &str, right: &Right) -> Stored {
        let stored = self.story.opens(mail(
            from,
            "My data",
            "Please send me a copy of all personal data you hold about me.",
        ));
        let received_at = stored.request.received_at;
        let is_there = stored.request.items.iter().any(|item| item.right == right.id);
        let stored = match stored.request.stage {
            Stage::Triage => self.does(&stored, |desk| {
                Ok(Command::Triage {
                    kind: desk.stored.request.kind,
                    rights: vec![right.id.clone()],
                    on_behalf: desk.stored.request.on_behalf.clone(),
                    language: "en".into(),
                })
            }),
            _ if is_there => stored,
            _ => self.does(&stored, |_| {
                Ok(Command::AddItem {
                    right: right.id.clone(),
                    received_at,
                    message: None,
                })
            }),
        };
        let others = stored.request.items.iter().filter(|item| item.right != right.id);
        let others: Vec<u32> = others.map(|item| item.number).collect();
        let stored = others.into_iter().fold(stored, |stored, item| {
            self.does(&stored, |desk| {
                let reason = desk.keep("reason", "Asked for something else.")?;
                Ok(Command::DropItem { item, reason })
            })
        });
        let method = self.policy_of(|policy| policy.identity[0].id.clone());
        let matched = self.policy_of(|policy| policy.held_data.iter().map(|datum| datum.id.clone()).take(1).collect());
        self.does(&stored, |desk| {
            let note = desk.keep("note", "Known by the order number.")?;
            Ok(Command::ConfirmIdentity { method, matched, note })
        })
    }

    fn policy_of<T>(&self, pick: impl FnOnce(&habeas::domain::policy::Policy) -> T) -> T {
        pick(&self.story.house.pack().unwrap().pack.policy)
    }

    /// A right that is told to every system, needs no ground and is no matter of consent.
    pub(crate) fn relayed(&self, lasting: bool) -> Right {
        self.policy_of(|policy| {
            let fits = |right: &&Right| {
                right.relayed && !right.needs_ground && !right.consent_only && right.lasting == lasting
            };
            policy.rights.iter().find(fits).unwrap().clone()
        })
    }

    fn consent(&self) -> Right {
        self.policy_of(|policy| policy.rights.iter().find(|right| right.consent_only).unwrap().clone())
    }

    pub(crate) fn searched(&self) -> Right {
        self.policy_of(|policy| {
            let fits = |right: &&Right| !right.relayed && !right.needs_ground;
            policy.rights.iter().find(fits).unwrap().clone()
        })
    }

    pub(crate) fn grants(&self, stored: &Stored) -> Stored {
        let item = stored.request.items[0].number;
        self.does(stored, |_| {
            Ok(Command::Decide {
                item,
                decision: Decision::Granted { given: None },
            })
        })
    }

    pub(crate) fn sends(&self, stored: &Stored, task: u32, words: &str) -> Result<Stored, StepError> {
        let house = &self.story.house;
        let pack = house.pack().unwrap();
        self.tries(stored, self.officer(), |desk| {
            let head = Letterhead {
                settings: &house.settings,
                pack: &pack.pack,
                thread: None,
            };
            tasks::hand_over(desk, head, task, words)
        })
    }

    pub(crate) fn sends_all(&self, stored: &Stored) -> Stored {
        let planned: Vec<u32> = stored.request.unsettled_tasks().map(|task| task.number).collect();
        planned.into_iter().fold(stored.clone(), |stored, task| {
            self.sends(&stored, task, "Order 77").unwrap()
        })
    }

    fn answers_by_hand(&self, stored: &Stored) -> Stored {
        let at = self.story.now();
        let letter = LetterText {
            subject: "Your data".into(),
            body: "Done.".into(),
            language: "en".into(),
        };
        let says = Digest::of_letter(&letter);
        let checked = self.story.checked(self.officer());
        let shelf = self.story.house.shelf();
        let door = Door {
            book: &*shelf,
            actor: self.officer(),
            now: self.story.now(),
        };
        let done = self.story.house.store.write(|tx| {
            door.let_go(tx, stored.id, Seen::Whatever, Some(&checked), |desk| {
                Ok(Command::AnswerByHand {
                    at,
                    says,
                    text: desk.keep("answer", "Done.")?,
                })
            })
        });
        done.unwrap()
    }

    /// Mails to an address, oldest first: subject and text.
    pub(crate) fn mails_to(&self, address: &str) -> Vec<(String, String)> {
        let store = &self.story.house.store;
        let queued = store
            .read(|db| outbox::in_state(db, outbox::State::Queued, 1000))
            .unwrap();
        let mut mails: Vec<_> = queued
            .into_iter()
            .filter(|mail| mail.recipient.as_deref() == Some(address))
            .map(|mail| {
                let raw = store.read(|db| outbox::raw(db, mail.id)).unwrap();
                let parsed = parse(&raw);
                (mail.id, parsed.subject.clone(), parsed.text.clone())
            })
            .collect();
        mails.sort();
        mails.into_iter().map(|(_, subject, text)| (subject, text)).collect()
    }

    /// The path of the personal link in the newest mail to an address.
    pub(crate) fn link_to(&self, address: &str) -> String {
        let (_, text) = self.mails_to(address).pop().unwrap();
        let start = text.find("/task/").unwrap();
        text[start..].chars().take("/task/".len() + 64).collect()
    }

    pub(crate) fn find(&self, stored: &Stored) -> Stored {
        self.story.request(&stored.request.reference)
    }
}

fn states(request: &Request) -> Vec<(&str, &str, &str)> {
    request
        .tasks
        .iter()
        .map(|task| {
            (
                task.about.system.as_str(),
                task.about.kind.as_str(),
                task.state.as_str(),
            )
        })
        .collect()
}

/// A form with files, as a browser sends it from a page of ours.
pub(crate) fn upload(
    path: &str,
    who: Option<&Visitor>,
    fields: &[(&str, &str)],
    files: &[(&str, &[u8])],
) -> TestRequest {
    let mut body = Vec::new();
    for (name, value) in fields {
        body.extend(format!("--b\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n").bytes());
    }
    for (name, bytes) in files {
        let head = format!(
            "--b\r\nContent-Disposition: form-data; name=\"files\"; filename=\"{name}\"\r\nContent-Type: text/csv\r\n\r\n"
        );
        body.extend(head.bytes());
        body.extend_from_slice(bytes);
        body.extend(b"\r\n");
    }
    body.extend(b"--b--\r\n");
    let request = TestRequest::default()
        .method(Method::POST)
        .uri(path)
        .insert_header(("sec-fetch-site", "same-origin"))
        .insert_header(("content-type", "multipart/form-data; boundary=b"))
        .set_payload(body);
    match who {
        Some(who) => request.cookie(Cookie::new(COOKIE, who.token.clone())),
        None => request,
    }
}

pub(crate) fn done() -> Reply {
    Reply {
        outcome: Outcome::Done,
        before: Some(2),
        after: Some(0),
        note: None,
        files: vec![],
    }
}

#[test]
fn a_granted_right_becomes_a_task_for_each_system_it_concerns_and_nobody_is_told_before_an_officer_looked() {
    let house = House::at(NOW);
    let stored = house.grants(&house.asks("a@mail.example", &house.relayed(false)));
    assert_eq!(
        states(&stored.request),
        [
            ("bank", "notice", "planned"),
            ("news", "carry-out", "planned"),
            ("shop", "carry-out", "planned")
        ]
    );
    assert_eq!(house.mails_to("shop@owners.example"), []);
    let searched = house.grants(&house.asks("b@mail.example", &house.searched()));
    assert_eq!(
        states(&searched.request),
        [("news", "find", "planned"), ("shop", "find", "planned")],
        "a recipient is not searched"
    );
    let withdrawn = house.grants(&house.asks("c@mail.example", &house.consent()));
    assert_eq!(
        states(&withdrawn.request),
        [("news", "carry-out", "planned")],
        "a withdrawal reaches only what rests on consent"
    );
}

#[test]
fn a_task_is_due_before_the_deadline_in_working_days_and_never_after_it() {
    let house = House::at(NOW);
    let stored = house.sends_all(&house.grants(&house.asks("a@mail.example", &house.relayed(false))));
    let deadline = stored.request.deadline.due_on;
    assert_eq!(deadline.to_string(), "2026-03-23");
    let due: Vec<NaiveDate> = stored
        .request
        .tasks
        .iter()
        .filter_map(|task| task.due_on(&stored.request))
        .collect();
    assert_eq!(due, vec![NaiveDate::from_ymd_opt(2026, 3, 18).unwrap(); 3]);
    house.story.turn_to("2026-03-20T09:00:00+08:00");
    let late = house.grants(&house.asks("b@mail.example", &house.relayed(false)));
    house.story.turn_to("2026-04-30T09:00:00+08:00");
    let late = house.sends_all(&late);
    for task in &late.request.tasks {
        assert_eq!(task.due_on(&late.request), Some(late.request.deadline.due_on));
    }
}

#[test]
fn what_changes_a_system_is_not_sent_for_somebody_unknown_but_a_search_is() {
    let house = House::at(NOW);
    let stored = house.grants(&house.asks("a@mail.example", &house.relayed(false)));
    let stored = house.does(&stored, |desk| {
        let reason = desk.keep("reason", "The number belongs to somebody else.")?;
        Ok(Command::DoubtIdentity { reason })
    });
    for task in [1, 2, 3] {
        assert!(matches!(
            house.sends(&stored, task, "words"),
            Err(StepError::Refused(Refusal::IdentifyFirst))
        ));
    }
    assert_eq!(
        house.mails_to("shop@owners.example"),
        [],
        "a refused step sends nothing"
    );
    let searched = house.asks("b@mail.example", &house.searched());
    let item = searched.request.items[0].number;
    let shop = system("shop", Part::Holder, LegalBasis::Contract);
    let searched = house.does(&searched, |_| {
        Ok(Command::AddTask {
            item,
            system: Box::new(shop),
            reason: None,
        })
    });
    let searched = house.does(&searched, |desk| {
        let reason = desk.keep("reason", "?")?;
        Ok(Command::DoubtIdentity { reason })
    });
    house.sends(&searched, 1, "").unwrap();
    assert_eq!(house.mails_to("shop@owners.example").len(), 1);
}

#[test]
fn a_decision_that_changes_takes_its_tasks_along_and_brings_them_back() {
    let house = House::at(NOW);
    let stored = house.sends_all(&house.grants(&house.asks("a@mail.example", &house.relayed(false))));
    let item = stored.request.items[0].number;
    let nothing = house.does(&stored, |desk| {
        let reason = desk.keep("reason", "Searched everywhere.")?;
        Ok(Command::Decide {
            item,
            decision: Decision::NothingHeld { reason },
        })
    });
    let cancelled = TaskState::Cancelled {
        why: Cancelled::DecisionChanged,
        at: Some(house.story.now()),
    };
    let of = |request: &Request, id: &str| -> Task {
        let found = request.tasks.iter().find(|task| task.about.system.as_str() == id);
        found.unwrap().clone()
    };
    assert_eq!(of(&nothing.request, "shop").state, cancelled);
    assert_eq!(
        of(&nothing.request, "bank").state.as_str(),
        "open",
        "what was told was told"
    );
    let again = house.grants(&nothing);
    assert_eq!(of(&again.request, "shop").state, TaskState::Planned);
    assert_eq!(again.request.tasks.len(), 3, "the same tasks, not others");
    let dropped = house.does(&again, |desk| {
        let reason = desk.keep("reason", "Not asked for.")?;
        Ok(Command::DropItem { item, reason })
    });
    assert_eq!(dropped.request.unsettled_tasks().count(), 0);
}

#[test]
fn a_request_is_closed_once_its_tasks_are_done_or_explained() {
    let house = House::at(NOW);
    let stored = house.sends_all(&house.grants(&house.asks("a@mail.example", &house.relayed(false))));
    let stored = house.answers_by_hand(&stored);
    assert_eq!(stored.request.carried_out_at(), None);
    house.is_refused(&stored, Command::Close, Refusal::TasksOpen);
    let stored = house.does(&stored, |_| Ok(Command::AnswerTask { task: 3, reply: done() }));
    house.is_refused(&stored, Command::Close, Refusal::TasksOpen);
    house.is_refused(
        &stored,
        Command::AnswerTask { task: 3, reply: done() },
        Refusal::AlreadyAnswered,
    );
    let stored = house.does(&stored, |desk| {
        let reason = desk.keep("reason", "The newsletter was shut down.")?;
        Ok(Command::ExplainTask { task: 2, reason })
    });
    assert_eq!(stored.request.carried_out_at(), Some(house.story.now()));
    let closed = house.does(&stored, |_| Ok(Command::Close));
    assert_eq!(closed.request.stage.as_str(), "closed");
}

#[test]
fn owners_are_reminded_once_a_stage_and_lateness_goes_up_once_also_after_a_standstill() {
    let house = House::at(NOW);
    house.sends_all(&house.grants(&house.asks("a@mail.example", &house.consent())));
    let sweep = || {
        sweep::sweep(&house.story.house).unwrap();
        sweep::sweep(&house.story.house).unwrap();
    };
    let owner = || house.mails_to("news@owners.example").len();
    sweep();
    assert_eq!(owner(), 1, "the task itself");
    house.story.turn_to("2026-03-13T09:05:00+08:00");
    sweep();
    assert_eq!(owner(), 2, "three working days before 18 March");
    house.story.turn_to("2026-03-18T09:05:00+08:00");
    sweep();
    assert_eq!(owner(), 3, "on the day");
    let told = |address: &str| {
        let mails = house.mails_to(address);
        mails.iter().filter(|(_, text)| text.contains("The news")).count()
    };
    assert_eq!(told("boss@example.com"), 0);
    house.story.turn_to("2026-04-20T09:05:00+08:00");
    sweep();
    assert_eq!(owner(), 3, "who is late is not reminded for ever");
    assert_eq!((told("boss@example.com"), told("mei@example.com")), (1, 1));
}

#[test]
fn two_stages_missed_in_a_standstill_are_one_mail_to_the_owner() {
    let house = House::at(NOW);
    house.sends_all(&house.grants(&house.asks("a@mail.example", &house.consent())));
    house.story.turn_to("2026-03-18T10:00:00+08:00");
    sweep::sweep(&house.story.house).unwrap();
    assert_eq!(house.mails_to("news@owners.example").len(), 2);
}

#[test]
fn what_lasts_is_in_force_until_somebody_ends_it_and_is_looked_at_on_its_day() {
    let house = House::at(NOW);
    let stored = house.grants(&house.asks("a@mail.example", &house.consent()));
    let item = stored.request.items[0].number;
    let state = stored.request.in_force_by(item).unwrap().clone();
    assert_eq!(
        state.since, stored.request.items[0].received_at,
        "from the withdrawal on"
    );
    assert_eq!(state.recheck_on.to_string(), "2026-09-02");
    let later = NaiveDate::from_ymd_opt(2027, 1, 4).unwrap();
    let checked = house.does(&stored, |desk| {
        let note = desk.keep("note", "Still so.")?;
        Ok(Command::CheckState {
            item,
            note,
            recheck_on: later,
        })
    });
    let state = checked.request.in_force_by(item).unwrap();
    assert_eq!((state.recheck_on, state.checks), (later, 1));
    let lifted = house.does(&checked, |desk| {
        let reason = desk.keep("reason", "Agreed anew on 3 March.")?;
        Ok(Command::LiftState { item, reason })
    });
    assert_eq!(lifted.request.in_force().count(), 0);
    house.is_refused(
        &lifted,
        Command::CheckState {
            item,
            note: lifted.request.card.clone(),
            recheck_on: later,
        },
        Refusal::NothingInForce,
    );
}

#[test]
fn the_register_keeps_every_version_and_an_import_is_all_or_nothing() {
    let house = House::at(NOW);
    let store = &house.story.house.store;
    let all = store.read(systems::all).unwrap();
    let text = write_table(&all);
    assert_eq!(read_table(text.as_bytes(), "x").unwrap().len(), 3);
    let mut shop = system("shop", Part::Holder, LegalBasis::Contract);
    let put = |system: &System| {
        store
            .write(|tx| systems::put(tx, system, "person:1", house.story.now()))
            .unwrap()
    };
    assert_eq!(put(&shop), Put::Same);
    shop.owner.mail = "new@owners.example".into();
    assert_eq!(put(&shop), Put::Changed);
    let history = store.read(|db| systems::history(db, &shop.id)).unwrap();
    let versions: Vec<_> = history
        .iter()
        .map(|one| (one.version, one.changed_by.as_str()))
        .collect();
    assert_eq!(versions, [(2, "person:1"), (1, "command")]);
    assert_eq!(history[0].system.differs_in(&history[1].system), ["mail"]);
    let said = store
        .read(|db| habeas::store::journal::read(db, habeas::store::journal::HOUSE))
        .unwrap();
    let last = said.last().unwrap();
    assert_eq!(last.body["columns"], serde_json::json!(["mail"]));
    assert!(
        !last.body.to_string().contains("owners.example"),
        "the journal names columns, not people"
    );
}

#[actix_web::test]
async fn an_owner_answers_by_the_link_of_the_mail_with_files_and_without_an_account() {
    let house = House::at(NOW);
    let stored = house.grants(&house.asks("Li Na <li.na@mail.example>", &house.searched()));
    let stored = house.sends_all(&stored);
    let (subject, text) = house.mails_to("shop@owners.example").pop().unwrap();
    assert!(subject.contains(&stored.request.reference));
    assert!(
        !text.contains("li.na@mail.example"),
        "whose data it is stands on the page alone"
    );
    let link = house.link_to("shop@owners.example");
    let app = init_service(app(Arc::clone(&house.story.house))).await;
    let before = house.find(&stored).seq;
    let page = send(&app, get(&link, None).to_request()).await;
    assert_eq!(page.status, StatusCode::OK);
    assert!(page.body.contains("li.na@mail.example") && page.body.contains("Order 77"));
    assert_eq!(house.find(&stored).seq, before, "looking changes nothing");
    let fields = [
        ("outcome", "done"),
        ("before", "12"),
        ("after", "12"),
        ("note", "All orders."),
    ];
    let files: [(&str, &[u8]); 1] = [("orders.csv", b"a,b\n1,2\n")];
    let foreign = upload(&link, None, &fields, &files).insert_header(("sec-fetch-site", "cross-site"));
    assert_eq!(send(&app, foreign.to_request()).await.status, StatusCode::FORBIDDEN);
    let sent = send(&app, upload(&link, None, &fields, &files).to_request()).await;
    assert_eq!(sent.status, StatusCode::SEE_OTHER, "{}", sent.body);
    let answered = house.find(&stored);
    let task = answered
        .request
        .tasks
        .iter()
        .find(|task| task.about.system.as_str() == "shop")
        .unwrap();
    assert_eq!(task.state.as_str(), "answered");
    let reply = &task.answer.as_ref().unwrap().reply;
    assert_eq!((reply.before, reply.after, reply.files.len()), (Some(12), Some(12), 1));
    let officer = visit(&house.story, house.mei);
    let page = send(
        &app,
        get(&format!("/requests/{}", stored.request.reference), Some(&officer)).to_request(),
    )
    .await;
    assert!(page.body.contains("orders.csv") && page.body.contains("All orders."));
    let file = format!(
        "/requests/{}/tasks/{}/files/{}",
        stored.request.reference, task.number, reply.files[0].id
    );
    let file = send(&app, post(&file, &officer, &[]).to_request()).await;
    assert_eq!(file.body, "a,b\n1,2\n");
    assert!(file.header("content-disposition").starts_with("attachment"));
    let again = upload(&link, None, &[("outcome", "nothing-held")], &[]);
    assert_eq!(send(&app, again.to_request()).await.status, StatusCode::SEE_OTHER);
    assert!(
        house.find(&stored).request.tasks[1]
            .answer
            .as_ref()
            .unwrap()
            .reply
            .outcome
            == Outcome::NothingHeld,
        "the last answer counts"
    );
}

#[actix_web::test]
async fn a_link_opens_its_own_task_until_it_ends_and_says_no_to_everything_else_alike() {
    let house = House::at(NOW);
    let stored = house.sends_all(&house.grants(&house.asks("a@mail.example", &house.relayed(false))));
    let app = init_service(app(Arc::clone(&house.story.house))).await;
    let shop = house.link_to("shop@owners.example");
    let news = house.link_to("news@owners.example");
    assert_ne!(shop, news);
    let cannot = upload(&shop, None, &[("outcome", "cannot")], &[]);
    let refused = send(&app, cannot.to_request()).await;
    assert!(refused.body.contains("Write down why it cannot be done"));
    send(&app, upload(&news, None, &[("outcome", "done")], &[]).to_request()).await;
    let found = house.find(&stored);
    let answered: Vec<&str> = found
        .request
        .tasks
        .iter()
        .filter(|task| task.answer.is_some())
        .map(|task| task.about.system.as_str())
        .collect();
    assert_eq!(answered, ["news"]);
    let other = Actor::Owner { link: 1, task: 1 };
    assert!(matches!(
        house.tries(&stored, other, |_| Ok(Command::AnswerTask { task: 3, reply: done() })),
        Err(StepError::Refused(Refusal::UnknownTask))
    ));
    assert!(matches!(
        house.tries(&stored, other, |_| Ok(Command::Close)),
        Err(StepError::Refused(Refusal::NotYourRole))
    ));
    house.sends(&found, 3, "Once more").unwrap();
    let revoked = send(&app, get(&shop, None).to_request()).await;
    let unknown = send(&app, get(&format!("/task/{}", "0".repeat(64)), None).to_request()).await;
    assert_eq!(
        (revoked.status, unknown.status),
        (StatusCode::NOT_FOUND, StatusCode::NOT_FOUND)
    );
    let fresh = house.link_to("shop@owners.example");
    assert_eq!(send(&app, get(&fresh, None).to_request()).await.status, StatusCode::OK);
    house.story.turn_to("2026-06-30T09:00:00+08:00");
    let expired = send(&app, get(&fresh, None).to_request()).await;
    assert_eq!(expired.status, StatusCode::NOT_FOUND);
    let late = upload(&fresh, None, &[("outcome", "done")], &[]);
    assert_eq!(send(&app, late.to_request()).await.status, StatusCode::NOT_FOUND);
}

#[actix_web::test]
async fn an_owner_who_is_signed_in_sees_their_own_tasks_and_nothing_else() {
    let house = House::at(NOW);
    let stored = house.sends_all(&house.grants(&house.asks("a@mail.example", &house.relayed(false))));
    let owner = hire(&house.story, "shop@owners.example", Role::SystemOwner, "en");
    let owner = visit(&house.story, owner);
    let app = init_service(app(Arc::clone(&house.story.house))).await;
    let list = send(&app, get("/tasks", Some(&owner)).to_request()).await;
    assert!(
        list.body.contains("The shop") && !list.body.contains("The news"),
        "{}",
        list.body
    );
    let reference = &stored.request.reference;
    let own = send(&app, get(&format!("/tasks/{reference}/3"), Some(&owner)).to_request()).await;
    assert_eq!(own.status, StatusCode::OK);
    for path in [
        format!("/tasks/{reference}/2"),
        format!("/requests/{reference}"),
        "/systems".to_owned(),
        "/states".to_owned(),
    ] {
        assert_eq!(
            send(&app, get(&path, Some(&owner)).to_request()).await.status,
            StatusCode::NOT_FOUND,
            "{path}"
        );
    }
    let answer = [("csrf", owner.csrf.as_str()), ("outcome", "done")];
    let other = upload(&format!("/tasks/{reference}/2"), Some(&owner), &answer, &[]);
    assert_eq!(send(&app, other.to_request()).await.status, StatusCode::NOT_FOUND);
    let mine = upload(&format!("/tasks/{reference}/3"), Some(&owner), &answer, &[]);
    assert_eq!(send(&app, mine.to_request()).await.status, StatusCode::SEE_OTHER);
    assert_eq!(house.find(&stored).request.tasks[2].state.as_str(), "answered");
}

#[actix_web::test]
async fn an_officer_plans_sends_explains_and_closes_on_the_page_of_the_request() {
    let house = House::at(NOW);
    let stored = house.grants(&house.asks("a@mail.example", &house.relayed(true)));
    let officer = visit(&house.story, house.mei);
    let app = init_service(app(Arc::clone(&house.story.house))).await;
    let path = format!("/requests/{}", stored.request.reference);
    let page = send(&app, get(&path, Some(&officer)).to_request()).await;
    assert!(page.body.contains("Nobody was told yet") && page.body.contains("In force: "));
    let seq = |house: &House| house.find(&stored).seq.to_string();
    let fields = |seq: &'_ str, more: &[(&'static str, &'static str)]| -> Vec<(String, String)> {
        let seq = [("seq", seq)];
        seq.iter()
            .chain(more)
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect()
    };
    let steps: [(&str, &[(&str, &str)], StatusCode); 3] = [
        (
            "tasks/1/removal",
            &[("reason", "The bank never got any."), ("end", "drop")],
            StatusCode::SEE_OTHER,
        ),
        (
            "tasks/dispatch",
            &[("task", "2"), ("task", "3"), ("words", "Order 77")],
            StatusCode::SEE_OTHER,
        ),
        (
            "tasks/dispatch",
            &[("task", "1"), ("words", "Order 77")],
            StatusCode::UNPROCESSABLE_ENTITY,
        ),
    ];
    for (step, more, status) in steps {
        let fields = fields(&seq(&house), more);
        let fields: Vec<(&str, &str)> = fields
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()))
            .collect();
        let answer = send(&app, post(&format!("{path}/{step}"), &officer, &fields).to_request()).await;
        assert_eq!(answer.status, status, "{step}: {}", answer.body);
    }
    assert_eq!(
        states(&house.find(&stored).request),
        [
            ("bank", "notice", "dropped"),
            ("news", "carry-out", "open"),
            ("shop", "carry-out", "open")
        ]
    );
    let tasks = send(&app, get("/tasks", Some(&officer)).to_request()).await;
    assert!(tasks.body.contains(&stored.request.reference));
    house.answers_by_hand(&house.find(&stored));
    let seq = seq(&house);
    let close = [("seq", seq.as_str()), ("reason", "Both were shut down in January.")];
    let answer = send(
        &app,
        post(&format!("{path}/tasks/closure"), &officer, &close).to_request(),
    )
    .await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.body);
    assert_eq!(house.find(&stored).request.stage.as_str(), "closed");
    let inforce = send(&app, get("/states", Some(&officer)).to_request()).await;
    assert!(
        inforce.body.contains(&stored.request.reference),
        "a restriction outlives its request"
    );
}

#[actix_web::test]
async fn after_a_restore_all_that_was_done_since_the_backup_is_listed_and_opened_again() {
    let house = House::at(NOW);
    let carried_out = |from: &str| -> Stored {
        let stored = house.sends_all(&house.grants(&house.asks(from, &house.relayed(false))));
        let stored = house.does(&stored, |_| Ok(Command::AnswerTask { task: 2, reply: done() }));
        let stored = house.does(&stored, |_| Ok(Command::AnswerTask { task: 3, reply: done() }));
        let stored = house.answers_by_hand(&stored);
        house.does(&stored, |_| Ok(Command::Close))
    };
    let before = carried_out("early@mail.example");
    house.story.turn_to("2026-03-09T09:00:00+08:00");
    let after = carried_out("Li Na <late@mail.example>");
    house.story.turn_to("2026-03-12T09:00:00+08:00");
    let officer = visit(&house.story, house.mei);
    let app = init_service(app(Arc::clone(&house.story.house))).await;
    let future = post("/systems/shop/restores", &officer, &[("backup_on", "2026-03-13")]);
    assert_eq!(
        send(&app, future.to_request()).await.status,
        StatusCode::UNPROCESSABLE_ENTITY
    );
    let marked = post("/systems/shop/restores", &officer, &[("backup_on", "2026-03-09")]);
    let marked = send(&app, marked.to_request()).await;
    let path = marked.header("location").split('?').next().unwrap().to_owned();
    let list = send(&app, get(&path, Some(&officer)).to_request()).await;
    assert!(list.body.contains(&after.request.reference) && !list.body.contains(&before.request.reference));
    let csv = send(&app, get(&format!("{path}/list.csv"), Some(&officer)).to_request()).await;
    assert!(csv.body.contains(&after.request.reference) && !csv.body.contains("late@mail.example"));
    assert!(!csv.body.contains("Li Na"), "references, and nobody's name");
    for _ in 0..2 {
        let opened = post(&path, &officer, &[("reason", "Restored from the backup of 9 March.")]);
        assert_eq!(send(&app, opened.to_request()).await.status, StatusCode::SEE_OTHER);
    }
    let again = house.find(&after);
    let repeats: Vec<_> = states(&again.request)
        .into_iter()
        .filter(|(_, kind, _)| *kind == "repeat")
        .collect();
    assert_eq!(
        repeats,
        [("shop", "repeat", "planned")],
        "once, and in this system alone"
    );
    assert_eq!(
        again.request.stage.as_str(),
        "closed",
        "the request itself stays closed"
    );
    let sent = house.sends(&again, 4, "").unwrap();
    assert_eq!(
        sent.request.task(4).unwrap().due_on(&sent.request).unwrap().to_string(),
        "2026-03-19"
    );
    let redone = house.does(&sent, |_| Ok(Command::AnswerTask { task: 4, reply: done() }));
    assert_eq!(redone.request.unsettled_tasks().count(), 0);
}

#[actix_web::test]
async fn the_register_is_written_on_its_page_and_says_what_is_wrong() {
    let house = House::at(NOW);
    let officer = visit(&house.story, house.mei);
    let auditor = visit(
        &house.story,
        hire(&house.story, "ann@example.com", Role::Auditor, "zh-Hans"),
    );
    let app = init_service(app(Arc::clone(&house.story.house))).await;
    let mut fields = vec![
        ("new", "yes"),
        ("id", "crm"),
        ("name", "CRM"),
        ("kind", "contractor"),
        ("country", "DE"),
        ("part", "holder"),
        ("owner", "Kai"),
        ("mail", "kai at example"),
        ("language", "en"),
        ("categories", "contact"),
        ("purposes", "Support = contract"),
        ("active", "yes"),
    ];
    let wrong = send(&app, post("/systems", &officer, &fields).to_request()).await;
    assert!(wrong.body.contains("is no mail address"), "{}", wrong.body);
    fields[7] = ("mail", "kai@example.com");
    assert_eq!(
        send(&app, post("/systems", &auditor, &fields).to_request())
            .await
            .status,
        StatusCode::NOT_FOUND
    );
    let written = send(&app, post("/systems", &officer, &fields).to_request()).await;
    assert_eq!(written.status, StatusCode::SEE_OTHER, "{}", written.body);
    let taken = send(&app, post("/systems", &officer, &fields).to_request()).await;
    assert!(taken.body.contains("is the id of another system"), "{}", taken.body);
    assert!(
        taken.body.contains("Support = contract"),
        "what was typed is still there"
    );
    for (path, words) in [
        ("/systems", "承包商 · DE"),
        ("/systems/crm", "Support = contract"),
        ("/systems/shop", "版本"),
    ] {
        let page = send(&app, get(path, Some(&auditor)).to_request()).await;
        assert!(page.status == StatusCode::OK && page.body.contains(words), "{path}");
    }
    assert_eq!(
        send(&app, get("/systems/none", Some(&officer)).to_request())
            .await
            .status,
        StatusCode::NOT_FOUND
    );
}

#[test]
fn the_rows_of_tasks_and_what_is_in_force_are_those_of_the_journal() {
    let house = House::at(NOW);
    let stored = house.sends_all(&house.grants(&house.asks("a@mail.example", &house.relayed(true))));
    let shelf = house.story.house.shelf();
    let rebuilt = house
        .story
        .house
        .store
        .write(|tx| requests::rebuild(tx, &*shelf))
        .unwrap();
    assert!(rebuilt.differed.is_empty(), "{rebuilt:?}");
    let listed = house.story.house.store.read(|db| {
        Ok::<_, StoreError>((
            habeas::store::tasks::unsettled(db, 100)?.len(),
            habeas::store::tasks::in_force(db, 100)?,
        ))
    });
    assert_eq!(listed.unwrap(), (2, vec![(stored.id, stored.request.items[0].number)]));
}
