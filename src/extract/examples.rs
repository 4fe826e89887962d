//! The examples of rules, run through the engine: does each rule find what its examples say?

use super::Extractor;
use super::annotated::{Annotated, CuesAt};
use crate::corpus::Paper;
use crate::rules::{MarkedText, RuleExample, Side};
use crate::text::phrase_key;

/// Runs an example; gives why it fails, in words for the person who wrote the rule.
///
/// A cue must be seen from the marked parts, a pattern must match just them, a head must be the class of their last
/// words, stop words must make them no terms. Of a counterexample the opposite must hold for its marked part; without
/// one, the rule must find nothing.
///
/// # Errors
/// The reason, if the rule does not do what the example says.
pub fn run_example(extractor: &Extractor, example: &RuleExample<'_>) -> Result<(), String> {
    let marked = example.marked.as_ref().map_err(ToString::to_string)?;
    let paper = Paper { abstract_text: marked.text.clone(), ..Paper::default() };
    let text = extractor.annotate(&paper);
    let spans = spans(&text, marked)?;
    let rules = &extractor.rules;
    let is_meant = |id: &String| id == example.rule;
    if example.rule == "stop" {
        return stop_example(&text, marked, &spans);
    }
    if let Some(number) = rules.patterns.iter().position(|pattern| is_meant(&pattern.id)) {
        return pattern_example(&text, marked, &spans, number, example.counterexample);
    }
    if let Some(number) = rules.cues.iter().position(|cue| is_meant(&cue.id)) {
        let anywhere = text.cues.iter().any(|&(cue, ..)| usize::from(cue) == number);
        let sees = |span: &Span| sees_cue(&text, *span, number);
        return class_example(marked, &spans, example.counterexample, anywhere, sees, "cue");
    }
    if let Some(number) = rules.heads.iter().position(|head| is_meant(&head.id)) {
        let class = u8::try_from(number + 1).unwrap_or(u8::MAX);
        let anywhere = ends_a_term(&text, class);
        let sees = |span: &Span| has_head(&text, *span, class);
        return class_example(marked, &spans, example.counterexample, anywhere, sees, "head");
    }
    Err("the rule was not compiled; `papergraph rules check` says why".to_string())
}

/// First token, and one past the last.
type Span = (u32, u32);

/// The tokens of the marked parts. Markup between the words and a bracket does not count.
fn spans(text: &Annotated<'_>, marked: &MarkedText) -> Result<Vec<Span>, String> {
    let document = &text.document;
    let places = (0..document.tokens.len() as u32).map(|token| {
        let (_, start, end) = document.source_span(token, token + 1);
        (token, start, end)
    });
    marked
        .spans
        .iter()
        .map(|span| {
            let mut inside = places.clone().filter(|&(_, start, end)| start < span.end && span.start < end);
            let whole = inside.clone().all(|(_, start, end)| span.start <= start && end <= span.end);
            let first = inside.next().filter(|_| whole);
            match first {
                Some((first, ..)) => Ok((first, inside.next_back().map_or(first, |last| last.0) + 1)),
                None => {
                    Err(format!("the brackets around `{}` do not stand on word borders", &marked.text[span.clone()]))
                }
            }
        })
        .collect()
}

fn parts(marked: &MarkedText) -> String {
    let parts: Vec<String> = marked.parts().map(|part| format!("`{part}`")).collect();
    if parts.is_empty() { "nothing".to_string() } else { parts.join(", ") }
}

fn pattern_example(
    text: &Annotated<'_>,
    marked: &MarkedText,
    spans: &[Span],
    number: usize,
    counterexample: bool,
) -> Result<(), String> {
    let matches: Vec<Span> = text
        .pattern_matches
        .iter()
        .filter(|found| usize::from(found.pattern) == number)
        .map(|found| (found.first, found.end))
        .collect();
    let wrong = if counterexample && !spans.is_empty() {
        spans.iter().any(|span| matches.contains(span))
    } else {
        // Without a mark, a counterexample is an example of finding nothing.
        matches != spans
    };
    if !wrong {
        return Ok(());
    }
    let found: Vec<String> =
        matches.iter().map(|&(first, end)| format!("`{}`", text.document.text(first, end))).collect();
    let found = if found.is_empty() { "nothing".to_string() } else { found.join(", ") };
    Err(if counterexample {
        format!("the pattern matches {found}")
    } else {
        format!("the pattern matches {found} instead of {}", parts(marked))
    })
}

