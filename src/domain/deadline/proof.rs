//! A deadline shown day by day, so that a person can check it by hand.

use chrono::{DateTime, Datelike, NaiveDate, Utc, Weekday};
use chrono_tz::Tz;

use super::parts::Parts;
use super::{Deadline, Run, Term, local_date};
use crate::domain::calendar::{Calendar, Day};

/// What a day does for a term.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// The request was received on it.
    Receipt,
    /// The term runs on it.
    Counted,
    /// It is not a working day, and the term counts only those.
    NotCounted,
    /// The term waited on it.
    Paused,
    /// The term would have ended by it, but it is not a working day, so the end moved on.
    Rolled,
    /// The term ends with it.
    Due,
}

/// One day of a proof sheet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProofDay {
    /// The local date.
    pub day: NaiveDate,
    /// Its weekday.
    pub weekday: Weekday,
    /// Its number in the term; `None` when it is not counted, and in a term of months, which counts no days.
    pub counted: Option<u32>,
    /// What the calendar says of it.
    pub day_kind: Day,
    /// What it does for the term.
    pub role: Role,
}

/// A deadline, day by day, so that a person can check it by hand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProofSheet {
    /// When the request was received.
    pub received_at: DateTime<Utc>,
    /// The zone whose days are counted.
    pub zone: Tz,
    /// The day of receipt, and each day up to the one it is due on.
    pub rows: Vec<ProofDay>,
    /// Days left out at the end, when there are more than [`PROOF_DAYS`].
    pub left_out: u64,
    /// The result, with the version of the calendar.
    pub deadline: Deadline,
}

/// The most days a proof sheet lists; ten years.
pub const PROOF_DAYS: usize = 3_660;

/// Shows how a deadline comes about, day by day.
pub fn proof_sheet(
    received_at: DateTime<Utc>,
    term: &Term,
    extension: Option<&Term>,
    calendar: &Calendar,
    zone: Tz,
) -> ProofSheet {
    let run = Run {
        from: received_at,
        term,
        extension,
        left_out: &[],
    };
    run.proof_sheet(calendar, zone)
}

impl Run<'_> {
    /// Shows how the deadline comes about, day by day, from the event with which the term begins.
    pub fn proof_sheet(&self, calendar: &Calendar, zone: Tz) -> ProofSheet {
        let deadline = self.deadline(calendar, zone);
        let (began_on, due_on) = (local_date(self.from, zone), deadline.due_on);
        let parts = Parts::new(began_on, self, calendar);
        let end = parts.end().day;
        let rows: Vec<ProofDay> = began_on
            .iter_days()
            .take_while(|day| *day <= due_on)
            .take(PROOF_DAYS)
            .map(|day| ProofDay {
                day,
                weekday: day.weekday(),
                counted: parts.number(day, calendar),
                day_kind: calendar.day(day),
                role: match day {
                    _ if day == due_on => Role::Due,
                    _ if day == began_on => Role::Receipt,
                    _ if self.left_out.iter().any(|pause| pause.has(day)) => Role::Paused,
                    _ if day >= end => Role::Rolled,
                    _ if parts.passes_over(day, calendar) => Role::NotCounted,
                    _ => Role::Counted,
                },
            })
            .collect();
        let days = (due_on - began_on).num_days() + 1;
        let left_out = u64::try_from(days).unwrap_or(0).saturating_sub(rows.len() as u64);
        ProofSheet {
            received_at: self.from,
            zone,
            rows,
            left_out,
            deadline,
        }
    }
}
