//! What went wrong in a paper, and why it likely did.

use serde::Serialize;

use super::{Matching, ReadEntity};
use crate::rules::{RuleSet, key_of};
use crate::text::normal_form;

/// The likely cause of a mistake.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Cause {
    /// Only a part of the words was found.
    TooShort,
    /// More words were found than belong to the entity.
    TooLong,
    /// Found, with another type.
    WrongType,
    /// Found and typed, with another relation to the paper.
    WrongRelation,
    /// Not found, though a lexicon knows the name.
    MissedKnownName,
    /// Not found, and in no lexicon.
    MissedTerm,
    /// Found by a lexicon, but no entity here.
    SpuriousKnownName,
    /// Found without a lexicon, but no entity here.
    SpuriousTerm,
}

impl Cause {
    /// All causes, in the order of reports.
    pub const ALL: [Self; 8] = [
        Self::TooShort,
        Self::TooLong,
        Self::WrongType,
        Self::WrongRelation,
        Self::MissedKnownName,
        Self::MissedTerm,
        Self::SpuriousKnownName,
        Self::SpuriousTerm,
    ];

    /// The cause in words.
    pub fn label(self) -> &'static str {
        match self {
            Self::TooShort => "too short",
            Self::TooLong => "too long",
            Self::WrongType => "wrong type",
            Self::WrongRelation => "wrong relation",
            Self::MissedKnownName => "missed known name",
            Self::MissedTerm => "missed term",
            Self::SpuriousKnownName => "spurious known name",
            Self::SpuriousTerm => "spurious term",
        }
    }
}

/// One mistake.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Mistake {
    /// Its likely cause.
    pub cause: Cause,
    /// Id of the paper.
    pub paper: String,
    /// What was wrong, in words: `adaptation instead of low-rank adaptation (Method)`.
    pub what: String,
    /// The rule that made it; empty for what was missed, or where the file does not say.
    pub rule: String,
}

/// The mistakes of one paper, in the order of their causes.
pub fn mistakes(
    rules: &RuleSet,
    paper: &str,
    gold: &[ReadEntity],
    predicted: &[ReadEntity],
    matching: &Matching,
) -> Vec<Mistake> {
    let mut all = Vec::new();
    let mut add = |cause, what: String, rule: &str| {
        all.push(Mistake { cause, paper: paper.to_string(), what, rule: rule.to_string() });
    };
    for &(g, p) in &matching.pairs {
        let (wanted, got) = (&gold[g], &predicted[p]);
        if wanted.entity_type != got.entity_type {
            let what = format!("{}: {} instead of {}", wanted.label(), got.entity_type, wanted.entity_type);
            add(Cause::WrongType, what, got.rule());
        } else if wanted.relation != got.relation {
            let what = format!("{}: {} instead of {}", wanted.label(), got.relation, wanted.relation);
            add(Cause::WrongRelation, what, got.rule());
        }
    }
    let mut spurious = matching.spurious.clone();
    for &g in &matching.missed {
        let wanted = &gold[g];
        let at = spurious.iter().position(|&p| edge_error(wanted, &predicted[p]).is_some());
        if let Some(at) = at {
            let got = &predicted[spurious.remove(at)];
            let what = format!("{} instead of {} ({})", got.label(), wanted.label(), wanted.entity_type);
            let cause = edge_error(wanted, got).unwrap_or(Cause::TooShort);
            add(cause, what, got.rule());
        } else {
            let cause = if is_known(rules, wanted) { Cause::MissedKnownName } else { Cause::MissedTerm };
            add(cause, format!("{} ({})", wanted.label(), wanted.entity_type), "");
        }
    }
    for p in spurious {
        let got = &predicted[p];
        let cause = if is_known(rules, got) { Cause::SpuriousKnownName } else { Cause::SpuriousTerm };
        add(cause, format!("{} ({})", got.label(), got.entity_type), got.rule());
    }
    all.sort_by_key(|mistake| mistake.cause);
    all
}

/// Does a lexicon know one of the forms?
fn is_known(rules: &RuleSet, entity: &ReadEntity) -> bool {
    let forms = entity.forms();
    forms.iter().any(|form| !rules.forms.get(key_of(form)).is_empty())
}

/// Whether a form found is a part of a form wanted, or the other way round.
fn edge_error(wanted: &ReadEntity, got: &ReadEntity) -> Option<Cause> {
    let (wanted, got) = (wanted.forms(), got.forms());
    let pairs = || wanted.iter().flat_map(|w| got.iter().map(move |g| (w, g)));
    if pairs().any(|(w, g)| holds_words(w, g)) {
        Some(Cause::TooShort)
    } else if pairs().any(|(w, g)| holds_words(g, w)) {
        Some(Cause::TooLong)
    } else {
        None
    }
}

/// Do the words of `part` stand in `whole`, one after the other, and some more?
fn holds_words(whole: &str, part: &str) -> bool {
    let (whole, part) = (normal_form(whole), normal_form(part));
    let whole: Vec<&str> = whole.split(' ').collect();
    let part: Vec<&str> = part.split(' ').collect();
    whole.len() > part.len() && whole.windows(part.len()).any(|words| words == part)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::eval::{PaperEntities, match_entities};

    fn entity(entity_type: &str, relation: &str, form: &str) -> ReadEntity {
        ReadEntity {
            entity_type: entity_type.into(),
            relation: relation.into(),
            surfaces: vec![form.into()],
            ..ReadEntity::default()
        }
    }

    #[test]
    fn every_mistake_has_its_cause() {
        let gold = vec![
            entity("Method", "uses", "low-rank adaptation"),
            entity("Task", "addresses", "planning"),
            entity("Model", "uses", "ViT"),
            entity("Model", "uses", "BERT"),
            entity("Metric", "measured_by", "recall"),
        ];
        let predicted = vec![
            entity("Method", "uses", "adaptation"),
            entity("Task", "addresses", "robot planning"),
            entity("Method", "uses", "ViT"),
            entity("Model", "mentions", "BERT"),
            entity("Task", "addresses", "gardening"),
        ];
        let paper = |entities: &[ReadEntity]| PaperEntities { id: "p".into(), entities: entities.to_vec() };
        let matching = match_entities(&paper(&gold).gold().entities, &paper(&predicted).predicted());
        let found = mistakes(&RuleSet::default(), "p", &gold, &predicted, &matching);
        let causes: Vec<Cause> = found.iter().map(|mistake| mistake.cause).collect();
        assert_eq!(
            causes,
            [
                Cause::TooShort,
                Cause::TooLong,
                Cause::WrongType,
                Cause::WrongRelation,
                Cause::MissedTerm,
                Cause::SpuriousTerm
            ]
        );
        assert_eq!(found[0].what, "adaptation instead of low-rank adaptation (Method)");
    }
}
