//! Mail whose characters are not certain: a person compares the readings and picks one, the view changes, the bytes never do.

use actix_web::http::StatusCode;
use actix_web::test::init_service;
use habeas::domain::event::Event;
use habeas::domain::message::Characters;
use habeas::domain::person::Role;
use habeas::domain::request::Stage;
use habeas::jobs::intake::Outcome;
use habeas::mail::reading::{Opened, Reading};
use habeas::store::lists::{self, Filter};
use habeas::store::{journal, messages, requests};
use habeas::web::app;

use crate::harness::house::{Story, mail};
use crate::web::{get, hire, post, send, visit};

const NOW: &str = "2026-11-24T02:00:00Z";

/// A mail that declares nothing, in Big5, of rare characters for the most part.
fn undeclared_big5() -> Vec<u8> {
    let (subject, body) = ("祈予刪除", "龔淼鑫敬啟：祈予刪除帳號。");
    let (subject, _, _) = encoding_rs::BIG5.encode(subject);
    let (body, _, _) = encoding_rs::BIG5.encode(body);
    let head = b"From: gong@mail.example\r\nTo: privacy@example.com\r\nMessage-ID: <big5@mail.example>\r\nSubject: ";
    [&head[..], &subject, b"\r\n\r\n", &body, b"\r\n"].concat()
}

fn opened(story: &Story, message: i64) -> Opened {
    story.house.store.read(|db| Opened::open(db, message)).unwrap()
}

fn kept(story: &Story, message: i64) -> Reading {
    story
        .house
        .store
        .read(|db| Reading::kept(db, message))
        .unwrap()
        .unwrap()
}

fn uncertain(story: &Story) -> i64 {
    story.house.store.read(messages::count_uncertain).unwrap()
}

#[actix_web::test]
async fn a_mail_whose_characters_are_not_certain_waits_until_an_officer_picks_a_reading() {
    let story = Story::at(NOW);
    let raw = undeclared_big5();
    let taken = story.receives(&raw);
    let Outcome::Opened {
        reference,
        needs_triage: true,
    } = taken.outcome
    else {
        panic!("it does not wait for triage: {:?}", taken.outcome);
    };
    assert_eq!(uncertain(&story), 1);
    let officer = visit(&story, hire(&story, "mei@example.com", Role::Officer, "en"));
    let app = init_service(app(story.house.clone())).await;

    let desk = send(&app, get("/", Some(&officer)).to_request()).await.body;
    assert!(desk.contains("1 mail could not be read with confidence") && desk.contains("/mail?of=uncertain"));
    let path = format!("/mail/{}/reading", taken.message);
    let list = send(&app, get("/mail?of=uncertain", Some(&officer)).to_request())
        .await
        .body;
    assert!(list.contains(&path));
    let page = send(
        &app,
        get(&format!("/requests/{reference}"), Some(&officer)).to_request(),
    )
    .await
    .body;
    assert!(page.contains("The characters of this mail are not certain") && page.contains(&path));
    let readings = send(&app, get(&path, Some(&officer)).to_request()).await.body;
    assert!(readings.contains("Traditional Chinese (Big5)") && readings.contains("Simplified Chinese (GB18030)"));

    // A wrong choice is one more choice away from the right one.
    for (charset, language_is_read) in [("gb18030", false), ("Big5", true)] {
        let done = send(&app, post(&path, &officer, &[("charset", charset)]).to_request()).await;
        assert_eq!(done.status, StatusCode::SEE_OTHER);
        assert!(
            done.header("location")
                .starts_with(&format!("/requests/{reference}?said=reread"))
        );
        let stored = story.request(&reference);
        let mail = opened(&story, taken.message).mail();
        assert_eq!(mail.characters, Characters::Certain);
        assert_eq!(stored.card.subject, mail.subject);
        // Recognition reads what the officer reads.
        let read = kept(&story, taken.message).classification;
        assert_eq!(
            read.language == "zh-Hant",
            language_is_read,
            "{charset}: {}",
            read.language
        );
        assert_eq!(stored.request.stage, Stage::Triage, "what it is, a person still says");
    }
    assert_eq!(uncertain(&story), 0);
    assert_eq!(opened(&story, taken.message).raw, raw, "the bytes are those that came");
    let page = send(
        &app,
        get(&format!("/requests/{reference}"), Some(&officer)).to_request(),
    )
    .await
    .body;
    assert!(page.contains("龔淼鑫敬啟") && page.contains("chose how a message is read: Traditional Chinese (Big5)"));
    assert!(!page.contains("The characters of this mail are not certain"));

    let stored = story.request(&reference);
    assert_eq!(
        stored.request.language,
        kept(&story, taken.message).classification.language
    );
    let history = story.house.store.read(|db| requests::history(db, stored.id)).unwrap();
    let choices: Vec<Option<&str>> = history
        .iter()
        .filter_map(|recorded| match &recorded.event {
            Event::MessageReread { charset, .. } => Some(charset.as_deref()),
            _ => None,
        })
        .collect();
    assert_eq!(choices, [Some("gb18030"), Some("Big5")]);
    let filter = Filter {
        search: "祈予刪除".into(),
        ..Filter::default()
    };
    let (found, _) = story.house.store.read(|db| lists::group(db, &filter, 5)).unwrap();
    assert_eq!(found, 1, "it is found by the words that it reads as now");
    let rebuilt = story
        .house
        .store
        .write(|tx| requests::rebuild(tx, &*story.house.shelf()))
        .unwrap();
    assert!(
        rebuilt.differed.is_empty(),
        "the journal tells the same: {:?}",
        rebuilt.differed
    );
}

