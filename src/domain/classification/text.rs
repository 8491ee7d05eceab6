//! A mail's words made comparable: folded to one spelling, cut into sentences and counted in tokens.

use std::collections::HashMap;

/// Longer text than this is not read: a wish stands near the top, and work per mail stays bounded.
pub const MOST_BYTES: usize = 64 * 1024;

/// A sentence that never ends is cut after so many tokens.
const LONGEST_SENTENCE: usize = 160;

/// A line at least this wide that ends without punctuation was wrapped by a mail program, not by its writer.
const WRAPPED_AT: usize = 46;

/// How letters are folded before anything is compared.
#[derive(Debug, Clone, Default)]
pub struct Folding {
    /// One written form to another, such as traditional to simplified characters.
    pub same: HashMap<char, char>,
    /// Short forms whose full stop ends no sentence, lower-case and without it.
    pub abbreviations: Vec<String>,
}

/// Where a sentence stands in a folded text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sentence {
    /// First byte.
    pub start: usize,
    /// One past the last byte.
    pub end: usize,
}

/// A folded text that knows the way back to what was written.
#[derive(Debug)]
pub struct Text<'a> {
    written: &'a str,
    /// The folded letters.
    pub folded: String,
    /// For every folded byte, the byte it was written at.
    origin: Vec<usize>,
    /// For every folded byte, the number of tokens that begin before it.
    tokens: Vec<u32>,
    /// In reading order.
    pub sentences: Vec<Sentence>,
}

impl<'a> Text<'a> {
    /// Folds and cuts a text.
    pub fn read(written: &'a str, folding: &Folding) -> Self {
        let written = clip(written, MOST_BYTES);
        let (folded, origin) = fold_with_origin(written, folding);
        let tokens = count_tokens(&folded);
        let sentences = sentences(&folded, &tokens, folding);
        Self {
            written,
            folded,
            origin,
            tokens,
            sentences,
        }
    }

    /// How many tokens begin before this byte.
    pub fn token_at(&self, byte: usize) -> usize {
        self.tokens
            .get(byte)
            .or(self.tokens.last())
            .map_or(0, |count| *count as usize)
    }

    /// What was written between two folded positions.
    pub fn as_written(&self, start: usize, end: usize) -> &'a str {
        let from = self.origin.get(start).copied().unwrap_or(self.written.len());
        let to = self.origin.get(end).copied().unwrap_or(self.written.len());
        self.written.get(from..to).unwrap_or_default().trim()
    }

    /// The byte in the written text that a folded byte stands for.
    pub fn written_at(&self, byte: usize) -> usize {
        self.origin.get(byte).copied().unwrap_or(self.written.len())
    }
}

/// The start of a text, at most so many bytes, cut between characters.
pub fn clip(text: &str, most: usize) -> &str {
    let mut end = text.len().min(most);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    text.get(..end).unwrap_or_default()
}

/// A phrase folded like the text it is looked for in.
pub fn fold(phrase: &str, folding: &Folding) -> String {
    fold_with_origin(phrase, folding).0
}

