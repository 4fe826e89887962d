//! Cutting a JSON document into the objects that describe papers, without holding the document.
//!
//! Papers stand in an array, alone or as a member of a page (`{"meta": ..., "results": [...]}`), or one after the
//! other. Only brackets and strings are looked at here; whether a record is good JSON is for the parser to say. Where
//! a record's brackets do not match, reading goes on at the next line that begins with the same indentation and `{`.

use memchr::{memchr, memchr3, memmem, memrchr};

use super::split::{Split, Step};

/// Members of a page that hold the papers.
const PAPER_LISTS: [&[u8]; 10] = [
    b"results",
    b"data",
    b"papers",
    b"works",
    b"items",
    b"hits",
    b"documents",
    b"records",
    b"entries",
    b"publications",
];

/// Members of a page that hold such a member in turn.
const WRAPPERS: [&[u8]; 3] = [b"message", b"hits", b"response"];

/// Members that show an object to be a paper.
const OF_PAPERS: [&[u8]; 3] = [b"title", b"abstract", b"display_name"];

/// How deep brackets are followed: as deep as the parser takes them. What is deeper is no record, and costs no memory.
const MOST_DEPTH: usize = 128;

/// Cuts a JSON document into records.
#[derive(Default)]
pub(super) struct JsonSplit {
    /// How many objects of a page are open around the list of papers.
    page_depth: usize,
    /// Whether the next byte is in a page's object, outside its list of papers.
    between_members: bool,
    /// The line break and white space before the latest record, if it began a line.
    line_begin: Option<Vec<u8>>,
    /// The open brackets of an overlong record, of which a part has been dropped.
    dropping: Brackets,
    /// Whether those brackets turned out not to match, so that only a line that begins a record ends the dropping.
    lost: bool,
}

impl Split for JsonSplit {
    fn step(&mut self, bytes: &[u8], last: bool) -> Step {
        let Some(&first) = bytes.first() else {
            return Step::More;
        };
        if self.between_members || first == b'{' {
            let scan = scan_members(bytes, if self.between_members { self.page_depth } else { 0 });
            match scan {
                Scan::List { next, depth } => {
                    self.between_members = false;
                    self.page_depth = depth;
                    return Step::Skip(next);
                }
                Scan::End(next) if self.between_members => {
                    self.between_members = false;
                    self.page_depth = 0;
                    return Step::Skip(next);
                }
                Scan::More if !last => return Step::More,
                _ if self.between_members => {
                    self.between_members = false;
                    self.page_depth = 0;
                    let reason = "broken JSON: what follows the papers of this page does not match or close";
                    return Step::Bad { start: 0, next: bytes.len(), reason: reason.into() };
                }
                _ => return self.record(bytes, last),
            }
        }
        match first {
            b']' if self.page_depth > 0 => {
                self.between_members = true;
                Step::Skip(1)
            }
            b']' | b',' | b'}' => Step::Skip(1),
            b'[' => Step::Skip(bytes.iter().take_while(|&&byte| byte == b'[').count()),
            _ if first.is_ascii_whitespace() => {
                let blanks = bytes.iter().take_while(|byte| byte.is_ascii_whitespace()).count();
                self.line_begin = memrchr(b'\n', &bytes[..blanks]).map(|at| bytes[at..blanks].to_vec());
                Step::Skip(blanks)
            }
            _ => stray_value(bytes, last),
        }
    }

    fn drop_overlong(&mut self, bytes: &[u8]) -> (usize, bool) {
        if self.between_members {
            return (bytes.len(), false);
        }
        if !self.lost {
            match self.dropping.feed(bytes) {
                Fed::Open => return (bytes.len(), false),
                Fed::Closed(end) => {
                    self.dropping = Brackets::default();
                    return (end, true);
                }
                Fed::Broken => self.lost = true,
            }
        }
        let begin = self.record_begin();
        match memmem::find(bytes, &begin) {
            Some(next) => {
                self.dropping = Brackets::default();
                self.lost = false;
                (next, true)
            }
            // The first bytes of one may stand at the end.
            None => (bytes.len().saturating_sub(begin.len() - 1), false),
        }
    }
}

