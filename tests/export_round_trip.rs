//! Whatever a name is made of, it comes back from every format through a reader that is not papergraph's.

mod cases;
mod common;

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use graphviz_rust::dot_structures::{Attribute, Id, NodeId, Stmt, Vertex};
use oxrdf::{NamedNode, Term};
use papergraph::export::diff::{Diff, write_cypher};
use papergraph::export::{ExportOptions, Format, View, write_outputs};
use papergraph::graph::{KnowledgeGraph, NodeKind};
use parquet::file::reader::{FileReader, SerializedFileReader};
use parquet::record::RowAccessor;
use proptest::prelude::*;
use quick_xml::XmlVersion;
use quick_xml::events::{BytesStart, Event};

/// What a test compares: nodes by id with their label, the sentence of each edge by its ends.
#[derive(Debug, Default, PartialEq)]
struct Content {
    labels: BTreeMap<String, String>,
    sentences: BTreeMap<(String, String), String>,
}

/// What the formats leave out, said once more and independently of the code.
fn readable(text: &str) -> String {
    let kept = |c: &char| matches!(c, '\t' | '\n' | '\r' | ' '..='~' | '\u{80}'..='\u{fffd}' | '\u{10000}'..);
    text.chars().filter(kept).collect()
}

fn expected(graph: &KnowledgeGraph, as_written: impl Fn(&str) -> String) -> Content {
    let mut content = Content::default();
    for node in graph.graph.node_weights() {
        content.labels.insert(as_written(&node.id), as_written(&node.label));
    }
    for edge in graph.graph.edge_indices() {
        let (source, target) = graph.graph.edge_endpoints(edge).unwrap();
        let NodeKind::Paper(facts) = &graph.graph[source].kind else {
            continue;
        };
        let sentence = facts.sentences.get(usize::from(graph.graph[edge].sentences[0])).unwrap();
        let ends = (as_written(&graph.graph[source].id), as_written(&graph.graph[target].id));
        content.sentences.insert(ends, as_written(&sentence));
    }
    content
}

fn attribute(element: &BytesStart<'_>, name: &str) -> String {
    let value = element.try_get_attribute(name).unwrap().unwrap_or_else(|| panic!("no {name} in {element:?}"));
    value.normalized_value(XmlVersion::Explicit1_0).unwrap().into_owned()
}

/// Reads GraphML and GEXF: both have nodes and edges with named values inside.
fn read_xml(text: &str) -> Content {
    let mut reader = quick_xml::Reader::from_str(text);
    let mut content = Content::default();
    let mut ends = (String::new(), String::new());
    let (mut key, mut value) = (String::new(), String::new());
    loop {
        match reader.read_event().unwrap() {
            Event::Start(element) | Event::Empty(element) => {
                value.clear();
                match element.name().as_ref() {
                    "node" => {
                        ends.0 = attribute(&element, "id");
                        if element.try_get_attribute("label").unwrap().is_some() {
                            content.labels.insert(ends.0.clone(), attribute(&element, "label"));
                        }
                    }
                    "edge" => ends = (attribute(&element, "source"), attribute(&element, "target")),
                    "data" => key = attribute(&element, "key"),
                    "attvalue" if attribute(&element, "for") == "sentence" => {
                        content.sentences.insert(ends.clone(), attribute(&element, "value"));
                    }
                    _ => {}
                }
            }
            Event::Text(text) => value.push_str(&text.xml10_content()),
            Event::GeneralRef(reference) => {
                value.push_str(&quick_xml::escape::unescape(&format!("&{};", &*reference)).unwrap());
            }
            Event::End(element) if element.name().as_ref() == "data" => match key.as_str() {
                // `name` is what TinkerPop's graph has in its place.
                "label" | "name" => drop(content.labels.insert(ends.0.clone(), value.clone())),
                "sentence" => drop(content.sentences.insert(ends.clone(), value.clone())),
                _ => {}
            },
            Event::Eof => return content,
            _ => {}
        }
    }
}

fn read_csv(folder: &Path) -> Content {
    let rows = |name: &str| {
        let mut reader = csv::Reader::from_path(folder.join(name)).unwrap();
        reader.deserialize().map(|row| row.unwrap()).collect::<Vec<BTreeMap<String, String>>>()
    };
    let mut content = Content::default();
    for row in rows("nodes.csv") {
        content.labels.insert(row["Id"].clone(), row["Label"].clone());
    }
    for row in rows("edges.csv") {
        content.sentences.insert((row["Source"].clone(), row["Target"].clone()), row["Sentence"].clone());
    }
    content
}

