//! From bytes to text as people really send them: character sets as declared, as found out or as a person chose, and
//! characters that must not act.

use encoding_rs::{Encoding, GB18030, UTF_8, UTF_16LE};

use super::charset::Charset;
use super::fit::Fit;
use super::guess::{byte_order, fit_of, guess};
use crate::domain::lookalike::is_hidden;
use crate::domain::message::{Characters, Remark};

/// Text, and what had to be assumed to read it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decoded {
    /// The text; not yet neutralised.
    pub text: String,
    /// Whether it is certain to be what was written.
    pub characters: Characters,
    /// When the bytes were not what they were said to be, or a person chose.
    pub remark: Option<Remark>,
}

impl Decoded {
    fn certain(text: String) -> Self {
        Self {
            text,
            characters: Characters::Certain,
            remark: None,
        }
    }
}

/// Through what the bytes of a mail are read.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Lens {
    /// What a person chose, and for which of its pieces.
    pub chosen: Option<(Charset, Reach)>,
    /// What the mail declares for its text: the best guess at what its raw header fields are in.
    pub usual: Option<Charset>,
}

/// For which pieces of a mail a choice holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reach {
    /// Those that are not certain by themselves; a sound subject stays when the text below it is read anew.
    Uncertain,
    /// All that have characters beyond ASCII.
    Everything,
}

/// Reads bytes as text, by the declared character set where it holds, else by what the bytes most likely are, unless a
/// person chose.
///
/// GB2312 and GBK are read as their superset GB18030, ISO-8859-1 as windows-1252, as their users mean them.
pub fn text(bytes: &[u8], declared: Option<&str>, lens: Lens) -> Decoded {
    let by_itself = unchosen(bytes, declared, lens.usual);
    let Some((charset, reach)) = lens.chosen else {
        return by_itself;
    };
    let holds = match reach {
        Reach::Uncertain => by_itself.characters == Characters::Uncertain,
        Reach::Everything => !bytes.is_ascii() || bytes.contains(&0) || charset.is_seven_bit(),
    };
    if !holds {
        return by_itself;
    }
    Decoded {
        remark: Some(Remark::CharsetChosen {
            read: charset.name().to_owned(),
        }),
        ..Decoded::certain(charset.decode(bytes))
    }
}

fn unchosen(bytes: &[u8], declared: Option<&str>, usual: Option<Charset>) -> Decoded {
    if let Some((marked, mark)) = Encoding::for_bom(bytes) {
        let (text, damaged) = marked.decode_without_bom_handling(bytes.get(mark..).unwrap_or_default());
        let remark = damaged.then(|| Remark::CharsetDamaged {
            declared: marked.name().to_owned(),
        });
        return Decoded {
            text: text.into_owned(),
            characters: Characters::certain_if(!damaged),
            remark,
        };
    }
    let label = declared.map(str::trim).filter(|label| !label.is_empty());
    let charset = label.and_then(Charset::named);
    let is_seven_bit = charset.is_some_and(|charset| charset.is_seven_bit() || charset.is_utf16());
    if bytes.is_ascii() && !is_seven_bit && !bytes.iter().any(|byte| is_telling(*byte)) {
        return Decoded::certain(bytes.iter().map(|byte| char::from(*byte)).collect());
    }
    match (label, charset) {
        (Some(label), Some(charset)) => declared_text(bytes, label, charset),
        (Some(label), None) if !is_no_label(label) => {
            let (name, read) = undeclared_text(bytes);
            Decoded {
                remark: Some(Remark::CharsetUnknown {
                    declared: shown(label),
                    read: name.to_owned(),
                }),
                ..read
            }
        }
        (Some(_) | None, _) => {
            let by_the_mail = usual.map(|charset| declared_text(bytes, charset.name(), charset));
            if let Some(read) = by_the_mail.filter(|read| read.remark.is_none()) {
                return read;
            }
            let (name, read) = undeclared_text(bytes);
            let remark =
                (name != UTF_8.name() && label.is_none()).then(|| Remark::CharsetUndeclared { read: name.to_owned() });
            Decoded {
                remark: read.remark.clone().or(remark),
                ..read
            }
        }
    }
}

