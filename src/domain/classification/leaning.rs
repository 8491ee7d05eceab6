//! What the words of a mail lean to: a weight for each kind and each right, learned from labelled mail.
//!
//! Words, their beginnings, pairs of words, short runs of unspaced characters, and two words or characters with one
//! between them each have their weights; a mail leans to what these add up to, whatever its length. The weights come from `leanings.toml`, which `examples/learn.rs`
//! writes from the labelled mails.

use std::cmp::Ordering;
use std::collections::{BTreeMap, HashMap};

use serde::Deserialize;

use super::Kind;
use super::text::{Text, is_unspaced};
use crate::domain::lexicon::Script;
use crate::domain::mistake::{Mistake, line_of};

/// The longest run of unspaced characters that has weights of its own.
const LONGEST_RUN: usize = 3;
/// So many first letters of a longer word have weights of their own, whatever its ending.
const BEGINNING: usize = 5;
/// Words shown for one leaning.
const MOST_WORDS: usize = 3;
/// Weights are written in hundredths.
const UNIT: f32 = 100.0;

/// A word, beginning, pair or run of a text, and where it first stands, in folded bytes.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Feature {
    /// The folded letters; the words of a pair have one blank between them, a beginning has a `*` after it, and a `_`
    /// stands for what is between two.
    pub key: String,
    /// First byte.
    pub start: usize,
    /// One past the last byte.
    pub end: usize,
}

/// The words, beginnings, pairs, runs and gaps of a text, each once, in the order of their letters. None goes across a punctuation mark.
pub fn features(text: &Text<'_>) -> Vec<Feature> {
    let mut found: HashMap<&str, (usize, usize)> = HashMap::new();
    let mut built: HashMap<String, (usize, usize)> = HashMap::new();
    let folded = text.folded.as_str();
    let mut note = |start: usize, end: usize| {
        if let Some(key) = folded.get(start..end) {
            found.entry(key).or_insert((start, end));
        }
    };
    // Where the two words before stand, and where the unspaced characters before begin.
    let mut words: [Option<(usize, usize)>; 2] = [None; 2];
    let mut run: Vec<usize> = Vec::new();
    let part = |place: (usize, usize)| folded.get(place.0..place.1).unwrap_or_default();
    let mut letters = folded.char_indices().peekable();
    while let Some((start, letter)) = letters.next() {
        let end = start + letter.len_utf8();
        if is_unspaced(letter) {
            words = [None; 2];
            run.push(start);
            let from = run.len().saturating_sub(LONGEST_RUN);
            run.iter().skip(from).for_each(|first| note(*first, end));
            if let [.., first, second, third] = run.as_slice() {
                let gap = format!("{}_{}", part((*first, *second)), part((*third, end)));
                built.entry(gap).or_insert((*first, end));
            }
            continue;
        }
        run.clear();
        if is_of_word(letter) {
            let mut end = end;
            while let Some((at, next)) = letters.next_if(|(_, next)| is_of_word(*next) || *next == '\'') {
                end = at + next.len_utf8();
            }
            note(start, end);
            let this = part((start, end));
            if let Some((cut, _)) = this.char_indices().nth(BEGINNING) {
                built
                    .entry(format!("{}*", part((start, start + cut))))
                    .or_insert((start, end));
            }
            if let Some(before) = words[1] {
                let pair = format!("{} {this}", part(before));
                built.entry(pair).or_insert((before.0, end));
            }
            if let Some(before) = words[0] {
                let gap = format!("{} _ {this}", part(before));
                built.entry(gap).or_insert((before.0, end));
            }
            words = [words[1], Some((start, end))];
        } else if letter != ' ' {
            words = [None; 2];
        }
        if letter == '?' {
            note(start, end);
        }
    }
    let singles = found.into_iter().map(|(key, place)| (key.to_owned(), place));
    let mut all: Vec<Feature> = singles
        .chain(built)
        .map(|(key, (start, end))| Feature { key, start, end })
        .collect();
    all.sort_unstable();
    all
}

fn is_of_word(letter: char) -> bool {
    letter == '#' || (letter.is_alphanumeric() && !is_unspaced(letter))
}

/// Learned weights, by script: mail in one script teaches nothing about another, and each has its own measure.
#[derive(Debug, Default)]
pub struct Leanings {
    targets: Vec<Target>,
    scripts: BTreeMap<Script, Weights>,
}

/// Learned weights of the words of one script.
#[derive(Debug, Default)]
struct Weights {
    always: Vec<f32>,
    /// A line for each word, in the order of the words. They stay as written and are searched: a mail asks for a few hundred of
    /// them, and a program that starts for a moment for none.
    words: String,
}

/// What words can lean to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Target {
    /// A kind of mail.
    Kind(Kind),
    /// The id of a right.
    Right(String),
}

/// How much a text leans to something, and the words that weigh most.
#[derive(Debug, Clone, PartialEq)]
pub struct Lean {
    /// Above zero speaks for it.
    pub weight: f32,
    /// As the sender wrote them.
    pub words: Vec<String>,
}

