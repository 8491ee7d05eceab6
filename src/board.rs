//! What the running parts last reported, for the desk and the health page. Nothing is decided by it.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError, Weak};

use chrono::{DateTime, Utc};

/// The last report of each part.
#[derive(Debug, Default)]
pub struct Board {
    reports: Mutex<BTreeMap<String, Report>>,
    left_behind: Mutex<Vec<Weak<()>>>,
    shortage: Mutex<Option<Shortage>>,
}

/// Too little room on a disk: no mail is taken in, everything else goes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{} MiB are free and {} MiB are needed: no mail is taken in until there is more room", free >> 20, needed >> 20)]
pub struct Shortage {
    /// Bytes that are free.
    pub free: u64,
    /// Bytes that have to be.
    pub needed: u64,
}

/// What a part last reported.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    /// When.
    pub at: DateTime<Utc>,
    /// When it last worked.
    pub worked_at: Option<DateTime<Utc>>,
    /// What it did, or why it failed.
    pub result: Result<String, String>,
}

impl Board {
    /// Notes a report.
    pub fn note(&self, part: &str, at: DateTime<Utc>, result: Result<String, String>) {
        let mut board = self.reports.lock().unwrap_or_else(PoisonError::into_inner);
        let before = board.get(part).and_then(|report| report.worked_at);
        let worked_at = if result.is_ok() { Some(at) } else { before };
        board.insert(part.to_owned(), Report { at, worked_at, result });
    }

    /// All reports, by part.
    pub fn reports(&self) -> BTreeMap<String, Report> {
        self.reports.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Notes whether there is too little room.
    pub fn note_shortage(&self, shortage: Option<Shortage>) {
        *self.shortage.lock().unwrap_or_else(PoisonError::into_inner) = shortage;
    }

    /// Too little room, when it was last looked.
    pub fn shortage(&self) -> Option<Shortage> {
        *self.shortage.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Notes a thread that stood still at a message and was left behind; it lives as long as the handle can be upgraded.
    pub fn leave_behind(&self, thread: Weak<()>) {
        let mut left = self.left_behind.lock().unwrap_or_else(PoisonError::into_inner);
        left.push(thread);
    }

    /// How many threads that were left behind still run.
    pub fn left_behind(&self) -> usize {
        let mut left = self.left_behind.lock().unwrap_or_else(PoisonError::into_inner);
        left.retain(|thread| thread.strong_count() > 0);
        left.len()
    }
}
