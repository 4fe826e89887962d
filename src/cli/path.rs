//! `papergraph path`: how do two nodes hang together?

use std::io::Write;
use std::process::ExitCode;

use anyhow::Result;
use clap::Args;
use serde::Serialize;

use super::ask::{
    AskArgs, Format, NodeLine, counted, evidence, meant, plain, relation_id, write_csv, write_json, write_meant,
};
use crate::graph::{KnowledgeGraph, PathStep, shortest_path};

/// Find the shortest telling way between two nodes of a built graph
#[derive(Args, Clone, Debug)]
#[command(after_help = "\
The way may follow edges against their direction. It goes around nodes that everything touches, unless
that makes it much longer.

Examples:
  papergraph path LoRA QLoRA
  papergraph path 1706.03762 \"image segmentation\" --json")]
pub struct PathArgs {
    /// Where to start: a name, an alias, or an id
    #[arg(value_name = "FROM")]
    pub from: String,
    /// Where to end
    #[arg(value_name = "TO")]
    pub to: String,
    /// The graph and the format of the answer.
    #[command(flatten)]
    pub ask: AskArgs,
}

#[derive(Serialize)]
struct Answer<'g> {
    from: NodeLine,
    to: NodeLine,
    /// Is there a way?
    connected: bool,
    steps: Vec<StepLine<'g>>,
}

#[derive(Serialize)]
struct StepLine<'g> {
    relation: &'g str,
    /// `out`: the edge is taken from its source to its target.
    direction: &'static str,
    node: NodeLine,
    evidence: Vec<String>,
}

/// Answers `papergraph path`.
///
/// # Errors
///
/// If the graph cannot be read, a node is unknown, or the answer cannot be written.
pub fn run(args: &PathArgs, out: &mut dyn Write) -> Result<ExitCode> {
    let graph = args.ask.load_part(|index| index.way(&args.from, &args.to), |graph| graph)?;
    let (from, to) = (meant(&graph, &args.from)?, meant(&graph, &args.to)?);
    let path = shortest_path(&graph, from.index, to.index);
    let steps: Vec<StepLine<'_>> = path.iter().flatten().map(|step| step_line(&graph, step)).collect();
    match args.ask.format() {
        Format::Json => {
            let [from, to] = [&from, &to].map(|found| NodeLine::new(&graph, found.index));
            write_json(out, &Answer { from, to, connected: path.is_some(), steps })?;
        }
        Format::Csv => {
            let rows = steps.into_iter().zip(1..).map(|(step, number)| {
                let NodeLine { id, type_label, label } = step.node;
                let [relation, direction] = [step.relation, step.direction].map(str::to_owned);
                [number.to_string(), relation, direction, id, type_label, label]
            });
            write_csv(out, ["step", "relation", "direction", "id", "type", "label"], rows)?;
        }
        Format::Text => {
            write_meant(out, &graph, &from)?;
            write_text(out, &steps)?;
            if path.is_none() {
                write_meant(out, &graph, &to)?;
                writeln!(out, "no way leads from one to the other")?;
            } else {
                writeln!(out, "{}", counted(steps.len(), "step", "steps"))?;
            }
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn step_line<'g>(graph: &'g KnowledgeGraph, step: &PathStep) -> StepLine<'g> {
    StepLine {
        relation: relation_id(graph, step.edge),
        direction: if step.forward { "out" } else { "in" },
        node: NodeLine::new(graph, step.node),
        evidence: evidence(graph, step.edge),
    }
}

fn write_text(out: &mut dyn Write, steps: &[StepLine<'_>]) -> Result<()> {
    for step in steps {
        let arrow = if step.direction == "out" { "->" } else { "<-" };
        let sentence = step.evidence.first().map(|text| format!("   \"{}\"", plain(text))).unwrap_or_default();
        writeln!(out, "  {arrow} {}{sentence}", step.relation)?;
        writeln!(out, "{}  {}  [{}]", plain(&step.node.label), plain(&step.node.id), step.node.type_label)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::super::ask::testing::answers;
    use super::*;

    fn args(from: &str, to: &str, ask: AskArgs) -> PathArgs {
        PathArgs { from: from.to_owned(), to: to.to_owned(), ask }
    }

    #[test]
    fn a_way_is_told_step_by_step() {
        let (text, json, csv) = answers(|ask, out| run(&args("shapes", "p2", ask), out));
        assert_eq!(
            text,
            "Shapes  dataset:shapes  [Dataset]\n  \
             <- evaluated_on   \"It does well on Shapes.\"\nSeeing more  paper:p1  [Paper]\n  \
             -> introduces   \"We present LookNet.\"\nLookNet  model:looknet  [Model]\n  \
             <- uses   \"LookNet is our base.\"\nSeeing, again  paper:p2  [Paper]\n3 steps\n"
        );
        assert_eq!(json["steps"][2]["node"]["id"], "paper:p2");
        assert!(csv.contains("\n2,introduces,out,model:looknet,Model,LookNet\n"), "{csv}");
    }

    #[test]
    fn islands_are_said_to_be_islands() {
        let (text, json, _) = answers(|ask, out| run(&args("island", "p2", ask), out));
        assert!(text.ends_with("no way leads from one to the other\n"), "{text}");
        assert_eq!(json["connected"], false);
    }
}
