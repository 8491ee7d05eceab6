//! A request that came by telephone, by letter or at the counter, entered by hand with its true time of receipt.

use askama::Template;
use serde::Deserialize;

use crate::web::frame::look::Choice;
use crate::web::frame::{Frame, Place};

/// GET /requests/new
#[derive(Debug, Template)]
#[template(path = "entry.html")]
pub struct EntryPage {
    /// Around the page.
    pub frame: Frame,
    /// Why the last attempt was not accepted.
    pub mistake: Option<String>,
    /// What was filled in so far.
    pub form: EntryForm,
    /// Telephone, letter, counter.
    pub channels: Vec<Choice>,
    /// Today in the policy's zone: a receipt cannot lie in the future.
    pub latest_on: String,
    /// Which zone date and time are in.
    pub zone_note: String,
    /// Languages that letters are written in.
    pub languages: Vec<Choice>,
    /// For whom the person acts.
    pub on_behalf: Vec<Choice>,
    /// The rights of the policy.
    pub rights: Vec<Choice>,
}

/// POST /requests
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct EntryForm {
    /// `phone`, `letter` or `counter`.
    pub channel: String,
    /// `2026-11-24`, in the policy's zone.
    pub received_on: String,
    /// `09:30`, in the policy's zone.
    pub received_at: String,
    /// Who asks.
    pub name: String,
    /// Where the answer goes; empty when there is no e-mail address.
    pub address: String,
    /// The language of the letters.
    pub language: String,
    /// For whom the person acts: an id of the policy.
    pub on_behalf: String,
    /// What it is about, on one line.
    pub subject: String,
    /// What was said or written.
    pub text: String,
    /// Ids of the rights invoked; none for a question or a complaint.
    #[serde(skip)]
    pub rights: Vec<String>,
}
