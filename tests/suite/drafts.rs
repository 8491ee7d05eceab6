//! The answer in the hands of people: changed by one, seen and approved by another, and sent as it was approved.

use std::sync::Arc;

use actix_web::http::StatusCode;
use actix_web::test::init_service;
use habeas::domain::person::Role;
use habeas::domain::request::{Approval, Request, Stage};
use habeas::house::House;
use habeas::mail::parse::parse;
use habeas::store::outbox;
use habeas::web::app;

use crate::harness::house::Story;
use crate::web::{Answer, Visitor, access_request, get, hidden_field, hire, post, send, seq, visit};

const NOW: &str = "2026-11-24T02:00:00Z";
const THIRD_PARTY: &str = "third-party";

/// A request whose one item is granted in part, and the people around it.
struct Drafting {
    story: Story,
    reference: String,
    officer: Visitor,
    colleague: Visitor,
    reviewer: Visitor,
}

impl Drafting {
    async fn begun() -> Self {
        let story = Story::at(NOW);
        let reference = access_request(&story);
        let drafting = Self {
            officer: visit(&story, hire(&story, "mei@example.com", Role::Officer, "en")),
            colleague: visit(&story, hire(&story, "ann@example.com", Role::Officer, "en")),
            reviewer: visit(&story, hire(&story, "tom@example.com", Role::Reviewer, "en")),
            story,
            reference,
        };
        let officer = drafting.officer.clone();
        drafting
            .done(
                &officer,
                "identity",
                &[
                    ("method", "known-address"),
                    ("matched", &drafting.matched()),
                    ("reason", "From the address on file."),
                ],
            )
            .await;
        drafting
            .done(
                &officer,
                "items/1/assessments",
                &[
                    ("exemption", THIRD_PARTY),
                    ("scope", "whole"),
                    ("verdict", "partly"),
                    ("reason", "Two recordings name others."),
                    ("evidence", "The list of recordings."),
                    ("still_given", "All the rest."),
                ],
            )
            .await;
        drafting.decides("Two recordings stay with us.").await;
        drafting
    }

    /// A datum held, by which the requester was known.
    fn matched(&self) -> String {
        let held = &self.story.house.pack().unwrap().pack.policy.held_data;
        held[0].id.to_string()
    }

    async fn decides(&self, reason: &str) {
        let officer = self.officer.clone();
        self.done(
            &officer,
            "items/1/decision",
            &[
                ("outcome", "partly-granted"),
                ("basis", THIRD_PARTY),
                ("reason", reason),
                ("given", "All the rest."),
            ],
        )
        .await;
    }

    async fn page(&self, who: &Visitor) -> String {
        self.page_at("", who).await
    }

    async fn page_at(&self, under: &str, who: &Visitor) -> String {
        let house: Arc<House> = Arc::clone(&self.story.house);
        let app = init_service(app(house)).await;
        let path = format!("/requests/{}{under}", self.reference);
        send(&app, get(&path, Some(who)).to_request()).await.body
    }

    async fn sends(&self, who: &Visitor, step: &str, fields: &[(&str, &str)]) -> Answer {
        let seq = seq(&self.page(who).await);
        let approval = self.page_at("/approval", who).await;
        let leaving = hidden_field(&approval, "leaving").unwrap_or_default();
        let own = [("seq", seq.as_str()), ("leaving", leaving.as_str())];
        let fields: Vec<(&str, &str)> = own.iter().chain(fields).copied().collect();
        let app = init_service(app(Arc::clone(&self.story.house))).await;
        send(
            &app,
            post(&format!("/requests/{}/{step}", self.reference), who, &fields).to_request(),
        )
        .await
    }

    async fn done(&self, who: &Visitor, step: &str, fields: &[(&str, &str)]) {
        let answer = self.sends(who, step, fields).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{step}: {}", answer.body);
    }

    fn request(&self) -> Request {
        self.story.request(&self.reference).request
    }

