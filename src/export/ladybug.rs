//! `ladybug/`: tables and two scripts for Ladybug, the embedded graph database that continues Kùzu.
//!
//! ```python
//! import ladybug
//! connection = ladybug.Connection(ladybug.Database("papers.lbug"))
//! for script in ("schema.cypher", "copy.cypher"):  # from within the folder
//!     connection.execute(open(script).read())
//! ```
//!
//! Ladybug wants its tables declared, one a label and one a relation; a relation may tie several pairs of labels, each
//! copied from its own file. Lists are split at the unit separator while copying, because a list literal in a table
//! has no way to hold every name.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::{self, Write};

use super::tables::{
    EdgeTable, NodeTable, UNIT_SEPARATOR, cypher_name, edge_tables, node_tables, relation_name, write_cell, write_list,
};
use super::text::readable;
use super::view::{ColumnKind, View};
use super::{ExportError, ExportOptions, Exporter, Stage};

/// Writes `ladybug/`.
pub struct Ladybug;

impl Exporter for Ladybug {
    fn write(&self, view: &View<'_>, stage: &Stage, _options: &ExportOptions) -> Result<(), ExportError> {
        let nodes = node_tables(view);
        let edges = edge_tables(view, |node| node.type_label);
        for table in &nodes {
            stage.file(&format!("ladybug/{}", table.file), |out| write_nodes(view, table, out))?;
        }
        for table in &edges {
            stage.file(&format!("ladybug/{}", table.file), |out| write_edges(table, out))?;
        }
        stage.file("ladybug/schema.cypher", |out| out.write_all(schema(&nodes, &edges).as_bytes()))?;
        stage.file("ladybug/copy.cypher", |out| out.write_all(copy(&nodes, &edges).as_bytes()))
    }
}

/// Properties of every relation, with the type they are declared with.
const EDGE_COLUMNS: [(&str, ColumnKind); 5] = [
    ("weight", ColumnKind::Real),
    ("confidence", ColumnKind::Real),
    ("count", ColumnKind::Integer),
    ("sentence", ColumnKind::Text),
    ("rules", ColumnKind::List),
];

fn type_name(kind: ColumnKind) -> &'static str {
    match kind {
        ColumnKind::Text => "STRING",
        ColumnKind::List => "STRING[]",
        ColumnKind::Integer => "INT64",
        ColumnKind::Real => "DOUBLE",
    }
}

fn schema(nodes: &[NodeTable<'_>], edges: &[EdgeTable<'_>]) -> String {
    let mut script = String::from("// Tables for papergraph's nodes and edges.\n");
    for table in nodes {
        let _ = write!(
            script,
            "CREATE NODE TABLE IF NOT EXISTS {}(id STRING PRIMARY KEY, {} STRING",
            cypher_name(table.label),
            table.kind.name_property()
        );
        for column in &table.columns {
            let _ = write!(script, ", {} {}", column.name, type_name(column.kind));
        }
        script.push_str(");\n");
    }
    let mut pairs: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for table in edges {
        let pair = format!("FROM {} TO {}", cypher_name(table.source), cypher_name(table.target));
        pairs.entry(table.relation).or_default().push(pair);
    }
    for (relation, pairs) in pairs {
        let _ = write!(script, "CREATE REL TABLE IF NOT EXISTS {}({}", relation_name(relation), pairs.join(", "));
        for (name, kind) in EDGE_COLUMNS {
            let _ = write!(script, ", {name} {}", type_name(kind));
        }
        script.push_str(");\n");
    }
    script
}

fn copy(nodes: &[NodeTable<'_>], edges: &[EdgeTable<'_>]) -> String {
    let mut script = String::from("// Fills the tables of schema.cypher; run from within this folder.\n");
    for table in nodes {
        let columns = [("id", ColumnKind::Text), (table.kind.name_property(), ColumnKind::Text)]
            .into_iter()
            .chain(table.columns.iter().map(|column| (column.name, column.kind)));
        copy_statement(&mut script, &cypher_name(table.label), &table.file, columns, "");
    }
    for table in edges {
        let columns = [("source", ColumnKind::Text), ("target", ColumnKind::Text)].into_iter().chain(EDGE_COLUMNS);
        let ends = format!(" (from={}, to={})", quoted(table.source), quoted(table.target));
        copy_statement(&mut script, &relation_name(table.relation), &table.file, columns, &ends);
    }
    script
}

/// `COPY table FROM (LOAD FROM file RETURN columns)`: fields come as text and are turned into what they are.
fn copy_statement(
    script: &mut String,
    table: &str,
    file: &str,
    columns: impl Iterator<Item = (&'static str, ColumnKind)>,
    ends: &str,
) {
    let mut headers = Vec::new();
    let mut values = Vec::new();
    for (name, kind) in columns {
        headers.push(format!("{name} STRING"));
        values.push(match kind {
            ColumnKind::Text => name.to_owned(),
            ColumnKind::List => format!("string_split({name}, '{UNIT_SEPARATOR}')"),
            ColumnKind::Integer => format!("CAST({name} AS INT64)"),
            ColumnKind::Real => format!("CAST({name} AS DOUBLE)"),
        });
    }
    let _ = writeln!(
        script,
        "COPY {table} FROM (LOAD WITH HEADERS ({}) FROM '{file}' (header=true, parallel=false, escape='\"') RETURN {}){ends};",
        headers.join(", "),
        values.join(", ")
    );
}

/// A text as a literal.
fn quoted(text: &str) -> String {
    format!("'{}'", readable(text).replace('\\', "\\\\").replace('\'', "\\'"))
}

fn write_nodes<W: Write>(view: &View<'_>, nodes: &NodeTable<'_>, out: &mut W) -> io::Result<()> {
    let mut table = csv::Writer::from_writer(out);
    let names = nodes.columns.iter().map(|column| column.name);
    table.write_record(["id", nodes.kind.name_property()].into_iter().chain(names))?;
    let mut cell = Vec::new();
    for node in nodes.nodes(view) {
        table.write_field(readable(&node.node.id).as_bytes())?;
        table.write_field(readable(&node.node.label).as_bytes())?;
        for column in &nodes.columns {
            cell.clear();
            if let Some(value) = (column.value)(&node) {
                write_cell(&value, &mut cell)?;
            }
            table.write_field(&cell)?;
        }
        table.write_record(None::<&[u8]>)?;
    }
    table.flush()
}

fn write_edges<W: Write>(edges: &EdgeTable<'_>, out: &mut W) -> io::Result<()> {
    let mut table = csv::Writer::from_writer(out);
    table.write_record(["source", "target"].into_iter().chain(EDGE_COLUMNS.iter().map(|(name, _)| *name)))?;
    let mut rules = Vec::new();
    for edge in &edges.edges {
        rules.clear();
        write_list(edge.rules(), &mut rules)?;
        table.write_record([
            readable(&edge.source.id).as_bytes(),
            readable(&edge.target.id).as_bytes(),
            edge.weight().to_string().as_bytes(),
            edge.confidence().to_string().as_bytes(),
            edge.edge.count.to_string().as_bytes(),
            readable(edge.sentence().unwrap_or_default()).as_bytes(),
            &rules,
        ])?;
    }
    table.flush()
}
