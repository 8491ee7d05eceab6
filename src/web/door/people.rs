//! Who works here, for the administrator: invite, change a role, let go.

use askama::Template;
use serde::Deserialize;

use crate::web::frame::look::{Choice, Fact, Tone};
use crate::web::frame::{Frame, Place};

/// GET /people, and POST /people with the link of an invitation
#[derive(Debug, Template)]
#[template(path = "people.html")]
pub struct PeoplePage {
    /// Around the page.
    pub frame: Frame,
    /// Why the last attempt was not accepted.
    pub mistake: Option<String>,
    /// The invitation just made; its link is shown once.
    pub invited: Option<Invited>,
    /// Everybody, active ones first.
    pub people: Vec<PersonRow>,
    /// What was filled in so far.
    pub form: InviteForm,
    /// The roles.
    pub roles: Vec<Choice>,
    /// The languages.
    pub languages: Vec<Choice>,
    /// What each role may do.
    pub role_notes: Vec<Fact>,
}

/// An invitation just made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Invited {
    /// For whom.
    pub title: String,
    /// The link, with its secret.
    pub link: String,
}

/// One person in the list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PersonRow {
    /// Their number.
    pub id: i64,
    /// Their name.
    pub name: String,
    /// Their address, with which they sign in.
    pub email: String,
    /// Their role, in words.
    pub role: String,
    /// They get what escalates.
    pub manager: bool,
    /// They may sign in.
    pub active: bool,
    /// Active, invited, let go.
    pub state: String,
    /// The same as colour and shape.
    pub tone: Tone,
    /// The administrator may change them; nobody changes themselves.
    pub can_change: bool,
    /// The roles, with theirs chosen.
    pub roles: Vec<Choice>,
    /// The languages, with theirs chosen.
    pub languages: Vec<Choice>,
}

/// POST /people
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct InviteForm {
    /// Their name.
    pub name: String,
    /// Their address.
    pub email: String,
    /// Their role.
    pub role: String,
    /// The language of their pages and notices.
    pub language: String,
    /// `yes` when they get what escalates.
    pub manager: String,
}
