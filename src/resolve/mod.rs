//! From the entities of single papers to the entities of the corpus: the one stage that sees the whole corpus.
//!
//! 1. [`Resolver::add`] puts every entity of a paper into a *cell*: that of its lexicon entry, or else of its type
//!    and the joined form of its name, which folds case, hyphens, plurals and split words. An entity whose acronym
//!    the paper defines goes by its long form. Of the paper only names, facts, evidence sentences and edges are kept,
//!    its [`Reading`], so memory is bounded by the graph. Readings can be kept in a file ([`Archive`]).
//! 2. [`Resolver::finish`] unites cells (`merge`): what a lexicon knows under another writing, what papers type
//!    differently, acronyms that other papers define.
//! 3. Every group of cells becomes an entity with a name, aliases and an id (`naming`), entities are tied to their
//!    families (`family`), and the graph is built.
//!
//! A wrong merge is worse than a missed one: where the corpus does not speak clearly, cells stay apart. Everything is
//! decided on sums over the corpus in a fixed order, so the order of the papers changes nothing but their own order
//! in the graph.

mod archive;
mod cell;
mod family;
mod key;
mod lexicon_forms;
mod merge;
mod naming;
mod reading;

use petgraph::graph::NodeIndex;

pub use archive::{Archive, ArchiveError};
pub use reading::Reading;

use crate::corpus::Paper;
use crate::extract::Extraction;
use crate::graph::{
    Analysis, Edge, EdgeBetween, EntityFacts, KnowledgeGraph, Node, NodeKind, PaperFacts, builds_on, mention_weight,
};
use crate::rules::{LexiconEntry, RelationId, RelationRole, Schema, TypeId};
use cell::{Cells, Interner};
use merge::Groups;
use reading::EntityReading;

/// Sentences and rules that an edge keeps, best first.
const MOST_EVIDENCE: usize = 3;

/// Gathers what was found in each paper and makes one graph of it.
///
/// ```
/// use papergraph::resolve::Resolver;
/// use papergraph::rules::Schema;
///
/// let schema = Schema::default();
/// let graph = Resolver::new(&schema, &[]).finish();
/// assert_eq!(graph.graph.node_count(), 0);
/// ```
#[derive(Debug)]
pub struct Resolver<'r> {
    schema: &'r Schema,
    lexicon: &'r [LexiconEntry],
    cells: Cells,
    rules: Interner,
    papers: Vec<PaperRecord>,
}

/// What is kept of a paper until the end.
#[derive(Debug)]
struct PaperRecord {
    id: String,
    title: String,
    facts: PaperFacts,
    takes: Vec<Take>,
}

/// One entity as one paper has it.
#[derive(Debug)]
struct Take {
    cell: usize,
    /// Confidence that the entity is one and has its type.
    entity_confidence: f32,
    relation: RelationId,
    relation_confidence: f32,
    count: u32,
    sentences: Vec<u16>,
    rules: Vec<u32>,
}

