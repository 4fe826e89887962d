//! Evidence on whether two forms of one paper name the same thing: how one is made of the other, by which words they
//! differ, where they stand.

use rustc_hash::{FxHashMap, FxHashSet};

use crate::extract::acronym;
use crate::extract::annotated::Annotated;
use crate::extract::group::{canonical_key, canonical_words, stem_hash};
use crate::extract::space::{Family, FamilyNames, SpaceBuilder, counted, other_annotators};
use crate::extract::vocabulary::{PAIR_PLACES, PairWord, Vocabulary};
use crate::rules::{RuleSet, TypeId};

/// A form of an entity: all its places in one paper.
#[derive(Clone, Debug)]
pub struct PaperForm {
    /// Its type.
    pub entity_type: TypeId,
    /// Tokens of each mention: first, and one past the last; in order.
    pub spans: Vec<(u32, u32)>,
    /// Key of its phrase.
    pub key: u64,
    /// The words that may name: see [`canonical_words`].
    words: Vec<u32>,
    /// Their stems.
    stems: Vec<u64>,
    /// Key of what is left without class nouns and praise.
    canonical: u64,
}

impl PaperForm {
    /// The form that stands at the given places.
    pub fn new(text: &Annotated<'_>, entity_type: TypeId, key: u64, spans: Vec<(u32, u32)>) -> Self {
        let (first, end) = spans.first().copied().unwrap_or_default();
        let words = canonical_words(text, first, end);
        let stems: Vec<u64> = words.iter().map(|&token| stem_hash(text.document.word(token))).collect();
        let canonical = canonical_key(text, &words, &stems);
        Self { entity_type, spans, key, words, stems, canonical }
    }

    fn first(&self) -> (u32, u32) {
        self.spans.first().copied().unwrap_or_default()
    }
}

/// How a form is made of another one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
enum Likeness {
    /// Stem by stem the same.
    Same,
    /// The shorter one ends the longer one: "loss", "validation loss".
    Ends,
    /// The shorter one begins the longer one: "LoRA", "LoRA fine-tuning".
    Begins,
    /// The words of the shorter one stand in the longer one in the same order.
    Inside,
    /// They stand there in another order.
    Reordered,
    /// An acronym, and words that spell it.
    Spelt,
    /// Only the last words are the same.
    SameEnd,
    /// Only the first words are the same.
    SameBeginning,
    /// Other words are shared.
    Shared,
}

/// The value of a pair of which one form spells the other, in the family `likeness`.
pub const SPELT: u32 = Likeness::Spelt as u32;

const LIKENESSES: [&str; 9] = [
    "same stems",
    "shorter ends longer",
    "shorter begins longer",
    "shorter inside longer",
    "other order",
    "spelt out",
    "same last word",
    "same first word",
    "some word shared",
];

/// The families of evidence on pairs of forms.
#[derive(Clone, Debug)]
#[allow(missing_docs, reason = "each family is described by its line in `PairSpace::new`")]
pub struct PairSpace {
    pub names: Vec<FamilyNames>,
    pub rows: u32,
    pub other_habits: Family,
    pub likeness: Family,
    pub canonical: Family,
    pub lengths: Family,
    pub extra: Family,
    pub extra_head: Family,
    pub extra_case: Family,
    pub written: Family,
    pub mentions: Family,
    pub order: Family,
    pub listed: Family,
    pub known_to_corpus: Family,
    pub rivals: Family,
    pub distance: Family,
    pub titles: Family,
    pub joined: Family,
    pub before: Family,
    pub after: Family,
    /// Words with weights of their own, and the family of each place.
    vocabulary: Vocabulary,
    word_places: Vec<Family>,
}

