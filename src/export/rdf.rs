//! `graph.nt` and `graph.ttl`: RDF with schema.org where it has a word, and a vocabulary of papergraph's own for the
//! rest. `docs/rdf.md` describes both, with queries.
//!
//! An edge is one triple that queries walk along (`paper pg:uses method`) and an `rdf:Statement` about it that carries
//! the evidence, and says with PROV which paper it comes from. Reification of this old kind is long, but every triple
//! store reads it.

use std::io::{self, Write};

use oxrdf::vocab::{rdf, rdfs, xsd};
use oxrdf::{LiteralRef, NamedNode, NamedNodeRef, TermRef, TripleRef};
use oxttl::{NTriplesSerializer, TurtleSerializer};

use super::view::{EdgeView, NODE_COLUMNS, NodeView, Value, View};
use super::{ExportError, ExportOptions, Exporter, Stage};
use crate::graph::NodeKind;
use crate::rules::RelationRole;

/// Where the classes and properties of papergraph live.
pub const VOCABULARY: &str = "https://papergraph.dev/ns#";

/// Where the nodes and edges of a graph live: this and the id.
pub const IDS: &str = "https://papergraph.dev/id/";

const SCHEMA_ORG: &str = "https://schema.org/";
const SKOS: &str = "http://www.w3.org/2004/02/skos/core#";
const PROV: &str = "http://www.w3.org/ns/prov#";

/// Labels of entity types that schema.org has a class for; entities of other types are defined terms.
const SCHEMA_ORG_CLASSES: [(&str, &str); 2] = [("Dataset", "Dataset"), ("Software", "SoftwareApplication")];

/// Attributes that schema.org has a property for; the others have one of papergraph's own.
const SCHEMA_ORG_PROPERTIES: [(&str, &str); 5] = [
    ("authors", "author"),
    ("year", "datePublished"),
    ("url", "url"),
    ("keywords", "keywords"),
    ("aliases", "alternateName"),
];

/// Writes `graph.nt` and `graph.ttl`.
pub struct Rdf;

impl Exporter for Rdf {
    fn write(&self, view: &View<'_>, stage: &Stage, _options: &ExportOptions) -> Result<(), ExportError> {
        stage.file("graph.nt", |out| write_ntriples(view, out))?;
        stage.file("graph.ttl", |out| write_turtle(view, out))
    }
}

/// Writes the graph as N-Triples.
pub fn write_ntriples<W: Write>(view: &View<'_>, out: &mut W) -> io::Result<()> {
    let mut serializer = NTriplesSerializer::new().for_writer(out);
    describe(view, &mut |triple| serializer.serialize_triple(triple))?;
    serializer.finish();
    Ok(())
}

/// Writes the graph as Turtle.
pub fn write_turtle<W: Write>(view: &View<'_>, out: &mut W) -> io::Result<()> {
    let mut serializer = TurtleSerializer::new();
    for (prefix, namespace) in [
        ("pg", VOCABULARY),
        ("schema", SCHEMA_ORG),
        ("skos", SKOS),
        ("prov", PROV),
        ("rdf", "http://www.w3.org/1999/02/22-rdf-syntax-ns#"),
        ("rdfs", "http://www.w3.org/2000/01/rdf-schema#"),
        ("xsd", "http://www.w3.org/2001/XMLSchema#"),
    ] {
        serializer = serializer.with_prefix(prefix, namespace).map_err(io::Error::other)?;
    }
    let mut serializer = serializer.for_writer(out);
    describe(view, &mut |triple| serializer.serialize_triple(triple))?;
    serializer.finish()?;
    Ok(())
}

/// Takes triples one by one.
type Sink<'s> = dyn FnMut(TripleRef<'_>) -> io::Result<()> + 's;

/// Gives every triple of the graph to the sink.
fn describe(view: &View<'_>, sink: &mut Sink<'_>) -> io::Result<()> {
    describe_schema(view, sink)?;
    for node in view.nodes() {
        describe_node(&node, sink)?;
    }
    for edge in view.edges() {
        describe_edge(&edge, sink)?;
    }
    Ok(())
}

