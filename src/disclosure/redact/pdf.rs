//! A PDF without what is to go: letters taken out of the pages' content, pictures painted over in their pixels, and nothing
//! kept but the pages.

use std::collections::{BTreeMap, BTreeSet};

use lopdf::content::{Content, Operation};
use lopdf::{Dictionary, Document, Object, ObjectId, Stream, dictionary};

use super::super::pdf::canvas::{Canvas, Picture, Source, operations, paint};
use super::super::pdf::font::prefer_tables;
use super::super::pdf::geometry::Rect;
use super::super::pdf::{self, MOST_STREAM, as_dictionary, hidden_layers, inherited, seen_area};
use super::super::place::Spot;
use super::pdf_text::{Letter, Letters};
use super::{Cannot, FindingKind, LeftOut, Removal, Work, pdf_picture, pdf_text};

/// Areas of a page that go, each with its mark.
type Areas = Vec<(Rect, String)>;

/// What goes from a content: letters by operation, text and code, and whole operations.
#[derive(Debug, Default)]
struct Cuts {
    letters: BTreeMap<usize, Letters>,
    operations: BTreeSet<usize>,
}

/// Rewrites a PDF.
pub fn rewrite(work: &mut Work<'_>, bytes: &[u8], removals: &[Removal]) -> Result<Vec<u8>, Cannot> {
    let mut document = pdf::open(bytes).map_err(Cannot::Unread)?;
    let mut reading = document.clone();
    prefer_tables(&mut reading);
    let areas = areas(work, removals)?;
    let layers = hidden_layers(&document);
    let pages: Vec<ObjectId> = document.page_iter().collect();
    if pages.is_empty() {
        return Err(Cannot::Unread(FindingKind::Broken));
    }
    let mut forms: BTreeMap<ObjectId, Cuts> = BTreeMap::new();
    for (number, page) in (1..).zip(&pages) {
        let none = Areas::new();
        let areas = areas.get(&number).unwrap_or(&none);
        let canvas = paint(&reading, *page, &layers, &covers(&document, *page));
        if canvas.broken || canvas.too_much {
            return Err(Cannot::Page(number));
        }
        let cuts = cuts(work, &mut document, &canvas, areas, number, seen_area(&reading, *page))?;
        for (source, cuts) in cuts {
            match source {
                Source::Page => page_content(&mut document, *page, &cuts, areas)?,
                Source::Form(id) => {
                    let form = forms.entry(id).or_default();
                    form.operations.extend(cuts.operations);
                    for (operation, letters) in cuts.letters {
                        form.letters.entry(operation).or_default().extend(letters);
                    }
                }
            }
        }
    }
    // Marks in the content of forms go too, so every form is written anew.
    for id in form_ids(&document) {
        form_content(&mut document, id, &forms.remove(&id).unwrap_or_default())?;
    }
    strip(work, &mut document, &pages);
    let mut written = Vec::new();
    document
        .save_to(&mut written)
        .map_err(|_| Cannot::Unread(FindingKind::Broken))?;
    Ok(written)
}

/// The areas that go from each page.
fn areas(work: &mut Work<'_>, removals: &[Removal]) -> Result<BTreeMap<u32, Areas>, Cannot> {
    let mut found: BTreeMap<u32, Areas> = BTreeMap::new();
    for removal in removals {
        match &removal.place.spot {
            Spot::Page { page, areas } if areas.is_empty() => return Err(Cannot::Page(*page)),
            Spot::Page { page, areas } => {
                let mark = work.plain_mark(removal.reason);
                let list = found.entry(*page).or_default();
                list.extend(areas.iter().map(|area| (Rect::of_area(area), mark.clone())));
            }
            // Objects beside the pages go anyhow.
            Spot::Part(_) | Spot::File => {}
            _ => return Err(Cannot::NoSuchPlace(removal.place.clone())),
        }
    }
    Ok(found)
}

/// Boxes that annotations lay over a page; what is below them counts as covered.
fn covers(document: &Document, page: ObjectId) -> Vec<Rect> {
    let annotations = super::super::read::page::annotations(document, page);
    annotations
        .into_iter()
        .filter_map(|annotation| super::super::read::page::cover(document, annotation))
        .collect()
}

