//! A password alone lets nothing go: how a second factor is set up, asked for, used up, and taken away.

use std::sync::Arc;

use actix_web::cookie::Cookie;
use actix_web::http::{Method, StatusCode};
use actix_web::test::{TestRequest, init_service};
use chrono::TimeDelta;
use habeas::domain::authenticator::{AuthenticatorKey, step_at};
use habeas::domain::command::Command;
use habeas::domain::event::Event;
use habeas::domain::moves::Refusal;
use habeas::domain::person::{Actor, PersonId, Role};
use habeas::mail::parse::parse;
use habeas::store::door::{Door, Seen, StepError};
use habeas::store::{outbox, people, requests, second_factor, sessions};
use habeas::web::app;

use crate::handover::{CLEAN, House};
use crate::harness::factor;
use crate::harness::house::Story;
use crate::web::{Answer, Visitor, get, hire, post, send, visit};

const NOW: &str = "2026-11-24T02:00:00Z";
const PASSWORD: &str = "four quiet geese on ice";
const COOKIE: &str = "habeas-demo";

/// Opens a page.
macro_rules! page {
    ($app:expr, $who:expr, $path:expr) => {
        send(&$app, get($path, Some($who)).to_request()).await
    };
}

/// Sends a form.
macro_rules! form {
    ($app:expr, $who:expr, $path:expr, $fields:expr) => {
        send(&$app, post($path, $who, &$fields).to_request()).await
    };
}

/// A form at the door, where nobody is signed in yet.
fn at_door(path: &str, token: Option<&str>, fields: &[(&str, &str)]) -> TestRequest {
    let form = TestRequest::default()
        .method(Method::POST)
        .uri(path)
        .insert_header(("sec-fetch-site", "same-origin"))
        .peer_addr("192.0.2.7:4000".parse().unwrap())
        .set_form(fields);
    match token {
        Some(token) => form.cookie(Cookie::new(COOKIE, token.to_owned())),
        None => form,
    }
}

fn sign_in(email: &str, password: &str) -> TestRequest {
    let fields = [("email", email), ("password", password), ("back", "/requests")];
    at_door("/sign-in", None, &fields)
}

/// The token that an answer sets as cookie.
fn cookie_of(answer: &Answer) -> String {
    let set = answer.header("set-cookie");
    let value = set.strip_prefix(&format!("{COOKIE}=")).expect(set);
    value.split(';').next().unwrap().to_owned()
}

/// Somebody with a password and, of the second factor, nothing.
fn without_factor(story: &Story, email: &str, role: Role) -> (PersonId, Visitor) {
    let id = hire(story, email, role, "en");
    let store = &story.house.store;
    store.write(|tx| people::set_password(tx, id, PASSWORD)).unwrap();
    (id, session(story, id))
}

fn session(story: &Story, id: PersonId) -> Visitor {
    let (store, now) = (&story.house.store, story.now());
    let token = store.write(|tx| sessions::start(tx, id, now)).unwrap();
    let csrf = store.read(|db| sessions::find(db, &token, now)).unwrap().unwrap().csrf;
    Visitor {
        token,
        csrf,
        codes: Arc::default(),
    }
}

/// Somebody with an authenticator: the code of the present step is still good.
fn with_key(story: &Story, id: PersonId, role: Role) -> AuthenticatorKey {
    let now = story.now();
    let made = story.house.store.write(|tx| {
        let key = second_factor::offer(tx, id, now)?;
        let code = key.code(step_at(now) - 1);
        second_factor::set_up(tx, (id, role), &code, now).map(|set_up| (key, set_up))
    });
    let (key, set_up) = made.unwrap();
    assert!(set_up.is_some());
    key
}

fn names(house: &House) -> Vec<&'static str> {
    let history = house
        .story
        .house
        .store
        .read(|db| requests::history(db, house.stored().id));
    history.unwrap().iter().map(|recorded| recorded.event.name()).collect()
}

/// The mails to an address, as their subjects.
fn mails_to(story: &Story, address: &str) -> Vec<String> {
    let store = &story.house.store;
    let queued = store
        .read(|db| outbox::in_state(db, outbox::State::Queued, 1000))
        .unwrap();
    let theirs = queued
        .into_iter()
        .filter(|mail| mail.recipient.as_deref() == Some(address));
    theirs
        .map(|mail| parse(&store.read(|db| outbox::raw(db, mail.id)).unwrap()).subject)
        .collect()
}

