//! The reader: all sources of a run as one stream of papers.

use std::fs::{self, File};
use std::io::{self, Cursor, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use rayon::prelude::*;

use super::bibtex::{self, Entries, Strings};
use super::fields::FieldMap;
use super::format::{self, Ending, InputFormat};
use super::json;
use super::json_pages::JsonSplit;
use super::listing::{self, ListingSplit};
use super::open::{self, Counted, Stream};
use super::record::{Draft, Parsed};
use super::seen::Seen;
use super::source::files_of_folder;
use super::split::{Lines, Raw, Records, Split};
use super::table::{Rows, Table};
use super::{CorpusError, Paper, Skipped, Source};

/// How papers are read.
#[derive(Clone, Debug)]
pub struct ReadOptions {
    /// The format of all sources; found from ending and content if None.
    pub format: Option<InputFormat>,
    /// Which fields hold title, abstract and the rest, where a source has names of its own for them.
    pub fields: FieldMap,
    /// A longer record is skipped, and never held in memory. In bytes.
    pub most_record_bytes: usize,
    /// A paper with a longer title or abstract is skipped. In bytes.
    pub most_text_bytes: usize,
}

impl Default for ReadOptions {
    /// Records of up to 16 MiB, texts of up to 1 MiB.
    fn default() -> Self {
        ReadOptions { format: None, fields: FieldMap::default(), most_record_bytes: 16 << 20, most_text_bytes: 1 << 20 }
    }
}

/// What has been read so far.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ReadSummary {
    /// Papers given.
    pub papers: u64,
    /// Papers left out because one with the same id or title came before.
    pub duplicates: u64,
    /// Records left out because they cannot be used.
    pub skipped: u64,
    /// Bytes read from the sources, compressed as they are.
    pub bytes: u64,
    /// Files and streams opened.
    pub files: u64,
}

/// Reads papers from sources, one after the other in the order given.
///
/// An iterator of papers and of records that had to be skipped; [`CorpusReader::next_batch`] gives the same, parsed on
/// all cores. Memory is bounded by the longest record, and 16 bytes a paper to tell duplicates, of which the first
/// stands.
///
/// ```
/// use papergraph::corpus::{CorpusReader, ReadOptions, Source};
///
/// let bytes = &b"{\"title\": \"Kites\"}\n{\"title\": \"KITES!\"}\n{\"name\": 1}\n"[..];
/// let source = Source::Memory { name: "kites.jsonl".into(), bytes: bytes.into() };
/// let mut reader = CorpusReader::open(vec![source], ReadOptions::default())?;
/// let mut titles = Vec::new();
/// for result in &mut reader {
///     match result {
///         Ok(paper) => titles.push(paper.title),
///         Err(skipped) => assert_eq!(skipped.to_string(), "kites.jsonl:3: no title"),
///     }
/// }
/// assert_eq!(titles, ["Kites"]);
/// assert_eq!(reader.summary().duplicates, 1);
/// # Ok::<(), papergraph::corpus::CorpusError>(())
/// ```
pub struct CorpusReader {
    options: ReadOptions,
    waiting: std::vec::IntoIter<Input>,
    current: Option<OpenInput>,
    seen: Seen,
    summary: ReadSummary,
    notes: Vec<Skipped>,
    bytes_read: Arc<AtomicU64>,
    bytes_in_all: Option<u64>,
}

/// A source that has been looked at and waits for its turn.
struct Input {
    name: String,
    format: InputFormat,
    origin: Origin,
}

enum Origin {
    /// A regular file, closed again until its turn, so that any number of them may wait.
    File(PathBuf),
    /// The text of a stream that can be opened only once.
    Text(Stream),
}

/// The source that is being read.
struct OpenInput {
    name: Arc<str>,
    records: Records,
    parser: Parser,
    strings: Strings,
}

/// How the records of a source are parsed.
#[derive(Clone)]
enum Parser {
    Listing,
    Json,
    Table(Arc<Table>),
    Bibtex,
}

