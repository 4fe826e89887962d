//! `tables/*-weights.csv`, packed.

use super::bytes::{Numbers, Packer, Texts, Unpacker};
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
        numbers.extend(rows.fields()[NAME_COLUMNS..].iter().map(|field| number(field)));
    }
    packer.texts(&families);
    packer.records(&lengths.into_iter().map(u32::to_le_bytes).collect::<Vec<_>>());
    packer.texts(&values);
    packer.records(&hashes);
    packer.numbers(&numbers);
    packer.finish()
}

/// A table of weights, unpacked, whatever its rows mean.
#[derive(Clone, Debug, Default)]
pub struct WeightFile<'t> {
    /// Names of the columns of numbers.
    pub columns: Vec<&'t str>,
    /// The families of rows that follow each other, and how many rows that are.
    families: Vec<(&'t str, usize)>,
    values: Texts<'t>,
    hashes: &'t [[u8; 8]],
    numbers: Numbers<'t>,
}

impl<'t> WeightFile<'t> {
    /// Begins to read a packed table.
    pub fn new(packed: &'t [u8]) -> Self {
        let mut parts = Unpacker::new(packed);
        let columns = parts.texts().iter().collect();
        let families = parts.texts();
        let lengths = parts.records().iter().map(|length| u32::from_le_bytes(*length) as usize);
        Self {
            columns,
            families: families.iter().zip(lengths).collect(),
            values: parts.texts(),
            hashes: parts.records(),
            numbers: parts.numbers(),
        }
    }

    /// Family and value of each row.
    pub fn names(&self) -> impl Iterator<Item = (&'t str, &'t str)> {
        let families = self.families.iter().flat_map(|&(family, length)| std::iter::repeat_n(family, length));
        families.zip(self.values.iter())
    }

    /// For each row the [hash of its name](name_hash).
    pub fn hashes(&self) -> impl ExactSizeIterator<Item = u64> + use<'t> {
        self.hashes.iter().map(|hash| u64::from_le_bytes(*hash))
    }

    /// Reads the numbers of a row from the column at `from` on.
    pub fn read_row(&self, row: usize, from: usize, into: &mut [f32]) {
        self.numbers.read(row * self.columns.len() + from, into);
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
