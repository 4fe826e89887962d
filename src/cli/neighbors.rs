//! `papergraph neighbors`: what stands next to a node?

use std::io::Write;
use std::process::ExitCode;

use anyhow::Result;
use clap::{Args, ValueEnum};
use petgraph::Direction;
use serde::Serialize;

use super::ask::{
    AskArgs, Format, NodeLine, evidence, meant, plain, relation_meant, type_meant, write_csv, write_json, write_meant,
    write_table,
};
use crate::graph::{KnowledgeGraph, Neighbor, NeighborFilter, NeighborGroup, neighbors};

/// Show what stands next to a node of a built graph, by relation
#[derive(Args, Clone, Debug)]
#[command(after_help = "\
Examples:
  papergraph neighbors LoRA                                   all that speak of LoRA, and its family
  papergraph neighbors LoRA --relation uses --evidence        with the sentences that say so
  papergraph neighbors model:llama-2 --type Paper --limit 100 --csv
  papergraph neighbors 1706.03762 --direction out             what a paper speaks of")]
pub struct NeighborsArgs {
    /// A name, an alias, or an id
    #[arg(value_name = "NODE")]
    pub node: String,
    /// Only edges of this relation; may be repeated
    #[arg(long = "relation", value_name = "RELATION")]
    pub relations: Vec<String>,
    /// Only neighbours of this type: Paper, Topic, or an entity type; may be repeated
    #[arg(long = "type", value_name = "TYPE")]
    pub types: Vec<String>,
    /// Only edges from the node, or only edges to it
    #[arg(long, value_name = "DIRECTION")]
    pub direction: Option<EdgeDirection>,
    /// Show a sentence for each edge
    #[arg(long)]
    pub evidence: bool,
    /// Most neighbours to show by each relation
    #[arg(long, value_name = "N", default_value_t = 20)]
    pub limit: usize,
    /// The graph and the format of the answer.
    #[command(flatten)]
    pub ask: AskArgs,
}

/// Direction of an edge, seen from the node asked about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum EdgeDirection {
    /// From the node.
    Out,
    /// To the node.
    In,
}

#[derive(Serialize)]
struct Answer<'g> {
    node: NodeLine,
    groups: Vec<GroupLine<'g>>,
}

#[derive(Serialize)]
struct GroupLine<'g> {
    relation: &'g str,
    direction: &'static str,
    /// Number of neighbours, of which the limit may have cut some.
    total: usize,
    neighbors: Vec<NeighborLine>,
}

#[derive(Serialize)]
struct NeighborLine {
    #[serde(flatten)]
    node: NodeLine,
    confidence: f32,
    count: u32,
    weight: f32,
    evidence: Vec<String>,
}

