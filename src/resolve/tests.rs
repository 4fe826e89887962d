//! Small corpora, written out by hand.

use proptest::prelude::*;

use super::*;
use crate::corpus::Field;
use crate::extract::{FoundEntity, Mention, SentenceSpan};
use crate::graph::testing::schema;

/// One entity of one paper.
#[derive(Clone, Debug)]
struct Said {
    type_label: &'static str,
    relation: &'static str,
    name: String,
    acronym: Option<(&'static str, &'static str)>,
    entry: Option<u32>,
    confidence: f32,
}

fn said(type_label: &'static str, relation: &'static str, name: &str) -> Said {
    Said { type_label, relation, name: name.to_owned(), acronym: None, entry: None, confidence: 0.8 }
}

fn defined(type_label: &'static str, long: &'static str, short: &'static str) -> Said {
    Said { acronym: Some((long, short)), ..said(type_label, "uses", short) }
}

fn known(entry: u32, name: &str) -> Said {
    Said { entry: Some(entry), ..said("Model", "uses", name) }
}

fn found(schema: &Schema, said: &Said) -> FoundEntity {
    let mention = |reading: &str| Mention {
        field: Field::Abstract,
        start: 0,
        end: 1,
        reading: reading.to_owned(),
        rule: Some(0),
        confidence: said.confidence,
    };
    let mut mentions = vec![mention(&said.name)];
    mentions.extend(said.acronym.map(|(long, _)| mention(long)));
    FoundEntity {
        entity_type: schema.type_named(said.type_label).unwrap(),
        name: said.name.clone(),
        lexicon_entry: said.entry,
        relation: schema.relation_named(said.relation).unwrap(),
        relation_confidence: 0.9,
        relation_rules: vec![format!("{}-cue", said.relation)],
        confidence: said.confidence,
        mentions,
        sentences: vec![SentenceSpan { field: Field::Abstract, start: 0, end: 10 }],
        acronym: said.acronym.map(|(long, short)| (long.to_owned(), short.to_owned())),
    }
}

/// A paper's number and year, and what it says.
type Written = (usize, Option<i32>, Vec<Said>);

fn resolve_papers(lexicon: &[LexiconEntry], papers: &[Written]) -> KnowledgeGraph {
    let schema = schema();
    let mut resolver = Resolver::new(&schema, lexicon);
    for (number, year, entities) in papers {
        let paper = Paper {
            id: format!("p{number}"),
            title: format!("Paper {number}"),
            abstract_text: "One short\n text.".to_owned(),
            year: *year,
            ..Paper::default()
        };
        let entities = entities.iter().map(|said| found(&schema, said)).collect();
        resolver.add(paper, &Extraction { entities });
    }
    let graph = resolver.finish();
    assert!(graph.has_edges_in_order(), "{:?}", graph.graph.raw_edges());
    graph
}

/// Papers without years, numbered from 0.
fn resolve(lexicon: &[LexiconEntry], papers: Vec<Vec<Said>>) -> KnowledgeGraph {
    let papers: Vec<Written> =
        papers.into_iter().enumerate().map(|(number, entities)| (number, None, entities)).collect();
    resolve_papers(lexicon, &papers)
}

fn entities(graph: &KnowledgeGraph) -> Vec<&str> {
    graph.entities().map(|(_, node)| node.id.as_ref()).collect()
}

/// `source relation target`, sorted.
fn edges(graph: &KnowledgeGraph) -> Vec<String> {
    let mut lines: Vec<String> = graph
        .graph
        .edge_indices()
        .filter_map(|edge| {
            let (source, target) = graph.graph.edge_endpoints(edge)?;
            let relation = &graph.schema.relation(graph.graph[edge].relation).id;
            Some(format!("{} {relation} {}", graph.graph[source].id, graph.graph[target].id))
        })
        .collect();
    lines.sort();
    lines
}

fn edges_of(graph: &KnowledgeGraph, relation: &str) -> Vec<String> {
    edges(graph).into_iter().filter(|line| line.contains(&format!(" {relation} "))).collect()
}

fn model(name: &str, aliases: &[&str], broader: Option<u32>) -> LexiconEntry {
    LexiconEntry {
        name: name.to_owned(),
        entity_type: schema().type_named("Model").unwrap(),
        aliases: aliases.iter().map(|alias| alias.to_string()).collect(),
        broader,
        url: Some(format!("https://example.org/{name}")),
    }
}