impl JsonSplit {
    /// How a line begins that is surely a record's: as the latest one's, or without indentation.
    fn record_begin(&self) -> Vec<u8> {
        [self.line_begin.as_deref().unwrap_or(b"\n"), b"{"].concat()
    }

    fn record(&self, bytes: &[u8], last: bool) -> Step {
        let what = match Brackets::default().feed(bytes) {
            Fed::Closed(end) => {
                return Step::Record { start: 0, end, next: end };
            }
            Fed::Open if !last => return Step::More,
            Fed::Open => "the record never closes",
            Fed::Broken => "a bracket or quote does not match",
        };
        match memmem::find(bytes, &self.record_begin()) {
            Some(next) => Step::Bad { start: 0, next, reason: format!("broken JSON: {what}") },
            None if !last => Step::More,
            None => {
                let reason = format!("broken JSON: {what}; the rest of the file is lost");
                Step::Bad { start: 0, next: bytes.len(), reason }
            }
        }
    }
}

/// A number, text or word where an object should be.
fn stray_value(bytes: &[u8], last: bool) -> Step {
    let end = match bytes[0] {
        b'"' => string_end(bytes, 1),
        _ => bytes.iter().position(|byte| matches!(byte, b',' | b'[' | b']' | b'{' | b'}' | b'\n')),
    };
    match end {
        Some(next) => Step::Bad { start: 0, next: next.max(1), reason: "not a JSON object".into() },
        None if last => Step::Bad { start: 0, next: bytes.len(), reason: "not a JSON object".into() },
        None => Step::More,
    }
}

/// Whether a text begins as JSON objects or arrays of them do.
pub(super) fn looks_like_json(text: &[u8]) -> bool {
    let text = text.trim_ascii_start();
    let second = text.get(1..).unwrap_or_default().trim_ascii_start().first();
    match text.first() {
        Some(b'{') => matches!(second, Some(b'"' | b'}')),
        Some(b'[') => matches!(second, Some(b'{' | b']')),
        _ => false,
    }
}

/// Whether a JSON text is one of arrays or pages, rather than of papers one after the other.
pub(super) fn is_array_or_page(head: &[u8]) -> bool {
    let text = head.trim_ascii_start();
    text.starts_with(b"[") || (text.starts_with(b"{") && matches!(scan_members(text, 0), Scan::List { .. }))
}

/// Whether a JSON text has an object on its first line, the whole of it, and nothing else there.
pub(super) fn looks_like_lines(head: &[u8]) -> bool {
    let text = head.trim_ascii_start();
    if is_array_or_page(text) || !text.starts_with(b"{") {
        return false;
    }
    let line_break = memchr(b'\n', text);
    let line = &text[..line_break.unwrap_or(text.len())];
    match Brackets::default().feed(line) {
        Fed::Closed(end) => line[end..].trim_ascii().is_empty(),
        Fed::Open | Fed::Broken => line_break.is_none(),
    }
}

/// What the members of an object show.
enum Scan {
    /// It is a page: its papers begin at `next`, inside `depth` objects.
    List { next: usize, depth: usize },
    /// It is no page, but a paper.
    Paper,
    /// It ends without a list of papers.
    End(usize),
    /// Its brackets do not match.
    Broken,
    /// Not to be told from these bytes.
    More,
}

/// Looks for a list of papers among the members of an object: from its `{` if `depth` is 0, else from inside it.
fn scan_members(bytes: &[u8], depth: usize) -> Scan {
    scan_members_to_the_end(bytes, depth).unwrap_or(Scan::More)
}

