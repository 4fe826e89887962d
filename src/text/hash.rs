//! Hashes of words and phrases. The build script makes them as well, for the tables that it packs.

/// Hash of a lower-case word. Two different words collide with a probability of about 2⁻⁶⁴.
pub type WordHash = u64;

/// Hash of one word; the word must be in lower case.
#[inline]
pub const fn word_hash(lower: &str) -> WordHash {
    mixed(fnv(FNV_START, lower))
}

/// What FNV-1a begins with.
const FNV_START: u64 = 0xcbf2_9ce4_8422_2325;

/// Takes a text into a hash by FNV-1a: short inputs, no set-up cost, the same value on every machine.
const fn fnv(mut hash: u64, text: &str) -> u64 {
    let mut rest = text.as_bytes();
    while let [byte, others @ ..] = rest {
        hash = fnv_byte(hash, *byte);
        rest = others;
    }
    hash
}

/// Takes a byte into a hash by FNV-1a.
const fn fnv_byte(hash: u64, byte: u8) -> u64 {
    (hash ^ byte as u64).wrapping_mul(0x0000_0100_0000_01b3)
}

/// Spreads a hash over all bits.
const fn mixed(hash: u64) -> u64 {
    (hash ^ (hash >> 32)).wrapping_mul(0x9e37_79b9_7f4a_7c15)
}

/// A hash under way, for a text that is at hand in parts: the hash is that of the parts joined.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Hashing(u64);

impl Default for Hashing {
    fn default() -> Self {
        Self(FNV_START)
    }
}

impl Hashing {
    /// Adds the next part.
    pub(crate) fn with(self, part: &str) -> Self {
        Self(fnv(self.0, part))
    }

    /// Adds a byte: the next part, or the next of the bytes that it is made of.
    #[inline]
    pub(crate) fn with_byte(self, byte: u8) -> Self {
        Self(fnv_byte(self.0, byte))
    }

    /// The hash of all parts.
    pub(crate) fn finish(self) -> u64 {
        mixed(self.0)
    }
}

/// Hash of a phrase from the hash of the words before its last word and that of the last word.
///
/// Start with 0: `phrase_hash(phrase_hash(0, a), b)` is the hash of "a b".
#[inline]
pub fn phrase_hash(before: u64, word: WordHash) -> u64 {
    (before.rotate_left(23) ^ word).wrapping_mul(0xff51_afd7_ed55_8ccd)
}
