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

#[cfg(test)]
mod tests {
    use std::path::Path;

    use crate::extract::Extractor;
    use crate::rules::{LexiconRow, RuleFolder};
    use crate::text::key_of;

    fn extractor(rules: &RuleFolder) -> Extractor {
        Extractor::new(&rules.parse().unwrap())
    }

    fn assert_same(one: &Extractor, other: &Extractor) {
        assert!(one.rules.lexicon == other.rules.lexicon, "known names");
        assert!(one.rules.counts == other.rules.counts, "counts of the corpus");
        assert!(one.rules.terms == other.rules.terms, "terms");
        assert!(one.rules.acronyms == other.rules.acronyms, "acronyms");
        assert!(one.space.names == other.space.names, "evidence on spans");
        assert!(one.pair_space.names == other.pair_space.names, "evidence on pairs");
        assert!(one.relation_space.names == other.relation_space.names, "evidence on relations");
        assert!(one.weights.spans == other.weights.spans, "weights of spans");
        assert!(one.weights.relations == other.weights.relations, "weights of relations");
    }

    #[test]
    fn embedded_tables_are_those_of_the_folder() {
        let folder = RuleFolder::read(Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/rules"))).unwrap();
        let (embedded, read) = (RuleFolder::embedded().parse().unwrap(), folder.parse().unwrap());
        assert!(embedded.tables.keys().eq(read.tables.keys()));
        for ((entity_type, names), (_, names_read)) in embedded.lexicons.iter().zip(&read.lexicons) {
            assert!(names.is_embedded() && !names_read.is_embedded(), "{entity_type:?}");
        }
        assert!(embedded.lexicons == read.lexicons);
        let mut packed = 0;
        for (path, table) in &embedded.tables {
            assert!(read.tables[path].packed.is_none(), "{path}");
            assert!(table.packed(path) == read.tables[path].packed(path), "{path}");
            packed += usize::from(table.packed.is_some());
        }
        assert_eq!(packed, 7);
        let [embedded, read] = [embedded, read].map(|files| Extractor::new(&files));
        assert_same(&embedded, &read);
        assert!(embedded.weights.pairs == read.weights.pairs, "weights of pairs");
    }

    #[test]
    fn a_lexicon_laid_over_the_embedded_one_replaces_names_and_adds_some() {
        let upper = tempfile::tempdir().unwrap();
        std::fs::create_dir(upper.path().join("lexicon")).unwrap();
        let embedded = RuleFolder::embedded().parse().unwrap();
        let (entity_type, names) = &embedded.lexicons[0];
        let mut rows = names.rows();
        let id = &embedded.schema.entity_type(*entity_type).id;
        let lexicon = format!("name,aliases\n\"{}\",Quiet Zebra\nLoud Zebra,\n", rows[7].name.replace('"', "\"\""));
        std::fs::write(upper.path().join(format!("lexicon/{id}.csv")), lexicon).unwrap();
        let laid = RuleFolder::embedded().overlay(RuleFolder::read(upper.path()).unwrap()).parse().unwrap();
        let row = |name: &str, aliases: &str| {
            let empty = String::new;
            let (name, aliases) = (name.to_string(), aliases.to_string());
            LexiconRow { name, aliases, case: empty(), broader: empty(), url: empty() }
        };
        rows[7] = row(&rows[7].name, "Quiet Zebra");
        rows.push(row("Loud Zebra", ""));
        assert!(laid.lexicons[0].1.rows() == rows);
        assert!(laid.lexicons[1..] == embedded.lexicons[1..]);
        let found = |name: &str| Extractor::new(&laid).rules.forms.get(key_of(name)).first().map(|form| form.entry);
        assert_eq!(found("quiet zebras"), Some(7));
        assert_eq!(found("Loud Zebra"), Some(rows.len() as u32 - 1));
    }

    #[test]
    fn a_table_laid_over_the_embedded_ones_is_read_and_the_others_stay() {
        let upper = tempfile::tempdir().unwrap();
        std::fs::create_dir(upper.path().join("tables")).unwrap();
        let table = "family,value,seen,same\nlikeness,,1,0.125\n";
        std::fs::write(upper.path().join("tables/pair-weights.csv"), table).unwrap();
        let laid = extractor(&RuleFolder::embedded().overlay(RuleFolder::read(upper.path()).unwrap()));
        let embedded = extractor(&RuleFolder::embedded());
        assert_eq!(laid.weights.pairs.shape.hidden, 0);
        assert_ne!(embedded.weights.pairs.shape.hidden, 0);
        assert!(laid.weights.spans == embedded.weights.spans && laid.weights.relations == embedded.weights.relations);
        assert!(laid.rules.counts == embedded.rules.counts && laid.rules.terms == embedded.rules.terms);
    }
}
