//! One bare pass of the aho-corasick crate over texts, and how long it took: what finding listed names costs at least.
//!
//! ```sh
//! cargo run --release --example names -- names.txt papers.jsonl 5
//! ```
//!
//! Names are a line each; case of ASCII letters does not matter. The number at the end says how often all texts are
//! gone through; there is a line for each time. Reading the files and building the automaton is not counted.

use std::env;
use std::error::Error;
use std::fs;
use std::path::PathBuf;
use std::time::Instant;

use aho_corasick::{AhoCorasick, MatchKind};
use papergraph::corpus::{CorpusReader, ReadOptions, Source};

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let [names, papers, times] = &arguments[..] else {
        return Err("usage: names NAMES.txt PAPERS TIMES".into());
    };
    let names = fs::read_to_string(names)?;
    let automaton = AhoCorasick::builder()
        .ascii_case_insensitive(true)
        .match_kind(MatchKind::LeftmostLongest)
        .build(names.lines())?;
    let reader = CorpusReader::open(vec![Source::Path(PathBuf::from(papers))], ReadOptions::default())?;
    let texts: Vec<String> =
        reader.flatten().map(|paper| format!("{}\n{}", paper.title, paper.abstract_text)).collect();
    for _ in 0..times.parse()? {
        let begun = Instant::now();
        let found: usize = texts.iter().map(|text| automaton.find_iter(text).count()).sum();
        println!("{:.6} s, {found} found", begun.elapsed().as_secs_f64());
    }
    Ok(())
}
