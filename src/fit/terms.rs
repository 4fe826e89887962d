//! Fitting the model of how terms are built to judged terms.

use rustc_hash::FxHashMap;

use crate::fit::lbfgs::minimise;
use crate::rules::Schema;
use crate::rules::terms::{features, softmax};
use crate::text::tokens_of;

/// A term with a reader's judgement.
#[derive(Clone, Debug)]
pub struct JudgedTerm {
    /// Features of the term, as numbers of the model.
    features: Vec<u32>,
    /// 0 for "not an entity", else type + 1.
    outcome: usize,
}

/// Judged terms with the features that occur in at least two of them.
pub fn judged_terms(terms: &[u8], schema: &Schema) -> (Vec<JudgedTerm>, Vec<u64>) {
    let mut raw: Vec<(Vec<u64>, usize)> = Vec::new();
    let mut seen: FxHashMap<u64, u32> = FxHashMap::default();
    let mut reader = csv::Reader::from_reader(terms);
    for row in reader.records().flatten() {
        let document = tokens_of(row.get(0).unwrap_or_default());
        let mut found = Vec::new();
        features(&document, 0, document.tokens.len() as u32, |feature| found.push(feature));
        for &feature in &found {
            *seen.entry(feature).or_default() += 1;
        }
        let outcome = schema.type_named(row.get(1).unwrap_or_default()).map_or(0, |t| usize::from(t.0) + 1);
        raw.push((found, outcome));
    }
    let mut names: Vec<u64> = seen.iter().filter(|(_, count)| **count >= 2).map(|(feature, _)| *feature).collect();
    names.sort_unstable();
    let number = |feature: &u64| names.binary_search(feature).ok().map(|at| at as u32);
    let terms = raw
        .iter()
        .map(|(found, outcome)| JudgedTerm { features: found.iter().filter_map(number).collect(), outcome: *outcome })
        .collect();
    (terms, names)
}

/// Fits the model; gives a row of `outcomes` weights for each feature. `penalty` weighs the squared weights.
pub fn fit_terms(terms: &[&JudgedTerm], features: usize, outcomes: usize, penalty: f32) -> Vec<f32> {
    minimise(vec![0.0; features * outcomes], 150, |weights, gradient| {
        let mut value = 0.0;
        for (sum, weight) in gradient.iter_mut().zip(weights) {
            *sum = penalty * weight;
            value += f64::from(penalty) / 2.0 * f64::from(*weight).powi(2);
        }
        let mut sums = vec![0.0f32; outcomes];
        for term in terms {
            predict(weights, term, &mut sums);
            value -= f64::from(sums[term.outcome].max(1e-12)).ln();
            sums[term.outcome] -= 1.0;
            for &feature in &term.features {
                let from = feature as usize * outcomes;
                for (sum, delta) in gradient[from..from + outcomes].iter_mut().zip(&sums) {
                    *sum += delta;
                }
            }
        }
        value
    })
}

/// Probabilities of a term's outcomes.
fn predict(weights: &[f32], term: &JudgedTerm, sums: &mut [f32]) {
    sums.fill(0.0);
    let outcomes = sums.len();
    for &feature in &term.features {
        let from = feature as usize * outcomes;
        for (sum, weight) in sums.iter_mut().zip(&weights[from..from + outcomes]) {
            *sum += weight;
        }
    }
    softmax(sums);
}

/// Share of held-out terms judged right, in `folds` folds.
pub fn accuracy(terms: &[JudgedTerm], features: usize, outcomes: usize, penalty: f32, folds: usize) -> f64 {
    let mut right = 0;
    let mut sums = vec![0.0; outcomes];
    for fold in 0..folds {
        let part =
            |held: bool| terms.iter().enumerate().filter(move |(at, _)| (at % folds == fold) == held).map(|(_, t)| t);
        let weights = fit_terms(&part(false).collect::<Vec<_>>(), features, outcomes, penalty);
        for term in part(true) {
            predict(&weights, term, &mut sums);
            let best = (0..outcomes).max_by(|&a, &b| sums[a].total_cmp(&sums[b])).unwrap_or(0);
            right += usize::from(best == term.outcome);
        }
    }
    right as f64 / terms.len().max(1) as f64
}