/// Answers `papergraph neighbors`.
///
/// # Errors
///
/// If the graph cannot be read, the node, a relation or a type is unknown, or the answer cannot be written.
pub fn run(args: &NeighborsArgs, out: &mut dyn Write) -> Result<ExitCode> {
    let graph = args.ask.load_part(|index| index.around(&args.node), |graph| graph)?;
    let found = meant(&graph, &args.node)?;
    let filter = NeighborFilter {
        relations: args.relations.iter().map(|name| relation_meant(&graph, name)).collect::<Result<_>>()?,
        types: args.types.iter().map(|name| type_meant(&graph.schema, name)).collect::<Result<_>>()?,
        direction: args.direction.map(|direction| match direction {
            EdgeDirection::Out => Direction::Outgoing,
            EdgeDirection::In => Direction::Incoming,
        }),
    };
    let groups = neighbors(&graph, found.index, &filter);
    let groups: Vec<GroupLine<'_>> = groups.iter().map(|group| group_line(&graph, group, args.limit)).collect();
    match args.ask.format() {
        Format::Json => write_json(out, &Answer { node: NodeLine::new(&graph, found.index), groups })?,
        Format::Csv => write_csv(
            out,
            ["relation", "direction", "id", "type", "label", "confidence", "count", "weight", "evidence"],
            groups.iter().flat_map(csv_rows),
        )?,
        Format::Text => {
            write_meant(out, &graph, &found)?;
            write_text(out, &groups, args.evidence)?;
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn group_line<'g>(graph: &'g KnowledgeGraph, group: &NeighborGroup, limit: usize) -> GroupLine<'g> {
    let line = |neighbor: &Neighbor| {
        let edge = &graph.graph[neighbor.edge];
        NeighborLine {
            node: NodeLine::new(graph, neighbor.node),
            confidence: edge.confidence,
            count: edge.count,
            weight: edge.weight,
            evidence: evidence(graph, neighbor.edge),
        }
    };
    GroupLine {
        relation: &graph.schema.relation(group.relation).id,
        direction: if group.direction == Direction::Outgoing { "out" } else { "in" },
        total: group.neighbors.len(),
        neighbors: group.neighbors.iter().take(limit).map(line).collect(),
    }
}

fn csv_rows<'g>(group: &'g GroupLine<'_>) -> impl Iterator<Item = [String; 9]> + 'g {
    group.neighbors.iter().map(|neighbor| {
        [
            group.relation.to_owned(),
            group.direction.to_owned(),
            neighbor.node.id.clone(),
            neighbor.node.type_label.clone(),
            neighbor.node.label.clone(),
            neighbor.confidence.to_string(),
            neighbor.count.to_string(),
            neighbor.weight.to_string(),
            neighbor.evidence.first().cloned().unwrap_or_default(),
        ]
    })
}

fn write_text(out: &mut dyn Write, groups: &[GroupLine<'_>], with_evidence: bool) -> Result<()> {
    if groups.is_empty() {
        writeln!(out, "no such neighbours")?;
    }
    for group in groups {
        let arrow = if group.direction == "out" { "->" } else { "<-" };
        writeln!(out, "\n{arrow} {} ({})", group.relation, group.total)?;
        let row = |line: &NeighborLine| {
            [
                line.node.type_label.clone(),
                format!("{:.2}", line.confidence),
                line.node.label.clone(),
                line.node.id.clone(),
            ]
        };
        if with_evidence {
            for line in &group.neighbors {
                write_table(out, 2, &[row(line)])?;
                if let Some(sentence) = line.evidence.first() {
                    writeln!(out, "      \"{}\"", plain(sentence))?;
                }
            }
        } else {
            write_table(out, 2, &group.neighbors.iter().map(row).collect::<Vec<_>>())?;
        }
        if group.total > group.neighbors.len() {
            writeln!(out, "  ... and {} more (--limit)", group.total - group.neighbors.len())?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::super::ask::testing::answers;
    use super::*;

    fn args(node: &str, ask: AskArgs) -> NeighborsArgs {
        NeighborsArgs {
            node: node.to_owned(),
            relations: Vec::new(),
            types: Vec::new(),
            direction: None,
            evidence: false,
            limit: 20,
            ask,
        }
    }

    #[test]
    fn papers_stand_by_relation_with_their_evidence() {
        let (text, json, csv) = answers(|ask, out| run(&NeighborsArgs { evidence: true, ..args("looknet", ask) }, out));
        assert!(text.contains("<- introduces (1)\n  Paper  0.90  Seeing more  paper:p1\n"), "{text}");
        assert!(text.contains("\"We present LookNet.\""), "{text}");
        assert_eq!(json["groups"][1]["relation"], "uses");
        assert_eq!(json["groups"][1]["neighbors"][0]["evidence"][0], "LookNet is our base.");
        assert!(csv.contains("uses,in,paper:p2,Paper,\"Seeing, again\",1,1,1,LookNet is our base.\n"), "{csv}");
    }

    #[test]
    fn filters_are_applied() {
        let (_, json, _) = answers(|ask, out| {
            let relations = vec!["evaluated on".to_owned()];
            run(&NeighborsArgs { relations, direction: Some(EdgeDirection::Out), ..args("p1", ask) }, out)
        });
        assert_eq!(json["groups"].as_array().unwrap().len(), 1);
        assert_eq!(json["groups"][0]["neighbors"][0]["id"], "dataset:shapes");
        let (text, ..) = answers(|ask, out| run(&NeighborsArgs { limit: 0, ..args("shapes", ask) }, out));
        assert!(text.contains("... and 1 more"), "{text}");
    }
}