/// As [`scan_members`]; None stands for [`Scan::More`].
fn scan_members_to_the_end(bytes: &[u8], mut depth: usize) -> Option<Scan> {
    let is_new = depth == 0;
    let mut at = 0;
    loop {
        match bytes.get(at)? {
            b'{' => {
                depth += 1;
                at += 1;
            }
            b'}' if depth <= 1 => return Some(Scan::End(at + 1)),
            b'}' => {
                depth -= 1;
                at += 1;
            }
            b'"' => {
                let end = string_end(bytes, at + 1)?;
                let name = &bytes[at + 1..end - 1];
                let colon = skip_blanks(bytes, end)?;
                if bytes[colon] != b':' {
                    at = end;
                    continue;
                }
                let value = skip_blanks(bytes, colon + 1)?;
                if is_new && OF_PAPERS.contains(&name) {
                    return Some(Scan::Paper);
                }
                at = match bytes[value] {
                    b'[' if PAPER_LISTS.contains(&name)
                        && matches!(bytes[skip_blanks(bytes, value + 1)?], b'{' | b']') =>
                    {
                        return Some(Scan::List { next: value + 1, depth });
                    }
                    b'{' if WRAPPERS.contains(&name) => value,
                    b'{' | b'[' => match Brackets::default().feed(&bytes[value..]) {
                        Fed::Closed(end) => value + end,
                        Fed::Broken => return Some(Scan::Broken),
                        Fed::Open => return None,
                    },
                    b'"' => string_end(bytes, value + 1)?,
                    _ => value,
                };
            }
            _ => at += 1,
        }
    }
}

fn skip_blanks(bytes: &[u8], from: usize) -> Option<usize> {
    bytes[from..].iter().position(|byte| !byte.is_ascii_whitespace()).map(|blanks| from + blanks)
}

/// One past the quote that closes the string whose text begins at `from`.
fn string_end(bytes: &[u8], from: usize) -> Option<usize> {
    let mut at = from;
    loop {
        at += memchr::memchr2(b'"', b'\\', bytes.get(at..)?)?;
        if bytes[at] == b'"' {
            return Some(at + 1);
        }
        at += 2;
    }
}

/// The open brackets of a value that is shown piece by piece.
#[derive(Default)]
struct Brackets {
    open: Vec<u8>,
    in_string: bool,
    escaped: bool,
}

/// Where the value stands after some bytes.
enum Fed {
    /// It goes on.
    Open,
    /// Its last bracket closes before this byte.
    Closed(usize),
    /// A bracket closes another kind, a line ends inside a string, or the nesting is too deep.
    Broken,
}

impl Brackets {
    fn feed(&mut self, bytes: &[u8]) -> Fed {
        let mut at = 0;
        while at < bytes.len() {
            if self.escaped {
                self.escaped = false;
                at += 1;
                continue;
            }
            if self.in_string {
                let Some(found) = memchr3(b'"', b'\\', b'\n', &bytes[at..]) else {
                    return Fed::Open;
                };
                at += found + 1;
                match bytes[at - 1] {
                    b'"' => self.in_string = false,
                    b'\\' => self.escaped = true,
                    _ => return Fed::Broken,
                }
                continue;
            }
            let byte = bytes[at];
            at += 1;
            match byte {
                b'"' => self.in_string = true,
                b'{' | b'[' if self.open.len() == MOST_DEPTH => return Fed::Broken,
                b'{' | b'[' => self.open.push(byte),
                b'}' | b']' => {
                    // `{` and `}`, `[` and `]` are two apart in ASCII.
                    if self.open.pop() != Some(byte - 2) {
                        return Fed::Broken;
                    }
                    if self.open.is_empty() {
                        return Fed::Closed(at);
                    }
                }
                _ => {}
            }
        }
        Fed::Open
    }
}

#[cfg(test)]
mod tests {
    use super::super::split::records_of;
    use super::*;

    fn records(text: &str) -> Vec<(u64, Result<String, String>)> {
        records_of(text.as_bytes(), JsonSplit::default(), 1 << 20)
    }

    fn good(text: &str) -> Vec<String> {
        records(text).into_iter().map(|(_, record)| record.unwrap()).collect()
    }

