//! How fast papers are read: `cargo bench --bench corpus`, in bytes of input a second, on all cores.

use std::borrow::Cow;
use std::io::Write;

use divan::Bencher;
use divan::counter::BytesCount;
use papergraph::corpus::{CorpusReader, ReadOptions, Source};

fn main() {
    divan::main();
}

/// How often the input holds the sample; the copies have titles of their own.
const REPEATS: usize = 50;

/// The sample as JSON Lines, several times over.
fn json_lines() -> Vec<u8> {
    let sample = include_str!("../data/papers.jsonl");
    let copy = |number: usize| {
        sample
            .replace("\"title\":\"", &format!("\"title\":\"{number} "))
            .replace("\"id\":\"", &format!("\"id\":\"{number}-"))
    };
    (0..REPEATS).map(copy).collect::<String>().into_bytes()
}

fn csv() -> Vec<u8> {
    let mut table = csv::Writer::from_writer(Vec::new());
    table.write_record(["id", "title", "abstract"]).unwrap();
    for line in json_lines().split(|byte| *byte == b'\n').filter(|line| !line.is_empty()) {
        let paper: serde_json::Value = serde_json::from_slice(line).unwrap();
        table.write_record(["id", "title", "abstract"].map(|field| paper[field].as_str().unwrap_or_default())).unwrap();
    }
    table.into_inner().unwrap()
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn read(bencher: Bencher<'_, '_>, name: &str, bytes: &[u8], text_bytes: usize) {
    bencher.counter(BytesCount::new(text_bytes)).with_inputs(|| bytes.to_vec()).bench_local_values(|bytes| {
        let source = Source::Memory { name: name.to_owned(), bytes: Cow::Owned(bytes) };
        let mut reader = CorpusReader::open(vec![source], ReadOptions::default()).unwrap();
        std::iter::from_fn(|| Some(reader.next_batch(1024)).filter(|batch| !batch.is_empty()))
            .map(|b| b.len())
            .sum::<usize>()
    });
}

#[divan::bench]
fn plain_json_lines(bencher: Bencher<'_, '_>) {
    let text = json_lines();
    read(bencher, "papers.jsonl", &text, text.len());
}

#[divan::bench]
fn gzip_json_lines(bencher: Bencher<'_, '_>) {
    let text = json_lines();
    read(bencher, "papers.jsonl.gz", &gzip(&text), text.len());
}

#[divan::bench]
fn zstd_json_lines(bencher: Bencher<'_, '_>) {
    let text = json_lines();
    read(bencher, "papers.jsonl.zst", &zstd::encode_all(&text[..], 3).unwrap(), text.len());
}

#[divan::bench]
fn plain_csv(bencher: Bencher<'_, '_>) {
    let text = csv();
    read(bencher, "papers.csv", &text, text.len());
}
