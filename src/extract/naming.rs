//! Naming phrases: what follows "called", "named", "dubbed" is a name.

use crate::extract::annotated::Annotated;
use crate::extract::candidates::{Candidates, Proposer};

/// "a framework called X", "dubbed X": every place where X may end.
pub fn propose(text: &Annotated<'_>, candidates: &mut Candidates) {
    let document = &text.document;
    for &(cue, _, end) in &text.cues {
        if !text.rules.cues[usize::from(cue)].naming {
            continue;
        }
        let sentence_end = text.sentence(end - 1).end;
        let Some(first) = (end..sentence_end.min(end + 4)).find(|&token| {
            !matches!(document.word(token), "as" | "the" | "a" | "an" | "\"" | "'" | "`" | ":" | "," | "“" | "(")
        }) else {
            continue;
        };
        for token in first..sentence_end.min(first + 8) {
            if text.borders[token as usize] {
                break;
            }
            if document.atoms[document.atom_of[token as usize] as usize].end == token + 1 {
                candidates.add(text, first, token + 1, Proposer::Naming);
            }
        }
    }
}
