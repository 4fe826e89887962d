//! Which field of a source holds what: the names that the usual sources give their fields, and `--map` for others.

use std::str::FromStr;

use super::CorpusError;

/// What a field of a source record says about the paper.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Slot {
    Id,
    Title,
    Abstract,
    Authors,
    Year,
    Venue,
    Url,
    Doi,
    Arxiv,
    /// An object with the paper's ids elsewhere (Semantic Scholar's `externalIds`).
    OtherIds,
    Keywords,
}

impl Slot {
    pub(super) const COUNT: usize = Slot::Keywords as usize + 1;
}

/// The known names of each slot, in lower case without `_`, `-` and spaces; where a record has several, the first
/// counts. Years come before dates, and the date of the first version before that of the last change.
const KNOWN: [(Slot, &[&str]); Slot::COUNT] = [
    (Slot::Id, &["id", "paperid", "anthologyid", "openalexid", "corpusid", "pmid", "eid", "key", "uid"]),
    (Slot::Title, &["title", "papertitle", "articletitle", "documenttitle", "displayname"]),
    (
        Slot::Abstract,
        &["abstract", "summary", "abstracttext", "paperabstract", "abstractnote", "abstractinvertedindex"],
    ),
    (Slot::Authors, &["authors", "author", "authorships", "authornames", "authorfullnames", "creators", "creator"]),
    (
        Slot::Year,
        &[
            "year",
            "publicationyear",
            "pubyear",
            "published",
            "publicationdate",
            "publisheddate",
            "date",
            "pubdate",
            "issued",
            "versions",
            "created",
            "updatedate",
            "updated",
        ],
    ),
    (
        Slot::Venue,
        &[
            "venue",
            "booktitle",
            "conference",
            "journal",
            "journalref",
            "publicationvenue",
            "publicationtitle",
            "sourcetitle",
            "containertitle",
            "proceeding",
            "primarylocation",
            "hostvenue",
        ],
    ),
    (Slot::Url, &["url", "link", "urlabs", "paperurl", "landingpageurl", "pageurl"]),
    (Slot::Doi, &["doi"]),
    (Slot::Arxiv, &["arxivid", "arxiv", "eprint"]),
    (Slot::OtherIds, &["externalids"]),
    (
        Slot::Keywords,
        &[
            "categories",
            "keywords",
            "primarycategory",
            "authorkeywords",
            "s2fieldsofstudy",
            "fieldsofstudy",
            "subjects",
            "tags",
            "manualtags",
        ],
    ),
];

/// Which fields hold title, abstract and the rest, where a source has names of its own for them.
///
/// Parsed from what `--map` takes: `title=Name,abstract=Text`. A part that is mapped is read from that field alone;
/// the others are found by the names that arXiv, Semantic Scholar, OpenAlex and the usual exports give them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FieldMap {
    mapped: Vec<(Slot, String)>,
}

impl FieldMap {
    /// The parts of a paper that can be mapped, as `--map` spells them.
    pub const PARTS: [&'static str; 9] =
        ["id", "title", "abstract", "authors", "year", "venue", "url", "doi", "keywords"];

    /// What the field called `name` holds, and how much it counts among others that hold the same (0 most).
    pub(super) fn slot(&self, name: &str) -> Option<(Slot, u8)> {
        if let Some((slot, _)) = self.mapped.iter().find(|(_, mapped)| mapped.eq_ignore_ascii_case(name)) {
            return Some((*slot, 0));
        }
        let mut folded = [0; 24];
        let mut length = 0;
        for byte in name.bytes().filter(|byte| !matches!(byte, b'_' | b'-' | b' ')) {
            *folded.get_mut(length)? = byte.to_ascii_lowercase();
            length += 1;
        }
        let folded = &folded[..length];
        let (slot, rank) = KNOWN.iter().find_map(|(slot, names)| {
            let rank = names.iter().position(|known| known.as_bytes() == folded)?;
            Some((*slot, rank as u8))
        })?;
        let mapped_elsewhere = self.mapped.iter().any(|(mapped, _)| *mapped == slot);
        (!mapped_elsewhere).then_some((slot, rank))
    }
}

impl FromStr for FieldMap {
    type Err = CorpusError;

    fn from_str(text: &str) -> Result<Self, CorpusError> {
        let mut map = FieldMap::default();
        for given in text.split(',').map(str::trim).filter(|part| !part.is_empty()) {
            let bad = |what: String| CorpusError::BadMap { given: given.to_string(), what };
            let (part, field) = given.split_once('=').ok_or_else(|| bad("there is no `=` in it".into()))?;
            let (part, field) = (part.trim(), field.trim());
            let slot = match part {
                "id" => Slot::Id,
                "title" => Slot::Title,
                "abstract" => Slot::Abstract,
                "authors" => Slot::Authors,
                "year" => Slot::Year,
                "venue" => Slot::Venue,
                "url" => Slot::Url,
                "doi" => Slot::Doi,
                "keywords" => Slot::Keywords,
                _ => {
                    let parts = Self::PARTS.join(", ");
                    return Err(bad(format!("a paper has no `{part}`, it has {parts}")));
                }
            };
            if field.is_empty() {
                return Err(bad("the name of the field is missing".into()));
            }
            map.mapped.push((slot, field.to_string()));
        }
        Ok(map)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_names_of_the_usual_sources_are_known() {
        let map = FieldMap::default();
        assert_eq!(map.slot("title"), Some((Slot::Title, 0)));
        assert_eq!(map.slot("Article Title"), Some((Slot::Title, 2)));
        assert_eq!(map.slot("abstract_inverted_index"), Some((Slot::Abstract, 5)));
        assert_eq!(map.slot("paperId"), Some((Slot::Id, 1)));
        assert_eq!(map.slot("comments"), None);
        assert_eq!(map.slot("a name longer than any that is known"), None);
        assert_eq!(map.slot(""), None);
    }

    #[test]
    fn every_slot_has_its_names() {
        for (index, (slot, _)) in KNOWN.iter().enumerate() {
            assert_eq!(*slot as usize, index);
        }
    }

    #[test]
    fn a_mapped_part_is_read_from_its_field_alone() {
        let map: FieldMap = "title = Name, abstract=Text".parse().unwrap();
        assert_eq!(map.slot("name"), Some((Slot::Title, 0)));
        assert_eq!(map.slot("title"), None);
        assert_eq!(map.slot("year"), Some((Slot::Year, 0)));
    }

    #[test]
    fn a_wrong_map_says_what_is_wrong() {
        let message = |text: &str| text.parse::<FieldMap>().unwrap_err().to_string();
        assert!(message("title").contains("no `=`"));
        assert!(message("titel=Name").contains("no `titel`, it has id, title"));
        assert!(message("title=").contains("missing"));
    }
}
