//! What is kept of a paper: all that resolving needs, and of its text only the sentences of evidence.
//!
//! A [`Reading`] can be written down and taken in again later, by [`super::Archive`]; then the paper need not be
//! read again when the graph grows.

use serde::{Deserialize, Serialize};

use super::{MOST_EVIDENCE, probability};
use crate::corpus::Paper;
use crate::extract::{Extraction, FoundEntity, SentenceSpan};
use crate::graph::Texts;
use crate::rules::{RelationId, Schema, TypeId};

/// A paper and what was found in it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Reading {
    /// The source's own id, or a slug of the title.
    pub id: String,
    /// The title.
    pub title: String,
    #[serde(default, skip_serializing_if = "Texts::is_empty")]
    pub(super) authors: Texts,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) year: Option<i32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) venue: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) url: Option<String>,
    #[serde(default, skip_serializing_if = "Texts::is_empty")]
    pub(super) keywords: Texts,
    /// Sentences that entities point to, in the order of the text, each once.
    #[serde(default, skip_serializing_if = "Texts::is_empty")]
    pub(super) sentences: Texts,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) entities: Vec<EntityReading>,
}

/// One entity as one paper has it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct EntityReading {
    #[serde(rename = "type")]
    pub(super) entity_type: TypeId,
    pub(super) name: String,
    /// Number of its entry in the lexicon.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) entry: Option<u32>,
    /// Long form and acronym that the paper defines.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) acronym: Option<(String, String)>,
    /// How each mention reads.
    pub(super) mentions: Vec<String>,
    #[serde(with = "bits")]
    pub(super) confidence: f32,
    pub(super) relation: RelationId,
    #[serde(with = "bits")]
    pub(super) relation_confidence: f32,
    /// Ids of the rules that decided the relation, strongest first.
    pub(super) rules: Vec<String>,
    /// Positions in the paper's sentences, best first.
    pub(super) sentences: Vec<u16>,
}

impl Reading {
    /// Keeps what is needed of a paper. Entities of types or relations that the schema lacks are left out.
    pub fn new(paper: Paper, extraction: &Extraction, schema: &Schema) -> Reading {
        let known = |found: &&FoundEntity| is_known(schema, found.entity_type, found.relation);
        let entities: Vec<&FoundEntity> = extraction.entities.iter().filter(known).collect();
        let spans = sentence_spans(&entities);
        Reading {
            sentences: spans.iter().map(|span| sentence_text(&paper, span)).collect(),
            entities: entities.into_iter().map(|found| entity_reading(found, &spans)).collect(),
            id: paper.id,
            title: paper.title,
            authors: paper.authors.iter().collect(),
            year: paper.year,
            venue: paper.venue,
            url: paper.url,
            keywords: paper.keywords.iter().collect(),
        }
    }

    /// The reading without what points nowhere, as it may in a file that somebody edited.
    pub(super) fn sound(mut self, schema: &Schema) -> Reading {
        let sentences = self.sentences.len();
        self.entities.retain(|found| is_known(schema, found.entity_type, found.relation));
        for found in &mut self.entities {
            found.sentences.retain(|position| usize::from(*position) < sentences);
            found.confidence = probability(found.confidence);
            found.relation_confidence = probability(found.relation_confidence);
        }
        self
    }
}

fn is_known(schema: &Schema, entity_type: TypeId, relation: RelationId) -> bool {
    usize::from(entity_type.0) < schema.types.len() && usize::from(relation.0) < schema.relations.len()
}

fn entity_reading(found: &FoundEntity, spans: &[SentenceSpan]) -> EntityReading {
    let position = |span: &SentenceSpan| spans.binary_search(span).ok().and_then(|at| u16::try_from(at).ok());
    EntityReading {
        entity_type: found.entity_type,
        name: found.name.clone(),
        entry: found.lexicon_entry,
        acronym: found.acronym.clone(),
        mentions: found.mentions.iter().map(|mention| mention.reading.clone()).collect(),
        confidence: found.confidence,
        relation: found.relation,
        relation_confidence: found.relation_confidence,
        rules: found.relation_rules.iter().take(MOST_EVIDENCE).cloned().collect(),
        sentences: found.sentences.iter().filter_map(position).take(MOST_EVIDENCE).collect(),
    }
}

/// All sentences that the entities point to, in the order of the text, each once.
fn sentence_spans(entities: &[&FoundEntity]) -> Vec<SentenceSpan> {
    let kept = entities.iter().flat_map(|found| found.sentences.iter().take(MOST_EVIDENCE));
    let mut spans: Vec<SentenceSpan> = kept.copied().collect();
    spans.sort_unstable();
    spans.dedup();
    spans
}

fn sentence_text(paper: &Paper, span: &SentenceSpan) -> String {
    let text = paper.text(span.field).get(span.start..span.end).unwrap_or_default();
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Probabilities as their bits: a decimal number might come back as its neighbour.
mod bits {
    use serde::{Deserialize, Deserializer, Serializer};

    pub(super) fn serialize<S: Serializer>(number: &f32, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_u32(number.to_bits())
    }

    pub(super) fn deserialize<'d, D: Deserializer<'d>>(deserializer: D) -> Result<f32, D::Error> {
        u32::deserialize(deserializer).map(f32::from_bits)
    }
}
