//! Addresses as header fields write them (RFC 5322, section 3.4), and which of them a mail is from.

use super::{
    decode::{Lens, neutral},
    header::{encoded_word_length, words},
    mime::{Headers, MAX_HEADER},
};
use crate::domain::message::{Address, Sender};

/// Addresses of one message that are read.
pub const MAX_ADDRESSES: usize = 1000;
/// Bytes of a sender that cannot be told; enough for a person to see why.
const MAX_SHOWN: usize = 500;

/// What an address field holds.
#[derive(Debug, Default)]
pub struct Listed {
    /// The addresses in order.
    pub addresses: Vec<Address>,
    /// A named group, a comment or something that is no address stands among them.
    pub is_odd: bool,
}

/// Reads an address field, its names through a lens.
pub fn list(value: &[u8], lens: Lens) -> Listed {
    let mut reader = Reader {
        lens,
        ..Reader::default()
    };
    let mut rest = value;
    while let Some((first, after)) = rest.split_first() {
        let length = encoded_word_length(rest).filter(|_| reader.place != Place::Angle);
        if let Some((word, behind)) = length.and_then(|length| rest.split_at_checked(length)) {
            reader.name_or_comment().extend_from_slice(word);
            rest = behind;
            continue;
        }
        rest = after;
        reader.step(if is_bare_line_end(*first, after) { b' ' } else { *first });
        if reader.listed.addresses.len() > MAX_ADDRESSES {
            return reader.listed;
        }
    }
    // The last entry of a field that was cut may be half an address, and half an address is somebody else's.
    if value.len() >= MAX_HEADER {
        reader.listed.is_odd = true;
        return reader.listed;
    }
    reader.end_entry();
    reader.listed.is_odd |= !reader.waiting.is_empty();
    reader.listed
}

/// Whether a byte ends a line without folding the field: what stands on both sides of it is not one word.
fn is_bare_line_end(byte: u8, after: &[u8]) -> bool {
    matches!(byte, b'\r' | b'\n') && !matches!(after.first(), Some(b'\r' | b'\n' | b' ' | b'\t'))
}

#[derive(Clone, Copy, Default, PartialEq, Eq)]
enum Place {
    #[default]
    Phrase,
    Quoted,
    Angle,
}

#[derive(Default)]
struct Reader {
    lens: Lens,
    place: Place,
    comment_depth: usize,
    is_escaped: bool,
    phrase: Vec<u8>,
    angle: Option<Vec<u8>>,
    comment: Vec<u8>,
    /// A phrase that was ended by a comma without an address: part of the next one's name.
    waiting: Vec<u8>,
    listed: Listed,
}

impl Reader {
    fn name_or_comment(&mut self) -> &mut Vec<u8> {
        if self.comment_depth > 0 {
            &mut self.comment
        } else {
            &mut self.phrase
        }
    }

    fn step(&mut self, byte: u8) {
        if self.is_escaped {
            self.is_escaped = false;
            self.current().push(byte);
            return;
        }
        match (byte, self.place) {
            (b'\\', _) => self.is_escaped = true,
            (b'\r' | b'\n', _) => {}
            (b'(', Place::Phrase | Place::Angle) => {
                self.listed.is_odd = true;
                self.comment_depth += 1;
            }
            (b')', Place::Phrase | Place::Angle) if self.comment_depth > 0 => self.comment_depth -= 1,
            (other, _) if self.comment_depth > 0 => self.comment.push(other),
            (b'"', Place::Phrase) => self.place = Place::Quoted,
            (b'"', Place::Quoted) => self.place = Place::Phrase,
            (b'<', Place::Phrase) => {
                self.listed.is_odd |= self.angle.is_some();
                self.angle = Some(Vec::new());
                self.place = Place::Angle;
            }
            (b'>', Place::Angle) => self.place = Place::Phrase,
            (b',' | b';', Place::Phrase) => self.end_entry(),
            (b':', Place::Phrase) if self.angle.is_none() => {
                self.listed.is_odd = true;
                self.phrase.clear();
            }
            (other, _) => self.current().push(other),
        }
    }

    fn current(&mut self) -> &mut Vec<u8> {
        if self.comment_depth > 0 {
            return &mut self.comment;
        }
        match self.place {
            Place::Phrase | Place::Quoted => &mut self.phrase,
            Place::Angle => self.angle.get_or_insert_default(),
        }
    }

    fn end_entry(&mut self) {
        let phrase = std::mem::take(&mut self.phrase);
        let comment = std::mem::take(&mut self.comment);
        self.place = Place::Phrase;
        match self.angle.take() {
            Some(angle) => {
                let mut name = std::mem::take(&mut self.waiting);
                if !name.is_empty() {
                    name.extend_from_slice(b", ");
                }
                name.extend_from_slice(phrase.trim_ascii());
                let name = if name.trim_ascii().is_empty() { comment } else { name };
                self.push(&angle, &name);
            }
            None if phrase.contains(&b'@') => self.push(&phrase, &comment),
            None if phrase.trim_ascii().is_empty() => {}
            None => {
                if !self.waiting.is_empty() {
                    self.waiting.extend_from_slice(b", ");
                }
                self.waiting.extend_from_slice(phrase.trim_ascii());
            }
        }
    }

