//! Fitting the weights of relations: multinomial logistic regression over the relations that a type allows.

use crate::extract::Extractor;
use crate::extract::relation_evidence::{self, EntityPlaces};
use crate::extract::weights::WeightTable;
use crate::fit::lbfgs::minimise;
use crate::fit::targets::{AnnotatedPaper, entity_spans};
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
        let rows = relation_evidence::collect(&text, &extractor.relation_space, &EntityPlaces { entity_type, spans });
        examples.push(RelationExample { rows, allowed, relation });
    }
    examples
}

/// Fits weights to examples; `penalty` weighs the squared weights against the loss.
pub fn fit_relations(examples: &[&RelationExample], rows: u32, relations: usize, penalty: f32) -> WeightTable {
    let mut table = WeightTable::zero(rows, relations);
    let stride = table.stride();
    let start = std::mem::take(table.values_mut());
    let fitted = minimise(start, 80, |weights, gradient| {
        *table.values_mut() = weights.to_vec();
        let mut value = 0.0;
        for (sum, weight) in gradient.iter_mut().zip(weights) {
            *sum = penalty * weight;
            value += f64::from(penalty) / 2.0 * f64::from(*weight).powi(2);
        }
        let mut sums = vec![0.0f32; stride];
        for example in examples {
            sums.fill(0.0);
            table.add(&example.rows, &mut sums);
            let allowed = || example.allowed.iter().map(|relation| usize::from(relation.0));
            let most = allowed().map(|column| sums[column]).fold(f32::NEG_INFINITY, f32::max);
            let total: f64 = allowed().map(|column| f64::from(sums[column] - most).exp()).sum();
            let right = usize::from(example.relation.0);
            value += total.ln() - f64::from(sums[right] - most);
            for column in allowed() {
                let expected = (f64::from(sums[column] - most).exp() / total) as f32;
                let delta = expected - f32::from(u8::from(column == right));
                for &row in &example.rows {
                    gradient[row as usize * stride + column] += delta;
                }
            }
        }
        value
    });
    *table.values_mut() = fitted;
    table
}
