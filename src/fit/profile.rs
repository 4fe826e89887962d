//! How each rule fares on annotated papers: how often it speaks, how often it is right, and what it costs.

use std::time::{Duration, Instant};

use rayon::prelude::*;
use rustc_hash::FxHashMap;

use super::targets::AnnotatedPaper;
use crate::eval::entity_spans;
use crate::extract::Extractor;
use crate::extract::annotated::Annotated;
use crate::extract::candidates::{self, Proposer};
use crate::extract::examples::{has_head, sees_cue};
use crate::rules::{RelationId, RuleFiles, TypeId};
use crate::text::phrase_key;

/// How one rule, or one piece of evidence, fared.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RuleProfile {
    /// Kind of rule: `lexicon`, `pattern`, `cue`, `head`, `stop`, or `evidence` for what decided on spans.
    pub kind: &'static str,
    /// Its id; the id of the type for a lexicon.
    pub id: String,
    /// How often it spoke.
    pub fired: u32,
    /// How often what it said is what a reader marked.
    pub right: u32,
    /// Time it took of its own; `None` for rules that are looked up in tables all at once.
    pub time: Option<Duration>,
}

/// An annotated place.
#[derive(Clone, Copy)]
struct GoldSpan {
    first: u32,
    end: u32,
    entity_type: TypeId,
    relation: Option<RelationId>,
}

/// Counts by kind and number of the rule.
type Counts = FxHashMap<(Kind, usize), (u32, u32)>;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Kind {
    Lexicon,
    Pattern,
    Cue,
    Head,
    Stop,
}

/// Profiles all rules, in the order of their files, and then the evidence that decided most on the spans found.
///
/// - a lexicon is right where a name of it is marked with its type;
/// - a pattern likewise for its matches;
/// - a cue speaks for every phrase that it reaches, and is right where that is marked with the type and relation that the
///   cue speaks for;
/// - a head speaks for every phrase that ends in it, and is right where a marked place of its type ends there;
/// - stop terms are right where nothing is marked.
pub fn profile(extractor: &Extractor, files: &RuleFiles, papers: &[AnnotatedPaper]) -> Vec<RuleProfile> {
    let of_papers: Vec<(Counts, Vec<(String, bool)>)> =
        papers.par_iter().map(|paper| profile_paper(extractor, files, paper)).collect();
    let mut counts = Counts::default();
    let mut decided: FxHashMap<String, (u32, u32)> = FxHashMap::default();
    for (of_paper, rules) in of_papers {
        for (key, (fired, right)) in of_paper {
            let sum = counts.entry(key).or_default();
            *sum = (sum.0 + fired, sum.1 + right);
        }
        for (rule, right) in rules {
            let sum = decided.entry(rule).or_default();
            *sum = (sum.0 + 1, sum.1 + u32::from(right));
        }
    }
    let rules = &extractor.rules;
    let line = |kind, name, number, id: &str, time| {
        let (fired, right) = counts.get(&(kind, number)).copied().unwrap_or_default();
        RuleProfile { kind: name, id: id.to_string(), fired, right, time }
    };
    let types = rules.schema.types.iter().enumerate();
    let mut lines: Vec<RuleProfile> =
        types.map(|(number, t)| line(Kind::Lexicon, "lexicon", number, &t.id, None)).collect();
    for (number, pattern) in rules.patterns.iter().enumerate() {
        let regex = pattern.regex();
        let started = Instant::now();
        for paper in papers {
            for text in [&paper.paper.title, &paper.paper.abstract_text] {
                std::hint::black_box(regex.map_or(0, |regex| regex.find_iter(text).count()));
            }
        }
        let time = Some(started.elapsed());
        lines.push(line(Kind::Pattern, "pattern", number, &pattern.id, time));
    }
    for (number, cue) in rules.cues.iter().enumerate() {
        lines.push(line(Kind::Cue, "cue", number, &cue.id, None));
    }
    for (number, head) in rules.heads.iter().enumerate() {
        lines.push(line(Kind::Head, "head", number, &head.id, None));
    }
    lines.push(line(Kind::Stop, "stop", 0, "terms", None));
    let mut decided: Vec<RuleProfile> = decided
        .into_iter()
        .map(|(id, (fired, right))| RuleProfile { kind: "evidence", id, fired, right, time: None })
        .collect();
    decided.sort_by(|a, b| b.fired.cmp(&a.fired).then_with(|| a.id.cmp(&b.id)));
    lines.extend(decided);
    lines
}

