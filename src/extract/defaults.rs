//! What evidence weighs in a rule set that was never fitted: a default for each kind of rule.
//!
//! A rule speaks for the type that it names, everything else only says where an entity begins and ends. The numbers are
//! round: [`papergraph rules fit`](crate::fit) finds better ones from annotated papers.

use super::pair_evidence::{PairSpace, SPELT};
use super::relation_evidence::RelationSpace;
use super::space::{Family, SpanSpace};
use super::weights::WeightTable;
use crate::rules::{RelationRole, RuleFiles, RuleSet, TypeId};

/// What speaks against every span: it takes a rule to outweigh it.
const AGAINST: f32 = -1.5;
/// A name of a lexicon in its letter case, in another, and in one that the lexicon forbids.
const KNOWN_NAME: [f32; 3] = [3.5, 2.5, -2.0];
/// What the text says the thing is, once and more often: "X, a parser ...".
const CALLED: [f32; 2] = [2.5, 3.0];
/// A term of several words that ends in a head; the head alone.
const HEAD: [f32; 3] = [0.5, 2.5, 2.5];
/// A class noun behind the name: "the X dataset".
const CLASS_NOUN: f32 = 2.0;
/// The last letters of a name: "OakNet".
const ENDING: f32 = 2.0;
/// A cue beside a name, a word with a capital, and a word in lower case.
const CUE: [f32; 3] = [2.0, 2.0, 1.0];
/// The type of the acronym's other form.
const ACRONYM: f32 = 2.0;
/// The type of a neighbour in a list.
const NEIGHBOUR: f32 = 1.0;
/// A border of the span that is none of its phrase, and another word that belongs to the term.
const CUT: f32 = -1.0;
/// A part of a longer known name.
const INSIDE_KNOWN: f32 = -3.0;
/// What stop words, empty nouns and praise take away.
const STOP: f32 = -8.0;
/// A cue that touches the entity, and one in the same clause, for its relation.
const RELATION_CUE: [f32; 2] = [2.0, 0.5];
/// The default relation of a type, where no cue touches.
const DEFAULT_RELATION: f32 = 0.75;
/// Two forms that the rules take for one entity.
const ONE_THING: f32 = 1.0;
/// The title's own name, for the contribution.
const OWN_NAME: f32 = 3.0;

/// Weights on spans.
pub fn span_weights(files: &RuleFiles, rules: &RuleSet, space: &SpanSpace) -> WeightTable {
    let types = rules.schema.types.len();
    let mut table = WeightTable::zero(space.rows, types);
    let all = |table: &mut WeightTable, family: Family, value: [u32; 3], weight: f32| {
        (0..types).for_each(|column| table.set(family.row(value), column, weight));
    };
    all(&mut table, space.constant, [0; 3], AGAINST);
    all(&mut table, space.stop_term, [0; 3], STOP);
    all(&mut table, space.empty_head, [0; 3], STOP);
    all(&mut table, space.function_inside, [1, 0, 0], CUT);
    all(&mut table, space.covered, [1, 0, 0], INSIDE_KNOWN);
    for praise in 0..2 {
        all(&mut table, space.praise, [praise, 0, 0], CUT);
    }
    for atoms in 0..4 {
        all(&mut table, space.borders, [0, 1, atoms], CUT);
        all(&mut table, space.borders, [1, 0, atoms], CUT);
        all(&mut table, space.borders, [0, 0, atoms], 2.0 * CUT);
    }
    for column in 0..types {
        let of_type = column as u32;
        for (case, weight) in (0..).zip(KNOWN_NAME) {
            table.set(space.listed.row([of_type, case, 0]), column, weight);
        }
        let guess = space.acronym_type.row([of_type + 2, 0, 0]);
        table.set(guess, column, ACRONYM);
        for case in 0..2 {
            let neighbour = space.neighbour_type.row([of_type + 1, case, 0]);
            table.set(neighbour, column, NEIGHBOUR);
        }
    }
    for (number, pattern) in (1..).zip(&rules.patterns) {
        let confidence = files
            .patterns
            .iter()
            .find(|written| written.id == pattern.id)
            .map_or(0.5, |written| written.confidence.clamp(0.02, 0.98));
        let odds = (confidence / (1.0 - confidence)).ln();
        let row = space.pattern.row([number, 0, 0]);
        table.set(row, column_of(pattern.entity_type), odds - AGAINST);
    }
    for (number, head) in (1..).zip(&rules.heads) {
        let column = column_of(head.entity_type);
        for (times, weight) in (0..).zip(CALLED) {
            table.set(space.called.row([number, times, 0]), column, weight);
        }
        table.set(space.ending.row([number, 0, 0]), column, ENDING);
        table.set(space.title_name.row([number, 0, 0]), column, CALLED[0]);
        table.set(space.acronym_head.row([number, 0, 0]), column, ACRONYM);
        for case in 0..3 {
            table.set(space.such_as.row([number, case, 0]), column, NEIGHBOUR);
            let next = space.next_head.row([number, case, 0]);
            if head.class_noun {
                table.set(next, column, CLASS_NOUN);
            } else {
                (0..types).for_each(|column| table.set(next, column, CUT));
            }
        }
        for (atoms, weight) in (0..).zip(HEAD) {
            let row = space.head.row([number, atoms, 0]);
            if head.class_noun {
                (0..types).for_each(|column| table.set(row, column, CUT));
            } else {
                table.set(row, column, weight);
            }
        }
    }
    for (number, cue) in (1..).zip(&rules.cues) {
        let written = files.cues.iter().find(|written| written.id == cue.id);
        let label = written.and_then(|written| written.entity_type.as_deref());
        let Some(entity_type) = label.and_then(|label| rules.schema.type_named(label)) else {
            continue;
        };
        for (case, weight) in (0..).zip(CUE) {
            for family in [space.cue_touching, space.cue_after_case] {
                table.set(family.row([number, case, 0]), column_of(entity_type), weight);
            }
        }
    }
    table
}

