//! The rule set as it runs: what users wrote, turned into tables that are looked up by word and phrase.

use std::sync::{Arc, OnceLock};

use regex::Regex;
use rustc_hash::{FxHashMap, FxHashSet};

use super::counts::CorpusCounts;
use super::packed::PackedForm;
use super::pattern_set::PatternSet;
use super::rows::Rows;
use super::terms::TermModel;
use super::{Cue, Head, RuleFiles, Schema, Side, StopFile, Table, TypeId};
use crate::text::{Document, PhraseHashes, PhraseTable, Token, WordHash, key_of, tokens_of, word_hash};

/// What the rules know of a single word.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct WordClass {
    /// Bounds terms: an article, a preposition, an auxiliary. Position in the sorted list, from 1; 0 for none.
    pub function: u16,
    /// Decorates a term without being a part of it.
    pub praise: bool,
    /// Praise that is a part of known terms.
    pub praise_in_terms: bool,
    /// A noun that alone is never an entity.
    pub empty: bool,
    /// Class of heads that lists the word, from 1; 0 for none.
    pub head: u8,
}

/// One known name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LexiconEntry {
    /// The canonical name.
    pub name: String,
    /// Its type.
    pub entity_type: TypeId,
    /// Other forms.
    pub aliases: Vec<String>,
    /// The more general entry.
    pub broader: Option<u32>,
    /// Address, if the lexicon gives one.
    pub url: Option<String>,
}

/// A form of a known name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LexiconForm {
    /// Position of the entry in [`RuleSet::lexicon`].
    pub entry: u32,
    /// The form as the lexicon writes it.
    pub text: Box<str>,
    /// Does letter case matter?
    pub exact: bool,
}

/// A pattern, ready to run.
#[derive(Clone, Debug)]
pub struct CompiledPattern {
    /// Its id.
    pub id: String,
    /// The type it gives.
    pub entity_type: TypeId,
    /// Source of the expression.
    source: String,
    /// The expression, once it was needed.
    regex: OnceLock<Regex>,
}

impl CompiledPattern {
    /// The expression. It is compiled when it is first asked for: few patterns occur in a short text.
    pub fn regex(&self) -> Option<&Regex> {
        if let Some(regex) = self.regex.get() {
            return Some(regex);
        }
        let regex = Regex::new(&self.source).ok()?;
        Some(self.regex.get_or_init(|| regex))
    }
}

/// A class of cues, ready to run.
#[derive(Clone, Debug)]
pub struct CompiledCue {
    /// Its id.
    pub id: String,
    /// Where it stands, seen from the name.
    pub side: Side,
    /// At most so many words between cue and name.
    pub gap: u8,
    /// Does it introduce a name ("called X")?
    pub naming: bool,
    /// Does the paper speak of itself in it ("we")?
    pub own: bool,
}

/// A class of heads, ready to run.
#[derive(Clone, Debug)]
pub struct CompiledHead {
    /// Its id.
    pub id: String,
    /// The type it gives.
    pub entity_type: TypeId,
    /// Is it no part of the name before it?
    pub class_noun: bool,
}

/// All rules, ready to run. Made once, then only read, from any number of threads.
#[derive(Clone, Debug, Default)]
pub struct RuleSet {
    /// Types and relations.
    pub schema: Schema,
    /// Words after whose full stop no sentence ends; sorted.
    pub abbreviations: Vec<String>,
    /// Classes of single words.
    words: FxHashMap<WordHash, WordClass>,
    /// Number of function words.
    pub function_words: Vec<String>,
    /// All known names. Shared, since resolving still needs them when the other rules are gone.
    pub lexicon: Arc<[LexiconEntry]>,
    /// Their forms.
    pub forms: PhraseTable<LexiconForm>,
    /// Patterns in the order of their files.
    pub patterns: Vec<CompiledPattern>,
    /// All patterns at once, to see which occur in a text.
    pub pattern_set: PatternSet,
    /// Classes of cues in the order of their files.
    pub cues: Vec<CompiledCue>,
    /// Position of the cue class by phrase.
    pub cue_phrases: PhraseTable<u16>,
    /// Classes of heads.
    pub heads: Vec<CompiledHead>,
    /// Endings of names that speak for a class of heads, longest first.
    pub endings: Vec<(String, u8)>,
    /// Keys of terms that are never an entity.
    stop_terms: FxHashSet<u64>,
    /// What the corpus says of words and phrases.
    pub counts: CorpusCounts,
    /// How terms are built.
    pub terms: TermModel,
    /// Acronyms with one dominant reading in the corpus, by key.
    pub acronyms: FxHashMap<u64, CorpusAcronym>,
}

