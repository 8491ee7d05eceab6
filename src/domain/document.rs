//! Copies of documents that show who asks, or that they may ask for another: what is taken in, and for how long.

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

use super::event::Event;
use super::moves::Refusal;
use super::policy::{Policy, Way};
use super::request::{Identity, Request};
use super::text::FileRef;

/// The largest document, in bytes.
pub const MOST_BYTES: usize = 10 * 1024 * 1024;

/// How many documents may lie here at a time.
pub const MOST: usize = 6;

/// A document that nobody decided on is destroyed after so long.
pub const LASTS: TimeDelta = TimeDelta::days(7);

/// What a document is to show.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Shows {
    /// Who the requester is.
    Identity,
    /// That they may ask for another.
    Standing,
}

/// A document that lies here. It has a key of its own.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Document {
    /// The file.
    pub file: FileRef,
    /// What it is to show.
    pub shows: Shows,
    /// Since when.
    pub received_at: DateTime<Utc>,
}

/// Why a document was destroyed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Destroyed {
    /// What it was for is decided.
    Decided,
    /// Its time was over.
    TimeOver,
    /// The request ended.
    RequestEnded,
}

impl Destroyed {
    /// The word used in texts.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Decided => "decided",
            Self::TimeOver => "time-over",
            Self::RequestEnded => "request-ended",
        }
    }
}

/// What a document is, by its first bytes; what its sender says of it counts for nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// A picture.
    Jpeg,
    /// A picture.
    Png,
    /// A PDF.
    Pdf,
}

impl Format {
    /// Its media type (RFC 6838).
    pub fn media_type(self) -> &'static str {
        match self {
            Self::Jpeg => "image/jpeg",
            Self::Png => "image/png",
            Self::Pdf => "application/pdf",
        }
    }
}

/// The format of a document that may be taken in.
///
/// # Errors
/// When it is too large, empty, or none of the formats.
pub fn format_of(bytes: &[u8]) -> Result<Format, Refusal> {
    if bytes.len() > MOST_BYTES {
        return Err(Refusal::DocumentTooLarge);
    }
    let known = [
        (&b"\xff\xd8\xff"[..], Format::Jpeg),
        (&b"\x89PNG\r\n\x1a\n"[..], Format::Png),
        (&b"%PDF-"[..], Format::Pdf),
    ];
    let found = known.iter().find(|(start, _)| bytes.starts_with(start));
    found.map(|(_, format)| *format).ok_or(Refusal::DocumentFormat)
}

/// Whether a document may come now: one of the requester only when they were asked for it, one of their standing only
/// while it is to be shown.
///
/// # Errors
/// Why not, in words.
pub fn wanted(request: &Request, policy: &Policy, shows: Shows) -> Result<(), Refusal> {
    let is_wanted = match (shows, &request.identity) {
        (Shows::Identity, Identity::Asked { method }) => {
            policy.method(method).is_some_and(|method| method.way == Way::Document)
        }
        (Shows::Identity, Identity::Open | Identity::Confirmed { .. } | Identity::NotProven { .. }) => false,
        (Shows::Standing, _) => request.lacks_evidence(policy),
    };
    if !is_wanted {
        return Err(Refusal::NoDocumentAsked);
    }
    if request.documents.len() >= MOST {
        return Err(Refusal::TooManyDocuments);
    }
    Ok(())
}

/// Documents whose time is over.
pub fn overdue(request: &Request, now: DateTime<Utc>) -> Vec<Event> {
    let over = request
        .documents
        .iter()
        .filter(|document| document.received_at + LASTS <= now);
    over.map(|document| destroyed(document, Destroyed::TimeOver)).collect()
}

/// What a step says, followed by the end of the documents that it makes needless.
pub(super) fn with_destroyed(request: &Request, policy: &Policy, mut events: Vec<Event>) -> Vec<Event> {
    let needless: Vec<Event> = request
        .documents
        .iter()
        .filter_map(|document| {
            Some(destroyed(
                document,
                needless_by(request, policy, document.shows, &events)?,
            ))
        })
        .collect();
    events.extend(needless);
    events
}

fn needless_by(request: &Request, policy: &Policy, shows: Shows, events: &[Event]) -> Option<Destroyed> {
    events.iter().find_map(|event| match (event, shows) {
        (Event::IdentityConfirmed { .. } | Event::IdentityNotProven { .. }, Shows::Identity) => {
            Some(Destroyed::Decided)
        }
        (Event::EvidenceShown { piece, .. }, Shows::Standing) => {
            let last = request.missing_evidence(policy).all(|missing| missing == *piece);
            last.then_some(Destroyed::Decided)
        }
        (Event::ActsFor { .. }, Shows::Standing) => Some(Destroyed::Decided),
        (
            Event::SetAside { .. } | Event::Withdrawn { .. } | Event::MergedInto { .. } | Event::Closed,
            Shows::Identity | Shows::Standing,
        ) => Some(Destroyed::RequestEnded),
        _ => None,
    })
}

fn destroyed(document: &Document, why: Destroyed) -> Event {
    Event::DocumentDestroyed {
        file: document.file.clone(),
        why,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_document_is_what_its_first_bytes_say() {
        assert_eq!(format_of(b"\xff\xd8\xff\xe0 rest"), Ok(Format::Jpeg));
        assert_eq!(format_of(b"\x89PNG\r\n\x1a\n rest"), Ok(Format::Png));
        assert_eq!(format_of(b"%PDF-1.7"), Ok(Format::Pdf));
        for other in [&b""[..], b"<svg xmlns", b"PK\x03\x04", b"GIF89a", b" %PDF-1.7"] {
            assert_eq!(format_of(other), Err(Refusal::DocumentFormat));
        }
        let mut large = b"%PDF-1.7".to_vec();
        large.resize(MOST_BYTES + 1, 0);
        assert_eq!(format_of(&large), Err(Refusal::DocumentTooLarge));
    }
}
