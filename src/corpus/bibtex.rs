//! BibTeX and BibLaTeX: entries are cut here, one by one, and parsed by biblatex.
//!
//! A bibliography is parsed entry by entry, so that a broken entry costs itself only. The `@string` definitions that
//! an entry uses are put before it, written out, and of its fields only those that say something of the paper are
//! resolved. `@comment`, `@preamble` and `@proceedings` are no papers and are passed over.

use std::collections::BTreeMap;

use biblatex::{Bibliography, Chunk, Entry, RawBibliography, RawChunk, RawEntry};
use memchr::{memchr, memchr2, memmem};

use super::record::{Draft, split_keywords, split_names, utf8, year_in};
use super::split::{Split, Step};

/// How long one `@string`, written out, and all of them together may be.
const MOST_BYTES_A_STRING: usize = 64 << 10;
const MOST_STRING_BYTES: usize = 4 << 20;

/// How deep braces may stand in each other in an entry; biblatex follows them by recursion.
const MOST_DEPTH: usize = 100;

/// Fields that say something of the paper.
const FIELDS: [&str; 15] = [
    "title",
    "subtitle",
    "abstract",
    "author",
    "year",
    "date",
    "booktitle",
    "journal",
    "journaltitle",
    "url",
    "doi",
    "eprint",
    "eprinttype",
    "archiveprefix",
    "keywords",
];

/// Makes a draft of one entry, with the definitions before it that it needs.
pub(super) fn parse(bytes: &[u8]) -> Result<Draft, String> {
    let text = utf8(bytes)?;
    let mut raw = RawBibliography::parse(text).map_err(|error| format!("broken BibTeX: {}", error.kind))?;
    // A definition that uses others could use itself; those that `Strings` writes out use none.
    raw.abbreviations.retain(|pair| pair.value.v.iter().all(|chunk| matches!(chunk.v, RawChunk::Normal(_))));
    raw.entries.truncate(1);
    let Some(entry) = raw.entries.first_mut() else {
        return Err("broken BibTeX: no entry".into());
    };
    entry.v.fields.retain(|field| FIELDS.iter().any(|known| field.key.v.eq_ignore_ascii_case(known)));
    let resolved = resolve(&raw);
    let entry = &raw.entries[0].v;
    let value = |name: &str| match &resolved {
        Some(resolved) => resolved.get(name).map(text_of),
        None => plain_field(&raw, entry, name),
    };
    let title = match (value("title"), value("subtitle")) {
        (Some(title), Some(subtitle)) => Some(format!("{title}: {subtitle}")),
        (title, _) => title,
    };
    let people = resolved.as_ref().and_then(|entry| entry.author().ok()).unwrap_or_default();
    let authors = match value("author") {
        // Some other field is not to be resolved: the names by the simpler rules of the other formats.
        Some(names) if people.is_empty() => split_names(&names),
        _ => people.iter().map(ToString::to_string).collect(),
    };
    let archive = value("eprinttype").or_else(|| value("archiveprefix"));
    Ok(Draft {
        key: Some(entry.key.v.to_string()),
        title,
        abstract_text: value("abstract"),
        authors: authors.into_iter().filter(|name| name != "others").collect(),
        year: ["date", "year"].iter().find_map(|name| year_in(&value(name)?)),
        venue: ["booktitle", "journaltitle", "journal"].iter().find_map(|name| value(name)),
        url: value("url"),
        doi: value("doi"),
        arxiv: value("eprint").filter(|_| archive.is_none_or(|archive| archive.eq_ignore_ascii_case("arxiv"))),
        keywords: value("keywords").map(|text| split_keywords(&text)).unwrap_or_default(),
        ..Draft::default()
    })
}

/// The first entry with its LaTeX resolved; None if some field of it is not to be resolved.
fn resolve(raw: &RawBibliography<'_>) -> Option<Entry> {
    Bibliography::from_raw(raw.clone()).ok()?.into_vec().into_iter().next()
}

/// One field of an entry that is not to be resolved as a whole (a lone `$`, an unknown abbreviation elsewhere): the
/// field alone, or its text without the braces.
fn plain_field(raw: &RawBibliography<'_>, entry: &RawEntry<'_>, name: &str) -> Option<String> {
    let field = entry.fields.iter().find(|field| field.key.v.eq_ignore_ascii_case(name))?;
    let mut alone = raw.clone();
    alone.entries[0].v.fields = vec![field.clone()];
    if let Some(entry) = resolve(&alone) {
        return entry.get(name).map(text_of);
    }
    let written = field.value.v.iter().map(|chunk| match chunk.v {
        RawChunk::Normal(text) => text.replace(['{', '}'], ""),
        RawChunk::Abbreviation(_) => String::new(),
    });
    Some(written.collect())
}

