//! Archives, and the office files that are archives inside.

use super::super::archive::Archive;
use super::super::finding::{FindingKind, Remedy};
use super::super::inspector::Inspector;
use super::super::kind::FileKind;
use super::super::place::Spot;
use super::office::{self, Package};

/// Reads an archive.
pub fn file(inspector: &mut Inspector<'_>, bytes: &[u8]) -> FileKind {
    let Some(mut archive) = Archive::open(bytes) else {
        inspector.unchecked(FindingKind::Broken, Spot::File);
        return FileKind::Zip;
    };
    let entries = match archive.entries(&mut inspector.budget) {
        Ok(entries) => entries,
        Err(kind) => {
            inspector.unchecked(kind, Spot::File);
            return FileKind::Zip;
        }
    };
    if archive.has_stray_bytes() {
        inspector.hidden(FindingKind::StrayBytes, Spot::File, "");
    }
    let comment = archive.comment();
    if !comment.is_empty() {
        inspector.hidden(FindingKind::Metadata, Spot::Part("comment".to_owned()), &comment);
        inspector.text(&comment, Remedy::Clean, &|_| Spot::Part("comment".to_owned()));
    }
    let package = Package::new(archive, entries);
    match package.kind() {
        FileKind::Zip => plain_archive(inspector, package),
        _ => office::file(inspector, package),
    }
}

fn plain_archive(inspector: &mut Inspector<'_>, mut package: Package<'_>) -> FileKind {
    for entry in package.entries().to_vec() {
        inspector.text(&entry.name, Remedy::Remove, &|_| Spot::Part(entry.name.clone()));
        if !entry.comment.is_empty() {
            inspector.hidden(FindingKind::Metadata, Spot::Part(entry.name.clone()), &entry.comment);
            inspector.text(&entry.comment, Remedy::Clean, &|_| Spot::Part(entry.name.clone()));
        }
        match package.read(&entry.name, &mut inspector.budget) {
            Ok(bytes) => inspector.inner(&entry.name, &bytes),
            Err(kind) => inspector.within(&entry.name, |inspector| inspector.unchecked(kind, Spot::File)),
        }
    }
    FileKind::Zip
}
