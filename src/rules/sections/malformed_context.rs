//! `malformed-context`: a context that tools cannot read.

use super::super::language::cdk;
use super::super::{Finding, Rule, Scope, Sink, Status};
use super::{context, shape};
use crate::analysis::Analysis;
use crate::diagnostic::Severity;
use crate::syntax::{Node, Scalar, ScalarValue};

pub(super) static RULE: Rule = Rule {
    code: "W4012",
    name: "malformed-context",
    severity: Severity::Warning,
    status: Status::Experimental { since: "0.1.0" },
    page: include_str!("../../../rules/sections/malformed-context.md"),
    scope: Scope::Text,
    options: &[context::INCIDENTAL],
    check,
};

/// What a key of a context takes.
#[derive(Clone, Copy)]
enum Takes {
    Text,
    Texts,
    Word(&'static [&'static str]),
    /// A mapping of properties to levels.
    Levels,
    Trust,
    /// A list of addresses, each a text or a mapping.
    References,
}

type Fields = &'static [(&'static str, Takes)];

/// How much care a change needs.
///
/// Source: the schema of cfn-lint 1.58.0, `data/schemas/other/metadata/context.json`.
const LEVELS: &[&str] = &["must-never-change", "change-with-constraints", "review-required", "free-to-tune"];

const OF_TEMPLATE: Fields = &[("arch", Takes::Text), ("must", Takes::Texts), ("owner", Takes::Text), ("ref", Takes::References)];

const OF_RESOURCE: Fields = &[
    ("deps", Takes::Texts),
    ("must", Takes::Texts),
    ("mutability", Takes::Levels),
    ("mutable", Takes::Word(LEVELS)),
    ("trust", Takes::Trust),
    ("why", Takes::Text),
];

const TRUST: Fields = &[
    ("cite", Takes::Text),
    ("conf", Takes::Word(&["high", "medium", "low"])),
    ("note", Takes::Text),
    ("src", Takes::Word(&["authored", "comment", "commit", "infer"])),
];

const REFERENCE: Fields = &[("at", Takes::Text), ("has", Takes::Text), ("scope", Takes::Text)];

fn check(analysis: &Analysis, sink: &mut Sink) {
    for resource in context::resources(analysis, &RULE) {
        if let Some(context) = context::of(resource.metadata) {
            block(context, OF_RESOURCE, OF_TEMPLATE, "`Metadata` of the template", sink);
        }
    }
    let is_written = !cdk::is_synthesized(analysis.template);
    if let Some(context) = context::of(analysis.template.metadata).filter(|_| is_written) {
        block(context, OF_TEMPLATE, OF_RESOURCE, "`Metadata` of a resource", sink);
    }
}

/// Looks into a context; `elsewhere` are the keys of the other kind, which belongs to `place`.
fn block(context: Node, fields: Fields, elsewhere: Fields, place: &str, sink: &mut Sink) {
    if !context.is_mapping() {
        return sink.report(shape::wrong_kind("a context", "a mapping", context));
    }
    for (name, entry) in shape::written(context) {
        if let Some((_, takes)) = fields.iter().find(|(known, _)| *known == name) {
            value(name, entry.value, *takes, sink);
        } else if elsewhere.iter().any(|(known, _)| *known == name) {
            let finding = Finding::at(entry.key.span(), format!("`{name}` stands in the wrong context")).node(entry.value);
            sink.report(finding.help(format!("move it to {place}")));
        } else {
            sink.report(shape::unknown_key("a context has no", context, entry.key, &names(fields)));
        }
    }
}

fn value(name: &str, node: Node, takes: Takes, sink: &mut Sink) {
    let what = format!("`{name}`");
    match takes {
        Takes::Text if !is_string(node) => sink.report(shape::wrong_kind(&what, "a string", node)),
        Takes::Text => {}
        Takes::Word(words) if !node.as_str().is_some_and(|word| words.contains(&word)) => {
            let words: Vec<String> = words.iter().map(|word| format!("`{word}`")).collect();
            let finding = Finding::at(shape::at_value(node), format!("{what} is none of the words that are known")).node(node);
            sink.report(finding.help(format!("write one of {}", words.join(", "))));
        }
        Takes::Word(_) => {}
        Takes::Texts | Takes::References if !node.is_sequence() => sink.report(shape::wrong_kind(&what, "a list", node)),
        Takes::Texts => {
            for item in node.items().filter(|item| !is_string(*item)) {
                sink.report(shape::wrong_kind(&format!("an item of {what}"), "a string", item));
            }
        }
        Takes::References => node.items().for_each(|item| reference(item, sink)),
        Takes::Levels | Takes::Trust if !node.is_mapping() => sink.report(shape::wrong_kind(&what, "a mapping", node)),
        Takes::Levels => shape::written(node).for_each(|(name, entry)| value(name, entry.value, Takes::Word(LEVELS), sink)),
        Takes::Trust => {
            mapping(&what, node, TRUST, sink);
            for missing in ["src", "conf"].into_iter().filter(|key| node.get(key).is_none()) {
                sink.report(Finding::at(shape::at_value(node), format!("{what} has no `{missing}`")).node(node).help("add it"));
            }
        }
    }
}

fn reference(item: Node, sink: &mut Sink) {
    if is_string(item) {
        return;
    }
    if !item.is_mapping() {
        return sink.report(shape::wrong_kind("an item of `ref`", "a string or a mapping", item));
    }
    mapping("an item of `ref`", item, REFERENCE, sink);
    if item.get("at").is_none() {
        let finding = Finding::at(shape::at_value(item), "an item of `ref` has no `at`").node(item);
        sink.report(finding.help("add the address of what is referred to"));
    }
}

fn mapping(what: &str, node: Node, fields: Fields, sink: &mut Sink) {
    for (name, entry) in shape::written(node) {
        match fields.iter().find(|(known, _)| *known == name) {
            Some((_, takes)) => value(name, entry.value, *takes, sink),
            None => sink.report(shape::unknown_key(&format!("{what} has no"), node, entry.key, &names(fields))),
        }
    }
}

fn names(fields: Fields) -> Vec<&'static str> {
    fields.iter().map(|(name, _)| *name).collect()
}

fn is_string(node: Node) -> bool {
    matches!(node.scalar().map(Scalar::value), Some(ScalarValue::String(_)))
}
