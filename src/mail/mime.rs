//! The structure of a message: header lines and parts, found in one pass over the bytes.
//!
//! The pass keeps its own stack of at most [`MAX_DEPTH`] open parts, so no input can make it recurse, and compares
//! each line with the open boundaries only, so its time grows with the size of the message and nothing else.

use super::{decode::Lens, header::Media, transfer::Transfer};
use crate::domain::message::Remark;

/// Bytes of one header block that are read; the rest of it is passed over.
pub const MAX_HEADER_BLOCK: usize = 256 * 1024;
/// Header lines of one block that are read.
pub const MAX_HEADER_LINES: usize = 1000;
/// Bytes of one header field that are read.
pub const MAX_HEADER: usize = 64 * 1024;
/// Parts inside parts.
pub const MAX_DEPTH: usize = 20;
/// Parts in a message, those that hold others included.
pub const MAX_PARTS: usize = 1000;

/// One header field, as it stands in the bytes.
#[derive(Debug, Clone, Copy)]
pub struct Header<'raw> {
    /// The name before the colon.
    pub name: &'raw [u8],
    /// What follows the colon, folded lines included.
    pub value: &'raw [u8],
}

/// The header fields of a message or part.
#[derive(Debug, Clone, Default)]
pub struct Headers<'raw>(Vec<Header<'raw>>);

impl<'raw> Headers<'raw> {
    /// All values of a field, topmost first.
    pub fn all<'name>(&'name self, name: &'name str) -> impl Iterator<Item = &'raw [u8]> + 'name {
        self.0
            .iter()
            .filter(|header| header.name.eq_ignore_ascii_case(name.as_bytes()))
            .map(|header| header.value)
    }

    /// The topmost value of a field.
    pub fn first(&self, name: &str) -> Option<&'raw [u8]> {
        self.0
            .iter()
            .find(|header| header.name.eq_ignore_ascii_case(name.as_bytes()))
            .map(|header| header.value)
    }

    /// Every field, topmost first.
    pub fn iter(&self) -> impl Iterator<Item = Header<'raw>> + '_ {
        self.0.iter().copied()
    }

    /// Whether any field's name starts so.
    pub fn has_prefix(&self, prefix: &str) -> bool {
        let prefix = prefix.as_bytes();
        self.0.iter().any(|header| {
            header
                .name
                .get(..prefix.len())
                .is_some_and(|start| start.eq_ignore_ascii_case(prefix))
        })
    }
}

/// What a part is in the structure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Holds alternatives of one content, the last being the richest.
    Alternative,
    /// Holds parts one after the other.
    Multipart,
    /// Holds another message.
    Message,
    /// Holds content.
    Leaf,
    /// What stands after the last boundary, or beyond a limit: content that no header describes.
    Stray,
}

/// One part. Its number is its place in [`Structure::parts`].
#[derive(Debug, Clone)]
pub struct Part<'raw> {
    /// The part that holds this one; the whole message has none.
    pub parent: Option<usize>,
    /// What it is.
    pub kind: Kind,
    /// Its own header fields.
    pub headers: Headers<'raw>,
    /// Its media type and how it is to be shown.
    pub media: Media,
    /// How its body is written.
    pub transfer: Transfer,
    /// Its body as it stands in the message.
    pub body: &'raw [u8],
}

/// A message taken apart.
#[derive(Debug, Clone, Default)]
pub struct Structure<'raw> {
    /// Every part in order; the first is the message itself.
    pub parts: Vec<Part<'raw>>,
    /// Which limits it broke, and what else is odd in it.
    pub remarks: Vec<Remark>,
}

/// Takes a message apart.
pub fn read(raw: &[u8]) -> Structure<'_> {
    read_through(raw, Lens::default())
}

/// Takes a message apart, the names of its files read through a lens.
pub fn read_through(raw: &[u8], lens: Lens) -> Structure<'_> {
    let mut reader = Reader {
        lens,
        ..Reader::of(raw)
    };
    reader.skip_to_headers();
    reader.begin_part(None, Surroundings::Ordinary);
    while reader.at < raw.len() {
        reader.next_part();
    }
    reader.finish();
    reader.structure
}

