//! Who is signed in. Holding a [`Signed`], [`Reads`], [`Officer`] or [`Admin`] is the proof, so handlers ask for one.

use std::future::Future;
use std::ops::Deref;
use std::pin::Pin;

use actix_web::dev::Payload;
use actix_web::http::Method;
use actix_web::{FromRequest, HttpMessage, HttpRequest, web};

use chrono::{DateTime, Utc};

use super::cookie;
use super::guard::{Base, token_matches};
use crate::domain::person::{Actor, Role};
use crate::house::House;
use crate::store::lists::{self, Filter, Life};
use crate::store::people::Person;
use crate::store::sessions::{self, Session};
use crate::web::aside;
use crate::web::error::PageError;
use crate::web::frame::words::{Language, Words};
use crate::web::frame::{Frame, Place, Viewer, said};

/// Somebody who is signed in.
#[derive(Debug, Clone)]
pub struct Signed {
    /// Who.
    pub person: Person,
    /// The token that the session's forms carry.
    pub csrf: String,
    /// The token of the session itself, to end it.
    pub token: String,
    /// They have a second factor.
    pub has_factor: bool,
    /// The words of their language.
    pub words: Words,
    /// Requests that are late, for the navigation.
    late: u32,
}

impl Signed {
    /// As whom they take steps.
    pub fn actor(&self) -> Actor {
        Actor::Person {
            id: self.person.id,
            role: self.person.role,
        }
    }

    /// The frame of a page they look at; its counts are still to be filled in.
    pub fn frame(&self, request: &HttpRequest, place: Place, title: String) -> Frame {
        let said = said(&self.words, query_value(request, "said").as_deref().unwrap_or_default());
        let viewer = Viewer {
            name: self.person.name.clone(),
            role: self.words.t(&format!("role-{}", self.person.role)),
            is_admin: self.person.role == Role::Admin,
            reads: reads(self.person.role),
            has_factor: self.has_factor,
        };
        Frame {
            words: self.words,
            title,
            viewer: Some(viewer),
            csrf: self.csrf.clone(),
            late: self.late,
            said,
            ..Frame::bare(request, place)
        }
    }

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
        let token = cookie::session_token(request, base.scheme).ok_or_else(|| sign_in(request))?;
        let presented = token.clone();
        let now = house.now.instant();
        let (found, late) = aside(move || session(&house, &presented, now))
            .await?
            .ok_or_else(|| sign_in(request))?;
        let own = Language::of_tag(&found.person.language).unwrap_or(Language::English);
        let words = Words::of(cookie::chosen_language(request).unwrap_or(own));
        let signed = Self {
            person: found.person,
            csrf: found.csrf,
            has_factor: found.has_factor,
            token,
            words,
            late,
        };
        request.extensions_mut().insert(signed.clone());
        Ok(signed)
    }
}

/// The session of a token, with the number of late requests. That it is in use is noted once a minute, so that reading
/// pages stays reading.
fn session(house: &House, token: &str, now: DateTime<Utc>) -> Result<Option<(Session, u32)>, PageError> {
    let (found, stale) = house.store.read(|db| {
        let Some(found) = sessions::find(db, token, now)? else {
            return Ok((None, false));
        };
        let late = Filter {
            life: Life::Open,
            ends_by: Some(now),
            ..Filter::default()
        };
        let (late, _) = if reads(found.person.role) {
            lists::group(db, &late, 0)?
        } else {
            (0, Vec::new())
        };
        let late = u32::try_from(late).unwrap_or(u32::MAX);
        Ok((Some((found, late)), sessions::is_stale(db, token, now)?))
    })?;
    if stale {
        house.store.write(|tx| sessions::touch(tx, token, now))?;
    }
    Ok(found)
}

/// Whether a role reads requests. Who owns a system sees its tasks alone.
fn reads(role: Role) -> bool {
    match role {
        Role::Officer | Role::Reviewer | Role::Auditor | Role::Admin => true,
        Role::SystemOwner => false,
    }
}

/// After signing in a page is shown again; a form is not sent again.
fn sign_in(request: &HttpRequest) -> PageError {
    let path = request
        .uri()
        .path_and_query()
        .filter(|_| request.method() == Method::GET);
    PageError::SignIn {
        back: path.map_or_else(|| "/".to_owned(), ToString::to_string),
    }
}

/// A value of the query, decoded; the first of its name.
fn query_value(request: &HttpRequest, name: &str) -> Option<String> {
    let pairs = web::Query::<Vec<(String, String)>>::from_query(request.query_string())
        .ok()?
        .into_inner();
    pairs.into_iter().find(|(key, _)| key == name).map(|(_, value)| value)
}

