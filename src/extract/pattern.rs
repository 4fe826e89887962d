//! Patterns: regular expressions for names that no list can hold. One pass tells which of them occur at all.

use crate::extract::annotated::Annotated;
use crate::extract::candidates::{Candidates, Proposer};

/// A pattern's match.
#[derive(Clone, Copy, Debug)]
pub struct PatternMatch {
    /// First token.
    pub first: u32,
    /// One past the last token.
    pub end: u32,
    /// Position of the pattern in the rule set.
    pub pattern: u16,
}

/// All matches that begin and end with tokens of one sentence, by pattern, then by place.
pub fn matches(text: &Annotated<'_>) -> Vec<PatternMatch> {
    let mut matches = Vec::new();
    let document = &text.document;
    for number in text.rules.pattern_set.matches(&document.reading) {
        let Some(regex) = text.rules.patterns[number].regex() else {
            continue;
        };
        for found in regex.find_iter(&document.reading) {
            let first = document.tokens.partition_point(|token| (token.start as usize) < found.start());
            let end = document.tokens.partition_point(|token| (token.end as usize) <= found.end());
            let on_borders = first < end
                && document.tokens[first].start as usize == found.start()
                && document.tokens[end - 1].end as usize == found.end();
            if on_borders && text.sentence_of[first] == text.sentence_of[end - 1] {
                matches.push(PatternMatch { first: first as u32, end: end as u32, pattern: number as u16 });
            }
        }
    }
    matches
}

/// Proposes every match of a pattern.
pub fn propose(text: &Annotated<'_>, candidates: &mut Candidates) {
    for found in &text.pattern_matches {
        candidates.add(text, found.first, found.end, Proposer::Pattern);
    }
}
