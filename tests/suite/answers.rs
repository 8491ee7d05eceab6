//! From decision to delivery: the clock stops when the next hop has the answer, and not before.

use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use chrono::TimeDelta;
use habeas::domain::approval::Digest;
use habeas::domain::assessment::{Finding, Scope};
use habeas::domain::command::Command;
use habeas::domain::item::{Basis, Decision, Verdict};
use habeas::domain::letter::Occasion;
use habeas::domain::moves::Refusal;
use habeas::domain::person::{Actor, PersonId, Role};
use habeas::domain::request::Stage;
use habeas::jobs::{JOBS, Workshop, deliver};
use habeas::mail::letters::{self, Letterhead, Words};
use habeas::mail::oauth::Accounts;
use habeas::mail::parse::parse;
use habeas::mail::tls::Security;
use habeas::mail::transport::{SmtpSettings, Transport};
use habeas::store::door::{Desk, Door, Seen, StepError};
use habeas::store::requests::{self, Stored};

use crate::harness::house::{Story, mail, mail_with};

const MEI: Actor = Actor::Person {
    id: PersonId(1),
    role: Role::Officer,
};
const TOM: Actor = Actor::Person {
    id: PersonId(2),
    role: Role::Reviewer,
};

fn step(
    story: &Story,
    stored: &Stored,
    actor: Actor,
    command: impl FnOnce(&mut Desk<'_, '_>) -> Result<Command, StepError>,
) -> Result<Stored, StepError> {
    let shelf = story.house.shelf();
    let door = Door {
        book: &*shelf,
        actor,
        now: story.now(),
    };
    story
        .house
        .store
        .write(|tx| door.step(tx, stored.id, Seen::Whatever, command))
}

fn answer(story: &Story, stored: &Stored) -> Result<Stored, StepError> {
    let pack = story.house.pack().unwrap();
    let head = Letterhead {
        settings: &story.house.settings,
        pack: &pack.pack,
        thread: None,
    };
    step(story, stored, MEI, |desk| {
        let text = letters::write(desk, head, Occasion::Answer, Words::default())?;
        let letter = letters::post(desk, head, Occasion::Answer, &text)?;
        Ok(Command::Answer {
            letter,
            says: Digest::of_letter(&text),
            text: desk.keep("answer", &text.body)?,
        })
    })
}

/// A second person approves the answer as it reads now.
fn approve(story: &Story, stored: &Stored) {
    let pack = story.house.pack().unwrap();
    let head = Letterhead {
        settings: &story.house.settings,
        pack: &pack.pack,
        thread: None,
    };
    step(story, stored, TOM, |desk| {
        let letter = Digest::of_letter(&letters::answer(desk, head, Words::default())?);
        Ok(Command::Approve { letter })
    })
    .unwrap();
}

fn deliver(story: &Story, folder: &Path) -> deliver::Delivered {
    let transport = Transport::folder(folder).unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    runtime
        .block_on(deliver::deliver(&story.house, &transport, "test"))
        .unwrap()
}

fn letters_in(folder: &Path) -> Vec<habeas::domain::message::Mail> {
    let mut mails: Vec<_> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| parse(&std::fs::read(entry.unwrap().path()).unwrap()))
        .collect();
    mails.sort_by_key(|mail| mail.subject.clone());
    mails
}

/// A request whose one item is refused for an exemption, ready for the second person.
fn refused(story: &Story) -> Stored {
    let stored = story.opens(mail(
        "Helen Brook <h@meadow.example>",
        "My data",
        "Please send me a copy of my personal data.",
    ));
    assert_eq!((&stored.request.stage, stored.request.items.len()), (&Stage::Open, 1));
    let policy = story.house.pack().unwrap().pack.policy.clone();
    let exemption = policy.exemptions.last().unwrap().id.clone();
    let item = stored.request.items[0].number;
    step(story, &stored, MEI, |desk| {
        let reason = desk.keep("reason", "Witnesses are named.")?;
        let evidence = Some(desk.keep("evidence", "Their statements of 12 March.")?);
        let finding = Finding {
            exemption: exemption.clone(),
            scope: Scope::Whole,
            verdict: Verdict::Yes,
            reason,
            evidence,
            still_given: None,
            review_on: None,
        };
        Ok(Command::Assess { item, finding })
    })
    .unwrap();
    step(story, &stored, MEI, |desk| {
        let reason = desk.keep("reason", "The file names witnesses who were promised silence.")?;
        let basis = Basis::Exemptions {
            exemptions: vec![exemption.clone()],
        };
        Ok(Command::Decide {
            item,
            decision: Decision::Refused { basis, reason },
        })
    })
    .unwrap();
    story.proves_address(&stored)
}

