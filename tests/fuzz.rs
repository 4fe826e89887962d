//! Input that nobody would write: readers, rules and matcher take whatever comes, without a panic and without lying.
//!
//! The suite tries few cases. For a long search: `PROPTEST_CASES=100000 cargo test --release --test fuzz`. What it finds
//! becomes a test of its own. The writers are in `export_round_trip.rs` and `pages.rs`; `docs/strength.md` says what has
//! been searched.

mod cases;
mod common;
mod program;

use std::borrow::Cow;
use std::fs::{self, File};
use std::io::Write;
use std::path::Path;
use std::sync::LazyLock;

use cases::few_or_as_asked;
use papergraph::analyze::{AnalyzeOptions, analyze};
use papergraph::corpus::{CorpusReader, InputFormat, Paper, ReadOptions, Source};
use papergraph::eval::{JudgedPaper, match_entities, page, read_entities};
use papergraph::export::{ExportOptions, Format, write_outputs};
use papergraph::extract::{Extraction, Extractor};
use papergraph::graph::{GraphIndex, KnowledgeGraph, Statistics, read_json, search};
use papergraph::resolve::{Archive, Reading, Resolver};
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

/// Fifty papers in a format.
fn papers_in(format: InputFormat) -> String {
    let paper = |number: usize| match format {
        InputFormat::JsonLines => format!("{{\"title\":\"Kite {number}\",\"abstract\":\"It \\\"flies\\\".\"}}\n"),
        InputFormat::Json => format!("{{\"title\":\"Kite {number}\",\"abstract\":[\"It\",{{\"a\":\"flies\"}}]}},\n"),
        InputFormat::Csv => format!("Kite {number},\"It \"\"flies\"\",\n high\",2001\n"),
        InputFormat::Tsv => format!("Kite {number}\tIt flies\t2001\n"),
        InputFormat::Bibtex => {
            format!("@article{{k{number}, title = {{Kite {{{number}}}}}, abstract = w # \" flies\", year = 2001}}\n")
        }
        InputFormat::Listing => format!("Kite {number}\n{}\n", "It flies, as kites do. ".repeat(20)),
    };
    let papers: String = (0..50).map(paper).collect();
    match format {
        InputFormat::Json => format!("{{\"meta\":{{}},\"results\":[{}{{}}],\"next\":null}}", papers),
        InputFormat::Csv => format!("title,abstract,year\n{papers}"),
        InputFormat::Tsv => format!("title\tabstract\tyear\n{papers}"),
        InputFormat::Bibtex => format!("@string{{w = {{Wind}}}}\n{papers}"),
        InputFormat::JsonLines | InputFormat::Listing => papers,
    }
}

/// How the bytes of a source are packed.
#[derive(Clone, Copy, Debug)]
enum Packing {
    None,
    Gzip,
    Zstd,
    Utf16,
}

impl Packing {
    const ALL: [Packing; 4] = [Packing::None, Packing::Gzip, Packing::Zstd, Packing::Utf16];

    fn pack(self, bytes: &[u8]) -> Vec<u8> {
        match self {
            Packing::None => bytes.to_vec(),
            Packing::Gzip => {
                let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
                gzip.write_all(bytes).unwrap();
                gzip.finish().unwrap()
            }
            Packing::Zstd => zstd::encode_all(bytes, 1).unwrap(),
            Packing::Utf16 => {
                let text = String::from_utf8_lossy(bytes);
                [b"\xff\xfe".to_vec(), text.encode_utf16().flat_map(u16::to_le_bytes).collect()].concat()
            }
        }
    }
}

