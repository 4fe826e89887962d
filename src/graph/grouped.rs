//! Values in numbered groups, all in one list.

/// The values of each group, one group after the other. Made in two passes over all values, through memory in its order: to
/// gather them group by group would be one step through memory for each.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Grouped<T> {
    /// Where each group begins, and where the last one ends.
    pub starts: Vec<usize>,
    /// The values.
    pub values: Vec<T>,
}

impl<T> Default for Grouped<T> {
    /// No groups.
    fn default() -> Self {
        Self { starts: vec![0], values: Vec::new() }
    }
}

impl<T> Grouped<T> {
    /// Adds a group behind all others.
    pub fn push(&mut self, values: impl IntoIterator<Item = T>) {
        self.values.extend(values);
        self.starts.push(self.values.len());
    }

    /// Number of groups.
    pub fn len(&self) -> usize {
        self.starts.len() - 1
    }

    /// The values of a group.
    pub fn group(&self, number: usize) -> &[T] {
        &self.values[self.starts[number]..self.starts[number + 1]]
    }

    /// The values of all groups.
    pub fn groups(&self) -> impl Iterator<Item = &[T]> + Clone {
        (0..self.len()).map(|number| self.group(number))
    }
}

impl<T: Copy + Default> Grouped<T> {
    /// Groups values that come with the number of their group, which is less than `groups`. Those of a group stay in their
    /// order.
    pub fn of(groups: usize, items: impl Iterator<Item = (usize, T)> + Clone) -> Self {
        let mut starts = vec![0; groups + 1];
        items.clone().for_each(|(group, _)| starts[group + 1] += 1);
        for group in 1..starts.len() {
            starts[group] += starts[group - 1];
        }
        let mut free = starts.clone();
        let mut values = vec![T::default(); starts[groups]];
        for (group, value) in items {
            values[free[group]] = value;
            free[group] += 1;
        }
        Self { starts, values }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_stay_in_their_order() {
        let grouped = Grouped::of(4, [(2, 'a'), (0, 'b'), (2, 'c'), (3, 'd')].into_iter());
        let groups: Vec<&[char]> = grouped.groups().collect();
        assert_eq!(groups, [&['b'][..], &[], &['a', 'c'], &['d']]);
        let mut pushed = Grouped::default();
        groups.iter().for_each(|group| pushed.push(group.iter().copied()));
        assert_eq!(pushed, grouped);
        assert_eq!(Grouped::<char>::of(0, std::iter::empty()).starts, [0]);
    }
}
