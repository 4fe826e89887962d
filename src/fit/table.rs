//! A weight table while it is fitted: the network of [`crate::extract::weights`], in numbers as fine as steps need.

use crate::extract::weights::{LANES, WeightTable};

/// Weights by row of an evidence space, for a fixed number of outcomes.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Network {
    /// Number of outcomes.
    pub outcomes: usize,
    /// Number of hidden units.
    hidden: usize,
    /// Number of rows of evidence.
    rows: usize,
    /// Numbers a row: outcomes, then hidden units, each rounded up so that rows are added in whole vectors.
    stride: usize,
    /// Rows of evidence, one row with what the hidden units begin with, one row for what each unit gives the outcomes.
    values: Vec<f32>,
}

impl Network {
    /// A network of zeros.
    pub fn new(rows: u32, outcomes: usize, hidden: usize) -> Self {
        let stride = outcomes.div_ceil(LANES).max(1) * LANES + hidden.div_ceil(LANES) * LANES;
        let rows = rows as usize;
        Self { outcomes, hidden, rows, stride, values: vec![0.0; (rows + 1 + hidden) * stride] }
    }

    /// One network whose sums are the averages of those of several networks of one size.
    pub fn average(tables: &[Self]) -> Self {
        let [first, ..] = tables else { return Self::default() };
        let share = 1.0 / tables.len() as f32;
        let mut whole = Self::new(first.rows as u32, first.outcomes, first.hidden * tables.len());
        let (outcomes, first_hidden, stride) = (first.outcomes, whole.first_hidden(), whole.stride);
        for (number, table) in tables.iter().enumerate() {
            let from = first_hidden + number * first.hidden;
            // Rows of evidence, and the one that hidden units begin with.
            let rows = whole.values.chunks_exact_mut(stride).zip(table.values.chunks_exact(table.stride));
            for (into, row) in rows.take(first.rows + 1) {
                into.iter_mut().zip(&row[..outcomes]).for_each(|(sum, weight)| *sum += share * weight);
                into[from..from + first.hidden].copy_from_slice(&row[table.first_hidden()..][..first.hidden]);
            }
            for unit in 0..first.hidden {
                let at = whole.unit_row(number * first.hidden + unit);
                let into = whole.values[at..].iter_mut();
                into.zip(table.unit_gives(unit)).for_each(|(gives, weight)| *gives = share * weight);
            }
        }
        whole
    }

    /// A network of the first rows of evidence alone, to each of which the row is added that `common` names for it.
    pub fn first_rows(&self, rows: u32, common: impl Fn(u32) -> Option<u32>) -> Self {
        let mut first = Self::new(rows, self.outcomes, self.hidden);
        let end = first.end_of_evidence();
        let (evidence, others) = first.values.split_at_mut(end);
        evidence.copy_from_slice(&self.values[..end]);
        others.copy_from_slice(&self.values[self.end_of_evidence()..]);
        for (row, weights) in (0..rows).zip(evidence.chunks_exact_mut(self.stride)) {
            if let Some(other) = common(row) {
                weights.iter_mut().zip(self.row(other)).for_each(|(sum, weight)| *sum += weight);
            }
        }
        first
    }

    /// The same weights as papers are read with.
    pub fn weights(&self) -> WeightTable {
        let mut weights = WeightTable::with_hidden(self.rows as u32, self.outcomes, self.hidden);
        weights.set_all(&self.values);
        weights
    }

    /// The weights of one row: for the outcomes, and from [`Network::first_hidden`] on for the hidden units.
    pub fn row(&self, row: u32) -> &[f32] {
        &self.values[row as usize * self.stride..(row as usize + 1) * self.stride]
    }

    /// All numbers, for fitting: rows of evidence, what hidden units begin with, what each unit gives.
    pub fn values_mut(&mut self) -> &mut [f32] {
        &mut self.values
    }

    /// Number of hidden units.
    pub fn hidden(&self) -> usize {
        self.hidden
    }

    /// Where hidden units begin in a row.
    pub fn first_hidden(&self) -> usize {
        self.stride - self.hidden.div_ceil(LANES) * LANES
    }

    /// Where in all numbers the rows of evidence end.
    pub fn end_of_evidence(&self) -> usize {
        self.rows * self.stride
    }

    /// Where in all numbers stands what a hidden unit begins with.
    pub fn unit_bias(&self, unit: usize) -> usize {
        self.rows * self.stride + self.first_hidden() + unit
    }

