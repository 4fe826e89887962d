//! `lexicon/*.csv`, packed.

use std::collections::BTreeSet;

use super::bytes::{Packer, Texts, Unpacker};
use crate::rules::rows::Rows;
use crate::text::PhraseHashes;

/// The columns of a lexicon.
pub const LEXICON_COLUMNS: [&str; 5] = ["name", "aliases", "case", "broader", "url"];

/// The fields of a row, in the order of [`LEXICON_COLUMNS`], without white space around them.
pub type LexiconFields<'t> = [&'t str; LEXICON_COLUMNS.len()];

/// Packs a lexicon. `None` if there is a mistake in it: whoever reads it as CSV can say which.
pub fn pack_lexicon(csv: &[u8]) -> Option<Vec<u8>> {
    std::str::from_utf8(csv).ok()?;
    let mut rows = Rows::new(csv);
    let mut columns = [None; LEXICON_COLUMNS.len()];
    for (at, name) in rows.header.iter().enumerate() {
        let column = &mut columns[LEXICON_COLUMNS.iter().position(|known| *known == name.trim())?];
        if column.replace(at).is_some() {
            return None;
        }
    }
    columns[0]?;
    let mut table: Vec<[String; LEXICON_COLUMNS.len()]> = Vec::new();
    while rows.advance() {
        let row = columns.map(|column| column.map_or("", |at| rows.field(at)).trim().to_string());
        if row.iter().all(String::is_empty) {
            continue;
        }
        if row[0].trim_start_matches('=').is_empty() {
            return None;
        }
        table.push(row);
    }
    // A row that ends the walk before the end of the table has too few fields, or too many.
    rows.fields().is_empty().then(|| pack_rows(table.iter().map(|row| row.each_ref().map(String::as_str))))
}

/// Packs the rows of a lexicon.
pub fn pack_rows<'t>(rows: impl Iterator<Item = LexiconFields<'t>>) -> Vec<u8> {
    let mut columns: [Vec<&str>; LEXICON_COLUMNS.len()] = Default::default();
    let (mut texts, mut forms, mut counts, mut families) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    let mut beginnings = BTreeSet::new();
    let mut hashes = PhraseHashes::default();
    for row in rows {
        let [name, aliases, case, broader, _] = row;
        let before = texts.len();
        let aliases = aliases.split('|').map(str::trim).filter(|alias| !alias.is_empty());
        for form in std::iter::once(name).chain(aliases) {
            let bare = form.trim_start_matches('=');
            // A form whose words cannot be seen without making a document has no hashes here, and so the key 0.
            hashes.read_plain(bare);
            beginnings.extend(hashes.beginnings());
            forms.push(form_record(hashes.key(), case == "yes" || bare.len() < form.len()));
            texts.push(bare);
        }
        counts.push(((texts.len() - before) as u32).to_le_bytes());
        hashes.read_plain(broader.trim_start_matches('='));
        families.push(hashes.key().to_le_bytes());
        columns.iter_mut().zip(row).for_each(|(column, field)| column.push(field));
    }
    let mut packer = Packer::default();
    columns.iter().for_each(|column| packer.texts(column));
    packer.records(&counts);
    packer.records(&families);
    packer.texts(&texts);
    packer.records(&forms);
    packer.records(&beginnings.into_iter().map(u64::to_le_bytes).collect::<Vec<_>>());
    packer.finish()
}

/// Bytes of what is packed of a form: its key, and whether its letter case matters.
const FORM: usize = 8 + 1;

fn form_record(key: u64, exact: bool) -> [u8; FORM] {
    let mut record = [u8::from(exact); FORM];
    record[..8].copy_from_slice(&key.to_le_bytes());
    record
}

/// A lexicon, unpacked.
#[derive(Debug)]
pub struct PackedLexicon<'t> {
    columns: [Texts<'t>; LEXICON_COLUMNS.len()],
    counts: &'t [[u8; 4]],
    families: &'t [[u8; 8]],
    texts: Texts<'t>,
    forms: &'t [[u8; FORM]],
    beginnings: &'t [[u8; 8]],
}

