//! The evidence on the candidates of one paper, as rows of the weight table.
//!
//! Many candidates share evidence: all places of a phrase, all spans that begin at one border, all that end at one. Such
//! rows are found and summed once, and every candidate names the **shared rows** that are its own as well. A part of all
//! evidence, quickly found, is collected first: for most candidates it tells that the rest need not be. See
//! [`collect`](crate::extract::collect::collect) and [`sums`](crate::extract::sums).

use crate::extract::annotated::Annotated;
use crate::extract::candidates::Candidate;

/// How a known name is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum CaseMatch {
    /// As the lexicon writes it.
    Exact,
    /// In another letter case.
    Folded,
    /// In another letter case, though the lexicon says that case matters.
    Forbidden,
}

/// How many shared rows a candidate has that are collected first: of its phrase, of the phrase's last word, of its left
/// and its right border.
pub const SHARED_FIRST: usize = 4;

/// How many shared rows a candidate has: those that are collected first, and the others of its phrase.
pub const SHARED: usize = SHARED_FIRST + 1;

/// A candidate with its evidence.
#[derive(Clone, Copy, Debug)]
pub struct Weighed {
    /// The span.
    pub candidate: Candidate,
    /// Numbers of its shared rows, as [`Evidence::shared_rows`] takes them.
    pub shared: [u32; SHARED],
    /// Where its own rows begin, where those end that are collected first, where all end.
    own: [u32; 3],
}

/// The candidates of a paper with all their evidence.
#[derive(Clone, Debug, Default)]
pub struct Evidence {
    /// The candidates in order of sentence, end, start.
    pub candidates: Vec<Weighed>,
    rows: Vec<u32>,
    shared_rows: Vec<u32>,
    shared_ranges: Vec<[u32; 2]>,
}

impl Evidence {
    /// No evidence, with room for that of so many candidates.
    pub(super) fn with_capacity(candidates: usize) -> Self {
        Self {
            candidates: Vec::with_capacity(candidates),
            rows: Vec::with_capacity(candidates * 8),
            shared_rows: Vec::with_capacity(candidates * 32),
            shared_ranges: Vec::with_capacity(candidates * 2),
        }
    }

    /// Rows that hold on one candidate alone.
    #[inline]
    pub fn own_rows(&self, candidate: &Weighed) -> &[u32] {
        &self.rows[candidate.own[0] as usize..candidate.own[2] as usize]
    }

    /// All rows of a candidate that are collected first.
    pub fn first_rows_of<'e>(&'e self, candidate: &'e Weighed) -> impl Iterator<Item = u32> + 'e {
        let shared = candidate.shared[..SHARED_FIRST].iter().flat_map(|&number| self.shared_rows(number));
        shared.chain(&self.rows[candidate.own[0] as usize..candidate.own[1] as usize]).copied()
    }

    /// Rows that several candidates share.
    #[inline]
    pub fn shared_rows(&self, number: u32) -> &[u32] {
        let [from, to] = self.shared_ranges[number as usize];
        &self.shared_rows[from as usize..to as usize]
    }

    /// All rows of a candidate.
    pub fn rows_of<'e>(&'e self, candidate: &'e Weighed) -> impl Iterator<Item = u32> + 'e {
        let shared = candidate.shared.iter().flat_map(|&number| self.shared_rows(number));
        shared.chain(self.own_rows(candidate)).copied()
    }

    /// How many times rows are shared.
    pub fn shared(&self) -> usize {
        self.shared_ranges.len()
    }

    /// Adds rows for several candidates to share; gives their number.
    pub(super) fn share(&mut self, collect: impl FnOnce(&mut Vec<u32>)) -> u32 {
        let from = self.shared_rows.len() as u32;
        collect(&mut self.shared_rows);
        self.shared_ranges.push([from, self.shared_rows.len() as u32]);
        self.shared_ranges.len() as u32 - 1
    }

    /// Adds rows of a candidate's own; gives where they begin and end.
    pub(super) fn add_own(&mut self, collect: impl FnOnce(&mut Vec<u32>)) -> (u32, u32) {
        let from = self.rows.len() as u32;
        collect(&mut self.rows);
        (from, self.rows.len() as u32)
    }

    /// The rows that were [added](Self::add_own) last, from `from` on.
    #[inline]
    pub(super) fn own_from(&self, from: u32) -> &[u32] {
        &self.rows[from as usize..]
    }

    /// Takes away the rows that were [added](Self::add_own) last, from `from` on.
    pub(super) fn forget_own(&mut self, from: u32) {
        self.rows.truncate(from as usize);
    }

