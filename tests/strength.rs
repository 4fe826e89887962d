//! Inputs made to hurt: each ends in bounded time and memory, with a message, and with everything readable kept.
//!
//! Those that take long are run by `cargo test --release --test strength -- --ignored`.

mod program;

use std::fs::File;
use std::io::{Read, Write};
use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};

use program::{biology, write};

/// How a run of the program went.
struct Run {
    output: Output,
    /// The most memory it had, in MiB; 0 where the system does not say it.
    most_memory: u64,
}

impl Run {
    fn said(&self) -> String {
        String::from_utf8_lossy(&self.output.stderr).into_owned()
    }

    /// The lines on standard output.
    fn lines(&self) -> Vec<String> {
        String::from_utf8_lossy(&self.output.stdout).lines().map(str::to_owned).collect()
    }

    fn assert_code(&self, code: i32) {
        assert_eq!(self.output.status.code(), Some(code), "{}", self.said());
    }

    fn assert_memory_below(&self, most: u64) {
        assert!(self.most_memory < most, "{} MiB, at most {most} allowed", self.most_memory);
    }
}

/// Runs the program and watches its memory; a run that takes longer than `most` is ended and fails the test.
fn run(arguments: &[&str], most: Duration) -> Run {
    let folder = tempfile::tempdir().unwrap();
    let (out, err) = (folder.path().join("out"), folder.path().join("err"));
    let mut child = Command::new(assert_cmd::cargo::cargo_bin!("papergraph"))
        .args(arguments)
        .stdin(Stdio::null())
        .stdout(File::create(&out).unwrap())
        .stderr(File::create(&err).unwrap())
        .spawn()
        .unwrap();
    let begun = Instant::now();
    let mut most_memory = 0;
    let status = loop {
        let status = std::fs::read_to_string(format!("/proc/{}/status", child.id())).unwrap_or_default();
        let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        let kibibytes = peak.and_then(|peak| peak.split_whitespace().next()?.parse::<u64>().ok());
        most_memory = most_memory.max(kibibytes.unwrap_or(0) / 1024);
        if let Some(status) = child.try_wait().unwrap() {
            break status;
        }
        if begun.elapsed() > most {
            child.kill().unwrap();
            child.wait().unwrap();
            panic!("{arguments:?} did not end in {most:?}");
        }
        std::thread::sleep(Duration::from_millis(5));
    };
    let read = |path: &Path| std::fs::read(path).unwrap();
    Run { output: Output { status, stdout: read(&out), stderr: read(&err) }, most_memory }
}

/// Extracts from one file with the small rules for biology.
fn extract(input: &Path) -> Run {
    run(&["extract", input.to_str().unwrap(), "--rules", &biology()], Duration::from_secs(120))
}

const GOOD: &str = "{\"id\":\"good\",\"title\":\"On p53 in zebrafish\"}\n";

/// `length` bytes of one letter between two good records, compressed.
fn bomb(path: &Path, length: u64) {
    let mut gzip = flate2::write::GzEncoder::new(File::create(path).unwrap(), flate2::Compression::fast());
    gzip.write_all(GOOD.as_bytes()).unwrap();
    std::io::copy(&mut std::io::repeat(b'x').take(length), &mut gzip).unwrap();
    gzip.write_all(b"\n{\"id\":\"last\",\"title\":\"On actin\"}\n").unwrap();
    gzip.finish().unwrap();
}

fn assert_bomb_is_harmless(length: u64) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("bomb.jsonl.gz");
    bomb(&path, length);
    let run = extract(&path);
    run.assert_code(0);
    assert_eq!(run.lines().len(), 2, "{:?}", run.lines());
    assert!(run.said().contains("longer than 16777216 bytes"), "{}", run.said());
    run.assert_memory_below(400);
}

#[test]
fn a_gzip_bomb_of_one_line_costs_a_record() {
    assert_bomb_is_harmless(64 << 20);
}

#[test]
#[ignore = "unpacks four gigabytes"]
fn a_large_gzip_bomb_costs_a_record() {
    assert_bomb_is_harmless(4 << 30);
}

#[test]
#[ignore = "writes a gigabyte to the disk"]
fn a_plain_line_of_a_gigabyte_costs_a_record() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("line.jsonl");
    let mut file = File::create(&path).unwrap();
    file.write_all(GOOD.as_bytes()).unwrap();
    std::io::copy(&mut std::io::repeat(b'x').take(1 << 30), &mut file).unwrap();
    file.write_all(format!("\n{}", GOOD.replace("good", "last").replace("p53", "actin")).as_bytes()).unwrap();
    let run = extract(&path);
    run.assert_code(0);
    assert_eq!(run.lines().len(), 2);
    run.assert_memory_below(400);
}

