//! The disclosure gate: what leaves the house in a file that nobody meant to hand over. Bytes in, findings out; and the
//! same bytes without what was found, really removed.
//!
//! Nothing here decides. A finding is resolved by removing what it points at, or a person releases the file in spite of it,
//! by name and with a reason.

mod archive;
mod chains;
mod characters;
pub mod context;
pub mod finding;
mod inspector;
pub mod kind;
mod labels;
mod names;
mod numbers;
mod pdf;
mod pictures;
pub mod place;
mod read;
pub mod redact;
mod scan;
mod styles;
#[cfg(test)]
mod tests;
mod words;
mod workbook;
mod xml;

use std::panic::{AssertUnwindSafe, catch_unwind};

use sha2::{Digest, Sha256};

pub use context::{Context, Limits, OpenedMail, Own};
pub use finding::{Finding, FindingKind, Group, Remedy, Report, Severity};
pub use kind::FileKind;
pub use place::{Area, CellRange, Place, Spot, Stretch};
pub use redact::{Cannot, LeftOut, Redacted, Removal, redact};

use inspector::Inspector;

/// Looks through a file. Never fails and never panics: what cannot be read is a finding that says so.
///
/// The time grows with the bytes, unpacked, up to the context's limits.
pub fn inspect(name: &str, bytes: &[u8], context: &Context) -> Report {
    let sha256 = hex::encode(Sha256::digest(bytes));
    let look = || {
        let mut inspector = Inspector::new(context, &sha256);
        let kind = read::file(&mut inspector, bytes);
        (kind, inspector.into_findings())
    };
    // The readers of archives, pictures and PDFs are others' work, and the bytes are anybody's.
    let (file_kind, (findings, more)) = catch_unwind(AssertUnwindSafe(look)).unwrap_or_else(|_| {
        let place = Place::here(Spot::File);
        let broken = Finding::new(&sha256, FindingKind::Broken, place, String::new(), Remedy::Decide);
        (FileKind::Unknown, (vec![broken], false))
    });
    Report {
        name: name.to_owned(),
        sha256,
        file_kind,
        findings,
        more,
    }
}
