//! Files of entities a paper: annotations by a reader, and what `papergraph extract` writes.

use std::io::BufRead;

use rustc_hash::FxHashSet;
use serde::Deserialize;

use super::{GoldEntity, GoldPaper, Predicted};
use crate::corpus::Field;
use crate::extract::ExtractLine;

/// Why a file of entities cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum AnnotationError {
    /// The file cannot be read.
    #[error("{file}: cannot be read: {source}")]
    Unreadable {
        /// The file.
        file: String,
        /// What the system says.
        source: std::io::Error,
    },
    /// A line is not what it should be.
    #[error(
        "{file}:{line}: {source}; a line is {{\"id\", \"entities\": [{{\"type\", \"relation\", \"surfaces\": [text, ...]}}]}} \
         or what `papergraph extract` writes"
    )]
    Invalid {
        /// The file.
        file: String,
        /// The line, from 1.
        line: usize,
        /// What is wrong.
        source: serde_json::Error,
    },
    /// Two lines are of the same paper.
    #[error("{file}:{line}: paper {id} stands twice; leave one of the lines out")]
    Twice {
        /// The file.
        file: String,
        /// The second line, from 1.
        line: usize,
        /// Id of the paper.
        id: String,
    },
}

/// The entities of one paper.
#[derive(Clone, Debug, Deserialize)]
pub struct PaperEntities {
    /// Id of the paper.
    pub id: String,
    /// Its entities.
    pub entities: Vec<ReadEntity>,
}

/// An entity as a reader or papergraph wrote it down.
#[derive(Clone, Debug, Default, Deserialize)]
pub struct ReadEntity {
    /// Label of its type.
    #[serde(rename = "type")]
    pub entity_type: String,
    /// Id of its relation to the paper; empty if none is given.
    #[serde(default)]
    pub relation: String,
    /// Its name.
    #[serde(default)]
    pub name: Option<String>,
    /// Its forms as the text has them, the best first; of annotations.
    #[serde(default)]
    pub surfaces: Vec<String>,
    /// Its places in the text; of extractions.
    #[serde(default)]
    pub mentions: Vec<ReadMention>,
}

/// A place of an entity.
#[derive(Clone, Debug, Default, Deserialize)]
pub struct ReadMention {
    /// What stands there.
    pub text: String,
    /// The text that holds the mention.
    #[serde(default)]
    pub field: Option<Field>,
    /// First byte in the field.
    #[serde(default)]
    pub start: usize,
    /// One past the last byte in the field.
    #[serde(default)]
    pub end: usize,
    /// Id of the rule that spoke most for it.
    #[serde(default)]
    pub rule: String,
}

/// Reads a file of entities, a paper a line.
///
/// # Errors
/// If it cannot be read, a line is not as it should be, or a paper stands twice.
pub fn read_entities(file: &str, reader: impl BufRead) -> Result<Vec<PaperEntities>, AnnotationError> {
    let mut papers: Vec<PaperEntities> = Vec::new();
    let mut ids: FxHashSet<String> = FxHashSet::default();
    for (line, text) in (1..).zip(reader.lines()) {
        let text = text.map_err(|source| AnnotationError::Unreadable { file: file.to_string(), source })?;
        if text.trim().is_empty() {
            continue;
        }
        let paper: PaperEntities = serde_json::from_str(&text).map_err(|source| AnnotationError::Invalid {
            file: file.to_string(),
            line,
            source,
        })?;
        if !ids.insert(paper.id.clone()) {
            return Err(AnnotationError::Twice { file: file.to_string(), line, id: paper.id });
        }
        papers.push(paper);
    }
    Ok(papers)
}

impl PaperEntities {
    /// The paper as an annotation.
    pub fn gold(&self) -> GoldPaper {
        let entities = self.entities.iter().map(|entity| GoldEntity {
            entity_type: entity.entity_type.clone(),
            relation: entity.relation.clone(),
            surfaces: entity.forms(),
        });
        GoldPaper { id: self.id.clone(), entities: entities.collect() }
    }

    /// The entities as predictions.
    pub fn predicted(&self) -> Vec<Predicted> {
        let predicted = |entity: &ReadEntity| Predicted {
            entity_type: entity.entity_type.clone(),
            relation: entity.relation.clone(),
            forms: entity.forms(),
        };
        self.entities.iter().map(predicted).collect()
    }
}

impl ReadEntity {
    /// All forms: the surfaces, or the texts of the mentions where there are none; then the name.
    pub fn forms(&self) -> Vec<String> {
        let mut forms = self.surfaces.clone();
        if forms.is_empty() {
            forms.extend(self.mentions.iter().map(|mention| mention.text.clone()));
        }
        forms.extend(self.name.clone());
        forms
    }

    /// The form that stands for the entity in reports.
    pub fn label(&self) -> &str {
        let mention = || self.mentions.first().map(|mention| &mention.text);
        self.name.as_ref().or(self.surfaces.first()).or_else(mention).map_or("", String::as_str)
    }

    /// The rule that found it: that of its first mention.
    pub fn rule(&self) -> &str {
        self.mentions.first().map_or("", |mention| &mention.rule)
    }
}

impl From<ExtractLine> for PaperEntities {
    fn from(line: ExtractLine) -> Self {
        let entities = line.entities.into_iter().map(|entity| ReadEntity {
            entity_type: entity.entity_type,
            relation: entity.relation,
            name: Some(entity.name),
            surfaces: Vec::new(),
            mentions: entity
                .mentions
                .into_iter()
                .map(|mention| ReadMention {
                    text: mention.text,
                    field: Some(mention.field),
                    start: mention.start,
                    end: mention.end,
                    rule: mention.rule,
                })
                .collect(),
        });
        Self { id: line.id, entities: entities.collect() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_annotations_and_extractions() {
        let lines = r#"{"id":"a","entities":[{"type":"Model","relation":"uses","surfaces":["BERT","bert"]}]}

{"id":"b","title":"t","entities":[{"id":"model:bert","type":"Model","name":"BERT","relation":"uses","confidence":1,"mentions":[{"field":"title","start":0,"end":5,"text":"BERTs","rule":"r"}]}]}"#;
        let papers = read_entities("f", lines.as_bytes()).unwrap();
        assert_eq!(papers[0].entities[0].forms(), ["BERT", "bert"]);
        assert_eq!(papers[1].entities[0].forms(), ["BERTs", "BERT"]);
        assert_eq!(papers[1].entities[0].rule(), "r");
    }

    #[test]
    fn mistakes_are_named_with_their_line() {
        let message = |lines: &str| read_entities("f", lines.as_bytes()).unwrap_err().to_string();
        let one = r#"{"id":"a","entities":[]}"#;
        assert!(message(&format!("{one}\n{one}")).starts_with("f:2: paper a stands twice"));
        assert!(message(&format!("{one}\n{{")).starts_with("f:2: EOF"));
    }
}
