//! Evidence on the candidates of one paper: which rules hold on a span, around it, and on its phrase elsewhere.
//!
//! Every piece of evidence is a row of the weight table ([`SpanSpace`]). Rows that depend on the phrase alone are found
//! once a phrase and shared by all its places.

use rustc_hash::FxHashMap;

use crate::extract::annotated::{Annotated, CuesAt};
use crate::extract::candidates::{Candidate, Candidates, Proposer};
use crate::extract::forms::{Form, Forms};
use crate::extract::space::{SpanSpace, log_bucket, probability_bucket, share_bucket};
use crate::extract::vocabulary::{phrase_words, words_around};
use crate::rules::{RuleSet, TypeId};
use crate::text::{phrase_hash, phrase_key};

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

/// A candidate with its evidence.
#[derive(Clone, Copy, Debug)]
pub struct Weighed {
    /// The span.
    pub candidate: Candidate,
    /// Number of its phrase, as `Evidence::form_rows` takes it.
    pub form: u32,
    range: (u32, u32),
}

/// The candidates of a paper with all their evidence.
#[derive(Clone, Debug, Default)]
pub struct Evidence {
    /// The candidates in order of sentence, end, start.
    pub candidates: Vec<Weighed>,
    rows: Vec<u32>,
    form_rows: Vec<u32>,
    /// Rows of each phrase.
    form_ranges: Vec<(u32, u32)>,
}

impl Evidence {
    /// Rows of the span and its surroundings.
    pub fn span_rows(&self, candidate: &Weighed) -> &[u32] {
        &self.rows[candidate.range.0 as usize..candidate.range.1 as usize]
    }

    /// Rows of a phrase.
    pub fn form_rows(&self, form: u32) -> &[u32] {
        let (from, to) = self.form_ranges[form as usize];
        &self.form_rows[from as usize..to as usize]
    }

    /// Leaves out the rows that `keep` does not want.
    pub fn retain_rows(&mut self, keep: impl Fn(u32) -> bool) {
        let ranges = self.candidates.iter_mut().map(|weighed| &mut weighed.range);
        retain_in_ranges(&mut self.rows, ranges, &keep);
        retain_in_ranges(&mut self.form_rows, self.form_ranges.iter_mut(), &keep);
    }

    /// Adds a row to every phrase.
    pub fn add_to_forms(&mut self, row: u32) {
        let mut rows = Vec::with_capacity(self.form_rows.len() + self.form_ranges.len());
        for range in &mut self.form_ranges {
            let from = rows.len() as u32;
            rows.extend_from_slice(&self.form_rows[range.0 as usize..range.1 as usize]);
            rows.push(row);
            *range = (from, rows.len() as u32);
        }
        self.form_rows = rows;
    }

    /// Number of phrases.
    pub fn forms(&self) -> usize {
        self.form_ranges.len()
    }
}

/// Retains rows that lie in ranges one after the other, and makes the ranges fit again.
fn retain_in_ranges<'e>(
    rows: &mut Vec<u32>,
    ranges: impl Iterator<Item = &'e mut (u32, u32)>,
    keep: impl Fn(u32) -> bool,
) {
    let mut kept = Vec::with_capacity(rows.len());
    for range in ranges {
        let from = kept.len() as u32;
        let of_range = &rows[range.0 as usize..range.1 as usize];
        kept.extend(of_range.iter().copied().filter(|&row| keep(row)));
        *range = (from, kept.len() as u32);
    }
    *rows = kept;
}

/// How name-like a span is: 0 name-like, 1 a capital, 2 lower case.
pub fn case_class(text: &Annotated<'_>, first: u32, end: u32) -> u32 {
    let tokens = &text.document.tokens;
    if tokens[first as usize].shape.is_name_like() || tokens[end as usize - 1].shape.is_name_like() {
        return 0;
    }
    let opens = text.document.in_title(first) || text.sentence(first).first == first;
    let capital = (first..end).any(|token| tokens[token as usize].shape.has_capital());
    if capital && !opens { 1 } else { 2 }
}

