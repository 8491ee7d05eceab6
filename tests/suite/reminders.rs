//! Reminders: each stage once, to whom it concerns, merged for each person, and none lost in a standstill.

use chrono::TimeDelta;
use habeas::domain::command::Command;
use habeas::domain::person::{Actor, PersonId, Role};
use habeas::domain::policy::Anchor;
use habeas::jobs::intake::Outcome;
use habeas::jobs::{digest, sweep};
use habeas::store::door::{Door, Seen};
use habeas::store::outbox;
use habeas::store::people::{self, AcceptError, NewPerson};
use habeas::store::requests::Stored;

use crate::harness::house::{Story, instant, mail};

struct Office {
    story: Story,
    mei: PersonId,
    boss: PersonId,
}

/// An officer and a manager, on a Monday morning in March without holidays.
fn office() -> Office {
    let story = Story::at("2026-03-02T09:00:00+08:00");
    let now = story.now();
    let add = |name, email, role, manager| NewPerson {
        name,
        email,
        role,
        language: "en",
        manager,
    };
    let (mei, boss) = story
        .house
        .store
        .write(|tx| {
            let mei = people::create(tx, &add("Mei", "mei@example.com", Role::Officer, false), now)?;
            let boss = people::create(tx, &add("Boss", "boss@example.com", Role::Reviewer, true), now)?;
            people::set_password(tx, mei, "a few words are good")?;
            people::set_password(tx, boss, "other words are good")?;
            Ok::<_, AcceptError>((mei, boss))
        })
        .unwrap();
    Office { story, mei, boss }
}

impl Office {
    fn request(&self, from: &str) -> Stored {
        self.story
            .opens(mail(from, "My data", "Please send me a copy of all my personal data."))
    }

    fn sweep(&self) {
        sweep::sweep(&self.story.house).unwrap();
    }

    /// The mails to staff so far: to whom, and the subject.
    fn mails(&self) -> Vec<(String, String)> {
        let store = &self.story.house.store;
        let queued = store
            .read(|db| outbox::in_state(db, outbox::State::Queued, 1000))
            .unwrap();
        let mut mails: Vec<(i64, String, String)> = queued
            .into_iter()
            .filter(|mail| mail.request_id.is_none())
            .map(|mail| {
                let raw = store.read(|db| outbox::raw(db, mail.id)).unwrap();
                (
                    mail.id,
                    mail.recipient.unwrap(),
                    habeas::mail::parse::parse(&raw).subject,
                )
            })
            .collect();
        mails.sort();
        mails.into_iter().map(|(_, to, subject)| (to, subject)).collect()
    }

    fn to(&self, address: &str) -> usize {
        self.mails().iter().filter(|(to, _)| to == address).count()
    }

    fn acts(&self, stored: &Stored, command: Command) {
        let shelf = self.story.house.shelf();
        let actor = Actor::Person {
            id: self.mei,
            role: Role::Officer,
        };
        let door = Door {
            book: &*shelf,
            actor,
            now: self.story.now(),
        };
        self.story
            .house
            .store
            .write(|tx| door.step(tx, stored.id, Seen::Whatever, |_| Ok(command)))
            .unwrap();
    }
}

#[test]
fn nobody_is_reminded_before_it_is_time_and_everybody_once_when_it_is() {
    let office = office();
    let stored = office.request("h@meadow.example");
    assert_eq!(stored.request.deadline.due_on.to_string(), "2026-03-23");
    office.sweep();
    assert_eq!(office.mails(), []);
    office.story.turn_to("2026-03-16T08:59:00+08:00");
    office.sweep();
    let before = office.mails().len();
    office.story.turn_to("2026-03-16T09:01:00+08:00");
    office.sweep();
    office.sweep();
    assert_eq!(
        office.mails().len(),
        before + 1,
        "five working days before the deadline, once"
    );
    assert_eq!(office.to("boss@example.com"), 0);
}

#[test]
fn what_goes_past_its_deadline_goes_up_to_the_manager() {
    let office = office();
    office.request("h@meadow.example");
    office.story.turn_to("2026-03-24T10:00:00+08:00");
    office.sweep();
    assert_eq!(office.to("boss@example.com"), 1);
}

