//! The known names of a type: the rows of its lexicons, packed.

use std::borrow::Cow;

use super::files::LexiconRow;
use super::packed::{LexiconFields, PackedLexicon, pack_rows};

/// The known names of a type, from the files of all folders.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct KnownNames {
    packed: Cow<'static, [u8]>,
}

impl KnownNames {
    /// The names in the given rows.
    pub fn new(rows: &[LexiconRow]) -> Self {
        Self { packed: Cow::Owned(pack_rows(rows.iter().map(fields))) }
    }

    /// The names of a lexicon that was packed when the program was built.
    pub(super) fn embedded(packed: &'static [u8]) -> Self {
        Self { packed: Cow::Borrowed(packed) }
    }

    /// The rows in order.
    pub fn rows(&self) -> Vec<LexiconRow> {
        let row = |fields: LexiconFields<'_>| {
            let [name, aliases, case, broader, url] = fields.map(str::to_string);
            LexiconRow { name, aliases, case, broader, url }
        };
        self.unpack().rows().map(row).collect()
    }

    /// Were they packed when the program was built?
    #[cfg(test)]
    pub(super) fn is_embedded(&self) -> bool {
        matches!(self.packed, Cow::Borrowed(_))
    }

    pub(super) fn unpack(&self) -> PackedLexicon<'_> {
        PackedLexicon::new(&self.packed)
    }
}

fn fields(row: &LexiconRow) -> LexiconFields<'_> {
    let LexiconRow { name, aliases, case, broader, url } = row;
    [name, aliases, case, broader, url]
}
