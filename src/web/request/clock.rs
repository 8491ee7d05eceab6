//! A request's clock: each deadline and where it comes from, what the term waits for, each day and why it counts or not, and
//! the forms that change it. Made to be printed.

mod deadlines;
pub mod steps;

use std::sync::Arc;

use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;

use super::page::Move;
use super::view;
use crate::domain::calendar::{Calendar, Day, WhyOff, WhyWorking};
use crate::domain::clock::Pause;
use crate::domain::deadline::{ProofDay, Role};
use crate::domain::decide::recounted;
use crate::domain::moves::{self, Move as Step, Refusal};
use crate::domain::policy::{PauseId, Policy, Then};
use crate::domain::request::{PolicyStamp, Request};
use crate::domain::rules::Rules;
use crate::house::House;
use crate::packs::Shelf;
use crate::store::people;
use crate::store::requests::{self, Stored};
use crate::web::door::session::Reads;
use crate::web::error::PageError;
use crate::web::frame::look::{Choice, Fact};
use crate::web::frame::say::Say;
use crate::web::frame::words::{Language, Words};
use crate::web::frame::{Frame, Place};
use crate::web::{aside, show};

pub use deadlines::DeadlineLine;
pub(super) use deadlines::deadlines;

/// GET /requests/{reference}/clock
pub async fn clock(
    who: Reads,
    house: web::Data<House>,
    reference: web::Path<String>,
    request: HttpRequest,
) -> Result<HttpResponse, PageError> {
    let frame = who.frame(&request, Place::Requests, who.words.t("clock-title"));
    let (stored, people) = aside({
        let house = Arc::clone(&house);
        move || {
            Ok(house
                .store
                .read(|db| Ok((requests::find_by_reference(db, &reference)?, people::list(db)?)))?)
        }
    })
    .await?;
    let stored = stored.ok_or(PageError::Absent)?;
    let shelf = house.shelf();
    let say = Say::new(who.words, &shelf, house.now.instant(), &people);
    let rules = say.rules(&stored.request.policy).ok_or(PageError::Absent)?;
    let moves = moves::moves(&stored.request, who.actor(), rules.policy);
    show(&page(frame, &say, &shelf, &stored, rules, &moves))
}

fn page(
    frame: Frame,
    say: &Say<'_>,
    shelf: &Shelf,
    stored: &Stored,
    rules: Rules<'_>,
    moves: &[(Step, Result<(), Refusal>)],
) -> ClockPage {
    let (words, request, policy) = (&say.words, &stored.request, rules.policy);
    let clock = request.clock();
    let sheet = rules.run(&clock, &policy.term, clock.extensions, |run| {
        run.proof_sheet(rules.calendar, policy.zone)
    });
    let due = words.date(request.deadline.due_on);
    let result = if request.is_paused() {
        words.t("clock-result-paused")
    } else {
        words.a("clock-result", &[("date", &due), ("zone", policy.zone.name())])
    };
    let path = format!("/requests/{}", request.reference);
    let names = |step: &Step| OF_THE_CLOCK.contains(step);
    ClockPage {
        reference: request.reference.clone(),
        seq: stored.seq,
        result,
        provisional: sheet
            .deadline
            .unknown_from
            .map(|day| words.with("clock-unknown", "date", &words.date(day))),
        facts: facts(say, request, rules),
        deadlines: deadlines(say, request, rules),
        pauses: pauses(say, request, rules),
        says: says(say, rules),
        days: sheet.rows.iter().map(|row| line(words, rules.calendar, row)).collect(),
        days_of: words.with("clock-days-of", "policy", policy.name.text(say.tag())),
        moves: moves
            .iter()
            .filter(|(step, _)| names(step))
            .map(|(step, may)| view::move_of(say, &path, *step, may))
            .collect(),
        offers: Offers {
            pauses: policy
                .pauses
                .iter()
                .filter(|rule| clock.open_pause(&rule.id).is_none())
                .map(|rule| {
                    choice(
                        rule.id.as_str(),
                        rule.name.text(say.tag()),
                        rule.explanation.text(say.tag()),
                    )
                })
                .collect(),
            open: request
                .open_pauses()
                .map(|pause| choice(pause.reason.as_str(), &pause_name(say, policy, &pause.reason), ""))
                .collect(),
            policies: policies(say, shelf, request),
            confirmation: policy
                .confirmation
                .as_ref()
                .map(|confirmation| confirmation.explanation.text(say.tag()).to_owned())
                .unwrap_or_default(),
            today: say.now.with_timezone(&policy.zone).format("%Y-%m-%d").to_string(),
            last: request.deadline.due_on.to_string(),
            zone: policy.zone.name().to_owned(),
        },
        path,
        frame,
    }
}

/// The moves whose forms stand on this page.
const OF_THE_CLOCK: [Step; 8] = [
    Step::Pause,
    Step::Resume,
    Step::ConfirmReceipt,
    Step::SetTarget,
    Step::ApplyPolicy,
    Step::ProposeDeadline,
    Step::ConfirmDeadline,
    Step::DeclineDeadline,
];

