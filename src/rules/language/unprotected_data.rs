//! `unprotected-data`: a resource that holds data, and does not say what becomes of it.

use super::super::{Finding, Rule, Scope, Sink, Status};
use super::stateful::is_stateful;
use crate::analysis::Analysis;
use crate::diagnostic::Severity;

pub(super) static RULE: Rule = Rule {
    code: "I3011",
    name: "unprotected-data",
    severity: Severity::Info,
    status: Status::Stable { since: "0.1.0" },
    page: include_str!("../../../rules/language/unprotected-data.md"),
    scope: Scope::Text,
    options: &[],
    check,
};

fn check(analysis: &Analysis, sink: &mut Sink) {
    if analysis.template.has_unknown_transform() {
        return;
    }
    for resource in analysis.template.resources.iter().filter(|resource| is_stateful(resource.resource_type)) {
        let missing: Vec<&str> =
            ["DeletionPolicy", "UpdateReplacePolicy"].into_iter().filter(|key| resource.node.get(key).is_none()).collect();
        if missing.is_empty() {
            continue;
        }
        let listed = missing.iter().map(|key| format!("`{key}`")).collect::<Vec<_>>().join(" and ");
        let name = resource.logical_id();
        sink.report(
            Finding::at(resource.key.span(), format!("`{name}` holds data and has no {listed}"))
                .node(resource.node)
                .note("without them, CloudFormation deletes the resource with its data when it is removed or replaced")
                .help(format!("say with {listed} what becomes of the data: `Retain`, `Snapshot` or `Delete`")),
        );
    }
}
