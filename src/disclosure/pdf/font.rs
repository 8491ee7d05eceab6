//! Fonts: how wide each code of a text is, and which characters it stands for.

use std::collections::{BTreeMap, BTreeSet};

use lopdf::{Dictionary, Document, Encoding, Object, ObjectId};

use super::{MOST_STREAM, as_dictionary, dictionary, number, numbers, resolved, value};

/// A font of a page.
pub struct Font<'d> {
    encoding: Option<Encoding<'d>>,
    /// Bytes of one code.
    pub code_bytes: usize,
    widths: BTreeMap<u32, f64>,
    usual_width: f64,
}

impl<'d> Font<'d> {
    /// Reads a font's dictionary.
    pub fn new(document: &'d Document, font: &'d Dictionary) -> Self {
        let subtype = value(document, font, b"Subtype")
            .and_then(|name| name.as_name().ok())
            .unwrap_or_default();
        let composite = subtype == b"Type0";
        let glyphs_of_its_own = subtype == b"Type3";
        let (widths, usual_width) = match composite {
            true => wide_widths(document, font),
            false => narrow_widths(document, font, glyphs_of_its_own),
        };
        let has_table = value(document, font, b"ToUnicode").is_some_and(|table| table.as_stream().is_ok());
        let encoding = || font.get_font_encoding_with_limit(document, MOST_STREAM).ok();
        Self {
            encoding: match composite {
                _ if has_table => encoding(),
                true => by_name(document, font),
                // What letters a font draws by itself is nowhere said.
                false if glyphs_of_its_own => None,
                false => encoding(),
            },
            code_bytes: if composite { 2 } else { 1 },
            widths,
            usual_width,
        }
    }

    /// The width of a code, in thousandths of the font's size.
    pub fn width(&self, code: &[u8]) -> f64 {
        let code = code.iter().fold(0u32, |code, byte| code << 8 | u32::from(*byte));
        self.widths.get(&code).copied().unwrap_or(self.usual_width)
    }

    /// The characters of a code; nothing when they cannot be told.
    pub fn text(&self, code: &[u8]) -> Option<String> {
        let text = self.encoding.as_ref()?.bytes_to_string(code).ok()?;
        (!text.is_empty() && !text.contains('\u{fffd}') && !text.contains(private)).then_some(text)
    }
}

/// Lets fonts with a table of their own characters be read by it alone; a name beside it says less. The document is only
/// good for reading then.
pub fn prefer_tables(document: &mut Document) {
    let streams: BTreeSet<ObjectId> = document
        .objects
        .iter()
        .filter(|(_, object)| object.as_stream().is_ok())
        .map(|(id, _)| *id)
        .collect();
    for object in document.objects.values_mut() {
        let Object::Dictionary(font) = object else { continue };
        let has_table = font
            .get(b"ToUnicode")
            .and_then(Object::as_reference)
            .is_ok_and(|id| streams.contains(&id));
        if has_table {
            font.remove(b"Encoding");
        }
        if font.has(b"BaseFont") && !font.has(b"Type") {
            font.set("Type", Object::Name(b"Font".to_vec()));
        }
    }
}

/// Encodings whose codes are Unicode.
fn by_name<'d>(document: &Document, font: &Dictionary) -> Option<Encoding<'d>> {
    let name = value(document, font, b"Encoding")?.as_name().ok()?;
    let unicode = name.starts_with(b"UniGB-UCS2") || name.starts_with(b"UniGB-UTF16");
    unicode.then_some(Encoding::SimpleEncoding(b"UniGB-UCS2-H"))
}

/// Characters of private use stand for whatever the font shows.
fn private(one: char) -> bool {
    matches!(one, '\u{e000}'..='\u{f8ff}' | '\u{f0000}'..)
}

fn narrow_widths(document: &Document, font: &Dictionary, type3: bool) -> (BTreeMap<u32, f64>, f64) {
    let first = value(document, font, b"FirstChar")
        .and_then(number)
        .unwrap_or(0.0)
        .clamp(0.0, 255.0) as u32;
    let listed = font
        .get(b"Widths")
        .map(|widths| numbers(document, widths))
        .unwrap_or_default();
    let scale = match type3 {
        true => font
            .get(b"FontMatrix")
            .map(|matrix| numbers(document, matrix))
            .ok()
            .and_then(|matrix| matrix.first().copied()),
        false => None,
    };
    let scale = scale.map_or(1.0, |scale| scale * 1000.0);
    let widths = (first..)
        .zip(listed)
        .take(256)
        .map(|(code, width)| (code, width * scale))
        .collect();
    let missing = dictionary(document, font, b"FontDescriptor")
        .and_then(|descriptor| value(document, descriptor, b"MissingWidth"));
    // The 14 standard fonts may come without widths; half the size is near the middle of theirs.
    (
        widths,
        missing.and_then(number).filter(|width| *width > 0.0).unwrap_or(500.0),
    )
}

fn wide_widths(document: &Document, font: &Dictionary) -> (BTreeMap<u32, f64>, f64) {
    let descendant = value(document, font, b"DescendantFonts").and_then(|list| match list {
        Object::Array(items) => as_dictionary(resolved(document, items.first()?)),
        _ => None,
    });
    let Some(descendant) = descendant else {
        return (BTreeMap::new(), 1000.0);
    };
    let usual = value(document, descendant, b"DW").and_then(number).unwrap_or(1000.0);
    let mut widths = BTreeMap::new();
    if let Some(Object::Array(items)) = value(document, descendant, b"W") {
        let mut items = items.iter().map(|item| resolved(document, item));
        // `c [w1 w2 …]` or `first last w` (ISO 32000-1, 9.7.4.3).
        while let (Some(first), Some(next)) = (items.next().and_then(number), items.next()) {
            let first = first.clamp(0.0, 65_535.0) as u32;
            match next {
                Object::Array(_) => widths.extend((first..=65_535).zip(numbers(document, next))),
                _ => {
                    let last = number(next).unwrap_or(0.0).clamp(0.0, 65_535.0) as u32;
                    let width = items.next().and_then(number).unwrap_or(usual);
                    // Ranges that repeat are a bomb.
                    if widths.len() <= 200_000 {
                        widths.extend((first..=last).map(|code| (code, width)));
                    }
                }
            }
        }
    }
    (widths, usual)
}
