//! Every mail that opened nothing and joined nothing, why, and how to bring it back; and the balance over all mail.

use askama::Template;

use crate::web::frame::look::{Fact, Link, Tone};
use crate::web::frame::{Frame, Place};
use crate::web::request::MessageView;

/// GET /mail
#[derive(Debug, Template)]
#[template(path = "mail.html")]
pub struct MailPage {
    /// Around the page.
    pub frame: Frame,
    /// Received = opened + joined + set aside + duplicates + quarantined.
    pub balance: Balance,
    /// Set aside, quarantined, duplicates.
    pub tabs: Vec<Tab>,
    /// What the mails of this tab have in common.
    pub tab_note: String,
    /// This page of them.
    pub rows: Vec<MailRow>,
    /// The page before.
    pub newer: Option<Link>,
    /// The page after.
    pub older: Option<Link>,
}

/// The account of all mail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Balance {
    /// Mails that reached the mailbox.
    pub received: u64,
    /// What became of them.
    pub parts: Vec<Fact>,
    /// Whether it adds up, in words.
    pub words: String,
    /// The same as colour and shape.
    pub tone: Tone,
}

/// One outcome of mails.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tab {
    /// Which.
    pub label: String,
    /// How many.
    pub count: u64,
    /// Where.
    pub href: String,
    /// It is the one shown.
    pub current: bool,
}

/// One mail in the list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MailRow {
    /// Its page.
    pub href: String,
    /// When it was received.
    pub at: String,
    /// Who wrote.
    pub from: String,
    /// About what.
    pub subject: String,
    /// Why it stands here.
    pub why: String,
}

/// GET /mail/{id}
#[derive(Debug, Template)]
#[template(path = "mail_one.html")]
pub struct MailOnePage {
    /// Around the page.
    pub frame: Frame,
    /// Its subject.
    pub subject: String,
    /// What became of it.
    pub outcome: String,
    /// Why.
    pub why: String,
    /// The words that said so.
    pub evidence: Vec<String>,
    /// The request or the mail that it belongs to.
    pub related: Option<Link>,
    /// It can be made a request.
    pub can_bring_back: bool,
    /// The mail.
    pub message: MessageView,
    /// The forms of a held message lead here; such a message is never on this page.
    pub path: String,
    /// See `path`.
    pub seq: i64,
}
