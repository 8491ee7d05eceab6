//! The desk: what is due, what is late, and what to do next.

use std::collections::BTreeSet;
use std::sync::Arc;

use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use chrono::{DateTime, Datelike, Days, NaiveDate, NaiveTime, Utc};

use crate::domain::calendar::{Calendar, Day};
use crate::domain::person::Role;
use crate::domain::reminder::local_instant;
use crate::house::House;
use crate::packs::LoadedPack;
use crate::store::lists::{self, Filter, Life, Line};
use crate::store::messages;
use crate::store::outbox::{self, State};
use crate::store::people::{self, Person};
use crate::store::{Reader, StoreError};
use crate::web::door::session::Signed;
use crate::web::error::PageError;
use crate::web::frame::look::{Link, Notice, RequestRow, Tone};
use crate::web::frame::say::{SOON, Say};
use crate::web::frame::words::Words;
use crate::web::frame::{Frame, Place};
use crate::web::{aside, balance, go_on, letters, show};

/// How many rows each group shows.
const ROWS: i64 = 8;

/// GET /
pub async fn desk(who: Signed, house: web::Data<House>, request: HttpRequest) -> Result<HttpResponse, PageError> {
    let frame = who.frame(&request, Place::Desk, who.words.t("desk-title"));
    if !frame.reads() {
        // Who owns a system sees its tasks, and nothing else.
        return Ok(go_on("/tasks"));
    }
    let pack = house.pack().map_err(PageError::broken)?;
    let now = house.now.instant();
    let times = Times::of(&pack, now);
    let found = aside({
        let (house, times) = (Arc::clone(&house), times);
        move || Ok(house.store.read(|db| Found::look(db, &times))?)
    })
    .await?;
    show(&DeskPage::of(frame, who.person.role, &house, &pack, &times, found))
}

/// The instants that the groups lie between.
#[derive(Debug, Clone, Copy)]
pub(super) struct Times {
    now: DateTime<Utc>,
    today: NaiveDate,
    /// The midnight that ends today in the policy's zone.
    pub end_of_today: DateTime<Utc>,
    /// The midnight that ends the fifth working day from now.
    pub end_of_week: DateTime<Utc>,
}

impl Times {
    /// The instants as a pack counts its days.
    pub fn of(pack: &LoadedPack, now: DateTime<Utc>) -> Self {
        let policy = &pack.pack.policy;
        let today = now.with_timezone(&policy.zone).date_naive();
        let midnight = |day: NaiveDate| local_instant(day + Days::new(1), NaiveTime::MIN, policy.zone);
        let week = pack.calendar.add_working_days(today, SOON).day;
        Self {
            now,
            today,
            end_of_today: midnight(today),
            end_of_week: midnight(week),
        }
    }

    /// What a group lets through.
    fn filter(&self, kind: Kind) -> Filter {
        let life = match kind {
            Kind::Late | Kind::Today | Kind::Week => Life::Open,
            Kind::Triage => Life::Stage("triage".to_owned()),
            Kind::Approval => Life::AwaitsApproval,
            Kind::Held => Life::Held,
            Kind::Undelivered => Life::Stage("not-delivered".to_owned()),
        };
        let (ends_after, ends_by) = match kind {
            Kind::Late => (None, Some(self.now)),
            Kind::Today => (Some(self.now), Some(self.end_of_today)),
            Kind::Week => (Some(self.end_of_today), Some(self.end_of_week)),
            Kind::Triage | Kind::Approval | Kind::Held | Kind::Undelivered => (None, None),
        };
        Filter {
            life,
            ends_after,
            ends_by,
            ..Filter::default()
        }
    }
}

/// What requests on the desk have in common.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Late,
    Undelivered,
    Today,
    Approval,
    Triage,
    Held,
    Week,
}

impl Kind {
    /// All of them, the most urgent first.
    const ALL: [Self; 7] = [
        Self::Late,
        Self::Undelivered,
        Self::Today,
        Self::Approval,
        Self::Triage,
        Self::Held,
        Self::Week,
    ];

    fn key(self) -> &'static str {
        match self {
            Self::Late => "late",
            Self::Undelivered => "undelivered",
            Self::Today => "today",
            Self::Approval => "approval",
            Self::Triage => "triage",
            Self::Held => "held",
            Self::Week => "week",
        }
    }

    fn tone(self) -> Tone {
        match self {
            Self::Late | Self::Undelivered => Tone::Late,
            Self::Today | Self::Held => Tone::Today,
            Self::Week => Tone::Soon,
            Self::Approval | Self::Triage => Tone::Quiet,
        }
    }
}

