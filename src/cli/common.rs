//! `papergraph common`: what do two nodes share?

use std::io::Write;
use std::process::ExitCode;

use anyhow::Result;
use clap::Args;
use petgraph::graph::EdgeIndex;
use serde::Serialize;

use super::ask::{
    AskArgs, Format, NodeLine, counted, meant, relation_id, type_meant, write_csv, write_json, write_meant, write_table,
};
use crate::graph::{CommonNeighbor, KnowledgeGraph, common_neighbors};

/// Show what two nodes of a built graph share
#[derive(Args, Clone, Debug)]
#[command(after_help = "\
What few others have comes first: that two papers share a rare data set says more than that both use
language models.

Examples:
  papergraph common LoRA \"prompt tuning\" --type Paper      papers that speak of both
  papergraph common 2106.09685 2305.14314                  what two papers both speak of
  papergraph common ImageNet COCO --csv")]
pub struct CommonArgs {
    /// A name, an alias, or an id
    #[arg(value_name = "FIRST")]
    pub first: String,
    /// Another
    #[arg(value_name = "SECOND")]
    pub second: String,
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
struct Answer<'g> {
    first: NodeLine,
    second: NodeLine,
    /// Number of shared nodes, of which the limit may have cut some.
    total: usize,
    common: Vec<CommonLine<'g>>,
}

#[derive(Serialize)]
struct CommonLine<'g> {
    #[serde(flatten)]
    node: NodeLine,
    weight: f64,
    /// Relations between it and the first node.
    first: Vec<&'g str>,
    /// Relations between it and the second node.
    second: Vec<&'g str>,
}

/// Answers `papergraph common`.
///
/// # Errors
///
/// If the graph cannot be read, a node or type is unknown, or the answer cannot be written.
pub fn run(args: &CommonArgs, out: &mut dyn Write) -> Result<ExitCode> {
    let (graph, degrees) = args.ask.load_part(
        |index| index.shared(&args.first, &args.second),
        |graph| {
            let degrees = graph.graph.node_indices().map(|node| graph.degree(node)).collect();
            (graph, degrees)
        },
    )?;
    let (first, second) = (meant(&graph, &args.first)?, meant(&graph, &args.second)?);
    let types = args.types.iter().map(|name| type_meant(&graph.schema, name)).collect::<Result<Vec<_>>>()?;
    let mut shared = common_neighbors(&graph, first.index, second.index, |node| degrees[node.index()]);
    shared.retain(|common| {
        let label = graph.graph[common.node].type_label(&graph.schema);
        types.is_empty() || types.iter().any(|wanted| wanted == label)
    });
    let total = shared.len();
    let common: Vec<CommonLine<'_>> =
        shared.iter().take(args.limit).map(|common| common_line(&graph, common)).collect();
    match args.ask.format() {
        Format::Json => {
            let [first, second] = [&first, &second].map(|found| NodeLine::new(&graph, found.index));
            write_json(out, &Answer { first, second, total, common })?;
        }
        Format::Csv => {
            let rows = common.into_iter().map(|line| {
                let NodeLine { id, type_label, label } = line.node;
                [id, type_label, label, format!("{:.3}", line.weight), line.first.join(";"), line.second.join(";")]
            });
            write_csv(out, ["id", "type", "label", "weight", "first", "second"], rows)?;
        }
        Format::Text => {
            write_meant(out, &graph, &first)?;
            write_meant(out, &graph, &second)?;
            writeln!(out, "\n{}", counted(total, "shared node", "shared nodes"))?;
            let rows = common.iter().map(|line| {
                let relations = format!("{} | {}", line.first.join(", "), line.second.join(", "));
                [line.node.type_label.clone(), line.node.label.clone(), line.node.id.clone(), relations]
            });
            write_table(out, 2, &rows.collect::<Vec<_>>())?;
            if total > common.len() {
                writeln!(out, "  ... and {} more (--limit)", total - common.len())?;
            }
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn common_line<'g>(graph: &'g KnowledgeGraph, common: &CommonNeighbor) -> CommonLine<'g> {
    let relations = |edges: &[EdgeIndex]| edges.iter().map(|edge| relation_id(graph, *edge)).collect();
    CommonLine {
        node: NodeLine::new(graph, common.node),
        weight: common.weight,
        first: relations(&common.first),
        second: relations(&common.second),
    }
}

#[cfg(test)]
mod tests {
    use super::super::ask::testing::answers;
    use super::*;

    fn args(types: &[&str], limit: usize, ask: AskArgs) -> CommonArgs {
        let types = types.iter().map(|label| (*label).to_owned()).collect();
        CommonArgs { first: "p1".to_owned(), second: "p2".to_owned(), types, limit, ask }
    }

    #[test]
    fn shared_nodes_stand_with_both_relations() {
        let (text, json, csv) = answers(|ask, out| run(&args(&[], 5, ask), out));
        assert!(text.ends_with("\n1 shared node\n  Model  LookNet  model:looknet  introduces | uses\n"), "{text}");
        assert_eq!((&json["total"], &json["common"][0]["second"][0]), (&1.into(), &"uses".into()));
        assert!(csv.ends_with("\nmodel:looknet,Model,LookNet,0.910,introduces,uses\n"), "{csv}");
    }

    #[test]
    fn types_and_limits_hold() {
        let (text, ..) = answers(|ask, out| run(&args(&["dataset"], 5, ask), out));
        assert!(text.ends_with("\n0 shared nodes\n"), "{text}");
        let (text, ..) = answers(|ask, out| run(&args(&[], 0, ask), out));
        assert!(text.ends_with("... and 1 more (--limit)\n"), "{text}");
    }
}
