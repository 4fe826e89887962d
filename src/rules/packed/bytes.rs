//! What packed tables are made of: lists of records of one size, of texts, and of numbers, one after the other.

use std::ops::Range;

use crate::text::PhraseHashes;

/// Writes the parts of a packed table.
#[derive(Debug, Default)]
pub struct Packer {
    bytes: Vec<u8>,
}

impl Packer {
    /// Adds a list of records.
    pub fn records<const SIZE: usize>(&mut self, records: &[[u8; SIZE]]) {
        self.bytes.extend(small(records.len()));
        self.bytes.extend(records.as_flattened());
    }

    /// Adds a list of texts.
    pub fn texts<T: AsRef<str>>(&mut self, texts: &[T]) {
        let mut joined = Vec::new();
        let mut ends = Vec::with_capacity(texts.len());
        for text in texts {
            joined.extend(text.as_ref().bytes().map(|byte| [byte]));
            ends.push(small(joined.len()));
        }
        self.records(&ends);
        self.records(&joined);
    }

    /// Adds a list of numbers: as whole hundredths where all of them are such, as tables hold them.
    pub fn numbers(&mut self, numbers: &[f32]) {
        let exact = |number: &f32| {
            let rounded = hundredths(*number);
            (in_hundredths(rounded).to_bits() == number.to_bits()).then(|| rounded.to_le_bytes())
        };
        let hundredths: Option<Vec<[u8; 2]>> = numbers.iter().map(exact).collect();
        let others = if hundredths.is_some() { &[] } else { numbers };
        self.records(&hundredths.unwrap_or_default());
        self.records(&others.iter().map(|number| number.to_le_bytes()).collect::<Vec<_>>());
    }

    /// The packed table.
    pub fn finish(self) -> Vec<u8> {
        self.bytes
    }
}

/// A length as packed tables hold it. Tables are far smaller than 4 GiB.
fn small(length: usize) -> [u8; 4] {
    (length as u32).to_le_bytes()
}

/// Reads the parts of a packed table in the order in which they were written.
#[derive(Debug)]
pub struct Unpacker<'t> {
    rest: &'t [u8],
}

impl<'t> Unpacker<'t> {
    /// Begins to read a packed table.
    pub fn new(packed: &'t [u8]) -> Self {
        Self { rest: packed }
    }

    /// The list of records that comes next. Empty where the table ends too early, as no table does that was packed.
    pub fn records<const SIZE: usize>(&mut self) -> &'t [[u8; SIZE]] {
        let Some((length, rest)) = self.rest.split_first_chunk() else {
            return &[];
        };
        let size = u32::from_le_bytes(*length) as usize * SIZE;
        let (records, rest) = rest.split_at_checked(size).unwrap_or_default();
        self.rest = rest;
        records.as_chunks().0
    }

    /// The list of texts that comes next.
    pub fn texts(&mut self) -> Texts<'t> {
        let ends = self.records();
        let text = std::str::from_utf8(self.records::<1>().as_flattened()).unwrap_or_default();
        Texts { from: 0, ends, text }
    }

    /// The list of numbers that comes next.
    pub fn numbers(&mut self) -> Numbers<'t> {
        Numbers { hundredths: self.records(), others: self.records() }
    }
}

/// A list of texts.
#[derive(Clone, Copy, Debug, Default)]
pub struct Texts<'t> {
    /// Where the first text begins.
    from: usize,
    /// Where each text ends.
    ends: &'t [[u8; 4]],
    /// All texts joined.
    text: &'t str,
}

impl<'t> Texts<'t> {
    /// Some of the texts that follow each other. Empty where there are not as many.
    pub fn part(self, numbers: Range<usize>) -> Self {
        let before = numbers.start.checked_sub(1).and_then(|last| self.ends.get(last));
        let from = before.map_or(self.from, |end| u32::from_le_bytes(*end) as usize);
        Self { from, ends: self.ends.get(numbers).unwrap_or_default(), text: self.text }
    }

    /// The texts in order.
    pub fn iter(self) -> impl ExactSizeIterator<Item = &'t str> {
        let mut from = self.from;
        self.ends.iter().map(move |end| {
            let to = u32::from_le_bytes(*end) as usize;
            let text = self.text.get(from..to).unwrap_or_default();
            from = to;
            text
        })
    }
}

/// A list of numbers.
#[derive(Clone, Copy, Debug, Default)]
pub struct Numbers<'t> {
    /// All numbers as whole hundredths, if they are such.
    hundredths: &'t [[u8; 2]],
    /// All numbers, if not.
    others: &'t [[u8; 4]],
}

