//! The tasks of a request on its page: what each system has to do, where it stands, and what stays in force.

use std::collections::BTreeSet;

use super::file::File;
use super::page::FileView;
use super::task_story::system;
use crate::domain::lasting::InForce;
use crate::domain::letter;
use crate::domain::policy::{CategoryId, RightId};
use crate::domain::request::{Request, Stage};
use crate::domain::rules::Rules;
use crate::domain::system::SystemKind;
use crate::domain::task::{Reply, Task, TaskKind, TaskState};
use crate::domain::task_reminder::standing;
use crate::store::systems::Registered;
use crate::web::frame::look::{Choice, Tone};
use crate::web::frame::say::Say;

/// The tasks of a request.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TasksView {
    /// Every task, in order of its number.
    pub lines: Vec<TaskLine>,
    /// Those that nobody was told of yet.
    pub planned: Vec<Choice>,
    /// Words for the owner must be written: a recipient cannot know whose data is meant.
    pub needs_words: bool,
    /// Tasks still need somebody.
    pub is_unsettled: bool,
    /// The request is answered, so that only its tasks keep it open.
    pub may_close: bool,
    /// Since when everything is carried out; `None` while something is not.
    pub carried_out: Option<String>,
    /// The items that a task can be added for.
    pub items: Vec<Choice>,
    /// The systems that a task can be added for.
    pub systems: Vec<Choice>,
    /// The categories of data that these hold.
    pub categories: Vec<Choice>,
    /// Who outside received the data and was told, in the requester's language, for the answer to one who asks; empty
    /// when nobody was.
    pub recipients: String,
    /// What is in force because of this request.
    pub states: Vec<StateLine>,
    /// The register is empty.
    pub no_register: bool,
}

/// One task.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TaskLine {
    /// Its number.
    pub no: u32,
    /// The system.
    pub system: String,
    /// The right, and what is asked.
    pub what: String,
    /// Where it stands, in words.
    pub state: String,
    /// The same as colour and shape.
    pub tone: Tone,
    /// The last day; empty while nobody was told.
    pub due: String,
    /// What the owner answered, or why it ended; may be empty.
    pub answer: String,
    /// In the owner's or the officer's words; may be empty.
    pub note: String,
    /// What was handed over.
    pub files: Vec<FileView>,
    /// It still needs somebody.
    pub is_unsettled: bool,
    /// Nobody was told of it yet.
    pub is_planned: bool,
    /// An officer can record an answer.
    pub takes_answers: bool,
    /// How an answer can go.
    pub outcomes: Vec<Choice>,
}

/// One thing in force.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StateLine {
    /// The item that brought it.
    pub item: u32,
    /// The right.
    pub right: String,
    /// Since when, and how often it was looked at.
    pub since: String,
    /// When somebody looks again.
    pub recheck: String,
    /// The same as colour and shape.
    pub tone: Tone,
    /// The earliest day for another look.
    pub tomorrow: String,
    /// The day proposed for another look.
    pub proposed: String,
}

/// The tasks of a file; `None` when there is nothing about systems to say.
pub(super) fn tasks(say: &Say<'_>, file: &File, rules: Rules<'_>) -> Option<TasksView> {
    let request = &file.stored.request;
    if request.items.is_empty() && request.tasks.is_empty() {
        return None;
    }
    let planned: Vec<&Task> = request.unsettled_tasks().filter(|task| is_planned(task)).collect();
    Some(TasksView {
        lines: request.tasks.iter().map(|task| line(say, file, rules, task)).collect(),
        needs_words: planned.iter().any(|task| task.about.kind == TaskKind::Notice),
        planned: planned
            .iter()
            .map(|task| Choice {
                value: task.number.to_string(),
                label: system(file, &task.about.system),
                hint: what(say, rules, task),
                chosen: true,
            })
            .collect(),
        is_unsettled: request.unsettled_tasks().next().is_some(),
        may_close: matches!(request.stage, Stage::Answered { .. }),
        carried_out: request.carried_out_at().map(|at| say.at(at, &request.policy)),
        items: items(say, request, rules),
        systems: systems(file),
        categories: categories(say, file, rules),
        recipients: recipients(file, request),
        states: request.in_force().map(|state| state_line(say, rules, state)).collect(),
        no_register: file.systems.is_empty(),
    })
}

