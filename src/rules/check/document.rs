//! A TOML file with the place of each value.

use std::ops::Range;

use serde::de::DeserializeOwned;
use toml::Spanned;
use toml::de::{DeTable, ValueDeserializer};

use crate::rules::problem::Problem;

/// A TOML file, as far as it could be read.
pub(super) struct Document<'a> {
    /// The file, as messages name it.
    pub(super) file: String,
    /// The number of the folder, the lowest first, in which it stands.
    pub(super) layer: usize,
    /// Its text.
    pub(super) text: &'a str,
    /// Its contents.
    pub(super) table: DeTable<'a>,
}

impl<'a> Document<'a> {
    /// Reads as much as can be read, with a problem for each mistake in the syntax.
    pub(super) fn parse(file: String, layer: usize, text: &'a str) -> (Document<'a>, Vec<Problem>) {
        let (table, errors) = DeTable::parse_recoverable(text);
        let problems = errors
            .iter()
            .map(|error| Problem::error(&file, text, error.span().unwrap_or(0..0), error.message()))
            .collect();
        (Document { file, layer, text, table: table.into_inner() }, problems)
    }

    /// An error at a place in this file.
    pub(super) fn error(&self, span: Range<usize>, message: impl Into<String>) -> Problem {
        Problem::error(&self.file, self.text, span, message)
    }

    /// A warning at a place in this file.
    pub(super) fn warning(&self, span: Range<usize>, message: impl Into<String>) -> Problem {
        Problem::warning(&self.file, self.text, span, message)
    }

    /// The items of the list of tables `key` that are built as they should be.
    pub(super) fn items<T: DeserializeOwned>(&'a self, key: &str) -> Vec<Item<'a, T>> {
        let array = self.table.get(key).and_then(|value| value.get_ref().as_array());
        let items = array.into_iter().flat_map(|array| array.iter());
        items
            .filter_map(|item| {
                let value = T::deserialize(ValueDeserializer::from(item.clone())).ok()?;
                Some(Item { document: self, table: item.get_ref().as_table()?, value })
            })
            .collect()
    }

    /// The place of the element `index` of the list `key` in `table`.
    fn element(table: &DeTable<'_>, key: &str, index: usize) -> Range<usize> {
        let value = table.get(key);
        let element = value.and_then(|value| value.get_ref().as_array()).and_then(|array| array.get(index));
        element.or(value).map_or(0..0, Spanned::span)
    }

    /// The place of the element `index` of the list `key`.
    pub(super) fn element_span(&self, key: &str, index: usize) -> Range<usize> {
        Document::element(&self.table, key, index)
    }

    /// The places of a key of the table `table`, and of its value.
    pub(super) fn entry(&self, table: &str, key: &str) -> (Range<usize>, Range<usize>) {
        let entries = self.table.get(table).and_then(|value| value.get_ref().as_table());
        let entry = entries.and_then(|entries| entries.get_key_value(key));
        entry.map_or((0..0, 0..0), |(key, value)| (key.span(), value.span()))
    }

    /// The place of the element `index` of the list `key` of the table `table`.
    pub(super) fn entry_element(&self, table: &str, key: &str, index: usize) -> Range<usize> {
        let entries = self.table.get(table).and_then(|value| value.get_ref().as_table());
        entries.map_or(0..0, |entries| Document::element(entries, key, index))
    }

    /// The bytes `part` of a string with the given contents that stands at `span`: exactly where the string is
    /// written without escapes, else the whole string.
    pub(super) fn inside(&self, span: Range<usize>, contents: &str, part: Range<usize>) -> Range<usize> {
        let written = self.text.get(span.start + 1..span.end.saturating_sub(1));
        if written == Some(contents) { span.start + 1 + part.start..span.start + 1 + part.end } else { span }
    }
}

/// One rule of a document.
pub(super) struct Item<'a, T> {
    /// The file in which it stands.
    pub(super) document: &'a Document<'a>,
    table: &'a DeTable<'a>,
    /// The rule.
    pub(super) value: T,
}

impl<T> Item<'_, T> {
    /// The place of the value of `key`.
    pub(super) fn span(&self, key: &str) -> Range<usize> {
        self.table.get(key).map_or(0..0, Spanned::span)
    }

    /// The place of the element `index` of the list `key`.
    pub(super) fn element_span(&self, key: &str, index: usize) -> Range<usize> {
        Document::element(self.table, key, index)
    }

    /// An error at the value of `key`.
    pub(super) fn error(&self, key: &str, message: impl Into<String>) -> Problem {
        self.document.error(self.span(key), message)
    }
}
