//! How fast papers become a graph: `cargo bench --bench extract`.
//!
//! All on one thread, in bytes of title and abstract a second. `extract` is the whole of what happens to one paper;
//! `annotate`, `evidence` and `choose` are its stages. `resolve` makes the graph of what was extracted before.

use std::sync::LazyLock;

use divan::Bencher;
use divan::counter::{BytesCount, ItemsCount};
use papergraph::corpus::{CorpusReader, Paper, ReadOptions, Source};
use papergraph::extract::{Extraction, Extractor};
use papergraph::resolve::Resolver;
use papergraph::rules::RuleFolder;

/// How often the corpus for `resolve` holds the papers of the sample, each time with other ids.
const REPEATS: usize = 10;

static EXTRACTOR: LazyLock<Extractor> = LazyLock::new(|| Extractor::new(&RuleFolder::embedded().parse().unwrap()));
static PAPERS: LazyLock<Vec<Paper>> = LazyLock::new(sample);

fn main() {
    divan::main();
}

fn sample() -> Vec<Paper> {
    let bytes: &'static [u8] = include_bytes!("../data/papers.jsonl");
    let source = Source::Memory { name: "papers.jsonl".to_owned(), bytes: bytes.into() };
    let mut reader = CorpusReader::open(vec![source], ReadOptions::default()).unwrap();
    reader.next_batch(usize::MAX).into_iter().collect::<Result<_, _>>().unwrap()
}

/// The bytes of text in the sample.
fn text_bytes() -> BytesCount {
    BytesCount::new(PAPERS.iter().map(|paper| paper.title.len() + paper.abstract_text.len()).sum::<usize>())
}

#[divan::bench]
fn extract(bencher: Bencher<'_, '_>) {
    bencher
        .counter(text_bytes())
        .counter(ItemsCount::new(PAPERS.len()))
        .bench_local(|| PAPERS.iter().map(|paper| EXTRACTOR.extract(paper).entities.len()).sum::<usize>());
}

#[divan::bench]
fn annotate(bencher: Bencher<'_, '_>) {
    bencher.counter(text_bytes()).bench_local(|| {
        for paper in PAPERS.iter() {
            divan::black_box_drop(EXTRACTOR.annotate(paper));
        }
    });
}

#[divan::bench]
fn evidence(bencher: Bencher<'_, '_>) {
    let texts: Vec<_> = PAPERS.iter().map(|paper| EXTRACTOR.annotate(paper)).collect();
    bencher.counter(text_bytes()).bench_local(|| {
        for text in &texts {
            divan::black_box_drop(EXTRACTOR.evidence(text));
        }
    });
}

#[divan::bench]
fn choose(bencher: Bencher<'_, '_>) {
    bencher
        .counter(text_bytes())
        .with_inputs(|| {
            let weighed = |paper| {
                let text = EXTRACTOR.annotate(paper);
                let evidence = EXTRACTOR.evidence(&text);
                (text, evidence)
            };
            PAPERS.iter().map(weighed).collect::<Vec<_>>()
        })
        .bench_local_values(|papers| {
            for (text, evidence) in papers {
                let reading = EXTRACTOR.decide(text, evidence, &EXTRACTOR.weights, EXTRACTOR.settings.bias);
                divan::black_box_drop(reading);
            }
        });
}

#[divan::bench(sample_count = 20)]
fn resolve(bencher: Bencher<'_, '_>) {
    let extractions: Vec<Extraction> = PAPERS.iter().map(|paper| EXTRACTOR.extract(paper)).collect();
    bencher
        .counter(ItemsCount::new(PAPERS.len() * REPEATS))
        .with_inputs(|| {
            let again = |number| {
                PAPERS.iter().map(move |paper| Paper { id: format!("{number}-{}", paper.id), ..paper.clone() })
            };
            (0..REPEATS).flat_map(again).collect::<Vec<_>>()
        })
        .bench_local_values(|papers| {
            let mut resolver = Resolver::new(&EXTRACTOR.rules.schema, &EXTRACTOR.rules.lexicon);
            for (paper, extraction) in papers.into_iter().zip(extractions.iter().cycle()) {
                resolver.add(paper, extraction);
            }
            resolver.finish()
        });
}
