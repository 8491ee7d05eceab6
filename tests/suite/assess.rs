//! From a request to an answer that says no more "no" than it must: exemptions part by part, restriction instead of deletion,
//! withdrawal from its instant, and a second person who sees exactly what leaves.

use actix_web::test::init_service;
use habeas::domain::command::Command;
use habeas::domain::event::{CaseKind, Event};
use habeas::domain::item::Decision;
use habeas::domain::person::{Actor, PersonId, Role};
use habeas::domain::policy::{OnBehalfId, RightId};
use habeas::domain::request::{Approval, Stage};
use habeas::store::door::{Door, Seen};
use habeas::store::{people, requests};
use habeas::web::app;

use crate::harness::house::{Story, mail};
use crate::web::{Visitor, get, hidden_field, hire, post, send};

const NOW: &str = "2026-03-02T01:00:00Z";

/// A house with an officer and a second person, and the request that a mail opened.
struct Office {
    story: Story,
    officer: Visitor,
    reviewer: Visitor,
    reference: String,
}

impl Office {
    /// Opened for one right, whatever recognition made of the mail.
    fn opened(right: &str, from: &str, subject: &str, body: &str) -> Self {
        let story = Story::at(NOW);
        let mei = hire(&story, "mei@example.com", Role::Officer, "en");
        let store = &story.house.store;
        store
            .write(|tx| people::set_password(tx, mei, "four quiet geese on ice"))
            .unwrap();
        let officer = crate::web::visit(&story, mei);
        let reviewer = crate::web::visit(&story, hire(&story, "tom@example.com", Role::Reviewer, "en"));
        let reference = opened_for(&story, mei, right, &mail(from, subject, body));
        Self {
            story,
            officer,
            reviewer,
            reference,
        }
    }

    fn request(&self) -> habeas::domain::request::Request {
        self.story.request(&self.reference).request
    }

    fn path(&self, rest: &str) -> String {
        format!("/requests/{}{rest}", self.reference)
    }
}

/// Opens a request by a mail and says that it invokes this one right.
fn opened_for(story: &Story, mei: PersonId, right: &str, raw: &str) -> String {
    let stored = story.opens(raw);
    let shelf = story.house.shelf();
    let door = Door {
        book: &*shelf,
        actor: Actor::Person {
            id: mei,
            role: Role::Officer,
        },
        now: story.now(),
    };
    let right = RightId::new(right);
    let step = |command: Command| {
        let done = story
            .house
            .store
            .write(|tx| door.step(tx, stored.id, Seen::Whatever, |_| Ok(command)));
        done.unwrap()
    };
    if stored.request.stage == Stage::Triage {
        step(Command::Triage {
            kind: CaseKind::Request,
            rights: vec![right],
            on_behalf: OnBehalfId::new(OnBehalfId::NONE),
            language: "en".into(),
        });
    }
    stored.request.reference
}

/// Opens a page of the request.
macro_rules! page {
    ($app:expr, $office:expr, $who:ident, $rest:expr) => {
        send(&$app, get(&$office.path($rest), Some(&$office.$who)).to_request()).await
    };
}

/// Sends a form of the request, on what its page shows now, and returns what came back.
macro_rules! form {
    ($app:expr, $office:expr, $who:ident, $rest:expr, [$($field:expr),* $(,)?]) => {{
        let shown = page!($app, $office, $who, "").body;
        let seq = hidden_field(&shown, "seq").or_else(|| Some($office.story.request(&$office.reference).seq.to_string()));
        let seq = seq.unwrap();
        let fields: Vec<(&str, &str)> = vec![("seq", seq.as_str()), $($field),*];
        send(&$app, post(&$office.path($rest), &$office.$who, &fields).to_request()).await
    }};
}

/// The same for a step that is taken.
macro_rules! step {
    ($app:expr, $office:expr, $who:ident, $rest:expr, $fields:tt) => {{
        let answer = form!($app, $office, $who, $rest, $fields);
        assert_eq!(answer.status, 303, "{}: {}", $rest, answer.body);
    }};
}

