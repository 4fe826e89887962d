//! `graph.index`: what lets a question be answered without reading all of a large `graph.json`.
//!
//! A question needs few nodes and edges, but to know which, all have to be looked at. The index, a file beside
//! `graph.json`, says what must be known of all of them: where their lines begin, what the nodes are called, and which
//! edges tie which nodes. [`GraphIndex`] finds what a question needs, reads those lines, and makes a
//! [`KnowledgeGraph`](super::KnowledgeGraph) of them. That is a part of the whole graph, with nodes and edges in the same order, and the part on which
//! [`search`](super::search()), [`neighbors`](super::neighbors()) and the others give the answer that they would give on
//! the whole.
//!
//! An index never decides what an answer says, so it may be missing: whoever asks reads all of `graph.json` then. It is
//! not used if `graph.json` has another length than the one it was made of, or changed later, or if what is read of it
//! does not have the checksum that was written with it.
//!
//! ```text
//! "pgindex1"
//! section, section, ...     little-endian numbers, or text; see `Section`
//! end                       length of graph.json and of its head, number of nodes and edges,
//!                           length and CRC-32 of every section, CRC-32 of the end itself
//! ```

mod ask;
mod read;
#[cfg(test)]
mod tests;
mod write;

pub use read::GraphIndex;
pub use write::{Lines, can_be_indexed, write_index};

use super::search::names;
use super::{GraphReadError, Node, NodeKind};
use crate::rules::Schema;
use crate::text::normal_form;

/// What the file begins with; another number at the end for another format.
const MAGIC: &[u8; 8] = b"pgindex1";

/// The parts of the file, in their order. "Starts" have one number more than there are things: where the last ends.
#[derive(Clone, Copy, Debug)]
enum Section {
    /// Starts of the nodes' lines in `graph.json`.
    NodeLines,
    /// Starts of the edges' lines.
    EdgeLines,
    /// Pairs of an id's CRC-32 and the node's number, sorted.
    Ids,
    /// The normal forms of all names, a line each.
    Names,
    /// Starts of the nodes' lines in `Names`.
    NameStarts,
    /// What each node is; see `type_code`.
    Types,
    /// Papers of each node.
    Papers,
    /// Each node's place in the order of the ids.
    Ranks,
    /// Starts of the nodes' entries in `Neighbors` and `NeighborEdges`.
    NeighborStarts,
    /// For each node where its edges lead: the incoming ones, latest first, then the outgoing ones, latest first.
    Neighbors,
    /// The edges to those.
    NeighborEdges,
}

/// Number of sections.
const SECTIONS: usize = Section::NeighborEdges as usize + 1;

/// Length of the end of the file: four numbers, the sections, the checksum.
const END_LENGTH: usize = 4 * 8 + SECTIONS * (8 + 4) + 4;

/// Why an index cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum IndexError {
    /// The index or the graph cannot be read; most often there is no index.
    #[error("the index of the graph cannot be read: {0}")]
    Read(#[from] std::io::Error),
    /// `graph.json` is not the file that the index was made of.
    #[error("the index is of another graph.json")]
    Outdated,
    /// The bytes are not those that were written.
    #[error("the index is damaged")]
    Damaged,
    /// What stands in `graph.json` where the index points to is not what should be there.
    #[error(transparent)]
    Graph(#[from] GraphReadError),
}

/// The code of papers in `Section::Types`.
const PAPER: u32 = 0;
/// The code of topics; those of entity types follow.
const TOPIC: u32 = 1;

/// What a node is, as a number.
fn type_code(node: &Node) -> u32 {
    match &node.kind {
        NodeKind::Paper(_) => PAPER,
        NodeKind::Topic(_) => TOPIC,
        NodeKind::Entity(facts) => TOPIC + 1 + u32::from(facts.entity_type.0),
    }
}

/// The label of a type, as nodes have it.
fn type_label(schema: &Schema, code: u32) -> Option<&str> {
    match code {
        PAPER => Some("Paper"),
        TOPIC => Some("Topic"),
        _ => schema.types.get((code - TOPIC - 1) as usize).map(|entity_type| entity_type.label.as_str()),
    }
}

/// The normal forms of a node's names. None has a line break.
fn forms(node: &Node) -> impl Iterator<Item = String> {
    names(node).map(normal_form)
}
