//! Which nodes a drawing shows: the part that was asked for, and of it what matters most.

use std::cmp::Ordering;
use std::collections::BTreeMap;

use petgraph::Direction;
use petgraph::graph::NodeIndex;
use petgraph::visit::EdgeRef;
use rustc_hash::{FxHashMap, FxHashSet};

use super::DotOptions;
use crate::export::ExportError;
use crate::export::tables::Kind;
use crate::export::view::{View, entity, paper};
use crate::graph::{KnowledgeGraph, find_topic};
use crate::rules::RelationRole;

/// The nodes of a drawing.
pub struct Selection {
    /// The nodes to draw, in the order of the graph.
    pub drawn: Vec<NodeIndex>,
    /// The nodes of the part that there was no room for, in the order of the graph.
    pub left_out: Vec<NodeIndex>,
    /// What part of the graph it is, for the caption.
    pub subject: String,
}

/// Chooses the nodes that the options ask for; topics themselves are never among them.
pub fn select(view: &View<'_>, options: &DotOptions) -> Result<Selection, ExportError> {
    let graph = view.graph;
    let mut part: Vec<NodeIndex> =
        graph.graph.node_indices().filter(|&index| Kind::of(&graph.graph[index]) != Kind::Topic).collect();
    let mut subjects = Vec::new();
    if let Some(name) = &options.topic {
        let label = topic_label(graph, name)?;
        part.retain(|&index| {
            let analysis = &graph.graph[index].analysis;
            analysis.topic.as_deref() == Some(label) || analysis.subtopic.as_deref() == Some(label)
        });
        subjects.push(label.to_owned());
    }
    if let Some(name) = &options.family {
        let root = find_node(graph, name)?;
        let family = reach(graph, root, u32::MAX, |role| role == RelationRole::Family);
        part.retain(|index| family.contains_key(index));
        subjects.push(format!("the family of {}", graph.graph[root].label));
    }
    let mut distances = FxHashMap::default();
    if let Some((name, hops)) = &options.around {
        let center = find_node(graph, name)?;
        // A topic ties everything in it together, which says nothing about the neighbourhood of one node.
        distances = reach(graph, center, *hops, |role| role != RelationRole::Topic);
        part.retain(|index| distances.contains_key(index));
        let steps = if *hops == 1 { "step" } else { "steps" };
        subjects.push(format!("what is within {hops} {steps} of {}", graph.graph[center].label));
    }
    let subject = if subjects.is_empty() { "the whole graph".to_owned() } else { subjects.join(", ") };
    let max = options.max_nodes.max(1);
    let mut drawn: Vec<NodeIndex> = if part.len() <= max {
        part.clone()
    } else if distances.is_empty() {
        most_telling(view, &part, max)
    } else {
        let mut nearest = part.clone();
        nearest.sort_by(|a, b| distances[a].cmp(&distances[b]).then_with(|| by_importance(view, *a, *b)));
        nearest.truncate(max);
        nearest
    };
    drawn.sort_unstable();
    let left_out = part.into_iter().filter(|index| drawn.binary_search(index).is_err()).collect();
    Ok(Selection { drawn, left_out, subject })
}

/// The nodes that tell most about a large part: every topic gets room by its size, three fifths of it for its most
/// important entities, the rest for the papers that tie most of them together.
fn most_telling(view: &View<'_>, part: &[NodeIndex], max: usize) -> Vec<NodeIndex> {
    let mut topics: BTreeMap<Option<&str>, Vec<NodeIndex>> = BTreeMap::new();
    for &index in part {
        topics.entry(view.graph.graph[index].analysis.topic.as_deref()).or_default().push(index);
    }
    let mut topics: Vec<(Option<&str>, Vec<NodeIndex>)> = topics.into_iter().collect();
    // Large topics first; what is in no topic last.
    topics.sort_by_key(|(label, nodes)| (label.is_none(), usize::MAX - nodes.len()));
    let mut room = max;
    let mut chosen = Vec::new();
    let mut rooms = Vec::new();
    for (_, nodes) in &mut topics {
        nodes.sort_by(|a, b| by_importance(view, *a, *b));
        let share = (max * nodes.len()).div_ceil(part.len()).max(5).min(room).min(nodes.len());
        room -= share;
        let entities = nodes.iter().filter(|&&index| entity(&view.graph.graph[index]).is_some());
        let before = chosen.len();
        chosen.extend(entities.take((share * 3).div_ceil(5)));
        rooms.push(share - (chosen.len() - before));
    }
    let entities: FxHashSet<NodeIndex> = chosen.iter().copied().collect();
    for ((_, nodes), room) in topics.iter().zip(rooms) {
        let mut papers: Vec<(f64, NodeIndex)> = nodes
            .iter()
            .filter(|&&index| paper(&view.graph.graph[index]).is_some())
            .map(|&index| (tie(view, index, &entities), index))
            .collect();
        // Stable, so that equally tied papers stay in the order of their importance.
        papers.sort_by(|a, b| b.0.total_cmp(&a.0));
        chosen.extend(papers.into_iter().take(room).map(|(_, index)| index));
    }
    let taken: FxHashSet<NodeIndex> = chosen.iter().copied().collect();
    let mut rest: Vec<NodeIndex> = part.iter().copied().filter(|index| !taken.contains(index)).collect();
    rest.sort_by(|a, b| by_importance(view, *a, *b));
    chosen.extend(rest.into_iter().take(max - taken.len().min(max)));
    chosen
}

