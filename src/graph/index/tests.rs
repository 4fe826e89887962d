use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use petgraph::graph::NodeIndex;
use proptest::prelude::*;

use super::*;
use crate::export::{ExportOptions, Format, write_outputs};
use crate::graph::testing::{edge, entity, paper, sample, topic};
use crate::graph::{
    KnowledgeGraph, NeighborFilter, common_neighbors, find, neighbors, read_json, search, shortest_path,
};

/// Writes a graph with an index, however small it is; gives the path of `graph.json`.
fn write(graph: &KnowledgeGraph, folder: &Path) -> PathBuf {
    let options = ExportOptions { index_from: 0, ..ExportOptions::default() };
    let files = write_outputs(graph, folder, &[Format::Json], &options).unwrap();
    assert_eq!(files, ["graph.index", "graph.json"].map(|name| folder.join(name)));
    files[1].clone()
}

fn whole(path: &Path) -> KnowledgeGraph {
    read_json(File::open(path).unwrap()).unwrap()
}

/// What is compared: the answers as text, since positions in a part of a graph are not those in the whole.
fn id(graph: &KnowledgeGraph, node: NodeIndex) -> &str {
    &graph.graph[node].id
}

fn search_answer(graph: &KnowledgeGraph, query: &str, types: &[String], limit: usize) -> Vec<String> {
    let hits = search(graph, query).into_iter();
    let wanted =
        hits.filter(|hit| types.is_empty() || types.iter().any(|label| label == hit.node.type_label(&graph.schema)));
    wanted.take(limit).map(|hit| format!("{} {:?} {}", hit.node.id, hit.kind, hit.matched)).collect()
}

fn find_answer(graph: &KnowledgeGraph, name: &str) -> Result<(NodeIndex, String), String> {
    let found = find(graph, name).map_err(|error| error.to_string())?;
    let others: Vec<&str> = found.others.iter().map(|other| id(graph, *other)).collect();
    Ok((found.index, format!("{} {others:?}", id(graph, found.index))))
}

fn neighbors_answer(graph: &KnowledgeGraph, name: &str) -> Result<Vec<String>, String> {
    let (node, mut answer) = find_answer(graph, name).map(|(node, text)| (node, vec![text]))?;
    for group in neighbors(graph, node, &NeighborFilter::default()) {
        let edge = |neighbor: &crate::graph::Neighbor| {
            format!("{} {:?}", id(graph, neighbor.node), graph.graph[neighbor.edge])
        };
        answer.push(format!("{:?} {:?}", group.relation, group.direction));
        answer.extend(group.neighbors.iter().map(edge));
    }
    Ok(answer)
}

fn common_answer(graph: &KnowledgeGraph, degrees: &[usize], names: [&str; 2]) -> Result<Vec<String>, String> {
    let (first, second) = (find_answer(graph, names[0])?, find_answer(graph, names[1])?);
    let common = common_neighbors(graph, first.0, second.0, |node| degrees[node.index()]);
    let edges = |edges: &[petgraph::graph::EdgeIndex]| -> Vec<String> {
        edges.iter().map(|edge| format!("{:?}", graph.graph[*edge])).collect()
    };
    let shared = common.iter().map(|common| {
        format!("{} {} {:?} {:?}", id(graph, common.node), common.weight, edges(&common.first), edges(&common.second))
    });
    Ok([first.1, second.1].into_iter().chain(shared).collect())
}

fn path_answer(graph: &KnowledgeGraph, names: [&str; 2]) -> Result<Option<Vec<String>>, String> {
    let (from, to) = (find_answer(graph, names[0])?, find_answer(graph, names[1])?);
    let step = |step: &crate::graph::PathStep| {
        format!("{} {:?} {}", id(graph, step.node), graph.graph[step.edge], step.forward)
    };
    let way = shortest_path(graph, from.0, to.0);
    Ok(way.map(|steps| [from.1, to.1].into_iter().chain(steps.iter().map(step)).collect()))
}

