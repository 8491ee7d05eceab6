//! What bytes are, by what they begin with and hold; a file's name proves nothing.

use serde::{Deserialize, Serialize};

/// What a file is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FileKind {
    /// No bytes at all.
    Empty,
    /// Text.
    Text,
    /// A table in text.
    Csv,
    /// JSON.
    Json,
    /// HTML, SVG or another XML.
    Markup,
    /// A mail.
    Mail,
    /// A workbook (Office Open XML).
    Workbook,
    /// A document (Office Open XML).
    Document,
    /// Slides (Office Open XML).
    Slides,
    /// An Open Document file.
    OpenDocument,
    /// An archive.
    Zip,
    /// A PDF.
    Pdf,
    /// A PNG picture.
    Png,
    /// A JPEG picture.
    Jpeg,
    /// Another picture.
    OtherPicture,
    /// An office file of the kind before 2007, or an encrypted one of today.
    Ole,
    /// None of these.
    Unknown,
}

impl FileKind {
    /// The word of the kind, as in the keys of its sentences.
    pub fn as_str(self) -> String {
        match serde_json::to_value(self) {
            Ok(serde_json::Value::String(word)) => word,
            _ => String::new(),
        }
    }

    /// What bytes begin as. An archive may turn out to be an office file, a text to be a table: see the readers.
    pub(super) fn of(bytes: &[u8]) -> Self {
        const STARTS: [(&[u8], FileKind); 12] = [
            (b"PK\x03\x04", FileKind::Zip),
            (b"PK\x05\x06", FileKind::Zip),
            (b"\x89PNG\r\n\x1a\n", FileKind::Png),
            (b"\xff\xd8\xff", FileKind::Jpeg),
            (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", FileKind::Ole),
            (b"GIF8", FileKind::OtherPicture),
            (b"II*\0", FileKind::OtherPicture),
            (b"MM\0*", FileKind::OtherPicture),
            (b"BM", FileKind::OtherPicture),
            (b"\x1f\x8b", FileKind::Unknown),
            (b"7z\xbc\xaf", FileKind::Unknown),
            (b"Rar!", FileKind::Unknown),
        ];
        /// A PDF may have some bytes before its header (ISO 32000-1, annex H.3.4.1).
        const PDF_HEADER_WITHIN: usize = 1024;
        if bytes.is_empty() {
            return Self::Empty;
        }
        let head = bytes.get(..PDF_HEADER_WITHIN).unwrap_or(bytes);
        if head.windows(5).any(|five| five == b"%PDF-") {
            return Self::Pdf;
        }
        if let Some((_, kind)) = STARTS.iter().find(|(start, _)| bytes.starts_with(start)) {
            // BM may as well begin a text.
            if *kind != Self::OtherPicture || !is_text(bytes) {
                return *kind;
            }
        }
        if bytes.get(8..12) == Some(b"WEBP") || bytes.get(4..8) == Some(b"ftyp") {
            return Self::OtherPicture;
        }
        // An archive with something in front, such as a program that unpacks itself.
        if !is_text(bytes) {
            return Self::Unknown;
        }
        Self::Text
    }
}

/// Whether bytes can be text: UTF-16 with its mark, or few control characters.
fn is_text(bytes: &[u8]) -> bool {
    const LOOKED_AT: usize = 64 * 1024;
    if bytes.starts_with(b"\xff\xfe") || bytes.starts_with(b"\xfe\xff") {
        return true;
    }
    let head = bytes.get(..LOOKED_AT).unwrap_or(bytes);
    let odd = head
        .iter()
        .filter(|byte| matches!(byte, 0..=8 | 0x0e..=0x1a | 0x1c..=0x1f | 0x7f))
        .count();
    !head.contains(&0) && odd * 100 <= head.len()
}
