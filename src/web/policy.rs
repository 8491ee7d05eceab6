//! The policy in words: what it promises, on which law, and which letters it writes.

use askama::Template;

use crate::web::frame::look::Fact;
use crate::web::frame::{Frame, Place};
use crate::web::request::ReminderLine;

/// GET /policy
#[derive(Debug, Template)]
#[template(path = "policy.html")]
pub struct PolicyPage {
    /// Around the page.
    pub frame: Frame,
    /// The statement's name.
    pub name: String,
    /// Its term, in one sentence.
    pub lead: String,
    /// Version, in force from, zone, calendar, extension, retention, fingerprint.
    pub facts: Vec<Fact>,
    /// Rights, grounds, exemptions, on behalf, identity, remedies.
    pub chapters: Vec<Chapter>,
    /// Who is reminded, when.
    pub reminders: Vec<ReminderLine>,
    /// The letters with sample facts, in each language.
    pub letters: Vec<LetterSample>,
}

/// A group of entries.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Chapter {
    /// The anchor.
    pub key: &'static str,
    /// What they are.
    pub title: String,
    /// What they do.
    pub note: String,
    /// The entries.
    pub entries: Vec<Entry>,
}

/// One right, ground or exemption.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Its name.
    pub name: String,
    /// "By law, not in the statement", "needs a ground"; may be empty.
    pub mark: String,
    /// What it is.
    pub text: String,
    /// Questions, evidence.
    pub facts: Vec<Fact>,
    /// What is easily got wrong; may be empty.
    pub caution: String,
    /// Where it is written.
    pub sources: Vec<String>,
}

/// One letter as it would read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LetterSample {
    /// Which.
    pub title: String,
    /// In which language.
    pub language: String,
    /// That language's tag.
    pub tag: String,
    /// Its subject.
    pub subject: String,
    /// Its text.
    pub text: String,
}
