//! Graphs that the tests export, made in code and of invented papers.

// Each test file uses its own part of this.
#![allow(dead_code)]

use papergraph::graph::{Analysis, Edge, EntityFacts, Few, KnowledgeGraph, Node, NodeKind, PaperFacts, TopicFacts};
use papergraph::rules::Schema;

const SCHEMA: &str = r##"
type = [
    { id = "model", label = "Model", plural = "Models", color = "#4477aa", description = "A trained model." },
    { id = "dataset", label = "Dataset", plural = "Datasets", color = "#ccbb44", description = "A data set." },
    { id = "cell-line", label = "Cell line", plural = "Cell lines", color = "#228833", description = "Living cells." },
]
relation = [
    { id = "introduces", label = "introduces", role = "contribution", takes_up = true, color = "#cc3311", description = "Its own." },
    { id = "trained_on", label = "trained on", types = ["Dataset"], takes_up = true, color = "#999933", description = "Trains on it." },
    { id = "uses", label = "uses", takes_up = true, color = "#117733", description = "Part of its approach." },
    { id = "mentions", label = "mentions", color = "#bbbbbb", description = "Background." },
    { id = "variant_of", label = "variant of", role = "family", color = "#777777", description = "A version of another." },
    { id = "builds_on", label = "builds on", role = "citation", color = "#332288", description = "Takes up its contribution." },
    { id = "about", label = "about", role = "topic", color = "#dddddd", description = "Belongs to the topic." },
]
"##;

/// An empty graph with the schema above.
pub fn empty() -> KnowledgeGraph {
    let schema: Schema = toml::from_str(SCHEMA).unwrap();
    KnowledgeGraph::from_parts(schema, Vec::new(), Vec::new(), Vec::new())
}

/// Adds a node.
pub fn add(graph: &mut KnowledgeGraph, id: &str, label: &str, kind: NodeKind) {
    graph.add_node(Node { id: id.into(), label: label.into(), kind, analysis: Analysis::default() });
}

/// Adds a paper with two sentences of evidence.
pub fn add_paper(graph: &mut KnowledgeGraph, id: &str, title: &str, year: Option<i32>) {
    let facts = PaperFacts {
        year,
        sentences: ["First the claim.", "Then \"the proof\", at last."].into_iter().collect(),
        ..PaperFacts::default()
    };
    add(graph, id, title, NodeKind::Paper(Box::new(facts)));
}

/// Adds an entity of the type with the given label.
pub fn add_entity(graph: &mut KnowledgeGraph, id: &str, name: &str, type_label: &str) {
    let entity_type = graph.schema.type_named(type_label).unwrap();
    let facts =
        EntityFacts { entity_type, aliases: Vec::new(), papers: 0, first_year: None, last_year: None, url: None };
    add(graph, id, name, NodeKind::Entity(Box::new(facts)));
}

/// Adds an edge with one sentence and one rule as evidence where its source is a paper.
pub fn link(graph: &mut KnowledgeGraph, source: &str, relation: &str, target: &str) {
    let [from, to] = [source, target].map(|id| graph.node_index(id).unwrap());
    let from_paper = matches!(graph.graph[from].kind, NodeKind::Paper(_));
    let edge = Edge {
        relation: graph.schema.relation_named(relation).unwrap(),
        confidence: if from_paper { 0.875 } else { 1.0 },
        count: if from_paper { 2 } else { 1 },
        weight: if from_paper { 1.5 } else { 1.0 },
        sentences: if from_paper { [1, 0].into_iter().collect() } else { Few::new() },
        rules: if from_paper { [0].into_iter().collect() } else { Few::new() },
    };
    graph.graph.add_edge(from, to, edge);
    if from_paper && let NodeKind::Entity(facts) = &mut graph.graph[to].kind {
        facts.papers += 1;
    }
}

fn paper_facts<'g>(graph: &'g mut KnowledgeGraph, id: &str) -> &'g mut PaperFacts {
    let index = graph.node_index(id).unwrap();
    match &mut graph.graph[index].kind {
        NodeKind::Paper(facts) => facts,
        other => panic!("{id} is no paper: {other:?}"),
    }
}

fn entity_facts<'g>(graph: &'g mut KnowledgeGraph, id: &str) -> &'g mut EntityFacts {
    let index = graph.node_index(id).unwrap();
    match &mut graph.graph[index].kind {
        NodeKind::Entity(facts) => facts,
        other => panic!("{id} is no entity: {other:?}"),
    }
}

