//! What is in a graph, in numbers.

use petgraph::algo::connected_components;
use serde::Serialize;

use super::{KnowledgeGraph, NodeKind};

/// Counts over a graph.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Statistics {
    /// Number of papers.
    pub papers: usize,
    /// Number of entities.
    pub entities: usize,
    /// Number of topics.
    pub topics: usize,
    /// Number of edges.
    pub edges: usize,
    /// Year of the earliest paper, where years are known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub first_year: Option<i32>,
    /// Year of the latest paper.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_year: Option<i32>,
    /// Papers that speak of no entity.
    pub papers_without_entities: usize,
    /// Parts of the graph that no edge ties to another part.
    pub components: usize,
    /// Every entity type, in the order of the schema.
    pub types: Vec<TypeCount>,
    /// Every relation, in the order of the schema.
    pub relations: Vec<RelationCount>,
}

/// The entities of one type.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct TypeCount {
    /// Label of the type.
    #[serde(rename = "type")]
    pub label: String,
    /// Number of entities.
    pub entities: usize,
    /// Number of edges between papers and them.
    pub edges: usize,
    /// Ids and names of the entities that most papers speak of, with the number of papers.
    pub top: Vec<(String, String, u32)>,
}

/// The edges of one relation.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct RelationCount {
    /// Id of the relation.
    pub relation: String,
    /// Number of edges.
    pub edges: usize,
    /// Mean confidence of the edges, 0 to 1; 0 where there are none.
    pub mean_confidence: f64,
}

impl Statistics {
    /// Counts a graph; `top` is how many entities of each type are named.
    pub fn of(graph: &KnowledgeGraph, top: usize) -> Statistics {
        let years = || {
            graph.papers().filter_map(|(_, node)| match &node.kind {
                NodeKind::Paper(facts) => facts.year,
                NodeKind::Entity(_) | NodeKind::Topic(_) => None,
            })
        };
        let speaks_of_nothing =
            |node| !graph.graph.neighbors(node).any(|other| matches!(graph.graph[other].kind, NodeKind::Entity(_)));
        Statistics {
            papers: graph.papers().count(),
            entities: graph.entities().count(),
            topics: graph.topics().count(),
            edges: graph.graph.edge_count(),
            first_year: years().min(),
            last_year: years().max(),
            papers_without_entities: graph.papers().filter(|(node, _)| speaks_of_nothing(*node)).count(),
            components: connected_components(&graph.graph),
            types: type_counts(graph, top),
            relations: relation_counts(graph),
        }
    }
}

fn type_counts(graph: &KnowledgeGraph, top: usize) -> Vec<TypeCount> {
    let mut entities: Vec<Vec<(u32, &str, &str)>> = vec![Vec::new(); graph.schema.types.len()];
    for (_, node) in graph.entities() {
        if let NodeKind::Entity(facts) = &node.kind {
            entities[usize::from(facts.entity_type.0)].push((facts.papers, &node.id, &node.label));
        }
    }
    let counts = graph.schema.types.iter().zip(entities).map(|(entity_type, mut entities)| {
        entities.sort_by(|one, other| other.0.cmp(&one.0).then(one.1.cmp(other.1)));
        let named = entities.iter().take(top).map(|(papers, id, label)| (id.to_string(), label.to_string(), *papers));
        TypeCount {
            label: entity_type.label.clone(),
            entities: entities.len(),
            edges: entities.iter().map(|(papers, ..)| *papers as usize).sum(),
            top: named.collect(),
        }
    });
    counts.collect()
}

fn relation_counts(graph: &KnowledgeGraph) -> Vec<RelationCount> {
    let mut counts = vec![(0_usize, 0.0_f64); graph.schema.relations.len()];
    for edge in graph.graph.edge_weights() {
        let (edges, confidence) = &mut counts[usize::from(edge.relation.0)];
        *edges += 1;
        *confidence += f64::from(edge.confidence);
    }
    let with_names = graph.schema.relations.iter().zip(counts);
    with_names
        .map(|(relation, (edges, confidence))| RelationCount {
            relation: relation.id.clone(),
            edges,
            mean_confidence: if edges == 0 { 0.0 } else { confidence / edges as f64 },
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::graph::testing::sample;

    #[test]
    fn counts_what_the_sample_holds() {
        let statistics = Statistics::of(&sample(), 1);
        assert_eq!((statistics.papers, statistics.entities, statistics.topics), (4, 5, 1));
        assert_eq!((statistics.first_year, statistics.last_year), (Some(2020), Some(2022)));
        assert_eq!(statistics.papers_without_entities, 1);
        let models = statistics.types.iter().find(|count| count.label == "Model").unwrap();
        assert_eq!(models.entities, 3);
        assert_eq!(models.top, [("model:diffusion-model".to_owned(), "diffusion model".to_owned(), 2)]);
        let total: usize = statistics.relations.iter().map(|count| count.edges).sum();
        assert_eq!(total, statistics.edges);
    }
}