/// Bytes that plain ASCII text does not have: zero, escape and shift bytes, tildes that may open HZ, other controls.
fn is_telling(byte: u8) -> bool {
    byte == b'~' || (byte < 0x20 && !matches!(byte, b'\t' | b'\n' | b'\r' | 0x0b | 0x0c))
}

/// Reads by what the bytes most likely are; the name of that comes first.
fn undeclared_text(bytes: &[u8]) -> (&'static str, Decoded) {
    let guess = guess(bytes);
    if guess.charset == Charset::Web(UTF_8) {
        return (guess.charset.name(), unicode_text(bytes, guess.characters));
    }
    let read = Decoded {
        text: guess.charset.decode(bytes),
        characters: guess.characters,
        remark: None,
    };
    (guess.charset.name(), read)
}

/// Sound UTF-8; text that was made UTF-8 twice is undone.
fn unicode_text(bytes: &[u8], characters: Characters) -> Decoded {
    let text = String::from_utf8_lossy(bytes).into_owned();
    for twice in [Charset::TwiceWestern, Charset::TwiceChinese] {
        if !text.is_ascii() && is_doubled(&text, &twice.decode(bytes)) {
            return Decoded {
                text: twice.decode(bytes),
                characters: Characters::Uncertain,
                remark: Some(Remark::EncodedTwice),
            };
        }
    }
    Decoded {
        text,
        characters,
        remark: None,
    }
}

/// Whether undoing an encoding left sound text that is written with fewer characters, more everyday ones.
fn is_doubled(twice: &str, once: &str) -> bool {
    let (before, after) = (Fit::of(twice), Fit::of(once));
    let beyond = |text: &str| text.chars().filter(|character| !character.is_ascii()).count();
    let (many, few) = (beyond(twice), beyond(once));
    few > 0 && many * 3 >= few * 4 && after.misfits == 0 && after.share() > before.share() && after.share() >= 60
}

fn declared_text(bytes: &[u8], label: &str, charset: Charset) -> Decoded {
    let utf8 = Charset::Web(UTF_8);
    let otherwise = |read: Charset, characters| Decoded {
        text: read.decode(bytes),
        characters,
        remark: Some(Remark::CharsetMistaken {
            declared: shown(label),
            read: read.name().to_owned(),
        }),
    };
    let charset = if charset == Charset::Web(UTF_16LE) && label.eq_ignore_ascii_case("utf-16") {
        byte_order(bytes)
    } else {
        charset
    };
    let is_utf8 = std::str::from_utf8(bytes).is_ok_and(|text| !text.is_ascii());
    // Other sets hardly ever make sound UTF-8 by chance; two characters of three bytes are proof enough.
    let is_surely_utf8 = is_utf8 && (charset.is_single_byte() || has_long_sequences(bytes)) && !charset.is_utf16();
    if charset != utf8 && is_surely_utf8 {
        let Decoded { text, characters, .. } = unicode_text(bytes, Characters::Certain);
        return Decoded {
            text,
            ..otherwise(utf8, characters)
        };
    }
    let text = charset.decode(bytes);
    let fit = Fit::of(&text);
    if charset == utf8 && is_utf8 {
        return unicode_text(bytes, Characters::certain_if(fit.misfits == 0));
    }
    if is_utf8 && fit_of(utf8, bytes).share() > fit.share() {
        return otherwise(utf8, Characters::Uncertain);
    }
    if fit.misfits == 0 {
        if let Some((better, characters)) = better_than(bytes, charset) {
            return otherwise(better, characters);
        }
        return if label.eq_ignore_ascii_case("gb2312") && exceeds_gb2312(bytes) {
            otherwise(Charset::Web(GB18030), Characters::Certain)
        } else {
            Decoded::certain(text)
        };
    }
    let guess = guess(bytes);
    // A few bad bytes in otherwise sound text are damage on the way; what reads better otherwise has a wrong label.
    if bytes.is_ascii() || fit.share() >= guess.fit.share() {
        let lost = text.contains(char::REPLACEMENT_CHARACTER);
        return Decoded {
            text,
            characters: Characters::Uncertain,
            remark: lost.then(|| Remark::CharsetDamaged { declared: shown(label) }),
        };
    }
    let characters = if is_default_label(charset) {
        guess.characters
    } else {
        Characters::Uncertain
    };
    otherwise(guess.charset, characters)
}