#[test]
fn a_refusal_reaches_the_requester_with_reason_legal_basis_and_remedy_after_a_second_person_agreed() {
    let story = Story::at("2026-03-02T09:00:00+08:00");
    let folder = tempfile::tempdir().unwrap();
    let stored = refused(&story);
    assert!(matches!(
        answer(&story, &stored),
        Err(StepError::Refused(Refusal::ApprovalMissing))
    ));
    approve(&story, &stored);
    let queued = answer(&story, &stored).unwrap();
    assert!(matches!(queued.request.stage, Stage::Answering { .. }));
    assert_eq!(
        deliver(&story, folder.path()).sent,
        3,
        "the acknowledgement, the code and the answer"
    );
    let after = story.request(&stored.request.reference);
    assert_eq!(after.request.answered_at(), Some(story.now()));
    let mails = letters_in(folder.path());
    let refusal = mails
        .iter()
        .find(|mail| mail.making.auto_submitted.is_none())
        .expect("an answer is not automatic");
    for part in [
        "witnesses who were promised silence",
        "Article",
        "court",
        &after.request.reference,
    ] {
        assert!(refusal.text.contains(part), "{part} is missing in:\n{}", refusal.text);
    }
    let receipt = mails
        .iter()
        .find(|mail| mail.making.auto_submitted.is_some())
        .expect("an acknowledgement");
    assert_eq!(receipt.making.auto_submitted.as_deref(), Some("auto-replied"));
    assert!(receipt.in_reply_to[0].ends_with("@mail.example"));
}

#[test]
fn a_refused_step_leaves_no_letter_behind() {
    let story = Story::at("2026-03-02T09:00:00+08:00");
    let folder = tempfile::tempdir().unwrap();
    let stored = refused(&story);
    assert!(matches!(
        answer(&story, &stored),
        Err(StepError::Refused(Refusal::ApprovalMissing))
    ));
    assert_eq!(
        deliver(&story, folder.path()).sent,
        2,
        "only the acknowledgement and the code"
    );
    let after = story.request(&stored.request.reference);
    assert_eq!(
        after.seq,
        story
            .house
            .store
            .read(|db| requests::history(db, stored.id))
            .unwrap()
            .len() as i64
    );
}

#[test]
fn a_reply_with_our_token_from_the_requester_joins_and_from_a_stranger_is_held() {
    let story = Story::at("2026-03-02T09:00:00+08:00");
    let folder = tempfile::tempdir().unwrap();
    let stored = story.opens(mail(
        "h@meadow.example",
        "My data",
        "Please send me a copy of all personal data you hold about me.",
    ));
    deliver(&story, folder.path());
    let id = letters_in(folder.path())[0].message_id.clone().unwrap();
    let reply = |from: &str| {
        let headers = format!("In-Reply-To: <{id}>\r\nReferences: <{id}>\r\n");
        story
            .receives(mail_with(
                from,
                "Re: We have received your request",
                &headers,
                "Thank you, I will wait.",
            ))
            .outcome
    };
    let joined = |held| habeas::jobs::intake::Outcome::Joined {
        reference: stored.request.reference.clone(),
        held,
    };
    assert_eq!(reply("h@meadow.example"), joined(false));
    assert_eq!(reply("mallory@evil.example"), joined(true));
    let after = story.request(&stored.request.reference);
    assert_eq!((after.request.messages.len(), after.request.held.len()), (2, 1));
}

#[test]
fn every_step_of_a_whole_life_can_be_rebuilt_from_the_journal() {
    let story = Story::at("2026-03-02T09:00:00+08:00");
    let folder = tempfile::tempdir().unwrap();
    let stored = refused(&story);
    approve(&story, &stored);
    answer(&story, &stored).unwrap();
    deliver(&story, folder.path());
    step(&story, &stored, MEI, |_| Ok(Command::Close)).unwrap();
    let shelf = story.house.shelf();
    let rebuilt = story.house.store.write(|tx| requests::rebuild(tx, &*shelf)).unwrap();
    assert_eq!((rebuilt.requests, rebuilt.differed), (1, vec![]));
}

#[test]
fn a_way_out_that_is_closed_stands_on_the_board_until_a_letter_gets_through() {
    let story = Story::at("2025-03-03T02:00:00Z");
    story.opens(mail(
        "Helen Brook <h@meadow.example>",
        "My data",
        "Please send me a copy of all personal data you hold about me.",
    ));
    let folder = tempfile::tempdir().unwrap();
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let workshop = |transport, held_up| Workshop {
        house: Arc::clone(&story.house),
        accounts: Arc::new(Accounts::new(story.house.store.clone(), story.house.now.clone())),
        transport,
        owner: "test".to_owned(),
        handle: runtime.handle().clone(),
        held_up: Mutex::new(held_up),
    };
    let job = JOBS.iter().find(|job| job.name == "deliver").unwrap();
    let closed = SmtpSettings {
        host: "127.0.0.1".to_owned(),
        port: 1,
        security: Security::PlainLoopback,
        extra_ca: None,
        login: None,
        timeout: Duration::from_secs(5),
    };
    let shut = workshop(Transport::smtp(&closed).unwrap(), None);
    // The second run tries nothing, since the letter's time has not come, and must not look as if all were well.
    for _ in 0..2 {
        let said = (job.work)(&shut).unwrap_err().to_string();
        assert!(
            said.contains("cannot be reached") && said.ends_with("tried again: 1."),
            "{said}"
        );
    }
    story.wait(TimeDelta::minutes(6));
    let held_up = shut.held_up.into_inner().unwrap();
    let open = workshop(Transport::folder(folder.path()).unwrap(), held_up);
    assert_eq!((job.work)(&open).unwrap(), "1 sent, 0 to try again, 0 failed");
    assert_eq!((job.work)(&open).unwrap(), "");
}