/// A field's text, with mathematics left as it is written.
fn text_of(chunks: &[biblatex::Spanned<Chunk>]) -> String {
    let mut text = String::new();
    for chunk in chunks {
        match &chunk.v {
            Chunk::Normal(part) | Chunk::Verbatim(part) => text.push_str(part),
            Chunk::Math(part) => {
                text.push('$');
                text.push_str(part);
                text.push('$');
            }
        }
    }
    text
}

/// The `@string` definitions read so far: names in lower case, values written out.
#[derive(Default)]
pub(super) struct Strings {
    values: BTreeMap<String, String>,
    bytes: usize,
}

impl Strings {
    /// Takes the next entry of the file: gives it back, with the definitions it uses before it, if it is a paper.
    pub(super) fn take(&mut self, entry: Vec<u8>) -> Option<Vec<u8>> {
        match kind(&entry).unwrap_or_default().to_ascii_lowercase().as_slice() {
            b"comment" | b"preamble" | b"proceedings" => return None,
            b"string" => {
                self.define(&entry);
                return None;
            }
            _ if self.values.is_empty() => return Some(entry),
            _ => {}
        }
        let mut definitions = String::new();
        for name in bare_words(&entry) {
            if let Some(value) = self.values.get(&name.to_ascii_lowercase()) {
                definitions.push_str(&format!("@string{{{name} = {{{value}}}}}\n"));
            }
        }
        if definitions.is_empty() { Some(entry) } else { Some([definitions.as_bytes(), &entry].concat()) }
    }

    fn define(&mut self, entry: &[u8]) {
        let Some(raw) = utf8(entry).ok().and_then(|text| RawBibliography::parse(text).ok()) else {
            return;
        };
        for pair in raw.abbreviations {
            let mut value = String::new();
            for chunk in &pair.value.v {
                match chunk.v {
                    RawChunk::Normal(text) => value.push_str(text),
                    RawChunk::Abbreviation(name) => {
                        value.push_str(self.values.get(&name.to_ascii_lowercase()).map_or("", String::as_str));
                    }
                }
            }
            let fits = value.len() <= MOST_BYTES_A_STRING && self.bytes + value.len() <= MOST_STRING_BYTES;
            if fits && is_balanced(&value) {
                self.bytes += value.len();
                self.values.insert(pair.key.v.to_ascii_lowercase(), value);
            }
        }
    }
}

fn is_balanced(text: &str) -> bool {
    let mut braces = Braces::default();
    text.bytes().all(|byte| braces.feed(byte).is_some()) && braces.depth == 0 && !braces.escaped
}

/// The words of an entry that stand for a `@string`: bare, behind `=` or `#`.
fn bare_words(entry: &[u8]) -> Vec<&str> {
    let mut words = Vec::new();
    let mut braces = Braces::default();
    let (mut value_begins, mut in_quotes) = (false, false);
    let mut at = 0;
    while at < entry.len() {
        let byte = entry[at];
        if braces.depth == 1 && !braces.escaped {
            match byte {
                b'"' => in_quotes = !in_quotes,
                b'=' | b'#' if !in_quotes => {
                    value_begins = true;
                    at += 1;
                    continue;
                }
                _ if value_begins && byte.is_ascii_alphabetic() => {
                    let is_word = |byte: &u8| byte.is_ascii_alphanumeric() || b"_-:+./".contains(byte);
                    let length = entry[at..].iter().take_while(|byte| is_word(byte)).count();
                    words.extend(std::str::from_utf8(&entry[at..at + length]));
                    value_begins = false;
                    at += length;
                    continue;
                }
                _ => {}
            }
        }
        value_begins &= byte.is_ascii_whitespace();
        braces.feed(byte);
        at += 1;
    }
    words.sort_unstable();
    words.dedup();
    words
}

/// Depth of braces, by biblatex's rules: a backslash takes the next character with it.
#[derive(Default)]
struct Braces {
    depth: usize,
    escaped: bool,
}

