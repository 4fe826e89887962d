//! The rule set: everything in one rules folder, loaded, checked and compiled once.

mod compile;
pub mod counts;
mod files;
mod load;
mod schema;
pub mod terms;

pub use compile::{CompiledCue, CompiledHead, CompiledPattern, CorpusAcronym, LexiconEntry, LexiconForm, RuleSet, WordClass, key_of};
pub use files::{AmbiguousFile, Cue, CueFile, Head, HeadFile, LexiconRow, Pattern, PatternFile, Side, StopFile};
pub use load::RuleFiles;
pub use schema::{EntityType, Relation, RelationId, RelationRole, Schema, TypeId};