/// What the store says.
struct Found {
    groups: Vec<(Kind, i64, Vec<Line>)>,
    people: Vec<Person>,
    /// How many letters wait to be sent.
    queued: i64,
    /// How many need a person.
    letters: Vec<(State, i64)>,
    mail: balance::Mail,
    /// Mails whose characters wait for somebody to compare.
    uncertain: i64,
}

impl Found {
    fn look(db: &mut Reader<'_>, times: &Times) -> Result<Self, StoreError> {
        let mut groups = Vec::new();
        for kind in Kind::ALL {
            let (count, lines) = lists::group(db, &times.filter(kind), ROWS)?;
            groups.push((kind, count, lines));
        }
        let counts = outbox::counts(db)?;
        Ok(Self {
            groups,
            people: people::list(db)?,
            queued: counts
                .iter()
                .filter(|(state, _)| *state == State::Queued)
                .map(|(_, count)| count)
                .sum(),
            letters: outbox::needy_counts(db, letters::since(times.now))?,
            mail: balance::Mail::look(db, times.now)?,
            uncertain: messages::count_uncertain(db)?,
        })
    }
}

/// A whole number as the words take it.
fn small(count: i64) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}

impl DeskPage {
    fn of(frame: Frame, role: Role, house: &House, pack: &LoadedPack, times: &Times, found: Found) -> Self {
        let words = frame.words;
        let shelf = house.shelf();
        let say = Say::new(words, &shelf, times.now, &found.people);
        let count = |kind: Kind| {
            found
                .groups
                .iter()
                .find(|group| group.0 == kind)
                .map_or(0, |group| small(group.1))
        };
        let mut shown = BTreeSet::new();
        let mut groups = Vec::new();
        for (kind, count, lines) in &found.groups {
            let rows: Vec<RequestRow> = lines
                .iter()
                .filter(|line| shown.insert(line.id))
                .map(|line| say.row(line))
                .collect();
            if !rows.is_empty() {
                groups.push(Group::of(&words, *kind, *count, lines.len(), rows));
            }
        }
        let first = groups.first().and_then(|group| group.rows.first());
        let next = match role {
            Role::Officer | Role::Admin => first.cloned(),
            // A second person's next step is to approve, whatever else is late.
            Role::Reviewer => {
                let waiting = found.groups.iter().find(|group| group.0 == Kind::Approval);
                waiting.and_then(|group| group.2.first()).map(|line| say.row(line))
            }
            Role::Auditor | Role::SystemOwner => None,
        };
        let tallies = Kind::ALL.map(|kind| Tally {
            tone: kind.tone(),
            label: words.t(&format!("desk-{}", kind.key())),
            count: count(kind),
            href: format!("/requests?standing={}", kind.key()),
        });
        Self {
            today: today(&words, &pack.calendar, times.today),
            headline: headline(&words, count(Kind::Late), count(Kind::Today), &groups),
            notices: letters::notices(&words, &found.letters)
                .into_iter()
                .chain(notices(&words, house, &pack.calendar, times.today, &found))
                .collect(),
            next,
            tallies: tallies.into(),
            groups,
            state: state(&words, house, found.queued),
            frame,
        }
    }
}

impl Group {
    fn of(words: &Words, kind: Kind, count: i64, loaded: usize, rows: Vec<RequestRow>) -> Self {
        let count = small(count);
        let beyond = count.saturating_sub(small(loaded as i64));
        let above = small((loaded - rows.len()) as i64);
        let note = words.t(&format!("desk-{}-note", kind.key()));
        let more = (beyond > 0).then(|| Link {
            label: words.n("desk-more", beyond),
            href: format!("/requests?standing={}", kind.key()),
        });
        Self {
            key: kind.key(),
            title: words.t(&format!("desk-{}", kind.key())),
            note: if above == 0 {
                note
            } else {
                words.a(
                    "desk-note-above",
                    &[("note", &note), ("above", &words.n("desk-above", above))],
                )
            },
            count,
            rows,
            more,
        }
    }
}

