//! Someone builds a graph from papers, asks it, and draws it.

mod program;

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use program::{biology, biology_papers, papergraph, stderr, stdout, write};
use serde_json::Value;

/// All files in a folder by their path in it.
fn files(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut found = BTreeMap::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap().to_owned();
        if path.is_dir() {
            let inside = files(&path).into_iter();
            found.extend(inside.map(|(inner, bytes)| (format!("{name}/{inner}"), bytes)));
        } else {
            found.insert(name, fs::read(&path).unwrap());
        }
    }
    found
}

fn build(out: &Path, arguments: &[&str]) -> String {
    let out = out.to_str().unwrap();
    stderr(&[&["build", "--out", out], arguments].concat(), 0)
}

#[test]
fn the_sample_is_built_into_all_formats() {
    let folder = tempfile::tempdir().unwrap();
    let said = build(folder.path(), &[]);
    assert!(said.contains("100 papers, "), "{said}");
    assert!(said.contains("written to "), "{said}");
    let written = files(folder.path());
    for name in [
        "graph.graphml",
        "graph.gexf",
        "nodes.csv",
        "edges.csv",
        "graph.dot",
        "graph.json",
        "graph.nt",
        "report.md",
        "pictures/topics.svg",
        "pictures/years.svg",
        "pictures/entities.svg",
        "neo4j/load.cypher",
        "ladybug/schema.cypher",
    ] {
        assert!(written.contains_key(name), "{name} of {:?}", written.keys());
    }
    let graph: Value = serde_json::from_slice(&written["graph.json"]).unwrap();
    let papers = graph["nodes"].as_array().unwrap().iter();
    assert_eq!(papers.filter(|node| node["type"] == "Paper").count(), 100);

    let graph = folder.path().join("graph.json");
    let graph = graph.to_str().unwrap();
    assert!(stdout(&["stats", "--graph", graph]).contains("100 papers"));
    assert!(stdout(&["search", "ImageNet", "--graph", graph]).contains("imagenet"));
    assert!(stdout(&["dot", "--graph", graph, "--max-nodes", "9"]).contains("digraph"));
}

#[test]
fn the_bytes_are_the_same_for_any_threads_and_any_split_of_the_input() {
    let folder = tempfile::tempdir().unwrap();
    let papers = fs::read_to_string(program::repository("data/papers.jsonl")).unwrap();
    let half = papers.match_indices('\n').nth(40).unwrap().0 + 1;
    let whole = write(folder.path(), "whole.jsonl", &papers);
    let first = write(folder.path(), "first.jsonl", &papers[..half]);
    let second = write(folder.path(), "second.jsonl", &papers[half..]);
    for (number, line) in papers.lines().enumerate() {
        write(folder.path(), &format!("hundred/{number:03}.jsonl"), line);
    }
    let hundred = folder.path().join("hundred").to_str().unwrap().to_owned();
    let runs: [&[&str]; 6] = [
        &[&whole, "--threads", "1"],
        &[&whole, "--threads", "2"],
        &[&whole, "--threads", "8"],
        &[&whole, "--threads", "8"],
        &[&first, &second],
        &[&hundred, "--threads", "2"],
    ];
    let mut expected = None;
    for (number, arguments) in runs.iter().enumerate() {
        let out = folder.path().join(format!("out{number}"));
        build(&out, arguments);
        let written = files(&out);
        let expected = expected.get_or_insert_with(|| written.clone());
        assert!(written.keys().eq(expected.keys()));
        for (name, bytes) in &written {
            assert!(bytes == &expected[name], "{name} differs with {arguments:?}");
        }
    }
}

