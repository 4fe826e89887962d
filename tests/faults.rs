//! What goes wrong around a run: killed, no space, no permission, input that breaks off, another run in the same folder.
//! The output is whole, the old one or the new one.

#![cfg(unix)]

mod program;

use std::collections::BTreeMap;
use std::fs;
use std::io::Write;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use program::{biology, biology_papers, papergraph, write};

fn files(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let name = |path: &Path| path.file_name().unwrap().to_str().unwrap().to_owned();
    let paths = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    paths.filter(|path| path.is_file()).map(|path| (name(&path), fs::read(&path).unwrap())).collect()
}

/// A corpus large enough that a run takes some time in every stage.
fn corpus(folder: &Path, name: &str, papers: usize) -> String {
    let paper = |n: usize| {
        format!(
            "{{\"id\":\"{name}-{n}\",\"title\":\"{name} {n} on Cdc{}\",\"abstract\":\"We deleted Sox-{} in zebrafish. \
             Hsp{} was purified.\"}}\n",
            n % 300,
            n % 70,
            n % 500
        )
    };
    write(folder, &format!("{name}.jsonl"), &(0..papers).map(paper).collect::<String>())
}

fn start(input: &str, out: &Path) -> Child {
    Command::new(assert_cmd::cargo::cargo_bin!("papergraph"))
        .args(["build", input, "--rules", &biology(), "--format", "json,csv,graphml", "--no-layout", "--quiet"])
        .args(["--out", out.to_str().unwrap()])
        .stdin(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap()
}

fn finish(child: Child) {
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

#[test]
fn a_killed_run_leaves_every_file_whole_and_the_next_run_cleans_up() {
    let folder = tempfile::tempdir().unwrap();
    let (first, second) = (corpus(folder.path(), "first", 200), corpus(folder.path(), "second", 3_000));
    let out = folder.path().join("out");
    let other = folder.path().join("other");
    finish(start(&second, &other));
    let new = files(&other);
    finish(start(&first, &out));
    let old = files(&out);
    assert!(old.keys().eq(["edges.csv", "graph.graphml", "graph.json", "nodes.csv"].iter()));
    let mut was_interrupted = false;
    for milliseconds in [1, 10, 30, 60, 100, 150, 200, 300, 400, 600] {
        let mut child = start(&second, &out);
        std::thread::sleep(Duration::from_millis(milliseconds));
        // SIGKILL, which no program can answer.
        child.kill().unwrap();
        was_interrupted |= !child.wait().unwrap().success();
        for (name, bytes) in files(&out) {
            assert!(bytes == old[&name] || bytes == new[&name], "{name} is not whole after {milliseconds} ms");
        }
    }
    assert!(was_interrupted, "every run was faster than its end");
    finish(start(&second, &out));
    assert_eq!(files(&out), new);
    assert_eq!(fs::read_dir(&out).unwrap().count(), new.len(), "a killed run's folder is still there");
}

/// Number of files, whole or not, that running programs have in their hidden folders.
fn hidden_files(out: &Path) -> usize {
    let entries = fs::read_dir(out).into_iter().flatten().flatten();
    let hidden = entries.filter(|entry| entry.file_name().to_string_lossy().starts_with(".papergraph-"));
    hidden.filter_map(|folder| fs::read_dir(folder.path()).ok()).map(Iterator::count).sum()
}

#[test]
fn a_run_killed_while_it_reads_or_writes_leaves_the_old_output() {
    let folder = tempfile::tempdir().unwrap();
    let (first, second) = (corpus(folder.path(), "first", 200), corpus(folder.path(), "second", 3_000));
    let (out, other) = (folder.path().join("out"), folder.path().join("other"));
    finish(start(&second, &other));
    finish(start(&first, &out));
    let (old, new) = (files(&out), files(&other));

    // Its input never ends, so it is reading.
    let mut reading = Command::new(assert_cmd::cargo::cargo_bin!("papergraph"))
        .args(["build", "-", "--rules", &biology(), "--quiet", "--out", out.to_str().unwrap()])
        .stdin(Stdio::piped())
        .spawn()
        .unwrap();
    reading.stdin.as_mut().unwrap().write_all(&fs::read(&second).unwrap()).unwrap();
    reading.kill().unwrap();
    reading.wait().unwrap();
    assert_eq!(files(&out), old);

    // As soon as it has begun its first, second, third and fourth file.
    let mut interrupted = 0;
    for begun in 1..=4 {
        let mut child = start(&second, &out);
        while hidden_files(&out) < begun && child.try_wait().unwrap().is_none() {}
        child.kill().unwrap();
        interrupted += usize::from(!child.wait().unwrap().success());
        for (name, bytes) in files(&out) {
            assert!(bytes == old[&name] || bytes == new[&name], "{name} is not whole, killed at file {begun}");
        }
        // What it left behind would be counted for the next one.
        finish(start(&first, &out));
        assert_eq!(fs::read_dir(&out).unwrap().count(), old.len(), "a killed run's folder is still there");
    }
    assert!(interrupted > 0, "every run was faster than its end");
}

#[test]
fn two_runs_in_one_folder_leave_the_files_of_one() {
    let folder = tempfile::tempdir().unwrap();
    let inputs = ["first", "second"].map(|name| corpus(folder.path(), name, 300));
    let alone = inputs.each_ref().map(|input| {
        let out = tempfile::tempdir().unwrap();
        finish(start(input, out.path()));
        files(out.path())
    });
    for _ in 0..5 {
        let out = folder.path().join("out");
        let children = inputs.each_ref().map(|input| start(input, &out));
        children.into_iter().for_each(finish);
        assert!(alone.contains(&files(&out)), "the files of two runs are mixed");
        assert_eq!(fs::read_dir(&out).unwrap().count(), 4);
    }
}

/// A file system of so many bytes, taken away when it is dropped; `None` where this user may not have one.
struct SmallDisk(tempfile::TempDir);

impl SmallDisk {
    fn new(bytes: u32) -> Option<SmallDisk> {
        let folder = tempfile::tempdir().unwrap();
        let mount = Command::new("mount")
            .args(["-t", "tmpfs", "-o", &format!("size={bytes}"), "tmpfs"])
            .arg(folder.path())
            .stderr(Stdio::null())
            .status();
        mount.is_ok_and(|status| status.success()).then_some(SmallDisk(folder))
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg(self.0.path()).status();
    }
}

#[test]
fn a_full_disk_is_named_and_the_old_output_stays() {
    let Some(disk) = SmallDisk::new(256 * 1024) else {
        eprintln!("not tried: this user may not mount a small disk");
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    let out = disk.0.path().join("out");
    finish(start(&corpus(folder.path(), "small", 20), &out));
    let old = files(&out);
    let output = start(&corpus(folder.path(), "large", 3_000), &out).wait_with_output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(2), "{said}");
    assert!(said.contains("free some space") && said.contains("No space left"), "{said}");
    assert_eq!(files(&out), old);
    assert_eq!(fs::read_dir(&out).unwrap().count(), old.len(), "half-written files are still there");

    let list = disk.0.path().join("found.jsonl");
    let large = corpus(folder.path(), "large", 3_000);
    let arguments = ["extract", &large, "--rules", &biology(), "--output", list.to_str().unwrap(), "--quiet"];
    let output = papergraph(&arguments).assert().code(2).get_output().clone();
    assert!(String::from_utf8_lossy(&output.stderr).contains("No space left"));
    assert!(!list.exists());
}

#[test]
fn standard_output_on_a_full_disk_is_an_error() {
    let Ok(full) = fs::OpenOptions::new().write(true).open("/dev/full") else {
        return;
    };
    let output = Command::new(assert_cmd::cargo::cargo_bin!("papergraph"))
        .args(["extract", &biology_papers(), "--rules", &biology(), "--quiet"])
        .stdout(full)
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&output.stderr).contains("No space left"));
}

