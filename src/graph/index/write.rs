//! Writing an index.

use std::io::{self, Write};

use petgraph::graph::NodeIndex;
use rayon::prelude::*;

use super::{MAGIC, SECTIONS, forms, type_code};
use crate::graph::KnowledgeGraph;
use crate::graph::grouped::Grouped;

/// Bytes that are gathered before they are written.
const BUFFER_SIZE: usize = 64 * 1024;

/// Where things stand in a `graph.json`, in bytes from its beginning.
#[derive(Clone, Debug, Default)]
pub struct Lines {
    /// End of what the file says about itself, `{"meta":{...}`.
    pub head: u64,
    /// Where each node's line begins, and two bytes behind the end of the last one.
    ///
    /// Two bytes, a comma and a line break, stand between any two lines.
    pub nodes: Vec<u64>,
    /// The same for edges.
    pub edges: Vec<u64>,
    /// Length of the file.
    pub length: u64,
}

/// Can there be an index of the graph? Not if it would not come back from its file as it is: two nodes have one id, or
/// edges are out of their order. papergraph makes no such graph, but its nodes and edges are public.
pub fn can_be_indexed(graph: &KnowledgeGraph) -> bool {
    graph.distinct_ids() == graph.graph.node_count() && graph.has_edges_in_order()
}

/// Writes the index of a graph whose `graph.json` has these lines.
///
/// # Errors
/// Those of `out`.
pub fn write_index<W: Write>(graph: &KnowledgeGraph, lines: &Lines, out: &mut W) -> io::Result<()> {
    out.write_all(MAGIC)?;
    let mut sections = Sections { out, written: Vec::with_capacity(SECTIONS) };
    let (nodes, edges) = (&graph.graph, graph.graph.edge_count());

    sections.numbers(lines.nodes.iter().copied())?;
    sections.numbers(lines.edges.iter().copied())?;

    let hash = |index: NodeIndex| (crc32fast::hash(nodes[index].id.as_bytes()), short(index.index()));
    let mut ids: Vec<(u32, u32)> = nodes.node_indices().map(hash).collect();
    ids.sort_unstable();
    sections.short_numbers(ids.into_iter().flat_map(|(hash, node)| [hash, node]))?;

    let mut starts = Vec::with_capacity(nodes.node_count() + 1);
    let mut length = 0;
    sections.add(nodes.node_weights(), |node, bytes| {
        starts.push(length);
        for form in forms(node) {
            bytes.extend_from_slice(form.as_bytes());
            bytes.push(b'\n');
            length += form.len() as u64 + 1;
        }
    })?;
    starts.push(length);
    sections.numbers(starts.into_iter())?;

    sections.short_numbers(nodes.node_weights().map(type_code))?;
    sections.short_numbers(nodes.node_weights().map(|node| node.paper_count()))?;

    let mut by_id: Vec<NodeIndex> = nodes.node_indices().collect();
    by_id.par_sort_unstable_by(|one, other| nodes[*one].id.cmp(&nodes[*other].id));
    let mut ranks = vec![0; by_id.len()];
    for (rank, index) in by_id.into_iter().enumerate() {
        ranks[index.index()] = short(rank);
    }
    sections.short_numbers(ranks.into_iter())?;

    let around = edges_around(graph);
    sections.numbers(around.starts.iter().map(|start| *start as u64))?;
    sections.short_numbers(around.values.iter().map(|(neighbor, _)| *neighbor))?;
    sections.short_numbers(around.values.iter().map(|(_, edge)| *edge))?;
    drop(around);

    let mut end = Vec::new();
    for number in [lines.length, lines.head, nodes.node_count() as u64, edges as u64] {
        end.extend_from_slice(&number.to_le_bytes());
    }
    for (length, checksum) in &sections.written {
        end.extend_from_slice(&length.to_le_bytes());
        end.extend_from_slice(&checksum.to_le_bytes());
    }
    end.extend_from_slice(&crc32fast::hash(&end).to_le_bytes());
    out.write_all(&end)
}

/// The position of a node or an edge, which the graph itself keeps in 32 bits.
fn short(position: usize) -> u32 {
    u32::try_from(position).unwrap_or(u32::MAX)
}

/// For every node the other end of each edge and the edge: those that come in, then those that go out, the last of the
/// graph first.
fn edges_around(graph: &KnowledgeGraph) -> Grouped<(u32, u32)> {
    let edges = || graph.graph.raw_edges().iter().enumerate().rev();
    let incoming = edges().map(|(at, edge)| (edge.target().index(), (short(edge.source().index()), short(at))));
    let outgoing = edges().map(|(at, edge)| (edge.source().index(), (short(edge.target().index()), short(at))));
    Grouped::of(graph.graph.node_count(), incoming.chain(outgoing))
}

/// The sections on their way to the file.
struct Sections<'w, W> {
    out: &'w mut W,
    /// Length and checksum of each.
    written: Vec<(u64, u32)>,
}

impl<W: Write> Sections<'_, W> {
    /// Writes a section, made of items that add themselves to its bytes.
    fn add<T>(&mut self, items: impl Iterator<Item = T>, mut encode: impl FnMut(T, &mut Vec<u8>)) -> io::Result<()> {
        let mut length = 0;
        let mut checksum = crc32fast::Hasher::new();
        let mut bytes = Vec::with_capacity(BUFFER_SIZE);
        let mut put = |bytes: &mut Vec<u8>| {
            checksum.update(bytes);
            length += bytes.len() as u64;
            let result = self.out.write_all(bytes);
            bytes.clear();
            result
        };
        for item in items {
            encode(item, &mut bytes);
            if bytes.len() >= BUFFER_SIZE {
                put(&mut bytes)?;
            }
        }
        put(&mut bytes)?;
        self.written.push((length, checksum.finalize()));
        Ok(())
    }

    fn numbers(&mut self, numbers: impl Iterator<Item = u64>) -> io::Result<()> {
        self.add(numbers, |number, bytes| bytes.extend_from_slice(&number.to_le_bytes()))
    }

    fn short_numbers(&mut self, numbers: impl Iterator<Item = u32>) -> io::Result<()> {
        self.add(numbers, |number, bytes| bytes.extend_from_slice(&number.to_le_bytes()))
    }
}
