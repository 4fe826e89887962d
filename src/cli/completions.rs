//! `papergraph completions`: what shells complete commands with.

use clap::CommandFactory;
use clap_complete::Shell;

use super::{Cli, Outcome, output};

/// Print completions for a shell
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  papergraph completions bash > ~/.local/share/bash-completion/completions/papergraph
  papergraph completions zsh > ~/.zfunc/_papergraph
  papergraph completions fish > ~/.config/fish/completions/papergraph.fish")]
pub struct Completions {
    /// The shell
    #[arg(value_enum)]
    shell: Shell,
}

impl Completions {
    pub fn run(&self) -> anyhow::Result<Outcome> {
        let mut script = Vec::new();
        clap_complete::generate(self.shell, &mut Cli::command(), "papergraph", &mut script);
        output::print(&String::from_utf8_lossy(&script))?;
        Ok(Outcome::Done)
    }
}
