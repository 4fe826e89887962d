//! Fitting the weights of spans.

use rayon::prelude::*;

use crate::extract::evidence::{Evidence, Weighed};
use crate::extract::weights::WeightTable;
use crate::fit::adam::Adam;

/// A span that names an entity, as training shall learn it.
#[derive(Clone, Debug)]
pub struct Target {
    /// Position among the paper's candidates.
    pub candidate: u32,
    /// Column of its type.
    pub entity_type: u8,
    /// Candidates that are as good: inside the annotated span, and another annotated form of the same entity.
    pub equals: Vec<u32>,
}

/// A paper to learn from.
#[derive(Debug)]
pub struct TrainingPaper {
    /// Its candidates with their evidence.
    pub evidence: Evidence,
    /// Number of tokens.
    pub tokens: usize,
    /// The spans that name its entities.
    pub targets: Vec<Target>,
}

/// How to fit.
#[derive(Clone, Copy, Debug)]
pub struct SpanFit {
    /// Weight of the squared weights against the loss.
    pub penalty: f32,
    /// Steps of the optimiser.
    pub steps: usize,
    /// How often targets are chosen anew among equal forms.
    pub rechoices: usize,
}

impl Default for SpanFit {
    fn default() -> Self {
        Self { penalty: 3.0, steps: 80, rechoices: 1 }
    }
}

/// Fits weights to papers.
pub fn fit_spans(papers: &[&TrainingPaper], rows: u32, types: usize, fit: SpanFit) -> WeightTable {
    let hidden = std::env::var("HIDDEN").ok().and_then(|h| h.parse().ok()).unwrap_or(0);
    let mut table = WeightTable::with_hidden(rows, types, hidden);
    let env = |name: &str, default: f32| std::env::var(name).ok().and_then(|v| v.parse().ok()).unwrap_or(default);
    let epochs = env("EPOCHS", 6.0) as usize;
    let batch = env("BATCHSIZE", 32.0) as usize;
    let mut adam = Adam::new(table.values().len(), env("RATE", 0.02), env("DECAY", 0.05));
    let mut order: Vec<usize> = (0..papers.len()).collect();
    let mut random = 0x2545_f491_4f6c_dd1du64;
    let batches = papers.len().div_ceil(batch) * epochs;
    let mut done = 0;
    let mut gradient = vec![0.0; table.values().len()];
    for epoch in 0..epochs {
        for at in (1..order.len()).rev() {
            random ^= random << 13;
            random ^= random >> 7;
            random ^= random << 17;
            order.swap(at, (random % (at as u64 + 1)) as usize);
        }
        for chunk in order.chunks(batch) {
            let parts: Vec<Vec<f32>> = chunk
                .par_chunks(batch.div_ceil(2))
                .map(|papers_at| {
                    let mut sum = vec![0.0; table.values().len()];
                    for &at in papers_at {
                        let paper = papers[at];
                        let mut targets: Vec<(u32, u8)> =
                            paper.targets.iter().map(|t| (t.candidate, t.entity_type)).collect();
                        if epoch > 0 {
                            rechoose(paper, &table, &mut targets);
                        }
                        loss(paper, &targets, &table, &mut sum);
                    }
                    sum
                })
                .collect();
            gradient.fill(0.0);
            for part in parts {
                for (sum, part) in gradient.iter_mut().zip(part) {
                    *sum += part / chunk.len() as f32;
                }
            }
            adam.step(table.values_mut(), &gradient, 1.0 - done as f32 / batches as f32);
            done += 1;
        }
    }
    table
}

/// Among equal forms of a target, takes the one that the weights like best.
fn rechoose(paper: &TrainingPaper, table: &WeightTable, chosen: &mut [(u32, u8)]) {
    let scores = crate::extract::choose::scores(&paper.evidence, table);
    let score =
        |candidate: u32, entity_type: u8| scores[candidate as usize * table.outcomes + usize::from(entity_type)];
    for (target, current) in paper.targets.iter().zip(chosen) {
        for &other in std::iter::once(&target.candidate).chain(&target.equals) {
            if score(other, target.entity_type) > score(current.0, target.entity_type) {
                current.0 = other;
            }
        }
    }
}

/// What all ways to cut a paper into typed spans and gaps say of each candidate.
pub struct Marginals {
    /// Logarithm of the sum over all ways.
    pub partition: f64,
    /// Probability of each type for each candidate, row after row.
    pub probabilities: Vec<f32>,
}