/// The header of a message alone; `None` when it breaks a limit, so that what is read of it is not all of it.
pub fn head(raw: &[u8]) -> Option<Headers<'_>> {
    let mut reader = Reader::of(raw);
    reader.skip_to_headers();
    let headers = reader.headers();
    reader.structure.remarks.is_empty().then_some(headers)
}

/// What a part without a media type is taken for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Surroundings {
    Ordinary,
    /// In `multipart/digest` each part is a message (RFC 2046, section 5.1.5).
    Digest,
}

/// A part whose end is not known yet.
struct Open {
    part: usize,
    body_from: usize,
    /// With which line its own parts are separated; a message has none.
    boundary: Option<Vec<u8>>,
    surroundings: Surroundings,
    /// Its last boundary has passed: what follows belongs to no part.
    finished: bool,
    held_parts: bool,
}

struct Reader<'raw> {
    raw: &'raw [u8],
    /// What ends a line: a line feed, or a carriage return in a message that has no line feed at all.
    line_end: u8,
    lens: Lens,
    at: usize,
    open: Vec<Open>,
    structure: Structure<'raw>,
}

/// What a boundary line says.
enum Delimiter {
    Next(usize),
    Last(usize),
}

impl<'raw> Reader<'raw> {
    fn of(raw: &'raw [u8]) -> Self {
        Self {
            raw,
            line_end: if raw.contains(&b'\n') { b'\n' } else { b'\r' },
            lens: Lens::default(),
            at: 0,
            open: Vec::new(),
            structure: Structure::default(),
        }
    }

    /// Passes over what some stores put before the first header: empty lines and an mbox `From ` line.
    fn skip_to_headers(&mut self) {
        while let Some(line) = self.line_at(self.at)
            && (line.trim_ascii().is_empty() || line.starts_with(b"From ") || line.starts_with(b">From "))
        {
            self.at += line.len();
        }
    }

