//! The words by which mail is recognised: a pack's `lexicon.toml`, checked and compiled once.

use std::collections::{BTreeMap, HashSet};

use regex::Regex;
use serde::Deserialize;
use toml::Spanned;

use crate::domain::classification::pattern::{Class, Classes, Pattern, Vocabulary};
use crate::domain::classification::text::{Folding, fold};
use crate::domain::mistake::{Mistake, line_of};

/// Word classes that include each other deeper than this go in a circle.
const DEEPEST_INCLUSION: usize = 8;

/// The ids a lexicon may name, as the statement beside it defines them.
#[derive(Debug, Clone, Copy)]
pub struct KnownIds<'a> {
    /// The statement's rights.
    pub rights: &'a [&'a str],
    /// The statement's exemptions.
    pub exemptions: &'a [&'a str],
    /// For whom a sender may speak; `none` needs no words.
    pub on_behalf: &'a [&'a str],
}

/// What a sentence can be a sign of, besides rights, exemptions and on-behalf.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Sign {
    /// A request that names no right.
    Unspecified,
    /// Belongs to something written before.
    FollowUp,
    /// Complains; counts where personal information is the subject.
    Complaint,
    /// Asks; counts where personal information is the subject.
    Question,
    /// Speaks of the writer's own data; by itself only reason to ask a person.
    Personal,
    /// The mail is about something else, such as an order or an application.
    Unrelated,
    /// Written by a programme.
    Automatic,
    /// The subject line of a programme's mail.
    AutomaticSubject,
    /// Sent to many: newsletters, advertising, phishing.
    Bulk,
    /// Small print; the sentence does not count.
    Disclaimer,
    /// The sender makes the forwarded text their own.
    Adopts,
}

/// What a matching pattern means.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Meaning {
    /// The id of a right invoked.
    Right(String),
    /// The id of an exemption hinted at.
    Flag(String),
    /// For whom the sender speaks.
    OnBehalf(String),
    /// Anything else.
    Sign(Sign),
}

/// One pattern and its meaning.
#[derive(Debug)]
pub struct Rule {
    /// What it means.
    pub meaning: Meaning,
    /// Where it matches.
    pub pattern: Pattern,
}

/// The script that most letters of a language belong to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Script {
    /// Told apart by common words.
    Latin,
    /// Chinese characters.
    Han,
    /// Chinese characters with Japanese syllables.
    Kana,
    /// Korean syllables.
    Hangul,
}

/// Word classes the reader itself knows by name.
#[derive(Debug, Default)]
pub struct Roles {
    /// `wish`: asks for something ("please", "I want").
    pub wish: Option<Class>,
    /// `negation`: takes an act back.
    pub negation: Option<Class>,
    /// `asking`: only talks about an act ("how do I", "if I").
    pub asking: Option<Class>,
    /// `but`: ends what a negation governs.
    pub but: Option<Class>,
    /// `own`: the first person.
    pub own: Option<Class>,
    /// `shop`: things of trade, which are no personal information.
    pub shop: Option<Class>,
    /// `privacy`: the mail is about personal information.
    pub privacy: Option<Class>,
    /// `mask`: fixed phrases; no word inside them counts.
    pub mask: Option<Class>,
    /// A class and a class it gives way to; `None` for any.
    gives_way: Vec<(Class, Option<Class>)>,
}

impl Roles {
    /// Whether words of the first class do not count inside a longer word of the second.
    pub fn gives_way(&self, inner: Class, outer: Class) -> bool {
        let yields = |(class, to): &(Class, Option<Class>)| *class == inner && to.is_none_or(|to| to == outer);
        self.mask == Some(outer) || self.gives_way.iter().any(yields)
    }
}

/// Everything about one language.
#[derive(Debug)]
pub struct Tongue {
    /// Its tag, such as `en` or `zh-Hans`.
    pub code: String,
    /// How it is written.
    pub script: Script,
    /// Most tokens between two neighbours of a chain, unless the pattern says otherwise.
    pub gap: usize,
    /// Frequent words that tell it from other languages of its script.
    pub common: HashSet<String>,
    /// The words of all classes.
    pub vocabulary: Vocabulary,
    /// How many classes there are.
    pub classes: usize,
    /// Classes of acts, which a negation takes back.
    pub acts: Vec<Class>,
    /// Classes with a role of their own.
    pub roles: Roles,
    /// All patterns.
    pub rules: Vec<Rule>,
}

