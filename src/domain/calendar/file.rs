//! Reading a calendar file: its written form, turned into facts, with every mistake located and a cure for it.

use std::{
    collections::{BTreeMap, HashMap},
    ops::Range,
    sync::Arc,
};

use chrono::{NaiveDate, WeekdaySet};
use toml::Spanned;

use super::{
    check,
    facts::{Break, Facts, Superseded, Year},
    form::{BreakForm, CalendarForm, SupersededForm, UnpublishedForm, YearForm},
    values::{At, Reader},
};
use crate::domain::mistake::Mistake;

/// Reads a calendar file into facts that hold together, or lists everything that is wrong with it.
pub(super) fn read(text: &str, file: &str) -> Result<Facts, Vec<Mistake>> {
    let form: CalendarForm = toml::from_str(text).map_err(|error| vec![Mistake::from_toml(file, text, &error)])?;
    let mut reader = Reader::new(text, file);
    let facts = reader.calendar(&form);
    facts
        .filter(|_| reader.found_nothing_wrong())
        .ok_or_else(|| reader.into_mistakes())
}

/// A break with the places of its days, for the checks.
pub(super) struct PlacedBreak {
    pub(super) name: String,
    pub(super) offset: usize,
    pub(super) first: At<NaiveDate>,
    pub(super) last: At<NaiveDate>,
    pub(super) off: Vec<At<NaiveDate>>,
    pub(super) worked: Vec<At<NaiveDate>>,
}

/// The notices that a year's breaks may name, with the day each appeared.
struct Notices {
    /// The notice or law that the year's breaks follow unless they name another.
    main: String,
    main_known_on: Option<NaiveDate>,
    amendments: HashMap<String, NaiveDate>,
}

