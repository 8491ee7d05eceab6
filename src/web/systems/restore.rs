//! After a system came back from a backup: what was done there since, so that none of it stays undone.

use std::sync::Arc;

use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use chrono::{NaiveDate, NaiveTime};

use crate::domain::command::Command;
use crate::domain::deadline::local_date;
use crate::domain::moves::Refusal;
use crate::domain::policy::SystemId;
use crate::domain::reminder::local_instant;
use crate::domain::rules::RuleBook;
use crate::domain::system::csv_line;
use crate::domain::task::{About, TaskKind};
use crate::house::House;
use crate::store::door::{Door, Seen, StepError};
use crate::store::systems::{self, Restore};
use crate::store::{Reader, StoreError, requests, tasks};
use crate::web::door::session::{Officer, Reads, Sent, Signed};
use crate::web::error::PageError;
use crate::web::frame::look::Tone;
use crate::web::frame::{Frame, Place};
use crate::web::{aside, go_on, show};

type Office = web::Data<House>;
type Page = Result<HttpResponse, PageError>;
type Which = web::Path<(String, i64)>;

/// POST /systems/{id}/restores: an officer says that the system came back from the backup of a day.
pub async fn mark(who: Officer, house: Office, id: web::Path<String>, form: Sent) -> Page {
    let backup_on: NaiveDate = form.text("backup_on").parse().map_err(|_| PageError::Malformed)?;
    let id = SystemId::new(&id);
    let (office, by) = (Arc::clone(&house), who.actor().to_string());
    let zone = house.pack().map_err(PageError::broken)?.pack.policy.zone;
    let now = house.now.instant();
    if backup_on > local_date(now, zone) {
        return Err(PageError::Refused {
            sentence: who.words.t("restore-future"),
            back: format!("/systems/{id}"),
            kept: String::new(),
        });
    }
    let system = id.clone();
    let restore = aside(move || {
        Ok(office.store.write(|tx| {
            systems::find(tx, &system)?.ok_or(StoreError::Missing { what: "system", id: 0 })?;
            systems::mark_restored(tx, &system, backup_on, &by, now)
        })?)
    })
    .await?;
    Ok(go_on(&format!("/systems/{id}/restores/{restore}?said=restore-marked")))
}

/// GET /systems/{id}/restores/{number}
pub async fn list(who: Reads, house: Office, path: Which, request: HttpRequest) -> Page {
    let found = find(&who, &house, path.into_inner()).await?;
    let frame = who.frame(&request, Place::Systems, who.words.t("restore-title"));
    let words = frame.words;
    show(&RestorePage {
        path: format!("/systems/{}/restores/{}", found.restore.system, found.restore.id),
        system: found.name,
        back: format!("/systems/{}", found.restore.system),
        day: words.date(found.restore.backup_on),
        reason: words.with("restore-reason", "day", &words.date(found.restore.backup_on)),
        lines: found.lines,
        frame,
    })
}

/// GET /systems/{id}/restores/{number}/list.csv: references and what is to be done, and nobody's name.
pub async fn export(who: Reads, house: Office, path: Which) -> Page {
    let found = find(&who, &house, path.into_inner()).await?;
    let head = ["reference", "task", "right", "done_on", "done_again"].map(str::to_owned);
    let mut text = csv_line(&head);
    for line in &found.lines {
        let again = if line.is_repeated { "yes" } else { "no" };
        text.push_str(&csv_line(&[
            line.reference.clone(),
            line.task.to_string(),
            line.right_id.clone(),
            line.done_on.to_string(),
            again.to_owned(),
        ]));
    }
    let name = format!("attachment; filename=\"again-{}.csv\"", found.restore.id);
    Ok(HttpResponse::Ok()
        .content_type("text/csv; charset=utf-8")
        .insert_header((header::CONTENT_DISPOSITION, name))
        .body(text))
}

/// POST /systems/{id}/restores/{number}: opens what was done since as tasks again, all of it or nothing.
pub async fn repeat(who: Officer, house: Office, path: Which, form: Sent) -> Page {
    let (id, number) = path.into_inner();
    let reason = form.needed("reason")?;
    let found = find(&who, &house, (id.clone(), number)).await?;
    let (office, actor) = (Arc::clone(&house), who.actor());
    let done = aside(move || {
        let shelf = office.shelf();
        let door = Door {
            book: &*shelf,
            actor,
            now: office.now.instant(),
        };
        Ok(office.store.write(|tx| {
            for line in found.lines.iter().filter(|line| !line.is_repeated) {
                let step = door.step(tx, line.request_id, Seen::Whatever, |desk| {
                    Ok(Command::RepeatTask {
                        task: line.task,
                        reason: desk.keep("reason", &reason)?,
                    })
                });
                match step {
                    // Somebody else has opened it meanwhile.
                    Ok(_) | Err(StepError::Refused(Refusal::TaskThere)) => {}
                    Err(error) => return Err(error),
                }
            }
            Ok(())
        }))
    })
    .await?;
    match done {
        Ok(()) => Ok(go_on(&format!("/systems/{id}/restores/{number}?said=restore-opened"))),
        Err(StepError::Store(error)) => Err(error.into()),
        Err(error) => Err(PageError::broken(error)),
    }
}

