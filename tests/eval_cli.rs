//! Someone measures extraction against annotated papers.

mod program;

use std::process::Command;

use program::{biology, biology_papers, stderr, stdout, write};
use serde_json::{Value, json};

const GOLD: &str = r#"{"id":"1","entities":[{"type":"Model","relation":"uses","surfaces":["BERT","bert-base"]},{"type":"Task","relation":"addresses","surfaces":["question answering"]},{"type":"Dataset","relation":"evaluated_on","surfaces":["SQuAD"]}]}
{"id":"2","entities":[{"type":"Method","relation":"uses","surfaces":["low-rank adaptation"]}]}
{"id":"3","entities":[]}
"#;

// Paper 1: BERT right in all; "Question-Answerings" matches, of the wrong type; SQuAD with the wrong relation.
// Paper 2: too short. Paper 3: no line, so without a prediction.
const FOUND: &str = r#"{"id":"1","entities":[{"type":"Model","relation":"uses","name":"x","mentions":[{"text":"BERT-base","rule":"known"}]},{"type":"Method","relation":"uses","name":"Question-Answerings","mentions":[]},{"type":"Dataset","relation":"trained_on","name":"SQuAD","mentions":[]}]}
{"id":"2","entities":[{"type":"Method","relation":"uses","name":"adaptation","mentions":[{"text":"adaptation","rule":"head: method"}]}]}
{"id":"9","entities":[{"type":"Model","relation":"uses","name":"elsewhere","mentions":[]}]}
"#;

#[test]
fn the_figures_are_those_counted_by_hand() {
    let folder = tempfile::tempdir().unwrap();
    let gold = write(folder.path(), "gold.jsonl", GOLD);
    let found = write(folder.path(), "found.jsonl", FOUND);
    let report: Value = serde_json::from_str(&stdout(&["eval", &gold, &found, "--json"])).unwrap();
    assert_eq!(report["papers"], 3);
    assert_eq!(report["papers_without_prediction"], 1);
    assert_eq!(report["papers_exactly_right"], 1);
    let figures = |share: f64, tp: u32| json!({"precision": share, "recall": share, "f1": share, "tp": tp, "predicted": 4, "gold": 4});
    assert_eq!(report["typed"], figures(0.5, 2));
    assert_eq!(report["untyped"], figures(0.75, 3));
    assert_eq!(report["triple"], figures(0.25, 1));
    assert_eq!(report["relation_accuracy"], 0.5);
    assert_eq!(
        report["types"]["Method"],
        json!({"precision": 0.0, "recall": 0.0, "f1": 0.0, "tp": 0, "predicted": 2, "gold": 1})
    );
    assert_eq!(report["relations"]["uses"]["tp"], 1);
}

#[test]
fn errors_have_causes_and_rules() {
    let folder = tempfile::tempdir().unwrap();
    let gold = write(folder.path(), "gold.jsonl", GOLD);
    let found = write(folder.path(), "found.jsonl", FOUND);
    let said = stdout(&["eval", &gold, &found, "--errors", "5"]);
    for line in [
        "too short: 1",
        "1x adaptation instead of low-rank adaptation (Method)  <- head: method  [2]",
        "wrong type: 1",
        "1x question answering: Method instead of Task  [1]",
        "wrong relation: 1",
        "1x SQuAD: trained_on instead of evaluated_on  [1]",
        "missed term: 0",
    ] {
        assert!(said.contains(line), "no `{line}` in\n{said}");
    }
}

#[test]
fn without_predictions_the_rules_are_run_and_the_texts_marked() {
    let folder = tempfile::tempdir().unwrap();
    let papers = std::fs::read_to_string(biology_papers()).unwrap();
    write(folder.path(), "gold.papers.jsonl", &papers);
    let gold = write(
        folder.path(),
        "gold.jsonl",
        r#"{"id":"bio1","entities":[{"type":"Protein","relation":"discovers","surfaces":["Kelchin"]},{"type":"Organism","relation":"mentions","surfaces":["bud neck"]}]}"#,
    );
    let page = folder.path().join("page.html");
    let said = stdout(&["eval", &gold, "--rules", &biology(), "--html", page.to_str().unwrap()]);
    assert!(said.starts_with("1 papers, 0 without a prediction"), "{said}");
    let html = std::fs::read_to_string(page).unwrap();
    assert!(html.contains("<span class=\"right\""), "{html}");
    assert!(html.contains("<span class=\"missed\""), "{html}");
    assert!(html.contains("<span class=\"spurious\""), "{html}");
}

#[test]
fn where_spans_are_given_only_groups_and_relations_are_judged() {
    let folder = tempfile::tempdir().unwrap();
    let text = "We tune Low-Rank Adaptation (LoRA). LoRA lowers the latency, and LoRA techniques are what users like.";
    let paper = json!({"id": "p", "title": "On tuning", "abstract": text});
    write(folder.path(), "gold.papers.jsonl", &format!("{paper}\n"));
    let entity =
        |entity_type: &str, surfaces: &[&str]| json!({"type": entity_type, "relation": "uses", "surfaces": surfaces});
    let lora = entity("Method", &["Low-Rank Adaptation", "LoRA", "LoRA techniques"]);
    // The rules would not find "users", and its type is not theirs.
    let gold = json!({"id": "p", "entities": [lora, entity("Metric", &["latency"]), entity("Hardware", &["users"])]});
    let gold = write(folder.path(), "gold.jsonl", &format!("{gold}\n"));
    let report: Value = serde_json::from_str(&stdout(&["eval", &gold, "--spans-given", "--json"])).unwrap();
    assert_eq!(report["typed"]["predicted"], 3, "{report}");
    assert_eq!(report["typed"]["tp"], 3, "{report}");
}

#[test]
fn what_is_missing_is_said() {
    let folder = tempfile::tempdir().unwrap();
    let gold = write(folder.path(), "gold.jsonl", GOLD);
    let said = stderr(&["eval", &gold], 2);
    assert!(said.contains("--papers FILE") && said.contains("gold.papers.jsonl"), "{said}");
    let twice = write(folder.path(), "twice.jsonl", &format!("{GOLD}{GOLD}"));
    let said = stderr(&["eval", &twice, &gold], 2);
    assert!(said.contains("twice.jsonl:4: paper 1 stands twice"), "{said}");
}

/// Compares with the program that defines the figures, where its folder lies beside the repository's.
#[test]
fn the_figures_are_those_of_the_defining_program() {
    let folder = program::repository("../shared/gold");
    let script = format!("{folder}/score.py");
    let python = Command::new("python3").arg("--version").output();
    if !std::path::Path::new(&script).exists() || python.is_err() {
        eprintln!("skipped: there is no {script}, or no python3 to run it");
        return;
    }
    let out = tempfile::tempdir().unwrap();
    let found = out.path().join("found.jsonl");
    let found = found.to_str().unwrap();
    for name in ["dev", "dev-venues"] {
        let gold = format!("{folder}/{name}.jsonl");
        let papers = format!("{folder}/{name}.papers.jsonl");
        stdout(&["extract", &papers, "--output", found, "--quiet"]);
        let output = Command::new("python3").args([&script, &gold, found, "--json"]).output().unwrap();
        let expected: Value = serde_json::from_slice(&output.stdout).unwrap();
        for arguments in [vec!["eval", &gold, found, "--json"], vec!["eval", &gold, "--json"]] {
            let mut report: Value = serde_json::from_str(&stdout(&arguments)).unwrap();
            // The program's own addition.
            report.as_object_mut().unwrap().remove("relations");
            assert_eq!(report, expected, "{arguments:?}");
        }
    }
}
