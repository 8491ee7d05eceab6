//! The second factor where it is asked for: in the form of a step that lets something go, before documents are seen, and
//! after the password at the door.

use std::sync::Arc;

use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use serde::Deserialize;

use super::cookie;
use super::guard::{Base, safe_return};
use super::session::{Sent, Signed};
use super::sign_in::names;
use crate::house::House;
use crate::store::people::Person;
use crate::store::second_factor::{self, Checked, Fresh, Try};
use crate::store::{StoreError, sessions};
use crate::web::error::{PageError, query_encoded};
use crate::web::frame::words::Words;
use crate::web::frame::{Frame, Place, language};
use crate::web::{aside, go_on, show};

type Office = web::Data<House>;
type Page = Result<HttpResponse, PageError>;

/// Tries a code of a person; a right one is used up, whatever comes of the step that it is for.
pub(super) async fn try_code(house: &Arc<House>, person: &Person, typed: String) -> Result<Try, PageError> {
    let (house, who, now) = (Arc::clone(house), (person.id, person.role), house.now.instant());
    aside(move || Ok(house.store.write(|tx| second_factor::check(tx, who, &typed, now))?)).await
}

/// The sentence for a code that did not help.
pub(super) fn mistake(tried: &Try) -> &'static str {
    match tried {
        Try::TooSoon => "sign-in-slow",
        Try::Right(_) | Try::Wrong | Try::NotSetUp => "code-wrong",
    }
}

/// The check of a form whose step lets something go: the code that it carries.
///
/// # Errors
/// What to do, where the code is wrong or the person has no second factor; `kept` is what they wrote beside it.
pub(in crate::web) async fn checked(
    who: &Signed,
    house: &Arc<House>,
    form: &Sent,
    back: &str,
    kept: &str,
) -> Result<Checked, PageError> {
    match try_code(house, &who.person, form.text("code")).await? {
        Try::Right(checked) => Ok(checked),
        Try::NotSetUp => Err(PageError::CodeFirst { back: back.to_owned() }),
        tried @ (Try::Wrong | Try::TooSoon) => Err(PageError::Refused {
            sentence: who.words.t(mistake(&tried)),
            back: back.to_owned(),
            kept: kept.to_owned(),
        }),
    }
}

/// The check that this session had a short while ago.
///
/// # Errors
/// [`PageError::CodeFirst`] when it had none, which leads to a page that asks for a code and from there to `back`.
pub(in crate::web) async fn fresh(who: &Signed, house: &Arc<House>, back: &str) -> Result<Fresh, PageError> {
    let (house, token, now) = (Arc::clone(house), who.token.clone(), house.now.instant());
    let found = aside(move || Ok(house.store.read(|db| second_factor::fresh(db, &token, now))?)).await?;
    found.ok_or_else(|| PageError::CodeFirst { back: back.to_owned() })
}

/// What the address asks for.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    back: String,
}

/// GET /second-factor
pub async fn ask(who: Signed, request: HttpRequest, asked: web::Query<Asked>) -> Page {
    show(&SecondFactorPage::of(&who, &request, &asked.back, None))
}

/// POST /second-factor: this session may see documents for a while.
pub async fn give(who: Signed, house: Office, request: HttpRequest, form: Sent) -> Page {
    let back = form.text("back");
    let checked = match try_code(&house, &who.person, form.text("code")).await? {
        Try::Right(checked) => checked,
        tried @ (Try::Wrong | Try::TooSoon | Try::NotSetUp) => {
            let sentence = who.words.t(mistake(&tried));
            return show(&SecondFactorPage::of(&who, &request, &back, Some(sentence)));
        }
    };
    let (office, token, now) = (Arc::clone(&house), who.token.clone(), house.now.instant());
    aside(move || {
        Ok(office
            .store
            .write(|tx| second_factor::note_in_session(tx, &token, &checked, now))?)
    })
    .await?;
    Ok(go_on(safe_return(&back)))
}

