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
//! weighs nothing. A column `sieve` holds what each piece weighs in the [sieve](crate::extract::sums) of candidates. Weights
//! are whole hundredths, so that a row takes half the memory that numbers with a point would take and
//! sums are exact; what would leave the range of ±327.67 stays at its end. No weight is greater than 40.96.

use std::ops::Range;

use rustc_hash::FxHashMap;

use crate::extract::names::Names;
use crate::extract::space::{FamilyNames, VALUE_SEPARATOR};
use crate::rules::packed::{WeightFile, name_hash};
use crate::text::Hashing;

/// How the numbers of a table lie: rows of evidence, one row with what the hidden units begin with, one row for what each
/// unit gives the outcomes.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Shape {
    /// Number of rows of evidence.
    pub rows: usize,
    /// Number of outcomes.
    pub outcomes: usize,
    /// Number of hidden units.
    pub hidden: usize,
    /// Numbers a row: outcomes, then hidden units, each rounded up so that rows are added in whole vectors.
    pub stride: usize,
}

impl Shape {
    /// The shape of a table of so many rows of evidence, outcomes and hidden units.
    pub fn new(rows: u32, outcomes: usize, hidden: usize) -> Self {
        let stride = outcomes.div_ceil(LANES).max(1) * LANES + hidden.div_ceil(LANES) * LANES;
        Self { rows: rows as usize, outcomes, hidden, stride }
    }

    /// Numbers in all.
    pub fn numbers(self) -> usize {
        (self.rows + 1 + self.hidden) * self.stride
    }

    /// Where in a row the numbers of hidden units begin.
    pub fn first_hidden(self) -> usize {
        self.stride - self.hidden.div_ceil(LANES) * LANES
    }

    /// Where in all numbers a row stands.
    pub fn row(self, row: u32) -> Range<usize> {
        row as usize * self.stride..(row as usize + 1) * self.stride
    }

    /// The row with what hidden units begin with.
    pub fn bias_row(self) -> u32 {
        self.rows as u32
    }

    /// The row with what a hidden unit gives each outcome.
    pub fn unit_row(self, unit: usize) -> u32 {
        (self.rows + 1 + unit) as u32
    }
}

/// Adds rows of `values`, each as long as `sums`, to these. For usual lengths the sums stay in registers.
pub fn add_rows<T: Copy>(values: &[T], rows: &[u32], sums: &mut [T], plus: impl Fn(T, T) -> T) {
    match sums.len() {
        8 => add_rows_of::<8, T>(values, rows, sums, plus),
        16 => add_rows_of::<16, T>(values, rows, sums, plus),
        24 => add_rows_of::<24, T>(values, rows, sums, plus),
        32 => add_rows_of::<32, T>(values, rows, sums, plus),
        40 => add_rows_of::<40, T>(values, rows, sums, plus),
        stride => {
            for &row in rows {
                let weights = &values[row as usize * stride..];
                sums.iter_mut().zip(weights).for_each(|(sum, &weight)| *sum = plus(*sum, weight));
            }
        }
    }
}

fn add_rows_of<const STRIDE: usize, T: Copy>(values: &[T], rows: &[u32], sums: &mut [T], plus: impl Fn(T, T) -> T) {
    let (table, _) = values.as_chunks::<STRIDE>();
    let Some(sums) = sums.first_chunk_mut::<STRIDE>() else {
        return;
    };
    let mut total = *sums;
    for &row in rows {
        let weights = &table[row as usize];
        for at in 0..STRIDE {
            total[at] = plus(total[at], weights[at]);
        }
    }
    *sums = total;
}

/// Adds to outcomes what hidden units give them, by their own sums: `gives` has `stride` numbers a unit, those of the
/// outcomes first.
pub fn add_units(outcomes: &mut [f32], units: &[f32], gives: &[f32], stride: usize) {
    match (outcomes.len(), stride) {
        (8, 8) => add_units_of::<8, 8>(outcomes, units, gives),
        (16, 16) => add_units_of::<16, 16>(outcomes, units, gives),
        // Networks of eight units, and of five, while they are fitted.
        (8, 16) => add_units_of::<8, 16>(outcomes, units, gives),
        (16, 24) => add_units_of::<16, 24>(outcomes, units, gives),
        _ => {
            for (sum, gives) in units.iter().zip(gives.chunks_exact(stride)) {
                let active = sum.max(0.0);
                outcomes.iter_mut().zip(gives).for_each(|(total, gives)| *total += active * gives);
            }
        }
    }
}

