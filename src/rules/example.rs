//! Examples in rule files: a text whose spans stand in square brackets.
//!
//! `We test on [ImageNet] and [COCO].` marks two spans; `\[`, `\]` and `\\` are a plain bracket or backslash.

use std::ops::Range;

/// A text with marked spans.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MarkedText {
    /// The text without the brackets.
    pub text: String,
    /// The marked spans in bytes of `text`, from left to right.
    pub spans: Vec<Range<usize>>,
}

/// Why the brackets of an example do not fit.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{kind} (at character {character} of the example)")]
pub struct MarkedTextError {
    /// What is wrong.
    pub kind: MarkedTextErrorKind,
    /// The bracket's place in the example as it is written, in characters, from 1.
    pub character: usize,
}

/// What is wrong with the brackets of an example.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MarkedTextErrorKind {
    /// `[` without `]`.
    #[error("`[` is never closed; write `\\[` for a plain bracket")]
    Unclosed,
    /// `]` without `[`.
    #[error("`]` closes nothing; write `\\]` for a plain bracket")]
    Unopened,
    /// `[` inside of a span.
    #[error("`[` inside of a marked span; write `\\[` for a plain bracket")]
    Nested,
    /// `[]`.
    #[error("the brackets mark nothing")]
    Empty,
}

impl MarkedText {
    /// Reads an example.
    ///
    /// # Errors
    /// If the brackets do not fit, with the place of the first that does not.
    pub fn parse(source: &str) -> Result<MarkedText, MarkedTextError> {
        let mut marked = MarkedText { text: String::with_capacity(source.len()), spans: Vec::new() };
        // Where the open span begins in the text, and the place of its bracket.
        let mut open: Option<(usize, usize)> = None;
        let mut characters = source.chars().zip(1..).peekable();
        let error = |kind, character| Err(MarkedTextError { kind, character });
        while let Some((c, place)) = characters.next() {
            match (c, open) {
                ('\\', _) => match characters.next_if(|(next, _)| matches!(next, '[' | ']' | '\\')) {
                    Some((escaped, _)) => marked.text.push(escaped),
                    None => marked.text.push('\\'),
                },
                ('[', None) => open = Some((marked.text.len(), place)),
                ('[', Some(_)) => return error(MarkedTextErrorKind::Nested, place),
                (']', None) => return error(MarkedTextErrorKind::Unopened, place),
                (']', Some((start, bracket))) => {
                    if start == marked.text.len() {
                        return error(MarkedTextErrorKind::Empty, bracket);
                    }
                    marked.spans.push(start..marked.text.len());
                    open = None;
                }
                _ => marked.text.push(c),
            }
        }
        match open {
            Some((_, bracket)) => error(MarkedTextErrorKind::Unclosed, bracket),
            None => Ok(marked),
        }
    }

    /// The marked parts of the text.
    pub fn parts(&self) -> impl Iterator<Item = &str> {
        self.spans.iter().map(|span| &self.text[span.clone()])
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn reads_spans_and_escapes() {
        let marked = MarkedText::parse(r"On [ImageNet] and [a\[i\]] \[1\] C:\x \\").unwrap();
        assert_eq!(marked.text, r"On ImageNet and a[i] [1] C:\x \");
        assert_eq!(marked.parts().collect::<Vec<_>>(), ["ImageNet", "a[i]"]);
    }

    #[test]
    fn tells_which_bracket_is_wrong() {
        let error = |source| {
            let error = MarkedText::parse(source).unwrap_err();
            (error.kind, error.character)
        };
        assert_eq!(error("é [x"), (MarkedTextErrorKind::Unclosed, 3));
        assert_eq!(error("x] y"), (MarkedTextErrorKind::Unopened, 2));
        assert_eq!(error("[x [y]]"), (MarkedTextErrorKind::Nested, 4));
        assert_eq!(error("a []"), (MarkedTextErrorKind::Empty, 3));
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(128))]
        #[test]
        fn spans_lie_in_the_text(source in "[a-cé\\[\\]\\\\ ]{0,20}") {
            if let Ok(marked) = MarkedText::parse(&source) {
                for part in marked.parts() {
                    prop_assert!(!part.is_empty());
                }
            }
        }
    }
}
