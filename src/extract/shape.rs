//! Shapes: words that look like a name by their capitals, digits and glue, and the parts of compounds.

use crate::extract::annotated::Annotated;
use crate::extract::candidates::{Candidates, Proposer};

/// Longest name found by its shape, in atoms.
pub const LONGEST_NAME: u32 = 5;

/// Proposes what stands before "-based", and both sides of the glue of a name, for every compound.
pub fn propose_parts(text: &Annotated<'_>, candidates: &mut Candidates) {
    for atom in &text.document.atoms {
        if atom.end - atom.first > 2 {
            propose_parts_of(text, atom.first, atom.end, candidates);
        }
    }
}

/// Does every atom begin with a capital or a digit, the first one in more than a sentence's way?
pub fn looks_like_name(text: &Annotated<'_>, first: u32, end: u32) -> bool {
    let document = &text.document;
    let mut atom = document.atom_of[first as usize];
    let last_atom = document.atom_of[end as usize - 1];
    let begins = document.tokens[first as usize].shape;
    let opens_sentence = text.sentence(first).first == first && !document.in_title(first);
    if !(begins.is_name_like() || begins.is_capitalised() && !(opens_sentence && atom == last_atom)) {
        return false;
    }
    while atom <= last_atom {
        let shape = document.tokens[document.atoms[atom as usize].first as usize].shape;
        if !(shape.has_capital() || shape.has_digit()) {
            return false;
        }
        atom += 1;
    }
    true
}

/// Second parts of compounds that make an adjective of a name: "diffusion-based".
const ADJECTIVES: [&str; 27] = [
    "based",
    "like",
    "style",
    "tuned",
    "trained",
    "aware",
    "level",
    "driven",
    "free",
    "guided",
    "specific",
    "agnostic",
    "only",
    "oriented",
    "centric",
    "enhanced",
    "augmented",
    "equipped",
    "powered",
    "inspired",
    "induced",
    "generated",
    "type",
    "assisted",
    "enabled",
    "conditioned",
    "compatible",
];

/// Parts of an atom at its glue: what stands before "-based", or before and after the glue of a name.
fn propose_parts_of(text: &Annotated<'_>, first: u32, end: u32, candidates: &mut Candidates) {
    let document = &text.document;
    let capital = document.tokens[first as usize].shape.has_capital();
    for glue in first + 1..end - 1 {
        if document.tokens[glue as usize].shape.is_word() {
            continue;
        }
        let adjective = glue + 2 == end && ADJECTIVES.contains(&document.word(glue + 1));
        if adjective || capital {
            let mut from = document.atom_of[first as usize];
            let sentence = text.sentence(first);
            candidates.add(text, first, glue, Proposer::Atom);
            for _ in 0..2 {
                if from == sentence.first_atom || text.borders[document.atoms[from as usize - 1].first as usize] {
                    break;
                }
                from -= 1;
                candidates.add(text, document.atoms[from as usize].first, glue, Proposer::Atom);
            }
        }
        if capital || document.word(glue) == "/" {
            candidates.add(text, glue + 1, end, Proposer::Atom);
            if end < text.sentence(first).end && !text.borders[end as usize] {
                let next = document.atoms[document.atom_of[end as usize] as usize];
                candidates.add(text, glue + 1, next.end, Proposer::Atom);
            }
        }
    }
}
