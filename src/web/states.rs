//! What is in force because of requests, such as restrictions: the earliest to be looked at again first.

use std::sync::Arc;

use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;

use crate::domain::deadline::Standing;
use crate::domain::letter;
use crate::domain::rules::RuleBook;
use crate::domain::task_reminder::standing;
use crate::house::House;
use crate::store::requests::{self, Stored};
use crate::store::{StoreError, tasks};
use crate::web::door::session::Reads;
use crate::web::error::PageError;
use crate::web::frame::look::Tone;
use crate::web::frame::{Frame, Place};
use crate::web::{aside, show};

/// The most that the page shows.
const MOST: i64 = 500;

/// GET /states
pub async fn states(who: Reads, house: web::Data<House>, request: HttpRequest) -> Result<HttpResponse, PageError> {
    let frame = who.frame(&request, Place::Tasks, who.words.t("states-title"));
    let office = Arc::clone(&house);
    let found: Vec<(Stored, u32)> = aside(move || {
        Ok(office.store.read(|db| {
            let mut all = Vec::new();
            for (id, item) in tasks::in_force(db, MOST)? {
                match requests::find(db, id) {
                    Ok(stored) => all.push((stored, item)),
                    Err(StoreError::Erased(_)) => {}
                    Err(error) => return Err(error),
                }
            }
            Ok(all)
        })?)
    })
    .await?;
    let (words, shelf, now) = (who.words, house.shelf(), house.now.instant());
    let tag = words.language.tag();
    let lines = found.iter().filter_map(|(stored, item)| {
        let request = &stored.request;
        let state = request.in_force_by(*item)?;
        let rules = shelf.rules(&request.policy)?;
        let right = rules.policy.right(&state.right);
        let stands = standing(state.recheck_on, rules, now);
        Some(StateRow {
            href: format!("/requests/{}#state-{item}", request.reference),
            reference: request.reference.clone(),
            right: right
                .map_or(state.right.as_str(), |right| right.name.text(tag))
                .to_owned(),
            since: words.with(
                "state-since-day",
                "since",
                &words.instant(state.since, rules.policy.zone),
            ),
            recheck: letter::standing(tag, stands),
            date: words.date(state.recheck_on),
            tone: match stands {
                Standing::Late { .. } => Tone::Late,
                Standing::DueToday => Tone::Today,
                _ => Tone::Calm,
            },
        })
    });
    show(&StatesPage {
        lines: lines.collect(),
        frame,
    })
}

/// The page of what is in force.
#[derive(Debug, Template)]
#[template(path = "states.html")]
pub struct StatesPage {
    /// Around the page.
    pub frame: Frame,
    /// What is in force.
    pub lines: Vec<StateRow>,
}

/// One thing in force.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StateRow {
    /// Where it is looked at.
    pub href: String,
    /// The request.
    pub reference: String,
    /// The right.
    pub right: String,
    /// Since when.
    pub since: String,
    /// How the next look stands.
    pub recheck: String,
    /// Its day.
    pub date: String,
    /// How urgent.
    pub tone: Tone,
}
