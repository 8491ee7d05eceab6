//! The working-day calendar: its years and their sources, what a new one would move, and how one is loaded.

mod year;

use std::sync::Arc;

use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use chrono::{DateTime, Datelike, Utc};
use serde::Deserialize;

use crate::domain::calendar::Calendar;
use crate::domain::command::Command;
use crate::domain::deadline::Deadline;
use crate::domain::decide::recounted;
use crate::domain::moves::Refusal;
use crate::domain::person::Role;
use crate::domain::rules::RuleBook;
use crate::house::House;
use crate::packs::{LoadedPack, Shelf};
use crate::store::door::{Door, Seen, StepError};
use crate::store::requests::Stored;
use crate::store::{StoreError, office, requests};
use crate::web::door::session::{Admin, Officer, Reads, Sent, Signed};
use crate::web::error::PageError;
use crate::web::frame::look::{Notice, Tone};
use crate::web::frame::words::Words;
use crate::web::frame::{Frame, Place};
use crate::web::{aside, go_on, show};

pub use year::{DayMark, YearView};

/// What the address asks for.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    year: Option<i32>,
}

/// GET /calendar
pub async fn calendar(
    who: Reads,
    house: web::Data<House>,
    asked: web::Query<Asked>,
    request: HttpRequest,
) -> Result<HttpResponse, PageError> {
    show(&page(&who, &house, &request, asked.year, Loading::default()).await?)
}

/// POST /calendar: checks the text of a new calendar and, when asked to, loads it.
pub async fn load(
    who: Admin,
    house: web::Data<House>,
    request: HttpRequest,
    form: Sent,
) -> Result<HttpResponse, PageError> {
    let pack = house.pack().map_err(PageError::broken)?;
    let loading = Loading::check(&who.words, &pack, form.text("content"));
    if form.text("step") != "load" || !loading.checked {
        let mut page = page(&who, &house, &request, None, loading).await?;
        page.frame.here = "/calendar".to_owned();
        return show(&page);
    }
    let (office, actor, now) = (Arc::clone(&house), who.actor().to_string(), house.now.instant());
    aside(move || Ok(keep(&office, &loading.content, &actor, now)?)).await?;
    Ok(go_on("/calendar?said=calendar"))
}

/// Stores a calendar that was checked, says so in the journal of the house, and puts it on the shelf.
fn keep(house: &House, content: &str, actor: &str, now: DateTime<Utc>) -> Result<(), StoreError> {
    let calendar =
        Calendar::parse(content, "calendar").map_err(|_| StoreError::Corrupt("a checked calendar".to_owned()))?;
    house.store.write(|tx| {
        office::load_calendar(tx, (calendar.region(), calendar.version()), content, actor, now).map(drop)
    })?;
    house.refresh_calendars()
}

/// POST /calendar/changes: every deadline that the calendar in force moves gets its new date, each as a step.
pub async fn confirm(who: Officer, house: web::Data<House>, form: Sent) -> Result<HttpResponse, PageError> {
    let (office, actor, agreed) = (Arc::clone(&house), who.actor(), form.text("calendar"));
    aside(move || {
        let shelf = office.shelf();
        let door = Door {
            book: &*shelf,
            actor,
            now: office.now.instant(),
        };
        for moving in moving(&office, &shelf)? {
            if moving.to.calendar != agreed {
                return Err(PageError::Malformed);
            }
            let step = office.store.write(|tx| {
                door.step(tx, moving.stored.id, Seen::Whatever, |_| Ok(Command::Recount))
                    .map(drop)
            });
            match step {
                // Somebody confirmed it meanwhile, or its clock stopped: there is nothing left to move.
                Ok(()) | Err(StepError::Refused(Refusal::NothingChanges | Refusal::NotRunning)) => {}
                Err(StepError::Store(error)) => return Err(error.into()),
                Err(error) => return Err(PageError::broken(error)),
            }
        }
        Ok(())
    })
    .await?;
    Ok(go_on("/calendar?said=confirmed"))
}

/// A request whose deadline was counted by another calendar, and its deadline by the one in force.
struct Moving {
    stored: Stored,
    to: Deadline,
}

/// The requests that the calendars in force would count otherwise.
fn moving(house: &House, shelf: &Shelf) -> Result<Vec<Moving>, PageError> {
    let pack = house.pack().map_err(PageError::broken)?;
    let version = pack.calendar.version().to_owned();
    let found = house.store.read(|db| requests::counted_otherwise(db, &version))?;
    let moving = found.into_iter().filter_map(|stored| {
        let rules = shelf.rules(&stored.request.policy)?;
        let to = recounted(&stored.request, rules);
        (to != stored.request.deadline).then_some(Moving { stored, to })
    });
    Ok(moving.collect())
}

/// The text of a new calendar and what was found in it.
#[derive(Default)]
struct Loading {
    content: String,
    check: Option<CheckView>,
    checked: bool,
}

impl Loading {
    fn check(words: &Words, pack: &LoadedPack, content: String) -> Self {
        let region = &pack.pack.policy.calendar;
        let (tone, key, lines) = match Calendar::parse(&content, &format!("{region}.toml")) {
            Err(mistakes) => (
                Tone::Late,
                "calendar-unsound",
                mistakes.iter().map(ToString::to_string).collect(),
            ),
            Ok(calendar) if calendar.region() != region => (
                Tone::Late,
                "calendar-unsound",
                vec![words.with("calendar-other-region", "region", region)],
            ),
            Ok(calendar) => (Tone::Done, "calendar-sound", vec![lead(words, &calendar)]),
        };
        let check = CheckView {
            tone,
            title: words.t(key),
            lines,
        };
        Self {
            content,
            check: Some(check),
            checked: tone == Tone::Done,
        }
    }
}

