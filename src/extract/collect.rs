//! Collecting the evidence on the candidates of one paper: which rules hold on a span, around it, and on its phrase
//! elsewhere.

use rustc_hash::{FxBuildHasher, FxHashMap};

use crate::extract::annotated::{Annotated, CuesAt};
use crate::extract::by_token::{KnownSpans, ShapeCounts, in_brackets};
use crate::extract::candidates::{Candidate, Candidates};
use crate::extract::evidence::{CaseMatch, Evidence, case_class_by, case_match, for_each_bit};
use crate::extract::forms::{Form, Forms};
use crate::extract::space::{Family, SpanSpace, SpanWords, log_bucket, probability_bucket, share_bucket};
use crate::extract::sums::Sieve;
use crate::extract::vocabulary::{SpanWord, last_letters, phrase_words, word_after, word_before};
use crate::rules::counts::Context;
use crate::rules::terms::LastWords;
use crate::rules::{RuleSet, TypeId};
use crate::text::phrase_key;

/// Collects the evidence on the candidates of a text: first what is quickly known of each, then all other evidence on
/// those that a sieve lets through. The others are left out.
pub fn collect(
    text: &Annotated<'_>,
    space: &SpanSpace,
    candidates: &Candidates,
    mut sieve: Option<&mut Sieve<'_>>,
) -> Evidence {
    let forms = Forms::new(text);
    let mut collector = Collector::new(text, space, &forms);
    let mut evidence = Evidence::with_capacity(candidates.list.len());
    // Numbers of shared rows where they were found already: by key, by token, by token and case.
    let tokens = text.document.tokens.len();
    let mut phrases: FxHashMap<u64, SharedByPhrase> =
        FxHashMap::with_capacity_and_hasher(candidates.list.len(), FxBuildHasher);
    let mut lefts = vec![[None; 3]; tokens];
    let mut rights = vec![[None; 3]; tokens + 1];
    let mut last_words = vec![None; tokens + 1];
    for &candidate in &candidates.list {
        let Candidate { first, end, key, .. } = candidate;
        let case = collector.case(first, end);
        let phrase = phrases.entry(key).or_insert_with(|| {
            let last_word =
                *last_words[end as usize].get_or_insert_with(|| evidence.share(|rows| collector.last_word(end, rows)));
            let known = evidence.share(|rows| collector.phrase_known(candidate, case, rows));
            SharedByPhrase { known, last_word, others: None }
        });
        let left = lefts[first as usize][case as usize]
            .get_or_insert_with(|| evidence.share(|rows| collector.left_border(first, case, rows)));
        let right = rights[end as usize][case as usize]
            .get_or_insert_with(|| evidence.share(|rows| collector.right_border(end, case, rows)));
        let shared = [phrase.known, phrase.last_word, *left, *right];
        let own = evidence.add_own(|rows| collector.span_written(candidate, case, rows));
        if sieve.as_mut().is_some_and(|sieve| !sieve.passes(&evidence, shared, evidence.own_from(own.0))) {
            evidence.forget_own(own.0);
            continue;
        }
        evidence.add_own(|rows| collector.span_around(candidate, case, rows));
        let others =
            *phrase.others.get_or_insert_with(|| evidence.share(|rows| collector.phrase_others(candidate, case, rows)));
        let [known, last_word, left, right] = shared;
        evidence.add(candidate, [known, last_word, left, right, others], own);
    }
    evidence
}

/// Numbers of the rows that all places of a phrase share.
struct SharedByPhrase {
    known: u32,
    last_word: u32,
    /// Those that are collected for what passes the sieve.
    others: Option<u32>,
}

