//! The way back to a request: an address and a reference, and always the same answer.
//!
//! All that is done here is to write down what was typed. Whether it is right a job finds out, and sends a code if it is; so no
//! page, no size and no time tells whether a person or a request is known.

use std::sync::Arc;

use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use chrono::TimeDelta;

use super::around::Around;
use super::stamp::{Fresh, Stamped};
use super::visit;
use crate::domain::portal::MOST_ASKED_FROM_NETWORK;
use crate::house::House;
use crate::store::StoreError;
use crate::store::portal::{self, Claim, Code};
use crate::web::door::guard::Base;
use crate::web::door::network;
use crate::web::error::PageError;
use crate::web::{aside, go_on, show};

/// More than this of an address or a reference is not looked at (RFC 5321, section 4.5.3.1.3).
const MOST: usize = 254;

/// GET /portal/status
pub async fn status(
    house: web::Data<House>,
    base: web::Data<Base>,
    request: HttpRequest,
) -> Result<HttpResponse, PageError> {
    page(&house, &base, &request, (String::new(), String::new()), None)
}

fn page(
    house: &House,
    base: &Base,
    request: &HttpRequest,
    (address, reference): (String, String),
    mistake: Option<String>,
) -> Result<HttpResponse, PageError> {
    let fresh = Fresh::of(request, house, base.scheme);
    let page = StatusPage {
        around: Around::of(request, house, "portal-status-title").back_to("/portal/status"),
        mistake,
        address,
        reference,
        stamp: fresh.stamp.clone(),
    };
    fresh.on(show(&page)?)
}

/// POST /portal/status
pub async fn ask(
    house: web::Data<House>,
    base: web::Data<Base>,
    request: HttpRequest,
    form: Stamped,
) -> Result<HttpResponse, PageError> {
    let words = Around::of(&request, &house, "portal-status-title").words();
    let (address, reference) = (form.sent.text("address"), form.sent.text("reference"));
    let again = |key: &str| {
        let typed = (address.clone(), reference.clone());
        page(&house, &base, &request, typed, Some(words.t(key)))
    };
    if form.stamp.is_none() {
        return again("portal-stale");
    }
    if address.is_empty() || reference.is_empty() || address.len() > MOST || reference.len() > MOST {
        return again("portal-status-gaps");
    }
    let claim = Claim {
        address: address.clone(),
        reference: reference.to_uppercase(),
        language: words.language.tag().to_owned(),
    };
    let network = format!("asks:{}", network::network(network::address(&request, &house.settings)));
    let (office, now) = (Arc::clone(&house), house.now.instant());
    let token = aside(move || {
        let token = office.store.write(|tx| {
            let before = portal::counted(tx, &network, now - TimeDelta::hours(1))?;
            portal::count(tx, &[&network], now)?;
            // Beyond what people ask the answer is the same; only no mail follows.
            let code = if before < MOST_ASKED_FROM_NETWORK {
                Code::Wanted
            } else {
                Code::WithTheForm
            };
            portal::begin(tx, &claim, code, now)
        });
        token.map_err(|error: StoreError| PageError::from(error))
    })
    .await?;
    let mut response = go_on("/portal/code");
    response
        .add_cookie(&visit::cookie(base.scheme, token))
        .map_err(PageError::broken)?;
    Ok(response)
}

/// The page that asks for address and reference.
#[derive(Debug, Template)]
#[template(path = "portal/status.html")]
pub struct StatusPage {
    /// Around the page.
    pub around: Around,
    /// Why the last attempt was not accepted.
    pub mistake: Option<String>,
    /// The address typed so far.
    pub address: String,
    /// The reference typed so far.
    pub reference: String,
    /// The form's stamp.
    pub stamp: String,
}
