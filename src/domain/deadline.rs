//! From the instant a request was received, a term and a calendar, to the deadline and the days that make it.

mod parts;
mod pause;
mod proof;

use chrono::{DateTime, LocalResult, NaiveDate, NaiveDateTime, NaiveTime, Offset, TimeDelta, TimeZone, Utc};
use chrono_tz::Tz;
use serde::{Deserialize, Serialize};

use self::parts::{Parts, joined};
pub use self::pause::{LeftOut, left_out};
pub use self::proof::{PROOF_DAYS, ProofDay, ProofSheet, Role, proof_sheet};
use super::calendar::{Calendar, Counted};

/// What a term is counted in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Unit {
    /// Days that the calendar counts as worked.
    WorkingDays,
    /// All days.
    CalendarDays,
    /// To the same date so many months later, or the last day of a shorter month
    /// (Regulation 1182/71, Art. 3(2)(c); Civil Code of the PRC, Art. 202).
    Months,
}

/// Which day is the first to be counted. It makes no difference to months: they end on the date of receipt.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum FirstDay {
    /// The day after receipt (Civil Code of the PRC, Art. 201(1); Regulation 1182/71, Art. 3(1)).
    Next,
    /// The day of receipt itself.
    Receipt,
}

/// What happens when the last day is not a working day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Roll {
    /// The term ends on it all the same.
    None,
    /// The term ends with the next working day (Regulation 1182/71, Art. 3(4)).
    NextWorkingDay,
}

/// How long there is to answer, and how the days are counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Term {
    /// How many of `unit`.
    pub length: u32,
    /// What is counted.
    pub unit: Unit,
    /// Where counting starts.
    pub first_day: FirstDay,
    /// What a last day off does.
    pub roll: Roll,
}

/// Until when an answer is in time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Deadline {
    /// The date of receipt in the policy's zone.
    pub received_on: NaiveDate,
    /// The last day on which an answer is in time, in the policy's zone.
    pub due_on: NaiveDate,
    /// The local midnight that ends `due_on`. An answer at this instant is late.
    pub ends_at: DateTime<Utc>,
    /// The first day leaned on that no notice covers. When there is one, the deadline is provisional.
    pub unknown_from: Option<NaiveDate>,
    /// The version of the calendar it was counted with.
    pub calendar: String,
}

/// How a deadline stands at some instant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// It has passed.
    Late {
        /// Working days begun since the due day; at least 1, also on the days off right after it.
        days: u32,
    },
    /// It ends with the current day.
    DueToday,
    /// It is still ahead.
    DaysLeft {
        /// Working days after today, up to and including the due day; 0 when only days off lie between.
        working_days: u32,
    },
    /// The term waits; until it goes on nobody can say on which day it ends.
    Paused,
}

impl Deadline {
    /// A deadline that people set: the end of a day of their choice.
    pub fn by_hand(received_on: NaiveDate, due_on: NaiveDate, calendar: &Calendar, zone: Tz) -> Self {
        Self {
            received_on,
            due_on,
            ends_at: end_of_day(due_on, zone),
            unknown_from: None,
            calendar: calendar.version().to_owned(),
        }
    }

    /// Whether it leans on days that no notice covers yet, so that a notice may still move it.
    pub fn is_provisional(&self) -> bool {
        self.unknown_from.is_some()
    }

    /// How it stands at `now`, in working days of `calendar`, with the days of `zone`.
    pub fn standing(&self, now: DateTime<Utc>, calendar: &Calendar, zone: Tz) -> Standing {
        let today = local_date(now, zone);
        let working_days = calendar.working_days_between(self.due_on, today);
        let whole = |days: i64| u32::try_from(days).unwrap_or(u32::MAX);
        if now >= self.ends_at {
            Standing::Late {
                days: whole(working_days.max(1)),
            }
        } else if today >= self.due_on {
            Standing::DueToday
        } else {
            Standing::DaysLeft {
                working_days: whole(working_days.saturating_neg()),
            }
        }
    }
}

/// A term to be counted off from an instant.
#[derive(Debug, Clone, Copy)]
pub struct Run<'a> {
    /// The receipt, or the later event with which the term begins.
    pub from: DateTime<Utc>,
    /// How long the term is.
    pub term: &'a Term,
    /// What lengthens it, if anything.
    pub extension: Option<&'a Term>,
    /// The days on which it did not run.
    pub left_out: &'a [LeftOut],
}

