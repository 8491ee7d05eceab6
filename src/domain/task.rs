//! One system's share of one request: what is to be done there, where it stands, and what its owner answered.

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

use super::policy::{RightId, SystemId};
use super::request::{Request, Stage};
use super::text::{FileRef, TextRef};

/// One system's share of one request. Its number never changes and is never used again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Task {
    /// Its number inside the request, from 1.
    pub number: u32,
    /// What it is for.
    pub about: About,
    /// Where it stands.
    pub state: TaskState,
    /// When it was opened.
    pub opened_at: DateTime<Utc>,
    /// When and until when it was last handed to its owner; `None` while it is only planned.
    pub sent: Option<Sent>,
    /// What the owner answered last.
    pub answer: Option<TaskAnswer>,
}

/// What a task is for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct About {
    /// The item it serves.
    pub item: u32,
    /// The item's right.
    pub right: RightId,
    /// Where it is done.
    pub system: SystemId,
    /// What is asked of the system.
    pub kind: TaskKind,
}

/// What is asked of a system.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum TaskKind {
    /// Find what is held, and hand it over or describe it.
    Find,
    /// Carry out what was granted.
    CarryOut,
    /// Take note of what was granted: a recipient answers for its data itself. No answer is waited for.
    Notice,
    /// Do again what was done before a backup was restored.
    Repeat,
}

impl TaskKind {
    /// All kinds.
    pub const ALL: [Self; 4] = [Self::Find, Self::CarryOut, Self::Notice, Self::Repeat];

    /// The word used in tables, forms and addresses.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Find => "find",
            Self::CarryOut => "carry-out",
            Self::Notice => "notice",
            Self::Repeat => "repeat",
        }
    }

    /// Whether it changes what a system holds, so that it needs a decision that stands.
    pub fn changes(self) -> bool {
        match self {
            Self::CarryOut | Self::Notice => true,
            Self::Find | Self::Repeat => false,
        }
    }
}

/// Where a task stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "kebab-case")]
pub enum TaskState {
    /// Proposed: an officer looks at it before anybody is told.
    Planned,
    /// Handed to its owner.
    Open,
    /// Done, or nothing was held.
    Answered {
        /// Since when.
        at: DateTime<Utc>,
    },
    /// The owner cannot: an officer has to explain or find another way.
    Cannot,
    /// An officer wrote down why it counts as settled all the same.
    Explained {
        /// Since when.
        at: DateTime<Utc>,
        /// Why.
        reason: TextRef,
    },
    /// An officer took it out.
    Dropped {
        /// Why.
        reason: TextRef,
        /// Since when; `None` where that was not written down yet.
        #[serde(default)]
        at: Option<DateTime<Utc>>,
    },
    /// What it served is no more.
    Cancelled {
        /// What took it away.
        why: Cancelled,
        /// Since when; `None` where that was not written down yet.
        #[serde(default)]
        at: Option<DateTime<Utc>>,
    },
}

impl TaskState {
    /// The word used in tables, forms and addresses.
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::Planned => "planned",
            Self::Open => "open",
            Self::Answered { .. } => "answered",
            Self::Cannot => "cannot",
            Self::Explained { .. } => "explained",
            Self::Dropped { .. } => "dropped",
            Self::Cancelled { .. } => "cancelled",
        }
    }
}

/// What took a task away.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Cancelled {
    /// Its item was dropped.
    ItemDropped,
    /// The decision it carries out does not stand any more.
    DecisionChanged,
    /// The request is out of the way: set aside or taken back.
    RequestEnded,
    /// Its request was merged with another one: the task stands once, in the one that lives on.
    Merged,
}

/// That a task was handed to its owner.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sent {
    /// When.
    pub at: DateTime<Utc>,
    /// The last day for it, in the policy's zone.
    pub due_on: NaiveDate,
    /// The letter; `None` when the owner was told in another way.
    pub letter: Option<i64>,
    /// The officer's words to the owner.
    pub words: Option<TextRef>,
}

/// What an owner answered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TaskAnswer {
    /// When.
    pub at: DateTime<Utc>,
    /// What.
    pub reply: Reply,
}

/// What an owner says about a task.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reply {
    /// How it went.
    pub outcome: Outcome,
    /// How many records there were before.
    pub before: Option<u32>,
    /// How many there are now.
    pub after: Option<u32>,
    /// In the owner's own words.
    pub note: Option<TextRef>,
    /// What was handed over.
    #[serde(default)]
    pub files: Vec<FileRef>,
}

/// How a task went.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    /// Done.
    Done,
    /// The system holds nothing about this person.
    NothingHeld,
    /// It cannot be done; the note says why.
    Cannot,
}

