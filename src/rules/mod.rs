//! The rule set: everything in one rules folder, loaded, checked and compiled once.

mod check;
mod compile;
pub mod counts;
mod example;
mod files;
mod folder;
mod json_schema;
mod known_names;
mod lexicon;
mod list;
mod load;
pub mod packed;
mod pattern_set;
mod problem;
pub(crate) mod rows;
mod schema;
mod table;
pub mod terms;

pub use crate::text::key_of;
pub use check::check;
pub use compile::{
    CompiledCue, CompiledHead, CompiledPattern, CorpusAcronym, LexiconEntry, LexiconForm, RuleSet, WordClass,
};
pub use example::{MarkedText, MarkedTextError, MarkedTextErrorKind};
pub use files::{AmbiguousFile, Cue, CueFile, Head, HeadFile, LexiconRow, Pattern, PatternFile, Side, StopFile};
pub use folder::{FileKind, RuleError, RuleFolder};
pub use json_schema::json_schemas;
pub use known_names::KnownNames;
pub use list::{RuleExample, RuleLine, examples, list};
pub use load::RuleFiles;
pub use pattern_set::PatternSet;
pub use problem::{Problem, Severity, render_problems};
pub use schema::{EntityType, Relation, RelationId, RelationRole, Schema, TypeId};
pub use table::Table;
