//! Do the types and relations of `schema.toml` fit together?

use rustc_hash::FxHashMap;

use super::suggest::suggestion;
use super::{Item, Rules, check_ids};
use crate::rules::problem::Problem;
use crate::rules::schema::{EntityType, Relation, RelationRole, TypeId};

/// Ids of types and relations are numbers of one byte.
const MOST: usize = 256;

pub(super) fn check_schema(rules: &Rules<'_>, problems: &mut Vec<Problem>) {
    check_ids(&rules.types, "id", |value: &EntityType| &value.id, &mut FxHashMap::default(), problems);
    check_ids(&rules.types, "label", |value: &EntityType| &value.label, &mut FxHashMap::default(), problems);
    check_ids(&rules.relations, "id", |value: &Relation| &value.id, &mut FxHashMap::default(), problems);
    if let Some(item) = rules.types.get(MOST) {
        problems.push(item.error("id", format!("more than {MOST} types")));
    }
    if let Some(item) = rules.relations.get(MOST) {
        problems.push(item.error("id", format!("more than {MOST} relations")));
    }
    for item in &rules.relations {
        check_relation(rules, item, problems);
    }
    for item in &rules.types {
        check_defaults(rules, item, problems);
    }
    check_roles(rules, problems);
}

/// Does the relation point to types that there are?
fn check_relation(rules: &Rules<'_>, item: &Item<'_, Relation>, problems: &mut Vec<Problem>) {
    let relation = &item.value;
    for (key, labels) in [("types", &relation.types), ("default_for", &relation.default_for)] {
        for (index, label) in labels.iter().enumerate() {
            let span = item.element_span(key, index);
            if rules.schema.type_named(label).is_none() {
                let mut problem = item.document.error(span, format!("no type has the label `{label}`"));
                problem.help = suggestion(label, rules.type_labels());
                problems.push(problem);
            } else if key == "default_for" && !relation.types.is_empty() && !relation.types.contains(label) {
                let message = format!("`{}` is the default for `{label}`, but may not point to it", relation.id);
                problems.push(item.document.error(span, message).with_help("add the type to `types`"));
            }
        }
    }
}

/// Has the type one default relation?
fn check_defaults(rules: &Rules<'_>, item: &Item<'_, EntityType>, problems: &mut Vec<Problem>) {
    let label = &item.value.label;
    let defaults: Vec<&Relation> =
        rules.schema.relations.iter().filter(|relation| relation.default_for.contains(label)).collect();
    let position = rules.schema.types.iter().position(|t| t.id == item.value.id);
    let Some(id) = position.and_then(|position| u8::try_from(position).ok()).map(TypeId) else {
        return;
    };
    if rules.schema.relations_for(id).next().is_none() {
        let message = format!("no relation leads from a paper to `{label}`");
        let help = format!("add a [[relation]] with types = [\"{label}\"]");
        problems.push(item.error("label", message).with_help(help));
    } else if defaults.is_empty() {
        let message = format!("no relation is the default for `{label}`");
        let help = format!(
            "name it in `default_for` of the relation that holds where no evidence speaks; default_for = [\"{label}\"]"
        );
        problems.push(item.document.warning(item.span("label"), message).with_help(help));
    }
    for relation in defaults.iter().skip(1) {
        let Some(place) = rules.relations.iter().find(|item| item.value.id == relation.id) else {
            continue;
        };
        let message = format!("`{}` is the default for `{label}` already", defaults[0].id);
        problems.push(place.error("default_for", message).with_help("a type has one default"));
    }
}

/// Has each role one relation?
fn check_roles(rules: &Rules<'_>, problems: &mut Vec<Problem>) {
    for role in [RelationRole::Contribution, RelationRole::Family, RelationRole::Citation, RelationRole::Topic] {
        let mut with_role = rules.relations.iter().filter(|item| item.value.role == role);
        let Some(first) = with_role.next() else {
            continue;
        };
        for item in with_role.filter(|item| item.value.id != first.value.id) {
            let message = format!("`{}` has this role already; only the first is used", first.value.id);
            problems.push(item.document.warning(item.span("role"), message));
        }
    }
}
