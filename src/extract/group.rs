//! Grouping: which chosen spans of one paper name the same thing.
//!
//! Spans are one entity when their phrases are equal, when one is the acronym of the other, when the lexicon knows both
//! as one, when they differ only in how their words are joined ("LLaMA2", "LLaMA 2"), and when they have one type and the
//! evidence on the pair ([`pair_evidence`]) says so: "quantization" and "quantization techniques", "the loss" after
//! "validation loss", a name and the words that spell it. A wrong merge is worse than a missed one.

use rustc_hash::FxHashMap;

use crate::extract::annotated::Annotated;
use crate::extract::choose::Chosen;
use crate::extract::evidence::{CaseMatch, case_match};
use crate::extract::pair_evidence::{self, PairSpace, PaperForm};
use crate::extract::weights::WeightTable;
use crate::rules::TypeId;
use crate::text::{phrase_hash, phrase_key, singular, word_hash};

/// Spans of one entity.
#[derive(Clone, Debug)]
pub struct Group {
    /// Positions among the chosen spans, in order.
    pub members: Vec<usize>,
    /// The type with most confidence among them.
    pub entity_type: TypeId,
    /// Lexicon entry, if one of the forms is a known name of this type.
    pub entry: Option<u32>,
    /// The definition of its acronym, as a position among the text's definitions.
    pub definition: Option<usize>,
}

/// Groups chosen spans; groups in the order of their first member.
pub fn group(text: &Annotated<'_>, chosen: &[Chosen], space: &PairSpace, weights: &WeightTable) -> Vec<Group> {
    let mut sets = surely_joined(text, chosen);
    join_by_evidence(text, chosen, (space, weights), &mut sets);

    let mut definition_of: FxHashMap<u64, usize> = FxHashMap::default();
    for (number, definition) in text.definitions.iter().enumerate() {
        for (first, end) in
            [(definition.long_first, definition.long_end), (definition.short_first, definition.short_end)]
        {
            definition_of.entry(phrase_key(&text.document, first, end)).or_insert(number);
        }
    }
    let mut groups: Vec<Group> = Vec::new();
    let mut group_of: FxHashMap<usize, usize> = FxHashMap::default();
    for (at, span) in chosen.iter().enumerate() {
        let root = sets.root(at);
        let number = *group_of.entry(root).or_insert_with(|| {
            groups.push(Group { members: Vec::new(), entity_type: span.entity_type, entry: None, definition: None });
            groups.len() - 1
        });
        groups[number].members.push(at);
    }
    for group in &mut groups {
        group.entity_type = voted_type(chosen, &group.members, text.rules.schema.types.len());
        group.definition = group.members.iter().find_map(|&at| definition_of.get(&chosen[at].key).copied());
        group.entry = group.members.iter().find_map(|&at| entry_of(text, &chosen[at], group.entity_type));
    }
    groups
}

/// Spans that are one entity without a doubt.
fn surely_joined(text: &Annotated<'_>, chosen: &[Chosen]) -> DisjointSets {
    let mut sets = DisjointSets::new(chosen.len());
    let mut first_by_key: FxHashMap<u64, usize> = FxHashMap::default();
    for (at, span) in chosen.iter().enumerate() {
        let first = *first_by_key.entry(span.key).or_insert(at);
        sets.join(first, at);
    }
    let document = &text.document;
    for definition in &text.definitions {
        let long = phrase_key(document, definition.long_first, definition.long_end);
        let short = phrase_key(document, definition.short_first, definition.short_end);
        if let (Some(&a), Some(&b)) = (first_by_key.get(&long), first_by_key.get(&short)) {
            sets.join(a, b);
        }
    }
    join_by_lexicon(text, chosen, &mut sets);
    join_by_writing(text, chosen, &mut sets);
    sets
}

