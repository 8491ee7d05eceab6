//! The tricky cases of the law of deadlines, by number, each with its answer. Where a case is told in full as a story of its own,
//! the test here holds its point through the same code.

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use habeas::domain::calendar::{Calendar, Day};
use habeas::domain::command::Command;
use habeas::domain::deadline::{Deadline, Term, Unit, deadline};
use habeas::domain::decide::recounted;
use habeas::domain::event::{CaseKind, Event};
use habeas::domain::moves::Refusal;
use habeas::domain::person::Actor;
use habeas::domain::policy::{OnBehalfId, PauseId, RightId};
use habeas::domain::request::PolicyStamp;
use habeas::domain::rules::{RuleBook, Rules};
use habeas::jobs::intake::{self, Arrival, Outcome};
use habeas::mail::bring_back::bring_back;
use habeas::store::door::Door;
use habeas::store::messages;

use crate::harness::clocked::{Clocked, MEI, SHELF, TOM, officer, rules, stamp, text};
use crate::harness::house::{Story, instant, mail, mail_with};

/// The deadline by the default policy, of so many working days, by a calendar.
fn chinese(received: &str, days: u32, calendar: &Calendar) -> Deadline {
    let received = match received.contains('T') {
        true => received.to_owned(),
        false => format!("{received}T12:00:00+08:00"),
    };
    let policy = rules("cn-statement").policy;
    let term = Term {
        length: days,
        ..policy.term
    };
    deadline(instant(&received), &term, None, calendar, policy.zone)
}

/// The deadline by the default policy as it is.
fn fifteen(received: &str) -> Deadline {
    let rules = rules("cn-statement");
    assert_eq!(
        (rules.policy.term.length, rules.policy.term.unit),
        (15, Unit::WorkingDays)
    );
    chinese(received, 15, rules.calendar)
}

fn china() -> &'static Calendar {
    rules("cn-statement").calendar
}

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

#[track_caller]
fn firm(found: &Deadline, due_on: &str) {
    assert_eq!((found.due_on, found.unknown_from), (day(due_on), None));
}

#[track_caller]
fn provisional(found: &Deadline, due_on: &str) {
    assert_eq!((found.due_on, found.is_provisional()), (day(due_on), true));
}

#[test]
fn row_1_received_before_the_eight_day_break() {
    firm(&fifteen("2025-09-30T20:15:00+08:00"), "2025-10-28");
    assert!(china().is_working(day("2025-10-11")), "a Saturday that counts");
}

#[test]
fn row_2_received_on_any_day_of_the_break() {
    let mut received = day("2025-09-30");
    while received <= day("2025-10-08") {
        firm(&fifteen(&received.to_string()), "2025-10-28");
        received = received.succ_opt().unwrap();
    }
    firm(&fifteen("2025-10-09"), "2025-10-29");
}

#[test]
fn row_3_the_second_before_and_after_midnight_in_shanghai() {
    let (before, after) = (fifteen("2025-09-30T15:59:59Z"), fifteen("2025-09-30T16:00:00Z"));
    assert_eq!(
        (before.received_on, after.received_on),
        (day("2025-09-30"), day("2025-10-01"))
    );
    assert_eq!(before.due_on, after.due_on);
    for received in ["2025-09-30T15:59:59Z", "2025-09-30T16:00:00Z"] {
        firm(&chinese(received, 1, china()), "2025-10-09");
    }
}

#[test]
fn row_4_already_the_new_year_in_shanghai() {
    firm(&chinese("2025-12-31T16:30:00Z", 1, china()), "2026-01-04");
    assert_eq!(chrono::Datelike::weekday(&day("2026-01-04")), chrono::Weekday::Sun);
}

#[test]
fn row_5_received_before_the_nine_day_spring_festival() {
    firm(&fifteen("2026-02-13T17:30:00+08:00"), "2026-03-12");
}

