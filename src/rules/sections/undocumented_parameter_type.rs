//! `undocumented-parameter-type`: a type of parameters that is not documented.

use super::super::{Finding, Rule, Scope, Sink, Status};
use super::{shape, types};
use crate::analysis::Analysis;
use crate::diagnostic::Severity;

pub(super) static RULE: Rule = Rule {
    code: "W2002",
    name: "undocumented-parameter-type",
    severity: Severity::Warning,
    status: Status::Stable { since: "0.1.0" },
    page: include_str!("../../../rules/sections/undocumented-parameter-type.md"),
    scope: Scope::Text,
    options: &[],
    check,
};

fn check(analysis: &Analysis, sink: &mut Sink) {
    if !shape::is_settled(analysis) {
        return;
    }
    for parameter in analysis.template.parameters.iter() {
        let Some(written) = parameter.node.entry("Type").filter(|entry| shape::is_text(entry.value)) else { continue };
        let name = written.value.as_str().unwrap_or_default();
        if types::is_open(name) && !types::is_documented(name) {
            sink.report(
                Finding::at(written.key.span(), format!("the type `{}` is not documented", shape::shortened(name)))
                    .node(written.value)
                    .note("CloudFormation may take it, and then checks nothing")
                    .help("use a documented type, or `String` in the brackets"),
            );
        }
    }
}
