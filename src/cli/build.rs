//! `papergraph build`: from papers to a graph in all formats.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Instant;

use rayon::prelude::*;

use super::input::{InputOptions, ReadEnd, sources};
use super::output::say;
use super::ruleset::RulesOption;
use super::{Global, Outcome};
use crate::analyze::layout::MOST_PAPERS_FOR_FORCES;
use crate::analyze::view::{Cut, View, cut};
use crate::analyze::{AnalyzeOptions, ColorBy, analyze};
use crate::corpus::{Paper, Source};
use crate::export::{ExportOptions, Format, write_outputs};
use crate::extract::{Extraction, Extractor};
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

/// How topics, places and colours are found.
#[derive(Clone, Debug, clap::Args)]
#[command(next_help_heading = "Topics and looks")]
struct AnalysisOptions {
    /// Do not compute places of nodes
    #[arg(long)]
    no_layout: bool,
    /// Compute forces between papers however many there are; beyond 20,000 they otherwise stand by topic only, since forces
    /// take longer than all the rest
    #[arg(long, conflicts_with = "no_layout")]
    layout: bool,
    /// More and smaller topics with greater numbers; chosen for a readable number of topics if left out
    #[arg(long, value_name = "NUMBER", value_parser = resolution)]
    resolution: Option<f64>,
    /// What the colour of a node tells
    #[arg(long, value_name = "WHAT", value_enum, default_value_t = ColorChoice::Topic)]
    color_by: ColorChoice,
}

/// Which part of the graph is written.
#[derive(Clone, Debug, clap::Args)]
#[command(next_help_heading = "A part of the graph")]
struct PartOptions {
    /// Papers and entities, or one kind linked by what they share of the other
    #[arg(long, value_name = "VIEW", value_enum, default_value_t = ViewChoice::Full)]
    view: ViewChoice,
    /// Leave out entities of fewer than N papers
    #[arg(long, value_name = "N", default_value_t = 0, hide_default_value = true)]
    min_papers: u32,
    /// Keep only entities of these types
    #[arg(long, value_name = "TYPE,...", value_delimiter = ',')]
    types: Vec<String>,
    /// Keep only the papers of this topic, and their entities
    #[arg(long, value_name = "TOPIC")]
    topic: Option<String>,
    /// Keep only the N most central papers and the N most central entities
    #[arg(long, value_name = "N")]
    top: Option<usize>,
}

#[derive(Clone, Copy, Debug, clap::ValueEnum)]
enum ColorChoice {
    /// Its topic
    Topic,
    /// Its type
    Type,
}

#[derive(Clone, Copy, Debug, clap::ValueEnum)]
enum ViewChoice {
    /// Papers, entities and topics
    Full,
    /// Papers, linked by shared entities
    Papers,
    /// Entities, linked by shared papers
    Entities,
}

fn resolution(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(number) if number.is_finite() && number > 0.0 => Ok(number),
        _ => Err("must be a number greater than 0, such as 1 or 0.5".to_string()),
    }
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
        let analysis = analyze(&mut graph, &self.analysis.options());
        let part = self.part.cut();
        let mut notes = analysis.notes;
        if part != Cut::default() {
            let (smaller, what_is_left_out) = cut(&graph, &part)?;
            graph = smaller;
            notes.extend(what_is_left_out);
        }
        stage("topics and places found");
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
            let names = names(&self.out, &files);
            say(&format!("written to {}: {}", self.out.display(), names.join(", ")));
        }
        Ok(end.outcome())
    }

    /// Reads, extracts in parallel, and takes papers in in input order, batch by batch.
    fn graph(&self, extractor: &Extractor, global: &Global) -> anyhow::Result<(KnowledgeGraph, ReadEnd)> {
        let sources = if self.input.inputs.is_empty() {
            vec![Source::Memory { name: "papers.jsonl".to_string(), bytes: SAMPLE.into() }]
        } else {
            sources(&self.input.inputs)
        };
        let mut papers = self.input.reading.open(sources, global)?;
        let mut resolver = Resolver::new(&extractor.rules.schema, &extractor.rules.lexicon);
        let mut extracted: Vec<(Paper, Extraction)> = Vec::new();
        let mut is_open = true;
        while is_open {
            let extract = |paper: Paper| {
                let found = extractor.extract(&paper);
                (paper, found)
            };
            // Papers are taken in one after the other, on one core; meanwhile the others extract the next batch.
            let (next, ()) = rayon::join(
                || papers.next_batch().map(|batch| batch.map(|batch| batch.into_par_iter().map(extract).collect())),
                || extracted.drain(..).for_each(|(paper, found)| resolver.add(paper, &found)),
            );
            match next? {
                Some(batch) => extracted = batch,
                None => is_open = false,
            }
        }
        let end = papers.finish()?;
        Ok((resolver.finish(), end))
    }
}

/// The files by their names in the folder; those of a folder in it together: `neo4j/ (24 files)`.
fn names(folder: &Path, files: &[PathBuf]) -> Vec<String> {
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    for file in files {
        let inside = file.strip_prefix(folder).unwrap_or(file);
        let name = match inside.parent().filter(|parent| *parent != Path::new("")) {
            Some(parent) => format!("{}/", parent.display()),
            None => inside.display().to_string(),
        };
        *counts.entry(name).or_default() += 1;
    }
    let name = |(name, count): (String, usize)| {
        if name.ends_with('/') { format!("{name} ({count} files)") } else { name }
    };
    counts.into_iter().map(name).collect()
}

impl AnalysisOptions {
    fn options(&self) -> AnalyzeOptions {
        AnalyzeOptions {
            resolution: self.resolution,
            color_by: match self.color_by {
                ColorChoice::Topic => ColorBy::Topic,
                ColorChoice::Type => ColorBy::Type,
            },
            layout: !self.no_layout,
            most_papers_for_forces: if self.layout { usize::MAX } else { MOST_PAPERS_FOR_FORCES },
            ..AnalyzeOptions::default()
        }
    }
}

impl PartOptions {
    fn cut(&self) -> Cut {
        Cut {
            view: match self.view {
                ViewChoice::Full => View::Full,
                ViewChoice::Papers => View::Papers,
                ViewChoice::Entities => View::Entities,
            },
            min_papers: self.min_papers,
            types: self.types.clone(),
            topic: self.topic.clone(),
            top: self.top,
        }
    }
}