#[test]
fn row_6_received_on_a_worked_saturday() {
    firm(&fifteen("2026-02-14"), "2026-03-13");
    firm(&fifteen("2026-02-23"), "2026-03-13");
}

/// Opens a request by the calendar as it was known on a day, and counts it again by a later one.
fn counted_again(received: &str, known_on: &str, then_known_on: &str) -> (Deadline, Deadline, Event) {
    let (old, new) = (
        china().as_known_on(day(known_on)),
        china().as_known_on(day(then_known_on)),
    );
    let policy = rules("cn-statement").policy;
    let mut case = Clocked::received("cn-statement", received, &["access"]);
    let first = Rules::alone(policy, &old).deadline(case.request.received_at, 0);
    case.request.deadline = first.clone();
    case.request.items[0].deadline = first.clone();
    let new = Rules::alone(policy, &new);
    let events = habeas::domain::decide::decide(&case.request, &Command::Recount, new, Actor::Clock, case.now).unwrap();
    (first, recounted(&case.request, new), events[0].clone())
}

#[test]
fn row_7_a_break_that_is_lengthened_moves_an_open_case_and_both_dates_are_kept() {
    let (first, then, event) = counted_again("2020-01-20T10:00:00+08:00", "2020-01-26", "2020-01-27");
    assert_eq!((first.due_on, then.due_on), (day("2020-02-14"), day("2020-02-18")));
    let Event::DeadlineMoved { from, to, .. } = event else {
        panic!("{event:?}")
    };
    assert_eq!((&from, &to), (&first, &then));
    assert_ne!(
        from.calendar, to.calendar,
        "the event says by which calendar each was counted"
    );
}

#[test]
fn row_8_an_amendment_can_shorten_a_deadline() {
    let before = china().as_known_on(day("2019-03-21"));
    firm(&chinese("2019-03-18", 30, &before), "2019-04-30");
    firm(&chinese("2019-03-18", 30, china()), "2019-04-29");
    firm(&chinese("2019-04-08", 15, &before), "2019-04-29");
    firm(&fifteen("2019-04-08"), "2019-04-28");
    let (first, then, _) = counted_again("2019-04-08T10:00:00+08:00", "2019-03-21", "2019-03-22");
    assert!(then.ends_at < first.ends_at);
}

#[test]
fn row_9_the_day_before_the_notice_of_2026() {
    let before = china().as_known_on(day("2025-11-03"));
    provisional(&chinese("2025-11-03", 43, &before), "2026-01-02");
    firm(&chinese("2025-11-03", 43, china()), "2026-01-04");
}

#[test]
fn row_10_the_day_before_the_notice_of_2023() {
    let before = china().as_known_on(day("2022-12-07"));
    provisional(&chinese("2022-12-07", 20, &before), "2023-01-04");
    firm(&chinese("2022-12-07", 20, china()), "2023-01-05");
}

#[test]
fn row_11_into_a_year_that_is_not_published() {
    firm(&fifteen("2026-12-10"), "2026-12-31");
    provisional(&fifteen("2026-12-11"), "2027-01-04");
    provisional(&fifteen("2026-12-14"), "2027-01-05");
}

#[test]
fn row_12_a_provisional_date_is_a_safe_guess_that_says_from_when() {
    let found = fifteen("2026-12-11");
    assert_eq!(found.unknown_from, Some(day("2027-01-01")));
    assert_eq!(china().day(day("2027-01-01")), Day::Unknown { assumed_working: false });
    assert_eq!(china().day(day("2027-01-04")), Day::Unknown { assumed_working: true });
    // Once the notice is loaded it is counted again; the page of the calendar puts first what becomes earlier or late.
    let (first, then, _) = counted_again("2025-12-20T10:00:00+08:00", "2025-11-03", "2025-11-04");
    assert!(first.is_provisional() && !then.is_provisional());
}

