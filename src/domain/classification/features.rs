//! What a sentence says, as features that weights can be learned for.
//!
//! Words, their beginnings, pairs of words, short runs of unspaced characters, and two words or characters with one between
//! them; and beside these the word classes of the lexicon, by themselves and two in a row, with the mood of an act. A class
//! lets a word that was never learned speak for what its fellows were learned to mean.

use std::collections::BTreeMap;

use super::reading::{Reading, Spoken};
use super::text::{Text, is_unspaced};
use crate::domain::lexicon::{Lexicon, Script, Tongue};

/// The longest run of unspaced characters that is a feature.
const LONGEST_RUN: usize = 3;
/// So many first letters of a longer word are a feature, whatever its ending.
const BEGINNING: usize = 5;
/// Two classes belong together if no more tokens stand between them.
const CLASSES_APART: usize = 6;
/// A sentence in another script than the rest of the mail has so many words of it.
const FEWEST_WORDS: usize = 4;

/// What a feature is made of: the two sorts are measured apart, as a sentence has many more words than classes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Sort {
    /// Letters.
    Words,
    /// Word classes of the lexicon.
    Classes,
}

/// The features of a text, each once, with the place where it first stands, in folded bytes.
///
/// The words of a pair have one blank between them, a beginning has a `*` after it, a `_` stands for what is between two, and
/// classes begin with `@`.
pub type Features = BTreeMap<String, (usize, usize)>;

/// The sort of a feature.
pub fn sort_of(key: &str) -> Sort {
    if key.starts_with('@') {
        Sort::Classes
    } else {
        Sort::Words
    }
}

/// The sentences of a mail that are written in one script.
#[derive(Debug)]
pub struct Part {
    /// Whose weights fit.
    pub script: Script,
    /// The features of each sentence.
    pub sentences: Vec<Features>,
}

/// What a mail says, the script of `main` first, whose sentences may be none.
pub fn parts(text: &Text<'_>, main: &Tongue, lexicon: &Lexicon) -> Vec<Part> {
    let other = match main.script {
        Script::Latin => Script::Han,
        Script::Han | Script::Kana | Script::Hangul => Script::Latin,
    };
    let other = lexicon.tongues.iter().filter(|tongue| tongue.script == other);
    let other = other.max_by_key(|tongue| tongue.code == lexicon.assumed_language);
    let of = |tongue: &Tongue, is_ours: &dyn Fn(&str) -> bool| {
        let reading = Reading::new(text, tongue);
        let sentences = text.sentences.iter().enumerate().filter_map(|(number, place)| {
            let sentence = text.folded.get(place.start..place.end)?;
            is_ours(sentence).then(|| features(sentence, place.start, &reading.spoken(number)))
        });
        Part {
            script: tongue.script,
            sentences: sentences.collect(),
        }
    };
    let is_other = |sentence: &str| other.is_some_and(|other| is_in(sentence, other.script));
    let mut parts = vec![of(main, &|sentence| !is_other(sentence))];
    if let Some(other) = other {
        parts.push(of(other, &is_other));
    }
    parts.retain(|part| part.script == main.script || !part.sentences.is_empty());
    parts
}

/// Whether a sentence is written in this script rather than in the other.
fn is_in(sentence: &str, script: Script) -> bool {
    let unspaced = sentence.chars().filter(|letter| is_unspaced(*letter)).count();
    let words = sentence
        .split(|letter: char| !letter.is_alphabetic() || is_unspaced(letter))
        .filter(|word| !word.is_empty())
        .count();
    match script {
        Script::Latin => words >= FEWEST_WORDS && words * 2 > unspaced,
        // A Chinese character says about as much as half a word.
        Script::Han | Script::Kana | Script::Hangul => unspaced >= FEWEST_WORDS && unspaced > words * 2,
    }
}

