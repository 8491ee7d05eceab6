//! Counting working days in constant time, with two tables: how many up to a day, and which day is the n-th.
//!
//! Every day gets a *position*: how many working days lie between the start of the table and that day, the day itself
//! included. Inside the table it is one look-up; outside it the count goes on, in both directions, with the yearly
//! pattern that the law fixes. Adding n working days is then `at(position + n)`.

use chrono::{Datelike, NaiveDate, WeekdaySet};

/// Years after which the Gregorian calendar, weekdays included, repeats.
const CYCLE_YEARS: i32 = 400;

/// The working days of the years in the table, and the pattern for all other years.
#[derive(Debug, Clone)]
pub(super) struct Count {
    /// Day number (from 0001-01-01) of the first day in the table.
    first: i64,
    /// For each day of the table: the working days from the first day to it, itself included.
    through: Vec<u32>,
    /// The working days of the table, in order.
    working: Vec<NaiveDate>,
    pattern: Pattern,
    /// The pattern's count through the day before the table.
    pattern_before: i64,
    /// The pattern's count through the last day of the table.
    pattern_through: i64,
}

impl Count {
    /// Counts the days from `first` up to and including `last`; `is_working` is asked once for each.
    pub(super) fn new(
        first: NaiveDate,
        last: NaiveDate,
        pattern: Pattern,
        is_working: impl Fn(NaiveDate) -> bool,
    ) -> Self {
        let mut through = Vec::new();
        let mut working = Vec::new();
        let mut count = 0;
        for day in first.iter_days().take_while(|day| *day <= last) {
            if is_working(day) {
                count += 1;
                working.push(day);
            }
            through.push(count);
        }
        let pattern_before = first.pred_opt().map_or(0, |day| pattern.through(day));
        let pattern_through = last.max(first.pred_opt().unwrap_or(first));
        let pattern_through = pattern.through(pattern_through);
        let first = i64::from(first.num_days_from_ce());
        Self {
            first,
            through,
            working,
            pattern,
            pattern_before,
            pattern_through,
        }
    }

    /// How many working days lie between the start of the table and `day`, itself included; negative before it.
    pub(super) fn position(&self, day: NaiveDate) -> i64 {
        let offset = i64::from(day.num_days_from_ce()) - self.first;
        match usize::try_from(offset).ok().and_then(|offset| self.through.get(offset)) {
            Some(count) => i64::from(*count),
            None if offset < 0 => self.pattern.through(day) - self.pattern_before,
            None => self.in_table() + self.pattern.through(day) - self.pattern_through,
        }
    }

    /// The working day at a position; the last (first) day that a date can hold when it lies beyond.
    pub(super) fn at(&self, position: i64) -> NaiveDate {
        match usize::try_from(position - 1)
            .ok()
            .and_then(|index| self.working.get(index))
        {
            Some(day) => *day,
            None if position < 1 => self.pattern.at(self.pattern_before + position),
            None => self.pattern.at(self.pattern_through + position - self.in_table()),
        }
    }

    /// Whether a day is a working day, by the table or by the pattern.
    pub(super) fn is_working(&self, day: NaiveDate) -> bool {
        day.pred_opt()
            .is_some_and(|eve| self.position(eve) != self.position(day))
    }

    fn in_table(&self) -> i64 {
        self.working.len() as i64
    }
}

/// A day that the law keeps off in every year, such as 1 January.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct FixedDay {
    pub(super) month: u32,
    pub(super) day: u32,
}

impl FixedDay {
    pub(super) fn falls_on(self, day: NaiveDate) -> bool {
        (self.month, self.day) == (day.month(), day.day())
    }
}

