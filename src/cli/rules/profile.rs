//! `papergraph rules profile`: how each rule fares on annotated papers.

use std::path::PathBuf;

use crate::cli::Outcome;
use crate::cli::annotated::read_annotated;
use crate::cli::ask::{write_csv, write_table};
use crate::cli::output;
use crate::cli::ruleset::RulesOption;
use crate::extract::Extractor;
use crate::fit::{RuleProfile, profile};

/// Show for each rule how often it spoke, how often it was right, and the time that it took
///
/// A lexicon or pattern is right where what it finds is annotated with its type, a cue where the phrase beside it is
/// annotated with the type and relation that it speaks for, a head where a phrase of its type ends in it, a stop term
/// where nothing is annotated. Below stands the evidence that weighed most for the spans found. Names, cues and heads are
/// looked up all at once, so that only patterns take time of their own.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  papergraph rules profile gold.jsonl
  papergraph rules profile gold.jsonl --rules +my-rules --csv > profile.csv")]
pub struct Profile {
    /// Annotated papers; their texts are read from X.papers.jsonl beside X.jsonl
    #[arg(required = true)]
    gold: PathBuf,
    /// The texts of the annotated papers
    #[arg(long, value_name = "FILE")]
    papers: Option<PathBuf>,
    #[command(flatten)]
    rules: RulesOption,
    /// Print CSV with a header line
    #[arg(long)]
    csv: bool,
}

impl Profile {
    pub fn run(&self) -> anyhow::Result<Outcome> {
        let files = self.rules.files()?;
        let extractor = Extractor::new(&files);
        let papers = read_annotated(&self.gold, self.papers.as_deref())?;
        let header = ["kind", "rule", "spoke", "right", "share", "microseconds"];
        let count = papers.len().max(1) as f64;
        let row = |line: RuleProfile| {
            let share = f64::from(line.right) / f64::from(line.fired.max(1));
            let time = line.time.map(|time| time.as_secs_f64() * 1e6 / count);
            [
                line.kind.to_string(),
                line.id,
                line.fired.to_string(),
                line.right.to_string(),
                if line.fired > 0 { format!("{share:.2}") } else { String::new() },
                time.map_or_else(String::new, |time| format!("{time:.2}")),
            ]
        };
        let rows: Vec<[String; 6]> = profile(&extractor, &files, &papers).into_iter().map(row).collect();
        let mut text = Vec::new();
        if self.csv {
            write_csv(&mut text, header, rows)?;
        } else {
            let mut header = header.map(String::from);
            header[5] += " a paper";
            let with_header: Vec<[String; 6]> = std::iter::once(header).chain(rows).collect();
            write_table(&mut text, 0, &with_header)?;
        }
        output::print(&String::from_utf8_lossy(&text))?;
        Ok(Outcome::Done)
    }
}
