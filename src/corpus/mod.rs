//! Reading papers: files, folders and standard input, in many formats, as one stream of [`Paper`]s.

mod paper;

pub use paper::{Field, Paper};
