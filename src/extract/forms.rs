//! What a paper does with each phrase, summed over all places where the phrase stands.

use rustc_hash::{FxBuildHasher, FxHashMap};

use crate::extract::annotated::{Annotated, CueSet};
use crate::extract::runs::{self, Stretch};

/// Longest phrase that is counted, in atoms.
const LONGEST: u32 = 6;
/// How far after "X, a" the head of what X is may stand, in tokens.
const DESCRIPTION: u32 = 12;

/// One phrase in one paper.
#[derive(Clone, Debug, Default)]
pub struct Form {
    /// Places where it stands.
    pub occurrences: u32,
    /// Places where it stands free on both sides.
    pub free: u32,
    /// Classes of heads right after it, as bits.
    pub heads_after: u64,
    /// Classes of heads right before it.
    pub heads_before: u64,
    /// Cues that touch it from the left, anywhere.
    pub cues_before: CueSet,
    /// Cues that touch it from the right, anywhere.
    pub cues_after: CueSet,
    /// Heads by which the text calls it: "X, a library", "X is a dataset": class and how often.
    pub called: Vec<(u8, u32)>,
    /// Head of the class that it is an example of: "models such as X".
    pub such_as: u8,
    /// Does it stand in the title?
    pub in_title: bool,
}

/// All phrases of a paper by key.
#[derive(Debug, Default)]
pub struct Forms {
    /// Positions in the list of forms.
    by_key: FxHashMap<u64, u32>,
    forms: Vec<Form>,
}

impl Forms {
    /// Counts every phrase of a paper.
    pub fn new(text: &Annotated<'_>) -> Self {
        let expected = text.document.atoms.len() * 2;
        let by_key = FxHashMap::with_capacity_and_hasher(expected, FxBuildHasher);
        let mut forms = Self { by_key, forms: Vec::with_capacity(expected) };
        // Stretches come by their first token: what stands before it is read once.
        let mut before = (u32::MAX, None);
        runs::stretches(text, LONGEST, |stretch| {
            if stretch.at_start && before.0 != stretch.first {
                before = (stretch.first, class_before(text, stretch.first));
            }
            forms.count(text, stretch, before.1.filter(|_| stretch.at_start));
        });
        // What is said of the long form is said of the acronym, and the other way round.
        for definition in &text.definitions {
            let long = crate::text::phrase_key(&text.document, definition.long_first, definition.long_end);
            let short = crate::text::phrase_key(&text.document, definition.short_first, definition.short_end);
            forms.share(long, short);
        }
        forms
    }

    /// What is known of a phrase in this paper.
    pub fn get(&self, key: u64) -> Option<&Form> {
        self.by_key.get(&key).map(|&at| &self.forms[at as usize])
    }

    /// The form of a phrase, added if it is new.
    fn form(&mut self, key: u64) -> &mut Form {
        let at = *self.by_key.entry(key).or_insert(self.forms.len() as u32) as usize;
        if at == self.forms.len() {
            self.forms.push(Form::default());
        }
        &mut self.forms[at]
    }

    /// Counts a stretch; `such_as` is the head of what it is an example of.
    fn count(&mut self, text: &Annotated<'_>, stretch: Stretch, such_as: Option<u8>) {
        let Stretch { first, end, .. } = stretch;
        let left_free = stretch.at_start;
        let right_free = stretch.at_end;
        let form = self.form(stretch.key);
        form.occurrences += 1;
        form.free += u32::from(left_free && right_free);
        form.in_title |= text.document.in_title(first);
        form.cues_before |= text.cues_before[first as usize].touching;
        form.cues_after |= text.cues_after[end as usize].touching;
        let sentence = text.sentence(first);
        if end < sentence.end {
            form.heads_after |= 1 << text.classes[end as usize].head.min(63);
        }
        if first > sentence.first {
            form.heads_before |= 1 << text.classes[first as usize - 1].head.min(63);
        }
        if right_free && let Some(head) = description(text, first, end) {
            add_call(&mut form.called, head, 1);
        }
        form.such_as = such_as.unwrap_or(form.such_as);
    }

