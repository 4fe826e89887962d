//! `papergraph eval`: extraction measured against annotated papers.

use std::fmt::Write as _;
use std::path::PathBuf;

use crate::corpus::Paper;
use crate::eval::{
    Cause, GoldPaper, JudgedPaper, Matching, Mistake, PaperEntities, Report, mistakes, page, typed_spans,
};
use crate::extract::{ExtractLine, Extraction, Extractor};
use rayon::prelude::*;
use rustc_hash::FxHashMap;
use serde::Serialize;

use super::Outcome;
use super::annotated::{papers_beside, read_entity_file, read_texts};
use super::output;
use super::ruleset::RulesOption;

/// Measure extraction against annotated papers: precision, recall and F1 by type and relation, and the errors
///
/// GOLD holds a JSON object a paper and line: `{"id", "entities": [{"type", "relation", "surfaces": [text, ...]}]}`.
/// PREDICTED is what `papergraph extract` writes; without it, the rules are run on the texts of the papers.
///
/// An entity found matches an annotated one if one of its texts is one of the annotated forms; letter case, hyphens and
/// plural endings do not matter. typed: the type must be right too; triple: the relation as well.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  papergraph eval gold.jsonl                     texts from gold.papers.jsonl beside it
  papergraph eval gold.jsonl found.jsonl --errors 10
  papergraph eval gold.jsonl --rules +my-rules --html errors.html")]
pub struct Eval {
    /// Annotated papers
    gold: PathBuf,
    /// What was found, as `papergraph extract` writes it
    predicted: Option<PathBuf>,
    /// The texts of the annotated papers; if left out, X.papers.jsonl beside X.jsonl
    #[arg(long, value_name = "FILE")]
    papers: Option<PathBuf>,
    #[command(flatten)]
    rules: RulesOption,
    /// Take the annotated spans and types as given: measures how well spans of one thing are brought together, and their
    /// relations
    #[arg(long, conflicts_with = "predicted")]
    spans_given: bool,
    /// Show the N commonest errors of each likely cause, with the rule that made each
    #[arg(long, value_name = "N", default_value_t = 0, hide_default_value = true)]
    errors: usize,
    /// Print one JSON object
    #[arg(long)]
    json: bool,
    /// Write a page that shows the texts with what is right, missed, spurious and of the wrong type
    #[arg(long, value_name = "FILE")]
    html: Option<PathBuf>,
}

/// The figures and, where asked for, the errors.
#[derive(Serialize)]
struct WithErrors<'r> {
    #[serde(flatten)]
    report: &'r Report,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    errors: Vec<CauseCount>,
}

/// The errors of one cause.
#[derive(Serialize)]
struct CauseCount {
    cause: Cause,
    count: usize,
    commonest: Vec<ErrorCount>,
}

/// An error and how often it was made.
#[derive(Clone, Serialize)]
struct ErrorCount {
    count: usize,
    what: String,
    rule: String,
    /// The first paper that shows it.
    paper: String,
}