    /// Where in all numbers stands what a hidden unit gives the first outcome.
    pub fn unit_row(&self, unit: usize) -> usize {
        (self.rows + 1 + unit) * self.stride
    }

    /// What a hidden unit gives each outcome.
    pub fn unit_gives(&self, unit: usize) -> &[f32] {
        &self.values[self.unit_row(unit)..][..self.outcomes]
    }

    /// Numbers a row.
    pub fn stride(&self) -> usize {
        self.stride
    }

    /// Adds the weights of rows to sums, which have [`Network::stride`] numbers.
    pub fn add(&self, rows: &[u32], sums: &mut [f32]) {
        match self.stride {
            8 => self.add_wide::<8>(rows, sums),
            16 => self.add_wide::<16>(rows, sums),
            24 => self.add_wide::<24>(rows, sums),
            32 => self.add_wide::<32>(rows, sums),
            40 => self.add_wide::<40>(rows, sums),
            _ => {
                for &row in rows {
                    sums.iter_mut().zip(self.row(row)).for_each(|(sum, weight)| *sum += weight);
                }
            }
        }
    }

    /// [`Network::add`] for rows whose length is known in advance, so that the sums stay in registers.
    fn add_wide<const STRIDE: usize>(&self, rows: &[u32], sums: &mut [f32]) {
        let (table, _) = self.values.as_chunks::<STRIDE>();
        let Some(sums) = sums.first_chunk_mut::<STRIDE>() else {
            return;
        };
        let mut total = *sums;
        for &row in rows {
            let weights = &table[row as usize];
            for at in 0..STRIDE {
                total[at] += weights[at];
            }
        }
        *sums = total;
    }

    /// Ends a sum: adds what the hidden units give the outcomes, and leaves each unit's own sum in its place.
    pub fn finish(&self, sums: &mut [f32]) {
        let (outcomes, units) = sums.split_at_mut(self.first_hidden());
        let (bias, _) = self.values[self.unit_bias(0)..].split_at(units.len());
        units.iter_mut().zip(bias).for_each(|(sum, bias)| *sum += bias);
        match (outcomes.len(), self.stride) {
            (8, 32) => self.finish_wide::<8, 32>(outcomes, units),
            (16, 32) => self.finish_wide::<16, 32>(outcomes, units),
            (16, 40) => self.finish_wide::<16, 40>(outcomes, units),
            _ => {
                let rows = self.values[self.unit_row(0)..].chunks_exact(self.stride);
                for (sum, gives) in units.iter().zip(rows) {
                    let active = sum.max(0.0);
                    outcomes.iter_mut().zip(gives).for_each(|(total, gives)| *total += active * gives);
                }
            }
        }
    }

    /// The end of [`Network::finish`] for lengths known in advance. Without a branch: whether a unit counts is hard to
    /// foresee.
    fn finish_wide<const OUTCOMES: usize, const STRIDE: usize>(&self, outcomes: &mut [f32], units: &[f32]) {
        let (rows, _) = self.values[self.unit_row(0)..].as_chunks::<STRIDE>();
        let Some(outcomes) = outcomes.first_chunk_mut::<OUTCOMES>() else {
            return;
        };
        let mut total = *outcomes;
        for (sum, gives) in units.iter().zip(rows) {
            let active = sum.max(0.0);
            for at in 0..OUTCOMES {
                total[at] += active * gives[at];
            }
        }
        *outcomes = total;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_average_of_tables_sums_to_the_average_of_their_sums() {
        let mut tables = [Network::new(2, 3, 2), Network::new(2, 3, 2)];
        for (table, start) in tables.iter_mut().zip([0.1, -0.7f32]) {
            table.values.iter_mut().zip(0..).for_each(|(value, at)| *value = start + 0.01 * at as f32);
        }
        let sums = |table: &Network| {
            let mut sums = vec![0.0; table.stride()];
            table.add(&[0, 1], &mut sums);
            table.finish(&mut sums);
            sums[..3].to_vec()
        };
        let [one, other] = [sums(&tables[0]), sums(&tables[1])];
        for (at, sum) in sums(&Network::average(&tables)).into_iter().enumerate() {
            assert!((sum - (one[at] + other[at]) / 2.0).abs() < 1e-5, "{at}: {sum} of {one:?} and {other:?}");
        }
    }
}
