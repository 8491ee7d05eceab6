//! Word classes and the patterns over them: the small language in which a lexicon says what a sentence means.
//!
//! A pattern such as `erase > own > thing -later` reads: a word of the class `erase`, soon after it one of `own`, soon
//! after that one of `thing`, all in one sentence that has no word of the class `later`.
//!
//! - `a > b`: b comes after a, with at most `gap` tokens between; `a >3 b`: at most three.
//! - `x & y`: both stand in the same sentence, in any order. `>` binds closer than `&`.
//! - `a|b`: either class. `'some words'`: those very words.
//! - `@a`: a word of the class was the last thing spoken of, in this sentence or shortly before.
//! - `-a` at the end: the sentence has no word of the class.
//! - `?` in front: only a faint sign, which a person should look at.

use std::collections::HashMap;

use aho_corasick::{AhoCorasick, BuildError};

use super::text::{Text, is_unspaced};

/// The number of a word class within one language.
pub type Class = usize;

/// How much a matching pattern proves.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Strength {
    /// Reason to ask a person, no more.
    Faint,
    /// Said plainly.
    Plain,
}

/// One word class, or several, at one place of a pattern.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Item {
    /// Any of these.
    pub classes: Vec<Class>,
    /// It is enough that it was spoken of before.
    pub spoken_of: bool,
    /// Most tokens between the item before and this one; `None` for the language's own measure.
    pub gap: Option<usize>,
}

/// A pattern, read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pattern {
    /// Each a chain of items in order; all stand in the same sentence.
    pub chains: Vec<Vec<Item>>,
    /// Classes the sentence must not contain.
    pub without: Vec<Class>,
    /// What a match is worth.
    pub strength: Strength,
}

impl Pattern {
    /// Reads a pattern; `class_of` knows the classes by name and takes in quoted words as a class of their own.
    pub fn parse(written: &str, class_of: &mut dyn FnMut(&str) -> Option<Class>) -> Result<Self, String> {
        let (strength, rest) = match written.trim().strip_prefix('?') {
            Some(rest) => (Strength::Faint, rest),
            None => (Strength::Plain, written.trim()),
        };
        let mut pattern = Self {
            chains: vec![Vec::new()],
            without: Vec::new(),
            strength,
        };
        let mut gap = None;
        for word in words(rest)? {
            if word == "&" {
                pattern.chains.push(Vec::new());
            } else if let Some(most) = word.strip_prefix('>') {
                gap = match most {
                    "" => None,
                    most => Some(most.parse().map_err(|_| format!("`>{most}` is not a distance"))?),
                };
            } else if let Some(name) = word.strip_prefix('-') {
                pattern.without.extend(classes(name, class_of)?);
            } else {
                let (spoken_of, names) = match word.strip_prefix('@') {
                    Some(names) => (true, names),
                    None => (false, word.as_str()),
                };
                let item = Item {
                    classes: classes(names, class_of)?,
                    spoken_of,
                    gap: gap.take(),
                };
                if let Some(chain) = pattern.chains.last_mut() {
                    chain.push(item);
                }
            }
        }
        let says_something = pattern
            .chains
            .iter()
            .all(|chain| chain.iter().any(|item| !item.spoken_of));
        if says_something {
            Ok(pattern)
        } else {
            Err("a part of the pattern names no word class".to_owned())
        }
    }
}

/// Cuts at blanks, except inside quotes.
fn words(written: &str) -> Result<Vec<String>, String> {
    let mut words = Vec::new();
    let mut word = String::new();
    let mut quoted = false;
    for letter in written.chars() {
        if letter == '\'' {
            quoted = !quoted;
        }
        if letter == ' ' && !quoted {
            words.push(std::mem::take(&mut word));
        } else {
            word.push(letter);
        }
    }
    words.push(word);
    words.retain(|word| !word.is_empty());
    if quoted {
        Err("a quote is opened and not closed".to_owned())
    } else {
        Ok(words)
    }
}

fn classes(names: &str, class_of: &mut dyn FnMut(&str) -> Option<Class>) -> Result<Vec<Class>, String> {
    names
        .split('|')
        .map(|name| class_of(name).ok_or_else(|| format!("there is no word class `{name}`")))
        .collect()
}

/// All words of a language in one automaton.
#[derive(Debug)]
pub struct Vocabulary {
    automaton: AhoCorasick,
    words: Vec<Word>,
}

#[derive(Debug)]
struct Word {
    class: Class,
    /// May begin inside a longer word.
    open_before: bool,
    /// May end inside a longer word.
    open_after: bool,
}

