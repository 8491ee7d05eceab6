//! Finding requests by the words of what is sealed: each word is indexed as keyed digests of its beginnings, Chinese text
//! as digests of its pairs of characters. The index says nothing to anyone without the master key.

use std::collections::BTreeSet;

use diesel::prelude::*;

use super::schema::search_terms;
use super::{Reader, StoreError, Tx, Vault};

/// The longest beginning of a word that is indexed; a longer word is found by this much of it.
const LONGEST: usize = 10;

/// More terms than this are not indexed for one request: nobody's name is that long.
const MOST_TERMS: usize = 400;

/// More words than this do not narrow a search any further.
const MOST_WORDS: usize = 12;

/// Indexes the texts of a request.
///
/// # Errors
/// When the store fails.
pub fn index(tx: &mut Tx<'_>, request_id: i64, texts: &[&str]) -> Result<(), StoreError> {
    let mut terms = BTreeSet::new();
    for word in texts.iter().flat_map(|text| words(text)) {
        match word {
            Word::Letters(letters) => {
                let beginnings = (1..=letters.len().min(LONGEST)).map(|end| letters.iter().take(end).collect::<String>());
                terms.extend(beginnings);
            }
            Word::Han(run) => {
                terms.extend(run.iter().map(char::to_string));
                terms.extend(run.windows(2).map(|pair| pair.iter().collect::<String>()));
            }
        }
    }
    let digests: BTreeSet<i64> = terms.iter().take(MOST_TERMS).map(|term| digest(tx.vault, term)).collect();
    for term in digests {
        diesel::insert_into(search_terms::table)
            .values((search_terms::term.eq(term), search_terms::request_id.eq(request_id)))
            .execute(tx.conn)?;
    }
    Ok(())
}

/// The terms that a request must have to be found by a query: all of them.
pub fn query_terms(db: &Reader<'_>, query: &str) -> Vec<i64> {
    let mut terms = BTreeSet::new();
    for word in words(query).into_iter().take(MOST_WORDS) {
        match word {
            Word::Letters(letters) => {
                terms.insert(letters.iter().take(LONGEST).collect::<String>());
            }
            Word::Han(run) if run.len() == 1 => {
                terms.extend(run.iter().map(char::to_string));
            }
            Word::Han(run) => {
                terms.extend(run.windows(2).map(|pair| pair.iter().collect::<String>()));
            }
        }
    }
    terms.iter().map(|term| digest(db.vault, term)).collect()
}

/// A run of letters and digits, or a run of Chinese characters, which are not written apart.
enum Word {
    Letters(Vec<char>),
    Han(Vec<char>),
}

fn words(text: &str) -> Vec<Word> {
    let mut words = Vec::new();
    for letter in text.chars().map(half_width).flat_map(char::to_lowercase) {
        match (words.last_mut(), kind(letter)) {
            (_, Kind::Gap) => words.push(Word::Letters(Vec::new())),
            (Some(Word::Han(run)), Kind::Han) => run.push(letter),
            (_, Kind::Han) => words.push(Word::Han(vec![letter])),
            (Some(Word::Letters(run)), Kind::Letter) => run.push(letter),
            (_, Kind::Letter) => words.push(Word::Letters(vec![letter])),
        }
    }
    words.retain(|word| match word {
        Word::Letters(run) | Word::Han(run) => !run.is_empty(),
    });
    words
}

enum Kind {
    Letter,
    Han,
    Gap,
}

fn kind(letter: char) -> Kind {
    match letter {
        // Han, kana and hangul syllables: scripts that are searched by pairs of characters.
        '\u{3040}'..='\u{30ff}' | '\u{3400}'..='\u{9fff}' | '\u{ac00}'..='\u{d7a3}' | '\u{f900}'..='\u{faff}' => Kind::Han,
        '\u{20000}'..='\u{323af}' => Kind::Han,
        _ if letter.is_alphanumeric() => Kind::Letter,
        _ => Kind::Gap,
    }
}

/// Full-width Latin letters and digits as the ordinary ones.
fn half_width(letter: char) -> char {
    match letter {
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(letter) - 0xfee0).unwrap_or(letter),
        '\u{3000}' => ' ',
        _ => letter,
    }
}

/// Eight bytes of a keyed digest: enough to find, and two words that share them only show a line too many.
fn digest(vault: &Vault, term: &str) -> i64 {
    let [a, b, c, d, e, f, g, h, ..] = vault.digest("search", term.as_bytes());
    i64::from_be_bytes([a, b, c, d, e, f, g, h])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::testing::stores;

    fn finds(texts: &[&str], query: &str) -> bool {
        let found = stores().into_iter().map(|store| {
            store.write(|tx| index(tx, 1, texts)).unwrap();
            store
                .read(|db| {
                    let mut found = true;
                    for term in query_terms(db, query) {
                        let rows: i64 =
                            search_terms::table.filter(search_terms::term.eq(term)).count().get_result(db.conn)?;
                        found &= rows == 1;
                    }
                    Ok(found)
                })
                .unwrap()
        });
        found.fold(true, |all, one| all && one)
    }

    #[test]
    fn words_are_found_by_their_beginning_in_any_case_and_width() {
        let texts = ["Gwendolyn Marsh", "gwen.marsh@fenland.example", "Contact form of 17 February", "DSR-2026-000123"];
        for query in ["gwen", "MARSH", "gwendolyn m", "fenland.example", "gwen.marsh@fen", "ｆｅｂ", "DSR-2026-000123", "000123"] {
            assert!(finds(&texts, query), "{query}");
        }
        for query in ["wendolyn", "gwenx", "june"] {
            assert!(!finds(&texts, query), "{query}");
        }
    }

    #[test]
    fn chinese_is_found_by_any_part() {
        for query in ["王小明", "小明", "明", "注销账号", "账号 王"] {
            assert!(finds(&["王小明", "申请注销账号"], query), "{query}");
        }
        assert!(!finds(&["王小明", "申请注销账号"], "明王"));
    }

    #[test]
    fn an_empty_query_asks_for_nothing() {
        for store in stores() {
            let terms = store.read(|db| Ok([query_terms(db, ""), query_terms(db, " ,. ")])).unwrap();
            assert!(terms.iter().all(Vec::is_empty));
        }
    }
}
