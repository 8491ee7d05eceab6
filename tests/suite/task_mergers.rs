//! Tasks when requests are merged or tasks end: no answer is lost, no owner works in vain, and who looks at files is known.

use std::sync::Arc;

use actix_web::http::StatusCode;
use actix_web::test::init_service;
use habeas::domain::command::Command;
use habeas::domain::event::Event;
use habeas::domain::item::Decision;
use habeas::domain::task::{Cancelled, Task, TaskState};
use habeas::jobs::sweep;
use habeas::store::requests::{self, Stored};
use habeas::store::tasks;
use habeas::web::app;

use crate::systems::{House, upload};
use crate::web::{Answer, Visitor, get, hidden_field, post, send, visit};

const NOW: &str = "2026-03-02T09:00:00+08:00";

fn of<'r>(stored: &'r Stored, system: &str) -> &'r Task {
    let mut tasks = stored.request.tasks.iter();
    tasks.find(|task| task.about.system.as_str() == system).unwrap()
}

fn path(stored: &Stored, rest: &str) -> String {
    format!("/requests/{}{rest}", stored.request.reference)
}

/// How many mails the owner of a system got that say a task is not needed any more.
fn told_it_is_over(house: &House, system: &str) -> usize {
    let mails = house.mails_to(&format!("{system}@owners.example"));
    mails
        .iter()
        .filter(|(subject, _)| subject.contains("is not needed any more"))
        .count()
}

/// Sends a form on what the page of a request shows now.
macro_rules! form {
    ($app:expr, $who:expr, $stored:expr, $rest:expr, [$($field:expr),* $(,)?]) => {{
        let shown = send(&$app, get(&path(&$stored, ""), Some(&$who)).to_request()).await.body;
        let seq = hidden_field(&shown, "seq").unwrap();
        let fields: Vec<(&str, &str)> = vec![("seq", seq.as_str()), $($field),*];
        let answer: Answer = send(&$app, post(&path(&$stored, $rest), &$who, &fields).to_request()).await;
        answer
    }};
}

#[actix_web::test]
async fn a_merger_keeps_what_owners_answered_with_note_files_and_link() {
    let house = House::at(NOW);
    let (first, second) = (
        house.asks("Li Na <li.na@mail.example>", &house.searched()),
        house.asks("Li Na <na.li@other.example>", &house.searched()),
    );
    let first = house.sends_all(&house.grants(&first));
    let app = init_service(app(Arc::clone(&house.story.house))).await;
    let officer: Visitor = visit(&house.story, house.mei);
    let (shop, news) = (
        house.link_to("shop@owners.example"),
        house.link_to("news@owners.example"),
    );
    let files: [(&str, &[u8]); 1] = [("orders.csv", b"a,b\n1,2\n")];
    let fields = [("outcome", "done"), ("before", "12"), ("note", "All orders.")];
    let sent = send(&app, upload(&shop, None, &fields, &files).to_request()).await;
    assert_eq!(sent.status, StatusCode::SEE_OTHER, "{}", sent.body);

    let merged = form!(
        app,
        officer,
        first,
        "/merger",
        [("into", second.request.reference.as_str())]
    );
    assert_eq!(merged.status, StatusCode::SEE_OTHER, "{}", merged.body);
    let (old, new) = (house.find(&first), house.find(&second));
    for system in ["shop", "news"] {
        assert!(
            matches!(
                of(&old, system).state,
                TaskState::Cancelled {
                    why: Cancelled::Merged,
                    ..
                }
            ),
            "{system}: {:?}",
            of(&old, system).state
        );
    }
    let answered = of(&new, "shop");
    assert_eq!(answered.state.as_str(), "answered");
    assert_eq!(of(&new, "news").state.as_str(), "open");
    let item = &new.request.items[0];
    assert_eq!((answered.about.item, &answered.about.right), (item.number, &item.right));
    let shown = send(&app, get(&path(&new, ""), Some(&officer)).to_request()).await.body;
    assert!(shown.contains("All orders.") && shown.contains("orders.csv"), "{shown}");

    // The file lies under the key of the request that lives on.
    let file = answered.answer.as_ref().unwrap().reply.files[0].id;
    let kept = house
        .story
        .house
        .store
        .read(|db| habeas::store::files::find(db, file))
        .unwrap();
    assert_eq!(kept.request_id, new.id);
    let fetched = path(&new, &format!("/tasks/{}/files/{file}", answered.number));
    let fetched = send(&app, post(&fetched, &officer, &[]).to_request()).await;
    assert_eq!(fetched.body, "a,b\n1,2\n");

    // The link that was mailed for the old request answers the task where it goes on.
    let sent = send(
        &app,
        upload(&news, None, &[("outcome", "nothing-held")], &[]).to_request(),
    )
    .await;
    assert_eq!(sent.status, StatusCode::SEE_OTHER, "{}", sent.body);
    assert_eq!(of(&house.find(&second), "news").state.as_str(), "answered");

    sweep::sweep(&house.story.house).unwrap();
    assert_eq!(told_it_is_over(&house, "shop") + told_it_is_over(&house, "news"), 0);
    let rebuilt = house
        .story
        .house
        .store
        .read(|db| requests::history(db, second.id))
        .unwrap();
    assert_eq!(
        habeas::domain::request::Request::fold(&rebuilt).unwrap(),
        house.find(&second).request
    );
}

