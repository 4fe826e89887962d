//! Ranks: degree, weighted degree, PageRank and bridges.

use petgraph::graph::NodeIndex;
use rayon::prelude::*;

use super::projection::{Rows, finite_weight};
use crate::graph::{Edge, KnowledgeGraph, NodeKind};

/// Chance to follow an edge rather than to jump to any node.
const DAMPING: f64 = 0.85;

/// Sum of changes below which PageRank counts as settled.
const SETTLED: f64 = 1e-10;

/// More steps than this PageRank never needs: the error shrinks by [`DAMPING`] each step.
const MOST_STEPS: usize = 150;

/// Ranks of papers and entities, which need no topics to be known.
///
/// PageRank and bridges are about papers and entities: topics, which point at everything, take no part.
pub struct Ranks {
    pagerank: Vec<f64>,
}

impl Ranks {
    /// Ranks the nodes of a graph.
    pub fn of(graph: &KnowledgeGraph) -> Self {
        let takes_part: Vec<bool> =
            graph.graph.node_weights().map(|node| !matches!(node.kind, NodeKind::Topic(_))).collect();
        Self { pagerank: pagerank(&neighbors(graph, &takes_part), &takes_part) }
    }

    /// Fills in degree, weighted degree, PageRank and bridge of every node of the same graph, to which topics may have
    /// been added. Degrees count all edges; PageRank and bridge of what took no part are 0.
    pub fn fill(&self, graph: &mut KnowledgeGraph) {
        let (degrees, weighted_degrees) = degrees(graph);
        let topics = topic_numbers(graph);
        let part = 0..self.pagerank.len();
        let bridge_of = |node: usize| {
            // Topics stand behind all nodes that took part.
            let neighbors = graph.graph.neighbors_undirected(NodeIndex::new(node));
            let mut neighbors: Vec<usize> =
                neighbors.map(NodeIndex::index).filter(|node| part.contains(node)).collect();
            neighbors.sort_unstable();
            neighbors.dedup();
            bridge(topics[node], &neighbors, &topics)
        };
        let bridges: Vec<f64> = part.clone().into_par_iter().map(bridge_of).collect();
        for (index, node) in graph.graph.node_weights_mut().enumerate() {
            node.analysis.degree = degrees[index];
            node.analysis.weighted_degree = weighted_degrees[index];
            node.analysis.pagerank = self.pagerank.get(index).copied().unwrap_or_default();
            node.analysis.bridge = bridges.get(index).copied().unwrap_or_default();
        }
    }
}

/// Number of the edges of every node, and the sum of their weights.
fn degrees(graph: &KnowledgeGraph) -> (Vec<u32>, Vec<f64>) {
    let (mut degrees, mut weighted) = (vec![0; graph.graph.node_count()], vec![0.0; graph.graph.node_count()]);
    for edge in graph.graph.raw_edges() {
        for end in [edge.source(), edge.target()] {
            degrees[end.index()] += 1;
            weighted[end.index()] += f64::from(finite_weight(edge.weight.weight));
        }
    }
    (degrees, weighted)
}

/// The neighbours of every node, both ways, of those that take part.
fn neighbors(graph: &KnowledgeGraph, takes_part: &[bool]) -> Rows {
    let ends = |edge: &petgraph::graph::Edge<Edge>| (edge.source().index(), edge.target().index());
    let part = graph.graph.raw_edges().iter().filter(|edge| {
        let (source, target) = ends(edge);
        takes_part[source] && takes_part[target]
    });
    let cells = part.flat_map(|edge| {
        let (source, target) = ends(edge);
        let weight = finite_weight(edge.weight.weight);
        [(source as u32, target as u32, weight), (target as u32, source as u32, weight)]
    });
    Rows::from_cells(takes_part.len(), cells)
}