async fn page(
    who: &Signed,
    house: &web::Data<House>,
    request: &HttpRequest,
    asked: Option<i32>,
    loading: Loading,
) -> Result<CalendarPage, PageError> {
    let words = who.words;
    let frame = who.frame(request, Place::Calendar, words.t("calendar-title"));
    let pack = house.pack().map_err(PageError::broken)?;
    let calendar = &pack.calendar;
    let now = house.now.instant();
    let moving = aside({
        let house = Arc::clone(house);
        move || moving(&house, &house.shelf())
    })
    .await?;
    let this_year = now.with_timezone(&pack.pack.policy.zone).year();
    let (first, last) = (
        calendar.covers_from().year(),
        calendar.covers_to().year().max(this_year + 1),
    );
    let chosen = asked.filter(|year| (first..=last).contains(year));
    let shown = chosen.map_or_else(|| vec![this_year, this_year + 1], |year| vec![year]);
    let works = matches!(who.person.role, Role::Officer | Role::Admin);
    let mut changes: Vec<ChangeLine> = moving
        .iter()
        .map(|moving| ChangeLine::of(&words, moving, now))
        .collect();
    changes.sort_by_key(|change| change.order);
    let count = i64::try_from(changes.len()).unwrap_or(i64::MAX);
    Ok(CalendarPage {
        lead: lead(&words, calendar),
        notices: crate::web::desk::calendar_alarm(
            &words,
            calendar,
            now.with_timezone(&pack.pack.policy.zone).date_naive(),
        )
        .map(|notice| Notice { link: None, ..notice })
        .into_iter()
        .collect(),
        changes_of: calendar.version().to_owned(),
        confirm: works.then(|| words.n("calendar-confirm", count)),
        changes,
        years: (first..=last)
            .rev()
            .map(|year| YearLink {
                label: year.to_string(),
                href: format!("/calendar?year={year}"),
                current: shown.contains(&year),
            })
            .collect(),
        shown: shown.iter().map(|year| YearView::of(&words, calendar, *year)).collect(),
        can_load: who.person.role == Role::Admin,
        check: loading.check,
        content: loading.content,
        checked: loading.checked,
        frame,
    })
}

fn lead(words: &Words, calendar: &Calendar) -> String {
    let until = words.date(calendar.covers_to());
    words.a(
        "calendar-lead",
        &[
            ("region", calendar.region()),
            ("version", calendar.version()),
            ("until", &until),
        ],
    )
}

impl ChangeLine {
    fn of(words: &Words, moving: &Moving, now: DateTime<Utc>) -> Self {
        let from = &moving.stored.request.deadline;
        let to = &moving.to;
        let days = (to.due_on - from.due_on).num_days();
        let (order, tone, effect) = match days {
            _ if to.ends_at <= now && from.ends_at > now => (0, Tone::Late, words.t("calendar-late-at-once")),
            ..0 => (1, Tone::Today, words.n("calendar-earlier", -days)),
            0 => (3, Tone::Quiet, words.t("calendar-same")),
            1.. => (2, Tone::Quiet, words.n("calendar-later", days)),
        };
        let reference = moving.stored.request.reference.clone();
        Self {
            href: format!("/requests/{reference}"),
            reference,
            old: words.date(from.due_on),
            new: words.date(to.due_on),
            effect,
            tone,
            order,
        }
    }
}

/// The page of the calendar.
#[derive(Debug, Template)]
#[template(path = "calendar.html")]
pub struct CalendarPage {
    /// Around the page.
    pub frame: Frame,
    /// Which calendar is in force, and up to when it is known.
    pub lead: String,
    /// The alarm for a year that is missing.
    pub notices: Vec<Notice>,
    /// Deadlines that the calendar in force would move; those that get earlier or late stand first.
    pub changes: Vec<ChangeLine>,
    /// The calendar that the changes follow from, so that a confirmation means exactly this list.
    pub changes_of: String,
    /// What the button that confirms them says; `None` when the person may not.
    pub confirm: Option<String>,
    /// The years that can be looked at.
    pub years: Vec<YearLink>,
    /// The years looked at.
    pub shown: Vec<YearView>,
    /// The person may load a calendar.
    pub can_load: bool,
    /// What was found in the text below.
    pub check: Option<CheckView>,
    /// The text of a new calendar.
    pub content: String,
    /// The text was found to be sound and may be loaded.
    pub checked: bool,
}

/// One deadline that would move.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChangeLine {
    /// Of which request.
    pub reference: String,
    /// Its page.
    pub href: String,
    /// The date that stands.
    pub old: String,
    /// The date that would stand.
    pub new: String,
    /// "1 working day earlier", "late at once".
    pub effect: String,
    /// The same as colour and shape.
    pub tone: Tone,
    /// Its place: late at once, earlier, later, the same.
    order: u8,
}

/// A year to look at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct YearLink {
    /// The year.
    pub label: String,
    /// Where.
    pub href: String,
    /// It is shown.
    pub current: bool,
}

/// What was found in a calendar file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CheckView {
    /// Sound or not.
    pub tone: Tone,
    /// The same in words.
    pub title: String,
    /// Mistakes with their lines, or what the file would change.
    pub lines: Vec<String>,
}
