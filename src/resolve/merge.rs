//! Which cells are one entity.
//!
//! Three passes, each over all cells, each in an order that does not depend on that of the papers:
//! 1. a cell whose type and form exactly one lexicon entry has is that entry;
//! 2. cells of one form and different types follow the type that holds two thirds of the confidence;
//! 3. an acronym that no paper defines here goes to the long form that four fifths of the definitions give it.
//!
//! Cells of two lexicon entries never become one.

use std::collections::BTreeMap;

use rayon::prelude::*;
use rustc_hash::{FxHashMap, FxHashSet};

use super::cell::Cells;
use super::lexicon_forms::LexiconForms;
use crate::graph::grouped::Grouped;
use crate::rules::{LexiconEntry, TypeId};

/// Definitions that a long form needs to own an acronym.
const FEWEST_DEFINITIONS: u32 = 2;

/// The entities of the corpus as groups of cells.
#[derive(Debug)]
pub(super) struct Groups {
    /// Number of the group of every cell.
    pub(super) of_cell: Vec<usize>,
    /// Cells of every group, in fixed order.
    pub(super) cells: Grouped<usize>,
    /// Type of every group.
    pub(super) types: Vec<TypeId>,
    /// Lexicon entry of every group.
    pub(super) entries: Vec<Option<usize>>,
    /// Acronyms (interned joined forms) that mean more than one group.
    pub(super) ambiguous: FxHashSet<u32>,
}

impl Groups {
    /// Unites the cells. May add cells of lexicon entries that the papers have only under other writings.
    pub(super) fn resolve(cells: &mut Cells, lexicon: &[LexiconEntry]) -> Groups {
        cells.settle();
        let taken_in = absorb(cells, lexicon);
        let order = cells.in_fixed_order();
        let mut links = Links { follows: (0..cells.all.len()).collect() };
        for (cell, known) in taken_in {
            links.link(cell, known);
        }
        vote_on_types(cells, &order, &mut links);
        let ambiguous = resolve_acronyms(cells, &order, &mut links);

        let mut groups = Groups {
            of_cell: vec![0; cells.all.len()],
            cells: Grouped::default(),
            types: Vec::new(),
            entries: Vec::new(),
            ambiguous,
        };
        let mut number_of_leader: Vec<Option<usize>> = vec![None; cells.all.len()];
        for &cell in &order {
            let leader = links.leader(cell);
            let next = groups.types.len();
            let number = *number_of_leader[leader].get_or_insert(next);
            if number == next {
                groups.types.push(cells.all[leader].entity_type);
                groups.entries.push(cells.all[leader].entry);
            }
            groups.of_cell[cell] = number;
        }
        groups.cells = Grouped::of(groups.types.len(), order.iter().map(|&cell| (groups.of_cell[cell], cell)));
        groups
    }
}

/// Cells that follow other cells; the last one that is followed leads the group and gives its type.
struct Links {
    follows: Vec<usize>,
}

impl Links {
    fn leader(&self, cell: usize) -> usize {
        let mut at = cell;
        while self.follows[at] != at {
            at = self.follows[at];
        }
        at
    }

    /// Makes the group of `cell` follow the group of `to`.
    fn link(&mut self, cell: usize, to: usize) {
        let (cell, to) = (self.leader(cell), self.leader(to));
        self.follows[cell] = to;
    }
}

/// Finds the open cells that one lexicon entry of their type has as a form.
fn absorb(cells: &mut Cells, lexicon: &[LexiconEntry]) -> Vec<(usize, usize)> {
    let mut open: FxHashSet<(TypeId, &str)> = FxHashSet::default();
    for cell in cells.all.iter().filter(|cell| cell.entry.is_none()) {
        open.insert((cell.entity_type, cells.texts.text(cell.form)));
    }
    let forms = LexiconForms::new(lexicon, |entity_type, key| open.contains(&(entity_type, key)));
    let mut claimed: Vec<(usize, u32)> = Vec::new();
    for (position, cell) in cells.all.iter().enumerate().filter(|(_, cell)| cell.entry.is_none()) {
        let entry = forms.entry(cell.entity_type, cells.texts.text(cell.form));
        if let Some(entry) = entry.and_then(|entry| u32::try_from(entry).ok()) {
            claimed.push((position, entry));
        }
    }
    claimed.into_iter().map(|(cell, entry)| (cell, cells.known(entry, lexicon) as usize)).collect()
}

