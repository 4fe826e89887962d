//! Sums of the evidence on candidates, and which candidates are given up before all of it is collected.
//!
//! Two in three candidates are hopeless, and what is quickly known of them shows it: whether lists and a corpus know the
//! phrase, how it is written, what stands at its borders. A **sieve** gives each such piece of evidence one weight of its
//! own; where these sum to too little, nothing else is looked at. Fitting learns the weights from the candidates that are
//! chosen in the end ([`papergraph rules fit`](crate::fit)); without them nothing is given up.

use crate::extract::evidence::{Evidence, SHARED_FIRST};
use crate::extract::weights::{WeightTable, add_sums};

/// Finished sums of all evidence for every candidate: a row of the table's numbers a candidate, the types first.
pub fn sums(evidence: &Evidence, weights: &WeightTable) -> Vec<f32> {
    let stride = weights.shape.stride;
    // Each of the shared rows is summed once, if a candidate has it: where its sum begins.
    let mut begins: Vec<Option<usize>> = vec![None; evidence.shared()];
    let mut shared: Vec<i16> = Vec::with_capacity(evidence.candidates.len() * 3 * stride);
    let mut all = Vec::with_capacity(evidence.candidates.len() * stride);
    let mut total: Vec<i16> = Vec::with_capacity(stride);
    for weighed in &evidence.candidates {
        total.clear();
        weights.push_sum(evidence.own_rows(weighed), &mut total);
        for &number in &weighed.shared {
            let begin = *begins[number as usize].get_or_insert_with(|| {
                let begin = shared.len();
                weights.push_sum(evidence.shared_rows(number), &mut shared);
                begin
            });
            add_sums(&mut total, &shared[begin..begin + stride]);
        }
        weights.finish(&total, &mut all);
    }
    all
}

/// Judges the candidates of one paper while their evidence is collected.
#[derive(Clone, Debug)]
pub struct Sieve<'w> {
    /// For each row of evidence its weight in hundredths.
    weights: &'w [i16],
    /// The least sum that is let through, in hundredths.
    least: i32,
    /// For each of the shared rows so far its sum, if it was asked for.
    shared: Vec<Option<i32>>,
}

impl<'w> Sieve<'w> {
    /// A sieve for one paper that lets through the candidates of which the first evidence sums to no less than `least`.
    pub fn new(weights: &'w [i16], least: f32) -> Self {
        Self { weights, least: (least * 100.0).round() as i32, shared: Vec::new() }
    }

    /// May a candidate name an entity of which these rows are known so far: those it shares and those of its own?
    pub(super) fn passes(&mut self, evidence: &Evidence, shared: [u32; SHARED_FIRST], own: &[u32]) -> bool {
        let weights = self.weights;
        self.shared.resize(evidence.shared(), None);
        let mut total = sieve_sum(weights, own);
        for number in shared {
            let sum = &mut self.shared[number as usize];
            total += *sum.get_or_insert_with(|| sieve_sum(weights, evidence.shared_rows(number)));
        }
        total >= self.least
    }
}

/// What rows of evidence sum to in a sieve, in hundredths.
pub fn sieve_sum(weights: &[i16], rows: &[u32]) -> i32 {
    rows.iter().map(|&row| i32::from(weights[row as usize])).sum()
}

#[cfg(test)]
mod tests {
    use crate::corpus::testing::sample_papers;
    use crate::extract::Extractor;
    use crate::rules::RuleFolder;

    #[test]
    fn most_candidates_are_given_up_and_hardly_a_chosen_one() {
        let extractor = Extractor::new(&RuleFolder::embedded().parse().unwrap());
        let (mut candidates, mut judged) = (0, 0);
        let (mut chosen, mut found) = (0, 0);
        for paper in sample_papers() {
            let text = extractor.annotate(&paper);
            let evidence = extractor.evidence(&text);
            candidates += evidence.candidates.len();
            let all = extractor.decide(text, evidence, &extractor.weights, extractor.settings.bias);
            let sieved = extractor.read(&paper);
            judged += sieved.evidence.candidates.len();
            let spans = |reading: &crate::extract::Reading<'_>| -> Vec<_> {
                reading.chosen.iter().map(|span| (span.first, span.end, span.entity_type)).collect()
            };
            let spans_sieved = spans(&sieved);
            chosen += all.chosen.len();
            found += spans(&all).iter().filter(|span| spans_sieved.contains(span)).count();
        }
        assert!(judged * 2 < candidates, "{judged} of {candidates} candidates are left");
        assert!(found * 500 >= chosen * 499, "{found} of {chosen} chosen spans are found");
    }
}
