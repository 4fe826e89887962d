//! From what a source says of a paper to the [`Paper`]: one set of rules for all formats.

use super::Paper;
use crate::text::slug;

/// What a record says of a paper, before it is checked; every format makes these.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Draft {
    pub id: Option<String>,
    /// A name for the record within its own file, for want of an id (BibTeX's citation key).
    pub key: Option<String>,
    pub title: Option<String>,
    pub abstract_text: Option<String>,
    pub authors: Vec<String>,
    pub year: Option<i32>,
    pub venue: Option<String>,
    pub url: Option<String>,
    pub doi: Option<String>,
    pub arxiv: Option<String>,
    pub keywords: Vec<String>,
}

/// A paper, and whether its id is its own: one made from its title or its key may belong to another paper too.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Parsed {
    pub paper: Paper,
    pub own_id: bool,
}

/// How long an id that is made from a title may be, in characters.
const MOST_SLUG_CHARACTERS: usize = 80;

impl Draft {
    /// Checks the record and makes a paper of it; says why if it is none.
    pub(super) fn finish(self, most_text_bytes: usize) -> Result<Parsed, String> {
        let title = self.title.filter(|title| !title.trim().is_empty()).ok_or("no title")?;
        let abstract_text = self.abstract_text.filter(|text| !text.trim().is_empty()).unwrap_or_default();
        for (name, text) in [("title", &title), ("abstract", &abstract_text)] {
            if text.len() > most_text_bytes {
                return Err(format!("the {name} has {} bytes, more than {most_text_bytes}", text.len()));
            }
        }
        let doi = self.doi.as_deref().and_then(bare_doi);
        let given = self.id.as_deref().map(str::trim).filter(|id| !id.is_empty());
        let own_id = given
            .map(bare_id)
            .or_else(|| doi.map(str::to_string))
            .or_else(|| self.arxiv.as_deref().map(bare_id).filter(|id| !id.is_empty()));
        let url = self
            .url
            .filter(|url| !url.trim().is_empty())
            .or_else(|| given.filter(|id| is_address(id)).map(str::to_string))
            .or_else(|| doi.map(|doi| format!("https://doi.org/{doi}")))
            .or_else(|| {
                let arxiv = self.arxiv.as_deref().map(bare_id).filter(|id| !id.is_empty());
                let arxiv = arxiv.or_else(|| own_id.clone().filter(|id| is_arxiv_id(id)));
                arxiv.map(|id| format!("https://arxiv.org/abs/{id}"))
            });
        let is_own = own_id.is_some();
        let key = self.key.map(|key| key.trim().to_string()).filter(|key| !key.is_empty());
        let id = own_id.or(key).unwrap_or_else(|| slug(&title, MOST_SLUG_CHARACTERS));
        let paper = Paper {
            id,
            title,
            abstract_text,
            authors: self.authors,
            year: self.year,
            venue: self.venue,
            url,
            keywords: self.keywords,
        };
        Ok(Parsed { paper, own_id: is_own })
    }
}

/// The record's bytes as text.
pub(super) fn utf8(bytes: &[u8]) -> Result<&str, String> {
    std::str::from_utf8(bytes).map_err(|error| {
        format!("not valid UTF-8 (byte {} of the record); convert the file to UTF-8", error.valid_up_to() + 1)
    })
}

fn is_address(text: &str) -> bool {
    text.starts_with("https://") || text.starts_with("http://")
}

/// An id without the address that some sources wrap it in, and an arXiv id without its version.
fn bare_id(id: &str) -> String {
    let id = id.trim();
    if let Some(doi) = bare_doi(id) {
        return doi.to_string();
    }
    let path = id.strip_prefix("https://").or_else(|| id.strip_prefix("http://"));
    if let Some(key) = path.and_then(|path| path.strip_prefix("openalex.org/")) {
        return key.to_string();
    }
    let arxiv = path.map(|path| path.trim_start_matches("www.").trim_start_matches("export."));
    let arxiv = arxiv.and_then(|path| path.strip_prefix("arxiv.org/abs/"));
    let arxiv = arxiv.or_else(|| id.strip_prefix("arXiv:").or_else(|| id.strip_prefix("arxiv:")));
    let unversioned = without_version(arxiv.unwrap_or(id));
    if arxiv.is_some() || is_arxiv_id(unversioned) { unversioned.to_string() } else { id.to_string() }
}