/// What the program makes of a row.
#[derive(Clone, Copy, Debug)]
pub struct PackedName<'t> {
    /// Number of its forms: the name and the aliases.
    pub forms: usize,
    /// The more general name; empty if there is none.
    pub broader: &'t str,
    /// The key of that name; 0 if it is still to be made.
    pub broader_key: u64,
    /// Address; empty if there is none.
    pub url: &'t str,
}

/// A form of a name, without `=`.
#[derive(Clone, Copy, Debug)]
pub struct PackedForm<'t> {
    /// The form.
    pub text: &'t str,
    /// Its key; 0 if it is still to be made.
    pub key: u64,
    /// Does letter case matter?
    pub exact: bool,
}

impl<'t> PackedLexicon<'t> {
    /// Begins to read a packed lexicon.
    pub fn new(packed: &'t [u8]) -> Self {
        let mut parts = Unpacker::new(packed);
        Self {
            columns: std::array::from_fn(|_| parts.texts()),
            counts: parts.records(),
            families: parts.records(),
            texts: parts.texts(),
            forms: parts.records(),
            beginnings: parts.records(),
        }
    }

    /// The rows as they are written.
    pub fn rows(&self) -> impl ExactSizeIterator<Item = LexiconFields<'t>> + use<'t> {
        let mut columns = self.columns.map(Texts::iter);
        (0..self.counts.len()).map(move |_| columns.each_mut().map(|column| column.next().unwrap_or_default()))
    }

    /// The names, a row each.
    pub fn names(&self) -> impl ExactSizeIterator<Item = PackedName<'t>> + use<'t> {
        let [_, _, _, broader, urls] = self.columns;
        let rows = self.counts.iter().zip(self.families).zip(broader.iter().zip(urls.iter()));
        rows.map(|((count, key), (broader, url))| PackedName {
            forms: u32::from_le_bytes(*count) as usize,
            broader: broader.trim_start_matches('='),
            broader_key: u64::from_le_bytes(*key),
            url,
        })
    }

    /// The forms of all names, one name after the other.
    pub fn forms(&self) -> impl ExactSizeIterator<Item = PackedForm<'t>> + use<'t> {
        self.texts.iter().zip(self.forms).map(|(text, record)| {
            let [key @ .., exact] = *record;
            PackedForm { text, key: u64::from_le_bytes(key), exact: exact != 0 }
        })
    }

    /// Hashes of what the forms begin with: one word, two words and so on up to all words. Those of forms whose key is
    /// still to be made are not among them.
    pub fn beginnings(&self) -> impl ExactSizeIterator<Item = u64> + use<'t> {
        self.beginnings.iter().map(|hash| u64::from_le_bytes(*hash))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_packed_as_they_are_written() {
        let csv = "\u{feff}url,name,aliases,broader\r\n,X,=Y | C++ ,\n,,,\nu,=Deep Net,,=X\n";
        let packed = pack_lexicon(csv.as_bytes()).unwrap();
        let lexicon = PackedLexicon::new(&packed);
        let rows: Vec<_> = lexicon.rows().collect();
        assert_eq!(rows, [["X", "=Y | C++", "", "", ""], ["=Deep Net", "", "", "=X", "u"]]);
        let forms: Vec<_> = lexicon.forms().map(|form| (form.text, form.exact, form.key != 0)).collect();
        let expected = [("X", false, true), ("Y", true, true), ("C++", false, false), ("Deep Net", true, true)];
        assert_eq!(forms, expected);
        let names: Vec<_> = lexicon.names().map(|name| (name.forms, name.broader, name.url)).collect();
        assert_eq!(names, [(3, "", ""), (1, "X", "u")]);
        assert_eq!(lexicon.names().nth(1).map(|name| name.broader_key), lexicon.forms().next().map(|form| form.key));
        assert_eq!(lexicon.beginnings().len(), 4);
    }

    #[test]
    fn a_lexicon_with_a_mistake_is_not_packed() {
        let mistakes: [&[u8]; 7] = [
            b"",
            b"aliases\nx\n",
            b"name,name\nx,y\n",
            b"name,alias\nx,y\n",
            b"name\nx,y\nz\n",
            b"name,url\n=,u\n",
            b"name\n\xff\n",
        ];
        for csv in mistakes {
            assert_eq!(pack_lexicon(csv), None, "{}", csv.escape_ascii());
        }
    }
}
