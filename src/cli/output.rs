//! Where results and messages go: standard output or a file, standard error, with or without colour.

use std::collections::BTreeMap;
use std::io::{self, BufWriter, IsTerminal, Write};
use std::path::{Path, PathBuf};

use anyhow::Context;
use tempfile::NamedTempFile;

/// A place for results that are written as they come.
pub enum Output {
    /// Standard output.
    Stdout(BufWriter<io::Stdout>),
    /// A file, written beside its place and moved there when it is whole.
    File {
        /// The file on its way.
        writer: BufWriter<NamedTempFile>,
        /// Its place.
        path: PathBuf,
    },
}

impl Output {
    /// Standard output, or a file.
    pub fn open(path: Option<&Path>) -> anyhow::Result<Self> {
        Ok(match path {
            None => Self::Stdout(BufWriter::with_capacity(1 << 16, io::stdout())),
            Some(path) => Self::File {
                writer: BufWriter::with_capacity(1 << 16, temporary_beside(path)?),
                path: path.to_path_buf(),
            },
        })
    }

    /// Writes what is left, and gives a file its name.
    pub fn finish(self) -> anyhow::Result<()> {
        match self {
            Self::Stdout(mut writer) => Ok(writer.flush()?),
            Self::File { writer, path } => {
                let file =
                    writer.into_inner().map_err(io::IntoInnerError::into_error).with_context(|| cannot_write(&path))?;
                keep(file, &path)
            }
        }
    }
}

impl Write for Output {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Self::Stdout(writer) => writer.write(bytes),
            Self::File { writer, .. } => writer.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self {
            Self::Stdout(writer) => writer.flush(),
            Self::File { writer, .. } => writer.flush(),
        }
    }
}

/// Writes a file whole or not at all.
pub fn write_file(path: &Path, contents: &[u8]) -> anyhow::Result<()> {
    let mut file = temporary_beside(path)?;
    file.write_all(contents).with_context(|| cannot_write(path))?;
    keep(file, path)
}

fn temporary_beside(path: &Path) -> anyhow::Result<NamedTempFile> {
    let folder = match path.parent() {
        Some(folder) if folder != Path::new("") => folder,
        _ => Path::new("."),
    };
    let mut builder = tempfile::Builder::new();
    builder.prefix(".papergraph-");
    #[cfg(unix)]
    {
        // A result is no secret: readable as any other new file, less what the user's mask takes away.
        use std::os::unix::fs::PermissionsExt;
        builder.permissions(std::fs::Permissions::from_mode(0o666));
    }
    builder.tempfile_in(folder).with_context(|| cannot_write(path))
}

fn keep(file: NamedTempFile, path: &Path) -> anyhow::Result<()> {
    file.as_file().sync_all().with_context(|| cannot_write(path))?;
    file.persist(path).map(|_| ()).map_err(|error| error.error).with_context(|| cannot_write(path))
}

fn cannot_write(path: &Path) -> String {
    format!("cannot write {}", path.display())
}

/// Prints a text to standard output.
pub fn print(text: &str) -> anyhow::Result<()> {
    let mut out = io::stdout().lock();
    out.write_all(text.as_bytes())?;
    Ok(out.flush()?)
}

/// Prints a line to standard error. Where that is closed, nobody is there to be told.
pub fn say(line: &str) {
    let _ = writeln!(io::stderr(), "{line}");
}

/// Did the reader of standard output go away?
pub fn is_closed_pipe(error: &anyhow::Error) -> bool {
    error.chain().any(|cause| {
        let kind = cause
            .downcast_ref::<io::Error>()
            .map(io::Error::kind)
            .or_else(|| cause.downcast_ref::<serde_json::Error>().and_then(serde_json::Error::io_error_kind));
        kind == Some(io::ErrorKind::BrokenPipe)
    })
}

/// May standard output be coloured?
pub fn stdout_has_color() -> bool {
    io::stdout().is_terminal() && color_is_wanted()
}

/// May standard error be coloured?
pub fn stderr_has_color() -> bool {
    io::stderr().is_terminal() && color_is_wanted()
}

/// <https://no-color.org>: any text in `NO_COLOR` turns colour off.
fn color_is_wanted() -> bool {
    std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty())
        && std::env::var_os("TERM").is_none_or(|terminal| terminal != "dumb")
}

/// The files of a run by their names in the folder; those of a folder in it together: `neo4j/ (24 files)`.
pub(super) fn file_names(folder: &Path, files: &[PathBuf]) -> Vec<String> {
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    for file in files {
        let inside = file.strip_prefix(folder).unwrap_or(file);
        let name = match inside.parent().filter(|parent| *parent != Path::new("")) {
            Some(parent) => format!("{}/", parent.display()),
            None => inside.display().to_string(),
        };
        *counts.entry(name).or_default() += 1;
    }
    let name = |(name, count): (String, usize)| {
        if name.ends_with('/') { format!("{name} ({count} files)") } else { name }
    };
    counts.into_iter().map(name).collect()
}
