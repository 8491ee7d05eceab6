//! The working days of a region: which days are worked, why, and counting them forward and back.
//!
//! A day is worked when it lies outside the weekend and no notice or law keeps it off, or when a notice orders it
//! worked in exchange (调休上班). Days outside the years that the notices cover are unknown: they are counted by a safe
//! guess, and every answer that leans on one says from which day on it does.

mod check;
mod count;
mod facts;
mod file;
mod form;
#[cfg(test)]
mod tests;
mod values;

use std::sync::Arc;

use chrono::{Datelike, NaiveDate};
use chrono_tz::Tz;
use sha2::{Digest, Sha256};

use self::{
    count::{Count, Pattern},
    facts::{Break, Facts},
};
use crate::domain::mistake::Mistake;

/// What a calendar says of one day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Day {
    /// It counts.
    Working(WhyWorking),
    /// It does not count.
    Off(WhyOff),
    /// No notice covers it.
    Unknown {
        /// The safe guess: true outside the weekend, unless the law keeps the day off every year.
        assumed_working: bool,
    },
}

/// Why a day is worked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum WhyWorking {
    /// It lies outside the weekend.
    Weekday,
    /// A weekend day worked in exchange for a day off.
    MadeUp {
        /// The holiday it makes up for, as its notice names it.
        holiday: Arc<str>,
        /// Number of the notice that orders it.
        notice: Arc<str>,
    },
}

/// Why a day is not worked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum WhyOff {
    /// The weekly rest.
    Weekend,
    /// Part of a holiday's break, weekend days included.
    Holiday {
        /// The holiday, as its notice names it.
        name: Arc<str>,
        /// Number of the notice, or the law, that orders it.
        notice: Arc<str>,
    },
}

impl Day {
    /// Whether the day counts, by the calendar or by the safe guess.
    pub fn counts(&self) -> bool {
        match self {
            Day::Working(_) => true,
            Day::Off(_) => false,
            Day::Unknown { assumed_working } => *assumed_working,
        }
    }
}

/// Where a count of working days ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Counted {
    /// The day it ended on.
    pub day: NaiveDate,
    /// The first day looked at that no notice covers; `None` when the count is firm.
    pub unknown_from: Option<NaiveDate>,
}

/// The working days of one region, by the notices published so far. It never changes; a new notice makes a new one.
#[derive(Debug, Clone)]
pub struct Calendar {
    facts: Facts,
    version: String,
    count: Count,
    /// The days that a notice or law speaks of, in order. All others follow the week.
    marked: Vec<(NaiveDate, Day)>,
}

impl Calendar {
    /// Reads a calendar file. `file` is its name, for the mistakes found in it.
    pub fn parse(text: &str, file: &str) -> Result<Self, Vec<Mistake>> {
        file::read(text, file).map(Self::new)
    }

    fn new(facts: Facts) -> Self {
        let covered = |day: &NaiveDate| (facts.covers_from..=facts.covers_to).contains(day);
        // The notice of a year may name days of the December before; those outside the covered years stay unknown.
        let mut marked: Vec<(NaiveDate, Day)> = facts
            .years
            .iter()
            .flat_map(|year| &year.breaks)
            .flat_map(marks)
            .filter(|(day, _)| covered(day))
            .collect();
        marked.sort_by_key(|(day, _)| *day);
        let last_year = facts.statutory.iter().map(Datelike::year).max();
        let last = last_year
            .and_then(|year| NaiveDate::from_ymd_opt(year, 12, 31))
            .unwrap_or(facts.covers_to);
        let pattern = Pattern::new(facts.weekend, &facts.fixed_days);
        let count = Count::new(facts.covers_from, last.max(facts.covers_to), pattern, |day| {
            if covered(&day) {
                said(&marked, &facts, day).counts()
            } else {
                guess(&facts, day)
            }
        });
        let hash = hex::encode(Sha256::digest(facts.canonical().as_bytes()));
        let hash: String = hash.chars().take(8).collect();
        let version = format!("{} {} · {} · {hash}", facts.region, facts.covers_to, facts.checked_on);
        Self {
            facts,
            version,
            count,
            marked,
        }
    }

    /// The calendar as it stood at the end of a day: without what later notices said.
    pub fn as_known_on(&self, day: NaiveDate) -> Self {
        Self::new(self.facts.as_known_on(day))
    }

    /// The region's short name, such as `CN`.
    pub fn region(&self) -> &str {
        &self.facts.region
    }

    /// The zone whose midnight separates the region's days, for people; a policy names its own.
    pub fn zone(&self) -> Tz {
        self.facts.zone
    }

    /// Names exactly this content, such as `CN 2026-12-31 · 2026-11-23 · 1a2b3c4d`: the last day covered, the day it
    /// was last checked, and the start of the SHA-256 of its facts.
    pub fn version(&self) -> &str {
        &self.version
    }

    /// The first day that is known.
    pub fn covers_from(&self) -> NaiveDate {
        self.facts.covers_from
    }

