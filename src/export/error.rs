//! What can go wrong when a graph is written, said so that a person knows what to do.

use std::io;
use std::path::{Path, PathBuf};

use thiserror::Error;

/// Why an export failed. Whatever stood in the output folder before is still there, untouched.
#[derive(Debug, Error)]
pub enum ExportError {
    /// The output folder cannot be made or written to.
    #[error("cannot write to the folder {}: {source}; {}", .folder.display(), advice(.source))]
    Folder {
        /// The output folder.
        folder: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// A file cannot be written or put in its place.
    #[error("cannot write {}: {source}; {}", .path.display(), advice(.source))]
    File {
        /// The file as the user knows it, not the temporary one.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// Something that is not a file stands where a file has to go.
    #[error("cannot write {}: a folder of this name is in the way; rename it or choose another output folder", .path.display())]
    FolderInTheWay {
        /// The file's place.
        path: PathBuf,
    },
    /// No format has this name.
    #[error("unknown format `{name}`; the formats are {known}")]
    UnknownFormat {
        /// What was asked for.
        name: String,
        /// The names of all formats, for the message.
        known: String,
    },
    /// A drawing was asked for a topic that the graph does not have.
    #[error("the graph has no topic `{name}`; {hint}")]
    UnknownTopic {
        /// What was asked for.
        name: String,
        /// What there is instead.
        hint: String,
    },
    /// A drawing was asked for a node that the graph does not have.
    #[error("the graph has no node `{name}`; give an id such as `model:bert`, or an exact name{hint}")]
    UnknownNode {
        /// What was asked for.
        name: String,
        /// Names that come near, or nothing.
        hint: String,
    },
}

impl ExportError {
    pub(super) fn file(path: &Path, source: io::Error) -> ExportError {
        ExportError::File { path: path.to_path_buf(), source }
    }

    pub(super) fn folder(folder: &Path, source: io::Error) -> ExportError {
        ExportError::Folder { folder: folder.to_path_buf(), source }
    }
}

/// What the user can do about an error of the file system.
fn advice(error: &io::Error) -> &'static str {
    match error.kind() {
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => {
            "free some space or choose an output folder on another disk; files of an earlier run are unchanged"
        }
        io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => {
            "change its permissions or choose another output folder"
        }
        io::ErrorKind::NotADirectory | io::ErrorKind::AlreadyExists => {
            "a file is in the way; choose another output folder"
        }
        io::ErrorKind::BrokenPipe => "the reading program closed the pipe",
        _ => "files of an earlier run are unchanged",
    }
}