/// The same for a step that is refused with a sentence.
macro_rules! refused {
    ($app:expr, $office:expr, $who:ident, $rest:expr, $fields:tt, $sentence:expr) => {{
        let answer = form!($app, $office, $who, $rest, $fields);
        assert!(answer.status.is_client_error(), "{}: {}", $rest, answer.status);
        assert!(answer.body.contains($sentence), "{}: {}", $rest, answer.body);
    }};
}

/// The second person approves what the page of what would leave shows.
macro_rules! approve {
    ($app:expr, $office:expr) => {{
        let shown = page!($app, $office, reviewer, "/approval").body;
        let (seq, leaving) = (
            hidden_field(&shown, "seq").unwrap(),
            hidden_field(&shown, "leaving").unwrap(),
        );
        let fields = [("seq", seq.as_str()), ("leaving", leaving.as_str())];
        send(
            &$app,
            post(&$office.path("/approval"), &$office.reviewer, &fields).to_request(),
        )
        .await
    }};
}

#[actix_web::test]
async fn a_part_that_names_others_is_withheld_and_the_rest_is_given() {
    let office = Office::opened(
        "access",
        "Li Na <li.na@example.cn>",
        "Access to my personal data",
        "Please let me see all personal data that you hold about me.",
    );
    let app = init_service(app(office.story.house.clone())).await;
    let cell = page!(
        app,
        office,
        officer,
        "/items/1/assessments/third-party?part=system:tickets"
    )
    .body;
    for words in [
        "Whose rights would suffer",
        "A note of whose rights",
        "system:tickets",
        "Article 10",
    ] {
        assert!(cell.contains(words), "the page of a cell lacks {words}: {cell}");
    }
    let narrow = [
        ("exemption", "third-party"),
        ("scope", "system:tickets"),
        ("verdict", "yes"),
        ("reason", "The tickets quote two colleagues."),
    ];
    let [exemption, scope, verdict, reason] = narrow;
    refused!(
        app,
        office,
        officer,
        "/items/1/assessments",
        [exemption, scope, verdict, reason],
        "which evidence the company holds"
    );
    refused!(
        app,
        office,
        officer,
        "/items/1/assessments",
        [exemption, scope, verdict, reason, ("evidence", "Tickets 17 and 18.")],
        "what can be given all the same"
    );
    step!(
        app,
        office,
        officer,
        "/items/1/assessments",
        [
            exemption,
            scope,
            verdict,
            reason,
            ("evidence", "Tickets 17 and 18."),
            ("still_given", "Everything outside the ticket system."),
        ]
    );
    refused!(
        app,
        office,
        officer,
        "/items/1/decision",
        [
            ("outcome", "refused"),
            ("basis", "third-party"),
            ("reason", "Others are named.")
        ],
        "covers a part only"
    );
    let shown = page!(app, office, officer, "").body;
    assert!(
        shown.contains("Withheld: system tickets. All else is given."),
        "{shown}"
    );
    assert!(
        shown.contains("Everything outside the ticket system."),
        "what is still given is offered"
    );
    step!(
        app,
        office,
        officer,
        "/items/1/decision",
        [
            ("outcome", "partly-granted"),
            ("basis", "third-party"),
            ("reason", "Two tickets quote other people."),
            ("given", "Everything outside the ticket system."),
        ]
    );
    let request = office.request();
    assert!(request.needs_approval() && request.awaits_approval());
}