    /// The last day that is known.
    pub fn covers_to(&self) -> NaiveDate {
        self.facts.covers_to
    }

    /// The day on which somebody last compared the calendar with its sources.
    pub fn checked_on(&self) -> NaiveDate {
        self.facts.checked_on
    }

    /// What the calendar says of a day, and why.
    pub fn day(&self, day: NaiveDate) -> Day {
        if self.covers(day) {
            said(&self.marked, &self.facts, day)
        } else {
            Day::Unknown {
                assumed_working: self.count.is_working(day),
            }
        }
    }

    /// Whether a day counts, by the calendar or, outside the known years, by the safe guess.
    pub fn is_working(&self, day: NaiveDate) -> bool {
        self.count.is_working(day)
    }

    /// The `n`-th working day after a day, which itself is not counted (Civil Code of the PRC, Art. 201(1)). With
    /// `n` = 0 it is that day.
    pub fn add_working_days(&self, after: NaiveDate, n: u32) -> Counted {
        if n == 0 {
            return Counted {
                day: after,
                unknown_from: None,
            };
        }
        let day = self.count.at(self.count.position(after) + i64::from(n));
        let unknown_from = if day <= self.facts.covers_to && after >= self.facts.covers_from {
            None
        } else {
            after.succ_opt().and_then(|first| self.unknown_from(first, day))
        };
        Counted { day, unknown_from }
    }

    /// The `n`-th working day before a day, which itself is not counted. With `n` = 0 it is that day.
    pub fn minus_working_days(&self, before: NaiveDate, n: u32) -> NaiveDate {
        match before.pred_opt() {
            Some(eve) if n > 0 => self.count.at(self.count.position(eve) + 1 - i64::from(n)),
            Some(_) | None => before,
        }
    }

    /// Working days after one day, up to and including another; negative when `up_to` comes before `after`.
    pub fn working_days_between(&self, after: NaiveDate, up_to: NaiveDate) -> i64 {
        self.count.position(up_to) - self.count.position(after)
    }

    /// The day itself if it is worked, else the next one that is.
    pub fn next_working_day_on_or_after(&self, day: NaiveDate) -> Counted {
        let next = if self.is_working(day) {
            day
        } else {
            self.count.at(self.count.position(day) + 1)
        };
        Counted {
            day: next,
            unknown_from: self.unknown_from(day, next),
        }
    }

    /// The English name of a holiday, also of two that share a break (`国庆节、中秋节`).
    pub fn english_name(&self, holiday: &str) -> Option<&str> {
        self.facts.english.get(holiday).map(String::as_str)
    }

    /// The days of a year on which a notice or law departs from the plain week, in order, with what it says.
    pub fn marked_days(&self, year: i32) -> impl Iterator<Item = (NaiveDate, &Day)> {
        let of_year = move |(day, _): &&(NaiveDate, Day)| day.year() == year;
        self.marked.iter().filter(of_year).map(|(day, said)| (*day, said))
    }

    fn covers(&self, day: NaiveDate) -> bool {
        (self.facts.covers_from..=self.facts.covers_to).contains(&day)
    }

    /// The first unknown day among those from `first` to `last`.
    fn unknown_from(&self, first: NaiveDate, last: NaiveDate) -> Option<NaiveDate> {
        if !self.covers(first) {
            return Some(first);
        }
        (last > self.facts.covers_to)
            .then(|| self.facts.covers_to.succ_opt())
            .flatten()
    }
}

/// What one break says of each of its days.
fn marks(holiday: &Break) -> impl Iterator<Item = (NaiveDate, Day)> {
    let off = WhyOff::Holiday {
        name: holiday.name.clone(),
        notice: holiday.notice.clone(),
    };
    let worked = WhyWorking::MadeUp {
        holiday: holiday.name.clone(),
        notice: holiday.notice.clone(),
    };
    let span = holiday.first.iter_days().take_while(|day| *day <= holiday.last);
    span.map(move |day| (day, Day::Off(off.clone()))).chain(
        holiday
            .worked
            .iter()
            .map(move |day| (*day, Day::Working(worked.clone()))),
    )
}

/// What is said of a day in the covered years.
fn said(marked: &[(NaiveDate, Day)], facts: &Facts, day: NaiveDate) -> Day {
    let found = marked
        .binary_search_by_key(&day, |(day, _)| *day)
        .ok()
        .and_then(|index| marked.get(index));
    match found {
        Some((_, said)) => said.clone(),
        None if facts.weekend.contains(day.weekday()) => Day::Off(WhyOff::Weekend),
        None => Day::Working(WhyWorking::Weekday),
    }
}

/// The safe guess for a day that no notice covers: it is worked outside the weekend, less the days that the law itself
/// keeps off.
fn guess(facts: &Facts, day: NaiveDate) -> bool {
    !facts.weekend.contains(day.weekday())
        && !facts.fixed_days.iter().any(|fixed| fixed.falls_on(day))
        && !facts.statutory.contains(&day)
}
