//! A weight table while it is fitted: the network of [`crate::extract::weights`], in numbers as fine as steps need.

use crate::extract::weights::{Shape, WeightTable, add_rows, add_units};

/// Weights by row of an evidence space, for a fixed number of outcomes.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Network {
    /// How its numbers lie.
    pub shape: Shape,
    values: Vec<f32>,
}

impl Network {
    /// A network of zeros.
    pub fn new(rows: u32, outcomes: usize, hidden: usize) -> Self {
        let shape = Shape::new(rows, outcomes, hidden);
        Self { shape, values: vec![0.0; shape.numbers()] }
    }

    /// One network whose sums are the averages of those of several networks of one size.
    pub fn average(tables: &[Self]) -> Self {
        let [first, ..] = tables else { return Self::default() };
        let share = 1.0 / tables.len() as f32;
        let mut whole = Self::new(first.shape.rows as u32, first.shape.outcomes, first.shape.hidden * tables.len());
        let (outcomes, first_hidden, stride) = (first.shape.outcomes, whole.shape.first_hidden(), whole.shape.stride);
        for (number, table) in tables.iter().enumerate() {
            let from = first_hidden + number * first.shape.hidden;
            // Rows of evidence, and the one that hidden units begin with.
            let rows = whole.values.chunks_exact_mut(stride).zip(table.values.chunks_exact(table.shape.stride));
            for (into, row) in rows.take(first.shape.rows + 1) {
                into.iter_mut().zip(&row[..outcomes]).for_each(|(sum, weight)| *sum += share * weight);
                into[from..from + first.shape.hidden]
                    .copy_from_slice(&row[table.shape.first_hidden()..][..first.shape.hidden]);
            }
            for unit in 0..first.shape.hidden {
                let at = whole.unit_row(number * first.shape.hidden + unit);
                let into = whole.values[at..].iter_mut();
                into.zip(table.unit_gives(unit)).for_each(|(gives, weight)| *gives = share * weight);
            }
        }
        whole
    }

    /// A network of the first rows of evidence alone, to each of which the row is added that `common` names for it.
    pub fn first_rows(&self, rows: u32, common: impl Fn(u32) -> Option<u32>) -> Self {
        let mut first = Self::new(rows, self.shape.outcomes, self.shape.hidden);
        let end = first.end_of_evidence();
        let (evidence, others) = first.values.split_at_mut(end);
        evidence.copy_from_slice(&self.values[..end]);
        others.copy_from_slice(&self.values[self.end_of_evidence()..]);
        for (row, weights) in (0..rows).zip(evidence.chunks_exact_mut(self.shape.stride)) {
            if let Some(other) = common(row) {
                weights.iter_mut().zip(self.row(other)).for_each(|(sum, weight)| *sum += weight);
            }
        }
        first
    }

    /// The same weights as papers are read with.
    pub fn weights(&self) -> WeightTable {
        let mut weights = WeightTable::with_hidden(self.shape.rows as u32, self.shape.outcomes, self.shape.hidden);
        weights.set_all(&self.values);
        weights
    }

    /// The weights of one row: for the outcomes, and from [`Shape::first_hidden`] on for the hidden units.
    pub fn row(&self, row: u32) -> &[f32] {
        &self.values[self.shape.row(row)]
    }

    /// All numbers, for fitting: rows of evidence, what hidden units begin with, what each unit gives.
    pub fn values_mut(&mut self) -> &mut [f32] {
        &mut self.values
    }

    /// Where in all numbers the rows of evidence end.
    pub fn end_of_evidence(&self) -> usize {
        self.shape.rows * self.shape.stride
    }

    /// Where in all numbers stands what a hidden unit begins with.
    pub fn unit_bias(&self, unit: usize) -> usize {
        self.shape.row(self.shape.bias_row()).start + self.shape.first_hidden() + unit
    }

    /// Where in all numbers stands what a hidden unit gives the first outcome.
    pub fn unit_row(&self, unit: usize) -> usize {
        self.shape.row(self.shape.unit_row(unit)).start
    }

    /// What a hidden unit gives each outcome.
    pub fn unit_gives(&self, unit: usize) -> &[f32] {
        &self.values[self.unit_row(unit)..][..self.shape.outcomes]
    }

    /// Adds the weights of rows to sums, which have [`Shape::stride`] numbers.
    pub fn add(&self, rows: &[u32], sums: &mut [f32]) {
        add_rows(&self.values, rows, sums, |sum, weight| sum + weight);
    }

    /// Ends a sum: adds what the hidden units give the outcomes, and leaves each unit's own sum in its place.
    pub fn finish(&self, sums: &mut [f32]) {
        let (outcomes, units) = sums.split_at_mut(self.shape.first_hidden());
        let (bias, _) = self.values[self.unit_bias(0)..].split_at(units.len());
        units.iter_mut().zip(bias).for_each(|(sum, bias)| *sum += bias);
        add_units(outcomes, units, &self.values[self.unit_row(0)..], self.shape.stride);
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
            let mut sums = vec![0.0; table.shape.stride];
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
