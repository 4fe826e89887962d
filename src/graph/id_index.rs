//! From the id of a node to its position, without keeping the ids a second time.

use std::hash::BuildHasher;

use hashbrown::HashTable;
use petgraph::graph::{DiGraph, NodeIndex};
use rustc_hash::FxBuildHasher;

use super::{Edge, Node};

/// Positions of nodes by the hashes of their ids. The ids themselves stand in the nodes, which every call is given.
#[derive(Clone, Debug, Default)]
pub(super) struct IdIndex {
    positions: HashTable<NodeIndex>,
}

impl IdIndex {
    /// Makes room for so many more nodes.
    pub(super) fn reserve(&mut self, more: usize, nodes: &DiGraph<Node, Edge>) {
        self.positions.reserve(more, |position| hash(&nodes[*position].id));
    }

    /// Takes in the node at a position; of nodes with one id the first stands.
    pub(super) fn add(&mut self, position: NodeIndex, nodes: &DiGraph<Node, Edge>) {
        let id = &nodes[position].id;
        let same = |other: &NodeIndex| nodes[*other].id == *id;
        self.positions.entry(hash(id), same, |other| hash(&nodes[*other].id)).or_insert(position);
    }

    /// The position of the node with exactly this id.
    pub(super) fn get(&self, id: &str, nodes: &DiGraph<Node, Edge>) -> Option<NodeIndex> {
        self.positions.find(hash(id), |position| *nodes[*position].id == *id).copied()
    }

    /// Number of different ids.
    pub(super) fn len(&self) -> usize {
        self.positions.len()
    }
}

fn hash(id: &str) -> u64 {
    FxBuildHasher.hash_one(id)
}
