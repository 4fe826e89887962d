//! The extractor: rules, spaces of evidence and weights, ready for any number of papers.

use std::borrow::Cow;

use rustc_hash::FxHashMap;
use serde::Deserialize;

use crate::corpus::Paper;
use crate::extract::annotated::Annotated;
use crate::extract::candidates;
use crate::extract::choose::{self, Chosen};
use crate::extract::collect;
use crate::extract::defaults;
use crate::extract::evidence::Evidence;
use crate::extract::found::{Extraction, FoundEntity, Mention, SentenceSpan};
use crate::extract::group::{self, Group};
use crate::extract::pair_evidence::PairSpace;
use crate::extract::relation_evidence::{self, EntityPlaces, RelationSpace, RelationWords};
use crate::extract::space::{SpanSpace, row_name};
use crate::extract::sums::{self, Sieve};
use crate::extract::vocabulary::{PAIR_PLACES, RELATION_PLACES, SPAN_PLACES, Vocabulary};
use crate::extract::weights::WeightTable;
use crate::rules::packed::WeightFile;
use crate::rules::{RelationId, RuleFiles, RuleSet, TypeId};
use crate::text::Document;

/// The table of the weights of spans, in the rules folder.
pub const SPAN_WEIGHTS: &str = "tables/span-weights.csv";
/// The table of the weights of pairs of forms, in the rules folder.
pub const PAIR_WEIGHTS: &str = "tables/pair-weights.csv";
/// The table of the weights of relations, in the rules folder.
pub const RELATION_WEIGHTS: &str = "tables/relation-weights.csv";

/// The one outcome of the weights of pairs.
pub const SAME: &str = "same";

/// `weights.toml`: the settings of the weighing.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Settings {
    /// Added to every span's sum before choosing: greater finds more, smaller is surer.
    pub bias: f32,
    /// Candidates are given up early that sum to less in the [sieve](Sieve).
    pub least: f32,
}

impl Default for Settings {
    fn default() -> Self {
        Self { bias: 0.0, least: f32::NEG_INFINITY }
    }
}

/// The words that have weights of their own.
#[derive(Clone, Debug)]
pub struct Vocabularies {
    /// For weights on spans.
    pub spans: Vocabulary,
    /// For weights on pairs of forms.
    pub pairs: Vocabulary,
    /// For weights on relations.
    pub relations: Vocabulary,
}

/// The packed weight tables of a rules folder, as far as it has them.
struct PackedWeights<'f> {
    spans: Option<Cow<'f, [u8]>>,
    pairs: Option<Cow<'f, [u8]>>,
    relations: Option<Cow<'f, [u8]>>,
}

impl<'f> PackedWeights<'f> {
    fn of(files: &'f RuleFiles) -> Self {
        let packed = |path: &str| files.tables.get(path).map(|table| table.packed(path));
        let (spans, (pairs, relations)) =
            rayon::join(|| packed(SPAN_WEIGHTS), || (packed(PAIR_WEIGHTS), packed(RELATION_WEIGHTS)));
        Self { spans, pairs, relations }
    }

    fn files(&self) -> WeightFiles<'_> {
        let [spans, pairs, relations] =
            [&self.spans, &self.pairs, &self.relations].map(|packed| packed.as_deref().map(WeightFile::new));
        WeightFiles { spans, pairs, relations }
    }
}

/// The same, unpacked.
struct WeightFiles<'p> {
    spans: Option<WeightFile<'p>>,
    pairs: Option<WeightFile<'p>>,
    relations: Option<WeightFile<'p>>,
}

impl WeightFiles<'_> {
    /// The words that have weights.
    fn words(&self) -> Vocabularies {
        let no_file = WeightFile::default();
        let words = |places, file: &Option<WeightFile<'_>>| Vocabulary::read(places, file.as_ref().unwrap_or(&no_file));
        Vocabularies {
            spans: words(SPAN_PLACES, &self.spans),
            pairs: words(PAIR_PLACES, &self.pairs),
            relations: words(RELATION_PLACES, &self.relations),
        }
    }
}

/// The weights of all decisions.
#[derive(Clone, Debug)]
pub struct Weights {
    /// On spans: is it an entity, and of which type?
    pub spans: WeightTable,
    /// On pairs of forms: are they one entity?
    pub pairs: WeightTable,
    /// On entities: how is the paper related to them?
    pub relations: WeightTable,
}

/// Everything that extraction needs; only read after it is made, so that threads share it.
#[derive(Debug)]
pub struct Extractor {
    /// The rules.
    pub rules: RuleSet,
    /// Families of evidence on spans.
    pub space: SpanSpace,
    /// Families of evidence on relations.
    pub relation_space: RelationSpace,
    /// Families of evidence on pairs of forms.
    pub pair_space: PairSpace,
    /// The weights.
    pub weights: Weights,
    /// What each row of the evidence on spans weighs in the [sieve](Sieve), in hundredths; empty where nothing is given up
    /// early.
    pub sieve: Vec<i16>,
    /// Settings of the weighing.
    pub settings: Settings,
}

