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
//!
//! Beside a large file stands its index, `graph.index`; see [`GraphIndex`](crate::graph::GraphIndex).

use std::io::{self, Write};

use serde::Serialize;

use super::blocks::Block;
use super::number::{write_integer, write_single};
use super::text::find_byte;
use super::view::{EdgeView, NODE_COLUMNS, NodeView, Value, View, paper};
use super::{ExportError, ExportOptions, Exporter, GENERATOR, Stage, blocks};
use crate::graph::{Lines, can_be_indexed, write_index};
use crate::rules::Schema;

/// The version of the file's layout; raised when a reader of the old one would fail.
pub const FORMAT: u32 = 1;

/// Writes `graph.json`.
pub struct Json;

impl Exporter for Json {
    fn write(&self, view: &View<'_>, stage: &Stage, options: &ExportOptions) -> Result<(), ExportError> {
        let mut lines = Lines::default();
        stage.file("graph.json", |out| {
            lines = write(view, out)?;
            Ok(())
        })?;
        if lines.length >= options.index_from && can_be_indexed(view.graph) {
            stage.file("graph.index", |out| write_index(view.graph, &lines, out))
        } else {
            stage.remove("graph.index");
            Ok(())
        }
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

/// Writes the whole document; tells where its lines are.
fn write<W: Write>(view: &View<'_>, out: &mut W) -> io::Result<Lines> {
    let mut out = Counted { out, length: 0 };
    let mut lines = Lines::default();
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
    serde_json::to_writer(&mut out, &meta)?;
    lines.head = out.length;
    out.write_all(b",\n\"nodes\":[")?;
    lines.nodes = Vec::with_capacity(counts.nodes() + 1);
    blocks::for_each_node_block(view, write_node, |block| write_lines(block, &mut lines.nodes, &mut out))?;
    lines.nodes.push(out.length + 2);
    out.write_all(b"\n],\n\"edges\":[")?;
    lines.edges = Vec::with_capacity(counts.edges + 1);
    blocks::for_each_edge_block(view, write_edge, |block| write_lines(block, &mut lines.edges, &mut out))?;
    lines.edges.push(out.length + 2);
    out.write_all(b"\n]}\n")?;
    lines.length = out.length;
    Ok(lines)
}

/// Writes lines, each with a comma and a line break before it, and says where each begins.
fn write_lines<W: Write>(block: &Block, starts: &mut Vec<u64>, out: &mut Counted<W>) -> io::Result<()> {
    // There is no comma before the first line of all.
    let left_out = usize::from(starts.is_empty());
    let ends_before = std::iter::once(0).chain(block.ends.iter().copied()).take(block.ends.len());
    starts.extend(ends_before.map(|end| out.length + (end + 2 - left_out) as u64));
    out.write_all(block.text.get(left_out..).unwrap_or_default())
}

/// A writer that counts what goes through it.
struct Counted<W> {
    out: W,
    /// Bytes written.
    length: u64,
}

impl<W: Write> Write for Counted<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.out.write(bytes)?;
        self.length += written as u64;
        Ok(written)
    }

    fn write_all(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.length += bytes.len() as u64;
        self.out.write_all(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

fn write_node<W: Write>(node: &NodeView<'_>, out: &mut W) -> io::Result<()> {
    out.write_all(b",\n{\"id\":")?;
    write_text(out, &node.node.id)?;
    out.write_all(b",\"type\":")?;
    write_text(out, node.type_label)?;
    out.write_all(b",\"label\":")?;
    write_text(out, &node.node.label)?;
    for column in &NODE_COLUMNS {
        let Some(value) = (column.value)(node) else {
            continue;
        };
        out.write_all(b",\"")?;
        out.write_all(column.name.as_bytes())?;
        out.write_all(b"\":")?;
        match value {
            Value::List(members) => write_list(out, members.iter(), |out, member| write_text(out, member))?,
            _ => value.write(out, write_text)?,
        }
    }
    if let Some(facts) = paper(node.node)
        && !facts.sentences.is_empty()
    {
        out.write_all(b",\"sentences\":")?;
        write_list(out, facts.sentences.iter(), |out, sentence| write_text(out, &sentence))?;
    }
    out.write_all(b"}")
}

fn write_edge<W: Write>(edge: &EdgeView<'_>, out: &mut W) -> io::Result<()> {
    out.write_all(b",\n{\"id\":\"")?;
    edge.id.write(out)?;
    out.write_all(b"\",\"source\":")?;
    write_text(out, &edge.source.id)?;
    out.write_all(b",\"target\":")?;
    write_text(out, &edge.target.id)?;
    out.write_all(b",\"relation\":")?;
    write_text(out, &edge.relation.id)?;
    out.write_all(b",\"confidence\":")?;
    write_single(out, edge.confidence())?;
    out.write_all(b",\"count\":")?;
    write_integer(out, edge.edge.count)?;
    out.write_all(b",\"weight\":")?;
    write_single(out, edge.weight())?;
    if !edge.edge.sentences.is_empty() {
        out.write_all(b",\"evidence\":")?;
        write_list(out, edge.edge.sentences.iter(), |out, &at| write_integer(out, at))?;
    }
    if !edge.edge.rules.is_empty() {
        out.write_all(b",\"rules\":")?;
        write_list(out, edge.edge.rules.iter(), |out, &rule| write_integer(out, rule))?;
    }
    out.write_all(b"}")
}

fn write_list<W: Write, T>(
    out: &mut W,
    members: impl Iterator<Item = T>,
    write_member: impl Fn(&mut W, T) -> io::Result<()>,
) -> io::Result<()> {
    for (position, member) in members.enumerate() {
        out.write_all(if position == 0 { b"[" } else { b"," })?;
        write_member(out, member)?;
    }
    out.write_all(b"]")
}

fn write_text<W: Write>(out: &mut W, text: &str) -> io::Result<()> {
    // Hardly any text has to be escaped, and looking for that is faster than escaping byte by byte.
    if find_byte(text.as_bytes(), |byte| (byte < b' ') | (byte == b'"') | (byte == b'\\')).is_none() {
        out.write_all(b"\"")?;
        out.write_all(text.as_bytes())?;
        return out.write_all(b"\"");
    }
    serde_json::to_writer(out, text).map_err(io::Error::from)
}