/// Three papers and five entities, before any analysis.
pub fn small() -> KnowledgeGraph {
    let mut graph = empty();
    graph.rule_ids = vec!["cue:we-propose".into(), "head:network".into()];
    add_paper(&mut graph, "paper:2101.00001", "HarborNet: finding ships in fog", Some(2021));
    add_paper(&mut graph, "paper:2202.00002", "Faster HarborNet for small boats", Some(2022));
    add_paper(&mut graph, "paper:a-note-on-yeast", "A note on yeast", None);
    add_entity(&mut graph, "cell-line:bruno-7", "Bruno-7", "Cell line");
    add_entity(&mut graph, "dataset:foggy-piers", "Foggy Piers", "Dataset");
    add_entity(&mut graph, "model:harbornet", "HarborNet", "Model");
    add_entity(&mut graph, "model:harbornet-s", "HarborNet-S", "Model");
    link(&mut graph, "paper:2101.00001", "trained_on", "dataset:foggy-piers");
    link(&mut graph, "paper:2101.00001", "introduces", "model:harbornet");
    link(&mut graph, "paper:2202.00002", "builds_on", "paper:2101.00001");
    link(&mut graph, "paper:2202.00002", "mentions", "dataset:foggy-piers");
    link(&mut graph, "paper:2202.00002", "uses", "model:harbornet");
    link(&mut graph, "paper:2202.00002", "introduces", "model:harbornet-s");
    link(&mut graph, "paper:a-note-on-yeast", "uses", "cell-line:bruno-7");
    link(&mut graph, "model:harbornet-s", "variant_of", "model:harbornet");
    let facts = paper_facts(&mut graph, "paper:2101.00001");
    facts.authors = ["Ada Quay", "Björn Möle"].into_iter().collect();
    facts.venue = Some("Harbour Vision".into());
    facts.url = Some("https://example.org/papers?id=1&v=2".into());
    facts.keywords = ["ships", "fog & mist"].into_iter().collect();
    let facts = entity_facts(&mut graph, "model:harbornet");
    facts.aliases = vec!["Harbor Net".into(), "HarbourNet".into()];
    (facts.first_year, facts.last_year) = (Some(2021), Some(2022));
    facts.url = Some("https://example.org/harbornet".into());
    graph
}

/// The small graph after analysis: topics, ranks, colours, sizes and places.
pub fn analyzed() -> KnowledgeGraph {
    let mut graph = small();
    let ships = TopicFacts {
        papers: 2,
        entities: vec!["model:harbornet".into()],
        first_year: Some(2021),
        last_year: Some(2022),
        ..TopicFacts::default()
    };
    add(&mut graph, "topic:ships-in-fog", "ships in fog", NodeKind::Topic(Box::new(ships)));
    let parent = Some("topic:ships-in-fog".into());
    let small_boats = TopicFacts { papers: 1, parent, ..TopicFacts::default() };
    add(&mut graph, "topic:small-boats", "small boats", NodeKind::Topic(Box::new(small_boats)));
    link(&mut graph, "paper:2101.00001", "about", "topic:ships-in-fog");
    link(&mut graph, "paper:2202.00002", "about", "topic:small-boats");
    let count = graph.graph.node_count();
    for (position, node) in graph.graph.node_weights_mut().enumerate() {
        let step = position as f32;
        let yeast = node.id.contains("yeast") || node.id.contains("bruno");
        node.analysis = Analysis {
            degree: 1 + u32::try_from(position).unwrap(),
            weighted_degree: 1.5 * f64::from(step),
            pagerank: 1.0 / count as f64,
            topic: (!yeast).then(|| "ships in fog".into()),
            subtopic: (*node.id == *"paper:2202.00002").then(|| "small boats".into()),
            bridge: if position == 1 { 0.25 } else { 0.0 },
            trend: (*node.id == *"topic:ships-in-fog").then_some(0.5),
            position: Some((step * 12.5 - 40.0, -step * 7.25)),
            size: 5.0 + step,
            color: if yeast { "#bbbbbb".into() } else { "#ee7733".into() },
        };
    }
    graph
}

/// Names that hurt: everything that some format has to escape.
pub const HURTFUL: [&str; 16] = [
    "quotes \" and ' and ` and \"\"",
    "back\\slash \\n at the end\\",
    "comma, semicolon; tab\there | bar",
    "line\nbreak and\r\nanother\rone",
    "emoji 👩‍🔬 and ﬁ and é and e\u{301}",
    "عربي and עברית \u{202e}reversed\u{202c}",
    "<b>&amp; ]]> <!-- &#0; --> <?x?>",
    "control \u{0}\u{1}\u{7}\u{1b}\u{1f}\u{7f}\u{85} \u{fffe}\u{ffff}",
    "NULL",
    "-",
    "=1+1",
    "  blanks around  ",
    "$dollar ${brace} %percent {curly} [square]",
    "//comment # and -- and /* */",
    "true",
    "_:b0 @en ^^<x> 'a'",
];

