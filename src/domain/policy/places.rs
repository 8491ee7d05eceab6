//! Where in a statement file a value stands, so that a mistake can name its line.

use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// A step on the way from the whole file to a value.
#[derive(Debug, Clone, Copy)]
pub(super) enum Step<'a> {
    /// Into a table, to this key.
    Key(&'a str),
    /// Into a list, to this entry, counted from 0.
    Entry(usize),
}

/// A TOML file, read with the position of each value.
pub(super) struct Places<'a> {
    /// Where each line ends, in bytes: nearly every value is asked for its line.
    line_ends: Vec<usize>,
    root: Spanned<DeValue<'a>>,
}

impl<'a> Places<'a> {
    /// The places of a file that is TOML.
    pub fn new(text: &'a str, root: Spanned<DeTable<'a>>) -> Self {
        let span = root.span();
        Self {
            line_ends: text.match_indices('\n').map(|(end, _)| end).collect(),
            root: Spanned::new(span, DeValue::Table(root.into_inner())),
        }
    }

    /// The line, from 1, of the value at the end of the way; of the last value on it when the way goes no further.
    pub fn line(&self, way: &[Step]) -> usize {
        let mut here = &self.root;
        for step in way {
            let next = match step {
                Step::Key(key) => here.get_ref().get(*key),
                Step::Entry(index) => here.get_ref().get(*index),
            };
            match next {
                Some(value) => here = value,
                None => break,
            }
        }
        self.line_at(here.span().start)
    }

    /// The text under a key of the file's top, with its line.
    pub fn top_text(&self, key: &str) -> Option<(&str, usize)> {
        let value = self.root.get_ref().get(key)?;
        Some((value.get_ref().as_str()?, self.line_at(value.span().start)))
    }

    /// The texts in the list under a key of the file's top.
    pub fn top_list(&self, key: &str) -> Vec<&str> {
        let list = self
            .root
            .get_ref()
            .get(key)
            .and_then(|value| value.get_ref().as_array());
        list.into_iter()
            .flat_map(|list| list.iter())
            .filter_map(|entry| entry.get_ref().as_str())
            .collect()
    }

    /// Each table that holds nothing but strings, with its line: in a statement, each text by language.
    pub fn texts(&self) -> Vec<(&DeTable<'a>, usize)> {
        let mut found = Vec::new();
        self.collect(&self.root, &mut found);
        found
    }

    /// The line, from 1, on which a byte stands.
    fn line_at(&self, offset: usize) -> usize {
        self.line_ends.partition_point(|end| *end < offset) + 1
    }

    fn collect<'s>(&'s self, value: &'s Spanned<DeValue<'a>>, found: &mut Vec<(&'s DeTable<'a>, usize)>) {
        if let Some(table) = value.get_ref().as_table() {
            if table.values().all(|inner| inner.get_ref().is_str()) {
                found.push((table, self.line_at(value.span().start)));
            }
            table.values().for_each(|inner| self.collect(inner, found));
        }
        if let Some(list) = value.get_ref().as_array() {
            list.iter().for_each(|inner| self.collect(inner, found));
        }
    }
}
