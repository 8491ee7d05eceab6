//! From the instant a request was received, a term and a calendar, to the deadline and the days that make it.

mod proof;

use chrono::{
    DateTime, Days, LocalResult, Months, NaiveDate, NaiveDateTime, NaiveTime, Offset, TimeDelta, TimeZone, Utc,
};
use chrono_tz::Tz;
use serde::{Deserialize, Serialize};

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
}

impl Deadline {
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

/// The deadline of a request received at an instant. An extension lengthens the term from receipt: one month extended
/// by two is three months, rolled once, and not a rolled month with two more.
pub fn deadline(
    received_at: DateTime<Utc>,
    term: &Term,
    extension: Option<&Term>,
    calendar: &Calendar,
    zone: Tz,
) -> Deadline {
    let received_on = local_date(received_at, zone);
    let Counted {
        day: due_on,
        unknown_from,
    } = due(received_on, term, extension, calendar);
    let calendar = calendar.version().to_owned();
    Deadline {
        received_on,
        due_on,
        ends_at: end_of_day(due_on, zone),
        unknown_from,
        calendar,
    }
}

/// The day on which a term ends that was started by a receipt on a local date.
pub fn due(received_on: NaiveDate, term: &Term, extension: Option<&Term>, calendar: &Calendar) -> Counted {
    let end = Parts::new(received_on, term, extension, calendar).end();
    match extension.unwrap_or(term).roll {
        Roll::None => end,
        Roll::NextWorkingDay => joined(end, calendar.next_working_day_on_or_after(end.day)),
    }
}

/// A run of days counted in one unit.
#[derive(Clone, Copy)]
struct Part {
    unit: Unit,
    /// The first day that may count.
    first: NaiveDate,
    /// Where it ends, before any roll.
    end: Counted,
}

/// A term, or a term and an extension counted in another unit.
#[derive(Clone, Copy)]
struct Parts(Part, Option<Part>);

impl Parts {
    fn new(received_on: NaiveDate, term: &Term, extension: Option<&Term>, calendar: &Calendar) -> Self {
        match extension {
            None => Self(Part::new(received_on, term, calendar), None),
            Some(extension) if extension.unit == term.unit => {
                let length = term.length.saturating_add(extension.length);
                Self(Part::new(received_on, &Term { length, ..*term }, calendar), None)
            }
            Some(extension) => {
                let first = Part::new(received_on, term, calendar);
                // The day that ends the first part is counted there, so the second starts with the day after.
                let second = Term {
                    first_day: FirstDay::Next,
                    ..*extension
                };
                Self(first, Some(Part::new(first.end.day, &second, calendar)))
            }
        }
    }

    fn end(&self) -> Counted {
        match self.1 {
            None => self.0.end,
            Some(second) => joined(self.0.end, second.end),
        }
    }

    /// The number that a day has in its part.
    fn number(&self, day: NaiveDate, calendar: &Calendar) -> Option<u32> {
        self.0
            .number(day, calendar)
            .or_else(|| self.1.and_then(|second| second.number(day, calendar)))
    }

    /// Whether a day is passed over because it is not a working day.
    fn passes_over(&self, day: NaiveDate, calendar: &Calendar) -> bool {
        let part = self.1.filter(|second| day >= second.first).unwrap_or(self.0);
        part.unit == Unit::WorkingDays && !calendar.is_working(day)
    }
}

impl Part {
    /// Counts a term off from a day; up to the last date there is when it lies beyond.
    fn new(start: NaiveDate, term: &Term, calendar: &Calendar) -> Self {
        let first = match term.first_day {
            FirstDay::Next => start.succ_opt().unwrap_or(start),
            FirstDay::Receipt => start,
        };
        let end = match (term.unit, term.first_day) {
            (Unit::WorkingDays, FirstDay::Next) => calendar.add_working_days(start, term.length),
            (Unit::WorkingDays, FirstDay::Receipt) => match start.pred_opt() {
                Some(eve) if term.length > 0 => calendar.add_working_days(eve, term.length),
                Some(_) | None => firm(Some(start)),
            },
            (Unit::CalendarDays, FirstDay::Next) => firm(start.checked_add_days(Days::new(term.length.into()))),
            (Unit::CalendarDays, FirstDay::Receipt) => {
                firm(start.checked_add_days(Days::new(term.length.saturating_sub(1).into())))
            }
            (Unit::Months, FirstDay::Next | FirstDay::Receipt) => {
                firm(start.checked_add_months(Months::new(term.length)))
            }
        };
        Self {
            unit: term.unit,
            first,
            end,
        }
    }

    fn number(&self, day: NaiveDate, calendar: &Calendar) -> Option<u32> {
        if !(self.first..=self.end.day).contains(&day) {
            return None;
        }
        let number = match self.unit {
            Unit::WorkingDays if calendar.is_working(day) => {
                calendar.working_days_between(self.first.pred_opt().unwrap_or(self.first), day)
            }
            Unit::WorkingDays | Unit::Months => return None,
            Unit::CalendarDays => (day - self.first).num_days() + 1,
        };
        u32::try_from(number).ok()
    }
}

/// A count that no calendar was asked for.
fn firm(day: Option<NaiveDate>) -> Counted {
    Counted {
        day: day.unwrap_or(NaiveDate::MAX),
        unknown_from: None,
    }
}

/// A count that went on after another: it ends where the second does, and leans on what either leaned on.
fn joined(first: Counted, second: Counted) -> Counted {
    Counted {
        day: second.day,
        unknown_from: first.unknown_from.or(second.unknown_from),
    }
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
