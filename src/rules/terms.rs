//! How terms are built: judged terms, and a model of which words make a term of which type.
//!
//! `tables/terms.csv` lists frequent terms with a reader's judgement (a type or `none`). `papergraph rules fit` learns
//! from them, word by word, how terms of a type are built: a multinomial logistic regression over the last word, its
//! ending, the first word and the words between. `tables/term-words.csv` holds its weights. A phrase that nobody judged
//! is so judged like known ones of its pattern.

use rustc_hash::FxHashMap;

use super::Schema;
use super::rows::Rows;
use crate::text::{Document, is_separator, key_of, word_hash};

/// Judgement of a term: `Some(type)`, or `None` for "not an entity".
pub type Judgement = Option<u8>;

/// Judged terms and the model learnt from them.
#[derive(Clone, Debug, Default)]
pub struct TermModel {
    judged: FxHashMap<u64, Judgement>,
    /// Weights of a feature for "not an entity" and each type.
    weights: FxHashMap<u64, Box<[f32]>>,
    outcomes: usize,
}

/// A feature of a phrase: where a word stands in it, and the word.
pub fn features(document: &Document, first: u32, end: u32, mut feature: impl FnMut(u64)) {
    let words: Vec<u32> = (first..end).filter(|&token| !is_separator(document, token)).collect();
    let Some((&last, others)) = words.split_last() else {
        return;
    };
    let tag = |place: &str, hash: u64| word_hash(place) ^ hash.rotate_left(7);
    let last_word = document.tokens[last as usize].singular;
    feature(tag("", 0));
    feature(tag("words", words.len().min(4) as u64));
    feature(tag("last", last_word));
    let text = document.word(last).to_lowercase();
    let stem = text.strip_suffix('s').filter(|stem| !stem.ends_with('s')).unwrap_or(&text);
    for length in [3, 4] {
        if let Some((at, _)) = stem.char_indices().rev().nth(length - 1) {
            feature(tag("ending", word_hash(&stem[at..])));
        }
    }
    if let Some((&first_word, inner)) = others.split_first() {
        feature(tag("first", document.tokens[first_word as usize].hash));
        for &word in inner {
            feature(tag("inner", document.tokens[word as usize].hash));
        }
        let before = document.tokens[others[others.len() - 1] as usize].hash;
        feature(tag("last two", last_word.rotate_left(11) ^ before));
        feature(tag("last with words", last_word ^ words.len().min(3) as u64));
    } else {
        feature(tag("only", last_word));
    }
}

impl TermModel {
    /// Reads `terms.csv` (`term,type`) and `term-words.csv` (`feature,nothing,<a column a type>`). The features are
    /// hashes in hexadecimal, the weights in hundredths.
    pub fn read(terms: &[u8], weights: &[u8], schema: &Schema) -> Self {
        let mut model = Self { outcomes: schema.types.len() + 1, ..Self::default() };
        let mut rows = Rows::new(terms);
        while rows.advance() {
            let judgement = schema.type_named(rows.field(1)).map(|t| t.0);
            model.judged.insert(key_of(rows.field(0)), judgement);
        }
        let mut rows = Rows::new(weights);
        while rows.advance() {
            let Ok(feature) = u64::from_str_radix(rows.field(0), 16) else {
                continue;
            };
            let hundredths = rows.fields().iter().skip(1).map(|text| text.parse::<f32>().unwrap_or(0.0));
            let values: Vec<f32> = hundredths.map(|weight| weight / 100.0).collect();
            if values.len() == model.outcomes {
                model.weights.insert(feature, values.into());
            }
        }
        model
    }

    /// Makes a model of weights just learnt.
    pub fn with_weights(mut self, weights: FxHashMap<u64, Box<[f32]>>) -> Self {
        self.weights = weights;
        self
    }

    /// The judgement of a phrase, if it was judged.
    pub fn judged(&self, key: u64) -> Option<Judgement> {
        self.judged.get(&key).copied()
    }

    /// How probable it is that a span is no entity, and that it is one of each type, by the words it is made of.
    /// Empty where no model was learnt.
    pub fn probabilities(&self, document: &Document, first: u32, end: u32, into: &mut Vec<f32>) {
        into.clear();
        if self.weights.is_empty() {
            return;
        }
        into.resize(self.outcomes, 0.0);
        features(document, first, end, |feature| {
            if let Some(weights) = self.weights.get(&feature) {
                for (sum, weight) in into.iter_mut().zip(weights.iter()) {
                    *sum += weight;
                }
            }
        });
        softmax(into);
    }
}

/// Turns sums into probabilities.
pub fn softmax(sums: &mut [f32]) {
    let most = sums.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    let mut total = 0.0;
    for sum in sums.iter_mut() {
        *sum = (*sum - most).exp();
        total += *sum;
    }
    for sum in sums.iter_mut() {
        *sum /= total;
    }
}
