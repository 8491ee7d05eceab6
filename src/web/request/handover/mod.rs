//! Handing over: the files of an answer are put together, looked through, let go, and fetched by the one they are for.

mod gate;
pub mod own;
mod pack;
mod page;
pub mod steps;
mod view;
pub mod words;

use std::sync::Arc;

use actix_web::{HttpRequest, HttpResponse, web};

use gate::Card;
use own::Known;
pub use page::HandoverPage;
use view::Shown;

use crate::house::House;
use crate::store::files::{self, Purpose};
use crate::store::vault::texts;
use crate::store::{Reader, StoreError, people, requests};
use crate::web::door::session::Reads;
use crate::web::error::PageError;
use crate::web::frame::Place;
use crate::web::frame::say::Say;
use crate::web::{aside, show};

/// GET /requests/{reference}/handover
pub async fn handover(
    who: Reads,
    house: web::Data<House>,
    reference: web::Path<String>,
    request: HttpRequest,
) -> Result<HttpResponse, PageError> {
    let reference = reference.into_inner();
    let frame = who.frame(&request, Place::Requests, reference.clone());
    let (shown, people) = aside({
        let house = Arc::clone(&house);
        move || {
            let found = house
                .store
                .read(|db| Ok::<_, StoreError>((Shown::read(db, &reference)?, people::list(db)?)))?;
            Ok((found.0.ok_or(PageError::Absent)?, found.1))
        }
    })
    .await?;
    let shelf = house.shelf();
    let say = Say::new(who.words, &shelf, house.now.instant(), &people);
    let rules = say
        .rules(&shown.stored.request.policy)
        .ok_or_else(|| super::no_policy(&who))?;
    show(&view::page(frame, &who, &say, &shown, rules))
}

impl Shown {
    /// Everything that the page is made from; `None` when there is no such request.
    fn read(db: &mut Reader<'_>, reference: &str) -> Result<Option<Self>, StoreError> {
        let Some(stored) = requests::find_by_reference(db, reference)? else {
            return Ok(None);
        };
        let (_, key) = requests::find_with_key(db, stored.id)?;
        let known = Known::list(db, &stored)?;
        let mut enclosed = Vec::new();
        for enclosure in &stored.request.release.enclosures {
            let mut reasons = Vec::new();
            for finding in &enclosure.findings {
                if let Some(given) = &finding.overridden {
                    reasons.push((finding.id.clone(), texts::read(db, &key, given.reason.id)?));
                }
            }
            let card = Card::read(db, &key, &enclosure.report)?;
            enclosed.push((files::find(db, enclosure.file.id)?, card, reasons));
        }
        let is_enclosed = |id: i64| stored.request.release.enclosures.iter().any(|one| one.file.id == id);
        let others = files::of_request(db, stored.id)?
            .into_iter()
            .filter(|file| file.destroyed_at.is_none() && can_leave(file.purpose) && !is_enclosed(file.id))
            .collect();
        Ok(Some(Self {
            stored,
            known,
            enclosed,
            others,
        }))
    }
}

/// Proof of identity never leaves, and what left once is not packed again.
fn can_leave(purpose: Purpose) -> bool {
    match purpose {
        Purpose::TaskFile | Purpose::Prepared => true,
        Purpose::IdentityDocument | Purpose::Evidence | Purpose::Package => false,
    }
}
