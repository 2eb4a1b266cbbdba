//! What one table says and another does not.

use std::collections::BTreeSet;

use cfnvet::schema::Facts;
use serde_json::Value;

/// Prints what changes from `old` to `new`, type by type.
pub(crate) fn print(old: Facts, new: Facts) {
    let names = |facts: Facts| facts.resource_types().map(|found| found.name().to_owned()).collect::<BTreeSet<_>>();
    let (before, after) = (names(old), names(new));
    let (from, to) = (old.provenance(), new.provenance());
    println!("{} of {} to {} of {}", from.source, from.schema_date, to.source, to.schema_date);
    let (old_regions, new_regions): (BTreeSet<_>, BTreeSet<_>) = (old.regions().collect(), new.regions().collect());
    old_regions.difference(&new_regions).for_each(|name| println!("- region {name}"));
    new_regions.difference(&old_regions).for_each(|name| println!("+ region {name}"));
    before.difference(&after).for_each(|name| println!("- type {name}"));
    after.difference(&before).for_each(|name| println!("+ type {name}"));
    let mut changed = 0;
    for name in before.intersection(&after) {
        let mut changes = Vec::new();
        let available = |facts: Facts, known: &BTreeSet<&str>| -> BTreeSet<String> {
            let regions = facts.resource_type(name).map(|found| found.regions()).unwrap_or_default();
            known
                .iter()
                .filter(|region| facts.region(region).is_some_and(|region| region.meets(regions)))
                .map(ToString::to_string)
                .collect()
        };
        let (was, is) = (available(old, &old_regions), available(new, &new_regions));
        changes.extend(was.difference(&is).map(|region| format!("- in {region}")));
        changes.extend(is.difference(&was).map(|region| format!("+ in {region}")));
        let schema = |facts: Facts| {
            let variants: Vec<Value> = facts
                .resource_type(name)
                .into_iter()
                .flat_map(|found| found.variants())
                .map(|variant| cfnvet::schema::table::Value::Object(variant.schema.object()).to_json())
                .collect();
            variants
        };
        let (was, is) = (schema(old), schema(new));
        if was.len() != is.len() {
            changes.push(format!("~ {} variants become {}", was.len(), is.len()));
        }
        for (was, is) in was.iter().zip(&is) {
            compare("", was, is, &mut changes);
        }
        let return_values = |facts: Facts| {
            let variants = facts.resource_type(name).into_iter().flat_map(|found| found.variants());
            variants.flat_map(|variant| variant.return_values().map(|value| value.name.to_owned())).collect::<BTreeSet<_>>()
        };
        let (was, is) = (return_values(old), return_values(new));
        changes.extend(was.difference(&is).map(|value| format!("- return value {value}")));
        changes.extend(is.difference(&was).map(|value| format!("+ return value {value}")));
        if !changes.is_empty() {
            changed += 1;
            println!("~ type {name}");
            changes.iter().for_each(|change| println!("    {change}"));
        }
    }
    for part in ["extensions", "other", "lists"] {
        let value = |facts: Facts| facts.table().root().get(part).map(|value| value.to_json()).unwrap_or_default();
        let mut changes = Vec::new();
        compare(part, &value(old), &value(new), &mut changes);
        changes.iter().for_each(|change| println!("{change}"));
    }
    println!("{changed} types change, {} come, {} go", after.difference(&before).count(), before.difference(&after).count());
}

/// What changes below a path.
fn compare(path: &str, was: &Value, is: &Value, changes: &mut Vec<String>) {
    match (was, is) {
        (was, is) if was == is => {}
        (Value::Object(was), Value::Object(is)) => {
            let keys: BTreeSet<&String> = was.keys().chain(is.keys()).collect();
            for key in keys {
                let path = format!("{path}/{key}");
                match (was.get(key), is.get(key)) {
                    (Some(was), Some(is)) => compare(&path, was, is, changes),
                    (Some(was), None) => changes.push(format!("- {path}{}", shown(was))),
                    (None, Some(is)) => changes.push(format!("+ {path}{}", shown(is))),
                    (None, None) => {}
                }
            }
        }
        // Sets, such as enums and required properties, change by item.
        (Value::Array(was), Value::Array(is)) if was.iter().chain(is).all(|value| !value.is_object() && !value.is_array()) => {
            let missing =
                |from: &[Value], to: &[Value]| from.iter().filter(|value| !to.contains(value)).cloned().collect::<Vec<_>>();
            let (gone, come) = (missing(was, is), missing(is, was));
            changes.extend(gone.iter().map(|value| format!("- {path} {value}")));
            changes.extend(come.iter().map(|value| format!("+ {path} {value}")));
            if gone.is_empty() && come.is_empty() {
                changes.push(format!("~ {path}: another order"));
            }
        }
        (was, is) => changes.push(format!("~ {path}:{} becomes{}", shown(was), shown(is))),
    }
}

/// A short value.
fn shown(value: &Value) -> String {
    let text = value.to_string();
    if text.len() <= 80 { format!(" {text}") } else { String::new() }
}
