//! All patterns at once, to see which of them occur in a text.

use regex_automata::meta::{Config, Regex};
use regex_automata::nfa::thompson::WhichCaptures;
use regex_automata::{Input, MatchKind, PatternSet as Numbers};

/// Patterns that are looked for in one pass over a text.
///
/// A [`regex::RegexSet`] does the same, but first looks for letters that all matches begin with, to leap from one such
/// place to the next. Names begin with any letter, and to find that out takes longer than the rest of making the set.
#[derive(Clone, Debug, Default)]
pub struct PatternSet(Option<Regex>);

/// Bytes that a thread may use to remember how far patterns have matched; with fewer it would forget and begin anew.
const CACHE: usize = 16 << 20;
/// Bytes that the patterns may take; the limit of [`regex::RegexSet`].
const MOST_BYTES: usize = 10 << 20;

impl PatternSet {
    /// The set of the given expressions; `None` if one of them is none, or if they are too large together.
    pub(super) fn new(sources: &[&str]) -> Option<Self> {
        let config = Config::new()
            .match_kind(MatchKind::All)
            .which_captures(WhichCaptures::None)
            .auto_prefilter(false)
            .nfa_size_limit(Some(MOST_BYTES))
            .hybrid_cache_capacity(CACHE);
        let all = Regex::builder().configure(config).build_many(sources).ok()?;
        Some(Self(Some(all)))
    }

    /// The numbers of the patterns that occur in a text, in order.
    pub fn matches(&self, text: &str) -> Vec<usize> {
        let Some(all) = &self.0 else {
            return Vec::new();
        };
        let mut found = Numbers::new(all.pattern_len());
        all.which_overlapping_matches(&Input::new(text), &mut found);
        found.iter().map(|number| number.as_usize()).collect()
    }
}