/// The best that can be said of a year without a published calendar: every day outside the weekend is worked, less
/// the days fixed by law. It repeats every 400 years, and a year in it is one of fourteen kinds.
#[derive(Debug, Clone)]
pub(super) struct Pattern {
    /// By leap year and weekday of 1 January.
    kinds: [YearKind; 14],
    /// For each year of the cycle: the working days in the cycle before it.
    before_year: Vec<i64>,
    /// Working days in the whole cycle.
    in_cycle: i64,
}

#[derive(Debug, Clone, Default)]
struct YearKind {
    /// For each day of the year: the working days from 1 January to it, itself included.
    through: Vec<u16>,
    /// The ordinals (1 January is 1) of the working days.
    working: Vec<u16>,
}

impl Pattern {
    pub(super) fn new(weekend: WeekdaySet, fixed: &[FixedDay]) -> Self {
        let mut pattern = Self {
            kinds: Default::default(),
            before_year: Vec::new(),
            in_cycle: 0,
        };
        for year in 0..CYCLE_YEARS {
            let Some(first) = NaiveDate::from_yo_opt(year, 1) else {
                continue;
            };
            let Some(kind) = pattern.kinds.get_mut(kind_index(first)) else {
                continue;
            };
            if kind.through.is_empty() {
                *kind = YearKind::new(first, weekend, fixed);
            }
            pattern.before_year.push(pattern.in_cycle);
            pattern.in_cycle += kind.working.len() as i64;
        }
        pattern
    }

    /// Working days since the start of the year 0, up to and including `day`; negative before it.
    fn through(&self, day: NaiveDate) -> i64 {
        let year_in_cycle = day.year().rem_euclid(CYCLE_YEARS) as usize;
        let whole_cycles = i64::from(day.year().div_euclid(CYCLE_YEARS)) * self.in_cycle;
        let whole_years = self.before_year.get(year_in_cycle).copied().unwrap_or(0);
        let in_year = NaiveDate::from_yo_opt(day.year(), 1)
            .and_then(|first| self.kinds.get(kind_index(first)))
            .and_then(|kind| kind.through.get(day.ordinal0() as usize))
            .map_or(0, |count| i64::from(*count));
        whole_cycles + whole_years + in_year
    }

    /// The working day through which the count is `count`.
    fn at(&self, count: i64) -> NaiveDate {
        let beyond = if count > 0 { NaiveDate::MAX } else { NaiveDate::MIN };
        self.find(count).unwrap_or(beyond)
    }

    fn find(&self, count: i64) -> Option<NaiveDate> {
        let cycle = (count - 1).checked_div_euclid(self.in_cycle)?;
        let in_cycle = (count - 1).checked_rem_euclid(self.in_cycle)?;
        let year_in_cycle = self
            .before_year
            .partition_point(|before| *before <= in_cycle)
            .checked_sub(1)?;
        let year = cycle
            .checked_mul(i64::from(CYCLE_YEARS))?
            .checked_add(year_in_cycle as i64)?;
        let first = NaiveDate::from_yo_opt(i32::try_from(year).ok()?, 1)?;
        let index = usize::try_from(in_cycle - self.before_year.get(year_in_cycle)?).ok()?;
        let ordinal = self.kinds.get(kind_index(first))?.working.get(index)?;
        first.with_ordinal(u32::from(*ordinal))
    }
}

impl YearKind {
    fn new(first: NaiveDate, weekend: WeekdaySet, fixed: &[FixedDay]) -> Self {
        let mut kind = Self::default();
        let mut count = 0;
        for day in first.iter_days().take_while(|day| day.year() == first.year()) {
            if !weekend.contains(day.weekday()) && !fixed.iter().any(|fixed| fixed.falls_on(day)) {
                count += 1;
                kind.working.push(day.ordinal() as u16);
            }
            kind.through.push(count);
        }
        kind
    }
}

/// Which of the fourteen kinds a year is, by its 1 January.
fn kind_index(first: NaiveDate) -> usize {
    let leap = if first.leap_year() { 7 } else { 0 };
    leap + first.weekday().num_days_from_monday() as usize
}
