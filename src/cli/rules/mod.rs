//! `papergraph rules`: tools for those who write rules.

mod fit;

use clap::Subcommand;

use super::{Global, Outcome};

/// Check, test, list, fit and improve rules
#[derive(Debug, clap::Args)]
pub struct Rules {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Fit(fit::Fit),
}

impl Rules {
    pub fn run(&self, global: &Global) -> anyhow::Result<Outcome> {
        match &self.command {
            Command::Fit(command) => command.run(global),
        }
    }
}
