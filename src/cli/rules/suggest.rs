//! `papergraph rules suggest`: names that the lexicons might take up.

use std::fmt::Write as _;

use rayon::prelude::*;
use serde::Serialize;

use crate::cli::ask::plain;
use crate::cli::input::InputOptions;
use crate::cli::output::{self, say};
use crate::cli::ruleset::RulesOption;
use crate::cli::{Global, Outcome};
use crate::fit::{SuggestOptions, Suggester, Suggestion, sightings};
use crate::rules::Schema;

/// Suggest lexicon entries: what many papers use like a name, and the rules find only weakly, best first
///
/// Each suggestion has the number of papers that use it and of those in which it was found, the mean confidence, the cues
/// beside it, an example, and the line of the lexicon that would add it. Read before you add: a phrase may be too vague,
/// or of another type.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  papergraph rules suggest corpus.jsonl.zst --limit 50
  papergraph rules suggest papers.jsonl --rules +my-rules --types Dataset
  papergraph rules suggest papers.jsonl --json | jq -r 'select(.type == \"Model\") | .line'")]
pub struct Suggest {
    #[command(flatten)]
    input: InputOptions,
    #[command(flatten)]
    rules: RulesOption,
    /// Most suggestions to give
    #[arg(long, value_name = "N", default_value_t = 50)]
    limit: usize,
    /// Papers that must use a phrase
    #[arg(long, value_name = "N", default_value_t = SuggestOptions::default().least_papers)]
    min_papers: u32,
    /// Only what most likely has one of these types
    #[arg(long, value_name = "TYPE,...", value_delimiter = ',')]
    types: Vec<String>,
    /// Print a JSON object a suggestion and line
    #[arg(long)]
    json: bool,
}

#[derive(Serialize)]
struct SuggestionLine<'s> {
    name: &'s str,
    #[serde(rename = "type")]
    entity_type: &'s str,
    papers: u32,
    found: u32,
    confidence: f64,
    cues: &'s [(String, u32)],
    example: &'s str,
    file: String,
    line: String,
}

impl Suggest {
    pub fn run(&self, global: &Global) -> anyhow::Result<Outcome> {
        let extractor = self.rules.extractor()?;
        let schema = &extractor.rules.schema;
        let types = self
            .types
            .iter()
            .map(|name| {
                schema.type_named(name).ok_or_else(|| {
                    let known: Vec<&str> = schema.types.iter().map(|t| t.label.as_str()).collect();
                    anyhow::anyhow!("there is no type {name}; the rules have {}", known.join(", "))
                })
            })
            .collect::<anyhow::Result<Vec<_>>>()?;
        let mut papers = self.input.open(global)?;
        let mut suggester = Suggester::default();
        while let Some(batch) = papers.next_batch()? {
            let seen: Vec<_> = batch.par_iter().map(|paper| sightings(extractor, paper)).collect();
            seen.into_iter().for_each(|of_paper| suggester.add(of_paper));
        }
        let end = papers.finish()?;
        let options = SuggestOptions { least_papers: self.min_papers, ..SuggestOptions::default() };
        let mut suggestions = suggester.suggestions(&extractor.rules, options);
        suggestions.retain(|suggestion| types.is_empty() || types.contains(&suggestion.entity_type));
        let all = suggestions.len();
        suggestions.truncate(self.limit);
        let mut text = String::new();
        for suggestion in &suggestions {
            if self.json {
                text += &serde_json::to_string(&line(schema, suggestion))?;
                text.push('\n');
            } else {
                text += &shown(schema, suggestion);
            }
        }
        output::print(&text)?;
        if !global.quiet {
            say(&format!("{} of {all} suggestions from {} papers", suggestions.len(), end.summary.papers));
            end.lines().iter().for_each(|line| say(line));
        }
        Ok(end.outcome())
    }
}

fn line<'s>(schema: &'s Schema, suggestion: &'s Suggestion) -> SuggestionLine<'s> {
    let entity_type = schema.entity_type(suggestion.entity_type);
    SuggestionLine {
        name: &suggestion.name,
        entity_type: &entity_type.label,
        papers: suggestion.papers,
        found: suggestion.found,
        confidence: (f64::from(suggestion.confidence) * 1000.0).round() / 1000.0,
        cues: &suggestion.cues,
        example: &suggestion.example,
        file: format!("lexicon/{}.csv", entity_type.id),
        line: suggestion.lexicon_row(),
    }
}

fn shown(schema: &Schema, suggestion: &Suggestion) -> String {
    let line = line(schema, suggestion);
    // Writing to a string does not fail.
    let mut text = String::new();
    let _ = writeln!(
        text,
        "{}  [{}]  {} papers, found in {}, confidence {:.2}",
        plain(line.name),
        line.entity_type,
        line.papers,
        line.found,
        line.confidence
    );
    let cues: Vec<String> = line.cues.iter().map(|(cue, papers)| format!("{cue} {papers}")).collect();
    if !cues.is_empty() {
        let _ = writeln!(text, "    cues: {}", cues.join(", "));
    }
    let _ = writeln!(text, "    text: ... {} ...", plain(line.example));
    let _ = writeln!(text, "    {}: {}", line.file, line.line);
    text
}