#[actix_web::test]
async fn a_mail_that_was_set_aside_for_its_unreadable_letters_can_be_read_and_brought_back() {
    let story = Story::at(NOW);
    // UTF-7 that says so nowhere is plain ASCII to every programme.
    // The Chinese outweighs the English, so that it is the language of the mail once it is read.
    let body = "Our ball pens are on sale this week. Order 100 and save.\r\n\r\n\
                +YKhZff8BYhFmL401UWxT+HaEgAGYfluiMAKL91IglmRPYE7sT91bWHaEYhF2hFFokOhOKk66T+Fgb/8MjCKMIjAC-";
    let taken = story.receives(mail("gong@mail.example", "Ball pens at half price", body));
    assert!(matches!(taken.outcome, Outcome::SetAside { .. }), "{:?}", taken.outcome);
    let officer = visit(&story, hire(&story, "mei@example.com", Role::Officer, "en"));
    let app = init_service(app(story.house.clone())).await;
    let path = format!("/mail/{}", taken.message);
    let before = opened(&story, taken.message);
    let done = send(
        &app,
        post(&format!("{path}/reading"), &officer, &[("charset", "utf-7")]).to_request(),
    )
    .await;
    assert_eq!(
        (done.status, done.header("location")),
        (StatusCode::SEE_OTHER, format!("{path}?said=reread").as_str())
    );
    let page = send(&app, get(&path, Some(&officer)).to_request()).await.body;
    assert!(page.contains("As it reads now, this asks for something"), "{page}");
    assert_eq!(opened(&story, taken.message).raw, before.raw);
    let events = story.house.store.read(|db| journal::read(db, journal::HOUSE)).unwrap();
    let event = events.iter().find(|event| event.kind == "message-reread").unwrap();
    assert_eq!(
        (event.body["charset"].as_str(), event.body["message"].as_i64()),
        (Some("utf-7"), Some(taken.message))
    );

    let back = send(&app, post(&format!("{path}/request"), &officer, &[]).to_request()).await;
    let reference = back.header("location").split(['/', '?']).nth(2).unwrap().to_owned();
    let stored = story.request(&reference);
    assert_eq!(stored.request.stage, Stage::Triage);
    assert!(!stored.request.items.is_empty(), "it is proposed as what it reads as");
}

#[actix_web::test]
async fn only_who_runs_requests_chooses_and_only_what_there_is() {
    let story = Story::at(NOW);
    let taken = story.receives(undeclared_big5());
    let path = format!("/mail/{}/reading", taken.message);
    let app = init_service(app(story.house.clone())).await;
    let auditor = visit(&story, hire(&story, "pia@example.com", Role::Auditor, "zh-Hans"));
    let page = send(&app, get(&path, Some(&auditor)).to_request()).await;
    assert!(page.status == StatusCode::OK && !page.body.contains("name=\"charset\""));
    let refused = send(&app, post(&path, &auditor, &[("charset", "Big5")]).to_request()).await;
    assert_eq!(refused.status, StatusCode::NOT_FOUND);
    let officer = visit(&story, hire(&story, "mei@example.com", Role::Officer, "zh-Hans"));
    let wrong = send(&app, post(&path, &officer, &[("charset", "x-unknown")]).to_request()).await;
    assert_eq!(wrong.status, StatusCode::BAD_REQUEST);
    let none = send(&app, get("/mail/99/reading", Some(&officer)).to_request()).await;
    assert_eq!(none.status, StatusCode::NOT_FOUND);
    assert_eq!(uncertain(&story), 1);
}
