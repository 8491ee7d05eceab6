//! The requester takes a request back: asked once more, then done, as their own word.

use std::sync::Arc;

use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;

use super::around::Around;
use super::seen;
use super::visit::{Proven, Written};
use crate::domain::command::Command;
use crate::domain::letter::Occasion;
use crate::domain::moves::{Move, may};
use crate::domain::person::Actor;
use crate::house::House;
use crate::mail::letters::{self, Letterhead, Words as LetterWords};
use crate::packs::Shelf;
use crate::store::door::{Desk, Door, Seen, StepError};
use crate::web::error::PageError;
use crate::web::{aside, go_on, show};

/// GET /portal/requests/{reference}/withdrawal
pub async fn ask(
    who: Proven,
    house: web::Data<House>,
    reference: web::Path<String>,
    request: HttpRequest,
) -> Result<HttpResponse, PageError> {
    let (office, visit, wanted) = (Arc::clone(&house), who.visit.clone(), reference.into_inner());
    let stored = aside(move || office.store.read(|db| Ok(seen::of_visit(db, &visit, &wanted)))?).await?;
    let shelf = house.shelf();
    let open = seen::with_policy(&shelf, &stored.request, |policy| {
        policy.is_some_and(|policy| may(&stored.request, Move::Withdraw, Actor::Requester, policy).is_ok())
    });
    let path = format!("/portal/requests/{}", stored.request.reference);
    if !open {
        return Ok(go_on(&format!("{path}?said=portal-too-late")));
    }
    show(&WithdrawalPage {
        around: Around::of(&request, &house, "portal-withdrawal-title").inside(&who.visit.csrf),
        reference: stored.request.reference,
        path,
    })
}

/// POST /portal/requests/{reference}/withdrawal
pub async fn withdraw(
    who: Proven,
    house: web::Data<House>,
    reference: web::Path<String>,
    request: HttpRequest,
    form: Written,
) -> Result<HttpResponse, PageError> {
    let words = Around::of(&request, &house, "portal-withdrawal-title").words();
    let reason = match form.text("reason") {
        reason if reason.is_empty() => words.t("portal-withdrawn-plainly"),
        reason => reason,
    };
    let (office, visit) = (Arc::clone(&house), who.visit.clone());
    let wanted = reference.into_inner();
    let path = format!("/portal/requests/{wanted}");
    let back = path.clone();
    aside(move || {
        let shelf = office.shelf();
        let door = Door {
            book: &*shelf,
            actor: Actor::Requester,
            now: office.now.instant(),
        };
        office.store.write(|tx| {
            let stored = seen::of_visit(tx, &visit, &wanted)?;
            let done = door.step(tx, stored.id, Seen::Whatever, |desk| {
                confirm(desk, &office, &shelf)?;
                let reason = desk.keep("reason", &reason)?;
                Ok(Command::Withdraw { reason })
            });
            match done {
                Ok(_) => Ok(()),
                Err(StepError::Store(error)) => Err(error.into()),
                Err(StepError::Refused(_)) => Err(PageError::Refused {
                    sentence: words.t("portal-too-late"),
                    back,
                    kept: String::new(),
                }),
                Err(other) => Err(PageError::broken(other)),
            }
        })
    })
    .await?;
    Ok(go_on(&format!("{path}?said=portal-withdrawn")))
}

/// Tells the requester by mail that it is done, so that nobody takes a request back behind their back.
fn confirm(desk: &mut Desk<'_, '_>, house: &House, shelf: &Shelf) -> Result<(), StepError> {
    let pack = letters::pack_of(shelf, &desk.stored.request.policy)?;
    let head = Letterhead {
        settings: &house.settings,
        pack: &pack.pack,
        thread: None,
    };
    let text = letters::write(desk, head, Occasion::WithdrawalConfirmed, LetterWords::default())?;
    letters::post(desk, head, Occasion::WithdrawalConfirmed, &text)?;
    Ok(())
}

/// The page that asks once more.
#[derive(Debug, Template)]
#[template(path = "portal/withdrawal.html")]
pub struct WithdrawalPage {
    /// Around the page.
    pub around: Around,
    /// The request's reference.
    pub reference: String,
    /// Its page.
    pub path: String,
}