#[actix_web::test]
async fn what_both_requests_had_planned_stands_once_and_what_was_done_is_listed_once() {
    let house = House::at(NOW);
    let right = house.relayed(false);
    let first = house.sends_all(&house.grants(&house.asks("Li Na <li.na@mail.example>", &right)));
    let shop = of(&first, "shop").number;
    let first = house.does(&first, |_| {
        Ok(Command::AnswerTask {
            task: shop,
            reply: crate::systems::done(),
        })
    });
    let second = house.grants(&house.asks("Li Na <na.li@other.example>", &right));
    assert_eq!(second.request.unsettled_tasks().count(), 3);
    let app = init_service(app(Arc::clone(&house.story.house))).await;
    let officer = visit(&house.story, house.mei);
    let merged = form!(
        app,
        officer,
        first,
        "/merger",
        [("into", second.request.reference.as_str())]
    );
    assert_eq!(merged.status, StatusCode::SEE_OTHER, "{}", merged.body);
    let second = house.find(&second);
    let standing: Vec<(&str, &str)> = second
        .request
        .tasks
        .iter()
        .filter(|task| !matches!(task.state, TaskState::Cancelled { .. }))
        .map(|task| (task.about.system.as_str(), task.state.as_str()))
        .collect();
    assert_eq!(standing, [("bank", "open"), ("news", "open"), ("shop", "answered")]);
    let since = house.story.now() - chrono::TimeDelta::days(1);
    let done = house
        .story
        .house
        .store
        .read(|db| tasks::done_since(db, &habeas::domain::policy::SystemId::new("shop"), since))
        .unwrap();
    assert_eq!(
        done.iter().map(|found| found.request_id).collect::<Vec<_>>(),
        [second.id],
        "a restored system is told once"
    );
}

#[test]
fn an_owner_who_was_asked_by_mail_is_told_once_that_it_is_not_needed_any_more() {
    let house = House::at(NOW);
    let stored = house.sends_all(&house.grants(&house.asks("a@mail.example", &house.relayed(false))));
    let news = of(&stored, "news").number;
    let stored = house.does(&stored, |_| {
        Ok(Command::AnswerTask {
            task: news,
            reply: crate::systems::done(),
        })
    });
    let item = stored.request.items[0].number;
    let nothing = |stored: &Stored| {
        house.does(stored, |desk| {
            let reason = desk.keep("reason", "Searched everywhere.")?;
            Ok(Command::Decide {
                item,
                decision: Decision::NothingHeld { reason },
            })
        })
    };
    let stored = nothing(&stored);
    for _ in 0..2 {
        sweep::sweep(&house.story.house).unwrap();
        assert_eq!(told_it_is_over(&house, "shop"), 1);
        assert_eq!(told_it_is_over(&house, "news"), 0, "who has answered waits for nothing");
    }
    let (_, text) = house.mails_to("shop@owners.example").pop().unwrap();
    assert!(
        text.contains("please do not do it") && !text.contains("a@mail.example"),
        "{text}"
    );
    // Asked again and ended again, the owner is told again.
    let stored = house.sends_all(&house.grants(&stored));
    nothing(&stored);
    sweep::sweep(&house.story.house).unwrap();
    assert_eq!(told_it_is_over(&house, "shop"), 2);
}

