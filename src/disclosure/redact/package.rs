//! Archives written anew: nothing but what is given, in its order, without times and remarks.

use std::collections::BTreeSet;
use std::io::{Cursor, Write};

use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

use super::super::xml::escaped;
use super::{Cannot, FindingKind};

/// An archive of these files. Of two with one name the second gets another.
pub fn written(parts: Vec<(String, Vec<u8>)>) -> Result<Vec<u8>, Cannot> {
    let broken = |_| Cannot::Unread(FindingKind::Broken);
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    let mut names = BTreeSet::new();
    for (number, (name, bytes)) in parts.into_iter().enumerate() {
        let name = match names.insert(name.to_lowercase()) && !name.is_empty() {
            true => name,
            false => format!("{number}-{name}"),
        };
        let options = SimpleFileOptions::default().compression_method(CompressionMethod::Deflated);
        writer.start_file(name, options).map_err(broken)?;
        writer
            .write_all(&bytes)
            .map_err(|_| Cannot::Unread(FindingKind::Broken))?;
    }
    Ok(writer.finish().map_err(broken)?.into_inner())
}

/// The parts of an office file, with their types and what they refer to.
#[derive(Debug, Default)]
pub struct Parts {
    parts: Vec<(String, Vec<u8>)>,
    types: String,
}

const DECLARATION: &str = r#"<?xml version="1.0" encoding="UTF-8" standalone="yes"?>"#;
const TYPES: &str = "http://schemas.openxmlformats.org/package/2006/content-types";
const RELATIONS: &str = "http://schemas.openxmlformats.org/package/2006/relationships";
/// The types of references begin with this.
pub const OFFICE: &str = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";

impl Parts {
    /// Adds a part of a type.
    pub fn add(&mut self, name: &str, media: &str, text: &str) {
        let entry = format!(
            r#"<Override PartName="/{}" ContentType="{}"/>"#,
            escaped(name),
            escaped(media)
        );
        self.types.push_str(&entry);
        let text = match text.starts_with("<?xml") {
            true => text.to_owned(),
            false => format!("{DECLARATION}{text}"),
        };
        self.parts.push((name.to_owned(), text.into_bytes()));
    }

    /// Adds what a part refers to: how it names each, the last word of the type, the part seen from the root.
    pub fn relate(&mut self, part: &str, relations: &[(String, String, String)]) {
        if relations.is_empty() {
            return;
        }
        let (folder, name) = part.rsplit_once('/').unwrap_or(("", part));
        let list: String = relations
            .iter()
            .map(|(id, kind, target)| {
                let (id, kind, target) = (escaped(id), escaped(kind), escaped(target));
                format!(r#"<Relationship Id="{id}" Type="{OFFICE}/{kind}" Target="/{target}"/>"#)
            })
            .collect();
        let text = format!(r#"{DECLARATION}<Relationships xmlns="{RELATIONS}">{list}</Relationships>"#);
        let slash = if folder.is_empty() { "" } else { "/" };
        self.parts
            .push((format!("{folder}{slash}_rels/{name}.rels"), text.into_bytes()));
    }

    /// The file.
    pub fn written(mut self, main: &str) -> Result<Vec<u8>, Cannot> {
        self.relate("", &[("rId1".to_owned(), "officeDocument".to_owned(), main.to_owned())]);
        let types = format!(
            r#"{DECLARATION}<Types xmlns="{TYPES}"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/>{}</Types>"#,
            self.types
        );
        self.parts
            .insert(0, ("[Content_Types].xml".to_owned(), types.into_bytes()));
        written(self.parts)
    }
}
