//! A document with what the rules know of its words: classes, cues, known names, acronyms. Every strategy reads it.

use crate::extract::acronym::{self, Definition};
use crate::extract::lexicon::{self, KnownName};
use crate::extract::pattern::{self, PatternMatch};
use crate::extract::title::{self, TitleName};
use crate::rules::{RuleSet, Side, WordClass};
use crate::text::{Document, Sentence};

/// A set of cue classes; the rule set holds at most 128.
pub type CueSet = u128;

/// Cues seen from one border between tokens.
#[derive(Clone, Copy, Debug, Default)]
pub struct CuesAt {
    /// The nearest cue within its gap: class from 1 (0 for none), and words between.
    pub nearest: u16,
    /// Number of words between the nearest cue and the border.
    pub distance: u8,
    /// All cues that touch the border; articles, praise and quotes between do not count.
    pub touching: CueSet,
}

/// A document and what is known of its words.
#[derive(Debug)]
pub struct Annotated<'r> {
    /// The rules.
    pub rules: &'r RuleSet,
    /// The text.
    pub document: Document,
    /// Class of each token.
    pub classes: Vec<WordClass>,
    /// For each token whether a term may not cross it.
    pub borders: Vec<bool>,
    /// For each token the cues before it.
    pub cues_before: Vec<CuesAt>,
    /// For each border after a token (position `end`) the cues after it.
    pub cues_after: Vec<CuesAt>,
    /// Every cue in the text: class, first token, end; in order of their first token.
    pub cues: Vec<(u16, u32, u32)>,
    /// Known names, by first token, shortest first.
    pub known: Vec<KnownName<'r>>,
    /// Matches of patterns.
    pub pattern_matches: Vec<PatternMatch>,
    /// Long forms with their acronyms.
    pub definitions: Vec<Definition>,
    /// The name that the title gives, before a colon.
    pub title_name: Option<TitleName>,
    /// For each token its sentence.
    pub sentence_of: Vec<u32>,
}

impl<'r> Annotated<'r> {
    /// Looks every token of a document up once.
    pub fn new(rules: &'r RuleSet, document: Document) -> Self {
        let count = document.tokens.len();
        let classes: Vec<WordClass> = (0..count as u32).map(|token| rules.class(&document, token)).collect();
        let mut annotated = Self {
            rules,
            borders: vec![false; count],
            cues_before: vec![CuesAt::default(); count + 1],
            cues_after: vec![CuesAt::default(); count + 1],
            cues: Vec::new(),
            known: Vec::new(),
            pattern_matches: Vec::new(),
            definitions: Vec::new(),
            title_name: None,
            sentence_of: Vec::with_capacity(count),
            classes,
            document,
        };
        annotated.mark_borders();
        annotated.find_cues();
        annotated.known = lexicon::known_names(&annotated);
        annotated.pattern_matches = pattern::matches(&annotated);
        annotated.definitions = acronym::definitions(&annotated);
        annotated.title_name = title::title_name(&annotated);
        annotated
    }

    /// The sentence that a token stands in.
    #[inline]
    pub fn sentence(&self, token: u32) -> Sentence {
        self.document.sentences[self.sentence_of[token as usize] as usize]
    }

    /// Does a border stand before `first`: a sentence's edge, a function word, or any other character?
    #[inline]
    pub fn is_left_free(&self, first: u32) -> bool {
        first == self.sentence(first).first || self.is_edge(first - 1)
    }

    /// Does a border stand after the span that ends at `end`?
    #[inline]
    pub fn is_right_free(&self, end: u32) -> bool {
        end == self.sentence(end - 1).end || self.is_edge(end)
    }

    #[inline]
    fn is_edge(&self, token: u32) -> bool {
        !self.document.tokens[token as usize].shape.is_word() || self.classes[token as usize].function > 0
    }

    /// Class of the head of a span, from 1; 0 where its last word is none.
    #[inline]
    pub fn head(&self, end: u32) -> u8 {
        self.classes[end as usize - 1].head
    }

    fn mark_borders(&mut self) {
        for atom in &self.document.atoms {
            if atom.end - atom.first == 1 {
                self.borders[atom.first as usize] = self.is_edge(atom.first);
            }
        }
        for (number, sentence) in (0u32..).zip(&self.document.sentences) {
            self.sentence_of.extend((sentence.first..sentence.end).map(|_| number));
        }
    }

    fn find_cues(&mut self) {
        let rules = self.rules;
        for sentence in self.document.sentences.clone() {
            let from = self.cues.len();
            for first in sentence.first..sentence.end {
                if self.document.tokens[first as usize].shape.is_word() || self.document.word(first) == "%" {
                    let cues = &mut self.cues;
                    rules.cue_phrases.matches_at(&self.document, first, sentence.end, |end, numbers| {
                        cues.extend(numbers.iter().map(|&number| (number, first, end)));
                    });
                }
            }
            for at in from..self.cues.len() {
                let (number, first, end) = self.cues[at];
                let cue = &rules.cues[usize::from(number)];
                match cue.side {
                    Side::Before => self.reach_right(number, cue.gap, end, sentence),
                    Side::After => self.reach_left(number, cue.gap, first, sentence),
                    Side::Sentence => {}
                }
            }
        }
    }

    /// Words that may stand between a cue and its name without being counted.
    fn is_transparent(&self, token: u32) -> bool {
        let class = self.classes[token as usize];
        class.praise && !class.praise_in_terms
            || matches!(
                self.document.word(token),
                "a" | "an" | "the" | "our" | "its" | "their" | "\"" | "'" | "`" | ":" | "“"
            )
    }

    fn reach_right(&mut self, cue: u16, gap: u8, end: u32, sentence: Sentence) {
        let (mut words, mut touching) = (0u8, true);
        for token in end..sentence.end {
            let at = &mut self.cues_before[token as usize];
            if at.nearest == 0 || words <= at.distance {
                (at.nearest, at.distance) = (cue + 1, words);
            }
            if touching {
                at.touching |= 1 << cue;
            }
            if !self.is_transparent(token) {
                touching = false;
                words = words.saturating_add(u8::from(self.document.tokens[token as usize].shape.is_word()));
            }
            if words > gap || matches!(self.document.word(token), ";" | ".") {
                break;
            }
        }
    }

    fn reach_left(&mut self, cue: u16, gap: u8, first: u32, sentence: Sentence) {
        let (mut words, mut touching) = (0u8, true);
        for token in (sentence.first..first).rev() {
            let at = &mut self.cues_after[token as usize + 1];
            if at.nearest == 0 || words < at.distance {
                (at.nearest, at.distance) = (cue + 1, words);
            }
            if touching {
                at.touching |= 1 << cue;
            }
            if !matches!(self.document.word(token), "\"" | "'" | "”") {
                touching = false;
                words = words.saturating_add(u8::from(self.document.tokens[token as usize].shape.is_word()));
            }
            if words > gap || matches!(self.document.word(token), ";" | ".") {
                break;
            }
        }
    }
}
