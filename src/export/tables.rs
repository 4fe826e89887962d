//! Tables for databases: nodes of one label and edges of one relation each.

use std::collections::BTreeMap;
use std::io::{self, Write};

use petgraph::graph::NodeIndex;
use rustc_hash::FxHashSet;

use super::text::{file_stem, readable};
use super::view::{EdgeView, NODE_COLUMNS, NodeColumn, NodeView, Value, View};
use crate::graph::{Node, NodeKind};

/// Stands between the members of a list in a field of a table: the unit separator, made for this.
///
/// A printable character would be part of a name some day; this one never is, because tables leave control characters
/// out.
pub const UNIT_SEPARATOR: char = '\u{1f}';

/// The nodes of one label.
pub struct NodeTable<'g> {
    /// `Paper`, `Topic`, or the label of an entity type.
    pub label: &'g str,
    /// Are its nodes papers, entities or topics?
    pub kind: Kind,
    /// Name of its file, without a folder.
    pub file: String,
    /// The attributes that at least one of its nodes has.
    pub columns: Vec<&'static NodeColumn>,
    nodes: Vec<NodeIndex>,
}

/// The edges of one relation between nodes of two labels.
pub struct EdgeTable<'g> {
    /// Id of the relation.
    pub relation: &'g str,
    /// Label of the sources.
    pub source: &'g str,
    /// Label of the targets.
    pub target: &'g str,
    /// Name of its file, without a folder.
    pub file: String,
    /// The edges in the order of the graph.
    pub edges: Vec<EdgeView<'g>>,
}

/// What every node is, whatever the schema says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A paper.
    Paper,
    /// An entity of any type.
    Entity,
    /// A topic.
    Topic,
}

impl Kind {
    /// What a node is.
    pub fn of(node: &Node) -> Kind {
        match node.kind {
            NodeKind::Paper(_) => Kind::Paper,
            NodeKind::Entity(_) => Kind::Entity,
            NodeKind::Topic(_) => Kind::Topic,
        }
    }

    /// The label that all nodes of the kind have in a database.
    pub fn label(self) -> &'static str {
        match self {
            Kind::Paper => "Paper",
            Kind::Entity => "Entity",
            Kind::Topic => "Topic",
        }
    }

    /// The property that holds the node's label: people ask for the title of a paper and the name of a thing.
    pub fn name_property(self) -> &'static str {
        if self == Kind::Paper { "title" } else { "name" }
    }
}

impl<'g> NodeTable<'g> {
    /// The nodes in the order of the graph.
    pub fn nodes(&self, view: &View<'g>) -> impl Iterator<Item = NodeView<'g>> {
        self.nodes.iter().map(|&index| view.node(index))
    }
}

/// A table for each label that has nodes: papers, then types in the order of the schema, then topics.
pub fn node_tables<'g>(view: &View<'g>) -> Vec<NodeTable<'g>> {
    let mut groups: BTreeMap<usize, Vec<NodeIndex>> = BTreeMap::new();
    for node in view.nodes() {
        let place = match &node.node.kind {
            NodeKind::Paper(_) => 0,
            NodeKind::Entity(facts) => 1 + usize::from(facts.entity_type.0),
            NodeKind::Topic(_) => usize::MAX,
        };
        groups.entry(place).or_default().push(node.index);
    }
    let mut files = FileNames::default();
    let table = |nodes: Vec<NodeIndex>| {
        let first = nodes.first().map(|&index| view.node(index))?;
        let used = |column: &&NodeColumn| nodes.iter().any(|&index| (column.value)(&view.node(index)).is_some());
        Some(NodeTable {
            label: first.type_label,
            kind: Kind::of(first.node),
            file: files.name(&["nodes", first.type_label]),
            columns: NODE_COLUMNS.iter().filter(used).collect(),
            nodes,
        })
    };
    groups.into_values().filter_map(table).collect()
}