#[actix_web::test]
async fn files_leave_by_a_code_given_in_that_very_form_and_by_nothing_else() {
    let house = House::new();
    let app = init_service(app(Arc::clone(&house.story.house))).await;
    let bare = session(&house.story, house.mei);
    let added = send(&app, house.upload(&bare, "orders.csv", CLEAN).to_request()).await;
    assert_eq!(added.status, StatusCode::SEE_OTHER, "{}", added.body);

    let shown = page!(app, &bare, &house.path(""));
    assert!(
        shown.body.contains("href=\"/me/second-factor\""),
        "the page says what to do"
    );
    assert!(
        !shown.body.contains("name=\"code\""),
        "and asks for nothing that is not there"
    );
    let refused = send(&app, house.form(&bare, "/packages", &[("code", "123456")]).to_request()).await;
    assert_eq!(refused.status, StatusCode::SEE_OTHER);
    let place = refused.header("location").to_owned();
    assert!(place.starts_with("/second-factor?back=/requests/"), "{place}");
    assert!(page!(app, &bare, &place).body.contains("href=\"/me/second-factor\""));

    let key = with_key(&house.story, house.mei, Role::Officer);
    let mei = session(&house.story, house.mei);
    let step = step_at(house.story.now());
    // A check a moment ago, as for documents, does not count here.
    let fresh = form!(
        app,
        &mei,
        "/second-factor",
        [("code", key.code(step).as_str()), ("back", "/")]
    );
    assert_eq!(fresh.status, StatusCode::SEE_OTHER);
    let (used, other) = (key.code(step), key.code(step + 7));
    for (code, why) in [
        ("", "none"),
        (used.as_str(), "used before"),
        (other.as_str(), "of another step"),
    ] {
        let refused = send(&app, house.form(&mei, "/packages", &[("code", code)]).to_request()).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{why}");
        assert!(refused.body.contains("This code is wrong or was used before"), "{why}");
    }
    assert!(house.stored().request.release.live().is_none());
    let before = names(&house).len();
    let code = key.code(step + 1);
    let left = send(&app, house.form(&mei, "/packages", &[("code", &code)]).to_request()).await;
    assert_eq!(left.status, StatusCode::SEE_OTHER, "{}", left.body);
    assert_eq!(names(&house)[before..], ["second-factor-checked", "released"]);
    let page = page!(app, &mei, &format!("/requests/{}", house.reference)).body;
    assert!(
        page.contains("gave a code of the second factor"),
        "the history tells it"
    );
}

#[actix_web::test]
async fn an_answer_that_gives_something_leaves_by_a_code_and_one_that_gives_nothing_without() {
    for gives in [true, false] {
        let house = House::new();
        let app = init_service(app(Arc::clone(&house.story.house))).await;
        let (_, mei) = (
            with_key(&house.story, house.mei, Role::Officer),
            session(&house.story, house.mei),
        );
        if !gives {
            let held = house.does(|desk| {
                let reason = desk.keep("reason", "We searched and found nothing.")?;
                Ok(Command::Decide {
                    item: 1,
                    decision: habeas::domain::item::Decision::NothingHeld { reason },
                })
            });
            held.unwrap();
        }
        let path = format!("/requests/{}", house.reference);
        let shown = page!(app, &mei, &path).body;
        assert_eq!(shown.contains("id=\"code-answer\""), gives);
        let seq = house.stored().seq.to_string();
        let day = [
            ("on", "2026-11-24"),
            ("at", "10:00"),
            ("text", "Told."),
            ("seq", &seq),
            ("code", ""),
        ];
        for (step, fields) in [("answer-by-hand", &day[..]), ("answer", &day[3..])] {
            let answer = send(&app, post(&format!("{path}/{step}"), &mei, fields).to_request()).await;
            let expected = if gives {
                StatusCode::UNPROCESSABLE_ENTITY
            } else {
                StatusCode::SEE_OTHER
            };
            assert_eq!(answer.status, expected, "{step}: {}", answer.body);
            if !gives {
                break;
            }
        }
        assert!(!names(&house).contains(&"second-factor-checked"));
    }
}

