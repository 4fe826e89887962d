//! Labels of topics: the few words that tell a topic from the others.
//!
//! Candidates are the names of entities and the phrases of two and three words in titles; forms that differ in case,
//! hyphens or a plural ending are one candidate. A candidate scores `p ln(p / q)^1.5` for a topic, where `p` is the
//! share of the topic's papers that have it and `q` the share of all papers: what is frequent everywhere scores next
//! to nothing, and so does what is rare in the topic. Names count for more the more of their papers have them in the
//! title: what many papers use and none is about makes no label. That is class-based tf-idf with nearly the relative
//! entropy for its weight, which does not favour the rarest words of a small topic.
//!
//! A label is the best candidate, with a second one after a comma where both together have four words or fewer. No
//! two topics have the same label, and none starts with the candidate that another one starts with.

use std::borrow::Cow;
use std::cmp::Ordering;
use std::hash::BuildHasher;

use hashbrown::HashTable;
use memchr::memmem::Finder;
use petgraph::graph::NodeIndex;
use rayon::prelude::*;
use rustc_hash::{FxBuildHasher, FxHashMap, FxHashSet};

use super::projection::Incidence;
use crate::graph::KnowledgeGraph;
use crate::graph::grouped::Grouped;
use crate::text::{normal_form, singular};

/// Most words of a label, those joined by hyphens counted as one.
const MOST_WORDS: usize = 4;

/// A second candidate must score this share of the first one's score.
const SECOND_SHARE: f64 = 0.3;

/// How much more it counts that a candidate is rare elsewhere than relative entropy says. At 1 the topics of a narrow
/// corpus are called by its commonest names, at 3 by curiosities.
const LIFT_POWER: f64 = 1.5;

/// Worth of a phrase of titles beside an entity's name that all its papers have in their titles: names say what,
/// titles also say how.
const TITLE_WORTH: f64 = 0.7;

/// Papers whose titles, or entities whose names, are taken apart at once.
const AT_ONCE: usize = 16 * 1024;

/// Marks of [`Repeats`] for each paper and entity: a title has some five phrases.
const MARKS_OF_EACH: usize = 64;

/// Worth of an entity's name that no title has. What many papers use and none is about ("accuracy", "GPU") tells
/// little; what a title has, its paper is about.
const UNTITLED_WORTH: f64 = 0.25;

/// Names of an entity that are looked for in titles, the label first.
const NAMES_IN_TITLES: usize = 8;

/// Entities that a topic names as its own.
const TOPIC_ENTITIES: usize = 12;

/// Words that no phrase of a title has: they tie words together, or say that a paper is a paper.
const NOT_IN_PHRASES: &[&str] = &[
    "a",
    "an",
    "the",
    "of",
    "for",
    "in",
    "on",
    "to",
    "with",
    "and",
    "or",
    "by",
    "from",
    "via",
    "at",
    "as",
    "is",
    "are",
    "be",
    "can",
    "do",
    "does",
    "how",
    "what",
    "why",
    "when",
    "where",
    "which",
    "who",
    "it",
    "its",
    "their",
    "our",
    "we",
    "you",
    "your",
    "all",
    "not",
    "no",
    "than",
    "that",
    "this",
    "using",
    "use",
    "towards",
    "toward",
    "into",
    "over",
    "under",
    "through",
    "beyond",
    "without",
    "between",
    "against",
    "across",
    "approach",
    "approaches",
    "framework",
    "method",
    "methods",
    "novel",
    "new",
    "study",
    "case",
    "paper",
    "improving",
    "improved",
    "efficient",
    "effective",
    "based",
    "aware",
    "driven",
    "guided",
    "free",
    "end",
    "state",
    "art",
    "large",
    "scale",
    "via",
    "simple",
    "better",
    "more",
    "good",
    "one",
    "two",
    "few",
    "need",
    "know",
    "let",
    "make",
    "making",
    "just",
];

/// What a topic is called and which entities are its own.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct TopicLabel {
    /// Two to four words, or one where a single name says it all.
    pub label: String,
    /// The first part of the label, which the topic's id is made of.
    pub head: String,
    /// The entities that tell the topic from others, best first, as columns of the incidence.
    pub entities: Vec<u32>,
}

/// The candidates of a corpus.
pub struct Terms<'g> {
    terms: Vec<Term<'g>>,
    /// Candidates of every paper, each once.
    of_paper: Grouped<u32>,
    /// Number of papers that have a candidate.
    papers: Vec<u32>,
}

