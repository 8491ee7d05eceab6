//! Tasks that go over from a request that is merged into another one, with all that their owners answered.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::request::Request;
use super::task::{Task, TaskState};
use super::text::TextRef;

/// A task of a request that is merged into another one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TakenOver {
    /// Its number in the request that it came with.
    pub from: u32,
    /// The task. In the event it has its number and its item in the request that lives on.
    pub task: Task,
    /// The stages of which somebody was told already, so that none is repeated: each with the date it spoke of.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub told: Vec<(String, NaiveDate)>,
}

impl TakenOver {
    /// The texts it points to.
    pub fn texts(&self) -> impl Iterator<Item = &TextRef> {
        let words = self.task.sent.as_ref().and_then(|sent| sent.words.as_ref());
        let note = self.task.answer.as_ref().and_then(|answer| answer.reply.note.as_ref());
        let reason = match &self.task.state {
            TaskState::Explained { reason, .. } => Some(reason),
            TaskState::Planned
            | TaskState::Open
            | TaskState::Answered { .. }
            | TaskState::Cannot
            | TaskState::Dropped { .. }
            | TaskState::Cancelled { .. } => None,
        };
        words.into_iter().chain(note).chain(reason)
    }
}

/// Whether a task goes over when its request is merged: what was neither taken out nor lost its item.
pub fn goes_over(request: &Request, task: &Task) -> bool {
    let stands = !matches!(task.state, TaskState::Dropped { .. } | TaskState::Cancelled { .. });
    stands && request.item(task.about.item).is_some()
}

/// What goes over from a request as it stands before it is merged.
pub fn going_over(request: &Request) -> Vec<TakenOver> {
    let told = |task: &Task| {
        let of_task = request
            .task_reminded
            .iter()
            .filter(|(number, ..)| *number == task.number);
        of_task.map(|(_, stage, due_on)| (stage.clone(), *due_on)).collect()
    };
    let tasks = request.tasks.iter().filter(|task| goes_over(request, task));
    tasks
        .map(|task| TakenOver {
            from: task.number,
            task: task.clone(),
            told: told(task),
        })
        .collect()
}
