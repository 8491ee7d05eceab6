//! The dashboard as a browser meets it: who gets in, what each may see, and what no form can do.

use std::fmt::Write as _;
use std::sync::Arc;

use actix_web::body::{MessageBody, to_bytes};
use actix_web::cookie::Cookie;
use actix_web::dev::{Service, ServiceResponse};
use actix_web::http::{Method, StatusCode, header};
use actix_web::test::{TestRequest, call_service, init_service};
use habeas::config::{SenderChecks, Settings};
use habeas::domain::person::{PersonId, Role};
use habeas::domain::request::Stage;
use habeas::store::people::{self, NewPerson};
use habeas::store::{StoreError, journal, sessions};
use habeas::web::app;

use crate::harness::factor::{self, Codes};
use crate::harness::house::{Story, mail, mail_with};

const NOW: &str = "2026-11-24T02:00:00Z";
const PASSWORD: &str = "four quiet geese on ice";
const COOKIE: &str = "habeas-demo";

/// Somebody with a session.
#[derive(Clone)]
pub(crate) struct Visitor {
    pub(crate) token: String,
    pub(crate) csrf: String,
    /// The codes of their second factor.
    pub(crate) codes: Codes,
}

/// What came back.
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: header::HeaderMap,
    pub(crate) body: String,
}

impl Answer {
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }
}

pub(crate) fn hire(story: &Story, email: &str, role: Role, language: &str) -> PersonId {
    let now = story.now();
    let new = NewPerson {
        name: email.split('@').next().unwrap(),
        email,
        role,
        language,
        manager: false,
    };
    story.house.store.write(|tx| people::create(tx, &new, now)).unwrap()
}

pub(crate) fn visit(story: &Story, person: PersonId) -> Visitor {
    let now = story.now();
    let known = story.house.store.read(|db| people::find(db, person)).unwrap().unwrap();
    let codes = story.codes_of(person, known.role);
    let token = story.house.store.write(|tx| sessions::start(tx, person, now)).unwrap();
    let csrf = story
        .house
        .store
        .read(|db| sessions::find(db, &token, now))
        .unwrap()
        .unwrap()
        .csrf;
    Visitor { token, csrf, codes }
}

pub(crate) async fn send<S, R, B>(app: &S, request: R) -> Answer
where
    S: Service<R, Response = ServiceResponse<B>, Error = actix_web::Error>,
    B: MessageBody,
{
    let response = call_service(app, request).await;
    let (status, headers) = (response.status(), response.headers().clone());
    let Ok(body) = to_bytes(response.into_body()).await else {
        panic!("a body that ends early")
    };
    Answer {
        status,
        headers,
        body: String::from_utf8_lossy(&body).into_owned(),
    }
}

pub(crate) fn get(path: &str, who: Option<&Visitor>) -> TestRequest {
    let request = TestRequest::default().method(Method::GET).uri(path);
    match who {
        Some(who) => request.cookie(Cookie::new(COOKIE, who.token.clone())),
        None => request,
    }
}

/// What forms are sent to that may ask for a code of the second factor.
const ASKING: [&str; 4] = ["/approval", "/handover/packages", "/answer", "/answer-by-hand"];

/// A form as a page of ours sends it, with a code where one may be asked for.
pub(crate) fn post(path: &str, who: &Visitor, fields: &[(&str, &str)]) -> TestRequest {
    let given = fields.iter().any(|(name, _)| *name == "code");
    let asks = !given && ASKING.iter().any(|end| path.ends_with(end));
    let code = asks.then(|| factor::next(&who.codes));
    let own = [("csrf", who.csrf.as_str())];
    let code = code.iter().map(|code| ("code", code.as_str()));
    let fields: Vec<(&str, &str)> = own.into_iter().chain(code).chain(fields.iter().copied()).collect();
    TestRequest::default()
        .method(Method::POST)
        .uri(path)
        .insert_header(("sec-fetch-site", "same-origin"))
        .cookie(Cookie::new(COOKIE, who.token.clone()))
        .set_form(fields)
}

