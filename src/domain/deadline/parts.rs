//! A term counted off in days of one unit, with what an extension in another unit adds.

use chrono::{Days, Months, NaiveDate};

use super::{FirstDay, LeftOut, Run, Term, Unit};
use crate::domain::calendar::{Calendar, Counted};

/// A run of days counted in one unit.
#[derive(Clone, Copy)]
pub(super) struct Part<'a> {
    unit: Unit,
    /// The first day that may count.
    first: NaiveDate,
    /// Where it ends, before any roll.
    end: Counted,
    left_out: &'a [LeftOut],
}

/// A term, or a term and an extension counted in another unit.
#[derive(Clone, Copy)]
pub(super) struct Parts<'a>(Part<'a>, Option<Part<'a>>);

impl<'a> Parts<'a> {
    pub fn new(received_on: NaiveDate, run: &Run<'a>, calendar: &Calendar) -> Self {
        let (term, left_out) = (run.term, run.left_out);
        match run.extension {
            None => Self(Part::new(received_on, term, left_out, calendar), None),
            Some(extension) if extension.unit == term.unit => {
                let length = term.length.saturating_add(extension.length);
                let whole = Term { length, ..*term };
                Self(Part::new(received_on, &whole, left_out, calendar), None)
            }
            Some(extension) => {
                let first = Part::new(received_on, term, left_out, calendar);
                // The day that ends the first part is counted there, so the second starts with the day after.
                let second = Term {
                    first_day: FirstDay::Next,
                    ..*extension
                };
                Self(first, Some(Part::new(first.end.day, &second, left_out, calendar)))
            }
        }
    }

    pub fn end(&self) -> Counted {
        match self.1 {
            None => self.0.end,
            Some(second) => joined(self.0.end, second.end),
        }
    }

    /// The number that a day has in its part.
    pub fn number(&self, day: NaiveDate, calendar: &Calendar) -> Option<u32> {
        self.0
            .number(day, calendar)
            .or_else(|| self.1.and_then(|second| second.number(day, calendar)))
    }

    /// Whether a day is passed over because it is not a working day.
    pub fn passes_over(&self, day: NaiveDate, calendar: &Calendar) -> bool {
        let part = self.1.filter(|second| day >= second.first).unwrap_or(self.0);
        part.unit == Unit::WorkingDays && !calendar.is_working(day)
    }
}

impl<'a> Part<'a> {
    /// Counts a term off from a day; up to the last date there is when it lies beyond. Each pause that begins while it
    /// runs gives back at the end what it took.
    fn new(start: NaiveDate, term: &Term, left_out: &'a [LeftOut], calendar: &Calendar) -> Self {
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
        let mut part = Self {
            unit: term.unit,
            first,
            end,
            left_out,
        };
        for pause in left_out {
            part.give_back(pause, calendar);
        }
        part
    }

    fn give_back(&mut self, pause: &LeftOut, calendar: &Calendar) {
        if pause.last < self.first || pause.first > self.end.day {
            return;
        }
        let taken = self.units(pause.first.max(self.first), pause.last, calendar);
        let later = match self.unit {
            Unit::WorkingDays => calendar.add_working_days(self.end.day, taken),
            Unit::CalendarDays | Unit::Months => firm(self.end.day.checked_add_days(Days::new(taken.into()))),
        };
        self.end = joined(self.end, later);
    }

    /// How many days between two, both included, would have counted.
    fn units(&self, first: NaiveDate, last: NaiveDate, calendar: &Calendar) -> u32 {
        let days = match self.unit {
            Unit::WorkingDays => calendar.working_days_between(first.pred_opt().unwrap_or(first), last),
            Unit::CalendarDays | Unit::Months => (last - first).num_days() + 1,
        };
        u32::try_from(days.max(0)).unwrap_or(u32::MAX)
    }

    fn number(&self, day: NaiveDate, calendar: &Calendar) -> Option<u32> {
        let paused = self.left_out.iter().any(|pause| pause.has(day));
        if paused || !(self.first..=self.end.day).contains(&day) {
            return None;
        }
        match self.unit {
            Unit::WorkingDays if calendar.is_working(day) => {}
            Unit::WorkingDays | Unit::Months => return None,
            Unit::CalendarDays => {}
        }
        let before = self
            .left_out
            .iter()
            .filter(|pause| pause.last < day && pause.last >= self.first);
        let taken: u32 = before
            .map(|pause| self.units(pause.first.max(self.first), pause.last, calendar))
            .sum();
        Some(self.units(self.first, day, calendar).saturating_sub(taken))
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
pub(super) fn joined(first: Counted, second: Counted) -> Counted {
    Counted {
        day: second.day,
        unknown_from: first.unknown_from.or(second.unknown_from),
    }
}
