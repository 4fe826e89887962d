//! Rows of the CSV tables, without a copy of every field: the tables are large, and are read at each start.
//!
//! Reads what the crate `csv` reads by its default settings, and stops where that would give an error.

use std::borrow::Cow;

/// A walk over the rows of a table.
#[derive(Debug)]
pub struct Rows<'t> {
    /// What is still unread.
    rest: &'t str,
    /// The fields of the first row.
    pub header: Vec<Cow<'t, str>>,
    /// The fields of the row at hand.
    fields: Vec<Cow<'t, str>>,
}

impl<'t> Rows<'t> {
    /// Begins before the first row after the header.
    pub fn new(table: &'t [u8]) -> Self {
        let text = std::str::from_utf8(table).unwrap_or_else(|error| {
            // The rows before the one that is no text.
            let readable = std::str::from_utf8(&table[..error.valid_up_to()]).unwrap_or_default();
            &readable[..readable.rfind(['\n', '\r']).unwrap_or(0)]
        });
        let rest = text.strip_prefix('\u{feff}').unwrap_or(text);
        let mut rows = Self { rest, header: Vec::new(), fields: Vec::new() };
        rows.read();
        rows.header = std::mem::take(&mut rows.fields);
        rows
    }

    /// Goes to the next row. False at the end of the table, and at a row that has not as many fields as the header.
    pub fn advance(&mut self) -> bool {
        self.read();
        let is_row = !self.fields.is_empty() && self.fields.len() == self.header.len();
        if !is_row {
            self.rest = "";
        }
        is_row
    }

    /// A field of the row at hand; empty where there is none.
    pub fn field(&self, at: usize) -> &str {
        self.fields.get(at).map_or("", |field| field)
    }

    /// All fields of the row at hand.
    pub fn fields(&self) -> &[Cow<'t, str>] {
        &self.fields
    }

    fn read(&mut self) {
        self.fields.clear();
        self.rest = self.rest.trim_start_matches(['\n', '\r']);
        let mut more = !self.rest.is_empty();
        while more {
            let field = match self.rest.strip_prefix('"') {
                Some(inside) => self.quoted(inside),
                None => Cow::Borrowed(self.unquoted()),
            };
            self.fields.push(field);
            more = self.rest.starts_with(',');
            // What ends a field is one byte, or the end of the table.
            self.rest = self.rest.get(1..).unwrap_or("");
        }
    }

    fn unquoted(&mut self) -> &'t str {
        let is_end = |byte: u8| matches!(byte, b',' | b'\n' | b'\r');
        let length = self.rest.bytes().position(is_end).unwrap_or(self.rest.len());
        let (field, rest) = self.rest.split_at(length);
        self.rest = rest;
        field
    }

    fn quoted(&mut self, inside: &'t str) -> Cow<'t, str> {
        let mut field = String::new();
        self.rest = inside;
        while let Some((part, rest)) = self.rest.split_once('"') {
            field.push_str(part);
            match rest.strip_prefix('"') {
                Some(rest) => self.rest = rest,
                None => {
                    self.rest = rest;
                    field.push_str(self.unquoted());
                    return field.into();
                }
            }
            field.push('"');
        }
        // Nothing closes the field: it runs to the end of the table.
        field.push_str(self.rest);
        self.rest = "";
        field.into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn rows(table: &[u8]) -> Vec<Vec<String>> {
        let mut rows = Rows::new(table);
        let mut all = vec![rows.header.iter().map(ToString::to_string).collect()];
        while rows.advance() {
            all.push(rows.fields().iter().map(ToString::to_string).collect());
        }
        all
    }

    fn rows_of_csv(table: &[u8]) -> Vec<Vec<String>> {
        let mut reader = csv::Reader::from_reader(table);
        let strings = |record: &csv::StringRecord| record.iter().map(String::from).collect();
        let mut all = vec![reader.headers().map(strings).unwrap_or_default()];
        all.extend(reader.records().map_while(Result::ok).map(|record| strings(&record)));
        all
    }

    #[test]
    fn reads_fields_with_and_without_quotes() {
        let table = "\u{feff}a,b\r\n\r\n\"x, \"\"y\"\"\n\",2\n,\nshort\n3,4\n".as_bytes();
        assert_eq!(rows(table), [["a", "b"], ["x, \"y\"\n", "2"], ["", ""]]);
    }

    #[test]
    fn rows_before_one_that_is_no_text_are_read() {
        assert_eq!(rows(b"a,b\n1,2\n3,\xff\n5,6\n"), rows_of_csv(b"a,b\n1,2\n3,\xff\n5,6\n"));
    }

    proptest! {
        #[test]
        fn reads_what_csv_reads(table in "[a\",\r\né]{0,24}") {
            prop_assert_eq!(rows(table.as_bytes()), rows_of_csv(table.as_bytes()));
        }
    }
}
