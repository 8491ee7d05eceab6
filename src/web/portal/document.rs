//! A copy of a document, where the company asked for one: read under limits while it comes in, and kept under a key of its own.

use std::sync::Arc;

use actix_multipart::Multipart;
use actix_web::{HttpRequest, HttpResponse, web};
use chrono::TimeDelta;

use super::around::Around;
use super::seen;
use super::visit::Proven;
use crate::domain::document::{MOST_BYTES, Shows, wanted};
use crate::domain::person::Actor;
use crate::domain::policy::{Policy, Way};
use crate::domain::portal::MOST_SENT_BY_ADDRESS;
use crate::domain::request::{Identity, Request};
use crate::house::House;
use crate::store::documents::{self, Upload};
use crate::store::door::{Door, StepError};
use crate::store::portal;
use crate::web::door::session::Sent;
use crate::web::error::PageError;
use crate::web::frame::words::Words;
use crate::web::upload::{self, Limits, Uploaded};
use crate::web::{aside, go_on};

/// What a requester may upload at once: one document.
const OF_REQUESTERS: Limits = Limits {
    file: MOST_BYTES,
    all: MOST_BYTES,
    files: 1,
    fields: 16 * 1024,
};

/// POST /portal/requests/{reference}/documents
pub async fn send(
    who: Proven,
    house: web::Data<House>,
    reference: web::Path<String>,
    request: HttpRequest,
    form: Multipart,
) -> Result<HttpResponse, PageError> {
    let words = Around::of(&request, &house, "portal-one-title").words();
    let path = format!("/portal/requests/{reference}");
    let read = upload::read(form, OF_REQUESTERS).await;
    let (fields, files) = read.map_err(|why| why.explained(&words, &path))?;
    let sent = Sent::read(fields).bearing(&who.visit.csrf)?;
    let shows = match sent.text("shows").as_str() {
        "identity" => Shows::Identity,
        "standing" => Shows::Standing,
        _ => return Err(PageError::Malformed),
    };
    let refused = move |key: &str| PageError::Refused {
        sentence: words.t(key),
        back: path.clone(),
        kept: String::new(),
    };
    let file: Uploaded = files
        .into_iter()
        .next()
        .ok_or_else(|| refused("portal-document-none"))?;
    let (office, visit, wanted) = (Arc::clone(&house), who.visit.clone(), reference.to_string());
    aside(move || {
        let shelf = office.shelf();
        let door = Door {
            book: &*shelf,
            actor: Actor::Requester,
            now: office.now.instant(),
        };
        office.store.write(|tx| {
            let stored = seen::of_visit(tx, &visit, &wanted)?;
            let sender = format!("sends:{}", visit.claim.address);
            if portal::counted(tx, &sender, door.now - TimeDelta::days(1))? >= MOST_SENT_BY_ADDRESS {
                return Err(refused("portal-too-many"));
            }
            portal::count(tx, &[&sender], door.now)?;
            let upload = Upload {
                name: &file.name,
                bytes: &file.bytes,
                shows,
            };
            match documents::receive(tx, &door, stored.id, &upload) {
                Ok(_) => Ok(()),
                Err(StepError::Refused(refusal)) => Err(refused(&format!("refusal-{}", refusal.code()))),
                Err(StepError::Store(error)) => Err(error.into()),
                Err(other) => Err(PageError::broken(other)),
            }
        })
    })
    .await?;
    Ok(go_on(&format!("/portal/requests/{reference}?said=portal-document")))
}

/// A document that may be uploaded now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wanted {
    /// What the form sends.
    pub shows: &'static str,
    /// What it is.
    pub title: String,
    /// What is asked, a line each.
    pub lines: Vec<String>,
}

/// The documents that a request waits for.
pub fn wanted_of(words: &Words, request: &Request, policy: Option<&Policy>) -> Vec<Wanted> {
    let Some(policy) = policy else {
        return Vec::new();
    };
    let tag = words.language.tag();
    let mut all = Vec::new();
    if wanted(request, policy, Shows::Identity).is_ok() {
        let asked = match &request.identity {
            Identity::Asked { method } => policy.method(method).filter(|method| method.way == Way::Document),
            Identity::Open | Identity::Confirmed { .. } | Identity::NotProven { .. } => None,
        };
        all.push(Wanted {
            shows: "identity",
            title: words.t("portal-document-identity"),
            lines: asked
                .map(|method| method.request.text(tag).to_owned())
                .into_iter()
                .collect(),
        });
    }
    if wanted(request, policy, Shows::Standing).is_ok() {
        let evidence = policy.on_behalf(&request.on_behalf).map(|rule| &rule.evidence);
        all.push(Wanted {
            shows: "standing",
            title: words.t("portal-document-standing"),
            lines: evidence
                .into_iter()
                .flatten()
                .map(|piece| piece.text(tag).to_owned())
                .collect(),
        });
    }
    all
}
