//! Everything a text gives evidence of, gathered in one pass over its sentences.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use super::language::Language;
use super::pattern::Strength;
use super::reading::{Match, Reading};
use super::text::Text;
use super::{Found, SubjectMark};
use crate::domain::lexicon::{Lexicon, Meaning, Sign, Tongue};

/// Words shown for one finding; more would tell no more.
const MOST_WORDS: usize = 6;

/// Rights guessed at once; more would be no guess.
const MOST_GUESSES: usize = 2;

/// How plainly something was said, and in which words.
type Said = (Strength, Vec<String>);

/// What the sentences of a text say.
#[derive(Debug, Default)]
pub struct Evidence {
    rights: BTreeMap<String, RightSaid>,
    flags: BTreeMap<String, Said>,
    on_behalf: BTreeMap<String, Said>,
    signs: BTreeMap<Sign, Said>,
    /// Rights said plainly in words that somebody added to the lexicon.
    added: BTreeSet<String>,
    /// Rights of which it is said that they are not meant.
    denied: BTreeSet<String>,
    /// The writer speaks of themselves somewhere.
    pub first_person: bool,
    /// The writer asks for something.
    pub wishes: bool,
    /// Personal information is spoken of.
    pub on_topic: bool,
    /// The subject line speaks of personal information or of an act.
    pub subject_on_topic: bool,
}

#[derive(Debug)]
struct RightSaid {
    strength: Strength,
    words: Vec<String>,
    in_body: bool,
    /// In a sentence in which the writer speaks of themselves.
    first_person: bool,
}

impl Evidence {
    /// Reads a text of which the first `subject` bytes are the subject line, in every language present.
    pub fn gather(written: &str, subject: usize, mark: SubjectMark, language: &Language, lexicon: &Lexicon) -> Self {
        let text = Text::read(written, &lexicon.folding);
        let mut evidence = Self::default();
        for tongue in language.present.iter().filter_map(|code| lexicon.tongue(code)) {
            evidence.read(&text, subject, mark, tongue);
        }
        evidence.settle_subject();
        evidence
    }

    fn read(&mut self, text: &Text<'_>, subject: usize, mark: SubjectMark, tongue: &Tongue) {
        let reading = Reading::new(text, tongue);
        self.first_person |= reading.has_anywhere(tongue.roles.own);
        self.wishes |= reading.has_anywhere(tongue.roles.wish);
        self.on_topic |= reading.has_anywhere(tongue.roles.privacy);
        let of_a_programme = |number| sign_match(&reading, tongue, number, Sign::AutomaticSubject).is_some();
        for (number, sentence) in text.sentences.iter().enumerate() {
            let in_subject = text.written_at(sentence.start) < subject;
            if in_subject {
                let on_topic = |class: &usize| reading.has(number, *class);
                self.subject_on_topic |= tongue.acts.iter().chain(&tongue.roles.privacy).any(on_topic)
                    || sign_match(&reading, tongue, number, Sign::Personal).is_some();
            }
            if sign_match(&reading, tongue, number, Sign::Disclaimer).is_some() {
                continue;
            }
            let reported = sign_match(&reading, tongue, number, Sign::Reported);
            for rule in &tongue.rules {
                // The subject of an answer is someone's earlier words.
                let is_old = in_subject && (mark != SubjectMark::None || of_a_programme(number));
                let counts = match &rule.meaning {
                    Meaning::Right(_) | Meaning::AddedRight(_) | Meaning::Flag(_) | Meaning::OnBehalf(_) => !is_old,
                    Meaning::Sign(Sign::AutomaticSubject) => in_subject && mark != SubjectMark::Reply,
                    Meaning::Sign(Sign::Disclaimer) => false,
                    Meaning::Sign(_) => !in_subject || mark == SubjectMark::None,
                };
                if counts && let Some(mut found) = reading.find(&rule.pattern, number) {
                    if found.is_denied {
                        if let Meaning::Right(id) = &rule.meaning {
                            self.denied.insert(id.clone());
                        }
                        continue;
                    }
                    let is_old_wish = |told: &Match| told.span.0 < found.span.1;
                    if matches!(rule.meaning, Meaning::Right(_) | Meaning::AddedRight(_))
                        && reported.as_ref().is_some_and(is_old_wish)
                    {
                        found.strength = found.strength.min(Strength::Faint);
                    }
                    let first_person = tongue.roles.own.is_some_and(|own| reading.has(number, own));
                    self.add(&rule.meaning, found, in_subject, first_person);
                }
            }
        }
    }

    fn add(&mut self, meaning: &Meaning, found: Match, in_subject: bool, first_person: bool) {
        match meaning {
            Meaning::Right(id) => {
                let fresh = RightSaid {
                    strength: found.strength,
                    words: Vec::new(),
                    in_body: false,
                    first_person: false,
                };
                let said = self.rights.entry(id.clone()).or_insert(fresh);
                said.in_body |= !in_subject;
                said.first_person |= first_person;
                raise(&mut said.strength, &mut said.words, found);
            }
            Meaning::AddedRight(id) if found.strength == Strength::Plain => drop(self.added.insert(id.clone())),
            Meaning::AddedRight(_) => {}
            Meaning::Flag(id) => note(&mut self.flags, id.clone(), found),
            Meaning::OnBehalf(id) => note(&mut self.on_behalf, id.clone(), found),
            Meaning::Sign(sign) => note(&mut self.signs, *sign, found),
        }
    }

