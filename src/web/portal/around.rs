//! What every page of the portal has around it, and its page of errors.

use actix_web::{HttpRequest, web};
use askama::Template;

use crate::house::House;
use crate::web::error::PageError;
use crate::web::frame::look::Link;
use crate::web::frame::words::Words;
use crate::web::frame::{Frame, Place, said};

/// What every page of the portal has around it.
#[derive(Debug, Clone)]
pub struct Around {
    /// Language, title and what was just done.
    pub frame: Frame,
    /// Who answers.
    pub controller: String,
    /// The privacy contact's address.
    pub contact: String,
    /// The portal is open, so that its first page is there; what letters lead to is there in any case.
    pub is_open: bool,
    /// A visit is proven: it can be ended.
    pub is_in: bool,
}

impl Around {
    /// Around a page for anyone.
    pub fn of(request: &HttpRequest, house: &House, title: &str) -> Self {
        let mut frame = Frame::bare(request, Place::Outside);
        frame.title = frame.t(title);
        let said_code = web::Query::<Vec<(String, String)>>::from_query(request.query_string())
            .ok()
            .and_then(|pairs| pairs.into_inner().into_iter().find(|(key, _)| key == "said"));
        frame.said = said_code.and_then(|(_, code)| said(&frame.words, &code));
        let controller = &house.settings.controller;
        Self {
            frame,
            controller: controller.name.clone(),
            contact: controller.contact.clone(),
            is_open: house.settings.portal.open,
            is_in: false,
        }
    }

    /// Around a page of a visit that proved its address.
    #[must_use]
    pub fn inside(mut self, csrf: &str) -> Self {
        self.is_in = true;
        self.with_token(csrf)
    }

    /// With the token that the page's forms carry.
    #[must_use]
    pub fn with_token(mut self, csrf: &str) -> Self {
        csrf.clone_into(&mut self.frame.csrf);
        self
    }

    /// Where changing the language leads, when the page answers a form.
    #[must_use]
    pub fn back_to(mut self, path: &str) -> Self {
        path.clone_into(&mut self.frame.here);
        self
    }

    /// The words.
    pub fn words(&self) -> Words {
        self.frame.words
    }
}

/// Whether a path is one of the portal's.
pub fn is_ours(path: &str) -> bool {
    path == "/portal" || path.starts_with("/portal/")
}

/// The page of an error in the portal.
#[derive(Debug, Template)]
#[template(path = "portal/error.html")]
pub struct PortalErrorPage {
    /// Around the page.
    pub around: Around,
    /// What happened, in a sentence.
    pub text: String,
    /// The next steps; the first is the best.
    pub links: Vec<Link>,
}

impl PortalErrorPage {
    /// The page of an error. Absent and forbidden look alike.
    pub fn of(error: &PageError, request: &HttpRequest, house: &House) -> Self {
        let (title, text) = match error {
            PageError::Absent | PageError::SignIn { .. } | PageError::CodeFirst { .. } | PageError::VisitOver => {
                ("error-absent-title", "portal-error-absent")
            }
            PageError::Forged => ("error-forged-title", "portal-error-forged"),
            PageError::Malformed => ("error-form-title", "portal-error-form"),
            PageError::Refused { .. } | PageError::Faster { .. } => ("error-refused-title", "portal-error-refused"),
            PageError::Busy => ("error-busy-title", "portal-error-busy"),
            PageError::Broken => ("error-broken-title", "portal-error-broken"),
        };
        let around = Around::of(request, house, title).back_to("/portal");
        let words = around.words();
        let sentence = match error {
            PageError::Refused { sentence, .. } => sentence.clone(),
            _ => words.t(text),
        };
        let link = |key: &str, href: &str| Link {
            label: words.t(key),
            href: href.to_owned(),
        };
        Self {
            text: sentence,
            links: vec![
                link("portal-to-requests", "/portal/requests"),
                link("portal-to-start", "/portal"),
            ],
            around,
        }
    }
}