/// A second written form of a language: read by folding it to the first.
#[derive(Debug)]
pub struct Variant {
    /// Its tag, such as `zh-Hant`.
    pub code: String,
    /// The language it is a form of.
    pub of: String,
    /// Characters only it writes.
    pub written: Vec<char>,
    /// What the language writes instead.
    pub folded: Vec<char>,
}

/// A pack's words, ready to use.
#[derive(Debug)]
pub struct Lexicon {
    /// Languages, in the order of their tags.
    pub tongues: Vec<Tongue>,
    /// Second written forms.
    pub variants: Vec<Variant>,
    /// How letters are folded.
    pub folding: Folding,
    /// How a reference of ours looks.
    pub reference: Regex,
    /// Marks of a reply before the subject, lower-case.
    pub reply_marks: Vec<String>,
    /// Marks of a forward before the subject, lower-case.
    pub forward_marks: Vec<String>,
    /// How the local part of a programme's address begins, lower-case.
    pub machine_senders: Vec<String>,
    /// The language of a mail that does not tell.
    pub assumed_language: String,
    /// On-behalf ids, the one that counts when several are found first.
    pub on_behalf_first: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct Written {
    assumed_language: Spanned<String>,
    reference: Spanned<String>,
    reply_marks: Vec<String>,
    forward_marks: Vec<String>,
    machine_senders: Vec<String>,
    on_behalf_first: Vec<Spanned<String>>,
    variant: BTreeMap<String, WrittenVariant>,
    language: BTreeMap<String, WrittenLanguage>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenVariant {
    of: Spanned<String>,
    written: Spanned<String>,
    folded: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct WrittenLanguage {
    script: Script,
    gap: usize,
    common: String,
    #[serde(default)]
    abbreviations: String,
    acts: Vec<Spanned<String>>,
    gives_way: BTreeMap<String, Vec<Spanned<String>>>,
    words: BTreeMap<String, Spanned<String>>,
    #[serde(default)]
    rights: BTreeMap<String, Vec<Spanned<String>>>,
    #[serde(default)]
    flags: BTreeMap<String, Vec<Spanned<String>>>,
    #[serde(default)]
    on_behalf: BTreeMap<String, Vec<Spanned<String>>>,
    #[serde(default)]
    signs: BTreeMap<Sign, Vec<Spanned<String>>>,
}

impl Lexicon {
    /// Reads a lexicon. All mistakes are reported at once, each with its line.
    pub fn parse(text: &str, file: &str, known: &KnownIds<'_>) -> Result<Self, Vec<Mistake>> {
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

    /// The language a tag is read with; a variant is read with the language it is a form of.
    pub fn tongue(&self, code: &str) -> Option<&Tongue> {
        let code = self
            .variants
            .iter()
            .find(|variant| variant.code == code)
            .map_or(code, |variant| &variant.of);
        self.tongues.iter().find(|tongue| tongue.code == code)
    }
}

struct Compiler<'a> {
    text: &'a str,
    file: &'a str,
    known: &'a KnownIds<'a>,
    folding: Folding,
    mistakes: Vec<Mistake>,
}

impl Compiler<'_> {
    fn mistake(&mut self, at: usize, what: String, cure: &str) {
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
            asking: classes.find("asking"),
            but: classes.find("but"),
            own: classes.find("own"),
            shop: classes.find("shop"),
            privacy: classes.find("privacy"),
            mask: classes.find("mask"),
            gives_way,
        };
        let (script, gap, classes) = (language.script, language.gap, classes.count());
        Some(Tongue {
            code,
            script,
            gap,
            common,
            vocabulary,
            classes,
            acts,
            roles,
            rules,
        })
    }

    /// The words of every class, with those of the classes it includes.
    fn words(&mut self, written: &BTreeMap<String, Spanned<String>>, classes: &mut Classes) -> Vec<(Class, String)> {
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
    fn rules(
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

    fn rule(
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

    fn expect_known(&mut self, known: &[&str], id: &str, at: usize, noun: &str) {
        if !known.contains(&id) {
            let cure = format!("Use one of: {}.", known.join(", "));
            self.mistake(at, format!("The statement has no {noun} `{id}`."), &cure);
        }
    }
}
