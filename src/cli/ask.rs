//! What all questions to a built graph share: where the graph is, which node is meant, how answers are written.

use std::fs::File;
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, anyhow};
use clap::Args;
use petgraph::graph::{EdgeIndex, NodeIndex};
use serde::Serialize;

use crate::graph::{Found, GraphIndex, IndexError, KnowledgeGraph, NodeKind, find, read_json};
use crate::rules::{RelationId, Schema};

/// Options of every question.
#[derive(Args, Clone, Debug)]
pub struct AskArgs {
    /// The graph to ask, as `papergraph build` wrote it
    #[arg(long, value_name = "FILE", default_value = "out/graph.json")]
    pub graph: PathBuf,
    /// Answer in JSON
    #[arg(long, conflicts_with = "csv")]
    pub json: bool,
    /// Answer in CSV with a header line
    #[arg(long)]
    pub csv: bool,
}

/// How an answer is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Format {
    Text,
    Json,
    Csv,
}

impl AskArgs {
    pub(super) fn format(&self) -> Format {
        match (self.json, self.csv) {
            (true, _) => Format::Json,
            (false, true) => Format::Csv,
            (false, false) => Format::Text,
        }
    }

    /// Reads the graph.
    pub(super) fn load(&self) -> Result<KnowledgeGraph> {
        load(&self.graph)
    }

    /// Reads what a question needs of the graph: by the index, where there is one that can be used, else all of it.
    pub(super) fn load_part<Part>(
        &self,
        by_index: impl FnOnce(&GraphIndex) -> Result<Part, IndexError>,
        whole: impl FnOnce(KnowledgeGraph) -> Part,
    ) -> Result<Part> {
        match GraphIndex::open(&self.graph).and_then(|index| by_index(&index)) {
            Ok(part) => Ok(part),
            Err(_) => self.load().map(whole),
        }
    }
}

/// Reads a graph that `papergraph build` wrote.
pub(super) fn load(path: &Path) -> Result<KnowledgeGraph> {
    let file = File::open(path).map_err(|error| {
        let path = path.display();
        if error.kind() == ErrorKind::NotFound {
            anyhow!(
                "there is no graph at {path}: run `papergraph build` first, \
                 or say with --graph FILE where it is"
            )
        } else {
            anyhow!(error).context(format!("{path} cannot be opened"))
        }
    })?;
    read_json(file).with_context(|| path.display().to_string())
}

/// A node as answers show it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(super) struct NodeLine {
    pub(super) id: String,
    #[serde(rename = "type")]
    pub(super) type_label: String,
    pub(super) label: String,
}

impl NodeLine {
    pub(super) fn new(graph: &KnowledgeGraph, node: NodeIndex) -> NodeLine {
        let node = &graph.graph[node];
        NodeLine {
            id: node.id.to_string(),
            type_label: node.type_label(&graph.schema).to_owned(),
            label: node.label.to_string(),
        }
    }
}

/// Finds the node that a person means, or says which names are near.
pub(super) fn meant(graph: &KnowledgeGraph, name: &str) -> Result<Found> {
    find(graph, name).map_err(|error| {
        let helps = !error.suggestions.is_empty();
        let hint = if helps { "" } else { "; `papergraph search` finds names by their parts" };
        anyhow!("{error}{hint}")
    })
}

/// Writes which node was taken, and which others have the same name.
pub(super) fn write_meant(out: &mut dyn Write, graph: &KnowledgeGraph, found: &Found) -> Result<()> {
    let node = NodeLine::new(graph, found.index);
    writeln!(out, "{}  {}  [{}]", plain(&node.label), plain(&node.id), node.type_label)?;
    if !found.others.is_empty() {
        let others: Vec<&str> = found.others.iter().map(|other| graph.graph[*other].id.as_ref()).collect();
        writeln!(out, "(also called so: {})", others.join(", "))?;
    }
    Ok(())
}

/// The id of a relation.
pub(super) fn relation_id(graph: &KnowledgeGraph, edge: EdgeIndex) -> &str {
    &graph.schema.relation(graph.graph[edge].relation).id
}

/// The sentences that show an edge, best first.
pub(super) fn evidence(graph: &KnowledgeGraph, edge: EdgeIndex) -> Vec<String> {
    let Some((source, _)) = graph.graph.edge_endpoints(edge) else {
        return Vec::new();
    };
    let NodeKind::Paper(facts) = &graph.graph[source].kind else {
        return Vec::new();
    };
    let positions = graph.graph[edge].sentences.iter();
    positions.filter_map(|at| facts.sentences.get(usize::from(*at))).collect()
}

/// The relation that a person means by its id or label.
pub(super) fn relation_meant(graph: &KnowledgeGraph, name: &str) -> Result<RelationId> {
    let relations = &graph.schema.relations;
    let wanted = |text: &str| text.eq_ignore_ascii_case(name);
    let found = relations.iter().find(|relation| wanted(&relation.id) || wanted(&relation.label));
    found.and_then(|relation| graph.schema.relation_named(&relation.id)).ok_or_else(|| {
        let known: Vec<&str> = relations.iter().map(|relation| relation.id.as_str()).collect();
        anyhow!("there is no relation \"{name}\"; the graph has: {}", known.join(", "))
    })
}

/// The label of the type that a person means by its id, label or plural.
pub(super) fn type_meant(schema: &Schema, name: &str) -> Result<String> {
    let own = [("paper", "Paper", "Papers"), ("topic", "Topic", "Topics")];
    let declared =
        schema.types.iter().map(|declared| (declared.id.as_str(), declared.label.as_str(), declared.plural.as_str()));
    let known: Vec<(&str, &str, &str)> = own.into_iter().chain(declared).collect();
    let found = known
        .iter()
        .find(|(id, label, plural)| [id, label, plural].into_iter().any(|text| text.eq_ignore_ascii_case(name)));
    found.map(|(_, label, _)| (*label).to_owned()).ok_or_else(|| {
        let labels: Vec<&str> = known.iter().map(|(_, label, _)| *label).collect();
        anyhow!("there is no type \"{name}\"; the graph has: {}", labels.join(", "))
    })
}

