//! Automatic mail: what programmes send gets no answer, what we send by itself stays little, and reports are believed
//! when they bear our signature (RFC 3834, RFC 3464).

use std::path::Path;

use chrono::TimeDelta;
use habeas::config::{Replies, ReplyForm, Settings};
use habeas::domain::approval::Digest;
use habeas::domain::command::Command;
use habeas::domain::item::Decision;
use habeas::domain::letter::Occasion;
use habeas::domain::person::{Actor, PersonId, Role};
use habeas::domain::request::Stage;
use habeas::jobs::intake::Outcome;
use habeas::jobs::{deliver, sweep};
use habeas::mail::letters::{self, Letterhead, Words};
use habeas::mail::parse::parse;
use habeas::mail::token::Tokens;
use habeas::mail::transport::Transport;
use habeas::store::door::{Desk, Door, Seen, StepError};
use habeas::store::outbox::{self, Outgoing, State};
use habeas::store::people::{self, AcceptError, NewPerson};
use habeas::store::requests::Stored;

use crate::harness::house::{Story, mail, mail_with};

const ASK: &str = "Please send me a copy of my personal data.";
const ANN: &str = "Ann Hill <ann@meadow.example>";

fn house() -> Story {
    Story::with("2026-03-02T09:00:00+08:00", |mut settings: Settings| {
        settings.replies = Replies {
            address: ReplyForm::Plus,
            domain: String::new(),
        };
        settings
    })
}

fn of_request(story: &Story, request: &Stored) -> Vec<Outgoing> {
    story.house.store.read(|db| outbox::of_request(db, request.id)).unwrap()
}

fn letter(story: &Story, id: i64) -> Outgoing {
    story.house.store.read(|db| outbox::find(db, id)).unwrap().unwrap()
}

fn raw(story: &Story, letter: i64) -> Vec<u8> {
    story.house.store.read(|db| outbox::raw(db, letter)).unwrap()
}

fn queued(story: &Story) -> usize {
    story
        .house
        .store
        .read(|db| outbox::in_state(db, State::Queued, 1000))
        .unwrap()
        .len()
}

#[test]
fn what_we_send_by_itself_says_so_and_repeats_nothing_of_what_came() {
    let story = house();
    let stored = story.opens(mail(
        ANN,
        "Blue elephants",
        &format!("{ASK} Remember the purple giraffe."),
    ));
    let letter = of_request(&story, &stored).remove(0);
    let text = String::from_utf8(raw(&story, letter.id)).unwrap();
    let read = parse(text.as_bytes());
    assert_eq!(read.making.auto_submitted.as_deref(), Some("auto-replied"));
    assert!(read.making.auto_response_header);
    assert!(
        !read.text.contains("giraffe") && !read.subject.contains("elephants"),
        "{text}"
    );
    let tokens = Tokens::new(story.house.store.vault(), &story.house.settings);
    assert_eq!(read.reply_to[0].address, tokens.reply_address(stored.id).unwrap());
    assert_ne!(
        tokens.bounce_address(&letter.message_id),
        story.house.settings.controller.contact
    );
}

#[test]
fn what_a_programme_sent_is_kept_and_never_answered() {
    for (what, headers, from) in [
        ("a vacation responder", "Auto-Submitted: auto-replied\r\n", ANN),
        ("a notifier", "Auto-Submitted: auto-generated (rule 7)\r\n", ANN),
        ("bulk mail", "Precedence: bulk\r\n", ANN),
        ("junk mail by its own word", "Precedence: JUNK\r\n", ANN),
        ("a mailing list", "List-Id: <members.meadow.example>\r\n", ANN),
        (
            "a list's post",
            "List-Unsubscribe: <mailto:off@meadow.example>\r\n",
            ANN,
        ),
        ("one that wants no answer", "X-Auto-Response-Suppress: OOF\r\n", ANN),
        ("a null sender", "Return-Path: <>\r\n", ANN),
        ("a mailer daemon", "", "MAILER-DAEMON@meadow.example"),
        ("nobody's address", "", "no-reply@meadow.example"),
        ("ourselves", "", "privacy@example.com"),
        ("ourselves with a tag", "", "privacy+r1.0@example.com"),
    ] {
        let story = house();
        let taken = story.receives(mail_with(from, "My data", headers, ASK));
        assert_eq!(queued(&story), 0, "{what}: {:?}", taken.outcome);
        let kept = story
            .house
            .store
            .read(|db| habeas::store::messages::raw(db, taken.message))
            .unwrap();
        assert!(!kept.is_empty(), "{what}");
    }
}

