//! PDFs: the objects of the file, and what each page paints.

pub mod canvas;
pub mod font;
pub mod geometry;
mod paint;

use lopdf::{Dictionary, Document, LoadOptions, Object, ObjectId};

use super::finding::FindingKind;
use geometry::Rect;

/// The most that one stream of a PDF may unpack to.
pub const MOST_STREAM: usize = 128 << 20;

/// Opens a PDF.
///
/// # Errors
/// With what keeps it from being read.
pub fn open(bytes: &[u8]) -> Result<Document, FindingKind> {
    let options = LoadOptions::with_max_decompressed_size(MOST_STREAM);
    match Document::load_mem_with_options(bytes, options) {
        // A file that opens without a password is read, though it says that it is encrypted.
        Ok(document) if document.is_encrypted() => Err(FindingKind::Encrypted),
        Ok(document) => Ok(document),
        Err(
            lopdf::Error::Decryption(_) | lopdf::Error::InvalidPassword | lopdf::Error::UnsupportedSecurityHandler(_),
        ) => Err(FindingKind::Encrypted),
        Err(_) => Err(FindingKind::Broken),
    }
}

/// An object itself, where only a reference to it may be given.
pub fn resolved<'d>(document: &'d Document, object: &'d Object) -> &'d Object {
    document.dereference(object).map_or(&Object::Null, |(_, object)| object)
}

/// A value of a dictionary, references followed.
pub fn value<'d>(document: &'d Document, dictionary: &'d Dictionary, key: &[u8]) -> Option<&'d Object> {
    dictionary
        .get(key)
        .ok()
        .map(|object| resolved(document, object))
        .filter(|object| !object.is_null())
}

/// A dictionary in a dictionary; that of a stream too.
pub fn dictionary<'d>(document: &'d Document, above: &'d Dictionary, key: &[u8]) -> Option<&'d Dictionary> {
    as_dictionary(value(document, above, key)?)
}

/// The dictionary that an object is or, as a stream, has.
pub fn as_dictionary(object: &Object) -> Option<&Dictionary> {
    match object {
        Object::Dictionary(dictionary) => Some(dictionary),
        Object::Stream(stream) => Some(&stream.dict),
        _ => None,
    }
}

/// A number.
pub fn number(object: &Object) -> Option<f64> {
    match object {
        Object::Integer(number) => Some(*number as f64),
        Object::Real(number) => Some(f64::from(*number)),
        _ => None,
    }
    .filter(|number| number.is_finite())
}

/// The numbers of an array, references followed; what is no number is 0.
pub fn numbers(document: &Document, object: &Object) -> Vec<f64> {
    match resolved(document, object) {
        Object::Array(items) => items
            .iter()
            .map(|item| number(resolved(document, item)).unwrap_or(0.0))
            .collect(),
        _ => Vec::new(),
    }
}

/// A value that a page has or inherits from those above it (ISO 32000-1, 7.7.3.4).
pub fn inherited<'d>(document: &'d Document, page: ObjectId, key: &[u8]) -> Option<&'d Object> {
    /// Page trees are flat; a deeper one goes in circles.
    const DEEPEST: usize = 64;
    let mut node = document.get_dictionary(page).ok()?;
    for _ in 0..DEEPEST {
        if let Some(found) = value(document, node, key) {
            return Some(found);
        }
        node = dictionary(document, node, b"Parent")?;
    }
    None
}

/// What of a page is seen.
pub fn seen_area(document: &Document, page: ObjectId) -> Rect {
    let area = |key: &[u8]| {
        let numbers = numbers(document, inherited(document, page, key)?);
        Rect::of(&numbers)
    };
    let usual = Rect {
        left: 0.0,
        bottom: 0.0,
        right: 612.0,
        top: 792.0,
    };
    let media = area(b"MediaBox").unwrap_or(usual);
    area(b"CropBox").map_or(media, |crop| crop.within(&media))
}

/// The layers that are switched off (ISO 32000-1, 8.11.4.3).
pub fn hidden_layers(document: &Document) -> Vec<ObjectId> {
    let layers = || {
        let properties = dictionary(document, document.catalog().ok()?, b"OCProperties")?;
        let usual = dictionary(document, properties, b"D")?;
        let ids = |object: &Object| match resolved(document, object) {
            Object::Array(items) => items.iter().filter_map(|item| item.as_reference().ok()).collect(),
            _ => Vec::new(),
        };
        let list = |holder: &Dictionary, key: &[u8]| holder.get(key).map(ids).unwrap_or_default();
        let mut off: Vec<ObjectId> = list(usual, b"OFF");
        if value(document, usual, b"BaseState").and_then(|state| state.as_name().ok()) == Some(b"OFF") {
            let on: Vec<ObjectId> = list(usual, b"ON");
            off.extend(
                list(properties, b"OCGs")
                    .into_iter()
                    .filter(|layer| !on.contains(layer)),
            );
        }
        Some(off)
    };
    layers().unwrap_or_default()
}

/// The text of a string outside of pages: UTF-16 with its mark, UTF-8 with its mark, else by bytes (ISO 32000-1, 7.9.2.2).
pub fn text(bytes: &[u8]) -> String {
    match bytes {
        [0xfe, 0xff, rest @ ..] => encoding_rs::UTF_16BE.decode_without_bom_handling(rest).0.into_owned(),
        [0xff, 0xfe, rest @ ..] => encoding_rs::UTF_16LE.decode_without_bom_handling(rest).0.into_owned(),
        [0xef, 0xbb, 0xbf, rest @ ..] => String::from_utf8_lossy(rest).into_owned(),
        _ => match str::from_utf8(bytes) {
            Ok(text) => text.to_owned(),
            Err(_) => bytes.iter().copied().map(char::from).collect(),
        },
    }
}
