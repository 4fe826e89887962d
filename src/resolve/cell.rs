//! Cells: what all papers call by one name and type, or by one entry of the lexicon.

use std::sync::Arc;

use rustc_hash::{FxHashMap, FxHashSet};

use super::key::name_key;
use super::reading::EntityReading;
use crate::rules::{LexiconEntry, TypeId};

/// Steps between confidence 0 and 1. Whole numbers add up to the same sum in any order.
const CONFIDENCE_STEPS: f64 = 1_000_000.0;

/// How much more a paper's word counts on what it introduces itself.
const OWN_NAME_FACTOR: u32 = 2;

/// Texts, each kept once and known by number.
#[derive(Debug, Default)]
pub(super) struct Interner {
    numbers: FxHashMap<Arc<str>, u32>,
    texts: Vec<Arc<str>>,
}

impl Interner {
    /// The number of a text, new or known.
    pub(super) fn intern(&mut self, text: &str) -> u32 {
        if let Some(number) = self.numbers.get(text) {
            return *number;
        }
        let number = u32::try_from(self.texts.len()).unwrap_or(u32::MAX);
        let text: Arc<str> = Arc::from(text);
        self.texts.push(Arc::clone(&text));
        self.numbers.insert(text, number);
        number
    }

    pub(super) fn text(&self, number: u32) -> &str {
        &self.texts[number as usize]
    }

    /// All texts in alphabetical order, and where the text of each number stands among them.
    pub(super) fn sorted(self) -> (Vec<String>, Vec<u32>) {
        let mut order: Vec<u32> = (0u32..).take(self.texts.len()).collect();
        order.sort_by(|one, other| self.text(*one).cmp(self.text(*other)));
        let mut places = vec![0; order.len()];
        for (place, number) in (0u32..).zip(&order) {
            places[*number as usize] = place;
        }
        (order.iter().map(|number| self.text(*number).to_owned()).collect(), places)
    }
}

/// Who a cell belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Key {
    /// An entry of the lexicon.
    Known(u32),
    /// A type and a joined form.
    Open(TypeId, u32),
}

/// How often a name was read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Count {
    pub(super) papers: u32,
    pub(super) mentions: u32,
}

/// All that the corpus says of one cell.
#[derive(Debug)]
pub(super) struct Cell {
    pub(super) entity_type: TypeId,
    /// Number of the lexicon entry that it is, if any.
    pub(super) entry: Option<usize>,
    /// Joined form of the name (interned).
    pub(super) form: u32,
    /// Sum of the confidences in the type, in steps, a paper's own names doubly.
    pub(super) weight: u64,
    /// Does a paper introduce it?
    pub(super) introduced: bool,
    /// How the papers write it (interned).
    pub(super) readings: FxHashMap<u32, Count>,
    /// Joined forms of the acronyms that papers define for it (interned), with the number of papers; a paper that
    /// introduces the thing counts doubly.
    pub(super) acronyms: FxHashMap<u32, u32>,
}

/// All cells of the corpus.
#[derive(Debug, Default)]
pub(super) struct Cells {
    pub(super) texts: Interner,
    pub(super) all: Vec<Cell>,
    by_key: FxHashMap<Key, usize>,
}

impl Cells {
    /// Takes in one entity of one paper; gives the position of its cell, or `None` if its name holds nothing to go by.
    pub(super) fn add(&mut self, found: &EntityReading, introduces: bool, lexicon: &[LexiconEntry]) -> Option<usize> {
        let known = found.entry.filter(|entry| (*entry as usize) < lexicon.len());
        let position = match known {
            Some(entry) => self.known(entry, lexicon),
            None => {
                let name = found.acronym.as_ref().map_or(found.name.as_str(), |(long, _)| long.as_str());
                let key = name_key(if name_key(name).is_empty() { &found.name } else { name });
                if key.is_empty() {
                    return None;
                }
                let form = self.texts.intern(&key);
                self.open(found.entity_type, form)
            }
        };
        let factor = if introduces { OWN_NAME_FACTOR } else { 1 };
        let steps = (f64::from(found.confidence) * CONFIDENCE_STEPS).round() as u64;
        let acronym = found.acronym.as_ref().map(|(_, short)| {
            // Only a name that hardly means anything else by chance is known from a single definition.
            let papers = if is_distinctive(short) { factor } else { 1 };
            (self.texts.intern(&name_key(short)), papers)
        });
        let mut readings: Vec<u32> = Vec::with_capacity(found.mentions.len());
        for mention in found.mentions.iter().filter(|mention| !name_key(mention).is_empty()) {
            readings.push(self.texts.intern(mention));
        }
        if readings.is_empty() {
            readings.push(self.texts.intern(&found.name));
        }
        let cell = &mut self.all[position];
        cell.weight += steps * u64::from(factor);
        cell.introduced |= introduces;
        if let Some((short, papers)) = acronym {
            *cell.acronyms.entry(short).or_default() += papers;
        }
        for reading in &readings {
            cell.readings.entry(*reading).or_default().mentions += 1;
        }
        for reading in readings.into_iter().collect::<FxHashSet<u32>>() {
            cell.readings.entry(reading).or_default().papers += 1;
        }
        Some(position)
    }

    /// The cell of a lexicon entry, which must exist.
    pub(super) fn known(&mut self, entry: u32, lexicon: &[LexiconEntry]) -> usize {
        if let Some(position) = self.by_key.get(&Key::Known(entry)) {
            return *position;
        }
        let known = &lexicon[entry as usize];
        let form = self.texts.intern(&name_key(&known.name));
        self.at(Key::Known(entry), known.entity_type, form, Some(entry as usize))
    }

    fn open(&mut self, entity_type: TypeId, form: u32) -> usize {
        self.at(Key::Open(entity_type, form), entity_type, form, None)
    }

    fn at(&mut self, key: Key, entity_type: TypeId, form: u32, entry: Option<usize>) -> usize {
        let next = self.all.len();
        let position = *self.by_key.entry(key).or_insert(next);
        if position == next {
            self.all.push(Cell {
                entity_type,
                entry,
                form,
                weight: 0,
                introduced: false,
                readings: FxHashMap::default(),
                acronyms: FxHashMap::default(),
            });
        }
        position
    }

    /// Positions of all cells in an order that does not depend on that of the papers.
    pub(super) fn in_fixed_order(&self) -> Vec<usize> {
        let mut order: Vec<usize> = (0..self.all.len()).collect();
        order.sort_by_key(|position| {
            let cell = &self.all[*position];
            (cell.entry.is_none(), cell.entry, cell.entity_type, self.texts.text(cell.form))
        });
        order
    }
}

/// Is a short form so peculiar that two things hardly share it by chance?
fn is_distinctive(short: &str) -> bool {
    let length = short.chars().count();
    let mixed_case = short.chars().any(char::is_lowercase) && short.chars().any(char::is_uppercase);
    length >= 5 || (length == 4 && mixed_case)
}
