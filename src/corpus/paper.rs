//! The paper: one document with a title and an abstract.

use serde::{Deserialize, Serialize};

/// One document of the corpus, as its source gave it.
///
/// `title` and `abstract_text` are kept byte for byte: every span that papergraph reports is a range of bytes
/// of one of these two strings.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Paper {
    /// The source's own id (arXiv id, DOI, Anthology id, OpenAlex key), or a slug of the title. Never empty.
    pub id: String,
    /// The title; never empty.
    pub title: String,
    /// The abstract; may be empty.
    #[serde(rename = "abstract", default)]
    pub abstract_text: String,
    /// Names of the authors in the order of the paper.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub authors: Vec<String>,
    /// Year of publication, where the source knows it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub year: Option<i32>,
    /// Conference or journal, where the source knows it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub venue: Option<String>,
    /// Address of the paper, where the source knows it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    /// Categories or keywords that the source gives (`cs.CL`, "robotics").
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub keywords: Vec<String>,
}

/// Which text of a paper a span lies in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Field {
    /// The paper's title.
    Title,
    /// The paper's abstract.
    Abstract,
}

impl Paper {
    /// The text of one field.
    pub fn text(&self, field: Field) -> &str {
        match field {
            Field::Title => &self.title,
            Field::Abstract => &self.abstract_text,
        }
    }
}
