//! Files made for the tests, as small as their kinds allow.

use std::io::{Cursor, Write};

use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

/// An archive of these entries.
pub fn zip(entries: &[(&str, &[u8])]) -> Vec<u8> {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in entries {
        let options = SimpleFileOptions::default().compression_method(CompressionMethod::Deflated);
        writer.start_file(*name, options).unwrap();
        writer.write_all(bytes).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

/// An office file of these parts; their types follow from their names.
pub fn office(main: &str, parts: &[(&str, &str)]) -> Vec<u8> {
    let mut types = String::from(
        r#"<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/><Default Extension="png" ContentType="image/png"/>"#,
    );
    for (name, _) in parts.iter().filter(|(name, _)| !name.ends_with(".rels")) {
        let media = media_type(name);
        types.push_str(&format!(r#"<Override PartName="/{name}" ContentType="{media}"/>"#));
    }
    types.push_str("</Types>");
    let rels = format!(
        r#"<Relationships><Relationship Id="r1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="{main}"/></Relationships>"#
    );
    let mut entries: Vec<(&str, &[u8])> = vec![
        ("[Content_Types].xml", types.as_bytes()),
        ("_rels/.rels", rels.as_bytes()),
    ];
    entries.extend(parts.iter().map(|(name, text)| (*name, text.as_bytes())));
    zip(&entries)
}

fn media_type(name: &str) -> &'static str {
    const TYPES: [(&str, &str); 18] = [
        (
            "xl/workbook",
            "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml",
        ),
        (
            "xl/worksheets/",
            "application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml",
        ),
        (
            "xl/sharedStrings",
            "application/vnd.openxmlformats-officedocument.spreadsheetml.sharedStrings+xml",
        ),
        (
            "xl/styles",
            "application/vnd.openxmlformats-officedocument.spreadsheetml.styles+xml",
        ),
        (
            "xl/comments",
            "application/vnd.openxmlformats-officedocument.spreadsheetml.comments+xml",
        ),
        ("xl/threadedComments", "application/vnd.ms-excel.threadedcomments+xml"),
        (
            "xl/pivotCache",
            "application/vnd.openxmlformats-officedocument.spreadsheetml.pivotCacheRecords+xml",
        ),
        (
            "xl/externalLinks",
            "application/vnd.openxmlformats-officedocument.spreadsheetml.externalLink+xml",
        ),
        (
            "xl/connections",
            "application/vnd.openxmlformats-officedocument.spreadsheetml.connections+xml",
        ),
        ("xl/vbaProject", "application/vnd.ms-office.vbaProject"),
        (
            "docProps/core",
            "application/vnd.openxmlformats-package.core-properties+xml",
        ),
        (
            "word/document",
            "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml",
        ),
        (
            "word/comments",
            "application/vnd.openxmlformats-officedocument.wordprocessingml.comments+xml",
        ),
        (
            "word/header",
            "application/vnd.openxmlformats-officedocument.wordprocessingml.header+xml",
        ),
        (
            "word/footnotes",
            "application/vnd.openxmlformats-officedocument.wordprocessingml.footnotes+xml",
        ),
        (
            "ppt/presentation",
            "application/vnd.openxmlformats-officedocument.presentationml.presentation.main+xml",
        ),
        (
            "ppt/slides/",
            "application/vnd.openxmlformats-officedocument.presentationml.slide+xml",
        ),
        (
            "ppt/notesSlides/",
            "application/vnd.openxmlformats-officedocument.presentationml.notesSlide+xml",
        ),
    ];
    TYPES
        .iter()
        .find(|(start, _)| name.starts_with(start))
        .map_or("application/xml", |(_, media)| media)
}

/// A sheet of a workbook for [`workbook`]: its name, its state, and the inside of its `worksheet` element.
pub struct Sheet<'s> {
    pub name: &'s str,
    pub state: &'s str,
    pub inside: &'s str,
}

/// A sheet that is shown.
pub fn sheet<'s>(name: &'s str, inside: &'s str) -> Sheet<'s> {
    Sheet {
        name,
        state: "visible",
        inside,
    }
}

/// A row of texts.
pub fn row(number: usize, texts: &[&str]) -> String {
    let cells: String = texts
        .iter()
        .zip('A'..)
        .map(|(text, column)| format!(r#"<c r="{column}{number}" t="inlineStr"><is><t>{text}</t></is></c>"#))
        .collect();
    format!(r#"<row r="{number}">{cells}</row>"#)
}

/// A workbook with these sheets, more in its main part, and more parts.
pub fn workbook(sheets: &[Sheet<'_>], in_main: &str, more: &[(&str, &str)]) -> Vec<u8> {
    let mut list = String::new();
    let mut rels = String::new();
    let mut parts: Vec<(String, String)> = Vec::new();
    for (number, sheet) in (1..).zip(sheets) {
        list.push_str(&format!(
            r#"<sheet name="{}" sheetId="{number}" state="{}" r:id="s{number}"/>"#,
            sheet.name, sheet.state
        ));
        rels.push_str(&format!(
            r#"<Relationship Id="s{number}" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet{number}.xml"/>"#
        ));
        parts.push((
            format!("xl/worksheets/sheet{number}.xml"),
            format!(
                r#"<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">{}</worksheet>"#,
                sheet.inside
            ),
        ));
    }
    for (kind, target) in [("sharedStrings", "sharedStrings.xml"), ("styles", "styles.xml")] {
        rels.push_str(&format!(
            r#"<Relationship Id="{kind}" Type="http://x/{kind}" Target="{target}"/>"#
        ));
    }
    parts.push((
        "xl/workbook.xml".to_owned(),
        format!(r#"<workbook xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets>{list}</sheets>{in_main}</workbook>"#),
    ));
    parts.push((
        "xl/_rels/workbook.xml.rels".to_owned(),
        format!("<Relationships>{rels}</Relationships>"),
    ));
    let mut all: Vec<(&str, &str)> = parts
        .iter()
        .map(|(name, text)| (name.as_str(), text.as_str()))
        .collect();
    all.extend(more);
    office("xl/workbook.xml", &all)
}
