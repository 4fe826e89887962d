//! CSV and TSV: a header that names the columns, and a row a paper.
//!
//! Rows are cut here, by the same rules of quoting that the csv crate reads them by, so that a quote that never closes
//! costs one row and not the rest of the file.

use std::sync::Arc;

use csv::{ReaderBuilder, StringRecord};
use memchr::memchr3;

use super::fields::{FieldMap, Slot};
use super::record::{Draft, split_keywords, split_names, utf8, year_in};
use super::split::{Split, Step, drop_line};

/// What a table's header says.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Table {
    delimiter: u8,
    /// For each column what it holds, and how much that counts among columns that hold the same.
    columns: Vec<Option<(Slot, u8)>>,
}

impl Table {
    /// Reads the header at the beginning of a text; gives the names of the columns if none is a title.
    pub(super) fn from_head(head: &[u8], delimiter: Option<u8>, fields: &FieldMap) -> Result<Arc<Table>, String> {
        let delimiter = delimiter.or_else(|| delimiter_of_header(head, fields)).unwrap_or(b',');
        let names = header(head, delimiter);
        let columns: Vec<_> = names.iter().map(|name| fields.slot(name.trim())).collect();
        if columns.iter().flatten().any(|(slot, _)| *slot == Slot::Title) {
            return Ok(Arc::new(Table { delimiter, columns }));
        }
        Err(names.iter().map(str::trim).collect::<Vec<_>>().join(", "))
    }

    /// Makes a draft of one row.
    pub(super) fn parse(&self, bytes: &[u8]) -> Result<Draft, String> {
        let row = read_row(utf8(bytes)?.as_bytes(), self.delimiter).map_err(|error| format!("broken row: {error}"))?;
        if row.iter().skip(self.columns.len()).any(|field| !field.is_empty()) {
            let (fields, columns) = (row.len(), self.columns.len());
            return Err(format!("the row has {fields} fields, the header {columns}; is a quote missing?"));
        }
        let value = |slot: Slot| {
            let of_slot = self.columns.iter().zip(&row).filter_map(|(column, field)| match column {
                Some((held, rank)) if *held == slot && !field.trim().is_empty() => Some((*rank, field)),
                _ => None,
            });
            of_slot.min_by_key(|(rank, _)| *rank).map(|(_, field)| field)
        };
        let text = |slot: Slot| value(slot).map(str::to_string);
        Ok(Draft {
            id: text(Slot::Id),
            title: text(Slot::Title),
            abstract_text: text(Slot::Abstract),
            authors: value(Slot::Authors).map(split_names).unwrap_or_default(),
            year: value(Slot::Year).and_then(year_in),
            venue: text(Slot::Venue),
            url: text(Slot::Url),
            doi: text(Slot::Doi),
            arxiv: text(Slot::Arxiv),
            keywords: value(Slot::Keywords).map(split_keywords).unwrap_or_default(),
            key: None,
        })
    }
}

/// The delimiter by which the first line is a header with a title in it, if any is.
pub(super) fn delimiter_of_header(head: &[u8], fields: &FieldMap) -> Option<u8> {
    [b'\t', b',', b';'].into_iter().find(|&delimiter| {
        let names = header(head, delimiter);
        let is_title = |name: &str| fields.slot(name.trim()).is_some_and(|(slot, _)| slot == Slot::Title);
        names.len() > 1 && names.iter().any(is_title)
    })
}

fn header(head: &[u8], delimiter: u8) -> StringRecord {
    let head = head.trim_ascii_start();
    let end = row_end(head, delimiter).unwrap_or(head.len());
    utf8(&head[..end]).ok().and_then(|row| read_row(row.as_bytes(), delimiter).ok()).unwrap_or_default()
}

fn read_row(row: &[u8], delimiter: u8) -> csv::Result<StringRecord> {
    let mut record = StringRecord::new();
    ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .delimiter(delimiter)
        .buffer_capacity(row.len().clamp(64, 8192))
        .from_reader(row)
        .read_record(&mut record)?;
    Ok(record)
}

/// Cuts a table into its rows, without the header.
pub(super) struct Rows {
    table: Arc<Table>,
    header_passed: bool,
    /// How far a row is followed over line breaks. Halved by every quote that never closes and doubled by every good
    /// row, so that a file full of such quotes is not walked through from each of them.
    most_row_bytes: usize,
}

/// How far a row is followed at least.
const LEAST_ROW_BYTES: usize = 4096;

impl Rows {
    pub(super) fn new(table: Arc<Table>) -> Self {
        Rows { table, header_passed: false, most_row_bytes: usize::MAX }
    }
}

impl Split for Rows {
    fn step(&mut self, bytes: &[u8], last: bool) -> Step {
        let blanks = bytes.iter().take_while(|byte| matches!(byte, b'\n' | b'\r')).count();
        if blanks > 0 {
            return Step::Skip(blanks);
        }
        let near = &bytes[..bytes.len().min(self.most_row_bytes)];
        let spans_lines = || drop_line(near).1;
        let end = match walk(near, self.table.delimiter) {
            Ok(end) => end,
            Err(_) if near.len() < bytes.len() && spans_lines() => return self.open_quote(bytes),
            Err(_) if near.len() < bytes.len() => match row_end(bytes, self.table.delimiter) {
                Some(end) => end,
                None if last => bytes.len(),
                None => return Step::More,
            },
            Err(_) if !last || bytes.is_empty() => return Step::More,
            Err(Place::Quoted) => return self.open_quote(bytes),
            Err(_) => bytes.len(),
        };
        self.most_row_bytes = self.most_row_bytes.saturating_mul(2);
        if self.header_passed {
            Step::Record { start: 0, end, next: end }
        } else {
            self.header_passed = true;
            Step::Skip(end)
        }
    }

