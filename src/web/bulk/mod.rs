//! The same step for several requests: chosen, rehearsed, taken one by one, and reported one by one.
//!
//! Each request stays one person's case: its step is a transaction of its own through the door, and what the rules refuse to
//! one of them is refused to it alone.

mod plan;

use std::sync::Arc;

use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;

use crate::domain::event::CaseKind;
use crate::house::House;
use crate::store::StoreError;
use crate::store::door::{Door, Seen, StepError};
use crate::store::lists::{self, Line};
use crate::store::people::{self, Person};
use crate::store::requests::{self, Stored};
use crate::web::door::session::{Officer, Sent};
use crate::web::error::PageError;
use crate::web::frame::look::{Choice, RequestRow};
use crate::web::frame::say::{Say, choices};
use crate::web::frame::words::Words;
use crate::web::frame::{Frame, Place};
use crate::web::request::letter;
use crate::web::requests::Asked;
use crate::web::{aside, show};

use plan::{Plan, STEPS, VERDICTS};

/// So many requests are shown to choose from, and taken at once.
const MOST: i64 = 200;

type Page = Result<HttpResponse, PageError>;

/// GET /bulk: the requests of a list, to choose from.
pub async fn choose(who: Officer, house: web::Data<House>, asked: web::Query<Asked>, request: HttpRequest) -> Page {
    let frame = who.frame(&request, Place::Requests, who.words.t("bulk-title"));
    let pack = house.pack().map_err(PageError::broken)?;
    let now = house.now.instant();
    let filter = asked.filter(&pack, who.person.id, now);
    let office = Arc::clone(&house);
    let (count, lines, people) = aside(move || {
        Ok(office.store.read(|db| {
            let (count, lines) = lists::group(db, &filter, MOST)?;
            Ok((count, lines, people::list(db)?))
        })?)
    })
    .await?;
    let shelf = house.shelf();
    let say = Say::new(who.words, &shelf, now, &people);
    let words = who.words;
    let shown = i64::try_from(lines.len()).unwrap_or(MOST);
    show(&ChoosePage {
        found: words.n("requests-found", count),
        more: (count > shown).then(|| words.n("bulk-more", shown)),
        rows: lines.iter().map(|line| row(&say, line)).collect(),
        steps: choices(&words, "bulk-step", STEPS, ""),
        verdicts: choices(&words, "bulk-verdict", VERDICTS, ""),
        kinds: choices(
            &words,
            "kind",
            CaseKind::ALL.map(CaseKind::as_str),
            CaseKind::Request.as_str(),
        ),
        people: colleagues(&words, &people),
        frame,
    })
}

fn row(say: &Say<'_>, line: &Line) -> ChoiceRow {
    ChoiceRow {
        value: line.id.to_string(),
        row: say.row(line),
    }
}

fn colleagues(words: &Words, people: &[Person]) -> Vec<Choice> {
    let choice = |value: String, label: String| Choice {
        value,
        label,
        hint: String::new(),
        chosen: false,
    };
    let nobody = choice(String::new(), words.t("nobody"));
    let active = people.iter().filter(|person| person.active);
    std::iter::once(nobody)
        .chain(active.map(|person| choice(person.id.to_string(), person.name.clone())))
        .collect()
}

/// POST /bulk/preview: what would happen to each, found out by doing it and leaving no trace.
pub async fn preview(who: Officer, house: web::Data<House>, request: HttpRequest, form: Sent) -> Page {
    run(&who, &house, &request, &form, Run::Rehearsal).await
}

/// POST /bulk: the step is taken, for each in a transaction of its own.
pub async fn take(who: Officer, house: web::Data<House>, request: HttpRequest, form: Sent) -> Page {
    run(&who, &house, &request, &form, Run::Earnest).await
}

/// Whether a step is only tried.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Run {
    Rehearsal,
    Earnest,
}

async fn run(who: &Officer, house: &web::Data<House>, request: &HttpRequest, form: &Sent, run: Run) -> Page {
    let back = |key: &str| PageError::Refused {
        sentence: who.words.t(key),
        back: "/bulk".to_owned(),
        kept: form.text("text"),
    };
    let plan = Plan::read(form).map_err(&back)?;
    let chosen = chosen(form).ok_or_else(|| back("bulk-none"))?;
    let (office, actor, planned) = (Arc::clone(house), who.actor(), plan.clone());
    let (done, people) = aside(move || {
        let shelf = office.shelf();
        let door = Door {
            book: &*shelf,
            actor,
            now: office.now.instant(),
        };
        let done: Vec<Done> = chosen
            .iter()
            .map(|(id, seen)| one(&office, &door, &planned, *id, *seen, run))
            .collect::<Result<_, PageError>>()?;
        Ok((done, office.store.read(people::list)?))
    })
    .await?;
    let shelf = house.shelf();
    let say = Say::new(who.words, &shelf, house.now.instant(), &people);
    let mut frame = who.frame(request, Place::Requests, who.words.t("bulk-title"));
    "/bulk".clone_into(&mut frame.here);
    let good = u32::try_from(done.iter().filter(|one| one.why_not.is_none()).count()).unwrap_or(u32::MAX);
    let bad = u32::try_from(done.len()).unwrap_or(u32::MAX) - good;
    show(&FatesPage {
        is_rehearsal: run == Run::Rehearsal,
        step: plan.told(&say),
        good: who
            .words
            .n(if run == Run::Rehearsal { "bulk-will" } else { "bulk-did" }, good),
        bad: (bad > 0).then(|| who.words.n("bulk-not", bad)),
        can_go_on: good > 0,
        fields: plan.fields(),
        fates: done.iter().map(|one| fate(&say, &plan, one)).collect(),
        frame,
    })
}

