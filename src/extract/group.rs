//! Grouping: which chosen spans of one paper name the same thing.
//!
//! Spans are one entity when their phrases are equal, when one is the acronym of the other, when the lexicon knows both
//! as one, when they differ only in how their words are joined ("LLaMA2", "LLaMA 2"), and when they have one type and
//! differ only in words that do not name (class nouns after, praise before, an acronym written out, "pruning" for
//! "prune"). A wrong merge is worse than a missed one, so nothing else merges.

use rustc_hash::FxHashMap;

use crate::extract::annotated::Annotated;
use crate::extract::choose::Chosen;
use crate::extract::evidence::{CaseMatch, case_match};
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
pub fn group(text: &Annotated<'_>, chosen: &[Chosen]) -> Vec<Group> {
    let mut sets = DisjointSets::new(chosen.len());
    let mut first_by_key: FxHashMap<u64, usize> = FxHashMap::default();
    for (at, span) in chosen.iter().enumerate() {
        let first = *first_by_key.entry(span.key).or_insert(at);
        sets.join(first, at);
    }
    let document = &text.document;
    let mut definition_of: FxHashMap<u64, usize> = FxHashMap::default();
    for (number, definition) in text.definitions.iter().enumerate() {
        let long = phrase_key(document, definition.long_first, definition.long_end);
        let short = phrase_key(document, definition.short_first, definition.short_end);
        definition_of.entry(long).or_insert(number);
        definition_of.entry(short).or_insert(number);
        if let (Some(&a), Some(&b)) = (first_by_key.get(&long), first_by_key.get(&short)) {
            sets.join(a, b);
        }
    }
    join_by_lexicon(text, chosen, &mut sets);
    join_by_writing(text, chosen, &mut sets);
    join_by_canonical_form(text, chosen, &mut sets);
    join_by_initials(text, chosen, &mut sets);

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

/// Forms that are alike but for the words that do not name: see [`canonical_key`]. Only spans of one type are joined.
fn join_by_canonical_form(text: &Annotated<'_>, chosen: &[Chosen], sets: &mut DisjointSets) {
    let mut first_by_form: FxHashMap<(TypeId, u64), usize> = FxHashMap::default();
    for (at, span) in chosen.iter().enumerate() {
        let key = canonical_key(text, span.first, span.end);
        let first = *first_by_form.entry((span.entity_type, key)).or_insert(at);
        sets.join(first, at);
    }
}

/// Fewest letters of an acronym that is tied to a long form by its initials alone.
const LEAST_INITIALS: usize = 3;

/// An acronym and a term of the same type with just these initials, though no bracket ties them.
fn join_by_initials(text: &Annotated<'_>, chosen: &[Chosen], sets: &mut DisjointSets) {
    let document = &text.document;
    let mut first_by_initials: FxHashMap<(TypeId, String), usize> = FxHashMap::default();
    for (at, span) in chosen.iter().enumerate() {
        let words = (span.first..span.end).filter(|&token| document.tokens[token as usize].shape.is_word());
        let initials: String =
            words.filter_map(|token| document.word(token).chars().next()).flat_map(char::to_lowercase).collect();
        if initials.chars().count() >= LEAST_INITIALS {
            first_by_initials.entry((span.entity_type, initials)).or_insert(at);
        }
    }
    for (at, span) in chosen.iter().enumerate() {
        if span.end - span.first == 1 && document.tokens[span.first as usize].shape.is_all_capitals() {
            let word = document.word(span.first);
            let letters = word.strip_suffix('s').unwrap_or(word).to_lowercase();
            if let Some(&long) = first_by_initials.get(&(span.entity_type, letters)) {
                sets.join(at, long);
            }
        }
    }
}

/// Hash of the stems of a span's words, without what stands in brackets, without praise before the term, without class
/// nouns after it ("quantization techniques", "the COCO dataset"), and with the paper's acronyms written out.
fn canonical_key(text: &Annotated<'_>, first: u32, end: u32) -> u64 {
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
    let class = |token: u32| text.classes[token as usize];
    let mut kept = expanded.as_slice();
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
    kept.iter().fold(0, |hash, &token| phrase_hash(hash, stem_hash(document.word(token))))
}

/// Hash of a word without its most regular endings: `pruning`, `pruned` and `prune` are one.
fn stem_hash(word: &str) -> u64 {
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
