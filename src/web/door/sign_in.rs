//! The door: signing in, signing out, and the first visit by invitation.

use askama::Template;

use crate::web::frame::{Frame, Place};

/// GET /sign-in
#[derive(Debug, Template)]
#[template(path = "sign_in.html")]
pub struct SignInPage {
    /// Around the page.
    pub frame: Frame,
    /// Why the last attempt was not accepted: the same sentence whatever was wrong.
    pub mistake: Option<String>,
    /// The address filled in so far.
    pub email: String,
    /// Where to go afterwards: a path of ours.
    pub back: String,
}

/// GET /invitation/{token}
#[derive(Debug, Template)]
#[template(path = "invitation.html")]
pub struct InvitationPage {
    /// Around the page.
    pub frame: Frame,
    /// Why the last attempt was not accepted.
    pub mistake: Option<String>,
    /// The name so far.
    pub name: String,
    /// For whom the invitation is, so that password managers file it rightly.
    pub email: String,
}
