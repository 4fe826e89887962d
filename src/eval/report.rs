//! The figures of a whole file: totals, by type, by relation.

use std::fmt;

use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};

use super::{GoldEntity, Matching, Predicted, Score, Tally, match_entities, score_matching};

/// The figures of many papers.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Report {
    /// Annotated papers.
    pub papers: u32,
    /// Annotated papers that nothing was predicted for, not even an empty line.
    pub without_prediction: u32,
    /// Papers with all entities found, rightly typed, and nothing else.
    pub exactly_right: u32,
    /// Totals.
    pub score: Score,
    /// Typed matches by label of the type.
    pub types: Vec<(String, Tally)>,
    /// Triples by id of the relation.
    pub relations: Vec<(String, Tally)>,
}

impl Report {
    /// An empty report with rows for the given types and relations; others follow as they come.
    pub fn new(types: &[String], relations: &[String]) -> Self {
        let rows = |names: &[String]| -> Vec<(String, Tally)> {
            names.iter().map(|name| (name.clone(), Tally::default())).collect()
        };
        Self { types: rows(types), relations: rows(relations), ..Self::default() }
    }

    /// Adds a paper; gives what matches what.
    pub fn add(&mut self, gold: &[GoldEntity], predicted: Option<&[Predicted]>) -> Matching {
        self.papers += 1;
        self.without_prediction += u32::from(predicted.is_none());
        let predicted = predicted.unwrap_or_default();
        let matching = match_entities(gold, predicted);
        let score = score_matching(gold, predicted, &matching);
        let exact = score.typed.right as usize == gold.len() && gold.len() == predicted.len();
        self.exactly_right += u32::from(exact);
        self.score.add(score);
        for entity in gold {
            row(&mut self.types, &entity.entity_type).annotated += 1;
            row(&mut self.relations, &entity.relation).annotated += 1;
        }
        for entity in predicted {
            row(&mut self.types, &entity.entity_type).predicted += 1;
            row(&mut self.relations, &entity.relation).predicted += 1;
        }
        for &(g, p) in &matching.pairs {
            if gold[g].entity_type == predicted[p].entity_type {
                row(&mut self.types, &gold[g].entity_type).right += 1;
                if gold[g].relation == predicted[p].relation {
                    row(&mut self.relations, &gold[g].relation).right += 1;
                }
            }
        }
        matching
    }

    /// Share of the typed matches that have the right relation.
    pub fn relation_accuracy(&self) -> f64 {
        super::ratio(self.score.triple.right, self.score.typed.right)
    }
}

fn row<'t>(rows: &'t mut Vec<(String, Tally)>, name: &str) -> &'t mut Tally {
    let at = rows.iter().position(|(known, _)| known == name).unwrap_or_else(|| {
        rows.push((name.to_string(), Tally::default()));
        rows.len() - 1
    });
    &mut rows[at].1
}

/// Rounded to four digits, as reports give it.
fn rounded(value: f64) -> f64 {
    // Through decimal digits, which rounds the exact binary value; multiplying first would round twice. A formatted
    // number always parses.
    format!("{value:.4}").parse().unwrap_or(value)
}

/// Precision, recall and F1 with their counts.
#[derive(Serialize)]
struct Figures {
    precision: f64,
    recall: f64,
    f1: f64,
    tp: u32,
    predicted: u32,
    gold: u32,
}

impl From<Tally> for Figures {
    fn from(tally: Tally) -> Self {
        Self {
            precision: rounded(tally.precision()),
            recall: rounded(tally.recall()),
            f1: rounded(tally.f1()),
            tp: tally.right,
            predicted: tally.predicted,
            gold: tally.annotated,
        }
    }
}

struct Rows<'r>(&'r [(String, Tally)]);

impl Serialize for Rows<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|(name, tally)| (name, Figures::from(*tally))))
    }
}

impl Serialize for Report {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("papers", &self.papers)?;
        map.serialize_entry("papers_without_prediction", &self.without_prediction)?;
        map.serialize_entry("papers_exactly_right", &self.exactly_right)?;
        map.serialize_entry("typed", &Figures::from(self.score.typed))?;
        map.serialize_entry("untyped", &Figures::from(self.score.untyped))?;
        map.serialize_entry("relation_accuracy", &rounded(self.relation_accuracy()))?;
        map.serialize_entry("triple", &Figures::from(self.score.triple))?;
        map.serialize_entry("types", &Rows(&self.types))?;
        map.serialize_entry("relations", &Rows(&self.relations))?;
        map.end()
    }
}

impl fmt::Display for Report {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            out,
            "{} papers, {} without a prediction, {} exactly right",
            self.papers, self.without_prediction, self.exactly_right
        )?;
        let totals = [("typed", self.score.typed), ("untyped", self.score.untyped), ("triple", self.score.triple)];
        for (name, tally) in totals {
            let Figures { precision, recall, f1, .. } = tally.into();
            writeln!(
                out,
                "{name:10} P {precision:.3}  R {recall:.3}  F1 {f1:.3}   ({} right of {} predicted, {} annotated)",
                tally.right, tally.predicted, tally.annotated
            )?;
        }
        writeln!(out, "relation   {:.3} of the typed matches", rounded(self.relation_accuracy()))?;
        for (title, rows) in [("by type:", &self.types), ("by relation:", &self.relations)] {
            writeln!(out, "{title}")?;
            let width = rows.iter().map(|(name, _)| name.chars().count()).max();
            for (name, tally) in rows {
                let figures = Figures::from(*tally);
                writeln!(
                    out,
                    "  {name:width$}  P {:.3}  R {:.3}  F1 {:.3}   ({}/{}/{})",
                    figures.precision,
                    figures.recall,
                    figures.f1,
                    tally.right,
                    tally.predicted,
                    tally.annotated,
                    width = width.unwrap_or(0),
                )?;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rounds_the_exact_value() {
        assert_eq!(rounded(1.0 / 32.0), 0.0312);
        assert_eq!(rounded(2.0 / 3.0), 0.6667);
        assert_eq!(rounded(0.0), 0.0);
    }

    #[test]
    fn counts_by_type_and_relation() {
        let gold = |entity_type: &str, relation: &str, form: &str| GoldEntity {
            entity_type: entity_type.into(),
            relation: relation.into(),
            surfaces: vec![form.into()],
        };
        let found = |entity_type: &str, relation: &str, form: &str| Predicted {
            entity_type: entity_type.into(),
            relation: relation.into(),
            forms: vec![form.into()],
        };
        let mut report = Report::new(&["Model".into(), "Task".into()], &["uses".into()]);
        report.add(
            &[gold("Model", "uses", "A"), gold("Task", "addresses", "b")],
            Some(&[found("Model", "mentions", "A"), found("Model", "uses", "b")]),
        );
        report.add(&[gold("Task", "uses", "c")], None);
        assert_eq!((report.papers, report.without_prediction), (2, 1));
        let model = Tally { right: 1, predicted: 2, annotated: 1 };
        assert_eq!(report.types[0], ("Model".into(), model));
        assert_eq!(report.score.untyped.right, 2);
        assert_eq!(report.score.triple.right, 0);
        let names: Vec<&str> = report.relations.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(names, ["uses", "addresses", "mentions"]);
    }
}
