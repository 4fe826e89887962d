//! Fitting a weight table: Adam over small batches, with dropout.

use rayon::prelude::*;

use super::adam::Adam;
use crate::extract::space::Family;
use crate::fit::network::Network;

/// How to fit a table.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Training {
    /// Networks that are fitted, each from another start, and averaged into one table.
    pub networks: usize,
    /// Number of hidden units of each network; 0 for plain sums.
    pub hidden: usize,
    /// Times that every item is seen, at least: with few items, as often as it takes for 800 steps.
    pub epochs: usize,
    /// Items a step.
    pub batch: usize,
    /// Length of the first step; steps shrink to nothing along a straight line.
    pub rate: f32,
    /// Share of a weight that a step of length 1 takes away.
    pub decay: f32,
    /// Share of the evidence that an item does not see in an epoch, so that no piece relies on another.
    pub dropout: f32,
}

/// A sequence of numbers that look random: xorshift (Marsaglia 2003). The same for the same seed, everywhere.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    /// Between -0.5 and 0.5.
    fn centred(&mut self) -> f32 {
        (self.next() >> 40) as f32 / (1u64 << 24) as f32 - 0.5
    }
}

/// Which pieces of evidence one item sees in one epoch.
#[derive(Clone, Copy, Debug)]
pub struct Dropout {
    salt: u64,
    share: f32,
    /// Rows that are never left out.
    kept: (u32, u32),
}

impl Dropout {
    /// Is a row of evidence seen? A hash of item, epoch and row decides.
    pub fn keeps(self, row: u32) -> bool {
        if (self.kept.0..self.kept.1).contains(&row) {
            return true;
        }
        let hash = (u64::from(row) ^ self.salt).wrapping_mul(0xd6e8_feb8_6659_fd93);
        let hash = (hash ^ (hash >> 32)).wrapping_mul(0xd6e8_feb8_6659_fd93);
        (hash >> 40) as f32 / (1u64 << 24) as f32 >= self.share
    }
}

/// What [`fit`] asks for: item, epoch, what of its evidence is seen, the table so far; adds to the gradient.
pub trait Loss: Fn(usize, usize, Dropout, &Network, &mut [f32]) + Sync {}

impl<F: Fn(usize, usize, Dropout, &Network, &mut [f32]) + Sync> Loss for F {}

/// Parts of a batch that sum their gradients apart and are added in order, so that the result does not depend on the
/// number of threads.
const PARTS: usize = 2;

/// Fewest steps of a fit.
const LEAST_STEPS: usize = 800;
/// Most epochs that a fit takes for that.
const MOST_EPOCHS: usize = 60;

/// Fits a table to items 0 to `items`, the same way every time. Evidence of the family `kept` is never left out.
pub fn fit(size: (u32, usize), items: usize, training: Training, kept: Family, loss: impl Loss) -> Network {
    // An odd number times an odd number is never 0, with which the random numbers would stay 0.
    let seed = |number: u64| 0x2545_f491_4f6c_dd1d_u64.wrapping_mul(2 * number + 1);
    let numbers: Vec<u64> = (0..training.networks.max(1) as u64).collect();
    let networks = numbers.into_par_iter().map(|number| fit_one(size, items, training, kept, &loss, seed(number)));
    Network::average(&networks.collect::<Vec<_>>())
}

