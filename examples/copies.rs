//! A corpus several times over, each time varied: what a large corpus looks like where only a small one is at hand.
//!
//! ```sh
//! cargo run --release --example copies -- write papers.jsonl.zst 10 > ten-times.jsonl
//! cargo run --release --example copies -- build papers.jsonl.zst 30 graph/
//! ```
//!
//! The first copy is the corpus itself. Every other one changes names, numbers and some words, each word in one way
//! throughout a copy, so that new entities keep coming while well-known ones gather papers, as in life. The same seed
//! gives the same bytes.
//!
//! `write` writes papers as JSON Lines. `build` goes the whole way to files, without reading and extracting the copies:
//! it extracts each paper once and varies what was found, so that the stages that see the whole corpus can be measured
//! at thirty times the size in a few minutes. It says what each stage took, and how much memory it needed.

use std::env;
use std::error::Error;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Instant;

use mimalloc::MiMalloc;
use papergraph::analyze::{AnalyzeOptions, analyze};
use papergraph::corpus::{CorpusReader, Paper, ReadOptions, Source};
use papergraph::export::{ExportOptions, Format, write_outputs};
use papergraph::extract::{Extraction, Extractor, Reasons};
use papergraph::resolve::Resolver;
use papergraph::rules::RuleFolder;
use rayon::prelude::*;

#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

const USAGE: &str = "usage: copies write INPUT COPIES [SEED] | copies build INPUT COPIES FOLDER [SEED]";

/// Papers read at once.
const BATCH: usize = 1024;

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match arguments[..] {
        ["write", input, copies] => write(input, copies.parse()?, 1),
        ["write", input, copies, seed] => write(input, copies.parse()?, seed.parse()?),
        ["build", input, copies, folder] => build(input, copies.parse()?, Path::new(folder), 1),
        ["build", input, copies, folder, seed] => build(input, copies.parse()?, Path::new(folder), seed.parse()?),
        _ => Err(USAGE.into()),
    }
}

fn open(input: &str) -> Result<CorpusReader, Box<dyn Error>> {
    Ok(CorpusReader::open(vec![Source::Path(PathBuf::from(input))], ReadOptions::default())?)
}

/// The papers of the next records; `None` at the end.
fn next_papers(reader: &mut CorpusReader) -> Option<Vec<Paper>> {
    let batch = reader.next_batch(BATCH);
    (!batch.is_empty()).then(|| batch.into_iter().flatten().collect())
}

fn write(input: &str, copies: u64, seed: u64) -> Result<(), Box<dyn Error>> {
    let mut out = BufWriter::new(io::stdout().lock());
    for copy in 0..copies {
        let variation = Variation { seed, copy };
        let mut reader = open(input)?;
        while let Some(papers) = next_papers(&mut reader) {
            let varied: Vec<Paper> = papers.par_iter().map(|paper| variation.paper(paper)).collect();
            for paper in &varied {
                serde_json::to_writer(&mut out, paper)?;
                out.write_all(b"\n")?;
            }
        }
    }
    Ok(out.flush()?)
}

fn build(input: &str, copies: u64, folder: &Path, seed: u64) -> Result<(), Box<dyn Error>> {
    let extractor = Extractor::new(&RuleFolder::embedded().parse()?);
    let (schema, lexicon) = (extractor.rules.schema.clone(), Arc::clone(&extractor.rules.lexicon));
    let mut resolver = Resolver::new(&schema, &lexicon);
    let mut stages = Stages::default();
    let mut reader = open(input)?;
    while let Some(papers) = next_papers(&mut reader) {
        let found: Vec<Extraction> =
            papers.par_iter().map(|paper| extractor.extract_with(paper, Reasons::Relations)).collect();
        stages.end("read and extracted once");
        for copy in 0..copies {
            let variation = Variation { seed, copy };
            let vary = |(paper, found)| (variation.paper_as_found(paper), variation.extraction(found));
            let varied: Vec<(Paper, Extraction)> = papers.par_iter().zip(&found).map(vary).collect();
            stages.end("varied");
            varied.into_iter().for_each(|(paper, found)| resolver.add(paper, &found));
            stages.end("taken in");
        }
    }
    drop(extractor);
    let mut graph = resolver.finish();
    stages.end("resolved");
    analyze(&mut graph, &AnalyzeOptions { layout: false, ..AnalyzeOptions::default() });
    stages.end("analyzed");
    let formats = [Format::Graphml, Format::Csv, Format::Json];
    let files = write_outputs(&graph, folder, &formats, &ExportOptions::default())?;
    stages.end("written");
    stages.print();
    let bytes: u64 = files.iter().filter_map(|file| file.metadata().ok()).map(|metadata| metadata.len()).sum();
    println!(
        "{} papers, {} entities, {} edges, {:.1} MB of output, at most {} of memory",
        graph.papers().count(),
        graph.entities().count(),
        graph.graph.edge_count(),
        bytes as f64 / 1e6,
        most_memory().unwrap_or_else(|| "?".to_owned())
    );
    Ok(())
}

