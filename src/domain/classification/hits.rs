//! The words of a language found in a text, and which of them do not count.

use aho_corasick::{AhoCorasick, BuildError};

use super::pattern::Class;
use super::text::{Text, is_unspaced};

/// A longer word that covers another is found among so many hits on either side.
const NEIGHBOURS: usize = 32;

/// All words of a language in one automaton.
#[derive(Debug)]
pub struct Vocabulary {
    automaton: AhoCorasick,
    words: Vec<Word>,
}

#[derive(Debug)]
struct Word {
    class: Class,
    /// May begin inside a longer word.
    open_before: bool,
    /// May end inside a longer word.
    open_after: bool,
}

/// A word of a class, found in a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Hit {
    /// Its class.
    pub class: Class,
    /// First byte in the folded text.
    pub start: usize,
    /// One past the last byte.
    pub end: usize,
    /// The number of its first token.
    pub token: usize,
    /// One past its last token.
    pub token_end: usize,
}

impl Hit {
    /// Whether this hit is a part of a longer one.
    pub fn is_inside(&self, other: &Self) -> bool {
        other.start <= self.start && self.end <= other.end && other.end - other.start > self.end - self.start
    }
}

impl Vocabulary {
    /// Compiles folded words; a `*` at either end lets the word go on there.
    pub fn compile(words: &[(Class, String)]) -> Result<Self, BuildError> {
        let automaton = AhoCorasick::new(words.iter().map(|(_, word)| word.trim_matches('*')))?;
        let words = words
            .iter()
            .map(|(class, word)| {
                let bare = word.trim_matches('*');
                Word {
                    class: *class,
                    open_before: word.starts_with('*') || !bare.chars().next().is_some_and(is_spaced),
                    open_after: word.ends_with('*') || !bare.chars().next_back().is_some_and(is_spaced),
                }
            })
            .collect();
        Ok(Self { automaton, words })
    }

    /// Every word in a text, in order of where it starts.
    pub fn hits(&self, text: &Text<'_>) -> Vec<Hit> {
        let mut hits: Vec<Hit> = self
            .automaton
            .find_overlapping_iter(&text.folded)
            .filter_map(|found| {
                let word = self.words.get(found.pattern().as_usize())?;
                let before = text.folded.get(..found.start())?.chars().next_back();
                let after = text.folded.get(found.end()..)?.chars().next();
                let whole = (word.open_before || !before.is_some_and(is_spaced))
                    && (word.open_after || !after.is_some_and(is_spaced));
                whole.then(|| Hit {
                    class: word.class,
                    start: found.start(),
                    end: found.end(),
                    token: text.token_at(found.start()),
                    token_end: text.token_at(found.end()),
                })
            })
            .collect();
        hits.sort_by_key(|hit| (hit.start, hit.end, hit.class));
        hits
    }
}

/// Whether a character is part of a word that is set apart by spaces.
fn is_spaced(letter: char) -> bool {
    letter == '#' || (letter.is_alphanumeric() && !is_unspaced(letter))
}

/// Words that give way, such as a bare "not", do not count inside a longer word of another class.
pub fn drop_covered(hits: &mut Vec<Hit>, gives_way: impl Fn(Class, Class) -> bool) {
    let all = hits.clone();
    let mut index = 0_usize;
    hits.retain(|hit| {
        let near = all
            .get(index.saturating_sub(NEIGHBOURS)..(index + NEIGHBOURS).min(all.len()))
            .unwrap_or_default();
        index += 1;
        !near
            .iter()
            .any(|other| hit.class != other.class && hit.is_inside(other) && gives_way(hit.class, other.class))
    });
}

/// Words cited from someone's mouth ("received 'please delete my data', what now?") are not the writer's own.
pub fn drop_citations(hits: &mut Vec<Hit>, text: &Text<'_>, speaks: impl Fn(Class) -> bool) {
    let marks: Vec<usize> = text.folded.match_indices('"').map(|(at, _)| at).collect();
    let mut cited = Vec::new();
    for pair in marks.chunks_exact(2) {
        let (Some(open), Some(close)) = (pair.first(), pair.get(1)) else {
            continue;
        };
        let from = hits.partition_point(|hit| hit.start <= *open);
        let until = hits.partition_point(|hit| hit.start < *close);
        let inside = hits.get(from..until).unwrap_or_default();
        let in_one_paragraph = text
            .folded
            .get(*open..*close)
            .is_some_and(|cited| !cited.contains("\n\n"));
        if in_one_paragraph && inside.iter().any(|hit| speaks(hit.class)) {
            cited.push(from..until);
        }
    }
    let mut ranges = cited.into_iter().peekable();
    let mut index = 0_usize;
    hits.retain(|_| {
        while ranges.next_if(|range| range.end <= index).is_some() {}
        let is_cited = ranges.peek().is_some_and(|range| range.contains(&index));
        index += 1;
        !is_cited
    });
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::classification::text::Folding;

    #[test]
    fn a_word_is_found_whole_unless_it_may_go_on() {
        let folding = Folding::default();
        let words = [(0, "delet*".to_owned()), (1, "ring".to_owned()), (2, "删除".to_owned())];
        let vocabulary = Vocabulary::compile(&words).expect("compiled");
        let text = Text::read("Deleting during 请删除吧", &folding);
        assert_eq!(
            vocabulary.hits(&text).iter().map(|hit| hit.class).collect::<Vec<_>>(),
            [0, 2]
        );
    }

    #[test]
    fn cited_words_are_dropped_only_where_someone_speaks_in_them() {
        let words = [(0, "my".to_owned()), (1, "erase".to_owned())];
        let vocabulary = Vocabulary::compile(&words).expect("compiled");
        let left = |written: &str| {
            let text = Text::read(written, &Folding::default());
            let mut hits = vocabulary.hits(&text);
            drop_citations(&mut hits, &text, |class| class == 0);
            hits.len()
        };
        assert_eq!(left("got \"erase my file\" today, erase"), 1);
        assert_eq!(left("the \"erase\" key and my desk"), 2);
    }
}
