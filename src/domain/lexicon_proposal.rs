//! Phrases that labelled mail suggests for a lexicon, and what a changed lexicon makes better or worse on such mail.
//!
//! A phrase is proposed for a right or a sort of mail when it stands in many samples where that was missed and in few where
//! it is not meant. It is a proposal: a person reads it, sees what it would change, and puts it into the pack or does not.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use super::classification::text::{Text, is_unspaced};
use super::classification::{Classification, Kind};
use super::lexicon::{Lexicon, Tongue};
use super::lexicon_additions::{Additions, Words};
use super::score::Label;

/// No more phrases than this are proposed for one right or kind in one language.
pub const MOST_PROPOSALS: usize = 20;

/// The longest phrases looked at, in words.
const MOST_WORDS: usize = 4;

/// The longest and the shortest phrases looked at, in characters, where words are not set apart.
const CHARACTERS: std::ops::RangeInclusive<usize> = 2..=6;

/// Phrases with smaller log-odds say too little.
const LEAST_LOG_ODDS: f64 = 2.0;

/// So many examples are shown of one phrase, each with so many bytes on either side.
const EXAMPLES: usize = 3;
const CONTEXT_BYTES: usize = 40;

/// A labelled mail with what recognition makes of it.
#[derive(Debug, Clone, Copy)]
pub struct Sample<'s> {
    /// What it should be taken for.
    pub label: &'s Label,
    /// What it is taken for.
    pub answer: &'s Classification,
    /// What the sender wrote, the subject included.
    pub text: &'s str,
}

/// What a phrase is to be a sign of.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Target {
    /// A right, by its id.
    Right(String),
    /// A sort of mail.
    Kind(Kind),
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Right(id) => f.write_str(id),
            Self::Kind(kind) => kind.fmt(f),
        }
    }
}

/// A phrase proposed for a lexicon.
#[derive(Debug, Clone, PartialEq)]
pub struct Proposal {
    /// The language whose words it joins.
    pub language: String,
    /// What it is a sign of.
    pub target: Target,
    /// The phrase, folded as the lexicon folds.
    pub phrase: String,
    /// Samples with the phrase in which the target was missed.
    pub missed_with: usize,
    /// Samples with the phrase in which the target is not meant.
    pub others_with: usize,
    /// How strongly the phrase tells the one from the other.
    pub log_odds: f64,
    /// The phrase among its neighbours, as people wrote it: not for files that are handed on.
    pub examples: Vec<String>,
}

/// The proposals for all rights and kinds that were missed, each group strongest first. A phrase must stand in at least
/// `support` samples in which the target was missed.
pub fn propose(samples: &[Sample<'_>], lexicon: &Lexicon, support: usize) -> Vec<Proposal> {
    let mut proposals = Vec::new();
    for tongue in &lexicon.tongues {
        let spoken: Vec<Read<'_>> = samples
            .iter()
            .filter(|sample| {
                lexicon
                    .tongue(&sample.answer.language)
                    .is_some_and(|found| found.code == tongue.code)
            })
            .map(|sample| Read::of(*sample, tongue, lexicon))
            .collect();
        let missed: BTreeSet<Target> = spoken.iter().flat_map(|read| missed(&read.sample)).collect();
        for target in missed {
            proposals.extend(for_target(&spoken, tongue, &target, support));
        }
    }
    proposals
}

/// A sample with its phrases.
struct Read<'s> {
    sample: Sample<'s>,
    text: Text<'s>,
    /// Each phrase with the place where it first stands.
    phrases: BTreeMap<String, (usize, usize)>,
}

impl<'s> Read<'s> {
    fn of(sample: Sample<'s>, tongue: &Tongue, lexicon: &Lexicon) -> Self {
        let text = Text::read(sample.text, &lexicon.folding);
        let phrases = phrases(&text, tongue);
        Self { sample, text, phrases }
    }

    fn example(&self, phrase: &str) -> Option<String> {
        let (start, end) = *self.phrases.get(phrase)?;
        let (mut from, mut to) = (start.saturating_sub(CONTEXT_BYTES), end + CONTEXT_BYTES);
        while !self.text.folded.is_char_boundary(from) {
            from -= 1;
        }
        to = to.min(self.text.folded.len());
        while !self.text.folded.is_char_boundary(to) {
            to += 1;
        }
        let around = self.text.as_written(from, to);
        Some(around.split_whitespace().collect::<Vec<_>>().join(" "))
    }
}

/// The rights of a label that the answer lacks, and its kind when the answer has another.
fn missed(sample: &Sample<'_>) -> Vec<Target> {
    let Sample { label, answer, .. } = sample;
    let found = |id: &String| answer.rights.iter().any(|right| right.id == *id);
    let rights = label.rights.iter().filter(|id| !found(id));
    let mut missed: Vec<Target> = rights.map(|id| Target::Right(id.clone())).collect();
    let is_kind = label.kind == answer.kind || label.kind_optional.contains(&answer.kind);
    // A request whose rights are found is a request.
    if !is_kind && (label.kind != Kind::Request || label.rights.is_empty()) {
        missed.push(Target::Kind(label.kind));
    }
    missed
}

