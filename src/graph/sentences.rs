//! The sentences of evidence of a paper, packed: they are half of what a graph of millions of papers would hold.

use std::sync::LazyLock;

use fsst::Compressor;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// The sentences of one paper. Their texts are packed and made anew for each call, some tenths of a microsecond for a
/// sentence.
///
/// What frequent letters in a row are packed to is learnt from the sample corpus, so that every sentence stands for
/// itself: of English abstracts 55 bytes in 100 are left. Other texts are kept as well, but not smaller. See Boncz,
/// Neumann and Leis, "FSST: Fast Random Access String Compression", VLDB 2020.
///
/// ```
/// use papergraph::graph::Sentences;
///
/// let sentences: Sentences = ["We present LookNet.", "It is fast."].into_iter().collect();
/// assert_eq!(sentences.get(1).as_deref(), Some("It is fast."));
/// assert_eq!(sentences.get(2), None);
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sentences {
    /// Where each sentence ends in `packed`, in bytes.
    ends: Box<[u32]>,
    packed: Box<[u8]>,
}

/// What packs and unpacks.
static COMPRESSOR: LazyLock<Compressor> = LazyLock::new(|| {
    #[derive(Deserialize)]
    struct Record<'s> {
        #[serde(borrow, rename = "abstract", default)]
        text: std::borrow::Cow<'s, str>,
    }
    let sample = include_str!("../../data/papers.jsonl").lines();
    let records: Vec<Record<'_>> = sample.filter_map(|line| serde_json::from_str(line).ok()).collect();
    Compressor::train(&records.iter().map(|record| record.text.as_bytes()).collect())
});

impl Sentences {
    /// Number of sentences.
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// Is there none?
    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    /// The sentence at a position.
    pub fn get(&self, position: usize) -> Option<String> {
        let to = *self.ends.get(position)? as usize;
        let from = position.checked_sub(1).map_or(0, |before| self.ends[before] as usize);
        let text = COMPRESSOR.decompressor().decompress(&self.packed[from..to]);
        // What was packed was text.
        Some(String::from_utf8(text).unwrap_or_default())
    }

    /// All sentences in their order.
    pub fn iter(&self) -> impl Iterator<Item = String> {
        (0..self.len()).map_while(|position| self.get(position))
    }
}

impl<S: AsRef<str>> FromIterator<S> for Sentences {
    /// Packs sentences. Those of one paper are far less than 4 GiB; what would go beyond it is left out.
    fn from_iter<T: IntoIterator<Item = S>>(sentences: T) -> Self {
        let mut packed = Vec::new();
        let mut ends = Vec::new();
        for sentence in sentences {
            packed.extend(COMPRESSOR.compress(sentence.as_ref().as_bytes()));
            let Ok(end) = u32::try_from(packed.len()) else {
                break;
            };
            ends.push(end);
        }
        Self { ends: ends.into(), packed: packed.into() }
    }
}

impl Serialize for Sentences {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.iter())
    }
}

impl<'d> Deserialize<'d> for Sentences {
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
        fn any_sentences_are_kept(texts in prop::collection::vec("\\PC*|[\\x00-\\xff]*|[a-z ]*", 0..6)) {
            let sentences: Sentences = texts.iter().collect();
            prop_assert_eq!(sentences.iter().collect::<Vec<_>>(), texts.clone());
            let json = serde_json::to_string(&sentences).unwrap();
            prop_assert_eq!(&json, &serde_json::to_string(&texts).unwrap());
            prop_assert_eq!(serde_json::from_str::<Sentences>(&json).unwrap(), sentences);
        }
    }

    #[test]
    fn english_is_packed_to_little_more_than_half() {
        let text = "The boats of the harbour are found by a detector that was trained on two thousand drawings of ships.";
        let sentences: Sentences = [text].into_iter().collect();
        assert!(sentences.packed.len() * 10 < text.len() * 7, "{} of {}", sentences.packed.len(), text.len());
    }
}