/// Reads everything that a source gives: papers with titles and ids, and no more of them than it has bytes.
fn drain(bytes: Vec<u8>, format: Option<InputFormat>) -> Result<Vec<Paper>, TestCaseError> {
    let most = 1000 + 1000 * bytes.len();
    let options = ReadOptions { format, most_record_bytes: 1 << 16, ..ReadOptions::default() };
    let source = Source::Memory { name: "input".into(), bytes: Cow::Owned(bytes) };
    let Ok(mut reader) = CorpusReader::open(vec![source], options) else {
        return Ok(Vec::new());
    };
    let (mut papers, mut skipped) = (Vec::new(), 0);
    for record in reader.by_ref().take(most) {
        match record {
            Ok(paper) => papers.push(paper),
            Err(_) => skipped += 1,
        }
    }
    prop_assert!(papers.len() + skipped < most, "reading does not end");
    prop_assert_eq!(reader.summary().papers, papers.len() as u64);
    for paper in &papers {
        prop_assert!(!paper.id.is_empty() && !paper.title.trim().is_empty(), "{:?}", paper);
    }
    Ok(papers)
}

/// A `graph.json` and its index.
static INDEXED: LazyLock<(Vec<u8>, Vec<u8>)> = LazyLock::new(|| {
    let folder = tempfile::tempdir().unwrap();
    let options = ExportOptions { index_from: 0, ..ExportOptions::default() };
    let write = |graph: &KnowledgeGraph| write_outputs(graph, folder.path(), &[Format::Json], &options).unwrap();
    write(&common::analyzed());
    let path = folder.path().join("graph.json");
    // Read once, its edges stand in their order, as in any graph that is built.
    write(&read_json(File::open(&path).unwrap()).unwrap());
    assert!(GraphIndex::open(&path).is_ok());
    (fs::read(&path).unwrap(), fs::read(path.with_extension("index")).unwrap())
});

/// Length of the end of an index: four numbers, length and checksum of eleven sections, the checksum of that.
const INDEX_END: usize = 4 * 8 + 11 * (8 + 4) + 4;

