//! A few positions, kept in place.

use std::ops::Deref;

/// Sentences and rules that an edge keeps, best first.
pub const MOST_EVIDENCE: usize = 3;

/// Up to [`MOST_EVIDENCE`] positions, kept in place: a graph has millions of edges, and an allocation for each would
/// cost more than what it holds. The greatest number marks what is free and is no position.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Few<T>([T; MOST_EVIDENCE]);

/// A number that [`Few`] can hold.
pub trait Position: Copy + PartialEq {
    /// What no position is.
    const FREE: Self;
}

impl Position for u16 {
    const FREE: Self = Self::MAX;
}

impl Position for u32 {
    const FREE: Self = Self::MAX;
}

impl<T: Position> Few<T> {
    /// None yet.
    pub fn new() -> Self {
        Self([T::FREE; MOST_EVIDENCE])
    }

    /// Adds the positions that are not among these yet, as far as there is room.
    pub fn add_new(&mut self, more: &[T]) {
        for position in more {
            let length = self.len();
            if length < MOST_EVIDENCE && !self.contains(position) {
                self.0[length] = *position;
            }
        }
    }
}

impl<T: Position> Default for Few<T> {
    fn default() -> Self {
        Self::new()
    }
}

impl<T: Position> Deref for Few<T> {
    type Target = [T];

    fn deref(&self) -> &[T] {
        let length = self.0.iter().position(|position| *position == T::FREE);
        &self.0[..length.unwrap_or(MOST_EVIDENCE)]
    }
}

impl<T: Position> FromIterator<T> for Few<T> {
    /// The first positions; what is more than an edge keeps is left out.
    fn from_iter<I: IntoIterator<Item = T>>(positions: I) -> Self {
        let mut few = Self::new();
        let positions = positions.into_iter().filter(|position| *position != T::FREE);
        few.0.iter_mut().zip(positions).for_each(|(free, position)| *free = position);
        few
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_ones_are_kept() {
        let few: Few<u16> = [4, u16::MAX, 2, 4, 9].into_iter().collect();
        assert_eq!(*few, [4, 2, 4]);
        assert!(Few::<u32>::new().is_empty());
    }

    #[test]
    fn only_new_ones_are_added_while_there_is_room() {
        let mut few: Few<u32> = [7].into_iter().collect();
        few.add_new(&[7, 1, 1, u32::MAX, 5, 6]);
        assert_eq!(*few, [7, 1, 5]);
    }
}
