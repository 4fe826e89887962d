//! What the rules nearly found: phrases that many papers use like names of entities, but that no lexicon knows and the
//! evidence decides on only weakly.

use std::cmp::Reverse;

use rustc_hash::FxHashMap;

use crate::corpus::Paper;
use crate::extract::Extractor;
use crate::extract::annotated::{Annotated, CueSet};
use crate::extract::candidates::{Candidate, Proposer};
use crate::extract::choose::{Chosen, probability};
use crate::extract::evidence::{case_class, for_each_bit};
use crate::rules::{RuleSet, TypeId};
use crate::text::{normal_form, phrase_key};

/// Phrases from which on those seen in one paper only are forgotten, so that memory stays bounded.
const CROWDED: usize = 2_000_000;
/// Bytes of text shown on either side of an example.
const CONTEXT: usize = 40;

/// What is suggested.
#[derive(Clone, Copy, Debug)]
pub struct SuggestOptions {
    /// Papers that must use a phrase.
    pub least_papers: u32,
    /// Phrases with a mean confidence above this are found as they are, and not suggested.
    pub most_confidence: f32,
    /// Phrases with a mean confidence below this are hardly entities, and not suggested.
    pub least_confidence: f32,
}

impl Default for SuggestOptions {
    fn default() -> Self {
        Self { least_papers: 5, most_confidence: 0.95, least_confidence: 0.4 }
    }
}

/// A phrase that a lexicon might take up.
#[derive(Clone, Debug, PartialEq)]
pub struct Suggestion {
    /// The commonest spelling.
    pub name: String,
    /// Another form that papers define it with: its acronym, or the long form.
    pub alias: Option<String>,
    /// The type that it most likely has.
    pub entity_type: TypeId,
    /// Papers that use it.
    pub papers: u32,
    /// Papers in which it was found as an entity.
    pub found: u32,
    /// Mean confidence over the papers, 0 to 1.
    pub confidence: f32,
    /// Ids of the cues beside it, with the number of papers, commonest first; at most four.
    pub cues: Vec<(String, u32)>,
    /// Where it first stands, with some text around.
    pub example: String,
}

/// One phrase in one paper.
#[derive(Debug)]
pub struct Sighting {
    key: u64,
    spelling: Box<str>,
    probabilities: Box<[f32]>,
    found: bool,
    cues: CueSet,
    alias: Option<Box<str>>,
    example: Box<str>,
}

/// Phrases over many papers. Papers are looked at on any thread, and added in input order.
#[derive(Debug, Default)]
pub struct Suggester {
    phrases: FxHashMap<u64, Phrase>,
}

#[derive(Debug, Default)]
struct Phrase {
    papers: u32,
    found: u32,
    probabilities: Vec<f32>,
    spellings: Vec<(Box<str>, u32)>,
    aliases: Vec<(Box<str>, u32)>,
    cues: FxHashMap<u16, u32>,
    example: Box<str>,
}

/// The phrases of one paper that may name entities and that no lexicon knows, each once.
pub fn sightings(extractor: &Extractor, paper: &Paper) -> Vec<Sighting> {
    let reading = extractor.read(paper);
    let text = &reading.text;
    let types = extractor.weights.spans.shape.outcomes;
    if types == 0 {
        return Vec::new();
    }
    let bias = extractor.settings.bias;
    let mut best: FxHashMap<u64, Sighting> = FxHashMap::default();
    let candidates = reading.evidence.candidates.iter();
    let sums = reading.sums.chunks_exact(extractor.weights.spans.shape.stride).map(|row| &row[..types]);
    for (at, (weighed, scores)) in (0u32..).zip(candidates.zip(sums)) {
        let candidate = weighed.candidate;
        if !stands_alone(text, candidate) || is_settled(text.rules, candidate.key) || is_decorated(text, candidate) {
            continue;
        }
        let found = reading.chosen.iter().any(|chosen| chosen.candidate == at);
        let is_covered = |chosen: &Chosen| chosen.first < candidate.end && candidate.first < chosen.end;
        if !found && reading.chosen.iter().any(is_covered) {
            continue;
        }
        let probabilities: Box<[f32]> = (0..types).map(|entity_type| probability(scores, entity_type, bias)).collect();
        let cues =
            text.cues_before[candidate.first as usize].touching | text.cues_after[candidate.end as usize].touching;
        let sighting = best.entry(candidate.key).or_insert_with(|| Sighting {
            key: candidate.key,
            spelling: text.document.text(candidate.first, candidate.end).into(),
            probabilities: vec![0.0; types].into(),
            found: false,
            cues: 0,
            alias: alias(text, candidate.key),
            example: example(text, candidate),
        });
        sighting.found |= found;
        sighting.cues |= cues;
        if total(&probabilities) > total(&sighting.probabilities) {
            sighting.probabilities = probabilities;
        }
    }
    let mut sightings: Vec<Sighting> = best.into_values().collect();
    sightings.sort_by_key(|sighting| sighting.key);
    sightings
}

fn total(probabilities: &[f32]) -> f32 {
    probabilities.iter().sum()
}

