//! Reading `graph.json`, the file that `papergraph build` writes and the questions of the command line read.

use std::borrow::Cow;
use std::io::Read;
use std::sync::Arc;

use rustc_hash::FxHashSet;
use serde::Deserialize;

use super::{Analysis, Edge, EdgeBetween, EntityFacts, KnowledgeGraph, Node, NodeKind, PaperFacts, Texts, TopicFacts};
use crate::rules::Schema;

/// The version of the format that is read.
const FORMAT: u32 = 1;

/// Why a graph could not be read.
#[derive(Debug, thiserror::Error)]
pub enum GraphReadError {
    /// The file could not be read.
    #[error("the graph cannot be read: {0}")]
    Read(#[from] std::io::Error),
    /// The file is not JSON, or not that of a graph.
    #[error("line {line}, column {column}: this is not a graph.json of papergraph: {message}")]
    Json {
        /// Line, from 1.
        line: usize,
        /// Column, from 1.
        column: usize,
        /// What the JSON reader found.
        message: String,
    },
    /// The file is of another version.
    #[error("graph.json has format {found}, this papergraph reads format {FORMAT}: build the graph again")]
    Format {
        /// The version found.
        found: u32,
    },
    /// A node has a type that the file's schema lacks.
    #[error("node \"{node}\" has type \"{type_label}\", which meta.schema does not have")]
    Type {
        /// Id of the node.
        node: String,
        /// The type.
        type_label: String,
    },
    /// An edge has a relation that the file's schema lacks.
    #[error("edge {edge} has relation \"{relation}\", which meta.schema does not have")]
    Relation {
        /// Source and target of the edge.
        edge: String,
        /// The relation.
        relation: String,
    },
    /// Two nodes have one id.
    #[error("two nodes have the id \"{node}\"")]
    DuplicateNode {
        /// The id.
        node: String,
    },
    /// An edge has an end that is no node.
    #[error("edge {edge} has an end that is no node of the graph: \"{node}\"")]
    MissingNode {
        /// Source and target of the edge.
        edge: String,
        /// The end.
        node: String,
    },
    /// An edge points to a sentence or rule that is not there.
    #[error("edge {edge} points to {what} {position}, but there are only {count}")]
    Position {
        /// Source and target of the edge.
        edge: String,
        /// `sentence` or `rule`.
        what: &'static str,
        /// The position, from 0.
        position: usize,
        /// How many there are.
        count: usize,
    },
}

impl From<serde_json::Error> for GraphReadError {
    fn from(error: serde_json::Error) -> Self {
        let (line, column) = (error.line(), error.column());
        // The place stands in the message already.
        let text = error.to_string();
        let place = format!(" at line {line} column {column}");
        let message = text.strip_suffix(&place).unwrap_or(&text).to_owned();
        GraphReadError::Json { line, column, message }
    }
}

#[derive(Deserialize)]
struct GraphFile<'f> {
    meta: Meta,
    #[serde(borrow)]
    nodes: Vec<NodeRecord<'f>>,
    #[serde(borrow)]
    edges: Vec<EdgeRecord<'f>>,
}

/// What the file says about itself.
#[derive(Deserialize)]
pub(super) struct Meta {
    format: u32,
    pub(super) schema: Schema,
    #[serde(default)]
    rules: Vec<String>,
}

/// The fields of all kinds of node; those of other kinds are absent.
#[derive(Deserialize)]
struct NodeRecord<'f> {
    id: String,
    #[serde(rename = "type", borrow)]
    type_label: Cow<'f, str>,
    label: String,
    #[serde(default)]
    authors: Texts,
    year: Option<i32>,
    #[serde(borrow)]
    venue: Option<Cow<'f, str>>,
    url: Option<String>,
    #[serde(default)]
    keywords: Texts,
    #[serde(default)]
    sentences: Texts,
    #[serde(default)]
    aliases: Vec<String>,
    #[serde(default)]
    papers: u32,
    first_year: Option<i32>,
    last_year: Option<i32>,
    #[serde(default)]
    entities: Vec<String>,
    parent: Option<String>,
    #[serde(default)]
    degree: u32,
    #[serde(default)]
    weighted_degree: f64,
    #[serde(default)]
    pagerank: f64,
    #[serde(borrow)]
    topic: Option<Cow<'f, str>>,
    #[serde(borrow)]
    subtopic: Option<Cow<'f, str>>,
    #[serde(default)]
    bridge: f64,
    trend: Option<f64>,
    x: Option<f32>,
    y: Option<f32>,
    #[serde(default)]
    size: f32,
    #[serde(borrow, default)]
    color: Cow<'f, str>,
}

