//! How terms are built: judged terms, and a model of which words make a term of which type.
//!
//! `tables/terms.csv` lists frequent terms with a reader's judgement (a type or `none`). `papergraph rules fit` learns
//! from them, word by word, how terms of a type are built: a multinomial logistic regression over the last word, its
//! ending, the first word and the words between. `tables/term-words.csv` holds its weights. A phrase that nobody judged
//! is so judged like known ones of its pattern.

use rustc_hash::FxHashMap;

use super::Schema;
use super::packed::{JudgedTerms, TermWords};
use crate::text::{Document, endings, is_separator, key_of, word_hash};

/// Judgement of a term: `Some(type)`, or `None` for "not an entity".
pub type Judgement = Option<u8>;

/// Judged terms and the model learnt from them.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct TermModel {
    judged: FxHashMap<u64, Judgement>,
    /// For each feature the position of its weights.
    rows: FxHashMap<u64, u32>,
    /// Weights for "not an entity" and each type, one feature after the other.
    weights: Vec<Row>,
    /// Numbers of a feature's weights.
    outcomes: usize,
}

/// So many weights lie side by side that they are added at once; a feature has as few such rows as hold its outcomes.
type Row = [f32; 8];

/// Tags of features: where a word stands in a phrase.
mod tag {
    use crate::text::word_hash;

    pub const CONSTANT: u64 = word_hash("");
    pub const WORDS: u64 = word_hash("words");
    pub const LAST: u64 = word_hash("last");
    pub const ENDING: u64 = word_hash("ending");
    pub const FIRST: u64 = word_hash("first");
    pub const INNER: u64 = word_hash("inner");
    pub const LAST_TWO: u64 = word_hash("last two");
    pub const LAST_WITH_WORDS: u64 = word_hash("last with words");
    pub const ONLY: u64 = word_hash("only");
}

/// A feature: where a word stands in a phrase, and the word.
fn tagged(tag: u64, hash: u64) -> u64 {
    tag ^ hash.rotate_left(7)
}

/// The words of a phrase, separators left out.
fn words(document: &Document, first: u32, end: u32) -> impl DoubleEndedIterator<Item = u32> + Clone + '_ {
    (first..end).filter(|&token| !is_separator(document, token))
}

/// Calls `feature` with every feature of a phrase.
pub fn features(document: &Document, first: u32, end: u32, mut feature: impl FnMut(u64)) {
    let words = words(document, first, end);
    if let Some(last) = words.clone().next_back() {
        let count = words.count();
        features_of_count(count, &mut feature);
        features_of_last(document, last, &mut feature);
        other_features(document, first, last, count, &mut feature);
    }
}

/// Features of all phrases of so many words. Four words or more are one.
fn features_of_count(count: usize, feature: &mut impl FnMut(u64)) {
    feature(tagged(tag::CONSTANT, 0));
    feature(tagged(tag::WORDS, count.min(4) as u64));
}

/// Features that all phrases share whose last word stands at one place.
fn features_of_last(document: &Document, last: u32, feature: &mut impl FnMut(u64)) {
    feature(tagged(tag::LAST, document.tokens[last as usize].singular));
    endings(document.word(last), |ending, _| feature(tagged(tag::ENDING, word_hash(ending))));
}

/// All other features of a phrase.
fn other_features(document: &Document, first: u32, last: u32, count: usize, feature: &mut impl FnMut(u64)) {
    let last_word = document.tokens[last as usize].singular;
    let mut others = words(document, first, last).map(|token| document.tokens[token as usize].hash);
    let Some(first_word) = others.next() else {
        return feature(tagged(tag::ONLY, last_word));
    };
    feature(tagged(tag::FIRST, first_word));
    let mut before = first_word;
    for word in others {
        feature(tagged(tag::INNER, word));
        before = word;
    }
    feature(tagged(tag::LAST_TWO, last_word.rotate_left(11) ^ before));
    feature(tagged(tag::LAST_WITH_WORDS, last_word ^ count.min(3) as u64));
}

/// Sums of the weights of the features of last words that were asked for already, by token.
#[derive(Clone, Debug, Default)]
pub struct LastWords(FxHashMap<u32, Vec<Row>>);

impl TermModel {
    /// Takes over `terms.csv` (`term,type`) and `term-words.csv` (`feature,nothing,<a column a type>`; features are
    /// hashes in hexadecimal, weights in hundredths), both packed.
    pub fn read(terms: &[u8], weights: &[u8], schema: &Schema) -> Self {
        let mut model = Self { outcomes: schema.types.len() + 1, ..Self::default() };
        let terms = JudgedTerms::new(terms);
        let judgements: Vec<Judgement> = terms.types.iter().map(|name| Some(schema.type_named(name)?.0)).collect();
        let mut unhashed = terms.unhashed.iter().map(key_of);
        model.judged.extend(terms.iter().map(|(key, number)| {
            let key = if key == 0 { unhashed.next().unwrap_or_default() } else { key };
            (key, judgements.get(number).copied().flatten())
        }));
        let weights = TermWords::new(weights);
        if weights.width == model.outcomes {
            weights.iter().for_each(|(feature, values)| model.insert(feature, &values));
        }
        model
    }

    fn insert(&mut self, feature: u64, weights: &[f32]) {
        self.rows.insert(feature, self.weights.len() as u32);
        self.weights.extend(weights.chunks(Row::default().len()).map(|part| {
            let mut row = Row::default();
            row[..part.len()].copy_from_slice(part);
            row
        }));
    }

    /// The judgement of a phrase, if it was judged.
    pub fn judged(&self, key: u64) -> Option<Judgement> {
        self.judged.get(&key).copied()
    }

    /// How probable it is that a span is no entity, and that it is one of each type, by the words it is made of.
    /// Empty where no model was learnt. `last_words` are those of the same document.
    pub fn probabilities(
        &self,
        document: &Document,
        first: u32,
        end: u32,
        last_words: &mut LastWords,
        into: &mut Vec<f32>,
    ) {
        into.clear();
        if self.weights.is_empty() {
            return;
        }
        into.resize(self.rows_a_feature() * Row::default().len(), 0.0);
        let (sums, _) = into.as_chunks_mut();
        let words = words(document, first, end);
        if let Some(last) = words.clone().next_back() {
            let count = words.count();
            features_of_count(count, &mut |feature| self.add(feature, sums));
            let of_last = last_words.0.entry(last).or_insert_with(|| {
                let mut sums = vec![Row::default(); self.rows_a_feature()];
                features_of_last(document, last, &mut |feature| self.add(feature, &mut sums));
                sums
            });
            add_rows(sums, of_last);
            other_features(document, first, last, count, &mut |feature| self.add(feature, sums));
        }
        into.truncate(self.outcomes);
        softmax(into);
    }

    fn rows_a_feature(&self) -> usize {
        self.outcomes.div_ceil(Row::default().len())
    }

    /// Adds the weights of a feature, if it has any.
    fn add(&self, feature: u64, sums: &mut [Row]) {
        if let Some(&from) = self.rows.get(&feature) {
            add_rows(sums, &self.weights[from as usize..]);
        }
    }
}

fn add_rows(sums: &mut [Row], rows: &[Row]) {
    for (sums, row) in sums.iter_mut().zip(rows) {
        sums.iter_mut().zip(row).for_each(|(sum, weight)| *sum += weight);
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