    /// The letter as the form of the page offers it.
    async fn letter(&self) -> (String, String) {
        let page = self.page(&self.officer).await;
        let body = between(&page, "name=\"body\"", "</textarea>");
        let body = body.split_once('>').unwrap().1;
        let subject = between(&page, "name=\"subject\"", ">");
        let subject = between(subject, "value=\"", "\"");
        (unescaped(subject), unescaped(body))
    }

    /// The mail that was queued last: its subject and its text.
    fn mail(&self) -> (String, String) {
        let id = self.story.request(&self.reference).id;
        let raw = self
            .story
            .house
            .store
            .read(|db| {
                let last = outbox::of_request(db, id)?
                    .into_iter()
                    .max_by_key(|mail| mail.id)
                    .unwrap();
                outbox::raw(db, last.id)
            })
            .unwrap();
        let mail = parse(&raw);
        (mail.subject, mail.text)
    }
}

fn between<'a>(text: &'a str, before: &str, after: &str) -> &'a str {
    let rest = text
        .split_once(before)
        .unwrap_or_else(|| panic!("no {before} in {text}"))
        .1;
    rest.split_once(after).unwrap().0
}

fn unescaped(text: &str) -> String {
    text.replace("&#39;", "'")
        .replace("&#34;", "\"")
        .replace("&quot;", "\"")
        .replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&#38;", "&")
        .replace("&amp;", "&")
}

#[actix_web::test]
async fn what_one_person_wrote_another_sees_and_approves_and_that_leaves_to_the_letter() {
    let drafting = Drafting::begun().await;
    let (subject, body) = drafting.letter().await;
    let warmer = body.replace("This is our answer.", "Thank you for waiting; here is our answer.");
    assert_ne!(warmer, body);
    drafting
        .done(&drafting.officer, "draft", &[("subject", &subject), ("body", &warmer)])
        .await;

    let page = drafting.page(&drafting.reviewer).await;
    assert!(page.contains("<ins>Thank"), "{page}");
    assert!(page.contains("Saved by mei"), "{page}");
    drafting.done(&drafting.reviewer, "approval", &[]).await;
    drafting.done(&drafting.officer, "answer", &[]).await;

    let (sent_subject, sent) = drafting.mail();
    assert_eq!(sent_subject, subject);
    assert_eq!(sent.replace("\r\n", "\n").trim(), warmer.trim());
    assert!(matches!(drafting.request().stage, Stage::Answering { .. }));
    // The changes stay with the request.
    assert!(drafting.page(&drafting.reviewer).await.contains("+ Thank"));
}

#[actix_web::test]
async fn a_letter_that_has_lost_what_its_reader_is_owed_is_not_kept_and_the_loss_is_named() {
    let drafting = Drafting::begun().await;
    let (subject, body) = drafting.letter().await;
    for (owed, named) in [
        ("1. Access: granted in part", "The outcome for “Access” is missing"),
        ("All the rest.", "What is given for “Access” is missing"),
        ("Two recordings stay with us.", "The facts about “Access” are missing"),
        (
            "Personal Information Protection Law, Article 10",
            "The legal basis for “Access” is missing",
        ),
        ("people's court", "Where the reader can turn is missing"),
    ] {
        let harmed = body.replace(owed, "");
        assert_ne!(harmed, body, "{owed}");
        let form = [("subject", subject.as_str()), ("body", harmed.as_str())];
        let answer = drafting.sends(&drafting.officer, "draft", &form).await;
        assert!(answer.status.is_client_error(), "{owed}");
        let said = unescaped(&answer.body);
        assert!(said.contains(named), "{owed}: {said}");
        assert_eq!(drafting.request().draft, None, "{owed}");
        let preview = drafting.sends(&drafting.officer, "preview", &form).await;
        assert!(unescaped(&preview.body).contains(named), "{owed}: {}", preview.body);
    }
}

