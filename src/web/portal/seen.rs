//! What a requester sees of a request: what was asked, where it stands in plain words, and the messages that went between them
//! and the company. Never what is held or unproven, never another person's mail, never what colleagues write to each other.

use chrono::{DateTime, Utc};

use crate::domain::event::CaseKind;
use crate::domain::policy::Policy;
use crate::domain::request::{Identity, Request, Stage};
use crate::mail::parse::parse;
use crate::mail::reading::Opened;
use crate::packs::Shelf;
use crate::store::messages;
use crate::store::outbox::{self, State};
use crate::store::portal::{self, Visit};
use crate::store::requests::{self, Stored};
use crate::store::{Reader, StoreError};
use crate::web::error::PageError;
use crate::web::frame::words::Words;

/// Letters that a requester has or will have by mail, as the outbox names them. Codes are not shown again; letters to others,
/// such as the owners of systems, are not among them, whoever these others are.
const LETTERS: &[&str] = &[
    "acknowledgement",
    "address-changed-new",
    "address-changed-old",
    "answer",
    "clarification",
    "closure",
    "complaint-received",
    "document-destroyed",
    "extension-notice",
    "identity-question",
    "note",
    "package-ready",
    "package-withdrawn",
    "pause-notice",
    "resumption-notice",
    "withdrawal-confirmed",
];

/// More of one message is not shown.
const MOST_TEXT: usize = 50_000;

/// More requests of one address are not listed.
const MOST_REQUESTS: i64 = 100;

/// A request of the visit's address; absent when there is none, or it is another's.
///
/// # Errors
/// [`PageError::Absent`], in both cases alike.
pub fn of_visit(db: &mut Reader<'_>, visit: &Visit, reference: &str) -> Result<Stored, PageError> {
    let stored = requests::find_by_reference(db, reference)?.ok_or(PageError::Absent)?;
    if portal::is_same_address(&stored.card.address, &visit.claim.address) {
        Ok(stored)
    } else {
        Err(PageError::Absent)
    }
}

/// All requests of the visit's address, the newest first.
///
/// # Errors
/// When the store fails.
pub fn all_of_visit(db: &mut Reader<'_>, visit: &Visit) -> Result<Vec<Stored>, StoreError> {
    let mut all = Vec::new();
    for id in requests::of_sender(db, &visit.claim.address, MOST_REQUESTS)? {
        match requests::find(db, id) {
            Ok(stored) if portal::is_same_address(&stored.card.address, &visit.claim.address) => all.push(stored),
            Ok(_) | Err(StoreError::Erased(_)) => {}
            Err(error) => return Err(error),
        }
    }
    Ok(all)
}

/// What was said between a requester and the company, one message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Said {
    /// When.
    pub at: DateTime<Utc>,
    /// The company wrote it.
    pub from_us: bool,
    /// On one line.
    pub subject: String,
    /// What was written.
    pub text: String,
    /// Names of files that came with it, as text.
    pub files: Vec<String>,
}

/// The messages of a request that its requester may see, in order of time.
///
/// # Errors
/// When the store fails.
pub fn messages_of(db: &mut Reader<'_>, stored: &Stored) -> Result<Vec<Said>, StoreError> {
    let address = &stored.card.address;
    let mut all = Vec::new();
    for listed in messages::of_request(db, stored.id)? {
        let sender = listed.card.as_ref().map_or("", |card| card.address.as_str());
        let belongs = stored.request.messages.contains(&listed.id) && !listed.held;
        if !belongs || !portal::is_same_address(sender, address) {
            continue;
        }
        let mail = Opened::open(db, listed.id)?.mail();
        let own = match mail.own_text.trim() {
            "" => mail.text.trim(),
            own => own,
        };
        all.push(Said {
            at: listed.received_at,
            from_us: false,
            subject: mail.subject.clone(),
            text: cut(own),
            files: mail.attachments.iter().map(|file| file.name.clone()).collect(),
        });
    }
    for letter in outbox::of_request(db, stored.id)? {
        let recipient = letter.recipient.as_deref().unwrap_or_default();
        let arrived = matches!(letter.state, State::Sent | State::Delayed);
        let theirs = LETTERS.contains(&letter.occasion.as_str()) && portal::is_same_address(recipient, address);
        if !arrived || !theirs {
            continue;
        }
        let mail = parse(&outbox::raw(db, letter.id)?);
        all.push(Said {
            at: letter.settled_at.unwrap_or(letter.queued_at),
            from_us: true,
            subject: mail.subject,
            text: cut(mail.text.trim()),
            files: Vec::new(),
        });
    }
    all.sort_by_key(|said| said.at);
    Ok(all)
}

fn cut(text: &str) -> String {
    text.chars().take(MOST_TEXT).collect()
}

/// Where a request stands and what comes next, in plain words.
pub fn standing(words: &Words, request: &Request, policy: Option<&Policy>) -> String {
    let zone = policy.map_or(chrono_tz::UTC, |policy| policy.zone);
    let on = |key: &str, at: DateTime<Utc>| words.with(key, "at", &words.zoned(at, zone));
    match &request.stage {
        Stage::Triage => words.t("portal-stands-triage"),
        Stage::Open if matches!(request.identity, Identity::Asked { .. }) => words.t("portal-stands-identity"),
        Stage::Open => words.t("portal-stands-open"),
        Stage::Answering { .. } => words.t("portal-stands-answering"),
        Stage::NotDelivered { .. } => words.t("portal-stands-not-delivered"),
        Stage::Answered { at, .. } => on("portal-stands-answered", *at),
        Stage::Closed { answered_at, .. } => on("portal-stands-closed", *answered_at),
        Stage::SetAside { .. } => words.t("portal-stands-set-aside"),
        Stage::Withdrawn { at } => on("portal-stands-withdrawn", *at),
        Stage::Merged { reference, .. } => words.with("portal-stands-merged", "reference", reference),
    }
}

/// By when an answer is owed; empty when none is any more.
pub fn by_when(words: &Words, request: &Request) -> String {
    if !request.is_running() {
        return String::new();
    }
    let date = words.date(request.deadline.due_on);
    let mut said = words.with("portal-by", "date", &date);
    if request.extensions > 0 {
        said += &words.t("portal-by-extended");
    }
    if request.deadline.is_provisional() {
        said += &words.t("portal-by-provisional");
    }
    said
}

/// What was asked: the names of the rights, or what sort of case it is.
pub fn asked(words: &Words, request: &Request, policy: Option<&Policy>) -> Vec<String> {
    let tag = words.language.tag();
    let names: Vec<String> = request
        .items
        .iter()
        .filter_map(|item| Some(policy?.right(&item.right)?.name.text(tag).to_owned()))
        .collect();
    match (names.is_empty(), request.kind) {
        (false, _) => names,
        (true, CaseKind::Request) => vec![words.t("portal-asked-unsorted")],
        (true, CaseKind::Complaint) => vec![words.t("kind-complaint")],
        (true, CaseKind::Question) => vec![words.t("kind-question")],
    }
}

/// The policy of a request, where its pack is there.
pub fn with_policy<T>(shelf: &Shelf, request: &Request, f: impl FnOnce(Option<&Policy>) -> T) -> T {
    let pack = shelf.version(&request.policy.id, &request.policy.version);
    f(pack.as_ref().map(|pack| &pack.pack.policy))
}
