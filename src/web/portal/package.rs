//! Fetching a package: the link, a fresh code to the confirmed address, and then the file. Looking changes nothing, since
//! mail scanners open links.

use std::sync::Arc;

use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use chrono::TimeDelta;

use super::around::Around;
use super::stamp::{Fresh, Stamped};
use crate::domain::challenge::Purpose;
use crate::domain::command::Command;
use crate::domain::person::Actor;
use crate::domain::portal::{MOST_ASKED_FROM_NETWORK, MOST_TRIED_FROM_NETWORK};
use crate::house::House;
use crate::mail::codes;
use crate::store::challenges::{self, Asked, Party};
use crate::store::door::{Door, Seen, StepError};
use crate::store::packages::{self, Link, Linked};
use crate::store::{Tx, files, portal, requests};
use crate::web::door::guard::Base;
use crate::web::door::network;
use crate::web::error::PageError;
use crate::web::{aside, show};

/// The page of a package.
#[derive(Debug, Template)]
#[template(path = "portal/package.html")]
pub struct PackagePage {
    /// Around the page.
    pub around: Around,
    /// The page's own address.
    pub path: String,
    /// The stamp of its forms.
    pub stamp: String,
    /// A code was asked for, so that it can be entered.
    pub asked: bool,
    /// What is wrong with what was entered.
    pub mistake: Option<String>,
}

/// GET /portal/package/{link}
pub async fn package(
    house: web::Data<House>,
    base: web::Data<Base>,
    request: HttpRequest,
    link: web::Path<String>,
) -> Result<HttpResponse, PageError> {
    linked(&house, &link).await?;
    page(&house, &base, &request, &link, false, None)
}

fn page(
    house: &House,
    base: &Base,
    request: &HttpRequest,
    link: &str,
    asked: bool,
    mistake: Option<&str>,
) -> Result<HttpResponse, PageError> {
    let fresh = Fresh::of(request, house, base.scheme);
    let path = format!("/portal/package/{link}");
    let around = Around::of(request, house, "portal-package-title").back_to(&path);
    let words = around.words();
    let page = PackagePage {
        around,
        path,
        stamp: fresh.stamp.clone(),
        asked,
        mistake: mistake.map(|key| words.t(key)),
    };
    fresh.on(show(&page)?)
}

/// The package of a link; one that never was, or that ended and is forgotten, is absent.
async fn linked(house: &web::Data<House>, link: &str) -> Result<Linked, PageError> {
    let link = Link::read(link).ok_or(PageError::Absent)?;
    let house = Arc::clone(house);
    aside(move || {
        house
            .store
            .read(|db| packages::find(db, &link))?
            .ok_or(PageError::Absent)
    })
    .await
}

/// POST /portal/package/{link}/code: a code goes to the confirmed address.
pub async fn ask(
    house: web::Data<House>,
    base: web::Data<Base>,
    request: HttpRequest,
    link: web::Path<String>,
    form: Stamped,
) -> Result<HttpResponse, PageError> {
    let linked = linked(&house, &link).await?;
    if form.stamp.is_none() {
        return page(&house, &base, &request, &link, false, Some("portal-package-old"));
    }
    let network = format!(
        "asked:{}",
        network::network(network::address(&request, &house.settings))
    );
    let office = Arc::clone(&house);
    let sent = aside(move || {
        let now = office.now.instant();
        let sent = office.store.write(|tx| {
            let before = portal::counted(tx, &network, now - TimeDelta::hours(1))?;
            portal::count(tx, &[&network], now)?;
            if before >= MOST_ASKED_FROM_NETWORK {
                return Ok(false);
            }
            send_code(tx, &office, linked)
        });
        sent.map_err(broken)
    })
    .await?;
    let mistake = (!sent).then_some("portal-package-no-code");
    page(&house, &base, &request, &link, true, mistake)
}

