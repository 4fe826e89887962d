//! Writers: one file a format, behind one trait.
//!
//! ```text
//! KnowledgeGraph ─► View ─► Exporter (one a format) ─► Stage ─► output folder
//!                   values,   text                     all files
//!                   ids                                or none
//! ```
//!
//! [`View`] works out once what all formats say, so that all hold the same nodes and edges with the same values.
//! An [`Exporter`] turns a view into the files of its format. [`Stage`] lets the files appear together, or none of
//! them. To add a format: a file here with a type that implements [`Exporter`], and a line in each `match` of
//! [`Format`].

mod blocks;
mod csv;
mod cypher;
pub mod diff;
mod dot;
mod error;
mod gexf;
mod graphml;
mod json;
mod ladybug;
mod neo4j;
mod number;
mod parquet;
mod rdf;
mod readings;
mod report;
mod stage;
pub mod style;
mod tables;
mod text;
pub mod view;
mod xml;

use std::fmt;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use rayon::prelude::*;

pub use dot::{DotOptions, to_dot};
pub use error::ExportError;
pub use readings::FILE as READINGS_FILE;
pub use stage::Stage;
pub use view::View;

use crate::graph::KnowledgeGraph;

/// Name and version of the program, as files give it.
pub const GENERATOR: &str = concat!("papergraph ", env!("CARGO_PKG_VERSION"));

/// One output format.
pub trait Exporter: Sync {
    /// Writes the files of the format to the stage.
    ///
    /// # Errors
    /// A file cannot be written, or the options ask for something that the graph does not have.
    fn write(&self, view: &View<'_>, stage: &Stage, options: &ExportOptions) -> Result<(), ExportError>;
}

/// What a run may choose about the files it writes.
#[derive(Clone, Debug)]
pub struct ExportOptions {
    /// What `graph.dot` shows.
    pub dot: DotOptions,
    /// The bytes of `readings.jsonl.zst`, from [`Archive::finish`](crate::resolve::Archive::finish).
    pub readings: Option<Vec<u8>>,
    /// Length in bytes from which on `graph.json` gets an index beside it. A smaller one is read as fast without.
    pub index_from: u64,
}

impl Default for ExportOptions {
    fn default() -> Self {
        ExportOptions { dot: DotOptions::default(), readings: None, index_from: 4 * 1024 * 1024 }
    }
}

/// The formats, in the order in which help and messages name them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Format {
    /// `graph.graphml`.
    Graphml,
    /// `graph.gexf`.
    Gexf,
    /// `nodes.csv` and `edges.csv`.
    Csv,
    /// `graph.dot`.
    Dot,
    /// `graph.json`, and `graph.index` if it is large.
    Json,
    /// `neo4j/`.
    Neo4j,
    /// `ladybug/`.
    Ladybug,
    /// `graph.nt` and `graph.ttl`.
    Rdf,
    /// `nodes.parquet` and `edges.parquet`.
    Parquet,
    /// `report.md` and `pictures/`.
    Report,
    /// `readings.jsonl.zst`.
    Readings,
    /// `graph.cypher`.
    Cypher,
    /// `tinkerpop.graphml`.
    Tinkerpop,
}

impl Format {
    /// All formats.
    pub const ALL: [Format; 13] = [
        Format::Graphml,
        Format::Gexf,
        Format::Csv,
        Format::Dot,
        Format::Json,
        Format::Neo4j,
        Format::Ladybug,
        Format::Rdf,
        Format::Parquet,
        Format::Report,
        Format::Readings,
        Format::Cypher,
        Format::Tinkerpop,
    ];

    /// The formats that are written where nobody chose: all but `cypher`, which is for small graphs, and `tinkerpop`.
    pub const DEFAULT: [Format; 11] = [
        Format::Graphml,
        Format::Gexf,
        Format::Csv,
        Format::Dot,
        Format::Json,
        Format::Neo4j,
        Format::Ladybug,
        Format::Rdf,
        Format::Parquet,
        Format::Report,
        Format::Readings,
    ];

