//! A reader for each kind of file: takes it apart and shows its texts and its hidden parts to the inspector.

pub(super) mod json;
pub(super) mod markup;
pub(super) mod office;
pub(super) mod plain;
pub(super) mod table;
pub(super) mod workbook;
pub(super) mod zip;

use super::finding::FindingKind;
use super::inspector::Inspector;
use super::kind::FileKind;
use super::place::Spot;

/// Reads a file by what its bytes are.
pub(super) fn file(inspector: &mut Inspector<'_>, bytes: &[u8]) -> FileKind {
    let kind = FileKind::of(bytes);
    match kind {
        FileKind::Empty => {}
        FileKind::Text => return plain::file(inspector, bytes),
        FileKind::Zip => return zip::file(inspector, bytes),
        _ => inspector.unchecked(FindingKind::UnknownFormat, Spot::File),
    }
    kind
}
