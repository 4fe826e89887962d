//! `papergraph export`: a built graph, or a part of it, in other formats, without reading the papers again.

use std::fs;
use std::path::PathBuf;
use std::time::Instant;

use anyhow::bail;

use super::output::{file_names, say};
use super::part::{AnalysisOptions, PartOptions};
use super::{Global, Outcome, ask};
use crate::analyze::analyze_in_steps;
use crate::export::{ExportOptions, Format, write_outputs};

/// Write a built graph, or a part of it, to another folder, without reading the papers again
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Topics, places and colours stay as they are, unless an option of \"Topics and looks\" asks for others.

Examples:
  papergraph export --topic \"image segmentation\" --out segmentation
  papergraph export --view entities --min-papers 5 --format gexf --out entities
  papergraph export --resolution 2 --format gexf,report --out finer")]
pub struct Export {
    /// The graph to write, as `papergraph build` wrote it
    #[arg(long, value_name = "FILE", default_value = "out/graph.json")]
    graph: PathBuf,
    /// Folder to write to; other people's files in it are left alone
    #[arg(long, short, value_name = "DIR")]
    out: PathBuf,
    /// Formats to write, separated by commas; all but cypher if left out
    #[arg(long, short, value_name = "FORMAT,...", value_delimiter = ',')]
    format: Vec<Format>,
    #[command(flatten)]
    analysis: AnalysisOptions,
    #[command(flatten)]
    part: PartOptions,
}

impl Export {
    pub fn run(&self, global: &Global) -> anyhow::Result<Outcome> {
        let started = Instant::now();
        let formats = if self.format.is_empty() { &Format::DEFAULT[..] } else { &self.format };
        if formats.contains(&Format::Json) && self.replaces_its_source() {
            bail!("{} would be replaced by what is made of it; choose another folder with --out", self.graph.display());
        }
        let mut graph = ask::load(&self.graph)?;
        let stage = |done: &str| {
            if global.verbose {
                say(&format!("{done} after {:.1} s", started.elapsed().as_secs_f64()));
            }
        };
        stage("graph read");
        let mut notes = Vec::new();
        if self.analysis.is_asked_for() {
            let analysis = analyze_in_steps(&mut graph, &self.analysis.options(), stage);
            stage(&analysis.to_string());
            notes = analysis.notes;
        }
        notes.extend(self.part.apply(&mut graph)?);
        let files = write_outputs(&graph, &self.out, formats, &ExportOptions::default())?;
        if !global.quiet {
            say(&format!(
                "{} papers, {} entities, {} edges, {} topics in {:.1} s",
                graph.papers().count(),
                graph.entities().count(),
                graph.graph.edge_count(),
                graph.topics().count(),
                started.elapsed().as_secs_f64()
            ));
            notes.iter().for_each(|note| say(note));
            say(&format!("written to {}: {}", self.out.display(), file_names(&self.out, &files).join(", ")));
        }
        Ok(Outcome::Done)
    }

    fn replaces_its_source(&self) -> bool {
        let place = fs::canonicalize(self.out.join("graph.json"));
        place.is_ok_and(|place| fs::canonicalize(&self.graph).is_ok_and(|source| source == place))
    }
}
