//! JSON: a record a line, an array of records, or the pages that web services give (`{"results": [...]}`).
//!
//! One record is parsed by serde_json into [`Loose`] values that borrow from it, for the known fields only; the rest
//! is checked and passed over. Arrays are cut into their elements first, so that a file of any size is never held.

use std::borrow::Cow;
use std::fmt;

use serde::de::{Deserialize, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};

use super::fields::{FieldMap, Slot};
use super::record::{Draft, split_keywords, split_names, utf8, year_in};

/// Makes a draft of one JSON object.
pub(super) fn parse(bytes: &[u8], fields: &FieldMap) -> Result<Draft, String> {
    let text = utf8(bytes)?;
    let mut deserializer = serde_json::Deserializer::from_str(text);
    let slots = (&mut deserializer).deserialize_map(SlotsVisitor { fields }).map_err(|error| reason(&error))?;
    deserializer.end().map_err(|error| reason(&error))?;
    Ok(slots.into_draft())
}

fn reason(error: &serde_json::Error) -> String {
    let message = error.to_string();
    let what = message.split(" at line ").next().unwrap_or(&message);
    match error.line() {
        0 => format!("broken JSON: {what}"),
        1 => format!("broken JSON: {what} at column {}", error.column()),
        line => format!("broken JSON: {what} at line {line}, column {} of the record", error.column()),
    }
}

/// The values of the known fields: for each slot the one whose field counts most.
#[derive(Default)]
struct Slots<'r>([Option<(u8, Loose<'r>)>; Slot::COUNT]);

impl<'r> Slots<'r> {
    fn put(&mut self, slot: Slot, rank: u8, value: Loose<'r>) {
        let place = &mut self.0[slot as usize];
        if !value.is_empty() && place.as_ref().is_none_or(|(held, _)| rank < *held) {
            *place = Some((rank, value));
        }
    }

    fn take(&mut self, slot: Slot) -> Option<Loose<'r>> {
        self.0[slot as usize].take().map(|(_, value)| value)
    }

    fn into_draft(mut self) -> Draft {
        let other_ids = self.take(Slot::OtherIds);
        let other_id = |name: &str| other_ids.as_ref().and_then(|ids| ids.member(name)).and_then(Loose::text);
        Draft {
            id: self.take(Slot::Id).and_then(Loose::into_text),
            title: self.take(Slot::Title).and_then(Loose::into_text),
            abstract_text: self.take(Slot::Abstract).and_then(abstract_of),
            authors: self.take(Slot::Authors).map(|value| names(&value)).unwrap_or_default(),
            year: self.take(Slot::Year).and_then(|value| year(&value)),
            venue: self.take(Slot::Venue).and_then(Loose::into_text),
            url: self.take(Slot::Url).and_then(Loose::into_text),
            doi: self.take(Slot::Doi).and_then(Loose::into_text).or_else(|| other_id("DOI")),
            arxiv: self.take(Slot::Arxiv).and_then(Loose::into_text).or_else(|| other_id("ArXiv")),
            keywords: self.take(Slot::Keywords).map(|value| keywords(&value)).unwrap_or_default(),
            key: None,
        }
    }
}

struct SlotsVisitor<'m> {
    fields: &'m FieldMap,
}

impl<'r> Visitor<'r> for SlotsVisitor<'_> {
    type Value = Slots<'r>;

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("an object that describes a paper")
    }

    fn visit_map<A: MapAccess<'r>>(self, mut map: A) -> Result<Slots<'r>, A::Error> {
        let mut slots = Slots::default();
        while let Some(Text(name)) = map.next_key()? {
            match self.fields.slot(&name) {
                Some((slot, rank)) => slots.put(slot, rank, map.next_value()?),
                None => {
                    map.next_value::<IgnoredAny>()?;
                }
            }
        }
        Ok(slots)
    }
}

