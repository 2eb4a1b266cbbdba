//! `invalid-parameter-value`: a value given for a parameter that does not allow it.

use super::super::{Finding, Rule, Scope, Sink, Status};
use super::{invalid_default, shape};
use crate::analysis::Analysis;
use crate::diagnostic::Severity;
use crate::template::Named;

pub(super) static RULE: Rule = Rule {
    code: "E2900",
    name: "invalid-parameter-value",
    severity: Severity::Error,
    status: Status::Stable { since: "0.1.0" },
    page: include_str!("../../../rules/sections/invalid-parameter-value.md"),
    scope: Scope::Text,
    options: &[],
    check,
};

fn check(analysis: &Analysis, sink: &mut Sink) {
    // What a nested stack is given, its parent says.
    let is_nested = analysis.set.members().iter().any(|member| member.children.values().any(|child| *child == analysis.member));
    if is_nested || !shape::is_settled(analysis) {
        return;
    }
    for parameter in analysis.template.parameters.iter() {
        let Some(value) = analysis.settings.parameters.get(parameter.name()) else { continue };
        for (constraint, message) in invalid_default::faults(parameter, value, "value") {
            sink.report(
                Finding::at(parameter.key.span(), format!("parameter `{}`: {message}", shape::shortened(parameter.name())))
                    .node(parameter.node)
                    .label(constraint.span(), "the constraint")
                    .help("give another value, or change what is allowed"),
            );
        }
    }
}
