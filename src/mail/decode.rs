//! From bytes to text as people really send them: transfer encodings, character sets, characters that must not act.

use encoding_rs::{BIG5, EUC_JP, EUC_KR, Encoding, GB18030, ISO_2022_JP, REPLACEMENT, SHIFT_JIS, UTF_8, WINDOWS_1252};

use crate::domain::lookalike::is_hidden;
use crate::domain::message::Remark;

/// Text, and what had to be assumed to read it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decoded {
    /// The text; not yet neutralised.
    pub text: String,
    /// When the bytes were not what they were said to be.
    pub remark: Option<Remark>,
}

/// How a body is written into 7-bit lines.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Transfer {
    /// As it is: `7bit`, `8bit`, `binary`, or a word nobody knows.
    Plain,
    /// RFC 2045, section 6.8.
    Base64,
    /// RFC 2045, section 6.7.
    QuotedPrintable,
}

impl Transfer {
    /// Reads the value of `Content-Transfer-Encoding`.
    pub fn of(value: &str) -> Self {
        let word = value.trim();
        if word.eq_ignore_ascii_case("base64") {
            Self::Base64
        } else if word.eq_ignore_ascii_case("quoted-printable") {
            Self::QuotedPrintable
        } else {
            Self::Plain
        }
    }

    /// The bytes that were written; never fails, what cannot be decoded stays or is left out.
    pub fn decode(self, written: &[u8]) -> Vec<u8> {
        match self {
            Self::Plain => written.to_vec(),
            Self::Base64 => base64(written),
            Self::QuotedPrintable => quoted_printable(written),
        }
    }
}

/// Base64, passing over every byte that is not of its alphabet; padding ends a group, not the text.
pub fn base64(written: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(written.len() / 4 * 3);
    let (mut group, mut count) = (0u32, 0u8);
    for byte in written {
        let value = match byte {
            b'A'..=b'Z' => byte - b'A',
            b'a'..=b'z' => byte - b'a' + 26,
            b'0'..=b'9' => byte - b'0' + 52,
            b'+' | b'-' => 62,
            b'/' | b'_' => 63,
            b'=' => {
                finish_group(&mut bytes, group, count);
                (group, count) = (0, 0);
                continue;
            }
            _ => continue,
        };
        group = (group << 6) | u32::from(value);
        count += 1;
        if count == 4 {
            let [_, first, second, third] = group.to_be_bytes();
            bytes.extend_from_slice(&[first, second, third]);
            (group, count) = (0, 0);
        }
    }
    finish_group(&mut bytes, group, count);
    bytes
}

fn finish_group(bytes: &mut Vec<u8>, group: u32, count: u8) {
    match count {
        2 => bytes.push((group >> 4) as u8),
        3 => bytes.extend_from_slice(&[(group >> 10) as u8, (group >> 2) as u8]),
        _ => {}
    }
}

/// Quoted-printable; an `=` that starts nothing stays as it is, for people write it by hand.
fn quoted_printable(written: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(written.len());
    for line in written.split_inclusive(|byte| *byte == b'\n') {
        let content = line.trim_ascii_end();
        let ending = if line.ends_with(b"\r\n") {
            b"\r\n".as_slice()
        } else if line.ends_with(b"\n") {
            b"\n".as_slice()
        } else {
            b"".as_slice()
        };
        if let Some(before_break) = content.strip_suffix(b"=") {
            escapes(before_break, &mut bytes);
        } else {
            escapes(content, &mut bytes);
            bytes.extend_from_slice(ending);
        }
    }
    bytes
}

/// Replaces each `=XX` by its byte.
pub fn escapes(written: &[u8], bytes: &mut Vec<u8>) {
    let mut rest = written;
    while let Some((first, after)) = rest.split_first() {
        let escaped = if *first == b'=' {
            after.first_chunk::<2>().and_then(|digits| hex(*digits))
        } else {
            None
        };
        bytes.push(escaped.unwrap_or(*first));
        rest = if escaped.is_some() {
            after.get(2..).unwrap_or_default()
        } else {
            after
        };
    }
}

