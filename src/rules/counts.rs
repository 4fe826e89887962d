//! What many abstracts say about words and phrases: how often they occur, how often they stand free, beside which cues.
//!
//! The tables are made by `papergraph rules count` from any corpus and ship with the rules as CSV.

use rustc_hash::FxHashMap;

use super::packed::{PackedCount, PackedCounts};
use crate::text::{WordHash, key_of};

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
#[derive(Clone, Debug, Default, PartialEq)]
pub struct CorpusCounts {
    words: FxHashMap<WordHash, WordCount>,
    phrases: FxHashMap<u64, PhraseCount>,
    contexts: Vec<Context>,
}

/// Share of occurrences with a border, for words that the corpus does not know: they mostly are names.
const UNKNOWN_WORD: f32 = 0.9;

/// For each cue that a table names its position in the rule set, if it is there.
fn known_cues(table: &PackedCounts<'_>, cue_ids: &FxHashMap<String, u16>) -> Vec<Option<u16>> {
    table.cue_ids.iter().map(|id| cue_ids.get(id).copied()).collect()
}

impl CorpusCounts {
    /// Takes over `words.csv` (`word,before,after,cues`) and `phrases.csv`
    /// (`phrase,total,left,right,free,capital,cues`), both packed. Shares are in hundredths; `cues` holds `id:level`
    /// separated by spaces.
    pub fn read(words: &[u8], phrases: &[u8], cue_ids: &FxHashMap<String, u16>) -> Self {
        let mut counts = Self::default();
        let table = PackedCounts::new(words);
        let cues = known_cues(&table, cue_ids);
        counts.words.reserve(table.iter().len());
        for PackedCount { key, shares: [before, after, ..], cues: beside, .. } in table.iter() {
            let contexts = counts.add_contexts(beside, &cues);
            counts.words.insert(key, WordCount { before, after, contexts });
        }
        let table = PackedCounts::new(phrases);
        let cues = known_cues(&table, cue_ids);
        counts.phrases.reserve(table.iter().len());
        let mut unhashed = table.unhashed.iter().map(key_of);
        for PackedCount { key, total, shares: [left, right, free, capital], cues: beside } in table.iter() {
            let key = if key == 0 { unhashed.next().unwrap_or_default() } else { key };
            let contexts = counts.add_contexts(beside, &cues);
            counts.phrases.insert(key, PhraseCount { total, left, right, free, capital, contexts });
        }
        counts
    }

    fn add_contexts(&mut self, beside: &[[u8; 3]], cues: &[Option<u16>]) -> (u32, u32) {
        let from = self.contexts.len() as u32;
        for &[low, high, level] in beside {
            let number = usize::from(u16::from_le_bytes([low, high]));
            if let Some(cue) = cues.get(number).copied().flatten() {
                self.contexts.push((cue, level));
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
