//! A transfer is owed on conditions: each is settled by name before anything is given, and one that is not met is said in the
//! letter with its source and with what is given all the same.

use actix_web::test::init_service;
use habeas::domain::approval::Digest;
use habeas::domain::command::Command;
use habeas::domain::condition::{Check, Fulfilment};
use habeas::domain::event::{CaseKind, Event};
use habeas::domain::identity::Confirmation;
use habeas::domain::item::{Basis, Decision};
use habeas::domain::moves::Refusal;
use habeas::domain::person::{Actor, Role};
use habeas::domain::policy::{ConditionId, OnBehalfId, RightId, Way};
use habeas::domain::request::Stage;
use habeas::domain::text::FileRef;
use habeas::store::door::{Door, Seen};
use habeas::web::app;

use crate::harness::clocked::{Clocked, MEI, TOM, officer, rules, text};
use crate::harness::house::{Story, mail};
use crate::web::{Answer, Visitor, get, hidden_field, hire, post, send, visit};

const RECEIVED: &str = "2026-03-02T10:00:00+08:00";

/// A request for a transfer under a policy, from somebody who showed who they are.
fn transfer(policy: &str) -> Clocked {
    let mut case = Clocked::received(policy, RECEIVED, &["transfer"]);
    let policy = case.rules.policy;
    let by_questions = policy.identity.iter().find(|method| method.way == Way::Questions);
    case.does(
        officer(MEI),
        Command::ConfirmIdentity {
            method: by_questions.unwrap().id.clone(),
            matched: policy.held_data.iter().map(|datum| datum.id.clone()).collect(),
            note: text(),
        },
    );
    case
}

/// The conditions of a transfer that are recorded by themselves.
fn recorded(policy: &str) -> Vec<ConditionId> {
    let right = rules(policy).policy.right(&RightId::new("transfer")).unwrap();
    let by_itself = right.conditions.iter().filter(|condition| !condition.identity);
    by_itself.map(|condition| condition.id.clone()).collect()
}

fn check(condition: &ConditionId, fulfilment: Fulfilment) -> Command {
    Command::CheckCondition {
        item: 1,
        check: Check {
            condition: condition.clone(),
            fulfilment,
            evidence: text(),
            still_given: (fulfilment != Fulfilment::Met).then(text),
        },
    }
}

fn granted() -> Command {
    Command::Decide {
        item: 1,
        decision: Decision::Granted { given: Some(text()) },
    }
}

fn because_of(conditions: &[&ConditionId]) -> Basis {
    Basis::Conditions {
        conditions: conditions.iter().map(|id| (*id).clone()).collect(),
        exemptions: vec![],
    }
}

fn partly(conditions: &[&ConditionId]) -> Command {
    Command::Decide {
        item: 1,
        decision: Decision::PartlyGranted {
            basis: because_of(conditions),
            reason: text(),
            given: text(),
        },
    }
}

fn refused(conditions: &[&ConditionId]) -> Command {
    Command::Decide {
        item: 1,
        decision: Decision::Refused {
            basis: because_of(conditions),
            reason: text(),
        },
    }
}

#[test]
fn a_transfer_cannot_be_granted_while_a_condition_is_open() {
    for policy in ["cn-statement", "eu-gdpr", "uk-gdpr"] {
        let mut case = transfer(policy);
        for condition in recorded(policy) {
            case.is_refused(officer(MEI), granted(), Refusal::ConditionOpen);
            case.does(officer(MEI), check(&condition, Fulfilment::Met));
        }
        case.does(officer(MEI), granted());
        assert_eq!(case.replayed(), case.request, "{policy}");
    }
}

#[test]
fn the_condition_on_identity_is_met_by_the_identity_decision_alone() {
    let mut case = Clocked::received("cn-statement", RECEIVED, &["transfer"]);
    for condition in recorded("cn-statement") {
        case.does(officer(MEI), check(&condition, Fulfilment::Met));
    }
    let identity = ConditionId::new("identity-verified");
    case.is_refused(officer(MEI), granted(), Refusal::IdentifyFirst)
        .is_refused(
            officer(MEI),
            check(&identity, Fulfilment::Met),
            Refusal::ConditionOfIdentity,
        )
        .does(officer(MEI), Command::DoubtIdentity { reason: text() })
        .is_refused(officer(MEI), granted(), Refusal::IdentifyFirst)
        .does(
            officer(MEI),
            Command::Decide {
                item: 1,
                decision: Decision::Refused {
                    basis: Basis::IdentityNotProven,
                    reason: text(),
                },
            },
        );
}

