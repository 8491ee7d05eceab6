//! Finding requests by name, address, subject or reference without storing these in clear: keyed digests of word
//! beginnings, and of pairs of characters where a script has no spaces.

use std::collections::BTreeSet;

use diesel::prelude::*;

use super::schema::search_terms;
use super::{Reader, StoreError, Tx, Vault};

/// Word beginnings are indexed up to this many letters; longer query words are cut to it.
const LONGEST: usize = 10;

/// A request has at most this many terms: a subject of a thousand words is not worth a thousand rows.
const MOST_TERMS: usize = 400;

/// A query finds at most this many requests, the newest.
const MOST_FOUND: usize = 1000;

/// Of the requests that have a word, so many of the newest are looked at.
const MOST_LOOKED_AT: usize = 5000;

/// Which requests a query matches.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Matching {
    /// The query says nothing, so it leaves nothing out.
    All,
    /// These, the newest first.
    Only(Vec<i64>),
}

/// Makes a request findable by these texts, the more telling first, and by no earlier ones.
pub fn index(tx: &mut Tx<'_>, request_id: i64, texts: &[&str]) -> Result<(), StoreError> {
    let mut wanted = BTreeSet::new();
    for term in texts.iter().flat_map(|text| terms_of(text)) {
        if wanted.len() == MOST_TERMS {
            break;
        }
        wanted.insert(keyed(tx.vault, &term));
    }
    let there: Vec<i64> = search_terms::table
        .filter(search_terms::request_id.eq(request_id))
        .select(search_terms::term)
        .load(tx.conn)?;
    let there = BTreeSet::from_iter(there);
    for term in there.difference(&wanted) {
        diesel::delete(search_terms::table.find((term, request_id))).execute(tx.conn)?;
    }
    for term in wanted.difference(&there) {
        diesel::insert_into(search_terms::table)
            .values((search_terms::term.eq(term), search_terms::request_id.eq(request_id)))
            .execute(tx.conn)?;
    }
    Ok(())
}

/// Makes a request findable by nothing: part of its erasure.
pub fn forget(tx: &mut Tx<'_>, request_id: i64) -> Result<(), StoreError> {
    diesel::delete(search_terms::table.filter(search_terms::request_id.eq(request_id))).execute(tx.conn)?;
    Ok(())
}

/// The requests that all words of a query match. A rare word decides quickly; words that most requests have are only
/// looked up for those that are left.
pub fn matching(db: &mut Reader<'_>, query: &str) -> Result<Matching, StoreError> {
    let terms: BTreeSet<i64> = query_terms(query).iter().map(|term| keyed(db.vault, term)).collect();
    if terms.is_empty() {
        return Ok(Matching::All);
    }
    let mut found: Option<BTreeSet<i64>> = None;
    let mut common = Vec::new();
    for term in terms {
        let ids = newest_with(db, term)?;
        if ids.len() >= MOST_LOOKED_AT {
            common.push((term, ids));
            continue;
        }
        found = Some(match found {
            None => ids,
            Some(found) => found.intersection(&ids).copied().collect(),
        });
    }
    let mut common = common.into_iter();
    let mut found = match found {
        Some(found) => found,
        None => common.next().map(|(_, ids)| ids).unwrap_or_default(),
    };
    for (term, _) in common {
        let kept: Vec<i64> = search_terms::table
            .filter(search_terms::term.eq(term))
            .filter(search_terms::request_id.eq_any(found))
            .select(search_terms::request_id)
            .load(db.conn)?;
        found = kept.into_iter().collect();
    }
    Ok(Matching::Only(found.into_iter().rev().take(MOST_FOUND).collect()))
}

/// The newest requests that have a term, at most [`MOST_LOOKED_AT`].
fn newest_with(db: &mut Reader<'_>, term: i64) -> Result<BTreeSet<i64>, StoreError> {
    let ids: Vec<i64> = search_terms::table
        .filter(search_terms::term.eq(term))
        .order(search_terms::request_id.desc())
        .select(search_terms::request_id)
        .limit(i64::try_from(MOST_LOOKED_AT).unwrap_or(i64::MAX))
        .load(db.conn)?;
    Ok(ids.into_iter().collect())
}

/// All terms by which a text is found: beginnings of words of 2 to 10 letters, whole words of one, numbers without
/// their leading zeros, and characters and pairs of characters of scripts without spaces.
pub fn terms_of(text: &str) -> BTreeSet<String> {
    let mut terms = BTreeSet::new();
    for run in runs(text) {
        match run {
            Run::Word(letters) => {
                terms.extend((2..=letters.len().min(LONGEST)).map(|length| joined(&letters[..length])));
                if letters.len() == 1 {
                    terms.insert(joined(&letters));
                }
                let number: String = letters.iter().skip_while(|letter| **letter == '0').collect();
                if !number.is_empty() && letters.iter().all(char::is_ascii_digit) {
                    terms.insert(number.chars().take(LONGEST).collect());
                }
            }
            Run::Unspaced(characters) => {
                terms.extend(characters.iter().map(char::to_string));
                terms.extend(characters.windows(2).map(joined));
            }
        }
    }
    terms
}