#[test]
fn the_door_lets_nothing_go_without_a_check_whoever_asks_it() {
    let house = House::new();
    let story = &house.story;
    let now = story.now();
    let actor = |id, role| Actor::Person { id, role };
    let (mei, tom) = (actor(house.mei, Role::Officer), actor(house.tom, Role::Reviewer));
    let by_hand = |desk: &mut habeas::store::door::Desk<'_, '_>| {
        Ok(Command::AnswerByHand {
            at: now,
            text: desk.keep("answer", "Told.")?,
            says: habeas::domain::approval::Digest::default(),
        })
    };
    let (of_tom, of_mei) = (story.checked(tom), story.checked(mei));
    let refused = |done: Result<_, StepError>| {
        let refusal = done.map(|_: requests::Stored| ()).unwrap_err();
        assert!(
            matches!(refusal, StepError::Refused(Refusal::SecondFactorFirst)),
            "{refusal:?}"
        );
    };
    let shelf = story.house.shelf();
    let door = |now| Door {
        book: &*shelf,
        actor: mei,
        now,
    };
    let store = &story.house.store;
    let id = house.stored().id;
    refused(store.write(|tx| door(now).step(tx, id, Seen::Whatever, by_hand)));
    refused(store.write(|tx| door(now).let_go(tx, id, Seen::Whatever, None, by_hand)));
    refused(store.write(|tx| door(now).let_go(tx, id, Seen::Whatever, Some(&of_tom), by_hand)));
    let later = now + TimeDelta::minutes(15);
    refused(store.write(|tx| door(later).let_go(tx, id, Seen::Whatever, Some(&of_mei), by_hand)));
    let done = store.write(|tx| door(now).let_go(tx, id, Seen::Whatever, Some(&of_mei), by_hand));
    done.unwrap();
    let history = store.read(|db| requests::history(db, id)).unwrap();
    assert!(
        history
            .iter()
            .any(|recorded| recorded.event == Event::SecondFactorChecked { checked_at: now })
    );
}

#[actix_web::test]
async fn at_the_door_a_code_is_asked_for_once_the_password_is_right_and_not_before() {
    let story = Story::at(NOW);
    let (mei, _) = without_factor(&story, "mei@example.com", Role::Officer);
    without_factor(&story, "tom@example.com", Role::Officer);
    let key = with_key(&story, mei, Role::Officer);
    let app = init_service(app(Arc::clone(&story.house))).await;
    let wrong = send(&app, sign_in("mei@example.com", "another long phrase").to_request()).await;
    let other = send(&app, sign_in("tom@example.com", "another long phrase").to_request()).await;
    assert_eq!(wrong.status, other.status);
    assert_eq!(wrong.body.replace("mei@", "tom@"), other.body, "no difference is told");

    let right = send(&app, sign_in("mei@example.com", PASSWORD).to_request()).await;
    assert_eq!(right.header("location"), "/sign-in/code?back=/requests");
    let waiting = cookie_of(&right);
    let half = Visitor {
        token: waiting.clone(),
        csrf: String::new(),
        codes: Arc::default(),
    };
    for path in ["/", "/requests", "/me", "/me/second-factor", "/second-factor"] {
        let away = page!(app, &half, path);
        assert!(
            away.header("location").starts_with("/sign-in?"),
            "{path} opens on a password alone"
        );
    }
    assert!(
        page!(app, &half, "/sign-in/code?back=/requests")
            .body
            .contains("name=\"code\"")
    );

    let step = step_at(story.now());
    let gives = |code: &str| {
        let fields = [("code", code), ("back", "//evil.example")];
        at_door("/sign-in/code", Some(&waiting), &fields).to_request()
    };
    let refused = send(&app, gives("000000")).await;
    assert!(refused.body.contains("This code is wrong"));
    let inside = send(&app, gives(&key.code(step))).await;
    assert_eq!((inside.status, inside.header("location")), (StatusCode::SEE_OTHER, "/"));
    assert_ne!(cookie_of(&inside), waiting, "the session is a new one");
    let over = send(&app, gives(&key.code(step + 1))).await;
    assert_eq!(over.header("location"), "/sign-in", "the wait is over");

    let again = send(&app, sign_in("mei@example.com", PASSWORD).to_request()).await;
    let waiting = cookie_of(&again);
    let replayed = [("code", key.code(step)), ("back", String::new())];
    let replayed: Vec<(&str, &str)> = replayed.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let refused = send(&app, at_door("/sign-in/code", Some(&waiting), &replayed).to_request()).await;
    assert!(refused.body.contains("This code is wrong or was used before"));
    story.wait(TimeDelta::minutes(6));
    let late = send(&app, at_door("/sign-in/code", Some(&waiting), &replayed).to_request()).await;
    assert_eq!(late.header("location"), "/sign-in", "five minutes are over");
}