#[test]
fn row_13_new_years_eve_of_2024_is_a_working_day() {
    assert!(china().is_working(day("2024-02-09")));
}

#[test]
fn row_14_weekends_that_are_worked() {
    for worked in [
        "2022-10-08",
        "2022-10-09",
        "2022-01-29",
        "2022-01-30",
        "2023-01-28",
        "2023-01-29",
    ] {
        assert!(china().is_working(day(worked)), "{worked}");
    }
}

/// What no calendar knows: only a reasoned proposal that a second person confirms moves the deadline.
fn moved_by_two(case: &mut Clocked, to: &str) {
    let before = case.request.deadline.clone();
    case.does(
        officer(MEI),
        Command::ProposeDeadline {
            on: day(to),
            reason: text(),
        },
    );
    assert_eq!(case.request.deadline, before);
    case.is_refused(officer(MEI), Command::ConfirmDeadline, Refusal::OwnProposal)
        .does(officer(TOM), Command::ConfirmDeadline);
    assert_eq!(case.due_on(), to);
}

#[test]
fn row_15_a_local_stoppage_order_is_an_override_by_two_people_at_most() {
    assert!(
        china().is_working(day("2020-02-03")),
        "the national calendar does not know the order"
    );
    let mut case = Clocked::received("cn-statement", "2020-02-03T10:00:00+08:00", &["access"]);
    assert_eq!(case.due_on(), "2020-02-24");
    moved_by_two(&mut case, "2020-02-28");
}

#[test]
fn row_16_leap_days_and_short_months() {
    firm(&chinese("2024-02-28", 1, china()), "2024-02-29");
    assert!(!china().is_working(day("2020-02-29")));
    for policy in ["eu-gdpr", "uk-gdpr"] {
        for (received, due_on) in [
            ("2024-01-31T12:00:00Z", "2024-02-29"),
            ("2028-01-31T12:00:00Z", "2028-02-29"),
            ("2027-01-31T12:00:00Z", "2027-03-01"),
        ] {
            firm(&rules(policy).deadline(instant(received), 0), due_on);
        }
    }
}

#[test]
fn row_17_a_month_that_ends_on_good_friday() {
    for policy in ["eu-gdpr", "uk-gdpr"] {
        firm(
            &rules(policy).deadline(instant("2024-02-29T12:00:00Z"), 0),
            "2024-04-02",
        );
    }
}

#[test]
fn row_18_an_extension_is_three_months_from_receipt() {
    for policy in ["eu-gdpr", "uk-gdpr"] {
        firm(
            &rules(policy).deadline(instant("2025-11-30T12:00:00Z"), 1),
            "2026-03-02",
        );
    }
}

#[test]
fn row_19_dates_are_added_and_then_turned_into_an_instant() {
    let found = rules("eu-gdpr").deadline(instant("2026-02-28T23:30:00Z"), 0);
    assert_eq!(
        (found.received_on, found.due_on),
        (day("2026-03-01"), day("2026-04-01"))
    );
    assert_eq!(found.ends_at, instant("2026-04-01T22:00:00Z"));
}

#[test]
fn row_20_a_clock_stopped_for_eleven_days() {
    let mut case = Clocked::received("uk-gdpr", "2026-09-01T10:00:00+01:00", &["access"]);
    assert_eq!(case.due_on(), "2026-10-01");
    let pause = || PauseId::new("clarification");
    case.at("2026-09-05T10:00:00+01:00").does(
        officer(MEI),
        Command::Pause {
            pause: pause(),
            since: instant("2026-09-05T10:00:00+01:00"),
            reason: text(),
            letter: None,
        },
    );
    case.at("2026-09-15T10:00:00+01:00").does(
        officer(MEI),
        Command::Resume {
            pause: pause(),
            until: instant("2026-09-15T10:00:00+01:00"),
            note: text(),
            letter: None,
        },
    );
    assert_eq!(case.due_on(), "2026-10-12");
}