#[test]
fn writings_of_one_name_are_one_entity_and_versions_are_not() {
    let names = ["Zebra-2", "zebra 2", "Zebra2", "Zebra-2-7B", "Zebra-27B"];
    let graph = resolve(&[], names.iter().map(|name| vec![said("Model", "uses", name)]).collect());
    assert_eq!(entities(&graph), ["model:zebra-2", "model:zebra-2-7b", "model:zebra-27b"]);
    let node = graph.node("model:zebra-2").unwrap();
    assert_eq!(node.paper_count(), 3);
    assert_eq!(node.aliases(), ["Zebra2"]);
}

#[test]
fn the_name_is_singular_lower_case_where_the_corpus_has_it() {
    let names = ["Moving Targets", "moving targets", "moving targets", "moving target"];
    let graph = resolve(&[], names.iter().map(|name| vec![said("Task", "addresses", name)]).collect());
    assert_eq!(&*graph.node("task:moving-target").unwrap().label, "moving target");
}

#[test]
fn the_lexicon_gives_name_aliases_and_address() {
    let lexicon = [model("Zebra", &["Striped Horse"], None)];
    let graph = resolve(&lexicon, vec![vec![known(0, "zebras")], vec![said("Model", "uses", "striped-horse")]]);
    assert_eq!(entities(&graph), ["model:zebra"]);
    let node = graph.node("model:zebra").unwrap();
    assert_eq!(
        (node.label.as_ref(), node.aliases(), node.paper_count()),
        ("Zebra", &["striped-horse".to_owned()][..], 2)
    );
}

#[test]
fn a_form_of_two_lexicon_entries_is_left_alone() {
    let lexicon = [model("Zebra", &["ZB"], None), model("Zebu", &["ZB"], None)];
    let graph = resolve(&lexicon, vec![vec![said("Model", "uses", "ZB")], vec![known(0, "Zebra"), known(1, "Zebu")]]);
    assert_eq!(entities(&graph), ["model:zb", "model:zebra", "model:zebu"]);
}

#[test]
fn a_form_that_more_papers_use_for_another_thing_is_no_alias() {
    let walk = || vec![defined("Method", "quiet gradient walk", "QGW")];
    let data = || vec![said("Dataset", "uses", "QGW")];
    let aliases = |papers| resolve(&[], papers).node("method:quiet-gradient-walk").unwrap().aliases().to_vec();
    assert_eq!(aliases(vec![walk(), data()]), ["QGW"]);
    assert!(aliases(vec![walk(), data(), data()]).is_empty());
}

#[test]
fn an_acronym_goes_to_the_long_form_that_the_corpus_defines() {
    let long = || defined("Method", "quiet gradient walk", "QGW");
    let graph = resolve(&[], vec![vec![long()], vec![long()], vec![said("Method", "uses", "QGW")]]);
    assert_eq!(entities(&graph), ["method:qgw"]);
    assert_eq!(graph.node("method:qgw").unwrap().aliases(), ["quiet gradient walk"]);

    let once = resolve(&[], vec![vec![long()], vec![said("Method", "uses", "QGW")]]);
    assert_eq!(entities(&once), ["method:qgw", "method:quiet-gradient-walk"]);

    let other_type = resolve(&[], vec![vec![long()], vec![long()], vec![said("Dataset", "uses", "QGW")]]);
    assert_eq!(entities(&other_type), ["dataset:qgw", "method:quiet-gradient-walk"]);
}

#[test]
fn an_acronym_with_two_long_forms_stays_apart_and_names_neither() {
    let one = || vec![defined("Method", "deep rooting", "DR")];
    let other = || vec![defined("Method", "dense routing", "DR")];
    let graph = resolve(&[], vec![one(), one(), other(), other(), vec![said("Method", "uses", "DR")]]);
    assert_eq!(entities(&graph), ["method:deep-rooting", "method:dense-routing", "method:dr"]);
}

#[test]
fn a_peculiar_own_name_is_known_from_its_one_definition() {
    let own = Said { relation: "introduces", ..defined("Model", "zebra network", "ZebraNet") };
    let graph = resolve(&[], vec![vec![own], vec![said("Model", "uses", "ZebraNet")]]);
    assert_eq!(entities(&graph), ["model:zebranet"]);
    assert_eq!(edges_of(&graph, "builds_on"), ["paper:p1 builds_on paper:p0"]);
}

#[test]
fn an_own_name_without_a_long_form_is_another_thing() {
    let long = || vec![defined("Model", "zebra network", "ZebraNet")];
    let graph = resolve(&[], vec![long(), long(), vec![said("Model", "introduces", "ZebraNet")]]);
    assert_eq!(entities(&graph), ["model:zebra-network", "model:zebranet"]);
}