/// What an extractor comes to.
pub(in crate::web) type Extracted<T> = Pin<Box<dyn Future<Output = Result<T, PageError>>>>;

impl FromRequest for Signed {
    type Error = PageError;
    type Future = Extracted<Self>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let request = request.clone();
        Box::pin(async move { Self::find(&request).await })
    }
}

/// Declares the proof of some roles. Who has none of them is told that nothing is there.
macro_rules! proof_of_role {
    ($(#[$meaning:meta])* $name:ident: $($role:pat_param)|+) => {
        $(#[$meaning])*
        #[derive(Debug, Clone)]
        pub struct $name(Signed);

        impl Deref for $name {
            type Target = Signed;

            fn deref(&self) -> &Signed {
                &self.0
            }
        }

        impl FromRequest for $name {
            type Error = PageError;
            type Future = Extracted<Self>;

            fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
                let request = request.clone();
                Box::pin(async move {
                    let signed = Signed::find(&request).await?;
                    match signed.person.role {
                        $($role)|+ => Ok(Self(signed)),
                        _ => Err(PageError::Absent),
                    }
                })
            }
        }
    };
}

proof_of_role!(
    /// Somebody who may read requests and mail. What they may do with them, the core says.
    Reads: Role::Officer | Role::Reviewer | Role::Auditor | Role::Admin
);
proof_of_role!(
    /// Somebody who runs requests.
    Officer: Role::Officer | Role::Admin
);
proof_of_role!(
    /// Somebody who runs the house.
    Admin: Role::Admin
);

/// The fields of a form that a page of this session sent. Without the session's token there are none.
#[derive(Debug, Clone)]
pub struct Sent(Vec<(String, String)>);

impl Sent {
    /// The fields of a form, once they bear the token of the session.
    ///
    /// # Errors
    /// When they do not.
    pub fn of(fields: Vec<(String, String)>, signed: &Signed) -> Result<Self, PageError> {
        Self(fields).bearing(&signed.csrf)
    }

    /// The same, when they bear a token.
    ///
    /// # Errors
    /// [`PageError::Forged`] when they bear another.
    pub(in crate::web) fn bearing(self, token: &str) -> Result<Self, PageError> {
        if token_matches(&self.text("csrf"), token) {
            Ok(self)
        } else {
            Err(PageError::Forged)
        }
    }

    /// Fields that were read elsewhere, and whose token is still to be checked.
    pub(in crate::web) fn read(fields: Vec<(String, String)>) -> Self {
        Self(fields)
    }

    /// The fields of a form whose token is checked elsewhere.
    ///
    /// # Errors
    /// [`PageError::Malformed`] when it cannot be read.
    pub(in crate::web) async fn of_anyone(request: &HttpRequest, payload: &mut Payload) -> Result<Self, PageError> {
        let fields = web::Form::<Vec<(String, String)>>::from_request(request, payload).await;
        Ok(Self(fields.map_err(|_| PageError::Malformed)?.into_inner()))
    }

    /// A field's text without the blanks around it; empty when it was not sent.
    pub fn text(&self, name: &str) -> String {
        let found = self.0.iter().find(|(key, _)| key == name);
        found
            .map(|(_, value)| value.replace("\r\n", "\n").trim().to_owned())
            .unwrap_or_default()
    }

    /// A password as it was typed, blanks included.
    pub fn secret(&self, name: &str) -> String {
        self.0
            .iter()
            .find(|(key, _)| key == name)
            .map(|(_, value)| value.clone())
            .unwrap_or_default()
    }

    /// Every value that was sent under a name.
    pub fn all(&self, name: &str) -> Vec<String> {
        self.0
            .iter()
            .filter(|(key, value)| key == name && !value.is_empty())
            .map(|(_, value)| value.clone())
            .collect()
    }

    /// A text that cannot be empty.
    ///
    /// # Errors
    /// When it is.
    pub fn needed(&self, name: &str) -> Result<String, PageError> {
        let text = self.text(name);
        if text.is_empty() {
            Err(PageError::Malformed)
        } else {
            Ok(text)
        }
    }

    /// A whole number.
    ///
    /// # Errors
    /// When it is none.
    pub fn number(&self, name: &str) -> Result<i64, PageError> {
        self.text(name).parse().map_err(|_| PageError::Malformed)
    }
}

impl FromRequest for Sent {
    type Error = PageError;
    type Future = Extracted<Self>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let request = request.clone();
        let mut payload = payload.take();
        Box::pin(async move {
            let signed = Signed::find(&request).await?;
            Self::of_anyone(&request, &mut payload).await?.bearing(&signed.csrf)
        })
    }
}
