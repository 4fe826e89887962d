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
    let is_known = |licence: &str| {
        let licence = licence.trim().trim_matches(['(', ')']);
        PERMISSIVE.contains(&licence) || licence.starts_with("Unicode-")
    };
    // "A AND (B OR C)" is the one nested form in use: every part joined by AND must leave a choice.
    let all_of = |part: &str| part.split(" AND ").all(|part| part.split(" OR ").any(is_known));
    expression.contains('(') && all_of(expression) || expression.replace('/', " OR ").split(" OR ").any(all_of)
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
