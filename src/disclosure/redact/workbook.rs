//! A workbook without what is to go: its shown sheets as values, with their form.

use super::super::place::column_name;
use super::super::read::office::{Package, Relation};
use super::super::read::plain::decode;
use super::super::read::workbook::main_part;
use super::super::styles::unseen_styles;
use super::super::workbook::{Held, Sheet, SheetCell, Visibility, Workbook, shared_texts, sheet};
use super::super::xml::escaped;
use super::package::Parts;
use super::text::CellRemovals;
use super::{Cannot, FindingKind, LeftOut, Removal, Work};

const MAIN: &str = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
const MEDIA: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml";

/// Rewrites a workbook.
pub fn rewrite(work: &mut Work<'_>, package: &mut Package<'_>, removals: &[Removal]) -> Result<Vec<u8>, Cannot> {
    let main = main_part(&package.relations("", &mut work.budget), "xl/workbook.xml");
    let relations = package.relations(&main, &mut work.budget);
    let workbook = Workbook::parse(&part(work, package, &main)?);
    let by_kind = |kind: &str| {
        relations
            .iter()
            .find(|relation| relation.kind == kind && package.has(&relation.target))
            .cloned()
    };
    let (styles, shared) = (by_kind("styles"), by_kind("sharedStrings"));
    let styles = styles
        .map(|relation| part(work, package, &relation.target))
        .transpose()?
        .unwrap_or_default();
    let shared = shared
        .map(|relation| part(work, package, &relation.target))
        .transpose()?
        .unwrap_or_default();
    let (shared, broken) = shared_texts(&shared);
    if workbook.broken || (broken && !shared.is_empty()) {
        return Err(Cannot::Unread(FindingKind::Broken));
    }
    let unseen = unseen_styles(&styles);
    let mut parts = Parts::default();
    let mut list = String::new();
    let mut references = Vec::new();
    for listed in workbook
        .sheets
        .iter()
        .filter(|listed| listed.visibility == Visibility::Shown)
    {
        let Some(target) = target(&relations, &listed.relation) else {
            return Err(Cannot::Unread(FindingKind::Broken));
        };
        let mut sheet = sheet(&part(work, package, &target)?);
        if sheet.broken {
            return Err(Cannot::Unread(FindingKind::Broken));
        }
        for row in &mut sheet.rows {
            row.cells.retain(|cell| !unseen.contains(&cell.style));
        }
        let removals = CellRemovals::of(work, &listed.name, removals);
        let number = references.len() + 1;
        let name = format!("xl/worksheets/sheet{number}.xml");
        parts.add(
            &name,
            &format!("{MEDIA}.worksheet+xml"),
            &written(&sheet, &shared, &removals)?,
        );
        list.push_str(&format!(
            r#"<sheet name="{}" sheetId="{number}" r:id="rId{number}"/>"#,
            escaped(&listed.name)
        ));
        references.push((format!("rId{number}"), "worksheet".to_owned(), name));
    }
    if references.is_empty() {
        return Err(Cannot::NothingLeft);
    }
    if !styles.is_empty() {
        parts.add(
            "xl/styles.xml",
            &format!("{MEDIA}.styles+xml"),
            &without_extensions(&styles),
        );
        references.push(("rIdStyles".to_owned(), "styles".to_owned(), "xl/styles.xml".to_owned()));
    }
    note_left_out(work, package);
    let dates = if workbook.from_1904 {
        r#"<workbookPr date1904="1"/>"#
    } else {
        ""
    };
    let office = super::package::OFFICE;
    let text = format!(r#"<workbook xmlns="{MAIN}" xmlns:r="{office}">{dates}<sheets>{list}</sheets></workbook>"#);
    parts.add("xl/workbook.xml", &format!("{MEDIA}.sheet.main+xml"), &text);
    parts.relate("xl/workbook.xml", &references);
    parts.written("xl/workbook.xml")
}

fn part(work: &mut Work<'_>, package: &mut Package<'_>, name: &str) -> Result<String, Cannot> {
    package
        .read(name, &mut work.budget)
        .map(|bytes| decode(&bytes))
        .map_err(Cannot::Unread)
}

fn target(relations: &[Relation], id: &str) -> Option<String> {
    let relation = relations
        .iter()
        .find(|relation| relation.id == id && !relation.external)?;
    Some(relation.target.clone())
}

/// Formulas, charts and pictures may hold what the cells no longer say.
fn note_left_out(work: &mut Work<'_>, package: &Package<'_>) {
    for entry in package.entries() {
        let name = entry.name.to_lowercase();
        if name.starts_with("xl/charts/") || name.starts_with("xl/drawings/drawing") || name.starts_with("xl/media/") {
            work.leave_out(LeftOut::Drawings);
        }
    }
}

/// Styles without what programs add to them.
fn without_extensions(styles: &str) -> String {
    let mut kept = String::with_capacity(styles.len());
    let mut rest = styles;
    while let Some((before, after)) = rest.split_once("<extLst") {
        kept.push_str(before);
        rest = after.split_once("</extLst>").map_or("", |(_, after)| after);
    }
    kept.push_str(rest);
    kept
}

/// A sheet's part.
fn written(sheet: &Sheet, shared: &[String], removals: &CellRemovals) -> Result<String, Cannot> {
    let mut text = format!(r#"<worksheet xmlns="{MAIN}">"#);
    let columns: String = sheet
        .columns
        .iter()
        .filter(|columns| !columns.hidden)
        .filter_map(|columns| {
            let width = columns.width.as_ref()?;
            let (first, last) = (columns.first + 1, columns.last + 1);
            Some(format!(
                r#"<col min="{first}" max="{last}" width="{}" customWidth="1"/>"#,
                escaped(width)
            ))
        })
        .collect();
    if !columns.is_empty() {
        text.push_str(&format!("<cols>{columns}</cols>"));
    }
    text.push_str("<sheetData>");
    for row in sheet.rows.iter().filter(|row| !row.hidden) {
        let height = row.height.as_ref().map_or_else(String::new, |height| {
            format!(r#" ht="{}" customHeight="1""#, escaped(height))
        });
        text.push_str(&format!(r#"<row r="{}"{height}>"#, row.index + 1));
        for cell in row.cells.iter().filter(|cell| sheet.shows_column(cell.column)) {
            text.push_str(&written_cell(row.index, cell, shared, removals)?);
        }
        text.push_str("</row>");
    }
    text.push_str("</sheetData>");
    if !sheet.merged.is_empty() {
        let merged: String = sheet
            .merged
            .iter()
            .map(|cells| format!(r#"<mergeCell ref="{}"/>"#, escaped(cells)))
            .collect();
        text.push_str(&format!("<mergeCells>{merged}</mergeCells>"));
    }
    text.push_str("</worksheet>");
    Ok(text)
}

fn written_cell(row: u32, cell: &SheetCell, shared: &[String], removals: &CellRemovals) -> Result<String, Cannot> {
    let name = format!("{}{}", column_name(cell.column), row + 1);
    let style = cell.style;
    let text = match &cell.held {
        Held::Shared(index) => shared.get(*index).map_or("", String::as_str),
        Held::Number(text) | Held::Text(text) | Held::Truth(text) | Held::Error(text) => text,
    };
    let as_text = |text: &str| {
        let text = escaped(text);
        format!(r#"<c r="{name}" s="{style}" t="inlineStr"><is><t xml:space="preserve">{text}</t></is></c>"#)
    };
    if let Some(text) = removals.apply(row, cell.column, text)? {
        return Ok(as_text(&text));
    }
    let value = |form: &str, text: &str| format!(r#"<c r="{name}" s="{style}"{form}><v>{}</v></c>"#, escaped(text));
    Ok(match &cell.held {
        Held::Number(text) => value("", text),
        Held::Truth(text) => value(r#" t="b""#, text),
        Held::Error(text) => value(r#" t="e""#, text),
        Held::Text(_) | Held::Shared(_) => as_text(text),
    })
}
