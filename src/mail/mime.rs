//! The structure of a message: header lines and parts, found in one pass over the bytes.
//!
//! The pass keeps its own stack of at most [`MAX_DEPTH`] open parts, so no input can make it recurse, and compares
//! each line with the open boundaries only, so its time grows with the size of the message and nothing else.

use super::{decode::Transfer, header::Media};
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
    let mut reader = Reader {
        raw,
        at: 0,
        open: Vec::new(),
        structure: Structure::default(),
    };
    reader.skip_to_headers();
    reader.begin_part(None, Surroundings::Ordinary);
    while reader.at < raw.len() {
        reader.next_part();
    }
    reader.close_all(raw.len());
    reader.structure
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
        Some(memchr_newline(rest).map_or(rest, |end| rest.split_at(end + 1).0))
    }

    /// Reads the header of a part and opens it, together with a message's own header inside it.
    fn begin_part(&mut self, parent: Option<usize>, surroundings: Surroundings) {
        let (mut parent, mut surroundings) = (parent, surroundings);
        loop {
            let headers = self.headers();
            let media = Media::of(&headers, surroundings == Surroundings::Digest);
            let transfer = headers
                .first("Content-Transfer-Encoding")
                .map_or(Transfer::Plain, transfer_of);
            let fits = self.open.len() < MAX_DEPTH && self.structure.parts.len() + 1 < MAX_PARTS;
            let kind = match kind_of(&media, transfer) {
                Kind::Leaf => Kind::Leaf,
                _ if !fits => {
                    self.remark(Remark::TooDeep);
                    Kind::Leaf
                }
                kind => kind,
            };
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

    /// Goes on to the next boundary line and does what it says.
    fn next_part(&mut self) {
        let before = self.at;
        if self.structure.parts.len() >= MAX_PARTS {
            self.remark(Remark::TooManyParts);
            self.at = self.raw.len();
            self.keep_stray(before, self.raw.len());
            return;
        }
        let Some((delimiter, line_start)) = self.find_delimiter() else {
            self.at = self.raw.len();
            self.keep_stray(before, self.raw.len());
            return;
        };
        let content_end = before_line_end(self.raw, before, line_start);
        self.keep_stray(before, content_end);
        let (Delimiter::Next(level) | Delimiter::Last(level)) = delimiter;
        self.close_above(level, content_end);
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
    fn keep_stray(&mut self, from: usize, to: usize) {
        let Some(holder) = self.open.last().filter(|open| open.finished) else {
            return;
        };
        let parent = holder.part;
        if self
            .raw
            .get(from..to)
            .is_some_and(|bytes| !bytes.trim_ascii().is_empty())
        {
            self.remark(Remark::AfterLastPart);
            self.push_stray(parent, from, to);
        }
    }

    fn push_stray(&mut self, parent: usize, from: usize, to: usize) {
        self.structure.parts.push(Part {
            parent: Some(parent),
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

    fn close_all(&mut self, end: usize) {
        while !self.open.is_empty() {
            self.close_last(end);
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
        let (mut lines, mut field_from) = (0usize, block_from);
        while let Some(line) = self.line_at(self.at) {
            if line.trim_ascii_end().is_empty() {
                self.at += line.len();
                break;
            }
            let folded = line.starts_with(b" ") || line.starts_with(b"\t");
            let name = field_name(line);
            if !folded && name.is_none() {
                break;
            }
            let line_from = self.at;
            self.at += line.len();
            lines += 1;
            if lines > MAX_HEADER_LINES || self.at - block_from > MAX_HEADER_BLOCK {
                self.remark(Remark::HeaderTooLong);
                continue;
            }
            if let (false, Some(name)) = (folded, name) {
                field_from = line_from + name.len() + 1;
                fields.push(Header {
                    name: name.trim_ascii_end(),
                    value: &[],
                });
            }
            let full = self.raw.get(field_from..self.at).unwrap_or_default();
            let value = full.get(..MAX_HEADER).unwrap_or(full);
            if value.len() < full.len() {
                self.remark(Remark::FieldTooLong);
            }
            if let Some(field) = fields.last_mut() {
                field.value = value;
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
    let content = content
        .strip_suffix(b"\n")
        .map_or(content, |content| content.strip_suffix(b"\r").unwrap_or(content));
    from + content.len()
}

fn memchr_newline(bytes: &[u8]) -> Option<usize> {
    bytes.iter().position(|byte| *byte == b'\n')
}
