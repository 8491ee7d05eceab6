//! Files leave the house: looked through, let go, fetched with a code, and gone at the end.

use std::io::{Cursor, Read};

use actix_web::http::{Method, StatusCode};
use actix_web::test::{TestRequest, init_service};
use habeas::domain::command::Command;
use habeas::domain::item::Decision;
use habeas::domain::person::{Actor, PersonId, Role};
use habeas::jobs::expire::expire;
use habeas::store::door::{Desk, Door, Seen, StepError};
use habeas::store::requests::Stored;
use habeas::store::{files, outbox};
use habeas::web::app;

use crate::harness::house::{Story, mail};
use crate::web::{Answer, Visitor, get, hire, post, send, visit};

const NOW: &str = "2026-11-24T02:00:00Z";

/// A house with an access request that is granted to somebody known.
pub(crate) struct House {
    pub(crate) story: Story,
    pub(crate) reference: String,
    id: i64,
    pub(crate) mei: PersonId,
    pub(crate) tom: PersonId,
}

impl House {
    pub(crate) fn new() -> Self {
        let story = Story::at(NOW);
        let mei = hire(&story, "mei@example.com", Role::Officer, "en");
        let tom = hire(&story, "tom@example.com", Role::Reviewer, "en");
        let opened = story.opens(mail(
            "Li Na <li.na@example.cn>",
            "Access to my personal data",
            "Please let me see all personal data that you hold about me.",
        ));
        let house = Self {
            reference: opened.request.reference.clone(),
            id: opened.id,
            story,
            mei,
            tom,
        };
        let policy = house.story.house.pack().unwrap();
        let method = policy.pack.policy.identity[0].id.clone();
        let matched = policy
            .pack
            .policy
            .held_data
            .iter()
            .map(|datum| datum.id.clone())
            .collect::<Vec<_>>();
        house
            .does(|desk| {
                Ok(Command::ConfirmIdentity {
                    method: method.clone(),
                    matched: matched.clone(),
                    note: desk.keep("note", "known customer")?,
                })
            })
            .unwrap();
        assert!(
            house.stored().request.has_confirmed_contact(),
            "somebody known at an address is known with it"
        );
        let item = house.stored().request.items[0].number;
        house
            .does(|_| {
                Ok(Command::Decide {
                    item,
                    decision: Decision::Granted { given: None },
                })
            })
            .unwrap();
        house
    }

    pub(crate) fn stored(&self) -> Stored {
        self.story.request(&self.reference)
    }

    pub(crate) fn does(
        &self,
        command: impl FnOnce(&mut Desk<'_, '_>) -> Result<Command, StepError>,
    ) -> Result<Stored, StepError> {
        let shelf = self.story.house.shelf();
        let door = Door {
            book: &*shelf,
            actor: Actor::Person {
                id: self.mei,
                role: Role::Officer,
            },
            now: self.story.now(),
        };
        self.story
            .house
            .store
            .write(|tx| door.step(tx, self.id, Seen::Whatever, command))
    }

    pub(crate) fn path(&self, rest: &str) -> String {
        format!("/requests/{}/handover{rest}", self.reference)
    }

    fn seq(&self) -> String {
        self.stored().seq.to_string()
    }

    pub(crate) fn form(&self, who: &Visitor, rest: &str, fields: &[(&str, &str)]) -> TestRequest {
        let seq = self.seq();
        let fields: Vec<(&str, &str)> = [("seq", seq.as_str())].iter().chain(fields).copied().collect();
        post(&self.path(rest), who, &fields)
    }

    pub(crate) fn upload(&self, who: &Visitor, name: &str, bytes: &[u8]) -> TestRequest {
        let mut body = Vec::new();
        for (field, value) in [
            ("csrf", who.csrf.as_str()),
            ("seq", &self.seq()),
            ("about", "All orders"),
        ] {
            body.extend_from_slice(
                format!("--b\r\nContent-Disposition: form-data; name=\"{field}\"\r\n\r\n{value}\r\n").as_bytes(),
            );
        }
        body.extend_from_slice(
            format!(
                "--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"{name}\"\r\nContent-Type: text/csv\r\n\r\n"
            )
            .as_bytes(),
        );
        body.extend_from_slice(bytes);
        body.extend_from_slice(b"\r\n--b--\r\n");
        get(&self.path("/files"), Some(who))
            .method(Method::POST)
            .insert_header(("sec-fetch-site", "same-origin"))
            .insert_header(("content-type", "multipart/form-data; boundary=b"))
            .set_payload(body)
    }

