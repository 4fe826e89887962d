//! The space of evidence: every family of evidence, its values, and the row of the weight table that each value has.
//!
//! A **family** is one kind of observation on a span ("the cue before it, and how far away"); a **value** is what was
//! observed, as one index in each of the family's dimensions. Families are laid out one after the other, so that a
//! value is a row number by multiplication alone, and has a name that a person can read in the weight files.

use crate::extract::candidates::Proposer;
use crate::extract::names::Names;
use crate::extract::vocabulary::{Numbers, Place, SPAN_PLACES, SpanWord, Vocabulary};
use crate::rules::RuleSet;
use crate::text::{Document, Token};

/// One family: where its rows begin, and the sizes of its dimensions.
#[derive(Clone, Copy, Debug, Default)]
pub struct Family {
    base: u32,
    sizes: [u32; 3],
}

impl Family {
    /// Its first row, and one past its last.
    pub fn rows(self) -> (u32, u32) {
        (self.base, self.base + self.sizes.iter().product::<u32>())
    }

    /// The row of a value. An index beyond its dimension counts as the last.
    #[inline]
    pub fn row(self, values: [u32; 3]) -> u32 {
        let [a, b, c] = values;
        let [sa, sb, sc] = self.sizes;
        debug_assert!(a < sa && b < sb && c < sc, "{values:?} of {:?}", self.sizes);
        self.base + (a.min(sa - 1) * sb + b.min(sb - 1)) * sc + c.min(sc - 1)
    }

    /// The row of the value that differs from that of `row` in nothing but having the first name of a dimension; `None`
    /// for rows of other families.
    pub fn with_first(self, row: u32, dimension: usize) -> Option<u32> {
        let (from, to) = self.rows();
        let step: u32 = self.sizes[dimension + 1..].iter().product();
        let number = row.wrapping_sub(from) / step % self.sizes[dimension];
        (from..to).contains(&row).then(|| row - number * step)
    }
}

/// A family's name and the names of its values, for files and reports.
#[derive(Clone, Debug, PartialEq)]
pub struct FamilyNames {
    /// Id of the family, as weight files and reports write it.
    pub id: &'static str,
    /// First row.
    pub base: u32,
    /// Names of the values in each dimension.
    pub(super) dimensions: Vec<Names>,
}

impl FamilyNames {
    /// Number of rows.
    pub fn rows(&self) -> u32 {
        self.dimensions.iter().map(|names| names.len() as u32).product()
    }

    /// Name of the value at a row of this family, counted from its first: `evaluate, 0 words away`.
    pub fn value(&self, row: u32) -> String {
        let mut value = String::new();
        for part in self.parts(row) {
            if !value.is_empty() {
                value.push_str(VALUE_SEPARATOR);
            }
            value.push_str(part);
        }
        value
    }

    /// The family among these that a row belongs to.
    fn of_row(families: &[Self], row: u32) -> &Self {
        &families[families.partition_point(|family| family.base <= row).saturating_sub(1)]
    }

    /// The names in each dimension that make up the name of a value, without empty ones.
    fn parts(&self, row: u32) -> impl Iterator<Item = &str> {
        let mut size = self.rows();
        let parts = self.dimensions.iter().map(move |names| {
            let count = names.len() as u32;
            size /= count;
            names.get((row / size % count) as usize)
        });
        parts.filter(|part| !part.is_empty())
    }
}

/// What stands between the parts of a value's name.
pub(super) const VALUE_SEPARATOR: &str = ", ";

/// Builds families one after the other.
#[derive(Debug, Default)]
pub struct SpaceBuilder {
    /// The families so far.
    pub families: Vec<FamilyNames>,
    /// Rows so far.
    pub rows: u32,
}

