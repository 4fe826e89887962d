//! What an entity is called: its canonical name, its aliases, its id.
//!
//! A lexicon entry keeps the lexicon's name. Any other entity gets the commonest of its readings, singular where the
//! corpus has the singular, and never an acronym that also means something else. Ids are made of type and name alone,
//! so the same entity has the same id in another corpus.

use std::collections::BTreeMap;
use std::hash::BuildHasher;

use hashbrown::HashTable;
use rayon::prelude::*;
use rustc_hash::{FxBuildHasher, FxHashMap};

use super::cell::{Cells, Count};
use super::key::{joined, name_key};
use super::merge::Groups;
use crate::rules::{LexiconEntry, Schema};
use crate::text::{normal_form, slug, stable_hash};

/// Length of the part of an id that is made from the name, in characters.
const LONGEST_SLUG: usize = 80;

/// The name of a group of cells.
#[derive(Debug, Default)]
pub(super) struct EntityName {
    pub(super) id: String,
    pub(super) name: String,
    /// Other forms, sorted, one for each normal form.
    pub(super) aliases: Vec<String>,
    pub(super) url: Option<String>,
}

/// The names of all groups.
#[derive(Debug)]
pub(super) struct Names {
    pub(super) names: Vec<EntityName>,
    /// Joined forms of the name and the aliases of every group, apart by [`BETWEEN_KEYS`].
    pub(super) keys: Vec<Box<str>>,
}

/// Stands between joined forms: of white space they have spaces alone.
pub(super) const BETWEEN_KEYS: char = '\n';

/// A form that fewer than one in so many papers use for an entity is no alias of it: a slip, or a special kind of it.
const RAREST_ALIAS: u32 = 100;

/// Names every group.
pub(super) fn name_groups(schema: &Schema, lexicon: &[LexiconEntry], cells: &Cells, groups: &Groups) -> Names {
    let owners = Owners::new(cells, groups);
    let name = |group: usize| {
        let known = groups.entries[group].map(|entry| &lexicon[entry]);
        Forms::gather(cells, groups, groups.cells.group(group)).into_name(known, group, &owners)
    };
    let all = (0..groups.types.len()).into_par_iter();
    let (mut names, keys): (Vec<EntityName>, Vec<Box<str>>) = all.clone().map(name).unzip();
    drop(owners);
    let papers = |group| -> u32 { groups.cells.group(group).iter().map(|cell| papers_of(cells, *cell)).sum() };
    let readings: Vec<u32> = all.map(papers).collect();
    give_ids(schema, groups, &readings, &mut names);
    Names { names, keys }
}

/// How many papers say each reading of a cell, all readings together.
fn papers_of(cells: &Cells, cell: usize) -> u32 {
    cells.all[cell].readings.entries().iter().map(|(_, count)| count.papers).sum()
}

/// Which group most papers mean by a joined form, with their number.
///
/// In one paper "generative model" may be short for "generative adversarial network"; in the corpus these are two
/// things, and neither is another name of the other.
struct Owners<'c>(FxHashMap<&'c str, (u32, usize)>);

impl<'c> Owners<'c> {
    fn new(cells: &'c Cells, groups: &Groups) -> Self {
        let mut papers: FxHashMap<(u32, usize), u32> = FxHashMap::default();
        for (cell, &group) in groups.of_cell.iter().enumerate() {
            *papers.entry((cells.all[cell].form, group)).or_default() += papers_of(cells, cell);
        }
        let mut owners: FxHashMap<&str, (u32, usize)> = FxHashMap::default();
        for ((form, group), papers) in papers {
            let owner = owners.entry(cells.texts.text(form)).or_insert((papers, group));
            // The smaller number of two equal groups, in whatever order they come.
            if (papers, std::cmp::Reverse(group)) > (owner.0, std::cmp::Reverse(owner.1)) {
                *owner = (papers, group);
            }
        }
        Self(owners)
    }

    /// Do more papers mean another group by the form than the `papers` that mean this one?
    fn is_others(&self, form: &str, group: usize, papers: u32) -> bool {
        self.0.get(form).is_some_and(|&(most, owner)| owner != group && most > papers)
    }
}

/// One way to write a name.
struct Reading<'t> {
    text: &'t str,
    count: Count,
    /// Letters and digits: of the readings with one normal form, plurals have more than singulars.
    letters: usize,
    ambiguous: bool,
}

impl Reading<'_> {
    /// Orders readings of one normal form, best first: singular, frequent, few capitals, then by the alphabet.
    fn rank(&self) -> (usize, std::cmp::Reverse<Count>, usize, &str) {
        (self.letters, std::cmp::Reverse(self.count), initial_capitals(self.text), self.text)
    }
}

/// The readings of a group by normal form.
struct Forms<'t>(BTreeMap<String, Vec<Reading<'t>>>);