/// A restore with what was done in the system since the day of the backup.
struct Found {
    restore: Restore,
    name: String,
    lines: Vec<DoneLine>,
}

async fn find(who: &Signed, house: &Office, (id, number): (String, i64)) -> Result<Found, PageError> {
    let (house, tag) = (Arc::clone(house), who.words.language.tag());
    aside(move || {
        let found = house.store.read(|db| {
            let restore = systems::find_restore(db, number)?.filter(|restore| restore.system.as_str() == id);
            let Some(restore) = restore else { return Ok(None) };
            let Some(known) = systems::find(db, &restore.system)? else {
                return Ok(None);
            };
            Ok(Some(Found {
                lines: done_since(db, &house, &restore, tag)?,
                name: known.system.name,
                restore,
            }))
        })?;
        found.ok_or(PageError::Absent)
    })
    .await
}

/// What was done from the start of the day of the backup on. A request whose key was destroyed is named by its reference;
/// whose data it was, nobody can say any more.
fn done_since(db: &mut Reader<'_>, house: &House, restore: &Restore, tag: &str) -> Result<Vec<DoneLine>, StoreError> {
    let shelf = house.shelf();
    let zone = house.pack().map_or(chrono_tz::UTC, |pack| pack.pack.policy.zone);
    let since = local_instant(restore.backup_on, NaiveTime::MIN, zone);
    let mut lines = Vec::new();
    for found in tasks::done_since(db, &restore.system, since)? {
        let stored = match requests::find(db, found.request_id) {
            Ok(stored) => stored,
            Err(StoreError::Erased(_)) => continue,
            Err(error) => return Err(error),
        };
        let request = &stored.request;
        let Some(task) = request.task(found.number) else {
            continue;
        };
        let Some(done_at) = task.done_at() else { continue };
        let again = About {
            kind: TaskKind::Repeat,
            ..task.about.clone()
        };
        let opened_since = |other: &crate::domain::task::Task| {
            other.number != task.number && other.about == again && other.opened_at >= restore.marked_at
        };
        let rules = shelf.rules(&request.policy);
        let right = rules.and_then(|rules| rules.policy.right(&task.about.right));
        lines.push(DoneLine {
            request_id: stored.id,
            reference: request.reference.clone(),
            href: format!("/requests/{}#task-{}", request.reference, task.number),
            task: task.number,
            right: right
                .map_or(task.about.right.as_str(), |right| right.name.text(tag))
                .to_owned(),
            right_id: task.about.right.to_string(),
            requester: if stored.card.name.is_empty() {
                stored.card.address.clone()
            } else {
                stored.card.name.clone()
            },
            done_on: local_date(done_at, zone),
            is_repeated: request.tasks.iter().any(opened_since),
        });
    }
    // Of what was done and done again since, one line is enough.
    let mut seen = std::collections::BTreeSet::new();
    lines.retain(|line| seen.insert((line.request_id, line.right_id.clone())));
    Ok(lines)
}

/// The page of a restore.
#[derive(Debug, Template)]
#[template(path = "restore.html")]
pub struct RestorePage {
    /// Around the page.
    pub frame: Frame,
    /// Where its form is sent.
    pub path: String,
    /// The system.
    pub system: String,
    /// The page of the system.
    pub back: String,
    /// The day of the backup.
    pub day: String,
    /// The reason that stands in the form.
    pub reason: String,
    /// What was done since.
    pub lines: Vec<DoneLine>,
}

/// One thing that was done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DoneLine {
    request_id: i64,
    /// The request.
    pub reference: String,
    /// Where it is.
    pub href: String,
    /// The task's number.
    pub task: u32,
    /// The right.
    pub right: String,
    /// The right's id.
    pub right_id: String,
    /// Whose request it is, for staff.
    pub requester: String,
    /// The day.
    pub done_on: NaiveDate,
    /// It was opened again since the restore was marked.
    pub is_repeated: bool,
}

impl RestorePage {
    /// Whether anything is left to be opened again.
    pub fn is_left(&self) -> bool {
        self.lines.iter().any(|line| !line.is_repeated)
    }
}