/// Fits one network.
fn fit_one(
    (rows, outcomes): (u32, usize),
    items: usize,
    training: Training,
    kept: Family,
    loss: &impl Loss,
    seed: u64,
) -> Network {
    let kept = kept.rows();
    let mut table = Network::new(rows, outcomes, training.hidden);
    let mut random = Random(seed);
    start(&mut table, &mut random);
    let mut adam = Adam::new(table.values_mut().len(), training.rate, training.decay);
    let mut order: Vec<usize> = (0..items).collect();
    let mut gradient = vec![0.0; table.values_mut().len()];
    let batch = training.batch.max(1);
    let steps_an_epoch = items.div_ceil(batch).max(1);
    let epochs = training.epochs.max(LEAST_STEPS.div_ceil(steps_an_epoch).min(MOST_EPOCHS));
    let steps = steps_an_epoch * epochs;
    let mut done = 0;
    for epoch in 0..epochs {
        for at in (1..order.len()).rev() {
            order.swap(at, (random.next() % (at as u64 + 1)) as usize);
        }
        for items in order.chunks(batch) {
            let parts: Vec<Vec<f32>> = items
                .par_chunks(batch.div_ceil(PARTS))
                .map(|items| {
                    let mut sum = vec![0.0; gradient.len()];
                    for &item in items {
                        let salt = (item as u64 * 1000 + epoch as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15);
                        loss(item, epoch, Dropout { salt, share: training.dropout, kept }, &table, &mut sum);
                    }
                    sum
                })
                .collect();
            gradient.fill(0.0);
            for part in parts {
                gradient.iter_mut().zip(part).for_each(|(sum, part)| *sum += part / items.len() as f32);
            }
            adam.step(table.values_mut(), &gradient, 1.0 - done as f32 / steps as f32);
            done += 1;
        }
    }
    // Where nothing is dropped, sums are greater than those that training saw.
    let end = table.end_of_evidence();
    table.values_mut()[..end].iter_mut().for_each(|weight| *weight *= 1.0 - training.dropout);
    table
}

/// Hidden units begin with small weights, each with others, or they would all learn the same.
fn start(table: &mut Network, random: &mut Random) {
    let (stride, first, hidden, outcomes) =
        (table.shape.stride, table.shape.first_hidden(), table.shape.hidden, table.shape.outcomes);
    let (end, unit_rows) = (table.end_of_evidence(), table.unit_row(0));
    let values = table.values_mut();
    for row in values[..end].chunks_exact_mut(stride) {
        row[first..first + hidden].iter_mut().for_each(|weight| *weight = 0.1 * random.centred());
    }
    for row in values[unit_rows..].chunks_exact_mut(stride) {
        row[..outcomes].iter_mut().for_each(|weight| *weight = 0.6 * random.centred());
    }
}

/// The finished sums of some rows of evidence.
pub fn sums_of(table: &Network, rows: &[u32]) -> Vec<f32> {
    let mut sums = vec![0.0; table.shape.stride];
    table.add(rows, &mut sums);
    table.finish(&mut sums);
    sums
}

/// Adds to the gradient what falls on rows of evidence whose finished sums are `sums`, for slopes of the outcomes.
pub fn add_gradient(table: &Network, rows: &[u32], sums: &[f32], delta: &[f32], gradient: &mut [f32]) {
    let stride = table.shape.stride;
    let mut slopes = vec![0.0; stride];
    backward(table, sums, delta, &mut slopes, gradient);
    for &row in rows {
        let into = gradient[row as usize * stride..].iter_mut();
        into.zip(&slopes).for_each(|(sum, slope)| *sum += slope);
    }
}

/// Takes a gradient of the outcomes back through the hidden units: adds what falls on the units' own numbers to
/// `gradient`, and writes into `row` what falls on each row of evidence. `sums` are the finished sums.
pub fn backward(table: &Network, sums: &[f32], delta: &[f32], row: &mut [f32], gradient: &mut [f32]) {
    row.fill(0.0);
    row[..delta.len()].copy_from_slice(delta);
    let first = table.shape.first_hidden();
    for unit in 0..table.shape.hidden {
        let sum = sums[first + unit];
        if sum <= 0.0 {
            continue;
        }
        let from = table.unit_row(unit);
        let back: f32 = table.unit_gives(unit).iter().zip(delta).map(|(gives, delta)| gives * delta).sum();
        row[first + unit] = back;
        gradient[table.unit_bias(unit)] += back;
        for (slope, delta) in gradient[from..].iter_mut().zip(delta) {
            *slope += sum * delta;
        }
    }
}
