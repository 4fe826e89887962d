//! `papergraph build`: from papers to a graph in all formats.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Instant;

use rayon::prelude::*;

use super::input::{InputOptions, ReadEnd, sources};
use super::output::{file_names, say};
use super::part::{AnalysisOptions, PartOptions};
use super::readings::{Earlier, Growth};
use super::ruleset::{RulesOption, fingerprint};
use super::{Global, Outcome};
use crate::analyze::analyze_in_steps;
use crate::corpus::Source;
use crate::export::{ExportOptions, Format, GENERATOR, write_outputs};
use crate::extract::{Extractor, Reasons};
use crate::graph::KnowledgeGraph;
use crate::resolve::{Archive, Reading, Resolver};

/// The sample corpus, for those who have no papers at hand yet.
static SAMPLE: &[u8] = include_bytes!("../../data/papers.jsonl");

/// Read papers and write their knowledge graph in all formats; without INPUT, that of a built-in sample
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Formats:
  graphml, gexf   Gephi, Cytoscape, yEd, networkx, igraph
  csv             spreadsheets, pandas
  parquet         DuckDB, Spark, Polars
  dot             Graphviz
  json            scripts, and `papergraph stats`, `search`, `neighbors`, `path`
  neo4j, ladybug, rdf, cypher, tinkerpop   graph databases and triple stores
  report          a summary for people
  readings        what was read in each paper, for --add

Examples:
  papergraph build                                  the built-in sample, into out/
  papergraph build papers.jsonl library.bib --out graph
  papergraph build dump/ --format gexf,csv --min-papers 2
  papergraph build papers.csv --map title=Name,abstract=Text --skipped skipped.txt
  papergraph build --add graph/graph.json december.jsonl      next month's papers on top
  papergraph build --add graph/graph.json --remove 2106.09685  without a paper")]
pub struct Build {
    #[command(flatten)]
    input: InputOptions,
    #[command(flatten)]
    rules: RulesOption,
    /// Folder to write to; other people's files in it are left alone. `out` if left out, or the folder of --add
    #[arg(long, short, value_name = "DIR")]
    out: Option<PathBuf>,
    /// Formats to write, separated by commas; all but cypher and tinkerpop if left out
    #[arg(long, short, value_name = "FORMAT,...", value_delimiter = ',')]
    format: Vec<Format>,
    #[command(flatten)]
    growth: Growth,
    #[command(flatten)]
    analysis: AnalysisOptions,
    #[command(flatten)]
    part: PartOptions,
}

impl Build {
    pub fn run(&self, global: &Global) -> anyhow::Result<Outcome> {
        let started = Instant::now();
        let files = self.rules.files()?;
        let rules = fingerprint(&files);
        let extractor = Extractor::new(&files);
        drop(files);
        let stage = |done: &str| {
            if global.verbose {
                say(&format!("{done} after {:.1} s", started.elapsed().as_secs_f64()));
            }
        };
        let earlier = self.growth.earlier(&rules)?;
        let formats = if self.format.is_empty() { &Format::DEFAULT[..] } else { &self.format };
        let archive = formats.contains(&Format::Readings).then(|| Archive::new(GENERATOR, &rules)).transpose()?;
        let Built { mut graph, readings, end } = self.graph(extractor, earlier, archive, global)?;
        stage("papers read and entities resolved");
        let analysis = analyze_in_steps(&mut graph, &self.analysis.options(), stage);
        stage(&analysis.to_string());
        let mut notes = analysis.notes;
        notes.extend(self.part.apply(&mut graph)?);
        let folder = self.folder();
        let options = ExportOptions { readings, ..ExportOptions::default() };
        let files = write_outputs(&graph, folder, formats, &options)?;
        if !global.quiet {
            if self.input.inputs.is_empty() && !self.growth.is_given() {
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
            let names = file_names(folder, &files);
            say(&format!("written to {}: {}", folder.display(), names.join(", ")));
        }
        Ok(end.outcome())
    }

    /// The folder to write to.
    fn folder(&self) -> &Path {
        self.out.as_deref().or_else(|| self.growth.folder()).unwrap_or(Path::new("out"))
    }

    /// Reads, extracts in parallel, and resolves in input order, batch by batch; papers of an earlier run come first.
    fn graph(
        &self,
        extractor: Extractor,
        mut earlier: Earlier,
        mut archive: Option<Archive>,
        global: &Global,
    ) -> anyhow::Result<Built> {
        let (schema, lexicon) = (extractor.rules.schema.clone(), Arc::clone(&extractor.rules.lexicon));
        let sources = if self.input.inputs.is_empty() && !self.growth.is_given() {
            vec![Source::Memory { name: "papers.jsonl".to_string(), bytes: SAMPLE.into() }]
        } else {
            sources(&self.input.inputs)
        };
        let mut papers = self.input.reading.open(sources, global)?;
        earlier.make_known(&mut papers);
        let mut resolver = Resolver::new(&schema, &lexicon);
        let mut keep = |reading: Reading| -> anyhow::Result<()> {
            if let Some(archive) = &mut archive {
                archive.add(&reading)?;
            }
            resolver.add_reading(reading);
            Ok(())
        };
        let read = |paper| {
            let extraction = extractor.extract_with(&paper, Reasons::Relations);
            Reading::new(paper, &extraction, &schema)
        };
        // New versions of earlier papers stand where those stood, so earlier papers wait until all is read.
        let mut new = Vec::new();
        let mut readings: Vec<Reading> = Vec::new();
        let mut is_open = true;
        while is_open {
            // Papers are taken in one after the other, on one core; meanwhile the others read the next batch.
            let (next, taken) = rayon::join(
                || papers.next_batch().map(|batch| batch.map(|batch| batch.into_par_iter().map(read).collect())),
                || readings.drain(..).try_for_each(&mut keep),
            );
            taken?;
            match next? {
                None => is_open = false,
                Some(batch) if earlier.is_empty() => readings = batch,
                Some(batch) => new.extend(batch.into_iter().filter_map(|reading| earlier.replace(reading))),
            }
        }
        // The rules are a third of the memory by now, and no longer needed.
        drop(extractor);
        earlier.into_readings().chain(new).try_for_each(keep)?;
        let end = papers.finish()?;
        let readings = archive.map(Archive::finish).transpose()?;
        Ok(Built { graph: resolver.finish(), readings, end })
    }
}

/// A graph, and what else came of building it.
struct Built {
    graph: KnowledgeGraph,
    /// The bytes of `readings.jsonl.zst`, if they are to be written.
    readings: Option<Vec<u8>>,
    end: ReadEnd,
}
