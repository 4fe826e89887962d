//! The rule files as people write them: one serde type a kind of file.

use std::collections::BTreeMap;

use regex::Regex;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// One row of `lexicon/<type id>.csv`: a known name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LexiconRow {
    /// The name as the field writes it. `=` before it: only with exactly this letter case.
    pub name: String,
    /// Other forms, separated by `|`. `=` before one: only with exactly this letter case.
    #[serde(default)]
    pub aliases: String,
    /// `yes`: all forms only with exactly this letter case.
    #[serde(default)]
    pub case: String,
    /// The more general name.
    #[serde(default)]
    pub broader: String,
    /// Address of the thing.
    #[serde(default)]
    pub url: String,
}

/// `ambiguous.toml`: names that several lexicons claim, and which types they shall have.
#[derive(Clone, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AmbiguousFile {
    /// Name to labels of types: one settles the matter, several leave it to the text.
    #[serde(default)]
    pub names: BTreeMap<String, Vec<String>>,
}

/// A file of `patterns/`.
#[derive(Clone, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PatternFile {
    /// The patterns.
    #[serde(default, rename = "pattern")]
    pub patterns: Vec<Pattern>,
}

/// A regular expression for names that no list can hold, such as sizes and versions.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Pattern {
    /// Id in lower case (`cue-evaluate`), unique in the rule set.
    #[schemars(regex(pattern = "^[a-z0-9][a-z0-9_.-]*$"))]
    pub id: String,
    /// Label of the type.
    #[serde(rename = "type")]
    pub entity_type: String,
    /// Regular expression in the syntax of the Rust crate `regex`; matches on word borders only.
    pub regex: String,
    /// How sure the pattern is of the type, 0 to 1.
    #[schemars(range(min = 0.0, max = 1.0))]
    pub confidence: f32,
    /// Texts in which the pattern finds just the parts in `[brackets]`.
    #[schemars(length(min = 1))]
    pub examples: Vec<String>,
    /// Texts in which it finds nothing.
    #[serde(default)]
    pub counterexamples: Vec<String>,
}

impl Pattern {
    /// The expression, bound to borders of words: a match neither begins nor ends beside a letter, digit or `_`.
    ///
    /// # Errors
    /// If the expression cannot be compiled.
    pub fn compile(&self) -> Result<Regex, regex::Error> {
        Regex::new(&self.bounded())
    }

    /// The source of what [`Pattern::compile`] compiles.
    pub(super) fn bounded(&self) -> String {
        // Borders as ASCII knows them keep the search on the fast path; matches beside other letters are on no border
        // of a token, and are left out there.
        format!(r"(?-u:\b{{start-half}})(?:{})(?-u:\b{{end-half}})", self.regex)
    }
}

/// Where a cue stands, seen from the name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Side {
    /// Before the name: "evaluated on X".
    Before,
    /// After the name: "X outperforms".
    After,
    /// Anywhere in the sentence: "we", "however". Tells relations only.
    Sentence,
}

/// A file of `cues/`.
#[derive(Clone, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CueFile {
    /// The cues.
    #[serde(default, rename = "cue")]
    pub cues: Vec<Cue>,
}

/// A class of words around a name that speak for its type or for its relation to the paper.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Cue {
    /// Id in lower case (`cue-evaluate`), unique in the rule set.
    #[schemars(regex(pattern = "^[a-z0-9][a-z0-9_.-]*$"))]
    pub id: String,
    /// Where the cue stands.
    pub side: Side,
    /// Label of the type that the cue speaks for.
    #[serde(default, rename = "type", skip_serializing_if = "Option::is_none")]
    pub entity_type: Option<String>,
    /// Id of the relation that the cue speaks for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub relation: Option<String>,
    /// At most so many words between cue and name (default 0: adjacent, articles and praise do not count).
    #[serde(default)]
    pub gap: u8,
    /// `true`: what follows is a name ("called X", "dubbed X").
    #[serde(default)]
    pub naming: bool,
    /// `true`: the paper speaks of itself ("we", "this paper").
    #[serde(default)]
    pub own: bool,
    /// Verbs in their base form; regular endings (-s, -ed, -ing) are added.
    #[serde(default)]
    pub verbs: Vec<String>,
    /// Words and phrases, taken as they are.
    #[serde(default)]
    pub phrases: Vec<String>,
    /// Texts in which the cue speaks for the part in `[brackets]`.
    #[schemars(length(min = 1))]
    pub examples: Vec<String>,
    /// Texts in which it does not.
    #[serde(default)]
    pub counterexamples: Vec<String>,
}

/// `heads.toml`: nouns that end a term and give its type.
#[derive(Clone, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct HeadFile {
    /// The classes of heads.
    #[serde(default, rename = "head")]
    pub heads: Vec<Head>,
}

/// A class of nouns that end a term.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Head {
    /// Id in lower case (`cue-evaluate`), unique in the rule set.
    #[schemars(regex(pattern = "^[a-z0-9][a-z0-9_.-]*$"))]
    pub id: String,
    /// Label of the type that terms with this head have.
    #[serde(rename = "type")]
    pub entity_type: String,
    /// `true`: the noun says only what kind of thing the name before it is ("the X dataset") and is no part of it.
    #[serde(default)]
    pub class_noun: bool,
    /// The nouns, singular.
    #[schemars(length(min = 1))]
    pub words: Vec<String>,
    /// Endings of names that tell the type as the nouns do (`Net`, `Former`, `Bench`), in their letter case.
    #[serde(default)]
    pub endings: Vec<String>,
    /// Texts in which the term in `[brackets]` gets its type from the head.
    #[schemars(length(min = 1))]
    pub examples: Vec<String>,
    /// Texts in which no term gets its type from the head.
    #[serde(default)]
    pub counterexamples: Vec<String>,
}

/// `stop.toml`: what is never an entity, and what bounds or decorates one.
#[derive(Clone, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct StopFile {
    /// Words that no term crosses: articles, prepositions, auxiliaries.
    #[serde(default)]
    pub function_words: Vec<String>,
    /// Words of praise, newness and quantity that stand before a term and are no part of it.
    #[serde(default)]
    pub praise: Vec<String>,
    /// Praise words that are a part of known terms ("large language model") and so may begin one.
    #[serde(default)]
    pub praise_in_terms: Vec<String>,
    /// Nouns that alone are never an entity ("model", "data").
    #[serde(default)]
    pub empty_nouns: Vec<String>,
    /// Terms that are never an entity, whole fields among them ("machine learning").
    #[serde(default)]
    pub terms: Vec<String>,
    /// Abbreviations after which a full stop ends no sentence.
    #[serde(default)]
    pub abbreviations: Vec<String>,
    /// Texts whose part in `[brackets]` must not be found as an entity.
    #[serde(default)]
    pub examples: Vec<String>,
}
