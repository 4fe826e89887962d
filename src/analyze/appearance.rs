//! Sizes, colours and places of nodes: what a picture needs.

use std::sync::Arc;

use petgraph::graph::NodeIndex;
use rustc_hash::FxHashMap;

use super::color::{ColorBy, UNCLUSTERED, topic_color};
use super::layout::{Layout, Point, Sizes, lay_out};
use super::projection::{Incidence, Neighbors};
use super::topics::Topics;
use crate::graph::{KnowledgeGraph, NodeKind};

/// Diameter of the node with the lowest rank.
const SMALLEST: f32 = 4.0;

/// Diameter of the entity or paper with the highest rank.
const LARGEST: f32 = 40.0;

/// Diameter of the largest topic.
const LARGEST_TOPIC: f32 = 60.0;

/// Colour of papers where colours tell types.
const PAPER_COLOR: &str = "#888888";

/// Colour of topics where colours tell types.
pub const TOPIC_COLOR: &str = "#222222";

/// Gives every node a diameter whose square grows with its rank, or with the number of papers for a topic.
pub fn set_sizes(graph: &mut KnowledgeGraph) {
    let highest = graph.graph.node_weights().map(|node| node.analysis.pagerank).fold(0.0, f64::max);
    let most_papers = graph.topics().map(|(_, node)| node.paper_count()).max().unwrap_or(0);
    let share = |value: f64, most: f64| {
        if most > 0.0 { (value / most).sqrt() as f32 } else { 0.0 }
    };
    for node in graph.graph.node_weights_mut() {
        let size = match &node.kind {
            NodeKind::Topic(facts) => LARGEST_TOPIC * share(f64::from(facts.papers), f64::from(most_papers)).max(0.2),
            NodeKind::Paper(_) | NodeKind::Entity(_) => {
                SMALLEST + (LARGEST - SMALLEST) * share(node.analysis.pagerank, highest)
            }
        };
        // A tenth of a unit is as fine as an eye can see, and reads better in a file.
        node.analysis.size = (size * 10.0).round() / 10.0;
    }
}

/// Gives every node a colour. `topics` are the labels of the topics, the largest first.
pub fn set_colors(graph: &mut KnowledgeGraph, topics: &[&str], color_by: ColorBy) {
    // One text a colour, which all nodes of the colour share.
    let colors: FxHashMap<&str, Arc<str>> =
        topics.iter().enumerate().map(|(number, &label)| (label, topic_color(number).into())).collect();
    let type_colors: Vec<Arc<str>> = graph.schema.types.iter().map(|t| t.color.as_str().into()).collect();
    let [unclustered, of_papers, of_topics] = [UNCLUSTERED, PAPER_COLOR, TOPIC_COLOR].map(Arc::<str>::from);
    for node in graph.graph.node_weights_mut() {
        let color = match (color_by, &node.kind) {
            (ColorBy::Topic, _) => {
                let of_topic = node.analysis.topic.as_deref().and_then(|label| colors.get(label));
                of_topic.unwrap_or(&unclustered)
            }
            (ColorBy::Type, NodeKind::Paper(_)) => &of_papers,
            (ColorBy::Type, NodeKind::Topic(_)) => &of_topics,
            (ColorBy::Type, NodeKind::Entity(facts)) => &type_colors[usize::from(facts.entity_type.0)],
        };
        node.analysis.color = Arc::clone(color);
    }
}

/// Gives every node a place. `members` are the papers of `topic_nodes`, topics and sub-topics alike.
pub fn set_places(
    graph: &mut KnowledgeGraph,
    incidence: &Incidence,
    papers: &Neighbors,
    topics: &Topics,
    topic_nodes: &[(NodeIndex, &[u32])],
    forces: bool,
) {
    let size_of = |&node: &NodeIndex| graph.graph[node].analysis.size;
    let sizes = Sizes {
        papers: incidence.papers.iter().map(size_of).collect(),
        entities: incidence.entities.iter().map(size_of).collect(),
        topics: topic_nodes.iter().map(|(node, _)| size_of(node)).collect(),
    };
    let members: Vec<&[u32]> = topic_nodes.iter().map(|&(_, members)| members).collect();
    let Layout { papers, entities, topics } = lay_out(incidence, papers, topics, &members, &sizes, forces);
    let mut place = |node: NodeIndex, (x, y): Point| {
        // A hundredth of a unit is far below what an eye can see.
        let rounded = |value: f32| (value * 100.0).round() / 100.0;
        graph.graph[node].analysis.position = Some((rounded(x), rounded(y)));
    };
    let nodes = incidence.papers.iter().chain(&incidence.entities).copied().chain(topic_nodes.iter().map(|t| t.0));
    nodes.zip(papers.into_iter().chain(entities).chain(topics)).for_each(|(node, point)| place(node, point));
}
