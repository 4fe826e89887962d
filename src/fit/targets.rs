//! From annotated papers to targets: which candidates an annotation means.

use rayon::prelude::*;
use rustc_hash::FxHashMap;

use crate::corpus::Paper;
use crate::eval::{GoldPaper, Place, places};
use crate::extract::Extractor;
use crate::extract::annotated::Annotated;
use crate::extract::evidence::Evidence;
use crate::extract::vocabulary::{
    PAIR_PLACES, RELATION_PLACES, SPAN_PLACES, SeenWords, Vocabulary, relation_word, span_words, words_near,
};
use crate::extract::{Vocabularies, candidates};
use crate::fit::pairs::pair_words;
use crate::fit::spans::{Target, TrainingPaper};

/// A paper with its annotation.
#[derive(Clone, Debug)]
pub struct AnnotatedPaper {
    /// The text.
    pub paper: Paper,
    /// What a reader marked.
    pub gold: GoldPaper,
    /// Where its annotators may have other habits than those who judge: the number of their group, from 0.
    pub others: Option<u32>,
}

/// Finds the targets of a paper: every place of every annotated form on token edges, longer forms first, without
/// overlaps. Places without a candidate are left out.
pub fn training_paper(extractor: &Extractor, annotated: &AnnotatedPaper) -> TrainingPaper {
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
    if let Some(group) = annotated.others {
        evidence.add_row(extractor.space.other_habits.row([group, 0, 0]));
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

/// The words that shall have weights of their own.
pub fn learn_words(extractor: &Extractor, papers: &[AnnotatedPaper]) -> Vocabularies {
    let of_papers: Vec<[SeenWords; 3]> = papers
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
            [spans, pair_words(extractor, &text, &annotated.gold), relations]
        })
        .collect();
    let seen_as = |kind: usize| of_papers.iter().map(move |seen| &seen[kind]);
    Vocabularies {
        spans: Vocabulary::learn(SPAN_PLACES, seen_as(0)),
        pairs: Vocabulary::learn(PAIR_PLACES, seen_as(1)),
        relations: Vocabulary::learn(RELATION_PLACES, seen_as(2)),
    }
}
