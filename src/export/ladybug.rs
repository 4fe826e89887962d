//! `ladybug/`: tables and three scripts for Ladybug, the embedded graph database that continues Kùzu.
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
//!
//! `update.cypher` turns a database that holds an earlier graph into one that holds this one, in one transaction. Nodes
//! stay the nodes that they are, so that whatever else is tied to them stays tied; nodes that are not in this graph go.
//! Edges are few bytes that nothing refers to: all go and are copied again, which is faster than looking each up. Tables
//! of types and relations that this graph has no longer are left as they are.

use std::collections::BTreeMap;
use std::fmt::{self, Write as _};
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
        stage.file("ladybug/copy.cypher", |out| out.write_all(copy(&nodes, &edges).as_bytes()))?;
        stage.file("ladybug/update.cypher", |out| out.write_all(update(&nodes, &edges).as_bytes()))
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

/// Name, in a query, and type of each property that a node has besides its id.
fn properties(table: &NodeTable<'_>) -> impl Iterator<Item = (&'static str, ColumnKind)> {
    let name = (table.kind.name_property(), ColumnKind::Text);
    std::iter::once(name).chain(table.columns.iter().map(|column| (column.name, column.kind)))
}

/// The relations, each with the pairs of labels that it ties.
fn pairs<'v>(edges: &[EdgeTable<'v>]) -> BTreeMap<&'v str, Vec<String>> {
    let mut pairs: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for table in edges {
        let pair = format!("FROM {} TO {}", cypher_name(table.source), cypher_name(table.target));
        pairs.entry(table.relation).or_default().push(pair);
    }
    pairs
}

fn schema(nodes: &[NodeTable<'_>], edges: &[EdgeTable<'_>]) -> String {
    let mut script = String::from("// Tables for papergraph's nodes and edges.\n");
    create_tables(&mut script, nodes, edges);
    script
}

fn create_tables(script: &mut String, nodes: &[NodeTable<'_>], edges: &[EdgeTable<'_>]) {
    for table in nodes {
        let _ = write!(script, "CREATE NODE TABLE IF NOT EXISTS {}(id STRING PRIMARY KEY", cypher_name(table.label));
        for (name, kind) in properties(table) {
            let _ = write!(script, ", {name} {}", type_name(kind));
        }
        script.push_str(");\n");
    }
    for (relation, pairs) in pairs(edges) {
        let _ = write!(script, "CREATE REL TABLE IF NOT EXISTS {}({}", relation_name(relation), pairs.join(", "));
        for (name, kind) in EDGE_COLUMNS {
            let _ = write!(script, ", {name} {}", type_name(kind));
        }
        script.push_str(");\n");
    }
}

fn copy(nodes: &[NodeTable<'_>], edges: &[EdgeTable<'_>]) -> String {
    let mut script = String::from("// Fills the tables of schema.cypher; run from within this folder.\n");
    for table in nodes {
        let load = Load::nodes(table);
        let _ =
            writeln!(script, "COPY {} FROM ({load} RETURN {});", cypher_name(table.label), load.values().join(", "));
    }
    copy_edges(&mut script, edges);
    script
}

fn copy_edges(script: &mut String, edges: &[EdgeTable<'_>]) {
    for table in edges {
        let columns = [("source", ColumnKind::Text), ("target", ColumnKind::Text)].into_iter().chain(EDGE_COLUMNS);
        let load = Load { file: &table.file, columns: columns.collect() };
        let _ = writeln!(
            script,
            "COPY {} FROM ({load} RETURN {}) (from={}, to={});",
            relation_name(table.relation),
            load.values().join(", "),
            quoted(table.source),
            quoted(table.target)
        );
    }
}

/// Name of a table that is there only while a database is brought up to date, for the ids of the nodes that stay.
const KEPT: &str = "PapergraphKept";

fn update(nodes: &[NodeTable<'_>], edges: &[EdgeTable<'_>]) -> String {
    let mut script = String::from(
        "// Turns a database that holds an earlier graph into one that holds this one; run from within this folder.\n\
         BEGIN TRANSACTION;\n",
    );
    create_tables(&mut script, nodes, edges);
    // Tables that are there may lack what their first graph did not have.
    for table in nodes {
        for (name, kind) in properties(table) {
            let (label, kind) = (cypher_name(table.label), type_name(kind));
            let _ = writeln!(script, "ALTER TABLE {label} ADD IF NOT EXISTS {name} {kind};");
        }
    }
    for (relation, pairs) in pairs(edges) {
        for pair in pairs {
            let _ = writeln!(script, "ALTER TABLE {} ADD IF NOT EXISTS {pair};", relation_name(relation));
        }
        let _ = writeln!(script, "MATCH ()-[r:{}]->() DELETE r;", relation_name(relation));
    }
    let _ = writeln!(script, "CREATE NODE TABLE {KEPT}(id STRING PRIMARY KEY);");
    for table in nodes {
        let _ = writeln!(script, "COPY {KEPT} FROM ({} RETURN id);", Load::nodes(table));
    }
    for table in nodes {
        let label = cypher_name(table.label);
        let is_kept = format!("EXISTS {{ MATCH (k:{KEPT}) WHERE k.id = n.id }}");
        let _ = writeln!(script, "MATCH (n:{label}) WHERE NOT {is_kept} DETACH DELETE n;");
        let load = Load::nodes(table);
        let values = load.columns.iter().zip(load.values()).skip(1);
        let values: Vec<String> = values.map(|((name, _), value)| format!("n.{name} = {value}")).collect();
        let _ = writeln!(script, "{load} MERGE (n:{label} {{id: id}}) SET {};", values.join(", "));
    }
    let _ = writeln!(script, "DROP TABLE {KEPT};");
    copy_edges(&mut script, edges);
    script.push_str("COMMIT;\n");
    script
}

/// `LOAD ... FROM file`, which gives the columns of a table as text.
struct Load<'t> {
    file: &'t str,
    columns: Vec<(&'static str, ColumnKind)>,
}

impl<'t> Load<'t> {
    fn nodes(table: &'t NodeTable<'_>) -> Load<'t> {
        let columns = std::iter::once(("id", ColumnKind::Text)).chain(properties(table));
        Load { file: &table.file, columns: columns.collect() }
    }

    /// What turns each column into what it is.
    fn values(&self) -> Vec<String> {
        let value = |(name, kind): &(&str, ColumnKind)| match kind {
            ColumnKind::Text => (*name).to_owned(),
            ColumnKind::List => format!("string_split({name}, '{UNIT_SEPARATOR}')"),
            ColumnKind::Integer => format!("CAST({name} AS INT64)"),
            ColumnKind::Real => format!("CAST({name} AS DOUBLE)"),
        };
        self.columns.iter().map(value).collect()
    }
}

impl fmt::Display for Load<'_> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let headers: Vec<String> = self.columns.iter().map(|(name, _)| format!("{name} STRING")).collect();
        write!(
            out,
            "LOAD WITH HEADERS ({}) FROM '{}' (header=true, parallel=false, escape='\"')",
            headers.join(", "),
            self.file
        )
    }
}

/// The name of a table as a literal; as in [`cypher_name`], without backslashes.
fn quoted(name: &str) -> String {
    format!("'{}'", readable(name).replace('\\', "").replace('\'', "\\'"))
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
            readable(&edge.sentence().unwrap_or_default()).as_bytes(),
            &rules,
        ])?;
    }
    table.flush()
}
