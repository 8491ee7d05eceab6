//! The public portal as a requester's browser meets it, and what it tells to those who are none.

use std::sync::Arc;

use actix_web::cookie::Cookie;
use actix_web::http::{Method, StatusCode, header};
use actix_web::test::{TestRequest, init_service};
use chrono::TimeDelta;
use habeas::config::Portal;
use habeas::domain::approval::Digest;
use habeas::domain::event::{CaseKind, Channel, Event};
use habeas::domain::moves::Refusal;
use habeas::domain::person::{Actor, PersonId, Role};
use habeas::domain::policy::{RightId, Way};
use habeas::domain::request::Stage;
use habeas::domain::text::TextRef;
use habeas::domain::{command::Command, item::Decision};
use habeas::jobs::portal::tend;
use habeas::mail::parse::parse;
use habeas::store::door::{Door, Seen, StepError};
use habeas::store::messages::{self, Group, Outcome};
use habeas::store::outbox::{self, Attempt};
use habeas::store::requests::{self, Stored};
use habeas::web::app;

use crate::harness::house::{Story, mail};
use crate::web::{Answer, hire, send};

const NOW: &str = "2026-11-24T02:00:00Z";
const LI_NA: &str = "li.na@example.cn";

/// Somebody's browser: it keeps cookies, and sends the hidden fields of the page it looks at.
struct Browser {
    cookies: Vec<(String, String)>,
    peer: &'static str,
    language: &'static str,
    page: String,
}

impl Browser {
    fn new() -> Self {
        Self {
            cookies: Vec::new(),
            peer: "192.0.2.7:4000",
            language: "en",
            page: String::new(),
        }
    }

    fn from(peer: &'static str) -> Self {
        Self { peer, ..Self::new() }
    }

    fn request(&self, method: Method, path: &str) -> TestRequest {
        let mut request = TestRequest::default()
            .method(method)
            .uri(path)
            .insert_header(("sec-fetch-site", "same-origin"))
            .insert_header((header::ACCEPT_LANGUAGE, self.language))
            .peer_addr(self.peer.parse().unwrap());
        for (name, value) in &self.cookies {
            request = request.cookie(Cookie::new(name.clone(), value.clone()));
        }
        request
    }

    fn keep(&mut self, answer: &Answer) {
        for value in answer.headers.get_all(header::SET_COOKIE) {
            let cookie = Cookie::parse(value.to_str().unwrap().to_owned()).unwrap();
            self.cookies.retain(|(name, _)| name != cookie.name());
            if !cookie.value().is_empty() {
                self.cookies.push((cookie.name().to_owned(), cookie.value().to_owned()));
            }
        }
        if !answer.body.is_empty() {
            self.page.clone_from(&answer.body);
        }
    }

    async fn opens(&mut self, app: &impl AsyncFn(TestRequest) -> Answer, path: &str) -> Answer {
        let answer = app(self.request(Method::GET, path)).await;
        self.keep(&answer);
        answer
    }

    /// Sends a form with the stamp or the token of the page it looks at.
    async fn sends(
        &mut self,
        app: &impl AsyncFn(TestRequest) -> Answer,
        path: &str,
        fields: &[(&str, &str)],
    ) -> Answer {
        let mut all: Vec<(String, String)> = ["stamp", "csrf"]
            .iter()
            .filter_map(|name| Some(((*name).to_owned(), hidden(&self.page, name)?)))
            .collect();
        all.extend(
            fields
                .iter()
                .map(|(name, value)| ((*name).to_owned(), (*value).to_owned())),
        );
        let answer = app(self.request(Method::POST, path).set_form(&all)).await;
        self.keep(&answer);
        answer
    }

    /// Sends a form and opens the page that it leads to.
    async fn goes(&mut self, app: &impl AsyncFn(TestRequest) -> Answer, path: &str, fields: &[(&str, &str)]) -> Answer {
        let sent = self.sends(app, path, fields).await;
        assert_eq!(sent.status, StatusCode::SEE_OTHER, "{}", sent.body);
        let to = sent.header("location").to_owned();
        self.opens(app, &to).await
    }
}

/// The value of a hidden field.
fn hidden(page: &str, name: &str) -> Option<String> {
    let mark = format!("name=\"{name}\" value=\"");
    let (_, rest) = page.split_once(&mark)?;
    Some(rest.split('"').next()?.to_owned())
}

/// What a person fills in who wants to see their data.
fn asks_for_access<'f>(address: &'f str, text: &'f str) -> Vec<(&'f str, &'f str)> {
    vec![
        ("rights", "access"),
        ("on_behalf", "none"),
        ("address", address),
        ("text", text),
    ]
}

/// The text of the newest letter of an occasion to an address.
fn letter(story: &Story, request: i64, occasion: &str) -> Option<String> {
    let store = &story.house.store;
    let letters = store.read(|db| outbox::of_request(db, request)).unwrap();
    let found = letters.iter().rfind(|letter| letter.occasion == occasion)?;
    let raw = store.read(|db| outbox::raw(db, found.id)).unwrap();
    Some(parse(&raw).text)
}

