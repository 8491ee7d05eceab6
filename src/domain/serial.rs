//! How often the same sender asked, as figures: they point an officer to what to weigh and decide nothing.

use std::collections::BTreeSet;

use chrono::{DateTime, Months, TimeDelta, Utc};

use super::item::Outcome;
use super::policy::RightId;
use super::request::{Request, Stage};

/// How many months the figures look back.
pub const MONTHS: u32 = 12;

/// How many days count as lately.
pub const DAYS: i64 = 30;

/// Texts are nearly the same when they share at least so many of their runs of three words, in percent of all runs.
const ALIKE_PERCENT: usize = 70;

/// A text of fewer runs is too short for its likeness to say anything.
const FEWEST_RUNS: usize = 5;

/// Only so many words of a text are compared.
const MOST_WORDS: usize = 5_000;

/// How a request ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ending {
    /// It has not.
    Open,
    /// Answered; with the outcome where all its items have the same, or a part was given and a part refused.
    Answered(Option<Outcome>),
    /// Taken back by the requester.
    Withdrawn,
}

/// One request of the sender.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Case {
    /// Its reference.
    pub reference: String,
    /// When it was received.
    pub received_at: DateTime<Utc>,
    /// The rights it invokes.
    pub rights: BTreeSet<RightId>,
    /// How it ended.
    pub ending: Ending,
    /// What the sender wrote in it; empty when that is not there to compare.
    pub text: String,
}

impl Case {
    /// A request as a case of a series; `None` for what is no request of its own: set aside, or merged into another.
    pub fn of(request: &Request, text: String) -> Option<Self> {
        let ending = match request.stage {
            Stage::Triage | Stage::Open | Stage::Answering { .. } | Stage::NotDelivered { .. } => Ending::Open,
            Stage::Answered { .. } | Stage::Closed { .. } => Ending::Answered(outcome(request)),
            Stage::Withdrawn { .. } => Ending::Withdrawn,
            Stage::SetAside { .. } | Stage::Merged { .. } => return None,
        };
        Some(Self {
            reference: request.reference.clone(),
            received_at: request.received_at,
            rights: request.items.iter().map(|item| item.right.clone()).collect(),
            ending,
            text,
        })
    }
}

fn outcome(request: &Request) -> Option<Outcome> {
    let decided = request.items.iter().filter_map(|item| item.decision.as_ref());
    let outcomes: BTreeSet<Outcome> = decided.map(|decided| decided.decision.outcome()).collect();
    let first = outcomes.first().copied()?;
    if outcomes.len() == 1 {
        return Some(first);
    }
    (request.gives() && request.refuses()).then_some(Outcome::PartlyGranted)
}

/// The figures of one request among those of its sender.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Series {
    /// How many in the last [`MONTHS`] months, this one included.
    pub in_a_year: usize,
    /// How many of them in the last [`DAYS`] days.
    pub lately: usize,
    /// How many of them ask for each right of this one, this one included.
    pub by_right: Vec<(RightId, usize)>,
    /// The others, newest first.
    pub others: Vec<Other>,
}

impl Series {
    /// How many others say nearly the same.
    pub fn alike(&self) -> usize {
        self.others
            .iter()
            .filter(|other| other.likeness == Likeness::NearlyTheSame)
            .count()
    }
}

/// Another request of the same sender.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Other {
    /// The request.
    pub case: Case,
    /// Whether it says the same.
    pub likeness: Likeness,
}

/// Whether two texts say the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Likeness {
    /// Nearly the same words in the same order.
    NearlyTheSame,
    /// Other words, or too few to compare.
    Different,
}

/// The figures as of an instant; `None` when the sender asked nothing else in the last [`MONTHS`] months, or this one is
/// older itself.
pub fn series(this: &Case, others: Vec<Case>, now: DateTime<Utc>) -> Option<Series> {
    let since = now.checked_sub_months(Months::new(MONTHS))?;
    let mut others: Vec<Other> = others
        .into_iter()
        .filter(|case| case.received_at > since)
        .map(|case| Other {
            likeness: likeness(&this.text, &case.text),
            case,
        })
        .collect();
    if others.is_empty() || this.received_at <= since {
        return None;
    }
    others.sort_by_key(|other| std::cmp::Reverse(other.case.received_at));
    let recent = now - TimeDelta::days(DAYS);
    let all = || std::iter::once(this).chain(others.iter().map(|other| &other.case));
    let by_right = this.rights.iter().map(|right| {
        let count = all().filter(|case| case.rights.contains(right)).count();
        (right.clone(), count)
    });
    Some(Series {
        in_a_year: all().count(),
        lately: all().filter(|case| case.received_at > recent).count(),
        by_right: by_right.collect(),
        others,
    })
}

