//! Do the names of the lexicons fit together, within one and across types?
//!
//! Names are compared by the form in which they match: letter case, hyphens and a plural ending folded, or exactly as
//! written where case matters. An exact form and a folded one are no conflict: where both match, the exact one holds.

use rustc_hash::{FxHashMap, FxHashSet};

use super::Rules;
use super::suggest::{nearest, suggestion};
use crate::rules::files::LexiconRow;
use crate::rules::lexicon::Lexicon;
use crate::rules::problem::Problem;

/// Words of everyday English, one a line in lower case.
const COMMON_WORDS: &str = include_str!("../common-words.txt");

/// Fields of a row, as numbered in [`crate::rules::packed::LEXICON_COLUMNS`].
const NAME: usize = 0;
const ALIASES: usize = 1;
const CASE: usize = 2;
const BROADER: usize = 3;
const URL: usize = 4;

/// A lexicon with its text.
pub(super) struct LexiconFile<'a> {
    file: String,
    type_id: &'a str,
    text: &'a str,
    lexicon: Lexicon,
}

/// A form of a name in a row of a lexicon.
struct Form<'a> {
    text: &'a str,
    /// Does it match with exactly this letter case only?
    exact: bool,
    /// The number of the alias; none for the name itself.
    alias: Option<usize>,
}

impl<'a> LexiconFile<'a> {
    pub(super) fn parse(file: String, type_id: &'a str, text: &'a str) -> (LexiconFile<'a>, Vec<Problem>) {
        let (lexicon, problems) = Lexicon::parse(&file, text);
        (LexiconFile { file, type_id, text, lexicon }, problems)
    }

    fn error(&self, row: usize, field: usize, message: String) -> Problem {
        Problem::error(&self.file, self.text, self.lexicon.span(self.text, row, field), message)
    }

    fn warning(&self, row: usize, field: usize, message: String) -> Problem {
        self.error(row, field, message).into_warning()
    }

    /// A problem at a form of a row.
    fn form_error(&self, row: usize, form: &Form<'_>, message: String) -> Problem {
        let Some(alias) = form.alias else {
            return self.error(row, NAME, message);
        };
        let field = self.lexicon.span(self.text, row, ALIASES);
        let mut start = field.start;
        for (index, part) in self.text[field].split('|').enumerate() {
            if index == alias {
                let before = part.len() - part.trim_start().len();
                return Problem::error(&self.file, self.text, start + before..start + part.trim_end().len(), message);
            }
            start += part.len() + 1;
        }
        self.error(row, ALIASES, message)
    }

    fn line(&self, row: usize) -> String {
        let problem = self.error(row, NAME, String::new());
        format!("{}:{}", problem.file, problem.line)
    }
}

/// The name and the aliases of a row.
fn forms(row: &LexiconRow) -> impl Iterator<Item = Form<'_>> {
    let exact_row = row.case == "yes";
    let aliases = row.aliases.split('|').enumerate().map(|(index, alias)| (Some(index), alias));
    std::iter::once((None, row.name.as_str())).chain(aliases).filter_map(move |(alias, text)| {
        let text = text.trim();
        let bare = text.strip_prefix('=').unwrap_or(text).trim();
        (!bare.is_empty()).then_some(Form { text: bare, exact: exact_row || bare.len() < text.len(), alias })
    })
}

/// A name without differences of letter case, hyphens and number.
fn folded(text: &str) -> String {
    let lower = text.to_lowercase();
    let words = lower.split(|c: char| c.is_whitespace() || matches!(c, '-' | '/' | '_' | '‐' | '‑' | '–' | '—'));
    let mut form = words.filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ");
    let last_word = form.rsplit(' ').next().unwrap_or("").chars().count();
    if last_word > 3 && form.ends_with("ies") {
        form.truncate(form.len() - 3);
        form.push('y');
    } else if last_word > 3 && form.ends_with('s') && !form.ends_with("ss") {
        form.pop();
    }
    form
}

/// Where a form stands: lexicon, row.
type Place = (usize, usize);

