//! Who visits the portal: somebody who claims an address, or who proved that they read its mail. Holding a [`Proven`] is the proof.

use std::ops::Deref;

use actix_web::cookie::{Cookie, SameSite};
use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpMessage, HttpRequest, web};
use chrono::TimeDelta;

use crate::house::House;
use crate::store::portal::{self, Standing, Visit};
use crate::web::aside;
use crate::web::door::cookie::Scheme;
use crate::web::door::guard::Base;
use crate::web::door::session::{Extracted, Sent};
use crate::web::error::PageError;

/// Somebody whose visit goes on, whether it proved its address or not.
#[derive(Debug, Clone)]
pub struct Visitor {
    /// The token of the visit.
    pub token: String,
    /// The visit.
    pub visit: Visit,
}

/// Somebody who reads the mail of the visit's address.
#[derive(Debug, Clone)]
pub struct Proven(Visitor);

impl Deref for Proven {
    type Target = Visitor;

    fn deref(&self) -> &Visitor {
        &self.0
    }
}

/// That a visit goes on is written down no oftener than this, so that reading pages stays reading.
const NOTED: TimeDelta = TimeDelta::minutes(1);

impl Visitor {
    async fn find(request: &HttpRequest) -> Result<Self, PageError> {
        if let Some(known) = request.extensions().get::<Self>() {
            return Ok(known.clone());
        }
        let (Some(base), Some(house)) = (
            request.app_data::<web::Data<Base>>(),
            request.app_data::<web::Data<House>>().cloned(),
        ) else {
            return Err(PageError::Broken);
        };
        let token = token_of(request, base.scheme).ok_or(PageError::VisitOver)?;
        let presented = token.clone();
        let visit = aside(move || {
            let now = house.now.instant();
            let found = house.store.read(|db| portal::find(db, &presented, now))?;
            if found.as_ref().is_some_and(|visit| now - visit.seen_at > NOTED) {
                house.store.write(|tx| portal::touch(tx, &presented, now))?;
            }
            Ok(found)
        })
        .await?
        .ok_or(PageError::VisitOver)?;
        let visitor = Self { token, visit };
        request.extensions_mut().insert(visitor.clone());
        Ok(visitor)
    }
}

impl FromRequest for Visitor {
    type Error = PageError;
    type Future = Extracted<Self>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let request = request.clone();
        Box::pin(async move { Self::find(&request).await })
    }
}

impl FromRequest for Proven {
    type Error = PageError;
    type Future = Extracted<Self>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let request = request.clone();
        Box::pin(async move {
            let visitor = Visitor::find(&request).await?;
            match visitor.visit.standing {
                Standing::Proven => Ok(Self(visitor)),
                Standing::Claimed => Err(PageError::VisitOver),
            }
        })
    }
}

/// The fields of a form that a page of this visit sent. Without the visit's token there are none.
#[derive(Debug, Clone)]
pub struct Written(Sent);

impl Deref for Written {
    type Target = Sent;

    fn deref(&self) -> &Sent {
        &self.0
    }
}

impl FromRequest for Written {
    type Error = PageError;
    type Future = Extracted<Self>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let request = request.clone();
        let mut payload = payload.take();
        Box::pin(async move {
            let visitor = Visitor::find(&request).await?;
            let sent = Sent::of_anyone(&request, &mut payload).await?;
            Ok(Self(sent.bearing(&visitor.visit.csrf)?))
        })
    }
}

fn name(scheme: Scheme) -> &'static str {
    match scheme {
        Scheme::Https => "__Host-habeas-visit",
        Scheme::PlainLoopback => "habeas-visit",
    }
}

fn token_of(request: &HttpRequest, scheme: Scheme) -> Option<String> {
    request.cookie(name(scheme)).map(|cookie| cookie.value().to_owned())
}

/// The cookie of a visit. It ends with the browser; the server ends it sooner.
pub fn cookie(scheme: Scheme, token: String) -> Cookie<'static> {
    Cookie::build(name(scheme), token)
        .path("/")
        .http_only(true)
        .secure(scheme == Scheme::Https)
        .same_site(SameSite::Lax)
        .finish()
}

/// The cookie that takes a visit away.
pub fn no_cookie(scheme: Scheme) -> Cookie<'static> {
    let mut cookie = cookie(scheme, String::new());
    cookie.make_removal();
    cookie
}
