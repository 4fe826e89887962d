//! Evidence on the relation between a paper and one of its entities: cues in the sentences that mention it, its place,
//! its type.

use crate::extract::annotated::Annotated;
use crate::extract::evidence::{case_class, for_each_bit};
use crate::extract::space::{Family, FamilyNames, SpaceBuilder, counted, other_annotators};
use crate::extract::vocabulary::{Numbers, RELATION_PLACES, RelationWord, Vocabulary, words_near};
use crate::rules::{RuleSet, TypeId};
use crate::text::{Document, Token};

/// The families of evidence on relations.
#[derive(Clone, Debug)]
#[allow(missing_docs, reason = "each family is described by its line in `RelationSpace::new`")]
pub struct RelationSpace {
    pub names: Vec<FamilyNames>,
    pub rows: u32,
    pub other_habits: Family,
    pub entity_type: Family,
    pub in_title: Family,
    pub first_place: Family,
    pub last_place: Family,
    pub mentions: Family,
    pub case: Family,
    pub title_name: Family,
    pub title_names_another: Family,
    pub title_after: Family,
    pub listed: Family,
    pub touching: Family,
    pub touching_after: Family,
    pub nearest_left: Family,
    pub nearest_right: Family,
    pub in_clause_left: Family,
    pub in_clause_right: Family,
    pub in_sentence: Family,
    pub word_before: Family,
    pub word_after: Family,
    pub next_head: Family,
    pub defined: Family,
    pub known_to_corpus: Family,
    pub own_place: Family,
    pub own_mentions: Family,
    pub own_distance: Family,
    pub own_link: Family,
    pub sentence_number: Family,
    /// Words with weights of their own, and the family of each place.
    vocabulary: Vocabulary,
    word_places: Vec<Family>,
    /// Families of whose weights training learns a part from entities of all types, with their dimension of types.
    of_all_types: Vec<(Family, usize)>,
}

const TITLE_WORDS: [&str; 12] = ["for", "via", "with", "in", "of", "on", "to", "from", "by", "using", "and", "towards"];

/// Words that tie what follows to the verb before: "we propose X *that* uses Y *for* Z".
const LINKS: [&str; 18] = [
    "that", "which", "to", "for", "with", "using", "by", "via", "through", "on", "of", "in", "from", "where", "as",
    "and", ",", ":",
];

impl RelationSpace {
    /// Lays the families out for the classes of a rule set.
    pub fn new(rules: &RuleSet, vocabulary: Vocabulary) -> Self {
        let mut builder = SpaceBuilder::default();
        let mut add = |id, dimensions: &[&[String]]| builder.family(id, dimensions);
        let strings = |names: &[&str]| -> Vec<String> { names.iter().map(|name| (*name).to_string()).collect() };
        let types: Vec<String> = rules.schema.types.iter().map(|t| t.label.clone()).collect();
        let cues: Vec<String> =
            std::iter::once("none".to_string()).chain(rules.cues.iter().map(|cue| cue.id.clone())).collect();
        let fifths = counted(1, 6, "fifths");
        let cases = strings(&["name-like", "capital", "lower case"]);
        let yes_no = strings(&["no", "yes"]);
        let function: Vec<String> =
            strings(&["edge", "word", "mark"]).into_iter().chain(rules.function_words.iter().cloned()).collect();
        let heads: Vec<String> =
            std::iter::once("none".to_string()).chain(rules.heads.iter().map(|head| head.id.clone())).collect();
        let links: Vec<String> = strings(&["none"]).into_iter().chain(strings(&LINKS)).collect();
        let title_words: Vec<String> = strings(&["first", "other"]).into_iter().chain(strings(&TITLE_WORDS)).collect();
        let space = Self {
            // Holds in training only, on papers whose annotators have other habits.
            other_habits: add("annotated by others", &[&other_annotators(), &types]),
            entity_type: add("type", &[&types]),
            in_title: add("in title", &[&types, &cases]),
            first_place: add("first mention", &[&fifths, &types]),
            last_place: add("last mention", &[&fifths, &types]),
            mentions: add("mentions", &[&counted(1, 4, "times"), &types, &cases]),
            case: add("case", &[&cases, &types]),
            title_name: add("title's name", &[&types, &cases]),
            title_names_another: add("title names another", &[&types, &cases]),
            title_after: add("in title after", &[&title_words, &types]),
            listed: add("known name", &[&yes_no, &types, &cases]),
            touching: add("cue touching", &[&cues, &types]),
            touching_after: add("cue touching after", &[&cues, &types]),
            nearest_left: add("nearest cue left", &[&cues, &types]),
            nearest_right: add("nearest cue right", &[&cues, &types]),
            in_clause_left: add("cue left in clause", &[&cues, &types]),
            in_clause_right: add("cue right in clause", &[&cues, &types]),
            in_sentence: add("cue in sentence", &[&cues, &types]),
            word_before: add("word before", &[&function, &types]),
            word_after: add("word after", &[&function, &types]),
            next_head: add("head after", &[&heads, &types]),
            defined: add("acronym defined", &[&yes_no, &types]),
            known_to_corpus: add("corpus knows it", &[&counted(0, 5, "log2/3"), &types]),
            own_place: add(
                "place beside the paper's own words",
                &[
                    &strings(&[
                        "title only",
                        "before them",
                        "in them",
                        "after them",
                        "in and after them",
                        "before and after them",
                    ]),
                    &types,
                    &cases,
                ],
            ),
            own_distance: add(
                "sentences after the paper's own words",
                &[
                    &strings(&[
                        "3+ before",
                        "2 before",
                        "1 before",
                        "first",
                        "1 after",
                        "2 after",
                        "3 after",
                        "4+ after",
                    ]),
                    &yes_no,
                ],
            ),
            own_link: add("link to the paper's own words", &[&links, &types]),
            sentence_number: add(
                "sentence",
                &[&counted(1, 6, "from the first"), &counted(1, 3, "from the last"), &types],
            ),
            own_mentions: add("mentions in own words", &[&counted(0, 3, "times"), &types]),
            word_places: Vec::new(),
            vocabulary: Vocabulary::default(),
            of_all_types: Vec::new(),
            names: Vec::new(),
            rows: 0,
        };
        let of_all_types = vec![
            (space.first_place, 1),
            (space.last_place, 1),
            (space.mentions, 1),
            (space.title_name, 0),
            (space.touching, 1),
            (space.touching_after, 1),
            (space.nearest_left, 1),
            (space.nearest_right, 1),
            (space.in_clause_left, 1),
            (space.in_clause_right, 1),
            (space.in_sentence, 1),
            (space.word_before, 1),
            (space.word_after, 1),
            (space.next_head, 1),
            (space.own_place, 1),
            (space.own_link, 1),
            (space.sentence_number, 2),
        ];
        let word_places = builder.word_families(RELATION_PLACES, &vocabulary);
        Self { names: builder.families, rows: builder.rows, vocabulary, word_places, of_all_types, ..space }
    }

