//! Fitting weights to annotated papers.
//!
//! Spans are scored by sums of weights, and the best set of spans that do not overlap is chosen; training knows this
//! scheduling. The loss of a sentence is that of a zero-order semi-Markov model (Sarawagi and Cohen 2004): the logarithm
//! of the sum over all ways to cut the sentence into typed spans and gaps, minus the sum of the annotated spans. Weights
//! are found by Adam in small batches with dropout ([`Training`]), the same way every time.

mod adam;
mod count;
mod cross_validate;
mod lbfgs;
mod learn;
mod network;
mod profile;
mod relations;
mod spans;
mod suggest;
mod targets;
mod terms;

pub use count::{CountOptions, CountTables, count};
pub use cross_validate::{CrossValidation, FitOptions, cross_validate, predictions, sum};
pub use learn::{Learned, learn, term_words};
pub use network::Training;
pub use profile::{RuleProfile, profile};
pub use relations::{RelationExample, fit_relations, relation_examples};
pub use spans::{TrainingPaper, fit_spans};
pub use suggest::{Sighting, SuggestOptions, Suggester, Suggestion, sightings};
pub use targets::{AnnotatedPaper, entity_spans, learn_words, training_paper};
pub use terms::{JudgedTerm, accuracy as term_accuracy, fit_terms, judged_terms};