/// [`add_units`] for lengths known in advance. Without a branch: whether a unit counts is hard to foresee.
fn add_units_of<const OUTCOMES: usize, const STRIDE: usize>(outcomes: &mut [f32], units: &[f32], gives: &[f32]) {
    let (rows, _) = gives.as_chunks::<STRIDE>();
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

/// Weights by row of an evidence space, for a fixed number of outcomes.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct WeightTable {
    /// How its numbers lie.
    pub shape: Shape,
    /// In hundredths: rows of evidence, one row with what the hidden units begin with, one row for what each unit gives the
    /// outcomes.
    values: Vec<i16>,
    /// What each unit gives the outcomes, their number rounded up as in a row.
    units_give: Vec<f32>,
}

/// Rows are padded to a multiple of this many numbers.
const LANES: usize = 8;
/// Family of the rows of hidden units in files.
const HIDDEN: &str = "hidden";
/// Column of the weights of a sieve in files.
const SIEVE: &str = "sieve";

impl WeightTable {
    /// A table of zeros without hidden units.
    pub fn zero(rows: u32, outcomes: usize) -> Self {
        Self::with_hidden(rows, outcomes, 0)
    }

    /// A table of zeros with hidden units.
    pub fn with_hidden(rows: u32, outcomes: usize, hidden: usize) -> Self {
        let shape = Shape::new(rows, outcomes, hidden);
        Self { shape, values: vec![0; shape.numbers()], units_give: Vec::new() }
    }

    /// Takes a table from a file. Rows of evidence that the space does not have are left out: they belong to rules that
    /// are no longer there. Columns are found by the names of the outcomes.
    pub fn read(file: &WeightFile<'_>, families: &[FamilyNames], rows: u32, outcomes: &[String]) -> Self {
        Self::read_with_sieve(file, families, rows, outcomes).0
    }

