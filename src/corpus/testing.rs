//! The papers of the built-in sample, for tests.

use super::Paper;

/// Titles and abstracts of the sample.
pub(crate) fn sample_papers() -> Vec<Paper> {
    let paper = |line: &str| {
        let record: serde_json::Value = serde_json::from_str(line).unwrap();
        let text = |field: &str| record[field].as_str().unwrap_or_default().to_string();
        Paper { title: text("title"), abstract_text: text("abstract"), ..Paper::default() }
    };
    include_str!("../../data/papers.jsonl").lines().map(paper).collect()
}
