//! The clock's special cases: pauses, later beginnings, extensions, limits of single rights, further policies, targets, and
//! days that two people set.

use chrono::{DateTime, TimeDelta, Utc};
use habeas::domain::command::Command;
use habeas::domain::deadline::Standing;
use habeas::domain::decide::{merged, recounted};
use habeas::domain::event::{Cause, Clock, Event};
use habeas::domain::moves::{Move, Refusal, may, permits};
use habeas::domain::person::{Actor, Role};
use habeas::domain::policy::{PauseId, RightId};
use habeas::domain::reminder;
use habeas::domain::request::Request;
use proptest::prelude::*;

use crate::harness::clocked::{Clocked, MEI, TOM, officer, rules, stamp, text};
use crate::harness::house::instant;

fn pause(reason: &str, since: &str) -> Command {
    pause_at(reason, instant(since))
}

fn pause_at(reason: &str, since: DateTime<Utc>) -> Command {
    Command::Pause {
        pause: PauseId::new(reason),
        since,
        reason: text(),
        letter: None,
    }
}

fn resume(reason: &str, until: &str) -> Command {
    resume_at(reason, instant(until))
}

fn resume_at(reason: &str, until: DateTime<Utc>) -> Command {
    Command::Resume {
        pause: PauseId::new(reason),
        until,
        note: text(),
        letter: None,
    }
}

fn extend() -> Command {
    Command::Extend {
        reason: text(),
        letter: None,
    }
}

fn apply(policy: &str) -> Command {
    Command::ApplyPolicy {
        policy: stamp(policy),
        reason: text(),
    }
}

fn propose(on: &str) -> Command {
    Command::ProposeDeadline {
        on: on.parse().unwrap(),
        reason: text(),
    }
}

#[test]
fn a_policy_without_pause_or_extension_says_so() {
    let mut case = Clocked::received("cn-statement", "2026-03-02T10:00:00+08:00", &["access"]);
    case.is_refused(
        officer(MEI),
        pause("clarification", "2026-03-02T10:00:00+08:00"),
        Refusal::NoPause,
    )
    .is_refused(officer(MEI), extend(), Refusal::NoExtension);
    assert!(Refusal::NoPause.to_string().contains("This policy has no pause"));
    // The time to ask who somebody is does not stop the clock either.
    let before = case.request.deadline.clone();
    case.does(
        officer(MEI),
        Command::AskIdentity {
            method: case.rules.policy.identity[0].id.clone(),
            reason: None,
            data: vec![],
            letter: None,
        },
    );
    assert_eq!(case.request.deadline, before);
    // California and the Union know an extension and no pause.
    for policy in ["us-california", "eu-gdpr"] {
        let mut case = Clocked::received(policy, "2026-03-02T10:00:00Z", &["access"]);
        case.is_refused(
            officer(MEI),
            pause("clarification", "2026-03-02T10:00:00Z"),
            Refusal::NoPause,
        )
        .does(officer(MEI), extend());
    }
}

#[test]
fn while_the_term_waits_nobody_is_reminded_of_its_end_but_of_the_wait() {
    let mut case = Clocked::received("uk-gdpr", "2026-09-01T09:00:00+01:00", &["access"]);
    case.at("2026-09-05T09:00:00+01:00")
        .does(officer(MEI), pause("clarification", "2026-09-05T09:00:00+01:00"));
    assert!(case.request.is_paused() && case.request.is_running());
    let late = instant("2026-12-01T09:00:00Z");
    assert_eq!(
        case.request.standing(late, case.rules.calendar, case.rules.policy.zone),
        Standing::Paused
    );
    let told: Vec<String> = reminder::due(&case.request, case.rules, late)
        .into_iter()
        .map(|due| due.rule.to_string())
        .collect();
    assert_eq!(told, ["paused-5", "paused-20"]);
    case.is_refused(officer(MEI), extend(), Refusal::ResumeFirst)
        .is_refused(
            officer(MEI),
            pause("clarification", "2026-09-05T09:00:00+01:00"),
            Refusal::AlreadyPaused,
        )
        .is_refused(
            officer(MEI),
            resume("fee", "2026-09-05T10:00:00+01:00"),
            Refusal::NotPaused,
        )
        .is_refused(
            officer(MEI),
            resume("clarification", "2026-09-04T09:00:00+01:00"),
            Refusal::ImplausiblePause,
        );
    case.at("2026-09-15T09:00:00+01:00")
        .does(officer(MEI), resume("clarification", "2026-09-15T09:00:00+01:00"));
    assert!(!case.request.is_paused());
    assert_eq!(case.due_on(), "2026-10-12");
    assert_eq!(case.replayed(), case.request);
    case.is_refused(Actor::Clock, Command::Recount, Refusal::NothingChanges);
}

