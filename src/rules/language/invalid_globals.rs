//! `invalid-globals`: `Globals` in a template that SAM does not transform, or with what SAM does not take there.

use super::super::{Finding, Rule, Scope, Sink, Status};
use super::{place, serverless};
use crate::analysis::Analysis;
use crate::diagnostic::Severity;
use crate::rules::schema::type_names;
use crate::schema::{Facts, Keyword, Schema, TypeSet};
use crate::syntax::{Node, ScalarValue};
use crate::template::Transform;
use crate::text::nearest_name;

pub(super) static RULE: Rule = Rule {
    code: "E3724",
    name: "invalid-globals",
    severity: Severity::Error,
    status: Status::Stable { since: "0.1.0" },
    page: include_str!("../../../rules/language/invalid-globals.md"),
    scope: Scope::Text,
    options: &[],
    check,
};

fn check(analysis: &Analysis, sink: &mut Sink) {
    let Some(entry) = analysis.tree.root().and_then(|root| root.entry("Globals")) else { return };
    if serverless::is_left_alone(analysis) && entry.value.is_mapping() {
        return sink.report(
            Finding::at(entry.key.span(), "`Globals` needs the transform of SAM")
                .node(entry.value)
                .help(format!("add `Transform: {}` to the template, or remove it", serverless::TRANSFORM)),
        );
    }
    if !analysis.template.transforms.contains(&Transform::Serverless) || analysis.template.has_unknown_transform() {
        return;
    }
    let Some(schema) = Facts::embedded().other("sam/globals").map(Schema::of_type) else { return };
    // That the section is a mapping at all is asked by the rule about sections.
    if !entry.value.is_mapping() {
        return;
    }
    let mut found = Vec::new();
    compare(entry.value, schema, &mut found);
    found.into_iter().for_each(|finding| sink.report(finding));
    ignored(analysis, entry.value, sink);
}

/// What in a value does not fit a schema; what functions give is not known here.
fn compare<'t>(node: Node<'t>, schema: Schema<'static>, found: &mut Vec<Finding<'t>>) {
    let schema = schema.resolved();
    if is_computed(node) {
        return;
    }
    if !takes(schema.types(), node) {
        let message = format!("{} goes here", type_names(schema.types()));
        return found
            .push(Finding::at(place::of_value(node), message).node(node).label(node.span(), "this is another kind of value"));
    }
    if let Some(allowed) = schema.allowed()
        && node.as_str().is_some_and(|text| !allowed.strings().any(|one| one == text))
    {
        let listed: Vec<String> = allowed.strings().map(|one| format!("`{one}`")).collect();
        let message = "the value is none of those that are allowed";
        found.push(Finding::at(place::of_value(node), message).node(node).help(format!("write one of {}", listed.join(", "))));
    }
    let mut alternatives = schema.schemas(Keyword::AnyOf).map(|one| {
        let mut faults = Vec::new();
        compare(node, one, &mut faults);
        (one, faults)
    });
    if schema.get(Keyword::AnyOf).is_some() {
        let judged: Vec<_> = alternatives.by_ref().collect();
        if judged.iter().all(|(_, faults)| !faults.is_empty()) {
            // What is wrong with the alternative of this type says most.
            let meant = judged.into_iter().find(|(one, _)| takes(one.resolved().types(), node));
            match meant {
                Some((_, faults)) => found.extend(faults),
                None => found.push(Finding::at(place::of_value(node), "this kind of value does not go here").node(node)),
            }
        }
    }
    for entry in node.entries() {
        let Some(key) = entry.key.as_str() else { continue };
        match schema.property(key) {
            Some(property) => compare(entry.value, property, found),
            None if schema.takes_others() || schema.pattern_properties().next().is_some() => {}
            None => {
                let free = schema.properties().map(|property| property.name).filter(|name| node.get(name).is_none());
                let help = match nearest_name(key, free) {
                    Some(nearest) => format!("write `{nearest}`"),
                    None => "move it to the resources, or remove it".to_owned(),
                };
                let message = format!("SAM takes no `{key}` here");
                found.push(Finding::at(entry.key.span(), message).node(entry.value).help(help));
            }
        }
    }
    if let Some(items) = schema.items() {
        node.items().for_each(|item| compare(item, items, found));
    }
}

/// Whether a value is made by a function, or a macro.
fn is_computed(node: Node) -> bool {
    node.function().is_some() || node.other_tag().is_some() || node.is_null()
}

/// Whether a value is of one of the types, as loosely as CloudFormation reads: a number in quotes is a number.
fn takes(types: TypeSet, node: Node) -> bool {
    if node.is_mapping() || node.is_sequence() {
        return types.has(if node.is_mapping() { TypeSet::OBJECT } else { TypeSet::ARRAY });
    }
    let Some(scalar) = node.scalar() else { return true };
    let text = scalar.canonical();
    let is_boolean =
        matches!(scalar.value(), ScalarValue::Bool(_)) || matches!(text.to_ascii_lowercase().as_str(), "true" | "false");
    types.has(TypeSet::STRING)
        || types.has(TypeSet::BOOLEAN) && is_boolean
        || types.has(TypeSet::INTEGER) && text.parse::<i64>().is_ok()
        || types.has(TypeSet::NUMBER) && text.parse::<f64>().is_ok()
}

/// Entries of `IgnoreGlobals` for which there is nothing to ignore.
fn ignored(analysis: &Analysis, globals: Node, sink: &mut Sink) {
    for resource in analysis.template.resources.iter() {
        let Some(section) = resource.resource_type.strip_prefix("AWS::Serverless::") else { continue };
        let Some(given) = globals.get(section).filter(|given| given.is_mapping() && !is_computed(*given)) else { continue };
        let Some(list) = resource.node.get("IgnoreGlobals").filter(|list| list.is_sequence()) else { continue };
        for item in list.items().filter(|item| item.function().is_none()) {
            let Some(name) = item.as_str().filter(|name| given.get(name).is_none()) else { continue };
            let names = given.entries().filter_map(|entry| entry.key.as_str());
            let help = match nearest_name(name, names) {
                Some(nearest) => format!("write `{nearest}`"),
                None => "remove it".to_owned(),
            };
            let message = format!("`Globals` gives no `{name}` to ignore");
            sink.report(Finding::at(place::of_value(item), message).node(item).label(given.span(), "what it gives").help(help));
        }
    }
}
