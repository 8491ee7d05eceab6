//! Writes the XML of a text anew: what is seen stays, and only that.

use std::collections::{BTreeMap, BTreeSet};

use super::super::place::Stretch;
use super::super::read::document::Reader;
use super::super::xml::{Element, Piece, escaped, local, pieces};

/// What is to be done with a part.
pub struct Rules<'r> {
    /// What goes from which paragraph, and the mark for it.
    pub removals: &'r BTreeMap<usize, Vec<(Stretch, String)>>,
    /// The numbers of the paragraphs in the order in which they begin.
    pub numbers: &'r [usize],
    /// The references that stay.
    pub references: BTreeSet<String>,
    /// Whether all text goes.
    pub without_text: bool,
}

/// A part written anew.
pub struct Done {
    /// Its text.
    pub text: String,
    /// Whether something that could be seen is left out.
    pub left_out: bool,
}

/// The part could not be read to its end.
pub struct Unread;

/// Gone with all that is in them: what is hidden, changed, noted, fetched, or drawn.
const GONE: [&str; 56] = [
    "del",
    "moveFrom",
    "rPrChange",
    "pPrChange",
    "sectPrChange",
    "tblPrChange",
    "tblPrExChange",
    "trPrChange",
    "tcPrChange",
    "tblGridChange",
    "numberingChange",
    "cellIns",
    "cellDel",
    "cellMerge",
    "moveFromRangeStart",
    "moveFromRangeEnd",
    "moveToRangeStart",
    "moveToRangeEnd",
    "instrText",
    "delInstrText",
    "fldChar",
    "commentRangeStart",
    "commentRangeEnd",
    "commentReference",
    "annotationRef",
    "bookmarkStart",
    "bookmarkEnd",
    "proofErr",
    "permStart",
    "permEnd",
    "drawing",
    "pict",
    "object",
    "AlternateContent",
    "sdtPr",
    "sdtEndPr",
    "smartTagPr",
    "customXmlPr",
    "altChunk",
    "extLst",
    "custDataLst",
    "timing",
    "transition",
    "hlinkClick",
    "hlinkHover",
    "pic",
    "contentPart",
    "notesMasterIdLst",
    "handoutMasterIdLst",
    "custShowLst",
    "embeddedFontLst",
    "numPicBullet",
    "lvlPicBulletId",
    "photoAlbum",
    "control",
    "docVars",
];
/// Gone themselves, with their content kept.
const OPENED: [&str; 9] = [
    "ins",
    "moveTo",
    "sdt",
    "sdtContent",
    "smartTag",
    "customXml",
    "hyperlink",
    "fldSimple",
    "dir",
];
/// What could be seen.
const DRAWN: [&str; 5] = ["drawing", "pict", "object", "pic", "AlternateContent"];
/// Boxes of a slide that go as a whole where they hold no text that can be kept.
const BOXES: [&str; 4] = ["sp", "graphicFrame", "grpSp", "cxnSp"];

/// Writes a part anew.
///
/// # Errors
/// When it cannot be read to its end.
pub fn rewritten(text: &str, rules: &Rules<'_>) -> Result<Done, Unread> {
    let mut rewriter = Rewriter {
        rules,
        reader: Reader::default(),
        out: String::with_capacity(text.len()),
        names: Vec::new(),
        gone: 0,
        boxes: Vec::new(),
        begun: 0,
        paragraphs: Vec::new(),
        marked: BTreeSet::new(),
        left_out: false,
    };
    let mut all = pieces(text);
    for piece in all.by_ref() {
        match piece {
            Piece::Open(element) => rewriter.open(&element),
            Piece::Close(name) => rewriter.close(&name),
            Piece::Text(text) => rewriter.text(&text),
        }
    }
    match all.is_broken() {
        true => Err(Unread),
        false => Ok(Done {
            text: rewriter.out,
            left_out: rewriter.left_out,
        }),
    }
}

struct Rewriter<'r> {
    rules: &'r Rules<'r>,
    /// Says of each text whether it is seen, as it did when the file was looked through.
    reader: Reader,
    out: String,
    /// The open elements: what is written when each ends.
    names: Vec<Option<String>>,
    /// How many elements deep it is in something that goes.
    gone: usize,
    boxes: Vec<OpenBox>,
    /// How many paragraphs have begun.
    begun: usize,
    paragraphs: Vec<usize>,
    /// The stretches whose mark is written.
    marked: BTreeSet<(usize, Stretch)>,
    left_out: bool,
}

/// A box of a slide that is being written.
struct OpenBox {
    /// Where it begins in what is written.
    start: usize,
    /// How many elements were open.
    depth: usize,
    /// Whether it goes.
    goes: bool,
}

