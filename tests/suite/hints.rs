//! Hints at exemptions stand on the page with the words or figures behind them, and decide nothing.

use actix_web::body::to_bytes;
use actix_web::cookie::Cookie;
use actix_web::test::{TestRequest, call_service, init_service};
use habeas::domain::command::Command;
use habeas::domain::person::{Actor, PersonId, Role};
use habeas::store::door::{Door, Seen};
use habeas::store::people::{self, NewPerson};
use habeas::store::requests::Stored;
use habeas::store::sessions;
use habeas::store::vault::keys;
use habeas::web::app;

use crate::harness::house::{Story, mail};

const SENDER: &str = "Helen Brook <h@meadow.example>";
const COPY: &str =
    "Please send me a copy of all personal data that you hold about me, by mail, and tell me when it is done.";

/// The page of a request as an officer sees it.
async fn page(story: &Story, language: &str, reference: &str) -> String {
    let now = story.now();
    let email = format!("officer-{language}@example.com");
    let new = NewPerson {
        name: "Mei",
        email: &email,
        role: Role::Officer,
        language,
        manager: false,
    };
    let token = story
        .house
        .store
        .write(|tx| {
            let person = people::create(tx, &new, now)?;
            sessions::start(tx, person, now)
        })
        .unwrap();
    let app = init_service(app(story.house.clone())).await;
    let request = TestRequest::get()
        .uri(&format!("/requests/{reference}"))
        .cookie(Cookie::new("habeas-demo", token));
    let response = call_service(&app, request.to_request()).await;
    assert!(response.status().is_success(), "{}", response.status());
    let Ok(body) = to_bytes(response.into_body()).await else {
        panic!("a body that ends early")
    };
    String::from_utf8_lossy(&body).into_owned()
}

fn withdraw(story: &Story, stored: &Stored) {
    let shelf = story.house.shelf();
    let actor = Actor::Person {
        id: PersonId(1),
        role: Role::Officer,
    };
    let door = Door {
        book: &*shelf,
        actor,
        now: story.now(),
    };
    story
        .house
        .store
        .write(|tx| {
            door.step(tx, stored.id, Seen::Whatever, |desk| {
                let reason = desk.keep("reason", "She wrote that it is settled.")?;
                Ok(Command::Withdraw { reason })
            })
        })
        .unwrap();
}

/// The verdicts and bases of a page that stand chosen before anybody chose.
fn preselected(page: &str) -> Vec<&str> {
    let inputs = page.split("<input").skip(1).filter_map(|rest| rest.split('>').next());
    inputs
        .filter(|input| {
            input.contains("name=\"verdict\"") || input.contains("name=\"basis\"") || input.contains("name=\"outcome\"")
        })
        .filter(|input| input.contains("checked"))
        .collect()
}

#[actix_web::test]
async fn a_hint_stands_at_its_exemption_with_the_requesters_own_words_and_chooses_nothing() {
    let story = Story::at("2026-03-02T09:00:00+08:00");
    let body = format!("{COPY} There is a criminal investigation against your manager, and I am a witness in it.");
    let stored = story.opens(mail(SENDER, "My data", &body));
    let hinted: Vec<&str> = stored.request.hints.iter().map(|id| id.as_str()).collect();
    assert_eq!(hinted, ["criminal"], "the story begins with what recognition finds");
    let page = page(&story, "en", &stored.request.reference).await;
    let at = page.find("id=\"item-1-criminal\"").unwrap();
    let exemption = &page[at..at + page[at..].find("</p>").unwrap()];
    assert!(
        exemption.contains("The mail says: <q>criminal investigation"),
        "{exemption}"
    );
    assert!(exemption.contains("A hint decides nothing"), "{exemption}");
    assert_eq!(
        page.matches("The mail says:").count(),
        stored.request.items.len(),
        "at that exemption and at no other"
    );
    assert_eq!(preselected(&page), Vec::<&str>::new());
}

#[actix_web::test]
async fn a_sender_who_asked_before_is_shown_in_plain_figures_with_links_and_no_verdict() {
    let story = Story::at("2025-12-01T09:00:00+08:00");
    let first = story.opens(mail(SENDER, "Copy", COPY));
    withdraw(&story, &first);
    story.turn_to("2026-02-20T09:00:00+08:00");
    let other = story.opens(mail(SENDER, "Delete", "Please delete the photo of me on your website."));
    story.turn_to("2026-03-02T09:00:00+08:00");
    let stored = story.opens(mail(SENDER, "Copy once more", COPY));
    let page = page(&story, "en", &stored.request.reference).await;
    for figure in [
        "3 requests in 12 months, this one included",
        "2 of them in the last 30 days",
        "One other uses nearly the same words as this one",
        "a figure is no reason by itself",
        "taken back by the requester · nearly the same words",
    ] {
        assert!(page.contains(figure), "{figure}");
    }
    assert!(page.contains("<li>2 of them for: "), "two of the three ask for a copy");
    for link in [&first, &other] {
        assert!(page.contains(&format!("<a href=\"/requests/{}\">", link.request.reference)));
    }
    assert_eq!(preselected(&page), Vec::<&str>::new());
}

#[actix_web::test]
async fn the_figures_are_told_in_chinese_and_an_erased_request_is_left_out() {
    let story = Story::at("2026-02-20T09:00:00+08:00");
    let erased = story.opens(mail(SENDER, "One", COPY));
    story.opens(mail(SENDER, "Two", "Please delete the photo of me on your website."));
    let stored = story.opens(mail(SENDER, "Three", "Please correct my address to 5 Mill Lane."));
    let now = story.now();
    story
        .house
        .store
        .write(|tx| keys::destroy(tx, erased.key_id, now))
        .unwrap();
    let page = page(&story, "zh-Hans", &stored.request.reference).await;
    assert!(page.contains("12 个月内共 2 件（含本件）"));
    assert!(page.contains("由企业承担举证责任"));
}

#[actix_web::test]
async fn who_asks_for_the_first_time_gets_no_figures() {
    let story = Story::at("2026-03-02T09:00:00+08:00");
    let stored = story.opens(mail(SENDER, "My data", COPY));
    story.opens(mail("Tom Reed <t@meadow.example>", "My data", COPY));
    let page = page(&story, "en", &stored.request.reference).await;
    assert!(!page.contains("Requests of this sender"));
}