fn sign_in(email: &str, password: &str) -> TestRequest {
    TestRequest::default()
        .method(Method::POST)
        .uri("/sign-in")
        .insert_header(("sec-fetch-site", "same-origin"))
        .peer_addr("192.0.2.7:4000".parse().unwrap())
        .set_form([("email", email), ("password", password), ("back", "/requests")])
}

/// How many events the journal holds, the house's own included.
fn events(story: &Story) -> usize {
    let count = |db: &mut habeas::store::Reader<'_>| {
        let mut streams = vec![journal::HOUSE];
        streams.extend(journal::streams(db, journal::HOUSE, 1000)?);
        streams
            .into_iter()
            .map(|stream| Ok(journal::read(db, stream)?.len()))
            .sum::<Result<usize, StoreError>>()
    };
    story.house.store.read(count).unwrap()
}

pub(crate) fn access_request(story: &Story) -> String {
    let opened = story.opens(mail(
        "Li Na <li.na@example.cn>",
        "Access to my personal data",
        "Please let me see all personal data that you hold about me.",
    ));
    opened.request.reference
}

#[actix_web::test]
async fn a_stranger_is_led_to_the_door_and_from_there_to_where_they_wanted() {
    let story = Story::at(NOW);
    let person = hire(&story, "mei@example.com", Role::Officer, "en");
    story
        .house
        .store
        .write(|tx| people::set_password(tx, person, PASSWORD))
        .unwrap();
    let app = init_service(app(story.house.clone())).await;

    let away = send(&app, get("/requests", None).to_request()).await;
    assert_eq!(away.status, StatusCode::SEE_OTHER);
    assert_eq!(away.header("location"), "/sign-in?back=/requests");

    let inside = send(&app, sign_in("Mei@Example.com", PASSWORD).to_request()).await;
    assert_eq!(inside.status, StatusCode::SEE_OTHER);
    assert_eq!(inside.header("location"), "/requests");
    assert!(inside.header("set-cookie").starts_with(COOKIE) && inside.header("set-cookie").contains("HttpOnly"));
}

#[actix_web::test]
async fn a_password_hash_of_older_strength_is_renewed_at_sign_in() {
    use argon2::PasswordHasher;
    let story = Story::at(NOW);
    let person = hire(&story, "mei@example.com", Role::Officer, "en");
    let weak = argon2::Argon2::default()
        .hash_password(PASSWORD.as_bytes())
        .unwrap()
        .to_string();
    let store = &story.house.store;
    let hash = || {
        store
            .read(|db| people::password_of(db, "mei@example.com"))
            .unwrap()
            .unwrap()
            .1
    };
    store
        .write(|tx| {
            people::set_password(tx, person, PASSWORD)?;
            let (_, now) = people::password_of(tx, "mei@example.com")?.unwrap();
            Ok::<_, people::AcceptError>(people::renew_hash(tx, person, &now, &weak)?)
        })
        .unwrap();
    assert!(people::is_dated(&hash()));
    let app = init_service(app(Arc::clone(&story.house))).await;
    let answer = send(&app, sign_in("mei@example.com", PASSWORD).to_request()).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER);
    assert!(!people::is_dated(&hash()));
    assert!(people::verify(PASSWORD, Some(&hash())));
}

#[actix_web::test]
async fn a_wrong_password_and_an_unknown_address_read_alike_and_guessing_gets_slow() {
    let story = Story::at(NOW);
    let person = hire(&story, "mei@example.com", Role::Officer, "en");
    story
        .house
        .store
        .write(|tx| people::set_password(tx, person, PASSWORD))
        .unwrap();
    let app = init_service(app(story.house.clone())).await;

    let wrong = send(&app, sign_in("mei@example.com", "another long phrase").to_request())
        .await
        .body;
    let unknown = send(&app, sign_in("who@example.com", "another long phrase").to_request())
        .await
        .body;
    assert_eq!(wrong.replace("mei@", "who@"), unknown);
    assert!(wrong.contains("do not belong together"));

    for _ in 0..4 {
        send(&app, sign_in("mei@example.com", "another long phrase").to_request()).await;
    }
    let slowed = send(&app, sign_in("mei@example.com", PASSWORD).to_request()).await;
    assert!(
        slowed.body.contains("Too many attempts"),
        "also the right password has to wait"
    );
}

