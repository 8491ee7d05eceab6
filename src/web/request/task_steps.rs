//! The steps of tasks and of what is in force: each form is one command or several of a kind, all taken or none.

use std::collections::BTreeSet;

use actix_web::{HttpResponse, web};
use chrono::NaiveDate;

use super::case::Case;
use crate::domain::command::Command;
use crate::domain::decide::kind_for;
use crate::domain::moves::{Move as Step, Refusal};
use crate::domain::policy::{CategoryId, SystemId};
use crate::domain::system::System;
use crate::house::House;
use crate::store::door::{Desk, Door, Seen, StepError};
use crate::store::requests::Stored;
use crate::store::{StoreError, Tx, requests, systems, tasks};
use crate::web::door::session::{Reads, Sent};
use crate::web::error::PageError;
use crate::web::tasks::Answer;
use crate::web::upload::SentFiles;

type Ref = web::Path<String>;
type Numbered = web::Path<(String, u32)>;
type Page = Result<HttpResponse, PageError>;
type Office = web::Data<House>;

/// POST /requests/{reference}/tasks: a task for one system, or for each that holds some kinds of data.
pub async fn add(who: Reads, house: Office, reference: Ref, form: Sent) -> Page {
    let case = Case::of(&who, &house, &reference, &form)?;
    let item = u32::try_from(form.number("item")?).map_err(|_| PageError::Malformed)?;
    let (system, reason) = (form.text("system"), form.needed("reason")?);
    let categories: BTreeSet<CategoryId> = form.all("category").iter().map(|id| CategoryId::new(id)).collect();
    let done = case
        .run(move |tx, door, id, seen| {
            let wanted = if system.is_empty() {
                concerned(tx, door, id, item, &categories)?
            } else {
                vec![registered(tx, &SystemId::new(&system))?]
            };
            each(tx, door, id, seen, wanted, |desk, system| {
                Ok(Command::AddTask {
                    item,
                    system: Box::new(system),
                    reason: Some(desk.keep("reason", &reason)?),
                })
            })
        })
        .await?;
    Ok(case.page_of(&done, "tasks-added", "#tasks"))
}

/// The systems that an item concerns and that have no such task, as far as they hold some kinds of data.
fn concerned(
    tx: &mut Tx<'_>,
    door: &Door<'_>,
    id: i64,
    item: u32,
    categories: &BTreeSet<CategoryId>,
) -> Result<Vec<System>, StepError> {
    let stored = crate::store::requests::find(tx, id)?;
    let item = stored.request.item(item).ok_or(Refusal::UnknownItem)?;
    let rules = door.book.rules(&stored.request.policy);
    let right = rules.and_then(|rules| rules.policy.right(&item.right));
    let right = right.ok_or(Refusal::UnknownRight)?;
    let asked = |system: &System| {
        let tasks = &stored.request.tasks;
        tasks
            .iter()
            .any(|task| task.about.item == item.number && task.about.system == system.id && task.is_unsettled())
    };
    let mut wanted = systems::all(tx)?;
    wanted.retain(|system| kind_for(right, system).is_some() && system.holds_any(categories) && !asked(system));
    Ok(wanted)
}

fn registered(tx: &mut Tx<'_>, id: &SystemId) -> Result<System, StepError> {
    Ok(systems::find(tx, id)?.ok_or(Refusal::UnknownSystem)?.system)
}

/// Takes one step after the other in a transaction; the first one only on what the person saw.
fn each<T>(
    tx: &mut Tx<'_>,
    door: &Door<'_>,
    id: i64,
    seen: Seen,
    all: Vec<T>,
    command: impl Fn(&mut Desk<'_, '_>, T) -> Result<Command, StepError>,
) -> Result<Stored, StepError> {
    let mut done = Err(Refusal::NoTasks.into());
    for (index, one) in all.into_iter().enumerate() {
        let seen = if index == 0 { seen } else { Seen::Whatever };
        done = Ok(door.step(tx, id, seen, |desk| command(desk, one))?);
    }
    done
}

/// POST /requests/{reference}/tasks/dispatch: hands the chosen tasks to their owners.
pub async fn dispatch(who: Reads, house: Office, reference: Ref, form: Sent) -> Page {
    let case = Case::of(&who, &house, &reference, &form)?;
    let words = form.text("words");
    let chosen: Result<Vec<u32>, _> = form.all("task").iter().map(|number| number.parse()).collect();
    let chosen = chosen.map_err(|_| PageError::Malformed)?;
    let write = case.writer(Step::SendTask);
    let done = case
        .run(move |tx, door, id, seen| {
            each(tx, door, id, seen, chosen.clone(), |desk, number| {
                write.hand_over(desk, number, &words)
            })
        })
        .await?;
    Ok(case.page_of(&done, "tasks-sent", "#tasks"))
}

