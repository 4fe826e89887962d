//! `graph.cypher`: one openCypher statement a node and an edge, for small graphs and any database that speaks it.
//!
//! Statements merge, so running the file twice changes nothing. A large graph loads much faster from `neo4j/` or
//! `ladybug/`.

use std::io::{self, Write};

use super::tables::{Kind, cypher_name, relation_name};
use super::text::readable;
use super::view::{EdgeView, NODE_COLUMNS, NodeView, Value, View};
use super::{ExportError, ExportOptions, Exporter, Stage};

/// Writes `graph.cypher`.
pub struct Cypher;

impl Exporter for Cypher {
    fn write(&self, view: &View<'_>, stage: &Stage, _options: &ExportOptions) -> Result<(), ExportError> {
        stage.file("graph.cypher", |out| write(view, out))
    }
}

/// Writes the whole script.
pub fn write<W: Write>(view: &View<'_>, out: &mut W) -> io::Result<()> {
    out.write_all(b"// Merges papergraph's nodes and edges; running it again changes nothing.\n")?;
    for node in view.nodes() {
        write_new_node(&node, out)?;
    }
    for edge in view.edges() {
        write_new_edge(&edge, out)?;
    }
    Ok(())
}

/// Writes the statement that merges a node.
pub(super) fn write_new_node<W: Write>(node: &NodeView<'_>, out: &mut W) -> io::Result<()> {
    let kind = Kind::of(node.node);
    write!(out, "MERGE (n:{} {{id: ", kind.label())?;
    write_literal(out, &node.node.id)?;
    out.write_all(b"}) SET ")?;
    if kind == Kind::Entity {
        write!(out, "n:{}, ", cypher_name(node.type_label))?;
    }
    write!(out, "n.{} = ", kind.name_property())?;
    write_literal(out, &node.node.label)?;
    for column in &NODE_COLUMNS {
        if let Some(value) = (column.value)(node) {
            write!(out, ", n.{} = ", column.name)?;
            write_value(out, &value)?;
        }
    }
    out.write_all(b";\n")
}

/// Writes the statement that merges an edge between nodes that are there.
pub(super) fn write_new_edge<W: Write>(edge: &EdgeView<'_>, out: &mut W) -> io::Result<()> {
    write_ends(edge, out)?;
    write!(out, " MERGE (a)-[r:{}]->(b) SET r.weight = ", relation_name(&edge.relation.id))?;
    write_value(out, &Value::Single(edge.weight()))?;
    out.write_all(b", r.confidence = ")?;
    write_value(out, &Value::Single(edge.confidence()))?;
    write!(out, ", r.count = {}", edge.edge.count)?;
    if let Some(sentence) = edge.sentence() {
        out.write_all(b", r.sentence = ")?;
        write_literal(out, &sentence)?;
    }
    let rules: Vec<String> = edge.rules().map(str::to_owned).collect();
    if !rules.is_empty() {
        out.write_all(b", r.rules = ")?;
        write_value(out, &Value::List(rules.into()))?;
    }
    out.write_all(b";\n")
}

/// Writes `MATCH (a:Paper {id: '...'}), (b:Entity {id: '...'})`.
pub(super) fn write_ends<W: Write>(edge: &EdgeView<'_>, out: &mut W) -> io::Result<()> {
    write!(out, "MATCH (a:{} {{id: ", Kind::of(edge.source).label())?;
    write_literal(out, &edge.source.id)?;
    write!(out, "}}), (b:{} {{id: ", Kind::of(edge.target).label())?;
    write_literal(out, &edge.target.id)?;
    out.write_all(b"})")
}

/// Writes a value as a literal.
pub(super) fn write_value<W: Write>(out: &mut W, value: &Value<'_>) -> io::Result<()> {
    match value {
        Value::List(members) => {
            out.write_all(b"[")?;
            for (position, member) in members.iter().enumerate() {
                if position > 0 {
                    out.write_all(b", ")?;
                }
                write_literal(out, member)?;
            }
            out.write_all(b"]")
        }
        // A property that is a float for one node must not be an integer for the next.
        Value::Single(number) => write!(out, "{number:?}"),
        Value::Double(number) => write!(out, "{number:?}"),
        Value::Integer(_) | Value::Text(_) => value.write(out, write_literal),
    }
}

/// Writes a text as a literal in single quotes, without anything that ends it early.
///
/// Some databases turn `\u0027` into a quote before they look at the statement, even where the backslash is escaped.
/// So a `u` after a backslash is itself written as an escape.
pub(super) fn write_literal<W: Write>(out: &mut W, text: &str) -> io::Result<()> {
    let text = readable(text);
    out.write_all(b"'")?;
    // Runs of plain characters are copied whole.
    let mut done = 0;
    let mut after_backslash = false;
    for (at, byte) in text.bytes().enumerate() {
        let escaped: &[u8] = match byte {
            b'\\' => b"\\\\",
            b'\'' => b"\\'",
            b'\n' => b"\\n",
            b'\r' => b"\\r",
            b'\t' => b"\\t",
            b'u' if after_backslash => b"\\u0075",
            b'U' if after_backslash => b"\\u0055",
            _ => b"",
        };
        if !escaped.is_empty() {
            out.write_all(&text.as_bytes()[done..at])?;
            out.write_all(escaped)?;
            done = at + 1;
        }
        after_backslash = byte == b'\\';
    }
    out.write_all(&text.as_bytes()[done..])?;
    out.write_all(b"'")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn literal(text: &str) -> String {
        let mut out = Vec::new();
        write_literal(&mut out, text).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn literals_cannot_be_left() {
        assert_eq!(literal("it's a \"test\""), r#"'it\'s a "test"'"#);
        assert_eq!(literal(r"ends with \"), r"'ends with \\'");
        assert_eq!(literal("a\nb\tc\r\u{0}"), r"'a\nb\tc\r'");
        assert_eq!(literal(r"\u0027}) DETACH DELETE n //"), r"'\\\u00750027}) DETACH DELETE n //'");
    }
}