#[actix_web::test]
async fn guessing_codes_is_slowed_for_the_account_from_wherever_it_comes() {
    let story = Story::at(NOW);
    let (mei, _) = without_factor(&story, "mei@example.com", Role::Officer);
    let key = with_key(&story, mei, Role::Officer);
    let app = init_service(app(Arc::clone(&story.house))).await;
    let waiting = cookie_of(&send(&app, sign_in("mei@example.com", PASSWORD).to_request()).await);
    let code = key.code(step_at(story.now()));
    for guess in 0..5 {
        let address = format!("192.0.2.{guess}:4000");
        let fields = [("code", "000000"), ("back", "")];
        let guessed = at_door("/sign-in/code", Some(&waiting), &fields).peer_addr(address.parse().unwrap());
        send(&app, guessed.to_request()).await;
    }
    let fields = [("code", code.as_str()), ("back", "")];
    let slowed = send(&app, at_door("/sign-in/code", Some(&waiting), &fields).to_request()).await;
    assert!(
        slowed.body.contains("Too many attempts"),
        "also a right code has to wait"
    );
    story.wait(TimeDelta::seconds(3));
    let inside = send(&app, at_door("/sign-in/code", Some(&waiting), &fields).to_request()).await;
    assert_eq!(inside.status, StatusCode::SEE_OTHER);
}

#[actix_web::test]
async fn an_invitation_replaces_a_lost_password_and_not_the_second_factor() {
    let story = Story::at(NOW);
    let (mei, _) = without_factor(&story, "mei@example.com", Role::Officer);
    with_key(&story, mei, Role::Officer);
    let now = story.now();
    let token = story.house.store.write(|tx| people::invite(tx, mei, now)).unwrap();
    let app = init_service(app(Arc::clone(&story.house))).await;
    let fields = [
        ("name", "Mei"),
        ("email", "mei@example.com"),
        ("password", "six green bottles"),
    ];
    let accepted = send(
        &app,
        at_door(&format!("/invitation/{token}"), None, &fields).to_request(),
    )
    .await;
    assert_eq!(accepted.header("location"), "/sign-in/code?back=/", "{}", accepted.body);
    let half = cookie_of(&accepted);
    let open = story.house.store.read(|db| sessions::find(db, &half, now)).unwrap();
    assert!(open.is_none());
}

/// The key that a page shows for typing.
fn key_on(page: &str) -> AuthenticatorKey {
    let (_, rest) = page.split_once("readonly>").expect("a key");
    let letters: String = rest.split('<').next().unwrap().split_whitespace().collect();
    let bits = letters
        .bytes()
        .fold((Vec::new(), 0_u32, 0), |(mut bytes, held, bits), letter| {
            let value = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
                .iter()
                .position(|one| *one == letter);
            let (held, bits) = ((held << 5) | u32::try_from(value.unwrap()).unwrap(), bits + 5);
            if bits >= 8 {
                bytes.push(u8::try_from((held >> (bits - 8)) & 255).unwrap());
                (bytes, held & 0xff, bits - 8)
            } else {
                (bytes, held, bits)
            }
        });
    AuthenticatorKey::read(&bits.0).expect("twenty bytes")
}

