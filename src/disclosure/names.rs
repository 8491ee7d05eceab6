//! Names of other requesters, found in whatever spacing and case they are written.

use std::sync::Arc;

use aho_corasick::{AhoCorasick, MatchKind};

use super::characters::{Seen, Shape, parts};

/// Names to look for.
#[derive(Debug, Clone, Default)]
pub struct Names {
    search: Option<Arc<AhoCorasick>>,
}

impl Names {
    /// Names of fewer than two characters are nobody's.
    pub fn new<'n>(names: impl Iterator<Item = &'n str>) -> Self {
        let mut patterns: Vec<String> = names
            .flat_map(orders)
            .filter(|name| name.chars().count() >= 2)
            .collect();
        patterns.sort();
        patterns.dedup();
        if patterns.is_empty() {
            return Self::default();
        }
        let search = AhoCorasick::builder().match_kind(MatchKind::Standard).build(&patterns);
        Self {
            search: search.ok().map(Arc::new),
        }
    }

    /// The stretches of seen characters that are one of the names: first and last index.
    pub fn find(&self, seen: &[Seen]) -> Vec<(usize, usize)> {
        let Some(search) = &self.search else {
            return Vec::new();
        };
        let mut text = String::with_capacity(seen.len());
        let mut origin = Vec::with_capacity(seen.len());
        for (index, one) in seen.iter().enumerate().filter(|(_, one)| !parts(one.character)) {
            for small in one.character.to_lowercase() {
                text.push(small);
                origin.extend(std::iter::repeat_n(index, small.len_utf8()));
            }
        }
        let mut found = Vec::new();
        for hit in search.find_overlapping_iter(&text) {
            let (Some(first), Some(last)) = (origin.get(hit.start()), origin.get(hit.end().saturating_sub(1))) else {
                continue;
            };
            if stands_alone(seen, *first, *last) {
                found.push((*first, *last));
            }
        }
        found
    }
}

/// The name as written and, where it is two or three words, with the last word first: *Wang Fang*, *Fang Wang*.
fn orders(name: &str) -> Vec<String> {
    let words: Vec<String> = name
        .split(|character: char| parts(character))
        .map(|word| {
            word.chars()
                .filter_map(|one| Shape::of(one).plain())
                .flat_map(char::to_lowercase)
                .collect::<String>()
        })
        .filter(|word| !word.is_empty())
        .collect();
    let mut all = vec![words.concat()];
    if let (2 | 3, Some((last, before))) = (words.len(), words.split_last()) {
        all.push(format!("{last}{}", before.concat()));
    }
    all
}

/// A name in letters with case is a word of its own: *Ann* is not in *Annex*. Chinese has no such bounds.
fn stands_alone(seen: &[Seen], first: usize, last: usize) -> bool {
    let letter = |at: Option<usize>| {
        at.and_then(|at| seen.get(at))
            .is_some_and(|one| one.character.is_alphabetic() && !wide(one.character))
    };
    let before = letter(Some(first)) && letter(first.checked_sub(1));
    let after = letter(Some(last)) && letter(last.checked_add(1));
    !before && !after
}

fn wide(character: char) -> bool {
    matches!(character, '\u{2e80}'..='\u{9fff}' | '\u{ac00}'..='\u{d7af}' | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{3ffff}')
}
