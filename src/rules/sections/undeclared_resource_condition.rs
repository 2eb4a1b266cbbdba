//! `undeclared-resource-condition`: a resource with a condition that is not declared.

use super::super::{Finding, Rule, Scope, Sink, Status};
use super::{logic, shape};
use crate::analysis::Analysis;
use crate::diagnostic::Severity;

pub(super) static RULE: Rule = Rule {
    code: "E3015",
    name: "undeclared-resource-condition",
    severity: Severity::Error,
    status: Status::Stable { since: "0.1.0" },
    page: include_str!("../../../rules/sections/undeclared-resource-condition.md"),
    scope: Scope::Text,
    options: &[],
    check,
};

fn check(analysis: &Analysis, sink: &mut Sink) {
    if logic::is_open(analysis) {
        return;
    }
    let section = analysis.template.resources.node;
    for (name, entry) in section.into_iter().flat_map(shape::written) {
        let Some(condition) = entry.value.get("Condition").filter(|condition| shape::is_text(*condition)) else { continue };
        let written = condition.as_str().unwrap_or_default();
        let is_declared = analysis.template.conditions.get(written).is_some();
        if written.contains("${") || is_declared || analysis.tree.may_hide(written) {
            continue;
        }
        let message = format!("condition `{}` is not declared", shape::shortened(written));
        let finding = Finding::at(shape::at_value(condition), message)
            .node(condition)
            .label(entry.key.span(), format!("resource `{}` depends on it", shape::shortened(name)));
        let Some(near) = logic::nearest(analysis, written) else {
            sink.report(finding.help("declare it in `Conditions`"));
            continue;
        };
        let finding = finding.help(format!("write `{near}`"));
        sink.report(match condition.replace_scalar(near) {
            Some(edit) => finding.fix(format!("write `{near}`"), logic::safety(analysis, written), vec![edit]),
            None => finding,
        });
    }
}
