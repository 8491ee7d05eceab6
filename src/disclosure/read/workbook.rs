//! Workbooks: sheets, rows and columns that are not shown, and what the cells say.

use std::collections::{BTreeMap, BTreeSet};

use super::super::finding::{FindingKind, Remedy};
use super::super::inspector::Inspector;
use super::super::place::{CellRange, Spot, column_name};
use super::super::styles::unseen_styles;
use super::super::workbook::{Held, Sheet, SheetRow, Visibility, Workbook, shared_texts, sheet};
use super::office::{Package, Relation};
use super::plain::decode;
use super::role::{Role, role};
use super::table::{self, Cell, Row};

/// The parts of a workbook that its sheets need.
struct Parts {
    shared: Vec<String>,
    used: BTreeSet<usize>,
    unseen: BTreeSet<usize>,
}

/// Where the main part is, which the package itself refers to.
pub fn main_part(relations: &[Relation], usual: &str) -> String {
    let main = relations
        .iter()
        .find(|relation| relation.kind == "officeDocument" && !relation.external);
    main.map_or_else(|| usual.to_owned(), |relation| relation.target.clone())
}

/// Reads a workbook.
pub fn file(inspector: &mut Inspector<'_>, package: &mut Package<'_>, types: &BTreeMap<String, String>) {
    let main = main_part(&package.relations("", &mut inspector.budget), "xl/workbook.xml");
    let Ok(bytes) = package.read(&main, &mut inspector.budget) else {
        inspector.unchecked(FindingKind::Broken, Spot::Part(main));
        return;
    };
    let workbook = Workbook::parse(&decode(&bytes));
    let relations = package.relations(&main, &mut inspector.budget);
    if workbook.broken || workbook.sheets.is_empty() {
        inspector.unchecked(FindingKind::Broken, Spot::Part(main.clone()));
    }
    let mut parts = parts(inspector, package, &relations);
    let mut read = BTreeSet::from([main.to_lowercase()]);
    for listed in &workbook.sheets {
        let part = relations
            .iter()
            .find(|relation| relation.id == listed.relation && !relation.external);
        let Some(bytes) = part.and_then(|part| package.read(&part.target, &mut inspector.budget).ok()) else {
            inspector.unchecked(FindingKind::Broken, Spot::Sheet(listed.name.clone()));
            continue;
        };
        read.extend(part.map(|part| part.target.to_lowercase()));
        if listed.visibility != Visibility::Shown {
            inspector.hidden(FindingKind::HiddenSheet, Spot::Sheet(listed.name.clone()), &listed.name);
        }
        inspector.text(&listed.name, Remedy::Decide, &|_| Spot::Sheet(listed.name.clone()));
        let sheet = sheet(&decode(&bytes));
        let shown = listed.visibility == Visibility::Shown;
        one_sheet(inspector, &listed.name, &sheet, shown, &mut parts);
    }
    defined_names(inspector, &workbook);
    left_texts(inspector, &parts);
    unlisted(inspector, package, types, &read);
}

fn parts(inspector: &mut Inspector<'_>, package: &mut Package<'_>, relations: &[Relation]) -> Parts {
    let mut text = |kind: &str| {
        let part = relations.iter().find(|relation| relation.kind == kind)?;
        Some(decode(&package.read(&part.target, &mut inspector.budget).ok()?))
    };
    let styles = text("styles").unwrap_or_default();
    let (shared, broken) = text("sharedStrings")
        .map(|text| shared_texts(&text))
        .unwrap_or_default();
    if broken {
        inspector.unchecked(FindingKind::Broken, Spot::Part("sharedStrings".to_owned()));
    }
    Parts {
        shared,
        used: BTreeSet::new(),
        unseen: unseen_styles(&styles),
    }
}

fn one_sheet(inspector: &mut Inspector<'_>, name: &str, sheet: &Sheet, shown: bool, parts: &mut Parts) {
    if sheet.broken {
        inspector.unchecked(FindingKind::Broken, Spot::Sheet(name.to_owned()));
    }
    let visible: Vec<Row> = sheet
        .rows
        .iter()
        .filter(|row| !row.hidden)
        .map(|row| as_row(row, sheet, true, parts))
        .collect();
    let remedy = if shown { Remedy::Remove } else { Remedy::Clean };
    table::table(inspector, name, &visible, remedy);
    let beside = |inspector: &mut Inspector<'_>, rows: &[Row]| table::table(inspector, name, rows, Remedy::Clean);
    let rows: Vec<Row> = sheet
        .rows
        .iter()
        .filter(|row| row.hidden)
        .map(|row| as_row(row, sheet, true, parts))
        .collect();
    beside(inspector, &rows);
    let columns: Vec<Row> = sheet.rows.iter().map(|row| as_row(row, sheet, false, parts)).collect();
    beside(inspector, &columns);
    inspector.text(&sheet.beside, Remedy::Clean, &|_| Spot::Sheet(name.to_owned()));
    if shown {
        hidden_rows(inspector, name, sheet);
        hidden_columns(inspector, name, &columns);
        unseen_cells(inspector, name, sheet, parts);
    }
}

