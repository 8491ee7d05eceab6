//! A lexicon that takes in another pack's: the same words, meaning the rights of the policy that borrows them.

use serde::Deserialize;
use toml::{Table, Value};

use super::classification::Kind;
use super::lexicon_additions::merged;
use super::mistake::Mistake;
use super::policy::{LEXICON_FILE, STATEMENT_FILE};

/// The key of a lexicon that names the pack whose words it takes in.
const INCLUDE: &str = "include";
/// Where the names of what words lean to begin.
const NAMES: &str = "\nto = [";

/// The ids that a borrowed lexicon may name, as far as a statement can be read.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "kebab-case", default)]
struct Ids {
    rights: Vec<Id>,
    exemptions: Vec<Id>,
    on_behalf: Vec<Id>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "kebab-case")]
struct Id {
    id: String,
    #[serde(default)]
    same_as: Vec<String>,
}

impl Ids {
    fn of(statement: &str) -> Result<Self, Mistake> {
        toml::from_str(statement).map_err(|error| Mistake::from_toml(STATEMENT_FILE, statement, &error))
    }

    /// The id that the statement has for a right of another.
    fn right(&self, id: &str) -> Option<String> {
        let same = |right: &&Id| right.same_as.iter().any(|other| other == id);
        let own = self.rights.iter().find(|right| right.id == id);
        own.or_else(|| self.rights.iter().find(same))
            .map(|right| right.id.clone())
    }
}

/// The pack whose words a lexicon takes in; `None` for a lexicon that has all its own.
pub fn included(lexicon: &str) -> Option<String> {
    let table: Table = toml::from_str(lexicon).ok()?;
    Some(table.get(INCLUDE)?.as_str()?.to_owned())
}

/// The whole text of a lexicon that takes in another: the other's words with its ids made those of the statement, and
/// then what it adds itself. What means a right, an exemption or an on-behalf rule that the statement does not have is
/// left out.
///
/// # Errors
/// When one of the texts is none, or the additions do not fit.
pub fn whole(statement: &str, own: &str, other: &str) -> Result<String, Mistake> {
    let ids = Ids::of(statement)?;
    let mut table: Table = toml::from_str(other).map_err(|error| Mistake::from_toml(LEXICON_FILE, other, &error))?;
    let mut additions: Table = toml::from_str(own).map_err(|error| Mistake::from_toml(LEXICON_FILE, own, &error))?;
    additions.remove(INCLUDE);
    let known = |list: &[Id], id: &str| list.iter().find(|known| known.id == id).map(|known| known.id.clone());
    if let Some(Value::Array(first)) = table.get_mut("on-behalf-first") {
        first.retain(|id| id.as_str().is_some_and(|id| known(&ids.on_behalf, id).is_some()));
    }
    if let Some(Value::Table(comes_with)) = table.get_mut("comes-with") {
        *comes_with = renamed_pairs(comes_with, &ids);
    }
    let languages = table.get_mut("language").and_then(Value::as_table_mut);
    for (_, language) in languages.into_iter().flat_map(Table::iter_mut) {
        let Some(language) = language.as_table_mut() else {
            continue;
        };
        rename(language, "rights", |id| ids.right(id));
        rename(language, "flags", |id| known(&ids.exemptions, id));
        rename(language, "on-behalf", |id| known(&ids.on_behalf, id));
    }
    let unwritable = |error: toml::ser::Error| {
        let what = format!("The lexicon cannot be written: {error}.");
        Mistake::new(LEXICON_FILE, 0, what, "Correct what it adds.")
    };
    let text = toml::to_string(&table).map_err(unwritable)?;
    if additions.is_empty() {
        return Ok(text);
    }
    merged(&text, &toml::to_string(&additions).map_err(unwritable)?).map_err(|mistake| Mistake {
        file: LEXICON_FILE.to_owned(),
        line: 0,
        ..mistake
    })
}

/// The learned weights of another pack, with the names of its rights made those of the statement; one that the statement does
/// not have becomes empty. Which words there are stays as it is.
///
/// # Errors
/// When the statement cannot be read.
pub fn whole_leanings(statement: &str, other: &str) -> Result<String, Mistake> {
    let ids = Ids::of(statement)?;
    let Some((before, names, after)) = named_rights(other) else {
        return Ok(other.to_owned());
    };
    let names = names.split(',').map(|name| {
        let name = name.trim().trim_matches('"');
        let meant = match name.parse::<Kind>() {
            Ok(_) => name.to_owned(),
            Err(_) => ids.right(name).unwrap_or_default(),
        };
        format!("\"{meant}\"")
    });
    Ok(format!("{before}{}{after}", names.collect::<Vec<_>>().join(", ")))
}

