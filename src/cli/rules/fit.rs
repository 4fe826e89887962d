//! `papergraph rules fit`: weights from annotated papers.

use std::fmt::Write as _;
use std::ops::Range;
use std::path::{Path, PathBuf};

use crate::eval::{Score, score};
use crate::extract::{Extractor, Settings};
use crate::fit::{
    AnnotatedPaper, CrossValidation, FitOptions, Learned, cross_validate, fit_sieve, learn, learn_words, predictions,
    sum, term_words,
};
use anyhow::{Context, bail};
use rayon::prelude::*;

use crate::cli::annotated::read_annotated;
use crate::cli::output::{self, say};
use crate::cli::ruleset::RulesOption;
use crate::cli::{Global, Outcome};

/// Fit the weights to annotated papers, and say how well they do on papers that they were not fitted to
///
/// Prints typed, untyped and triple F1 of cross-validation for several biases (added to every span: a greater one finds
/// more, a smaller one is surer), for each file and all together. The best bias is used.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  papergraph rules fit gold.jsonl                             only say how good it gets
  papergraph rules fit gold.jsonl --rules my-rules --write my-rules
  papergraph rules fit a.jsonl b.jsonl --keep-aside 60 --ablate")]
pub struct Fit {
    /// Annotated papers; their texts are read from X.papers.jsonl beside X.jsonl
    #[arg(required = true)]
    gold: Vec<PathBuf>,
    /// The texts of the annotated papers, a file for each GOLD in the same order
    #[arg(long, value_name = "FILE")]
    papers: Vec<PathBuf>,
    /// More annotated papers, which every fold is fitted to and none is judged by; the annotators of each file may have
    /// habits of their own
    #[arg(long, value_name = "GOLD")]
    also: Vec<PathBuf>,
    /// How often the papers of GOLD are learnt from for each time of those of --also
    #[arg(long, value_name = "N", default_value_t = 1)]
    repeat: usize,
    #[command(flatten)]
    rules: RulesOption,
    /// Number of folds of cross-validation; 0 for none
    #[arg(long, value_name = "N", default_value_t = 5)]
    folds: usize,
    /// Keep the last N papers of each file aside, and report them apart
    #[arg(long, value_name = "N", default_value_t = 0)]
    keep_aside: usize,
    /// Write tables/span-weights.csv, pair-weights.csv, relation-weights.csv, term-words.csv and weights.toml into the
    /// rules folder DIR
    #[arg(long, value_name = "DIR")]
    write: Option<PathBuf>,
    /// Also leave out each family of evidence in turn, or all whose names begin with each NAME, and print what they give
    /// (takes long)
    #[arg(long, value_name = "NAME,...", num_args = 0.., value_delimiter = ',')]
    ablate: Option<Vec<String>>,
    /// Use this bias, and try no others
    #[arg(long, value_name = "NUMBER", allow_negative_numbers = true)]
    bias: Option<f32>,
    /// Networks that are fitted and averaged, for each kind of weights: steadier, and slower
    #[arg(long, value_name = "N", help_heading = "Fitting")]
    networks: Option<usize>,
    /// Hidden units of each network, for what evidence means together; 0 for plain sums
    #[arg(long, value_name = "N", help_heading = "Fitting")]
    hidden: Option<usize>,
    /// Times that every paper is seen
    #[arg(long, value_name = "N", help_heading = "Fitting")]
    epochs: Option<usize>,
    /// Share of the evidence that training leaves out at random, so that no piece relies on another
    #[arg(long, value_name = "SHARE", help_heading = "Fitting")]
    dropout: Option<f32>,
}

/// The papers of one file: a range of all that are fitted, and those kept aside.
struct FilePapers {
    name: String,
    fitted: Range<usize>,
    aside: Vec<AnnotatedPaper>,
}

