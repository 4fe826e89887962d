//! Weight tables: how much each piece of evidence speaks for each outcome.
//!
//! A table is a small network. Each piece of evidence that holds adds its row of numbers: one for each outcome, and one
//! for each **hidden unit**. A hidden unit whose sum is positive adds that sum, times a number for each outcome; so weights
//! can say that two pieces of evidence together mean more, or less, than both apart. A table without hidden units is a
//! plain sum, which is what people write by hand.
//!
//! A unit either counts or does not, and where it counts it is a sum itself. So what each piece of evidence weighs *at one
//! place* is exactly one number ([`WeightTable::effective`]), and these numbers add up to the whole.
//!
//! The file is CSV with a row a piece of evidence: `family,value,seen,<a column an outcome>,<a column a unit: u1, u2 ...>`,
//! and rows `hidden,bias` (what every unit begins with) and `hidden,u1` (what unit 1 gives each outcome). What has no row
//! weighs nothing. Sums are taken in the order of the evidence, so that the same input gives the same bits everywhere.

use rustc_hash::FxHashMap;

use crate::extract::names::Names;
use crate::extract::space::{FamilyNames, VALUE_SEPARATOR};
use crate::rules::packed::{WeightFile, name_hash};
use crate::text::Hashing;

/// Weights by row of an evidence space, for a fixed number of outcomes.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct WeightTable {
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

/// Rows are padded to a multiple of this many numbers.
const LANES: usize = 8;
/// Family of the rows of hidden units in files.
const HIDDEN: &str = "hidden";

impl WeightTable {
    /// A table of zeros without hidden units.
    pub fn zero(rows: u32, outcomes: usize) -> Self {
        Self::with_hidden(rows, outcomes, 0)
    }

    /// A table of zeros with hidden units.
    pub fn with_hidden(rows: u32, outcomes: usize, hidden: usize) -> Self {
        let stride = outcomes.div_ceil(LANES).max(1) * LANES + hidden.div_ceil(LANES) * LANES;
        let rows = rows as usize;
        Self { outcomes, hidden, rows, stride, values: vec![0.0; (rows + 1 + hidden) * stride] }
    }

