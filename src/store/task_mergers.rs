//! Tasks that go over into another request: their texts and files are sealed anew under the key of the request that lives on, so
//! that they go when it goes, and links to them open them there.

use diesel::prelude::*;

use super::door::{Desk, StepError};
use super::files::{self, FileKey, NewFile, Purpose};
use super::requests::{self, Stored};
use super::schema::task_links;
use super::vault::{Key, texts};
use super::{StoreError, Tx};
use crate::domain::event::{Event, Recorded};
use crate::domain::task::TaskState;
use crate::domain::task_merger::{TakenOver, going_over};
use crate::domain::text::{FileRef, TextRef};

/// The tasks that go over from a request, as it stood before it was merged, with their texts and files sealed for the one
/// at this desk.
///
/// # Errors
/// When the store fails.
pub fn carried_over(desk: &mut Desk<'_, '_>, from: &Stored) -> Result<Vec<TakenOver>, StepError> {
    let mut tasks = going_over(&from.request);
    if tasks.is_empty() {
        return Ok(tasks);
    }
    let (_, key) = requests::find_with_key(desk.tx(), from.id)?;
    for TakenOver { task, .. } in &mut tasks {
        if let Some(words) = task.sent.as_mut().and_then(|sent| sent.words.as_mut()) {
            *words = sealed_anew(desk, &key, "task-words", words)?;
        }
        if let TaskState::Explained { reason, .. } = &mut task.state {
            *reason = sealed_anew(desk, &key, "reason", reason)?;
        }
        if let Some(answer) = &mut task.answer {
            if let Some(note) = &mut answer.reply.note {
                *note = sealed_anew(desk, &key, "task-note", note)?;
            }
            answer.reply.files = copies(desk, &answer.reply.files)?;
        }
    }
    Ok(tasks)
}

fn sealed_anew(desk: &mut Desk<'_, '_>, key: &Key, purpose: &str, text: &TextRef) -> Result<TextRef, StepError> {
    let said = texts::read_committed(desk.tx(), key, text)?;
    desk.keep(purpose, &said)
}

/// The files that are still there, kept once more for the request at this desk.
fn copies(desk: &mut Desk<'_, '_>, of: &[FileRef]) -> Result<Vec<FileRef>, StepError> {
    let (request_id, now) = (desk.stored.id, desk.now);
    let mut copies = Vec::new();
    for file in of {
        let kept = files::find(desk.tx(), file.id)?;
        let Some(name) = kept.name.filter(|_| kept.destroyed_at.is_none()) else {
            continue;
        };
        let bytes = files::read(desk.tx(), file.id)?;
        let new = NewFile {
            request_id,
            purpose: Purpose::TaskFile,
            key: FileKey::Request,
            name: &name,
            media_type: &kept.media_type,
            bytes: &bytes,
        };
        copies.push(files::keep(desk.tx(), &new, now)?);
    }
    Ok(copies)
}

/// Has the links that were mailed for tasks that went over open them where they go on.
pub(super) fn settle(tx: &mut Tx<'_>, id: i64, events: &[Recorded]) -> Result<(), StoreError> {
    for recorded in events {
        let Event::MergeTaken {
            request: other, tasks, ..
        } = &recorded.event
        else {
            continue;
        };
        for taken in tasks {
            diesel::update(
                task_links::table
                    .filter(task_links::request_id.eq(*other))
                    .filter(task_links::task.eq(i64::from(taken.from))),
            )
            .set((
                task_links::request_id.eq(id),
                task_links::task.eq(i64::from(taken.task.number)),
            ))
            .execute(tx.conn)?;
        }
    }
    Ok(())
}
