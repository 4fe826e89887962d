//! What stands next to a node, and what two nodes share.

use std::collections::BTreeMap;

use petgraph::Direction;
use petgraph::graph::{EdgeIndex, NodeIndex};
use petgraph::visit::EdgeRef;

use super::{Edge, KnowledgeGraph, Node};
use crate::rules::RelationId;

/// Which neighbours are wanted. Empty lists want all.
#[derive(Clone, Debug, Default)]
pub struct NeighborFilter {
    /// Relations of the edge.
    pub relations: Vec<RelationId>,
    /// Labels of the neighbour's type: `Paper`, `Topic`, or that of an entity type.
    pub types: Vec<String>,
    /// Direction of the edge, seen from the node asked about.
    pub direction: Option<Direction>,
}

impl NeighborFilter {
    fn wants(&self, graph: &KnowledgeGraph, edge: &Edge, neighbor: &Node, direction: Direction) -> bool {
        let type_label = neighbor.type_label(&graph.schema);
        self.direction.is_none_or(|wanted| wanted == direction)
            && (self.relations.is_empty() || self.relations.contains(&edge.relation))
            && (self.types.is_empty() || self.types.iter().any(|wanted| wanted == type_label))
    }
}

/// The neighbours of one node by one relation in one direction.
#[derive(Clone, Debug, PartialEq)]
pub struct NeighborGroup {
    /// The relation.
    pub relation: RelationId,
    /// `Outgoing`: the node asked about is the source.
    pub direction: Direction,
    /// The neighbours: heaviest edge first, then what most papers speak of, then by id.
    pub neighbors: Vec<Neighbor>,
}

/// One neighbour and the edge to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Neighbor {
    /// The neighbour.
    pub node: NodeIndex,
    /// The edge.
    pub edge: EdgeIndex,
}

/// The neighbours of a node by relation, in the order of the schema, outgoing edges first.
pub fn neighbors(graph: &KnowledgeGraph, node: NodeIndex, filter: &NeighborFilter) -> Vec<NeighborGroup> {
    let mut groups: BTreeMap<(RelationId, bool), Vec<Neighbor>> = BTreeMap::new();
    for direction in [Direction::Outgoing, Direction::Incoming] {
        for edge in graph.graph.edges_directed(node, direction) {
            let neighbor = if direction == Direction::Outgoing { edge.target() } else { edge.source() };
            if filter.wants(graph, edge.weight(), &graph.graph[neighbor], direction) {
                let key = (edge.weight().relation, direction == Direction::Incoming);
                groups.entry(key).or_default().push(Neighbor { node: neighbor, edge: edge.id() });
            }
        }
    }
    groups
        .into_iter()
        .map(|((relation, incoming), mut neighbors)| {
            neighbors.sort_by(|one, other| {
                let weight = |neighbor: &Neighbor| graph.graph[neighbor.edge].weight;
                let (one_node, other_node) = (&graph.graph[one.node], &graph.graph[other.node]);
                (weight(other).total_cmp(&weight(one)))
                    .then(other_node.paper_count().cmp(&one_node.paper_count()))
                    .then_with(|| one_node.id.cmp(&other_node.id))
            });
            let direction = if incoming { Direction::Incoming } else { Direction::Outgoing };
            NeighborGroup { relation, direction, neighbors }
        })
        .collect()
}

/// A node next to both of two others.
#[derive(Clone, Debug, PartialEq)]
pub struct CommonNeighbor {
    /// The shared node.
    pub node: NodeIndex,
    /// Edges between it and the first node.
    pub first: Vec<EdgeIndex>,
    /// Edges between it and the second node.
    pub second: Vec<EdgeIndex>,
    /// How telling it is that both have it: 1 / ln(1 + its degree), so that hubs say little (Adamic and Adar 2003).
    pub weight: f64,
}

/// What two nodes share, most telling first, then by id.
///
/// `degree` tells how many edges a node has: [`KnowledgeGraph::degree`], unless the graph is a part of a larger one.
pub fn common_neighbors(
    graph: &KnowledgeGraph,
    first: NodeIndex,
    second: NodeIndex,
    degree: impl Fn(NodeIndex) -> usize,
) -> Vec<CommonNeighbor> {
    let of_first = edges_by_neighbor(graph, first);
    let of_second = edges_by_neighbor(graph, second);
    let mut common: Vec<CommonNeighbor> = of_first
        .into_iter()
        .filter(|(node, _)| *node != first && *node != second)
        .filter_map(|(node, first)| {
            let second = of_second.get(&node)?.clone();
            Some(CommonNeighbor { node, first, second, weight: 1.0 / (1.0 + degree(node) as f64).ln() })
        })
        .collect();
    common.sort_by(|one, other| {
        (other.weight.total_cmp(&one.weight)).then_with(|| graph.graph[one.node].id.cmp(&graph.graph[other.node].id))
    });
    common
}

fn edges_by_neighbor(graph: &KnowledgeGraph, node: NodeIndex) -> BTreeMap<NodeIndex, Vec<EdgeIndex>> {
    let mut edges: BTreeMap<NodeIndex, Vec<EdgeIndex>> = BTreeMap::new();
    for edge in graph.graph.edges_directed(node, Direction::Outgoing) {
        edges.entry(edge.target()).or_default().push(edge.id());
    }
    for edge in graph.graph.edges_directed(node, Direction::Incoming) {
        edges.entry(edge.source()).or_default().push(edge.id());
    }
    for list in edges.values_mut() {
        list.sort_unstable();
    }
    edges
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::graph::testing::sample;

    #[test]
    fn neighbours_stand_by_relation_and_direction() {
        let graph = sample();
        let node = graph.node_index("model:diffusion-model").unwrap();
        let groups = neighbors(&graph, node, &NeighborFilter::default());
        let summary: Vec<(&str, Direction, usize)> = groups
            .iter()
            .map(|group| (graph.schema.relation(group.relation).id.as_str(), group.direction, group.neighbors.len()))
            .collect();
        assert_eq!(
            summary,
            [
                ("introduces", Direction::Incoming, 1),
                ("uses", Direction::Incoming, 1),
                ("variant_of", Direction::Incoming, 1)
            ]
        );
    }

    #[test]
    fn filters_hold_together() {
        let graph = sample();
        let node = graph.node_index("model:diffusion-model").unwrap();
        let of_type = NeighborFilter { types: vec!["Model".to_owned()], ..NeighborFilter::default() };
        assert_eq!(neighbors(&graph, node, &of_type).len(), 1);
        let out = NeighborFilter { direction: Some(Direction::Outgoing), ..of_type };
        assert!(neighbors(&graph, node, &out).is_empty());
    }

    #[test]
    fn what_two_share_is_led_by_the_rarest() {
        let graph = sample();
        let [first, second] = ["paper:p1", "paper:p2"].map(|id| graph.node_index(id).unwrap());
        let common = common_neighbors(&graph, first, second, |node| graph.degree(node));
        let ids: Vec<&str> = common.iter().map(|shared| graph.graph[shared.node].id.as_ref()).collect();
        assert_eq!(ids, ["dataset:imagenet", "model:diffusion-model"]);
        assert!(common[0].weight >= common[1].weight);
    }
}
