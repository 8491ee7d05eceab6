//! All requests: found by filter and by search, most urgent first, page by page.

use std::sync::Arc;

use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use chrono::{DateTime, Utc};
use serde::Deserialize;

use super::desk::Times;
use crate::domain::event::CaseKind;
use crate::domain::person::{PersonId, Role};
use crate::domain::policy::RightId;
use crate::house::House;
use crate::packs::LoadedPack;
use crate::store::lists::{self, From, Life, Place as Spot};
use crate::store::people::{self, Person};
use crate::web::door::session::Reads;
use crate::web::error::{PageError, query_encoded};
use crate::web::frame::look::{Choice, Link, RequestRow};
use crate::web::frame::say::{Say, choices};
use crate::web::frame::words::Words;
use crate::web::frame::{Frame, Place};
use crate::web::{aside, show};

/// How many requests a page holds.
const SIZE: i64 = 40;

/// The longest search that is looked up.
const MOST_SEARCHED: usize = 200;

/// The stages, as words, in the order of a request's life.
const STAGES: [&str; 9] = [
    "triage",
    "open",
    "answering",
    "not-delivered",
    "answered",
    "closed",
    "set-aside",
    "withdrawn",
    "merged",
];

/// How requests can stand; "open" is what one sees first.
const STANDINGS: [&str; 10] = [
    "open",
    "late",
    "today",
    "week",
    "paused",
    "triage",
    "approval",
    "held",
    "undelivered",
    "all",
];

/// The languages that mail is recognised in.
pub const LANGUAGES: [&str; 7] = ["zh-Hans", "en", "zh-Hant", "de", "fr", "ja", "ko"];

/// GET /requests
pub async fn requests(
    who: Reads,
    house: web::Data<House>,
    asked: web::Query<Asked>,
    request: HttpRequest,
) -> Result<HttpResponse, PageError> {
    let frame = who.frame(&request, Place::Requests, who.words.t("requests-title"));
    let pack = house.pack().map_err(PageError::broken)?;
    let now = house.now.instant();
    let asked = asked.into_inner();
    let filter = asked.filter(&pack, who.person.id, now);
    let from = asked.from();
    let (count, page, people) = aside({
        let house = Arc::clone(&house);
        move || {
            Ok(house.store.read(|db| {
                let (count, _) = lists::group(db, &filter, 0)?;
                Ok((count, lists::page(db, &filter, from, SIZE)?, people::list(db)?))
            })?)
        }
    })
    .await?;
    let shelf = house.shelf();
    let say = Say::new(who.words, &shelf, now, &people);
    let words = who.words;
    let several = matches!(who.person.role, Role::Officer | Role::Admin).then(|| asked.several(words.t("bulk-do")));
    show(&RequestsPage {
        several,
        campaigns: words.t("campaigns-title"),
        found: words.n("requests-found", count),
        query: asked.q.clone(),
        filters_used: asked.used(),
        filters: asked.filters(&words, &pack, &people),
        rows: page.lines.iter().map(|line| say.row(line)).collect(),
        newer: page
            .before
            .map(|spot| asked.link(words.t("requests-newer"), "before", spot)),
        older: page
            .after
            .map(|spot| asked.link(words.t("requests-older"), "after", spot)),
        frame,
    })
}

/// What the address asks for; each field may be empty.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    q: String,
    stage: String,
    right: String,
    kind: String,
    standing: String,
    assignee: String,
    language: String,
    campaign: String,
    before: String,
    after: String,
}

impl Asked {
    /// The requests that are asked for.
    pub(super) fn filter(&self, pack: &LoadedPack, me: PersonId, now: DateTime<Utc>) -> lists::Filter {
        let some = |text: &str| (!text.is_empty()).then(|| text.to_owned());
        let times = Times::of(pack, now);
        let (life, ends_after, ends_by) = match self.standing.as_str() {
            "late" => (Life::Open, None, Some(now)),
            "today" => (Life::Open, Some(now), Some(times.end_of_today)),
            "week" => (Life::Open, Some(times.end_of_today), Some(times.end_of_week)),
            "triage" => (Life::Stage("triage".to_owned()), None, None),
            "approval" => (Life::AwaitsApproval, None, None),
            "paused" => (Life::Paused, None, None),
            "held" => (Life::Held, None, None),
            "undelivered" => (Life::Stage("not-delivered".to_owned()), None, None),
            "all" => (Life::All, None, None),
            // A search looks everywhere unless it is told not to.
            "" if !self.q.trim().is_empty() => (Life::All, None, None),
            _ => (Life::Open, None, None),
        };
        lists::Filter {
            life: some(&self.stage).map_or(life, Life::Stage),
            right: some(&self.right).map(|id| RightId::new(&id)),
            kind: some(&self.kind),
            language: some(&self.language),
            assignee: match self.assignee.as_str() {
                "me" => Some(me),
                other => other.parse().ok().map(PersonId),
            },
            ends_by,
            ends_after,
            campaign: self.campaign.parse().ok(),
            search: self.q.chars().take(MOST_SEARCHED).collect(),
        }
    }

