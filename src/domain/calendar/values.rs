//! The small values of a calendar file: zones, weekdays and dates, read from text, each fault with its line and cure.

use chrono::{Datelike, NaiveDate, Weekday, WeekdaySet};
use chrono_tz::Tz;
use toml::Spanned;

use super::count::FixedDay;
use crate::domain::mistake::{Mistake, line_of};

/// Collects mistakes while the form is turned into facts.
pub(super) struct Reader<'a> {
    file: &'a str,
    text: &'a str,
    mistakes: Vec<Mistake>,
}

/// A value and where in the file it stands.
#[derive(Debug, Clone, Copy)]
pub(super) struct At<T> {
    pub(super) value: T,
    pub(super) offset: usize,
}

impl<'a> Reader<'a> {
    pub(super) fn new(text: &'a str, file: &'a str) -> Self {
        Self {
            file,
            text,
            mistakes: Vec::new(),
        }
    }

    pub(super) fn found_nothing_wrong(&self) -> bool {
        self.mistakes.is_empty()
    }

    /// All mistakes, from the top of the file to its end.
    pub(super) fn into_mistakes(mut self) -> Vec<Mistake> {
        self.mistakes.sort_by_key(|mistake| mistake.line);
        self.mistakes
    }

    /// Notes a mistake at a byte offset of the file.
    pub(super) fn wrong(&mut self, offset: usize, what: impl Into<String>, cure: impl Into<String>) {
        self.mistakes
            .push(Mistake::new(self.file, line_of(self.text, offset), what, cure));
    }

    pub(super) fn zone(&mut self, name: &Spanned<String>) -> Option<Tz> {
        let zone = name.get_ref().parse().ok();
        if zone.is_none() {
            let what = format!("\"{}\" is not a time zone.", name.get_ref());
            self.wrong(
                name.span().start,
                what,
                "Write a name of the IANA data base, such as \"Asia/Shanghai\".",
            );
        }
        zone
    }

    pub(super) fn weekend(&mut self, names: &[Spanned<String>]) -> Option<WeekdaySet> {
        let mut weekend = WeekdaySet::EMPTY;
        for name in names {
            match name.get_ref().parse::<Weekday>() {
                Ok(day) => {
                    weekend.insert(day);
                }
                Err(_) => {
                    let what = format!("\"{}\" is not a day of the week.", name.get_ref());
                    self.wrong(name.span().start, what, "Write its English name, such as \"Saturday\".");
                    return None;
                }
            }
        }
        if weekend == WeekdaySet::ALL {
            let offset = names.first().map_or(0, |name| name.span().start);
            self.wrong(
                offset,
                "No day of the week is left to work.",
                "Leave at least one day out of the weekend.",
            );
            return None;
        }
        Some(weekend)
    }

    /// Reads a date written `YYYY-MM-DD`.
    pub(super) fn day(&mut self, written: &Spanned<String>) -> Option<At<NaiveDate>> {
        let offset = written.span().start;
        let strict = written.get_ref().len() == "2026-01-31".len();
        let day = NaiveDate::parse_from_str(written.get_ref(), "%Y-%m-%d")
            .ok()
            .filter(|day| strict && day.year() > 0);
        if day.is_none() {
            let what = format!("\"{}\" is not a date.", written.get_ref());
            self.wrong(
                offset,
                what,
                "Write year, month and day of a day that exists, such as \"2026-01-31\".",
            );
        }
        day.map(|value| At { value, offset })
    }

    pub(super) fn days(&mut self, written: &[Spanned<String>]) -> Vec<At<NaiveDate>> {
        written.iter().filter_map(|day| self.day(day)).collect()
    }

    pub(super) fn fixed_day(&mut self, written: &Spanned<String>) -> Option<FixedDay> {
        // Any leap year serves: 29 February exists in it.
        let day = NaiveDate::parse_from_str(&format!("2000-{}", written.get_ref()), "%Y-%m-%d").ok();
        if day.is_none() {
            let what = format!("\"{}\" is not a day of the year.", written.get_ref());
            self.wrong(written.span().start, what, "Write month and day, such as \"10-01\".");
        }
        day.map(|day| FixedDay {
            month: day.month(),
            day: day.day(),
        })
    }
}
