//! One request: its clock, what comes next, its mail, its items, its answer, and the moves that are open now.

pub mod approval;
pub mod assess;
pub mod assessment;
mod awaiting;
pub mod beside;
mod case;
pub mod clock;
mod conditions;
mod decision;
mod file;
pub mod files;
mod handling;
pub mod handover;
mod history;
mod identity;
mod items;
pub mod letter;
mod matrix;
mod offers;
pub(super) mod origin;
mod page;
pub mod places;
pub mod proof;
mod sender;
pub mod steps;
mod story;
pub mod task_steps;
mod task_story;
mod tasks;
pub(super) mod thread;
mod view;

use std::sync::Arc;

use actix_web::{HttpRequest, HttpResponse, web};

use crate::house::House;
use crate::mail::draft::Edit;
use crate::web::door::session::{Reads, Sent, Signed};
use crate::web::error::PageError;
use crate::web::frame::Place;
use crate::web::frame::say::Say;
use crate::web::{aside, show};

use file::{Desk, File};
pub use page::{MessageView, ReminderLine, RequestPage};
pub(super) use view::recipient_key;

/// GET /requests/{reference}
pub async fn request(
    who: Reads,
    house: web::Data<House>,
    reference: web::Path<String>,
    request: HttpRequest,
) -> Result<HttpResponse, PageError> {
    show(&page(&who, &house, &request, reference.into_inner(), None).await?)
}

/// POST /requests/{reference}/preview: the same page with the answer as somebody would have it. Nothing is kept.
pub async fn preview(
    who: Reads,
    house: web::Data<House>,
    reference: web::Path<String>,
    request: HttpRequest,
    form: Sent,
) -> Result<HttpResponse, PageError> {
    let mut page = page(
        &who,
        &house,
        &request,
        reference.into_inner(),
        Some(letter::edit_of(&form)),
    )
    .await?;
    page.frame.here.clone_from(&page.path);
    show(&page)
}

async fn page(
    who: &Signed,
    house: &web::Data<House>,
    request: &HttpRequest,
    reference: String,
    unsaved: Option<Edit>,
) -> Result<RequestPage, PageError> {
    let frame = who.frame(request, Place::Requests, reference.clone());
    let shelf = house.shelf();
    let now = house.now.instant();
    let file = aside({
        let (house, shelf, unsaved) = (Arc::clone(house), Arc::clone(&shelf), unsaved.clone());
        move || {
            let desk = Desk {
                settings: &house.settings,
                shelf: &shelf,
                now,
                unsaved: unsaved.as_ref(),
            };
            Ok(house.store.read(|db| File::read(db, &desk, &reference))?)
        }
    })
    .await?
    .ok_or(PageError::Absent)?;
    let say = Say::new(who.words, &shelf, now, &file.people);
    let rules = say.rules(&file.stored.request.policy).ok_or_else(|| no_policy(who))?;
    Ok(view::page(frame, who, &say, &file, rules, unsaved.as_ref()))
}

/// What is said when the pack of a request is not there.
fn no_policy(who: &Signed) -> PageError {
    PageError::Refused {
        sentence: who.words.t("error-no-policy"),
        back: "/requests".to_owned(),
        kept: String::new(),
    }
}
