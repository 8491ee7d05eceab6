//! The tasks that wait: all of them for those who run requests, their own for the owners of systems.

use std::sync::Arc;

use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;

use super::owner::{Opened, is_owned_by};
use crate::domain::deadline::Standing;
use crate::domain::letter;
use crate::domain::person::Role;
use crate::domain::rules::RuleBook;
use crate::domain::task::TaskState;
use crate::domain::task_reminder::standing;
use crate::house::House;
use crate::packs::Shelf;
use crate::store::{Reader, StoreError, systems, tasks};
use crate::web::door::session::Signed;
use crate::web::error::PageError;
use crate::web::frame::look::Tone;
use crate::web::frame::words::Words;
use crate::web::frame::{Frame, Place};
use crate::web::{aside, show};

/// The most tasks that the page shows.
const MOST: i64 = 300;

/// GET /tasks
pub async fn tasks(who: Signed, house: web::Data<House>, request: HttpRequest) -> Result<HttpResponse, PageError> {
    let frame = who.frame(&request, Place::Tasks, who.words.t("tasks-title"));
    let (words, now, shelf) = (who.words, house.now.instant(), house.shelf());
    let (office, mail) = (Arc::clone(&house), who.person.email.clone());
    let is_owner = who.person.role == Role::SystemOwner;
    let lines = aside(move || {
        let found = office
            .store
            .read(|db| if is_owner { of_owner(db, &mail) } else { all(db) })?;
        Ok(found
            .iter()
            .map(|opened| TaskRow::of(&words, &shelf, opened, is_owner, now))
            .collect())
    })
    .await?;
    show(&TasksPage { frame, lines, is_owner })
}

fn all(db: &mut Reader<'_>) -> Result<Vec<Opened>, StoreError> {
    let found = tasks::unsettled(db, MOST)?;
    opened(db, found)
}

/// The tasks of the systems whose owner the register names by this address.
fn of_owner(db: &mut Reader<'_>, mail: &str) -> Result<Vec<Opened>, StoreError> {
    let own: Vec<_> = systems::all(db)?
        .into_iter()
        .filter(|system| is_owned_by(system, mail))
        .map(|system| system.id)
        .collect();
    let found = tasks::of_systems(db, &own, MOST)?;
    opened(db, found)
}

/// A request whose key was destroyed has no tasks to look at any more.
fn opened(db: &mut Reader<'_>, found: Vec<tasks::Found>) -> Result<Vec<Opened>, StoreError> {
    let mut all = Vec::new();
    for task in found {
        match Opened::read(db, task.request_id, task.number) {
            Ok(opened) => all.extend(opened),
            Err(StoreError::Erased(_)) => {}
            Err(error) => return Err(error),
        }
    }
    Ok(all)
}

/// The page of the tasks that wait.
#[derive(Debug, Template)]
#[template(path = "tasks.html")]
pub struct TasksPage {
    /// Around the page.
    pub frame: Frame,
    /// The tasks, those that nobody was told of first, then the earliest due.
    pub lines: Vec<TaskRow>,
    /// They are the reader's own.
    pub is_owner: bool,
}

/// One task in the list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TaskRow {
    /// Where it is done.
    pub href: String,
    /// The system.
    pub system: String,
    /// The right and what is asked.
    pub what: String,
    /// The request's reference.
    pub reference: String,
    /// Where it stands, in words.
    pub state: String,
    /// The same as colour and shape.
    pub tone: Tone,
    /// The last day; may be empty.
    pub due: String,
    /// Who answers for the system.
    pub owner: String,
}

impl TaskRow {
    fn of(words: &Words, shelf: &Shelf, opened: &Opened, is_owner: bool, now: chrono::DateTime<chrono::Utc>) -> Self {
        let (request, task) = (&opened.stored.request, &opened.task);
        let rules = shelf.rules(&request.policy);
        let tag = words.language.tag();
        let right = rules.and_then(|rules| rules.policy.right(&task.about.right));
        let right = right.map_or(task.about.right.as_str(), |right| right.name.text(tag));
        let due_on = task.due_on(request);
        let stands = rules
            .zip(due_on.filter(|_| task.is_awaited()))
            .map(|(rules, due_on)| standing(due_on, rules, now));
        let tone = match (&task.state, stands) {
            (TaskState::Planned, _) => Tone::Soon,
            (TaskState::Cannot, _) | (_, Some(Standing::Late { .. })) => Tone::Late,
            (_, Some(Standing::DueToday)) => Tone::Today,
            (_, Some(_)) => Tone::Calm,
            (_, None) => Tone::Done,
        };
        let kind = words.t(&format!("task-kind-{}", task.about.kind.as_str()));
        Self {
            href: if is_owner {
                format!("/tasks/{}/{}", request.reference, task.number)
            } else {
                format!("/requests/{}#task-{}", request.reference, task.number)
            },
            system: opened.system.name.clone(),
            what: format!("{right} · {kind}"),
            reference: request.reference.clone(),
            state: match stands {
                Some(stands) => letter::standing(tag, stands),
                None => words.t(&format!("task-state-{}", task.state.as_str())),
            },
            tone,
            due: due_on.map(|due_on| words.date(due_on)).unwrap_or_default(),
            owner: opened.system.owner.name.clone(),
        }
    }
}