struct Term<'g> {
    /// What to show.
    shown: Cow<'g, str>,
    /// Its normal form.
    key: Box<str>,
    worth: f64,
    /// Column of the entity, where the candidate is one.
    entity: Option<u32>,
}

/// Numbers of candidates by their normal forms, which the candidates hold.
#[derive(Default)]
struct Numbers(HashTable<u32>);

impl Numbers {
    fn get(&self, key: &str, terms: &[Term<'_>]) -> Option<u32> {
        self.0.find(hash(key), |number| &*terms[*number as usize].key == key).copied()
    }

    /// Takes in a candidate whose normal form is new.
    fn add<'g>(&mut self, term: Term<'g>, terms: &mut Vec<Term<'g>>) -> u32 {
        let number = terms.len() as u32;
        let hash_of_term = hash(&term.key);
        terms.push(term);
        self.0.insert_unique(hash_of_term, number, |number| hash(&terms[*number as usize].key));
        number
    }
}

fn hash(key: &str) -> u64 {
    FxBuildHasher.hash_one(key)
}

/// Which texts come more than once, by their hashes, with some that only seem to: a bit or two for each hash, where a map
/// of all would be as large as the topics themselves.
struct Repeats {
    once: Vec<u64>,
    again: Vec<u64>,
}

impl Repeats {
    /// None yet, with so many marks or up to twice as many.
    fn new(marks: usize) -> Self {
        let words = (marks / 64).next_power_of_two();
        Self { once: vec![0; words], again: vec![0; words] }
    }

    /// The word of the mark for a hash, and the mark in it.
    fn place(&self, hash: u64) -> (usize, u64) {
        ((hash >> 6) as usize & (self.once.len() - 1), 1 << (hash & 63))
    }

    fn add(&mut self, hash: u64) {
        let (word, mark) = self.place(hash);
        self.again[word] |= self.once[word] & mark;
        self.once[word] |= mark;
    }

    fn has(&self, hash: u64) -> bool {
        let (word, mark) = self.place(hash);
        self.again[word] & mark != 0
    }
}

impl<'g> Terms<'g> {
    /// Collects names and title phrases.
    pub fn of(graph: &'g KnowledgeGraph, incidence: &Incidence) -> Self {
        let mut terms: Vec<Term<'g>> = Vec::new();
        let mut numbers = Numbers::default();
        let label = |node: &NodeIndex| graph.graph[*node].label.as_ref();
        let name = |node: &NodeIndex| normal_form(label(node));
        let phrases = |node: &NodeIndex| title_phrases(label(node));
        let repeats = repeats(incidence, name, phrases);
        let in_titles = shares_in_titles(graph, incidence);
        let mut entity_terms: Vec<Option<u32>> = Vec::with_capacity(incidence.entities.len());
        for entities in incidence.entities.chunks(AT_ONCE) {
            for (node, key) in entities.iter().zip(entities.par_iter().map(name).collect::<Vec<_>>()) {
                let column = entity_terms.len();
                let new_term = |key: String| {
                    // The root, since a third of the papers with it in the title is already much.
                    let worth = UNTITLED_WORTH + (1.0 - UNTITLED_WORTH) * in_titles[column].sqrt();
                    Term { shown: label(node).into(), key: key.into(), worth, entity: Some(column as u32) }
                };
                let known = numbers.get(&key, &terms);
                let is_repeated = repeats.has(hash(&key));
                entity_terms.push(known.or_else(|| is_repeated.then(|| numbers.add(new_term(key), &mut terms))));
            }
        }
        let mut of_paper = Grouped::default();
        for papers in incidence.papers.chunks(AT_ONCE) {
            for phrases in papers.par_iter().map(phrases).collect::<Vec<_>>() {
                let names = incidence.by_paper.row(of_paper.len()).iter();
                let mut of_this: Vec<u32> = names.filter_map(|&(column, _)| entity_terms[column as usize]).collect();
                for (key, shown) in phrases {
                    if let Some(known) = numbers.get(&key, &terms) {
                        of_this.push(known);
                    } else if repeats.has(hash(&key)) {
                        let term = Term { shown: shown.into(), key: key.into(), worth: TITLE_WORTH, entity: None };
                        of_this.push(numbers.add(term, &mut terms));
                    }
                }
                of_this.sort_unstable();
                of_this.dedup();
                of_paper.push(of_this);
            }
        }
        let mut papers = vec![0; terms.len()];
        for &term in &of_paper.values {
            papers[term as usize] += 1;
        }
        Self { terms, of_paper, papers }
    }