#[test]
fn a_day_is_given_back_once_however_many_waits_it_is_in() {
    let mut case = Clocked::received("uk-gdpr", "2026-09-01T09:00:00+01:00", &["access"]);
    // Asked on the 5th and answered on the 7th; asked again on the 7th and answered on the 8th: four days.
    for (since, until) in [("2026-09-05", "2026-09-07"), ("2026-09-07", "2026-09-08")] {
        let at = |day: &str| format!("{day}T12:00:00+01:00");
        case.at(&at(since))
            .does(officer(MEI), pause("clarification", &at(since)));
        case.at(&at(until))
            .does(officer(MEI), resume("clarification", &at(until)));
    }
    assert_eq!(case.due_on(), "2026-10-05");
}

#[test]
fn a_pause_on_the_day_to_which_the_end_rolled_moves_it_behind_the_pause() {
    // The month ends on Saturday 28 February and rolls to Monday 2 March.
    let mut case = Clocked::received("uk-gdpr", "2026-01-28T09:00:00Z", &["access"]);
    assert_eq!(case.due_on(), "2026-03-02");
    case.at("2026-03-02T09:00:00Z")
        .does(officer(MEI), pause("clarification", "2026-03-02T09:00:00Z"));
    case.at("2026-03-04T09:00:00Z")
        .does(officer(MEI), resume("clarification", "2026-03-04T09:00:00Z"));
    assert_eq!(case.due_on(), "2026-03-05");
}

#[test]
fn a_term_begins_with_the_latest_of_receipt_identity_and_fee() {
    let mut case = Clocked::received("uk-gdpr", "2026-09-03T09:00:00+01:00", &["access"]);
    assert_eq!(case.due_on(), "2026-10-05", "3 October is a Saturday");
    case.at("2026-09-04T09:00:00+01:00")
        .does(officer(MEI), pause("identity-information", "2026-09-04T09:00:00+01:00"))
        .does(officer(MEI), pause("fee", "2026-09-04T09:00:00+01:00"));
    case.at("2026-09-10T09:00:00+01:00").does(
        officer(MEI),
        resume("identity-information", "2026-09-10T09:00:00+01:00"),
    );
    assert!(case.request.is_paused(), "the fee is still waited for");
    case.at("2026-09-14T09:00:00+01:00")
        .does(officer(MEI), resume("fee", "2026-09-12T18:00:00+01:00"));
    assert_eq!(case.due_on(), "2026-10-12");
    assert_eq!(case.request.items[0].deadline.due_on.to_string(), "2026-10-12");
    // The extension counts from the same beginning.
    case.does(officer(MEI), extend());
    assert_eq!(case.due_on(), "2026-12-14", "12 December is a Saturday");
    assert_eq!(case.replayed(), case.request);
}

#[test]
fn no_wait_begins_after_the_term_has_ended_or_before_it_began() {
    let mut case = Clocked::received("uk-gdpr", "2026-09-01T09:00:00+01:00", &["access"]);
    case.is_refused(
        officer(MEI),
        pause("clarification", "2026-08-31T09:00:00+01:00"),
        Refusal::ImplausiblePause,
    )
    .is_refused(
        officer(MEI),
        pause("weather", "2026-09-01T09:00:00+01:00"),
        Refusal::UnknownPause,
    )
    .at("2026-10-02T09:00:00+01:00")
    .is_refused(
        officer(MEI),
        pause("clarification", "2026-09-30T09:00:00+01:00"),
        Refusal::PauseTooLate,
    );
}

