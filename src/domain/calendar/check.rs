//! What a calendar file must satisfy beyond its form: each rule says what is wrong, where, and how to mend it.

use std::collections::{BTreeMap, HashMap};

use chrono::{Datelike, NaiveDate, WeekdaySet};
use toml::Spanned;

use super::{
    facts::Break,
    file::PlacedBreak,
    form::YearForm,
    values::{At, Reader},
};

/// The longest break that is believed; the longest so far had ten days.
const LONGEST_BREAK_DAYS: i64 = 31;
/// How far beyond the covered years days fixed by law may be listed.
const UNPUBLISHED_YEARS: i32 = 10;

/// The region is a short name such as `CN` or `DE-BY`.
pub(super) fn region(reader: &mut Reader, region: &Spanned<String>) {
    let name = region.get_ref();
    if name.is_empty() || !name.chars().all(|letter| letter.is_ascii_uppercase() || letter == '-') {
        let what = format!("\"{name}\" is not the short name of a region.");
        reader.wrong(
            region.span().start,
            what,
            "Write capital letters and hyphens, such as \"CN\" or \"DE-BY\".",
        );
    }
}

/// Whole years, each listed once, in order, without a gap.
pub(super) fn coverage(reader: &mut Reader, from: At<NaiveDate>, to: At<NaiveDate>, years: &[Spanned<YearForm>]) {
    if from.value.ordinal() != 1 {
        reader.wrong(
            from.offset,
            "The first covered day is not a 1 January.",
            "Cover whole years only.",
        );
    }
    if (to.value.month(), to.value.day()) != (12, 31) {
        reader.wrong(
            to.offset,
            "The last covered day is not a 31 December.",
            "Cover whole years only.",
        );
    }
    let mut expected = from.value.year();
    for year in years {
        let year = &year.get_ref().year;
        if *year.get_ref() != expected {
            let what = format!("The year {expected} is expected here, not {}.", year.get_ref());
            reader.wrong(
                year.span().start,
                what,
                "List each covered year once, in order, without a gap.",
            );
            return;
        }
        expected = expected.saturating_add(1);
    }
    if expected != to.value.year().saturating_add(1) {
        let what = format!(
            "The calendar says it covers {}, but the years listed end with {}.",
            to.value,
            expected - 1
        );
        reader.wrong(
            to.offset,
            what,
            "List the missing years, or set covers_to to the end of the last one.",
        );
    }
}

/// One break: a span of its year, every other day of the week inside it off, weekend days outside it worked.
pub(super) fn holiday(reader: &mut Reader, holiday: &PlacedBreak, year: i32, weekend: WeekdaySet) {
    let (first, last) = (holiday.first.value, holiday.last.value);
    let length = (last - first).num_days() + 1;
    if !(1..=LONGEST_BREAK_DAYS).contains(&length) {
        let what = format!("The break {} runs from {first} to {last}.", holiday.name);
        reader.wrong(
            holiday.first.offset,
            what,
            "Write its first and last day, in this order.",
        );
        return;
    }
    if first.year() != year && last.year() != year {
        let what = format!("The break {} lies outside the year {year}.", holiday.name);
        reader.wrong(
            holiday.first.offset,
            what,
            "Move it to its own year, or correct its dates.",
        );
    }
    for day in &holiday.off {
        if !(first..=last).contains(&day.value) {
            let what = format!("{} is off, but outside the span {first} to {last}.", named(day.value));
            reader.wrong(
                day.offset,
                what,
                "Correct the day, or widen the span as the notice states it.",
            );
        } else if weekend.contains(day.value.weekday()) {
            let what = format!("{} is at the weekend and off anyway.", named(day.value));
            reader.wrong(
                day.offset,
                what,
                "List under off only days outside the weekend; check the date.",
            );
        }
    }
    let listed = |day: &NaiveDate| holiday.off.iter().any(|off| off.value == *day);
    let missing = first
        .iter_days()
        .take_while(|day| *day <= last)
        .find(|day| !weekend.contains(day.weekday()) && !listed(day));
    if let Some(day) = missing {
        let what = format!("{} is inside the span, but not listed as off.", named(day));
        reader.wrong(holiday.offset, what, "Add it to off, or narrow the span.");
    }
    for day in &holiday.worked {
        worked(reader, *day, holiday, weekend);
    }
}

