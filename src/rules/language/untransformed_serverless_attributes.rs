//! `untransformed-serverless-attributes`: an attribute of SAM on a resource of a template that SAM does not transform.

use super::super::{Finding, Rule, Scope, Sink, Status};
use super::serverless;
use crate::analysis::Analysis;
use crate::diagnostic::Severity;

pub(super) static RULE: Rule = Rule {
    code: "E3066",
    name: "untransformed-serverless-attributes",
    severity: Severity::Error,
    status: Status::Stable { since: "0.1.0" },
    page: include_str!("../../../rules/language/untransformed-serverless-attributes.md"),
    scope: Scope::Text,
    options: &[],
    check,
};

fn check(analysis: &Analysis, sink: &mut Sink) {
    if !serverless::is_left_alone(analysis) {
        return;
    }
    for resource in analysis.template.resources.iter() {
        for entry in ["Connectors", "IgnoreGlobals"].into_iter().filter_map(|key| resource.node.entry(key)) {
            let message = format!("`{}` needs the transform of SAM", entry.key.as_str().unwrap_or_default());
            sink.report(
                Finding::at(entry.key.span(), message)
                    .node(entry.value)
                    .help(format!("add `Transform: {}` to the template, or remove it", serverless::TRANSFORM)),
            );
        }
    }
}