#[test]
fn two_thirds_of_the_corpus_settle_a_type() {
    let most = || vec![said("Method", "uses", "striping")];
    let graph = resolve(&[], vec![most(), most(), vec![said("Task", "addresses", "striping")]]);
    assert_eq!(entities(&graph), ["method:striping"]);
    assert_eq!(edges_of(&graph, "uses").len(), 3, "the default of the new type replaces what it does not allow");

    let mentioned = resolve(&[], vec![most(), most(), vec![said("Task", "mentions", "striping")]]);
    assert_eq!(edges_of(&mentioned, "mentions").len(), 1);

    let split = resolve(&[], vec![most(), vec![said("Task", "addresses", "striping")]]);
    assert_eq!(entities(&split), ["method:striping", "task:striping"]);
}

#[test]
fn a_paper_counts_double_on_its_own_name() {
    let own = vec![said("Model", "introduces", "Zebra")];
    let graph = resolve(&[], vec![own, vec![said("Method", "uses", "Zebra")]]);
    assert_eq!(entities(&graph), ["model:zebra"]);
}

#[test]
fn a_paper_has_one_edge_to_an_entity_and_the_strongest_relation_wins() {
    let forms = vec![said("Model", "mentions", "Zebra-2"), said("Model", "uses", "Zebra2")];
    let graph = resolve(&[], vec![forms]);
    assert_eq!(edges(&graph), ["paper:p0 uses model:zebra-2"]);
    let edge = &graph.graph.raw_edges()[0].weight;
    assert_eq!(edge.count, 2);
    assert!((edge.confidence - 0.72).abs() < 1e-6, "{}", edge.confidence);
    assert_eq!(graph.rule_ids[edge.rules[0] as usize], "uses-cue");
    let NodeKind::Paper(facts) = &graph.node("paper:p0").unwrap().kind else { panic!() };
    assert_eq!(facts.sentences.get(usize::from(edge.sentences[0])).as_deref(), Some("One short"));
}

#[test]
fn families_follow_versions_and_heads() {
    let both = |first: &str, second: &str| vec![said("Model", "uses", first), said("Model", "uses", second)];
    let graph = resolve(
        &[],
        vec![
            both("Zebra", "Zebra-2"),
            both("Zebra-2-7B-Chat", "ZebraNet"),
            both("striped model", "Zebra3 Turbo"),
            both("non-striped model", "fast striped model"),
            both("striped model", "Yak-B/16"),
        ],
    );
    assert_eq!(
        edges_of(&graph, "variant_of"),
        [
            "model:fast-striped-model variant_of model:striped-model",
            "model:zebra-2 variant_of model:zebra",
            "model:zebra-2-7b-chat variant_of model:zebra-2",
            "model:zebra3-turbo variant_of model:zebra",
        ]
    );
}

#[test]
fn sisters_listed_names_and_dimensions_are_no_versions() {
    let lexicon = [model("Zebra-2018", &["Zebra"], None), model("Yak", &[], None), model("Yak-19", &[], None)];
    let names = vec![
        known(0, "Zebra-2018"),
        known(1, "Yak"),
        known(2, "Yak-19"),
        said("Model", "uses", "Zebra-2019"),
        said("Model", "uses", "Yak3D"),
        said("Model", "uses", "Yak2Gnu"),
    ];
    let graph = resolve(&lexicon, vec![names]);
    assert_eq!(edges_of(&graph, "variant_of"), Vec::<String>::new());
}

#[test]
fn the_lexicon_ladder_is_climbed_to_what_the_corpus_has() {
    let lexicon =
        [model("Zebra-2-7B", &[], Some(1)), model("Zebra-2", &["Zebra Two"], Some(2)), model("Equid", &[], Some(0))];
    let graph = resolve(&lexicon, vec![vec![known(0, "Zebra-2-7B"), known(2, "equids")]]);
    assert_eq!(edges_of(&graph, "variant_of"), ["model:equid variant_of model:zebra-2-7b"], "circles are cut");

    let lexicon = [model("Colt", &[], Some(1)), model("Foal", &[], Some(2)), model("Horse", &[], None)];
    let graph = resolve(&lexicon, vec![vec![known(0, "Colt"), said("Model", "uses", "horses")]]);
    assert_eq!(edges_of(&graph, "variant_of"), ["model:colt variant_of model:horse"]);
}

