//! `nodes.csv` and `edges.csv`, as Gephi's spreadsheet import, pandas and spreadsheets read them.
//!
//! `Type` of an edge is `Directed`, as Gephi wants it, and `Kind` is the relation. Texts are written as they are, also
//! those that begin with `=`, `+`, `-` or `@`: a mark in front of them, which would keep a spreadsheet from taking
//! them for formulas, would be part of the name for every program. A spreadsheet takes nothing for a formula when the
//! columns are imported as text.

use std::io::{self, Write};

use super::number::{write_integer, write_single};
use super::text::{find_byte, is_suspect, readable};
use super::view::{EDGE_COLUMNS, Value, View};
use super::{ExportError, ExportOptions, Exporter, Stage, blocks};

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
    let mut row = Row::new(out);
    let titles = view.node_columns().iter().map(|column| column.title);
    for title in ["Id", "Label", "Type"].into_iter().chain(titles) {
        row.text(title)?;
    }
    row.end()?;
    blocks::write_nodes(view, out, |node, out| {
        let mut row = Row::new(out);
        for text in [&node.node.id, &node.node.label, node.type_label] {
            row.text(text)?;
        }
        for column in view.node_columns() {
            match (column.value)(node) {
                None => row.text("")?,
                Some(Value::Text(text)) => row.text(text)?,
                Some(value @ Value::List(_)) => {
                    let mut cell = Vec::new();
                    value.write(&mut cell, |out, text| out.write_all(readable(text).as_bytes()))?;
                    row.bytes(&cell)?;
                }
                Some(number) => row.plain(|out| number.write(out, |_, _| Ok(())))?,
            }
        }
        row.end()
    })
}

/// Writes the table of edges.
pub fn write_edges<W: Write>(view: &View<'_>, out: &mut W) -> io::Result<()> {
    let mut row = Row::new(out);
    let titles = EDGE_COLUMNS.iter().map(|column| column.title);
    for title in ["Id", "Source", "Target", "Type", "Kind"].into_iter().chain(titles) {
        row.text(title)?;
    }
    row.end()?;
    blocks::write_edges(view, out, |edge, out| {
        let mut row = Row::new(out);
        row.plain(|out| edge.id.write(out))?;
        row.text(&edge.source.id)?;
        row.text(&edge.target.id)?;
        row.text("Directed")?;
        row.text(&edge.relation.id)?;
        row.plain(|out| write_single(out, edge.weight()))?;
        row.plain(|out| write_single(out, edge.confidence()))?;
        row.plain(|out| write_integer(out, edge.edge.count))?;
        row.text(&edge.sentence().unwrap_or_default())?;
        if edge.rules().all(is_plain) {
            row.plain(|out| edge.write_rules(out, |out, rule| out.write_all(rule.as_bytes())))?;
        } else {
            let mut cell = Vec::new();
            edge.write_rules(&mut cell, |out, rule| out.write_all(readable(rule).as_bytes()))?;
            row.bytes(&cell)?;
        }
        row.end()
    })
}

/// Can the text be written as it is?
fn is_plain(text: &str) -> bool {
    find_byte(text.as_bytes(), |byte| is_suspect(byte) | needs_quotes(byte)).is_none()
}

#[inline]
fn needs_quotes(byte: u8) -> bool {
    (byte == b',') | (byte == b'"') | (byte == b'\n') | (byte == b'\r')
}

/// Writes fields and rows as RFC 4180 has them, with line feeds: quotes only around what needs them.
struct Row<'w, W> {
    out: &'w mut W,
    is_first: bool,
}

impl<'w, W: Write> Row<'w, W> {
    fn new(out: &'w mut W) -> Row<'w, W> {
        Row { out, is_first: true }
    }

    /// A field that never needs quotes.
    fn plain(&mut self, write: impl FnOnce(&mut W) -> io::Result<()>) -> io::Result<()> {
        if !std::mem::replace(&mut self.is_first, false) {
            self.out.write_all(b",")?;
        }
        write(self.out)
    }

    fn text(&mut self, text: &str) -> io::Result<()> {
        if is_plain(text) {
            return self.plain(|out| out.write_all(text.as_bytes()));
        }
        self.bytes(readable(text).as_bytes())
    }

    fn bytes(&mut self, bytes: &[u8]) -> io::Result<()> {
        if find_byte(bytes, needs_quotes).is_none() {
            return self.plain(|out| out.write_all(bytes));
        }
        self.plain(|out| {
            out.write_all(b"\"")?;
            for (position, part) in bytes.split(|byte| *byte == b'"').enumerate() {
                out.write_all(if position == 0 { b"" } else { b"\"\"" })?;
                out.write_all(part)?;
            }
            out.write_all(b"\"")
        })
    }

    fn end(&mut self) -> io::Result<()> {
        self.is_first = true;
        self.out.write_all(b"\n")
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn rows_read_back_through_the_csv_crate(
            rows in prop::collection::vec(prop::collection::vec("([ -~\n\r\",]|\\PC)*", 3), 1..5),
        ) {
            let mut out = Vec::new();
            let mut row = Row::new(&mut out);
            for fields in &rows {
                fields.iter().for_each(|field| row.text(field).unwrap());
                row.end().unwrap();
            }
            let mut reader = csv::ReaderBuilder::new().has_headers(false).from_reader(out.as_slice());
            let read: Vec<Vec<String>> =
                reader.records().map(|record| record.unwrap().iter().map(str::to_owned).collect()).collect();
            prop_assert_eq!(read, rows);
        }
    }
}
