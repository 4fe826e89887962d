//! `papergraph rules test`: the examples of every rule.

use std::fmt::Write as _;

use crate::cli::ask::plain;
use crate::cli::ruleset::RulesOption;
use crate::cli::{Global, Outcome, output};
use crate::extract::Extractor;
use crate::extract::examples::run_example;
use crate::rules::examples;

/// Run the examples and counterexamples of every rule, and show each with its result
///
/// Exit code 1 if one fails. With --quiet only those that fail are shown.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  papergraph rules test --rules my-rules
  papergraph rules test cue-introduces         only the rules whose id holds this text")]
pub struct Test {
    /// Only rules whose id holds this text
    #[arg(value_name = "TEXT")]
    id: Option<String>,
    #[command(flatten)]
    rules: RulesOption,
}

impl Test {
    pub fn run(&self, global: &Global) -> anyhow::Result<Outcome> {
        let files = self.rules.files()?;
        let extractor = Extractor::new(&files);
        let color = output::stdout_has_color();
        let (mut passed, mut failed) = (0, 0);
        let mut text = String::new();
        let wanted = self.id.as_deref().unwrap_or_default();
        for example in examples(&files).filter(|example| example.rule.contains(wanted)) {
            let kind = if example.counterexample { "counterexample" } else { "example" };
            let line = format!("{} {kind}: {}", example.rule, plain(example.source));
            // Writing to a string does not fail.
            match run_example(&extractor, &example) {
                Ok(()) => {
                    passed += 1;
                    if !global.quiet {
                        let _ = writeln!(text, "{}  {line}", verdict("ok", "32", color));
                    }
                }
                Err(reason) => {
                    failed += 1;
                    let _ = writeln!(text, "{}  {line}", verdict("FAILED", "1;31", color));
                    let _ = writeln!(text, "        {}", plain(&reason));
                }
            }
        }
        let _ = writeln!(text, "{passed} passed, {failed} failed");
        output::print(&text)?;
        Ok(if failed > 0 { Outcome::Failed } else { Outcome::Done })
    }
}

fn verdict(word: &str, code: &str, color: bool) -> String {
    if color { format!("\u{1b}[{code}m{word:6}\u{1b}[0m") } else { format!("{word:6}") }
}
