//! One text read in one language: what it says, and in which mood it says it.

use super::hits::{Hit, drop_citations, drop_covered};
use super::pattern::{Class, Item, Pattern, Strength};
use super::text::Text;
use crate::domain::lexicon::Tongue;

/// A "not" this many tokens before an act takes it back.
const NEGATION_REACH: usize = 7;
/// An "if" or "how do I" this many tokens before an act makes it talk about the act.
const ASKING_REACH: usize = 9;
/// How many sentences back "it" may point.
const POINTS_BACK: usize = 4;
/// A comma between two words of a chain sets them apart like so many tokens.
const COMMA_APART: usize = 4;
/// Longer matches are shown as their single words.
const SHOWN_BYTES: usize = 90;

/// Where a pattern matched, and what that is worth.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Match {
    /// How plainly it was said.
    pub strength: Strength,
    /// The words as written.
    pub words: Vec<String>,
    /// The number of the sentence.
    pub sentence: usize,
    /// Folded bytes from the first to the last word.
    pub span: (usize, usize),
    /// The words are there, but an act among them is denied.
    pub is_denied: bool,
}

/// The mood of an act: what is done with it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Mood {
    /// Denied.
    Denied,
    /// Asked about, supposed or told.
    Supposed,
    /// Wanted, or at least not denied.
    Wished,
}

/// A word of a class, with its mood.
#[derive(Debug)]
pub struct Spoken<'t> {
    class: &'t str,
    mood: Mood,
    /// Where it stands.
    pub hit: Hit,
}

impl Spoken<'_> {
    /// The class, with a mark after it for an act that is not wished.
    pub fn name(&self) -> String {
        let mark = match self.mood {
            Mood::Denied => "-",
            Mood::Supposed => "?",
            Mood::Wished => "",
        };
        format!("{}{mark}", self.class)
    }
}

/// A text with its words found, sentence by sentence.
#[derive(Debug)]
pub struct Reading<'t> {
    text: &'t Text<'t>,
    tongue: &'t Tongue,
    sentences: Vec<Vec<Hit>>,
    /// One bit per class, per sentence.
    present: Vec<Vec<u64>>,
}

impl<'t> Reading<'t> {
    /// Finds the words of a language in a text.
    pub fn new(text: &'t Text<'t>, tongue: &'t Tongue) -> Self {
        let mut hits = tongue.vocabulary.hits(text);
        let roles = &tongue.roles;
        drop_covered(&mut hits, |inner, outer| roles.gives_way(inner, outer));
        drop_citations(&mut hits, text, |class| {
            roles.wish == Some(class) || roles.own == Some(class)
        });
        let mut reading = Self {
            text,
            tongue,
            sentences: Vec::new(),
            present: Vec::new(),
        };
        let mut rest = hits.as_slice();
        for sentence in &text.sentences {
            let skipped = rest.partition_point(|hit| hit.start < sentence.start);
            let count = rest.partition_point(|hit| hit.start < sentence.end);
            reading.keep(rest.get(skipped..count).unwrap_or_default());
            rest = rest.get(count..).unwrap_or_default();
        }
        reading
    }

    fn keep(&mut self, hits: &[Hit]) {
        let mut bits = vec![0_u64; self.tongue.classes / 64 + 1];
        for hit in hits {
            if let Some(word) = bits.get_mut(hit.class / 64) {
                *word |= 1 << (hit.class % 64);
            }
        }
        self.sentences.push(hits.to_vec());
        self.present.push(bits);
    }

    /// Whether a sentence has a word of a class.
    pub fn has(&self, sentence: usize, class: Class) -> bool {
        let bits = self.present.get(sentence).and_then(|bits| bits.get(class / 64));
        bits.is_some_and(|bits| bits & (1 << (class % 64)) != 0)
    }

    /// Whether any sentence has a word of a class.
    pub fn has_anywhere(&self, class: Option<Class>) -> bool {
        class.is_some_and(|class| (0..self.sentences.len()).any(|sentence| self.has(sentence, class)))
    }

