//! Words that have weights of their own: those that stand at one place of candidates in enough annotated papers.
//!
//! All other evidence is about classes. Classes carry over to papers of any field; words make up for what classes blur,
//! once there are enough annotated papers to learn them from.

use rustc_hash::FxHashMap;

use crate::extract::annotated::Annotated;
use crate::extract::candidates::Candidates;
use crate::rules::key_of;
use crate::text::{Document, is_separator, phrase_hash, singular, word_hash};

/// Where a word stands beside or in a candidate.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[repr(u8)]
pub enum WordPlace {
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

/// Number of [`WordPlace`]s.
const PLACES: usize = 7;

impl WordPlace {
    /// All places, with the name of their family in weight files, and the number of annotated papers in which a word must
    /// stand there before it gets weights of its own.
    pub const ALL: [(Self, &'static str, u32); PLACES] = [
        (Self::Last, "last word", 3),
        (Self::Ending, "last letters", 8),
        (Self::First, "first word", 3),
        (Self::LastTwo, "last two words", 4),
        (Self::Whole, "phrase", 4),
        (Self::Before, "preceding word", 5),
        (Self::After, "following word", 5),
    ];

    /// The key of a text at this place, as [`phrase_words`] and [`words_around`] give it.
    fn key(self, text: &str) -> u64 {
        match self {
            Self::Last => word_hash(&singular(text)),
            Self::LastTwo | Self::Whole => key_of(text),
            Self::Ending | Self::First | Self::Before | Self::After => word_hash(text),
        }
    }
}

/// Words with weights of their own, by place, in lower case and sorted; their positions are rows of evidence.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Vocabulary {
    words: [Vec<String>; PLACES],
    numbers: [FxHashMap<u64, u32>; PLACES],
}

impl Vocabulary {
    /// A vocabulary of the given words of each place.
    fn new(mut words: [Vec<String>; PLACES]) -> Self {
        let mut numbers: [FxHashMap<u64, u32>; PLACES] = Default::default();
        for ((place, ..), (words, numbers)) in WordPlace::ALL.into_iter().zip(words.iter_mut().zip(&mut numbers)) {
            words.sort();
            words.dedup();
            numbers.extend(words.iter().zip(0u32..).map(|(word, number)| (place.key(word), number)));
        }
        Self { words, numbers }
    }

    /// The words that a weight file has weights for.
    pub fn read(csv: &[u8]) -> Self {
        let mut words: [Vec<String>; PLACES] = Default::default();
        let mut record = csv::StringRecord::new();
        let mut reader = csv::Reader::from_reader(csv);
        while reader.read_record(&mut record).unwrap_or(false) {
            let family = record.get(0).unwrap_or_default();
            if let Some(place) = WordPlace::ALL.iter().position(|(_, id, _)| *id == family) {
                words[place].push(record.get(1).unwrap_or_default().to_string());
            }
        }
        Self::new(words)
    }

    /// The words that stand at a place of candidates in enough papers. `papers` are the texts with their candidates.
    pub fn learn<'r>(papers: impl Iterator<Item = (Annotated<'r>, Candidates)>) -> Self {
        let mut counts: [FxHashMap<u64, (String, u32)>; PLACES] = Default::default();
        for (text, candidates) in papers {
            let mut seen: FxHashMap<(WordPlace, u64), String> = FxHashMap::default();
            let mut note = |place, key, word: &str| {
                seen.entry((place, key)).or_insert_with(|| word.to_lowercase());
            };
            for candidate in &candidates.list {
                phrase_words(&text.document, candidate.first, candidate.end, candidate.key, &mut note);
                words_around(&text, candidate.first, candidate.end, &mut note);
            }
            for ((place, key), word) in seen {
                let counted = counts[place as usize].entry(key).or_insert_with(|| (word.clone(), 0));
                counted.1 += 1;
                // The least spelling, so that the order of the papers does not matter.
                if word < counted.0 {
                    counted.0 = word;
                }
            }
        }
        let mut words: [Vec<String>; PLACES] = Default::default();
        for ((place, _, least), counts) in WordPlace::ALL.into_iter().zip(counts) {
            let plain = |word: &str| word.chars().all(|c| c.is_alphanumeric() || matches!(c, ' ' | '-'));
            words[place as usize] = counts
                .into_iter()
                .filter(|(key, (word, count))| *count >= least && plain(word) && place.key(word) == *key)
                .map(|(_, (word, _))| word)
                .collect();
        }
        Self::new(words)
    }

    /// Words of a place, in the order of their numbers.
    pub fn words(&self, place: WordPlace) -> &[String] {
        &self.words[place as usize]
    }

    /// Number of a word at a place, by its key.
    pub fn number(&self, place: WordPlace, key: u64) -> Option<u32> {
        self.numbers[place as usize].get(&key).copied()
    }
}

/// Calls `visit` with place, key and text of the words that a phrase is made of.
pub fn phrase_words(document: &Document, first: u32, end: u32, key: u64, mut visit: impl FnMut(WordPlace, u64, &str)) {
    let last = document.tokens[end as usize - 1];
    let last_text = document.word(end - 1);
    // A plural is counted with its singular.
    visit(WordPlace::Last, last.singular, &singular(&last_text.to_lowercase()));
    if !last.shape.is_name_like() {
        let lower = last_text.to_lowercase();
        for ending in endings(&lower) {
            visit(WordPlace::Ending, word_hash(ending), ending);
        }
    }
    visit(WordPlace::Whole, key, document.text(first, end));
    let Some(before) = (first..end - 1).rev().find(|&token| !is_separator(document, token)) else {
        return;
    };
    let first_word = document.tokens[first as usize].hash;
    visit(WordPlace::First, first_word, document.word(first));
    let pair = phrase_hash(phrase_hash(0, document.tokens[before as usize].hash), last.singular);
    visit(WordPlace::LastTwo, pair, document.text(before, end));
}

/// Calls `visit` with place, key and text of the words beside a span; function words and marks have classes of their
/// own.
pub fn words_around(text: &Annotated<'_>, first: u32, end: u32, mut visit: impl FnMut(WordPlace, u64, &str)) {
    let sentence = text.sentence(first);
    let is_plain = |token: u32| {
        text.document.tokens[token as usize].shape.is_word() && text.classes[token as usize].function == 0
    };
    if first > sentence.first && is_plain(first - 1) {
        visit(WordPlace::Before, text.document.tokens[first as usize - 1].hash, text.document.word(first - 1));
    }
    if end < sentence.end && is_plain(end) {
        visit(WordPlace::After, text.document.tokens[end as usize].hash, text.document.word(end));
    }
}

/// The last three and four letters of a longer word in lower case, without a plural ending.
fn endings(word: &str) -> impl Iterator<Item = &str> {
    let stem = word.strip_suffix('s').filter(|stem| !stem.ends_with('s')).unwrap_or(word);
    [3, 4].into_iter().filter_map(move |length| {
        let (at, _) = stem.char_indices().rev().nth(length - 1)?;
        (at > 0).then(|| &stem[at..])
    })
}
