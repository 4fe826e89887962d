//! From the files of a rules folder to their contents, with upper folders laid over lower ones.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use rustc_hash::FxHashMap;
use serde::de::DeserializeOwned;

use super::files::{AmbiguousFile, Cue, CueFile, Head, HeadFile, LexiconRow, Pattern, PatternFile, StopFile};
use super::folder::{FileKind, RuleError, RuleFolder};
use super::known_names::KnownNames;
use super::lexicon::Lexicon;
use super::problem::Problem;
use super::schema::{EntityType, Relation, Schema, TypeId};
use super::table::Table;

/// Everything in a rules folder, as it is written.
#[derive(Clone, Debug, Default)]
pub struct RuleFiles {
    /// `schema.toml`
    pub schema: Schema,
    /// `lexicon/*.csv`, in the order of the types in the schema; types without a file are left out.
    pub lexicons: Vec<(TypeId, KnownNames)>,
    /// `ambiguous.toml`
    pub ambiguous: AmbiguousFile,
    /// `patterns/*.toml`, by file name and place in the file
    pub patterns: Vec<Pattern>,
    /// `cues/*.toml`, by file name and place in the file
    pub cues: Vec<Cue>,
    /// `heads.toml`
    pub heads: Vec<Head>,
    /// `stop.toml`
    pub stop: StopFile,
    /// `weights.toml` and `tables/*.csv` by path relative to the folder, unread
    pub tables: BTreeMap<String, Table>,
}

/// What has an id, or a name that serves as one.
trait Identified {
    fn id(&self) -> &str;
}

macro_rules! identified {
    ($($kind:ty: $field:ident),*) => {
        $(impl Identified for $kind {
            fn id(&self) -> &str {
                &self.$field
            }
        })*
    };
}

identified!(EntityType: id, Relation: id, Pattern: id, Cue: id, Head: id, LexiconRow: name);

impl RuleFolder {
    /// The contents of all files.
    ///
    /// Stops at the first mistake that makes a file unreadable; [`check`](super::check) finds all mistakes.
    ///
    /// # Errors
    /// [`RuleError::NoSchema`] without a `schema.toml`, [`RuleError::Invalid`] with the place of the mistake if a
    /// file is not UTF-8, not TOML or CSV, or not built as the rule language says.
    pub fn parse(&self) -> Result<RuleFiles, RuleError> {
        let mut rules = RuleFiles::default();
        let mut has_schema = false;
        for layer in &self.layers {
            if let Some(bytes) = layer.files.get("schema.toml") {
                let schema: Schema = read_toml(&layer.display("schema.toml"), bytes)?;
                merge(&mut rules.schema.types, schema.types);
                merge(&mut rules.schema.relations, schema.relations);
                has_schema = true;
            }
        }
        if !has_schema {
            return Err(RuleError::NoSchema { folder: self.origins() });
        }
        let mut lexicons: BTreeMap<TypeId, KnownNames> = BTreeMap::new();
        for layer in &self.layers {
            // The rules of all files of a layer are one list, so that two files of one layer do not replace rules of
            // one another.
            let (mut patterns, mut cues) = (Vec::new(), Vec::new());
            for (path, bytes) in &layer.files {
                let file = layer.display(path);
                match FileKind::of(path) {
                    FileKind::Lexicon(id) => {
                        let entity_type = rules.schema.types.iter().position(|t| t.id == id);
                        let Some(entity_type) = entity_type.and_then(|index| u8::try_from(index).ok()) else {
                            let source = read_text(&file, bytes)?;
                            let message = format!("no type in schema.toml has the id `{id}`");
                            return Err(Problem::error(&file, source, 0..0, message).into());
                        };
                        let names = match layer.packed(path) {
                            Some(packed) => KnownNames::embedded(packed),
                            None => read_lexicon(&file, bytes)?,
                        };
                        match lexicons.entry(TypeId(entity_type)) {
                            Entry::Vacant(first) => drop(first.insert(names)),
                            Entry::Occupied(mut lower) => {
                                let mut rows = lower.get().rows();
                                merge(&mut rows, names.rows());
                                lower.insert(KnownNames::new(&rows));
                            }
                        }
                    }
                    FileKind::Ambiguous => {
                        rules.ambiguous.names.extend(read_toml::<AmbiguousFile>(&file, bytes)?.names);
                    }
                    FileKind::Patterns => {
                        patterns.extend(read_toml::<PatternFile>(&file, bytes)?.patterns);
                    }
                    FileKind::Cues => cues.extend(read_toml::<CueFile>(&file, bytes)?.cues),
                    FileKind::Heads => {
                        merge(&mut rules.heads, read_toml::<HeadFile>(&file, bytes)?.heads);
                    }
                    FileKind::Stop => rules.stop.append(read_toml(&file, bytes)?),
                    FileKind::Table => {
                        rules.tables.insert(path.clone(), layer.table(path, bytes.clone()));
                    }
                    FileKind::Schema | FileKind::Ignored | FileKind::Unknown => {}
                }
            }
            merge(&mut rules.patterns, patterns);
            merge(&mut rules.cues, cues);
        }
        rules.lexicons = lexicons.into_iter().collect();
        Ok(rules)
    }
}

impl StopFile {
    /// Joins the lists of another file to these.
    fn append(&mut self, upper: StopFile) {
        self.function_words.extend(upper.function_words);
        self.praise.extend(upper.praise);
        self.praise_in_terms.extend(upper.praise_in_terms);
        self.empty_nouns.extend(upper.empty_nouns);
        self.terms.extend(upper.terms);
        self.abbreviations.extend(upper.abbreviations);
        self.examples.extend(upper.examples);
    }
}