/// Texts that many nodes have, each kept once.
#[derive(Default)]
struct Shared(FxHashSet<Arc<str>>);

impl Shared {
    fn text(&mut self, text: &str) -> Arc<str> {
        if let Some(known) = self.0.get(text) {
            return Arc::clone(known);
        }
        let text: Arc<str> = text.into();
        self.0.insert(Arc::clone(&text));
        text
    }
}

#[derive(Deserialize)]
struct EdgeRecord<'f> {
    #[serde(borrow)]
    source: Cow<'f, str>,
    #[serde(borrow)]
    target: Cow<'f, str>,
    #[serde(borrow)]
    relation: Cow<'f, str>,
    #[serde(default = "one")]
    confidence: f32,
    #[serde(default = "one_mention")]
    count: u32,
    #[serde(default = "one")]
    weight: f32,
    #[serde(default)]
    evidence: Vec<u16>,
    #[serde(default)]
    rules: Vec<u32>,
}

impl EdgeRecord<'_> {
    /// What messages call the edge.
    fn name(&self) -> String {
        format!("\"{}\" -> \"{}\"", self.source, self.target)
    }
}

fn one() -> f32 {
    1.0
}

fn one_mention() -> u32 {
    1
}

/// Reads a graph in the format that `papergraph build` writes as `graph.json`.
///
/// Unknown fields are ignored, so that other programs may add their own.
///
/// # Errors
///
/// Whatever keeps the file from being a graph; see [`GraphReadError`].
pub fn read_json(mut reader: impl Read) -> Result<KnowledgeGraph, GraphReadError> {
    // All at once: parsing from memory is several times faster than from a stream and lets edges borrow their names.
    let mut bytes = Vec::new();
    reader.read_to_end(&mut bytes)?;
    let file: GraphFile<'_> = serde_json::from_slice(&bytes)?;
    if file.meta.format != FORMAT {
        return Err(GraphReadError::Format { found: file.meta.format });
    }
    let Meta { schema, rules, .. } = file.meta;
    let mut shared = Shared::default();
    let nodes: Result<Vec<Node>, _> = file.nodes.into_iter().map(|record| node(&schema, record, &mut shared)).collect();
    let nodes = nodes?;
    let mut graph = KnowledgeGraph::from_parts(schema, rules, nodes, Vec::new());
    if graph.distinct_ids() < graph.graph.node_count() {
        let repeated = graph.nodes().find(|(index, node)| graph.node_index(&node.id) != Some(*index));
        let node = repeated.map(|(_, node)| node.id.to_string()).unwrap_or_default();
        return Err(GraphReadError::DuplicateNode { node });
    }
    let edges = file.edges.into_iter().map(|record| edge(&graph, record)).collect::<Result<Vec<_>, _>>()?;
    graph.extend(Vec::new(), edges);
    Ok(graph)
}

/// Reads the beginning of a file up to the end of what it says about itself.
pub(super) fn read_head(text: &[u8]) -> Result<Meta, GraphReadError> {
    let meta: Meta = serde_json::from_slice(text.strip_prefix(b"{\"meta\":").unwrap_or(text))?;
    if meta.format == FORMAT { Ok(meta) } else { Err(GraphReadError::Format { found: meta.format }) }
}

