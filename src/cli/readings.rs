//! `--add` and `--remove`: a graph that grows.

use std::fs::File;
use std::path::{Path, PathBuf};

use anyhow::{Context, anyhow, bail};
use rustc_hash::{FxHashMap, FxHashSet};

use super::input::Papers;
use crate::export::{GENERATOR, READINGS_FILE};
use crate::resolve::{Archive, Reading};

/// What of an earlier run is kept.
#[derive(Clone, Debug, Default, clap::Args)]
#[command(next_help_heading = "A graph that grows")]
pub struct Growth {
    /// Add the papers to this graph, of which only readings.jsonl.zst beside it is read; the result is as if all papers
    /// were built at once. A paper with the id of an earlier one is its new version and takes its place
    #[arg(long, value_name = "GRAPH.JSON")]
    add: Option<PathBuf>,
    /// Leave out the earlier papers with these ids
    #[arg(long, value_name = "ID,...", value_delimiter = ',', requires = "add")]
    remove: Vec<String>,
}

impl Growth {
    /// Is there an earlier run to add to?
    pub fn is_given(&self) -> bool {
        self.add.is_some()
    }

    /// The folder of the earlier run.
    pub fn folder(&self) -> Option<&Path> {
        let path = self.add.as_deref()?;
        let folder = if path.is_dir() { path } else { path.parent()? };
        Some(if folder.as_os_str().is_empty() { Path::new(".") } else { folder })
    }

    /// The papers of the earlier run, without those to remove; none without `--add`.
    ///
    /// # Errors
    /// Its readings are missing or were made with other rules, or there is no paper with an id to remove.
    pub fn earlier(&self, rules: &str) -> anyhow::Result<Earlier> {
        let Some(folder) = self.folder() else {
            return Ok(Earlier::default());
        };
        let path = folder.join(READINGS_FILE);
        let file = File::open(&path).map_err(|error| {
            let what = format!("{} cannot be opened: {error}", path.display());
            anyhow!("{what}; `papergraph build` writes it with all formats, or with --format json,readings")
        })?;
        let mut absent: FxHashSet<&str> = self.remove.iter().map(|id| id.trim_start_matches("paper:")).collect();
        let removed = absent.clone();
        let mut earlier = Earlier::default();
        let readings = Archive::read(file, GENERATOR, rules).with_context(|| path.display().to_string())?;
        for reading in readings {
            let reading = reading.with_context(|| path.display().to_string())?;
            if removed.contains(reading.id.as_str()) {
                absent.remove(reading.id.as_str());
            } else {
                earlier.push(reading);
            }
        }
        if let Some(id) = self.remove.iter().find(|id| absent.contains(id.trim_start_matches("paper:"))) {
            bail!("the graph has no paper {id} that could be removed");
        }
        Ok(earlier)
    }
}

/// The papers of an earlier run, in their order.
#[derive(Default)]
pub struct Earlier {
    readings: Vec<Reading>,
    place_of_id: FxHashMap<String, usize>,
}

impl Earlier {
    fn push(&mut self, reading: Reading) {
        self.place_of_id.insert(reading.id.clone(), self.readings.len());
        self.readings.push(reading);
    }

    /// Are there none?
    pub fn is_empty(&self) -> bool {
        self.readings.is_empty()
    }

    /// Tells the reader of new papers which ones there are.
    pub fn make_known(&self, papers: &mut Papers) {
        for reading in &self.readings {
            papers.remember_earlier(&reading.id, &reading.title);
        }
    }

    /// Puts a new version in the place of the earlier one; gives the paper back if it is a new one.
    pub fn replace(&mut self, reading: Reading) -> Option<Reading> {
        match self.place_of_id.get(&reading.id) {
            Some(&place) => {
                self.readings[place] = reading;
                None
            }
            None => Some(reading),
        }
    }

    /// All papers in their order.
    pub fn into_readings(self) -> impl Iterator<Item = Reading> {
        self.readings.into_iter()
    }
}