/// Any JSON value, borrowing its strings where they hold no escapes.
#[derive(Debug)]
enum Loose<'r> {
    Null,
    Integer(i64),
    Decimal(f64),
    Text(Cow<'r, str>),
    List(Vec<Loose<'r>>),
    Object(Vec<(Cow<'r, str>, Loose<'r>)>),
}

/// Members that hold an object's name, in the order in which they are looked for.
const NAMES: [&str; 10] =
    ["display_name", "name", "full_name", "title", "category", "value", "text", "author", "source", "publication"];

impl<'r> Loose<'r> {
    fn is_empty(&self) -> bool {
        match self {
            Loose::Null => true,
            Loose::Integer(_) | Loose::Decimal(_) => false,
            Loose::Text(text) => text.trim().is_empty(),
            Loose::List(list) => list.is_empty(),
            Loose::Object(members) => members.is_empty(),
        }
    }

    fn member(&self, name: &str) -> Option<&Loose<'r>> {
        match self {
            Loose::Object(members) => members.iter().find(|(member, _)| member == name).map(|(_, value)| value),
            _ => None,
        }
    }

    /// The value as one text: itself, a list's first, an object's name.
    fn text(&self) -> Option<String> {
        match self {
            Loose::Null => None,
            Loose::Integer(number) => Some(number.to_string()),
            Loose::Decimal(number) => Some(number.to_string()),
            Loose::Text(text) => (!text.trim().is_empty()).then(|| text.to_string()),
            Loose::List(list) => list.iter().find_map(Loose::text),
            Loose::Object(_) => NAMES.iter().find_map(|name| self.member(name)?.text()),
        }
    }

    fn into_text(self) -> Option<String> {
        match self {
            Loose::Text(text) => Some(text.into_owned()),
            other => other.text(),
        }
    }
}

/// The abstract as text, or put together from OpenAlex's map of each word to its places.
fn abstract_of(value: Loose<'_>) -> Option<String> {
    let Loose::Object(words) = &value else {
        return value.into_text();
    };
    let mut placed: Vec<(i64, &str)> = Vec::new();
    for (word, places) in words {
        let Loose::List(places) = places else {
            return value.text();
        };
        placed.extend(places.iter().filter_map(|place| match place {
            Loose::Integer(place) => Some((*place, word.as_ref())),
            _ => None,
        }));
    }
    placed.sort_unstable();
    let words: Vec<&str> = placed.into_iter().map(|(_, word)| word).collect();
    Some(words.join(" "))
}

/// The authors: one text, a list of texts, or a list of objects with names or parts of names.
fn names(value: &Loose<'_>) -> Vec<String> {
    match value {
        Loose::Text(text) => split_names(text),
        Loose::List(list) => list.iter().filter_map(person).collect(),
        other => person(other).into_iter().collect(),
    }
}

fn person(value: &Loose<'_>) -> Option<String> {
    let part = |names: [&str; 5]| names.iter().find_map(|name| value.member(name)?.text());
    let given = part(["given", "first", "firstName", "first_name", "givenName"]);
    let family = part(["family", "last", "lastName", "last_name", "familyName"]);
    match (given, family) {
        (Some(given), Some(family)) => Some(format!("{given} {family}")),
        (None, Some(family)) => Some(family),
        _ => value.text(),
    }
}

fn year(value: &Loose<'_>) -> Option<i32> {
    match value {
        Loose::Integer(number) => i32::try_from(*number).ok().filter(|year| (1800..=2100).contains(year)),
        Loose::Decimal(number) => year_in(&number.to_string()),
        Loose::Text(text) => year_in(text),
        Loose::List(list) => list.iter().find_map(year),
        Loose::Object(members) => members.iter().find_map(|(_, value)| year(value)),
        Loose::Null => None,
    }
}

