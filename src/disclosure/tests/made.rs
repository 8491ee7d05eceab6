//! Files made for the tests, as small as their kinds allow.

use std::io::{Cursor, Write};

use image::{ImageFormat, Rgb, RgbImage};
use lopdf::{Document, Object, ObjectId, Stream, dictionary};
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

/// A document whose body is this.
pub fn document(body: &str, more: &[(&str, &str)]) -> Vec<u8> {
    let text = format!(
        r#"<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body>{body}</w:body></w:document>"#
    );
    let mut parts = vec![("word/document.xml", text.as_str())];
    parts.extend(more);
    office("word/document.xml", &parts)
}

/// A PDF of one page with this content; more can be done to it before it is written.
pub fn pdf(content: &str, more: impl FnOnce(&mut Document, ObjectId)) -> Vec<u8> {
    let mut document = Document::with_version("1.7");
    let pages = document.new_object_id();
    let font = document.add_object(dictionary! { "Type" => "Font", "Subtype" => "Type1", "BaseFont" => "Helvetica", "Encoding" => "WinAnsiEncoding" });
    let content = document.add_object(Stream::new(dictionary! {}, content.as_bytes().to_vec()));
    let page = document.add_object(dictionary! {
        "Type" => "Page",
        "Parent" => pages,
        "Contents" => content,
        "MediaBox" => vec![0.into(), 0.into(), 600.into(), 800.into()],
        "Resources" => dictionary! { "Font" => dictionary! { "F1" => font } },
    });
    document.objects.insert(
        pages,
        Object::Dictionary(dictionary! { "Type" => "Pages", "Kids" => vec![page.into()], "Count" => 1 }),
    );
    let catalog = document.add_object(dictionary! { "Type" => "Catalog", "Pages" => pages });
    document.trailer.set("Root", catalog);
    more(&mut document, page);
    let mut bytes = Vec::new();
    document.save_to(&mut bytes).unwrap();
    bytes
}

/// A picture of a few pixels.
pub fn picture(format: ImageFormat) -> Vec<u8> {
    let pixels = RgbImage::from_fn(16, 16, |x, y| Rgb([(x * 16) as u8, (y * 16) as u8, 99]));
    let mut bytes = Cursor::new(Vec::new());
    pixels.write_to(&mut bytes, format).unwrap();
    bytes.into_inner()
}

/// Exif data with a position, a serial number and a small copy.
pub fn exif() -> Vec<u8> {
    let mut bytes = b"MM\0*\0\0\0\x08".to_vec();
    // Two entries, then the next directory at 0x26, then the position's directory at 0x38.
    bytes.extend(b"\0\x02\xa4\x31\0\x02\0\0\0\x04SN1\0\x88\x25\0\x04\0\0\0\x01\0\0\0\x38\0\0\0\x26");
    bytes.extend(b"\0\x01\x02\x01\0\x04\0\0\0\x01\0\0\0\0\0\0\0\0");
    bytes.extend(b"\0\x01\0\x02\0\x05\0\0\0\x03\0\0\0\0\0\0\0\0");
    bytes
}

/// A JPEG with a segment after its start.
pub fn jpeg_with(marker: u8, content: &[u8]) -> Vec<u8> {
    let mut bytes = picture(ImageFormat::Jpeg);
    let length = (content.len() + 2) as u16;
    let segment = [&[0xff, marker][..], &length.to_be_bytes(), content].concat();
    bytes.splice(2..2, segment);
    bytes
}

/// A PNG with a chunk after its header.
pub fn png_with(name: &[u8; 4], content: &[u8]) -> Vec<u8> {
    let mut bytes = picture(ImageFormat::Png);
    let chunk = [&(content.len() as u32).to_be_bytes()[..], name, content, &[0; 4]].concat();
    bytes.splice(33..33, chunk);
    bytes
}
