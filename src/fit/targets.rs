//! From annotated papers to targets: which candidates an annotation means.

use rustc_hash::FxHashMap;

use crate::corpus::Paper;
use crate::eval::GoldPaper;
use crate::extract::Extractor;
use crate::extract::annotated::Annotated;
use crate::extract::evidence::Evidence;
use crate::extract::space::{self, LearntWords};
use crate::fit::spans::{Target, TrainingPaper};
use crate::text::singular;

/// A paper with its annotation.
#[derive(Clone, Debug)]
pub struct AnnotatedPaper {
    /// The text.
    pub paper: Paper,
    /// What a reader marked.
    pub gold: GoldPaper,
}

/// A place where an annotated form stands.
struct Place {
    first: u32,
    end: u32,
    entity: usize,
}

/// Finds the targets of a paper: every place of every annotated form on token edges, longer forms first, without
/// overlaps. Places without a candidate are left out.
pub fn training_paper(extractor: &Extractor, annotated: &AnnotatedPaper) -> TrainingPaper {
    let text = extractor.annotate(&annotated.paper);
    let evidence = extractor.evidence(&text);
    let candidate_at: FxHashMap<(u32, u32), u32> = evidence
        .candidates
        .iter()
        .zip(0u32..)
        .map(|(weighed, at)| ((weighed.candidate.first, weighed.candidate.end), at))
        .collect();
    let places = places(&text, &annotated.gold);
    let targets = places
        .iter()
        .filter_map(|place| {
            let entity = &annotated.gold.entities[place.entity];
            let entity_type = extractor.rules.schema.type_named(&entity.entity_type)?;
            let equals = equal_forms(&text, &evidence, place, &entity.surfaces);
            let candidate = candidate_at.get(&(place.first, place.end)).copied().or(equals.first().copied())?;
            Some(Target { candidate, entity_type: entity_type.0, equals })
        })
        .collect();
    TrainingPaper { tokens: text.document.tokens.len(), evidence, targets }
}

/// Candidates inside a place that are written as another form of the same entity.
fn equal_forms(text: &Annotated<'_>, evidence: &Evidence, place: &Place, surfaces: &[String]) -> Vec<u32> {
    let inside = |weighed: &crate::extract::evidence::Weighed| {
        let span = (weighed.candidate.first, weighed.candidate.end);
        span.0 >= place.first && span.1 <= place.end && span != (place.first, place.end)
    };
    evidence
        .candidates
        .iter()
        .zip(0u32..)
        .filter(|(weighed, _)| inside(weighed))
        .filter(|(weighed, _)| {
            let written = text.document.text(weighed.candidate.first, weighed.candidate.end);
            surfaces.iter().any(|surface| surface == written)
        })
        .map(|(_, at)| at)
        .collect()
}

fn places(text: &Annotated<'_>, gold: &GoldPaper) -> Vec<Place> {
    let document = &text.document;
    let starts: FxHashMap<usize, u32> =
        document.tokens.iter().zip(0u32..).map(|(t, at)| (t.start as usize, at)).collect();
    let ends: FxHashMap<usize, u32> = document.tokens.iter().zip(1u32..).map(|(t, at)| (t.end as usize, at)).collect();
    let mut forms: Vec<(&str, usize)> = Vec::new();
    for (entity, annotated) in gold.entities.iter().enumerate() {
        forms.extend(annotated.surfaces.iter().map(|surface| (surface.as_str(), entity)));
    }
    forms.sort_by_key(|(surface, entity)| (std::cmp::Reverse(surface.len()), *entity));
    let mut taken = vec![false; document.tokens.len()];
    let mut places = Vec::new();
    for (surface, entity) in forms {
        let readable = crate::text::Readable::new(surface).text;
        if readable.is_empty() {
            continue;
        }
        for (at, _) in document.reading.match_indices(readable.as_str()) {
            let (Some(&first), Some(&end)) = (starts.get(&at), ends.get(&(at + readable.len()))) else {
                continue;
            };
            if taken[first as usize..end as usize].iter().any(|&taken| taken) {
                continue;
            }
            taken[first as usize..end as usize].fill(true);
            places.push(Place { first, end, entity });
        }
    }
    places.sort_by_key(|place| place.end);
    places
}

/// The tokens of every place of one annotated entity, in order.
pub fn entity_spans(text: &Annotated<'_>, gold: &GoldPaper, entity: usize) -> Vec<(u32, u32)> {
    places(text, gold).iter().filter(|place| place.entity == entity).map(|place| (place.first, place.end)).collect()
}

/// A word ends terms in at least so many papers before it gets weights of its own.
const LEAST_PAPERS_OF_WORD: u32 = 3;
/// The same for the last letters of words.
const LEAST_PAPERS_OF_ENDING: u32 = 8;

/// The words that end candidates in enough of the papers.
pub fn learnt_words(extractor: &Extractor, papers: &[AnnotatedPaper]) -> LearntWords {
    let mut words: FxHashMap<String, u32> = FxHashMap::default();
    let mut endings: FxHashMap<String, u32> = FxHashMap::default();
    for annotated in papers {
        let text = extractor.annotate(&annotated.paper);
        let candidates = crate::extract::candidates::propose(&text);
        let mut last: Vec<String> = candidates
            .list
            .iter()
            .map(|candidate| singular(&text.document.word(candidate.end - 1).to_lowercase()).into_owned())
            .collect();
        last.sort();
        last.dedup();
        let mut letters: Vec<&str> = last.iter().flat_map(|word| space::endings(word)).collect();
        letters.sort_unstable();
        letters.dedup();
        for ending in letters {
            *endings.entry(ending.to_string()).or_default() += 1;
        }
        for word in last {
            *words.entry(word).or_default() += 1;
        }
    }
    let frequent = |counts: FxHashMap<String, u32>, least: u32| {
        let kept = counts.into_iter().filter(|(text, count)| *count >= least && text.chars().all(char::is_alphabetic));
        let mut texts: Vec<String> = kept.map(|(text, _)| text).collect();
        texts.sort();
        texts
    };
    LearntWords { words: frequent(words, LEAST_PAPERS_OF_WORD), endings: frequent(endings, LEAST_PAPERS_OF_ENDING) }
}
