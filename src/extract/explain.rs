//! Why a span was taken for an entity, or was not: the sum of its evidence, and what it lost against.
//!
//! Nothing here runs during extraction; it reads what [`Extractor::read`] leaves.

use super::candidates::Proposer;
use super::{Extractor, Reading};
use crate::corpus::Field;
use crate::rules::TypeId;

/// A candidate and what became of it.
#[derive(Clone, Debug, PartialEq)]
pub struct Judgement {
    /// The text that holds the span.
    pub field: Field,
    /// First byte in the field.
    pub start: usize,
    /// One past the last byte in the field.
    pub end: usize,
    /// How the span reads.
    pub text: String,
    /// The type that weighs most.
    pub entity_type: TypeId,
    /// Sum of the evidence for the type, the bias included; an entity's is greater than 0.
    pub sum: f32,
    /// What became of it.
    pub fate: Fate,
    /// The evidence that weighs something, what weighs most first, whichever way it speaks.
    pub pieces: Vec<Piece>,
    /// Names of the strategies that proposed the span.
    pub proposers: Vec<&'static str>,
}

/// What became of a candidate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fate {
    /// It names an entity.
    Chosen,
    /// The evidence against it weighs more than that for it.
    BelowZero,
    /// It overlaps spans that weigh more; how they read.
    Overlaps(Vec<String>),
}

/// One piece of evidence.
#[derive(Clone, Debug, PartialEq)]
pub struct Piece {
    /// Id of its family.
    pub family: &'static str,
    /// What was observed; empty for families with one value.
    pub value: String,
    /// What it weighs for the candidate's type at this place, its part in hidden units included.
    pub weight: f32,
}

/// All candidates of a paper in the order of the text.
pub fn judgements(extractor: &Extractor, reading: &Reading<'_>) -> Vec<Judgement> {
    let weights = &extractor.weights.spans;
    let bias = extractor.settings.bias;
    let document = &reading.text.document;
    let sums = reading.sums.chunks_exact(weights.shape.stride);
    let mut order: Vec<_> = (0u32..).zip(reading.evidence.candidates.iter().zip(sums)).collect();
    order.sort_by_key(|(_, (weighed, _))| (weighed.candidate.first, weighed.candidate.end));
    let judged = order.into_iter().map(|(at, (weighed, sums))| {
        let candidate = weighed.candidate;
        let mut best = (0u8, f32::NEG_INFINITY);
        for (entity_type, &score) in (0u8..).zip(&sums[..weights.shape.outcomes]) {
            if score > best.1 {
                best = (entity_type, score);
            }
        }
        let mut fate = Fate::BelowZero;
        // A span that was chosen has the type it was chosen with, which is the same.
        if reading.chosen.iter().any(|chosen| chosen.candidate == at) {
            fate = Fate::Chosen;
        } else if best.1 + bias > 0.0 {
            let over = reading
                .chosen
                .iter()
                .filter(|chosen| chosen.first < candidate.end && candidate.first < chosen.end)
                .map(|chosen| document.text(chosen.first, chosen.end).to_string());
            fate = Fate::Overlaps(over.collect());
        }
        let effective = weights.effective(sums, usize::from(best.0));
        let mut pieces: Vec<Piece> = reading
            .evidence
            .rows_of(weighed)
            .map(|row| {
                let (family, value) = extractor.space.name(row);
                Piece { family, value, weight: effective.weight(row) }
            })
            .filter(|piece| piece.weight != 0.0)
            .collect();
        pieces.sort_by(|a, b| b.weight.abs().total_cmp(&a.weight.abs()));
        let (field, start, end) = document.source_span(candidate.first, candidate.end);
        Judgement {
            field,
            start,
            end,
            text: document.text(candidate.first, candidate.end).to_string(),
            entity_type: TypeId(best.0),
            sum: best.1 + bias,
            fate,
            pieces,
            proposers: proposers(candidate.proposers),
        }
    });
    judged.collect()
}

fn proposers(bits: u16) -> Vec<&'static str> {
    Proposer::ALL.iter().filter(|(proposer, _)| bits & (1 << *proposer as u16) != 0).map(|(_, name)| *name).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::corpus::Paper;
    use crate::rules::{EntityType, Head, RuleFiles};

    /// Rules with one type, one head, and the weights given.
    fn extractor(weights: &str) -> Extractor {
        let mut files = RuleFiles::default();
        files.schema.types.push(EntityType {
            id: "task".into(),
            label: "Task".into(),
            plural: "Tasks".into(),
            color: "#000000".into(),
            description: String::new(),
        });
        files.heads.push(Head {
            id: "tasks".into(),
            entity_type: "Task".into(),
            class_noun: false,
            words: vec!["planning".into()],
            endings: Vec::new(),
            examples: Vec::new(),
            counterexamples: Vec::new(),
        });
        files.stop.function_words = vec!["we".into(), "study".into()];
        let table = format!("family,value,seen,Task\n{weights}");
        files.tables.insert("tables/span-weights.csv".into(), table.into_bytes().into());
        Extractor::new(&files)
    }

    #[test]
    fn each_candidate_is_chosen_below_zero_or_overlapped() {
        let extractor = extractor("constant,,1,-1\nhead,\"tasks, 1 atoms\",1,2\nhead,\"tasks, 2 atoms\",1,3\n");
        let paper = Paper { id: "p".into(), abstract_text: "We study robot planning.".into(), ..Paper::default() };
        let reading = extractor.read(&paper);
        let found = judgements(&extractor, &reading);
        let fate = |text: &str| {
            let judged = found.iter().find(|judged| judged.text == text).unwrap();
            (judged.sum, judged.fate.clone())
        };
        assert_eq!(fate("robot planning"), (2.0, Fate::Chosen));
        let over = Fate::Overlaps(vec!["robot planning".into()]);
        assert_eq!(fate("planning"), (1.0, over));
        for judged in &found {
            let sum: f32 = judged.pieces.iter().map(|piece| piece.weight).sum();
            assert!((sum - judged.sum).abs() < 1e-5, "{judged:?}");
        }
    }
}
