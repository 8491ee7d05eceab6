//! The guard: the headers that every answer carries, and the check that a change was asked for by our own pages.

use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::Method;
use actix_web::http::header::{self, HeaderMap, HeaderName, HeaderValue};
use actix_web::middleware::Next;
use actix_web::{Error, web};
use subtle::ConstantTimeEq;

use super::cookie::Scheme;
use crate::web::error::PageError;

/// How this installation is reached from outside.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Base {
    /// Scheme, host and port, such as `https://privacy.example.com`, without a slash at the end.
    pub origin: String,
    /// Https, or plain http on loopback.
    pub scheme: Scheme,
}

/// Nothing is loaded but our own style sheet and icon; nothing runs; nothing frames us; forms come home.
const CONTENT_POLICY: &str = "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; \
                              base-uri 'none'; object-src 'none'; frame-ancestors 'none'";

const ALWAYS: [(&str, &str); 7] = [
    ("content-security-policy", CONTENT_POLICY),
    ("x-content-type-options", "nosniff"),
    ("referrer-policy", "no-referrer"),
    ("cross-origin-opener-policy", "same-origin"),
    ("cross-origin-resource-policy", "same-origin"),
    ("permissions-policy", "camera=(), microphone=(), geolocation=()"),
    ("x-frame-options", "DENY"),
];

/// Middleware: puts the security headers on every answer, errors included.
///
/// What a handler set itself stays, such as the stricter policy of a download or the caching of the style sheet;
/// all else may show personal data and is not stored anywhere.
pub async fn headers(
    base: web::Data<Base>,
    request: ServiceRequest,
    next: Next<impl MessageBody>,
) -> Result<ServiceResponse<impl MessageBody>, Error> {
    let mut response = next.call(request).await?;
    let headers = response.headers_mut();
    for (name, value) in ALWAYS {
        keep_or_set(headers, name, value);
    }
    keep_or_set(headers, "cache-control", "no-store");
    if base.scheme == Scheme::Https {
        keep_or_set(
            headers,
            "strict-transport-security",
            "max-age=63072000; includeSubDomains",
        );
    }
    Ok(response)
}

fn keep_or_set(headers: &mut HeaderMap, name: &'static str, value: &'static str) {
    let name = HeaderName::from_static(name);
    if !headers.contains_key(&name) {
        headers.insert(name, HeaderValue::from_static(value));
    }
}

/// Middleware: refuses a change that another site's page asked for. No GET changes anything.
pub async fn same_site_only(
    base: web::Data<Base>,
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let harmless = matches!(*request.method(), Method::GET | Method::HEAD);
    if harmless || is_from_our_pages(request.headers(), &base.origin) {
        Ok(next.call(request).await?.map_into_boxed_body())
    } else {
        Ok(request.error_response(PageError::Forged))
    }
}

/// Whether the browser says that the request comes from a page of ours.
///
/// `Sec-Fetch-Site` is asked first: with `Referrer-Policy: no-referrer` browsers send `Origin: null`, even from our own
/// forms. A request with neither header is no browser's form and is refused.
pub fn is_from_our_pages(headers: &HeaderMap, origin: &str) -> bool {
    match headers.get("sec-fetch-site") {
        Some(site) => site == "same-origin",
        None => headers.get(header::ORIGIN).is_some_and(|sent| sent == origin),
    }
}

/// Whether a form carries the token of its session. Compared in constant time.
pub fn token_matches(sent: &str, of_session: &str) -> bool {
    !of_session.is_empty() && bool::from(sent.as_bytes().ct_eq(of_session.as_bytes()))
}

/// A place to return to after a form: a path of ours, never another site.
///
/// A second slash or a backslash would make a browser read a host; control characters are dropped by browsers first.
pub fn safe_return(path: &str) -> &str {
    let local = path.starts_with('/') && !path.starts_with("//");
    let plain = path.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'\\');
    if local && plain { path } else { "/" }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sent(pairs: &[(&'static str, &'static str)]) -> HeaderMap {
        pairs
            .iter()
            .map(|(name, value)| (HeaderName::from_static(name), HeaderValue::from_static(value)))
            .collect()
    }

    #[test]
    fn only_our_own_pages_may_ask_for_a_change() {
        let ours = "https://privacy.example.com";
        let cases: [(&[(&str, &str)], bool); 7] = [
            (&[("sec-fetch-site", "same-origin"), ("origin", "null")], true),
            (&[("origin", "https://privacy.example.com")], true),
            (
                &[
                    ("sec-fetch-site", "cross-site"),
                    ("origin", "https://privacy.example.com"),
                ],
                false,
            ),
            (&[("sec-fetch-site", "same-site")], false),
            (&[("origin", "https://privacy.example.com.evil.example")], false),
            (&[("origin", "null")], false),
            (&[], false),
        ];
        for (headers, expected) in cases {
            assert_eq!(is_from_our_pages(&sent(headers), ours), expected, "{headers:?}");
        }
    }

    #[test]
    fn a_token_matches_itself_alone_and_an_empty_one_matches_nothing() {
        assert!(token_matches("abc", "abc"));
        assert!(!token_matches("abd", "abc") && !token_matches("", "abc") && !token_matches("", ""));
    }

    #[test]
    fn one_returns_to_a_path_of_ours_or_to_the_desk() {
        assert_eq!(safe_return("/requests?q=a"), "/requests?q=a");
        for hostile in [
            "//evil.example",
            "/\\evil.example",
            "https://evil.example",
            "",
            "/\tx",
            "/\u{e9}",
        ] {
            assert_eq!(safe_return(hostile), "/", "{hostile:?}");
        }
    }
}