    fn drop_overlong(&mut self, bytes: &[u8]) -> (usize, bool) {
        // Most likely a quote that never closes: the next line is a row of its own.
        self.header_passed = true;
        self.follow_less(bytes.len());
        drop_line(bytes)
    }
}

impl Rows {
    /// Drops the first line of a row that goes on too long.
    fn open_quote(&mut self, bytes: &[u8]) -> Step {
        self.follow_less(bytes.len());
        Step::Bad { start: 0, next: drop_line(bytes).0, reason: "a quote in this row never closes".into() }
    }

    fn follow_less(&mut self, followed: usize) {
        self.most_row_bytes = (self.most_row_bytes.min(followed) / 2).max(LEAST_ROW_BYTES);
    }
}

/// Where the first row ends, before its line break; None if it may go on.
fn row_end(bytes: &[u8], delimiter: u8) -> Option<usize> {
    walk(bytes, delimiter).ok()
}

/// Where in a row a byte stands.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    FieldBegin,
    Plain,
    Quoted,
    /// Behind a quote in a quoted field: its end, or the first of two quotes that stand for one.
    QuoteInQuoted,
}

/// The end of the first row, or the place at which the bytes end.
fn walk(bytes: &[u8], delimiter: u8) -> Result<usize, Place> {
    let mut place = Place::FieldBegin;
    let mut at = 0;
    while at < bytes.len() {
        if place == Place::Quoted {
            match memchr::memchr(b'"', &bytes[at..]) {
                Some(quote) => at += quote + 1,
                None => return Err(Place::Quoted),
            }
            place = Place::QuoteInQuoted;
            continue;
        }
        if place == Place::Plain {
            match memchr3(delimiter, b'\n', b'\r', &bytes[at..]) {
                Some(sign) => at += sign,
                None => return Err(Place::Plain),
            }
        }
        place = match (place, bytes[at]) {
            (Place::FieldBegin | Place::QuoteInQuoted, b'"') => Place::Quoted,
            (_, b'\n' | b'\r') => return Ok(at),
            (_, byte) if byte == delimiter => Place::FieldBegin,
            _ => Place::Plain,
        };
        at += 1;
    }
    Err(place)
}

#[cfg(test)]
mod tests {
    use super::super::split::records_of;
    use super::*;

    fn drafts(text: &str) -> Vec<(u64, Result<Draft, String>)> {
        let table = Table::from_head(text.as_bytes(), None, &FieldMap::default()).unwrap();
        let rows = Rows::new(Arc::clone(&table));
        records_of(text.as_bytes(), rows, 1 << 20)
            .into_iter()
            .map(|(line, row)| (line, row.and_then(|row| table.parse(row.as_bytes()))))
            .collect()
    }

    #[test]
    fn columns_are_found_by_name_in_any_order() {
        let text = "Year,Abstract,Title,Authors,note\r\n2020,\"All kites, and \"\"strings\"\",\r\nfly.\",Kites,\
                    \"Byron, Ada; Turing, Alan\",x\r\n\r\n2021,,Owls,,\r\n";
        let found = drafts(text);
        let kites = found[0].1.as_ref().unwrap();
        assert_eq!(kites.title.as_deref(), Some("Kites"));
        assert_eq!(kites.abstract_text.as_deref(), Some("All kites, and \"strings\",\r\nfly."));
        assert_eq!(kites.authors, ["Ada Byron", "Alan Turing"]);
        assert_eq!(kites.year, Some(2020));
        assert_eq!((found[0].0, found[1].0), (2, 5));
        assert_eq!(found[1].1.as_ref().unwrap().title.as_deref(), Some("Owls"));
    }

    #[test]
    fn tabs_and_semicolons_are_known_by_the_header() {
        for delimiter in ["\t", ";", ","] {
            let found = drafts(&["id", "title\n1", "Kites"].join(delimiter));
            assert_eq!(found[0].1.as_ref().unwrap().title.as_deref(), Some("Kites"));
        }
    }

    #[test]
    fn a_header_without_a_title_gives_its_columns() {
        let table = |text: &str, map: &str| Table::from_head(text.as_bytes(), None, &map.parse().unwrap());
        assert_eq!(table("id, Name,Text\n", ""), Err("id, Name, Text".into()));
        assert!(table("id, Name,Text\n", "title=Name,abstract=Text").is_ok());
        assert!(table("", "").is_err());
    }

    #[test]
    fn a_quote_that_never_closes_costs_one_row() {
        let found = drafts("id,title\n1,Kites\n2,\"Owls\n3,Bats\n4,Hens\n");
        let lines: Vec<_> = found.iter().map(|(line, draft)| (*line, draft.is_ok())).collect();
        assert_eq!(lines, [(2, true), (3, false), (4, true), (5, true)]);
        assert!(found[1].1.as_ref().unwrap_err().contains("never closes"));
    }

    #[test]
    fn many_quotes_that_never_close_are_no_trouble() {
        let found = drafts(&format!("id,title\n{}1,Kites\n", "a\"b,\"c\n".repeat(100_000)));
        assert!(found.iter().filter(|(_, draft)| draft.is_err()).count() > 10_000);
        assert_eq!(found.last().unwrap().1.as_ref().unwrap().title.as_deref(), Some("Kites"));
    }

    #[test]
    fn a_row_with_too_many_fields_is_refused_and_a_short_one_taken() {
        let found = drafts("id,title,abstract\n1,Kites,fly,high\n2,Owls\n3,Bats,hear,,\n");
        assert!(found[0].1.as_ref().unwrap_err().contains("4 fields, the header 3"));
        assert!(found[1].1.is_ok());
        assert!(found[2].1.is_ok());
    }
}
