//! Fitting the weights of pairs of forms: are they one entity?

use crate::eval::{GoldPaper, places, typed_spans};
use crate::extract::Extractor;
use crate::extract::annotated::Annotated;
use crate::extract::choose::{self, Chosen};
use crate::extract::group::open_pairs;
use crate::extract::pair_evidence::{PairSpace, PaperForm, words_between};
use crate::extract::vocabulary::SeenWords;
use crate::fit::network::Network;
use crate::fit::targets::AnnotatedPaper;
use crate::fit::training::{self, Training};
use crate::text::singular;

/// Two annotated forms with the evidence on whether they are one entity.
#[derive(Clone, Debug)]
pub struct PairExample {
    /// Evidence that holds.
    pub rows: Vec<u32>,
    /// Are they forms of one annotated entity?
    pub same: bool,
}

/// The examples of one annotated paper.
pub fn pair_examples(extractor: &Extractor, annotated: &AnnotatedPaper) -> Vec<PairExample> {
    let text = extractor.annotate(&annotated.paper);
    let places = places(&text, &annotated.gold);
    let (_, chosen) = choose::given(&text, &typed_spans(&extractor.rules.schema, &text, &annotated.gold));
    let entity_at = |at: usize| {
        places
            .iter()
            .find(|place| (place.first, place.end) == (chosen[at].first, chosen[at].end))
            .map(|place| place.entity)
    };
    let mut examples = Vec::new();
    for pair in open_pairs(&text, &chosen, &extractor.pair_space) {
        let mut rows = pair.rows;
        rows.extend(annotated.others.map(|group| extractor.pair_space.other_habits.row([group, 0, 0])));
        examples.push(PairExample { rows, same: entity_at(pair.places.0) == entity_at(pair.places.1) });
    }
    examples
}

/// The words by which forms of one annotated paper differ.
pub fn pair_words(extractor: &Extractor, text: &Annotated<'_>, gold: &GoldPaper) -> SeenWords {
    let (_, chosen) = choose::given(text, &typed_spans(&extractor.rules.schema, text, gold));
    let mut seen = SeenWords::default();
    for pair in open_pairs(text, &chosen, &extractor.pair_space) {
        let form = |at: usize| {
            let Chosen { first, end, key, entity_type, .. } = chosen[at];
            PaperForm::new(text, entity_type, key, vec![(first, end)])
        };
        words_between(&form(pair.places.0), &form(pair.places.1), |place, token| {
            let singular = singular(&text.document.word(token).to_lowercase()).into_owned();
            seen.entry((place as usize, text.document.tokens[token as usize].singular)).or_insert(singular);
        });
    }
    seen
}

/// How pairs are fitted where nobody says otherwise: the best found on held-out papers.
pub const PAIR_TRAINING: Training =
    Training { networks: 3, hidden: 5, epochs: 12, batch: 128, rate: 0.02, decay: 0.05, dropout: 0.3 };

/// Fits weights to examples.
pub fn fit_pairs(examples: &[&PairExample], space: &PairSpace, training: Training) -> Network {
    training::fit((space.rows, 1), examples.len(), training, space.other_habits, |item, _, dropout, table, gradient| {
        let example = examples[item];
        let rows: Vec<u32> = example.rows.iter().copied().filter(|&row| dropout.keeps(row)).collect();
        let sums = training::sums_of(table, &rows);
        let probability = 1.0 / (1.0 + (-sums[0]).exp());
        let delta = [probability - if example.same { 1.0 } else { 0.0 }];
        training::add_gradient(table, &rows, &sums, &delta, gradient);
    })
}
