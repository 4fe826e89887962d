//! Words that have weights of their own: those that stand at one place of candidates in enough annotated papers.
//!
//! All other evidence is about classes. Classes carry over to papers of any field; words make up for what classes blur,
//! once there are enough annotated papers to learn them from.

use rustc_hash::FxHashMap;

use crate::extract::annotated::Annotated;
use crate::extract::candidates::Candidates;
use crate::extract::names::Names;
use crate::rules::packed::WeightFile;
pub use crate::rules::packed::{PAIR_PLACES, Place, RELATION_PLACES, SPAN_PLACES};
use crate::text::{Document, endings, is_separator, key_of, phrase_hash, singular, word_hash};

/// Where a word stands beside or in a candidate: the places of [`SPAN_PLACES`], in their order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum SpanWord {
    /// The last word, singular.
    Last,
    /// Three or four letters that end the last word.
    Ending,
    /// The first of several words.
    First,
    /// The last two of several words.
    LastTwo,
    /// The whole phrase.
    Whole,
    /// The word before the phrase.
    Before,
    /// The word after the phrase.
    After,
}

/// Where a word stands beside a mention, for the relation of its entity: the places of [`RELATION_PLACES`], in their
/// order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum RelationWord {
    /// Among the words before the mention.
    Before,
    /// Among the words after the mention.
    After,
    /// The first word of the sentence.
    Opening,
    /// The last word of the mention.
    Last,
    /// Anywhere in the sentence: for frequent words only, which tell what kind of sentence it is.
    Sentence,
}

/// Where a word stands by which two forms of an entity differ: the places of [`PAIR_PLACES`], in their order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum PairWord {
    /// In the longer form before the shorter one: "validation" of "loss" and "validation loss".
    Before,
    /// In the longer form after the shorter one.
    After,
    /// Elsewhere.
    Other,
}

/// The words of one paper by number of the place and key, with how they are written.
pub type SeenWords = FxHashMap<(usize, u64), String>;

/// Words with weights of their own, by place, in lower case and sorted; their positions are rows of evidence.
#[derive(Clone, Debug, Default)]
pub struct Vocabulary {
    /// The words of each place by number; the name of number 0, which is no word, is empty.
    names: Vec<Names>,
    numbers: FxHashMap<u64, Numbers>,
}

/// Most places that a vocabulary has.
const MOST_PLACES: usize = 7;

/// For each place the number of a word, from 1; 0 where it has none.
pub type Numbers = [u32; MOST_PLACES];

impl Vocabulary {
    /// A vocabulary of the given words of each place, each with its key.
    fn new<W: AsRef<str> + Ord>(mut words: Vec<Vec<(W, u64)>>) -> Self {
        let mut vocabulary = Self::default();
        vocabulary.numbers.reserve(words.iter().map(Vec::len).sum::<usize>() / 2);
        for (place, words) in words.iter_mut().enumerate() {
            if !words.is_sorted_by(|(one, _), (next, _)| one < next) {
                words.sort();
                words.dedup();
            }
            let mut names = Names::with_capacity(words.len() + 1);
            names.push("");
            for ((word, key), number) in words.iter().zip(1..) {
                names.push(word.as_ref());
                vocabulary.numbers.entry(*key).or_default()[place] = number;
            }
            vocabulary.names.push(names);
        }
        vocabulary
    }

    /// The words that a weight file has weights for.
    pub fn read(places: &[Place], file: &WeightFile<'_>) -> Self {
        let words = |place: &Place| {
            let mut words = file.words(place.id);
            let unhashed = words.iter_mut().filter(|(_, key)| *key == 0);
            unhashed.for_each(|(word, key)| *key = place.key.of(word, key_of));
            words
        };
        Self::new(places.iter().map(words).collect())
    }

    /// The words that stand at a place in enough papers.
    pub fn learn<'w>(places: &[Place], papers: impl Iterator<Item = &'w SeenWords>) -> Self {
        let mut counts: Vec<FxHashMap<u64, (String, u32)>> = vec![FxHashMap::default(); places.len()];
        for seen in papers {
            for (&(place, key), word) in seen {
                let counted = counts[place].entry(key).or_insert_with(|| (word.clone(), 0));
                counted.1 += 1;
                // The least spelling, so that the order of the papers does not matter.
                if *word < counted.0 {
                    counted.0.clone_from(word);
                }
            }
        }
        let words = places.iter().zip(counts).map(|(place, counts)| {
            let plain = |word: &str| word.chars().all(|c| c.is_alphanumeric() || matches!(c, ' ' | '-'));
            let kept = counts.into_iter().filter(|(key, (word, papers))| {
                *papers >= place.least_papers && plain(word) && place.key.of(word, key_of) == *key
            });
            kept.map(|(key, (word, _))| (word, key)).collect()
        });
        Self::new(words.collect())
    }

    /// The words of a place by number.
    pub fn names(&self, place: usize) -> &Names {
        &self.names[place]
    }

    /// Numbers of a word by its key.
    #[inline]
    pub fn numbers(&self, key: u64) -> Numbers {
        self.numbers.get(&key).copied().unwrap_or_default()
    }
}

