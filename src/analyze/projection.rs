//! Who is like whom: papers linked by the entities that they share, entities by the papers that they share.
//!
//! A graph of papers and entities has two kinds of nodes, and every edge runs between them. Topics, layouts and
//! pictures want one kind. The projection links two papers by the cosine of their entity vectors, in which an entity
//! counts by its inverse document frequency: sharing a rare data set says much, sharing "large language model" says
//! next to nothing. The cosine keeps papers with many entities from being near everything.
//!
//! The result is bounded. Each node keeps its [`NEIGHBORS`] nearest nodes, and what stands in more than
//! [`HUB_LIMIT`] rows links nothing at all: its weight would be small, and its pairs would be most of the work.

use petgraph::graph::{EdgeReference, NodeIndex};
use petgraph::visit::EdgeRef;
use rayon::prelude::*;

use crate::graph::grouped::Grouped;
use crate::graph::{Edge, KnowledgeGraph, NodeKind};
use crate::rules::RelationRole;

/// Nearest nodes that a node keeps. A pair stays when one of both keeps it.
pub const NEIGHBORS: usize = 15;

/// Rows whose neighbours are searched for at once.
const ROWS_AT_ONCE: usize = 64 * 1024;

/// A column that stands in more rows than this links none of them.
pub const HUB_LIMIT: usize = 2000;

/// Rows of `(column, value)`, sorted by column within a row.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Rows {
    starts: Vec<usize>,
    entries: Vec<(u32, f32)>,
}

impl Rows {
    /// Makes rows from `(row, column, value)`; values of the same cell are added. The cells are gone through twice: a list
    /// of them would be larger than the rows.
    pub fn from_cells(row_count: usize, cells: impl Iterator<Item = (u32, u32, f32)> + Clone) -> Self {
        let items = cells.map(|(row, column, value)| (row as usize, (column, value)));
        let Grouped { starts, values: mut entries } = Grouped::of(row_count, items);
        // Stable, so that the values of a cell are added in the order given.
        rows_of(&starts, &mut entries).into_par_iter().for_each(|row| row.sort_by_key(|&(column, _)| column));
        let mut rows = Self { starts, entries };
        rows.add_up();
        rows
    }

    /// Makes one entry of those that follow each other in a row with the same column.
    fn add_up(&mut self) {
        let (mut kept, mut start) = (0, 0);
        for row in 0..self.len() {
            let end = self.starts[row + 1];
            let first = kept;
            for at in start..end {
                let (column, value) = self.entries[at];
                if kept > first && self.entries[kept - 1].0 == column {
                    self.entries[kept - 1].1 += value;
                } else {
                    self.entries[kept] = (column, value);
                    kept += 1;
                }
            }
            start = end;
            self.starts[row + 1] = kept;
        }
        self.entries.truncate(kept);
    }

    /// Number of rows.
    pub fn len(&self) -> usize {
        self.starts.len().saturating_sub(1)
    }

    /// Are there no rows?
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Number of entries in all rows.
    pub fn entry_count(&self) -> usize {
        self.entries.len()
    }

    /// The entries of one row.
    pub fn row(&self, row: usize) -> &[(u32, f32)] {
        &self.entries[self.starts[row]..self.starts[row + 1]]
    }

    /// Rows become columns.
    pub fn transposed(&self, column_count: usize) -> Self {
        let mut starts = vec![0; column_count + 1];
        self.entries.iter().for_each(|&(column, _)| starts[column as usize + 1] += 1);
        for column in 1..starts.len() {
            starts[column] += starts[column - 1];
        }
        // Row by row, so that every column gets its rows in order.
        let mut free = starts.clone();
        let mut entries = vec![(0, 0.0); self.entries.len()];
        for row in 0..self.len() {
            for &(column, value) in self.row(row) {
                let place = &mut free[column as usize];
                entries[*place] = (row as u32, value);
                *place += 1;
            }
        }
        Self { starts, entries }
    }
}

/// The entries of each row.
fn rows_of<'e>(starts: &[usize], mut entries: &'e mut [(u32, f32)]) -> Vec<&'e mut [(u32, f32)]> {
    let lengths = starts.windows(2).map(|ends| ends[1] - ends[0]);
    let split = lengths.map(|length| {
        let (row, rest) = std::mem::take(&mut entries).split_at_mut(length);
        entries = rest;
        row
    });
    split.collect()
}

/// Papers against entities, with the weight of the edges between them.
#[derive(Clone, Debug, Default)]
pub struct Incidence {
    /// Node of every paper.
    pub papers: Vec<NodeIndex>,
    /// Node of every entity.
    pub entities: Vec<NodeIndex>,
    /// One row a paper, its entities as columns.
    pub by_paper: Rows,
    /// The papers of each entity, by their numbers.
    pub(crate) by_entity: Grouped<u32>,
}

