//! The balance: what stands out is named, on the desk, on the health page and by mail, until it is settled.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use actix_web::body::to_bytes;
use actix_web::cookie::Cookie;
use actix_web::http::StatusCode;
use actix_web::test::{TestRequest, call_service, init_service};
use chrono::{DateTime, TimeDelta, Utc};
use habeas::board::Board;
use habeas::config::{Mailbox, Settings};
use habeas::domain::command::Command;
use habeas::domain::person::{Actor, PersonId, Role};
use habeas::jobs::intake::{self, Arrival};
use habeas::jobs::{digest, reconcile, room};
use habeas::mail::oauth::Accounts;
use habeas::space::Space;
use habeas::store::door::{Door, Seen};
use habeas::store::messages::{self, NewMessage};
use habeas::store::people::{self, AcceptError, NewPerson};
use habeas::store::{balance, outbox, sessions};
use habeas::web::app;

use crate::harness::house::{Story, mail};

const ASK: &str = "Please send me a copy of all personal data you hold about me.";

/// A mailbox on a port where nobody answers.
fn mailbox() -> Mailbox {
    let text =
        "[[mailbox]]\nhost = \"localhost\"\nport = 1\nuser = \"privacy\"\npassword = \"x\"\njunk_folders = [\"Junk\"]";
    let read = Settings::read(text, "habeas.toml", &BTreeMap::new());
    read.unwrap().mailbox.remove(0)
}

/// A house with an officer who reads English.
fn office(mailboxes: Vec<Mailbox>) -> (Story, PersonId) {
    let story = Story::with("2026-03-02T09:00:00+08:00", |settings| Settings {
        mailbox: mailboxes,
        ..settings
    });
    let now = story.now();
    let mei = NewPerson {
        name: "Mei",
        email: "mei@example.com",
        role: Role::Officer,
        language: "en",
        manager: false,
    };
    let mei = story.house.store.write(|tx| {
        let mei = people::create(tx, &mei, now)?;
        people::set_password(tx, mei, "a few words are good")?;
        Ok::<_, AcceptError>(mei)
    });
    (story, mei.unwrap())
}

/// One run of the job that watches over the balance, on a thread of its own as jobs are.
fn watch_over(story: &Story) -> anyhow::Result<usize> {
    let house = Arc::clone(&story.house);
    std::thread::spawn(move || {
        let runtime = tokio::runtime::Runtime::new()?;
        let accounts = Accounts::new(house.store.clone(), house.now.clone());
        reconcile::watch_over(&house, &accounts, runtime.handle())
    })
    .join()
    .unwrap()
}

/// A message that was kept, and that nothing places.
fn keep(story: &Story, raw: &str) -> i64 {
    let now = story.now();
    let row = NewMessage {
        grp: "file:/drop/1.eml",
        no: 1,
        place: "/drop/1.eml",
        received_at: now,
        stated_at: None,
        raw: raw.as_bytes(),
        whole_size: None,
    };
    let kept = story.house.store.write(|tx| messages::keep(tx, &[row], now));
    kept.unwrap()[0].id
}

/// The texts of all mail to staff so far.
fn mails(story: &Story) -> Vec<String> {
    let store = &story.house.store;
    let queued = store
        .read(|db| outbox::in_state(db, outbox::State::Queued, 100))
        .unwrap();
    let to_staff = queued.into_iter().filter(|mail| mail.request_id.is_none());
    to_staff
        .map(|mail| {
            let raw = store.read(|db| outbox::raw(db, mail.id)).unwrap();
            let mail = habeas::mail::parse::parse(&raw);
            format!("{}\n{}", mail.subject, mail.text)
        })
        .collect()
}

/// A page as somebody sees it; `/health` needs nobody.
async fn page(story: &Story, path: &str, who: PersonId) -> (StatusCode, String) {
    let now = story.now();
    let token = story.house.store.write(|tx| sessions::start(tx, who, now)).unwrap();
    let app = init_service(app(Arc::clone(&story.house))).await;
    let request = TestRequest::get().uri(path).cookie(Cookie::new("habeas-demo", token));
    let response = call_service(&app, request.to_request()).await;
    let status = response.status();
    let Ok(body) = to_bytes(response.into_body()).await else {
        panic!("a body that ends early")
    };
    (status, String::from_utf8_lossy(&body).into_owned())
}

