//! Someone wants to know why something was found, or was not.

mod program;

use program::{biology, biology_papers, papergraph, stderr, stdout};

const TEXT: &str = "Kelchin, a motor protein, was purified from zebrafish.";

#[test]
fn entities_are_marked_and_listed() {
    let said = stdout(&["explain", TEXT, "--rules", &biology()]);
    assert!(said.starts_with("[Kelchin|Protein], a motor protein, was purified from [zebrafish|Organism]."), "{said}");
    let row = |start: &str| said.lines().find(|line| line.starts_with(start)).unwrap();
    let columns: Vec<&str> = row("zebrafish").split_whitespace().take(3).collect();
    assert_eq!(columns, ["zebrafish", "Organism", "expressed_in"]);
    assert!(row("zebrafish").contains("known name: Organism, exact"), "{said}");
    assert!(row("text").contains("confidence"), "{said}");
}

#[test]
fn the_readme_shows_what_is_said() {
    let readme = include_str!("../README.md");
    let (_, example) = readme.split_once("$ papergraph explain \"").unwrap();
    let (text, said) = example.split_once("\"\n").unwrap();
    let (said, _) = said.split_once("```").unwrap();
    assert_eq!(stdout(&["explain", text]), said, "README.md shows something else: copy what is said");
}

#[test]
fn verbose_shows_the_sums_and_the_losers() {
    let said = stdout(&["explain", TEXT, "--rules", &biology(), "-v"]);
    assert!(said.contains("zebrafish: Organism +"), "{said}");
    assert!(said.contains("+3.50  known name: Organism, exact"), "{said}");
    assert!(said.contains("-1.50  constant"), "{said}");
    assert!(said.contains("expressed_in "), "{said}");
    assert!(said.contains("\nlost:\n"), "{said}");
    assert!(said.contains("weighs less than nothing"), "{said}");
}

#[test]
fn a_paper_is_found_by_its_id_and_a_text_read_from_standard_input() {
    let papers = biology_papers();
    let arguments = ["explain", "--paper", "bio4", "--input", &papers, "--rules", &biology()];
    assert!(stdout(&arguments).contains("[p53|Protein]"));
    let said = stderr(&["explain", "--paper", "bio99", "--input", &papers], 2);
    assert!(said.contains("no paper has the id bio99"), "{said}");
    let output = papergraph(&["explain", "-", "--rules", &biology()])
        .write_stdin("On zebrafish\nWe look at actin.\n")
        .assert()
        .success()
        .get_output()
        .clone();
    let said = String::from_utf8(output.stdout).unwrap();
    assert!(said.starts_with("On [zebrafish|Organism]\n\nWe look at [actin|Protein].\n"), "{said}");
    stderr(&["explain"], 2);
}

#[test]
fn texts_without_entities_and_with_control_characters_do_no_harm() {
    assert!(stdout(&["explain", "", "--rules", &biology()]).contains("no entities found"));
    let said = stdout(&["explain", "\u{1b}[31mred\u{7} zebrafish", "--rules", &biology()]);
    assert!(!said.contains('\u{1b}') && !said.contains('\u{7}'), "{said:?}");
}