impl SpaceBuilder {
    /// Adds a family with up to three dimensions.
    pub fn family(&mut self, id: &'static str, dimensions: &[&[String]]) -> Family {
        let mut sizes = [1; 3];
        for (size, names) in sizes.iter_mut().zip(dimensions) {
            *size = names.len().max(1) as u32;
        }
        let names = |names: &&[String]| match names {
            [] => Names::from_iter([""]),
            names => names.iter().map(String::as_str).collect(),
        };
        self.add(id, sizes, dimensions.iter().map(names).collect())
    }

    /// A family for each place where words have weights of their own. Its first value is no word, as a family needs one.
    pub fn word_families(&mut self, places: &[Place], vocabulary: &Vocabulary) -> Vec<Family> {
        let family = |(number, place): (usize, &Place)| {
            let words = vocabulary.names(number);
            self.add(place.id, [words.len() as u32, 1, 1], vec![words.clone()])
        };
        places.iter().enumerate().map(family).collect()
    }

    fn add(&mut self, id: &'static str, sizes: [u32; 3], dimensions: Vec<Names>) -> Family {
        let names = FamilyNames { id, base: self.rows, dimensions };
        let family = Family { base: self.rows, sizes };
        self.rows += names.rows();
        self.families.push(names);
        family
    }
}

/// Names of the numbers from `from` to `to`, the last one open: `1 atoms`, `2 atoms`, `3+ atoms`.
pub fn counted(from: u32, to: u32, unit: &str) -> Vec<String> {
    (from..=to).map(|n| format!("{n}{} {unit}", if n == to { "+" } else { "" })).collect()
}

fn named(names: &[&str]) -> Vec<String> {
    names.iter().map(|name| (*name).to_string()).collect()
}

/// Names of the groups of annotators whose habits may be others than those of the annotators who judge.
pub fn other_annotators() -> Vec<String> {
    named(&["first group", "second group", "third group"])
}

/// The families of evidence on a span, in the order of the weight file.
#[derive(Clone, Debug)]
#[allow(missing_docs, reason = "each family is described by its line in `SpanSpace::new`")]
pub struct SpanSpace {
    pub names: Vec<FamilyNames>,
    pub rows: u32,
    pub constant: Family,
    pub other_habits: Family,
    pub proposed: Family,
    pub atoms: Family,
    pub tokens: Family,
    pub borders: Family,
    pub edges: Family,
    pub place: Family,
    pub sentence_start: Family,
    pub function_inside: Family,
    pub head: Family,
    pub head_plural: Family,
    pub empty_head: Family,
    pub ending: Family,
    pub inner_head: Family,
    pub praise: Family,
    pub shape: Family,
    pub name_like: Family,
    pub size_or_version: Family,
    pub case_head: Family,
    pub cue_before: Family,
    pub cue_before_case: Family,
    pub cue_touching: Family,
    pub cue_after: Family,
    pub cue_after_case: Family,
    pub next_head: Family,
    pub previous_head: Family,
    pub word_before: Family,
    pub word_after: Family,
    pub connectors: Family,
    pub neighbour_type: Family,
    pub bracket: Family,
    pub title_head: Family,
    pub title_edge: Family,
    pub title_after: Family,
    pub in_title: Family,
    pub title_name: Family,
    pub acronym_head: Family,
    pub acronym_type: Family,
    pub long_form: Family,
    pub called: Family,
    pub such_as: Family,
    pub occurrences: Family,
    pub free_occurrences: Family,
    pub heads_after: Family,
    pub heads_before: Family,
    pub cues_before: Family,
    pub cues_after: Family,
    pub longer_free: Family,
    pub part_free: Family,
    pub listed: Family,
    pub listed_case: Family,
    pub listed_types: Family,
    pub unlisted: Family,
    pub listed_ending: Family,
    pub listed_beginning: Family,
    pub covered: Family,
    pub pattern: Family,
    pub stop_term: Family,
    pub counted: Family,
    pub count_free: Family,
    pub count_left: Family,
    pub count_right: Family,
    pub count_capital: Family,
    pub count_longer_left: Family,
    pub count_longer_right: Family,
    pub count_shorter: Family,
    pub count_context: Family,
    pub head_context: Family,
    pub judged: Family,
    pub judged_part: Family,
    pub built: Family,
    pub built_case: Family,
    pub corpus_acronym: Family,
    /// Words with weights of their own, and the family of each place.
    vocabulary: Vocabulary,
    word_places: Vec<Family>,
}