/// The entry of a type that knows a span by name.
fn entry_of(text: &Annotated<'_>, span: &Chosen, entity_type: TypeId) -> Option<u32> {
    let written = text.document.text(span.first, span.end);
    text.rules
        .forms
        .get(span.key)
        .iter()
        .filter(|form| text.rules.lexicon[form.entry as usize].entity_type == entity_type)
        .map(|form| (case_match(written, &form.text, form.exact), form.entry))
        .filter(|(case, _)| *case != CaseMatch::Forbidden)
        .min()
        .map(|(_, entry)| entry)
}

fn voted_type(chosen: &[Chosen], members: &[usize], types: usize) -> TypeId {
    let mut votes = vec![0.0f32; types];
    for &at in members {
        votes[usize::from(chosen[at].entity_type.0)] += chosen[at].confidence;
    }
    let mut best = 0;
    for (entity_type, &vote) in votes.iter().enumerate() {
        if vote > votes[best] {
            best = entity_type;
        }
    }
    TypeId(u8::try_from(best).unwrap_or(u8::MAX))
}

fn join_by_lexicon(text: &Annotated<'_>, chosen: &[Chosen], sets: &mut DisjointSets) {
    let mut first_by_entry: FxHashMap<u32, usize> = FxHashMap::default();
    for (at, span) in chosen.iter().enumerate() {
        if let Some(entry) = entry_of(text, span, span.entity_type) {
            let first = *first_by_entry.entry(entry).or_insert(at);
            sets.join(first, at);
        }
    }
}

/// Forms with the same letters and digits in the same order, but joined otherwise.
fn join_by_writing(text: &Annotated<'_>, chosen: &[Chosen], sets: &mut DisjointSets) {
    let mut first_by_letters: FxHashMap<String, usize> = FxHashMap::default();
    for (at, span) in chosen.iter().enumerate() {
        let letters: String = text
            .document
            .text(span.first, span.end)
            .chars()
            .filter(|c| c.is_alphanumeric())
            .flat_map(char::to_lowercase)
            .collect();
        let letters = letters.strip_suffix('s').map_or(letters.as_str(), |stem| stem).to_string();
        let first = *first_by_letters.entry(letters).or_insert(at);
        sets.join(first, at);
    }
}

/// Two forms that may be one entity, with the evidence on that.
#[derive(Clone, Debug)]
pub struct OpenPair {
    /// Positions among the chosen spans where each form stands first.
    pub places: (usize, usize),
    /// The evidence, as rows of a weight table.
    pub rows: Vec<u32>,
}

/// The pairs of forms on which nothing but evidence can decide.
pub fn open_pairs(text: &Annotated<'_>, chosen: &[Chosen], space: &PairSpace) -> Vec<OpenPair> {
    pairs_beside(text, chosen, space, &mut surely_joined(text, chosen))
}

/// The pairs of forms that the sets leave open.
fn pairs_beside(text: &Annotated<'_>, chosen: &[Chosen], space: &PairSpace, sets: &mut DisjointSets) -> Vec<OpenPair> {
    let mut places: FxHashMap<(TypeId, u64), Vec<(u32, u32)>> = FxHashMap::default();
    for span in chosen {
        places.entry((span.entity_type, span.key)).or_default().push((span.first, span.end));
    }
    let mut forms: Vec<PaperForm> = Vec::new();
    let mut first_of: Vec<usize> = Vec::new();
    for (at, span) in chosen.iter().enumerate() {
        // Each form once, where it stands first.
        if let Some(spans) = places.remove(&(span.entity_type, span.key)) {
            forms.push(PaperForm::new(text, span.entity_type, span.key, spans));
            first_of.push(at);
        }
    }
    let mut open = Vec::new();
    for (one, other) in pair_evidence::pairs(text, &forms) {
        let places = (first_of[one], first_of[other]);
        if sets.root(places.0) != sets.root(places.1) {
            open.push(OpenPair { places, rows: pair_evidence::collect(text, space, &forms, (one, other)) });
        }
    }
    open
}