impl<'r> Resolver<'r> {
    /// A resolver for papers read with this schema and lexicon.
    ///
    /// `lexicon[n]` is the entry that [`lexicon_entry`](crate::extract::FoundEntity::lexicon_entry) means by `n`.
    pub fn new(schema: &'r Schema, lexicon: &'r [LexiconEntry]) -> Resolver<'r> {
        Resolver { schema, lexicon, cells: Cells::default(), rules: Interner::default(), papers: Vec::new() }
    }

    /// Takes in one paper. Ids of papers must differ; entities of types or relations that the schema lacks are left
    /// out.
    pub fn add(&mut self, paper: Paper, extraction: &Extraction) {
        self.add_reading(Reading::new(paper, extraction, self.schema));
    }

    /// Takes in one paper as it was read before, with the same schema and lexicon.
    pub fn add_reading(&mut self, reading: Reading) {
        let reading = reading.sound(self.schema);
        let takes = reading.entities.iter().filter_map(|found| self.take(found)).collect();
        self.papers.push(PaperRecord {
            id: format!("paper:{}", reading.id),
            title: reading.title,
            facts: PaperFacts {
                authors: reading.authors,
                year: reading.year,
                venue: reading.venue,
                url: reading.url,
                keywords: reading.keywords,
                sentences: reading.sentences,
            },
            takes,
        });
    }

    fn take(&mut self, found: &EntityReading) -> Option<Take> {
        let introduces = self.schema.relation(found.relation).role == RelationRole::Contribution;
        let cell = self.cells.add(found, introduces, self.lexicon)?;
        Some(Take {
            cell,
            entity_confidence: found.confidence,
            relation: found.relation,
            relation_confidence: found.relation_confidence,
            count: u32::try_from(found.mentions.len()).unwrap_or(u32::MAX).max(1),
            sentences: found.sentences.clone(),
            rules: found.rules.iter().map(|rule| self.rules.intern(rule)).collect(),
        })
    }

    /// Resolves all papers taken in and builds the graph.
    pub fn finish(mut self) -> KnowledgeGraph {
        let groups = Groups::resolve(&mut self.cells, self.lexicon);
        let names = naming::name_groups(self.schema, self.lexicon, &self.cells, &groups);
        let family_rules = family::RULES.map(|rule| self.rules.intern(rule));
        let (rule_ids, rule_positions) = self.rules.sorted();

        // Entities stand after the papers, in the order of their ids.
        let mut order: Vec<usize> = (0..names.len()).collect();
        order.sort_by(|one, other| names[*one].id.cmp(&names[*other].id));
        let mut place_of_group = vec![NodeIndex::end(); names.len()];
        for (rank, group) in order.iter().enumerate() {
            place_of_group[*group] = NodeIndex::new(self.papers.len() + rank);
        }

        let mut edges: Vec<EdgeBetween> = Vec::new();
        let mut nodes: Vec<Node> = Vec::with_capacity(self.papers.len() + names.len());
        let mut spans_of_years = vec![Years::default(); names.len()];
        for (number, record) in self.papers.into_iter().enumerate() {
            let paper = NodeIndex::new(number);
            for (group, edge) in entity_edges(self.schema, &groups, record.takes, &rule_positions) {
                spans_of_years[group].add(record.facts.year);
                edges.push((paper, place_of_group[group], edge));
            }
            nodes.push(node(record.id, record.title, NodeKind::Paper(record.facts)));
        }

        let paper_counts: Vec<u32> = spans_of_years.iter().map(|years| years.papers).collect();
        let families = family::families(self.lexicon, &groups, &names, &paper_counts);
        if let Some(relation) = self.schema.relation_with_role(RelationRole::Family) {
            edges.extend(families.into_iter().map(|link| {
                let edge = plain_edge(relation, rule_positions[family_rules[link.rule] as usize]);
                (place_of_group[link.narrower], place_of_group[link.broader], edge)
            }));
        }

        let mut names: Vec<Option<naming::EntityName>> = names.into_iter().map(Some).collect();
        for group in order {
            let Some(name) = names[group].take() else {
                continue;
            };
            let years = spans_of_years[group];
            let facts = EntityFacts {
                entity_type: groups.types[group],
                aliases: name.aliases,
                papers: years.papers,
                first_year: years.first,
                last_year: years.last,
                url: name.url,
            };
            nodes.push(node(name.id, name.name, NodeKind::Entity(facts)));
        }

        edges.sort_by_key(|(source, target, edge)| (*source, *target, edge.relation));
        edges.extend(builds_on(self.schema, &nodes, &edges));
        KnowledgeGraph::from_parts(self.schema.clone(), rule_ids, nodes, edges)
    }
}

/// Papers that speak of an entity, and their first and last year.
#[derive(Clone, Copy, Debug, Default)]
struct Years {
    papers: u32,
    first: Option<i32>,
    last: Option<i32>,
}

