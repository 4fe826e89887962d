//! `neo4j/`: tables for Neo4j's bulk import, and scripts for a database that lives already.
//!
//! - `import.sh` fills a new database with `neo4j-admin database import full`.
//! - `load.cypher` adds to a database with `LOAD CSV` and `MERGE`; run twice it changes nothing, run with next month's
//!   tables it adds what is new and refreshes what is known.
//! - `load-memgraph.cypher` does the same in Memgraph, whose `LOAD CSV` and constraints are written differently.
//!
//! A node has the label of its type, and every entity also the label `Entity`, so that one constraint and one index
//! serve all types. Members of lists stand apart by the unit separator, because the usual `;` occurs in names.

use std::fmt::Write as _;
use std::io::{self, Write};

use super::tables::{
    EdgeTable, Kind, NodeTable, UNIT_SEPARATOR, cypher_name, edge_tables, node_tables, relation_name, write_cell,
    write_list,
};
use super::text::readable;
use super::view::{ColumnKind, View};
use super::{ExportError, ExportOptions, Exporter, Stage};

/// Writes `neo4j/`.
pub struct Neo4j;

impl Exporter for Neo4j {
    fn write(&self, view: &View<'_>, stage: &Stage, _options: &ExportOptions) -> Result<(), ExportError> {
        let nodes = node_tables(view);
        let edges = edge_tables(view, |node| Kind::of(node.node).label());
        let mut breaks = LineBreaks::default();
        for table in &nodes {
            stage.file(&format!("neo4j/{}", table.file), |out| write_nodes(view, table, &mut breaks, out))?;
        }
        for table in &edges {
            stage.file(&format!("neo4j/{}", table.file), |out| write_edges(table, &mut breaks, out))?;
        }
        stage.program("neo4j/import.sh", &import_script(&nodes, &edges, breaks.found))?;
        stage.file("neo4j/load.cypher", |out| out.write_all(load_script(Dialect::Neo4j, &nodes, &edges).as_bytes()))?;
        stage.file("neo4j/load-memgraph.cypher", |out| {
            out.write_all(load_script(Dialect::Memgraph, &nodes, &edges).as_bytes())
        })
    }
}

/// Columns of every table of edges after its ends, with the type that the import gives them.
const EDGE_COLUMNS: [(&str, Type); 5] = [
    ("weight", Type::Double),
    ("confidence", Type::Double),
    ("count", Type::Int),
    ("sentence", Type::Text),
    ("rules", Type::Texts),
];

/// The type of a property.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Type {
    Text,
    Texts,
    Int,
    Double,
}

impl Type {
    fn of(kind: ColumnKind) -> Type {
        match kind {
            ColumnKind::Text => Type::Text,
            ColumnKind::List => Type::Texts,
            ColumnKind::Integer => Type::Int,
            ColumnKind::Real => Type::Double,
        }
    }

    /// The column's name in the header.
    fn header(self, name: &str) -> String {
        match self {
            Type::Text => name.to_owned(),
            Type::Texts => format!("{name}:string[]"),
            Type::Int => format!("{name}:int"),
            Type::Double => format!("{name}:double"),
        }
    }

    /// The expression that reads the column in a `LOAD CSV`, whose fields are all text.
    fn expression(self, name: &str) -> String {
        let field = format!("row.{}", cypher_name(&self.header(name)));
        match self {
            Type::Text => field,
            Type::Texts => format!("split({field}, '\\u{:04X}')", u32::from(UNIT_SEPARATOR)),
            Type::Int => format!("toInteger({field})"),
            Type::Double => format!("toFloat({field})"),
        }
    }
}

/// Whether a field has a line break, which the bulk import has to be told.
#[derive(Default)]
struct LineBreaks {
    found: bool,
}

impl LineBreaks {
    fn look(&mut self, cell: &[u8]) {
        self.found = self.found || memchr::memchr2(b'\n', b'\r', cell).is_some();
    }
}

fn write_nodes<W: Write>(
    view: &View<'_>,
    nodes: &NodeTable<'_>,
    breaks: &mut LineBreaks,
    out: &mut W,
) -> io::Result<()> {
    let mut table = csv::Writer::from_writer(out);
    let mut header = vec!["id:ID".to_owned(), nodes.kind.name_property().to_owned()];
    header.extend(nodes.columns.iter().map(|column| Type::of(column.kind).header(column.name)));
    header.push(":LABEL".to_owned());
    table.write_record(&header)?;
    let mut cell = Vec::new();
    for node in nodes.nodes(view) {
        for text in [&node.node.id, &node.node.label] {
            let text = readable(text);
            breaks.look(text.as_bytes());
            table.write_field(text.as_bytes())?;
        }
        for column in &nodes.columns {
            cell.clear();
            if let Some(value) = (column.value)(&node) {
                write_cell(&value, &mut cell)?;
                breaks.look(&cell);
            }
            table.write_field(&cell)?;
        }
        table.write_field(nodes.label)?;
        table.write_record(None::<&[u8]>)?;
    }
    table.flush()
}

