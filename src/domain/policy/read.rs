//! A pack: the files of one policy, read into types, or the list of what is wrong with them.

use std::collections::BTreeMap;

use chrono::{NaiveDate, NaiveTime};
use chrono_tz::Tz;
use serde::{Deserialize, Deserializer, de::Error};
use sha2::{Digest, Sha256};
use toml::de::DeTable;

use super::places::{Places, Step};
use super::{Policy, check, texts};
use crate::domain::letter::Letters;
use crate::domain::mistake::Mistake;

/// The file that holds the policy itself.
pub const STATEMENT_FILE: &str = "statement.toml";
/// The file that holds the words by which a mail is understood.
pub const LEXICON_FILE: &str = "lexicon.toml";
/// The file of a pack with what words lean to, learned from labelled mail; a pack may do without.
pub const LEANINGS_FILE: &str = "leanings.toml";

/// How many characters of the hash over its files identify a pack; 64 bits.
const FINGERPRINT_LENGTH: usize = 16;

/// One policy with its letters and its lexicon, ready to use.
#[derive(Debug, Clone)]
pub struct Pack {
    /// What the statement promises.
    pub policy: Policy,
    /// What is written to people.
    pub letters: Letters,
    /// Start of the SHA-256 over all the pack's files, in hex: says which text exactly was in force.
    pub fingerprint: String,
    /// The lexicon's text, as it stands in [`LEXICON_FILE`].
    pub own_lexicon_text: String,
    /// The text of [`LEANINGS_FILE`], if the pack has one.
    pub leanings_text: Option<String>,
    /// What was read in a way its author may want to know.
    pub remarks: Vec<Remark>,
}

/// Something that is no mistake, but that the author of a pack may want to know.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Remark {
    /// The file's name inside its pack.
    pub file: String,
    /// The line, from 1.
    pub line: usize,
    /// What was found and what was made of it.
    pub what: String,
}

impl Pack {
    /// Reads the files of a pack, keyed by their names in its directory with `/` between the parts:
    /// `statement.toml`, `lexicon.toml`, `letters/answer.en.txt`. Reports all the mistakes it can find at once.
    pub fn parse(files: &BTreeMap<String, String>) -> Result<Pack, Vec<Mistake>> {
        let Some(text) = files.get(STATEMENT_FILE) else {
            return Err(vec![missing(STATEMENT_FILE, "what the policy promises")]);
        };
        let (policy, places) = read_statement(text)?;
        let mut mistakes = check::policy(&policy, &places);
        let (policy, remarks) = merge_repeated(policy, &places, &mut mistakes);
        let letters = Letters::parse(files, &policy, &mut mistakes);
        let own_lexicon_text = files.get(LEXICON_FILE).cloned().unwrap_or_else(|| {
            mistakes.push(missing(LEXICON_FILE, "the words by which a mail is understood"));
            String::new()
        });
        if mistakes.is_empty() {
            Ok(Pack {
                policy,
                letters,
                fingerprint: fingerprint(files),
                own_lexicon_text,
                leanings_text: files.get(LEANINGS_FILE).cloned(),
                remarks,
            })
        } else {
            Err(mistakes)
        }
    }

    /// The language for letters to somebody who writes in `wanted`: that one; for Chinese in any script Simplified
    /// Chinese; else English; else the pack's first language.
    pub fn letter_language(&self, wanted: &str) -> &str {
        let languages = &self.policy.languages;
        let find = |language: &str| languages.iter().find(|known| *known == language);
        let chinese = wanted.starts_with("zh").then_some("zh-Hans");
        let found = find(wanted)
            .or_else(|| chinese.and_then(find))
            .or_else(|| find("en"))
            .or(languages.first());
        found.map_or("en", String::as_str)
    }
}

/// The line, from 1, on which a key of the statement's top stands; 0 when the text is no TOML.
pub fn statement_line(text: &str, key: &str) -> usize {
    DeTable::parse(text).map_or(0, |root| Places::new(text, root).line(&[Step::Key(key)]))
}

/// Reads the statement file. A text that is wrong in itself is reported from the plain TOML, where several mistakes can
/// be seen at once; serde then reports at most one more about the shape.
fn read_statement(text: &str) -> Result<(Policy, Places<'_>), Vec<Mistake>> {
    let (root, errors) = DeTable::parse_recoverable(text);
    if !errors.is_empty() {
        return Err(errors
            .iter()
            .map(|error| Mistake::from_toml(STATEMENT_FILE, text, error))
            .collect());
    }
    let places = Places::new(text, root);
    let mut mistakes = texts::check(&places);
    match toml::from_str::<Policy>(text) {
        Ok(policy) if mistakes.is_empty() => return Ok((policy, places)),
        Ok(_) => {}
        Err(error) => {
            let mistake = Mistake::from_toml(STATEMENT_FILE, text, &error);
            if !mistakes.iter().any(|known| known.line == mistake.line) {
                mistakes.push(mistake);
            }
        }
    }
    mistakes.sort_by_key(|mistake| mistake.line);
    Err(mistakes)
}

