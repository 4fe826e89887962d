//! A page that shows texts with what was found right, missed, found needlessly, and found with the wrong type.

use std::fmt::Write as _;

use super::{Matching, ReadEntity};
use crate::corpus::{Field, Paper};

/// A paper with its annotation, what was found, and what matches what.
#[derive(Clone, Copy, Debug)]
pub struct JudgedPaper<'a> {
    /// The text.
    pub paper: &'a Paper,
    /// The annotated entities.
    pub gold: &'a [ReadEntity],
    /// The entities found.
    pub predicted: &'a [ReadEntity],
    /// What matches what.
    pub matching: &'a Matching,
}

/// What is said of a part of the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Verdict {
    Right,
    WrongType,
    Spurious,
    Missed,
}

impl Verdict {
    fn class(self) -> &'static str {
        match self {
            Self::Right => "right",
            Self::WrongType => "type",
            Self::Spurious => "spurious",
            Self::Missed => "missed",
        }
    }
}

struct Mark {
    start: usize,
    end: usize,
    verdict: Verdict,
    note: String,
}

const HEAD: &str = r#"<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>papergraph eval</title>
<style>
body { font: 16px/1.6 system-ui, sans-serif; max-width: 50rem; margin: 2rem auto; padding: 0 1rem; color: #1a1a1a; background: #fff; }
pre { white-space: pre-wrap; font-size: 13px; background: #f5f5f5; padding: 1rem; }
h2 { font-size: 1rem; margin: 2rem 0 .3rem; } p { margin: 0; } small { color: #666; font-weight: normal; }
.right { background: #c9ecd0; } .type { background: #ffe3a3; } .spurious { background: #ffc9c4; }
.missed { border-bottom: 3px solid #b3261e; }
</style></head><body>
<h1>What was found</h1>
<p><span class="right">right</span> <span class="type">wrong type</span> <span class="spurious">spurious</span>
<span class="missed">missed</span>. Hold the pointer over a mark to see more.</p>
"#;

/// The page. `report` is shown above the papers.
pub fn page(report: &str, papers: &[JudgedPaper<'_>]) -> String {
    let mut html = String::from(HEAD);
    // Writing to a string does not fail, here and below.
    let _ = writeln!(html, "<pre>{}</pre>", escape(report));
    for judged in papers {
        let _ = write!(html, "<h2>");
        marked_text(&mut html, judged, Field::Title);
        let _ = write!(html, " <small>{}</small></h2>\n<p>", escape(&judged.paper.id));
        marked_text(&mut html, judged, Field::Abstract);
        let _ = writeln!(html, "</p>");
    }
    html.push_str("</body></html>\n");
    html
}

fn marked_text(html: &mut String, judged: &JudgedPaper<'_>, field: Field) {
    let text = judged.paper.text(field);
    let marks = marks(judged, field);
    let mut borders: Vec<usize> = marks.iter().flat_map(|mark| [mark.start, mark.end]).collect();
    borders.extend([0, text.len()]);
    borders.sort_unstable();
    borders.dedup();
    for border in borders.windows(2) {
        let (start, end) = (border[0], border[1]);
        let over: Vec<&Mark> = marks.iter().filter(|mark| mark.start <= start && end <= mark.end).collect();
        let part = escape(&text[start..end]);
        if over.is_empty() {
            html.push_str(&part);
            continue;
        }
        let classes: Vec<&str> = over.iter().map(|mark| mark.verdict.class()).collect();
        let notes: Vec<&str> = over.iter().map(|mark| mark.note.as_str()).collect();
        let _ =
            write!(html, "<span class=\"{}\" title=\"{}\">{part}</span>", classes.join(" "), escape(&notes.join("; ")));
    }
}

/// The marks in one text. Spans that do not fit the text (of another version of the paper) are left out.
fn marks(judged: &JudgedPaper<'_>, field: Field) -> Vec<Mark> {
    let text = judged.paper.text(field);
    let mut marks = Vec::new();
    for (p, entity) in judged.predicted.iter().enumerate() {
        let pair = judged.matching.pairs.iter().find(|pair| pair.1 == p);
        let wanted = pair.map(|&(g, _)| &judged.gold[g]);
        let (verdict, note) = match wanted {
            Some(wanted) if wanted.entity_type == entity.entity_type => {
                let relation = if wanted.relation == entity.relation {
                    entity.relation.clone()
                } else {
                    format!("{} instead of {}", entity.relation, wanted.relation)
                };
                (Verdict::Right, format!("{}, {relation}", entity.entity_type))
            }
            Some(wanted) => (Verdict::WrongType, format!("{} instead of {}", entity.entity_type, wanted.entity_type)),
            None => (Verdict::Spurious, format!("spurious {}", entity.entity_type)),
        };
        for mention in &entity.mentions {
            let fits = text.get(mention.start..mention.end) == Some(mention.text.as_str());
            if mention.field == Some(field) && fits {
                marks.push(Mark {
                    start: mention.start,
                    end: mention.end,
                    verdict,
                    note: format!("{note} ({})", mention.rule),
                });
            }
        }
    }
    for &g in &judged.matching.missed {
        let entity = &judged.gold[g];
        for form in entity.forms().iter().filter(|form| !form.is_empty()) {
            for (start, _) in text.match_indices(form.as_str()) {
                let end = start + form.len();
                let inside_word =
                    text[..start].ends_with(char::is_alphanumeric) || text[end..].starts_with(char::is_alphanumeric);
                if !inside_word {
                    marks.push(Mark {
                        start,
                        end,
                        verdict: Verdict::Missed,
                        note: format!("missed {}, {}", entity.entity_type, entity.relation),
                    });
                }
            }
        }
    }
    marks
}

fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            _ => escaped.push(character),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::eval::PaperEntities;
    use crate::eval::{ReadMention, match_entities};

    #[test]
    fn texts_are_marked_and_escaped() {
        let paper = Paper {
            id: "<1>".into(),
            title: "BERT & <b>friends</b>".into(),
            abstract_text: "A fast planner.".into(),
            ..Paper::default()
        };
        let gold = [ReadEntity {
            entity_type: "Method".into(),
            surfaces: vec!["fast planner".into()],
            ..ReadEntity::default()
        }];
        let mention = |field, start, end, text: &str| ReadMention {
            field: Some(field),
            start,
            end,
            text: text.into(),
            rule: "run".into(),
        };
        let predicted = [ReadEntity {
            entity_type: "Model".into(),
            mentions: vec![
                mention(Field::Title, 0, 4, "BERT"),
                mention(Field::Abstract, 7, 14, "planner"),
                mention(Field::Abstract, 3, 900, "of another text"),
            ],
            ..ReadEntity::default()
        }];
        let entities = |entities: &[ReadEntity]| PaperEntities { id: String::new(), entities: entities.to_vec() };
        let matching = match_entities(&entities(&gold).gold().entities, &entities(&predicted).predicted());
        let judged = JudgedPaper { paper: &paper, gold: &gold, predicted: &predicted, matching: &matching };
        let html = page("a < b", &[judged]);
        assert!(html.contains("a &lt; b"), "{html}");
        assert!(html.contains(">BERT</span> &amp; &lt;b&gt;friends&lt;/b&gt;"), "{html}");
        assert!(html.contains(">fast </span>"), "{html}");
        assert!(html.contains("<span class=\"spurious missed\""), "{html}");
        assert!(html.contains("&lt;1&gt;"), "{html}");
    }
}