    fn push(&mut self, written: &[u8], name: &[u8]) {
        // An address is never read as somebody chose: a choice changes how mail looks, not whom it is from.
        match plain(written) {
            Some(address) => self.listed.addresses.push(Address {
                name: words(name, self.lens),
                address,
            }),
            None => self.listed.is_odd = true,
        }
    }
}

/// An address in its plain form, its domain lower-cased; `None` when it is none. Nothing in it is decoded or taken out:
/// that would make another address of it.
fn plain(written: &[u8]) -> Option<String> {
    let written = str::from_utf8(written).ok()?.trim();
    if neutral(written) != written {
        return None;
    }
    // RFC 5322, section 4.4: an old route before the address is passed over.
    let written = if written.starts_with('@') {
        written.split_once(':')?.1
    } else {
        written
    };
    let (local, domain) = written.rsplit_once('@')?;
    let is_clean =
        |text: &str| !text.is_empty() && !text.contains(|c: char| c.is_whitespace() || "<>,;\"@".contains(c));
    (is_clean(local) && is_clean(domain) && written.len() <= 320).then(|| format!("{local}@{}", domain.to_lowercase()))
}

/// Who a mail says it is from.
pub fn sender(headers: &Headers<'_>, lens: Lens) -> Sender {
    let fields: Vec<&[u8]> = headers.all("From").take(10).collect();
    let shown = || {
        let shown: Vec<String> = fields.iter().map(|field| words(field, lens)).collect();
        let mut shown = shown.join(" · ");
        shown.truncate(shown.floor_char_boundary(MAX_SHOWN));
        shown
    };
    let mut listed = Listed::default();
    for field in &fields {
        let Listed { addresses, is_odd } = list(field, lens);
        listed.addresses.extend(addresses);
        listed.is_odd |= is_odd;
    }
    match listed.addresses.as_slice() {
        [] => Sender::Missing,
        [only] if !listed.is_odd && fields.len() == 1 && !hides_address(only) => Sender::Known(only.clone()),
        _ => Sender::Ambiguous { shown: shown() },
    }
}

/// Whether the display name shows an address other than the one it stands with.
fn hides_address(address: &Address) -> bool {
    let name = address
        .name
        .trim_matches(['\'', '"', '<', '>', ' ', '[', ']', '(', ')']);
    name.contains(['@', '＠', '﹫']) && !name.eq_ignore_ascii_case(&address.address)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mail::mime;

    fn from(value: &str) -> Sender {
        let raw = format!("From: {value}\n\n");
        sender(&mime::read(raw.as_bytes()).parts[0].headers, Lens::default())
    }

    fn known(name: &str, address: &str) -> Sender {
        Sender::Known(Address {
            name: name.to_owned(),
            address: address.to_owned(),
        })
    }

    #[test]
    fn one_plain_address_is_a_known_sender() {
        assert_eq!(from("ann@Example.ORG"), known("", "ann@example.org"));
        assert_eq!(from("Ann Lee <ann@example.org>"), known("Ann Lee", "ann@example.org"));
        assert_eq!(
            from("\"Lee, Ann\" <ann@example.org>"),
            known("Lee, Ann", "ann@example.org")
        );
        assert_eq!(from("Lee, Ann <ann@example.org>"), known("Lee, Ann", "ann@example.org"));
        assert_eq!(
            from("\"ann@example.org\" <ann@example.org>"),
            known("ann@example.org", "ann@example.org")
        );
        assert_eq!(
            from("=?gb2312?B?wfXn4A==?= <a@example.cn>"),
            known("刘玎", "a@example.cn")
        );
        assert_eq!(
            from("\"=?utf-8?Q?Lee,_Ann?=\" <a@example.cn>"),
            known("Lee, Ann", "a@example.cn")
        );
    }

    #[test]
    fn a_sender_that_can_be_read_two_ways_is_ambiguous() {
        for value in [
            "a@example.org, b@example.org",
            "\"boss@example.com\" <a@example.org>",
            "=?utf-8?Q?boss=40example.com?= <a@example.org>",
            "boss＠example.com <a@example.org>",
            "Friends: a@example.org;",
            "a@example.org (boss@example.com)",
            "<a@example.org> <b@example.org>",
            "a@example.org\nFrom: b@example.org",
        ] {
            assert!(
                matches!(from(value), Sender::Ambiguous { .. }),
                "{value}: {:?}",
                from(value)
            );
        }
    }

    #[test]
    fn what_is_no_address_is_no_sender() {
        for value in ["", "undisclosed", "@example.org", "a@", "a b@example.org", "<a@b@c>,"] {
            assert!(matches!(from(value), Sender::Missing), "{value}: {:?}", from(value));
        }
    }
}
