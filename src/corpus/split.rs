//! Cutting a stream of bytes into records without ever holding more than one of them.
//!
//! A [`Split`] knows one format's borders between records, and nothing of reading; [`Records`] owns the stream and
//! the buffer, counts lines, and throws away a record that grows past the bound. A splitter is shown the unread bytes
//! and says what to do with their beginning. While it asks for more, the buffer at least doubles, so looking at the
//! same bytes again costs a constant factor at most.

use std::io::{self, Read};

use memchr::memchr_iter;

/// What a splitter makes of the unread bytes.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Step {
    /// The first so many bytes, at least one, belong to no record.
    Skip(usize),
    /// A record stands at `start..end`; what follows begins at `next`.
    Record { start: usize, end: usize, next: usize },
    /// What stands at `start` is no record, for this reason; what follows begins at `next`.
    Bad { start: usize, next: usize, reason: String },
    /// The record does not end in these bytes.
    More,
}

/// The borders between the records of one format.
pub(super) trait Split: Send {
    /// Judges the unread bytes; `last` says that no more will come, and then [`Step::More`] means that nothing is left.
    fn step(&mut self, bytes: &[u8], last: bool) -> Step;

    /// Drops bytes of a record that is too long: how many, and whether reading can go on behind them.
    fn drop_overlong(&mut self, bytes: &[u8]) -> (usize, bool);
}

/// One record as it stands in the file.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Raw {
    /// Line on which the record begins, from 1.
    pub line: u64,
    /// The record's bytes, or why there are none.
    pub bytes: Result<Vec<u8>, String>,
}

/// The records of one stream.
pub(super) struct Records {
    reader: Box<dyn Read + Send>,
    split: Box<dyn Split>,
    buffer: Vec<u8>,
    /// Where the unread bytes begin in `buffer`.
    start: usize,
    /// Line on which the unread bytes begin.
    line: u64,
    most_record_bytes: usize,
    at_end: bool,
    dropping: bool,
}

/// How much is read at once, at least.
const READ_BYTES: usize = 256 * 1024;

impl Records {
    pub(super) fn new(reader: Box<dyn Read + Send>, split: Box<dyn Split>, most_record_bytes: usize) -> Self {
        Records {
            reader,
            split,
            buffer: Vec::new(),
            start: 0,
            line: 1,
            most_record_bytes,
            at_end: false,
            dropping: false,
        }
    }

    /// Marks the first `used` unread bytes as read and gives the line on which the byte at `at` stands.
    fn advance(&mut self, at: usize, used: usize) -> u64 {
        let unread = &self.buffer[self.start..];
        let line = self.line + newlines(&unread[..at]);
        self.line = line + newlines(&unread[at..used]);
        self.start += used;
        line
    }

    /// Reads on, and notes when there is nothing more.
    fn fill(&mut self) -> io::Result<()> {
        self.buffer.drain(..self.start);
        self.start = 0;
        let filled = self.buffer.len();
        self.buffer.resize(filled + READ_BYTES.max(filled), 0);
        let read = loop {
            match self.reader.read(&mut self.buffer[filled..]) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                result => break result,
            }
        };
        self.buffer.truncate(filled + read.as_ref().copied().unwrap_or(0));
        self.at_end = read? == 0;
        Ok(())
    }

    /// The stream broke: what is in the buffer is the beginning of a record that will never end.
    fn broken(&mut self, error: &io::Error) -> Raw {
        self.at_end = true;
        self.dropping = false;
        self.start = self.buffer.len();
        let reason =
            format!("reading stopped here: {error} (is the file cut short or damaged?); the rest of it is lost");
        Raw { line: self.line, bytes: Err(reason) }
    }

    fn too_long(&self, line: u64) -> Raw {
        let most = self.most_record_bytes;
        Raw { line, bytes: Err(format!("the record is longer than {most} bytes")) }
    }
}

impl Iterator for Records {
    type Item = Raw;

