//! What each format looks like, and whether it survives its way through a reader that is not papergraph's.

mod common;

use std::fs;
use std::path::{Path, PathBuf};

use papergraph::export::{DotOptions, ExportError, ExportOptions, Format, to_dot, write_outputs};
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
fn tinkerpop() {
    insta::assert_snapshot!(text(&common::analyzed(), Format::Tinkerpop, "tinkerpop.graphml"));
}

#[test]
fn gexf() {
    insta::assert_snapshot!(text(&common::analyzed(), Format::Gexf, "graph.gexf"));
}

/// The files that the checks with other programs read, `tests/tools/check_graph.py` and `tests/tools/gephi`.
#[test]
fn files_for_other_programs() {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("export");
    for (name, graph) in [
        ("small", common::small()),
        ("analyzed", common::analyzed()),
        ("hurtful", common::hurtful()),
        ("large", common::large()),
    ] {
        let paths = write_outputs(&graph, &folder.join(name), &Format::ALL, &ExportOptions::default()).unwrap();
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

#[test]
fn dot() {
    insta::assert_snapshot!(text(&common::analyzed(), Format::Dot, "graph.dot"));
}

/// Parts of the larger graph, for looking at: `dot -Tsvg target/tmp/export/large/around.dot`.
#[test]
fn dot_of_a_part() {
    let graph = common::large();
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("export/parts");
    fs::create_dir_all(&folder).unwrap();
    let draw = |name: &str, options: DotOptions| {
        let text = to_dot(&graph, &options).unwrap();
        fs::write(folder.join(name), &text).unwrap();
        text
    };
    let topic = DotOptions { topic: Some("Yeast under STRESS".into()), max_nodes: 40, ..DotOptions::default() };
    let text = draw("topic.dot", topic);
    assert!(text.starts_with("// papergraph 0.1.0: yeast under stress: the 40 most important of "), "{text}");
    assert!(text.contains("more papers") && !text.contains("ships in fog\";"), "{text}");

    let around = DotOptions { around: Some(("harborharbor-0".into(), 1)), max_nodes: 30, ..DotOptions::default() };
    let text = draw("around.dot", around);
    assert!(text.contains("what is within 1 step of HarborHarbor-0"), "{text}");
    assert!(text.contains("\"model:0\"["), "{text}");

    let family = DotOptions { family: Some("model:18".into()), ..DotOptions::default() };
    let text = draw("family.dot", family);
    for member in [0, 6, 12, 18, 24, 30] {
        assert!(text.contains(&format!("\"model:{member}\"[")), "{member} in {text}");
    }
    assert!(!text.contains("\"paper:"), "{text}");

    let timeline = DotOptions { timeline: true, max_nodes: 60, ..DotOptions::default() };
    let text = draw("timeline.dot", timeline);
    assert!(text.contains("\"year 2015\" -> \"year 2016\""), "{text}");

    let unknown = DotOptions { topic: Some("cooking".into()), ..DotOptions::default() };
    assert!(matches!(to_dot(&graph, &unknown), Err(ExportError::UnknownTopic { .. })));
    let unknown = DotOptions { family: Some("harborh".into()), ..DotOptions::default() };
    let message = to_dot(&graph, &unknown).unwrap_err().to_string();
    assert!(message.contains("model:0"), "{message}");
}

#[test]
fn report() {
    insta::assert_snapshot!(text(&common::analyzed(), Format::Report, "report.md"));
}

#[test]
fn formats_have_names() {
    for format in Format::ALL {
        assert_eq!(format.name().parse::<Format>().unwrap(), format);
    }
    let message = "gml".parse::<Format>().unwrap_err().to_string();
    assert!(message.contains("`gml`") && message.contains("graphml, gexf, csv"), "{message}");
}

#[test]
fn an_empty_graph_gives_all_files() {
    let folder = written(&common::empty(), &Format::ALL);
    for name in ["graph.graphml", "graph.gexf", "nodes.csv", "graph.dot", "graph.nt", "neo4j/import.sh", "report.md"] {
        assert!(folder.path().join(name).is_file(), "{name}");
    }
    let json: serde_json::Value =
        serde_json::from_str(&fs::read_to_string(folder.path().join("graph.json")).unwrap()).unwrap();
    assert_eq!(json["meta"]["nodes"], 0);
    assert_eq!(json["nodes"], serde_json::json!([]));
}

#[test]
fn the_same_bytes_on_any_number_of_threads() {
    let graph = common::large();
    let write = |threads: usize| {
        let folder = tempfile::tempdir().unwrap();
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        let options = ExportOptions::default();
        let paths = pool.install(|| write_outputs(&graph, folder.path(), &Format::ALL, &options)).unwrap();
        let read = |path: &PathBuf| (path.strip_prefix(folder.path()).unwrap().to_path_buf(), fs::read(path).unwrap());
        paths.iter().map(read).collect::<Vec<_>>()
    };
    assert!(write(1) == write(3));
}

#[test]
fn a_rerun_replaces_its_own_files_and_nothing_else() {
    let folder = written(&common::analyzed(), &Format::ALL);
    fs::write(folder.path().join("neo4j/queries.cypher"), "mine").unwrap();
    fs::write(folder.path().join("notes.md"), "mine").unwrap();
    assert!(folder.path().join("neo4j/nodes-topic.csv").is_file());
    write_outputs(&common::small(), folder.path(), &Format::ALL, &ExportOptions::default()).unwrap();
    assert!(!folder.path().join("neo4j/nodes-topic.csv").exists(), "small has no topics");
    for name in ["neo4j/queries.cypher", "notes.md"] {
        assert_eq!(fs::read_to_string(folder.path().join(name)).unwrap(), "mine");
    }
}