#[test]
fn papers_build_on_the_earliest_introducer_and_never_on_a_later_paper() {
    let introduces = || vec![said("Model", "introduces", "Zebra")];
    let uses = || vec![said("Model", "uses", "Zebra")];
    let graph = resolve_papers(
        &[],
        &[
            (0, Some(2021), introduces()),
            (1, Some(2020), introduces()),
            (2, Some(2022), uses()),
            (3, Some(2019), uses()),
            (4, None, vec![said("Model", "mentions", "Zebra")]),
        ],
    );
    assert_eq!(edges_of(&graph, "builds_on"), ["paper:p2 builds_on paper:p1"]);

    let everyone = resolve(&[], vec![introduces(), introduces(), introduces(), introduces(), uses()]);
    assert!(edges_of(&everyone, "builds_on").is_empty());
}

#[test]
fn two_things_with_one_slug_have_different_ids() {
    let graph = resolve(
        &[],
        vec![vec![said("Model", "uses", "a.b"), said("Model", "uses", "a b")], vec![said("Model", "uses", "a.b")]],
    );
    let ids = entities(&graph);
    assert_eq!(ids.len(), 2);
    assert_eq!(&*graph.node("model:a-b").unwrap().label, "a.b");
    assert!(ids[1].starts_with("model:a-b-"), "{ids:?}");
}

#[test]
fn odd_input_does_no_harm() {
    let odd = vec![
        said("Model", "uses", "..."),
        said("Model", "uses", ""),
        Said { confidence: f32::NAN, ..said("Model", "uses", "Zebra") },
        Said { entry: Some(99), ..said("Model", "uses", "Yak") },
        Said { acronym: Some((".", "")), ..said("Model", "uses", "Gnu") },
    ];
    assert_eq!(entities(&resolve(&[], vec![odd])), ["model:gnu", "model:yak", "model:zebra"]);
    assert_eq!(resolve(&[], Vec::new()).graph.node_count(), 0);
}

fn any_said() -> impl Strategy<Value = Said> {
    let plain = (
        prop::sample::select(vec!["Model", "Method", "Task"]),
        prop::sample::select(vec!["introduces", "uses", "mentions"]),
        prop::sample::select(vec![
            "Zebra",
            "zebras",
            "Zebra-2",
            "Zebra2",
            "Zebra 2 7B",
            "ZN",
            "Zn",
            "DR",
            "striped model",
            "fast striped model",
        ]),
        0.1_f32..1.0,
    )
        .prop_map(|(type_label, relation, name, confidence)| Said { confidence, ..said(type_label, relation, name) });
    let acronym = prop::sample::select(vec![("zebra network", "ZN"), ("deep rooting", "DR"), ("dense routing", "DR")])
        .prop_map(|(long, short)| defined("Model", long, short));
    let listed = (0u32..2, prop::sample::select(vec!["Zebra", "Equid", "horse-like"]))
        .prop_map(|(entry, name)| known(entry, name));
    prop_oneof![3 => plain, 1 => acronym, 1 => listed]
}

/// Everything in a graph but the order of its papers.
fn content(graph: &KnowledgeGraph) -> (Vec<String>, Vec<String>) {
    let mut nodes: Vec<String> = graph.nodes().map(|(_, node)| format!("{node:?}")).collect();
    nodes.sort();
    let mut edges: Vec<String> = graph
        .graph
        .edge_indices()
        .filter_map(|edge| {
            let (source, target) = graph.graph.edge_endpoints(edge)?;
            Some(format!("{} {} {:?}", graph.graph[source].id, graph.graph[target].id, graph.graph[edge]))
        })
        .collect();
    edges.sort();
    (nodes, edges)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]
    #[test]
    fn the_order_of_the_papers_does_not_matter(
        (papers, shuffled) in prop::collection::vec(
            (prop::option::of(2018..2022), prop::collection::vec(any_said(), 0..5)), 0..10,
        ).prop_flat_map(|papers| {
            let papers: Vec<Written> =
                papers.into_iter().enumerate().map(|(number, (year, said))| (number, year, said)).collect();
            (Just(papers.clone()), Just(papers).prop_shuffle())
        })
    ) {
        let lexicon = [model("Zebra", &["horse-like"], Some(1)), model("Equid", &[], None)];
        let (one, other) = (resolve_papers(&lexicon, &papers), resolve_papers(&lexicon, &shuffled));
        prop_assert_eq!(content(&one), content(&other));
        prop_assert_eq!(&one.rule_ids, &other.rule_ids);
        prop_assert_eq!(one.distinct_ids(), one.graph.node_count(), "ids are unique");
        let mut pairs: Vec<_> = one.graph.raw_edges().iter().map(|edge| (edge.source(), edge.target())).collect();
        pairs.dedup();
        prop_assert_eq!(pairs.len(), one.graph.edge_count(), "one edge between two nodes");
    }
}
