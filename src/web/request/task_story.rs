//! What happened to the tasks of a request, and to what is in force because of it, in words.

use super::file::File;
use super::story::{Story, borrowed};
use crate::domain::event::Event;
use crate::domain::policy::SystemId;
use crate::domain::task_reminder::Stage;
use crate::domain::text::TextRef;

/// An event about a task or about something in force, and why where the event says so; empty for any other.
pub(super) fn told(story: &Story<'_>, file: &File, event: &Event) -> (String, String) {
    let words = &story.say.words;
    let key = format!("event-{}", event.name());
    let system_of = |task: u32| {
        let task = file.stored.request.task(task);
        task.map(|task| system(file, &task.about.system)).unwrap_or_default()
    };
    let about = |task: u32| words.with(&key, "system", &system_of(task));
    let text = |text: Option<&TextRef>| text.map(|text| file.text(text).to_owned()).unwrap_or_default();
    match event {
        Event::TaskOpened { about, reason } => {
            let args = [
                ("right", story.item(about.item)),
                ("system", system(file, &about.system)),
            ];
            (words.a(&key, &borrowed(&args)), text(reason.as_ref()))
        }
        Event::TaskFileViewed { task, .. } => (about(*task), String::new()),
        Event::TaskReopened { task, reason } => (about(*task), text(reason.as_ref())),
        Event::TaskSent {
            task,
            due_on,
            words: said,
            ..
        } => {
            let args = [("system", system_of(*task)), ("date", words.date(*due_on))];
            (words.a(&key, &borrowed(&args)), text(said.as_ref()))
        }
        Event::TaskAnswered { task, reply } => {
            let outcome = words.t(&format!("task-outcome-{}", reply.outcome.as_str()));
            let args = [("system", system_of(*task)), ("outcome", outcome)];
            (words.a(&key, &borrowed(&args)), text(reply.note.as_ref()))
        }
        Event::TaskExplained { task, reason } | Event::TaskDropped { task, reason } => {
            (about(*task), text(Some(reason)))
        }
        Event::TaskCancelled { task, why } => (about(*task), words.t(&format!("task-cancelled-{}", why.as_str()))),
        Event::TaskReminded { number, stage, .. } => match Stage::of_name(stage) {
            Some(Stage::Recheck) => (
                words.with("event-state-recheck", "right", &story.item(*number)),
                String::new(),
            ),
            Some(Stage::Late(_)) => (
                words.with("event-task-late", "system", &system_of(*number)),
                String::new(),
            ),
            Some(Stage::Over) => (
                words.with("event-task-over", "system", &system_of(*number)),
                String::new(),
            ),
            Some(Stage::Before(_)) | None => (about(*number), String::new()),
        },
        Event::StateBegan { item, recheck_on, .. } => {
            let args = [("right", story.item(*item)), ("date", words.date(*recheck_on))];
            (words.a(&key, &borrowed(&args)), String::new())
        }
        Event::StateChecked { item, note, .. } => (words.with(&key, "right", &story.item(*item)), text(Some(note))),
        Event::StateLifted { item, reason } => (words.with(&key, "right", &story.item(*item)), text(Some(reason))),
        _ => (String::new(), String::new()),
    }
}

/// What a system is called; its id when the register lost it.
pub(super) fn system(file: &File, id: &SystemId) -> String {
    let known = file.systems.iter().find(|known| known.system.id == *id);
    known.map_or(id.as_str(), |known| &known.system.name).to_owned()
}