/// The code in the newest mail with one.
fn code(story: &Story, request: i64) -> String {
    let text = letter(story, request, "challenge-code").expect("a code was sent");
    let digits = |word: &str| word.len() == 4 && word.bytes().all(|byte| byte.is_ascii_digit());
    let words: Vec<&str> = text.split(|c: char| !c.is_ascii_digit()).collect();
    let pair = words.windows(2).find(|pair| pair.iter().all(|word| digits(word)));
    pair.expect("a code stands in the mail").join(" ")
}

fn all_requests(story: &Story) -> Vec<Stored> {
    let found = (1..50).map_while(|id| story.house.store.read(|db| requests::find(db, id)).ok());
    found.collect()
}

fn quarantined(story: &Story) -> Vec<String> {
    let group = Some(Group::Of(Outcome::Quarantined));
    let list = story
        .house
        .store
        .read(|db| messages::list(db, group, None, 50))
        .unwrap();
    list.into_iter().map(|listed| listed.why).collect()
}

/// Li Na asks for access through the form, confirms her address, and looks at her request.
async fn li_na_asks(story: &Story, app: &impl AsyncFn(TestRequest) -> Answer) -> (Browser, Stored) {
    let mut browser = Browser::new();
    browser.opens(app, "/portal/request").await;
    story.wait(TimeDelta::seconds(30));
    let fields = asks_for_access(LI_NA, "I bought shoes from you in May.");
    browser.goes(app, "/portal/request", &fields).await;
    tend(&story.house).unwrap();
    let opened = all_requests(story).pop().unwrap();
    browser
        .goes(app, "/portal/code", &[("code", &code(story, opened.id))])
        .await;
    let opened = story.request(&opened.request.reference);
    (browser, opened)
}

/// The officer decides and answers, and the next hop accepts it.
fn answers(story: &Story, officer: PersonId, request: &Stored) {
    let shelf = story.house.shelf();
    let door = |actor| Door {
        book: &*shelf,
        actor,
        now: story.now(),
    };
    let actor = Actor::Person {
        id: officer,
        role: Role::Officer,
    };
    let step = |command: fn(TextRef) -> Command| {
        let done = story.house.store.write(|tx| {
            door(actor).step(tx, request.id, Seen::Whatever, |desk| {
                Ok(command(desk.keep("reason", "Nothing is stored.")?))
            })
        });
        done.unwrap();
    };
    step(|reason| Command::Decide {
        item: 1,
        decision: Decision::NothingHeld { reason },
    });
    let at = story.now();
    let by_hand = story.house.store.write(|tx| {
        door(actor).step(tx, request.id, Seen::Whatever, |desk| {
            Ok(Command::AnswerByHand {
                at,
                text: desk.keep("answer", "We hold nothing.")?,
                says: Digest::default(),
            })
        })
    });
    by_hand.unwrap();
}

#[actix_web::test]
async fn a_form_opens_a_request_with_the_instant_it_was_kept_and_a_code_confirms_the_address() {
    let story = Story::at(NOW);
    let service = init_service(app(Arc::clone(&story.house))).await;
    let app = async |request: TestRequest| send(&service, request.to_request()).await;
    let mut browser = Browser::new();
    let page = browser.opens(&app, "/portal/request").await;
    assert_eq!(page.status, StatusCode::OK);
    for consent in ["consent\"", "agree"] {
        assert!(!page.body.contains(consent), "nobody has to consent to ask");
    }
    story.wait(TimeDelta::seconds(30));
    let sent_at = story.now();
    let fields = asks_for_access(LI_NA, "I bought shoes from you in May.");
    let taken = browser.goes(&app, "/portal/request", &fields).await;
    assert!(taken.body.contains("We have received it") && taken.body.contains(LI_NA));
    assert!(
        !taken.body.contains("DSR-"),
        "nothing is told before the address is proven"
    );

    story.wait(TimeDelta::minutes(7));
    tend(&story.house).unwrap();
    let opened = all_requests(&story).pop().unwrap();
    assert_eq!(opened.request.received_at, sent_at);
    assert_eq!(opened.request.channel, Channel::Portal);
    assert_eq!(opened.request.stage, Stage::Open);
    assert_eq!(opened.request.items[0].right, RightId::new("access"));
    assert_eq!(opened.card.address, LI_NA);
    assert!(!opened.request.has_confirmed_contact());
    assert!(
        letter(&story, opened.id, "acknowledgement")
            .unwrap()
            .contains(&opened.request.reference)
    );

    let inside = browser
        .goes(&app, "/portal/code", &[("code", &code(&story, opened.id))])
        .await;
    assert_eq!(inside.status, StatusCode::OK);
    assert!(inside.body.contains(&opened.request.reference));
    assert!(story.request(&opened.request.reference).request.has_confirmed_contact());
}