/// A graph whose ids, names, sentences and facts all hurt.
pub fn hurtful() -> KnowledgeGraph {
    let mut graph = empty();
    graph.rule_ids = HURTFUL.map(|name| format!("pattern:{name}")).into();
    let types = ["Model", "Dataset", "Cell line"];
    for (position, name) in HURTFUL.iter().enumerate() {
        let id = format!("paper:{position}:{name}");
        add_paper(&mut graph, &id, name, Some(1990 + i32::try_from(position).unwrap()));
        let facts = paper_facts(&mut graph, &id);
        facts.authors = [name, "Second"].into_iter().collect();
        facts.venue = Some((*name).into());
        facts.url = Some(format!("https://example.org/{name}").into());
        facts.keywords = [name].into_iter().collect();
        facts.sentences = [name].into_iter().collect();
    }
    let long = "long ".repeat(1000);
    add_paper(&mut graph, "paper:long", &long, None);
    for (position, name) in HURTFUL.iter().enumerate() {
        let id = format!("{}:{position}:{name}", position % 3);
        add_entity(&mut graph, &id, name, types[position % 3]);
        entity_facts(&mut graph, &id).aliases = HURTFUL.map(String::from).into();
        let paper = format!("paper:{position}:{name}");
        link(&mut graph, &paper, "uses", &id);
        let edge = graph.graph.edge_weights_mut().last().unwrap();
        edge.sentences = [0].into_iter().collect();
        edge.rules = [u32::try_from(position).unwrap(), 1].into_iter().collect();
    }
    graph
}

/// A graph too large to draw whole: 200 papers on three topics, a family of models, years from 2015 to 2024.
pub fn large() -> KnowledgeGraph {
    let mut graph = empty();
    graph.rule_ids = vec!["cue:on".into()];
    let topics = ["ships in fog", "yeast under stress", "maps of the deep sea"];
    let words = ["Harbor", "Buoy", "Keel", "Anchor", "Lantern", "Tide", "Compass", "Sextant", "Mast", "Rudder"];
    let types = ["Model", "Dataset", "Cell line"];
    // A small linear congruential generator: the same numbers on every machine.
    let mut state: u32 = 7;
    let mut next = |below: usize| {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 16) as usize % below
    };
    for number in 0..200 {
        let title = format!("{} {} for {} in the wild", words[next(10)], words[next(10)], topics[number % 3]);
        add_paper(&mut graph, &format!("paper:{number}"), &title, i32::try_from(2015 + number / 20).ok());
    }
    let entity = |number: usize| format!("{}:{number}", types[number % 3].to_lowercase().replace(' ', "-"));
    for number in 0..90 {
        let name = format!("{}{}-{number}", words[number % 10], words[(number / 10) % 10]);
        add_entity(&mut graph, &entity(number), &name, types[number % 3]);
    }
    for number in 0..200 {
        let paper = format!("paper:{number}");
        for relation in ["introduces", "uses", "uses", "mentions", "trained_on"] {
            // Few entities are in many papers, most in few, and most of a paper's are of its topic.
            let popular = next(30).min(next(30)) * 3 + if next(5) == 0 { next(3) } else { number % 3 };
            let target = if relation == "trained_on" { popular / 3 * 3 + 1 } else { popular };
            link(&mut graph, &paper, relation, &entity(target));
        }
        if number > 30 {
            link(&mut graph, &paper, "builds_on", &format!("paper:{}", next(number)));
        }
    }
    for (child, parent) in [(6, 0), (12, 0), (18, 6), (24, 6), (30, 12)] {
        link(&mut graph, &entity(child), "variant_of", &entity(parent));
    }
    for node in graph.graph.node_weights_mut() {
        let number: usize = node.id.rsplit(':').next().unwrap().parse().unwrap();
        let shift = if node.id.starts_with("paper:") { 0.0 } else { 30.0 };
        let (column, row) = ((number % 20) as f32, (number / 20) as f32);
        node.analysis.position = Some((column * 60.0 + shift, row * 60.0 + shift));
        let in_topic = if node.id.starts_with("paper:") { number % 3 } else { number / 3 % 3 };
        node.analysis.topic = (!number.is_multiple_of(17)).then(|| topics[in_topic].into());
    }
    graph
}
