//! Topics: communities of papers, found with the Leiden algorithm.
//!
//! How many topics a reader can take in grows slowly with the corpus: about half the square root of the number of
//! papers, and no more than [`MOST_TOPICS`]. The resolution that gives so many is searched for, unless one is set.
//! Papers that hang together with too few others stay without a topic: a topic of two papers is no topic.

use leiden_rs::{GraphData, GraphDataBuilder, Leiden, LeidenConfig, Partition};
use rayon::prelude::*;

use super::projection::Neighbors;

/// More topics than this no one tells apart by colour or keeps in mind; larger corpora get sub-topics instead.
pub const MOST_TOPICS: usize = 36;

/// Papers from which on topics are cut into sub-topics.
pub const PAPERS_FOR_SUBTOPICS: usize = 5000;

/// More sub-topics than this no topic gets.
const MOST_SUBTOPICS: usize = 12;

/// Most runs of Leiden from different seeds, of which the best counts.
const MOST_RUNS: usize = 16;

/// Links up to which all runs are made.
const PAIRS_FOR_ALL_RUNS: usize = 200_000;

/// Most repeats of a run from its own result.
const MOST_REPEATS: u64 = 8;

/// Gain in quality below which a run is not repeated.
const GAIN_WORTH_REPEATING: f64 = 1e-4;

/// Runs that the search for a resolution may take.
const SEARCH_RUNS: usize = 10;

/// Papers put together by topic.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Topics {
    /// The papers of every topic in rising order, the largest topic first.
    pub members: Vec<Vec<u32>>,
    /// The topic of every paper; `None`: unclustered.
    pub topic_of: Vec<Option<u32>>,
    /// The resolution at which they were found; higher gives more and smaller topics.
    pub resolution: f64,
    /// Newman's modularity of the communities, unclustered ones included, at resolution 1; from -0.5 to 1.
    pub modularity: f64,
}

impl Topics {
    /// Groups nodes by community: the largest first, those below `smallest` left out.
    fn from_communities(communities: &[usize], smallest: usize) -> Self {
        let mut members: Vec<Vec<u32>> = vec![Vec::new(); communities.iter().max().map_or(0, |most| most + 1)];
        for (node, &community) in (0u32..).zip(communities) {
            members[community].push(node);
        }
        members.retain(|nodes| nodes.len() >= smallest);
        members.sort_by_key(|nodes| (std::cmp::Reverse(nodes.len()), nodes.first().copied()));
        let mut topic_of = vec![None; communities.len()];
        for (topic, nodes) in (0u32..).zip(&members) {
            for &node in nodes {
                topic_of[node as usize] = Some(topic);
            }
        }
        Self { members, topic_of, resolution: 1.0, modularity: 0.0 }
    }

    /// Number of papers without a topic.
    pub fn unclustered(&self) -> usize {
        self.topic_of.iter().filter(|topic| topic.is_none()).count()
    }
}

/// Finds the topics of a graph of papers, at the given resolution or at one that gives a readable number of them.
pub fn find_topics(papers: &Neighbors, resolution: Option<f64>, seed: u64) -> Topics {
    let root = (papers.node_count() as f64).sqrt();
    let wanted = ((root / 2.0).round() as usize).clamp(2, MOST_TOPICS);
    let smallest = ((root / 10.0).ceil() as usize).max(3);
    communities(papers, resolution, wanted, smallest, seed)
}

/// Cuts every topic of a large corpus into sub-topics; empty for a small corpus. The members of the sub-topics are
/// papers by their number in the corpus. A topic that does not fall apart into two or more has none.
pub fn find_subtopics(papers: &Neighbors, topics: &Topics, seed: u64) -> Vec<Vec<Vec<u32>>> {
    if papers.node_count() < PAPERS_FOR_SUBTOPICS {
        return vec![Vec::new(); topics.members.len()];
    }
    let cut = topics.members.par_iter().map(|members| {
        let root = (members.len() as f64).sqrt();
        let wanted = ((root / 4.0).round() as usize).clamp(1, MOST_SUBTOPICS);
        if wanted < 2 {
            return Vec::new();
        }
        let smallest = ((root / 4.0).ceil() as usize).max(5);
        let mut parts = communities(&papers.between(members), None, wanted, smallest, seed).members;
        parts.iter_mut().flatten().for_each(|paper| *paper = members[*paper as usize]);
        if parts.len() < 2 { Vec::new() } else { parts }
    });
    cut.collect()
}