/// POST /requests/{reference}/tasks/{number}/removal: takes a task out, or explains why it counts as settled.
pub async fn removal(who: Reads, house: Office, path: Numbered, form: Sent) -> Page {
    let ((reference, task), reason) = (path.into_inner(), form.needed("reason")?);
    let explains = form.text("end") == "explain";
    let command = move |desk: &mut Desk<'_, '_>| {
        let reason = desk.keep("reason", &reason)?;
        Ok(if explains {
            Command::ExplainTask { task, reason }
        } else {
            Command::DropTask { task, reason }
        })
    };
    Case::of(&who, &house, &reference, &form)?
        .take("task-ended", "#tasks", command)
        .await
}

/// POST /requests/{reference}/tasks/{number}/answer: what an owner told an officer in another way.
pub async fn answer(who: Reads, house: Office, path: Numbered, sent: SentFiles) -> Page {
    let (reference, task) = path.into_inner();
    let case = Case::of(&who, &house, &reference, &sent.form)?;
    let answer = Answer::read(|name| sent.form.text(name), sent.files)?;
    let command = move |desk: &mut Desk<'_, '_>| answer.command(desk, task);
    case.take("task-answered", &format!("#task-{task}"), command).await
}

/// POST /requests/{reference}/tasks/closure: one reason for all open tasks, and the request is closed.
pub async fn closure(who: Reads, house: Office, reference: Ref, form: Sent) -> Page {
    let case = Case::of(&who, &house, &reference, &form)?;
    let reason = form.needed("reason")?;
    let done = case
        .run(move |tx, door, id, seen| {
            let stored = crate::store::requests::find(tx, id)?;
            let open: Vec<u32> = stored.request.unsettled_tasks().map(|task| task.number).collect();
            each(tx, door, id, seen, open, |desk, task| {
                let reason = desk.keep("reason", &reason)?;
                Ok(Command::ExplainTask { task, reason })
            })?;
            door.step(tx, id, Seen::Whatever, |_| Ok(Command::Close))
        })
        .await?;
    Ok(case.page_of(&done, "closed", ""))
}

/// POST /requests/{reference}/states/{item}: somebody looked at what is in force; it stays, or it ends.
pub async fn state(who: Reads, house: Office, path: Numbered, form: Sent) -> Page {
    let ((reference, item), words) = (path.into_inner(), form.needed("reason")?);
    let ends = form.text("then") == "ends";
    let recheck_on: Option<NaiveDate> = form.text("recheck_on").parse().ok();
    let case = Case::of(&who, &house, &reference, &form)?;
    let command = move |desk: &mut Desk<'_, '_>| {
        let note = desk.keep("reason", &words)?;
        Ok(match (ends, recheck_on) {
            (true, _) => Command::LiftState { item, reason: note },
            (false, Some(recheck_on)) => Command::CheckState { item, note, recheck_on },
            (false, None) => return Err(Refusal::RecheckAhead.into()),
        })
    };
    case.take(if ends { "state-ended" } else { "state-stays" }, "#tasks", command)
        .await
}

/// POST /requests/{reference}/tasks/{number}/files/{id}: what an owner handed over, as a download. Who looked stands in the
/// journal, so it is no GET, and the event commits before a byte leaves.
pub async fn file(who: Reads, house: Office, path: web::Path<(String, u32, i64)>, _form: Sent) -> Page {
    let (reference, task, file) = path.into_inner();
    let (office, actor) = (std::sync::Arc::clone(&house), who.actor());
    let seen = crate::web::aside(move || {
        let shelf = office.shelf();
        let found = office.store.read(|db| requests::find_by_reference(db, &reference))?;
        let found = found.ok_or(PageError::Absent)?;
        let once = || {
            let door = Door {
                book: &*shelf,
                actor,
                now: office.now.instant(),
            };
            office
                .store
                .write(|tx| tasks::view_file(tx, &door, found.id, (task, file)))
        };
        Ok(match once() {
            Err(StepError::Store(StoreError::Conflict)) => once(),
            done => done,
        })
    })
    .await?;
    match seen {
        Ok((kept, bytes)) => Ok(super::files::download(kept.name.as_deref().unwrap_or("file"), bytes)),
        Err(StepError::Refused(_)) => Err(PageError::Absent),
        Err(StepError::Store(error)) => Err(error.into()),
        Err(other) => Err(PageError::broken(other)),
    }
}
