//! The portal's first page: what one can do here, and who answers within what time.

use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;

use super::around::Around;
use crate::domain::deadline::Unit;
use crate::domain::policy::Policy;
use crate::house::House;
use crate::web::error::PageError;
use crate::web::frame::words::Words;
use crate::web::show;

/// GET /portal
pub async fn home(house: web::Data<House>, request: HttpRequest) -> Result<HttpResponse, PageError> {
    let pack = house.pack().map_err(PageError::broken)?;
    let around = Around::of(&request, &house, "portal-title");
    let words = around.words();
    show(&HomePage {
        policy: pack.pack.policy.name.text(words.language.tag()).to_owned(),
        term: term(&words, &pack.pack.policy),
        around,
    })
}

/// Within what time an answer is owed, in words.
pub fn term(words: &Words, policy: &Policy) -> String {
    let key = match policy.term.unit {
        Unit::WorkingDays => "term-working-days",
        Unit::CalendarDays => "term-calendar-days",
        Unit::Months => "term-months",
    };
    words.n(key, policy.term.length)
}

/// The first page.
#[derive(Debug, Template)]
#[template(path = "portal/home.html")]
pub struct HomePage {
    /// Around the page.
    pub around: Around,
    /// The policy's name.
    pub policy: String,
    /// Within what time an answer is owed.
    pub term: String,
}