fn worked(reader: &mut Reader, day: At<NaiveDate>, holiday: &PlacedBreak, weekend: WeekdaySet) {
    let (first, last) = (holiday.first.value, holiday.last.value);
    if !weekend.contains(day.value.weekday()) {
        let what = format!("{} is worked anyway.", named(day.value));
        reader.wrong(
            day.offset,
            what,
            "List under worked only weekend days worked in exchange; check the date.",
        );
    } else if (first..=last).contains(&day.value) {
        let what = format!(
            "{} is worked, but inside the break {first} to {last}.",
            named(day.value)
        );
        reader.wrong(day.offset, what, "Correct the day or the span.");
    } else if (day.value - first).num_days().abs() > LONGEST_BREAK_DAYS {
        let what = format!(
            "{} is more than a month away from the break it makes up for.",
            named(day.value)
        );
        reader.wrong(day.offset, what, "Check its year and month against the notice.");
    }
}

/// No day is spoken of by two breaks, or twice by one.
pub(super) fn no_day_twice(reader: &mut Reader, holiday: &PlacedBreak, seen: &mut HashMap<NaiveDate, String>) {
    let mut listed_off = Vec::new();
    for day in &holiday.off {
        if listed_off.contains(&day.value) {
            let what = format!("{} is listed twice.", named(day.value));
            reader.wrong(day.offset, what, "List it once.");
        }
        listed_off.push(day.value);
    }
    let first = holiday.first;
    let span = first
        .value
        .iter_days()
        .take_while(|day| *day <= holiday.last.value)
        .take(LONGEST_BREAK_DAYS as usize);
    let span = span.map(|value| At {
        value,
        offset: first.offset,
    });
    for day in span.chain(holiday.worked.iter().copied()) {
        if let Some(other) = seen.insert(day.value, holiday.name.clone()) {
            let what = format!("{} is listed already, for {other}.", named(day.value));
            reader.wrong(
                day.offset,
                what,
                "Keep it in one place: a day is off once or worked once.",
            );
        }
    }
}

/// An amendment names the holiday that it changes.
pub(super) fn amendments_are_used<'a>(
    reader: &mut Reader,
    changes: impl Iterator<Item = &'a Spanned<String>>,
    breaks: &[Break],
) {
    for changed in changes {
        if !breaks.iter().any(|holiday| *holiday.name == **changed.get_ref()) {
            let what = format!(
                "The amendment changes {}, which this year does not have.",
                changed.get_ref()
            );
            reader.wrong(changed.span().start, what, "Write the name of a holiday of this year.");
        }
    }
}

/// The year holds as many working days as its check value says.
pub(super) fn working_days(reader: &mut Reader, written: &Spanned<i64>, year: i32, counted: i64) {
    if *written.get_ref() != counted {
        let what = format!(
            "{year} has {counted} working days by its lists, not {}.",
            written.get_ref()
        );
        reader.wrong(
            written.span().start,
            what,
            "Count the year once more, and correct the lists or this number.",
        );
    }
}

/// Every holiday has an English name, for letters and pages in English.
pub(super) fn english<'a>(
    reader: &mut Reader,
    english: &BTreeMap<String, String>,
    names: impl Iterator<Item = At<&'a str>>,
) {
    let mut told = Vec::new();
    for name in names {
        for part in name.value.split('、').filter(|part| !english.contains_key(*part)) {
            if !told.contains(&part) {
                let cure = format!("Add a line under [english]: \"{part}\" = \"…\".");
                reader.wrong(name.offset, format!("The holiday {part} has no English name."), cure);
                told.push(part);
            }
        }
    }
}

/// Days fixed by law are listed only for the years right after the covered ones.
pub(super) fn unpublished_year(reader: &mut Reader, offset: usize, year: i32, covers_to: NaiveDate) {
    let years_beyond = year.saturating_sub(covers_to.year());
    if !(1..=UNPUBLISHED_YEARS).contains(&years_beyond) {
        let what = format!("The year {year} is not one of the years right after {covers_to}.");
        reader.wrong(
            offset,
            what,
            "Remove the block when the year's notice is listed, or correct the year.",
        );
    }
}

/// A day lies in the year whose block lists it.
pub(super) fn day_in_year(reader: &mut Reader, day: At<NaiveDate>, year: i32) {
    if day.value.year() != year {
        let what = format!("{} is listed for the year {year}.", named(day.value));
        reader.wrong(day.offset, what, "Move it to its own year, or correct the date.");
    }
}

/// A date with its weekday, which is where a slip shows.
fn named(day: NaiveDate) -> String {
    day.format("%A %Y-%m-%d").to_string()
}
