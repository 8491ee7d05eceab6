//! The proof sheet of a deadline as plain text.

use std::io::{self, Write};

use chrono::{DateTime, Utc};

use super::{PolicyTerm, in_words};
use crate::domain::{
    calendar::{Calendar, Day, WhyOff, WhyWorking},
    deadline::{ProofDay, ProofSheet, Role, Unit},
};

/// Writes every day from receipt to deadline, with its number and what speaks for or against counting it.
pub(super) fn write(
    sheet: &ProofSheet,
    received_at: DateTime<Utc>,
    policy: &PolicyTerm,
    out: &mut impl Write,
) -> io::Result<()> {
    let local = |at: DateTime<Utc>| {
        at.with_timezone(&sheet.zone)
            .format("%Y-%m-%d %H:%M:%S %:z")
            .to_string()
    };
    let received = local(received_at);
    writeln!(out, "Received  {received} ({})", sheet.zone)?;
    if sheet.received_at != received_at {
        writeln!(out, "Begins    {}", local(sheet.received_at))?;
    }
    writeln!(out, "Term      {}, policy {}", term_in_words(policy), policy.name)?;
    writeln!(out, "Calendar  {}", sheet.deadline.calendar)?;
    writeln!(out)?;
    for row in &sheet.rows {
        let number = row.counted.map(|number| number.to_string()).unwrap_or_default();
        let line = format!(
            "{}  {}  {number:>5}  {}",
            row.day,
            row.weekday,
            remark(row, &policy.calendar)
        );
        writeln!(out, "{}", line.trim_end())?;
    }
    if sheet.left_out > 0 {
        writeln!(out, "… and {} more days", sheet.left_out)?;
    }
    writeln!(out)?;
    writeln!(out, "Due       {}", in_words(&sheet.deadline, &policy.calendar))?;
    writeln!(out, "Late from {}", local(sheet.deadline.ends_at))
}

fn term_in_words(policy: &PolicyTerm) -> String {
    let length = policy.term.length;
    let (one, many) = match policy.term.unit {
        Unit::WorkingDays => ("working day", "working days"),
        Unit::CalendarDays => ("day", "days"),
        Unit::Months => ("month", "months"),
    };
    format!("{length} {}", if length == 1 { one } else { many })
}

/// What the term does on a day, and what the calendar says of it.
fn remark(row: &ProofDay, calendar: &Calendar) -> String {
    let role = match row.role {
        Role::Receipt => "received",
        Role::Rolled => "the term would end, but this is no working day",
        Role::Due => "due",
        Role::Paused => "the term waits",
        Role::Counted | Role::NotCounted => "",
    };
    let kind = match &row.day_kind {
        Day::Working(WhyWorking::Weekday) => String::new(),
        Day::Working(WhyWorking::MadeUp { holiday, notice }) => {
            format!("worked in exchange for {} ({notice})", named(holiday, calendar))
        }
        Day::Off(WhyOff::Weekend) => "weekend".to_owned(),
        Day::Off(WhyOff::Holiday { name, notice }) => format!("{} ({notice})", named(name, calendar)),
        Day::Unknown { assumed_working: true } => "not in the calendar yet, taken as a working day".to_owned(),
        Day::Unknown { assumed_working: false } => "not in the calendar yet, taken as a day off".to_owned(),
    };
    let parts: Vec<&str> = [role, kind.as_str()]
        .into_iter()
        .filter(|part| !part.is_empty())
        .collect();
    parts.join("; ")
}

/// A holiday in English and as its notice names it.
fn named(holiday: &str, calendar: &Calendar) -> String {
    match calendar.english_name(holiday) {
        Some(english) => format!("{english} {holiday}"),
        None => holiday.to_owned(),
    }
}