/// An acronym with one dominant reading in the corpus.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CorpusAcronym {
    /// What lists and judged terms say of its long form: 0 unknown, 1 nothing, else type + 2.
    pub guess: u32,
    /// Class of the head of its long form, from 1; 0 for none.
    pub head: u8,
}

impl RuleSet {
    /// Compiles rule files that were loaded without a mistake. What refers to an unknown type or is no regular
    /// expression is left out here: [`check`](super::check()) reports it.
    pub fn compile(files: &RuleFiles) -> Self {
        let mut rules = Self { schema: files.schema.clone(), ..Self::default() };
        rules.add_stop(&files.stop);
        rules.add_heads(&files.heads);
        rules.add_cues(&files.cues);
        let table = |path: &str| files.tables.get(path).map(|table| table.packed(path)).unwrap_or_default();
        let cue_ids = rules.cues.iter().zip(0u16..).map(|(cue, number)| (cue.id.clone(), number)).collect();
        // Parts that need nothing of one another, about as long for either thread.
        let (patterns, (lexicon, (counts, terms))) = rayon::join(
            || compile_patterns(files),
            || {
                rayon::join(
                    || compile_lexicons(files),
                    || {
                        rayon::join(
                            || CorpusCounts::read(&table("tables/words.csv"), &table("tables/phrases.csv"), &cue_ids),
                            || {
                                let weights = table("tables/term-words.csv");
                                TermModel::read(&table("tables/terms.csv"), &weights, &files.schema)
                            },
                        )
                    },
                )
            },
        );
        (rules.patterns, rules.pattern_set) = patterns;
        (rules.lexicon, rules.forms) = (lexicon.0.into(), lexicon.1);
        (rules.counts, rules.terms) = (counts, terms);
        rules.add_acronyms(files.tables.get("tables/acronyms.csv").map_or(&[], Table::csv));
        rules
    }

    /// The class of a token, trying its singular as well.
    pub fn class(&self, document: &Document, token: u32) -> WordClass {
        let Token { hash, singular, .. } = document.tokens[token as usize];
        self.class_of(hash, singular)
    }

    /// The class of a word by its hash and that of its singular.
    fn class_of(&self, hash: WordHash, singular: WordHash) -> WordClass {
        match self.words.get(&hash) {
            Some(class) => *class,
            None if singular != hash => {
                let class = self.words.get(&singular).copied().unwrap_or_default();
                // "uses", "ours": only content words fold their plurals.
                WordClass { function: 0, praise: false, praise_in_terms: false, ..class }
            }
            None => WordClass::default(),
        }
    }

    /// Is the phrase with this key never an entity?
    pub fn is_stop_term(&self, key: u64) -> bool {
        self.stop_terms.contains(&key)
    }

    fn word_entry(&mut self, word: &str) -> &mut WordClass {
        self.words.entry(first_word(&word.to_lowercase())).or_default()
    }

    fn add_stop(&mut self, stop: &StopFile) {
        self.abbreviations = stop.abbreviations.iter().map(|word| word.to_lowercase()).collect();
        self.abbreviations.sort();
        self.function_words = stop.function_words.iter().map(|word| word.to_lowercase()).collect();
        self.function_words.sort();
        self.function_words.dedup();
        for (index, word) in self.function_words.clone().iter().enumerate() {
            self.word_entry(word).function = u16::try_from(index + 1).unwrap_or(u16::MAX);
        }
        for word in &stop.praise {
            self.word_entry(word).praise = true;
        }
        for word in &stop.praise_in_terms {
            let class = self.word_entry(word);
            (class.praise, class.praise_in_terms) = (true, true);
        }
        for word in &stop.empty_nouns {
            self.word_entry(word).empty = true;
            self.stop_terms.insert(key_of(word));
        }
        self.stop_terms.extend(stop.terms.iter().map(|term| key_of(term)));
    }

