//! Making a graph from nodes and edges, and looking nodes up.

use petgraph::graph::{DiGraph, NodeIndex};
use rayon::prelude::*;

use super::id_index::IdIndex;
use super::{Edge, KnowledgeGraph, Node, NodeKind};
use crate::rules::{RelationId, Schema};

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

/// Nodes for which a new graph has room beside papers and entities: topics and sub-topics, which would else mean to copy
/// all nodes.
pub(crate) const ROOM_FOR_TOPICS: usize = 512;

impl KnowledgeGraph {
    /// Builds a graph of the nodes, in the order given, and the edges, in the order of edges.
    ///
    /// The edges refer to the nodes by position. Where two nodes have the same id, the look-up by id finds the first.
    pub fn from_parts(schema: Schema, rule_ids: Vec<String>, nodes: Vec<Node>, edges: Vec<EdgeBetween>) -> Self {
        let mut result = KnowledgeGraph {
            schema,
            rule_ids,
            graph: DiGraph::with_capacity(nodes.len(), edges.len()),
            index: IdIndex::default(),
        };
        result.extend(nodes, edges);
        result
    }

    /// Adds nodes at the end (topics) and edges where they belong in the order; removes nothing.
    ///
    /// The new edges may refer to new nodes: the first of them gets the position `graph.node_count()`. The positions
    /// of the old nodes stay, those of the edges do not.
    pub fn extend(&mut self, nodes: Vec<Node>, mut edges: Vec<EdgeBetween>) {
        self.add_nodes(nodes);
        edges.par_sort_by_key(|(source, target, edge)| self.edge_place(*source, *target, edge.relation));
        let last = self.graph.raw_edges().last().map(|edge| self.edge_place_of(edge));
        let first = edges.first().map(|(source, target, edge)| self.edge_place(*source, *target, edge.relation));
        if edges.is_empty() || last < first {
            self.append_edges(edges);
        } else {
            let old = self.graph.raw_edges().iter().map(|edge| (edge.source(), edge.target(), edge.weight.clone()));
            edges.extend(old);
            // Equal ones stay as they are: the new before the old.
            edges.par_sort_by_key(|(source, target, edge)| self.edge_place(*source, *target, edge.relation));
            // The room of the old is given back before more is asked for: growing it would copy what is no longer there.
            self.graph.clear_edges();
            self.graph.shrink_to_fit_edges();
            self.append_edges(edges);
        }
    }

    fn append_edges(&mut self, edges: Vec<EdgeBetween>) {
        self.graph.reserve_exact_edges(edges.len());
        for (source, target, edge) in edges {
            self.graph.add_edge(source, target, edge);
        }
    }

    /// Where an edge stands among the others: edges to topics after all others, so that topics can be added without moving
    /// what is there; then by source, target and relation.
    fn edge_place(
        &self,
        source: NodeIndex,
        target: NodeIndex,
        relation: RelationId,
    ) -> (bool, NodeIndex, NodeIndex, RelationId) {
        (matches!(self.graph[target].kind, NodeKind::Topic(_)), source, target, relation)
    }

    fn edge_place_of(&self, edge: &petgraph::graph::Edge<Edge>) -> (bool, NodeIndex, NodeIndex, RelationId) {
        self.edge_place(edge.source(), edge.target(), edge.weight.relation)
    }

    /// Do all edges stand in their order? They do, unless the public `graph` was changed by hand.
    pub(crate) fn has_edges_in_order(&self) -> bool {
        self.graph.raw_edges().is_sorted_by_key(|edge| self.edge_place_of(edge))
    }

    /// Adds one node at the end; gives its position. Where two nodes have the same id, the look-up finds the first.
    pub fn add_node(&mut self, node: Node) -> NodeIndex {
        let position = self.graph.add_node(node);
        self.index.add(position, &self.graph);
        position
    }

    /// Makes room for so many more nodes.
    pub(crate) fn reserve_nodes(&mut self, more: usize) {
        self.graph.reserve_exact_nodes(more);
        self.index.reserve(more, &self.graph);
    }

    fn add_nodes(&mut self, nodes: Vec<Node>) {
        self.reserve_nodes(nodes.len());
        for node in nodes {
            self.add_node(node);
        }
    }

    /// The position of the node with exactly this id.
    pub fn node_index(&self, id: &str) -> Option<NodeIndex> {
        self.index.get(id, &self.graph)
    }

    /// Number of different ids; less than the number of nodes if some nodes have the same.
    pub fn distinct_ids(&self) -> usize {
        self.index.len()
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
        let before: Vec<String> = graph.nodes().map(|(_, node)| node.id.to_string()).collect();
        let new = NodeIndex::new(before.len());
        let first = NodeIndex::new(0);
        graph.extend(vec![paper("new", None)], vec![(first, new, edge(&graph, "builds_on"))]);
        let after: Vec<String> = graph.nodes().map(|(_, node)| node.id.to_string()).collect();
        assert_eq!(after[..before.len()], before);
        assert_eq!(graph.node_index("paper:new"), Some(new));
        let order: Vec<_> = graph.graph.raw_edges().iter().map(|edge| graph.edge_place_of(edge)).collect();
        assert!(order.is_sorted(), "{order:?}");
        let to_topics = order.iter().filter(|(to_topic, ..)| *to_topic).count();
        assert!(to_topics > 0 && order[order.len() - to_topics..].iter().all(|(to_topic, ..)| *to_topic), "{order:?}");
    }

    #[test]
    fn what_comes_after_all_others_is_added_behind_them() {
        let whole = sample();
        let (to_topics, others): (Vec<EdgeBetween>, Vec<EdgeBetween>) = whole
            .graph
            .raw_edges()
            .iter()
            .map(|edge| (edge.source(), edge.target(), edge.weight.clone()))
            .partition(|(_, target, _)| matches!(whole.graph[*target].kind, NodeKind::Topic(_)));
        let nodes = whole.graph.node_weights().cloned().collect();
        let mut graph = KnowledgeGraph::from_parts(whole.schema.clone(), whole.rule_ids.clone(), nodes, others);
        graph.extend(Vec::new(), to_topics.into_iter().rev().collect());
        let edges = |graph: &KnowledgeGraph| -> Vec<_> {
            graph.graph.raw_edges().iter().map(|edge| (edge.source(), edge.target(), edge.weight.clone())).collect()
        };
        assert_eq!(edges(&graph), edges(&whole));
    }

    #[test]
    fn weight_is_positive_and_grows_with_count() {
        assert!(mention_weight(0.0, 0) > 0.0);
        assert!(mention_weight(0.5, 3) > mention_weight(0.5, 1));
        assert!(mention_weight(0.9, 1) > mention_weight(0.5, 1));
    }
}
