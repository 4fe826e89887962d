//! The rule set: everything in one rules folder, loaded, checked and compiled once.

mod files;
mod schema;

pub use files::{AmbiguousFile, Cue, CueFile, Head, HeadFile, LexiconRow, Pattern, PatternFile, Side, StopFile};
pub use schema::{EntityType, Relation, RelationId, RelationRole, Schema, TypeId};
