//! All requests: found by filter and by search, most urgent first, page by page.

use askama::Template;

use crate::web::frame::look::{Choice, Link, RequestRow};
use crate::web::frame::{Frame, Place};

/// GET /requests
#[derive(Debug, Template)]
#[template(path = "requests.html")]
pub struct RequestsPage {
    /// Around the page.
    pub frame: Frame,
    /// How many there are, in words.
    pub found: String,
    /// The words searched for; may be empty.
    pub query: String,
    /// Stage, right, kind, standing, assignee, language.
    pub filters: Vec<Filter>,
    /// How many of the filters are set.
    pub filters_used: usize,
    /// This page of them.
    pub rows: Vec<RequestRow>,
    /// The page before.
    pub newer: Option<Link>,
    /// The page after.
    pub older: Option<Link>,
}

/// One thing to narrow the list by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Filter {
    /// Its name in the address.
    pub name: &'static str,
    /// What it is.
    pub label: String,
    /// What it may be; the first is "all".
    pub choices: Vec<Choice>,
}
