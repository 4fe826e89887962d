//! Lists of texts, packed: sentences of evidence and other texts of papers are most of what a graph of millions of papers
//! holds.

use std::borrow::Cow;
use std::sync::LazyLock;

use fsst::Compressor;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A list of texts in one allocation. They are packed and made anew for each call, some tenths of a microsecond for a
/// sentence.
///
/// What frequent letters in a row are packed to is learnt from the sample corpus, so that every text stands for itself:
/// of English sentences 55 bytes in 100 are left. Other texts are kept as well, but not smaller. See Boncz, Neumann and
/// Leis, "FSST: Fast Random Access String Compression", VLDB 2020.
///
/// ```
/// use papergraph::graph::Texts;
///
/// let sentences: Texts = ["We present LookNet.", "It is fast."].into_iter().collect();
/// assert_eq!(sentences.get(1).as_deref(), Some("It is fast."));
/// assert_eq!(sentences.get(2), None);
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Texts {
    /// Nothing for no texts, else the width of a position in bytes (one byte), the number of texts (four), where each text
    /// ends in what follows, and the packed texts.
    packed: Box<[u8]>,
}

/// Bytes before the positions.
const HEAD: usize = 5;

/// What packs and unpacks.
static COMPRESSOR: LazyLock<Compressor> = LazyLock::new(|| {
    #[derive(Deserialize)]
    struct Record<'s> {
        #[serde(borrow, rename = "abstract", default)]
        text: Cow<'s, str>,
    }
    let sample = include_str!("../../data/papers.jsonl").lines();
    let records: Vec<Record<'_>> = sample.filter_map(|line| serde_json::from_str(line).ok()).collect();
    Compressor::train(&records.iter().map(|record| record.text.as_bytes()).collect())
});

impl Texts {
    /// Number of texts.
    pub fn len(&self) -> usize {
        self.packed.get(1..HEAD).map_or(0, number)
    }

    /// Is there none?
    pub fn is_empty(&self) -> bool {
        self.packed.is_empty()
    }

    /// The text at a position.
    pub fn get(&self, position: usize) -> Option<String> {
        let width = usize::from(*self.packed.first()?);
        let count = self.len();
        let (ends, texts) = self.packed[HEAD..].split_at(count * width);
        let end = |position: usize| number(&ends[position * width..][..width]);
        let to = (position < count).then(|| end(position))?;
        let from = position.checked_sub(1).map_or(0, end);
        let text = COMPRESSOR.decompressor().decompress(&texts[from..to]);
        // What was packed was text.
        Some(String::from_utf8(text).unwrap_or_default())
    }

    /// All texts in their order.
    pub fn iter(&self) -> impl Iterator<Item = String> {
        (0..self.len()).map_while(|position| self.get(position))
    }
}

/// The number that two or four bytes are.
fn number(bytes: &[u8]) -> usize {
    bytes.iter().rev().fold(0, |number, byte| number << 8 | usize::from(*byte))
}

impl<S: AsRef<str>> FromIterator<S> for Texts {
    /// Packs texts. Those of one paper are far less than 4 GiB; what would go beyond it is left out.
    fn from_iter<T: IntoIterator<Item = S>>(texts: T) -> Self {
        let mut all = Vec::new();
        let mut ends: Vec<u32> = Vec::new();
        for text in texts {
            let packed = COMPRESSOR.compress(text.as_ref().as_bytes());
            let Ok(end) = u32::try_from(all.len() + packed.len()) else {
                break;
            };
            all.extend(packed);
            ends.push(end);
        }
        if ends.is_empty() {
            return Self::default();
        }
        let width: u8 = if all.len() <= usize::from(u16::MAX) { 2 } else { 4 };
        let mut packed = Vec::with_capacity(HEAD + ends.len() * usize::from(width) + all.len());
        packed.push(width);
        packed.extend((ends.len() as u32).to_le_bytes());
        for end in ends {
            packed.extend(&end.to_le_bytes()[..usize::from(width)]);
        }
        packed.extend(all);
        Self { packed: packed.into() }
    }
}

impl Serialize for Texts {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.iter())
    }
}

impl<'d> Deserialize<'d> for Texts {
    fn deserialize<D: Deserializer<'d>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Vec::<String>::deserialize(deserializer)?.into_iter().collect())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn any_texts_are_kept(texts in prop::collection::vec("\\PC*|[\\x00-\\xff]*|[a-z ]*", 0..6)) {
            let packed: Texts = texts.iter().collect();
            prop_assert_eq!(packed.iter().collect::<Vec<_>>(), texts.clone());
            let json = serde_json::to_string(&packed).unwrap();
            prop_assert_eq!(&json, &serde_json::to_string(&texts).unwrap());
            prop_assert_eq!(serde_json::from_str::<Texts>(&json).unwrap(), packed);
        }
    }

    #[test]
    fn long_lists_are_kept() {
        let texts: Vec<String> = (0..70_000).map(|number| number.to_string()).collect();
        let packed: Texts = texts.iter().collect();
        assert_eq!(packed.len(), texts.len());
        for position in [0, 1, 255, 256, 65_535, 65_536, 69_999] {
            assert_eq!(packed.get(position).as_ref(), texts.get(position));
        }
        assert_eq!(packed.get(texts.len()), None);
    }

    #[test]
    fn english_is_packed_to_little_more_than_half() {
        let text =
            "The boats of the harbour are found by a detector that was trained on two thousand drawings of ships.";
        let packed: Texts = [text].into_iter().collect();
        assert!(packed.packed.len() * 10 < text.len() * 7, "{} of {}", packed.packed.len(), text.len());
    }
}
