//! The Leiden algorithm (Traag, Waltman, van Eck 2019) for modularity on an undirected weighted graph.
//!
//! Three steps are repeated until nothing gains: nodes move to the community of a neighbour where that gains most
//! ([`move_nodes`]); every community is cut again into parts that hang together ([`refine`]); the parts become the
//! nodes of a smaller graph ([`Aggregate`]). Work and memory are proportional to the number of links in each step.
//!
//! The random order in which nodes are looked at comes from a seed, and sums run in a fixed order, so that the same
//! graph and seed give the same communities. They are those of the crate `leiden-rs`, to the last bit, which a test
//! holds on to; that crate takes the square of the number of nodes for its second step.

use std::collections::VecDeque;

use rand::SeedableRng;
use rand::rngs::StdRng;
use rand::seq::SliceRandom;
use rayon::prelude::*;

use super::projection::Rows;

/// A gain in quality below this is none.
const LEAST_GAIN: f64 = 1e-10;

/// Most rounds; each makes the graph smaller, so that a handful is enough.
const MOST_ROUNDS: usize = 100;

/// Communities and how good they are.
#[derive(Clone, Debug, PartialEq)]
pub struct Communities {
    /// Modularity at the resolution that they were found at.
    pub quality: f64,
    /// The community of every node, numbered by their first nodes.
    pub of_node: Vec<u32>,
}

/// An undirected weighted graph.
trait Network: Sync {
    /// Number of nodes.
    fn len(&self) -> usize;
    /// Neighbours of a node in rising order, with weights; of a loop the node itself, once.
    fn row(&self, node: usize) -> impl Iterator<Item = (usize, f64)>;
    /// Sum of the weights at a node, loops twice.
    fn degree(&self, node: usize) -> f64;
    /// Sum of the weights of all links.
    fn total(&self) -> f64;
    /// Number of entries in all rows.
    fn entry_count(&self) -> usize;
}

/// The graph whose communities are looked for.
#[derive(Debug)]
pub struct Graph<'r> {
    rows: &'r Rows,
    degrees: Vec<f64>,
    total: f64,
}

impl<'r> Graph<'r> {
    /// A graph of rows of neighbours, in which every pair stands in the rows of both nodes and no node in its own.
    pub fn new(rows: &'r Rows) -> Graph<'r> {
        let degree = |node: usize| rows.row(node).iter().map(|&(_, weight)| f64::from(weight)).sum();
        let degrees: Vec<f64> = (0..rows.len()).map(degree).collect();
        let total = degrees.iter().sum::<f64>() / 2.0;
        Graph { rows, degrees, total }
    }

    /// Finds communities, beginning with the given ones or with every node alone.
    pub fn communities(&self, resolution: f64, seed: u64, start: Option<&[u32]>) -> Communities {
        let mut random = StdRng::seed_from_u64(seed);
        // The node of the smaller graph that each node has become part of.
        let mut part_of: Vec<u32> = (0u32..).take(self.len()).collect();
        let mut communities = start.map_or_else(|| part_of.clone(), <[u32]>::to_vec);
        renumber(&mut communities);
        let mut smaller: Option<Aggregate> = None;
        for number in 0..MOST_ROUNDS {
            let next = match &smaller {
                None => round(self, &mut communities, resolution, &mut random, number == 0),
                Some(graph) => round(graph, &mut communities, resolution, &mut random, number == 0),
            };
            let Some(next) = next else {
                break;
            };
            part_of.iter_mut().for_each(|part| *part = next.part_of[*part as usize]);
            communities = next.communities;
            let is_done = next.graph.len() <= 1;
            smaller = Some(next.graph);
            if is_done {
                break;
            }
        }
        let mut of_node: Vec<u32> = part_of.iter().map(|part| communities[*part as usize]).collect();
        renumber(&mut of_node);
        Communities { quality: quality(self, &of_node, resolution), of_node }
    }
}

impl Network for Graph<'_> {
    fn len(&self) -> usize {
        self.rows.len()
    }

    fn row(&self, node: usize) -> impl Iterator<Item = (usize, f64)> {
        self.rows.row(node).iter().map(|&(other, weight)| (other as usize, f64::from(weight)))
    }

    fn degree(&self, node: usize) -> f64 {
        self.degrees[node]
    }

    fn total(&self) -> f64 {
        self.total
    }

    fn entry_count(&self) -> usize {
        self.rows.entry_count()
    }
}