    /// A row that stands for this one and those of the same value for entities of other types, if training shall learn
    /// from them all what they have in common: the one of the first type.
    pub fn row_of_all_types(&self, row: u32) -> Option<u32> {
        self.of_all_types.iter().find_map(|&(family, types)| family.with_first(row, types))
    }

    /// Looks the words of a paper up, for [`collect`].
    pub fn words(&self, document: &Document) -> RelationWords {
        let numbers = |token: &Token| {
            let mut numbers = self.vocabulary.numbers(token.hash);
            if token.singular != token.hash {
                let last = RelationWord::Last as usize;
                numbers[last] = self.vocabulary.numbers(token.singular)[last];
            }
            numbers
        };
        RelationWords {
            numbers: document.tokens.iter().map(numbers).collect(),
            clause_ends: clause_ends(document),
            seen: vec![0; self.rows as usize / 64 + 1],
        }
    }

    /// Row of a word at a place, if it has weights of its own.
    fn word_row(&self, words: &RelationWords, place: RelationWord, token: u32) -> Option<u32> {
        let number = words.numbers[token as usize][place as usize];
        (number > 0).then(|| self.word_places[place as usize].row([number, 0, 0]))
    }
}

/// What is known of the words of a paper before its entities are.
#[derive(Clone, Debug)]
pub struct RelationWords {
    /// For each token its numbers in the vocabulary of a [`RelationSpace`].
    numbers: Vec<Numbers>,
    /// For each token how many ends of clauses stand before it, and for the end of the text.
    clause_ends: Vec<u32>,
    /// Room for a bit for each row of evidence: making it for every entity would take as long as all else.
    seen: Vec<u64>,
}

impl RelationWords {
    /// Does a clause end between two tokens? What opens the next one must stand between them too.
    fn ends_clause(&self, document: &Document, from: u32, to: u32) -> bool {
        if from >= to {
            return false;
        }
        let last = if document.word(to - 1) == "," { to - 1 } else { to };
        self.clause_ends[last as usize] > self.clause_ends[from as usize]
    }
}