fn is_planned(task: &Task) -> bool {
    task.state == TaskState::Planned
}

fn line(say: &Say<'_>, file: &File, rules: Rules<'_>, task: &Task) -> TaskLine {
    let words = &say.words;
    let request = &file.stored.request;
    let due_on = task.due_on(request).filter(|_| task.sent.is_some());
    let due = due_on.map(|due_on| {
        let standing = letter::standing(say.tag(), standing(due_on, rules, say.now));
        if task.is_awaited() {
            format!("{} · {standing}", words.date(due_on))
        } else {
            words.date(due_on)
        }
    });
    let (answer, note) = outcome(say, file, task);
    TaskLine {
        no: task.number,
        system: system(file, &task.about.system),
        what: what(say, rules, task),
        state: words.t(&format!("task-state-{}", state_key(task))),
        tone: tone(task, rules, request, say),
        due: due.unwrap_or_default(),
        answer,
        note,
        files: files(say, file, task),
        is_unsettled: task.is_unsettled(),
        is_planned: is_planned(task),
        takes_answers: task.takes_answers(),
        outcomes: crate::web::tasks::outcomes(words, ""),
    }
}

/// A notice waits for no answer: once it was sent it is told.
fn state_key(task: &Task) -> &'static str {
    match (&task.state, task.about.kind) {
        (TaskState::Open, TaskKind::Notice) => "told",
        (state, _) => state.as_str(),
    }
}

fn tone(task: &Task, rules: Rules<'_>, request: &Request, say: &Say<'_>) -> Tone {
    use crate::domain::deadline::Standing;
    match &task.state {
        TaskState::Planned => Tone::Soon,
        TaskState::Cannot => Tone::Late,
        TaskState::Answered { .. } | TaskState::Explained { .. } => Tone::Done,
        TaskState::Dropped { .. } | TaskState::Cancelled { .. } => Tone::Quiet,
        TaskState::Open if !task.is_awaited() => Tone::Done,
        TaskState::Open => match task.due_on(request).map(|due_on| standing(due_on, rules, say.now)) {
            Some(Standing::Late { .. }) => Tone::Late,
            Some(Standing::DueToday) => Tone::Today,
            Some(_) | None => Tone::Calm,
        },
    }
}

fn what(say: &Say<'_>, rules: Rules<'_>, task: &Task) -> String {
    let kind = say.words.t(&format!("task-kind-{}", task.about.kind.as_str()));
    format!("{} · {kind}", right(say, rules, &task.about.right))
}

fn right(say: &Say<'_>, rules: Rules<'_>, id: &RightId) -> String {
    let known = rules.policy.right(id);
    known.map_or(id.as_str(), |right| right.name.text(say.tag())).to_owned()
}

/// What was answered, or why the task ended, with the words for it.
fn outcome(say: &Say<'_>, file: &File, task: &Task) -> (String, String) {
    let answered = task.answer.as_ref().map(|answer| answered(say, &answer.reply));
    let note = task.answer.as_ref().and_then(|answer| answer.reply.note.as_ref());
    let note = note.map(|note| file.text(note).to_owned());
    match &task.state {
        TaskState::Explained { reason, .. } | TaskState::Dropped { reason, .. } => {
            (answered.unwrap_or_default(), file.text(reason).to_owned())
        }
        TaskState::Cancelled { why, .. } => (say.words.t(&format!("task-cancelled-{}", why.as_str())), String::new()),
        TaskState::Planned | TaskState::Open | TaskState::Answered { .. } | TaskState::Cannot => {
            (answered.unwrap_or_default(), note.unwrap_or_default())
        }
    }
}

