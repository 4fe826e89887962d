//! Topics: communities of papers, found with the Leiden algorithm.
//!
//! How many topics a reader can take in grows slowly with the corpus: about half the square root of the number of
//! papers, and no more than [`MOST_TOPICS`]. The resolution that gives so many is searched for, unless one is set.
//! Papers that hang together with too few others stay without a topic: a topic of two papers is no topic.

use rayon::prelude::*;

use super::leiden::{Communities, Graph};
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

/// Threads from which on a resolution is tried before it is known to be needed: with fewer, all have work already.
const THREADS_TO_GUESS: usize = 3;

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
    fn from_communities(communities: &[u32], smallest: usize) -> Self {
        let count = communities.iter().max().map_or(0, |most| *most as usize + 1);
        let mut members: Vec<Vec<u32>> = vec![Vec::new(); count];
        for (node, &community) in (0u32..).zip(communities) {
            members[community as usize].push(node);
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
    communities(papers, resolution, (wanted, smallest), PAIRS_FOR_ALL_RUNS, seed)
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
        // There are many topics to cut, and where exactly matters less: one run for each.
        let mut parts = communities(&papers.between(members), None, (wanted, smallest), 0, seed).members;
        parts.iter_mut().flatten().for_each(|paper| *paper = members[*paper as usize]);
        if parts.len() < 2 { Vec::new() } else { parts }
    });
    cut.collect()
}

/// Finds about `wanted` communities, of no fewer papers than `smallest`. Up to `pairs_for_all_runs` links the best of
/// several runs is looked for.
fn communities(
    papers: &Neighbors,
    resolution: Option<f64>,
    (wanted, smallest): (usize, usize),
    pairs_for_all_runs: usize,
    seed: u64,
) -> Topics {
    let pair_count = papers.rows.entry_count() / 2;
    if pair_count == 0 {
        return Topics { topic_of: vec![None; papers.node_count()], resolution: 1.0, ..Topics::default() };
    }
    let graph = Graph::new(&papers.rows);
    let runs = Runs { graph: &graph, count: (pairs_for_all_runs / pair_count).clamp(1, MOST_RUNS) as u64, seed };
    let attempt = |resolution: f64, most_repeats: u64| {
        let run = runs.best(resolution, most_repeats);
        Attempt { topics: count_communities(&run.of_node, smallest), resolution, run }
    };
    let Attempt { resolution, run, .. } = match resolution {
        Some(fixed) if fixed.is_finite() && fixed > 0.0 => attempt(fixed, MOST_REPEATS),
        // On a large graph one pass tells the number of communities well enough to find the resolution.
        _ if pair_count > pairs_for_all_runs => {
            let found = search(wanted, |resolution| attempt(resolution, 1));
            Attempt { run: runs.repeated(0, found.resolution, MOST_REPEATS, Some(found.run)), ..found }
        }
        _ => search(wanted, |resolution| attempt(resolution, MOST_REPEATS)),
    };
    let modularity = modularity(papers, &run.of_node);
    Topics { resolution, modularity, ..Topics::from_communities(&run.of_node, smallest) }
}

/// Communities at a resolution, and how many of them are large enough for topics.
struct Attempt {
    resolution: f64,
    topics: usize,
    run: Communities,
}

/// Number of communities of no fewer nodes than `smallest`.
fn count_communities(community_of: &[u32], smallest: usize) -> usize {
    let mut sizes = vec![0; community_of.iter().max().map_or(0, |most| *most as usize + 1)];
    community_of.iter().for_each(|&community| sizes[community as usize] += 1);
    sizes.into_iter().filter(|&size| size >= smallest).count()
}

