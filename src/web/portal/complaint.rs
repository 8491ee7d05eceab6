//! The requester complains of what was decided: that opens an internal review, carried out by somebody who did not decide.

use std::sync::Arc;

use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;

use super::around::Around;
use super::home::term;
use super::message::take;
use super::seen;
use super::visit::{Proven, Written};
use crate::domain::portal::Form;
use crate::domain::review;
use crate::house::House;
use crate::store::requests::Stored;
use crate::web::error::PageError;
use crate::web::{aside, go_on, show};

/// GET /portal/requests/{reference}/complaint
pub async fn ask(
    who: Proven,
    house: web::Data<House>,
    reference: web::Path<String>,
    request: HttpRequest,
) -> Result<HttpResponse, PageError> {
    page(&who, &house, &request, &reference, None).await
}

async fn page(
    who: &Proven,
    house: &web::Data<House>,
    request: &HttpRequest,
    reference: &str,
    wrong: Option<(&'static str, String)>,
) -> Result<HttpResponse, PageError> {
    let stored = find(who, house, reference).await?;
    let path = format!("/portal/requests/{}", stored.request.reference);
    if review::openable(&stored.request).is_err() {
        return Ok(go_on(&format!("{path}?said=portal-too-early")));
    }
    let around = Around::of(request, house, "portal-complaint-title")
        .inside(&who.visit.csrf)
        .back_to(&format!("{path}/complaint"));
    let words = around.words();
    let shelf = house.shelf();
    let term = seen::with_policy(&shelf, &stored.request, |policy| {
        policy.map(|policy| term(&words, policy)).unwrap_or_default()
    });
    let (mistake, text) = wrong.map(|(key, text)| (words.t(key), text)).unzip();
    show(&ComplaintPage {
        reference: stored.request.reference,
        text: text.unwrap_or_default(),
        path,
        term,
        mistake,
        around,
    })
}

async fn find(who: &Proven, house: &web::Data<House>, reference: &str) -> Result<Stored, PageError> {
    let (office, visit, wanted) = (Arc::clone(house), who.visit.clone(), reference.to_owned());
    aside(move || office.store.read(|db| Ok(seen::of_visit(db, &visit, &wanted)))?).await
}

/// POST /portal/requests/{reference}/complaint
pub async fn complain(
    who: Proven,
    house: web::Data<House>,
    reference: web::Path<String>,
    request: HttpRequest,
    form: Written,
) -> Result<HttpResponse, PageError> {
    let stored = find(&who, &house, &reference).await?;
    if review::openable(&stored.request).is_err() {
        return Ok(go_on(&format!("/portal/requests/{reference}?said=portal-too-early")));
    }
    let text = form.text("text");
    let language = who.visit.claim.language.clone();
    let taken = take(&who, &house, &reference, &text, |stored| Form::Complaint {
        request: stored.id,
        language,
    })
    .await?;
    match taken {
        Ok(()) => Ok(go_on(&format!("/portal/requests/{reference}?said=portal-complained"))),
        Err(key) => page(&who, &house, &request, &reference, Some((key, text))).await,
    }
}

/// The page with the complaint.
#[derive(Debug, Template)]
#[template(path = "portal/complaint.html")]
pub struct ComplaintPage {
    /// Around the page.
    pub around: Around,
    /// The reference of the request whose decision is complained of.
    pub reference: String,
    /// Its page.
    pub path: String,
    /// Within what time the review ends.
    pub term: String,
    /// Why the last attempt was not accepted.
    pub mistake: Option<String>,
    /// What was written so far.
    pub text: String,
}