    #[test]
    fn an_array_gives_its_elements_and_their_lines() {
        let text = "[\n  {\"a\": \"x]\\\"}\"},\n  {\n    \"b\": [{}, {}]\n  }\n]\n";
        let found = records(text);
        assert_eq!(found[0], (2, Ok("{\"a\": \"x]\\\"}\"}".into())));
        assert_eq!(found[1].0, 3);
        assert_eq!(found.len(), 2);
    }

    #[test]
    fn pages_give_the_papers_in_them_and_nothing_else() {
        for text in [
            r#"{"meta":{"count":2,"x":[{"y":1}]},"results":[{"n":1},{"n":2}],"group_by":[{"k":3}],"more":{"a":{}}}"#,
            r#"{"total":2,"offset":0,"data":[{"n":1},{"n":2}],"next":2}"#,
            r#"{"status":"ok","message":{"facets":{},"items":[{"n":1},{"n":2}],"query":{"q":1}},"a":{"b":1}}"#,
            r#"{"hits":{"total":2,"hits":[{"n":1},{"n":2}]}}"#,
            "{\"results\":[{\"n\":1}]}\n{\"results\":[{\"n\":2}]}\n",
            r#"[{"results":[{"n":1}]},{"results":[]},{"results":[{"n":2}]}]"#,
            "{\"n\":1}{\"n\":2}",
            "{\n\"n\":1}\n{\n\"n\":2}".replace("\n\"", "\"").as_str(),
        ] {
            assert_eq!(good(text), ["{\"n\":1}", "{\"n\":2}"], "{text}");
        }
    }

    #[test]
    fn a_paper_with_a_member_called_data_is_no_page() {
        let text = r#"{"title":"Kites","data":[{"n":1}]}"#;
        assert_eq!(good(text), [text]);
    }

    #[test]
    fn a_broken_element_costs_no_other() {
        for broken in ["{\"n\":\"open}", "{\"n\":{1}", "{\"n\":[1}}"] {
            let text = format!("[\n {{\"n\":1}},\n {broken},\n {{\"n\":2}},\n {{\"n\":3}}\n]");
            let found = records(&text);
            assert_eq!(found.len(), 4, "{text}: {found:?}");
            assert_eq!(found[1].0, 3);
            assert!(found[1].1.as_ref().unwrap_err().contains("does not match"));
            assert_eq!(found[3], (5, Ok("{\"n\":3}".into())));
        }
    }

    #[test]
    fn an_array_that_ends_early_says_so_once() {
        let found = records("[{\"n\":1},{\"n\":");
        assert_eq!(found[0], (1, Ok("{\"n\":1}".into())));
        assert!(found[1].1.as_ref().unwrap_err().contains("never closes"));
        assert_eq!(found.len(), 2);
    }

    #[test]
    fn an_overlong_element_is_dropped_whatever_it_holds() {
        let long = format!("{{\"n\":[\"{}\"]}}", "]}".repeat(1 << 20));
        let found = records(&format!("[{{\"n\":1}},{long},{{\"n\":2}}]"));
        assert_eq!(found.len(), 3);
        assert!(found[1].1.as_ref().unwrap_err().contains("longer than"));
        assert_eq!(found[2].1.as_deref(), Ok("{\"n\":2}"));
    }

    #[test]
    fn brackets_without_end_are_no_trouble() {
        for text in ["[".repeat(3 << 20), "{\"a\":".repeat(1 << 20), "]}".repeat(1000)] {
            let found = records(&text);
            assert!(found.len() < 10_000 && found.iter().all(|(_, record)| record.is_err()), "{}", found.len());
        }
    }

    #[test]
    fn values_that_are_no_objects_are_named() {
        let found = records("[1, \"a, b\", {\"n\":1}, null]");
        let errors = found.iter().filter(|(_, record)| record.is_err()).count();
        assert_eq!((found.len(), errors), (4, 3));
    }
}
