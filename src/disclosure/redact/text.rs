//! Texts, tables in text, JSON and HTML without what is to go.

use std::collections::BTreeMap;

use super::super::labels::tells;
use super::super::place::{CellRange, Spot, Stretch};
use super::super::read::markup::{Piece, pieces, said_by};
use super::super::read::table::delimiter;
use super::{Cannot, FileKind, Removal, Work, kind_of};

/// Rewrites a text. HTML becomes plain text: what its source hides cannot be told from what it shows by tags alone.
pub fn rewrite(work: &mut Work<'_>, text: &str, removals: &[Removal]) -> Result<Vec<u8>, Cannot> {
    let kind = kind_of(text);
    let rewritten = match kind {
        FileKind::Csv => table(work, text, removals)?,
        FileKind::Json => {
            let quoted = |mark: String| serde_json::to_string(&mark).unwrap_or_default();
            replaced(text, &stretches(work, removals)?, quoted)?
        }
        FileKind::Markup => {
            let marked = replaced(text, &stretches(work, removals)?, |mark| mark)?;
            seen(&marked)
        }
        _ => replaced(text, &stretches(work, removals)?, |mark| mark)?,
    };
    Ok(rewritten.into_bytes())
}

/// What of a text is replaced by which mark.
fn stretches(work: &Work<'_>, removals: &[Removal]) -> Result<Vec<(Stretch, String)>, Cannot> {
    let stretch = |removal: &Removal| match &removal.place.spot {
        Spot::Text { stretch, .. } | Spot::Field { stretch, .. } => Ok((*stretch, work.mark(removal.reason))),
        _ => Err(Cannot::NoSuchPlace(removal.place.clone())),
    };
    removals.iter().map(stretch).collect()
}

/// A text with stretches replaced by marks; where stretches overlap, one mark stands for all.
pub fn replaced(
    text: &str,
    stretches: &[(Stretch, String)],
    written: impl Fn(String) -> String,
) -> Result<String, Cannot> {
    let mut sorted: Vec<&(Stretch, String)> = stretches.iter().collect();
    sorted.sort();
    let mut result = String::with_capacity(text.len());
    let mut at = 0;
    for (stretch, mark) in sorted {
        if stretch.end <= at {
            continue;
        }
        if stretch.start >= at {
            result.push_str(between(text, at, stretch.start)?);
            result.push_str(&written(mark.clone()));
        }
        at = stretch.end;
    }
    result.push_str(between(text, at, text.len())?);
    Ok(result)
}

fn between(text: &str, start: usize, end: usize) -> Result<&str, Cannot> {
    let place = || {
        Cannot::NoSuchPlace(super::Place::here(Spot::Text {
            line: 0,
            stretch: Stretch { start, end },
        }))
    };
    text.get(start..end).ok_or_else(place)
}

/// What is to go from one cell: a stretch, or all of it, and the mark for it.
type CellRemoval = (Option<Stretch>, String);

/// What is to go from the cells of a table.
#[derive(Debug, Default)]
pub struct CellRemovals {
    /// By row and column: the stretch, the whole cell when there is none, and the mark for it.
    cells: BTreeMap<(u32, u32), Vec<CellRemoval>>,
    columns: BTreeMap<u32, (u32, String)>,
}

impl CellRemovals {
    /// Sorts what is to go from a sheet by its cells.
    pub fn of(work: &Work<'_>, sheet: &str, removals: &[Removal]) -> Self {
        let mut found = Self::default();
        for removal in removals {
            let mark = work.mark(removal.reason);
            match &removal.place.spot {
                Spot::Cells { sheet: named, cells } if named == sheet => {
                    for CellRange { column, row, stretch } in cells {
                        found
                            .cells
                            .entry((*row, *column))
                            .or_default()
                            .push((*stretch, mark.clone()));
                    }
                }
                Spot::Column {
                    sheet: named,
                    column,
                    below,
                } if named == sheet => {
                    found.columns.insert(*column, (*below, mark));
                }
                _ => {}
            }
        }
        found
    }

