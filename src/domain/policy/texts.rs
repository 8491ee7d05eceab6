//! Checks on the texts of a statement file, made before it is read into types: here all mistakes are seen at once.

use std::collections::BTreeSet;

use toml::de::DeTable;

use super::places::Places;
use super::read::{STATEMENT_FILE, parse_date, parse_time_of_day, parse_zone};
use crate::domain::mistake::Mistake;

/// A key of the file's top, whether its text is good, what the text should be, and the cure when it is not.
type Wanted = (&'static str, fn(&str) -> bool, &'static str, &'static str);

const WANTED: [Wanted; 5] = [
    (
        "zone",
        |text| parse_zone(text).is_some(),
        "time zone",
        "Use a name of the tz database, such as `Europe/Berlin`.",
    ),
    (
        "digest-at",
        |text| parse_time_of_day(text).is_some(),
        "time of day",
        "Write it as `09:00`.",
    ),
    (
        "office-hour",
        |text| parse_time_of_day(text).is_some(),
        "time of day",
        "Write it as `09:00`.",
    ),
    (
        "in-force-from",
        |text| parse_date(text).is_some(),
        "date",
        "Write it as `2024-06-06`.",
    ),
    (
        "in-force-until",
        |text| parse_date(text).is_some(),
        "date",
        "Write it as `2024-06-06`.",
    ),
];

/// Zones, times and dates are such, and every text is there in each language of the statement and in no other.
pub(super) fn check(places: &Places) -> Vec<Mistake> {
    let mut mistakes = Vec::new();
    for (key, is_good, what, cure) in WANTED {
        if let Some((text, line)) = places.top_text(key).filter(|(text, _)| !is_good(text)) {
            mistakes.push(Mistake::new(
                STATEMENT_FILE,
                line,
                format!("`{text}` is no {what}."),
                cure,
            ));
        }
    }
    let languages = places.top_list("languages");
    for (table, line) in places.texts() {
        let found = languages_of(table, &languages);
        mistakes.extend(
            found
                .into_iter()
                .map(|(what, cure)| Mistake::new(STATEMENT_FILE, line, what, cure)),
        );
    }
    mistakes
}

/// What is wrong with the languages of one text, and the cure.
fn languages_of(table: &DeTable, languages: &[&str]) -> Vec<(String, String)> {
    let there: BTreeSet<&str> = table.keys().map(|key| key.get_ref().as_ref()).collect();
    let missing = languages.iter().filter(|language| !there.contains(*language));
    let mut found: Vec<(String, String)> = missing
        .map(|language| {
            let cure = format!("Add the text in `{language}`, or take the language out of `languages`.");
            (format!("A text has no `{language}`."), cure)
        })
        .collect();
    for (key, value) in table {
        let language = key.get_ref().as_ref();
        if !languages.contains(&language) {
            let what = format!("A text is in `{language}`, which is not among the `languages`.");
            found.push((what, "Add it to `languages`, or take the text out.".to_owned()));
        } else if value.get_ref().as_str().is_some_and(|text| text.trim().is_empty()) {
            found.push((format!("A text is empty in `{language}`."), "Write it.".to_owned()));
        }
    }
    found
}
