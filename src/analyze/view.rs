//! Cuts: parts of a graph to look at or to export, each with a sentence about what it leaves out.

use petgraph::graph::NodeIndex;
use petgraph::visit::EdgeRef;
use rustc_hash::FxHashSet;
use thiserror::Error;

use super::projection::{Incidence, Neighbors};
use crate::graph::{Edge, EdgeBetween, Few, KnowledgeGraph, Node, NodeKind, find_topic};
use crate::rules::{Relation, RelationId, Schema, TypeId};

/// Id of the relation between papers, or between entities, that a projection adds to the schema of its graph.
pub const RELATED: &str = "related_to";

/// Topics that a message names; a large corpus has hundreds with its sub-topics.
const TOPICS_NAMED: usize = 20;

/// Which nodes stand in the graph.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum View {
    /// Papers, entities and topics with the edges between them.
    #[default]
    Full,
    /// Papers and topics; papers are linked by the entities that they share.
    Papers,
    /// Entities, linked by the papers that they share.
    Entities,
}

/// What to keep of a graph. The default keeps everything.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Cut {
    /// Which nodes stand in the graph; made last.
    pub view: View,
    /// Entities of fewer papers are left out.
    pub min_papers: u32,
    /// Labels or ids of the entity types that stay; empty: all.
    pub types: Vec<String>,
    /// The topic or sub-topic whose papers stay, with their entities, by a name that [`find_topic`] understands.
    pub topic: Option<String>,
    /// How many papers and how many entities stay, those with the highest PageRank.
    pub top: Option<usize>,
}

/// Why a graph cannot be cut so.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum CutError {
    /// The schema has no such type.
    #[error("there is no entity type `{name}`; the rules have {}", .known.join(", "))]
    UnknownType {
        /// What was asked for.
        name: String,
        /// Labels of the types that there are.
        known: Vec<String>,
    },
    /// The graph has no such topic.
    #[error("there is no topic `{name}`; {}", topics_that_there_are(.known))]
    UnknownTopic {
        /// What was asked for.
        name: String,
        /// Labels of the largest topics that there are.
        known: Vec<String>,
    },
    /// The schema has no room for another relation.
    #[error(
        "the schema has {count} relations, and a projection needs one more than fits; leave one out of `schema.toml`"
    )]
    TooManyRelations {
        /// Number of relations in the schema.
        count: usize,
    },
}

fn topics_that_there_are(known: &[String]) -> String {
    if known.is_empty() { "the graph has no topics".to_owned() } else { format!("the graph has: {}", known.join("; ")) }
}

/// Cuts a graph. Returns the part and a sentence for every step that left something out or changed something.
pub fn cut(graph: &KnowledgeGraph, cut: &Cut) -> Result<(KnowledgeGraph, Vec<String>), CutError> {
    let mut kept = vec![true; graph.graph.node_count()];
    let mut notes = Vec::new();
    if let Some(name) = &cut.topic {
        notes.push(keep_topic(graph, name, &mut kept)?);
    }
    if !cut.types.is_empty() {
        notes.push(keep_types(graph, &cut.types, &mut kept)?);
    }
    if cut.min_papers > 1 {
        notes.push(keep_frequent(graph, cut.min_papers, &mut kept));
    }
    if let Some(top) = cut.top {
        notes.push(keep_top(graph, top, &mut kept));
    }
    let nodes: Vec<NodeIndex> = graph.graph.node_indices().filter(|node| kept[node.index()]).collect();
    let part = part(graph, &nodes);
    match cut.view {
        View::Full => Ok((part, notes)),
        View::Papers | View::Entities => {
            let (projection, note) = projected(&part, cut.view)?;
            notes.push(note);
            Ok((projection, notes))
        }
    }
}

/// The graph of some nodes and the edges between them. The nodes stand in the order given.
pub fn part(graph: &KnowledgeGraph, nodes: &[NodeIndex]) -> KnowledgeGraph {
    let mut new_index = vec![None; graph.graph.node_count()];
    for (new, old) in nodes.iter().enumerate() {
        new_index[old.index()] = Some(NodeIndex::new(new));
    }
    let edges = graph.graph.edge_references().filter_map(|edge| {
        let source = new_index[edge.source().index()]?;
        let target = new_index[edge.target().index()]?;
        Some((source, target, edge.weight().clone()))
    });
    let copied = nodes.iter().map(|&node| graph.graph[node].clone()).collect();
    KnowledgeGraph::from_parts(graph.schema.clone(), graph.rule_ids.clone(), copied, edges.collect())
}

