//! Due dates for a whole CSV file, line by line, with nothing allocated per line.

use std::io::{Read, Write};

use anyhow::Context;
use chrono::{Datelike, NaiveDate};
use csv::{ByteRecord, ErrorKind, ReaderBuilder, Terminator};

use super::{BadInput, PolicyTerm, in_working_days, instant};
use crate::domain::deadline::{Term, due, local_date};

/// Bytes gathered before they are written out.
const BUFFER_BYTES: usize = 1 << 16;
const HEADER: &[u8] = b"received_at,working_days,due_date,provisional\n";

/// Reads lines with `received_at` and `working_days` and writes each with its due date, in the same order. The first
/// line that cannot be used ends it, after all lines before that are written.
pub fn run(input: impl Read, policy: &PolicyTerm, out: &mut impl Write) -> anyhow::Result<()> {
    // With a line feed as the only terminator, and one at the very end, line numbers can be told exactly.
    let mut lines = ReaderBuilder::new()
        .flexible(true)
        .terminator(Terminator::Any(b'\n'))
        .buffer_capacity(BUFFER_BYTES)
        .from_reader(input.chain(&b"\n"[..]));
    let columns = Columns::find(lines.byte_headers().context("the batch cannot be read")?)?;
    let mut written = Vec::with_capacity(BUFFER_BYTES + 256);
    written.extend_from_slice(HEADER);
    let mut line = ByteRecord::new();
    let outcome = loop {
        match lines.read_byte_record(&mut line) {
            Ok(true) => {}
            Ok(false) => break Ok(()),
            Err(error) => break Err(unreadable(error)),
        }
        if is_blank(&line) {
            continue;
        }
        if let Err(bad) = write_line(&line, &columns, policy, &mut written) {
            let number = first_line_of(&line, lines.position().line());
            break Err(BadInput(format!("Line {number}: {bad}")).into());
        }
        if written.len() >= BUFFER_BYTES {
            out.write_all(&written)?;
            written.clear();
        }
    };
    out.write_all(&written)?;
    out.flush()?;
    outcome
}

/// The line of the file on which a record starts, when the next record is searched from line `next`. The record's own
/// position does not serve: it lies before blank lines that were skipped.
fn first_line_of(record: &ByteRecord, next: u64) -> u64 {
    let line_feeds = record.iter().flatten().filter(|byte| **byte == b'\n').count() as u64;
    next.saturating_sub(1).saturating_sub(line_feeds)
}

/// A line of white space only, such as an empty one that ends in CR LF.
fn is_blank(record: &ByteRecord) -> bool {
    record.len() == 1 && record.iter().all(|field| field.trim_ascii().is_empty())
}

/// Where the columns stand.
struct Columns {
    received_at: usize,
    working_days: Option<usize>,
    count: usize,
}

impl Columns {
    fn find(header: &ByteRecord) -> Result<Self, BadInput> {
        let find = |name: &str| {
            header
                .iter()
                .position(|column| column.trim_ascii().eq_ignore_ascii_case(name.as_bytes()))
        };
        let Some(received_at) = find("received_at") else {
            return Err(BadInput(
                "Line 1: No column is named received_at. \
                 Start the file with a line that names the columns, such as received_at,working_days."
                    .to_owned(),
            ));
        };
        Ok(Self {
            received_at,
            working_days: find("working_days"),
            count: header.len(),
        })
    }
}

/// Appends one line of output, or says what is wrong with the line of input and how to mend it.
fn write_line(line: &ByteRecord, columns: &Columns, policy: &PolicyTerm, written: &mut Vec<u8>) -> Result<(), String> {
    if line.len() > columns.count {
        let counts = format!("It has {} fields, but there are {} columns.", line.len(), columns.count);
        return Err(format!(
            "{counts} Put quotation marks around a field that contains a comma."
        ));
    }
    let received = line.get(columns.received_at).unwrap_or_default().trim_ascii();
    let received_at =
        instant::parse(received).map_err(|bad| bad.advice(&String::from_utf8_lossy(received), policy.zone))?;
    let days = columns
        .working_days
        .and_then(|column| line.get(column))
        .unwrap_or_default()
        .trim_ascii();
    let term = if days.is_empty() {
        policy.term
    } else {
        term_of(days, policy.term)?
    };
    let counted = due(local_date(received_at, policy.zone), &term, None, &policy.calendar);
    push_field(received, written);
    written.push(b',');
    written.extend_from_slice(days);
    written.push(b',');
    push_date(counted.day, written);
    written.extend_from_slice(if counted.unknown_from.is_some() {
        b",true\n"
    } else {
        b",false\n"
    });
    Ok(())
}

fn term_of(days: &[u8], term: Term) -> Result<Term, String> {
    let length = std::str::from_utf8(days)
        .ok()
        .and_then(|days| days.parse().ok())
        .filter(|length| *length > 0);
    length.map(|length| in_working_days(term, length)).ok_or_else(|| {
        format!(
            "\"{}\" is not a number of working days. Write a whole number from 1, or nothing for the policy's term.",
            String::from_utf8_lossy(days)
        )
    })
}

