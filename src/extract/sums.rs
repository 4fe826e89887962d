//! Sums of the evidence on candidates, and which candidates are given up before all of it is collected.
//!
//! Three in four candidates are hopeless, and what they share with others shows it: their phrase and the words at their
//! borders weigh so much against them that what holds at the one place does not turn the sum. So the place is looked at
//! only where that sum is not too small. Fitting finds the least sum of the spans that are chosen in the end
//! ([`papergraph rules fit`](crate::fit)); without it nothing is given up.

use crate::extract::evidence::{Evidence, SHARED};
use crate::extract::weights::{WeightTable, add_sums};

/// Finished sums of all evidence for every candidate: a row of the table's numbers a candidate, the types first.
pub fn sums(evidence: &Evidence, weights: &WeightTable) -> Vec<f32> {
    SharedSums::new(weights, evidence.candidates.len()).sums(evidence)
}

/// Sums of the shared rows of one paper, each made once.
#[derive(Clone, Debug)]
pub struct SharedSums<'w> {
    weights: &'w WeightTable,
    /// A row of hundredths for each of the shared rows so far.
    sums: Vec<i16>,
}

impl<'w> SharedSums<'w> {
    /// None so far, with room for those of a paper with so many candidates.
    pub fn new(weights: &'w WeightTable, candidates: usize) -> Self {
        Self { weights, sums: Vec::with_capacity(candidates * 3 * weights.shape.stride) }
    }

    /// Sums the shared rows that are new since the last call.
    fn catch_up(&mut self, evidence: &Evidence) {
        let done = self.sums.len() / self.weights.shape.stride;
        for number in done as u32..evidence.shared() as u32 {
            self.weights.push_sum(evidence.shared_rows(number), &mut self.sums);
        }
    }

    /// Adds up the shared rows of a candidate at the end of `into`.
    fn push_total(&self, shared: [u32; SHARED], into: &mut Vec<i16>) {
        let stride = self.weights.shape.stride;
        let [first, others @ ..] = shared.map(|number| &self.sums[number as usize * stride..][..stride]);
        let at = into.len();
        into.extend_from_slice(first);
        others.iter().for_each(|other| add_sums(&mut into[at..], other));
    }

    /// [`sums`] of all candidates.
    pub fn sums(mut self, evidence: &Evidence) -> Vec<f32> {
        self.catch_up(evidence);
        let mut all = Vec::with_capacity(evidence.candidates.len() * self.weights.shape.stride);
        let mut total = Vec::with_capacity(self.weights.shape.stride);
        for weighed in &evidence.candidates {
            total.clear();
            self.push_total(weighed.shared, &mut total);
            self.weights.add(evidence.own_rows(weighed), &mut total);
            self.weights.finish(&total, &mut all);
        }
        all
    }
}

/// Judges the candidates of one paper while their evidence is collected.
#[derive(Clone, Debug)]
pub struct Sieve<'w> {
    /// Sums of what the candidates share.
    pub sums: SharedSums<'w>,
    least: f32,
    total: Vec<i16>,
    finished: Vec<f32>,
}

impl<'w> Sieve<'w> {
    /// A sieve for so many candidates that lets through those whose shared rows sum to no less than `least`.
    pub fn new(weights: &'w WeightTable, candidates: usize, least: f32) -> Self {
        let stride = weights.shape.stride;
        let (total, finished) = (Vec::with_capacity(stride), Vec::with_capacity(stride));
        Self { sums: SharedSums::new(weights, candidates), least, total, finished }
    }

    /// May a candidate with these shared rows name an entity?
    pub fn passes(&mut self, evidence: &Evidence, shared: [u32; SHARED]) -> bool {
        self.most(evidence, shared) >= self.least
    }

    /// The sum of the shared rows of a candidate for the type that weighs most.
    pub fn most(&mut self, evidence: &Evidence, shared: [u32; SHARED]) -> f32 {
        self.sums.catch_up(evidence);
        self.total.clear();
        self.finished.clear();
        self.sums.push_total(shared, &mut self.total);
        self.sums.weights.finish(&self.total, &mut self.finished);
        self.finished.iter().take(self.sums.weights.shape.outcomes).copied().fold(f32::NEG_INFINITY, f32::max)
    }
}

#[cfg(test)]
mod tests {
    use crate::corpus::Paper;
    use crate::extract::Extractor;
    use crate::rules::RuleFolder;

    #[test]
    fn most_candidates_are_given_up_and_hardly_a_chosen_one() {
        let extractor = Extractor::new(&RuleFolder::embedded().parse().unwrap());
        let (mut candidates, mut judged) = (0, 0);
        let (mut chosen, mut found) = (0, 0);
        for line in include_str!("../../data/papers.jsonl").lines() {
            let paper: serde_json::Value = serde_json::from_str(line).unwrap();
            let text = |field: &str| paper[field].as_str().unwrap_or_default().to_string();
            let paper = Paper { title: text("title"), abstract_text: text("abstract"), ..Paper::default() };
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