/// Parts whose rows are made at once.
const PARTS_AT_ONCE: usize = 16 * 1024;

/// A graph whose nodes are parts of communities of a larger one.
struct Aggregate {
    starts: Vec<usize>,
    entries: Vec<(u32, f64)>,
    degrees: Vec<f64>,
    total: f64,
}

impl Network for Aggregate {
    fn len(&self) -> usize {
        self.degrees.len()
    }

    fn row(&self, node: usize) -> impl Iterator<Item = (usize, f64)> {
        self.entries[self.starts[node]..self.starts[node + 1]].iter().map(|&(other, weight)| (other as usize, weight))
    }

    fn degree(&self, node: usize) -> f64 {
        self.degrees[node]
    }

    fn total(&self) -> f64 {
        self.total
    }

    fn entry_count(&self) -> usize {
        self.entries.len()
    }
}

/// What a round leaves: a smaller graph, its communities, and which of its nodes the nodes have become.
struct Smaller {
    graph: Aggregate,
    communities: Vec<u32>,
    part_of: Vec<u32>,
}

/// One round on a graph with the given communities, which it makes better; `None` if they are good.
fn round(
    graph: &impl Network,
    communities: &mut [u32],
    resolution: f64,
    random: &mut StdRng,
    is_first: bool,
) -> Option<Smaller> {
    let before = quality(graph, communities, resolution);
    if !move_nodes(graph, communities, resolution, random) {
        return None;
    }
    renumber(communities);
    let after = quality(graph, communities, resolution);
    if !is_first && (after - before).abs() < LEAST_GAIN {
        return None;
    }
    let mut part_of = refine(graph, communities, resolution, random);
    renumber(&mut part_of);
    let smaller = Aggregate::of(graph, &part_of);
    let mut of_parts = vec![0; smaller.len()];
    for (&part, &community) in part_of.iter().zip(communities.iter()) {
        of_parts[part as usize] = community;
    }
    renumber(&mut of_parts);
    Some(Smaller { graph: smaller, communities: of_parts, part_of })
}

/// What joining another community gains; always the same expression, since its rounding decides between near ones.
#[derive(Clone, Copy)]
struct Gain {
    twice_total: f64,
    resolution: f64,
}

impl Gain {
    fn of(self, degree: f64, to_target: f64, to_current: f64, target: f64, current: f64) -> f64 {
        (to_target - to_current) * 2.0 / self.twice_total
            - self.resolution * degree * (target - current + degree) * 2.0 / (self.twice_total * self.twice_total)
    }
}

/// Weights from one node to the communities around it, kept for the next node.
struct Around {
    /// [`Self::NONE`] where the node has no neighbour.
    weights: Vec<f64>,
    /// Communities other than the node's own, in the order of its neighbours.
    others: Vec<u32>,
}

impl Around {
    /// Less than any weight, so that one look tells whether a community is known and what it weighs.
    const NONE: f64 = -1.0;

    fn new(communities: usize) -> Around {
        Around { weights: vec![Self::NONE; communities], others: Vec::new() }
    }

    fn add(&mut self, community: u32, weight: f64, current: u32) {
        let sum = &mut self.weights[community as usize];
        if *sum >= 0.0 {
            *sum += weight;
            return;
        }
        *sum = weight;
        if community != current {
            self.others.push(community);
        }
    }

    /// The community that gains most, or the current one; forgets the weights.
    fn best(&mut self, gain: Gain, degree: f64, current: u32, degrees: &[f64]) -> u32 {
        let to_current = std::mem::replace(&mut self.weights[current as usize], Self::NONE).max(0.0);
        let of_current = degrees[current as usize];
        let (mut best, mut most) = (current, LEAST_GAIN);
        for target in self.others.drain(..) {
            let at = target as usize;
            let to_target = std::mem::replace(&mut self.weights[at], Self::NONE);
            let gained = gain.of(degree, to_target, to_current, degrees[at], of_current);
            if gained > most {
                (best, most) = (target, gained);
            }
        }
        best
    }
}

