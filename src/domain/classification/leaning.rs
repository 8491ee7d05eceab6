//! What the words of a mail lean to: a weight for each kind and each right, learned from labelled mail.
//!
//! Each feature has its weights; a mail leans to what these add up to, whatever its length. To a right it leans as a whole, and
//! as much again by the sentence, or the two in a row, that say it most: one sentence among many is enough for a wish. The
//! weights come from `leanings.toml`, which `examples/learn.rs` writes from the labelled mails.

use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet, HashMap};

use serde::Deserialize;

use super::Kind;
use super::features::{Features, Part, Sort, sort_of};
use super::text::Text;
use crate::domain::lexicon::Script;
use crate::domain::mistake::{Mistake, line_of};

/// What the word classes of a sentence count for, against its words.
pub const CLASSES_COUNT: f32 = 0.4;
/// How much of a mail's leaning to a right comes from the sentences that say it most.
const BY_SENTENCE: f32 = 0.3;
/// Words shown for one leaning.
const MOST_WORDS: usize = 3;
/// One sentence that leans so much to a right keeps a mail from being set aside.
const HIDDEN_WISH: f32 = 0.4;
/// Weights are written in hundredths.
const UNIT: f32 = 100.0;

/// Learned weights, by script: mail in one script teaches nothing about another, and each has its own measure.
#[derive(Debug, Default)]
pub struct Leanings {
    targets: Vec<Target>,
    scripts: BTreeMap<Script, Weights>,
}

/// Learned weights of the words of one script.
#[derive(Debug, Default)]
struct Weights {
    /// How many mails were learned from.
    mails: u16,
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
    /// A right that the statement does not have, written as an empty name.
    Nothing,
}

/// What was learned of a word.
#[derive(Debug, Clone, PartialEq)]
struct Learned {
    /// The rarer a word is, the more it tells.
    tells: f32,
    weights: Vec<(usize, f32)>,
}

/// How much a text leans to something, and the words that weigh most.
#[derive(Debug, Clone, PartialEq)]
pub struct Lean {
    /// Above zero speaks for it.
    pub weight: f32,
    /// The weight of the sentence, or the two in a row, that say it most.
    pub most: f32,
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
    /// A sentence by itself asks for something.
    pub hides_a_request: bool,
}

impl Leans {
    /// Takes in a leaning; of two to the same right the heavier one stays.
    fn take(&mut self, target: &Target, lean: Lean) {
        match target {
            Target::Kind(kind) => drop(self.kinds.insert(*kind, lean)),
            Target::Right(id) if self.rights.get(id).is_none_or(|known| known.weight < lean.weight) => {
                self.rights.insert(id.clone(), lean);
            }
            Target::Right(_) | Target::Nothing => {}
        }
    }

    /// Takes in the rights that another part of the mail leans to more.
    pub fn take_rights(&mut self, other: Self) {
        for (id, lean) in other.rights {
            self.take(&Target::Right(id), lean);
        }
        self.hides_a_request |= other.hides_a_request;
    }
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
    mails: u16,
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
                Err(_) if name.is_empty() => leanings.targets.push(Target::Nothing),
                Err(_) if rights.contains(&name.as_str()) => leanings.targets.push(Target::Right(name.clone())),
                Err(_) => {
                    let what = format!("There is no kind and no right `{name}`.");
                    mistakes.push(Mistake::new(file, 0, what, cure));
                }
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

    /// What a part of a mail leans to; nothing when no word of it has been learned.
    pub fn of(&self, part: &Part, text: &Text<'_>) -> Option<Leans> {
        let learned = self.scripts.get(&part.script)?;
        let mut known: HashMap<&str, Learned> = HashMap::new();
        for key in part.sentences.iter().flat_map(BTreeMap::keys) {
            if !known.contains_key(key.as_str())
                && let Some(line) = learned.of(key, self.targets.len())
            {
                known.insert(key, line);
            }
        }
        if known.is_empty() {
            return None;
        }
        let add = |keys: &BTreeSet<&str>| self.add(keys, &known, &learned.always);
        let whole = add(&known.keys().copied().collect());
        let mut most = whole.clone();
        let sentences: Vec<Vec<f32>> = windows(&part.sentences).iter().map(add).collect();
        for (column, most) in most.iter_mut().enumerate() {
            let each = sentences.iter().filter_map(|sums| sums.get(column).copied());
            *most = each.fold(f32::MIN, f32::max);
        }
        let mut leans = Leans::default();
        for (column, target) in self.targets.iter().enumerate() {
            let (whole, most) = (*whole.get(column)?, *most.get(column)?);
            let lean = Lean {
                weight: match target {
                    Target::Kind(_) => whole,
                    Target::Right(_) => whole * (1.0 - BY_SENTENCE) + most * BY_SENTENCE,
                    Target::Nothing => continue,
                },
                most,
                words: heaviest(&part.sentences, &known, column, text),
            };
            leans.take(target, lean);
        }
        leans.hides_a_request = sentences.iter().any(|sums| self.asks(sums));
        Some(leans)
    }