#[test]
fn row_21_a_storm_on_the_last_day_is_known_only_then_and_set_by_two_people() {
    let mut case = Clocked::received("cn-statement", "2026-03-02T10:00:00+08:00", &["access"]);
    case.at("2026-03-23T09:00:00+08:00");
    assert_eq!(case.due_on(), "2026-03-23");
    moved_by_two(&mut case, "2026-03-24");
}

#[test]
fn row_22_the_servers_stamp_counts_and_not_the_date_of_the_mail() {
    let story = Story::at("2026-03-03T00:10:00+08:00");
    let yesterday = "Date: Mon, 2 Mar 2026 23:50:00 +0800\r\n";
    let opened = story.opens(mail_with(
        "h@meadow.example",
        "My data",
        yesterday,
        "Please send me a copy of my data.",
    ));
    assert_eq!(opened.request.received_at, story.now());
    assert_eq!(opened.request.deadline.received_on, day("2026-03-03"));
}

#[test]
fn row_23_what_waits_in_quarantine_was_received_and_other_channels_are_entered_with_their_instant() {
    let story = Story::at("2026-03-02T10:00:00+08:00");
    let own = story.receives(mail(
        "privacy@example.com",
        "My data",
        "Please send me a copy of my data.",
    ));
    assert!(matches!(own.outcome, Outcome::Quarantined { .. }));
    let received_at = story.now();
    story.wait(TimeDelta::days(4));
    let shelf = story.house.shelf();
    let door = Door {
        book: &*shelf,
        actor: officer(MEI),
        now: story.now(),
    };
    let pack = story.house.pack().unwrap();
    let opened = story.house.store.write(|tx| {
        let listed = messages::find(tx, own.message)?.unwrap();
        bring_back(tx, &door, &pack.pack.policy, &listed)
    });
    let request = opened.unwrap().request;
    assert_eq!((request.received_at, request.clock_from), (received_at, received_at));
    assert_eq!(request.deadline, rules("cn-statement").deadline(received_at, 0));
    // A letter that reached another desk on Monday and the privacy contact on Friday: the true instant is entered.
    let mut by_post = Clocked::received("cn-statement", "2026-03-02T10:00:00+08:00", &[]);
    by_post.at("2026-03-06T10:00:00+08:00").does(
        officer(MEI),
        Command::AddItem {
            right: RightId::new("access"),
            received_at: instant("2026-03-02T10:00:00+08:00"),
            message: None,
        },
    );
    assert_eq!(by_post.request.items[0].deadline.received_on, day("2026-03-02"));
}

#[test]
fn row_24_each_right_runs_from_its_own_receipt() {
    let story = Story::at("2026-03-02T10:00:00+08:00");
    let both = story.opens(mail(
        "h@meadow.example",
        "My data",
        "Please send me a copy of my data. Please also correct my address, which is wrong.",
    ));
    let receipts: Vec<DateTime<Utc>> = both.request.items.iter().map(|item| item.received_at).collect();
    assert_eq!(receipts, [story.now(), story.now()]);
    let mut case = Clocked::received("cn-statement", "2026-03-02T10:00:00+08:00", &["copy"]);
    case.at("2026-03-10T10:00:00+08:00").does(
        Actor::Mail,
        Command::AddItem {
            right: RightId::new("correction"),
            received_at: instant("2026-03-10T10:00:00+08:00"),
            message: Some(2),
        },
    );
    let due: Vec<NaiveDate> = case.request.items.iter().map(|item| item.deadline.due_on).collect();
    assert_eq!(due, [day("2026-03-23"), day("2026-03-31")]);
    assert_eq!(case.due_on(), "2026-03-23");
}

