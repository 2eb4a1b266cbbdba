//! `invalid-mappings`: an entry of `Mappings` that is no table of two levels.

use super::super::{Finding, Rule, Scope, Sink, Status};
use super::entries;
use crate::analysis::Analysis;
use crate::diagnostic::Severity;
use crate::syntax::Node;
use crate::template::Named;

pub(super) static RULE: Rule = Rule {
    code: "E7001",
    name: "invalid-mappings",
    severity: Severity::Error,
    status: Status::Stable { since: "0.1.0" },
    page: include_str!("../../../rules/language/invalid-mappings.md"),
    scope: Scope::Text,
    options: &[],
    check,
};

fn check(analysis: &Analysis, sink: &mut Sink) {
    if analysis.template.has_unknown_transform() {
        return;
    }
    for mapping in analysis.template.mappings.iter().filter(|mapping| !entries::is_expanded(mapping.key)) {
        if !entries::is_alphanumeric(mapping.name(), b"") {
            entries::report_name(mapping.key, "a mapping", "letters and digits", sink);
        }
        if !is_table(mapping.key, mapping.node, sink) {
            continue;
        }
        for top in mapping.node.entries().filter(|top| !entries::is_expanded(top.key)) {
            if !entries::is_alphanumeric(top.key.as_str().unwrap_or_default(), b".-") {
                entries::report_name(top.key, "a top-level key", "letters, digits, `-` and `.`", sink);
            }
            if !is_table(top.key, top.value, sink) {
                continue;
            }
            for second in top.value.entries().filter(|second| !entries::is_expanded(second.key)) {
                if !entries::is_alphanumeric(second.key.as_str().unwrap_or_default(), b"") {
                    entries::report_name(second.key, "a second-level key", "letters and digits", sink);
                }
                if second.value.is_mapping() || second.value.is_null() || second.value.function().is_some() {
                    sink.report(
                        Finding::at(second.key.span(), "a mapping holds strings and lists only")
                            .node(second.value)
                            .help("write a string or a list"),
                    );
                }
            }
        }
    }
}

/// Whether there are keys in a level; reports it where there are none.
fn is_table(key: Node, node: Node, sink: &mut Sink) -> bool {
    let is_table = node.is_mapping() && (!node.is_empty() || node.entries().next().is_some());
    if !is_table {
        let name = key.as_str().unwrap_or_default();
        sink.report(Finding::at(key.span(), format!("`{name}` has no keys")).node(node).help("write `key: value` in it"));
    }
    is_table
}
