//! Nobody is told anything at an address that was not proven, and an officer can have it proven.

use std::sync::Arc;

use actix_web::http::StatusCode;
use actix_web::test::{TestRequest, init_service};
use chrono::TimeDelta;
use habeas::config::Settings;
use habeas::domain::event::Event;
use habeas::domain::person::{PersonId, Role};
use habeas::domain::request::Stage;
use habeas::store::requests::{self, Stored};
use habeas::web::app;

use crate::handover::{browser, of_anyone, stamp};
use crate::harness::house::{Story, code_in, mail};
use crate::web::{Answer, Visitor, get, hire, post, send, visit};

const NOW: &str = "2026-11-24T02:00:00Z";
const LI_NA: &str = "Li Na <li.na@example.cn>";

/// A request that nobody has proven anything for, and the officer who works on it.
struct Office {
    story: Story,
    officer: Visitor,
    mei: PersonId,
    opened: Stored,
}

impl Office {
    fn with(change: impl FnOnce(Settings) -> Settings) -> Self {
        let story = Story::with(NOW, change);
        let mei = hire(&story, "mei@example.com", Role::Officer, "en");
        let opened = story.opens(mail(
            LI_NA,
            "Access to my personal data",
            "Please let me see all personal data that you hold about me.",
        ));
        Self {
            officer: visit(&story, mei),
            story,
            mei,
            opened,
        }
    }

    fn new() -> Self {
        Self::with(|settings| settings)
    }

    fn stored(&self) -> Stored {
        self.story.request(&self.opened.request.reference)
    }

    fn path(&self, step: &str) -> String {
        format!("/requests/{}{step}", self.opened.request.reference)
    }

    /// A form of the request's page, sent by the officer.
    fn step(&self, step: &str, fields: &[(&str, &str)]) -> TestRequest {
        let seq = self.stored().seq.to_string();
        let fields: Vec<(&str, &str)> = [("seq", seq.as_str())].iter().chain(fields).copied().collect();
        post(&self.path(step), &self.officer, &fields)
    }

    /// The link of the letter that asks for the proof, without the house's own address.
    fn link(&self) -> String {
        let text = self.story.letter(self.opened.id, "address-confirmation").unwrap();
        let from = text.find("/portal/address/").expect("a link");
        text[from..].split_whitespace().next().unwrap().to_owned()
    }

    fn code(&self, occasion: &str) -> String {
        code_in(&self.story.letter(self.opened.id, occasion).unwrap())
    }

    fn history(&self) -> Vec<habeas::domain::event::Recorded> {
        self.story
            .house
            .store
            .read(|db| requests::history(db, self.opened.id))
            .unwrap()
    }
}

const NOTHING_HELD: [(&str, &str); 2] = [("outcome", "nothing-held"), ("reason", "No account was found.")];
const BY_HAND: [(&str, &str); 3] = [("on", "2026-11-24"), ("at", "10:00"), ("text", "We hold nothing.")];