#[test]
fn a_zstd_frame_that_asks_for_a_huge_window_is_refused_and_the_next_file_read() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.jsonl.zst");
    // A frame with a window of 2 GiB and one uncompressed block.
    let frame = [&[0x28, 0xb5, 0x2f, 0xfd, 0, 21 << 3, (5 << 3) | 1, 0, 0][..], b"hello"].concat();
    std::fs::write(&path, frame).unwrap();
    let good = write(folder.path(), "b.jsonl", GOOD);
    let run = run(
        &["extract", path.to_str().unwrap(), &good, "--input-format", "jsonl", "--rules", &biology()],
        Duration::from_secs(60),
    );
    run.assert_code(0);
    assert_eq!(run.lines().len(), 1, "{:?}", run.lines());
    assert!(run.said().contains("a.jsonl.zst"), "{}", run.said());
    run.assert_memory_below(400);
}

#[test]
fn deep_json_is_no_paper_and_no_crash() {
    let folder = tempfile::tempdir().unwrap();
    let deep = |open: &str, close: &str| format!("{}1{}", open.repeat(200_000), close.repeat(200_000));
    let lines = [
        format!("{{\"title\":{}}}", deep("[", "]")),
        format!("{{\"title\":\"Kites\",\"other\":{}}}", deep("[", "]")),
        format!("{{\"title\":\"Kites\",\"other\":{}}}", deep("{\"a\":", "}")),
        "[".repeat(1_000_000),
    ];
    for (name, text) in
        [("a.jsonl", format!("{}\n{GOOD}", lines.join("\n"))), ("a.json", format!("[{GOOD},{}]", lines[..3].join(",")))]
    {
        let path = write(folder.path(), name, &text);
        let run = extract(Path::new(&path));
        run.assert_code(0);
        assert!(run.lines().iter().any(|line| line.contains("\"good\"")), "{name}: {}", run.said());
        assert!(run.said().contains("records skipped"), "{name}: {}", run.said());
        run.assert_memory_below(400);
    }
}

#[test]
fn a_bibtex_entry_that_never_closes_costs_itself() {
    let folder = tempfile::tempdir().unwrap();
    let entry = "@article{good, title={On p53 in zebrafish}}\n";
    let path = write(folder.path(), "a.bib", &format!("{entry}@article{{bad, title={{{}", "a { b ".repeat(4_000_000)));
    let run = extract(Path::new(&path));
    run.assert_code(0);
    assert_eq!(run.lines().len(), 1);
    assert!(run.said().contains("1 records skipped"), "{}", run.said());
    run.assert_memory_below(400);
}

#[test]
fn nul_bytes_and_utf16_are_read_or_named() {
    let folder = tempfile::tempdir().unwrap();
    let utf16: Vec<u8> = GOOD.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let nul = format!("\0\0\0\n{}{}", GOOD, "{\"title\":\"a\0b\"}\n").into_bytes();
    for (name, bytes, skipped) in [("a.jsonl", utf16, false), ("b.jsonl", nul, true)] {
        let path = folder.path().join(name);
        std::fs::write(&path, bytes).unwrap();
        let run = extract(&path);
        run.assert_code(0);
        assert_eq!(run.lines().len(), 1, "{name}: {}", run.said());
        assert_eq!(run.said().contains("2 records skipped"), skipped, "{name}: {}", run.said());
    }
}

fn assert_one_title_is_one_paper(papers: usize) {
    let folder = tempfile::tempdir().unwrap();
    let text: String = (0..papers).map(|n| format!("{{\"id\":\"{n}\",\"title\":\"On p53\"}}\n")).collect();
    let path = write(folder.path(), "a.jsonl", &text);
    let run = extract(Path::new(&path));
    run.assert_code(0);
    assert_eq!(run.lines().len(), 1);
    assert!(run.said().contains(&format!("{} duplicates merged", papers - 1)), "{}", run.said());
    run.assert_memory_below(400);
}

#[test]
fn many_papers_with_one_title_are_one_paper() {
    assert_one_title_is_one_paper(100_000);
}

#[test]
#[ignore = "reads a million papers"]
fn a_million_papers_with_one_title_are_one_paper() {
    assert_one_title_is_one_paper(1_000_000);
}

#[test]
fn a_paper_of_a_million_entities_is_named_and_the_others_read() {
    let folder = tempfile::tempdir().unwrap();
    let names: String = (0..1_000_000).map(|n| format!("Cdc{n}, ")).collect();
    let long = format!("{{\"id\":\"long\",\"title\":\"Many\",\"abstract\":\"{names}\"}}\n");
    let path = write(folder.path(), "a.jsonl", &format!("{long}{GOOD}"));
    let run = extract(Path::new(&path));
    run.assert_code(0);
    assert_eq!(run.lines().len(), 1, "{}", run.said());
    assert!(run.said().contains(&format!("a.jsonl:1: the abstract has {} bytes", names.len())), "{}", run.said());
    run.assert_memory_below(400);
}

