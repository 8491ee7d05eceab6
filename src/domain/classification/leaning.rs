//! What the words of a mail lean to: a weight for each kind and each right, learned from labelled mail.
//!
//! Words, their beginnings, pairs of words and short runs of unspaced characters each have their weights; a mail leans to
//! what the weights of its words add up to, whatever its length. The weights come from `leanings.toml`, which `examples/learn.rs`
//! writes from the labelled mails.

use std::collections::{BTreeMap, HashMap};

use serde::Deserialize;

use super::Kind;
use super::text::{Text, is_unspaced};
use crate::domain::mistake::{Mistake, line_of};

/// The longest run of unspaced characters that has weights of its own.
const LONGEST_RUN: usize = 3;
/// So many first letters of a longer word have weights of their own, whatever its ending.
const BEGINNING: usize = 5;
/// Words shown for one leaning.
const MOST_WORDS: usize = 3;
/// Weights are written in thousandths.
const UNIT: f32 = 1000.0;

/// A word, beginning, pair or run of a text, and where it first stands, in folded bytes.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Feature {
    /// The folded letters; the words of a pair have one blank between them, a beginning has a `*` after it.
    pub key: String,
    /// First byte.
    pub start: usize,
    /// One past the last byte.
    pub end: usize,
}

/// The words, beginnings, pairs and runs of a text, each once, in the order of their letters. None goes across a punctuation mark.
pub fn features(text: &Text<'_>) -> Vec<Feature> {
    let mut found: HashMap<&str, (usize, usize)> = HashMap::new();
    let mut built: HashMap<String, (usize, usize)> = HashMap::new();
    let folded = text.folded.as_str();
    let mut note = |start: usize, end: usize| {
        if let Some(key) = folded.get(start..end) {
            found.entry(key).or_insert((start, end));
        }
    };
    // The word before, and the starts of the unspaced characters before.
    let mut word: Option<(usize, usize)> = None;
    let mut run: Vec<usize> = Vec::new();
    let mut letters = folded.char_indices().peekable();
    while let Some((start, letter)) = letters.next() {
        let end = start + letter.len_utf8();
        if is_unspaced(letter) {
            word = None;
            run.push(start);
            let from = run.len().saturating_sub(LONGEST_RUN);
            run.iter().skip(from).for_each(|first| note(*first, end));
            continue;
        }
        run.clear();
        if is_of_word(letter) {
            let mut end = end;
            while let Some((at, next)) = letters.next_if(|(_, next)| is_of_word(*next) || *next == '\'') {
                end = at + next.len_utf8();
            }
            note(start, end);
            let this = folded.get(start..end).unwrap_or_default();
            if let Some((cut, _)) = this.char_indices().nth(BEGINNING) {
                let beginning = this.get(..cut).unwrap_or_default();
                built.entry(format!("{beginning}*")).or_insert((start, end));
            }
            if let Some(before) = word.and_then(|(first, until)| folded.get(first..until)) {
                let first = word.map_or(start, |(first, _)| first);
                built.entry(format!("{before} {this}")).or_insert((first, end));
            }
            word = Some((start, end));
        } else if letter != ' ' {
            word = None;
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

/// Learned weights, by word.
#[derive(Debug, Default)]
pub struct Leanings {
    targets: Vec<Target>,
    always: Vec<f32>,
    words: HashMap<String, Vec<f32>>,
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
        let width = written.to.len();
        leanings.always = weights(&written.always, width).unwrap_or_else(|| {
            mistakes.push(Mistake::new(file, 0, "`always` has no number for each leaning.", cure));
            Vec::new()
        });
        // The first word stands on the line after the opening quotes.
        let mut at = written.words.span().start + "'''\n".len();
        for line in written.words.as_ref().lines().filter(|line| !line.is_empty()) {
            let read = line
                .rsplit_once('|')
                .and_then(|(word, numbers)| Some((word, weights(numbers, width)?)));
            match read {
                Some((word, weights)) => drop(leanings.words.insert(word.to_owned(), weights)),
                None => mistakes.push(Mistake::new(
                    file,
                    line_of(text, at),
                    "The line has no number for each leaning.",
                    cure,
                )),
            }
            at += line.len() + 1;
        }
        if mistakes.is_empty() {
            Ok(leanings)
        } else {
            Err(mistakes)
        }
    }

    /// What a text leans to; nothing when no word of it has been learned.
    pub fn of(&self, text: &Text<'_>) -> Option<Leans> {
        let features = features(text);
        let known: Vec<(&Feature, &Vec<f32>)> = features
            .iter()
            .filter_map(|feature| Some((feature, self.words.get(&feature.key)?)))
            .collect();
        if known.is_empty() {
            return None;
        }
        // A long mail says no more than a short one.
        let each = 1.0 / (known.len() as f32).sqrt();
        let mut leans = Leans::default();
        for (column, target) in self.targets.iter().enumerate() {
            let of = |weights: &Vec<f32>| weights.get(column).copied().unwrap_or_default();
            let sum: f32 = known.iter().map(|(_, weights)| of(weights)).sum();
            let lean = Lean {
                weight: of(&self.always) + each * sum,
                words: heaviest(&known, of, text),
            };
            match target {
                Target::Kind(kind) => drop(leans.kinds.insert(*kind, lean)),
                Target::Right(id) => drop(leans.rights.insert(id.clone(), lean)),
            }
        }
        Some(leans)
    }
}

fn heaviest(known: &[(&Feature, &Vec<f32>)], of: impl Fn(&Vec<f32>) -> f32, text: &Text<'_>) -> Vec<String> {
    let mut for_it: Vec<(f32, &Feature)> = known
        .iter()
        .map(|(feature, weights)| (of(weights), *feature))
        .filter(|(weight, _)| *weight > 0.0)
        .collect();
    for_it.sort_by(|(one, _), (other, _)| other.total_cmp(one));
    let shown = for_it.iter().take(MOST_WORDS);
    shown
        .map(|(_, feature)| text.as_written(feature.start, feature.end).to_owned())
        .collect()
}

fn weights(written: &str, width: usize) -> Option<Vec<f32>> {
    let numbers: Option<Vec<f32>> = written
        .split_whitespace()
        .map(|number| Some(f32::from(number.parse::<i16>().ok()?) / UNIT))
        .collect();
    numbers.filter(|numbers| numbers.len() == width)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::classification::text::Folding;

    const FILE: &str =
        "to = ['request', 'deletion']\nalways = '-100 -500'\nwords = '''\nmy cat|900 0\n删除|500 2000\n'''\n";

    fn keys(written: &str) -> Vec<String> {
        let text = Text::read(written, &Folding::default());
        features(&text).into_iter().map(|feature| feature.key).collect()
    }

    #[test]
    fn words_pairs_and_runs_are_found_once_and_never_across_a_mark() {
        assert_eq!(keys("My cat, my DOG"), ["cat", "dog", "my", "my cat", "my dog"]);
        assert_eq!(keys("Erasing."), ["erasi*", "erasing"]);
        assert_eq!(keys("请删 除?"), ["?", "删", "请", "请删", "除"]);
    }

    #[test]
    fn a_text_leans_to_what_its_known_words_weigh_and_shows_them() {
        let leanings = Leanings::parse(FILE, "leanings.toml", &["deletion"]).expect("weights");
        let leans = leanings
            .of(&Text::read("请 刪 除 删除 them", &Folding::default()))
            .expect("known words");
        assert!((leans.rights["deletion"].weight - 1.5).abs() < 1e-5);
        assert_eq!(leans.rights["deletion"].words, ["删除"]);
        assert!(leanings.of(&Text::read("unheard of", &Folding::default())).is_none());
    }

    #[test]
    fn a_leaning_to_an_unknown_right_and_a_line_that_is_cut_off_are_told_with_their_lines() {
        assert!(Leanings::parse(FILE, "leanings.toml", &["copy"]).is_err());
        let cut = FILE.replace("500 2000", "500");
        let mistakes = Leanings::parse(&cut, "leanings.toml", &["deletion"]).expect_err("a short line");
        assert_eq!(mistakes.iter().map(|mistake| mistake.line).collect::<Vec<_>>(), [5]);
    }
}
