//! What a calendar file states, checked: the breaks of each year, who ordered them, and since when that is known.

use std::{collections::BTreeMap, fmt::Write as _, sync::Arc};

use chrono::{Datelike, Days, NaiveDate, WeekdaySet};
use chrono_tz::Tz;

use super::count::FixedDay;

/// A calendar file without a mistake.
#[derive(Debug, Clone)]
pub(super) struct Facts {
    pub(super) region: String,
    pub(super) zone: Tz,
    pub(super) weekend: WeekdaySet,
    /// First and last day that the notices settle. Empty (last before first) when no notice was out yet.
    pub(super) covers_from: NaiveDate,
    pub(super) covers_to: NaiveDate,
    pub(super) checked_on: NaiveDate,
    pub(super) fixed_days: Vec<FixedDay>,
    /// English names of holidays, also of two joined by `、`.
    pub(super) english: BTreeMap<String, String>,
    /// In order, without a gap.
    pub(super) years: Vec<Year>,
    /// Days that the law already fixes in years whose notice is not out.
    pub(super) statutory: Vec<NaiveDate>,
}

#[derive(Debug, Clone)]
pub(super) struct Year {
    pub(super) year: i32,
    /// The day the notice appeared; `None` when the days follow from a law alone and were always known.
    pub(super) known_on: Option<NaiveDate>,
    pub(super) breaks: Vec<Break>,
    pub(super) superseded: Vec<Superseded>,
}

/// One holiday, with the weekend days worked in exchange.
#[derive(Debug, Clone)]
pub(super) struct Break {
    pub(super) name: Arc<str>,
    /// Number of the notice, or the law, that orders it.
    pub(super) notice: Arc<str>,
    pub(super) known_on: Option<NaiveDate>,
    pub(super) first: NaiveDate,
    pub(super) last: NaiveDate,
    pub(super) worked: Vec<NaiveDate>,
}

/// What an earlier notice had said, in force until the day another replaced it.
#[derive(Debug, Clone)]
pub(super) struct Superseded {
    pub(super) was: Break,
    pub(super) replaced_on: NaiveDate,
}

impl Facts {
    /// The facts as they stood at the end of a day: years whose notice came later are not covered, and what a later
    /// notice changed reads as before.
    pub(super) fn as_known_on(&self, day: NaiveDate) -> Self {
        let known = |known_on: Option<NaiveDate>| known_on.is_none_or(|known_on| known_on <= day);
        let years: Vec<Year> = self
            .years
            .iter()
            .take_while(|year| known(year.known_on))
            .map(|year| year.as_known_on(day))
            .collect();
        let covers_to = years
            .last()
            .and_then(|year| NaiveDate::from_ymd_opt(year.year, 12, 31))
            .or_else(|| self.covers_from.checked_sub_days(Days::new(1)))
            .unwrap_or(self.covers_from);
        Self {
            years,
            covers_to,
            ..self.clone()
        }
    }

    /// Working days from 1 January to 31 December, by the lists.
    pub(super) fn working_days_in(&self, year: i32) -> i64 {
        let breaks = || self.years.iter().flat_map(|year| &year.breaks);
        let off = |day: NaiveDate| breaks().any(|holiday| (holiday.first..=holiday.last).contains(&day));
        let ordinary = NaiveDate::from_yo_opt(year, 1)
            .into_iter()
            .flat_map(|first| first.iter_days())
            .take_while(|day| day.year() == year)
            .filter(|day| !self.weekend.contains(day.weekday()) && !off(*day))
            .count();
        let made_up = breaks()
            .flat_map(|holiday| &holiday.worked)
            .filter(|day| day.year() == year)
            .count();
        (ordinary + made_up) as i64
    }

    /// The facts that move dates, one a line and always in the same form, to tell two calendars apart by their hash.
    pub(super) fn canonical(&self) -> String {
        let mut text = String::new();
        let mut line = |arguments: std::fmt::Arguments| {
            // Writing into a String does not fail.
            let _ = text.write_fmt(arguments);
            text.push('\n');
        };
        line(format_args!(
            "region {} zone {} weekend {}",
            self.region, self.zone, self.weekend
        ));
        line(format_args!("covers {} {}", self.covers_from, self.covers_to));
        for fixed in &self.fixed_days {
            line(format_args!("fixed {:02}-{:02}", fixed.month, fixed.day));
        }
        for holiday in self.years.iter().flat_map(|year| &year.breaks) {
            line(format_args!(
                "break {} {} {} {}",
                holiday.first, holiday.last, holiday.name, holiday.notice
            ));
            for day in &holiday.worked {
                line(format_args!("worked {day}"));
            }
        }
        for day in &self.statutory {
            line(format_args!("statutory {day}"));
        }
        text
    }
}

impl Year {
    fn as_known_on(&self, day: NaiveDate) -> Self {
        let in_force = |holiday: &Break| holiday.known_on.is_none_or(|known_on| known_on <= day);
        let mut breaks: Vec<Break> = self
            .breaks
            .iter()
            .filter(|holiday| in_force(holiday))
            .cloned()
            .collect();
        for holiday in self.breaks.iter().filter(|holiday| !in_force(holiday)) {
            // Of several earlier versions, the one that was the next to be replaced was in force.
            let earlier = self
                .superseded
                .iter()
                .filter(|superseded| superseded.was.name == holiday.name && superseded.replaced_on > day)
                .min_by_key(|superseded| superseded.replaced_on);
            breaks.extend(earlier.map(|superseded| superseded.was.clone()));
        }
        breaks.sort_by_key(|holiday| holiday.first);
        Self {
            breaks,
            superseded: Vec::new(),
            ..self.clone()
        }
    }
}