/// How long each stage took, in the order of their first ends.
struct Stages {
    since: Instant,
    seconds: Vec<(&'static str, f64)>,
}

impl Default for Stages {
    fn default() -> Self {
        Self { since: Instant::now(), seconds: Vec::new() }
    }
}

impl Stages {
    /// Counts the time since the last end for a stage.
    fn end(&mut self, stage: &'static str) {
        let seconds = self.since.elapsed().as_secs_f64();
        match self.seconds.iter_mut().find(|(name, _)| *name == stage) {
            Some((_, sum)) => *sum += seconds,
            None => self.seconds.push((stage, seconds)),
        }
        self.since = Instant::now();
    }

    fn print(&self) {
        for (stage, seconds) in &self.seconds {
            println!("{seconds:8.1} s  {stage}");
        }
    }
}

/// The most memory that the process had at any time, where the system says it.
fn most_memory() -> Option<String> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let kibibytes: f64 =
        status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?.trim().split(' ').next()?.parse().ok()?;
    Some(format!("{:.0} MiB", kibibytes / 1024.0))
}

/// How one copy of the corpus differs from it.
#[derive(Clone, Copy)]
struct Variation {
    seed: u64,
    /// 0 for the corpus itself.
    copy: u64,
}

impl Variation {
    fn paper(self, paper: &Paper) -> Paper {
        let varied = self.paper_as_found(paper);
        let mut title = self.text(&paper.title);
        if self.copy > 0 && title == paper.title {
            // Papers of one title would be merged.
            title = format!("{title}, part {}", self.copy + 1);
        }
        Paper { title, abstract_text: self.text(&paper.abstract_text), ..varied }
    }

    /// A paper of its own, with the text that what was found in it points to.
    fn paper_as_found(self, paper: &Paper) -> Paper {
        let id = if self.copy == 0 { paper.id.clone() } else { format!("{}-{}", paper.id, self.copy) };
        Paper { id, ..paper.clone() }
    }

    fn extraction(self, found: &Extraction) -> Extraction {
        let mut varied = found.clone();
        for entity in &mut varied.entities {
            let name = self.text(&entity.name);
            if name != entity.name {
                entity.name = name;
                entity.lexicon_entry = None;
            }
            for mention in &mut entity.mentions {
                mention.reading = self.text(&mention.reading);
            }
            if let Some((long, short)) = &mut entity.acronym {
                (*long, *short) = (self.text(long), self.text(short));
            }
        }
        varied
    }

    /// The text with some of its words changed; what stands between words stays.
    fn text(self, text: &str) -> String {
        if self.copy == 0 {
            return text.to_owned();
        }
        let mut varied = String::with_capacity(text.len());
        let mut rest = text;
        while !rest.is_empty() {
            let is_part = |c: char| c.is_ascii_alphanumeric();
            let word = rest.find(|c| !is_part(c)).unwrap_or(rest.len());
            self.word(&rest[..word], &mut varied);
            rest = &rest[word..];
            let between = rest.find(is_part).unwrap_or(rest.len());
            varied.push_str(&rest[..between]);
            rest = &rest[between..];
        }
        varied
    }

    /// A word, or another of the same shape in its place: three of five names, half of the numbers, and a twelfth of
    /// the long words.
    fn word(self, word: &str, varied: &mut String) {
        let mut random = self.random(word);
        let inner_capital = word.chars().skip(1).any(|c| c.is_ascii_uppercase());
        let has_digit = word.chars().any(|c| c.is_ascii_digit());
        let percent = match (inner_capital, has_digit, word.len()) {
            (true, ..) => 60,
            (_, true, _) => 50,
            (.., 8..) => 8,
            _ => 0,
        };
        if random.next() % 100 >= percent {
            return varied.push_str(word);
        }
        for c in word.chars() {
            let pick = |letters: &[u8], random: &mut Random| {
                let letter = char::from(letters[(random.next() % letters.len() as u64) as usize]);
                if c.is_ascii_uppercase() { letter.to_ascii_uppercase() } else { letter }
            };
            varied.push(match c.to_ascii_lowercase() {
                '0'..='9' => pick(b"123456789", &mut random),
                'a' | 'e' | 'i' | 'o' | 'u' => pick(b"aeiou", &mut random),
                _ => pick(b"bcdfghjklmnpqrstvwz", &mut random),
            });
        }
    }

    /// Random numbers that depend on seed, copy and word, not on its case.
    fn random(self, word: &str) -> Random {
        let start = (self.seed.wrapping_mul(1_000_003) ^ self.copy).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        let mix = |state: u64, byte: u8| (state ^ u64::from(byte.to_ascii_lowercase())).wrapping_mul(0x0100_0000_01b3);
        Random(word.bytes().fold(start, mix))
    }
}

/// SplitMix64 (Steele, Lea, Flood 2014): small, and the same on every machine.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }
}
