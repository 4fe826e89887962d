//! Input that nobody would write: readers, rules and matcher take whatever comes, without a panic and without lying.
//!
//! The suite tries few cases. For a long search: `PROPTEST_CASES=100000 cargo test --release --test fuzz`. What it finds
//! becomes a test of its own. The formats of papers are in `reading.rs`, the writers in `export_round_trip.rs`.

mod cases;
mod program;

use std::borrow::Cow;
use std::fs;
use std::path::Path;
use std::sync::LazyLock;

use cases::few_or_as_asked;
use papergraph::corpus::{CorpusReader, InputFormat, Paper, ReadOptions, Source};
use papergraph::eval::read_entities;
use papergraph::extract::{Extraction, Extractor};
use papergraph::graph::read_json;
use papergraph::rules::{MarkedText, RuleFolder, check};
use proptest::prelude::*;
use proptest::sample::Index;

static DEFAULT: LazyLock<Extractor> = LazyLock::new(|| Extractor::new(&RuleFolder::embedded().parse().unwrap()));

static BIOLOGY: LazyLock<Extractor> =
    LazyLock::new(|| Extractor::new(&RuleFolder::read(Path::new(&program::biology())).unwrap().parse().unwrap()));

/// The rule files for biology, by their paths in the folder.
static RULE_FILES: LazyLock<Vec<(String, Vec<u8>)>> = LazyLock::new(|| {
    let root = program::biology();
    let mut files = Vec::new();
    let mut folders = vec![root.clone()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path().to_str().unwrap().to_owned();
            match fs::read(&path) {
                Ok(bytes) => files.push((path[root.len() + 1..].to_owned(), bytes)),
                Err(_) => folders.push(path),
            }
        }
    }
    files.sort();
    files
});

/// One change of some bytes, at places that depend on their number.
#[derive(Clone, Debug)]
enum Change {
    Put(Index, Vec<u8>),
    Cut(Index, usize),
    Repeat(Index, usize),
}

impl Change {
    fn apply(&self, bytes: &mut Vec<u8>) {
        let place = |at: &Index| at.index(bytes.len() + 1);
        match self {
            Change::Put(at, new) => {
                let at = place(at);
                bytes.splice(at..at, new.iter().copied());
            }
            Change::Cut(at, length) => {
                let at = place(at);
                bytes.drain(at..bytes.len().min(at + length));
            }
            Change::Repeat(at, length) => {
                let at = place(at);
                let copy = bytes[at..bytes.len().min(at + length)].to_vec();
                bytes.splice(at..at, copy);
            }
        }
    }
}

/// Changes that leave most of a file as it was, so that they get far into its reader.
fn changes() -> impl Strategy<Value = Vec<Change>> {
    let piece = prop_oneof![
        "[\\[\\]{}\"'=#,.|()*+?\\\\\n -]{1,6}".prop_map(String::into_bytes),
        "\\PC{1,8}".prop_map(String::into_bytes),
        prop::collection::vec(any::<u8>(), 1..6),
    ];
    let change = prop_oneof![
        (any::<Index>(), piece).prop_map(|(at, new)| Change::Put(at, new)),
        (any::<Index>(), 1usize..40).prop_map(|(at, length)| Change::Cut(at, length)),
        (any::<Index>(), 1usize..200).prop_map(|(at, length)| Change::Repeat(at, length)),
    ];
    prop::collection::vec(change, 1..5)
}

/// Text of names, cues, markup and anything else.
fn text() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        4 => prop::sample::select(vec![
            "We propose ", "BERT", "BERT-", "large language models", " (LLMs)", "ImageNet", ", COCO and ", "GPT-4", ": ",
            "fine-tuning", " on ", "p53", "Cdc42", " zebrafish ", "state of the art", "8 A100 GPUs", ". ", "\n\n", "e.g. ",
            "called ", "X, a ", "datasets such as ", "92.3% F1", "outperforms ", "Low-Rank Adaptation (LoRA)", "((", "))",
        ]).prop_map(str::to_owned),
        2 => prop::sample::select(vec![
            "$\\alpha$", "\\textbf{", "}", "<b>", "</b>", "&amp;", "\u{ad}", "\u{200b}", "ﬁ", "e\u{301}", "İ", "ß", "👩‍🔬",
            "\u{202e}", "\0", "\u{feff}", "–", "「", "$", "\\", "\r", "{\\\"o}",
        ]).prop_map(str::to_owned),
        1 => "\\PC{1,6}",
        1 => any::<String>(),
    ];
    prop::collection::vec(piece, 0..40).prop_map(|pieces| pieces.concat())
}

/// What must hold of everything that extraction gives.
fn examine(paper: &Paper, found: &Extraction) -> Result<(), TestCaseError> {
    let mut spans = Vec::new();
    for entity in &found.entities {
        prop_assert!((0.0..=1.0).contains(&entity.confidence), "{entity:?}");
        prop_assert!((0.0..=1.0).contains(&entity.relation_confidence), "{entity:?}");
        prop_assert!(!entity.mentions.is_empty() && !entity.sentences.is_empty(), "{entity:?}");
        for mention in &entity.mentions {
            let text = paper.text(mention.field);
            prop_assert!(mention.start < mention.end, "{mention:?}");
            prop_assert!(text.get(mention.start..mention.end).is_some(), "{mention:?} in {text:?}");
            prop_assert!((0.0..=1.0).contains(&mention.confidence), "{mention:?}");
            spans.push((mention.field, mention.start, mention.end));
        }
        for sentence in &entity.sentences {
            let text = paper.text(sentence.field);
            prop_assert!(text.get(sentence.start..sentence.end).is_some(), "{sentence:?} in {text:?}");
        }
    }
    spans.sort();
    for pair in spans.windows(2) {
        prop_assert!(pair[0].0 != pair[1].0 || pair[0].2 <= pair[1].1, "{pair:?} overlap");
    }
    Ok(())
}