/// Which reasons are worked out beside what was found: each takes some hundredths of the time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reasons {
    /// Those for mentions and those for relations.
    All,
    /// Those for mentions, which `papergraph extract` writes.
    Mentions,
    /// Those for relations, which a graph keeps.
    Relations,
}

/// How many pieces of evidence are named as the reasons of a relation.
const REASONS: usize = 3;

/// A paper on its way: text, candidates with evidence, and what was chosen.
#[derive(Debug)]
pub struct Reading<'r> {
    /// The text with what the rules know of its words.
    pub text: Annotated<'r>,
    /// Candidates with their evidence.
    pub evidence: Evidence,
    /// Sums of the evidence of each candidate, as [`sums::sums`] gives them.
    pub sums: Vec<f32>,
    /// The spans that name entities.
    pub chosen: Vec<Chosen>,
    /// Spans of the same entity.
    pub groups: Vec<Group>,
}

impl Extractor {
    /// Compiles rule files.
    pub fn new(files: &RuleFiles) -> Self {
        let weights_and_words = || {
            let weights = PackedWeights::of(files);
            let words = weights.files().words();
            (weights, words)
        };
        let (rules, (weights, words)) = rayon::join(|| RuleSet::compile(files), weights_and_words);
        Self::with_rules(files, rules, words, &weights.files())
    }

    /// Compiles rule files, with the words that shall have weights of their own: what fitting begins with.
    pub fn with_words(files: &RuleFiles, words: Vocabularies) -> Self {
        Self::with_rules(files, RuleSet::compile(files), words, &PackedWeights::of(files).files())
    }

    fn with_rules(files: &RuleFiles, rules: RuleSet, words: Vocabularies, weights: &WeightFiles<'_>) -> Self {
        let types: Vec<String> = rules.schema.types.iter().map(|t| t.label.clone()).collect();
        let relations: Vec<String> = rules.schema.relations.iter().map(|r| r.id.clone()).collect();
        let for_spans = || {
            let space = SpanSpace::new(&rules, words.spans);
            let (weights, sieve) = match &weights.spans {
                Some(file) => WeightTable::read_with_sieve(file, &space.names, space.rows, &types),
                None => (defaults::span_weights(files, &rules, &space), Vec::new()),
            };
            (space, weights, sieve)
        };
        let for_pairs = || {
            let space = PairSpace::new(&rules, words.pairs);
            let weights = match &weights.pairs {
                Some(file) => WeightTable::read(file, &space.names, space.rows, &[SAME.to_string()]),
                None => defaults::pair_weights(&rules, &space),
            };
            (space, weights)
        };
        let for_relations = || {
            let space = RelationSpace::new(&rules, words.relations);
            let weights = match &weights.relations {
                Some(file) => WeightTable::read(file, &space.names, space.rows, &relations),
                None => defaults::relation_weights(files, &rules, &space),
            };
            (space, weights)
        };
        let ((space, spans, sieve), ((pair_space, pairs), (relation_space, relations))) =
            rayon::join(for_spans, || (for_pairs(), for_relations()));
        let weights = Weights { spans, pairs, relations };
        let settings = files
            .tables
            .get("weights.toml")
            .and_then(|table| std::str::from_utf8(table.csv()).ok())
            .and_then(|text| toml::from_str(text).ok())
            .unwrap_or_default();
        Self { rules, space, relation_space, pair_space, weights, sieve, settings }
    }