fn describe_schema(view: &View<'_>, sink: &mut Sink<'_>) -> io::Result<()> {
    let entity = own("Entity");
    for entity_type in &view.schema().types {
        let class = own(&entity_type.label);
        sink(TripleRef::new(class.as_ref(), rdf::TYPE, rdfs::CLASS))?;
        sink(TripleRef::new(class.as_ref(), rdfs::SUB_CLASS_OF, entity.as_ref()))?;
        say(sink, &class, rdfs::LABEL, &entity_type.label)?;
        say(sink, &class, rdfs::COMMENT, &entity_type.description)?;
    }
    for relation in &view.schema().relations {
        let property = own(&relation.id);
        sink(TripleRef::new(property.as_ref(), rdf::TYPE, rdf::PROPERTY))?;
        say(sink, &property, rdfs::LABEL, &relation.label)?;
        say(sink, &property, rdfs::COMMENT, &relation.description)?;
    }
    Ok(())
}

fn describe_node(node: &NodeView<'_>, sink: &mut Sink<'_>) -> io::Result<()> {
    let subject = resource(&node.node.id);
    let classes = match &node.node.kind {
        NodeKind::Paper(_) => [own("Paper"), schema_org("ScholarlyArticle")],
        NodeKind::Topic(_) => [own("Topic"), NamedNode::new_unchecked(format!("{SKOS}Concept"))],
        NodeKind::Entity(_) => {
            let known = SCHEMA_ORG_CLASSES.iter().find(|(label, _)| *label == node.type_label);
            [own(node.type_label), schema_org(known.map_or("DefinedTerm", |(_, class)| class))]
        }
    };
    for class in &classes {
        sink(TripleRef::new(subject.as_ref(), rdf::TYPE, class.as_ref()))?;
    }
    say(sink, &subject, schema_org("name").as_ref(), &node.node.label)?;
    for column in &NODE_COLUMNS {
        let Some(value) = (column.value)(node) else {
            continue;
        };
        let known = SCHEMA_ORG_PROPERTIES.iter().find(|(name, _)| *name == column.name);
        let property = known.map_or_else(|| own(&camel_case(column.name)), |(_, property)| schema_org(property));
        match (column.name, value) {
            ("year" | "first_year" | "last_year", Value::Integer(year)) => {
                let year = format!("{year:04}");
                let literal = LiteralRef::new_typed_literal(&year, xsd::G_YEAR);
                sink(TripleRef::new(subject.as_ref(), property.as_ref(), literal))?;
            }
            ("parent", Value::Text(id)) => {
                let broader = NamedNode::new_unchecked(format!("{SKOS}broader"));
                sink(TripleRef::new(subject.as_ref(), broader.as_ref(), resource(id).as_ref()))?;
            }
            ("entities", Value::List(ids)) => {
                for id in &*ids {
                    sink(TripleRef::new(subject.as_ref(), property.as_ref(), resource(id).as_ref()))?;
                }
            }
            (_, value) => say_value(sink, &subject, &property, &value)?,
        }
    }
    Ok(())
}

