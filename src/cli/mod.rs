//! The command line: one file a subcommand.
//!
//! A subcommand is a struct of arguments with a function that runs it. `main` turns how it went, or an error, into an
//! exit code. Results go to standard output, everything else to standard error.

mod annotated;
mod ask;
mod build;
mod common;
mod completions;
mod diff;
mod dot;
mod eval;
mod explain;
mod export;
mod extract;
mod input;
mod neighbors;
mod output;
mod part;
mod path;
mod readings;
mod rules;
mod ruleset;
mod search;
mod stats;

use std::io::{self, BufWriter, Write};
use std::process::ExitCode;

use clap::{Parser, Subcommand};

use crate::rules::RuleError;

/// Turns papers (titles and abstracts) into a knowledge graph, by rules that you can read and change.
#[derive(Debug, Parser)]
#[command(
    name = "papergraph",
    version,
    max_term_width = 100,
    arg_required_else_help = true,
    after_help = EXAMPLES
)]
struct Cli {
    #[command(subcommand)]
    command: Command,
    #[command(flatten)]
    global: Global,
}

const EXAMPLES: &str = "\
Examples:
  papergraph build                             the graph of a built-in sample, into out/
  papergraph build papers.jsonl --out graph    that of your papers
  papergraph stats --graph graph/graph.json    ask it
  papergraph explain \"We fine-tune Llama 2 with LoRA on GSM8K.\"

Exit codes: 0 done; 1 done, but records were skipped and --strict was given, or a check failed;
2 unusable arguments, rules or input.";

/// What every subcommand takes.
#[derive(Clone, Debug, clap::Args)]
struct Global {
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
    Build(build::Build),
    Export(export::Export),
    Extract(extract::Extract),
    Explain(explain::Explain),
    Stats(stats::StatsArgs),
    Search(search::SearchArgs),
    Neighbors(neighbors::NeighborsArgs),
    Path(path::PathArgs),
    Common(common::CommonArgs),
    Diff(diff::DiffArgs),
    Dot(dot::Dot),
    Render(dot::Render),
    Eval(eval::Eval),
    Rules(rules::Rules),
    Completions(completions::Completions),
}

/// How a subcommand that came to its end went.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Outcome {
    /// As it should.
    Done,
    /// A check failed, or records were skipped under `--strict`.
    Failed,
}

impl From<Outcome> for ExitCode {
    fn from(outcome: Outcome) -> Self {
        match outcome {
            Outcome::Done => Self::SUCCESS,
            Outcome::Failed => Self::from(1),
        }
    }
}

/// Runs the program with the arguments of the process; the exit code tells how it went (see its help).
pub fn main() -> ExitCode {
    match run(&Cli::parse()) {
        Ok(code) => code,
        // What the shell reports of a program that ended because nobody reads its output any more (128 + SIGPIPE).
        Err(error) if output::is_closed_pipe(&error) => ExitCode::from(141),
        Err(error) => {
            output::say(&message_of(&error));
            ExitCode::from(2)
        }
    }
}

fn run(cli: &Cli) -> anyhow::Result<ExitCode> {
    let global = &cli.global;
    if let Some(threads) = global.threads {
        rayon::ThreadPoolBuilder::new().num_threads(threads.into()).build_global()?;
    }
    let outcome = match &cli.command {
        Command::Build(command) => command.run(global),
        Command::Export(command) => command.run(global),
        Command::Extract(command) => command.run(global),
        Command::Explain(command) => command.run(global),
        Command::Dot(command) => command.run(),
        Command::Render(command) => command.run(global),
        Command::Eval(command) => command.run(),
        Command::Rules(command) => command.run(global),
        Command::Completions(command) => command.run(),
        Command::Stats(args) => return answer(|out| stats::run(args, out)),
        Command::Search(args) => return answer(|out| search::run(args, out)),
        Command::Neighbors(args) => return answer(|out| neighbors::run(args, out)),
        Command::Path(args) => return answer(|out| path::run(args, out)),
        Command::Common(args) => return answer(|out| common::run(args, out)),
        Command::Diff(args) => return answer(|out| diff::run(args, out)),
    };
    outcome.map(ExitCode::from)
}

/// Runs a question whose answer goes to standard output.
fn answer(question: impl FnOnce(&mut dyn Write) -> anyhow::Result<ExitCode>) -> anyhow::Result<ExitCode> {
    let mut out = BufWriter::new(io::stdout().lock());
    let code = question(&mut out)?;
    out.flush()?;
    Ok(code)
}

/// The error as people read it; a mistake in a rule file with the line it stands in.
fn message_of(error: &anyhow::Error) -> String {
    if let Some(RuleError::Invalid(problem)) = error.downcast_ref::<RuleError>() {
        let text = problem.render(output::stderr_has_color());
        return text.trim_end().to_string();
    }
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

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_arguments_are_well_formed() {
        Cli::command().debug_assert();
    }

    #[test]
    fn every_subcommand_has_examples() {
        fn examine(command: &clap::Command) {
            let name = command.get_name();
            if command.has_subcommands() {
                command.get_subcommands().for_each(examine);
            } else {
                assert!(command.get_after_help().is_some(), "{name} has no examples");
                assert!(command.get_about().is_some(), "{name} says not what it does");
            }
        }
        examine(&Cli::command());
    }

    #[test]
    fn causes_are_said_once() {
        let error = anyhow::anyhow!("no").context("x: no").context("y");
        assert_eq!(message_of(&error), "error: y: x: no");
    }
}
