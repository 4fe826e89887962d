//! Which paper builds on which: it takes up what the other introduces.

use std::collections::BTreeMap;

use petgraph::graph::NodeIndex;

use super::{Edge, EdgeBetween, Node, NodeKind};
use crate::rules::{RelationRole, Schema};

/// An entity that more papers claim as theirs is a common word, not a contribution to trace.
const MOST_INTRODUCERS: usize = 3;

/// Sentences and rules that an edge keeps.
const MOST_EVIDENCE: usize = 3;

/// Makes an edge from each paper that takes an entity up to the paper that introduced it.
///
/// Of several papers that introduce the entity the earliest counts, by year and then by id. A paper never builds on
/// one of a later year; papers without a year may build on any. Evidence is that of the edge to the entity, and the
/// confidence is that both papers were read rightly; if several entities tie the same two papers, the surest gives
/// it. Gives nothing where the schema has no relation for it.
pub fn builds_on(schema: &Schema, nodes: &[Node], edges: &[EdgeBetween]) -> Vec<EdgeBetween> {
    let Some(relation) = schema.relation_with_role(RelationRole::Citation) else {
        return Vec::new();
    };
    let introductions = introductions(schema, nodes, edges);
    let mut found: BTreeMap<(NodeIndex, NodeIndex), Edge> = BTreeMap::new();
    for (paper, entity, edge) in edges {
        let taken = schema.relation(edge.relation);
        if !taken.takes_up || taken.role != RelationRole::Entity {
            continue;
        }
        let Some((introducer, introduced)) = introductions.get(entity) else {
            continue;
        };
        if introducer == paper || later(nodes, *introducer, *paper) {
            continue;
        }
        let confidence = edge.confidence * introduced;
        let link = found.entry((*paper, *introducer)).or_insert_with(|| Edge {
            relation,
            confidence,
            count: 1,
            weight: 0.0,
            sentences: Vec::new(),
            rules: Vec::new(),
        });
        link.confidence = link.confidence.max(confidence);
        link.weight = link.confidence.max(0.01);
        extend_without_repeats(&mut link.sentences, &edge.sentences);
        extend_without_repeats(&mut link.rules, &edge.rules);
    }
    found.into_iter().map(|((source, target), edge)| (source, target, edge)).collect()
}

/// For each entity the paper that introduced it, with the confidence that it did.
fn introductions(schema: &Schema, nodes: &[Node], edges: &[EdgeBetween]) -> BTreeMap<NodeIndex, (NodeIndex, f32)> {
    let mut introducers: BTreeMap<NodeIndex, Vec<(NodeIndex, f32)>> = BTreeMap::new();
    for (paper, entity, edge) in edges {
        if schema.relation(edge.relation).role == RelationRole::Contribution {
            introducers.entry(*entity).or_default().push((*paper, edge.confidence));
        }
    }
    introducers.retain(|_, papers| papers.len() <= MOST_INTRODUCERS);
    introducers
        .into_iter()
        .filter_map(|(entity, papers)| {
            let earliest = papers.into_iter().min_by_key(|(paper, _)| {
                let year = year(nodes, *paper);
                (year.is_none(), year, nodes.get(paper.index()).map(|node| node.id.as_str()))
            })?;
            Some((entity, earliest))
        })
        .collect()
}

fn year(nodes: &[Node], paper: NodeIndex) -> Option<i32> {
    match &nodes.get(paper.index())?.kind {
        NodeKind::Paper(facts) => facts.year,
        NodeKind::Entity(_) | NodeKind::Topic(_) => None,
    }
}

/// Is `one` known to be of a later year than `other`?
fn later(nodes: &[Node], one: NodeIndex, other: NodeIndex) -> bool {
    matches!((year(nodes, one), year(nodes, other)), (Some(one), Some(other)) if one > other)
}

fn extend_without_repeats<T: Copy + PartialEq>(kept: &mut Vec<T>, more: &[T]) {
    for item in more {
        if kept.len() < MOST_EVIDENCE && !kept.contains(item) {
            kept.push(*item);
        }
    }
}