    fn next(&mut self) -> Option<Raw> {
        loop {
            let bytes = &self.buffer[self.start..];
            if self.dropping {
                let (used, done) = self.split.drop_overlong(bytes);
                self.advance(0, used);
                self.dropping = !done;
                if done {
                    continue;
                }
            } else {
                match self.split.step(bytes, self.at_end) {
                    Step::Skip(used) => {
                        self.advance(0, used);
                        continue;
                    }
                    Step::Record { start, end, next } => {
                        if end - start > self.most_record_bytes {
                            let line = self.advance(start, next);
                            return Some(self.too_long(line));
                        }
                        let record = bytes[start..end].to_vec();
                        return Some(Raw { line: self.advance(start, next), bytes: Ok(record) });
                    }
                    Step::Bad { start, next, reason } => {
                        return Some(Raw { line: self.advance(start, next), bytes: Err(reason) });
                    }
                    Step::More if bytes.len() > self.most_record_bytes && !self.at_end => {
                        self.dropping = true;
                        return Some(self.too_long(self.line));
                    }
                    Step::More => {}
                }
            }
            if self.at_end {
                return None;
            }
            if let Err(error) = self.fill() {
                return Some(self.broken(&error));
            }
        }
    }
}

fn newlines(bytes: &[u8]) -> u64 {
    memchr_iter(b'\n', bytes).count() as u64
}

/// The first line: where its text ends and where the next line begins. None if it may go on behind `bytes`.
pub(super) fn line_end(bytes: &[u8], last: bool) -> Option<(usize, usize)> {
    match memchr::memchr(b'\n', bytes) {
        Some(end) => Some((end, end + 1)),
        None if last && !bytes.is_empty() => Some((bytes.len(), bytes.len())),
        None => None,
    }
}

/// Drops bytes up to the end of the line.
pub(super) fn drop_line(bytes: &[u8]) -> (usize, bool) {
    match memchr::memchr(b'\n', bytes) {
        Some(end) => (end + 1, true),
        None => (bytes.len(), false),
    }
}

/// A record a line; lines of white space are no records.
pub(super) struct Lines;

impl Split for Lines {
    fn step(&mut self, bytes: &[u8], last: bool) -> Step {
        match line_end(bytes, last) {
            Some((end, next)) if bytes[..end].trim_ascii().is_empty() => Step::Skip(next),
            Some((end, next)) => Step::Record { start: 0, end, next },
            None => Step::More,
        }
    }

    fn drop_overlong(&mut self, bytes: &[u8]) -> (usize, bool) {
        drop_line(bytes)
    }
}

/// All records of some bytes, in the way a file's are read, for the tests of the splitters.
#[cfg(test)]
pub(super) fn records_of(bytes: &[u8], split: impl Split + 'static, most: usize) -> Vec<(u64, Result<String, String>)> {
    let reader: Box<dyn Read + Send> = Box::new(io::Cursor::new(bytes.to_vec()));
    Records::new(reader, Box::new(split), most)
        .map(|raw| (raw.line, raw.bytes.map(|bytes| String::from_utf8_lossy(&bytes).into_owned())))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_counted_and_blank_ones_left_out() {
        let records = records_of(b"a\r\n\n  \nb\nc", Lines, 100);
        let lines: Vec<_> = records.iter().map(|(line, text)| (*line, text.as_deref().unwrap())).collect();
        assert_eq!(lines, [(1, "a\r"), (4, "b"), (5, "c")]);
    }

    #[test]
    fn an_endless_line_is_dropped_and_the_next_one_read() {
        let text = [b"first\n".to_vec(), vec![b'x'; 3 * READ_BYTES], b"\nlast".to_vec()].concat();
        let records = records_of(&text, Lines, 1000);
        assert_eq!(records[0], (1, Ok("first".into())));
        assert_eq!(records[1], (2, Err("the record is longer than 1000 bytes".into())));
        assert_eq!(records[2], (3, Ok("last".into())));
        assert_eq!(records.len(), 3);
    }

    #[test]
    fn a_stream_that_breaks_gives_what_came_before() {
        struct Broken(bool);
        impl Read for Broken {
            fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
                if std::mem::replace(&mut self.0, true) {
                    return Err(io::Error::new(io::ErrorKind::UnexpectedEof, "unexpected end"));
                }
                into[..8].copy_from_slice(b"one\ntwo ");
                Ok(8)
            }
        }
        let raws: Vec<_> = Records::new(Box::new(Broken(false)), Box::new(Lines), 100).collect();
        assert_eq!(raws.len(), 2);
        assert_eq!(raws[0], Raw { line: 1, bytes: Ok(b"one".to_vec()) });
        assert_eq!(raws[1].line, 2);
        assert!(raws[1].bytes.as_ref().unwrap_err().contains("unexpected end"));
    }
}