/// Whether a label leaves no room for the target.
fn is_other(label: &Label, target: &Target) -> bool {
    match target {
        Target::Right(id) => !label.rights.contains(id) && !label.rights_optional.contains(id),
        Target::Kind(kind) => label.kind != *kind && !label.kind_optional.contains(kind),
    }
}

fn for_target(spoken: &[Read<'_>], tongue: &Tongue, target: &Target, support: usize) -> Vec<Proposal> {
    let with_miss: Vec<&Read<'_>> = spoken
        .iter()
        .filter(|read| missed(&read.sample).contains(target))
        .collect();
    let others: Vec<&Read<'_>> = spoken
        .iter()
        .filter(|read| is_other(read.sample.label, target))
        .collect();
    let mut counts: BTreeMap<&str, (usize, usize)> = BTreeMap::new();
    for phrase in with_miss.iter().flat_map(|read| read.phrases.keys()) {
        counts.entry(phrase).or_default().0 += 1;
    }
    counts.retain(|_, (missed, _)| *missed >= support.max(1));
    for phrase in others.iter().flat_map(|read| read.phrases.keys()) {
        if let Some((_, others)) = counts.get_mut(phrase.as_str()) {
            *others += 1;
        }
    }
    let mut ranked: Vec<(f64, &str, (usize, usize))> = counts
        .into_iter()
        .map(|(phrase, (missed, other))| {
            let log_odds = log_odds((missed, with_miss.len()), (other, others.len()));
            (log_odds, phrase, (missed, other))
        })
        .filter(|(log_odds, _, _)| *log_odds >= LEAST_LOG_ODDS)
        .collect();
    // Of phrases that say as much the longest does least harm elsewhere.
    ranked.sort_by(|a, b| b.0.total_cmp(&a.0).then(b.1.len().cmp(&a.1.len())).then(a.1.cmp(b.1)));
    let mut chosen: Vec<Proposal> = Vec::new();
    for (log_odds, phrase, (missed_with, others_with)) in ranked {
        if chosen.len() == MOST_PROPOSALS {
            break;
        }
        if chosen.iter().any(|earlier| overlap(&earlier.phrase, phrase)) {
            continue;
        }
        chosen.push(Proposal {
            language: tongue.code.clone(),
            target: target.clone(),
            phrase: phrase.to_owned(),
            missed_with,
            others_with,
            log_odds,
            examples: with_miss
                .iter()
                .filter_map(|read| read.example(phrase))
                .take(EXAMPLES)
                .collect(),
        });
    }
    chosen
}

/// How much likelier a phrase is here than there, half a sample added on either side so that none is never.
fn log_odds((here, all_here): (usize, usize), (there, all_there): (usize, usize)) -> f64 {
    let odds = |with: usize, all: usize| (with as f64 + 0.5) / ((all - with) as f64 + 0.5);
    (odds(here, all_here) / odds(there, all_there)).ln()
}

/// Whether one phrase is in the other, or two words at the end of one begin the other: they were cut from the same words.
fn overlap(one: &str, other: &str) -> bool {
    let (one, other) = (units(one), units(other));
    let within = |long: &[&str], short: &[&str]| long.windows(short.len().max(1)).any(|part| part == short);
    let meets = |left: &[&str], right: &[&str]| {
        (2..left.len().min(right.len())).any(|shared| left.get(left.len() - shared..) == right.get(..shared))
    };
    within(&one, &other) || within(&other, &one) || meets(&one, &other) || meets(&other, &one)
}

/// The words of a phrase, or its characters where words are not set apart.
fn units(phrase: &str) -> Vec<&str> {
    if phrase.contains(is_unspaced) {
        phrase.split("").filter(|unit| !unit.is_empty()).collect()
    } else {
        phrase.split(' ').collect()
    }
}

/// Every phrase of a text, up to the longest looked at, within its sentences. Numbers and quotation marks are in none:
/// they are somebody's, and a pattern cannot quote them.
fn phrases(text: &Text<'_>, tongue: &Tongue) -> BTreeMap<String, (usize, usize)> {
    let mut found = BTreeMap::new();
    for sentence in &text.sentences {
        let Some(written) = text.folded.get(sentence.start..sentence.end) else {
            continue;
        };
        for run in runs(written) {
            for first in 0..run.len() {
                for last in first..run.len() {
                    let (Some(from), Some(to)) = (run.get(first), run.get(last)) else {
                        continue;
                    };
                    let count = last - first + 1;
                    let unspaced = from.unspaced && to.unspaced;
                    if count > if unspaced { *CHARACTERS.end() } else { MOST_WORDS } {
                        break;
                    }
                    let Some(phrase) = written.get(from.start..to.end) else {
                        continue;
                    };
                    let is_short = unspaced && count < *CHARACTERS.start();
                    let mut words = phrase.split(' ');
                    if is_short || words.all(|word| word.len() < 2 || tongue.common.contains(word)) {
                        continue;
                    }
                    let place = (sentence.start + from.start, sentence.start + to.end);
                    found.entry(phrase.to_owned()).or_insert(place);
                }
            }
        }
    }
    found
}

/// A word, or a character where words are not set apart.
struct Token {
    start: usize,
    end: usize,
    unspaced: bool,
}

/// The tokens of a sentence in runs that nothing but single spaces divides.
fn runs(sentence: &str) -> Vec<Vec<Token>> {
    let mut runs = vec![Vec::new()];
    let mut word: Option<usize> = None;
    for (at, letter) in sentence.char_indices().chain([(sentence.len(), '\n')]) {
        let is_word = letter.is_alphanumeric() && !is_unspaced(letter);
        if let (Some(start), false) = (word, is_word) {
            word = None;
            push(&mut runs, start, at, false);
        }
        if is_word {
            word.get_or_insert(at);
        } else if is_unspaced(letter) && letter.is_alphanumeric() {
            push(&mut runs, at, at + letter.len_utf8(), true);
        } else if letter != ' ' {
            runs.push(Vec::new());
        }
    }
    runs
}

fn push(runs: &mut [Vec<Token>], start: usize, end: usize, unspaced: bool) {
    if let Some(run) = runs.last_mut() {
        run.push(Token { start, end, unspaced });
    }
}

/// The proposals as additions to a lexicon, in its own format; a phrase that also stands where the target is not meant is
/// only a faint sign. Nothing that people wrote around the phrases is in it.
///
/// # Errors
/// Never for what [`propose`] gives; what the format cannot hold otherwise.
pub fn additions(proposals: &[Proposal]) -> Result<String, toml::ser::Error> {
    let mut all = Additions::default();
    for proposal in proposals {
        let language: &mut Words = all.language.entry(proposal.language.clone()).or_default();
        let faint = if proposal.others_with > 0 { "?" } else { "" };
        let pattern = format!("{faint}'{}'", proposal.phrase);
        let (table, id) = match &proposal.target {
            Target::Right(id) => (&mut language.rights, id.clone()),
            Target::Kind(Kind::Request) => (&mut language.signs, "unspecified".to_owned()),
            Target::Kind(kind) => (&mut language.signs, kind.to_string()),
        };
        table.entry(id).or_default().push(pattern);
    }
    toml::to_string_pretty(&all)
}

/// What another lexicon makes of a mail.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Effect {
    /// Fewer mistakes in kind and rights than before.
    Better,
    /// More.
    Worse,
    /// As many, but others.
    Different,
    /// Kind and rights are the same.
    None,
}

