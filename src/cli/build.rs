//! `papergraph build`: from papers to a graph in all formats.

use std::path::PathBuf;
use std::time::Instant;

use rayon::prelude::*;

use super::input::{InputOptions, ReadEnd, sources};
use super::output::{file_names, say};
use super::part::{AnalysisOptions, PartOptions};
use super::ruleset::RulesOption;
use super::{Global, Outcome};
use crate::analyze::analyze_in_steps;
use crate::corpus::Source;
use crate::export::{ExportOptions, Format, write_outputs};
use crate::extract::Extractor;
use crate::graph::KnowledgeGraph;
use crate::resolve::Resolver;

/// The sample corpus, for those who have no papers at hand yet.
static SAMPLE: &[u8] = include_bytes!("../../data/papers.jsonl");

/// Read papers and write their knowledge graph in all formats; without INPUT, that of a built-in sample
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Formats:
  graphml, gexf   Gephi, Cytoscape, yEd, networkx, igraph
  csv             spreadsheets, pandas
  dot             Graphviz
  json            scripts, and `papergraph stats`, `search`, `neighbors`, `path`
  neo4j, ladybug, rdf, cypher   graph databases and triple stores
  report          a summary for people

Examples:
  papergraph build                                  the built-in sample, into out/
  papergraph build papers.jsonl library.bib --out graph
  papergraph build dump/ --format gexf,csv --min-papers 2
  papergraph build papers.csv --map title=Name,abstract=Text --skipped skipped.txt")]
pub struct Build {
    #[command(flatten)]
    input: InputOptions,
    #[command(flatten)]
    rules: RulesOption,
    /// Folder to write to; other people's files in it are left alone
    #[arg(long, short, value_name = "DIR", default_value = "out")]
    out: PathBuf,
    /// Formats to write, separated by commas; all but cypher if left out
    #[arg(long, short, value_name = "FORMAT,...", value_delimiter = ',')]
    format: Vec<Format>,
    #[command(flatten)]
    analysis: AnalysisOptions,
    #[command(flatten)]
    part: PartOptions,
}

impl Build {
    pub fn run(&self, global: &Global) -> anyhow::Result<Outcome> {
        let started = Instant::now();
        let extractor = self.rules.extractor()?;
        let stage = |done: &str| {
            if global.verbose {
                say(&format!("{done} after {:.1} s", started.elapsed().as_secs_f64()));
            }
        };
        let (mut graph, end) = self.graph(&extractor, global)?;
        // The rules are a good part of the memory, and no longer needed.
        drop(extractor);
        stage("papers read and entities resolved");
        let analysis = analyze_in_steps(&mut graph, &self.analysis.options(), stage);
        stage(&analysis.to_string());
        let mut notes = analysis.notes;
        notes.extend(self.part.apply(&mut graph)?);
        let formats = if self.format.is_empty() { &Format::DEFAULT[..] } else { &self.format };
        let files = write_outputs(&graph, &self.out, formats, &ExportOptions::default())?;
        if !global.quiet {
            if self.input.inputs.is_empty() {
                say("no INPUT given: the built-in sample");
            }
            say(&format!(
                "{} papers, {} entities, {} edges, {} topics in {:.1} s",
                graph.papers().count(),
                graph.entities().count(),
                graph.graph.edge_count(),
                graph.topics().count(),
                started.elapsed().as_secs_f64()
            ));
            end.lines().iter().for_each(|line| say(line));
            notes.iter().for_each(|note| say(note));
            let names = file_names(&self.out, &files);
            say(&format!("written to {}: {}", self.out.display(), names.join(", ")));
        }
        Ok(end.outcome())
    }

    /// Reads, extracts in parallel, and resolves in input order, batch by batch.
    fn graph(&self, extractor: &Extractor, global: &Global) -> anyhow::Result<(KnowledgeGraph, ReadEnd)> {
        let sources = if self.input.inputs.is_empty() {
            vec![Source::Memory { name: "papers.jsonl".to_string(), bytes: SAMPLE.into() }]
        } else {
            sources(&self.input.inputs)
        };
        let mut papers = self.input.reading.open(sources, global)?;
        let mut resolver = Resolver::new(&extractor.rules.schema, &extractor.rules.lexicon);
        while let Some(batch) = papers.next_batch()? {
            let extractions: Vec<_> = batch.par_iter().map(|paper| extractor.extract(paper)).collect();
            for (paper, extraction) in batch.into_iter().zip(&extractions) {
                resolver.add(paper, extraction);
            }
        }
        let end = papers.finish()?;
        Ok((resolver.finish(), end))
    }
}
