//! Telling papers that were read before: by their ids and by their titles.
//!
//! Only hashes are kept, 16 bytes a paper or less, so that memory is bounded by the number of papers and not by their
//! text. With 64 bits, ten million papers have a chance of one in ninety thousand that two of them share a hash.

use std::hash::{DefaultHasher, Hash, Hasher};

use rustc_hash::{FxHashMap, FxHashSet};
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

use super::record::Parsed;
use crate::text::stable_hash;

/// The papers read so far.
#[derive(Default)]
pub(super) struct Seen {
    hashes: FxHashSet<u64>,
    /// Ids of the papers of an earlier run, by the hashes of their titles.
    earlier_by_title: FxHashMap<u64, Box<str>>,
    /// Hashes of those ids.
    earlier_ids: FxHashSet<u64>,
}

/// What a hash is of, so that an id never passes for a title.
#[derive(Hash)]
enum Key<'p> {
    Id(&'p str),
    Title(&'p str),
}

impl Seen {
    /// Remembers a paper of an earlier run: one with its id is new once more, as the paper's next version; one with
    /// its title alone is not.
    pub(super) fn remember_earlier(&mut self, id: &str, title: &str) {
        self.earlier_by_title.insert(hash(&Key::Title(&folded(title))), id.into());
        self.earlier_ids.insert(hash(&Key::Id(id)));
    }

    /// Whether the paper is new; if so, it is remembered. A paper without an id of its own whose made-up id another
    /// paper has already gets the hash of its title behind the id.
    pub(super) fn is_new(&mut self, parsed: &mut Parsed) -> bool {
        let title = hash(&Key::Title(&folded(&parsed.paper.title)));
        if self.hashes.contains(&title) {
            return false;
        }
        let earlier = self.earlier_by_title.get(&title);
        if let Some(earlier) = earlier {
            if !parsed.own_id && **earlier == longer_id(parsed) {
                parsed.paper.id = earlier.to_string();
            }
            if **earlier != *parsed.paper.id {
                return false;
            }
        }
        let mut id = hash(&Key::Id(&parsed.paper.id));
        let of_another = earlier.is_none() && !parsed.own_id && self.earlier_ids.contains(&id);
        if of_another || self.hashes.contains(&id) {
            if parsed.own_id {
                return false;
            }
            parsed.paper.id = longer_id(parsed);
            id = hash(&Key::Id(&parsed.paper.id));
        }
        self.hashes.insert(title);
        self.hashes.insert(id)
    }
}

/// The made-up id of a paper with the hash of its title behind it.
fn longer_id(parsed: &Parsed) -> String {
    format!("{}-{:016x}", parsed.paper.id, stable_hash(parsed.paper.title.as_bytes()))
}

fn hash(key: &Key<'_>) -> u64 {
    let mut hasher = DefaultHasher::new();
    key.hash(&mut hasher);
    hasher.finish()
}

/// A title's letters and digits alone, without case and accents; the title itself if it has none.
fn folded(title: &str) -> String {
    let folded: String = if title.is_ascii() {
        title.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_lowercase()).collect()
    } else {
        title
            .nfkd()
            .filter(|&c| c.is_alphanumeric() || is_combining_mark(c) && c > '\u{036f}')
            .flat_map(char::to_lowercase)
            .collect()
    };
    if folded.is_empty() { title.to_string() } else { folded }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::corpus::Paper;

    fn parsed(id: &str, title: &str, own_id: bool) -> Parsed {
        Parsed { paper: Paper { id: id.into(), title: title.into(), ..Paper::default() }, own_id }
    }

    #[test]
    fn the_same_id_or_the_same_title_is_the_same_paper() {
        let mut seen = Seen::default();
        let mut is_new = |id: &str, title: &str| seen.is_new(&mut parsed(id, title, true));
        assert!(is_new("1", "Kites: A Naïve View"));
        assert!(!is_new("1", "Owls"));
        assert!(!is_new("2", "Kites -- a naive view!"));
        assert!(is_new("2", "Kites: another view"));
        assert!(is_new("3", "???"));
        assert!(is_new("4", "!!!"));
    }

    #[test]
    fn made_up_ids_that_meet_are_made_different() {
        let mut seen = Seen::default();
        assert!(seen.is_new(&mut parsed("long-title", "Long title, part one", false)));
        let mut second = parsed("long-title", "Long title, part two", false);
        assert!(seen.is_new(&mut second));
        assert!(second.paper.id.starts_with("long-title-"));
        assert!(!seen.is_new(&mut parsed("long-title", "Long title, part two", false)));
    }

    #[test]
    fn papers_of_an_earlier_run_come_again_by_id_only() {
        let mut seen = Seen::default();
        seen.remember_earlier("1", "Kites");
        seen.remember_earlier("long-title", "Long title, part one");
        let mut is_new = |id: &str, title: &str, own_id: bool| {
            let mut parsed = parsed(id, title, own_id);
            seen.is_new(&mut parsed).then_some(parsed.paper.id)
        };
        assert_eq!(is_new("2", "Kites", true), None, "another id, the same title");
        assert_eq!(is_new("1", "Kites, second version", true).as_deref(), Some("1"));
        assert_eq!(is_new("1", "Kites, third version", true), None, "twice in one run");
        assert_eq!(is_new("long-title", "Long title, part one", false).as_deref(), Some("long-title"));
        let other = is_new("long-title", "Long title, part two", false).unwrap();
        assert!(other.starts_with("long-title-"), "{other}");
        let mut next = Seen::default();
        next.remember_earlier("long-title", "Long title, part one");
        next.remember_earlier(&other, "Long title, part two");
        let mut again = parsed("long-title", "Long title, part two", false);
        assert!(next.is_new(&mut again));
        assert_eq!(again.paper.id, other);
    }
}
