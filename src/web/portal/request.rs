//! The form by which anybody asks. It wants no account, no consent, and no more than it takes to answer.
//!
//! What is sent is kept first, and the same is answered to everyone; a job opens the request afterwards, with the instant of
//! keeping as its receipt.

use std::sync::Arc;

use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use chrono::{DateTime, TimeDelta, Utc};

use super::around::Around;
use super::home::term;
use super::stamp::{Fresh, Stamp, Stamped};
use super::visit;
use crate::domain::message::Address;
use crate::domain::policy::{OnBehalfId, Policy, RightId};
use crate::domain::portal::{Filling, Form, waits};
use crate::house::House;
use crate::mail::form::{self, Filled};
use crate::packs::LoadedPack;
use crate::store::portal::{self, Claim, Code};
use crate::store::{StoreError, Tx};
use crate::web::door::guard::Base;
use crate::web::door::network;
use crate::web::door::session::Sent;
use crate::web::error::PageError;
use crate::web::frame::look::Choice;
use crate::web::frame::words::Words;
use crate::web::{aside, go_on, show};

/// The most characters of a person's own words.
const MOST_TEXT: usize = 20_000;

/// The most characters of a name.
const MOST_NAME: usize = 200;

/// GET /portal/request
pub async fn form(
    house: web::Data<House>,
    base: web::Data<Base>,
    request: HttpRequest,
) -> Result<HttpResponse, PageError> {
    let asked = Asked {
        on_behalf: OnBehalfId::NONE.to_owned(),
        ..Asked::default()
    };
    page(&house, &base, &request, asked, None)
}

fn page(
    house: &House,
    base: &Base,
    request: &HttpRequest,
    asked: Asked,
    mistake: Option<String>,
) -> Result<HttpResponse, PageError> {
    let pack = house.pack().map_err(PageError::broken)?;
    let around = Around::of(request, house, "portal-request-title").back_to("/portal/request");
    let fresh = Fresh::of(request, house, base.scheme);
    let stamp = fresh.stamp.clone();
    fresh.on(show(&RequestPage::of(
        around,
        &pack.pack.policy,
        asked,
        mistake,
        stamp,
    ))?)
}

/// POST /portal/request
pub async fn send(
    house: web::Data<House>,
    base: web::Data<Base>,
    request: HttpRequest,
    form: Stamped,
) -> Result<HttpResponse, PageError> {
    let pack = house.pack().map_err(PageError::broken)?;
    let asked = Asked::read(&form.sent);
    let words = Around::of(&request, &house, "portal-request-title").words();
    let again = |asked: Asked, mistake: String| page(&house, &base, &request, asked, Some(mistake));
    let Some(stamp) = form.stamp else {
        return again(asked, words.t("portal-stale"));
    };
    if let Some(mistake) = asked.mistake(&pack.pack.policy) {
        return again(asked, words.t(mistake));
    }
    let sending = Sending::of(&house, &pack, words, &asked, &stamp);
    let Some(sending) = sending else {
        return again(asked, words.t("portal-bad-address"));
    };
    let network = network::network(network::address(&request, &house.settings));
    let office = Arc::clone(&house);
    let now = house.now.instant();
    let kept = aside(move || {
        let kept = office.store.write(|tx| sending.keep(tx, &network, now));
        // Whatever happens to the store, what the person wrote goes back to them.
        Ok(kept.map_err(PageError::broken).ok())
    })
    .await?;
    let Some(token) = kept else {
        return again(asked, words.t("portal-not-kept"));
    };
    let mut response = go_on("/portal/code");
    response
        .add_cookie(&visit::cookie(base.scheme, token))
        .map_err(PageError::broken)?;
    Ok(response)
}

/// What was filled in.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Asked {
    /// Ids of the rights that were ticked; none for a question or a complaint.
    pub rights: Vec<String>,
    /// For whom the person acts: an id of the policy.
    pub on_behalf: String,
    /// Their name, if they gave one.
    pub name: String,
    /// Where the answer goes.
    pub address: String,
    /// Their own words.
    pub text: String,
    /// The field that no person sees.
    extra: String,
}

impl Asked {
    fn read(sent: &Sent) -> Self {
        Self {
            rights: sent.all("rights"),
            on_behalf: sent.text("on_behalf"),
            name: sent.text("name"),
            address: sent.text("address"),
            text: sent.text("text"),
            extra: sent.text("extra"),
        }
    }

    /// The key of the sentence for what is missing or cannot be.
    fn mistake(&self, policy: &Policy) -> Option<&'static str> {
        let unknown = |id: &String| policy.right(&RightId::new(id)).is_none();
        if self.rights.is_empty() && self.text.is_empty() {
            Some("portal-empty")
        } else if self.rights.iter().any(unknown) || policy.on_behalf(&OnBehalfId::new(&self.on_behalf)).is_none() {
            Some("portal-unknown")
        } else if self.text.chars().count() > MOST_TEXT || self.name.chars().count() > MOST_NAME {
            Some("portal-too-long")
        } else {
            None
        }
    }
}