    /// One table whose sums are the averages of those of several tables of one size.
    pub fn average(tables: &[Self]) -> Self {
        let [first, ..] = tables else { return Self::default() };
        let share = 1.0 / tables.len() as f32;
        let mut whole = Self::with_hidden(first.rows as u32, first.outcomes, first.hidden * tables.len());
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

    /// A table of the first rows of evidence alone, to each of which the row is added that `common` names for it.
    pub fn first_rows(&self, rows: u32, common: impl Fn(u32) -> Option<u32>) -> Self {
        let mut first = Self::with_hidden(rows, self.outcomes, self.hidden);
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

    /// Takes a table from a file. Rows of evidence that the space does not have are left out: they belong to rules that
    /// are no longer there. Columns are found by the names of the outcomes.
    pub fn read(file: &WeightFile<'_>, families: &[FamilyNames], rows: u32, outcomes: &[String]) -> Self {
        let column = |name: &str| file.columns.iter().position(|column| *column == name);
        let hidden = (1..).take_while(|unit| column(&unit_name(*unit)).is_some()).count();
        let mut table = Self::with_hidden(rows, outcomes.len(), hidden);
        let of_outcomes = outcomes.iter().enumerate().filter_map(|(at, name)| Some((column(name)?, at)));
        let first_hidden = table.first_hidden();
        let of_units = (0..hidden).filter_map(|at| Some((column(&unit_name(at + 1))?, first_hidden + at)));
        let stretches = stretches(of_outcomes.chain(of_units));
        let mut take = |record: usize, row: usize| {
            let row = &mut table.values[row * table.stride..][..table.stride];
            for &Stretch { from, to, length } in &stretches {
                file.read_row(record, from, &mut row[to..to + length]);
            }
        };
        // Most files hold what `write` wrote for the same rules, or for rules that have but more evidence by now: then
        // one walk over both finds all.
        let mut next = 0;
        let mut take_next = |name: u64, row: usize| {
            if file.hash(next) == Some(name) {
                take(next, row);
                next += 1;
            }
        };
        for_each_hidden_row(rows, hidden, &mut take_next);
        families.iter().for_each(|family| family.for_each_row(&mut take_next));
        if next < file.rows() {
            let records: FxHashMap<u64, usize> = file.hashes().zip(0..).collect();
            let mut take_named = |name: u64, row: usize| {
                if let Some(&record) = records.get(&name) {
                    take(record, row);
                }
            };
            for_each_hidden_row(rows, hidden, &mut take_named);
            families.iter().for_each(|family| family.for_each_row(&mut take_named));
        }
        table
    }

    /// Writes the rows that weigh something, in the order of the space. `seen` says how often each row held in
    /// training, for the reader.
    pub fn write(&self, families: &[FamilyNames], outcomes: &[String], seen: &[u32]) -> Result<Vec<u8>, csv::Error> {
        let mut writer = csv::Writer::from_writer(Vec::new());
        let units: Vec<String> = (1..=self.hidden).map(unit_name).collect();
        let fixed = ["family", "value", "seen"].map(String::from);
        writer.write_record(fixed.iter().chain(outcomes).chain(&units))?;
        let mut write = |family: &str, value: &str, seen: &str, row: usize| {
            let weights = &self.values[row * self.stride..(row + 1) * self.stride];
            let columns = weights[..self.outcomes].iter().chain(&weights[self.first_hidden()..][..self.hidden]);
            let rounded: Vec<i32> = columns.map(|weight| (weight * 100.0).round() as i32).collect();
            if rounded.iter().all(|&weight| weight == 0) {
                return Ok(());
            }
            let texts = rounded.iter().map(|&hundredths| match hundredths {
                0 => String::new(),
                _ => format!("{}", f64::from(hundredths) / 100.0).replacen("0.", ".", 1),
            });
            writer.write_record([family, value, seen].map(String::from).into_iter().chain(texts))
        };
        for (unit, number) in units.iter().zip(1..) {
            write(HIDDEN, unit, "", self.rows + number)?;
        }
        if self.hidden > 0 {
            write(HIDDEN, "bias", "", self.rows)?;
        }
        for family in families {
            for row in 0..family.rows() {
                let at = (family.base + row) as usize;
                write(family.id, &family.value(row), &seen.get(at).copied().unwrap_or(0).to_string(), at)?;
            }
        }
        writer.into_inner().map_err(|error| error.into_error().into())
    }

    /// The weights of one row: for the outcomes, and from [`WeightTable::first_hidden`] on for the hidden units.
    pub fn row(&self, row: u32) -> &[f32] {
        &self.values[row as usize * self.stride..(row as usize + 1) * self.stride]
    }

    /// Sets what a row weighs for an outcome.
    pub fn set(&mut self, row: u32, outcome: usize, weight: f32) {
        self.values[row as usize * self.stride + outcome] = weight;
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

    /// Adds the weights of rows to sums, which have [`WeightTable::stride`] numbers.
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

    /// Adds the sum of the weights of rows at the end of `sums`.
    pub fn push_sum(&self, rows: &[u32], sums: &mut Vec<f32>) {
        let at = sums.len();
        match rows.split_first() {
            Some((&first, others)) => {
                sums.extend_from_slice(self.row(first));
                self.add(others, &mut sums[at..]);
            }
            None => sums.resize(at + self.stride, 0.0),
        }
    }

    /// [`WeightTable::add`] for rows whose length is known in advance, so that the sums stay in registers.
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

    /// The end of [`WeightTable::finish`] for lengths known in advance. Without a branch: whether a unit counts is hard to
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

    /// What rows weigh for an outcome beside evidence whose finished sums are `sums`.
    pub fn effective(&self, sums: &[f32], outcome: usize) -> Effective<'_> {
        let mut factors = vec![0.0; self.stride];
        factors[outcome] = 1.0;
        let first = self.first_hidden();
        for unit in (0..self.hidden).filter(|unit| sums[first + unit] > 0.0) {
            factors[first + unit] = self.unit_gives(unit)[outcome];
        }
        Effective { table: self, factors }
    }
}

/// Adds sums to others, both of [`WeightTable::stride`] numbers.
pub fn add_sums(sums: &mut [f32], others: &[f32]) {
    let (sums, _) = sums.as_chunks_mut::<LANES>();
    let (others, _) = others.as_chunks::<LANES>();
    for (sums, others) in sums.iter_mut().zip(others) {
        for lane in 0..LANES {
            sums[lane] += others[lane];
        }
    }
}

/// What rows weigh for one outcome at one place: see [`WeightTable::effective`].
#[derive(Clone, Debug)]
pub struct Effective<'t> {
    table: &'t WeightTable,
    /// What each number of a row counts: 1 that of the outcome, those of the hidden units that count at the place what
    /// the unit gives the outcome, all others nothing.
    factors: Vec<f32>,
}

impl Effective<'_> {
    /// What a row weighs: its own weight, and its part in the hidden units that count.
    pub fn weight(&self, row: u32) -> f32 {
        let mut lanes = [0.0f32; LANES];
        let (weights, _) = self.table.row(row).as_chunks::<LANES>();
        let (factors, _) = self.factors.as_chunks::<LANES>();
        for (weights, factors) in weights.iter().zip(factors) {
            for lane in 0..LANES {
                lanes[lane] += weights[lane] * factors[lane];
            }
        }
        // In halves: the sum of eight in a row would wait for itself eight times.
        let [a, b, c, d, e, f, g, h] = lanes;
        (a + e) + (b + f) + ((c + g) + (d + h))
    }
}

/// Calls `visit` with the [hash of the name](name_hash) of each row of hidden units and the row, in the order in which
/// [`WeightTable::write`] writes them: before the families.
fn for_each_hidden_row(rows: u32, hidden: usize, visit: &mut impl FnMut(u64, usize)) {
    let rows = rows as usize;
    (1..=hidden).for_each(|unit| visit(name_hash(HIDDEN, &unit_name(unit)), rows + unit));
    visit(name_hash(HIDDEN, "bias"), rows);
}

