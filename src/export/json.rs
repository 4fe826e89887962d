//! `graph.json`: everything, for scripts and for papergraph's own questions.
//!
//! ```text
//! {"meta":{"generator":"papergraph 0.1.0","format":1,"schema":{...},"rules":[...],"papers":2,...},
//! "nodes":[
//! {"id":"paper:1","type":"Paper","label":"...","year":2021,...},
//! ...
//! ],
//! "edges":[
//! {"id":"e...","source":"paper:1","target":"model:bert","relation":"uses",...,"evidence":[0],"rules":[3]}
//! ]}
//! ```
//!
//! One node or edge stands on a line, so that a comparison of two files shows what changed. Values that a node does
//! not have are left out. `evidence` are positions in the `sentences` of the edge's paper, `rules` positions in the
//! `rules` of `meta`, best first both.

use std::io::{self, Write};

use serde::Serialize;

use super::view::{EdgeView, NODE_COLUMNS, NodeView, Value, View, paper};
use super::{ExportError, ExportOptions, Exporter, GENERATOR, Stage};
use crate::rules::Schema;

/// The version of the file's layout; raised when a reader of the old one would fail.
pub const FORMAT: u32 = 1;

/// Writes `graph.json`.
pub struct Json;

impl Exporter for Json {
    fn write(&self, view: &View<'_>, stage: &Stage, _options: &ExportOptions) -> Result<(), ExportError> {
        stage.file("graph.json", |out| write(view, out))
    }
}

/// What the file says about itself.
#[derive(Serialize)]
struct Meta<'g> {
    generator: &'static str,
    format: u32,
    schema: &'g Schema,
    rules: &'g [String],
    papers: usize,
    entities: usize,
    topics: usize,
    nodes: usize,
    edges: usize,
}

/// Writes the whole document.
pub fn write<W: Write>(view: &View<'_>, out: &mut W) -> io::Result<()> {
    let counts = view.counts();
    let meta = Meta {
        generator: GENERATOR,
        format: FORMAT,
        schema: view.schema(),
        rules: &view.graph.rule_ids,
        papers: counts.papers,
        entities: counts.entities,
        topics: counts.topics,
        nodes: counts.nodes(),
        edges: counts.edges,
    };
    out.write_all(b"{\"meta\":")?;
    serde_json::to_writer(&mut *out, &meta)?;
    out.write_all(b",\n\"nodes\":[")?;
    for (position, node) in view.nodes().enumerate() {
        out.write_all(if position == 0 { b"\n" } else { b",\n" })?;
        write_node(&node, out)?;
    }
    out.write_all(b"\n],\n\"edges\":[")?;
    for (position, edge) in view.edges().enumerate() {
        out.write_all(if position == 0 { b"\n" } else { b",\n" })?;
        write_edge(&edge, out)?;
    }
    out.write_all(b"\n]}\n")
}

fn write_node<W: Write>(node: &NodeView<'_>, out: &mut W) -> io::Result<()> {
    out.write_all(b"{\"id\":")?;
    write_text(out, &node.node.id)?;
    out.write_all(b",\"type\":")?;
    write_text(out, node.type_label)?;
    out.write_all(b",\"label\":")?;
    write_text(out, &node.node.label)?;
    for column in &NODE_COLUMNS {
        let Some(value) = (column.value)(node) else {
            continue;
        };
        write!(out, ",\"{}\":", column.name)?;
        match value {
            Value::List(members) => serde_json::to_writer(&mut *out, members)?,
            _ => value.write(out, write_text)?,
        }
    }
    if let Some(facts) = paper(node.node)
        && !facts.sentences.is_empty()
    {
        out.write_all(b",\"sentences\":")?;
        serde_json::to_writer(&mut *out, &facts.sentences)?;
    }
    out.write_all(b"}")
}

fn write_edge<W: Write>(edge: &EdgeView<'_>, out: &mut W) -> io::Result<()> {
    write!(out, "{{\"id\":\"{}\",\"source\":", edge.id)?;
    write_text(out, &edge.source.id)?;
    out.write_all(b",\"target\":")?;
    write_text(out, &edge.target.id)?;
    out.write_all(b",\"relation\":")?;
    write_text(out, &edge.relation.id)?;
    write!(out, ",\"confidence\":{},\"count\":{},\"weight\":{}", edge.confidence(), edge.edge.count, edge.weight())?;
    if !edge.edge.sentences.is_empty() {
        out.write_all(b",\"evidence\":")?;
        serde_json::to_writer(&mut *out, &edge.edge.sentences)?;
    }
    if !edge.edge.rules.is_empty() {
        out.write_all(b",\"rules\":")?;
        serde_json::to_writer(&mut *out, &edge.edge.rules)?;
    }
    out.write_all(b"}")
}

fn write_text<W: Write>(out: &mut W, text: &str) -> io::Result<()> {
    serde_json::to_writer(out, text).map_err(io::Error::from)
}
