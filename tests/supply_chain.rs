//! What the program is built from: crates with permissive licences, from the registry alone.
//!
//! `deny.toml` says the same to `cargo deny`, which also knows of advisories; this needs nothing installed.

use std::path::Path;
use std::process::Command;

use serde_json::Value;

/// Licences that ask for no more than to be named.
const PERMISSIVE: [&str; 12] = [
    "0BSD",
    "Apache-2.0",
    "Apache-2.0 WITH LLVM-exception",
    "BSD-2-Clause",
    "BSD-3-Clause",
    "BSL-1.0",
    "CC0-1.0",
    "ISC",
    "MIT",
    "MIT-0",
    "Unlicense",
    "Zlib",
];

fn output(program: &str, arguments: &[&str]) -> String {
    let output = Command::new(program).args(arguments).current_dir(env!("CARGO_MANIFEST_DIR")).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

/// Does a licence expression leave a choice of permissive licences alone?
fn is_permissive(expression: &str) -> bool {
    let expression = expression.trim();
    // OR binds less than AND.
    if let Some((left, right)) = split_outside_brackets(expression, " OR ").or_else(|| expression.split_once('/')) {
        return is_permissive(left) || is_permissive(right);
    }
    if let Some((left, right)) = split_outside_brackets(expression, " AND ") {
        return is_permissive(left) && is_permissive(right);
    }
    match expression.strip_prefix('(').and_then(|inside| inside.strip_suffix(')')) {
        Some(inside) => is_permissive(inside),
        None => PERMISSIVE.contains(&expression) || expression.starts_with("Unicode-"),
    }
}

/// What stands before and after the first `word` that is not in brackets.
fn split_outside_brackets<'e>(expression: &'e str, word: &str) -> Option<(&'e str, &'e str)> {
    let at = expression.match_indices(word).map(|(at, _)| at).find(|&at| {
        let before = &expression[..at];
        before.matches('(').count() == before.matches(')').count()
    })?;
    Some((&expression[..at], &expression[at + word.len()..]))
}

/// The licence of a crate that names none but holds its text.
fn licence_in_file(package: &Value) -> String {
    let read = || {
        let folder = Path::new(package["manifest_path"].as_str()?).parent()?;
        std::fs::read_to_string(folder.join(package["license_file"].as_str()?)).ok()
    };
    match read() {
        Some(text) if text.trim_start().starts_with("MIT License") => "MIT".to_owned(),
        _ => String::new(),
    }
}

#[test]
fn all_crates_are_permissive_and_from_the_registry() {
    let about = output("rustc", &["-vV"]);
    let host = about.lines().find_map(|line| line.strip_prefix("host: ")).unwrap();
    let arguments = ["metadata", "--format-version", "1", "--locked", "--offline", "--filter-platform", host];
    let metadata: Value = serde_json::from_str(&output(env!("CARGO"), &arguments)).unwrap();
    let packages = metadata["packages"].as_array().unwrap();
    assert!(packages.len() > 20);
    for package in packages {
        let name = &package["name"];
        let licence = package["license"].as_str().map_or_else(|| licence_in_file(package), str::to_owned);
        assert!(is_permissive(&licence), "{name} has the licence \"{licence}\"");
        if let Some(source) = package["source"].as_str() {
            assert!(source.starts_with("registry+"), "{name} comes from {source}");
        }
    }
}

#[test]
fn licences_are_understood() {
    for permissive in ["MIT", "MIT OR Apache-2.0", "MIT/GPL-2.0", "(MIT OR Apache-2.0) AND Unicode-3.0"] {
        assert!(is_permissive(permissive), "{permissive}");
    }
    for other in ["", "GPL-3.0", "MIT AND GPL-3.0", "(MIT OR Apache-2.0) AND GPL-3.0", "MPL-2.0"] {
        assert!(!is_permissive(other), "{other}");
    }
}