#[test]
fn a_vacation_responders_answer_to_our_letter_changes_nothing_and_is_kept_with_a_reason() {
    let story = house();
    let stored = story.opens(mail(ANN, "My data", ASK));
    let letter = of_request(&story, &stored).remove(0);
    let headers = format!(
        "Auto-Submitted: auto-replied\r\nIn-Reply-To: <{}>\r\n",
        letter.message_id
    );
    let taken = story.receives(mail_with(
        ANN,
        "Out of office: My data",
        &headers,
        "I am away until Monday.",
    ));
    assert_eq!(
        taken.outcome,
        Outcome::SetAside {
            why: "automatic".to_owned()
        }
    );
    assert_eq!(queued(&story), 1);
    assert_eq!(
        story.request(&stored.request.reference).request.messages,
        stored.request.messages
    );
}

/// A programme at the other end answers every letter of ours, wrongly without saying that it is one.
fn letters_in_a_loop(answer: impl Fn(&str, &str, usize) -> String) -> usize {
    let story = house();
    let first = story.receives(answer("Your data", "<first@meadow.example>", 0));
    assert!(
        !matches!(first.outcome, Outcome::Quarantined { .. }),
        "{:?}",
        first.outcome
    );
    for round in 0..20 {
        let all = story
            .house
            .store
            .read(|db| outbox::in_state(db, State::Queued, 1000))
            .unwrap();
        // The letters stand newest first, and the programme answers each once, in order.
        let Some(letter) = all.iter().rev().nth(round) else {
            break;
        };
        let read = parse(&raw(&story, letter.id));
        story.wait(TimeDelta::seconds(20));
        story.receives(answer(&read.subject, &letter.message_id, round + 1));
    }
    queued(&story)
}

#[test]
fn a_loop_with_another_programme_ends_after_two_mails() {
    let robot = "robot@meadow.example";
    let same =
        letters_in_a_loop(|_, _, _| mail(robot, "Out of office", "I am away and will read your mail on Monday."));
    let quoting = letters_in_a_loop(|subject, _, round| {
        mail(robot, &format!("Re: {subject}"), &format!("Ticket {round}. {ASK}"))
    });
    let asking = letters_in_a_loop(|_, _, round| mail(robot, "Privacy request", &format!("{ASK} ({round})")));
    let threaded = letters_in_a_loop(|subject, id, round| {
        let headers = format!("In-Reply-To: <{id}>\r\n");
        mail_with(robot, &format!("Ticket {round}: {subject}"), &headers, ASK)
    });
    let without_subject = letters_in_a_loop(|_, _, round| mail(robot, "", &format!("{ASK} {round}")));
    for (what, letters) in [
        ("the same words", same),
        ("our subject", quoting),
        ("the same request", asking),
        ("a reply", threaded),
        ("no subject", without_subject),
    ] {
        assert!(letters <= 2, "{what}: {letters} letters");
        // Otherwise nothing was tried: a first mail that asks for something is acknowledged.
        assert!(letters > 0 || what == "the same words", "{what}");
    }
}

#[test]
fn beyond_three_a_day_to_one_address_a_letter_waits_for_a_person_and_none_is_dropped() {
    let story = house();
    let subjects = [
        "Data of my shop",
        "Data of my flat",
        "Data of my car",
        "Data of my boat",
    ];
    let opened: Vec<Stored> = subjects.map(|subject| story.opens(mail(ANN, subject, ASK))).into();
    let states: Vec<State> = opened
        .iter()
        .map(|request| of_request(&story, request)[0].state)
        .collect();
    assert_eq!(states, [State::Queued, State::Queued, State::Queued, State::Waiting]);
    assert_eq!(of_request(&story, &opened[3])[0].reply.as_deref(), Some("to-sender"));
    story.wait(TimeDelta::hours(25));
    let next_day = story.opens(mail(ANN, "Data of my bicycle", ASK));
    assert_eq!(of_request(&story, &next_day)[0].state, State::Queued);
}

#[test]
fn beyond_sixty_an_hour_in_all_letters_wait_for_a_person() {
    let story = house();
    let states: Vec<State> = (0..62)
        .map(|number| {
            let stored = story.opens(mail(&format!("p{number}@meadow.example"), "My data", ASK));
            of_request(&story, &stored)[0].state
        })
        .collect();
    assert!(states[..60].iter().all(|state| *state == State::Queued));
    assert_eq!(states[60..], [State::Waiting, State::Waiting]);
    story.wait(TimeDelta::minutes(61));
    let later = story.opens(mail("late@meadow.example", "My data", ASK));
    assert_eq!(of_request(&story, &later)[0].state, State::Queued);
}

