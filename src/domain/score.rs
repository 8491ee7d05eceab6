//! How well recognition does on labelled mail: hits, misses and false alarms as figures a person can compare.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;

use crate::domain::classification::{Classification, Found, Kind};

pub use tally::Tally;
use tally::{mean_f1, share};

mod table;
mod tally;

/// What a careful privacy officer would make of one mail; one object of a `labels.json`.
#[derive(Debug, Clone, Deserialize)]
pub struct Label {
    /// The file the mail is in.
    pub file: String,
    /// The rights it invokes.
    #[serde(default)]
    pub rights: Vec<String>,
    /// Rights that may be named or not.
    #[serde(default)]
    pub rights_optional: Vec<String>,
    /// What sort of mail it is.
    pub kind: Kind,
    /// Other sorts that are right too.
    #[serde(default)]
    pub kind_optional: Vec<Kind>,
    /// The language the sender writes.
    pub language: String,
    /// For whom the sender speaks.
    #[serde(default)]
    pub on_behalf: String,
    /// Exemptions the text hints at.
    #[serde(default)]
    pub flags: Vec<String>,
    /// Exemptions that may be named or not.
    #[serde(default)]
    pub flags_optional: Vec<String>,
}

impl Label {
    /// Whether an answer names the kind, or one that is right too.
    fn allows(&self, kind: Kind) -> bool {
        self.kind == kind || self.kind_optional.contains(&kind)
    }

    /// Whether an answer names an allowed kind, every right invoked and none besides.
    fn is_met(&self, answer: &Classification) -> bool {
        let found = |id: &String| answer.rights.iter().any(|right| right.id == *id);
        let allowed = |right: &Found| self.rights.contains(&right.id) || self.rights_optional.contains(&right.id);
        self.allows(answer.kind) && self.rights.iter().all(found) && answer.rights.iter().all(allowed)
    }
}

/// What a set of answers is worth against its labels.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Scores {
    /// How many mails were compared.
    pub mails: usize,
    /// Per right.
    pub rights: BTreeMap<String, Tally>,
    /// Per exemption hinted at.
    pub flags: BTreeMap<String, Tally>,
    /// Mails whose kind is right.
    pub kinds: usize,
    /// Mails where a case is opened exactly if one should be.
    pub cases: usize,
    /// Mails whose language is right.
    pub languages: usize,
    /// Mails whose on-behalf is right.
    pub on_behalf: usize,
    /// Mails a person is asked to look at.
    pub triaged: usize,
    /// Mails no person is asked to look at whose kind and rights are all right.
    pub unaided: usize,
    /// How often a kind (first) was taken for one (second). An answer that the label allows besides its own kind
    /// counts as taken for itself.
    pub confusion: BTreeMap<(Kind, Kind), usize>,
    /// The same figures for the mails of one language, by the language the label names.
    pub by_language: BTreeMap<String, LanguageScores>,
    /// Files of requests, complaints and questions that were taken for automatic or unrelated mail.
    pub lost: Vec<String>,
}

impl Scores {
    /// The mean F1 over the rights that occur.
    pub fn macro_f1(&self) -> f64 {
        mean_f1(&self.rights)
    }

    /// The share of kinds that are right.
    pub fn kind_accuracy(&self) -> f64 {
        share(self.kinds, self.mails)
    }

    /// Hits, misses and false alarms of a kind.
    pub fn kind(&self, kind: Kind) -> Tally {
        let mut tally = Tally::default();
        for ((labelled, answer), count) in &self.confusion {
            match (*labelled == kind, *answer == kind) {
                (true, true) => tally.hits += count,
                (true, false) => tally.misses += count,
                (false, true) => tally.false_alarms += count,
                (false, false) => {}
            }
        }
        tally
    }
}

/// What the answers to the mails of one language are worth.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LanguageScores {
    /// How many mails were compared.
    pub mails: usize,
    /// Per right.
    pub rights: BTreeMap<String, Tally>,
    /// Mails whose kind is right.
    pub kinds: usize,
    /// Mails whose language is right.
    pub languages: usize,
    /// Mails a person is asked to look at.
    pub triaged: usize,
    /// Requests, complaints and questions that were taken for automatic or unrelated mail.
    pub lost: usize,
}

impl LanguageScores {
    /// The mean F1 over the rights that occur.
    pub fn macro_f1(&self) -> f64 {
        mean_f1(&self.rights)
    }

    /// The share of kinds that are right.
    pub fn kind_accuracy(&self) -> f64 {
        share(self.kinds, self.mails)
    }

    fn add(&mut self, label: &Label, answer: &Classification, lost: bool) {
        self.mails += 1;
        tally(&mut self.rights, &label.rights, &label.rights_optional, &answer.rights);
        self.kinds += usize::from(label.allows(answer.kind));
        self.languages += usize::from(label.language == answer.language);
        self.triaged += usize::from(answer.needs_triage);
        self.lost += usize::from(lost);
    }
}

