//! Finds every mistake in a rules folder in one run.
//!
//! Files are read as far as they can be read, so that a mistake in one hides none in others: TOML with recovery and
//! with the place of each value ([`document`]), its keys against the JSON Schema of the kind of file ([`shape`]), and
//! what the rules mean against one another ([`schema`], [`lexicons`], [`rules`]).

mod document;
mod lexicons;
mod rules;
mod schema;
mod shape;
mod suggest;

use rustc_hash::FxHashMap;

use super::files::{AmbiguousFile, Cue, Head, Pattern, StopFile};
use super::folder::{FileKind, Layer, RuleFolder};
use super::json_schema::json_schema;
use super::load::read_text;
use super::problem::Problem;
use super::schema::{EntityType, Relation, Schema};
use document::{Document, Item};
use lexicons::LexiconFile;
use suggest::suggestion;

/// Every mistake in the rules, by file, line and column; empty if there is none.
pub fn check(folder: &RuleFolder) -> Vec<Problem> {
    let mut problems = Vec::new();
    let mut lexicons = Vec::new();
    let mut documents = Vec::new();
    for (number, layer) in folder.layers.iter().enumerate() {
        problems.extend(layer.unknown.iter().map(|path| unknown_file(layer, path)));
        let mut layer_documents = Vec::new();
        for (path, bytes) in &layer.files {
            let file = layer.display(path);
            let kind = FileKind::of(path);
            let text = match read_text(&file, bytes) {
                Ok(text) => text,
                Err(problem) => {
                    problems.push(*problem);
                    continue;
                }
            };
            if let FileKind::Lexicon(id) = kind {
                let (lexicon, mistakes) = LexiconFile::parse(file, id, text);
                problems.extend(mistakes);
                lexicons.push(lexicon);
            } else if path.ends_with(".toml") {
                let (document, mistakes) = Document::parse(file, number, text);
                let readable = mistakes.is_empty();
                problems.extend(mistakes);
                // After a mistake in the syntax, keys may stand in the wrong table: their problems would mislead.
                if let Some(schema) = json_schema(kind).filter(|_| readable) {
                    shape::check_shape(&document, &schema, &mut problems);
                }
                layer_documents.push((kind, document));
            }
        }
        documents.push(layer_documents);
    }
    let rules = Rules::collect(&documents, lexicons);
    if !documents.iter().flatten().any(|(kind, _)| *kind == FileKind::Schema) {
        let message = format!("no schema.toml in {}", folder.origins());
        problems.push(Problem::whole_file("schema.toml", message).with_help("it declares the types and relations"));
    }
    schema::check_schema(&rules, &mut problems);
    lexicons::check_lexicons(&rules, &mut problems);
    rules::check_rules(&rules, &mut problems);
    problems.sort_by(|a, b| (&a.file, a.line, a.column).cmp(&(&b.file, b.line, b.column)));
    problems
}

/// A warning for a file that nothing reads.
fn unknown_file(layer: &Layer, path: &str) -> Problem {
    let known = [
        "schema.toml",
        "ambiguous.toml",
        "heads.toml",
        "stop.toml",
        "weights.toml",
        "lexicon",
        "patterns",
        "cues",
        "tables",
    ];
    let help = match path.split_once('/') {
        Some(("lexicon" | "tables", _)) => Some("files in this folder end in .csv".to_owned()),
        Some(_) => Some("files in this folder end in .toml".to_owned()),
        None => suggestion(path, known),
    };
    let mut problem = Problem::whole_file(&layer.display(path), "nothing reads this file").into_warning();
    problem.help = help;
    problem
}

/// All rules that could be read, with their places.
struct Rules<'a> {
    types: Vec<Item<'a, EntityType>>,
    relations: Vec<Item<'a, Relation>>,
    patterns: Vec<Item<'a, Pattern>>,
    cues: Vec<Item<'a, Cue>>,
    heads: Vec<Item<'a, Head>>,
    stops: Vec<(&'a Document<'a>, StopFile)>,
    ambiguous: Vec<(&'a Document<'a>, AmbiguousFile)>,
    lexicons: Vec<LexiconFile<'a>>,
    /// The types and relations of all folders, upper ones replacing lower ones.
    schema: Schema,
}

impl<'a> Rules<'a> {
    fn collect(layers: &'a [Vec<(FileKind<'a>, Document<'a>)>], lexicons: Vec<LexiconFile<'a>>) -> Rules<'a> {
        let mut rules = Rules {
            types: Vec::new(),
            relations: Vec::new(),
            patterns: Vec::new(),
            cues: Vec::new(),
            heads: Vec::new(),
            stops: Vec::new(),
            ambiguous: Vec::new(),
            lexicons,
            schema: Schema::default(),
        };
        for (kind, document) in layers.iter().flatten() {
            match kind {
                FileKind::Schema => {
                    rules.types.extend(document.items("type"));
                    rules.relations.extend(document.items("relation"));
                }
                FileKind::Patterns => rules.patterns.extend(document.items("pattern")),
                FileKind::Cues => rules.cues.extend(document.items("cue")),
                FileKind::Heads => rules.heads.extend(document.items("head")),
                FileKind::Stop => rules.stops.extend(toml::from_str(document.text).ok().map(|stop| (document, stop))),
                FileKind::Ambiguous => {
                    rules.ambiguous.extend(toml::from_str(document.text).ok().map(|names| (document, names)));
                }
                FileKind::Lexicon(_) | FileKind::Table | FileKind::Ignored | FileKind::Unknown => {}
            }
        }
        for item in &rules.types {
            replace_or_push(&mut rules.schema.types, &item.value, |value| &value.id);
        }
        for item in &rules.relations {
            replace_or_push(&mut rules.schema.relations, &item.value, |value| &value.id);
        }
        rules
    }

    /// The labels of the types.
    fn type_labels(&self) -> impl Iterator<Item = &str> {
        self.schema.types.iter().map(|entity_type| entity_type.label.as_str())
    }
}

fn replace_or_push<T: Clone>(list: &mut Vec<T>, value: &T, id: impl Fn(&T) -> &String) {
    match list.iter_mut().find(|item| id(item) == id(value)) {
        Some(item) => *item = value.clone(),
        None => list.push(value.clone()),
    }
}

/// The rules of a kind whose id another rule of the same folder has: an error for each but the first. `seen` holds the
/// ids met before.
fn check_ids<'a, T>(
    items: &'a [Item<'a, T>],
    key: &str,
    id: impl Fn(&'a T) -> &'a str,
    seen: &mut FxHashMap<(usize, &'a str), String>,
    problems: &mut Vec<Problem>,
) {
    for item in items {
        let value = id(&item.value);
        let problem = item.error(key, "");
        match seen.get(&(item.document.layer, value)) {
            Some(first) => {
                let message = format!("the {key} `{value}` stands twice");
                problems.push(item.error(key, message).with_help(format!("first in {first}")));
            }
            None => {
                let place = format!("{}:{}", problem.file, problem.line);
                seen.insert((item.document.layer, value), place);
            }
        }
    }
}

/// An error if no type has the label `label`.
fn check_type<T>(rules: &Rules<'_>, item: &Item<'_, T>, key: &str, label: &str, problems: &mut Vec<Problem>) {
    if rules.schema.type_named(label).is_none() {
        let mut problem = item.error(key, format!("no type in schema.toml has the label `{label}`"));
        problem.help = suggestion(label, rules.type_labels());
        problems.push(problem);
    }
}

#[cfg(test)]
mod tests;