fn communities(papers: &Neighbors, resolution: Option<f64>, wanted: usize, smallest: usize, seed: u64) -> Topics {
    let Some(graph) = leiden_graph(papers) else {
        return Topics { topic_of: vec![None; papers.node_count()], resolution: 1.0, ..Topics::default() };
    };
    let pair_count = papers.rows.entry_count() / 2;
    let attempt = |resolution: f64, most_repeats: u64| {
        let communities = leiden(&graph, pair_count, resolution, seed, most_repeats);
        let topics = Topics::from_communities(&communities, smallest);
        (Topics { resolution, ..topics }, communities)
    };
    let (topics, communities) = match resolution {
        Some(fixed) if fixed.is_finite() && fixed > 0.0 => attempt(fixed, MOST_REPEATS),
        // On a large graph one pass tells the number of communities well enough to find the resolution.
        _ if pair_count > PAIRS_FOR_ALL_RUNS => {
            let found = search(wanted, |resolution| attempt(resolution, 1));
            attempt(found.0.resolution, MOST_REPEATS)
        }
        _ => search(wanted, |resolution| attempt(resolution, MOST_REPEATS)),
    };
    Topics { modularity: modularity(papers, &communities), ..topics }
}

/// Looks for the resolution that gives about `wanted` topics: 1, the natural one, if that will do; else doubles or
/// halves it until the number lies between two resolutions, then takes their geometric mean. Keeps the nearest.
fn search(wanted: usize, attempt: impl Fn(f64) -> (Topics, Vec<usize>)) -> (Topics, Vec<usize>) {
    // Communities that are there of themselves matter more than their exact number.
    let near_enough = (wanted / 4).max(1);
    let (mut low, mut high) = (None, None);
    let mut resolution = 1.0f64;
    let mut best = attempt(resolution);
    let mut count = best.0.members.len();
    for _ in 1..SEARCH_RUNS {
        if best.0.members.len().abs_diff(wanted) <= near_enough {
            break;
        }
        if count < wanted {
            low = Some(resolution);
        } else {
            high = Some(resolution);
        }
        resolution = match (low, high) {
            (Some(low), Some(high)) => f64::sqrt(low * high),
            (Some(low), None) => low * 2.0,
            (None, Some(high)) => high / 2.0,
            (None, None) => break,
        };
        let found = attempt(resolution);
        count = found.0.members.len();
        if count.abs_diff(wanted) < best.0.members.len().abs_diff(wanted) {
            best = found;
        }
    }
    best
}

/// `None` when there is nothing to cluster.
fn leiden_graph(papers: &Neighbors) -> Option<GraphData> {
    let mut builder = GraphDataBuilder::new(papers.node_count());
    let mut pairs = 0;
    for (a, b, weight) in papers.pairs() {
        builder.add_edge(a as usize, b as usize, f64::from(weight)).ok()?;
        pairs += 1;
    }
    if pairs == 0 { None } else { builder.build().ok() }
}

/// The community of every node: the best of several runs, each repeated from its own result while that gains.
///
/// One run of Leiden on a small graph ends some percent below what is possible, and which seed does best is chance;
/// on a large graph seeds hardly differ, so there the number of runs falls. Sequential, since runs are what can be
/// spread over threads, with the same result on any number of them.
fn leiden(graph: &GraphData, pair_count: usize, resolution: f64, seed: u64, most_repeats: u64) -> Vec<usize> {
    let runs = (PAIRS_FOR_ALL_RUNS / pair_count.max(1)).clamp(1, MOST_RUNS) as u64;
    let tries: Vec<(f64, Vec<usize>)> = (0..runs)
        .into_par_iter()
        .map(|run| repeated_leiden(graph, resolution, seed.wrapping_add(run), most_repeats))
        .collect();
    let best = tries.into_iter().reduce(|best, next| if next.0 > best.0 { next } else { best });
    best.map_or_else(|| (0..graph.node_count()).collect(), |best| best.1)
}

