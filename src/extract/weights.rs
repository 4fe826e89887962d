//! Weight tables: how much each piece of evidence speaks for each outcome.
//!
//! A table is a CSV file with a row a piece of evidence: `family,value,<a column an outcome>`. What has no row weighs
//! nothing. Sums are taken in the order of the evidence, so that the same input gives the same bits everywhere.

use rustc_hash::FxHashMap;

use crate::extract::space::FamilyNames;

/// Weights by row of an evidence space, for a fixed number of outcomes.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct WeightTable {
    /// Number of outcomes.
    pub outcomes: usize,
    /// Outcomes rounded up, so that rows are added in whole vectors.
    stride: usize,
    /// Number of combinations.
    hidden: usize,
    rows: usize,
    values: Vec<f32>,
}

/// Rows are padded to a multiple of this many numbers.
const LANES: usize = 8;

impl WeightTable {
    /// A table of zeros.
    pub fn zero(rows: u32, outcomes: usize) -> Self {
        Self::with_hidden(rows, outcomes, 0)
    }

    /// With combinations.
    pub fn with_hidden(rows: u32, outcomes: usize, hidden: usize) -> Self {
        let first = outcomes.div_ceil(LANES).max(1) * LANES;
        let stride = first + hidden.div_ceil(LANES) * LANES;
        let all = rows as usize + if hidden > 0 { 1 + hidden } else { 0 };
        let mut values = vec![0.0; all * stride];
        let mut state = 88172645463325252u64;
        let mut random = || {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            (state >> 40) as f32 / (1u64 << 24) as f32 - 0.5
        };
        for row in 0..rows as usize {
            for h in 0..hidden {
                values[row * stride + first + h] = 0.1 * random();
            }
        }
        for h in 0..hidden {
            for outcome in 0..outcomes {
                values[(rows as usize + 1 + h) * stride + outcome] = 0.6 * random();
            }
        }
        Self { outcomes, stride, hidden, rows: rows as usize, values }
    }

    /// Number of combinations.
    pub fn hidden(&self) -> usize {
        self.hidden
    }

    /// First column of the combinations.
    pub fn first_hidden(&self) -> usize {
        self.outcomes.div_ceil(LANES).max(1) * LANES
    }

    /// Row of the biases.
    pub fn hidden_bias(&self) -> usize {
        self.rows
    }

    /// Adds what combinations weigh.
    pub fn combine(&self, sums: &mut [f32]) {
        let first = self.first_hidden();
        for h in 0..self.hidden {
            let a = sums[first + h] + self.values[self.rows * self.stride + first + h];
            sums[first + h] = a;
            if a > 0.0 {
                let from = (self.rows + 1 + h) * self.stride;
                for outcome in 0..self.outcomes {
                    sums[outcome] += a * self.values[from + outcome];
                }
            }
        }
    }

    /// Reads a table from CSV. Rows of evidence that the space does not have are left out: they belong to rules that
    /// are no longer there. Columns are found by the names of the outcomes.
    pub fn read(csv: &[u8], families: &[FamilyNames], rows: u32, outcomes: &[String]) -> Self {
        let mut table = Self::zero(rows, outcomes.len());
        let mut reader = csv::Reader::from_reader(csv);
        let Ok(header) = reader.headers().cloned() else {
            return table;
        };
        let columns: Vec<Option<usize>> =
            outcomes.iter().map(|name| header.iter().position(|column| column == name)).collect();
        let mut by_name: FxHashMap<(&str, String), u32> = FxHashMap::default();
        for family in families {
            for row in 0..family.rows() {
                by_name.insert((family.id, family.value(row)), family.base + row);
            }
        }
        let mut record = csv::StringRecord::new();
        while reader.read_record(&mut record).unwrap_or(false) {
            let (family, value) = (record.get(0).unwrap_or_default(), record.get(1).unwrap_or_default());
            let Some(family) = families.iter().find(|known| known.id == family) else {
                continue;
            };
            let Some(&row) = by_name.get(&(family.id, value.to_string())) else {
                continue;
            };
            for (outcome, column) in columns.iter().enumerate() {
                let text = column.and_then(|column| record.get(column)).unwrap_or_default();
                table.values[row as usize * table.stride + outcome] = text.parse().unwrap_or(0.0);
            }
        }
        table
    }

    /// Writes the rows that weigh something, in the order of the space. `seen` says how often each row held in
    /// training, for the reader.
    pub fn write(&self, families: &[FamilyNames], outcomes: &[String], seen: &[u32]) -> Result<Vec<u8>, csv::Error> {
        let mut writer = csv::Writer::from_writer(Vec::new());
        let fixed = ["family", "value", "seen"].map(String::from);
        writer.write_record(fixed.iter().chain(outcomes))?;
        for family in families {
            for row in 0..family.rows() {
                let weights = self.row(family.base + row);
                let rounded: Vec<i32> = weights[..self.outcomes].iter().map(|w| (w * 1000.0).round() as i32).collect();
                if rounded.iter().all(|&w| w == 0) {
                    continue;
                }
                let seen = seen.get((family.base + row) as usize).copied().unwrap_or(0);
                let texts =
                    rounded.iter().map(|&w| if w == 0 { String::new() } else { format!("{}", f64::from(w) / 1000.0) });
                writer.write_record(
                    [family.id.to_string(), family.value(row), seen.to_string()].into_iter().chain(texts),
                )?;
            }
        }
        writer.into_inner().map_err(|error| error.into_error().into())
    }

    /// The weights of one row.
    pub fn row(&self, row: u32) -> &[f32] {
        &self.values[row as usize * self.stride..(row as usize + 1) * self.stride]
    }

    /// Sets what a row weighs for an outcome.
    pub fn set(&mut self, row: u32, outcome: usize, weight: f32) {
        self.values[row as usize * self.stride + outcome] = weight;
    }

    /// All weights, row after row, for fitting.
    pub fn values_mut(&mut self) -> &mut Vec<f32> {
        &mut self.values
    }

    /// All weights, row after row.
    pub fn values(&self) -> &[f32] {
        &self.values
    }

    /// Numbers a row.
    pub fn stride(&self) -> usize {
        self.stride
    }

    /// Adds the weights of rows to sums, which have [`WeightTable::stride`] numbers.
    pub fn add(&self, rows: &[u32], sums: &mut [f32]) {
        for &row in rows {
            for (sum, weight) in sums.iter_mut().zip(self.row(row)) {
                *sum += weight;
            }
        }
    }
}
