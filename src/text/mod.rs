//! Text as the rules see it: a readable form of the given bytes, tokens, atoms, sentences, normal forms.
//!
//! A [`Document`] is made once a paper. It holds the *reading* of title and abstract (markup taken out, white space
//! single), cut into [`Token`]s, with a way back from every place of the reading to the bytes as given. Everything
//! after this stage compares words by a 64-bit hash of their lower-case form ([`WordHash`]), so no word is copied.

mod document;
mod hash;
mod normal;
mod phrase_hashes;
mod phrases;
mod readable;
mod slug;

pub use document::{Atom, Document, Sentence, Shape, Token, tokens_of};
pub(crate) use hash::Hashing;
pub use hash::{WordHash, phrase_hash, word_hash};
pub use normal::{endings, normal_form, singular};
pub use phrase_hashes::PhraseHashes;
pub use phrases::{PhraseTable, is_separator, key_of, phrase_key};
pub use readable::Readable;
pub use slug::slug;
pub(crate) use slug::stable_hash;
