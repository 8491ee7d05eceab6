//! One year of the calendar: its days as a grid, and its days off and made-up working days as lists.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::sync::Arc;

use askama::filters::Safe;
use chrono::{Datelike, NaiveDate};

use crate::domain::calendar::{Calendar, Day, WhyOff, WhyWorking};
use crate::web::frame::look::Tone;
use crate::web::frame::words::Words;
use crate::web::request::clock::holiday_name;

/// One year.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct YearView {
    /// Which.
    pub year: i32,
    /// Published, amended, not yet published.
    pub state: String,
    /// The same as colour and shape.
    pub tone: Tone,
    /// The notice that it rests on.
    pub source: String,
    /// What a reader of the picture would say of it.
    pub summary: String,
    /// The first day's weekday: 0 is Monday.
    pub first_weekday: u32,
    /// Every day of the year, in order.
    pub days: Vec<DayMark>,
    /// Names of the months, for the top edge, with the column that each starts in.
    pub months: Vec<(u32, String)>,
    /// Days off, with name and source.
    pub off: Vec<String>,
    /// Weekend days that are worked, with name and source.
    pub made_up: Vec<String>,
}

/// What a day is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DayMark {
    /// Worked.
    Working,
    /// A free weekend day.
    Weekend,
    /// A day off by the notice.
    Off,
    /// A weekend day that is worked.
    MadeUp,
    /// Not published yet.
    Unknown,
}

impl DayMark {
    fn of(day: &Day) -> Self {
        match day {
            Day::Working(WhyWorking::Weekday) => Self::Working,
            Day::Working(WhyWorking::MadeUp { .. }) => Self::MadeUp,
            Day::Off(WhyOff::Weekend) => Self::Weekend,
            Day::Off(WhyOff::Holiday { .. }) => Self::Off,
            Day::Unknown { .. } => Self::Unknown,
        }
    }

    fn class(self) -> &'static str {
        match self {
            DayMark::Working => "w",
            DayMark::Weekend => "e",
            DayMark::Off => "o",
            DayMark::MadeUp => "m",
            DayMark::Unknown => "u",
        }
    }
}

