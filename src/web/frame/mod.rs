//! What every page has around it: its language, who looks at it, where one may go, and what was just done.

pub mod assets;
pub mod look;
pub mod say;
pub mod words;

use actix_web::HttpRequest;
use actix_web::http::header;

use super::door::cookie;
use look::{Notice, Tone};
use words::{Language, Words};

/// The places of the navigation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// What is due and what to do next.
    Desk,
    /// All requests.
    Requests,
    /// Every mail that opened nothing.
    Mail,
    /// What systems have to do, and what is in force.
    Tasks,
    /// The register of systems and recipients.
    Systems,
    /// Working days, and what a change of them would move.
    Calendar,
    /// The policy in words.
    Policy,
    /// Who works here.
    People,
    /// One's own settings.
    Me,
    /// Outside: the doors and the errors.
    Outside,
}

/// Who looks at a page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Viewer {
    /// Their name.
    pub name: String,
    /// Their role, in words.
    pub role: String,
    /// They may see the list of people and change it.
    pub is_admin: bool,
    /// They may read requests and mail.
    pub reads: bool,
    /// They have a second factor, so that they can give a code where one is asked for.
    pub has_factor: bool,
}

/// What every page has around it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Frame {
    /// The words of the page's language.
    pub words: Words,
    /// What the window is called.
    pub title: String,
    /// Where we are.
    pub place: Place,
    /// Who looks; `None` outside.
    pub viewer: Option<Viewer>,
    /// The token that each form sends back.
    pub csrf: String,
    /// Path and query of this page, so that changing the language returns to it.
    pub here: String,
    /// Requests that are late, shown beside "Desk".
    pub late: u32,
    /// What was just done, or what everybody should know.
    pub said: Option<Notice>,
}

impl Frame {
    /// A frame for somebody of whom nothing is known but what the browser tells.
    pub fn bare(request: &HttpRequest, place: Place) -> Self {
        Self {
            words: Words::of(language(request)),
            title: String::new(),
            place,
            viewer: None,
            csrf: String::new(),
            here: request
                .uri()
                .path_and_query()
                .map_or_else(|| "/".to_owned(), ToString::to_string),
            late: 0,
            said: None,
        }
    }

    /// The sentence of a key.
    pub fn t(&self, key: &str) -> String {
        self.words.t(key)
    }

    /// The sentence of a key made for a number.
    pub fn n(&self, key: &str, n: &u32) -> String {
        self.words.n(key, *n)
    }

    /// The sentence of a key with one text filled in.
    pub fn with(&self, key: &str, name: &'static str, value: &str) -> String {
        self.words.with(key, name, value)
    }

    /// The language tag, for the `lang` attribute.
    pub fn lang(&self) -> &'static str {
        self.words.language.tag()
    }

    /// The other languages, for the switch.
    pub fn other_languages(&self) -> impl Iterator<Item = Language> + '_ {
        Language::ALL
            .into_iter()
            .filter(|language| *language != self.words.language)
    }

    /// Whether the person may read requests and mail.
    pub fn reads(&self) -> bool {
        self.viewer.as_ref().is_some_and(|viewer| viewer.reads)
    }

    /// Whether the person can give a code of a second factor.
    pub fn has_factor(&self) -> bool {
        self.viewer.as_ref().is_some_and(|viewer| viewer.has_factor)
    }

    /// Whether the person runs the house.
    pub fn is_admin(&self) -> bool {
        self.viewer.as_ref().is_some_and(|viewer| viewer.is_admin)
    }

    /// Whether this is a place; its link stands out.
    pub fn is_at(&self, place: Place) -> bool {
        self.place == place
    }

    /// Where the style sheet is.
    pub fn style(&self) -> String {
        assets::style_path()
    }
}

/// The sentence for what was just done, by the code that a redirect carries; codes that we do not know say nothing.
pub fn said(words: &Words, code: &str) -> Option<Notice> {
    let known = code.len() < 40 && code.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'-');
    let key = format!("said-{code}");
    let text = words.t(&key);
    (known && text != key).then_some(Notice {
        tone: Tone::Done,
        text,
        link: None,
    })
}

/// The language chosen in the footer, else what the browser prefers.
pub fn language(request: &HttpRequest) -> Language {
    cookie::chosen_language(request).unwrap_or_else(|| {
        let accepted = request
            .headers()
            .get(header::ACCEPT_LANGUAGE)
            .and_then(|value| value.to_str().ok());
        Language::accepted(accepted.unwrap_or("en"))
    })
}