/// Lays `upper` over `lower`: an item replaces the one with the same id in its place, others are appended.
fn merge<T: Identified>(lower: &mut Vec<T>, upper: Vec<T>) {
    if lower.is_empty() {
        *lower = upper;
        return;
    }
    let places: FxHashMap<String, usize> =
        lower.iter().enumerate().map(|(place, item)| (item.id().to_owned(), place)).collect();
    for item in upper {
        match places.get(item.id()) {
            Some(&place) => lower[place] = item,
            None => lower.push(item),
        }
    }
}

/// The bytes of a rule file as text.
pub(super) fn read_text<'a>(file: &str, bytes: &'a [u8]) -> Result<&'a str, Box<Problem>> {
    std::str::from_utf8(bytes).map_err(|error| {
        let readable = String::from_utf8_lossy(bytes);
        let at = error.valid_up_to();
        let span = at..at + '\u{fffd}'.len_utf8();
        let problem = Problem::error(file, &readable, span, "not UTF-8");
        Box::new(problem.with_help("save the file with the encoding UTF-8"))
    })
}

/// The names in a lexicon.
fn read_lexicon(file: &str, bytes: &[u8]) -> Result<KnownNames, Box<Problem>> {
    let (lexicon, problems) = Lexicon::parse(file, read_text(file, bytes)?);
    match problems.into_iter().next() {
        Some(problem) => Err(Box::new(problem)),
        None => Ok(KnownNames::new(&lexicon.rows)),
    }
}

/// The contents of a TOML file.
fn read_toml<T: DeserializeOwned>(file: &str, bytes: &[u8]) -> Result<T, Box<Problem>> {
    let source = read_text(file, bytes)?;
    toml::from_str(source).map_err(|error| {
        let span = error.span().unwrap_or(0..0);
        Box::new(Problem::error(file, source, span, error.message()))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;
    use std::path::Path;

    fn folder(files: &[(&str, &str)]) -> (tempfile::TempDir, RuleFolder) {
        let folder = tempfile::tempdir().unwrap();
        for (path, contents) in files {
            let path = folder.path().join(path);
            fs::create_dir_all(path.parent().unwrap_or(Path::new("."))).unwrap();
            fs::write(path, contents).unwrap();
        }
        let rules = RuleFolder::read(folder.path()).unwrap();
        (folder, rules)
    }

    const SCHEMA: &str = "[[type]]\nid='a'\nlabel='A'\nplural='As'\ncolor='#000000'\ndescription=''\n\
        [[relation]]\nid='r'\nlabel='r'\ncolor='#000000'\ndescription=''\n";

    #[test]
    fn the_embedded_rules_load() {
        let rules = RuleFolder::embedded().parse().unwrap();
        assert!(!rules.schema.types.is_empty());
    }

    #[test]
    fn upper_folders_replace_by_id_and_append_otherwise() {
        let head = |id: &str, word: &str| format!("[[head]]\nid='{id}'\ntype='A'\nwords=['{word}']\nexamples=[]\n");
        let (_lower, lower) = folder(&[
            ("schema.toml", SCHEMA),
            ("lexicon/a.csv", "name,aliases\nX,one\nY,two\n"),
            ("heads.toml", &(head("h1", "old") + &head("h2", "kept"))),
            ("stop.toml", "praise=['novel']"),
            ("weights.toml", "lower"),
        ]);
        let (_upper, upper) = folder(&[
            ("lexicon/a.csv", "name,aliases\nZ,three\nX,four\n"),
            ("heads.toml", &head("h1", "new")),
            ("stop.toml", "praise=['new']"),
            ("weights.toml", "upper"),
        ]);
        let rules = lower.overlay(upper).parse().unwrap();
        let rows = rules.lexicons[0].1.rows();
        let rows: Vec<_> = rows.iter().map(|row| (row.name.as_str(), row.aliases.as_str())).collect();
        assert_eq!(rows, [("X", "four"), ("Y", "two"), ("Z", "three")]);
        assert_eq!(rules.heads.iter().map(|head| head.words[0].as_str()).collect::<Vec<_>>(), ["new", "kept"]);
        assert_eq!(rules.stop.praise, ["novel", "new"]);
        assert_eq!(rules.tables["weights.toml"].csv(), b"upper");
    }

    #[test]
    fn errors_carry_file_line_and_column() {
        let message = |files: &[(&str, &str)]| folder(files).1.parse().unwrap_err().to_string();
        assert!(message(&[]).contains("no schema.toml"));
        let error = message(&[("schema.toml", SCHEMA), ("heads.toml", "[[head]]\nidd='x'\n")]);
        assert!(error.contains("/heads.toml:2:1: unknown field `idd`"), "{error}");
        let error = message(&[("schema.toml", SCHEMA), ("lexicon/b.csv", "name\n")]);
        assert!(error.contains("/lexicon/b.csv:1:1: no type in schema.toml has the id `b`"), "{error}");
        let error = message(&[("schema.toml", "x = [\n")]);
        assert!(error.contains("/schema.toml:"), "{error}");
    }

    #[test]
    fn text_that_is_not_utf8_is_named() {
        let problem = read_text("f", b"ab\ncd\xff").unwrap_err();
        assert_eq!((problem.line, problem.column), (2, 3));
    }
}
