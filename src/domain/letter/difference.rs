//! What a person changed in a text, word by word, and how changes are carried over to a text that was written anew.

use std::ops::Range;

use similar::{Algorithm, DiffTag, capture_diff_slices};

/// A changed place with more words than this, on either side, is shown as a whole: comparing costs time that grows with
/// the product of both.
const MOST_WORDS: usize = 2_000;

/// A stretch of two texts that are compared.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Stretch {
    /// In both.
    Same(String),
    /// Only in the first.
    Gone(String),
    /// Only in the second.
    New(String),
}

/// Compares two texts. Without the [`Stretch::New`] stretches the answer spells out the first text, without the
/// [`Stretch::Gone`] ones the second.
pub fn difference(before: &str, after: &str) -> Vec<Stretch> {
    let (old, new) = (lines(before), lines(after));
    let mut found = Stretches::default();
    for (tag, was, is) in compared(&old, &new) {
        let (was, is) = (part(&old, was), part(&new, is));
        match tag {
            DiffTag::Equal => found.same(&is),
            DiffTag::Delete | DiffTag::Insert | DiffTag::Replace => found.changed(&was, &is),
        }
    }
    found.0
}

/// Whether somebody changed anything but space at the ends of lines.
pub fn is_changed(before: &str, after: &str) -> bool {
    let plain = |text: &str| text.trim().lines().map(str::trim_end).collect::<Vec<_>>().join("\n");
    plain(before) != plain(after)
}

/// Changes that were carried over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Carried {
    /// The new text with the changes that found their place.
    pub text: String,
    /// The changed lines that found none, as the person had written them.
    pub homeless: Vec<String>,
}

/// Carries what a person changed from `before` to `edited` over to `now`, line by line. A change finds its place where the
/// lines that it replaces, or the line that it follows, stand in `now` as they did before.
pub fn carried(before: &str, edited: &str, now: &str) -> Carried {
    let (old, changed, new) = (lines(before), lines(edited), lines(now));
    let place_of = places(&old, &new);
    let mut edits: Vec<(Range<usize>, String)> = Vec::new();
    let mut homeless = Vec::new();
    for (tag, was, is) in compared(&old, &changed) {
        if tag == DiffTag::Equal {
            continue;
        }
        let words = part(&changed, is);
        match place(&place_of, &was) {
            Some(place) => edits.push((place, words)),
            None => homeless.extend(words.lines().filter(|line| !line.trim().is_empty()).map(str::to_owned)),
        }
    }
    let mut text = String::new();
    let mut next = 0;
    for (place, words) in edits {
        text += &part(&new, next..place.start.max(next));
        text += &words;
        next = place.end.max(next);
    }
    text += &part(&new, next..new.len());
    Carried { text, homeless }
}

/// Where in the new text the lines of a change stand; for an addition, the empty place behind the line before it.
fn place(place_of: &[Option<usize>], was: &Range<usize>) -> Option<Range<usize>> {
    let at = |line: usize| place_of.get(line).copied().flatten();
    if was.is_empty() {
        return match was.start.checked_sub(1) {
            None => Some(0..0),
            Some(before) => at(before).map(|line| line + 1..line + 1),
        };
    }
    let start = at(was.start)?;
    let in_a_row = was.clone().zip(start..).all(|(line, there)| at(line) == Some(there));
    in_a_row.then(|| start..start + was.len())
}

/// For each line of the old text its number in the new one, where it is still there.
fn places(old: &[&str], new: &[&str]) -> Vec<Option<usize>> {
    let mut found = vec![None; old.len()];
    for (tag, was, is) in compared(old, new) {
        if tag == DiffTag::Equal {
            for (line, there) in was.zip(is) {
                if let Some(place) = found.get_mut(line) {
                    *place = Some(there);
                }
            }
        }
    }
    found
}

fn compared(old: &[&str], new: &[&str]) -> Vec<(DiffTag, Range<usize>, Range<usize>)> {
    let operations = capture_diff_slices(Algorithm::Myers, old, new);
    operations.iter().map(similar::DiffOp::as_tag_tuple).collect()
}

/// Some of the pieces of a text, put together again.
fn part(pieces: &[&str], range: Range<usize>) -> String {
    pieces.get(range).unwrap_or_default().concat()
}

/// Lines with their ends.
fn lines(text: &str) -> Vec<&str> {
    text.split_inclusive('\n').collect()
}

