//! Topics, ranks and layout of a built graph, and parts of it to look at.
//!
//! [`analyze`] works on a [`KnowledgeGraph`] of papers and entities: it links papers by what they share
//! ([`projection`]), finds communities among them ([`topics`]), names them ([`labels`]), adds a node and `about`
//! edges for each, ranks all nodes ([`ranks`]), finds out what rises and what fades ([`trends`]), and gives all places
//! ([`layout`]), sizes and colours ([`color`]).
//! [`view`] cuts a graph down before it is written, [`map`] draws pictures of it.

mod appearance;
pub mod color;
pub mod labels;
pub mod layout;
mod leiden;
pub mod map;
pub mod projection;
pub mod ranks;
mod separate;
#[cfg(test)]
mod testing;
pub mod topics;
pub mod trends;
pub mod view;

use std::fmt;
use std::sync::Arc;

use petgraph::graph::NodeIndex;
use rayon::prelude::*;
use rustc_hash::{FxHashMap, FxHashSet};

pub use color::ColorBy;
use labels::{Terms, TopicLabel, label_groups};
use projection::Incidence;
use ranks::Ranks;
use topics::{Topics, find_subtopics, find_topics};

use crate::graph::{Analysis, Edge, EdgeBetween, Few, KnowledgeGraph, Node, NodeKind, TopicFacts};
use crate::rules::RelationRole;
use crate::text::slug;

/// Weight of the edge from a paper to its topic: a layout in another tool shall feel it, and no more.
const ABOUT_WEIGHT: f32 = 0.5;

/// Share of an entity's papers that must lie in one topic for the entity to lie in it.
const SHARE_FOR_TOPIC: f64 = 0.4;

/// What to analyse, and how.
#[derive(Clone, Debug)]
pub struct AnalyzeOptions {
    /// Resolution of the topics: higher gives more and smaller ones. `None`: one that gives a readable number.
    pub resolution: Option<f64>,
    /// What the colour of a node tells.
    pub color_by: ColorBy,
    /// Compute places? Without, nodes have sizes and colours only.
    pub layout: bool,
    /// Most papers between which forces are computed; of more, papers stand by topic only.
    pub most_papers_for_forces: usize,
    /// Start of the random choices in the search for topics; the same seed gives the same topics.
    pub seed: u64,
}

impl Default for AnalyzeOptions {
    fn default() -> Self {
        Self {
            resolution: None,
            color_by: ColorBy::Topic,
            layout: true,
            most_papers_for_forces: layout::MOST_PAPERS_FOR_FORCES,
            seed: 1,
        }
    }
}

/// What the analysis came to.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct AnalysisReport {
    /// Number of topics.
    pub topics: usize,
    /// Number of sub-topics; 0 for small corpora.
    pub subtopics: usize,
    /// Number of papers without a topic.
    pub unclustered: usize,
    /// Resolution at which the topics were found.
    pub resolution: f64,
    /// Modularity of the topics among papers linked by shared entities.
    pub modularity: f64,
    /// Sentences for the reader: what was left out or done differently, and why.
    pub notes: Vec<String>,
}

impl fmt::Display for AnalysisReport {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { topics, subtopics, resolution, modularity, .. } = self;
        write!(out, "{topics} topics, {subtopics} sub-topics (resolution {resolution:.3}, modularity {modularity:.4})")
    }
}

/// Finds topics, ranks, places, sizes and colours, and writes them into the graph.
///
/// Topics that the graph already has are replaced. The same graph and options give the same result on any number of
/// threads.
pub fn analyze(graph: &mut KnowledgeGraph, options: &AnalyzeOptions) -> AnalysisReport {
    analyze_in_steps(graph, options, |_| {})
}