/// Joins forms that the evidence on pairs takes for one entity.
fn join_by_evidence(
    text: &Annotated<'_>,
    chosen: &[Chosen],
    (space, weights): (&PairSpace, &WeightTable),
    sets: &mut DisjointSets,
) {
    let mut sums = vec![0.0; weights.stride()];
    for pair in pairs_beside(text, chosen, space, sets) {
        sums.fill(0.0);
        weights.add(&pair.rows, &mut sums);
        weights.finish(&mut sums);
        if sums[0] > LEAST_FOR_ONE {
            sets.join(pair.places.0, pair.places.1);
        }
    }
}

/// What the evidence must come to before two forms are one entity. More than nothing: a wrong merge is worse than a missed
/// one.
const LEAST_FOR_ONE: f32 = 0.2;

/// The words of a span that may name, as tokens: without what stands in brackets, and with the paper's acronyms written
/// out.
pub fn canonical_words(text: &Annotated<'_>, first: u32, end: u32) -> Vec<u32> {
    let document = &text.document;
    let mut words: Vec<u32> = Vec::new();
    let mut depth = 0;
    for token in first..end {
        match document.word(token) {
            "(" | "[" => depth += 1,
            ")" | "]" => depth -= 1,
            _ if depth > 0 || !document.tokens[token as usize].shape.is_word() => {}
            _ => words.push(token),
        }
    }
    let written_out = |token: u32| {
        text.definitions.iter().find(|definition| {
            definition.short_end - definition.short_first == 1
                && document.tokens[definition.short_first as usize].singular == document.tokens[token as usize].singular
                && document.tokens[token as usize].shape.has_capital()
        })
    };
    let mut expanded: Vec<u32> = Vec::new();
    for token in words {
        match written_out(token) {
            Some(definition) => expanded.extend(
                (definition.long_first..definition.long_end).filter(|&t| document.tokens[t as usize].shape.is_word()),
            ),
            None => expanded.push(token),
        }
    }
    expanded
}

/// Hash of the stems of words, without praise before the term and without class nouns after it ("quantization techniques",
/// "the COCO dataset").
pub fn canonical_key(text: &Annotated<'_>, words: &[u32]) -> u64 {
    let class = |token: u32| text.classes[token as usize];
    let mut kept = words;
    while let [before @ .., last] = kept {
        let head = class(*last).head;
        if before.is_empty() || head == 0 || !text.rules.heads[usize::from(head) - 1].class_noun {
            break;
        }
        kept = before;
    }
    while let [opening, rest @ ..] = kept {
        if rest.is_empty() || !class(*opening).praise || class(*opening).praise_in_terms {
            break;
        }
        kept = rest;
    }
    kept.iter().fold(0, |hash, &token| phrase_hash(hash, stem_hash(text.document.word(token))))
}

/// Hash of a word without its most regular endings: `pruning`, `pruned` and `prune` are one.
pub fn stem_hash(word: &str) -> u64 {
    const ENDINGS: [&str; 9] = ["ations", "ation", "ings", "ing", "ers", "ed", "es", "e", "s"];
    let lower = word.to_lowercase();
    if lower.bytes().any(|b| b.is_ascii_digit()) || word.chars().filter(|c| c.is_uppercase()).count() > 1 {
        return word_hash(&singular(&lower));
    }
    for ending in ENDINGS {
        if let Some(stem) = lower.strip_suffix(ending)
            && stem.chars().count() >= 4
            && !stem.ends_with('s')
        {
            return word_hash(stem);
        }
    }
    word_hash(&lower)
}

/// Disjoint sets of positions; the root of a set is its smallest member.
struct DisjointSets(Vec<usize>);

impl DisjointSets {
    fn new(count: usize) -> Self {
        Self((0..count).collect())
    }

    fn root(&mut self, mut at: usize) -> usize {
        while self.0[at] != at {
            self.0[at] = self.0[self.0[at]];
            at = self.0[at];
        }
        at
    }

    fn join(&mut self, a: usize, b: usize) {
        let (a, b) = (self.root(a), self.root(b));
        self.0[a.max(b)] = a.min(b);
    }
}
