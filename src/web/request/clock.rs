//! The proof sheet of a deadline: each day from receipt to the end, counted or not, and why. Made to be printed.

use std::sync::Arc;

use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;

use crate::domain::calendar::{Calendar, Day, WhyOff, WhyWorking};
use crate::domain::deadline::{ProofDay, Role, proof_sheet};
use crate::domain::request::Request;
use crate::domain::rules::Rules;
use crate::house::House;
use crate::store::requests;
use crate::web::door::session::Reads;
use crate::web::error::PageError;
use crate::web::frame::look::Fact;
use crate::web::frame::say::Say;
use crate::web::frame::words::{Language, Words};
use crate::web::frame::{Frame, Place};
use crate::web::{aside, show};

/// GET /requests/{reference}/clock
pub async fn clock(
    who: Reads,
    house: web::Data<House>,
    reference: web::Path<String>,
    request: HttpRequest,
) -> Result<HttpResponse, PageError> {
    let frame = who.frame(&request, Place::Requests, who.words.t("clock-title"));
    let stored = aside({
        let house = Arc::clone(&house);
        move || Ok(house.store.read(|db| requests::find_by_reference(db, &reference))?)
    })
    .await?
    .ok_or(PageError::Absent)?;
    let shelf = house.shelf();
    let say = Say::new(who.words, &shelf, house.now.instant(), &[]);
    let rules = say.rules(&stored.request.policy).ok_or(PageError::Absent)?;
    show(&page(frame, &say, &stored.request, rules))
}

fn page(frame: Frame, say: &Say<'_>, request: &Request, rules: Rules<'_>) -> ClockPage {
    let words = &say.words;
    let policy = rules.policy;
    let extension = rules.extension_term(request.extensions);
    let sheet = proof_sheet(
        request.clock_from,
        &policy.term,
        extension.as_ref(),
        rules.calendar,
        policy.zone,
    );
    let fact = |key: &str, value: String| Fact {
        label: words.t(key),
        value,
    };
    let due = words.date(sheet.deadline.due_on);
    let mut facts = vec![
        fact("fact-received", words.instant(sheet.received_at, policy.zone)),
        fact("policy-term", term(words, rules)),
        fact("policy-zone", policy.zone.name().to_owned()),
        fact("policy-calendar", sheet.deadline.calendar.clone()),
        fact(
            "fact-policy",
            format!("{} · {}", policy.name.text(say.tag()), policy.version),
        ),
    ];
    if sheet.deadline != request.deadline {
        facts.push(fact("clock-stands", words.date(request.deadline.due_on)));
    }
    ClockPage {
        path: format!("/requests/{}", request.reference),
        reference: request.reference.clone(),
        result: words.a("clock-result", &[("date", &due), ("zone", policy.zone.name())]),
        provisional: sheet
            .deadline
            .unknown_from
            .map(|day| words.with("clock-unknown", "date", &words.date(day))),
        facts,
        days: sheet.rows.iter().map(|row| line(words, rules.calendar, row)).collect(),
        frame,
    }
}

/// A policy's term in words.
pub(in crate::web) fn term(words: &Words, rules: Rules<'_>) -> String {
    use crate::domain::deadline::Unit;
    let length = rules.policy.term.length;
    match rules.policy.term.unit {
        Unit::WorkingDays => words.n("term-working-days", length),
        Unit::CalendarDays => words.n("term-calendar-days", length),
        Unit::Months => words.n("term-months", length),
    }
}

fn line(words: &Words, calendar: &Calendar, row: &ProofDay) -> DayLine {
    let (day, class) = day_words(words, calendar, &row.day_kind);
    let (why, class) = match row.role {
        Role::Receipt => (words.with("clock-receipt", "day", &day), class),
        Role::Counted | Role::NotCounted => (day, class),
        Role::Rolled => (words.with("clock-rolled", "day", &day), class),
        Role::Due => (words.with("clock-due", "day", &day), "due"),
        Role::Paused => (words.with("clock-paused", "day", &day), "off"),
    };
    DayLine {
        date: words.date(row.day),
        count: row.counted,
        why,
        class,
    }
}

/// What a calendar says of a day, in words, and how the style sheet knows it.
pub(in crate::web) fn day_words(words: &Words, calendar: &Calendar, day: &Day) -> (String, &'static str) {
    match day {
        Day::Working(WhyWorking::Weekday) => (words.t("calendar-working"), ""),
        Day::Working(WhyWorking::MadeUp { holiday, notice }) => {
            let name = holiday_name(words, calendar, holiday);
            (
                words.a("clock-made-up", &[("holiday", &name), ("notice", notice)]),
                "made-up",
            )
        }
        Day::Off(WhyOff::Weekend) => (words.t("calendar-weekend"), "weekend"),
        Day::Off(WhyOff::Holiday { name, notice }) => {
            let name = holiday_name(words, calendar, name);
            (
                words.a("clock-holiday", &[("holiday", &name), ("notice", notice)]),
                "off",
            )
        }
        Day::Unknown { assumed_working: true } => (words.t("clock-guess-working"), "unknown"),
        Day::Unknown { assumed_working: false } => (words.t("clock-guess-off"), "unknown"),
    }
}

/// A holiday in the language of the page, as far as the calendar names it there.
pub(in crate::web) fn holiday_name(words: &Words, calendar: &Calendar, name: &str) -> String {
    match words.language {
        Language::English => calendar.english_name(name).unwrap_or(name).to_owned(),
        Language::Chinese => name.to_owned(),
    }
}

/// The page of a proof sheet.
#[derive(Debug, Template)]
#[template(path = "clock.html")]
pub struct ClockPage {
    /// Around the page.
    pub frame: Frame,
    /// The request's page.
    pub path: String,
    /// Its reference.
    pub reference: String,
    /// The deadline, as a sentence.
    pub result: String,
    /// From which day on the calendar is not published; `None` when all of it is.
    pub provisional: Option<String>,
    /// Receipt, term, zone, calendar and its version, pauses, extension.
    pub facts: Vec<Fact>,
    /// The days, first to last.
    pub days: Vec<DayLine>,
}

/// One day of a proof sheet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DayLine {
    /// With its weekday.
    pub date: String,
    /// Its number in the term; `None` when it does not count.
    pub count: Option<u32>,
    /// "Working day", "Day off: National Day (国办发明电…)", "Made-up working day", "Day of receipt".
    pub why: String,
    /// `off`, `made-up`, `unknown`, `due`, or nothing.
    pub class: &'static str,
}
