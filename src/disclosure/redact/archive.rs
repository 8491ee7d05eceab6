//! Archives without what is to go from the files in them.

use super::super::archive::Archive;
use super::super::place::Spot;
use super::super::read::office::Package;
use super::{Cannot, FileKind, FindingKind, Removal, Work, document, package, sorted, whole, workbook};

/// Rewrites an archive, or the office file that it is.
pub fn rewrite(work: &mut Work<'_>, bytes: &[u8], removals: Vec<Removal>, depth: usize) -> Result<Vec<u8>, Cannot> {
    let mut archive = Archive::open(bytes).ok_or(Cannot::Unread(FindingKind::Broken))?;
    let entries = archive.entries(&mut work.budget).map_err(Cannot::Unread)?;
    let mut package = Package::new(archive, entries);
    match package.kind() {
        FileKind::Zip => plain(work, &mut package, removals, depth),
        FileKind::Workbook => workbook::rewrite(work, &mut package, &removals),
        kind @ (FileKind::Document | FileKind::Slides) => document::rewrite(work, &mut package, kind, &removals),
        kind => Err(Cannot::Kind(kind)),
    }
}

fn plain(
    work: &mut Work<'_>,
    package: &mut Package<'_>,
    removals: Vec<Removal>,
    depth: usize,
) -> Result<Vec<u8>, Cannot> {
    let (here, mut inside) = sorted(removals);
    let mut parts = Vec::new();
    for entry in package.entries().to_vec() {
        let named = here
            .iter()
            .any(|removal| removal.place.spot == Spot::Part(entry.name.clone()));
        let removals = inside.remove(&entry.name).unwrap_or_default();
        if named || whole(&removals) {
            continue;
        }
        let bytes = package
            .read(&entry.name, &mut work.budget)
            .map_err(|kind| Cannot::Inside(Box::new(Cannot::Unread(kind))))?;
        let asked = !removals.is_empty();
        let bytes = match work.file(&bytes, removals, depth + 1) {
            Ok(rewritten) => rewritten,
            // Nothing was asked of it; that it was not looked into is found again.
            Err(Cannot::Kind(_)) if !asked => bytes,
            Err(cannot) => return Err(Cannot::Inside(Box::new(cannot))),
        };
        parts.push((safe_name(&entry.name), bytes));
    }
    if let Some((name, removals)) = inside.into_iter().next() {
        let mut place = removals
            .into_iter()
            .next()
            .map(|removal| removal.place)
            .ok_or(Cannot::NothingLeft)?;
        place.inside.insert(0, name);
        return Err(Cannot::NoSuchPlace(place));
    }
    if parts.is_empty() {
        return Err(Cannot::NothingLeft);
    }
    package::written(parts)
}

/// A name that leads nowhere but into the folder it is unpacked to.
fn safe_name(name: &str) -> String {
    let steps = name.split(['/', '\\']).filter(|step| !matches!(*step, "" | "." | ".."));
    let steps: Vec<String> = steps.map(|step| step.replace(':', "_")).collect();
    steps.join("/")
}
