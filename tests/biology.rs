//! Someone from another field brings rules of their own: the whole way, without a line of code changed.

mod program;

use program::{biology, biology_papers, papergraph, stderr, stdout, write};
use serde_json::Value;

#[test]
fn the_rules_are_in_order_and_their_examples_hold() {
    papergraph(&["rules", "check", "--rules", &biology()]).assert().success();
    papergraph(&["rules", "test", "--rules", &biology()]).assert().success();
}

#[test]
fn the_graph_has_the_types_and_relations_of_the_rules() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().to_str().unwrap();
    stderr(&["build", &biology_papers(), "--rules", &biology(), "--out", out], 0);
    let graph = std::fs::read_to_string(folder.path().join("graph.json")).unwrap();
    let graph: Value = serde_json::from_str(&graph).unwrap();
    let nodes = graph["nodes"].as_array().unwrap();
    let entity = |id: &str| nodes.iter().find(|node| node["id"] == id);
    for (id, entity_type) in
        [("protein:kelchin", "Protein"), ("organism:zebrafish", "Organism"), ("assay:optical-tweezers", "Assay")]
    {
        let node = entity(id).unwrap_or_else(|| panic!("no {id}"));
        assert_eq!(node["type"], entity_type);
    }
    let edges = graph["edges"].as_array().unwrap();
    let has_edge = |source: &str, relation: &str, target: &str| {
        edges.iter().any(|edge| edge["source"] == source && edge["relation"] == relation && edge["target"] == target)
    };
    assert!(has_edge("paper:bio1", "discovers", "protein:kelchin"));
    assert!(has_edge("paper:bio2", "measured_with", "assay:optical-tweezers"));
    assert!(has_edge("paper:bio3", "expressed_in", "organism:zebrafish"));
}

#[test]
fn a_hundred_annotations_are_not_needed_to_fit_weights() {
    let folder = tempfile::tempdir().unwrap();
    let mut gold = String::new();
    for line in stdout(&["extract", &biology_papers(), "--rules", &biology()]).lines() {
        gold += line;
        gold.push('\n');
    }
    let gold = write(folder.path(), "gold.jsonl", &gold);
    let rules = folder.path().join("rules");
    let rules = rules.to_str().unwrap();
    let papers = biology_papers();
    let said = stdout(&[
        "rules",
        "fit",
        &gold,
        "--papers",
        &papers,
        "--rules",
        &biology(),
        "--folds",
        "2",
        "--epochs",
        "20",
        "--write",
        rules,
    ]);
    assert!(said.contains("<- best"), "{said}");
    // What was fitted to the program's own findings must find them again, most of them at least.
    let evaluated =
        stdout(&["eval", &gold, "--papers", &papers, "--rules", &biology(), "--rules", &format!("+{rules}"), "--json"]);
    let report: Value = serde_json::from_str(&evaluated).unwrap();
    assert!(report["typed"]["f1"].as_f64().unwrap() > 0.9, "{report}");
}