/// A form on its way into the store.
struct Sending {
    form: Form,
    raw: Vec<u8>,
    claim: Claim,
    took: TimeDelta,
    hidden_field_empty: bool,
}

impl Sending {
    /// `None` when no mail can be sent to the address.
    fn of(house: &House, pack: &LoadedPack, words: Words, asked: &Asked, stamp: &Stamp) -> Option<Self> {
        let (policy, tag) = (&pack.pack.policy, words.language.tag());
        let rights: Vec<RightId> = asked.rights.iter().map(|id| RightId::new(id)).collect();
        let names: Vec<&str> = rights
            .iter()
            .filter_map(|right| Some(policy.right(right)?.name.text(tag)))
            .collect();
        let named = names.join(" · ");
        let on_behalf = policy.on_behalf(&OnBehalfId::new(&asked.on_behalf))?;
        let subject = match named.as_str() {
            "" => words.t("portal-subject-plain"),
            named => words.with("portal-subject", "rights", named),
        };
        let ticked = match named.as_str() {
            "" => words.t("portal-ticked-nothing"),
            named => words.with("portal-ticked", "rights", named),
        };
        let behalf = words.with("portal-ticked-behalf", "name", on_behalf.name.text(tag));
        let controller = &house.settings.controller;
        let now = house.now.instant();
        let raw = form::message(&Filled {
            from: &Address {
                name: asked.name.clone(),
                address: asked.address.clone(),
            },
            to: &Address {
                name: controller.name.clone(),
                address: controller.contact.clone(),
            },
            subject: &subject,
            words: &asked.text,
            ticked: &[ticked, behalf],
            message_id: &format!("portal.{}@{}", stamp.nonce, house.settings.mail_domain()),
            language: tag,
            date: now,
        })
        .ok()?;
        Some(Self {
            form: Form::Request {
                rights,
                on_behalf: on_behalf.id.clone(),
                language: tag.to_owned(),
                waits: None,
            },
            raw,
            claim: Claim {
                address: asked.address.clone(),
                reference: String::new(),
                language: tag.to_owned(),
            },
            took: now - stamp.issued_at,
            hidden_field_empty: asked.extra.is_empty(),
        })
    }

    /// Keeps the form and begins the visit that waits for its code. Returns the visit's token.
    fn keep(self, tx: &mut Tx<'_>, network: &str, now: DateTime<Utc>) -> Result<String, StoreError> {
        let address = format!("address:{}", self.claim.address);
        let (day, hour) = (now - TimeDelta::days(1), now - TimeDelta::hours(1));
        let reason = waits(Filling {
            hidden_field_empty: self.hidden_field_empty,
            took: self.took,
            for_address: portal::counted(tx, &address, day)?,
            from_network: portal::counted(tx, network, hour)?,
            in_all: portal::counted(tx, "forms", hour)?,
        });
        portal::count(tx, &[&address, network, "forms"], now)?;
        let form = match self.form {
            Form::Request {
                rights,
                on_behalf,
                language,
                ..
            } => Form::Request {
                rights,
                on_behalf,
                language,
                waits: reason,
            },
            other @ (Form::Message { .. } | Form::Complaint { .. }) => other,
        };
        let token = portal::begin(tx, &self.claim, Code::WithTheForm, now)?;
        portal::keep_form(tx, &form, &self.raw, Some(&token), now)?;
        Ok(token)
    }
}

impl RequestPage {
    fn of(around: Around, policy: &Policy, asked: Asked, mistake: Option<String>, stamp: String) -> Self {
        let words = around.words();
        let tag = words.language.tag();
        let rights = policy.rights.iter().map(|right| Choice {
            value: right.id.to_string(),
            label: right.name.text(tag).to_owned(),
            hint: right.explanation.text(tag).to_owned(),
            chosen: asked.rights.iter().any(|id| id == right.id.as_str()),
        });
        let on_behalf = policy.on_behalf.iter().map(|rule| Choice {
            value: rule.id.to_string(),
            label: if rule.id.as_str() == OnBehalfId::NONE {
                words.t("portal-behalf-self")
            } else {
                rule.name.text(tag).to_owned()
            },
            hint: rule.explanation.text(tag).to_owned(),
            chosen: rule.id.as_str() == asked.on_behalf,
        });
        Self {
            rights: rights.collect(),
            on_behalf: on_behalf.collect(),
            term: term(&words, policy),
            kept_months: words.n("portal-kept-months", policy.retention.request_months),
            asked,
            mistake,
            stamp,
            around,
        }
    }
}

/// The page with the form.
#[derive(Debug, Template)]
#[template(path = "portal/request.html")]
pub struct RequestPage {
    /// Around the page.
    pub around: Around,
    /// Why the last attempt was not accepted.
    pub mistake: Option<String>,
    /// What was filled in so far.
    pub asked: Asked,
    /// The rights of the policy, with what each means.
    pub rights: Vec<Choice>,
    /// For whom the person acts.
    pub on_behalf: Vec<Choice>,
    /// Within what time an answer is owed.
    pub term: String,
    /// How long what is written here is kept.
    pub kept_months: String,
    /// The form's stamp.
    pub stamp: String,
}