/// A set by which sound bytes read far better than by the declared one.
fn better_than(bytes: &[u8], charset: Charset) -> Option<(Charset, Characters)> {
    const POOR: usize = 60;
    const FAIR: usize = 90;
    const GOOD: usize = 80;
    const BEST: usize = 95;
    if charset == Charset::Web(UTF_8) || charset.is_seven_bit() {
        return None;
    }
    let declared = fit_of(charset, bytes);
    let is_too_little = declared.letters < 3 && (declared.everyday > 0 || !charset.is_single_byte());
    if is_too_little || (declared.letters > 0 && declared.share() >= FAIR) {
        return None;
    }
    let guess = guess(bytes);
    let is_far_better = (declared.share() < POOR || declared.letters == 0) && guess.fit.share() >= GOOD;
    let is_better = declared.letters >= 6 && guess.fit.share() >= BEST;
    if !(is_far_better || is_better) || guess.fit.letters < 2 || guess.charset.decode(bytes) == charset.decode(bytes) {
        return None;
    }
    let characters = if is_default_label(charset) {
        guess.characters
    } else {
        Characters::Uncertain
    };
    Some((guess.charset, characters))
}

/// The set that programs write when they do not know: as good as no label.
fn is_default_label(charset: Charset) -> bool {
    charset == Charset::Web(encoding_rs::WINDOWS_1252)
}

/// Whether UTF-8 text has at least two characters beyond the small alphabets.
fn has_long_sequences(bytes: &[u8]) -> bool {
    bytes.iter().filter(|byte| **byte >= 0xe0).count() >= 2
}

/// Whether double-byte text has characters that GB2312 lacks and GBK or GB18030 has.
fn exceeds_gb2312(bytes: &[u8]) -> bool {
    let mut rest = bytes;
    while let [lead, after @ ..] = rest {
        rest = after;
        if *lead < 0x80 {
            continue;
        }
        let Some((trail, after)) = after.split_first() else {
            return true;
        };
        if !matches!((lead, trail), (0xa1..=0xf7, 0xa1..=0xfe)) {
            return true;
        }
        rest = after;
    }
    false
}

/// Labels that say nothing of bytes beyond ASCII.
fn is_no_label(label: &str) -> bool {
    [
        "us-ascii",
        "ascii",
        "unknown-8bit",
        "unknown",
        "x-unknown-8bit",
        "binary",
    ]
    .iter()
    .any(|known| label.eq_ignore_ascii_case(known))
}

fn shown(label: &str) -> String {
    one_line(label).chars().take(40).collect()
}

/// Text with `\n` line ends, without characters that act on what is around them: control characters, directions of
/// writing that override the natural one, and characters of no width (they hide words from readers and from search).
pub fn neutral(text: &str) -> String {
    let mut result = String::with_capacity(text.len());
    let mut characters = text.chars().peekable();
    while let Some(character) = characters.next() {
        match character {
            '\r' => {
                characters.next_if_eq(&'\n');
                result.push('\n');
            }
            '\u{b}' | '\u{c}' | '\u{85}' | '\u{2028}' | '\u{2029}' => result.push('\n'),
            '\n' | '\t' => result.push(character),
            '\u{a0}' => result.push(' '),
            other if acts(other) => {}
            other => result.push(other),
        }
    }
    result
}

/// Neutral text on one line, without space at its ends.
pub fn one_line(text: &str) -> String {
    neutral(text)
        .split(['\n', '\t'])
        .map(str::trim)
        .filter(|piece| !piece.is_empty())
        .collect::<Vec<_>>()
        .join(" ")
}

