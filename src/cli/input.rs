//! The papers of a run: arguments, reading in batches, progress, and what had to be skipped.

use std::io::IsTerminal;
use std::path::PathBuf;

use crate::corpus::{
    CorpusError, CorpusReader, FieldMap, InputFormat, Paper, ReadOptions, ReadSummary, Skipped, Source,
};
use indicatif::{ProgressBar, ProgressStyle};

use super::output::{Output, say};
use super::{Global, Outcome};

/// Papers read at once: enough to keep all cores busy, few enough to be nothing in memory.
const BATCH: usize = 1024;
/// Skipped records that the closing summary names.
const NAMED: usize = 5;

/// Where papers come from.
#[derive(Clone, Debug, clap::Args)]
pub struct InputOptions {
    /// Files or folders with papers; `-` is standard input. Listings, JSON, JSON Lines, CSV, TSV, BibTeX; gzip and zstd
    /// are read as they are
    #[arg(value_name = "INPUT")]
    pub inputs: Vec<PathBuf>,
    #[command(flatten)]
    pub reading: ReadingOptions,
}

/// How papers are read, and what happens with records that cannot be.
#[derive(Clone, Debug, clap::Args)]
pub struct ReadingOptions {
    #[command(flatten)]
    format: FormatOptions,
    /// Write all skipped records to FILE, one a line: file:line: reason
    #[arg(long, value_name = "FILE", help_heading = "Input")]
    skipped: Option<PathBuf>,
    /// End with exit code 1 if a record was skipped
    #[arg(long, help_heading = "Input")]
    strict: bool,
}

/// How papers are written in the inputs.
#[derive(Clone, Debug, clap::Args)]
pub struct FormatOptions {
    /// Format of all inputs: listing, jsonl, json, csv, tsv or bibtex. Found from ending and content if left out
    #[arg(long, value_name = "FORMAT", help_heading = "Input")]
    input_format: Option<InputFormat>,
    /// Fields that hold a paper's parts, where they have names of their own: `title=Name,abstract=Text`. Parts: id,
    /// title, abstract, authors, year, venue, url, doi, keywords
    #[arg(long, value_name = "PART=FIELD,...", help_heading = "Input")]
    map: Option<FieldMap>,
}

/// Papers from inputs, batch by batch.
pub struct Papers {
    reader: CorpusReader,
    skipped: SkipLog,
    progress: ProgressBar,
    strict: bool,
}

impl InputOptions {
    /// Opens the inputs; standard input if none is named.
    pub fn open(&self, global: &Global) -> anyhow::Result<Papers> {
        let stdin = [PathBuf::from("-")];
        let inputs = if self.inputs.is_empty() { &stdin[..] } else { &self.inputs };
        self.reading.open(sources(inputs), global)
    }
}

/// Paths as sources, `-` as standard input.
pub fn sources(paths: &[PathBuf]) -> Vec<Source> {
    let source = |path: &PathBuf| match path.to_str() {
        Some("-") => Source::Stdin,
        _ => Source::Path(path.clone()),
    };
    paths.iter().map(source).collect()
}

impl ReadingOptions {
    /// Opens sources.
    pub fn open(&self, sources: Vec<Source>, global: &Global) -> anyhow::Result<Papers> {
        let reader = self.format.reader(sources)?;
        if global.verbose {
            for note in reader.notes() {
                say(&format!("note: {note}"));
            }
        }
        let progress = progress_bar(&reader, global);
        Ok(Papers { reader, skipped: SkipLog::open(self.skipped.as_deref())?, progress, strict: self.strict })
    }
}

impl FormatOptions {
    /// A reader of sources, without progress.
    pub fn reader(&self, sources: Vec<Source>) -> Result<CorpusReader, CorpusError> {
        let options = ReadOptions {
            format: self.input_format,
            fields: self.map.clone().unwrap_or_default(),
            ..ReadOptions::default()
        };
        CorpusReader::open(sources, options)
    }
}

