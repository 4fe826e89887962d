//! `schema.toml`: the entity types and the relations.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Index of an entity type in the schema.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct TypeId(pub u8);

/// Index of a relation in the schema.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct RelationId(pub u8);

/// The types and relations of a rule set: `schema.toml` as it is written.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Schema {
    /// The entity types, in the order in which reports and legends name them.
    #[serde(default, rename = "type")]
    pub types: Vec<EntityType>,
    /// The relations, strongest first: where several hold, the first is given.
    #[serde(default, rename = "relation")]
    pub relations: Vec<Relation>,
}

/// One entity type.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct EntityType {
    /// Id in lower case, first part of entity ids (`model` in `model:gpt-4`); also the name of the lexicon file.
    #[schemars(regex(pattern = "^[a-z][a-z0-9_]*$"))]
    pub id: String,
    /// Label in outputs (`Model`).
    pub label: String,
    /// Plural for headings (`Models`).
    pub plural: String,
    /// Colour as `#rrggbb`.
    #[schemars(regex(pattern = "^#[0-9a-fA-F]{6}$"))]
    pub color: String,
    /// One sentence: what belongs here.
    pub description: String,
}

/// What a relation is for, beyond its label.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum RelationRole {
    /// A paper relates to an entity in its own words.
    #[default]
    Entity,
    /// A paper relates to an entity as its own contribution (`introduces`).
    Contribution,
    /// An entity relates to a more general entity (`variant_of`).
    Family,
    /// A paper relates to an earlier paper whose contribution it takes up (`builds_on`).
    Citation,
    /// A paper relates to a topic (`about`).
    Topic,
}

/// One relation.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Relation {
    /// Id in snake case (`trained_on`).
    #[schemars(regex(pattern = "^[a-z][a-z0-9_]*$"))]
    pub id: String,
    /// Label for people (`trained on`).
    pub label: String,
    /// Labels of the entity types that it may point to; empty: all.
    #[serde(default)]
    pub types: Vec<String>,
    /// Labels of the entity types for which it is the default, where no evidence speaks.
    #[serde(default)]
    pub default_for: Vec<String>,
    /// What the relation is for.
    #[serde(default)]
    pub role: RelationRole,
    /// Does the paper take the entity up itself (`true`), or only name it (`false`)? Decides `builds_on` edges.
    #[serde(default)]
    pub takes_up: bool,
    /// Colour of the edge as `#rrggbb`.
    #[schemars(regex(pattern = "^#[0-9a-fA-F]{6}$"))]
    pub color: String,
    /// One sentence: when it holds.
    pub description: String,
}

impl Schema {
    /// The type with the given id.
    pub fn entity_type(&self, id: TypeId) -> &EntityType {
        &self.types[usize::from(id.0)]
    }

    /// The relation with the given id.
    pub fn relation(&self, id: RelationId) -> &Relation {
        &self.relations[usize::from(id.0)]
    }

    /// The type whose label or id is `name`.
    pub fn type_named(&self, name: &str) -> Option<TypeId> {
        let position = self.types.iter().position(|t| t.label == name || t.id == name)?;
        u8::try_from(position).ok().map(TypeId)
    }

    /// The relation whose id is `name`.
    pub fn relation_named(&self, name: &str) -> Option<RelationId> {
        let position = self.relations.iter().position(|r| r.id == name)?;
        u8::try_from(position).ok().map(RelationId)
    }

    /// The first relation with the given role.
    pub fn relation_with_role(&self, role: RelationRole) -> Option<RelationId> {
        let position = self.relations.iter().position(|r| r.role == role)?;
        u8::try_from(position).ok().map(RelationId)
    }

    /// The relations between a paper and an entity of this type, strongest first.
    pub fn relations_for(&self, entity_type: TypeId) -> impl Iterator<Item = RelationId> + '_ {
        let label = &self.entity_type(entity_type).label;
        (0u8..).zip(&self.relations).filter_map(move |(index, relation)| {
            let between_paper_and_entity = matches!(relation.role, RelationRole::Entity | RelationRole::Contribution);
            let allowed = relation.types.is_empty() || relation.types.contains(label);
            (between_paper_and_entity && allowed).then_some(RelationId(index))
        })
    }
}