fn keep_topic(graph: &KnowledgeGraph, name: &str, kept: &mut [bool]) -> Result<String, CutError> {
    let Some(topic) = find_topic(graph, name) else {
        let known = graph.topics().map(|(_, node)| node.label.to_string()).take(TOPICS_NAMED).collect();
        return Err(CutError::UnknownTopic { name: name.to_owned(), known });
    };
    let topic_node = &graph.graph[topic];
    let label = Some(topic_node.label.as_ref());
    let of_topic = |node: &Node| node.analysis.topic.as_deref() == label || node.analysis.subtopic.as_deref() == label;
    let mut stays = vec![false; kept.len()];
    stays[topic.index()] = true;
    let mut left_out = 0;
    for (paper, node) in graph.papers() {
        if of_topic(node) {
            stays[paper.index()] = true;
            for entity in graph.graph.neighbors(paper) {
                stays[entity.index()] |= matches!(graph.graph[entity].kind, NodeKind::Entity(_));
            }
        } else {
            left_out += 1;
        }
    }
    for (index, node) in graph.topics() {
        stays[index.index()] |= of_topic(node);
    }
    kept.iter_mut().zip(stays).for_each(|(kept, stays)| *kept &= stays);
    Ok(format!(
        "Only the topic `{}`: {left_out} papers of other topics, and entities that only they name, are left out.",
        topic_node.label
    ))
}

fn keep_types(graph: &KnowledgeGraph, types: &[String], kept: &mut [bool]) -> Result<String, CutError> {
    let ids: Result<Vec<TypeId>, CutError> = types.iter().map(|name| type_named(&graph.schema, name)).collect();
    let ids = ids?;
    let left_out = leave_out(graph, kept, |node| match &node.kind {
        NodeKind::Entity(facts) => !ids.contains(&facts.entity_type),
        NodeKind::Paper(_) | NodeKind::Topic(_) => false,
    });
    let plurals: Vec<&str> = ids.iter().map(|&id| graph.schema.entity_type(id).plural.as_str()).collect();
    Ok(format!("Of the entities only {}: {left_out} others are left out.", plurals.join(", ")))
}

fn type_named(schema: &Schema, name: &str) -> Result<TypeId, CutError> {
    let wanted = name.trim().to_lowercase();
    let known = || schema.types.iter();
    let same = |label: &str| label.to_lowercase() == wanted;
    let position = known().position(|t| same(&t.id) || same(&t.label) || same(&t.plural));
    let id = position.and_then(|position| u8::try_from(position).ok()).map(TypeId);
    id.ok_or_else(|| CutError::UnknownType { name: name.to_owned(), known: known().map(|t| t.label.clone()).collect() })
}

fn keep_frequent(graph: &KnowledgeGraph, min_papers: u32, kept: &mut [bool]) -> String {
    let left_out = leave_out(graph, kept, |node| match &node.kind {
        NodeKind::Entity(facts) => facts.papers < min_papers,
        NodeKind::Paper(_) | NodeKind::Topic(_) => false,
    });
    format!("Entities of fewer than {min_papers} papers are left out: {left_out}.")
}

fn keep_top(graph: &KnowledgeGraph, top: usize, kept: &mut [bool]) -> String {
    let mut papers = Vec::new();
    let mut entities = Vec::new();
    for (index, node) in graph.nodes().filter(|(index, _)| kept[index.index()]) {
        match node.kind {
            NodeKind::Paper(_) => papers.push(index),
            NodeKind::Entity(_) => entities.push(index),
            NodeKind::Topic(_) => {}
        }
    }
    let mut left_out = Vec::new();
    for mut list in [papers, entities] {
        let rank = |index: &NodeIndex| graph.graph[*index].analysis.pagerank;
        list.sort_by(|a, b| rank(b).total_cmp(&rank(a)).then(a.cmp(b)));
        let rest = list.split_off(top.min(list.len()));
        rest.iter().for_each(|node| kept[node.index()] = false);
        left_out.push(rest.len());
    }
    format!(
        "Only the {top} papers and the {top} entities with the highest rank: {} papers and {} entities are left out.",
        left_out[0], left_out[1]
    )
}

/// Leaves out the kept nodes for which `leaves` holds, and says how many they are.
fn leave_out(graph: &KnowledgeGraph, kept: &mut [bool], leaves: impl Fn(&Node) -> bool) -> usize {
    let mut left_out = 0;
    for (index, node) in graph.nodes() {
        let kept = &mut kept[index.index()];
        if *kept && leaves(node) {
            *kept = false;
            left_out += 1;
        }
    }
    left_out
}

