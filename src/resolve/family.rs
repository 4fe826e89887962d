//! Families: which entity is a version, size or kind of which.
//!
//! The lexicon speaks first. Then two rules of form hold: a name that no lexicon has and that ends in sizes and
//! versions belongs to the longest other name that it begins with ("LLaMA-2-7B" to "LLaMA-2", that to "LLaMA"), and a
//! term of several lower-case words to the longest common term that it ends with ("video diffusion model" to
//! "diffusion model"). Every entity has at most one broader entity, of its own type, and none is its own ancestor.

use rayon::prelude::*;
use rustc_hash::FxHashMap;

use super::key::name_key;
use super::merge::Groups;
use super::naming::{BETWEEN_KEYS, EntityName, Names};
use crate::rules::{LexiconEntry, TypeId};
use crate::text::normal_form;

/// Ids of the rules that make families, by [`Family::rule`].
pub(super) const RULES: [&str; 3] = ["family-lexicon", "family-version", "family-head"];
const BY_LEXICON: usize = 0;
const BY_VERSION: usize = 1;
const BY_HEAD: usize = 2;

/// Papers that must speak of a term before longer terms count as kinds of it.
const FEWEST_PAPERS_OF_A_HEAD: u32 = 2;

/// Steps up the lexicon's ladder of broader names before it must be a circle.
const LONGEST_LADDER: usize = 16;

/// Words that tell versions and sizes of one thing apart.
const VERSION_WORDS: [&str; 26] = [
    "base", "big", "chat", "flash", "giant", "huge", "instruct", "large", "lite", "max", "medium", "micro", "mini",
    "nano", "plus", "preview", "pro", "small", "super", "ti", "tiny", "turbo", "ultra", "xl", "xs", "xxl",
];

/// Letters after the number of a size: parameters, classes, memory.
const SIZE_UNITS: [&str; 6] = ["b", "gb", "k", "m", "t", "tb"];

/// One step from an entity (a group) to its broader entity.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Family {
    pub(super) narrower: usize,
    pub(super) broader: usize,
    /// Position in [`RULES`].
    pub(super) rule: usize,
}

/// Finds the broader entity of every entity that has one.
///
/// `order` are all groups by id.
pub(super) fn families(
    lexicon: &[LexiconEntry],
    groups: &Groups,
    named: &Names,
    papers: &[u32],
    order: &[usize],
) -> Vec<Family> {
    let names = &named.names;
    let present = Present::new(groups, &named.keys);
    let ladder = Ladder::new(lexicon, groups);
    let broader = |narrower: &usize| broader(*narrower, groups, names, papers, &present, &ladder);
    let proposed: Vec<Option<(usize, usize)>> = order.par_iter().map(broader).collect();
    let mut broader_of: Vec<Option<usize>> = vec![None; names.len()];
    let mut found = Vec::new();
    for (&narrower, proposed) in order.iter().zip(proposed) {
        if let Some((broader, rule)) = proposed
            && !is_ancestor(&broader_of, narrower, broader)
        {
            broader_of[narrower] = Some(broader);
            found.push(Family { narrower, broader, rule });
        }
    }
    found
}

/// The entity that is broader than another, with the rule that says so.
fn broader(
    narrower: usize,
    groups: &Groups,
    names: &[EntityName],
    papers: &[u32],
    present: &Present<'_>,
    ladder: &Ladder<'_>,
) -> Option<(usize, usize)> {
    let (entity_type, name) = (groups.types[narrower], names[narrower].name.as_str());
    let other = |broader: &usize| *broader != narrower;
    let by_lexicon = || ladder.nearest(groups.entries[narrower]?);
    // What the lexicon lists it also ranks: "CORD-19" is no version of "CORD".
    let is_open = groups.entries[narrower].is_none();
    let by_version = || {
        let mut shorter = without_version(name).filter(|_| is_open);
        shorter.find_map(|key| {
            let broader = present.entity(entity_type, &key).filter(other)?;
            // A sister may have the bare name as an alias: "ABC" of "ABC-2018".
            let is_sister = without_version(&names[broader].name).any(|bare| bare == key);
            (!is_sister).then_some(broader)
        })
    };
    let by_head = || {
        heads(name).find_map(|key| {
            let head = present.entity(entity_type, &key).filter(other)?;
            (papers[head] >= FEWEST_PAPERS_OF_A_HEAD).then_some(head)
        })
    };
    by_lexicon()
        .map(|broader| (broader, BY_LEXICON))
        .or_else(|| by_version().map(|broader| (broader, BY_VERSION)))
        .or_else(|| by_head().map(|broader| (broader, BY_HEAD)))
}

