//! Writes a built graph in another format, and says how long the writing took.
//!
//! ```sh
//! cargo run --release --example convert -- out/graph.json graphml again/ 5
//! ```
//!
//! The number at the end says how often it is written; there is a line for each time.

use std::env;
use std::error::Error;
use std::fs::File;
use std::path::Path;
use std::time::Instant;

use papergraph::export::{ExportOptions, Format, write_outputs};
use papergraph::graph::read_json;

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let [graph, format, folder, times] = &arguments[..] else {
        return Err("usage: convert GRAPH.json FORMAT FOLDER TIMES".into());
    };
    let format: Format = format.parse()?;
    let graph = read_json(File::open(graph)?)?;
    for _ in 0..times.parse()? {
        let begun = Instant::now();
        let files = write_outputs(&graph, Path::new(folder), &[format], &ExportOptions::default())?;
        let seconds = begun.elapsed().as_secs_f64();
        let bytes: u64 = files.iter().filter_map(|file| file.metadata().ok()).map(|metadata| metadata.len()).sum();
        println!("{seconds:.4} s, {bytes} bytes, {:.0} MB/s", bytes as f64 / 1e6 / seconds);
    }
    Ok(())
}