/// Moves nodes to the communities of neighbours as long as that gains; says whether any moved.
///
/// Nodes are looked at in random order, and again when a neighbour has moved.
fn move_nodes(graph: &impl Network, communities: &mut [u32], resolution: f64, random: &mut StdRng) -> bool {
    if graph.total() <= 0.0 {
        return false;
    }
    let gain = Gain { twice_total: 2.0 * graph.total(), resolution };
    let mut degrees = vec![0.0; graph.len()];
    for (node, &community) in communities.iter().enumerate() {
        degrees[community as usize] += graph.degree(node);
    }
    let mut order: Vec<u32> = (0u32..).take(graph.len()).filter(|&node| graph.degree(node as usize) > 0.0).collect();
    order.shuffle(random);
    let mut waits = vec![false; graph.len()];
    order.iter().for_each(|&node| waits[node as usize] = true);
    let mut waiting = VecDeque::from(order);
    let mut around = Around::new(graph.len());
    let mut any_moved = false;
    while let Some(node) = waiting.pop_front() {
        let node = node as usize;
        waits[node] = false;
        let current = communities[node];
        for (neighbor, weight) in graph.row(node).filter(|&(neighbor, _)| neighbor != node) {
            around.add(communities[neighbor], weight, current);
        }
        let degree = graph.degree(node);
        let best = around.best(gain, degree, current, &degrees);
        if best == current {
            continue;
        }
        any_moved = true;
        communities[node] = best;
        degrees[current as usize] -= degree;
        degrees[best as usize] += degree;
        for (neighbor, _) in graph.row(node) {
            if !std::mem::replace(&mut waits[neighbor], true) {
                waiting.push_back(neighbor as u32);
            }
        }
    }
    any_moved
}

/// Cuts every community into parts: its nodes begin alone and join parts of the same community where that gains.
fn refine(graph: &impl Network, communities: &[u32], resolution: f64, random: &mut StdRng) -> Vec<u32> {
    let mut parts: Vec<u32> = (0u32..).take(graph.len()).collect();
    let gain = Gain { twice_total: 2.0 * graph.total(), resolution };
    let mut degrees: Vec<f64> = (0..graph.len()).map(|node| graph.degree(node)).collect();
    let mut around = Around::new(graph.len());
    let mut members = members(communities);
    // All orders before the first part is made: they are what the random numbers are for.
    members.iter_mut().for_each(|nodes| nodes.shuffle(random));
    for nodes in members.iter().filter(|nodes| nodes.len() > 1) {
        for node in nodes.iter().map(|&node| node as usize) {
            let current = parts[node];
            for (neighbor, weight) in graph.row(node) {
                if neighbor != node && communities[neighbor] == communities[node] {
                    around.add(parts[neighbor], weight, current);
                }
            }
            let degree = graph.degree(node);
            let best = around.best(gain, degree, current, &degrees);
            if best != current {
                parts[node] = best;
                degrees[current as usize] -= degree;
                degrees[best as usize] += degree;
            }
        }
    }
    parts
}

impl Aggregate {
    /// The graph whose nodes are the parts, numbered from 0.
    fn of(graph: &impl Network, part_of: &[u32]) -> Aggregate {
        let row = |(part, nodes): (usize, &Vec<u32>)| {
            let mut links: Vec<(u32, u32, u32, f64)> = Vec::new();
            for &node in nodes {
                for (neighbor, weight) in graph.row(node as usize) {
                    let (other, neighbor) = (part_of[neighbor], neighbor as u32);
                    // A link inside of the part is met from both of its ends.
                    if other as usize != part || neighbor >= node {
                        links.push((other, node.min(neighbor), node.max(neighbor), weight));
                    }
                }
            }
            // In one order from both sides, so that both come to the same sum.
            links.sort_unstable_by_key(|&(other, low, high, _)| (other, low, high));
            let sum = |links: &[(u32, u32, u32, f64)]| (links[0].0, links.iter().fold(0.0, |sum, link| sum + link.3));
            links.chunk_by(|one, next| one.0 == next.0).map(sum).collect()
        };
        let members = members(part_of);
        let mut starts = vec![0];
        // There are no more than that; what is not used is never touched.
        let mut entries = Vec::with_capacity(graph.entry_count());
        let mut degrees = Vec::with_capacity(members.len());
        for first in (0..members.len()).step_by(PARTS_AT_ONCE) {
            let parts = first..(first + PARTS_AT_ONCE).min(members.len());
            let rows: Vec<Vec<(u32, f64)>> = parts.into_par_iter().map(|part| row((part, &members[part]))).collect();
            for (part, row) in (first..).zip(rows) {
                let loops = row.iter().filter(|&&(other, _)| other as usize == part).map(|&(_, weight)| weight);
                degrees.push(row.iter().map(|&(_, weight)| weight).sum::<f64>() + loops.sum::<f64>());
                entries.extend(row);
                starts.push(entries.len());
            }
        }
        let total = degrees.iter().sum::<f64>() / 2.0;
        Aggregate { starts, entries, degrees, total }
    }
}