/// The byte that two hexadecimal digits name.
pub fn hex(digits: [u8; 2]) -> Option<u8> {
    let [high, low] = digits.map(|digit| char::from(digit).to_digit(16));
    u8::try_from(high? * 16 + low?).ok()
}

/// The encoding that a label means in mail: as the web reads it, with the names that only mail programs use.
pub fn encoding(label: &str) -> Option<&'static Encoding> {
    let label = label.trim().trim_matches(['"', '\'']);
    let known = Encoding::for_label(label.as_bytes()).filter(|encoding| *encoding != REPLACEMENT);
    known.or_else(|| match label.to_ascii_lowercase().as_str() {
        "cp936" | "ms936" | "gb18030-2000" | "gb18030-2005" | "gb18030-2022" | "x-gb18030" | "euc-cn" => Some(GB18030),
        "cp950" | "ms950" | "x-windows-950" | "big5hkscs" => Some(BIG5),
        "cp932" | "ms932" | "iso-2022-jp-1" | "iso-2022-jp-2" | "iso-2022-jp-ms" | "cp50220" | "cp50221" => {
            Some(if label.to_ascii_lowercase().ends_with("932") {
                SHIFT_JIS
            } else {
                ISO_2022_JP
            })
        }
        "cp949" | "ms949" | "uhc" => Some(EUC_KR),
        "utf8mb4" | "utf-8;" | "utf_8" => Some(UTF_8),
        "ansi" | "8859_1" | "iso8859_1" => Some(WINDOWS_1252),
        _ => None,
    })
}

/// Reads bytes as text, by the declared character set where it holds, else by what the bytes most likely are.
///
/// GB2312 and GBK are read as their superset GB18030, ISO-8859-1 as windows-1252, as their users mean them.
pub fn text(bytes: &[u8], declared: Option<&str>) -> Decoded {
    if let Some((marked, mark)) = Encoding::for_bom(bytes) {
        let text = marked
            .decode_without_bom_handling(bytes.get(mark..).unwrap_or_default())
            .0;
        return Decoded {
            text: text.into_owned(),
            remark: None,
        };
    }
    if bytes.is_ascii() && !has_escape_sequences(bytes) && !declared.is_some_and(is_seven_bit_code) {
        return Decoded {
            text: bytes.iter().map(|byte| char::from(*byte)).collect(),
            remark: None,
        };
    }
    let label = declared.map(str::trim).filter(|label| !label.is_empty());
    let Some(label) = label else {
        let (text, name) = guess(bytes);
        let remark = (name != UTF_8.name()).then(|| Remark::CharsetUndeclared { read: name.to_owned() });
        return Decoded { text, remark };
    };
    if is_utf7(label) {
        return utf7(bytes);
    }
    match encoding(label) {
        Some(encoding) => declared_text(bytes, label, encoding),
        None => {
            let (text, name) = guess(bytes);
            let remark = (!is_ascii_label(label)).then(|| Remark::CharsetUnknown {
                declared: shown(label),
                read: name.to_owned(),
            });
            Decoded { text, remark }
        }
    }
}

