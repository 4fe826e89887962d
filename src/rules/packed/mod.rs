//! The lexicons and the large tables in a form that is read at almost no cost.
//!
//! People read and write them as CSV, and thousands of rows take long to read at each start. So a file is first *packed*:
//! words and phrases get the hashes that they are looked up by, or are replaced by them, and numbers are replaced by their
//! bytes. The build script packs the files of the embedded rules; those of other folders are packed when they are read.
//! Thus there is one way only from a row to what the program makes of it.
//!
//! These modules are a part of the build script too: they know nothing of the rest of the library but how to hash.

mod bytes;
mod counts;
mod lexicon;
mod terms;
mod weights;
mod words;

pub use counts::{PackedCount, PackedCounts};
pub use lexicon::{LEXICON_COLUMNS, LexiconFields, PackedForm, PackedLexicon, PackedName, pack_lexicon, pack_rows};
pub use terms::{JudgedTerms, TermWords};
pub use weights::{WeightFile, name_hash};
pub use words::{PAIR_PLACES, Place, RELATION_PLACES, SPAN_PLACES, WordKey};

/// Packs the table at `path` in a rules folder; `None` if tables of this name are read as they are.
pub fn pack(path: &str, csv: &[u8]) -> Option<Vec<u8>> {
    Some(match path.strip_prefix("tables/")? {
        "words.csv" => counts::pack_words(csv),
        "phrases.csv" => counts::pack_phrases(csv),
        "terms.csv" => terms::pack_terms(csv),
        "term-words.csv" => terms::pack_term_words(csv),
        name if name.ends_with("-weights.csv") => weights::pack(csv),
        _ => return None,
    })
}
