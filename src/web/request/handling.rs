//! What the officer must know of how a message was taken in: that no machine read it, that only its header is here.

use super::super::frame::say::Say;
use crate::domain::request::PolicyStamp;
use crate::store::messages::{Listed, Outcome};

/// One sentence for each thing that was not as usual.
pub(super) fn unusual(say: &Say<'_>, stamp: &PolicyStamp, listed: &Listed) -> Vec<String> {
    let words = &say.words;
    let mut said = Vec::new();
    if listed.outcome == Outcome::Opened && matches!(listed.why.as_str(), "unreadable" | "not-acknowledged") {
        said.push(words.t(&format!("handled-{}", listed.why)));
    }
    if let Some(size) = listed.oddity.whole_size {
        let size = words.size(u64::try_from(size).unwrap_or(0));
        said.push(words.a("handled-too-large", &[("size", &size), ("place", &listed.place)]));
    }
    if let Some(stated) = listed.oddity.stated_at {
        said.push(words.with("handled-odd-receipt", "stated", &say.at(stated, stamp)));
    }
    said
}
