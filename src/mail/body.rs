//! What of a message is read as text, and what is offered as a file.

use std::collections::HashSet;

use super::{
    decode::{Lens, neutral, overrides_direction, text},
    fit::Fit,
    header::{Flow, words},
    html,
    mime::{Kind, Part, Structure},
    quote,
};
use crate::domain::message::{Attachment, Characters, Remark};

/// Bytes of text that are shown of one message.
pub const MAX_TEXT: usize = 1024 * 1024;
/// Bytes of text that are compared with their alternatives in one message.
const MAX_COMPARED: usize = 4 * MAX_TEXT;

/// The readable side of a message.
#[derive(Debug, Default)]
pub struct Body {
    /// Everything a reader would see.
    pub text: String,
    /// What the writer writes now.
    pub own_text: String,
    /// What is quoted or forwarded, attached messages included.
    pub quoted_text: String,
    /// The numbers of the parts that are not shown.
    pub offered: Vec<usize>,
    /// The numbers of the alternatives that are not shown because another one says the same.
    pub other_forms: Vec<usize>,
    /// Whether all of the text is certain to be what was written.
    pub characters: Characters,
    /// How well it reads.
    pub fit: Fit,
    /// What was odd.
    pub remarks: Vec<Remark>,
}

/// How the parts of a message are read.
#[derive(Clone, Copy)]
struct Sight {
    lens: Lens,
    /// Bytes of text that are read in all.
    room: usize,
}

/// Reads the parts of a message through a lens, at most so many bytes of text.
pub fn read(structure: &Structure<'_>, lens: Lens, most: usize) -> Body {
    let mut sight = Sight { lens, room: most };
    let mut layout = Layout::new(structure, sight);
    if !structure.parts.is_empty() {
        layout.place(0, None);
    }
    let mut body = Body {
        remarks: layout.remarks,
        ..Body::default()
    };
    let mut written = String::new();
    let mut forwarded = String::new();
    for shown in layout.shown {
        let Some(part) = structure.parts.get(shown.part) else {
            continue;
        };
        let text = readable(part, &mut sight, &mut body);
        match shown.inside {
            None => append(&mut written, &text),
            Some(message) => {
                append(&mut forwarded, &envelope(structure, message, lens));
                append(&mut forwarded, &text);
            }
        }
    }
    let split = quote::split(&written);
    body.text = written;
    body.own_text = split.own;
    body.quoted_text = split.quoted;
    append(&mut body.text, &forwarded);
    append(&mut body.quoted_text, &forwarded);
    layout.offered.sort_unstable();
    layout.other_forms.sort_unstable();
    if layout
        .offered
        .iter()
        .filter_map(|index| structure.parts.get(*index))
        .any(is_encrypted)
    {
        body.remarks.push(Remark::Encrypted);
    }
    body.offered = layout.offered;
    body.other_forms = layout.other_forms;
    body
}

/// Parts as files, by their numbers.
pub fn attachments(structure: &Structure<'_>, numbers: &[usize]) -> Vec<Attachment> {
    numbers
        .iter()
        .filter_map(|index| attachment(structure, *index))
        .collect()
}

fn append(text: &mut String, more: &str) {
    if !text.is_empty() && !more.is_empty() {
        text.push_str("\n\n");
    }
    text.push_str(more);
}

/// The lines above an attached message.
fn envelope(structure: &Structure<'_>, message: usize, lens: Lens) -> String {
    let Some(part) = structure.parts.iter().find(|part| part.parent == Some(message)) else {
        return String::new();
    };
    let field = |name: &str| {
        part.headers
            .first(name)
            .map(|value| format!("\n{name}: {}", words(value, lens)))
            .unwrap_or_default()
    };
    format!(
        "---------- Forwarded message{}{}{}",
        field("From"),
        field("Date"),
        field("Subject")
    )
}

/// A part shown as text, and the attached message it stands in, if it does.
struct Shown {
    part: usize,
    inside: Option<usize>,
}

