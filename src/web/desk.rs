//! The desk: what is due, what is late, and what to do next.

use askama::Template;

use crate::web::frame::look::{Link, Notice, RequestRow, Tone};
use crate::web::frame::{Frame, Place};

/// GET /
#[derive(Debug, Template)]
#[template(path = "desk.html")]
pub struct DeskPage {
    /// Around the page.
    pub frame: Frame,
    /// Today, in the policy's zone, and whether it is a working day.
    pub today: String,
    /// The one sentence that says how things stand.
    pub headline: String,
    /// What everybody should know: the calendar alarm, letters that go to a folder.
    pub notices: Vec<Notice>,
    /// The one request to take up first.
    pub next: Option<RequestRow>,
    /// How many wait in each group, zero included.
    pub tallies: Vec<Tally>,
    /// The groups that have something in them, most urgent first; each request stands in its most urgent one.
    pub groups: Vec<Group>,
    /// How intake, sending and the clock do.
    pub state: Vec<Notice>,
}

/// A count that leads to its group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tally {
    /// How urgent.
    pub tone: Tone,
    /// What is counted.
    pub label: String,
    /// How many.
    pub count: u32,
    /// Where they are.
    pub href: String,
}

/// Requests that wait for the same thing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Group {
    /// The anchor.
    pub key: &'static str,
    /// What they have in common.
    pub title: String,
    /// What that means, in one sentence.
    pub note: String,
    /// How many there are in all.
    pub count: u32,
    /// The first of them.
    pub rows: Vec<RequestRow>,
    /// Where the rest is.
    pub more: Option<Link>,
}
