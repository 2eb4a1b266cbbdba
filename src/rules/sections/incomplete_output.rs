//! `incomplete-output`: an output without a value.

use super::super::{Finding, Rule, Scope, Sink, Status};
use super::shape;
use crate::analysis::Analysis;
use crate::diagnostic::Severity;

pub(super) static RULE: Rule = Rule {
    code: "E6002",
    name: "incomplete-output",
    severity: Severity::Error,
    status: Status::Stable { since: "0.1.0" },
    page: include_str!("../../../rules/sections/incomplete-output.md"),
    scope: Scope::Text,
    options: &[],
    check,
};

fn check(analysis: &Analysis, sink: &mut Sink) {
    let section = analysis.template.outputs.node.filter(|_| shape::is_settled(analysis));
    for (name, output) in section.into_iter().flat_map(shape::written) {
        if analysis.tree.is_damaged_at(output.value.span()) {
            continue;
        }
        if !shape::is_plain_mapping(output.value) || shape::is_filled(output.value) {
            continue;
        }
        if output.value.get("Value").is_none_or(|value| value.is_null() && value.function().is_none()) {
            let message = format!("output `{}` has no `Value`", shape::shortened(name));
            sink.report(Finding::at(output.key.span(), message).node(output.value).help("say what it gives: `Value: ...`"));
        }
        if let Some(export) = output.value.entry("Export")
            && shape::is_plain_mapping(export.value)
            && export.value.get("Name").is_none()
        {
            let message = format!("the export of output `{}` has no `Name`", shape::shortened(name));
            sink.report(Finding::at(export.key.span(), message).node(export.value).help("name it, or remove `Export`"));
        }
    }
}
