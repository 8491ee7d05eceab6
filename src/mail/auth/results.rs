//! What the authentication server of the settings says of a mail, in its `Authentication-Results` field (RFC 8601).
//!
//! Anybody may write such a field. Believed is the topmost one alone, above the first `Received` line that is not our own
//! servers', under exactly the configured name, and written exactly by the grammar: whatever is odd is no result at all.

use super::received::Hop;
use crate::domain::authenticity::{Alignment, Check, Checked, Method};
use crate::mail::mime::Headers;

/// A field longer than this is not read.
const MAX_FIELD: usize = 16 * 1024;
/// Results of one field that are read.
const MAX_RESULTS: usize = 50;

/// What the server of that name found, for a mail whose author is at the domain `from`; `None` when nothing of it can be
/// believed.
pub fn believed(headers: &Headers<'_>, authserv_id: &str, own_hosts: &[String], from: &str) -> Option<Vec<Checked>> {
    if authserv_id.is_empty() {
        return None;
    }
    for field in headers.iter() {
        if field.name.eq_ignore_ascii_case(b"Received") {
            Hop::read(field.value).filter(|hop| hop.is_by(own_hosts))?;
        }
        if field.name.eq_ignore_ascii_case(b"Authentication-Results") && claims(field.value, authserv_id) {
            return read(field.value, authserv_id, from);
        }
    }
    None
}

/// Whether a field is written in the server's name, oddly or not: the one below it is then not looked at.
fn claims(value: &[u8], authserv_id: &str) -> bool {
    let start = value.trim_ascii_start();
    let after = start.strip_prefix(authserv_id.as_bytes());
    after.is_some_and(|after| {
        after
            .first()
            .is_none_or(|byte| byte.is_ascii_whitespace() || matches!(byte, b';' | b'('))
    })
}

fn read(value: &[u8], authserv_id: &str, from: &str) -> Option<Vec<Checked>> {
    if value.len() > MAX_FIELD {
        return None;
    }
    let text = unfolded(value)?;
    let mut pieces = pieces(&text)?.into_iter();
    let head = pieces.next()?;
    let mut words = head.split_ascii_whitespace();
    let is_ours = words.next() == Some(authserv_id) && words.next().is_none_or(|version| version == "1");
    if !is_ours || words.next().is_some() {
        return None;
    }
    let pieces: Vec<&str> = pieces.map(str::trim).collect();
    let pieces = match pieces.as_slice() {
        // A semicolon at the very end is not in the grammar, but widely written.
        [results @ .., ""] => results,
        results => results,
    };
    if pieces.is_empty() || pieces.len() > MAX_RESULTS {
        return None;
    }
    if pieces == ["none"] {
        return Some(Vec::new());
    }
    let mut checks: Vec<Checked> = Vec::new();
    for piece in pieces {
        let Some(checked) = Outcome::read(piece)?.checked(from)? else {
            continue;
        };
        let again = checks.iter().any(|earlier| earlier.method == checked.method);
        if again && checked.method != Method::Dkim {
            return None;
        }
        checks.push(checked);
    }
    Some(checks)
}

/// The field on one line; `None` when it holds anything but printable ASCII and folding.
fn unfolded(value: &[u8]) -> Option<String> {
    let mut text = String::with_capacity(value.len());
    let mut rest = value.trim_ascii_end().iter().peekable();
    while let Some(byte) = rest.next() {
        match byte {
            b'\r' if rest.peek() == Some(&&b'\n') => {}
            b'\n' if matches!(rest.peek(), Some(b' ' | b'\t')) => {}
            b'\t' => text.push(' '),
            b' '..=b'~' => text.push(char::from(*byte)),
            _ => return None,
        }
    }
    Some(text)
}

/// The text between semicolons. Comments and quoted strings stay in; `None` when one does not end, nests or escapes,
/// since such are written to be read two ways, and when a comment stands in the first piece, before any result.
fn pieces(text: &str) -> Option<Vec<&str>> {
    enum Inside {
        Nothing,
        Comment,
        Quotes,
    }
    let mut pieces = Vec::new();
    let (mut from, mut inside) = (0, Inside::Nothing);
    for (at, byte) in text.bytes().enumerate() {
        inside = match (inside, byte) {
            (_, b'\\') | (Inside::Comment, b'(' | b'"') | (Inside::Nothing, b')') => return None,
            (Inside::Nothing, b'(') if pieces.is_empty() => return None,
            (Inside::Nothing, b'(') => Inside::Comment,
            (Inside::Nothing, b'"') => Inside::Quotes,
            (Inside::Nothing, b';') => {
                pieces.push(text.get(from..at)?);
                from = at + 1;
                Inside::Nothing
            }
            (Inside::Comment, b')') | (Inside::Quotes, b'"') => Inside::Nothing,
            (same, _) => same,
        };
    }
    pieces.push(text.get(from..)?);
    matches!(inside, Inside::Nothing).then_some(pieces)
}

