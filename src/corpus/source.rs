//! Where papers come from: files, the files of folders, standard input, bytes in memory.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::format::{Ending, ending};
use super::{CorpusError, Skipped};

/// One input of a run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Source {
    /// A file, or a folder, which means the files in it and in its folders, by name.
    Path(PathBuf),
    /// Standard input.
    Stdin,
    /// Bytes that are there already, such as a sample corpus inside the program.
    Memory {
        /// Name of the bytes in messages; its ending tells the format as a file's does.
        name: String,
        /// The bytes, compressed or not.
        bytes: Cow<'static, [u8]>,
    },
}

/// The files of a folder that papers can be read from, in the order of their names, folders at their place among the
/// files. Hidden files are passed over; files of other kinds and what cannot be read are noted. A folder that links
/// lead to twice is read once, so links in a circle do no harm.
pub(super) fn files_of_folder(folder: &Path, notes: &mut Vec<Skipped>) -> Result<Vec<PathBuf>, CorpusError> {
    let mut walk = Walk { visited: BTreeSet::new(), files: Vec::new(), notes };
    walk.folder(folder).map_err(|source| CorpusError::Unreadable { name: folder.display().to_string(), source })?;
    if walk.files.is_empty() {
        return Err(CorpusError::NothingInFolder { path: folder.to_path_buf() });
    }
    Ok(walk.files)
}

struct Walk<'n> {
    visited: BTreeSet<PathBuf>,
    files: Vec<PathBuf>,
    notes: &'n mut Vec<Skipped>,
}

impl Walk<'_> {
    fn folder(&mut self, folder: &Path) -> io::Result<()> {
        // Folders still to be read, the next one last: no recursion, however deep they are.
        let mut to_visit = vec![folder.to_path_buf()];
        let mut is_first = true;
        while let Some(path) = to_visit.pop() {
            if !path.is_dir() {
                self.file(path);
                continue;
            }
            let entries = self.entries(&path);
            match entries {
                Ok(entries) => to_visit.extend(entries.into_iter().rev()),
                Err(error) if is_first => return Err(error),
                Err(error) => self.note(&path, format!("cannot be read: {error}")),
            }
            is_first = false;
        }
        Ok(())
    }

    /// What a folder holds, by name; nothing if it was visited before.
    fn entries(&mut self, folder: &Path) -> io::Result<Vec<PathBuf>> {
        if !self.visited.insert(fs::canonicalize(folder)?) {
            return Ok(Vec::new());
        }
        let mut entries = Vec::new();
        for entry in fs::read_dir(folder)? {
            let entry = entry?;
            if !entry.file_name().as_encoded_bytes().starts_with(b".") {
                entries.push(entry.path());
            }
        }
        entries.sort();
        Ok(entries)
    }

    fn file(&mut self, path: PathBuf) {
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        match fs::metadata(&path) {
            Err(error) => self.note(&path, format!("left out, it cannot be read: {error}")),
            Ok(metadata) if !metadata.is_file() => {
                self.note(&path, "left out, it is no regular file".into());
            }
            // In a folder a file without any ending may be anything.
            Ok(_) if ending(&name) == Ending::Unknown || !name.contains('.') => {
                self.note(&path, "left out, its ending is of no format that papergraph reads".into());
            }
            Ok(_) => self.files.push(path),
        }
    }

    fn note(&mut self, path: &Path, reason: String) {
        self.notes.push(Skipped { file: path.display().to_string(), line: 0, reason });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_means_its_files_by_name() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path();
        fs::create_dir_all(root.join("b/deep")).unwrap();
        for file in ["c.jsonl", "a.csv.gz", "b/deep/x.bib", ".hidden.csv", "notes.md", "b/LICENSE"] {
            fs::write(root.join(file), "").unwrap();
        }
        let mut notes = Vec::new();
        let files = files_of_folder(root, &mut notes).unwrap();
        let names: Vec<_> = files.iter().map(|file| file.strip_prefix(root).unwrap().to_str().unwrap()).collect();
        assert_eq!(names, ["a.csv.gz", "b/deep/x.bib", "c.jsonl"]);
        assert_eq!(notes.len(), 2);
    }

    #[cfg(unix)]
    #[test]
    fn links_in_a_circle_end() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path();
        fs::create_dir(root.join("a")).unwrap();
        fs::write(root.join("a/x.csv"), "").unwrap();
        std::os::unix::fs::symlink(root, root.join("a/up")).unwrap();
        std::os::unix::fs::symlink(root.join("nowhere"), root.join("broken.csv")).unwrap();
        let mut notes = Vec::new();
        assert_eq!(files_of_folder(root, &mut notes).unwrap(), [root.join("a/x.csv")]);
        assert_eq!(notes.len(), 1);
    }

    #[test]
    fn a_folder_without_papers_is_an_error() {
        let folder = tempfile::tempdir().unwrap();
        let error = files_of_folder(folder.path(), &mut Vec::new()).unwrap_err();
        assert!(error.to_string().contains("no file in this folder"));
    }
}
