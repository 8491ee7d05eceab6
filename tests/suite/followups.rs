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

use super::automatic::report;
use super::web::{get, hire, post, send, visit};
use crate::harness::house::{Story, mail, mail_with};

const ANN: &str = "Ann Hill <ann@meadow.example>";
const ASK: &str = "Please send me a copy of my personal data.";

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
    assert!(page.body.contains("A new message from the requester"), "it comes first");
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
    let path = format!("/requests/{reference}");
    let page = send(&app, get(&path, Some(&officer)).to_request()).await.body;
    assert!(page.contains("无法证明出自请求人"), "what is lacking of a proof");
    assert!(
        page.contains("name=\"right\" value=\"deletion\" checked"),
        "what it asks for is chosen"
    );
    assert!(page.contains("<q>delete my account"), "with the words that say so");
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
    let page = send(
        &app,
        get(&format!("/requests/{reference}"), Some(&officer)).to_request(),
    )
    .await
    .body;
    let asked = page.find("name=\"withdraws\"").unwrap();
    assert!(!page[asked..asked + 40].contains("checked"), "nobody has chosen it yet");
    assert!(page.contains("The requester says so in the message of "));
    let path = format!("/requests/{reference}/messages/{message}/{noun}");
    let seq = before.seq.to_string();
    let silent = [("seq", seq.as_str()), ("withdraws", "yes"), ("reason", " ")];
    let refused = send(&app, post(&path, &officer, &silent).to_request()).await;
    assert!(
        refused.body.contains("Write where the requester says"),
        "{}",
        refused.status
    );
    assert_eq!(story.request(reference).seq, before.seq, "nothing happened");
    let told = [
        ("seq", seq.as_str()),
        ("withdraws", "yes"),
        ("reason", "She writes so on 2 March."),
    ];
    send(&app, post(&path, &officer, &told).to_request()).await;
    assert!(matches!(
        story.request(reference).request.stage,
        Stage::Withdrawn { .. }
    ));
    let page = send(
        &app,
        get(&format!("/requests/{reference}"), Some(&officer)).to_request(),
    )
    .await
    .body;
    assert!(page.contains("She writes so on 2 March."));
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
    let none = send(&app, post("/letters/dispatch", &officer, &[]).to_request()).await;
    assert!(none.body.contains("Choose the letters that should go."));
    let ids: Vec<String> = opened
        .iter()
        .map(|request| letters(&story, request)[0].id.to_string())
        .collect();
    let chosen = [("waiting", ids[1].as_str()), ("waiting", &ids[2]), ("letter", &ids[2])];
    send(&app, post("/letters/dispatch", &officer, &chosen).to_request()).await;
    assert_eq!(
        opened.iter().map(state).collect::<Vec<_>>(),
        [State::Queued, State::Waiting, State::Queued],
        "what was chosen and nothing else"
    );
    let all = [("waiting", ids[1].as_str()), ("all", "yes")];
    send(&app, post("/letters/dispatch", &officer, &all).to_request()).await;
    assert!(opened.iter().all(|request| state(request) == State::Queued));
}

#[actix_web::test]
async fn a_letter_that_came_back_is_shown_with_the_servers_words_until_its_request_is_long_over() {
    let story = house();
    let officer = visit(&story, hire(&story, "mei@example.com", Role::Officer, "en"));
    let app = init_service(app(story.house.clone())).await;
    let stored = story.opens(mail(ANN, "My data", ASK));
    let reference = &stored.request.reference;
    let sent = letters(&story, &stored)[0].message_id.clone();
    let taken = story.receives(report("privacy@example.com", "failed", &sent));
    assert!(
        matches!(taken.outcome, Outcome::Joined { held: false, .. }),
        "{:?}",
        taken.outcome
    );
    let desk = send(&app, get("/", Some(&officer)).to_request()).await.body;
    assert!(desk.contains("1 letter did not arrive.") && desk.contains("href=\"/letters\""));
    let list = send(&app, get("/letters", Some(&officer)).to_request()).await.body;
    assert!(list.contains("550 no such user") && list.contains("name=\"letter\""));
    let path = format!("/requests/{reference}");
    let page = send(&app, get(&path, Some(&officer)).to_request()).await.body;
    assert!(page.contains("A mail server reports on a letter of ours"));
    assert!(
        !page.contains("name=\"withdraws\"") && !page.contains("name=\"right\" value=\"deletion\""),
        "a report asks for nothing"
    );
    let seq = story.request(reference).seq.to_string();
    let fields = [("seq", seq.as_str()), ("reason", "She called.")];
    send(
        &app,
        post(&format!("{path}/retraction"), &officer, &fields).to_request(),
    )
    .await;
    story.wait(TimeDelta::days(15));
    let again = visit(&story, hire(&story, "tom@example.com", Role::Officer, "en"));
    let list = send(&app, get("/letters", Some(&again)).to_request()).await.body;
    assert!(!list.contains("550 no such user"), "nobody can do anything about it");
}

#[actix_web::test]
async fn a_reply_to_our_question_leads_on_to_the_proof_of_identity() {
    let story = house();
    let officer = visit(&story, hire(&story, "mei@example.com", Role::Officer, "en"));
    let app = init_service(app(story.house.clone())).await;
    let stored = story.opens(mail(ANN, "My data", ASK));
    let reference = &stored.request.reference;
    let path = format!("/requests/{reference}");
    let method = story.house.pack().unwrap().pack.policy.identity[0].id.to_string();
    let seq = story.request(reference).seq.to_string();
    let fields = [
        ("seq", seq.as_str()),
        ("method", &method),
        ("reason", "So that it is you."),
    ];
    send(
        &app,
        post(&format!("{path}/identity-question"), &officer, &fields).to_request(),
    )
    .await;
    let message = reply(&story, &stored, "My last order has the number 4711.");
    let page = send(&app, get(&path, Some(&officer)).to_request()).await.body;
    assert!(page.contains("this may be the answer"));
    let seq = story.request(reference).seq.to_string();
    let noun = if story.request(reference).request.unread.contains(&message) {
        "reading"
    } else {
        "confirmation"
    };
    let fields = [("seq", seq.as_str()), ("then", "identity")];
    let done = send(
        &app,
        post(&format!("{path}/messages/{message}/{noun}"), &officer, &fields).to_request(),
    )
    .await;
    let to = done.headers.get("location").unwrap().to_str().unwrap();
    assert!(to.ends_with("#move-confirm-identity"), "{to}");
}

