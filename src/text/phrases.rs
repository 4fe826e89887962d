//! Finding phrases of a fixed list in a document: a trie whose nodes are hashes of word sequences.
//!
//! Hyphens, slashes and underscores between words do not count, nor does a plural ending on the last word, so that
//! "fine tuning", "Fine-Tuning" and "fine-tunings" are one phrase.

use rustc_hash::FxHashMap;

use crate::text::{Document, PhraseHashes, Token, phrase_hash, tokens_of};

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

impl PhraseHashes {
    /// Takes the hashes of another phrase.
    pub fn read(&mut self, phrase: &str) {
        if self.read_plain(phrase) {
            return;
        }
        let document = tokens_of(phrase);
        for (token, number) in document.tokens.iter().zip(0u32..) {
            if !is_separator(&document, number) {
                self.add(token.hash, token.singular);
            }
        }
    }

    /// Takes the hashes of another phrase and gives its key.
    pub fn key_of(&mut self, phrase: &str) -> u64 {
        self.read(phrase);
        self.key()
    }
}

/// Key of a phrase that stands for itself.
pub fn key_of(phrase: &str) -> u64 {
    PhraseHashes::default().key_of(phrase)
}

impl<V> PhraseTable<V> {
    /// A table with room for this many phrases.
    pub fn with_capacity(phrases: usize) -> Self {
        let mut table = Self::default();
        table.nodes.reserve(phrases);
        table
    }

    /// Adds a value to a phrase. A phrase without a word is left out.
    pub fn insert(&mut self, phrase: &PhraseHashes, value: V) {
        phrase.beginnings().iter().for_each(|&hash| self.add_beginning(hash));
        if !phrase.beginnings().is_empty() {
            self.add(phrase.key(), value);
        }
    }

    /// Adds the hash of words with which a phrase begins, or which are all of it.
    pub fn add_beginning(&mut self, hash: u64) {
        self.nodes.entry(hash).or_default().begins = true;
    }

    /// Adds a value to the phrase with this key, all of whose beginnings have to be added as well.
    pub fn add(&mut self, key: u64, value: V) {
        let values = &mut self.nodes.entry(key).or_default().values;
        if values.is_empty() {
            // Room for one: hardly a phrase has more.
            *values = vec![value];
        } else {
            values.push(value);
        }
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
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn hashes_are_those_of_a_document(phrase in "[a-cA-C0-9siey ._/'é-]{0,16}") {
            let document = tokens_of(&phrase);
            let count = document.tokens.len() as u32;
            prop_assert_eq!(key_of(&phrase), phrase_key(&document, 0, count));
            let words = (0..count).filter(|&token| !is_separator(&document, token));
            let all = words.fold(0, |hash, token| phrase_hash(hash, document.tokens[token as usize].hash));
            let mut hashes = PhraseHashes::default();
            hashes.read("another phrase");
            hashes.read(&phrase);
            prop_assert_eq!(hashes.beginnings().last().copied().unwrap_or(0), all);
        }
    }

    #[test]
    fn finds_spellings_of_one_phrase() {
        let mut table = PhraseTable::default();
        let mut hashes = PhraseHashes::default();
        for (phrase, value) in [("fine tuning", 1), ("Fine", 2), ("large language model", 3)] {
            hashes.read(phrase);
            table.insert(&hashes, value);
        }
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
