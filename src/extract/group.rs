//! Grouping: which chosen spans of one paper name the same thing.
//!
//! Spans are one entity when their phrases are equal, when one is the acronym of the other, when the lexicon knows both
//! as one, when they differ only in how their words are joined ("LLaMA2", "LLaMA 2"), and when they have one type and the
//! evidence on the pair ([`pair_evidence`]) says so: "quantization" and "quantization techniques", "the loss" after
//! "validation loss", a name and the words that spell it. A wrong merge is worse than a missed one.

use rustc_hash::FxHashMap;

use crate::extract::annotated::Annotated;
use crate::extract::choose::Chosen;
use crate::extract::evidence::{CaseMatch, case_class, case_match};
use crate::extract::pair_evidence::{self, PairSpace, PaperForm};
use crate::extract::weights::WeightTable;
use crate::rules::TypeId;
use crate::text::{phrase_hash, phrase_key, singular, word_hash};

/// Spans of one entity.
#[derive(Clone, Debug)]
pub struct Group {
    /// Positions among the chosen spans, in order.
    pub members: Vec<usize>,
    /// Those of the members that name the entity: all but general terms of which another member is a special kind. "The
    /// loss" may mean the validation loss in a paper, but what it is called is validation loss.
    pub naming: Vec<usize>,
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
            groups.push(Group {
                members: Vec::new(),
                naming: Vec::new(),
                entity_type: span.entity_type,
                entry: None,
                definition: None,
            });
            groups.len() - 1
        });
        groups[number].members.push(at);
    }
    for group in &mut groups {
        group.entity_type = voted_type(chosen, &group.members, text.rules.schema.types.len());
        group.definition = group.members.iter().find_map(|&at| definition_of.get(&chosen[at].key).copied());
        group.naming = naming(text, chosen, &group.members);
        group.entry = group.naming.iter().find_map(|&at| entry_of(text, &chosen[at], group.entity_type));
    }
    groups
}

/// The members of a group that name it; see [`Group::naming`].
fn naming(text: &Annotated<'_>, chosen: &[Chosen], members: &[usize]) -> Vec<usize> {
    let mut stems: FxHashMap<u64, Vec<u64>> = FxHashMap::default();
    for &at in members {
        let Chosen { first, end, key, .. } = chosen[at];
        let words = || canonical_words(text, first, end);
        let of_words = || words().iter().map(|&token| stem_hash(text.document.word(token))).collect();
        stems.entry(key).or_insert_with(of_words);
    }
    if stems.len() == 1 {
        return members.to_vec();
    }
    let is_general = |at: usize| {
        let Chosen { first, end, key, .. } = chosen[at];
        let ours = &stems[&key];
        let is_special = |theirs: &Vec<u64>| theirs.len() > ours.len() && theirs.ends_with(ours);
        case_class(text, first, end) != NAME_LIKE && stems.values().any(is_special)
    };
    members.iter().copied().filter(|&at| !is_general(at)).collect()
}