/// How a mail's answer changes; without a label a change is only different.
pub fn effect(label: Option<&Label>, old: &Classification, new: &Classification) -> Effect {
    let ids =
        |answer: &Classification| -> BTreeSet<String> { answer.rights.iter().map(|right| right.id.clone()).collect() };
    if old.kind == new.kind && ids(old) == ids(new) {
        return Effect::None;
    }
    let Some(label) = label else { return Effect::Different };
    let mistakes = |answer: &Classification| {
        let found = ids(answer);
        let missed = label.rights.iter().filter(|id| !found.contains(*id)).count();
        let wrong = found
            .iter()
            .filter(|id| !label.rights.contains(id) && !label.rights_optional.contains(id));
        let is_kind = label.kind == answer.kind || label.kind_optional.contains(&answer.kind);
        missed + wrong.count() + usize::from(!is_kind)
    };
    match mistakes(new).cmp(&mistakes(old)) {
        std::cmp::Ordering::Less => Effect::Better,
        std::cmp::Ordering::Greater => Effect::Worse,
        std::cmp::Ordering::Equal => Effect::Different,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn phrases_cut_from_the_same_words_overlap_and_those_that_share_letters_do_not() {
        assert!(overlap("wipe my slate", "my slate"));
        assert!(overlap("please wipe my slate", "my slate clean"));
        assert!(!overlap("wipe the", "her slate"));
        assert!(overlap("抹掉我的账", "我的账号"));
        assert!(!overlap("抹掉", "账号"));
    }

    #[test]
    fn a_phrase_in_every_miss_and_nowhere_else_outranks_one_that_others_have_too() {
        let planted = log_odds((4, 4), (0, 10));
        assert!(planted > log_odds((4, 4), (3, 10)));
        assert!(
            log_odds((4, 4), (10, 10)) < LEAST_LOG_ODDS,
            "a word of every mail says nothing"
        );
    }

    #[test]
    fn runs_end_at_marks_and_go_on_over_spaces() {
        let words = |text: &'static str| -> Vec<Vec<&'static str>> {
            let runs = runs(text).into_iter().filter(|run| !run.is_empty());
            runs.map(|run| run.iter().map(|token| &text[token.start..token.end]).collect())
                .collect()
        };
        assert_eq!(
            words("wipe my slate, please"),
            [vec!["wipe", "my", "slate"], vec!["please"]]
        );
        assert_eq!(words("请抹掉id#"), [vec!["请", "抹", "掉", "id"]]);
    }
}
