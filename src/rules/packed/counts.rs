//! `tables/words.csv` and `tables/phrases.csv`, packed.

use std::collections::BTreeMap;

use super::bytes::{Packer, PhraseKeys, Texts, Unpacker};
use crate::rules::rows::Rows;
use crate::text::word_hash;

/// Packs the cues beside the words or phrases of a table.
#[derive(Debug, Default)]
struct CuePacker {
    /// Number of each cue by its id, in the order in which the table names them.
    numbers: BTreeMap<String, u16>,
    ids: Vec<String>,
    /// Number of a cue and its level, row after row.
    cues: Vec<[u8; 3]>,
}

impl CuePacker {
    /// Adds the cues of a row, `id:level` separated by spaces. Gives how many there are.
    fn add(&mut self, text: &str) -> [u8; 2] {
        let before = self.cues.len();
        for part in text.split(' ') {
            if let Some((id, level)) = part.split_once(':')
                && let Ok(level) = level.parse::<u8>()
            {
                let [low, high] = self.number(id).to_le_bytes();
                self.cues.push([low, high, level.min(2)]);
            }
        }
        // A rule set has fewer than 2^16 cues, and a row names each of them once.
        ((self.cues.len() - before) as u16).to_le_bytes()
    }

    fn number(&mut self, id: &str) -> u16 {
        if let Some(number) = self.numbers.get(id) {
            return *number;
        }
        let number = self.ids.len() as u16;
        self.numbers.insert(id.to_string(), number);
        self.ids.push(id.to_string());
        number
    }

    fn finish(&self, packer: &mut Packer) {
        packer.texts(&self.ids);
        packer.records(&self.cues);
    }
}

/// The counts of one word or phrase.
#[derive(Clone, Copy, Debug)]
pub struct PackedCount<'t> {
    /// Hash of the word, or key of the phrase.
    pub key: u64,
    /// Occurrences.
    pub total: u32,
    /// Shares of them in hundredths, in the order of the columns of the table.
    pub shares: [u8; 4],
    /// Numbers of the cues beside them, as bytes, with their levels.
    pub cues: &'t [[u8; 3]],
}

/// Packs `word,before,after,cues`. A row that does not fit is left out.
pub fn pack_words(csv: &[u8]) -> Vec<u8> {
    let mut records = Vec::new();
    let mut cues = CuePacker::default();
    let mut rows = Rows::new(csv);
    while rows.advance() {
        if let (Ok(before), Ok(after)) = (rows.field(1).parse(), rows.field(2).parse()) {
            let key = word_hash(rows.field(0));
            records.push(record(key, 0, [before, after, 0, 0], cues.add(rows.field(3))));
        }
    }
    finish(&records, &cues, &[])
}

/// Packs `phrase,total,left,right,free,capital,cues`. A row that does not fit is left out.
pub fn pack_phrases(csv: &[u8]) -> Vec<u8> {
    let mut records = Vec::new();
    let mut cues = CuePacker::default();
    let mut keys = PhraseKeys::default();
    let mut rows = Rows::new(csv);
    while rows.advance() {
        if let Ok(total) = rows.field(1).parse() {
            let shares = [2, 3, 4, 5].map(|at| rows.field(at).parse().unwrap_or(0));
            records.push(record(keys.of(rows.field(0)), total, shares, cues.add(rows.field(6))));
        }
    }
    finish(&records, &cues, &keys.unhashed)
}

/// Bytes of a record: key, total, shares, number of cues.
const RECORD: usize = 8 + 4 + 4 + 2;

fn record(key: u64, total: u32, shares: [u8; 4], cues: [u8; 2]) -> [u8; RECORD] {
    let mut record = [0; RECORD];
    record[..8].copy_from_slice(&key.to_le_bytes());
    record[8..12].copy_from_slice(&total.to_le_bytes());
    record[12..16].copy_from_slice(&shares);
    record[16..].copy_from_slice(&cues);
    record
}

fn finish(records: &[[u8; RECORD]], cues: &CuePacker, unhashed: &[String]) -> Vec<u8> {
    let mut packer = Packer::default();
    packer.records(records);
    cues.finish(&mut packer);
    packer.texts(unhashed);
    packer.finish()
}

/// A table of counts, unpacked.
#[derive(Debug)]
pub struct PackedCounts<'t> {
    records: &'t [[u8; RECORD]],
    /// Ids of the cues by number.
    pub cue_ids: Texts<'t>,
    cues: &'t [[u8; 3]],
    /// The phrases whose key is still to be made, in order.
    pub unhashed: Texts<'t>,
}

impl<'t> PackedCounts<'t> {
    /// Begins to read a packed table.
    pub fn new(packed: &'t [u8]) -> Self {
        let mut parts = Unpacker::new(packed);
        Self { records: parts.records(), cue_ids: parts.texts(), cues: parts.records(), unhashed: parts.texts() }
    }

    /// The counts, in the order of the table.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = PackedCount<'t>> + use<'t> {
        let mut cues = self.cues;
        self.records.iter().map(move |record| {
            let [k0, k1, k2, k3, k4, k5, k6, k7, t0, t1, t2, t3, a, b, c, d, n0, n1] = *record;
            let (of_row, rest) = cues.split_at_checked(u16::from_le_bytes([n0, n1]).into()).unwrap_or_default();
            cues = rest;
            PackedCount {
                key: u64::from_le_bytes([k0, k1, k2, k3, k4, k5, k6, k7]),
                total: u32::from_le_bytes([t0, t1, t2, t3]),
                shares: [a, b, c, d],
                cues: of_row,
            }
        })
    }
}
