//! Fitting the sieve of candidates: by what is quickly known of a candidate, may it be chosen in the end?

use rayon::prelude::*;

use super::targets::AnnotatedPaper;
use super::training::{self, Training};
use crate::extract::space::SpanSpace;
use crate::extract::sums::sieve_sum;
use crate::extract::{Extractor, Weights};

/// The candidates of a paper: the evidence that is collected first, and whether each was chosen by all evidence.
#[derive(Clone, Debug, Default)]
struct SieveExample {
    rows: Vec<u32>,
    /// For each candidate where its rows end, and whether it was chosen.
    candidates: Vec<(usize, bool)>,
}

impl SieveExample {
    /// What the given weights choose in a paper.
    fn new(extractor: &Extractor, paper: &AnnotatedPaper, weights: &Weights, bias: f32) -> Self {
        let text = extractor.annotate(&paper.paper);
        let evidence = extractor.evidence(&text);
        let reading = extractor.decide(text, evidence, weights, bias);
        let mut chosen = vec![false; reading.evidence.candidates.len()];
        reading.chosen.iter().for_each(|span| chosen[span.candidate as usize] = true);
        let mut example = Self::default();
        for (weighed, chosen) in reading.evidence.candidates.iter().zip(chosen) {
            example.rows.extend(reading.evidence.first_rows_of(weighed));
            example.candidates.push((example.rows.len(), chosen));
        }
        example
    }

    /// Rows of each candidate, and whether it was chosen.
    fn candidates(&self) -> impl Iterator<Item = (&[u32], bool)> {
        let mut from = 0;
        self.candidates.iter().map(move |&(end, chosen)| {
            let rows = &self.rows[from..end];
            from = end;
            (rows, chosen)
        })
    }
}

/// How a sieve is fitted: plain sums, in which no piece of evidence may rely on another.
const TRAINING: Training =
    Training { networks: 1, hidden: 0, epochs: 10, batch: 32, rate: 0.02, decay: 0.05, dropout: 0.1 };
/// How many candidates that are not chosen a chosen one counts as much as: giving it up costs more.
const CHOSEN: f32 = 60.0;
/// Share of the chosen spans that may be given up by a sieve that was fitted to half of the papers. The one that is fitted
/// to all gives up fewer.
const GIVEN_UP: f64 = 0.001;

/// Fits the weights of a sieve to what the given weights choose in papers: logistic regression on the evidence that is
/// collected first. Gives them in hundredths by row of evidence, and the least sum that may be let through: no more than
/// one in a thousand of the spans that are chosen in either half of the papers has a smaller one in a sieve that was
/// fitted to the other half. With fewer chosen spans than a thousand that cannot be told: then there is no sieve.
pub fn fit_sieve(extractor: &Extractor, papers: &[AnnotatedPaper], weights: &Weights, bias: f32) -> (Vec<i16>, f32) {
    let examples: Vec<SieveExample> =
        papers.par_iter().map(|paper| SieveExample::new(extractor, paper, weights, bias)).collect();
    let half = |number: usize| examples.iter().skip(number).step_by(2).collect::<Vec<_>>();
    let halves = [half(0), half(1)];
    let mut sums: Vec<i32> = Vec::new();
    for (fitted, other) in [(0, 1), (1, 0)] {
        let sieve = fit(&extractor.space, &halves[fitted]);
        let candidates = halves[other].iter().flat_map(|example| example.candidates());
        sums.extend(candidates.filter(|(_, chosen)| *chosen).map(|(rows, _)| sieve_sum(&sieve, rows)));
    }
    sums.sort_unstable();
    match (sums.len() as f64 * GIVEN_UP) as usize {
        0 => (Vec::new(), f32::NEG_INFINITY),
        given_up => (fit(&extractor.space, &examples.iter().collect::<Vec<_>>()), sums[given_up] as f32 / 100.0),
    }
}

/// The weights of a sieve, in hundredths by row of evidence.
fn fit(space: &SpanSpace, examples: &[&SieveExample]) -> Vec<i16> {
    let network = training::fit(
        (space.rows, 1),
        examples.len(),
        TRAINING,
        space.other_habits,
        |item, _, dropout, table, gradient| {
            let mut seen = Vec::new();
            for (rows, chosen) in examples[item].candidates() {
                seen.clear();
                seen.extend(rows.iter().copied().filter(|&row| dropout.keeps(row)));
                let sums = training::sums_of(table, &seen);
                let probability = 1.0 / (1.0 + (-sums[0]).exp());
                let slope = if chosen { CHOSEN * (probability - 1.0) } else { probability };
                training::add_gradient(table, &seen, &sums, &[slope], gradient);
            }
        },
    );
    let table = network.weights();
    (0..space.rows).map(|row| table.row(row)[0]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::corpus::testing::sample_papers;
    use crate::eval::GoldPaper;
    use crate::rules::RuleFolder;

    #[test]
    fn a_sieve_gives_up_candidates_and_hardly_a_chosen_one() {
        let mut files = RuleFolder::embedded().parse().unwrap();
        files.tables.clear();
        let extractor = Extractor::new(&files);
        // What is annotated does not matter: the sieve is fitted to what the weights choose.
        let annotated =
            |paper| AnnotatedPaper { paper, gold: GoldPaper { id: String::new(), entities: Vec::new() }, others: None };
        let papers: Vec<AnnotatedPaper> = sample_papers().into_iter().map(annotated).collect();
        let (sieve, least) = fit_sieve(&extractor, &papers, &extractor.weights, 0.0);
        let least = (least * 100.0).round() as i32;
        let (mut candidates, mut chosen, mut given_up, mut lost) = (0, 0, 0, 0);
        for paper in &papers {
            for (rows, is_chosen) in SieveExample::new(&extractor, paper, &extractor.weights, 0.0).candidates() {
                let is_given_up = sieve_sum(&sieve, rows) < least;
                candidates += 1;
                chosen += u32::from(is_chosen);
                given_up += u32::from(is_given_up);
                lost += u32::from(is_chosen && is_given_up);
            }
        }
        assert!(given_up * 4 > candidates, "{given_up} of {candidates} candidates are given up");
        assert!(lost * 500 <= chosen, "{lost} of {chosen} chosen spans are lost");
        // Of so few spans nobody can say what one in a thousand is.
        assert_eq!(fit_sieve(&extractor, &papers[..2], &extractor.weights, 0.0), (Vec::new(), f32::NEG_INFINITY));
    }
}
