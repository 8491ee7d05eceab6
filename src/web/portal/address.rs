//! Proving an address from a letter: the link in it leads here, where the code is entered. Looking changes nothing, since mail
//! scanners open links, and no page says more of the request than the letter did.

use std::sync::Arc;

use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use chrono::TimeDelta;

use super::around::Around;
use super::code::confirm;
use super::stamp::{Fresh, Stamped};
use crate::domain::challenge::Purpose;
use crate::domain::person::Actor;
use crate::domain::portal::{MOST_ASKED_FROM_NETWORK, MOST_TRIED_FROM_NETWORK};
use crate::house::House;
use crate::mail::codes::{self, ADDRESS_PAGE};
use crate::store::challenges::{self, Asked, Party};
use crate::store::door::{Door, StepError};
use crate::store::{StoreError, Tx, address_links, portal, requests};
use crate::web::door::guard::Base;
use crate::web::door::network;
use crate::web::error::PageError;
use crate::web::{aside, show};

/// The page on which the code of a letter is entered.
#[derive(Debug, Template)]
#[template(path = "portal/address.html")]
pub struct AddressPage {
    /// Around the page.
    pub around: Around,
    /// The page's own address.
    pub path: String,
    /// The stamp of its forms.
    pub stamp: String,
    /// How far it came.
    pub stage: Stage,
    /// What is wrong with what was entered.
    pub mistake: Option<String>,
}

/// How far somebody came on the page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// The code of the letter is asked for.
    Enter,
    /// Another code was asked for.
    AskedAgain,
    /// The right code was entered.
    Proven,
}

/// GET /portal/address/{link}
pub async fn address(
    house: web::Data<House>,
    base: web::Data<Base>,
    request: HttpRequest,
    link: web::Path<String>,
) -> Result<HttpResponse, PageError> {
    linked(&house, &link).await?;
    page(&house, &base, &request, &link, (Stage::Enter, None))
}

fn page(
    house: &House,
    base: &Base,
    request: &HttpRequest,
    link: &str,
    (stage, mistake): (Stage, Option<&str>),
) -> Result<HttpResponse, PageError> {
    let fresh = Fresh::of(request, house, base.scheme);
    let path = format!("{ADDRESS_PAGE}/{link}");
    let around = Around::of(request, house, "portal-code-confirm").back_to(&path);
    let words = around.words();
    let page = AddressPage {
        around,
        path,
        stamp: fresh.stamp.clone(),
        stage,
        mistake: mistake.map(|key| words.t(key)),
    };
    fresh.on(show(&page)?)
}

/// The request of a link. One that is not ours, or of a request that was erased, is absent.
async fn linked(house: &web::Data<House>, link: &str) -> Result<i64, PageError> {
    let (house, link) = (Arc::clone(house), link.to_owned());
    aside(move || {
        let now = house.now.instant();
        let found = house.store.read(|db| match address_links::read(db, &link, now)? {
            Some(id) => requests::find(db, id).map(Some),
            None => Ok(None),
        });
        match found {
            Ok(Some(stored)) => Ok(stored.id),
            Ok(None) | Err(StoreError::Erased(_) | StoreError::Missing { .. }) => Err(PageError::Absent),
            Err(error) => Err(error.into()),
        }
    })
    .await
}

/// POST /portal/address/{link}/code: another code goes to the address.
pub async fn ask(
    house: web::Data<House>,
    base: web::Data<Base>,
    request: HttpRequest,
    link: web::Path<String>,
    form: Stamped,
) -> Result<HttpResponse, PageError> {
    let id = linked(&house, &link).await?;
    if form.stamp.is_none() {
        return page(
            &house,
            &base,
            &request,
            &link,
            (Stage::Enter, Some("portal-package-old")),
        );
    }
    let network = format!("asks:{}", network::network(network::address(&request, &house.settings)));
    let office = Arc::clone(&house);
    let sent = aside(move || {
        let now = office.now.instant();
        let sent = office.store.write(|tx| {
            let before = portal::counted(tx, &network, now - TimeDelta::hours(1))?;
            portal::count(tx, &[&network], now)?;
            if before >= MOST_ASKED_FROM_NETWORK {
                return Ok(false);
            }
            let stored = requests::find(tx, id)?;
            if stored.request.has_confirmed_contact() {
                return Ok(false);
            }
            let purpose = Purpose::ConfirmAddress;
            codes::send(tx, &office.settings, &office.shelf(), &stored, purpose, now)
        });
        sent.map_err(broken)
    })
    .await?;
    let mistake = (!sent).then_some("portal-address-no-code");
    page(&house, &base, &request, &link, (Stage::AskedAgain, mistake))
}

/// POST /portal/address/{link}: with the right code the address is proven.
pub async fn enter(
    house: web::Data<House>,
    base: web::Data<Base>,
    request: HttpRequest,
    link: web::Path<String>,
    form: Stamped,
) -> Result<HttpResponse, PageError> {
    let id = linked(&house, &link).await?;
    if form.stamp.is_none() {
        return page(
            &house,
            &base,
            &request,
            &link,
            (Stage::Enter, Some("portal-package-old")),
        );
    }
    let typed = form.sent.text("code");
    let network = format!(
        "tries:{}",
        network::network(network::address(&request, &house.settings))
    );
    let office = Arc::clone(&house);
    let proven = aside(move || {
        let now = office.now.instant();
        let shelf = office.shelf();
        let door = Door {
            book: &*shelf,
            actor: Actor::Requester,
            now,
        };
        let entered = office.store.write(|tx| {
            let before = portal::counted(tx, &network, now - TimeDelta::hours(1))?;
            portal::count(tx, &[&network], now)?;
            if before >= MOST_TRIED_FROM_NETWORK {
                return Ok(false);
            }
            proven(tx, &door, id, &typed)
        });
        entered.map_err(broken)
    })
    .await?;
    let shown = if proven {
        (Stage::Proven, None)
    } else {
        (Stage::Enter, Some("portal-code-wrong"))
    };
    page(&house, &base, &request, &link, shown)
}

/// Tries a code against the newest that went to the address as it stands now.
fn proven(tx: &mut Tx<'_>, door: &Door<'_>, id: i64, typed: &str) -> Result<bool, StepError> {
    let stored = requests::find(tx, id)?;
    let asked = Asked {
        party: Party::Request(id),
        address: &stored.card.address,
        purpose: Purpose::ConfirmAddress,
    };
    let Some(right) = challenges::answer(tx, &asked, typed, door.now)? else {
        return Ok(false);
    };
    confirm(tx, door, id, &stored.card.address, right)?;
    Ok(true)
}

fn broken(error: StepError) -> PageError {
    match error {
        StepError::Store(error) => PageError::from(error),
        other => PageError::broken(other),
    }
}
