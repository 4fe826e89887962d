//! The tables of a rules folder.

use std::borrow::Cow;

use super::packed::pack;

/// A table of a rules folder, or another file that holds numbers.
#[derive(Clone, Debug, Default)]
pub struct Table {
    csv: Cow<'static, [u8]>,
    /// The same table packed, where that was done when the program was built.
    packed: Option<&'static [u8]>,
}

impl Table {
    /// A table, with what it is packed if that is known.
    pub(super) fn new(csv: Cow<'static, [u8]>, packed: Option<&'static [u8]>) -> Self {
        Self { csv, packed }
    }

    /// The file as people read it.
    pub fn csv(&self) -> &[u8] {
        &self.csv
    }

    /// The table at `path` as it is [packed](super::packed); empty if it is none that is.
    pub fn packed(&self, path: &str) -> Cow<'_, [u8]> {
        match self.packed {
            Some(packed) => Cow::Borrowed(packed),
            None => Cow::Owned(pack(path, &self.csv).unwrap_or_default()),
        }
    }
}

impl From<Vec<u8>> for Table {
    fn from(csv: Vec<u8>) -> Self {
        Self::new(Cow::Owned(csv), None)
    }
}