    /// What a cell says afterwards; nothing when it stays as it is.
    ///
    /// # Errors
    /// When a stretch is not in the cell.
    pub fn apply(&self, row: u32, column: u32, text: &str) -> Result<Option<String>, Cannot> {
        if let Some((_, mark)) = self
            .columns
            .get(&column)
            .filter(|(below, _)| row > *below && tells(text))
        {
            return Ok(Some(mark.clone()));
        }
        let Some(removals) = self.cells.get(&(row, column)) else {
            return Ok(None);
        };
        if let Some((_, mark)) = removals.iter().find(|(stretch, _)| stretch.is_none()) {
            return Ok(Some(mark.clone()));
        }
        let stretches: Vec<(Stretch, String)> = removals
            .iter()
            .filter_map(|(stretch, mark)| Some(((*stretch)?, mark.clone())))
            .collect();
        replaced(text, &stretches, |mark| mark).map(Some)
    }
}

fn table(work: &Work<'_>, text: &str, removals: &[Removal]) -> Result<String, Cannot> {
    let place_of_another = |removal: &&Removal| !matches!(removal.place.spot, Spot::Cells { .. } | Spot::Column { .. });
    if let Some(other) = removals.iter().find(place_of_another) {
        return Err(Cannot::NoSuchPlace(other.place.clone()));
    }
    let removals = CellRemovals::of(work, "", removals);
    let delimiter = delimiter(text).unwrap_or(b',');
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .delimiter(delimiter)
        .from_reader(text.as_bytes());
    let mut writer = csv::WriterBuilder::new()
        .flexible(true)
        .delimiter(delimiter)
        .from_writer(Vec::new());
    let unread = |_| Cannot::Unread(super::FindingKind::Broken);
    for (row, record) in (0..).zip(reader.records()) {
        let record = record.map_err(unread)?;
        let mut fields = Vec::with_capacity(record.len());
        for (column, field) in (0..).zip(record.iter()) {
            fields.push(removals.apply(row, column, field)?.unwrap_or_else(|| field.to_owned()));
        }
        writer.write_record(&fields).map_err(unread)?;
    }
    let bytes = writer
        .into_inner()
        .map_err(|_| Cannot::Unread(super::FindingKind::Broken))?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

/// What a reader of a markup sees, as plain text.
fn seen(text: &str) -> String {
    let mut seen = String::with_capacity(text.len());
    let mut hidden: Option<(String, usize)> = None;
    for (_, piece) in pieces(text) {
        match (&mut hidden, piece) {
            (None, Piece::Text(part)) => seen.push_str(&said_by(part)),
            (None, Piece::Tag(tag)) => {
                if super::super::read::markup::separates(tag) && !seen.ends_with('\n') {
                    seen.push('\n');
                }
                let opens = !tag.starts_with("</") && !tag.ends_with("/>");
                if opens && super::super::read::markup::hides(tag) && !is_void(&name_of(tag)) {
                    hidden = Some((name_of(tag), 1));
                }
            }
            (Some((name, depth)), Piece::Tag(tag)) if name_of(tag) == *name => {
                match tag.starts_with("</") {
                    true => *depth -= 1,
                    false => *depth += usize::from(!tag.ends_with("/>")),
                }
                if *depth == 0 {
                    hidden = None;
                }
            }
            _ => {}
        }
    }
    seen
}

fn name_of(tag: &str) -> String {
    let name = tag
        .trim_start_matches(['<', '/'])
        .chars()
        .take_while(char::is_ascii_alphanumeric);
    name.flat_map(char::to_lowercase).collect()
}

fn is_void(name: &str) -> bool {
    matches!(
        name,
        "br" | "hr"
            | "img"
            | "input"
            | "meta"
            | "link"
            | "area"
            | "base"
            | "col"
            | "embed"
            | "source"
            | "track"
            | "wbr"
    )
}