/// Papers with topics, or entities, linked by what they share.
fn projected(graph: &KnowledgeGraph, view: View) -> Result<(KnowledgeGraph, String), CutError> {
    let incidence = Incidence::of(graph);
    let (of, linked): (&[NodeIndex], Neighbors) = match view {
        View::Entities => (&incidence.entities, incidence.entities_by_papers()),
        View::Full | View::Papers => (&incidence.papers, incidence.papers_by_entities()),
    };
    let mut kept: FxHashSet<NodeIndex> = of.iter().copied().collect();
    if view == View::Papers {
        kept.extend(graph.topics().map(|(index, _)| index));
    }
    let nodes: Vec<NodeIndex> = graph.graph.node_indices().filter(|node| kept.contains(node)).collect();
    let mut result = part(graph, &nodes);
    let relation = related(&mut result.schema)?;
    let mut new_index = vec![NodeIndex::end(); graph.graph.node_count()];
    nodes.iter().enumerate().for_each(|(new, old)| new_index[old.index()] = NodeIndex::new(new));
    let edges: Vec<EdgeBetween> = linked
        .pairs()
        .map(|(a, b, similarity)| {
            let edge = Edge {
                relation,
                confidence: 1.0,
                count: 1,
                weight: similarity.max(0.001),
                sentences: Few::new(),
                rules: Few::new(),
            };
            (new_index[of[a as usize].index()], new_index[of[b as usize].index()], edge)
        })
        .collect();
    let count = edges.len();
    result.extend(Vec::new(), edges);
    let left_out = graph.graph.node_count() - nodes.len();
    let note = match view {
        View::Entities => format!(
            "Entities only, {count} pairs linked by papers that they share: {left_out} papers and topics are left out."
        ),
        View::Full | View::Papers => {
            format!("Papers only, {count} pairs linked by entities that they share: {left_out} entities are left out.")
        }
    };
    Ok((result, note))
}

/// The relation of a projection, added to the schema where it is not there.
fn related(schema: &mut Schema) -> Result<RelationId, CutError> {
    if let Some(id) = schema.relation_named(RELATED) {
        return Ok(id);
    }
    let count = schema.relations.len();
    let id = u8::try_from(count).map_err(|_| CutError::TooManyRelations { count })?;
    schema.relations.push(Relation {
        id: RELATED.to_owned(),
        label: "related to".to_owned(),
        types: Vec::new(),
        default_for: Vec::new(),
        role: crate::rules::RelationRole::Entity,
        takes_up: false,
        color: "#bbbbbb".to_owned(),
        description: "Both share entities, or papers, that few others have.".to_owned(),
    });
    Ok(RelationId(id))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analyze::testing::planted;
    use crate::analyze::{AnalyzeOptions, analyze};

    fn analyzed() -> KnowledgeGraph {
        let mut graph = planted(4, 15);
        analyze(&mut graph, &AnalyzeOptions { layout: false, ..AnalyzeOptions::default() });
        graph
    }

    #[test]
    fn the_default_keeps_everything() {
        let graph = analyzed();
        let (same, notes) = cut(&graph, &Cut::default()).unwrap();
        assert_eq!(same.graph.node_count(), graph.graph.node_count());
        assert_eq!(same.graph.edge_count(), graph.graph.edge_count());
        assert!(notes.is_empty());
    }

    #[test]
    fn every_cut_says_what_it_left_out() {
        let graph = analyzed();
        let topic = graph.topics().next().unwrap().1.label.clone();
        let cuts = [
            Cut { topic: Some(topic.to_uppercase()), ..Cut::default() },
            Cut { types: vec!["models".into()], ..Cut::default() },
            Cut { min_papers: 61, ..Cut::default() },
            Cut { top: Some(5), ..Cut::default() },
            Cut { view: View::Papers, ..Cut::default() },
            Cut { view: View::Entities, ..Cut::default() },
        ];
        for wanted in cuts {
            let (part, notes) = cut(&graph, &wanted).unwrap();
            assert!(part.graph.node_count() < graph.graph.node_count(), "{wanted:?}");
            assert_eq!(notes.len(), 1, "{wanted:?}");
        }
    }

    #[test]
    fn a_topic_keeps_its_papers_and_their_entities() {
        let graph = analyzed();
        let (_, topic) = graph.topics().next().unwrap();
        let (part, _) = cut(&graph, &Cut { topic: Some(topic.label.to_string()), ..Cut::default() }).unwrap();
        assert_eq!(part.papers().count(), 15);
        assert_eq!(part.topics().count(), 1);
        assert!(part.entities().all(|(index, _)| part.degree(index) > 0));
    }

    #[test]
    fn a_projection_links_nodes_of_one_kind() {
        let graph = analyzed();
        let (papers, _) = cut(&graph, &Cut { view: View::Papers, ..Cut::default() }).unwrap();
        let related = papers.schema.relation_named(RELATED).unwrap();
        assert_eq!(papers.entities().count(), 0);
        assert!(papers.graph.edge_weights().any(|edge| edge.relation == related));
        let (entities, _) = cut(&graph, &Cut { view: View::Entities, ..Cut::default() }).unwrap();
        assert_eq!(entities.papers().count() + entities.topics().count(), 0);
        assert!(entities.graph.edge_count() > 0);
    }

    #[test]
    fn unknown_names_are_answered_with_the_known_ones() {
        let graph = analyzed();
        let error = cut(&graph, &Cut { types: vec!["Gene".into()], ..Cut::default() }).unwrap_err();
        assert!(error.to_string().contains("Model, Method"), "{error}");
        let error = cut(&graph, &Cut { topic: Some("cooking".into()), ..Cut::default() }).unwrap_err();
        assert!(error.to_string().contains("subject"), "{error}");
    }
}
