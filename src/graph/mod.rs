//! The knowledge graph: papers, entities and topics as nodes of a petgraph, relations as its edges.
//!
//! [`KnowledgeGraph`] is plain data; the algorithms are free functions over it:
//!
//! | function | answers |
//! | --- | --- |
//! | [`search`], [`find`] | which nodes are called like this? |
//! | [`find_topic`] | which topic is meant by this name? |
//! | [`neighbors`] | what stands next to a node, by relation? |
//! | [`shortest_path`] | how do two nodes hang together? |
//! | [`common_neighbors`] | what do two nodes share? |
//! | [`Statistics::of`] | what is in the graph? |
//! | [`builds_on`] | which paper takes up what an earlier one introduces? |
//! | [`read_json`] | the graph that `graph.json` holds |
//!
//! Of a large `graph.json`, a [`GraphIndex`] reads the part that one question needs.

mod build;
mod few;
pub(crate) mod grouped;
mod id_index;
mod index;
mod json;
mod lineage;
mod neighbors;
mod path;
mod search;
mod statistics;
mod texts;
mod topic;

use std::sync::Arc;

use petgraph::graph::DiGraph;

pub(crate) use build::ROOM_FOR_TOPICS;
pub use build::{EdgeBetween, mention_weight};
pub use few::{Few, MOST_EVIDENCE, Position};
pub use index::{GraphIndex, IndexError, Lines, can_be_indexed, write_index};
pub use json::{GraphReadError, read_json};
pub use lineage::builds_on;
pub use neighbors::{CommonNeighbor, Neighbor, NeighborFilter, NeighborGroup, common_neighbors, neighbors};
pub use path::{PathStep, shortest_path};
pub use search::{FindError, Found, Match, SearchHit, find, search};
pub use statistics::{RelationCount, Statistics, TypeCount};
pub use texts::Texts;
pub use topic::find_topic;

use crate::rules::{RelationId, Schema, TypeId};
use id_index::IdIndex;

/// A directed multigraph of papers, entities and topics.
///
/// Nodes stand in a fixed order (papers as they came, then entities by id, then topics), edges sorted by source,
/// target and relation, those to topics after all others, so that every export of the same graph has the same bytes.
#[derive(Clone, Debug, Default)]
pub struct KnowledgeGraph {
    /// The types and relations that nodes and edges refer to.
    pub schema: Schema,
    /// Ids of the rules that edges refer to by position.
    pub rule_ids: Vec<String>,
    /// Nodes and edges.
    pub graph: DiGraph<Node, Edge>,
    index: IdIndex,
}

/// One node.
#[derive(Clone, Debug, PartialEq)]
pub struct Node {
    /// Stable id: `paper:1706.03762`, `model:llama-2-7b`, `topic:image-segmentation`.
    pub id: Box<str>,
    /// Title of a paper, name of an entity, label of a topic.
    pub label: Box<str>,
    /// What the node is, with the facts of its kind.
    pub kind: NodeKind,
    /// What analysis found out about the node.
    pub analysis: Analysis,
}

/// What a node is.
#[derive(Clone, Debug, PartialEq)]
pub enum NodeKind {
    /// A document.
    Paper(Box<PaperFacts>),
    /// One real-world thing.
    Entity(Box<EntityFacts>),
    /// A community of the graph.
    Topic(Box<TopicFacts>),
}

/// Facts of a paper.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct PaperFacts {
    /// Names of the authors.
    pub authors: Texts,
    /// Year of publication.
    pub year: Option<i32>,
    /// Conference or journal; papers share its text.
    pub venue: Option<Arc<str>>,
    /// Address.
    pub url: Option<Box<str>>,
    /// Categories or keywords of the source.
    pub keywords: Texts,
    /// Sentences that edges of this paper point to as evidence, in the order of the text, each once.
    pub sentences: Texts,
}

/// Facts of an entity.
#[derive(Clone, Debug, PartialEq)]
pub struct EntityFacts {
    /// Its type.
    pub entity_type: TypeId,
    /// Other forms seen in the corpus or listed in the lexicon, sorted, without the label.
    pub aliases: Vec<String>,
    /// Number of papers with an edge to it.
    pub papers: u32,
    /// Year of the earliest paper with an edge to it, where years are known.
    pub first_year: Option<i32>,
    /// Year of the latest paper with an edge to it.
    pub last_year: Option<i32>,
    /// Address, where the lexicon knows one.
    pub url: Option<String>,
}

/// Facts of a topic.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct TopicFacts {
    /// Number of papers in it.
    pub papers: u32,
    /// The entities that tell it from others, best first (ids).
    pub entities: Vec<String>,
    /// The wider topic, for a sub-topic (id).
    pub parent: Option<String>,
    /// Year of its earliest paper, where years are known.
    pub first_year: Option<i32>,
    /// Year of its latest paper.
    pub last_year: Option<i32>,
}

/// What analysis found out about a node. All zero and `None` until the analysis ran.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Analysis {
    /// Edges in and out.
    pub degree: u32,
    /// Sum of the weights of the edges in and out.
    pub weighted_degree: f64,
    /// PageRank on the undirected graph; sums to 1.
    pub pagerank: f64,
    /// Label of the topic; all nodes of a topic share it.
    pub topic: Option<Arc<str>>,
    /// Label of the sub-topic, where the corpus is large enough for a second level.
    pub subtopic: Option<Arc<str>>,
    /// Share of the node's neighbours that lie in other topics, 0 to 1.
    pub bridge: f64,
    /// Does the entity or topic rise (above 0) or fade (below)? 1 is twice as often among recent papers as among
    /// earlier ones, -1 half as often. `None` where years are not known or papers too few.
    pub trend: Option<f64>,
    /// Place in the layout.
    pub position: Option<(f32, f32)>,
    /// Diameter in the layout's units; 0 until set.
    pub size: f32,
    /// Colour as `#rrggbb`, empty until set.
    pub color: Arc<str>,
}

/// One edge.
#[derive(Clone, Debug, PartialEq)]
pub struct Edge {
    /// Its relation.
    pub relation: RelationId,
    /// Probability that the relation holds, 0 to 1; 1 for relations that are no matter of reading.
    pub confidence: f32,
    /// How often the paper mentions the entity; 1 for other edges.
    pub count: u32,
    /// Weight in layouts and rankings; greater than 0.
    pub weight: f32,
    /// Positions in the source paper's `sentences` of those that show the relation, best first.
    pub sentences: Few<u16>,
    /// Positions in `KnowledgeGraph::rule_ids` of the rules that made the edge, strongest first.
    pub rules: Few<u32>,
}

impl Node {
    /// `Paper`, `Topic`, or the label of the entity's type.
    pub fn type_label<'s>(&self, schema: &'s Schema) -> &'s str {
        match &self.kind {
            NodeKind::Paper(_) => "Paper",
            NodeKind::Entity(facts) => &schema.entity_type(facts.entity_type).label,
            NodeKind::Topic(_) => "Topic",
        }
    }
}

#[cfg(test)]
pub(crate) mod testing;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn edges_and_nodes_stay_small() {
        // Millions of them: a field more is megabytes.
        assert!(size_of::<Edge>() <= 32, "{}", size_of::<Edge>());
        assert!(size_of::<Node>() <= 160, "{}", size_of::<Node>());
    }
}
