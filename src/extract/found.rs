//! What extraction gives: the entities of one paper, with every mention and the reason for it.

use serde::{Deserialize, Serialize};

use crate::corpus::{Field, Paper};
use crate::extract::Extractor;
use crate::rules::{RelationId, TypeId};
use crate::text::slug;

/// One place in a paper's text that names an entity.
#[derive(Clone, Debug, PartialEq)]
pub struct Mention {
    /// The text that holds the mention.
    pub field: Field,
    /// First byte of the span in the field, as UTF-8.
    pub start: usize,
    /// One past the last byte of the span.
    pub end: usize,
    /// The span with markup taken out (LaTeX, HTML, soft hyphens), white space made single: how the place reads.
    pub reading: String,
    /// The piece of evidence that spoke most for this span, where that was asked for: [`Extractor::rule_name`] names it.
    pub rule: Option<u32>,
    /// Probability that the span names an entity of the given type, 0 to 1.
    pub confidence: f32,
}

impl Mention {
    /// The span as it stands in the paper.
    pub fn text<'p>(&self, paper: &'p Paper) -> &'p str {
        &paper.text(self.field)[self.start..self.end]
    }
}

/// A sentence of a paper, as a range of bytes of one of its texts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SentenceSpan {
    /// The text that holds the sentence.
    pub field: Field,
    /// First byte in the field.
    pub start: usize,
    /// One past the last byte in the field.
    pub end: usize,
}

/// One entity as a paper names it: all its forms grouped, typed, and related to the paper.
#[derive(Clone, Debug, PartialEq)]
pub struct FoundEntity {
    /// The type, an index into the rule set's schema.
    pub entity_type: TypeId,
    /// The best form: the lexicon's name where a lexicon knows the entity, else the commonest reading.
    pub name: String,
    /// The lexicon entry that the entity is, if any (index into the rule set's lexicon).
    pub lexicon_entry: Option<u32>,
    /// The relation of the paper to the entity.
    pub relation: RelationId,
    /// Probability of the relation among those that the type allows, 0 to 1.
    pub relation_confidence: f32,
    /// Ids of the rules that decided the relation, strongest first, at most three; none where they were not asked for.
    pub relation_rules: Vec<String>,
    /// Confidence that the entity is one and has this type, 0 to 1.
    pub confidence: f32,
    /// All mentions, in the order of the text (title first); never empty.
    pub mentions: Vec<Mention>,
    /// Sentences that show the relation, best first, at most three; never empty.
    pub sentences: Vec<SentenceSpan>,
    /// Long form and acronym, where this paper defines one of this entity: (`long form`, `SHORT`).
    pub acronym: Option<(String, String)>,
}

/// All that was found in one paper.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Extraction {
    /// The paper's entities in the order of their first mention.
    pub entities: Vec<FoundEntity>,
}

/// One line of `papergraph extract`.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ExtractLine {
    /// Id of the paper.
    pub id: String,
    /// Title of the paper.
    pub title: String,
    /// The entities found.
    pub entities: Vec<EntityLine>,
}

/// One entity in a line of `papergraph extract`.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct EntityLine {
    /// Stable id: type and slug of the canonical name.
    pub id: String,
    /// Label of the type in `schema.toml`.
    #[serde(rename = "type")]
    pub entity_type: String,
    /// Name of the entity.
    pub name: String,
    /// Id of the relation.
    pub relation: String,
    /// Confidence, 0 to 1, rounded to three digits.
    pub confidence: f64,
    /// All mentions.
    pub mentions: Vec<MentionLine>,
}

/// One mention in a line of `papergraph extract`.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct MentionLine {
    /// The text that holds the mention.
    pub field: Field,
    /// First byte in the field.
    pub start: usize,
    /// One past the last byte.
    pub end: usize,
    /// The span as it stands in the paper.
    pub text: String,
    /// Id of the rule that spoke most for the span.
    pub rule: String,
}

/// Most characters of the name in an entity's id.
const LONGEST_SLUG: usize = 80;

impl ExtractLine {
    /// What was found in a paper, as `papergraph extract` writes it.
    pub fn new(extractor: &Extractor, paper: &Paper, extraction: &Extraction) -> Self {
        let schema = &extractor.rules.schema;
        let mention = |mention: &Mention| MentionLine {
            field: mention.field,
            start: mention.start,
            end: mention.end,
            text: mention.text(paper).to_string(),
            rule: extractor.rule_name(mention),
        };
        let entity = |found: &FoundEntity| {
            let entity_type = schema.entity_type(found.entity_type);
            EntityLine {
                id: format!("{}:{}", entity_type.id, slug(&found.name, LONGEST_SLUG)),
                entity_type: entity_type.label.clone(),
                name: found.name.clone(),
                relation: schema.relation(found.relation).id.clone(),
                confidence: (f64::from(found.confidence) * 1000.0).round() / 1000.0,
                mentions: found.mentions.iter().map(mention).collect(),
            }
        };
        Self {
            id: paper.id.clone(),
            title: paper.title.clone(),
            entities: extraction.entities.iter().map(entity).collect(),
        }
    }
}