#[actix_web::test]
async fn a_look_at_other_words_keeps_nothing() {
    let drafting = Drafting::begun().await;
    let (subject, body) = drafting.letter().await;
    let other = body.replace("Kind regards", "With warm regards");
    let before = drafting.story.request(&drafting.reference).seq;
    let form = [("subject", subject.as_str()), ("body", other.as_str())];
    let preview = drafting.sends(&drafting.officer, "preview", &form).await;
    assert!(
        preview.body.contains("<ins>With warm</ins>") && preview.body.contains("not saved yet"),
        "{}",
        preview.body
    );
    assert_eq!(drafting.story.request(&drafting.reference).seq, before);
}

#[actix_web::test]
async fn a_later_change_takes_the_approval_back_and_who_wrote_cannot_approve() {
    let drafting = Drafting::begun().await;
    drafting.done(&drafting.reviewer, "approval", &[]).await;
    assert!(matches!(drafting.request().approval, Approval::Given { .. }));

    let (subject, body) = drafting.letter().await;
    let other = body.replace("Kind regards", "With warm regards");
    drafting
        .done(&drafting.colleague, "draft", &[("subject", &subject), ("body", &other)])
        .await;
    assert_eq!(drafting.request().approval, Approval::None);
    let answer = drafting.sends(&drafting.officer, "answer", &[]).await;
    assert!(answer.status.is_client_error(), "{}", answer.body);
    let answer = drafting.sends(&drafting.colleague, "approval", &[]).await;
    assert!(answer.status.is_client_error(), "{}", answer.body);
    drafting.done(&drafting.reviewer, "approval", &[]).await;
    drafting.done(&drafting.officer, "answer", &[]).await;
    assert!(drafting.mail().1.contains("With warm regards"));
}

#[actix_web::test]
async fn another_decision_makes_another_letter_and_offers_what_was_changed_by_hand() {
    let drafting = Drafting::begun().await;
    let (subject, body) = drafting.letter().await;
    let other = body.replace("Kind regards", "With warm regards");
    drafting
        .done(&drafting.officer, "draft", &[("subject", &subject), ("body", &other)])
        .await;
    drafting.decides("Three recordings stay with us.").await;
    assert_eq!(drafting.request().draft, None);

    let (_, offered) = drafting.letter().await;
    assert!(
        offered.contains("With warm regards") && offered.contains("Three recordings"),
        "{offered}"
    );
    // Unless somebody saves them, the letter leaves as it is put together.
    drafting.done(&drafting.reviewer, "approval", &[]).await;
    drafting.done(&drafting.officer, "answer", &[]).await;
    assert!(drafting.mail().1.contains("Kind regards"));
}

#[actix_web::test]
async fn changes_by_hand_can_be_taken_back() {
    let drafting = Drafting::begun().await;
    let (subject, body) = drafting.letter().await;
    let other = body.replace("Kind regards", "With warm regards");
    drafting
        .done(&drafting.officer, "draft", &[("subject", &subject), ("body", &other)])
        .await;
    drafting.done(&drafting.officer, "draft/removal", &[]).await;
    assert_eq!(drafting.letter().await.1, body);
    let again = drafting.sends(&drafting.officer, "draft/removal", &[]).await;
    assert!(again.status.is_client_error());
}

#[actix_web::test]
async fn own_words_are_saved_for_the_second_person_to_see() {
    let drafting = Drafting::begun().await;
    drafting
        .done(
            &drafting.officer,
            "draft",
            &[("words", "With thanks for your patience.")],
        )
        .await;
    let page = drafting.page(&drafting.reviewer).await;
    assert!(page.contains("With thanks for your patience."));
    drafting.done(&drafting.reviewer, "approval", &[]).await;
    drafting.done(&drafting.officer, "answer", &[]).await;
    assert!(drafting.mail().1.contains("With thanks for your patience."));
}
