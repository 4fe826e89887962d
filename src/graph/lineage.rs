//! Which paper builds on which: it takes up what the other introduces.

use std::collections::BTreeMap;

use petgraph::graph::NodeIndex;

use super::{Edge, EdgeBetween, Few, KnowledgeGraph, NodeKind};
use crate::rules::RelationRole;

/// An entity that more papers claim as theirs is a common word, not a contribution to trace.
const MOST_INTRODUCERS: usize = 3;

/// Makes an edge from each paper that takes an entity up to the paper that introduced it.
///
/// `edges` go from papers of the graph to entities of it, and need not be in it yet: each is the paper, and the entity
/// with the edge.
///
/// Of several papers that introduce the entity the earliest counts, by year and then by id. A paper never builds on
/// one of a later year; papers without a year may build on any. Evidence is that of the edge to the entity, and the
/// confidence is that both papers were read rightly; if several entities tie the same two papers, the surest gives
/// it. Gives nothing where the schema has no relation for it.
pub fn builds_on<'e>(
    graph: &KnowledgeGraph,
    edges: impl Iterator<Item = (NodeIndex, &'e (NodeIndex, Edge))> + Clone,
) -> Vec<EdgeBetween> {
    let schema = &graph.schema;
    let Some(relation) = schema.relation_with_role(RelationRole::Citation) else {
        return Vec::new();
    };
    let introductions = introductions(graph, edges.clone());
    let mut found: BTreeMap<(NodeIndex, NodeIndex), Edge> = BTreeMap::new();
    for (paper, (entity, edge)) in edges {
        let taken = schema.relation(edge.relation);
        if !taken.takes_up || taken.role != RelationRole::Entity {
            continue;
        }
        let Some(Some((introducer, introduced))) = introductions.get(entity.index()) else {
            continue;
        };
        if *introducer == paper || later(graph, *introducer, paper) {
            continue;
        }
        let confidence = edge.confidence * introduced;
        let link = found.entry((paper, *introducer)).or_insert_with(|| Edge {
            relation,
            confidence,
            count: 1,
            weight: 0.0,
            sentences: Few::new(),
            rules: Few::new(),
        });
        link.confidence = link.confidence.max(confidence);
        link.weight = link.confidence.max(0.01);
        link.sentences.add_new(&edge.sentences);
        link.rules.add_new(&edge.rules);
    }
    found.into_iter().map(|((source, target), edge)| (source, target, edge)).collect()
}

/// For each node the paper that introduced it, with the confidence that it did.
fn introductions<'e>(
    graph: &KnowledgeGraph,
    edges: impl Iterator<Item = (NodeIndex, &'e (NodeIndex, Edge))>,
) -> Vec<Option<(NodeIndex, f32)>> {
    let age = |paper: NodeIndex| {
        let year = year(graph, paper);
        (year.is_none(), year, graph.graph[paper].id.as_ref())
    };
    let mut introducers = vec![0; graph.graph.node_count()];
    let mut earliest: Vec<Option<(NodeIndex, f32)>> = vec![None; graph.graph.node_count()];
    for (paper, (entity, edge)) in edges {
        if graph.schema.relation(edge.relation).role == RelationRole::Contribution {
            let entity = entity.index();
            introducers[entity] += 1;
            if earliest[entity].is_none_or(|(other, _)| age(paper) < age(other)) {
                earliest[entity] = Some((paper, edge.confidence));
            }
        }
    }
    let known = |(earliest, introducers)| if introducers > MOST_INTRODUCERS { None } else { earliest };
    earliest.into_iter().zip(introducers).map(known).collect()
}

fn year(graph: &KnowledgeGraph, paper: NodeIndex) -> Option<i32> {
    match &graph.graph[paper].kind {
        NodeKind::Paper(facts) => facts.year,
        NodeKind::Entity(_) | NodeKind::Topic(_) => None,
    }
}

/// Is `one` known to be of a later year than `other`?
fn later(graph: &KnowledgeGraph, one: NodeIndex, other: NodeIndex) -> bool {
    matches!((year(graph, one), year(graph, other)), (Some(one), Some(other)) if one > other)
}