/// `10.1000/182` from all the ways to write it; None if it is no DOI.
fn bare_doi(text: &str) -> Option<&str> {
    let text = text.trim();
    let prefixes = ["https://doi.org/", "http://doi.org/", "https://dx.doi.org/", "http://dx.doi.org/", "doi:", "DOI:"];
    let doi = prefixes.iter().find_map(|prefix| text.strip_prefix(prefix)).unwrap_or(text).trim();
    (doi.starts_with("10.") && doi.contains('/')).then_some(doi)
}

fn without_version(id: &str) -> &str {
    match id.rsplit_once('v') {
        Some((bare, version)) if !version.is_empty() && version.bytes().all(|byte| byte.is_ascii_digit()) => bare,
        _ => id,
    }
}

/// `2301.01234` or `hep-th/9901001`.
fn is_arxiv_id(id: &str) -> bool {
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    match (id.split_once('.'), id.split_once('/')) {
        (Some((month, number)), None) => {
            month.len() == 4 && digits(month) && (4..=5).contains(&number.len()) && digits(number)
        }
        (_, Some((archive, number))) => {
            let letters = |byte: u8| byte.is_ascii_alphabetic() || matches!(byte, b'-' | b'.');
            archive.starts_with(|c: char| c.is_ascii_lowercase())
                && archive.bytes().all(letters)
                && number.len() == 7
                && digits(number)
        }
        _ => false,
    }
}

/// The first year from 1800 to 2100 that stands in a text as four digits of their own.
pub(super) fn year_in(text: &str) -> Option<i32> {
    text.split(|c: char| !c.is_ascii_digit())
        .filter(|digits| digits.len() == 4)
        .filter_map(|digits| digits.parse().ok())
        .find(|year| (1800..=2100).contains(year))
}

/// The names in "A and B", "A, B and C", "A; B", "Last, First and Last, First".
pub(super) fn split_names(text: &str) -> Vec<String> {
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let parts: Vec<&str> = if text.contains(';') { text.split(';').collect() } else { text.split(" and ").collect() };
    let last_first = |part: &str| {
        let mut pieces = part.split(',').map(str::trim);
        match (pieces.next(), pieces.next(), pieces.next()) {
            (Some(last), Some(first), None) if !last.is_empty() && !first.is_empty() => Some(format!("{first} {last}")),
            _ => None,
        }
    };
    // "A, B and C, D" is two people, or four: two if every part has just one comma, and one part alone only if
    // neither side of its comma is a full name.
    let turned: Option<Vec<String>> = parts.iter().map(|part| last_first(part)).collect();
    if let Some(names) = turned
        && (parts.len() > 1 || !text.split(',').any(|piece| piece.trim().contains(' ')))
    {
        return names;
    }
    let keeps_commas = text.contains(';');
    let mut names = Vec::new();
    for part in parts {
        match last_first(part) {
            Some(name) if keeps_commas => names.push(name),
            _ => names.extend(part.split(',').map(|name| {
                let name = name.trim();
                name.strip_prefix("and ").unwrap_or(name).trim().to_string()
            })),
        }
    }
    names.retain(|name| !name.is_empty());
    names
}

/// Keywords in one text: between `;` or commas, or between spaces as in arXiv's "cs.CL cs.AI".
pub(super) fn split_keywords(text: &str) -> Vec<String> {
    let border: fn(char) -> bool = if text.contains(';') {
        |c| c == ';'
    } else if text.contains(',') {
        |c| c == ','
    } else if text.split_whitespace().all(is_category) {
        char::is_whitespace
    } else {
        |_| false
    };
    text.split(border).map(str::trim).filter(|word| !word.is_empty()).map(str::to_string).collect()
}

