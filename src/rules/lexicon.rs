//! `lexicon/*.csv`: rows with their places, tolerant of what spreadsheets do to a file.

use std::ops::Range;

use csv::{ReaderBuilder, StringRecord};

use super::files::LexiconRow;
use super::packed::LEXICON_COLUMNS;
use super::problem::Problem;

/// A lexicon file, read.
#[derive(Debug, Default)]
pub(super) struct Lexicon {
    /// The rows.
    pub(super) rows: Vec<LexiconRow>,
    /// For each row, where it begins in the file, in bytes.
    starts: Vec<usize>,
    /// For each field of a row, its column in the file.
    columns: [Option<usize>; LEXICON_COLUMNS.len()],
}

impl Lexicon {
    /// Reads a lexicon. Rows that cannot be read are left out and give a problem each.
    pub(super) fn parse(file: &str, source: &str) -> (Lexicon, Vec<Problem>) {
        let mut lexicon = Lexicon::default();
        let mut problems = Vec::new();
        let mut reader = ReaderBuilder::new().has_headers(false).flexible(true).from_reader(source.as_bytes());
        let mut record = StringRecord::new();
        let mut width = None;
        // The source is valid UTF-8 and in memory, and records may have any length: reading cannot fail.
        while reader.read_record(&mut record).unwrap_or(false) {
            let start = record_start(source, record.position().map_or(0, |position| position.byte()));
            let Some(width) = width else {
                problems.extend(lexicon.read_header(file, source, &record, start));
                if lexicon.columns[0].is_none() {
                    break;
                }
                width = Some(record.len());
                continue;
            };
            if record.iter().all(|field| field.trim().is_empty()) {
                continue;
            }
            if record.len() != width {
                let message = format!("{} columns, but the header has {width}", record.len());
                let help = "put quotes around a field that holds a comma, and separate aliases by `|`";
                let span = start..field_span(source, start, record.len() - 1).end;
                problems.push(Problem::error(file, source, span, message).with_help(help));
                continue;
            }
            let field = |index: usize| {
                lexicon.columns[index].and_then(|column| record.get(column)).unwrap_or("").trim().to_owned()
            };
            let row =
                LexiconRow { name: field(0), aliases: field(1), case: field(2), broader: field(3), url: field(4) };
            if row.name.trim_start_matches('=').is_empty() {
                let span = start..field_span(source, start, width - 1).end;
                problems.push(Problem::error(file, source, span, "a row without a name"));
                continue;
            }
            lexicon.rows.push(row);
            lexicon.starts.push(start);
        }
        (lexicon, problems)
    }

    /// Where the field `index` (as in [`LEXICON_COLUMNS`]) of a row stands in the file.
    pub(super) fn span(&self, source: &str, row: usize, index: usize) -> Range<usize> {
        field_span(source, self.starts[row], self.columns[index].unwrap_or(0))
    }

    fn read_header(&mut self, file: &str, source: &str, header: &StringRecord, start: usize) -> Vec<Problem> {
        let mut problems = Vec::new();
        for (column, name) in header.iter().enumerate() {
            let name = name.trim();
            let span = field_span(source, start, column);
            match LEXICON_COLUMNS.iter().position(|known| *known == name) {
                Some(index) if self.columns[index].is_some() => {
                    problems.push(Problem::error(file, source, span, format!("the column `{name}` stands twice")));
                }
                Some(index) => self.columns[index] = Some(column),
                None => {
                    let help = format!("the columns of a lexicon are {}", LEXICON_COLUMNS.join(","));
                    problems
                        .push(Problem::error(file, source, span, format!("unknown column `{name}`")).with_help(help));
                }
            }
        }
        if self.columns[0].is_none() {
            let span = start..field_span(source, start, header.len().saturating_sub(1)).end;
            let help = format!("the first line names the columns: {}", LEXICON_COLUMNS.join(","));
            problems.insert(0, Problem::error(file, source, span, "no column `name`").with_help(help));
        }
        problems
    }
}

