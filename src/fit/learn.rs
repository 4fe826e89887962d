//! From annotated papers to the files of a rules folder that hold what was learnt.

use std::fmt::Write as _;

use rayon::prelude::*;

use super::cross_validate::FitOptions;
use super::relations::{RelationExample, fit_relations, relation_examples};
use super::spans::{TrainingPaper, fit_spans};
use super::targets::{AnnotatedPaper, training_paper};
use super::terms::{fit_terms, judged_terms};
use crate::extract::Extractor;
use crate::extract::weights::WeightTable;
use crate::rules::Schema;

/// Weights fitted to annotated papers.
#[derive(Clone, Debug)]
pub struct Learned {
    /// Weights on spans.
    pub weights: WeightTable,
    /// Weights on relations.
    pub relation_weights: WeightTable,
    /// How many candidates each piece of evidence on spans holds on.
    seen: Vec<u32>,
    /// How many annotated entities each piece of evidence on relations holds on.
    relation_seen: Vec<u32>,
}

/// Fits weights to all papers.
pub fn learn(extractor: &Extractor, papers: &[AnnotatedPaper], options: &FitOptions) -> Learned {
    let numbered = || papers.par_iter().enumerate().map(|(at, paper)| (paper, at >= options.judged));
    let training: Vec<TrainingPaper> =
        numbered().map(|(paper, others)| training_paper(extractor, paper, others)).collect();
    let relations: Vec<Vec<RelationExample>> =
        numbered().map(|(paper, others)| relation_examples(extractor, paper, others)).collect();
    let order = options.learnt_from(papers.len());
    let examples: Vec<&RelationExample> = order.iter().flat_map(|&at| &relations[at]).collect();
    let train: Vec<&TrainingPaper> = order.iter().map(|&at| &training[at]).collect();
    let (space, relation_space) = (&extractor.space, &extractor.relation_space);
    let schema = &extractor.rules.schema;
    let mut seen = vec![0; space.rows as usize];
    for evidence in training.iter().map(|paper| &paper.evidence) {
        for weighed in &evidence.candidates {
            evidence.rows_of(weighed).for_each(|row| seen[row as usize] += 1);
        }
    }
    let mut relation_seen = vec![0; relation_space.rows as usize];
    for &row in examples.iter().flat_map(|example| &example.rows) {
        relation_seen[row as usize] += 1;
    }
    Learned {
        weights: fit_spans(&train, space, schema.types.len(), options.spans),
        relation_weights: fit_relations(&examples, relation_space, schema.relations.len(), options.relations),
        seen,
        relation_seen,
    }
}

impl Learned {
    /// `tables/span-weights.csv` and `tables/relation-weights.csv` for the rules that were fitted.
    ///
    /// # Errors
    /// None that a table in memory could cause; the CSV writer's are passed on.
    pub fn files(&self, extractor: &Extractor) -> Result<[(&'static str, Vec<u8>); 2], csv::Error> {
        let schema = &extractor.rules.schema;
        let types: Vec<String> = schema.types.iter().map(|t| t.label.clone()).collect();
        let relations: Vec<String> = schema.relations.iter().map(|r| r.id.clone()).collect();
        Ok([
            ("tables/span-weights.csv", self.weights.write(&extractor.space.names, &types, &self.seen)?),
            (
                "tables/relation-weights.csv",
                self.relation_weights.write(&extractor.relation_space.names, &relations, &self.relation_seen)?,
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
