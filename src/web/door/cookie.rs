//! The two cookies: the session, which is a secret, and the language, which is not.

use actix_web::HttpRequest;
use actix_web::cookie::time::Duration;
use actix_web::cookie::{Cookie, SameSite};

use crate::web::frame::words::Language;

/// How Habeas is reached, as far as cookies and origins care.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scheme {
    /// By https: cookies are `__Host-` and Secure.
    Https,
    /// By plain http on this machine's loopback, as in the demo: browsers would not keep a Secure cookie.
    PlainLoopback,
}

/// What the session cookie is called.
pub fn session_name(scheme: Scheme) -> &'static str {
    match scheme {
        Scheme::Https => "__Host-habeas",
        Scheme::PlainLoopback => "habeas-demo",
    }
}

/// The cookie of a new session. It ends with the browser; the server ends it sooner.
pub fn session(scheme: Scheme, token: String) -> Cookie<'static> {
    Cookie::build(session_name(scheme), token)
        .path("/")
        .http_only(true)
        .secure(scheme == Scheme::Https)
        .same_site(SameSite::Lax)
        .finish()
}

/// The cookie that takes a session away.
pub fn no_session(scheme: Scheme) -> Cookie<'static> {
    let mut cookie = session(scheme, String::new());
    cookie.make_removal();
    cookie
}

/// The session's token, as the browser sent it.
pub fn session_token(request: &HttpRequest, scheme: Scheme) -> Option<String> {
    request
        .cookie(session_name(scheme))
        .map(|cookie| cookie.value().to_owned())
}

const LANGUAGE: &str = "habeas-language";

/// The cookie for a language chosen in the footer.
pub fn language(scheme: Scheme, language: Language) -> Cookie<'static> {
    Cookie::build(LANGUAGE, language.tag())
        .path("/")
        .http_only(true)
        .secure(scheme == Scheme::Https)
        .same_site(SameSite::Lax)
        .max_age(Duration::days(365))
        .finish()
}

/// The language chosen in the footer.
pub fn chosen_language(request: &HttpRequest) -> Option<Language> {
    Language::of_tag(request.cookie(LANGUAGE)?.value())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn over_https_the_session_cookie_is_bound_to_the_host_and_hidden_from_scripts() {
        let text = session(Scheme::Https, "secret".into()).to_string();
        for part in ["__Host-habeas=secret", "HttpOnly", "Secure", "SameSite=Lax", "Path=/"] {
            assert!(text.contains(part), "{text} lacks {part}");
        }
        assert!(!text.contains("Domain"), "a __Host- cookie has no domain");
    }

    #[test]
    fn on_plain_loopback_the_cookie_has_another_name_and_can_be_kept() {
        let text = session(Scheme::PlainLoopback, "secret".into()).to_string();
        assert!(text.starts_with("habeas-demo=") && !text.contains("Secure"));
    }
}