impl Eval {
    pub fn run(&self) -> anyhow::Result<Outcome> {
        let extractor = self.rules.extractor()?;
        let gold = read_entity_file(&self.gold)?;
        let needs_texts = self.predicted.is_none() || self.html.is_some();
        let texts = if needs_texts {
            let path = self.papers.clone().unwrap_or_else(|| papers_beside(&self.gold));
            read_texts(&path).map_err(|error| {
                error.context("the texts of the papers are needed; name their file with --papers FILE")
            })?
        } else {
            FxHashMap::default()
        };
        let predicted = match &self.predicted {
            Some(path) => read_entity_file(path)?.into_iter().map(|paper| (paper.id.clone(), paper)).collect(),
            None => extract_all(extractor, &gold, &texts, self.spans_given),
        };
        let schema = &extractor.rules.schema;
        let mut report =
            Report::new(&schema.types.iter().map(|entity_type| entity_type.label.clone()).collect::<Vec<_>>(), &[]);
        let mut judged: Vec<(&PaperEntities, Option<&PaperEntities>, Matching)> = Vec::new();
        let mut all_mistakes = Vec::new();
        for paper in &gold {
            let found = predicted.get(&paper.id);
            let entities = found.map(PaperEntities::predicted);
            let matching = report.add(&paper.gold().entities, entities.as_deref());
            let found_entities = found.map_or(&[][..], |found| &found.entities);
            all_mistakes.extend(mistakes(&extractor.rules, &paper.id, &paper.entities, found_entities, &matching));
            judged.push((paper, found, matching));
        }
        if let Some(path) = &self.html {
            let papers: Vec<JudgedPaper<'_>> = judged
                .iter()
                .filter_map(|(paper, found, matching)| {
                    Some(JudgedPaper {
                        paper: texts.get(&paper.id)?,
                        gold: &paper.entities,
                        predicted: found.map_or(&[][..], |found| &found.entities),
                        matching,
                    })
                })
                .collect();
            output::write_file(path, page(&report.to_string(), &papers).as_bytes())?;
        }
        let errors = if self.errors > 0 { count_errors(&all_mistakes, self.errors) } else { Vec::new() };
        if self.json {
            let report = &report;
            let line = serde_json::to_string(&WithErrors { report, errors })?;
            output::print(&format!("{line}\n"))?;
        } else {
            output::print(&format!("{report}{}", errors_text(&errors)))?;
        }
        Ok(Outcome::Done)
    }
}

fn extract_all(
    extractor: &Extractor,
    gold: &[PaperEntities],
    texts: &FxHashMap<String, Paper>,
    spans_given: bool,
) -> FxHashMap<String, PaperEntities> {
    gold.par_iter()
        .filter_map(|annotation| {
            let paper = texts.get(&annotation.id)?;
            let extraction = match spans_given {
                true => extract_given(extractor, paper, &annotation.gold()),
                false => extractor.extract(paper),
            };
            let line = ExtractLine::new(extractor, paper, &extraction);
            Some((annotation.id.clone(), line.into()))
        })
        .collect()
}

/// What is found where the annotated spans and their types are given.
fn extract_given(extractor: &Extractor, paper: &Paper, gold: &GoldPaper) -> Extraction {
    let text = extractor.annotate(paper);
    let spans = typed_spans(&extractor.rules.schema, &text, gold);
    extractor.extraction(&extractor.read_given(text, &spans))
}

/// The commonest errors of each cause, equal ones counted together.
fn count_errors(mistakes: &[Mistake], most: usize) -> Vec<CauseCount> {
    Cause::ALL
        .iter()
        .map(|&cause| {
            let mut counts: Vec<ErrorCount> = Vec::new();
            let mut place: FxHashMap<(&str, &str), usize> = FxHashMap::default();
            let of_cause = || mistakes.iter().filter(|mistake| mistake.cause == cause);
            for mistake in of_cause() {
                let at = *place.entry((&mistake.what, &mistake.rule)).or_insert_with(|| {
                    counts.push(ErrorCount {
                        count: 0,
                        what: mistake.what.clone(),
                        rule: mistake.rule.clone(),
                        paper: mistake.paper.clone(),
                    });
                    counts.len() - 1
                });
                counts[at].count += 1;
            }
            counts.sort_by_key(|error| std::cmp::Reverse(error.count));
            counts.truncate(most);
            CauseCount { cause, count: of_cause().count(), commonest: counts }
        })
        .collect()
}

fn errors_text(errors: &[CauseCount]) -> String {
    let mut text = String::new();
    for cause in errors {
        // Writing to a string does not fail.
        let _ = writeln!(text, "\n{}: {}", cause.cause.label(), cause.count);
        for error in &cause.commonest {
            let rule = if error.rule.is_empty() { String::new() } else { format!("  <- {}", error.rule) };
            let _ = writeln!(text, "  {}x {}{rule}  [{}]", error.count, error.what, error.paper);
        }
    }
    text
}