/// What goes from a page and the forms on it.
fn cuts(
    work: &mut Work<'_>,
    document: &mut Document,
    canvas: &Canvas,
    areas: &Areas,
    number: u32,
    page: Rect,
) -> Result<BTreeMap<Source, Cuts>, Cannot> {
    let mut found = BTreeMap::from([(Source::Page, Cuts::default())]);
    for glyph in &canvas.glyphs {
        let hit = areas.iter().any(|(area, _)| inner(area).meets(&glyph.area));
        // Where letters cannot be told their places may be wrong too.
        if hit && glyph.text.is_none() {
            return Err(Cannot::Page(number));
        }
        if hit || glyph.unseen.is_some() {
            let letter = Letter {
                advance: glyph.advance,
                bytes: glyph.bytes,
            };
            let cuts: &mut Cuts = found.entry(glyph.source).or_default();
            cuts.letters
                .entry(glyph.operation)
                .or_default()
                .insert(glyph.code, letter);
        }
    }
    for picture in &canvas.pictures {
        let hit: Vec<Rect> = areas
            .iter()
            .map(|(area, _)| *area)
            .filter(|area| area.meets(&picture.area))
            .collect();
        if picture.layer_off || (!hit.is_empty() && !painted(document, picture, &hit)) {
            if picture.area.size() > page.size() / 2.0 && !picture.layer_off {
                return Err(Cannot::Page(number));
            }
            work.leave_out(LeftOut::Picture);
            found
                .entry(picture.source)
                .or_default()
                .operations
                .insert(picture.operation);
        }
    }
    for (source, operation) in &canvas.off {
        found.entry(*source).or_default().operations.insert(*operation);
    }
    Ok(found)
}

/// An area without its outermost rim, which neighbouring letters touch.
fn inner(area: &Rect) -> Rect {
    const RIM: f64 = 0.15;
    Rect {
        left: area.left + RIM,
        bottom: area.bottom + RIM,
        right: area.right - RIM,
        top: area.top - RIM,
    }
}

/// Paints areas of the page over in a picture's own pixels; whether that could be done.
fn painted(document: &mut Document, picture: &Picture, areas: &[Rect]) -> bool {
    let Some(id) = picture.object else { return false };
    pdf_picture::paint_over(document, id, &picture.matrix, areas).is_some()
}

fn page_content(document: &mut Document, page: ObjectId, cuts: &Cuts, areas: &Areas) -> Result<(), Cannot> {
    let broken = || Cannot::Unread(FindingKind::Broken);
    let content = document
        .get_page_content_with_limit(page, MOST_STREAM)
        .map_err(|_| broken())?;
    let mut operations = vec![Operation::new("q", vec![])];
    operations.extend(edited(&content, cuts));
    let opened = operations.iter().filter(|one| one.operator == "q").count();
    let closed = operations.iter().filter(|one| one.operator == "Q").count();
    operations.extend((closed..opened).map(|_| Operation::new("Q", vec![])));
    if !areas.is_empty() {
        let mut resources = inherited(document, page, b"Resources")
            .and_then(as_dictionary)
            .cloned()
            .unwrap_or_default();
        let mut fonts = pdf::dictionary(document, &resources, b"Font")
            .cloned()
            .unwrap_or_default();
        let font = dictionary! { "Type" => "Font", "Subtype" => "Type1", "BaseFont" => "Helvetica", "Encoding" => "WinAnsiEncoding" };
        fonts.set("RemovedMark", Object::Dictionary(font));
        resources.set("Font", Object::Dictionary(fonts));
        document
            .get_dictionary_mut(page)
            .map_err(|_| broken())?
            .set("Resources", Object::Dictionary(resources));
        operations.extend(pdf_text::marks(areas));
    }
    let content = Content { operations }.encode().map_err(|_| broken())?;
    let mut stream = Stream::new(Dictionary::new(), content);
    // Without compression it is larger, and just as good.
    let _ = stream.compress();
    let id = document.add_object(stream);
    document
        .get_dictionary_mut(page)
        .map_err(|_| broken())?
        .set("Contents", id);
    Ok(())
}

