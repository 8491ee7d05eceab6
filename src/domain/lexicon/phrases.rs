//! The words of the classes and the patterns over them, as the compiler takes them in.

use std::collections::BTreeMap;

use toml::Spanned;

use super::compile::Compiler;
use super::{Meaning, Rule};
use crate::domain::classification::pattern::{Class, Classes, Pattern};
use crate::domain::classification::text::fold;

/// Word classes that include each other deeper than this go in a circle.
const DEEPEST_INCLUSION: usize = 8;

impl Compiler<'_> {
    /// The words of every class, with those of the classes it includes.
    pub fn words(
        &mut self,
        written: &BTreeMap<String, Spanned<String>>,
        classes: &mut Classes,
    ) -> Vec<(Class, String)> {
        let mut words = Vec::new();
        for (name, list) in written {
            let class = classes.intern(name);
            self.include(class, list, written, 0, &mut words);
        }
        words
    }

    fn include(
        &mut self,
        class: Class,
        list: &Spanned<String>,
        all: &BTreeMap<String, Spanned<String>>,
        depth: usize,
        words: &mut Vec<(Class, String)>,
    ) {
        let mut at = list.span().start;
        for word in list.as_ref().split([',', '\n']) {
            let here = at;
            at += word.len() + 1;
            let word = word.trim();
            if let Some(included) = word.strip_prefix('<').and_then(|word| word.strip_suffix('>')) {
                match all.get(included) {
                    Some(list) if depth < DEEPEST_INCLUSION => self.include(class, list, all, depth + 1, words),
                    Some(_) => self.mistake(here, format!("`<{included}>` includes itself."), "Break the circle."),
                    None => self.mistake(
                        here,
                        format!("There is no class `{included}`."),
                        "Name a class of this table.",
                    ),
                }
            } else if word.trim_matches('*').is_empty() {
                let is_blank_line = word.is_empty() && list.as_ref().contains('\n');
                if !is_blank_line {
                    self.mistake(
                        here,
                        "A phrase is empty.".to_owned(),
                        "Take out the extra comma or write the phrase.",
                    );
                }
            } else {
                words.push((class, fold(word, &self.folding)));
            }
        }
    }

    #[expect(
        clippy::too_many_arguments,
        reason = "four tables of the file are compiled in the same way"
    )]
    pub fn rules(
        &mut self,
        known: &[&str],
        noun: &str,
        id: &str,
        patterns: Vec<Spanned<String>>,
        meaning: fn(String) -> Meaning,
        classes: &mut Classes,
        words: &mut Vec<(Class, String)>,
        rules: &mut Vec<Rule>,
    ) {
        let at = patterns.first().map_or(0, |first| first.span().start);
        self.expect_known(known, id, at, noun);
        for pattern in patterns {
            self.rule(&pattern, meaning(id.to_owned()), classes, words, rules);
        }
    }

    /// One pattern; words quoted in it become classes of their own.
    pub fn rule(
        &mut self,
        written: &Spanned<String>,
        meaning: Meaning,
        classes: &mut Classes,
        words: &mut Vec<(Class, String)>,
        rules: &mut Vec<Rule>,
    ) {
        let folding = &self.folding;
        let mut class_of = |name: &str| match name.strip_prefix('\'').and_then(|name| name.strip_suffix('\'')) {
            Some(phrase) if !phrase.trim().is_empty() => {
                let fresh = classes.find(name).is_none();
                let class = classes.intern(name);
                if fresh {
                    words.push((class, fold(phrase, folding)));
                }
                Some(class)
            }
            Some(_) => None,
            None => classes.find(name),
        };
        match Pattern::parse(written.as_ref(), &mut class_of) {
            Ok(pattern) => rules.push(Rule { meaning, pattern }),
            Err(problem) => {
                let what = format!("The pattern `{}` cannot be read: {problem}.", written.as_ref());
                self.mistake(
                    written.span().start,
                    what,
                    "Use the classes under `words` and close each quote.",
                );
            }
        }
    }
}