#[actix_web::test]
async fn every_answer_carries_the_security_headers() {
    let story = Story::at(NOW);
    let officer = visit(&story, hire(&story, "mei@example.com", Role::Officer, "en"));
    let app = init_service(app(story.house.clone())).await;
    for request in [
        get("/sign-in", None),
        get("/", None),
        get("/", Some(&officer)),
        get("/nowhere", Some(&officer)),
        get("/health", None),
    ] {
        let answer = send(&app, request.to_request()).await;
        assert!(
            answer
                .header("content-security-policy")
                .starts_with("default-src 'none'")
        );
        assert!(!answer.header("content-security-policy").contains("unsafe"));
        for (name, value) in [
            ("x-content-type-options", "nosniff"),
            ("referrer-policy", "no-referrer"),
            ("cross-origin-opener-policy", "same-origin"),
            ("cross-origin-resource-policy", "same-origin"),
            ("cache-control", "no-store"),
        ] {
            assert_eq!(answer.header(name), value, "{name}");
        }
    }
}

#[actix_web::test]
async fn a_form_without_our_token_or_from_another_site_changes_nothing() {
    let story = Story::at(NOW);
    let reference = access_request(&story);
    let officer = visit(&story, hire(&story, "mei@example.com", Role::Officer, "en"));
    let path = format!("/requests/{reference}/notes");
    let app = init_service(app(story.house.clone())).await;
    let before = events(&story);

    let stolen = Visitor {
        csrf: "0".repeat(64),
        ..officer.clone()
    };
    let fields = [("seq", "1"), ("reason", "hello")];
    assert_eq!(
        send(&app, post(&path, &stolen, &fields).to_request()).await.status,
        StatusCode::FORBIDDEN
    );
    for site in ["cross-site", "same-site", "none"] {
        let foreign = post(&path, &officer, &fields).insert_header(("sec-fetch-site", site));
        assert_eq!(
            send(&app, foreign.to_request()).await.status,
            StatusCode::FORBIDDEN,
            "{site}"
        );
    }
    assert_eq!(events(&story), before);
}

/// Every page that can be asked for.
fn pages(reference: &str) -> Vec<String> {
    let mut pages: Vec<String> = [
        "/",
        "/requests",
        "/requests?standing=all&q=li",
        "/requests/new",
        "/mail",
        "/mail?of=quarantined",
        "/mail/1",
        "/messages/1/original",
        "/calendar",
        "/calendar?year=2025",
        "/policy",
        "/tasks",
        "/states",
        "/systems",
        "/systems/new",
        "/people",
        "/me",
    ]
    .map(str::to_owned)
    .into();
    pages.extend([format!("/requests/{reference}"), format!("/requests/{reference}/clock")]);
    pages
}

#[actix_web::test]
async fn looking_changes_nothing() {
    let story = Story::at(NOW);
    let reference = access_request(&story);
    let admin = visit(&story, hire(&story, "ada@example.com", Role::Admin, "en"));
    let app = init_service(app(story.house.clone())).await;
    let before = events(&story);
    for page in pages(&reference) {
        let answer = send(&app, get(&page, Some(&admin)).to_request()).await;
        assert_eq!(answer.status, StatusCode::OK, "{page}");
    }
    assert_eq!(events(&story), before);
}

#[actix_web::test]
async fn each_role_sees_its_pages_and_no_others() {
    let story = Story::at(NOW);
    let reference = access_request(&story);
    let app = init_service(app(story.house.clone())).await;
    let mut table = String::new();
    for role in Role::ALL {
        let visitor = visit(&story, hire(&story, &format!("{role}@example.com"), role, "en"));
        let mut seen = Vec::new();
        for page in pages(&reference) {
            if send(&app, get(&page, Some(&visitor)).to_request()).await.status == StatusCode::OK {
                seen.push(page.replace(&reference, "DSR"));
            }
        }
        writeln!(table, "{role}: {}", seen.join(" ")).unwrap();
    }
    let everywhere = "/ /requests /requests?standing=all&q=li";
    let read = "/mail /mail?of=quarantined /mail/1 /messages/1/original /calendar /calendar?year=2025 /policy /tasks /states /systems";
    let one = "/requests/DSR /requests/DSR/clock";
    let expected = format!(
        "officer: {everywhere} /requests/new {read} /systems/new /me {one}\n\
         reviewer: {everywhere} {read} /me {one}\n\
         system-owner: /tasks /me\n\
         auditor: {everywhere} {read} /me {one}\n\
         admin: {everywhere} /requests/new {read} /systems/new /people /me {one}\n"
    );
    assert_eq!(table, expected);
}

