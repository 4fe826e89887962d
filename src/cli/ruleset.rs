//! `--rules`: which rules a run uses.

use std::fmt::{self, Write as _};
use std::path::Path;

use crate::extract::Extractor;
use crate::rules::{RuleError, RuleFiles, RuleFolder};
use crate::text::stable_hash;

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

    /// The rules, ready to run. They stay until the program ends: taking their thousands of parts down would take longer
    /// than a short run does.
    pub fn extractor(&self) -> Result<&'static Extractor, RuleError> {
        let files = Box::leak(Box::new(self.files()?));
        Ok(Box::leak(Box::new(Extractor::new(files))))
    }
}

/// A fingerprint of everything that the rules say, however they are laid out in folders.
pub fn fingerprint(files: &RuleFiles) -> String {
    let mut all = Fingerprint(0);
    let RuleFiles { schema, lexicons, ambiguous, patterns, cues, heads, stop, tables } = files;
    let lexicons: Vec<_> = lexicons.iter().map(|(entity_type, names)| (*entity_type, names.rows())).collect();
    // Writing to a fingerprint never fails.
    let _ = write!(all, "{schema:?}{lexicons:?}{ambiguous:?}{patterns:?}{cues:?}{heads:?}{stop:?}");
    for (path, table) in tables {
        let _ = write!(all, "{path} {}", stable_hash(table.csv()));
    }
    format!("{:016x}", all.0)
}

/// A running hash of all that is written to it, piece by piece.
struct Fingerprint(u64);

impl fmt::Write for Fingerprint {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        self.0 = self.0.rotate_left(5) ^ stable_hash(text.as_bytes());
        Ok(())
    }
}