#[test]
fn formats_and_parts_can_be_chosen() {
    let folder = tempfile::tempdir().unwrap();
    let (papers, rules) = (biology_papers(), biology());
    let common = [papers.as_str(), "--rules", &rules, "--format", "json,csv"];
    build(folder.path(), &common);
    let all = files(folder.path());
    assert_eq!(all.keys().collect::<Vec<_>>(), ["edges.csv", "graph.json", "nodes.csv"]);
    let entities = |arguments: &[&str]| {
        let out = tempfile::tempdir().unwrap();
        build(out.path(), &[&common[..], arguments].concat());
        let graph: Value = serde_json::from_slice(&files(out.path())["graph.json"]).unwrap();
        let nodes = graph["nodes"].as_array().unwrap().clone();
        nodes
            .iter()
            .map(|node| node["type"].as_str().unwrap().to_owned())
            .filter(|label| label != "Paper" && label != "Topic")
            .collect::<Vec<_>>()
    };
    let whole = entities(&[]);
    let frequent = entities(&["--min-papers", "2"]);
    assert!(!frequent.is_empty() && frequent.len() < whole.len());
    assert!(entities(&["--types", "Assay"]).iter().all(|label| label == "Assay"));
    assert!(entities(&["--view", "papers"]).is_empty());
    assert!(entities(&["--no-layout", "--color-by", "type"]).len() == whole.len());
}

#[test]
fn a_built_graph_is_exported_without_its_papers() {
    let folder = tempfile::tempdir().unwrap();
    let built = folder.path().join("built");
    build(&built, &["--format", "json,gexf"]);
    let graph = built.join("graph.json");
    let export = |name: &str, arguments: &[&str]| {
        let out = folder.path().join(name);
        let common = ["export", "--graph", graph.to_str().unwrap(), "--out", out.to_str().unwrap()];
        let said = stderr(&[&common[..], arguments].concat(), 0);
        (said, files(&out))
    };
    let (_, whole) = export("whole", &["--format", "json,gexf"]);
    assert!(whole == files(&built), "the same graph gives other bytes");

    let json: Value = serde_json::from_slice(&whole["graph.json"]).unwrap();
    let topic = json["nodes"].as_array().unwrap().iter().find(|node| node["type"] == "Topic").unwrap();
    let part = topic["label"].as_str().unwrap().split(", ").next().unwrap().to_uppercase();
    let (said, cut) = export("part", &["--topic", &part, "--format", "json,report"]);
    assert!(said.contains("papers of other topics"), "{said}");
    assert!(cut["graph.json"].len() < whole["graph.json"].len());
    assert!(cut.contains_key("pictures/topics.svg"));

    let (said, _) = export("finer", &["--resolution", "3", "--format", "json", "--verbose"]);
    assert!(said.contains("resolution 3.000"), "{said}");

    let same = ["export", "--graph", graph.to_str().unwrap(), "--out", built.to_str().unwrap(), "--top", "3"];
    let said = stderr(&same, 2);
    assert!(said.contains("would be replaced"), "{said}");
    assert!(files(&built) == whole);
}

#[test]
fn foreign_files_are_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), "thesis.tex", "mine");
    build(folder.path(), &[&biology_papers(), "--rules", &biology()]);
    build(folder.path(), &[&biology_papers(), "--rules", &biology()]);
    assert_eq!(files(folder.path())["thesis.tex"], b"mine");
}

#[test]
fn wrong_choices_are_errors_that_name_the_right_ones() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().to_str().unwrap();
    let said = stderr(&["build", "--out", out, "--format", "pptx"], 2);
    assert!(said.contains("graphml") && said.contains("pptx"), "{said}");
    let said = stderr(&["build", "--out", out, "--types", "Song"], 2);
    assert!(said.contains("`Song`") && said.contains("Dataset"), "{said}");
    stderr(&["build", "--out", out, "--resolution", "-1"], 2);
    assert!(files(folder.path()).is_empty());
    let said = stderr(&["stats", "--graph", "nowhere.json"], 2);
    assert!(said.contains("papergraph build"), "{said}");
}

#[test]
fn render_says_how_to_install_graphviz_where_it_is_not() {
    let folder = tempfile::tempdir().unwrap();
    build(folder.path(), &[&biology_papers(), "--rules", &biology(), "--format", "json"]);
    let graph = folder.path().join("graph.json");
    let picture = folder.path().join("picture.svg");
    let arguments = ["render", picture.to_str().unwrap(), "--graph", graph.to_str().unwrap()];
    let output = papergraph(&arguments).env("PATH", folder.path()).assert().code(2).get_output().clone();
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(said.contains("apt install graphviz"), "{said}");
    assert!(!picture.exists());
}

#[test]
fn completions_and_version_are_there() {
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        assert!(stdout(&["completions", shell]).contains("papergraph"));
    }
    assert_eq!(stdout(&["--version"]), format!("papergraph {}\n", env!("CARGO_PKG_VERSION")));
}