impl Reader<'_> {
    fn calendar(&mut self, form: &CalendarForm) -> Option<Facts> {
        if *form.format.get_ref() != 1 {
            let what = format!("Format {} is not known.", form.format.get_ref());
            self.wrong(form.format.span().start, what, "Write format = 1.");
        }
        let zone = self.zone(&form.time_zone);
        let weekend = self.weekend(&form.weekend);
        let covers_from = self.day(&form.covers_from);
        let covers_to = self.day(&form.covers_to);
        let checked_on = self.day(&form.checked_on);
        let fixed_days = form
            .fixed_days
            .iter()
            .filter_map(|fixed| self.fixed_day(fixed))
            .collect();
        check::region(self, &form.region);
        let (covers_from, covers_to, weekend) = (covers_from?, covers_to?, weekend?);
        let mut seen = HashMap::new();
        let mut years = Vec::new();
        for year in &form.year {
            years.extend(self.year(year.get_ref(), weekend, &mut seen));
        }
        check::coverage(self, covers_from, covers_to, &form.year);
        check::english(
            self,
            &form.english,
            form.year.iter().flat_map(|year| &year.get_ref().holidays).map(name_of),
        );
        let statutory = form
            .unpublished
            .iter()
            .flat_map(|year| self.unpublished(year, covers_to.value))
            .collect();
        let facts = Facts {
            region: form.region.get_ref().clone(),
            zone: zone?,
            weekend,
            covers_from: covers_from.value,
            covers_to: covers_to.value,
            checked_on: checked_on?.value,
            fixed_days,
            english: with_joined_names(&form.english, &years),
            years,
            statutory,
        };
        // With another mistake in the lists, a wrong sum would only be its echo.
        if self.found_nothing_wrong() {
            for year in form.year.iter().map(Spanned::get_ref) {
                let number = *year.year.get_ref();
                check::working_days(self, &year.working_days, number, facts.working_days_in(number));
            }
        }
        Some(facts)
    }

    fn year(&mut self, form: &YearForm, weekend: WeekdaySet, seen: &mut HashMap<NaiveDate, String>) -> Option<Year> {
        let year = *form.year.get_ref();
        let notices = self.notices(form)?;
        let mut breaks = Vec::new();
        for holiday in &form.holidays {
            let BreakForm {
                name,
                span,
                off,
                worked,
                notice,
            } = holiday.get_ref();
            let Some(placed) = self.placed_break(name, holiday.span(), span, off, worked) else {
                continue;
            };
            check::holiday(self, &placed, year, weekend);
            check::no_day_twice(self, &placed, seen);
            breaks.extend(self.ordered(placed, notice.as_ref(), &notices));
        }
        let superseded = form
            .superseded
            .iter()
            .filter_map(|form| self.superseded(form, year, weekend, &notices));
        let superseded = superseded.collect();
        check::amendments_are_used(
            self,
            form.amendments.iter().map(|amendment| &amendment.changes),
            &breaks,
        );
        let year = Year {
            year,
            known_on: notices.main_known_on,
            breaks,
            superseded,
        };
        Some(year)
    }

    /// The year's notice or law, and its amendments.
    fn notices(&mut self, form: &YearForm) -> Option<Notices> {
        let offset = form.year.span().start;
        let mut amendments = HashMap::new();
        for amendment in &form.amendments {
            self.day(&amendment.signed);
            if let Some(published) = self.day(&amendment.published) {
                amendments.insert(amendment.notice.clone(), published.value);
            }
        }
        match (&form.law, &form.notice, &form.signed, &form.published, &form.source) {
            (Some(law), None, None, None, _) => Some(Notices {
                main: law.clone(),
                main_known_on: None,
                amendments,
            }),
            (None, Some(notice), Some(signed), Some(published), Some(_)) => {
                self.day(signed);
                let published = self.day(published)?;
                Some(Notices {
                    main: notice.clone(),
                    main_known_on: Some(published.value),
                    amendments,
                })
            }
            _ => {
                let what = format!("The year {} does not say where it comes from.", form.year.get_ref());
                self.wrong(
                    offset,
                    what,
                    "Give notice, signed, published and source of the notice, or give the law that fixes the days.",
                );
                None
            }
        }
    }

    fn placed_break(
        &mut self,
        name: &str,
        place: Range<usize>,
        [first, last]: &[Spanned<String>; 2],
        off: &[Spanned<String>],
        worked: &[Spanned<String>],
    ) -> Option<PlacedBreak> {
        let (first, last) = (self.day(first), self.day(last));
        let (off, worked) = (self.days(off), self.days(worked));
        Some(PlacedBreak {
            name: name.to_owned(),
            offset: place.start,
            first: first?,
            last: last?,
            off,
            worked,
        })
    }

    /// A break with the notice that orders it: the year's own unless it names an amendment.
    fn ordered(&mut self, placed: PlacedBreak, notice: Option<&Spanned<String>>, notices: &Notices) -> Option<Break> {
        let (notice, known_on) = match notice {
            None => (notices.main.as_str(), notices.main_known_on),
            Some(named) if *named.get_ref() == notices.main => (notices.main.as_str(), notices.main_known_on),
            Some(named) => match notices.amendments.get(named.get_ref()) {
                Some(published) => (named.get_ref().as_str(), Some(*published)),
                None => {
                    let what = format!("The notice {} is not listed for this year.", named.get_ref());
                    self.wrong(
                        named.span().start,
                        what,
                        "Add it to the amendments of the year, or correct its number.",
                    );
                    return None;
                }
            },
        };
        Some(Break {
            name: Arc::from(placed.name),
            notice: Arc::from(notice),
            known_on,
            first: placed.first.value,
            last: placed.last.value,
            worked: placed.worked.iter().map(|day| day.value).collect(),
        })
    }

    fn superseded(
        &mut self,
        form: &Spanned<SupersededForm>,
        year: i32,
        weekend: WeekdaySet,
        notices: &Notices,
    ) -> Option<Superseded> {
        let SupersededForm {
            name,
            span,
            off,
            worked,
            notice,
            replaced_by,
            replaced_on,
        } = form.get_ref();
        let placed = self.placed_break(name, form.span(), span, off, worked)?;
        check::holiday(self, &placed, year, weekend);
        let was = self.ordered(placed, Some(notice), notices)?;
        let replaced_on = self.day(replaced_on)?;
        if notices.amendments.get(replaced_by.get_ref()) != Some(&replaced_on.value) {
            let what = format!(
                "No amendment {} appeared on {}.",
                replaced_by.get_ref(),
                replaced_on.value
            );
            self.wrong(
                replaced_by.span().start,
                what,
                "Name an amendment of this year and the day it was published.",
            );
        }
        Some(Superseded {
            was,
            replaced_on: replaced_on.value,
        })
    }

    fn unpublished(&mut self, form: &UnpublishedForm, covers_to: NaiveDate) -> Vec<NaiveDate> {
        let year = *form.year.get_ref();
        check::unpublished_year(self, form.year.span().start, year, covers_to);
        let days: Vec<_> = form
            .statutory
            .iter()
            .flat_map(|holiday| self.days(&holiday.days))
            .collect();
        for day in &days {
            check::day_in_year(self, *day, year);
        }
        days.iter().map(|day| day.value).collect()
    }
}

fn name_of(holiday: &Spanned<BreakForm>) -> At<&str> {
    At {
        value: holiday.get_ref().name.as_str(),
        offset: holiday.span().start,
    }
}

/// The English names as given, and those of breaks that join several holidays with `、`.
fn with_joined_names(english: &BTreeMap<String, String>, years: &[Year]) -> BTreeMap<String, String> {
    let mut names = english.clone();
    for holiday in years.iter().flat_map(|year| &year.breaks) {
        let parts: Option<Vec<&str>> = holiday
            .name
            .split('、')
            .map(|part| english.get(part).map(String::as_str))
            .collect();
        if let Some(parts) = parts {
            names
                .entry(holiday.name.to_string())
                .or_insert_with(|| parts.join(", "));
        }
    }
    names
}
