//! Do patterns, cues, heads and stop words mean what they say?

use std::ops::Range;

use regex::Regex;
use rustc_hash::FxHashMap;

use super::document::Document;
use super::suggest::suggestion;
use super::{Item, Rules, check_ids, check_type};
use crate::rules::compile::inflected;
use crate::rules::example::MarkedText;
use crate::rules::files::{Cue, Head, Pattern, Side, StopFile};
use crate::rules::problem::Problem;
use crate::rules::schema::RelationRole;

pub(super) fn check_rules(rules: &Rules<'_>, problems: &mut Vec<Problem>) {
    let mut ids = FxHashMap::default();
    check_ids(&rules.patterns, "id", |value: &Pattern| &value.id, &mut ids, problems);
    check_ids(&rules.cues, "id", |value: &Cue| &value.id, &mut ids, problems);
    check_ids(&rules.heads, "id", |value: &Head| &value.id, &mut ids, problems);
    for item in &rules.patterns {
        check_type(rules, item, "type", &item.value.entity_type, problems);
        check_pattern(item, problems);
    }
    for item in &rules.cues {
        check_cue(rules, item, problems);
    }
    check_heads(rules, problems);
    for (document, stop) in &rules.stops {
        check_stop(rules, document, stop, problems);
    }
}

/// The examples of a rule that can be read, with their numbers; an error for each that cannot.
fn examples<T>(
    item: &Item<'_, T>,
    key: &str,
    texts: &[String],
    problems: &mut Vec<Problem>,
) -> Vec<(usize, MarkedText)> {
    let read = |(index, text): (usize, &String)| match MarkedText::parse(text) {
        Ok(marked) => Some((index, marked)),
        Err(error) => {
            problems.push(bracket_problem(item.document, item.element_span(key, index), text, &error));
            None
        }
    };
    texts.iter().enumerate().filter_map(read).collect()
}

fn bracket_problem(
    document: &Document<'_>,
    span: Range<usize>,
    text: &str,
    error: &crate::rules::MarkedTextError,
) -> Problem {
    let byte = text.char_indices().nth(error.character - 1).map_or(0, |(byte, _)| byte);
    document.error(document.inside(span, text, byte..byte + 1), error.kind.to_string())
}

/// An error for each example without a marked part.
fn check_marked<T>(item: &Item<'_, T>, examples: &[(usize, MarkedText)], problems: &mut Vec<Problem>) {
    for (index, _) in examples.iter().filter(|(_, marked)| marked.spans.is_empty()) {
        let problem = item.document.error(item.element_span("examples", *index), "no part of the example is marked");
        problems.push(problem.with_help("put [brackets] around what the rule finds"));
    }
}

fn check_pattern(item: &Item<'_, Pattern>, problems: &mut Vec<Problem>) {
    let pattern = &item.value;
    let marked = examples(item, "examples", &pattern.examples, problems);
    check_marked(item, &marked, problems);
    let counterexamples = examples_of_nothing(item, &pattern.counterexamples, problems);
    // Alone first: brackets that do not fit could close the group that binds the expression to word borders.
    let regex = match Regex::new(&pattern.regex).and_then(|_| pattern.compile()) {
        Ok(regex) => regex,
        Err(error) => {
            problems.push(regex_problem(item, &error));
            return;
        }
    };
    if regex.is_match("") {
        let message = "the expression matches the empty text, and so everywhere";
        problems.push(item.error("regex", message).with_help("make one of its parts not optional"));
        return;
    }
    for (key, texts) in [("examples", marked), ("counterexamples", counterexamples)] {
        for (index, marked) in texts {
            let found: Vec<Range<usize>> = regex.find_iter(&marked.text).map(|found| found.range()).collect();
            if found != marked.spans {
                let list: Vec<String> = found.iter().map(|span| format!("`{}`", &marked.text[span.clone()])).collect();
                let list = if list.is_empty() { "nothing".to_owned() } else { list.join(", ") };
                let message = format!("`{}` finds {list} here", pattern.id);
                problems.push(item.document.error(item.element_span(key, index), message));
            }
        }
    }
}

/// Counterexamples, in which marks mean nothing.
fn examples_of_nothing<T>(
    item: &Item<'_, T>,
    texts: &[String],
    problems: &mut Vec<Problem>,
) -> Vec<(usize, MarkedText)> {
    let mut marked = examples(item, "counterexamples", texts, problems);
    for (_, text) in &mut marked {
        text.spans.clear();
    }
    marked
}

