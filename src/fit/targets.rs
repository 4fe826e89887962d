//! From annotated papers to targets: which candidates an annotation means.

use rayon::prelude::*;
use rustc_hash::FxHashMap;

use crate::corpus::Paper;
use crate::eval::GoldPaper;
use crate::extract::Extractor;
use crate::extract::annotated::Annotated;
use crate::extract::evidence::Evidence;
use crate::extract::vocabulary::{
    RELATION_PLACES, SPAN_PLACES, SeenWords, Vocabulary, relation_word, span_words, words_near,
};
use crate::extract::{Vocabularies, candidates};
use crate::fit::spans::{Target, TrainingPaper};

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
/// overlaps. Places without a candidate are left out. `other_habits`: its annotators have other habits than those who
/// judge.
pub fn training_paper(extractor: &Extractor, annotated: &AnnotatedPaper, other_habits: bool) -> TrainingPaper {
    let text = extractor.annotate(&annotated.paper);
    let mut evidence = extractor.evidence(&text);
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
    if other_habits {
        evidence.add_row(extractor.space.other_habits.row([0; 3]));
    }
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

/// The words that shall have weights of their own.
pub fn learn_words(extractor: &Extractor, papers: &[AnnotatedPaper]) -> Vocabularies {
    let of_papers: Vec<(SeenWords, SeenWords)> = papers
        .par_iter()
        .map(|annotated| {
            let text = extractor.annotate(&annotated.paper);
            let spans = span_words(&text, &candidates::propose(&text));
            let mut relations = SeenWords::default();
            for place in places(&text, &annotated.gold) {
                words_near(&text, place.first, place.end, |at, token| {
                    let (key, word) = relation_word(&text.document, at, token);
                    relations.entry((at as usize, key)).or_insert(word);
                });
            }
            (spans, relations)
        })
        .collect();
    let (spans, relations): (Vec<_>, Vec<_>) = of_papers.into_iter().unzip();
    Vocabularies {
        spans: Vocabulary::learn(SPAN_PLACES, spans.into_iter()),
        relations: Vocabulary::learn(RELATION_PLACES, relations.into_iter()),
    }
}
