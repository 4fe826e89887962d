//! How two nodes hang together.

use std::cmp::Ordering;
use std::collections::BinaryHeap;

use petgraph::Direction;
use petgraph::graph::{EdgeIndex, NodeIndex};
use petgraph::visit::EdgeRef;

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
    let neighbors = |node: usize| {
        let around = |direction| graph.graph.neighbors_directed(NodeIndex::new(node), direction);
        around(Direction::Incoming).chain(around(Direction::Outgoing)).map(NodeIndex::index)
    };
    let is_topic = |node: usize| matches!(graph.graph[NodeIndex::new(node)].kind, NodeKind::Topic(_));
    let way = cheapest_way(graph.graph.node_count(), neighbors, is_topic, from.index(), to.index())?;
    way.windows(2).map(|pair| step(graph, NodeIndex::new(pair[0]), NodeIndex::new(pair[1]))).collect()
}

/// The nodes of that way, both ends included, where nodes are known by their numbers.
///
/// Of ways that cost the same, the order of the neighbours decides: it has to be that of the graph, incoming edges
/// before outgoing ones and the latest first of either, to give the same way.
pub(super) fn cheapest_way<Neighbors: Iterator<Item = usize>>(
    nodes: usize,
    neighbors: impl Fn(usize) -> Neighbors,
    is_topic: impl Fn(usize) -> bool,
    from: usize,
    to: usize,
) -> Option<Vec<usize>> {
    let hub_costs: Vec<f64> = (0..nodes).map(|node| (neighbors(node).count() as f64).ln_1p() / 2.0).collect();
    let mut costs = vec![f64::INFINITY; nodes];
    let mut before = vec![None; nodes];
    let mut reached = BinaryHeap::from([Reached { cost: 0.0, node: from }]);
    costs[from] = 0.0;
    while let Some(Reached { cost, node }) = reached.pop() {
        if node == to {
            let mut way: Vec<usize> = std::iter::successors(Some(to), |node| before[*node]).collect();
            way.reverse();
            return Some(way);
        }
        // A cheaper way there was found after this one, and was gone on from already.
        if costs[node] < cost {
            continue;
        }
        for next in neighbors(node).filter(|next| *next == from || *next == to || !is_topic(*next)) {
            let next_cost = cost + (1.0 + hub_costs[node] + hub_costs[next]);
            if next_cost < costs[next] {
                costs[next] = next_cost;
                before[next] = Some(node);
                reached.push(Reached { cost: next_cost, node: next });
            }
        }
    }
    None
}

/// A node that a search has come to, the cheapest the greatest.
struct Reached {
    cost: f64,
    node: usize,
}

impl Ord for Reached {
    fn cmp(&self, other: &Self) -> Ordering {
        other.cost.total_cmp(&self.cost)
    }
}

impl PartialOrd for Reached {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Reached {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Reached {}

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
    use petgraph::algo::astar;
    use petgraph::visit::{IntoEdges, UndirectedAdaptor};
    use proptest::prelude::*;

    use super::*;
    use crate::graph::testing::{edge, node_index, paper, sample};

    proptest! {
        #[test]
        fn among_equal_ways_the_one_that_petgraph_finds_is_taken(
            edges in prop::collection::vec((0..12_u32, 0..12_u32), 0..40), to in 0..12_u32,
        ) {
            let graph = petgraph::graph::DiGraph::<(), ()>::from_edges(edges.iter().chain(&[(11, 11)]));
            let undirected = UndirectedAdaptor(&graph);
            let neighbors = |node: usize| undirected.edges(NodeIndex::new(node)).map(|edge| edge.target().index());
            let hub_cost = |node: NodeIndex| (neighbors(node.index()).count() as f64).ln_1p() / 2.0;
            let expected = astar(
                undirected,
                NodeIndex::new(0),
                |node| node == NodeIndex::new(to as usize),
                |edge| 1.0 + hub_cost(edge.source()) + hub_cost(edge.target()),
                |_| 0.0,
            );
            let expected = expected.map(|(_, way)| way.into_iter().map(NodeIndex::index).collect::<Vec<_>>());
            prop_assert_eq!(cheapest_way(12, neighbors, |_| false, 0, to as usize), expected);
        }
    }

    fn path(graph: &KnowledgeGraph, from: &str, to: &str) -> Option<Vec<String>> {
        let steps = shortest_path(graph, node_index(graph, from), node_index(graph, to))?;
        Some(steps.iter().map(|step| graph.graph[step.node].id.to_string()).collect())
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
