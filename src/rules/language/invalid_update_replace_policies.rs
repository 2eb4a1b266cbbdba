//! `invalid-update-replace-policies`: a `UpdateReplacePolicy` that CloudFormation does not take.

use super::super::{Rule, Scope, Sink, Status};
use super::snapshots;
use crate::analysis::Analysis;
use crate::diagnostic::Severity;

pub(super) static RULE: Rule = Rule {
    code: "E3036",
    name: "invalid-update-replace-policies",
    severity: Severity::Error,
    status: Status::Stable { since: "0.1.0" },
    page: include_str!("../../../rules/language/invalid-update-replace-policies.md"),
    scope: Scope::Text,
    options: &[],
    check,
};

fn check(analysis: &Analysis, sink: &mut Sink) {
    if !analysis.source.text().contains("UpdateReplacePolicy") {
        return;
    }
    for resource in analysis.template.resources.iter() {
        snapshots::report(resource, "UpdateReplacePolicy", &["Delete", "Retain"], sink);
    }
}