#[actix_web::test]
async fn a_key_is_shown_once_confirmed_by_a_code_and_replaced_by_whoever_has_one() {
    let story = Story::at(NOW);
    let (id, mei) = without_factor(&story, "mei@example.com", Role::Officer);
    let elsewhere = session(&story, id);
    let app = init_service(app(Arc::clone(&story.house))).await;
    let refused = form!(
        app,
        &mei,
        "/me/second-factor/key",
        [("password", "another long phrase")]
    );
    assert!(refused.body.contains("The current password is not right"));
    let shown = form!(app, &mei, "/me/second-factor/key", [("password", PASSWORD)]).body;
    assert!(shown.contains("<svg class=\"qr\"") && !shown.contains("data:"));
    let key = key_on(&shown);
    let wrong = form!(app, &mei, "/me/second-factor", [("code", "000000")]).body;
    assert!(wrong.contains("This code is wrong") && key_on(&wrong).bytes() == key.bytes());
    let step = step_at(story.now());
    let kept = form!(app, &mei, "/me/second-factor", [("code", key.code(step).as_str())]);
    assert_eq!(kept.body.matches("<li class=\"code\">").count(), 10);
    assert_eq!(mails_to(&story, "mei@example.com"), ["Your second factor was set up"]);
    for old in [&mei, &elsewhere] {
        assert_eq!(
            page!(app, old, "/me").status,
            StatusCode::SEE_OTHER,
            "every session ends"
        );
    }
    let mei = Visitor {
        token: cookie_of(&kept),
        ..mei
    };
    let csrf = story
        .house
        .store
        .read(|db| sessions::find(db, &mei.token, story.now()))
        .unwrap();
    let mei = Visitor {
        csrf: csrf.expect("this browser has a new one").csrf,
        ..mei
    };
    let page = page!(app, &mei, "/me/second-factor").body;
    assert!(page.contains("10 recovery codes are left") && !page.contains("<svg class=\"qr\""));
    assert!(!page.contains("<li class=\"code\">"), "nothing secret is shown again");

    let refused = form!(
        app,
        &mei,
        "/me/second-factor/key",
        [("password", PASSWORD), ("code", "")]
    );
    assert!(
        refused.body.contains("This code is wrong"),
        "a password does not replace a factor"
    );
    let next = key.code(step + 1);
    let shown = form!(app, &mei, "/me/second-factor/key", [("code", next.as_str())]).body;
    assert_ne!(key_on(&shown).bytes(), key.bytes());
}

#[actix_web::test]
async fn an_administrator_takes_a_lost_factor_away_and_its_person_is_told() {
    let story = Story::at(NOW);
    let (id, _) = without_factor(&story, "mei@example.com", Role::Officer);
    with_key(&story, id, Role::Officer);
    let mei = session(&story, id);
    let ada = visit(&story, hire(&story, "ada@example.com", Role::Admin, "en"));
    let app = init_service(app(Arc::clone(&story.house))).await;
    let path = format!("/people/{id}/second-factor");
    assert!(page!(app, &ada, "/people").body.contains(&path));
    assert_eq!(
        form!(app, &mei, &path, []).status,
        StatusCode::NOT_FOUND,
        "nobody else may"
    );
    assert_eq!(form!(app, &ada, &path, []).status, StatusCode::SEE_OTHER);
    assert_eq!(
        page!(app, &mei, "/me").status,
        StatusCode::SEE_OTHER,
        "their sessions end"
    );
    assert_eq!(mails_to(&story, "mei@example.com"), ["Your second factor was reset"]);
    assert!(!page!(app, &ada, "/people").body.contains(&path));
    let inside = send(&app, sign_in("mei@example.com", PASSWORD).to_request()).await;
    assert_eq!(
        inside.header("location"),
        "/requests",
        "the password alone signs in again"
    );
    let noted = story.house.store.read(|db| {
        use habeas::store::journal;
        journal::read(db, journal::HOUSE)
    });
    let noted: Vec<String> = noted.unwrap().into_iter().map(|event| event.kind).collect();
    for kind in ["second-factor-set-up", "second-factor-reset"] {
        assert!(noted.iter().any(|one| one == kind), "{kind} leaves a trace");
    }
}

#[actix_web::test]
async fn the_pages_of_the_second_factor_can_be_read_in_both_languages() {
    let story = Story::at(NOW);
    for (email, language, word) in [
        ("mei@example.com", "en", "Second factor"),
        ("tom@example.com", "zh-Hans", "第二重验证"),
    ] {
        let id = hire(&story, email, Role::Officer, language);
        story
            .house
            .store
            .write(|tx| people::set_password(tx, id, PASSWORD))
            .unwrap();
        let bare = session(&story, id);
        let app = init_service(app(Arc::clone(&story.house))).await;
        let shown = form!(app, &bare, "/me/second-factor/key", [("password", PASSWORD)]).body;
        let mut pages = vec![shown];
        for path in ["/me", "/me/second-factor", "/second-factor?back=/requests"] {
            pages.push(page!(app, &bare, path).body);
        }
        let set_up = factor::sets_up(&story.house.store, id, Role::Officer, story.now());
        assert_eq!(set_up.recovery_codes.len(), 10);
        let known = session(&story, id);
        for path in ["/me", "/me/second-factor", "/second-factor?back=/requests"] {
            pages.push(page!(app, &known, path).body);
        }
        for page in pages {
            assert!(page.to_lowercase().contains(&word.to_lowercase()), "{page}");
            assert!(
                !page.contains("factor-") || !page.contains(">factor-"),
                "a key without words"
            );
        }
    }
}