fn write_edges<W: Write>(edges: &EdgeTable<'_>, breaks: &mut LineBreaks, out: &mut W) -> io::Result<()> {
    let mut table = csv::Writer::from_writer(out);
    let mut header = vec![":START_ID".to_owned(), ":END_ID".to_owned(), ":TYPE".to_owned()];
    header.extend(EDGE_COLUMNS.iter().map(|(name, column)| column.header(name)));
    table.write_record(&header)?;
    let relation = edges.relation.to_uppercase();
    let mut rules = Vec::new();
    for edge in &edges.edges {
        rules.clear();
        write_list(edge.rules(), &mut rules)?;
        let sentence = edge.sentence().unwrap_or_default();
        let sentence = readable(&sentence);
        breaks.look(sentence.as_bytes());
        table.write_record([
            readable(&edge.source.id).as_bytes(),
            readable(&edge.target.id).as_bytes(),
            relation.as_bytes(),
            edge.weight().to_string().as_bytes(),
            edge.confidence().to_string().as_bytes(),
            edge.edge.count.to_string().as_bytes(),
            sentence.as_bytes(),
            &rules,
        ])?;
    }
    table.flush()
}

fn import_script(nodes: &[NodeTable<'_>], edges: &[EdgeTable<'_>], line_breaks: bool) -> String {
    let mut script = String::from(
        "#!/bin/sh\n\
         # Fills a new Neo4j database with the tables in this folder. The database must not be running.\n\
         #   ./import.sh [OPTION ...] [DATABASE]\n\
         # Options go to `neo4j-admin database import full`; `--overwrite-destination=true` replaces a database.\n\
         # NEO4J_ADMIN names the program if it is not on the path.\n\
         set -eu\n\
         cd \"$(dirname \"$0\")\"\n\
         exec \"${NEO4J_ADMIN:-neo4j-admin}\" database import full \\\n",
    );
    let _ = writeln!(script, "  --array-delimiter=U+{:04X} \\", u32::from(UNIT_SEPARATOR));
    if line_breaks {
        script.push_str("  --multiline-fields=true \\\n");
    }
    for table in nodes {
        // The file itself gives the label of the type.
        let also = if table.kind == Kind::Entity { "Entity=" } else { "" };
        let _ = writeln!(script, "  --nodes={also}{} \\", table.file);
    }
    for table in edges {
        let _ = writeln!(script, "  --relationships={} \\", table.file);
    }
    script.push_str("  \"$@\"\n");
    script
}

/// Whose Cypher a script is written in.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Dialect {
    Neo4j,
    Memgraph,
}

impl Dialect {
    fn introduction(self) -> &'static str {
        match self {
            Dialect::Neo4j => {
                "// Adds the tables in this folder to a Neo4j database; running it again changes nothing.\n\
                 // 1. Copy the tables to the import folder of the database.\n\
                 // 2. Set db.import.csv.legacy_quote_escaping=false in neo4j.conf, or backslashes before quotes are lost.\n\
                 // 3. cypher-shell -f load.cypher\n"
            }
            Dialect::Memgraph => {
                "// Adds the tables in this folder to a Memgraph database; running it again changes nothing.\n\
                 // 1. Copy the tables to /import where the database runs, or change the paths below.\n\
                 // 2. mgconsole < load-memgraph.cypher\n"
            }
        }
    }

    fn constraint(self, label: &str) -> String {
        match self {
            Dialect::Neo4j => format!(
                "CREATE CONSTRAINT papergraph_{} IF NOT EXISTS FOR (n:{label}) REQUIRE n.id IS UNIQUE;\n",
                label.to_lowercase()
            ),
            Dialect::Memgraph => {
                format!("CREATE INDEX ON :{label}(id);\nCREATE CONSTRAINT ON (n:{label}) ASSERT n.id IS UNIQUE;\n")
            }
        }
    }

    /// A statement that does `body` for each row of a file.
    fn load(self, file: &str, body: &str) -> String {
        match self {
            Dialect::Neo4j => format!(
                "LOAD CSV WITH HEADERS FROM 'file:///{file}' AS row\n\
                 CALL {{\n  WITH row\n{body}}} IN TRANSACTIONS OF 5000 ROWS;\n"
            ),
            Dialect::Memgraph => {
                format!("LOAD CSV FROM '/import/{file}' WITH HEADER NULLIF '' AS row\n{body};\n")
            }
        }
    }
}

fn load_script(dialect: Dialect, nodes: &[NodeTable<'_>], edges: &[EdgeTable<'_>]) -> String {
    let mut script = String::from(dialect.introduction());
    for kind in [Kind::Paper, Kind::Entity, Kind::Topic] {
        if nodes.iter().any(|table| table.kind == kind) {
            script.push_str(&dialect.constraint(kind.label()));
        }
    }
    for table in nodes {
        let mut body = format!("  MERGE (n:{} {{id: row.`id:ID`}})\n  SET ", table.kind.label());
        if table.kind == Kind::Entity {
            let _ = write!(body, "n:{}, ", cypher_name(table.label));
        }
        let name = table.kind.name_property();
        let _ = write!(body, "n.{name} = row.{name}");
        for column in &table.columns {
            let _ = write!(body, ", n.{} = {}", column.name, Type::of(column.kind).expression(column.name));
        }
        body.push('\n');
        script.push('\n');
        script.push_str(&dialect.load(&table.file, &body));
    }
    for table in edges {
        let mut body = format!(
            "  MATCH (a:{} {{id: row.`:START_ID`}})\n  MATCH (b:{} {{id: row.`:END_ID`}})\n  MERGE (a)-[r:{}]->(b)\n  SET ",
            table.source,
            table.target,
            relation_name(table.relation)
        );
        for (position, (name, column)) in EDGE_COLUMNS.iter().enumerate() {
            let comma = if position > 0 { ", " } else { "" };
            let _ = write!(body, "{comma}r.{name} = {}", column.expression(name));
        }
        body.push('\n');
        script.push('\n');
        script.push_str(&dialect.load(&table.file, &body));
    }
    script
}
