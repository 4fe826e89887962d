//! Text of nodes and edges, made on all cores and written in their order.

use std::io::{self, Write};

use petgraph::graph::{EdgeIndex, NodeIndex};
use rayon::prelude::*;

use super::view::{EdgeView, NodeView, View};

/// Nodes or edges in a block: about a hundred kilobytes of text, which a core's own cache holds.
const ITEMS_OF_A_BLOCK: usize = 256;

/// Blocks that are made at once for each thread; with more than one, threads that are done early help the others.
const BLOCKS_OF_A_THREAD: usize = 2;

/// The text of some nodes or edges that follow each other.
#[derive(Default)]
pub struct Block {
    /// The text.
    pub text: Vec<u8>,
    /// Where the text of each of them ends.
    pub ends: Vec<usize>,
}

/// Writes the text that `encode` gives for each node.
pub fn write_nodes<W: Write>(
    view: &View<'_>,
    out: &mut W,
    encode: impl Fn(&NodeView<'_>, &mut Vec<u8>) -> io::Result<()> + Sync,
) -> io::Result<()> {
    for_each_node_block(view, |node, text| encode(node, text), |block| out.write_all(&block.text))
}

/// Writes the text that `encode` gives for each edge.
pub fn write_edges<W: Write>(
    view: &View<'_>,
    out: &mut W,
    encode: impl Fn(&EdgeView<'_>, &mut Vec<u8>) -> io::Result<()> + Sync,
) -> io::Result<()> {
    for_each_edge_block(view, |edge, text| encode(edge, text), |block| out.write_all(&block.text))
}

/// Calls `take` with the text of all nodes, block by block in their order.
pub fn for_each_node_block(
    view: &View<'_>,
    encode: impl Fn(&NodeView<'_>, &mut Vec<u8>) -> io::Result<()> + Sync,
    take: impl FnMut(&Block) -> io::Result<()>,
) -> io::Result<()> {
    let encode = |position, text: &mut Vec<u8>| encode(&view.node(NodeIndex::new(position)), text);
    for_each_block(view.graph.graph.node_count(), encode, take)
}

/// Calls `take` with the text of all edges, block by block in their order.
pub fn for_each_edge_block(
    view: &View<'_>,
    encode: impl Fn(&EdgeView<'_>, &mut Vec<u8>) -> io::Result<()> + Sync,
    take: impl FnMut(&Block) -> io::Result<()>,
) -> io::Result<()> {
    let encode = |position, text: &mut Vec<u8>| {
        // Positions below the number of edges are all taken.
        view.edge(EdgeIndex::new(position)).map_or(Ok(()), |edge| encode(&edge, text))
    };
    for_each_block(view.graph.graph.edge_count(), encode, take)
}

fn for_each_block(
    count: usize,
    encode: impl Fn(usize, &mut Vec<u8>) -> io::Result<()> + Sync,
    mut take: impl FnMut(&Block) -> io::Result<()>,
) -> io::Result<()> {
    let mut blocks: Vec<Block> = Vec::new();
    blocks.resize_with(BLOCKS_OF_A_THREAD * rayon::current_num_threads(), Block::default);
    for first in (0..count).step_by(blocks.len() * ITEMS_OF_A_BLOCK) {
        blocks.par_iter_mut().enumerate().try_for_each(|(number, Block { text, ends })| {
            text.clear();
            ends.clear();
            let from = first + number * ITEMS_OF_A_BLOCK;
            (from..(from + ITEMS_OF_A_BLOCK).min(count)).try_for_each(|item| {
                encode(item, text)?;
                ends.push(text.len());
                Ok::<(), io::Error>(())
            })
        })?;
        blocks.iter().try_for_each(&mut take)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn items_stand_in_their_order_and_their_ends_are_known() {
        for count in [0, 1, ITEMS_OF_A_BLOCK, 5000] {
            let mut text = Vec::new();
            let mut ends = Vec::new();
            let encode = |item: usize, text: &mut Vec<u8>| writeln!(text, "{item}");
            let take = |block: &Block| {
                ends.extend(block.ends.iter().map(|end| text.len() + end));
                text.write_all(&block.text)
            };
            for_each_block(count, encode, take).unwrap();
            let expected: Vec<String> = (0..count).map(|item| format!("{item}\n")).collect();
            assert_eq!(String::from_utf8(text).unwrap(), expected.concat());
            let lengths = expected.iter().scan(0, |end, line| {
                *end += line.len();
                Some(*end)
            });
            assert_eq!(ends, lengths.collect::<Vec<_>>());
        }
    }

    #[test]
    fn an_error_ends_it() {
        let encode = |item: usize, _: &mut Vec<u8>| if item == 300 { Err(io::ErrorKind::Other.into()) } else { Ok(()) };
        assert!(for_each_block(301, encode, |_| Ok(())).is_err());
        assert!(for_each_block(300, encode, |_| Ok(())).is_ok());
    }
}
