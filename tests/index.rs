//! Someone asks a large graph: its index makes the answer quick and never another one.

mod common;
mod program;

use std::fs::{self, File};
use std::path::{Path, PathBuf};

use papergraph::export::{ExportOptions, Format, write_outputs};
use papergraph::graph::{KnowledgeGraph, read_json};
use program::papergraph;

/// A graph file with an index, however small it is.
fn with_index(folder: &Path) -> PathBuf {
    let write = |graph: &KnowledgeGraph, index_from: u64| {
        let options = ExportOptions { index_from, ..ExportOptions::default() };
        write_outputs(graph, folder, &[Format::Json], &options).unwrap();
    };
    write(&common::large(), u64::MAX);
    let path = folder.join("graph.json");
    // Read once, its edges stand in their order, as in any graph that is built.
    write(&read_json(File::open(&path).unwrap()).unwrap(), 0);
    assert!(path.with_extension("index").exists());
    path
}

/// Exit code, standard output and standard error.
fn answer(graph: &Path, question: &[&str]) -> (Option<i32>, String, String) {
    let mut command = papergraph(question);
    let output = command.arg("--graph").arg(graph).output().unwrap();
    let [out, error] = [output.stdout, output.stderr].map(|bytes| String::from_utf8(bytes).unwrap());
    (output.status.code(), out, error)
}

const QUESTIONS: [&[&str]; 18] = [
    &["search", "anchor"],
    &["search", "in the wild", "--limit", "3"],
    &["search", "e", "--type", "Model", "--type", "datasets", "--limit", "1000"],
    &["search", "paper:7"],
    &["search", "nothing of that name"],
    &["search", "anchor", "--type", "ghost"],
    &["neighbors", "model:0"],
    &["neighbors", "HarborHarbor-0", "--evidence", "--limit", "3"],
    &["neighbors", "17", "--direction", "out", "--type", "Model", "--relation", "introduces"],
    &["neighbors", "HarborHabor-0"],
    &["neighbors", "paper:17", "--relation", "likes"],
    &["path", "3", "190"],
    &["path", "model:87", "dataset:88"],
    &["path", "paper:3", "paper:3"],
    &["path", "paper:3", "nowhere"],
    &["common", "model:0", "dataset:1"],
    &["common", "3", "9", "--type", "Model"],
    &["common", "zzz", "paper:9"],
];

#[test]
fn answers_are_the_same_with_and_without_an_index() {
    let folders = [tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap()];
    let indexed = with_index(folders[0].path());
    let plain = folders[1].path().join("graph.json");
    fs::copy(&indexed, &plain).unwrap();
    for question in QUESTIONS {
        for format in [&[][..], &["--json"], &["--csv"]] {
            let question = [question, format].concat();
            assert_eq!(answer(&indexed, &question), answer(&plain, &question), "{question:?}");
        }
    }
}

#[test]
fn the_index_is_used_and_one_that_is_damaged_is_not() {
    let folder = tempfile::tempdir().unwrap();
    let graph = with_index(folder.path());
    let index = graph.with_extension("index");
    let question = ["neighbors", "model:0", "--json"];
    let expected = answer(&graph, &question);

    let bytes = fs::read(&index).unwrap();
    fs::write(&index, &bytes[..bytes.len() / 2]).unwrap();
    assert_eq!(answer(&graph, &question), expected);

    // A line that the question does not need is broken: who reads all of the file comes upon it.
    let text = fs::read_to_string(&graph).unwrap();
    fs::write(&graph, text.replace("{\"id\":\"paper:3\"", "?\"id\":\"paper:3\"")).unwrap();
    fs::write(&index, &bytes).unwrap();
    assert_eq!(answer(&graph, &question), expected);
    fs::remove_file(&index).unwrap();
    assert_eq!(answer(&graph, &question).0, Some(2));
}
