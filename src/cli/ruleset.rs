//! `--rules`: which rules a run uses.

use std::path::Path;

use crate::extract::Extractor;
use crate::rules::{RuleError, RuleFiles, RuleFolder};

/// The rules of a run.
#[derive(Clone, Debug, Default, clap::Args)]
pub struct RulesOption {
    /// Use the rules in DIR instead of the default ones; `+DIR` lays them over those before. May be given several times
    #[arg(long = "rules", value_name = "DIR|+DIR")]
    folders: Vec<String>,
}

impl RulesOption {
    /// The folders, laid over one another.
    pub fn folder(&self) -> Result<RuleFolder, RuleError> {
        let mut folder = RuleFolder::embedded();
        for argument in &self.folders {
            folder = match argument.strip_prefix('+') {
                Some(upper) => folder.overlay(RuleFolder::read(Path::new(upper))?),
                None => RuleFolder::read(Path::new(argument))?,
            };
        }
        Ok(folder)
    }

    /// The contents of the folders.
    pub fn files(&self) -> Result<RuleFiles, RuleError> {
        self.folder()?.parse()
    }

    /// The rules, ready to run.
    pub fn extractor(&self) -> Result<Extractor, RuleError> {
        Ok(Extractor::new(&self.files()?))
    }
}
