//! Adding up over a corpus what weights make of each phrase, for the table of votes that ships with the rules; see
//! [`crate::rules::votes`].
//!
//! Two passes: the first counts in how many papers each phrase is a candidate, forgetting now and then what was seen once
//! (lossy counting, as in [`super::count`]); the second adds up the probabilities of the phrases that are frequent
//! enough. A paper has one voice, however often it uses a phrase.

use std::fmt::Write as _;

use rayon::prelude::*;
use rustc_hash::{FxHashMap, FxHashSet};

use super::count::{CROWDED, for_each_batch, quoted};
use super::spans::marginals;
use crate::corpus::Paper;
use crate::extract::annotated::Annotated;
use crate::extract::candidates::{self, Candidate};
use crate::extract::choose;
use crate::extract::weights::WeightTable;
use crate::extract::Extractor;
use crate::rules::votes::ending_key;
use crate::text::{is_separator, phrase_key};

/// How frequent a phrase must be to have a row.
#[derive(Clone, Copy, Debug)]
pub struct VoteOptions {
    /// Papers in which the phrase may name an entity.
    pub least_papers: u32,
    /// Papers in which a phrase stands that ends in certain words, for these words to have a row.
    pub least_papers_of_ending: u32,
}

impl Default for VoteOptions {
    fn default() -> Self {
        Self { least_papers: 5, least_papers_of_ending: 8 }
    }
}

/// The sums of one phrase.
#[derive(Clone, Debug, Default)]
struct Sums {
    /// The least spelling of those seen.
    text: Box<str>,
    papers: u32,
    by_type: Vec<f32>,
}

/// Lets the papers of a corpus vote. `papers` is called twice and gives the same papers both times. The table has the
/// columns `phrase,papers,<type id> ...`.
pub fn vote<I: Iterator<Item = Paper>>(
    extractor: &Extractor,
    weights: &WeightTable,
    papers: impl Fn() -> I,
    options: VoteOptions,
) -> String {
    let mut frequency: FxHashMap<u64, u32> = FxHashMap::default();
    for_each_batch(papers(), |batch| {
        let keys: Vec<FxHashSet<u64>> = batch.par_iter().map(|paper| keys_of(extractor, paper)).collect();
        for key in keys.into_iter().flatten() {
            *frequency.entry(key).or_default() += 1;
        }
        if frequency.len() > CROWDED {
            frequency.retain(|_, papers| *papers > 1);
        }
    });
    let least = options.least_papers.min(options.least_papers_of_ending);
    frequency.retain(|_, papers| *papers >= least);
    let mut sums: FxHashMap<u64, Sums> = FxHashMap::default();
    for_each_batch(papers(), |batch| {
        let votes: Vec<FxHashMap<u64, Sums>> =
            batch.par_iter().map(|paper| votes_of(extractor, weights, paper, &frequency)).collect();
        for (key, vote) in votes.into_iter().flatten() {
            let total = sums.entry(key).or_default();
            total.papers += 1;
            total.by_type.resize(vote.by_type.len(), 0.0);
            total.by_type.iter_mut().zip(&vote.by_type).for_each(|(sum, mean)| *sum += mean / vote.papers as f32);
            if total.text.is_empty() || vote.text < total.text {
                total.text = vote.text;
            }
        }
    });
    table(extractor, sums, options)
}

/// The phrases of a candidate that are counted: itself, and the last words of a whole run.
fn phrases_of(text: &Annotated<'_>, candidate: &Candidate, mut visit: impl FnMut(u64, u32)) {
    visit(candidate.key, candidate.first);
    if !(text.is_left_free(candidate.first) && text.is_right_free(candidate.end)) {
        return;
    }
    let words = (candidate.first + 1..candidate.end).rev().filter(|&token| !is_separator(&text.document, token));
    for first in words.take(2) {
        visit(ending_key(phrase_key(&text.document, first, candidate.end)), first);
    }
}

fn keys_of(extractor: &Extractor, paper: &Paper) -> FxHashSet<u64> {
    let text = extractor.annotate(paper);
    let mut keys = FxHashSet::default();
    for candidate in &candidates::propose(&text).list {
        phrases_of(&text, candidate, |key, _| {
            keys.insert(key);
        });
    }
    keys
}

/// Sums over the places of each frequent phrase of a paper; `papers` counts the places.
fn votes_of(
    extractor: &Extractor,
    weights: &WeightTable,
    paper: &Paper,
    frequency: &FxHashMap<u64, u32>,
) -> FxHashMap<u64, Sums> {
    let text = extractor.annotate(paper);
    let evidence = extractor.evidence(&text);
    let scores = choose::scores(&evidence, weights);
    let types = weights.outcomes;
    let probabilities = marginals(&evidence.candidates, text.document.tokens.len(), &scores, types).probabilities;
    let mut votes: FxHashMap<u64, Sums> = FxHashMap::default();
    for (weighed, row) in evidence.candidates.iter().zip(probabilities.chunks_exact(types)) {
        let candidate = &weighed.candidate;
        phrases_of(&text, candidate, |key, first| {
            if !frequency.contains_key(&key) {
                return;
            }
            let sums = votes.entry(key).or_default();
            sums.papers += 1;
            sums.by_type.resize(types, 0.0);
            sums.by_type.iter_mut().zip(row).for_each(|(sum, p)| *sum += p);
            let written = text.document.text(first, candidate.end).to_lowercase();
            let spelling = if first == candidate.first { written } else { format!("* {written}") };
            if sums.text.is_empty() || *spelling < *sums.text {
                sums.text = spelling.into();
            }
        });
    }
    votes
}

fn table(extractor: &Extractor, sums: FxHashMap<u64, Sums>, options: VoteOptions) -> String {
    let mut rows: Vec<Sums> = sums
        .into_values()
        .filter(|row| {
            let ending = row.text.starts_with("* ");
            row.papers >= if ending { options.least_papers_of_ending } else { options.least_papers }
        })
        .collect();
    rows.sort_by(|a, b| a.text.cmp(&b.text));
    let mut table = String::from("phrase,papers");
    for entity_type in &extractor.rules.schema.types {
        table.push(',');
        table.push_str(&entity_type.id);
    }
    table.push('\n');
    for row in rows {
        // Writing to a string does not fail.
        let _ = write!(table, "{},{}", quoted(&row.text), row.papers);
        for sum in &row.by_type {
            let percent = (100.0 * sum / row.papers as f32).round() as u32;
            let _ = if percent > 0 { write!(table, ",{percent}") } else { write!(table, ",") };
        }
        table.push('\n');
    }
    table
}
