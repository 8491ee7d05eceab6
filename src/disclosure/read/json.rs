//! JSON: its values by their path, without recursion and without rounding a number.

use super::super::finding::Remedy;
use super::super::inspector::Inspector;
use super::super::labels::{field, tells};
use super::super::place::{Spot, Stretch};
use super::plain;

/// A text, number or other scalar of a JSON text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Value {
    /// Where it stands (RFC 6901).
    pub path: String,
    /// The nearest name above it.
    pub name: String,
    /// What it says, without quotes and escapes.
    pub text: String,
    /// As it is written in the whole text.
    pub stretch: Stretch,
}

/// Whether a text is JSON: one value, or one to a line.
pub fn is_json(text: &str) -> bool {
    text.trim_start().starts_with(['{', '[']) && values(text).is_some()
}

/// Reads a JSON text.
pub fn text(inspector: &mut Inspector<'_>, text: &str) {
    let Some(values) = values(text) else {
        plain::lines(inspector, text);
        return;
    };
    for value in values {
        let spot = Spot::Field {
            path: value.path,
            stretch: value.stretch,
        };
        let kind = field(&value.name).filter(|_| tells(&value.text));
        match kind {
            Some(kind) => inspector.found(kind, spot, &value.text, Remedy::Remove),
            None => inspector.text(&value.text, Remedy::Remove, &|_| spot.clone()),
        }
    }
}

/// Where in a JSON text the reader is.
enum Level {
    Object { name: String },
    Array { index: usize },
}

/// Deeper than any that people write.
const MOST_LEVELS: usize = 64;
/// The longest path that is written out.
const LONGEST_PATH: usize = 400;

/// The scalars of a JSON text, and the names in it, which may hold data too; nothing when it is not JSON.
pub fn values(text: &str) -> Option<Vec<Value>> {
    let mut found = Vec::new();
    let mut levels: Vec<Level> = Vec::new();
    let bytes = text.as_bytes();
    let mut at = 0;
    let mut names_follow = false;
    while let Some(byte) = bytes.get(at) {
        match byte {
            b' ' | b'\t' | b'\n' | b'\r' | b':' => at += 1,
            b',' => {
                match levels.last_mut() {
                    Some(Level::Array { index }) => *index += 1,
                    Some(Level::Object { .. }) => names_follow = true,
                    None => return None,
                }
                at += 1;
            }
            b'{' | b'[' => {
                if levels.len() >= MOST_LEVELS {
                    return None;
                }
                names_follow = *byte == b'{';
                levels.push(match byte {
                    b'{' => Level::Object { name: String::new() },
                    _ => Level::Array { index: 0 },
                });
                at += 1;
            }
            b'}' | b']' => {
                let fits = matches!(
                    (levels.pop()?, byte),
                    (Level::Object { .. }, b'}') | (Level::Array { .. }, b']')
                );
                if !fits {
                    return None;
                }
                names_follow = false;
                at += 1;
            }
            _ => {
                let end = at + token(bytes.get(at..)?)?;
                let written = text.get(at..end)?;
                let said: String = match byte {
                    b'"' => serde_json::from_str(written).ok()?,
                    _ => written.to_owned(),
                };
                if let (true, Some(Level::Object { name })) = (names_follow, levels.last_mut()) {
                    *name = said.chars().take(LONGEST_PATH).collect();
                    names_follow = false;
                }
                found.push(Value {
                    path: path(&levels),
                    name: name_above(&levels),
                    text: said,
                    stretch: Stretch { start: at, end },
                });
                at = end;
            }
        }
    }
    levels.is_empty().then_some(found)
}

/// How long the text, number or word at the start is.
fn token(bytes: &[u8]) -> Option<usize> {
    if bytes.first() != Some(&b'"') {
        let word = |byte: &&u8| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'-' | b'.');
        return Some(bytes.iter().take_while(word).count()).filter(|length| *length > 0);
    }
    let mut escaped = false;
    for (at, byte) in bytes.iter().enumerate().skip(1) {
        match byte {
            _ if escaped => escaped = false,
            b'\\' => escaped = true,
            b'"' => return Some(at + 1),
            _ => {}
        }
    }
    None
}

fn path(levels: &[Level]) -> String {
    let mut path = String::new();
    for level in levels {
        path.push('/');
        match level {
            Level::Object { name } => path.push_str(&name.replace('~', "~0").replace('/', "~1")),
            Level::Array { index } => path.push_str(&index.to_string()),
        }
        if path.len() > LONGEST_PATH {
            return path.chars().take(LONGEST_PATH).chain(['…']).collect();
        }
    }
    path
}

fn name_above(levels: &[Level]) -> String {
    let named = levels.iter().rev().find_map(|level| match level {
        Level::Object { name } => Some(name.clone()),
        Level::Array { .. } => None,
    });
    named.unwrap_or_default()
}