#[actix_web::test]
async fn a_difference_of_one_is_named_on_the_desk_the_health_page_and_by_mail_within_a_quarter_of_an_hour() {
    let (story, mei) = office(Vec::new());
    let kept = keep(&story, &mail("h@meadow.example", "My data", ASK));
    assert_eq!(watch_over(&story).unwrap(), 0);
    assert_eq!(page(&story, "/health", mei).await, (StatusCode::OK, "ok".to_owned()));
    let mut minutes = 0;
    while mails(&story).is_empty() {
        story.wait(TimeDelta::minutes(1));
        minutes += 1;
        watch_over(&story).unwrap();
        assert!(minutes < 15, "no alarm within 15 minutes");
    }
    let told = mails(&story);
    assert_eq!(told.len(), 1);
    assert!(told[0].contains("files, message 1: it was taken in"), "{}", told[0]);
    assert!(
        told[0].contains("/balance") && !told[0].contains("meadow.example"),
        "it names the message and nobody: {}",
        told[0]
    );
    let (status, body) = page(&story, "/health", mei).await;
    assert_eq!(status, StatusCode::SERVICE_UNAVAILABLE);
    assert!(body.contains("does not add up: 1"), "{body}");
    let (_, desk) = page(&story, "/", mei).await;
    assert!(
        desk.contains("message 1 was taken in, and nothing became of it"),
        "{desk}"
    );
    let (_, shown) = page(&story, "/balance", mei).await;
    assert!(shown.contains("One thing needs a look"), "{shown}");

    story.wait(TimeDelta::hours(1));
    watch_over(&story).unwrap();
    assert_eq!(mails(&story).len(), 1, "once a day");
    story.wait(TimeDelta::days(1));
    watch_over(&story).unwrap();
    assert_eq!(mails(&story).len(), 2, "and again the next day");

    assert_eq!(intake::catch_up(&story.house).unwrap(), 1);
    assert_eq!(
        story
            .house
            .store
            .read(|db| messages::find(db, kept))
            .unwrap()
            .unwrap()
            .outcome,
        messages::Outcome::Opened
    );
    story.wait(TimeDelta::minutes(5));
    watch_over(&story).unwrap();
    assert_eq!(
        page(&story, "/health", mei).await.0,
        StatusCode::OK,
        "settled, the alarm ends"
    );
    let rows = story
        .house
        .store
        .read(|db| balance::since(db, "2026-03-01".parse().unwrap()))
        .unwrap();
    let days: Vec<(String, i64, i64)> = rows
        .iter()
        .map(|row| (row.day.to_string(), row.tally.missing, row.worst))
        .collect();
    assert_eq!(days, [("2026-03-03".into(), 0, 1), ("2026-03-02".into(), 1, 1)]);
}

#[actix_web::test]
async fn a_mailbox_that_nobody_can_look_into_is_an_alarm_after_a_quarter_of_an_hour() {
    let (story, mei) = office(vec![mailbox()]);
    let report = |board: &Board, result: Result<String, String>| {
        board.note("mailbox privacy@localhost", story.now(), result);
    };
    report(&story.house.board, Ok("all taken in".to_owned()));
    assert!(watch_over(&story).is_err(), "the mailbox cannot be counted either");
    for _ in 0..14 {
        story.wait(TimeDelta::minutes(1));
        report(&story.house.board, Err("localhost did not answer.".to_owned()));
        assert!(watch_over(&story).is_err());
        assert!(mails(&story).is_empty());
    }
    story.wait(TimeDelta::minutes(1));
    assert!(watch_over(&story).is_err());
    let told = mails(&story);
    assert_eq!(told.len(), 1);
    assert!(
        told[0].contains("privacy@localhost: no mail could be collected since 2026-03-02 09:00"),
        "{}",
        told[0]
    );
    let (_, desk) = page(&story, "/", mei).await;
    assert!(desk.contains("privacy@localhost: no mail can be collected"), "{desk}");
    assert!(page(&story, "/health", mei).await.1.contains("does not add up"));
    report(&story.house.board, Ok("all taken in".to_owned()));
    assert!(watch_over(&story).is_err());
    let standing = story.house.store.read(balance::differences).unwrap();
    assert_eq!(standing, [], "heard again, the alarm ends");
}

