//! Texts, each kept once and known by number.

use std::hash::BuildHasher;

use hashbrown::HashTable;
use rustc_hash::FxBuildHasher;

/// Texts in one long string, found by their hashes: a corpus has millions of names, and an allocation and two
/// pointers for each would weigh more than the names.
#[derive(Debug, Default)]
pub(super) struct Interner {
    text: String,
    /// Where each text ends; it begins where the one before it ends.
    ends: Vec<usize>,
    numbers: HashTable<u32>,
}

impl Interner {
    /// The number of a text, new or known.
    pub(super) fn intern(&mut self, text: &str) -> u32 {
        let hash = FxBuildHasher.hash_one(text);
        let (all, ends) = (&self.text, &self.ends);
        if let Some(number) = self.numbers.find(hash, |number| slice(all, ends, *number) == text) {
            return *number;
        }
        let number = u32::try_from(self.ends.len()).unwrap_or(u32::MAX);
        self.text.push_str(text);
        self.ends.push(self.text.len());
        let (all, ends) = (&self.text, &self.ends);
        let rehash = |number: &u32| FxBuildHasher.hash_one(slice(all, ends, *number));
        self.numbers.insert_unique(hash, number, rehash);
        number
    }

    pub(super) fn text(&self, number: u32) -> &str {
        slice(&self.text, &self.ends, number)
    }

    /// How many texts there are; they have the numbers below.
    pub(super) fn len(&self) -> usize {
        self.ends.len()
    }

    /// All texts in alphabetical order, and where the text of each number stands among them.
    pub(super) fn sorted(self) -> (Vec<String>, Vec<u32>) {
        let mut order: Vec<u32> = (0u32..).take(self.len()).collect();
        order.sort_by(|one, other| self.text(*one).cmp(self.text(*other)));
        let mut places = vec![0; order.len()];
        for (place, number) in (0u32..).zip(&order) {
            places[*number as usize] = place;
        }
        (order.iter().map(|number| self.text(*number).to_owned()).collect(), places)
    }
}

fn slice<'t>(text: &'t str, ends: &[usize], number: u32) -> &'t str {
    let number = number as usize;
    let start = if number == 0 { 0 } else { ends[number - 1] };
    &text[start..ends[number]]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_text_has_one_number_and_comes_back() {
        let mut interner = Interner::default();
        let texts: Vec<String> = (0..1000).map(|number| format!("name {}", number % 250)).collect();
        let numbers: Vec<u32> = texts.iter().map(|text| interner.intern(text)).collect();
        assert_eq!(interner.len(), 250);
        for (text, number) in texts.iter().zip(numbers) {
            assert_eq!(interner.text(number), text);
        }
        assert_eq!(interner.intern(""), 250);
        assert_eq!(interner.text(250), "");
    }

    #[test]
    fn sorting_tells_where_each_number_went() {
        let mut interner = Interner::default();
        let numbers = ["pear", "apple", "fig"].map(|text| interner.intern(text) as usize);
        let (texts, places) = interner.sorted();
        assert_eq!(texts, ["apple", "fig", "pear"]);
        assert_eq!(numbers.map(|number| places[number]), [2, 0, 1]);
    }
}
