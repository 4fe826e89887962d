//! Sums by number, made for many small ones.

use std::ops::AddAssign;

/// Sums by key, as a list: most names are written in one way by one paper, and a hash map for each would weigh several
/// times what it holds.
///
/// New entries go to the end; when the list has doubled, it is sorted and equal keys are added up. So an entry costs
/// the logarithm of their number, whatever keys come in which order.
#[derive(Clone, Debug)]
pub(super) struct Tally<C> {
    entries: Vec<(u32, C)>,
    /// So many entries at the beginning were left by the last sorting.
    settled: u32,
}

/// Entries that may wait before the first sorting.
const FEW: usize = 4;

impl<C> Default for Tally<C> {
    fn default() -> Self {
        Tally { entries: Vec::new(), settled: 0 }
    }
}

impl<C: AddAssign + Copy> Tally<C> {
    pub(super) fn add(&mut self, key: u32, more: C) {
        if self.entries.len() >= FEW && self.entries.len() >= 2 * self.settled as usize {
            self.settle();
        }
        if self.entries.is_empty() {
            self.entries.reserve_exact(1);
        }
        self.entries.push((key, more));
    }

    /// Adds up equal keys; afterwards every key stands once, in rising order.
    pub(super) fn settle(&mut self) {
        self.entries.sort_unstable_by_key(|(key, _)| *key);
        self.entries.dedup_by(|next, kept| {
            let same = next.0 == kept.0;
            if same {
                kept.1 += next.1;
            }
            same
        });
        self.settled = u32::try_from(self.entries.len()).unwrap_or(u32::MAX);
    }

    /// Keys with their sums, once [`settle`](Self::settle) has added them up.
    pub(super) fn entries(&self) -> &[(u32, C)] {
        &self.entries
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn a_tally_is_a_map_of_sums(added in prop::collection::vec((0u32..20, 1u32..5), 0..200)) {
            let mut tally = Tally::default();
            let mut sums: BTreeMap<u32, u32> = BTreeMap::new();
            for (key, more) in added {
                tally.add(key, more);
                *sums.entry(key).or_default() += more;
                prop_assert!(tally.entries().len() <= FEW.max(2 * sums.len()) + 1);
            }
            tally.settle();
            prop_assert_eq!(tally.entries(), sums.into_iter().collect::<Vec<_>>());
        }
    }
}
