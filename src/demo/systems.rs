//! The systems of the demo, read as an import reads them, and what their owners do with the tasks of sample requests.

use chrono::{DateTime, Utc};

use super::script::Play;
use crate::domain::command::Command;
use crate::domain::system::read_table;
use crate::domain::task::{Outcome, Reply, Task};
use crate::house::House;
use crate::mail::letters::Letterhead;
use crate::mail::tasks;
use crate::store::{StoreError, systems};

const TABLE: &str = include_str!("systems.csv");

/// Fills the register.
///
/// # Errors
/// When the store fails or the table is wrong.
pub(super) fn register(house: &House, now: DateTime<Utc>) -> anyhow::Result<()> {
    let listed = read_table(TABLE.as_bytes(), "systems.csv")
        .map_err(|mistakes| anyhow::anyhow!("the demo's systems: {}", mistakes.len()))?;
    house.store.write(|tx| {
        for system in &listed {
            systems::put(tx, system, "command", now)?;
        }
        Ok::<_, StoreError>(())
    })?;
    Ok(())
}

impl Play<'_> {
    /// Hands every planned task of a request to its owner.
    pub(super) fn hand_over(&self, id: i64, now: DateTime<Utc>) -> anyhow::Result<()> {
        let pack = self.house.pack()?;
        let head = Letterhead {
            settings: &self.house.settings,
            pack: &pack.pack,
            thread: None,
        };
        for task in self.numbers(id, Task::is_unsettled)? {
            self.take(id, self.staff.officer, now, |desk| {
                let words = "Please find the person by the mail address on your page for this task.";
                tasks::hand_over(desk, head, task, words)
            })?;
        }
        Ok(())
    }

    /// Each owner who is waited for tells the officer that it is done.
    pub(super) fn carry_out(&self, id: i64, now: DateTime<Utc>) -> anyhow::Result<()> {
        for task in self.numbers(id, Task::is_awaited)? {
            self.take(id, self.staff.officer, now, |desk| {
                let found = desk.stored.request.tasks.iter().find(|one| one.number == task);
                let changes = found.is_some_and(|task| task.about.kind.changes());
                let (note, after) = if changes {
                    ("Done in the live system; the backup follows as it expires.", 0)
                } else {
                    ("Three records found and put into the file for the answer.", 3)
                };
                let note = Some(desk.keep("task-note", note)?);
                let reply = Reply {
                    outcome: Outcome::Done,
                    before: Some(3),
                    after: Some(after),
                    note,
                    files: Vec::new(),
                };
                Ok(Command::AnswerTask { task, reply })
            })?;
        }
        Ok(())
    }

    fn numbers(&self, id: i64, wanted: impl Fn(&Task) -> bool) -> anyhow::Result<Vec<u32>> {
        let stored = self.stored(id)?;
        let tasks = stored.request.tasks.iter().filter(|task| wanted(task));
        Ok(tasks.map(|task| task.number).collect())
    }
}
