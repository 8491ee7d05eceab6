//! The machine-readable index of a package: JSON, CSV, and a data package descriptor for what can be carried elsewhere.

use serde::Serialize;

use super::package::{Contents, Placed};
use crate::domain::cell::harmless;

#[derive(Serialize)]
struct Index<'a> {
    format: &'static str,
    reference: &'a str,
    controller: &'a str,
    made_at: String,
    rights: &'a [Granted],
    files: Vec<Entry<'a>>,
}

/// What was decided on one right, as the package says it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Granted {
    /// The right's id in the policy.
    pub right: String,
    /// What people call it.
    pub name: String,
    /// What was decided, as a word.
    pub outcome: String,
}

#[derive(Serialize)]
struct Entry<'a> {
    path: &'a str,
    name: &'a str,
    about: &'a str,
    bytes: usize,
    sha256: &'a str,
    removed: &'a [String],
}

/// The index as JSON.
pub fn json(contents: &Contents, files: &[Placed]) -> Result<Vec<u8>, serde_json::Error> {
    serde_json::to_vec_pretty(&Index {
        format: "habeas-package/1",
        reference: &contents.reference,
        controller: &contents.controller,
        made_at: contents.made_at.to_rfc3339(),
        rights: &contents.rights,
        files: files.iter().map(entry).collect(),
    })
}

/// The index as CSV, one line per file; no cell becomes a formula.
pub fn csv(files: &[Placed]) -> Result<Vec<u8>, csv::Error> {
    let mut table = csv::Writer::from_writer(Vec::new());
    table.write_record(["path", "name", "about", "bytes", "sha256", "removed"])?;
    for file in files {
        let removed = file.part.removed.join("; ");
        let cells = [
            file.path.as_str(),
            &file.part.name,
            &file.part.about,
            &file.part.bytes.len().to_string(),
            &file.sha256,
            &removed,
        ];
        table.write_record(cells.map(|cell| harmless(cell).into_owned()))?;
    }
    table.into_inner().map_err(|error| error.into_error().into())
}

#[derive(Serialize)]
struct DataPackage<'a> {
    name: String,
    title: &'a str,
    created: String,
    resources: Vec<Resource<'a>>,
}

#[derive(Serialize)]
struct Resource<'a> {
    name: String,
    path: &'a str,
    format: &'static str,
    mediatype: &'static str,
    encoding: &'static str,
    bytes: usize,
    hash: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    schema: Option<Schema>,
}

#[derive(Serialize)]
struct Schema {
    fields: Vec<Field>,
}

#[derive(Serialize)]
struct Field {
    name: String,
    r#type: &'static str,
}

/// A Frictionless data package descriptor over the files in a common structured format; `None` when there are none.
pub fn data_package(contents: &Contents, files: &[Placed]) -> Result<Option<Vec<u8>>, serde_json::Error> {
    let resources: Vec<Resource<'_>> = files.iter().filter_map(resource).collect();
    if resources.is_empty() {
        return Ok(None);
    }
    serde_json::to_vec_pretty(&DataPackage {
        name: contents.reference.to_lowercase(),
        title: &contents.cover.title,
        created: contents.made_at.to_rfc3339(),
        resources,
    })
    .map(Some)
}

fn resource(file: &Placed) -> Option<Resource<'_>> {
    let format = Structured::of(&file.part.name, &file.part.bytes)?;
    let (word, mediatype) = match format {
        Structured::Csv => ("csv", "text/csv"),
        Structured::Json => ("json", "application/json"),
        Structured::Xml => ("xml", "application/xml"),
    };
    let stem = file.path.trim_start_matches("files/");
    Some(Resource {
        name: stem
            .to_lowercase()
            .chars()
            .map(|one| {
                if one.is_alphanumeric() || matches!(one, '-' | '_' | '.') {
                    one
                } else {
                    '-'
                }
            })
            .collect(),
        path: &file.path,
        format: word,
        mediatype,
        encoding: "utf-8",
        bytes: file.part.bytes.len(),
        hash: format!("sha256:{}", file.sha256),
        schema: match format {
            Structured::Csv => heads(&file.part.bytes),
            Structured::Json | Structured::Xml => None,
        },
    })
}

fn heads(bytes: &[u8]) -> Option<Schema> {
    let mut reader = csv::ReaderBuilder::new().flexible(true).from_reader(bytes);
    let heads = reader.headers().ok()?;
    let field = |head: &str| Field {
        name: head.to_owned(),
        r#type: "string",
    };
    Some(Schema {
        fields: heads.iter().map(field).collect(),
    })
}

fn entry(file: &Placed) -> Entry<'_> {
    Entry {
        path: &file.path,
        name: &file.part.name,
        about: &file.part.about,
        bytes: file.part.bytes.len(),
        sha256: &file.sha256,
        removed: &file.part.removed,
    }
}

/// A format that any other controller's programs can read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Structured {
    /// Comma-separated values with a line of heads.
    Csv,
    /// JSON.
    Json,
    /// XML.
    Xml,
}

impl Structured {
    /// The format of a file, when its name says one and its bytes keep what it says.
    pub fn of(name: &str, bytes: &[u8]) -> Option<Self> {
        let text = std::str::from_utf8(bytes).ok()?;
        match name.rsplit_once('.')?.1.to_lowercase().as_str() {
            "csv" => text
                .lines()
                .next()
                .is_some_and(|line| !line.trim().is_empty())
                .then_some(Self::Csv),
            "json" => serde_json::from_str::<serde::de::IgnoredAny>(text)
                .is_ok()
                .then_some(Self::Json),
            "xml" => text
                .trim_start_matches('\u{feff}')
                .trim_start()
                .starts_with('<')
                .then_some(Self::Xml),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_format_is_believed_when_the_bytes_keep_it() {
        assert_eq!(Structured::of("a.json", b"{\"a\": [1]}"), Some(Structured::Json));
        assert_eq!(Structured::of("a.json", b"{\"a\": "), None);
        assert_eq!(Structured::of("a.CSV", b"id,name\n1,x\n"), Some(Structured::Csv));
        assert_eq!(Structured::of("a.csv", b"\xff\xfe"), None);
        assert_eq!(Structured::of("a.xml", b"<a/>"), Some(Structured::Xml));
        assert_eq!(Structured::of("a.pdf", b"%PDF"), None);
    }
}