#[actix_web::test]
async fn a_grave_exemption_is_signed_by_another_person_before_a_decision_rests_on_it() {
    let office = Office::opened(
        "access",
        "Li Na <li.na@example.cn>",
        "Access to my personal data",
        "Please let me see all personal data that you hold about me.",
    );
    let app = init_service(app(office.story.house.clone())).await;
    let found = [
        ("exemption", "criminal"),
        ("scope", "whole"),
        ("verdict", "yes"),
        ("reason", "Case 2026-11 of the Pudong branch."),
        ("evidence", "Their letter of 26 February."),
    ];
    let [exemption, scope, verdict, reason, evidence] = found;
    let refusal = [
        ("outcome", "refused"),
        ("basis", "criminal"),
        ("reason", "A law demands secrecy."),
    ];
    let [outcome, basis, why] = refusal;
    refused!(
        app,
        office,
        officer,
        "/items/1/assessments",
        [exemption, scope, verdict, reason, evidence],
        "Give a date on which to look again"
    );
    refused!(
        app,
        office,
        officer,
        "/items/1/assessments",
        [exemption, scope, verdict, reason, evidence, ("review_on", "2026-03-02")],
        "must lie in the future"
    );
    step!(
        app,
        office,
        officer,
        "/items/1/assessments",
        [exemption, scope, verdict, reason, evidence, ("review_on", "2026-06-01")]
    );
    refused!(
        app,
        office,
        officer,
        "/items/1/decision",
        [outcome, basis, why],
        "A second person must sign"
    );
    refused!(
        app,
        office,
        officer,
        "/items/1/signature",
        [exemption, scope],
        "Another person must do this step"
    );
    let shown = page!(app, office, officer, "").body;
    assert!(shown.contains("waits for a second signature"));
    assert!(
        !shown.contains("Case 2026-11 of the Pudong branch.</textarea>"),
        "what may be secret is not put into the letter"
    );
    step!(app, office, reviewer, "/items/1/signature", [exemption, scope]);
    step!(app, office, officer, "/items/1/decision", [outcome, basis, why]);
    let request = office.request();
    assert!(matches!(
        request.items[0].decision.as_ref().unwrap().decision,
        Decision::Refused { .. }
    ));

    // On the day to look again the officer is reminded, whatever became of the request.
    office.story.turn_to("2026-06-01T01:00:00Z");
    let ahead = habeas::jobs::sweep::sweep(&office.story.house);
    assert!(ahead.is_ok());
    let request = office.request();
    assert!(request.reviews().contains(&"2026-06-01".parse().unwrap()));
    assert!(
        request.reminded.iter().any(|(_, day)| day.to_string() == "2026-06-01"),
        "nobody was told to look again: {:?}",
        request.reminded
    );
}

#[actix_web::test]
async fn a_deletion_becomes_a_restriction_until_the_tax_law_lets_go() {
    let office = Office::opened(
        "deletion",
        "Li Na <li.na@example.cn>",
        "Deletion of my personal data",
        "Please delete all personal data that you hold about me.",
    );
    let app = init_service(app(office.story.house.clone())).await;
    let duty = [
        ("duty", "tax"),
        ("scope", "system:ledger"),
        ("reason", "Two invoices of 2025."),
    ];
    let [tax, ledger, facts] = duty;
    step!(
        app,
        office,
        officer,
        "/items/1/ground",
        [("ground", "retention-expired")]
    );
    refused!(
        app,
        office,
        officer,
        "/items/1/decision",
        [("outcome", "restricted"), ("duty", "tax"), ("reason", "Invoices.")],
        "Record first which duty"
    );
    refused!(
        app,
        office,
        officer,
        "/items/1/retention",
        [tax, ledger, facts, ("until", "2026-01-01")],
        "must lie in the future"
    );
    step!(
        app,
        office,
        officer,
        "/items/1/retention",
        [tax, ledger, facts, ("until", "2035-12-31")]
    );
    refused!(
        app,
        office,
        officer,
        "/items/1/decision",
        [("outcome", "granted"), ("given", "All is gone.")],
        "A duty to keep data runs"
    );
    refused!(
        app,
        office,
        officer,
        "/items/1/decision",
        [
            ("outcome", "restricted"),
            ("duty", "tax"),
            ("reason", "Two invoices of 2025 are tax records.")
        ],
        "what can be given all the same"
    );
    step!(
        app,
        office,
        officer,
        "/items/1/decision",
        [
            ("outcome", "restricted"),
            ("duty", "tax"),
            ("reason", "Two invoices of 2025 are tax records."),
            ("given", "Your profile and your newsletter address are deleted."),
        ]
    );
    let request = office.request();
    assert!(!request.refuses() && request.gives() && request.needs_approval());
    let leaving = page!(app, office, reviewer, "/approval").body;
    for words in [
        "31 December 2035",
        "Tax records",
        "Article 29",
        "Two invoices of 2025 are tax records.",
    ] {
        assert!(leaving.contains(words), "the letter does not say {words}: {leaving}");
    }
    let in_force: Vec<_> = request.in_force().map(|state| state.recheck_on.to_string()).collect();
    assert_eq!(
        in_force,
        ["2035-12-31"],
        "what is kept is looked at again when the duty ends"
    );
}

