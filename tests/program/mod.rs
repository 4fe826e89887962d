//! What the tests that run the program share.
#![allow(dead_code, reason = "each test uses a part of it")]

use std::fs;
use std::path::Path;

use assert_cmd::Command;

/// The program, without what the environment could change about it.
pub fn papergraph(arguments: &[&str]) -> Command {
    let mut command = Command::new(assert_cmd::cargo::cargo_bin!("papergraph"));
    command.args(arguments).env_remove("NO_COLOR");
    command
}

/// Standard output of a run that must succeed.
pub fn stdout(arguments: &[&str]) -> String {
    let output = papergraph(arguments).assert().success().get_output().clone();
    String::from_utf8(output.stdout).unwrap()
}

/// Standard error of a run that must end with the given exit code.
pub fn stderr(arguments: &[&str], code: i32) -> String {
    let output = papergraph(arguments).assert().code(code).get_output().clone();
    String::from_utf8(output.stderr).unwrap()
}

/// Writes a file into a folder; gives its path.
pub fn write(folder: &Path, name: &str, contents: &str) -> String {
    let path = folder.join(name);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(&path, contents).unwrap();
    path.to_str().unwrap().to_owned()
}

/// Path of a file of the repository.
pub fn repository(path: &str) -> String {
    format!("{}/{path}", env!("CARGO_MANIFEST_DIR"))
}

/// The rules for biology: small, and without weights, so that what they find changes only when they do.
pub fn biology() -> String {
    repository("tests/fixtures/biology")
}

/// The papers on biology.
pub fn biology_papers() -> String {
    repository("tests/fixtures/biology-papers.jsonl")
}