/// Reads everything that a source gives.
fn drain(bytes: Vec<u8>, format: Option<InputFormat>) {
    let options = ReadOptions { format, most_record_bytes: 1 << 16, ..ReadOptions::default() };
    let source = Source::Memory { name: "input".into(), bytes: Cow::Owned(bytes) };
    if let Ok(reader) = CorpusReader::open(vec![source], options) {
        reader.for_each(drop);
    }
}

proptest! {
    #![proptest_config(few_or_as_asked(96))]

    #[test]
    fn spans_lie_on_borders_of_characters_inside_the_text_and_apart(title in text(), abstract_text in text()) {
        let paper = Paper { id: "p".into(), title, abstract_text, ..Paper::default() };
        for extractor in [&*DEFAULT, &*BIOLOGY] {
            let found = extractor.extract(&paper);
            examine(&paper, &found)?;
            prop_assert_eq!(&found, &extractor.extract(&paper));
        }
    }

    #[test]
    fn damaged_streams_end(changes in changes(), format in prop::sample::select(InputFormat::ALL.to_vec())) {
        let text = "{\"title\":\"Kites fly\",\"abstract\":\"They do.\"}\n".repeat(50);
        let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        std::io::Write::write_all(&mut gzip, text.as_bytes()).unwrap();
        let utf16 = [b"\xff\xfe".to_vec(), text.encode_utf16().flat_map(u16::to_le_bytes).collect()].concat();
        let streams = [gzip.finish().unwrap(), zstd::encode_all(text.as_bytes(), 1).unwrap(), utf16, text.into_bytes()];
        for mut bytes in streams {
            changes.iter().for_each(|change| change.apply(&mut bytes));
            drain(bytes.clone(), None);
            drain(bytes, Some(format));
        }
    }

    #[test]
    fn a_damaged_graph_is_refused_or_read(changes in changes()) {
        let mut bytes = br##"{"meta":{"format":1,"schema":{"type":[{"id":"model","label":"Model","plural":"Models",
            "color":"#4477aa","description":"x"}],"relation":[{"id":"uses","label":"uses","color":"#117733",
            "description":"x"}]},"rules":["a"]},"nodes":[{"id":"paper:1","type":"Paper","label":"One","year":2020,
            "sentences":["S."],"x":1.5,"y":2},{"id":"model:m","type":"Model","label":"M","aliases":["N"],"topic":"t"}],
            "edges":[{"source":"paper:1","target":"model:m","relation":"uses","evidence":[0],"rules":[0]}]}"##.to_vec();
        prop_assert!(read_json(&bytes[..]).is_ok());
        changes.iter().for_each(|change| change.apply(&mut bytes));
        if let Ok(graph) = read_json(&bytes[..]) {
            prop_assert_eq!(graph.distinct_ids(), graph.graph.node_count());
        }
    }

    #[test]
    fn damaged_annotations_are_refused_or_read(changes in changes()) {
        let mut bytes = b"{\"id\":\"1\",\"title\":\"T\",\"abstract\":\"BERT\",\"entities\":[{\"type\":\"Model\",\
            \"mentions\":[{\"field\":\"abstract\",\"start\":0,\"end\":4,\"text\":\"BERT\"}]}]}\n".repeat(2);
        changes.iter().for_each(|change| change.apply(&mut bytes));
        let _ = read_entities("gold.jsonl", &bytes[..]);
    }

    #[test]
    fn marked_text_is_refused_or_its_parts_lie_in_it(source in "(\\PC|[\\[\\]|\\\\]){0,30}") {
        if let Ok(marked) = MarkedText::parse(&source) {
            prop_assert!(marked.parts().all(|part| marked.text.contains(part)));
        }
    }
}

proptest! {
    #![proptest_config(few_or_as_asked(48))]

    /// Rules that load must also check, compile and run.
    #[test]
    fn damaged_rules_are_refused_with_their_place_or_run(file in any::<Index>(), changes in changes(), text in text()) {
        let folder = tempfile::tempdir().unwrap();
        let damaged = file.index(RULE_FILES.len());
        for (number, (path, bytes)) in RULE_FILES.iter().enumerate() {
            let mut bytes = bytes.clone();
            if number == damaged {
                changes.iter().for_each(|change| change.apply(&mut bytes));
            }
            let path = folder.path().join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, bytes).unwrap();
        }
        let rules = RuleFolder::read(folder.path()).unwrap();
        let problems = check(&rules);
        match rules.parse() {
            Ok(files) => {
                let paper = Paper { id: "p".into(), title: "On p53".into(), abstract_text: text, ..Paper::default() };
                examine(&paper, &Extractor::new(&files).extract(&paper))?;
            }
            Err(error) => {
                prop_assert!(!problems.is_empty(), "the check says nothing of: {error}");
                prop_assert!(error.to_string().contains(&RULE_FILES[damaged].0), "{error}");
            }
        }
    }
}