impl PairSpace {
    /// Lays the families out for the classes of a rule set.
    pub fn new(rules: &RuleSet, vocabulary: Vocabulary) -> Self {
        let mut builder = SpaceBuilder::default();
        let mut add = |id, dimensions: &[&[String]]| builder.family(id, dimensions);
        let strings = |names: &[&str]| -> Vec<String> { names.iter().map(|name| (*name).to_string()).collect() };
        let types: Vec<String> = rules.schema.types.iter().map(|t| t.label.clone()).collect();
        let likenesses = strings(&LIKENESSES);
        let heads: Vec<String> =
            std::iter::once("none".to_string()).chain(rules.heads.iter().map(|head| head.id.clone())).collect();
        let function: Vec<String> =
            strings(&["edge", "word", "mark"]).into_iter().chain(rules.function_words.iter().cloned()).collect();
        let yes_no = strings(&["no", "yes"]);
        let words = counted(1, 4, "words");
        let extra = counted(0, 4, "words more");
        let place = strings(&["in both", "in longer", "in shorter"]);
        let space = Self {
            // Holds in training only, on papers whose annotators have other habits.
            other_habits: add("annotated by others", &[&other_annotators()]),
            likeness: add("likeness", &[&likenesses, &types]),
            canonical: add("same without class nouns", &[&yes_no, &types]),
            lengths: add("length of shorter", &[&likenesses, &words]),
            extra: add("length of longer", &[&likenesses, &extra]),
            extra_head: add("kind of word more", &[&likenesses, &heads]),
            extra_case: add(
                "letters of word more",
                &[&likenesses, &strings(&["lower case", "capital", "name-like", "digits", "praise"])],
            ),
            written: add(
                "letters",
                &[
                    &likenesses,
                    &strings(&["lower case", "capital", "name-like"]),
                    &strings(&["lower case", "capital", "name-like"]),
                ],
            ),
            mentions: add("mentions", &[&likenesses, &counted(1, 3, "of shorter"), &counted(1, 3, "of longer")]),
            order: add("order", &[&likenesses, &strings(&["shorter first", "longer first"])]),
            listed: add("known name", &[&likenesses, &strings(&["none", "shorter", "longer", "both"])]),
            known_to_corpus: add(
                "corpus knows",
                &[&likenesses, &counted(0, 5, "log2/3 shorter"), &counted(0, 5, "log2/3 longer")],
            ),
            rivals: add("other forms so made", &[&likenesses, &counted(0, 2, "forms")]),
            distance: add("nearest mentions", &[&likenesses, &counted(0, 3, "sentences apart")]),
            titles: add("in title", &[&likenesses, &strings(&["none", "shorter", "longer", "both"])]),
            joined: add("side by side", &[&likenesses, &yes_no]),
            before: add("word before", &[&place, &function]),
            after: add("word after", &[&place, &function]),
            word_places: Vec::new(),
            vocabulary: Vocabulary::default(),
            names: Vec::new(),
            rows: 0,
        };
        let word_places = builder.word_families(PAIR_PLACES, &vocabulary);
        Self { names: builder.families, rows: builder.rows, vocabulary, word_places, ..space }
    }

    fn word_row(&self, place: PairWord, key: u64) -> Option<u32> {
        let number = self.vocabulary.numbers(key)[place as usize];
        (number > 0).then(|| self.word_places[place as usize].row([number, 0, 0]))
    }
}

/// How many forms before it a form is held against for each word that they share: bounds the work in papers made to
/// hurt.
const MOST_SHARING: usize = 40;

/// Pairs of forms that may be one entity: those of one type that share a word, or of which one may spell the other.
/// Positions among the forms, the earlier first.
pub fn pairs(text: &Annotated<'_>, forms: &[PaperForm]) -> Vec<(usize, usize)> {
    let mut by_stem: FxHashMap<(TypeId, u64), Vec<usize>> = FxHashMap::default();
    let mut by_letter: FxHashMap<(TypeId, char), Vec<usize>> = FxHashMap::default();
    let mut found: FxHashSet<(usize, usize)> = FxHashSet::default();
    for (at, form) in forms.iter().enumerate() {
        let mut seen: FxHashSet<u64> = FxHashSet::default();
        for &stem in form.stems.iter().filter(|&&stem| seen.insert(stem)) {
            let others = by_stem.entry((form.entity_type, stem)).or_default();
            found.extend(others.iter().rev().take(MOST_SHARING).map(|&other| (other, at)));
            others.push(at);
        }
        if let Some(letter) = first_letter(text, form) {
            let others = by_letter.entry((form.entity_type, letter)).or_default();
            let spelt = others.iter().rev().take(MOST_SHARING).filter(|&&other| spells(text, &forms[other], form));
            found.extend(spelt.map(|&other| (other, at)));
            others.push(at);
        }
    }
    let mut pairs: Vec<(usize, usize)> = found.into_iter().collect();
    pairs.sort_unstable();
    pairs
}

