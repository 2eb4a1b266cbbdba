//! `malformed-mapping`: a mapping of the wrong shape.

use super::super::{Finding, Rule, Scope, Sink, Status};
use super::shape;
use crate::analysis::Analysis;
use crate::diagnostic::Severity;
use crate::syntax::{Entry, Function, Node};

pub(super) static RULE: Rule = Rule {
    code: "E7001",
    name: "malformed-mapping",
    severity: Severity::Error,
    status: Status::Stable { since: "0.1.0" },
    page: include_str!("../../../rules/sections/malformed-mapping.md"),
    scope: Scope::Text,
    options: &[],
    check,
};

fn check(analysis: &Analysis, sink: &mut Sink) {
    let Some(section) = analysis.template.mappings.node.filter(|section| shape::is_readable(analysis, *section)) else { return };
    if !section.is_mapping() {
        return sink.report(shape::wrong_kind("`Mappings`", "a mapping", section));
    }
    for (name, mapping) in shape::written(section) {
        named(name, mapping, "the name of a mapping", "letters and digits", shape::is_alphanumeric, sink);
        level(mapping.value, "a mapping", "top-level keys", sink);
        for (name, top) in shape::written(mapping.value) {
            named(name, top, "a top-level key", "letters, digits, `-` and `.`", is_top_level, sink);
            level(top.value, "a top-level key", "second-level keys", sink);
            for (name, second) in shape::written(top.value) {
                named(name, second, "a second-level key", "letters and digits", shape::is_alphanumeric, sink);
                value(second.value, sink);
            }
        }
    }
}

/// A level holds keys, and at least one.
fn level<'t>(node: Node<'t>, what: &str, keys: &str, sink: &mut Sink) {
    if node.is_mapping() && node.is_empty() {
        let finding = Finding::at(shape::at_value(node), format!("{what} must have at least one entry")).node(node);
        sink.report(finding.help("write what it maps to, or remove it"));
    } else if !shape::is_plain_mapping(node) && !shape::is_generated(node) {
        sink.report(shape::wrong_kind(what, &format!("a mapping of {keys}"), node));
    }
}

fn named<'t>(name: &str, entry: Entry<'t>, what: &str, known: &str, allows: fn(&str) -> bool, sink: &mut Sink) {
    if !allows(name) {
        let message = format!("{what} may have {known} only, not `{}`", shape::shortened(name));
        sink.report(Finding::at(entry.key.span(), message).node(entry.value).help("rename it, and what looks it up"));
    }
}

fn is_top_level(name: &str) -> bool {
    name.contains("${")
        || (!name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.')))
}

fn value(node: Node, sink: &mut Sink) {
    if let Some((function, _)) = node.function().filter(|(function, _)| *function != Function::Transform) {
        let finding = Finding::at(shape::at_value(node), format!("`{}` does not work in a mapping", function.long())).node(node);
        sink.report(finding.help("write the value out"));
    } else if !shape::is_text(node) && !node.is_sequence() && !shape::is_generated(node) {
        sink.report(shape::wrong_kind("a value of a mapping", "a string or a list", node));
    }
}
