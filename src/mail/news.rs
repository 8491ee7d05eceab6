//! Short letters on their way into the outbox: to the requester at the address of the request, or to anyone else.
//!
//! A step that has something to tell calls one of the two functions with the facts ([`News`]); the mail commits with the
//! step or not at all.

use chrono::{DateTime, Utc};

use super::compose::Automatic;
use super::letters::{Envelope, Letterhead, Writing};
use super::token::Tokens;
use crate::domain::letter::{self, Heading, LetterText, News};
use crate::domain::message::Address;
use crate::domain::moves::Refusal;
use crate::store::door::{Desk, Letter, StepError};
use crate::store::outbox::{self, Leave, NewMail};
use crate::store::requests::Stored;
use crate::store::vault::keys::HOUSE_KEY;
use crate::store::{Tx, marks};

/// Somebody who is told something outside the requester's thread: the holder of another address, who looks after a
/// system, a recipient of data.
#[derive(Clone, Copy)]
pub struct Addressee<'a> {
    /// Only used when it looks like a name; may be empty.
    pub name: &'a str,
    /// Where the mail goes.
    pub address: &'a str,
    /// The reader's language.
    pub language: &'a str,
    /// The request that the mail is about: it is sealed with that request's key, is listed on its page and is erased with
    /// it. `None` for a mail that must not show whether there is one.
    pub request: Option<&'a Stored>,
}

/// Tells the requester some news: in their thread, to the address of the request, with the reply address of the request.
/// Returns the letter's number in the outbox.
///
/// # Errors
/// [`Refusal::NoAddress`] when there is none, or what the letter still lacks, in words for the officer.
pub fn tell_requester(desk: &mut Desk<'_, '_>, head: Letterhead<'_>, news: &News) -> Result<i64, StepError> {
    let stored = desk.stored;
    if stored.card.address.is_empty() {
        return Err(Refusal::NoAddress.into());
    }
    let text = written(head, &stored.request.language, &stored.card.name, Some(stored), news)?;
    let to = Address {
        name: String::new(),
        address: stored.card.address.clone(),
    };
    let now = desk.now;
    let mail = Envelope::of(&Writing {
        tokens: Tokens::new(desk.tx().vault, head.settings),
        request: Some(stored.id),
        to: &to,
        text: &text,
        automatic: header(news),
        thread: head.thread,
        now,
    })?;
    desk.post(&Letter {
        occasion: news.name(),
        message_id: &mail.message_id,
        token: &mail.token,
        recipient: &to.address,
        raw: &mail.raw,
        automatic: COUNTED,
        leave: Leave::At(now),
    })
}

/// Tells somebody else some news, in a mail of its own: what they reply is no proven part of any request, and nothing in
/// its headers tells one request from another. Returns the letter's number in the outbox.
///
/// # Errors
/// When the address cannot be one, or what the letter still lacks, in words for the officer.
pub fn tell(
    tx: &mut Tx<'_>,
    head: Letterhead<'_>,
    to: &Addressee<'_>,
    news: &News,
    now: DateTime<Utc>,
) -> Result<i64, StepError> {
    let text = written(head, to.language, to.name, to.request, news)?;
    let address = Address {
        name: String::new(),
        address: to.address.to_owned(),
    };
    let mail = Envelope::of(&Writing {
        tokens: Tokens::new(tx.vault, head.settings),
        request: None,
        to: &address,
        text: &text,
        automatic: header(news),
        thread: None,
        now,
    })?;
    let token = marks::token(tx.vault, &mail.token);
    let mail = NewMail {
        request_id: to.request.map(|stored| stored.id),
        key_id: to.request.map_or(HOUSE_KEY, |stored| stored.key_id),
        occasion: news.name(),
        message_id: &mail.message_id,
        token: Some(token),
        recipient: to.address,
        raw: &mail.raw,
        automatic: COUNTED,
        leave: Leave::At(now),
    };
    Ok(outbox::enqueue(tx, &mail, now)?)
}

/// The caps on automatic mail are about answers to mail that anyone can send us; news have causes of their own, with caps
/// of their own where a stranger can be the cause.
const COUNTED: bool = false;

fn header(news: &News) -> Automatic {
    if news.is_automatic() {
        Automatic::Generated
    } else {
        Automatic::No
    }
}

fn written(
    head: Letterhead<'_>,
    language: &str,
    name: &str,
    request: Option<&Stored>,
    news: &News,
) -> Result<LetterText, StepError> {
    let heading = Heading {
        name: name.to_owned(),
        reference: request.map_or_else(String::new, |stored| stored.request.reference.clone()),
        controller: head.settings.controller.name.clone(),
        contact: head.settings.controller.contact.clone(),
    };
    letter::compose_news(head.pack, language, &heading, news).map_err(StepError::Lacks)
}
