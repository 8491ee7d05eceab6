//! Requests in nearly the same words, and one step for several: rehearsed without a trace, taken one by one.

use std::sync::Arc;

use actix_web::http::StatusCode;
use actix_web::test::{TestRequest, init_service};
use habeas::domain::item::Outcome;
use habeas::domain::person::Role;
use habeas::domain::request::Stage;
use habeas::store::requests::Stored;
use habeas::web::app;

use crate::harness::house::{Story, mail};
use crate::web::{get, hire, post, send, visit};

const NOW: &str = "2026-11-24T02:00:00Z";

/// One text that many people send, with their own name in it.
fn template(name: &str) -> String {
    format!(
        "Dear Sir or Madam,\r\n\r\nmy name is {name}. Please let me see all personal data that you hold about me: tell me where \
         you got them, to whom you gave them, and for how long you keep them. I expect your answer within the legal time.\r\n\r\n\
         Kind regards\r\n{name}"
    )
}

fn campaign(story: &Story, names: &[&str]) -> Vec<Stored> {
    let open = |name: &&str| {
        let address = name.to_lowercase().replace(' ', ".");
        let from = format!("{name} <{address}@example.cn>");
        story.opens(mail(&from, "Access to my personal data", &template(name)))
    };
    names.iter().map(open).collect()
}

fn own_words(story: &Story) -> Stored {
    story.opens(mail(
        "Mu Zi <mu@example.cn>",
        "Access to my data",
        "Hello, I used to be a customer of yours until last spring. Please let me see all personal data that you still hold \
         about me, the old orders too, since I want to know what became of the parcel that never came.",
    ))
}

#[actix_web::test]
async fn requests_in_nearly_the_same_words_are_grouped_and_stay_what_they_are() {
    let story = Story::at(NOW);
    let opened = campaign(&story, &["Li Na", "Wang Xiaoming", "Ada King"]);
    own_words(&story);
    let mei = hire(&story, "mei@example.com", Role::Officer, "en");
    let visitor = visit(&story, mei);
    let service = init_service(app(Arc::clone(&story.house))).await;
    let app = async |request: TestRequest| send(&service, request.to_request()).await;
    let page = app(get("/campaigns", Some(&visitor))).await;
    assert_eq!(page.status, StatusCode::OK);
    assert!(
        page.body.contains("3 requests") && page.body.contains("3 open"),
        "{}",
        page.body
    );
    let members = app(get(
        &format!("/requests?standing=all&campaign={}", opened[0].id),
        Some(&visitor),
    ))
    .await;
    for stored in &opened {
        assert!(members.body.contains(&stored.request.reference));
        let now = story.request(&stored.request.reference);
        assert!(matches!(now.request.stage, Stage::Open), "grouping merges nobody");
    }
    assert!(!members.body.contains("mu@example.cn") && !members.body.contains("Mu Zi"));
}

#[actix_web::test]
async fn a_step_for_several_is_rehearsed_without_a_trace_and_then_taken_with_those_that_allow_it() {
    let story = Story::at(NOW);
    let opened = campaign(&story, &["Li Na", "Wang Xiaoming"]);
    // Who cannot be written to waits for a person, however plain the words are.
    let unclear = story.opens(mail(
        "Zhao <zhao..wei@example.cn>",
        "Data",
        "Please send me a copy of my personal data.",
    ));
    assert_eq!(unclear.request.stage, Stage::Triage);
    let mei = hire(&story, "mei@example.com", Role::Officer, "en");
    let visitor = visit(&story, mei);
    let service = init_service(app(Arc::clone(&story.house))).await;
    let app = async |request: TestRequest| send(&service, request.to_request()).await;

    let choice = app(get("/bulk", Some(&visitor))).await;
    assert_eq!(choice.status, StatusCode::OK);
    assert!(choice.body.contains(&unclear.request.reference));

    let ids: Vec<String> = opened
        .iter()
        .chain([&unclear])
        .map(|stored| stored.id.to_string())
        .collect();
    let mut fields: Vec<(&str, &str)> = ids.iter().map(|id| ("chosen", id.as_str())).collect();
    fields.extend([
        ("step", "decide"),
        ("verdict", "nothing-held"),
        ("text", "No account was found under the address."),
    ]);
    let rehearsed = app(post("/bulk/preview", &visitor, &fields)).await;
    assert_eq!(rehearsed.status, StatusCode::OK, "{}", rehearsed.body);
    assert!(rehearsed.body.contains("possible for 2 requests") && rehearsed.body.contains("For one it is not"));
    assert!(rehearsed.body.contains("First say what this is"));
    for stored in opened.iter().chain([&unclear]) {
        assert_eq!(
            story.request(&stored.request.reference).seq,
            stored.seq,
            "a rehearsal leaves no trace"
        );
    }

    // One of them moves on meanwhile.
    let path = format!("/requests/{}/notes", opened[1].request.reference);
    let seq = opened[1].seq.to_string();
    let noted = app(post(&path, &visitor, &[("seq", &seq), ("reason", "They called.")])).await;
    assert_eq!(noted.status, StatusCode::SEE_OTHER);
    let seen: Vec<String> = rehearsed
        .body
        .split("name=\"chosen\" value=\"")
        .skip(1)
        .map(|rest| rest.split('"').next().unwrap().to_owned())
        .collect();
    assert_eq!(seen.len(), 2);
    let mut fields: Vec<(&str, &str)> = seen.iter().map(|one| ("chosen", one.as_str())).collect();
    fields.extend([
        ("step", "decide"),
        ("verdict", "nothing-held"),
        ("text", "No account was found under the address."),
    ]);
    let report = app(post("/bulk", &visitor, &fields)).await;
    assert!(report.body.contains("taken with one request") && report.body.contains("Somebody else changed it"));
    let decided = story.request(&opened[0].request.reference);
    let decision = decided.request.items[0].decision.as_ref().unwrap();
    assert_eq!((decision.decision.outcome(), decision.by), (Outcome::NothingHeld, mei));
    assert!(
        story.request(&opened[1].request.reference).request.items[0]
            .decision
            .is_none()
    );
}