impl YearView {
    /// A year of a calendar, in words.
    pub fn of(words: &Words, calendar: &Calendar, year: i32) -> Self {
        let days: Vec<(NaiveDate, Day)> = NaiveDate::from_ymd_opt(year, 1, 1)
            .into_iter()
            .flat_map(|first| first.iter_days().take_while(move |day| day.year() == year))
            .map(|day| (day, calendar.day(day)))
            .collect();
        let first_weekday = days.first().map_or(0, |(day, _)| day.weekday().num_days_from_monday());
        let count = |wanted: fn(&Day) -> bool| days.iter().filter(|(_, day)| wanted(day)).count().to_string();
        let known = days.iter().all(|(_, day)| !matches!(day, Day::Unknown { .. }));
        let summary = [
            ("year", year.to_string()),
            ("working", count(Day::counts)),
            ("off", count(|day| matches!(day, Day::Off(WhyOff::Holiday { .. })))),
            (
                "madeup",
                count(|day| matches!(day, Day::Working(WhyWorking::MadeUp { .. }))),
            ),
        ];
        let summary: Vec<(&'static str, &str)> = summary.iter().map(|(name, value)| (*name, value.as_str())).collect();
        let months = days.iter().filter(|(day, _)| day.day() == 1).map(|(day, _)| {
            (
                (day.ordinal0() + first_weekday) / 7,
                words.t(&format!("month-{}", day.month())),
            )
        });
        Self {
            year,
            state: words.t(if known {
                "calendar-published"
            } else {
                "calendar-not-published"
            }),
            tone: if known { Tone::Done } else { Tone::Today },
            source: if known {
                sources(&days)
            } else {
                words.t("calendar-no-source")
            },
            summary: words.a(
                if known {
                    "calendar-summary"
                } else {
                    "calendar-summary-unknown"
                },
                &summary,
            ),
            first_weekday,
            months: months.collect(),
            off: breaks(words, calendar, &days),
            made_up: days
                .iter()
                .filter_map(|(date, day)| made_up(words, calendar, *date, day))
                .collect(),
            days: days.iter().map(|(_, day)| DayMark::of(day)).collect(),
        }
    }
}

/// The notices that the days of a year rest on.
fn sources(days: &[(NaiveDate, Day)]) -> String {
    let mut notices: Vec<&str> = days
        .iter()
        .filter_map(|(_, day)| match day {
            Day::Off(WhyOff::Holiday { notice, .. }) | Day::Working(WhyWorking::MadeUp { notice, .. }) => {
                Some(notice.as_ref())
            }
            Day::Off(WhyOff::Weekend) | Day::Working(WhyWorking::Weekday) | Day::Unknown { .. } => None,
        })
        .collect();
    notices.dedup();
    let mut seen = BTreeSet::new();
    notices.retain(|notice| seen.insert(*notice));
    notices.join(" · ")
}

fn made_up(words: &Words, calendar: &Calendar, date: NaiveDate, day: &Day) -> Option<String> {
    let Day::Working(WhyWorking::MadeUp { holiday, .. }) = day else {
        return None;
    };
    Some(format!(
        "{} · {}",
        words.date(date),
        holiday_name(words, calendar, holiday)
    ))
}

/// Days off in a row with one name, as one line each.
fn breaks(words: &Words, calendar: &Calendar, days: &[(NaiveDate, Day)]) -> Vec<String> {
    let mut breaks: Vec<(Arc<str>, NaiveDate, NaiveDate)> = Vec::new();
    for (date, day) in days {
        let Day::Off(WhyOff::Holiday { name, .. }) = day else {
            continue;
        };
        match breaks.last_mut() {
            Some((last, _, end)) if last == name && end.succ_opt() == Some(*date) => *end = *date,
            _ => breaks.push((Arc::clone(name), *date, *date)),
        }
    }
    let line = |(name, first, last): (Arc<str>, NaiveDate, NaiveDate)| {
        let name = holiday_name(words, calendar, &name);
        if first == last {
            words.a(
                "calendar-day-off",
                &[("holiday", &name), ("date", &words.short_date(first))],
            )
        } else {
            let (first, last) = (words.short_date(first), words.short_date(last));
            words.a(
                "calendar-break",
                &[("holiday", &name), ("first", &first), ("last", &last)],
            )
        }
    };
    breaks.into_iter().map(line).collect()
}

impl YearView {
    /// The year as a grid: a column a week, a row a weekday, Monday on top.
    pub fn drawing(&self) -> Safe<String> {
        let mut svg = String::from(r#"<svg class="grid" viewBox="0 0 742 116" role="img" aria-label=""#);
        let _ = write!(svg, "{}\">", escaped(&self.summary));
        for (column, name) in &self.months {
            let _ = write!(svg, r#"<text x="{}" y="10">{}</text>"#, column * 14, escaped(name));
        }
        for (offset, day) in (self.first_weekday..).zip(&self.days) {
            let (x, y) = (offset / 7 * 14, offset % 7 * 14 + 17);
            let _ = write!(
                svg,
                r#"<rect class="{}" x="{x}" y="{y}" width="12" height="12" rx="2"/>"#,
                day.class()
            );
            if *day == DayMark::MadeUp {
                let _ = write!(svg, r#"<circle class="dot" cx="{}" cy="{}" r="2.5"/>"#, x + 6, y + 6);
            }
        }
        svg += "</svg>";
        Safe(svg)
    }
}

/// Text made safe to stand in the drawing, also inside an attribute.
fn escaped(text: &str) -> String {
    askama::filters::escape(text, askama::filters::Html).map_or_else(|_| String::new(), |safe| safe.to_string())
}