    /// Candidates of one topic with their scores, best first.
    fn scored(&self, members: &[u32]) -> Vec<(f64, u32)> {
        let mut counts: FxHashMap<u32, u32> = FxHashMap::default();
        for &term in members.iter().flat_map(|&paper| self.of_paper.group(paper as usize)) {
            *counts.entry(term).or_default() += 1;
        }
        let mut scored: Vec<(f64, u32)> = counts
            .into_iter()
            .filter(|&(_, count)| count > 1)
            .map(|(term, count)| {
                let inside = f64::from(count) / members.len() as f64;
                let everywhere = f64::from(self.papers[term as usize]) / self.of_paper.len() as f64;
                let lift = (inside / everywhere).ln().max(0.0);
                // The hundredth lets the most frequent candidate win where nothing tells the topic from the corpus.
                let worth = self.terms[term as usize].worth;
                (worth * inside * (lift.powf(LIFT_POWER) + 0.01), term)
            })
            .collect();
        // The map has no order of its own: equal scores go by the candidate's words.
        scored.sort_by(|a, b| b.0.total_cmp(&a.0).then_with(|| self.by_words(a.1, b.1)));
        scored
    }

    fn by_words(&self, a: u32, b: u32) -> Ordering {
        self.terms[a as usize].words().cmp(self.terms[b as usize].words())
    }
}

impl Term<'_> {
    /// The words of the normal form, all in the singular.
    fn words(&self) -> impl Iterator<Item = Cow<'_, str>> {
        self.key.split(' ').map(singular)
    }

    /// Words as they are shown, those joined by hyphens counted as one.
    fn width(&self) -> usize {
        self.shown.split_whitespace().count()
    }

    /// Do both share a word, or is one the initials of the other?
    fn overlaps(&self, other: &Self) -> bool {
        let shares = self.words().any(|word| other.words().any(|o| o.starts_with(&*word) || word.starts_with(&*o)));
        shares || self.is_short_for(other) || other.is_short_for(self)
    }

    fn is_short_for(&self, long: &Self) -> bool {
        let initials = long.words().filter_map(|word| word.chars().next());
        let mut own = self.words();
        let word = own.next().unwrap_or_default();
        own.next().is_none() && long.words().nth(1).is_some() && word.chars().eq(initials)
    }
}

/// Names and title phrases of more than one paper. Most stand in a single one and label nothing; one that gets in because
/// another has its mark does no harm, as no candidate of one paper is ever taken.
fn repeats(
    incidence: &Incidence,
    name: impl Fn(&NodeIndex) -> String + Sync,
    phrases: impl Fn(&NodeIndex) -> Vec<(String, String)> + Sync,
) -> Repeats {
    let mut repeats = Repeats::new(MARKS_OF_EACH * (incidence.papers.len() + incidence.entities.len()));
    let names: Vec<u64> = incidence.entities.par_iter().map(|node| hash(&name(node))).collect();
    for (column, name) in names.into_iter().enumerate() {
        incidence.by_entity.group(column).iter().take(2).for_each(|_| repeats.add(name));
    }
    for papers in incidence.papers.chunks(AT_ONCE) {
        let hashes = |node| phrases(node).iter().map(|(key, _)| hash(key)).collect::<Vec<_>>();
        let of_papers: Vec<Vec<u64>> = papers.par_iter().map(hashes).collect();
        of_papers.into_iter().flatten().for_each(|phrase| repeats.add(phrase));
    }
    repeats
}

/// For every entity the share of its papers that have a name of it in their titles, one more paper without it assumed.
fn shares_in_titles(graph: &KnowledgeGraph, incidence: &Incidence) -> Vec<f64> {
    let mut titles: Grouped<u8> = Grouped::default();
    for papers in incidence.papers.chunks(AT_ONCE) {
        let words: Vec<String> = papers.par_iter().map(|&paper| whole_words(&graph.graph[paper].label)).collect();
        words.into_iter().for_each(|words| titles.push(words.into_bytes()));
    }
    let shares = incidence.entities.par_iter().enumerate().map(|(entity, &node)| {
        let node = &graph.graph[node];
        let names = std::iter::once(&*node.label).chain(node.aliases().iter().map(String::as_str));
        let names = names.take(NAMES_IN_TITLES).map(whole_words);
        let names: Vec<String> = names.filter(|name| name != WORD_BREAK).collect();
        let names: Vec<Finder<'_>> = names.iter().map(Finder::new).collect();
        let papers = incidence.by_entity.group(entity);
        let titled =
            papers.iter().filter(|paper| names.iter().any(|name| name.find(titles.group(**paper as usize)).is_some()));
        titled.count() as f64 / (papers.len() + 1) as f64
    });
    shares.collect()
}