/// Quality and communities of one run that is repeated while it gains.
fn repeated_leiden(graph: &GraphData, resolution: f64, seed: u64, most_repeats: u64) -> (f64, Vec<usize>) {
    let mut best = (f64::NEG_INFINITY, Partition::new(graph.node_count()));
    for repeat in 0..most_repeats {
        let config = LeidenConfig::builder()
            .resolution(resolution)
            .seed(seed.wrapping_mul(1000).wrapping_add(repeat))
            .parallel_local_moving_threshold(usize::MAX)
            .parallel_aggregation_threshold(usize::MAX)
            .build();
        let Ok(output) = Leiden::new(config).run_with_initial_partition(graph, best.1.clone()) else {
            break;
        };
        let gain = output.quality - best.0;
        if gain > 0.0 {
            best = (output.quality, output.partition);
        }
        if gain < GAIN_WORTH_REPEATING {
            break;
        }
    }
    (best.0, best.1.as_slice().to_vec())
}

/// Newman's modularity of a partition at resolution 1; 0 for a graph without edges.
pub fn modularity(graph: &Neighbors, communities: &[usize]) -> f64 {
    let community_count = communities.iter().max().map_or(0, |most| most + 1);
    let mut degrees = vec![0f64; community_count];
    let (mut inside, mut total) = (0f64, 0f64);
    for (a, b, weight) in graph.pairs() {
        let weight = f64::from(weight);
        let (a, b) = (communities[a as usize], communities[b as usize]);
        degrees[a] += weight;
        degrees[b] += weight;
        total += weight;
        if a == b {
            inside += weight;
        }
    }
    if total == 0.0 {
        return 0.0;
    }
    inside / total - degrees.iter().map(|degree| (degree / (2.0 * total)).powi(2)).sum::<f64>()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `count` rings of `size` papers each, every paper tied to the four next ones, rings tied by a weak link.
    fn rings(count: u32, size: u32) -> Neighbors {
        let mut pairs = Vec::new();
        for ring in 0..count {
            for member in 0..size {
                for step in 1..=4 {
                    pairs.push((ring * size + member, ring * size + (member + step) % size, 1.0));
                }
            }
            pairs.push((ring * size, ((ring + 1) % count) * size, 0.1));
        }
        Neighbors::from_pairs((count * size) as usize, pairs.into_iter())
    }

    #[test]
    fn planted_communities_are_found() {
        let topics = find_topics(&rings(6, 20), None, 7);
        let mut found = topics.members.clone();
        found.sort();
        let planted: Vec<Vec<u32>> = (0..6).map(|ring| (ring * 20..(ring + 1) * 20).collect()).collect();
        assert_eq!(found, planted);
        assert_eq!(topics.unclustered(), 0);
        assert!(topics.modularity > 0.8, "{}", topics.modularity);
    }

    #[test]
    fn papers_with_too_few_ties_stay_unclustered() {
        let mut pairs: Vec<(u32, u32, f32)> = rings(3, 20).pairs().collect();
        pairs.push((60, 61, 1.0));
        let topics = find_topics(&Neighbors::from_pairs(63, pairs.into_iter()), None, 7);
        assert_eq!(topics.unclustered(), 3);
        assert_eq!(topics.topic_of[60..], [None, None, None]);
    }

    #[test]
    fn a_higher_resolution_gives_more_topics() {
        let graph = rings(12, 20);
        let coarse = find_topics(&graph, Some(0.001), 7).members.len();
        let fine = find_topics(&graph, Some(8.0), 7).members.len();
        assert!(coarse < fine, "{coarse} {fine}");
    }

    #[test]
    fn nothing_to_cluster_is_no_error() {
        for nodes in [0, 1, 5] {
            let topics = find_topics(&Neighbors::from_pairs(nodes, std::iter::empty()), None, 7);
            assert_eq!(topics.unclustered(), nodes);
            assert_eq!(topics.modularity, 0.0);
        }
    }

    #[test]
    fn modularity_of_two_separate_pairs_is_one_half() {
        let graph = Neighbors::from_pairs(4, [(0, 1, 1.0), (2, 3, 1.0)].into_iter());
        assert!((modularity(&graph, &[0, 0, 1, 1]) - 0.5).abs() < 1e-12);
        assert!(modularity(&graph, &[0, 0, 0, 0]).abs() < 1e-12);
    }
}
