//! Fitting weights to annotated papers.
//!
//! Spans are scored by sums of weights, and the best set of spans that do not overlap is chosen; training knows this
//! scheduling. The loss of a sentence is that of a zero-order semi-Markov model (Sarawagi and Cohen 2004): the logarithm
//! of the sum over all ways to cut the sentence into typed spans and gaps, minus the sum of the annotated spans. Weights
//! are found by Adam in small batches with dropout ([`Training`]), the same way every time.

mod adam;
mod count;
mod cross_validate;
mod examples;
mod lbfgs;
mod learn;
mod network;
mod pairs;
mod profile;
mod relations;
mod sieve;
mod spans;
mod suggest;
mod targets;
mod terms;
mod training;

pub use count::{CountOptions, CountTables, count};
pub use cross_validate::{CrossValidation, FitOptions, cross_validate, predictions, sum};
pub use examples::{PaperExamples, examples, fit_weights};
pub use learn::{Learned, learn, term_words};
pub use pairs::PairExample;
pub use profile::{RuleProfile, profile};
pub use relations::RelationExample;
pub use sieve::fit_sieve;
pub use spans::TrainingPaper;
pub use suggest::{Sighting, SuggestOptions, Suggester, Suggestion, sightings};
pub use targets::{AnnotatedPaper, learn_words};
pub use terms::{JudgedTerm, accuracy as term_accuracy, fit_terms, judged_terms};
pub use training::Training;
