//! A paper's title and abstract, cut into sentences, atoms and tokens.
//!
//! - A **token** is a number with inner points or commas and the letters after it (`1.5B`), a run of letters and digits
//!   with `.digits` after it (`GPT4`, `v2.1`), a possessive `'s`, or a single other character.
//! - An **atom** is what is written in one piece: tokens glued by hyphens, slashes and their like (`fine-tuning`,
//!   `ViT-B/16`). Terms begin and end at atoms.
//! - A **sentence** ends at `.`, `!` or `?` before white space and a capital, unless an abbreviation stands before.
//!   The title is the first sentence.

use crate::corpus::{Field, Paper};
use crate::text::{Hashing, Readable, WordHash, singular, word_hash};

/// A piece of the reading.
#[derive(Clone, Copy, Debug)]
pub struct Token {
    /// First byte in the reading.
    pub start: u32,
    /// One past the last byte.
    pub end: u32,
    /// Hash of the token in lower case.
    pub hash: WordHash,
    /// Hash of the token in lower case without a plural ending.
    pub singular: WordHash,
    /// What its characters are.
    pub shape: Shape,
}

/// What the characters of a token are, as a set of flags.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Shape(u8);

impl Shape {
    const WORD: u8 = 1;
    const CAPITAL: u8 = 2;
    const INNER: u8 = 4;
    const ALL_CAPITALS: u8 = 8;
    const DIGIT: u8 = 16;
    const LETTER: u8 = 32;
    const SEPARATOR: u8 = 64;

    fn of(text: &str) -> Self {
        let mut flags = 0;
        let (mut capitals, mut letters) = (0, 0);
        for (index, character) in text.chars().enumerate() {
            if character.is_alphabetic() {
                letters += 1;
                flags |= Self::LETTER | Self::WORD;
                if character.is_uppercase() {
                    capitals += 1;
                    flags |= if index == 0 { Self::CAPITAL } else { Self::INNER };
                }
            } else if character.is_numeric() {
                flags |= Self::DIGIT | Self::WORD;
            }
        }
        flags |= Self::all_capitals(capitals, letters, text.ends_with('s'));
        if matches!(text, "-" | "/" | "_" | "–" | "−") {
            flags |= Self::SEPARATOR;
        }
        Self(flags)
    }

    /// The flag for words of capitals alone, a plural s aside, if it holds.
    fn all_capitals(capitals: usize, letters: usize, ends_in_s: bool) -> u8 {
        let is_plural = letters == capitals + 1 && ends_in_s;
        if capitals > 1 && (capitals == letters || is_plural) { Self::ALL_CAPITALS } else { 0 }
    }

    /// Only separates words of one phrase: a hyphen, a slash, an underscore.
    #[inline]
    pub fn is_separator(self) -> bool {
        self.0 & Self::SEPARATOR != 0
    }

    /// Holds a letter or a digit.
    #[inline]
    pub fn is_word(self) -> bool {
        self.0 & Self::WORD != 0
    }

    /// Begins with a capital.
    #[inline]
    pub fn is_capitalised(self) -> bool {
        self.0 & Self::CAPITAL != 0
    }

    /// Has a capital anywhere.
    #[inline]
    pub fn has_capital(self) -> bool {
        self.0 & (Self::CAPITAL | Self::INNER) != 0
    }

    /// Two letters or more, all of them capitals but for a plural s.
    #[inline]
    pub fn is_all_capitals(self) -> bool {
        self.0 & Self::ALL_CAPITALS != 0
    }

    /// Has a capital after the first letter, or letters and digits mixed: looks like a name.
    #[inline]
    pub fn is_name_like(self) -> bool {
        self.0 & Self::INNER != 0 || self.0 & (Self::LETTER | Self::DIGIT) == Self::LETTER | Self::DIGIT
    }

    /// Holds a digit.
    #[inline]
    pub fn has_digit(self) -> bool {
        self.0 & Self::DIGIT != 0
    }

    /// Holds a letter.
    #[inline]
    pub fn has_letter(self) -> bool {
        self.0 & Self::LETTER != 0
    }
}

/// Tokens written in one piece.
#[derive(Clone, Copy, Debug)]
pub struct Atom {
    /// First token.
    pub first: u32,
    /// One past the last token.
    pub end: u32,
}

/// Tokens of one sentence.
#[derive(Clone, Copy, Debug)]
pub struct Sentence {
    /// First token.
    pub first: u32,
    /// One past the last token.
    pub end: u32,
    /// First atom.
    pub first_atom: u32,
    /// One past the last atom.
    pub end_atom: u32,
}

