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
//! - `??` in front: a guess, for when nothing else was said; a person must look at it.

use std::collections::HashMap;

/// The number of a word class within one language.
pub type Class = usize;

/// How much a matching pattern proves.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Strength {
    /// The best guess when nothing better was said.
    Guess,
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
        let written = written.trim();
        let (strength, rest) = match (written.strip_prefix("??"), written.strip_prefix('?')) {
            (Some(rest), _) => (Strength::Guess, rest),
            (None, Some(rest)) => (Strength::Faint, rest),
            (None, None) => (Strength::Plain, written),
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

    /// Their names, in the order of their numbers.
    pub fn names(&self) -> Vec<String> {
        let mut names = vec![String::new(); self.by_name.len()];
        for (name, class) in &self.by_name {
            if let Some(place) = names.get_mut(*class) {
                place.clone_from(name);
            }
        }
        names
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
}
