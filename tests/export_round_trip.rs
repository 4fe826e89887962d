//! Whatever a name is made of, it comes back from every format through a reader that is not papergraph's.

mod cases;
mod common;

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use oxrdf::{NamedNode, Term};
use papergraph::export::{ExportOptions, Format, write_outputs};
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
        let sentence = &facts.sentences[usize::from(graph.graph[edge].sentences[0])];
        let ends = (as_written(&graph.graph[source].id), as_written(&graph.graph[target].id));
        content.sentences.insert(ends, as_written(sentence));
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
                "label" => drop(content.labels.insert(ends.0.clone(), value.clone())),
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

/// Reads the tables of `neo4j/`, telling nodes from edges by their headers.
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
            if let Some(id) = row.get("id:ID") {
                let label = row.get("title").or_else(|| row.get("name")).unwrap();
                content.labels.insert(id.clone(), label.clone());
            } else {
                let ends = (row[":START_ID"].clone(), row[":END_ID"].clone());
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

fn check(graph: &KnowledgeGraph) {
    let folder = tempfile::tempdir().unwrap();
    write_outputs(graph, folder.path(), &Format::ALL, &ExportOptions::default()).unwrap();
    let read = |name: &str| fs::read_to_string(folder.path().join(name)).unwrap();
    let cleaned = expected(graph, readable);
    assert_eq!(read_xml(&read("graph.graphml")), cleaned);
    assert_eq!(read_xml(&read("graph.gexf")), cleaned);
    assert_eq!(read_csv(folder.path()), cleaned);
    assert_eq!(read_tables(&folder.path().join("neo4j")), cleaned);
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
    graphviz_rust::parse(&read("graph.dot")).unwrap();
}

#[test]
fn names_that_hurt() {
    check(&common::hurtful());
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
                facts.sentences[1] = sentence.as_str().into();
            }
        }
        check(&graph);
    }
}