#[test]
fn a_paper_of_many_entities_becomes_a_graph() {
    let folder = tempfile::tempdir().unwrap();
    let names: String = (0..4_000).map(|n| format!("We deleted Cdc{} and Sox-{}. ", n % 1000, n / 4)).collect();
    let path = write(folder.path(), "a.jsonl", &format!("{{\"title\":\"On p53\",\"abstract\":\"{names}\"}}\n"));
    let out = folder.path().join("out");
    let arguments = ["build", &path, "--rules", &biology(), "--out", out.to_str().unwrap(), "--format", "json,graphml"];
    let run = run(&arguments, Duration::from_secs(120));
    run.assert_code(0);
    let graph = std::fs::read_to_string(out.join("graph.json")).unwrap();
    assert!(graph.matches("\"type\":\"Protein\"").count() > 1_000);
    run.assert_memory_below(800);
}

/// Rules of one type with one pattern and one known name.
fn rules_with_pattern(folder: &Path, regex: &str) -> String {
    let schema = std::fs::read_to_string(Path::new(&biology()).join("schema.toml")).unwrap();
    write(folder, "rules/schema.toml", &schema);
    let pattern = format!(
        "[[pattern]]\nid = \"p\"\ntype = \"Protein\"\nregex = '{regex}'\nconfidence = 0.9\nexamples = [\"a [xxxxy] b\"]\n"
    );
    write(folder, "rules/patterns/p.toml", &pattern);
    folder.join("rules").to_str().unwrap().to_owned()
}

#[test]
fn regular_expressions_that_explode_elsewhere_take_linear_time() {
    let folder = tempfile::tempdir().unwrap();
    let hostile = format!("{{\"title\":\"On x\",\"abstract\":\"{} {}\"}}\n", "x".repeat(100_000), "x ".repeat(50_000));
    let input = write(folder.path(), "a.jsonl", &hostile);
    for regex in ["(?:x+x+)+y", "(?:x*)*y", "(?:x|xx)+y", "(?:x?){30}x{30}y"] {
        let rules = rules_with_pattern(folder.path(), regex);
        let run = run(&["extract", &input, "--rules", &rules], Duration::from_secs(60));
        run.assert_code(0);
        run.assert_memory_below(400);
    }
}

#[test]
fn regular_expressions_that_are_too_large_are_named_with_their_place() {
    let folder = tempfile::tempdir().unwrap();
    let rules = rules_with_pattern(folder.path(), "(?:x{1000}){1000}y");
    let run = run(&["rules", "check", "--rules", &rules], Duration::from_secs(60));
    run.assert_code(1);
    let said = run.lines().join("\n");
    assert!(said.contains("p.toml:4") && said.contains("size limit"), "{said}");
    run.assert_memory_below(400);
}

#[test]
fn rules_that_contradict_each_other_are_named() {
    let folder = tempfile::tempdir().unwrap();
    let rules = rules_with_pattern(folder.path(), "x+y");
    for list in ["protein", "organism"] {
        write(folder.path(), &format!("rules/lexicon/{list}.csv"), "name,aliases,case,broader,url\nKelchin,,,,\n");
    }
    let broader = "name,aliases,case,broader,url\nA one,,,B two,\nB two,,,A one,\n";
    write(folder.path(), "rules/lexicon/assay.csv", broader);
    let run = run(&["rules", "check", "--rules", &rules], Duration::from_secs(60));
    let said = run.lines().join("\n");
    assert!(said.contains("Kelchin"), "{said}");
    assert!(said.contains("A one"), "{said}");
}

#[cfg(unix)]
#[test]
fn a_rules_folder_with_links_in_a_circle_ends_and_links_outside_are_refused() {
    use std::os::unix::fs::symlink;
    let folder = tempfile::tempdir().unwrap();
    let rules = rules_with_pattern(folder.path(), "x+y");
    symlink(&rules, Path::new(&rules).join("cues")).unwrap();
    // The folder is read as its own folder of cues, once: schema.toml is no file of cues, and that is said.
    let ended = run(&["rules", "list", "--rules", &rules], Duration::from_secs(60));
    ended.assert_code(2);
    assert!(ended.said().contains("cues/schema.toml"), "{}", ended.said());
    std::fs::remove_file(Path::new(&rules).join("cues")).unwrap();
    let secret = write(folder.path(), "secret.toml", "password = 1\n");
    symlink(secret, Path::new(&rules).join("heads.toml")).unwrap();
    let refused = run(&["rules", "list", "--rules", &rules], Duration::from_secs(60));
    refused.assert_code(2);
    assert!(refused.said().contains("outside of the rules folder"), "{}", refused.said());
    assert!(!refused.said().contains("password"), "{}", refused.said());
}
