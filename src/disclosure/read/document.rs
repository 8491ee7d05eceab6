//! Documents and slides: what was changed, hidden or noted beside the text, and what the text says.

use std::collections::{BTreeMap, BTreeSet};

use super::super::finding::{FindingKind, Remedy};
use super::super::inspector::Inspector;
use super::super::kind::FileKind;
use super::super::labels::labelled;
use super::super::place::{Spot, Stretch};
use super::super::xml::{Element, Piece, pieces};
use super::office::Package;
use super::plain::decode;
use super::role::{Role, role};
use super::workbook::main_part;

/// Reads every part of a document or of slides that has text.
pub fn file(
    inspector: &mut Inspector<'_>,
    package: &mut Package<'_>,
    types: &BTreeMap<String, String>,
    kind: FileKind,
) {
    let usual = if kind == FileKind::Slides {
        "ppt/presentation.xml"
    } else {
        "word/document.xml"
    };
    let main = main_part(&package.relations("", &mut inspector.budget), usual);
    if !package.has(&main) {
        inspector.unchecked(FindingKind::Broken, Spot::Part(main.clone()));
    }
    let shown = match kind {
        FileKind::Slides => Some(slides(package, &main, inspector)),
        _ => None,
    };
    for entry in package.entries().to_vec() {
        let small = entry.name.to_lowercase();
        let media = types.get(&small).map_or("", String::as_str);
        if role(&entry.name, media) != Role::Content {
            continue;
        }
        let bytes = match package.read(&entry.name, &mut inspector.budget) {
            Ok(bytes) => bytes,
            Err(kind) => {
                inspector.unchecked(kind, Spot::Part(entry.name.clone()));
                continue;
            }
        };
        let is_notes = small.contains("notesslide");
        let listed = shown
            .as_ref()
            .is_none_or(|shown| shown.contains(&small) || !small.contains("/slides/"));
        part(inspector, &entry.name, &decode(&bytes), is_notes, listed);
    }
}

/// The slides that the presentation lists, in small letters.
fn slides(package: &mut Package<'_>, main: &str, inspector: &mut Inspector<'_>) -> BTreeSet<String> {
    let relations = package.relations(main, &mut inspector.budget);
    let listed = relations
        .iter()
        .filter(|relation| relation.kind == "slide" && !relation.external);
    listed.map(|relation| relation.target.to_lowercase()).collect()
}

fn part(inspector: &mut Inspector<'_>, name: &str, text: &str, is_notes: bool, listed: bool) {
    let read = read_part(text);
    let spot = || Spot::Part(name.to_owned());
    if read.broken {
        inspector.unchecked(FindingKind::Broken, spot());
    }
    for (kind, text) in &read.hidden {
        inspector.found(*kind, spot(), text, Remedy::Clean);
        inspector.text(text, Remedy::Clean, &|_| spot());
    }
    let has_text = read.paragraphs.iter().any(|text| !text.trim().is_empty());
    if is_notes && has_text {
        inspector.hidden(FindingKind::SpeakerNotes, spot(), name);
    }
    if read.is_hidden_slide || !listed {
        inspector.hidden(FindingKind::HiddenSlide, spot(), name);
    }
    let remedy = if is_notes || read.is_hidden_slide || !listed {
        Remedy::Clean
    } else {
        Remedy::Remove
    };
    for (number, text) in (1..).zip(&read.paragraphs) {
        let place = |stretch: Stretch| Spot::Paragraph {
            part: name.to_owned(),
            number,
            stretch,
        };
        inspector.text(text, remedy, &place);
        if let Some((kind, range)) = labelled(text) {
            let value = text.get(range.clone()).unwrap_or_default();
            let stretch = Stretch {
                start: range.start,
                end: range.end,
            };
            inspector.found(kind, place(stretch), value, remedy);
        }
    }
    across(inspector, &read.paragraphs, name, remedy);
}