/// PageRank of an undirected weighted graph, the sum over all that take part being 1.
fn pagerank(neighbors: &Rows, takes_part: &[bool]) -> Vec<f64> {
    let count = takes_part.iter().filter(|&&part| part).count();
    if count == 0 {
        return vec![0.0; takes_part.len()];
    }
    let even = 1.0 / count as f64;
    let strengths: Vec<f64> =
        (0..neighbors.len()).map(|node| neighbors.row(node).iter().map(|entry| f64::from(entry.1)).sum()).collect();
    let mut ranks: Vec<f64> = takes_part.iter().map(|&part| if part { even } else { 0.0 }).collect();
    for _ in 0..MOST_STEPS {
        // What lies on nodes without edges is spread over all.
        let stranded: f64 =
            ranks.iter().zip(&strengths).filter(|(_, strength)| **strength == 0.0).map(|(rank, _)| rank).sum();
        let base = (1.0 - DAMPING + DAMPING * stranded) * even;
        let passed_on: Vec<f64> = ranks
            .iter()
            .zip(&strengths)
            .map(|(rank, strength)| if *strength > 0.0 { rank / strength } else { 0.0 })
            .collect();
        let next: Vec<f64> = (0..ranks.len())
            .into_par_iter()
            .map(|node| {
                if !takes_part[node] {
                    return 0.0;
                }
                let received: f64 = neighbors
                    .row(node)
                    .iter()
                    .map(|&(other, weight)| passed_on[other as usize] * f64::from(weight))
                    .sum();
                base + DAMPING * received
            })
            .collect();
        let change: f64 = ranks.iter().zip(&next).map(|(old, new)| (old - new).abs()).sum();
        ranks = next;
        if change < SETTLED {
            break;
        }
    }
    let total: f64 = ranks.iter().sum();
    ranks.iter_mut().for_each(|rank| *rank /= total);
    ranks
}

/// Topic of every node as a number; `None` where a node has no topic.
fn topic_numbers(graph: &KnowledgeGraph) -> Vec<Option<u32>> {
    let mut numbers = rustc_hash::FxHashMap::default();
    let numbered = graph.graph.node_weights().map(|node| {
        let label = node.analysis.topic.as_deref()?;
        let next = numbers.len() as u32;
        Some(*numbers.entry(label).or_insert(next))
    });
    numbered.collect()
}

/// Share of the neighbours that lie in other topics than the node; for a node without a topic, than most of them do.
fn bridge(home: Option<u32>, neighbors: &[usize], topics: &[Option<u32>]) -> f64 {
    let mut of_neighbors: Vec<u32> = neighbors.iter().filter_map(|&other| topics[other]).collect();
    if of_neighbors.is_empty() {
        return 0.0;
    }
    of_neighbors.sort_unstable();
    let at_home = match home {
        Some(home) => of_neighbors.iter().filter(|&&topic| topic == home).count(),
        None => of_neighbors.chunk_by(|a, b| a == b).map(<[u32]>::len).max().unwrap_or(0),
    };
    1.0 - at_home as f64 / of_neighbors.len() as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    fn star() -> Rows {
        let cells = [(0, 1, 1.0), (1, 0, 1.0), (0, 2, 1.0), (2, 0, 1.0), (0, 3, 1.0), (3, 0, 1.0)];
        Rows::from_cells(5, cells.into_iter())
    }

    #[test]
    fn pagerank_sums_to_one_and_ranks_the_centre_first() {
        let ranks = pagerank(&star(), &[true; 5]);
        assert!((ranks.iter().sum::<f64>() - 1.0).abs() < 1e-12);
        assert!(ranks[0] > 2.0 * ranks[1]);
        assert!(ranks[4] > 0.0 && ranks[4] < ranks[1], "a node without edges keeps the smallest share: {ranks:?}");
    }

    #[test]
    fn what_takes_no_part_has_no_rank() {
        let ranks = pagerank(&star(), &[true, true, true, true, false]);
        assert_eq!(ranks[4], 0.0);
        assert!((ranks.iter().sum::<f64>() - 1.0).abs() < 1e-12);
        assert!(pagerank(&Rows::default(), &[]).is_empty());
    }

    #[test]
    fn a_bridge_is_the_share_of_neighbours_elsewhere() {
        let topics = [Some(0), Some(1), Some(1), None, Some(0)];
        let neighbors = [0, 1, 2, 3];
        assert!((bridge(Some(1), &neighbors, &topics) - 1.0 / 3.0).abs() < 1e-12);
        assert!((bridge(Some(0), &neighbors, &topics) - 2.0 / 3.0).abs() < 1e-12);
        assert!((bridge(None, &neighbors, &topics) - 1.0 / 3.0).abs() < 1e-12);
        assert_eq!(bridge(Some(0), &[3], &topics), 0.0);
    }
}