impl FamilyNames {
    /// Calls `visit` with the [hash of the name](name_hash) of each row of the family and the row.
    fn for_each_row(&self, visit: &mut impl FnMut(u64, usize)) {
        let mut row = self.base as usize;
        let start = Hashing::default().with(self.id).with("\n");
        value_hashes(&self.dimensions, start, "", &mut |name| {
            visit(name, row);
            row += 1;
        });
    }
}

/// Calls `visit` with the [hash of the name](name_hash) of each value of a family, in the order of its rows, without
/// making the names. `start` is the hash of what stands before the names of these dimensions, `between` what parts them
/// from it.
fn value_hashes(dimensions: &[Names], start: Hashing, between: &str, visit: &mut impl FnMut(u64)) {
    let Some((names, others)) = dimensions.split_first() else {
        return visit(start.finish());
    };
    for name in names.iter() {
        match name {
            "" => value_hashes(others, start, between, visit),
            name => value_hashes(others, start.with(between).with(name), VALUE_SEPARATOR, visit),
        }
    }
}

/// Columns that follow each other in a file and in the rows of a table.
#[derive(Clone, Copy, Debug)]
struct Stretch {
    /// First column of the file.
    from: usize,
    /// Where it goes in a row of the table.
    to: usize,
    /// Number of columns.
    length: usize,
}

/// Columns of a file with where they go in a row of the table, as few stretches as may be.
fn stretches(columns: impl Iterator<Item = (usize, usize)>) -> Vec<Stretch> {
    let mut stretches: Vec<Stretch> = Vec::new();
    for (from, to) in columns {
        match stretches.last_mut().filter(|last| (last.from + last.length, last.to + last.length) == (from, to)) {
            Some(last) => last.length += 1,
            None => stretches.push(Stretch { from, to, length: 1 }),
        }
    }
    stretches
}

/// Name of a hidden unit in files, counted from 1.
fn unit_name(unit: usize) -> String {
    format!("u{unit}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::extract::space::SpaceBuilder;
    use crate::rules::packed::pack;

    #[test]
    fn an_average_of_tables_sums_to_the_average_of_their_sums() {
        let mut tables = [WeightTable::with_hidden(2, 3, 2), WeightTable::with_hidden(2, 3, 2)];
        for (table, start) in tables.iter_mut().zip([0.1, -0.7f32]) {
            table.values.iter_mut().zip(0..).for_each(|(value, at)| *value = start + 0.01 * at as f32);
        }
        let sums = |table: &WeightTable| {
            let mut sums = vec![0.0; table.stride()];
            table.add(&[0, 1], &mut sums);
            table.finish(&mut sums);
            sums[..3].to_vec()
        };
        let [one, other] = [sums(&tables[0]), sums(&tables[1])];
        for (at, sum) in sums(&WeightTable::average(&tables)).into_iter().enumerate() {
            assert!((sum - (one[at] + other[at]) / 2.0).abs() < 1e-5, "{at}: {sum} of {one:?} and {other:?}");
        }
    }

    #[test]
    fn rows_are_found_by_their_names() {
        let names = |names: &[&str]| names.iter().map(ToString::to_string).collect::<Vec<_>>();
        let mut builder = SpaceBuilder::default();
        builder.family("constant", &[]);
        builder.family("pair", &[&names(&["a", "b"]), &names(&["", "x, y"])]);
        for family in &builder.families {
            let mut hashes = Vec::new();
            let start = Hashing::default().with(family.id).with("\n");
            value_hashes(&family.dimensions, start, "", &mut |hash| hashes.push(hash));
            let by_name = (0..family.rows()).map(|row| name_hash(family.id, &family.value(row)));
            assert_eq!(hashes, by_name.collect::<Vec<_>>());
        }
        let table = |csv: &str| {
            let packed = pack("tables/some-weights.csv", csv.as_bytes()).unwrap();
            WeightTable::read(&WeightFile::new(&packed), &builder.families, builder.rows, &names(&["A"]))
        };
        let [header, bias, constant, pair, gone] = [
            "family,value,seen,A,u1\n",
            "hidden,bias,,,.5\n",
            "constant,,1,-1.25,\n",
            "pair,\"b, x, y\",1,2,.25\n",
            "gone,a,1,9,9\n",
        ];
        let in_order = table(&[header, bias, constant, pair].concat());
        let first_hidden = in_order.first_hidden();
        assert_eq!((in_order.row(0)[0], in_order.row(4)[0], in_order.row(4)[first_hidden]), (-1.25, 2.0, 0.25));
        assert_eq!(in_order.values[in_order.unit_bias(0)], 0.5);
        for other_order in [[gone, bias, constant, pair], [bias, constant, gone, pair], [pair, constant, bias, gone]] {
            assert!(table(&(header.to_string() + &other_order.concat())) == in_order, "{other_order:?}");
        }
    }
}