    /// The line that starts at an offset, with its line end.
    fn line_at(&self, offset: usize) -> Option<&'raw [u8]> {
        let rest = self.raw.get(offset..).filter(|rest| !rest.is_empty())?;
        let end = rest.iter().position(|byte| *byte == self.line_end);
        Some(end.map_or(rest, |end| rest.split_at(end + 1).0))
    }

    /// Reads the header of a part and opens it, together with a message's own header inside it.
    fn begin_part(&mut self, parent: Option<usize>, surroundings: Surroundings) {
        let (mut parent, mut surroundings) = (parent, surroundings);
        loop {
            let headers = self.headers();
            let media = Media::of(&headers, surroundings == Surroundings::Digest, self.lens);
            let transfer = headers
                .first("Content-Transfer-Encoding")
                .map_or(Transfer::Plain, transfer_of);
            for remark in media.remarks.clone() {
                self.remark(remark);
            }
            let kind = self.fitting(kind_of(&media, transfer));
            let part = self.structure.parts.len();
            let holds_digest = media.is("multipart/digest");
            let boundary = (kind == Kind::Alternative || kind == Kind::Multipart)
                .then(|| media.boundary.clone())
                .flatten();
            self.structure.parts.push(Part {
                parent,
                kind,
                headers,
                media,
                transfer,
                body: &[],
            });
            self.open.push(Open {
                part,
                body_from: self.at,
                boundary,
                surroundings: if holds_digest {
                    Surroundings::Digest
                } else {
                    Surroundings::Ordinary
                },
                finished: false,
                held_parts: false,
            });
            if kind != Kind::Message {
                return;
            }
            (parent, surroundings) = (Some(part), Surroundings::Ordinary);
        }
    }

    /// What a part is taken for where the limits are: one that would hold too much is a file as it came.
    fn fitting(&mut self, kind: Kind) -> Kind {
        let (is_holder, count) = (kind != Kind::Leaf, self.structure.parts.len());
        if is_holder && self.open.len() >= MAX_DEPTH {
            self.remark(Remark::TooDeep);
            Kind::Leaf
        } else if is_holder && count + 2 >= MAX_PARTS {
            self.remark(Remark::TooManyParts);
            Kind::Leaf
        } else {
            kind
        }
    }

    /// Goes on to the next boundary line and does what it says.
    fn next_part(&mut self) {
        let before = self.at;
        let Some((delimiter, line_start)) = self.find_delimiter() else {
            self.at = self.raw.len();
            self.keep_after_last(before, self.raw.len());
            return;
        };
        let content_end = before_line_end(self.raw, before, line_start);
        let (Delimiter::Next(level) | Delimiter::Last(level)) = delimiter;
        // There is room for what stands between parts, for one more part, and for the rest.
        if self.structure.parts.len() + 3 > MAX_PARTS {
            self.remark(Remark::TooManyParts);
            let is_between = self.open.last().is_some_and(|open| open.finished);
            let from = if is_between { before } else { line_start };
            self.close_above(level, content_end);
            self.push_stray(level, from, self.raw.len());
            self.at = self.raw.len();
            for open in &mut self.open {
                open.finished = true;
            }
            return;
        }
        self.keep_after_last(before, content_end);
        self.close_above(level, content_end);
        self.keep_before_first(level, content_end);
        let Some(holder) = self.open.get_mut(level) else { return };
        holder.held_parts = true;
        match delimiter {
            Delimiter::Last(_) => holder.finished = true,
            Delimiter::Next(_) => {
                holder.finished = false;
                let (parent, surroundings) = (holder.part, holder.surroundings);
                self.begin_part(Some(parent), surroundings);
            }
        }
    }

    /// The next line that is a boundary of an open part, and where that line starts; `at` moves behind it.
    fn find_delimiter(&mut self) -> Option<(Delimiter, usize)> {
        while let Some(line) = self.line_at(self.at) {
            let start = self.at;
            self.at += line.len();
            let Some(mark) = line.strip_prefix(b"--") else { continue };
            let mark = mark.trim_ascii_end();
            for (level, open) in self.open.iter().enumerate().rev() {
                let Some(boundary) = &open.boundary else { continue };
                match mark.strip_prefix(boundary.as_slice()) {
                    Some([]) => return Some((Delimiter::Next(level), start)),
                    Some(b"--") => return Some((Delimiter::Last(level), start)),
                    _ => {}
                }
            }
        }
        None
    }

    /// Text after a last boundary is shown by no mail program; here it is a part, so that nothing is hidden.
    fn keep_after_last(&mut self, from: usize, to: usize) {
        let level = self.open.len().saturating_sub(1);
        let is_finished = self.open.get(level).is_some_and(|open| open.finished);
        if is_finished && !self.text(from, to).is_empty() {
            self.remark(Remark::AfterLastPart);
            self.push_stray(level, from, to);
        }
    }

    /// Nor is text before the first boundary, where mail programs write to those that do not know MIME.
    fn keep_before_first(&mut self, level: usize, to: usize) {
        let Some(holder) = self.open.get(level).filter(|open| !open.held_parts) else {
            return;
        };
        let from = holder.body_from;
        let text = self.text(from, to);
        if !text.is_empty() && !is_usual_notice(text) {
            self.remark(Remark::BeforeFirstPart);
            self.push_stray(level, from, to);
        }
    }

    fn text(&self, from: usize, to: usize) -> &'raw [u8] {
        self.raw.get(from..to).unwrap_or_default().trim_ascii()
    }

    /// Lists bytes that are no part of their own under the open part that holds them.
    fn push_stray(&mut self, level: usize, from: usize, to: usize) {
        self.structure.parts.push(Part {
            parent: self.open.get(level).map(|open| open.part),
            kind: Kind::Stray,
            headers: Headers::default(),
            media: Media::plain_text(),
            transfer: Transfer::Plain,
            body: self.raw.get(from..to).unwrap_or_default(),
        });
    }

    /// Ends every part that is inside the one at a level.
    fn close_above(&mut self, level: usize, end: usize) {
        while self.open.len() > level + 1 {
            self.close_last(end);
        }
    }

    /// Ends every part with the message.
    fn finish(&mut self) {
        if self.open.iter().any(|open| open.held_parts && !open.finished) {
            self.remark(Remark::EndMissing);
        }
        while !self.open.is_empty() {
            self.close_last(self.raw.len());
        }
    }

    fn close_last(&mut self, end: usize) {
        let Some(open) = self.open.pop() else { return };
        let Some(part) = self.structure.parts.get_mut(open.part) else {
            return;
        };
        part.body = self.raw.get(open.body_from..end).unwrap_or_default();
        // A multipart in which no boundary line was found is text that says it is something else.
        if (part.kind == Kind::Alternative || part.kind == Kind::Multipart) && !open.held_parts {
            part.kind = Kind::Leaf;
            part.media = Media::plain_text();
        }
    }

    /// Reads header fields up to the empty line, or up to the first line that cannot belong to a header.
    fn headers(&mut self) -> Headers<'raw> {
        let block_from = self.at;
        let mut fields: Vec<Header<'raw>> = Vec::new();
        let mut lines = 0usize;
        // Where the value of the last field began; `None` while its lines are passed over.
        let mut value_from = None;
        while let Some(line) = self.line_at(self.at) {
            if line.trim_ascii_end().is_empty() {
                self.at += line.len();
                break;
            }
            let folds = line.starts_with(b" ") || line.starts_with(b"\t");
            let name = field_name(line).filter(|_| !folds);
            if name.is_none() && (!folds || lines == 0) {
                break;
            }
            let line_from = self.at;
            self.at += line.len();
            lines += 1;
            let is_beyond = lines > MAX_HEADER_LINES || self.at - block_from > MAX_HEADER_BLOCK;
            if is_beyond {
                self.remark(Remark::HeaderTooLong);
            }
            if let Some(name) = name {
                // A second sender must not hide behind the limit.
                let is_kept = !is_beyond || (fields.len() < MAX_HEADER_LINES + 2 && is_from(name));
                value_from = is_kept.then_some(line_from + name.len() + 1);
                if is_kept {
                    fields.push(Header {
                        name: name.trim_ascii_end(),
                        value: &[],
                    });
                }
            } else if is_beyond && !fields.last().is_some_and(|field| is_from(field.name)) {
                value_from = None;
            }
            if let (Some(from), Some(field)) = (value_from, fields.last_mut()) {
                let full = self.raw.get(from..self.at).unwrap_or_default();
                field.value = full.get(..MAX_HEADER).unwrap_or(full);
                if full.len() > MAX_HEADER {
                    self.remark(Remark::FieldTooLong);
                }
            }
        }
        Headers(fields)
    }

    fn remark(&mut self, remark: Remark) {
        if !self.structure.remarks.contains(&remark) {
            self.structure.remarks.push(remark);
        }
    }
}