/// The numbers of the chosen requests, and how many events each had when it was rehearsed.
fn chosen(form: &Sent) -> Option<Vec<(i64, Seen)>> {
    let read = |text: &String| {
        let (id, seen) = match text.split_once(':') {
            Some((id, seen)) => (id, Seen::Events(seen.parse().ok()?)),
            None => (text.as_str(), Seen::Whatever),
        };
        Some((id.parse().ok()?, seen))
    };
    let all: Option<Vec<(i64, Seen)>> = form.all("chosen").iter().map(read).collect();
    let mut all = all.filter(|all| !all.is_empty())?;
    all.sort_by_key(|(id, _)| *id);
    all.dedup_by_key(|(id, _)| *id);
    all.truncate(usize::try_from(MOST).unwrap_or(usize::MAX));
    Some(all)
}

/// What became of one request.
struct Done {
    before: Stored,
    why_not: Option<StepError>,
}

fn one(house: &House, door: &Door<'_>, plan: &Plan, id: i64, seen: Seen, run: Run) -> Result<Done, PageError> {
    let before = house.store.read(|db| requests::find(db, id))?;
    let taken = || {
        house.store.write(|tx| {
            plan.take(tx, house, door, id, seen)?;
            match run {
                Run::Earnest => Ok(()),
                // An error ends the transaction: nothing of what was tried stays.
                Run::Rehearsal => Err(Ended::Rehearsed),
            }
        })
    };
    let ended = match taken() {
        Err(Ended::Step(StepError::Store(StoreError::Conflict))) => taken(),
        ended => ended,
    };
    let why_not = match ended {
        Ok(()) | Err(Ended::Rehearsed) => None,
        Err(Ended::Step(error)) => Some(error),
    };
    Ok(Done { before, why_not })
}

/// How a transaction ended that was not committed.
enum Ended {
    Rehearsed,
    Step(StepError),
}

impl From<StepError> for Ended {
    fn from(error: StepError) -> Self {
        Self::Step(error)
    }
}

impl From<StoreError> for Ended {
    fn from(error: StoreError) -> Self {
        Self::Step(error.into())
    }
}

fn fate(say: &Say<'_>, plan: &Plan, one: &Done) -> Fate {
    let words = &say.words;
    let request = &one.before.request;
    let why_not = one.why_not.as_ref().map(|error| match error {
        StepError::Refused(refusal) => words.t(&format!("refusal-{}", refusal.code())),
        StepError::Lacks(missing) => {
            let policy = say.rules(&request.policy).map(|rules| rules.policy);
            letter::lacks(words, policy, missing)
        }
        StepError::Letter(why) => letter::not_written(words, why),
        StepError::Lost(parts) => letter::lost(words, parts).join(" "),
        StepError::Changed => words.t("bulk-changed"),
        StepError::NoPolicy { .. } => words.t("error-no-policy"),
        StepError::Store(error) => {
            tracing::error!(%error, "a step for several requests failed for one of them");
            words.t("bulk-failed")
        }
    });
    Fate {
        value: format!("{}:{}", one.before.id, one.before.seq),
        reference: request.reference.clone(),
        href: format!("/requests/{}", request.reference),
        requester: say.requester(&one.before.card.name, &one.before.card.address),
        what: plan.for_one(say, &one.before),
        why_not,
    }
}

/// One request to choose.
#[derive(Debug, Clone)]
pub struct ChoiceRow {
    /// What the form sends.
    pub value: String,
    /// The request as lists show it.
    pub row: RequestRow,
}

/// The page on which requests and a step are chosen.
#[derive(Debug, Template)]
#[template(path = "bulk/choose.html")]
pub struct ChoosePage {
    /// Around the page.
    pub frame: Frame,
    /// How many there are, in words.
    pub found: String,
    /// That only so many of them are shown.
    pub more: Option<String>,
    /// The requests.
    pub rows: Vec<ChoiceRow>,
    /// What can be done.
    pub steps: Vec<Choice>,
    /// What can be decided for all alike.
    pub verdicts: Vec<Choice>,
    /// What sorts of case there are.
    pub kinds: Vec<Choice>,
    /// To whom they can be given.
    pub people: Vec<Choice>,
}

/// What will become, or became, of one request.
#[derive(Debug, Clone)]
pub struct Fate {
    /// Its number and how many events it has.
    pub value: String,
    /// Such as `DSR-2026-000123`.
    pub reference: String,
    /// Its page.
    pub href: String,
    /// Who asks.
    pub requester: String,
    /// What the step means for it.
    pub what: String,
    /// Why the step is not taken with it.
    pub why_not: Option<String>,
}

/// The page that shows what will happen to each request, or did.
#[derive(Debug, Template)]
#[template(path = "bulk/fates.html")]
pub struct FatesPage {
    /// Around the page.
    pub frame: Frame,
    /// Nothing has happened yet.
    pub is_rehearsal: bool,
    /// The step, in words.
    pub step: String,
    /// For how many it is taken.
    pub good: String,
    /// For how many it is not.
    pub bad: Option<String>,
    /// There is at least one for which it can be taken.
    pub can_go_on: bool,
    /// The step's fields, to be sent again.
    pub fields: Vec<(&'static str, String)>,
    /// One line a request.
    pub fates: Vec<Fate>,
}
