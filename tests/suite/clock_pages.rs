//! A request's clock as officers meet it: what the page says, and what its forms do.

use actix_web::http::StatusCode;
use habeas::config::Settings;
use habeas::domain::person::Role;
use habeas::store::outbox::{self, State};
use habeas::web::app;

use crate::harness::house::{Story, mail};
use crate::web::{Visitor, get, hire, post, send, visit};

const NOW: &str = "2026-09-01T09:00:00Z";

fn house_of(policy: &str) -> Story {
    Story::with(NOW, |settings| Settings {
        policy: policy.to_owned(),
        ..settings
    })
}

fn asks(story: &Story) -> String {
    let opened = story.opens(mail(
        "Ann Lee <ann@meadow.example>",
        "Access to my personal data",
        "Please let me see all personal data that you hold about me.",
    ));
    opened.request.reference
}

fn seq_of(page: &str) -> String {
    let (_, rest) = page.split_once("name=\"seq\" value=\"").unwrap();
    rest.split('"').next().unwrap().to_owned()
}

/// Occasions of the letters that wait to leave.
fn letters(story: &Story) -> Vec<String> {
    let queued = story
        .house
        .store
        .read(|db| outbox::in_state(db, State::Queued, 50))
        .unwrap();
    queued.into_iter().map(|letter| letter.occasion).collect()
}

macro_rules! page {
    ($app:expr, $path:expr, $who:expr) => {{
        let answer = send(&$app, get(&$path, Some($who)).to_request()).await;
        assert_eq!(answer.status, StatusCode::OK, "{}", answer.body);
        answer.body
    }};
}

macro_rules! step {
    ($app:expr, $reference:expr, $step:expr, $who:expr, $fields:expr) => {{
        let clock = format!("/requests/{}/clock", $reference);
        let page = page!($app, clock, $who);
        let seq = seq_of(&page);
        let fields: Vec<(&str, &str)> = [("seq", seq.as_str())].into_iter().chain($fields).collect();
        send(&$app, post(&format!("{clock}/{}", $step), $who, &fields).to_request()).await
    }};
}

fn officers(story: &Story) -> (Visitor, Visitor) {
    let mei = hire(story, "mei@example.com", Role::Officer, "en");
    let tom = hire(story, "tom@example.com", Role::Officer, "zh-Hans");
    (visit(story, mei), visit(story, tom))
}

/// Another day, with a session of that day.
fn on(story: &Story, now: &str) -> Visitor {
    story.turn_to(now);
    let people = story.house.store.read(habeas::store::people::list).unwrap();
    let mei = people.iter().find(|person| person.email == "mei@example.com").unwrap();
    visit(story, mei.id)
}

#[actix_web::test]
async fn the_default_policy_says_on_the_page_that_it_knows_no_pause_and_no_extension() {
    let story = house_of("cn-statement");
    let (mei, tom) = officers(&story);
    let reference = asks(&story);
    let app = actix_web::test::init_service(app(story.house.clone())).await;
    let clock = format!("/requests/{reference}/clock");
    let page = page!(app, clock, &mei);
    assert!(page.contains("This policy has no pause"), "{page}");
    assert!(page.contains("This policy promises its term without extension."));
    assert!(!page.contains("clock/pause"), "no form for it");
    let chinese = page!(app, clock, &tom);
    assert!(chinese.contains("本政策没有暂停"));
    let answer = step!(
        app,
        reference,
        "pause",
        &mei,
        [
            ("pause", "clarification"),
            ("on", "2026-09-01"),
            ("reason", "Which account?")
        ]
    );
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(answer.body.contains("This policy has no pause"), "{}", answer.body);
}

