//! What bytes most likely are when nobody says, or says it wrongly, and whether that is certain.

use super::charset::Charset;
use super::fit::Fit;
use crate::domain::message::Characters;

/// Bytes that are looked at to find the character set; a longer text is like its beginning.
const SAMPLE: usize = 16 * 1024;

/// The share of everyday characters from which a reading may be believed, in percent.
const BELIEVED: usize = 60;

/// A reading of bytes whose character set is not known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Guess {
    /// What they were read by.
    pub charset: Charset,
    /// Whether nothing else would do.
    pub characters: Characters,
    /// How well its beginning reads.
    pub fit: Fit,
}

/// What undeclared bytes most likely are.
pub fn guess(bytes: &[u8]) -> Guess {
    let utf8 = Charset::Web(encoding_rs::UTF_8);
    let sample = sample(bytes);
    if let Some(announced) = announced(bytes) {
        return Guess {
            charset: announced,
            characters: if announced == Charset::Hz {
                Characters::Uncertain
            } else {
                Characters::Certain
            },
            fit: Fit::of(&announced.decode(sample)),
        };
    }
    let is_utf8 = std::str::from_utf8(bytes).is_ok();
    if is_utf8 && (!bytes.is_ascii() || !looks_like_utf16(bytes)) {
        let fit = Fit::of(&utf8.decode(sample));
        let characters = Characters::certain_if(fit.misfits == 0);
        return Guess {
            charset: utf8,
            characters,
            fit,
        };
    }
    if is_cut_utf8(sample) {
        let fit = Fit::of(&utf8.decode(sample));
        return Guess {
            charset: utf8,
            characters: Characters::Uncertain,
            fit,
        };
    }
    let mut readings: Vec<(Charset, String, Fit)> = Charset::known()
        .into_iter()
        .filter(|charset| !charset.is_seven_bit() && (!charset.is_utf16() || looks_like_utf16(bytes)))
        .map(|charset| {
            let text = charset.decode(sample);
            let fit = Fit::of(&text);
            (charset, text, fit)
        })
        .collect();
    // The order of the known sets decides between equals, for sorting keeps it.
    readings.sort_by_key(|(_, _, fit)| (std::cmp::Reverse(fit.share()), fit.misfits));
    let mut readings = readings.into_iter();
    let Some((charset, text, fit)) = readings.next() else {
        return Guess {
            charset: utf8,
            characters: Characters::Uncertain,
            fit: Fit::default(),
        };
    };
    let rival = readings
        .find(|(_, other, _)| *other != text)
        .map_or(0, |(_, _, fit)| fit.share());
    let is_certain = fit.misfits == 0
        && fit.share() >= BELIEVED
        && rival * 3 <= fit.share() * 2
        && fit.letters >= if charset.is_single_byte() { 2 } else { 4 };
    Guess {
        charset,
        characters: Characters::certain_if(is_certain),
        fit,
    }
}

/// The beginning of a text, cut where no character can be cut in two.
fn sample(bytes: &[u8]) -> &[u8] {
    let Some(start) = bytes.get(..SAMPLE) else { return bytes };
    let end = start
        .iter()
        .rposition(|byte| matches!(byte, b'\n' | b' '))
        .unwrap_or(SAMPLE);
    start.get(..end & !1).unwrap_or(start)
}

/// How well the beginning of bytes reads in a set.
pub fn fit_of(charset: Charset, bytes: &[u8]) -> Fit {
    Fit::of(&charset.decode(sample(bytes)))
}

/// Sets that announce themselves by escape or shift sequences.
fn announced(bytes: &[u8]) -> Option<Charset> {
    let reads = |charset: Charset| {
        let fit = fit_of(charset, bytes);
        (fit.misfits == 0 && fit.letters > 0).then_some(charset)
    };
    if has_japanese_escapes(bytes) {
        return reads(Charset::Web(encoding_rs::ISO_2022_JP));
    }
    let has = |mark: &[u8]| bytes.windows(mark.len()).any(|window| window == mark);
    if has(b"\x1b$)C") {
        return reads(Charset::Iso2022Kr);
    }
    if bytes.is_ascii() && has(b"~{") && has(b"~}") {
        return reads(Charset::Hz).filter(|charset| fit_of(*charset, bytes).share() >= BELIEVED);
    }
    None
}

/// ISO-2022-JP announces itself by escape sequences.
fn has_japanese_escapes(bytes: &[u8]) -> bool {
    bytes
        .windows(3)
        .any(|window| matches!(window, [0x1b, b'$', b'B' | b'@'] | [0x1b, b'(', b'I' | b'J']))
}

/// Whether bytes are UTF-8 but for a few: its long sequences do not come about by chance.
fn is_cut_utf8(bytes: &[u8]) -> bool {
    let text = String::from_utf8_lossy(bytes);
    let damaged = text.matches(char::REPLACEMENT_CHARACTER).count();
    let long = text.chars().filter(|character| character.len_utf8() > 2).count() - damaged;
    long >= 2 && long >= damaged * 2
}

/// Whether bytes are pairs, as the zero bytes of line ends, spaces and Latin letters in UTF-16 tell.
fn looks_like_utf16(bytes: &[u8]) -> bool {
    let start = bytes.get(..SAMPLE).unwrap_or(bytes);
    let mut zeros = [0usize; 2];
    for pair in start.chunks_exact(2) {
        if let [first, second] = pair {
            zeros[0] += usize::from(*first == 0);
            zeros[1] += usize::from(*second == 0);
        }
    }
    let (most, least) = (zeros[0].max(zeros[1]), zeros[0].min(zeros[1]));
    bytes.len().is_multiple_of(2) && most > 1 && least * 10 <= most && most * 8 >= start.len() / 2
}

/// The byte order of UTF-16 that nothing announces.
pub fn byte_order(bytes: &[u8]) -> Charset {
    let [little, big] = [encoding_rs::UTF_16LE, encoding_rs::UTF_16BE].map(Charset::Web);
    let (as_little, as_big) = (fit_of(little, bytes), fit_of(big, bytes));
    let ascii = |charset: Charset| charset.decode(sample(bytes)).chars().filter(char::is_ascii).count();
    if (as_big.share(), ascii(big)) > (as_little.share(), ascii(little)) {
        big
    } else {
        little
    }
}