/// The id of the node in a line.
pub(super) fn id_of_node(line: &[u8]) -> Result<String, GraphReadError> {
    Ok(serde_json::from_slice::<NodeRecord<'_>>(line)?.id)
}

/// A part of a graph that is read line by line: first its nodes, then edges between them, both in their order.
pub(super) struct Part {
    graph: KnowledgeGraph,
    shared: Shared,
    edges: Vec<EdgeBetween>,
}

impl Part {
    /// Nothing of the graph yet.
    pub(super) fn new(meta: &Meta) -> Part {
        let graph = KnowledgeGraph::from_parts(meta.schema.clone(), meta.rules.clone(), Vec::new(), Vec::new());
        Part { graph, shared: Shared::default(), edges: Vec::new() }
    }

    /// Takes in the node in a line.
    pub(super) fn add_node(&mut self, line: &[u8]) -> Result<(), GraphReadError> {
        let node = node(&self.graph.schema, serde_json::from_slice(line)?, &mut self.shared)?;
        self.graph.add_node(node);
        Ok(())
    }

    /// Takes in the edge in a line.
    pub(super) fn add_edge(&mut self, line: &[u8]) -> Result<(), GraphReadError> {
        self.edges.push(edge(&self.graph, serde_json::from_slice(line)?)?);
        Ok(())
    }

    /// The part.
    pub(super) fn finish(mut self) -> KnowledgeGraph {
        self.graph.extend(Vec::new(), self.edges);
        self.graph
    }
}

fn node(schema: &Schema, record: NodeRecord<'_>, shared: &mut Shared) -> Result<Node, GraphReadError> {
    let kind = match &*record.type_label {
        "Paper" => NodeKind::Paper(Box::new(PaperFacts {
            authors: record.authors,
            year: record.year,
            venue: record.venue.map(|venue| shared.text(&venue)),
            url: record.url.map(String::into_boxed_str),
            keywords: record.keywords,
            sentences: record.sentences,
        })),
        "Topic" => NodeKind::Topic(Box::new(TopicFacts {
            papers: record.papers,
            entities: record.entities,
            parent: record.parent,
            first_year: record.first_year,
            last_year: record.last_year,
        })),
        label => {
            let Some(entity_type) = schema.type_named(label) else {
                return Err(GraphReadError::Type { node: record.id, type_label: record.type_label.into_owned() });
            };
            NodeKind::Entity(Box::new(EntityFacts {
                entity_type,
                aliases: record.aliases,
                papers: record.papers,
                first_year: record.first_year,
                last_year: record.last_year,
                url: record.url,
            }))
        }
    };
    let analysis = Analysis {
        degree: record.degree,
        weighted_degree: record.weighted_degree,
        pagerank: record.pagerank,
        topic: record.topic.map(|topic| shared.text(&topic)),
        subtopic: record.subtopic.map(|topic| shared.text(&topic)),
        bridge: record.bridge,
        trend: record.trend,
        position: record.x.zip(record.y),
        size: record.size,
        color: shared.text(&record.color),
    };
    Ok(Node { id: record.id.into(), label: record.label.into(), kind, analysis })
}

fn edge(graph: &KnowledgeGraph, record: EdgeRecord<'_>) -> Result<EdgeBetween, GraphReadError> {
    let end = |node: &str| {
        let missing = || GraphReadError::MissingNode { edge: record.name(), node: node.to_owned() };
        graph.node_index(node).ok_or_else(missing)
    };
    let (source, target) = (end(&record.source)?, end(&record.target)?);
    let Some(relation) = graph.schema.relation_named(&record.relation) else {
        return Err(GraphReadError::Relation { edge: record.name(), relation: record.relation.into_owned() });
    };
    let sentences = match &graph.graph[source].kind {
        NodeKind::Paper(facts) => facts.sentences.len(),
        NodeKind::Entity(_) | NodeKind::Topic(_) => 0,
    };
    let check = |what, position: usize, count| {
        let error = || GraphReadError::Position { edge: record.name(), what, position, count };
        if position < count { Ok(()) } else { Err(error()) }
    };
    for position in &record.evidence {
        check("sentence", usize::from(*position), sentences)?;
    }
    for position in &record.rules {
        check("rule", *position as usize, graph.rule_ids.len())?;
    }
    let edge = Edge {
        relation,
        confidence: record.confidence,
        count: record.count,
        weight: record.weight,
        // A file that another program wrote may have more of both than an edge keeps.
        sentences: record.evidence.into_iter().collect(),
        rules: record.rules.into_iter().collect(),
    };
    Ok((source, target, edge))
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::export::{ExportOptions, Format, write_outputs};
    use crate::graph::testing::{sample, schema};

    fn file() -> Value {
        json!({
            "meta": {"generator": "papergraph 0.1.0", "format": 1, "schema": schema(), "rules": ["title-colon"],
                     "papers": 1, "entities": 1, "topics": 1, "nodes": 3, "edges": 2},
            "nodes": [
                {"id": "paper:p1", "type": "Paper", "label": "Seeing \"more\"", "authors": ["A. One"], "year": 2021,
                 "keywords": ["cs.CV"], "sentences": ["We present LookNet."], "degree": 2, "x": 1.5, "y": -2.0},
                {"id": "model:looknet", "type": "Model", "label": "LookNet", "aliases": ["Look Net"], "papers": 1,
                 "first_year": 2021, "last_year": 2021, "pagerank": 0.5, "topic": "vision"},
                {"id": "topic:vision", "type": "Topic", "label": "vision", "papers": 1,
                 "entities": ["model:looknet"]}
            ],
            "edges": [
                {"id": 0, "source": "paper:p1", "target": "model:looknet", "relation": "introduces",
                 "confidence": 0.9, "count": 3, "weight": 1.9, "evidence": [0], "rules": [0]},
                {"id": "e1", "source": "paper:p1", "target": "topic:vision", "relation": "about"}
            ]
        })
    }

    fn read(value: &Value) -> Result<KnowledgeGraph, GraphReadError> {
        read_json(value.to_string().as_bytes())
    }

    #[test]
    fn nodes_and_edges_come_back_whole() {
        let graph = read(&file()).unwrap();
        let paper = graph.node("paper:p1").unwrap();
        assert_eq!(&*paper.label, "Seeing \"more\"");
        assert_eq!(paper.analysis.position, Some((1.5, -2.0)));
        let NodeKind::Paper(facts) = &paper.kind else { panic!("{paper:?}") };
        assert_eq!((facts.year, facts.sentences.get(0).as_deref()), (Some(2021), Some("We present LookNet.")));
        let model = graph.node("model:looknet").unwrap();
        assert_eq!(model.aliases(), ["Look Net"]);
        assert_eq!(model.analysis.topic.as_deref(), Some("vision"));
        let edges: Vec<&Edge> = graph.graph.edge_weights().collect();
        assert_eq!((edges[0].count, &edges[0].rules[..]), (3, &[0][..]));
        assert_eq!(edges[1].confidence, 1.0);
    }

    #[test]
    fn what_is_wrong_is_named() {
        let broken = |path: &str, value: Value| {
            let mut file = file();
            *file.pointer_mut(path).unwrap() = value;
            read(&file).unwrap_err().to_string()
        };
        for (path, value, expected) in [
            ("/meta/format", json!(9), "format 9"),
            ("/nodes/1/type", json!("Ghost"), "\"Ghost\""),
            ("/nodes/1/id", json!("paper:p1"), "two nodes have the id \"paper:p1\""),
            ("/edges/0/target", json!("model:none"), "model:none"),
            ("/edges/1/relation", json!("likes"), "\"topic:vision\" has relation \"likes\""),
            ("/edges/0/evidence", json!([7]), "sentence 7"),
            ("/edges/0/rules", json!([1]), "rule 1"),
            ("/nodes", json!(3), "line 1, column"),
        ] {
            let message = broken(path, value);
            assert!(message.contains(expected), "{path}: {message}");
        }
        assert!(matches!(read_json(&b"{"[..]), Err(GraphReadError::Json { line: 1, .. })));
    }

    #[test]
    fn what_the_exporter_writes_is_read_back_whole() {
        let mut graph = sample();
        for position in graph.graph.node_indices().collect::<Vec<_>>() {
            let degree = graph.degree(position);
            graph.graph[position].analysis.degree = u32::try_from(degree).unwrap();
            graph.graph[position].analysis.position = Some((1.5, position.index() as f32));
        }
        let folder = tempfile::tempdir().unwrap();
        let write = |graph: &KnowledgeGraph| {
            let files = write_outputs(graph, folder.path(), &[Format::Json], &ExportOptions::default()).unwrap();
            std::fs::read(&files[0]).unwrap()
        };
        let written = write(&graph);
        let read = read_json(written.as_slice()).unwrap();
        assert!(write(&read) == written, "the bytes differ when the graph is written again");
        // Sizes and colours that the graph lacks are the exporter's to give.
        let facts = |graph: &KnowledgeGraph| {
            let nodes = graph.graph.node_weights();
            nodes.map(|node| (node.id.clone(), node.label.clone(), node.kind.clone())).collect::<Vec<_>>()
        };
        assert_eq!(facts(&read), facts(&graph));
    }
}