struct Collector<'a, 'r> {
    text: &'a Annotated<'r>,
    rules: &'r RuleSet,
    space: &'a SpanSpace,
    forms: &'a Forms,
    words: SpanWords,
    known: KnownSpans,
    /// For each end of a span, of one token or of several, the class of heads for which its name's ending speaks.
    endings: Vec<[Option<u8>; 2]>,
    /// Keys of the long form and the acronym of each definition.
    definition_keys: Vec<(u64, u64)>,
    /// Key of the name that the title gives.
    title_key: Option<u64>,
    /// For each token how many function words stand before it, those inside of an atom aside.
    function_words: Vec<u32>,
    /// For each token what kinds of tokens stand before it.
    shapes: Vec<ShapeCounts>,
    in_brackets: Vec<bool>,
    last_words: LastWords,
    term_buffer: Vec<f32>,
}

impl<'a, 'r> Collector<'a, 'r> {
    fn new(text: &'a Annotated<'r>, space: &'a SpanSpace, forms: &'a Forms) -> Self {
        let document = &text.document;
        let definition_keys = text.definitions.iter().map(|definition| {
            let long = phrase_key(document, definition.long_first, definition.long_end);
            (long, phrase_key(document, definition.short_first, definition.short_end))
        });
        let mut function_words = Vec::with_capacity(document.tokens.len() + 1);
        let mut count = 0;
        function_words.push(count);
        for (class, &atom) in text.classes.iter().zip(&document.atom_of) {
            let atom = document.atoms[atom as usize];
            count += u32::from(class.function > 0 && atom.end - atom.first == 1);
            function_words.push(count);
        }
        Self {
            text,
            rules: text.rules,
            space,
            forms,
            words: space.words(document),
            known: KnownSpans::new(text),
            endings: vec![[None; 2]; document.tokens.len() + 1],
            definition_keys: definition_keys.collect(),
            title_key: text.title_name.map(|title| phrase_key(document, title.first, title.end)),
            function_words,
            shapes: ShapeCounts::before_each(document),
            in_brackets: in_brackets(document),
            last_words: LastWords::default(),
            term_buffer: Vec::new(),
        }
    }

    /// What kinds of tokens stand in a span.
    fn shapes(&self, first: u32, end: u32) -> ShapeCounts {
        self.shapes[end as usize].since(self.shapes[first as usize])
    }

    /// As [`case_class`](crate::extract::evidence::case_class).
    fn case(&self, first: u32, end: u32) -> u32 {
        case_class_by(self.text, first, end, || self.shapes(first, end).capital > 0)
    }

    /// Evidence that all places of a phrase share, its last word aside: what lists and the corpus know of it.
    fn phrase_known(&self, candidate: Candidate, case: u32, rows: &mut Vec<u32>) {
        let Candidate { first, end, key, .. } = candidate;
        let space = self.space;
        let atoms = self.atoms(first, end);
        let head = u32::from(self.text.head(end));
        rows.push(space.head.row([head, atoms.min(3) - 1, 0]));
        if self.text.classes[end as usize - 1].empty {
            rows.push(space.empty_head.row([atoms.min(4) - 1, 0, 0]));
        }
        if self.rules.is_stop_term(key) {
            rows.push(space.stop_term.row([0; 3]));
        }
        self.known_name(candidate, atoms, case, rows);
        self.counted(key, atoms, case, rows);
    }

    /// All other evidence that all places of a phrase share.
    fn phrase_others(&mut self, candidate: Candidate, case: u32, rows: &mut Vec<u32>) {
        let Candidate { first, end, key, .. } = candidate;
        let space = self.space;
        let atoms = self.atoms(first, end);
        phrase_words(&self.text.document, first, end, key, |place, key, _| {
            // The first word is looked up once a token.
            rows.extend(match place {
                SpanWord::First => space.token_row(&self.words, place, first),
                _ => space.word_row(place, key),
            });
        });
        self.corpus(candidate, atoms, rows);
        if let Some(form) = self.forms.get(key) {
            self.repeats(form, case, rows);
        }
        self.definitions(key, rows);
        self.terms(candidate, atoms, case, rows);
        if atoms > 1 {
            let last = self.text.document.tokens[end as usize - 1];
            push_contexts(space.head_context, self.rules.counts.contexts_of_head(last.singular), rows);
        }
    }

