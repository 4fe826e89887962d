//! The rule set: everything in one rules folder, loaded, checked and compiled once.

mod compile;
pub mod counts;
mod example;
mod files;
mod folder;
mod lexicon;
mod load;
mod problem;
mod schema;
pub mod terms;

pub use compile::{
    CompiledCue, CompiledHead, CompiledPattern, CorpusAcronym, LexiconEntry, LexiconForm, RuleSet,
    WordClass, key_of,
};
pub use example::{MarkedText, MarkedTextError, MarkedTextErrorKind};
pub use files::{
    AmbiguousFile, Cue, CueFile, Head, HeadFile, LexiconRow, Pattern, PatternFile, Side, StopFile,
};
pub use folder::{FileKind, RuleError, RuleFolder};
pub use load::RuleFiles;
pub use problem::{Problem, Severity, render_problems};
pub use schema::{EntityType, Relation, RelationId, RelationRole, Schema, TypeId};