/// Like [`analyze`]; calls `done` with the name of every step that takes time when it is over.
pub fn analyze_in_steps(
    graph: &mut KnowledgeGraph,
    options: &AnalyzeOptions,
    mut done: impl FnMut(&str),
) -> AnalysisReport {
    remove_topics(graph);
    let incidence = Incidence::of(graph);
    let papers = incidence.papers_by_entities();
    done("papers linked by what they share");
    // Nodes are ranked and names gathered while topics are searched for: most of the search is one run of Leiden after
    // the other, on one core.
    let ((topics, subtopics), (ranks, terms)) = rayon::join(
        || {
            let topics = find_topics(&papers, options.resolution, options.seed);
            let subtopics = find_subtopics(&papers, &topics, options.seed);
            (topics, subtopics)
        },
        || (Ranks::of(graph), Terms::of(graph, &incidence)),
    );
    done("topics found, nodes ranked");
    let named = NamedTopics::of(&terms, &topics, subtopics);
    drop(terms);
    // Only places still need the links.
    let papers = options.layout.then_some(papers);
    done("topics named");

    set_topics(graph, &incidence, &named);
    let mut notes = Vec::new();
    let topic_nodes = add_topic_nodes(graph, &incidence, &named, &mut notes);
    ranks.fill(graph);
    drop(ranks);
    trends::fill_trends(graph);
    done("trends found");
    appearance::set_sizes(graph);
    let labels: Vec<&str> = named.topics.iter().map(|topic| topic.name.label.as_str()).collect();
    appearance::set_colors(graph, &labels, options.color_by);
    if let Some(papers) = &papers {
        if incidence.papers.len() > options.most_papers_for_forces {
            notes.push(format!(
                "Papers stand by topic only: forces between more than {} papers take minutes; --layout computes them.",
                options.most_papers_for_forces
            ));
        }
        let forces = incidence.papers.len() <= options.most_papers_for_forces;
        appearance::set_places(graph, &incidence, papers, &topics, &topic_nodes, forces);
        done("places found");
    }
    let unclustered = topics.unclustered();
    if unclustered > 0 {
        notes.push(format!(
            "{unclustered} of {} papers belong to no topic: they share too little with others.",
            incidence.papers.len()
        ));
    }
    AnalysisReport {
        topics: topics.members.len(),
        subtopics: named.subtopics.len(),
        unclustered,
        resolution: topics.resolution,
        modularity: topics.modularity,
        notes,
    }
}

/// One topic or sub-topic with its name.
struct NamedTopic {
    name: TopicLabel,
    /// Papers by their number in the corpus.
    members: Vec<u32>,
    /// The topic that a sub-topic is part of, by number.
    parent: Option<usize>,
}

struct NamedTopics {
    topics: Vec<NamedTopic>,
    subtopics: Vec<NamedTopic>,
}

impl NamedTopics {
    fn of(terms: &Terms<'_>, topics: &Topics, parts: Vec<Vec<Vec<u32>>>) -> Self {
        let mut taken = FxHashSet::default();
        let named = |members: Vec<(Option<usize>, Vec<u32>)>, taken: &mut FxHashSet<String>| -> Vec<NamedTopic> {
            let groups: Vec<&[u32]> = members.iter().map(|(_, papers)| papers.as_slice()).collect();
            let names = label_groups(terms, &groups, taken);
            let together = names.into_iter().zip(members);
            together.map(|(name, (parent, members))| NamedTopic { name, members, parent }).collect()
        };
        let whole = topics.members.iter().map(|members| (None, members.clone())).collect();
        let topics = named(whole, &mut taken);
        let parts = parts.into_iter().enumerate();
        let parts = parts.flat_map(|(topic, parts)| parts.into_iter().map(move |part| (Some(topic), part)));
        let subtopics = named(parts.collect(), &mut taken);
        Self { topics, subtopics }
    }

    fn all(&self) -> impl Iterator<Item = &NamedTopic> {
        self.topics.iter().chain(&self.subtopics)
    }
}

/// Takes topic nodes and their edges out of the graph.
fn remove_topics(graph: &mut KnowledgeGraph) {
    if graph.topics().next().is_none() {
        return;
    }
    let kept: Vec<NodeIndex> =
        graph.nodes().filter(|(_, node)| !matches!(node.kind, NodeKind::Topic(_))).map(|(index, _)| index).collect();
    *graph = view::part(graph, &kept);
}

/// Writes the labels of topic and sub-topic into papers, and into the entities of which most papers lie in one.
fn set_topics(graph: &mut KnowledgeGraph, incidence: &Incidence, named: &NamedTopics) {
    for node in graph.graph.node_weights_mut() {
        node.analysis = Analysis::default();
    }
    let mut topic_of = vec![None; incidence.papers.len()];
    let mut subtopic_of = vec![None; incidence.papers.len()];
    for (list, numbers) in [(&named.topics, &mut topic_of), (&named.subtopics, &mut subtopic_of)] {
        for (number, topic) in list.iter().enumerate() {
            topic.members.iter().for_each(|&paper| numbers[paper as usize] = Some(number));
        }
    }
    let [topic_labels, subtopic_labels] = [&named.topics, &named.subtopics]
        .map(|list| list.iter().map(|topic| Arc::<str>::from(topic.name.label.as_str())).collect::<Vec<_>>());
    let label = |labels: &[Arc<str>], number: Option<usize>| number.map(|number| Arc::clone(&labels[number]));
    for (paper, &node) in incidence.papers.iter().enumerate() {
        let analysis = &mut graph.graph[node].analysis;
        analysis.topic = label(&topic_labels, topic_of[paper]);
        analysis.subtopic = label(&subtopic_labels, subtopic_of[paper]);
    }
    let main_topics = |entity: usize| {
        let papers = incidence.by_entity.group(entity);
        let topic = main_topic(papers, &topic_of);
        let inside = || main_topic(papers, &subtopic_of).filter(|&number| named.subtopics[number].parent == topic);
        (topic, topic.and_then(|_| inside()))
    };
    let of_entities: Vec<_> = (0..incidence.entities.len()).into_par_iter().map(main_topics).collect();
    for (&node, (topic, subtopic)) in incidence.entities.iter().zip(of_entities) {
        let analysis = &mut graph.graph[node].analysis;
        analysis.topic = label(&topic_labels, topic);
        analysis.subtopic = label(&subtopic_labels, subtopic);
    }
}

