//! A mistake in a data file that a person wrote: where it is, what is wrong, and how to mend it.

use std::fmt;

/// One mistake in a pack, lexicon or calendar file. Shown to the person who wrote the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mistake {
    /// The file's name inside its pack, such as `statement.toml`.
    pub file: String,
    /// The line it starts on, counted from 1; 0 when the whole file is meant (it is missing, say).
    pub line: usize,
    /// What is wrong, as a sentence.
    pub what: String,
    /// What to do about it, as a sentence.
    pub cure: String,
}

impl Mistake {
    /// A mistake at a line of a file.
    pub fn new(file: &str, line: usize, what: impl Into<String>, cure: impl Into<String>) -> Self {
        Self {
            file: file.to_owned(),
            line,
            what: what.into(),
            cure: cure.into(),
        }
    }

    /// The mistake that the TOML reader found, with the line its position falls on.
    pub fn from_toml(file: &str, text: &str, error: &toml::de::Error) -> Self {
        let line = error.span().map_or(0, |span| line_of(text, span.start));
        Self::new(
            file,
            line,
            format!("{}.", error.message().trim_end_matches('.')),
            "Correct the line so that it is valid TOML and names a known field.",
        )
    }
}

/// The line, counted from 1, that a byte offset of a text falls on.
pub fn line_of(text: &str, offset: usize) -> usize {
    text.as_bytes()
        .iter()
        .take(offset)
        .filter(|byte| **byte == b'\n')
        .count()
        + 1
}

impl fmt::Display for Mistake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: {} {}", self.file, self.line, self.what, self.cure)
    }
}
