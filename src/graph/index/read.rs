//! Reading an index, and the parts of `graph.json` that it points to.

use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::path::Path;

use super::{END_LENGTH, IndexError, MAGIC, SECTIONS, Section};
use crate::graph::KnowledgeGraph;
use crate::graph::json::{self, Meta};
use crate::rules::Schema;

/// Lines of `graph.json` that stand so near to each other are read in one go.
const NEAR: u64 = 16 * 1024;

/// Most bytes of `graph.json` that are read in one go, unless a single line is longer.
const MOST_AT_ONCE: u64 = 4 * 1024 * 1024;

/// A `graph.json` with its index.
///
/// Everything is read only when a question needs it.
pub struct GraphIndex {
    graph: File,
    graph_length: u64,
    index: File,
    /// Place, length and checksum of each section.
    sections: [(u64, u64, u32); SECTIONS],
    /// Number of nodes.
    pub(super) nodes: usize,
    /// What the graph says about itself: its types, relations and rules.
    pub(super) meta: Meta,
}

impl GraphIndex {
    /// Opens the index that stands beside a graph: `graph.index` beside `graph.json`.
    ///
    /// # Errors
    /// There is no index, or it cannot be used; see [`IndexError`].
    pub fn open(graph: &Path) -> Result<GraphIndex, IndexError> {
        let mut index = File::open(graph.with_extension("index"))?;
        let mut graph = File::open(graph)?;
        let (about_index, about_graph) = (index.metadata()?, graph.metadata()?);

        let mut start = [0; MAGIC.len()];
        index.read_exact(&mut start)?;
        let sections_end = about_index.len().checked_sub(END_LENGTH as u64).ok_or(IndexError::Damaged)?;
        index.seek(SeekFrom::Start(sections_end))?;
        let mut end = [0; END_LENGTH];
        index.read_exact(&mut end)?;
        let (end, checksum) = end.split_at(END_LENGTH - 4);
        if start != *MAGIC || checksum != crc32fast::hash(end).to_le_bytes() {
            return Err(IndexError::Damaged);
        }
        let (counts, table) = end.split_at(4 * 8);
        let [graph_length, head, nodes, _] = [0, 1, 2, 3].map(|at| number(counts, at).unwrap_or_default());
        if graph_length != about_graph.len() || about_graph.modified()? > about_index.modified()? {
            return Err(IndexError::Outdated);
        }

        let mut sections = [(0, 0, 0); SECTIONS];
        let mut place = MAGIC.len() as u64;
        for (section, entry) in sections.iter_mut().zip(table.chunks_exact(8 + 4)) {
            let (length, checksum) = entry.split_at(8);
            let length = number(length, 0).unwrap_or_default();
            *section = (place, length, short_number(checksum, 0).unwrap_or_default());
            place = place.checked_add(length).ok_or(IndexError::Damaged)?;
        }
        if place != sections_end || head > graph_length {
            return Err(IndexError::Damaged);
        }
        let mut text = vec![0; usize::try_from(head).map_err(|_| IndexError::Damaged)?];
        graph.read_exact(&mut text)?;
        let meta = json::read_head(&text)?;
        let nodes = usize::try_from(nodes).map_err(|_| IndexError::Damaged)?;
        Ok(GraphIndex { graph, graph_length, index, sections, nodes, meta })
    }

    /// The types and relations of the graph.
    pub fn schema(&self) -> &Schema {
        &self.meta.schema
    }

    /// The bytes of a section.
    pub(super) fn section(&self, section: Section) -> Result<Vec<u8>, IndexError> {
        let (place, length, checksum) = self.sections[section as usize];
        let bytes = read_at(&self.index, place, length)?;
        if crc32fast::hash(&bytes) == checksum { Ok(bytes) } else { Err(IndexError::Damaged) }
    }