#[actix_web::test]
async fn two_requests_of_one_person_stand_side_by_side_and_merging_keeps_both_receipts() {
    let story = house();
    let earlier = story.opens(mail(ANN, "My data", ASK));
    story.wait(TimeDelta::days(7));
    let later = story.opens(mail(
        ANN,
        "Please delete",
        "Please delete my account and all personal data you hold about me.",
    ));
    let (old, new) = (&earlier.request.reference, &later.request.reference);
    let officer = visit(&story, hire(&story, "mei@example.com", Role::Officer, "en"));
    let auditor = visit(&story, hire(&story, "ada@example.com", Role::Auditor, "zh-Hans"));
    let app = init_service(app(story.house.clone())).await;

    let beside = format!("/requests/{new}/beside/{old}");
    let page = send(&app, get(&format!("/requests/{new}"), Some(&officer)).to_request()).await;
    assert!(
        page.body.contains(&format!("href=\"{beside}\"")),
        "the page leads there"
    );
    let page = send(&app, get(&beside, Some(&officer)).to_request()).await.body;
    for said in [
        "a copy of my personal data",
        "Please delete my account",
        "Address: ann@meadow.example",
        &format!("Only {old} asks for"),
        &format!("the clock of {old} ends earlier"),
        &format!("Merge {old} into {new}"),
        &format!("{old} goes on and stays due on"),
    ] {
        assert!(page.contains(said), "{said}");
    }
    let looked = send(&app, get(&beside, Some(&auditor)).to_request()).await.body;
    assert!(looked.contains("两件相同之处") && !looked.contains("<button class=\"quiet\">"));
    let absent = send(
        &app,
        get(&format!("/requests/{new}/beside/{new}"), Some(&officer)).to_request(),
    )
    .await;
    assert_eq!(absent.status, StatusCode::NOT_FOUND);

    let seq = earlier.seq.to_string();
    let fields = [("seq", seq.as_str()), ("into", new)];
    let done = send(
        &app,
        post(&format!("/requests/{old}/merger"), &officer, &fields).to_request(),
    )
    .await;
    assert_eq!(done.status, StatusCode::SEE_OTHER);
    let merged = story.request(new).request;
    assert_eq!(merged.clock_from, earlier.request.received_at);
    assert_eq!(merged.deadline, earlier.request.deadline, "the earlier clock governs");
    assert_eq!(merged.received_at, later.request.received_at);
    for item in earlier.request.items.iter().chain(&later.request.items) {
        let kept = merged.items.iter().find(|kept| kept.right == item.right).unwrap();
        assert_eq!(
            (kept.received_at, &kept.deadline, kept.message),
            (item.received_at, &item.deadline, item.message)
        );
    }
    let page = send(&app, get(&format!("/requests/{new}"), Some(&officer)).to_request())
        .await
        .body;
    assert!(
        page.contains("a copy of my personal data"),
        "its messages are shown there"
    );
    assert!(page.contains("It came with a request that was merged into this one"));
    let page = send(&app, get(&format!("/requests/{old}"), Some(&officer)).to_request())
        .await
        .body;
    assert!(page.contains(&format!("It goes on as {new}")));

    // What she writes under the old letters belongs to the request that goes on, and a right can be added by its receipt.
    let message = reply(&story, &earlier, "Thank you.");
    assert!(story.request(new).request.unread.contains(&message));
    let first = earlier.request.messages[0].to_string();
    let seq = story.request(new).seq.to_string();
    let fields = [("seq", seq.as_str()), ("right", "correction"), ("message", &first)];
    send(
        &app,
        post(&format!("/requests/{new}/items"), &officer, &fields).to_request(),
    )
    .await;
    let added = story.request(new).request.items.pop().unwrap();
    assert_eq!(
        (added.right.as_str(), added.received_at),
        ("correction", earlier.request.received_at)
    );
    let rebuilt = story
        .house
        .store
        .write(|tx| requests::rebuild(tx, &*story.house.shelf()))
        .unwrap();
    assert_eq!(rebuilt.differed, Vec::<String>::new());
}

#[actix_web::test]
async fn a_mail_that_wants_its_replies_elsewhere_says_so_on_the_page() {
    let story = house();
    let officer = visit(&story, hire(&story, "mei@example.com", Role::Officer, "en"));
    let app = init_service(app(story.house.clone())).await;
    let elsewhere = story.opens(mail_with(ANN, "My data", "Reply-To: <ann@elsewhere.example>\r\n", ASK));
    let same = story.opens(mail_with(
        "Bo <bo@meadow.example>",
        "My data",
        "Reply-To: <Bo@meadow.example>\r\n",
        ASK,
    ));
    let warning = "Replies to this mail would go to another address, ";
    for (stored, warned) in [(elsewhere, true), (same, false)] {
        let path = format!("/requests/{}", stored.request.reference);
        let page = send(&app, get(&path, Some(&officer)).to_request()).await.body;
        assert_eq!(page.contains(warning), warned, "{path}");
    }
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