impl Incidence {
    /// Reads papers, entities and the edges between them from the graph.
    pub fn of(graph: &KnowledgeGraph) -> Self {
        let mut result = Self::default();
        let mut position = vec![0u32; graph.graph.node_count()];
        for (index, node) in graph.nodes() {
            let list = match node.kind {
                NodeKind::Paper(_) => &mut result.papers,
                NodeKind::Entity(_) => &mut result.entities,
                NodeKind::Topic(_) => continue,
            };
            position[index.index()] = list.len() as u32;
            list.push(index);
        }
        let relates_entities = |edge: &EdgeReference<'_, Edge>| {
            let role = graph.schema.relation(edge.weight().relation).role;
            matches!(role, RelationRole::Entity | RelationRole::Contribution)
                && matches!(graph.graph[edge.source()].kind, NodeKind::Paper(_))
                && matches!(graph.graph[edge.target()].kind, NodeKind::Entity(_))
        };
        let cells = graph.graph.edge_references().filter(relates_entities).map(|edge| {
            (position[edge.source().index()], position[edge.target().index()], finite_weight(edge.weight().weight))
        });
        result.by_paper = Rows::from_cells(result.papers.len(), cells);
        let papers = (0..result.papers.len()).flat_map(|paper| {
            let entities = result.by_paper.row(paper).iter();
            entities.map(move |&(entity, _)| (entity as usize, paper as u32))
        });
        result.by_entity = Grouped::of(result.entities.len(), papers);
        result
    }

    /// Papers linked by shared entities.
    pub fn papers_by_entities(&self) -> Neighbors {
        project(&self.by_paper, self.entities.len())
    }

    /// Entities linked by shared papers.
    pub fn entities_by_papers(&self) -> Neighbors {
        project(&self.by_paper.transposed(self.entities.len()), self.papers.len())
    }
}

/// The weight as a positive finite number, whatever a graph read from a file holds.
pub fn finite_weight(weight: f32) -> f32 {
    if weight.is_finite() { weight.clamp(1e-3, 1e6) } else { 1.0 }
}

/// An undirected weighted graph without loops: every pair stands in the rows of both nodes.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Neighbors {
    /// One row a node: its neighbours with similarities between 0 and 1.
    pub rows: Rows,
}

impl Neighbors {
    /// Makes the graph from pairs; pairs that stand more than once are added up.
    pub fn from_pairs(node_count: usize, pairs: impl Iterator<Item = (u32, u32, f32)> + Clone) -> Self {
        let cells = pairs.filter(|(a, b, _)| a != b).flat_map(|(a, b, weight)| [(a, b, weight), (b, a, weight)]);
        Self { rows: Rows::from_cells(node_count, cells) }
    }

    /// Number of nodes.
    pub fn node_count(&self) -> usize {
        self.rows.len()
    }

    /// Every pair once, the smaller node first.
    pub fn pairs(&self) -> impl Iterator<Item = (u32, u32, f32)> + '_ {
        (0..self.node_count()).flat_map(move |node| {
            let of_node = self.rows.row(node).iter();
            of_node
                .filter(move |entry| entry.0 as usize > node)
                .map(move |&(other, weight)| (node as u32, other, weight))
        })
    }

    /// The part of the graph between the given nodes, which are renumbered in the order given.
    pub fn between(&self, nodes: &[u32]) -> Self {
        let mut renumbered = vec![u32::MAX; self.node_count()];
        for (new, &old) in (0u32..).zip(nodes) {
            renumbered[old as usize] = new;
        }
        let pairs = nodes.iter().flat_map(|&node| {
            let of_node = self.rows.row(node as usize).iter();
            of_node.filter(move |entry| entry.0 > node).map(move |&(other, weight)| (node, other, weight))
        });
        let kept = pairs.map(|(a, b, weight)| (renumbered[a as usize], renumbered[b as usize], weight));
        Self::from_pairs(nodes.len(), kept.filter(|&(_, b, _)| b != u32::MAX))
    }
}

/// Links each row to the rows most like it.
fn project(rows: &Rows, column_count: usize) -> Neighbors {
    let vectors = weighted_vectors(rows, column_count);
    let columns = vectors.transposed(column_count);
    let mut nearest = Grouped::default();
    // There are no more than that; what is not used is never touched.
    nearest.values.reserve_exact(rows.len() * NEIGHBORS);
    for first in (0..rows.len()).step_by(ROWS_AT_ONCE) {
        let some = first..(first + ROWS_AT_ONCE).min(rows.len());
        let new_search = || Search::new(rows.len());
        let found = some.into_par_iter().map_init(new_search, |search, row| search.nearest(row, &vectors, &columns));
        found.collect::<Vec<_>>().into_iter().for_each(|found| nearest.push(found));
    }
    drop((vectors, columns));
    let pairs = (0u32..).zip(nearest.groups()).flat_map(|(row, found)| {
        let nearest = &nearest;
        found.iter().filter_map(move |&(other, similarity)| {
            let kept_by_other = nearest.group(other as usize).iter().any(|&(back, _)| back == row);
            (row < other || !kept_by_other).then_some((row, other, similarity))
        })
    });
    Neighbors::from_pairs(rows.len(), pairs)
}

