//! A rules folder as files: embedded, read from a disk, or several laid over one another.
//!
//! Only the names that the rule language knows are read (see [`FileKind`]); everything else is noted, for the check
//! to warn of. Links may point to files inside of the folder only, so that a folder from elsewhere cannot have other
//! files read and shown in messages.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use include_dir::{Dir, include_dir};

use super::problem::Problem;
use super::table::Table;

static EMBEDDED: Dir<'static> = include_dir!("$CARGO_MANIFEST_DIR/rules");

// `PACKED`: path of each embedded file that is packed, and what it is packed to.
include!(concat!(env!("OUT_DIR"), "/packed.rs"));

/// Why rules cannot be loaded.
#[derive(Debug, thiserror::Error)]
pub enum RuleError {
    /// A file or folder cannot be read.
    #[error("cannot read {path}: {source}", path = path.display())]
    Read {
        /// The file or folder.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// A link points outside of the rules folder.
    #[error("{path} is a link to a place outside of the rules folder; put a copy of the file there instead", path = path.display())]
    Outside {
        /// The link.
        path: PathBuf,
    },
    /// There is no `schema.toml`.
    #[error(
        "no schema.toml in {folder}: it declares the types and relations; to add to the default rules, use `--rules +{folder}`"
    )]
    NoSchema {
        /// The folder.
        folder: String,
    },
    /// A file is not as it should be.
    #[error("{0}")]
    Invalid(Box<Problem>),
}

impl From<Box<Problem>> for RuleError {
    fn from(problem: Box<Problem>) -> RuleError {
        RuleError::Invalid(problem)
    }
}

impl From<Problem> for RuleError {
    fn from(problem: Problem) -> RuleError {
        RuleError::Invalid(Box::new(problem))
    }
}

/// What a file of a rules folder is for, as its name tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FileKind<'a> {
    /// `schema.toml`
    Schema,
    /// `lexicon/<type id>.csv`, with the id
    Lexicon(&'a str),
    /// `ambiguous.toml`
    Ambiguous,
    /// `patterns/*.toml`
    Patterns,
    /// `cues/*.toml`
    Cues,
    /// `heads.toml`
    Heads,
    /// `stop.toml`
    Stop,
    /// `weights.toml` and `tables/*.csv`: numbers, read by those who use them
    Table,
    /// Files for people and editors: Markdown, licences, JSON Schemas, hidden files
    Ignored,
    /// Anything else
    Unknown,
}

impl FileKind<'_> {
    /// The kind of the file at `path`, relative to the rules folder, with `/` between its parts.
    pub fn of(path: &str) -> FileKind<'_> {
        let (folder, name) = path.split_once('/').unwrap_or(("", path));
        let hidden = path.split('/').any(|part| part.starts_with('.'));
        if hidden || (folder.is_empty() && (name.ends_with(".md") || name.starts_with("LICENSE"))) {
            return FileKind::Ignored;
        }
        let stem = |ending| name.strip_suffix(ending).filter(|stem| !stem.is_empty() && !stem.contains('/'));
        match (folder, name) {
            ("", "schema.toml") => FileKind::Schema,
            ("", "ambiguous.toml") => FileKind::Ambiguous,
            ("", "heads.toml") => FileKind::Heads,
            ("", "stop.toml") => FileKind::Stop,
            ("", "weights.toml") => FileKind::Table,
            ("schemas", _) => FileKind::Ignored,
            ("lexicon", _) => stem(".csv").map_or(FileKind::Unknown, FileKind::Lexicon),
            ("patterns", _) => stem(".toml").map_or(FileKind::Unknown, |_| FileKind::Patterns),
            ("cues", _) => stem(".toml").map_or(FileKind::Unknown, |_| FileKind::Cues),
            ("tables", _) => stem(".csv").map_or(FileKind::Unknown, |_| FileKind::Table),
            _ => FileKind::Unknown,
        }
    }

    /// Is a file of this kind read?
    fn is_read(self) -> bool {
        !matches!(self, FileKind::Ignored | FileKind::Unknown)
    }
}

