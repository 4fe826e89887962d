//! What each format looks like, and whether it survives its way through a reader that is not papergraph's.

mod common;

use std::fs;
use std::path::Path;

use papergraph::export::{ExportOptions, Format, write_outputs};
use papergraph::graph::KnowledgeGraph;

/// Writes a graph to a new folder.
fn written(graph: &KnowledgeGraph, formats: &[Format]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    write_outputs(graph, folder.path(), formats, &ExportOptions::default()).unwrap();
    folder
}

/// One of the files that a graph gives.
fn text(graph: &KnowledgeGraph, format: Format, name: &str) -> String {
    fs::read_to_string(written(graph, &[format]).path().join(name)).unwrap()
}

#[test]
fn graphml() {
    insta::assert_snapshot!(text(&common::analyzed(), Format::Graphml, "graph.graphml"));
}

#[test]
fn gexf() {
    insta::assert_snapshot!(text(&common::analyzed(), Format::Gexf, "graph.gexf"));
}

/// The files that the checks with other programs read, `tests/tools/check_graph.py` and `tests/tools/gephi`.
#[test]
fn files_for_other_programs() {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("export");
    for (name, graph) in
        [("small", common::small()), ("analyzed", common::analyzed()), ("hurtful", common::hurtful())]
    {
        let paths =
            write_outputs(&graph, &folder.join(name), &Format::ALL, &ExportOptions::default()).unwrap();
        assert!(paths.iter().all(|path| path.is_file()));
    }
}

#[test]
fn csv() {
    insta::assert_snapshot!("nodes.csv", text(&common::analyzed(), Format::Csv, "nodes.csv"));
    insta::assert_snapshot!("edges.csv", text(&common::analyzed(), Format::Csv, "edges.csv"));
}

#[test]
fn json() {
    insta::assert_snapshot!(text(&common::analyzed(), Format::Json, "graph.json"));
    insta::assert_snapshot!("json-before-analysis", text(&common::small(), Format::Json, "graph.json"));
}

/// All files of a folder, one after the other.
fn folder_text(graph: &KnowledgeGraph, format: Format, name: &str) -> String {
    let folder = written(graph, &[format]);
    let mut paths: Vec<_> =
        fs::read_dir(folder.path().join(name)).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    let mut all = String::new();
    for path in paths {
        let name = path.file_name().unwrap().to_string_lossy();
        all += &format!("== {name}\n{}", fs::read_to_string(&path).unwrap());
    }
    all.replace('\u{1f}', "␟")
}

#[test]
fn neo4j() {
    insta::assert_snapshot!(folder_text(&common::analyzed(), Format::Neo4j, "neo4j"));
}

#[test]
fn ladybug() {
    insta::assert_snapshot!(folder_text(&common::analyzed(), Format::Ladybug, "ladybug"));
}

#[test]
fn rdf() {
    insta::assert_snapshot!("graph.nt", text(&common::small(), Format::Rdf, "graph.nt"));
    insta::assert_snapshot!("graph.ttl", text(&common::analyzed(), Format::Rdf, "graph.ttl"));
}

#[test]
fn cypher() {
    insta::assert_snapshot!(text(&common::analyzed(), Format::Cypher, "graph.cypher"));
}