#[actix_web::test]
async fn what_is_not_there_and_what_is_not_for_one_look_alike() {
    let story = Story::at(NOW);
    let reference = access_request(&story);
    let owner = visit(&story, hire(&story, "sys@example.com", Role::SystemOwner, "en"));
    let app = init_service(app(story.house.clone())).await;
    let hidden = send(&app, get(&format!("/requests/{reference}"), Some(&owner)).to_request()).await;
    let absent = send(&app, get("/requests/DSR-2026-999999", Some(&owner)).to_request()).await;
    assert_eq!(
        (hidden.status, absent.status),
        (StatusCode::NOT_FOUND, StatusCode::NOT_FOUND)
    );
    assert_eq!(
        hidden.body.replace(&reference, "X"),
        absent.body.replace("DSR-2026-999999", "X")
    );
}

#[actix_web::test]
async fn a_form_with_gaps_or_nonsense_is_refused_and_never_breaks_anything() {
    let story = Story::at(NOW);
    let reference = access_request(&story);
    let admin = visit(&story, hire(&story, "ada@example.com", Role::Admin, "en"));
    let app = init_service(app(story.house.clone())).await;
    let of_request = [
        "triage",
        "assignment",
        "items",
        "items/1/removal",
        "items/1/ground",
        "items/1/assessments",
        "items/1/signature",
        "items/1/retention",
        "items/1/follow-up",
        "items/1/decision",
        "items/x/decision",
        "items/99999999999/ground",
        "identity-question",
        "identity",
        "identity-doubt",
        "approval",
        "return",
        "answer",
        "answer-by-hand",
        "extension",
        "closure",
        "reopening",
        "set-aside",
        "bring-back",
        "retraction",
        "merger",
        "notes",
        "messages/1/confirmation",
        "messages/x/release",
    ];
    let mut paths: Vec<String> = of_request
        .iter()
        .map(|step| format!("/requests/{reference}/{step}"))
        .collect();
    paths.extend(
        [
            "/people/7",
            "/people/x",
            "/mail/99/request",
            "/me/language",
            "/language",
        ]
        .map(str::to_owned),
    );
    let before = events(&story);
    for path in paths {
        for fields in [
            &[][..],
            &[("seq", "x")],
            &[("seq", "-1"), ("reason", "\u{0}\u{202e}"), ("kind", "nonsense")],
        ] {
            let answer = send(&app, post(&path, &admin, fields).to_request()).await;
            assert!(answer.status.is_client_error(), "{path} {fields:?}: {}", answer.status);
        }
        let raw = TestRequest::default()
            .method(Method::POST)
            .uri(&path)
            .insert_header(("sec-fetch-site", "same-origin"))
            .insert_header(("content-type", "application/json"))
            .cookie(Cookie::new(COOKIE, admin.token.clone()))
            .set_payload("{\"csrf\": 1}");
        let answer = send(&app, raw.to_request()).await;
        assert!(
            answer.status.is_client_error(),
            "{path} with another kind of body: {}",
            answer.status
        );
    }
    assert_eq!(events(&story), before);
    for path in [
        "/requests?after=x.y&standing=%00",
        "/mail?after=9.9.9",
        "/calendar?year=9999999999999",
        "/mail/x",
    ] {
        let status = send(&app, get(path, Some(&admin)).to_request()).await.status;
        assert!(!status.is_server_error(), "{path}: {status}");
    }
}

/// The number of events that a page was made from.
pub(crate) fn seq(body: &str) -> String {
    hidden_field(body, "seq").expect("no form on the page")
}

/// The value of the first hidden field of a name.
pub(crate) fn hidden_field(body: &str, name: &str) -> Option<String> {
    let (_, rest) = body.split_once(&format!("name=\"{name}\" value=\""))?;
    rest.split('"').next().map(str::to_owned)
}