/// The folders inside of a rules folder that hold rules.
const SUBFOLDERS: [&str; 4] = ["lexicon", "patterns", "cues", "tables"];

/// One folder of a [`RuleFolder`].
#[derive(Clone, Debug)]
pub(super) struct Layer {
    /// The folder as the user named it; empty for the embedded rules.
    origin: String,
    /// The rule files by path relative to the folder.
    pub(super) files: BTreeMap<String, Cow<'static, [u8]>>,
    /// Relative paths of files and folders that the rule language does not know.
    pub(super) unknown: Vec<String>,
    /// Those of the files that the build script packed, by path.
    packed: &'static [(&'static str, &'static [u8])],
}

impl Layer {
    /// Rule files that come from no folder.
    pub(super) fn new(files: BTreeMap<String, Cow<'static, [u8]>>) -> Layer {
        Layer { origin: String::new(), files, unknown: Vec::new(), packed: &[] }
    }

    /// The file at the relative `path` as messages name it.
    pub(super) fn display(&self, path: &str) -> String {
        match self.origin.as_str() {
            "" => path.to_owned(),
            origin if origin.ends_with('/') => format!("{origin}{path}"),
            origin => format!("{origin}/{path}"),
        }
    }

    /// The table at the relative `path`, with the contents of that file.
    pub(super) fn table(&self, path: &str, contents: Cow<'static, [u8]>) -> Table {
        Table::new(contents, self.packed(path))
    }

    /// The file at the relative `path` as the build script packed it, if it did.
    pub(super) fn packed(&self, path: &str) -> Option<&'static [u8]> {
        self.packed.iter().find(|(of, _)| *of == path).map(|(_, packed)| *packed)
    }
}

/// The files of one rules folder, or of several laid over one another.
#[derive(Clone, Debug)]
pub struct RuleFolder {
    pub(super) layers: Vec<Layer>,
}

impl RuleFolder {
    /// The default rules, embedded in the program.
    pub fn embedded() -> RuleFolder {
        let mut layer = Layer { packed: PACKED, ..Layer::new(BTreeMap::new()) };
        let folders = std::iter::once(&EMBEDDED).chain(EMBEDDED.dirs());
        for file in folders.flat_map(Dir::files) {
            let path = file.path().to_string_lossy().replace('\\', "/");
            if FileKind::of(&path).is_read() {
                layer.files.insert(path, Cow::Borrowed(file.contents()));
            }
        }
        RuleFolder { layers: vec![layer] }
    }

    /// The rules in the folder at `path`.
    ///
    /// # Errors
    /// [`RuleError::Read`] if a file cannot be read, [`RuleError::Outside`] if a link leaves the folder.
    pub fn read(path: &Path) -> Result<RuleFolder, RuleError> {
        let root = path.canonicalize().map_err(|source| RuleError::Read { path: path.to_owned(), source })?;
        let origin = path.to_string_lossy().replace('\\', "/");
        let mut layer = Layer { origin, ..Layer::new(BTreeMap::new()) };
        layer.read_folder(path, &root, "")?;
        Ok(RuleFolder { layers: vec![layer] })
    }

    /// These rules with others laid over them: rules, rows, types and relations of `upper` replace those with the
    /// same id or name and are appended otherwise, lists of words are joined, tables replaced as whole files.
    #[must_use]
    pub fn overlay(mut self, upper: RuleFolder) -> RuleFolder {
        self.layers.extend(upper.layers);
        self
    }

    /// The names of the folders, for messages.
    pub(super) fn origins(&self) -> String {
        let name = |layer: &Layer| {
            if layer.origin.is_empty() { "the default rules".to_owned() } else { layer.origin.clone() }
        };
        self.layers.iter().map(name).collect::<Vec<_>>().join(" + ")
    }
}