/// What a text leans to.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Leans {
    /// To each kind.
    pub kinds: BTreeMap<Kind, Lean>,
    /// To each right.
    pub rights: BTreeMap<String, Lean>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    to: Vec<String>,
    script: BTreeMap<Script, WrittenWeights>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenWeights {
    always: String,
    words: toml::Spanned<String>,
}

impl Leanings {
    /// Reads the learned weights; `rights` are the ids that the statement defines.
    ///
    /// # Errors
    /// The lines that cannot be read.
    pub fn parse(text: &str, file: &str, rights: &[&str]) -> Result<Self, Vec<Mistake>> {
        let written: Written = toml::from_str(text).map_err(|error| vec![Mistake::from_toml(file, text, &error)])?;
        let cure = "Write the file anew with `cargo run --release --example learn`.";
        let mut mistakes = Vec::new();
        let mut leanings = Self::default();
        for name in &written.to {
            match name.parse::<Kind>() {
                Ok(kind) => leanings.targets.push(Target::Kind(kind)),
                Err(_) if rights.contains(&name.as_str()) => leanings.targets.push(Target::Right(name.clone())),
                Err(_) => mistakes.push(Mistake::new(
                    file,
                    0,
                    format!("There is no kind and no right `{name}`."),
                    cure,
                )),
            }
        }
        for (script, written_weights) in written.script {
            match written_weights.read(text, written.to.len()) {
                Ok(weights) => drop(leanings.scripts.insert(script, weights)),
                Err(line) => mistakes.push(Mistake::new(
                    file,
                    line,
                    "The line has no number for each leaning, or its word is not in the order of the others.",
                    cure,
                )),
            }
        }
        if mistakes.is_empty() {
            Ok(leanings)
        } else {
            Err(mistakes)
        }
    }

    /// What a text leans to; nothing when no word of it has been learned.
    pub fn of(&self, text: &Text<'_>, script: Script) -> Option<Leans> {
        let learned = self.scripts.get(&script)?;
        let features = features(text);
        let known: Vec<(&Feature, Vec<(usize, f32)>)> = features
            .iter()
            .filter_map(|feature| Some((feature, learned.of(&feature.key, self.targets.len())?)))
            .collect();
        if known.is_empty() {
            return None;
        }
        // A long mail says no more than a short one; words that lean to nothing count towards its length, unknown ones not.
        let each = 1.0 / (known.len() as f32).sqrt();
        let mut sums: Vec<f32> = vec![0.0; self.targets.len()];
        for (column, weight) in known.iter().flat_map(|(_, weights)| weights) {
            if let Some(sum) = sums.get_mut(*column) {
                *sum += weight * each;
            }
        }
        let mut leans = Leans::default();
        for (column, (target, sum)) in self.targets.iter().zip(sums).enumerate() {
            let lean = Lean {
                weight: sum + learned.always.get(column).copied().unwrap_or_default(),
                words: heaviest(&known, column, text),
            };
            match target {
                Target::Kind(kind) => drop(leans.kinds.insert(*kind, lean)),
                Target::Right(id) => drop(leans.rights.insert(id.clone(), lean)),
            }
        }
        Some(leans)
    }
}

impl Weights {
    /// The leanings of a word; nothing for one that was never learned.
    fn of(&self, word: &str, width: usize) -> Option<Vec<(usize, f32)>> {
        let mut rest = self.words.as_str();
        while !rest.is_empty() {
            let middle = rest.floor_char_boundary(rest.len() / 2);
            let start = rest.get(..middle)?.rfind('\n').map_or(0, |before| before + 1);
            let end = rest
                .get(start..)?
                .find('\n')
                .map_or(rest.len(), |length| start + length);
            let (found, numbers) = rest.get(start..end)?.rsplit_once('|')?;
            match word.cmp(found) {
                Ordering::Equal => return weights(numbers, width),
                Ordering::Less => rest = rest.get(..start)?,
                Ordering::Greater => rest = rest.get(end + 1..).unwrap_or_default(),
            }
        }
        None
    }
}

impl WrittenWeights {
    /// Takes the weights in; an error is the first line that cannot be read or is not in its place.
    fn read(self, text: &str, width: usize) -> Result<Weights, usize> {
        // The first word stands on the line after the opening quotes.
        let mut at = self.words.span().start + "'''\n".len();
        let always = all_weights(&self.always, width).ok_or_else(|| line_of(text, at))?;
        let mut before = None;
        for line in self.words.as_ref().lines() {
            let read = line
                .rsplit_once('|')
                .filter(|(word, numbers)| before < Some(*word) && weights(numbers, width).is_some());
            let (word, _) = read.ok_or_else(|| line_of(text, at))?;
            before = Some(word);
            at += line.len() + 1;
        }
        let words = self.words.into_inner();
        Ok(Weights { always, words })
    }
}

