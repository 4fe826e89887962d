//! `papergraph explain`: a text with its entities marked, and why each was found.

use std::fmt::Write as _;
use std::io::Read;
use std::path::PathBuf;

use anyhow::{Context, bail};

use super::ask::{plain, write_table};
use super::input::{FormatOptions, sources};
use super::ruleset::RulesOption;
use super::{Global, Outcome, output};
use crate::corpus::{Field, Paper};
use crate::extract::explain::{Fate, Judgement, judgements};
use crate::extract::{Extractor, FoundEntity, Mention};
use crate::rules::{Schema, TypeId};

/// Losing candidates that are shown.
const LOSERS: usize = 25;
/// Evidence that weighs less is not shown; together such pieces hardly move a sum.
const LEAST_WEIGHT: f32 = 0.005;

/// Show a text with its entities marked, and why each was found
///
/// Entities stand in their types' colours on a terminal, as [text|Type] elsewhere and with NO_COLOR. -v adds the
/// evidence for each with its weights, and the candidates that lost, with why.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  papergraph explain \"We fine-tune Llama 2 with LoRA on GSM8K.\"
  pbpaste | papergraph explain - -v
  papergraph explain --paper 2106.09685 --input papers.jsonl")]
pub struct Explain {
    /// The text; `-` is standard input. Where it has several lines, the first is the title
    #[arg(value_name = "TEXT|-", required_unless_present = "paper", conflicts_with = "paper")]
    text: Option<String>,
    /// Take the paper with this id
    #[arg(long, value_name = "ID", requires = "input")]
    paper: Option<String>,
    /// Files to look for the paper in
    #[arg(long, value_name = "FILE", requires = "paper")]
    input: Vec<PathBuf>,
    #[command(flatten)]
    reading: FormatOptions,
    #[command(flatten)]
    rules: RulesOption,
}

impl Explain {
    pub fn run(&self, global: &Global) -> anyhow::Result<Outcome> {
        let extractor = self.rules.extractor()?;
        let paper = self.paper()?;
        let reading = extractor.read(&paper);
        let entities = extractor.extraction(&reading).entities;
        let schema = &extractor.rules.schema;
        let mut text = String::new();
        let paint = Paint { schema, color: output::stdout_has_color() };
        for field in [Field::Title, Field::Abstract] {
            if !paper.text(field).is_empty() {
                text += &paint.marked(&paper, field, &entities);
                text.push_str("\n\n");
            }
        }
        text += &entity_table(extractor, &paper, &entities)?;
        if global.verbose {
            let judged = judgements(extractor, &reading);
            text += &sums(extractor, &entities, &judged);
            text += &losers(schema, &judged)?;
        }
        output::print(&text)?;
        Ok(Outcome::Done)
    }

    fn paper(&self) -> anyhow::Result<Paper> {
        if let Some(id) = &self.paper {
            for result in self.reading.reader(sources(&self.input))? {
                match result {
                    Ok(paper) if paper.id == *id => return Ok(paper),
                    _ => {}
                }
            }
            bail!("no paper has the id {id}; ids are what `papergraph extract` gives as \"id\"");
        }
        let text = match self.text.as_deref() {
            Some("-") | None => {
                let mut bytes = Vec::new();
                std::io::stdin().read_to_end(&mut bytes).context("standard input cannot be read")?;
                String::from_utf8(bytes).context("standard input is not UTF-8 text")?
            }
            Some(text) => text.to_string(),
        };
        Ok(match text.trim().split_once('\n') {
            Some((title, rest)) => {
                Paper { title: title.trim().to_string(), abstract_text: rest.trim().to_string(), ..Paper::default() }
            }
            None => Paper { abstract_text: text.trim().to_string(), ..Paper::default() },
        })
    }
}

/// How entities are marked.
struct Paint<'s> {
    schema: &'s Schema,
    color: bool,
}

impl Paint<'_> {
    fn marked(&self, paper: &Paper, field: Field, entities: &[FoundEntity]) -> String {
        let text = paper.text(field);
        let mut mentions: Vec<(&Mention, TypeId)> = entities
            .iter()
            .flat_map(|entity| entity.mentions.iter().map(|m| (m, entity.entity_type)))
            .filter(|(mention, _)| mention.field == field)
            .collect();
        mentions.sort_by_key(|(mention, _)| mention.start);
        let mut marked = String::new();
        let mut at = 0;
        // Mentions do not overlap.
        for (mention, entity_type) in mentions {
            marked += &printable(&text[at..mention.start]);
            marked += &self.mention(mention.text(paper), entity_type);
            at = mention.end;
        }
        marked += &printable(&text[at..]);
        marked
    }

    fn mention(&self, text: &str, entity_type: TypeId) -> String {
        let declared = self.schema.entity_type(entity_type);
        let text = printable(text);
        match rgb(&declared.color).filter(|_| self.color) {
            Some((red, green, blue)) => {
                format!("\u{1b}[1;38;2;{red};{green};{blue}m{text}\u{1b}[0m")
            }
            None => format!("[{text}|{}]", declared.label),
        }
    }
}