/// A row's cells in the columns that are shown, or in those that are not.
fn as_row(row: &SheetRow, sheet: &Sheet, in_shown: bool, parts: &mut Parts) -> Row {
    let mut cells = Vec::with_capacity(row.cells.len());
    for cell in row
        .cells
        .iter()
        .filter(|cell| sheet.shows_column(cell.column) == in_shown)
    {
        cells.push(match &cell.held {
            Held::Shared(index) => {
                parts.used.insert(*index);
                Cell {
                    column: cell.column,
                    text: parts.shared.get(*index).cloned().unwrap_or_default(),
                    as_number: false,
                }
            }
            Held::Number(text) => Cell {
                as_number: true,
                ..Cell::new(cell.column, text)
            },
            Held::Text(text) | Held::Truth(text) | Held::Error(text) => Cell {
                column: cell.column,
                text: text.clone(),
                as_number: false,
            },
        });
    }
    Row {
        index: row.index,
        cells,
    }
}

fn hidden_rows(inspector: &mut Inspector<'_>, name: &str, sheet: &Sheet) {
    let hidden: Vec<&SheetRow> = sheet
        .rows
        .iter()
        .filter(|row| row.hidden && !row.cells.is_empty())
        .collect();
    if let (Some(first), Some(last)) = (hidden.first(), hidden.last()) {
        let shown = format!("{}–{} ({})", first.index + 1, last.index + 1, hidden.len());
        inspector.hidden(FindingKind::HiddenRows, Spot::Sheet(name.to_owned()), &shown);
    }
}

fn hidden_columns(inspector: &mut Inspector<'_>, name: &str, rows: &[Row]) {
    let hidden: BTreeSet<u32> = rows.iter().flat_map(|row| &row.cells).map(|cell| cell.column).collect();
    if !hidden.is_empty() {
        let names: Vec<String> = hidden.iter().map(|column| column_name(*column)).collect();
        inspector.hidden(
            FindingKind::HiddenColumns,
            Spot::Sheet(name.to_owned()),
            &names.join(", "),
        );
    }
}

/// Cells whose text is white on white, of no size, or shown as nothing.
fn unseen_cells(inspector: &mut Inspector<'_>, name: &str, sheet: &Sheet, parts: &Parts) {
    for row in &sheet.rows {
        for cell in row.cells.iter().filter(|cell| parts.unseen.contains(&cell.style)) {
            let cells = vec![CellRange {
                column: cell.column,
                row: row.index,
                stretch: None,
            }];
            let text = match &cell.held {
                Held::Shared(index) => parts.shared.get(*index).map_or("", String::as_str),
                Held::Number(text) | Held::Text(text) | Held::Truth(text) | Held::Error(text) => text,
            };
            let sheet = name.to_owned();
            inspector.found(
                FindingKind::HiddenText,
                Spot::Cells { sheet, cells },
                text,
                Remedy::Clean,
            );
        }
    }
}

fn defined_names(inspector: &mut Inspector<'_>, workbook: &Workbook) {
    for (name, stands_for, hidden) in &workbook.names {
        // Areas to print and to filter are form.
        let form = name.starts_with("_xlnm.") && !stands_for.contains('[');
        let spot = || Spot::Part(name.clone());
        if !form && (*hidden || stands_for.contains(['"', '['])) {
            inspector.hidden(FindingKind::DefinedName, spot(), name);
        }
        inspector.text(&format!("{name}\n{stands_for}"), Remedy::Clean, &|_| spot());
    }
}

/// Texts in the table of shared texts that no cell shows: what is left of cells that are gone.
fn left_texts(inspector: &mut Inspector<'_>, parts: &Parts) {
    let left = parts
        .shared
        .iter()
        .enumerate()
        .filter(|(index, text)| !parts.used.contains(index) && !text.is_empty());
    let left: Vec<&str> = left.map(|(_, text)| text.as_str()).collect();
    if !left.is_empty() {
        let spot = || Spot::Part("sharedStrings".to_owned());
        inspector.found(FindingKind::HiddenText, spot(), &left.concat(), Remedy::Clean);
        inspector.text(&left.join("\n"), Remedy::Clean, &|_| spot());
    }
}

/// Parts with content that the workbook does not list, so that no program shows them.
fn unlisted(
    inspector: &mut Inspector<'_>,
    package: &mut Package<'_>,
    types: &BTreeMap<String, String>,
    read: &BTreeSet<String>,
) {
    for entry in package.entries().to_vec() {
        let media = types.get(&entry.name.to_lowercase()).map_or("", String::as_str);
        let known = read.contains(&entry.name.to_lowercase()) || entry.name.to_lowercase().contains("sharedstrings");
        if known || role(&entry.name, media) != Role::Content {
            continue;
        }
        let text = package
            .read(&entry.name, &mut inspector.budget)
            .map(|bytes| super::super::xml::all_text(&decode(&bytes)));
        inspector.hidden(FindingKind::CustomData, Spot::Part(entry.name.clone()), &entry.name);
        inspector.text(&text.unwrap_or_default(), Remedy::Clean, &|_| {
            Spot::Part(entry.name.clone())
        });
    }
}
