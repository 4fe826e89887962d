//! papergraph turns machine-learning papers (titles and abstracts) into a knowledge graph: which paper introduces,
//! uses, trains on, tests on, compares with and runs on which models, methods, datasets, tasks, metrics, hardware and
//! software.
//!
//! Rule files say what to look for; the same papers and rules give the same graph, and every edge knows the sentence
//! and the rules that it comes from. The whole way, from a paper to files that other tools open:
//!
//! ```
//! use papergraph::analyze::{AnalyzeOptions, analyze};
//! use papergraph::corpus::Paper;
//! use papergraph::export::{ExportOptions, Format, write_outputs};
//! use papergraph::extract::Extractor;
//! use papergraph::resolve::Resolver;
//! use papergraph::rules::RuleFolder;
//!
//! let extractor = Extractor::new(&RuleFolder::embedded().parse()?);
//! let paper = Paper {
//!     id: "first".into(),
//!     title: "Short notes on translation".into(),
//!     abstract_text: "We fine-tune T5 on WMT14 and report BLEU.".into(),
//!     ..Paper::default()
//! };
//!
//! let mut resolver = Resolver::new(&extractor.rules.schema, &extractor.rules.lexicon);
//! let found = extractor.extract(&paper);
//! resolver.add(paper, &found);
//! let mut graph = resolver.finish();
//! analyze(&mut graph, &AnalyzeOptions::default());
//! assert!(graph.node("model:t5").is_some());
//!
//! let folder = tempfile::tempdir()?;
//! let files = write_outputs(&graph, folder.path(), &[Format::Graphml], &ExportOptions::default())?;
//! assert!(files[0].ends_with("graph.graphml"));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # The modules
//!
//! Each stage knows only the types of those before it, and nothing flows back:
//!
//! | module | what it is for |
//! | --- | --- |
//! | [`corpus`] | papers from files, folders and standard input, in many formats, as a stream |
//! | [`rules`] | a rules folder, loaded, checked and compiled |
//! | [`text`] | readable text, tokens, sentences and normal forms, with the way back to the bytes as given |
//! | [`extract`] | the entities of one paper: a pure function of rule set and paper, fit for any number of threads |
//! | [`resolve`] | from the entities of single papers to those of the corpus; the one stage that sees all papers |
//! | [`graph`] | the graph on petgraph, and questions to it |
//! | [`analyze`] | topics, ranks, layout and colours, and parts of a graph to look at |
//! | [`export`] | GraphML, GEXF, CSV, DOT, JSON, RDF, loads for graph databases, a report |
//!
//! Beside the way of the data: [`eval`] measures extraction against annotated papers, [`fit`] fits the weights of a
//! rule set to them, and [`cli`] is the program `papergraph`.

pub mod analyze;
pub mod cli;
pub mod corpus;
pub mod eval;
pub mod export;
pub mod extract;
pub mod fit;
pub mod graph;
pub mod resolve;
pub mod rules;
pub mod text;
