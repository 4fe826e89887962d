//! The hashes by which a phrase of a list is looked up. The build script makes them as well, for the tables that it packs.

use crate::text::{WordHash, phrase_hash, singular, word_hash};

/// The hashes of a phrase that stands for itself: those of its beginnings, and its key. Made to be used again for the
/// next phrase of a long list.
#[derive(Debug, Default)]
pub struct PhraseHashes {
    /// Hash of the first word, the first two words and so on, up to all words.
    beginnings: Vec<u64>,
    key: u64,
    /// Hash of the last word, and of its singular.
    last: (WordHash, WordHash),
    /// The phrase at hand in lower case.
    lower: String,
}

impl PhraseHashes {
    /// Takes the hashes of another phrase, if its words can be seen without making a document, as those of most phrases
    /// of lists can. If not, it has no hashes yet.
    pub fn read_plain(&mut self, phrase: &str) -> bool {
        self.beginnings.clear();
        self.key = 0;
        let is_separator = |byte: u8| matches!(byte, b' ' | b'-' | b'/' | b'_');
        let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'.' || is_separator(byte);
        let has_other_points = || phrase.contains('.') && !phrase.split([' ', '-', '/', '_']).all(is_one_token);
        if !phrase.bytes().all(is_plain) || has_other_points() {
            return false;
        }
        let mut lower = std::mem::take(&mut self.lower);
        lower.clear();
        lower.push_str(phrase);
        lower.make_ascii_lowercase();
        let mut rest = lower.as_str();
        while !rest.is_empty() {
            let (word, after) = rest.split_at(rest.bytes().position(is_separator).unwrap_or(rest.len()));
            rest = after.get(1..).unwrap_or_default();
            if !word.is_empty() {
                let hash = word_hash(word);
                let without_plural = if word.ends_with('s') { word_hash(&singular(word)) } else { hash };
                self.add(hash, without_plural);
            }
        }
        self.lower = lower;
        true
    }

    /// Adds a word by its hash, and by that of its singular.
    pub(super) fn add(&mut self, word: WordHash, without_plural: WordHash) {
        self.last = (word, without_plural);
        let before = self.beginnings.last().copied().unwrap_or(0);
        self.key = phrase_hash(before, without_plural);
        self.beginnings.push(phrase_hash(before, word));
    }

    /// Hash of the first word, the first two words and so on, up to all words.
    pub fn beginnings(&self) -> &[u64] {
        &self.beginnings
    }

    /// Hash of the last word, and of its singular, if the phrase has a word.
    pub fn last_word(&self) -> Option<(WordHash, WordHash)> {
        (!self.beginnings.is_empty()).then_some(self.last)
    }

    /// What [`phrase_key`](super::phrase_key) gives for the phrase.
    pub fn key(&self) -> u64 {
        self.key
    }
}

/// Is a word of ASCII letters, digits and points one token of a document: without a point, a number (`3.5B`), or a name
/// with a version (`v2.1`)?
fn is_one_token(word: &str) -> bool {
    let Some((before, after)) = word.split_once('.') else {
        return true;
    };
    let is_digit = |character: char| character.is_ascii_digit();
    let begins = before.starts_with(|character: char| character.is_ascii_alphabetic()) || before.chars().all(is_digit);
    begins && before.ends_with(is_digit) && after.starts_with(is_digit) && !after.contains('.')
}