/// Counts of one paper, and for each span found the evidence that decided on it and whether it is right.
fn profile_paper(
    extractor: &Extractor,
    files: &RuleFiles,
    annotated: &AnnotatedPaper,
) -> (Counts, Vec<(String, bool)>) {
    let reading = extractor.read(&annotated.paper);
    let text = &reading.text;
    let rules = &extractor.rules;
    let gold = gold_spans(extractor, text, annotated);
    let is_gold = |first, end, entity_type| {
        gold.iter().any(|span| (span.first, span.end, span.entity_type) == (first, end, entity_type))
    };
    let mut counts = Counts::default();
    let mut add = |kind, number, right: bool| {
        let sum: &mut (u32, u32) = counts.entry((kind, number)).or_default();
        *sum = (sum.0 + 1, sum.1 + u32::from(right));
    };
    for known in &text.known {
        let mut types: Vec<TypeId> =
            known.forms.iter().map(|form| rules.lexicon[form.entry as usize].entity_type).collect();
        types.sort_unstable();
        types.dedup();
        for entity_type in types {
            let right = is_gold(known.first, known.end, entity_type);
            add(Kind::Lexicon, usize::from(entity_type.0), right);
        }
    }
    for found in &text.pattern_matches {
        let number = usize::from(found.pattern);
        let entity_type = rules.patterns[number].entity_type;
        add(Kind::Pattern, number, is_gold(found.first, found.end, entity_type));
    }
    // Whole phrases, and what is marked though it is none.
    let mut phrases: Vec<(u32, u32)> = candidates::propose(text)
        .list
        .iter()
        .filter(|candidate| candidate.proposers & (1 << Proposer::Run as u16) != 0)
        .map(|candidate| (candidate.first, candidate.end))
        .chain(gold.iter().map(|span| (span.first, span.end)))
        .collect();
    phrases.sort_unstable();
    phrases.dedup();
    for &(first, end) in &phrases {
        for (number, cue) in files.cues.iter().enumerate().take(rules.cues.len()) {
            if !sees_cue(text, (first, end), number) {
                continue;
            }
            let entity_type = cue.entity_type.as_deref().and_then(|t| rules.schema.type_named(t));
            let relation = cue.relation.as_deref().and_then(|r| rules.schema.relation_named(r));
            let right = gold.iter().any(|span| {
                (span.first, span.end) == (first, end)
                    && entity_type.is_none_or(|wanted| span.entity_type == wanted)
                    && (relation.is_none() || span.relation == relation)
            });
            add(Kind::Cue, number, right);
        }
        for (number, head) in rules.heads.iter().enumerate() {
            let class = u8::try_from(number + 1).unwrap_or(u8::MAX);
            if has_head(text, (first, end), class) {
                let right = gold.iter().any(|span| span.end == end && span.entity_type == head.entity_type);
                add(Kind::Head, number, right);
            }
        }
        if rules.is_stop_term(phrase_key(&text.document, first, end)) {
            let right = !gold.iter().any(|span| (span.first, span.end) == (first, end));
            add(Kind::Stop, 0, right);
        }
    }
    let extraction = extractor.extraction(&reading);
    let mut decided = Vec::new();
    for (group, entity) in reading.groups.iter().zip(&extraction.entities) {
        for (&member, mention) in group.members.iter().zip(&entity.mentions) {
            let chosen = &reading.chosen[member];
            let right = is_gold(chosen.first, chosen.end, group.entity_type);
            decided.push((extractor.rule_name(mention), right));
        }
    }
    (counts, decided)
}

fn gold_spans(extractor: &Extractor, text: &Annotated<'_>, annotated: &AnnotatedPaper) -> Vec<GoldSpan> {
    let schema = &extractor.rules.schema;
    let mut spans = Vec::new();
    for (number, entity) in annotated.gold.entities.iter().enumerate() {
        let Some(entity_type) = schema.type_named(&entity.entity_type) else {
            continue;
        };
        let relation = schema.relation_named(&entity.relation);
        let places = entity_spans(text, &annotated.gold, number);
        spans.extend(places.into_iter().map(|(first, end)| GoldSpan { first, end, entity_type, relation }));
    }
    spans
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::corpus::Paper;
    use crate::eval::{GoldEntity, GoldPaper};
    use crate::rules::RuleFolder;

    #[test]
    fn rules_are_counted_where_they_speak_and_where_they_are_right() {
        let files = RuleFolder::embedded().parse().unwrap();
        let extractor = Extractor::new(&files);
        let task = &files.schema.types[0];
        let (head, noun) = files
            .heads
            .iter()
            .find(|head| head.entity_type == task.label && !head.class_noun)
            .map(|head| (head.id.clone(), head.words[0].clone()))
            .unwrap();
        let paper = AnnotatedPaper {
            others: None,
            paper: Paper {
                id: "p".into(),
                abstract_text: format!("We see the oak {noun}. They see the elm {noun}."),
                ..Paper::default()
            },
            gold: GoldPaper {
                id: "p".into(),
                entities: vec![GoldEntity {
                    entity_type: task.label.clone(),
                    relation: "uses".into(),
                    surfaces: vec![format!("oak {noun}")],
                }],
            },
        };
        let lines = profile(&extractor, &files, &[paper]);
        let line = lines.iter().find(|line| line.id == head).unwrap();
        assert_eq!((line.kind, line.fired, line.right), ("head", 2, 1));
        assert!(lines.iter().all(|line| line.right <= line.fired));
    }
}