    /// The words of named classes in a sentence, in reading order, each with its mood.
    pub fn spoken(&self, sentence: usize) -> Vec<Spoken<'t>> {
        let hits = self.sentences.get(sentence).map(Vec::as_slice).unwrap_or_default();
        let spoken = hits.iter().enumerate().filter_map(|(at, hit)| {
            let class = self.tongue.class_names.get(hit.class)?;
            let mood = self.mood(hit, at, sentence);
            // The very words of a pattern are no class.
            (!class.starts_with('\'')).then_some(Spoken { class, mood, hit: *hit })
        });
        spoken.collect()
    }

    /// The plainest match of a pattern in a sentence. A supposed act makes it faint; a denied one is marked.
    pub fn find(&self, pattern: &Pattern, sentence: usize) -> Option<Match> {
        if pattern.without.iter().any(|class| self.has(sentence, *class)) {
            return None;
        }
        let possible = |item: &Item| item.spoken_of || item.classes.iter().any(|class| self.has(sentence, *class));
        if !pattern.chains.iter().flatten().all(possible) {
            return None;
        }
        let mut strength = pattern.strength;
        let mut is_denied = false;
        let mut words = Vec::new();
        let mut span = (usize::MAX, 0);
        for chain in &pattern.chains {
            let (found, mood) = self.find_chain(chain, sentence)?;
            is_denied |= mood == Mood::Denied;
            if mood == Mood::Supposed {
                strength = strength.min(Strength::Faint);
            }
            if let (Some(first), Some(last)) = (found.first(), found.last()) {
                span = (span.0.min(first.start), span.1.max(last.end));
                words.extend(self.shown(&found, first.start, last.end));
            }
        }
        words.dedup();
        Some(Match {
            strength,
            words,
            sentence,
            span,
            is_denied,
        })
    }

    fn shown(&self, found: &[Hit], start: usize, end: usize) -> Vec<String> {
        if end - start <= SHOWN_BYTES {
            return vec![self.text.as_written(start, end).to_owned()];
        }
        found
            .iter()
            .map(|hit| self.text.as_written(hit.start, hit.end).to_owned())
            .collect()
    }

    /// The best way through a chain: one whose acts are wished, else supposed, else denied.
    fn find_chain(&self, chain: &[Item], sentence: usize) -> Option<(Vec<Hit>, Mood)> {
        let mut best = None;
        let mut path = Vec::new();
        self.follow(chain, sentence, 0, &mut path, Mood::Wished, &mut best);
        best
    }

    fn follow(
        &self,
        chain: &[Item],
        sentence: usize,
        from: usize,
        path: &mut Vec<Hit>,
        mood: Mood,
        best: &mut Option<(Vec<Hit>, Mood)>,
    ) {
        // The mood of a path only falls, so a way that is no better than the best so far leads nowhere.
        if best.as_ref().is_some_and(|(_, known)| *known >= mood) {
            return;
        }
        let Some((item, rest)) = chain.split_first() else {
            *best = Some((path.clone(), mood));
            return;
        };
        if item.spoken_of {
            let until = path.last().map_or(usize::MAX, |hit| hit.start);
            if self.spoken_of(item, sentence, until) {
                self.follow(rest, sentence, from, path, mood, best);
            }
            return;
        }
        let hits = self.sentences.get(sentence).map(Vec::as_slice).unwrap_or_default();
        let gap = item.gap.unwrap_or(self.tongue.gap);
        for (at, hit) in hits.iter().enumerate().skip(from) {
            if let Some(last) = path.last() {
                if hit.start < last.end {
                    continue;
                }
                if self.apart(last, hit) > gap {
                    break;
                }
            }
            if !item.classes.contains(&hit.class) {
                continue;
            }
            path.push(*hit);
            let mood = mood.min(self.mood(hit, at, sentence));
            self.follow(rest, sentence, at + 1, path, mood, best);
            path.pop();
        }
    }

    /// Whether the last thing spoken of, personal or of the shop, is one of the classes.
    fn spoken_of(&self, item: &Item, sentence: usize, until: usize) -> bool {
        let shop = self.tongue.roles.shop;
        let relevant = |hit: &&Hit| item.classes.contains(&hit.class) || Some(hit.class) == shop;
        let earlier = (0..=sentence).rev().take(POINTS_BACK + 1);
        let mut last = None;
        for number in earlier {
            let hits = self.sentences.get(number).map(Vec::as_slice).unwrap_or_default();
            last = hits
                .iter()
                .rev()
                .filter(|hit| number < sentence || hit.end <= until)
                .find(relevant);
            if last.is_some() {
                break;
            }
        }
        // The subject line says what the whole mail is about.
        let first = || self.sentences.first()?.iter().rev().find(relevant);
        last.or_else(first).is_some_and(|hit| item.classes.contains(&hit.class))
    }

    /// Tokens between two words; a comma between them counts as several.
    fn apart(&self, last: &Hit, next: &Hit) -> usize {
        let tokens = next.token.saturating_sub(last.token_end);
        let between = self.text.folded.get(last.end..next.start).unwrap_or_default();
        tokens + COMMA_APART * usize::from(tokens > 0 && between.contains(','))
    }

    fn mood(&self, hit: &Hit, at: usize, sentence: usize) -> Mood {
        let roles = &self.tongue.roles;
        if !self.tongue.acts.contains(&hit.class) {
            return Mood::Wished;
        }
        let hits = self.sentences.get(sentence).map(Vec::as_slice).unwrap_or_default();
        // A comma between words ends what a "not" or an "if" before it governs.
        let before = hits.get(..at).unwrap_or_default().iter().rev();
        for earlier in before.filter(|earlier| earlier.end <= hit.start) {
            let away = hit.token.saturating_sub(earlier.token_end);
            let class = Some(earlier.class);
            if away > NEGATION_REACH.max(ASKING_REACH) || class == roles.but {
                break;
            }
            let between = self.text.folded.get(earlier.end..hit.start).unwrap_or_default();
            let apart = between.contains([',', ':', '-', '(']) && class != roles.wish;
            if class == roles.wish {
                // "I do not want you to": the wish itself is denied.
                return if self.is_denied(earlier, hits) {
                    Mood::Denied
                } else {
                    Mood::Wished
                };
            }
            if class == roles.negation && away <= NEGATION_REACH && !apart {
                return Mood::Denied;
            }
            if class == roles.close_negation && away == 0 && !apart {
                return Mood::Denied;
            }
            if class == roles.asking && away <= ASKING_REACH && !apart {
                return Mood::Supposed;
            }
        }
        if self.tongue.commands.contains(&hit.class) && !self.is_commanded(hit, hits, sentence) {
            return Mood::Supposed;
        }
        Mood::Wished
    }

    /// Whether a verb stands where a command can: first in its clause or after a word such as "and", or after a wish.
    fn is_commanded(&self, hit: &Hit, hits: &[Hit], sentence: usize) -> bool {
        let roles = &self.tongue.roles;
        let start = self.text.sentences.get(sentence).map_or(0, |sentence| sentence.start);
        let before = self.text.folded.get(start..hit.start).unwrap_or_default().trim_end();
        let first_in_clause = before
            .chars()
            .next_back()
            .is_none_or(|letter| !letter.is_alphanumeric());
        let follows = |earlier: &&Hit| earlier.end == start + before.len() && Some(earlier.class) == roles.lead;
        first_in_clause
            || hits.iter().any(|earlier| follows(&earlier))
            || hits
                .iter()
                .any(|earlier| earlier.start < hit.start && Some(earlier.class) == roles.wish)
    }

    /// Whether a "not" stands right before a wish, or before the wish words it continues ("not | want | you to").
    fn is_denied(&self, wish: &Hit, hits: &[Hit]) -> bool {
        let roles = &self.tongue.roles;
        let mut first = *wish;
        for earlier in hits.iter().rev().filter(|hit| Some(hit.class) == roles.wish) {
            if earlier.start < first.start && earlier.token_end >= first.token {
                first = *earlier;
            }
        }
        hits.iter().any(|hit| {
            Some(hit.class) == roles.negation
                && hit.end <= first.start
                && hit.token_end == first.token
                && !self
                    .text
                    .folded
                    .get(hit.end..first.start)
                    .unwrap_or_default()
                    .contains(',')
        })
    }
}