/// Changes an index and makes its checksums right again, so that the change gets past them.
fn damage_index(index: &mut Vec<u8>, changes: &[Change]) {
    let mut end = index.split_off(index.len() - INDEX_END);
    changes.iter().for_each(|change| change.apply(index));
    // What a change adds or takes away counts for the last section.
    let mut place = 8;
    for section in end[4 * 8..INDEX_END - 4].chunks_exact_mut(8 + 4) {
        let length = u64::from_le_bytes(section[..8].try_into().unwrap()) as usize;
        let begin = place.min(index.len());
        let section_end = if place + length > index.len() { index.len() } else { place + length };
        section[..8].copy_from_slice(&((section_end - begin) as u64).to_le_bytes());
        section[8..].copy_from_slice(&crc32fast::hash(&index[begin..section_end]).to_le_bytes());
        place = section_end;
    }
    let checksum = crc32fast::hash(&end[..INDEX_END - 4]);
    end[INDEX_END - 4..].copy_from_slice(&checksum.to_le_bytes());
    index.truncate(place);
    index.extend(end);
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
    fn damaged_papers_are_read_as_far_as_they_can_be(
        written in prop::sample::select(InputFormat::ALL.to_vec()),
        read_as in prop::option::of(prop::sample::select(InputFormat::ALL.to_vec())),
        packing in prop::sample::select(Packing::ALL.to_vec()),
        (inside, outside) in prop_oneof![
            (changes(), Just(Vec::new())),
            (Just(Vec::new()), changes()),
            (changes(), changes()),
        ],
    ) {
        let mut bytes = papers_in(written).into_bytes();
        prop_assert!(drain(packing.pack(&bytes), Some(written))?.len() >= 49, "{:?}", written);
        inside.iter().for_each(|change| change.apply(&mut bytes));
        let mut bytes = packing.pack(&bytes);
        outside.iter().for_each(|change| change.apply(&mut bytes));
        drain(bytes.clone(), Some(read_as.unwrap_or(written)))?;
        drain(bytes, None)?;
    }

    #[test]
    fn good_lines_are_kept_whatever_stands_between_them(
        between in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..60), 1..20),
        packing in prop::sample::select(vec![Packing::None, Packing::Gzip, Packing::Zstd]),
    ) {
        let mut bytes = Vec::new();
        for (number, between) in between.iter().enumerate() {
            bytes.extend(format!("{{\"id\":\"good {number}\",\"title\":\"Kite {number}\"}}\n").into_bytes());
            bytes.extend(between.iter().filter(|byte| **byte != b'\n'));
            bytes.push(b'\n');
        }
        let papers = drain(packing.pack(&bytes), Some(InputFormat::JsonLines))?;
        let kept = papers.iter().filter(|paper| paper.id.starts_with("good ")).count();
        prop_assert_eq!(kept, between.len());
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
        if let Ok(mut graph) = read_json(&bytes[..]) {
            prop_assert_eq!(graph.distinct_ids(), graph.graph.node_count());
            let folder = tempfile::tempdir().unwrap();
            for _ in 0..2 {
                // As it was read, and after analysis.
                write_outputs(&graph, folder.path(), &Format::ALL, &ExportOptions::default()).unwrap();
                Statistics::of(&graph, 5);
                search(&graph, "m");
                analyze(&mut graph, &AnalyzeOptions::default());
            }
        }
    }

    /// Checksums keep damage out; an index that somebody made up gets past them, and may say what it likes, but ends.
    #[test]
    fn a_damaged_index_is_refused_or_answers(changes in changes(), sealed in any::<bool>()) {
        let (graph, index) = &*INDEXED;
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("graph.json");
        fs::write(&path, graph).unwrap();
        let mut bytes = index.clone();
        if sealed {
            damage_index(&mut bytes, &changes);
        } else {
            changes.iter().for_each(|change| change.apply(&mut bytes));
        }
        fs::write(path.with_extension("index"), bytes).unwrap();
        if let Ok(index) = GraphIndex::open(&path) {
            let _ = index.search("harbor", 3, &[]);
            let _ = index.around("model:harbornet");
            let _ = index.around("HarbrNet");
            let _ = index.shared("model:harbornet", "2101.00001");
            let _ = index.way("model:harbornet", "cell-line:bruno-7");
        }
    }

    #[test]
    fn damaged_readings_are_refused_or_taken_in(changes in changes(), inside in any::<bool>(), text in text()) {
        let paper = Paper { id: "p".into(), title: "On p53 and Cdc42".into(), abstract_text: text, ..Paper::default() };
        let rules = &BIOLOGY.rules;
        let mut archive = Archive::new("papergraph", "rules").unwrap();
        let reading = Reading::new(paper.clone(), &BIOLOGY.extract(&paper), &rules.schema);
        archive.add(&reading).unwrap();
        archive.add(&reading).unwrap();
        let mut bytes = archive.finish().unwrap();
        if inside {
            bytes = zstd::decode_all(&bytes[..]).unwrap();
        }
        changes.iter().for_each(|change| change.apply(&mut bytes));
        if inside {
            bytes = zstd::encode_all(&bytes[..], 1).unwrap();
        }
        if let Ok(readings) = Archive::read(&bytes[..], "papergraph", "rules") {
            let mut resolver = Resolver::new(&rules.schema, &rules.lexicon);
            readings.flatten().take(100).for_each(|reading| resolver.add_reading(reading));
            resolver.finish();
        }
    }

    #[test]
    fn damaged_annotations_are_refused_or_shown(changes in changes()) {
        let mut bytes = "{\"id\":\"1\",\"title\":\"T\",\"abstract\":\"BERT\",\"entities\":[{\"type\":\"Model\",\
            \"mentions\":[{\"field\":\"abstract\",\"start\":0,\"end\":4,\"text\":\"BÉRT\"}]}]}\n".repeat(2).into_bytes();
        changes.iter().for_each(|change| change.apply(&mut bytes));
        let paper = Paper { id: "1".into(), title: "T".into(), abstract_text: "BÉRT".into(), ..Paper::default() };
        for read in read_entities("gold.jsonl", &bytes[..]).unwrap_or_default() {
            let matching = match_entities(&read.gold().entities, &read.predicted());
            let judged = JudgedPaper {
                paper: &paper,
                gold: &read.entities,
                predicted: &read.entities,
                matching: &matching,
            };
            page("report", &[judged]);
        }
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