/// Decides for each part whether it is shown. Goes down no deeper than the structure does, which is limited.
struct Layout<'structure, 'raw> {
    structure: &'structure Structure<'raw>,
    sight: Sight,
    children: Vec<Vec<usize>>,
    shown: Vec<Shown>,
    offered: Vec<usize>,
    other_forms: Vec<usize>,
    remarks: Vec<Remark>,
    room_to_compare: usize,
}

impl<'structure, 'raw> Layout<'structure, 'raw> {
    fn new(structure: &'structure Structure<'raw>, sight: Sight) -> Self {
        let mut children = vec![Vec::new(); structure.parts.len()];
        for (index, part) in structure.parts.iter().enumerate() {
            if let Some(siblings) = part.parent.and_then(|parent| children.get_mut(parent)) {
                siblings.push(index);
            }
        }
        Self {
            structure,
            sight,
            children,
            shown: Vec::new(),
            offered: Vec::new(),
            other_forms: Vec::new(),
            remarks: Vec::new(),
            room_to_compare: MAX_COMPARED,
        }
    }

    fn part(&self, index: usize) -> Option<&'structure Part<'raw>> {
        self.structure.parts.get(index)
    }

    fn children(&self, index: usize) -> Vec<usize> {
        self.children.get(index).cloned().unwrap_or_default()
    }

    fn place(&mut self, index: usize, inside: Option<usize>) {
        let Some(part) = self.part(index) else { return };
        match part.kind {
            Kind::Leaf if self.is_shown(index, part) => self.shown.push(Shown { part: index, inside }),
            Kind::Leaf | Kind::Stray => self.offered.push(index),
            Kind::Message => {
                self.offered.push(index);
                for child in self.children(index) {
                    self.place(child, Some(index));
                }
            }
            Kind::Multipart => {
                for child in self.children(index) {
                    self.place(child, inside);
                }
            }
            Kind::Alternative => self.place_alternatives(index, inside),
        }
    }

    fn is_shown(&self, index: usize, part: &Part<'_>) -> bool {
        let is_only_part = index == 0
            || part
                .parent
                .and_then(|parent| self.part(parent))
                .is_some_and(|p| p.kind == Kind::Message);
        let is_text = part.media.is("text/plain") || part.media.is("text/html");
        is_text && (is_only_part || (!part.media.is_attachment && part.media.file_name.is_none()))
    }

    /// Shows the plain one of several alternatives, unless the HTML says much that the plain one does not: a request
    /// must not hide behind "your program cannot show this mail".
    fn place_alternatives(&mut self, index: usize, inside: Option<usize>) {
        let children = self.children(index);
        let of = |layout: &Self, name: &str| children.iter().copied().find(|child| layout.holds_text(*child, name));
        let (plain, rich) = (of(self, "text/plain"), of(self, "text/html"));
        let shown = match (plain, rich) {
            (Some(plain), Some(rich)) if plain != rich => match self.compare(plain, rich) {
                Difference::Small => vec![plain],
                Difference::PlainLacks => vec![rich],
                Difference::Both => {
                    self.remarks.push(Remark::AlternativesDiffer);
                    vec![plain, rich]
                }
            },
            (plain, rich) => plain.or(rich).into_iter().collect(),
        };
        for child in children {
            if shown.contains(&child) {
                self.place(child, inside);
            } else {
                self.offer_files(child);
            }
        }
    }

    /// Whether a part is text of a type, or holds one.
    fn holds_text(&self, index: usize, name: &str) -> bool {
        self.first_text(index)
            .and_then(|leaf| self.part(leaf))
            .is_some_and(|part| part.media.is(name))
    }

    fn first_text(&self, index: usize) -> Option<usize> {
        let part = self.part(index)?;
        match part.kind {
            Kind::Leaf => self.is_shown(index, part).then_some(index),
            Kind::Multipart | Kind::Alternative => self
                .children(index)
                .into_iter()
                .find_map(|child| self.first_text(child)),
            Kind::Message | Kind::Stray => None,
        }
    }