    fn add_heads(&mut self, heads: &[Head]) {
        for head in heads {
            let Some(entity_type) = self.schema.type_named(&head.entity_type) else {
                continue;
            };
            self.heads.push(CompiledHead { id: head.id.clone(), entity_type, class_noun: head.class_noun });
            let number = u8::try_from(self.heads.len()).unwrap_or(u8::MAX);
            // "auto-encoder" is several tokens: it ends in "encoder", and "auto" alone is no head.
            for word in head.words.iter().filter(|word| is_letters(word) || tokens_of(word).tokens.len() == 1) {
                let class = self.word_entry(word);
                if class.head == 0 {
                    class.head = number;
                }
            }
            self.endings.extend(head.endings.iter().map(|ending| (ending.clone(), number)));
        }
        self.endings.sort_by(|a, b| b.0.len().cmp(&a.0.len()).then_with(|| a.0.cmp(&b.0)));
    }

    fn add_cues(&mut self, cues: &[Cue]) {
        let mut hashes = PhraseHashes::default();
        for cue in cues {
            let number = u16::try_from(self.cues.len()).unwrap_or(u16::MAX);
            self.cues.push(CompiledCue {
                id: cue.id.clone(),
                side: cue.side,
                gap: cue.gap,
                naming: cue.naming,
                own: cue.own,
            });
            let mut phrases: Vec<String> = cue.phrases.clone();
            phrases.extend(cue.verbs.iter().flat_map(|verb| inflected(verb)));
            phrases.sort();
            phrases.dedup();
            for phrase in phrases {
                hashes.read(&phrase);
                self.cue_phrases.insert(&hashes, number);
            }
        }
    }
}

/// Is a word nothing but ASCII letters, and so one token?
fn is_letters(word: &str) -> bool {
    !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_alphabetic())
}

/// Hash of the first token of a text in lower case; 0 if it has none.
fn first_word(lower: &str) -> WordHash {
    if is_letters(lower) {
        return word_hash(lower);
    }
    tokens_of(lower).tokens.first().map_or(0, |token| token.hash)
}

/// All patterns, and all of them at once.
fn compile_patterns(files: &RuleFiles) -> (Vec<CompiledPattern>, PatternSet) {
    let mut patterns: Vec<CompiledPattern> = Vec::new();
    for pattern in &files.patterns {
        if let Some(entity_type) = files.schema.type_named(&pattern.entity_type) {
            let (id, source) = (pattern.id.clone(), pattern.bounded());
            patterns.push(CompiledPattern { id, entity_type, source, regex: OnceLock::new() });
        }
    }
    let set = |patterns: &[CompiledPattern]| {
        PatternSet::new(&patterns.iter().map(|pattern| pattern.source.as_str()).collect::<Vec<_>>())
    };
    if let Some(all) = set(&patterns) {
        return (patterns, all);
    }
    // One of them is no regular expression.
    patterns.retain(|pattern| pattern.regex().is_some());
    // Each expression compiled alone; only their joint size could still be refused, and then none runs.
    let all = set(&patterns).unwrap_or_default();
    (patterns, all)
}

