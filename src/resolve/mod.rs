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
mod interner;
mod key;
mod lexicon_forms;
mod merge;
mod naming;
mod reading;
mod tally;

use std::sync::Arc;

use petgraph::graph::NodeIndex;
use rayon::prelude::*;
use rustc_hash::FxHashSet;

pub use archive::{Archive, ArchiveError};
pub use reading::Reading;

use crate::corpus::Paper;
use crate::extract::Extraction;
use crate::graph::grouped::Grouped;
use crate::graph::{
    Analysis, Edge, EdgeBetween, EntityFacts, Few, KnowledgeGraph, MOST_EVIDENCE, Node, NodeKind, PaperFacts,
    ROOM_FOR_TOPICS, builds_on, mention_weight,
};
use crate::rules::{LexiconEntry, RelationId, RelationRole, Schema, TypeId};
use cell::Cells;
use interner::Interner;
use merge::Groups;
use reading::EntityReading;

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
    venues: FxHashSet<Arc<str>>,
    /// What each of them takes, [`PAPERS_OF_A_BLOCK`] at a time.
    takes: Vec<Grouped<Take>>,
}

/// What is kept of a paper until the end.
#[derive(Debug)]
struct PaperRecord {
    id: Box<str>,
    title: Box<str>,
    facts: Box<PaperFacts>,
}

/// Papers whose takes and edges stand in one list: a list for each paper would be millions of small ones, whose room the
/// allocator hardly ever gets to use again, and one for all would have to be copied to grow.
const PAPERS_OF_A_BLOCK: usize = 4096;

/// An edge from a paper, with the entity that it leads to.
type EdgeTo = (NodeIndex, Edge);

/// One entity as one paper has it.
#[derive(Clone, Copy, Debug)]
struct Take {
    cell: u32,
    /// Confidence that the entity is one and has its type.
    entity_confidence: f32,
    relation: RelationId,
    relation_confidence: f32,
    count: u32,
    sentences: Few<u16>,
    rules: Few<u32>,
}

