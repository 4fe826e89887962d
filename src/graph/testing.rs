//! A small graph for tests.

use petgraph::graph::NodeIndex;

use super::{Analysis, Edge, EntityFacts, Few, KnowledgeGraph, Node, NodeKind, PaperFacts, TopicFacts};
use crate::rules::Schema;

/// The schema of the default rules.
pub(crate) fn schema() -> Schema {
    toml::from_str(include_str!("../../rules/schema.toml")).unwrap()
}

pub(crate) fn paper(id: &str, year: Option<i32>) -> Node {
    let kind = NodeKind::Paper(Box::new(PaperFacts { year, ..PaperFacts::default() }));
    Node { id: format!("paper:{id}").into(), label: format!("Paper {id}").into(), kind, analysis: Analysis::default() }
}

pub(crate) fn edge(graph: &KnowledgeGraph, relation: &str) -> Edge {
    plain_edge(&graph.schema, relation)
}

pub(crate) fn node_index(graph: &KnowledgeGraph, id: &str) -> NodeIndex {
    graph.node_index(id).unwrap_or_else(|| panic!("no node {id}"))
}

fn plain_edge(schema: &Schema, relation: &str) -> Edge {
    let relation = schema.relation_named(relation).unwrap();
    Edge { relation, confidence: 0.5, count: 1, weight: 1.0, sentences: Few::new(), rules: Few::new() }
}

pub(crate) fn entity(schema: &Schema, type_label: &str, id: &str, label: &str, aliases: &[&str], papers: u32) -> Node {
    let facts = EntityFacts {
        entity_type: schema.type_named(type_label).unwrap(),
        aliases: aliases.iter().map(|alias| alias.to_string()).collect(),
        papers,
        first_year: None,
        last_year: None,
        url: None,
    };
    Node { id: id.into(), label: label.into(), kind: NodeKind::Entity(Box::new(facts)), analysis: Analysis::default() }
}

pub(crate) fn topic(id: &str, label: &str, papers: u32) -> Node {
    let kind = NodeKind::Topic(Box::new(TopicFacts { papers, ..TopicFacts::default() }));
    Node { id: id.into(), label: label.into(), kind, analysis: Analysis::default() }
}

/// Four papers, five entities and a topic, in two parts that only the topic ties together.
pub(crate) fn sample() -> KnowledgeGraph {
    let schema = schema();
    let mut third = paper("p3", None);
    third.label = "A study of diffusion models".into();
    let nodes = vec![
        paper("p1", Some(2020)),
        paper("p2", Some(2022)),
        third,
        paper("p4", None),
        entity(&schema, "Dataset", "dataset:imagenet", "ImageNet", &[], 2),
        entity(&schema, "Method", "method:sd", "SD", &[], 1),
        entity(&schema, "Model", "model:diffusion-model", "diffusion model", &["DM"], 2),
        entity(&schema, "Model", "model:stabledraw", "StableDraw", &["SD"], 0),
        entity(&schema, "Model", "model:video-diffusion-model", "video diffusion model", &[], 1),
        topic("topic:images", "images", 2),
    ];
    let edges = [
        (0, 6, "introduces"),
        (0, 4, "evaluated_on"),
        (1, 6, "uses"),
        (1, 4, "evaluated_on"),
        (3, 5, "uses"),
        (8, 6, "variant_of"),
        (2, 9, "about"),
        (3, 9, "about"),
    ];
    let edges = edges
        .map(|(source, target, relation)| {
            (NodeIndex::new(source), NodeIndex::new(target), plain_edge(&schema, relation))
        })
        .to_vec();
    KnowledgeGraph::from_parts(schema, vec!["some-rule".to_owned()], nodes, edges)
}