fn class_example(
    marked: &MarkedText,
    spans: &[Span],
    counterexample: bool,
    anywhere: bool,
    holds: impl Fn(&Span) -> bool,
    kind: &str,
) -> Result<(), String> {
    let mut pairs = spans.iter().zip(marked.parts());
    if counterexample {
        return match pairs.find(|(span, _)| holds(span)) {
            Some((_, part)) => Err(format!("the {kind} speaks for `{part}`")),
            None if spans.is_empty() && anywhere => Err(format!("the {kind} is found in it")),
            None => Ok(()),
        };
    }
    if spans.is_empty() {
        return Err("no part of it stands in [brackets]".to_string());
    }
    match pairs.find(|(span, _)| !holds(span)) {
        Some((_, part)) if anywhere => Err(format!("the {kind} is found, but does not reach `{part}`")),
        Some((_, part)) => Err(format!("the {kind} is not found for `{part}`")),
        None => Ok(()),
    }
}

/// Is the cue part of the evidence on a span?
pub(crate) fn sees_cue(text: &Annotated<'_>, (first, end): Span, number: usize) -> bool {
    let at = |cues: &CuesAt| usize::from(cues.nearest) == number + 1 || cues.touching & (1 << number) != 0;
    match text.rules.cues[number].side {
        Side::Before => at(&text.cues_before[first as usize]),
        Side::After => at(&text.cues_after[end as usize]),
        Side::Sentence => {
            let sentence = text.sentence(first);
            text.cues
                .iter()
                .any(|&(cue, at, _)| usize::from(cue) == number && (sentence.first..sentence.end).contains(&at))
        }
    }
}

/// Does a span end in a head of the class, or a name in an ending of it, or does a class noun of it follow?
pub(crate) fn has_head(text: &Annotated<'_>, (first, end): Span, class: u8) -> bool {
    if text.head(end) == class {
        return true;
    }
    let follows = text.rules.heads[usize::from(class) - 1].class_noun
        && text.classes.get(end as usize).is_some_and(|next| next.head == class);
    let last = text.document.word(end - 1);
    let has_ending = text.rules.endings.iter().any(|(ending, head)| {
        let rest = last.trim_end_matches('s').strip_suffix(ending.as_str());
        *head == class && rest.is_some_and(|rest| !rest.is_empty() || end - first > 1)
    });
    follows || has_ending
}

/// Does a term of several words, or a name and a class noun, end in a head of the class?
fn ends_a_term(text: &Annotated<'_>, class: u8) -> bool {
    let tokens = 1..text.document.tokens.len() as u32;
    tokens.into_iter().any(|token| {
        let before = text.classes[token as usize - 1];
        let joins = text.sentence_of[token as usize] == text.sentence_of[token as usize - 1]
            && text.document.tokens[token as usize - 1].shape.is_word()
            && before.function == 0
            && !before.praise;
        joins && has_head(text, (token, token + 1), class)
    })
}

/// Stop words make a part no term: what is left of it without praise and function words before it is never an entity.
fn stop_example(text: &Annotated<'_>, marked: &MarkedText, spans: &[Span]) -> Result<(), String> {
    if spans.is_empty() {
        return Err("no part of it stands in [brackets]".to_string());
    }
    for (&(first, end), part) in spans.iter().zip(marked.parts()) {
        let stopped = (first..end)
            .take_while(|&from| {
                from == first || {
                    let before = text.classes[from as usize - 1];
                    before.praise || before.function > 0
                }
            })
            .any(|from| text.rules.is_stop_term(phrase_key(&text.document, from, end)));
        if !stopped {
            return Err(format!("`{part}` may be found as an entity"));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::{RuleFolder, examples};

    #[test]
    fn every_example_of_the_default_rules_holds() {
        let files = RuleFolder::embedded().parse().unwrap();
        let extractor = Extractor::new(&files);
        let failures: Vec<String> = examples(&files)
            .filter_map(|example| {
                let reason = run_example(&extractor, &example).err()?;
                Some(format!("{}: {}: {reason}", example.rule, example.source))
            })
            .collect();
        assert!(failures.is_empty(), "{}", failures.join("\n"));
    }

    #[test]
    fn failures_say_why() {
        let files = RuleFolder::embedded().parse().unwrap();
        let extractor = Extractor::new(&files);
        let run = |rule: &str, source: &str, counterexample| {
            let example = RuleExample { rule, source, marked: MarkedText::parse(source), counterexample };
            run_example(&extractor, &example).unwrap_err()
        };
        let head = &files.heads[0];
        let word = &head.words[0];
        assert_eq!(run(&head.id, "the [tree]", false), "the head is not found for `tree`");
        let source = format!("the [tree {word}]");
        assert_eq!(run(&head.id, &source, true), format!("the head speaks for `tree {word}`"));
        let pattern = &files.patterns[0];
        assert_eq!(run(&pattern.id, "the [tree]", false), "the pattern matches nothing instead of `tree`");
        assert_eq!(run("stop", "the [t]ree", true), "the brackets around `t` do not stand on word borders");
        assert!(run("none", "the tree", false).starts_with("the rule was not compiled"));
    }
}
