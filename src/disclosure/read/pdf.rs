//! PDFs: what the file carries beside its pages, and what the pages say without showing it.

use std::collections::BTreeSet;

use lopdf::{Document, Object, ObjectId};

use super::super::finding::{FindingKind, Remedy};
use super::super::inspector::Inspector;
use super::super::pdf::font::prefer_tables;
use super::super::pdf::{self, MOST_STREAM, as_dictionary, hidden_layers, resolved, value};
use super::super::place::Spot;
use super::{page, picture};

/// Reads a PDF.
pub fn file(inspector: &mut Inspector<'_>, bytes: &[u8]) {
    let mut document = match pdf::open(bytes) {
        Ok(document) => document,
        Err(kind) => {
            inspector.unchecked(kind, Spot::File);
            return;
        }
    };
    around(inspector, &document, bytes);
    let reached = reached(&document);
    let mut strings = String::new();
    for (id, object) in &document.objects {
        if !reached.contains(id) && !matches!(object, Object::Null | Object::Integer(_)) {
            left_over(inspector, object);
        }
        object_found(inspector, &document, *id, object);
        collect_strings(object, &mut strings);
    }
    collect_strings(&Object::Dictionary(document.trailer.clone()), &mut strings);
    inspector.text(&strings, Remedy::Clean, &|_| Spot::Part("objects".to_owned()));
    about_file(inspector, &document);
    let layers = hidden_layers(&document);
    if !layers.is_empty() {
        inspector.hidden(FindingKind::HiddenLayer, Spot::File, "");
    }
    prefer_tables(&mut document);
    let mut any = false;
    for (number, id) in (1..).zip(document.page_iter()) {
        any = true;
        page::page(inspector, &document, number, id, &layers);
    }
    if !any {
        inspector.unchecked(FindingKind::Broken, Spot::File);
    }
}

/// What stands in the file before, after and under the document: other bytes and earlier states of it.
fn around(inspector: &mut Inspector<'_>, document: &Document, bytes: &[u8]) {
    let ends = bytes.windows(9).filter(|part| *part == b"startxref").count();
    // A file made to be shown while it loads has two tables from the start.
    let usual = if document.linearization.is_some() { 2 } else { 1 };
    if ends > usual || document.xref_section_count > usual {
        inspector.hidden(FindingKind::EarlierRevision, Spot::File, "");
    }
    let before = !bytes.starts_with(b"%PDF-");
    let end = bytes
        .windows(5)
        .rposition(|part| part == b"%%EOF")
        .map_or(bytes.len(), |at| at + 5);
    let after = bytes
        .get(end..)
        .unwrap_or_default()
        .iter()
        .any(|byte| !byte.is_ascii_whitespace() && *byte != 0);
    if before || after {
        inspector.hidden(FindingKind::StrayBytes, Spot::File, "");
    }
}

/// The objects that lead from the trailer.
fn reached(document: &Document) -> BTreeSet<ObjectId> {
    let mut reached = BTreeSet::new();
    let mut waiting: Vec<&Object> = document.trailer.iter().map(|(_, object)| object).collect();
    while let Some(object) = waiting.pop() {
        match object {
            Object::Reference(id) if reached.insert(*id) => waiting.extend(document.get_object(*id).ok()),
            Object::Array(items) => waiting.extend(items),
            Object::Dictionary(dictionary) => waiting.extend(dictionary.iter().map(|(_, object)| object)),
            Object::Stream(stream) => waiting.extend(stream.dict.iter().map(|(_, object)| object)),
            _ => {}
        }
    }
    reached
}

/// An object that nothing leads to: of no use, unless to keep something in. Tables of the file itself are such objects.
fn left_over(inspector: &mut Inspector<'_>, object: &Object) {
    let kind = as_dictionary(object)
        .and_then(|dictionary| dictionary.get(b"Type").ok())
        .and_then(|kind| kind.as_name().ok());
    if !matches!(kind, Some(b"XRef" | b"ObjStm")) {
        inspector.hidden(FindingKind::StrayBytes, Spot::Part("objects".to_owned()), "");
    }
}

/// The texts in an object that are not content of a page.
fn collect_strings(object: &Object, strings: &mut String) {
    let mut waiting = vec![object];
    while let Some(object) = waiting.pop() {
        match object {
            Object::String(bytes, _) => {
                strings.push_str(&pdf::text(bytes));
                strings.push_str("\n;\n");
            }
            Object::Array(items) => waiting.extend(items.iter().rev()),
            Object::Dictionary(dictionary) => waiting.extend(dictionary.iter().map(|(_, object)| object)),
            Object::Stream(stream) => waiting.extend(stream.dict.iter().map(|(_, object)| object)),
            _ => {}
        }
    }
}