/// A word of a class, found in a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Hit {
    /// Its class.
    pub class: Class,
    /// First byte in the folded text.
    pub start: usize,
    /// One past the last byte.
    pub end: usize,
    /// The number of its first token.
    pub token: usize,
    /// One past its last token.
    pub token_end: usize,
}

impl Hit {
    /// Whether this hit is a part of a longer one.
    pub fn is_inside(&self, other: &Self) -> bool {
        other.start <= self.start && self.end <= other.end && other.end - other.start > self.end - self.start
    }
}

impl Vocabulary {
    /// Compiles folded words; a `*` at either end lets the word go on there.
    pub fn compile(words: &[(Class, String)]) -> Result<Self, BuildError> {
        let automaton = AhoCorasick::new(words.iter().map(|(_, word)| word.trim_matches('*')))?;
        let words = words
            .iter()
            .map(|(class, word)| {
                let bare = word.trim_matches('*');
                Word {
                    class: *class,
                    open_before: word.starts_with('*') || !bare.chars().next().is_some_and(is_spaced),
                    open_after: word.ends_with('*') || !bare.chars().next_back().is_some_and(is_spaced),
                }
            })
            .collect();
        Ok(Self { automaton, words })
    }

    /// Every word in a text, in order of where it starts.
    pub fn hits(&self, text: &Text<'_>) -> Vec<Hit> {
        let mut hits: Vec<Hit> = self
            .automaton
            .find_overlapping_iter(&text.folded)
            .filter_map(|found| {
                let word = self.words.get(found.pattern().as_usize())?;
                let before = text.folded.get(..found.start())?.chars().next_back();
                let after = text.folded.get(found.end()..)?.chars().next();
                let whole = (word.open_before || !before.is_some_and(is_spaced))
                    && (word.open_after || !after.is_some_and(is_spaced));
                whole.then(|| Hit {
                    class: word.class,
                    start: found.start(),
                    end: found.end(),
                    token: text.token_at(found.start()),
                    token_end: text.token_at(found.end()),
                })
            })
            .collect();
        hits.sort_by_key(|hit| (hit.start, hit.end, hit.class));
        hits
    }
}

/// Whether a character is part of a word that is set apart by spaces.
fn is_spaced(letter: char) -> bool {
    letter == '#' || (letter.is_alphanumeric() && !is_unspaced(letter))
}

/// The classes of a language by name, with the quoted words that became classes of their own.
#[derive(Debug, Default)]
pub struct Classes {
    by_name: HashMap<String, Class>,
}

impl Classes {
    /// The number of a class, new or known.
    pub fn intern(&mut self, name: &str) -> Class {
        let next = self.by_name.len();
        *self.by_name.entry(name.to_owned()).or_insert(next)
    }

    /// The number of a known class.
    pub fn find(&self, name: &str) -> Option<Class> {
        self.by_name.get(name).copied()
    }

    /// How many there are.
    pub fn count(&self) -> usize {
        self.by_name.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(written: &str) -> Result<Pattern, String> {
        let mut known = Classes::default();
        for name in ["erase", "own", "thing", "later"] {
            known.intern(name);
        }
        Pattern::parse(written, &mut |name| match name.starts_with('\'') {
            true => Some(known.intern(name)),
            false => known.find(name),
        })
    }

    #[test]
    fn a_pattern_reads_chains_gaps_alternatives_and_what_must_be_absent() {
        let pattern = parse("erase >3 own|thing & 'at once' -later").expect("a pattern");
        assert_eq!(pattern.chains.len(), 2);
        assert_eq!(
            pattern.chains[0][1],
            Item {
                classes: vec![1, 2],
                spoken_of: false,
                gap: Some(3)
            }
        );
        assert_eq!(pattern.chains[1][0].classes, [4]);
        assert_eq!((pattern.without, pattern.strength), (vec![3], Strength::Plain));
    }

    #[test]
    fn an_unknown_class_an_open_quote_and_an_empty_part_are_refused() {
        assert!(parse("erase > nothing").is_err_and(|problem| problem.contains("`nothing`")));
        assert!(parse("erase > 'at once").is_err());
        assert!(parse("erase &").is_err());
        assert!(parse("@thing").is_err());
    }

    #[test]
    fn a_word_is_found_whole_unless_it_may_go_on() {
        let folding = super::super::text::Folding::default();
        let words = [(0, "delet*".to_owned()), (1, "ring".to_owned()), (2, "删除".to_owned())];
        let vocabulary = Vocabulary::compile(&words).expect("compiled");
        let text = Text::read("Deleting during 请删除吧", &folding);
        assert_eq!(
            vocabulary.hits(&text).iter().map(|hit| hit.class).collect::<Vec<_>>(),
            [0, 2]
        );
    }
}