    /// The name that `--format` takes.
    pub fn name(self) -> &'static str {
        match self {
            Format::Graphml => "graphml",
            Format::Gexf => "gexf",
            Format::Csv => "csv",
            Format::Dot => "dot",
            Format::Json => "json",
            Format::Neo4j => "neo4j",
            Format::Ladybug => "ladybug",
            Format::Rdf => "rdf",
            Format::Parquet => "parquet",
            Format::Report => "report",
            Format::Readings => "readings",
            Format::Cypher => "cypher",
            Format::Tinkerpop => "tinkerpop",
        }
    }

    /// Its files and what they are for, in a line.
    pub fn purpose(self) -> &'static str {
        match self {
            Format::Graphml => "graph.graphml, for Gephi, Cytoscape, yEd, networkx and igraph",
            Format::Gexf => "graph.gexf, for Gephi and Gephi Lite, with colours, sizes, places and a timeline",
            Format::Csv => "nodes.csv and edges.csv, for spreadsheets, pandas and Gephi's spreadsheet import",
            Format::Dot => "graph.dot, for Graphviz",
            Format::Json => "graph.json, for scripts and for papergraph's own questions",
            Format::Neo4j => "neo4j/, for Neo4j and Memgraph",
            Format::Ladybug => "ladybug/, for Ladybug",
            Format::Rdf => "graph.nt and graph.ttl, for triple stores",
            Format::Parquet => "nodes.parquet and edges.parquet, for DuckDB, Spark, Polars and GraphFrames",
            Format::Report => "report.md and pictures/, for people: what is in the graph, its topics, its hubs",
            Format::Readings => "readings.jsonl.zst, for `papergraph build --add`",
            Format::Cypher => "graph.cypher, statements for small graphs and any database that speaks openCypher",
            Format::Tinkerpop => "tinkerpop.graphml, for JanusGraph and other databases built on TinkerPop",
        }
    }

    fn exporter(self) -> &'static dyn Exporter {
        match self {
            Format::Graphml => &graphml::Graphml,
            Format::Gexf => &gexf::Gexf,
            Format::Csv => &csv::Csv,
            Format::Dot => &dot::Dot,
            Format::Json => &json::Json,
            Format::Neo4j => &neo4j::Neo4j,
            Format::Ladybug => &ladybug::Ladybug,
            Format::Rdf => &rdf::Rdf,
            Format::Parquet => &parquet::Parquet,
            Format::Report => &report::Report,
            Format::Readings => &readings::Readings,
            Format::Cypher => &cypher::Cypher,
            Format::Tinkerpop => &graphml::Tinkerpop,
        }
    }
}

impl fmt::Display for Format {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(self.name())
    }
}

impl FromStr for Format {
    type Err = ExportError;

    fn from_str(name: &str) -> Result<Format, ExportError> {
        Format::ALL.into_iter().find(|format| format.name() == name).ok_or_else(|| ExportError::UnknownFormat {
            name: name.to_owned(),
            known: Format::ALL.map(Format::name).join(", "),
        })
    }
}

/// Writes the graph to a folder in the given formats; returns the paths of the files, sorted.
///
/// The files appear together when all are complete. Files of an earlier run are replaced, files that are not
/// papergraph's are left alone.
///
/// # Errors
/// See [`ExportError`]; whatever stood in the folder before is still there then.
pub fn write_outputs(
    graph: &KnowledgeGraph,
    folder: &Path,
    formats: &[Format],
    options: &ExportOptions,
) -> Result<Vec<PathBuf>, ExportError> {
    let mut formats = formats.to_vec();
    formats.sort_unstable();
    formats.dedup();
    let stage = Stage::new(folder)?;
    let view = View::new(graph);
    formats.par_iter().map(|format| format.exporter().write(&view, &stage, options)).collect::<Result<(), _>>()?;
    stage.commit()
}