/// Is a span written as a form of the lexicon, hyphens and a plural s aside?
pub fn case_match(span: &str, form: &str, exact_required: bool) -> CaseMatch {
    let letters = |text: &str| -> Vec<char> { text.chars().filter(|c| c.is_alphanumeric()).collect() };
    let (mut ours, theirs) = (letters(span), letters(form));
    if ours.len() == theirs.len() + 1 && ours.last() == Some(&'s') {
        ours.pop();
    }
    match (ours == theirs, exact_required) {
        (true, _) => CaseMatch::Exact,
        (false, false) => CaseMatch::Folded,
        (false, true) => CaseMatch::Forbidden,
    }
}

/// Collects all evidence on the candidates of a text.
pub fn collect(text: &Annotated<'_>, space: &SpanSpace, candidates: &Candidates) -> Evidence {
    let forms = Forms::new(text);
    let mut evidence = Evidence::default();
    let mut collector = Collector {
        text,
        rules: text.rules,
        space,
        forms: &forms,
        longest_known: HashedSpans::default(),
        term_buffer: Vec::new(),
    };
    collector.note_known_spans();
    let mut form_of: FxHashMap<u64, u32> = FxHashMap::default();
    for &candidate in &candidates.list {
        let form = *form_of.entry(candidate.key).or_insert_with(|| {
            let from = evidence.form_rows.len() as u32;
            collector.form(candidate, &mut evidence.form_rows);
            evidence.form_ranges.push((from, evidence.form_rows.len() as u32));
            evidence.form_ranges.len() as u32 - 1
        });
        let from = evidence.rows.len() as u32;
        collector.span(candidate, &mut evidence.rows);
        let range = (from, evidence.rows.len() as u32);
        evidence.candidates.push(Weighed { candidate, form, range });
    }
    evidence
}

/// Known names by where they begin and end.
#[derive(Default)]
struct HashedSpans {
    /// For each first token the end of the longest known name.
    longest_from: FxHashMap<u32, u32>,
    /// For each end the first token of the longest known name, with its types as bits.
    longest_to: FxHashMap<u32, (u32, u64)>,
    /// For each first token the types of the longest known name.
    types_from: FxHashMap<u32, u64>,
}

struct Collector<'a, 'r> {
    text: &'a Annotated<'r>,
    rules: &'r RuleSet,
    space: &'a SpanSpace,
    forms: &'a Forms,
    longest_known: HashedSpans,
    term_buffer: Vec<f32>,
}

impl Collector<'_, '_> {
    fn note_known_spans(&mut self) {
        for known in &self.text.known {
            let span = self.text.document.text(known.first, known.end);
            let types = known
                .forms
                .iter()
                .filter(|form| case_match(span, &form.text, form.exact) != CaseMatch::Forbidden)
                .fold(0u64, |bits, form| bits | 1 << self.rules.lexicon[form.entry as usize].entity_type.0);
            if types == 0 {
                continue;
            }
            let spans = &mut self.longest_known;
            if spans.longest_from.get(&known.first).is_none_or(|&end| end < known.end) {
                spans.longest_from.insert(known.first, known.end);
                spans.types_from.insert(known.first, types);
            }
            if spans.longest_to.get(&known.end).is_none_or(|&(first, _)| first > known.first) {
                spans.longest_to.insert(known.end, (known.first, types));
            }
        }
    }

    /// Evidence that all places of a phrase share.
    fn form(&mut self, candidate: Candidate, rows: &mut Vec<u32>) {
        let Candidate { first, end, key, .. } = candidate;
        let space = self.space;
        let atoms = self.atoms(first, end);
        let head = u32::from(self.text.head(end));
        let case = case_class(self.text, first, end);
        let mut push = |family: super::space::Family, values: [u32; 3]| rows.push(family.row(values));
        push(space.head, [head, atoms.min(3) - 1, 0]);
        let last = self.text.document.tokens[end as usize - 1];
        if last.hash != last.singular && !last.shape.has_capital() {
            push(space.head_plural, [head, 0, 0]);
        }
        phrase_words(&self.text.document, first, end, key, |place, key, _| rows.extend(space.word_row(place, key)));
        let mut push = |family: super::space::Family, values: [u32; 3]| rows.push(family.row(values));
        if self.text.classes[end as usize - 1].empty {
            push(space.empty_head, [atoms.min(4) - 1, 0, 0]);
        }
        if self.rules.is_stop_term(key) {
            push(space.stop_term, [0; 3]);
        }
        self.known_name(candidate, atoms, case, rows);
        self.corpus(candidate, atoms, case, rows);
        if let Some(form) = self.forms.get(key) {
            self.repeats(form, case, rows);
        }
        self.definitions(key, rows);
        self.terms(candidate, atoms, case, rows);
    }