/// A record that is cut out but not parsed; parsing depends on nothing else.
struct Unparsed {
    file: Arc<str>,
    line: u64,
    parser: Parser,
    bytes: Result<Vec<u8>, String>,
}

impl CorpusReader {
    /// Looks at every source, and finds its format, before anything is read.
    ///
    /// # Errors
    /// If a source does not exist, cannot be read, is of no known format, or is a table without a title.
    pub fn open(sources: Vec<Source>, options: ReadOptions) -> Result<Self, CorpusError> {
        let bytes_read = Arc::new(AtomicU64::new(0));
        let mut look = Look {
            options: &options,
            bytes_read: &bytes_read,
            inputs: Vec::new(),
            notes: Vec::new(),
            bytes_in_all: Some(0),
        };
        for source in sources {
            look.at_source(source)?;
        }
        let Look { inputs, notes, bytes_in_all, .. } = look;
        Ok(CorpusReader {
            options,
            waiting: inputs.into_iter(),
            current: None,
            seen: Seen::default(),
            summary: ReadSummary::default(),
            notes,
            bytes_read,
            bytes_in_all,
        })
    }

    /// Makes a paper of an earlier run known: a record with its id replaces it, one with its title alone is a duplicate.
    pub fn remember_earlier(&mut self, id: &str, title: &str) {
        self.seen.remember_earlier(id, title);
    }

    /// What has been read so far; of all sources, once the reader has ended.
    pub fn summary(&self) -> ReadSummary {
        ReadSummary { bytes: self.bytes_read.load(Ordering::Relaxed), ..self.summary }
    }

    /// Bytes of all sources, compressed as they are; None if one is a stream without a known end.
    pub fn bytes_in_all(&self) -> Option<u64> {
        self.bytes_in_all
    }

    /// Files of folders that were left out, and why: not errors, but what a user may wonder about.
    pub fn notes(&self) -> &[Skipped] {
        &self.notes
    }

    /// The next papers and skipped records in input order, parsed on all cores; empty at the end.
    ///
    /// A batch is made from `most` records or 16 MiB of them, whichever comes first; it is never empty before the end.
    pub fn next_batch(&mut self, most: usize) -> Vec<Result<Paper, Skipped>> {
        const BATCH_BYTES: usize = 16 << 20;
        loop {
            let mut batch = Vec::new();
            let mut bytes = 0;
            while batch.len() < most.max(1) && bytes < BATCH_BYTES {
                let Some(record) = self.next_unparsed() else {
                    break;
                };
                bytes += record.bytes.as_ref().map_or(0, Vec::len);
                batch.push(record);
            }
            if batch.is_empty() {
                return Vec::new();
            }
            let options = &self.options;
            let parsed: Vec<_> = batch.into_par_iter().map(|record| record.parse(options)).collect();
            let new: Vec<_> = parsed.into_iter().filter_map(|parsed| self.settle(parsed)).collect();
            if !new.is_empty() {
                return new;
            }
        }
    }

    /// The next record of the sources that may be a paper.
    fn next_unparsed(&mut self) -> Option<Unparsed> {
        loop {
            if let Some(open) = &mut self.current {
                for Raw { line, bytes } in open.records.by_ref() {
                    let bytes = match (bytes, &open.parser) {
                        (Ok(bytes), Parser::Bibtex) => match open.strings.take(bytes) {
                            Some(bytes) => Ok(bytes),
                            None => continue,
                        },
                        (bytes, _) => bytes,
                    };
                    return Some(Unparsed { file: Arc::clone(&open.name), line, parser: open.parser.clone(), bytes });
                }
                self.current = None;
            }
            let input = self.waiting.next()?;
            let name: Arc<str> = input.name.as_str().into();
            self.summary.files += 1;
            match self.open_input(input) {
                Ok(open) => self.current = Some(open),
                Err(error) => {
                    let bytes = Err(format!("cannot be read: {error}"));
                    return Some(Unparsed { file: name, line: 0, parser: Parser::Json, bytes });
                }
            }
        }
    }

