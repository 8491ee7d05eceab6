//! What header fields say: media types and file names, words in foreign scripts, addresses, ids and dates.

use chrono::{DateTime, Utc};
use mail_parser::DateTime as WrittenDate;

use super::{
    decode::{Decoded, Lens, neutral, one_line, text},
    mime::Headers,
    transfer::{base64, escapes, hex},
};
use crate::domain::message::{Characters, Remark};

/// Bytes of a file name that are shown.
const MAX_FILE_NAME: usize = 255;
/// Bytes of a media type: two names of at most 127, and the stroke between them.
const MAX_MEDIA_TYPE: usize = 255;
/// Bytes of one encoded word; RFC 2047 allows 75, programs write more.
const MAX_ENCODED_WORD: usize = 4096;

/// What a part says it is, from `Content-Type` and `Content-Disposition`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Media {
    /// Such as `text/plain`, lower-cased.
    pub name: String,
    /// The declared character set.
    pub charset: Option<String>,
    /// What separates the parts of a multipart; never empty.
    pub boundary: Option<Vec<u8>>,
    /// Decoded, made safe to show, without a path.
    pub file_name: Option<String>,
    /// Of an invitation: `request`, `reply`, lower-cased.
    pub method: Option<String>,
    /// Of `multipart/report`, lower-cased.
    pub report_type: Option<String>,
    /// Whether it asks to be offered as a file.
    pub is_attachment: bool,
    /// RFC 3676: a space before a line end is no line end.
    pub flow: Flow,
    /// What is odd about these fields.
    pub remarks: Vec<Remark>,
}

/// How the lines of a plain text belong together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Flow {
    /// Each line end is meant.
    Fixed,
    /// A line that ends with a space goes on in the next.
    Flowed {
        /// That space is not part of the text, as in scripts without spaces.
        deletes_space: bool,
    },
}

impl Media {
    /// Plain text, which is what a part without a type is (RFC 2045, section 5.2).
    pub fn plain_text() -> Self {
        Self {
            name: "text/plain".to_owned(),
            charset: None,
            boundary: None,
            file_name: None,
            method: None,
            report_type: None,
            is_attachment: false,
            flow: Flow::Fixed,
            remarks: Vec::new(),
        }
    }

    /// Reads the fields of one part.
    pub fn of(headers: &Headers<'_>, in_digest: bool, lens: Lens) -> Self {
        let mut media = Self::plain_text();
        if in_digest {
            "message/rfc822".clone_into(&mut media.name);
        }
        let content = headers.first("Content-Type").map(Parameters::read).unwrap_or_default();
        let disposition = headers
            .first("Content-Disposition")
            .map(Parameters::read)
            .unwrap_or_default();
        if is_media_type(&content.word) {
            media.name.clone_from(&content.word);
        }
        media.charset = content.text("charset");
        media.boundary = content
            .bytes("boundary")
            .map(|bytes| bytes.trim_ascii_end().to_vec())
            .filter(|b| !b.is_empty());
        media.method = content.text("method").map(|method| method.to_ascii_lowercase());
        media.report_type = content.text("report-type").map(|report| report.to_ascii_lowercase());
        let written_name = disposition
            .file_name("filename", lens)
            .or_else(|| content.file_name("name", lens));
        if written_name.as_ref().is_some_and(|name| name.len() > MAX_FILE_NAME) {
            media.remarks.push(Remark::FileNameTooLong);
        }
        media.file_name = written_name.map(|name| shortened(&name));
        if is_contradictory(headers) || content.contradicts("boundary") {
            media.remarks.push(Remark::Contradictory);
        }
        media.is_attachment = disposition.word == "attachment";
        if content
            .text("format")
            .is_some_and(|format| format.eq_ignore_ascii_case("flowed"))
        {
            let deletes_space = content
                .text("delsp")
                .is_some_and(|answer| answer.eq_ignore_ascii_case("yes"));
            media.flow = Flow::Flowed { deletes_space };
        }
        media
    }

    /// Whether it is this media type.
    pub fn is(&self, name: &str) -> bool {
        self.name == name
    }
}

/// A header value made of a word and parameters (RFC 2045, section 5.1; RFC 2231).
#[derive(Default)]
struct Parameters {
    word: String,
    list: Vec<Parameter>,
}

