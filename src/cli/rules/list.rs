//! `papergraph rules list` and `papergraph rules schema`: what rules there are, and how they are written.

use std::path::PathBuf;

use anyhow::Context;

use crate::cli::Outcome;
use crate::cli::ask::{write_csv, write_table};
use crate::cli::output;
use crate::cli::ruleset::RulesOption;
use crate::rules::{RuleLine, json_schemas, list};

/// List every rule in a line: kind, id, type, relation, what it looks for
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  papergraph rules list
  papergraph rules list --rules +my-rules --csv > rules.csv")]
pub struct List {
    #[command(flatten)]
    rules: RulesOption,
    /// Print CSV with a header line
    #[arg(long)]
    csv: bool,
}

impl List {
    pub fn run(&self) -> anyhow::Result<Outcome> {
        let row = |line: RuleLine| {
            let RuleLine { kind, id, entity_type, relation, summary } = line;
            [kind.to_string(), id, entity_type, relation, summary]
        };
        let rows: Vec<[String; 5]> = list(&self.rules.files()?).into_iter().map(row).collect();
        let header = ["kind", "id", "type", "relation", "looks for"];
        let mut text = Vec::new();
        if self.csv {
            write_csv(&mut text, header, rows)?;
        } else {
            let with_header: Vec<[String; 5]> = std::iter::once(header.map(String::from)).chain(rows).collect();
            write_table(&mut text, 0, &with_header)?;
        }
        output::print(&String::from_utf8_lossy(&text))?;
        Ok(Outcome::Done)
    }
}

/// Print or write the JSON Schemas of rule files, with which editors complete and check them
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  papergraph rules schema                       the names of all
  papergraph rules schema heads.json            one of them
  papergraph rules schema --write my-rules      all, into my-rules/schemas/")]
pub struct JsonSchema {
    /// The schema to print
    #[arg(value_name = "NAME", conflicts_with = "write")]
    name: Option<String>,
    /// Write all into DIR/schemas/
    #[arg(long, value_name = "DIR")]
    write: Option<PathBuf>,
}

impl JsonSchema {
    pub fn run(&self) -> anyhow::Result<Outcome> {
        let schemas = json_schemas();
        if let Some(folder) = &self.write {
            let folder = folder.join("schemas");
            std::fs::create_dir_all(&folder).with_context(|| format!("cannot write to {}", folder.display()))?;
            for (name, text) in &schemas {
                output::write_file(&folder.join(name), text.as_bytes())?;
            }
            return Ok(Outcome::Done);
        }
        let names: Vec<&str> = schemas.iter().map(|(name, _)| *name).collect();
        let Some(wanted) = &self.name else {
            output::print(&format!("{}\n", names.join("\n")))?;
            return Ok(Outcome::Done);
        };
        let (_, text) = schemas
            .iter()
            .find(|(name, _)| name == wanted || name.strip_suffix(".json") == Some(wanted))
            .with_context(|| format!("there is no schema {wanted}; there are {}", names.join(", ")))?;
        output::print(text)?;
        Ok(Outcome::Done)
    }
}
