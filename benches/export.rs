//! How fast each format is written, in bytes of output a second: `cargo bench --bench export`.
//!
//! The files go to a temporary folder and are handed to the disk, as `papergraph build` does it.

#[path = "../tests/common/mod.rs"]
mod common;

use divan::Bencher;
use divan::counter::BytesCount;
use papergraph::export::{ExportOptions, Format, write_outputs};
use papergraph::graph::KnowledgeGraph;

fn main() {
    divan::main();
}

/// 20,000 papers with twelve edges each to 5,000 entities.
fn graph() -> KnowledgeGraph {
    let mut graph = common::empty();
    graph.rule_ids = vec!["cue:evaluated-on".into(), "head:network".into()];
    for number in 0..5_000 {
        common::add_entity(&mut graph, &format!("model:{number}"), &format!("Harbour model {number}"), "Model");
    }
    for number in 0..20_000_usize {
        let paper = format!("paper:{number}");
        let title = format!("Finding ships in fog & rain with the {number}th method of its kind");
        common::add_paper(&mut graph, &paper, &title, Some(2020));
        for step in 0..12 {
            // Steps of different length, so that some entities are in many papers.
            let target = (number * (step + 1) * 7919 / (step + 3)) % 5_000;
            common::link(&mut graph, &paper, "uses", &format!("model:{target}"));
        }
    }
    graph
}

#[divan::bench(args = Format::ALL, sample_count = 5)]
fn write(bencher: Bencher<'_, '_>, format: Format) {
    let graph = graph();
    let folder = tempfile::tempdir().unwrap();
    let write = || write_outputs(&graph, folder.path(), &[format], &ExportOptions::default()).unwrap();
    let bytes: u64 = write().iter().map(|path| path.metadata().unwrap().len()).sum();
    bencher.counter(BytesCount::new(bytes)).bench_local(write);
}