/// For each token of a paper its numbers in the vocabulary of a [`SpanSpace`].
#[derive(Clone, Debug)]
pub struct SpanWords(Vec<Numbers>);

/// Buckets of a share: none, up to a tenth, a quarter, a half, three quarters, nine tenths, all.
pub const SHARE_BUCKETS: u32 = 7;

/// The bucket of a share between 0 and 1.
pub fn share_bucket(share: f32) -> u32 {
    [0.001, 0.1, 0.25, 0.5, 0.75, 0.95].iter().filter(|&&limit| share >= limit).count() as u32
}

/// Buckets of a count by powers of two: 0, 1, 2-3, 4-7 ...
pub fn log_bucket(count: u32, most: u32) -> u32 {
    (32 - count.leading_zeros()).min(most)
}

/// Number of buckets of a term model's probability.
pub const PROBABILITY_BUCKETS: u32 = 9;

/// The bucket of a probability.
pub fn probability_bucket(p: f32) -> u32 {
    [0.02, 0.05, 0.12, 0.25, 0.4, 0.6, 0.8, 0.92].iter().filter(|&&limit| p >= limit).count() as u32
}

impl SpanSpace {
    /// Lays the families out for the classes of a rule set.
    pub fn new(rules: &RuleSet, vocabulary: Vocabulary) -> Self {
        let mut builder = SpaceBuilder::default();
        let mut add = |id, dimensions: &[&[String]]| builder.family(id, dimensions);
        let labels: Vec<String> = rules.schema.types.iter().map(|t| t.label.clone()).collect();
        let or_none =
            |names: Vec<String>| -> Vec<String> { std::iter::once("none".to_string()).chain(names).collect() };
        let types = or_none(labels.clone());
        let types_and_stop: Vec<String> =
            ["unknown".to_string(), "nothing".to_string()].into_iter().chain(labels.clone()).collect();
        let heads = or_none(rules.heads.iter().map(|head| head.id.clone()).collect());
        let cues = or_none(rules.cues.iter().map(|cue| cue.id.clone()).collect());
        let cases = named(&["name-like", "capital", "lower case"]);
        let function: Vec<String> = named(&["edge", "word", ",", "(", ")", ":", "\"", "-", "other mark"])
            .into_iter()
            .chain(rules.function_words.iter().cloned())
            .collect();
        let shares = named(&["0", "to 0.1", "to 0.25", "to 0.5", "to 0.75", "to 0.95", "to 1"]);
        let logs = counted(0, 14, "log2");
        let short_logs = counted(0, 6, "log2/2");
        let yes_no = named(&["no", "yes"]);
        let probabilities = named(&["<.02", "<.05", "<.12", "<.25", "<.4", "<.6", "<.8", "<.92", "to 1"]);
        let proposers: Vec<String> = Proposer::ALL.iter().map(|(_, name)| (*name).to_string()).collect();
        let distances = named(&["touching", "1-2 words", "3-5 words", "6+ words"]);
        let separators = named(&["none", "comma", "and/or", "slash"]);
        let patterns = or_none(rules.patterns.iter().map(|pattern| pattern.id.clone()).collect());
        let space = Self {
            constant: add("constant", &[]),
            // Holds in training only, on papers whose annotators have other habits.
            other_habits: add("annotated by others", &[&other_annotators()]),
            proposed: add("proposed", &[&proposers]),
            atoms: add("atoms", &[&counted(1, 6, "atoms"), &cases]),
            tokens: add("tokens", &[&counted(1, 8, "tokens")]),
            borders: add(
                "borders",
                &[
                    &named(&["left bound", "left free"]),
                    &named(&["right bound", "right free"]),
                    &counted(1, 4, "atoms"),
                ],
            ),
            edges: add("edge in atom", &[&named(&["left whole", "left cut"]), &named(&["right whole", "right cut"])]),
            place: add(
                "place",
                &[&named(&["title", "1st quarter", "2nd quarter", "3rd quarter", "4th quarter"]), &cases],
            ),
            sentence_start: add("sentence start", &[&cases]),
            function_inside: add("function word inside", &[&yes_no]),
            head: add("head", &[&heads, &counted(1, 3, "atoms")]),
            head_plural: add("plural head", &[&heads]),
            empty_head: add("empty noun last", &[&counted(1, 4, "atoms")]),
            ending: add("name ending", &[&heads]),
            inner_head: add("heads inside", &[&heads, &heads]),
            praise: add("praise", &[&named(&["first word", "first word, part of terms", "word before"])]),
            shape: add(
                "capitals",
                &[
                    &named(&[
                        "all, 2 letters",
                        "all, 3",
                        "all, 4",
                        "all, 5",
                        "all, 6+",
                        "none",
                        "each word",
                        "first word",
                        "last word",
                        "inside",
                    ]),
                    &named(&["in a sentence", "sentence start", "title"]),
                ],
            ),
            name_like: add("name-like", &[&yes_no, &named(&["no digit", "digit"]), &counted(1, 3, "atoms")]),
            size_or_version: add("size or version", &[&named(&["size", "version", "number"])]),
            case_head: add("head by case", &[&cases, &heads]),
            cue_before: add("cue before", &[&cues, &distances]),
            cue_before_case: add("cue before by case", &[&cues, &cases]),
            cue_touching: add("cue touching", &[&cues, &cases]),
            cue_after: add("cue after", &[&cues, &distances]),
            cue_after_case: add("cue after by case", &[&cues, &cases]),
            next_head: add("head after", &[&heads, &cases]),
            previous_head: add("head before", &[&heads, &cases]),
            word_before: add("word before", &[&function, &cases]),
            word_after: add("word after", &[&function, &cases]),
            connectors: add("connectors", &[&separators, &separators, &cases]),
            neighbour_type: add("type of neighbour in list", &[&types, &cases]),
            bracket: add("in brackets", &[&yes_no, &cases]),
            title_head: add("head in title", &[&heads]),
            title_edge: add("edge of title", &[&named(&["first", "last"]), &cases]),
            title_after: add(
                "in title after",
                &[&named(&["for", "via", "with", "in", "of", "on", "to", "from", "by", "using"])],
            ),
            in_title: add("also in title", &[&cases]),
            title_name: add("title's name", &[&heads]),
            acronym_head: add("acronym, head of long form", &[&heads]),
            acronym_type: add("acronym, type of long form", &[&types_and_stop]),
            long_form: add("long form of acronym", &[&types_and_stop, &heads]),
            called: add("text calls it", &[&heads, &named(&["once", "more often"])]),
            such_as: add("such as", &[&heads, &cases]),
            occurrences: add("occurrences", &[&counted(1, 5, "times"), &cases]),
            free_occurrences: add("free occurrences", &[&counted(0, 4, "times"), &cases]),
            heads_after: add("head after, anywhere", &[&heads]),
            heads_before: add("head before, anywhere", &[&heads]),
            cues_before: add("cue touching, anywhere", &[&cues]),
            cues_after: add("cue after, anywhere", &[&cues]),
            longer_free: add("longer form free", &[&named(&["one word more on the left"])]),
            part_free: add("part free", &[&named(&["without first word", "without last word"])]),
            listed: add("known name", &[&labels, &named(&["exact", "folded", "forbidden case"])]),
            listed_case: add("known name by case", &[&labels, &cases, &counted(1, 3, "atoms")]),
            listed_types: add("types that know the name", &[&counted(1, 3, "types")]),
            unlisted: add("unknown name", &[&cases, &counted(1, 3, "atoms")]),
            listed_ending: add("ends in a known name", &[&types, &cases]),
            listed_beginning: add("begins with a known name", &[&types, &heads]),
            covered: add("inside a longer known name", &[&yes_no]),
            pattern: add("pattern", &[&patterns]),
            stop_term: add("stop term", &[]),
            counted: add("corpus count", &[&logs, &counted(1, 4, "atoms")]),
            count_free: add("corpus, free", &[&shares, &short_logs]),
            count_left: add("corpus, free left", &[&shares, &counted(1, 3, "atoms")]),
            count_right: add("corpus, free right", &[&shares, &counted(1, 3, "atoms")]),
            count_capital: add("corpus, capital", &[&shares, &cases]),
            count_longer_left: add("corpus, with word before", &[&short_logs, &shares]),
            count_longer_right: add("corpus, with word after", &[&short_logs, &shares]),
            count_shorter: add("corpus, without first word", &[&short_logs, &shares]),
            count_context: add("corpus, cue", &[&cues, &named(&["some", "many", "most"])]),
            head_context: add("corpus, cue of last word", &[&cues, &named(&["some", "many", "most"])]),
            judged: add("judged term", &[&types_and_stop, &counted(1, 3, "atoms")]),
            judged_part: add("ends in a judged term", &[&types_and_stop]),
            built: add("built like", &[&types, &probabilities]),
            built_case: add("built most like", &[&types, &cases, &counted(1, 3, "atoms")]),
            corpus_acronym: add("acronym of the corpus", &[&types_and_stop, &heads]),
            word_places: Vec::new(),
            vocabulary: Vocabulary::default(),
            names: Vec::new(),
            rows: 0,
        };
        let word_places = builder.word_families(SPAN_PLACES, &vocabulary);
        Self { names: builder.families, rows: builder.rows, vocabulary, word_places, ..space }
    }