/// A text whose control characters cannot garble the terminal; line breaks stay.
fn printable(text: &str) -> String {
    text.replace(|c: char| c.is_control() && c != '\n', " ")
}

/// The parts of `#rrggbb`.
fn rgb(color: &str) -> Option<(u8, u8, u8)> {
    let digits = color.strip_prefix('#').filter(|digits| digits.len() == 6)?;
    let part = |at: usize| u8::from_str_radix(digits.get(at..at + 2)?, 16).ok();
    Some((part(0)?, part(2)?, part(4)?))
}

fn entity_table(extractor: &Extractor, paper: &Paper, entities: &[FoundEntity]) -> anyhow::Result<String> {
    let schema = &extractor.rules.schema;
    if entities.is_empty() {
        return Ok("no entities found\n".to_string());
    }
    let mut rows = vec![["text", "type", "relation", "confidence", "rule"].map(String::from)];
    for entity in entities {
        let mut forms: Vec<&str> = Vec::new();
        for mention in &entity.mentions {
            let form = mention.text(paper);
            if !forms.contains(&form) {
                forms.push(form);
            }
        }
        let rule = surest(entity).map_or_else(String::new, |mention| extractor.rule_name(mention));
        rows.push([
            forms.join(" = "),
            schema.entity_type(entity.entity_type).label.clone(),
            schema.relation(entity.relation).id.clone(),
            format!("{:.2}", entity.confidence),
            rule,
        ]);
    }
    table(&rows)
}

fn table<const COLUMNS: usize>(rows: &[[String; COLUMNS]]) -> anyhow::Result<String> {
    let mut bytes = Vec::new();
    write_table(&mut bytes, 0, rows)?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

fn surest(entity: &FoundEntity) -> Option<&Mention> {
    entity.mentions.iter().reduce(|best, other| if other.confidence > best.confidence { other } else { best })
}

/// The sum of each entity's surest mention as a table. Writing to a string does not fail, here and below.
fn sums(extractor: &Extractor, entities: &[FoundEntity], judged: &[Judgement]) -> String {
    let mut text = String::new();
    for entity in entities {
        let Some(mention) = surest(entity) else {
            continue;
        };
        let place = (mention.field, mention.start, mention.end);
        let Some(judgement) =
            judged.iter().find(|judgement| (judgement.field, judgement.start, judgement.end) == place)
        else {
            continue;
        };
        let _ = writeln!(
            text,
            "\n{}: {} {:+.2} (proposed by: {})",
            plain(&mention.reading),
            extractor.rules.schema.entity_type(judgement.entity_type).label,
            judgement.sum,
            judgement.proposers.join(", ")
        );
        if extractor.settings.bias != 0.0 {
            let _ = writeln!(text, "  {:+6.2}  bias", extractor.settings.bias);
        }
        for piece in judgement.pieces.iter().filter(|piece| piece.weight.abs() >= LEAST_WEIGHT) {
            let value = if piece.value.is_empty() { "" } else { ": " };
            let _ = writeln!(text, "  {:+6.2}  {}{value}{}", piece.weight, piece.family, piece.value);
        }
        let relation = &extractor.rules.schema.relation(entity.relation).id;
        let _ = writeln!(
            text,
            "  {relation} {:.2}: {}",
            entity.relation_confidence,
            if entity.relation_rules.is_empty() {
                "the default of the type".to_string()
            } else {
                entity.relation_rules.join("; ")
            }
        );
    }
    text
}

/// The candidates that lost, those nearest to winning first.
fn losers(schema: &Schema, judged: &[Judgement]) -> anyhow::Result<String> {
    let mut lost: Vec<&Judgement> = judged.iter().filter(|judgement| judgement.fate != Fate::Chosen).collect();
    if lost.is_empty() {
        return Ok(String::new());
    }
    lost.sort_by(|a, b| b.sum.total_cmp(&a.sum));
    let rows: Vec<[String; 4]> = lost
        .iter()
        .take(LOSERS)
        .map(|judgement| {
            let why = match &judgement.fate {
                Fate::Overlaps(over) => format!("overlaps what weighs more: {}", over.join(", ")),
                Fate::Chosen | Fate::BelowZero => "weighs less than nothing".to_string(),
            };
            [
                judgement.text.clone(),
                schema.entity_type(judgement.entity_type).label.clone(),
                format!("{:+.2}", judgement.sum),
                why,
            ]
        })
        .collect();
    let mut text = format!("\nlost:\n{}", table(&rows)?);
    if lost.len() > LOSERS {
        let _ = writeln!(text, "and {} more that weigh less", lost.len() - LOSERS);
    }
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colors_are_read() {
        assert_eq!(rgb("#0a10ff"), Some((10, 16, 255)));
        for bad in ["", "#12345", "123456", "#12345ö", "#xxxxxx"] {
            assert_eq!(rgb(bad), None, "{bad}");
        }
    }

    #[test]
    fn control_characters_do_not_reach_the_terminal() {
        assert_eq!(printable("a\u{1b}[31m\nb\r"), "a [31m\nb ");
    }
}