    fn known_name(&self, candidate: Candidate, atoms: u32, case: u32, rows: &mut Vec<u32>) {
        let space = self.space;
        let span = self.text.document.text(candidate.first, candidate.end);
        let mut best: Vec<(TypeId, CaseMatch)> = Vec::new();
        for form in self.rules.forms.get(candidate.key) {
            let entity_type = self.rules.lexicon[form.entry as usize].entity_type;
            let case_match = case_match(span, &form.text, form.exact);
            match best.iter_mut().find(|(known, _)| *known == entity_type) {
                Some((_, known)) => *known = (*known).min(case_match),
                None => best.push((entity_type, case_match)),
            }
        }
        let allowed = best.iter().filter(|(_, m)| *m != CaseMatch::Forbidden).count() as u32;
        for &(entity_type, case_match) in &best {
            let entity_type = u32::from(entity_type.0);
            rows.push(space.listed.row([entity_type, case_match as u32, 0]));
            if case_match != CaseMatch::Forbidden {
                rows.push(space.listed_case.row([entity_type, case, atoms.min(3) - 1]));
            }
        }
        if allowed > 0 {
            rows.push(space.listed_types.row([allowed.min(3) - 1, 0, 0]));
        } else {
            rows.push(space.unlisted.row([case, atoms.min(3) - 1, 0]));
        }
    }

    fn corpus(&self, candidate: Candidate, atoms: u32, case: u32, rows: &mut Vec<u32>) {
        let space = self.space;
        let counts = &self.rules.counts;
        let tokens = &self.text.document.tokens;
        let levels = |rows: &mut Vec<u32>, family: super::space::Family, contexts: &[(u16, u8)]| {
            rows.extend(contexts.iter().map(|&(cue, level)| family.row([u32::from(cue) + 1, u32::from(level), 0])));
        };
        match counts.phrase(candidate.key) {
            None => rows.push(space.counted.row([0, atoms.min(4) - 1, 0])),
            Some(count) => {
                let size = log_bucket(count.total, 14);
                rows.push(space.counted.row([size, atoms.min(4) - 1, 0]));
                rows.push(space.count_free.row([share_bucket(count.free()), (size / 2).min(6), 0]));
                rows.push(space.count_left.row([share_bucket(count.free_left()), atoms.min(3) - 1, 0]));
                rows.push(space.count_right.row([share_bucket(count.free_right()), atoms.min(3) - 1, 0]));
                rows.push(space.count_capital.row([share_bucket(count.capital()), case, 0]));
                levels(rows, space.count_context, counts.contexts_of(count));
            }
        }
        if atoms > 1 {
            levels(rows, space.head_context, counts.contexts_of_head(tokens[candidate.end as usize - 1].singular));
            let second = self.text.document.atoms[self.text.document.atom_of[candidate.first as usize] as usize].end;
            if second < candidate.end {
                let rest = phrase_key(&self.text.document, second, candidate.end);
                if let Some(count) = counts.phrase(rest) {
                    let size = log_bucket(count.total, 14);
                    rows.push(space.count_shorter.row([(size / 2).min(6), share_bucket(count.free_left()), 0]));
                }
            }
        }
    }

    fn repeats(&self, form: &Form, case: u32, rows: &mut Vec<u32>) {
        let space = self.space;
        rows.push(space.occurrences.row([form.occurrences.clamp(1, 5) - 1, case, 0]));
        rows.push(space.free_occurrences.row([form.free.min(4), case, 0]));
        for_each_bit(u128::from(form.heads_after) & !1, |head| rows.push(space.heads_after.row([head, 0, 0])));
        for_each_bit(u128::from(form.heads_before) & !1, |head| rows.push(space.heads_before.row([head, 0, 0])));
        for_each_bit(form.cues_before, |cue| rows.push(space.cues_before.row([cue + 1, 0, 0])));
        for_each_bit(form.cues_after, |cue| rows.push(space.cues_after.row([cue + 1, 0, 0])));
        for &(head, times) in &form.called {
            rows.push(space.called.row([u32::from(head), u32::from(times > 1), 0]));
        }
        if form.such_as > 0 {
            rows.push(space.such_as.row([u32::from(form.such_as), case, 0]));
        }
        if form.in_title {
            rows.push(space.in_title.row([case, 0, 0]));
        }
    }

