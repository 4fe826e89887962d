//! Fitting the weights of relations: a softmax over the relations that a type allows.

use crate::eval::entity_spans;
use crate::extract::Extractor;
use crate::extract::relation_evidence::{self, EntityPlaces, RelationSpace};
use crate::fit::network::Network;
use crate::fit::training::{self, Training};

use crate::fit::targets::AnnotatedPaper;
use crate::rules::RelationId;

/// An annotated entity with the evidence on its relation.
#[derive(Clone, Debug)]
pub struct RelationExample {
    /// Evidence that holds.
    pub rows: Vec<u32>,
    /// The relations that its type allows.
    pub allowed: Vec<RelationId>,
    /// The annotated relation, one of the allowed.
    pub relation: RelationId,
}

/// The examples of one annotated paper.
pub fn relation_examples(extractor: &Extractor, annotated: &AnnotatedPaper) -> Vec<RelationExample> {
    let text = extractor.annotate(&annotated.paper);
    let schema = &extractor.rules.schema;
    let mut words = extractor.relation_space.words(&text.document);
    let mut examples = Vec::new();
    for (number, entity) in annotated.gold.entities.iter().enumerate() {
        let (Some(entity_type), Some(relation)) =
            (schema.type_named(&entity.entity_type), schema.relation_named(&entity.relation))
        else {
            continue;
        };
        let spans = entity_spans(&text, &annotated.gold, number);
        let allowed: Vec<RelationId> = schema.relations_for(entity_type).collect();
        if spans.is_empty() || !allowed.contains(&relation) {
            continue;
        }
        let space = &extractor.relation_space;
        let places = EntityPlaces { entity_type, spans };
        let mut rows = relation_evidence::collect(&text, space, &mut words, &places);
        rows.extend(annotated.others.map(|group| space.other_habits.row([group, u32::from(entity_type.0), 0])));
        examples.push(RelationExample { rows, allowed, relation });
    }
    examples
}

/// How relations are fitted where nobody says otherwise: the best found on held-out papers.
pub const RELATION_TRAINING: Training =
    Training { networks: 3, hidden: 5, epochs: 12, batch: 256, rate: 0.02, decay: 0.05, dropout: 0.4 };

/// Fits weights to examples. Rows of one value for entities of different types learn apart what is their own, and together,
/// in a row of their own, what they have in common.
pub fn fit_relations(
    examples: &[&RelationExample],
    space: &RelationSpace,
    relations: usize,
    training: Training,
) -> Network {
    let common = |row: u32| space.row_of_all_types(row).map(|first| space.rows + first);
    let table = training::fit(
        (2 * space.rows, relations),
        examples.len(),
        training,
        space.other_habits,
        |item, _, dropout, table, gradient| {
            let example = examples[item];
            let rows = example.rows.iter().flat_map(|&row| std::iter::once(row).chain(common(row)));
            let rows: Vec<u32> = rows.filter(|&row| dropout.keeps(row)).collect();
            let sums = training::sums_of(table, &rows);
            let allowed = || example.allowed.iter().map(|relation| usize::from(relation.0));
            let most = allowed().map(|column| sums[column]).fold(f32::NEG_INFINITY, f32::max);
            let total: f32 = allowed().map(|column| (sums[column] - most).exp()).sum();
            let mut delta = vec![0.0f32; relations];
            for column in allowed() {
                delta[column] = (sums[column] - most).exp() / total;
            }
            delta[usize::from(example.relation.0)] -= 1.0;
            training::add_gradient(table, &rows, &sums, &delta, gradient);
        },
    );
    table.first_rows(space.rows, common)
}