/// Reads the tables of `neo4j/` or `ladybug/`, telling nodes from edges by their headers.
fn read_tables(folder: &Path) -> Content {
    let mut content = Content::default();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_none_or(|ending| ending != "csv") {
            continue;
        }
        let mut reader = csv::Reader::from_path(path).unwrap();
        for row in reader.deserialize() {
            let row: BTreeMap<String, String> = row.unwrap();
            if let Some(id) = row.get("id:ID").or_else(|| row.get("id")) {
                let label = row.get("title").or_else(|| row.get("name")).unwrap();
                content.labels.insert(id.clone(), label.clone());
            } else {
                let end = |names: [&str; 2]| names.iter().find_map(|name| row.get(*name)).unwrap().clone();
                let ends = (end([":START_ID", "source"]), end([":END_ID", "target"]));
                content.sentences.insert(ends, row["sentence"].clone());
            }
        }
    }
    content
}

fn read_json(text: &str) -> Content {
    let json: serde_json::Value = serde_json::from_str(text).unwrap();
    let string = |value: &serde_json::Value| value.as_str().unwrap().to_owned();
    let mut content = Content::default();
    let mut sentences = BTreeMap::new();
    for node in json["nodes"].as_array().unwrap() {
        content.labels.insert(string(&node["id"]), string(&node["label"]));
        sentences.insert(string(&node["id"]), &node["sentences"]);
    }
    for edge in json["edges"].as_array().unwrap() {
        let ends = (string(&edge["source"]), string(&edge["target"]));
        let best = usize::try_from(edge["evidence"][0].as_u64().unwrap()).unwrap();
        let sentence = string(&sentences[&ends.0][best]);
        content.sentences.insert(ends, sentence);
    }
    content
}

/// Reads Parquet; the first columns of nodes are id, type and label, of edges id, source and target.
fn read_parquet(folder: &Path) -> Content {
    let rows = |name: &str| {
        let reader = SerializedFileReader::try_from(folder.join(name).as_path()).unwrap();
        let sentence =
            reader.metadata().file_metadata().schema().get_fields().iter().position(|f| f.name() == "sentence");
        (reader.into_iter().map(Result::unwrap).collect::<Vec<_>>(), sentence)
    };
    let mut content = Content::default();
    for row in rows("nodes.parquet").0 {
        content.labels.insert(row.get_string(0).unwrap().clone(), row.get_string(2).unwrap().clone());
    }
    let (edges, sentence) = rows("edges.parquet");
    for row in edges {
        let ends = (row.get_string(1).unwrap().clone(), row.get_string(2).unwrap().clone());
        content.sentences.insert(ends, row.get_string(sentence.unwrap()).unwrap().clone());
    }
    content
}

/// Names and sentences in RDF; ids are escaped there, so only the texts are compared.
fn texts_in_rdf(triples: impl Iterator<Item = oxrdf::Triple>) -> (Vec<String>, Vec<String>) {
    let name = NamedNode::new("https://schema.org/name").unwrap();
    let sentence = NamedNode::new("https://papergraph.dev/ns#sentence").unwrap();
    let (mut names, mut sentences) = (Vec::new(), Vec::new());
    for triple in triples {
        let Term::Literal(literal) = &triple.object else {
            continue;
        };
        if triple.predicate == name {
            names.push(literal.value().to_owned());
        } else if triple.predicate == sentence {
            sentences.push(literal.value().to_owned());
        }
    }
    names.sort();
    sentences.sort();
    (names, sentences)
}

/// Cuts a script, behind its first line, into statements: what stands outside of literals, each of those as `?`, and
/// the literals.
///
/// Nothing but a quote ends a literal, and nothing but `;` outside of literals and names a statement.
fn cypher_statements(script: &str) -> Vec<(String, Vec<String>)> {
    let mut statements = Vec::new();
    let (mut outside, mut literals) = (String::new(), Vec::new());
    let (comment, script) = script.split_once('\n').unwrap();
    assert!(comment.starts_with("//"), "{comment}");
    let mut characters = script.chars();
    while let Some(character) = characters.next() {
        match character {
            '\'' => {
                let mut literal = String::new();
                loop {
                    match characters.next().expect("a literal never ends") {
                        '\'' => break,
                        '\\' => literal.push(match characters.next().unwrap() {
                            'n' => '\n',
                            'r' => '\r',
                            't' => '\t',
                            'u' => {
                                let digits: String = characters.by_ref().take(4).collect();
                                char::from_u32(u32::from_str_radix(&digits, 16).unwrap()).unwrap()
                            }
                            other => other,
                        }),
                        other => literal.push(other),
                    }
                }
                outside.push('?');
                literals.push(literal);
            }
            '`' => {
                outside.push('`');
                outside.extend(characters.by_ref().take_while(|c| *c != '`'));
                outside.push('`');
            }
            ';' => statements.push((std::mem::take(&mut outside).trim().to_owned(), std::mem::take(&mut literals))),
            other => outside.push(other),
        }
    }
    assert_eq!(outside.trim(), "", "something stands behind the last statement");
    statements
}

