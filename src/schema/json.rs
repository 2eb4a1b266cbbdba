//! Schemas as JSON, on their way into a table and out of it.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use super::Keyword;

/// Keys of schemas that hold prose, or what is for the service and not for templates.
const DROPPED: [&str; 13] = [
    "description",
    "title",
    "$comment",
    "$schema",
    "$id",
    "examples",
    "sourceUrl",
    "documentationUrl",
    "handlers",
    "permissions",
    "propertyTransform",
    "resourceLink",
    "typeConfiguration",
];

/// Whether the keys of the object under a key are names of properties and not keywords.
#[must_use]
pub fn has_names(key: &str) -> bool {
    matches!(
        key,
        "properties"
            | "patternProperties"
            | "definitions"
            | "dependencies"
            | "dependentRequired"
            | "dependentExcluded"
            | "$lookup"
    )
}

/// Takes out what is no fact about templates, and only where it is a keyword: a property may be called `description`.
pub fn drop_prose(schema: &mut Value) {
    match schema {
        Value::Object(object) => {
            object.retain(|key, _| !DROPPED.contains(&key.as_str()));
            for (key, value) in object {
                match value {
                    Value::Object(named) if has_names(key) => named.values_mut().for_each(drop_prose),
                    _ if matches!(key.as_str(), "enum" | "const" | "default") => {}
                    _ => drop_prose(value),
                }
            }
        }
        Value::Array(list) => list.iter_mut().for_each(drop_prose),
        _ => {}
    }
}

/// Turns a reference as the table holds it, the bare name of a definition, into that of the schema.
pub fn write_references(value: &mut Value) {
    match value {
        Value::Object(object) => {
            if let Some(Value::String(name)) = object.get_mut("$ref") {
                // The bare name of a definition; anything else is a pointer or an address.
                if !name.contains(['#', '/']) {
                    *name = format!("#/definitions/{name}");
                }
            }
            object.values_mut().for_each(write_references);
        }
        Value::Array(list) => list.iter_mut().for_each(write_references),
        _ => {}
    }
}

/// What a walk over schemas does with each: `visit` gets every schema in `schema`, itself first.
pub fn each_schema<'a>(schema: &'a Value, visit: &mut impl FnMut(&'a serde_json::Map<String, Value>)) {
    match schema {
        Value::Object(object) => {
            visit(object);
            for (key, value) in object {
                match value {
                    // The keys are names here, not keywords.
                    Value::Object(named) if has_names(key) => named.values().for_each(|value| each_schema(value, visit)),
                    _ if [Keyword::Enum, Keyword::Const, Keyword::Default].iter().any(|data| data.as_str() == key) => {}
                    _ => each_schema(value, visit),
                }
            }
        }
        Value::Array(list) => list.iter().for_each(|value| each_schema(value, visit)),
        _ => {}
    }
}

/// `/properties/Endpoint/Address` as `Fn::GetAtt` writes it.
#[must_use]
pub fn dotted(pointer: &str) -> String {
    pointer.split('/').skip(2).collect::<Vec<_>>().join(".")
}

/// Name and pointer of what `Fn::GetAtt` reads of a type: its read-only properties.
#[must_use]
pub fn read_only_values(schema: &Value) -> Map<String, Value> {
    let pointers = schema["readOnlyProperties"].as_array().into_iter().flatten().filter_map(Value::as_str);
    pointers.map(|pointer| (dotted(pointer), pointer.into())).collect()
}

/// The distinct patterns of schemas, the names of pattern properties too.
#[must_use]
pub fn patterns<'a>(schemas: impl IntoIterator<Item = &'a Value>) -> BTreeSet<&'a str> {
    let mut found = BTreeSet::new();
    for schema in schemas {
        each_schema(schema, &mut |object| {
            found.extend(object.get("pattern").and_then(Value::as_str));
            let named = object.get("patternProperties").and_then(Value::as_object);
            found.extend(named.into_iter().flat_map(Map::keys).map(String::as_str));
        });
    }
    found
}