/// The name of a header field, if the line starts one: printable ASCII, then a colon (RFC 5322, section 2.2).
fn field_name(line: &[u8]) -> Option<&[u8]> {
    let colon = line.iter().take(128).position(|byte| *byte == b':')?;
    let name = line.get(..colon)?;
    let written = name.trim_ascii_end();
    (!written.is_empty() && written.iter().all(|byte| byte.is_ascii_graphic())).then_some(name)
}

fn is_from(name: &[u8]) -> bool {
    name.trim_ascii_end().eq_ignore_ascii_case(b"From")
}

/// Whether a text before the first part is what programs write there: "This is a multi-part message in MIME format."
fn is_usual_notice(text: &[u8]) -> bool {
    const LONGEST: usize = 400;
    let names_mime = text.windows(4).any(|word| word == b"MIME");
    text.len() <= LONGEST && (names_mime || text.starts_with(b"This is a multi"))
}

fn kind_of(media: &Media, transfer: Transfer) -> Kind {
    if media.is("multipart/alternative") && media.boundary.is_some() {
        Kind::Alternative
    } else if media.name.starts_with("multipart/") && media.boundary.is_some() {
        Kind::Multipart
    } else if (media.is("message/rfc822") || media.is("message/global")) && transfer == Transfer::Plain {
        Kind::Message
    } else {
        Kind::Leaf
    }
}

fn transfer_of(value: &[u8]) -> Transfer {
    let word = value
        .split(|byte| matches!(byte, b';' | b'('))
        .next()
        .unwrap_or_default();
    Transfer::of(&String::from_utf8_lossy(word))
}

/// The line end before a boundary line belongs to the boundary (RFC 2046, section 5.1.1).
fn before_line_end(raw: &[u8], from: usize, line_start: usize) -> usize {
    let content = raw.get(from..line_start).unwrap_or_default();
    let content = content.strip_suffix(b"\n").unwrap_or(content);
    from + content.strip_suffix(b"\r").unwrap_or(content).len()
}
