//! Choosing among overlapping spans: the set of spans that do not overlap and together weigh most, by weighted interval
//! scheduling over each sentence.

use rustc_hash::FxHashMap;

use crate::extract::annotated::Annotated;
use crate::extract::candidates::{Candidate, Candidates, Proposer};
use crate::extract::evidence::Weighed;
use crate::extract::weights::WeightTable;
use crate::rules::TypeId;

/// A span chosen to name an entity.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Chosen {
    /// Position among the candidates.
    pub candidate: u32,
    /// First token.
    pub first: u32,
    /// One past the last token.
    pub end: u32,
    /// Key of the phrase.
    pub key: u64,
    /// The type that weighs most.
    pub entity_type: TypeId,
    /// Sum of the evidence for the type, without the bias.
    pub score: f32,
    /// Probability of the type against all others and "no entity": the softmax of the sums.
    pub confidence: f32,
}

/// The best set of spans that do not overlap. `bias` is added to every span: greater finds more, smaller is surer.
///
/// `sums` are those of [`sums`](crate::extract::sums::sums). Candidates must stand in order of end, then start; ties keep the earlier one. Linear in
/// tokens and candidates.
pub fn choose(
    text: &Annotated<'_>,
    candidates: &[Weighed],
    sums: &[f32],
    weights: &WeightTable,
    bias: f32,
) -> Vec<Chosen> {
    let types_of = |at: usize| &sums[at * weights.shape.stride..][..weights.shape.outcomes];
    let tokens = text.document.tokens.len();
    let mut best = vec![0.0f32; tokens + 1];
    let mut chosen_at: Vec<Option<(u32, u8)>> = vec![None; tokens + 1];
    let mut next = 0;
    for end in 1..=tokens {
        best[end] = best[end - 1];
        while let Some(weighed) = candidates.get(next).filter(|weighed| weighed.candidate.end as usize == end) {
            let mut top = (0u8, f32::NEG_INFINITY);
            for (entity_type, &score) in (0u8..).zip(types_of(next)) {
                if score > top.1 {
                    top = (entity_type, score);
                }
            }
            let gain = top.1 + bias;
            let total = best[weighed.candidate.first as usize] + gain;
            if gain > 0.0 && total > best[end] {
                best[end] = total;
                chosen_at[end] = Some((next as u32, top.0));
            }
            next += 1;
        }
    }
    let mut chosen = Vec::new();
    let mut end = tokens;
    while end > 0 {
        match chosen_at[end] {
            Some((at, entity_type)) => {
                let candidate = candidates[at as usize].candidate;
                let row = types_of(at as usize);
                chosen.push(Chosen {
                    candidate: at,
                    first: candidate.first,
                    end: candidate.end,
                    key: candidate.key,
                    entity_type: TypeId(entity_type),
                    score: row[usize::from(entity_type)],
                    confidence: probability(row, usize::from(entity_type), bias),
                });
                end = candidate.first as usize;
            }
            None => end -= 1,
        }
    }
    chosen.reverse();
    chosen
}

/// Spans that are given, with their types, as candidates and as if they had been chosen. Those without a letter are left
/// out.
pub fn given(text: &Annotated<'_>, spans: &[(u32, u32, TypeId)]) -> (Candidates, Vec<Chosen>) {
    let mut candidates = Candidates::default();
    let mut types: FxHashMap<(u32, u32), TypeId> = FxHashMap::default();
    for &(first, end, entity_type) in spans {
        candidates.add(text, first, end, Proposer::Run);
        types.insert((first, end), entity_type);
    }
    candidates.sort();
    let chosen = (0..).zip(&candidates.list).map(|(candidate, &Candidate { first, end, key, .. })| Chosen {
        candidate,
        first,
        end,
        key,
        entity_type: types[&(first, end)],
        score: 0.0,
        confidence: 1.0,
    });
    let chosen = chosen.collect();
    (candidates, chosen)
}

/// Probability of one type against the others and against "no entity".
pub fn probability(scores: &[f32], entity_type: usize, bias: f32) -> f32 {
    let most = scores.iter().copied().fold(-bias, f32::max);
    let total: f32 = scores.iter().map(|score| (score - most).exp()).sum::<f32>() + (-bias - most).exp();
    (scores[entity_type] - most).exp() / total
}
