//! Counting words and phrases over many abstracts, for the tables that ship with the rules.
//!
//! Two passes: the first counts every stretch of up to four atoms, forgetting now and then what was seen once (lossy
//! counting, Manku and Motwani 2002, so that memory stays bounded); the second looks closely at the phrases that are
//! frequent enough: free borders, capitals, cues beside them.

use std::fmt::Write as _;

use rayon::prelude::*;
use rustc_hash::FxHashMap;

use crate::corpus::Paper;
use crate::extract::Extractor;
use crate::extract::annotated::CueSet;
use crate::extract::evidence::for_each_bit;
use crate::extract::runs::{self, Stretch};
use crate::text::WordHash;

/// Longest phrase counted, in atoms.
const LONGEST: u32 = 4;
/// Papers read at once.
const BATCH: usize = 2048;
/// Entries from which on phrases seen once are forgotten.
const CROWDED: usize = 12_000_000;

/// How often something must occur to stay in the tables.
#[derive(Clone, Copy, Debug)]
pub struct CountOptions {
    /// Occurrences of a phrase.
    pub least_phrase: u32,
    /// Occurrences of a word.
    pub least_word: u32,
}

impl Default for CountOptions {
    fn default() -> Self {
        Self { least_phrase: 12, least_word: 20 }
    }
}

/// The tables as CSV.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CountTables {
    /// `word,before,after,cues`.
    pub words: String,
    /// `phrase,total,left,right,free,capital,cues`.
    pub phrases: String,
}

/// What is counted of one phrase or word.
#[derive(Clone, Debug, Default)]
struct Counted {
    text: Box<str>,
    total: u32,
    left: u32,
    right: u32,
    free: u32,
    capital: u32,
    in_sentence: u32,
    cues: FxHashMap<u16, u32>,
}

impl Counted {
    fn add_cues(&mut self, cues: CueSet) {
        for_each_bit(cues, |cue| *self.cues.entry(cue as u16).or_default() += 1);
    }
}

/// One place of a phrase.
struct Seen {
    key: u64,
    text: Option<Box<str>>,
    left: bool,
    right: bool,
    capital: bool,
    in_sentence: bool,
    cues: CueSet,
}

/// Counts a corpus. `papers` is called twice and gives the same papers both times.
pub fn count<I: Iterator<Item = Paper>>(
    extractor: &Extractor,
    papers: impl Fn() -> I,
    options: CountOptions,
) -> CountTables {
    let mut totals: FxHashMap<u64, u32> = FxHashMap::default();
    for_each_batch(papers(), |batch| {
        let keys: Vec<Vec<u64>> = batch.par_iter().map(|paper| keys_of(extractor, paper)).collect();
        for key in keys.into_iter().flatten() {
            *totals.entry(key).or_default() += 1;
        }
        if totals.len() > CROWDED {
            totals.retain(|_, count| *count > 1);
        }
    });
    totals.retain(|_, count| *count >= options.least_phrase);
    let mut phrases: FxHashMap<u64, Counted> = FxHashMap::default();
    let mut words: FxHashMap<WordHash, Counted> = FxHashMap::default();
    for_each_batch(papers(), |batch| {
        let seen: Vec<(Vec<Seen>, Vec<Seen>)> =
            batch.par_iter().map(|paper| look_closely(extractor, paper, &totals)).collect();
        for (phrase_places, word_places) in seen {
            add_places(&mut phrases, phrase_places);
            add_places(&mut words, word_places);
        }
    });
    let ids: Vec<&str> = extractor.rules.cues.iter().map(|cue| cue.id.as_str()).collect();
    CountTables {
        words: word_table(words, &ids, options.least_word),
        phrases: phrase_table(phrases, &ids, options.least_phrase),
    }
}

fn for_each_batch(papers: impl Iterator<Item = Paper>, mut visit: impl FnMut(&[Paper])) {
    let mut batch = Vec::with_capacity(BATCH);
    for paper in papers {
        batch.push(paper);
        if batch.len() == BATCH {
            visit(&batch);
            batch.clear();
        }
    }
    visit(&batch);
}

fn keys_of(extractor: &Extractor, paper: &Paper) -> Vec<u64> {
    let text = extractor.annotate(paper);
    let mut keys = Vec::new();
    runs::stretches(&text, LONGEST, |stretch| keys.push(stretch.key));
    keys
}

