//! Mail that follows up on a request: read or confirmed by an officer, with what it adds; and letters that wait for one.

use actix_web::http::StatusCode;
use actix_web::test::init_service;
use chrono::TimeDelta;
use habeas::domain::person::Role;
use habeas::domain::request::Stage;
use habeas::jobs::intake::Outcome;
use habeas::store::outbox::{self, State};
use habeas::store::requests::{self, Stored};
use habeas::web::app;

use super::web::{get, hire, post, send, visit};
use crate::harness::house::{Story, mail, mail_with};

const ANN: &str = "Ann Hill <ann@meadow.example>";
const ASK: &str = "Please send me a copy of all personal data you hold about me.";

fn house() -> Story {
    Story::at("2026-03-02T09:00:00+08:00")
}

fn letters(story: &Story, request: &Stored) -> Vec<outbox::Outgoing> {
    story.house.store.read(|db| outbox::of_request(db, request.id)).unwrap()
}

/// Ann replies under our signature, with the time given after her first mail.
fn reply(story: &Story, stored: &Stored, text: &str) -> i64 {
    let id = letters(story, stored)[0].message_id.clone();
    let taken = story.receives(mail_with(ANN, "Re: My data", &format!("In-Reply-To: <{id}>\r\n"), text));
    assert!(matches!(taken.outcome, Outcome::Joined { .. }), "{:?}", taken.outcome);
    taken.message
}

#[actix_web::test]
async fn a_proven_reply_stands_on_the_desk_until_an_officer_says_that_it_was_read() {
    let story = house();
    let officer = visit(&story, hire(&story, "mei@example.com", Role::Officer, "en"));
    let app = init_service(app(story.house.clone())).await;
    let stored = story.opens(mail(ANN, "My data", ASK));
    let message = reply(&story, &stored, "Thank you, I will wait for your answer.");
    let reference = &stored.request.reference;
    assert!(
        send(&app, get("/", Some(&officer)).to_request())
            .await
            .body
            .contains("1 message to read")
    );
    let page = send(
        &app,
        get(&format!("/requests/{reference}"), Some(&officer)).to_request(),
    )
    .await;
    assert!(
        page.body.contains("under our signature"),
        "the page says why it belongs"
    );
    let seq = story.request(reference).seq.to_string();
    let path = format!("/requests/{reference}/messages/{message}/reading");
    let done = send(&app, post(&path, &officer, &[("seq", &seq)]).to_request()).await;
    assert_eq!(done.status, StatusCode::SEE_OTHER);
    assert!(story.request(reference).request.unread.is_empty());
    assert!(
        !send(&app, get("/", Some(&officer)).to_request())
            .await
            .body
            .contains("message to read")
    );
    let history = story.house.store.read(|db| requests::history(db, stored.id)).unwrap();
    assert_eq!(history.last().unwrap().event.name(), "message-read");
}

#[actix_web::test]
async fn a_held_message_is_confirmed_and_what_it_adds_counts_from_its_own_receipt() {
    let story = house();
    let app = init_service(app(story.house.clone())).await;
    let stored = story.opens(mail(ANN, "My data", ASK));
    let reference = &stored.request.reference;
    story.wait(TimeDelta::days(4));
    let received = story.now();
    // The same person and subject without our signature: only a person can say that it belongs.
    let taken = story.receives(mail(
        ANN,
        "Re: My data",
        "Please also delete my account and everything about me.",
    ));
    assert!(
        matches!(taken.outcome, Outcome::Joined { held: true, .. }),
        "{:?}",
        taken.outcome
    );
    story.wait(TimeDelta::days(2));
    let officer = visit(&story, hire(&story, "mei@example.com", Role::Officer, "zh-Hans"));
    let seq = story.request(reference).seq.to_string();
    let path = format!("/requests/{reference}/messages/{}/confirmation", taken.message);
    let fields = [("seq", seq.as_str()), ("right", "deletion")];
    let done = send(&app, post(&path, &officer, &fields).to_request()).await;
    assert_eq!(done.status, StatusCode::SEE_OTHER);
    let request = story.request(reference).request;
    let added = request
        .items
        .iter()
        .find(|item| item.right.as_str() == "deletion")
        .unwrap();
    assert_eq!((added.received_at, added.message), (received, Some(taken.message)));
    assert_eq!(request.items[0].received_at, stored.request.received_at);
    assert_eq!(request.deadline, stored.request.deadline);
    assert!(request.held.is_empty() && request.messages.contains(&taken.message));
}