/// Stands around every word of a text that is searched for whole words.
const WORD_BREAK: &str = " ";

/// A text in normal form, all words in the singular, with a break around each, so that one text holds another only as
/// whole words.
fn whole_words(text: &str) -> String {
    let normal = normal_form(text);
    let words = normal.split(|c: char| !(c.is_alphanumeric() || "+#*".contains(c))).filter(|word| !word.is_empty());
    words.fold(WORD_BREAK.to_owned(), |all, word| all + &singular(word) + WORD_BREAK)
}

/// The runs of two and three words of a title, as normal form and as shown, without words that tie others together.
fn title_phrases(title: &str) -> Vec<(String, String)> {
    let mut phrases = Vec::new();
    // Punctuation ends a phrase, hyphens do not.
    for part in title.split(|c: char| !(c.is_alphanumeric() || c == ' ' || c == '-' || c == '+')) {
        let words: Vec<&str> = part.split(' ').filter(|word| !word.is_empty()).collect();
        let lower: Vec<String> = words.iter().map(|word| word.to_lowercase()).collect();
        let ties = |word: &String| word.len() < 2 || NOT_IN_PHRASES.contains(&word.as_str());
        let ties: Vec<bool> = lower.iter().map(ties).collect();
        for length in 2..=3 {
            for start in 0..(words.len() + 1).saturating_sub(length) {
                let range = start..start + length;
                if ties[range.clone()].contains(&true) {
                    continue;
                }
                let shown: Vec<&str> =
                    range.map(|at| if is_name(words[at]) { words[at] } else { &lower[at] }).collect();
                let shown = shown.join(" ");
                phrases.push((normal_form(&shown), shown));
            }
        }
    }
    phrases
}

/// Is the word written with capitals or digits inside (`3D`, `LLMs`, `GraphQL`), so that it keeps its case?
fn is_name(word: &str) -> bool {
    word.split('-').any(|part| part.chars().skip(1).any(|c| c.is_uppercase() || c.is_ascii_digit()))
}

/// Labels for groups of papers, in the order of the groups. `taken` are labels and heads that none may have; the new
/// ones are added to it.
pub fn label_groups(terms: &Terms<'_>, groups: &[&[u32]], taken: &mut FxHashSet<String>) -> Vec<TopicLabel> {
    let scored: Vec<Vec<(f64, u32)>> = groups.par_iter().map(|members| terms.scored(members)).collect();
    let heads = choose_heads(terms, &scored, taken);
    scored.iter().zip(heads).map(|(scored, head)| compose(terms, scored, head, taken)).collect()
}

/// Gives every group a head of its own: candidates go to the group where they score best, and a group that loses its
/// candidate takes its next one.
fn choose_heads(terms: &Terms<'_>, scored: &[Vec<(f64, u32)>], taken: &FxHashSet<String>) -> Vec<Option<u32>> {
    let fits = |term: u32| {
        let term = &terms.terms[term as usize];
        term.width() <= MOST_WORDS && !taken.contains(&joined(term.words()))
    };
    let mut offers: Vec<(f64, usize, u32)> = Vec::new();
    for (group, scored) in scored.iter().enumerate() {
        offers
            .extend(scored.iter().filter(|&&(_, term)| fits(term)).take(40).map(|&(score, term)| (score, group, term)));
    }
    offers.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)).then_with(|| terms.by_words(a.2, b.2)));
    let mut heads = vec![None; scored.len()];
    let mut used = FxHashSet::default();
    for (_, group, term) in offers {
        if heads[group].is_none() && used.insert(term) {
            heads[group] = Some(term);
        }
    }
    heads
}

fn compose(terms: &Terms<'_>, scored: &[(f64, u32)], head: Option<u32>, taken: &mut FxHashSet<String>) -> TopicLabel {
    let entities =
        scored.iter().filter_map(|&(_, term)| terms.terms[term as usize].entity).take(TOPIC_ENTITIES).collect();
    let Some(head) = head else {
        let label = unused("other papers", taken);
        return TopicLabel { head: label.clone(), label, entities };
    };
    let first = &terms.terms[head as usize];
    let score_of_head = scored.iter().find(|entry| entry.1 == head).map_or(0.0, |entry| entry.0);
    let second = scored.iter().find(|&&(score, term)| {
        let second = &terms.terms[term as usize];
        score >= SECOND_SHARE * score_of_head && second.width() + first.width() <= MOST_WORDS && !second.overlaps(first)
    });
    taken.insert(joined(first.words()));
    let label = match second {
        Some(&(_, term)) => format!("{}, {}", first.shown, terms.terms[term as usize].shown),
        None => first.shown.to_string(),
    };
    let label = unused(&label, taken);
    TopicLabel { label, head: first.shown.to_string(), entities }
}

