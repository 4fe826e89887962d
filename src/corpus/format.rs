//! The source formats, and how a file's format is found from its ending and its content.

use std::fmt;
use std::path::Path;
use std::str::FromStr;

use super::fields::FieldMap;
use super::{json_pages, listing, table};

/// A format that papers can be read from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum InputFormat {
    /// A title line, an abstract line, and so on.
    Listing,
    /// One JSON object a line.
    JsonLines,
    /// JSON arrays of objects, alone or as a member of a page (`{"results": [...]}`), or objects one after the other.
    Json,
    /// A table with a header, its fields separated by commas (or semicolons, as some spreadsheets write them).
    Csv,
    /// A table with a header, its fields separated by tabs.
    Tsv,
    /// A BibTeX or BibLaTeX bibliography.
    Bibtex,
}

impl InputFormat {
    /// All formats.
    pub const ALL: [InputFormat; 6] = [
        InputFormat::Listing,
        InputFormat::JsonLines,
        InputFormat::Json,
        InputFormat::Csv,
        InputFormat::Tsv,
        InputFormat::Bibtex,
    ];

    /// The formats in words, for messages.
    pub(super) const NAMES: &'static str =
        "JSON Lines, JSON arrays, CSV, TSV, BibTeX, and listings of title and abstract lines";

    /// The endings that are read in folders, for messages.
    pub(super) const ENDINGS: &'static str = ".jsonl .ndjson .json .csv .tsv .bib .txt, also with .gz or .zst behind";

    /// The name that `--input-format` takes.
    pub fn name(self) -> &'static str {
        match self {
            InputFormat::Listing => "listing",
            InputFormat::JsonLines => "jsonl",
            InputFormat::Json => "json",
            InputFormat::Csv => "csv",
            InputFormat::Tsv => "tsv",
            InputFormat::Bibtex => "bibtex",
        }
    }
}

impl fmt::Display for InputFormat {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(self.name())
    }
}

/// The name is none of a format's.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("there is no input format `{0}`; there are listing, jsonl, json, csv, tsv and bibtex")]
pub struct UnknownInputFormat(String);

impl FromStr for InputFormat {
    type Err = UnknownInputFormat;

    fn from_str(name: &str) -> Result<Self, UnknownInputFormat> {
        let found = Self::ALL.into_iter().find(|format| format.name() == name);
        found.ok_or_else(|| UnknownInputFormat(name.to_string()))
    }
}

/// What a file's ending says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ending {
    /// The format, of which JSON and JSON Lines are told apart by the content all the same.
    Format(InputFormat),
    /// Text of any kind: `.txt`, or no ending at all.
    Text,
    /// An ending that papergraph does not know.
    Unknown,
}

/// Reads a name's ending, not minding one of compression behind it.
pub(super) fn ending(name: &str) -> Ending {
    let name = name.to_ascii_lowercase();
    let bare = [".gz", ".zst", ".zstd"].iter().find_map(|packed| name.strip_suffix(packed)).unwrap_or(&name);
    match Path::new(bare).extension().and_then(|ending| ending.to_str()) {
        Some("jsonl" | "ndjson") => Ending::Format(InputFormat::JsonLines),
        Some("json") => Ending::Format(InputFormat::Json),
        Some("csv") => Ending::Format(InputFormat::Csv),
        Some("tsv" | "tab") => Ending::Format(InputFormat::Tsv),
        Some("bib" | "bibtex") => Ending::Format(InputFormat::Bibtex),
        Some("txt" | "text") | None => Ending::Text,
        Some(_) => Ending::Unknown,
    }
}

/// Finds the format of a text by its ending and its beginning, or says what it looks like instead.
pub(super) fn detect(ending: Ending, head: &[u8], fields: &FieldMap) -> Result<InputFormat, String> {
    if let Some(kind) = other_kind(head) {
        return Err(kind.to_string());
    }
    let json = || {
        if json_pages::looks_like_lines(head) { InputFormat::JsonLines } else { InputFormat::Json }
    };
    match ending {
        Ending::Format(InputFormat::JsonLines) if !json_pages::is_array_or_page(head) => Ok(InputFormat::JsonLines),
        Ending::Format(InputFormat::JsonLines | InputFormat::Json) => Ok(json()),
        Ending::Format(format) => Ok(format),
        Ending::Text | Ending::Unknown => {
            let text = head.trim_ascii_start();
            if text.is_empty() {
                Ok(InputFormat::Listing)
            } else if json_pages::looks_like_json(text) {
                Ok(json())
            } else if begins_an_entry(text) {
                Ok(InputFormat::Bibtex)
            } else if let Some(delimiter) = table::delimiter_of_header(text, fields) {
                Ok(if delimiter == b'\t' { InputFormat::Tsv } else { InputFormat::Csv })
            } else if listing::looks_like_a_listing(text) {
                Ok(InputFormat::Listing)
            } else {
                let what = "its content is of no format that papergraph knows";
                Err(format!("{what}; if it is one, name it with --input-format ({})", names()))
            }
        }
    }
}