/// A paper, ready for the rules.
#[derive(Clone, Debug, Default)]
pub struct Document {
    /// Reading of the title, a line break, reading of the abstract.
    pub reading: String,
    /// All tokens.
    pub tokens: Vec<Token>,
    /// All atoms; every token is in one.
    pub atoms: Vec<Atom>,
    /// For each token its atom.
    pub atom_of: Vec<u32>,
    /// All sentences; the first is the title, if it has a word.
    pub sentences: Vec<Sentence>,
    title: Readable,
    abstract_text: Readable,
    abstract_start: usize,
}

impl Document {
    /// Reads a paper. `abbreviations` are the words (lower case, sorted, with their full stop) after which no sentence
    /// ends.
    pub fn new(paper: &Paper, abbreviations: &[String]) -> Self {
        let title = Readable::new(&paper.title);
        let abstract_text = Readable::new(&paper.abstract_text);
        let reading = format!("{}\n{}", title.text, abstract_text.text);
        let abstract_start = title.text.len() + 1;
        let mut document = Self { reading, title, abstract_text, abstract_start, ..Self::default() };
        document.tokens.reserve(document.reading.len() / 5);
        document.cut_tokens();
        document.cut_atoms();
        document.cut_sentences(abbreviations);
        document
    }

    /// The reading between two tokens, the end exclusive.
    #[inline]
    pub fn text(&self, first: u32, end: u32) -> &str {
        if first >= end {
            return "";
        }
        let (from, to) = (self.tokens[first as usize].start, self.tokens[end as usize - 1].end);
        &self.reading[from as usize..to as usize]
    }

    /// The text of one token.
    #[inline]
    pub fn word(&self, token: u32) -> &str {
        self.text(token, token + 1)
    }

    /// Does the token belong to the title?
    #[inline]
    pub fn in_title(&self, token: u32) -> bool {
        (self.tokens[token as usize].start as usize) < self.abstract_start
    }

    /// Does white space stand between this token and the one before it?
    #[inline]
    pub fn spaced(&self, token: u32) -> bool {
        token == 0 || self.tokens[token as usize - 1].end < self.tokens[token as usize].start
    }

    /// The bytes of the paper's text that the tokens were read from: field, start, end.
    pub fn source_span(&self, first: u32, end: u32) -> (Field, usize, usize) {
        let from = self.tokens[first as usize].start as usize;
        let to = self.tokens[end as usize - 1].end as usize;
        if from < self.abstract_start {
            (Field::Title, self.title.source_start(from), self.title.source_end(to))
        } else {
            let base = self.abstract_start;
            (Field::Abstract, self.abstract_text.source_start(from - base), self.abstract_text.source_end(to - base))
        }
    }

    fn cut_tokens(&mut self) {
        let bytes = self.reading.as_bytes();
        let mut lower = String::new();
        let mut at = 0;
        while at < bytes.len() {
            if bytes[at] == b' ' {
                at += 1;
                continue;
            }
            let Some(character) = self.reading[at..].chars().next() else {
                break;
            };
            if character.is_whitespace() {
                at += character.len_utf8();
                continue;
            }
            let word = Word::plain(bytes, at).unwrap_or_else(|| Word::any(&self.reading, at, character));
            let singular = if word.ends_in_s {
                lower.clear();
                lower.extend(self.reading[at..word.end].chars().flat_map(char::to_lowercase));
                word_hash(&singular(&lower))
            } else {
                word.hash
            };
            // A reading holds less than 4 GiB: readers skip records far smaller than that.
            let (start, end) = (at as u32, word.end as u32);
            self.tokens.push(Token { start, end, hash: word.hash, singular, shape: word.shape });
            at = word.end;
        }
    }

    fn cut_atoms(&mut self) {
        let count = self.tokens.len() as u32;
        self.atoms.reserve(self.tokens.len());
        self.atom_of.reserve(self.tokens.len());
        let mut first = 0;
        while first < count {
            let mut end = first + 1;
            // Text after the title is a new piece even when both touch the line break.
            while end < count && !self.spaced(end) && self.joins(end - 1, end) {
                end += 1;
            }
            self.atoms.push(Atom { first, end });
            self.atom_of.extend((first..end).map(|_| self.atoms.len() as u32 - 1));
            first = end;
        }
    }

    /// Are two touching tokens one piece? Word and glue in either order, if the glue has a word on both sides; a `+`
    /// after a word; two words.
    fn joins(&self, left: u32, right: u32) -> bool {
        let is_word = |token: u32| self.tokens[token as usize].shape.is_word();
        let touching_word = |token: u32| {
            (token as usize) < self.tokens.len()
                && !self.spaced(token)
                && is_word(token)
                && !self.word(token).starts_with('\'')
        };
        if self.word(right).starts_with('\'') {
            return false;
        }
        match (is_word(left), is_word(right)) {
            (true, true) => true,
            (true, false) => {
                let glue = self.word(right);
                glue == "+" || (is_glue(glue) && touching_word(right + 1))
            }
            (false, true) => is_glue(self.word(left)) && left > 0 && !self.spaced(left) && is_word(left - 1),
            (false, false) => self.word(left) == "+" && self.word(right) == "+",
        }
    }