fn facts(say: &Say<'_>, request: &Request, rules: Rules<'_>) -> Vec<Fact> {
    let (words, policy) = (&say.words, rules.policy);
    let fact = |key: &str, value: String| Fact {
        label: words.t(key),
        value,
    };
    let mut facts = vec![fact("fact-received", words.zoned(request.clock_from, policy.zone))];
    let begins = rules.begins(&request.clock());
    if begins != request.clock_from {
        facts.push(fact("clock-begins", words.instant(begins, policy.zone)));
    }
    facts.push(fact("policy-term", term(words, rules)));
    if request.extensions > 0 {
        facts.push(fact("clock-extended", words.n("clock-times", request.extensions)));
    }
    facts.extend([
        fact("policy-zone", policy.zone.name().to_owned()),
        fact("policy-calendar", request.deadline.calendar.clone()),
        fact(
            "fact-policy",
            format!("{} · {}", policy.name.text(say.tag()), policy.version),
        ),
    ]);
    let counted = recounted(request, rules);
    if counted != request.deadline {
        facts.push(fact("clock-stands", words.date(request.deadline.due_on)));
    }
    facts
}

/// What the term waits for or waited for, one line each.
fn pauses(say: &Say<'_>, request: &Request, rules: Rules<'_>) -> Vec<PauseLine> {
    let zone = rules.policy.zone;
    let told = |pause: &Pause| PauseLine {
        what: pause_name(say, rules.policy, &pause.reason),
        from: say.words.instant(pause.from, zone),
        until: match pause.until {
            Some(until) => say.words.instant(until, zone),
            None => say.words.t("clock-still-waits"),
        },
        why: rules.policy.pause(&pause.reason).map_or_else(String::new, |rule| {
            say.words.t(match rule.then {
                Then::Begins => "clock-then-begins",
                Then::GoesOn if rule.first_day_counts || rule.last_day_counts => "clock-then-goes-on",
                Then::GoesOn => "clock-then-goes-on-edges",
            })
        }),
    };
    request.pauses.iter().map(told).collect()
}

/// What the policy does not allow, said in so many words.
fn says(say: &Say<'_>, rules: Rules<'_>) -> Vec<String> {
    let policy = rules.policy;
    let none = |is_none: bool, key: &str| is_none.then(|| say.words.t(key));
    let mut says: Vec<String> = [
        none(policy.pauses.is_empty(), "refusal-no-pause"),
        none(policy.extension.is_none(), "refusal-no-extension"),
    ]
    .into_iter()
    .flatten()
    .collect();
    for about in ["term", "pauses", "extension", "confirmation"] {
        let cautions = policy.cautions_about(about);
        says.extend(cautions.map(|caution| caution.text.text(say.tag()).to_owned()));
    }
    says
}

fn pause_name(say: &Say<'_>, policy: &Policy, id: &PauseId) -> String {
    let rule = policy.pause(id);
    rule.map_or(id.as_str(), |rule| rule.name.text(say.tag())).to_owned()
}

fn policies(say: &Say<'_>, shelf: &Shelf, request: &Request) -> Vec<Choice> {
    let others = shelf.packs().iter().map(|loaded| &loaded.pack.policy).filter(|policy| {
        let is = |stamp: &PolicyStamp| stamp.id == policy.id && stamp.version == policy.version;
        !is(&request.policy) && !request.also.iter().any(|applied| is(&applied.policy))
    });
    others
        .map(|policy| {
            let name = format!("{} · {}", policy.name.text(say.tag()), policy.version);
            choice(&format!("{} {}", policy.id, policy.version), &name, "")
        })
        .collect()
}

fn choice(value: &str, label: &str, hint: &str) -> Choice {
    Choice {
        value: value.to_owned(),
        label: label.to_owned(),
        hint: hint.to_owned(),
        chosen: false,
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

/// The page of a clock.
#[derive(Debug, Template)]
#[template(path = "clock.html")]
pub struct ClockPage {
    /// Around the page.
    pub frame: Frame,
    /// The request's page.
    pub path: String,
    /// Its reference.
    pub reference: String,
    /// How many events the page was made from.
    pub seq: i64,
    /// The deadline, as a sentence.
    pub result: String,
    /// From which day on the calendar is not published; `None` when all of it is.
    pub provisional: Option<String>,
    /// Receipt, beginning, term, zone, calendar and its version, extensions.
    pub facts: Vec<Fact>,
    /// Each deadline there is, with where it comes from.
    pub deadlines: Vec<DeadlineLine>,
    /// What the term waits for or waited for.
    pub pauses: Vec<PauseLine>,
    /// What the policy does not allow, and what is easily got wrong.
    pub says: Vec<String>,
    /// The days of the request's own policy, first to last.
    pub days: Vec<DayLine>,
    /// Whose days they are.
    pub days_of: String,
    /// The moves of the clock, open or not.
    pub moves: Vec<Move>,
    /// What the forms offer.
    pub offers: Offers,
}

impl ClockPage {
    fn open_moves(&self) -> impl Iterator<Item = &Move> {
        self.moves.iter().filter(|one| one.open)
    }

    fn closed_moves(&self) -> impl Iterator<Item = &Move> {
        self.moves.iter().filter(|one| !one.open)
    }
}

/// What the forms of a clock offer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Offers {
    /// What the term may wait for.
    pub pauses: Vec<Choice>,
    /// What it waits for.
    pub open: Vec<Choice>,
    /// Policies that could apply besides.
    pub policies: Vec<Choice>,
    /// What a confirmation of receipt has to say.
    pub confirmation: String,
    /// Today in the policy's zone.
    pub today: String,
    /// The day of the deadline.
    pub last: String,
    /// The policy's zone.
    pub zone: String,
}

/// One time for which the term waits or waited.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PauseLine {
    /// For what.
    pub what: String,
    /// Since when.
    pub from: String,
    /// Until when, or that it still does.
    pub until: String,
    /// What its end does to the term.
    pub why: String,
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