#[test]
fn the_notice_of_an_extension_is_due_before_the_first_term_ends() {
    for (policy, received, last, extended) in [
        ("eu-gdpr", "2025-11-30T12:00:00+01:00", "2025-12-30", "2026-03-02"),
        ("us-california", "2026-01-05T12:00:00-08:00", "2026-02-19", "2026-04-05"),
    ] {
        let mut case = Clocked::received(policy, received, &["access"]);
        let notice = case.rules.notice_by(&case.request.clock()).unwrap();
        assert_eq!(notice.due_on.to_string(), last, "{policy}");
        case.now = notice.ends_at - TimeDelta::minutes(1);
        case.does(officer(MEI), extend());
        assert_eq!(case.due_on(), extended, "{policy}");
        let mut late = Clocked::received(policy, received, &["access"]);
        late.now = notice.ends_at;
        late.is_refused(officer(MEI), extend(), Refusal::ExtensionTooLate);
    }
}

#[test]
fn california_confirms_in_ten_business_days_and_is_reminded_until_it_has() {
    let mut case = Clocked::received("us-california", "2026-01-05T12:00:00-08:00", &["access"]);
    // Martin Luther King Jr. Day, 19 January, is no business day.
    let confirm = case.rules.confirmation(&case.request.clock()).unwrap();
    assert_eq!(confirm.due_on.to_string(), "2026-01-20");
    let told = |case: &Clocked, at: &str| -> Vec<String> {
        let due = reminder::due(&case.request, case.rules, instant(at));
        due.into_iter().map(|due| due.rule.to_string()).collect()
    };
    assert_eq!(
        told(&case, "2026-01-21T12:00:00-08:00"),
        ["confirm-in-5", "confirm-today", "confirm-late"]
    );
    case.at("2026-01-06T12:00:00-08:00").does(
        officer(MEI),
        Command::ConfirmReceipt {
            at: instant("2026-01-06T10:00:00-08:00"),
            note: text(),
        },
    );
    assert_eq!(told(&case, "2026-01-21T12:00:00-08:00"), Vec::<String>::new());
    case.is_refused(
        officer(MEI),
        Command::ConfirmReceipt {
            at: case.now,
            note: text(),
        },
        Refusal::AlreadyConfirmed,
    );
    let mut chinese = Clocked::received("cn-statement", "2026-03-02T10:00:00+08:00", &["access"]);
    let confirm = Command::ConfirmReceipt {
        at: chinese.now,
        note: text(),
    };
    chinese.is_refused(officer(MEI), confirm, Refusal::NoConfirmation);
}

#[test]
fn a_right_with_a_limit_of_its_own_brings_the_deadline_forward_and_no_extension_moves_it() {
    let mut case = Clocked::received("us-california", "2026-01-05T12:00:00-08:00", &["access"]);
    assert_eq!(case.due_on(), "2026-02-19");
    case.does(
        officer(MEI),
        Command::AddItem {
            right: RightId::new("opt-out"),
            received_at: instant("2026-01-05T12:00:00-08:00"),
            message: None,
        },
    );
    assert_eq!(case.due_on(), "2026-01-27");
    assert!(matches!(
        case.last(),
        Event::DeadlineMoved {
            cause: Cause::Items,
            ..
        }
    ));
    case.does(officer(MEI), extend());
    assert_eq!(case.due_on(), "2026-01-27");
    let due: Vec<String> = case
        .request
        .items
        .iter()
        .map(|item| item.deadline.due_on.to_string())
        .collect();
    assert_eq!(due, ["2026-04-05", "2026-01-27"]);
    case.does(
        officer(MEI),
        Command::DropItem {
            item: 2,
            reason: text(),
        },
    );
    assert_eq!(case.due_on(), "2026-04-05");
    assert_eq!(case.replayed(), case.request);
    // From the start as well.
    let opened = Clocked::received("us-california", "2026-01-05T12:00:00-08:00", &["access", "opt-out"]);
    assert_eq!(opened.due_on(), "2026-01-27");
}

