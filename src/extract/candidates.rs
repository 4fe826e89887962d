//! Spans that may name an entity, proposed generously; the evidence decides among them.

use rustc_hash::{FxBuildHasher, FxHashMap, FxHashSet};

use crate::extract::annotated::Annotated;
use crate::extract::{enumeration, lexicon, naming, pattern, runs, shape};
use crate::text::phrase_key;

/// What proposed a span.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Proposer {
    /// A whole run of words between borders.
    Run,
    /// The right part of a run, from a word that may begin a term.
    Left,
    /// A part of a run that ends in a head.
    Head,
    /// A part of a run that ends where terms often end.
    Inner,
    /// Words that look like a name.
    Shape,
    /// A part of an atom: "diffusion" in "diffusion-based".
    Atom,
    /// Two runs joined by "of".
    Of,
    /// Two coordinated runs: "image and video generation".
    Coordination,
    /// A side of "long form (SHORT)".
    Acronym,
    /// A name after "called", "dubbed", "named".
    Naming,
    /// The name before the title's colon.
    Title,
    /// A known name.
    Lexicon,
    /// A match of a pattern.
    Pattern,
    /// A form that another strategy found elsewhere in the paper.
    Echo,
}

impl Proposer {
    /// All proposers with the names that rules and reports use for them.
    pub const ALL: [(Self, &'static str); 14] = [
        (Self::Run, "run"),
        (Self::Left, "left"),
        (Self::Head, "head"),
        (Self::Inner, "inner"),
        (Self::Shape, "shape"),
        (Self::Atom, "atom"),
        (Self::Of, "of"),
        (Self::Coordination, "coordination"),
        (Self::Acronym, "acronym"),
        (Self::Naming, "naming"),
        (Self::Title, "title-colon"),
        (Self::Lexicon, "lexicon"),
        (Self::Pattern, "pattern"),
        (Self::Echo, "echo"),
    ];
}

/// A span that may name an entity.
#[derive(Clone, Copy, Debug)]
pub struct Candidate {
    /// First token.
    pub first: u32,
    /// One past the last token.
    pub end: u32,
    /// Its phrase: [`phrase_key`] of the span.
    pub key: u64,
    /// Who proposed it: a bit for each [`Proposer`].
    pub proposers: u16,
}

/// The candidates of a paper, each span once.
#[derive(Debug, Default)]
pub struct Candidates {
    /// All candidates; after [`propose`] in order of sentence, end, start.
    pub list: Vec<Candidate>,
    by_span: FxHashMap<(u32, u32), u32>,
}

impl Candidates {
    /// Adds a span, or a proposer to a span that stands already. A span needs a letter and must stay in one sentence.
    pub fn add(&mut self, text: &Annotated<'_>, first: u32, end: u32, proposer: Proposer) {
        let key = phrase_key(&text.document, first, end);
        self.add_with_key(text, first, end, key, proposer);
    }

    /// Brings them in order of sentence, end, start. Spans added before must not be added again.
    pub fn sort(&mut self) {
        // No two have the same place.
        self.list.sort_unstable_by_key(|candidate| (candidate.end, candidate.first));
    }

    /// As [`Candidates::add`], with the span's key at hand.
    pub fn add_with_key(&mut self, text: &Annotated<'_>, first: u32, end: u32, key: u64, proposer: Proposer) {
        if first >= end || text.sentence_of[first as usize] != text.sentence_of[end as usize - 1] {
            return;
        }
        let bit = 1 << proposer as u16;
        match self.by_span.get(&(first, end)) {
            Some(&at) => self.list[at as usize].proposers |= bit,
            None => {
                if (first..end).any(|token| text.document.tokens[token as usize].shape.has_letter()) {
                    self.by_span.insert((first, end), self.list.len() as u32);
                    self.list.push(Candidate { first, end, key, proposers: bit });
                }
            }
        }
    }
}

/// Lets every strategy propose its spans.
pub fn propose(text: &Annotated<'_>) -> Candidates {
    let expected = text.document.atoms.len() * 2;
    let mut candidates = Candidates {
        list: Vec::with_capacity(expected),
        by_span: FxHashMap::with_capacity_and_hasher(expected, FxBuildHasher),
    };
    runs::propose(text, &mut candidates);
    enumeration::propose(text, &mut candidates);
    for definition in &text.definitions {
        candidates.add(text, definition.long_first, definition.long_end, Proposer::Acronym);
        candidates.add(text, definition.short_first, definition.short_end, Proposer::Acronym);
    }
    if let Some(title) = text.title_name {
        candidates.add(text, title.first, title.end, Proposer::Title);
    }
    naming::propose(text, &mut candidates);
    lexicon::propose(text, &mut candidates);
    pattern::propose(text, &mut candidates);
    shape::propose_parts(text, &mut candidates);
    echo(text, &mut candidates);
    candidates.sort();
    candidates.by_span = FxHashMap::default();
    candidates
}

/// Names found by acronym, title, naming or shape, wherever else they stand.
fn echo(text: &Annotated<'_>, candidates: &mut Candidates) {
    const SOURCES: u16 = 1 << Proposer::Acronym as u16
        | 1 << Proposer::Title as u16
        | 1 << Proposer::Naming as u16
        | 1 << Proposer::Shape as u16;
    let document = &text.document;
    // Lengths are few where names are many: a text may have thousands that begin with one word.
    let mut lengths: FxHashMap<u64, Vec<u32>> = FxHashMap::default();
    let mut names: FxHashSet<(u64, u64, u32)> = FxHashSet::default();
    for candidate in candidates.list.iter().filter(|candidate| candidate.proposers & SOURCES != 0) {
        let length = candidate.end - candidate.first;
        let first_word = document.tokens[candidate.first as usize].singular;
        if names.insert((first_word, candidate.key, length)) {
            let of_word = lengths.entry(first_word).or_default();
            if !of_word.contains(&length) {
                of_word.push(length);
            }
        }
    }
    for first in 0..document.tokens.len() as u32 {
        let first_word = document.tokens[first as usize].singular;
        let Some(lengths) = lengths.get(&first_word) else {
            continue;
        };
        for &length in lengths {
            let end = first + length;
            if end <= text.sentence(first).end {
                let key = phrase_key(document, first, end);
                if names.contains(&(first_word, key, length)) {
                    candidates.add_with_key(text, first, end, key, Proposer::Echo);
                }
            }
        }
    }
}