/// Every row scaled by the inverse document frequency of its columns and brought to length 1.
fn weighted_vectors(rows: &Rows, column_count: usize) -> Rows {
    let row_count = rows.len() as f32;
    let mut held_by = vec![0; column_count];
    rows.entries.iter().for_each(|&(column, _)| held_by[column as usize] += 1);
    let rarity: Vec<f32> = held_by
        .into_iter()
        .map(|held_by| match held_by {
            // What stands in one row only links nothing, and would only make the row's vector long.
            0 | 1 => 0.0,
            held_by if held_by > HUB_LIMIT => 0.0,
            held_by => (1.0 + row_count / held_by as f32).ln(),
        })
        .collect();
    let cells = (0..rows.len()).flat_map(|row| {
        // The logarithm keeps one long-winded mention from outweighing everything else that is shared.
        let rarity = &rarity;
        let scaled =
            rows.row(row).iter().map(move |&(column, value)| (column, value.ln_1p() * rarity[column as usize]));
        let length = scaled.clone().map(|(_, value)| value * value).sum::<f32>().sqrt();
        let scaled = scaled.filter(|entry| entry.1 > 0.0);
        scaled.map(move |(column, value)| (row as u32, column, value / length))
    });
    Rows::from_cells(rows.len(), cells)
}

/// What the search for near rows works with, kept from row to row: a row is compared with thousands, and few stay.
struct Search {
    /// Cosine to every row; all zero between two searches.
    sums: Vec<f32>,
    /// The rows with a cosine.
    touched: Vec<u32>,
    found: Vec<(u32, f32)>,
}

impl Search {
    fn new(row_count: usize) -> Search {
        Search { sums: vec![0.0; row_count], touched: Vec::new(), found: Vec::new() }
    }

    /// The rows with the highest cosine to `row`, best first.
    fn nearest(&mut self, row: usize, vectors: &Rows, columns: &Rows) -> Vec<(u32, f32)> {
        for &(column, value) in vectors.row(row) {
            for &(other, other_value) in columns.row(column as usize) {
                let sum = &mut self.sums[other as usize];
                if *sum == 0.0 {
                    self.touched.push(other);
                }
                *sum += value * other_value;
            }
        }
        self.found.clear();
        for other in self.touched.drain(..) {
            let similarity = std::mem::take(&mut self.sums[other as usize]);
            if other as usize != row && similarity > 0.0 {
                self.found.push((other, similarity.min(1.0)));
            }
        }
        let best_first = |a: &(u32, f32), b: &(u32, f32)| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0));
        if self.found.len() > NEIGHBORS {
            self.found.select_nth_unstable_by(NEIGHBORS, best_first);
            self.found.truncate(NEIGHBORS);
        }
        self.found.sort_by(best_first);
        self.found.clone()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(cells: &[(u32, u32)], row_count: usize) -> Rows {
        Rows::from_cells(row_count, cells.iter().map(|&(row, column)| (row, column, 1.0)))
    }

    #[test]
    fn rows_add_up_equal_cells_and_allow_empty_rows() {
        let cells = [(2, 1, 1.0), (0, 3, 2.0), (2, 1, 0.5), (2, 0, 1.0)];
        let rows = Rows::from_cells(4, cells.into_iter());
        assert_eq!(rows.row(0), [(3, 2.0)]);
        assert_eq!(rows.row(1), []);
        assert_eq!(rows.row(2), [(0, 1.0), (1, 1.5)]);
        assert_eq!(rows.row(3), []);
        assert_eq!(rows.transposed(4).transposed(4), rows);
    }

    #[test]
    fn a_rare_shared_column_links_closer_than_a_common_one() {
        // Column 0 stands in every row; column 1 only in rows 0 and 1.
        let mut cells: Vec<(u32, u32)> = (0..20).map(|row| (row, 0)).collect();
        cells.extend([(0, 1), (1, 1)]);
        let rows = rows(&cells, 20);
        let linked = project(&rows, 2);
        let of_first = linked.rows.row(0);
        let to_second = of_first.iter().find(|entry| entry.0 == 1).unwrap().1;
        assert!(of_first.iter().all(|&(other, weight)| other == 1 || weight < to_second / 2.0), "{of_first:?}");
    }

    #[test]
    fn the_projection_is_bounded_and_a_hub_links_nothing() {
        let row_count = HUB_LIMIT + 1;
        let mut cells: Vec<(u32, u32)> = (0..row_count as u32).map(|row| (row, 0)).collect();
        // 500 rows share a second column: 125,000 pairs, of which few may stay.
        cells.extend((0..500).map(|row| (row, 1)));
        let rows = rows(&cells, row_count);
        let linked = project(&rows, 2);
        assert!(linked.pairs().count() <= 500 * NEIGHBORS);
        assert!((500..row_count).all(|row| linked.rows.row(row).is_empty()));
    }

    #[test]
    fn a_part_keeps_the_pairs_between_its_nodes() {
        let graph = Neighbors::from_pairs(4, [(0, 1, 0.5), (1, 3, 0.25), (2, 3, 1.0)].into_iter());
        let part = graph.between(&[1, 3]);
        assert_eq!(part.pairs().collect::<Vec<_>>(), [(0, 1, 0.25)]);
    }
}