/// A field as it was given, in quotation marks where CSV (RFC 4180) needs them.
fn push_field(field: &[u8], written: &mut Vec<u8>) {
    if !field.iter().any(|byte| matches!(byte, b',' | b'"' | b'\n' | b'\r')) {
        written.extend_from_slice(field);
        return;
    }
    written.push(b'"');
    for byte in field {
        if *byte == b'"' {
            written.push(b'"');
        }
        written.push(*byte);
    }
    written.push(b'"');
}

fn push_date(day: NaiveDate, written: &mut Vec<u8>) {
    match u32::try_from(day.year()) {
        Ok(year @ 0..=9999) => {
            let digit = |number: u32| b'0' + (number % 10) as u8;
            let (month, day) = (day.month(), day.day());
            written.extend_from_slice(&[
                digit(year / 1000),
                digit(year / 100),
                digit(year / 10),
                digit(year),
                b'-',
                digit(month / 10),
                digit(month),
                b'-',
                digit(day / 10),
                digit(day),
            ]);
        }
        Ok(_) | Err(_) => written.extend_from_slice(day.to_string().as_bytes()),
    }
}

/// A fault in the CSV itself is the writer's to mend; a failing disk is not.
fn unreadable(error: csv::Error) -> anyhow::Error {
    match error.kind() {
        ErrorKind::Io(_) => anyhow::Error::new(error).context("the batch cannot be read"),
        _ => BadInput(format!("{error}. Save the file as CSV in UTF-8.")).into(),
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use chrono_tz::Tz;

    use super::{BadInput, PolicyTerm, run};
    use crate::domain::{
        calendar::Calendar,
        deadline::{FirstDay, Roll, Term, Unit},
    };

    fn policy() -> PolicyTerm {
        let calendar = Calendar::parse(include_str!("../../packs/calendars/CN.toml"), "CN.toml").unwrap();
        PolicyTerm {
            name: "test".to_owned(),
            term: Term {
                length: 15,
                unit: Unit::WorkingDays,
                first_day: FirstDay::Next,
                roll: Roll::None,
            },
            calendar: Arc::new(calendar),
            zone: Tz::Asia__Shanghai,
            pack: None,
        }
    }

    /// What is written for an input, and the complaint that ended it.
    fn batch(input: &[u8]) -> (String, Option<String>) {
        let mut out = Vec::new();
        let outcome = run(input, &policy(), &mut out);
        let complaint = outcome.err().map(|error| error.downcast::<BadInput>().unwrap().0);
        (String::from_utf8(out).unwrap(), complaint)
    }

    #[test]
    fn lines_keep_their_order_and_their_way_of_writing() {
        let input = "\u{feff}note,Working_Days,received_at\r\n\
                     \"a, b\",,2025-09-30T20:15:00+08:00\r\n\
                     \r\n\
                     c,1,\"Tue, 30 Sep 2025 20:15:00 +0800\"\r\n\
                     d,15,2026-12-11T01:00:00Z";
        let expected = "received_at,working_days,due_date,provisional\n\
                        2025-09-30T20:15:00+08:00,,2025-10-28,false\n\
                        \"Tue, 30 Sep 2025 20:15:00 +0800\",1,2025-10-09,false\n\
                        2026-12-11T01:00:00Z,15,2027-01-04,true\n";
        assert_eq!(batch(input.as_bytes()), (expected.to_owned(), None));
    }

    #[test]
    fn a_column_of_working_days_may_be_missing() {
        let (written, complaint) = batch(b"received_at\n2025-09-30T12:15:00Z\n");
        assert!(
            written.ends_with("\n2025-09-30T12:15:00Z,,2025-10-28,false\n"),
            "{written}"
        );
        assert_eq!(complaint, None);
    }

    #[test]
    fn the_first_bad_line_ends_it_and_is_named_with_a_cure() {
        let rows: [(&[u8], &str); 6] = [
            (
                b"x,0,2025-09-30T12:15:00Z",
                "Line 6: \"0\" is not a number of working days.",
            ),
            (
                b"x,-1,2025-09-30T12:15:00Z",
                "Line 6: \"-1\" is not a number of working days.",
            ),
            (
                b"x,1,2025-09-30T12:15:00",
                "Line 6: \"2025-09-30T12:15:00\" has no offset from UTC",
            ),
            (b"x,1,\xff", "Line 6: \"\u{fffd}\" is not an instant."),
            (b"x,1", "Line 6: \"\" is not an instant."),
            (
                b"x, y,1,2025-09-30T12:15:00Z",
                "Line 6: It has 4 fields, but there are 3 columns.",
            ),
        ];
        for (bad, said) in rows {
            for end in ["\n", "\r\n"] {
                let good = "note,working_days,received_at|\"of two|lines\",1,2025-09-30T12:15:00Z||".replace('|', end);
                let input = [good.as_bytes(), end.as_bytes(), bad, b"\nx,1,2025-09-30T12:15:00Z\n"].concat();
                let (written, complaint) = batch(&input);
                assert_eq!(written.lines().count(), 2, "{written}");
                let complaint = complaint.unwrap();
                assert!(complaint.starts_with(said), "{complaint}");
            }
        }
    }

    #[test]
    fn a_file_without_the_column_is_refused_before_anything_is_written() {
        for input in ["", "a,b\n1,2\n", "2025-09-30T12:15:00Z,15\n"] {
            let (written, complaint) = batch(input.as_bytes());
            assert_eq!(written, "");
            assert!(complaint.unwrap().contains("No column is named received_at."));
        }
    }
}
