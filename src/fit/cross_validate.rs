//! Cross-validation: weights judged on papers that they were not fitted to.

use std::ops::Range;

use rayon::prelude::*;

use crate::eval::{Predicted, Score, score};
use crate::extract::Extractor;
use crate::extract::relation_evidence::EntityPlaces;
use crate::extract::space::FamilyNames;
use crate::extract::weights::WeightTable;
use crate::fit::network::Training;
use crate::fit::relations::{RELATION_TRAINING, RelationExample, fit_relations, relation_examples};
use crate::fit::spans::{SPAN_TRAINING, TrainingPaper, fit_spans};
use crate::fit::targets::{AnnotatedPaper, training_paper};

/// How to fit and cross-validate.
#[derive(Clone, Debug)]
pub struct FitOptions {
    /// Number of folds; 0 for none.
    pub folds: usize,
    /// How many of the papers are judged, from the first on; the others belong to no fold, and all folds learn from
    /// them.
    pub judged: usize,
    /// How often judged papers are learnt from for each time of the others, whose annotation may follow other habits.
    pub repeat: usize,
    /// How spans are fitted.
    pub spans: Training,
    /// How relations are fitted.
    pub relations: Training,
    /// Biases to try on the held-out folds.
    pub biases: Vec<f32>,
    /// What the names of families of evidence begin with that training does not see, to learn what they give.
    pub without: Option<String>,
}

impl Default for FitOptions {
    fn default() -> Self {
        Self {
            folds: 5,
            judged: usize::MAX,
            repeat: 1,
            spans: SPAN_TRAINING,
            relations: RELATION_TRAINING,
            biases: (-1..=7).map(|step| step as f32 / 5.0).collect(),
            without: None,
        }
    }
}

impl FitOptions {
    /// Positions of all papers, those of judged papers as often as they are learnt from.
    pub(super) fn learnt_from(&self, papers: usize) -> Vec<usize> {
        let judged = self.judged.min(papers);
        let times = if judged == papers { 1 } else { self.repeat };
        (0..times).flat_map(|_| 0..judged).chain(judged..papers).collect()
    }
}

/// What cross-validation found.
#[derive(Clone, Debug)]
pub struct CrossValidation {
    /// For each bias the score of each paper, in the order of the papers.
    pub by_bias: Vec<(f32, Vec<Score>)>,
    /// For each bias what was found in each paper.
    pub found: Vec<Vec<Vec<Predicted>>>,
}

impl CrossValidation {
    /// The bias with the best typed F1 over all papers, with the scores of the papers.
    pub fn best(&self) -> Option<&(f32, Vec<Score>)> {
        let f1 = |scores: &[Score]| sum(scores.iter().copied()).typed.f1();
        self.by_bias.iter().max_by(|a, b| f1(&a.1).total_cmp(&f1(&b.1)))
    }
}

/// Sum of scores.
pub fn sum(scores: impl Iterator<Item = Score>) -> Score {
    scores.fold(Score::default(), |mut total, score| {
        total.add(score);
        total
    })
}

/// Judges every paper by weights fitted to the other folds. Paper `n` belongs to fold `n % folds`.
pub fn cross_validate(extractor: &Extractor, papers: &[AnnotatedPaper], options: &FitOptions) -> CrossValidation {
    let judged = options.judged.min(papers.len());
    let numbered = || papers.par_iter().enumerate().map(|(at, paper)| (paper, at >= judged));
    let mut training: Vec<TrainingPaper> =
        numbered().map(|(paper, others)| training_paper(extractor, paper, others)).collect();
    let mut relations: Vec<Vec<RelationExample>> =
        numbered().map(|(paper, others)| relation_examples(extractor, paper, others)).collect();
    // What training never sees weighs nothing, so predictions need not be told.
    if let Some(without) = &options.without {
        let left_out = rows_of(&extractor.space.names, without);
        for paper in &mut training {
            paper.evidence.retain_rows(|row| !left_out.iter().any(|rows| rows.contains(&row)));
        }
        let left_out = rows_of(&extractor.relation_space.names, without);
        for example in relations.iter_mut().flatten() {
            example.rows.retain(|row| !left_out.iter().any(|rows| rows.contains(row)));
        }
    }
    let mut by_bias: Vec<(f32, Vec<Score>)> =
        options.biases.iter().map(|&bias| (bias, vec![Score::default(); judged])).collect();
    let mut found = vec![vec![Vec::new(); judged]; options.biases.len()];
    for fold in 0..options.folds {
        let others = |at: &usize| *at >= judged || at % options.folds != fold;
        let seen = options.learnt_from(papers.len());
        let train: Vec<&TrainingPaper> = seen.iter().copied().filter(others).map(|at| &training[at]).collect();
        let examples: Vec<&RelationExample> =
            seen.iter().copied().filter(others).flat_map(|at| &relations[at]).collect();
        let types = extractor.rules.schema.types.len();
        let weights = fit_spans(&train, &extractor.space, types, options.spans);
        let relation_weights = fit_relations(
            &examples,
            &extractor.relation_space,
            extractor.rules.schema.relations.len(),
            options.relations,
        );
        let held: Vec<usize> = (0..papers.len()).filter(|at| !others(at)).collect();
        for ((bias, scores), found) in by_bias.iter_mut().zip(&mut found) {
            let results: Vec<Vec<Predicted>> = held
                .par_iter()
                .map(|&at| predictions(extractor, &papers[at], &weights, &relation_weights, *bias))
                .collect();
            for (&at, result) in held.iter().zip(results) {
                scores[at] = score(&papers[at].gold.entities, &result);
                found[at] = result;
            }
        }
    }
    CrossValidation { by_bias, found }
}

/// The rows of the families whose names begin so.
fn rows_of(families: &[FamilyNames], beginning: &str) -> Vec<Range<u32>> {
    let named = families.iter().filter(|family| family.id.starts_with(beginning));
    named.map(|family| family.base..family.base + family.rows()).collect()
}

/// What the given weights find in a paper.
pub fn predictions(
    extractor: &Extractor,
    annotated: &AnnotatedPaper,
    weights: &WeightTable,
    relation_weights: &WeightTable,
    bias: f32,
) -> Vec<Predicted> {
    let text = extractor.annotate(&annotated.paper);
    let evidence = extractor.evidence(&text);
    let reading = extractor.decide(text, evidence, weights, bias);
    let words = extractor.relation_space.words(&reading.text.document);
    reading
        .groups
        .iter()
        .map(|group| {
            let spans: Vec<(u32, u32)> =
                group.members.iter().map(|&at| (reading.chosen[at].first, reading.chosen[at].end)).collect();
            let forms = spans.iter().map(|&(first, end)| reading.text.document.text(first, end).to_string()).collect();
            let places = EntityPlaces { entity_type: group.entity_type, spans };
            let relation = extractor.relation_by(&reading.text, &words, &places, relation_weights);
            Predicted {
                entity_type: extractor.rules.schema.entity_type(group.entity_type).label.clone(),
                relation: extractor.rules.schema.relation(relation).id.clone(),
                forms,
            }
        })
        .collect()
}
