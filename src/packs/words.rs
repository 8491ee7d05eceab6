//! The words of a pack: put together from its files, and compiled when somebody first needs them. A command that reads no
//! mail never waits for that.

use std::borrow::Cow;
use std::sync::{Arc, OnceLock};

use super::{Shelf, embedded};
use crate::domain::lexicon::{KnownIds, Lexicon};
use crate::domain::lexicon_additions::{ADDITIONS_FILE, merged};
use crate::domain::lexicon_shared::{included, whole, whole_leanings};
use crate::domain::mistake::Mistake;
use crate::domain::policy::{LEANINGS_FILE, LEXICON_FILE, Pack};

/// What a lexicon is made of, and the lexicon once it is made.
#[derive(Debug)]
pub(super) struct Words {
    statement: String,
    additions: Option<String>,
    made: OnceLock<Result<Made, Vec<Mistake>>>,
}

#[derive(Debug)]
struct Made {
    text: String,
    lexicon: Arc<Lexicon>,
}

impl Words {
    /// The words of the pack with this statement; `additions` are taken into its own lexicon.
    pub(super) fn new(statement: String, additions: Option<String>) -> Self {
        Self {
            statement,
            additions,
            made: OnceLock::new(),
        }
    }

    /// The compiled lexicon.
    ///
    /// # Errors
    /// Every mistake in the pack's lexicon, in what it takes in, and in the additions.
    pub(super) fn lexicon(&self, pack: &Pack) -> Result<&Arc<Lexicon>, &[Mistake]> {
        self.made(pack).map(|made| &made.lexicon)
    }

    /// The whole text of the lexicon: the pack's own words, those it takes in, and the additions.
    ///
    /// # Errors
    /// As [`Words::lexicon`].
    pub(super) fn text(&self, pack: &Pack) -> Result<&str, &[Mistake]> {
        self.made(pack).map(|made| made.text.as_str())
    }

    fn made(&self, pack: &Pack) -> Result<&Made, &[Mistake]> {
        let made = self.made.get_or_init(|| self.make(pack));
        made.as_ref().map_err(Vec::as_slice)
    }

    /// A mistake that only the additions bring is told of their file as a whole: its line is one of neither file.
    fn make(&self, pack: &Pack) -> Result<Made, Vec<Mistake>> {
        let one = |mistake| vec![mistake];
        let text = self.with_included(&pack.own_lexicon_text).map_err(one)?;
        let lexicon = self.read(pack, &text, LEXICON_FILE)?;
        let Some(additions) = &self.additions else {
            let lexicon = Arc::new(lexicon);
            return Ok(Made { text, lexicon });
        };
        let text = merged(&text, additions).map_err(one)?;
        let lexicon = self.read(pack, &text, ADDITIONS_FILE).map_err(|mut mistakes| {
            mistakes.iter_mut().for_each(|mistake| mistake.line = 0);
            mistakes
        })?;
        let lexicon = Arc::new(lexicon);
        Ok(Made { text, lexicon })
    }

    /// A pack's own lexicon with the words it takes in from another.
    fn with_included(&self, own: &str) -> Result<String, Mistake> {
        let Some(name) = included(own) else {
            return Ok(own.to_owned());
        };
        let Some(other) = embedded::lexicon(&name) else {
            let what = format!("There is no pack `{name}` whose words could be taken in.");
            let cure = format!("Use `include = \"{}\"`, or write all words here.", Shelf::DEFAULT);
            return Err(Mistake::new(LEXICON_FILE, 1, what, cure));
        };
        whole(&self.statement, own, other)
    }

    /// Reads a whole lexicon under a pack: the rights, exemptions and on-behalf ids that it names are those of the pack's
    /// policy, and what was learned from labelled mail goes with it.
    ///
    /// # Errors
    /// Every mistake found in it.
    pub(super) fn read(&self, pack: &Pack, text: &str, file: &str) -> Result<Lexicon, Vec<Mistake>> {
        let policy = &pack.policy;
        let rights: Vec<&str> = policy.rights.iter().map(|right| right.id.as_str()).collect();
        let exemptions: Vec<&str> = policy
            .exemptions
            .iter()
            .map(|exemption| exemption.id.as_str())
            .collect();
        let on_behalf: Vec<&str> = policy.on_behalf.iter().map(|rule| rule.id.as_str()).collect();
        let known = KnownIds {
            rights: &rights,
            exemptions: &exemptions,
            on_behalf: &on_behalf,
        };
        let lexicon = Lexicon::parse(text, file, &known)?;
        match self.leanings(pack).map_err(|mistake| vec![mistake])? {
            Some(text) => lexicon.with_leanings(&text, LEANINGS_FILE, &known),
            None => Ok(lexicon),
        }
    }

    /// What was learned of a pack's words, or of those it takes in from another.
    fn leanings<'p>(&self, pack: &'p Pack) -> Result<Option<Cow<'p, str>>, Mistake> {
        if let Some(own) = &pack.leanings_text {
            return Ok(Some(Cow::Borrowed(own)));
        }
        let other = included(&pack.own_lexicon_text).and_then(|name| embedded::leanings(&name));
        let whole = other.map(|other| whole_leanings(&self.statement, other).map(Cow::Owned));
        whole.transpose()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_words_of_every_pack_that_the_program_brings_compile() {
        let shelf = Shelf::open(&[]).unwrap();
        assert!(shelf.packs().len() >= 4);
        for loaded in shelf.packs() {
            assert!(
                !loaded.lexicon().unwrap().tongues.is_empty(),
                "{}",
                loaded.pack.policy.id
            );
            assert!(!loaded.lexicon_text().unwrap().contains("include ="));
        }
    }
}