    /// Row of a word at a place, if it has weights of its own.
    #[inline]
    pub fn word_row(&self, place: SpanWord, key: u64) -> Option<u32> {
        let number = self.vocabulary.numbers(key)[place as usize];
        (number > 0).then(|| self.word_places[place as usize].row([number, 0, 0]))
    }

    /// Looks the words of a paper up once.
    pub fn words(&self, document: &Document) -> SpanWords {
        let numbers = |token: &Token| {
            let mut numbers = self.vocabulary.numbers(token.hash);
            if token.singular != token.hash {
                let last = SpanWord::Last as usize;
                numbers[last] = self.vocabulary.numbers(token.singular)[last];
            }
            numbers
        };
        SpanWords(document.tokens.iter().map(numbers).collect())
    }

    /// Row of a token at a place of single words, if it has weights of its own.
    #[inline]
    pub fn token_row(&self, words: &SpanWords, place: SpanWord, token: u32) -> Option<u32> {
        let number = words.0[token as usize][place as usize];
        (number > 0).then(|| self.word_places[place as usize].row([number, 0, 0]))
    }

    /// Family and value of a row.
    pub fn name(&self, row: u32) -> (&'static str, String) {
        let family = FamilyNames::of_row(&self.names, row);
        (family.id, family.value(row - family.base))
    }
}

/// Family and value of a row as one text, `family: value`.
pub fn row_name(families: &[FamilyNames], row: u32) -> String {
    let family = FamilyNames::of_row(families, row);
    let mut name = String::with_capacity(64);
    name.push_str(family.id);
    let mut between = ": ";
    for part in family.parts(row - family.base) {
        name.push_str(between);
        name.push_str(part);
        between = VALUE_SEPARATOR;
    }
    name
}