    fn share(&mut self, a: u64, b: u64) {
        let one = self.get(a).cloned().unwrap_or_default();
        let other = self.get(b).cloned().unwrap_or_default();
        for (key, from) in [(a, &other), (b, &one)] {
            let form = self.form(key);
            for &(head, times) in &from.called {
                add_call(&mut form.called, head, times);
            }
            form.cues_before |= from.cues_before;
            form.cues_after |= from.cues_after;
            form.in_title |= from.in_title;
            form.occurrences += from.occurrences;
            form.free += from.free;
            if form.such_as == 0 {
                form.such_as = from.such_as;
            }
        }
    }
}

fn add_call(called: &mut Vec<(u8, u32)>, head: u8, times: u32) {
    match called.iter_mut().find(|(known, _)| *known == head) {
        Some((_, count)) => *count += times,
        None => called.push((head, times)),
    }
}

/// The head of what the text calls the span: after it ", a ... library that", "is a new dataset", "(a tool)"; before it
/// "library called X".
fn description(text: &Annotated<'_>, first: u32, end: u32) -> Option<u8> {
    let document = &text.document;
    let sentence = text.sentence(first);
    if end + 1 < sentence.end {
        let link = document.word(end);
        let article = document.word(end + 1);
        let links = matches!(link, "," | "(" | "-" | "–" | "—" | "is" | "are" | ":" | "as");
        let articles = matches!(article, "a" | "an" | "the" | "our" | "one");
        if links && articles {
            return last_head(text, end + 2, sentence.end.min(end + 2 + DESCRIPTION));
        }
    }
    let mut before = first;
    while before > sentence.first && matches!(document.word(before - 1), "\"" | "'" | "`" | "“" | "as") {
        before -= 1;
    }
    let named = before > sentence.first
        && matches!(document.word(before - 1), "called" | "named" | "dubbed" | "termed" | "coined" | "namely");
    if named {
        let from = sentence.first.max(before.saturating_sub(11));
        return (from..before - 1).rev().map(|token| text.classes[token as usize].head).find(|&head| head > 0);
    }
    None
}

/// The last head before the description ends.
fn last_head(text: &Annotated<'_>, first: u32, end: u32) -> Option<u8> {
    let mut head = None;
    for token in first..end {
        let class = text.classes[token as usize];
        let word = text.document.word(token);
        // "a family of language models", "a suite of benchmarks": what they are stands behind.
        let of_several = word == "of"
            && token > first
            && matches!(
                text.document.word(token - 1),
                "family" | "set" | "series" | "suite" | "class" | "collection" | "group" | "variety" | "type" | "kind"
            );
        let goes_on = of_several
            || matches!(word, "-" | "/" | "and" | "\"" | "'")
            || matches!(word, "new" | "novel" | "first" | "simple");
        let ends = class.function > 0 && !goes_on
            || matches!(word, "designed" | "." | "," | ";" | "(" | ")" | ":" | "trained" | "built");
        if ends && text.document.atoms[text.document.atom_of[token as usize] as usize].first == token {
            break;
        }
        if class.head > 0 {
            head = Some(class.head);
        }
    }
    head
}

/// The head before "such as", "including", "like", of whose class the span is an example; lists are followed back.
fn class_before(text: &Annotated<'_>, first: u32) -> Option<u8> {
    let document = &text.document;
    let sentence = text.sentence(first);
    let mut token = first;
    let mut steps = 0;
    while token > sentence.first && steps < 16 {
        token -= 1;
        steps += 1;
        let word = document.word(token);
        let opens = match word {
            "as" => token > sentence.first && document.word(token - 1) == "such",
            "including" | "like" | "e" | "namely" | ":" => true,
            _ => false,
        };
        if opens {
            return (sentence.first.max(token.saturating_sub(4))..token)
                .rev()
                .filter(|&before| document.tokens[before as usize].shape.is_word())
                .map(|before| text.classes[before as usize].head)
                .find(|&head| head > 0);
        }
        let class = text.classes[token as usize];
        if class.function > 0 && !matches!(word, "and" | "or") || matches!(word, "." | ";" | ")") {
            return None;
        }
    }
    None
}
