//! Open Document files: texts, sheets and slides of the other office programs. They are looked through and not rewritten.

use super::super::finding::{FindingKind, Remedy};
use super::super::inspector::Inspector;
use super::super::place::Spot;
use super::super::xml::{Piece, all_text, pieces};
use super::office::Package;
use super::plain::{self, decode};

/// Reads an Open Document file (ISO/IEC 26300).
pub fn file(inspector: &mut Inspector<'_>, package: &mut Package<'_>) {
    inspector.reaching(Remedy::Decide, |inspector| {
        for entry in package.entries().to_vec() {
            let bytes = match package.read(&entry.name, &mut inspector.budget) {
                Ok(bytes) => bytes,
                Err(kind) => {
                    inspector.unchecked(kind, Spot::Part(entry.name.clone()));
                    continue;
                }
            };
            part(inspector, &entry.name, &bytes);
        }
    });
}

fn part(inspector: &mut Inspector<'_>, name: &str, bytes: &[u8]) {
    let spot = || Spot::Part(name.to_owned());
    match name {
        "mimetype" => {}
        "content.xml" | "styles.xml" => content(inspector, name, &decode(bytes)),
        "meta.xml" => meta(inspector, &decode(bytes)),
        "META-INF/manifest.xml" => {
            if decode(bytes).contains("encryption-data") {
                inspector.unchecked(FindingKind::Encrypted, Spot::File);
            }
        }
        _ if name.starts_with("Thumbnails/") => inspector.hidden(FindingKind::Thumbnail, spot(), name),
        _ if name.starts_with("Basic/") || name.starts_with("Scripts/") => {
            inspector.hidden(FindingKind::ActiveContent, spot(), name);
        }
        _ if name.starts_with("Versions/") || name == "VersionList.xml" => {
            inspector.hidden(FindingKind::EarlierRevision, spot(), name);
        }
        _ if name.starts_with("Configurations2/")
            || matches!(name, "settings.xml" | "manifest.rdf" | "layout-cache") =>
        {
            inspector.text(&all_text(&decode(bytes)), Remedy::Decide, &|_| spot());
        }
        _ if name.starts_with("Pictures/") || name.starts_with("media/") => inspector.inner(name, bytes),
        _ => {
            inspector.hidden(FindingKind::EmbeddedFile, spot(), name);
            inspector.inner(name, bytes);
        }
    }
}

fn content(inspector: &mut Inspector<'_>, name: &str, text: &str) {
    let mut found: Vec<(FindingKind, String)> = Vec::new();
    let mut seen = String::new();
    let mut all = pieces(text);
    for piece in all.by_ref() {
        match piece {
            Piece::Open(element) => {
                let hidden = |name: &str| {
                    element.attribute(name).is_some_and(|value| {
                        matches!(value.as_str(), "none" | "collapse" | "filter" | "hidden" | "true")
                    })
                };
                let kind = match element.name() {
                    "tracked-changes" | "changed-region" => Some(FindingKind::TrackedChange),
                    "annotation" => Some(FindingKind::Comment),
                    "hidden-text" | "hidden-paragraph" => Some(FindingKind::HiddenText),
                    "notes" => Some(FindingKind::SpeakerNotes),
                    "table-row" if hidden("visibility") => Some(FindingKind::HiddenRows),
                    "table-column" if hidden("visibility") => Some(FindingKind::HiddenColumns),
                    "table-properties" if element.attribute("display").as_deref() == Some("false") => {
                        Some(FindingKind::HiddenSheet)
                    }
                    "drawing-page-properties" if hidden("visibility") => Some(FindingKind::HiddenSlide),
                    "text-properties" if hidden("display") => Some(FindingKind::HiddenText),
                    "data-pilot-table" => Some(FindingKind::PivotCache),
                    "named-expression" => Some(FindingKind::DefinedName),
                    "dde-link" | "table-source" => Some(FindingKind::ExternalLink),
                    "script" | "event-listener" => Some(FindingKind::ActiveContent),
                    _ => None,
                };
                let shown = element.attribute("name").unwrap_or_default();
                found.extend(kind.map(|kind| (kind, shown)));
                for value in ["value", "string-value", "formula", "href"]
                    .into_iter()
                    .filter_map(|name| element.attribute(name))
                {
                    seen.push('\n');
                    seen.push_str(&value);
                    seen.push('\n');
                }
            }
            Piece::Text(text) => seen.push_str(&text),
            Piece::Close(name) if matches!(name.as_str(), "p" | "h" | "table-cell" | "creator") => seen.push('\n'),
            Piece::Close(_) => {}
        }
    }
    if all.is_broken() {
        inspector.unchecked(FindingKind::Broken, Spot::Part(name.to_owned()));
    }
    for (kind, shown) in found {
        inspector.hidden(kind, Spot::Part(name.to_owned()), &shown);
    }
    inspector.within(name, |inspector| plain::lines(inspector, &seen));
}

fn meta(inspector: &mut Inspector<'_>, text: &str) {
    let mut telling = Vec::new();
    for piece in pieces(text) {
        if let Piece::Open(element) = piece
            && matches!(
                element.name(),
                "creator"
                    | "initial-creator"
                    | "printed-by"
                    | "title"
                    | "subject"
                    | "description"
                    | "keyword"
                    | "user-defined"
                    | "template"
            )
        {
            telling.push(element.name().to_owned());
        }
    }
    if !telling.is_empty() {
        inspector.hidden(
            FindingKind::Metadata,
            Spot::Part("meta.xml".to_owned()),
            &telling.join(", "),
        );
        inspector.text(&all_text(text), Remedy::Clean, &|_| Spot::Part("meta.xml".to_owned()));
    }
}
