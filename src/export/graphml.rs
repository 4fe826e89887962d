//! GraphML, as Gephi, Cytoscape, yEd, networkx and igraph read it.
//!
//! What readers take in particular ways:
//! - Gephi takes the attributes named `label`, `x`, `y`, `size`, `r`, `g`, `b` for how a node looks, and refuses a
//!   key that is not for nodes or edges.
//! - Gephi keeps several edges between two nodes only when their types differ, and takes the XML attribute `label`
//!   of an edge for its type. GraphML itself does not know that attribute; other readers pass it over.
//! - TinkerPop takes the attributes `labelV` and `labelE` for the labels of nodes and edges and makes ids of its own;
//!   JanusGraph, built on it, refuses an attribute named `label`. So there is a second file for them,
//!   `tinkerpop.graphml`, with other names and without what only drawing programs need.
//! - Keys have to be unique among nodes and edges together, and yEd's `d3` and `d7` mean labels to Gephi, so a key
//!   is simply the attribute's name.

use std::io::{self, Write};

use super::number::{write_integer, write_single};
use super::style::parse_color;
use super::view::{ColumnKind, EDGE_COLUMNS, EdgeView, NodeView, View};
use super::{ExportError, ExportOptions, Exporter, Stage, blocks, xml};

/// Writes `graph.graphml`.
pub struct Graphml;

impl Exporter for Graphml {
    fn write(&self, view: &View<'_>, stage: &Stage, _options: &ExportOptions) -> Result<(), ExportError> {
        stage.file("graph.graphml", |out| write(view, out))
    }
}

/// Writes `tinkerpop.graphml`.
pub struct Tinkerpop;

impl Exporter for Tinkerpop {
    fn write(&self, view: &View<'_>, stage: &Stage, _options: &ExportOptions) -> Result<(), ExportError> {
        stage.file("tinkerpop.graphml", |out| Document { view, names: &TINKERPOP }.write(out))
    }
}

/// Names of attributes that readers take in particular ways.
struct Names {
    /// The id, where readers do not keep that of the element.
    id: Option<&'static str>,
    label: &'static str,
    node_type: &'static str,
    relation: &'static str,
    /// Colours as numbers, for Gephi.
    channels: bool,
}

const COMMON: Names = Names { id: None, label: "label", node_type: "type", relation: "relation", channels: true };

const TINKERPOP: Names =
    Names { id: Some("identifier"), label: "name", node_type: "labelV", relation: "labelE", channels: false };

/// Writes the whole document.
pub fn write<W: Write>(view: &View<'_>, out: &mut W) -> io::Result<()> {
    Document { view, names: &COMMON }.write(out)
}

/// A graph on its way to a file.
struct Document<'d, 'g> {
    view: &'d View<'g>,
    names: &'static Names,
}

impl Document<'_, '_> {
    fn write<W: Write>(&self, out: &mut W) -> io::Result<()> {
        out.write_all(
            b"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\
              <graphml xmlns=\"http://graphml.graphdrawing.org/xmlns\" \
              xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" \
              xsi:schemaLocation=\"http://graphml.graphdrawing.org/xmlns \
              http://graphml.graphdrawing.org/xmlns/1.0/graphml.xsd\">\n",
        )?;
        self.write_keys(out)?;
        out.write_all(b"<graph id=\"papergraph\" edgedefault=\"directed\">\n")?;
        blocks::write_nodes(self.view, out, |node, out| self.write_node(node, out))?;
        blocks::write_edges(self.view, out, |edge, out| self.write_edge(edge, out))?;
        out.write_all(b"</graph>\n</graphml>\n")
    }

    fn write_keys<W: Write>(&self, out: &mut W) -> io::Result<()> {
        let mut key = |name: &str, element: &str, kind: &str| {
            writeln!(out, "<key id=\"{name}\" for=\"{element}\" attr.name=\"{name}\" attr.type=\"{kind}\"/>")
        };
        if let Some(id) = self.names.id {
            key(id, "node", "string")?;
        }
        key(self.names.label, "node", "string")?;
        key(self.names.node_type, "node", "string")?;
        for column in self.view.node_columns() {
            key(column.name, "node", type_name(column.kind))?;
        }
        if self.names.channels {
            for channel in ["r", "g", "b"] {
                key(channel, "node", "int")?;
            }
        }
        key(self.names.relation, "edge", "string")?;
        for column in &EDGE_COLUMNS {
            key(column.name, "edge", type_name(column.kind))?;
        }
        Ok(())
    }

    fn write_node<W: Write>(&self, node: &NodeView<'_>, out: &mut W) -> io::Result<()> {
        out.write_all(b"<node id=\"")?;
        xml::write_attribute(out, &node.node.id)?;
        out.write_all(b"\">")?;
        if let Some(id) = self.names.id {
            write_data(out, id, |out| xml::write_text(out, &node.node.id))?;
        }
        write_data(out, self.names.label, |out| xml::write_text(out, &node.node.label))?;
        write_data(out, self.names.node_type, |out| xml::write_text(out, node.type_label))?;
        for column in self.view.node_columns() {
            if let Some(value) = (column.value)(node) {
                write_data(out, column.name, |out| value.write(out, xml::write_text))?;
            }
        }
        if let Some(channels) = parse_color(node.color).filter(|_| self.names.channels) {
            for (name, channel) in ["r", "g", "b"].into_iter().zip(channels) {
                write_data(out, name, |out| write_integer(out, channel))?;
            }
        }
        out.write_all(b"</node>\n")
    }

    fn write_edge<W: Write>(&self, edge: &EdgeView<'_>, out: &mut W) -> io::Result<()> {
        out.write_all(b"<edge id=\"")?;
        edge.id.write(out)?;
        out.write_all(b"\" source=\"")?;
        xml::write_attribute(out, &edge.source.id)?;
        out.write_all(b"\" target=\"")?;
        xml::write_attribute(out, &edge.target.id)?;
        out.write_all(b"\" label=\"")?;
        xml::write_attribute(out, &edge.relation.id)?;
        out.write_all(b"\"><data key=\"")?;
        out.write_all(self.names.relation.as_bytes())?;
        out.write_all(b"\">")?;
        xml::write_text(out, &edge.relation.id)?;
        out.write_all(b"</data><data key=\"weight\">")?;
        write_single(out, edge.weight())?;
        out.write_all(b"</data><data key=\"confidence\">")?;
        write_single(out, edge.confidence())?;
        out.write_all(b"</data><data key=\"count\">")?;
        write_integer(out, edge.edge.count)?;
        if let Some(sentence) = edge.sentence() {
            out.write_all(b"</data><data key=\"sentence\">")?;
            xml::write_text(out, &sentence)?;
        }
        if edge.has_rules() {
            out.write_all(b"</data><data key=\"rules\">")?;
            edge.write_rules(out, xml::write_text)?;
        }
        out.write_all(b"</data></edge>\n")
    }
}

fn type_name(kind: ColumnKind) -> &'static str {
    match kind {
        ColumnKind::Text | ColumnKind::List => "string",
        ColumnKind::Integer => "int",
        ColumnKind::Real => "double",
    }
}

fn write_data<W: Write>(out: &mut W, key: &str, content: impl FnOnce(&mut W) -> io::Result<()>) -> io::Result<()> {
    out.write_all(b"<data key=\"")?;
    out.write_all(key.as_bytes())?;
    out.write_all(b"\">")?;
    content(out)?;
    out.write_all(b"</data>")
}