/// All words of a text that stand at the places of candidates.
pub fn span_words(text: &Annotated<'_>, candidates: &Candidates) -> SeenWords {
    let mut seen = SeenWords::default();
    let document = &text.document;
    let mut note = |place: SpanWord, key: u64, word: &str| {
        seen.entry((place as usize, key)).or_insert_with(|| word.to_lowercase());
    };
    for candidate in &candidates.list {
        phrase_words(document, candidate.first, candidate.end, candidate.key, &mut note);
        last_letters(document, candidate.end, &mut note);
        let last = candidate.end - 1;
        // A plural is counted with its singular.
        let singular = singular(&document.word(last).to_lowercase()).into_owned();
        note(SpanWord::Last, document.tokens[last as usize].singular, &singular);
        for (place, token) in
            [(SpanWord::Before, word_before(text, candidate.first)), (SpanWord::After, word_after(text, candidate.end))]
        {
            if let Some(token) = token {
                note(place, document.tokens[token as usize].hash, document.word(token));
            }
        }
    }
    seen
}

/// Calls `visit` with place, key and text of the words that a phrase is made of, the last word aside.
pub fn phrase_words(document: &Document, first: u32, end: u32, key: u64, mut visit: impl FnMut(SpanWord, u64, &str)) {
    visit(SpanWord::Whole, key, document.text(first, end));
    let Some(before) = (first..end - 1).rev().find(|&token| !is_separator(document, token)) else {
        return;
    };
    let first_word = document.tokens[first as usize].hash;
    visit(SpanWord::First, first_word, document.word(first));
    let last = document.tokens[end as usize - 1];
    let pair = phrase_hash(phrase_hash(0, document.tokens[before as usize].hash), last.singular);
    visit(SpanWord::LastTwo, pair, document.text(before, end));
}

/// Calls `visit` with place, key and text of the last letters of a phrase that ends at `end`.
pub fn last_letters(document: &Document, end: u32, mut visit: impl FnMut(SpanWord, u64, &str)) {
    if !document.tokens[end as usize - 1].shape.is_name_like() {
        endings(document.word(end - 1), |ending, whole| {
            if !whole {
                visit(SpanWord::Ending, word_hash(ending), ending);
            }
        });
    }
}

/// The word before a span; function words and marks have classes of their own.
pub fn word_before(text: &Annotated<'_>, first: u32) -> Option<u32> {
    let before = (first > text.sentence(first).first).then(|| first - 1)?;
    is_plain(text, before).then_some(before)
}

/// As [`word_before`], after a span.
pub fn word_after(text: &Annotated<'_>, end: u32) -> Option<u32> {
    (end < text.sentence(end - 1).end && is_plain(text, end)).then_some(end)
}

fn is_plain(text: &Annotated<'_>, token: u32) -> bool {
    text.document.tokens[token as usize].shape.is_word() && text.classes[token as usize].function == 0
}

/// How many tokens before and after a mention may speak for a relation.
const WINDOW: u32 = 6;

/// Calls `visit` with the places and tokens of the words that may speak for the relation of a mention.
pub fn words_near(text: &Annotated<'_>, first: u32, end: u32, mut visit: impl FnMut(RelationWord, u32)) {
    let document = &text.document;
    let sentence = text.sentence(first);
    let mut word = |place, token: u32| {
        if document.tokens[token as usize].shape.has_letter() {
            visit(place, token);
        }
    };
    for token in sentence.first.max(first.saturating_sub(WINDOW))..first {
        word(RelationWord::Before, token);
    }
    for token in end..sentence.end.min(end + WINDOW) {
        word(RelationWord::After, token);
    }
    word(RelationWord::Opening, sentence.first);
    for token in sentence.first..sentence.end {
        word(RelationWord::Sentence, token);
    }
    visit(RelationWord::Last, end - 1);
}

/// Key and text of a token that stands at a place beside a mention.
pub fn relation_word(document: &Document, place: RelationWord, token: u32) -> (u64, String) {
    let found = document.tokens[token as usize];
    let lower = document.word(token).to_lowercase();
    match place {
        RelationWord::Last => (found.singular, singular(&lower).into_owned()),
        _ => (found.hash, lower),
    }
}