    fn cut_sentences(&mut self, abbreviations: &[String]) {
        let count = self.tokens.len() as u32;
        let mut first = 0;
        for token in 0..count {
            let last_of_title = self.in_title(token) && (token + 1 == count || !self.in_title(token + 1));
            let ends = token + 1 == count
                || last_of_title
                || (!self.in_title(token) && self.ends_sentence(token, first, abbreviations));
            if ends {
                self.sentences.push(Sentence {
                    first,
                    end: token + 1,
                    first_atom: self.atom_of[first as usize],
                    end_atom: self.atom_of[token as usize] + 1,
                });
                first = token + 1;
            }
        }
    }

    /// Is this the last token of a sentence: a stop, or a closing quote or bracket after one, before a capital?
    fn ends_sentence(&self, token: u32, first: u32, abbreviations: &[String]) -> bool {
        if self.tokens[token as usize].shape.is_word() {
            return false;
        }
        let closing = |token: u32| matches!(self.word(token), "\"" | "'" | ")" | "]" | "”");
        let mut stop = token;
        while stop > first && closing(stop) {
            stop -= 1;
        }
        if !matches!(self.word(stop), "." | "!" | "?") || !self.spaced(token + 1) {
            return false;
        }
        let next = self.tokens[token as usize + 1];
        let opening = matches!(self.word(token + 1), "\"" | "'" | "(" | "[" | "“");
        let begins = if opening {
            self.tokens.get(token as usize + 2).is_some_and(|t| t.shape.is_capitalised() || t.shape.has_digit())
        } else {
            next.shape.is_capitalised() || next.shape.is_name_like() || next.shape.has_digit()
        };
        begins && !(self.word(stop) == "." && self.is_abbreviation(stop, abbreviations))
    }

    fn is_abbreviation(&self, stop: u32, abbreviations: &[String]) -> bool {
        let end = self.tokens[stop as usize].end as usize;
        let before = &self.reading[..end];
        let start = before.rfind([' ', '\n', '(']).map_or(0, |at| at + 1);
        let word = before[start..].to_lowercase();
        abbreviations.binary_search(&word).is_ok()
    }
}

/// The tokens of a text that stands for itself, such as a name in a list.
pub fn tokens_of(text: &str) -> Document {
    let paper = Paper { abstract_text: text.to_string(), ..Paper::default() };
    Document::new(&paper, &[])
}

/// Characters that tie words into one piece.
fn is_glue(text: &str) -> bool {
    matches!(text, "-" | "/" | "@" | "+" | "&" | "^" | "_" | "–" | "−")
}

/// What stands in a token.
struct Word {
    /// One past the last byte.
    end: usize,
    hash: WordHash,
    shape: Shape,
    /// May it be a plural?
    ends_in_s: bool,
}

impl Word {
    /// The token that begins at a character of a text.
    fn any(text: &str, at: usize, first: char) -> Self {
        let end = token_end(text, at, first);
        let word = &text[at..end];
        let lower: String = word.chars().flat_map(char::to_lowercase).collect();
        Self { end, hash: word_hash(&lower), shape: Shape::of(word), ends_in_s: lower.ends_with('s') }
    }

    /// As [`Word::any`], read but once, for what most tokens are: ASCII letters and digits from a letter on, where nothing
    /// after them may belong to the same token; or a mark of ASCII.
    fn plain(bytes: &[u8], at: usize) -> Option<Self> {
        let first = bytes[at];
        if !first.is_ascii_alphabetic() {
            // An apostrophe may begin a possessive.
            let is_mark = first.is_ascii_punctuation() && first != b'\'';
            let hash = Hashing::default().with_byte(first).finish();
            let shape = if matches!(first, b'-' | b'/' | b'_') { Shape::SEPARATOR } else { 0 };
            return is_mark.then_some(Self { end: at + 1, hash, shape: Shape(shape), ends_in_s: false });
        }
        let mut hash = Hashing::default();
        let (mut capitals, mut letters) = (0, 0);
        let mut end = at;
        while let Some(&byte) = bytes.get(end)
            && byte.is_ascii_alphanumeric()
        {
            hash = hash.with_byte(byte.to_ascii_lowercase());
            capitals += usize::from(byte.is_ascii_uppercase());
            letters += usize::from(byte.is_ascii_alphabetic());
            end += 1;
        }
        if bytes.get(end).is_some_and(|next| !next.is_ascii() || *next == b'.') {
            return None;
        }
        let length = end - at;
        let mut flags = Shape::LETTER | Shape::WORD;
        if letters < length {
            flags |= Shape::DIGIT;
        }
        if first.is_ascii_uppercase() {
            flags |= Shape::CAPITAL;
        }
        if capitals > usize::from(first.is_ascii_uppercase()) {
            flags |= Shape::INNER;
        }
        let last = bytes[end - 1];
        flags |= Shape::all_capitals(capitals, letters, last == b's');
        Some(Self { end, hash: hash.finish(), shape: Shape(flags), ends_in_s: last.eq_ignore_ascii_case(&b's') })
    }
}