/// Lets cells of one form follow the type that has two thirds of the confidence.
fn vote_on_types(cells: &Cells, order: &[usize], links: &mut Links) {
    let form = |cell: &usize| cells.all[*cell].form;
    let mut times = vec![0u32; cells.texts.len()];
    order.iter().for_each(|cell| times[form(cell) as usize] += 1);
    // Most forms have one type, and nothing to vote on.
    let mut shared: Vec<usize> = order.iter().copied().filter(|cell| times[form(cell) as usize] > 1).collect();
    // Stable: the cells of one form stay in the order given.
    shared.par_sort_by_key(|cell| cells.texts.text(form(cell)));
    for members in shared.chunk_by(|one, other| form(one) == form(other)) {
        let mut weights: Vec<(usize, u64)> = Vec::new();
        for &cell in members {
            let leader = links.leader(cell);
            match weights.iter_mut().find(|(held, _)| *held == leader) {
                Some((_, weight)) => *weight += cells.all[cell].weight,
                None => weights.push((leader, cells.all[cell].weight)),
            }
        }
        let total: u64 = weights.iter().map(|(_, weight)| weight).sum();
        let Some(&(winner, _)) = weights.iter().find(|(_, weight)| *weight > 0 && weight * 3 >= total * 2) else {
            continue;
        };
        for (leader, _) in weights {
            if cells.all[leader].entry.is_none() {
                links.link(leader, winner);
            }
        }
    }
}

/// Lets undefined acronyms follow the long form that nearly all definitions give; returns those with several readings.
fn resolve_acronyms(cells: &Cells, order: &[usize], links: &mut Links) -> FxHashSet<u32> {
    let mut readings: BTreeMap<&str, (u32, BTreeMap<usize, u32>)> = BTreeMap::new();
    for cell in order {
        for (short, papers) in cells.all[*cell].acronyms.entries() {
            let (_, long_forms) = readings.entry(cells.texts.text(*short)).or_insert_with(|| (*short, BTreeMap::new()));
            *long_forms.entry(links.leader(*cell)).or_default() += papers;
        }
    }
    let mut undefined: FxHashMap<u32, Vec<usize>> = readings.values().map(|(short, _)| (*short, Vec::new())).collect();
    for cell in order {
        if let Some(same_form) = undefined.get_mut(&cells.all[*cell].form) {
            same_form.push(*cell);
        }
    }
    let mut ambiguous = FxHashSet::default();
    for (short, long_forms) in readings.into_values() {
        let total: u32 = long_forms.values().sum();
        let owner = long_forms
            .iter()
            .find(|(_, papers)| **papers >= FEWEST_DEFINITIONS && u64::from(**papers) * 5 >= u64::from(total) * 4)
            .map(|(leader, _)| *leader);
        let same_form = undefined.get(&short).map_or(&[][..], Vec::as_slice);
        // A paper that introduces the short form without a long one most likely means another thing.
        let own_name = same_form.iter().any(|cell| cells.all[*cell].introduced);
        for cell in same_form {
            let (leader, owner_now) = (links.leader(*cell), owner.map(|owner| links.leader(owner)));
            if let Some(owner) = owner_now
                && !own_name
                && cells.all[leader].entry.is_none()
                && cells.all[leader].entity_type == cells.all[owner].entity_type
            {
                links.link(leader, owner);
            }
            let same = owner_now.is_some_and(|owner| links.leader(*cell) == links.leader(owner))
                || long_forms.keys().any(|long| links.leader(*long) == leader);
            if !same {
                ambiguous.insert(short);
            }
        }
        if long_forms.len() > 1 {
            ambiguous.insert(short);
        }
    }
    ambiguous
}
