//! The tasks of a request that was merged into this one: they go on here, each under a number and for an item of this request.

use crate::domain::event::Event;
use crate::domain::policy::RightId;
use crate::domain::request::Request;
use crate::domain::task::{Cancelled, TaskState};
use crate::domain::task_merger::TakenOver;

/// Adds the tasks of the other request to the event that takes it in. What is only planned stands once: the one of the two
/// that got further goes on, and every answer stays.
pub(super) fn take_over(request: &Request, events: &mut Vec<Event>, offered: &[TakenOver]) {
    let mut superseded = Vec::new();
    for event in events.iter_mut() {
        let Event::MergeTaken { items, tasks, .. } = event else {
            continue;
        };
        let new: Vec<&RightId> = items.iter().map(|item| &item.right).collect();
        let mut number = request.tasks.iter().map(|task| task.number).max().unwrap_or(0);
        for offered in offered {
            let Some(item) = item_for(request, &new, &offered.task.about.right) else {
                continue;
            };
            let mut taken = offered.clone();
            taken.task.about.item = item;
            let here = request.tasks.iter().filter(|task| task.about == taken.task.about);
            let gone = |state: &TaskState| matches!(state, TaskState::Dropped { .. } | TaskState::Cancelled { .. });
            let mut standing = here.filter(|task| !gone(&task.state)).peekable();
            if taken.task.state == TaskState::Planned && standing.peek().is_some() {
                continue;
            }
            superseded.extend(
                standing
                    .filter(|task| task.state == TaskState::Planned)
                    .map(|task| task.number),
            );
            number += 1;
            taken.task.number = number;
            tasks.push(taken);
        }
    }
    events.extend(superseded.into_iter().map(|task| Event::TaskCancelled {
        task,
        why: Cancelled::Merged,
    }));
}

/// The item of this request that asks for a right, once the new ones are added.
fn item_for(request: &Request, new: &[&RightId], right: &RightId) -> Option<u32> {
    let here = request.items.iter().find(|item| item.right == *right);
    let added = || {
        let after = new.iter().position(|added| *added == right)?;
        Some(request.last_item + 1 + u32::try_from(after).ok()?)
    };
    here.map(|item| item.number).or_else(added)
}
