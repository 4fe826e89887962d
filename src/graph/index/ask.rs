//! What each question needs of a graph.

use std::cmp::Reverse;
use std::ops::Range;

use memchr::memmem::Finder;

use super::{GraphIndex, IndexError, PAPER, Section, TOPIC, type_label};
use crate::graph::path::cheapest_way;
use crate::graph::search::{MOST_SUGGESTIONS, Match, distance_limit, distance_within, find, fit};
use crate::graph::{KnowledgeGraph, json};
use crate::text::normal_form;

impl GraphIndex {
    /// The part of the graph in which [`search`](crate::graph::search()) finds the first `limit` nodes of these types
    /// that it would find in the whole, and how many it would find there. No types are all types.
    ///
    /// # Errors
    /// If the index cannot be used after all; see [`IndexError`].
    pub fn search(&self, query: &str, limit: usize, types: &[String]) -> Result<(KnowledgeGraph, usize), IndexError> {
        let wanted = normal_form(query);
        if wanted.is_empty() {
            return Ok((self.load(&[], &[])?, 0));
        }
        let names = Names::new(self)?;
        let codes = self.of_nodes(Section::Types)?;
        let mut hits = names.containing(&wanted);
        let query = query.trim();
        let paper = self.by_id(&format!("paper:{query}"))?.filter(|node| codes[*node as usize] == PAPER);
        for node in [self.by_id(query)?, paper].into_iter().flatten() {
            match hits.iter_mut().find(|hit| hit.node == node) {
                Some(hit) => hit.fit = Match::Exact,
                None => hits.push(names.named(Match::Exact, node)),
            }
        }
        if !types.is_empty() {
            hits.retain(|hit| {
                let label = type_label(&self.meta.schema, codes[hit.node as usize]);
                types.iter().any(|wanted| Some(wanted.as_str()) == label)
            });
        }
        let total = hits.len();
        let first = first(hits, limit);
        Ok((self.load(&sorted(first.iter().map(|hit| hit.node)), &[])?, total))
    }

    /// The part of the graph with the node that a name means, all its edges, and its neighbours; if the name means
    /// none, the nodes with the nearest names.
    ///
    /// # Errors
    /// If the index cannot be used after all; see [`IndexError`].
    pub fn around(&self, name: &str) -> Result<KnowledgeGraph, IndexError> {
        let (candidates, [node]) = self.meant([name])?;
        let Some(node) = node else {
            return self.load(&candidates, &[]);
        };
        let surroundings = Adjacency::new(self)?.edges(self, node)?;
        let nodes = candidates.into_iter().chain(surroundings.iter().map(|(neighbor, _)| *neighbor));
        self.load(&sorted(nodes), &sorted(surroundings.iter().map(|(_, edge)| *edge)))
    }

    /// The part of the graph with the nodes that two names mean, the neighbours that they share, and the edges to those;
    /// and for each node in it the number of its edges in the whole graph.
    ///
    /// # Errors
    /// If the index cannot be used after all; see [`IndexError`].
    pub fn shared(&self, first: &str, second: &str) -> Result<(KnowledgeGraph, Vec<usize>), IndexError> {
        let (mut nodes, meant) = self.meant([first, second])?;
        let adjacency = Adjacency::new(self)?;
        let mut edges = Vec::new();
        if let [Some(first), Some(second)] = meant {
            let around = [adjacency.edges(self, first)?, adjacency.edges(self, second)?];
            let [of_first, of_second] = around.each_ref().map(|edges| sorted(edges.iter().map(|edge| edge.0)));
            let is_shared = |node: &u32| of_first.binary_search(node).is_ok() && of_second.binary_search(node).is_ok();
            edges.extend(around.iter().flatten().filter(|edge| is_shared(&edge.0)));
        }
        nodes.extend(edges.iter().map(|(node, _)| *node));
        let nodes = sorted(nodes.into_iter());
        let degrees = nodes.iter().map(|node| adjacency.degree(*node)).collect();
        Ok((self.load(&nodes, &sorted(edges.iter().map(|(_, edge)| *edge)))?, degrees))
    }