/// A table for each relation, and for each pair of labels that it ties; `label` says what counts as a node's label.
pub fn edge_tables<'g>(view: &View<'g>, label: impl Fn(&NodeView<'g>) -> &'g str) -> Vec<EdgeTable<'g>> {
    let mut groups: BTreeMap<(u8, &str, &str), Vec<EdgeView<'g>>> = BTreeMap::new();
    for edge in view.edges() {
        let [source, target] = [edge.source_index, edge.target_index].map(|index| label(&view.node(index)));
        groups.entry((edge.edge.relation.0, source, target)).or_default().push(edge);
    }
    let mut pairs: BTreeMap<u8, usize> = BTreeMap::new();
    for (relation, _, _) in groups.keys() {
        *pairs.entry(*relation).or_default() += 1;
    }
    let mut files = FileNames::default();
    let table = |((relation, source, target), edges): ((u8, &'g str, &'g str), Vec<EdgeView<'g>>)| {
        let id = edges.first()?.relation.id.as_str();
        let parts = ["edges", id, source, target];
        let alone = pairs.get(&relation) == Some(&1);
        let file = files.name(if alone { &parts[..2] } else { &parts });
        Some(EdgeTable { relation: id, source, target, file, edges })
    };
    groups.into_iter().filter_map(table).collect()
}

/// Writes a value as the csv crate wants it, the members of lists apart by [`UNIT_SEPARATOR`].
pub fn write_cell(value: &Value<'_>, cell: &mut Vec<u8>) -> io::Result<()> {
    match value {
        Value::List(members) => write_list(members.iter().map(String::as_str), cell),
        _ => value.write(cell, |out, text| out.write_all(readable(text).as_bytes())),
    }
}

/// Writes the members of a list.
pub fn write_list<'t>(members: impl Iterator<Item = &'t str>, cell: &mut Vec<u8>) -> io::Result<()> {
    for (position, member) in members.enumerate() {
        if position > 0 {
            write!(cell, "{UNIT_SEPARATOR}")?;
        }
        cell.write_all(readable(member).as_bytes())?;
    }
    Ok(())
}

/// A name in backticks where Cypher needs them, as it is where not.
///
/// Backslashes are left out: some databases turn `\u0060` into a backtick before they look at the statement, and no way
/// to write a backslash in a name holds for all of them.
pub fn cypher_name(name: &str) -> String {
    let plain = name.starts_with(|c: char| c.is_ascii_alphabetic())
        && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
    if plain { name.to_owned() } else { format!("`{}`", readable(name).replace('\\', "").replace('`', "``")) }
}

/// The name of a relation in a database: `TRAINED_ON` for `trained_on`.
pub fn relation_name(id: &str) -> String {
    cypher_name(&id.to_uppercase())
}

/// Names of files, each given once.
#[derive(Default)]
struct FileNames {
    given: FxHashSet<String>,
}

impl FileNames {
    fn name(&mut self, parts: &[&str]) -> String {
        let stems: Vec<String> = parts.iter().map(|part| file_stem(part)).filter(|stem| !stem.is_empty()).collect();
        let stem = stems.join("-");
        let mut name = format!("{stem}.csv");
        let mut number = 2;
        while !self.given.insert(name.clone()) {
            name = format!("{stem}-{number}.csv");
            number += 1;
        }
        name
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_in_cypher() {
        assert_eq!(cypher_name("Model"), "Model");
        assert_eq!(cypher_name("Cell line"), "`Cell line`");
        assert_eq!(cypher_name("a`b"), "`a``b`");
        assert_eq!(cypher_name("3D"), "`3D`");
        assert_eq!(cypher_name(r"a\u0060) DETACH DELETE n //"), "`au0060) DETACH DELETE n //`");
        assert_eq!(relation_name("trained_on"), "TRAINED_ON");
    }

    #[test]
    fn no_two_files_have_one_name() {
        let mut files = FileNames::default();
        assert_eq!(files.name(&["nodes", "Cell line"]), "nodes-cell-line.csv");
        assert_eq!(files.name(&["nodes", "Cell-Line"]), "nodes-cell-line-2.csv");
        assert_eq!(files.name(&["nodes", "日本"]), "nodes.csv");
    }
}
