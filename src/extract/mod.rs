//! Finding entities in one paper: a pure function of (rule set, paper).

mod found;

pub use found::{EntityLine, ExtractLine, Extraction, FoundEntity, Mention, MentionLine, SentenceSpan};
