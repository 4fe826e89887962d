//! `papergraph rules`: tools for those who write rules.

mod check;
mod count;
mod fit;
mod list;
mod profile;
mod suggest;
mod test;

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
    Check(check::Check),
    Test(test::Test),
    List(list::List),
    Schema(list::JsonSchema),
    Suggest(suggest::Suggest),
    Count(count::Count),
    Fit(fit::Fit),
    Profile(profile::Profile),
}

impl Rules {
    pub fn run(&self, global: &Global) -> anyhow::Result<Outcome> {
        match &self.command {
            Command::Check(command) => command.run(global),
            Command::Test(command) => command.run(global),
            Command::List(command) => command.run(),
            Command::Schema(command) => command.run(),
            Command::Suggest(command) => command.run(global),
            Command::Count(command) => command.run(global),
            Command::Fit(command) => command.run(global),
            Command::Profile(command) => command.run(),
        }
    }
}