/// How strongly a paper is tied to the given nodes.
fn tie(view: &View<'_>, index: NodeIndex, nodes: &FxHashSet<NodeIndex>) -> f64 {
    let edges = view.graph.graph.edges_directed(index, Direction::Outgoing);
    edges.filter(|edge| nodes.contains(&edge.target())).map(|edge| f64::from(edge.weight().weight)).sum()
}

/// More important nodes first: by PageRank where it is known, by weighted degree where not, then in the graph's order.
fn by_importance(view: &View<'_>, a: NodeIndex, b: NodeIndex) -> Ordering {
    let rank = |index: NodeIndex| (view.graph.graph[index].analysis.pagerank, view.weighted_degree(index));
    let ((rank_a, degree_a), (rank_b, degree_b)) = (rank(a), rank(b));
    rank_b.total_cmp(&rank_a).then(degree_b.total_cmp(&degree_a)).then(a.cmp(&b))
}

/// Every node within so many steps over edges of the wanted roles, whichever way they point, with its distance.
fn reach(
    graph: &KnowledgeGraph,
    start: NodeIndex,
    steps: u32,
    wanted: impl Fn(RelationRole) -> bool,
) -> FxHashMap<NodeIndex, u32> {
    let mut distances = FxHashMap::default();
    distances.insert(start, 0);
    let mut front = vec![start];
    let mut distance = 0;
    while !front.is_empty() && distance < steps {
        distance += 1;
        let mut next = Vec::new();
        for node in front {
            for direction in [Direction::Outgoing, Direction::Incoming] {
                for edge in graph.graph.edges_directed(node, direction) {
                    let other = if direction == Direction::Outgoing { edge.target() } else { edge.source() };
                    let role = graph.schema.relation(edge.weight().relation).role;
                    if wanted(role) && !distances.contains_key(&other) {
                        distances.insert(other, distance);
                        next.push(other);
                    }
                }
            }
        }
        front = next;
    }
    distances
}

/// The label of the topic that is meant.
fn topic_label<'g>(graph: &'g KnowledgeGraph, name: &str) -> Result<&'g str, ExportError> {
    if let Some(index) = find_topic(graph, name) {
        return Ok(&graph.graph[index].label);
    }
    // A graph that another program made may have topics without nodes for them.
    if let Some(label) =
        graph.graph.node_weights().filter_map(|node| node.analysis.topic.as_deref()).find(|label| same(label, name))
    {
        return Ok(label);
    }
    let known: Vec<&str> = graph.topics().map(|(_, node)| node.label.as_ref()).take(10).collect();
    let hint = if known.is_empty() {
        "it has no topics at all, because none were looked for or it is too small".to_owned()
    } else {
        format!("it has {}", known.join("; "))
    };
    Err(ExportError::UnknownTopic { name: name.to_owned(), hint })
}

/// The node with this id, or with this label or alias; among several the one with the most edges.
fn find_node(graph: &KnowledgeGraph, name: &str) -> Result<NodeIndex, ExportError> {
    if let Some(index) = graph.node_index(name) {
        return Ok(index);
    }
    let degree =
        |index| graph.graph.edges(index).count() + graph.graph.edges_directed(index, Direction::Incoming).count();
    let named = |index: &NodeIndex| {
        let node = &graph.graph[*index];
        same(&node.label, name) || entity(node).is_some_and(|facts| facts.aliases.iter().any(|alias| same(alias, name)))
    };
    // Of equals the first: `max_by_key` alone would give the last.
    if let Some(index) = graph.graph.node_indices().rev().filter(named).max_by_key(|&index| degree(index)) {
        return Ok(index);
    }
    let wanted = name.to_lowercase();
    let near: Vec<&str> = graph
        .graph
        .node_weights()
        .filter(|node| !wanted.is_empty() && node.label.to_lowercase().contains(&wanted))
        .map(|node| node.id.as_ref())
        .take(5)
        .collect();
    let hint = if near.is_empty() { String::new() } else { format!("; near it are {}", near.join(", ")) };
    Err(ExportError::UnknownNode { name: name.to_owned(), hint })
}

fn same(a: &str, b: &str) -> bool {
    a == b || a.to_lowercase() == b.to_lowercase()
}