/// Whether a text turns the direction of writing against the natural one, as names of harmful files do.
pub fn overrides_direction(text: &str) -> bool {
    text.contains([
        '\u{202a}', '\u{202b}', '\u{202d}', '\u{202e}', '\u{2066}', '\u{2067}', '\u{2068}',
    ])
}

fn acts(character: char) -> bool {
    character.is_control() || is_hidden(character)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mail::header::words_read;

    #[test]
    fn mail_says_what_its_writer_meant_whatever_its_labels_say() {
        let table = include_str!("../../tests/golden/charsets/table.tsv");
        let mut rows = 0;
        let mut wrong = Vec::new();
        for row in table.lines().filter(|row| !row.starts_with('#')) {
            let [place, case, label, sure, bytes, meant] = row.split('\t').collect::<Vec<_>>().try_into().unwrap();
            let bytes = ::hex::decode(bytes).unwrap();
            let usual = label.strip_prefix("in ").and_then(Charset::named);
            let lens = Lens {
                usual,
                ..Lens::default()
            };
            let read = match place {
                "header" => words_read(&bytes, lens),
                _ => text(&bytes, Some(label).filter(|label| *label != "-"), lens),
            };
            let characters = Characters::certain_if(sure == "certain");
            let shown = if place == "header" {
                one_line(&read.text)
            } else {
                neutral(&read.text)
            };
            if (shown.replace('\n', "\\n").as_str(), read.characters) != (meant, characters) {
                wrong.push(format!("{case}: {read:?}"));
            }
            rows += 1;
        }
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
        assert!(rows > 100, "{rows}");
    }

    #[test]
    fn a_wrong_label_is_remarked_on_and_a_right_one_is_not() {
        let read = |bytes: &[u8], label| text(bytes, Some(label), Lens::default()).remark;
        assert_eq!(read("é".as_bytes(), "utf-8"), None);
        let mistaken = Remark::CharsetMistaken {
            declared: "gb2312".to_owned(),
            read: "gb18030".to_owned(),
        };
        assert_eq!(read(&GB18030.encode("镕璟").0, "gb2312"), Some(mistaken));
    }

    #[test]
    fn a_choice_changes_what_was_uncertain_and_leaves_what_was_not() {
        let lens = |reach| Lens {
            chosen: Some((Charset::named("big5").unwrap(), reach)),
            usual: None,
        };
        let big5 = encoding_rs::BIG5.encode("刪除").0.into_owned();
        let read = text(&big5, None, lens(Reach::Uncertain));
        assert_eq!((read.text.as_str(), read.characters), ("刪除", Characters::Certain));
        let sound = text("請刪除".as_bytes(), Some("utf-8"), lens(Reach::Uncertain));
        assert_eq!(sound.text, "請刪除");
        assert_eq!(text(b"Hello", None, lens(Reach::Everything)).text, "Hello");
    }

    #[test]
    fn no_bytes_become_replacement_characters_silently() {
        for label in [
            None,
            Some("utf-8"),
            Some("big5"),
            Some("gb2312"),
            Some("iso-2022-jp"),
            Some("utf-16"),
            Some("x-unknown"),
        ] {
            for bytes in [
                &b"a\xffb"[..],
                b"\x81",
                b"\xe8\xaf\xb7\xe5",
                b"\xff\xfe\x00",
                b"\x1b$B\x21",
                b"\xc4\xfa\xff\xff\xff",
            ] {
                let read = text(bytes, label, Lens::default());
                let is_damaged = read.text.contains(char::REPLACEMENT_CHARACTER);
                assert!(
                    !is_damaged || read.characters == Characters::Uncertain,
                    "{label:?} {bytes:x?} {read:?}"
                );
            }
        }
    }

    #[test]
    fn text_is_neutral() {
        assert_eq!(neutral("a\r\nb\rc\u{85}d\u{200b}\u{202e}e\u{1b}[0m"), "a\nb\nc\nde[0m");
        assert_eq!(one_line(" a\r\n\tb "), "a b");
    }
}