#[actix_web::test]
async fn nothing_tells_whether_a_person_or_a_request_is_known() {
    let story = Story::at(NOW);
    let known = story.opens(mail(
        "Li Na <li.na@example.cn>",
        "Access to my personal data",
        "Please let me see all personal data that you hold about me.",
    ));
    let service = init_service(app(Arc::clone(&story.house))).await;
    let app = async |request: TestRequest| send(&service, request.to_request()).await;
    // The right pair; a right address; a right reference; neither.
    let reference = known.request.reference.as_str();
    let cases = [
        (LI_NA, reference),
        (LI_NA, "DSR-2026-999999"),
        ("li.mu@example.cn", reference),
        ("li.mu@example.cn", "DSR-2026-999999"),
    ];
    let mut answers = Vec::new();
    for (address, reference) in cases {
        let mut browser = Browser::new();
        browser.opens(&app, "/portal/status").await;
        let asked = browser
            .sends(
                &app,
                "/portal/status",
                &[("address", address), ("reference", reference)],
            )
            .await;
        let before = browser.opens(&app, "/portal/code").await;
        tend(&story.house).unwrap();
        let after = browser.opens(&app, "/portal/code").await;
        let wrong = browser.sends(&app, "/portal/code", &[("code", "1234 5678")]).await;
        let again = browser.goes(&app, "/portal/code/again", &[]).await;
        let inside = browser.opens(&app, &format!("/portal/requests/{reference}")).await;
        let mut told: Vec<String> = vec![
            asked.header("location").to_owned(),
            inside.header("location").to_owned(),
        ];
        told.extend([before, after, wrong, again].map(|page| {
            let csrf = hidden(&page.body, "csrf").unwrap();
            page.body.replace(&csrf, "").replace(address, "")
        }));
        answers.push(told);
    }
    for told in &answers[1..] {
        assert_eq!(told, &answers[0]);
    }
    let codes = story.house.store.read(|db| outbox::of_request(db, known.id)).unwrap();
    let codes = codes.iter().filter(|letter| letter.occasion == "challenge-code");
    assert_eq!(
        codes.count(),
        2,
        "two were asked for by whom they belong to, and nobody else got any"
    );
}

#[actix_web::test]
async fn a_form_answers_alike_whether_it_opens_a_request_or_waits_for_a_person() {
    let story = Story::at(NOW);
    let service = init_service(app(Arc::clone(&story.house))).await;
    let app = async |request: TestRequest| send(&service, request.to_request()).await;
    let mut pages = Vec::new();
    for (seconds, extra, address) in [
        (30, "", "one@example.cn"),
        (30, "http://spam.example", "two@example.cn"),
        (1, "", "three@example.cn"),
    ] {
        let mut browser = Browser::new();
        browser.opens(&app, "/portal/request").await;
        story.wait(TimeDelta::seconds(seconds));
        let mut fields = asks_for_access(address, "Please show me what you hold.");
        fields.push(("extra", extra));
        story.turn_to("2026-11-24T03:00:00Z");
        let page = if seconds == 1 {
            // The page was made one second before.
            story.turn_to("2026-11-24T02:59:59Z");
            browser.opens(&app, "/portal/request").await;
            story.turn_to("2026-11-24T03:00:00Z");
            browser.goes(&app, "/portal/request", &fields).await
        } else {
            browser.goes(&app, "/portal/request", &fields).await
        };
        let csrf = hidden(&page.body, "csrf").unwrap();
        pages.push(page.body.replace(&csrf, "").replace(address, ""));
        tend(&story.house).unwrap();
        story.turn_to(NOW);
    }
    assert_eq!(pages[0], pages[1]);
    assert_eq!(pages[0], pages[2]);
    assert_eq!(all_requests(&story).len(), 1);
    let mut waiting = quarantined(&story);
    waiting.sort();
    assert_eq!(waiting, ["portal-hidden-field", "portal-too-fast"]);
}

#[actix_web::test]
async fn beyond_the_caps_forms_are_kept_for_a_person_and_none_is_lost() {
    let story = Story::at(NOW);
    let service = init_service(app(Arc::clone(&story.house))).await;
    let app = async |request: TestRequest| send(&service, request.to_request()).await;
    for number in 0..7 {
        let mut browser = Browser::new();
        browser.opens(&app, "/portal/request").await;
        story.wait(TimeDelta::seconds(30));
        let text = format!("Please show me what you hold, number {number}.");
        browser
            .goes(&app, "/portal/request", &asks_for_access(LI_NA, &text))
            .await;
        tend(&story.house).unwrap();
    }
    assert_eq!(all_requests(&story).len(), 5);
    assert_eq!(quarantined(&story), ["portal-for-address", "portal-for-address"]);

    // An officer makes one of them a request, with the instant at which it was kept.
    let mei = hire(&story, "mei@example.com", Role::Officer, "en");
    let group = Some(Group::Of(Outcome::Quarantined));
    let kept = story.house.store.read(|db| messages::list(db, group, None, 9)).unwrap();
    story.wait(TimeDelta::hours(3));
    let visitor = crate::web::visit(&story, mei);
    let path = format!("/mail/{}/request", kept[0].id);
    let done = app(crate::web::post(&path, &visitor, &[])).await;
    assert_eq!(done.status, StatusCode::SEE_OTHER);
    let brought = all_requests(&story).pop().unwrap();
    assert_eq!(brought.request.received_at, kept[0].received_at);
    assert_eq!(brought.request.channel, Channel::Portal);
}

