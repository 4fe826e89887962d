//! `tables/*-weights.csv`, packed.

use std::ops::Range;

use super::bytes::{Numbers, Packer, PhraseKeys, Texts, Unpacker};
use super::words::WordKey;
use crate::rules::rows::Rows;
use crate::text::Hashing;

/// Columns before those of numbers: family, value, seen.
const NAME_COLUMNS: usize = 3;

/// Packs `family,value,seen,<columns of numbers>`.
pub fn pack(csv: &[u8]) -> Vec<u8> {
    let mut rows = Rows::new(csv);
    let mut packer = Packer::default();
    let Some(columns) = rows.header.get(NAME_COLUMNS..) else {
        return packer.finish();
    };
    packer.texts(columns);
    let (mut families, mut lengths): (Vec<String>, Vec<u32>) = (Vec::new(), Vec::new());
    let (mut values, mut hashes, mut numbers) = (Vec::new(), Vec::new(), Vec::new());
    let (mut phrases, mut keys) = (PhraseKeys::default(), Vec::new());
    while rows.advance() {
        let [family, value] = [0, 1].map(|at| rows.field(at));
        match lengths.last_mut().filter(|_| families.last().is_some_and(|last| last == family)) {
            Some(length) => *length += 1,
            None => {
                families.push(family.to_string());
                lengths.push(1);
            }
        }
        values.push(value.to_string());
        hashes.push(name_hash(family, value).to_le_bytes());
        let key = WordKey::of_family(family).map_or(0, |kind| kind.of(value, |phrase| phrases.of(phrase)));
        keys.push(key.to_le_bytes());
        numbers.extend(rows.fields()[NAME_COLUMNS..].iter().map(|field| number(field)));
    }
    packer.texts(&families);
    packer.records(&lengths.into_iter().map(u32::to_le_bytes).collect::<Vec<_>>());
    packer.texts(&values);
    packer.records(&hashes);
    packer.records(&keys);
    packer.numbers(&numbers);
    packer.finish()
}

/// A table of weights, unpacked, whatever its rows mean.
#[derive(Clone, Debug, Default)]
pub struct WeightFile<'t> {
    /// Names of the columns of numbers.
    pub columns: Vec<&'t str>,
    /// The families of rows that follow each other, and which rows those are.
    families: Vec<(&'t str, Range<usize>)>,
    values: Texts<'t>,
    hashes: &'t [[u8; 8]],
    keys: &'t [[u8; 8]],
    numbers: Numbers<'t>,
}

impl<'t> WeightFile<'t> {
    /// Begins to read a packed table.
    pub fn new(packed: &'t [u8]) -> Self {
        let mut parts = Unpacker::new(packed);
        let columns = parts.texts().iter().collect();
        let families = parts.texts();
        let mut end = 0;
        let rows = parts.records().iter().map(|length| {
            let first = end;
            end += u32::from_le_bytes(*length) as usize;
            first..end
        });
        Self {
            columns,
            families: families.iter().zip(rows).collect(),
            values: parts.texts(),
            hashes: parts.records(),
            keys: parts.records(),
            numbers: parts.numbers(),
        }
    }

    /// The values of a family of [words](WordKey::of_family), each with its key; that is 0 where it is still to be made.
    pub fn words(&self, family: &str) -> Vec<(&'t str, u64)> {
        let mut words = Vec::new();
        for (_, rows) in self.families.iter().filter(|(id, _)| *id == family) {
            let keys = self.keys.get(rows.clone()).unwrap_or_default();
            words.extend(self.values.part(rows.clone()).iter().zip(keys.iter().map(|key| u64::from_le_bytes(*key))));
        }
        words
    }

    /// Number of rows.
    pub fn rows(&self) -> usize {
        self.hashes.len()
    }

    /// The [hash of the name](name_hash) of a row, if there is such a row.
    #[inline]
    pub fn hash(&self, row: usize) -> Option<u64> {
        self.hashes.get(row).map(|hash| u64::from_le_bytes(*hash))
    }

    /// For each row the [hash of its name](name_hash).
    pub fn hashes(&self) -> impl ExactSizeIterator<Item = u64> + use<'t> {
        self.hashes.iter().map(|hash| u64::from_le_bytes(*hash))
    }

    /// Reads the numbers of a row from the column at `from` on, as hundredths.
    pub fn read_row(&self, row: usize, from: usize, into: &mut [i16]) {
        self.numbers.read_hundredths(row * self.columns.len() + from, into);
    }
}

/// Hash of the names of a family and of a value.
pub fn name_hash(family: &str, value: &str) -> u64 {
    Hashing::default().with(family).with("\n").with(value).finish()
}

/// The number that a text writes, 0 if it writes none. Short decimal numbers, as tables hold them, are read by hand: their
/// digits and the power of ten are exact, so that the quotient is the nearest number.
fn number(text: &str) -> f32 {
    if text.is_empty() {
        return 0.0;
    }
    let unsigned = text.strip_prefix('-').unwrap_or(text);
    let (mut digits, mut power, mut after_point) = (0u32, 1u32, false);
    for byte in unsigned.bytes() {
        match byte {
            b'0'..=b'9' if digits < 1_000_000 && power < 1_000_000 => {
                digits = digits * 10 + u32::from(byte - b'0');
                power *= if after_point { 10 } else { 1 };
            }
            b'.' if !after_point => after_point = true,
            _ => return text.parse().unwrap_or(0.0),
        }
    }
    let size = digits as f32 / power as f32;
    if unsigned.len() < text.len() { -size } else { size }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn numbers_are_read_as_the_library_reads_them(text in "-?[0-9]{1,9}(\\.[0-9]{0,9})?|-?\\.[0-9]{1,9}|[0-9.e-]{1,4}") {
            let by_library: f32 = text.parse().unwrap_or(0.0);
            prop_assert_eq!(number(&text), by_library);
        }
    }
}