/// Words, spaces, and single marks. A Chinese character is a word of its own, since nothing parts it from the next.
fn words(text: &str) -> Vec<&str> {
    let mut words = Vec::new();
    let mut start = 0;
    let mut last = Sort::Mark;
    for (at, letter) in text.char_indices() {
        let sort = Sort::of(letter);
        if at > start && (sort != last || sort == Sort::Mark) {
            words.extend(text.get(start..at));
            start = at;
        }
        last = sort;
    }
    words.extend(text.get(start..).filter(|rest| !rest.is_empty()));
    words
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Sort {
    Word,
    Space,
    Mark,
}

impl Sort {
    fn of(letter: char) -> Self {
        let stands_alone = matches!(letter, '\u{2e80}'..='\u{9fff}' | '\u{ac00}'..='\u{d7af}' | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{3ffff}');
        if letter.is_whitespace() {
            Self::Space
        } else if letter.is_alphanumeric() && !stands_alone {
            Self::Word
        } else {
            Self::Mark
        }
    }
}

/// Stretches, with those of one sort that follow each other put together.
#[derive(Default)]
struct Stretches(Vec<Stretch>);

impl Stretches {
    fn changed(&mut self, was: &str, is: &str) {
        let (old, new) = (words(was), words(is));
        if old.len().max(new.len()) > MOST_WORDS {
            self.gone(was);
            self.added(is);
            return;
        }
        for (tag, was, is) in compared(&old, &new) {
            match tag {
                DiffTag::Equal => self.same(&part(&new, is)),
                DiffTag::Delete | DiffTag::Insert | DiffTag::Replace => {
                    self.gone(&part(&old, was));
                    self.added(&part(&new, is));
                }
            }
        }
    }

    fn same(&mut self, text: &str) {
        match self.0.last_mut() {
            _ if text.is_empty() => {}
            Some(Stretch::Same(last)) => last.push_str(text),
            Some(Stretch::Gone(_) | Stretch::New(_)) | None => self.0.push(Stretch::Same(text.to_owned())),
        }
    }

    fn gone(&mut self, text: &str) {
        match self.0.last_mut() {
            _ if text.is_empty() => {}
            Some(Stretch::Gone(last)) => last.push_str(text),
            Some(Stretch::Same(_) | Stretch::New(_)) | None => self.0.push(Stretch::Gone(text.to_owned())),
        }
    }

    fn added(&mut self, text: &str) {
        match self.0.last_mut() {
            _ if text.is_empty() => {}
            Some(Stretch::New(last)) => last.push_str(text),
            Some(Stretch::Same(_) | Stretch::Gone(_)) | None => self.0.push(Stretch::New(text.to_owned())),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn told(before: &str, after: &str) -> String {
        let tell = |stretch: &Stretch| match stretch {
            Stretch::Same(text) => text.clone(),
            Stretch::Gone(text) => format!("[-{text}-]"),
            Stretch::New(text) => format!("[+{text}+]"),
        };
        difference(before, after).iter().map(tell).collect()
    }

    #[test]
    fn changes_are_shown_by_words_and_chinese_ones_by_characters() {
        for (before, after, shown) in [
            ("We deleted it.", "We deleted it.", "We deleted it."),
            ("We deleted it.", "We removed it.", "We [-deleted-][+removed+] it."),
            ("One\nTwo\n", "One\nTwo\nThree\n", "One\nTwo\n[+Three\n+]"),
            (
                "我们已删除该信息。",
                "我们已彻底删除信息。",
                "我们已[+彻底+]删除[-该-]信息。",
            ),
            ("", "New", "[+New+]"),
            ("Gone", "", "[-Gone-]"),
        ] {
            assert_eq!(told(before, after), shown);
        }
    }

    #[test]
    fn a_text_of_another_kind_altogether_is_shown_as_a_whole() {
        let (before, after) = ("a ".repeat(MOST_WORDS), "b ".repeat(MOST_WORDS));
        let shown = difference(&before, &after);
        assert_eq!(shown, [Stretch::Gone(before), Stretch::New(after)]);
    }

    #[test]
    fn space_at_the_ends_of_lines_is_no_change() {
        assert!(!is_changed("One \nTwo\n", "One\nTwo"));
        assert!(is_changed("One\nTwo", "One\n\nTwo"));
    }

    #[test]
    fn changes_are_carried_over_to_the_letter_as_it_is_written_anew() {
        let before = "Dear Lin,\n\n1. Access: granted\n\n2. Deletion: refused\n\nRegards\n";
        let edited = "Dear Ms Lin,\n\n1. Access: granted\n\nThank you.\n\n2. Deletion: we are sorry\n\nRegards\n";
        let now = "Dear Lin,\n\n1. Access: granted\n\n2. Deletion: granted\n\nRegards\n";
        assert_eq!(
            carried(before, edited, now),
            Carried {
                text: "Dear Ms Lin,\n\n1. Access: granted\n\n2. Deletion: granted\n\nRegards\n".to_owned(),
                homeless: vec!["Thank you.".to_owned(), "2. Deletion: we are sorry".to_owned()],
            }
        );
        assert_eq!(carried(before, edited, before).text, edited);
        assert_eq!(carried(before, before, now).text, now);
    }

    proptest! {
        #[test]
        fn the_stretches_spell_out_both_texts(before in "[ab 我\\n]{0,60}", after in "[ab 我\\n]{0,60}") {
            let found = difference(&before, &after);
            let first: String = found.iter().filter_map(|stretch| match stretch {
                Stretch::Same(text) | Stretch::Gone(text) => Some(text.as_str()),
                Stretch::New(_) => None,
            }).collect();
            let second: String = found.iter().filter_map(|stretch| match stretch {
                Stretch::Same(text) | Stretch::New(text) => Some(text.as_str()),
                Stretch::Gone(_) => None,
            }).collect();
            prop_assert_eq!(first, before);
            prop_assert_eq!(second, after);
        }

        #[test]
        fn changes_carried_to_the_same_text_are_the_edited_text(before in "[ab\\n]{0,60}", edited in "[ab\\n]{0,60}") {
            let found = carried(&before, &edited, &before);
            prop_assert_eq!(found.text, edited);
            prop_assert_eq!(found.homeless, Vec::<String>::new());
        }
    }
}