struct Parameter {
    /// Lower-cased, without section and star.
    name: String,
    /// Place among the pieces of one long value.
    section: usize,
    /// Written in percent escapes.
    is_extended: bool,
    value: Vec<u8>,
}

impl Parameters {
    fn read(value: &[u8]) -> Self {
        let mut pieces = split_outside_quotes(value).into_iter();
        let word = pieces
            .next()
            .map(|word| one_line(&String::from_utf8_lossy(&word)))
            .unwrap_or_default();
        let word = word
            .split([' ', '(', ','])
            .next()
            .unwrap_or_default()
            .to_ascii_lowercase();
        let list = pieces.take(64).filter_map(|piece| Parameter::read(&piece)).collect();
        Self { word, list }
    }

    fn bytes(&self, name: &str) -> Option<Vec<u8>> {
        self.decoded(name).map(|(bytes, _)| bytes)
    }

    fn text(&self, name: &str) -> Option<String> {
        let bytes = self.bytes(name)?;
        let value = one_line(&String::from_utf8_lossy(&bytes));
        let word = value.split([' ', '(']).next().unwrap_or_default();
        (!word.is_empty()).then(|| word.to_owned())
    }

    /// A file name that is no path, as long as it is written.
    fn file_name(&self, name: &str, lens: Lens) -> Option<String> {
        let (bytes, charset) = self.decoded(name)?;
        let decoded = match charset {
            Some(charset) => text(&bytes, Some(&charset), lens).text,
            None => words(&bytes, lens),
        };
        Some(safe_file_name(&decoded)).filter(|name| !name.is_empty())
    }

    /// Whether a parameter is given twice and says two things.
    fn contradicts(&self, name: &str) -> bool {
        let mut values = self.list.iter().filter(|one| one.name == name && one.section == 0);
        let first = values.next();
        values.any(|other| first.is_some_and(|first| first.value != other.value))
    }

    /// The bytes of a parameter, its pieces joined, and the character set an extended one names.
    fn decoded(&self, name: &str) -> Option<(Vec<u8>, Option<String>)> {
        let mut pieces: Vec<&Parameter> = self.list.iter().filter(|parameter| parameter.name == name).collect();
        // An extended value is the better one of two that say the same (RFC 2231, section 4).
        pieces.sort_by_key(|piece| (piece.section, !piece.is_extended));
        pieces.dedup_by_key(|piece| piece.section);
        let first = pieces.first()?;
        let mut charset = None;
        let mut bytes = Vec::new();
        for (place, piece) in pieces.iter().enumerate() {
            let mut value = piece.value.as_slice();
            if place == 0 && first.is_extended {
                let mut split = value.splitn(3, |byte| *byte == b'\'');
                if let (Some(label), Some(_), Some(rest)) = (split.next(), split.next(), split.next()) {
                    charset = Some(String::from_utf8_lossy(label).into_owned());
                    value = rest;
                }
            }
            if piece.is_extended {
                percent(value, &mut bytes);
            } else {
                bytes.extend_from_slice(value);
            }
        }
        Some((bytes, charset))
    }
}

impl Parameter {
    fn read(piece: &[u8]) -> Option<Self> {
        let equals = piece.iter().position(|byte| *byte == b'=')?;
        let (name, value) = (piece.get(..equals)?, piece.get(equals + 1..)?);
        let name = String::from_utf8_lossy(name).trim().to_ascii_lowercase();
        let (name, is_extended) = name
            .strip_suffix('*')
            .map_or((name.as_str(), false), |name| (name, true));
        let (name, section) = match name.split_once('*') {
            Some((name, section)) => (name, section.parse().ok()?),
            None => (name, 0),
        };
        Some(Self {
            name: name.to_owned(),
            section,
            is_extended,
            value: unquoted(value),
        })
    }
}

/// Splits at semicolons that stand outside quoted strings.
fn split_outside_quotes(value: &[u8]) -> Vec<Vec<u8>> {
    let mut pieces = vec![Vec::new()];
    let (mut in_quotes, mut escaped) = (false, false);
    for byte in value {
        match byte {
            b'"' if !escaped => in_quotes = !in_quotes,
            b';' if !in_quotes => {
                pieces.push(Vec::new());
                continue;
            }
            _ => {}
        }
        escaped = *byte == b'\\' && !escaped;
        if let Some(piece) = pieces.last_mut() {
            piece.push(*byte);
        }
    }
    pieces
}

