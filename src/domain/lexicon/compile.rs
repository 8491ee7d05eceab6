//! From the written lexicon to the compiled one, with every mistake on the way.

use std::collections::BTreeMap;

use regex::Regex;
use toml::Spanned;

use super::written::{Written, WrittenLanguage};
use super::{KnownIds, Lexicon, Meaning, Roles, Tongue, Variant};
use crate::domain::classification::hits::Vocabulary;
use crate::domain::classification::leaning::Leanings;
use crate::domain::classification::pattern::{Class, Classes};
use crate::domain::classification::text::{Folding, fold};
use crate::domain::mistake::{Mistake, line_of};

/// Reads and compiles; all mistakes at once.
pub fn lexicon(text: &str, file: &str, known: &KnownIds<'_>) -> Result<Lexicon, Vec<Mistake>> {
    let written: Written = toml::from_str(text).map_err(|error| vec![Mistake::from_toml(file, text, &error)])?;
    let mut compiler = Compiler {
        text,
        file,
        known,
        folding: Folding::default(),
        mistakes: Vec::new(),
    };
    let lexicon = compiler.lexicon(written);
    match (lexicon, compiler.mistakes) {
        (Some(lexicon), mistakes) if mistakes.is_empty() => Ok(lexicon),
        (_, mistakes) => Err(mistakes),
    }
}

/// Takes a lexicon in, language by language, and notes what is wrong with it.
pub struct Compiler<'a> {
    text: &'a str,
    file: &'a str,
    known: &'a KnownIds<'a>,
    /// How letters are folded, as far as it is known.
    pub folding: Folding,
    mistakes: Vec<Mistake>,
}