pub(super) fn check_lexicons(rules: &Rules<'_>, problems: &mut Vec<Problem>) {
    let common: FxHashSet<&str> = COMMON_WORDS.lines().filter(|line| !line.is_empty()).collect();
    let stop_terms: FxHashSet<String> = rules
        .stops
        .iter()
        .flat_map(|(_, stop)| stop.terms.iter().chain(&stop.empty_nouns))
        .map(|term| folded(term))
        .collect();
    let decided: FxHashSet<String> =
        rules.ambiguous.iter().flat_map(|(_, file)| file.names.keys()).map(|name| folded(name)).collect();
    let hidden = hidden_rows(rules);
    // For each form, the types whose lexicons claim it, with the place of the first claim.
    let mut claims: FxHashMap<(bool, String), Vec<(&str, Place)>> = FxHashMap::default();
    for (index, file) in rules.lexicons.iter().enumerate() {
        if !rules.schema.types.iter().any(|entity_type| entity_type.id == file.type_id) {
            let message = format!("no type in schema.toml has the id `{}`", file.type_id);
            let mut problem = Problem::error(&file.file, file.text, 0..0, message);
            problem.help = suggestion(file.type_id, rules.schema.types.iter().map(|t| t.id.as_str()));
            problems.push(problem);
        }
        for (number, row) in file.lexicon.rows.iter().enumerate() {
            check_fields(file, number, row, problems);
            if hidden.contains(&(index, number)) {
                continue;
            }
            for form in forms(row) {
                check_common(file, number, &form, &common, problems);
                let plain = folded(form.text);
                if !form.exact && stop_terms.contains(&plain) {
                    let message = format!("stop.toml says that `{}` is never an entity", form.text);
                    problems.push(file.form_error(number, &form, message).into_warning());
                }
                let key = if form.exact { form.text.to_owned() } else { plain.clone() };
                let claimants = claims.entry((form.exact, key)).or_default();
                let same_type = claimants.iter().find(|(type_id, _)| *type_id == file.type_id);
                match same_type {
                    Some((_, place)) if *place == (index, number) => {
                        let message = format!("`{}` has the same form as another name of this row", form.text);
                        let help = "letter case, hyphens and plurals need no aliases of their own";
                        problems.push(file.form_error(number, &form, message).into_warning().with_help(help));
                    }
                    Some((_, (other, row))) => {
                        let message = format!("`{}` names another entity of this lexicon already", form.text);
                        let first = &rules.lexicons[*other];
                        let help = format!("`{}` in {}; keep one", first.lexicon.rows[*row].name, first.line(*row));
                        problems.push(file.form_error(number, &form, message).with_help(help));
                    }
                    None => {
                        if let Some((type_id, (other, row))) = claimants.first().filter(|_| !decided.contains(&plain)) {
                            let message = format!(
                                "`{}` is claimed by `{type_id}` too, in {}",
                                form.text,
                                rules.lexicons[*other].line(*row)
                            );
                            let labels = [type_id, &file.type_id].map(|id| label(rules, id));
                            let help = format!(
                                "decide in ambiguous.toml: \"{}\" = [\"{}\"], or both to leave it to the text",
                                form.text,
                                labels.join("\" or \"")
                            );
                            problems.push(file.form_error(number, &form, message).with_help(help));
                        }
                        claimants.push((file.type_id, (index, number)));
                    }
                }
            }
        }
    }
    check_families(rules, &hidden, problems);
    check_ambiguous(rules, &claims, problems);
}

/// The label of the type with the given id.
fn label<'a>(rules: &'a Rules<'_>, id: &'a str) -> &'a str {
    rules.schema.types.iter().find(|entity_type| entity_type.id == id).map_or(id, |entity_type| &entity_type.label)
}

/// The rows that a row of the same name in an upper folder replaces.
fn hidden_rows(rules: &Rules<'_>) -> FxHashSet<Place> {
    let mut hidden = FxHashSet::default();
    for (index, file) in rules.lexicons.iter().enumerate() {
        let upper = rules.lexicons[index + 1..].iter().filter(|upper| upper.type_id == file.type_id);
        let names: FxHashSet<&str> = upper.flat_map(|upper| &upper.lexicon.rows).map(|row| row.name.as_str()).collect();
        let rows = file.lexicon.rows.iter().enumerate().filter(|(_, row)| names.contains(row.name.as_str()));
        hidden.extend(rows.map(|(number, _)| (index, number)));
    }
    hidden
}

fn check_fields(file: &LexiconFile<'_>, number: usize, row: &LexiconRow, problems: &mut Vec<Problem>) {
    if !matches!(row.case.as_str(), "" | "yes") {
        let message = format!("`{}` in the column case", row.case);
        problems.push(file.error(number, CASE, message).with_help("write `yes` if letter case matters, else nothing"));
    }
    if row.name.contains('|') {
        let problem = file.error(number, NAME, "`|` in a name".to_owned());
        problems.push(problem.with_help("aliases stand in the column aliases"));
    }
    if !row.url.is_empty() && !row.url.starts_with("https://") && !row.url.starts_with("http://") {
        let message = format!("`{}` is no address", row.url);
        problems.push(file.warning(number, URL, message).with_help("addresses begin with https://"));
    }
}

/// Warns of a form that ordinary sentences use, unless its case matters. A name in lower case was meant to be found in
/// lower case; an alias in lower case was more likely overlooked.
fn check_common(
    file: &LexiconFile<'_>,
    number: usize,
    form: &Form<'_>,
    common: &FxHashSet<&str>,
    problems: &mut Vec<Problem>,
) {
    let lower = form.text.to_lowercase();
    let meant = form.exact || (form.alias.is_none() && lower == form.text);
    if !meant && common.contains(lower.as_str()) {
        let message = format!("`{}` is a common English word", form.text);
        let help = format!(
            "write `={}` to find it with this letter case only, or `yes` in the column case for all forms",
            form.text
        );
        problems.push(file.form_error(number, form, message).into_warning().with_help(help));
    }
}

