//! Lists of names that need no memory each.

/// Names, one after the other in one text: evidence has tens of thousands of them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Names {
    text: String,
    /// Where each name ends.
    ends: Vec<u32>,
}

impl Names {
    /// An empty list with room for this many names.
    pub fn with_capacity(names: usize) -> Self {
        Self { text: String::new(), ends: Vec::with_capacity(names) }
    }

    /// Adds a name.
    pub fn push(&mut self, name: &str) {
        self.text.push_str(name);
        self.ends.push(self.text.len() as u32);
    }

    /// Number of names.
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// Is there none?
    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    /// The name at a position; empty where there is none.
    pub fn get(&self, at: usize) -> &str {
        let from = at.checked_sub(1).and_then(|before| self.ends.get(before)).map_or(0, |end| *end as usize);
        let to = self.ends.get(at).map_or(from, |end| *end as usize);
        self.text.get(from..to).unwrap_or_default()
    }

    /// The names in order.
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        let mut from = 0;
        self.ends.iter().map(move |end| {
            let name = self.text.get(from..*end as usize).unwrap_or_default();
            from = *end as usize;
            name
        })
    }
}

impl<'n> FromIterator<&'n str> for Names {
    fn from_iter<T: IntoIterator<Item = &'n str>>(names: T) -> Self {
        let mut list = Self::default();
        names.into_iter().for_each(|name| list.push(name));
        list
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_found_by_position() {
        let names: Names = ["a", "", "bé", "c"].into_iter().collect();
        assert_eq!(names.iter().collect::<Vec<_>>(), ["a", "", "bé", "c"]);
        let by_position: Vec<&str> = (0..5).map(|at| names.get(at)).collect();
        assert_eq!(by_position, ["a", "", "bé", "c", ""]);
    }
}
