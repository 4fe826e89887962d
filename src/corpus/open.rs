//! From the bytes on disk to plain UTF-8 text: decompression and character encodings, as streams.
//!
//! What a stream is shows in its first bytes, never in its name: gzip and zstd have their magic numbers, UTF-8 and
//! UTF-16 their byte order marks. Memory is bounded for any input: gzip keeps a window of 32 KiB, zstd refuses frames
//! that ask for more than [`ZSTD_WINDOW_LOG`], and nothing here reads ahead further than a buffer.

use std::io::{self, Chain, Cursor, Read};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use flate2::bufread::MultiGzDecoder;

/// A stream that several stages wrap one after the other.
pub(super) type Stream = Box<dyn Read + Send>;

/// Largest zstd window that is accepted, as a power of two: 128 MiB, what `zstd` itself accepts without `--long`.
const ZSTD_WINDOW_LOG: u32 = 27;

/// How much of the text [`head`] looks at.
const HEAD_BYTES: usize = 64 * 1024;

/// Decompresses the stream if need be and turns it into UTF-8 without a byte order mark.
pub(super) fn plain_text(stream: Stream) -> io::Result<Stream> {
    let (magic, stream) = peek(stream, 4);
    let stream: Stream = match magic.as_slice() {
        [0x1f, 0x8b, ..] => Box::new(MultiGzDecoder::new(io::BufReader::new(stream))),
        // A zstd frame, or a frame to be skipped as parallel compressors write them first.
        [0x28, 0xb5, 0x2f, 0xfd] | [0x50..=0x5f, 0x2a, 0x4d, 0x18] => {
            let mut decoder = zstd::Decoder::new(stream)?;
            decoder.window_log_max(ZSTD_WINDOW_LOG)?;
            Box::new(decoder)
        }
        _ => stream,
    };
    let (mark, stream) = peek(stream, 4);
    Ok(match mark.as_slice() {
        [0xef, 0xbb, 0xbf, ..] => without_first(stream, 3)?,
        [0xff, 0xfe, ..] => Box::new(Utf16::new(without_first(stream, 2)?, u16::from_le_bytes)),
        [0xfe, 0xff, ..] => Box::new(Utf16::new(without_first(stream, 2)?, u16::from_be_bytes)),
        // No mark, but ASCII characters in two bytes each.
        &[a, 0, b, 0] if a != 0 && b != 0 => Box::new(Utf16::new(stream, u16::from_le_bytes)),
        &[0, a, 0, b] if a != 0 && b != 0 => Box::new(Utf16::new(stream, u16::from_be_bytes)),
        _ => stream,
    })
}

/// The beginning of a text, and the whole of it as a stream.
pub(super) fn head(text: Stream) -> (Vec<u8>, Stream) {
    peek(text, HEAD_BYTES)
}

/// Reads up to `most` bytes and gives them together with a stream that begins with them. An error is kept for later:
/// the stream gives it when it comes to that place.
fn peek(mut stream: Stream, most: usize) -> (Vec<u8>, Stream) {
    let mut head = vec![0; most];
    let mut filled = 0;
    let mut failure = None;
    while filled < most {
        match stream.read(&mut head[filled..]) {
            Ok(0) => break,
            Ok(read) => filled += read,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => {
                failure = Some(error);
                break;
            }
        }
    }
    head.truncate(filled);
    let rest: Chain<Failure, Stream> = Failure(failure).chain(stream);
    (head.clone(), Box::new(Cursor::new(head).chain(rest)))
}

/// Gives its error once, then nothing.
struct Failure(Option<io::Error>);

impl Read for Failure {
    fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
        self.0.take().map_or(Ok(0), Err)
    }
}

fn without_first(mut stream: Stream, bytes: u64) -> io::Result<Stream> {
    io::copy(&mut stream.by_ref().take(bytes), &mut io::sink())?;
    Ok(stream)
}

/// Counts the bytes that go through, for the progress of reading.
pub(super) struct Counted {
    pub stream: Stream,
    pub bytes: Arc<AtomicU64>,
}

impl Read for Counted {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let read = self.stream.read(into)?;
        self.bytes.fetch_add(read as u64, Ordering::Relaxed);
        Ok(read)
    }
}

/// Turns UTF-16 into UTF-8; what is no character becomes U+FFFD.
struct Utf16 {
    stream: Stream,
    unit: fn([u8; 2]) -> u16,
    /// Bytes read but not decoded: half a unit, or the first half of a surrogate pair.
    undecoded: Vec<u8>,
    decoded: Cursor<Vec<u8>>,
}

impl Utf16 {
    fn new(stream: Stream, unit: fn([u8; 2]) -> u16) -> Self {
        Utf16 { stream, unit, undecoded: Vec::new(), decoded: Cursor::default() }
    }

