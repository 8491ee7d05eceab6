//! One's own settings: language and password; and the language switch in the footer, for everybody.

use std::sync::Arc;

use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use serde::Deserialize;

use super::cookie;
use super::guard::{Base, safe_return};
use super::invitation::{key_of, weakness};
use super::session::{Sent, Signed};
use super::sign_in::is_password;
use crate::house::House;
use crate::store::people::{self, AcceptError};
use crate::store::sessions;
use crate::web::error::PageError;
use crate::web::frame::look::Choice;
use crate::web::frame::words::Language;
use crate::web::frame::{Frame, Place};
use crate::web::{aside, go_on, show};

/// GET /me
pub async fn me(who: Signed, request: HttpRequest) -> Result<HttpResponse, PageError> {
    show(&MePage::of(&who, &request, None))
}

/// What the switch in the footer sends.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct SwitchForm {
    language: String,
    back: String,
}

/// POST /language: shows the pages of this browser in another language, also to those who are not signed in.
pub async fn switch(base: web::Data<Base>, form: web::Form<SwitchForm>) -> Result<HttpResponse, PageError> {
    let language = Language::of_tag(&form.language).ok_or(PageError::Malformed)?;
    let mut response = go_on(safe_return(&form.back));
    response
        .add_cookie(&cookie::language(base.scheme, language))
        .map_err(PageError::broken)?;
    Ok(response)
}

/// POST /me/language: the language of one's pages and of the mails one gets.
pub async fn language(
    who: Signed,
    house: web::Data<House>,
    base: web::Data<Base>,
    form: Sent,
) -> Result<HttpResponse, PageError> {
    let language = Language::of_tag(&form.text("language")).ok_or(PageError::Malformed)?;
    let house = Arc::clone(&house);
    aside(move || {
        Ok(house
            .store
            .write(|tx| people::set_language(tx, who.person.id, language.tag()))?)
    })
    .await?;
    let mut response = go_on("/me?said=saved");
    response
        .add_cookie(&cookie::language(base.scheme, language))
        .map_err(PageError::broken)?;
    Ok(response)
}

/// POST /me/password: every session of the person ends; this browser gets a new one.
pub async fn password(
    who: Signed,
    house: web::Data<House>,
    base: web::Data<Base>,
    request: HttpRequest,
    form: Sent,
) -> Result<HttpResponse, PageError> {
    let again = |key: &str| show(&MePage::of(&who, &request, Some(who.words.t(key))));
    let (office, email) = (Arc::clone(&house), who.person.email.clone());
    let known = aside(move || Ok(office.store.read(|db| people::password_of(db, &email))?)).await?;
    if !is_password(form.secret("old"), known.map(|(_, hash)| hash)).await? {
        return again("me-password-wrong");
    }
    let new = form.secret("new");
    if let Some(key) = weakness(&new, shortest(&who), &who.person.email, &who.person.name) {
        return again(key);
    }
    let (office, id, now) = (Arc::clone(&house), who.person.id, house.now.instant());
    let changed = aside(move || {
        let changed = office.store.write(|tx| {
            people::set_password(tx, id, &new)?;
            Ok::<_, AcceptError>(sessions::start(tx, id, now)?)
        });
        match changed {
            Ok(session) => Ok(Ok(session)),
            Err(AcceptError::Store(error)) => Err(error.into()),
            Err(refused) => Ok(Err(key_of(&refused))),
        }
    })
    .await?;
    match changed {
        Ok(session) => {
            let mut response = go_on("/me?said=password");
            response
                .add_cookie(&cookie::session(base.scheme, session))
                .map_err(PageError::broken)?;
            Ok(response)
        }
        Err(key) => again(key),
    }
}

/// The fewest characters of the person's password.
fn shortest(who: &Signed) -> usize {
    if who.has_factor {
        people::SHORTEST_BESIDE_FACTOR
    } else {
        people::SHORTEST_PASSWORD
    }
}

impl MePage {
    fn of(who: &Signed, request: &HttpRequest, mistake: Option<String>) -> Self {
        let mut frame = who.frame(request, Place::Me, who.words.t("me-title"));
        "/me".clone_into(&mut frame.here);
        let language = |language: Language| Choice {
            value: language.tag().to_owned(),
            label: language.own_name().to_owned(),
            hint: String::new(),
            chosen: language.tag() == who.person.language,
        };
        Self {
            name: who.person.name.clone(),
            email: who.person.email.clone(),
            role: who.words.t(&format!("role-{}", who.person.role)),
            mistake,
            shortest: shortest(who),
            languages: Language::ALL.map(language).into(),
            frame,
        }
    }
}

/// The page of one's own settings.
#[derive(Debug, Template)]
#[template(path = "me.html")]
pub struct MePage {
    /// Around the page.
    pub frame: Frame,
    /// One's name.
    pub name: String,
    /// One's address.
    pub email: String,
    /// One's role, in words.
    pub role: String,
    /// Why the last attempt was not accepted.
    pub mistake: Option<String>,
    /// The fewest characters of a password.
    pub shortest: usize,
    /// The languages, with one's own chosen.
    pub languages: Vec<Choice>,
}