    /// The newest letter about an occasion, as text.
    fn letter(&self, occasion: &str) -> String {
        let letters = self
            .story
            .house
            .store
            .read(|db| outbox::of_request(db, self.id))
            .unwrap();
        let found = letters.iter().rev().find(|letter| letter.occasion == occasion);
        let found = found.unwrap_or_else(|| panic!("no letter about {occasion}"));
        let raw = self.story.house.store.read(|db| outbox::raw(db, found.id)).unwrap();
        habeas::mail::parse::parse(&raw).text
    }

    fn code(&self) -> String {
        let text = self.letter("challenge-code");
        let digits: Vec<&str> = text
            .split(|one: char| !one.is_ascii_digit())
            .filter(|run| run.len() == 4)
            .collect();
        digits.windows(2).next().expect("a code in two groups").concat()
    }

    fn link(&self) -> String {
        let text = self.letter("package-ready");
        let from = text.find("/portal/package/").expect("a link");
        text[from..].split_whitespace().next().unwrap().to_owned()
    }
}

pub(crate) const CLEAN: &[u8] = b"order,total\n1,20\n2,35\n";
/// A mobile number of somebody else.
const LEAKS: &[u8] = "order,note\n1,请联系 13912345678\n".as_bytes();

fn says(answer: &Answer, text: &str) {
    assert!(answer.body.contains(text), "{text:?} is not in {}", answer.body);
}

#[actix_web::test]
async fn a_file_with_somebody_elses_number_leaves_by_name_and_with_a_second_person_alone() {
    let house = House::new();
    let app = init_service(app(std::sync::Arc::clone(&house.story.house))).await;
    let (mei, tom) = (visit(&house.story, house.mei), visit(&house.story, house.tom));

    let refused = send(&app, house.form(&mei, "/packages", &[]).to_request()).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "nothing is enclosed");
    let added = send(&app, house.upload(&mei, "订单.csv", LEAKS).to_request()).await;
    assert_eq!(added.status, StatusCode::SEE_OTHER, "{}", added.body);
    let page = send(&app, get(&house.path(""), Some(&mei)).to_request()).await;
    assert_eq!(page.status, StatusCode::OK);
    says(&page, "订单.csv");
    assert!(
        !page.body.contains("13912345678"),
        "the number stands masked on the page"
    );
    let refused = send(&app, house.form(&mei, "/packages", &[]).to_request()).await;
    says(&refused, "Something was found in the files");

    let finding = house.stored().request.release.enclosures[0].findings[0].id.clone();
    let fields = [
        ("enclosure", "1"),
        ("finding", finding.as_str()),
        ("reason", "It is her own second number."),
    ];
    let given = send(&app, house.form(&mei, "/overrides", &fields).to_request()).await;
    assert_eq!(given.status, StatusCode::SEE_OTHER, "{}", given.body);
    let refused = send(&app, house.form(&mei, "/packages", &[]).to_request()).await;
    says(&refused, "A second person must let these files go");
    let own = send(&app, house.form(&mei, "/approval", &[]).to_request()).await;
    assert_eq!(
        own.status,
        StatusCode::UNPROCESSABLE_ENTITY,
        "who prepared cannot let go"
    );
    let let_go = send(&app, house.form(&tom, "/approval", &[]).to_request()).await;
    assert_eq!(let_go.status, StatusCode::SEE_OTHER, "{}", let_go.body);
    let left = send(&app, house.form(&mei, "/packages", &[]).to_request()).await;
    assert_eq!(left.status, StatusCode::SEE_OTHER, "{}", left.body);
    assert!(house.stored().request.release.live().is_some());
    let page = send(&app, get(&house.path(""), Some(&tom)).to_request()).await;
    says(&page, "It is her own second number.");
}