    fn definitions(&self, key: u64, rows: &mut Vec<u32>) {
        let space = self.space;
        let document = &self.text.document;
        for definition in &self.text.definitions {
            let long = phrase_key(document, definition.long_first, definition.long_end);
            let short = phrase_key(document, definition.short_first, definition.short_end);
            if key == short {
                let head = self.text.head(definition.long_end);
                rows.push(space.acronym_head.row([u32::from(head), 0, 0]));
                rows.push(space.acronym_type.row([
                    self.best_guess(long, definition.long_first, definition.long_end),
                    0,
                    0,
                ]));
                break;
            }
            if key == long {
                let head = self.text.head(definition.long_end);
                let guess = self.best_guess(long, definition.long_first, definition.long_end);
                rows.push(space.long_form.row([guess, u32::from(head), 0]));
                break;
            }
        }
        if let Some(title) = self.text.title_name
            && key == phrase_key(document, title.first, title.end)
        {
            rows.push(space.title_name.row([u32::from(title.head), 0, 0]));
        }
        if let Some(acronym) = self.rules.acronyms.get(&key) {
            rows.push(space.corpus_acronym.row([acronym.guess, u32::from(acronym.head), 0]));
        }
    }

    /// What lists and judged terms say of a phrase: 0 unknown, 1 nothing, else type + 2.
    fn best_guess(&self, key: u64, first: u32, end: u32) -> u32 {
        let span = self.text.document.text(first, end);
        let known = self
            .rules
            .forms
            .get(key)
            .iter()
            .find(|form| case_match(span, &form.text, form.exact) != CaseMatch::Forbidden);
        match known {
            Some(form) => u32::from(self.rules.lexicon[form.entry as usize].entity_type.0) + 2,
            None => match self.rules.terms.judged(key) {
                None => 0,
                Some(None) => 1,
                Some(Some(entity_type)) => u32::from(entity_type) + 2,
            },
        }
    }

    fn terms(&mut self, candidate: Candidate, atoms: u32, case: u32, rows: &mut Vec<u32>) {
        let space = self.space;
        let Candidate { first, end, key, .. } = candidate;
        let document = &self.text.document;
        if let Some(judgement) = self.rules.terms.judged(key) {
            let judgement = judgement.map_or(1, |entity_type| u32::from(entity_type) + 2);
            rows.push(space.judged.row([judgement, atoms.min(3) - 1, 0]));
        } else {
            rows.push(space.judged.row([0, atoms.min(3) - 1, 0]));
            self.rules.terms.probabilities(document, first, end, &mut self.term_buffer);
            let mut most = (0, 0.0);
            for (outcome, &p) in (0u32..).zip(&self.term_buffer) {
                rows.push(space.built.row([outcome, probability_bucket(p), 0]));
                if p > most.1 {
                    most = (outcome, p);
                }
            }
            if !self.term_buffer.is_empty() {
                rows.push(space.built_case.row([most.0, case, atoms.min(3) - 1]));
            }
        }
        // The longest judged term at the end of the phrase.
        let first_atom = document.atom_of[first as usize];
        let last_atom = document.atom_of[end as usize - 1];
        for atom in first_atom + 1..=last_atom {
            let from = document.atoms[atom as usize].first;
            if let Some(judgement) = self.rules.terms.judged(phrase_key(document, from, end)) {
                let judgement = judgement.map_or(1, |entity_type| u32::from(entity_type) + 2);
                rows.push(space.judged_part.row([judgement, 0, 0]));
                break;
            }
        }
    }

    /// Evidence of this place.
    fn span(&self, candidate: Candidate, rows: &mut Vec<u32>) {
        let case = case_class(self.text, candidate.first, candidate.end);
        self.geometry(candidate, case, rows);
        self.shape(candidate, case, rows);
        self.context(candidate, case, rows);
        self.neighbours(candidate, case, rows);
        self.known_around(candidate, case, rows);
        self.corpus_around(candidate, rows);
        words_around(self.text, candidate.first, candidate.end, |place, key, _| {
            rows.extend(self.space.word_row(place, key));
        });
    }

    fn atoms(&self, first: u32, end: u32) -> u32 {
        let atom_of = &self.text.document.atom_of;
        atom_of[end as usize - 1] - atom_of[first as usize] + 1
    }

