//! What changed from one graph to another: nodes by id, edges by their ends and relation.
//!
//! [`Diff::of`] compares two views; [`write_cypher`] writes the statements that turn a database that holds the old
//! graph into one that holds the new.

use std::collections::BTreeMap;
use std::io::{self, Write};

use rustc_hash::FxHashSet;

use super::cypher::{write_ends, write_literal, write_new_edge, write_new_node, write_value};
use super::tables::{Kind, cypher_name, relation_name};
use super::view::{EdgeView, NODE_COLUMNS, NodeView, Value, View};

/// Columns whose values come of the whole graph, so that they change whenever anything does.
const OF_THE_WHOLE: [&str; 11] =
    ["degree", "weighted_degree", "pagerank", "topic", "subtopic", "bridge", "x", "y", "size", "color", "entities"];

/// Everything that differs between two graphs, in the order of the graphs.
#[derive(Default)]
pub struct Diff<'g> {
    /// Nodes of the new graph that the old one lacks.
    pub nodes_came: Vec<NodeView<'g>>,
    /// Nodes of the old graph that the new one lacks.
    pub nodes_went: Vec<NodeView<'g>>,
    /// Nodes of both with other values.
    pub nodes_changed: Vec<Changed<NodeView<'g>>>,
    /// Edges of the new graph that the old one lacks.
    pub edges_came: Vec<EdgeView<'g>>,
    /// Edges of the old graph that the new one lacks.
    pub edges_went: Vec<EdgeView<'g>>,
    /// Edges of both with other values.
    pub edges_changed: Vec<Changed<EdgeView<'g>>>,
}

/// One node or edge before and after.
pub struct Changed<T> {
    /// As it was.
    pub old: T,
    /// As it is.
    pub new: T,
    /// What changed: name, old and new value.
    pub values: Vec<ChangedValue>,
}

/// One value before and after.
#[derive(Clone, Debug, PartialEq)]
pub struct ChangedValue {
    /// Name of the attribute, as in `graph.json`.
    pub name: &'static str,
    /// The value as it was, if there was one.
    pub old: Option<OwnedValue>,
    /// The value as it is, if there is one.
    pub new: Option<OwnedValue>,
}

/// A value that outlives the graph.
#[derive(Clone, Debug, PartialEq)]
pub enum OwnedValue {
    /// A text.
    Text(String),
    /// Several texts in a fixed order.
    List(Vec<String>),
    /// A whole number.
    Integer(i64),
    /// A number of single precision.
    Single(f32),
    /// A number of double precision.
    Double(f64),
}

impl OwnedValue {
    fn of(value: Value<'_>) -> OwnedValue {
        match value {
            Value::Text(text) => OwnedValue::Text(text.to_owned()),
            Value::List(members) => OwnedValue::List(members.to_vec()),
            Value::Integer(number) => OwnedValue::Integer(number),
            Value::Single(number) => OwnedValue::Single(number),
            Value::Double(number) => OwnedValue::Double(number),
        }
    }

    /// The value as exporters take it.
    pub fn as_value(&self) -> Value<'_> {
        match self {
            OwnedValue::Text(text) => Value::Text(text),
            OwnedValue::List(members) => Value::List(members.into()),
            OwnedValue::Integer(number) => Value::Integer(*number),
            OwnedValue::Single(number) => Value::Single(*number),
            OwnedValue::Double(number) => Value::Double(*number),
        }
    }
}

impl ChangedValue {
    /// Does the value belong to the node itself, and not to its place in the whole graph?
    pub fn is_own(&self) -> bool {
        !OF_THE_WHOLE.contains(&self.name)
    }
}

/// What makes an edge the same edge: source, relation, target.
type EdgeKey<'g> = (&'g str, &'g str, &'g str);

impl<'g> Diff<'g> {
    /// Compares two graphs.
    pub fn of(old: &View<'g>, new: &View<'g>) -> Diff<'g> {
        let mut diff = Diff::default();
        for node in new.nodes() {
            match old.graph.node_index(&node.node.id).map(|index| old.node(index)) {
                Some(before) => diff.nodes_changed.extend(changed(before, node, node_changes(&before, &node))),
                None => diff.nodes_came.push(node),
            }
        }
        let gone = |node: &NodeView<'_>| new.graph.node_index(&node.node.id).is_none();
        diff.nodes_went = old.nodes().filter(gone).collect();

        let mut before: BTreeMap<EdgeKey<'g>, EdgeView<'g>> = old.edges().map(|edge| (key(&edge), edge)).collect();
        for edge in new.edges() {
            match before.remove(&key(&edge)) {
                Some(old) => diff.edges_changed.extend(changed(old, edge, edge_changes(&old, &edge))),
                None => diff.edges_came.push(edge),
            }
        }
        diff.edges_went = before.into_values().collect();
        diff
    }

    /// Is there no difference at all?
    pub fn is_empty(&self) -> bool {
        let Diff { nodes_came, nodes_went, nodes_changed, edges_came, edges_went, edges_changed } = self;
        nodes_came.is_empty()
            && nodes_went.is_empty()
            && nodes_changed.is_empty()
            && edges_came.is_empty()
            && edges_went.is_empty()
            && edges_changed.is_empty()
    }
}