fn form_ids(document: &Document) -> Vec<ObjectId> {
    let is_form = |object: &Object| {
        object.as_stream().is_ok_and(|stream| {
            stream
                .dict
                .get(b"Subtype")
                .and_then(Object::as_name)
                .is_ok_and(|kind| kind == b"Form")
        })
    };
    document
        .objects
        .iter()
        .filter(|(_, object)| is_form(object))
        .map(|(id, _)| *id)
        .collect()
}

fn form_content(document: &mut Document, id: ObjectId, cuts: &Cuts) -> Result<(), Cannot> {
    let broken = || Cannot::Unread(FindingKind::Broken);
    let stream = document
        .get_object_mut(id)
        .and_then(Object::as_stream_mut)
        .map_err(|_| broken())?;
    let content = stream.get_plain_content_with_limit(MOST_STREAM).map_err(|_| broken())?;
    let operations = edited(&content, cuts);
    stream.set_plain_content(Content { operations }.encode().map_err(|_| broken())?);
    let _ = stream.compress();
    Ok(())
}

/// The operations of a content without what goes. Marks go all: they may hold the text again, to be read aloud.
fn edited(content: &[u8], cuts: &Cuts) -> Vec<Operation> {
    let (operations, _) = operations(content);
    let mut kept = Vec::with_capacity(operations.len());
    for (number, operation) in operations.into_iter().enumerate() {
        let name = operation.operator.as_str();
        if matches!(name, "BDC" | "BMC" | "EMC" | "DP" | "MP" | "BX" | "EX") {
            continue;
        }
        if cuts.operations.contains(&number) {
            match name {
                "Do" | "BI" | "sh" => continue,
                "f" | "F" | "f*" | "B" | "B*" | "b" | "b*" | "S" | "s" => {
                    kept.push(Operation::new("n", vec![]));
                    continue;
                }
                _ => {}
            }
        }
        match cuts.letters.get(&number) {
            Some(letters) => kept.extend(pdf_text::without(&operation, letters)),
            None => kept.push(operation),
        }
    }
    kept
}

/// Leaves nothing in the file but its pages and what they paint.
fn strip(work: &mut Work<'_>, document: &mut Document, pages: &[ObjectId]) {
    const OF_A_PAGE: [&[u8]; 11] = [
        b"Type",
        b"Parent",
        b"Contents",
        b"Resources",
        b"MediaBox",
        b"CropBox",
        b"TrimBox",
        b"BleedBox",
        b"Rotate",
        b"UserUnit",
        b"Group",
    ];
    const ANYWHERE: [&[u8]; 16] = [
        b"Metadata",
        b"PieceInfo",
        b"Thumb",
        b"LastModified",
        b"StructParent",
        b"StructParents",
        b"AF",
        b"AA",
        b"A",
        b"OC",
        b"OPI",
        b"Alternates",
        b"Properties",
        b"PresSteps",
        b"Measure",
        b"PtData",
    ];
    for page in pages {
        let Ok(page) = document.get_dictionary_mut(*page) else {
            continue;
        };
        if page.remove(b"Annots").is_some() {
            work.leave_out(LeftOut::Overlays);
        }
        let gone: Vec<Vec<u8>> = page
            .iter()
            .map(|(key, _)| key.clone())
            .filter(|key| !OF_A_PAGE.contains(&key.as_slice()))
            .collect();
        gone.iter().for_each(|key| drop(page.remove(key)));
    }
    let root = document.trailer.get(b"Root").cloned();
    if let Ok(catalog) = document.catalog_mut() {
        let gone: Vec<Vec<u8>> = catalog
            .iter()
            .map(|(key, _)| key.clone())
            .filter(|key| !matches!(key.as_slice(), b"Type" | b"Pages"))
            .collect();
        gone.iter().for_each(|key| drop(catalog.remove(key)));
    }
    document.trailer = Dictionary::new();
    if let Ok(root) = root {
        document.trailer.set("Root", root);
    }
    for object in document.objects.values_mut() {
        let of_picture = match object {
            Object::Dictionary(dictionary) => {
                ANYWHERE.iter().for_each(|key| drop(dictionary.remove(key)));
                None
            }
            Object::Stream(stream) => {
                ANYWHERE.iter().for_each(|key| drop(stream.dict.remove(key)));
                Some(stream)
            }
            _ => None,
        };
        if let Some(stream) = of_picture {
            pdf_picture::without_metadata(stream);
        }
    }
    document.prune_objects();
    document.renumber_objects();
}
