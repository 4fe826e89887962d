//! `papergraph rules vote`: what the papers of a corpus make of each phrase.

use std::path::{Path, PathBuf};

use anyhow::{Context, bail};

use crate::cli::annotated::read_annotated;
use crate::cli::input::{FormatOptions, sources};
use crate::cli::output::{self, say};
use crate::cli::ruleset::RulesOption;
use crate::cli::{Global, Outcome};
use crate::extract::Extractor;
use crate::extract::vocabulary::WordPlace;
use crate::fit::{FitOptions, VoteOptions, learn, learn_vocabulary, vote};
use crate::rules::VOTES;

/// Let a corpus vote on what each frequent phrase is, as evidence that ships with the rules
///
/// Weights are fitted to annotated papers without such votes, and without weights on whole phrases; with them the corpus
/// is read, and for every phrase the probabilities of each type are added up over all papers. Run `papergraph rules fit`
/// afterwards, which learns what the votes are worth.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  papergraph rules vote corpus.jsonl.zst --gold gold.jsonl --rules my-rules --write my-rules")]
pub struct Vote {
    /// Files or folders with papers, the more the better
    #[arg(value_name = "CORPUS", required = true)]
    corpus: Vec<PathBuf>,
    /// Annotated papers to fit to; their texts are read from X.papers.jsonl beside X.jsonl
    #[arg(long, required = true)]
    gold: Vec<PathBuf>,
    /// Write tables/votes.csv into the rules folder DIR
    #[arg(long, value_name = "DIR", required = true)]
    write: PathBuf,
    #[command(flatten)]
    rules: RulesOption,
    #[command(flatten)]
    reading: FormatOptions,
    /// Leave out phrases that stand in fewer papers
    #[arg(long, value_name = "N", default_value_t = VoteOptions::default().least_papers)]
    least_papers: u32,
    /// Leave out endings of phrases that stand in fewer papers
    #[arg(long, value_name = "N", default_value_t = VoteOptions::default().least_papers_of_ending)]
    least_papers_of_ending: u32,
}

impl Vote {
    pub fn run(&self, global: &Global) -> anyhow::Result<Outcome> {
        if self.corpus.iter().any(|path| path == Path::new("-")) {
            bail!("the corpus is read twice, which standard input cannot be; name its file");
        }
        let tables = self.write.join("tables");
        std::fs::create_dir_all(&tables).with_context(|| format!("cannot write to {}", tables.display()))?;
        // Looked at once beforehand, so that an input that cannot be used is an error and not an empty corpus.
        drop(self.reading.reader(sources(&self.corpus))?);
        let mut rules = self.rules.files()?;
        rules.tables.remove(VOTES);
        let mut annotated = Vec::new();
        for gold in &self.gold {
            annotated.extend(read_annotated(gold, None)?);
        }
        let vocabulary = learn_vocabulary(&Extractor::new(&rules), &annotated).without(WordPlace::Whole);
        let extractor = Extractor::with_words(&rules, vocabulary);
        if !global.quiet {
            say(&format!("fitting to {} papers", annotated.len()));
        }
        let learned = learn(&extractor, &annotated, &FitOptions::default());
        let papers = || {
            let reader = self.reading.reader(sources(&self.corpus)).ok();
            reader.into_iter().flatten().flatten()
        };
        let options =
            VoteOptions { least_papers: self.least_papers, least_papers_of_ending: self.least_papers_of_ending };
        let votes = vote(&extractor, &learned.weights, papers, options);
        output::write_file(&self.write.join(VOTES), votes.as_bytes())?;
        if !global.quiet {
            let rows = votes.lines().count().saturating_sub(1);
            say(&format!("votes on {rows} phrases written to {}", tables.display()));
        }
        Ok(Outcome::Done)
    }
}