/// The script as databases see it that turn `\u0027` into a quote before they look at anything else.
fn with_early_escapes(script: &str) -> String {
    let mut early = String::new();
    let mut rest = script;
    while let Some(at) = rest.find("\\u") {
        early.push_str(&rest[..at]);
        let code = rest.get(at + 2..at + 6).and_then(|digits| u32::from_str_radix(digits, 16).ok());
        match code.and_then(char::from_u32) {
            Some(character) => {
                early.push(character);
                rest = &rest[at + 6..];
            }
            None => {
                early.push_str("\\u");
                rest = &rest[at + 2..];
            }
        }
    }
    early.push_str(rest);
    early
}

/// Reads `graph.cypher`: each statement must be one that merges a node or an edge and sets its properties.
fn read_cypher(script: &str) -> Content {
    let mut content = Content::default();
    for (outside, literals) in cypher_statements(script) {
        let set = |property: &str| {
            let before = outside.split_once(&format!("{property} = ?"))?.0;
            Some(literals[before.matches('?').count()].clone())
        };
        if outside.starts_with("MERGE (n:") {
            assert_eq!(outside.matches(['(', '{', '[']).count() - outside.matches('[').count(), 2, "{outside}");
            content.labels.insert(literals[0].clone(), set("n.title").or_else(|| set("n.name")).unwrap());
        } else {
            let heads = ["MATCH (a:Paper {id: ?}), (b:Entity {id: ?}) MERGE (a)-[r:USES]->(b) SET r.weight = "];
            assert!(heads.iter().any(|head| outside.starts_with(head)), "{outside}");
            content.sentences.insert((literals[0].clone(), literals[1].clone()), set("r.sentence").unwrap());
        }
    }
    content
}

/// What stands between the quotes of a value in DOT, as Graphviz shows it, without white space.
fn shown_in_dot(id: &Id) -> String {
    let Id::Escaped(quoted) = id else { panic!("{id:?} has no quotes") };
    let mut shown = String::new();
    let mut characters = quoted[1..quoted.len() - 1].chars();
    while let Some(character) = characters.next() {
        match character {
            '\\' => match characters.next().unwrap() {
                'n' => shown.push(' '),
                other => shown.push(other),
            },
            other => shown.push(other),
        }
    }
    without_white_space(&shown.replace("&amp;", "&"))
}

fn without_white_space(text: &str) -> String {
    text.chars().filter(|c| !c.is_whitespace()).collect()
}

/// Nodes with a colon in their name, which are those of the graph, and edges between them, wherever they stand.
fn read_dot(statements: &[Stmt], nodes: &mut BTreeMap<String, String>, edges: &mut Vec<(String, String)>) {
    for statement in statements {
        match statement {
            Stmt::Subgraph(inner) => read_dot(&inner.stmts, nodes, edges),
            Stmt::Node(node) if shown_in_dot_or_plain(&node.id).contains(':') => {
                let label = node.attributes.iter().find(|Attribute(name, _)| *name == Id::Plain("label".into()));
                // A node stands again, without attributes, where it is told its column.
                if let Some(Attribute(_, label)) = label {
                    nodes.insert(shown_in_dot_or_plain(&node.id), shown_in_dot(label));
                }
            }
            Stmt::Edge(edge) => {
                let graphviz_rust::dot_structures::EdgeTy::Pair(Vertex::N(from), Vertex::N(to)) = &edge.ty else {
                    continue;
                };
                let ends = [from, to].map(shown_in_dot_or_plain);
                if ends.iter().all(|end| end.contains(':')) {
                    edges.push(ends.into());
                }
            }
            _ => {}
        }
    }
}

fn shown_in_dot_or_plain(node: &NodeId) -> String {
    match &node.0 {
        Id::Plain(name) => name.clone(),
        other => shown_in_dot(other),
    }
}

/// Compares a drawing with the graph: all nodes with the beginnings of their labels, all edges.
fn check_dot(drawing: &str, expected: &Content) {
    let graphviz_rust::dot_structures::Graph::DiGraph { stmts, .. } = graphviz_rust::parse(drawing).unwrap() else {
        panic!("no directed graph");
    };
    let (mut nodes, mut edges) = (BTreeMap::new(), Vec::new());
    read_dot(&stmts, &mut nodes, &mut edges);
    assert_eq!(nodes.len(), expected.labels.len());
    for (id, label) in &expected.labels {
        let (drawn, label) = (&nodes[&without_white_space(id)], without_white_space(label));
        // A long label is cut; a paper has its year behind its title.
        let kept = drawn.rsplit_once("(").filter(|(_, year)| year.ends_with(')') && id.starts_with("paper:"));
        let kept = kept.map_or(drawn.as_str(), |(title, _)| title);
        let is_cut = kept.strip_suffix('…').is_some_and(|beginning| label.starts_with(beginning));
        assert!(label == *kept || label == *drawn || is_cut, "{label:?} is drawn as {drawn:?}");
    }
    edges.sort();
    let ends = |(from, to): &(String, String)| (without_white_space(from), without_white_space(to));
    let mut expected: Vec<(String, String)> = expected.sentences.keys().map(ends).collect();
    expected.sort();
    assert_eq!(edges, expected);
}

