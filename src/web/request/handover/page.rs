//! The page on which files are put together and handed over: plain values, ready to be written down.

use askama::Template;

use crate::web::frame::look::{Choice, Fact, Tone};
use crate::web::frame::{Frame, Place};

/// The page.
#[derive(Debug, Template)]
#[template(path = "handover.html")]
pub struct HandoverPage {
    /// Around the page.
    pub frame: Frame,
    /// `/requests/DSR-2026-000123`.
    pub request_path: String,
    /// `/requests/DSR-2026-000123/handover`, to which the forms add what they change.
    pub path: String,
    /// How many events the page was made from.
    pub seq: i64,
    /// Such as `DSR-2026-000123`.
    pub reference: String,
    /// Whose request it is.
    pub requester: String,
    /// Who receives it, and how that is known.
    pub receiver: Vec<Fact>,
    /// What is recorded as the requester's own.
    pub own: Vec<OwnView>,
    /// What sort of thing can be recorded so.
    pub own_kinds: Vec<Choice>,
    /// The files that leave.
    pub enclosures: Vec<EnclosureView>,
    /// Files of the request that could be enclosed.
    pub offers: Vec<OfferView>,
    /// Packages that left, newest first.
    pub packages: Vec<PackageView>,
    /// What is asked of the second person, and how that stands.
    pub second: String,
    /// Each move with the reason why it is not open; empty where it is.
    pub moves: Vec<(&'static str, String)>,
}

/// A number, address or name that is the requester's own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OwnView {
    /// Its number.
    pub no: u32,
    /// What sort of thing it is.
    pub kind: String,
    /// The number, address or name.
    pub text: String,
    /// How it is known to be theirs.
    pub source: String,
    /// Who recorded it and when.
    pub signed: String,
}

/// A file that leaves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EnclosureView {
    /// Its number.
    pub no: u32,
    /// Its name.
    pub name: String,
    /// What it is, for the requester.
    pub about: String,
    /// What it is by its bytes, how large, and who enclosed it.
    pub facts: String,
    /// How the gate's look came out, in words.
    pub standing: String,
    /// The same as colour and shape.
    pub tone: Tone,
    /// Why something was removed from it.
    pub removed: Vec<String>,
    /// What would name somebody else, but is the requester's own.
    pub own: Vec<String>,
    /// What was found.
    pub findings: Vec<FindingView>,
    /// Whether something that was found can be removed.
    pub removable: bool,
    /// Whether areas of it can be removed: it has pages, or is a picture.
    pub has_areas: bool,
}

/// Something that was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FindingView {
    /// Its id.
    pub id: String,
    /// What it is.
    pub kind: String,
    /// What that means.
    pub why: String,
    /// Where.
    pub place: String,
    /// A glimpse, mostly masked; may be empty.
    pub excerpt: String,
    /// How it stands.
    pub tone: Tone,
    /// It can be removed by itself.
    pub removable: bool,
    /// Who let it stand and why; `None` while it is open.
    pub overridden: Option<String>,
}

/// A file that could be enclosed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OfferView {
    /// The file.
    pub id: i64,
    /// Its name.
    pub name: String,
    /// What it was kept for, since when, how large.
    pub facts: String,
}

/// A package that left.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PackageView {
    /// Its number.
    pub no: u32,
    /// When it left and how it stands, in words.
    pub words: String,
    /// The same as colour and shape.
    pub tone: Tone,
    /// It can be fetched.
    pub is_live: bool,
}

impl HandoverPage {
    /// Whether a move is open.
    pub fn can(&self, key: &str) -> bool {
        self.moves.iter().any(|(known, why)| *known == key && why.is_empty())
    }

    /// Why a move is not open; empty where it is.
    pub fn why_not(&self, key: &str) -> &str {
        let found = self.moves.iter().find(|(known, _)| *known == key);
        found.map(|(_, why)| why.as_str()).unwrap_or_default()
    }
}
