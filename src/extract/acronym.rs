//! Acronyms and their long forms in one text, after Schwartz and Hearst, "A simple algorithm for identifying
//! abbreviation definitions in biomedical text" (2003): the letters of the short form are matched backwards against the
//! words before the bracket, the first letter at the start of a word. Both orders are read, "long form (SHORT)" and
//! "SHORT (long form)", also in square brackets and with a plural s.

use crate::extract::annotated::Annotated;

/// A long form and its acronym, as tokens of one sentence.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Definition {
    /// First token of the long form.
    pub long_first: u32,
    /// One past the last token of the long form.
    pub long_end: u32,
    /// First token of the acronym.
    pub short_first: u32,
    /// One past the last token of the acronym.
    pub short_end: u32,
}

/// All definitions in a text, in order.
pub fn definitions(text: &Annotated<'_>) -> Vec<Definition> {
    let document = &text.document;
    let mut found = Vec::new();
    for sentence in &document.sentences {
        for open in sentence.first + 1..sentence.end {
            if !matches!(document.word(open), "(" | "[") {
                continue;
            }
            let inside = open + 1;
            let limit = sentence.end.min(inside + 12);
            let Some(close) = (inside..limit).find(|&t| matches!(document.word(t), ")" | "]" | ";" | ",")) else {
                continue;
            };
            if inside == close {
                continue;
            }
            if let Some(definition) = short_in_brackets(text, sentence.first, open, close) {
                found.push(definition);
            } else if let Some(definition) = long_in_brackets(text, sentence.first, open, close) {
                found.push(definition);
            }
        }
    }
    found
}

/// "long form (SHORT)".
fn short_in_brackets(text: &Annotated<'_>, sentence_first: u32, open: u32, close: u32) -> Option<Definition> {
    let letters = acronym_letters(text.document.text(open + 1, close))?;
    if close - open - 1 > 4 {
        return None;
    }
    let most = (letters.len() + 5).min(letters.len() * 2) as u32 + 2;
    let from = sentence_first.max(open.saturating_sub(most * 2));
    // Words only: hyphens between them are no limit to how far back the long form may reach.
    let words_from =
        (from..open).rev().filter(|&t| text.document.tokens[t as usize].shape.is_word()).nth(most as usize - 1);
    let long_first = match_backwards(text, words_from.unwrap_or(from), open, &letters)?;
    let long_end = trim_end(text, long_first, open);
    Some(Definition { long_first, long_end, short_first: open + 1, short_end: close })
}

/// "SHORT (long form)".
fn long_in_brackets(text: &Annotated<'_>, sentence_first: u32, open: u32, close: u32) -> Option<Definition> {
    let document = &text.document;
    let short_first = document.atoms[document.atom_of[open as usize - 1] as usize].first.max(sentence_first);
    let letters = acronym_letters(document.text(short_first, open))?;
    let words = (open + 1..close).filter(|&t| document.tokens[t as usize].shape.is_word()).count();
    if words < 2 || !document.tokens[short_first as usize].shape.has_capital() {
        return None;
    }
    let long_first = match_backwards(text, open + 1, close, &letters)?;
    (long_first == open + 1).then_some(Definition { long_first, long_end: close, short_first, short_end: open })
}

/// Is the span `short` an acronym that the words of the span `long` spell, though no bracket says so?
pub fn spells(text: &Annotated<'_>, short: (u32, u32), long: (u32, u32)) -> bool {
    let has_capital = |token: u32| text.document.tokens[token as usize].shape.has_capital();
    (short.0..short.1).any(has_capital)
        && acronym_letters(text.document.text(short.0, short.1))
            .is_some_and(|letters| match_backwards(text, long.0, long.1, &letters) == Some(long.0))
}

/// The letters and digits of an acronym in lower case, without a plural s; `None` where the text is no acronym.
fn acronym_letters(text: &str) -> Option<Vec<char>> {
    let count = text.chars().count();
    let has_capital = text.chars().any(char::is_uppercase);
    if !(2..=12).contains(&count) || !has_capital || text.contains(char::is_whitespace) {
        return None;
    }
    let capitals = text.chars().filter(|c| c.is_uppercase()).count();
    let text = if capitals > 1 { text.strip_suffix('s').unwrap_or(text) } else { text };
    let letters: Vec<char> = text.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect();
    (letters.len() >= 2 && letters.iter().any(|c| c.is_alphabetic())).then_some(letters)
}

/// Matches the letters backwards against the text between two tokens; gives the first token of the long form.
fn match_backwards(text: &Annotated<'_>, from: u32, end: u32, letters: &[char]) -> Option<u32> {
    let document = &text.document;
    let mut left = letters.len();
    for token in (from..end).rev() {
        if !document.tokens[token as usize].shape.is_word() {
            continue;
        }
        let word: Vec<char> = document.word(token).to_lowercase().chars().collect();
        let mut place = word.len();
        while left > 0 && place > 0 {
            place = match word[..place].iter().rposition(|c| *c == letters[left - 1]) {
                // The first letter of the acronym has to begin a word.
                Some(at) if left == 1 && at != 0 => {
                    if word[0] == letters[0] {
                        0
                    } else {
                        break;
                    }
                }
                Some(at) => at,
                None => break,
            };
            left -= 1;
        }
        if left == 0 {
            let longer = document.text(token, end).chars().filter(|c| c.is_alphanumeric()).count() > letters.len();
            let several_words = (token..end).filter(|&t| document.tokens[t as usize].shape.is_word()).count() > 1;
            let is_term = text.classes[token as usize].function == 0;
            return (longer && is_term && (several_words || letters.len() <= 4)).then_some(token);
        }
    }
    None
}

/// Quotes and commas before the bracket are no part of the long form.
fn trim_end(text: &Annotated<'_>, first: u32, end: u32) -> u32 {
    (first + 1..=end).rev().find(|&e| text.document.tokens[e as usize - 1].shape.is_word()).unwrap_or(end)
}