    /// Looks up the words of a paper.
    pub fn annotate(&self, paper: &Paper) -> Annotated<'_> {
        Annotated::new(&self.rules, Document::new(paper, &self.rules.abbreviations))
    }

    /// Finds all spans that may name an entity, with the evidence on them.
    pub fn evidence(&self, text: &Annotated<'_>) -> Evidence {
        collect::collect(text, &self.space, &candidates::propose(text), None)
    }

    /// Reads a paper up to the groups of spans that are its entities.
    pub fn read(&self, paper: &Paper) -> Reading<'_> {
        let text = self.annotate(paper);
        let candidates = candidates::propose(&text);
        let mut sieve = (!self.sieve.is_empty()).then(|| Sieve::new(&self.sieve, self.settings.least));
        let evidence = collect::collect(&text, &self.space, &candidates, sieve.as_mut());
        self.decide(text, evidence, &self.weights, self.settings.bias)
    }

    /// Reads a paper whose spans are given, with their types: only groups and relations are left to find.
    pub fn read_given<'r>(&'r self, text: Annotated<'r>, spans: &[(u32, u32, TypeId)]) -> Reading<'r> {
        let (candidates, chosen) = choose::given(&text, spans);
        let evidence = collect::collect(&text, &self.space, &candidates, None);
        let sums = sums::sums(&evidence, &self.weights.spans);
        let groups = group::group(&text, &chosen, &self.pair_space, &self.weights.pairs);
        Reading { text, evidence, sums, chosen, groups }
    }

    /// Chooses spans and groups them by the given weights.
    pub fn decide<'r>(&self, text: Annotated<'r>, evidence: Evidence, weights: &Weights, bias: f32) -> Reading<'r> {
        let sums = sums::sums(&evidence, &weights.spans);
        let chosen = choose::choose(&text, &evidence.candidates, &sums, &weights.spans, bias);
        let groups = group::group(&text, &chosen, &self.pair_space, &weights.pairs);
        Reading { text, evidence, sums, chosen, groups }
    }

    /// Finds the entities of a paper.
    pub fn extract(&self, paper: &Paper) -> Extraction {
        self.extract_with(paper, Reasons::All)
    }

    /// Finds the entities of a paper, with the reasons that are asked for.
    pub fn extract_with(&self, paper: &Paper, reasons: Reasons) -> Extraction {
        self.entities(&self.read(paper), reasons)
    }

    /// The entities of a paper that was read.
    pub fn extraction(&self, reading: &Reading<'_>) -> Extraction {
        self.entities(reading, Reasons::All)
    }

    fn entities(&self, reading: &Reading<'_>, reasons: Reasons) -> Extraction {
        let mut words = self.relation_space.words(&reading.text.document);
        let entities = reading.groups.iter().map(|group| self.entity(reading, &mut words, group, reasons));
        Extraction { entities: entities.collect() }
    }

    fn entity(&self, reading: &Reading<'_>, words: &mut RelationWords, group: &Group, reasons: Reasons) -> FoundEntity {
        let text = &reading.text;
        let document = &text.document;
        let mentions: Vec<Mention> =
            group.members.iter().map(|&at| self.mention(reading, &reading.chosen[at], reasons)).collect();
        let places = EntityPlaces {
            entity_type: group.entity_type,
            spans: group.members.iter().map(|&at| (reading.chosen[at].first, reading.chosen[at].end)).collect(),
        };
        let (relation, relation_confidence, relation_rules) = self.relation(text, words, &places, reasons);
        let name = match group.entry {
            Some(entry) => self.rules.lexicon[entry as usize].name.clone(),
            None => {
                let naming = group.naming.iter().map(|&at| reading_of(reading, &reading.chosen[at]));
                commonest(&naming.collect::<Vec<_>>())
            }
        };
        let acronym = group.definition.map(|number| {
            let definition = text.definitions[number];
            (
                document.text(definition.long_first, definition.long_end).to_string(),
                document.text(definition.short_first, definition.short_end).to_string(),
            )
        });
        let missed: f32 = mentions.iter().map(|mention| 1.0 - mention.confidence).product();
        FoundEntity {
            entity_type: group.entity_type,
            name,
            lexicon_entry: group.entry,
            relation,
            relation_confidence,
            relation_rules,
            confidence: 1.0 - missed,
            sentences: self.sentences(reading, group),
            mentions,
            acronym,
        }
    }

    fn mention(&self, reading: &Reading<'_>, span: &Chosen, reasons: Reasons) -> Mention {
        let document = &reading.text.document;
        let (field, start, end) = document.source_span(span.first, span.end);
        Mention {
            field,
            start,
            end,
            reading: reading_of(reading, span),
            rule: (reasons != Reasons::Relations).then(|| self.strongest_rule(reading, span)),
            confidence: span.confidence,
        }
    }

    /// The piece of evidence that spoke most for a span's type; where none speaks for it, what proposed the span.
    fn strongest_rule(&self, reading: &Reading<'_>, span: &Chosen) -> u32 {
        let weighed = &reading.evidence.candidates[span.candidate as usize];
        let column = usize::from(span.entity_type.0);
        let sums = &reading.sums[span.candidate as usize * self.weights.spans.shape.stride..]
            [..self.weights.spans.shape.stride];
        let effective = self.weights.spans.effective(sums, column);
        let mut best = (0.0, self.space.proposed.row([weighed.candidate.proposers.trailing_zeros(), 0, 0]));
        reading.evidence.rows_of(weighed).for_each(|row| {
            let weight = effective.weight(row);
            if weight > best.0 {
                best = (weight, row);
            }
        });
        best.1
    }

    /// Name of the rule that spoke most for a mention: `family: value`; empty where it was not asked for.
    pub fn rule_name(&self, mention: &Mention) -> String {
        mention.rule.map_or_else(String::new, |rule| row_name(&self.space.names, rule))
    }

    /// The relation that weighs most among those that the type allows, its probability, and the evidence for it.
    fn relation(
        &self,
        text: &Annotated<'_>,
        words: &mut RelationWords,
        places: &EntityPlaces,
        reasons: Reasons,
    ) -> (RelationId, f32, Vec<String>) {
        let rows = relation_evidence::collect(text, &self.relation_space, words, places);
        let sums = self.weights.relations.sums(&rows);
        let allowed: Vec<RelationId> = self.rules.schema.relations_for(places.entity_type).collect();
        let relation = best_relation(&self.rules, places.entity_type, &allowed, &sums);
        let column = usize::from(relation.0);
        let most = sums[column];
        let total: f32 = allowed.iter().map(|other| (sums[usize::from(other.0)] - most).exp()).sum();
        let rules = match reasons {
            Reasons::Mentions => Vec::new(),
            Reasons::All | Reasons::Relations => self.rules_of_relation(&rows, &sums, column),
        };
        (relation, 1.0 / total.max(1.0), rules)
    }

    /// Names of the pieces of evidence that spoke most for a relation, strongest first.
    fn rules_of_relation(&self, rows: &[u32], sums: &[f32], column: usize) -> Vec<String> {
        let effective = self.weights.relations.effective(sums, column);
        let mut best: Vec<(f32, u32)> = Vec::with_capacity(REASONS + 1);
        for &row in rows {
            let weight = effective.weight(row);
            if weight > best.get(REASONS - 1).map_or(0.0, |least| least.0) {
                let place = best.partition_point(|&(other, _)| other >= weight);
                best.insert(place, (weight, row));
                best.truncate(REASONS);
            }
        }
        best.iter().map(|&(_, row)| row_name(&self.relation_space.names, row)).collect()
    }

    /// Sentences of an entity's mentions: those of the abstract before the title, surest mention first.
    fn sentences(&self, reading: &Reading<'_>, group: &Group) -> Vec<SentenceSpan> {
        let document = &reading.text.document;
        let mut members: Vec<&Chosen> = group.members.iter().map(|&at| &reading.chosen[at]).collect();
        members.sort_by(|a, b| {
            let place = |span: &Chosen| document.in_title(span.first);
            place(a).cmp(&place(b)).then(b.confidence.total_cmp(&a.confidence)).then(a.first.cmp(&b.first))
        });
        let mut spans: Vec<SentenceSpan> = Vec::new();
        for member in members {
            let sentence = reading.text.sentence(member.first);
            let (field, start, end) = document.source_span(sentence.first, sentence.end);
            let span = SentenceSpan { field, start, end };
            if !spans.contains(&span) {
                spans.push(span);
            }
        }
        spans.truncate(3);
        spans
    }
}

