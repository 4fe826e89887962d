//! Is a TOML file built as its JSON Schema says? Finds every unknown, missing and misshapen key, with its place.
//!
//! Only the part of JSON Schema that the [schemas of the rule files](crate::rules::json_schemas) use is understood.

use std::ops::Range;

use regex::Regex;
use serde_json::Value;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::document::Document;
use super::suggest::suggestion;
use crate::rules::problem::Problem;

/// Checks the whole document against the schema.
pub(super) fn check_shape(document: &Document<'_>, schema: &Value, problems: &mut Vec<Problem>) {
    let mut shape = Shape { root: schema, document, problems };
    shape.table(schema, &document.table, 0..0);
}

struct Shape<'a> {
    root: &'a Value,
    document: &'a Document<'a>,
    problems: &'a mut Vec<Problem>,
}

impl<'a> Shape<'a> {
    fn problem(&mut self, span: Range<usize>, message: String, help: Option<String>) {
        let mut problem = self.document.error(span, message);
        problem.help = help;
        self.problems.push(problem);
    }

    /// Follows a reference to a definition.
    fn resolve(&self, schema: &'a Value) -> &'a Value {
        schema["$ref"].as_str().and_then(|path| self.root.pointer(path.strip_prefix('#')?)).unwrap_or(schema)
    }

    fn table(&mut self, schema: &'a Value, table: &DeTable<'_>, span: Range<usize>) {
        let properties = schema["properties"].as_object();
        let others = &schema["additionalProperties"];
        let known = || properties.into_iter().flat_map(|properties| properties.keys().map(String::as_str));
        for (key, value) in table.iter() {
            let name = key.get_ref().as_ref();
            match properties.and_then(|properties| properties.get(name)) {
                Some(property) => self.value(property, name, value),
                None if others.is_object() => self.value(others, name, value),
                None => {
                    let missing: Vec<&str> = known().filter(|known| table.get(*known).is_none()).collect();
                    let help = suggestion(name, missing).or_else(|| suggestion(name, known()));
                    self.problem(key.span(), format!("unknown key `{name}`"), help);
                }
            }
        }
        let required = schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str);
        for name in required.filter(|name| table.get(*name).is_none()) {
            let help = properties.and_then(|properties| description(&properties[name]));
            self.problem(span.clone(), format!("the key `{name}` is missing"), help);
        }
    }

    fn value(&mut self, schema: &'a Value, name: &str, value: &Spanned<DeValue<'_>>) {
        let help = || description(schema);
        let shape = self.resolve(schema);
        let wanted = type_names(shape);
        let found = value.get_ref().type_str();
        if !wanted.is_empty() && !wanted.iter().any(|wanted| fits(wanted, value.get_ref())) {
            let wanted: Vec<&str> = wanted.into_iter().filter(|wanted| *wanted != "null").map(toml_name).collect();
            self.problem(value.span(), format!("`{name}` is of type {found}, not {}", wanted.join(" or ")), help());
            return;
        }
        match value.get_ref() {
            DeValue::Table(table) => self.table(shape, table, value.span()),
            DeValue::Array(array) => {
                if shape["minItems"].as_u64().is_some_and(|least| (array.len() as u64) < least) {
                    self.problem(value.span(), format!("`{name}` is empty"), help());
                }
                for item in array.iter() {
                    self.value(&shape["items"], name, item);
                }
            }
            DeValue::String(text) => self.string(shape, schema, name, text, value.span()),
            DeValue::Integer(number) => self.number(shape, name, number.as_str(), value.span()),
            DeValue::Float(number) => self.number(shape, name, number.as_str(), value.span()),
            DeValue::Boolean(_) | DeValue::Datetime(_) => {}
        }
    }

    fn string(&mut self, shape: &Value, schema: &Value, name: &str, text: &str, span: Range<usize>) {
        let choices: Vec<&str> =
            shape["oneOf"].as_array().into_iter().flatten().filter_map(|choice| choice["const"].as_str()).collect();
        if !choices.is_empty() && !choices.contains(&text) {
            self.problem(span, format!("`{text}` is no {name}"), suggestion(text, choices));
            return;
        }
        let pattern = shape["pattern"].as_str().and_then(|pattern| Regex::new(pattern).ok());
        if pattern.is_some_and(|pattern| !pattern.is_match(text)) {
            self.problem(span, format!("`{text}` is not fit for `{name}`"), description(schema));
        }
    }

    fn number(&mut self, shape: &Value, name: &str, number: &str, span: Range<usize>) {
        let Ok(value) = number.parse::<f64>() else {
            return;
        };
        let least = shape["minimum"].as_f64().unwrap_or(f64::NEG_INFINITY);
        let most = shape["maximum"].as_f64().unwrap_or(f64::INFINITY);
        // Written so that `nan` is outside.
        if !(least..=most).contains(&value) {
            self.problem(span, format!("`{name}` is {number}, outside of {least} to {most}"), None);
        }
    }
}

/// What the schema says the key is for.
fn description(schema: &Value) -> Option<String> {
    schema["description"].as_str().map(str::to_owned)
}

/// The JSON types that a value may have; empty: any.
fn type_names(shape: &Value) -> Vec<&str> {
    if shape["oneOf"].is_array() {
        return vec!["string"];
    }
    match &shape["type"] {
        Value::String(name) => vec![name],
        Value::Array(names) => names.iter().filter_map(Value::as_str).collect(),
        _ => Vec::new(),
    }
}

fn fits(wanted: &str, value: &DeValue<'_>) -> bool {
    match wanted {
        "string" => value.is_str(),
        "array" => value.is_array(),
        "object" => value.is_table(),
        "boolean" => value.is_bool(),
        "integer" => value.is_integer(),
        "number" => value.is_integer() || value.is_float(),
        _ => false,
    }
}

/// TOML's word for a type of JSON.
fn toml_name(json: &str) -> &str {
    match json {
        "object" => "table",
        other => other,
    }
}