    fn geometry(&self, candidate: Candidate, case: u32, rows: &mut Vec<u32>) {
        let Candidate { first, end, proposers, .. } = candidate;
        let (space, text, document) = (self.space, self.text, &self.text.document);
        let atoms = self.atoms(first, end);
        rows.push(space.constant.row([0; 3]));
        for (number, _) in (0u32..).zip(Proposer::ALL) {
            if proposers & (1 << number) != 0 {
                rows.push(space.proposed.row([number, 0, 0]));
            }
        }
        rows.push(space.atoms.row([atoms.min(6) - 1, case, 0]));
        rows.push(space.tokens.row([(end - first).min(8) - 1, 0, 0]));
        let (left, right) = (text.is_left_free(first), text.is_right_free(end));
        rows.push(space.borders.row([u32::from(left), u32::from(right), atoms.min(4) - 1]));
        let cut_left = document.atoms[document.atom_of[first as usize] as usize].first != first;
        let cut_right = document.atoms[document.atom_of[end as usize - 1] as usize].end != end;
        rows.push(space.edges.row([u32::from(cut_left), u32::from(cut_right), 0]));
        let sentence = text.sentence(first);
        let place = if document.in_title(first) {
            0
        } else {
            1 + (4 * text.sentence_of[first as usize] / document.sentences.len().max(1) as u32).min(3)
        };
        rows.push(space.place.row([place, case, 0]));
        if first == sentence.first && place > 0 {
            rows.push(space.sentence_start.row([case, 0, 0]));
        }
        let function = (first..end).any(|token| {
            text.classes[token as usize].function > 0
                && document.atoms[document.atom_of[token as usize] as usize].end
                    - document.atoms[document.atom_of[token as usize] as usize].first
                    == 1
        });
        rows.push(space.function_inside.row([u32::from(function), 0, 0]));
        let opening = text.classes[first as usize];
        if opening.praise {
            rows.push(space.praise.row([u32::from(opening.praise_in_terms), 0, 0]));
        }
        if first > sentence.first && text.classes[first as usize - 1].praise {
            rows.push(space.praise.row([2, 0, 0]));
        }
        if atoms > 1 {
            let first_head = u32::from(text.classes[first as usize].head);
            rows.push(space.inner_head.row([first_head, u32::from(text.head(end)), 0]));
        }
        if place == 0 {
            rows.push(space.title_head.row([u32::from(text.head(end)), 0, 0]));
            if first == sentence.first {
                rows.push(space.title_edge.row([0, case, 0]));
            } else {
                const BEFORE: [&str; 10] = ["for", "via", "with", "in", "of", "on", "to", "from", "by", "using"];
                let before = document.word(first - 1);
                if let Some(number) = BEFORE.iter().position(|word| word.eq_ignore_ascii_case(before)) {
                    rows.push(space.title_after.row([number as u32, 0, 0]));
                }
            }
            if end == sentence.end {
                rows.push(space.title_edge.row([1, case, 0]));
            }
        }
    }

    fn shape(&self, candidate: Candidate, case: u32, rows: &mut Vec<u32>) {
        let Candidate { first, end, .. } = candidate;
        let (space, text, document) = (self.space, self.text, &self.text.document);
        let words: Vec<u32> = (first..end).filter(|&t| document.tokens[t as usize].shape.has_letter()).collect();
        let capital = |token: u32| document.tokens[token as usize].shape.has_capital();
        let (Some(&first_word), Some(&last_word)) = (words.first(), words.last()) else {
            return;
        };
        let shape = if words.iter().all(|&t| document.tokens[t as usize].shape.is_all_capitals()) {
            let letters: usize = words.iter().map(|&t| document.word(t).trim_end_matches('s').len()).sum();
            letters.clamp(2, 6) as u32 - 2
        } else if !words.iter().any(|&t| capital(t)) {
            5
        } else if words.iter().all(|&t| capital(t)) {
            6
        } else if capital(first_word) {
            7
        } else if capital(last_word) {
            8
        } else {
            9
        };
        let position = if document.in_title(first) { 2 } else { u32::from(text.sentence(first).first == first) };
        rows.push(space.shape.row([shape, position, 0]));
        let name_like = (first..end).any(|t| document.tokens[t as usize].shape.is_name_like());
        let digit = (first..end).any(|t| document.tokens[t as usize].shape.has_digit());
        rows.push(space.name_like.row([u32::from(name_like), u32::from(digit), self.atoms(first, end).min(3) - 1]));
        rows.push(space.case_head.row([case, u32::from(text.head(end)), 0]));
        let last = document.word(end - 1);
        let digits = last.bytes().any(|b| b.is_ascii_digit());
        if digits && (end - first > 1 || name_like) {
            let kind = match last.chars().last() {
                Some('B' | 'M' | 'b' | 'm' | 'K' | 'k') => 0,
                _ if last.starts_with(['v', 'V']) => 1,
                _ => 2,
            };
            rows.push(space.size_or_version.row([kind, 0, 0]));
        }
        if case == 0 {
            let ending = self.rules.endings.iter().find(|(ending, _)| {
                last.trim_end_matches('s')
                    .strip_suffix(ending.as_str())
                    .is_some_and(|rest| !rest.is_empty() || end - first > 1)
            });
            rows.push(space.ending.row([ending.map_or(0, |&(_, head)| u32::from(head)), 0, 0]));
        }
    }

