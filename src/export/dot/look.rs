//! How nodes and edges look.

use graphviz_rust::dot_structures::{Attribute, Edge, EdgeTy, Id, NodeId, Stmt, Vertex};

use super::label::{quote, quote_lines, quote_name, wrap};
use crate::export::style::{self, PAPER_COLOR};
use crate::export::view::{NodeView, entity, paper};
use crate::rules::{Relation, RelationRole, Schema};

/// A box with title and year.
pub fn paper_style(node: &NodeView<'_>) -> Vec<Attribute> {
    let mut lines = wrap(&node.node.label, 36, 3);
    if let Some(year) = paper(node.node).and_then(|facts| facts.year) {
        lines.push(format!("({year})"));
    }
    vec![
        Attribute(Id::Plain("label".into()), Id::Escaped(quote_lines(&lines))),
        plain("shape", "box"),
        plain("style", "filled"),
        plain("fillcolor", "#ffffff"),
        plain("color", PAPER_COLOR),
    ]
}

/// An ellipse in the colour of the type, its name the larger the more papers name it.
pub fn entity_style(node: &NodeView<'_>, schema: &Schema) -> Vec<Attribute> {
    let papers = entity(node.node).map_or(0, |facts| facts.papers);
    // Ten points for a single paper, two more for each doubling.
    let points = (10.0 + 2.0 * f64::from(papers.max(1)).log2()).min(28.0).round();
    // Always the colour of the type: topics have boxes here, and the legend names types.
    let declared = node.entity_type(schema).map_or(PAPER_COLOR, |declared| &declared.color);
    let color = color_or(declared, PAPER_COLOR);
    vec![
        Attribute(Id::Plain("label".into()), Id::Escaped(quote_lines(&wrap(&node.node.label, 24, 2)))),
        plain("shape", "ellipse"),
        plain("style", "filled"),
        plain("fillcolor", color),
        plain("color", color),
        plain("fontcolor", style::text_color(color)),
        plain("fontsize", &points.to_string()),
    ]
}

/// A line in the colour of the relation, of a kind by what the relation is for.
pub fn edge_style(relation: &Relation) -> Vec<Attribute> {
    let mut attributes = vec![plain("color", color_or(&relation.color, "#000000"))];
    match line_style(relation) {
        "bold" => attributes.extend([plain("penwidth", "2.2"), plain("arrowhead", "normal")]),
        other => attributes.extend([plain("style", other), plain("arrowhead", "empty")]),
    }
    attributes
}

/// The kind of line, by what the relation is for, so that colour is not all that tells relations apart.
pub fn line_style(relation: &Relation) -> &'static str {
    match relation.role {
        RelationRole::Contribution => "bold",
        RelationRole::Entity if relation.takes_up => "solid",
        RelationRole::Entity | RelationRole::Family | RelationRole::Topic => "dashed",
        RelationRole::Citation => "solid",
    }
}

/// The colour, if it is one.
pub fn color_or<'c>(color: &'c str, otherwise: &'c str) -> &'c str {
    if style::parse_color(color).is_some() { color } else { otherwise }
}

/// An edge with its look.
pub fn edge_statement(source: NodeId, target: NodeId, attributes: Vec<Attribute>) -> Stmt {
    Stmt::Edge(Edge { ty: EdgeTy::Pair(Vertex::N(source), Vertex::N(target)), attributes })
}

/// A name in quotes; ids of nodes have a colon, so names without one are free for what is not a node.
pub fn node_id(name: &str) -> NodeId {
    NodeId(Id::Escaped(quote_name(name)), None)
}

/// An attribute whose value needs no escaping.
pub fn plain(name: &str, value: &str) -> Attribute {
    Attribute(Id::Plain(name.to_owned()), Id::Escaped(format!("\"{value}\"")))
}

/// An attribute whose value is a text from outside.
pub fn shown(name: &str, text: &str) -> Attribute {
    Attribute(Id::Plain(name.to_owned()), Id::Escaped(quote(text)))
}
