//! `readings.jsonl.zst`: what was read in every paper, so that `papergraph build --add` need not read it again.
//!
//! The graph does not hold this, so the file is written only where the run that built the graph gives it.

use std::io::Write;

use super::view::View;
use super::{ExportError, ExportOptions, Exporter, Stage};

/// Name of the file.
pub const FILE: &str = "readings.jsonl.zst";

/// Writes `readings.jsonl.zst`.
pub struct Readings;

impl Exporter for Readings {
    fn write(&self, _view: &View<'_>, stage: &Stage, options: &ExportOptions) -> Result<(), ExportError> {
        match &options.readings {
            Some(bytes) => stage.file(FILE, |out| out.write_all(bytes)),
            None => Ok(()),
        }
    }
}