/// The topic in which at least [`SHARE_FOR_TOPIC`] of the papers lie; of equal ones the larger topic.
fn main_topic(papers: &[u32], topic_of: &[Option<usize>]) -> Option<usize> {
    let mut counts: FxHashMap<usize, usize> = FxHashMap::default();
    for topic in papers.iter().filter_map(|&paper| topic_of[paper as usize]) {
        *counts.entry(topic).or_default() += 1;
    }
    let most = counts.into_iter().max_by_key(|&(topic, count)| (count, std::cmp::Reverse(topic)));
    most.filter(|&(_, count)| count as f64 >= SHARE_FOR_TOPIC * papers.len() as f64).map(|(topic, _)| topic)
}

/// Adds a node for every topic and sub-topic, and the edges from their papers where the schema has a relation for it.
/// Returns the nodes with their papers.
fn add_topic_nodes<'n>(
    graph: &mut KnowledgeGraph,
    incidence: &Incidence,
    named: &'n NamedTopics,
    notes: &mut Vec<String>,
) -> Vec<(NodeIndex, &'n [u32])> {
    let relation = graph.schema.relation_with_role(RelationRole::Topic);
    if relation.is_none() {
        notes.push("The schema has no relation with the role `topic`, so topics are nodes without edges.".to_owned());
    }
    let first = graph.graph.node_count();
    let mut ids: Vec<String> = Vec::new();
    let mut used = FxHashSet::default();
    for topic in named.all() {
        ids.push(topic_id(&topic.name, &mut used));
    }
    let mut nodes = Vec::new();
    let members = named.all().map(|topic| topic.members.len()).sum();
    let mut edges: Vec<EdgeBetween> = Vec::with_capacity(if relation.is_some() { members } else { 0 });
    for (number, topic) in named.all().enumerate() {
        let entities =
            topic.name.entities.iter().map(|&entity| graph.graph[incidence.entities[entity as usize]].id.to_string());
        let facts = TopicFacts {
            papers: topic.members.len() as u32,
            entities: entities.collect(),
            parent: topic.parent.map(|parent| ids[parent].clone()),
            ..TopicFacts::default()
        };
        let (label, subtopic) = match topic.parent {
            Some(parent) => (&named.topics[parent].name.label, Some(topic.name.label.as_str().into())),
            None => (&topic.name.label, None),
        };
        let analysis = Analysis { topic: Some(label.as_str().into()), subtopic, ..Analysis::default() };
        let (id, label) = (ids[number].as_str().into(), topic.name.label.as_str().into());
        nodes.push(Node { id, label, kind: NodeKind::Topic(Box::new(facts)), analysis });
        if let Some(relation) = relation {
            let node = NodeIndex::new(first + number);
            edges.extend(topic.members.iter().map(|&paper| {
                let edge = Edge {
                    relation,
                    confidence: 1.0,
                    count: 1,
                    weight: ABOUT_WEIGHT,
                    sentences: Few::new(),
                    rules: Few::new(),
                };
                (incidence.papers[paper as usize], node, edge)
            }));
        }
    }
    graph.extend(nodes, edges);
    (first..).map(NodeIndex::new).zip(named.all().map(|topic| topic.members.as_slice())).collect()
}

