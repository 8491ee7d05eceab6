//! A reader for each kind of file: takes it apart and shows its texts and its hidden parts to the inspector.

pub(super) mod document;
pub(super) mod json;
pub(super) mod mail;
pub(super) mod markup;
pub(super) mod office;
pub(super) mod open_document;
pub(super) mod page;
pub(super) mod pdf;
pub(super) mod picture;
pub(super) mod plain;
pub(super) mod role;
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
        FileKind::Png | FileKind::Jpeg | FileKind::OtherPicture => picture::file(inspector, bytes, kind),
        FileKind::Pdf => pdf::file(inspector, bytes),
        FileKind::Ole => ole(inspector, bytes),
        _ => inspector.unchecked(FindingKind::UnknownFormat, Spot::File),
    }
    kind
}

/// An office file of the kind before 2007, or one of today behind a password, which is kept inside such a file.
fn ole(inspector: &mut Inspector<'_>, bytes: &[u8]) {
    let wide: Vec<u8> = "EncryptedPackage".encode_utf16().flat_map(u16::to_le_bytes).collect();
    let encrypted = bytes.windows(wide.len()).any(|part| part == wide);
    let kind = if encrypted {
        FindingKind::Encrypted
    } else {
        FindingKind::LegacyOffice
    };
    inspector.unchecked(kind, Spot::File);
}