#[test]
fn row_25_an_unclear_identity_never_stops_the_default_clock() {
    let mut case = Clocked::received("cn-statement", "2026-03-02T10:00:00+08:00", &["access"]);
    let before = case.request.deadline.clone();
    let method = case.rules.policy.identity[0].id.clone();
    case.at("2026-03-20T10:00:00+08:00")
        .does(
            officer(MEI),
            Command::AskIdentity {
                method,
                reason: None,
                data: vec![],
                letter: None,
            },
        )
        .is_refused(
            officer(MEI),
            Command::Pause {
                pause: PauseId::new("identity-information"),
                since: instant("2026-03-20T10:00:00+08:00"),
                reason: text(),
                letter: None,
            },
            Refusal::NoPause,
        );
    assert_eq!(case.request.deadline, before);
    assert!(!case.request.is_paused());
    // Refused with reasons is an answer in time.
    case.does(officer(MEI), Command::DoubtIdentity { reason: text() });
}

#[test]
fn row_26_what_must_be_kept_is_restricted_and_not_refused() {
    let policy = rules("cn-statement").policy;
    let task = policy.right(&RightId::new("deletion")).unwrap().task.text("en");
    assert!(
        task.contains("stop every use but safe storage and name the law and the date"),
        "{task}"
    );
    let told = policy.cautions_about("deletion").any(|caution| {
        caution.text.text("en").contains("that is no reason to refuse")
            && caution
                .sources
                .iter()
                .any(|source| source.article.text("en") == "Article 47(2)")
    });
    assert!(told);
    assert!(
        policy
            .exemptions
            .iter()
            .all(|exemption| !exemption.id.as_str().contains("retention"))
    );
}

fn triaged(on_behalf: &str, right: &str) -> Result<(), Refusal> {
    let mut case = Clocked::received("cn-statement", "2026-03-02T10:00:00+08:00", &[]);
    case.request.stage = habeas::domain::request::Stage::Triage;
    case.tries(
        officer(MEI),
        Command::Triage {
            kind: CaseKind::Request,
            rights: vec![RightId::new(right)],
            on_behalf: OnBehalfId::new(on_behalf),
            language: "en".into(),
        },
    )
}

#[test]
fn row_27_a_daughter_of_one_who_died_sees_copies_corrects_and_deletes_and_transfers_nothing() {
    for right in ["access", "copy", "correction", "deletion"] {
        assert_eq!(triaged("next-of-kin", right), Ok(()), "{right}");
    }
    for right in ["transfer", "withdrawal"] {
        assert_eq!(triaged("next-of-kin", right), Err(Refusal::RightExcluded), "{right}");
    }
    let policy = rules("cn-statement").policy;
    let rule = policy.on_behalf(&OnBehalfId::new("next-of-kin")).unwrap();
    let evidence: Vec<&str> = rule.evidence.iter().map(|evidence| evidence.text("en")).collect();
    for asked in ["death", "kinship", "interest", "no other arrangement"] {
        assert!(evidence.iter().any(|evidence| evidence.contains(asked)), "{asked}");
    }
}

#[test]
fn row_28_a_guardian_shows_proof_and_a_minor_may_ask_alone() {
    let policy = rules("cn-statement").policy;
    let guardian = policy.on_behalf(&OnBehalfId::new("guardian")).unwrap();
    assert!(guardian.evidence[0].text("en").starts_with("Proof of guardianship"));
    assert_eq!(triaged("guardian", "deletion"), Ok(()));
    let alone = policy.on_behalf(&OnBehalfId::new(OnBehalfId::NONE)).unwrap();
    assert!(
        alone
            .explanation
            .text("en")
            .contains("A minor may ask without a guardian")
    );
    let minor = policy.on_behalf(&OnBehalfId::new("minor")).unwrap();
    let explained = minor.explanation.text("en");
    assert!(explained.contains("the refusal and its reasons come in writing"));
    assert_eq!(triaged(OnBehalfId::NONE, "access"), Ok(()));
}