impl Extractor {
    /// The relation of an entity by other weights than the extractor's own.
    pub fn relation_by(
        &self,
        text: &Annotated<'_>,
        words: &mut RelationWords,
        places: &EntityPlaces,
        weights: &WeightTable,
    ) -> RelationId {
        let rows = relation_evidence::collect(text, &self.relation_space, words, places);
        let sums = weights.sums(&rows);
        let allowed: Vec<RelationId> = self.rules.schema.relations_for(places.entity_type).collect();
        best_relation(&self.rules, places.entity_type, &allowed, &sums)
    }
}

/// The relation with the greatest sum; where no evidence speaks, the type's default, else the last allowed.
fn best_relation(rules: &RuleSet, entity_type: TypeId, allowed: &[RelationId], sums: &[f32]) -> RelationId {
    let label = &rules.schema.entity_type(entity_type).label;
    let default = allowed
        .iter()
        .copied()
        .find(|&relation| rules.schema.relation(relation).default_for.contains(label))
        .or(allowed.last().copied())
        .unwrap_or(RelationId(0));
    let mut best = default;
    for &relation in allowed {
        if sums[usize::from(relation.0)] > sums[usize::from(best.0)] {
            best = relation;
        }
    }
    best
}

/// What stands at a span, as people read it.
fn reading_of(reading: &Reading<'_>, span: &Chosen) -> String {
    reading.text.document.text(span.first, span.end).to_string()
}

/// The commonest of some readings; the first of them where several are.
fn commonest(readings: &[String]) -> String {
    let mut times: FxHashMap<&str, u32> = FxHashMap::default();
    for reading in readings {
        *times.entry(reading).or_default() += 1;
    }
    let mut best: Option<(u32, &str)> = None;
    for reading in readings {
        let count = times[reading.as_str()];
        if best.is_none_or(|(most, _)| count > most) {
            best = Some((count, reading));
        }
    }
    best.map_or_else(String::new, |(_, reading)| reading.to_string())
}