fn first_letter(text: &Annotated<'_>, form: &PaperForm) -> Option<char> {
    text.document.word(form.first().0).chars().next()?.to_lowercase().next()
}

/// Is one of the forms an acronym that the other one spells out?
fn spells(text: &Annotated<'_>, one: &PaperForm, other: &PaperForm) -> bool {
    acronym::spells(text, one.first(), other.first()) || acronym::spells(text, other.first(), one.first())
}

/// The shorter form first; of two as long the earlier one.
fn by_length<'f>(one: &'f PaperForm, other: &'f PaperForm) -> (&'f PaperForm, &'f PaperForm) {
    if other.stems.len() < one.stems.len() { (other, one) } else { (one, other) }
}

fn likeness(text: &Annotated<'_>, shorter: &PaperForm, longer: &PaperForm) -> Likeness {
    let (few, many) = (shorter.stems.as_slice(), longer.stems.as_slice());
    if few == many {
        Likeness::Same
    } else if many.ends_with(few) {
        Likeness::Ends
    } else if many.starts_with(few) {
        Likeness::Begins
    } else if in_order(few, many) {
        Likeness::Inside
    } else if few.iter().all(|stem| many.contains(stem)) {
        Likeness::Reordered
    } else if spells(text, shorter, longer) {
        Likeness::Spelt
    } else if few.last() == many.last() {
        Likeness::SameEnd
    } else if few.first() == many.first() {
        Likeness::SameBeginning
    } else {
        Likeness::Shared
    }
}

/// Do the stems stand among others in their order?
fn in_order(few: &[u64], many: &[u64]) -> bool {
    let mut rest = many.iter();
    few.iter().all(|stem| rest.any(|other| other == stem))
}

/// Calls `visit` with the words by which two forms differ.
pub fn words_between(one: &PaperForm, other: &PaperForm, mut visit: impl FnMut(PairWord, u32)) {
    let (shorter, longer) = by_length(one, other);
    let (few, many) = (shorter.stems.as_slice(), longer.stems.as_slice());
    let (ends, begins) = (many.ends_with(few), many.starts_with(few));
    let more = |these: &PaperForm, those: &PaperForm| -> Vec<u32> {
        let without = |(stem, _): &(&u64, &u32)| !those.stems.contains(stem);
        these.stems.iter().zip(&these.words).filter(without).map(|(_, &token)| token).collect()
    };
    let place = match (ends, begins) {
        (true, _) => PairWord::Before,
        (false, true) => PairWord::After,
        _ => PairWord::Other,
    };
    more(longer, shorter).into_iter().for_each(|token| visit(place, token));
    more(shorter, longer).into_iter().for_each(|token| visit(PairWord::Other, token));
}

