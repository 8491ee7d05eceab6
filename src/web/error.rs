//! What goes wrong on a page, and the only place that picks a status for it.
//!
//! A handler returns a [`PageError`]; actix carries it in the answer; [`pages`] then writes the page, because only there
//! the language and the person are known. Absent and forbidden look alike, so that nobody learns what exists.

use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::{StatusCode, header};
use actix_web::middleware::Next;
use actix_web::{Error, HttpRequest, HttpResponse, ResponseError, web};
use askama::Template;

use crate::house::House;
use crate::store::StoreError;
use crate::web::frame::look::Link;
use crate::web::frame::{Frame, Place};
use crate::web::portal::around::{self, PortalErrorPage};

/// Why a page could not be given or a change not be made.
#[derive(Debug, thiserror::Error)]
pub enum PageError {
    /// It does not exist, or it is not for this person.
    #[error("absent or not for this person")]
    Absent,
    /// Nobody is signed in; after signing in, the path is tried again.
    #[error("nobody is signed in")]
    SignIn {
        /// Path and query to return to.
        back: String,
    },
    /// A code of the second factor is wanted first; after it, the path is gone on to.
    #[error("a code of the second factor is wanted first")]
    CodeFirst {
        /// Path and query to return to.
        back: String,
    },
    /// A visit to the portal ended, or never began; the way back is to prove the address.
    #[error("no visit")]
    VisitOver,
    /// A change that our own pages did not ask for, or whose token is not the session's.
    #[error("a change that our pages did not ask for")]
    Forged,
    /// What was sent cannot be read.
    #[error("what was sent cannot be read")]
    Malformed,
    /// The rules do not allow it. The sentence is for the person.
    #[error("refused by the rules")]
    Refused {
        /// Why, in the person's language.
        sentence: String,
        /// Where the person came from.
        back: String,
        /// What the person had written, so that it is not lost.
        kept: String,
    },
    /// The request changed since the page was made.
    #[error("changed in the meantime")]
    Faster {
        /// Its reference.
        reference: String,
        /// What happened meanwhile, in the person's language.
        lines: Vec<String>,
        /// What the person had written, so that it is not lost.
        kept: String,
    },
    /// Too much at once; nothing was changed.
    #[error("too busy")]
    Busy,
    /// Something of ours broke. It is logged where it becomes this.
    #[error("broken")]
    Broken,
}

impl PageError {
    /// Something of ours broke: logs the whole chain once, without personal data, and hides it from the page.
    pub fn broken(error: impl Into<anyhow::Error>) -> Self {
        tracing::error!(error = format!("{:#}", error.into()), "a page could not be made");
        PageError::Broken
    }
}

impl From<StoreError> for PageError {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Missing { .. } | StoreError::Erased(_) => Self::Absent,
            StoreError::Conflict | StoreError::Connect(_) => Self::Busy,
            StoreError::Address(_)
            | StoreError::Unsafe { .. }
            | StoreError::Migrate(_)
            | StoreError::Corrupt(_)
            | StoreError::NotCanonical(_)
            | StoreError::MasterKey(_)
            | StoreError::Sealed { .. }
            | StoreError::Halted
            | StoreError::Query(_) => Self::broken(error),
        }
    }
}