fn keywords(value: &Loose<'_>) -> Vec<String> {
    match value {
        Loose::Text(text) => split_keywords(text),
        Loose::List(list) if list.len() == 1 => list[0].text().map(|text| split_keywords(&text)).unwrap_or_default(),
        Loose::List(list) => list.iter().filter_map(Loose::text).collect(),
        other => other.text().into_iter().collect(),
    }
}

/// A string that borrows where it can.
struct Text<'r>(Cow<'r, str>);

impl<'r> Deserialize<'r> for Text<'r> {
    fn deserialize<D: Deserializer<'r>>(deserializer: D) -> Result<Self, D::Error> {
        struct TextVisitor;
        impl<'r> Visitor<'r> for TextVisitor {
            type Value = Text<'r>;

            fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
                out.write_str("a string")
            }

            fn visit_borrowed_str<E>(self, text: &'r str) -> Result<Text<'r>, E> {
                Ok(Text(Cow::Borrowed(text)))
            }

            fn visit_str<E>(self, text: &str) -> Result<Text<'r>, E> {
                Ok(Text(Cow::Owned(text.to_string())))
            }
        }
        deserializer.deserialize_str(TextVisitor)
    }
}

impl<'r> Deserialize<'r> for Loose<'r> {
    fn deserialize<D: Deserializer<'r>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(LooseVisitor)
    }
}

struct LooseVisitor;