impl Papers {
    /// Makes a paper of an earlier run known; see [`CorpusReader::remember_earlier`].
    pub fn remember_earlier(&mut self, id: &str, title: &str) {
        self.reader.remember_earlier(id, title);
    }

    /// The next papers in input order; `None` at the end.
    pub fn next_batch(&mut self) -> anyhow::Result<Option<Vec<Paper>>> {
        let results = self.reader.next_batch(BATCH);
        if results.is_empty() {
            return Ok(None);
        }
        let mut papers = Vec::with_capacity(results.len());
        for result in results {
            match result {
                Ok(paper) => papers.push(paper),
                Err(skipped) => self.skipped.add(skipped)?,
            }
        }
        self.progress.set_position(self.reader.summary().bytes);
        Ok(Some(papers))
    }

    /// Ends reading: takes the progress bar away, completes the list of what was skipped.
    pub fn finish(self) -> anyhow::Result<ReadEnd> {
        self.progress.finish_and_clear();
        let summary = self.reader.summary();
        Ok(ReadEnd { summary, first_skipped: self.skipped.finish()?, strict: self.strict })
    }
}

/// What was read, once all is read.
pub struct ReadEnd {
    /// Counts.
    pub summary: ReadSummary,
    first_skipped: Vec<Skipped>,
    strict: bool,
}

impl ReadEnd {
    /// Lines on duplicates and skipped records; none where there were none.
    pub fn lines(&self) -> Vec<String> {
        let mut lines = Vec::new();
        if self.summary.duplicates > 0 {
            lines.push(format!("{} duplicates merged", self.summary.duplicates));
        }
        if self.summary.skipped > 0 {
            lines.push(format!("{} records skipped:", self.summary.skipped));
            lines.extend(self.first_skipped.iter().map(|skipped| format!("  {skipped}")));
            let more = self.summary.skipped as usize - self.first_skipped.len();
            if more > 0 {
                lines.push(format!("  and {more} more (all of them with --skipped FILE)"));
            }
        }
        lines
    }

    /// Whether skipped records make the run a failure.
    pub fn outcome(&self) -> Outcome {
        if self.strict && self.summary.skipped > 0 { Outcome::Failed } else { Outcome::Done }
    }
}

/// Keeps the first skipped records, and writes all to a file if one was asked for.
struct SkipLog {
    first: Vec<Skipped>,
    file: Option<Output>,
}

impl SkipLog {
    fn open(path: Option<&std::path::Path>) -> anyhow::Result<Self> {
        Ok(Self { first: Vec::new(), file: path.map(|path| Output::open(Some(path))).transpose()? })
    }

    fn add(&mut self, skipped: Skipped) -> anyhow::Result<()> {
        if let Some(file) = &mut self.file {
            use std::io::Write;
            writeln!(file, "{skipped}")?;
        }
        if self.first.len() < NAMED {
            self.first.push(skipped);
        }
        Ok(())
    }

    fn finish(self) -> anyhow::Result<Vec<Skipped>> {
        if let Some(file) = self.file {
            file.finish()?;
        }
        Ok(self.first)
    }
}

/// A bar over the bytes of all inputs on a terminal, a spinner where their end is not known, nothing elsewhere.
fn progress_bar(reader: &CorpusReader, global: &Global) -> ProgressBar {
    if global.quiet || !std::io::stderr().is_terminal() {
        return ProgressBar::hidden();
    }
    let template = match reader.bytes_in_all() {
        Some(_) => "{bar:30} {percent}% {bytes} of {total_bytes}, {eta} left",
        None => "{spinner} {bytes}",
    };
    let bar = match reader.bytes_in_all() {
        Some(bytes) => ProgressBar::new(bytes),
        None => ProgressBar::new_spinner(),
    };
    match ProgressStyle::with_template(template) {
        Ok(style) => bar.with_style(style),
        Err(_) => bar,
    }
}
