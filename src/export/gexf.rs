//! GEXF 1.3, as Gephi and Gephi Lite read it: colours, sizes, places, kinds of edges and a timeline.
//!
//! Where years are known the graph is dynamic: a paper and its edges live in the year of the paper, an entity from its
//! first year to its last, and so does a topic. So Gephi's timeline shows a single year with a narrow window and the
//! field as it grew with a window that starts at the left. What has no year is there at all times.

use std::io::{self, Write};

use super::style::parse_color;
use super::view::{ColumnKind, EDGE_COLUMNS, EdgeView, NodeColumn, NodeView, View, paper, years};
use super::{ExportError, ExportOptions, Exporter, GENERATOR, Stage, blocks, xml};

/// Writes `graph.gexf`.
pub struct Gexf;

impl Exporter for Gexf {
    fn write(&self, view: &View<'_>, stage: &Stage, _options: &ExportOptions) -> Result<(), ExportError> {
        stage.file("graph.gexf", |out| write(view, out))
    }
}

/// Attributes that GEXF has elements of its own for.
const VISUAL: [&str; 4] = ["x", "y", "size", "color"];

/// Writes the whole document.
pub fn write<W: Write>(view: &View<'_>, out: &mut W) -> io::Result<()> {
    let dynamic = view.years().is_some_and(|(first, last)| span(first, last).is_some());
    let columns: Vec<&NodeColumn> =
        view.node_columns().iter().copied().filter(|column| !VISUAL.contains(&column.name)).collect();
    out.write_all(
        b"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\
          <gexf xmlns=\"http://gexf.net/1.3\" xmlns:viz=\"http://gexf.net/1.3/viz\" \
          xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" \
          xsi:schemaLocation=\"http://gexf.net/1.3 http://gexf.net/1.3/gexf.xsd\" version=\"1.3\">\n",
    )?;
    writeln!(out, "<meta><creator>{GENERATOR}</creator></meta>")?;
    out.write_all(if dynamic {
        b"<graph defaultedgetype=\"directed\" mode=\"dynamic\" timeformat=\"date\" timerepresentation=\"interval\">\n"
            .as_slice()
    } else {
        b"<graph defaultedgetype=\"directed\" mode=\"static\">\n"
    })?;
    write_attributes(&columns, out)?;
    out.write_all(b"<nodes>\n")?;
    blocks::write_nodes(view, out, |node, out| write_node(&columns, node, out))?;
    out.write_all(b"</nodes>\n<edges>\n")?;
    blocks::write_edges(view, out, write_edge)?;
    out.write_all(b"</edges>\n</graph>\n</gexf>\n")
}

fn write_attributes<W: Write>(columns: &[&NodeColumn], out: &mut W) -> io::Result<()> {
    out.write_all(b"<attributes class=\"node\" mode=\"static\">\n")?;
    write_attribute_type("type", ColumnKind::Text, out)?;
    for column in columns {
        write_attribute_type(column.name, column.kind, out)?;
    }
    out.write_all(b"</attributes>\n<attributes class=\"edge\" mode=\"static\">\n")?;
    write_attribute_type("relation", ColumnKind::Text, out)?;
    // The weight is an attribute of the element itself.
    for column in EDGE_COLUMNS.iter().filter(|column| column.name != "weight") {
        write_attribute_type(column.name, column.kind, out)?;
    }
    out.write_all(b"</attributes>\n")
}

fn write_attribute_type<W: Write>(name: &str, kind: ColumnKind, out: &mut W) -> io::Result<()> {
    let kind = match kind {
        ColumnKind::Text | ColumnKind::List => "string",
        ColumnKind::Integer => "integer",
        ColumnKind::Real => "double",
    };
    writeln!(out, "<attribute id=\"{name}\" title=\"{name}\" type=\"{kind}\"/>")
}

fn write_node<W: Write>(columns: &[&NodeColumn], node: &NodeView<'_>, out: &mut W) -> io::Result<()> {
    out.write_all(b"<node id=\"")?;
    xml::write_attribute(out, &node.node.id)?;
    out.write_all(b"\" label=\"")?;
    xml::write_attribute(out, &node.node.label)?;
    out.write_all(b"\"")?;
    write_span(lifetime(node), out)?;
    out.write_all(b"><attvalues>")?;
    write_value("type", out, |out| xml::write_attribute(out, node.type_label))?;
    for column in columns {
        if let Some(value) = (column.value)(node) {
            write_value(column.name, out, |out| value.write(out, xml::write_attribute))?;
        }
    }
    out.write_all(b"</attvalues>")?;
    if let Some([r, g, b]) = parse_color(node.color) {
        write!(out, "<viz:color r=\"{r}\" g=\"{g}\" b=\"{b}\"/>")?;
    }
    if let Some((x, y)) = node.position() {
        write!(out, "<viz:position x=\"{x}\" y=\"{y}\" z=\"0\"/>")?;
    }
    writeln!(out, "<viz:size value=\"{}\"/></node>", node.size)
}

fn write_edge<W: Write>(edge: &EdgeView<'_>, out: &mut W) -> io::Result<()> {
    write!(out, "<edge id=\"{}\" source=\"", edge.id)?;
    xml::write_attribute(out, &edge.source.id)?;
    out.write_all(b"\" target=\"")?;
    xml::write_attribute(out, &edge.target.id)?;
    out.write_all(b"\" kind=\"")?;
    xml::write_attribute(out, &edge.relation.id)?;
    out.write_all(b"\" label=\"")?;
    xml::write_attribute(out, &edge.relation.label)?;
    write!(out, "\" weight=\"{}\"", edge.weight())?;
    write_span(edge.year().and_then(|year| span(year, year)), out)?;
    out.write_all(b"><attvalues>")?;
    write_value("relation", out, |out| xml::write_attribute(out, &edge.relation.id))?;
    write_value("confidence", out, |out| write!(out, "{}", edge.confidence()))?;
    write_value("count", out, |out| write!(out, "{}", edge.edge.count))?;
    if let Some(sentence) = edge.sentence() {
        write_value("sentence", out, |out| xml::write_attribute(out, &sentence))?;
    }
    if edge.has_rules() {
        write_value("rules", out, |out| edge.write_rules(out, xml::write_attribute))?;
    }
    out.write_all(b"</attvalues></edge>\n")
}

fn write_value<W: Write>(name: &str, out: &mut W, value: impl FnOnce(&mut W) -> io::Result<()>) -> io::Result<()> {
    out.write_all(b"<attvalue for=\"")?;
    out.write_all(name.as_bytes())?;
    out.write_all(b"\" value=\"")?;
    value(out)?;
    out.write_all(b"\"/>")
}

/// The years that a node is there; `None`: at all times.
fn lifetime(node: &NodeView<'_>) -> Option<(i32, i32)> {
    if let Some(facts) = paper(node.node) {
        let year = facts.year?;
        return span(year, year);
    }
    let (first, last) = years(node.node)?;
    span(first?, last?)
}

/// The years if both can be written as dates.
fn span(first: i32, last: i32) -> Option<(i32, i32)> {
    let as_date = |year| (1..=9999).contains(&year);
    (as_date(first) && as_date(last) && first <= last).then_some((first, last))
}

fn write_span<W: Write>(years: Option<(i32, i32)>, out: &mut W) -> io::Result<()> {
    match years {
        Some((first, last)) => write!(out, " start=\"{first:04}-01-01\" end=\"{last:04}-12-31\""),
        None => Ok(()),
    }
}