impl Layer {
    /// Reads the files in `folder`, whose path inside of the rules folder `root` is `prefix`, and those in the known
    /// subfolders. Folders are never more than one deep, so links in a circle come to an end.
    fn read_folder(&mut self, folder: &Path, root: &Path, prefix: &str) -> Result<(), RuleError> {
        let unreadable = |path: &Path| {
            let path = path.to_owned();
            move |source| RuleError::Read { path, source }
        };
        let mut entries: Vec<PathBuf> = fs::read_dir(folder)
            .and_then(|entries| entries.map(|entry| entry.map(|entry| entry.path())).collect())
            .map_err(unreadable(folder))?;
        entries.sort();
        for path in entries {
            let Some(name) = path.file_name().map(|name| name.to_string_lossy().into_owned()) else {
                continue;
            };
            let relative = format!("{prefix}{name}");
            let subfolder = prefix.is_empty() && SUBFOLDERS.contains(&name.as_str());
            let kind = FileKind::of(&relative);
            if !subfolder && !kind.is_read() {
                if kind == FileKind::Unknown && !(prefix.is_empty() && name == "schemas") {
                    self.unknown.push(relative);
                }
                continue;
            }
            let target = path.canonicalize().map_err(unreadable(&path))?;
            if !target.starts_with(root) {
                return Err(RuleError::Outside { path });
            }
            if subfolder && target.is_dir() {
                self.read_folder(&path, root, &format!("{name}/"))?;
            } else if target.is_file() {
                let contents = fs::read(&target).map_err(unreadable(&path))?;
                self.files.insert(relative, Cow::Owned(contents));
            } else {
                self.unknown.push(relative);
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_follow_from_paths() {
        assert_eq!(FileKind::of("schema.toml"), FileKind::Schema);
        assert_eq!(FileKind::of("lexicon/model.csv"), FileKind::Lexicon("model"));
        assert_eq!(FileKind::of("lexicon/.csv"), FileKind::Ignored);
        assert_eq!(FileKind::of("lexicon/a/b.csv"), FileKind::Unknown);
        assert_eq!(FileKind::of("lexicon/model.txt"), FileKind::Unknown);
        assert_eq!(FileKind::of("cues/type.toml"), FileKind::Cues);
        assert_eq!(FileKind::of("schemas/cues.json"), FileKind::Ignored);
        assert_eq!(FileKind::of("README.md"), FileKind::Ignored);
        assert_eq!(FileKind::of("head.toml"), FileKind::Unknown);
    }

    #[test]
    fn reads_known_files_and_notes_others() {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir_all(folder.path().join("lexicon")).unwrap();
        fs::create_dir_all(folder.path().join("other")).unwrap();
        for name in ["schema.toml", "lexicon/model.csv", "heds.toml", ".hidden", "README.md"] {
            fs::write(folder.path().join(name), name).unwrap();
        }
        let rules = RuleFolder::read(folder.path()).unwrap();
        let layer = &rules.layers[0];
        assert_eq!(layer.files.keys().collect::<Vec<_>>(), ["lexicon/model.csv", "schema.toml"]);
        assert_eq!(layer.unknown, ["heds.toml", "other"]);
        assert!(layer.display("schema.toml").ends_with("/schema.toml"));
    }

    #[test]
    fn a_missing_folder_is_an_error_that_names_it() {
        let error = RuleFolder::read(Path::new("no/such/folder")).unwrap_err();
        assert!(error.to_string().contains("no/such/folder"), "{error}");
    }

    #[cfg(unix)]
    #[test]
    fn links_may_not_leave_the_folder_and_circles_end() {
        use std::os::unix::fs::symlink;
        let outside = tempfile::tempdir().unwrap();
        fs::write(outside.path().join("secret.toml"), "x").unwrap();
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path();
        fs::write(root.join("schema.toml"), "").unwrap();
        symlink(root, root.join("lexicon")).unwrap();
        symlink("schema.toml", root.join("heads.toml")).unwrap();
        let rules = RuleFolder::read(root).unwrap();
        assert_eq!(rules.layers[0].files.keys().collect::<Vec<_>>(), ["heads.toml", "schema.toml"]);
        symlink(outside.path().join("secret.toml"), root.join("stop.toml")).unwrap();
        assert!(matches!(RuleFolder::read(root), Err(RuleError::Outside { .. })));
    }
}