/// Is `ancestor` the entity itself or above it?
fn is_ancestor(broader_of: &[Option<usize>], ancestor: usize, entity: usize) -> bool {
    std::iter::successors(Some(entity), |at| broader_of[*at]).any(|at| at == ancestor)
}

/// The entities of the corpus by type and joined form.
struct Present<'n>(FxHashMap<(TypeId, &'n str), Option<usize>>);

impl<'n> Present<'n> {
    fn new(groups: &Groups, keys: &'n [Box<str>]) -> Present<'n> {
        let mut by_form: FxHashMap<(TypeId, &str), Option<usize>> = FxHashMap::default();
        for (group, keys) in keys.iter().enumerate() {
            for key in keys.split(BETWEEN_KEYS) {
                // What two entities are called says nothing.
                by_form
                    .entry((groups.types[group], key))
                    .and_modify(|held| *held = held.filter(|other| *other == group))
                    .or_insert(Some(group));
            }
        }
        Present(by_form)
    }

    fn entity(&self, entity_type: TypeId, key: &str) -> Option<usize> {
        self.0.get(&(entity_type, key)).copied().flatten()
    }
}

/// The lexicon's ladder of broader entries.
struct Ladder<'l> {
    lexicon: &'l [LexiconEntry],
    group_of_entry: FxHashMap<usize, usize>,
}

impl<'l> Ladder<'l> {
    fn new(lexicon: &'l [LexiconEntry], groups: &Groups) -> Ladder<'l> {
        let entries = groups.entries.iter().enumerate();
        let group_of_entry = entries.filter_map(|(group, entry)| Some(((*entry)?, group))).collect();
        Ladder { lexicon, group_of_entry }
    }

    /// The nearest broader entity that the corpus has.
    fn nearest(&self, entry: usize) -> Option<usize> {
        let broader = |entry: &usize| self.lexicon.get(*entry)?.broader.map(|broader| broader as usize);
        std::iter::successors(broader(&entry), broader)
            .take(LONGEST_LADDER)
            .take_while(|step| *step != entry)
            .find_map(|step| self.group_of_entry.get(&step).copied())
    }
}

/// What is left of a name when versions and sizes at its end go, the longest first, as joined forms.
fn without_version(name: &str) -> impl Iterator<Item = String> {
    let form = normal_form(name);
    let tokens: Vec<String> = version_tokens(&form).into_iter().map(str::to_owned).collect();
    let kept = tokens.iter().rposition(|token| !is_version(token)).map_or(tokens.len(), |last| last + 1);
    (kept.max(1)..tokens.len()).rev().filter_map(move |end| {
        let prefix = tokens[..end].join(" ");
        let letters = prefix.chars().filter(|character| character.is_alphabetic()).count();
        (letters >= 2).then(|| name_key(&prefix))
    })
}

/// Splits a normal form at spaces and where a number follows letters: `llama2 7b` is `llama`, `2`, `7b`.
fn version_tokens(form: &str) -> Vec<&str> {
    let mut tokens = Vec::new();
    for word in form.split(' ').filter(|word| !word.is_empty()) {
        let mut start = 0;
        let mut letters_before = false;
        for (at, character) in word.char_indices() {
            if letters_before && character.is_ascii_digit() {
                tokens.push(&word[start..at]);
                start = at;
            }
            letters_before = character.is_alphabetic() && !word[start..at].starts_with(|c: char| c.is_ascii_digit());
        }
        tokens.push(&word[start..]);
    }
    tokens
}

/// Is a token a version or a size: `2`, `3.5`, `7b`, `350m`, `16x16`, `v`, `large`?
fn is_version(token: &str) -> bool {
    if token.starts_with(|character: char| character.is_ascii_digit()) {
        let unit = token.trim_start_matches(|c: char| c.is_ascii_digit() || matches!(c, '.' | 'x'));
        // "3D" is a dimension and "GA3C" another name; only sizes have letters after the number.
        return unit.is_empty() || SIZE_UNITS.contains(&unit);
    }
    let one_letter = token.len() == 1 && token.chars().all(|character| character.is_ascii_alphabetic());
    // Normal forms have lost a final s ("plus").
    one_letter || VERSION_WORDS.iter().any(|word| *word == token || word.strip_suffix('s') == Some(token))
}

/// The terms that a lower-case term of several words ends with, the longest first, as joined forms.
///
/// Only whole words are taken off: "non-convex optimization" is no kind of "convex optimization".
fn heads(name: &str) -> impl Iterator<Item = String> + '_ {
    let has_digit = |word: &str| word.chars().any(|character| character.is_ascii_digit());
    let is_term = name.split_whitespace().all(|word| has_digit(word) || !word.chars().any(char::is_uppercase));
    let words = if is_term { name } else { "" };
    words.match_indices(' ').map(|(at, _)| name_key(&words[at..])).filter(|key| !key.is_empty())
}