/// The terms that a request must all have for a query to match it.
pub fn query_terms(query: &str) -> BTreeSet<String> {
    let mut terms = BTreeSet::new();
    for run in runs(query) {
        match run {
            Run::Word(letters) => {
                terms.insert(letters.iter().take(LONGEST).collect());
            }
            Run::Unspaced(characters) if characters.len() == 1 => terms.extend(characters.iter().map(char::to_string)),
            Run::Unspaced(characters) => terms.extend(characters.windows(2).map(joined)),
        }
    }
    terms
}

/// A stretch of text of one kind.
enum Run {
    /// Letters and digits of a script that puts spaces between words.
    Word(Vec<char>),
    /// Characters of a script that does not.
    Unspaced(Vec<char>),
}

fn runs(text: &str) -> Vec<Run> {
    // An empty word stands where a space or mark ended a run.
    let mut runs = Vec::new();
    for character in text.chars().map(narrowed).flat_map(char::to_lowercase) {
        let unspaced = is_unspaced(character);
        match runs.last_mut() {
            _ if !character.is_alphanumeric() => runs.push(Run::Word(Vec::new())),
            Some(Run::Unspaced(run)) if unspaced => run.push(character),
            Some(Run::Word(run)) if !unspaced => run.push(character),
            _ if unspaced => runs.push(Run::Unspaced(vec![character])),
            _ => runs.push(Run::Word(vec![character])),
        }
    }
    runs.retain(|run| !matches!(run, Run::Word(letters) if letters.is_empty()));
    runs
}

fn joined(characters: &[char]) -> String {
    characters.iter().collect()
}

/// The half-width form of a full-width letter, digit or mark.
fn narrowed(character: char) -> char {
    match character {
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(character) - 0xfee0).unwrap_or(character),
        '\u{3000}' => ' ',
        other => other,
    }
}

/// Kana, Han and Hangul, with the extensions of Han that personal names need.
fn is_unspaced(character: char) -> bool {
    matches!(character,
        '\u{3005}'..='\u{3007}' | '\u{3040}'..='\u{30ff}' | '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}'
        | '\u{ac00}'..='\u{d7af}' | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{323af}')
}

fn keyed(vault: &Vault, term: &str) -> i64 {
    let [a, b, c, d, e, f, g, h, ..] = vault.digest("search term", term.as_bytes());
    i64::from_be_bytes([a, b, c, d, e, f, g, h])
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::store::testing::stores;

    fn terms(text: &str) -> Vec<String> {
        terms_of(text).into_iter().collect()
    }

    #[test]
    fn words_are_found_by_their_beginnings_in_any_letter_case_and_width() {
        assert_eq!(terms("Li"), ["li"]);
        assert_eq!(terms("Ｗａｎｇ"), ["wa", "wan", "wang"]);
        assert_eq!(terms("a-b"), ["a", "b"]);
        assert_eq!(query_terms("WAN"), query_terms("ｗａｎ"));
    }

    #[test]
    fn unspaced_scripts_are_found_by_single_characters_and_pairs() {
        assert_eq!(terms("李小梅"), ["小", "小梅", "李", "李小", "梅"]);
        assert_eq!(query_terms("李小梅").into_iter().collect::<Vec<_>>(), ["小梅", "李小"]);
        assert_eq!(query_terms("梅").into_iter().collect::<Vec<_>>(), ["梅"]);
    }

    #[test]
    fn a_number_is_found_without_its_leading_zeros() {
        assert!(terms_of("DSR-2026-000123").is_superset(&query_terms("123")));
        assert!(terms_of("DSR-2026-000123").is_superset(&query_terms("dsr-2026-000123")));
        assert!(!terms_of("DSR-2026-000123").is_superset(&query_terms("23")));
    }

    #[test]
    fn a_request_is_found_only_when_every_word_matches() {
        for store in stores() {
            store
                .write::<_, StoreError>(|tx| {
                    index(
                        tx,
                        1,
                        &[
                            "李梅 Mei Lin",
                            "mei.lin@example.org",
                            "Access to my data",
                            "DSR-2026-000001",
                        ],
                    )?;
                    index(tx, 2, &["王小明", "xm@example.org", "删除我的数据", "DSR-2026-000002"])
                })
                .unwrap();
            let found = |query: &str| store.read(|db| matching(db, query)).unwrap();
            assert_eq!(found("example.org"), Matching::Only(vec![2, 1]));
            assert_eq!(found("mei example"), Matching::Only(vec![1]));
            assert_eq!(found("mei 删除"), Matching::Only(vec![]));
            assert_eq!(found("删除我的"), Matching::Only(vec![2]));
            assert_eq!(found("DSR-2026-000002"), Matching::Only(vec![2]));
            assert_eq!(found(" ,; "), Matching::All);
        }
    }

    #[test]
    fn new_texts_replace_the_old_ones() {
        for store in stores() {
            store.write(|tx| index(tx, 1, &["old subject"])).unwrap();
            store.write(|tx| index(tx, 1, &["new subject"])).unwrap();
            let found = |query: &str| store.read(|db| matching(db, query)).unwrap();
            assert_eq!(found("old"), Matching::Only(vec![]));
            assert_eq!(found("new subject"), Matching::Only(vec![1]));
            store.write(|tx| forget(tx, 1)).unwrap();
            assert_eq!(found("subject"), Matching::Only(vec![]));
        }
    }

    proptest! {
        #[test]
        fn every_text_is_found_by_itself(text in any::<String>()) {
            prop_assert!(terms_of(&text).is_superset(&query_terms(&text)));
        }
    }
}
