//! `papergraph rules check`: every mistake in a rules folder.

use crate::cli::output::{self, say};
use crate::cli::ruleset::RulesOption;
use crate::cli::{Global, Outcome};
use crate::rules::{Severity, check, render_problems};

/// Find every mistake in the rules, each with its place and what would be right
///
/// Exit code 1 if there is an error; warnings alone are no failure.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  papergraph rules check --rules my-rules
  papergraph rules check --rules +my-rules     laid over the default rules")]
pub struct Check {
    #[command(flatten)]
    rules: RulesOption,
}

impl Check {
    pub fn run(&self, global: &Global) -> anyhow::Result<Outcome> {
        let problems = check(&self.rules.folder()?);
        output::print(&render_problems(&problems, output::stdout_has_color()))?;
        if problems.is_empty() && !global.quiet {
            say("the rules are in order");
        }
        let failed = problems.iter().any(|problem| problem.severity == Severity::Error);
        Ok(if failed { Outcome::Failed } else { Outcome::Done })
    }
}
