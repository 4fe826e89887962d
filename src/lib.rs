//! papergraph turns machine-learning papers (titles and abstracts) into a knowledge graph.

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