#[actix_web::test]
async fn intake_pauses_visibly_while_the_disk_is_nearly_full_and_goes_on_by_itself() {
    let free = Arc::new(AtomicU64::new(u64::MAX));
    let told = Arc::clone(&free);
    let (story, mei) = office(Vec::new());
    let space = Space::told(move |_: &Path| Ok(told.load(Ordering::Relaxed)));
    let story = story.on(space);
    let arrival = Arrival {
        grp: "imap:privacy/INBOX/1".into(),
        no: 1,
        place: "privacy/INBOX".into(),
        received_at: Some(story.now()),
        raw: mail("h@meadow.example", "My data", ASK).into_bytes(),
        whole_size: None,
    };
    let kept = keep(&story, &mail("k@meadow.example", "My data", ASK));
    free.store(room::NEEDED - 1, Ordering::Relaxed);
    let refused = intake::take(&story.house, std::slice::from_ref(&arrival)).unwrap_err();
    assert!(
        refused.to_string().contains("138 MiB are free and 139 MiB are needed"),
        "{refused}"
    );
    assert_eq!(
        intake::catch_up(&story.house).unwrap(),
        1,
        "what was kept is placed all the same"
    );
    let (_, desk) = page(&story, "/", mei).await;
    assert!(desk.contains("139.0 MB are needed"), "{desk}");
    let (status, body) = page(&story, "/health", mei).await;
    assert_eq!(status, StatusCode::SERVICE_UNAVAILABLE);
    assert!(body.contains("139 MiB are needed"), "{body}");
    assert_eq!(
        page(&story, "/requests", mei).await.0,
        StatusCode::OK,
        "everything else goes on"
    );

    free.store(room::NEEDED, Ordering::Relaxed);
    let taken = intake::take(&story.house, &[arrival]).unwrap().remove(0);
    assert_ne!(taken.message, kept);
    assert_eq!(page(&story, "/health", mei).await.0, StatusCode::OK);
}

fn in_folder(folder: &str, no: i64, received_at: DateTime<Utc>, raw: &str, whole_size: Option<u64>) -> Arrival {
    Arrival {
        grp: format!("imap:privacy@localhost/{folder}/1"),
        no,
        place: format!("privacy@localhost/{folder}"),
        received_at: Some(received_at),
        raw: raw.as_bytes().to_vec(),
        whole_size,
    }
}

#[actix_web::test]
async fn a_mail_that_is_too_large_stands_on_the_desk_until_its_request_is_triaged() {
    let (story, mei) = office(Vec::new());
    let header = mail("helen@meadow.example", "All my data", "");
    let arrival = in_folder("INBOX", 1, story.now(), &header, Some(60_000_000));
    let taken = intake::take(&story.house, &[arrival]).unwrap().remove(0);
    let (_, desk) = page(&story, "/", mei).await;
    assert!(
        desk.contains("A message from helen@meadow.example is too large") && desk.contains("All my data"),
        "{desk}"
    );
    let (_, shown) = page(&story, &format!("/mail/{}", taken.message), mei).await;
    assert!(
        shown.contains("57.2 MB") && shown.contains("privacy@localhost/INBOX"),
        "{shown}"
    );
    let request = story.request("DSR-2026-000001");
    let shelf = story.house.shelf();
    let door = Door {
        book: &*shelf,
        actor: Actor::Person {
            id: mei,
            role: Role::Officer,
        },
        now: story.now(),
    };
    let dealt_with = story.house.store.write(|tx| {
        door.step(tx, request.id, Seen::Whatever, |desk| {
            let reason = desk.keep("reason", "A film, and no request.")?;
            Ok(Command::SetAside { reason })
        })
    });
    dealt_with.unwrap();
    let (_, desk) = page(&story, "/", mei).await;
    assert!(!desk.contains("is too large"), "{desk}");
}

#[actix_web::test]
async fn junk_is_named_on_the_desk_and_in_the_digest_with_what_is_read_in_it() {
    let (story, mei) = office(vec![mailbox()]);
    let arrival = in_folder("Junk", 1, story.now(), &mail("h@meadow.example", "My data", ASK), None);
    let taken = intake::take(&story.house, &[arrival]).unwrap().remove(0);
    let (_, desk) = page(&story, "/", mei).await;
    assert!(desk.contains("One mail came into quarantine"), "{desk}");
    let (_, shown) = page(&story, &format!("/mail/{}", taken.message), mei).await;
    for said in [
        "The mail server put it into a junk folder",
        "an answer is due by Mon 23 Mar 2026",
        "<q>copy of all personal data</q>",
        "Make it a request",
    ] {
        assert!(shown.contains(said), "{said} is not in {shown}");
    }
    assert_eq!(digest::digest(&story.house).unwrap(), 1);
    let told = mails(&story);
    assert!(
        told[0].contains("New in quarantine since the last working day: 1"),
        "{}",
        told[0]
    );
}