/// Collects the evidence on a pair of forms; `forms` are all of the paper. Rows in ascending order, each once.
pub fn collect(text: &Annotated<'_>, space: &PairSpace, forms: &[PaperForm], pair: (usize, usize)) -> Vec<u32> {
    let mut rows = Vec::with_capacity(48);
    let document = &text.document;
    let (one, other) = (&forms[pair.0], &forms[pair.1]);
    let (shorter, longer) = by_length(one, other);
    let likeness = likeness(text, shorter, longer);
    let like = likeness as u32;
    let entity_type = u32::from(one.entity_type.0);
    rows.push(space.likeness.row([like, entity_type, 0]));
    rows.push(space.canonical.row([u32::from(one.canonical == other.canonical), entity_type, 0]));
    let count = |items: usize, least: u32, most: u32| (items as u32).clamp(least, most) - least;
    rows.push(space.lengths.row([like, count(shorter.stems.len(), 1, 4), 0]));
    rows.push(space.extra.row([like, count(longer.stems.len() - shorter.stems.len(), 0, 4), 0]));
    words_between(one, other, |place, token| {
        let class = text.classes[token as usize];
        let shape = document.tokens[token as usize].shape;
        rows.push(space.extra_head.row([like, u32::from(class.head), 0]));
        let letters = match () {
            () if class.praise => 4,
            () if shape.has_digit() => 3,
            () if shape.is_name_like() => 2,
            () if shape.has_capital() => 1,
            () => 0,
        };
        rows.push(space.extra_case.row([like, letters, 0]));
        rows.extend(space.word_row(place, document.tokens[token as usize].singular));
    });
    let case = |form: &PaperForm| {
        let (first, end) = form.first();
        let shapes = || (first..end).map(|token| document.tokens[token as usize].shape);
        match () {
            () if shapes().any(|shape| shape.is_name_like()) => 2,
            () if shapes().any(|shape| shape.has_capital()) => 1,
            () => 0,
        }
    };
    rows.push(space.written.row([like, case(shorter), case(longer)]));
    rows.push(space.mentions.row([like, count(shorter.spans.len(), 1, 3), count(longer.spans.len(), 1, 3)]));
    rows.push(space.order.row([like, u32::from(longer.first() < shorter.first()), 0]));
    let both = |of: &dyn Fn(&PaperForm) -> bool| u32::from(of(shorter)) + 2 * u32::from(of(longer));
    rows.push(space.listed.row([like, both(&|form| !text.rules.forms.get(form.key).is_empty()), 0]));
    let in_title = |form: &PaperForm| document.in_title(form.first().0);
    rows.push(space.titles.row([like, both(&in_title), 0]));
    let known = |form: &PaperForm| {
        let count = text.rules.counts.phrase(form.key).map_or(0, |count| 32 - count.total.leading_zeros());
        (count / 3).min(5)
    };
    rows.push(space.known_to_corpus.row([like, known(shorter), known(longer)]));
    let rivals = forms
        .iter()
        .take(MOST_SHARING)
        .filter(|form| form.key != shorter.key && form.key != longer.key && form.entity_type == one.entity_type)
        .filter(|form| form.stems.len() > shorter.stems.len() && form.stems.ends_with(&shorter.stems));
    rows.push(space.rivals.row([like, count(rivals.count(), 0, 2), 0]));
    rows.push(space.distance.row([like, nearest(text, shorter, longer), 0]));
    rows.push(space.joined.row([like, u32::from(side_by_side(text, shorter, longer)), 0]));
    for (place, form) in [(1, longer), (2, shorter)] {
        for &(first, end) in form.spans.iter().take(MOST_SHARING) {
            let sentence = text.sentence(first);
            let kind = |token: Option<u32>| match token {
                None => 0,
                Some(token) if text.classes[token as usize].function > 0 => {
                    2 + u32::from(text.classes[token as usize].function)
                }
                Some(token) if document.tokens[token as usize].shape.is_word() => 1,
                Some(_) => 2,
            };
            rows.push(space.before.row([place, kind((first > sentence.first).then(|| first - 1)), 0]));
            rows.push(space.after.row([place, kind((end < sentence.end).then_some(end)), 0]));
        }
    }
    rows.sort_unstable();
    rows.dedup();
    rows
}

/// Fewest sentences between mentions of two forms, the title aside; 3 for more.
fn nearest(text: &Annotated<'_>, one: &PaperForm, other: &PaperForm) -> u32 {
    let sentences = |form: &PaperForm| -> Vec<u32> {
        let places = form.spans.iter().take(MOST_SHARING).filter(|(first, _)| !text.document.in_title(*first));
        places.map(|&(first, _)| text.sentence_of[first as usize]).collect()
    };
    let (ours, theirs) = (sentences(one), sentences(other));
    let apart = ours.iter().flat_map(|&a| theirs.iter().map(move |&b| a.abs_diff(b)));
    apart.min().unwrap_or(3).min(3)
}

/// Do mentions of two forms stand beside each other, with "and", "or" or a comma between?
fn side_by_side(text: &Annotated<'_>, one: &PaperForm, other: &PaperForm) -> bool {
    let document = &text.document;
    let follows = |before: &PaperForm, after: &PaperForm| {
        let begins: FxHashSet<u32> = after.spans.iter().map(|span| span.0).collect();
        before.spans.iter().any(|&(_, end)| {
            let mut at = end;
            while at < document.tokens.len() as u32 && matches!(document.word(at), "," | "and" | "or" | "/" | "&") {
                at += 1;
            }
            at > end && begins.contains(&at)
        })
    };
    follows(one, other) || follows(other, one)
}
