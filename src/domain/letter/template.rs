//! A letter's text with places for facts: `{reference}`. There is no logic in it but one rule: a paragraph whose facts
//! are all empty is left out, and so is such a line of a paragraph.

use std::collections::BTreeMap;

use crate::domain::mistake::Mistake;

/// The facts that a template may name, each as it will stand in the letter. A fact that is not there is empty.
#[derive(Debug, Default)]
pub(super) struct Facts(BTreeMap<&'static str, String>);

impl Facts {
    /// The same with one more fact.
    pub fn with(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.0.insert(name, value.into());
        self
    }

    fn get(&self, name: &str) -> &str {
        self.0.get(name).map_or("", |value| value.trim())
    }
}

/// A text, cut into paragraphs at its blank lines.
#[derive(Debug, Clone)]
pub(super) struct Template {
    paragraphs: Vec<Vec<Line>>,
}

type Line = Vec<Piece>;

#[derive(Debug, Clone, PartialEq, Eq)]
enum Piece {
    Text(String),
    Fact(String),
}

impl Template {
    /// Reads a text that starts on `first_line` of a file. Mistakes are added for braces that do not pair and for facts
    /// that are not among `known`.
    pub fn parse(text: &str, file: &str, first_line: usize, known: &[&str], mistakes: &mut Vec<Mistake>) -> Self {
        let mut paragraphs = Vec::new();
        let mut paragraph: Vec<Line> = Vec::new();
        for (index, line) in text.lines().enumerate() {
            if line.trim().is_empty() {
                if !paragraph.is_empty() {
                    paragraphs.push(std::mem::take(&mut paragraph));
                }
                continue;
            }
            match pieces(line.trim_end(), known) {
                Ok(pieces) => paragraph.push(pieces),
                Err((what, cure)) => mistakes.push(Mistake::new(file, first_line + index, what, cure)),
            }
        }
        if !paragraph.is_empty() {
            paragraphs.push(paragraph);
        }
        Self { paragraphs }
    }

    /// Whether it names a fact.
    pub fn names(&self, fact: &str) -> bool {
        self.paragraphs
            .iter()
            .flatten()
            .flatten()
            .any(|piece| matches!(piece, Piece::Fact(name) if name == fact))
    }

    /// Whether there is nothing in it.
    pub fn is_empty(&self) -> bool {
        self.paragraphs.is_empty()
    }

    /// The text with its facts. What a fact says is never read as a template again.
    pub fn fill(&self, facts: &Facts) -> String {
        let kept = self
            .paragraphs
            .iter()
            .filter(|paragraph| says_something(paragraph.iter().flatten(), facts));
        let texts: Vec<String> = kept.map(|paragraph| fill_paragraph(paragraph, facts)).collect();
        texts.join("\n\n")
    }
}

/// False when facts are named and all of them are empty.
fn says_something<'a>(pieces: impl Iterator<Item = &'a Piece>, facts: &Facts) -> bool {
    let mut values = pieces.filter_map(|piece| match piece {
        Piece::Text(_) => None,
        Piece::Fact(name) => Some(facts.get(name)),
    });
    let first = values.next();
    first.is_none_or(|value| !value.is_empty()) || values.any(|value| !value.is_empty())
}

fn fill_paragraph(lines: &[Line], facts: &Facts) -> String {
    let kept = lines.iter().filter(|line| says_something(line.iter(), facts));
    let lines = kept.map(|line| {
        let text: String = line
            .iter()
            .map(|piece| match piece {
                Piece::Text(text) => text.as_str(),
                Piece::Fact(name) => facts.get(name),
            })
            .collect();
        text.trim_end().to_owned()
    });
    lines.collect::<Vec<_>>().join("\n")
}

/// Cuts a line at its braces; what is wrong and the cure when that cannot be done.
fn pieces(line: &str, known: &[&str]) -> Result<Vec<Piece>, (String, String)> {
    let mut pieces = Vec::new();
    let mut rest = line;
    while let Some((before, after)) = rest.split_once('{') {
        let Some((name, after)) = after.split_once('}').filter(|_| !before.contains('}')) else {
            return Err(unpaired());
        };
        if !known.contains(&name) {
            let names: Vec<String> = known.iter().map(|name| format!("{{{name}}}")).collect();
            let cure = if names.is_empty() {
                "There is none in this file.".to_owned()
            } else {
                format!("This file can use {}.", names.join(" "))
            };
            return Err((format!("There is no placeholder {{{name}}} here."), cure));
        }
        if !before.is_empty() {
            pieces.push(Piece::Text(before.to_owned()));
        }
        pieces.push(Piece::Fact(name.to_owned()));
        rest = after;
    }
    if rest.contains('}') {
        return Err(unpaired());
    }
    if !rest.is_empty() {
        pieces.push(Piece::Text(rest.to_owned()));
    }
    Ok(pieces)
}

fn unpaired() -> (String, String) {
    (
        "A brace stands alone.".to_owned(),
        "Write a placeholder as {reference}, with both braces.".to_owned(),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn template(text: &str) -> Template {
        let mut mistakes = Vec::new();
        let template = Template::parse(text, "letter.txt", 1, &["name", "reference"], &mut mistakes);
        assert_eq!(mistakes, []);
        template
    }

    fn mistake(text: &str) -> Mistake {
        let mut mistakes = Vec::new();
        Template::parse(text, "letter.txt", 3, &["name"], &mut mistakes);
        assert_eq!(mistakes.len(), 1, "{mistakes:?}");
        mistakes.remove(0)
    }

    #[test]
    fn a_paragraph_or_line_without_facts_stays_and_one_whose_facts_are_all_empty_goes() {
        let letter = template("Hello.\n\nYour name is {name},\nyour reference {reference}.\n\n\nBye.\n");
        assert_eq!(letter.fill(&Facts::default()), "Hello.\n\nBye.");
        let facts = Facts::default().with("reference", "DSR-2026-000123");
        assert_eq!(letter.fill(&facts), "Hello.\n\nyour reference DSR-2026-000123.\n\nBye.");
    }

    #[test]
    fn what_a_fact_says_is_not_read_as_a_template() {
        let facts = Facts::default()
            .with("name", "{reference}")
            .with("reference", "DSR-2026-000123");
        assert_eq!(template("Dear {name}").fill(&facts), "Dear {reference}");
    }

    #[test]
    fn an_unknown_placeholder_is_a_mistake_on_its_line() {
        let mistake = mistake("Hello.\nDear {nmae}");
        assert_eq!(
            (mistake.line, mistake.what.as_str()),
            (4, "There is no placeholder {nmae} here.")
        );
    }

    #[test]
    fn a_lone_brace_is_a_mistake() {
        for text in ["Dear {name", "Dear name}", "} {name}"] {
            assert_eq!(mistake(text).what, "A brace stands alone.", "{text}");
        }
    }
}