/// Compares answers with their labels, pair by pair.
pub fn score<'a>(pairs: impl IntoIterator<Item = (&'a Label, &'a Classification)>) -> Scores {
    let mut scores = Scores::default();
    for (label, answer) in pairs {
        scores.mails += 1;
        tally(
            &mut scores.rights,
            &label.rights,
            &label.rights_optional,
            &answer.rights,
        );
        tally(&mut scores.flags, &label.flags, &label.flags_optional, &answer.flags);
        scores.kinds += usize::from(label.allows(answer.kind));
        scores.languages += usize::from(label.language == answer.language);
        let on_behalf = if label.on_behalf.is_empty() {
            "none"
        } else {
            &label.on_behalf
        };
        scores.on_behalf += usize::from(on_behalf == answer.on_behalf.id);
        scores.triaged += usize::from(answer.needs_triage);
        scores.unaided += usize::from(!answer.needs_triage && label.is_met(answer));
        let labelled = if label.allows(answer.kind) {
            answer.kind
        } else {
            label.kind
        };
        *scores.confusion.entry((labelled, answer.kind)).or_default() += 1;
        let expected: BTreeSet<bool> = std::iter::once(label.kind)
            .chain(label.kind_optional.iter().copied())
            .map(Kind::opens_case)
            .collect();
        scores.cases += usize::from(expected.contains(&answer.kind.opens_case()));
        let lost = !expected.contains(&false) && matches!(answer.kind, Kind::Automatic | Kind::Unrelated);
        if lost {
            scores.lost.push(label.file.clone());
        }
        let of_language = scores.by_language.entry(label.language.clone()).or_default();
        of_language.add(label, answer, lost);
    }
    scores
}

fn tally(tallies: &mut BTreeMap<String, Tally>, wanted: &[String], optional: &[String], found: &[Found]) {
    for id in wanted {
        let tally = tallies.entry(id.clone()).or_default();
        match found.iter().any(|found| found.id == *id) {
            true => tally.hits += 1,
            false => tally.misses += 1,
        }
    }
    for found in found {
        if !wanted.contains(&found.id) && !optional.contains(&found.id) {
            tallies.entry(found.id.clone()).or_default().false_alarms += 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn label(kind: Kind, rights: &[&str], optional: &[&str]) -> Label {
        let text = |ids: &[&str]| ids.iter().map(|id| (*id).to_owned()).collect();
        Label {
            file: "1.eml".to_owned(),
            rights: text(rights),
            rights_optional: text(optional),
            kind,
            kind_optional: Vec::new(),
            language: "en".to_owned(),
            on_behalf: String::new(),
            flags: Vec::new(),
            flags_optional: Vec::new(),
        }
    }

    fn answer(kind: Kind, rights: &[&str]) -> Classification {
        let found = |id: &&str| Found {
            id: (*id).to_owned(),
            words: Vec::new(),
        };
        Classification {
            kind,
            rights: rights.iter().map(found).collect(),
            ..Classification::unrelated("en")
        }
    }

    #[test]
    fn an_optional_right_is_neither_hit_nor_false_alarm() {
        let scores = score([(
            &label(Kind::Request, &["copy", "deletion"], &["access"]),
            &answer(Kind::Request, &["copy", "access", "know"]),
        )]);
        assert_eq!(
            scores.rights["copy"],
            Tally {
                hits: 1,
                misses: 0,
                false_alarms: 0
            }
        );
        assert_eq!(scores.rights["deletion"].misses, 1);
        assert_eq!(scores.rights["know"].false_alarms, 1);
        assert!(!scores.rights.contains_key("access"));
    }

    #[test]
    fn a_request_set_aside_is_lost_and_one_taken_for_a_question_is_not() {
        let wanted = label(Kind::Request, &[], &[]);
        let scores = score([
            (&wanted, &answer(Kind::Unrelated, &[])),
            (&wanted, &answer(Kind::Question, &[])),
        ]);
        assert_eq!((scores.lost.len(), scores.cases, scores.kinds), (1, 1, 0));
        assert_eq!(scores.by_language["en"].lost, 1);
    }

    #[test]
    fn an_allowed_kind_counts_as_itself_and_another_as_a_miss_and_a_false_alarm() {
        let mut either = label(Kind::Question, &[], &[]);
        either.kind_optional.push(Kind::Complaint);
        let scores = score([
            (&either, &answer(Kind::Complaint, &[])),
            (&either, &answer(Kind::Request, &[])),
        ]);
        let counts = |kind| {
            let tally = scores.kind(kind);
            (tally.hits, tally.misses, tally.false_alarms)
        };
        assert_eq!(counts(Kind::Complaint), (1, 0, 0));
        assert_eq!(counts(Kind::Question), (0, 1, 0));
        assert_eq!(counts(Kind::Request), (0, 0, 1));
    }
}
