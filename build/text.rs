//! What the library knows of hashes of words and phrases.

#[path = "../src/text/hash.rs"]
mod hash;
#[path = "../src/text/normal.rs"]
mod normal;
#[path = "../src/text/phrase_hashes.rs"]
mod phrase_hashes;

pub(crate) use hash::Hashing;
pub use hash::{WordHash, phrase_hash, word_hash};
pub use normal::singular;
pub use phrase_hashes::PhraseHashes;
