//! Telling papers that were read before: by their ids and by their titles.
//!
//! Only hashes are kept, 16 bytes a paper or less, so that memory is bounded by the number of papers and not by their
//! text. With 64 bits, ten million papers have a chance of one in ninety thousand that two of them share a hash.

use std::hash::{DefaultHasher, Hash, Hasher};

use rustc_hash::FxHashSet;
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

use super::record::Parsed;
use crate::text::stable_hash;

/// The papers read so far.
#[derive(Default)]
pub(super) struct Seen {
    hashes: FxHashSet<u64>,
}

/// What a hash is of, so that an id never passes for a title.
#[derive(Hash)]
enum Key<'p> {
    Id(&'p str),
    Title(&'p str),
}

impl Seen {
    /// Whether the paper is new; if so, it is remembered. A paper without an id of its own whose made-up id another
    /// paper has already gets the hash of its title behind the id.
    pub(super) fn is_new(&mut self, parsed: &mut Parsed) -> bool {
        let title = hash(&Key::Title(&folded(&parsed.paper.title)));
        if self.hashes.contains(&title) {
            return false;
        }
        let mut id = hash(&Key::Id(&parsed.paper.id));
        if self.hashes.contains(&id) {
            if parsed.own_id {
                return false;
            }
            let suffix = stable_hash(parsed.paper.title.as_bytes());
            parsed.paper.id.push_str(&format!("-{suffix:016x}"));
            id = hash(&Key::Id(&parsed.paper.id));
        }
        self.hashes.insert(title);
        self.hashes.insert(id)
    }
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
}