#[actix_web::test]
async fn a_reply_that_takes_the_request_back_ends_it_only_when_an_officer_says_so() {
    let story = house();
    let officer = visit(&story, hire(&story, "mei@example.com", Role::Officer, "en"));
    let app = init_service(app(story.house.clone())).await;
    let stored = story.opens(mail(ANN, "My data", ASK));
    let reference = &stored.request.reference;
    let message = reply(
        &story,
        &stored,
        "Thank you, but I no longer need this. Please consider my request closed.",
    );
    let before = story.request(reference);
    assert_ne!(before.request.step(), habeas::domain::request::Step::Done);
    let noun = if before.request.unread.contains(&message) {
        "reading"
    } else {
        "confirmation"
    };
    let path = format!("/requests/{reference}/messages/{message}/{noun}");
    let seq = before.seq.to_string();
    send(
        &app,
        post(&path, &officer, &[("seq", &seq), ("withdraws", "yes")]).to_request(),
    )
    .await;
    assert!(matches!(
        story.request(reference).request.stage,
        Stage::Withdrawn { .. }
    ));
    let sent: Vec<String> = letters(&story, &stored)
        .into_iter()
        .map(|letter| letter.occasion)
        .collect();
    assert_eq!(sent, ["acknowledgement", "withdrawal-confirmed"]);
}

#[actix_web::test]
async fn a_letter_that_waits_is_named_on_the_desk_and_leaves_by_a_click_that_is_written_down() {
    let story = Story::with("2026-03-02T09:00:00+08:00", |mut settings| {
        settings.automatic.per_hour = 0;
        settings
    });
    let officer = visit(&story, hire(&story, "mei@example.com", Role::Officer, "en"));
    let app = init_service(app(story.house.clone())).await;
    let opened: Vec<Stored> = ["ann", "bo", "cy"]
        .map(|name| story.opens(mail(&format!("{name}@meadow.example"), "My data", ASK)))
        .into();
    let state = |request: &Stored| letters(&story, request)[0].state;
    assert!(opened.iter().all(|request| state(request) == State::Waiting));
    let desk = send(&app, get("/", Some(&officer)).to_request()).await.body;
    assert!(desk.contains("3 automatic letters wait for you."), "{desk}");
    let reference = &opened[0].request.reference;
    let page = send(
        &app,
        get(&format!("/requests/{reference}"), Some(&officer)).to_request(),
    )
    .await
    .body;
    assert!(page.contains("Send it") && page.contains("than are sent without a person"));
    let letter = letters(&story, &opened[0])[0].id;
    let seq = story.request(reference).seq.to_string();
    let path = format!("/requests/{reference}/letters/{letter}/dispatch");
    send(&app, post(&path, &officer, &[("seq", &seq)]).to_request()).await;
    assert_eq!(
        opened.iter().map(state).collect::<Vec<_>>(),
        [State::Queued, State::Waiting, State::Waiting]
    );
    let history = story
        .house
        .store
        .read(|db| requests::history(db, opened[0].id))
        .unwrap();
    assert_eq!(history.last().unwrap().event.name(), "letter-released");
    let list = send(&app, get("/letters", Some(&officer)).to_request()).await.body;
    assert!(list.contains("Send all 2 that wait") && list.contains(&opened[1].request.reference));
    send(&app, post("/letters/dispatch", &officer, &[]).to_request()).await;
    assert!(opened.iter().all(|request| state(request) == State::Queued));
}

#[actix_web::test]
async fn an_auditor_sees_what_waits_and_can_change_none_of_it() {
    let story = Story::with("2026-03-02T09:00:00+08:00", |mut settings| {
        settings.automatic.per_hour = 0;
        settings
    });
    let auditor = visit(&story, hire(&story, "ada@example.com", Role::Auditor, "en"));
    let app = init_service(app(story.house.clone())).await;
    let stored = story.opens(mail(ANN, "My data", ASK));
    let reference = &stored.request.reference;
    let message = reply(&story, &stored, "Thank you, I will wait.");
    let seq = story.request(reference).seq.to_string();
    let letter = letters(&story, &stored)[0].id;
    for path in [
        format!("/requests/{reference}/messages/{message}/reading"),
        format!("/requests/{reference}/letters/{letter}/dispatch"),
        "/letters/dispatch".to_owned(),
    ] {
        let done = send(&app, post(&path, &auditor, &[("seq", &seq)]).to_request()).await;
        assert_ne!(done.status, StatusCode::SEE_OTHER, "{path}");
    }
    assert_eq!(letters(&story, &stored)[0].state, State::Waiting);
    let page = send(&app, get("/letters", Some(&auditor)).to_request()).await;
    assert!(page.body.contains(reference) && !page.body.contains("Send all"));
}
