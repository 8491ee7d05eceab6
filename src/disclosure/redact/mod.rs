//! Takes out of a file what must not leave, so that it is gone and not covered: what is handed over is written anew from
//! what was read, and looked through again.

mod archive;
mod document;
mod mail;
mod package;
mod pdf;
mod pdf_picture;
mod pdf_text;
mod picture;
mod rewriter;
mod text;
mod workbook;

use std::collections::BTreeSet;
use std::panic::{AssertUnwindSafe, catch_unwind};

use serde::{Deserialize, Serialize};

use super::archive::Budget;
use super::context::Context;
use super::finding::{Finding, FindingKind, Remedy, Report};
use super::inspect;
use super::kind::FileKind;
use super::place::{Place, Spot};
use super::read::mail::is_mail;
use super::read::plain::{decode, kind_of};

/// What to take out of a file, and why.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Removal {
    /// What: a finding's place, or areas that a person drew on a page or picture.
    pub place: Place,
    /// Why: its mark is left where the data was.
    pub reason: FindingKind,
}

impl Removal {
    /// Takes out what a finding points at.
    pub fn of(finding: &Finding) -> Self {
        Self {
            place: finding.place.clone(),
            reason: finding.kind,
        }
    }
}

/// The words that are left in place of what was taken out: `[removed: another person's number]`.
pub type Mark<'m> = &'m dyn Fn(FindingKind) -> String;

/// What is no longer in a file although it could be seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum LeftOut {
    /// Pictures and charts of an office file.
    Drawings,
    /// A picture of a page.
    Picture,
    /// Notes, links and form fields that lay over a page.
    Overlays,
}

impl LeftOut {
    /// The word of the key of its sentence: `left-out-drawings`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Drawings => "drawings",
            Self::Picture => "picture",
            Self::Overlays => "overlays",
        }
    }
}

/// A file without what was to be taken out. Whatever was hidden in it is gone too.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Redacted {
    /// The file.
    pub bytes: Vec<u8>,
    /// What is no longer in it although it could be seen, such as pictures and charts of an office file.
    pub left_out: Vec<LeftOut>,
    /// The reasons that stand in it as a number alone, see [`FindingKind::number`]: whoever hands it over says what each
    /// number means.
    pub numbered: Vec<FindingKind>,
    /// What is found in it now.
    pub report: Report,
}

/// Why a file cannot be redacted. It can be left out as a whole.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Cannot {
    /// Files of this kind are not rewritten here.
    #[error("files of this kind cannot be rewritten here: leave the file out, or convert it to PDF first")]
    Kind(FileKind),
    /// The file could not be read to its end, so that nobody knows what would stay in it.
    #[error("the file cannot be read to its end")]
    Unread(FindingKind),
    /// A place of the list is not in this file.
    #[error("what is to be taken out is not in this file any more; look through it again")]
    NoSuchPlace(Place),
    /// A page on which it cannot be told which text stands where.
    #[error("page {0} cannot be treated safely: leave it out or redact a picture of it")]
    Page(u32),
    /// Nothing would be left.
    #[error("nothing of the file would be left")]
    NothingLeft,
    /// What was to go is still found in the rewritten file.
    #[error("what was taken out is still found in the rewritten file")]
    StillThere,
    /// A file inside could not be redacted; leave that one out.
    #[error("a file inside it cannot be redacted: {0}")]
    Inside(Box<Cannot>),
}

/// Takes out of a file what is listed, and everything hidden in it.
///
/// # Errors
/// When that cannot be done safely; see [`Cannot`].
pub fn redact(
    name: &str,
    original: &[u8],
    removals: &[Removal],
    context: &Context,
    mark: Mark<'_>,
) -> Result<Redacted, Cannot> {
    /// What is taken out may show more: two numbers beside each other, the heading of a column.
    const ROUNDS: usize = 4;
    let before = inspect(name, original, context);
    let gone = gone(&before, removals);
    let mut traces = Traces::default();
    let mut bytes = original.to_vec();
    let mut removals = asked(&before, removals.iter().cloned());
    for _ in 0..ROUNDS {
        bytes = one_round(&bytes, &removals, context, mark, &mut traces)?;
        let report = inspect(name, &bytes, context);
        let left = report.findings.iter();
        let left: Vec<&Finding> = left
            .filter(|finding| finding.remedy == Remedy::Clean || gone.contains(&finding.kind))
            .collect();
        if left.is_empty() {
            return Ok(Redacted {
                bytes,
                left_out: traces.left_out.into_iter().collect(),
                numbered: traces.numbered.into_iter().collect(),
                report,
            });
        }
        removals = asked(&report, left.into_iter().map(Removal::of));
    }
    Err(Cannot::StillThere)
}

