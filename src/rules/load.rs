//! Loading rule files (to be replaced).

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::path::Path;

use super::{AmbiguousFile, Cue, CueFile, Head, HeadFile, LexiconRow, Pattern, PatternFile, Schema, StopFile, TypeId};

/// Everything in a rules folder.
#[derive(Clone, Debug, Default)]
pub struct RuleFiles {
    /// Types and relations.
    pub schema: Schema,
    /// Lexicons.
    pub lexicons: Vec<(TypeId, Vec<LexiconRow>)>,
    /// Decisions.
    pub ambiguous: AmbiguousFile,
    /// Patterns.
    pub patterns: Vec<Pattern>,
    /// Cues.
    pub cues: Vec<Cue>,
    /// Heads.
    pub heads: Vec<Head>,
    /// Stop lists.
    pub stop: StopFile,
    /// Tables.
    pub tables: BTreeMap<String, Cow<'static, [u8]>>,
}

impl RuleFiles {
    /// Reads a folder.
    pub fn read(folder: &Path) -> anyhow::Result<Self> {
        let text = |name: &str| std::fs::read_to_string(folder.join(name)).unwrap_or_default();
        let mut files = Self { schema: toml::from_str(&text("schema.toml"))?, ..Self::default() };
        for (n, t) in files.schema.types.iter().enumerate() {
            let mut reader = csv::Reader::from_reader(text(&format!("lexicon/{}.csv", t.id)).into_bytes().leak() as &[u8]);
            let rows: Result<Vec<LexiconRow>, _> = reader.deserialize().collect();
            files.lexicons.push((TypeId(n as u8), rows?));
        }
        files.ambiguous = toml::from_str(&text("ambiguous.toml"))?;
        files.heads = toml::from_str::<HeadFile>(&text("heads.toml"))?.heads;
        files.stop = toml::from_str(&text("stop.toml"))?;
        for f in ["type", "relation"] {
            files.cues.extend(toml::from_str::<CueFile>(&text(&format!("cues/{f}.toml")))?.cues);
        }
        let mut names: Vec<_> = std::fs::read_dir(folder.join("patterns")).map(|d| d.flatten().map(|e| e.path()).collect()).unwrap_or_default();
        names.sort();
        for path in names {
            files.patterns.extend(toml::from_str::<PatternFile>(&std::fs::read_to_string(path)?)?.patterns);
        }
        for dir in ["tables", "weights"] {
            for entry in std::fs::read_dir(folder.join(dir)).into_iter().flatten().flatten() {
                files.tables.insert(format!("{dir}/{}", entry.file_name().to_string_lossy()), Cow::Owned(std::fs::read(entry.path())?));
            }
        }
        if let Ok(bytes) = std::fs::read(folder.join("weights.toml")) {
            files.tables.insert("weights.toml".into(), Cow::Owned(bytes));
        }
        Ok(files)
    }
}
