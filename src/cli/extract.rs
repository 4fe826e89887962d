//! `papergraph extract`: the entities of each paper as one JSON object a line.

use std::io::Write;
use std::path::PathBuf;

use crate::corpus::Paper;
use crate::extract::{ExtractLine, Extractor, Reasons};
use rayon::prelude::*;

use super::input::InputOptions;
use super::output::{Output, say};
use super::ruleset::RulesOption;
use super::{Global, Outcome};

/// Find the entities of papers: one JSON object a paper and line, in input order
///
/// Each line holds the paper's id and title and its entities: id, type, name, relation to the paper, confidence, and all
/// mentions with field, byte span, text and the rule that spoke most for them. Papers are read and written as they
/// come, so that inputs of any size need little memory.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  papergraph extract papers.jsonl > entities.jsonl
  papergraph extract library.bib --rules +my-rules --output entities.jsonl
  zstdcat dump.jsonl.zst | papergraph extract - | jq -r '.entities[].name' | sort | uniq -c")]
pub struct Extract {
    #[command(flatten)]
    input: InputOptions,
    #[command(flatten)]
    rules: RulesOption,
    /// Write to FILE instead of standard output; the file appears when it is whole
    #[arg(long, short, value_name = "FILE")]
    output: Option<PathBuf>,
}

impl Extract {
    pub fn run(&self, global: &Global) -> anyhow::Result<Outcome> {
        let extractor = self.rules.extractor()?;
        let mut papers = self.input.open(global)?;
        let mut output = Output::open(self.output.as_deref())?;
        let mut entities = 0;
        while let Some(batch) = papers.next_batch()? {
            let lines: Vec<(usize, Vec<u8>)> =
                batch.par_iter().map(|paper| line(extractor, paper)).collect::<Result<_, _>>()?;
            for (found, line) in lines {
                entities += found;
                output.write_all(&line)?;
            }
        }
        output.finish()?;
        let end = papers.finish()?;
        if !global.quiet {
            say(&format!("{} papers, {entities} entities", end.summary.papers));
            for line in end.lines() {
                say(&line);
            }
        }
        Ok(end.outcome())
    }
}

/// The line of one paper, and its number of entities.
fn line(extractor: &Extractor, paper: &Paper) -> serde_json::Result<(usize, Vec<u8>)> {
    let extraction = extractor.extract_with(paper, Reasons::Mentions);
    let line = ExtractLine::new(extractor, paper, &extraction);
    let mut bytes = serde_json::to_vec(&line)?;
    bytes.push(b'\n');
    Ok((line.entities.len(), bytes))
}