fn names() -> String {
    InputFormat::ALL.map(InputFormat::name).join(", ")
}

/// Files that people may well hand in, but that need a step before.
fn other_kind(head: &[u8]) -> Option<&'static str> {
    Some(match head {
        [b'P', b'K', 3, 4, ..] => "a ZIP archive or a spreadsheet: unpack it, or save the sheet as CSV",
        [b'%', b'P', b'D', b'F', ..] => "a PDF file: papergraph reads titles and abstracts as text",
        [b'B', b'Z', b'h', b'1'..=b'9', 0x31, 0x41, ..] => "bzip2: unpack it, or pipe it in with `bzip2 -dc`",
        [0xfd, b'7', b'z', b'X', b'Z', 0, ..] => "xz: unpack it, or pipe it in with `xz -dc`",
        [0x1f, 0x8b, ..] | [0x28, 0xb5, 0x2f, 0xfd, ..] => "compressed twice: unpack it once",
        [b'P', b'A', b'R', b'1', ..] => "a Parquet file: convert it to JSON Lines or CSV",
        _ if head.get(257..262) == Some(b"ustar") => "a tar archive: unpack it and give the folder",
        [b'<', b'?', b'x', b'm', b'l', ..] | [b'<', b'!', ..] => "XML or HTML: convert it to JSON Lines or CSV",
        _ => return None,
    })
}

/// Whether a line near the beginning opens a BibTeX entry (`@article{`).
fn begins_an_entry(text: &[u8]) -> bool {
    text.split(|&byte| byte == b'\n').take(200).any(|line| {
        let Some(rest) = line.trim_ascii_start().strip_prefix(b"@") else {
            return false;
        };
        let letters = rest.iter().take_while(|byte| byte.is_ascii_alphabetic()).count();
        letters > 2 && matches!(rest[letters..].trim_ascii_start().first(), Some(b'{' | b'('))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(name: &str, head: &str) -> Option<InputFormat> {
        detect(ending(name), head.as_bytes(), &FieldMap::default()).ok()
    }

    #[test]
    fn the_ending_tells_the_format() {
        for (name, format) in [
            ("a.jsonl", InputFormat::JsonLines),
            ("a.NDJSON.gz", InputFormat::JsonLines),
            ("a.csv.zst", InputFormat::Csv),
            ("dir.json/a.tsv", InputFormat::Tsv),
            ("a.bib", InputFormat::Bibtex),
        ] {
            assert_eq!(ending(name), Ending::Format(format), "{name}");
        }
        assert_eq!(ending("a.md"), Ending::Unknown);
        assert_eq!(ending("standard input"), Ending::Text);
    }

    #[test]
    fn the_content_tells_the_format() {
        let long = "All kites fly, as anyone can see who looks up. ".repeat(9);
        for (head, format) in [
            ("{\"title\":\"a\"}\n{\"title\":\"b\"}\n", InputFormat::JsonLines),
            ("{\"title\":\"a\"}", InputFormat::JsonLines),
            ("{\n \"title\":\"a\"}", InputFormat::Json),
            (" [{\"title\":\"a\"}]", InputFormat::Json),
            ("{\"meta\":{},\"results\":[{\"title\":\"a\"}]}", InputFormat::Json),
            ("% my papers\n\n@article{a,\n title={b}}", InputFormat::Bibtex),
            ("id,Title,Abstract\n1,a,b\n", InputFormat::Csv),
            ("id;title;abstract\n1;a;b\n", InputFormat::Csv),
            ("title\tabstract\na\tb\n", InputFormat::Tsv),
            (&format!("Kites\n{long}\n"), InputFormat::Listing),
            (&format!("[Re] Kites\n{long}\n"), InputFormat::Listing),
            ("", InputFormat::Listing),
        ] {
            assert_eq!(found("stdin", head), Some(format), "{head}");
        }
        assert_eq!(found("stdin", "fn main() {}\n"), None);
    }

    #[test]
    fn json_and_json_lines_are_told_apart_whatever_the_ending() {
        assert_eq!(found("a.json", "{\"title\":\"a\"}\n{\"title\":\"b\"}\n"), Some(InputFormat::JsonLines));
        assert_eq!(found("a.jsonl", "[{\"title\":\"a\"}]"), Some(InputFormat::Json));
        assert_eq!(found("a.jsonl", "{\"broken\n{\"title\":\"b\"}\n"), Some(InputFormat::JsonLines));
        assert_eq!(found("a.jsonl", "{\"results\":[{\"title\":\"a\"}]}\n"), Some(InputFormat::Json));
    }

    #[test]
    fn files_of_other_kinds_get_advice() {
        let message = |head: &[u8]| detect(Ending::Unknown, head, &FieldMap::default()).unwrap_err();
        assert!(message(b"PK\x03\x04...").contains("save the sheet as CSV"));
        assert!(message(b"%PDF-1.5").contains("PDF"));
        assert!(message(b"\x00\x01\x02").contains("--input-format"));
    }
}