#[test]
fn row_29_an_answer_accepted_one_second_after_the_last_day_is_late() {
    let answered_at = |seconds: i64| {
        let mut case = Clocked::received("cn-statement", "2026-03-02T10:00:00+08:00", &["access"]);
        let ends_at = case.request.deadline.ends_at;
        case.now = ends_at - TimeDelta::minutes(1);
        case.request.stage = habeas::domain::request::Stage::Answering { letter: 7 };
        let at = ends_at + TimeDelta::seconds(seconds);
        case.now = at;
        case.does(Actor::Post, Command::Delivered { letter: 7, at });
        (case.request.answered_at().unwrap(), ends_at)
    };
    let (in_time, end) = answered_at(-1);
    assert!(in_time < end);
    let (late, end) = answered_at(1);
    assert!(late >= end, "queued before midnight, accepted after it");
}

#[test]
fn row_30_two_policies_apply_and_work_goes_to_the_earlier() {
    let mut case = Clocked::received("cn-statement", "2026-03-02T10:00:00+08:00", &["access"]);
    case.does(
        officer(MEI),
        Command::ApplyPolicy {
            policy: stamp("eu-gdpr"),
            reason: text(),
        },
    );
    let legal = case.rules.legal_of(&case.request);
    let shown: Vec<(&str, String)> = legal
        .iter()
        .map(|legal| (legal.policy.id.as_str(), legal.deadline.due_on.to_string()))
        .collect();
    assert_eq!(
        shown,
        [
            ("cn-statement", "2026-03-23".to_owned()),
            ("eu-gdpr", "2026-04-02".to_owned())
        ]
    );
    assert_eq!(case.due_on(), "2026-03-23");
}

/// The default policy in another version, with a term of its own.
struct Revised {
    policy: habeas::domain::policy::Policy,
}

impl Revised {
    fn promising(days: u32) -> Self {
        let mut policy = rules("cn-statement").policy.clone();
        policy.version = format!("{days} days");
        policy.term.length = days;
        Self { policy }
    }
}

impl RuleBook for Revised {
    fn rules(&self, policy: &PolicyStamp) -> Option<Rules<'_>> {
        if policy.version == self.policy.version {
            Some(Rules::alone(&self.policy, china()))
        } else {
            SHELF.rules(policy)
        }
    }
}

#[test]
fn row_31_the_version_at_receipt_governs_and_only_a_better_promise_may_be_applied() {
    for (days, due_on) in [(10, "2026-03-16"), (30, "2026-03-23")] {
        let revised: &'static Revised = Box::leak(Box::new(Revised::promising(days)));
        let mut case = Clocked::received("cn-statement", "2026-03-02T10:00:00+08:00", &["access"]);
        case.rules.book = revised;
        assert_eq!(recounted(&case.request, case.rules).due_on, day("2026-03-23"));
        case.does(
            officer(MEI),
            Command::ApplyPolicy {
                policy: Rules::alone(&revised.policy, china()).stamp(),
                reason: text(),
            },
        );
        assert_eq!(case.due_on(), due_on, "a promise of {days} working days");
        assert_eq!(
            case.request.policy,
            stamp("cn-statement"),
            "it stays with the version at receipt"
        );
    }
}

#[test]
fn a_late_intake_changes_no_receipt() {
    let story = Story::at("2026-03-06T10:00:00+08:00");
    let received_at = instant("2026-03-02T10:00:00+08:00");
    let arrival = Arrival {
        grp: "imap:privacy/INBOX/1".into(),
        no: 1,
        place: "privacy/INBOX".into(),
        received_at: Some(received_at),
        raw: mail("h@meadow.example", "My data", "Please send me a copy of my data.").into_bytes(),
        whole_size: None,
    };
    let taken = intake::take(&story.house, &[arrival]).unwrap().remove(0);
    let Outcome::Opened { reference, .. } = taken.outcome else {
        panic!("{taken:?}")
    };
    assert_eq!(story.request(&reference).request.deadline.due_on, day("2026-03-23"));
}