/// Takes once what the statement prints twice in the same words; the same id with other words is a mistake.
fn merge_repeated(mut policy: Policy, places: &Places, mistakes: &mut Vec<Mistake>) -> (Policy, Vec<Remark>) {
    let mut remarks = Vec::new();
    let mut merge = Merge {
        places,
        mistakes,
        remarks: &mut remarks,
    };
    merge.list("laws", &mut policy.laws, |law| law.id.as_str());
    merge.list("pauses", &mut policy.pauses, |pause| pause.id.as_str());
    merge.list("rights", &mut policy.rights, |right| right.id.as_str());
    merge.list("grounds", &mut policy.grounds, |ground| ground.id.as_str());
    merge.list("exemptions", &mut policy.exemptions, |exemption| exemption.id.as_str());
    merge.list("retention-duties", &mut policy.retention_duties, |duty| {
        duty.id.as_str()
    });
    merge.list("on-behalf", &mut policy.on_behalf, |rule| rule.id.as_str());
    merge.list("identity", &mut policy.identity, |method| method.id.as_str());
    merge.list("categories", &mut policy.categories, |category| category.id.as_str());
    merge.list("held-data", &mut policy.held_data, |datum| datum.id.as_str());
    merge.list("reminders", &mut policy.reminders, |rule| rule.id.as_str());
    (policy, remarks)
}

/// The work of taking repeated entries together.
struct Merge<'a, 't> {
    places: &'a Places<'t>,
    mistakes: &'a mut Vec<Mistake>,
    remarks: &'a mut Vec<Remark>,
}

impl Merge<'_, '_> {
    fn list<T: PartialEq>(&mut self, name: &str, list: &mut Vec<T>, id: impl Fn(&T) -> &str) {
        let mut once: Vec<(usize, T)> = Vec::with_capacity(list.len());
        for (index, entry) in list.drain(..).enumerate() {
            let line = self.places.line(&[Step::Key(name), Step::Entry(index)]);
            match once.iter().find(|(_, known)| id(known) == id(&entry)) {
                None => once.push((line, entry)),
                Some((first, known)) if *known == entry => self.remarks.push(Remark {
                    file: STATEMENT_FILE.to_owned(),
                    line,
                    what: format!(
                        "`{}` stands in [[{name}]] twice in the same words, first on line {first}. It is taken once.",
                        id(&entry)
                    ),
                }),
                Some((first, _)) => self.mistakes.push(Mistake::new(
                    STATEMENT_FILE,
                    line,
                    format!(
                        "`{}` stands in [[{name}]] already, on line {first}, in other words.",
                        id(&entry)
                    ),
                    "Keep one of the two, or give this one an id of its own.",
                )),
            }
        }
        list.extend(once.into_iter().map(|(_, entry)| entry));
    }
}

/// The mistake that a whole file is not there.
fn missing(file: &str, holds: &str) -> Mistake {
    Mistake::new(file, 0, "The file is missing.", format!("Add it: it holds {holds}."))
}

/// Names and texts are hashed with their lengths, so that no two sets of files give the same bytes.
fn fingerprint(files: &BTreeMap<String, String>) -> String {
    let mut hash = Sha256::new();
    for (name, text) in files {
        for part in [name, text] {
            hash.update((part.len() as u64).to_be_bytes());
            hash.update(part.as_bytes());
        }
    }
    let mut hex = hex::encode(hash.finalize());
    hex.truncate(FINGERPRINT_LENGTH);
    hex
}

/// A time zone by its name in the tz database.
pub(super) fn parse_zone(name: &str) -> Option<Tz> {
    name.parse().ok()
}

/// A time of day as `09:00`.
pub(super) fn parse_time_of_day(text: &str) -> Option<NaiveTime> {
    NaiveTime::parse_from_str(text, "%H:%M").ok()
}

/// A date as `2024-06-06`.
pub(super) fn parse_date(text: &str) -> Option<NaiveDate> {
    NaiveDate::parse_from_str(text, "%Y-%m-%d").ok()
}

pub(super) fn zone<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Tz, D::Error> {
    let name = String::deserialize(deserializer)?;
    parse_zone(&name).ok_or_else(|| D::Error::custom(format!("`{name}` is no time zone")))
}

pub(super) fn time_of_day<'de, D: Deserializer<'de>>(deserializer: D) -> Result<NaiveTime, D::Error> {
    let text = String::deserialize(deserializer)?;
    parse_time_of_day(&text).ok_or_else(|| D::Error::custom(format!("`{text}` is no time of day")))
}