    /// The part of the graph with the nodes that two names mean, and the nodes and edges of the way between them that
    /// [`shortest_path`](crate::graph::shortest_path()) finds in the whole graph. It is the only way in the part.
    ///
    /// # Errors
    /// If the index cannot be used after all; see [`IndexError`].
    pub fn way(&self, from: &str, to: &str) -> Result<KnowledgeGraph, IndexError> {
        let (mut nodes, meant) = self.meant([from, to])?;
        let mut edges = Vec::new();
        if let [Some(from), Some(to)] = meant {
            let adjacency = Adjacency::new(self)?;
            let codes = self.of_nodes(Section::Types)?;
            let is_topic = |node: usize| codes[node] == TOPIC;
            let neighbors = |node| adjacency.neighbors[adjacency.range(node)].iter().map(|neighbor| *neighbor as usize);
            let way = cheapest_way(self.nodes, neighbors, is_topic, from as usize, to as usize).unwrap_or_default();
            for pair in way.windows(2) {
                let steps = adjacency.edges(self, pair[0] as u32)?.into_iter();
                edges.extend(steps.filter(|(node, _)| *node as usize == pair[1]).map(|(_, edge)| edge));
            }
            nodes.extend(way.into_iter().map(|node| node as u32));
        }
        self.load(&sorted(nodes.into_iter()), &sorted(edges.into_iter()))
    }

    /// The nodes that names mean, where they mean any, among all nodes that [`find`] has to see to find them, or to say
    /// which names are near.
    fn meant<const NAMES: usize>(&self, names: [&str; NAMES]) -> Result<(Vec<u32>, [Option<u32>; NAMES]), IndexError> {
        let mut candidates = Vec::new();
        for name in names {
            candidates.extend(self.candidates(name)?);
        }
        let candidates = sorted(candidates.into_iter());
        let part = self.load(&candidates, &[])?;
        let meant = names.map(|name| find(&part, name).ok().map(|found| candidates[found.index.index()]));
        Ok((candidates, meant))
    }

    fn candidates(&self, name: &str) -> Result<Vec<u32>, IndexError> {
        let id = name.trim();
        let by_id = match self.by_id(id)? {
            None => self.by_id(&format!("paper:{id}"))?,
            found => found,
        };
        if let Some(node) = by_id {
            return Ok(vec![node]);
        }
        let wanted = normal_form(name);
        if wanted.is_empty() {
            return Ok(Vec::new());
        }
        let names = Names::new(self)?;
        let mut hits = names.containing(&wanted);
        if hits.iter().any(|hit| hit.fit == Match::Exact) {
            hits.retain(|hit| hit.fit == Match::Exact);
        } else {
            hits = first(hits, MOST_SUGGESTIONS);
            // As many again, since those that hold the name may be the nearest as well.
            hits.extend(first(names.near(&wanted), 2 * MOST_SUGGESTIONS).iter().map(|hit| hit.with(Match::Substring)));
        }
        Ok(hits.into_iter().map(|hit| hit.node).collect())
    }

    /// The node with exactly this id.
    fn by_id(&self, id: &str) -> Result<Option<u32>, IndexError> {
        let bytes = self.section(Section::Ids)?;
        let ids = bytes.as_chunks::<8>().0;
        let wanted = crc32fast::hash(id.as_bytes());
        let entry = |bytes: &[u8; 8]| {
            let [a, b, c, d, e, f, g, h] = *bytes;
            (u32::from_le_bytes([a, b, c, d]), u32::from_le_bytes([e, f, g, h]))
        };
        let start = ids.partition_point(|bytes| entry(bytes).0 < wanted);
        let same = ids[start..].iter().map(entry).take_while(|(hash, _)| *hash == wanted);
        let same = sorted(same.map(|(_, node)| node));
        if same.last().is_some_and(|node| *node as usize >= self.nodes) {
            return Err(IndexError::Damaged);
        }
        let mut found = None;
        let mut position = same.iter();
        // Several ids may have one checksum.
        self.read_lines(Section::NodeLines, &same, |line| {
            let node = position.next().copied();
            if json::id_of_node(line)? == id {
                found = node;
            }
            Ok(())
        })?;
        Ok(found)
    }
}

/// Sorted, each once.
fn sorted(numbers: impl Iterator<Item = u32>) -> Vec<u32> {
    let mut numbers: Vec<u32> = numbers.collect();
    numbers.sort_unstable();
    numbers.dedup();
    numbers
}

/// The names of all nodes, and by what equal fits are ordered.
struct Names {
    /// Normal forms, a line each.
    text: Vec<u8>,
    starts: Vec<usize>,
    papers: Vec<u32>,
    ranks: Vec<u32>,
}

/// A node whose names fit in some way; of fits, the least is the best.
struct Named<Fit> {
    fit: Fit,
    papers: u32,
    rank: u32,
    node: u32,
}