/// The deadline of a request received at an instant. An extension lengthens the term from receipt: one month extended
/// by two is three months, rolled once, and not a rolled month with two more.
pub fn deadline(
    received_at: DateTime<Utc>,
    term: &Term,
    extension: Option<&Term>,
    calendar: &Calendar,
    zone: Tz,
) -> Deadline {
    let run = Run {
        from: received_at,
        term,
        extension,
        left_out: &[],
    };
    run.deadline(calendar, zone)
}

impl Run<'_> {
    /// The end of the term with all days on which it did not run given back at its end, rolled once, at the very last.
    pub fn deadline(&self, calendar: &Calendar, zone: Tz) -> Deadline {
        let received_on = local_date(self.from, zone);
        let Counted {
            day: due_on,
            unknown_from,
        } = self.due(received_on, calendar);
        let calendar = calendar.version().to_owned();
        Deadline {
            received_on,
            due_on,
            ends_at: end_of_day(due_on, zone),
            unknown_from,
            calendar,
        }
    }

    fn due(&self, received_on: NaiveDate, calendar: &Calendar) -> Counted {
        let end = Parts::new(received_on, self, calendar).end();
        match self.extension.unwrap_or(self.term).roll {
            Roll::None => end,
            Roll::NextWorkingDay => self.rolled(end, calendar),
        }
    }

    /// The next working day; a pause that begins between the end and that day moves it behind the pause.
    fn rolled(&self, end: Counted, calendar: &Calendar) -> Counted {
        let mut rolled = joined(end, calendar.next_working_day_on_or_after(end.day));
        for pause in self.left_out.iter().filter(|pause| pause.first > end.day) {
            if pause.first <= rolled.day {
                let after = pause.last.succ_opt().unwrap_or(pause.last);
                rolled = joined(rolled, calendar.next_working_day_on_or_after(after));
            }
        }
        rolled
    }
}

/// The day on which a term ends that was started by a receipt on a local date.
pub fn due(received_on: NaiveDate, term: &Term, extension: Option<&Term>, calendar: &Calendar) -> Counted {
    let run = Run {
        from: DateTime::<Utc>::MIN_UTC,
        term,
        extension,
        left_out: &[],
    };
    run.due(received_on, calendar)
}

/// The date that an instant has in a zone.
pub fn local_date(at: DateTime<Utc>, zone: Tz) -> NaiveDate {
    let utc = at.naive_utc();
    // Only the first and last day that can be written have no local counterpart.
    utc.checked_add_offset(zone.offset_from_utc_datetime(&utc).fix())
        .unwrap_or(utc)
        .date()
}

/// The midnight that ends a local date, exclusive, through the zone's rules.
fn end_of_day(day: NaiveDate, zone: Tz) -> DateTime<Utc> {
    let Some(midnight) = day
        .succ_opt()
        .and_then(|next| next.succ_opt().map(|_| next.and_time(NaiveTime::MIN)))
    else {
        return DateTime::<Utc>::MAX_UTC;
    };
    match zone.from_local_datetime(&midnight) {
        LocalResult::Single(end) => end.to_utc(),
        // The clocks go back over midnight: the day ends the first time it strikes.
        LocalResult::Ambiguous(end, _) => end.to_utc(),
        LocalResult::None => end_in_gap(day, midnight, zone),
    }
}

/// The end of a day whose midnight is skipped, when clocks go forward over it or a whole day is left out: the first
/// second with a later local date.
fn end_in_gap(day: NaiveDate, midnight: NaiveDateTime, zone: Tz) -> DateTime<Utc> {
    let near = midnight.and_utc();
    let is_over = |seconds: &i64| local_date(near + TimeDelta::seconds(*seconds), zone) > day;
    // No zone is, or moves, more than two days away from UTC.
    let (mut before, mut after) = (-2 * 86_400, 2 * 86_400);
    while after - before > 1 {
        let middle = before + (after - before) / 2;
        if is_over(&middle) {
            after = middle
        } else {
            before = middle
        }
    }
    near + TimeDelta::seconds(after)
}
