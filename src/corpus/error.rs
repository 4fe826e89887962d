//! What can go wrong with an input as a whole, and with one record of it.

use std::fmt;
use std::io;
use std::path::PathBuf;

use super::InputFormat;

/// An input that cannot be used at all; found before any paper is read.
#[derive(Debug, thiserror::Error)]
pub enum CorpusError {
    /// The path names nothing.
    #[error("{}: there is no such file or folder; check the path (`-` is standard input)", path.display())]
    NotFound {
        /// The path as given.
        path: PathBuf,
    },
    /// The file or folder is there, but the system does not let it be read.
    #[error("{name}: cannot be read: {source}")]
    Unreadable {
        /// Path of the file or folder, or name of the stream.
        name: String,
        /// What the system said.
        source: io::Error,
    },
    /// The folder holds no file of a format that papergraph reads.
    #[error("{}: no file in this folder is one that papergraph reads ({})", path.display(), InputFormat::ENDINGS)]
    NothingInFolder {
        /// The folder as given.
        path: PathBuf,
    },
    /// Neither ending nor content tell the format.
    #[error("{name}: {what}; papergraph reads {}, plain or compressed with gzip or zstd", InputFormat::NAMES)]
    UnknownFormat {
        /// Path of the file, or name of the stream.
        name: String,
        /// What the content looks like, and what to do.
        what: String,
    },
    /// A table whose header names no title.
    #[error(
        "{name}:1: no column of the header is a title; say which is with --map title=COLUMN (the columns: {columns})"
    )]
    NoTitleColumn {
        /// Path of the file, or name of the stream.
        name: String,
        /// The header as read, separated by commas.
        columns: String,
    },
    /// A `--map` that cannot be understood.
    #[error("--map {given}: {what}; write for instance --map title=Name,abstract=Text")]
    BadMap {
        /// The part that is wrong.
        given: String,
        /// What is wrong with it.
        what: String,
    },
}

/// A record that was left out, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Skipped {
    /// Path of the file, or name of the stream.
    pub file: String,
    /// Line of the (decompressed) file on which the record begins, from 1; 0 when the whole file is meant.
    pub line: u64,
    /// Why the record cannot be used, in words for the person who made the file.
    pub reason: String,
}

impl fmt::Display for Skipped {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            0 => write!(out, "{}: {}", self.file, self.reason),
            line => write!(out, "{}:{line}: {}", self.file, self.reason),
        }
    }
}