#[actix_web::test]
async fn a_request_goes_from_mail_to_answer_by_forms_alone() {
    let story = Story::at(NOW);
    let reference = access_request(&story);
    let mei = hire(&story, "mei@example.com", Role::Officer, "en");
    let officer = visit(&story, mei);
    let reviewer = visit(&story, hire(&story, "tom@example.com", Role::Reviewer, "en"));
    let app = init_service(app(story.house.clone())).await;
    let page = format!("/requests/{reference}");
    let exemption = story
        .house
        .pack()
        .unwrap()
        .pack
        .policy
        .exemptions
        .last()
        .unwrap()
        .id
        .to_string();
    let matched = story.house.pack().unwrap().pack.policy.held_data[0].id.to_string();
    let method = story
        .house
        .pack()
        .unwrap()
        .pack
        .policy
        .identity
        .first()
        .unwrap()
        .id
        .to_string();
    let mei = mei.to_string();
    type Step<'a> = (&'a Visitor, &'a str, Vec<(&'a str, &'a str)>);
    let steps: [Step; 7] = [
        (&officer, "assignment", vec![("assignee", &mei)]),
        (
            &officer,
            "identity",
            vec![
                ("method", &method),
                ("matched", &matched),
                ("reason", "Wrote from the address on file."),
            ],
        ),
        (
            &officer,
            "items/1/assessments",
            vec![
                ("exemption", &exemption),
                ("scope", "whole"),
                ("verdict", "partly"),
                ("reason", "Two recordings name others."),
                ("evidence", "The recordings of 3 and 4 March."),
                ("still_given", "All the rest."),
            ],
        ),
        (
            &officer,
            "items/1/decision",
            vec![
                ("outcome", "partly-granted"),
                ("basis", &exemption),
                ("reason", "Two recordings stay with us."),
                ("given", "All the rest."),
            ],
        ),
        (&reviewer, "approval", vec![]),
        (&officer, "preview", vec![("words", "With thanks for your patience.")]),
        (&officer, "answer", vec![]),
    ];
    for (who, step, fields) in steps {
        let shown = send(&app, get(&page, Some(who)).to_request()).await.body;
        let leaving = match step {
            "approval" => hidden_field(
                &send(&app, get(&format!("{page}/approval"), Some(who)).to_request())
                    .await
                    .body,
                "leaving",
            ),
            _ => None,
        };
        let (seq, leaving) = (seq(&shown), leaving.unwrap_or_default());
        let own = [("seq", seq.as_str()), ("leaving", leaving.as_str())];
        let fields: Vec<(&str, &str)> = own.iter().chain(&fields).copied().collect();
        let done = send(&app, post(&format!("{page}/{step}"), who, &fields).to_request()).await;
        if step == "preview" {
            assert!(done.body.contains("With thanks for your patience.") && done.body.contains("All the rest."));
            continue;
        }
        assert_eq!(done.status, StatusCode::SEE_OTHER, "{step}: {}", done.body);
        let after = send(
            &app,
            get(done.header("location").split('#').next().unwrap(), Some(who)).to_request(),
        )
        .await;
        assert!(
            after.body.contains("role=\"status\""),
            "{step} says nothing of what was done"
        );
    }
    assert!(matches!(
        story.request(&reference).request.stage,
        Stage::Answering { .. }
    ));
}

#[actix_web::test]
async fn who_comes_second_is_told_what_happened_and_keeps_their_words() {
    let story = Story::at(NOW);
    let reference = access_request(&story);
    let officer = visit(&story, hire(&story, "mei@example.com", Role::Officer, "en"));
    let other = visit(&story, hire(&story, "ada@example.com", Role::Admin, "zh-Hans"));
    let app = init_service(app(story.house.clone())).await;
    let page = format!("/requests/{reference}");
    let seen = seq(&send(&app, get(&page, Some(&officer)).to_request()).await.body);
    let note = |text| [("seq", seen.as_str()), ("reason", text)];
    let first = send(
        &app,
        post(&format!("{page}/notes"), &officer, &note("Asked the archive.")).to_request(),
    )
    .await;
    assert_eq!(first.status, StatusCode::SEE_OTHER);
    let second = send(
        &app,
        post(&format!("{page}/notes"), &other, &note("法务已回复。")).to_request(),
    )
    .await;
    assert_eq!(second.status, StatusCode::CONFLICT);
    assert!(
        second.body.contains("添加备注") && second.body.contains("法务已回复。"),
        "{}",
        second.body
    );
}

