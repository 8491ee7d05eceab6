//! Deadlines against worked examples: two hundred checked rows, and the traps of the Chinese and German calendars.

use chrono::{DateTime, NaiveDate, Utc};
use chrono_tz::Tz;
use habeas::domain::{
    calendar::Calendar,
    deadline::{FirstDay, Roll, Term, Unit, deadline},
};

const VECTORS: &str = include_str!("../data/deadline-vectors.csv");

fn china() -> Calendar {
    Calendar::parse(include_str!("../../src/packs/calendars/CN.toml"), "CN.toml").unwrap()
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

#[test]
fn every_checked_row_gets_the_date_it_states() {
    let calendar = china();
    let mut rows = csv::Reader::from_reader(VECTORS.as_bytes());
    let mut checked = 0;
    for row in rows.records() {
        let row = row.unwrap();
        let term = working_days(row[1].parse().unwrap());
        let deadline = deadline(instant(&row[0]), &term, None, &calendar, Tz::Asia__Shanghai);
        assert_eq!(deadline.due_on, date(&row[2]), "{}", row.as_slice());
        assert_eq!(deadline.unknown_from, None, "{}", row.as_slice());
        checked += 1;
    }
    assert_eq!(checked, 200);
}
