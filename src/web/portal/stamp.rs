//! The stamp of a form that anybody may fill in: when the page was made, for which browser, signed by this house.
//!
//! It is what the session's token is elsewhere: a form that another site sends has no stamp of this browser. And it tells how
//! long somebody took, without a puzzle to solve and without anyone else being asked.

use actix_web::cookie::{Cookie, SameSite};
use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest, HttpResponse, web};
use chrono::{DateTime, Utc};
use subtle::ConstantTimeEq;

use crate::domain::portal::LONGEST;
use crate::house::House;
use crate::store::Vault;
use crate::web::door::cookie::Scheme;
use crate::web::door::guard::Base;
use crate::web::door::session::{Extracted, Sent};
use crate::web::error::PageError;

/// A stamp that is ours, of this browser, and not too old.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stamp {
    /// When the page was made.
    pub issued_at: DateTime<Utc>,
    /// What makes it another one than every other, in hex: the form is taken once, however often it is sent.
    pub nonce: String,
}

impl Stamp {
    fn read(vault: &Vault, browser: &str, text: &str, now: DateTime<Utc>) -> Option<Self> {
        let (signed, signature) = text.rsplit_once('.')?;
        let (micros, nonce) = signed.split_once('.')?;
        let ours = signature_of(vault, browser, signed);
        if browser.is_empty() || !bool::from(ours.as_bytes().ct_eq(signature.as_bytes())) {
            return None;
        }
        let issued_at = DateTime::from_timestamp_micros(micros.parse().ok()?)?;
        (now - issued_at < LONGEST).then(|| Self {
            issued_at,
            nonce: nonce.to_owned(),
        })
    }
}

fn issue(vault: &Vault, browser: &str, now: DateTime<Utc>) -> String {
    let nonce = random();
    let signed = format!("{}.{nonce}", now.timestamp_micros());
    let signature = signature_of(vault, browser, &signed);
    format!("{signed}.{signature}")
}

fn signature_of(vault: &Vault, browser: &str, signed: &str) -> String {
    hex::encode(vault.digest("portal stamp", format!("{browser}.{signed}").as_bytes()))
}

fn random() -> String {
    let mut bytes = [0; 16];
    rand::fill(&mut bytes);
    hex::encode(bytes)
}

/// What a page with such a form needs: the stamp for the form, and the cookie of a browser that has none yet.
pub struct Fresh {
    /// The value of the form's hidden field.
    pub stamp: String,
    cookie: Option<Cookie<'static>>,
}

impl Fresh {
    /// A stamp for the browser that asks.
    pub fn of(request: &HttpRequest, house: &House, scheme: Scheme) -> Self {
        let known = browser_of(request, scheme);
        let browser = known.clone().unwrap_or_else(random);
        Self {
            stamp: issue(house.store.vault(), &browser, house.now.instant()),
            cookie: known.is_none().then(|| cookie(scheme, browser)),
        }
    }

    /// The page with the cookie.
    ///
    /// # Errors
    /// When the cookie cannot be written.
    pub fn on(self, mut page: HttpResponse) -> Result<HttpResponse, PageError> {
        if let Some(cookie) = &self.cookie {
            page.add_cookie(cookie).map_err(PageError::broken)?;
        }
        Ok(page)
    }
}

/// What a form that anybody may fill in sent; without a stamp when the page was too old or is another browser's.
pub struct Stamped {
    /// The fields.
    pub sent: Sent,
    /// The stamp.
    pub stamp: Option<Stamp>,
}

impl FromRequest for Stamped {
    type Error = PageError;
    type Future = Extracted<Self>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let request = request.clone();
        let mut payload = payload.take();
        Box::pin(async move {
            let sent = Sent::of_anyone(&request, &mut payload).await?;
            let (Some(base), Some(house)) = (
                request.app_data::<web::Data<Base>>(),
                request.app_data::<web::Data<House>>(),
            ) else {
                return Err(PageError::Broken);
            };
            let browser = browser_of(&request, base.scheme).unwrap_or_default();
            let stamp = Stamp::read(house.store.vault(), &browser, &sent.text("stamp"), house.now.instant());
            Ok(Self { sent, stamp })
        })
    }
}

fn name(scheme: Scheme) -> &'static str {
    match scheme {
        Scheme::Https => "__Host-habeas-browser",
        Scheme::PlainLoopback => "habeas-browser",
    }
}

fn browser_of(request: &HttpRequest, scheme: Scheme) -> Option<String> {
    let cookie = request.cookie(name(scheme))?;
    let value = cookie.value();
    let whole = value.len() == 32 && value.bytes().all(|byte| byte.is_ascii_hexdigit());
    whole.then(|| value.to_owned())
}

fn cookie(scheme: Scheme, browser: String) -> Cookie<'static> {
    Cookie::build(name(scheme), browser)
        .path("/")
        .http_only(true)
        .secure(scheme == Scheme::Https)
        .same_site(SameSite::Lax)
        .finish()
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;

    use super::*;

    #[test]
    fn a_stamp_is_good_for_one_browser_for_a_day_and_as_it_is_alone() {
        let vault = Vault::from_bytes(&[1; 32]);
        let now = DateTime::from_timestamp(1_790_000_000, 0).unwrap();
        let stamp = issue(&vault, "browser", now);
        let read = |browser: &str, text: &str, after| Stamp::read(&vault, browser, text, now + after);
        assert_eq!(read("browser", &stamp, TimeDelta::hours(23)).unwrap().issued_at, now);
        assert_eq!(read("browser", &stamp, TimeDelta::hours(24)), None);
        assert_eq!(read("another", &stamp, TimeDelta::zero()), None);
        assert_eq!(read("", &stamp, TimeDelta::zero()), None);
        let later = stamp.replacen("17", "18", 1);
        for forged in [later.as_str(), "", ".", "..", "1.2.3", &stamp[1..]] {
            assert_eq!(read("browser", forged, TimeDelta::zero()), None, "{forged}");
        }
        assert_ne!(issue(&vault, "browser", now), stamp);
    }
}
