//! The language a text is written in, told by its script and its commonest words.

use super::text::clip;
use crate::domain::lexicon::{Lexicon, Script, Tongue};

/// So much of a text is enough to tell.
const ENOUGH_BYTES: usize = 4096;

/// A language found in a text, and how much of the text speaks for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Language {
    /// The tag, such as `zh-Hant`.
    pub code: String,
    /// Tags of all languages that a fair part of the text is in, the first included.
    pub present: Vec<String>,
}

impl Language {
    /// The language of a mail without letters: the one the lexicon assumes.
    pub fn assumed(lexicon: &Lexicon) -> Self {
        Self {
            code: lexicon.assumed_language.clone(),
            present: vec![lexicon.assumed_language.clone()],
        }
    }
}

/// How many letters of each script a text has.
#[derive(Debug, Default)]
struct Letters {
    latin_words: usize,
    han: usize,
    kana: usize,
    hangul: usize,
}

/// Tells the language; nothing for a text without letters.
pub fn detect(text: &str, lexicon: &Lexicon) -> Option<Language> {
    let text = clip(text, ENOUGH_BYTES);
    let letters = count(text);
    let all = letters.latin_words + letters.han + letters.kana + letters.hangul;
    if all == 0 {
        return None;
    }
    let eastern = letters.han + letters.kana + letters.hangul;
    let script = if letters.hangul * 4 > eastern && letters.hangul > letters.latin_words {
        Script::Hangul
    } else if letters.kana * 8 > eastern && eastern > letters.latin_words {
        Script::Kana
    // A Chinese character says about as much as half a word.
    } else if letters.han > letters.latin_words * 2 {
        Script::Han
    } else {
        Script::Latin
    };
    let latin = latin(text, lexicon);
    let main = match script {
        Script::Latin => latin?,
        other => lexicon.tongues.iter().find(|tongue| tongue.script == other)?,
    };
    let mut present = vec![main.code.clone()];
    let second = match script {
        Script::Latin if letters.han >= 6 => lexicon.tongues.iter().find(|tongue| tongue.script == Script::Han),
        Script::Latin => None,
        _ if letters.latin_words >= 6 => latin,
        _ => None,
    };
    present.extend(second.map(|tongue| tongue.code.clone()));
    Some(Language {
        code: variant(text, main, lexicon),
        present,
    })
}

fn count(text: &str) -> Letters {
    let mut letters = Letters::default();
    let mut in_word = false;
    for letter in text.chars() {
        let is_latin = letter.is_alphabetic() && (letter as u32) < 0x250;
        match letter {
            '\u{3041}'..='\u{30fa}' | '\u{30fc}'..='\u{30ff}' => letters.kana += 1,
            '\u{3400}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' => letters.han += 1,
            '\u{ac00}'..='\u{d7af}' => letters.hangul += 1,
            _ if is_latin && !in_word => letters.latin_words += 1,
            _ => {}
        }
        in_word = is_latin || (in_word && matches!(letter, '@' | '.' | '-' | '_' | '\'' | '0'..='9'));
    }
    letters
}

/// The Latin language whose common words are most frequent; the assumed one wins a tie.
fn latin<'a>(text: &str, lexicon: &'a Lexicon) -> Option<&'a Tongue> {
    let mut words = String::from(" ");
    for letter in text.chars() {
        match letter {
            '’' | '\'' => words.push_str("' "),
            _ if letter.is_alphabetic() => words.extend(letter.to_lowercase()),
            _ if !words.ends_with(' ') => words.push(' '),
            _ => {}
        }
    }
    let words: Vec<&str> = words.split(' ').filter(|word| !word.is_empty()).collect();
    let score = |tongue: &Tongue| words.iter().filter(|word| tongue.common.contains(**word)).count();
    let tongues = lexicon.tongues.iter().filter(|tongue| tongue.script == Script::Latin);
    tongues.max_by_key(|tongue| (score(tongue), tongue.code == lexicon.assumed_language))
}

fn variant(text: &str, main: &Tongue, lexicon: &Lexicon) -> String {
    for variant in lexicon.variants.iter().filter(|variant| variant.of == main.code) {
        let (mut other, mut plain) = (0, 0);
        for letter in text.chars() {
            other += usize::from(variant.written.contains(&letter));
            plain += usize::from(variant.folded.contains(&letter));
        }
        if other > plain {
            return variant.code.clone();
        }
    }
    main.code.clone()
}