#[actix_web::test]
async fn what_is_the_requesters_own_is_nobody_elses_and_who_says_so_is_no_second_person() {
    let house = House::new();
    let app = init_service(app(std::sync::Arc::clone(&house.story.house))).await;
    let ann = visit(&house.story, hire(&house.story, "ann@example.com", Role::Officer, "en"));
    let mei = visit(&house.story, house.mei);
    send(&app, house.upload(&mei, "orders.csv", LEAKS).to_request()).await;
    assert!(house.stored().request.release.has_open_findings());
    let own = [
        ("kind", "phone"),
        ("text", "+86 139 1234 5678"),
        ("reason", "In the customer file since 2021."),
    ];
    let recorded = send(&app, house.form(&ann, "/identifiers", &own).to_request()).await;
    assert_eq!(recorded.status, StatusCode::SEE_OTHER, "{}", recorded.body);
    let release = house.stored().request.release;
    assert!(release.enclosures[0].findings.is_empty(), "her number is nobody else's");
    assert!(!release.has_overrides());
    let page = send(&app, get(&house.path(""), Some(&mei)).to_request()).await;
    for told in [
        "+86 139 1234 5678",
        "In the customer file since 2021.",
        "The requester&#39;s own:",
        "Nothing found",
    ] {
        assert!(page.body.contains(told), "{told:?} is not in {}", page.body);
    }
    let history = send(
        &app,
        get(&format!("/requests/{}", house.reference), Some(&mei)).to_request(),
    )
    .await;
    says(&history, "recorded as the requester");
    assert!(
        !history.body.contains("139 1234 5678"),
        "what it is stands on the page of the files alone"
    );

    // A file that comes later is looked through with it as well; what is no own number is still found.
    let more = "order,note\n1,13912345678\n2,13812345679\n".as_bytes();
    send(&app, house.upload(&mei, "more.csv", more).to_request()).await;
    assert_eq!(house.stored().request.release.enclosures[1].findings.len(), 1);

    // Who recorded it prepared what leaves.
    let risk = house.form(&mei, "/risk", &[("reason", "Many orders.")]);
    send(&app, risk.to_request()).await;
    let out = house.form(&mei, "/removals", &[("enclosure", "2"), ("reason", "Not needed.")]);
    send(&app, out.to_request()).await;
    let by_ann = send(&app, house.form(&ann, "/approval", &[]).to_request()).await;
    assert_eq!(by_ann.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", by_ann.body);
    let tom = visit(&house.story, house.tom);
    let by_tom = send(&app, house.form(&tom, "/approval", &[]).to_request()).await;
    assert_eq!(by_tom.status, StatusCode::SEE_OTHER, "{}", by_tom.body);

    // Taken back, the number is somebody else's again, and nobody has let that go.
    let back = house.form(&mei, "/identifiers/1/retraction", &[("reason", "It was her mother's.")]);
    let back = send(&app, back.to_request()).await;
    assert_eq!(back.status, StatusCode::SEE_OTHER, "{}", back.body);
    let release = house.stored().request.release;
    assert!(release.has_open_findings() && release.approved_by.is_none());
    let again = house.form(&mei, "/identifiers/1/retraction", &[("reason", "Twice.")]);
    let again = send(&app, again.to_request()).await;
    assert_eq!(again.status, StatusCode::UNPROCESSABLE_ENTITY);
}

#[actix_web::test]
async fn the_requesters_own_government_number_is_found_as_what_never_leaves() {
    let house = House::new();
    let app = init_service(app(std::sync::Arc::clone(&house.story.house))).await;
    let mei = visit(&house.story, house.mei);
    let number = "11010519491231002X";
    let file = format!("name,number\nLi Na,{number}\n");
    send(&app, house.upload(&mei, "card.csv", file.as_bytes()).to_request()).await;
    let before = house.stored().request.release.enclosures[0].findings.clone();
    let own = [
        ("kind", "identity-number"),
        ("text", number),
        ("reason", "Seen on her card."),
    ];
    let recorded = send(&app, house.form(&mei, "/identifiers", &own).to_request()).await;
    assert_eq!(recorded.status, StatusCode::SEE_OTHER, "{}", recorded.body);
    let after = house.stored().request.release.enclosures[0].findings.clone();
    assert!(
        !before.is_empty() && !after.is_empty() && before != after,
        "nobody else's, and to be answered for all the same"
    );
}

#[actix_web::test]
async fn a_package_is_fetched_with_a_fresh_code_five_times_and_its_key_is_gone_then() {
    let house = House::new();
    let app = init_service(app(std::sync::Arc::clone(&house.story.house))).await;
    let mei = visit(&house.story, house.mei);
    send(&app, house.upload(&mei, "orders.csv", CLEAN).to_request()).await;
    let left = send(&app, house.form(&mei, "/packages", &[]).to_request()).await;
    assert_eq!(left.status, StatusCode::SEE_OTHER, "{}", left.body);
    let link = house.link();
    let file = house.stored().request.release.live().unwrap().file.id;

    for number in 1..=5 {
        let page = send(&app, get(&link, None).to_request()).await;
        assert_eq!(page.status, StatusCode::OK);
        let browser = browser(&page);
        let asked = send(
            &app,
            of_anyone(&format!("{link}/code"), &browser, &stamp(&page), &[]).to_request(),
        )
        .await;
        assert_eq!(asked.status, StatusCode::OK, "{}", asked.body);
        let wrong = of_anyone(&link, &browser, &stamp(&asked), &[("code", "00000000")]);
        let wrong = send(&app, wrong.to_request()).await;
        assert!(!wrong.headers.contains_key("content-disposition"));
        let code = house.code();
        let fetch = of_anyone(&link, &browser, &stamp(&asked), &[("code", &code)]);
        let response = actix_web::test::call_service(&app, fetch.to_request()).await;
        assert_eq!(response.status(), StatusCode::OK);
        let bytes = actix_web::test::read_body(response).await;
        let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).expect("a package");
        let mut text = String::new();
        archive
            .by_name("files/01-orders.csv")
            .unwrap()
            .read_to_string(&mut text)
            .unwrap();
        assert_eq!(text.as_bytes(), CLEAN);
        let again = of_anyone(&link, &browser, &stamp(&asked), &[("code", &code)]);
        let again = send(&app, again.to_request()).await;
        assert!(
            !again.headers.contains_key("content-disposition"),
            "a code is used once"
        );
        assert_eq!(house.stored().request.release.packages[0].left, 5 - number);
    }
    let package = &house.stored().request.release.packages[0];
    assert_eq!(package.ended.map(|why| why.as_str()), Some("used"));
    assert!(
        house.story.house.store.read(|db| files::read(db, file)).is_err(),
        "its bytes are destroyed"
    );
}