#[test]
fn a_folder_that_may_not_be_written_is_named() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().unwrap();
    let closed = folder.path().join("closed");
    fs::create_dir(&closed).unwrap();
    fs::set_permissions(&closed, fs::Permissions::from_mode(0o555)).unwrap();
    // Root may write anywhere but to the kernel's own folders.
    let is_root = fs::write(closed.join("probe"), "").is_ok();
    let out = if is_root { Path::new("/sys/kernel/papergraph").to_path_buf() } else { closed };
    let output = start(&biology_papers(), &out).wait_with_output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(2), "{said}");
    assert!(said.contains(out.to_str().unwrap()) && said.contains("choose another output folder"), "{said}");
}

#[test]
fn input_that_may_not_be_read_is_named() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().unwrap();
    let input = corpus(folder.path(), "closed", 1);
    fs::set_permissions(&input, fs::Permissions::from_mode(0o000)).unwrap();
    if fs::read(&input).is_ok() {
        eprintln!("not tried: this user may read every file");
        return;
    }
    let output = start(&input, &folder.path().join("out")).wait_with_output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(2), "{said}");
    assert!(said.contains("closed.jsonl") && said.contains("ermission denied"), "{said}");
}

#[test]
fn input_that_breaks_off_gives_what_came_before() {
    let mut child = Command::new(assert_cmd::cargo::cargo_bin!("papergraph"))
        .args(["extract", "-", "--rules", &biology()])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    stdin.write_all(b"{\"id\":\"1\",\"title\":\"On p53\"}\n{\"id\":\"2\",\"title\":\"On act").unwrap();
    drop(stdin);
    let output = child.wait_with_output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "{said}");
    assert_eq!(String::from_utf8_lossy(&output.stdout).lines().count(), 1);
    assert!(said.contains("standard input:2: broken JSON"), "{said}");
}
