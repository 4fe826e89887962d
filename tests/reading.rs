//! Reading papers as a user of the library does: from files, folders and bytes, good and bad ones.

mod cases;

use std::borrow::Cow;
use std::fs;
use std::io::Write;
use std::path::Path;

use papergraph::corpus::{CorpusError, CorpusReader, InputFormat, Paper, ReadOptions, ReadSummary, Skipped, Source};
use proptest::prelude::*;

fn memory(name: &str, bytes: impl Into<Vec<u8>>) -> Source {
    Source::Memory { name: name.into(), bytes: Cow::Owned(bytes.into()) }
}

fn read_with(sources: Vec<Source>, options: ReadOptions) -> (Vec<Paper>, Vec<Skipped>, ReadSummary) {
    let mut reader = CorpusReader::open(sources, options).unwrap();
    let (mut papers, mut skipped) = (Vec::new(), Vec::new());
    for result in &mut reader {
        match result {
            Ok(paper) => papers.push(paper),
            Err(skip) => skipped.push(skip),
        }
    }
    (papers, skipped, reader.summary())
}

fn read(sources: Vec<Source>) -> (Vec<Paper>, Vec<Skipped>, ReadSummary) {
    read_with(sources, ReadOptions::default())
}

fn titles(papers: &[Paper]) -> Vec<&str> {
    papers.iter().map(|paper| paper.title.as_str()).collect()
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn open_error(source: Source) -> CorpusError {
    CorpusReader::open(vec![source], ReadOptions::default()).err().unwrap()
}

/// The same two papers in every format.
fn samples() -> Vec<(&'static str, String)> {
    let kites = "Kites fly. ".repeat(40);
    let (kites, owls) = (kites.trim_end(), "Owls see.");
    vec![
        ("a.txt", format!("Our news!\nMore of our news!\nSubscribeOn Kites\n{kites}\nOn Owls\n{owls}\n")),
        (
            "a.jsonl",
            format!(
                "{{\"title\":\"On Kites\",\"abstract\":\"{kites}\"}}\n{{\"title\":\"On Owls\",\"abstract\":\"{owls}\"}}"
            ),
        ),
        (
            "a.json",
            format!(
                "{{\"meta\":{{\"n\":2}},\"results\":[{{\"title\":\"On Kites\",\"abstract\":\"{kites}\"}},\n\
                 {{\"title\":\"On Owls\",\"abstract\":\"{owls}\"}}],\"next\":{{}}}}"
            ),
        ),
        ("a.csv", format!("Abstract,Title\n{kites},On Kites\n\"{owls}\",\"On Owls\"\n")),
        ("a.tsv", format!("title\tabstract\nOn Kites\t{kites}\nOn Owls\t{owls}\n")),
        (
            "a.bib",
            format!(
                "@string{{w = {{Wind}}}}\n@article{{k, title={{On {{Kites}}}}, abstract=\"{kites}\", journal=w}}\n\
                 @misc{{o, title=\"On Owls\", abstract={{{owls}}}}}"
            ),
        ),
    ]
}

#[test]
fn every_format_gives_the_same_papers_plain_and_compressed() {
    for (name, text) in samples() {
        for bytes in [
            text.clone().into_bytes(),
            gzip(text.as_bytes()),
            zstd::encode_all(text.as_bytes(), 3).unwrap(),
            [b"\xef\xbb\xbf", text.as_bytes()].concat(),
            text.replace('\n', "\r\n").into_bytes(),
            [b"\xff\xfe".to_vec(), text.encode_utf16().flat_map(u16::to_le_bytes).collect()].concat(),
        ] {
            // By the content alone as well as by the ending.
            for name in [name, "standard input"] {
                let (papers, skipped, _) = read(vec![memory(name, bytes.clone())]);
                assert_eq!(skipped, [], "{name}");
                assert_eq!(titles(&papers), ["On Kites", "On Owls"], "{name}");
                assert_eq!(papers[0].abstract_text.len(), 439, "{name}");
                assert_eq!(papers[1].abstract_text, "Owls see.", "{name}");
            }
        }
    }
}

#[test]
fn several_sources_are_read_in_order_and_duplicates_merged() {
    let sources = samples().into_iter().map(|(name, text)| memory(name, text)).collect();
    let (papers, _, summary) = read(sources);
    assert_eq!(titles(&papers), ["On Kites", "On Owls"]);
    assert_eq!((summary.papers, summary.duplicates, summary.skipped, summary.files), (2, 10, 0, 6));
}

#[test]
fn a_file_with_every_kind_of_bad_record_gives_the_good_ones() {
    let mut text =
        b"{\"id\":1,\"title\":\"First\"}\n{\"id\":2,\"title\":\n{\"id\":3,\"abstract\":\"No title.\"}\n".to_vec();
    text.extend_from_slice(b"{\"id\":4,\"title\":\"\xff\xfe\"}\n[1,2]\n\0\0\0\n");
    text.extend_from_slice(
        format!("{{\"id\":5,\"title\":\"Long\",\"abstract\":\"{}\"}}\n", "x".repeat(10_000_000)).as_bytes(),
    );
    text.extend_from_slice(format!("{{\"id\":6,\"x\":\"{}\"}}\n", "x".repeat(17 << 20)).as_bytes());
    text.extend_from_slice(b"{\"id\":7,\"title\":\"Last\"}");
    let (papers, skipped, summary) = read(vec![memory("bad.jsonl", text)]);
    assert_eq!(titles(&papers), ["First", "Last"]);
    let reasons: Vec<String> = skipped.iter().map(Skipped::to_string).collect();
    let expected = [
        "bad.jsonl:2: broken JSON",
        "bad.jsonl:3: no title",
        "bad.jsonl:4: not valid UTF-8",
        "bad.jsonl:5: broken JSON",
        "bad.jsonl:6: broken JSON",
        "bad.jsonl:7: the abstract has 10000000 bytes",
        "bad.jsonl:8: the record is longer than 16777216 bytes",
    ];
    assert_eq!(reasons.len(), expected.len(), "{reasons:#?}");
    for (reason, beginning) in reasons.iter().zip(expected) {
        assert!(reason.starts_with(beginning), "{reason}");
    }
    assert_eq!(summary.skipped, 7);
}

#[test]
fn a_compressed_file_that_is_cut_gives_its_beginning_and_says_so() {
    let text: String = (0..20_000).map(|n| format!("{{\"title\":\"Kite number {n}\"}}\n")).collect();
    for whole in [gzip(text.as_bytes()), zstd::encode_all(text.as_bytes(), 1).unwrap()] {
        let cut = whole[..whole.len() / 2].to_vec();
        let (papers, skipped, _) =
            read(vec![memory("a.jsonl.gz", cut), memory("b.jsonl", "{\"title\":\"Next file\"}")]);
        assert!(papers.len() > 100 && papers.len() < 20_000, "{}", papers.len());
        assert_eq!(papers.last().unwrap().title, "Next file");
        assert_eq!(skipped.len(), 1);
        assert_eq!(skipped[0].line as usize, papers.len());
        assert!(skipped[0].reason.contains("reading stopped here"), "{}", skipped[0]);
    }
}

#[test]
fn batches_give_what_the_iterator_gives() {
    let text: String = (0..500)
        .map(|n| if n % 7 == 0 { "{broken\n".into() } else { format!("{{\"title\":\"Kite {}\"}}\n", n % 300) })
        .collect();
    let source = || vec![memory("a.jsonl", text.clone())];
    let one_by_one: Vec<_> = CorpusReader::open(source(), ReadOptions::default()).unwrap().collect();
    let mut reader = CorpusReader::open(source(), ReadOptions::default()).unwrap();
    let batches: Vec<_> =
        std::iter::from_fn(|| Some(reader.next_batch(64)).filter(|batch| !batch.is_empty())).collect();
    assert!(batches.len() > 4);
    assert_eq!(batches.concat(), one_by_one);
    assert_eq!(reader.summary().bytes, text.len() as u64);
    assert_eq!(reader.bytes_in_all(), Some(text.len() as u64));
}

#[test]
fn a_folder_is_read_by_name_and_what_is_left_out_is_noted() {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, bytes: &[u8]| fs::write(folder.path().join(name), bytes).unwrap();
    write("b.jsonl.zst", &zstd::encode_all(&b"{\"title\":\"Second\"}"[..], 1).unwrap());
    write("a.csv", b"title,year\nFirst,2001\n");
    write("empty.json", b"");
    write("picture.png", b"\x89PNG");
    write("readme.txt", b"Some notes.\n");
    write("other.csv", b"a,b\n1,2\n");
    let mut reader = CorpusReader::open(vec![Source::Path(folder.path().into())], ReadOptions::default()).unwrap();
    let papers: Vec<_> = reader.by_ref().map(Result::unwrap).collect();
    assert_eq!(titles(&papers), ["First", "Second"]);
    let notes: Vec<_> =
        reader.notes().iter().map(|note| Path::new(&note.file).file_name().unwrap().to_owned()).collect();
    assert_eq!(notes, ["picture.png", "other.csv", "readme.txt"]);
}

#[test]
fn what_cannot_be_used_is_an_error_before_anything_is_read() {
    let missing = open_error(Source::Path("no/such/file.jsonl".into())).to_string();
    assert!(missing.starts_with("no/such/file.jsonl: there is no such file"), "{missing}");
    let unknown = open_error(memory("notes", "just some words\n")).to_string();
    assert!(unknown.contains("--input-format"), "{unknown}");
    let columns = open_error(memory("a.csv", "Name,Text\nKites,fly\n")).to_string();
    assert!(columns.contains("--map title=COLUMN (the columns: Name, Text)"), "{columns}");
    let sheet = open_error(memory("a.xlsx", "PK\u{3}\u{4}")).to_string();
    assert!(sheet.contains("save the sheet as CSV"), "{sheet}");
}

#[test]
fn a_map_and_a_format_can_be_given() {
    let fields = "title=Name,abstract=Text".parse().unwrap();
    let options = ReadOptions { format: Some(InputFormat::Csv), fields, ..ReadOptions::default() };
    let (papers, skipped, _) = read_with(vec![memory("a.dat", "Name;Text\nKites;They fly.\n")], options);
    assert_eq!(skipped, []);
    assert_eq!((papers[0].title.as_str(), papers[0].abstract_text.as_str()), ("Kites", "They fly."));
}

#[test]
fn an_empty_file_has_no_papers() {
    for name in ["a.jsonl", "a.json", "a.csv", "a.tsv", "a.bib", "a.txt", "a"] {
        for bytes in [&b""[..], b"\n \n", b"\xef\xbb\xbf"] {
            let (papers, skipped, _) = read(vec![memory(name, bytes)]);
            assert_eq!((papers.len(), skipped.len()), (0, 0), "{name}");
        }
    }
}

#[test]
fn papers_without_an_id_get_one_from_the_title() {
    let long = "A very long title about kites and everything that anybody ever wanted to know of them, part";
    let text = format!("{{\"title\":\"{long} one\"}}\n{{\"title\":\"{long} two\"}}\n{{\"title\":\"Über Kites\"}}\n");
    let (papers, _, _) = read(vec![memory("a.jsonl", text)]);
    assert_eq!(papers.len(), 3);
    assert!(papers[1].id.starts_with(&papers[0].id) && papers[1].id != papers[0].id);
    assert_eq!(papers[2].id, "uber-kites");
}

proptest! {
    #![proptest_config(cases::few_or_as_asked(192))]

    /// Bytes that are close to a format, so that they get far into its reader.
    #[test]
    fn no_bytes_make_a_reader_panic_or_loop(
        pieces in prop::collection::vec(
            prop_oneof![
                Just(b"{\"title\":\"a\",\"data\":[{".to_vec()), Just(b"{\"results\":[".to_vec()), Just(b"}".to_vec()),
                Just(b"]},".to_vec()), Just(b"\"".to_vec()), Just(b"\\".to_vec()), Just(b"\n".to_vec()),
                Just(b"@article{k, title={".to_vec()), Just(b"@string{a = a # \"".to_vec()), Just(b"%".to_vec()),
                Just(b"title,abstract,year\n".to_vec()), Just(b",\"".to_vec()), Just(b"\r".to_vec()), Just(b"\0".to_vec()),
                Just(b"Subscribe".to_vec()), Just(vec![b'w'; 400]), Just(b"\xff".to_vec()),
                prop::collection::vec(any::<u8>(), 0..20),
            ],
            0..30,
        ),
        most_record_bytes in prop_oneof![Just(50_usize), Just(1 << 20)],
    ) {
        let mut bytes = b"title,abstract\n".to_vec();
        bytes.extend(pieces.concat());
        for format in InputFormat::ALL {
            for bytes in [bytes.clone(), pieces.concat(), gzip(&bytes)] {
                let options = ReadOptions { format: Some(format), most_record_bytes, ..ReadOptions::default() };
                let length = bytes.len();
                if let Ok(reader) = CorpusReader::open(vec![memory("a", bytes)], options) {
                    prop_assert!(reader.count() <= 20 * length + 10);
                }
            }
        }
    }
}