/// The class of spans that look like a name, as [`case_class`] gives it.
const NAME_LIKE: u32 = 0;

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
    let mut letters = String::new();
    for (at, span) in chosen.iter().enumerate() {
        letters.clear();
        for character in text.document.text(span.first, span.end).chars() {
            if character.is_ascii_alphanumeric() {
                letters.push(character.to_ascii_lowercase());
            } else if character.is_alphanumeric() {
                letters.extend(character.to_lowercase());
            }
        }
        let letters = letters.strip_suffix('s').unwrap_or(&letters);
        match first_by_letters.get(letters) {
            Some(&first) => sets.join(first, at),
            None => _ = first_by_letters.insert(letters.to_string(), at),
        }
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
    let (mut sums, mut finished) = (Vec::with_capacity(weights.shape.stride), Vec::with_capacity(weights.shape.stride));
    for pair in pairs_beside(text, chosen, space, sets) {
        sums.clear();
        finished.clear();
        weights.push_sum(&pair.rows, &mut sums);
        weights.finish(&sums, &mut finished);
        if finished[0] > LEAST_FOR_ONE {
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
pub fn canonical_key(text: &Annotated<'_>, words: &[u32], stems: &[u64]) -> u64 {
    let class = |at: usize| text.classes[words[at] as usize];
    let is_class_noun = |at: usize| class(at).head > 0 && text.rules.heads[usize::from(class(at).head) - 1].class_noun;
    let (mut from, mut to) = (0, words.len());
    while to > 1 && is_class_noun(to - 1) {
        to -= 1;
    }
    while from + 1 < to && class(from).praise && !class(from).praise_in_terms {
        from += 1;
    }
    stems[from..to].iter().fold(0, |hash, &stem| phrase_hash(hash, stem))
}

/// Hash of a word without its most regular endings: `pruning`, `pruned` and `prune` are one.
pub fn stem_hash(word: &str) -> u64 {
    let is_name = |capitals: usize| capitals > 1 || word.bytes().any(|byte| byte.is_ascii_digit());
    // Nearly all words are ASCII and short: they need no memory of their own.
    let mut letters = [0; 48];
    if let Some(letters) = letters.get_mut(..word.len()).filter(|_| word.is_ascii()) {
        letters.copy_from_slice(word.as_bytes());
        letters.make_ascii_lowercase();
        let lower = std::str::from_utf8(letters).unwrap_or_default();
        return lower_stem_hash(lower, is_name(word.bytes().filter(u8::is_ascii_uppercase).count()));
    }
    lower_stem_hash(&word.to_lowercase(), is_name(word.chars().filter(|c| c.is_uppercase()).count()))
}

/// As [`stem_hash`], of a word in lower case; names have no other ending than that of the plural.
fn lower_stem_hash(lower: &str, is_name: bool) -> u64 {
    const ENDINGS: [&str; 9] = ["ations", "ation", "ings", "ing", "ers", "ed", "es", "e", "s"];
    if is_name {
        return word_hash(&singular(lower));
    }
    let stems = ENDINGS.iter().filter_map(|ending| lower.strip_suffix(ending));
    let mut long_stems = stems.filter(|stem| !stem.ends_with('s') && stem.chars().nth(3).is_some());
    word_hash(long_stems.next().unwrap_or(lower))
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

#[cfg(test)]
mod tests {
    use std::sync::LazyLock;

    use super::*;
    use crate::corpus::Paper;
    use crate::eval::{GoldEntity, GoldPaper, typed_spans};
    use crate::extract::{Extractor, choose};
    use crate::rules::RuleFolder;

    fn extractor_without_weights() -> &'static Extractor {
        static EXTRACTOR: LazyLock<Extractor> = LazyLock::new(|| {
            let mut files = RuleFolder::embedded().parse().unwrap();
            files.tables.clear();
            Extractor::new(&files)
        });
        &EXTRACTOR
    }

    /// Each form as an entity of its own, a method.
    fn gold(forms: &[&str]) -> GoldPaper {
        let entity = |form: &&str| GoldEntity {
            entity_type: "Method".into(),
            relation: "uses".into(),
            surfaces: vec![(*form).to_string()],
        };
        GoldPaper { id: "p".into(), entities: forms.iter().map(entity).collect() }
    }

    /// The entities of a text whose forms are given, by rules whose pairs were never fitted.
    fn entities(text: &str, forms: &[&str]) -> Vec<Vec<String>> {
        let extractor = extractor_without_weights();
        let paper = Paper { id: "p".into(), abstract_text: text.into(), ..Paper::default() };
        let gold = gold(forms);
        let text = extractor.annotate(&paper);
        let spans = typed_spans(&extractor.rules.schema, &text, &gold);
        let reading = extractor.read_given(text, &spans);
        let form = |&at: &usize| {
            let Chosen { first, end, .. } = reading.chosen[at];
            reading.text.document.text(first, end).to_string()
        };
        reading.groups.iter().map(|group| group.members.iter().map(form).collect()).collect()
    }

    #[test]
    fn forms_that_differ_in_what_does_not_name_are_one_entity() {
        let text = "We try weight folding. Weight-folding methods fold weights, unlike weight spindling.";
        assert_eq!(
            entities(text, &["weight folding", "Weight-folding methods", "weight spindling"]),
            [vec!["weight folding", "Weight-folding methods"], vec!["weight spindling"]]
        );
    }

    #[test]
    fn a_name_and_the_words_that_spell_it_are_one_entity() {
        let text = "QuaFo is fast. QuaFo stands for Quantised Folding of long rows.";
        assert_eq!(entities(text, &["QuaFo", "Quantised Folding"]), [vec!["QuaFo", "QuaFo", "Quantised Folding"]]);
    }

    #[test]
    fn a_general_term_does_not_name_what_is_a_special_kind_of_it() {
        let text = "We fold weights with weight folding. Here folding means weight folding. QuaFo is a special QuaFo.";
        let document = extractor_without_weights().annotate(&Paper { abstract_text: text.into(), ..Paper::default() });
        let names = |forms: &[&str]| {
            let gold = gold(forms);
            let spans = typed_spans(&document.rules.schema, &document, &gold);
            let (_, chosen) = choose::given(&document, &spans);
            let naming = naming(&document, &chosen, &(0..chosen.len()).collect::<Vec<_>>());
            let mut named: Vec<&str> =
                naming.iter().map(|&at| document.document.text(chosen[at].first, chosen[at].end)).collect();
            named.sort_unstable();
            named.dedup();
            named.join(", ")
        };
        assert_eq!(names(&["weight folding", "folding"]), "weight folding");
        assert_eq!(names(&["special QuaFo", "QuaFo"]), "QuaFo, special QuaFo");
    }

    #[test]
    fn a_paper_of_many_forms_that_share_a_word_costs_no_square_of_them() {
        let names: Vec<String> = (0..4_000).map(|number| format!("w{number} folding")).collect();
        let forms: Vec<&str> = names.iter().map(String::as_str).collect();
        assert_eq!(entities(&names.join(", "), &forms).len(), names.len());
    }
}
