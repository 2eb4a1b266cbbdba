//! `untransformed-serverless`: a resource of SAM in a template that SAM does not transform.

use super::super::{Finding, Rule, Scope, Sink, Status};
use super::serverless;
use crate::analysis::Analysis;
use crate::diagnostic::Severity;

pub(super) static RULE: Rule = Rule {
    code: "E3038",
    name: "untransformed-serverless",
    severity: Severity::Error,
    status: Status::Stable { since: "0.1.0" },
    page: include_str!("../../../rules/language/untransformed-serverless.md"),
    scope: Scope::Text,
    options: &[],
    check,
};

fn check(analysis: &Analysis, sink: &mut Sink) {
    if !analysis.source.contains("AWS::Serverless::") {
        return;
    }
    if !serverless::is_left_alone(analysis) {
        return;
    }
    for resource in analysis.template.resources.iter() {
        let Some(entry) = resource.node.entry("Type") else { continue };
        if resource.resource_type.starts_with("AWS::Serverless::") {
            let message = format!("`{}` needs the transform of SAM", resource.resource_type);
            sink.report(
                Finding::at(entry.key.span(), message)
                    .node(entry.value)
                    .help(format!("add `Transform: {}` to the template", serverless::TRANSFORM)),
            );
        }
    }
}