    /// Offers what stands in an alternative that is not shown; its text, which another one says as well, apart.
    fn offer_files(&mut self, index: usize) {
        let Some(part) = self.part(index) else { return };
        match part.kind {
            Kind::Leaf if self.is_shown(index, part) => self.other_forms.push(index),
            Kind::Leaf | Kind::Stray | Kind::Message => self.offered.push(index),
            Kind::Multipart | Kind::Alternative => {
                for child in self.children(index) {
                    self.offer_files(child);
                }
            }
        }
    }

    /// How far two alternatives differ. Where there is no more room to compare, both are taken for worth showing.
    fn compare(&mut self, plain: usize, rich: usize) -> Difference {
        let (Some(plain), Some(rich)) = (self.words_of(plain), self.words_of(rich)) else {
            return Difference::Both;
        };
        let missing = rich.difference(&plain).count();
        let extra = plain.difference(&rich).count();
        // Addresses of links and pictures make small differences in every newsletter.
        if missing * 10 <= rich.len() * 3 || missing < 4 {
            Difference::Small
        } else if extra * 10 <= plain.len() {
            Difference::PlainLacks
        } else {
            Difference::Both
        }
    }

    fn words_of(&mut self, index: usize) -> Option<HashSet<String>> {
        let part = self.first_text(index).and_then(|leaf| self.part(leaf))?;
        let room = self.room_to_compare.min(self.sight.room);
        let mut sight = Sight { room, ..self.sight };
        let words = vocabulary(&readable(part, &mut sight, &mut Body::default()));
        self.room_to_compare -= room - sight.room;
        (room > 0).then_some(words)
    }
}

/// How two alternatives differ.
enum Difference {
    /// They say the same.
    Small,
    /// The plain one leaves out much of what the HTML says.
    PlainLacks,
    /// Each says what the other does not.
    Both,
}

/// The different words of a text; in scripts without spaces, the different characters.
fn vocabulary(text: &str) -> HashSet<String> {
    let mut words = HashSet::new();
    for word in text
        .split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty())
    {
        if word.is_ascii() {
            words.insert(word.to_ascii_lowercase());
        } else {
            words.extend(word.chars().map(String::from));
        }
    }
    words
}

/// A text part as it reads, cut where there is no more room.
fn readable(part: &Part<'_>, sight: &mut Sight, body: &mut Body) -> String {
    let Sight { lens, room } = sight;
    // Written bytes are never fewer than decoded ones in base64 and quoted-printable: three to one is the most.
    let written = part.body.get(..room.saturating_mul(3)).unwrap_or(part.body);
    let mut bytes = part.transfer.decode(written);
    if written.len() < part.body.len() || bytes.len() > *room {
        cut(&mut bytes, *room);
        body.remarks.push(Remark::TextTooLong);
    }
    let is_html = part.media.is("text/html");
    let named_inside = if is_html && part.media.charset.is_none() {
        html_charset(&bytes)
    } else {
        None
    };
    let decoded = text(&bytes, part.media.charset.as_deref().or(named_inside.as_deref()), *lens);
    body.remarks.extend(decoded.remark);
    body.characters = body.characters.and(decoded.characters);
    body.fit = body.fit.and(Fit::of(&decoded.text));
    if decoded.text.contains("-----BEGIN PGP MESSAGE-----") {
        body.remarks.push(Remark::Encrypted);
    }
    if overrides_direction(&decoded.text) {
        body.remarks.push(Remark::DirectionOverridden);
    }
    let readable = if is_html {
        html::to_text(&decoded.text)
    } else {
        unflowed(&decoded.text, part.media.flow)
    };
    let readable = neutral(&readable);
    *room = room.saturating_sub(bytes.len());
    readable.trim_matches('\n').trim_end().to_owned()
}