/// One past the last byte of the token that begins at `at`.
fn token_end(text: &str, at: usize, first: char) -> usize {
    let run = |from: usize, accept: fn(char) -> bool| {
        text[from..].find(|c: char| !accept(c)).map_or(text.len(), |length| from + length)
    };
    // Combining marks belong to the letter before them.
    let letter_or_digit = |c: char| c.is_alphanumeric() || matches!(c, '\u{300}'..='\u{36f}');
    let digits_follow = |from: usize| text[from..].starts_with(|c: char| c.is_ascii_digit());
    if first.is_ascii_digit() {
        let mut end = run(at, |c| c.is_ascii_digit());
        while text[end..].starts_with(['.', ',']) && digits_follow(end + 1) {
            end = run(end + 1, |c| c.is_ascii_digit());
        }
        return run(end, letter_or_digit);
    }
    if letter_or_digit(first) {
        let mut end = run(at, letter_or_digit);
        while text[end..].starts_with('.')
            && digits_follow(end + 1)
            && text[..end].ends_with(|c: char| c.is_ascii_digit())
            || text[end..].starts_with('.') && digits_follow(end + 1) && end - at <= 2
        {
            end = run(end + 1, letter_or_digit);
        }
        return end;
    }
    if first == '\'' {
        let after = run(at + 1, char::is_alphabetic);
        if &text[at + 1..after] == "s" && at > 0 && text[..at].ends_with(char::is_alphanumeric) {
            return after;
        }
    }
    at + first.len_utf8()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn document(title: &str, abstract_text: &str) -> Document {
        let paper = Paper { title: title.into(), abstract_text: abstract_text.into(), ..Paper::default() };
        Document::new(&paper, &["e.g.".into(), "vs.".into()])
    }

    fn atoms(document: &Document) -> Vec<&str> {
        document.atoms.iter().map(|atom| document.text(atom.first, atom.end)).collect()
    }

    #[test]
    fn tokens_and_atoms() {
        let document = document("Fine-tuning ViT-B/16, GPT-3.5 and C++", "It's 2,000 1.5B (text-to-image) models.");
        assert_eq!(
            atoms(&document),
            [
                "Fine-tuning",
                "ViT-B/16",
                ",",
                "GPT-3.5",
                "and",
                "C++",
                "It",
                "'s",
                "2,000",
                "1.5B",
                "(",
                "text-to-image",
                ")",
                "models",
                "."
            ]
        );
    }

    #[test]
    fn sentences_end_where_readers_end_them() {
        let document = document("A title", "We test e.g. BERT vs. GPT. It wins (by far). 3 of 4 agree? Yes.");
        let texts: Vec<&str> = document.sentences.iter().map(|s| document.text(s.first, s.end)).collect();
        assert_eq!(texts, ["A title", "We test e.g. BERT vs. GPT.", "It wins (by far).", "3 of 4 agree?", "Yes."]);
    }

    proptest! {
        #[test]
        fn plain_words_are_read_as_all_others(text in "[a-cA-CsS0-9 .,'éßİ_/+-]{0,24}") {
            let document = document("", &text);
            for (token, number) in document.tokens.iter().zip(0..) {
                let word = document.word(number);
                let first = word.chars().next().unwrap();
                prop_assert_eq!(token_end(&document.reading, token.start as usize, first), token.end as usize);
                let lower: String = word.chars().flat_map(char::to_lowercase).collect();
                prop_assert_eq!(token.hash, word_hash(&lower), "{}", word);
                prop_assert_eq!(token.singular, word_hash(&singular(&lower)), "{}", word);
                prop_assert_eq!(token.shape, Shape::of(word), "{}", word);
            }
        }
    }

    #[test]
    fn shapes() {
        assert!(Shape::of("LLMs").is_all_capitals() && Shape::of("LLMs").is_name_like());
        assert!(!Shape::of("Models").is_all_capitals() && !Shape::of("Models").is_name_like());
        assert!(Shape::of("v2").is_name_like() && !Shape::of("2.5").is_name_like());
    }
}