/// Counts the ends of clauses: a semicolon, a colon, or a comma before a word that opens a clause.
fn clause_ends(document: &Document) -> Vec<u32> {
    let opens_clause = |word: &str| {
        matches!(
            word,
            "which" | "where" | "while" | "but" | "whereas" | "and" | "we" | "our" | "it" | "they" | "this" | "however"
        )
    };
    let count = document.tokens.len() as u32;
    let mut ends = Vec::with_capacity(document.tokens.len() + 1);
    ends.push(0);
    for token in 0..count {
        let is_end = match document.word(token) {
            ";" | ":" => true,
            "," => token + 1 < count && opens_clause(document.word(token + 1)),
            _ => false,
        };
        ends.push(ends[token as usize] + u32::from(is_end));
    }
    ends
}

/// The places of one entity in a paper.
#[derive(Clone, Debug)]
pub struct EntityPlaces {
    /// Its type.
    pub entity_type: TypeId,
    /// Tokens of each mention: first, and one past the last; in order.
    pub spans: Vec<(u32, u32)>,
}

/// Collects the evidence on an entity's relation; each row once.
pub fn collect(
    text: &Annotated<'_>,
    space: &RelationSpace,
    words: &mut RelationWords,
    entity: &EntityPlaces,
) -> Vec<u32> {
    let mut rows = Vec::with_capacity(128);
    let entity_type = u32::from(entity.entity_type.0);
    let document = &text.document;
    let Some((&(first, end), &(last, _))) = entity.spans.first().zip(entity.spans.last()) else {
        return rows;
    };
    let sentences = document.sentences.len().max(2) as u32 - 1;
    let fifth = |token: u32| match document.in_title(token) {
        true => 0,
        false => 1 + (5 * text.sentence_of[token as usize].saturating_sub(1) / sentences).min(4),
    };
    let case = entity.spans.iter().map(|&(from, to)| case_class(text, from, to)).min().unwrap_or(2);
    rows.push(space.entity_type.row([entity_type, 0, 0]));
    rows.push(space.case.row([case, entity_type, 0]));
    let first_in_abstract =
        entity.spans.iter().find(|&&(from, _)| !document.in_title(from)).map_or(first, |span| span.0);
    rows.push(space.first_place.row([fifth(first_in_abstract), entity_type, 0]));
    rows.push(space.last_place.row([fifth(last), entity_type, 0]));
    let mentions = (entity.spans.len() as u32).clamp(1, 4) - 1;
    rows.push(space.mentions.row([mentions, entity_type, case]));
    if document.in_title(first) {
        rows.push(space.in_title.row([entity_type, case, 0]));
    }
    let key_of = |&(from, to): &(u32, u32)| crate::text::phrase_key(document, from, to);
    let title_name = text.title_name.map(|title| key_of(&(title.first, title.end)));
    let is_title_name = title_name.is_some_and(|name| entity.spans.iter().any(|span| key_of(span) == name));
    if is_title_name {
        rows.push(space.title_name.row([entity_type, case, 0]));
    } else if title_name.is_some() {
        rows.push(space.title_names_another.row([entity_type, case, 0]));
    }
    // What is known today says nothing of a name that the paper's own title gives: it is known since then.
    let listed = !is_title_name && entity.spans.iter().any(|span| !text.rules.forms.get(key_of(span)).is_empty());
    rows.push(space.listed.row([u32::from(listed), entity_type, case]));
    let defined = text.definitions.iter().any(|definition| {
        entity.spans.iter().any(|&(from, _)| from == definition.long_first || from == definition.short_first)
    });
    rows.push(space.defined.row([u32::from(defined), entity_type, 0]));
    let counted = text.rules.counts.phrase(key_of(&(first, end))).filter(|_| !is_title_name);
    let count = counted.map_or(0, |count| 32 - count.total.leading_zeros()) / 3;
    rows.push(space.known_to_corpus.row([count.min(5), entity_type, 0]));
    own_words(text, space, entity_type, case, &entity.spans, &mut rows);
    for &(from, to) in &entity.spans {
        words_near(text, from, to, |place, token| rows.extend(space.word_row(words, place, token)));
        mention(text, space, words, entity_type, (from, to), &mut rows);
    }
    keep_first(&mut rows, &mut words.seen);
    rows
}

/// Keeps each row where it stands first. `seen` has a bit for each row that there is, none set before or after.
fn keep_first(rows: &mut Vec<u32>, seen: &mut [u64]) {
    rows.retain(|&row| {
        let (word, bit) = (row as usize / 64, 1 << (row % 64));
        let is_first = seen[word] & bit == 0;
        seen[word] |= bit;
        is_first
    });
    rows.iter().for_each(|&row| seen[row as usize / 64] = 0);
}