fn today(words: &Words, calendar: &Calendar, today: NaiveDate) -> String {
    let key = match calendar.day(today) {
        Day::Working(_) => "desk-day-worked",
        Day::Off(_) => "desk-day-off",
        Day::Unknown { .. } => "desk-day-unknown",
    };
    words.with(key, "date", &words.date(today))
}

fn headline(words: &Words, late: u32, due_today: u32, groups: &[Group]) -> String {
    let waiting = groups.iter().map(|group| small(group.rows.len() as i64)).sum::<u32>();
    match (late, due_today, waiting) {
        (1.., _, _) => words.n("desk-headline-late", late),
        (0, 1.., _) => words.n("desk-headline-today", due_today),
        (0, 0, 1..) => words.n("desk-headline-work", waiting),
        (0, 0, 0) => words.t("desk-headline-calm"),
    }
}

/// The notice of next year normally appears in November; from that month's first day on, its absence is said.
pub(super) fn calendar_alarm(words: &Words, calendar: &Calendar, today: NaiveDate) -> Option<Notice> {
    let wanted = if today.month() >= 11 {
        today.year() + 1
    } else {
        today.year()
    };
    (calendar.covers_to().year() < wanted).then(|| Notice {
        tone: Tone::Today,
        text: words.with("desk-calendar-missing", "year", &wanted.to_string()),
        link: Some(Link {
            label: words.t("desk-calendar-look"),
            href: "/calendar".to_owned(),
        }),
    })
}

fn notices(words: &Words, house: &House, calendar: &Calendar, today: NaiveDate, found: &Found) -> Vec<Notice> {
    let mut notices = balance::notices(words, house, &found.mail);
    notices.extend(calendar_alarm(words, calendar, today));
    if found.uncertain > 0 {
        notices.push(Notice {
            tone: Tone::Today,
            text: words.n("desk-unreadable", found.uncertain),
            link: Some(Link {
                label: words.t("reading-compare"),
                href: "/mail?of=uncertain".to_owned(),
            }),
        });
    }
    if house.settings.smtp.is_none() {
        let folder = house.settings.outbox_folder().display().to_string();
        let text = words.with("desk-letters-folder", "folder", &folder);
        notices.push(Notice {
            tone: Tone::Quiet,
            text,
            link: None,
        });
    }
    notices
}

/// How the parts that work by themselves do, from their last reports.
fn state(words: &Words, house: &House, waiting: i64) -> Vec<Notice> {
    let line = |tone, text| Notice { tone, text, link: None };
    let mut lines = Vec::new();
    if house.settings.mailbox.is_empty() {
        lines.push(line(Tone::Quiet, words.t("desk-mailbox-none")));
    }
    let failing = house
        .board
        .reports()
        .into_iter()
        .filter(|(_, report)| report.result.is_err());
    for (part, _) in failing {
        lines.push(line(Tone::Late, words.with("desk-part-failing", "part", &part)));
    }
    if waiting > 0 {
        lines.push(line(Tone::Quiet, words.n("desk-sending-waiting", waiting)));
    }
    if lines.is_empty() {
        lines.push(line(Tone::Calm, words.t("desk-all-well")));
    }
    lines
}

/// The page.
#[derive(Debug, Template)]
#[template(path = "desk.html")]
pub struct DeskPage {
    /// Around the page.
    pub frame: Frame,
    /// Today, in the policy's zone, and whether it is a working day.
    pub today: String,
    /// The one sentence that says how things stand.
    pub headline: String,
    /// What everybody should know: the calendar alarm, letters that go to a folder.
    pub notices: Vec<Notice>,
    /// The one request to take up first.
    pub next: Option<RequestRow>,
    /// How many wait in each group, zero included.
    pub tallies: Vec<Tally>,
    /// The groups that have something in them, most urgent first; each request stands in its most urgent one.
    pub groups: Vec<Group>,
    /// How intake, sending and the clock do.
    pub state: Vec<Notice>,
}

/// A count that leads to its group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tally {
    /// How urgent.
    pub tone: Tone,
    /// What is counted.
    pub label: String,
    /// How many.
    pub count: u32,
    /// Where they are.
    pub href: String,
}

/// Requests that wait for the same thing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Group {
    /// The anchor.
    pub key: &'static str,
    /// What they have in common.
    pub title: String,
    /// What that means, in one sentence.
    pub note: String,
    /// How many there are in all.
    pub count: u32,
    /// The first of them.
    pub rows: Vec<RequestRow>,
    /// Where the rest is.
    pub more: Option<Link>,
}