#[actix_web::test]
async fn a_step_that_the_rules_forbid_is_answered_with_their_sentence() {
    let story = Story::at(NOW);
    let reference = access_request(&story);
    let officer = visit(&story, hire(&story, "mei@example.com", Role::Officer, "en"));
    let chinese = visit(&story, hire(&story, "wang@example.com", Role::Officer, "zh-Hans"));
    let app = init_service(app(story.house.clone())).await;
    let page = format!("/requests/{reference}");
    let seen = seq(&send(&app, get(&page, Some(&officer)).to_request()).await.body);
    let fields = [("seq", seen.as_str()), ("reason", "Many records.")];
    let refused = send(&app, post(&format!("{page}/extension"), &officer, &fields).to_request()).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(refused.body.contains("without extension") && refused.body.contains("Many records."));
    let refused = send(&app, post(&format!("{page}/extension"), &chinese, &fields).to_request()).await;
    assert!(refused.body.contains("期限不可延长"));
}

#[actix_web::test]
async fn what_the_rules_do_not_allow_is_listed_with_its_sentence_and_an_auditor_gets_no_form() {
    let story = Story::at(NOW);
    let reference = access_request(&story);
    let officer = visit(&story, hire(&story, "mei@example.com", Role::Officer, "en"));
    let auditor = visit(&story, hire(&story, "aud@example.com", Role::Auditor, "en"));
    let app = init_service(app(story.house.clone())).await;
    let page = format!("/requests/{reference}");
    let shown = send(&app, get(&page, Some(&officer)).to_request()).await.body;
    assert!(shown.contains("This policy promises its term without extension."));
    assert!(!shown.contains(&format!("{page}/extension")));
    let read_only = send(&app, get(&page, Some(&auditor)).to_request()).await.body;
    assert!(
        !read_only.contains(&format!("action=\"{page}")),
        "an auditor was offered a form"
    );
}

#[actix_web::test]
async fn a_set_aside_mail_becomes_a_request_that_counts_from_its_arrival() {
    let story = Story::at("2026-11-10T02:00:00Z");
    let news = mail_with(
        "Fair <news@fair.example>",
        "Spring fairs: early tickets",
        "List-Unsubscribe: <https://fair.example/off>\r\nPrecedence: bulk\r\n",
        "Early tickets for our spring fairs are on sale now. Unsubscribe here.",
    );
    let taken = story.receives(news);
    assert_eq!(taken.outcome.word(), "set-aside");
    story.turn_to(NOW);
    let officer = visit(&story, hire(&story, "mei@example.com", Role::Officer, "en"));
    let app = init_service(app(story.house.clone())).await;
    let one = format!("/mail/{}", taken.message);
    assert!(
        send(&app, get(&one, Some(&officer)).to_request())
            .await
            .body
            .contains("Make it a request")
    );
    let done = send(&app, post(&format!("{one}/request"), &officer, &[]).to_request()).await;
    assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.body);
    let reference = done
        .header("location")
        .trim_start_matches("/requests/")
        .split('?')
        .next()
        .unwrap()
        .to_owned();
    let opened = story.request(&reference);
    assert_eq!(opened.request.received_at.to_rfc3339(), "2026-11-10T02:00:00+00:00");
    assert_eq!(opened.request.stage, Stage::Triage);
    let again = send(&app, post(&format!("{one}/request"), &officer, &[]).to_request()).await;
    assert!(again.status.is_client_error(), "a mail opens one request, not two");
}