    fn open_input(&self, input: Input) -> io::Result<OpenInput> {
        let text = match input.origin {
            Origin::Text(text) => text,
            Origin::File(path) => open_file(&path, &self.bytes_read)?,
        };
        let (text, parser) = match input.format {
            InputFormat::Listing => (text, Parser::Listing),
            InputFormat::JsonLines | InputFormat::Json => (text, Parser::Json),
            InputFormat::Bibtex => (text, Parser::Bibtex),
            InputFormat::Csv | InputFormat::Tsv => {
                let (head, text) = open::head(text);
                let table = Table::from_head(&head, delimiter(input.format), &self.options.fields);
                (text, Parser::Table(table.map_err(|_| io::Error::other("its header has changed"))?))
            }
        };
        let split: Box<dyn Split> = match (&parser, input.format) {
            (Parser::Listing, _) => Box::new(ListingSplit::default()),
            (Parser::Bibtex, _) => Box::new(Entries),
            (Parser::Table(table), _) => Box::new(Rows::new(Arc::clone(table))),
            (Parser::Json, InputFormat::Json) => Box::new(JsonSplit::default()),
            (Parser::Json, _) => Box::new(Lines),
        };
        let records = Records::new(text, split, self.options.most_record_bytes);
        Ok(OpenInput { name: input.name.into(), records, parser, strings: Strings::default() })
    }

    /// Counts a parsed record; None if it is a duplicate.
    fn settle(&mut self, parsed: Result<Parsed, Skipped>) -> Option<Result<Paper, Skipped>> {
        match parsed {
            Ok(mut parsed) => {
                if !self.seen.is_new(&mut parsed) {
                    self.summary.duplicates += 1;
                    return None;
                }
                self.summary.papers += 1;
                Some(Ok(parsed.paper))
            }
            Err(skipped) => {
                self.summary.skipped += 1;
                Some(Err(skipped))
            }
        }
    }
}

impl Iterator for CorpusReader {
    type Item = Result<Paper, Skipped>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            let parsed = self.next_unparsed()?.parse(&self.options);
            let new = self.settle(parsed);
            if new.is_some() {
                return new;
            }
        }
    }
}

impl Unparsed {
    fn parse(self, options: &ReadOptions) -> Result<Parsed, Skipped> {
        let draft = self.bytes.and_then(|bytes| self.parser.parse(&bytes, &options.fields));
        draft.and_then(|draft| draft.finish(options.most_text_bytes)).map_err(|reason| Skipped {
            file: self.file.to_string(),
            line: self.line,
            reason,
        })
    }
}

impl Parser {
    fn parse(&self, bytes: &[u8], fields: &FieldMap) -> Result<Draft, String> {
        match self {
            Parser::Listing => listing::parse(bytes),
            Parser::Json => json::parse(bytes, fields),
            Parser::Table(table) => table.parse(bytes),
            Parser::Bibtex => bibtex::parse(bytes),
        }
    }
}

/// The look at all sources before the first is read.
struct Look<'o> {
    options: &'o ReadOptions,
    bytes_read: &'o Arc<AtomicU64>,
    inputs: Vec<Input>,
    notes: Vec<Skipped>,
    bytes_in_all: Option<u64>,
}