fn declared_text(bytes: &[u8], label: &str, encoding: &'static Encoding) -> Decoded {
    let otherwise = |(text, name): (String, &str)| Decoded {
        text,
        remark: Some(Remark::CharsetMistaken {
            declared: shown(label),
            read: name.to_owned(),
        }),
    };
    let is_utf8 = std::str::from_utf8(bytes).is_ok_and(|text| !text.is_ascii());
    // Other sets hardly ever make sound UTF-8 by chance; two characters of three bytes are proof enough.
    let is_surely_utf8 = is_utf8 && (encoding.is_single_byte() || has_long_sequences(bytes));
    if encoding != UTF_8 && is_surely_utf8 {
        return otherwise((String::from_utf8_lossy(bytes).into_owned(), UTF_8.name()));
    }
    if encoding.is_single_byte()
        && let Some(asian) = double_byte(bytes, Confidence::Sure)
    {
        return otherwise(asian);
    }
    if let Some(text) = encoding.decode_without_bom_handling_and_without_replacement(bytes) {
        let text = text.into_owned();
        return if label.eq_ignore_ascii_case("gb2312") && exceeds_gb2312(bytes) {
            otherwise((text, GB18030.name()))
        } else {
            Decoded { text, remark: None }
        };
    }
    if is_utf8 {
        return otherwise((String::from_utf8_lossy(bytes).into_owned(), UTF_8.name()));
    }
    let damaged = encoding.decode_without_bom_handling(bytes).0;
    let spoiled = damaged
        .chars()
        .filter(|character| *character == char::REPLACEMENT_CHARACTER)
        .count();
    let sound = damaged.chars().filter(|character| !character.is_ascii()).count() - spoiled;
    // A few bad bytes in otherwise sound text are damage on the way; mostly bad bytes are a wrong label.
    if sound >= spoiled * 4 || encoding == ISO_2022_JP {
        return Decoded {
            text: damaged.into_owned(),
            remark: Some(Remark::CharsetDamaged { declared: shown(label) }),
        };
    }
    otherwise(guess(bytes))
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

/// What undeclared bytes most likely are, and the name of the character set it was read by.
pub fn guess(bytes: &[u8]) -> (String, &'static str) {
    if has_escape_sequences(bytes)
        && let Some(text) = ISO_2022_JP.decode_without_bom_handling_and_without_replacement(bytes)
    {
        return (text.into_owned(), ISO_2022_JP.name());
    }
    if let Ok(text) = std::str::from_utf8(bytes) {
        return (text.to_owned(), UTF_8.name());
    }
    double_byte(bytes, Confidence::Likely).unwrap_or_else(|| {
        let text = WINDOWS_1252.decode_without_bom_handling(bytes).0;
        (text.into_owned(), WINDOWS_1252.name())
    })
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Confidence {
    /// A Western label says otherwise: only clear evidence counts.
    Sure,
    /// There is nothing to go by.
    Likely,
}

/// Reads bytes by one of the East Asian double-byte sets, if they look like one.
fn double_byte(bytes: &[u8], confidence: Confidence) -> Option<(String, &'static str)> {
    let pairs = Pairs::count(bytes);
    if pairs.all == 0 || (confidence == Confidence::Sure && pairs.all < 3) {
        return None;
    }
    let needed = match confidence {
        Confidence::Sure => 80,
        Confidence::Likely => 60,
    };
    let strict = |encoding: &'static Encoding| {
        let text = encoding.decode_without_bom_handling_and_without_replacement(bytes)?;
        Some((text.into_owned(), encoding.name()))
    };
    for japanese in [EUC_JP, SHIFT_JIS] {
        if let Some((text, name)) = strict(japanese)
            && share(&text, |c| matches!(c, '\u{3041}'..='\u{30fa}')) >= 30
        {
            return Some((text, name));
        }
    }
    if pairs.all >= 8
        && let Some((text, name)) = strict(EUC_KR)
        && share(&text, |c| matches!(c, '\u{ac00}'..='\u{d7a3}')) >= 90
    {
        return Some((text, name));
    }
    let candidates = if pairs.big5 > pairs.gb {
        [(BIG5, pairs.big5), (GB18030, pairs.gb)]
    } else {
        [(GB18030, pairs.gb), (BIG5, pairs.big5)]
    };
    candidates
        .into_iter()
        .filter(|(_, common)| common * 100 >= pairs.all * needed)
        .find_map(|(encoding, _)| strict(encoding))
}

/// How many double-byte pairs there are, and how many of them are everyday characters in GB2312 and in Big5.
#[derive(Default)]
struct Pairs {
    all: usize,
    gb: usize,
    big5: usize,
}

impl Pairs {
    fn count(bytes: &[u8]) -> Self {
        let mut pairs = Self::default();
        let mut rest = bytes;
        while let [lead, after @ ..] = rest {
            rest = after;
            if *lead < 0x80 {
                continue;
            }
            pairs.all += 1;
            let Some((trail, after)) = after.split_first() else {
                break;
            };
            // A high byte before a space or a line end is a Western letter, not half a pair.
            if *trail < 0x40 {
                continue;
            }
            rest = after;
            pairs.gb += usize::from(matches!((lead, trail), (0xb0..=0xd7 | 0xa1 | 0xa3, 0xa1..=0xfe)));
            pairs.big5 += usize::from(matches!((lead, trail), (0xa4..=0xc6 | 0xa1, 0x40..=0x7e | 0xa1..=0xfe)));
        }
        pairs
    }
}

/// The share of the characters beyond ASCII for which a test holds, in percent.
fn share(text: &str, test: impl Fn(char) -> bool) -> usize {
    let (mut all, mut matching) = (0usize, 0usize);
    for character in text.chars().filter(|character| !character.is_ascii()) {
        all += 1;
        matching += usize::from(test(character));
    }
    matching * 100 / all.max(1)
}

/// ISO-2022-JP announces itself by escape sequences.
fn has_escape_sequences(bytes: &[u8]) -> bool {
    bytes
        .windows(3)
        .any(|window| matches!(window, [0x1b, b'$', b'B' | b'@'] | [0x1b, b'(', b'I' | b'J']))
}

/// Whether a label names a code that writes foreign letters in plain ASCII bytes.
fn is_seven_bit_code(label: &str) -> bool {
    let label = label.trim().to_ascii_lowercase();
    label.starts_with("iso-2022-") || label.starts_with("utf-16") || label == "unicode" || is_utf7(&label)
}

fn is_utf7(label: &str) -> bool {
    label.eq_ignore_ascii_case("utf-7") || label.eq_ignore_ascii_case("unicode-1-1-utf-7")
}

fn is_ascii_label(label: &str) -> bool {
    label.eq_ignore_ascii_case("us-ascii") || label.eq_ignore_ascii_case("unknown-8bit")
}

/// RFC 2152, which old programs still write.
fn utf7(bytes: &[u8]) -> Decoded {
    let text = mail_parser::decoders::charsets::map::charset_decoder(b"utf-7")
        .map_or_else(|| String::from_utf8_lossy(bytes).into_owned(), |decode| decode(bytes));
    Decoded { text, remark: None }
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
    use crate::mail::header::words;

    #[test]
    fn mail_says_what_its_writer_meant_whatever_its_labels_say() {
        let table = include_str!("../../tests/golden/charsets/table.tsv");
        let mut rows = 0;
        for row in table.lines().filter(|row| !row.starts_with('#')) {
            let [place, case, label, bytes, meant] = row.split('\t').collect::<Vec<_>>().try_into().unwrap();
            let bytes = ::hex::decode(bytes).unwrap();
            let read = match place {
                "header" => words(&bytes),
                _ => text(&bytes, Some(label).filter(|label| *label != "-")).text,
            };
            assert_eq!(read, meant, "{case}");
            rows += 1;
        }
        assert!(rows > 50);
    }

    #[test]
    fn a_wrong_label_is_remarked_on_and_a_right_one_is_not() {
        assert_eq!(text("é".as_bytes(), Some("utf-8")).remark, None);
        let remark = text(&GB18030.encode("镕璟").0, Some("gb2312")).remark;
        let mistaken = Remark::CharsetMistaken {
            declared: "gb2312".to_owned(),
            read: "gb18030".to_owned(),
        };
        assert_eq!(remark, Some(mistaken));
    }

    #[test]
    fn damaged_transfer_encodings_lose_nothing_else() {
        assert_eq!(Transfer::Base64.decode(b"aGVs\r\nbG8=\r\n!!d29ybGQ"), b"helloworld");
        assert_eq!(
            Transfer::QuotedPrintable.decode(b"a=3Db =\r\nc = d=ZZ  \r\ne"),
            b"a=b c = d=ZZ\r\ne"
        );
    }

    #[test]
    fn text_is_neutral() {
        assert_eq!(neutral("a\r\nb\rc\u{85}d\u{200b}\u{202e}e\u{1b}[0m"), "a\nb\nc\nde[0m");
        assert_eq!(one_line(" a\r\n\tb "), "a b");
    }
}