#[actix_web::test]
async fn a_package_that_nobody_fetched_ends_by_itself_and_a_revoked_one_at_once() {
    let house = House::new();
    let app = init_service(app(std::sync::Arc::clone(&house.story.house))).await;
    let mei = visit(&house.story, house.mei);
    send(&app, house.upload(&mei, "orders.csv", CLEAN).to_request()).await;
    send(&app, house.form(&mei, "/packages", &[]).to_request()).await;
    let first = house.stored().request.release.live().unwrap().file.id;
    let revoked = house.form(
        &mei,
        "/revocations",
        &[("package", "1"), ("reason", "A file was missing.")],
    );
    let revoked = send(&app, revoked.to_request()).await;
    assert_eq!(revoked.status, StatusCode::SEE_OTHER, "{}", revoked.body);
    assert!(house.story.house.store.read(|db| files::read(db, first)).is_err());
    assert!(house.letter("package-withdrawn").contains("A file was missing."));
    let gone = send(&app, get(&house.link(), None).to_request()).await;
    assert_eq!(gone.status, StatusCode::OK, "the page says no more than before");

    send(&app, house.form(&mei, "/packages", &[]).to_request()).await;
    let second = house.stored().request.release.live().unwrap().clone();
    assert_eq!(expire(&house.story.house).unwrap(), 0, "its time is not over");
    house.story.wait(chrono::TimeDelta::days(14));
    assert_eq!(expire(&house.story.house).unwrap(), 1);
    assert_eq!(expire(&house.story.house).unwrap(), 0, "once");
    assert!(
        house
            .story
            .house
            .store
            .read(|db| files::read(db, second.file.id))
            .is_err()
    );
    let events = house.stored();
    assert_eq!(
        events.request.release.packages[1].ended.map(|why| why.as_str()),
        Some("expired")
    );
}

#[actix_web::test]
async fn a_guessed_link_and_a_form_of_another_site_lead_nowhere() {
    let house = House::new();
    let app = init_service(app(std::sync::Arc::clone(&house.story.house))).await;
    for link in ["0".repeat(64), "x".repeat(64), String::new()] {
        let page = send(&app, get(&format!("/portal/package/{link}"), None).to_request()).await;
        assert_eq!(page.status, StatusCode::NOT_FOUND, "{link}");
    }
}

pub(crate) fn stamp(page: &Answer) -> String {
    let from = page.body.find("name=\"stamp\" value=\"").expect("a stamp") + 20;
    page.body[from - 1..]
        .trim_start_matches('"')
        .split('"')
        .next()
        .unwrap()
        .to_owned()
}

pub(crate) fn browser(page: &Answer) -> String {
    page.header("set-cookie").split(';').next().unwrap().to_owned()
}

/// A form that anybody may send, from the browser that was given the page.
pub(crate) fn of_anyone(path: &str, browser: &str, stamp: &str, fields: &[(&str, &str)]) -> TestRequest {
    let fields: Vec<(&str, &str)> = [("stamp", stamp)].iter().chain(fields).copied().collect();
    TestRequest::default()
        .method(Method::POST)
        .uri(path)
        .insert_header(("sec-fetch-site", "same-origin"))
        .insert_header(("cookie", browser))
        .peer_addr("192.0.2.7:4000".parse().unwrap())
        .set_form(fields)
}
