//! The words by which mail is recognised: a pack's `lexicon.toml`, checked and compiled once.

use std::collections::{BTreeMap, HashSet};

use regex::Regex;
use serde::Deserialize;

use crate::domain::classification::hits::Vocabulary;
use crate::domain::classification::leaning::Leanings;
use crate::domain::classification::pattern::{Class, Pattern};
use crate::domain::classification::text::Folding;
use crate::domain::mistake::Mistake;

mod compile;
mod phrases;
mod written;

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
    /// Tells what was asked earlier; the rights that follow in the sentence are not invoked anew.
    Reported,
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
    /// The id of a right invoked in words that somebody added to a pack.
    AddedRight(String),
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
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
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
    /// `close-negation`: takes an act back when it stands right before it.
    pub close_negation: Option<Class>,
    /// `lead`: a command can follow it ("and", "then").
    pub lead: Option<Class>,
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
    /// Their names.
    pub class_names: Vec<String>,
    /// Classes of acts, which a negation takes back.
    pub acts: Vec<Class>,
    /// Classes of verbs that count in full only where a command can stand, or after a wish.
    pub commands: Vec<Class>,
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
    /// For a right, the rights that come with it by themselves.
    pub comes_with: BTreeMap<String, Vec<String>>,
    /// What words lean to, as learned from labelled mail; none unless given by [`Lexicon::with_leanings`].
    pub leanings: Leanings,
}

impl Lexicon {
    /// Reads a lexicon. All mistakes are reported at once, each with its line.
    pub fn parse(text: &str, file: &str, known: &KnownIds<'_>) -> Result<Self, Vec<Mistake>> {
        compile::lexicon(text, file, known)
    }

    /// The lexicon with what was learned from labelled mail beside its patterns.
    ///
    /// # Errors
    /// The lines of `text` that cannot be read.
    pub fn with_leanings(mut self, text: &str, file: &str, known: &KnownIds<'_>) -> Result<Self, Vec<Mistake>> {
        self.leanings = Leanings::parse(text, file, known.rights)?;
        Ok(self)
    }

    /// Whether who invokes the first right gets the second with it, so that it need not be invoked.
    pub fn comes_with(&self, right: &str, other: &str) -> bool {
        let with = self.comes_with.get(right);
        with.is_some_and(|with| with.iter().any(|id| id == other))
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