    /// Evidence that all phrases share whose last word stands at one place.
    fn last_word(&self, end: u32, rows: &mut Vec<u32>) {
        let space = self.space;
        let last = self.text.document.tokens[end as usize - 1];
        if last.hash != last.singular && !last.shape.has_capital() {
            rows.push(space.head_plural.row([u32::from(self.text.head(end)), 0, 0]));
        }
        rows.extend(space.token_row(&self.words, SpanWord::Last, end - 1));
        last_letters(&self.text.document, end, |place, key, _| rows.extend(space.word_row(place, key)));
    }

    /// Evidence that all spans of one case share that begin at one token.
    fn left_border(&self, first: u32, case: u32, rows: &mut Vec<u32>) {
        let (space, text, document) = (self.space, self.text, &self.text.document);
        let sentence = text.sentence(first);
        let previous = (first > sentence.first).then(|| first - 1);
        rows.push(space.constant.row([0; 3]));
        let place = if document.in_title(first) {
            0
        } else {
            1 + (4 * text.sentence_of[first as usize] / document.sentences.len().max(1) as u32).min(3)
        };
        rows.push(space.place.row([place, case, 0]));
        if previous.is_none() && place > 0 {
            rows.push(space.sentence_start.row([case, 0, 0]));
        }
        let opening = text.classes[first as usize];
        if opening.praise {
            rows.push(space.praise.row([u32::from(opening.praise_in_terms), 0, 0]));
        }
        if previous.is_some_and(|previous| text.classes[previous as usize].praise) {
            rows.push(space.praise.row([2, 0, 0]));
        }
        if place == 0 {
            const BEFORE: [&str; 10] = ["for", "via", "with", "in", "of", "on", "to", "from", "by", "using"];
            match previous.map(|previous| document.word(previous)) {
                None => rows.push(space.title_edge.row([0, case, 0])),
                Some(before) => {
                    if let Some(number) = BEFORE.iter().position(|word| word.eq_ignore_ascii_case(before)) {
                        rows.push(space.title_after.row([number as u32, 0, 0]));
                    }
                }
            }
        }
        let before = &text.cues_before[first as usize];
        rows.push(space.cue_before.row([u32::from(before.nearest), distance(before), 0]));
        rows.push(space.cue_before_case.row([u32::from(before.nearest), case, 0]));
        for_each_bit(before.touching, |cue| rows.push(space.cue_touching.row([cue + 1, case, 0])));
        rows.push(space.word_before.row([self.word_kind(previous), case, 0]));
        if let Some(previous) = previous {
            rows.push(space.previous_head.row([u32::from(text.classes[previous as usize].head), case, 0]));
        }
        rows.push(space.bracket.row([u32::from(self.in_brackets[first as usize]), case, 0]));
        rows.extend(word_before(text, first).and_then(|token| space.token_row(&self.words, SpanWord::Before, token)));
    }

