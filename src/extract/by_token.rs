//! What collecting evidence looks up by token: known names, kinds of tokens, brackets.

use crate::extract::annotated::Annotated;
use crate::extract::evidence::{CaseMatch, case_match};
use crate::text::{Document, Token};

/// Known names by where they begin and end.
#[derive(Clone, Debug)]
pub struct KnownSpans {
    /// For each first token the end of the longest known name, with its types as bits.
    pub longest_from: Vec<Option<(u32, u64)>>,
    /// For each end the first token of the longest known name, with its types as bits.
    pub longest_to: Vec<Option<(u32, u64)>>,
}

impl KnownSpans {
    /// Those of a text.
    pub fn new(text: &Annotated<'_>) -> Self {
        let count = text.document.tokens.len() + 1;
        let mut spans = Self { longest_from: vec![None; count], longest_to: vec![None; count] };
        for known in &text.known {
            let span = text.document.text(known.first, known.end);
            let types = known
                .forms
                .iter()
                .filter(|form| case_match(span, &form.text, form.exact) != CaseMatch::Forbidden)
                .fold(0u64, |bits, form| bits | 1 << text.rules.lexicon[form.entry as usize].entity_type.0);
            if types == 0 {
                continue;
            }
            let from = &mut spans.longest_from[known.first as usize];
            if from.is_none_or(|(end, _)| end < known.end) {
                *from = Some((known.end, types));
            }
            let to = &mut spans.longest_to[known.end as usize];
            if to.is_none_or(|(first, _)| first > known.first) {
                *to = Some((known.first, types));
            }
        }
        spans
    }
}

/// How many tokens there are of each kind.
#[derive(Clone, Copy, Debug, Default)]
pub struct ShapeCounts {
    /// With a letter.
    pub letter: u32,
    /// With a capital.
    pub capital: u32,
    /// Of capitals alone.
    pub all_capitals: u32,
    /// That look like a name.
    pub name_like: u32,
    /// With a digit.
    pub digit: u32,
}

impl ShapeCounts {
    /// For each token the counts of those before it, and the counts of all.
    pub fn before_each(document: &Document) -> Vec<Self> {
        let mut all = Vec::with_capacity(document.tokens.len() + 1);
        let mut counts = Self::default();
        all.push(counts);
        for Token { shape, .. } in &document.tokens {
            counts.letter += u32::from(shape.has_letter());
            counts.capital += u32::from(shape.has_capital());
            counts.all_capitals += u32::from(shape.is_all_capitals());
            counts.name_like += u32::from(shape.is_name_like());
            counts.digit += u32::from(shape.has_digit());
            all.push(counts);
        }
        all
    }

    /// The counts from where those were counted on.
    pub fn since(self, before: Self) -> Self {
        Self {
            letter: self.letter - before.letter,
            capital: self.capital - before.capital,
            all_capitals: self.all_capitals - before.all_capitals,
            name_like: self.name_like - before.name_like,
            digit: self.digit - before.digit,
        }
    }
}

/// How far back a bracket may open in which a span stands, in tokens.
const BRACKET: u32 = 12;

/// For each token whether the nearest bracket before it in its sentence, not far away, opens.
pub fn in_brackets(document: &Document) -> Vec<bool> {
    let mut inside = Vec::with_capacity(document.tokens.len());
    for sentence in &document.sentences {
        // Where the nearest bracket stands, and whether it opens.
        let mut nearest = None;
        for token in sentence.first..sentence.end {
            inside.push(nearest.is_some_and(|(at, opens)| opens && token - at <= BRACKET));
            match document.word(token) {
                "(" => nearest = Some((token, true)),
                ")" => nearest = Some((token, false)),
                _ => {}
            }
        }
    }
    inside
}