impl<'t> Numbers<'t> {
    /// Reads the numbers from the one at `from` on, as hundredths. Where there are not as many, nothing is read.
    pub fn read_hundredths(self, from: usize, into: &mut [i16]) {
        if let Some(numbers) = self.hundredths.get(from..from + into.len()) {
            into.iter_mut().zip(numbers).for_each(|(number, bytes)| *number = i16::from_le_bytes(*bytes));
        } else if let Some(numbers) = self.others.get(from..from + into.len()) {
            into.iter_mut().zip(numbers).for_each(|(number, bytes)| *number = hundredths(f32::from_le_bytes(*bytes)));
        }
    }

    /// Reads the numbers from the one at `from` on. Where there are not as many, nothing is read.
    pub fn read(self, from: usize, into: &mut [f32]) {
        if let Some(hundredths) = self.hundredths.get(from..from + into.len()) {
            // Eight at once, as most rows have as many or more.
            let (eights, others) = into.as_chunks_mut::<8>();
            let (eights_of_bytes, other_bytes) = hundredths.as_chunks::<8>();
            for (numbers, bytes) in eights.iter_mut().zip(eights_of_bytes) {
                for at in 0..8 {
                    numbers[at] = in_hundredths(i16::from_le_bytes(bytes[at]));
                }
            }
            for (number, bytes) in others.iter_mut().zip(other_bytes) {
                *number = in_hundredths(i16::from_le_bytes(*bytes));
            }
        } else if let Some(numbers) = self.others.get(from..from + into.len()) {
            into.iter_mut().zip(numbers).for_each(|(number, bytes)| *number = f32::from_le_bytes(*bytes));
        }
    }
}

/// A number in whole hundredths, the nearest one.
#[inline]
fn hundredths(number: f32) -> i16 {
    (number * 100.0).round() as i16
}

/// The number of so many hundredths: the one nearest to it, as for its decimal digits.
#[inline]
fn in_hundredths(hundredths: i16) -> f32 {
    f32::from(hundredths) / 100.0
}

/// The key of a phrase; 0 if it takes more than a look at its bytes to find it. Such phrases are packed as they are
/// written, and their keys are made when the table is read.
#[derive(Debug, Default)]
pub struct PhraseKeys {
    hashes: PhraseHashes,
    /// The phrases whose key is 0.
    pub unhashed: Vec<String>,
}

impl PhraseKeys {
    /// The key of the next phrase.
    pub fn of(&mut self, phrase: &str) -> u64 {
        // A phrase without a word has the key 0 whatever makes it.
        let key = if self.hashes.read_plain(phrase) { self.hashes.key() } else { 0 };
        if key == 0 {
            self.unhashed.push(phrase.to_string());
        }
        key
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn what_is_packed_is_read_again(
            records in prop::collection::vec(any::<[u8; 3]>(), 0..4),
            texts in prop::collection::vec(".{0,3}", 0..4),
            numbers in prop::collection::vec(any::<f32>(), 0..4),
            hundredths in prop::collection::vec(any::<i16>(), 0..4),
        ) {
            let mut packer = Packer::default();
            packer.records(&records);
            packer.texts(&texts);
            packer.numbers(&numbers);
            let hundredths: Vec<f32> = hundredths.into_iter().map(in_hundredths).collect();
            packer.numbers(&hundredths);
            let packed = packer.finish();
            let mut unpacker = Unpacker::new(&packed);
            prop_assert_eq!(unpacker.records::<3>(), &records);
            let read = unpacker.texts();
            prop_assert_eq!(read.iter().len(), texts.len());
            prop_assert_eq!(read.iter().collect::<Vec<_>>(), &texts[..]);
            for from in 0..texts.len() {
                prop_assert_eq!(read.part(from..texts.len()).iter().collect::<Vec<_>>(), &texts[from..]);
            }
            for numbers in [numbers, hundredths] {
                let mut read = vec![0.0; numbers.len()];
                unpacker.numbers().read(0, &mut read);
                let bits = |numbers: &[f32]| numbers.iter().map(|number| number.to_bits()).collect::<Vec<_>>();
                prop_assert_eq!(bits(&read), bits(&numbers));
            }
        }
    }

    #[test]
    fn a_table_that_ends_early_is_read_as_far_as_it_goes() {
        let mut packer = Packer::default();
        packer.texts(&["some", "texts"]);
        let packed = packer.finish();
        for length in 0..packed.len() {
            let texts = Unpacker::new(&packed[..length]).texts();
            assert!(texts.iter().all(|text| text.is_empty()), "{length}");
        }
    }
}