/// The nodes of every group, in rising order; groups are numbered from 0.
fn members(group_of: &[u32]) -> Vec<Vec<u32>> {
    let mut members: Vec<Vec<u32>> = vec![Vec::new(); group_of.iter().max().map_or(0, |most| *most as usize + 1)];
    for (node, &group) in (0u32..).zip(group_of) {
        members[group as usize].push(node);
    }
    members
}

/// Numbers groups by their first nodes, without gaps.
fn renumber(group_of: &mut [u32]) {
    let mut numbers = vec![u32::MAX; group_of.iter().max().map_or(0, |most| *most as usize + 1)];
    let mut next = 0;
    for group in group_of {
        let number = &mut numbers[*group as usize];
        if *number == u32::MAX {
            *number = next;
            next += 1;
        }
        *group = *number;
    }
}

/// Modularity at a resolution.
fn quality(graph: &impl Network, communities: &[u32], resolution: f64) -> f64 {
    if graph.total() == 0.0 {
        return 0.0;
    }
    let count = communities.iter().max().map_or(0, |most| *most as usize + 1);
    let (mut degrees, mut inside) = (vec![0.0; count], vec![0.0; count]);
    for (node, &community) in communities.iter().enumerate() {
        degrees[community as usize] += graph.degree(node);
        for (neighbor, weight) in graph.row(node) {
            if neighbor >= node && communities[neighbor] == community {
                inside[community as usize] += weight;
            }
        }
    }
    let twice_total = 2.0 * graph.total();
    let of_one = |(inside, degree): (&f64, &f64)| inside / graph.total() - resolution * (degree / twice_total).powi(2);
    inside.iter().zip(&degrees).map(of_one).fold(0.0, |sum, one| sum + one)
}

#[cfg(test)]
mod tests {
    use leiden_rs::{GraphDataBuilder, Leiden, LeidenConfig, Partition};
    use proptest::prelude::*;

    use super::*;
    use crate::analyze::projection::Neighbors;

    fn of_the_crate(graph: &Neighbors, resolution: f64, seed: u64, start: Option<&[u32]>) -> Communities {
        let mut builder = GraphDataBuilder::new(graph.node_count());
        for (a, b, weight) in graph.pairs() {
            builder.add_edge(a as usize, b as usize, f64::from(weight)).unwrap();
        }
        let start = match start {
            Some(start) => Partition::from_membership(start.iter().map(|&community| community as usize).collect()),
            None => Partition::new(graph.node_count()),
        };
        let config = LeidenConfig::builder()
            .resolution(resolution)
            .seed(seed)
            .parallel_local_moving_threshold(usize::MAX)
            .parallel_aggregation_threshold(usize::MAX)
            .build();
        let output = Leiden::new(config).run_with_initial_partition(&builder.build().unwrap(), start).unwrap();
        let of_node = output.partition.as_slice().iter().map(|&community| community as u32).collect();
        Communities { quality: output.quality, of_node }
    }

    proptest! {
        #[test]
        fn communities_are_those_of_the_crate_to_the_last_bit(
            nodes in 1u32..80,
            pairs in prop::collection::vec((any::<u32>(), any::<u32>(), 0.001f32..1.0), 0..400),
            resolution in 0.1f64..8.0,
            seed in any::<u64>(),
        ) {
            let pairs = pairs.into_iter().map(|(a, b, weight)| (a % nodes, b % nodes, weight));
            let graph = Neighbors::from_pairs(nodes as usize, pairs);
            let own = Graph::new(&graph.rows).communities(resolution, seed, None);
            prop_assert_eq!(&own, &of_the_crate(&graph, resolution, seed, None));
            let again = Graph::new(&graph.rows).communities(resolution, seed + 1, Some(&own.of_node));
            prop_assert_eq!(again, of_the_crate(&graph, resolution, seed + 1, Some(&own.of_node)));
        }
    }

    #[test]
    fn many_small_communities_take_no_square() {
        // A million nodes in pairs: the square of their number would be a day's work.
        let count = 1_000_000;
        let graph = Neighbors::from_pairs(count, (0..count as u32 / 2).map(|pair| (2 * pair, 2 * pair + 1, 1.0)));
        let found = Graph::new(&graph.rows).communities(1.0, 1, None);
        assert_eq!(found.of_node.iter().max(), Some(&(count as u32 / 2 - 1)));
    }
}