impl Look<'_> {
    fn at_source(&mut self, source: Source) -> Result<(), CorpusError> {
        match source {
            Source::Stdin => {
                self.bytes_in_all = None;
                self.at_stream("standard input".into(), Ending::Text, Box::new(io::stdin()))
            }
            Source::Memory { name, bytes } => {
                self.expect_bytes(bytes.len() as u64);
                let ending = format::ending(&name);
                self.at_stream(name, ending, Box::new(Cursor::new(bytes)))
            }
            Source::Path(path) => match fs::metadata(&path) {
                Err(error) if error.kind() == io::ErrorKind::NotFound => Err(CorpusError::NotFound { path }),
                Err(source) => Err(CorpusError::Unreadable { name: path.display().to_string(), source }),
                Ok(metadata) if metadata.is_dir() => {
                    for file in files_of_folder(&path, &mut self.notes)? {
                        self.at_file_of_folder(file);
                    }
                    Ok(())
                }
                Ok(metadata) if metadata.is_file() => {
                    self.expect_bytes(metadata.len());
                    self.at_file(path)
                }
                // A pipe or the like: what is read from it once is gone.
                Ok(_) => {
                    self.bytes_in_all = None;
                    let name = path.display().to_string();
                    let stream =
                        File::open(&path).map_err(|source| CorpusError::Unreadable { name: name.clone(), source })?;
                    self.at_stream(name, Ending::Text, Box::new(stream))
                }
            },
        }
    }

    fn expect_bytes(&mut self, bytes: u64) {
        self.bytes_in_all = self.bytes_in_all.map(|all| all + bytes);
    }

    fn at_stream(&mut self, name: String, ending: Ending, stream: Stream) -> Result<(), CorpusError> {
        let counted = Counted { stream, bytes: Arc::clone(self.bytes_read) };
        let unreadable = |source| CorpusError::Unreadable { name: name.clone(), source };
        let text = open::plain_text(Box::new(counted)).map_err(unreadable)?;
        let (head, text) = open::head(text);
        let format = self.format_of(&name, ending, &head)?;
        self.inputs.push(Input { name, format, origin: Origin::Text(text) });
        Ok(())
    }

    fn at_file(&mut self, path: PathBuf) -> Result<(), CorpusError> {
        let name = path.display().to_string();
        // Read again when its turn comes, and counted then.
        let text = open_file(&path, &Arc::default());
        let text = text.map_err(|source| CorpusError::Unreadable { name: name.clone(), source })?;
        let format = self.format_of(&name, format::ending(&name), &open::head(text).0)?;
        self.inputs.push(Input { name, format, origin: Origin::File(path) });
        Ok(())
    }

    /// A file that nobody named is noted, not refused, if it turns out not to hold papers.
    fn at_file_of_folder(&mut self, path: PathBuf) {
        let file = path.display().to_string();
        let bytes = fs::metadata(&path).map_or(0, |metadata| metadata.len());
        match self.at_file(path) {
            Ok(()) => self.expect_bytes(bytes),
            Err(error) => {
                let message = error.to_string();
                let reason = message.strip_prefix(&file).unwrap_or(&message).trim_start_matches([':', ' ']);
                self.notes.push(Skipped { reason: format!("left out: {reason}"), file, line: 0 });
            }
        }
    }

    fn format_of(&self, name: &str, ending: Ending, head: &[u8]) -> Result<InputFormat, CorpusError> {
        let format = match self.options.format {
            // An empty file has no papers in any format.
            _ if head.trim_ascii().is_empty() => InputFormat::Listing,
            Some(format) => format,
            None => format::detect(ending, head, &self.options.fields)
                .map_err(|what| CorpusError::UnknownFormat { name: name.to_string(), what })?,
        };
        if matches!(format, InputFormat::Csv | InputFormat::Tsv) {
            Table::from_head(head, delimiter(format), &self.options.fields)
                .map_err(|columns| CorpusError::NoTitleColumn { name: name.to_string(), columns })?;
        }
        Ok(format)
    }
}

fn delimiter(format: InputFormat) -> Option<u8> {
    (format == InputFormat::Tsv).then_some(b'\t')
}

fn open_file(path: &Path, bytes_read: &Arc<AtomicU64>) -> io::Result<Stream> {
    let file: Box<dyn Read + Send> = Box::new(File::open(path)?);
    open::plain_text(Box::new(Counted { stream: file, bytes: Arc::clone(bytes_read) }))
}