impl<'r> Resolver<'r> {
    /// A resolver for papers read with this schema and lexicon.
    ///
    /// `lexicon[n]` is the entry that [`lexicon_entry`](crate::extract::FoundEntity::lexicon_entry) means by `n`.
    pub fn new(schema: &'r Schema, lexicon: &'r [LexiconEntry]) -> Resolver<'r> {
        let (cells, rules) = (Cells::default(), Interner::default());
        Resolver { schema, lexicon, cells, rules, papers: Vec::new(), venues: FxHashSet::default(), takes: Vec::new() }
    }

    /// Takes in one paper. Ids of papers must differ; entities of types or relations that the schema lacks are left
    /// out.
    pub fn add(&mut self, paper: Paper, extraction: &Extraction) {
        self.add_reading(Reading::new(paper, extraction, self.schema));
    }

    /// Takes in one paper as it was read before, with the same schema and lexicon.
    pub fn add_reading(&mut self, reading: Reading) {
        let reading = reading.sound(self.schema);
        let takes: Vec<Take> = reading.entities.iter().filter_map(|found| self.take(found)).collect();
        match self.takes.last_mut().filter(|block| block.len() < PAPERS_OF_A_BLOCK) {
            Some(block) => block.push(takes),
            None => {
                let mut block = Grouped::default();
                block.push(takes);
                self.takes.push(block);
            }
        }
        let venue = reading.venue.map(|venue| self.venue(&venue));
        self.papers.push(PaperRecord {
            id: format!("paper:{}", reading.id).into(),
            title: reading.title.into(),
            facts: Box::new(PaperFacts {
                authors: reading.authors,
                year: reading.year,
                venue,
                url: reading.url.map(String::into_boxed_str),
                keywords: reading.keywords,
                sentences: reading.sentences,
            }),
        });
    }

    /// The text of a venue, which many papers have, kept once.
    fn venue(&mut self, name: &str) -> Arc<str> {
        if let Some(known) = self.venues.get(name) {
            return Arc::clone(known);
        }
        let venue: Arc<str> = name.into();
        self.venues.insert(Arc::clone(&venue));
        venue
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
            sentences: found.sentences.iter().copied().collect(),
            rules: found.rules.iter().take(MOST_EVIDENCE).map(|rule| self.rules.intern(rule)).collect(),
        })
    }

    /// Resolves all papers taken in and builds the graph.
    pub fn finish(mut self) -> KnowledgeGraph {
        let mut groups = Groups::resolve(&mut self.cells, self.lexicon);
        let mut named = naming::name_groups(self.schema, self.lexicon, &self.cells, &groups);
        self.cells = Cells::default();
        groups.cells = Grouped::default();
        let family_rules = family::RULES.map(|rule| self.rules.intern(rule));
        let (rule_ids, rule_positions) = self.rules.sorted();

        // Entities stand after the papers, in the order of their ids.
        let paper_count = self.papers.len();
        let mut order: Vec<usize> = (0..named.names.len()).collect();
        order.par_sort_unstable_by(|one, other| named.names[*one].id.cmp(&named.names[*other].id));
        let mut place_of_group = vec![NodeIndex::end(); order.len()];
        for (rank, group) in order.iter().enumerate() {
            place_of_group[*group] = NodeIndex::new(paper_count + rank);
        }

        // What papers take becomes their edges, one block after the other, so that there is no second list of all.
        let relations = Relations::new(self.schema);
        let edges_of = |takes: Grouped<Take>| {
            let mut edges = Grouped::default();
            for takes in takes.groups() {
                edges.push(entity_edges(&relations, &groups, takes, &place_of_group, &rule_positions));
            }
            edges.values.shrink_to_fit();
            edges
        };
        let edges: Vec<Grouped<EdgeTo>> = self.takes.into_par_iter().map(edges_of).collect();
        let mut years = vec![Years::default(); order.len()];
        for (record, edges) in self.papers.iter().zip(edges.iter().flat_map(Grouped::groups)) {
            edges.iter().for_each(|(entity, _)| years[entity.index() - paper_count].add(record.facts.year));
        }
        let mut families: Vec<EdgeBetween> = Vec::new();
        if let Some(relation) = self.schema.relation_with_role(RelationRole::Family) {
            let papers: Vec<u32> =
                place_of_group.iter().map(|place| years[place.index() - paper_count].papers).collect();
            let links = family::families(self.lexicon, &groups, &named, &papers, &order);
            families.extend(links.into_iter().map(|link| {
                let edge = plain_edge(relation, rule_positions[family_rules[link.rule] as usize]);
                (place_of_group[link.narrower], place_of_group[link.broader], edge)
            }));
        }
        named.keys = Vec::new();

        let mut graph = KnowledgeGraph::from_parts(self.schema.clone(), rule_ids, Vec::new(), Vec::new());
        graph.reserve_nodes(paper_count + order.len() + ROOM_FOR_TOPICS);
        for record in self.papers {
            graph.add_node(node(record.id, record.title, NodeKind::Paper(record.facts)));
        }
        for (group, years) in order.into_iter().zip(years) {
            let name = std::mem::take(&mut named.names[group]);
            let facts = EntityFacts {
                entity_type: groups.types[group],
                aliases: name.aliases,
                papers: years.papers,
                first_year: years.first,
                last_year: years.last,
                url: name.url,
            };
            graph.add_node(node(name.id.into(), name.name.into(), NodeKind::Entity(Box::new(facts))));
        }
        drop(named);
        add_edges(&mut graph, edges, families);
        graph
    }
}

