//! The calendar against a plain walk, against what a day off or on must do, and against faulty files.

use std::{collections::BTreeSet, sync::Arc};

use chrono::{Datelike, Days, NaiveDate, Weekday, WeekdaySet};
use chrono_tz::Tz;
use proptest::prelude::*;

use super::{
    Calendar, Counted, Day,
    count::FixedDay,
    facts::{Break, Facts, Year},
};

const CHINA: &str = include_str!("../../packs/calendars/CN.toml");

fn date(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn break_of(first: NaiveDate, last: NaiveDate, worked: Vec<NaiveDate>) -> Break {
    Break {
        name: Arc::from("break"),
        notice: Arc::from("notice"),
        known_on: None,
        first,
        last,
        worked,
    }
}

/// A calendar of the years 2024 to 2026 with these weekdays off and these weekend days worked.
fn calendar(weekend: WeekdaySet, off: &BTreeSet<NaiveDate>, worked: &BTreeSet<NaiveDate>) -> Calendar {
    let off = off
        .iter()
        .filter(|day| !weekend.contains(day.weekday()))
        .map(|day| break_of(*day, *day, Vec::new()));
    // A break needs days of its own; this one lies outside the years.
    let elsewhere = date("2001-01-01");
    let worked = worked
        .iter()
        .copied()
        .filter(|day| weekend.contains(day.weekday()))
        .collect();
    let breaks = off.chain([break_of(elsewhere, elsewhere, worked)]).collect();
    Calendar::new(Facts {
        region: "XX".to_owned(),
        zone: Tz::UTC,
        weekend,
        covers_from: date("2024-01-01"),
        covers_to: date("2026-12-31"),
        checked_on: date("2026-11-23"),
        fixed_days: vec![FixedDay { month: 1, day: 1 }, FixedDay { month: 2, day: 29 }],
        english: Default::default(),
        years: vec![Year {
            year: 2024,
            known_on: None,
            breaks,
            superseded: Vec::new(),
        }],
        statutory: vec![date("2027-02-05"), date("2027-02-08")],
    })
}

fn walk(calendar: &Calendar, after: NaiveDate, n: u32) -> Counted {
    let mut counted = Counted {
        day: after,
        unknown_from: None,
    };
    let mut left = n;
    while left > 0 {
        counted.day = counted.day.succ_opt().unwrap();
        let said = calendar.day(counted.day);
        if matches!(said, Day::Unknown { .. }) {
            counted.unknown_from.get_or_insert(counted.day);
        }
        left -= u32::from(said.counts());
    }
    counted
}

/// Days in and around the covered years.
fn days() -> impl Strategy<Value = NaiveDate> {
    (0_u64..2_600).prop_map(|days| date("2022-01-01") + Days::new(days))
}

fn some_days() -> impl Strategy<Value = BTreeSet<NaiveDate>> {
    prop::collection::btree_set(
        (0_u64..1_096).prop_map(|days| date("2024-01-01") + Days::new(days)),
        0..60,
    )
}

fn weekends() -> impl Strategy<Value = WeekdaySet> {
    prop::sample::select(vec![
        WeekdaySet::from_array([Weekday::Sat, Weekday::Sun]),
        WeekdaySet::from_array([Weekday::Fri, Weekday::Sat]),
        WeekdaySet::single(Weekday::Sun),
        WeekdaySet::EMPTY,
    ])
}

proptest! {
    #[test]
    fn counting_by_table_equals_walking_day_by_day(
        weekend in weekends(), off in some_days(), worked in some_days(), after in days(), n in 0_u32..700,
    ) {
        let worked = worked.difference(&off).copied().collect();
        let calendar = calendar(weekend, &off, &worked);
        let counted = calendar.add_working_days(after, n);
        prop_assert_eq!(counted, walk(&calendar, after, n));
        prop_assert_eq!(calendar.working_days_between(after, counted.day), i64::from(n));
        prop_assert_eq!(calendar.working_days_between(counted.day, after), -i64::from(n));
        if n > 0 {
            prop_assert!(calendar.is_working(counted.day));
            // Going back as many days ends on the day itself, or on the last working day before it.
            let back = calendar.minus_working_days(counted.day, n);
            let last = if calendar.is_working(after) { after } else { calendar.minus_working_days(after, 1) };
            prop_assert_eq!(back, last);
        }
        let next = calendar.next_working_day_on_or_after(after);
        let eve = after.pred_opt().unwrap();
        prop_assert_eq!(next, walk(&calendar, eve, 1));
    }

    #[test]
    fn a_day_more_off_never_moves_a_date_earlier_and_a_day_more_worked_never_later(
        off in some_days(), worked in some_days(), more in some_days(), after in days(), n in 0_u32..90,
    ) {
        let weekend = WeekdaySet::from_array([Weekday::Sat, Weekday::Sun]);
        let worked: BTreeSet<_> = worked.difference(&off).copied().collect();
        let more: BTreeSet<_> = more.difference(&worked).copied().collect();
        let due = |off, worked| calendar(weekend, off, worked).add_working_days(after, n).day;
        let before = due(&off, &worked);
        let more_off = &off | &more;
        let more_worked = &worked | &more.difference(&off).copied().collect();
        prop_assert!(due(&more_off, &worked) >= before);
        prop_assert!(due(&off, &more_worked) <= before);
    }
}

#[test]
fn the_pattern_beyond_the_known_years_repeats_for_ever() {
    let calendar = Calendar::parse(CHINA, "CN.toml").unwrap();
    for year in [-4713, 1, 1900, 2000, 2100, 2400, 9999] {
        let first = NaiveDate::from_ymd_opt(year, 1, 1).unwrap();
        for n in [1, 30, 250, 600] {
            assert_eq!(
                calendar.add_working_days(first, n),
                walk(&calendar, first, n),
                "{year}, {n}"
            );
        }
    }
}

#[test]
fn the_built_in_calendar_is_sound_and_names_its_holidays_in_english() {
    let calendar = Calendar::parse(CHINA, "CN.toml").unwrap();
    assert_eq!((calendar.region(), calendar.zone()), ("CN", Tz::Asia__Shanghai));
    assert!(
        calendar.version().starts_with("CN 2026-12-31 · 2026-11-23 · "),
        "{}",
        calendar.version()
    );
    assert_eq!(
        calendar.english_name("国庆节、中秋节"),
        Some("National Day, Mid-Autumn Festival")
    );
    assert_eq!(calendar.english_name("Easter"), None);
}

#[test]
fn a_version_changes_with_every_fact_that_moves_a_date_and_with_nothing_else() {
    let calendar = Calendar::parse(CHINA, "CN.toml").unwrap();
    let commented = Calendar::parse(&format!("# A remark.\n{CHINA}"), "other.toml").unwrap();
    assert_eq!(calendar.version(), commented.version());
    assert_eq!(calendar.version(), calendar.as_known_on(date("2026-11-23")).version());
    let earlier: BTreeSet<_> = [
        "2019-03-21",
        "2019-03-22",
        "2020-01-26",
        "2020-01-27",
        "2025-11-03",
        "2025-11-04",
    ]
    .map(|day| calendar.as_known_on(date(day)).version().to_owned())
    .into();
    assert_eq!(earlier.len(), 6);
}

#[test]
fn a_faulty_file_names_the_line_and_the_fault() {
    // Each row: what is replaced by what, and what the mistake on that line says.
    let rows = [
        ("format = 1", "format = 2", "Format 2 is not known."),
        (
            "region = \"CN\"",
            "region = \"cn\"",
            "is not the short name of a region",
        ),
        ("Asia/Shanghai", "Asia/Peking", "\"Asia/Peking\" is not a time zone."),
        ("\"Sunday\"]", "\"Sonntag\"]", "\"Sonntag\" is not a day of the week."),
        (
            "fixed_days = [\"01-01\"",
            "fixed_days = [\"02-30\"",
            "\"02-30\" is not a day of the year.",
        ),
        (
            "covers_from = \"2019-01-01\"",
            "covers_from = \"2019-02-01\"",
            "is not a 1 January",
        ),
        (
            "covers_to = \"2026-12-31\"",
            "covers_to = \"2027-12-31\"",
            "the years listed end with 2026",
        ),
        (
            "year = 2021\n",
            "year = 2022\n",
            "The year 2021 is expected here, not 2022.",
        ),
        (
            "off = [\"2023-04-05\"]",
            "off = [\"2023-04-06\"]",
            "Thursday 2023-04-06 is off, but outside the span",
        ),
        (
            "off = [\"2023-04-05\"]",
            "off = []",
            "Wednesday 2023-04-05 is inside the span, but not listed as off.",
        ),
        (
            "off = [\"2023-04-05\"]",
            "off = [\"2023-04-05\", \"2023-04-05\"]",
            "Wednesday 2023-04-05 is listed twice.",
        ),
        (
            "off = [\"2020-04-06\"]",
            "off = [\"2020-04-05\", \"2020-04-06\"]",
            "at the weekend and off anyway",
        ),
        (
            "worked = [\"2026-05-09\"]",
            "worked = [\"2026-05-11\"]",
            "Monday 2026-05-11 is worked anyway.",
        ),
        (
            "worked = [\"2026-05-09\"]",
            "worked = [\"2026-05-02\"]",
            "is worked, but inside the break",
        ),
        (
            "worked = [\"2026-05-09\"]",
            "worked = [\"2025-05-10\"]",
            "more than a month away",
        ),
        (
            "worked = [\"2026-05-09\"]",
            "worked = [\"2026-05-09\", \"2026-05-09\"]",
            "is listed already, for 劳动节",
        ),
        (
            "span = [\"2023-04-05\", \"2023-04-05\"]",
            "span = [\"2023-04-05\", \"2023-04-04\"]",
            "The break 清明节 runs from",
        ),
        (
            "working_days = 251",
            "working_days = 250",
            "2024 has 251 working days by its lists, not 250.",
        ),
        (
            "signed = \"2020-11-25\"",
            "",
            "The year 2021 does not say where it comes from.",
        ),
        (
            "published = \"2020-11-25\"",
            "published = \"2020-11-31\"",
            "\"2020-11-31\" is not a date.",
        ),
        (
            "notice = \"国办发明电〔2020〕1号\" }",
            "notice = \"x\" }",
            "The notice x is not listed for this year.",
        ),
        ("changes = \"春节\"", "changes = \"元宵\"", "The amendment changes 元宵"),
        (
            "replaced_on = \"2020-01-27\"",
            "replaced_on = \"2020-01-28\"",
            "No amendment 国办发明电〔2020〕1号 appeared on",
        ),
        ("year = 2027\n", "year = 2026\n", "is not one of the years right after"),
        (
            "days = [\"2027-06-09\"]",
            "days = [\"2028-06-09\"]",
            "is listed for the year 2027",
        ),
        ("checked_on =", "checked =", "unknown field `checked`"),
    ];
    for (old, new, what) in rows {
        let text = CHINA.replacen(old, new, 1);
        assert_ne!(text, CHINA, "{old}");
        let mistakes = Calendar::parse(&text, "CN.toml").unwrap_err();
        let mistake = mistakes.iter().find(|mistake| mistake.what.contains(what));
        let mistake = mistake.unwrap_or_else(|| panic!("{what}: {mistakes:?}"));
        assert!(!mistake.cure.is_empty(), "{mistake}");
        // A year without a source is pointed to by its number, two lines above.
        let changed = 1 + text
            .lines()
            .zip(CHINA.lines())
            .position(|(new, old)| new != old)
            .unwrap();
        assert!(
            mistake.line <= changed && changed - mistake.line <= 2,
            "{mistake}, but the fault is on line {changed}"
        );
    }
}

#[test]
fn a_holiday_without_an_english_name_is_told_once_with_the_line_to_add() {
    let text = CHINA.replace("\"清明节\" = \"Tomb-Sweeping Day\"\n", "");
    let mistakes = Calendar::parse(&text, "CN.toml").unwrap_err();
    assert_eq!(mistakes.len(), 1);
    assert_eq!(mistakes[0].what, "The holiday 清明节 has no English name.");
    assert!(mistakes[0].cure.contains("\"清明节\" = "));
}
