//! Someone adds next month's papers to a graph, replaces and removes some, and asks what changed.

mod program;

use std::fs;
use std::path::Path;

use program::{papergraph, stderr, stdout, write};
use proptest::prelude::*;
use serde_json::Value;

/// Formats that hold all that is found, and what the next run needs.
const FORMATS: [&str; 2] = ["--format", "json,csv,readings"];
const FILES: [&str; 4] = ["graph.json", "nodes.csv", "edges.csv", "readings.jsonl.zst"];

/// What becomes of a paper from one month to the next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fate {
    Stays,
    Changes,
    Goes,
    Comes,
}

/// Some papers of the sample, as lines.
fn papers(count: usize) -> Vec<String> {
    let papers = fs::read_to_string(program::repository("data/papers.jsonl")).unwrap();
    // From the end, where papers speak of one another.
    papers.lines().rev().take(count).map(str::to_owned).collect()
}

/// The paper as its first version was.
fn earlier_version(paper: &str) -> String {
    let mut paper: Value = serde_json::from_str(paper).unwrap();
    paper["title"] = format!("{} (draft)", paper["title"].as_str().unwrap()).into();
    paper["abstract"] = "We propose DraftNet, a neural network. We evaluate it on ImageNet and MNIST.".into();
    paper.to_string()
}

fn id(paper: &str) -> String {
    let paper: Value = serde_json::from_str(paper).unwrap();
    paper["id"].as_str().unwrap().to_owned()
}

fn build(out: &Path, arguments: &[&str]) {
    let out = out.to_str().unwrap();
    stderr(&[&["build", "--out", out], &FORMATS[..], arguments].concat(), 0);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 6, max_shrink_iters: 4, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn growing_gives_the_same_bytes_as_building_at_once(
        fates in proptest::collection::vec(
            prop_oneof![3 => Just(Fate::Stays), 1 => Just(Fate::Changes), 1 => Just(Fate::Goes), 2 => Just(Fate::Comes)],
            16..=24,
        )
    ) {
        let papers = papers(fates.len());
        let of = |wanted: &[Fate], version: &dyn Fn(&str, Fate) -> String| -> Vec<String> {
            let both = papers.iter().zip(&fates).filter(|(_, fate)| wanted.contains(fate));
            both.map(|(paper, fate)| version(paper, *fate)).collect()
        };
        let latest = |paper: &str, _: Fate| paper.to_owned();
        let first = |paper: &str, fate: Fate| {
            if fate == Fate::Changes { earlier_version(paper) } else { paper.to_owned() }
        };
        let folder = tempfile::tempdir().unwrap();
        let text = |lines: Vec<String>| lines.join("\n") + "\n";
        let old = write(folder.path(), "old.jsonl", &text(of(&[Fate::Stays, Fate::Changes, Fate::Goes], &first)));
        let new = write(folder.path(), "new.jsonl", &text(of(&[Fate::Changes, Fate::Comes], &latest)));
        let mut all = of(&[Fate::Stays, Fate::Changes], &latest);
        all.extend(of(&[Fate::Comes], &latest));
        let all = write(folder.path(), "all.jsonl", &text(all));
        let removed = of(&[Fate::Goes], &|paper, _| id(paper)).join(",");

        let [old_out, grown, at_once] = ["old", "grown", "at-once"].map(|name| folder.path().join(name));
        build(&at_once, &[&all]);
        build(&old_out, &[&old]);
        let graph = old_out.join("graph.json");
        let mut arguments = vec!["--add", graph.to_str().unwrap(), new.as_str()];
        if !removed.is_empty() {
            arguments.extend(["--remove", &removed]);
        }
        build(&grown, &arguments);
        for file in FILES {
            let [grown, at_once] = [&grown, &at_once].map(|folder| fs::read(folder.join(file)).unwrap());
            prop_assert!(grown == at_once, "{} differs", file);
        }
    }
}

#[test]
fn a_graph_grows_in_its_own_folder() {
    let folder = tempfile::tempdir().unwrap();
    let papers = papers(12);
    let old = write(folder.path(), "old.jsonl", &papers[..8].join("\n"));
    let new = write(folder.path(), "new.jsonl", &papers[6..].join("\n"));
    let out = folder.path().join("graph");
    build(&out, &[&old]);
    let graph = out.join("graph.json");
    let graph = graph.to_str().unwrap();
    let said = stderr(&["build", "--add", graph, &new, "--format", "json,readings"], 0);
    assert!(said.contains("12 papers, "), "{said}");
    assert!(stdout(&["stats", "--graph", graph]).contains("12 papers"));

    let said = stderr(&["build", "--add", graph, "--remove", "no-such-paper"], 2);
    assert!(said.contains("no paper no-such-paper"), "{said}");
    let rules = program::biology();
    let said = stderr(&["build", "--add", graph, &new, "--rules", &rules], 2);
    assert!(said.contains("build it anew"), "{said}");
    fs::remove_file(out.join("readings.jsonl.zst")).unwrap();
    let said = stderr(&["build", "--add", graph, &new], 2);
    assert!(said.contains("readings.jsonl.zst") && said.contains("--format json,readings"), "{said}");
}

#[test]
fn a_difference_is_told_in_three_ways() {
    let folder = tempfile::tempdir().unwrap();
    let papers = papers(10);
    let [old, new] = [folder.path().join("old"), folder.path().join("new")];
    let mut lines = papers[..8].to_vec();
    lines[0] = earlier_version(&lines[0]);
    build(&old, &[&write(folder.path(), "old.jsonl", &lines.join("\n"))]);
    build(&new, &[&write(folder.path(), "new.jsonl", &papers[1..].join("\n"))]);
    let [old, new] = [old.to_str().unwrap(), new.to_str().unwrap()];
    assert_eq!(stdout(&["diff", old, old]), "no difference\n");

    let text = stdout(&["diff", old, new]);
    assert!(text.starts_with("papers: 2 came, 1 went, "), "{text}");
    assert!(text.contains("  - ") && text.contains("DraftNet"), "{text}");
    let json: Value = serde_json::from_str(&stdout(&["diff", old, new, "--json"])).unwrap();
    let gone: Vec<&str> =
        json["nodes"]["went"].as_array().unwrap().iter().map(|node| node["id"].as_str().unwrap()).collect();
    assert!(gone.contains(&format!("paper:{}", id(&papers[0])).as_str()), "{gone:?}");
    let cypher = stdout(&["diff", old, new, "--cypher"]);
    assert!(
        cypher.contains(&format!("MATCH (n:Paper {{id: 'paper:{}'}}) DETACH DELETE n;\n", id(&papers[0]))),
        "{cypher}"
    );
    assert!(cypher.lines().all(|line| line.starts_with("//") || line.ends_with(';')), "{cypher}");
    papergraph(&["diff", old, new, "--json", "--cypher"]).assert().code(2);
}