#[actix_web::test]
async fn an_officer_has_a_code_sent_and_the_requester_proves_the_address_with_it_also_where_the_portal_is_closed() {
    for open in [true, false] {
        let office = Office::with(|mut settings| {
            settings.portal.open = open;
            settings
        });
        let service = init_service(app(Arc::clone(&office.story.house))).await;
        let app = async |request: TestRequest| send(&service, request.to_request()).await;
        let before = app(get(&office.path(""), Some(&office.officer))).await;
        assert!(
            before.body.contains("A letter goes to li.na@example.cn"),
            "{}",
            before.body
        );
        let sent = app(office.step("/code", &[])).await;
        assert_eq!(sent.status, StatusCode::SEE_OTHER, "{}", sent.body);
        let history = office.history();
        let by = history
            .iter()
            .find(|recorded| matches!(recorded.event, Event::CodeSent { .. }));
        assert_eq!(
            by.unwrap().by.person(),
            Some(office.mei),
            "it stands whose doing it was"
        );
        let after = app(get(&office.path(""), Some(&office.officer))).await;
        assert!(after.body.contains("Codes sent in the last 24 hours: 1 of 10."));

        let link = office.link();
        let letter = office.story.letter(office.opened.id, "address-confirmation").unwrap();
        let page = app(get(&link, None)).await;
        assert_eq!(page.status, StatusCode::OK, "open: {open}");
        for told in [&letter, &page.body] {
            for secret in [office.opened.request.reference.as_str(), "Li Na", "access", "Access"] {
                assert!(!told.contains(secret), "{secret} is told in {told}");
            }
        }
        let seq = office.stored().seq;
        app(get(&link, None)).await;
        assert_eq!(office.stored().seq, seq, "looking changes nothing");

        let (cookie, stamped) = (browser(&page), stamp(&page));
        let wrong = app(of_anyone(&link, &cookie, &stamped, &[("code", "00000000")])).await;
        assert!(wrong.body.contains("This code is not right"), "{}", wrong.body);
        assert!(!office.stored().request.has_confirmed_contact());
        let right = office.code("address-confirmation");
        let proven = app(of_anyone(&link, &cookie, &stamped, &[("code", &right)])).await;
        assert!(
            proven.body.contains("this mail address is confirmed"),
            "{}",
            proven.body
        );
        assert!(office.stored().request.has_confirmed_contact());
        let again = app(office.step("/code", &[])).await;
        assert_eq!(
            again.status,
            StatusCode::UNPROCESSABLE_ENTITY,
            "there is nothing left to prove"
        );
    }
}

#[actix_web::test]
async fn a_question_whose_answer_is_a_code_has_it_sent() {
    let office = Office::new();
    let service = init_service(app(Arc::clone(&office.story.house))).await;
    let fields = [
        ("method", "address-code"),
        ("reason", "The address is not known to us."),
    ];
    let asked = send(&service, office.step("/identity-question", &fields).to_request()).await;
    assert_eq!(asked.status, StatusCode::SEE_OTHER, "{}", asked.body);
    let question = office.story.letter(office.opened.id, "identity-question").unwrap();
    assert!(question.contains("We have sent a code to this address"), "{question}");
    assert_eq!(office.code("address-confirmation").len(), 8);

    office.story.proves_address(&office.stored());
    let again = send(&service, office.step("/identity-question", &fields).to_request()).await;
    assert_eq!(again.status, StatusCode::SEE_OTHER, "{}", again.body);
    let codes = office.history().into_iter();
    let codes = codes.filter(|recorded| matches!(recorded.event, Event::CodeSent { .. }));
    assert_eq!(codes.count(), 2, "a proven address needs no further code");
}

#[actix_web::test]
async fn who_comes_too_late_for_the_code_has_another_sent_from_the_same_page() {
    let office = Office::new();
    let service = init_service(app(Arc::clone(&office.story.house))).await;
    let app = async |request: TestRequest| send(&service, request.to_request()).await;
    app(office.step("/code", &[])).await;
    let (link, first) = (office.link(), office.code("address-confirmation"));
    office.story.wait(TimeDelta::hours(20));
    let page = app(get(&link, None)).await;
    let cookie = browser(&page);
    let late = app(of_anyone(&link, &cookie, &stamp(&page), &[("code", &first)])).await;
    assert!(
        late.body.contains("This code is not right"),
        "a code is good for ten minutes"
    );
    let asked = app(of_anyone(&format!("{link}/code"), &cookie, &stamp(&page), &[])).await;
    assert!(asked.body.contains("Another code is on its way"), "{}", asked.body);
    let second = office.code("challenge-code");
    app(of_anyone(&link, &cookie, &stamp(&asked), &[("code", &second)])).await;
    assert!(office.stored().request.has_confirmed_contact());

    office.story.wait(TimeDelta::days(30));
    assert_eq!(
        app(get(&link, None)).await.status,
        StatusCode::NOT_FOUND,
        "the link is over"
    );
    for guessed in ["0".repeat(114), "x".to_owned(), office.opened.id.to_string()] {
        let page = app(get(&format!("/portal/address/{guessed}"), None)).await;
        assert_eq!(page.status, StatusCode::NOT_FOUND, "{guessed}");
    }
}

