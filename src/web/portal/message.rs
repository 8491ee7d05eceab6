//! A further message about a request, kept as every message is.

use std::sync::Arc;

use actix_web::{HttpRequest, HttpResponse, web};
use chrono::{DateTime, TimeDelta, Utc};

use super::requests::page;
use super::seen;
use super::visit::{Proven, Written};
use crate::domain::message::Address;
use crate::domain::portal::{Form, MOST_SENT_BY_ADDRESS};
use crate::house::House;
use crate::mail::form::{self, Filled};
use crate::store::Tx;
use crate::store::portal::{self, Visit};
use crate::store::requests::Stored;
use crate::web::error::PageError;
use crate::web::frame::words::{Language, Words};
use crate::web::{aside, go_on, show};

/// The most characters of a message.
const MOST_TEXT: usize = 20_000;

/// POST /portal/requests/{reference}/messages
pub async fn send(
    who: Proven,
    house: web::Data<House>,
    reference: web::Path<String>,
    request: HttpRequest,
    form: Written,
) -> Result<HttpResponse, PageError> {
    let text = form.text("text");
    let taken = take(&who, &house, &reference, &text, |stored| Form::Message {
        request: stored.id,
    })
    .await?;
    match taken {
        Ok(()) => Ok(go_on(&format!("/portal/requests/{reference}?said=portal-written"))),
        Err(key) => {
            let mistake = words(&who.visit).t(key);
            show(&page(&who, &house, &request, &reference, Some(mistake), text).await?)
        }
    }
}

/// The words of the visit's language.
fn words(visit: &Visit) -> Words {
    Words::of(Language::of_tag(&visit.claim.language).unwrap_or(Language::English))
}

/// Keeps what a requester wrote about a request of theirs; a job places it. The error is the key of a sentence.
pub(super) async fn take(
    who: &Proven,
    house: &web::Data<House>,
    reference: &str,
    text: &str,
    what: impl FnOnce(&Stored) -> Form + Send + 'static,
) -> Result<Result<(), &'static str>, PageError> {
    if text.is_empty() {
        return Ok(Err("portal-message-empty"));
    }
    if text.chars().count() > MOST_TEXT {
        return Ok(Err("portal-too-long"));
    }
    let (office, visit) = (Arc::clone(house), who.visit.clone());
    let (reference, text) = (reference.to_owned(), text.to_owned());
    aside(move || {
        let now = office.now.instant();
        office.store.write(|tx| {
            let stored = seen::of_visit(tx, &visit, &reference)?;
            let sender = format!("sends:{}", visit.claim.address);
            if portal::counted(tx, &sender, now - TimeDelta::days(1))? >= MOST_SENT_BY_ADDRESS {
                return Ok(Err("portal-too-many"));
            }
            portal::count(tx, &[&sender], now)?;
            keep(tx, &office, &visit, &stored, &text, &what(&stored), now)?;
            Ok(Ok(()))
        })
    })
    .await
}

fn keep(
    tx: &mut Tx<'_>,
    house: &House,
    visit: &Visit,
    stored: &Stored,
    text: &str,
    form: &Form,
    now: DateTime<Utc>,
) -> Result<(), PageError> {
    let controller = &house.settings.controller;
    let mut nonce = [0; 16];
    rand::fill(&mut nonce);
    let raw = form::message(&Filled {
        from: &Address {
            name: stored.card.name.clone(),
            address: stored.card.address.clone(),
        },
        to: &Address {
            name: controller.name.clone(),
            address: controller.contact.clone(),
        },
        subject: &words(visit).with("portal-message-subject", "reference", &stored.request.reference),
        words: text,
        ticked: &[],
        message_id: &format!("portal.{}@{}", hex::encode(nonce), house.settings.mail_domain()),
        language: &visit.claim.language,
        date: now,
    })
    .map_err(PageError::broken)?;
    portal::keep_form(tx, form, &raw, None, now)?;
    Ok(())
}
