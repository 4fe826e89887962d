//! Heads: runs of words between borders, and the parts of them that may be terms.

use crate::extract::annotated::Annotated;
use crate::extract::candidates::{Candidates, Proposer};
use crate::extract::shape;
use crate::text::{is_separator, phrase_hash};

/// Longest term, in atoms.
pub const LONGEST_TERM: u32 = 7;
/// Share of a word's occurrences in the corpus with a border before it, from which it may begin a term.
const MAY_BEGIN: f32 = 0.12;
/// Share of a word's occurrences with a border after it, from which it may end a term.
const MAY_END: f32 = 0.5;

/// A stretch of atoms inside a run.
#[derive(Clone, Copy, Debug)]
pub struct Stretch {
    /// First token.
    pub first: u32,
    /// One past the last token.
    pub end: u32,
    /// Key of the phrase.
    pub key: u64,
    /// Number of atoms.
    pub atoms: u32,
    /// Does it begin where the run begins?
    pub at_start: bool,
    /// Does it end where the run ends?
    pub at_end: bool,
}

/// Calls `visit` with every stretch of 1 to `longest` atoms in every run, by first atom, then by length.
pub fn stretches(text: &Annotated<'_>, longest: u32, mut visit: impl FnMut(Stretch)) {
    let document = &text.document;
    for sentence in &document.sentences {
        let mut start = sentence.first_atom;
        while start < sentence.end_atom {
            let is_border = |atom: u32| text.borders[document.atoms[atom as usize].first as usize];
            if is_border(start) {
                start += 1;
                continue;
            }
            let mut end = start + 1;
            while end < sentence.end_atom && !is_border(end) {
                end += 1;
            }
            for from in start..end {
                let mut hash = 0;
                for to in from..end.min(from + longest) {
                    let atom = document.atoms[to as usize];
                    let mut key = hash;
                    for token in atom.first..atom.end {
                        if !is_separator(document, token) {
                            let words = &document.tokens[token as usize];
                            key = phrase_hash(hash, words.singular);
                            hash = phrase_hash(hash, words.hash);
                        }
                    }
                    visit(Stretch {
                        first: document.atoms[from as usize].first,
                        end: atom.end,
                        key,
                        atoms: to - from + 1,
                        at_start: from == start,
                        at_end: to + 1 == end,
                    });
                }
            }
            start = end;
        }
    }
}

/// Proposes runs, their right parts, parts that end in heads, and names by their shape.
pub fn propose(text: &Annotated<'_>, candidates: &mut Candidates) {
    let document = &text.document;
    let borders: Vec<(f32, f32)> = document.tokens.iter().map(|token| text.rules.counts.borders(token.hash)).collect();
    stretches(text, LONGEST_TERM, |stretch| {
        let Stretch { first, end, key, atoms, .. } = stretch;
        let begins = text.classes[first as usize];
        if begins.praise && !begins.praise_in_terms && atoms > 1 {
            return;
        }
        let may_begin = borders[first as usize].0 >= MAY_BEGIN;
        if stretch.at_start && stretch.at_end {
            candidates.add_with_key(text, first, end, key, Proposer::Run);
        }
        if stretch.at_end {
            if may_begin || atoms == 1 {
                candidates.add_with_key(text, first, end, key, Proposer::Left);
            }
        } else if may_begin && text.head(end) > 0 {
            candidates.add_with_key(text, first, end, key, Proposer::Head);
        } else if may_begin && borders[end as usize - 1].1 >= MAY_END {
            candidates.add_with_key(text, first, end, key, Proposer::Inner);
        }
        if atoms <= shape::LONGEST_NAME && shape::looks_like_name(text, first, end) {
            candidates.add_with_key(text, first, end, key, Proposer::Shape);
        }
    });
}