/// An answer in words, with its counts.
fn answered(say: &Say<'_>, reply: &Reply) -> String {
    let words = &say.words;
    let outcome = words.t(&format!("task-outcome-{}", reply.outcome.as_str()));
    match (reply.before, reply.after) {
        (None, None) => outcome,
        (before, after) => {
            let count = |count: Option<u32>| count.map_or_else(|| "–".to_owned(), |count| count.to_string());
            let args = [("before", count(before)), ("after", count(after))];
            let args: Vec<(&'static str, &str)> = args.iter().map(|(name, value)| (*name, value.as_str())).collect();
            format!("{outcome} · {}", words.a("task-counts", &args))
        }
    }
}

fn files(say: &Say<'_>, file: &File, task: &Task) -> Vec<FileView> {
    let reference = &file.stored.request.reference;
    let handed_over = task.answer.iter().flat_map(|answer| &answer.reply.files);
    handed_over
        .filter_map(|wanted| file.task_files.iter().find(|kept| kept.id == wanted.id))
        .map(|kept| FileView {
            name: kept.name.clone().unwrap_or_else(|| say.words.t("task-file-gone")),
            note: format!("{} · {}", kept.media_type, say.words.size(kept.size)),
            href: format!("/requests/{reference}/tasks/{}/files/{}", task.number, kept.id),
        })
        .collect()
}

/// Undecided items can be searched for; of decided ones those that give something can be carried out.
fn items(say: &Say<'_>, request: &Request, rules: Rules<'_>) -> Vec<Choice> {
    let open = request
        .items
        .iter()
        .filter(|item| item.decision.is_none() || item.gives());
    open.map(|item| Choice {
        value: item.number.to_string(),
        label: right(say, rules, &item.right),
        hint: String::new(),
        chosen: false,
    })
    .collect()
}

fn systems(file: &File) -> Vec<Choice> {
    let active = file.systems.iter().filter(|known| known.system.active);
    active
        .map(|known| Choice {
            value: known.system.id.to_string(),
            label: known.system.name.clone(),
            hint: String::new(),
            chosen: false,
        })
        .collect()
}

/// The categories of data that the systems in use hold, by name.
fn categories(say: &Say<'_>, file: &File, rules: Rules<'_>) -> Vec<Choice> {
    let active = file.systems.iter().filter(|known| known.system.active);
    let held: BTreeSet<&CategoryId> = active.flat_map(|known| &known.system.categories).collect();
    held.into_iter()
        .map(|id| Choice {
            value: id.to_string(),
            label: rules.policy.category_name(id, say.tag()),
            hint: String::new(),
            chosen: false,
        })
        .collect()
}

/// Who outside was told of what was granted, with how to exercise rights there (GDPR 19, second sentence; PIPL 39).
fn recipients(file: &File, request: &Request) -> String {
    let told = |known: &&Registered| {
        known.system.kind != SystemKind::Own
            && request
                .tasks
                .iter()
                .any(|task| task.about.system == known.system.id && task.about.kind.changes() && task.sent.is_some())
    };
    let line = |known: &Registered| {
        let system = &known.system;
        let procedure = system.procedure.text(&request.language);
        format!("{} ({})\n{procedure}", system.name, system.country)
            .trim()
            .to_owned()
    };
    let lines: Vec<String> = file.systems.iter().filter(told).map(line).collect();
    lines.join("\n\n")
}

fn state_line(say: &Say<'_>, rules: Rules<'_>, state: &InForce) -> StateLine {
    use crate::domain::deadline::{Standing, local_date};
    let words = &say.words;
    let today = local_date(say.now, rules.policy.zone);
    let months = chrono::Months::new(rules.policy.tasks.recheck_months);
    let args = [
        ("since", words.instant(state.since, rules.policy.zone)),
        ("count", state.checks.to_string()),
    ];
    let args: Vec<(&'static str, &str)> = args.iter().map(|(name, value)| (*name, value.as_str())).collect();
    StateLine {
        item: state.item,
        right: right(say, rules, &state.right),
        since: words.a("state-since", &args),
        recheck: words.with("state-recheck", "date", &words.date(state.recheck_on)),
        tone: match standing(state.recheck_on, rules, say.now) {
            Standing::Late { .. } | Standing::DueToday => Tone::Today,
            _ => Tone::Calm,
        },
        tomorrow: today.succ_opt().unwrap_or(today).to_string(),
        proposed: today.checked_add_months(months).unwrap_or(today).to_string(),
    }
}
