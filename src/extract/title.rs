//! The title: "Name: what it is" introduces Name, and the words after the colon tell its type.

use crate::extract::annotated::Annotated;

/// The name before the title's colon.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TitleName {
    /// First token.
    pub first: u32,
    /// One past the last token.
    pub end: u32,
    /// Class of the head of what follows the colon, from 1; 0 for none.
    pub head: u8,
}

/// Longest name before a colon, in tokens.
const LONGEST_NAME: u32 = 14;

/// The name that the title gives, if it has the form "Name: what it is".
pub fn title_name(text: &Annotated<'_>) -> Option<TitleName> {
    let document = &text.document;
    let title = *document.sentences.first()?;
    if title.first == title.end || !document.in_title(title.first) {
        return None;
    }
    let is_divider = |token: u32| {
        let word = document.word(token);
        word == ":" || (matches!(word, "-" | "–" | "—") && document.spaced(token) && document.spaced(token + 1))
    };
    let limit = title.end.min(title.first + LONGEST_NAME + 1);
    let colon = (title.first + 1..limit.saturating_sub(1)).find(|&token| is_divider(token))?;
    Some(TitleName { first: title.first, end: colon, head: description_head(text, colon + 1, title.end) })
}

/// Class of the last head before the first preposition: "a fast library for X" is a library.
fn description_head(text: &Annotated<'_>, first: u32, end: u32) -> u8 {
    let mut head = 0;
    for token in first..end {
        let class = text.classes[token as usize];
        let article = matches!(text.document.word(token), "a" | "an" | "the" | "A" | "An" | "The");
        if class.function > 0 && !article && token > first {
            break;
        }
        if class.head > 0 {
            head = class.head;
        }
    }
    head
}
