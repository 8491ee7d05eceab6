//! The door: signing in, signing out, and the first visit by invitation.

use std::sync::Arc;
use std::time::Duration;

use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use serde::Deserialize;
use tokio::sync::Semaphore;

use super::cookie;
use super::guard::{Base, safe_return};
use super::network;
use super::second_factor::way_to_code;
use super::session::{Sent, Signed};
use crate::config::Settings;
use crate::domain::person::PersonId;
use crate::house::House;
use crate::store::people;
use crate::store::sessions::Entered;
use crate::store::{StoreError, passwords, sessions};
use crate::web::error::PageError;
use crate::web::frame::words::Words;
use crate::web::frame::{Frame, Place, language};
use crate::web::{aside, go_on, show};

/// How many passwords are checked at the same time: each takes 46 MiB.
const CHECKS_AT_ONCE: usize = 2;

/// How long a check waits for its turn.
const PATIENCE: Duration = Duration::from_secs(10);

/// Lets a few password checks run at a time, so that a flood of them cannot fill the memory.
static TURNS: Semaphore = Semaphore::const_new(CHECKS_AT_ONCE);

/// Whether a password is the one of a hash, once it is its turn.
///
/// # Errors
/// [`PageError::Busy`] when too many wait.
pub(super) async fn is_password(password: String, hash: Option<String>) -> Result<bool, PageError> {
    let turn = tokio::time::timeout(PATIENCE, TURNS.acquire())
        .await
        .map_err(|_| PageError::Busy)?;
    let _turn = turn.map_err(PageError::broken)?;
    aside(move || Ok(people::verify(&password, hash.as_deref()))).await
}

/// What the address asks for.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    back: String,
}

/// GET /sign-in
pub async fn door(request: HttpRequest, asked: web::Query<Asked>) -> Result<HttpResponse, PageError> {
    show(&SignInPage::of(&request, None, String::new(), asked.into_inner().back))
}

/// What was filled in at the door.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct SignInForm {
    email: String,
    password: String,
    back: String,
}

/// POST /sign-in
///
/// Whatever is wrong, the sentence is the same and the check takes as long, so that nobody learns who has an account.
/// Guessing is slowed by the address it comes from, and never for others who use the account.
pub async fn sign_in(
    house: web::Data<House>,
    base: web::Data<Base>,
    request: HttpRequest,
    form: web::Form<SignInForm>,
) -> Result<HttpResponse, PageError> {
    let form = form.into_inner();
    let again = |key: &str| {
        let mistake = Words::of(language(&request)).t(key);
        show(&SignInPage::of(
            &request,
            Some(mistake),
            form.email.clone(),
            form.back.clone(),
        ))
    };
    let names = names(&request, &house.settings, &form.email);
    if must_wait(&house, &names).await? {
        return again("sign-in-slow");
    }
    let (office, email) = (Arc::clone(&house), form.email.clone());
    let known = aside(move || Ok(office.store.read(|db| people::password_of(db, &email))?)).await?;
    let (person, hash) = known.unzip();
    let right = is_password(form.password.clone(), hash.clone()).await?;
    match person.filter(|_| right) {
        Some(person) => {
            renew_dated(&house, person, form.password.clone(), hash).await?;
            let (token, way) = match enter(&house, person, names).await? {
                Entered::Session(token) => (token, safe_return(&form.back).to_owned()),
                Entered::AwaitsCode(token) => (token, way_to_code(&form.back)),
            };
            let mut response = go_on(&way);
            response
                .add_cookie(&cookie::session(base.scheme, token))
                .map_err(PageError::broken)?;
            Ok(response)
        }
        None => {
            note_failure(&house, names).await?;
            again("sign-in-mistake")
        }
    }
}

/// A hash of older strength is replaced while the password is at hand.
async fn renew_dated(
    house: &web::Data<House>,
    person: PersonId,
    password: String,
    hash: Option<String>,
) -> Result<(), PageError> {
    let Some(old) = hash.filter(|hash| people::is_dated(hash)) else {
        return Ok(());
    };
    let house = Arc::clone(house);
    aside(move || {
        let new = passwords::hash(&password)?;
        Ok(house.store.write(|tx| people::renew_hash(tx, person, &old, &new))?)
    })
    .await
}

/// The names under which failures are counted: the address on the network, alone and with the account.
pub(super) fn names(request: &HttpRequest, settings: &Settings, email: &str) -> [String; 2] {
    let peer = network::address(request, settings)
        .map(|address| address.to_string())
        .unwrap_or_default();
    [format!("address:{peer}"), format!("account:{}:{peer}", email.trim())]
}

async fn must_wait(house: &web::Data<House>, names: &[String; 2]) -> Result<bool, PageError> {
    let (house, names, now) = (Arc::clone(house), names.clone(), house.now.instant());
    aside(move || {
        Ok(house.store.read(|db| {
            let mut wait = false;
            for name in &names {
                wait |= sessions::wait_for(db, name, now)?.is_some();
            }
            Ok(wait)
        })?)
    })
    .await
}

async fn note_failure(house: &web::Data<House>, names: [String; 2]) -> Result<(), PageError> {
    let (house, now) = (Arc::clone(house), house.now.instant());
    let noted = move || {
        house.store.write(|tx| {
            for name in &names {
                sessions::note_failure(tx, name, now)?;
            }
            Ok::<_, StoreError>(())
        })
    };
    aside(move || Ok(noted()?)).await
}

/// Starts a session, or the wait for a code; a new one each time, so that one that was planted before is worth nothing.
/// Failures are forgotten only once somebody is signed in.
async fn enter(house: &web::Data<House>, person: PersonId, names: [String; 2]) -> Result<Entered, PageError> {
    let (house, now) = (Arc::clone(house), house.now.instant());
    let started = move || {
        house.store.write(|tx| {
            let entered = sessions::enter(tx, person, now)?;
            if let Entered::Session(_) = entered {
                for name in &names {
                    sessions::forget_failures(tx, name)?;
                }
            }
            Ok::<_, StoreError>(entered)
        })
    };
    aside(move || Ok(started()?)).await
}

/// POST /sign-out: ends every session of the person.
pub async fn sign_out(
    who: Signed,
    house: web::Data<House>,
    base: web::Data<Base>,
    _form: Sent,
) -> Result<HttpResponse, PageError> {
    let house = Arc::clone(&house);
    aside(move || Ok(house.store.write(|tx| sessions::end(tx, &who.token))?)).await?;
    let mut response = go_on("/sign-in");
    response
        .add_cookie(&cookie::no_session(base.scheme))
        .map_err(PageError::broken)?;
    Ok(response)
}

impl SignInPage {
    fn of(request: &HttpRequest, mistake: Option<String>, email: String, back: String) -> Self {
        let mut frame = Frame::bare(request, Place::Outside);
        frame.title = frame.t("sign-in-title");
        "/sign-in".clone_into(&mut frame.here);
        Self {
            mistake,
            email,
            back,
            frame,
        }
    }
}

/// The page of the door.
#[derive(Debug, Template)]
#[template(path = "sign_in.html")]
pub struct SignInPage {
    /// Around the page.
    pub frame: Frame,
    /// Why the last attempt was not accepted: the same sentence whatever was wrong.
    pub mistake: Option<String>,
    /// The address filled in so far.
    pub email: String,
    /// Where to go afterwards: a path of ours.
    pub back: String,
}
