//! Deadlines against worked examples: two hundred checked rows, and the traps of the Chinese and German calendars.

use chrono::{DateTime, NaiveDate, Utc};
use chrono_tz::Tz;
use habeas::domain::{
    calendar::{Calendar, Day, WhyOff, WhyWorking},
    deadline::{Deadline, FirstDay, PROOF_DAYS, Role, Roll, Standing, Term, Unit, deadline, proof_sheet},
};

const VECTORS: &str = include_str!("../data/deadline-vectors.csv");
const SHANGHAI: Tz = Tz::Asia__Shanghai;
const BERLIN: Tz = Tz::Europe__Berlin;
const ONE_MONTH: Term = Term {
    length: 1,
    unit: Unit::Months,
    first_day: FirstDay::Next,
    roll: Roll::NextWorkingDay,
};
const TWO_MORE: Term = Term { length: 2, ..ONE_MONTH };

fn china() -> Calendar {
    Calendar::parse(include_str!("../../src/packs/calendars/CN.toml"), "CN.toml").unwrap()
}

fn germany() -> Calendar {
    Calendar::parse(include_str!("../packs/one-month/calendars/DE.toml"), "DE.toml").unwrap()
}

fn working_days(length: u32) -> Term {
    Term {
        length,
        unit: Unit::WorkingDays,
        first_day: FirstDay::Next,
        roll: Roll::None,
    }
}