fn object_found(inspector: &mut Inspector<'_>, document: &Document, id: ObjectId, object: &Object) {
    let Some(dictionary) = as_dictionary(object) else {
        return;
    };
    let name = |key: &[u8]| value(document, dictionary, key).and_then(|name| name.as_name().ok());
    let spot = || Spot::Part(format!("object {}", id.0));
    if name(b"Type") == Some(b"Metadata") {
        xmp(inspector, object, &spot());
    } else if name(b"Type") == Some(b"EmbeddedFile") {
        embedded(inspector, object, id);
    } else if dictionary.has(b"EF") {
        inspector.hidden(FindingKind::EmbeddedFile, spot(), "");
    }
    let pixels = object
        .as_stream()
        .ok()
        .filter(|stream| stream.filters().is_ok_and(|filters| filters == [b"DCTDecode"]));
    if let Some(stream) = pixels {
        let name = format!("object {}", id.0);
        inspector.reaching(Remedy::Clean, |inspector| {
            inspector.within(&name, |inspector| picture::beside_pixels(inspector, &stream.content));
        });
    }
    let acts = matches!(
        name(b"S"),
        Some(
            b"JavaScript"
                | b"Launch"
                | b"SubmitForm"
                | b"ImportData"
                | b"GoToE"
                | b"GoToR"
                | b"Rendition"
                | b"RichMediaExecute"
                | b"Sound"
                | b"Movie"
        )
    );
    if acts || dictionary.has(b"JS") || dictionary.has(b"XFA") {
        inspector.hidden(
            FindingKind::ActiveContent,
            spot(),
            &String::from_utf8_lossy(name(b"S").unwrap_or_default()),
        );
    }
    if dictionary.has(b"PieceInfo") {
        inspector.hidden(FindingKind::CustomData, spot(), "PieceInfo");
    }
    if dictionary.has(b"Thumb") {
        inspector.hidden(FindingKind::Thumbnail, spot(), "");
    }
}

fn plain(object: &Object) -> Option<Vec<u8>> {
    object.as_stream().ok()?.get_plain_content_with_limit(MOST_STREAM).ok()
}

fn xmp(inspector: &mut Inspector<'_>, object: &Object, spot: &Spot) {
    const TELLING: [&str; 8] = [
        "dc:creator",
        "dc:title",
        "dc:description",
        "dc:subject",
        "pdf:Keywords",
        "xmpMM:History",
        "pdfx:",
        "photoshop:",
    ];
    let text = plain(object)
        .map(|bytes| super::plain::decode(&bytes))
        .unwrap_or_default();
    if TELLING.iter().any(|word| text.contains(word)) {
        inspector.hidden(FindingKind::Metadata, spot.clone(), "XMP");
    }
    inspector.text(&text, Remedy::Clean, &|_| spot.clone());
}

fn embedded(inspector: &mut Inspector<'_>, object: &Object, id: ObjectId) {
    let name = format!("object {}", id.0);
    inspector.hidden(FindingKind::EmbeddedFile, Spot::Part(name.clone()), "");
    match plain(object) {
        Some(bytes) => inspector.reaching(Remedy::Clean, |inspector| inspector.inner(&name, &bytes)),
        None => inspector.unchecked(FindingKind::Broken, Spot::Part(name)),
    }
}

/// The document's own data about itself, and its form.
fn about_file(inspector: &mut Inspector<'_>, document: &Document) {
    const HARMLESS: [&[u8]; 6] = [
        b"Producer",
        b"Creator",
        b"CreationDate",
        b"ModDate",
        b"Trapped",
        b"PTEX.Fullbanner",
    ];
    if let Some(info) = pdf::dictionary(document, &document.trailer, b"Info") {
        let telling = info.iter().filter(|(key, _)| !HARMLESS.contains(&key.as_slice()));
        let telling = telling.filter(|(_, text)| resolved(document, text).as_str().is_ok_and(|text| !text.is_empty()));
        let names: Vec<String> = telling
            .map(|(key, _)| String::from_utf8_lossy(key).into_owned())
            .collect();
        if !names.is_empty() {
            inspector.hidden(FindingKind::Metadata, Spot::Part("Info".to_owned()), &names.join(", "));
        }
    }
    let form = document
        .catalog()
        .ok()
        .and_then(|catalog| pdf::dictionary(document, catalog, b"AcroForm"));
    if form
        .and_then(|form| value(document, form, b"Fields"))
        .is_some_and(|fields| fields.as_array().is_ok_and(|list| !list.is_empty()))
    {
        inspector.hidden(FindingKind::FormField, Spot::File, "");
    }
}