#[test]
fn californias_own_target_is_the_day_before_the_deadline_and_an_officer_may_set_an_earlier_one() {
    let mut case = Clocked::received("us-california", "2026-01-05T12:00:00-08:00", &["access"]);
    let target = |case: &Clocked| case.rules.target(&case.request).unwrap().to_string();
    assert_eq!(
        (target(&case), case.due_on()),
        ("2026-02-18".into(), "2026-02-19".into())
    );
    let set = |on: &str| Command::SetTarget {
        on: Some(on.parse().unwrap()),
    };
    case.is_refused(officer(MEI), set("2026-02-20"), Refusal::TargetTooLate)
        .is_refused(officer(MEI), set("2026-01-01"), Refusal::DayPassed)
        .does(officer(MEI), set("2026-02-02"));
    assert_eq!(
        (target(&case), case.due_on()),
        ("2026-02-02".into(), "2026-02-19".into())
    );
    let told = reminder::due(&case.request, case.rules, instant("2026-02-02T18:00:00-08:00"));
    assert!(told.iter().any(|due| due.rule.as_str() == "target"));
    case.does(officer(MEI), Command::SetTarget { on: None });
    assert_eq!(target(&case), "2026-02-18");
}

#[test]
fn of_two_policies_the_earlier_deadline_governs_and_both_are_shown() {
    let mut case = Clocked::received("eu-gdpr", "2026-03-02T10:00:00+01:00", &["access"]);
    assert_eq!(case.due_on(), "2026-04-02");
    case.does(officer(MEI), apply("cn-statement"));
    assert_eq!(case.due_on(), "2026-03-23");
    let legal: Vec<(String, String)> = case
        .rules
        .legal_of(&case.request)
        .into_iter()
        .map(|legal| (legal.policy.id, legal.deadline.due_on.to_string()))
        .collect();
    assert_eq!(
        legal,
        [
            ("cn-statement".into(), "2026-03-23".into()),
            ("eu-gdpr".into(), "2026-04-02".into())
        ]
    );
    // The reminders run to the earlier, and it ends when the day ends in Shanghai.
    assert_eq!(case.request.deadline.ends_at, instant("2026-03-24T00:00:00+08:00"));
    let today = reminder::ahead(&case.request, case.rules)
        .into_iter()
        .find(|due| due.rule.as_str() == "due-today")
        .unwrap();
    assert!(today.at < case.request.deadline.ends_at && today.due_on.to_string() == "2026-03-23");
    // An extension under the first moves nothing under the second.
    case.does(officer(MEI), extend());
    assert_eq!(case.due_on(), "2026-03-23");
    case.is_refused(officer(MEI), apply("cn-statement"), Refusal::PolicyThere)
        .is_refused(officer(MEI), apply("eu-gdpr"), Refusal::PolicyThere);
    let unknown = Command::ApplyPolicy {
        policy: habeas::domain::request::PolicyStamp {
            id: "no-such".into(),
            version: "1".into(),
        },
        reason: text(),
    };
    case.is_refused(officer(MEI), unknown, Refusal::UnknownPolicy);
    assert_eq!(case.replayed(), case.request);
}

#[test]
fn a_second_policy_knows_a_right_by_the_name_of_the_first() {
    // "Refuse processing" under Chinese law is an opt-out in California, which has a limit of its own.
    let mut case = Clocked::received("eu-gdpr", "2026-01-05T12:00:00-08:00", &["refuse-processing"]);
    case.does(officer(MEI), apply("us-california"));
    assert_eq!(case.request.also[0].deadline.due_on.to_string(), "2026-01-27");
    assert_eq!(
        case.due_on(),
        "2026-01-28",
        "the day that ends in California ends a day later in Berlin"
    );
    assert_eq!(case.request.deadline.ends_at, instant("2026-01-28T00:00:00-08:00"));
}

#[test]
fn a_wait_does_not_stop_a_policy_that_knows_none() {
    let mut case = Clocked::received("uk-gdpr", "2026-09-01T09:00:00+01:00", &["access"]);
    case.at("2026-09-05T09:00:00+01:00")
        .does(officer(MEI), pause("clarification", "2026-09-05T09:00:00+01:00"));
    assert!(case.request.is_paused());
    case.does(officer(MEI), apply("cn-statement"));
    assert!(!case.request.is_paused());
    let due = case.due_on();
    case.at("2026-09-15T09:00:00+01:00")
        .does(officer(MEI), resume("clarification", "2026-09-15T09:00:00+01:00"));
    assert_eq!(case.due_on(), due);
}