#[test]
fn one_that_is_not_met_carries_a_refusal_that_names_it_and_one_that_is_met_does_not() {
    let [consent, feasible, harm] = <[ConditionId; 3]>::try_from(recorded("cn-statement")).unwrap();
    let mut case = transfer("cn-statement");
    case.is_refused(officer(MEI), refused(&[]), Refusal::NoBasis)
        .is_refused(officer(MEI), refused(&[&feasible]), Refusal::ConditionNotUnmet)
        .does(officer(MEI), check(&feasible, Fulfilment::NotMet))
        .is_refused(officer(MEI), refused(&[&consent]), Refusal::ConditionNotUnmet)
        .is_refused(officer(MEI), partly(&[&feasible]), Refusal::ConditionOpen)
        .does(officer(MEI), refused(&[&feasible]));
    assert!(case.request.awaits_approval(), "a second person has to agree");
    case.is_refused(
        officer(MEI),
        Command::Approve {
            letter: Digest::default(),
        },
        Refusal::SamePerson,
    )
    .does(
        officer(TOM),
        Command::Approve {
            letter: Digest::default(),
        },
    );
    // A new finding takes the decision back, and with it the approval.
    case.does(officer(MEI), check(&feasible, Fulfilment::Met));
    assert!(!case.request.is_decided() && !case.request.awaits_approval());
    case.does(officer(MEI), check(&consent, Fulfilment::Partly))
        .does(officer(MEI), check(&harm, Fulfilment::Met))
        .is_refused(officer(MEI), granted(), Refusal::ConditionNotMet)
        .is_refused(officer(MEI), refused(&[&consent]), Refusal::OnlyPartly)
        .does(officer(MEI), partly(&[&consent]));
}

#[test]
fn a_partial_grant_names_every_condition_that_is_not_met() {
    let [consent, feasible, harm] = <[ConditionId; 3]>::try_from(recorded("cn-statement")).unwrap();
    let mut case = transfer("cn-statement");
    case.does(officer(MEI), check(&consent, Fulfilment::Partly))
        .does(officer(MEI), check(&feasible, Fulfilment::Met))
        .does(officer(MEI), check(&harm, Fulfilment::Partly))
        .is_refused(officer(MEI), partly(&[&harm]), Refusal::ConditionNotMet)
        .does(officer(MEI), partly(&[&consent, &harm]));
}

#[test]
fn what_is_recorded_is_of_a_condition_of_this_right_with_what_it_needs() {
    let mut case = transfer("cn-statement");
    let feasible = ConditionId::new("technically-feasible");
    let nothing_given = Command::CheckCondition {
        item: 1,
        check: Check {
            condition: feasible.clone(),
            fulfilment: Fulfilment::Partly,
            evidence: text(),
            still_given: None,
        },
    };
    case.is_refused(officer(MEI), nothing_given, Refusal::StillGivenMissing)
        .is_refused(
            officer(MEI),
            check(&ConditionId::new("mood"), Fulfilment::Met),
            Refusal::UnknownCondition,
        )
        .does(officer(MEI), check(&feasible, Fulfilment::NotMet))
        .does(officer(TOM), check(&feasible, Fulfilment::Met));
    let found = &case.request.item(1).unwrap().conditions;
    assert_eq!(found.len(), 1, "the latest finding stands alone");
    assert_eq!((found[0].by, found[0].check.fulfilment), (TOM, Fulfilment::Met));
    let mut access = Clocked::received("cn-statement", RECEIVED, &["access"]);
    access.is_refused(officer(MEI), check(&feasible, Fulfilment::Met), Refusal::NoConditions);
}