impl Outcome {
    /// All of them, in the order they are offered.
    pub const ALL: [Self; 3] = [Self::Done, Self::NothingHeld, Self::Cannot];

    /// The word used in tables, forms and addresses.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::NothingHeld => "nothing-held",
            Self::Cannot => "cannot",
        }
    }
}

impl Cancelled {
    /// The word used in tables, forms and addresses.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::ItemDropped => "item-dropped",
            Self::DecisionChanged => "decision-changed",
            Self::RequestEnded => "request-ended",
            Self::Merged => "merged",
        }
    }
}

impl Task {
    /// Whether it still needs somebody: its owner, or an officer who explains. A request is not closed before.
    pub fn is_unsettled(&self) -> bool {
        match self.state {
            TaskState::Planned | TaskState::Cannot => true,
            TaskState::Open => self.about.kind != TaskKind::Notice,
            TaskState::Answered { .. }
            | TaskState::Explained { .. }
            | TaskState::Dropped { .. }
            | TaskState::Cancelled { .. } => false,
        }
    }

    /// Whether its owner is being waited for.
    pub fn is_awaited(&self) -> bool {
        self.state == TaskState::Open && self.is_unsettled()
    }

    /// Whether its owner can answer: it was handed over, and neither taken out nor explained.
    pub fn takes_answers(&self) -> bool {
        match self.state {
            TaskState::Open | TaskState::Answered { .. } | TaskState::Cannot => self.sent.is_some(),
            TaskState::Planned
            | TaskState::Explained { .. }
            | TaskState::Dropped { .. }
            | TaskState::Cancelled { .. } => false,
        }
    }

    /// When it was done: what has to be repeated when an older backup comes back.
    pub fn done_at(&self) -> Option<DateTime<Utc>> {
        match (&self.state, self.about.kind) {
            (_, TaskKind::Find) => None,
            (TaskState::Answered { at }, _) => Some(*at),
            (TaskState::Open, TaskKind::Notice) => self.sent.as_ref().map(|sent| sent.at),
            _ => None,
        }
    }

    /// Since when its owner need not do it any more, though a mail asked them to and they had not answered; `None` where
    /// nobody is left to be told.
    pub fn needless_since(&self) -> Option<DateTime<Utc>> {
        let asked = self.sent.as_ref().filter(|sent| sent.letter.is_some())?;
        if self.answer.as_ref().is_some_and(|answer| answer.at >= asked.at) {
            return None;
        }
        match self.state {
            TaskState::Cancelled { why, at } => at.filter(|_| why != Cancelled::Merged),
            TaskState::Dropped { at, .. } => at,
            TaskState::Planned
            | TaskState::Open
            | TaskState::Answered { .. }
            | TaskState::Cannot
            | TaskState::Explained { .. } => None,
        }
    }

    /// The last day for it. A deadline that moved earlier since takes it along.
    pub fn due_on(&self, request: &Request) -> Option<NaiveDate> {
        let due_on = self.sent.as_ref()?.due_on;
        Some(match self.about.kind {
            TaskKind::Repeat => due_on,
            TaskKind::Find | TaskKind::CarryOut | TaskKind::Notice => due_on.min(request.deadline.due_on),
        })
    }
}

impl Request {
    /// The task with a number.
    pub fn task(&self, number: u32) -> Option<&Task> {
        self.tasks.iter().find(|task| task.number == number)
    }

    /// The tasks that still need somebody.
    pub fn unsettled_tasks(&self) -> impl Iterator<Item = &Task> {
        self.tasks.iter().filter(|task| task.is_unsettled())
    }

    /// The second milestone beside the answer: since when all that was granted is carried out or explained; `None` while
    /// something is not, and where nothing had to be carried out.
    pub fn carried_out_at(&self) -> Option<DateTime<Utc>> {
        if self.unsettled_tasks().next().is_some() {
            return None;
        }
        let settled = self.tasks.iter().filter(|task| task.about.kind != TaskKind::Find);
        settled
            .filter_map(|task| match task.state {
                TaskState::Explained { at, .. } => Some(at),
                _ => task.done_at(),
            })
            .max()
    }

    /// Whether it is out of the way, so that nothing is to be done for it.
    pub fn is_out_of_the_way(&self) -> bool {
        match self.stage {
            Stage::SetAside { .. } | Stage::Withdrawn { .. } | Stage::Merged { .. } => true,
            Stage::Triage
            | Stage::Open
            | Stage::Answering { .. }
            | Stage::NotDelivered { .. }
            | Stage::Answered { .. }
            | Stage::Closed { .. } => false,
        }
    }
}