    /// Decodes what is there, but for a beginning that more bytes may complete.
    fn decode(&mut self, at_end: bool) {
        let mut units: Vec<u16> = self.undecoded.chunks_exact(2).map(|pair| (self.unit)([pair[0], pair[1]])).collect();
        if !at_end && units.last().is_some_and(|unit| (0xd800..0xdc00).contains(unit)) {
            units.pop();
        }
        let mut text: String =
            char::decode_utf16(units.iter().copied()).map(|c| c.unwrap_or(char::REPLACEMENT_CHARACTER)).collect();
        self.undecoded.drain(..2 * units.len());
        if at_end && !self.undecoded.is_empty() {
            text.push(char::REPLACEMENT_CHARACTER);
            self.undecoded.clear();
        }
        self.decoded = Cursor::new(text.into_bytes());
    }
}

impl Read for Utf16 {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        loop {
            let read = self.decoded.read(into)?;
            if read > 0 || into.is_empty() {
                return Ok(read);
            }
            let mut chunk = [0; 8192];
            let fresh = self.stream.read(&mut chunk)?;
            self.undecoded.extend_from_slice(&chunk[..fresh]);
            self.decode(fresh == 0);
            if fresh == 0 && self.decoded.get_ref().is_empty() {
                return Ok(0);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;

    fn read(bytes: &[u8]) -> io::Result<Vec<u8>> {
        let mut text = Vec::new();
        plain_text(Box::new(Cursor::new(bytes.to_vec())))?.read_to_end(&mut text)?;
        Ok(text)
    }

    fn gzip(bytes: &[u8]) -> Vec<u8> {
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        encoder.write_all(bytes).unwrap();
        encoder.finish().unwrap()
    }

    #[test]
    fn compressed_streams_are_known_by_their_bytes() {
        assert_eq!(read(b"plain").unwrap(), b"plain");
        assert_eq!(read(b"").unwrap(), b"");
        assert_eq!(read(b"\x1f").unwrap(), b"\x1f");
        assert_eq!(read(&gzip(b"one")).unwrap(), b"one");
        assert_eq!(read(&zstd::encode_all(&b"two"[..], 3).unwrap()).unwrap(), b"two");
    }

    #[test]
    fn members_and_frames_one_after_the_other_are_one_text() {
        assert_eq!(read(&[gzip(b"one "), gzip(b"two")].concat()).unwrap(), b"one two");
        let frame = |text: &[u8]| zstd::encode_all(text, 3).unwrap();
        let skipped = [&[0x50, 0x2a, 0x4d, 0x18, 2, 0, 0, 0, 9, 9][..], &frame(b"one "), &frame(b"two")].concat();
        assert_eq!(read(&skipped).unwrap(), b"one two");
    }

    #[test]
    fn a_cut_stream_gives_its_beginning_and_then_an_error() {
        let text = "All kites fly, some of them far away.\n".repeat(20_000);
        for whole in [gzip(text.as_bytes()), zstd::encode_all(text.as_bytes(), 3).unwrap()] {
            let cut = whole[..whole.len() * 2 / 3].to_vec();
            let mut stream = plain_text(Box::new(Cursor::new(cut))).unwrap();
            let mut given = Vec::new();
            assert!(stream.read_to_end(&mut given).is_err());
            assert!(text.as_bytes().starts_with(&given));
        }
    }

    #[test]
    fn utf16_and_marks_become_plain_utf8() {
        let text = "Kites 🪁 über\n";
        let little: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
        let big: Vec<u8> = text.encode_utf16().flat_map(u16::to_be_bytes).collect();
        for bytes in [
            [&b"\xff\xfe"[..], &little].concat(),
            [&b"\xfe\xff"[..], &big].concat(),
            little,
            big,
            [&b"\xef\xbb\xbf"[..], text.as_bytes()].concat(),
        ] {
            assert_eq!(String::from_utf8(read(&bytes).unwrap()).unwrap(), text);
        }
        assert_eq!(read(b"\xff\xfea\0\x00\xd8").unwrap(), "a\u{fffd}".as_bytes());
        assert_eq!(read(b"\xff\xfea\0b").unwrap(), "a\u{fffd}".as_bytes());
    }

    #[test]
    fn a_surrogate_pair_between_two_reads_stays_together() {
        let text = format!("{}{}", "a".repeat(4094), "🪁".repeat(5000));
        let bytes = [b"\xff\xfe".to_vec(), text.encode_utf16().flat_map(u16::to_le_bytes).collect()].concat();
        assert_eq!(String::from_utf8(read(&bytes).unwrap()).unwrap(), text);
    }
}