/// Writes a value as indented JSON.
pub(super) fn write_json(out: &mut dyn Write, value: &impl Serialize) -> Result<()> {
    serde_json::to_writer_pretty(&mut *out, value)?;
    writeln!(out)?;
    Ok(())
}

/// Writes rows as CSV under a header line, which stands there even if there are no rows.
pub(super) fn write_csv<const COLUMNS: usize>(
    out: &mut dyn Write,
    header: [&str; COLUMNS],
    rows: impl IntoIterator<Item = [String; COLUMNS]>,
) -> Result<()> {
    let mut writer = csv::Writer::from_writer(out);
    writer.write_record(header)?;
    for row in rows {
        writer.write_record(row)?;
    }
    writer.flush()?;
    Ok(())
}

/// Writes rows as columns of equal width, each line after `indent` spaces.
pub(super) fn write_table<const COLUMNS: usize>(
    out: &mut dyn Write,
    indent: usize,
    rows: &[[String; COLUMNS]],
) -> Result<()> {
    let rows: Vec<[String; COLUMNS]> = rows.iter().map(|row| row.each_ref().map(|cell| plain(cell))).collect();
    let mut widths = [0; COLUMNS];
    for row in &rows {
        for (width, cell) in widths.iter_mut().zip(row) {
            *width = cell.chars().count().max(*width);
        }
    }
    for row in &rows {
        let mut line = " ".repeat(indent);
        for (width, cell) in widths.iter().zip(row) {
            line.push_str(&format!("{cell:<width$}  "));
        }
        writeln!(out, "{}", line.trim_end())?;
    }
    Ok(())
}

/// A text without control characters, which names from foreign files might use to garble a terminal.
pub(super) fn plain(text: &str) -> String {
    text.replace(char::is_control, " ")
}

/// A count with its noun: `1 paper`, `2 papers`.
pub(super) fn counted(count: usize, singular: &str, plural: &str) -> String {
    format!("{count} {}", if count == 1 { singular } else { plural })
}

#[cfg(test)]
pub(super) mod testing {
    use std::process::ExitCode;

    use super::*;

    /// A small graph file.
    pub(crate) fn graph_file() -> (tempfile::TempDir, PathBuf) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("graph.json");
        let schema = crate::graph::testing::schema();
        let file = serde_json::json!({
            "meta": {"format": 1, "schema": schema, "rules": ["used-cue"]},
            "nodes": [
                {"id": "paper:p1", "type": "Paper", "label": "Seeing more", "year": 2020,
                 "sentences": ["We present LookNet.", "It does well on Shapes."]},
                {"id": "paper:p2", "type": "Paper", "label": "Seeing, again", "year": 2021,
                 "sentences": ["LookNet is our base."]},
                {"id": "dataset:shapes", "type": "Dataset", "label": "Shapes", "papers": 1},
                {"id": "model:looknet", "type": "Model", "label": "LookNet", "aliases": ["Look Net"], "papers": 2},
                {"id": "task:island", "type": "Task", "label": "island", "papers": 0}
            ],
            "edges": [
                {"source": "paper:p1", "target": "model:looknet", "relation": "introduces", "confidence": 0.9,
                 "evidence": [0], "rules": [0]},
                {"source": "paper:p1", "target": "dataset:shapes", "relation": "evaluated_on", "evidence": [1]},
                {"source": "paper:p2", "target": "model:looknet", "relation": "uses", "evidence": [0]}
            ]
        });
        std::fs::write(&path, file.to_string()).unwrap();
        (folder, path)
    }

    /// Options for a question to that file, with the given format.
    pub(crate) fn ask(path: PathBuf, format: Format) -> AskArgs {
        AskArgs { graph: path, json: format == Format::Json, csv: format == Format::Csv }
    }

    /// What a question answers in each of the three formats: text, JSON, CSV.
    pub(crate) fn answers(
        run: impl Fn(AskArgs, &mut dyn Write) -> Result<ExitCode>,
    ) -> (String, serde_json::Value, String) {
        let (_folder, path) = graph_file();
        let [text, json, csv] = [Format::Text, Format::Json, Format::Csv].map(|format| {
            let mut out = Vec::new();
            run(ask(path.clone(), format), &mut out).unwrap();
            String::from_utf8(out).unwrap()
        });
        (text, serde_json::from_str(&json).unwrap(), csv)
    }

    #[test]
    fn a_missing_graph_says_how_to_make_one() {
        let error = ask(PathBuf::from("nowhere/graph.json"), Format::Text).load().unwrap_err();
        assert!(error.to_string().contains("`papergraph build`"), "{error}");
    }

    #[test]
    fn unknown_names_are_answered_with_known_ones() {
        let (_folder, path) = graph_file();
        let graph = ask(path, Format::Text).load().unwrap();
        assert!(meant(&graph, "LokNet").unwrap_err().to_string().contains("model:looknet"));
        assert!(meant(&graph, "qqqqqqqqqqqq").unwrap_err().to_string().contains("papergraph search"));
        assert!(relation_meant(&graph, "likes").unwrap_err().to_string().contains("introduces"));
        assert!(type_meant(&graph.schema, "ghost").unwrap_err().to_string().contains("Paper, Topic, Model"));
        assert_eq!(type_meant(&graph.schema, "datasets").unwrap(), "Dataset");
        assert!(relation_meant(&graph, "Evaluated on").is_ok());
    }
}