impl Braces {
    /// The depth behind the byte; None if it closes what was never opened.
    fn feed(&mut self, byte: u8) -> Option<usize> {
        if std::mem::take(&mut self.escaped) {
            return Some(self.depth);
        }
        match byte {
            b'\\' => self.escaped = true,
            b'{' => self.depth += 1,
            b'}' => self.depth = self.depth.checked_sub(1)?,
            _ => {}
        }
        Some(self.depth)
    }
}

/// The letters behind an entry's `@`, if a bracket opens behind them.
fn kind(entry: &[u8]) -> Option<&[u8]> {
    let rest = entry.strip_prefix(b"@")?;
    let letters = rest.iter().take_while(|byte| byte.is_ascii_alphabetic()).count();
    let opens = matches!(rest[letters..].trim_ascii_start().first(), Some(b'{' | b'('));
    (letters > 0 && opens).then_some(&rest[..letters])
}

/// Cuts a bibliography into its entries; what stands between them is no record.
pub(super) struct Entries;

impl Split for Entries {
    fn step(&mut self, bytes: &[u8], last: bool) -> Step {
        match memchr2(b'@', b'%', bytes) {
            None if bytes.is_empty() => Step::More,
            None => Step::Skip(bytes.len()),
            // A comment up to the end of its line.
            Some(0) if bytes[0] == b'%' => match memchr(b'\n', bytes) {
                Some(end) => Step::Skip(end + 1),
                None if last => Step::Skip(bytes.len()),
                None => Step::More,
            },
            Some(0) if kind(bytes).is_none() => {
                let may_go_on = bytes[1..].iter().all(|byte| byte.is_ascii_alphabetic() || byte.is_ascii_whitespace());
                if may_go_on && !last { Step::More } else { Step::Skip(1) }
            }
            Some(0) => entry_end(bytes, last),
            Some(at) => Step::Skip(at),
        }
    }

    fn drop_overlong(&mut self, bytes: &[u8]) -> (usize, bool) {
        match memmem::find(bytes, b"\n@") {
            Some(at) => (at + 1, true),
            None if bytes.ends_with(b"\n") => (bytes.len() - 1, false),
            None => (bytes.len(), false),
        }
    }
}

/// The entry that the bytes begin with. One that never closes ends where a line begins the next one.
fn entry_end(bytes: &[u8], last: bool) -> Step {
    let mut braces = Braces::default();
    let mut in_parentheses = false;
    for (at, &byte) in bytes.iter().enumerate() {
        if byte == b'@' && at > 0 && bytes[at - 1] == b'\n' && kind(&bytes[at..]).is_some() {
            return Step::Bad { start: 0, next: at, reason: "broken BibTeX: the entry never closes".into() };
        }
        in_parentheses |= byte == b'(' && braces.depth == 0;
        let was_inside = braces.depth > 0;
        let closed = match braces.feed(byte) {
            None => return Step::Skip(at + 1),
            Some(depth) if depth > MOST_DEPTH => {
                let next = memmem::find(&bytes[at..], b"\n@").map(|found| at + found + 1);
                return match next {
                    None if !last => Step::More,
                    next => Step::Bad {
                        start: 0,
                        next: next.unwrap_or(bytes.len()),
                        reason: format!("broken BibTeX: braces stand more than {MOST_DEPTH} deep"),
                    },
                };
            }
            Some(depth) if in_parentheses => depth == 0 && byte == b')',
            Some(depth) => depth == 0 && was_inside,
        };
        if closed {
            return Step::Record { start: 0, end: at + 1, next: at + 1 };
        }
    }
    if !last {
        return Step::More;
    }
    Step::Bad { start: 0, next: bytes.len(), reason: "broken BibTeX: the entry never closes".into() }
}

#[cfg(test)]
mod tests {
    use super::super::split::records_of;
    use super::*;
    use proptest::prelude::*;

    fn drafts(text: &str) -> Vec<(u64, Result<Draft, String>)> {
        let mut strings = Strings::default();
        records_of(text.as_bytes(), Entries, 1 << 20)
            .into_iter()
            .filter_map(|(line, entry)| match entry {
                Ok(entry) => Some((line, parse(&strings.take(entry.into_bytes())?))),
                Err(reason) => Some((line, Err(reason))),
            })
            .collect()
    }

