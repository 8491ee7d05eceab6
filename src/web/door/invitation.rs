//! The first visit, by invitation: a name, a password, and what makes a password too weak.

use std::collections::BTreeSet;
use std::sync::Arc;

use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use serde::Deserialize;
use validator::{Validate, ValidationErrors};

use super::cookie;
use super::guard::Base;
use super::second_factor::way_to_code;
use crate::house::House;
use crate::store::people::{self, AcceptError, Person};
use crate::store::sessions::Entered;
use crate::store::{StoreError, sessions};
use crate::web::error::PageError;
use crate::web::frame::{Frame, Place};
use crate::web::{aside, go_on, show};

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
        weakness(&self.password, people::SHORTEST_PASSWORD, &self.email, &self.name)
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
            Ok::<_, AcceptError>(sessions::enter(tx, id, now)?)
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
        Ok(entered) => {
            // A new password does not replace the second factor of somebody who has one.
            let (token, way) = match entered {
                Entered::Session(token) => (token, "/".to_owned()),
                Entered::AwaitsCode(token) => (token, way_to_code("/")),
            };
            let mut response = go_on(&way);
            response
                .add_cookie(&cookie::session(base.scheme, token))
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

/// What is wrong with a password: it has too few characters, or is guessed first because it repeats itself or says who it
/// belongs to.
pub(super) fn weakness(password: &str, shortest: usize, email: &str, name: &str) -> Option<&'static str> {
    if password.chars().count() < shortest {
        return Some("password-short");
    }
    let lower = password.to_lowercase();
    let different: BTreeSet<char> = lower.chars().collect();
    let local = email.split('@').next().unwrap_or_default().to_lowercase();
    let spelt = |part: &str| part.chars().count() >= 4 && lower.contains(part);
    let common = ["password", "qwerty", "123456", "letmein", "habeas", "密码"];
    let rest = common.iter().fold(lower.clone(), |rest, word| rest.replace(word, ""));
    let guessed = rest.chars().count() < 6;
    let tells = spelt(&local) || name.to_lowercase().split_whitespace().any(spelt);
    (different.len() < 6 || guessed || tells).then_some("password-common")
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
        let weak = |password| {
            weakness(
                password,
                people::SHORTEST_PASSWORD,
                "zhou.xiaowen@example.com",
                "Xiaowen Zhou",
            )
        };
        assert_eq!(weak("short"), Some("password-short"));
        assert_eq!(weak("aaaaaaaaaaaaaaaaaa"), Some("password-common"));
        assert_eq!(weak("password12345678"), Some("password-common"));
        assert_eq!(weak("my-zhou.xiaowen-2026"), Some("password-common"));
        assert_eq!(weak("qwertyqwerty123456"), Some("password-common"));
        assert_eq!(weak("绿山墙的安妮与一只会说话的猫咪"), None);
    }
}