#[test]
fn an_owner_is_told_also_when_the_request_is_taken_back_and_nobody_is_who_was_never_asked() {
    let house = House::at(NOW);
    let asked = house.sends_all(&house.grants(&house.asks("a@mail.example", &house.relayed(false))));
    let planned = house.grants(&house.asks("b@mail.example", &house.relayed(false)));
    for stored in [&asked, &planned] {
        house.does(stored, |desk| {
            let reason = desk.keep("reason", "Changed their mind.")?;
            Ok(Command::Withdraw { reason })
        });
    }
    sweep::sweep(&house.story.house).unwrap();
    assert_eq!(told_it_is_over(&house, "shop"), 1);
    let told = house
        .story
        .house
        .store
        .read(|db| requests::history(db, planned.id))
        .unwrap();
    let reminded = |event: &Event| matches!(event, Event::TaskReminded { .. });
    assert!(!told.iter().any(|recorded| reminded(&recorded.event)));
}

#[actix_web::test]
async fn each_look_at_a_file_of_a_task_stands_in_the_journal_and_takes_nothing_back() {
    let house = House::at(NOW);
    let stored = house.sends_all(&house.grants(&house.asks("Li Na <li.na@mail.example>", &house.searched())));
    let link = house.link_to("shop@owners.example");
    let app = init_service(app(Arc::clone(&house.story.house))).await;
    let files: [(&str, &[u8]); 1] = [("orders.csv", b"a,b\n1,2\n")];
    let sent = send(&app, upload(&link, None, &[("outcome", "done")], &files).to_request()).await;
    assert_eq!(sent.status, StatusCode::SEE_OTHER);
    let officer = visit(&house.story, house.mei);
    let answered = house.find(&stored);
    let task = of(&answered, "shop");
    let file = task.answer.as_ref().unwrap().reply.files[0].id;
    let place = path(&answered, &format!("/tasks/{}/files/{file}", task.number));
    let seen = hidden_field(
        &send(&app, get(&path(&answered, ""), Some(&officer)).to_request())
            .await
            .body,
        "seq",
    )
    .unwrap();

    let opened = send(&app, get(&place, Some(&officer)).to_request()).await;
    assert!(
        opened.status.is_redirection(),
        "a link alone shows nothing: {}",
        opened.status
    );
    let fetched = send(&app, post(&place, &officer, &[]).to_request()).await;
    assert_eq!((fetched.status, fetched.body.as_str()), (StatusCode::OK, "a,b\n1,2\n"));
    let history = house
        .story
        .house
        .store
        .read(|db| requests::history(db, stored.id))
        .unwrap();
    let last = history.last().unwrap();
    assert_eq!(
        last.event,
        Event::TaskFileViewed {
            task: task.number,
            file
        }
    );
    assert_eq!(last.by.person(), Some(house.mei));
    let shown = send(&app, get(&path(&answered, ""), Some(&officer)).to_request())
        .await
        .body;
    assert!(shown.contains("looked at a file from The shop"));

    // Nothing that was seen before has changed, so a form of the page from before still goes through.
    let fields = [("seq", seen.as_str()), ("reason", "Looks complete.")];
    let noted = send(&app, post(&path(&answered, "/notes"), &officer, &fields).to_request()).await;
    assert_eq!(noted.status, StatusCode::SEE_OTHER, "{}", noted.body);
    let other = send(
        &app,
        post(&path(&answered, "/tasks/1/files/999"), &officer, &[]).to_request(),
    )
    .await;
    assert_eq!(other.status, StatusCode::NOT_FOUND);
}
