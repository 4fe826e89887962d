//! Grouping: which chosen spans of one paper name the same thing.
//!
//! Spans are one entity when their phrases are equal, when one is the acronym of the other, when the lexicon knows both
//! as one, when they differ only in how their words are joined ("LLaMA2", "LLaMA 2"), and when one is the other with
//! class nouns added ("LoRA adapters" beside "LoRA", "ImageNet dataset" beside "ImageNet"). A wrong merge is worse than
//! a missed one, so nothing else merges.

use rustc_hash::FxHashMap;

use crate::extract::annotated::Annotated;
use crate::extract::choose::Chosen;
use crate::extract::evidence::{CaseMatch, case_match};
use crate::rules::TypeId;
use crate::text::phrase_key;

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
    join_class_nouns(text, chosen, &first_by_key, &mut sets);

    let mut groups: Vec<Group> = Vec::new();
    let mut group_of: FxHashMap<usize, usize> = FxHashMap::default();
    for at in 0..chosen.len() {
        let root = sets.root(at);
        let number = *group_of.entry(root).or_insert_with(|| {
            groups.push(Group {
                members: Vec::new(),
                entity_type: chosen[at].entity_type,
                entry: None,
                definition: None,
            });
            groups.len() - 1
        });
        groups[number].members.push(at);
    }
    for group in &mut groups {
        group.entity_type = voted_type(chosen, &group.members, text.rules.schema.types.len());
        group.definition = group
            .members
            .iter()
            .find_map(|&at| definition_of.get(&chosen[at].key).copied());
        group.entry = group
            .members
            .iter()
            .find_map(|&at| entry_of(text, &chosen[at], group.entity_type));
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
        let letters = letters
            .strip_suffix('s')
            .map_or(letters.as_str(), |stem| stem)
            .to_string();
        let first = *first_by_letters.entry(letters).or_insert(at);
        sets.join(first, at);
    }
}

/// "X dataset" and "X", where X stands alone too.
fn join_class_nouns(
    text: &Annotated<'_>,
    chosen: &[Chosen],
    first_by_key: &FxHashMap<u64, usize>,
    sets: &mut DisjointSets,
) {
    let document = &text.document;
    for (at, span) in chosen.iter().enumerate() {
        let mut end = span.end;
        while end > span.first + 1 {
            let head = text.classes[end as usize - 1].head;
            let class_noun = head > 0 && text.rules.heads[usize::from(head) - 1].class_noun;
            if !class_noun {
                break;
            }
            end -= 1;
            let Some(&other) = first_by_key.get(&phrase_key(document, span.first, end)) else {
                continue;
            };
            let name_like = document.tokens[span.first as usize].shape.has_capital();
            if name_like && chosen[other].entity_type == span.entity_type {
                sets.join(at, other);
                break;
            }
        }
    }
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