    fn from(&self) -> From {
        match (spot(&self.after), spot(&self.before)) {
            (Some(spot), _) => From::After(spot),
            (None, Some(spot)) => From::Before(spot),
            (None, None) => From::Start,
        }
    }

    fn used(&self) -> usize {
        let fields = [
            &self.stage,
            &self.right,
            &self.kind,
            &self.standing,
            &self.assignee,
            &self.language,
        ];
        fields.iter().filter(|field| !field.is_empty()).count()
    }

    fn filters(&self, words: &Words, pack: &LoadedPack, people: &[Person]) -> Vec<Filter> {
        let tag = words.language.tag();
        let rights = pack.pack.policy.rights.iter().map(|right| {
            let id = right.id.as_str();
            choice(id, right.name.text(tag).to_owned(), id == self.right)
        });
        let me = choice("me", words.t("assignee-me"), self.assignee == "me");
        let others = people.iter().filter(|person| person.active).map(|person| {
            let id = person.id.to_string();
            choice(&id, person.name.clone(), id == self.assignee)
        });
        let kinds = CaseKind::ALL.map(CaseKind::as_str);
        let all = |name, label: &str, rest: Vec<Choice>| {
            let none = choice("", words.t("filter-all"), false);
            Filter {
                name,
                label: words.t(label),
                choices: std::iter::once(none).chain(rest).collect(),
            }
        };
        let standing = Filter {
            name: "standing",
            label: words.t("filter-standing"),
            choices: choices(words, "standing", STANDINGS, &self.standing),
        };
        vec![
            standing,
            all("right", "filter-right", rights.collect()),
            all(
                "assignee",
                "filter-assignee",
                std::iter::once(me).chain(others).collect(),
            ),
            all("stage", "filter-stage", choices(words, "stage", STAGES, &self.stage)),
            all("kind", "filter-kind", choices(words, "kind", kinds, &self.kind)),
            all(
                "language",
                "filter-language",
                choices(words, "language", LANGUAGES, &self.language),
            ),
        ]
    }

    /// The page on which one step is taken with several of these.
    fn several(&self, label: String) -> Link {
        Link {
            label,
            href: format!("/bulk?{}", self.query(("", ""))),
        }
    }

    fn link(&self, label: String, way: &str, spot: Spot) -> Link {
        let cursor = format!("{}.{}", spot.ends_at.timestamp_micros(), spot.id);
        Link {
            label,
            href: format!("/requests?{}", self.query((way, &cursor))),
        }
    }

    /// What is asked for, as it stands in an address, and one thing more.
    fn query(&self, more: (&str, &str)) -> String {
        let kept = [
            ("q", self.q.as_str()),
            ("standing", &self.standing),
            ("right", &self.right),
            ("assignee", &self.assignee),
            ("stage", &self.stage),
            ("kind", &self.kind),
            ("language", &self.language),
            ("campaign", &self.campaign),
            more,
        ];
        let query: Vec<String> = kept
            .iter()
            .filter(|(_, value)| !value.is_empty())
            .map(|(name, value)| format!("{name}={}", query_encoded(value)))
            .collect();
        query.join("&")
    }
}

fn choice(value: &str, label: String, chosen: bool) -> Choice {
    Choice {
        value: value.to_owned(),
        label,
        hint: String::new(),
        chosen,
    }
}

/// A place in the list as an address carries it: microseconds and number.
fn spot(text: &str) -> Option<Spot> {
    let (micros, id) = text.split_once('.')?;
    Some(Spot {
        ends_at: DateTime::from_timestamp_micros(micros.parse().ok()?)?,
        id: id.parse().ok()?,
    })
}

/// The page of the list.
#[derive(Debug, Template)]
#[template(path = "requests.html")]
pub struct RequestsPage {
    /// Around the page.
    pub frame: Frame,
    /// Where one step is taken with several of them; `None` for who takes none.
    pub several: Option<Link>,
    /// What the groups of nearly the same requests are called.
    pub campaigns: String,
    /// How many there are, in words.
    pub found: String,
    /// The words searched for; may be empty.
    pub query: String,
    /// Stage, right, kind, standing, assignee, language.
    pub filters: Vec<Filter>,
    /// How many of the filters are set.
    pub filters_used: usize,
    /// This page of them.
    pub rows: Vec<RequestRow>,
    /// The page before.
    pub newer: Option<Link>,
    /// The page after.
    pub older: Option<Link>,
}

/// One thing to narrow the list by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Filter {
    /// Its name in the address.
    pub name: &'static str,
    /// What it is.
    pub label: String,
    /// What it may be; the first is "all".
    pub choices: Vec<Choice>,
}