fn key<'g>(edge: &EdgeView<'g>) -> EdgeKey<'g> {
    (&edge.source.id, &edge.relation.id, &edge.target.id)
}

fn changed<T>(old: T, new: T, values: Vec<ChangedValue>) -> Option<Changed<T>> {
    (!values.is_empty()).then_some(Changed { old, new, values })
}

fn node_changes(old: &NodeView<'_>, new: &NodeView<'_>) -> Vec<ChangedValue> {
    let named = [
        ("type", Some(Value::Text(old.type_label)), Some(Value::Text(new.type_label))),
        ("label", Some(Value::Text(&old.node.label)), Some(Value::Text(&new.node.label))),
    ];
    let columns = NODE_COLUMNS.iter().map(|column| (column.name, (column.value)(old), (column.value)(new)));
    only_changed(named.into_iter().chain(columns))
}

fn edge_changes(old: &EdgeView<'_>, new: &EdgeView<'_>) -> Vec<ChangedValue> {
    let sentences = [old, new].map(EdgeView::sentence);
    let [old_sentence, new_sentence] = sentences.each_ref().map(|sentence| sentence.as_deref().map(Value::Text));
    let rules = [old, new].map(|edge| edge.rules().map(str::to_owned).collect::<Vec<_>>());
    let [old_rules, new_rules] = rules.each_ref().map(|rules| (!rules.is_empty()).then(|| Value::List(rules.into())));
    only_changed([
        ("weight", Some(Value::Single(old.weight())), Some(Value::Single(new.weight()))),
        ("confidence", Some(Value::Single(old.confidence())), Some(Value::Single(new.confidence()))),
        ("count", Some(Value::Integer(old.edge.count.into())), Some(Value::Integer(new.edge.count.into()))),
        ("sentence", old_sentence, new_sentence),
        ("rules", old_rules, new_rules),
    ])
}

fn only_changed<'v>(
    values: impl IntoIterator<Item = (&'static str, Option<Value<'v>>, Option<Value<'v>>)>,
) -> Vec<ChangedValue> {
    let differing = values.into_iter().filter(|(_, old, new)| old != new);
    differing
        .map(|(name, old, new)| ChangedValue { name, old: old.map(OwnedValue::of), new: new.map(OwnedValue::of) })
        .collect()
}

/// Writes statements for Neo4j and Memgraph that turn the old graph into the new one; run twice they change nothing
/// more.
///
/// # Errors
/// The script cannot be written.
pub fn write_cypher<W: Write>(diff: &Diff<'_>, out: &mut W) -> io::Result<()> {
    out.write_all(b"// Turns one of papergraph's graphs into a later one; running it again changes nothing.\n")?;
    let went: FxHashSet<&str> = diff.nodes_went.iter().map(|node| node.node.id.as_ref()).collect();
    for edge in &diff.edges_went {
        // Those of a node that goes go with it.
        if !went.contains(edge.source.id.as_ref()) && !went.contains(edge.target.id.as_ref()) {
            write_ends(edge, out)?;
            writeln!(out, " MATCH (a)-[r:{}]->(b) DELETE r;", relation_name(&edge.relation.id))?;
        }
    }
    for node in &diff.nodes_went {
        write_match(node, out)?;
        out.write_all(b" DETACH DELETE n;\n")?;
    }
    for node in &diff.nodes_came {
        write_new_node(node, out)?;
    }
    for change in &diff.nodes_changed {
        write_match(&change.new, out)?;
        let name = Kind::of(change.new.node).name_property();
        let relabelled = change.values.iter().any(|value| value.name == "type");
        if relabelled {
            write!(out, " REMOVE n:{}", cypher_name(change.old.type_label))?;
            write!(out, " SET n:{}", cypher_name(change.new.type_label))?;
        }
        let values = change.values.iter().filter(|value| value.name != "type");
        let properties = values.map(|value| (if value.name == "label" { name } else { value.name }, &value.new));
        write_settings(out, "n", properties)?;
    }
    for edge in &diff.edges_came {
        write_new_edge(edge, out)?;
    }
    for change in &diff.edges_changed {
        write_ends(&change.new, out)?;
        write!(out, " MATCH (a)-[r:{}]->(b)", relation_name(&change.new.relation.id))?;
        write_settings(out, "r", change.values.iter().map(|value| (value.name, &value.new)))?;
    }
    Ok(())
}

/// Writes `MATCH (n:Paper {id: '...'})`.
fn write_match<W: Write>(node: &NodeView<'_>, out: &mut W) -> io::Result<()> {
    write!(out, "MATCH (n:{} {{id: ", Kind::of(node.node).label())?;
    write_literal(out, &node.node.id)?;
    out.write_all(b"})")
}

/// Writes ` SET n.year = 2021, n.venue = null;`.
fn write_settings<'v, W: Write>(
    out: &mut W,
    variable: &str,
    properties: impl Iterator<Item = (&'static str, &'v Option<OwnedValue>)>,
) -> io::Result<()> {
    for (position, (name, value)) in properties.enumerate() {
        let before = if position == 0 { " SET" } else { "," };
        write!(out, "{before} {variable}.{name} = ")?;
        match value {
            Some(value) => write_value(out, &value.as_value())?,
            None => out.write_all(b"null")?,
        }
    }
    out.write_all(b";\n")
}