/// A transfer granted in part with one plain file enclosed, since a condition is met as far as this.
fn enclosed(fulfilment: Fulfilment) -> Clocked {
    let [consent, feasible, harm] = <[ConditionId; 3]>::try_from(recorded("cn-statement")).unwrap();
    let mut case = transfer("cn-statement");
    case.does(
        officer(MEI),
        Command::ConfirmContact {
            confirmation: Confirmation::OnFile { note: text() },
        },
    );
    for (condition, fulfilment) in [
        (&consent, Fulfilment::Met),
        (&harm, Fulfilment::Met),
        (&feasible, fulfilment),
    ] {
        case.does(officer(MEI), check(condition, fulfilment));
    }
    case.does(officer(MEI), partly(&[&feasible]));
    let plain = Command::Enclose {
        file: FileRef {
            id: 5,
            commitment: "5".repeat(64),
        },
        report: text(),
        findings: vec![],
        structured: false,
    };
    case.does(officer(MEI), plain).does(
        officer(TOM),
        Command::Approve {
            letter: Digest::default(),
        },
    );
    case
}

#[test]
fn what_is_transferred_is_structured_and_a_copy_instead_of_a_transfer_need_not_be() {
    let release = || Command::Release {
        file: FileRef {
            id: 6,
            commitment: "6".repeat(64),
        },
        letter: None,
    };
    enclosed(Fulfilment::Partly).is_refused(officer(MEI), release(), Refusal::NotStructured);
    enclosed(Fulfilment::NotMet).does(officer(MEI), release());
}

/// A house with an officer, and a request for a transfer.
struct Office {
    story: Story,
    officer: Visitor,
    chinese: Visitor,
    reference: String,
}

impl Office {
    fn opened() -> Self {
        let story = Story::at("2026-03-02T01:00:00Z");
        let mei = hire(&story, "mei@example.com", Role::Officer, "en");
        let lin = hire(&story, "lin@example.com", Role::Officer, "zh-Hans");
        let stored = story.opens(mail(
            "Li Na <li.na@example.cn>",
            "Transfer of my personal data",
            "Please transfer my personal data to Example Cloud, in a machine-readable format.",
        ));
        let shelf = story.house.shelf();
        let door = Door {
            book: &*shelf,
            actor: Actor::Person {
                id: mei,
                role: Role::Officer,
            },
            now: story.now(),
        };
        if stored.request.stage == Stage::Triage {
            let triage = Command::Triage {
                kind: CaseKind::Request,
                rights: vec![RightId::new("transfer")],
                on_behalf: OnBehalfId::new(OnBehalfId::NONE),
                language: "en".into(),
            };
            story
                .house
                .store
                .write(|tx| door.step(tx, stored.id, Seen::Whatever, |_| Ok(triage)))
                .unwrap();
        }
        Self {
            officer: visit(&story, mei),
            chinese: visit(&story, lin),
            reference: stored.request.reference,
            story,
        }
    }

    fn path(&self, rest: &str) -> String {
        format!("/requests/{}{rest}", self.reference)
    }
}

fn says(answer: &Answer, words: &str) {
    assert!(answer.body.contains(words), "{words}: {}", answer.body);
}

/// Sends a form of the request on what its page shows now.
macro_rules! form {
    ($app:expr, $office:expr, $rest:expr, [$($field:expr),* $(,)?]) => {{
        let shown = send(&$app, get(&$office.path(""), Some(&$office.officer)).to_request()).await.body;
        let seq = hidden_field(&shown, "seq").unwrap();
        let fields: Vec<(&str, &str)> = vec![("seq", seq.as_str()), $($field),*];
        send(&$app, post(&$office.path($rest), &$office.officer, &fields).to_request()).await
    }};
}

#[actix_web::test]
async fn the_requesters_language_can_be_any_that_mail_is_read_in() {
    let story = Story::at("2026-03-02T01:00:00Z");
    let mei = hire(&story, "mei@example.com", Role::Officer, "en");
    let officer = visit(&story, mei);
    let stored = story.opens(mail(
        "Zhao <zhao..wei@example.cn>",
        "Data",
        "Please send me a copy of my personal data.",
    ));
    assert_eq!(stored.request.stage, Stage::Triage);
    let app = init_service(app(story.house.clone())).await;
    let path = format!("/requests/{}", stored.request.reference);
    let shown = send(&app, get(&path, Some(&officer)).to_request()).await;
    for (tag, name) in [
        ("fr", "French"),
        ("ja", "Japanese"),
        ("zh-Hant", "Chinese (traditional)"),
    ] {
        says(&shown, &format!("<option value=\"{tag}\">{name}</option>"));
    }
    let seq = hidden_field(&shown.body, "seq").unwrap();
    let fields = [
        ("seq", seq.as_str()),
        ("kind", "request"),
        ("right", "access"),
        ("on_behalf", "none"),
        ("language", "fr"),
    ];
    let done = send(&app, post(&format!("{path}/triage"), &officer, &fields).to_request()).await;
    assert_eq!(done.status, 303, "{}", done.body);
    assert_eq!(story.request(&stored.request.reference).request.language, "fr");
}

