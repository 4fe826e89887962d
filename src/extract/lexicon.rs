//! Known names: one walk over the words finds all forms of all lexicons, hyphens, plurals and letter case folded.

use crate::extract::annotated::Annotated;
use crate::extract::candidates::{Candidates, Proposer};
use crate::rules::LexiconForm;

/// A known name in the text.
#[derive(Clone, Copy, Debug)]
pub struct KnownName<'r> {
    /// First token.
    pub first: u32,
    /// One past the last token.
    pub end: u32,
    /// The forms of the lexicon that are written alike, letter case aside.
    pub forms: &'r [LexiconForm],
}

/// All known names of a text by first token, shortest first.
pub fn known_names<'r>(text: &Annotated<'r>) -> Vec<KnownName<'r>> {
    let mut known = Vec::new();
    let rules = text.rules;
    for sentence in &text.document.sentences {
        for first in sentence.first..sentence.end {
            rules.forms.matches_at(&text.document, first, sentence.end, |end, forms| {
                known.push(KnownName { first, end, forms });
            });
        }
    }
    known
}

/// Proposes every known name.
pub fn propose(text: &Annotated<'_>, candidates: &mut Candidates) {
    for known in &text.known {
        candidates.add(text, known.first, known.end, Proposer::Lexicon);
    }
}
