//! The code that proves an address: asked for, entered, and the end of a visit.

use std::sync::Arc;

use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use chrono::TimeDelta;

use super::around::Around;
use super::visit::{self, Visitor, Written};
use crate::domain::challenge::{Purpose, RightCode};
use crate::domain::command::Command;
use crate::domain::identity::Confirmation;
use crate::domain::person::Actor;
use crate::domain::portal::{MOST_ASKED_FROM_NETWORK, MOST_TRIED_FROM_NETWORK};
use crate::house::House;
use crate::store::challenges::{self, Asked, Party};
use crate::store::door::{Door, Seen, StepError};
use crate::store::portal::{self, Standing, Visit};
use crate::store::requests;
use crate::store::{StoreError, Tx};
use crate::web::door::guard::Base;
use crate::web::door::network;
use crate::web::error::PageError;
use crate::web::{aside, go_on, show};

/// GET /portal/code
pub async fn code(who: Visitor, house: web::Data<House>, request: HttpRequest) -> Result<HttpResponse, PageError> {
    match who.visit.standing {
        Standing::Proven => Ok(go_on("/portal/requests")),
        Standing::Claimed => page(&who, &house, &request, None),
    }
}

fn page(who: &Visitor, house: &House, request: &HttpRequest, mistake: Option<&str>) -> Result<HttpResponse, PageError> {
    let around = Around::of(request, house, "portal-code-title")
        .back_to("/portal/code")
        .with_token(&who.visit.csrf);
    let words = around.words();
    let pack = house.pack().map_err(PageError::broken)?;
    show(&CodePage {
        mistake: mistake.map(|key| words.t(key)),
        came_with_form: who.visit.claim.reference.is_empty(),
        address: who.visit.claim.address.clone(),
        began_at: words.zoned(who.visit.began_at, pack.pack.policy.zone),
        around,
    })
}

/// POST /portal/code: right or wrong, the work is the same, and nothing else is told.
pub async fn enter(
    who: Visitor,
    house: web::Data<House>,
    base: web::Data<Base>,
    request: HttpRequest,
    form: Written,
) -> Result<HttpResponse, PageError> {
    if who.visit.standing == Standing::Proven {
        return Ok(go_on("/portal/requests"));
    }
    let typed = form.text("code");
    let network = format!(
        "tries:{}",
        network::network(network::address(&request, &house.settings))
    );
    let (office, token, visit) = (Arc::clone(&house), who.token.clone(), who.visit.clone());
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
                return Ok(None);
            }
            answered(tx, &door, &token, &visit, &typed)
        });
        entered.map_err(|error: StepError| match error {
            StepError::Store(error) => error.into(),
            other => PageError::broken(other),
        })
    })
    .await?;
    let Some(token) = proven else {
        return page(&who, &house, &request, Some("portal-code-wrong"));
    };
    let mut response = go_on("/portal/requests?said=portal-proven");
    response
        .add_cookie(&visit::cookie(base.scheme, token))
        .map_err(PageError::broken)?;
    Ok(response)
}

/// Tries a code. When it is right the visit is proven, and the address of its request is confirmed.
fn answered(
    tx: &mut Tx<'_>,
    door: &Door<'_>,
    token: &str,
    visit: &Visit,
    typed: &str,
) -> Result<Option<String>, StepError> {
    let key = portal::key_of(token);
    let asked = Asked {
        party: visit.request.map_or(Party::Key(&key), Party::Request),
        address: &visit.claim.address,
        purpose: Purpose::ConfirmAddress,
    };
    let right = challenges::answer(tx, &asked, typed, door.now)?;
    let (Some(right), Some(request)) = (right, visit.request) else {
        return Ok(None);
    };
    confirm(tx, door, request, &visit.claim.address, right)?;
    Ok(Some(portal::prove(tx, token, visit, door.now)?))
}

/// The code went to this address; it confirms the request's contact where that is still the same.
pub(super) fn confirm(
    tx: &mut Tx<'_>,
    door: &Door<'_>,
    request: i64,
    address: &str,
    right: RightCode,
) -> Result<(), StepError> {
    let stored = requests::find(tx, request)?;
    let same = portal::is_same_address(&stored.card.address, address);
    if !same || stored.request.has_confirmed_contact() {
        return Ok(());
    }
    let confirmation = Confirmation::Code(right);
    match door.step(tx, request, Seen::Whatever, |_| {
        Ok(Command::ConfirmContact { confirmation })
    }) {
        // What is closed needs no confirmed address any more, and can be looked at all the same.
        Ok(_) | Err(StepError::Refused(_)) => Ok(()),
        Err(error) => Err(error),
    }
}

/// POST /portal/code/again: a new code, if the claim is right; the answer is the same if it is not.
pub async fn again(
    who: Visitor,
    house: web::Data<House>,
    request: HttpRequest,
    _form: Written,
) -> Result<HttpResponse, PageError> {
    let network = format!("asks:{}", network::network(network::address(&request, &house.settings)));
    let house = Arc::clone(&house);
    aside(move || {
        let now = house.now.instant();
        let wanted = house.store.write(|tx| {
            let before = portal::counted(tx, &network, now - TimeDelta::hours(1))?;
            portal::count(tx, &[&network], now)?;
            if before < MOST_ASKED_FROM_NETWORK {
                portal::want_code(tx, &who.token)?;
            }
            Ok::<_, StoreError>(())
        });
        Ok(wanted?)
    })
    .await?;
    Ok(go_on("/portal/code?said=portal-code-again"))
}

/// POST /portal/leave: ends the visit.
pub async fn leave(
    who: Visitor,
    house: web::Data<House>,
    base: web::Data<Base>,
    _form: Written,
) -> Result<HttpResponse, PageError> {
    let house = Arc::clone(&house);
    aside(move || Ok(house.store.write(|tx| portal::end(tx, &who.token))?)).await?;
    let mut response = go_on("/portal?said=portal-left");
    response
        .add_cookie(&visit::no_cookie(base.scheme))
        .map_err(PageError::broken)?;
    Ok(response)
}

/// The page on which a code is entered.
#[derive(Debug, Template)]
#[template(path = "portal/code.html")]
pub struct CodePage {
    /// Around the page.
    pub around: Around,
    /// Why the last code was not accepted: the same sentence whatever was wrong.
    pub mistake: Option<String>,
    /// The visit began with a form that was sent, and not with the question how a request stands.
    pub came_with_form: bool,
    /// The address that was typed.
    pub address: String,
    /// When the form was received.
    pub began_at: String,
}
