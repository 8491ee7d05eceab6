//! One's own settings: language and password.

use askama::Template;

use crate::web::frame::look::Choice;
use crate::web::frame::{Frame, Place};

/// GET /me
#[derive(Debug, Template)]
#[template(path = "me.html")]
pub struct MePage {
    /// Around the page.
    pub frame: Frame,
    /// One's name.
    pub name: String,
    /// One's address.
    pub email: String,
    /// One's role, in words.
    pub role: String,
    /// Shown the way to "People" on a phone.
    pub is_admin: bool,
    /// Why the last attempt was not accepted.
    pub mistake: Option<String>,
    /// The languages, with one's own chosen.
    pub languages: Vec<Choice>,
}