#[actix_web::test]
async fn a_withdrawal_works_from_its_receipt_and_offers_the_deletion_it_makes_possible() {
    let office = Office::opened(
        "withdrawal",
        "Li Na <li.na@example.cn>",
        "I withdraw my consent",
        "I withdraw my consent to the processing of my personal data.",
    );
    let app = init_service(app(office.story.house.clone())).await;
    let before = office.request();
    assert_eq!(before.items.len(), 1, "nothing is added by itself");
    let shown = page!(app, office, officer, "").body;
    assert!(shown.contains("Takes effect from"), "{shown}");
    assert!(shown.contains("Add what this makes possible: Deletion"), "{shown}");
    refused!(
        app,
        office,
        officer,
        "/items/1/follow-up",
        [("right", "copy")],
        "makes that one possible"
    );
    step!(app, office, officer, "/items/1/follow-up", [("right", "deletion")]);
    let after = office.request();
    let (withdrawal, deletion) = (&after.items[0], &after.items[1]);
    assert_eq!(
        deletion.received_at, withdrawal.received_at,
        "its clock is the withdrawal's"
    );
    assert_eq!(deletion.ground.as_ref().unwrap().as_str(), "consent-withdrawn");
    step!(app, office, officer, "/items/1/decision", [("outcome", "granted")]);
    step!(
        app,
        office,
        officer,
        "/items/2/decision",
        [("outcome", "granted"), ("given", "Your data are deleted.")]
    );
    let shown = page!(app, office, officer, "").body;
    assert!(
        shown.contains("It takes effect from 2 March 2026 09:00 (Beijing time)"),
        "{shown}"
    );
    assert!(shown.contains("What we did with your information before then remains lawful."));
}

#[actix_web::test]
async fn abuse_is_weighed_on_the_companys_own_counts_and_never_by_asking_the_requester() {
    let office = Office::opened(
        "access",
        "Li Na <li.na@example.cn>",
        "Access to my personal data",
        "Please let me see all personal data that you hold about me.",
    );
    let first = office.reference.clone();
    office.story.turn_to("2026-03-12T01:00:00Z");
    let mei = hire(&office.story, "ann@example.com", Role::Officer, "en");
    let again = mail(
        "Li Na <li.na@example.cn>",
        "Access to my personal data, once more",
        "Once more: please let me see all personal data that you hold about me.",
    );
    let office = Office {
        reference: opened_for(&office.story, mei, "access", &again),
        officer: crate::web::visit(&office.story, mei),
        ..office
    };
    let app = init_service(app(office.story.house.clone())).await;
    let abuse = page!(app, office, officer, "/items/1/assessments/abuse").body;
    assert!(abuse.contains("2 requests in 12 months"), "{abuse}");
    assert!(abuse.contains(&first), "the earlier request is named with its date");
    assert!(abuse.contains("The requester is never asked to prove anything here."));
    let other = page!(app, office, officer, "/items/1/assessments/third-party").body;
    assert!(
        !other.contains("2 requests in 12 months"),
        "what it does not weigh is not offered"
    );
}