    fn context(&self, candidate: Candidate, case: u32, rows: &mut Vec<u32>) {
        let Candidate { first, end, .. } = candidate;
        let (space, text) = (self.space, self.text);
        let sentence = text.sentence(first);
        let distance = |at: &CuesAt| match at.distance {
            0 => 0,
            1..=2 => 1,
            3..=5 => 2,
            _ => 3,
        };
        let before = &text.cues_before[first as usize];
        rows.push(space.cue_before.row([u32::from(before.nearest), distance(before), 0]));
        rows.push(space.cue_before_case.row([u32::from(before.nearest), case, 0]));
        for_each_bit(before.touching, |cue| rows.push(space.cue_touching.row([cue + 1, case, 0])));
        let after = &text.cues_after[end as usize];
        rows.push(space.cue_after.row([u32::from(after.nearest), distance(after), 0]));
        rows.push(space.cue_after_case.row([u32::from(after.nearest), case, 0]));
        let previous = (first > sentence.first).then(|| first - 1);
        let next = (end < sentence.end).then_some(end);
        rows.push(space.word_before.row([self.word_kind(previous), case, 0]));
        rows.push(space.word_after.row([self.word_kind(next), case, 0]));
        if let Some(next) = next {
            rows.push(space.next_head.row([u32::from(text.classes[next as usize].head), case, 0]));
        }
        if let Some(previous) = previous {
            rows.push(space.previous_head.row([u32::from(text.classes[previous as usize].head), case, 0]));
        }
        let bracket = (sentence.first.max(first.saturating_sub(12))..first)
            .rev()
            .map(|token| text.document.word(token))
            .find(|word| matches!(*word, "(" | ")"));
        rows.push(space.bracket.row([u32::from(bracket == Some("(")), case, 0]));
    }

    /// Index of a neighbouring word in the dimension of function words and marks.
    fn word_kind(&self, token: Option<u32>) -> u32 {
        const MARKS: u32 = 9;
        let Some(token) = token else { return 0 };
        let function = self.text.classes[token as usize].function;
        if function > 0 {
            return MARKS + u32::from(function) - 1;
        }
        match self.text.document.word(token) {
            _ if self.text.document.tokens[token as usize].shape.is_word() => 1,
            "," => 2,
            "(" | "[" => 3,
            ")" | "]" => 4,
            ":" => 5,
            "\"" | "'" | "`" => 6,
            "-" | "–" => 7,
            _ => 8,
        }
    }

    /// Kind of connector: 0 none, 1 comma, 2 and/or, 3 slash.
    fn connector(&self, token: Option<u32>) -> u32 {
        match token.map(|token| self.text.document.word(token)) {
            Some(",") => 1,
            Some("and" | "or" | "&") => 2,
            Some("/") => 3,
            _ => 0,
        }
    }

