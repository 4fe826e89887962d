//! Measuring extraction against annotated papers: precision, recall and F1 as a careful reader would count them.
//!
//! A predicted entity matches an annotated one when one of its forms equals one of the annotated forms after
//! [`normal_form`]; each annotated entity is matched once, one of the same type first.

mod annotation;
mod html;
mod mistakes;
mod places;
mod report;

pub use annotation::{AnnotationError, PaperEntities, ReadEntity, ReadMention, read_entities};
pub use html::{JudgedPaper, page};
pub use mistakes::{Cause, Mistake, mistakes};
pub use places::{Place, entity_spans, places, typed_spans};
pub use report::Report;

use rustc_hash::FxHashSet;
use serde::{Deserialize, Serialize};

use crate::text::normal_form;

/// One annotated paper.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct GoldPaper {
    /// Id of the paper.
    pub id: String,
    /// Its entities.
    pub entities: Vec<GoldEntity>,
}

/// One annotated entity.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct GoldEntity {
    /// Label of its type.
    #[serde(rename = "type")]
    pub entity_type: String,
    /// Id of its relation to the paper.
    pub relation: String,
    /// Its forms as the text has them, the best first.
    pub surfaces: Vec<String>,
}

/// A predicted entity, as far as measuring needs it.
#[derive(Clone, Debug)]
pub struct Predicted {
    /// Label of its type.
    pub entity_type: String,
    /// Id of its relation.
    pub relation: String,
    /// Its name and the texts of its mentions.
    pub forms: Vec<String>,
}

/// Right, predicted and annotated, counted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Tally {
    /// Predictions that are right.
    pub right: u32,
    /// All predictions.
    pub predicted: u32,
    /// All annotated entities.
    pub annotated: u32,
}

impl Tally {
    /// Share of the predictions that are right.
    pub fn precision(self) -> f64 {
        ratio(self.right, self.predicted)
    }

    /// Share of the annotated entities that are found.
    pub fn recall(self) -> f64 {
        ratio(self.right, self.annotated)
    }

    /// Harmonic mean of precision and recall.
    pub fn f1(self) -> f64 {
        let (p, r) = (self.precision(), self.recall());
        if p + r > 0.0 { 2.0 * p * r / (p + r) } else { 0.0 }
    }

    /// Adds the counts of another tally.
    pub fn add(&mut self, other: Self) {
        self.right += other.right;
        self.predicted += other.predicted;
        self.annotated += other.annotated;
    }
}

fn ratio(part: u32, whole: u32) -> f64 {
    if whole == 0 { 0.0 } else { f64::from(part) / f64::from(whole) }
}

/// How the entities of one paper, or of many, were found.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Score {
    /// Matches with the right type.
    pub typed: Tally,
    /// Matches whatever their type.
    pub untyped: Tally,
    /// Matches with the right type and relation.
    pub triple: Tally,
}

impl Score {
    /// Adds the counts of another score.
    pub fn add(&mut self, other: Self) {
        self.typed.add(other.typed);
        self.untyped.add(other.untyped);
        self.triple.add(other.triple);
    }
}

/// Which predictions match which annotated entities.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Matching {
    /// Pairs (annotated, predicted), those of the same type first.
    pub pairs: Vec<(usize, usize)>,
    /// Annotated entities that nothing matches.
    pub missed: Vec<usize>,
    /// Predictions that match nothing.
    pub spurious: Vec<usize>,
}

/// Matches predictions to annotated entities, each once, the same type first.
pub fn match_entities(gold: &[GoldEntity], predicted: &[Predicted]) -> Matching {
    let forms = |texts: &[String]| -> FxHashSet<String> { texts.iter().map(|text| normal_form(text)).collect() };
    let gold_forms: Vec<_> = gold.iter().map(|entity| forms(&entity.surfaces)).collect();
    let predicted_forms: Vec<_> = predicted.iter().map(|entity| forms(&entity.forms)).collect();
    let mut matching = Matching::default();
    let mut taken = vec![false; predicted.len()];
    let mut found = vec![false; gold.len()];
    for same_type in [true, false] {
        for (g, entity) in gold.iter().enumerate() {
            if found[g] {
                continue;
            }
            let fits = |p: &usize| {
                !taken[*p]
                    && (!same_type || predicted[*p].entity_type == entity.entity_type)
                    && !gold_forms[g].is_disjoint(&predicted_forms[*p])
            };
            if let Some(p) = (0..predicted.len()).find(fits) {
                matching.pairs.push((g, p));
                (found[g], taken[p]) = (true, true);
            }
        }
    }
    matching.missed = (0..gold.len()).filter(|&g| !found[g]).collect();
    matching.spurious = (0..predicted.len()).filter(|&p| !taken[p]).collect();
    matching
}

/// Scores the predictions for one paper.
pub fn score(gold: &[GoldEntity], predicted: &[Predicted]) -> Score {
    score_matching(gold, predicted, &match_entities(gold, predicted))
}

/// Counts a matching.
fn score_matching(gold: &[GoldEntity], predicted: &[Predicted], matching: &Matching) -> Score {
    let typed = matching.pairs.iter().filter(|(g, p)| gold[*g].entity_type == predicted[*p].entity_type);
    let triple = typed.clone().filter(|(g, p)| gold[*g].relation == predicted[*p].relation).count();
    let tally =
        |right: usize| Tally { right: right as u32, predicted: predicted.len() as u32, annotated: gold.len() as u32 };
    Score { typed: tally(typed.count()), untyped: tally(matching.pairs.len()), triple: tally(triple) }
}