fn look_closely(extractor: &Extractor, paper: &Paper, frequent: &FxHashMap<u64, u32>) -> (Vec<Seen>, Vec<Seen>) {
    let text = extractor.annotate(paper);
    let document = &text.document;
    let (mut phrases, mut words) = (Vec::new(), Vec::new());
    runs::stretches(&text, LONGEST, |stretch| {
        let Stretch { first, end, key, atoms, at_start, at_end } = stretch;
        let opens = document.in_title(first) || text.sentence(first).first == first;
        let before = if at_start { text.cues_before[first as usize].touching } else { 0 };
        let after = if at_end { text.cues_after[end as usize].touching } else { 0 };
        if frequent.contains_key(&key) {
            phrases.push(Seen {
                key,
                text: Some(document.text(first, end).to_lowercase().into()),
                left: at_start,
                right: at_end,
                capital: document.tokens[first as usize].shape.has_capital() && !opens,
                in_sentence: !opens,
                cues: before | after,
            });
        }
        // The cues beside a whole run of several words are those of its last word.
        if at_start && at_end && atoms > 1 {
            let last = &document.tokens[end as usize - 1];
            let is_plain = !last.shape.has_capital();
            if is_plain {
                words.push(Seen {
                    key: last.singular,
                    text: None,
                    left: false,
                    right: false,
                    capital: false,
                    in_sentence: false,
                    cues: before | after,
                });
            }
        }
    });
    for (token, place) in (0u32..).zip(&document.tokens) {
        if !place.shape.is_word() || text.classes[token as usize].function > 0 {
            continue;
        }
        let (left, right) = (text.is_left_free(token), text.is_right_free(token + 1));
        let text = Some(document.word(token).to_lowercase().into());
        words.push(Seen { key: place.hash, text, left, right, capital: false, in_sentence: true, cues: 0 });
    }
    (phrases, words)
}

fn add_places(counts: &mut FxHashMap<u64, Counted>, places: Vec<Seen>) {
    for place in places {
        let counted = counts.entry(place.key).or_default();
        if let Some(text) = place.text {
            counted.total += 1;
            // The least spelling, so that the table does not depend on the order of the papers.
            if counted.text.is_empty() || text < counted.text {
                counted.text = text;
            }
        } else {
            counted.free += 1;
        }
        counted.left += u32::from(place.left);
        counted.right += u32::from(place.right);
        counted.free += u32::from(place.left && place.right);
        counted.capital += u32::from(place.capital);
        counted.in_sentence += u32::from(place.in_sentence);
        counted.add_cues(place.cues);
    }
}

fn percent(part: u32, whole: u32) -> u32 {
    (100 * part + whole / 2) / whole.max(1)
}

/// Cues beside at least one in fifty of `whole` occurrences: `id:level`, by id.
fn cue_text(cues: &FxHashMap<u16, u32>, whole: u32, ids: &[&str]) -> String {
    let mut texts: Vec<String> = cues
        .iter()
        .filter(|(_, count)| **count >= 2)
        .filter_map(|(cue, count)| {
            let level = match percent(*count, whole) {
                0..=1 => return None,
                2..=7 => 0,
                8..=24 => 1,
                _ => 2,
            };
            Some(format!("{}:{level}", ids[usize::from(*cue)]))
        })
        .collect();
    texts.sort();
    texts.join(" ")
}

fn quoted(text: &str) -> String {
    if text.contains([',', '"']) { format!("\"{}\"", text.replace('"', "\"\"")) } else { text.to_string() }
}

fn phrase_table(phrases: FxHashMap<u64, Counted>, ids: &[&str], least: u32) -> String {
    let mut rows: Vec<Counted> = phrases.into_values().filter(|counted| counted.total >= least).collect();
    rows.retain(|counted| counted.free > 0 || counted.left > 0 && counted.right > 0);
    rows.sort_by(|a, b| a.text.cmp(&b.text));
    let mut table = String::from("phrase,total,left,right,free,capital,cues\n");
    for row in rows {
        // Writing to a string does not fail.
        let _ = writeln!(
            table,
            "{},{},{},{},{},{},{}",
            quoted(&row.text),
            row.total,
            percent(row.left, row.total),
            percent(row.right, row.total),
            percent(row.free, row.total),
            percent(row.capital, row.in_sentence),
            cue_text(&row.cues, row.total, ids)
        );
    }
    table
}

fn word_table(words: FxHashMap<WordHash, Counted>, ids: &[&str], least: u32) -> String {
    let mut rows: Vec<Counted> = words.into_values().filter(|counted| counted.total >= least).collect();
    rows.sort_by(|a, b| a.text.cmp(&b.text));
    let mut table = String::from("word,before,after,cues\n");
    for row in rows {
        let _ = writeln!(
            table,
            "{},{},{},{}",
            quoted(&row.text),
            percent(row.left, row.total),
            percent(row.right, row.total),
            cue_text(&row.cues, row.free, ids)
        );
    }
    table
}