#[test]
fn after_ten_days_of_standstill_each_person_gets_one_merged_mail_and_the_ledger_misses_no_stage() {
    let office = office();
    let requests: Vec<Stored> = (0..12)
        .map(|number| office.request(&format!("p{number}@mail.example")))
        .collect();
    office.story.turn_to("2026-04-20T10:00:00+08:00");
    office.sweep();
    office.sweep();
    assert_eq!(office.to("mei@example.com"), 1);
    assert_eq!(office.to("boss@example.com"), 1);
    let policy = office.story.house.pack().unwrap();
    let always = policy
        .pack
        .policy
        .reminders
        .iter()
        .filter(|rule| rule.only_in.is_none() && matches!(rule.from, Anchor::Deadline | Anchor::Receipt))
        .count();
    for stored in &requests {
        let after = office.story.request(&stored.request.reference);
        assert_eq!(after.request.reminded.len(), always);
        let (_, subject) = &office.mails()[0];
        assert!(subject.contains("DSR-2026-"), "{subject}");
    }
}

#[test]
fn while_nobody_can_be_told_no_stage_counts_as_told() {
    let story = Story::at("2026-03-02T09:00:00+08:00");
    let stored = story.opens(mail(
        "h@meadow.example",
        "My data",
        "Please send me a copy of all my personal data.",
    ));
    story.turn_to("2026-03-25T10:00:00+08:00");
    assert_eq!(sweep::sweep(&story.house).unwrap(), sweep::Swept::default());
    assert!(story.request(&stored.request.reference).request.reminded.is_empty());
    let mei = NewPerson {
        name: "Mei",
        email: "mei@example.com",
        role: Role::Officer,
        language: "en",
        manager: false,
    };
    let now = story.now();
    story
        .house
        .store
        .write(|tx| {
            let id = people::create(tx, &mei, now)?;
            people::set_password(tx, id, "a few words are good")
        })
        .unwrap();
    assert_eq!(
        sweep::sweep(&story.house).unwrap().mails,
        1,
        "whoever comes first learns of all of it"
    );
}

#[test]
fn an_assigned_request_reminds_its_assignee_and_a_settled_one_nobody() {
    let office = office();
    let taken = office.request("h@meadow.example");
    office.acts(&taken, Command::Assign { to: Some(office.boss) });
    office.story.turn_to("2026-03-16T10:00:00+08:00");
    office.sweep();
    assert_eq!(office.to("boss@example.com"), 1);
    assert_eq!(office.to("mei@example.com"), 0);
}

#[test]
fn the_digest_goes_out_once_on_a_working_day_and_never_on_a_day_off() {
    let office = office();
    office.request("h@meadow.example");
    office.story.turn_to("2026-03-21T10:00:00+08:00");
    assert_eq!(digest::digest(&office.story.house).unwrap(), 0, "a Saturday");
    office.story.turn_to("2026-03-23T08:00:00+08:00");
    assert_eq!(digest::digest(&office.story.house).unwrap(), 0, "before nine");
    office.story.turn_to("2026-03-23T09:30:00+08:00");
    assert_eq!(digest::digest(&office.story.house).unwrap(), 1);
    assert_eq!(digest::digest(&office.story.house).unwrap(), 0);
    office.story.wait(TimeDelta::days(1));
    assert_eq!(digest::digest(&office.story.house).unwrap(), 1, "it is late now");
}

#[test]
fn a_message_that_waits_to_be_confirmed_is_in_the_digest() {
    let office = office();
    let stored = office.request("h@meadow.example");
    assert_eq!(digest::digest(&office.story.house).unwrap(), 0, "nothing to tell yet");
    let held = office
        .story
        .receives(mail("h@meadow.example", "Re: My data", "Is there any news?"));
    let reference = stored.request.reference;
    assert_eq!(held.outcome, Outcome::Joined { reference, held: true });
    assert_eq!(digest::digest(&office.story.house).unwrap(), 1);
}

#[test]
fn the_next_due_instant_is_indexed_and_empty_once_the_clock_stands() {
    let office = office();
    let stored = office.request("h@meadow.example");
    let due = |at: &str| {
        office
            .story
            .house
            .store
            .read(|db| habeas::store::requests::due(db, instant(at), 10))
            .unwrap()
    };
    assert!(due("2026-03-02T10:00:00+08:00").is_empty());
    assert_eq!(due("2026-12-01T10:00:00+08:00"), [stored.id]);
    let reason = habeas::domain::text::TextRef {
        id: 1,
        commitment: "0".repeat(64),
    };
    office.acts(&stored, Command::Withdraw { reason });
    assert!(due("2026-12-01T10:00:00+08:00").is_empty());
}