impl Years {
    fn add(&mut self, year: Option<i32>) {
        self.papers += 1;
        if let Some(year) = year {
            self.first = Some(self.first.map_or(year, |first| first.min(year)));
            self.last = Some(self.last.map_or(year, |last| last.max(year)));
        }
    }
}

/// One edge for each entity of a paper, by group: takes that turned out to be one entity are joined.
fn entity_edges(schema: &Schema, groups: &Groups, takes: Vec<Take>, rule_positions: &[u32]) -> Vec<(usize, Edge)> {
    let mut by_group: Vec<(usize, Take)> = takes
        .into_iter()
        .map(|mut take| {
            let group = groups.of_cell[take.cell];
            take.relation = relation_for_type(schema, take.relation, groups.types[group]);
            (group, take)
        })
        .collect();
    // The strongest relation of an entity first, then the surest reading of it.
    by_group.sort_by(|(one_group, one), (other_group, other)| {
        (one_group, one.relation)
            .cmp(&(other_group, other.relation))
            .then(other.relation_confidence.total_cmp(&one.relation_confidence))
            .then_with(|| one.sentences.cmp(&other.sentences))
    });
    let mut edges: Vec<(usize, Edge)> = Vec::new();
    let mut surest = 0.0_f32;
    let mut relation_confidence = 0.0_f32;
    for (group, take) in by_group {
        match edges.last_mut() {
            Some((last, edge)) if *last == group => {
                surest = surest.max(take.entity_confidence);
                edge.confidence = surest * relation_confidence;
                edge.count = edge.count.saturating_add(take.count);
                if edge.relation == take.relation {
                    add_evidence(&mut edge.sentences, take.sentences);
                    add_evidence(&mut edge.rules, positions(&take.rules, rule_positions));
                }
            }
            _ => {
                surest = take.entity_confidence;
                relation_confidence = take.relation_confidence;
                let edge = Edge {
                    relation: take.relation,
                    confidence: surest * relation_confidence,
                    count: take.count,
                    weight: 0.0,
                    rules: positions(&take.rules, rule_positions),
                    sentences: take.sentences,
                };
                edges.push((group, edge));
            }
        }
    }
    for (_, edge) in &mut edges {
        edge.weight = mention_weight(edge.confidence, edge.count);
    }
    edges
}

fn positions(rules: &[u32], rule_positions: &[u32]) -> Vec<u32> {
    rules.iter().map(|rule| rule_positions[*rule as usize]).collect()
}

fn add_evidence<T: PartialEq>(kept: &mut Vec<T>, more: Vec<T>) {
    for item in more {
        if kept.len() < MOST_EVIDENCE && !kept.contains(&item) {
            kept.push(item);
        }
    }
}

/// The relation that stays when the corpus gives an entity another type than the paper did.
///
/// What the new type allows stays; else the new type's default, else the weakest that it allows.
fn relation_for_type(schema: &Schema, relation: RelationId, entity_type: TypeId) -> RelationId {
    let mut weakest = relation;
    let mut default = None;
    let label = &schema.entity_type(entity_type).label;
    for allowed in schema.relations_for(entity_type) {
        if allowed == relation {
            return relation;
        }
        if default.is_none() && schema.relation(allowed).default_for.contains(label) {
            default = Some(allowed);
        }
        weakest = allowed;
    }
    default.unwrap_or(weakest)
}

fn node(id: String, label: String, kind: NodeKind) -> Node {
    Node { id, label, kind, analysis: Analysis::default() }
}

fn plain_edge(relation: RelationId, rule: u32) -> Edge {
    Edge { relation, confidence: 1.0, count: 1, weight: 1.0, sentences: Vec::new(), rules: vec![rule] }
}

/// A number that is no probability counts as the nearest one, a missing number as 0.
fn probability(value: f32) -> f32 {
    if value.is_nan() { 0.0 } else { value.clamp(0.0, 1.0) }
}

#[cfg(test)]
mod tests;
