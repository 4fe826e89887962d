//! Graphs with planted topics for the tests of this module.

use petgraph::graph::NodeIndex;

use crate::graph::{Analysis, Edge, EntityFacts, Few, KnowledgeGraph, Node, NodeKind, PaperFacts};
use crate::rules::{Schema, TypeId};

/// The schema of the default rules.
pub fn schema() -> Schema {
    toml::from_str(include_str!("../../rules/schema.toml")).unwrap()
}

/// `topics` topics of `size` papers. A paper names three of its topic's eight entities (two of three papers the
/// first), one that stands everywhere, and every seventh paper one of the next topic.
pub fn planted(topics: usize, size: usize) -> KnowledgeGraph {
    let schema = schema();
    let papers = topics * size;
    let relation = schema.relation_named("uses").unwrap();
    let mut nodes = Vec::new();
    let mut edges = Vec::new();
    let everywhere = NodeIndex::new(papers + topics * 8);
    for paper in 0..papers {
        let topic = paper / size;
        let entity = |topic: usize, number: usize| NodeIndex::new(papers + (topic % topics) * 8 + number % 8);
        let facts = Box::new(PaperFacts { year: Some(2015 + (paper % 10) as i32), ..PaperFacts::default() });
        nodes.push(node(format!("paper:{paper:06}"), format!("Paper {paper} on things"), NodeKind::Paper(facts)));
        let mut targets: Vec<NodeIndex> = (0..3).map(|step| entity(topic, paper * 5 + step * 3)).collect();
        if paper % 3 > 0 {
            targets[0] = entity(topic, 0);
        }
        if paper % 7 == 0 {
            targets.push(entity(topic + 1, paper));
        }
        targets.push(everywhere);
        targets.sort_unstable();
        targets.dedup();
        for target in targets {
            let edge =
                Edge { relation, confidence: 0.9, count: 1, weight: 1.0, sentences: Few::new(), rules: Few::new() };
            edges.push((NodeIndex::new(paper), target, edge));
        }
    }
    for topic in 0..topics {
        for number in 0..8 {
            let name = ["alpha", "beta", "gamma", "delta", "epsilon", "zeta", "eta", "theta"][number];
            nodes.push(entity_node(number % 7, &format!("{name} subject{topic}")));
        }
    }
    nodes.push(entity_node(0, "everywhere"));
    for (_, target, _) in &edges {
        if let NodeKind::Entity(facts) = &mut nodes[target.index()].kind {
            facts.papers += 1;
        }
    }
    KnowledgeGraph::from_parts(schema, vec!["rule".to_owned()], nodes, edges)
}

fn entity_node(entity_type: usize, label: &str) -> Node {
    let facts = EntityFacts {
        entity_type: TypeId(entity_type as u8),
        aliases: vec![],
        papers: 0,
        first_year: None,
        last_year: None,
        url: None,
    };
    node(format!("thing:{}", label.replace(' ', "-")), label.to_owned(), NodeKind::Entity(Box::new(facts)))
}

fn node(id: String, label: String, kind: NodeKind) -> Node {
    Node { id: id.into(), label: label.into(), kind, analysis: Analysis::default() }
}