impl<Fit> Named<Fit> {
    fn with<Other>(&self, fit: Other) -> Named<Other> {
        Named { fit, papers: self.papers, rank: self.rank, node: self.node }
    }
}

/// The first of the nodes in the order of all searches: the best fit, then what most papers speak of, then by id.
fn first<Fit: Ord + Copy>(mut hits: Vec<Named<Fit>>, count: usize) -> Vec<Named<Fit>> {
    let key = |hit: &Named<Fit>| (hit.fit, Reverse(hit.papers), hit.rank);
    if count < hits.len() {
        hits.select_nth_unstable_by_key(count, key);
        hits.truncate(count);
    }
    hits.sort_unstable_by_key(key);
    hits
}

impl Names {
    fn new(index: &GraphIndex) -> Result<Names, IndexError> {
        let names = Names {
            text: index.section(Section::Names)?,
            starts: index.starts(Section::NameStarts)?.into_iter().map(|start| start as usize).collect(),
            papers: index.of_nodes(Section::Papers)?,
            ranks: index.of_nodes(Section::Ranks)?,
        };
        let is_whole = names.starts.len() == index.nodes + 1
            && names.starts.first() == Some(&0)
            && names.starts.last() == Some(&names.text.len());
        if is_whole { Ok(names) } else { Err(IndexError::Damaged) }
    }

    fn named<Fit>(&self, fit: Fit, node: u32) -> Named<Fit> {
        let position = node as usize;
        Named { fit, papers: self.papers[position], rank: self.ranks[position], node }
    }

    /// The normal forms of a node's names.
    fn forms(&self, node: usize) -> impl Iterator<Item = &str> {
        let bytes = &self.text[self.starts[node]..self.starts[node + 1]];
        std::str::from_utf8(bytes).unwrap_or_default().split_terminator('\n')
    }

    /// The nodes with a name that holds a normal form.
    fn containing(&self, wanted: &str) -> Vec<Named<Match>> {
        let finder = Finder::new(wanted);
        let mut hits = Vec::new();
        let mut from = 0;
        while let Some(found) = finder.find(&self.text[from..]) {
            let node = self.starts.partition_point(|start| *start <= from + found) - 1;
            if let Some(fit) = self.forms(node).filter_map(|form| fit(form, wanted)).min() {
                hits.push(self.named(fit, node as u32));
            }
            from = self.starts[node + 1];
        }
        hits
    }

    /// The nodes with a name that is a few letters away from a normal form, by the number of letters.
    fn near(&self, wanted: &str) -> Vec<Named<usize>> {
        let wanted: Vec<char> = wanted.chars().collect();
        let limit = distance_limit(&wanted);
        let near = |node: usize| {
            let distances = self.forms(node).filter_map(|form| distance_within(&wanted, form, limit));
            Some(self.named(distances.min()?, node as u32))
        };
        (0..self.papers.len()).filter_map(near).collect()
    }
}

/// Which edges tie which nodes.
struct Adjacency {
    starts: Vec<usize>,
    neighbors: Vec<u32>,
}

impl Adjacency {
    fn new(index: &GraphIndex) -> Result<Adjacency, IndexError> {
        let starts: Vec<usize> =
            index.starts(Section::NeighborStarts)?.into_iter().map(|start| start as usize).collect();
        let neighbors = index.short_numbers(Section::Neighbors)?;
        let is_whole = starts.len() == index.nodes + 1
            && starts.last() == Some(&neighbors.len())
            && neighbors.iter().all(|node| (*node as usize) < index.nodes);
        if is_whole { Ok(Adjacency { starts, neighbors }) } else { Err(IndexError::Damaged) }
    }

    fn range(&self, node: usize) -> Range<usize> {
        self.starts[node]..self.starts[node + 1]
    }

    /// The neighbours of a node, with the edges to them.
    fn edges(&self, index: &GraphIndex, node: u32) -> Result<Vec<(u32, u32)>, IndexError> {
        let range = self.range(node as usize);
        let edges = index.short_numbers(Section::NeighborEdges)?;
        let edges = edges.get(range.clone()).ok_or(IndexError::Damaged)?;
        Ok(self.neighbors[range].iter().copied().zip(edges.iter().copied()).collect())
    }

    /// Number of edges, as [`KnowledgeGraph::degree`] counts them: one from a node to itself once.
    fn degree(&self, node: u32) -> usize {
        let neighbors = &self.neighbors[self.range(node as usize)];
        neighbors.len() - neighbors.iter().filter(|neighbor| **neighbor == node).count() / 2
    }
}
