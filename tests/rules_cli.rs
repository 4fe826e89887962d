//! Someone writes rules: checks, tests, lists and improves them.

mod program;

use std::fs;
use std::path::Path;

use program::{biology, biology_papers, papergraph, stderr, stdout, write};
use serde_json::Value;

/// A copy of the rules for biology that a test may spoil.
fn copy(folder: &Path) -> String {
    fn copy_folder(from: &Path, to: &Path) {
        fs::create_dir_all(to).unwrap();
        for entry in fs::read_dir(from).unwrap() {
            let path = entry.unwrap().path();
            let target = to.join(path.file_name().unwrap());
            if path.is_dir() {
                copy_folder(&path, &target);
            } else {
                fs::copy(&path, target).unwrap();
            }
        }
    }
    let rules = folder.join("rules");
    copy_folder(Path::new(&biology()), &rules);
    rules.to_str().unwrap().to_owned()
}

#[test]
fn the_default_rules_are_in_order_and_their_examples_hold() {
    let said = papergraph(&["rules", "check"]).assert().success().get_output().clone();
    assert!(!String::from_utf8_lossy(&said.stdout).contains("error:"));
    let said = stdout(&["rules", "test"]);
    assert!(said.ends_with(" passed, 0 failed\n"), "{said}");
}

#[test]
fn mistakes_are_shown_with_their_place_and_fail_the_check() {
    let folder = tempfile::tempdir().unwrap();
    let rules = copy(folder.path());
    write(folder.path(), "rules/patterns/bad.toml", "[[pattern]]\nid = \"x\"\nregexp = \"(\"\n");
    let output = papergraph(&["rules", "check", "--rules", &rules]).assert().code(1).get_output().clone();
    let said = String::from_utf8(output.stdout).unwrap();
    assert!(said.contains("bad.toml:3:1"), "{said}");
    assert!(said.contains("^^^^^^"), "{said}");
}

#[test]
fn an_example_that_does_not_hold_fails_the_test() {
    let folder = tempfile::tempdir().unwrap();
    let rules = copy(folder.path());
    let heads = Path::new(&rules).join("heads.toml");
    let text = fs::read_to_string(&heads).unwrap();
    fs::write(&heads, text.replace("[fluorescence microscopy]", "[quick guess]")).unwrap();
    let output = papergraph(&["rules", "test", "head-assay", "--rules", &rules]).assert().code(1).get_output().clone();
    let said = String::from_utf8(output.stdout).unwrap();
    assert!(said.contains("FAILED  head-assay example: We rely on [quick guess]."), "{said}");
    assert!(said.contains("the head is not found for `quick guess`"), "{said}");
    assert!(said.ends_with("0 passed, 1 failed\n"), "{said}");
}

#[test]
fn rules_and_schemas_are_listed() {
    let said = stdout(&["rules", "list", "--rules", &biology(), "--csv"]);
    assert!(said.starts_with("kind,id,type,relation,looks for\n"), "{said}");
    assert!(said.contains("\nhead,head-assay,Assay,,"), "{said}");
    let names = stdout(&["rules", "schema"]);
    for name in names.lines() {
        let schema: Value = serde_json::from_str(&stdout(&["rules", "schema", name])).unwrap();
        assert!(schema.is_object());
    }
    let said = stderr(&["rules", "schema", "none"], 2);
    assert!(said.contains("heads.json"), "{said}");
}

#[test]
fn counts_are_written_and_read_again() {
    let folder = tempfile::tempdir().unwrap();
    let rules = copy(folder.path());
    let arguments = |least: &'static str| ["rules", "count", "--least-phrase", least, "--least-word", least, "--write"];
    let papers = biology_papers();
    let run = [&arguments("2")[..], &[&rules, &papers, "--rules", &rules]].concat();
    papergraph(&run).assert().success();
    let phrases = fs::read_to_string(Path::new(&rules).join("tables/phrases.csv")).unwrap();
    assert!(phrases.contains("\noptical tweezers,2,"), "{phrases}");
    stdout(&["extract", &papers, "--rules", &rules]);
    let said = stderr(&["rules", "count", "-", "--write", &rules], 2);
    assert!(said.contains("read twice"), "{said}");
}

#[test]
fn suggestions_name_the_line_that_would_add_them() {
    let folder = tempfile::tempdir().unwrap();
    // A cue speaks for it, but it ends in no head and stands in no lexicon.
    let paper = |n: usize| {
        format!("{{\"id\":\"{n}\",\"title\":\"Note {n}\",\"abstract\":\"It was expressed in marbled axolotl.\"}}\n")
    };
    let papers: String = (0..6).map(paper).collect();
    let input = write(folder.path(), "p.jsonl", &papers);
    let said = stdout(&["rules", "suggest", &input, "--rules", &biology(), "--json"]);
    let first: Value = serde_json::from_str(said.lines().next().unwrap()).unwrap();
    assert_eq!(first["name"], "marbled axolotl");
    assert_eq!(first["papers"], 6);
    assert_eq!(first["file"], "lexicon/organism.csv");
    assert_eq!(first["line"], "marbled axolotl,,,,");
    assert_eq!(first["cues"][0][0], "cue-express");
    let text = stdout(&["rules", "suggest", &input, "--rules", &biology()]);
    assert!(text.contains("lexicon/organism.csv: marbled axolotl,,,,"), "{text}");
    let none = stdout(&["rules", "suggest", &input, "--rules", &biology(), "--types", "Assay"]);
    assert!(!none.contains("marbled axolotl"), "{none}");
}

#[test]
fn the_profile_counts_how_often_rules_are_right() {
    let folder = tempfile::tempdir().unwrap();
    let gold = write(
        folder.path(),
        "gold.jsonl",
        r#"{"id":"bio3","entities":[{"type":"Protein","relation":"studies","surfaces":["myoglobin","Myoglobin"]}]}"#,
    );
    let papers = biology_papers();
    let said = stdout(&["rules", "profile", &gold, "--papers", &papers, "--rules", &biology(), "--csv"]);
    let row = |start: &str| said.lines().find(|line| line.starts_with(start)).unwrap();
    // Three times myoglobin, which is marked, and hemoglobin, which is not.
    assert_eq!(row("lexicon,protein,"), "lexicon,protein,4,3,0.75,");
    assert!(row("pattern,").ends_with(char::is_numeric), "{said}");
}

#[test]
fn fitting_needs_texts_and_folds() {
    let folder = tempfile::tempdir().unwrap();
    let gold = write(folder.path(), "gold.jsonl", "{\"id\":\"bio1\",\"entities\":[]}\n");
    let said = stderr(&["rules", "fit", &gold], 2);
    assert!(said.contains("gold.papers.jsonl"), "{said}");
    let papers = biology_papers();
    let said = stderr(&["rules", "fit", &gold, "--papers", &papers, "--folds", "1"], 2);
    assert!(said.contains("--folds 1"), "{said}");
    let other = write(folder.path(), "other.jsonl", "{\"id\":\"none\",\"entities\":[]}\n");
    let said = stderr(&["rules", "fit", &other, "--papers", &papers], 2);
    assert!(said.contains("no paper with the id none"), "{said}");
}
