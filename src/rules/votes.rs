//! Votes of a corpus: what phrases mostly are, by all the places where many papers use them.
//!
//! One place of a phrase often says little; all its places in tens of thousands of abstracts say much. `papergraph rules
//! vote` reads a corpus with weights fitted for that purpose and adds up, for every frequent phrase, how probable each
//! type is where it stands. `tables/votes.csv` holds the means over papers. It also has rows for what phrases that end in
//! the same words mostly are (`* segmentation`), for phrases that no table knows.

use rustc_hash::FxHashMap;

use super::Schema;
use super::compile::key_of;

/// What the papers of a corpus make of one phrase.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Vote<'v> {
    /// Number of papers, as a power of two: 2 for four to seven.
    pub papers_log2: u8,
    /// Mean probability of each type, in hundredths.
    pub percents: &'v [u8],
}

impl Vote<'_> {
    /// Mean probability that the phrase names an entity.
    pub fn entity(&self) -> f32 {
        self.percents.iter().map(|&percent| f32::from(percent)).sum::<f32>() / 100.0
    }
}

/// The votes of a corpus, by phrase.
#[derive(Clone, Debug, Default)]
pub struct Votes {
    /// For each phrase its row, and the number of papers as a power of two.
    rows: FxHashMap<u64, (u32, u8)>,
    /// Rows of a number for each type.
    percents: Vec<u8>,
    types: usize,
}

/// Turns the key of a phrase into that of all longer phrases that end in it.
pub fn ending_key(phrase: u64) -> u64 {
    phrase.rotate_left(17) ^ 0x9e37_79b9_7f4a_7c15
}

impl Votes {
    /// Reads `votes.csv`: `phrase,papers,<a column a type id>`. A row that does not fit is left out.
    pub fn read(csv: &[u8], schema: &Schema) -> Self {
        let types = schema.types.len();
        let mut votes = Self { types, ..Self::default() };
        let mut reader = csv::Reader::from_reader(csv);
        let columns: Vec<Option<usize>> = match reader.headers() {
            Ok(header) => schema.types.iter().map(|t| header.iter().position(|column| column == t.id)).collect(),
            Err(_) => return votes,
        };
        let mut row = csv::StringRecord::new();
        while reader.read_record(&mut row).unwrap_or(false) {
            let Some(papers) = row.get(1).and_then(|papers| papers.parse::<u32>().ok()).filter(|&papers| papers > 0)
            else {
                continue;
            };
            let phrase = row.get(0).unwrap_or_default();
            let key = phrase.strip_prefix("* ").map_or_else(|| key_of(phrase), |ending| ending_key(key_of(ending)));
            votes.rows.insert(key, ((votes.percents.len() / types.max(1)) as u32, papers.ilog2() as u8));
            votes.percents.extend(
                columns.iter().map(|column| column.and_then(|at| row.get(at)?.parse::<u8>().ok()).unwrap_or(0).min(100)),
            );
        }
        votes
    }

    /// The votes on a phrase, or by [`ending_key`] on all phrases that end in it.
    pub fn get(&self, key: u64) -> Option<Vote<'_>> {
        let &(row, papers_log2) = self.rows.get(&key)?;
        let from = row as usize * self.types;
        Some(Vote { papers_log2, percents: &self.percents[from..from + self.types] })
    }

    /// Number of phrases and endings.
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// Is there no vote at all?
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }
}