    /// Adds a candidate whose rows are added already. `own` is where those of its own begin, and where those of them end
    /// that were collected first.
    pub(super) fn add(&mut self, candidate: Candidate, shared: [u32; SHARED], own: (u32, u32)) {
        let own = [own.0, own.1, self.rows.len() as u32];
        self.candidates.push(Weighed { candidate, shared, own });
    }

    /// Leaves out the rows that `keep` does not want.
    pub fn retain_rows(&mut self, keep: impl Fn(u32) -> bool) {
        let own = self.candidates.iter_mut().map(|weighed| &mut weighed.own);
        retain_between_bounds(&mut self.rows, own, &keep);
        retain_between_bounds(&mut self.shared_rows, self.shared_ranges.iter_mut(), &keep);
    }

    /// Adds a row to every candidate.
    pub fn add_row(&mut self, row: u32) {
        let mut rows = Vec::with_capacity(self.rows.len() + self.candidates.len());
        for weighed in &mut self.candidates {
            let [from, first_end, end] = weighed.own;
            let moved = rows.len() as u32;
            rows.extend_from_slice(&self.rows[from as usize..end as usize]);
            rows.push(row);
            weighed.own = [moved, moved + first_end - from, rows.len() as u32];
        }
        self.rows = rows;
    }
}

/// Retains rows that lie between bounds, one list of bounds after the other, and makes the bounds fit again.
fn retain_between_bounds<'e, const BOUNDS: usize>(
    rows: &mut Vec<u32>,
    lists: impl Iterator<Item = &'e mut [u32; BOUNDS]>,
    keep: impl Fn(u32) -> bool,
) {
    let mut kept = Vec::with_capacity(rows.len());
    for bounds in lists {
        let before = *bounds;
        bounds[0] = kept.len() as u32;
        for at in 1..BOUNDS {
            let between = &rows[before[at - 1] as usize..before[at] as usize];
            kept.extend(between.iter().copied().filter(|&row| keep(row)));
            bounds[at] = kept.len() as u32;
        }
    }
    *rows = kept;
}

/// How name-like a span is: 0 name-like, 1 a capital, 2 lower case.
pub fn case_class(text: &Annotated<'_>, first: u32, end: u32) -> u32 {
    let has_capital = || (first..end).any(|token| text.document.tokens[token as usize].shape.has_capital());
    case_class_by(text, first, end, has_capital)
}

/// As [`case_class`], for those who know already whether the span has a capital.
pub fn case_class_by(text: &Annotated<'_>, first: u32, end: u32, has_capital: impl FnOnce() -> bool) -> u32 {
    let tokens = &text.document.tokens;
    if tokens[first as usize].shape.is_name_like() || tokens[end as usize - 1].shape.is_name_like() {
        return 0;
    }
    let opens = text.document.in_title(first) || text.sentence(first).first == first;
    if !opens && has_capital() { 1 } else { 2 }
}

/// Is a span written as a form of the lexicon, hyphens and a plural s aside?
pub fn case_match(span: &str, form: &str, exact_required: bool) -> CaseMatch {
    match (alike(span, form), exact_required) {
        (true, _) => CaseMatch::Exact,
        (false, false) => CaseMatch::Folded,
        (false, true) => CaseMatch::Forbidden,
    }
}

/// Have two texts the same letters and digits, but for an s after the first one's last?
fn alike(span: &str, form: &str) -> bool {
    let mut ours = span.chars().filter(|c| c.is_alphanumeric());
    let mut theirs = form.chars().filter(|c| c.is_alphanumeric());
    loop {
        match (ours.next(), theirs.next()) {
            (Some(a), Some(b)) if a == b => {}
            (None, None) => return true,
            (Some('s'), None) => return ours.next().is_none(),
            _ => return false,
        }
    }
}

/// Calls `visit` with the position of every bit that is set, lowest first.
pub fn for_each_bit(mut bits: u128, mut visit: impl FnMut(u32)) {
    while bits != 0 {
        visit(bits.trailing_zeros());
        bits &= bits - 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_plural_s_hyphens_and_nothing_else_may_differ() {
        for (span, form) in [("Fine-Tuning", "FineTuning"), ("BERTs", "BERT"), ("C++", "C"), ("", "")] {
            assert_eq!(case_match(span, form, true), CaseMatch::Exact, "{span} {form}");
        }
        for (span, form) in [("BERT", "BERTs"), ("BERTss", "BERT"), ("Bert", "BERT"), ("BERTx", "BERT")] {
            assert_eq!(case_match(span, form, true), CaseMatch::Forbidden, "{span} {form}");
            assert_eq!(case_match(span, form, false), CaseMatch::Folded, "{span} {form}");
        }
    }
}
