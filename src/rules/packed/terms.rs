//! `tables/terms.csv` and `tables/term-words.csv`, packed.

use super::bytes::{Numbers, Packer, PhraseKeys, Texts, Unpacker};
use crate::rules::rows::Rows;

/// Packs `term,type`.
pub fn pack_terms(csv: &[u8]) -> Vec<u8> {
    let mut keys = PhraseKeys::default();
    let mut types: Vec<String> = Vec::new();
    let (mut terms, mut type_of_term) = (Vec::new(), Vec::new());
    let mut rows = Rows::new(csv);
    while rows.advance() {
        terms.push(keys.of(rows.field(0)).to_le_bytes());
        let name = rows.field(1);
        let number = types.iter().position(|known| known == name).unwrap_or(types.len());
        if number == types.len() {
            types.push(name.to_string());
        }
        type_of_term.push((number as u32).to_le_bytes());
    }
    let mut packer = Packer::default();
    packer.records(&terms);
    packer.records(&type_of_term);
    packer.texts(&types);
    packer.texts(&keys.unhashed);
    packer.finish()
}

/// The judged terms, unpacked.
#[derive(Debug)]
pub struct JudgedTerms<'t> {
    terms: &'t [[u8; 8]],
    type_of_term: &'t [[u8; 4]],
    /// Names of the types, as the table writes them.
    pub types: Texts<'t>,
    /// The terms whose key is still to be made, in order.
    pub unhashed: Texts<'t>,
}

impl<'t> JudgedTerms<'t> {
    /// Begins to read a packed table.
    pub fn new(packed: &'t [u8]) -> Self {
        let mut parts = Unpacker::new(packed);
        Self { terms: parts.records(), type_of_term: parts.records(), types: parts.texts(), unhashed: parts.texts() }
    }

    /// Key of each term, and the number of its type's name.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = (u64, usize)> {
        let terms = self.terms.iter().zip(self.type_of_term);
        terms.map(|(key, number)| (u64::from_le_bytes(*key), u32::from_le_bytes(*number) as usize))
    }
}

/// Packs `feature,nothing,<a column a type>`. Features are hashes in hexadecimal; rows with others are left out.
pub fn pack_term_words(csv: &[u8]) -> Vec<u8> {
    let (mut features, mut weights) = (Vec::new(), Vec::new());
    let mut rows = Rows::new(csv);
    while rows.advance() {
        if let Ok(feature) = u64::from_str_radix(rows.field(0), 16) {
            features.push(feature.to_le_bytes());
            let hundredths = rows.fields().iter().skip(1).map(|text| text.parse::<f32>().unwrap_or(0.0));
            weights.extend(hundredths.map(|weight| weight / 100.0));
        }
    }
    let mut packer = Packer::default();
    packer.records(&features);
    packer.numbers(&weights);
    packer.records(&[(rows.header.len().saturating_sub(1) as u32).to_le_bytes()]);
    packer.finish()
}

/// The weights of the features of terms, unpacked.
#[derive(Debug)]
pub struct TermWords<'t> {
    features: &'t [[u8; 8]],
    weights: Numbers<'t>,
    /// Number of weights of each feature.
    pub width: usize,
}

impl<'t> TermWords<'t> {
    /// Begins to read a packed table.
    pub fn new(packed: &'t [u8]) -> Self {
        let mut parts = Unpacker::new(packed);
        let (features, weights) = (parts.records(), parts.numbers());
        let width = parts.records().first().map_or(0, |width| u32::from_le_bytes(*width) as usize);
        Self { features, weights, width }
    }

    /// The features, each with its weights.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = (u64, Box<[f32]>)> {
        self.features.iter().enumerate().map(|(row, feature)| {
            let mut weights = vec![0.0; self.width];
            self.weights.read(row * self.width, &mut weights);
            (u64::from_le_bytes(*feature), weights.into())
        })
    }
}