#[actix_web::test]
async fn the_page_asks_for_each_condition_and_the_letter_says_which_is_not_met_and_what_is_given_instead() {
    let office = Office::opened();
    let app = init_service(app(office.story.house.clone())).await;
    let page = |who: &Visitor| get(&office.path(""), Some(who)).to_request();
    let shown = send(&app, page(&office.officer)).await;
    says(&shown, "Conditions of this right");
    says(&shown, "Conditions are not settled");
    says(&shown, "Article 25, item 3");
    assert_eq!(
        shown.body.matches("/items/1/conditions\"").count(),
        3,
        "the one on identity has no form"
    );
    let chinese = send(&app, page(&office.chinese)).await;
    for words in [
        "此项权利的条件",
        "转移个人信息具备技术可行性",
        "第二十五条第三项",
        "尚未认定",
    ] {
        says(&chinese, words);
    }

    let identity = form!(
        app,
        office,
        "/identity",
        [
            ("method", "known-facts"),
            ("matched", "order-number"),
            ("matched", "delivery-address"),
            ("reason", "Order 4711 and the address on file."),
        ]
    );
    assert!(identity.status.is_redirection(), "{}", identity.body);
    for condition in ["consent-or-contract", "no-harm-to-others"] {
        let done = form!(
            app,
            office,
            "/items/1/conditions",
            [
                ("condition", condition),
                ("fulfilment", "met"),
                ("evidence", "Typed in by her at sign-up."),
            ]
        );
        assert_eq!(done.status, 303, "{}", done.body);
    }
    let early = form!(
        app,
        office,
        "/items/1/decision",
        [("outcome", "granted"), ("given", "An export.")]
    );
    assert!(early.status.is_client_error());
    says(&early, "First record for each of them whether it is met.");
    let done = form!(
        app,
        office,
        "/items/1/conditions",
        [
            ("condition", "technically-feasible"),
            ("fulfilment", "not-met"),
            ("evidence", "Example Cloud takes no files from us."),
            ("still_given", "A copy of your data as CSV, to take there yourself."),
        ]
    );
    assert_eq!(done.status, 303, "{}", done.body);
    let shown = send(&app, page(&office.officer)).await;
    says(&shown, "checked a condition of Transfer to another organisation");
    says(&shown, "Example Cloud takes no files from us.");
    // What follows is offered: a part, resting on this condition, with what is given instead.
    says(&shown, "name=\"basis\" value=\"condition:technically-feasible\"");
    says(&shown, "A copy of your data as CSV, to take there yourself.");
    let decided = form!(
        app,
        office,
        "/items/1/decision",
        [
            ("outcome", "partly-granted"),
            ("basis", "condition:technically-feasible"),
            ("reason", "The organisation you named has no way to take the data in."),
            ("given", "A copy of your data as CSV, to take there yourself."),
        ]
    );
    assert_eq!(decided.status, 303, "{}", decided.body);
    let stored = office.story.request(&office.reference);
    assert!(stored.request.awaits_approval());
    let leaving = send(&app, get(&office.path("/approval"), Some(&office.chinese)).to_request()).await;
    for words in [
        "this one is not met for all of the data: the transfer is technically feasible.",
        "Network Data Security Management Regulation, Article 25, item 3",
        "A copy of your data as CSV, to take there yourself.",
    ] {
        says(&leaving, words);
    }
    let last = office
        .story
        .house
        .store
        .read(|db| habeas::store::requests::history(db, stored.id))
        .unwrap();
    let checked =
        |recorded: &&habeas::domain::event::Recorded| matches!(recorded.event, Event::ConditionChecked { .. });
    assert_eq!(last.iter().filter(checked).count(), 3);
}