impl Compiler<'_> {
    /// Notes a mistake at a byte of the file.
    pub fn mistake(&mut self, at: usize, what: String, cure: &str) {
        self.mistakes
            .push(Mistake::new(self.file, line_of(self.text, at), what, cure));
    }

    fn lexicon(&mut self, written: Written) -> Option<Lexicon> {
        let variants = self.variants(&written);
        for language in written.language.values() {
            self.folding
                .abbreviations
                .extend(language.abbreviations.split_whitespace().map(str::to_owned));
        }
        let reference = Regex::new(written.reference.as_ref());
        if let Err(error) = &reference {
            let at = written.reference.span().start;
            self.mistake(
                at,
                format!("The reference is no regular expression: {error}."),
                "Mend the expression.",
            );
        }
        if !written.language.contains_key(written.assumed_language.as_ref()) {
            let what = format!("There is no language `{}`.", written.assumed_language.as_ref());
            self.mistake(
                written.assumed_language.span().start,
                what,
                "Name a language of this file.",
            );
        }
        let known = self.known.on_behalf;
        for id in &written.on_behalf_first {
            self.expect_known(known, id.as_ref(), id.span().start, "on-behalf id");
        }
        let rights = self.known.rights;
        for id in written
            .comes_with
            .iter()
            .flat_map(|(id, with)| std::iter::once(id).chain(with))
        {
            self.expect_known(rights, id.as_ref(), id.span().start, "right");
        }
        let tongues = written
            .language
            .into_iter()
            .filter_map(|(code, language)| self.tongue(code, language))
            .collect();
        Some(Lexicon {
            tongues,
            variants,
            folding: std::mem::take(&mut self.folding),
            reference: reference.ok()?,
            reply_marks: written.reply_marks,
            forward_marks: written.forward_marks,
            machine_senders: written.machine_senders,
            assumed_language: written.assumed_language.into_inner(),
            on_behalf_first: written.on_behalf_first.into_iter().map(Spanned::into_inner).collect(),
            comes_with: written
                .comes_with
                .into_iter()
                .map(|(id, with)| (id.into_inner(), with.into_iter().map(Spanned::into_inner).collect()))
                .collect(),
            leanings: Leanings::default(),
        })
    }

    fn variants(&mut self, written: &Written) -> Vec<Variant> {
        let mut variants = Vec::new();
        for (code, variant) in &written.variant {
            let from: Vec<char> = variant
                .written
                .as_ref()
                .chars()
                .filter(|letter| !letter.is_whitespace())
                .collect();
            let to: Vec<char> = variant
                .folded
                .chars()
                .filter(|letter| !letter.is_whitespace())
                .collect();
            if from.len() != to.len() {
                let what = format!("`written` has {} characters and `folded` has {}.", from.len(), to.len());
                self.mistake(
                    variant.written.span().start,
                    what,
                    "Give each character its counterpart, in order.",
                );
            }
            if !written.language.contains_key(variant.of.as_ref()) {
                let what = format!("There is no language `{}`.", variant.of.as_ref());
                self.mistake(variant.of.span().start, what, "Name a language of this file.");
            }
            self.folding.same.extend(from.iter().copied().zip(to.iter().copied()));
            let of = variant.of.as_ref().clone();
            variants.push(Variant {
                code: code.clone(),
                of,
                written: from,
                folded: to,
            });
        }
        variants
    }

    fn tongue(&mut self, code: String, language: WrittenLanguage) -> Option<Tongue> {
        let mut classes = Classes::default();
        let mut words = self.words(&language.words, &mut classes);
        let mut rules = Vec::new();
        let known = *self.known;
        for (id, patterns) in language.rights {
            self.rules(
                known.rights,
                "right",
                &id,
                patterns,
                Meaning::Right,
                &mut classes,
                &mut words,
                &mut rules,
            );
        }
        for (id, patterns) in language.added_rights {
            self.rules(
                known.rights,
                "right",
                &id,
                patterns,
                Meaning::AddedRight,
                &mut classes,
                &mut words,
                &mut rules,
            );
        }
        for (id, patterns) in language.flags {
            self.rules(
                known.exemptions,
                "exemption",
                &id,
                patterns,
                Meaning::Flag,
                &mut classes,
                &mut words,
                &mut rules,
            );
        }
        for (id, patterns) in language.on_behalf {
            let meaning = Meaning::OnBehalf;
            self.rules(
                known.on_behalf,
                "on-behalf id",
                &id,
                patterns,
                meaning,
                &mut classes,
                &mut words,
                &mut rules,
            );
        }
        for (sign, patterns) in language.signs {
            for pattern in patterns {
                self.rule(&pattern, Meaning::Sign(sign), &mut classes, &mut words, &mut rules);
            }
        }
        let acts = self.named(&language.acts, &classes);
        let commands = self.named(&language.commands, &classes);
        let gives_way = self.gives_way(&language.gives_way, &classes);
        let vocabulary = match Vocabulary::compile(&words) {
            Ok(vocabulary) => vocabulary,
            Err(error) => {
                self.mistake(
                    0,
                    format!("The words of `{code}` are too many: {error}."),
                    "Take some out.",
                );
                return None;
            }
        };
        let common = language
            .common
            .split_whitespace()
            .map(|word| fold(word, &self.folding))
            .collect();
        let roles = Roles {
            wish: classes.find("wish"),
            negation: classes.find("negation"),
            close_negation: classes.find("close_negation"),
            lead: classes.find("lead"),
            asking: classes.find("asking"),
            but: classes.find("but"),
            own: classes.find("own"),
            shop: classes.find("shop"),
            privacy: classes.find("privacy"),
            mask: classes.find("mask"),
            gives_way,
        };
        let (script, gap, class_names, classes) = (language.script, language.gap, classes.names(), classes.count());
        Some(Tongue {
            code,
            script,
            gap,
            common,
            vocabulary,
            classes,
            class_names,
            acts,
            commands,
            roles,
            rules,
        })
    }

    fn gives_way(
        &mut self,
        written: &BTreeMap<String, Vec<Spanned<String>>>,
        classes: &Classes,
    ) -> Vec<(Class, Option<Class>)> {
        let mut pairs = Vec::new();
        for (name, outer) in written {
            let Some(inner) = classes.find(name) else {
                let at = outer.first().map_or(0, |first| first.span().start);
                self.mistake(
                    at,
                    format!("There is no word class `{name}`."),
                    "Name a class under `words`.",
                );
                continue;
            };
            if outer.iter().any(|outer| outer.as_ref() == "*") {
                pairs.push((inner, None));
            } else {
                pairs.extend(self.named(outer, classes).into_iter().map(|outer| (inner, Some(outer))));
            }
        }
        pairs
    }

    fn named(&mut self, names: &[Spanned<String>], classes: &Classes) -> Vec<Class> {
        let mut found = Vec::new();
        for name in names {
            match classes.find(name.as_ref()) {
                Some(class) => found.push(class),
                None => {
                    let what = format!("There is no word class `{}`.", name.as_ref());
                    self.mistake(name.span().start, what, "Name a class under `words`.");
                }
            }
        }
        found
    }

    /// Notes an id that the statement does not define.
    pub fn expect_known(&mut self, known: &[&str], id: &str, at: usize, noun: &str) {
        if !known.contains(&id) {
            let cure = format!("Use one of: {}.", known.join(", "));
            self.mistake(at, format!("The statement has no {noun} `{id}`."), &cure);
        }
    }
}