/// The way to the page that asks for a code after the password.
pub(super) fn way_to_code(back: &str) -> String {
    format!("/sign-in/code?back={}", query_encoded(safe_return(back)))
}

/// GET /sign-in/code: after the right password.
pub async fn ask_at_door(house: Office, base: web::Data<Base>, request: HttpRequest, asked: web::Query<Asked>) -> Page {
    match awaited(&house, &base, &request).await? {
        Some(_) => show(&SignInCodePage::of(&request, &asked.back, None)),
        None => Ok(go_on("/sign-in")),
    }
}

/// What was filled in after the password.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct CodeForm {
    code: String,
    back: String,
}

/// POST /sign-in/code: the person is signed in, by a session that is new.
pub async fn give_at_door(
    house: Office,
    base: web::Data<Base>,
    request: HttpRequest,
    form: web::Form<CodeForm>,
) -> Page {
    let form = form.into_inner();
    let Some((person, waiting)) = awaited(&house, &base, &request).await? else {
        return Ok(go_on("/sign-in"));
    };
    let checked = match try_code(&house, &person, form.code).await? {
        Try::Right(checked) => checked,
        tried @ (Try::Wrong | Try::TooSoon | Try::NotSetUp) => {
            let sentence = Words::of(language(&request)).t(mistake(&tried));
            return show(&SignInCodePage::of(&request, &form.back, Some(sentence)));
        }
    };
    let names = names(&request, &house.settings, &person.email);
    let (office, now) = (Arc::clone(&house), house.now.instant());
    let token = aside(move || {
        let finished = office.store.write(|tx| {
            for name in &names {
                sessions::forget_failures(tx, name)?;
            }
            sessions::finish(tx, &waiting, &checked, now)
        });
        Ok(finished?)
    })
    .await?;
    let mut response = go_on(safe_return(&form.back));
    response
        .add_cookie(&cookie::session(base.scheme, token))
        .map_err(PageError::broken)?;
    Ok(response)
}

/// Whose code is waited for in this browser, with the token of the wait.
async fn awaited(
    house: &Arc<House>,
    base: &web::Data<Base>,
    request: &HttpRequest,
) -> Result<Option<(Person, String)>, PageError> {
    let Some(token) = cookie::session_token(request, base.scheme) else {
        return Ok(None);
    };
    let (house, now) = (Arc::clone(house), house.now.instant());
    aside(move || {
        let person = house.store.read(|db| sessions::awaiting(db, &token, now))?;
        Ok::<_, StoreError>(person.map(|person| (person, token))).map_err(PageError::from)
    })
    .await
}

impl SecondFactorPage {
    fn of(who: &Signed, request: &HttpRequest, back: &str, mistake: Option<String>) -> Self {
        let mut frame = who.frame(request, Place::Me, who.words.t("code-title"));
        "/second-factor".clone_into(&mut frame.here);
        Self {
            mistake,
            back: safe_return(back).to_owned(),
            frame,
        }
    }
}

impl SignInCodePage {
    fn of(request: &HttpRequest, back: &str, mistake: Option<String>) -> Self {
        let mut frame = Frame::bare(request, Place::Outside);
        frame.title = frame.t("code-title");
        "/sign-in/code".clone_into(&mut frame.here);
        Self {
            mistake,
            back: safe_return(back).to_owned(),
            frame,
        }
    }
}

/// The page that asks for a code before documents are seen.
#[derive(Debug, Template)]
#[template(path = "second_factor.html")]
pub struct SecondFactorPage {
    /// Around the page.
    pub frame: Frame,
    /// Why the last code was not accepted.
    pub mistake: Option<String>,
    /// Where to go afterwards: a path of ours.
    pub back: String,
}

/// The page that asks for a code after the password.
#[derive(Debug, Template)]
#[template(path = "sign_in_code.html")]
pub struct SignInCodePage {
    /// Around the page.
    pub frame: Frame,
    /// Why the last code was not accepted.
    pub mistake: Option<String>,
    /// Where to go afterwards: a path of ours.
    pub back: String,
}
