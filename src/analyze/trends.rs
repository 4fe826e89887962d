//! Years and trends: when entities and topics stand in papers, and whether they rise or fade.
//!
//! The papers of known year are split into recent and earlier ones, at the year that leaves about a third of them
//! recent. How often a thing stands in a recent paper, against how often in an earlier one, is its trend: the binary
//! logarithm of the quotient, so 1 is twice as often and -1 half as often. Shares are compared, not counts, because a
//! corpus has far more papers of some years than of others.

use petgraph::graph::NodeIndex;
use rayon::prelude::*;

use crate::graph::grouped::Grouped;
use crate::graph::{KnowledgeGraph, NodeKind};

/// Dated papers below which a trend would be chance.
const FEWEST_PAPERS: usize = 5;

/// Share of the dated papers that count as recent, at most.
const RECENT_SHARE: f64 = 1.0 / 3.0;

/// Papers, spread over recent and earlier ones as all are, that every thing is taken to have besides its own: what
/// stands in few papers has a trend near 0, and nothing rises without end.
const BELIEVED: f64 = 2.0;

/// Fills in first and last year of topics, and the trend of topics and entities.
pub fn fill_trends(graph: &mut KnowledgeGraph) {
    let recent = Recent::of(graph);
    let years: Vec<Option<i32>> = graph.graph.node_indices().map(|node| year_of(graph, node)).collect();
    let edges = graph.graph.raw_edges().iter();
    let ends = edges.map(|edge| (edge.target().index(), edge.source().index() as u32));
    let sources = Grouped::of(graph.graph.node_count(), ends);
    let trend = |node: usize| {
        let mut papers = sources.group(node).to_vec();
        papers.sort_unstable();
        papers.dedup();
        let years: Vec<i32> = papers.into_iter().filter_map(|paper| years[paper as usize]).collect();
        let trend = recent.as_ref().and_then(|recent| recent.trend(&years));
        (trend, years.iter().min().copied(), years.iter().max().copied())
    };
    let trends: Vec<_> = (0..graph.graph.node_count()).into_par_iter().map(trend).collect();
    for (node, (trend, first, last)) in graph.graph.node_weights_mut().zip(trends) {
        if !matches!(node.kind, NodeKind::Paper(_)) {
            node.analysis.trend = trend;
        }
        if let NodeKind::Topic(facts) = &mut node.kind {
            (facts.first_year, facts.last_year) = (first, last);
        }
    }
}

fn year_of(graph: &KnowledgeGraph, paper: NodeIndex) -> Option<i32> {
    match &graph.graph[paper].kind {
        NodeKind::Paper(facts) => facts.year,
        NodeKind::Entity(_) | NodeKind::Topic(_) => None,
    }
}

/// Which papers of a corpus are recent.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Recent {
    /// The first recent year.
    pub since: i32,
    /// Share of the dated papers that are recent; above 0 and below 1.
    share: f64,
}

impl Recent {
    /// Splits the papers of a graph; `None` where all are of one year, or of none that is known.
    pub fn of(graph: &KnowledgeGraph) -> Option<Self> {
        let mut years: Vec<i32> = graph.papers().filter_map(|(paper, _)| year_of(graph, paper)).collect();
        years.sort_unstable();
        let (first, last) = (*years.first()?, *years.last()?);
        let earlier = ((1.0 - RECENT_SHARE) * years.len() as f64) as usize;
        // The year at the cut is earlier, unless it is the last one: then all that is recent is of that year.
        let since = years.get(earlier)?.saturating_add(1).min(last);
        let share = years.iter().filter(|&&year| year >= since).count() as f64 / years.len() as f64;
        (first < since).then_some(Self { since, share })
    }

    /// The trend of what stands in papers of these years, to a hundredth.
    fn trend(&self, years: &[i32]) -> Option<f64> {
        if years.len() < FEWEST_PAPERS {
            return None;
        }
        let recent = years.iter().filter(|&&year| year >= self.since).count() as f64;
        let earlier = years.len() as f64 - recent;
        let how_often = |papers: f64, share: f64| (papers + BELIEVED * share) / share;
        let quotient = how_often(recent, self.share) / how_often(earlier, 1.0 - self.share);
        // Adding zero turns -0 into 0.
        Some((quotient.log2() * 100.0).round() / 100.0 + 0.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analyze::testing::planted;

    /// Three topics of 30 papers, three papers of a topic a year from 2015 to 2024.
    fn graph() -> KnowledgeGraph {
        let mut graph = planted(3, 30);
        fill_trends(&mut graph);
        graph
    }

    #[test]
    fn the_last_third_of_the_papers_is_recent() {
        let recent = Recent::of(&graph()).unwrap();
        assert_eq!(recent.since, 2022);
        assert!((recent.share - 0.3).abs() < 1e-9);
    }

    #[test]
    fn what_stands_in_every_paper_has_no_trend_to_speak_of() {
        let graph = graph();
        assert_eq!(graph.node("thing:everywhere").unwrap().analysis.trend, Some(0.0));
        assert!(graph.papers().all(|(_, node)| node.analysis.trend.is_none()));
    }

    #[test]
    fn what_stands_in_recent_papers_only_rises_and_what_does_not_fades() {
        let recent = Recent { since: 2022, share: 0.3 };
        let rising = recent.trend(&[2022, 2022, 2023, 2024, 2024]).unwrap();
        let faster = recent.trend(&[2022; 50]).unwrap();
        let fading = recent.trend(&[2015, 2016, 2017, 2018, 2021]).unwrap();
        assert!(rising > 1.0 && faster > rising && faster.is_finite(), "{rising} {faster}");
        assert!(fading < -1.0, "{fading}");
        assert_eq!(recent.trend(&[2022; 4]), None, "four papers are chance");
    }

    #[test]
    fn without_two_years_there_is_no_trend() {
        let mut graph = planted(2, 10);
        for node in graph.graph.node_weights_mut() {
            if let NodeKind::Paper(facts) = &mut node.kind {
                facts.year = facts.year.map(|_| 2020);
            }
        }
        assert_eq!(Recent::of(&graph), None);
        fill_trends(&mut graph);
        assert!(graph.graph.node_weights().all(|node| node.analysis.trend.is_none()));
        assert_eq!(Recent::of(&KnowledgeGraph::default()), None);
    }
}
