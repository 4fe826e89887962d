//! From annotated papers to the files of a rules folder that hold what was learnt.

use std::fmt::Write as _;

use super::cross_validate::FitOptions;
use super::examples::{examples, fit_weights};
use super::targets::AnnotatedPaper;
use super::terms::{fit_terms, judged_terms};
use crate::extract::{Extractor, PAIR_WEIGHTS, RELATION_WEIGHTS, SAME, SPAN_WEIGHTS, Weights};
use crate::rules::Schema;

/// Weights fitted to annotated papers.
#[derive(Clone, Debug)]
pub struct Learned {
    /// The weights.
    pub weights: Weights,
    /// How many candidates each piece of evidence on spans holds on.
    seen: Vec<u32>,
    /// How many pairs of annotated forms each piece of evidence on pairs holds on.
    pair_seen: Vec<u32>,
    /// How many annotated entities each piece of evidence on relations holds on.
    relation_seen: Vec<u32>,
}

/// Fits weights to all papers.
pub fn learn(extractor: &Extractor, papers: &[AnnotatedPaper], options: &FitOptions) -> Learned {
    let examples = examples(extractor, papers);
    let mut seen = vec![0; extractor.space.rows as usize];
    let mut pair_seen = vec![0; extractor.pair_space.rows as usize];
    let mut relation_seen = vec![0; extractor.relation_space.rows as usize];
    for paper in &examples {
        for weighed in &paper.spans.evidence.candidates {
            paper.spans.evidence.rows_of(weighed).for_each(|row| seen[row as usize] += 1);
        }
        paper.pairs.iter().flat_map(|pair| &pair.rows).for_each(|&row| pair_seen[row as usize] += 1);
        paper.relations.iter().flat_map(|example| &example.rows).for_each(|&row| relation_seen[row as usize] += 1);
    }
    let weights = fit_weights(extractor, &examples, &options.learnt_from(papers.len()), options);
    Learned { weights, seen, pair_seen, relation_seen }
}

impl Learned {
    /// The weight tables for the rules that were fitted, with their paths in the rules folder; `sieve` is that of
    /// [`fit_sieve`](super::fit_sieve).
    ///
    /// # Errors
    /// None that a table in memory could cause; the CSV writer's are passed on.
    pub fn files(&self, extractor: &Extractor, sieve: &[i16]) -> Result<[(&'static str, Vec<u8>); 3], csv::Error> {
        let schema = &extractor.rules.schema;
        let types: Vec<String> = schema.types.iter().map(|t| t.label.clone()).collect();
        let relations: Vec<String> = schema.relations.iter().map(|r| r.id.clone()).collect();
        let Weights { spans, pairs, relations: of_relations } = &self.weights;
        Ok([
            (SPAN_WEIGHTS, spans.write(&extractor.space.names, &types, &self.seen, sieve)?),
            (PAIR_WEIGHTS, pairs.write(&extractor.pair_space.names, &[SAME.to_string()], &self.pair_seen, &[])?),
            (
                RELATION_WEIGHTS,
                of_relations.write(&extractor.relation_space.names, &relations, &self.relation_seen, &[])?,
            ),
        ])
    }
}

/// Weight of the squared weights of the term model against its loss: the best of 0.1 to 3 on held-out terms.
const TERM_PENALTY: f32 = 0.3;
/// Features of terms that weigh less than this, whatever the type, are left out of the table.
const LEAST_TERM_WEIGHT: f32 = 0.05;

/// `tables/term-words.csv`, learnt from the judged terms of `tables/terms.csv`; see [`crate::rules::terms`].
pub fn term_words(terms: &[u8], schema: &Schema) -> String {
    let outcomes = schema.types.len() + 1;
    let (terms, features) = judged_terms(terms, schema);
    let weights = fit_terms(&terms.iter().collect::<Vec<_>>(), features.len(), outcomes, TERM_PENALTY);
    let mut table = String::from("feature,nothing");
    for entity_type in &schema.types {
        table.push(',');
        table.push_str(&entity_type.id);
    }
    table.push('\n');
    for (feature, row) in features.iter().zip(weights.chunks_exact(outcomes)) {
        if row.iter().all(|weight| weight.abs() < LEAST_TERM_WEIGHT) {
            continue;
        }
        // Writing to a string does not fail.
        let _ = write!(table, "{feature:x}");
        for weight in row {
            let _ = write!(table, ",{}", (weight * 100.0).round() as i32);
        }
        table.push('\n');
    }
    table
}
