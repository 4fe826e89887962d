//! Making a graph from nodes and edges, and looking nodes up.

use petgraph::graph::{DiGraph, NodeIndex};
use rustc_hash::FxHashMap;

use super::{Edge, KnowledgeGraph, Node, NodeKind};
use crate::rules::Schema;

/// An edge with the positions of its nodes.
pub type EdgeBetween = (NodeIndex, NodeIndex, Edge);

/// Weight of an edge from a paper to an entity that it mentions `count` times.
///
/// Proportional to the confidence; grows with the logarithm of the count, since the tenth mention tells less than
/// the second. Never 0, as layouts and rankings need a positive weight.
pub fn mention_weight(confidence: f32, count: u32) -> f32 {
    let often = 1.0 + f64::from(count.max(1)).ln();
    ((f64::from(confidence) * often) as f32).max(0.01)
}

impl KnowledgeGraph {
    /// Builds a graph of the nodes, in the order given, and the edges, sorted by source, target and relation.
    ///
    /// The edges refer to the nodes by position. Where two nodes have the same id, the look-up by id finds the first.
    pub fn from_parts(schema: Schema, rule_ids: Vec<String>, nodes: Vec<Node>, edges: Vec<EdgeBetween>) -> Self {
        let mut result = KnowledgeGraph {
            schema,
            rule_ids,
            graph: DiGraph::with_capacity(nodes.len(), edges.len()),
            index: FxHashMap::default(),
        };
        result.add_nodes(nodes);
        result.add_sorted(edges);
        result
    }

    /// Adds nodes at the end (topics) and edges where they belong in the order; removes nothing.
    ///
    /// The new edges may refer to new nodes: the first of them gets the position `graph.node_count()`. The positions
    /// of the old nodes stay, those of the edges do not.
    pub fn extend(&mut self, nodes: Vec<Node>, edges: Vec<EdgeBetween>) {
        self.add_nodes(nodes);
        let mut all = edges;
        all.reserve(self.graph.edge_count());
        for edge in self.graph.edge_indices() {
            if let Some((source, target)) = self.graph.edge_endpoints(edge) {
                all.push((source, target, self.graph[edge].clone()));
            }
        }
        self.graph.clear_edges();
        self.add_sorted(all);
    }

    fn add_nodes(&mut self, nodes: Vec<Node>) {
        self.index.reserve(nodes.len());
        for node in nodes {
            let id = node.id.clone();
            let position = self.graph.add_node(node);
            self.index.entry(id).or_insert(position);
        }
    }

    fn add_sorted(&mut self, mut edges: Vec<EdgeBetween>) {
        edges.sort_by_key(|(source, target, edge)| (*source, *target, edge.relation));
        for (source, target, edge) in edges {
            self.graph.add_edge(source, target, edge);
        }
    }

    /// The position of the node with exactly this id.
    pub fn node_index(&self, id: &str) -> Option<NodeIndex> {
        self.index.get(id).copied()
    }

    /// The node with exactly this id.
    pub fn node(&self, id: &str) -> Option<&Node> {
        self.node_index(id).map(|index| &self.graph[index])
    }

    /// All papers, in their order.
    pub fn papers(&self) -> impl Iterator<Item = (NodeIndex, &Node)> {
        self.nodes().filter(|(_, node)| matches!(node.kind, NodeKind::Paper(_)))
    }

    /// All entities, in their order.
    pub fn entities(&self) -> impl Iterator<Item = (NodeIndex, &Node)> {
        self.nodes().filter(|(_, node)| matches!(node.kind, NodeKind::Entity(_)))
    }

    /// All topics, in their order.
    pub fn topics(&self) -> impl Iterator<Item = (NodeIndex, &Node)> {
        self.nodes().filter(|(_, node)| matches!(node.kind, NodeKind::Topic(_)))
    }

    /// All nodes with their positions, in their order.
    pub fn nodes(&self) -> impl Iterator<Item = (NodeIndex, &Node)> {
        self.graph.node_indices().zip(self.graph.node_weights())
    }

    /// Edges in and out of a node.
    pub fn degree(&self, node: NodeIndex) -> usize {
        self.graph.neighbors_undirected(node).count()
    }
}

impl Node {
    /// Number of papers that speak of the entity or belong to the topic; 1 for a paper.
    pub fn paper_count(&self) -> u32 {
        match &self.kind {
            NodeKind::Paper(_) => 1,
            NodeKind::Entity(facts) => facts.papers,
            NodeKind::Topic(facts) => facts.papers,
        }
    }

    /// The other names of an entity; none for other nodes.
    pub fn aliases(&self) -> &[String] {
        match &self.kind {
            NodeKind::Entity(facts) => &facts.aliases,
            NodeKind::Paper(_) | NodeKind::Topic(_) => &[],
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::graph::testing::{edge, paper, sample};

    #[test]
    fn extending_keeps_positions_and_the_order_of_edges() {
        let mut graph = sample();
        let before: Vec<String> = graph.nodes().map(|(_, node)| node.id.clone()).collect();
        let new = NodeIndex::new(before.len());
        let first = NodeIndex::new(0);
        graph.extend(vec![paper("new", None)], vec![(first, new, edge(&graph, "builds_on"))]);
        let after: Vec<String> = graph.nodes().map(|(_, node)| node.id.clone()).collect();
        assert_eq!(after[..before.len()], before);
        assert_eq!(graph.node_index("paper:new"), Some(new));
        let order: Vec<_> = graph.graph.raw_edges().iter().map(|edge| (edge.source(), edge.target())).collect();
        assert!(order.is_sorted(), "{order:?}");
    }

    #[test]
    fn weight_is_positive_and_grows_with_count() {
        assert!(mention_weight(0.0, 0) > 0.0);
        assert!(mention_weight(0.5, 3) > mention_weight(0.5, 1));
        assert!(mention_weight(0.9, 1) > mention_weight(0.5, 1));
    }
}