/// What stands before the names of kinds and rights, the names, and what stands after them.
fn named_rights(leanings: &str) -> Option<(&str, &str, &str)> {
    let start = leanings.find(NAMES)? + NAMES.len();
    let end = start + leanings.get(start..)?.find(']')?;
    Some((leanings.get(..start)?, leanings.get(start..end)?, leanings.get(end..)?))
}

/// What comes with each right, in the statement's names; a right that two become does not come with itself.
fn renamed_pairs(comes_with: &Table, ids: &Ids) -> Table {
    let mut renamed = Table::new();
    for (right, with) in comes_with {
        let with = with.as_array().into_iter().flatten().filter_map(Value::as_str);
        let Some(right) = ids.right(right) else { continue };
        let with: Vec<Value> = with
            .filter_map(|id| ids.right(id))
            .filter(|id| *id != right)
            .map(Value::String)
            .collect();
        let list = renamed.entry(right).or_insert_with(|| Value::Array(Vec::new()));
        if let Value::Array(list) = list {
            list.extend(with);
        }
    }
    renamed
}

/// Gives the lists of patterns in a table their new names; two that get the same become one.
fn rename(language: &mut Table, name: &str, new: impl Fn(&str) -> Option<String>) {
    let Some(Value::Table(old)) = language.remove(name) else {
        return;
    };
    let mut renamed = Table::new();
    for (id, patterns) in old {
        let (Some(id), Value::Array(patterns)) = (new(&id), patterns) else {
            continue;
        };
        let list = renamed.entry(id).or_insert_with(|| Value::Array(Vec::new()));
        if let Some(list) = list.as_array_mut() {
            list.extend(patterns);
        }
    }
    language.insert(name.to_owned(), Value::Table(renamed));
}

#[cfg(test)]
mod tests {
    use super::*;

    const OTHER: &str = r#"
assumed-language = "en"
on-behalf-first = ["next-of-kin", "agent"]
[language.en]
gap = 8
[language.en.words]
erase = "erase, delete"
[language.en.rights]
deletion = ["erase"]
account-closure = ["close"]
explain = ["why"]
[language.en.flags]
abuse = ["again"]
[language.en.on-behalf]
agent = ["client"]
next-of-kin = ["late"]
"#;

    const STATEMENT: &str = r#"
id = "borrower"
[[rights]]
id = "deletion"
same-as = ["account-closure"]
[[rights]]
id = "opt-out"
[[on-behalf]]
id = "agent"
"#;

    #[test]
    fn borrowed_words_mean_the_rights_of_the_policy_that_borrows_them() {
        let own =
            "include = \"other\"\n[language.en.words]\nerase = \"scrub\"\n[language.en.rights]\nopt-out = [\"sell\"]\n";
        assert_eq!(included(own).as_deref(), Some("other"));
        let table: Table = toml::from_str(&whole(STATEMENT, own, OTHER).unwrap()).unwrap();
        let english = &table["language"]["en"];
        let patterns = |table: &str, id: &str| {
            let list = english[table].get(id).and_then(Value::as_array);
            list.map(|list| list.iter().filter_map(Value::as_str).collect::<Vec<_>>())
        };
        assert_eq!(patterns("rights", "deletion"), Some(vec!["erase", "close"]));
        assert_eq!(patterns("rights", "opt-out"), Some(vec!["sell"]));
        assert_eq!(patterns("rights", "explain"), None);
        assert_eq!(patterns("flags", "abuse"), None);
        assert_eq!(patterns("on-behalf", "agent"), Some(vec!["client"]));
        assert_eq!(patterns("on-behalf", "next-of-kin"), None);
        assert!(
            english["words"]["erase"]
                .as_str()
                .is_some_and(|words| words.contains("scrub"))
        );
        assert_eq!(table["on-behalf-first"].as_array().map(Vec::len), Some(1));
    }

    #[test]
    fn borrowed_weights_lean_to_the_rights_of_the_policy_that_borrows_them() {
        let other =
            "# Weights.\n\nto = [\"request\", \"deletion\", \"account-closure\", \"explain\"]\n\n[script.han]\n";
        let own = whole_leanings(STATEMENT, other).unwrap();
        assert_eq!(own, other.replace("account-closure", "deletion").replace("explain", ""));
    }

    #[test]
    fn a_lexicon_of_its_own_borrows_nothing() {
        assert_eq!(included(OTHER), None);
    }
}
