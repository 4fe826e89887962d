//! `papergraph diff`: what changed from one graph to another?

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Result;
use clap::Args;
use serde::Serialize;
use serde_json::{Value as JsonValue, json};

use super::ask::{load, plain, write_json};
use crate::export::View;
use crate::export::diff::{Changed, ChangedValue, Diff, OwnedValue, write_cypher};
use crate::export::view::{EdgeView, NodeView};

/// Longest value shown in a text, in characters.
const MOST_CHARACTERS: usize = 60;

/// Show what came, went and changed from one built graph to another
#[derive(Args, Clone, Debug)]
#[command(after_help = "\
The text names what changed in papers and entities themselves. Ranks, places and topics change with almost every new
paper: they are counted there, and spelled out with --json and --cypher.

Examples:
  papergraph diff november/graph.json december/graph.json
  papergraph diff november december --json            folders will do
  papergraph diff november december --cypher | cypher-shell    bring a Neo4j database up to date")]
pub struct DiffArgs {
    /// The graph as it was: graph.json, or the folder that holds it
    #[arg(value_name = "OLD")]
    old: PathBuf,
    /// The graph as it is
    #[arg(value_name = "NEW")]
    new: PathBuf,
    /// Everything, in JSON
    #[arg(long, conflicts_with = "cypher")]
    json: bool,
    /// Statements for Neo4j and Memgraph that turn the old graph into the new one
    #[arg(long)]
    cypher: bool,
    /// Most lines of each kind in the text
    #[arg(long, value_name = "N", default_value_t = 20)]
    limit: usize,
}

/// Answers `papergraph diff`.
///
/// # Errors
///
/// If a graph cannot be read, or the answer cannot be written.
pub fn run(args: &DiffArgs, out: &mut dyn Write) -> Result<ExitCode> {
    let [old, new] = [load(&file(&args.old))?, load(&file(&args.new))?];
    let (old, new) = (View::new(&old), View::new(&new));
    let diff = Diff::of(&old, &new);
    if args.json {
        write_json(out, &answer(&diff))?;
    } else if args.cypher {
        write_cypher(&diff, &mut &mut *out)?;
    } else {
        write_text(&diff, args.limit, out)?;
    }
    Ok(ExitCode::SUCCESS)
}

/// The graph itself, or that in a folder.
fn file(path: &Path) -> PathBuf {
    if path.is_dir() { path.join("graph.json") } else { path.to_path_buf() }
}

#[derive(Serialize)]
struct Answer {
    nodes: Changes<JsonValue>,
    edges: Changes<JsonValue>,
}

#[derive(Serialize)]
struct Changes<T> {
    came: Vec<T>,
    went: Vec<T>,
    changed: Vec<T>,
}

