//! Cross-validation: weights judged on papers that they were not fitted to.

use std::ops::Range;

use rayon::prelude::*;

use crate::eval::{Predicted, Score, score};
use crate::extract::relation_evidence::EntityPlaces;
use crate::extract::space::FamilyNames;
use crate::extract::{Extractor, Weights};
use crate::fit::examples::{examples, fit_weights};
use crate::fit::pairs::PAIR_TRAINING;
use crate::fit::relations::RELATION_TRAINING;
use crate::fit::spans::SPAN_TRAINING;
use crate::fit::targets::AnnotatedPaper;
use crate::fit::training::Training;

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
    /// How pairs of forms are fitted.
    pub pairs: Training,
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
            pairs: PAIR_TRAINING,
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
    let mut examples = examples(extractor, papers);
    // What training never sees weighs nothing, so predictions need not be told.
    if let Some(without) = &options.without {
        let [spans, pairs, relations] =
            [&extractor.space.names, &extractor.pair_space.names, &extractor.relation_space.names]
                .map(|names| rows_of(names, without));
        let is_kept = |left_out: &[Range<u32>], row: u32| !left_out.iter().any(|rows| rows.contains(&row));
        for paper in &mut examples {
            paper.spans.evidence.retain_rows(|row| is_kept(&spans, row));
            paper.pairs.iter_mut().for_each(|pair| pair.rows.retain(|&row| is_kept(&pairs, row)));
            paper.relations.iter_mut().for_each(|example| example.rows.retain(|&row| is_kept(&relations, row)));
        }
    }
    let mut by_bias: Vec<(f32, Vec<Score>)> =
        options.biases.iter().map(|&bias| (bias, vec![Score::default(); judged])).collect();
    let mut found = vec![vec![Vec::new(); judged]; options.biases.len()];
    for fold in 0..options.folds {
        let others = |at: &usize| *at >= judged || at % options.folds != fold;
        let positions: Vec<usize> = options.learnt_from(papers.len()).into_iter().filter(others).collect();
        let weights = fit_weights(extractor, &examples, &positions, options);
        let held: Vec<usize> = (0..papers.len()).filter(|at| !others(at)).collect();
        for ((bias, scores), found) in by_bias.iter_mut().zip(&mut found) {
            let results: Vec<Vec<Predicted>> =
                held.par_iter().map(|&at| predictions(extractor, &papers[at], &weights, *bias)).collect();
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
pub fn predictions(extractor: &Extractor, annotated: &AnnotatedPaper, weights: &Weights, bias: f32) -> Vec<Predicted> {
    let text = extractor.annotate(&annotated.paper);
    let evidence = extractor.evidence(&text);
    let reading = extractor.decide(text, evidence, weights, bias);
    let mut words = extractor.relation_space.words(&reading.text.document);
    reading
        .groups
        .iter()
        .map(|group| {
            let spans: Vec<(u32, u32)> =
                group.members.iter().map(|&at| (reading.chosen[at].first, reading.chosen[at].end)).collect();
            let forms = spans.iter().map(|&(first, end)| reading.text.document.text(first, end).to_string()).collect();
            let places = EntityPlaces { entity_type: group.entity_type, spans };
            let relation = extractor.relation_by(&reading.text, &mut words, &places, &weights.relations);
            Predicted {
                entity_type: extractor.rules.schema.entity_type(group.entity_type).label.clone(),
                relation: extractor.rules.schema.relation(relation).id.clone(),
                forms,
            }
        })
        .collect()
}
