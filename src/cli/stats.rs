//! `papergraph stats`: what is in a graph, in numbers.

use std::io::Write;
use std::process::ExitCode;

use anyhow::Result;
use clap::Args;

use super::ask::{AskArgs, Format, counted, write_csv, write_json, write_table};
use crate::graph::Statistics;

/// Count what is in a built graph
#[derive(Args, Clone, Debug)]
#[command(after_help = "\
Examples:
  papergraph stats                       counts and the most spoken-of entities
  papergraph stats --top 20 --json       more of them, for a script
  papergraph stats --graph old/graph.json --csv")]
pub struct StatsArgs {
    /// How many entities of each type to name
    #[arg(long, value_name = "N", default_value_t = 5)]
    pub top: usize,
    /// The graph and the format of the answer.
    #[command(flatten)]
    pub ask: AskArgs,
}

/// Answers `papergraph stats`.
///
/// # Errors
///
/// If the graph cannot be read or the answer cannot be written.
pub fn run(args: &StatsArgs, out: &mut dyn Write) -> Result<ExitCode> {
    let graph = args.ask.load()?;
    let statistics = Statistics::of(&graph, args.top);
    match args.ask.format() {
        Format::Json => write_json(out, &statistics)?,
        Format::Csv => write_csv(out, ["kind", "name", "count"], rows(&statistics))?,
        Format::Text => write_text(out, &statistics)?,
    }
    Ok(ExitCode::SUCCESS)
}

fn rows(statistics: &Statistics) -> Vec<[String; 3]> {
    let row = |kind: &str, name: &str, count: usize| [kind.to_owned(), name.to_owned(), count.to_string()];
    let mut rows = vec![
        row("nodes", "papers", statistics.papers),
        row("nodes", "entities", statistics.entities),
        row("nodes", "topics", statistics.topics),
        row("edges", "all", statistics.edges),
        row("papers", "without entities", statistics.papers_without_entities),
        row("graph", "components", statistics.components),
    ];
    rows.extend(statistics.types.iter().map(|count| row("type", &count.label, count.entities)));
    rows.extend(statistics.relations.iter().map(|count| row("relation", &count.relation, count.edges)));
    let top = statistics.types.iter().flat_map(|count| &count.top);
    rows.extend(top.map(|(id, _, papers)| row("entity", id, *papers as usize)));
    rows
}

fn write_text(out: &mut dyn Write, statistics: &Statistics) -> Result<()> {
    let years = match (statistics.first_year, statistics.last_year) {
        (Some(first), Some(last)) if first == last => format!(" of {first}"),
        (Some(first), Some(last)) => format!(" of {first} to {last}"),
        _ => String::new(),
    };
    writeln!(
        out,
        "{}{years}, {}, {}, {}, in {}",
        counted(statistics.papers, "paper", "papers"),
        counted(statistics.entities, "entity", "entities"),
        counted(statistics.topics, "topic", "topics"),
        counted(statistics.edges, "edge", "edges"),
        counted(statistics.components, "part", "parts"),
    )?;
    if statistics.papers_without_entities > 0 {
        writeln!(out, "{} without any entity", counted(statistics.papers_without_entities, "paper", "papers"))?;
    }
    writeln!(out, "\nEntities by type, and those that most papers speak of")?;
    let types = statistics.types.iter().map(|count| {
        let top: Vec<String> = count.top.iter().map(|(_, name, papers)| format!("{name} ({papers})")).collect();
        [count.label.clone(), count.entities.to_string(), top.join(", ")]
    });
    write_table(out, 2, &types.collect::<Vec<_>>())?;
    writeln!(out, "\nEdges by relation, and their mean confidence")?;
    let relations = statistics
        .relations
        .iter()
        .filter(|count| count.edges > 0)
        .map(|count| [count.relation.clone(), count.edges.to_string(), format!("{:.2}", count.mean_confidence)]);
    write_table(out, 2, &relations.collect::<Vec<_>>())
}

#[cfg(test)]
mod tests {
    use super::super::ask::testing::answers;
    use super::*;

    #[test]
    fn all_formats_tell_the_same_counts() {
        let (text, json, csv) = answers(|ask, out| run(&StatsArgs { top: 2, ask }, out));
        assert!(text.starts_with("2 papers of 2020 to 2021, 3 entities, 0 topics, 3 edges, in 2 parts\n"), "{text}");
        assert!(text.contains("Model     1  LookNet (2)"), "{text}");
        assert_eq!(json["types"][0]["top"][0][0], "model:looknet");
        assert!(csv.starts_with("kind,name,count\nnodes,papers,2\n"), "{csv}");
        assert!(csv.contains("relation,uses,1\n"), "{csv}");
    }
}