fn answer(diff: &Diff<'_>) -> Answer {
    let nodes = |nodes: &[NodeView<'_>]| nodes.iter().map(node_json).collect();
    let edges = |edges: &[EdgeView<'_>]| edges.iter().map(edge_json).collect();
    Answer {
        nodes: Changes {
            came: nodes(&diff.nodes_came),
            went: nodes(&diff.nodes_went),
            changed: diff.nodes_changed.iter().map(|change| with_changes(node_json(&change.new), change)).collect(),
        },
        edges: Changes {
            came: edges(&diff.edges_came),
            went: edges(&diff.edges_went),
            changed: diff.edges_changed.iter().map(|change| with_changes(edge_json(&change.new), change)).collect(),
        },
    }
}

fn node_json(node: &NodeView<'_>) -> JsonValue {
    json!({"id": node.node.id, "type": node.type_label, "label": node.node.label})
}

fn edge_json(edge: &EdgeView<'_>) -> JsonValue {
    json!({
        "source": edge.source.id,
        "relation": edge.relation.id,
        "target": edge.target.id,
        "confidence": edge.confidence(),
        "sentence": edge.sentence(),
    })
}

/// The object with the changes as `{"year": {"old": 2020, "new": 2021}}`.
fn with_changes<T>(mut object: JsonValue, change: &Changed<T>) -> JsonValue {
    let values = change.values.iter().map(|value| {
        let both = json!({"old": value.old.as_ref().map(value_json), "new": value.new.as_ref().map(value_json)});
        (value.name.to_owned(), both)
    });
    object["changes"] = JsonValue::Object(values.collect());
    object
}

fn value_json(value: &OwnedValue) -> JsonValue {
    match value {
        OwnedValue::Text(text) => json!(text),
        OwnedValue::List(members) => json!(members),
        OwnedValue::Integer(number) => json!(number),
        OwnedValue::Single(number) => json!(number),
        OwnedValue::Double(number) => json!(number),
    }
}

fn write_text(diff: &Diff<'_>, limit: usize, out: &mut dyn Write) -> Result<()> {
    if diff.is_empty() {
        writeln!(out, "no difference")?;
        return Ok(());
    }
    for (heading, wanted) in [("papers", "Paper"), ("topics", "Topic"), ("entities", "")] {
        let is_wanted = |node: &NodeView<'_>| match node.type_label {
            "Paper" | "Topic" => node.type_label == wanted,
            _ => wanted.is_empty(),
        };
        let came = diff.nodes_came.iter().filter(|node| is_wanted(node));
        let went = diff.nodes_went.iter().filter(|node| is_wanted(node));
        let (own, other): (Vec<_>, Vec<_>) = diff
            .nodes_changed
            .iter()
            .filter(|change| is_wanted(&change.new))
            .partition(|change| change.values.iter().any(ChangedValue::is_own));
        let section = Section {
            heading,
            came: came.map(node_text).collect(),
            went: went.map(node_text).collect(),
            changed: own.iter().map(|change| format!("{}: {}", node_text(&change.new), changes_text(change))).collect(),
            other: other.len(),
        };
        section.write(limit, out)?;
    }
    let section = Section {
        heading: "edges",
        came: diff.edges_came.iter().map(edge_text).collect(),
        went: diff.edges_went.iter().map(edge_text).collect(),
        changed: diff
            .edges_changed
            .iter()
            .map(|change| format!("{}: {}", edge_text(&change.new), changes_text(change)))
            .collect(),
        other: 0,
    };
    section.write(limit, out)
}

/// Lines on one kind of thing.
struct Section {
    heading: &'static str,
    came: Vec<String>,
    went: Vec<String>,
    changed: Vec<String>,
    /// Number of those that changed in rank, place or topic alone.
    other: usize,
}

impl Section {
    fn write(&self, limit: usize, out: &mut dyn Write) -> Result<()> {
        let Section { heading, came, went, changed, other } = self;
        write!(out, "{heading}: {} came, {} went, {} changed", came.len(), went.len(), changed.len())?;
        if *other > 0 {
            write!(out, ", {other} in rank, place or topic only")?;
        }
        writeln!(out)?;
        for (sign, lines) in [('+', came), ('-', went), ('~', changed)] {
            for line in lines.iter().take(limit) {
                writeln!(out, "  {sign} {line}")?;
            }
            if lines.len() > limit {
                writeln!(out, "  {sign} ... and {} more (--limit)", lines.len() - limit)?;
            }
        }
        Ok(())
    }
}

fn node_text(node: &NodeView<'_>) -> String {
    format!("{}  {}  [{}]", plain(&node.node.label), plain(&node.node.id), node.type_label)
}

fn edge_text(edge: &EdgeView<'_>) -> String {
    format!("{} {} {}", plain(&edge.source.id), edge.relation.id, plain(&edge.target.id))
}

fn changes_text<T>(change: &Changed<T>) -> String {
    let own = change.values.iter().filter(|value| value.is_own());
    own.map(|value| format!("{} {} -> {}", value.name, value_text(&value.old), value_text(&value.new)))
        .collect::<Vec<_>>()
        .join(", ")
}

fn value_text(value: &Option<OwnedValue>) -> String {
    let text = match value {
        None => return "nothing".to_owned(),
        Some(OwnedValue::List(members)) => members.join("; "),
        Some(OwnedValue::Text(text)) => text.clone(),
        Some(OwnedValue::Integer(number)) => number.to_string(),
        Some(OwnedValue::Single(number)) => format!("{number:.2}"),
        Some(OwnedValue::Double(number)) => format!("{number:.2}"),
    };
    let text = plain(&text);
    match text.char_indices().nth(MOST_CHARACTERS) {
        Some((end, _)) => format!("{}...", &text[..end]),
        None => text,
    }
}