/// Adds edges to a graph that has none, in the order of their sources and targets: those of papers, with what they build
/// on, then those of entities.
fn add_edges(graph: &mut KnowledgeGraph, of_papers: Vec<Grouped<EdgeTo>>, of_entities: Vec<EdgeBetween>) {
    let papers = || (0..).map(NodeIndex::new);
    let each = papers().zip(of_papers.iter().flat_map(Grouped::groups));
    let lineage = builds_on(graph, each.flat_map(|(paper, edges)| edges.iter().map(move |edge| (paper, edge))));
    let to_entities: usize = of_papers.iter().map(|block| block.values.len()).sum();
    // With room for the edges that analysis adds, from each paper to its topic and sub-topic: it would take moving all.
    let to_topics = 2 * of_papers.iter().map(Grouped::len).sum::<usize>();
    graph.graph.reserve_exact_edges(lineage.len() + to_entities + of_entities.len() + to_topics);
    let mut lineage = lineage.into_iter().peekable();
    let mut papers = papers();
    for block in of_papers {
        for (edges, paper) in block.groups().zip(&mut papers) {
            while let Some((_, earlier, edge)) = lineage.next_if(|(source, ..)| *source == paper) {
                graph.graph.add_edge(paper, earlier, edge);
            }
            for (entity, edge) in edges {
                graph.graph.add_edge(paper, *entity, edge.clone());
            }
        }
    }
    for (narrower, broader, edge) in of_entities {
        graph.graph.add_edge(narrower, broader, edge);
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

/// One edge for each entity of a paper, in the order of the entities: takes that turned out to be one are joined.
fn entity_edges(
    relations: &Relations,
    groups: &Groups,
    takes: &[Take],
    place_of_group: &[NodeIndex],
    rule_positions: &[u32],
) -> Vec<EdgeTo> {
    let mut takes: Vec<(NodeIndex, Take)> = takes
        .iter()
        .map(|&(mut take)| {
            let group = groups.of_cell[take.cell as usize];
            take.relation = relations.for_type(take.relation, groups.types[group]);
            (place_of_group[group], take)
        })
        .collect();
    // The strongest relation of an entity first, then the surest reading of it.
    takes.sort_by(|(one_entity, one), (other_entity, other)| {
        (one_entity, one.relation)
            .cmp(&(other_entity, other.relation))
            .then(other.relation_confidence.total_cmp(&one.relation_confidence))
            .then_with(|| (*one.sentences).cmp(&other.sentences))
    });
    let mut edges: Vec<EdgeTo> = Vec::with_capacity(takes.len());
    let mut surest = 0.0_f32;
    let mut relation_confidence = 0.0_f32;
    for (entity, take) in takes {
        match edges.last_mut() {
            Some((last, edge)) if *last == entity => {
                surest = surest.max(take.entity_confidence);
                edge.confidence = surest * relation_confidence;
                edge.count = edge.count.saturating_add(take.count);
                if edge.relation == take.relation {
                    edge.sentences.add_new(&take.sentences);
                    edge.rules.add_new(&positions(&take.rules, rule_positions));
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
                edges.push((entity, edge));
            }
        }
    }
    for (_, edge) in &mut edges {
        edge.weight = mention_weight(edge.confidence, edge.count);
    }
    edges
}

fn positions(rules: &[u32], rule_positions: &[u32]) -> Few<u32> {
    rules.iter().map(|rule| rule_positions[*rule as usize]).collect()
}

/// What [`relation_for_type`] says of all relations and types, worked out once.
struct Relations(Vec<Vec<RelationId>>);

impl Relations {
    fn new(schema: &Schema) -> Relations {
        let types = (0..=u8::MAX).map(TypeId).take(schema.types.len());
        let of_type = |entity_type| {
            let relations = (0..=u8::MAX).map(RelationId).take(schema.relations.len());
            relations.map(|relation| relation_for_type(schema, relation, entity_type)).collect()
        };
        Relations(types.map(of_type).collect())
    }

    fn for_type(&self, relation: RelationId, entity_type: TypeId) -> RelationId {
        self.0[usize::from(entity_type.0)][usize::from(relation.0)]
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

fn node(id: Box<str>, label: Box<str>, kind: NodeKind) -> Node {
    Node { id, label, kind, analysis: Analysis::default() }
}

fn plain_edge(relation: RelationId, rule: u32) -> Edge {
    let rules = std::iter::once(rule).collect();
    Edge { relation, confidence: 1.0, count: 1, weight: 1.0, sentences: Few::new(), rules }
}

/// A number that is no probability counts as the nearest one, a missing number as 0.
fn probability(value: f32) -> f32 {
    if value.is_nan() { 0.0 } else { value.clamp(0.0, 1.0) }
}

#[cfg(test)]
mod tests;
