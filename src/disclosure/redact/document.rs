//! Documents and slides without what is to go: their text with its form, changes accepted, everything else left out.

use std::collections::{BTreeMap, BTreeSet};

use super::super::place::{Spot, Stretch};
use super::super::read::document::{paragraph_numbers, slide_is_hidden};
use super::super::read::office::{Package, Relation};
use super::super::read::plain::decode;
use super::super::read::workbook::main_part;
use super::package::Parts;
use super::rewriter::{Rules, rewritten};
use super::{Cannot, FileKind, FindingKind, LeftOut, Removal, Work};

/// The kinds of parts that are kept, by how others refer to them.
const KEPT: [&str; 10] = [
    "styles",
    "numbering",
    "footnotes",
    "endnotes",
    "header",
    "footer",
    "slide",
    "slideLayout",
    "slideMaster",
    "theme",
];

/// Rewrites a document or slides.
pub fn rewrite(
    work: &mut Work<'_>,
    package: &mut Package<'_>,
    kind: FileKind,
    removals: &[Removal],
) -> Result<Vec<u8>, Cannot> {
    let usual = if kind == FileKind::Slides {
        "ppt/presentation.xml"
    } else {
        "word/document.xml"
    };
    let main = main_part(&package.relations("", &mut work.budget), usual);
    // Without the types of its parts nobody knows what they are.
    package
        .read("[Content_Types].xml", &mut work.budget)
        .map_err(Cannot::Unread)?;
    let types = package.types(&mut work.budget);
    let mut by_part = by_part(work, removals)?;
    let mut parts = Parts::default();
    let mut waiting = vec![main.clone()];
    let mut seen = BTreeSet::from([main.to_lowercase()]);
    while let Some(name) = waiting.pop() {
        let bytes = package.read(&name, &mut work.budget).map_err(Cannot::Unread)?;
        let text = decode(&bytes);
        let mut references = Vec::new();
        for relation in package.relations(&name, &mut work.budget) {
            if !keeps(work, package, &relation)? {
                continue;
            }
            if seen.insert(relation.target.to_lowercase()) {
                waiting.push(relation.target.clone());
            }
            references.push((relation.id, relation.kind, relation.target));
        }
        let removals = by_part.remove(&name).unwrap_or_default();
        let numbers = paragraph_numbers(&text).ok_or(Cannot::Unread(FindingKind::Broken))?;
        let small = name.to_lowercase();
        let rules = Rules {
            removals: &removals,
            numbers: &numbers,
            references: references.iter().map(|(id, ..)| id.clone()).collect(),
            // What stands on the pattern of a slide is an example or the house's own.
            without_text: small.contains("slidelayout") || small.contains("slidemaster"),
        };
        let done = rewritten(&text, &rules).map_err(|_| Cannot::Unread(FindingKind::Broken))?;
        if done.left_out {
            work.leave_out(LeftOut::Drawings);
        }
        let media = types.get(&small).map_or("application/xml", String::as_str).replace(
            ".ms-word.document.macroEnabled",
            ".openxmlformats-officedocument.wordprocessingml.document",
        );
        parts.add(&name, &media, &done.text);
        parts.relate(&name, &references);
    }
    // What is to go from parts that are not kept is gone.
    parts.written(&main)
}

/// What is to go, by part and paragraph.
type ByPart = BTreeMap<String, BTreeMap<usize, Vec<(Stretch, String)>>>;

fn by_part(work: &Work<'_>, removals: &[Removal]) -> Result<ByPart, Cannot> {
    let mut found = ByPart::new();
    for removal in removals {
        match &removal.place.spot {
            Spot::Paragraph { part, number, stretch } => {
                let part = found.entry(part.clone()).or_default();
                part.entry(*number)
                    .or_default()
                    .push((*stretch, work.mark(removal.reason)));
            }
            Spot::Part(_) => {}
            _ => return Err(Cannot::NoSuchPlace(removal.place.clone())),
        }
    }
    Ok(found)
}

/// Whether a reference stays: to a part with text or form, and to no slide that is not shown.
fn keeps(work: &mut Work<'_>, package: &mut Package<'_>, relation: &Relation) -> Result<bool, Cannot> {
    if relation.external || !KEPT.contains(&relation.kind.as_str()) || !package.has(&relation.target) {
        return Ok(false);
    }
    if relation.kind != "slide" {
        return Ok(true);
    }
    let bytes = package
        .read(&relation.target, &mut work.budget)
        .map_err(Cannot::Unread)?;
    Ok(!slide_is_hidden(&decode(&bytes)))
}