/// One result as it is written: `method=result reason="…" ptype.property=value …`.
struct Outcome<'t> {
    method: &'t str,
    result: &'t str,
    properties: Vec<(&'t str, &'t str)>,
}

impl<'t> Outcome<'t> {
    fn read(piece: &'t str) -> Option<Self> {
        let mut words = words(piece)?.into_iter();
        let (method, result) = words.next()?.split_once('=')?;
        let method = match method.split_once('/') {
            Some((method, "1")) => method,
            Some(_) => return None,
            None => method,
        };
        if !is_keyword(method) || !is_keyword(result) {
            return None;
        }
        let mut properties: Vec<(&str, &str)> = Vec::new();
        for word in words {
            let (name, value) = word.split_once('=')?;
            let (kind, property) = match (name, name.split_once('.')) {
                ("reason", None) => ("reason", "reason"),
                (_, named) => named?,
            };
            let is_value = !value.is_empty() && !value.contains(['<', '>', ',']);
            if !is_keyword(kind) || !is_property(property) || !is_value {
                return None;
            }
            if properties.iter().any(|(known, _)| *known == name) {
                return None;
            }
            properties.push((name, value));
        }
        Some(Self {
            method,
            result,
            properties,
        })
    }

    fn property(&self, name: &str) -> Option<&'t str> {
        self.properties
            .iter()
            .find(|(known, _)| *known == name)
            .map(|(_, value)| *value)
    }

    /// `Some(None)` for a method that we do not use; `None` for one that we use, and that says something odd.
    fn checked(&self, from: &str) -> Option<Option<Checked>> {
        let method = match self.method {
            "dkim" => Method::Dkim,
            "spf" => Method::Spf,
            "dmarc" => Method::Dmarc,
            "arc" => Method::Arc,
            _ => return Some(None),
        };
        let result = match self.result {
            "pass" => Check::Pass,
            "fail" | "hardfail" | "softfail" => Check::Fail,
            "none" | "neutral" | "policy" | "permerror" | "bestguesspass" => Check::Neutral,
            "temperror" => Check::TemporaryError,
            _ => return None,
        };
        let named = match method {
            Method::Dkim => self.property("header.d").or_else(|| self.property("header.i")),
            Method::Spf => self.property("smtp.mailfrom").or_else(|| self.property("smtp.helo")),
            Method::Dmarc => self.property("header.from"),
            Method::Arc => None,
        };
        let domain = match named {
            Some(named) => domain(named)?,
            None => String::new(),
        };
        let alignment = match method {
            // The server has judged the domain that it read; if it read another than we, its judgement is of no use.
            Method::Dmarc if domain != from => return None,
            Method::Dmarc => Alignment::Aligned,
            Method::Dkim | Method::Spf => Alignment::of(&domain, from),
            Method::Arc => Alignment::Other,
        };
        Some(Some(Checked {
            method,
            result,
            domain,
            alignment,
        }))
    }
}

/// The words of one result without its comments. A comment may stand between words, never inside one, and a quoted
/// string is a value.
fn words(piece: &str) -> Option<Vec<&str>> {
    let mut words = Vec::new();
    let mut rest = piece.trim_start();
    while !rest.is_empty() {
        if let Some(comment) = rest.strip_prefix('(') {
            let (_, after) = comment.split_once(')')?;
            let is_apart = after.is_empty() || after.starts_with([' ', '(']);
            if words.is_empty() || !is_apart {
                return None;
            }
            rest = after.trim_start();
            continue;
        }
        let end = match rest.find([' ', '(', '"']) {
            Some(quote) if rest.get(quote..)?.starts_with('"') => {
                let close = quote + 1 + rest.get(quote + 1..)?.find('"')? + 1;
                let opens_value = rest.get(..quote)?.ends_with('=');
                let is_apart = rest.get(close..)?.is_empty() || rest.get(close..)?.starts_with([' ', '(']);
                if !opens_value || !is_apart {
                    return None;
                }
                close
            }
            Some(comment) if rest.get(comment..)?.starts_with('(') => return None,
            Some(space) => space,
            None => rest.len(),
        };
        let (word, after) = rest.split_at_checked(end)?;
        words.push(word);
        rest = after.trim_start();
    }
    Some(words)
}

/// A keyword of RFC 8601 in lower case, as servers write it.
fn is_keyword(word: &str) -> bool {
    !word.is_empty()
        && word
            .bytes()
            .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
}

/// The name of a property, which may be that of a header field.
fn is_property(word: &str) -> bool {
    !word.is_empty()
        && word
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.'))
}

/// The domain of a value `domain`, `@domain` or `local@domain`, lower-cased.
fn domain(value: &str) -> Option<String> {
    let domain = value.rsplit_once('@').map_or(value, |(_, domain)| domain);
    let is_label = |label: &str| {
        !label.is_empty()
            && label
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
    };
    domain.split('.').all(is_label).then(|| domain.to_ascii_lowercase())
}