/// Where the mentions stand beside the sentences in which the paper speaks of itself: what stands only before the first
/// of them is background.
fn own_words(
    text: &Annotated<'_>,
    space: &RelationSpace,
    entity_type: u32,
    case: u32,
    spans: &[(u32, u32)],
    rows: &mut Vec<u32>,
) {
    let own: Vec<u32> = text
        .cues
        .iter()
        .filter(|(cue, first, _)| text.rules.cues[usize::from(*cue)].own && !text.document.in_title(*first))
        .map(|&(_, first, _)| text.sentence_of[first as usize])
        .collect();
    let document = &text.document;
    let first_sentence =
        document.sentences.iter().take_while(|sentence| document.in_title(sentence.first)).count() as u32;
    let last_sentence = document.sentences.len().max(1) as u32 - 1;
    let (mut before, mut inside, mut after) = (0u32, 0u32, 0u32);
    for &(first, _) in spans.iter().filter(|(first, _)| !text.document.in_title(*first)) {
        let sentence = text.sentence_of[first as usize];
        let from_first = sentence.saturating_sub(first_sentence).min(5);
        let from_last = (last_sentence - sentence).min(2);
        rows.push(space.sentence_number.row([from_first, from_last, entity_type]));
        if let Some(&opening) = own.first() {
            let distance = (sentence as i32 - opening as i32).clamp(-3, 4) + 3;
            let is_own = own.binary_search(&sentence).is_ok();
            rows.push(space.own_distance.row([distance as u32, u32::from(is_own), 0]));
        }
        if own.binary_search(&sentence).is_ok() {
            inside += 1;
        } else if own.first().is_some_and(|&opening| sentence > opening) {
            after += 1;
        } else {
            before += 1;
        }
    }
    let place = match (before > 0, inside > 0, after > 0) {
        (false, false, false) => 0,
        (true, false, false) => 1,
        (false, true, false) => 2,
        (false, false, true) => 3,
        (false, true, true) => 4,
        (true, _, _) => 5,
    };
    rows.push(space.own_place.row([place, entity_type, case]));
    rows.push(space.own_mentions.row([inside.min(3), entity_type, 0]));
}

/// Evidence of one mention, words with weights of their own aside.
fn mention(
    text: &Annotated<'_>,
    space: &RelationSpace,
    words: &RelationWords,
    entity_type: u32,
    (first, end): (u32, u32),
    rows: &mut Vec<u32>,
) {
    let document = &text.document;
    let sentence = text.sentence(first);
    let mut push = |family: Family, value: u32| rows.push(family.row([value, entity_type, 0]));
    if document.in_title(first) {
        let word = if first == sentence.first {
            0
        } else {
            let before = document.word(first - 1);
            TITLE_WORDS.iter().position(|word| word.eq_ignore_ascii_case(before)).map_or(1, |at| at as u32 + 2)
        };
        rows.push(space.title_after.row([word, entity_type, 0]));
        return;
    }
    for_each_bit(text.cues_before[first as usize].touching, |cue| push(space.touching, cue + 1));
    for_each_bit(text.cues_after[end as usize].touching, |cue| push(space.touching_after, cue + 1));
    let kind = |token: Option<u32>| match token {
        None => 0,
        Some(token) if text.classes[token as usize].function > 0 => {
            2 + u32::from(text.classes[token as usize].function)
        }
        Some(token) if document.tokens[token as usize].shape.is_word() => 1,
        Some(_) => 2,
    };
    push(space.word_before, kind((first > sentence.first).then(|| first - 1)));
    push(space.word_after, kind((end < sentence.end).then_some(end)));
    if end < sentence.end {
        push(space.next_head, u32::from(text.classes[end as usize].head));
    }
    let from = text.cues.partition_point(|&(_, at, _)| at < sentence.first);
    let to = text.cues.partition_point(|&(_, at, _)| at < sentence.end);
    let (mut left, mut right) = (0, 0);
    let own = text.cues[from..to].iter().filter(|(cue, ..)| text.rules.cues[usize::from(*cue)].own);
    if let Some(&(_, _, own_end)) = own.take_while(|(_, _, cue_end)| *cue_end <= first).last() {
        let link = |token: u32| LINKS.iter().position(|link| link.eq_ignore_ascii_case(document.word(token)));
        push(space.own_link, (own_end..first).rev().find_map(link).map_or(0, |at| at as u32 + 1));
    }
    for &(cue, cue_first, cue_end) in &text.cues[from..to] {
        let cue = u32::from(cue) + 1;
        push(space.in_sentence, cue);
        if cue_end <= first {
            left = cue;
            if !words.ends_clause(document, cue_end, first) {
                push(space.in_clause_left, cue);
            }
        } else if cue_first >= end {
            if right == 0 {
                right = cue;
            }
            if !words.ends_clause(document, end, cue_first) {
                push(space.in_clause_right, cue);
            }
        }
    }
    push(space.nearest_left, left);
    push(space.nearest_right, right);
}
