//! All rules in one list, and all their examples, for people and for tests.

use super::example::{MarkedText, MarkedTextError};
use super::files::{Head, Pattern, Side};
use super::load::RuleFiles;

/// One rule, in one line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RuleLine {
    /// What kind of rule it is: `lexicon`, `pattern`, `cue`, `head` or `stop`.
    pub kind: &'static str,
    /// Its id; for a lexicon the id of its type, for stop words the key of the list.
    pub id: String,
    /// Label of the type that it speaks for; empty if none.
    pub entity_type: String,
    /// Id of the relation that it speaks for; empty if none.
    pub relation: String,
    /// What it looks for, in short.
    pub summary: String,
}

/// How many words a summary shows.
const SHOWN: usize = 6;

/// All rules, by kind and in the order of their files.
pub fn list(rules: &RuleFiles) -> Vec<RuleLine> {
    let line = |kind, id: &str, entity_type: &str, relation: &str, summary: String| RuleLine {
        kind,
        id: id.to_owned(),
        entity_type: entity_type.to_owned(),
        relation: relation.to_owned(),
        summary,
    };
    let lexicons = rules.lexicons.iter().map(|(id, names)| {
        let entity_type = rules.schema.entity_type(*id);
        line("lexicon", &entity_type.id, &entity_type.label, "", few(names.unpack().rows().map(|[name, ..]| name)))
    });
    let patterns = rules
        .patterns
        .iter()
        .map(|Pattern { id, entity_type, regex, .. }| line("pattern", id, entity_type, "", regex.clone()));
    let cues = rules.cues.iter().map(|cue| {
        let side = match cue.side {
            Side::Before => "before the name",
            Side::After => "after the name",
            Side::Sentence => "in the sentence",
        };
        let summary = format!("{side}: {}", few(cue.verbs.iter().chain(&cue.phrases).map(String::as_str)));
        line("cue", &cue.id, cue.entity_type.as_deref().unwrap_or(""), cue.relation.as_deref().unwrap_or(""), summary)
    });
    let heads = rules.heads.iter().map(|Head { id, entity_type, class_noun, words, .. }| {
        let place = if *class_noun { "after the name" } else { "at the end" };
        line("head", id, entity_type, "", format!("{place}: {}", few(words.iter().map(String::as_str))))
    });
    let stop = &rules.stop;
    let stops = [
        ("function_words", &stop.function_words),
        ("praise", &stop.praise),
        ("praise_in_terms", &stop.praise_in_terms),
        ("empty_nouns", &stop.empty_nouns),
        ("terms", &stop.terms),
        ("abbreviations", &stop.abbreviations),
    ];
    let stops = stops.into_iter().filter(|(_, words)| !words.is_empty());
    let stops = stops.map(|(id, words)| line("stop", id, "", "", few(words.iter().map(String::as_str))));
    lexicons.chain(patterns).chain(cues).chain(heads).chain(stops).collect()
}

/// The first words of a list, and how many there are.
fn few<'a>(words: impl Iterator<Item = &'a str>) -> String {
    let words: Vec<&str> = words.collect();
    let shown = words[..words.len().min(SHOWN)].join(", ");
    if words.len() > SHOWN { format!("{shown}, ... ({} in all)", words.len()) } else { shown }
}

/// An example of a rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RuleExample<'a> {
    /// Id of the rule; `stop` for the examples of `stop.toml`.
    pub rule: &'a str,
    /// The example as it is written.
    pub source: &'a str,
    /// The example, read.
    pub marked: Result<MarkedText, MarkedTextError>,
    /// Does it show what the rule shall not find? In counterexamples without a marked part, the rule finds nothing at
    /// all; in those with one, not the marked part.
    pub counterexample: bool,
}

/// The examples and counterexamples of all rules, in the order of [`list`].
pub fn examples(rules: &RuleFiles) -> impl Iterator<Item = RuleExample<'_>> {
    let patterns = rules.patterns.iter().map(|rule| (rule.id.as_str(), &rule.examples, &rule.counterexamples));
    let cues = rules.cues.iter().map(|rule| (rule.id.as_str(), &rule.examples, &rule.counterexamples));
    let heads = rules.heads.iter().map(|rule| (rule.id.as_str(), &rule.examples, &rule.counterexamples));
    let of_rules = patterns.chain(cues).chain(heads).flat_map(|(rule, examples, counterexamples)| {
        let examples = examples.iter().map(move |source| (rule, source, false));
        examples.chain(counterexamples.iter().map(move |source| (rule, source, true)))
    });
    let of_stop = rules.stop.examples.iter().map(|source| ("stop", source, true));
    of_rules.chain(of_stop).map(|(rule, source, counterexample)| RuleExample {
        rule,
        source,
        marked: MarkedText::parse(source),
        counterexample,
    })
}

#[cfg(test)]
mod tests {
    use super::super::folder::RuleFolder;
    use super::*;

    #[test]
    fn lists_every_rule_and_example() {
        let rules = RuleFolder::embedded().parse().unwrap();
        let lines = list(&rules);
        let count = |kind| lines.iter().filter(|line| line.kind == kind).count();
        assert_eq!(count("pattern"), rules.patterns.len());
        assert_eq!(count("cue"), rules.cues.len());
        assert_eq!(count("head"), rules.heads.len());
        assert_eq!(count("lexicon"), rules.lexicons.len());
        let written: usize =
            rules.patterns.iter().map(|pattern| pattern.examples.len() + pattern.counterexamples.len()).sum();
        let ids: Vec<&str> = rules.patterns.iter().map(|pattern| pattern.id.as_str()).collect();
        assert_eq!(examples(&rules).filter(|example| ids.contains(&example.rule)).count(), written);
        assert!(examples(&rules).all(|example| example.marked.is_ok()));
    }

    #[test]
    fn long_lists_are_cut() {
        assert_eq!(few(["a"; 8].into_iter()), "a, a, a, a, a, a, ... (8 in all)");
        assert_eq!(few(["a", "b"].into_iter()), "a, b");
    }
}