/// `topic:` and the slug of the label's head, which changes less often than the whole label.
fn topic_id(name: &TopicLabel, used: &mut FxHashSet<String>) -> String {
    let candidates = [slug(&name.head, 60), slug(&name.label, 60)].into_iter().filter(|slug| !slug.is_empty());
    let numbered = (2..).map(|number: u32| format!("{}-{number}", slug(&name.label, 60)));
    let free = candidates.chain(numbered).find(|slug| used.insert(slug.clone()));
    format!("topic:{}", free.unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;
    use testing::planted;

    fn analyzed_on(threads: usize) -> (KnowledgeGraph, AnalysisReport) {
        let mut graph = planted(8, 40);
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        let report = pool.install(|| analyze(&mut graph, &AnalyzeOptions::default()));
        (graph, report)
    }

    fn nodes(graph: &KnowledgeGraph) -> Vec<&Node> {
        graph.graph.node_weights().collect()
    }

    #[test]
    fn the_result_is_the_same_on_any_number_of_threads() {
        let (one, report_of_one) = analyzed_on(1);
        let (three, report_of_three) = analyzed_on(3);
        assert_eq!(report_of_one, report_of_three);
        assert_eq!(nodes(&one), nodes(&three));
    }

    #[test]
    fn planted_topics_become_nodes_with_edges() {
        let (graph, report) = analyzed_on(2);
        assert_eq!(report.topics, 8);
        assert_eq!(graph.topics().count(), 8);
        assert!(graph.has_edges_in_order());
        let about = graph.schema.relation_with_role(RelationRole::Topic).unwrap();
        let edges = graph.graph.edge_weights().filter(|edge| edge.relation == about).count();
        assert_eq!(edges, 8 * 40);
        let mut labels: Vec<&str> = graph.topics().map(|(_, node)| node.label.as_ref()).collect();
        labels.sort();
        labels.dedup();
        assert_eq!(labels.len(), 8);
        for (_, topic) in graph.topics() {
            assert_eq!(*topic.id, *format!("topic:{}", slug(topic.label.split(',').next().unwrap(), 60)));
            let NodeKind::Topic(facts) = &topic.kind else { panic!("{topic:?}") };
            assert_eq!((facts.first_year, facts.last_year), (Some(2015), Some(2024)));
        }
    }

    #[test]
    fn what_stands_everywhere_has_no_topic_and_bridges_all() {
        let (graph, _) = analyzed_on(2);
        let hub = graph.node("thing:everywhere").unwrap();
        assert_eq!(hub.analysis.topic, None);
        assert_eq!(&*hub.analysis.color, color::UNCLUSTERED);
        assert!(hub.analysis.bridge > 0.8);
        let own = graph.node("thing:alpha-subject3").unwrap();
        assert!(own.analysis.topic.as_deref().is_some_and(|topic| topic.contains("subject3")), "{own:?}");
        let ranks: f64 = graph.graph.node_weights().map(|node| node.analysis.pagerank).sum();
        assert!((ranks - 1.0).abs() < 1e-9);
    }

    #[test]
    fn analysing_again_changes_nothing() {
        let (once, report) = analyzed_on(2);
        let mut twice = once.clone();
        assert_eq!(analyze(&mut twice, &AnalyzeOptions::default()), report);
        assert_eq!(nodes(&once), nodes(&twice));
        assert_eq!(once.graph.edge_count(), twice.graph.edge_count());
    }

    #[test]
    fn a_few_new_papers_leave_the_ids_of_topics() {
        let ids = |graph: &KnowledgeGraph| {
            let mut ids: Vec<String> = graph.topics().map(|(_, node)| node.id.to_string()).collect();
            ids.sort();
            ids
        };
        let (before, _) = analyzed_on(2);
        let fewer: Vec<NodeIndex> =
            planted(8, 40).graph.node_indices().filter(|node| node.index() >= 320 || node.index() % 40 != 0).collect();
        let mut after = view::part(&planted(8, 40), &fewer);
        analyze(&mut after, &AnalyzeOptions::default());
        assert_eq!(ids(&before), ids(&after));
    }

    #[test]
    fn without_a_topic_relation_topics_stand_alone_and_a_note_says_so() {
        let mut graph = planted(3, 12);
        graph.schema.relations.retain(|relation| relation.role != RelationRole::Topic);
        let edges = graph.graph.edge_count();
        let report = analyze(&mut graph, &AnalyzeOptions { layout: false, ..AnalyzeOptions::default() });
        assert_eq!(graph.graph.edge_count(), edges);
        assert!(report.topics > 0);
        assert!(report.notes[0].contains("role `topic`"));
        assert!(graph.graph.node_weights().all(|node| node.analysis.position.is_none()));
    }

    #[test]
    fn an_empty_graph_is_no_error() {
        let mut graph = KnowledgeGraph::default();
        assert_eq!(analyze(&mut graph, &AnalyzeOptions::default()).topics, 0);
    }
}
