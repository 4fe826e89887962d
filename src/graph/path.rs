//! How two nodes hang together.

use petgraph::algo::astar;
use petgraph::graph::{EdgeIndex, NodeIndex};
use petgraph::visit::{EdgeFiltered, EdgeRef, UndirectedAdaptor};

use super::{KnowledgeGraph, NodeKind};

/// One step of a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PathStep {
    /// The edge that is taken, the heaviest of those between the two nodes.
    pub edge: EdgeIndex,
    /// Is the edge taken from its source to its target?
    pub forward: bool,
    /// The node that is reached.
    pub node: NodeIndex,
}

/// The most telling way from one node to another, or `None` if there is none.
///
/// Edges may be taken in either direction. A step costs 1 and half the logarithm of the degrees at both ends, so a
/// way through a node that everything touches has to be much shorter to win. Topics are no way stations: that two
/// papers stand in one topic does not tie them. The way from a node to itself has no steps.
pub fn shortest_path(graph: &KnowledgeGraph, from: NodeIndex, to: NodeIndex) -> Option<Vec<PathStep>> {
    let is_open = |node: NodeIndex| node == from || node == to || !matches!(graph.graph[node].kind, NodeKind::Topic(_));
    let filtered = EdgeFiltered::from_fn(&graph.graph, |edge| is_open(edge.source()) && is_open(edge.target()));
    let mut degrees = vec![0_u32; graph.graph.node_count()];
    for edge in graph.graph.edge_references() {
        degrees[edge.source().index()] += 1;
        degrees[edge.target().index()] += 1;
    }
    let hub_cost = |node: NodeIndex| f64::from(degrees[node.index()]).ln_1p() / 2.0;
    let (_, nodes) = astar(
        UndirectedAdaptor(&filtered),
        from,
        |node| node == to,
        |edge| 1.0 + hub_cost(edge.source()) + hub_cost(edge.target()),
        |_| 0.0,
    )?;
    nodes.windows(2).map(|pair| step(graph, pair[0], pair[1])).collect()
}

fn step(graph: &KnowledgeGraph, from: NodeIndex, to: NodeIndex) -> Option<PathStep> {
    let forward = graph.graph.edges_connecting(from, to).map(|edge| (edge, true));
    let backward = graph.graph.edges_connecting(to, from).map(|edge| (edge, false));
    let (edge, forward) = forward.chain(backward).min_by(|(one, _), (other, _)| {
        (other.weight().weight.total_cmp(&one.weight().weight)).then(one.id().cmp(&other.id()))
    })?;
    Some(PathStep { edge: edge.id(), forward, node: to })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::graph::testing::{edge, node_index, paper, sample};

    fn path(graph: &KnowledgeGraph, from: &str, to: &str) -> Option<Vec<String>> {
        let steps = shortest_path(graph, node_index(graph, from), node_index(graph, to))?;
        Some(steps.iter().map(|step| graph.graph[step.node].id.clone()).collect())
    }

    #[test]
    fn a_quiet_way_wins_over_one_through_a_hub() {
        let mut graph = sample();
        let hub = node_index(&graph, "dataset:imagenet");
        let start = graph.graph.node_count();
        let papers = (0..40).map(|number| paper(&format!("q{number}"), None)).collect();
        let edges = (0..40).map(|number| (NodeIndex::new(start + number), hub, edge(&graph, "uses"))).collect();
        graph.extend(papers, edges);
        assert_eq!(path(&graph, "paper:p1", "paper:p2").unwrap(), ["model:diffusion-model", "paper:p2"]);
    }

    #[test]
    fn edges_count_in_both_directions_and_islands_are_not_reached() {
        let graph = sample();
        assert_eq!(path(&graph, "dataset:imagenet", "model:video-diffusion-model").map(|steps| steps.len()), Some(3));
        assert_eq!(path(&graph, "paper:p1", "paper:p1").unwrap(), Vec::<String>::new());
        assert_eq!(path(&graph, "paper:p1", "method:sd"), None);
    }

    #[test]
    fn topics_are_no_way_stations_but_may_be_asked_for() {
        let graph = sample();
        assert_eq!(path(&graph, "paper:p3", "paper:p4"), None);
        assert_eq!(path(&graph, "paper:p3", "topic:images").unwrap(), ["topic:images"]);
    }
}