fn check(graph: &KnowledgeGraph) {
    let folder = tempfile::tempdir().unwrap();
    write_outputs(graph, folder.path(), &Format::ALL, &ExportOptions::default()).unwrap();
    let read = |name: &str| fs::read_to_string(folder.path().join(name)).unwrap();
    let cleaned = expected(graph, readable);
    assert_eq!(read_xml(&read("graph.graphml")), cleaned);
    assert_eq!(read_xml(&read("graph.gexf")), cleaned);
    assert_eq!(read_csv(folder.path()), cleaned);
    assert_eq!(read_xml(&read("tinkerpop.graphml")), cleaned);
    assert_eq!(read_tables(&folder.path().join("neo4j")), cleaned);
    assert_eq!(read_tables(&folder.path().join("ladybug")), cleaned);
    assert_eq!(read_cypher(&read("graph.cypher")), cleaned);
    assert_eq!(read_cypher(&with_early_escapes(&read("graph.cypher"))), cleaned);
    check_dot(&read("graph.dot"), &cleaned);
    let whole = expected(graph, str::to_owned);
    assert_eq!(read_json(&read("graph.json")), whole);
    assert_eq!(read_parquet(folder.path()), whole);
    let mut names: Vec<String> = whole.labels.into_values().collect();
    let mut sentences: Vec<String> = whole.sentences.into_values().collect();
    names.sort();
    sentences.sort();
    let (ntriples, turtle) = (read("graph.nt"), read("graph.ttl"));
    let from_ntriples = oxttl::NTriplesParser::new().for_slice(&ntriples).map(Result::unwrap);
    assert_eq!(texts_in_rdf(from_ntriples), (names.clone(), sentences.clone()));
    let from_turtle = oxttl::TurtleParser::new().for_slice(&turtle).map(Result::unwrap);
    assert_eq!(texts_in_rdf(from_turtle), (names, sentences));
}

/// The statements of a difference are one for each node and edge, whatever these are called.
fn check_difference(graph: &KnowledgeGraph) {
    let empty = common::empty();
    let (empty, view) = (View::new(&empty), View::new(graph));
    for (old, new) in [(&empty, &view), (&view, &empty)] {
        let mut script = Vec::new();
        write_cypher(&Diff::of(old, new), &mut script).unwrap();
        let script = String::from_utf8(script).unwrap();
        for script in [with_early_escapes(&script), script] {
            let statements = cypher_statements(&script);
            let ids: std::collections::BTreeSet<&str> =
                statements.iter().flat_map(|(_, literals)| literals).map(String::as_str).collect();
            for node in graph.graph.node_weights() {
                assert!(ids.contains(readable(&node.id).as_str()), "nothing is said of {:?}", node.id);
            }
        }
    }
}

#[test]
fn names_that_hurt() {
    check(&common::hurtful());
    check_difference(&common::hurtful());
}

/// Text from anywhere in Unicode, with what formats trip over more often than chance would have it.
fn any_text() -> impl Strategy<Value = String> {
    "(\\PC|[\\x00-\\x20\\x7f\"'`\\\\<>&;,|=\\]\\[{}%$#@/*^\u{85}\u{2028}\u{fffd}-\u{ffff}]){1,30}"
}

proptest! {
    // Many names a graph rather than many graphs: what takes time is handing files to the disk.
    #![proptest_config(cases::few_or_as_asked(10))]
    #[test]
    fn any_name(texts in prop::collection::vec((any_text(), any_text(), any_text()), 1..12)) {
        let mut graph = common::empty();
        for (position, (title, name, sentence)) in texts.iter().enumerate() {
            let paper = format!("paper:{position}:{title}");
            let model = format!("model:{position}:{name}");
            common::add_paper(&mut graph, &paper, title, Some(2020));
            common::add_entity(&mut graph, &model, name, "Model");
            graph.rule_ids.push(name.clone());
            common::link(&mut graph, &paper, "uses", &model);
            let index = graph.node_index(&paper).unwrap();
            if let NodeKind::Paper(facts) = &mut graph.graph[index].kind {
                facts.sentences = ["First the claim.", sentence].into_iter().collect();
            }
        }
        check(&graph);
        check_difference(&graph);
    }
}
