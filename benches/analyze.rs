//! How fast a graph is analysed: `cargo bench --bench analyze`, in papers a second, on all cores, without layout.

#[path = "../tests/common/mod.rs"]
mod common;

use divan::Bencher;
use divan::counter::ItemsCount;
use papergraph::analyze::projection::Incidence;
use papergraph::analyze::topics::find_topics;
use papergraph::analyze::{AnalyzeOptions, analyze};
use papergraph::graph::KnowledgeGraph;

fn main() {
    divan::main();
}

const PAPERS: usize = 20_000;
const TOPICS: usize = 40;

/// Papers on topics: most of a paper's entities are of its topic, some of any.
fn graph() -> KnowledgeGraph {
    let mut graph = common::empty();
    graph.rule_ids = vec!["cue:on".into()];
    let mut state: u32 = 7;
    let mut next = |below: usize| {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 16) as usize % below
    };
    for number in 0..TOPICS * 100 {
        common::add_entity(&mut graph, &format!("model:{number}"), &format!("harbour model {number}"), "Model");
    }
    for number in 0..PAPERS {
        let topic = number % TOPICS;
        let title = format!("Ships of kind {} in fog of kind {topic}", next(500));
        let paper = format!("paper:{number}");
        common::add_paper(&mut graph, &paper, &title, Some(2020));
        for _ in 0..10 {
            let of_topic = topic * 100 + next(100).min(next(100));
            let entity = if next(10) < 7 { of_topic } else { next(TOPICS * 100) };
            common::link(&mut graph, &paper, "uses", &format!("model:{entity}"));
        }
    }
    graph
}

#[divan::bench(sample_count = 5)]
fn projection(bencher: Bencher<'_, '_>) {
    let graph = graph();
    bencher.counter(ItemsCount::new(PAPERS)).bench_local(|| Incidence::of(&graph).papers_by_entities());
}

#[divan::bench(sample_count = 5)]
fn topics(bencher: Bencher<'_, '_>) {
    let papers = Incidence::of(&graph()).papers_by_entities();
    bencher.counter(ItemsCount::new(PAPERS)).bench_local(|| find_topics(&papers, None, 1));
}

#[divan::bench(sample_count = 5)]
fn all_but_layout(bencher: Bencher<'_, '_>) {
    let graph = graph();
    let options = AnalyzeOptions { layout: false, ..AnalyzeOptions::default() };
    bencher.counter(ItemsCount::new(PAPERS)).with_inputs(|| graph.clone()).bench_local_values(|mut graph| {
        analyze(&mut graph, &options);
        graph
    });
}