    #[test]
    fn an_entry_with_everything() {
        let found = drafts(
            "Notes of mine, ada@example.org.\n% @article{no,\n@Comment{jabref-meta: x;}\n@inproceedings{byron2020,\n\
             title = {{Kites}: $\\alpha$ and Schr{\\\"o}dinger \\& {NASA}},\n  author = \"Byron, Ada and Alan M. Turing \
             and others\",\n booktitle = {Wind}, year = 2020, month = jul,\n abstract = {We fly\n 50\\% of them.},\n \
             doi = {10.1000/182}, keywords = {kites, strings} }\n",
        );
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].0, 4);
        let draft = found[0].1.as_ref().unwrap();
        assert_eq!(draft.title.as_deref(), Some("Kites: $\\alpha$ and Schrödinger & NASA"));
        assert_eq!(draft.authors, ["Ada Byron", "Alan M. Turing"]);
        assert_eq!(draft.abstract_text.as_deref(), Some("We fly 50% of them."));
        assert_eq!(draft.venue.as_deref(), Some("Wind"));
        assert_eq!((draft.year, draft.key.as_deref()), (Some(2020), Some("byron2020")));
        assert_eq!(draft.doi.as_deref(), Some("10.1000/182"));
        assert_eq!(draft.keywords, ["kites", "strings"]);
    }

    #[test]
    fn definitions_are_written_out_even_of_each_other_and_never_of_themselves() {
        let found = drafts(
            "@string{wind = \"Wind\"}\n@STRING{conf = wind # { Conference}}\n@string{loop = loop # \"x\"}\n\
             @article{a, title={Kites}, journal = Conf # \" 7\"}\n@article{b, title={Owls}, journal=loop}\n\
             @article{c, title={Bats}, journal=unknown}\n",
        );
        let venue = |index: usize| found[index].1.as_ref().unwrap().venue.clone().unwrap();
        assert_eq!(venue(0), "Wind Conference 7");
        assert_eq!(venue(1), "x");
        assert_eq!(venue(2), "");
    }

    #[test]
    fn a_field_that_latex_would_refuse_keeps_its_text() {
        let found = drafts("@article{a, title={Kites for $5 {NASA}}, author={Byron, Ada}, year={2001}}");
        let draft = found[0].1.as_ref().unwrap();
        assert_eq!(draft.title.as_deref(), Some("Kites for $5 NASA"));
        assert_eq!(draft.authors, ["Ada Byron"]);
        assert_eq!(draft.year, Some(2001));
    }

    #[test]
    fn a_broken_entry_costs_no_other() {
        let found = drafts(
            "@article{a, title={Kites}}\n@article{b, title={Owls\n}\n@article{c, title=}\n@article{d, title={Bats}}\n\
             @article{e, title={Hens}",
        );
        let lines: Vec<_> = found.iter().map(|(line, draft)| (*line, draft.is_ok())).collect();
        assert_eq!(lines, [(1, true), (2, false), (4, false), (5, true), (6, false)]);
        assert!(found[1].1.as_ref().unwrap_err().contains("never closes"));
    }

    #[test]
    fn an_overlong_entry_is_dropped_up_to_the_next() {
        let text = format!("@article{{a, abstract={{{}\n@article{{b, title={{Owls}}}}", "x\n".repeat(2 << 20));
        let found = drafts(&text);
        assert_eq!(found.len(), 2);
        assert!(found[0].1.as_ref().unwrap_err().contains("longer than"));
        assert_eq!(found[1].1.as_ref().unwrap().title.as_deref(), Some("Owls"));
    }

    #[test]
    fn arxiv_ids_are_known_by_the_archive() {
        let found = drafts(
            "@misc{a, title={Kites}, eprint={2301.01234}, archivePrefix={arXiv}}\n\
             @misc{b, title={Owls}, eprint={1234}, eprinttype={jstor}}",
        );
        assert_eq!(found[0].1.as_ref().unwrap().arxiv.as_deref(), Some("2301.01234"));
        assert_eq!(found[1].1.as_ref().unwrap().arxiv, None);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(256))]
        #[test]
        fn no_entry_makes_the_parser_panic(body in "[{}\\\\\"$=,#@%a-c \n^~é'-]{0,60}", field in "title|author|date|year|abstract") {
            for text in [format!("@a{{k, {field} = {{{body}}}}}"), format!("@a{{k, {field} = \"{body}\"}}"), format!("@a{{{body}}}")] {
                let _ = drafts(&text);
                let _ = parse(text.as_bytes());
            }
        }
    }
}