#[actix_web::test]
async fn several_are_assigned_noted_and_sorted_at_once_and_a_gap_is_told() {
    let story = Story::at(NOW);
    let opened = campaign(&story, &["Li Na", "Wang Xiaoming"]);
    let mei = hire(&story, "mei@example.com", Role::Officer, "en");
    let tom = hire(&story, "tom@example.com", Role::Officer, "en");
    let visitor = visit(&story, mei);
    let service = init_service(app(Arc::clone(&story.house))).await;
    let app = async |request: TestRequest| send(&service, request.to_request()).await;
    let (first, second) = (opened[0].id.to_string(), opened[1].id.to_string());
    let chosen = [("chosen", first.as_str()), ("chosen", second.as_str())];
    let to = tom.to_string();
    let with = |more: &[(&'static str, &str)]| -> Vec<(String, String)> {
        chosen
            .iter()
            .chain(more)
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect()
    };
    let sends = async |more: &[(&'static str, &str)]| {
        let fields = with(more);
        let borrowed: Vec<(&str, &str)> = fields
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()))
            .collect();
        app(post("/bulk", &visitor, &borrowed)).await
    };
    assert_eq!(sends(&[("step", "assign"), ("to", &to)]).await.status, StatusCode::OK);
    for stored in &opened {
        assert_eq!(story.request(&stored.request.reference).request.assignee, Some(tom));
    }
    let again = sends(&[("step", "assign"), ("to", &to)]).await;
    assert!(again.body.contains("That is how it stands already"));
    for gap in [
        &[("step", "note"), ("text", "")][..],
        &[("step", "decide"), ("verdict", "granted"), ("text", "x")],
        &[("step", "release")],
    ] {
        assert_eq!(sends(gap).await.status, StatusCode::UNPROCESSABLE_ENTITY, "{gap:?}");
    }
    let nobody = app(post("/bulk", &visitor, &[("step", "close")])).await;
    assert_eq!(nobody.status, StatusCode::UNPROCESSABLE_ENTITY);
}

#[actix_web::test]
async fn only_who_runs_requests_takes_a_step_with_several() {
    let story = Story::at(NOW);
    let opened = campaign(&story, &["Li Na"]);
    let service = init_service(app(Arc::clone(&story.house))).await;
    let app = async |request: TestRequest| send(&service, request.to_request()).await;
    let id = opened[0].id.to_string();
    for role in [Role::Reviewer, Role::Auditor, Role::SystemOwner] {
        let who = hire(&story, &format!("{role}@example.com"), role, "en");
        let visitor = visit(&story, who);
        let fields = [("chosen", id.as_str()), ("step", "close")];
        for path in ["/bulk", "/bulk/preview"] {
            assert_eq!(app(post(path, &visitor, &fields)).await.status, StatusCode::NOT_FOUND);
        }
        assert_eq!(app(get("/bulk", Some(&visitor))).await.status, StatusCode::NOT_FOUND);
    }
}
