//! Fitting the weights of spans.

use crate::extract::evidence::{Evidence, Weighed};
use crate::extract::space::SpanSpace;
use crate::fit::network::Network;
use crate::fit::training::{self, Training};

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

/// How spans are fitted where nobody says otherwise: the best found on held-out papers.
pub const SPAN_TRAINING: Training =
    Training { networks: 3, hidden: 8, epochs: 10, batch: 32, rate: 0.02, decay: 0.05, dropout: 0.4 };

/// Fits weights to papers.
pub fn fit_spans(papers: &[&TrainingPaper], space: &SpanSpace, types: usize, training: Training) -> Network {
    training::fit(
        (space.rows, types),
        papers.len(),
        training,
        space.other_habits,
        |item, epoch, dropout, table, gradient| {
            let paper = papers[item];
            let mut evidence = paper.evidence.clone();
            evidence.retain_rows(|row| dropout.keeps(row));
            let sums = sums(&evidence, table);
            // Before anything is learnt, the annotated form is as good as any.
            let targets: Vec<(u32, u8)> = paper
                .targets
                .iter()
                .map(|target| {
                    (if epoch == 0 { target.candidate } else { best_form(target, &sums, table) }, target.entity_type)
                })
                .collect();
            add_gradient(&evidence, paper.tokens, &sums, &targets, table, gradient);
        },
    )
}

/// Finished sums of all evidence for every candidate: a row of the network's numbers a candidate, the types first.
fn sums(evidence: &Evidence, network: &Network) -> Vec<f32> {
    let stride = network.shape.stride;
    let mut shared_sums = vec![0.0; evidence.shared() * stride];
    for (number, sums) in (0..).zip(shared_sums.chunks_exact_mut(stride)) {
        network.add(evidence.shared_rows(number), sums);
    }
    let mut all = vec![0.0; evidence.candidates.len() * stride];
    for (weighed, sums) in evidence.candidates.iter().zip(all.chunks_exact_mut(stride)) {
        for &number in &weighed.shared {
            add(sums, &shared_sums[number as usize * stride..][..stride]);
        }
        network.add(evidence.own_rows(weighed), sums);
        network.finish(sums);
    }
    all
}

/// Among equal forms of a target, the one that the weights like best.
fn best_form(target: &Target, sums: &[f32], table: &Network) -> u32 {
    let sum = |candidate: u32| sums[candidate as usize * table.shape.stride + usize::from(target.entity_type)];
    let mut best = target.candidate;
    for &other in &target.equals {
        if sum(other) > sum(best) {
            best = other;
        }
    }
    best
}

/// Probability of each type for each candidate over all ways to cut a paper into typed spans and gaps, forwards and
/// backwards. Sentences need no borders here: no span crosses one, so the sum over all ways to cut the paper is the product
/// of those of its sentences.
fn marginals(candidates: &[Weighed], tokens: usize, sums: &[f32], table: &Network) -> Vec<f32> {
    let types = table.shape.outcomes;
    let types_of = |at: usize| &sums[at * table.shape.stride..][..types];
    let mut by_start: Vec<u32> = (0..candidates.len() as u32).collect();
    by_start.sort_by_key(|&at| std::cmp::Reverse(candidates[at as usize].candidate.first));
    let span_sum: Vec<f64> = (0..candidates.len()).map(|at| log_sum(types_of(at))).collect();

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
        for (probability, &sum) in probabilities[at * types..].iter_mut().zip(types_of(at)) {
            *probability = (outside + f64::from(sum)).exp() as f32;
        }
    }
    probabilities
}

/// Adds the gradient of one paper's loss.
fn add_gradient(
    evidence: &Evidence,
    tokens: usize,
    sums: &[f32],
    targets: &[(u32, u8)],
    table: &Network,
    gradient: &mut [f32],
) {
    let (types, stride) = (table.shape.outcomes, table.shape.stride);
    let candidates = &evidence.candidates;
    // A row of expected minus observed counts for every candidate, then one addition for each of its rows; slopes of
    // shared rows are summed over the candidates that share them first.
    let mut deltas = marginals(candidates, tokens, sums, table);
    for &(candidate, entity_type) in targets {
        deltas[candidate as usize * types + usize::from(entity_type)] -= 1.0;
    }
    let mut shared_slopes = vec![0.0f32; evidence.shared() * stride];
    let mut slopes = vec![0.0f32; stride];
    for (at, weighed) in candidates.iter().enumerate() {
        let delta = &deltas[at * types..(at + 1) * types];
        if delta.iter().all(|d| d.abs() < LEAST_SLOPE) {
            continue;
        }
        training::backward(table, &sums[at * stride..(at + 1) * stride], delta, &mut slopes, gradient);
        for &number in &weighed.shared {
            add(&mut shared_slopes[number as usize * stride..], &slopes);
        }
        for &row in evidence.own_rows(weighed) {
            add(&mut gradient[row as usize * stride..], &slopes);
        }
    }
    for (number, slopes) in (0u32..).zip(shared_slopes.chunks_exact(stride)) {
        for &row in evidence.shared_rows(number) {
            add(&mut gradient[row as usize * stride..], slopes);
        }
    }
}

/// Slopes too small to matter.
const LEAST_SLOPE: f32 = 1e-6;

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