/// Looks for the resolution that gives about `wanted` topics: 1, the natural one, if that will do; else doubles or
/// halves it until the number lies between two resolutions, then takes their geometric mean. Keeps the nearest.
///
/// While one resolution is tried, a core that has nothing else to do tries the one that most likely comes next.
fn search(wanted: usize, attempt: impl Fn(f64) -> Attempt + Sync) -> Attempt {
    // Communities that are there of themselves matter more than their exact number.
    let near_enough = (wanted / 4).max(1);
    let distance = |attempt: &Attempt| attempt.topics.abs_diff(wanted);
    let mut bracket = Bracket::default();
    let mut ahead: Option<(f64, Attempt)> = None;
    let mut best: Option<Attempt> = None;
    for _ in 0..SEARCH_RUNS {
        let resolution = bracket.next();
        let found = match ahead.take() {
            Some((tried, found)) if tried == resolution => found,
            _ if rayon::current_num_threads() >= THREADS_TO_GUESS => {
                let guess = bracket.with(resolution, bracket.is_low_likely()).next();
                let (found, guessed) = rayon::join(|| attempt(resolution), || attempt(guess));
                ahead = Some((guess, guessed));
                found
            }
            _ => attempt(resolution),
        };
        bracket = bracket.with(resolution, found.topics < wanted);
        best = match best {
            Some(best) if distance(&best) <= distance(&found) => Some(best),
            _ => Some(found),
        };
        if best.as_ref().is_some_and(|best| distance(best) <= near_enough) {
            break;
        }
    }
    best.unwrap_or_else(|| attempt(1.0))
}

/// Resolutions known to give too few topics, and too many.
#[derive(Clone, Copy, Debug, Default)]
struct Bracket {
    low: Option<f64>,
    high: Option<f64>,
}

impl Bracket {
    /// The resolution to try next.
    fn next(self) -> f64 {
        match (self.low, self.high) {
            (Some(low), Some(high)) => f64::sqrt(low * high),
            (Some(low), None) => low * 2.0,
            (None, Some(high)) => high / 2.0,
            (None, None) => 1.0,
        }
    }

    /// The bracket once a resolution turned out to give too few topics, or too many.
    fn with(self, resolution: f64, is_low: bool) -> Bracket {
        if is_low { Bracket { low: Some(resolution), ..self } } else { Bracket { high: Some(resolution), ..self } }
    }

    /// Will the next resolution likely give too few topics? What was so far likely goes on.
    fn is_low_likely(self) -> bool {
        self.low.is_some() || self.high.is_none()
    }
}

/// Runs of Leiden from several seeds.
struct Runs<'g> {
    graph: &'g Graph<'g>,
    count: u64,
    seed: u64,
}

impl Runs<'_> {
    /// The best of several runs, each repeated from its own result while that gains.
    ///
    /// One run of Leiden on a small graph ends some percent below what is possible, and which seed does best is
    /// chance; on a large graph seeds hardly differ, so there the number of runs falls. Each is sequential, since runs
    /// are what can be spread over threads, with the same result on any number of them.
    fn best(&self, resolution: f64, most_repeats: u64) -> Communities {
        let runs = (0..self.count).into_par_iter().map(|run| self.repeated(run, resolution, most_repeats, None));
        let best = runs.collect::<Vec<_>>().into_iter().reduce(
            |best, next| {
                if next.quality > best.quality { next } else { best }
            },
        );
        best.unwrap_or_else(|| self.graph.communities(resolution, self.seed, None))
    }

    /// One run that is repeated while it gains; `first` is what its first pass found, if that is known.
    fn repeated(&self, run: u64, resolution: f64, most_repeats: u64, first: Option<Communities>) -> Communities {
        let seed = self.seed.wrapping_add(run).wrapping_mul(1000);
        let pass =
            |repeat: u64, start: Option<&[u32]>| self.graph.communities(resolution, seed.wrapping_add(repeat), start);
        let mut best = first.unwrap_or_else(|| pass(0, None));
        for repeat in 1..most_repeats {
            let next = pass(repeat, Some(&best.of_node));
            let gain = next.quality - best.quality;
            if gain > 0.0 {
                best = next;
            }
            if gain < GAIN_WORTH_REPEATING {
                break;
            }
        }
        best
    }
}

/// Newman's modularity of a partition at resolution 1; 0 for a graph without edges.
pub fn modularity(graph: &Neighbors, communities: &[u32]) -> f64 {
    let community_count = communities.iter().max().map_or(0, |most| *most as usize + 1);
    let mut degrees = vec![0f64; community_count];
    let (mut inside, mut total) = (0f64, 0f64);
    for (a, b, weight) in graph.pairs() {
        let weight = f64::from(weight);
        let (a, b) = (communities[a as usize] as usize, communities[b as usize] as usize);
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
