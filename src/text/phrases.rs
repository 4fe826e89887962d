//! Finding phrases of a fixed list in a document: a trie whose nodes are hashes of word sequences.
//!
//! Hyphens, slashes and underscores between words do not count, nor does a plural ending on the last word, so that
//! "fine tuning", "Fine-Tuning" and "fine-tunings" are one phrase.

use rustc_hash::FxHashMap;

use crate::text::{Document, Token, phrase_hash};

/// Values by phrase, found by walking the tokens of a document once from each place.
#[derive(Clone, Debug)]
pub struct PhraseTable<V> {
    nodes: FxHashMap<u64, Node<V>>,
}

/// What is known of a sequence of words, by its hash.
#[derive(Clone, Debug)]
struct Node<V> {
    /// Does a phrase begin with it?
    begins: bool,
    /// The values of the phrase that it is.
    values: Vec<V>,
}

impl<V> Default for Node<V> {
    fn default() -> Self {
        Self { begins: false, values: Vec::new() }
    }
}

impl<V> Default for PhraseTable<V> {
    fn default() -> Self {
        Self { nodes: FxHashMap::default() }
    }
}

/// Does the token only separate words of one phrase?
#[inline]
pub fn is_separator(document: &Document, token: u32) -> bool {
    document.tokens[token as usize].shape.is_separator()
}

/// Hash of the words from `first` to `end` (exclusive) without separators and without a plural ending: equal for all
/// spellings of one phrase.
#[inline]
pub fn phrase_key(document: &Document, first: u32, end: u32) -> u64 {
    let mut hash = 0;
    let mut last: Option<Token> = None;
    for token in first..end {
        if !is_separator(document, token) {
            if let Some(before) = last {
                hash = phrase_hash(hash, before.hash);
            }
            last = Some(document.tokens[token as usize]);
        }
    }
    last.map_or(0, |token| phrase_hash(hash, token.singular))
}

impl<V> PhraseTable<V> {
    /// Adds a value to a phrase, given as a document of its own. A phrase without a word is left out.
    pub fn insert(&mut self, phrase: &Document, value: V) {
        let count = phrase.tokens.len() as u32;
        let key = phrase_key(phrase, 0, count);
        if key == 0 {
            return;
        }
        let mut hash = 0;
        for token in 0..count {
            if !is_separator(phrase, token) {
                hash = phrase_hash(hash, phrase.tokens[token as usize].hash);
                self.nodes.entry(hash).or_default().begins = true;
            }
        }
        self.nodes.entry(key).or_default().values.push(value);
    }

    /// The values of the phrase with this key.
    #[inline]
    pub fn get(&self, key: u64) -> &[V] {
        self.nodes.get(&key).map_or(&[], |node| &node.values)
    }

    /// Calls `found` with the end (exclusive) and the values of every phrase that begins at `first` and ends before
    /// `limit`, shortest first.
    pub fn matches_at<'t>(&'t self, document: &Document, first: u32, limit: u32, mut found: impl FnMut(u32, &'t [V])) {
        let mut hash = 0;
        for token in first..limit {
            if is_separator(document, token) {
                if token == first {
                    return;
                }
                continue;
            }
            let Token { hash: word, singular, .. } = document.tokens[token as usize];
            let key = phrase_hash(hash, singular);
            let phrase = self.nodes.get(&key);
            if let Some(node) = phrase.filter(|node| !node.values.is_empty()) {
                found(token + 1, &node.values);
            }
            hash = phrase_hash(hash, word);
            let beginning = if hash == key { phrase } else { self.nodes.get(&hash) };
            if !beginning.is_some_and(|node| node.begins) {
                return;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::tokens_of;

    #[test]
    fn finds_spellings_of_one_phrase() {
        let mut table = PhraseTable::default();
        table.insert(&tokens_of("fine tuning"), 1);
        table.insert(&tokens_of("Fine"), 2);
        table.insert(&tokens_of("large language model"), 3);
        let document = tokens_of("Fine-tuning of large language models");
        let mut found = Vec::new();
        for first in 0..document.tokens.len() as u32 {
            table.matches_at(&document, first, document.tokens.len() as u32, |end, values| {
                found.push((document.text(first, end).to_string(), values.to_vec()));
            });
        }
        assert_eq!(
            found,
            [
                ("Fine".to_string(), vec![2]),
                ("Fine-tuning".to_string(), vec![1]),
                ("large language models".to_string(), vec![3]),
            ]
        );
    }
}
