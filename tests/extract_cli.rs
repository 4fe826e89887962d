//! Someone wants the entities of papers as JSON lines.

mod program;

use std::io::{BufRead, BufReader};
use std::process::Stdio;

use program::{biology, biology_papers, papergraph, stderr, stdout, write};
use serde_json::Value;

fn lines(text: &str) -> Vec<Value> {
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[test]
fn each_paper_is_a_line_with_entities_whose_spans_lie_in_the_text() {
    let found = lines(&stdout(&["extract", &biology_papers(), "--rules", &biology()]));
    let papers = lines(&std::fs::read_to_string(biology_papers()).unwrap());
    assert_eq!(found.len(), papers.len());
    let mut mentions = 0;
    for (line, paper) in found.iter().zip(&papers) {
        assert_eq!(line["id"], paper["id"]);
        assert_eq!(line["title"], paper["title"]);
        for entity in line["entities"].as_array().unwrap() {
            let id = entity["id"].as_str().unwrap();
            let entity_type = entity["type"].as_str().unwrap().to_lowercase();
            assert!(id.starts_with(&format!("{entity_type}:")), "{id}");
            let confidence = entity["confidence"].as_f64().unwrap();
            assert!((0.0..=1.0).contains(&confidence));
            for mention in entity["mentions"].as_array().unwrap() {
                let field = mention["field"].as_str().unwrap();
                let text = paper[field].as_str().unwrap();
                let at = |key: &str| mention[key].as_u64().unwrap() as usize;
                assert_eq!(&text[at("start")..at("end")], mention["text"].as_str().unwrap());
                assert!(!mention["rule"].as_str().unwrap().is_empty());
                mentions += 1;
            }
        }
    }
    assert!(mentions > 20, "{mentions}");
}

#[test]
fn standard_input_and_a_file_give_the_same() {
    let from_file = stdout(&["extract", &biology_papers(), "--rules", &biology()]);
    let papers = std::fs::read(biology_papers()).unwrap();
    let output = papergraph(&["extract", "-", "--rules", &biology()])
        .write_stdin(papers)
        .assert()
        .success()
        .get_output()
        .clone();
    assert_eq!(String::from_utf8(output.stdout).unwrap(), from_file);
}

#[test]
fn an_output_file_appears_whole() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("found.jsonl");
    let path = file.to_str().unwrap();
    let arguments = ["extract", &biology_papers(), "--rules", &biology()];
    assert_eq!(stdout(&[&arguments[..], &["--output", path, "--quiet"]].concat()), "");
    assert_eq!(std::fs::read_to_string(&file).unwrap(), stdout(&arguments));
    let leftover = std::fs::read_dir(folder.path()).unwrap().count();
    assert_eq!(leftover, 1);
}

#[test]
fn skipped_records_are_named_and_fail_only_under_strict() {
    let folder = tempfile::tempdir().unwrap();
    let input = write(
        folder.path(),
        "p.jsonl",
        "{\"id\":\"1\",\"title\":\"A\"}\n{broken\n{\"id\":\"2\",\"title\":\"B\"}\n{\"id\":\"1\",\"title\":\"A\"}\n",
    );
    let list = folder.path().join("skipped.txt");
    let said = stderr(&["extract", &input, "--skipped", list.to_str().unwrap()], 0);
    assert!(said.contains("2 papers"), "{said}");
    assert!(said.contains("1 duplicates merged"), "{said}");
    assert!(said.contains("p.jsonl:2: "), "{said}");
    let listed = std::fs::read_to_string(list).unwrap();
    assert_eq!(listed.lines().count(), 1);
    assert!(listed.contains("p.jsonl:2: "), "{listed}");
    stderr(&["extract", &input, "--strict"], 1);
    assert_eq!(stderr(&["extract", &input, "--quiet"], 0), "");
}

#[test]
fn what_cannot_be_used_is_an_error_that_says_what_and_where() {
    let folder = tempfile::tempdir().unwrap();
    let missing = folder.path().join("none.jsonl");
    let said = stderr(&["extract", missing.to_str().unwrap()], 2);
    assert!(said.starts_with("error: "), "{said}");
    assert!(said.contains("none.jsonl: there is no such file"), "{said}");

    let rules = write(folder.path(), "rules/heads.toml", "[[head]]\nidd = 'x'\n");
    let rules = rules.strip_suffix("/heads.toml").unwrap();
    let said = stderr(&["extract", &biology_papers(), "--rules", &format!("+{rules}")], 2);
    assert!(said.contains("heads.toml:2:1"), "{said}");
    assert!(said.contains("idd = 'x'"), "{said}");

    let said = stderr(&["extract", &biology_papers(), "--output", "/nowhere/at/all"], 2);
    assert!(said.contains("cannot write /nowhere/at/all"), "{said}");
    stderr(&["extract", "--threads", "0"], 2);
}

#[test]
fn a_closed_pipe_ends_quietly() {
    let folder = tempfile::tempdir().unwrap();
    let paper = |n: usize| format!("{{\"id\":\"{n}\",\"title\":\"Paper {n}\"}}\n");
    let input = write(folder.path(), "p.jsonl", &(0..20_000).map(paper).collect::<String>());
    let mut child = std::process::Command::new(assert_cmd::cargo::cargo_bin!("papergraph"))
        .args(["extract", &input, "--rules", &biology(), "--quiet"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut first = String::new();
    let mut reader = BufReader::new(child.stdout.take().unwrap());
    reader.read_line(&mut first).unwrap();
    drop(reader);
    let output = child.wait_with_output().unwrap();
    assert!(first.starts_with("{\"id\":\"0\""), "{first}");
    assert_eq!(output.status.code(), Some(141));
    assert_eq!(String::from_utf8(output.stderr).unwrap(), "");
}