#[test]
fn another_deadline_needs_a_reason_and_a_second_person() {
    let mut case = Clocked::received("cn-statement", "2026-03-02T10:00:00+08:00", &["access"]);
    let counted = case.request.deadline.clone();
    let same = propose(&case.due_on());
    case.is_refused(officer(TOM), Command::ConfirmDeadline, Refusal::NothingProposed)
        .is_refused(officer(MEI), same, Refusal::NothingChanges)
        .is_refused(officer(MEI), propose("2026-03-01"), Refusal::DayPassed)
        .does(officer(MEI), propose("2026-03-26"));
    assert_eq!(case.request.deadline, counted, "a proposal moves nothing");
    case.is_refused(officer(MEI), Command::ConfirmDeadline, Refusal::OwnProposal)
        .is_refused(officer(TOM), propose("2026-03-27"), Refusal::ProposedAlready)
        .does(officer(TOM), Command::ConfirmDeadline);
    assert_eq!(case.due_on(), "2026-03-26");
    assert_eq!(case.request.deadline.ends_at, instant("2026-03-27T00:00:00+08:00"));
    let Event::DeadlineSet { from, to } = case.last() else {
        panic!("{:?}", case.last());
    };
    assert_eq!((from, to), (&counted, &case.request.deadline));
    // It holds against the count; a further policy with an earlier deadline ends it.
    case.is_refused(Actor::Clock, Command::Recount, Refusal::NothingChanges);
    assert_eq!(recounted(&case.request, case.rules), case.request.deadline);
    // A proposal can be declined, also by the one who made it.
    case.does(officer(MEI), propose("2026-03-30"))
        .does(officer(MEI), Command::DeclineDeadline { reason: text() });
    assert_eq!((case.due_on(), &case.request.proposed), ("2026-03-26".into(), &None));
    assert!(permits(Role::Reviewer, Move::ConfirmDeadline) && !permits(Role::Reviewer, Move::ProposeDeadline));
    assert_eq!(case.replayed(), case.request);
}

#[test]
fn what_two_people_set_yields_to_an_earlier_promise_and_to_a_later_count() {
    let set = |policy: &str, on: &str| {
        let mut case = Clocked::received(policy, "2026-03-02T10:00:00+01:00", &["access"]);
        case.does(officer(MEI), propose(on))
            .does(officer(TOM), Command::ConfirmDeadline);
        case
    };
    let mut later = set("eu-gdpr", "2026-04-10");
    later.does(officer(MEI), apply("cn-statement"));
    assert_eq!((later.due_on(), &later.request.set), ("2026-03-23".into(), &None));
    let mut extended = set("eu-gdpr", "2026-04-10");
    extended.does(officer(MEI), extend());
    assert_eq!((extended.due_on(), &extended.request.set), ("2026-06-02".into(), &None));
    let mut far = set("eu-gdpr", "2026-07-01");
    far.does(officer(MEI), extend());
    assert_eq!(far.due_on(), "2026-07-01", "an extension takes no day away");
}

#[test]
fn a_merge_takes_over_the_waits_and_the_policies_of_the_clock_that_governs() {
    let paused = || {
        let mut other = Clocked::received("uk-gdpr", "2026-08-20T09:00:00+01:00", &["access"]);
        other
            .at("2026-09-01T09:00:00+01:00")
            .does(officer(MEI), pause("clarification", "2026-09-01T09:00:00+01:00"));
        other
    };
    let take = |clock: Clock| Command::TakeMerge {
        request: 2,
        reference: "DSR-2026-000002".into(),
        clock,
        items: vec![],
        tasks: vec![],
    };
    // Merged on the 3rd: three days did not count, and nothing is waited for any more.
    let mut target = Clocked::received("uk-gdpr", "2026-09-02T09:00:00+01:00", &["access"]);
    target
        .at("2026-09-03T09:00:00+01:00")
        .does(officer(MEI), take(paused().request.clock()));
    assert_eq!(target.due_on(), "2026-09-23");
    assert_eq!(target.request.open_pauses().count(), 0);
    assert_eq!(target.replayed(), target.request);
    assert_eq!(recounted(&target.request, target.rules), target.request.deadline);
    // Merged on 1 October: the wait of the other had moved it behind this one, whose own clock goes on.
    let mut target = Clocked::received("uk-gdpr", "2026-09-02T09:00:00+01:00", &["access"]);
    let before = target.request.deadline.clone();
    target
        .at("2026-10-01T09:00:00+01:00")
        .does(officer(MEI), take(paused().request.clock()));
    assert_eq!((&target.request.deadline, target.request.pauses.len()), (&before, 0));
    // A policy that applies to the other applies to both.
    let mut two = Clocked::received("uk-gdpr", "2026-09-10T09:00:00+01:00", &["access"]);
    two.does(officer(MEI), apply("cn-statement"));
    let mut target = Clocked::received("uk-gdpr", "2026-09-08T09:00:00+01:00", &["access"]);
    target
        .at("2026-09-11T09:00:00+01:00")
        .does(officer(MEI), take(two.request.clock()));
    assert_eq!(target.request.also.len(), 1);
    let chinese = rules("cn-statement").deadline(target.request.clock_from, 0);
    assert_eq!(target.request.deadline.ends_at, chinese.ends_at);
}