    fn neighbours(&self, candidate: Candidate, case: u32, rows: &mut Vec<u32>) {
        let Candidate { first, end, .. } = candidate;
        let (space, document) = (self.space, &self.text.document);
        let sentence = self.text.sentence(first);
        let previous = (first > sentence.first).then(|| first - 1);
        let next = (end < sentence.end).then_some(end);
        let (left, right) = (self.connector(previous), self.connector(next));
        rows.push(space.connectors.row([left, right, case]));
        let mut types = 0;
        if left > 0 {
            // The connector itself may be ", and".
            let mut at = first - 1;
            while at > sentence.first && self.connector(Some(at - 1)) > 0 {
                at -= 1;
            }
            types |= self.longest_known.longest_to.get(&at).map_or(0, |&(_, types)| types);
        }
        if right > 0 {
            let mut at = end + 1;
            while at < sentence.end && (self.connector(Some(at)) > 0 || matches!(document.word(at), "the" | "a")) {
                at += 1;
            }
            types |= self.longest_known.types_from.get(&at).copied().unwrap_or(0);
        }
        if left > 0 || right > 0 {
            if types == 0 {
                rows.push(space.neighbour_type.row([0, case, 0]));
            }
            for_each_bit(u128::from(types), |entity_type| {
                rows.push(space.neighbour_type.row([entity_type + 1, case, 0]));
            });
        }
    }

    fn known_around(&self, candidate: Candidate, case: u32, rows: &mut Vec<u32>) {
        let Candidate { first, end, .. } = candidate;
        let (space, spans) = (self.space, &self.longest_known);
        let longer = (first.saturating_sub(3)..=first)
            .any(|from| spans.longest_from.get(&from).is_some_and(|&to| to >= end && to - from > end - first));
        rows.push(space.covered.row([u32::from(longer), 0, 0]));
        if let Some(&(from, types)) = spans.longest_to.get(&end)
            && from > first
        {
            for_each_bit(u128::from(types), |entity_type| {
                rows.push(space.listed_ending.row([entity_type + 1, case, 0]));
            });
        }
        if let Some(&to) = spans.longest_from.get(&first)
            && to < end
        {
            let types = spans.types_from.get(&first).copied().unwrap_or(0);
            let head = u32::from(self.text.head(end));
            for_each_bit(u128::from(types), |entity_type| {
                rows.push(space.listed_beginning.row([entity_type + 1, head, 0]));
            });
        }
        for found in &self.text.pattern_matches {
            if (found.first, found.end) == (first, end) {
                rows.push(space.pattern.row([u32::from(found.pattern) + 1, 0, 0]));
            }
        }
    }

    /// What the corpus knows of the phrase with one more word on either side, and the paper of its parts.
    fn corpus_around(&self, candidate: Candidate, rows: &mut Vec<u32>) {
        let Candidate { first, end, .. } = candidate;
        let (space, text, document) = (self.space, self.text, &self.text.document);
        let sentence = text.sentence(first);
        let counts = &self.rules.counts;
        let atom = document.atom_of[first as usize];
        let last_atom = document.atom_of[end as usize - 1];
        if atom > sentence.first_atom {
            let from = document.atoms[atom as usize - 1].first;
            if !text.borders[from as usize] {
                let key = phrase_key(document, from, end);
                if let Some(count) = counts.phrase(key) {
                    let size = log_bucket(count.total, 14) / 2;
                    rows.push(space.count_longer_left.row([size.min(6), share_bucket(count.free_left()), 0]));
                }
                if self.forms.get(key).is_some_and(|form| form.free >= 2) {
                    rows.push(space.longer_free.row([0, 0, 0]));
                }
            }
        }
        if last_atom + 1 < sentence.end_atom {
            let to = document.atoms[last_atom as usize + 1];
            if !text.borders[to.first as usize]
                && let Some(count) = counts.phrase(phrase_key(document, first, to.end))
            {
                let size = log_bucket(count.total, 14) / 2;
                rows.push(space.count_longer_right.row([size.min(6), share_bucket(count.free_right()), 0]));
            }
        }
        if last_atom > atom {
            let without_first = phrase_key(document, document.atoms[atom as usize + 1].first, end);
            if self.forms.get(without_first).is_some_and(|form| form.free > 0) {
                rows.push(space.part_free.row([0, 0, 0]));
            }
            let without_last = phrase_key(document, first, document.atoms[last_atom as usize - 1].end);
            if self.forms.get(without_last).is_some_and(|form| form.free > 0) {
                rows.push(space.part_free.row([1, 0, 0]));
            }
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

/// Key of a phrase of one word.
pub fn word_key(singular: u64) -> u64 {
    phrase_hash(0, singular)
}