/// Compares two texts by their runs of three words, a Chinese character counting as a word.
pub fn likeness(one: &str, other: &str) -> Likeness {
    let (one, other) = (words(one), words(other));
    let (one, other) = (runs(&one), runs(&other));
    let shared = one.intersection(&other).count();
    let all = one.len() + other.len() - shared;
    let long_enough = one.len().min(other.len()) >= FEWEST_RUNS;
    if long_enough && shared * 100 >= all * ALIKE_PERCENT {
        Likeness::NearlyTheSame
    } else {
        Likeness::Different
    }
}

fn runs(words: &[String]) -> BTreeSet<&[String]> {
    words.windows(3).collect()
}

fn words(text: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut word = String::new();
    for letter in text.chars() {
        let alone = super::classification::text::is_unspaced(letter);
        if (alone || !letter.is_alphanumeric()) && !word.is_empty() {
            words.push(std::mem::take(&mut word));
        }
        if alone {
            words.push(letter.to_string());
        } else if letter.is_alphanumeric() {
            word.extend(letter.to_lowercase());
        }
        if words.len() >= MOST_WORDS {
            return words;
        }
    }
    if !word.is_empty() {
        words.push(word);
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> DateTime<Utc> {
        DateTime::parse_from_rfc3339(text).unwrap().with_timezone(&Utc)
    }

    fn case(reference: &str, received: &str, rights: &[&str], text: &str) -> Case {
        Case {
            reference: reference.to_owned(),
            received_at: at(received),
            rights: rights.iter().map(|id| RightId::new(id)).collect(),
            ending: Ending::Open,
            text: text.to_owned(),
        }
    }

    const LETTER: &str =
        "Please send me a copy of all personal data that you hold about me, within the time the law gives you.";

    #[test]
    fn requests_are_counted_for_a_year_and_by_right_with_this_one_among_them() {
        let this = case("D", "2026-03-01T00:00:00Z", &["copy", "know"], LETTER);
        let others = vec![
            case("C", "2026-02-20T00:00:00Z", &["copy"], LETTER),
            case("B", "2025-06-01T00:00:00Z", &["deletion"], "Delete all of it."),
            case("A", "2025-02-01T00:00:00Z", &["copy"], LETTER),
        ];
        let found = series(&this, others, at("2026-03-02T00:00:00Z")).unwrap();
        assert_eq!((found.in_a_year, found.lately, found.alike()), (3, 2, 1));
        assert_eq!(found.by_right, [(RightId::new("copy"), 2), (RightId::new("know"), 1)]);
        let order: Vec<&str> = found.others.iter().map(|other| other.case.reference.as_str()).collect();
        assert_eq!(order, ["C", "B"], "newest first, and none older than a year");
    }

    #[test]
    fn one_request_alone_gives_no_figures() {
        let this = case("B", "2026-03-01T00:00:00Z", &["copy"], LETTER);
        let old = case("A", "2024-03-01T00:00:00Z", &["copy"], LETTER);
        assert_eq!(series(&this, vec![old], at("2026-03-02T00:00:00Z")), None);
    }

    #[test]
    fn an_old_request_gets_no_figures_from_what_came_a_year_later() {
        let this = case("A", "2024-03-01T00:00:00Z", &["copy"], LETTER);
        let new = case("B", "2026-03-01T00:00:00Z", &["copy"], LETTER);
        assert_eq!(series(&this, vec![new], at("2026-03-02T00:00:00Z")), None);
    }

    #[test]
    fn a_word_exchanged_leaves_texts_nearly_the_same_and_another_wish_does_not() {
        assert_eq!(likeness(LETTER, &LETTER.replace("all", "any")), Likeness::NearlyTheSame);
        assert_eq!(likeness(LETTER, &LETTER.to_uppercase()), Likeness::NearlyTheSame);
        let other = "Please delete all personal data that you hold about me and tell me when it is done.";
        assert_eq!(likeness(LETTER, other), Likeness::Different);
        let chinese = "请提供贵公司持有的与我有关的全部个人信息的副本，谢谢。";
        assert_eq!(
            likeness(chinese, &chinese.replace("谢谢", "多谢")),
            Likeness::NearlyTheSame
        );
        assert_eq!(
            likeness(chinese, "请删除我的账号以及全部个人信息。"),
            Likeness::Different
        );
    }

    #[test]
    fn a_few_words_are_too_little_to_compare() {
        assert_eq!(likeness("Delete my data", "Delete my data"), Likeness::Different);
        assert_eq!(likeness("", ""), Likeness::Different);
    }
}