/// Cuts bytes where no character is cut in two, as far as that can be told without knowing the character set.
fn cut(bytes: &mut Vec<u8>, most: usize) {
    const LOOKED_AT: usize = 1000;
    bytes.truncate(most);
    let whole = match str::from_utf8(bytes) {
        Ok(_) => return,
        Err(error) if error.error_len().is_none() => error.valid_up_to(),
        Err(_) => {
            let last_ascii = bytes.iter().rev().take(LOOKED_AT).position(u8::is_ascii);
            bytes.len() - last_ascii.unwrap_or(0)
        }
    };
    bytes.truncate(whole);
}

/// The character set an HTML document names in its head.
fn html_charset(bytes: &[u8]) -> Option<String> {
    let head = String::from_utf8_lossy(bytes.get(..1024).unwrap_or(bytes)).to_ascii_lowercase();
    let (_, after) = head.split_once("charset=")?;
    let name = after.trim_start_matches(['"', '\'', ' ']);
    let name = name.split(['"', '\'', ' ', '>', '/', ';']).next().unwrap_or_default();
    (!name.is_empty()).then(|| name.to_owned())
}

/// Joins the lines of a flowed text (RFC 3676, section 4).
fn unflowed(text: &str, flow: Flow) -> String {
    let Flow::Flowed { deletes_space } = flow else {
        return text.to_owned();
    };
    let mut result = String::with_capacity(text.len());
    let mut open_depth: Option<usize> = None;
    for line in text.lines() {
        let content = line.trim_start_matches('>');
        let depth = line.len() - content.len();
        let content = content.strip_prefix(' ').unwrap_or(content);
        if open_depth != Some(depth) || content == "-- " {
            if open_depth.is_some() {
                result.push('\n');
            }
            result.extend(std::iter::repeat_n('>', depth));
            if depth > 0 {
                result.push(' ');
            }
        }
        match content.strip_suffix(' ').filter(|_| content != "-- ") {
            Some(kept) => {
                result.push_str(if deletes_space { kept } else { content });
                open_depth = Some(depth);
            }
            None => {
                result.push_str(content);
                result.push('\n');
                open_depth = None;
            }
        }
    }
    result
}

fn is_encrypted(part: &Part<'_>) -> bool {
    let name = part.media.name.as_str();
    matches!(
        name,
        "application/pgp-encrypted" | "application/pkcs7-mime" | "application/x-pkcs7-mime"
    )
}

/// A part as a file.
fn attachment(structure: &Structure<'_>, index: usize) -> Option<Attachment> {
    let part = structure.parts.get(index)?;
    let size = part.transfer.decode(part.body).len();
    Some(Attachment {
        index,
        name: file_name(part, index),
        media_type: part.media.name.clone(),
        size,
    })
}

/// The name a part gives itself, or one made from its type and number.
pub fn file_name(part: &Part<'_>, index: usize) -> String {
    let ending = match part.media.name.as_str() {
        "message/rfc822" | "message/global" => "eml",
        "text/plain" | "message/delivery-status" | "text/rfc822-headers" => "txt",
        "text/html" => "html",
        "text/calendar" => "ics",
        "application/pdf" => "pdf",
        "image/jpeg" => "jpg",
        "image/png" => "png",
        "image/gif" => "gif",
        _ => "bin",
    };
    part.media
        .file_name
        .clone()
        .unwrap_or_else(|| format!("part-{index}.{ending}"))
}

#[cfg(test)]
mod tests {
    use super::cut;

    #[test]
    fn text_is_cut_between_characters() {
        let cut_at = |text: &[u8], most| {
            let mut bytes = text.to_vec();
            cut(&mut bytes, most);
            bytes
        };
        assert_eq!(cut_at("删除".as_bytes(), 5), "删".as_bytes());
        assert_eq!(cut_at(b"ab", 9), b"ab");
        assert_eq!(cut_at(b"a \xc9\xbe\xb3\xfd", 5), b"a ");
        assert_eq!(cut_at(&b"\xb3\xfd".repeat(900), 1501).len(), 1501);
    }
}