/// Sends a code, when the package can be fetched at all; `false` when there is none for now.
fn send_code(tx: &mut Tx<'_>, house: &House, linked: Linked) -> Result<bool, StepError> {
    let stored = requests::find(tx, linked.request_id)?;
    let is_live = stored
        .request
        .release
        .package(linked.package)
        .is_some_and(|package| package.ended.is_none());
    if !is_live || !stored.request.has_confirmed_contact() {
        return Ok(false);
    }
    codes::send(
        tx,
        &house.settings,
        &house.shelf(),
        &stored,
        Purpose::Download,
        house.now.instant(),
    )
}

/// POST /portal/package/{link}: with the right code, the file.
pub async fn fetch(
    house: web::Data<House>,
    base: web::Data<Base>,
    request: HttpRequest,
    link: web::Path<String>,
    form: Stamped,
) -> Result<HttpResponse, PageError> {
    let linked = linked(&house, &link).await?;
    if form.stamp.is_none() {
        return page(&house, &base, &request, &link, true, Some("portal-package-old"));
    }
    let typed = form.sent.text("code");
    let network = format!(
        "tries:{}",
        network::network(network::address(&request, &house.settings))
    );
    let office = Arc::clone(&house);
    let fetched = aside(move || {
        let now = office.now.instant();
        let right = office.store.write(|tx| {
            let before = portal::counted(tx, &network, now - TimeDelta::hours(1))?;
            portal::count(tx, &[&network], now)?;
            if before >= MOST_TRIED_FROM_NETWORK {
                return Ok(None);
            }
            let stored = requests::find(tx, linked.request_id)?;
            let asked = Asked {
                party: Party::Request(stored.id),
                address: &stored.card.address,
                purpose: Purpose::Download,
            };
            challenges::answer(tx, &asked, &typed, now)
        })?;
        if right.is_none() {
            return Ok(Fetched::WrongCode);
        }
        let shelf = office.shelf();
        // The bytes are read before the step: the last download destroys them in the same transaction.
        let done = office.store.write(|tx| {
            let stored = requests::find(tx, linked.request_id)?;
            let package = stored.request.release.package(linked.package);
            let file = package
                .filter(|package| package.ended.is_none())
                .map(|package| package.file.id);
            let Some(file) = file else { return Ok(Fetched::Over) };
            let bytes = files::read(tx, file)?;
            let package = linked.package;
            door(&shelf, now).step(tx, linked.request_id, Seen::Whatever, |_| {
                Ok(Command::FetchPackage { package })
            })?;
            Ok(Fetched::Bytes {
                reference: stored.request.reference,
                bytes,
            })
        });
        match done {
            Err(StepError::Refused(_)) => Ok(Fetched::Over),
            other => other.map_err(broken),
        }
    })
    .await?;
    match fetched {
        Fetched::WrongCode => page(&house, &base, &request, &link, true, Some("portal-code-wrong")),
        Fetched::Over => page(&house, &base, &request, &link, false, Some("portal-package-over")),
        Fetched::Bytes { reference, bytes } => Ok(HttpResponse::Ok()
            .content_type("application/zip")
            .insert_header((
                header::CONTENT_DISPOSITION,
                format!("attachment; filename=\"{reference}.zip\""),
            ))
            .insert_header((header::CONTENT_SECURITY_POLICY, "default-src 'none'; sandbox"))
            .body(bytes)),
    }
}

/// What came of fetching.
enum Fetched {
    WrongCode,
    Over,
    Bytes { reference: String, bytes: Vec<u8> },
}

fn door(shelf: &crate::packs::Shelf, now: chrono::DateTime<chrono::Utc>) -> Door<'_> {
    Door {
        book: shelf,
        actor: Actor::Requester,
        now,
    }
}

fn broken(error: StepError) -> PageError {
    match error {
        StepError::Store(error) => PageError::from(error),
        other => PageError::broken(other),
    }
}
