//! `shared-name`: a resource with the name of a parameter.

use super::super::{Finding, Rule, Scope, Sink, Status};
use super::shape;
use crate::analysis::Analysis;
use crate::diagnostic::Severity;

pub(super) static RULE: Rule = Rule {
    code: "E3007",
    name: "shared-name",
    severity: Severity::Error,
    status: Status::Stable { since: "0.1.0" },
    page: include_str!("../../../rules/sections/shared-name.md"),
    scope: Scope::Text,
    options: &[],
    check,
};

fn check(analysis: &Analysis, sink: &mut Sink) {
    let section = analysis.template.resources.node;
    for (name, resource) in section.into_iter().flat_map(shape::written).filter(|(name, _)| !name.contains("${")) {
        if let Some(parameter) = analysis.template.parameters.get(name) {
            let name = shape::shortened(name);
            sink.report(
                Finding::at(resource.key.span(), format!("resource `{name}` has the name of a parameter"))
                    .node(resource.value)
                    .label(parameter.key.span(), "the parameter")
                    .help("rename one of them, and what refers to it"),
            );
        }
    }
}