fn describe_edge(edge: &EdgeView<'_>, sink: &mut Sink<'_>) -> io::Result<()> {
    let (source, target) = (resource(&edge.source.id), resource(&edge.target.id));
    let property = own(&edge.relation.id);
    sink(TripleRef::new(source.as_ref(), property.as_ref(), target.as_ref()))?;
    let also = match edge.relation.role {
        RelationRole::Contribution | RelationRole::Topic => schema_org("about"),
        RelationRole::Entity if edge.relation.takes_up => schema_org("about"),
        RelationRole::Entity => schema_org("mentions"),
        RelationRole::Citation => schema_org("citation"),
        RelationRole::Family => NamedNode::new_unchecked(format!("{SKOS}broader")),
    };
    sink(TripleRef::new(source.as_ref(), also.as_ref(), target.as_ref()))?;

    let statement = resource(&edge.id.to_string());
    sink(TripleRef::new(statement.as_ref(), rdf::TYPE, rdf::STATEMENT))?;
    sink(TripleRef::new(statement.as_ref(), rdf::SUBJECT, source.as_ref()))?;
    sink(TripleRef::new(statement.as_ref(), rdf::PREDICATE, property.as_ref()))?;
    sink(TripleRef::new(statement.as_ref(), rdf::OBJECT, target.as_ref()))?;
    if matches!(edge.source.kind, NodeKind::Paper(_)) {
        let derived = iri(PROV, "wasDerivedFrom");
        sink(TripleRef::new(statement.as_ref(), derived.as_ref(), source.as_ref()))?;
    }
    say_value(sink, &statement, &own("confidence"), &Value::Single(edge.confidence()))?;
    say_value(sink, &statement, &own("count"), &Value::Integer(edge.edge.count.into()))?;
    say_value(sink, &statement, &own("weight"), &Value::Single(edge.weight()))?;
    if let Some(sentence) = edge.sentence() {
        say(sink, &statement, own("sentence").as_ref(), &sentence)?;
    }
    for rule in edge.rules() {
        say(sink, &statement, own("rule").as_ref(), rule)?;
    }
    Ok(())
}

fn say(sink: &mut Sink<'_>, subject: &NamedNode, property: NamedNodeRef<'_>, text: &str) -> io::Result<()> {
    sink(TripleRef::new(subject.as_ref(), property, LiteralRef::new_simple_literal(text)))
}

fn say_value(sink: &mut Sink<'_>, subject: &NamedNode, property: &NamedNode, value: &Value<'_>) -> io::Result<()> {
    let mut give =
        |literal: LiteralRef<'_>| sink(TripleRef::new(subject.as_ref(), property.as_ref(), TermRef::from(literal)));
    match value {
        Value::Text(text) => give(LiteralRef::new_simple_literal(text)),
        Value::List(members) => members.iter().try_for_each(|member| give(LiteralRef::new_simple_literal(member))),
        Value::Integer(number) => give(LiteralRef::new_typed_literal(&number.to_string(), xsd::INTEGER)),
        Value::Single(number) => give(LiteralRef::new_typed_literal(&number.to_string(), xsd::DOUBLE)),
        Value::Double(number) => give(LiteralRef::new_typed_literal(&number.to_string(), xsd::DOUBLE)),
    }
}

/// A class or property of papergraph's own.
fn own(name: &str) -> NamedNode {
    iri(VOCABULARY, name)
}

fn schema_org(name: &str) -> NamedNode {
    iri(SCHEMA_ORG, name)
}

/// A node or an edge.
fn resource(id: &str) -> NamedNode {
    iri(IDS, id)
}

/// The namespace and the name, with everything escaped that an IRI does not take as it is.
fn iri(namespace: &str, name: &str) -> NamedNode {
    let mut iri = String::with_capacity(namespace.len() + name.len());
    iri.push_str(namespace);
    for byte in name.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~:/".contains(&byte) {
            iri.push(char::from(byte));
        } else {
            iri.push('%');
            for digit in [byte >> 4, byte & 15] {
                iri.push(char::from(b"0123456789ABCDEF"[usize::from(digit)]));
            }
        }
    }
    NamedNode::new_unchecked(iri)
}

/// `first_year` as RDF writes it: `firstYear`.
fn camel_case(name: &str) -> String {
    let mut words = name.split('_');
    let mut camel = words.next().unwrap_or_default().to_owned();
    for word in words {
        let (first, rest) = word.split_at(word.chars().next().map_or(0, char::len_utf8));
        camel.push_str(&first.to_uppercase());
        camel.push_str(rest);
    }
    camel
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn iris_take_any_id() {
        for id in ["model:llama-2-7b", "paper:10.1000/x<y>", "a b\"\\\n%é日"] {
            let node = resource(id);
            assert!(NamedNode::new(node.as_str()).is_ok(), "{node}");
        }
        assert_eq!(resource("paper:10.1000/x<y").as_str(), "https://papergraph.dev/id/paper:10.1000/x%3Cy");
        assert_eq!(camel_case("first_year"), "firstYear");
    }
}