/// The mistake in a regular expression, at its place in the expression where that can be told.
fn regex_problem(item: &Item<'_, Pattern>, error: &regex::Error) -> Problem {
    let text = error.to_string();
    let message = text.lines().last().unwrap_or("").trim_start_matches("error: ");
    // The message shows an expression of one line, indented by four, with marks below the mistake.
    let marks = text.lines().find(|line| !line.is_empty() && line.trim_start().starts_with('^'));
    let span = item.span("regex");
    let place = marks.and_then(|line| {
        let from = line.find('^')?.checked_sub(4)?;
        let mut bytes = item.value.regex.char_indices().map(|(byte, _)| byte).skip(from);
        let start = bytes.next()?;
        let end = bytes.nth(line.matches('^').count() - 1).unwrap_or(item.value.regex.len());
        Some(item.document.inside(span.clone(), &item.value.regex, start..end))
    });
    item.document.error(place.unwrap_or(span), format!("the regular expression is wrong: {message}"))
}

fn check_cue(rules: &Rules<'_>, item: &Item<'_, Cue>, problems: &mut Vec<Problem>) {
    let cue = &item.value;
    if let Some(label) = &cue.entity_type {
        check_type(rules, item, "type", label, problems);
    }
    if let Some(id) = &cue.relation {
        check_cue_relation(rules, item, id, problems);
    }
    let around_name = matches!(cue.side, Side::Before | Side::After);
    if around_name && cue.entity_type.is_none() && cue.relation.is_none() && !cue.naming && !cue.own {
        let problem = item.document.warning(item.span("id"), "the cue speaks for nothing");
        problems.push(
            problem.with_help("add `type`, `relation` or both; without them only a weight in weights.toml can use it"),
        );
    }
    if cue.verbs.is_empty() && cue.phrases.is_empty() {
        problems.push(item.error("id", "the cue can never match").with_help("add `verbs` or `phrases`"));
    }
    for (key, words) in [("verbs", &cue.verbs), ("phrases", &cue.phrases)] {
        check_words(item.document, |index| item.element_span(key, index), words, problems);
        for (index, verb) in words.iter().enumerate().filter(|(_, word)| key == "verbs" && word.trim().contains(' ')) {
            let message = format!("`{verb}` is more than one word");
            let problem = item.document.error(item.element_span(key, index), message);
            problems.push(problem.with_help("put it, and its other forms, into `phrases`"));
        }
    }
    let marked = examples(item, "examples", &cue.examples, problems);
    check_marked(item, &marked, problems);
    examples(item, "counterexamples", &cue.counterexamples, problems);
    let forms: Vec<String> = cue
        .verbs
        .iter()
        .flat_map(|verb| inflected(verb))
        .chain(cue.phrases.iter().cloned())
        .map(|form| words_of(&form))
        .collect();
    for (index, example) in marked {
        for span in &example.spans {
            let (around, side) = match cue.side {
                Side::Before => (&example.text[..span.start], "before"),
                Side::After => (&example.text[span.end..], "after"),
                Side::Sentence => (example.text.as_str(), "in the sentence of"),
            };
            let around = words_of(around);
            if !forms.iter().any(|form| around.contains(form.as_str())) {
                let message =
                    format!("no verb or phrase of `{}` stands {side} `{}`", cue.id, &example.text[span.clone()]);
                problems.push(item.document.error(item.element_span("examples", index), message));
            }
        }
    }
}

/// Is the relation one between papers and entities, and allowed for the cue's type?
fn check_cue_relation(rules: &Rules<'_>, item: &Item<'_, Cue>, id: &str, problems: &mut Vec<Problem>) {
    let between = |role| matches!(role, RelationRole::Entity | RelationRole::Contribution);
    let Some(relation) = rules.schema.relations.iter().find(|relation| relation.id == id) else {
        let known = rules
            .schema
            .relations
            .iter()
            .filter(|relation| between(relation.role))
            .map(|relation| relation.id.as_str());
        let mut problem = item.error("relation", format!("no relation in schema.toml has the id `{id}`"));
        problem.help = suggestion(id, known);
        problems.push(problem);
        return;
    };
    let label =
        item.value.entity_type.as_ref().filter(|label| !relation.types.is_empty() && !relation.types.contains(label));
    if !between(relation.role) {
        problems.push(item.error("relation", format!("`{id}` is no relation between a paper and an entity")));
    } else if let Some(label) = label {
        let message = format!("`{id}` may not point to `{label}`");
        let help = format!("it points to {}", relation.types.join(", "));
        problems.push(item.error("relation", message).with_help(help));
    }
}

/// The words of a text in lower case with one space around each, so that whole words can be searched.
fn words_of(text: &str) -> String {
    let text = text.to_lowercase();
    let words = text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
    words.fold(" ".to_owned(), |all, word| all + word + " ")
}