/// Asks everything of the whole graph and by the index, and compares the answers.
fn compare(path: &Path, names: [&str; 2], types: &[String], limit: usize) -> Result<(), IndexError> {
    let whole = whole(path);
    let index = GraphIndex::open(path)?;
    for name in names {
        let (part, total) = index.search(name, limit, types)?;
        assert_eq!(search_answer(&part, name, types, limit), search_answer(&whole, name, types, limit), "{name}");
        assert_eq!(total, search_answer(&whole, name, types, usize::MAX).len(), "{name}");
        assert_eq!(neighbors_answer(&index.around(name)?, name), neighbors_answer(&whole, name), "{name}");
    }
    let (part, degrees) = index.shared(names[0], names[1])?;
    let whole_degrees: Vec<usize> = whole.graph.node_indices().map(|node| whole.degree(node)).collect();
    assert_eq!(common_answer(&part, &degrees, names), common_answer(&whole, &whole_degrees, names));
    assert_eq!(path_answer(&index.way(names[0], names[1])?, names), path_answer(&whole, names));
    Ok(())
}

const NAMES: [&str; 12] =
    ["net", "Nets", "net-one", "my net", "magnet", "n", "NET", "network", "öde Net", "e", "no line\nbreak", "-"];

/// What may be asked: names, parts of them, ids, slips of the pen, and what means nothing.
const QUESTIONS: [&str; 16] = [
    "net",
    "Nets",
    "net one",
    "NET",
    "n",
    "paper:0",
    "1",
    " model:3 ",
    "topic:9",
    "nte",
    "netwrok",
    "",
    "-",
    "zzzz",
    "break",
    "öde",
];

/// A graph with these names in turn, and edges from one node to another, of one of three relations and weights.
fn graph(names: &[prop::sample::Index], edges: &[(u32, u32, usize, u8)]) -> KnowledgeGraph {
    let schema = crate::graph::testing::schema();
    let nodes = names.iter().enumerate().map(|(number, name)| {
        let label = *name.get(&NAMES);
        let mut node = match number % 5 {
            0 | 1 => paper(&number.to_string(), None),
            2 => entity(&schema, "Dataset", &format!("dataset:{number}"), label, &[], 1),
            3 => entity(&schema, "Model", &format!("model:{number}"), label, &["net", "Alias"], number as u32 % 3),
            _ => topic(&format!("topic:{number}"), label, 1),
        };
        node.label = label.into();
        node
    });
    let nodes: Vec<Node> = nodes.collect();
    let relations = ["uses", "introduces", "evaluated_on"];
    let count = nodes.len() as u32;
    let mut graph = KnowledgeGraph::from_parts(schema, vec!["a-rule".to_owned()], nodes, Vec::new());
    let edges = edges.iter().map(|(source, target, relation, weight)| {
        let weight = f32::from(*weight % 3 + 1);
        let edge = crate::graph::Edge { weight, ..edge(&graph, relations[relation % 3]) };
        (NodeIndex::new((source % count) as usize), NodeIndex::new((target % count) as usize), edge)
    });
    let edges = edges.collect();
    graph.extend(Vec::new(), edges);
    graph
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn answers_by_the_index_are_those_of_the_whole_graph(
        names in prop::collection::vec(any::<prop::sample::Index>(), 1..30),
        edges in prop::collection::vec((any::<u32>(), any::<u32>(), 0..3_usize, any::<u8>()), 0..80),
        questions in prop::collection::vec(prop::sample::select(&QUESTIONS[..]), 2),
        types in prop::collection::vec(prop::sample::select(&["Paper", "Model", "Topic", "Dataset"][..]), 0..3),
        limit in 0..9_usize,
    ) {
        let folder = tempfile::tempdir().unwrap();
        let path = write(&graph(&names, &edges), folder.path());
        let types: Vec<String> = types.into_iter().map(str::to_owned).collect();
        compare(&path, [questions[0], questions[1]], &types, limit).unwrap();
    }
}

