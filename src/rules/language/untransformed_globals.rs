//! `untransformed-globals`: `Globals` in a template that SAM does not transform.

use super::super::{Finding, Rule, Scope, Sink, Status};
use super::serverless;
use crate::analysis::Analysis;
use crate::diagnostic::Severity;

pub(super) static RULE: Rule = Rule {
    code: "E3724",
    name: "untransformed-globals",
    severity: Severity::Error,
    status: Status::Stable { since: "0.1.0" },
    page: include_str!("../../../rules/language/untransformed-globals.md"),
    scope: Scope::Text,
    options: &[],
    check,
};

fn check(analysis: &Analysis, sink: &mut Sink) {
    let Some(entry) = analysis.tree.root().and_then(|root| root.entry("Globals")) else { return };
    if serverless::is_left_alone(analysis) && entry.value.is_mapping() {
        sink.report(
            Finding::at(entry.key.span(), "`Globals` needs the transform of SAM")
                .node(entry.value)
                .help(format!("add `Transform: {}` to the template, or remove it", serverless::TRANSFORM)),
        );
    }
}