/// The removals that are more than what goes anyhow: hidden parts are never written again, and have no place in what is.
fn asked(report: &Report, removals: impl Iterator<Item = Removal>) -> Vec<Removal> {
    let anyhow = report.findings.iter().filter(|finding| finding.remedy == Remedy::Clean);
    let anyhow: BTreeSet<Removal> = anyhow.map(Removal::of).collect();
    removals.filter(|removal| !anyhow.contains(removal)).collect()
}

fn one_round(
    bytes: &[u8],
    removals: &[Removal],
    context: &Context,
    mark: Mark<'_>,
    traces: &mut Traces,
) -> Result<Vec<u8>, Cannot> {
    let work = || {
        let mut work = Work::new(context, mark);
        let removals: BTreeSet<Removal> = removals.iter().cloned().collect();
        let bytes = work.file(bytes, removals.into_iter().collect(), 0)?;
        Ok((bytes, work.traces))
    };
    let done = catch_unwind(AssertUnwindSafe(work)).unwrap_or(Err(Cannot::Unread(FindingKind::Broken)));
    let (bytes, more) = done?;
    traces.left_out.extend(more.left_out);
    traces.numbered.extend(more.numbered);
    Ok(bytes)
}

/// The kinds of findings of which all are to go: none of them may be in the new file.
fn gone(before: &Report, removals: &[Removal]) -> BTreeSet<FindingKind> {
    let stays = |finding: &&Finding| !removals.contains(&Removal::of(finding));
    let staying: BTreeSet<FindingKind> = before
        .findings
        .iter()
        .filter(stays)
        .map(|finding| finding.kind)
        .collect();
    let asked = removals.iter().map(|removal| removal.reason);
    asked.filter(|kind| !staying.contains(kind)).collect()
}

/// What a rewritten file does not show by itself, and its reader is told beside it.
#[derive(Debug, Default)]
struct Traces {
    left_out: BTreeSet<LeftOut>,
    numbered: BTreeSet<FindingKind>,
}

/// What is at hand while files are rewritten.
struct Work<'w> {
    context: &'w Context,
    mark: Mark<'w>,
    budget: Budget,
    traces: Traces,
}

impl<'w> Work<'w> {
    fn new(context: &'w Context, mark: Mark<'w>) -> Self {
        Self {
            context,
            mark,
            budget: Budget::of(context.limits),
            traces: Traces::default(),
        }
    }

    /// The mark for a reason.
    fn mark(&self, reason: FindingKind) -> String {
        (self.mark)(reason)
    }

    /// The mark for a reason where nothing but plain letters can be written: a number where it has others.
    fn plain_mark(&mut self, reason: FindingKind) -> String {
        let mark = self.mark(reason);
        if mark.is_ascii() {
            return mark;
        }
        self.traces.numbered.insert(reason);
        format!("[{}]", reason.number())
    }

    /// Notes something that could be seen and is left out.
    fn leave_out(&mut self, what: LeftOut) {
        self.traces.left_out.insert(what);
    }

    /// Rewrites a file; the removals are seen from it.
    fn file(&mut self, bytes: &[u8], removals: Vec<Removal>, depth: usize) -> Result<Vec<u8>, Cannot> {
        if depth > self.context.limits.depth {
            return Err(Cannot::Unread(FindingKind::TooDeep));
        }
        match FileKind::of(bytes) {
            FileKind::Text if is_mail(bytes) => mail::rewrite(self, bytes, removals, depth),
            FileKind::Text if bytes.starts_with(b"{\\rtf") => Err(Cannot::Kind(FileKind::Ole)),
            FileKind::Text => text::rewrite(self, &decode(bytes), &removals),
            FileKind::Zip => archive::rewrite(self, bytes, removals, depth),
            kind @ (FileKind::Png | FileKind::Jpeg) => picture::rewrite(self, bytes, kind, &removals),
            FileKind::Pdf => pdf::rewrite(self, bytes, &removals),
            FileKind::Empty if removals.is_empty() => Ok(Vec::new()),
            kind => Err(Cannot::Kind(kind)),
        }
    }
}

/// The removals in the file itself, and those in files inside it by the name of the file.
fn sorted(removals: Vec<Removal>) -> (Vec<Removal>, std::collections::BTreeMap<String, Vec<Removal>>) {
    let mut here = Vec::new();
    let mut inside: std::collections::BTreeMap<String, Vec<Removal>> = std::collections::BTreeMap::new();
    for mut removal in removals {
        if removal.place.inside.is_empty() {
            here.push(removal);
        } else {
            let name = removal.place.inside.remove(0);
            inside.entry(name).or_default().push(removal);
        }
    }
    (here, inside)
}

/// Whether a file as a whole is to go.
fn whole(removals: &[Removal]) -> bool {
    removals.iter().any(|removal| removal.place == Place::here(Spot::File))
}
