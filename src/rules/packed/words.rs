//! The families of weight tables whose values are words, and the keys that such words are looked up by.

use crate::text::{singular, word_hash};

/// What the key of a word is made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WordKey {
    /// The word as it stands.
    Word,
    /// The word without a plural ending.
    Singular,
    /// All words of a phrase.
    Phrase,
}

/// A place where words have weights of their own.
#[derive(Clone, Copy, Debug)]
pub struct Place {
    /// Name of its family in weight files.
    pub id: &'static str,
    /// Number of annotated papers in which a word must stand there before it gets weights of its own.
    pub least_papers: u32,
    /// How its words are looked up.
    pub key: WordKey,
}

/// The places of words in or beside a span.
pub const SPAN_PLACES: &[Place] = &[
    Place { id: "last word", least_papers: 6, key: WordKey::Singular },
    Place { id: "last letters", least_papers: 20, key: WordKey::Word },
    Place { id: "first word", least_papers: 6, key: WordKey::Word },
    Place { id: "last two words", least_papers: 8, key: WordKey::Phrase },
    Place { id: "phrase", least_papers: 8, key: WordKey::Phrase },
    Place { id: "preceding word", least_papers: 10, key: WordKey::Word },
    Place { id: "following word", least_papers: 10, key: WordKey::Word },
];

/// The places of words beside a mention, for the relation of its entity.
pub const RELATION_PLACES: &[Place] = &[
    Place { id: "among words before", least_papers: 25, key: WordKey::Word },
    Place { id: "among words after", least_papers: 25, key: WordKey::Word },
    Place { id: "sentence opens with", least_papers: 20, key: WordKey::Word },
    Place { id: "last word", least_papers: 12, key: WordKey::Singular },
    Place { id: "in sentence", least_papers: 120, key: WordKey::Word },
];

/// The places of words by which two forms of an entity differ.
pub const PAIR_PLACES: &[Place] = &[
    Place { id: "word more before", least_papers: 8, key: WordKey::Singular },
    Place { id: "word more after", least_papers: 8, key: WordKey::Singular },
    Place { id: "other word", least_papers: 8, key: WordKey::Singular },
];

impl WordKey {
    /// How the words of a family are looked up; `None` if its values are no words. Families of one name in several tables
    /// are alike in this.
    pub fn of_family(id: &str) -> Option<Self> {
        let places = [SPAN_PLACES, RELATION_PLACES, PAIR_PLACES].into_iter().flatten();
        places.filter(|place| place.id == id).map(|place| place.key).next()
    }

    /// The key of a word or phrase in lower case, where `of_phrase` makes those of phrases.
    pub fn of(self, word: &str, of_phrase: impl FnOnce(&str) -> u64) -> u64 {
        match self {
            Self::Word => word_hash(word),
            Self::Singular => word_hash(&singular(word)),
            Self::Phrase => of_phrase(word),
        }
    }
}
