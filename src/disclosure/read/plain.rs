//! Texts: what they are, in which characters, and what their lines say.

use encoding_rs::{GB18030, UTF_16BE, UTF_16LE, WINDOWS_1252};

use super::super::finding::{FindingKind, Remedy};
use super::super::inspector::Inspector;
use super::super::kind::FileKind;
use super::super::labels::labelled;
use super::super::place::{Spot, Stretch};
use super::{json, mail, markup, table};

/// The text of bytes: by their mark, as UTF-8, else as GB 18030, which Chinese programs write.
pub fn decode(bytes: &[u8]) -> String {
    if let Some(rest) = bytes.strip_prefix(b"\xff\xfe") {
        return UTF_16LE.decode_without_bom_handling(rest).0.into_owned();
    }
    if let Some(rest) = bytes.strip_prefix(b"\xfe\xff") {
        return UTF_16BE.decode_without_bom_handling(rest).0.into_owned();
    }
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    match str::from_utf8(bytes) {
        Ok(text) => text.to_owned(),
        Err(_) => match GB18030.decode_without_bom_handling_and_without_replacement(bytes) {
            Some(text) => text.into_owned(),
            None => WINDOWS_1252.decode_without_bom_handling(bytes).0.into_owned(),
        },
    }
}

/// What a text is, by its form.
pub fn kind_of(text: &str) -> FileKind {
    if json::is_json(text) {
        FileKind::Json
    } else if markup::is_markup(text) {
        FileKind::Markup
    } else if table::delimiter(text).is_some() {
        FileKind::Csv
    } else {
        FileKind::Text
    }
}

/// Reads a text of whatever form.
pub fn file(inspector: &mut Inspector<'_>, bytes: &[u8]) -> FileKind {
    if mail::is_mail(bytes) {
        match inspector.context.open_mail {
            Some(open) => mail::file(inspector, bytes, open),
            None => {
                inspector.unchecked(FindingKind::UnreadText, Spot::File);
                lines(inspector, &decode(bytes));
            }
        }
        return FileKind::Mail;
    }
    let text = decode(bytes);
    let kind = kind_of(&text);
    if text.starts_with("{\\rtf") {
        // Such a document hides as much as those of its time.
        inspector.unchecked(FindingKind::LegacyOffice, Spot::File);
    }
    match kind {
        FileKind::Json => json::text(inspector, &text),
        FileKind::Markup => markup::text(inspector, &text),
        FileKind::Csv => table::text(inspector, &text),
        _ => lines(inspector, &text),
    }
    kind
}

/// Reads the lines of a text.
pub fn lines(inspector: &mut Inspector<'_>, text: &str) {
    let ends: Vec<usize> = text.match_indices('\n').map(|(at, _)| at).collect();
    let spot = |stretch: Stretch| Spot::Text {
        line: ends.partition_point(|end| *end < stretch.start) + 1,
        stretch,
    };
    inspector.text(text, Remedy::Remove, &spot);
    let mut from = 0;
    for line in text.split_inclusive('\n') {
        if let Some((kind, range)) = labelled(line) {
            let value = line.get(range.clone()).unwrap_or_default();
            let stretch = Stretch {
                start: from + range.start,
                end: from + range.end,
            };
            inspector.found(kind, spot(stretch), value, Remedy::Remove);
        }
        from += line.len();
    }
}