fn date(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn instant(text: &str) -> DateTime<Utc> {
    DateTime::parse_from_rfc3339(text).unwrap().to_utc()
}

/// The deadline by a calendar for a receipt at noon in Shanghai, or at the instant given.
fn chinese(received: &str, n: u32, calendar: &Calendar) -> Deadline {
    let received = if received.contains('T') {
        received.to_owned()
    } else {
        format!("{received}T12:00:00+08:00")
    };
    deadline(instant(&received), &working_days(n), None, calendar, SHANGHAI)
}

/// The deadline of one month for a receipt in Berlin, by the German calendar.
fn one_month(received: &str) -> Deadline {
    let received = if received.contains('T') {
        received.to_owned()
    } else {
        format!("{received}T12:00:00Z")
    };
    deadline(instant(&received), &ONE_MONTH, None, &germany(), BERLIN)
}

#[track_caller]
fn check_firm(deadline: &Deadline, due_on: &str) {
    assert_eq!((deadline.due_on, deadline.unknown_from), (date(due_on), None));
}

#[track_caller]
fn check_provisional(deadline: &Deadline, due_on: &str, unknown_from: &str) {
    assert_eq!(
        (deadline.due_on, deadline.unknown_from),
        (date(due_on), Some(date(unknown_from)))
    );
}

#[test]
fn every_checked_row_gets_the_date_it_states() {
    let calendar = china();
    let mut rows = csv::Reader::from_reader(VECTORS.as_bytes());
    let mut checked = 0;
    for row in rows.records() {
        let row = row.unwrap();
        let deadline = chinese(&row[0], row[1].parse().unwrap(), &calendar);
        assert_eq!(
            (deadline.due_on, deadline.unknown_from),
            (date(&row[2]), None),
            "{}",
            row.as_slice()
        );
        checked += 1;
    }
    assert_eq!(checked, 200);
}

#[test]
fn a_break_before_the_first_day_delays_every_receipt_in_it_alike() {
    let calendar = china();
    check_firm(&chinese("2025-09-30T20:15:00+08:00", 15, &calendar), "2025-10-28");
    for day in date("2025-09-30")
        .iter_days()
        .take_while(|day| *day <= date("2025-10-08"))
    {
        check_firm(&chinese(&day.to_string(), 15, &calendar), "2025-10-28");
    }
    check_firm(&chinese("2025-10-09", 15, &calendar), "2025-10-29");
    check_firm(&chinese("2026-02-13T17:30:00+08:00", 15, &calendar), "2026-03-12");
    for day in date("2026-02-14")
        .iter_days()
        .take_while(|day| *day <= date("2026-02-23"))
    {
        check_firm(&chinese(&day.to_string(), 15, &calendar), "2026-03-13");
    }
}

#[test]
fn the_day_of_receipt_is_the_local_one() {
    let calendar = china();
    let eve = chinese("2025-09-30T15:59:59Z", 1, &calendar);
    let first = chinese("2025-09-30T16:00:00Z", 1, &calendar);
    assert_eq!(
        (eve.received_on, first.received_on),
        (date("2025-09-30"), date("2025-10-01"))
    );
    check_firm(&eve, "2025-10-09");
    check_firm(&first, "2025-10-09");
    // Already 1 January in Shanghai, and Sunday 4 January is worked.
    check_firm(&chinese("2025-12-31T16:30:00Z", 1, &calendar), "2026-01-04");
}

#[test]
fn an_amended_notice_moves_deadlines_later_or_earlier() {
    let now = china();
    // Spring Festival 2020, lengthened on 27 January.
    let before = now.as_known_on(date("2020-01-26"));
    check_firm(&chinese("2020-01-20", 15, &before), "2020-02-14");
    check_firm(
        &chinese("2020-01-20", 15, &now.as_known_on(date("2020-01-27"))),
        "2020-02-18",
    );
    check_firm(&chinese("2020-01-20", 15, &now), "2020-02-18");
    // May Day 2019, changed on 22 March: two made-up Sundays bring a deadline forward.
    let before = now.as_known_on(date("2019-03-21"));
    check_firm(&chinese("2019-03-18", 30, &before), "2019-04-30");
    check_firm(&chinese("2019-03-18", 30, &now), "2019-04-29");
    check_firm(&chinese("2019-04-08", 15, &before), "2019-04-29");
    check_firm(&chinese("2019-04-08", 15, &now), "2019-04-28");
}

#[test]
fn a_deadline_counted_before_the_notice_is_provisional_and_moves_with_it() {
    let now = china();
    let before = now.as_known_on(date("2025-11-03"));
    check_provisional(&chinese("2025-11-03", 43, &before), "2026-01-02", "2026-01-01");
    check_firm(
        &chinese("2025-11-03", 43, &now.as_known_on(date("2025-11-04"))),
        "2026-01-04",
    );
    let before = now.as_known_on(date("2022-12-07"));
    check_provisional(&chinese("2022-12-07", 20, &before), "2023-01-04", "2023-01-01");
    check_firm(&chinese("2022-12-07", 20, &now), "2023-01-05");
    // Before the first notice nothing is known, and nothing fails.
    let nothing = now.as_known_on(date("2018-12-05"));
    check_provisional(&chinese("2018-12-28", 1, &nothing), "2018-12-31", "2018-12-29");
    check_provisional(&chinese("2019-01-04", 1, &nothing), "2019-01-07", "2019-01-05");
}

#[test]
fn a_deadline_past_the_last_known_year_says_from_when_on_it_is_a_guess() {
    let calendar = china();
    check_firm(&chinese("2026-12-10", 15, &calendar), "2026-12-31");
    check_provisional(&chinese("2026-12-11", 15, &calendar), "2027-01-04", "2027-01-01");
    check_provisional(&chinese("2026-12-14", 15, &calendar), "2027-01-05", "2027-01-01");
    assert_eq!(
        calendar.day(date("2027-01-01")),
        Day::Unknown { assumed_working: false }
    );
    assert_eq!(calendar.day(date("2027-01-04")), Day::Unknown { assumed_working: true });
    // The Holiday Measures fix the Spring Festival of 2027 already: Friday 5 and Monday 8 February are off.
    check_provisional(&chinese("2027-02-04", 1, &calendar), "2027-02-09", "2027-02-05");
    // Before the first known year as well.
    check_provisional(&chinese("2018-12-27", 2, &calendar), "2018-12-31", "2018-12-28");
    check_firm(&chinese("2018-12-31", 1, &calendar), "2019-01-02");
}

#[test]
fn only_the_notice_makes_a_day_off() {
    let calendar = china();
    assert_eq!(calendar.day(date("2024-02-09")), Day::Working(WhyWorking::Weekday));
    assert_eq!(calendar.day(date("2024-02-29")), Day::Working(WhyWorking::Weekday));
    assert_eq!(calendar.day(date("2020-02-29")), Day::Off(WhyOff::Weekend));
    // Local stoppage orders of February 2020 are not in the national calendar.
    assert!(calendar.is_working(date("2020-02-03")));
    for made_up in [
        "2022-10-08",
        "2022-10-09",
        "2022-01-29",
        "2022-01-30",
        "2023-01-28",
        "2023-01-29",
    ] {
        assert!(
            matches!(calendar.day(date(made_up)), Day::Working(WhyWorking::MadeUp { .. })),
            "{made_up}"
        );
    }
}

#[test]
fn a_month_ends_on_the_same_date_or_the_last_one_and_rolls_over_days_off() {
    check_firm(&one_month("2024-01-31"), "2024-02-29");
    check_firm(&one_month("2028-01-31"), "2028-02-29");
    check_firm(&one_month("2027-01-31"), "2027-03-01");
    // 29 March 2024 is Good Friday, and Easter Monday follows.
    check_firm(&one_month("2024-02-29"), "2024-04-02");
    check_firm(&one_month("2025-11-25"), "2025-12-29");
    check_firm(&one_month("2026-04-14"), "2026-05-15");
    check_provisional(&one_month("2029-12-04"), "2030-01-04", "2030-01-04");
    check_provisional(&one_month("2029-12-01"), "2030-01-02", "2030-01-01");
}

#[test]
fn an_extension_is_added_from_receipt_and_rolled_once() {
    let received = instant("2025-11-30T12:00:00Z");
    let extended = deadline(received, &ONE_MONTH, Some(&TWO_MORE), &germany(), BERLIN);
    check_firm(&extended, "2026-03-02");
    let ten_more = Term {
        roll: Roll::None,
        ..working_days(10)
    };
    let mixed = deadline(received, &ONE_MONTH, Some(&ten_more), &germany(), BERLIN);
    // Ten working days after 30 December, less New Year's Day.
    check_firm(&mixed, "2026-01-14");
}

#[test]
fn calendar_days_may_count_the_day_of_receipt() {
    let days = Term {
        length: 45,
        unit: Unit::CalendarDays,
        first_day: FirstDay::Receipt,
        roll: Roll::None,
    };
    let due = |term: Term| deadline(instant("2026-01-01T12:00:00Z"), &term, None, &germany(), BERLIN).due_on;
    assert_eq!(due(days), date("2026-02-14"));
    assert_eq!(
        due(Term {
            first_day: FirstDay::Next,
            ..days
        }),
        date("2026-02-15")
    );
    assert_eq!(
        due(Term {
            roll: Roll::NextWorkingDay,
            ..days
        }),
        date("2026-02-16")
    );
    let from_receipt = Term {
        first_day: FirstDay::Receipt,
        ..working_days(3)
    };
    let due = |on: &str| deadline(instant(on), &from_receipt, None, &china(), SHANGHAI).due_on;
    assert_eq!(due("2025-10-09T10:00:00+08:00"), date("2025-10-11"));
    assert_eq!(due("2025-10-01T10:00:00+08:00"), date("2025-10-11"));
}

#[test]
fn a_deadline_ends_at_the_local_midnight_whatever_the_clocks_did() {
    let spring = one_month("2026-02-28T23:30:00Z");
    assert_eq!(
        (spring.received_on, spring.due_on),
        (date("2026-03-01"), date("2026-04-01"))
    );
    assert_eq!(spring.ends_at, instant("2026-04-01T22:00:00Z"));
    assert_eq!(one_month("2026-09-28").ends_at, instant("2026-10-28T23:00:00Z"));
    assert_eq!(
        chinese("2025-09-30", 15, &china()).ends_at,
        instant("2025-10-28T16:00:00Z")
    );
    let in_days = |on: &str, zone: Tz| {
        let one = Term {
            length: 1,
            unit: Unit::CalendarDays,
            first_day: FirstDay::Next,
            roll: Roll::None,
        };
        deadline(instant(on), &one, None, &germany(), zone).ends_at
    };
    // São Paulo skipped midnight of 4 November 2018; Toronto in 1919 skipped the half hours around one; Samoa left
    // out 30 December 2011; Havana struck midnight twice on 1 November 2026.
    assert_eq!(
        in_days("2018-11-02T15:00:00Z", Tz::America__Sao_Paulo),
        instant("2018-11-04T03:00:00Z")
    );
    assert_eq!(
        in_days("1919-03-29T15:00:00Z", Tz::America__Toronto),
        instant("1919-03-31T04:30:00Z")
    );
    assert_eq!(
        in_days("2011-12-28T22:00:00Z", Tz::Pacific__Apia),
        instant("2011-12-30T10:00:00Z")
    );
    assert_eq!(
        in_days("2026-10-30T15:00:00Z", Tz::America__Havana),
        instant("2026-11-01T04:00:00Z")
    );
}

#[test]
fn an_answer_is_in_time_until_the_last_second_and_late_at_midnight() {
    let calendar = china();
    let deadline = chinese("2026-02-13", 1, &calendar);
    check_firm(&deadline, "2026-02-14");
    let standing = |now: &str| deadline.standing(instant(now), &calendar, SHANGHAI);
    assert_eq!(
        standing("2026-02-12T09:00:00+08:00"),
        Standing::DaysLeft { working_days: 2 }
    );
    assert_eq!(
        standing("2026-02-13T23:59:59+08:00"),
        Standing::DaysLeft { working_days: 1 }
    );
    assert_eq!(standing("2026-02-14T23:59:59+08:00"), Standing::DueToday);
    assert_eq!(standing("2026-02-15T00:00:00+08:00"), Standing::Late { days: 1 });
    assert_eq!(standing("2026-02-24T09:00:00+08:00"), Standing::Late { days: 1 });
    assert_eq!(standing("2026-02-25T09:00:00+08:00"), Standing::Late { days: 2 });
}

#[test]
fn a_proof_sheet_numbers_the_counted_days_and_ends_with_the_due_one() {
    let received = instant("2025-09-30T20:15:00+08:00");
    let sheet = proof_sheet(received, &working_days(15), None, &china(), SHANGHAI);
    let roles = |role| sheet.rows.iter().filter(|row| row.role == role).count();
    assert_eq!((sheet.rows.len(), sheet.left_out), (29, 0));
    let counts = [Role::Receipt, Role::Counted, Role::NotCounted, Role::Rolled, Role::Due].map(roles);
    assert_eq!(counts, [1, 14, 13, 0, 1]);
    let numbers: Vec<u32> = sheet.rows.iter().filter_map(|row| row.counted).collect();
    assert_eq!(numbers, (1..=15).collect::<Vec<_>>());
    let saturday = sheet.rows.iter().find(|row| row.day == date("2025-10-11")).unwrap();
    assert!(matches!(saturday.day_kind, Day::Working(WhyWorking::MadeUp { .. })));
    assert_eq!((saturday.counted, saturday.role), (Some(3), Role::Counted));
    assert_eq!(sheet.rows.last().unwrap().day, sheet.deadline.due_on);
}

#[test]
fn a_proof_sheet_shows_the_days_that_the_end_rolled_over() {
    let sheet = proof_sheet(instant("2024-02-29T12:00:00Z"), &ONE_MONTH, None, &germany(), BERLIN);
    let last: Vec<_> = sheet
        .rows
        .iter()
        .rev()
        .take(6)
        .rev()
        .map(|row| (row.day.to_string(), row.role))
        .collect();
    let expected = [
        ("2024-03-28", Role::Counted),
        ("2024-03-29", Role::Rolled),
        ("2024-03-30", Role::Rolled),
        ("2024-03-31", Role::Rolled),
        ("2024-04-01", Role::Rolled),
        ("2024-04-02", Role::Due),
    ];
    assert_eq!(last, expected.map(|(day, role)| (day.to_owned(), role)));
}

#[test]
fn extreme_instants_and_lengths_end_somewhere() {
    let calendar = china();
    let lengths = [0, 1, 15, 4_000_000, u32::MAX];
    let units = [Unit::WorkingDays, Unit::CalendarDays, Unit::Months];
    let instants = [
        DateTime::<Utc>::MIN_UTC,
        instant("0001-01-01T00:00:00Z"),
        instant("2026-11-24T00:00:00Z"),
        instant("9999-12-31T23:59:59Z"),
        DateTime::<Utc>::MAX_UTC,
    ];
    for (received, length) in instants
        .iter()
        .flat_map(|received| lengths.map(|length| (*received, length)))
    {
        for (unit, first_day) in units
            .iter()
            .flat_map(|unit| [(*unit, FirstDay::Next), (*unit, FirstDay::Receipt)])
        {
            let term = Term {
                length,
                unit,
                first_day,
                roll: Roll::NextWorkingDay,
            };
            let sheet = proof_sheet(received, &term, Some(&ONE_MONTH), &calendar, Tz::Pacific__Apia);
            assert!(sheet.deadline.received_on <= sheet.deadline.due_on);
            assert!(sheet.rows.len() <= PROOF_DAYS);
            sheet.deadline.standing(received, &calendar, Tz::Pacific__Apia);
        }
    }
    let far = chinese("0001-01-01T00:00:00Z", 4_000_000, &calendar);
    assert_eq!(calendar.working_days_between(far.received_on, far.due_on), 4_000_000);
    assert_eq!(chinese("2026-11-24", u32::MAX, &calendar).due_on, NaiveDate::MAX);
    assert_eq!(
        calendar.minus_working_days(date("9999-12-31"), u32::MAX),
        NaiveDate::MIN
    );
}