/// A request that Mei answered, accepted by the next hop; with the answer's letter.
fn answered(story: &Story, folder: &Path) -> (Stored, Outgoing) {
    let mei = NewPerson {
        name: "Mei",
        email: "mei@example.com",
        role: Role::Officer,
        language: "en",
        manager: false,
    };
    let mei = story
        .house
        .store
        .write(|tx| {
            let id = people::create(tx, &mei, story.now())?;
            people::set_password(tx, id, "a long enough pass phrase")?;
            Ok::<_, AcceptError>(id)
        })
        .unwrap();
    let stored = story.opens(mail(ANN, "My data", ASK));
    story.proves_address(&stored);
    let item = stored.request.items[0].number;
    let officer = Actor::Person {
        id: mei,
        role: Role::Officer,
    };
    step(story, &stored, officer, |desk| {
        let reason = desk.keep("reason", "We searched the shop and the club and found nothing.")?;
        Ok(Command::Decide {
            item,
            decision: Decision::NothingHeld { reason },
        })
    });
    let pack = story.house.pack().unwrap();
    let head = Letterhead {
        settings: &story.house.settings,
        pack: &pack.pack,
        thread: None,
    };
    step(story, &stored, officer, |desk| {
        let text = letters::write(desk, head, Occasion::Answer, Words::default())?;
        let letter = letters::post(desk, head, Occasion::Answer, &text)?;
        Ok(Command::Answer {
            letter,
            says: Digest::of_letter(&text),
            text: desk.keep("answer", &text.body)?,
        })
    });
    deliver(story, folder);
    let after = story.request(&stored.request.reference);
    assert!(
        matches!(after.request.stage, Stage::Answered { .. }),
        "{:?}",
        after.request.stage
    );
    let answer = of_request(story, &stored).pop().unwrap();
    (after, answer)
}

fn step(
    story: &Story,
    stored: &Stored,
    actor: Actor,
    command: impl FnOnce(&mut Desk<'_, '_>) -> Result<Command, StepError>,
) -> Stored {
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
        .unwrap()
}

fn deliver(story: &Story, folder: &Path) {
    let transport = Transport::folder(folder).unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    runtime
        .block_on(deliver::deliver(&story.house, &transport, "test"))
        .unwrap();
}

/// A report of a mail server as RFC 3464 writes it.
pub(crate) fn report(to: &str, action: &str, returned: &str) -> String {
    format!(
        "From: MAILER-DAEMON@mx.meadow.example\nTo: {to}\nSubject: Delivery report\nAuto-Submitted: auto-replied\n\
         Content-Type: multipart/report; report-type=delivery-status; boundary=\"b\"\n\n--b\nContent-Type: text/plain\n\nAbout \
         your mail.\n\n--b\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; mx.meadow.example\n\nFinal-Recipient: \
         rfc822; ann@meadow.example\nAction: {action}\nStatus: 5.1.1\nDiagnostic-Code: smtp; 550 no such user\n\n--b\n\
         Content-Type: text/rfc822-headers\n\nMessage-ID: <{returned}>\n\n--b--\n"
    )
    .replace('\n', "\r\n")
}

/// The mails to staff that a sweep makes, as they read.
fn told(story: &Story, folder: &Path) -> Vec<String> {
    sweep::sweep(&story.house).unwrap();
    let waiting = story
        .house
        .store
        .read(|db| outbox::in_state(db, State::Queued, 100))
        .unwrap();
    let read = waiting
        .iter()
        .filter(|letter| letter.occasion == "reminder")
        .map(|letter| parse(&raw(story, letter.id)).text)
        .collect();
    deliver(story, folder);
    read
}

/// How a report names the letter it is about.
enum Way {
    ReturnedHeader,
    BounceAddress,
}

#[test]
fn an_answer_that_comes_back_is_open_again_whatever_smtp_said_and_somebody_is_told() {
    let folder = tempfile::tempdir().unwrap();
    for way in [Way::ReturnedHeader, Way::BounceAddress] {
        let story = house();
        let (stored, answer) = answered(&story, folder.path());
        story.wait(TimeDelta::hours(7));
        let taken = story.receives(match way {
            Way::ReturnedHeader => report("privacy@example.com", "failed", &answer.message_id),
            Way::BounceAddress => {
                let tokens = Tokens::new(story.house.store.vault(), &story.house.settings);
                let address = tokens.bounce_address(&answer.message_id);
                report(&address, "failed", "lost@mx.meadow.example")
            }
        });
        assert!(
            matches!(taken.outcome, Outcome::Joined { held: false, .. }),
            "{:?}",
            taken.outcome
        );
        let after = story.request(&stored.request.reference);
        assert_eq!(after.request.stage, Stage::NotDelivered { letter: answer.id });
        assert!(after.request.is_running());
        assert_eq!(after.request.deadline, stored.request.deadline);
        assert_eq!(letter(&story, answer.id).state, State::Failed);
        assert_eq!(
            letter(&story, answer.id).reply.as_deref(),
            Some("5.1.1 · smtp; 550 no such user")
        );
        let told = told(&story, folder.path());
        assert!(told.len() == 1 && told[0].contains("did not arrive"), "{told:?}");
    }
}

