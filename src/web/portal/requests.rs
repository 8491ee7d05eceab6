//! The requests of a visit that proved its address: all of them, and one.

use std::sync::Arc;

use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;

use super::around::Around;
use super::document::{Wanted, wanted_of};
use super::seen::{self, Said};
use super::visit::Proven;
use crate::domain::moves::{Move, may};
use crate::domain::person::Actor;
use crate::domain::review;
use crate::house::House;
use crate::packs::Shelf;
use crate::store::requests::Stored;
use crate::web::error::PageError;
use crate::web::frame::look::Link;
use crate::web::frame::words::Words;
use crate::web::{aside, show};

/// GET /portal/requests
pub async fn requests(who: Proven, house: web::Data<House>, request: HttpRequest) -> Result<HttpResponse, PageError> {
    let around = Around::of(&request, &house, "portal-requests-title").inside(&who.visit.csrf);
    let words = around.words();
    let (office, visit) = (Arc::clone(&house), who.visit.clone());
    let all = aside(move || Ok(office.store.read(|db| seen::all_of_visit(db, &visit))?)).await?;
    let shelf = house.shelf();
    show(&RequestsPage {
        address: who.visit.claim.address.clone(),
        rows: all.iter().map(|stored| row(&words, &shelf, stored)).collect(),
        around,
    })
}

fn row(words: &Words, shelf: &Shelf, stored: &Stored) -> Row {
    let request = &stored.request;
    seen::with_policy(shelf, request, |policy| Row {
        reference: request.reference.clone(),
        href: path_of(&request.reference),
        asked: seen::asked(words, request, policy),
        received_on: words.date(request.deadline.received_on),
        standing: seen::standing(words, request, policy),
        by_when: seen::by_when(words, request),
    })
}

fn path_of(reference: &str) -> String {
    format!("/portal/requests/{reference}")
}

/// GET /portal/requests/{reference}
pub async fn one(
    who: Proven,
    house: web::Data<House>,
    reference: web::Path<String>,
    request: HttpRequest,
) -> Result<HttpResponse, PageError> {
    show(&page(&who, &house, &request, &reference, None, String::new()).await?)
}

/// The page of one request, with a mistake where a message could not be taken.
///
/// # Errors
/// [`PageError::Absent`] when it is not the visit's.
pub(super) async fn page(
    who: &Proven,
    house: &web::Data<House>,
    request: &HttpRequest,
    reference: &str,
    mistake: Option<String>,
    text: String,
) -> Result<OnePage, PageError> {
    let (office, visit, wanted) = (Arc::clone(house), who.visit.clone(), reference.to_owned());
    let (stored, said) = aside(move || {
        office.store.read(|db| {
            let found = match seen::of_visit(db, &visit, &wanted) {
                Ok(stored) => stored,
                Err(error) => return Ok(Err(error)),
            };
            let said = seen::messages_of(db, &found)?;
            Ok(Ok((found, said)))
        })?
    })
    .await?;
    let path = path_of(&stored.request.reference);
    let mut around = Around::of(request, house, "portal-one-title")
        .inside(&who.visit.csrf)
        .back_to(&path);
    around.frame.title.clone_from(&stored.request.reference);
    let words = around.words();
    let shelf = house.shelf();
    let row = row(&words, &shelf, &stored);
    let case = &stored.request;
    Ok(seen::with_policy(&shelf, case, |policy| {
        let zone = policy.map_or(chrono_tz::UTC, |policy| policy.zone);
        let withdraws = policy.is_some_and(|policy| may(case, Move::Withdraw, Actor::Requester, policy).is_ok());
        let line = |said: Said| Line {
            at: words.zoned(said.at, zone),
            who: words.t(if said.from_us {
                "portal-from-us"
            } else {
                "portal-from-you"
            }),
            from_us: said.from_us,
            subject: said.subject,
            text: said.text,
            files: said.files,
        };
        OnePage {
            received_at: words.zoned(case.received_at, zone),
            lines: said.into_iter().map(line).collect(),
            withdrawal: withdraws.then(|| format!("{path}/withdrawal")),
            complaint: review::openable(case).is_ok().then(|| format!("{path}/complaint")),
            related: related(&words, &stored),
            documents: wanted_of(&words, case, policy),
            documents_here: words.n(
                "portal-documents-here",
                i64::try_from(case.documents.len()).unwrap_or(i64::MAX),
            ),
            has_documents: !case.documents.is_empty(),
            path,
            row,
            mistake,
            text,
            around,
        }
    }))
}

/// The requests that this one goes with: the review of it, what it reviews, and where it goes on.
fn related(words: &Words, stored: &Stored) -> Vec<Link> {
    let link = |key: &str, reference: &str| Link {
        label: words.with(key, "reference", reference),
        href: path_of(reference),
    };
    let request = &stored.request;
    let reviews = request
        .reviews
        .iter()
        .map(|(_, reference)| link("portal-review", reference));
    let of = request
        .review_of
        .iter()
        .map(|of| link("portal-review-of", &of.reference));
    let goes_on = match &request.stage {
        crate::domain::request::Stage::Merged { reference, .. } => Some(link("portal-goes-on", reference)),
        _ => None,
    };
    reviews.chain(of).chain(goes_on).collect()
}

/// One request in the list.
#[derive(Debug, Clone)]
pub struct Row {
    /// Such as `DSR-2026-000123`.
    pub reference: String,
    /// Its page.
    pub href: String,
    /// What was asked.
    pub asked: Vec<String>,
    /// The day of receipt.
    pub received_on: String,
    /// Where it stands, in plain words.
    pub standing: String,
    /// By when an answer is owed; empty when none is.
    pub by_when: String,
}

/// The requests of an address.
#[derive(Debug, Template)]
#[template(path = "portal/requests.html")]
pub struct RequestsPage {
    /// Around the page.
    pub around: Around,
    /// The address that was proven.
    pub address: String,
    /// The newest first.
    pub rows: Vec<Row>,
}

/// One message as the page shows it.
#[derive(Debug, Clone)]
pub struct Line {
    /// When.
    pub at: String,
    /// "You" or "We".
    pub who: String,
    /// The company wrote it.
    pub from_us: bool,
    /// On one line.
    pub subject: String,
    /// What was written.
    pub text: String,
    /// Names of files, as text.
    pub files: Vec<String>,
}

/// One request.
#[derive(Debug, Template)]
#[template(path = "portal/one.html")]
pub struct OnePage {
    /// Around the page.
    pub around: Around,
    /// Its path.
    pub path: String,
    /// What the list says of it.
    pub row: Row,
    /// When it was received.
    pub received_at: String,
    /// What was said, in order of time.
    pub lines: Vec<Line>,
    /// Where it is taken back; `None` when that is no longer possible.
    pub withdrawal: Option<String>,
    /// Where the decision is complained of; `None` before there is one.
    pub complaint: Option<String>,
    /// The requests that go with it.
    pub related: Vec<Link>,
    /// The documents that may be uploaded now, since they were asked for.
    pub documents: Vec<Wanted>,
    /// Documents of the requester lie here.
    pub has_documents: bool,
    /// How many, and for how long.
    pub documents_here: String,
    /// Why the last message was not taken.
    pub mistake: Option<String>,
    /// The message written so far.
    pub text: String,
}
