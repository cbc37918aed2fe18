//! The JSON Schema (2020-12) of `policy.toml`, for editors.
//!
//! It says what a single value or table shows: an editor can complete and underline. What needs the rest of the
//! file or of the project (a name that must exist, a day in the calendar, a threshold of so many keys) is for `check`.

use serde_json::{Map, Value, json};

use super::{KeyReference, Kind, Presence, SECTIONS, SectionReference, TOP};
use crate::rules;

/// The schema, with a last newline; keys are sorted.
pub fn json_schema() -> String {
    let mut properties = Map::new();
    properties.insert(TOP.name.to_owned(), described(&TOP));
    let mut required = vec![json!(TOP.name)];
    for section in SECTIONS {
        properties.insert(section.name.to_owned(), of_section(section));
        if section.required {
            required.push(json!(section.name));
        }
    }
    let schema = json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$comment": "Made by `cargo xtask reference`; do not edit.",
        "title": "policy.toml of Perennial",
        "description": "What must hold for a release: how long the fleet lives, which anchors it trusts, where it \
                        fetches updates, who signs.",
        "type": "object",
        "additionalProperties": false,
        "properties": properties,
        "required": required,
    });
    let text = serde_json::to_string_pretty(&sorted(schema)).unwrap_or_default();
    text + "\n"
}

fn of_section(section: &SectionReference) -> Value {
    let mut table = table(section.keys);
    if !section.either.is_empty() {
        let groups = section.either.iter().map(|group| {
            let others = section.either.iter().filter(|other| *other != group);
            let others = others.flat_map(|other| other.iter());
            let excluded: Vec<_> = others.map(|key| json!({ "required": [key] })).collect();
            json!({ "required": group, "not": { "anyOf": excluded } })
        });
        table.insert("oneOf".to_owned(), groups.collect());
    }
    if !section.repeats {
        table.insert("description".to_owned(), json!(section.meaning));
        return Value::Object(table);
    }
    json!({
        "type": "array",
        "description": section.meaning,
        "items": table,
        "minItems": usize::from(section.required),
    })
}

fn table(keys: &[KeyReference]) -> Map<String, Value> {
    let properties: Map<_, _> = keys
        .iter()
        .map(|key| (key.name.to_owned(), described(key)))
        .collect();
    let required = keys.iter().filter(|key| key.presence == Presence::Required);
    let required: Vec<_> = required.map(|key| key.name).collect();
    let mut table = Map::new();
    table.insert("type".to_owned(), json!("object"));
    table.insert("additionalProperties".to_owned(), json!(false));
    table.insert("properties".to_owned(), Value::Object(properties));
    table.insert("required".to_owned(), json!(required));
    table
}

/// Of the keys that are groups there is exactly one.
fn inline_table(keys: &[KeyReference]) -> Value {
    let mut table = table(keys);
    let groups = keys.iter().filter(|key| key.presence == Presence::Grouped);
    let one: Vec<_> = groups
        .map(|key| json!({ "required": [key.name] }))
        .collect();
    if !one.is_empty() {
        table.insert("oneOf".to_owned(), Value::Array(one));
    }
    Value::Object(table)
}

fn described(key: &KeyReference) -> Value {
    let mut schema = of_kind(&key.kind);
    schema["description"] = json!(key.meaning);
    if let Presence::Default(value) = key.presence {
        // A default is a number or a truth value, which TOML writes as JSON does.
        schema["default"] = serde_json::from_str(value).unwrap_or_default();
    }
    schema
}

fn of_kind(kind: &Kind) -> Value {
    match kind {
        Kind::Boolean => json!({ "type": "boolean" }),
        Kind::Code => {
            let rules = rules::all();
            let words: Vec<_> = rules.iter().flat_map(|rule| [rule.id, rule.slug]).collect();
            let any_case = json!({ "type": "string", "pattern": "^[A-Za-z][0-9]{3}$" });
            json!({ "anyOf": [{ "enum": words }, any_case] })
        }
        Kind::Date => text("^[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$"),
        Kind::FolderName => text("^[a-z0-9-]{1,64}$"),
        Kind::List(of, least) => {
            json!({ "type": "array", "items": of_kind(of), "minItems": least })
        }
        // Not `const`, which editors with an older JSON Schema do not know.
        Kind::Number(least, most) if least == most => json!({ "enum": [least] }),
        Kind::Number(least, most) => {
            json!({ "type": "integer", "minimum": least, "maximum": most })
        }
        Kind::Path => text("^[^/\\\\:]+(/[^/\\\\:]+)*$"),
        Kind::ProductName => text("^[!-~]([ -~]{0,29}[!-~])?$"),
        Kind::ProjectPath => text("^[A-Za-z0-9._+@ -]+(/[A-Za-z0-9._+@ -]+)*$"),
        // 42 bytes that begin with `Ed`.
        Kind::PublicKey => text("^RW[QRST][A-Za-z0-9+/]{53}$"),
        Kind::Sha256 => text("^[0-9a-f]{64}$"),
        Kind::SshKey => text("^(sk-)?(ssh|ecdsa)-[a-z0-9@.-]+ [A-Za-z0-9+/]+=*( .*)?$"),
        Kind::Table(keys) => inline_table(keys),
        Kind::Text => text("^\\S(.*\\S)?$"),
        Kind::Url => text("^https://[^/?#@\\s]+([/?][^#\\s]*)?$"),
        Kind::Words(words) => json!({ "enum": words() }),
    }
}

fn text(pattern: &str) -> Value {
    json!({ "type": "string", "pattern": pattern })
}

/// The same with keys in one order, whatever order the map of another build keeps.
fn sorted(value: Value) -> Value {
    match value {
        Value::Array(values) => values.into_iter().map(sorted).collect(),
        Value::Object(map) => {
            let mut entries: Vec<_> = map.into_iter().collect();
            entries.sort_by(|a, b| a.0.cmp(&b.0));
            let entries = entries.into_iter().map(|(key, value)| (key, sorted(value)));
            Value::Object(entries.collect())
        }
        other => other,
    }
}