fn joined<'t>(words: impl Iterator<Item = Cow<'t, str>>) -> String {
    words.collect::<Vec<_>>().join(" ")
}

/// The label, or the label with the first number that makes it one that is not taken.
fn unused(label: &str, taken: &mut FxHashSet<String>) -> String {
    let numbered = (2..).map(|number: u32| format!("{label} {number}"));
    let mut tries = std::iter::once(label.to_owned()).chain(numbered);
    let free = tries.find(|label| taken.insert(format!("label:{}", label.to_lowercase())));
    free.unwrap_or_else(|| label.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analyze::testing::planted;

    #[test]
    fn phrases_stop_at_punctuation_and_words_that_tie() {
        let shown: Vec<String> = title_phrases("QuickSeg: Towards 3D Point-Cloud Segmentation with Large Graphs")
            .into_iter()
            .map(|p| p.1)
            .collect();
        assert_eq!(shown, ["3D point-cloud", "point-cloud segmentation", "3D point-cloud segmentation"]);
        assert!(title_phrases("").is_empty());
    }

    #[test]
    fn labels_are_distinct_and_speak_of_the_group() {
        let graph = planted(4, 15);
        let incidence = Incidence::of(&graph);
        let terms = Terms::of(&graph, &incidence);
        let groups: Vec<Vec<u32>> = (0..4).map(|group| (group * 15..(group + 1) * 15).collect()).collect();
        let groups: Vec<&[u32]> = groups.iter().map(Vec::as_slice).collect();
        let labels = label_groups(&terms, &groups, &mut FxHashSet::default());
        let distinct: FxHashSet<&str> = labels.iter().map(|label| label.label.as_str()).collect();
        assert_eq!(distinct.len(), 4);
        for (group, label) in labels.iter().enumerate() {
            assert!(label.label.contains(&format!("subject{group}")), "{label:?}");
            assert!(!label.label.contains("everywhere"), "{label:?}");
            assert!(!label.entities.is_empty());
        }
    }

    #[test]
    fn equal_groups_still_get_different_labels() {
        let graph = planted(1, 6);
        let incidence = Incidence::of(&graph);
        let terms = Terms::of(&graph, &incidence);
        let all: Vec<u32> = (0..6).collect();
        let labels = label_groups(&terms, &[&all, &all, &all], &mut FxHashSet::default());
        let distinct: FxHashSet<&str> = labels.iter().map(|label| label.label.as_str()).collect();
        assert_eq!(distinct.len(), 3, "{labels:?}");
    }

    #[test]
    fn words_are_found_whole_and_in_any_number() {
        let title = whole_words("Quantized Neural-Networks, revisited");
        assert_eq!(title, " quantized neural network revisited ");
        assert!(title.contains(&whole_words("neural network")));
        assert!(!title.contains(&whole_words("net")));
        assert_eq!(whole_words("-"), WORD_BREAK);
    }

    #[test]
    fn what_no_title_has_makes_no_label() {
        let mut graph = planted(4, 15);
        // More papers name the topic's alpha than its zeta, but only zeta is what some are about.
        for (paper, node) in graph.graph.node_weights_mut().enumerate().take(60).step_by(3) {
            node.label = format!("Paper {paper} on zeta subject{}", paper / 15).into();
        }
        let incidence = Incidence::of(&graph);
        let terms = Terms::of(&graph, &incidence);
        let groups: Vec<Vec<u32>> = (0..4).map(|group| (group * 15..(group + 1) * 15).collect()).collect();
        let groups: Vec<&[u32]> = groups.iter().map(Vec::as_slice).collect();
        let labels = label_groups(&terms, &groups, &mut FxHashSet::default());
        assert!(labels.iter().all(|label| label.label.starts_with("zeta subject")), "{labels:?}");
    }

    #[test]
    fn an_acronym_is_no_second_part_beside_its_long_form() {
        let term = |shown: &'static str| Term {
            shown: shown.into(),
            key: normal_form(shown).into(),
            worth: 1.0,
            entity: None,
        };
        let (long, short, other) = (term("graph neural network"), term("GNN"), term("node classification"));
        assert!(long.overlaps(&short) && short.overlaps(&long));
        assert!(!long.overlaps(&other));
    }
}