impl ResponseError for PageError {
    fn status_code(&self) -> StatusCode {
        match self {
            PageError::Absent => StatusCode::NOT_FOUND,
            PageError::SignIn { .. } | PageError::CodeFirst { .. } | PageError::VisitOver => StatusCode::SEE_OTHER,
            PageError::Forged => StatusCode::FORBIDDEN,
            PageError::Malformed => StatusCode::BAD_REQUEST,
            PageError::Refused { .. } => StatusCode::UNPROCESSABLE_ENTITY,
            PageError::Faster { .. } => StatusCode::CONFLICT,
            PageError::Busy => StatusCode::SERVICE_UNAVAILABLE,
            PageError::Broken => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    fn error_response(&self) -> HttpResponse {
        let mut response = HttpResponse::build(self.status_code());
        match self {
            PageError::SignIn { back } => {
                response.insert_header((header::LOCATION, format!("/sign-in?back={}", query_encoded(back))));
            }
            PageError::CodeFirst { back } => {
                let place = format!("/second-factor?back={}", query_encoded(back));
                response.insert_header((header::LOCATION, place));
            }
            PageError::VisitOver => {
                response.insert_header((header::LOCATION, "/portal/status?said=portal-over"));
            }
            PageError::Busy => {
                response.insert_header((header::RETRY_AFTER, "5"));
            }
            PageError::Absent
            | PageError::Forged
            | PageError::Malformed
            | PageError::Refused { .. }
            | PageError::Faster { .. }
            | PageError::Broken => {}
        }
        response.finish()
    }
}

/// Percent-encodes a text so that it can stand as a value in a query.
pub fn query_encoded(path: &str) -> String {
    path.bytes()
        .map(|byte| match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'/' => char::from(byte).to_string(),
            other => format!("%{other:02X}"),
        })
        .collect()
}

/// The page of an error: what happened, and what one can do next.
#[derive(Debug, Template)]
#[template(path = "error.html")]
pub struct ErrorPage {
    /// Around the page.
    pub frame: Frame,
    /// The status, for those who report it.
    pub number: String,
    /// What happened, in few words.
    pub title: String,
    /// What happened, in a sentence.
    pub text: String,
    /// What changed in the meantime.
    pub lines: Vec<String>,
    /// What the person had written, so that it is not lost; may be empty.
    pub kept: String,
    /// The next steps; the first is the best.
    pub links: Vec<Link>,
}

impl ErrorPage {
    fn of(error: &PageError, mut frame: Frame) -> Self {
        let words = frame.words;
        let link = |key: &str, href: &str| Link {
            label: words.t(key),
            href: href.to_owned(),
        };
        let desk = || link("error-to-desk", "/");
        let (title, text, links) = match error {
            PageError::Absent => ("error-absent-title", words.t("error-absent-text"), vec![desk()]),
            PageError::CodeFirst { .. } => (
                "code-title",
                words.t("code-lead"),
                vec![link("code-title", "/second-factor")],
            ),
            PageError::SignIn { .. } | PageError::VisitOver => (
                "sign-in-title",
                words.t("sign-in-again"),
                vec![link("error-sign-in", "/sign-in")],
            ),
            PageError::Forged => ("error-forged-title", words.t("error-forged-text"), vec![desk()]),
            PageError::Malformed => ("error-form-title", words.t("error-form-text"), vec![desk()]),
            PageError::Refused { sentence, back, .. } => (
                "error-refused-title",
                sentence.clone(),
                vec![link("error-back", back), desk()],
            ),
            PageError::Faster { reference, .. } => (
                "error-faster-title",
                words.with("error-faster-text", "reference", reference),
                vec![link("error-to-request", &format!("/requests/{reference}")), desk()],
            ),
            PageError::Busy => ("error-busy-title", words.t("error-busy-text"), vec![desk()]),
            PageError::Broken => ("error-broken-title", words.t("error-broken-text"), vec![desk()]),
        };
        let (lines, kept) = match error {
            PageError::Faster { lines, kept, .. } => (lines.clone(), kept.clone()),
            PageError::Refused { kept, .. } => (Vec::new(), kept.clone()),
            PageError::Absent
            | PageError::SignIn { .. }
            | PageError::CodeFirst { .. }
            | PageError::VisitOver
            | PageError::Forged
            | PageError::Malformed
            | PageError::Busy
            | PageError::Broken => (Vec::new(), String::new()),
        };
        frame.title = words.t(title);
        let number = error.status_code().as_u16().to_string();
        Self {
            number,
            title: frame.title.clone(),
            text,
            lines,
            kept,
            links,
            frame,
        }
    }
}

/// Middleware: writes the page of an error, in the language of the person.
///
/// An error that is not ours, such as a path that cannot be read, is shown as its nearest of ours.
pub async fn pages(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let response = next.call(request).await?.map_into_boxed_body();
    let Some(error) = response.response().error() else {
        return Ok(response);
    };
    let error = match error.as_error::<PageError>() {
        Some(PageError::SignIn { .. } | PageError::CodeFirst { .. } | PageError::VisitOver) => return Ok(response),
        Some(error) => error,
        None if response.status() == StatusCode::NOT_FOUND => &PageError::Absent,
        None if response.status().is_client_error() => &PageError::Malformed,
        None => &PageError::Broken,
    };
    let body = body_of(error, response.request());
    let (http, bare) = response.into_parts();
    let mut full = HttpResponse::build(bare.status());
    for (name, value) in bare.headers() {
        full.insert_header((name.clone(), value.clone()));
    }
    Ok(ServiceResponse::new(
        http,
        full.content_type("text/html; charset=utf-8").body(body),
    ))
}

/// The page of an error: the portal's own where it happened there, which leads to no page of staff.
fn body_of(error: &PageError, request: &HttpRequest) -> String {
    let page = match request.app_data::<web::Data<House>>() {
        Some(house) if around::is_ours(request.path()) => PortalErrorPage::of(error, request, house).render(),
        Some(_) | None => ErrorPage::of(error, frame(request)).render(),
    };
    page.unwrap_or_default()
}

fn frame(request: &HttpRequest) -> Frame {
    Frame::bare(request, Place::Outside)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_way_back_after_signing_in_cannot_break_out_of_the_query() {
        let error = PageError::SignIn {
            back: "/requests?q=a&b=#c\r\n".into(),
        };
        let response = error.error_response();
        let location = response.headers().get(header::LOCATION).unwrap().to_str().unwrap();
        assert_eq!(location, "/sign-in?back=/requests%3Fq%3Da%26b%3D%23c%0D%0A");
    }
}