#[actix_web::test]
async fn no_more_than_ten_codes_a_day_leave_and_five_wrong_tries_end_one() {
    let office = Office::new();
    let service = init_service(app(Arc::clone(&office.story.house))).await;
    let app = async |request: TestRequest| send(&service, request.to_request()).await;
    for number in 1..=10 {
        let sent = app(office.step("/code", &[])).await;
        assert_eq!(sent.status, StatusCode::SEE_OTHER, "{number}: {}", sent.body);
    }
    let more = app(office.step("/code", &[])).await;
    assert_eq!(more.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(more.body.contains("Ten codes were sent"), "{}", more.body);

    let page = app(get(&office.link(), None)).await;
    let (cookie, stamped) = (browser(&page), stamp(&page));
    for _ in 0..5 {
        app(of_anyone(&office.link(), &cookie, &stamped, &[("code", "00000000")])).await;
    }
    let right = office.code("address-confirmation");
    app(of_anyone(&office.link(), &cookie, &stamped, &[("code", &right)])).await;
    assert!(
        !office.stored().request.has_confirmed_contact(),
        "the sixth try counts no more"
    );
    office.story.wait(TimeDelta::hours(24));
    let next_day = app(office.step("/code", &[])).await;
    assert_eq!(next_day.status, StatusCode::SEE_OTHER, "{}", next_day.body);
}

#[actix_web::test]
async fn an_answer_that_tells_is_not_mailed_to_an_unproven_address_and_the_page_says_what_to_do() {
    let office = Office::new();
    let service = init_service(app(Arc::clone(&office.story.house))).await;
    let app = async |request: TestRequest| send(&service, request.to_request()).await;
    app(office.step("/items/1/decision", &NOTHING_HELD)).await;
    let page = app(get(&office.path(""), Some(&office.officer))).await;
    let refused = app(office.step("/answer", &[])).await;
    for told in [&page, &refused] {
        assert!(
            told.body.contains("nobody has shown that the address is theirs"),
            "{}",
            told.body
        );
    }
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    let by_hand = app(office.step("/answer-by-hand", &BY_HAND)).await;
    assert!(
        by_hand.body.contains("Record who the requester is first"),
        "{}",
        by_hand.body
    );
    assert!(office.story.letter(office.opened.id, "answer").is_none());

    office.story.proves_address(&office.stored());
    let sent = app(office.step("/answer", &[])).await;
    assert_eq!(sent.status, StatusCode::SEE_OTHER, "{}", sent.body);
    assert!(matches!(office.stored().request.stage, Stage::Answering { .. }));
}

/// What an officer can do where no code can be sent, or none comes back.
#[actix_web::test]
async fn what_tells_nothing_can_always_be_answered_and_who_is_known_otherwise_is_answered_by_hand() {
    let not_for_us = Office::new();
    let not_proven = Office::new();
    let known_by_post = Office::new();
    let on_file = Office::new();
    for (office, steps) in [
        (
            &not_for_us,
            vec![
                (
                    "/items/1/decision",
                    vec![("outcome", "not-for-us"), ("reason", "Ask the shop.")],
                ),
                ("/answer", vec![]),
            ],
        ),
        (
            &not_proven,
            vec![
                ("/identity-doubt", vec![("reason", "No answer to our question.")]),
                (
                    "/items/1/decision",
                    vec![
                        ("outcome", "refused"),
                        ("basis", "identity-not-proven"),
                        ("reason", "You did not show who you are."),
                    ],
                ),
            ],
        ),
        (
            &known_by_post,
            vec![
                (
                    "/identity",
                    vec![
                        ("method", "known-facts"),
                        ("matched", "phone"),
                        ("reason", "Named on the phone."),
                    ],
                ),
                ("/items/1/decision", NOTHING_HELD.to_vec()),
                ("/answer-by-hand", BY_HAND.to_vec()),
            ],
        ),
        (
            &on_file,
            vec![
                ("/contact", vec![("reason", "In the customer file since 2021.")]),
                ("/items/1/decision", NOTHING_HELD.to_vec()),
                ("/answer", vec![]),
            ],
        ),
    ] {
        let service = init_service(app(Arc::clone(&office.story.house))).await;
        for (step, fields) in steps {
            if step == "/answer" {
                let page = send(&service, get(&office.path(""), Some(&office.officer)).to_request()).await;
                let is_proven = office.stored().request.has_confirmed_contact();
                assert_ne!(page.body.contains("Whatever you write yourself"), is_proven);
            }
            let answer: Answer = send(&service, office.step(step, &fields).to_request()).await;
            assert_eq!(answer.status, StatusCode::SEE_OTHER, "{step}: {}", answer.body);
        }
    }
    let service = init_service(app(Arc::clone(&not_proven.story.house))).await;
    let page = send(
        &service,
        get(&not_proven.path(""), Some(&not_proven.officer)).to_request(),
    )
    .await;
    assert!(
        !page.body.contains("nobody has shown that the address is theirs"),
        "only the second person is missing"
    );
    assert!(matches!(not_for_us.stored().request.stage, Stage::Answering { .. }));
    assert!(!not_proven.stored().request.tells());
    assert!(matches!(known_by_post.stored().request.stage, Stage::Answered { .. }));
    assert!(matches!(on_file.stored().request.stage, Stage::Answering { .. }));
}

#[actix_web::test]
async fn what_an_officer_does_not_choose_when_sorting_goes_and_is_not_chosen_for_them_again() {
    let story = Story::at(NOW);
    // Who cannot be written to waits for a person, however plain the words are.
    let opened = story.opens(mail(
        "Zhao <zhao..wei@example.cn>",
        "Data",
        "Please send me a copy of my personal data.",
    ));
    assert_eq!(opened.request.stage, Stage::Triage);
    let recognised = opened.request.items[0].right.to_string();
    assert_ne!(recognised, "deletion");
    let officer = visit(&story, hire(&story, "mei@example.com", Role::Officer, "en"));
    let reference = opened.request.reference.clone();
    let service = init_service(app(Arc::clone(&story.house))).await;
    let app = async |request: TestRequest| send(&service, request.to_request()).await;
    let path = |step: &str| format!("/requests/{reference}{step}");
    let step = async |step: &str, fields: &[(&str, &str)]| {
        let seq = story.request(&reference).seq.to_string();
        let fields: Vec<(&str, &str)> = [("seq", seq.as_str())].iter().chain(fields).copied().collect();
        let done = app(post(&path(step), &officer, &fields)).await;
        assert_eq!(done.status, StatusCode::SEE_OTHER, "{step}: {}", done.body);
    };
    let ticked = |page: &str, right: &str| {
        let field = format!("name=\"right\" value=\"{right}\"");
        let from = page.find(&field).expect("the right is offered");
        page[from..].split('>').next().unwrap().contains("checked")
    };
    let before = app(get(&path(""), Some(&officer))).await;
    assert!(ticked(&before.body, &recognised), "what was recognised is proposed");
    step(
        "/triage",
        &[
            ("kind", "request"),
            ("right", "deletion"),
            ("on_behalf", "none"),
            ("language", "en"),
        ],
    )
    .await;
    let items = story.request(&reference).request.items;
    assert_eq!(
        items.iter().map(|item| item.right.as_str()).collect::<Vec<_>>(),
        ["deletion"]
    );
    let after = app(get(&path(""), Some(&officer))).await;
    assert!(
        after
            .body
            .contains("said, when sorting, that a recognised right is not asked for"),
        "{}",
        after.body
    );
    step("/set-aside", &[("reason", "It is about an order.")]).await;
    step("/bring-back", &[]).await;
    let again = app(get(&path(""), Some(&officer))).await;
    assert!(!ticked(&again.body, &recognised) && ticked(&again.body, "deletion"));
}