#[test]
fn a_journal_and_a_state_from_before_all_this_still_read() {
    let clock: Clock = serde_json::from_str(r#"{"from":"2026-03-02T02:00:00Z","extensions":1}"#).unwrap();
    assert_eq!((clock.extensions, clock.pauses.len(), clock.also.len()), (1, 0, 0));
    assert_eq!(
        serde_json::to_string(&clock).unwrap(),
        r#"{"from":"2026-03-02T02:00:00Z","extensions":1}"#
    );
    let case = Clocked::received("cn-statement", "2026-03-02T10:00:00+08:00", &["access"]);
    let mut state = serde_json::to_value(&case.request).unwrap();
    for key in ["pauses", "also", "set", "proposed", "target", "confirmed_at"] {
        assert!(state.as_object_mut().unwrap().remove(key).is_some(), "{key}");
    }
    assert_eq!(serde_json::from_value::<Request>(state).unwrap(), case.request);
    let deadline = serde_json::to_string(&case.request.deadline).unwrap();
    for event in [
        format!(r#"{{"event":"deadline-moved","from":{deadline},"to":{deadline},"items":[]}}"#),
        format!(
            r#"{{"event":"extended","reason":{{"id":1,"commitment":"00"}},"from":{deadline},"to":{deadline},"letter":null}}"#
        ),
    ] {
        let read: Event = serde_json::from_str(&event).unwrap();
        let again: serde_json::Value = serde_json::to_value(&read).unwrap();
        assert_eq!(again, serde_json::from_str::<serde_json::Value>(&event).unwrap());
    }
}

#[test]
fn whoever_may_only_read_moves_no_clock() {
    let case = Clocked::received("uk-gdpr", "2026-09-01T09:00:00+01:00", &["access"]);
    for step in [
        Move::Pause,
        Move::Resume,
        Move::ApplyPolicy,
        Move::SetTarget,
        Move::ProposeDeadline,
    ] {
        for role in [Role::Reviewer, Role::Auditor, Role::SystemOwner] {
            let actor = Actor::Person { id: TOM, role };
            assert_eq!(
                may(&case.request, step, actor, case.rules.policy),
                Err(Refusal::NotYourRole)
            );
        }
    }
}

prop_compose! {
    fn a_receipt()(minutes in 0_i64..4 * 365 * 24 * 60) -> DateTime<Utc> {
        instant("2025-01-01T00:00:00Z") + TimeDelta::minutes(minutes)
    }
}

fn opened(policy: &str, at: DateTime<Utc>) -> Clocked {
    Clocked::received(policy, &at.to_rfc3339(), &["access"])
}

proptest! {
    #[test]
    fn no_wait_ever_makes_a_deadline_earlier(
        received in a_receipt(),
        waits in prop::collection::vec((0_i64..20 * 24 * 60, 0_i64..20 * 24 * 60), 1..4),
        begins in any::<bool>(),
    ) {
        let reason = if begins { "identity-information" } else { "clarification" };
        let mut case = opened("uk-gdpr", received);
        for (after, length) in waits {
            let before = case.request.deadline.ends_at;
            case.now = case.now.max(received) + TimeDelta::minutes(after);
            let since = case.now;
            if case.tries(officer(MEI), pause_at(reason, since)).is_err() {
                prop_assert!(case.now >= before, "a wait was refused within the term");
                break;
            }
            case.now += TimeDelta::minutes(length);
            let until = case.now;
            case.does(officer(MEI), resume_at(reason, until));
            prop_assert!(case.request.deadline.ends_at >= before);
            prop_assert!(case.request.deadline.ends_at > until);
        }
        prop_assert_eq!(case.replayed(), case.request.clone());
        case.is_refused(Actor::Clock, Command::Recount, Refusal::NothingChanges);
    }

    #[test]
    fn no_merge_ever_makes_a_deadline_later(
        first in a_receipt(),
        apart in -30_i64 * 24 * 60..30 * 24 * 60,
        waited in prop::option::of((0_i64..10 * 24 * 60, 0_i64..30 * 24 * 60)),
        extended in any::<bool>(),
        also in any::<bool>(),
        own_wait in any::<bool>(),
    ) {
        let second = first + TimeDelta::minutes(apart);
        let mut other = opened("uk-gdpr", second);
        if extended { other.does(officer(MEI), extend()); }
        if also { other.does(officer(MEI), apply("cn-statement")); }
        if let Some((after, length)) = waited {
            other.now = second + TimeDelta::minutes(after);
            let since = other.now;
            other.does(officer(MEI), pause_at("clarification", since));
            if length % 2 == 0 {
                other.now += TimeDelta::minutes(length);
                let until = other.now;
                other.does(officer(MEI), resume_at("clarification", until));
            }
        }
        let mut target = opened("uk-gdpr", first);
        if own_wait {
            let since = target.now;
            target.does(officer(MEI), pause_at("clarification", since));
        }
        target.now = first.max(other.now);
        let before = target.request.deadline.clone();
        let foretold = merged(&target.request, target.rules, &other.request.clock(), target.now + TimeDelta::seconds(1));
        target.does(officer(MEI), Command::TakeMerge {
            request: 2,
            reference: "DSR-2026-000002".into(),
            clock: other.request.clock(),
            items: vec![],
            tasks: vec![],
        });
        prop_assert!(target.request.deadline.ends_at <= before.ends_at);
        prop_assert_eq!(foretold.unwrap_or(before), target.request.deadline.clone());
        prop_assert_eq!(target.replayed(), target.request.clone());
    }

    #[test]
    fn an_extension_counts_from_receipt(received in a_receipt()) {
        for (policy, months, days) in [("eu-gdpr", 3_u32, 0), ("us-california", 0, 90)] {
            let mut case = opened(policy, received);
            case.does(officer(MEI), extend());
            let (rules, on) = (case.rules, received.with_timezone(&case.rules.policy.zone).date_naive());
            let whole = on + chrono::Months::new(months) + TimeDelta::days(days);
            let due = match policy {
                "eu-gdpr" => rules.calendar.next_working_day_on_or_after(whole).day,
                _ => whole,
            };
            prop_assert_eq!(case.request.deadline.due_on, due);
        }
    }

    #[test]
    fn of_any_two_policies_the_earlier_deadline_governs(received in a_receipt(), one in 0_usize..4, other in 0_usize..4) {
        let names = ["cn-statement", "eu-gdpr", "uk-gdpr", "us-california"];
        prop_assume!(one != other);
        let mut case = opened(names[one], received);
        let own = case.request.deadline.ends_at;
        case.does(officer(MEI), apply(names[other]));
        let second = rules(names[other]).deadline(received, 0).ends_at;
        prop_assert_eq!(case.request.deadline.ends_at, own.min(second));
        prop_assert_eq!(case.replayed(), case.request.clone());
    }
}

#[test]
fn what_two_people_set_yields_to_a_right_with_an_earlier_limit() {
    let mut case = Clocked::received("us-california", "2026-01-05T12:00:00-08:00", &["access"]);
    case.does(officer(MEI), propose("2026-02-25"))
        .does(officer(TOM), Command::ConfirmDeadline)
        .does(
            officer(MEI),
            Command::AddItem {
                right: RightId::new("opt-out"),
                received_at: instant("2026-01-05T12:00:00-08:00"),
                message: None,
            },
        );
    assert_eq!((case.due_on(), &case.request.set), ("2026-01-27".into(), &None));
    assert_eq!(case.replayed(), case.request);
}
