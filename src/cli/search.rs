//! `papergraph search`: which nodes are called like this?

use std::io::Write;
use std::process::ExitCode;

use anyhow::Result;
use clap::Args;
use serde::Serialize;

use super::ask::{AskArgs, Format, NodeLine, type_meant, write_csv, write_json, write_table};
use crate::graph::{Match, SearchHit, search};
use crate::rules::Schema;

/// Find papers, entities and topics of a built graph by name
#[derive(Args, Clone, Debug)]
#[command(after_help = "\
Names and aliases are searched; case, hyphens and plurals do not matter. Exact names come first, then
names that begin with the query, that have it as a word, that have it anywhere; what more papers speak
of comes before what fewer do.

Examples:
  papergraph search lora
  papergraph search \"diffusion model\" --type Model --limit 50
  papergraph search imagenet --csv > imagenet.csv")]
pub struct SearchArgs {
    /// A name or a part of one
    #[arg(value_name = "NAME")]
    pub name: String,
    /// Only nodes of this type: Paper, Topic, or an entity type; may be repeated
    #[arg(long = "type", value_name = "TYPE")]
    pub types: Vec<String>,
    /// Most answers to give
    #[arg(long, value_name = "N", default_value_t = 20)]
    pub limit: usize,
    /// The graph and the format of the answer.
    #[command(flatten)]
    pub ask: AskArgs,
}

#[derive(Serialize)]
struct Hit<'g> {
    #[serde(flatten)]
    node: NodeLine,
    papers: u32,
    #[serde(rename = "match")]
    kind: &'static str,
    matched: &'g str,
}

/// Answers `papergraph search`.
///
/// # Errors
///
/// If the graph cannot be read, a type is unknown, or the answer cannot be written.
pub fn run(args: &SearchArgs, out: &mut dyn Write) -> Result<ExitCode> {
    let types_meant =
        |schema: &Schema| args.types.iter().map(|name| type_meant(schema, name)).collect::<Result<Vec<_>>>();
    let (graph, total) = args.ask.load_part(
        |index| {
            // An unknown type is told below.
            let types = types_meant(index.schema()).unwrap_or_default();
            let (graph, total) = index.search(&args.name, args.limit, &types)?;
            Ok((graph, Some(total)))
        },
        |graph| (graph, None),
    )?;
    let types = types_meant(&graph.schema)?;
    let mut found = search(&graph, &args.name);
    found.retain(|hit| types.is_empty() || types.iter().any(|label| label == hit.node.type_label(&graph.schema)));
    let total = total.unwrap_or(found.len());
    let line = |hit: &SearchHit<'_>| NodeLine::new(&graph, hit.index);
    let hits: Vec<Hit<'_>> = found
        .iter()
        .take(args.limit)
        .map(|hit| Hit {
            node: line(hit),
            papers: hit.node.paper_count(),
            kind: kind_name(hit.kind),
            matched: hit.matched,
        })
        .collect();
    match args.ask.format() {
        Format::Json => write_json(out, &hits)?,
        Format::Csv => {
            let rows = hits.into_iter().map(|hit| {
                let NodeLine { id, type_label, label } = hit.node;
                [id, type_label, label, hit.papers.to_string(), hit.kind.to_owned(), hit.matched.to_owned()]
            });
            write_csv(out, ["id", "type", "label", "papers", "match", "matched"], rows)?;
        }
        Format::Text => write_text(out, &args.name, &hits, total)?,
    }
    Ok(ExitCode::SUCCESS)
}

fn kind_name(kind: Match) -> &'static str {
    match kind {
        Match::Exact => "exact",
        Match::Prefix => "prefix",
        Match::Word => "word",
        Match::Substring => "substring",
    }
}

fn write_text(out: &mut dyn Write, name: &str, hits: &[Hit<'_>], total: usize) -> Result<()> {
    if hits.is_empty() {
        writeln!(out, "nothing in the graph is called \"{name}\"")?;
        return Ok(());
    }
    let rows = hits.iter().map(|hit| {
        let also = if hit.matched == hit.node.label { String::new() } else { format!("(as {})", hit.matched) };
        let papers = if hit.node.type_label == "Paper" { String::new() } else { hit.papers.to_string() };
        [hit.node.type_label.clone(), papers, hit.node.label.clone(), hit.node.id.clone(), also]
    });
    write_table(out, 0, &rows.collect::<Vec<_>>())?;
    if total > hits.len() {
        writeln!(out, "... and {} more (--limit)", total - hits.len())?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::super::ask::testing::answers;
    use super::*;

    fn args(name: &str, types: &[&str], limit: usize, ask: AskArgs) -> SearchArgs {
        let types = types.iter().map(|label| (*label).to_owned()).collect();
        SearchArgs { name: name.to_owned(), types, limit, ask }
    }

    #[test]
    fn an_alias_is_found_and_named_in_all_formats() {
        let (text, json, csv) = answers(|ask, out| run(&args("look net", &[], 9, ask), out));
        assert_eq!(text, "Model  2  LookNet  model:looknet  (as Look Net)\n");
        assert_eq!(json[0]["id"], "model:looknet");
        assert_eq!(json[0]["match"], "exact");
        assert_eq!(csv, "id,type,label,papers,match,matched\nmodel:looknet,Model,LookNet,2,exact,Look Net\n");
    }

    #[test]
    fn types_and_limits_hold() {
        let (text, ..) = answers(|ask, out| run(&args("seeing", &[], 1, ask), out));
        assert!(text.contains("... and 1 more"), "{text}");
        let (text, json, csv) = answers(|ask, out| run(&args("seeing", &["model"], 9, ask), out));
        assert_eq!(text, "nothing in the graph is called \"seeing\"\n");
        assert_eq!(json, serde_json::json!([]));
        assert_eq!(csv, "id,type,label,papers,match,matched\n");
    }
}