#[actix_web::test]
async fn a_request_by_telephone_counts_from_when_it_was_made_and_never_from_the_future() {
    let story = Story::at(NOW);
    let officer = visit(&story, hire(&story, "mei@example.com", Role::Officer, "en"));
    let app = init_service(app(story.house.clone())).await;
    let right = story
        .house
        .pack()
        .unwrap()
        .pack
        .policy
        .rights
        .first()
        .unwrap()
        .id
        .to_string();
    let fields = |on: &'static str| {
        [
            ("channel", "phone"),
            ("received_on", on),
            ("received_at", "16:30"),
            ("name", "王芳"),
            ("address", ""),
            ("language", "zh-Hans"),
            ("on_behalf", "none"),
            ("subject", "来电"),
            ("text", "想了解……"),
        ]
    };
    let with_right = |on| {
        let mut fields: Vec<(&str, String)> = fields(on)
            .into_iter()
            .map(|(name, value)| (name, value.to_owned()))
            .collect();
        fields.push(("rights", right.clone()));
        fields
    };
    let send_fields = async |fields: Vec<(&str, String)>| {
        let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
        send(&app, post("/requests", &officer, &fields).to_request()).await
    };
    let opened = send_fields(with_right("2026-11-20")).await;
    assert_eq!(opened.status, StatusCode::SEE_OTHER, "{}", opened.body);
    let reference = opened
        .header("location")
        .trim_start_matches("/requests/")
        .split('?')
        .next()
        .unwrap()
        .to_owned();
    assert_eq!(
        story.request(&reference).request.received_at.to_rfc3339(),
        "2026-11-20T08:30:00+00:00"
    );
    let future = send_fields(with_right("2026-12-20")).await;
    assert!(
        future.body.contains("lies in the future") && future.body.contains("王芳"),
        "what was typed is kept"
    );
}

#[actix_web::test]
async fn an_attachment_is_handed_over_and_never_opened() {
    let story = Story::at(NOW);
    let raw = "From: Li Na <li.na@example.cn>\r\nTo: privacy@example.com\r\nSubject: Access to my personal data\r\n\
               Message-ID: <a1@example.cn>\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n\
               --b\r\nContent-Type: text/plain; charset=utf-8\r\n\r\nPlease let me see all personal data you hold about me.\r\n\
               --b\r\nContent-Type: text/html; name=\"x.html\"\r\nContent-Disposition: attachment; filename=\"../x.html\"\r\n\r\n\
               <script>alert(1)</script>\r\n--b--\r\n";
    let reference = story.opens(raw).request.reference;
    let officer = visit(&story, hire(&story, "mei@example.com", Role::Officer, "en"));
    let app = init_service(app(story.house.clone())).await;
    let page = send(
        &app,
        get(&format!("/requests/{reference}"), Some(&officer)).to_request(),
    )
    .await
    .body;
    assert!(!page.contains("<script"), "markup of a mail reached the page");
    let (_, rest) = page.split_once("href=\"/messages/").unwrap();
    let path = format!("/messages/{}", rest.split('"').next().unwrap());
    let file = send(&app, get(&path, Some(&officer)).to_request()).await;
    assert_eq!(file.header("content-type"), "application/octet-stream");
    assert!(file.header("content-disposition").starts_with("attachment"));
    assert!(!file.header("content-disposition").contains("../"));
    assert!(file.header("content-security-policy").contains("sandbox"));
    assert_eq!(file.body.trim(), "<script>alert(1)</script>");
}

#[actix_web::test]
async fn no_page_shows_a_key_in_place_of_its_words() {
    let story = Story::at(NOW);
    let reference = access_request(&story);
    let app = init_service(app(story.house.clone())).await;
    let key = regex::Regex::new(r">\s*[a-z]+(?:-[a-z0-9]+)+\s*<").unwrap();
    for language in ["en", "zh-Hans"] {
        let admin = visit(
            &story,
            hire(&story, &format!("{language}@example.com"), Role::Admin, language),
        );
        for page in pages(&reference).iter().filter(|page| !page.starts_with("/messages")) {
            let body = send(&app, get(page, Some(&admin)).to_request()).await.body;
            let shown: Vec<&str> = key.find_iter(&body).map(|found| found.as_str()).collect();
            assert!(shown.is_empty(), "{page} in {language} shows {shown:?}");
            assert!(!body.contains("{ $"), "{page} in {language} shows a placeholder");
            assert!(body.contains(&format!("<html lang=\"{language}\">")));
        }
    }
}