    /// What features add up to. Long texts say no more than short ones; features that lean to nothing count towards the length,
    /// unknown ones do not.
    fn add(&self, keys: &BTreeSet<&str>, known: &HashMap<&str, Learned>, always: &[f32]) -> Vec<f32> {
        let mut sums = always.to_vec();
        for (sort, counts) in [(Sort::Words, 1.0), (Sort::Classes, CLASSES_COUNT)] {
            let of_sort = || {
                let keys = keys.iter().filter(|key| sort_of(key) == sort);
                keys.filter_map(|key| known.get(*key))
            };
            let length = of_sort().map(|word| word.tells * word.tells).sum::<f32>().sqrt();
            for word in of_sort() {
                for (column, weight) in &word.weights {
                    if let Some(sum) = sums.get_mut(*column) {
                        *sum += weight * word.tells * counts / length;
                    }
                }
            }
        }
        sums
    }

    /// Whether a sentence by itself leans to a right, and to a request rather than to other business.
    fn asks(&self, sums: &[f32]) -> bool {
        let of = |kind: Kind| {
            let mut columns = self.targets.iter().zip(sums);
            columns
                .find(|(target, _)| **target == Target::Kind(kind))
                .map_or(0.0, |(_, sum)| *sum)
        };
        let mut rights = self
            .targets
            .iter()
            .zip(sums)
            .filter(|(target, _)| matches!(target, Target::Right(_)));
        rights.any(|(_, sum)| *sum >= HIDDEN_WISH) && of(Kind::Request) > of(Kind::Unrelated)
    }
}

/// The features that sentences have, each once.
pub fn keys(sentences: &[Features]) -> BTreeSet<&str> {
    sentences.iter().flat_map(BTreeMap::keys).map(String::as_str).collect()
}

/// Each sentence by itself, and each two in a row.
pub fn windows(sentences: &[Features]) -> Vec<BTreeSet<&str>> {
    sentences.chunks(1).chain(sentences.windows(2)).map(keys).collect()
}

impl Weights {
    /// What was learned of a word; nothing for one that never was.
    fn of(&self, word: &str, width: usize) -> Option<Learned> {
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
                Ordering::Equal => return Learned::read(numbers, width, self.mails),
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
                .filter(|(word, numbers)| before < Some(*word) && Learned::read(numbers, width, self.mails).is_some());
            let (word, _) = read.ok_or_else(|| line_of(text, at))?;
            before = Some(word);
            at += line.len() + 1;
        }
        let words = self.words.into_inner();
        let mails = self.mails;
        Ok(Weights { mails, always, words })
    }
}

impl Learned {
    /// Reads what was learned of a word from so many mails, such as `17a12c-5`: 17 of them have it, it leans by 12 to the
    /// first and by -5 to the third. A common word may lean to nothing.
    fn read(written: &str, width: usize, mails: u16) -> Option<Self> {
        let is_letter = |letter: char| letter.is_ascii_lowercase();
        let (with, mut rest) = written.split_at(written.find(is_letter).unwrap_or(written.len()));
        let mut weights = Vec::new();
        while let Some(letter) = rest.chars().next() {
            let column = usize::try_from(u32::from(letter).checked_sub(u32::from('a'))?).ok()?;
            let after = rest.get(letter.len_utf8()..)?;
            let end = after.find(is_letter).unwrap_or(after.len());
            weights.push((column, number(after.get(..end)?)?));
            rest = after.get(end..)?;
        }
        let with: u16 = with.parse().ok()?;
        let tells = how_much_tells(f32::from(with), f32::from(mails));
        let fits = weights.iter().all(|(column, _)| *column < width);
        fits.then_some(Self { tells, weights })
    }
}