/// Numbers split over paragraphs, such as the cells of a table.
fn across(inspector: &mut Inspector<'_>, paragraphs: &[String], name: &str, remedy: Remedy) {
    use super::super::scan::{Sort, scan};
    let all = paragraphs.join("\n");
    let mut starts = Vec::with_capacity(paragraphs.len());
    let mut at = 0;
    for text in paragraphs {
        starts.push(at);
        at += text.len() + 1;
    }
    for hit in scan(&all, &inspector.context.others) {
        let first = starts.partition_point(|start| *start <= hit.start).saturating_sub(1);
        let last = starts.partition_point(|start| *start < hit.end).saturating_sub(1);
        if first == last || matches!(hit.sort, Sort::Email | Sort::Secret | Sort::Phone) {
            continue;
        }
        // Each paragraph loses its share of the number.
        for number in first..=last {
            let (Some(start), Some(text)) = (starts.get(number), paragraphs.get(number)) else {
                continue;
            };
            let from = hit.start.saturating_sub(*start).min(text.len());
            let to = (hit.end - start).min(text.len());
            if from < to {
                let stretch = Stretch { start: from, end: to };
                let spot = Spot::Paragraph {
                    part: name.to_owned(),
                    number: number + 1,
                    stretch,
                };
                inspector.hit(&hit, spot, remedy);
            }
        }
    }
}

/// A part's paragraphs as they are seen, and what is not seen.
#[derive(Debug, Default)]
struct Read {
    paragraphs: Vec<String>,
    hidden: BTreeMap<FindingKind, String>,
    is_hidden_slide: bool,
    broken: bool,
}

fn read_part(text: &str) -> Read {
    let mut reader = Reader::default();
    let mut all = pieces(text);
    for piece in all.by_ref() {
        match piece {
            Piece::Open(element) => reader.open(&element),
            Piece::Close(name) => reader.close(&name),
            Piece::Text(text) => reader.text(&text),
        }
    }
    reader.end_paragraph(0);
    reader.read.broken = all.is_broken();
    reader.read
}

/// The numbers of a part's paragraphs in the order in which they begin; a paragraph counts when it ends. Nothing when the
/// part cannot be read to its end.
pub fn paragraph_numbers(text: &str) -> Option<Vec<usize>> {
    let mut numbers: Vec<usize> = Vec::new();
    let mut open = Vec::new();
    let mut ended = 0;
    let mut all = pieces(text);
    for piece in all.by_ref() {
        match piece {
            Piece::Open(element) if element.name() == "p" => {
                open.push(numbers.len());
                numbers.push(0);
            }
            Piece::Close(name) if name == "p" => {
                ended += 1;
                if let Some(number) = open.pop().and_then(|begun| numbers.get_mut(begun)) {
                    *number = ended;
                }
            }
            _ => {}
        }
    }
    (!all.is_broken()).then_some(numbers)
}

/// Whether a slide is not shown.
pub fn slide_is_hidden(text: &str) -> bool {
    read_part(text).is_hidden_slide
}

/// Follows the pieces of a part and tells what is seen.
#[derive(Debug, Default)]
pub struct Reader {
    read: Read,
    open: Vec<String>,
    /// Paragraphs may stand inside others, in boxes: each is collected for itself.
    texts: Vec<String>,
    /// Kinds of what is not seen, with the depth at which each began.
    unseen: Vec<(FindingKind, usize)>,
}