impl<'t> Forms<'t> {
    fn gather(cells: &'t Cells, groups: &Groups, members: &[usize]) -> Forms<'t> {
        let mut counts: BTreeMap<&str, Count> = BTreeMap::new();
        for cell in members {
            for (reading, count) in cells.all[*cell].readings.entries() {
                *counts.entry(cells.texts.text(*reading)).or_default() += *count;
            }
        }
        let ambiguous: Vec<&str> = members
            .iter()
            .flat_map(|cell| cells.all[*cell].acronyms.entries())
            .filter(|(short, _)| groups.ambiguous.contains(short))
            .map(|(short, _)| cells.texts.text(*short))
            .collect();
        let mut forms: BTreeMap<String, Vec<Reading<'_>>> = BTreeMap::new();
        for (text, count) in counts {
            let reading = Reading {
                text,
                count,
                letters: text.chars().filter(|character| character.is_alphanumeric()).count(),
                ambiguous: !ambiguous.is_empty() && ambiguous.contains(&name_key(text).as_str()),
            };
            forms.entry(normal_form(text)).or_default().push(reading);
        }
        for readings in forms.values_mut() {
            readings.sort_by(|one, other| one.rank().cmp(&other.rank()));
        }
        Forms(forms)
    }

    /// The commonest normal form's best reading.
    fn canonical(&self) -> &'t str {
        let best = self.0.iter().max_by(|(one_form, one), (other_form, other)| {
            let rank = |readings: &[Reading<'_>]| {
                let papers: u32 = readings.iter().map(|reading| reading.count.papers).sum();
                let mentions: u32 = readings.iter().map(|reading| reading.count.mentions).sum();
                (!readings.iter().any(|reading| reading.ambiguous), papers, mentions)
            };
            rank(one).cmp(&rank(other)).then_with(|| other_form.cmp(one_form))
        });
        best.and_then(|(_, readings)| readings.first()).map_or("", |reading| reading.text)
    }

    /// The name, and the joined forms of it and the aliases.
    fn into_name(self, known: Option<&LexiconEntry>, group: usize, owners: &Owners<'_>) -> (EntityName, Box<str>) {
        let name = known.map_or_else(|| self.canonical(), |known| known.name.as_str()).to_owned();
        let own_form = normal_form(&name);
        let papers = |readings: &[Reading<'_>]| readings.iter().map(|reading| reading.count.papers).sum::<u32>();
        let all_papers: u32 = self.0.values().map(|readings| papers(readings)).sum();
        let mut aliases: BTreeMap<String, String> = BTreeMap::new();
        for (form, readings) in self.0 {
            if let Some(best) = readings.first()
                && form != own_form
                && !form.is_empty()
                && papers(&readings) >= all_papers / RAREST_ALIAS
                && !owners.is_others(&joined(&form), group, papers(&readings))
            {
                aliases.insert(form, best.text.to_owned());
            }
        }
        for alias in known.into_iter().flat_map(|known| &known.aliases) {
            let form = normal_form(alias);
            if form != own_form && !form.is_empty() {
                aliases.entry(form).or_insert_with(|| alias.clone());
            }
        }
        let mut keys = name_key(&name);
        for form in aliases.keys() {
            keys.push(BETWEEN_KEYS);
            keys.push_str(&joined(form));
        }
        let mut aliases: Vec<String> = aliases.into_values().collect();
        aliases.sort();
        (EntityName { id: String::new(), name, aliases, url: known.and_then(|known| known.url.clone()) }, keys.into())
    }
}

/// Words that begin with a capital and go on without one: the capitals of titles and sentence starts.
fn initial_capitals(text: &str) -> usize {
    text.split_whitespace()
        .filter(|word| {
            let mut letters = word.chars();
            letters.next().is_some_and(char::is_uppercase) && !letters.any(char::is_uppercase)
        })
        .count()
}

/// Gives each entity the id of its type and name; of several that claim one id, the commonest has it, and the others
/// get a part made from their names.
fn give_ids(schema: &Schema, groups: &Groups, readings: &[u32], names: &mut [EntityName]) {
    let mut order: Vec<usize> = (0..names.len()).collect();
    // The lexicon's own entities come first: an id must not go to a stranger because a corpus is odd.
    order.par_sort_by_key(|group| {
        (groups.entries[*group].is_none(), std::cmp::Reverse(readings[*group]), groups.entries[*group], *group)
    });
    names.par_iter_mut().zip(&groups.types).for_each(|(name, entity_type)| {
        name.id = format!("{}:{}", schema.entity_type(*entity_type).id, slug(&name.name, LONGEST_SLUG));
    });
    // Groups by the hashes of the ids that they have for good.
    let hash = |id: &str| FxBuildHasher.hash_one(id);
    let mut taken: HashTable<usize> = HashTable::with_capacity(names.len());
    for group in order {
        let plain = std::mem::take(&mut names[group].id);
        let mut id = plain.clone();
        let mut salt = names[group].name.clone();
        while taken.find(hash(&id), |other| names[*other].id == id).is_some() {
            id = format!("{plain}-{:06x}", stable_hash(salt.as_bytes()) & 0xff_ffff);
            salt.push('\u{1}');
        }
        taken.insert_unique(hash(&id), group, |other| hash(&names[*other].id));
        names[group].id = id;
    }
}
