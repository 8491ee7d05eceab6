//! One archive with the files, a page to read, and an index for machines. The same values give the same bytes.

use std::collections::BTreeSet;
use std::io::{Cursor, Write};

use askama::Template;
use chrono::{DateTime, Datelike, Timelike, Utc};
use sha2::{Digest, Sha256};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

pub use super::index::{Granted, Structured};
use super::{index, names};

/// What goes into a package.
#[derive(Debug, Clone)]
pub struct Contents {
    /// Such as `DSR-2026-000123`.
    pub reference: String,
    /// Who hands over.
    pub controller: String,
    /// When it was put together.
    pub made_at: DateTime<Utc>,
    /// What was decided, right by right.
    pub rights: Vec<Granted>,
    /// The page to read.
    pub cover: Cover,
    /// The files, in their order.
    pub parts: Vec<Part>,
}

/// The words of the page to read, in the requester's language.
#[derive(Debug, Clone, Default)]
pub struct Cover {
    /// The language tag.
    pub language: String,
    /// What it is.
    pub title: String,
    /// Paragraphs above the list.
    pub opening: Vec<String>,
    /// The heads of the list: file, what it is, size, SHA-256.
    pub heads: [String; 4],
    /// What stands before the reasons for which something was removed.
    pub removed: String,
    /// Paragraphs below the list.
    pub closing: Vec<String>,
}

/// One file.
#[derive(Debug, Clone)]
pub struct Part {
    /// Its name as it was given.
    pub name: String,
    /// What it is, in the requester's language.
    pub about: String,
    /// Why something was removed from it.
    pub removed: Vec<String>,
    /// All of it.
    pub bytes: Vec<u8>,
}

/// A file with its place in the archive.
#[derive(Debug)]
pub(super) struct Placed {
    pub part: Part,
    pub path: String,
    pub sha256: String,
}