impl Rewriter<'_> {
    fn open(&mut self, element: &Element<'_>) {
        let name = element.name().to_owned();
        let before = self.reader.offset();
        self.reader.open(element);
        if name == "p" {
            self.paragraphs
                .push(self.rules.numbers.get(self.begun).copied().unwrap_or(0));
            self.begun += 1;
        }
        if self.gone > 0 {
            self.gone += 1;
            return;
        }
        // A tab or the end of a line inside what is to go goes with it.
        let after = self.reader.offset();
        let taken = after > before && self.goes(before);
        let unlinked = reference(element).is_some_and(|id| !self.rules.references.contains(&id));
        if taken
            || unlinked
            || GONE.contains(&name.as_str())
            || (self.in_properties() && matches!(name.as_str(), "ins" | "moveTo"))
        {
            self.left_out |= DRAWN.contains(&name.as_str());
            self.gone = 1;
            return;
        }
        if OPENED.contains(&name.as_str()) {
            self.names.push(None);
            return;
        }
        if name == "blipFill" {
            // A picture as paint.
            self.out
                .push_str(&format!("<{}/>", element.full_name().replace("blipFill", "noFill")));
            self.left_out = true;
            self.gone = 1;
            return;
        }
        self.begin_box(element);
        self.write_open(element);
    }

    /// Boxes that are hidden, or whose content is a chart or an object of another program, go as a whole.
    fn begin_box(&mut self, element: &Element<'_>) {
        let name = element.name();
        if BOXES.contains(&name) {
            self.boxes.push(OpenBox {
                start: self.out.len(),
                depth: self.names.len(),
                goes: name == "graphicFrame",
            });
        } else if let Some(last) = self.boxes.last_mut() {
            match name {
                "tbl" => last.goes = false,
                "cNvPr" if element.is_on("hidden") => last.goes = true,
                _ => {}
            }
        }
    }

    fn in_properties(&self) -> bool {
        let above = self.names.iter().rev().flatten().next();
        above.is_some_and(|name| matches!(local(name), "rPr" | "trPr"))
    }

    fn write_open(&mut self, element: &Element<'_>) {
        let full = element.full_name();
        self.out.push('<');
        self.out.push_str(&full);
        for (key, value) in element.attributes() {
            if keeps_attribute(element.name(), &key) {
                self.out.push_str(&format!(r#" {key}="{}""#, escaped(&value)));
            }
        }
        self.out.push('>');
        self.names.push(Some(full));
    }

    fn close(&mut self, name: &str) {
        self.reader.close(name);
        if name == "p" {
            self.paragraphs.pop();
        }
        if self.gone > 0 {
            self.gone -= 1;
            return;
        }
        if let Some(Some(full)) = self.names.pop() {
            self.out.push_str(&format!("</{full}>"));
        }
        if self.boxes.last().is_some_and(|last| last.depth == self.names.len())
            && let Some(last) = self.boxes.pop()
            && last.goes
        {
            self.out.truncate(last.start);
            self.left_out = true;
        }
    }

    fn text(&mut self, text: &str) {
        let before = self.reader.offset();
        self.reader.text(text);
        let seen = self.reader.offset() > before;
        if self.gone > 0 || !seen || self.rules.without_text {
            return;
        }
        let kept = self.cut(before, text);
        self.out.push_str(&escaped(&kept));
    }

    /// Whether what stands at an offset of the paragraph's text goes.
    fn goes(&self, offset: usize) -> bool {
        let removals = self
            .paragraphs
            .last()
            .and_then(|number| self.rules.removals.get(number));
        removals.is_some_and(|removals| {
            removals
                .iter()
                .any(|(stretch, _)| (stretch.start..stretch.end).contains(&offset))
        })
    }

    /// A piece of the paragraph's text that begins at an offset, with marks in place of what goes.
    fn cut(&mut self, offset: usize, text: &str) -> String {
        let Some(number) = self.paragraphs.last().copied() else {
            return text.to_owned();
        };
        let Some(removals) = self.rules.removals.get(&number) else {
            return text.to_owned();
        };
        let mut kept = String::with_capacity(text.len());
        for (at, one) in text.char_indices() {
            let place = offset + at;
            match removals
                .iter()
                .find(|(stretch, _)| (stretch.start..stretch.end).contains(&place))
            {
                None => kept.push(one),
                Some((stretch, mark)) => {
                    if self.marked.insert((number, *stretch)) {
                        kept.push_str(mark);
                    }
                }
            }
        }
        kept
    }
}

/// The part that an element is nothing but a reference to.
fn reference(element: &Element<'_>) -> Option<String> {
    let name = element.name();
    let only = matches!(
        name,
        "headerReference" | "footerReference" | "sldId" | "sldMasterId" | "sldLayoutId"
    );
    let attributes = if only { element.attributes() } else { Vec::new() };
    let id = attributes
        .into_iter()
        .find(|(key, _)| key.ends_with(":id") && key != "w:id");
    id.map(|(_, value)| value)
}

/// Attributes that say who edited what when, describe, or lead to parts that are gone, go.
fn keeps_attribute(element: &str, key: &str) -> bool {
    let name = local(key);
    let private = name.starts_with("rsid") || matches!(name, "paraId" | "textId" | "author" | "date" | "initials");
    let described = matches!(element, "cNvPr" | "docPr") && matches!(name, "descr" | "title");
    let linked = matches!(name, "embed" | "link" | "pict") && key.contains(':');
    !(private || linked || described)
}