/// The features of a sentence that begins at a folded byte, and of the classes spoken in it.
fn features(sentence: &str, begins: usize, spoken: &[Spoken<'_>]) -> Features {
    let mut found = Features::new();
    add_words(sentence, begins, &mut found);
    add_classes(spoken, &mut found);
    found
}

/// None goes across a punctuation mark.
fn add_words(sentence: &str, begins: usize, found: &mut Features) {
    let mut note = |key: String, start: usize, end: usize| {
        found.entry(key).or_insert((begins + start, begins + end));
    };
    // Where the two words before stand, and where the unspaced characters before begin.
    let mut words: [Option<(usize, usize)>; 2] = [None; 2];
    let mut run: Vec<usize> = Vec::new();
    let part = |start: usize, end: usize| sentence.get(start..end).unwrap_or_default();
    let mut letters = sentence.char_indices().peekable();
    while let Some((start, letter)) = letters.next() {
        let end = start + letter.len_utf8();
        if is_unspaced(letter) {
            words = [None; 2];
            run.push(start);
            let from = run.len().saturating_sub(LONGEST_RUN);
            run.iter()
                .skip(from)
                .for_each(|first| note(part(*first, end).to_owned(), *first, end));
            if let [.., first, second, third] = run.as_slice() {
                note(format!("{}_{}", part(*first, *second), part(*third, end)), *first, end);
            }
            continue;
        }
        run.clear();
        if is_of_word(letter) {
            let mut end = end;
            while let Some((at, next)) = letters.next_if(|(_, next)| is_of_word(*next) || *next == '\'') {
                end = at + next.len_utf8();
            }
            let this = part(start, end);
            note(this.to_owned(), start, end);
            if let Some((cut, _)) = this.char_indices().nth(BEGINNING) {
                note(format!("{}*", part(start, start + cut)), start, end);
            }
            if let Some((first, last)) = words[1] {
                note(format!("{} {this}", part(first, last)), first, end);
            }
            if let Some((first, last)) = words[0] {
                note(format!("{} _ {this}", part(first, last)), first, end);
            }
            words = [words[1], Some((start, end))];
        } else if letter != ' ' {
            words = [None; 2];
        }
        if letter == '?' {
            note("?".to_owned(), start, end);
        }
    }
}

/// Classes by themselves, and two of which the second soon follows the first.
fn add_classes(spoken: &[Spoken<'_>], found: &mut Features) {
    for (at, first) in spoken.iter().enumerate() {
        found
            .entry(format!("@{}", first.name()))
            .or_insert((first.hit.start, first.hit.end));
        let later = spoken.iter().skip(at + 1);
        for second in later.filter(|second| second.hit.token >= first.hit.token_end) {
            if second.hit.token - first.hit.token_end > CLASSES_APART {
                break;
            }
            found
                .entry(format!("@{} {}", first.name(), second.name()))
                .or_insert((first.hit.start, second.hit.end));
        }
    }
}

fn is_of_word(letter: char) -> bool {
    letter == '#' || (letter.is_alphanumeric() && !is_unspaced(letter))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keys(sentence: &str) -> Vec<String> {
        features(sentence, 0, &[]).into_keys().collect()
    }

    #[test]
    fn words_pairs_and_runs_are_found_once_and_never_across_a_mark() {
        assert_eq!(keys("my cat, my dog"), ["cat", "dog", "my", "my cat", "my dog"]);
        assert_eq!(keys("erasing."), ["erasi*", "erasing"]);
        assert_eq!(keys("请删 除?"), ["?", "删", "请", "请删", "除"]);
        assert_eq!(keys("a b c."), ["a", "a _ c", "a b", "b", "b c", "c"]);
        assert!(keys("删了我").contains(&"删_我".to_owned()));
    }

    #[test]
    fn a_sentence_is_in_the_script_most_of_it_is_written_in() {
        assert!(is_in("请删除我的账号", Script::Han));
        assert!(!is_in("our pens are on sale, 请看", Script::Han));
        assert!(is_in("our pens are on sale, 请看", Script::Latin));
        assert!(!is_in("请把 gmail 邮箱里的资料删除", Script::Latin));
    }
}
