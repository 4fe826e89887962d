//! The command line: one file a subcommand.
//!
//! A subcommand is a struct of arguments with a `run` that gives [`Outcome`]; `main` turns that, or an error, into an
//! exit code. Results go to standard output, everything else to standard error.

mod annotated;
mod eval;
mod extract;
mod input;
mod output;
mod rules;
mod ruleset;

use std::process::ExitCode;

use clap::{Parser, Subcommand};
use papergraph::rules::RuleError;

/// Turns papers (titles and abstracts) into a knowledge graph, by rules that you can read and change.
#[derive(Debug, Parser)]
#[command(
    name = "papergraph",
    version,
    propagate_version = true,
    max_term_width = 100
)]
#[command(arg_required_else_help = true, after_help = EXAMPLES)]
struct Cli {
    #[command(subcommand)]
    command: Command,
    #[command(flatten)]
    common: Common,
}

const EXAMPLES: &str = "\
Examples:
  papergraph extract papers.jsonl > entities.jsonl
  zstdcat dump.jsonl.zst | papergraph extract - --output entities.jsonl
  papergraph eval gold.jsonl --errors 10

Exit codes: 0 done; 1 done, but records were skipped and --strict was given, or a check failed;
2 unusable arguments, rules or input.";

/// What every subcommand takes.
#[derive(Clone, Debug, clap::Args)]
struct Common {
    /// Number of threads; as many as there are cores if left out. The output is the same for any number
    #[arg(long, global = true, value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
    threads: Option<u16>,
    /// Say nothing on standard error but errors
    #[arg(long, short, global = true, conflicts_with = "verbose")]
    quiet: bool,
    /// Say more
    #[arg(long, short, global = true)]
    verbose: bool,
}

#[derive(Debug, Subcommand)]
enum Command {
    Extract(extract::Extract),
    Eval(eval::Eval),
    Rules(rules::Rules),
}

/// How a subcommand that came to its end went.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Outcome {
    /// As it should.
    Done,
    /// A check failed, or records were skipped under `--strict`.
    Failed,
}

/// Runs the program.
pub fn main() -> ExitCode {
    let cli = Cli::parse();
    match run(cli) {
        Ok(Outcome::Done) => ExitCode::SUCCESS,
        Ok(Outcome::Failed) => ExitCode::from(1),
        // What the shell reports of a program that ended because nobody reads its output any more (128 + SIGPIPE).
        Err(error) if output::is_closed_pipe(&error) => ExitCode::from(141),
        Err(error) => {
            output::say(&message_of(&error));
            ExitCode::from(2)
        }
    }
}

fn run(cli: Cli) -> anyhow::Result<Outcome> {
    if let Some(threads) = cli.common.threads {
        rayon::ThreadPoolBuilder::new()
            .num_threads(threads.into())
            .build_global()?;
    }
    match cli.command {
        Command::Extract(command) => command.run(&cli.common),
        Command::Eval(command) => command.run(&cli.common),
        Command::Rules(command) => command.run(&cli.common),
    }
}

/// The error as people read it; a mistake in a rule file with the line it stands in.
fn message_of(error: &anyhow::Error) -> String {
    match error.downcast_ref::<RuleError>() {
        Some(RuleError::Invalid(problem)) => {
            let text = problem.render(output::stderr_has_color());
            text.trim_end().to_string()
        }
        _ => {
            // Messages of the library hold what caused them where that helps; it is not said twice.
            let mut text = String::new();
            for cause in error.chain().map(ToString::to_string) {
                if !text.contains(&cause) {
                    text.push_str(if text.is_empty() { "error: " } else { ": " });
                    text.push_str(&cause);
                }
            }
            text
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_arguments_are_well_formed() {
        Cli::command().debug_assert();
    }
}