/// `cs.CL`, `hep-th`, `astro-ph.GA`: what stands between spaces in arXiv's categories.
fn is_category(word: &str) -> bool {
    word.contains(['.', '-']) && word.bytes().all(|byte| byte.is_ascii_alphabetic() || matches!(byte, b'.' | b'-'))
        || matches!(word, "math")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn draft(title: &str) -> Draft {
        Draft { title: Some(title.into()), ..Draft::default() }
    }

    #[test]
    fn a_paper_needs_a_title_and_nothing_else() {
        assert_eq!(Draft::default().finish(100).unwrap_err(), "no title");
        assert_eq!(draft(" \n").finish(100).unwrap_err(), "no title");
        let parsed = draft("Kites & Strings").finish(100).unwrap();
        assert_eq!(parsed.paper.id, "kites-strings");
        assert!(!parsed.own_id);
        assert_eq!(parsed.paper.abstract_text, "");
    }

    #[test]
    fn texts_beyond_the_bound_are_refused() {
        let long = Draft { abstract_text: Some("x".repeat(101)), ..draft("Kites") };
        assert_eq!(long.finish(100).unwrap_err(), "the abstract has 101 bytes, more than 100");
    }

    #[test]
    fn ids_lose_the_address_around_them() {
        for (given, id) in [
            ("https://openalex.org/W2741809807", "W2741809807"),
            ("http://arxiv.org/abs/2301.01234v2", "2301.01234"),
            ("arXiv:hep-th/9901001v1", "hep-th/9901001"),
            ("2301.01234v3", "2301.01234"),
            ("https://doi.org/10.1000/182", "10.1000/182"),
            (" 2020.acl-main.1 ", "2020.acl-main.1"),
            ("paper-v2", "paper-v2"),
            ("https://example.org/a", "https://example.org/a"),
        ] {
            assert_eq!(bare_id(given), id);
        }
    }

    #[test]
    fn the_address_comes_from_the_best_that_is_known() {
        let url = |draft: Draft| draft.finish(100).unwrap().paper.url;
        let base = || draft("Kites");
        assert_eq!(url(base()), None);
        assert_eq!(url(Draft { id: Some("2301.01234".into()), ..base() }).unwrap(), "https://arxiv.org/abs/2301.01234");
        assert_eq!(url(Draft { doi: Some("10.1/2".into()), ..base() }).unwrap(), "https://doi.org/10.1/2");
        let openalex = Draft { id: Some("https://openalex.org/W1".into()), doi: Some("10.1/2".into()), ..base() };
        assert_eq!(url(openalex).unwrap(), "https://openalex.org/W1");
        let given = Draft { url: Some("https://example.org".into()), doi: Some("10.1/2".into()), ..base() };
        assert_eq!(url(given).unwrap(), "https://example.org");
    }

    #[test]
    fn names_are_told_apart_in_the_usual_spellings() {
        for (text, names) in [
            ("Ada Byron", vec!["Ada Byron"]),
            ("Ada Byron and Alan Turing", vec!["Ada Byron", "Alan Turing"]),
            ("Ada Byron, Alan Turing and Grace Hopper", vec!["Ada Byron", "Alan Turing", "Grace Hopper"]),
            ("Ada Byron, Alan Turing, and Grace Hopper", vec!["Ada Byron", "Alan Turing", "Grace Hopper"]),
            ("Byron, Ada and Turing, Alan M.", vec!["Ada Byron", "Alan M. Turing"]),
            ("Byron, Ada; Turing, Alan", vec!["Ada Byron", "Alan Turing"]),
            ("Ada Byron; Alan Turing", vec!["Ada Byron", "Alan Turing"]),
            ("Byron, Ada", vec!["Ada Byron"]),
            ("Ada Byron, Alan Turing", vec!["Ada Byron", "Alan Turing"]),
            ("Ada Byron,\n  Alan Turing\n", vec!["Ada Byron", "Alan Turing"]),
            ("", vec![]),
        ] {
            assert_eq!(split_names(text), names, "{text}");
        }
    }

    #[test]
    fn years_are_found_in_dates() {
        assert_eq!(year_in("2007-05-23"), Some(2007));
        assert_eq!(year_in("Mon, 2 Apr 2007 19:18:42 GMT"), Some(2007));
        assert_eq!(year_in("Proc. 12345, 0042"), None);
    }

    #[test]
    fn keywords_are_split_where_their_source_does() {
        assert_eq!(split_keywords("cs.CL cs.AI hep-th"), ["cs.CL", "cs.AI", "hep-th"]);
        assert_eq!(split_keywords("robot learning; grasping"), ["robot learning", "grasping"]);
        assert_eq!(split_keywords("robot learning"), ["robot learning"]);
    }
}