/// The first byte of a record: the reader's position may stand before the line ends that precede it, or before a
/// byte order mark.
fn record_start(source: &str, position: u64) -> usize {
    let position = usize::try_from(position).map_or(source.len(), |position| position.min(source.len()));
    let rest = source.get(position..).unwrap_or("");
    source.len() - rest.trim_start_matches(['\r', '\n', '\u{feff}']).len()
}

/// Where the field number `column` of the record that begins at `start` stands, without its quotes.
fn field_span(source: &str, start: usize, column: usize) -> Range<usize> {
    let bytes = source.as_bytes();
    let mut at = start;
    let mut remaining = column;
    loop {
        let begin = at;
        let quoted = bytes.get(at) == Some(&b'"');
        let mut inside = quoted;
        at += usize::from(quoted);
        while let Some(&byte) = bytes.get(at) {
            match byte {
                b'"' if quoted => inside = !inside,
                b',' | b'\n' | b'\r' if !inside => break,
                _ => {}
            }
            at += 1;
        }
        if remaining == 0 || bytes.get(at) != Some(&b',') {
            let closed = quoted && at > begin + 1 && bytes[at - 1] == b'"';
            return begin + usize::from(quoted)..at - usize::from(closed);
        }
        remaining -= 1;
        at += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn reads_rows_in_any_order_of_columns() {
        let source = "\u{feff}aliases,name\r\n\r\n\"a|\"\"b\"\"\",X\r\n,\r\n,  Y \r\n";
        let (lexicon, problems) = Lexicon::parse("f", source);
        assert_eq!(problems, []);
        assert_eq!(lexicon.rows.len(), 2);
        assert_eq!((lexicon.rows[0].name.as_str(), lexicon.rows[0].aliases.as_str()), ("X", "a|\"b\""));
        assert_eq!(lexicon.rows[1].name, "Y");
        assert_eq!(&source[lexicon.span(source, 0, 0)], "X");
        assert_eq!(&source[lexicon.span(source, 0, 1)], "a|\"\"b\"\"");
    }

    #[test]
    fn tells_of_wrong_headers_and_rows() {
        let (_, problems) = Lexicon::parse("f", "name;aliases\nx;y\n");
        assert_eq!(problems[0].message, "no column `name`");
        let (lexicon, problems) = Lexicon::parse("f", "name,alias\nx,y\nz\n,b\n");
        let messages: Vec<_> = problems.iter().map(|p| (p.line, p.column, p.message.as_str())).collect();
        assert_eq!(
            messages,
            [
                (1, 6, "unknown column `alias`"),
                (3, 1, "1 columns, but the header has 2"),
                (4, 1, "a row without a name")
            ]
        );
        assert_eq!(lexicon.rows.len(), 1);
        assert!(Lexicon::parse("f", "").1.is_empty());
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(128))]
        #[test]
        fn any_text_is_read_and_any_field_found(fields in prop::collection::vec("[ -~é\n]{0,6}", 1..8)) {
            let mut writer = csv::Writer::from_writer(Vec::new());
            writer.write_record(["name", "url"]).unwrap();
            for field in &fields {
                writer.write_record(["n", field]).unwrap();
            }
            let source = String::from_utf8(writer.into_inner().unwrap()).unwrap();
            let (lexicon, problems) = Lexicon::parse("f", &source);
            prop_assert_eq!(problems, []);
            for (row, field) in fields.iter().enumerate() {
                prop_assert_eq!(&source[lexicon.span(&source, row, 4)].replace("\"\"", "\""), field);
            }
        }

        #[test]
        fn no_text_breaks_it(source in "(name,url\n)?[a\",\r\n\u{feff}é]{0,40}") {
            let (lexicon, _) = Lexicon::parse("f", &source);
            for row in 0..lexicon.rows.len() {
                let _ = &source[lexicon.span(&source, row, 4)];
            }
        }
    }
}