/// The words that speak most for a leaning, as the sender wrote them.
fn heaviest(sentences: &[Features], known: &HashMap<&str, Learned>, column: usize, text: &Text<'_>) -> Vec<String> {
    let places = sentences.iter().flatten();
    let mut for_it: Vec<(f32, (usize, usize))> = places
        .filter_map(|(key, place)| {
            let word = known.get(key.as_str())?;
            let (_, weight) = word.weights.iter().find(|(of, _)| *of == column)?;
            (*weight > 0.0).then_some((weight * word.tells, *place))
        })
        .collect();
    for_it.sort_by(|(one, _), (other, _)| other.total_cmp(one));
    let mut shown: Vec<String> = Vec::new();
    for (_, (start, end)) in for_it {
        let words = text.as_written(start, end);
        if shown.len() < MOST_WORDS && !shown.iter().any(|known| known == words) {
            shown.push(words.to_owned());
        }
    }
    shown
}

/// The rarer a word is among the mails, the more it tells.
pub fn how_much_tells(with: f32, mails: f32) -> f32 {
    ((mails + 1.0) / (with + 1.0)).ln() + 1.0
}

fn number(written: &str) -> Option<f32> {
    Some(f32::from(written.parse::<i16>().ok()?) / UNIT)
}

/// A number for every leaning.
fn all_weights(written: &str, width: usize) -> Option<Vec<f32>> {
    let numbers: Option<Vec<f32>> = written.split_whitespace().map(number).collect();
    numbers.filter(|numbers| numbers.len() == width)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::classification::text::Folding;

    const FILE: &str = "to = ['request', 'deletion', '']\n[script.han]\nmails = 1\nalways = '-10 -50 0'\nwords = '''\nmy cat|1a90\n删除|1a50b200c9\n'''\n";

    fn leanings() -> Leanings {
        Leanings::parse(FILE, "leanings.toml", &["deletion"]).expect("weights")
    }

    fn part(script: Script, sentences: &[&str]) -> Part {
        let features = |words: &&str| words.split('/').map(|key| (key.to_owned(), (0, key.len()))).collect();
        Part {
            script,
            sentences: sentences.iter().map(features).collect(),
        }
    }

    #[test]
    fn a_text_leans_to_what_its_known_words_weigh_and_shows_them() {
        let text = Text::read("刪除 them", &Folding::default());
        let leans = leanings()
            .of(&part(Script::Han, &["删除/them"]), &text)
            .expect("known words");
        assert!((leans.rights["deletion"].weight - 1.5).abs() < 1e-5);
        assert_eq!(leans.rights["deletion"].words, ["刪除"]);
        assert_eq!(leans.rights.len(), 1);
        assert!(leanings().of(&part(Script::Han, &["unheard/of"]), &text).is_none());
        assert!(leanings().of(&part(Script::Latin, &["删除"]), &text).is_none());
    }

    #[test]
    fn one_sentence_that_says_it_counts_beside_all_the_others() {
        let text = Text::read("", &Folding::default());
        let leans = leanings()
            .of(&part(Script::Han, &["my cat", "my cat", "my cat", "删除"]), &text)
            .expect("known words");
        let deletion = &leans.rights["deletion"];
        assert!((deletion.most - 1.5).abs() < 1e-5);
        let whole = -0.5 + 2.0 / 2_f32.sqrt();
        assert!((deletion.weight - (0.7 * whole + 0.3 * 1.5)).abs() < 1e-5);
        assert!(leans.hides_a_request);
    }

    #[test]
    fn a_leaning_to_an_unknown_right_and_a_line_that_is_cut_off_are_told_with_their_lines() {
        assert!(Leanings::parse(FILE, "leanings.toml", &["copy"]).is_err());
        for (written, broken) in [("a50b200c9", "a50b"), ("删除|", "a|"), ("1a50", "a50")] {
            let text = FILE.replace(written, broken);
            let mistakes = Leanings::parse(&text, "leanings.toml", &["deletion"]).expect_err(broken);
            assert_eq!(
                mistakes.iter().map(|mistake| mistake.line).collect::<Vec<_>>(),
                [7],
                "{broken}"
            );
        }
    }

    #[test]
    fn each_word_of_many_is_found_and_no_other() {
        let words = ["a", "a _ b", "a b", "as", "b*", "é", "请", "请删", "请删除"];
        let lines: String = words
            .iter()
            .enumerate()
            .map(|(at, word)| format!("{word}|1a{at}\n"))
            .collect();
        let learned = Weights {
            mails: 1,
            always: vec![0.0],
            words: lines,
        };
        for (at, word) in words.iter().enumerate() {
            let found = learned.of(word, 1).map(|found| found.weights);
            assert_eq!(found, Some(vec![(0, at as f32 / UNIT)]), "{word}");
        }
        for stranger in ["", "A", "a c", "at", "b", "除", "|", "\n"] {
            assert_eq!(learned.of(stranger, 1), None, "{stranger}");
        }
    }
}
