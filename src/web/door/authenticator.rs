//! Setting up the second factor: a key for the authenticator, shown once, confirmed by a code before it counts.

use std::sync::Arc;

use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use fast_qr::qr::QRBuilder;

use super::account::{self, Change};
use super::cookie;
use super::guard::Base;
use super::second_factor::{mistake, try_code};
use super::session::{Sent, Signed};
use super::sign_in::is_password;
use crate::domain::authenticator::AuthenticatorKey;
use crate::house::House;
use crate::store::people;
use crate::store::second_factor::{self, Standing, Try};
use crate::store::sessions;
use crate::web::error::PageError;
use crate::web::frame::{Frame, Place};
use crate::web::{aside, show};

type Office = web::Data<House>;
type Page = Result<HttpResponse, PageError>;

/// How many light modules stand around the picture (ISO/IEC 18004, 6.3.8).
const QUIET: usize = 4;

/// GET /me/second-factor
pub async fn second_factor(who: Signed, house: Office, request: HttpRequest) -> Page {
    page(&who, &house, &request, None, Step::Ask).await
}

/// POST /me/second-factor/key: shows a new key to whoever knows the password, or has a code of the key that counts.
pub async fn key(who: Signed, house: Office, request: HttpRequest, form: Sent) -> Page {
    if let Some(sentence) = why_not(&who, &house, &form).await? {
        return page(&who, &house, &request, Some(sentence), Step::Ask).await;
    }
    let (office, id, now) = (Arc::clone(&house), who.person.id, house.now.instant());
    let key = aside(move || Ok(office.store.write(|tx| second_factor::offer(tx, id, now))?)).await?;
    page(&who, &house, &request, None, Step::confirm(&who, &house, &key)?).await
}

/// Why no key is shown; `None` when the password is right, or where there is a second factor, a code of it.
async fn why_not(who: &Signed, house: &Office, form: &Sent) -> Result<Option<String>, PageError> {
    if who.has_factor {
        let tried = try_code(house, &who.person, form.text("code")).await?;
        return Ok(match tried {
            Try::Right(_) => None,
            Try::Wrong | Try::TooSoon | Try::NotSetUp => Some(who.words.t(mistake(&tried))),
        });
    }
    let (office, email) = (Arc::clone(house), who.person.email.clone());
    let known = aside(move || Ok(office.store.read(|db| people::password_of(db, &email))?)).await?;
    let right = is_password(form.secret("password"), known.map(|(_, hash)| hash)).await?;
    Ok((!right).then(|| who.words.t("me-password-wrong")))
}

/// POST /me/second-factor: the key counts from now on. Every session of the person ends; this browser gets a new one,
/// and shows the recovery codes.
pub async fn confirm(who: Signed, house: Office, base: web::Data<Base>, request: HttpRequest, form: Sent) -> Page {
    let (office, person, code, now) = (
        Arc::clone(&house),
        who.person.clone(),
        form.text("code"),
        house.now.instant(),
    );
    let set_up = aside(move || {
        office.store.write(|tx| {
            let Some(set_up) = second_factor::set_up(tx, (person.id, person.role), &code, now)? else {
                return Ok(None);
            };
            let token = sessions::start(tx, person.id, now)?;
            second_factor::note_in_session(tx, &token, &set_up.checked, now)?;
            account::tell(tx, &office, &person, Change::SetUp, now)?;
            Ok(Some((token, set_up.recovery_codes)))
        })
    })
    .await?;
    let Some((token, codes)) = set_up else {
        let (office, id) = (Arc::clone(&house), who.person.id);
        let offered = aside(move || Ok(office.store.read(|db| second_factor::offered(db, id, now))?)).await?;
        let (key, step) = match offered {
            Some(key) => ("code-wrong", Step::confirm(&who, &house, &key)?),
            None => ("factor-key-gone", Step::Ask),
        };
        return page(&who, &house, &request, Some(who.words.t(key)), step).await;
    };
    let mut response = page(&who, &house, &request, None, Step::Keep(codes)).await?;
    response
        .add_cookie(&cookie::session(base.scheme, token))
        .map_err(PageError::broken)?;
    Ok(response)
}

