//! Words added to a pack's lexicon without changing its file: more phrases of its classes, more patterns.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use toml::{Table, Value};

use super::mistake::Mistake;

/// The file beside a pack's lexicon that adds to it.
pub const ADDITIONS_FILE: &str = "lexicon-additions.toml";

/// What is added, as its file has it: a part of a lexicon, by language.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Additions {
    /// By language tag.
    pub language: BTreeMap<String, Words>,
}

/// What is added in one language; each entry is written as in a lexicon.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct Words {
    /// Phrases by word class; a class that is not there yet is made.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub words: BTreeMap<String, String>,
    /// Patterns by right.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub rights: BTreeMap<String, Vec<String>>,
    /// Patterns by exemption.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub flags: BTreeMap<String, Vec<String>>,
    /// Patterns by on-behalf id.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub on_behalf: BTreeMap<String, Vec<String>>,
    /// Patterns by sign.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub signs: BTreeMap<String, Vec<String>>,
}

/// Whether a text is a lexicon of its own, and not additions to one.
pub fn is_whole(text: &str) -> bool {
    toml::from_str::<Table>(text).is_ok_and(|table| table.contains_key("assumed-language"))
}

/// The text of a lexicon with additions taken in.
///
/// # Errors
/// When the additions are no additions, or name a language that the lexicon does not have. What they add is checked when
/// the result is read as a lexicon.
pub fn merged(lexicon: &str, additions: &str) -> Result<String, Mistake> {
    let more: Additions =
        toml::from_str(additions).map_err(|error| Mistake::from_toml(ADDITIONS_FILE, additions, &error))?;
    let mut whole: Table =
        toml::from_str(lexicon).map_err(|error| Mistake::from_toml("lexicon.toml", lexicon, &error))?;
    for (code, words) in more.language {
        let known = whole.get_mut("language").and_then(|languages| languages.get_mut(&code));
        let Some(language) = known.and_then(Value::as_table_mut) else {
            let what = format!("The lexicon has no language `{code}`.");
            return Err(Mistake::new(ADDITIONS_FILE, 0, what, "Name a language of the lexicon."));
        };
        for (class, phrases) in words.words {
            add_phrases(language, &class, &phrases);
        }
        for (table, patterns) in [
            // What somebody added counts for more than what words were learned to lean to.
            ("added-rights", words.rights.clone()),
            ("rights", words.rights),
            ("flags", words.flags),
            ("on-behalf", words.on_behalf),
            ("signs", words.signs),
        ] {
            for (id, patterns) in patterns {
                add_patterns(language, table, &id, patterns);
            }
        }
    }
    toml::to_string(&whole).map_err(|error| {
        let what = format!("The lexicon cannot be written with these additions: {error}.");
        Mistake::new(ADDITIONS_FILE, 0, what, "Correct the additions.")
    })
}

fn add_phrases(language: &mut Table, class: &str, phrases: &str) {
    let Some(words) = inner(language, "words") else { return };
    let list = match words.get(class).and_then(Value::as_str) {
        Some(there) => format!("{},\n{}", there.trim_end(), phrases.trim()),
        None => phrases.to_owned(),
    };
    words.insert(class.to_owned(), Value::String(list));
}

fn add_patterns(language: &mut Table, table: &str, id: &str, patterns: Vec<String>) {
    let Some(rules) = inner(language, table) else { return };
    let list = rules.entry(id).or_insert_with(|| Value::Array(Vec::new()));
    if let Some(list) = list.as_array_mut() {
        list.extend(patterns.into_iter().map(Value::String));
    }
}

fn inner<'t>(table: &'t mut Table, name: &str) -> Option<&'t mut Table> {
    table
        .entry(name)
        .or_insert_with(|| Value::Table(Table::new()))
        .as_table_mut()
}

#[cfg(test)]
mod tests {
    use super::*;

    const LEXICON: &str = "assumed-language = \"en\"\n[language.en]\ngap = 8\n[language.en.words]\nerase = \"delete, erase\"\n\
                           [language.en.rights]\ndeletion = [\"erase\"]\n";

    #[test]
    fn additions_extend_classes_and_patterns_and_change_nothing_else() {
        let more = "[language.en.words]\nerase = \"wipe\"\nfresh = \"expunge\"\n[language.en.rights]\ndeletion = [\"fresh\"]\ncopy = [\"'a copy'\"]\n";
        let merged: Table = toml::from_str(&merged(LEXICON, more).unwrap()).unwrap();
        let english = &merged["language"]["en"];
        assert_eq!(english["words"]["erase"].as_str(), Some("delete, erase,\nwipe"));
        assert_eq!(english["words"]["fresh"].as_str(), Some("expunge"));
        assert_eq!(english["rights"]["deletion"].as_array().map(Vec::len), Some(2));
        assert_eq!(english["rights"]["copy"].as_array().map(Vec::len), Some(1));
        assert_eq!(english["gap"].as_integer(), Some(8));
    }

    #[test]
    fn additions_name_languages_of_the_lexicon_and_no_other_fields() {
        assert!(merged(LEXICON, "[language.xx.words]\nerase = \"wipe\"\n").is_err());
        assert_eq!(merged(LEXICON, "[language.en]\ngap = 9\n").unwrap_err().line, 2);
    }

    #[test]
    fn a_lexicon_is_told_from_additions_to_one() {
        assert!(is_whole(LEXICON));
        assert!(!is_whole("[language.en.words]\nerase = \"wipe\"\n"));
    }
}
