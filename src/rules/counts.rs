//! What many abstracts say about words and phrases: how often they occur, how often they stand free, beside which cues.
//!
//! The tables are made by `papergraph rules count` from any corpus and ship with the rules as CSV.

use rustc_hash::FxHashMap;

use super::rows::Rows;
use crate::text::{PhraseHashes, WordHash, word_hash};

/// Shares of a count, in hundredths.
type Percent = u8;

/// What the corpus says of one phrase.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct PhraseCount {
    /// Occurrences.
    pub total: u32,
    left: Percent,
    right: Percent,
    free: Percent,
    capital: Percent,
    contexts: (u32, u32),
}

impl PhraseCount {
    /// Share of occurrences with a border before the phrase.
    pub fn free_left(&self) -> f32 {
        f32::from(self.left) / 100.0
    }

    /// Share of occurrences with a border after the phrase.
    pub fn free_right(&self) -> f32 {
        f32::from(self.right) / 100.0
    }

    /// Share of occurrences with borders on both sides.
    pub fn free(&self) -> f32 {
        f32::from(self.free) / 100.0
    }

    /// Share of occurrences that begin with a capital inside a sentence.
    pub fn capital(&self) -> f32 {
        f32::from(self.capital) / 100.0
    }
}

/// What the corpus says of one word.
#[derive(Clone, Copy, Debug, PartialEq)]
struct WordCount {
    before: Percent,
    after: Percent,
    contexts: (u32, u32),
}

/// A cue beside a phrase: the cue's position in the rule set, and how many of the phrase's occurrences it touches:
/// 0 some, 1 many, 2 most.
pub type Context = (u16, u8);

/// The counts of a corpus, looked up by hash.
#[derive(Clone, Debug, Default)]
pub struct CorpusCounts {
    words: FxHashMap<WordHash, WordCount>,
    phrases: FxHashMap<u64, PhraseCount>,
    contexts: Vec<Context>,
}

/// Share of occurrences with a border, for words that the corpus does not know: they mostly are names.
const UNKNOWN_WORD: f32 = 0.9;
/// About how long a row of the table of phrases is, to make room once for all of them.
const BYTES_PER_PHRASE: usize = 40;

impl CorpusCounts {
    /// Reads `words.csv` (`word,before,after,cues`) and `phrases.csv` (`phrase,total,left,right,free,capital,cues`).
    /// Shares are in hundredths; `cues` holds `id:level` separated by spaces. A row that does not fit is left out.
    pub fn read(words: &[u8], phrases: &[u8], cue_ids: &FxHashMap<String, u16>) -> Self {
        let mut counts = Self::default();
        let mut rows = Rows::new(words);
        while rows.advance() {
            let (Ok(before), Ok(after)) = (rows.field(1).parse(), rows.field(2).parse()) else {
                continue;
            };
            let contexts = counts.add_contexts(rows.field(3), cue_ids);
            counts.words.insert(word_hash(rows.field(0)), WordCount { before, after, contexts });
        }
        counts.phrases.reserve(phrases.len() / BYTES_PER_PHRASE);
        let mut hashes = PhraseHashes::default();
        let mut rows = Rows::new(phrases);
        while rows.advance() {
            let percent = |at: usize| rows.field(at).parse().unwrap_or(0);
            let Ok(total) = rows.field(1).parse() else {
                continue;
            };
            let contexts = counts.add_contexts(rows.field(6), cue_ids);
            let count = PhraseCount {
                total,
                left: percent(2),
                right: percent(3),
                free: percent(4),
                capital: percent(5),
                contexts,
            };
            hashes.read(rows.field(0));
            counts.phrases.insert(hashes.key(), count);
        }
        counts
    }

    fn add_contexts(&mut self, text: &str, cue_ids: &FxHashMap<String, u16>) -> (u32, u32) {
        let from = self.contexts.len() as u32;
        for part in text.split(' ') {
            if let Some((id, level)) = part.split_once(':')
                && let (Some(&cue), Ok(level)) = (cue_ids.get(id), level.parse::<u8>())
            {
                self.contexts.push((cue, level.min(2)));
            }
        }
        (from, self.contexts.len() as u32)
    }

    /// What is known of a phrase.
    #[inline]
    pub fn phrase(&self, key: u64) -> Option<&PhraseCount> {
        self.phrases.get(&key)
    }

    /// The cues beside a phrase.
    pub fn contexts_of(&self, phrase: &PhraseCount) -> &[Context] {
        &self.contexts[phrase.contexts.0 as usize..phrase.contexts.1 as usize]
    }

    /// The cues beside terms that end in a word.
    pub fn contexts_of_head(&self, word: WordHash) -> &[Context] {
        self.words.get(&word).map_or(&[], |count| &self.contexts[count.contexts.0 as usize..count.contexts.1 as usize])
    }

    /// Shares of a word's occurrences with a border before it, and with one after it.
    pub fn borders(&self, word: WordHash) -> (f32, f32) {
        let share = |percent: Percent| f32::from(percent) / 100.0;
        self.words.get(&word).map_or((UNKNOWN_WORD, UNKNOWN_WORD), |count| (share(count.before), share(count.after)))
    }
}