impl Reader {
    /// An element begins.
    pub fn open(&mut self, element: &Element<'_>) {
        let name = element.name().to_owned();
        let depth = self.open.len();
        match name.as_str() {
            "p" => self.texts.push(String::new()),
            "del" | "moveFrom" | "ins" | "moveTo"
                if self.open.last().is_some_and(|above| above == "rPr" || above == "trPr") =>
            {
                self.note(FindingKind::TrackedChange, "");
            }
            "del" | "moveFrom" => self.unseen.push((FindingKind::TrackedChange, depth)),
            "ins" | "moveTo" | "rPrChange" | "pPrChange" | "sectPrChange" | "tblPrChange" | "trPrChange"
            | "tcPrChange" | "tblGridChange" | "numberingChange" | "cellIns" | "cellDel" | "cellMerge" => {
                self.note(FindingKind::TrackedChange, "")
            }
            "instrText" | "delInstrText" => self.unseen.push((FindingKind::FieldCode, depth)),
            "fldSimple" => self.note(FindingKind::FieldCode, &element.attribute("instr").unwrap_or_default()),
            "vanish" | "webHidden" | "specVanish" if self.open.last().is_some_and(|above| above == "rPr") => {
                self.unseen_run(element)
            }
            "color"
                if element
                    .attribute("val")
                    .is_some_and(|colour| colour.eq_ignore_ascii_case("ffffff")) =>
            {
                self.unseen_run(element)
            }
            "sz" if matches!(element.attribute("val").as_deref(), Some("0" | "1" | "2")) => self.unseen_run(element),
            "sld"
                if element
                    .attribute("show")
                    .is_some_and(|show| matches!(show.as_str(), "0" | "false")) =>
            {
                self.read.is_hidden_slide = true;
            }
            "cNvPr" if element.is_on("hidden") => self.note(FindingKind::HiddenText, ""),
            "docPr" | "cNvPr" => self.described(element),
            "tab" | "ptab" if self.open.last().is_some_and(|above| above == "r") => self.text_of("\t"),
            "br" | "cr" => self.text_of("\n"),
            "noBreakHyphen" => self.text_of("-"),
            _ => {}
        }
        self.open.push(name);
    }

    /// The alternative text of a picture is read by few.
    fn described(&mut self, element: &Element<'_>) {
        let texts = ["descr", "title"]
            .into_iter()
            .filter_map(|name| element.attribute(name));
        let texts: Vec<String> = texts.filter(|text| !text.trim().is_empty()).collect();
        if !texts.is_empty() {
            self.note(FindingKind::Metadata, &texts.join("\n"));
        }
    }

    /// A property of a run that keeps it from sight holds until the run ends.
    fn unseen_run(&mut self, element: &Element<'_>) {
        let off = element.name() != "color"
            && element.name() != "sz"
            && element
                .attribute("val")
                .is_some_and(|value| matches!(value.as_str(), "0" | "false" | "off"));
        let run = self.open.iter().rposition(|name| name == "r");
        if let (false, Some(run)) = (off, run) {
            self.unseen.push((FindingKind::HiddenText, run));
        }
    }

    fn note(&mut self, kind: FindingKind, text: &str) {
        let noted = self.read.hidden.entry(kind).or_default();
        if !noted.is_empty() && !text.is_empty() {
            noted.push('\n');
        }
        noted.push_str(text);
    }

    /// Text.
    pub fn text(&mut self, text: &str) {
        let shows = self
            .open
            .last()
            .is_some_and(|name| matches!(name.as_str(), "t" | "delText" | "instrText" | "delInstrText"));
        if shows {
            self.text_of(text);
        }
    }

    fn text_of(&mut self, text: &str) {
        match self.unseen.last() {
            Some((kind, _)) => {
                let kind = *kind;
                self.read.hidden.entry(kind).or_default().push_str(text);
            }
            None => match self.texts.last_mut() {
                Some(paragraph) => paragraph.push_str(text),
                None => self.texts.push(text.to_owned()),
            },
        }
    }

    /// An element ends.
    pub fn close(&mut self, name: &str) {
        self.open.pop();
        let depth = self.open.len();
        if self.unseen.iter().any(|(_, began)| *began >= depth) {
            self.unseen.retain(|(_, began)| *began < depth);
        }
        if name == "p" {
            self.end_paragraph(1);
        }
    }

    /// How much of the innermost paragraph has been seen, in bytes.
    pub fn offset(&self) -> usize {
        self.texts.last().map_or(0, String::len)
    }

    fn end_paragraph(&mut self, least: usize) {
        while let Some(text) = self.texts.pop() {
            self.read.paragraphs.push(text);
            if least > 0 {
                return;
            }
        }
    }
}
