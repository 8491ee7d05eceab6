//! The door: signing in, signing out, and the first visit by invitation.

use std::sync::Arc;
use std::time::Duration;

use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use serde::Deserialize;
use tokio::sync::Semaphore;
use validator::{Validate, ValidationErrors};

use super::cookie;
use super::guard::{Base, safe_return};
use super::session::{Sent, Signed};
use crate::domain::person::PersonId;
use crate::house::House;
use crate::store::people::{self, AcceptError, Person};
use crate::store::{StoreError, sessions};
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
    let names = names(&request, &form.email);
    if must_wait(&house, &names).await? {
        return again("sign-in-slow");
    }
    let (office, email) = (Arc::clone(&house), form.email.clone());
    let known = aside(move || Ok(office.store.read(|db| people::password_of(db, &email))?)).await?;
    let (person, hash) = known.unzip();
    let right = is_password(form.password.clone(), hash).await?;
    match person.filter(|_| right) {
        Some(person) => {
            let token = enter(&house, person, names).await?;
            let mut response = go_on(safe_return(&form.back));
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

/// The names under which failures are counted: the address on the network, alone and with the account.
fn names(request: &HttpRequest, email: &str) -> [String; 2] {
    let peer = request
        .peer_addr()
        .map(|peer| peer.ip().to_string())
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

/// Starts a session; a new one each time, so that one that was planted before is worth nothing.
async fn enter(house: &web::Data<House>, person: PersonId, names: [String; 2]) -> Result<String, PageError> {
    let (house, now) = (Arc::clone(house), house.now.instant());
    let started = move || {
        house.store.write(|tx| {
            for name in &names {
                sessions::forget_failures(tx, name)?;
            }
            sessions::start(tx, person, now)
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

/// GET /invitation/{token}
pub async fn invitation(
    house: web::Data<House>,
    token: web::Path<String>,
    request: HttpRequest,
) -> Result<HttpResponse, PageError> {
    let invited = invited(&house, token.into_inner()).await?;
    show(&InvitationPage::of(&request, invited.as_ref(), None))
}

async fn invited(house: &web::Data<House>, token: String) -> Result<Option<Person>, PageError> {
    let (house, now) = (Arc::clone(house), house.now.instant());
    aside(move || Ok(house.store.read(|db| people::invited(db, &token, now))?)).await
}

/// What was filled in at the first visit.
#[derive(Debug, Default, Deserialize, Validate)]
#[serde(default)]
pub struct InvitationForm {
    #[validate(length(min = 1, max = 200, code = "people-gaps"))]
    name: String,
    #[validate(email(code = "people-email-wrong"), length(max = 254, code = "people-email-wrong"))]
    email: String,
    #[validate(length(min = 15, code = "password-short"))]
    password: String,
}

impl InvitationForm {
    /// What is wrong with it, as the key of a sentence.
    fn mistake(&self, contact: &str) -> Option<&'static str> {
        if let Err(errors) = self.validate() {
            return Some(first_of(
                &errors,
                &["people-gaps", "people-email-wrong", "password-short", "password-long"],
            ));
        }
        // A reminder to the privacy contact's own mailbox would be taken in again, and reach nobody.
        if self.email.trim().eq_ignore_ascii_case(contact) {
            return Some("people-email-contact");
        }
        weakness(&self.password, &self.email, &self.name)
    }
}

/// The first of these keys that a form was refused for.
pub(super) fn first_of(errors: &ValidationErrors, keys: &[&'static str]) -> &'static str {
    let found = errors.field_errors();
    let is_there = |key: &str| {
        found
            .values()
            .flat_map(|errors| errors.iter())
            .any(|error| error.code == key)
    };
    keys.iter().find(|key| is_there(key)).copied().unwrap_or("people-gaps")
}

/// POST /invitation/{token}: the person chooses a name and a password and is signed in.
pub async fn accept(
    house: web::Data<House>,
    base: web::Data<Base>,
    token: web::Path<String>,
    request: HttpRequest,
    form: web::Form<InvitationForm>,
) -> Result<HttpResponse, PageError> {
    let form = form.into_inner();
    let token = token.into_inner();
    let Some(person) = invited(&house, token.clone()).await? else {
        return show(&InvitationPage::of(&request, None, None));
    };
    if let Some(key) = form.mistake(&house.settings.controller.contact) {
        return show(&InvitationPage::of(&request, Some(&person), Some(key)));
    }
    let (office, now) = (Arc::clone(&house), house.now.instant());
    let started = aside(move || {
        let started = office.store.write(|tx| {
            let id = people::accept(tx, &token, &form.password, now)?;
            people::introduce(tx, id, &form.name, &form.email)?;
            Ok::<_, AcceptError>(sessions::start(tx, id, now)?)
        });
        match started {
            Ok(session) => Ok(Ok(session)),
            Err(AcceptError::Store(StoreError::Conflict)) => Ok(Err("people-taken")),
            Err(AcceptError::Store(error)) => Err(error.into()),
            Err(refused) => Ok(Err(key_of(&refused))),
        }
    })
    .await?;
    match started {
        Ok(session) => {
            let mut response = go_on("/");
            response
                .add_cookie(&cookie::session(base.scheme, session))
                .map_err(PageError::broken)?;
            Ok(response)
        }
        Err(key) => show(&InvitationPage::of(&request, Some(&person), Some(key))),
    }
}

/// The key of the sentence for a password or invitation that was not accepted.
pub(super) fn key_of(error: &AcceptError) -> &'static str {
    match error {
        AcceptError::NoInvitation => "invitation-gone",
        AcceptError::TooShort => "password-short",
        AcceptError::TooLong => "password-long",
        AcceptError::Store(_) => "error-broken-text",
    }
}

/// What is wrong with a password that is long enough: one that repeats itself or says who it belongs to is guessed first.
pub(super) fn weakness(password: &str, email: &str, name: &str) -> Option<&'static str> {
    if password.chars().count() < people::SHORTEST_PASSWORD {
        return Some("password-short");
    }
    let lower = password.to_lowercase();
    let different: std::collections::BTreeSet<char> = lower.chars().collect();
    let local = email.split('@').next().unwrap_or_default().to_lowercase();
    let spelt = |part: &str| part.chars().count() >= 4 && lower.contains(part);
    let common = ["password", "qwerty", "123456", "letmein", "habeas", "密码"];
    let rest = common.iter().fold(lower.clone(), |rest, word| rest.replace(word, ""));
    let guessed = rest.chars().count() < 6;
    let tells = spelt(&local) || name.to_lowercase().split_whitespace().any(spelt);
    (different.len() < 6 || guessed || tells).then_some("password-common")
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

impl InvitationPage {
    fn of(request: &HttpRequest, invited: Option<&Person>, mistake: Option<&str>) -> Self {
        let mut frame = Frame::bare(request, Place::Outside);
        frame.title = frame.t("invitation-title");
        let gone = invited.is_none().then_some("invitation-gone");
        Self {
            mistake: mistake.or(gone).map(|key| frame.t(key)),
            open: invited.is_some(),
            name: invited.map(|person| person.name.clone()).unwrap_or_default(),
            email: invited
                .map(|person| person.email.clone())
                .filter(|email| !email.ends_with(".invalid"))
                .unwrap_or_default(),
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

/// The page of a first visit.
#[derive(Debug, Template)]
#[template(path = "invitation.html")]
pub struct InvitationPage {
    /// Around the page.
    pub frame: Frame,
    /// Why the last attempt was not accepted.
    pub mistake: Option<String>,
    /// The invitation can still be used.
    pub open: bool,
    /// The name so far.
    pub name: String,
    /// For whom the invitation is, so that password managers file it rightly.
    pub email: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_that_is_guessed_first_is_refused() {
        let weak = |password| weakness(password, "zhou.xiaowen@example.com", "Xiaowen Zhou");
        assert_eq!(weak("short"), Some("password-short"));
        assert_eq!(weak("aaaaaaaaaaaaaaaaaa"), Some("password-common"));
        assert_eq!(weak("password12345678"), Some("password-common"));
        assert_eq!(weak("my-zhou.xiaowen-2026"), Some("password-common"));
        assert_eq!(weak("qwertyqwerty123456"), Some("password-common"));
        assert_eq!(weak("绿山墙的安妮与一只会说话的猫咪"), None);
    }
}