/// Is every `broader` a name of the same type, and is none broader than itself?
fn check_families(rules: &Rules<'_>, hidden: &FxHashSet<Place>, problems: &mut Vec<Problem>) {
    let mut by_type: FxHashMap<(&str, String), Place> = FxHashMap::default();
    let mut places = Vec::new();
    for (index, file) in rules.lexicons.iter().enumerate() {
        for (number, row) in
            file.lexicon.rows.iter().enumerate().filter(|(number, _)| !hidden.contains(&(index, *number)))
        {
            places.push((index, number));
            for form in forms(row) {
                by_type.entry((file.type_id, folded(form.text))).or_insert((index, number));
            }
        }
    }
    // Names of rows win over aliases of others.
    for &(index, number) in places.iter().rev() {
        let file = &rules.lexicons[index];
        by_type.insert((file.type_id, folded(file.lexicon.rows[number].name.trim_start_matches('='))), (index, number));
    }
    let row_at = |(index, number): Place| &rules.lexicons[index].lexicon.rows[number];
    let broader_of = |place: Place| {
        let row = row_at(place);
        let broader = Some(row.broader.as_str()).filter(|broader| !broader.is_empty())?;
        by_type.get(&(rules.lexicons[place.0].type_id, folded(broader))).copied()
    };
    let mut settled: FxHashSet<Place> = FxHashSet::default();
    for &place in &places {
        let (file, row) = (&rules.lexicons[place.0], row_at(place));
        if !row.broader.is_empty() && broader_of(place).is_none() {
            let mut problem =
                file.warning(place.1, BROADER, format!("no row of this lexicon is named `{}`", row.broader));
            let elsewhere =
                rules.lexicons.iter().find(|other| by_type.contains_key(&(other.type_id, folded(&row.broader))));
            problem.help = match elsewhere {
                Some(other) => {
                    Some(format!("lexicon/{}.csv has it, but a family stays within its type", other.type_id))
                }
                None => nearest_name(file, &row.broader),
            };
            problems.push(problem);
        }
        let mut path = vec![place];
        while let Some(next) = broader_of(path[path.len() - 1]).filter(|next| !settled.contains(next)) {
            if let Some(start) = path.iter().position(|seen| *seen == next) {
                let names: Vec<&str> =
                    path[start..].iter().chain([&next]).map(|place| row_at(*place).name.as_str()).collect();
                let message = format!("`{}` is broader than itself: {}", names[0], names.join(" → "));
                problems.push(rules.lexicons[next.0].error(next.1, BROADER, message));
                break;
            }
            path.push(next);
        }
        settled.extend(path);
    }
}

/// "did you mean ...", among the names of a lexicon that begin alike.
fn nearest_name(file: &LexiconFile<'_>, name: &str) -> Option<String> {
    let first = name.chars().next()?.to_lowercase().next();
    let alike = |known: &str| {
        known.chars().next().and_then(|c| c.to_lowercase().next()) == first && known.len().abs_diff(name.len()) <= 2
    };
    let names: Vec<&str> = file.lexicon.rows.iter().map(|row| row.name.as_str()).filter(|known| alike(known)).collect();
    nearest(name, &names).map(|nearest| format!("did you mean `{nearest}`?"))
}

/// Do the decisions of `ambiguous.toml` name types that there are, and names that they claim?
fn check_ambiguous(
    rules: &Rules<'_>,
    claims: &FxHashMap<(bool, String), Vec<(&str, Place)>>,
    problems: &mut Vec<Problem>,
) {
    let mut claimants: FxHashMap<String, FxHashSet<&str>> = FxHashMap::default();
    for ((_, form), types) in claims {
        claimants.entry(folded(form)).or_default().extend(types.iter().map(|(type_id, _)| *type_id));
    }
    for (document, file) in &rules.ambiguous {
        for (name, labels) in &file.names {
            let (key, list) = document.entry("names", name);
            let claiming = claimants.get(&folded(name));
            if labels.is_empty() {
                problems.push(
                    document
                        .error(list.clone(), "no type")
                        .with_help("name one type, or several to leave it to the text"),
                );
            }
            for (index, label) in labels.iter().enumerate() {
                let span = document.entry_element("names", name, index);
                let Some(id) = rules.schema.type_named(label) else {
                    let mut problem = document.error(span, format!("no type has the label `{label}`"));
                    problem.help = suggestion(label, rules.type_labels());
                    problems.push(problem);
                    continue;
                };
                let id = rules.schema.entity_type(id).id.as_str();
                if claiming.is_some_and(|claiming| !claiming.contains(id)) {
                    problems.push(document.warning(span, format!("lexicon/{id}.csv has no `{name}`")));
                }
            }
            if claiming.is_none_or(|claiming| claiming.len() < 2) {
                problems.push(
                    document
                        .warning(key, format!("`{name}` is not claimed by two lexicons: there is nothing to decide")),
                );
            }
        }
    }
}