/// Why there is no package.
#[derive(Debug, thiserror::Error)]
pub enum CannotPack {
    /// There is nothing to pack.
    #[error("There is no file to hand over.")]
    Empty,
    /// The archive could not be written.
    #[error("The package could not be written: {0}")]
    Archive(#[from] zip::result::ZipError),
    /// The archive could not be written.
    #[error("The package could not be written: {0}")]
    Io(#[from] std::io::Error),
    /// The page could not be written.
    #[error("The cover page could not be written: {0}")]
    Cover(#[from] askama::Error),
    /// The index could not be written.
    #[error("The index could not be written: {0}")]
    Json(#[from] serde_json::Error),
    /// The index could not be written.
    #[error("The index could not be written: {0}")]
    Csv(#[from] csv::Error),
}

#[derive(Template)]
#[template(path = "handover/cover.html")]
struct Page<'a> {
    cover: &'a Cover,
    reference: &'a str,
    files: &'a [Placed],
}

/// Puts a package together.
///
/// # Errors
/// When there is no file, or the archive cannot be written.
pub fn build(contents: &Contents) -> Result<Vec<u8>, CannotPack> {
    if contents.parts.is_empty() {
        return Err(CannotPack::Empty);
    }
    let mut taken = BTreeSet::new();
    let files: Vec<Placed> = contents
        .parts
        .iter()
        .enumerate()
        .map(|(at, part)| Placed {
            path: names::inside(at + 1, &part.name, &mut taken),
            sha256: hex::encode(Sha256::digest(&part.bytes)),
            part: part.clone(),
        })
        .collect();
    let page = Page {
        cover: &contents.cover,
        reference: &contents.reference,
        files: &files,
    }
    .render()?;
    let mut archive = Archive::at(contents.made_at);
    archive.add("index.html", page.as_bytes())?;
    archive.add("index.json", &index::json(contents, &files)?)?;
    archive.add("index.csv", &index::csv(&files)?)?;
    if let Some(descriptor) = index::data_package(contents, &files)? {
        archive.add("datapackage.json", &descriptor)?;
    }
    for file in &files {
        archive.add(&file.path, &file.part.bytes)?;
    }
    archive.end()
}

struct Archive {
    writer: ZipWriter<Cursor<Vec<u8>>>,
    options: SimpleFileOptions,
}

impl Archive {
    fn at(made_at: DateTime<Utc>) -> Self {
        let date = zip::DateTime::from_date_and_time(
            u16::try_from(made_at.year()).unwrap_or(1980),
            u8::try_from(made_at.month()).unwrap_or(1),
            u8::try_from(made_at.day()).unwrap_or(1),
            u8::try_from(made_at.hour()).unwrap_or(0),
            u8::try_from(made_at.minute()).unwrap_or(0),
            u8::try_from(made_at.second()).unwrap_or(0),
        );
        Self {
            writer: ZipWriter::new(Cursor::new(Vec::new())),
            options: SimpleFileOptions::default()
                .compression_method(CompressionMethod::Deflated)
                .last_modified_time(date.unwrap_or_default())
                .unix_permissions(0o644),
        }
    }

    fn add(&mut self, path: &str, bytes: &[u8]) -> Result<(), CannotPack> {
        self.writer.start_file(path, self.options)?;
        Ok(self.writer.write_all(bytes)?)
    }

    fn end(self) -> Result<Vec<u8>, CannotPack> {
        Ok(self.writer.finish()?.into_inner())
    }
}

#[cfg(test)]
mod tests {
    use std::io::Read;

    use super::*;

    fn contents() -> Contents {
        Contents {
            reference: "DSR-2026-000123".to_owned(),
            controller: "Example GmbH & Co".to_owned(),
            made_at: DateTime::from_timestamp(1_780_000_000, 0).unwrap(),
            rights: vec![Granted {
                right: "access".to_owned(),
                name: "Access".to_owned(),
                outcome: "granted".to_owned(),
            }],
            cover: Cover {
                language: "en".to_owned(),
                title: "Your data".to_owned(),
                ..Cover::default()
            },
            parts: vec![
                Part {
                    name: "订单.csv".to_owned(),
                    about: "Orders <since 2020>".to_owned(),
                    removed: vec!["another person's number".to_owned()],
                    bytes: "id,total\n1,20\n".into(),
                },
                Part {
                    name: "../letter.pdf".to_owned(),
                    about: "=HYPERLINK(\"x\")".to_owned(),
                    removed: vec![],
                    bytes: b"%PDF-1.7".to_vec(),
                },
            ],
        }
    }

    fn read(archive: &[u8], path: &str) -> String {
        let mut archive = zip::ZipArchive::new(Cursor::new(archive)).unwrap();
        let mut text = String::new();
        archive.by_name(path).unwrap().read_to_string(&mut text).unwrap();
        text
    }

    #[test]
    fn a_package_holds_the_files_and_tells_people_and_machines_what_they_are() {
        let archive = build(&contents()).unwrap();
        assert_eq!(read(&archive, "files/01-订单.csv"), "id,total\n1,20\n");
        let page = read(&archive, "index.html");
        assert!(page.contains("Orders &#60;since 2020&#62;") && page.contains("another person&#39;s number"));
        let index: serde_json::Value = serde_json::from_str(&read(&archive, "index.json")).unwrap();
        assert_eq!(index["files"][0]["path"], "files/01-订单.csv");
        assert_eq!(index["files"][1]["path"], "files/02-letter.pdf");
        assert!(read(&archive, "index.csv").contains("\"'=HYPERLINK(\"\"x\"\")\""));
        let descriptor: serde_json::Value = serde_json::from_str(&read(&archive, "datapackage.json")).unwrap();
        assert_eq!(descriptor["resources"].as_array().unwrap().len(), 1);
        assert_eq!(descriptor["resources"][0]["schema"]["fields"][1]["name"], "total");
    }

    #[test]
    fn the_same_contents_give_the_same_bytes() {
        assert_eq!(build(&contents()).unwrap(), build(&contents()).unwrap());
    }

    #[test]
    fn a_package_without_a_file_is_none() {
        let empty = Contents {
            parts: vec![],
            ..contents()
        };
        assert!(matches!(build(&empty), Err(CannotPack::Empty)));
    }
}
