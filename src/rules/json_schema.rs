//! JSON Schemas of the TOML files of a rules folder.
//!
//! Editors complete and check rule files with them (a first line `#:schema ./schemas/heads.json` tells them so), and
//! the [check](super::check) finds unknown, missing and misshapen keys with them, so that what is allowed is written
//! down once: in the serde types of the files.

use schemars::{JsonSchema, Schema as JsonSchemaDocument, SchemaGenerator};

use super::files::{AmbiguousFile, CueFile, HeadFile, PatternFile, StopFile};
use super::folder::FileKind;
use super::schema::Schema;

/// The schema of a kind of TOML file, if it is one that has a schema.
pub(super) fn json_schema(kind: FileKind<'_>) -> Option<serde_json::Value> {
    fn of<T: JsonSchema>() -> JsonSchemaDocument {
        SchemaGenerator::default().into_root_schema_for::<T>()
    }
    let schema = match kind {
        FileKind::Schema => of::<Schema>(),
        FileKind::Ambiguous => of::<AmbiguousFile>(),
        FileKind::Patterns => of::<PatternFile>(),
        FileKind::Cues => of::<CueFile>(),
        FileKind::Heads => of::<HeadFile>(),
        FileKind::Stop => of::<StopFile>(),
        FileKind::Lexicon(_) | FileKind::Table | FileKind::Ignored | FileKind::Unknown => {
            return None;
        }
    };
    Some(schema.to_value())
}

/// The JSON Schemas of all kinds of TOML rule files: name of the file in `rules/schemas/`, contents.
pub fn json_schemas() -> Vec<(&'static str, String)> {
    let kinds = [
        ("schema.json", FileKind::Schema),
        ("ambiguous.json", FileKind::Ambiguous),
        ("patterns.json", FileKind::Patterns),
        ("cues.json", FileKind::Cues),
        ("heads.json", FileKind::Heads),
        ("stop.json", FileKind::Stop),
    ];
    let text = |schema: serde_json::Value| format!("{schema:#}\n");
    kinds.into_iter().filter_map(|(file, kind)| Some((file, text(json_schema(kind)?)))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;
    use std::path::Path;

    /// Run with `PAPERGRAPH_UPDATE=1` to write the schemas anew after a change of the types.
    #[test]
    fn the_schemas_in_the_rules_folder_are_current() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("rules/schemas");
        for (file, schema) in json_schemas() {
            let path = folder.join(file);
            if std::env::var_os("PAPERGRAPH_UPDATE").is_some() {
                fs::create_dir_all(&folder).unwrap();
                fs::write(&path, &schema).unwrap();
            }
            let kept = fs::read_to_string(&path).unwrap_or_default();
            assert!(kept == schema, "{file} is not current; run this test with PAPERGRAPH_UPDATE=1");
        }
    }
}