    /// As [`WeightTable::read`], with what each row weighs in a [sieve](crate::extract::sums); nothing if the file does not
    /// tell that.
    pub fn read_with_sieve(
        file: &WeightFile<'_>,
        families: &[FamilyNames],
        rows: u32,
        outcomes: &[String],
    ) -> (Self, Vec<i16>) {
        let column = |name: &str| file.columns.iter().position(|column| *column == name);
        let hidden = (1..).take_while(|unit| column(&unit_name(*unit)).is_some()).count();
        let mut table = Self::with_hidden(rows, outcomes.len(), hidden);
        let of_outcomes = outcomes.iter().enumerate().filter_map(|(at, name)| Some((column(name)?, at)));
        let first_hidden = table.shape.first_hidden();
        let of_units = (0..hidden).filter_map(|at| Some((column(&unit_name(at + 1))?, first_hidden + at)));
        let stretches = stretches(of_outcomes.chain(of_units));
        let of_sieve = column(SIEVE);
        let mut sieve = vec![0; if of_sieve.is_some() { rows as usize } else { 0 }];
        let mut take = |record: usize, row: usize| {
            if let (Some(from), Some(weight)) = (of_sieve, sieve.get_mut(row)) {
                file.read_row(record, from, std::slice::from_mut(weight));
            }
            let row = &mut table.values[row * table.shape.stride..][..table.shape.stride];
            for &Stretch { from, to, length } in &stretches {
                file.read_row(record, from, &mut row[to..to + length]);
            }
            row.iter_mut().for_each(|weight| *weight = (*weight).clamp(-MOST, MOST));
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
        table.take_units();
        (table, sieve)
    }

    /// Writes the rows that weigh something, in the order of the space. `seen` says how often each row held in
    /// training, for the reader; `sieve` what it weighs in a sieve, if there is one.
    pub fn write(
        &self,
        families: &[FamilyNames],
        outcomes: &[String],
        seen: &[u32],
        sieve: &[i16],
    ) -> Result<Vec<u8>, csv::Error> {
        let mut writer = csv::Writer::from_writer(Vec::new());
        let units: Vec<String> = (1..=self.shape.hidden).map(unit_name).collect();
        let fixed = ["family", "value", "seen"].map(String::from);
        let of_sieve = (!sieve.is_empty()).then(|| SIEVE.to_string());
        writer.write_record(fixed.iter().chain(outcomes).chain(&units).chain(&of_sieve))?;
        let mut write = |family: &str, value: &str, seen: &str, row: usize| {
            let weights = &self.values[row * self.shape.stride..(row + 1) * self.shape.stride];
            let columns =
                weights[..self.shape.outcomes].iter().chain(&weights[self.shape.first_hidden()..][..self.shape.hidden]);
            let of_sieve = of_sieve.is_some().then(|| sieve.get(row).unwrap_or(&0));
            let columns = columns.chain(of_sieve);
            if columns.clone().all(|&weight| weight == 0) {
                return Ok(());
            }
            let texts = columns.map(|&hundredths| match hundredths {
                0 => String::new(),
                _ => format!("{}", f64::from(hundredths) / 100.0).replacen("0.", ".", 1),
            });
            writer.write_record([family, value, seen].map(String::from).into_iter().chain(texts))
        };
        for (unit, number) in units.iter().zip(1..) {
            write(HIDDEN, unit, "", self.shape.rows + number)?;
        }
        if self.shape.hidden > 0 {
            write(HIDDEN, "bias", "", self.shape.rows)?;
        }
        for family in families {
            for row in 0..family.rows() {
                let at = (family.base + row) as usize;
                write(family.id, &family.value(row), &seen.get(at).copied().unwrap_or(0).to_string(), at)?;
            }
        }
        writer.into_inner().map_err(|error| error.into_error().into())
    }

    /// The weights of one row in hundredths: for the outcomes, and from [`Shape::first_hidden`] on for the hidden
    /// units.
    pub fn row(&self, row: u32) -> &[i16] {
        &self.values[self.shape.row(row)]
    }

    /// Sets what a row weighs for an outcome.
    pub fn set(&mut self, row: u32, outcome: usize, weight: f32) {
        self.values[self.shape.row(row)][outcome] = hundredths(weight);
    }

    /// Sets all weights: rows of evidence, then what hidden units begin with, then what each unit gives.
    pub fn set_all(&mut self, weights: &[f32]) {
        self.values.iter_mut().zip(weights).for_each(|(value, &weight)| *value = hundredths(weight));
        self.take_units();
    }

    /// What a hidden unit gives the outcomes, and zeros to the end of the row.
    fn unit(&self, unit: usize) -> &[i16] {
        self.row(self.shape.unit_row(unit))
    }

    /// Takes what the rows of hidden units hold over into the numbers that sums are finished with.
    fn take_units(&mut self) {
        let outcomes = self.shape.first_hidden();
        let gives = (0..self.shape.hidden).flat_map(|unit| self.unit(unit)[..outcomes].to_vec());
        self.units_give = gives.map(|weight| f32::from(weight) / 100.0).collect();
    }

    /// Adds the weights of rows to sums, which have [`Shape::stride`] numbers.
    pub fn add(&self, rows: &[u32], sums: &mut [i16]) {
        add_rows(&self.values, rows, sums, i16::saturating_add);
    }

    /// Adds the sum of the weights of rows at the end of `sums`.
    pub fn push_sum(&self, rows: &[u32], sums: &mut Vec<i16>) {
        let at = sums.len();
        match rows.split_first() {
            Some((&first, others)) => {
                sums.extend_from_slice(self.row(first));
                self.add(others, &mut sums[at..]);
            }
            None => sums.resize(at + self.shape.stride, 0),
        }
    }

    /// Ends a sum: adds what the hidden units give the outcomes. Adds [`Shape::stride`] numbers at the end of
    /// `finished`, no longer in hundredths: the outcomes, and from [`Shape::first_hidden`] on each unit's own sum.
    pub fn finish(&self, sums: &[i16], finished: &mut Vec<f32>) {
        let at = finished.len();
        let bias = self.row(self.shape.bias_row());
        finished.extend(sums.iter().zip(bias).map(|(&sum, &bias)| f32::from(sum.saturating_add(bias)) / 100.0));
        let (outcomes, units) = finished[at..].split_at_mut(self.shape.first_hidden());
        let stride = outcomes.len();
        add_units(outcomes, units, &self.units_give, stride);
    }

    /// The finished sums of some rows.
    pub fn sums(&self, rows: &[u32]) -> Vec<f32> {
        let mut sums = Vec::with_capacity(self.shape.stride);
        self.push_sum(rows, &mut sums);
        let mut finished = Vec::with_capacity(self.shape.stride);
        self.finish(&sums, &mut finished);
        finished
    }

    /// What rows weigh for an outcome beside evidence whose finished sums are `finished`.
    pub fn effective(&self, finished: &[f32], outcome: usize) -> Effective<'_> {
        let mut factors = vec![0; self.shape.stride];
        factors[outcome] = 100;
        let first = self.shape.first_hidden();
        for unit in (0..self.shape.hidden).filter(|unit| finished[first + unit] > 0.0) {
            factors[first + unit] = self.unit(unit)[outcome];
        }
        Effective { table: self, factors }
    }
}

