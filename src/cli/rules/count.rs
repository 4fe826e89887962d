//! `papergraph rules count`: what a corpus says of words and phrases.

use std::path::{Path, PathBuf};

use anyhow::{Context, bail};

use crate::cli::input::{FormatOptions, sources};
use crate::cli::output::{self, say};
use crate::cli::ruleset::RulesOption;
use crate::cli::{Global, Outcome};
use crate::fit::{CountOptions, count};

/// Count words and phrases over a corpus, as evidence that ships with the rules
///
/// The corpus is read twice. Weights that were fitted before know other counts; run `papergraph rules fit` afterwards.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  papergraph rules count corpus.jsonl.zst --rules my-rules --write my-rules")]
pub struct Count {
    /// Files or folders with papers, the more the better
    #[arg(value_name = "CORPUS", required = true)]
    corpus: Vec<PathBuf>,
    /// Write tables/words.csv and tables/phrases.csv into the rules folder DIR
    #[arg(long, value_name = "DIR", required = true)]
    write: PathBuf,
    #[command(flatten)]
    rules: RulesOption,
    #[command(flatten)]
    reading: FormatOptions,
    /// Leave out phrases that occur less often
    #[arg(long, value_name = "N", default_value_t = CountOptions::default().least_phrase)]
    least_phrase: u32,
    /// Leave out words that occur less often
    #[arg(long, value_name = "N", default_value_t = CountOptions::default().least_word)]
    least_word: u32,
}

impl Count {
    pub fn run(&self, global: &Global) -> anyhow::Result<Outcome> {
        if self.corpus.iter().any(|path| path == Path::new("-")) {
            bail!("the corpus is read twice, which standard input cannot be; name its file");
        }
        let tables = self.write.join("tables");
        std::fs::create_dir_all(&tables).with_context(|| format!("cannot write to {}", tables.display()))?;
        let extractor = self.rules.extractor()?;
        // Looked at once beforehand, so that an input that cannot be used is an error and not an empty corpus.
        drop(self.reading.reader(sources(&self.corpus))?);
        let papers = || {
            let reader = self.reading.reader(sources(&self.corpus)).ok();
            reader.into_iter().flatten().flatten()
        };
        let options = CountOptions { least_phrase: self.least_phrase, least_word: self.least_word };
        let counts = count(extractor, papers, options);
        output::write_file(&tables.join("words.csv"), counts.words.as_bytes())?;
        output::write_file(&tables.join("phrases.csv"), counts.phrases.as_bytes())?;
        if !global.quiet {
            let rows = |table: &str| table.lines().count().saturating_sub(1);
            say(&format!(
                "{} words and {} phrases written to {}",
                rows(&counts.words),
                rows(&counts.phrases),
                tables.display()
            ));
        }
        Ok(Outcome::Done)
    }
}
