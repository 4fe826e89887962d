//! Reading papers: files, folders and standard input, in many formats, as one stream of [`Paper`]s.
//!
//! ```text
//! source ─► open ───────► format ─► split ──────► parse ───► record ─► seen ─────► Paper
//! files     decompress,   found     one record's  fields     checked   duplicates
//! folders   UTF-8         from head bytes         by name              merged
//! ```
//! A source is a stream of text from the second stage on, and is never held: a splitter cuts it into the bytes of
//! single records, and a record that is too long, broken or no paper is given as [`Skipped`] with its place and the
//! reason, while the rest goes on. Parsing a record depends on nothing but its bytes, so it runs on all cores.

mod bibtex;
mod error;
mod fields;
mod format;
mod json;
mod json_pages;
mod listing;
mod open;
mod paper;
mod reader;
mod record;
mod seen;
mod source;
mod split;
mod table;
#[cfg(test)]
pub(crate) mod testing;

pub use error::{CorpusError, Skipped};
pub use fields::FieldMap;
pub use format::{InputFormat, UnknownInputFormat};
pub use paper::{Field, Paper};
pub use reader::{CorpusReader, ReadOptions, ReadSummary};
pub use source::Source;