/// Sums over all ways to cut a paper, forwards and backwards. Sentences need no borders here: no span crosses one, so the
/// sum over all ways to cut the paper is the product of those of its sentences.
pub fn marginals(candidates: &[Weighed], tokens: usize, scores: &[f32], types: usize) -> Marginals {
    let mut by_start: Vec<u32> = (0..candidates.len() as u32).collect();
    by_start.sort_by_key(|&at| std::cmp::Reverse(candidates[at as usize].candidate.first));
    let span_sum: Vec<f64> = scores.chunks_exact(types).map(log_sum).collect();

    let mut forward = vec![0.0f64; tokens + 1];
    let mut next = 0;
    for end in 1..=tokens {
        let mut total = forward[end - 1];
        while next < candidates.len() && candidates[next].candidate.end as usize == end {
            total = log_add(total, forward[candidates[next].candidate.first as usize] + span_sum[next]);
            next += 1;
        }
        forward[end] = total;
    }
    let mut backward = vec![0.0f64; tokens + 1];
    let mut next = 0;
    for start in (0..tokens).rev() {
        let mut total = backward[start + 1];
        while next < by_start.len() && candidates[by_start[next] as usize].candidate.first as usize == start {
            let at = by_start[next] as usize;
            total = log_add(total, backward[candidates[at].candidate.end as usize] + span_sum[at]);
            next += 1;
        }
        backward[start] = total;
    }
    let partition = forward[tokens];
    let mut probabilities = vec![0.0f32; candidates.len() * types];
    for (at, weighed) in candidates.iter().enumerate() {
        let outside = forward[weighed.candidate.first as usize] + backward[weighed.candidate.end as usize] - partition;
        for entity_type in 0..types {
            probabilities[at * types + entity_type] =
                (outside + f64::from(scores[at * types + entity_type])).exp() as f32;
        }
    }
    Marginals { partition, probabilities }
}

/// The loss of one paper; adds its gradient.
fn loss(paper: &TrainingPaper, targets: &[(u32, u8)], table: &WeightTable, gradient: &mut [f32]) -> f64 {
    let types = table.outcomes;
    let (scores, hidden) = crate::extract::choose::scores_and_hidden(&paper.evidence, table);
    let candidates = &paper.evidence.candidates;
    let Marginals { partition, probabilities: mut deltas } = marginals(candidates, paper.tokens, &scores, types);
    let mut value = partition;
    // A row of expected minus observed counts for every candidate, then one addition for each of its rows; rows of
    // phrases are summed over their places first.
    let stride = table.stride();
    let mut form_rows = vec![0.0f32; paper.evidence.forms() * stride];
    for &(candidate, entity_type) in targets {
        let at = candidate as usize * types + usize::from(entity_type);
        deltas[at] -= 1.0;
        value -= f64::from(scores[at]);
    }
    let (count, first_hidden) = (table.hidden(), table.first_hidden());
    let mut full = vec![0.0f32; stride];
    for (at, weighed) in candidates.iter().enumerate() {
        let delta = &deltas[at * types..(at + 1) * types];
        if delta.iter().all(|d| d.abs() < 1e-6) {
            continue;
        }
        full.fill(0.0);
        full[..types].copy_from_slice(delta);
        for h in 0..count {
            let activation = hidden[at * count + h];
            if activation <= 0.0 {
                continue;
            }
            let row = table.hidden_bias() + 1 + h;
            let mixing = &table.row(row as u32)[..types];
            let back: f32 = mixing.iter().zip(delta).map(|(a, b)| a * b).sum();
            full[first_hidden + h] = back;
            gradient[table.hidden_bias() * stride + first_hidden + h] += back;
            for outcome in 0..types {
                gradient[row * stride + outcome] += activation * delta[outcome];
            }
        }
        let form = weighed.form as usize * stride;
        add(&mut form_rows[form..form + stride], &full);
        for &row in paper.evidence.span_rows(weighed) {
            let from = row as usize * stride;
            add(&mut gradient[from..from + stride], &full);
        }
    }
    for form in 0..paper.evidence.forms() {
        let delta = &form_rows[form * stride..form * stride + stride];
        for &row in paper.evidence.form_rows(form as u32) {
            let from = row as usize * stride;
            add(&mut gradient[from..from + stride], delta);
        }
    }
    value
}

fn add(sums: &mut [f32], values: &[f32]) {
    for (sum, value) in sums.iter_mut().zip(values) {
        *sum += value;
    }
}

fn log_sum(row: &[f32]) -> f64 {
    let most = row.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    f64::from(most) + row.iter().map(|value| f64::from(value - most).exp()).sum::<f64>().ln()
}

fn log_add(a: f64, b: f64) -> f64 {
    let (most, least) = if a > b { (a, b) } else { (b, a) };
    most + (least - most).exp().ln_1p()
}
