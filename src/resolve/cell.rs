//! Cells: what all papers call by one name and type, or by one entry of the lexicon.

use std::ops::AddAssign;

use rayon::prelude::*;
use rustc_hash::FxHashMap;

use super::interner::Interner;
use super::key::name_key;
use super::reading::EntityReading;
use super::tally::Tally;
use crate::rules::{LexiconEntry, TypeId};

/// Steps between confidence 0 and 1. Whole numbers add up to the same sum in any order.
const CONFIDENCE_STEPS: f64 = 1_000_000.0;

/// How much more a paper's word counts on what it introduces itself.
const OWN_NAME_FACTOR: u32 = 2;

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

impl AddAssign for Count {
    fn add_assign(&mut self, more: Self) {
        self.papers += more.papers;
        self.mentions += more.mentions;
    }
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
    pub(super) readings: Tally<Count>,
    /// Joined forms of the acronyms that papers define for it (interned), with the number of papers; a paper that
    /// introduces the thing counts doubly.
    pub(super) acronyms: Tally<u32>,
}

/// All cells of the corpus.
#[derive(Debug, Default)]
pub(super) struct Cells {
    pub(super) texts: Interner,
    pub(super) all: Vec<Cell>,
    by_key: FxHashMap<Key, u32>,
    keys: Keys,
}

/// The joined forms of names by the names' numbers, each worked out once: papers say the same names again and again.
#[derive(Debug, Default)]
struct Keys(Vec<u32>);

impl Keys {
    /// Not worked out yet.
    const OPEN: u32 = u32::MAX;
    /// The name holds nothing to go by.
    const EMPTY: u32 = u32::MAX - 1;

    /// The joined form of a name; `None` if it is empty.
    fn of(&mut self, name: u32, texts: &mut Interner) -> Option<u32> {
        let name = name as usize;
        if self.0.len() <= name {
            self.0.resize(texts.len(), Self::OPEN);
        }
        if self.0[name] == Self::OPEN {
            let key = name_key(texts.text(name as u32));
            self.0[name] = if key.is_empty() { Self::EMPTY } else { texts.intern(&key) };
        }
        Some(self.0[name]).filter(|key| *key != Self::EMPTY)
    }
}

impl Cells {
    /// Takes in one entity of one paper; gives the position of its cell, or `None` if its name holds nothing to go by.
    pub(super) fn add(&mut self, found: &EntityReading, introduces: bool, lexicon: &[LexiconEntry]) -> Option<u32> {
        let known = found.entry.filter(|entry| (*entry as usize) < lexicon.len());
        let position = match known {
            Some(entry) => self.known(entry, lexicon),
            None => {
                let name = found.acronym.as_ref().map_or(found.name.as_str(), |(long, _)| long.as_str());
                let form = self.key(name).or_else(|| self.key(&found.name))?;
                self.open(found.entity_type, form)
            }
        };
        let factor = if introduces { OWN_NAME_FACTOR } else { 1 };
        let steps = (f64::from(found.confidence) * CONFIDENCE_STEPS).round() as u64;
        if let Some((_, short)) = &found.acronym {
            // Only a name that hardly means anything else by chance is known from a single definition.
            let papers = if is_distinctive(short) { factor } else { 1 };
            let short = self.key(short).unwrap_or_else(|| self.texts.intern(""));
            self.all[position as usize].acronyms.add(short, papers);
        }
        let mut readings: Vec<u32> = Vec::with_capacity(found.mentions.len());
        for mention in &found.mentions {
            let reading = self.texts.intern(mention);
            if self.keys.of(reading, &mut self.texts).is_some() {
                readings.push(reading);
            }
        }
        if readings.is_empty() {
            readings.push(self.texts.intern(&found.name));
        }
        readings.sort_unstable();
        let cell = &mut self.all[position as usize];
        cell.weight += steps * u64::from(factor);
        cell.introduced |= introduces;
        for same in readings.chunk_by(|one, other| one == other) {
            cell.readings.add(same[0], Count { papers: 1, mentions: u32::try_from(same.len()).unwrap_or(u32::MAX) });
        }
        Some(position)
    }

    /// The joined form of a name (interned); `None` if it is empty.
    fn key(&mut self, name: &str) -> Option<u32> {
        let name = self.texts.intern(name);
        self.keys.of(name, &mut self.texts)
    }

    /// Adds up what was read, once all papers are taken in; the look-ups that only taking in needs go.
    pub(super) fn settle(&mut self) {
        self.keys = Keys::default();
        self.all.par_iter_mut().for_each(|cell| {
            cell.readings.settle();
            cell.acronyms.settle();
        });
    }

    /// The cell of a lexicon entry, which must exist.
    pub(super) fn known(&mut self, entry: u32, lexicon: &[LexiconEntry]) -> u32 {
        if let Some(position) = self.by_key.get(&Key::Known(entry)) {
            return *position;
        }
        let known = &lexicon[entry as usize];
        let form = self.texts.intern(&name_key(&known.name));
        self.at(Key::Known(entry), known.entity_type, form, Some(entry as usize))
    }

    fn open(&mut self, entity_type: TypeId, form: u32) -> u32 {
        self.at(Key::Open(entity_type, form), entity_type, form, None)
    }

    fn at(&mut self, key: Key, entity_type: TypeId, form: u32, entry: Option<usize>) -> u32 {
        let next = u32::try_from(self.all.len()).unwrap_or(u32::MAX);
        let position = *self.by_key.entry(key).or_insert(next);
        if position == next {
            self.all.push(Cell {
                entity_type,
                entry,
                form,
                weight: 0,
                introduced: false,
                readings: Tally::default(),
                acronyms: Tally::default(),
            });
        }
        position
    }

    /// Positions of all cells in an order that does not depend on that of the papers.
    pub(super) fn in_fixed_order(&self) -> Vec<usize> {
        let mut order: Vec<usize> = (0..self.all.len()).collect();
        // No two cells have the same key, so the order is one whatever the threads do.
        order.par_sort_unstable_by_key(|position| {
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
