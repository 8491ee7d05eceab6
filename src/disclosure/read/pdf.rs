//! PDFs: what the file carries beside its pages, and what the pages say without showing it.

use std::collections::{BTreeMap, BTreeSet};

use lopdf::{Dictionary, Document, Object, ObjectId};

use super::super::finding::{FindingKind, Remedy};
use super::super::inspector::Inspector;
use super::super::labels::labelled;
use super::super::pdf::canvas::{Canvas, Glyph, Unseen, paint};
use super::super::pdf::font::prefer_tables;
use super::super::pdf::geometry::Rect;
use super::super::pdf::{self, MOST_STREAM, as_dictionary, hidden_layers, numbers, resolved, value};
use super::super::place::{Area, Spot};
use super::super::scan::scan;
use super::picture;

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
    for (number, page) in (1..).zip(document.page_iter()) {
        any = true;
        one_page(inspector, &document, number, page, &layers);
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

fn one_page(inspector: &mut Inspector<'_>, document: &Document, number: u32, page: ObjectId, layers: &[ObjectId]) {
    let whole = || Spot::Page {
        page: number,
        areas: Vec::new(),
    };
    let mut covers = Vec::new();
    for annotation in annotations(document, page) {
        let kind = value(document, annotation, b"Subtype")
            .and_then(|kind| kind.as_name().ok())
            .unwrap_or_default();
        let area = annotation
            .get(b"Rect")
            .ok()
            .and_then(|area| Rect::of(&numbers(document, area)));
        covers.extend(cover(document, annotation));
        // The fields of a form are reported as such.
        if kind != b"Widget" {
            let areas = area.iter().map(Rect::area).collect();
            inspector.hidden(
                FindingKind::Annotation,
                Spot::Page { page: number, areas },
                &String::from_utf8_lossy(kind),
            );
        }
    }
    let canvas = paint(document, page, layers, &covers);
    if canvas.broken {
        inspector.unchecked(FindingKind::Broken, whole());
    }
    if canvas.too_much {
        inspector.unchecked(FindingKind::TooLarge, whole());
    }
    if canvas.glyphs.iter().any(|glyph| glyph.text.is_none()) {
        inspector.unchecked(FindingKind::UnreadText, whole());
    }
    inspector.text(&canvas.marks, Remedy::Clean, &|_| whole());
    drawn(inspector, &canvas, whole());
    unseen(inspector, &canvas, number);
    said(inspector, &canvas.glyphs.iter().collect::<Vec<_>>(), number);
    let mut in_sight: Vec<&Glyph> = canvas.glyphs.iter().collect();
    in_sight.sort_by(|one, other| {
        line_of(other)
            .cmp(&line_of(one))
            .then(one.area.left.total_cmp(&other.area.left))
    });
    said(inspector, &in_sight, number);
}

/// Letters of one line have their feet within the same few points.
fn line_of(glyph: &Glyph) -> i64 {
    (glyph.area.bottom / 3.0).clamp(-1e9, 1e9).round() as i64
}

/// The area that an annotation lays over the page.
pub fn cover(document: &Document, annotation: &Dictionary) -> Option<Rect> {
    let kind = value(document, annotation, b"Subtype")?.as_name().ok()?;
    let covers = matches!(
        kind,
        b"Redact" | b"Square" | b"Circle" | b"Polygon" | b"FreeText" | b"Stamp" | b"Ink"
    );
    let area = annotation.get(b"Rect").ok().filter(|_| covers)?;
    Rect::of(&numbers(document, area))
}

/// The annotations of a page.
pub fn annotations(document: &Document, page: ObjectId) -> Vec<&Dictionary> {
    let list = document
        .get_dictionary(page)
        .ok()
        .and_then(|page| value(document, page, b"Annots"));
    let items = list
        .and_then(|list| list.as_array().ok())
        .map(Vec::as_slice)
        .unwrap_or_default();
    items
        .iter()
        .filter_map(|item| as_dictionary(resolved(document, item)))
        .collect()
}

/// Pictures, and pages whose text may be drawn by lines, are for a person to see.
fn drawn(inspector: &mut Inspector<'_>, canvas: &Canvas, spot: Spot) {
    const TEXT_OF_LINES: usize = 500;
    let pictures = canvas.pictures.iter().any(|picture| picture.area.size() > 100.0);
    let lines = canvas.glyphs.is_empty() && canvas.shapes > TEXT_OF_LINES;
    if pictures || lines {
        inspector.unchecked(FindingKind::PictureContent, spot);
    }
}

/// Text that is there and not to be seen.
fn unseen(inspector: &mut Inspector<'_>, canvas: &Canvas, page: u32) {
    let mut by_reason: BTreeMap<Unseen, (String, Vec<Rect>)> = BTreeMap::new();
    for glyph in &canvas.glyphs {
        let says = glyph.text.as_deref().is_none_or(|text| !text.trim().is_empty());
        if let Some(reason) = glyph.unseen.filter(|_| says) {
            let (text, areas) = by_reason.entry(reason).or_default();
            text.push_str(glyph.text.as_deref().unwrap_or("?"));
            add(areas, glyph.area);
        }
    }
    for (reason, (text, areas)) in by_reason {
        let kind = match reason {
            Unseen::Invisible => FindingKind::HiddenText,
            Unseen::LayerOff => FindingKind::HiddenLayer,
            Unseen::Outside => FindingKind::OutsideText,
            Unseen::Covered => FindingKind::CoveredText,
        };
        inspector.found(
            kind,
            Spot::Page {
                page,
                areas: as_areas(&areas),
            },
            &text,
            Remedy::Clean,
        );
    }
}

/// Adds a letter's area to areas, into the last one where the letter goes on in its line.
fn add(areas: &mut Vec<Rect>, area: Rect) {
    match areas.last_mut() {
        Some(last) if (last.bottom - area.bottom).abs() < 1.0 && (area.left - last.right).abs() < 20.0 => {
            *last = last.with(&area)
        }
        _ => areas.push(area),
    }
}

fn as_areas(areas: &[Rect]) -> Vec<Area> {
    /// Beyond this the whole page is meant.
    const MOST: usize = 300;
    match areas.len() {
        0..=MOST => areas.iter().map(Rect::area).collect(),
        _ => Vec::new(),
    }
}

/// What the letters say in this order.
fn said(inspector: &mut Inspector<'_>, glyphs: &[&Glyph], page: u32) {
    let mut text = String::new();
    let mut starts: Vec<usize> = Vec::with_capacity(glyphs.len());
    let mut before: Option<&Glyph> = None;
    for glyph in glyphs {
        if let Some(before) = before {
            text.push_str(between(before, glyph));
        }
        starts.push(text.len());
        text.push_str(glyph.text.as_deref().unwrap_or("\u{1}"));
        before = Some(glyph);
    }
    let areas = |start: usize, end: usize| {
        let first = starts.partition_point(|at| *at <= start).saturating_sub(1);
        let mut areas = Vec::new();
        for (glyph, at) in glyphs.iter().zip(&starts).skip(first).take_while(|(_, at)| **at < end) {
            let blank = glyph.text.as_deref().is_some_and(|text| text.trim().is_empty());
            if *at >= start && !blank {
                add(&mut areas, glyph.area);
            }
        }
        areas.sort_by(|one, other| {
            one.bottom
                .total_cmp(&other.bottom)
                .then(one.left.total_cmp(&other.left))
        });
        as_areas(&areas)
    };
    for hit in scan(&text, &inspector.context.others) {
        let spot = Spot::Page {
            page,
            areas: areas(hit.start, hit.end),
        };
        inspector.hit(&hit, spot, Remedy::Remove);
    }
    let mut from = 0;
    for line in text.split_inclusive('\n') {
        if let Some((kind, range)) = labelled(line) {
            let value = line.get(range.clone()).unwrap_or_default();
            let areas = areas(from + range.start, from + range.end);
            inspector.found(kind, Spot::Page { page, areas }, value, Remedy::Remove);
        }
        from += line.len();
    }
}

/// What stands between two letters: nothing, a space, or the end of a line.
fn between(one: &Glyph, other: &Glyph) -> &'static str {
    let size = one.size.max(1.0);
    let level = (one.area.bottom - other.area.bottom).abs();
    let gap = other.area.left - one.area.right;
    if level > size * 0.6 || gap < -size * 2.0 {
        "\n"
    } else if gap > size * 4.0 {
        "\t"
    } else if gap > size * 0.18 {
        " "
    } else {
        ""
    }
}