#[test]
fn an_empty_graph_has_an_index_too() {
    let folder = tempfile::tempdir().unwrap();
    let path = write(&KnowledgeGraph::default(), folder.path());
    compare(&path, ["net", "paper:1"], &[], 5).unwrap();
}

#[test]
fn only_the_lines_that_are_needed_are_read() {
    let folder = tempfile::tempdir().unwrap();
    let path = write(&sample(), folder.path());
    let text = fs::read_to_string(&path).unwrap();
    let modified = path.metadata().unwrap().modified().unwrap();
    fs::write(&path, text.replace("{\"id\":\"method:sd\"", "?\"id\":\"method:sd\"")).unwrap();
    File::options().append(true).open(&path).unwrap().set_modified(modified).unwrap();
    let index = GraphIndex::open(&path).unwrap();
    assert_eq!(index.around("ImageNet").unwrap().graph.node_count(), 3);
    assert!(matches!(index.around("SD"), Err(IndexError::Graph(_))));
}

#[test]
fn of_another_graph_the_index_is_not_used() {
    let folder = tempfile::tempdir().unwrap();
    let path = write(&sample(), folder.path());
    let file = File::options().append(true).open(&path).unwrap();
    let modified = path.metadata().unwrap().modified().unwrap();
    file.set_modified(SystemTime::now() + Duration::from_secs(9)).unwrap();
    assert!(matches!(GraphIndex::open(&path), Err(IndexError::Outdated)), "changed later");
    file.set_modified(modified).unwrap();
    assert!(GraphIndex::open(&path).is_ok());
    file.set_len(path.metadata().unwrap().len() - 1).unwrap();
    file.set_modified(modified).unwrap();
    assert!(matches!(GraphIndex::open(&path), Err(IndexError::Outdated)), "another length");
    fs::remove_file(path.with_extension("index")).unwrap();
    assert!(matches!(GraphIndex::open(&path), Err(IndexError::Read(_))));
}

#[test]
fn a_damaged_index_is_found_out() {
    let folder = tempfile::tempdir().unwrap();
    let path = write(&sample(), folder.path());
    let place = path.with_extension("index");
    let bytes = fs::read(&place).unwrap();
    for at in 0..bytes.len() {
        let mut damaged = bytes.clone();
        damaged[at] ^= 1 << (at % 8);
        fs::write(&place, &damaged).unwrap();
        let found_out = compare(&path, ["diffusion model", "p1"], &[], 3);
        assert!(matches!(found_out, Err(IndexError::Damaged)), "byte {at}: {found_out:?}");
        fs::write(&place, &bytes[..at]).unwrap();
        assert!(compare(&path, ["diffusion model", "p1"], &[], 3).is_err(), "cut to {at} bytes");
    }
}

#[test]
fn what_would_not_come_back_as_it_is_gets_no_index() {
    let mut graph = sample();
    assert!(can_be_indexed(&graph));
    let edge = graph.graph.raw_edges()[0].weight.clone();
    graph.graph.add_edge(NodeIndex::new(0), NodeIndex::new(1), edge);
    assert!(!can_be_indexed(&graph), "edges out of order");
    let mut graph = sample();
    graph.add_node(graph.graph[NodeIndex::new(0)].clone());
    assert!(!can_be_indexed(&graph), "two nodes of one id");
}

#[test]
fn an_index_that_is_no_longer_right_goes() {
    let folder = tempfile::tempdir().unwrap();
    write(&sample(), folder.path());
    let files = write_outputs(&sample(), folder.path(), &[Format::Json], &ExportOptions::default()).unwrap();
    assert_eq!(files, [folder.path().join("graph.json")]);
    assert!(!folder.path().join("graph.index").exists());
}
