//! All that is learnt from one annotated paper.

use rayon::prelude::*;

use super::cross_validate::FitOptions;
use super::pairs::{PairExample, fit_pairs, pair_examples};
use super::relations::{RelationExample, fit_relations, relation_examples};
use super::spans::{TrainingPaper, fit_spans};
use super::targets::{AnnotatedPaper, training_paper};
use crate::extract::{Extractor, Weights};

/// What one annotated paper teaches.
#[derive(Debug)]
pub struct PaperExamples {
    /// Of spans and types.
    pub spans: TrainingPaper,
    /// Of forms that are one entity, and of such that are not.
    pub pairs: Vec<PairExample>,
    /// Of relations.
    pub relations: Vec<RelationExample>,
}

/// The examples of all papers, in their order.
pub fn examples(extractor: &Extractor, papers: &[AnnotatedPaper]) -> Vec<PaperExamples> {
    let of_paper = papers.par_iter().map(|paper| PaperExamples {
        spans: training_paper(extractor, paper),
        pairs: pair_examples(extractor, paper),
        relations: relation_examples(extractor, paper),
    });
    of_paper.collect()
}

/// Fits all weights to the papers at the given positions, some of which may stand there several times.
pub fn fit_weights(
    extractor: &Extractor,
    examples: &[PaperExamples],
    positions: &[usize],
    options: &FitOptions,
) -> Weights {
    let schema = &extractor.rules.schema;
    let of_papers = || positions.iter().map(|&at| &examples[at]);
    let spans: Vec<&TrainingPaper> = of_papers().map(|paper| &paper.spans).collect();
    let pairs: Vec<&PairExample> = of_papers().flat_map(|paper| &paper.pairs).collect();
    let relations: Vec<&RelationExample> = of_papers().flat_map(|paper| &paper.relations).collect();
    Weights {
        spans: fit_spans(&spans, &extractor.space, schema.types.len(), options.spans).weights(),
        pairs: fit_pairs(&pairs, &extractor.pair_space, options.pairs).weights(),
        relations: fit_relations(&relations, &extractor.relation_space, schema.relations.len(), options.relations)
            .weights(),
    }
}
