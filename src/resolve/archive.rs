//! `readings.jsonl.zst`: what was read in every paper of a graph, for `papergraph build --add`.
//!
//! The first line says which program and rules read the papers; each other line is the [`Reading`] of a paper, in the
//! order of the graph. Resolving the readings anew gives the graph that resolving the papers gave, without the papers.

use std::io::{self, BufRead, BufReader, Read, Write};

use serde::{Deserialize, Serialize};

use super::Reading;

/// The version of the file's layout.
const FORMAT: u32 = 1;

/// Level of compression: quick, and a fifth of the size.
const LEVEL: i32 = 3;

/// What the first line says.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Header {
    readings: u32,
    /// Name and version of the program.
    program: String,
    /// Fingerprint of the rules.
    rules: String,
}

/// Why readings cannot be taken in.
#[derive(Debug, thiserror::Error)]
pub enum ArchiveError {
    /// The file could not be read.
    #[error("cannot be read: {0}")]
    Read(#[from] io::Error),
    /// A line is not what it should be.
    #[error("line {line} is no reading of a paper: {source}")]
    Line {
        /// Line of the uncompressed text, from 1.
        line: usize,
        /// What the JSON reader found.
        source: serde_json::Error,
    },
    /// The file is of another layout, program or rules.
    #[error(
        "the graph was built with {theirs}, this run has {ours}; papers read in two ways do not make one graph, so build it anew from all papers"
    )]
    Other {
        /// What the file says.
        theirs: String,
        /// What would be right.
        ours: String,
    },
}

/// Readings on their way to a file, compressed in memory.
pub struct Archive {
    encoder: zstd::Encoder<'static, Vec<u8>>,
}

impl Archive {
    /// An empty archive of papers read by this program with the rules of this fingerprint.
    ///
    /// # Errors
    /// Compression cannot be set up.
    pub fn new(program: &str, rules: &str) -> io::Result<Archive> {
        let mut encoder = zstd::Encoder::new(Vec::new(), LEVEL)?;
        let header = Header { readings: FORMAT, program: program.to_owned(), rules: rules.to_owned() };
        serde_json::to_writer(&mut encoder, &header)?;
        encoder.write_all(b"\n")?;
        Ok(Archive { encoder })
    }

    /// Adds a paper.
    ///
    /// # Errors
    /// Compression fails.
    pub fn add(&mut self, reading: &Reading) -> io::Result<()> {
        serde_json::to_writer(&mut self.encoder, reading)?;
        self.encoder.write_all(b"\n")
    }

    /// The bytes of the file.
    ///
    /// # Errors
    /// Compression fails.
    pub fn finish(self) -> io::Result<Vec<u8>> {
        self.encoder.finish()
    }

    /// The readings of a file, in their order. Behind the first line that is an error comes nothing more.
    ///
    /// # Errors
    /// The file cannot be read, or another program or other rules made it.
    pub fn read<R: Read>(
        file: R,
        program: &str,
        rules: &str,
    ) -> Result<impl Iterator<Item = Result<Reading, ArchiveError>> + use<R>, ArchiveError> {
        let mut lines = BufReader::new(zstd::Decoder::new(file)?).lines();
        let first = lines.next().transpose()?.unwrap_or_default();
        let header: Header = serde_json::from_str(&first).map_err(|source| ArchiveError::Line { line: 1, source })?;
        let ours = Header { readings: FORMAT, program: program.to_owned(), rules: rules.to_owned() };
        if header != ours {
            return Err(ArchiveError::Other { theirs: header.in_words(), ours: ours.in_words() });
        }
        // A damaged stream gives the same error again and again.
        let mut is_broken = false;
        Ok(lines.zip(2..).map_while(move |(text, line)| {
            if is_broken {
                return None;
            }
            let reading = text
                .map_err(ArchiveError::Read)
                .and_then(|text| serde_json::from_str(&text).map_err(|source| ArchiveError::Line { line, source }));
            is_broken = reading.is_err();
            Some(reading)
        }))
    }
}

impl Header {
    fn in_words(&self) -> String {
        format!("{} and the rules {}", self.program, self.rules)
    }
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use super::*;
    use crate::corpus::Paper;
    use crate::extract::Extraction;
    use crate::rules::Schema;

    fn archive() -> Vec<u8> {
        let mut archive = Archive::new("papergraph 1", "abc").unwrap();
        for id in ["one", "two"] {
            let paper = Paper { id: id.into(), title: "Line\nbreaks \"and\" \u{2028}".into(), ..Paper::default() };
            archive.add(&Reading::new(paper, &Extraction::default(), &Schema::default())).unwrap();
        }
        archive.finish().unwrap()
    }

    #[test]
    fn readings_come_back_in_their_order() {
        let readings = Archive::read(Cursor::new(archive()), "papergraph 1", "abc").unwrap();
        let ids: Vec<String> = readings.map(|reading| reading.unwrap().id).collect();
        assert_eq!(ids, ["one", "two"]);
    }

    #[test]
    fn other_rules_and_other_files_are_told() {
        let message = |bytes: Vec<u8>, rules: &str| match Archive::read(Cursor::new(bytes), "papergraph 1", rules) {
            Ok(readings) => readings.filter_map(Result::err).map(|error| error.to_string()).collect(),
            Err(error) => error.to_string(),
        };
        let said = message(archive(), "other");
        assert!(said.contains("the rules abc") && said.contains("the rules other"), "{said}");
        assert!(message(b"plain text".to_vec(), "abc").contains("cannot be read"));
        let mut cut = archive();
        cut.truncate(cut.len() - 8);
        assert!(!message(cut, "abc").is_empty());
    }

    /// A disk that fails.
    struct Failing;

    impl Read for Failing {
        fn read(&mut self, _bytes: &mut [u8]) -> io::Result<usize> {
            Err(io::Error::other("the disk is gone"))
        }
    }

    #[test]
    fn nothing_comes_after_an_error() {
        let bytes = archive();
        let cut = Cursor::new(bytes[..bytes.len() - 8].to_vec()).chain(Failing);
        let readings: Vec<_> = match Archive::read(cut, "papergraph 1", "abc") {
            Ok(readings) => readings.take(10).collect(),
            Err(error) => vec![Err(error)],
        };
        assert_eq!(readings.iter().filter(|reading| reading.is_err()).count(), 1, "{readings:?}");
    }
}
