//! The letters of a pack, read from its files and checked.

use std::collections::BTreeMap;

use super::catalogue::{Form, Part};
use super::template::{Facts, Template};
use super::{LetterText, MissingPart};
use crate::domain::mistake::Mistake;
use crate::domain::policy::Policy;

/// How the first line of a letter's file begins.
const SUBJECT: &str = "Subject:";

/// All letters of a pack, in each of its languages.
#[derive(Debug, Clone, Default)]
pub struct Letters {
    texts: BTreeMap<(Part, String), Text>,
}

#[derive(Debug, Clone)]
struct Text {
    subject: Option<Template>,
    body: Template,
}

impl Letters {
    /// Reads the files under `letters/` and adds a mistake for each that is missing, unknown, or cannot be used.
    pub(in crate::domain) fn parse(
        files: &BTreeMap<String, String>,
        policy: &Policy,
        mistakes: &mut Vec<Mistake>,
    ) -> Self {
        let mut letters = Self::default();
        let mut expected = Vec::new();
        for part in Part::all() {
            for language in &policy.languages {
                let file = part.file(language);
                match files.get(&file) {
                    Some(text) => {
                        let text = read(part, text, &file, mistakes);
                        letters.texts.insert((part, language.clone()), text);
                    }
                    None if part.is_needed(policy) => {
                        let what = format!("The text `{}` is missing in `{language}`.", part.spec().stem);
                        mistakes.push(Mistake::new(&file, 0, what, "Add the file."));
                    }
                    None => {}
                }
                expected.push(file);
            }
        }
        let unknown = files
            .keys()
            .filter(|file| file.starts_with("letters/") && !expected.contains(file));
        mistakes.extend(unknown.map(|file| {
            let cure = "Name it `letters/<letter>.<language>.txt`, with a letter Habeas knows and a language of the statement, or take it out.";
            Mistake::new(file, 0, "No letter has this name.", cure)
        }));
        letters
    }

    /// A whole letter with its facts.
    pub(super) fn letter(&self, part: Part, language: &str, facts: &Facts) -> Result<LetterText, MissingPart> {
        let text = self.text(part, language)?;
        let subject = text
            .subject
            .as_ref()
            .map(|subject| subject.fill(facts))
            .unwrap_or_default();
        Ok(LetterText {
            subject: subject.split_whitespace().collect::<Vec<_>>().join(" "),
            body: format!("{}\n", text.body.fill(facts)),
            language: language.to_owned(),
        })
    }

    /// A piece that letters are put together from, with its facts.
    pub(super) fn snippet(&self, part: Part, language: &str, facts: &Facts) -> Result<String, MissingPart> {
        Ok(self.text(part, language)?.body.fill(facts))
    }

    fn text(&self, part: Part, language: &str) -> Result<&Text, MissingPart> {
        let missing = || MissingPart::Letter {
            stem: part.spec().stem,
            language: language.to_owned(),
        };
        self.texts.get(&(part, language.to_owned())).ok_or_else(missing)
    }
}

/// Reads one file.
fn read(part: Part, text: &str, file: &str, mistakes: &mut Vec<Mistake>) -> Text {
    let spec = part.spec();
    let (subject, body, body_line) = match spec.form {
        Form::Snippet => (None, text, 1),
        Form::Letter => match text.split_once('\n') {
            Some((first, rest)) if first.starts_with(SUBJECT) => (first.strip_prefix(SUBJECT), rest, 2),
            Some(_) | None => {
                mistakes.push(Mistake::new(
                    file,
                    1,
                    "The letter has no subject.",
                    "Begin the file with `Subject: …` and a blank line.",
                ));
                (None, text, 1)
            }
        },
    };
    let subject = subject.map(|subject| Template::parse(subject.trim(), file, 1, spec.facts, mistakes));
    let before = mistakes.len();
    let body = Template::parse(body, file, body_line, spec.facts, mistakes);
    if subject.as_ref().is_some_and(Template::is_empty) {
        mistakes.push(Mistake::new(
            file,
            1,
            "The subject is empty.",
            "Write one after `Subject:`.",
        ));
    }
    if body.is_empty() {
        mistakes.push(Mistake::new(file, body_line, "There is no text.", "Write it."));
    } else if before == mistakes.len() {
        let named = |fact: &str| body.names(fact) || subject.as_ref().is_some_and(|subject| subject.names(fact));
        for fact in spec.must.iter().filter(|fact| !named(fact)) {
            mistakes.push(Mistake::new(
                file,
                body_line,
                format!("The text never says {{{fact}}}."),
                "Put the placeholder where its reader looks for it.",
            ));
        }
    }
    Text { subject, body }
}