impl<'r> Visitor<'r> for LooseVisitor {
    type Value = Loose<'r>;

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("any value")
    }

    fn visit_unit<E>(self) -> Result<Loose<'r>, E> {
        Ok(Loose::Null)
    }

    fn visit_bool<E>(self, _: bool) -> Result<Loose<'r>, E> {
        Ok(Loose::Null)
    }

    fn visit_i64<E>(self, number: i64) -> Result<Loose<'r>, E> {
        Ok(Loose::Integer(number))
    }

    fn visit_u64<E>(self, number: u64) -> Result<Loose<'r>, E> {
        Ok(i64::try_from(number).map_or(Loose::Decimal(number as f64), Loose::Integer))
    }

    fn visit_f64<E>(self, number: f64) -> Result<Loose<'r>, E> {
        Ok(Loose::Decimal(number))
    }

    fn visit_borrowed_str<E>(self, text: &'r str) -> Result<Loose<'r>, E> {
        Ok(Loose::Text(Cow::Borrowed(text)))
    }

    fn visit_str<E>(self, text: &str) -> Result<Loose<'r>, E> {
        Ok(Loose::Text(Cow::Owned(text.to_string())))
    }

    fn visit_seq<A: SeqAccess<'r>>(self, mut seq: A) -> Result<Loose<'r>, A::Error> {
        let mut list = Vec::new();
        while let Some(value) = seq.next_element()? {
            list.push(value);
        }
        Ok(Loose::List(list))
    }

    fn visit_map<A: MapAccess<'r>>(self, mut map: A) -> Result<Loose<'r>, A::Error> {
        let mut members = Vec::new();
        while let Some(Text(name)) = map.next_key()? {
            members.push((name, map.next_value()?));
        }
        Ok(Loose::Object(members))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn draft(text: &str) -> Draft {
        parse(text.as_bytes(), &FieldMap::default()).unwrap()
    }

    #[test]
    fn fields_of_the_arxiv_snapshot() {
        let draft = draft(
            r#"{"id":"0704.0001","submitter":"A. B.","authors":"A. Byron and C. Diaz","title":"Kites\n  that fly",
                "comments":null,"journal-ref":"Wind 3 (2008)","doi":"10.1000/182","categories":"cs.CL hep-ph",
                "abstract":"  We fly \"kites\".\n","versions":[{"version":"v1","created":"Mon, 2 Apr 2007 19:18:42 GMT"}],
                "update_date":"2008-11-26","authors_parsed":[["Byron","A.",""]]}"#,
        );
        assert_eq!(draft.id.as_deref(), Some("0704.0001"));
        assert_eq!(draft.title.as_deref(), Some("Kites\n  that fly"));
        assert_eq!(draft.abstract_text.as_deref(), Some("  We fly \"kites\".\n"));
        assert_eq!(draft.authors, ["A. Byron", "C. Diaz"]);
        assert_eq!(draft.year, Some(2007));
        assert_eq!(draft.venue.as_deref(), Some("Wind 3 (2008)"));
        assert_eq!(draft.keywords, ["cs.CL", "hep-ph"]);
    }

    #[test]
    fn fields_of_semantic_scholar() {
        let draft = draft(
            r#"{"paperId":"abc","externalIds":{"DOI":"10.1/2","ArXiv":"2301.00001","CorpusId":7},"title":"Kites",
                "abstract":null,"venue":"","publicationVenue":{"id":"x","name":"Wind Conference"},"year":2023,
                "authors":[{"authorId":"1","name":"Ada Byron"}],"s2FieldsOfStudy":[{"category":"Physics","source":"s"}]}"#,
        );
        assert_eq!(draft.id.as_deref(), Some("abc"));
        assert_eq!(draft.abstract_text, None);
        assert_eq!(draft.venue.as_deref(), Some("Wind Conference"));
        assert_eq!(draft.doi.as_deref(), Some("10.1/2"));
        assert_eq!(draft.arxiv.as_deref(), Some("2301.00001"));
        assert_eq!(draft.authors, ["Ada Byron"]);
        assert_eq!(draft.keywords, ["Physics"]);
    }

    #[test]
    fn fields_of_openalex() {
        let draft = draft(
            r#"{"id":"https://openalex.org/W1","doi":"https://doi.org/10.1/2","display_name":"Kites","title":"Kites",
                "publication_year":2021,"primary_location":{"is_oa":true,"source":{"id":"s","display_name":"Wind"}},
                "authorships":[{"author_position":"first","author":{"id":"a","display_name":"Ada Byron"}}],
                "abstract_inverted_index":{"fly":[1,4],"We":[0],"kites":[2],"and":[3]}}"#,
        );
        assert_eq!(draft.abstract_text.as_deref(), Some("We fly kites and fly"));
        assert_eq!(draft.authors, ["Ada Byron"]);
        assert_eq!(draft.venue.as_deref(), Some("Wind"));
        assert_eq!(draft.year, Some(2021));
    }

    #[test]
    fn parts_of_names_and_numbers_as_ids() {
        let draft = draft(r#"{"id":17,"title":["Kites"],"author":[{"given":"Ada","family":"Byron"},"Alan Turing"]}"#);
        assert_eq!(draft.id.as_deref(), Some("17"));
        assert_eq!(draft.title.as_deref(), Some("Kites"));
        assert_eq!(draft.authors, ["Ada Byron", "Alan Turing"]);
    }

    #[test]
    fn what_is_no_paper_says_why() {
        let reason = |text: &[u8]| parse(text, &FieldMap::default()).unwrap_err();
        assert!(reason(b"{\"title\": tru}").starts_with("broken JSON: expected ident at column"));
        assert!(reason(b"[1]").contains("expected an object that describes a paper"));
        assert!(reason(b"{\"title\":\"a\"} x").contains("trailing characters"));
        assert!(reason(b"{\"other\":\"\xff\"}").contains("not valid UTF-8 (byte 11"));
        assert!(reason(b"").starts_with("broken JSON"));
        let deep = format!("{{\"title\":{}1{}}}", "[".repeat(5000), "]".repeat(5000));
        assert!(reason(deep.as_bytes()).contains("recursion limit"));
        let deep_elsewhere = format!("{{\"title\":\"Kites\",\"x\":{}1{}}}", "[".repeat(50000), "]".repeat(50000));
        // Ignored values are passed over without recursion; either answer is right, a crash is not.
        let _ = parse(deep_elsewhere.as_bytes(), &FieldMap::default());
    }
}