/// The greatest weight, in hundredths: the products that [`Effective::weight`] sums stay far within 32 bits.
const MOST: i16 = 4096;

/// A weight in hundredths, the nearest one.
fn hundredths(weight: f32) -> i16 {
    ((weight * 100.0).round() as i16).clamp(-MOST, MOST)
}

/// Adds sums to others of the same length.
pub fn add_sums(sums: &mut [i16], others: &[i16]) {
    sums.iter_mut().zip(others).for_each(|(sum, &other)| *sum = sum.saturating_add(other));
}

/// What rows weigh for one outcome at one place: see [`WeightTable::effective`].
#[derive(Clone, Debug)]
pub struct Effective<'t> {
    table: &'t WeightTable,
    /// What each number of a row counts, in hundredths: 1 that of the outcome, those of the hidden units that count at the
    /// place what the unit gives the outcome, all others nothing.
    factors: Vec<i16>,
}

impl Effective<'_> {
    /// What a row weighs: its own weight, and its part in the hidden units that count.
    pub fn weight(&self, row: u32) -> f32 {
        let (weights, _) = self.table.row(row).as_chunks::<LANES>();
        let (factors, _) = self.factors.as_chunks::<LANES>();
        let mut sum = 0;
        for (weights, factors) in weights.iter().zip(factors) {
            for at in 0..LANES {
                sum += i32::from(weights[at]) * i32::from(factors[at]);
            }
        }
        sum as f32 / 10_000.0
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
        let first_hidden = in_order.shape.first_hidden();
        assert_eq!((in_order.row(0)[0], in_order.row(4)[0], in_order.row(4)[first_hidden]), (-125, 200, 25));
        assert_eq!(in_order.row(builder.rows)[first_hidden], 50);
        for other_order in [[gone, bias, constant, pair], [bias, constant, gone, pair], [pair, constant, bias, gone]] {
            assert!(table(&(header.to_string() + &other_order.concat())) == in_order, "{other_order:?}");
        }
    }

    #[test]
    fn what_is_written_is_read_with_its_sieve() {
        let values: Vec<String> = ["a", "b", "c"].map(String::from).into();
        let mut builder = SpaceBuilder::default();
        builder.family("kind", &[&values]);
        let mut table = WeightTable::zero(builder.rows, 1);
        table.set(0, 0, 1.25);
        let outcomes = ["A".to_string()];
        for sieve in [vec![], vec![0, -250, 0]] {
            let csv = table.write(&builder.families, &outcomes, &[3, 2, 1], &sieve).unwrap();
            let packed = pack("tables/some-weights.csv", &csv).unwrap();
            let file = WeightFile::new(&packed);
            let read = WeightTable::read_with_sieve(&file, &builder.families, builder.rows, &outcomes);
            assert!(read == (table.clone(), sieve), "{}", String::from_utf8_lossy(&csv));
        }
    }
}