/// The content of a quoted string, or the bare word, without folding.
fn unquoted(value: &[u8]) -> Vec<u8> {
    let value = value.trim_ascii();
    let (quoted, is_quoted) = value.strip_prefix(b"\"").map_or((value, false), |rest| (rest, true));
    let mut bytes = Vec::with_capacity(quoted.len());
    let mut rest = quoted.iter();
    while let Some(byte) = rest.next() {
        match byte {
            b'\\' if is_quoted => bytes.extend(rest.next()),
            b'"' if is_quoted => break,
            b'\r' | b'\n' => {}
            other => bytes.push(*other),
        }
    }
    bytes
}

fn percent(value: &[u8], bytes: &mut Vec<u8>) {
    let mut rest = value;
    while let Some((first, after)) = rest.split_first() {
        let escaped = if *first == b'%' {
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

/// Whether a word names a media type; names are short (RFC 6838, section 4.2).
fn is_media_type(word: &str) -> bool {
    let names = word.split_once('/');
    word.len() <= MAX_MEDIA_TYPE && names.is_some_and(|(kind, subtype)| !kind.is_empty() && !subtype.is_empty())
}

/// Whether a field that says what a part is stands there twice and says two things.
fn is_contradictory(headers: &Headers<'_>) -> bool {
    ["Content-Type", "Content-Transfer-Encoding", "Content-Disposition"]
        .iter()
        .any(|name| {
            let mut values = headers.all(name).map(<[u8]>::trim_ascii);
            let first = values.next();
            values.any(|other| Some(other) != first)
        })
}

/// A file name that can be shown and is no path: without separators.
fn safe_file_name(name: &str) -> String {
    let name: String = one_line(name).replace(['/', '\\', ':'], "_");
    name.trim_start_matches(['.', ' ']).to_owned()
}

/// A file name of at most 255 bytes, its ending kept.
fn shortened(name: &str) -> String {
    if name.len() <= MAX_FILE_NAME {
        return name.to_owned();
    }
    let ending = name
        .rsplit_once('.')
        .map(|(_, ending)| ending)
        .filter(|ending| ending.len() <= 16);
    let ending = ending.map_or_else(|| "…".to_owned(), |ending| format!("….{ending}"));
    let kept = name.floor_char_boundary(MAX_FILE_NAME - ending.len());
    format!("{}{ending}", name.get(..kept).unwrap_or_default())
}

/// The text of an unstructured field such as `Subject`, its encoded words decoded (RFC 2047), on one line.
pub fn words(value: &[u8], lens: Lens) -> String {
    one_line(&words_read(value, lens).text)
}

/// The same with nothing taken out: to be looked at, never to be shown.
pub fn as_written(value: &[u8]) -> String {
    words_read(value, Lens::default()).text
}

/// The same as it is written, with whether all of it is certain.
///
/// Words that follow each other are joined as bytes first: many programs cut a character in two.
pub fn words_read(value: &[u8], lens: Lens) -> Decoded {
    let mut written = Written {
        result: String::new(),
        characters: Characters::Certain,
        lens,
    };
    let mut literal: Vec<u8> = Vec::new();
    let mut run: Option<(String, Vec<u8>)> = None;
    let mut rest = value;
    while let Some((first, after)) = rest.split_first() {
        let Some(word) = EncodedWord::at(rest) else {
            if !matches!(first, b'\r' | b'\n') {
                literal.push(*first);
            }
            rest = after;
            continue;
        };
        let is_between_words = run.is_some() && literal.iter().all(u8::is_ascii_whitespace);
        match &mut run {
            Some((charset, bytes)) if is_between_words && charset.eq_ignore_ascii_case(&word.charset) => {
                bytes.extend_from_slice(&word.bytes);
            }
            _ => {
                written.run(run.take());
                if !is_between_words {
                    written.piece(&literal, None);
                }
                run = Some((word.charset, word.bytes));
            }
        }
        literal.clear();
        rest = rest.get(word.length..).unwrap_or_default();
    }
    written.run(run);
    written.piece(&literal, None);
    Decoded {
        text: written.result,
        characters: written.characters,
        remark: None,
    }
}

/// A field as far as it is read.
struct Written {
    result: String,
    characters: Characters,
    lens: Lens,
}

impl Written {
    fn run(&mut self, run: Option<(String, Vec<u8>)>) {
        if let Some((charset, bytes)) = run {
            self.piece(&bytes, Some(&charset));
        }
    }

    fn piece(&mut self, bytes: &[u8], charset: Option<&str>) {
        let read = text(bytes, charset, self.lens);
        self.result.push_str(&read.text);
        self.characters = self.characters.and(read.characters);
    }
}

/// One encoded word and how many bytes it takes up.
struct EncodedWord {
    charset: String,
    bytes: Vec<u8>,
    length: usize,
}

impl EncodedWord {
    /// The encoded word that starts at the first byte, also one with spaces in it, as some programs write.
    fn at(bytes: &[u8]) -> Option<Self> {
        let body = bytes.strip_prefix(b"=?")?;
        let charset_end = body.iter().take(64).position(|byte| *byte == b'?')?;
        let (charset, rest) = body.split_at_checked(charset_end)?;
        let (code, data) = match rest {
            [b'?', code @ (b'B' | b'b' | b'Q' | b'q'), b'?', data @ ..] => (code.to_ascii_uppercase(), data),
            _ => return None,
        };
        if charset.is_empty() || !charset.iter().all(u8::is_ascii_graphic) {
            return None;
        }
        let data = data.get(..MAX_ENCODED_WORD).unwrap_or(data);
        let end = Self::end(data)?;
        let data = data.get(..end)?;
        let decoded = if code == b'B' {
            base64(data)
        } else {
            let spaced: Vec<u8> = data
                .iter()
                .map(|byte| if *byte == b'_' { b' ' } else { *byte })
                .collect();
            let mut decoded = Vec::with_capacity(spaced.len());
            escapes(&spaced, &mut decoded);
            decoded
        };
        let charset = String::from_utf8_lossy(charset);
        // RFC 2231, section 5: a language may follow the character set.
        let charset = charset.split('*').next().unwrap_or_default().to_owned();
        Some(Self {
            charset,
            bytes: decoded,
            length: 2 + charset_end + 3 + end + 2,
        })
    }

    /// Where the text of a word ends. One in which another begins never ends: looking further for each of many would
    /// cost the square of their number.
    fn end(data: &[u8]) -> Option<usize> {
        let mark = data.windows(2).enumerate().find(|(place, pair)| match *pair {
            b"?=" => true,
            // Here the text itself ends with an equals sign.
            b"=?" => data.get(place + 2) != Some(&b'='),
            _ => false,
        });
        mark.filter(|(_, pair)| *pair == b"?=").map(|(place, _)| place)
    }
}

/// How many bytes the encoded word at the first byte takes up, so that a comma inside is not read as a separator.
pub fn encoded_word_length(bytes: &[u8]) -> Option<usize> {
    EncodedWord::at(bytes).map(|word| word.length)
}

/// The message ids in a field, without brackets; what is written without any counts when it has no space inside.
pub fn ids(value: &[u8]) -> Vec<String> {
    const MOST: usize = 200;
    let value = neutral(&String::from_utf8_lossy(value));
    let bracketed: Vec<String> = value
        .split('<')
        .skip(1)
        .filter_map(|piece| piece.split_once('>'))
        .map(|(id, _)| id.split_whitespace().collect::<String>())
        .filter(|id| !id.is_empty())
        .take(MOST)
        .collect();
    if !bracketed.is_empty() {
        return bracketed;
    }
    value
        .split_whitespace()
        .filter(|id| id.contains('@'))
        .take(MOST)
        .map(str::to_owned)
        .collect()
}

/// The instant a date field names, if it names one (RFC 5322, section 3.3).
pub fn date(value: &[u8]) -> Option<DateTime<Utc>> {
    let value = String::from_utf8_lossy(value.get(..200).unwrap_or(value));
    let written = WrittenDate::parse_rfc822(value.trim()).filter(WrittenDate::is_valid)?;
    DateTime::from_timestamp(written.to_timestamp(), 0)
}

/// The instant of a `Received` field, which stands after its last semicolon.
pub fn received_at(value: &[u8]) -> Option<DateTime<Utc>> {
    let semicolon = value.iter().rposition(|byte| *byte == b';')?;
    date(value.get(semicolon + 1..)?)
}