fn check_heads(rules: &Rules<'_>, problems: &mut Vec<Problem>) {
    let function_words: Vec<String> =
        rules.stops.iter().flat_map(|(_, stop)| &stop.function_words).map(|word| word.to_lowercase()).collect();
    let mut owners: FxHashMap<(usize, String), String> = FxHashMap::default();
    for item in &rules.heads {
        let head = &item.value;
        check_type(rules, item, "type", &head.entity_type, problems);
        check_words(item.document, |index| item.element_span("words", index), &head.words, problems);
        for (index, word) in head.words.iter().enumerate() {
            let span = item.element_span("words", index);
            let folded = word.trim().to_lowercase();
            if folded.contains(' ') {
                let message = format!("`{word}` is more than one word: a head is the last word of a term");
                problems.push(item.document.error(span.clone(), message));
            }
            if function_words.contains(&folded) {
                let message = format!("`{word}` is a function word in stop.toml: no term ends in it");
                problems.push(item.document.error(span.clone(), message));
            }
            match owners.get(&(item.document.layer, folded.clone())) {
                Some(owner) if *owner != head.id => {
                    let message = format!("`{word}` belongs to `{owner}` already");
                    problems.push(item.document.error(span, message).with_help("a word has one class"));
                }
                Some(_) => {}
                None => {
                    owners.insert((item.document.layer, folded), head.id.clone());
                }
            }
        }
        check_head_examples(item, problems);
    }
}

/// Does the marked part of each example end in a word of the class, or for class nouns stand before one?
fn check_head_examples(item: &Item<'_, Head>, problems: &mut Vec<Problem>) {
    let head = &item.value;
    let marked = examples(item, "examples", &head.examples, problems);
    check_marked(item, &marked, problems);
    examples(item, "counterexamples", &head.counterexamples, problems);
    let forms: Vec<String> = head
        .words
        .iter()
        .filter(|word| !word.trim().is_empty())
        .flat_map(|word| [words_of(word), words_of(&format!("{word}s"))])
        .collect();
    for (index, example) in marked {
        for span in &example.spans {
            let inside = words_of(&example.text[span.clone()]);
            let after = words_of(&example.text[span.end..]);
            let fits = |form: &String| {
                inside.ends_with(form.as_str()) || (head.class_noun && after.starts_with(form.as_str()))
            };
            let last_word = example.text[span.clone()].rsplit(' ').next().unwrap_or("").trim_end_matches('s');
            let ending = head.endings.iter().any(|ending| last_word.ends_with(ending.as_str()));
            if !ending && !forms.iter().any(fits) {
                let place = if head.class_noun { "after or at the end of" } else { "at the end of" };
                let message =
                    format!("no word or ending of `{}` stands {place} `{}`", head.id, &example.text[span.clone()]);
                problems.push(item.document.error(item.element_span("examples", index), message));
            }
        }
    }
}

fn check_stop(rules: &Rules<'_>, document: &Document<'_>, stop: &StopFile, problems: &mut Vec<Problem>) {
    let lists = [
        ("function_words", &stop.function_words),
        ("praise", &stop.praise),
        ("praise_in_terms", &stop.praise_in_terms),
        ("empty_nouns", &stop.empty_nouns),
        ("terms", &stop.terms),
        ("abbreviations", &stop.abbreviations),
    ];
    for (key, words) in lists {
        check_words(document, |index| document.element_span(key, index), words, problems);
    }
    for (index, word) in stop.praise_in_terms.iter().enumerate() {
        if !rules.stops.iter().any(|(_, stop)| stop.praise.contains(word)) {
            let message = format!("`{word}` is no word of `praise`, so this says nothing");
            problems.push(document.warning(document.element_span("praise_in_terms", index), message));
        }
    }
    for (index, text) in stop.examples.iter().enumerate() {
        let span = document.element_span("examples", index);
        match MarkedText::parse(text) {
            Ok(marked) if marked.spans.is_empty() => {
                let problem = document.error(span, "no part of the example is marked");
                problems.push(problem.with_help("put [brackets] around what must not be found"));
            }
            Ok(_) => {}
            Err(error) => problems.push(bracket_problem(document, span, text, &error)),
        }
    }
}

/// An error for each empty word, a warning for each word that stands twice.
fn check_words(
    document: &Document<'_>,
    span: impl Fn(usize) -> Range<usize>,
    words: &[String],
    problems: &mut Vec<Problem>,
) {
    let mut seen = FxHashMap::default();
    for (index, word) in words.iter().enumerate() {
        if word.trim().is_empty() {
            problems.push(document.error(span(index), "an empty word can never match"));
        } else if seen.insert(word.to_lowercase(), index).is_some() {
            problems.push(document.warning(span(index), format!("`{word}` stands twice in this list")));
        }
    }
}