#[actix_web::test]
async fn an_approval_is_of_what_leaves_and_any_change_takes_it_back() {
    let office = Office::opened(
        "access",
        "Li Na <li.na@example.cn>",
        "Access to my personal data",
        "Please let me see all personal data that you hold about me.",
    );
    let app = init_service(app(office.story.house.clone())).await;
    step!(
        app,
        office,
        officer,
        "/items/1/assessments",
        [
            ("exemption", "third-party"),
            ("scope", "whole"),
            ("verdict", "yes"),
            ("reason", "Every line names others."),
            ("evidence", "The file itself."),
        ]
    );
    let refusal = |why: &'static str| [("outcome", "refused"), ("basis", "third-party"), ("reason", why)];
    let [outcome, basis, reason] = refusal("Every line of the file names other people.");
    step!(app, office, officer, "/items/1/decision", [outcome, basis, reason]);

    // The officer prepared it and cannot approve it.
    let own = page!(app, office, officer, "/approval").body;
    assert!(own.contains("Another person must do this step"), "{own}");
    let leaving = hidden_field(&page!(app, office, reviewer, "/approval").body, "leaving").unwrap();
    refused!(
        app,
        office,
        officer,
        "/approval",
        [("leaving", leaving.as_str())],
        "Another person must do this step"
    );

    // Sent back; the next page shows the second person what changed since.
    step!(
        app,
        office,
        reviewer,
        "/return",
        [("leaving", leaving.as_str()), ("reason", "Say it more gently.")]
    );
    let [outcome, basis, gently] = refusal("The file is about several people at once.");
    step!(app, office, officer, "/items/1/decision", [outcome, basis, gently]);
    refused!(
        app,
        office,
        reviewer,
        "/approval",
        [("leaving", leaving.as_str())],
        "no longer what a second person saw"
    );
    let again = page!(app, office, reviewer, "/approval").body;
    assert!(
        again.contains("<del>Every line of the file names other people."),
        "{again}"
    );
    assert!(
        again.contains("<ins>The file is about several people at once."),
        "{again}"
    );

    let approved = approve!(app, office);
    assert_eq!(approved.status, 303, "{}", approved.body);
    assert!(matches!(office.request().approval, Approval::Given { .. }));

    // Nobody has shown yet that the answer reaches the person, and a refusal tells that they are known.
    refused!(app, office, officer, "/answer", [], "Send a code to it");
    office.story.proves_address(&office.story.request(&office.reference));

    // Other words than those that were approved do not leave.
    refused!(
        app,
        office,
        officer,
        "/answer",
        [("words", "P.S. Do not write again.")],
        "no longer what a second person saw"
    );
    step!(app, office, officer, "/answer", []);
    assert!(matches!(office.request().stage, Stage::Answering { .. }));
    let history = office
        .story
        .house
        .store
        .read(|db| {
            let stored = requests::find_by_reference(db, &office.reference)?.unwrap();
            requests::history(db, stored.id)
        })
        .unwrap();
    let looks = history
        .iter()
        .filter(|event| matches!(event.event, Event::Looked { .. }));
    assert_eq!(looks.count(), 2, "each look of the second person stands in the journal");
}

#[actix_web::test]
async fn the_matrix_and_what_would_leave_can_be_read_in_both_languages() {
    let office = Office::opened(
        "deletion",
        "Li Na <li.na@example.cn>",
        "Deletion of my personal data",
        "Please delete all personal data that you hold about me.",
    );
    let chinese = crate::web::visit(
        &office.story,
        hire(&office.story, "lin@example.com", Role::Officer, "zh-Hans"),
    );
    let app = init_service(app(office.story.house.clone())).await;
    for (who, words) in [
        (
            &office.officer,
            ["Duties to keep data", "A ground comes first", "Another part"],
        ),
        (&chinese, ["数据保存义务", "须先确定法定情形", "其他部分"]),
    ] {
        for rest in ["", "/items/1/assessments/criminal", "/approval"] {
            let shown = send(&app, get(&office.path(rest), Some(who)).to_request()).await;
            assert_eq!(shown.status, 200, "{rest}");
            assert_eq!(shown.body.matches("<h1").count(), 1, "one heading of the page: {rest}");
            assert!(
                !shown.body.contains("<script") && !shown.body.contains(" style="),
                "{rest}"
            );
            for label in ["for=\"part\"", "for=\"evidence\"", "for=\"review-on\""] {
                assert_eq!(
                    shown.body.contains(label),
                    rest.contains("assessments"),
                    "{rest}: {label}"
                );
            }
            if rest.is_empty() {
                for word in words {
                    assert!(shown.body.contains(word), "{word}: {}", shown.body);
                }
                assert!(shown.body.contains("scope=\"row\"") && shown.body.contains("scope=\"col\""));
            }
        }
    }
    for (path, status) in [
        ("/items/9/assessments/criminal", 404),
        ("/items/1/assessments/mood", 404),
        ("/items/1/assessments/criminal?part=person:1", 404),
    ] {
        let shown = send(&app, get(&office.path(path), Some(&office.officer)).to_request()).await;
        assert_eq!(shown.status, status, "{path}");
    }
}