#[actix_web::test]
async fn an_officer_lets_the_term_wait_and_go_on_and_the_requester_is_told_both_times() {
    let story = house_of("uk-gdpr");
    officers(&story);
    let reference = asks(&story);
    assert_eq!(
        story.request(&reference).request.deadline.due_on.to_string(),
        "2026-10-01"
    );
    let app = actix_web::test::init_service(app(story.house.clone())).await;
    let mei = on(&story, "2026-09-05T10:00:00Z");
    let answer = step!(
        app,
        reference,
        "pause",
        &mei,
        [
            ("pause", "clarification"),
            ("on", "2026-09-05"),
            ("reason", "Which of your accounts do you mean?")
        ]
    );
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.body);
    let clock = format!("/requests/{reference}/clock");
    let page = page!(app, clock, &mei);
    for said in [
        "The clock is paused.",
        "Clarification of what the request is about",
        "still awaited",
    ] {
        assert!(page.contains(said), "{said} is not in {page}");
    }
    let mei = on(&story, "2026-09-15T10:00:00Z");
    let answer = step!(
        app,
        reference,
        "resumption",
        &mei,
        [
            ("pause", "clarification"),
            ("on", "2026-09-15"),
            ("reason", "The shop account, by mail")
        ]
    );
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.body);
    let request = story.request(&reference).request;
    assert_eq!(request.deadline.due_on.to_string(), "2026-10-12");
    let page = page!(app, clock, &mei);
    assert!(page.contains("12 Oct 2026") && page.contains("Paused ·"), "{page}");
    let told = letters(&story);
    assert!(
        told.contains(&"pause-notice".to_owned()) && told.contains(&"resumption-notice".to_owned()),
        "{told:?}"
    );
    let history = page!(app, format!("/requests/{reference}"), &mei);
    assert!(history.contains("paused the clock from") && history.contains("Which of your accounts do you mean?"));
}

#[actix_web::test]
async fn a_second_person_confirms_another_deadline_and_a_further_policy_brings_it_forward() {
    let story = house_of("eu-gdpr");
    let (mei, tom) = officers(&story);
    let reference = asks(&story);
    let app = actix_web::test::init_service(app(story.house.clone())).await;
    let due = || story.request(&reference).request.deadline.due_on.to_string();
    assert_eq!(due(), "2026-10-01");
    let fields = [
        ("on", "2026-10-05"),
        ("reason", "The office is closed by order on the last day"),
    ];
    let answer = step!(app, reference, "proposal", &mei, fields);
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.body);
    let own = step!(app, reference, "confirmation", &mei, []);
    assert_eq!(own.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(own.body.contains("Another person must confirm it"), "{}", own.body);
    assert_eq!(due(), "2026-10-01");
    let second = step!(app, reference, "confirmation", &tom, []);
    assert_eq!(second.status, StatusCode::SEE_OTHER, "{}", second.body);
    assert_eq!(due(), "2026-10-05");
    let fields = [
        ("policy", "cn-statement 2024-06-06"),
        ("reason", "A customer of the Chinese company too"),
    ];
    let answer = step!(app, reference, "policy", &mei, fields);
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.body);
    let page = page!(app, format!("/requests/{reference}/clock"), &mei);
    assert!(
        page.contains("Privacy statement of 6 June 2024") && page.contains("Work goes to this one"),
        "{page}"
    );
    assert_eq!(due(), "2026-09-21", "Sunday 20 September is worked");
    let answer = step!(app, reference, "target", &mei, [("on", "2026-09-18")]);
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.body);
    let chinese = page!(app, format!("/requests/{reference}/clock"), &tom);
    assert!(
        chinese.contains("自定完成日期") && chinese.contains("2026年9月18日"),
        "{chinese}"
    );
    assert!(
        !chinese.contains("clock-") || !chinese.contains(">clock-"),
        "a word is missing"
    );
    let panel = page!(app, format!("/requests/{reference}"), &mei);
    assert!(panel.contains("To have answered, by our own wish"), "{panel}");
}

#[actix_web::test]
async fn californias_page_shows_the_limit_to_confirm_and_that_the_letter_kept_it() {
    let story = house_of("us-california");
    let (mei, _) = officers(&story);
    let reference = asks(&story);
    let app = actix_web::test::init_service(app(story.house.clone())).await;
    let page = page!(app, format!("/requests/{reference}/clock"), &mei);
    for said in [
        "To confirm the receipt",
        "Done",
        "To tell the requester of an extension",
        "As the policy says",
    ] {
        assert!(page.contains(said), "{said} is not in {page}");
    }
    let policy = page!(app, String::from("/policy"), &mei);
    assert!(
        policy.contains("Opt-out of sale and sharing") && policy.contains("15 working days"),
        "{policy}"
    );
}
