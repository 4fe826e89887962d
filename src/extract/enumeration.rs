//! Coordinated terms and terms with "of": "image and video generation", "mixture of experts".

use crate::extract::annotated::Annotated;
use crate::extract::candidates::{Candidates, Proposer};

/// Proposes spans across "of" and across "and", "or", "/", "&".
pub fn propose(text: &Annotated<'_>, candidates: &mut Candidates) {
    let document = &text.document;
    for (atom, place) in (0u32..).zip(&document.atoms) {
        if place.end - place.first != 1 {
            continue;
        }
        match document.word(place.first) {
            "of" | "Of" => of_terms(text, atom, candidates),
            "and" | "or" | "/" | "&" => coordinated(text, atom, candidates),
            "to" | "from" | "with" | "in" | "per" | "by" | "for" | "at" | "on" => prepositional(text, atom, candidates),
            _ => {}
        }
    }
}

/// First tokens of the atoms before `atom` in its run, nearest first.
fn left_edges(text: &Annotated<'_>, atom: u32, most: usize) -> Vec<u32> {
    let sentence = text.sentence(text.document.atoms[atom as usize].first);
    (sentence.first_atom..atom)
        .rev()
        .map(|before| text.document.atoms[before as usize].first)
        .take_while(|&first| !text.borders[first as usize])
        .take(most)
        .collect()
}

/// Ends of the atoms from `atom` on in its run, nearest first.
fn right_edges(text: &Annotated<'_>, atom: u32, most: usize) -> Vec<u32> {
    let Some(place) = text.document.atoms.get(atom as usize) else {
        return Vec::new();
    };
    let sentence = text.sentence(place.first);
    (atom..sentence.end_atom)
        .map(|after| text.document.atoms[after as usize])
        .take_while(|after| !text.borders[after.first as usize])
        .take(most)
        .map(|after| after.end)
        .collect()
}

fn of_terms(text: &Annotated<'_>, atom: u32, candidates: &mut Candidates) {
    let document = &text.document;
    let after = document.atoms.get(atom as usize + 1).map_or("", |next| document.text(next.first, next.end));
    let next = if matches!(after, "the" | "a" | "an" | "all") { atom + 2 } else { atom + 1 };
    for first in left_edges(text, atom, 3) {
        for end in right_edges(text, next, 3) {
            candidates.add(text, first, end, Proposer::Of);
        }
    }
}

/// Only joins that the lexicon or the corpus knows are worth a candidate: "text to image", "human in the loop".
fn prepositional(text: &Annotated<'_>, atom: u32, candidates: &mut Candidates) {
    let lefts = left_edges(text, atom, 2);
    let rights = right_edges(text, atom + 1, 2);
    let (Some(&nearest_left), Some(&nearest_right)) = (lefts.first(), rights.first()) else {
        return;
    };
    let key = crate::text::phrase_key(&text.document, nearest_left, nearest_right);
    if text.rules.counts.phrase(key).is_none() {
        return;
    }
    for first in lefts {
        for &end in &rights {
            candidates.add(text, first, end, Proposer::Of);
        }
    }
}

fn coordinated(text: &Annotated<'_>, atom: u32, candidates: &mut Candidates) {
    let lefts = left_edges(text, atom, 2);
    let rights = right_edges(text, atom + 1, 4);
    for &first in &lefts {
        for (number, &end) in rights.iter().enumerate() {
            let last = number + 1 == rights.len();
            if number >= 1 && (last || text.head(end) > 0) || (last && number == 0 && text.head(end) > 0) {
                candidates.add(text, first, end, Proposer::Coordination);
            }
        }
    }
}