/// Phrases between borders, and names by their looks; parts of longer phrases are not suggested.
fn stands_alone(text: &Annotated<'_>, candidate: Candidate) -> bool {
    let by = |proposer: Proposer| candidate.proposers & (1 << proposer as u16) != 0;
    (by(Proposer::Run) || by(Proposer::Left)) && text.is_left_free(candidate.first) && text.is_right_free(candidate.end)
        || by(Proposer::Acronym)
}

/// Do the rules say already what the phrase is, or that it is nothing?
fn is_settled(rules: &RuleSet, key: u64) -> bool {
    !rules.forms.get(key).is_empty() || rules.is_stop_term(key) || rules.terms.judged(key) == Some(None)
}

/// Is it only a known name, or any name, with words around that are no part of it: "SLAM problem", "high accuracy"?
fn is_decorated(text: &Annotated<'_>, candidate: Candidate) -> bool {
    let Candidate { first, end, .. } = candidate;
    let classes = &text.classes;
    let head = usize::from(text.head(end));
    let ends_in_class_noun = head > 0 && text.rules.heads[head - 1].class_noun;
    if end - first == 1 {
        // A single word in lower case is too vague more often than not.
        return ends_in_class_noun || classes[first as usize].empty || case_class(text, first, end) == 2;
    }
    let opens_with_praise = classes[first as usize].praise;
    let without_first = phrase_key(&text.document, first + 1, end);
    let modified =
        !text.rules.forms.get(without_first).is_empty() && !text.document.tokens[first as usize].shape.has_capital();
    ends_in_class_noun || opens_with_praise || modified
}

/// The other side of "long form (SHORT)".
fn alias(text: &Annotated<'_>, key: u64) -> Option<Box<str>> {
    let document = &text.document;
    text.definitions.iter().find_map(|definition| {
        let long = (definition.long_first, definition.long_end);
        let short = (definition.short_first, definition.short_end);
        let other = if phrase_key(document, long.0, long.1) == key {
            short
        } else if phrase_key(document, short.0, short.1) == key {
            long
        } else {
            return None;
        };
        Some(document.text(other.0, other.1).into())
    })
}

fn example(text: &Annotated<'_>, candidate: Candidate) -> Box<str> {
    let document = &text.document;
    let sentence = text.sentence(candidate.first);
    let tokens = &document.tokens;
    let start = tokens[candidate.first as usize].start as usize;
    let end = tokens[candidate.end as usize - 1].end as usize;
    let from = (sentence.first..candidate.first)
        .map(|token| tokens[token as usize].start as usize)
        .find(|&at| start - at <= CONTEXT)
        .unwrap_or(start);
    let to = (candidate.end..sentence.end)
        .rev()
        .map(|token| tokens[token as usize].end as usize)
        .find(|&at| at - end <= CONTEXT)
        .unwrap_or(end);
    document.reading[from..to].into()
}

impl Suggester {
    /// Adds what one paper shows.
    pub fn add(&mut self, sightings: Vec<Sighting>) {
        for sighting in sightings {
            let phrase = self.phrases.entry(sighting.key).or_default();
            if phrase.papers == 0 {
                phrase.probabilities = vec![0.0; sighting.probabilities.len()];
                phrase.example = sighting.example;
            }
            phrase.papers += 1;
            phrase.found += u32::from(sighting.found);
            for (sum, probability) in phrase.probabilities.iter_mut().zip(&sighting.probabilities) {
                *sum += probability;
            }
            count(&mut phrase.spellings, sighting.spelling);
            if let Some(alias) = sighting.alias {
                count(&mut phrase.aliases, alias);
            }
            for_each_bit(sighting.cues, |cue| {
                *phrase.cues.entry(cue as u16).or_default() += 1;
            });
        }
        if self.phrases.len() > CROWDED {
            self.phrases.retain(|_, phrase| phrase.papers > 1);
        }
    }

    /// The suggestions, best first: those that would mend most, by papers and confidence.
    pub fn suggestions(&self, rules: &RuleSet, options: SuggestOptions) -> Vec<Suggestion> {
        let mut suggestions: Vec<(f32, Suggestion)> = self
            .phrases
            .values()
            .filter(|phrase| phrase.papers >= options.least_papers && !phrase.is_ambiguous())
            .map(|phrase| (phrase, total(&phrase.probabilities) / phrase.papers as f32))
            .filter(|(_, confidence)| (options.least_confidence..=options.most_confidence).contains(confidence))
            .map(|(phrase, confidence)| {
                let suggestion = phrase.suggestion(rules, confidence);
                // Squared confidence: one name that is surely one is worth more than two that are hardly any.
                (phrase.papers as f32 * confidence * confidence, suggestion)
            })
            .collect();
        suggestions.sort_by(|(a, left), (b, right)| b.total_cmp(a).then_with(|| left.name.cmp(&right.name)));
        suggestions.into_iter().map(|(_, suggestion)| suggestion).collect()
    }
}

/// Spellings of a phrase that are told apart; rarer ones are of no interest.
const SPELLINGS: usize = 8;

