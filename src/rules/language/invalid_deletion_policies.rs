//! `invalid-deletion-policies`: a `DeletionPolicy` that CloudFormation does not take.

use super::super::{Rule, Scope, Sink, Status};
use super::snapshots;
use crate::analysis::Analysis;
use crate::diagnostic::Severity;

pub(super) static RULE: Rule = Rule {
    code: "E3035",
    name: "invalid-deletion-policies",
    severity: Severity::Error,
    status: Status::Stable { since: "0.1.0" },
    page: include_str!("../../../rules/language/invalid-deletion-policies.md"),
    scope: Scope::Text,
    options: &[],
    check,
};

fn check(analysis: &Analysis, sink: &mut Sink) {
    if !analysis.source.text().contains("DeletionPolicy") {
        return;
    }
    for resource in analysis.template.resources.iter() {
        snapshots::report(resource, "DeletionPolicy", &["Delete", "Retain", "RetainExceptOnCreate"], sink);
    }
}
