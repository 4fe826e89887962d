//! Words that have weights of their own: those that stand at one place of candidates in enough annotated papers.
//!
//! All other evidence is about classes. Classes carry over to papers of any field; words make up for what classes blur,
//! once there are enough annotated papers to learn them from.

use rustc_hash::FxHashMap;

use crate::extract::annotated::Annotated;
use crate::extract::candidates::Candidates;
use crate::rules::packed::WeightFile;
use crate::text::{Document, PhraseHashes, endings, is_separator, phrase_hash, singular, word_hash};

/// A place where words have weights of their own.
#[derive(Clone, Copy, Debug)]
pub struct Place {
    /// Name of its family in weight files.
    pub id: &'static str,
    /// Number of annotated papers in which a word must stand there before it gets weights of its own.
    least_papers: u32,
    /// The key of a word or phrase in lower case. Takes hashes to work with, so that many keys need no memory each.
    key: fn(&mut PhraseHashes, &str) -> u64,
}

/// Where a word stands beside or in a candidate.
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

/// The places of [`SpanWord`], in its order.
pub const SPAN_PLACES: &[Place] = &[
    Place { id: "last word", least_papers: 6, key: |_, word| word_hash(&singular(word)) },
    Place { id: "last letters", least_papers: 20, key: |_, word| word_hash(word) },
    Place { id: "first word", least_papers: 6, key: |_, word| word_hash(word) },
    Place { id: "last two words", least_papers: 8, key: key_in },
    Place { id: "phrase", least_papers: 8, key: key_in },
    Place { id: "preceding word", least_papers: 10, key: |_, word| word_hash(word) },
    Place { id: "following word", least_papers: 10, key: |_, word| word_hash(word) },
];

/// Where a word stands beside a mention, for the relation of its entity.
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

/// The places of [`RelationWord`], in its order.
pub const RELATION_PLACES: &[Place] = &[
    Place { id: "among words before", least_papers: 25, key: |_, word| word_hash(word) },
    Place { id: "among words after", least_papers: 25, key: |_, word| word_hash(word) },
    Place { id: "sentence opens with", least_papers: 20, key: |_, word| word_hash(word) },
    Place { id: "last word", least_papers: 12, key: |_, word| word_hash(&singular(word)) },
    Place { id: "in sentence", least_papers: 120, key: |_, word| word_hash(word) },
];

/// Where a word stands by which two forms of an entity differ.
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

/// The places of [`PairWord`], in its order.
pub const PAIR_PLACES: &[Place] = &[
    Place { id: "word more before", least_papers: 8, key: |_, word| word_hash(&singular(word)) },
    Place { id: "word more after", least_papers: 8, key: |_, word| word_hash(&singular(word)) },
    Place { id: "other word", least_papers: 8, key: |_, word| word_hash(&singular(word)) },
];

/// The key of a phrase.
fn key_in(hashes: &mut PhraseHashes, phrase: &str) -> u64 {
    hashes.read(phrase);
    hashes.key()
}

/// The words of one paper by number of the place and key, with how they are written.
pub type SeenWords = FxHashMap<(usize, u64), String>;

/// Words with weights of their own, by place, in lower case and sorted; their positions are rows of evidence.
#[derive(Clone, Debug, Default)]
pub struct Vocabulary {
    words: Vec<Vec<String>>,
    numbers: FxHashMap<u64, Numbers>,
}

/// Most places that a vocabulary has.
const MOST_PLACES: usize = 7;

/// For each place the number of a word, from 1; 0 where it has none.
pub type Numbers = [u32; MOST_PLACES];

impl Vocabulary {
    /// A vocabulary of the given words of each place.
    fn new(places: &[Place], mut words: Vec<Vec<String>>) -> Self {
        let mut numbers: FxHashMap<u64, Numbers> = FxHashMap::default();
        let mut hashes = PhraseHashes::default();
        numbers.reserve(words.iter().map(Vec::len).sum::<usize>() / 2);
        for (at, (place, words)) in places.iter().zip(&mut words).enumerate() {
            words.sort();
            words.dedup();
            for (word, number) in words.iter().zip(1..) {
                numbers.entry((place.key)(&mut hashes, word)).or_default()[at] = number;
            }
        }
        Self { words, numbers }
    }

    /// The words that a weight file has weights for.
    pub fn read(places: &[Place], file: &WeightFile<'_>) -> Self {
        let mut words = vec![Vec::new(); places.len()];
        for (family, value) in file.names() {
            if let Some(place) = places.iter().position(|place| place.id == family) {
                words[place].push(value.to_string());
            }
        }
        Self::new(places, words)
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
                *papers >= place.least_papers && plain(word) && (place.key)(&mut PhraseHashes::default(), word) == *key
            });
            kept.map(|(_, (word, _))| word).collect()
        });
        Self::new(places, words.collect())
    }

    /// Words of a place, in the order of their numbers.
    pub fn words(&self, place: usize) -> &[String] {
        &self.words[place]
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