/// Weights on pairs of forms: they are one where only class nouns and praise tell them apart, or one spells the other.
pub fn pair_weights(rules: &RuleSet, space: &PairSpace) -> WeightTable {
    let mut table = WeightTable::zero(space.rows, 1);
    for entity_type in 0..rules.schema.types.len() as u32 {
        table.set(space.canonical.row([1, entity_type, 0]), 0, ONE_THING);
        table.set(space.likeness.row([SPELT, entity_type, 0]), 0, ONE_THING);
    }
    table
}

/// Weights on relations.
pub fn relation_weights(files: &RuleFiles, rules: &RuleSet, space: &RelationSpace) -> WeightTable {
    let schema = &rules.schema;
    let types = schema.types.len() as u32;
    let mut table = WeightTable::zero(space.rows, schema.relations.len());
    for (number, cue) in (1..).zip(&rules.cues) {
        let written = files.cues.iter().find(|written| written.id == cue.id);
        let id = written.and_then(|written| written.relation.as_deref());
        let Some(relation) = id.and_then(|id| schema.relation_named(id)) else {
            continue;
        };
        let column = usize::from(relation.0);
        for entity_type in 0..types {
            for family in [space.touching, space.touching_after] {
                table.set(family.row([number, entity_type, 0]), column, RELATION_CUE[0]);
            }
            for family in [space.in_clause_left, space.in_clause_right] {
                table.set(family.row([number, entity_type, 0]), column, RELATION_CUE[1]);
            }
        }
    }
    for (entity_type, declared) in (0..).zip(&schema.types) {
        let default = schema.relations.iter().position(|relation| relation.default_for.contains(&declared.label));
        if let Some(column) = default {
            let row = space.entity_type.row([entity_type, 0, 0]);
            table.set(row, column, DEFAULT_RELATION);
        }
    }
    if let Some(contribution) = schema.relation_with_role(RelationRole::Contribution) {
        for entity_type in 0..types {
            let row = space.title_name.row([entity_type, 0, 0]);
            table.set(row, usize::from(contribution.0), OWN_NAME);
        }
    }
    table
}

fn column_of(entity_type: TypeId) -> usize {
    usize::from(entity_type.0)
}

#[cfg(test)]
mod tests {
    use crate::corpus::Paper;
    use crate::extract::Extractor;
    use crate::rules::RuleFolder;

    #[test]
    fn rules_without_weights_find_what_they_name() {
        let mut files = RuleFolder::embedded().parse().unwrap();
        files.tables.clear();
        let (entity_type, names) = &files.lexicons[0];
        let known = names.rows().into_iter().find(|row| row.name.len() > 8).unwrap();
        let (entity_type, name) = (*entity_type, known.name.replace('=', ""));
        let extractor = Extractor::new(&files);
        let paper =
            Paper { id: "p".into(), abstract_text: format!("We look at {name} of the north."), ..Paper::default() };
        let found = extractor.extract(&paper).entities;
        assert_eq!(found.len(), 1, "{found:?}");
        assert_eq!((found[0].entity_type, &found[0].name), (entity_type, &name));
    }
}