impl Fit {
    pub fn run(&self, global: &Global) -> anyhow::Result<Outcome> {
        if self.folds == 1 {
            bail!("--folds 1 leaves nothing to fit to; use 0 for no cross-validation, or at least 2");
        }
        if let Some(folder) = &self.write {
            std::fs::create_dir_all(folder.join("tables"))
                .with_context(|| format!("cannot write to {}", folder.display()))?;
        }
        let mut rules = self.rules.files()?;
        let terms = rules.tables.get("tables/terms.csv").cloned();
        let words = terms.map(|terms| term_words(terms.csv(), &rules.schema));
        if let Some(words) = &words {
            let path = "tables/term-words.csv".to_string();
            rules.tables.insert(path, words.clone().into_bytes().into());
        }
        let (mut papers, files) = self.read_papers()?;
        let judged = papers.len();
        for (group, gold) in (0..).zip(&self.also) {
            let others = Some(group);
            papers.extend(read_annotated(gold, None)?.into_iter().map(|paper| AnnotatedPaper { others, ..paper }));
        }
        if papers.is_empty() {
            bail!("there are no annotated papers to fit to; take more, or keep fewer aside");
        }
        // Words first, then the space of evidence that has rows for them.
        let words_learnt = learn_words(&Extractor::new(&rules), &papers);
        let extractor = Extractor::with_words(&rules, words_learnt);
        let mut options = FitOptions { folds: self.folds, judged, repeat: self.repeat, ..FitOptions::default() };
        for training in [&mut options.spans, &mut options.pairs, &mut options.relations] {
            training.networks = self.networks.unwrap_or(training.networks);
            training.hidden = self.hidden.unwrap_or(training.hidden);
            training.epochs = self.epochs.unwrap_or(training.epochs);
            training.dropout = self.dropout.unwrap_or(training.dropout).clamp(0.0, 0.9);
        }
        if let Some(bias) = self.bias {
            options.biases = vec![bias];
        }
        if !global.quiet {
            let rows = extractor.space.rows + extractor.pair_space.rows + extractor.relation_space.rows;
            say(&format!("fitting {rows} pieces of evidence to {} papers", papers.len()));
        }
        let mut bias = self.bias.unwrap_or(extractor.settings.bias);
        let mut figures = String::new();
        if self.folds > 1 {
            let validation = cross_validate(&extractor, &papers, &options);
            if let Some((best, _)) = validation.best() {
                bias = *best;
            }
            figures = validation_text(&validation, &files, bias);
            output::print(&format!("cross-validation, {} folds\n{figures}", self.folds))?;
            if let Some(names) = &self.ablate {
                print_ablation(&extractor, &papers, &options, &validation, bias, names)?;
            }
        }
        if self.write.is_none() && self.keep_aside == 0 {
            return Ok(Outcome::Done);
        }
        let learned = learn(&extractor, &papers, &options);
        if self.keep_aside > 0 {
            output::print(&format!("\nkept aside, not fitted to\n{HEADING}"))?;
            // Where no folds tell the best bias, show what the others would do.
            let biases = if self.folds > 1 { vec![bias] } else { options.biases.clone() };
            for bias in biases {
                output::print(&aside_text(&extractor, &learned, &files, bias))?;
            }
        }
        if let Some(folder) = &self.write {
            let (sieve, least) = fit_sieve(&extractor, &papers, &learned.weights, bias);
            let tables = learned.files(&extractor, &sieve)?;
            self.write_files(folder, &tables, words, &Settings { bias, least }, &figures)?;
            if !global.quiet {
                say(&format!("weights written to {}", folder.display()));
            }
        }
        Ok(Outcome::Done)
    }

    /// All papers to fit to, and where those of each file stand among them.
    fn read_papers(&self) -> anyhow::Result<(Vec<AnnotatedPaper>, Vec<FilePapers>)> {
        if !self.papers.is_empty() && self.papers.len() != self.gold.len() {
            bail!(
                "{} files of annotations, but {} --papers; give one for each, in the same order",
                self.gold.len(),
                self.papers.len()
            );
        }
        let (mut papers, mut files) = (Vec::new(), Vec::new());
        for (number, gold) in self.gold.iter().enumerate() {
            let texts = self.papers.get(number).map(PathBuf::as_path);
            let mut of_file = read_annotated(gold, texts)?;
            let aside = of_file.split_off(of_file.len().saturating_sub(self.keep_aside));
            let from = papers.len();
            papers.extend(of_file);
            let name = gold.file_stem().unwrap_or_default().to_string_lossy();
            files.push(FilePapers { name: name.into_owned(), fitted: from..papers.len(), aside });
        }
        Ok((papers, files))
    }

