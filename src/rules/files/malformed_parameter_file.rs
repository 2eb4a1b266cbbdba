//! `malformed-parameter-file`: a file of parameter values that cannot be read.

use super::super::{Finding, Rule, Scope, Sink, Status};
use super::written;
use crate::analysis::Analysis;
use crate::diagnostic::Severity;
use crate::syntax::Node;
use crate::text::Span;

pub(super) static RULE: Rule = Rule {
    code: "E0200",
    name: "malformed-parameter-file",
    severity: Severity::Error,
    status: Status::Stable { since: "0.1.0" },
    page: include_str!("../../../rules/files/malformed-parameter-file.md"),
    scope: Scope::ParameterFile,
    options: &[],
    check,
};

fn check(analysis: &Analysis, sink: &mut Sink) {
    let Some(root) = analysis.tree.root().filter(|root| !root.is_null()) else { return };
    let values = if root.is_mapping() { written::values_of(root).unwrap_or(root) } else { root };
    if values.is_mapping() {
        for entry in values.entries().filter(|entry| !written::is_value(entry.value)) {
            sink.report(written::no_value(entry.key.as_str().unwrap_or_default(), entry.key.span(), entry.value));
        }
    } else if values.is_sequence() {
        values.items().filter_map(item).for_each(|finding| sink.report(finding));
    } else {
        let finding = Finding::at(Span::at(0), "a parameter file must be a list or a mapping").node(values);
        sink.report(finding.help("write a list of `ParameterKey` and `ParameterValue`"));
    }
}

/// What is wrong with an item of the list that the AWS CLI takes.
fn item(item: Node<'_>) -> Option<Finding<'_>> {
    let finding = |message: &str, help: &str| Some(Finding::at(item.span(), message).node(item).help(help));
    if let Some(text) = item.as_str() {
        let is_pair = text.contains('=');
        return if is_pair { None } else { finding("an item must give a parameter its value", "write `NAME=VALUE`") };
    }
    let Some(name) = item.get("ParameterKey").and_then(Node::as_str).filter(|name| !name.is_empty()) else {
        return finding("an item does not say which parameter it is for", "add `ParameterKey`");
    };
    if item.get("UsePreviousValue").is_some() {
        return None;
    }
    match item.entry("ParameterValue") {
        None => finding("an item gives its parameter no value", "add `ParameterValue`"),
        Some(entry) if !written::is_value(entry.value) => Some(written::no_value(name, entry.key.span(), entry.value)),
        Some(_) => None,
    }
}