async fn page(who: &Signed, house: &Office, request: &HttpRequest, mistake: Option<String>, step: Step) -> Page {
    let (office, id) = (Arc::clone(house), who.person.id);
    let standing = aside(move || Ok(office.store.read(|db| second_factor::find(db, id))?)).await?;
    let mut frame = who.frame(request, Place::Me, who.words.t("factor-title"));
    "/me/second-factor".clone_into(&mut frame.here);
    show(&AuthenticatorPage {
        mistake,
        state: state(who, standing),
        has_factor: standing.is_some(),
        email: who.person.email.clone(),
        step,
        frame,
    })
}

fn state(who: &Signed, standing: Option<Standing>) -> String {
    match standing {
        Some(standing) => who.words.n("factor-is-set-up", standing.recovery_codes),
        None => who.words.t("factor-is-missing"),
    }
}

/// Where the setting up has got to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// The password, or a code, is asked for.
    Ask,
    /// A key is shown, and a code of it asked for.
    Confirm {
        /// The key as a picture.
        picture: Picture,
        /// The key for typing.
        key: String,
    },
    /// The recovery codes are shown, this once.
    Keep(Vec<String>),
}

impl Step {
    fn confirm(who: &Signed, house: &House, key: &AuthenticatorKey) -> Result<Self, PageError> {
        // The host tells one house from another, and keeps the picture small.
        let base = &house.settings.base_url;
        let host = base.split_once("://").map_or(base.as_str(), |(_, host)| host);
        let address = key.address(&format!("Habeas {host}"), &who.person.email);
        Ok(Self::Confirm {
            picture: Picture::of(&address)?,
            key: key.grouped(),
        })
    }
}

/// A QR code (ISO/IEC 18004) as a path of squares, drawn by the page itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Picture {
    /// How many squares wide and high, with the quiet ones around.
    pub size: usize,
    /// The dark squares, as the path of an SVG.
    pub path: String,
}

impl Picture {
    fn of(text: &str) -> Result<Self, PageError> {
        let code = QRBuilder::new(text).build().map_err(|_| PageError::Broken)?;
        let rows = code.data.chunks(code.size).take(code.size).enumerate();
        let dark = rows.flat_map(|(y, row)| {
            let squares = row.iter().enumerate().filter(|(_, square)| square.value());
            squares.map(move |(x, _)| format!("M{} {}h1v1h-1z", x + QUIET, y + QUIET))
        });
        Ok(Self {
            path: dark.collect(),
            size: code.size + 2 * QUIET,
        })
    }
}

/// The page of one's second factor.
#[derive(Debug, Template)]
#[template(path = "authenticator.html")]
pub struct AuthenticatorPage {
    /// Around the page.
    pub frame: Frame,
    /// Why the last attempt was not accepted.
    pub mistake: Option<String>,
    /// How it stands.
    pub state: String,
    /// There is one; another replaces it.
    pub has_factor: bool,
    /// The person's address, for the browser's store of passwords.
    pub email: String,
    /// Where the setting up has got to.
    pub step: Step,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_picture_is_square_and_has_its_finders_and_its_quiet_zone() {
        let picture = Picture::of("otpauth://totp/Habeas:mei?secret=GEZDGNBVGY3TQOJQ").unwrap();
        let dark = |x: usize, y: usize| picture.path.contains(&format!("M{x} {y}h1v1h-1z"));
        let last = picture.size - QUIET - 1;
        for (x, y) in [(QUIET, QUIET), (last, QUIET), (QUIET, last)] {
            assert!(dark(x, y), "the corner at {x}, {y}");
        }
        assert!(!dark(QUIET + 1, QUIET + 1), "a finder has a light ring");
        let edge = 0..picture.size;
        assert!(edge.clone().all(|at| !dark(at, QUIET - 1) && !dark(QUIET - 1, at)));
    }
}