fn heaviest(known: &[(&Feature, Vec<(usize, f32)>)], column: usize, text: &Text<'_>) -> Vec<String> {
    let weight = |weights: &[(usize, f32)]| weights.iter().find(|(of, _)| *of == column).map(|(_, weight)| *weight);
    let mut for_it: Vec<(f32, &Feature)> = known
        .iter()
        .filter_map(|(feature, weights)| Some((weight(weights)?, *feature)))
        .filter(|(weight, _)| *weight > 0.0)
        .collect();
    for_it.sort_by(|(one, _), (other, _)| other.total_cmp(one));
    let shown = for_it.iter().take(MOST_WORDS);
    shown
        .map(|(_, feature)| text.as_written(feature.start, feature.end).to_owned())
        .collect()
}

fn number(written: &str) -> Option<f32> {
    Some(f32::from(written.parse::<i16>().ok()?) / UNIT)
}

/// A number for every leaning.
fn all_weights(written: &str, width: usize) -> Option<Vec<f32>> {
    let numbers: Option<Vec<f32>> = written.split_whitespace().map(number).collect();
    numbers.filter(|numbers| numbers.len() == width)
}

/// The leanings of a word, such as `a12c-5`: 12 to the first, -5 to the third; a common word may have none.
fn weights(mut written: &str, width: usize) -> Option<Vec<(usize, f32)>> {
    let mut weights = Vec::new();
    while let Some(letter) = written.chars().next() {
        let column = usize::try_from(u32::from(letter).checked_sub(u32::from('a'))?).ok()?;
        let rest = written.get(letter.len_utf8()..)?;
        let end = rest.find(|next: char| next.is_ascii_lowercase()).unwrap_or(rest.len());
        weights.push((column, number(rest.get(..end)?)?));
        written = rest.get(end..)?;
    }
    let fits = weights.iter().all(|(column, _)| *column < width);
    fits.then_some(weights)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::classification::text::Folding;

    const FILE: &str =
        "to = ['request', 'deletion']\n[script.han]\nalways = '-10 -50'\nwords = '''\nmy cat|a90\n删除|a50b200\n'''\n";

    fn keys(written: &str) -> Vec<String> {
        let text = Text::read(written, &Folding::default());
        features(&text).into_iter().map(|feature| feature.key).collect()
    }

    #[test]
    fn words_pairs_and_runs_are_found_once_and_never_across_a_mark() {
        assert_eq!(keys("My cat, my DOG"), ["cat", "dog", "my", "my cat", "my dog"]);
        assert_eq!(keys("Erasing."), ["erasi*", "erasing"]);
        assert_eq!(keys("请删 除?"), ["?", "删", "请", "请删", "除"]);
        assert_eq!(keys("a b c."), ["a", "a _ c", "a b", "b", "b c", "c"]);
        assert!(keys("删了我").contains(&"删_我".to_owned()));
    }

    #[test]
    fn a_text_leans_to_what_its_known_words_weigh_and_shows_them() {
        let leanings = Leanings::parse(FILE, "leanings.toml", &["deletion"]).expect("weights");
        let leans = leanings
            .of(&Text::read("请 刪 除 删除 them", &Folding::default()), Script::Han)
            .expect("known words");
        assert!((leans.rights["deletion"].weight - 1.5).abs() < 1e-5);
        assert_eq!(leans.rights["deletion"].words, ["删除"]);
        let unheard = Text::read("unheard of", &Folding::default());
        assert!(leanings.of(&unheard, Script::Han).is_none());
        let learned = Text::read("删除", &Folding::default());
        assert!(leanings.of(&learned, Script::Latin).is_none());
    }

    #[test]
    fn a_leaning_to_an_unknown_right_and_a_line_that_is_cut_off_are_told_with_their_lines() {
        assert!(Leanings::parse(FILE, "leanings.toml", &["copy"]).is_err());
        let cut = FILE.replace("a50b200", "a50b");
        let mistakes = Leanings::parse(&cut, "leanings.toml", &["deletion"]).expect_err("a short line");
        assert_eq!(mistakes.iter().map(|mistake| mistake.line).collect::<Vec<_>>(), [6]);
        let unordered = FILE.replace("删除|", "a|");
        let mistakes = Leanings::parse(&unordered, "leanings.toml", &["deletion"]).expect_err("a word out of order");
        assert_eq!(mistakes.iter().map(|mistake| mistake.line).collect::<Vec<_>>(), [6]);
    }

    #[test]
    fn each_word_of_many_is_found_and_no_other() {
        let words = ["a", "a _ b", "a b", "as", "b*", "é", "请", "请删", "请删除"];
        let lines: String = words
            .iter()
            .enumerate()
            .map(|(at, word)| format!("{word}|a{at}\n"))
            .collect();
        let learned = Weights {
            always: vec![0.0],
            words: lines,
        };
        for (at, word) in words.iter().enumerate() {
            assert_eq!(learned.of(word, 1), Some(vec![(0, at as f32 / UNIT)]), "{word}");
        }
        for stranger in ["", "A", "a c", "at", "b", "除", "|", "\n"] {
            assert_eq!(learned.of(stranger, 1), None, "{stranger}");
        }
    }
}
