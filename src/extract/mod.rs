//! Finding entities in one paper: a pure function of (rule set, paper).
//!
//! Strategies propose spans generously ([`candidates`]); every rule that holds on a span, around it or on its phrase
//! elsewhere in the paper is a piece of evidence ([`evidence`]); weights turn evidence into a sum a type
//! ([`weights`]); the best spans that do not overlap are chosen ([`choose`]), grouped into entities ([`group`]) and
//! related to the paper ([`relation_evidence`]).

pub mod acronym;
pub mod annotated;
pub mod by_token;
pub mod candidates;
pub mod choose;
pub mod collect;
pub mod defaults;
pub mod enumeration;
pub mod evidence;
pub mod examples;
pub mod explain;
mod extractor;
pub mod forms;
mod found;
pub mod group;
pub mod lexicon;
pub mod names;
pub mod naming;
pub mod pair_evidence;
pub mod pattern;
pub mod relation_evidence;
pub mod runs;
pub mod shape;
pub mod space;
pub mod sums;
pub mod title;
pub mod vocabulary;
pub mod weights;

pub use extractor::{
    Extractor, PAIR_WEIGHTS, RELATION_WEIGHTS, Reading, Reasons, SAME, SPAN_WEIGHTS, Settings, Vocabularies, Weights,
};
pub use found::{EntityLine, ExtractLine, Extraction, FoundEntity, Mention, MentionLine, SentenceSpan};
