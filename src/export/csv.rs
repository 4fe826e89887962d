//! `nodes.csv` and `edges.csv`, as Gephi's spreadsheet import, pandas and spreadsheets read them.
//!
//! `Type` of an edge is `Directed`, as Gephi wants it, and `Kind` is the relation. Texts are written as they are, also
//! those that begin with `=`, `+`, `-` or `@`: a mark in front of them, which would keep a spreadsheet from taking
//! them for formulas, would be part of the name for every program. A spreadsheet takes nothing for a formula when the
//! columns are imported as text.

use std::io::{self, Write};

use super::text::readable;
use super::view::{EDGE_COLUMNS, Value, View};
use super::{ExportError, ExportOptions, Exporter, Stage};

/// Writes `nodes.csv` and `edges.csv`.
pub struct Csv;

impl Exporter for Csv {
    fn write(&self, view: &View<'_>, stage: &Stage, _options: &ExportOptions) -> Result<(), ExportError> {
        stage.file("nodes.csv", |out| write_nodes(view, out))?;
        stage.file("edges.csv", |out| write_edges(view, out))
    }
}

/// Writes the table of nodes.
pub fn write_nodes<W: Write>(view: &View<'_>, out: &mut W) -> io::Result<()> {
    let mut table = csv::Writer::from_writer(out);
    let titles = view.node_columns().iter().map(|column| column.title);
    table.write_record(["Id", "Label", "Type"].into_iter().chain(titles))?;
    let mut cell = Vec::new();
    for node in view.nodes() {
        for text in [&node.node.id, &node.node.label, node.type_label] {
            table.write_field(readable(text).as_bytes())?;
        }
        for column in view.node_columns() {
            cell.clear();
            if let Some(value) = (column.value)(&node) {
                write_value(&value, &mut cell)?;
            }
            table.write_field(&cell)?;
        }
        table.write_record(None::<&[u8]>)?;
    }
    table.flush()
}

/// Writes the table of edges.
pub fn write_edges<W: Write>(view: &View<'_>, out: &mut W) -> io::Result<()> {
    let mut table = csv::Writer::from_writer(out);
    let titles = EDGE_COLUMNS.iter().map(|column| column.title);
    table.write_record(["Id", "Source", "Target", "Type", "Kind"].into_iter().chain(titles))?;
    for edge in view.edges() {
        table.write_record([
            edge.id.to_string().as_str(),
            &readable(&edge.source.id),
            &readable(&edge.target.id),
            "Directed",
            &readable(&edge.relation.id),
            &edge.weight().to_string(),
            &edge.confidence().to_string(),
            &edge.edge.count.to_string(),
            &readable(edge.sentence().unwrap_or_default()),
            &readable(&edge.joined_rules().unwrap_or_default()),
        ])?;
    }
    table.flush()
}

/// Writes a value as the csv crate wants it: plain, the quoting is its part.
fn write_value(value: &Value<'_>, cell: &mut Vec<u8>) -> io::Result<()> {
    value.write(cell, |out, text| out.write_all(readable(text).as_bytes()))
}