    /// Evidence that all spans of one case share that end at one token.
    fn right_border(&self, end: u32, case: u32, rows: &mut Vec<u32>) {
        let (space, text) = (self.space, self.text);
        let sentence = text.sentence(end - 1);
        let next = (end < sentence.end).then_some(end);
        let head = u32::from(text.head(end));
        if text.document.in_title(end - 1) {
            rows.push(space.title_head.row([head, 0, 0]));
            if next.is_none() {
                rows.push(space.title_edge.row([1, case, 0]));
            }
        }
        rows.push(space.case_head.row([case, head, 0]));
        let after = &text.cues_after[end as usize];
        rows.push(space.cue_after.row([u32::from(after.nearest), distance(after), 0]));
        rows.push(space.cue_after_case.row([u32::from(after.nearest), case, 0]));
        rows.push(space.word_after.row([self.word_kind(next), case, 0]));
        if let Some(next) = next {
            rows.push(space.next_head.row([u32::from(text.classes[next as usize].head), case, 0]));
        }
        rows.extend(word_after(text, end).and_then(|token| space.token_row(&self.words, SpanWord::After, token)));
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

    /// How often the corpus has a phrase, and how it stands there.
    fn counted(&self, key: u64, atoms: u32, case: u32, rows: &mut Vec<u32>) {
        let space = self.space;
        let Some(count) = self.rules.counts.phrase(key) else {
            return rows.push(space.counted.row([0, atoms.min(4) - 1, 0]));
        };
        let size = log_bucket(count.total, 14);
        rows.push(space.counted.row([size, atoms.min(4) - 1, 0]));
        rows.push(space.count_free.row([share_bucket(count.free()), (size / 2).min(6), 0]));
        rows.push(space.count_left.row([share_bucket(count.free_left()), atoms.min(3) - 1, 0]));
        rows.push(space.count_right.row([share_bucket(count.free_right()), atoms.min(3) - 1, 0]));
        rows.push(space.count_capital.row([share_bucket(count.capital()), case, 0]));
    }

    /// The cues beside which the corpus has a phrase, and how often it has the phrase without its first word.
    fn corpus(&self, candidate: Candidate, atoms: u32, rows: &mut Vec<u32>) {
        let space = self.space;
        let counts = &self.rules.counts;
        if let Some(count) = counts.phrase(candidate.key) {
            push_contexts(space.count_context, counts.contexts_of(count), rows);
        }
        if atoms > 1 {
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
        for (definition, &(long, short)) in self.text.definitions.iter().zip(&self.definition_keys) {
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
            && self.title_key == Some(key)
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
            self.rules.terms.probabilities(document, first, end, &mut self.last_words, &mut self.term_buffer);
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

    /// Evidence of this place alone: how the span lies and how it is written.
    fn span_written(&self, candidate: Candidate, case: u32, rows: &mut Vec<u32>) {
        self.geometry(candidate, case, rows);
        self.shape(candidate, rows);
    }

    /// All other evidence of this place alone.
    fn span_around(&mut self, candidate: Candidate, case: u32, rows: &mut Vec<u32>) {
        if case == 0 {
            self.ending(candidate, rows);
        }
        self.neighbours(candidate, case, rows);
        self.known_around(candidate, case, rows);
        self.corpus_around(candidate, rows);
    }

    fn atoms(&self, first: u32, end: u32) -> u32 {
        let atom_of = &self.text.document.atom_of;
        atom_of[end as usize - 1] - atom_of[first as usize] + 1
    }

    fn geometry(&self, candidate: Candidate, case: u32, rows: &mut Vec<u32>) {
        let Candidate { first, end, proposers, .. } = candidate;
        let (space, text, document) = (self.space, self.text, &self.text.document);
        let atoms = self.atoms(first, end);
        for_each_bit(u128::from(proposers), |number| rows.push(space.proposed.row([number, 0, 0])));
        rows.push(space.atoms.row([atoms.min(6) - 1, case, 0]));
        rows.push(space.tokens.row([(end - first).min(8) - 1, 0, 0]));
        let (left, right) = (text.is_left_free(first), text.is_right_free(end));
        rows.push(space.borders.row([u32::from(left), u32::from(right), atoms.min(4) - 1]));
        let cut_left = document.atoms[document.atom_of[first as usize] as usize].first != first;
        let cut_right = document.atoms[document.atom_of[end as usize - 1] as usize].end != end;
        rows.push(space.edges.row([u32::from(cut_left), u32::from(cut_right), 0]));
        let function = self.function_words[end as usize] > self.function_words[first as usize];
        rows.push(space.function_inside.row([u32::from(function), 0, 0]));
        if atoms > 1 {
            let first_head = u32::from(text.classes[first as usize].head);
            rows.push(space.inner_head.row([first_head, u32::from(text.head(end)), 0]));
        }
    }

    fn shape(&self, candidate: Candidate, rows: &mut Vec<u32>) {
        let Candidate { first, end, .. } = candidate;
        let (space, text, document) = (self.space, self.text, &self.text.document);
        let counts = self.shapes(first, end);
        let words = || (first..end).filter(|&token| document.tokens[token as usize].shape.has_letter());
        let has_capital =
            |word: Option<u32>| word.is_some_and(|token| document.tokens[token as usize].shape.has_capital());
        let shape = if counts.all_capitals == counts.letter {
            let letters: usize = words().map(|token| document.word(token).trim_end_matches('s').len()).sum();
            letters.clamp(2, 6) as u32 - 2
        } else if counts.capital == 0 {
            5
        } else if counts.capital == counts.letter {
            6
        } else if has_capital(words().next()) {
            7
        } else if has_capital(words().next_back()) {
            8
        } else {
            9
        };
        let position = if document.in_title(first) { 2 } else { u32::from(text.sentence(first).first == first) };
        rows.push(space.shape.row([shape, position, 0]));
        let (name_like, digit) = (counts.name_like > 0, counts.digit > 0);
        rows.push(space.name_like.row([u32::from(name_like), u32::from(digit), self.atoms(first, end).min(3) - 1]));
        let last = document.word(end - 1);
        if digit && last.bytes().any(|b| b.is_ascii_digit()) && (end - first > 1 || name_like) {
            let kind = match last.chars().last() {
                Some('B' | 'M' | 'b' | 'm' | 'K' | 'k') => 0,
                _ if last.starts_with(['v', 'V']) => 1,
                _ => 2,
            };
            rows.push(space.size_or_version.row([kind, 0, 0]));
        }
    }

    /// The class of heads for which the ending of a name speaks.
    fn ending(&mut self, candidate: Candidate, rows: &mut Vec<u32>) {
        let Candidate { first, end, .. } = candidate;
        let several = end - first > 1;
        let ending = *self.endings[end as usize][usize::from(several)].get_or_insert_with(|| {
            let name = self.text.document.word(end - 1).trim_end_matches('s');
            let is_part = |ending: &str| several || ending.len() < name.len();
            let mut endings = self.rules.endings.iter();
            endings.find(|(ending, _)| is_part(ending) && name.ends_with(ending)).map_or(0, |&(_, head)| head)
        });
        rows.push(self.space.ending.row([u32::from(ending), 0, 0]));
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
            types |= self.known.longest_to[at as usize].map_or(0, |(_, types)| types);
        }
        if right > 0 {
            let mut at = end + 1;
            while at < sentence.end && (self.connector(Some(at)) > 0 || matches!(document.word(at), "the" | "a")) {
                at += 1;
            }
            types |= self.known.longest_from[at as usize].map_or(0, |(_, types)| types);
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
        let (space, spans) = (self.space, &self.known);
        let longer = (first.saturating_sub(3)..=first)
            .any(|from| spans.longest_from[from as usize].is_some_and(|(to, _)| to >= end && to - from > end - first));
        rows.push(space.covered.row([u32::from(longer), 0, 0]));
        if let Some((from, types)) = spans.longest_to[end as usize]
            && from > first
        {
            for_each_bit(u128::from(types), |entity_type| {
                rows.push(space.listed_ending.row([entity_type + 1, case, 0]));
            });
        }
        if let Some((to, types)) = spans.longest_from[first as usize]
            && to < end
        {
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

/// How far away the nearest cue is, as families on cues count it.
fn distance(cues: &CuesAt) -> u32 {
    match cues.distance {
        0 => 0,
        1..=2 => 1,
        3..=5 => 2,
        _ => 3,
    }
}

/// Rows of the cues beside which a corpus has a word or phrase.
fn push_contexts(family: Family, contexts: &[Context], rows: &mut Vec<u32>) {
    rows.extend(contexts.iter().map(|&(cue, level)| family.row([u32::from(cue) + 1, u32::from(level), 0])));
}
