//! `ambiguous-names`: a resource with the name of a parameter.

use super::super::{Finding, Rule, Scope, Sink, Status};
use crate::analysis::Analysis;
use crate::diagnostic::Severity;

pub(super) static RULE: Rule = Rule {
    code: "E3007",
    name: "ambiguous-names",
    severity: Severity::Error,
    status: Status::Stable { since: "0.1.0" },
    page: include_str!("../../../rules/language/ambiguous-names.md"),
    scope: Scope::Text,
    options: &[],
    check,
};

fn check(analysis: &Analysis, sink: &mut Sink) {
    let template = analysis.template;
    if template.parameters.is_empty() {
        return;
    }
    for resource in template.resources.iter() {
        let Some(parameter) = template.parameters.get(resource.logical_id()) else { continue };
        let name = resource.logical_id();
        sink.report(
            Finding::at(resource.key.span(), format!("a parameter is called `{name}` too"))
                .node(resource.node)
                .label(parameter.key.span(), "the parameter")
                .help("rename one of them"),
        );
    }
}
