//! The pages of a PDF: what they say, what they say without showing it, and what is laid over them.

use std::collections::BTreeMap;

use lopdf::{Dictionary, Document, ObjectId};

use super::super::finding::{FindingKind, Remedy};
use super::super::inspector::Inspector;
use super::super::labels::labelled;
use super::super::pdf::canvas::{Canvas, Glyph, Unseen, paint};
use super::super::pdf::geometry::Rect;
use super::super::pdf::{as_dictionary, numbers, resolved, value};
use super::super::place::{Area, Spot};
use super::super::scan::scan;

/// Reads a page.
pub fn page(inspector: &mut Inspector<'_>, document: &Document, number: u32, page: ObjectId, layers: &[ObjectId]) {
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