    /// A subject such as "deletion of my account" over a mail that only asks is a heading, not a wish.
    fn settle_subject(&mut self) {
        if self.signs.contains_key(&Sign::Question) || self.signs.contains_key(&Sign::FollowUp) {
            for said in self.rights.values_mut().filter(|said| !said.in_body) {
                said.strength = said.strength.min(Strength::Faint);
            }
        }
    }

    /// Adds what forwarded text says to what the sender says of it.
    pub fn take_over(&mut self, theirs: Self) {
        self.rights.extend(theirs.rights);
        self.added.extend(theirs.added);
        self.flags.extend(theirs.flags);
        self.on_behalf = theirs.on_behalf;
        self.on_topic |= theirs.on_topic;
        for (sign, said) in theirs.signs {
            if matches!(sign, Sign::Unspecified | Sign::Complaint | Sign::Question) {
                self.signs.entry(sign).or_insert(said);
            }
        }
    }

    /// Whether both the subject and the text read like a programme's.
    pub fn reads_like_a_programme(&self) -> bool {
        self.signs.contains_key(&Sign::AutomaticSubject) && self.signs.contains_key(&Sign::Automatic)
    }

    /// Whether a right is invoked in plain words.
    pub fn invokes(&self) -> bool {
        self.rights.values().any(|said| said.strength == Strength::Plain)
    }

    /// Whether the writer invokes a right in plain words and for themselves, not as a matter of talk.
    pub fn invokes_for_oneself(&self) -> bool {
        self.rights
            .values()
            .any(|said| said.strength == Strength::Plain && said.first_person)
    }

    /// The rights said just as plainly as asked for.
    pub fn rights(&self, strength: Strength) -> Vec<Found> {
        let fitting = self.rights.iter().filter(|(_, said)| said.strength == strength);
        fitting
            .map(|(id, said)| Found {
                id: id.clone(),
                words: said.words.clone(),
            })
            .collect()
    }

    /// How plainly a right is said; nothing where it is not.
    pub fn strength(&self, right: &str) -> Option<Strength> {
        self.rights.get(right).map(|said| said.strength)
    }

    /// Whether a right is said plainly in words that somebody added to the lexicon.
    pub fn is_added(&self, right: &str) -> bool {
        self.added.contains(right)
    }

    /// Whether it is said that a right is not meant, and nowhere that it is.
    pub fn denies(&self, right: &str) -> bool {
        self.denied.contains(right)
            && self
                .rights
                .get(right)
                .is_none_or(|said| said.strength == Strength::Guess)
    }

    /// The rights of which it is said that they are not meant, and nowhere that they are.
    pub fn denied(&self) -> impl Iterator<Item = &String> {
        self.denied.iter().filter(|right| self.denies(right))
    }

    /// What may be meant when no right is named even faintly: the two guesses most words speak for.
    pub fn guesses(&self) -> Vec<Found> {
        let mut guesses = self.rights(Strength::Guess);
        guesses.sort_by_key(|guess| Reverse(guess.words.len()));
        guesses.truncate(MOST_GUESSES);
        guesses
    }

    /// Exemptions hinted at.
    pub fn flags(&self) -> Vec<Found> {
        self.flags
            .iter()
            .map(|(id, (_, words))| Found {
                id: id.clone(),
                words: words.clone(),
            })
            .collect()
    }

    /// For whom the sender speaks; of several, the first in the given order.
    pub fn on_behalf(&self, first: &[String]) -> Option<Found> {
        let id = first.iter().find(|id| self.on_behalf.contains_key(*id))?;
        let (_, words) = self.on_behalf.get(id)?;
        Some(Found {
            id: id.clone(),
            words: words.clone(),
        })
    }

    /// How plainly a sign was given, and by which words.
    pub fn sign(&self, sign: Sign) -> Option<&Said> {
        self.signs.get(&sign)
    }
}

/// The first match of a sign in a sentence.
fn sign_match(reading: &Reading<'_>, tongue: &Tongue, sentence: usize, sign: Sign) -> Option<Match> {
    let mut rules = tongue.rules.iter().filter(|rule| rule.meaning == Meaning::Sign(sign));
    rules.find_map(|rule| reading.find(&rule.pattern, sentence).filter(|found| !found.is_denied))
}

fn note<K: Ord>(said: &mut BTreeMap<K, Said>, key: K, found: Match) {
    let (strength, words) = said.entry(key).or_insert((found.strength, Vec::new()));
    raise(strength, words, found);
}

/// Plain words replace faint ones; words of the same strength are added.
fn raise(strength: &mut Strength, words: &mut Vec<String>, found: Match) {
    if found.strength > *strength {
        words.clear();
        *strength = found.strength;
    }
    if found.strength == *strength {
        for word in found.words {
            if words.len() < MOST_WORDS && !words.contains(&word) {
                words.push(word);
            }
        }
    }
}