fn count(counts: &mut Vec<(Box<str>, u32)>, text: Box<str>) {
    if let Some((_, count)) = counts.iter_mut().find(|(known, _)| *known == text) {
        *count += 1;
    } else if counts.len() < SPELLINGS {
        counts.push((text, 1));
    }
}

/// The commonest, the first of them where several are.
fn commonest(counts: &[(Box<str>, u32)]) -> Option<&(Box<str>, u32)> {
    counts.iter().min_by_key(|(_, count)| Reverse(*count))
}

impl Phrase {
    /// Do papers define it in several ways, as they do with short acronyms? A lexicon would be wrong about most.
    fn is_ambiguous(&self) -> bool {
        let mut readings: FxHashMap<String, u32> = FxHashMap::default();
        for (alias, papers) in &self.aliases {
            *readings.entry(normal_form(alias)).or_default() += papers;
        }
        let all: u32 = readings.values().sum();
        let most = readings.values().copied().max().unwrap_or(0);
        most * 5 < all * 4
    }

    fn suggestion(&self, rules: &RuleSet, confidence: f32) -> Suggestion {
        let mut best = 0;
        for (entity_type, sum) in self.probabilities.iter().enumerate() {
            if *sum > self.probabilities[best] {
                best = entity_type;
            }
        }
        let mut cues: Vec<(String, u32)> =
            self.cues.iter().map(|(&cue, &papers)| (rules.cues[usize::from(cue)].id.clone(), papers)).collect();
        cues.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
        cues.truncate(4);
        Suggestion {
            name: commonest(&self.spellings).map_or_else(String::new, |(text, _)| text.to_string()),
            // A form that only one paper uses may be that paper's own.
            alias: commonest(&self.aliases).filter(|(_, papers)| *papers > 1).map(|(text, _)| text.to_string()),
            entity_type: TypeId(u8::try_from(best).unwrap_or(u8::MAX)),
            papers: self.papers,
            found: self.found,
            confidence,
            cues,
            example: self.example.to_string(),
        }
    }
}

impl Suggestion {
    /// The row of the lexicon that would add the name: `name,aliases,case,broader,url`. An acronym stands as an alias of
    /// its long form, in its letter case.
    pub fn lexicon_row(&self) -> String {
        let letters = || self.name.chars().filter(|c| c.is_alphabetic());
        // A short name in capitals may be a word in lower case.
        let exact = letters().count() <= 5 && letters().all(char::is_uppercase);
        let (name, alias, case) = match &self.alias {
            Some(long) if exact && long.len() > self.name.len() => (long.as_str(), format!("={}", self.name), ""),
            alias => {
                let case = if exact { "yes" } else { "" };
                (self.name.as_str(), alias.clone().unwrap_or_default(), case)
            }
        };
        format!("{},{},{case},,", field(name), field(&alias))
    }
}

/// A field of a CSV file, quoted where it must be.
fn field(text: &str) -> String {
    if text.contains([',', '"', '\n']) { format!("\"{}\"", text.replace('"', "\"\"")) } else { text.to_string() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn suggestion(name: &str, alias: Option<&str>) -> Suggestion {
        Suggestion {
            name: name.into(),
            alias: alias.map(String::from),
            entity_type: TypeId(0),
            papers: 1,
            found: 0,
            confidence: 0.5,
            cues: Vec::new(),
            example: String::new(),
        }
    }

    #[test]
    fn rows_are_those_of_a_lexicon() {
        assert_eq!(suggestion("tree search", Some("TS")).lexicon_row(), "tree search,TS,,,");
        assert_eq!(suggestion("TS", Some("tree search")).lexicon_row(), "tree search,=TS,,,");
        assert_eq!(suggestion("GLUE", None).lexicon_row(), "GLUE,,yes,,");
        assert_eq!(suggestion("a \"b\", c", None).lexicon_row(), "\"a \"\"b\"\", c\",,,,");
    }

    #[test]
    fn phrases_are_counted_by_paper_and_ranked() {
        let sighting = |key, spelling: &str, probability| Sighting {
            key,
            spelling: spelling.into(),
            probabilities: vec![0.0, probability].into(),
            found: probability > 0.5,
            cues: 0,
            alias: Some("XY".into()),
            example: "an x y".into(),
        };
        let mut suggester = Suggester::default();
        for _ in 0..3 {
            suggester.add(vec![sighting(1, "x y", 0.6), sighting(2, "z", 0.45)]);
        }
        suggester.add(vec![sighting(1, "X y", 0.6), sighting(3, "w", 0.99)]);
        let options = SuggestOptions { least_papers: 3, ..SuggestOptions::default() };
        let found = suggester.suggestions(&RuleSet::default(), options);
        let names: Vec<&str> = found.iter().map(|found| found.name.as_str()).collect();
        assert_eq!(names, ["x y", "z"]);
        assert_eq!((found[0].papers, found[0].found), (4, 4));
        assert_eq!(found[0].entity_type, TypeId(1));
        assert_eq!(found[0].alias.as_deref(), Some("XY"));
    }
}
