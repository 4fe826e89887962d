//! Packs the lexicons and the large tables of the embedded rules, so that the program need not read their CSV at each
//! start.
//!
//! Runs again, and so builds the crate again, when a file of the default rules changes, appears or goes: they are
//! embedded in the library.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs, io};

// Parts of the library that know nothing of the rest of it; only some of what they offer is needed here.
#[allow(dead_code, unused_imports)]
mod rules;
#[allow(dead_code, unused_imports)]
mod text;

fn main() -> io::Result<()> {
    println!("cargo::rerun-if-changed=rules");
    let folder = |variable| env::var_os(variable).map(PathBuf::from).ok_or(io::ErrorKind::NotFound);
    pack_files(&folder("CARGO_MANIFEST_DIR")?.join("rules"), &folder("OUT_DIR")?)
}

/// Packs every file that is used packed, and lists them in `packed.rs`.
fn pack_files(rules: &Path, out: &Path) -> io::Result<()> {
    let mut paths: Vec<String> = Vec::new();
    for folder in ["lexicon", "tables"] {
        for entry in fs::read_dir(rules.join(folder))? {
            paths.extend(entry?.file_name().into_string().map(|name| format!("{folder}/{name}")));
        }
    }
    paths.sort();
    let mut list = String::from("static PACKED: &[(&str, &[u8])] = &[\n");
    for path in paths {
        let csv = fs::read(rules.join(&path))?;
        let packed = if path.starts_with("lexicon/") {
            rules::packed::pack_lexicon(&csv)
        } else {
            rules::packed::pack(&path, &csv)
        };
        if let Some(packed) = packed {
            let file = path.replace('/', "-") + ".packed";
            fs::write(out.join(&file), packed)?;
            // Writing to a string does not fail.
            let _ =
                writeln!(list, "    ({path:?}, include_bytes!(concat!(env!(\"OUT_DIR\"), {:?}))),", format!("/{file}"));
        }
    }
    list.push_str("];\n");
    fs::write(out.join("packed.rs"), list)
}
