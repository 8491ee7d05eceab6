//! Tasks outside of their request: the list of those that wait, and the page on which an owner answers one.

pub mod list;
pub mod owner;

use crate::domain::command::Command;
use crate::domain::task::{Outcome, Reply};
use crate::store::door::{Desk, StepError};
use crate::store::files::{self, FileKey, NewFile, Purpose};
use crate::web::error::PageError;
use crate::web::frame::look::Choice;
use crate::web::frame::words::Words;
use crate::web::upload::{Limits, Uploaded};

/// What an owner may hand in at once.
pub const OF_OWNERS: Limits = Limits {
    file: 25 * 1024 * 1024,
    all: 60 * 1024 * 1024,
    files: 20,
    fields: 64 * 1024,
};

/// The longest note of an owner, in characters.
const LONGEST_NOTE: usize = 10_000;

/// The longest media type that is kept; what a file says of itself is only shown.
const LONGEST_TYPE: usize = 100;

/// An answer as a form brings it.
#[derive(Debug)]
pub struct Answer {
    outcome: Outcome,
    before: Option<u32>,
    after: Option<u32>,
    note: String,
    files: Vec<Uploaded>,
}

impl Answer {
    /// Reads the fields of a form.
    ///
    /// # Errors
    /// When no outcome is chosen, or a count is no number.
    pub fn read(text: impl Fn(&str) -> String, files: Vec<Uploaded>) -> Result<Self, PageError> {
        let outcome = text("outcome");
        let outcome = Outcome::ALL.into_iter().find(|known| known.as_str() == outcome);
        let count = |name: &str| match text(name).as_str() {
            "" => Ok(None),
            digits => digits.parse().map(Some).map_err(|_| PageError::Malformed),
        };
        Ok(Self {
            outcome: outcome.ok_or(PageError::Malformed)?,
            before: count("before")?,
            after: count("after")?,
            note: text("note").chars().take(LONGEST_NOTE).collect(),
            files,
        })
    }

    /// Seals note and files under the request's key, and answers the task with them.
    ///
    /// # Errors
    /// When the store fails.
    pub fn command(&self, desk: &mut Desk<'_, '_>, task: u32) -> Result<Command, StepError> {
        let note = if self.note.is_empty() {
            None
        } else {
            Some(desk.keep("task-note", &self.note)?)
        };
        let (request_id, now) = (desk.stored.id, desk.now);
        let mut kept = Vec::new();
        for file in &self.files {
            let media_type: String = file.media_type.chars().take(LONGEST_TYPE).collect();
            let new = NewFile {
                request_id,
                purpose: Purpose::TaskFile,
                key: FileKey::Request,
                name: &file.name,
                media_type: &media_type,
                bytes: &file.bytes,
            };
            kept.push(files::keep(desk.tx(), &new, now)?);
        }
        Ok(Command::AnswerTask {
            task,
            reply: Reply {
                outcome: self.outcome,
                before: self.before,
                after: self.after,
                note,
                files: kept,
            },
        })
    }
}

/// How a task may go, as choices.
pub fn outcomes(words: &Words, chosen: &str) -> Vec<Choice> {
    let choice = |outcome: Outcome| Choice {
        value: outcome.as_str().to_owned(),
        label: words.t(&format!("task-outcome-{}", outcome.as_str())),
        hint: words.t(&format!("task-outcome-{}-hint", outcome.as_str())),
        chosen: outcome.as_str() == chosen,
    };
    Outcome::ALL.map(choice).into()
}