#[actix_web::test]
async fn a_new_calendar_is_checked_first_and_moves_no_deadline_by_itself() {
    let story = Story::at("2026-12-15T02:00:00Z");
    let reference = access_request(&story);
    let admin = visit(&story, hire(&story, "ada@example.com", Role::Admin, "en"));
    let app = init_service(app(story.house.clone())).await;
    let check = |content: String| {
        let fields = [("content", content.as_str()), ("step", "load")].map(|(name, value)| (name, value.to_owned()));
        let admin = admin.clone();
        let app = &app;
        async move {
            let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
            send(app, post("/calendar", &admin, &fields).to_request()).await
        }
    };
    let broken = check("region = \"CN\"\nyear = [".to_owned()).await;
    assert!(
        broken.body.contains("The file has mistakes") && broken.body.contains("CN.toml:"),
        "{}",
        broken.body
    );
    let before = story.request(&reference).request.deadline;
    let page = send(&app, get("/calendar", Some(&admin)).to_request()).await.body;
    assert!(page.contains("The 2027 holiday notice is not loaded"));
    assert_eq!(story.request(&reference).request.deadline, before);
}

#[actix_web::test]
async fn a_page_says_where_each_mail_comes_from_and_what_deceives_the_eye() {
    let story = Story::with(NOW, |settings| Settings {
        sender_checks: SenderChecks {
            authserv_id: "mx.example.com".into(),
            ..SenderChecks::off()
        },
        ..settings
    });
    let english = visit(&story, hire(&story, "mei@example.com", Role::Officer, "en"));
    let chinese = visit(&story, hire(&story, "lin@example.com", Role::Officer, "zh-Hans"));
    let checked =
        |result: &str| format!("Authentication-Results: mx.example.com; dmarc={result} header.from=meadow.example\r\n");
    let ask = |from: &str, checks: &str| {
        let text = "Please let me see all personal data that you hold about me.";
        story
            .opens(format!("{checks}{}", mail(from, "My data", text)))
            .request
            .reference
    };
    let app = init_service(app(story.house.clone())).await;
    for (from, checks, said, in_chinese) in [
        (
            "Helen <helen@meadow.example>",
            checked("pass"),
            "vouches for meadow.example (DMARC). <small>This tells which mail server it came from, not who wrote it.",
            "不说明写信的人是谁",
        ),
        (
            "Bo <bo@meadow.example>",
            checked("fail"),
            "claims to be from meadow.example, but that domain’s checks failed: it may be forged.",
            "可能是伪造的",
        ),
        (
            "Cy <cy@meadow.example>",
            "Authentication-Results: mx.example.com; dkim=pass header.d=news.example\r\n".into(),
            "Nothing shows whether this mail really comes from meadow.example. It is signed by news.example",
            "由另一个域名 news.example 签名",
        ),
        (
            "Di <di@meadow.example>",
            checked("temperror"),
            "could not be checked when it arrived",
            "未能核验其来源",
        ),
        (
            "Ed <ed@meadow.example>",
            "Authentication-Results: mx.example.net; dmarc=pass header.from=meadow.example\r\n".into(),
            "Nobody has checked where this mail comes from.",
            "来源未经核验",
        ),
        (
            "F\u{e6}r <f@examp1e.com>",
            String::new(),
            "looks like example.com, but it is another one",
            "与 example.com 相似",
        ),
        (
            "G\u{435}r <g@xn--exampl-8of.net>",
            String::new(),
            "It reads exampl\u{435}.net",
            "混用了不同文字中形近的字母",
        ),
        (
            "\u{202e}Hal <hal@meadow.example>",
            String::new(),
            "held characters that cannot be seen",
            "含有看不见的字符",
        ),
        (
            "\"helen@meadow.example\" <mallory@evil.example>",
            String::new(),
            "The mail is from mallory@evil.example.",
            "邮件实际来自 mallory@evil.example",
        ),
    ] {
        let path = format!("/requests/{}", ask(from, &checks));
        let page = send(&app, get(&path, Some(&english)).to_request()).await.body;
        assert!(page.contains(said), "{from}: {said}");
        let page = send(&app, get(&path, Some(&chinese)).to_request()).await.body;
        assert!(page.contains(in_chinese), "{from}: {in_chinese}");
    }
}