    fn write_files(
        &self,
        folder: &Path,
        tables: &[(&str, Vec<u8>)],
        words: Option<String>,
        settings: &Settings,
        figures: &str,
    ) -> anyhow::Result<()> {
        for (path, contents) in tables {
            output::write_file(&folder.join(path), contents)?;
        }
        if let Some(words) = words {
            output::write_file(&folder.join("tables/term-words.csv"), words.as_bytes())?;
        }
        let mut text = String::from("# Written by `papergraph rules fit`; the weights are in tables/.\n");
        if !figures.is_empty() {
            text.push_str("# F1 in cross-validation:\n");
            for line in figures.lines() {
                // Writing to a string does not fail.
                let _ = writeln!(text, "# {}", line.trim_end());
            }
        }
        let Settings { bias, least } = settings;
        let _ = writeln!(
            text,
            "\n# Added to the sum of every span: a greater bias finds more, a smaller one is surer.\nbias = {bias}\n\n\
             # Candidates are given up early that sum to less in the sieve.\nleast = {least:?}"
        );
        output::write_file(&folder.join("weights.toml"), text.as_bytes())
    }
}

/// The heading of a table of figures.
const HEADING: &str = "bias   papers          typed   P       R       untyped triple  relation\n";

fn figures_line(bias: f32, name: &str, papers: usize, score: Score) -> String {
    let relation = f64::from(score.triple.right) / f64::from(score.typed.right.max(1));
    format!(
        "{bias:<6} {name:10.10} {papers:4}  {:.4}  {:.4}  {:.4}  {:.4}  {:.4}  {relation:.4}",
        score.typed.f1(),
        score.typed.precision(),
        score.typed.recall(),
        score.untyped.f1(),
        score.triple.f1(),
    )
}

fn validation_text(validation: &CrossValidation, files: &[FilePapers], best: f32) -> String {
    let mut text = String::from(HEADING);
    for (bias, scores) in &validation.by_bias {
        let mark = if *bias == best { "  <- best" } else { "" };
        for file in files.iter().filter(|_| files.len() > 1) {
            let of_file = &scores[file.fitted.clone()];
            let score = sum(of_file.iter().copied());
            text += &figures_line(*bias, &file.name, of_file.len(), score);
            text.push('\n');
        }
        text += &figures_line(*bias, "all", scores.len(), sum(scores.iter().copied()));
        text += mark;
        text.push('\n');
    }
    text
}

/// What the weights find in papers that were kept aside.
fn aside_text(extractor: &Extractor, learned: &Learned, files: &[FilePapers], bias: f32) -> String {
    let mut text = String::new();
    let mut total = Score::default();
    let mut papers = 0;
    for file in files {
        let scores: Vec<Score> = file
            .aside
            .par_iter()
            .map(|paper| {
                let found = predictions(extractor, paper, &learned.weights, bias);
                score(&paper.gold.entities, &found)
            })
            .collect();
        let of_file = sum(scores.iter().copied());
        text += &figures_line(bias, &file.name, scores.len(), of_file);
        text.push('\n');
        total.add(of_file);
        papers += scores.len();
    }
    text += &figures_line(bias, "all", papers, total);
    text.push('\n');
    text
}

/// Prints what is lost when a family of evidence is left out, line by line as it is found.
fn print_ablation(
    extractor: &Extractor,
    papers: &[AnnotatedPaper],
    options: &FitOptions,
    whole: &CrossValidation,
    bias: f32,
    names: &[String],
) -> anyhow::Result<()> {
    let total = |validation: &CrossValidation| {
        validation
            .by_bias
            .iter()
            .find(|(tried, _)| *tried == bias)
            .map_or_else(Score::default, |(_, scores)| sum(scores.iter().copied()))
    };
    let with_all = total(whole);
    output::print("\nwhat each family of evidence gives (F1 with it less F1 without it)\n")?;
    output::print(&format!("{:32} typed    untyped  triple\n", "family"))?;
    let mut families: Vec<String> = names.to_vec();
    if families.is_empty() {
        let spaces = [&extractor.space.names, &extractor.pair_space.names, &extractor.relation_space.names];
        for family in spaces.into_iter().flatten() {
            if !families.iter().any(|known| known == family.id) {
                families.push(family.id.to_string());
            }
        }
    }
    for family in families {
        let options = FitOptions { biases: vec![bias], without: Some(family.clone()), ..options.clone() };
        let without = total(&cross_validate(extractor, papers, &options));
        output::print(&format!(
            "{family:32} {:+.4}  {:+.4}  {:+.4}\n",
            with_all.typed.f1() - without.typed.f1(),
            with_all.untyped.f1() - without.untyped.f1(),
            with_all.triple.f1() - without.triple.f1(),
        ))?;
    }
    Ok(())
}