    /// A section of 64-bit numbers that do not fall.
    pub(super) fn starts(&self, section: Section) -> Result<Vec<u64>, IndexError> {
        let starts: Vec<u64> =
            self.section(section)?.as_chunks().0.iter().map(|bytes| u64::from_le_bytes(*bytes)).collect();
        if starts.is_sorted() && !starts.is_empty() { Ok(starts) } else { Err(IndexError::Damaged) }
    }

    /// A section with one 32-bit number for each node.
    pub(super) fn of_nodes(&self, section: Section) -> Result<Vec<u32>, IndexError> {
        let numbers = self.short_numbers(section)?;
        if numbers.len() == self.nodes { Ok(numbers) } else { Err(IndexError::Damaged) }
    }

    /// A section of 32-bit numbers.
    pub(super) fn short_numbers(&self, section: Section) -> Result<Vec<u32>, IndexError> {
        Ok(self.section(section)?.as_chunks().0.iter().map(|bytes| u32::from_le_bytes(*bytes)).collect())
    }

    /// The part of the graph that consists of these nodes and edges. Both are sorted, and so stand in the part.
    pub(super) fn load(&self, nodes: &[u32], edges: &[u32]) -> Result<KnowledgeGraph, IndexError> {
        let mut part = json::Part::new(&self.meta);
        self.read_lines(Section::NodeLines, nodes, |line| Ok(part.add_node(line)?))?;
        if !edges.is_empty() {
            self.read_lines(Section::EdgeLines, edges, |line| Ok(part.add_edge(line)?))?;
        }
        Ok(part.finish())
    }

    /// Reads lines of `graph.json` by their sorted numbers.
    pub(super) fn read_lines(
        &self,
        section: Section,
        wanted: &[u32],
        mut take: impl FnMut(&[u8]) -> Result<(), IndexError>,
    ) -> Result<(), IndexError> {
        let starts = self.starts(section)?;
        let place = |line: &u32| -> Result<(u64, u64), IndexError> {
            let line = *line as usize;
            let (Some(start), Some(end)) = (starts.get(line), starts.get(line + 1)) else {
                return Err(IndexError::Damaged);
            };
            // The comma and the line break behind it are not part of a line.
            let end = end.checked_sub(2).filter(|end| end > start && *end <= self.graph_length);
            Ok((*start, end.ok_or(IndexError::Damaged)?))
        };
        let places = wanted.iter().map(place).collect::<Result<Vec<_>, _>>()?;
        let mut rest = &places[..];
        while let Some((first, _)) = rest.first().copied() {
            let gap = rest.windows(2).position(|pair| pair[1].0 - pair[0].1 > NEAR || pair[1].1 - first > MOST_AT_ONCE);
            let (near, others) = rest.split_at(gap.map_or(rest.len(), |last| last + 1));
            let last = near.last().map_or(first, |(_, end)| *end);
            let bytes = read_at(&self.graph, first, last - first)?;
            for (start, end) in near {
                // Both are between `first` and `last`, since starts do not fall and numbers are sorted.
                take(&bytes[(start - first) as usize..(end - first) as usize])?;
            }
            rest = others;
        }
        Ok(())
    }
}

/// Bytes of a file; `length` is known to be no more than what the file has.
fn read_at(mut file: &File, place: u64, length: u64) -> Result<Vec<u8>, IndexError> {
    file.seek(SeekFrom::Start(place))?;
    let mut bytes = Vec::with_capacity(usize::try_from(length).map_err(|_| IndexError::Damaged)?);
    file.take(length).read_to_end(&mut bytes)?;
    if bytes.len() as u64 == length { Ok(bytes) } else { Err(IndexError::Damaged) }
}

/// The 64-bit number at a position, counted in numbers.
fn number(bytes: &[u8], position: usize) -> Option<u64> {
    bytes.as_chunks().0.get(position).map(|bytes| u64::from_le_bytes(*bytes))
}

/// The 32-bit number at a position, counted in numbers.
fn short_number(bytes: &[u8], position: usize) -> Option<u32> {
    bytes.as_chunks().0.get(position).map(|bytes| u32::from_le_bytes(*bytes))
}