#[actix_web::test]
async fn forms_from_one_network_are_capped_together_and_another_network_is_not() {
    let story = Story::at(NOW);
    let service = init_service(app(Arc::clone(&story.house))).await;
    let app = async |request: TestRequest| send(&service, request.to_request()).await;
    let form = |number: usize, peer| {
        let (story, app) = (&story, &app);
        async move {
            let mut browser = Browser::from(peer);
            browser.opens(app, "/portal/request").await;
            story.wait(TimeDelta::seconds(30));
            let address = format!("person{number}@example.cn");
            browser
                .goes(app, "/portal/request", &asks_for_access(&address, "Hello."))
                .await;
        }
    };
    for number in 0..21 {
        form(number, "192.0.2.7:4000").await;
    }
    form(99, "198.51.100.7:4000").await;
    tend(&story.house).unwrap();
    assert_eq!(all_requests(&story).len(), 21);
    assert_eq!(quarantined(&story), ["portal-from-network"]);
}

#[actix_web::test]
async fn a_form_without_a_stamp_of_this_browser_is_shown_again_with_all_that_was_written() {
    let story = Story::at(NOW);
    let service = init_service(app(Arc::clone(&story.house))).await;
    let app = async |request: TestRequest| send(&service, request.to_request()).await;
    let text = "My words of half an hour.";
    let fields = asks_for_access(LI_NA, text);

    // Another browser's page, a page of yesterday, and no page at all.
    let mut mine = Browser::new();
    mine.opens(&app, "/portal/request").await;
    let mut other = Browser::new();
    other.opens(&app, "/portal/request").await;
    other.page.clone_from(&mine.page);
    story.wait(TimeDelta::hours(24));
    let mut none = Browser::new();
    for browser in [&mut mine, &mut other, &mut none] {
        let answer = browser.sends(&app, "/portal/request", &fields).await;
        assert_eq!(answer.status, StatusCode::OK);
        assert!(answer.body.contains(text) && answer.body.contains("Nothing of what you wrote is lost"));
        assert!(answer.body.contains(r#"value="access" checked"#));
    }
    tend(&story.house).unwrap();
    assert!(all_requests(&story).is_empty());
    // Sent once more from the page that came back, it is taken.
    story.wait(TimeDelta::seconds(5));
    mine.goes(&app, "/portal/request", &fields).await;
    tend(&story.house).unwrap();
    assert_eq!(all_requests(&story).len(), 1);
}

#[actix_web::test]
async fn a_form_that_is_sent_twice_opens_one_request() {
    let story = Story::at(NOW);
    let service = init_service(app(Arc::clone(&story.house))).await;
    let app = async |request: TestRequest| send(&service, request.to_request()).await;
    let mut browser = Browser::new();
    let page = browser.opens(&app, "/portal/request").await.body;
    story.wait(TimeDelta::seconds(30));
    for _ in 0..2 {
        browser.page.clone_from(&page);
        browser
            .sends(&app, "/portal/request", &asks_for_access(LI_NA, "Please."))
            .await;
        story.wait(TimeDelta::seconds(1));
    }
    tend(&story.house).unwrap();
    assert_eq!(all_requests(&story).len(), 1);
}

#[actix_web::test]
async fn another_site_cannot_send_any_form_of_the_portal() {
    let story = Story::at(NOW);
    let service = init_service(app(Arc::clone(&story.house))).await;
    let app = async |request: TestRequest| send(&service, request.to_request()).await;
    let (browser, opened) = li_na_asks(&story, &app).await;
    let of_it = format!("/portal/requests/{}", opened.request.reference);
    let paths = [
        "/portal/request".to_owned(),
        "/portal/status".to_owned(),
        "/portal/code".to_owned(),
        "/portal/code/again".to_owned(),
        "/portal/leave".to_owned(),
        format!("{of_it}/messages"),
        format!("{of_it}/withdrawal"),
        format!("{of_it}/complaint"),
    ];
    for path in &paths {
        let cross = browser
            .request(Method::POST, path)
            .insert_header(("sec-fetch-site", "cross-site"))
            .set_form([("text", "x")]);
        assert_eq!(app(cross).await.status, StatusCode::FORBIDDEN, "{path}");
    }
    for path in &paths[3..] {
        let without_token = browser.request(Method::POST, path).set_form([("text", "x")]);
        assert_eq!(app(without_token).await.status, StatusCode::FORBIDDEN, "{path}");
    }
    assert!(story.request(&opened.request.reference).request.is_running());
}

#[actix_web::test]
async fn a_wrong_code_an_old_one_and_one_too_many_tries_open_nothing() {
    let story = Story::at(NOW);
    let service = init_service(app(Arc::clone(&story.house))).await;
    let app = async |request: TestRequest| send(&service, request.to_request()).await;
    let asked = |story: &Story| {
        let opened = all_requests(story).pop().unwrap();
        code(story, opened.id)
    };
    let mut browser = Browser::new();
    browser.opens(&app, "/portal/request").await;
    story.wait(TimeDelta::seconds(30));
    browser
        .goes(&app, "/portal/request", &asks_for_access(LI_NA, "x"))
        .await;
    tend(&story.house).unwrap();
    let first = asked(&story);

    story.wait(TimeDelta::minutes(11));
    let old = browser.sends(&app, "/portal/code", &[("code", &first)]).await;
    assert!(old.body.contains("not right, or its time is over"));

    browser.goes(&app, "/portal/code/again", &[]).await;
    tend(&story.house).unwrap();
    let second = asked(&story);
    for _ in 0..5 {
        let wrong = browser.sends(&app, "/portal/code", &[("code", "00000000")]).await;
        assert_eq!(wrong.status, StatusCode::OK);
    }
    let late = browser.sends(&app, "/portal/code", &[("code", &second)]).await;
    assert!(
        late.body.contains("not right, or its time is over"),
        "five tries are five"
    );

    browser.goes(&app, "/portal/code/again", &[]).await;
    tend(&story.house).unwrap();
    let inside = browser.goes(&app, "/portal/code", &[("code", &asked(&story))]).await;
    assert!(inside.body.contains("Your address is confirmed"));
}

#[actix_web::test]
async fn another_persons_visit_finds_nothing_where_a_request_is_and_where_none_is() {
    let story = Story::at(NOW);
    let service = init_service(app(Arc::clone(&story.house))).await;
    let app = async |request: TestRequest| send(&service, request.to_request()).await;
    let (_, hers) = li_na_asks(&story, &app).await;
    let mut other = Browser::from("198.51.100.9:4000");
    other.opens(&app, "/portal/request").await;
    story.wait(TimeDelta::seconds(30));
    other
        .goes(&app, "/portal/request", &asks_for_access("mu@example.cn", "x"))
        .await;
    tend(&story.house).unwrap();
    let his = all_requests(&story).pop().unwrap();
    let inside = other
        .goes(&app, "/portal/code", &[("code", &code(&story, his.id))])
        .await;
    assert!(inside.body.contains(&his.request.reference) && !inside.body.contains(&hers.request.reference));

    let csrf_page = other.page.clone();
    for end in ["", "/withdrawal", "/complaint"] {
        let theirs = other
            .opens(&app, &format!("/portal/requests/{}{end}", hers.request.reference))
            .await;
        let nobodys = other
            .opens(&app, &format!("/portal/requests/DSR-2026-999999{end}"))
            .await;
        assert_eq!(theirs.status, StatusCode::NOT_FOUND);
        assert_eq!(theirs.body, nobodys.body);
    }
    other.page = csrf_page;
    for (end, fields) in [
        ("messages", [("text", "x")]),
        ("withdrawal", [("reason", "x")]),
        ("complaint", [("text", "x")]),
    ] {
        let path = format!("/portal/requests/{}/{end}", hers.request.reference);
        let page = other.page.clone();
        let sent = other.sends(&app, &path, &fields).await;
        assert_eq!(sent.status, StatusCode::NOT_FOUND, "{end}");
        other.page = page;
    }
    tend(&story.house).unwrap();
    let after = story.request(&hers.request.reference);
    assert_eq!(after.seq, hers.seq, "nothing happened to her request");
}

#[actix_web::test]
async fn a_requester_sees_what_was_said_between_them_and_nothing_else() {
    let story = Story::at(NOW);
    let service = init_service(app(Arc::clone(&story.house))).await;
    let app = async |request: TestRequest| send(&service, request.to_request()).await;
    let (mut browser, opened) = li_na_asks(&story, &app).await;
    let path = format!("/portal/requests/{}", opened.request.reference);
    let mei = hire(&story, "mei@example.com", Role::Officer, "en");
    let shelf = story.house.shelf();
    let door = Door {
        book: &*shelf,
        actor: Actor::Person {
            id: mei,
            role: Role::Officer,
        },
        now: story.now(),
    };
    story
        .house
        .store
        .write(|tx| {
            door.step(tx, opened.id, Seen::Whatever, |desk| {
                Ok(Command::Note {
                    text: desk.keep("note", "A remark among colleagues.")?,
                })
            })
        })
        .unwrap();
    // A stranger who knows the reference writes, and it waits to be confirmed.
    story.receives(mail(
        "Mallory <mallory@example.net>",
        &format!("Re: {}", opened.request.reference),
        "Words of a stranger about this request.",
    ));
    browser.opens(&app, &path).await;
    browser
        .goes(
            &app,
            &format!("{path}/messages"),
            &[("text", "One more thing: my old address was in Chengdu.")],
        )
        .await;
    tend(&story.house).unwrap();
    delivers(&story);
    let page = browser.opens(&app, &path).await.body;
    assert!(page.contains("I bought shoes from you in May."));
    assert!(page.contains("my old address was in Chengdu"));
    assert!(
        page.contains("We have received") || page.contains("received your request"),
        "{page}"
    );
    for hidden in ["A remark among colleagues", "Words of a stranger", "Your code"] {
        assert!(!page.contains(hidden), "{hidden}");
    }
    let after = story.request(&opened.request.reference);
    assert_eq!(after.request.messages.len(), 2);
    assert_eq!(after.request.unread.len(), 1, "an officer has it on the desk");
}

/// The next hop takes all letters.
fn delivers(story: &Story) {
    let now = story.now();
    let taken = story.house.store.write(|tx| {
        let leased = outbox::lease(tx, "test", now, TimeDelta::minutes(5), 50)?;
        for one in leased {
            let attempt = Attempt::Sent { reply: "250 ok".into() };
            outbox::settle(tx, one.id, "test", &attempt, now)?;
        }
        Ok::<_, habeas::store::StoreError>(())
    });
    taken.unwrap();
}

#[actix_web::test]
async fn a_request_is_taken_back_by_its_requester_and_by_nobody_elses_click() {
    let story = Story::at(NOW);
    let service = init_service(app(Arc::clone(&story.house))).await;
    let app = async |request: TestRequest| send(&service, request.to_request()).await;
    let (mut browser, opened) = li_na_asks(&story, &app).await;
    let path = format!("/portal/requests/{}/withdrawal", opened.request.reference);
    browser.opens(&app, &path).await;
    assert!(
        story.request(&opened.request.reference).request.is_running(),
        "to look is not to do"
    );
    let done = browser.goes(&app, &path, &[("reason", "")]).await;
    assert!(done.body.contains("You have taken the request back"));
    let after = story.request(&opened.request.reference);
    assert!(matches!(after.request.stage, Stage::Withdrawn { .. }));
    let history = story.house.store.read(|db| requests::history(db, after.id)).unwrap();
    let taken_back = history
        .iter()
        .find(|recorded| matches!(recorded.event, Event::Withdrawn { .. }))
        .unwrap();
    assert_eq!(taken_back.by, habeas::domain::event::By::Requester);
    assert!(letter(&story, after.id, "withdrawal-confirmed").is_some());
    let again = browser
        .goes(
            &app,
            &path.replace("/withdrawal", "/messages"),
            &[("text", "I changed my mind.")],
        )
        .await;
    assert_eq!(again.status, StatusCode::OK);
}

#[actix_web::test]
async fn a_complaint_about_a_decision_opens_a_review_that_its_decider_cannot_handle() {
    let story = Story::at(NOW);
    let service = init_service(app(Arc::clone(&story.house))).await;
    let app = async |request: TestRequest| send(&service, request.to_request()).await;
    let (mut browser, opened) = li_na_asks(&story, &app).await;
    let reference = opened.request.reference.clone();
    let path = format!("/portal/requests/{reference}/complaint");
    let early = browser.opens(&app, &path).await;
    assert_eq!(
        early.status,
        StatusCode::SEE_OTHER,
        "there is nothing to complain of yet"
    );

    let (mei, tom) = (
        hire(&story, "mei@example.com", Role::Officer, "en"),
        hire(&story, "tom@example.com", Role::Officer, "en"),
    );
    answers(&story, mei, &opened);
    story.wait(TimeDelta::days(2));
    let (mut browser, _) = li_na_comes_back(&story, &app, &reference, browser).await;
    browser.opens(&app, &path).await;
    let sent_at = story.now();
    browser
        .goes(
            &app,
            &path,
            &[("text", "You do hold my orders: here is the number of one.")],
        )
        .await;
    tend(&story.house).unwrap();

    let review = all_requests(&story).pop().unwrap();
    assert_eq!(review.request.kind, CaseKind::Complaint);
    assert!(
        review.request.has_confirmed_contact(),
        "its outcome goes to the address that was proven for the decision"
    );
    assert_eq!(review.request.received_at, sent_at, "it has a term of its own");
    let of = review.request.review_of.clone().unwrap();
    assert_eq!((of.request, of.reference.as_str()), (opened.id, reference.as_str()));
    let original = story.request(&reference);
    assert_eq!(
        original.request.reviews,
        [(review.id, review.request.reference.clone())]
    );
    assert!(
        letter(&story, review.id, "complaint-received")
            .unwrap()
            .contains(&reference)
    );

    let shelf = story.house.shelf();
    let assigns = |by: PersonId, to: PersonId| {
        let door = Door {
            book: &*shelf,
            actor: Actor::Person {
                id: by,
                role: Role::Officer,
            },
            now: story.now(),
        };
        let step = |tx: &mut habeas::store::Tx<'_>| {
            door.step(tx, review.id, Seen::Whatever, |_| Ok(Command::Assign { to: Some(to) }))
        };
        story.house.store.write(step).map(|_| ())
    };
    assert!(matches!(
        assigns(tom, mei),
        Err(StepError::Refused(Refusal::ReviewOfOwn))
    ));
    assigns(mei, tom).unwrap();
    let answer_of = |by: PersonId| {
        let door = Door {
            book: &*shelf,
            actor: Actor::Person {
                id: by,
                role: Role::Officer,
            },
            now: story.now(),
        };
        story.house.store.write(|tx| {
            door.step(tx, review.id, Seen::Whatever, |desk| {
                let at = desk.now;
                Ok(Command::AnswerByHand {
                    at,
                    text: desk.keep("answer", "We looked again.")?,
                    says: Digest::default(),
                })
            })
        })
    };
    assert!(matches!(answer_of(mei), Err(StepError::Refused(Refusal::ReviewOfOwn))));
    answer_of(tom).unwrap();

    let page = browser.opens(&app, &format!("/portal/requests/{reference}")).await;
    assert!(page.body.contains(&review.request.reference));
    let own = browser
        .opens(&app, &format!("/portal/requests/{}", review.request.reference))
        .await;
    assert!(own.body.contains("You do hold my orders") && own.body.contains(&reference));
}

/// Li Na's visit is over; she asks for a code again.
async fn li_na_comes_back(
    story: &Story,
    app: &impl AsyncFn(TestRequest) -> Answer,
    reference: &str,
    mut browser: Browser,
) -> (Browser, Answer) {
    let over = browser.opens(app, "/portal/requests").await;
    assert_eq!(over.header("location"), "/portal/status?said=portal-over");
    browser.opens(app, "/portal/status").await;
    browser
        .goes(
            app,
            "/portal/status",
            &[
                ("address", "Li.Na@Example.cn"),
                ("reference", &reference.to_lowercase()),
            ],
        )
        .await;
    tend(&story.house).unwrap();
    let request = story.request(reference);
    let inside = browser
        .goes(app, "/portal/code", &[("code", &code(story, request.id))])
        .await;
    (browser, inside)
}

#[actix_web::test]
async fn a_visit_ends_when_it_is_idle_when_it_is_left_and_its_token_changes_with_the_proof() {
    let story = Story::at(NOW);
    let service = init_service(app(Arc::clone(&story.house))).await;
    let app = async |request: TestRequest| send(&service, request.to_request()).await;
    let mut browser = Browser::new();
    browser.opens(&app, "/portal/request").await;
    story.wait(TimeDelta::seconds(30));
    browser
        .goes(&app, "/portal/request", &asks_for_access(LI_NA, "x"))
        .await;
    let claimed = browser.cookies.clone();
    tend(&story.house).unwrap();
    let opened = all_requests(&story).pop().unwrap();
    let proven = browser
        .goes(&app, "/portal/code", &[("code", &code(&story, opened.id))])
        .await;
    assert_eq!(proven.status, StatusCode::OK);

    let mut planted = Browser::new();
    planted.cookies = claimed;
    let old = planted.opens(&app, "/portal/requests").await;
    assert_eq!(
        old.status,
        StatusCode::SEE_OTHER,
        "a token that was known before the proof is worth nothing"
    );

    story.wait(TimeDelta::minutes(29));
    assert_eq!(browser.opens(&app, "/portal/requests").await.status, StatusCode::OK);
    story.wait(TimeDelta::minutes(31));
    assert_eq!(
        browser.opens(&app, "/portal/requests").await.status,
        StatusCode::SEE_OTHER
    );

    let (mut browser, _) = li_na_comes_back(&story, &app, &opened.request.reference, browser).await;
    let inside = browser.cookies.clone();
    browser.goes(&app, "/portal/leave", &[]).await;
    browser.cookies = inside;
    assert_eq!(
        browser.opens(&app, "/portal/requests").await.status,
        StatusCode::SEE_OTHER
    );
}

#[actix_web::test]
async fn what_is_ticked_is_what_is_asked_and_what_leaves_a_question_waits_for_triage() {
    let story = Story::at(NOW);
    let service = init_service(app(Arc::clone(&story.house))).await;
    let app = async |request: TestRequest| send(&service, request.to_request()).await;
    // What was ticked, for whom, the words; then the rights of the request, its kind, and whether a person must look.
    let cases: [(&[&str], &str, &str, &[&str], CaseKind, bool); 4] = [
        (
            &["access", "copy"],
            "none",
            "",
            &["access", "copy"],
            CaseKind::Request,
            false,
        ),
        (
            &["access"],
            "none",
            "Please delete my account and all my personal data.",
            &["access"],
            CaseKind::Request,
            true,
        ),
        (
            &["access", "withdrawal"],
            "next-of-kin",
            "My father died in May.",
            &["access"],
            CaseKind::Request,
            true,
        ),
        (
            &[],
            "none",
            "Please delete my account and all my personal data.",
            &["deletion"],
            CaseKind::Request,
            true,
        ),
    ];
    for (number, (ticked, on_behalf, text, rights, kind, triage)) in cases.into_iter().enumerate() {
        let mut browser = Browser::new();
        browser.opens(&app, "/portal/request").await;
        story.wait(TimeDelta::seconds(30));
        let address = format!("person{number}@example.cn");
        let mut fields = vec![("on_behalf", on_behalf), ("address", address.as_str()), ("text", text)];
        fields.extend(ticked.iter().map(|right| ("rights", *right)));
        browser.goes(&app, "/portal/request", &fields).await;
        tend(&story.house).unwrap();
        let request = all_requests(&story).pop().unwrap().request;
        let found: Vec<&str> = request.items.iter().map(|item| item.right.as_str()).collect();
        assert_eq!(found, rights, "{text}");
        assert_eq!((request.kind, request.stage == Stage::Triage), (kind, triage), "{text}");
        assert_eq!(request.on_behalf.as_str(), on_behalf);
    }
}

#[actix_web::test]
async fn the_portal_speaks_the_browsers_language_and_that_of_the_letters_follows() {
    let story = Story::at(NOW);
    let service = init_service(app(Arc::clone(&story.house))).await;
    let app = async |request: TestRequest| send(&service, request.to_request()).await;
    let mut browser = Browser::new();
    browser.language = "zh-CN,zh;q=0.9";
    let home = browser.opens(&app, "/portal").await;
    assert!(home.body.contains("lang=\"zh-Hans\"") && home.body.contains("您的个人信息"));
    browser.opens(&app, "/portal/request").await;
    story.wait(TimeDelta::seconds(30));
    browser.goes(&app, "/portal/request", &asks_for_access(LI_NA, "")).await;
    tend(&story.house).unwrap();
    let opened = all_requests(&story).pop().unwrap();
    assert_eq!(opened.request.language, "zh-Hans");
    assert!(letter(&story, opened.id, "acknowledgement").unwrap().contains("您"));
}

#[actix_web::test]
async fn a_portal_that_is_closed_is_not_there() {
    let story = Story::with(NOW, |settings| habeas::config::Settings {
        portal: Portal { open: false },
        ..settings
    });
    let service = init_service(app(Arc::clone(&story.house))).await;
    let app = async |request: TestRequest| send(&service, request.to_request()).await;
    for path in ["/portal", "/portal/request", "/portal/status", "/portal/code"] {
        let answer = Browser::new().opens(&app, path).await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{path}");
    }
}

#[actix_web::test]
async fn a_document_is_taken_only_where_it_was_asked_for_and_only_as_a_picture_or_pdf() {
    let story = Story::at(NOW);
    let service = init_service(app(Arc::clone(&story.house))).await;
    let app = async |request: TestRequest| send(&service, request.to_request()).await;
    let (mut browser, opened) = li_na_asks(&story, &app).await;
    let path = format!("/portal/requests/{}", opened.request.reference);
    let page = browser.opens(&app, &path).await.body;
    assert!(!page.contains("type=\"file\""), "nobody asked for a document");
    let csrf = hidden(&page, "csrf").unwrap();
    let upload = |bytes: &str, csrf: &str| {
        let body = format!(
            "--b\r\nContent-Disposition: form-data; name=\"csrf\"\r\n\r\n{csrf}\r\n--b\r\nContent-Disposition: form-data; \
             name=\"shows\"\r\n\r\nidentity\r\n--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"../../id.pdf\"\r\n\
             Content-Type: application/pdf\r\n\r\n{bytes}\r\n--b--\r\n"
        );
        browser
            .request(Method::POST, &format!("{path}/documents"))
            .insert_header((header::CONTENT_TYPE, "multipart/form-data; boundary=b"))
            .set_payload(body)
    };
    assert_eq!(
        app(upload("%PDF-1.7", &csrf)).await.status,
        StatusCode::UNPROCESSABLE_ENTITY
    );

    asks_for_document(&story, &opened);
    assert_eq!(app(upload("%PDF-1.7", "forged")).await.status, StatusCode::FORBIDDEN);
    assert_eq!(
        app(upload("<html>", &csrf)).await.status,
        StatusCode::UNPROCESSABLE_ENTITY
    );
    let huge = format!("%PDF-1.7{}", " ".repeat(10 * 1024 * 1024));
    assert_eq!(app(upload(&huge, &csrf)).await.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(app(upload("%PDF-1.7", &csrf)).await.status, StatusCode::SEE_OTHER);
    let after = story.request(&opened.request.reference);
    assert_eq!(after.request.documents.len(), 1);
}

/// An officer asks for a document, with the reason that the requester reads.
fn asks_for_document(story: &Story, request: &Stored) {
    let shelf = story.house.shelf();
    let mei = hire(story, "mei@example.com", Role::Officer, "en");
    let door = Door {
        book: &*shelf,
        actor: Actor::Person {
            id: mei,
            role: Role::Officer,
        },
        now: story.now(),
    };
    let asked = story.house.store.write(|tx| {
        door.step(tx, request.id, Seen::Whatever, |desk| {
            let documents = |method: &&habeas::domain::policy::IdentityMethod| method.way == Way::Document;
            let method = desk.rules.policy.identity.iter().find(documents).unwrap().id.clone();
            Ok(Command::AskIdentity {
                method,
                data: Vec::new(),
                reason: Some(desk.keep("reason", "The account holds medical data.")?),
                letter: None,
            })
        })
    });
    asked.unwrap();
}