/// All known names, and their forms.
fn compile_lexicons(files: &RuleFiles) -> (Vec<LexiconEntry>, PhraseTable<LexiconForm>) {
    let decided: FxHashMap<u64, Vec<TypeId>> = files
        .ambiguous
        .names
        .iter()
        .map(|(name, types)| (key_of(name), types.iter().filter_map(|t| files.schema.type_named(t)).collect()))
        .collect();
    let unpacked: Vec<_> = files.lexicons.iter().map(|(entity_type, names)| (*entity_type, names.unpack())).collect();
    let mut lexicon: Vec<LexiconEntry> =
        Vec::with_capacity(unpacked.iter().map(|(_, names)| names.names().len()).sum());
    // Nearly all keys are those of a beginning too.
    let beginnings = unpacked.iter().map(|(_, names)| names.beginnings().len()).sum();
    let mut forms: PhraseTable<LexiconForm> = PhraseTable::with_capacity(beginnings);
    let mut hashes = PhraseHashes::default();
    let mut broader_keys: Vec<(u32, u64)> = Vec::new();
    for (entity_type, names) in &unpacked {
        names.beginnings().for_each(|hash| forms.add_beginning(hash));
        let mut forms_of_names = names.forms();
        for name in names.names() {
            let entry = lexicon.len() as u32;
            let mut texts = Vec::with_capacity(name.forms);
            for PackedForm { text, key, exact } in forms_of_names.by_ref().take(name.forms) {
                texts.push(text);
                let is_hashed = key != 0;
                let key = if is_hashed { key } else { hashes.key_of(text) };
                if decided.get(&key).is_some_and(|types| !types.contains(entity_type)) {
                    continue;
                }
                let form = LexiconForm { entry, text: text.into(), exact };
                if is_hashed {
                    forms.add(key, form);
                } else {
                    forms.insert(&hashes, form);
                }
            }
            if !name.broader.is_empty() {
                let key = if name.broader_key == 0 { hashes.key_of(name.broader) } else { name.broader_key };
                broader_keys.push((entry, key));
            }
            let mut texts = texts.into_iter().map(str::to_string);
            lexicon.push(LexiconEntry {
                name: texts.next().unwrap_or_default(),
                entity_type: *entity_type,
                aliases: texts.collect(),
                broader: None,
                url: (!name.url.is_empty()).then(|| name.url.to_string()),
            });
        }
    }
    for (entry, key) in broader_keys {
        let entity_type = lexicon[entry as usize].entity_type;
        let mut named = forms.get(key).iter().map(|form| form.entry);
        let of_type = named.find(|&named| lexicon[named as usize].entity_type == entity_type);
        lexicon[entry as usize].broader = of_type.filter(|&named| named != entry);
    }
    (lexicon, forms)
}

impl RuleSet {
    fn add_acronyms(&mut self, table: &[u8]) {
        let mut rows = Rows::new(table);
        let (mut long, mut short) = (PhraseHashes::default(), PhraseHashes::default());
        while rows.advance() {
            let key = long.key_of(rows.field(1));
            let Some((last, last_singular)) = long.last_word() else {
                continue;
            };
            let guess = match self.forms.get(key).first() {
                Some(form) => u32::from(self.lexicon[form.entry as usize].entity_type.0) + 2,
                None => match self.terms.judged(key) {
                    None => 0,
                    Some(None) => 1,
                    Some(Some(entity_type)) => u32::from(entity_type) + 2,
                },
            };
            let acronym = CorpusAcronym { guess, head: self.class_of(last, last_singular).head };
            self.acronyms.insert(short.key_of(rows.field(0)), acronym);
        }
    }
}

/// The regular forms of an English verb: `propose`, `proposes`, `proposed`, `proposing`.
pub(super) fn inflected(verb: &str) -> Vec<String> {
    let vowel = |c: char| "aeiou".contains(c);
    let mut letters = verb.chars().rev();
    let (last, before) = (letters.next().unwrap_or(' '), letters.next().unwrap_or(' '));
    let third = letters.next().unwrap_or(' ');
    let one_syllable = verb.chars().filter(|&c| vowel(c)).count() == 1;
    let stem = match last {
        'e' => verb[..verb.len() - 1].to_string(),
        _ if one_syllable && !vowel(last) && vowel(before) && !vowel(third) && !"wxy".contains(last) => {
            format!("{verb}{last}")
        }
        _ => verb.to_string(),
    };
    let consonant_y = last == 'y' && !vowel(before);
    let third_person = match last {
        'y' if consonant_y => format!("{}ies", &verb[..verb.len() - 1]),
        's' | 'x' | 'z' | 'h' => format!("{verb}es"),
        _ => format!("{verb}s"),
    };
    let past = if consonant_y { format!("{}ied", &verb[..verb.len() - 1]) } else { format!("{stem}ed") };
    vec![verb.to_string(), third_person, past, format!("{stem}ing")]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn verbs_are_inflected() {
        assert_eq!(inflected("propose"), ["propose", "proposes", "proposed", "proposing"]);
        assert_eq!(inflected("apply"), ["apply", "applies", "applied", "applying"]);
        assert_eq!(inflected("surpass"), ["surpass", "surpasses", "surpassed", "surpassing"]);
        assert_eq!(inflected("run"), ["run", "runs", "runned", "running"]);
        assert_eq!(inflected("train"), ["train", "trains", "trained", "training"]);
    }
}
