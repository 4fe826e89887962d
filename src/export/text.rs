//! Text in formats that have no way to write every character.

use std::borrow::Cow;

/// `text` without what nobody can read: the control characters of ASCII besides tab and line breaks, and the
/// noncharacters U+FFFE and U+FFFF. XML 1.0 allows none of them but U+007F, for which many fonts have no glyph.
///
/// Tables and statements leave them out as XML does, so that a name is the same in all of them. Only JSON and RDF,
/// which can write them, keep them.
pub fn readable(text: &str) -> Cow<'_, str> {
    // Most texts are all right, and bytes are faster to look at than characters. 0xef begins U+FFFE and U+FFFF.
    if find_byte(text.as_bytes(), is_suspect).is_none() || text.chars().all(is_readable) {
        return Cow::Borrowed(text);
    }
    Cow::Owned(text.chars().filter(|&character| is_readable(character)).collect())
}

/// May the byte belong to a character that [`readable`] leaves out?
#[inline]
pub fn is_suspect(byte: u8) -> bool {
    (byte < b' ') | (byte == 0x7f) | (byte == 0xef)
}

fn is_readable(character: char) -> bool {
    match character {
        '\t' | '\n' | '\r' => true,
        '\u{7f}' | '\u{fffe}' | '\u{ffff}' => false,
        _ => character >= ' ',
    }
}

/// Where the first byte stands for which `wanted` holds.
///
/// Looks at many bytes at once: with comparisons tied by `|`, not `||`, the compiler makes vector instructions of it.
#[inline]
pub fn find_byte(bytes: &[u8], wanted: impl Fn(u8) -> bool + Copy) -> Option<usize> {
    let passed = passed_chunks::<32>(bytes, wanted);
    let passed = passed + passed_chunks::<8>(&bytes[passed..], wanted);
    bytes[passed..].iter().position(|&byte| wanted(byte)).map(|at| passed + at)
}

/// Number of bytes in the chunks before the first one with a wanted byte.
#[inline]
fn passed_chunks<const STEP: usize>(bytes: &[u8], wanted: impl Fn(u8) -> bool) -> usize {
    let is_plain = |chunk: &&[u8; STEP]| !chunk.iter().fold(false, |found, &byte| found | wanted(byte));
    STEP * bytes.as_chunks().0.iter().take_while(is_plain).count()
}

/// `text` with all white space single, for formats that show it in one line.
pub fn one_line(text: &str) -> String {
    readable(text).split_whitespace().collect::<Vec<_>>().join(" ")
}

/// A name for a file made of letters, digits and hyphens: `Cell line` gives `cell-line`.
pub fn file_stem(name: &str) -> String {
    let words = name.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
    words.collect::<Vec<_>>().join("-").to_ascii_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_nobody_can_read_is_left_out() {
        assert_eq!(readable("a\u{0}b\u{1f}c\u{ffff}\t\r\n\u{85}😀"), "abc\t\r\n\u{85}😀");
        assert!(matches!(readable("plain"), Cow::Borrowed(_)));
        assert_eq!(one_line("  a\n\tb\u{1} c "), "a b c");
    }

    #[test]
    fn a_byte_is_found_wherever_it_stands() {
        for length in [0, 1, 31, 32, 33, 100] {
            let mut bytes = vec![b'a'; length];
            assert_eq!(find_byte(&bytes, |byte| byte == b'<'), None);
            for at in 0..length {
                bytes[at] = b'<';
                assert_eq!(find_byte(&bytes, |byte| byte == b'<'), Some(at));
                bytes[at] = b'a';
            }
        }
    }

    #[test]
    fn file_stems_are_safe_everywhere() {
        assert_eq!(file_stem("Cell line"), "cell-line");
        assert_eq!(file_stem("../../etc/pass wd"), "etc-pass-wd");
        assert_eq!(file_stem("日本"), "");
    }
}