/// Whether a character is written without spaces between words.
pub fn is_unspaced(letter: char) -> bool {
    matches!(letter, '\u{2e80}'..='\u{2fdf}' | '\u{3040}'..='\u{30ff}' | '\u{3400}'..='\u{9fff}'
        | '\u{ac00}'..='\u{d7af}' | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{3ffff}')
}

fn fold_with_origin(written: &str, folding: &Folding) -> (String, Vec<usize>) {
    let mut folded = String::with_capacity(written.len());
    let mut origin = Vec::with_capacity(written.len());
    for (at, letter) in written.char_indices() {
        let letter = fold_letter(letter, folding);
        match letter {
            '\u{200b}'..='\u{200f}' | '\u{feff}' | '\u{ad}' | '\r' => continue,
            ' ' | '\u{3000}' if folded.ends_with([' ', '\n']) => continue,
            '0'..='9' if folded.ends_with('#') => continue,
            _ => {}
        }
        let letter = if letter.is_ascii_digit() { '#' } else { letter };
        for small in letter.to_lowercase() {
            folded.push(small);
            origin.resize(folded.len(), at);
        }
    }
    (folded, origin)
}

fn fold_letter(letter: char, folding: &Folding) -> char {
    match letter {
        '’' | '‘' | '`' | '´' | 'ʼ' => '\'',
        '“' | '”' | '„' | '«' | '»' | '「' | '」' | '『' | '』' => '"',
        '\u{a0}' | '\t' | '\u{2009}' | '\u{202f}' | '\u{3000}' => ' ',
        '–' | '—' | '‐' | '‑' | '―' => '-',
        '\u{ff01}'..='\u{ff5e}' => {
            char::from_u32(u32::from(letter) - 0xfee0).map_or(letter, |narrow| narrow.to_ascii_lowercase())
        }
        other => folding.same.get(&other).copied().unwrap_or(other),
    }
}

fn count_tokens(folded: &str) -> Vec<u32> {
    let mut tokens = Vec::with_capacity(folded.len() + 1);
    let mut count = 0;
    let mut in_word = false;
    for letter in folded.chars() {
        tokens.resize(tokens.len() + letter.len_utf8(), count);
        if is_unspaced(letter) {
            count += 1;
            in_word = false;
        } else if letter.is_alphanumeric() || letter == '#' || (in_word && letter == '\'') {
            if !in_word {
                count += 1;
            }
            in_word = true;
        } else {
            in_word = false;
        }
    }
    tokens.push(count);
    tokens
}

fn sentences(folded: &str, tokens: &[u32], folding: &Folding) -> Vec<Sentence> {
    let token_at = |byte: usize| tokens.get(byte).map_or(0, |count| *count as usize);
    let mut found = Vec::new();
    let mut start = 0;
    let mut line_start = 0;
    let mut letters = folded.char_indices().peekable();
    while let Some((at, letter)) = letters.next() {
        let after = at + letter.len_utf8();
        let next = letters.peek().map(|(_, letter)| *letter);
        let ends = match letter {
            '。' | '!' | '?' | ';' | '｡' | '…' => true,
            '.' => {
                next.is_none_or(|next| next.is_whitespace() || is_unspaced(next) || next == '"')
                    && !is_abbreviated(folded.get(start..at).unwrap_or_default(), folding)
            }
            '\n' => {
                let line = folded.get(line_start..at).unwrap_or_default();
                line_start = after;
                !is_wrapped(line, folded.get(after..).unwrap_or_default())
            }
            _ => is_unspaced(letter) && token_at(after) - token_at(start) >= LONGEST_SENTENCE,
        };
        let endless = letter == ' ' && token_at(after) - token_at(start) >= LONGEST_SENTENCE;
        if ends || endless {
            if token_at(after) > token_at(start) {
                found.push(Sentence { start, end: after });
            }
            start = after;
        }
    }
    if token_at(folded.len()) > token_at(start) {
        found.push(Sentence {
            start,
            end: folded.len(),
        });
    }
    found
}

fn is_abbreviated(before: &str, folding: &Folding) -> bool {
    let word = before
        .rsplit(|letter: char| !letter.is_alphanumeric() && letter != '.')
        .next()
        .unwrap_or_default();
    folding.abbreviations.iter().any(|short| short == word)
}

/// Whether a line break is only the mail program's: the line is wide, unfinished, and the next goes on.
fn is_wrapped(line: &str, rest: &str) -> bool {
    let next = rest.trim_start_matches(' ');
    let width: usize = line.chars().map(|letter| if is_unspaced(letter) { 2 } else { 1 }).sum();
    let starts_item = next.starts_with(['-', '*', '•', '·', '#', '(']) || next.get(1..2) == Some(")");
    width >= WRAPPED_AT && !starts_item && !next.starts_with('\n') && !next.is_empty()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sentences_of(text: &str) -> Vec<String> {
        let folding = Folding {
            same: HashMap::new(),
            abbreviations: vec!["dr".to_owned()],
        };
        let read = Text::read(text, &folding);
        read.sentences
            .iter()
            .map(|s| read.folded[s.start..s.end].trim().to_owned())
            .collect()
    }

    #[test]
    fn a_full_stop_after_a_title_or_inside_an_address_ends_nothing() {
        assert_eq!(
            sentences_of("Ask Dr. Ott at a@b.example. Then stop."),
            ["ask dr. ott at a@b.example.", "then stop."]
        );
    }

    #[test]
    fn a_wrapped_line_goes_on_and_a_short_line_does_not() {
        let wrapped = "I would be very grateful if you could please erase\nall of it.";
        assert_eq!(sentences_of(wrapped).len(), 1);
        assert_eq!(sentences_of("Dear Sirs\nplease stop").len(), 2);
    }

    #[test]
    fn folding_keeps_the_way_back_to_what_was_written() {
        let folding = Folding {
            same: HashMap::from([('刪', '删')]),
            abbreviations: Vec::new(),
        };
        let read = Text::read("請刪除２０２４年 I’M", &folding);
        let at = read.folded.find("删除#年 i'm").expect("folded");
        assert_eq!(read.as_written(at, read.folded.len()), "刪除２０２４年 I’M");
    }

    #[test]
    fn a_text_of_only_marks_has_no_sentence() {
        assert!(sentences_of("...\n\n!!! \u{feff}").is_empty());
    }
}