#[test]
fn a_report_that_comes_twice_or_after_closing_does_what_it_must_once() {
    let folder = tempfile::tempdir().unwrap();
    let story = house();
    let (stored, answer) = answered(&story, folder.path());
    let officer = Actor::Person {
        id: PersonId(1),
        role: Role::Officer,
    };
    step(&story, &stored, officer, |_| Ok(Command::Close));
    let failed = report("privacy@example.com", "failed", &answer.message_id);
    story.receives(&failed);
    let reopened = story.request(&stored.request.reference);
    assert_eq!(reopened.request.stage, Stage::NotDelivered { letter: answer.id });
    let again = story.receives(failed.replace("About your mail.", "About your mail, again."));
    assert!(matches!(again.outcome, Outcome::Joined { .. }), "{:?}", again.outcome);
    let after = story.request(&stored.request.reference);
    assert_eq!(after.request.stage, reopened.request.stage);
    assert_eq!(told(&story, folder.path()).len(), 1);
}

#[test]
fn a_delay_is_noted_and_told_and_the_answer_stays_given() {
    let folder = tempfile::tempdir().unwrap();
    let story = house();
    let (stored, answer) = answered(&story, folder.path());
    story.receives(report("privacy@example.com", "delayed", &answer.message_id));
    let after = story.request(&stored.request.reference);
    assert_eq!(after.request.stage, stored.request.stage);
    assert_eq!(letter(&story, answer.id).state, State::Delayed);
    let told = told(&story, folder.path());
    assert!(told.len() == 1 && told[0].contains("not arrived yet"), "{told:?}");
    story.receives(report("privacy@example.com", "failed", &answer.message_id));
    let failed = story.request(&stored.request.reference);
    assert_eq!(failed.request.stage, Stage::NotDelivered { letter: answer.id });
}

#[test]
fn a_report_without_our_signature_changes_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let story = house();
    let (stored, answer) = answered(&story, folder.path());
    let reference = &stored.request.reference;
    for (to, returned) in [
        ("privacy@example.com", "somebody@meadow.example".to_owned()),
        ("privacy@example.com", answer.message_id.replace("habeas.", "habeas.0")),
        (
            "privacy+b00112233445566778899aabbccddeeff@example.com",
            reference.clone(),
        ),
    ] {
        let taken = story.receives(report(to, "failed", &returned));
        assert!(matches!(taken.outcome, Outcome::SetAside { .. }), "{:?}", taken.outcome);
    }
    assert_eq!(story.request(reference).request.stage, stored.request.stage);
    assert_eq!(letter(&story, answer.id).state, State::Sent);
    assert_eq!(told(&story, folder.path()), Vec::<String>::new());
}

#[test]
fn a_report_in_plain_words_waits_at_its_request_for_a_person() {
    let folder = tempfile::tempdir().unwrap();
    let story = house();
    let (stored, answer) = answered(&story, folder.path());
    let text = format!(
        "Sorry, no mailbox here by that name.\r\n\r\nMessage-ID: <{}>",
        answer.message_id
    );
    let taken = story.receives(mail("MAILER-DAEMON@mx.meadow.example", "failure notice", &text));
    assert!(
        matches!(taken.outcome, Outcome::Joined { held: true, .. }),
        "{:?}",
        taken.outcome
    );
    assert_eq!(
        story.request(&stored.request.reference).request.stage,
        stored.request.stage
    );
}

#[test]
fn an_acknowledgement_that_comes_back_is_told_and_the_request_goes_on() {
    let folder = tempfile::tempdir().unwrap();
    let story = house();
    let (stored, _) = answered(&story, folder.path());
    let receipt = of_request(&story, &stored).remove(0);
    story.receives(report("privacy@example.com", "failed", &receipt.message_id));
    assert_eq!(letter(&story, receipt.id).state, State::Failed);
    assert_eq!(
        story.request(&stored.request.reference).request.stage,
        stored.request.stage
    );
    assert_eq!(told(&story, folder.path()).len(), 1);
}
